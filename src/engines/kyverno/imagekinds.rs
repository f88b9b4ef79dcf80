//! `ImageValidatingPolicy` and `NamespacedImageValidatingPolicy` of `policies.kyverno.io`, as far as no registry is asked: that such a policy is not asked about
//! a request, only warns, is about none of the images, or demands nothing of those that it is about. Whether an image is signed is not evaluated.
//!
//! Source: pkg/image/verification/evaluator and pkg/cel/policies/ivpol of Kyverno 1.19. An image that a policy is about is refused, unless `required` is
//! false, where no policy of the request verified it; without a digest it is pinned (`mutateDigest`) or refused (`verifyDigest`).

use super::celkinds::{Autogen, Evaluation, may_be_made, of_policy};
use super::choice::Asked;
use super::functions;
use super::policy::whole;
use super::program::{Compiled, Seen, compile, declared_whole, reads_namespace};
use super::settings::Settings;
use super::types::{Expression, MatchCondition};
use crate::cel::{Failure, Type, Value};
use crate::matching::{MatchResources, Matched};
use crate::request::{Namespace, Request};
use crate::ruling::{Answer, BY_NAME, Judge, Ruling};
use crate::selector::or_default;
use crate::wildcard;
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Spec {
    match_constraints: Option<MatchResources>,
    #[serde(deserialize_with = "or_default")]
    validations: Vec<Expression>,
    #[serde(rename = "failurePolicy")]
    _failure_policy: Option<String>,
    #[serde(rename = "auditAnnotations")]
    _audit_annotations: Option<Json>,
    #[serde(deserialize_with = "or_default")]
    match_conditions: Vec<MatchCondition>,
    #[serde(deserialize_with = "or_default")]
    variables: Vec<MatchCondition>,
    #[serde(deserialize_with = "or_default")]
    validation_configurations: Configuration,
    #[serde(deserialize_with = "or_default")]
    match_image_references: Vec<Reference>,
    #[serde(rename = "credentials")]
    _credentials: Option<Json>,
    #[serde(deserialize_with = "or_default")]
    images: Vec<Json>,
    #[serde(rename = "attestors")]
    _attestors: Option<Json>,
    #[serde(rename = "attestations")]
    _attestations: Option<Json>,
    #[serde(deserialize_with = "or_default")]
    autogen: Autogen,
    #[serde(deserialize_with = "or_default")]
    validation_actions: Vec<String>,
    #[serde(rename = "webhookConfiguration")]
    _webhook_configuration: Option<Json>,
    #[serde(deserialize_with = "or_default")]
    evaluation: Evaluation,
}

/// What is demanded of every image that the policy is about; each is on unless it says otherwise.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Configuration {
    mutate_digest: Option<bool>,
    verify_digest: Option<bool>,
    required: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Reference {
    #[serde(deserialize_with = "or_default")]
    glob: String,
    #[serde(deserialize_with = "or_default")]
    expression: String,
}

/// A policy that was read.
pub struct ImageValidatingPolicy {
    namespace: Option<String>,
    constraints: Option<MatchResources>,
    conditions: Vec<Compiled>,
    variables: BTreeMap<String, Compiled>,
    /// What must hold, with its words; an error where it needs what is not had here.
    validations: Vec<(Result<Compiled, String>, String)>,
    /// Which images it is about, all where there are none; why not, where that is not known.
    globs: Result<Vec<String>, String>,
    configuration: Configuration,
    refuses: bool,
    asked: bool,
    /// Whether policies are made from it for controllers, which is not worked out here.
    for_controllers: bool,
    excepted: bool,
    settings: Settings,
    mentions_user: bool,
}

/// Variables that only these policies have.
const OF_IMAGES: [&str; 3] = ["images", "attestors", "attestations"];

impl ImageValidatingPolicy {
    /// Reads a policy; in words what can't be read.
    pub fn read(policy: &Json, exceptions: &[Json], settings: &Settings) -> Result<Self, String> {
        let raw = &policy["spec"];
        let spec: Spec = serde_json::from_value(raw.clone()).map_err(|error| format!("spec: {error}"))?;
        let kind = policy["kind"].as_str().unwrap_or_default();
        let name = policy["metadata"]["name"].as_str().unwrap_or_default();
        let excepted = exceptions.iter().any(|exception| of_policy(exception, kind, name).is_some());
        let none = BTreeMap::new();
        let condition = |condition: &MatchCondition| compile(&condition.expression, &declared_whole(&none), true);
        let declared = |types: &BTreeMap<String, Type>| {
            OF_IMAGES.iter().fold(functions::with(declared_whole(types)), |all, name| all.variable(name, Type::Dyn))
        };
        let (mut types, mut variables) = (BTreeMap::new(), BTreeMap::new());
        for variable in &spec.variables {
            // One that can't be compiled here is one that nobody may name.
            if let Ok(Ok(expression)) = compile(&variable.expression, &declared(&types), false) {
                types.insert(variable.name.clone(), expression.kind().clone());
                variables.insert(variable.name.clone(), Ok(expression));
            }
        }
        let validation = |one: &Expression| {
            let words = one.message.clone().unwrap_or_else(|| format!("failed expression: {}", one.expression));
            // What the API server would refuse may be one of Kyverno's own functions.
            let made = compile(&one.expression, &declared(&types), true).and_then(|made| made.map(Ok));
            (made, words)
        };
        let text = raw.to_string();
        Ok(Self {
            namespace: (kind == "NamespacedImageValidatingPolicy")
                .then(|| policy["metadata"]["namespace"].as_str().unwrap_or("default").to_owned()),
            conditions: spec.match_conditions.iter().map(condition).collect::<Result<_, _>>()?,
            validations: spec.validations.iter().map(validation).collect(),
            variables,
            globs: globs(&spec),
            configuration: spec.validation_configurations,
            refuses: spec.validation_actions.is_empty() || spec.validation_actions.iter().any(|action| action == "Deny"),
            asked: !matches!(spec.evaluation.mode.as_str(), "JSON" | "HTTP" | "Envoy") && spec.evaluation.admission.enabled != Some(false),
            for_controllers: spec.match_constraints.is_some()
                && may_be_made(raw)
                && spec.autogen.pod_controllers.controllers.as_ref().is_none_or(|some| !some.is_empty()),
            constraints: spec.match_constraints,
            excepted,
            settings: settings.clone(),
            mentions_user: text.contains("userInfo"),
        })
    }

    fn judge(&self, request: &Request) -> Answer {
        let Some(constraints) = &self.constraints else { return Answer::NotAsked };
        match constraints.matches(request) {
            Matched::Yes => {}
            Matched::No if self.for_controllers && self.refuses && matches!(request.resource.group.as_str(), "apps" | "batch") => {
                return Answer::NotEvaluated("what Kyverno makes of it for controllers of pods".to_owned());
            }
            Matched::No => return Answer::NotAsked,
            Matched::Errs(why) | Matched::NotKnown(why) => return Answer::NotEvaluated(why),
        }
        if !self.refuses {
            return Answer::Admits("only warns or audits".to_owned());
        }
        let first = Seen::new(request, &self.variables).without_namespace().all_hold(&self.conditions);
        let then = Seen::new(request, &self.variables).as_kyverno_sees(request).all_hold(&self.conditions);
        match (first, then) {
            (Ok(true), Ok(true)) => {}
            (Ok(false), Ok(false)) => return Answer::NotAsked,
            (Err(Failure::Lacking(why) | Failure::Errs(why)), _) | (_, Err(Failure::Lacking(why) | Failure::Errs(why))) => {
                return Answer::NotEvaluated(format!("matchConditions: {why}"));
            }
            _ => return Answer::NotEvaluated("the API server and Kyverno do not see the same of what matchConditions ask".to_owned()),
        }
        let images = match self.images(request) {
            Ok(images) => images,
            Err(why) => return Answer::NotEvaluated(why),
        };
        let verifying = "whether an image is signed is asked of its registry";
        if !images.is_empty() {
            if self.configuration.required != Some(false) {
                return Answer::NotEvaluated(verifying.to_owned());
            }
            let plain = images.iter().find(|image| !image.contains('@'));
            if let Some(image) = plain.filter(|_| self.configuration.verify_digest != Some(false)) {
                return match self.configuration.mutate_digest {
                    Some(false) => self.wrong(format!("image {image} does not have a digest")),
                    _ => Answer::NotEvaluated("the digest of an image is asked of its registry".to_owned()),
                };
            }
        }
        let known = if images.is_empty() {
            let none = || Value::list(vec![]);
            Value::map([("containers", none()), ("initContainers", none()), ("ephemeralContainers", none())])
        } else {
            Value::unknown(verifying)
        };
        let unknown = |name: &'static str| (name, Value::unknown(verifying));
        let seen = Seen::new(request, &self.variables).with(vec![("images", known), unknown("attestors"), unknown("attestations")]);
        self.hold(&seen)
    }

    /// What the validations say.
    fn hold(&self, seen: &Seen<'_>) -> Answer {
        let mut lacking = None;
        for (validation, words) in &self.validations {
            let held = match validation {
                Ok(validation) => seen.holds(validation),
                Err(why) => Err(Failure::Lacking(why.clone())),
            };
            match held {
                Ok(true) => {}
                Ok(false) => return self.wrong(words.clone()),
                Err(Failure::Lacking(why) | Failure::Errs(why)) => lacking = Some(why),
            }
        }
        lacking.map_or_else(|| Answer::Admits(String::new()), Answer::NotEvaluated)
    }

    fn wrong(&self, why: String) -> Answer {
        if self.excepted { Answer::NotEvaluated(format!("an exception may let it in ({why})")) } else { Answer::Refuses(why) }
    }

    /// The images of a pod that it is about.
    fn images<'r>(&self, request: &'r Request) -> Result<Vec<&'r str>, String> {
        if request.kind.kind != "Pod" {
            return Err("which images of this kind it is about is not known".to_owned());
        }
        let globs = self.globs.as_ref().map_err(Clone::clone)?;
        let lists = ["containers", "initContainers", "ephemeralContainers"].into_iter();
        let containers = lists.filter_map(|list| request.object["spec"][list].as_array()).flatten();
        let images = containers.filter_map(|container| container["image"].as_str());
        Ok(images.filter(|image| globs.is_empty() || wildcard::any_matches(globs, image)).collect())
    }
}

/// Which images a policy is about, where plain globs say it alone.
fn globs(spec: &Spec) -> Result<Vec<String>, String> {
    if !spec.images.is_empty() {
        return Err("it looks for images in places of its own".to_owned());
    }
    let plain = |reference: &Reference| {
        let glob = &reference.glob;
        let plain = reference.expression.is_empty() && !glob.is_empty() && !glob.contains(['[', ']', '{', '}', '\\', '!']);
        plain.then(|| glob.clone()).ok_or_else(|| "which images it is about is not known".to_owned())
    };
    spec.match_image_references.iter().map(plain).collect()
}

impl Judge for ImageValidatingPolicy {
    fn rule(&self, request: &Request) -> Vec<Ruling> {
        let here = request.namespace.as_ref().map(|namespace| namespace.name.as_str());
        let elsewhere = self.namespace.is_some() && self.namespace.as_deref() != here;
        let left_out = Asked::new(request).is_some_and(|asked| self.settings.leaves_out(request, &asked));
        let user = self.settings.leaves_out_user(&request.user);
        let answer = if !self.asked || elsewhere || left_out || user == Some(true) {
            Answer::NotAsked
        } else {
            match (self.judge(request), user.is_none() || !self.settings.are_known()) {
                (Answer::Refuses(why), true) => Answer::NotEvaluated(format!("Kyverno's settings may leave this out ({why})")),
                (other, _) => other,
            }
        };
        vec![Ruling::new("", answer)]
    }

    fn tells_apart(&self, namespace: &Namespace, key: &mut Vec<u8>) {
        if let Some(own) = &self.namespace {
            key.push(u8::from(*own == namespace.name));
        }
        self.settings.tells_apart(&namespace.name, key);
        if let Some(constraints) = &self.constraints {
            constraints.tells_apart(namespace, key);
        }
        let validations = self.validations.iter().filter_map(|(validation, _)| validation.as_ref().ok());
        if self.conditions.iter().chain(self.variables.values()).chain(validations).any(reads_namespace) {
            whole(namespace, key);
        }
    }

    fn ways_around(&self) -> Vec<String> {
        let mut words = Vec::new();
        if self.constraints.as_ref().is_some_and(|constraints| !constraints.object_selector.is_empty()) {
            words.push("objects by their labels".to_owned());
        }
        if !self.conditions.is_empty() {
            words.push("requests by match conditions".to_owned());
        }
        if let Ok(globs) = &self.globs
            && !globs.is_empty()
        {
            words.push(format!("{BY_NAME} otherwise than {}", globs.join(", ")));
        }
        words
    }

    fn asks_who(&self) -> bool {
        self.mentions_user || self.settings.asks_who()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Kyverno, Settings};
    use crate::request::{GroupKind, GroupResource, Namespace, Operation, Provenance, Request, User};
    use crate::ruling::{Answer, Judge};
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    const SIGNED: &str = "images.containers.map(i, verifyImageSignatures(i, [attestors.own])).all(e, e > 0)";

    fn pod(image: &str) -> Request {
        Request {
            operation: Operation::Create,
            kind: GroupKind { group: String::new(), version: "v1".into(), kind: "Pod".into() },
            resource: GroupResource { group: String::new(), version: "v1".into(), resource: "pods".into() },
            subresource: String::new(),
            name: "a".into(),
            namespace: Some(Namespace::new("pay", &BTreeMap::new())),
            object: json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "pay"}, "spec": {"containers": [{"name": "a", "image": image}]}}).into(),
            old_object: json!(null).into(),
            user: User { name: "jane".into(), groups: vec![] },
            images: Provenance::Unsigned,
            dry_run: false,
        }
    }

    fn told(spec: Value, exceptions: &[Value], request: &Request) -> Answer {
        let rules = json!([{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]);
        let mut whole = json!({"matchConstraints": {"resourceRules": rules}, "matchImageReferences": [{"glob": "ghcr.io/acme/*"}], "attestors": [{"name": "own", "cosign": {"key": {"data": "k"}}}],
                               "validations": [{"expression": SIGNED, "message": "not signed"}]});
        if let (Some(whole), Value::Object(own)) = (whole.as_object_mut(), spec) {
            whole.extend(own);
        }
        let policy =
            json!({"apiVersion": "policies.kyverno.io/v1", "kind": "ImageValidatingPolicy", "metadata": {"name": "p"}, "spec": whole});
        Kyverno::read(&policy, exceptions, &Settings::default()).rule(request).remove(0).answer
    }

    #[test]
    fn what_admits_everything_is_known_without_a_registry() {
        let (own, other) = (pod("ghcr.io/acme/a:1"), pod("docker.io/library/nginx:1"));
        let digest = pod(&format!("ghcr.io/acme/a@sha256:{}", "a".repeat(64)));
        let lax = |more: Value| json!({"validationConfigurations": more, "validations": [{"expression": "true"}]});
        let digests = |verify: bool| json!({"required": false, "verifyDigest": verify, "mutateDigest": false});
        // Admitted, refused, not asked, not evaluated.
        for (spec, request, wanted) in [
            (json!({}), &own, 'n'),
            (json!({}), &other, 'n'),
            (json!({"validations": []}), &own, 'n'),
            (json!({"validations": []}), &other, 'a'),
            (json!({"validations": [{"expression": "images.containers.all(i, i == 'x')"}]}), &other, 'a'),
            (json!({"validations": [{"expression": "size(images.containers) > 0"}]}), &other, 'r'),
            (json!({"validationActions": ["Audit"]}), &own, 'a'),
            (json!({"validationActions": ["Deny"]}), &own, 'n'),
            (json!({"evaluation": {"admission": {"enabled": false}}}), &own, '-'),
            (json!({"matchConditions": [{"name": "c", "expression": "request.namespace != 'pay'"}]}), &own, '-'),
            (json!({"matchImageReferences": []}), &other, 'n'),
            (json!({"matchImageReferences": [{"expression": "true"}], "validations": []}), &other, 'n'),
            (lax(digests(true)), &own, 'r'),
            (lax(digests(true)), &digest, 'a'),
            (lax(digests(false)), &own, 'a'),
            (lax(json!({"required": false})), &own, 'n'),
            (lax(json!({})), &digest, 'n'),
            (json!({"somethingNew": 1}), &other, 'n'),
        ] {
            let answer = told(spec.clone(), &[], request);
            let letter = match &answer {
                Answer::Admits(_) => 'a',
                Answer::Refuses(_) => 'r',
                Answer::NotAsked => '-',
                Answer::NotEvaluated(_) => 'n',
            };
            assert_eq!(letter, wanted, "{spec} on {}: {answer:?}", request.object);
        }
        let exception = json!({"apiVersion": "policies.kyverno.io/v1", "kind": "PolicyException", "metadata": {"name": "e"}, "spec": {"policyRefs": [{"name": "p", "kind": "ImageValidatingPolicy"}]}});
        assert!(matches!(told(lax(digests(true)), &[exception], &own), Answer::NotEvaluated(_)));
    }

    #[test]
    fn controllers_are_not_worked_out() {
        let mut request = pod("docker.io/library/nginx:1");
        request.kind = GroupKind { group: "apps".into(), version: "v1".into(), kind: "Deployment".into() };
        request.resource = GroupResource { group: "apps".into(), version: "v1".into(), resource: "deployments".into() };
        assert!(matches!(told(json!({}), &[], &request), Answer::NotEvaluated(_)));
        assert_eq!(told(json!({"autogen": {"podControllers": {"controllers": []}}}), &[], &request), Answer::NotAsked);
    }
}

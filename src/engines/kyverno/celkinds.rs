//! `ValidatingPolicy` and `NamespacedValidatingPolicy` of `policies.kyverno.io`.
//!
//! Source: pkg/cel and pkg/webhooks/resource/vpol of Kyverno 1.19. What errs in a validation refuses, whatever the failure policy says, which is of match
//! conditions alone. A policy that does not compile judges nothing there; since Kyverno has functions that are not had here, it is not evaluated.

use super::choice::Asked;
use super::functions;
use super::policy::whole;
use super::program::{Compiled, Seen, compile, declared_whole, reads_namespace};
use super::settings::Settings;
use super::types::{Expression, MatchCondition};
use crate::cel::{Failure, Type};
use crate::matching::{MatchResources, Matched};
use crate::request::{Namespace, Request};
use crate::ruling::{Answer, Judge, Ruling};
use crate::selector::or_default;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Spec {
    match_constraints: Option<MatchResources>,
    #[serde(deserialize_with = "or_default")]
    validations: Vec<Expression>,
    failure_policy: Option<String>,
    #[serde(deserialize_with = "or_default")]
    audit_annotations: Vec<Value>,
    #[serde(deserialize_with = "or_default")]
    match_conditions: Vec<MatchCondition>,
    #[serde(deserialize_with = "or_default")]
    variables: Vec<MatchCondition>,
    #[serde(deserialize_with = "or_default")]
    autogen: Autogen,
    #[serde(deserialize_with = "or_default")]
    validation_actions: Vec<String>,
    #[serde(rename = "webhookConfiguration")]
    _webhook_configuration: Option<Value>,
    #[serde(deserialize_with = "or_default")]
    evaluation: Evaluation,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Autogen {
    #[serde(deserialize_with = "or_default")]
    pub pod_controllers: Controllers,
    #[serde(deserialize_with = "or_default")]
    validating_admission_policy: Enabled,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Controllers {
    pub controllers: Option<Vec<String>>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Enabled {
    pub enabled: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Evaluation {
    #[serde(deserialize_with = "or_default")]
    pub mode: String,
    #[serde(deserialize_with = "or_default")]
    pub admission: Enabled,
    #[serde(rename = "background")]
    _background: Option<Value>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct ExceptionSpec {
    #[serde(deserialize_with = "or_default")]
    policy_refs: Vec<PolicyRef>,
    #[serde(deserialize_with = "or_default")]
    match_conditions: Vec<MatchCondition>,
    #[serde(deserialize_with = "or_default")]
    images: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    allowed_values: Vec<String>,
    #[serde(rename = "reportResult")]
    _report_result: Option<Value>,
    expires_at: Option<Value>,
    #[serde(rename = "properties")]
    _properties: Option<Value>,
    evaluation_mode: Option<Value>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PolicyRef {
    #[serde(deserialize_with = "or_default")]
    name: String,
    #[serde(deserialize_with = "or_default")]
    kind: String,
}

/// An exception: whole ones alone; those for images and values are handed to expressions, which are not evaluated then.
struct Exception {
    name: String,
    conditions: Vec<Compiled>,
    partial: bool,
}

/// A policy, or one made from it for controllers.
struct Part {
    by: &'static str,
    constraints: MatchResources,
    conditions: Vec<Compiled>,
    variables: BTreeMap<String, Compiled>,
    validations: Vec<(Compiled, String)>,
    annotations: Vec<Compiled>,
    exceptions: Vec<Exception>,
    /// Whether it unwraps what may be no optional, which Kyverno allows and the API server doesn't.
    unwraps: bool,
}

/// A policy that was read.
pub struct ValidatingPolicy {
    namespace: Option<String>,
    parts: Vec<Part>,
    refuses: bool,
    fails_closed: bool,
    asked: bool,
    settings: Settings,
    mentions_user: bool,
}

/// Resources that have pod templates, by the place of these.
const DEFAULTS: [(&str, &str); 5] =
    [("apps", "daemonsets"), ("apps", "deployments"), ("apps", "replicasets"), ("apps", "statefulsets"), ("batch", "jobs")];

impl ValidatingPolicy {
    /// Reads a policy; in words what can't be read.
    pub fn read(policy: &Value, exceptions: &[Value], settings: &Settings) -> Result<Self, String> {
        let raw = &policy["spec"];
        let spec: Spec = serde_json::from_value(raw.clone()).map_err(|error| format!("spec: {error}"))?;
        if policy["status"]["generated"] == true || spec.autogen.validating_admission_policy.enabled == Some(true) {
            return Err("the API server has a policy made from this one".to_owned());
        }
        let kind = policy["kind"].as_str().unwrap_or_default();
        let name = policy["metadata"]["name"].as_str().unwrap_or_default();
        let exceptions = exceptions.iter().filter_map(|exception| of_policy(exception, kind, name)).collect::<Result<Vec<_>, _>>()?;
        let mut parts = vec![Part::read("validations", raw, &exceptions)?];
        let made = if spec.match_constraints.is_some() && may_be_made(raw) { made(&spec, raw)? } else { Vec::new() };
        for (by, raw) in made {
            parts.push(Part::read(by, &raw, &exceptions)?);
        }
        if spec.match_constraints.is_none() {
            parts.clear();
        }
        let namespaced = kind == "NamespacedValidatingPolicy";
        let namespace = namespaced.then(|| policy["metadata"]["namespace"].as_str().unwrap_or("default").to_owned());
        let text = raw.to_string();
        Ok(Self {
            namespace,
            parts,
            refuses: spec.validation_actions.is_empty() || spec.validation_actions.iter().any(|action| action == "Deny"),
            fails_closed: spec.failure_policy.as_deref() != Some("Ignore") && !settings.force_ignore,
            asked: !matches!(spec.evaluation.mode.as_str(), "JSON" | "HTTP" | "Envoy") && spec.evaluation.admission.enabled != Some(false),
            settings: settings.clone(),
            mentions_user: text.contains("userInfo"),
        })
    }
}

/// An exception of a policy; nothing where it is about others.
pub(super) fn of_policy(object: &Value, kind: &str, name: &str) -> Option<Result<ExceptionSpec, String>> {
    let version = object["apiVersion"].as_str()?;
    if object["kind"] != "PolicyException" || version.split('/').next() != Some("policies.kyverno.io") {
        return None;
    }
    let own = object["metadata"]["name"].as_str().unwrap_or_default();
    let spec: ExceptionSpec = match serde_json::from_value(object["spec"].clone()) {
        Ok(spec) => spec,
        Err(error) => return Some(Err(format!("exception {own}: {error}"))),
    };
    if !spec.policy_refs.iter().any(|one| one.name == name && one.kind == kind) {
        return None;
    }
    if spec.expires_at.is_some() || spec.evaluation_mode.is_some() {
        return Some(Err(format!("exception {own} holds for a time, or in a mode")));
    }
    Some(Ok(spec))
}

/// Whether policies are made for controllers: of a policy about pods alone.
pub(super) fn may_be_made(raw: &Value) -> bool {
    let constraints = &raw["matchConstraints"];
    let empty = |value: &Value| match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        other => other.is_null(),
    };
    let selector = &constraints["objectSelector"];
    let Some([rule]) = constraints["resourceRules"].as_array().map(Vec::as_slice) else { return false };
    empty(&selector["matchLabels"])
        && empty(&selector["matchExpressions"])
        && empty(&constraints["excludeResourceRules"])
        && empty(&rule["resourceNames"])
        && rule["apiGroups"] == json!([""])
        && rule["apiVersions"] == json!(["v1"])
        && rule["resources"] == json!(["pods"])
}

/// The policies that are made for controllers.
fn made(spec: &Spec, raw: &Value) -> Result<Vec<(&'static str, Value)>, String> {
    let wanted = spec.autogen.pod_controllers.controllers.as_deref();
    let has = |resource: &str| wanted.is_none_or(|wanted| wanted.iter().any(|one| one == resource));
    if let Some(other) = wanted.into_iter().flatten().find(|one| *one != "cronjobs" && !DEFAULTS.iter().any(|(_, name)| name == one)) {
        return Err(format!("the controller {other}"));
    }
    let operations = &raw["matchConstraints"]["resourceRules"][0]["operations"];
    if operations.as_array().is_none_or(Vec::is_empty) {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    let targets: Vec<(&str, &str)> = DEFAULTS.into_iter().filter(|(_, resource)| has(resource)).collect();
    let cron = if has("cronjobs") { vec![("batch", "cronjobs")] } else { Vec::new() };
    for (by, template, targets) in
        [("autogen-defaults", "spec.template", targets), ("autogen-cronjobs", "spec.jobTemplate.spec.template", cron)]
    {
        if targets.is_empty() {
            continue;
        }
        let mut made = raw.clone();
        let rules: Vec<Value> = targets
            .iter()
            .map(
                |(group, resource)| json!({"apiGroups": [group], "apiVersions": ["v1"], "resources": [resource], "operations": operations}),
            )
            .collect();
        let mut constraints = json!({"resourceRules": rules});
        if !raw["matchConstraints"]["namespaceSelector"].is_null() {
            constraints["namespaceSelector"] = raw["matchConstraints"]["namespaceSelector"].clone();
        }
        made["matchConstraints"] = constraints;
        found.push((by, moved(&made, template)));
    }
    Ok(found)
}

/// All texts with the pod's places moved to the template's; a namespace stays where it is.
fn moved(value: &Value, template: &str) -> Value {
    match value {
        Value::String(text) => {
            let mut text = text.clone();
            for part in ["spec", "metadata"] {
                for object in ["object", "oldObject"] {
                    text = replaced(&text, &format!("{object}.{part}"), &format!("{object}.{template}.{part}"));
                }
            }
            Value::String(text)
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| moved(item, template)).collect()),
        Value::Object(map) => Value::Object(map.iter().map(|(key, item)| (key.clone(), moved(item, template))).collect()),
        other => other.clone(),
    }
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    let mut parts = text.split(from);
    let mut made = parts.next().unwrap_or_default().to_owned();
    for rest in parts {
        let after = rest.strip_prefix(".namespace").map(|after| after.chars().next());
        let kept = after.is_some_and(|next| next.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '_'));
        made.push_str(if kept { from } else { to });
        made.push_str(rest);
    }
    made
}

/// Compiles; what is refused is not evaluated either, since Kyverno knows more than the API server.
fn compiled(text: &str, types: &BTreeMap<String, Type>, bool_wanted: bool) -> Result<Compiled, String> {
    whole_or(text, compile(text, &functions::with(declared_whole(types)), bool_wanted)?)
}

/// Compiles a condition: the API server asks it too, and has none of Kyverno's functions.
fn condition(text: &str) -> Result<Compiled, String> {
    whole_or(text, compile(text, &declared_whole(&BTreeMap::new()), true)?)
}

fn whole_or(text: &str, compiled: Compiled) -> Result<Compiled, String> {
    compiled.map(Ok).map_err(|words| format!("{text:?}: {words}"))
}

impl Part {
    fn read(by: &'static str, raw: &Value, exceptions: &[ExceptionSpec]) -> Result<Self, String> {
        let spec: Spec = serde_json::from_value(raw.clone()).map_err(|error| format!("spec: {error}"))?;
        let mut types = BTreeMap::new();
        let conditions =
            |list: &[MatchCondition]| -> Result<Vec<Compiled>, String> { list.iter().map(|one| condition(&one.expression)).collect() };
        let mut variables = BTreeMap::new();
        for variable in &spec.variables {
            let made = compiled(&variable.expression, &types, false)?;
            types.insert(variable.name.clone(), made.as_ref().map_or(Type::Dyn, |expression| expression.kind().clone()));
            variables.insert(variable.name.clone(), made);
        }
        let mut validations = Vec::new();
        for demand in &spec.validations {
            let words = demand.message.clone().unwrap_or_else(|| format!("failed expression: {}", demand.expression));
            validations.push((compiled(&demand.expression, &types, true)?, words));
        }
        let annotations = spec
            .audit_annotations
            .iter()
            .map(|annotation| compiled(annotation["valueExpression"].as_str().unwrap_or_default(), &types, false))
            .collect::<Result<_, _>>()?;
        let spelled: String = exceptions.iter().flat_map(|one| &one.match_conditions).map(|one| one.expression.as_str()).collect();
        let exceptions = exceptions
            .iter()
            .map(|exception| {
                let partial = !exception.images.is_empty() || !exception.allowed_values.is_empty();
                let name = exception.policy_refs.first().map_or_else(String::new, |one| one.name.clone());
                Ok(Exception { name, conditions: conditions(&exception.match_conditions)?, partial })
            })
            .collect::<Result<_, String>>()?;
        Ok(Self {
            by,
            constraints: spec.match_constraints.unwrap_or_default(),
            conditions: conditions(&spec.match_conditions)?,
            variables,
            validations,
            annotations,
            exceptions,
            unwraps: raw.to_string().contains(".orValue(") || spelled.contains(".orValue("),
        })
    }

    fn expressions(&self) -> impl Iterator<Item = &Compiled> {
        let validations = self.validations.iter().map(|(expression, _)| expression);
        let of_exceptions = self.exceptions.iter().flat_map(|exception| &exception.conditions);
        self.conditions.iter().chain(self.variables.values()).chain(validations).chain(&self.annotations).chain(of_exceptions)
    }

    /// What errs may not err in Kyverno, where something is unwrapped that may be no optional.
    fn known<T>(&self, outcome: Result<T, Failure>) -> Result<T, Failure> {
        match outcome {
            Err(Failure::Errs(_)) if self.unwraps => Err(Failure::Lacking("orValue of what may be no optional".to_owned())),
            other => other,
        }
    }

    fn judge(&self, request: &Request, policy: &ValidatingPolicy) -> Answer {
        match self.constraints.matches(request) {
            Matched::Yes => {}
            Matched::No => return Answer::NotAsked,
            Matched::Errs(why) if policy.refuses => return Answer::Refuses(why),
            Matched::Errs(why) => return Answer::Admits(format!("only warns or audits: {why}")),
            Matched::NotKnown(why) => return Answer::NotEvaluated(why),
        }
        let lacking = |why: String| Answer::NotEvaluated(why);
        // The API server asks the conditions first, and sees less than Kyverno: no namespace, and no objects in the request.
        let first = self.known(Seen::new(request, &self.variables).without_namespace().all_hold(&self.conditions));
        if let Err(Failure::Lacking(why)) = first {
            return lacking(why);
        }
        let seen = Seen::new(request, &self.variables).as_kyverno_sees(request);
        let mut partial = false;
        for exception in &self.exceptions {
            match self.known(seen.all_hold(&exception.conditions)) {
                Ok(true) if exception.partial => partial = true,
                Ok(true) => return Answer::Admits(format!("an exception of {}", exception.name)),
                Ok(false) => {}
                Err(Failure::Errs(why)) if policy.refuses && policy.fails_closed => {
                    return Answer::Refuses(format!("an exception errs: {why}"));
                }
                Err(Failure::Errs(_)) => {}
                Err(Failure::Lacking(why)) => return lacking(why),
            }
        }
        if partial {
            return lacking("an exception for images or values".to_owned());
        }
        match (first, self.known(seen.all_hold(&self.conditions))) {
            (Ok(true), Ok(true)) => {}
            (_, Ok(false)) => return Answer::NotAsked,
            (_, Err(Failure::Lacking(why))) => return lacking(why),
            (Ok(false) | Err(_), Ok(true)) => {
                return lacking("the API server and Kyverno do not see the same of what matchConditions ask".to_owned());
            }
            (Ok(false), Err(_)) => return Answer::NotAsked,
            (_, Err(Failure::Errs(why))) if policy.fails_closed => return policy.wrong(true, format!("matchConditions err: {why}")),
            (_, Err(Failure::Errs(why))) => return Answer::Admits(format!("fails open: matchConditions err: {why}")),
        }
        let mut unknown = None;
        for (expression, words) in &self.validations {
            match self.known(seen.holds(expression)) {
                Ok(true) => {}
                Ok(false) => return policy.wrong(true, words.clone()),
                Err(Failure::Errs(why)) => return policy.wrong(true, format!("it errs: {why}")),
                Err(Failure::Lacking(why)) => unknown = Some(why),
            }
        }
        if let Some(why) = unknown {
            return lacking(why);
        }
        for annotation in self.annotations.iter().filter_map(|annotation| annotation.as_ref().ok()) {
            match self.known(annotation.evaluate(&seen)) {
                Ok(_) => {}
                Err(Failure::Errs(why)) => return policy.wrong(true, format!("an audit annotation errs: {why}")),
                Err(Failure::Lacking(why)) => return lacking(why),
            }
        }
        Answer::Admits(String::new())
    }
}

impl ValidatingPolicy {
    fn wrong(&self, counts: bool, why: String) -> Answer {
        match (counts, self.refuses) {
            (true, true) => Answer::Refuses(why),
            (true, false) => Answer::Admits(format!("only warns or audits: {why}")),
            (false, _) => Answer::NotAsked,
        }
    }
}

impl Judge for ValidatingPolicy {
    fn rule(&self, request: &Request) -> Vec<Ruling> {
        let here = request.namespace.as_ref().map(|namespace| namespace.name.as_str());
        let left_out = Asked::new(request).is_some_and(|asked| self.settings.leaves_out(request, &asked));
        let user = self.settings.leaves_out_user(&request.user);
        let parts = self.parts.iter();
        parts
            .map(|part| {
                let elsewhere = self.namespace.is_some() && self.namespace.as_deref() != here;
                let answer = if !self.asked || elsewhere || left_out || user == Some(true) {
                    Answer::NotAsked
                } else if user.is_none() {
                    Answer::NotEvaluated("Kyverno's settings leave out users by their roles".to_owned())
                } else {
                    match part.judge(request, self) {
                        Answer::Refuses(why) if !self.settings.are_known() => {
                            Answer::NotEvaluated(format!("Kyverno's settings were not read, and may leave this out ({why})"))
                        }
                        other => other,
                    }
                };
                Ruling::new(part.by, answer)
            })
            .collect()
    }

    fn tells_apart(&self, namespace: &Namespace, key: &mut Vec<u8>) {
        if let Some(own) = &self.namespace {
            key.push(u8::from(*own == namespace.name));
        }
        self.settings.tells_apart(&namespace.name, key);
        for part in &self.parts {
            part.constraints.tells_apart(namespace, key);
        }
        if self.parts.iter().flat_map(Part::expressions).any(reads_namespace) {
            whole(namespace, key);
        }
    }

    fn ways_around(&self) -> Vec<String> {
        let mut words = Vec::new();
        for part in &self.parts {
            if !part.constraints.object_selector.is_empty() {
                words.push("objects by their labels".to_owned());
            }
            if !part.conditions.is_empty() {
                words.push("requests by match conditions".to_owned());
            }
        }
        words.sort();
        words.dedup();
        words
    }

    fn asks_who(&self) -> bool {
        self.mentions_user || self.settings.asks_who()
    }
}

//! Kubewarden: policies of its own modules, by their settings. A module is a program that is fetched; what those of Kubewarden itself do is written here,
//! and any other is not evaluated.
//!
//! Each policy has a webhook of its own, made of its rules, selectors and conditions. Source: `api/policies/v1` of Kubewarden's controller 1.3x.

mod modules;

use super::images;
use crate::cel::{Expression, Failure, Scope, Type, Value as Cel};
use crate::matching::{self, MatchResources, Matched};
use crate::request::{Namespace, Operation, Request};
use crate::ruling::{Answer, Judge, Ruling};
use crate::selector::or_default;
use crate::validating::{program, typed};
use modules::{Module, Verdict};
use serde::Deserialize;
use serde_json::{Value, json};

/// A policy of Kubewarden.
pub struct Kubewarden {
    policy: Result<Policy, String>,
}

struct Policy {
    matches: MatchResources,
    conditions: Vec<Expression>,
    fails_closed: bool,
    monitors: bool,
    mutates: bool,
    module: Module,
    chosen_by_labels: bool,
    reads_namespace: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    api_version: String,
    kind: String,
    #[serde(default, deserialize_with = "or_default")]
    metadata: Metadata,
    spec: Spec,
    #[serde(default, deserialize_with = "or_default")]
    status: Status,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    #[serde(deserialize_with = "or_default")]
    namespace: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    #[serde(deserialize_with = "or_default")]
    policy_status: String,
    #[serde(deserialize_with = "or_default")]
    mode: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    #[serde(default, rename = "policyServer")]
    _policy_server: Value,
    mode: Option<String>,
    module: String,
    #[serde(default)]
    settings: Value,
    rules: Value,
    failure_policy: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    mutating: bool,
    #[serde(default, rename = "backgroundAudit")]
    _background_audit: Value,
    match_policy: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    match_conditions: Vec<Condition>,
    object_selector: Option<Value>,
    namespace_selector: Option<Value>,
    #[serde(default, rename = "sideEffects")]
    _side_effects: Value,
    #[serde(default, rename = "timeoutSeconds")]
    _timeout: Value,
    #[serde(default, rename = "timeoutEvalSeconds")]
    _timeout_of_evaluation: Value,
    #[serde(default, rename = "message")]
    _message: Value,
    #[serde(default, rename = "contextAwareResources")]
    _context_aware_resources: Value,
    #[serde(default, rename = "allowInsideAdmissionControllerNamespace")]
    _inside: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    #[serde(rename = "name")]
    _name: String,
    expression: String,
}

impl Kubewarden {
    /// Reads a ClusterAdmissionPolicy or an AdmissionPolicy.
    #[must_use]
    pub fn read(policy: &Value) -> Self {
        Self { policy: Policy::read(policy) }
    }
}

impl Policy {
    fn read(document: &Value) -> Result<Self, String> {
        let kind = document["kind"].as_str().unwrap_or_default();
        if !["ClusterAdmissionPolicy", "AdmissionPolicy"].contains(&kind) {
            return Err(format!("a policy of the kind {kind}"));
        }
        let document = Document::deserialize(document).map_err(|error| format!("the policy: {error}"))?;
        if !["policies.kubewarden.io/v1", "policies.kubewarden.io/v1alpha2"].contains(&document.api_version.as_str()) {
            return Err(format!("a policy of {}", document.api_version));
        }
        if !["", "active"].contains(&document.status.policy_status.as_str()) {
            return Err("a policy that is not active, as its status says".to_owned());
        }
        let spec = document.spec;
        let monitors = match spec.mode.as_deref() {
            None | Some("" | "protect") => document.status.mode == "monitor",
            Some("monitor") => true,
            Some(other) => return Err(format!("the mode {other}")),
        };
        let fails_closed = match spec.failure_policy.as_deref() {
            None | Some("Fail") => true,
            Some("Ignore") => false,
            Some(other) => return Err(format!("the failure policy {other}")),
        };
        let namespaces = match document.kind.as_str() {
            // One of a namespace is about that namespace alone.
            "AdmissionPolicy" if spec.namespace_selector.is_some() => return Err("a selector of namespaces".to_owned()),
            "AdmissionPolicy" => json!({"matchLabels": {"kubernetes.io/metadata.name": document.metadata.namespace}}),
            _ => spec.namespace_selector.unwrap_or(Value::Null),
        };
        let matches = json!({"namespaceSelector": namespaces, "objectSelector": spec.object_selector, "resourceRules": spec.rules, "matchPolicy": spec.match_policy});
        let matches = MatchResources::deserialize(matches).map_err(|error| format!("the policy's rules: {error}"))?;
        if matches.resource_rules.is_empty() {
            return Err("a policy without rules".to_owned());
        }
        let declared = program::declared(false);
        let mut conditions = Vec::new();
        for condition in spec.match_conditions {
            // The API server takes none that does not compile.
            let expression = Expression::compile_to(&condition.expression, &declared, &[Type::Bool])
                .map_err(|_| format!("the condition {}", condition.expression))?;
            if expression.reads("namespaceObject") {
                return Err(format!("the condition {}", condition.expression));
            }
            conditions.push(expression);
        }
        let chosen_by_labels = !matches.object_selector.is_empty();
        let paths = ["request.namespace", "object.metadata.namespace", "oldObject.metadata.namespace"];
        let reads_namespace = conditions.iter().any(|condition: &Expression| paths.iter().any(|path| condition.reads(path)));
        let module = Module::read(&spec.module, &spec.settings)?;
        Ok(Self { matches, conditions, fails_closed, monitors, mutates: spec.mutating, module, chosen_by_labels, reads_namespace })
    }

    fn answer(&self, request: &Request) -> Answer {
        if matching::is_never_asked(&request.kind) {
            return Answer::NotAsked;
        }
        match self.matches.matches(request) {
            Matched::Yes => {}
            Matched::No => return Answer::NotAsked,
            Matched::Errs(words) | Matched::NotKnown(words) => return Answer::NotEvaluated(words),
        }
        let seen = Seen(request);
        let mut errs = None;
        for condition in &self.conditions {
            match condition.holds(&seen) {
                Ok(true) => {}
                Ok(false) => return Answer::NotAsked,
                Err(Failure::Errs(words)) => errs = errs.or(Some(Ok(words))),
                Err(Failure::Lacking(words)) => errs = Some(Err(words)),
            }
        }
        match errs {
            Some(Err(words)) => return Answer::NotEvaluated(words),
            Some(Ok(words)) if self.fails_closed => return Answer::Refuses(format!("a match condition errs: {words}")),
            Some(Ok(_)) => return Answer::NotAsked,
            None => {}
        }
        if self.monitors {
            return Answer::Admits("only monitors".to_owned());
        }
        // Modules look at what is to be; what goes has nothing of it.
        if request.operation == Operation::Delete || request.operation == Operation::Connect {
            return Answer::NotEvaluated("what the module says to what goes or is connected to".to_owned());
        }
        let (group, kind) = (request.kind.group.as_str(), request.kind.kind.as_str());
        let Some(spec) = images::pod_spec(group, kind, &request.object) else {
            return Answer::NotEvaluated(format!("what the module says to a {kind}"));
        };
        match self.module.says(spec, kind == "Pod", request.images) {
            Verdict::Accepts => Answer::Admits(String::new()),
            Verdict::Changes if self.mutates => Answer::Admits("changes what it is given".to_owned()),
            Verdict::Changes => Answer::Refuses("the module would change it, which the policy does not allow".to_owned()),
            Verdict::Rejects(words) => Answer::Refuses(words),
            Verdict::Unknown(words) => Answer::NotEvaluated(words),
        }
    }
}

/// What conditions see.
struct Seen<'a>(&'a Request);

impl Scope for Seen<'_> {
    fn get(&self, name: &str) -> Option<Cel> {
        Some(match name {
            "object" => typed::seen(&self.0.kind, &self.0.object),
            "oldObject" => typed::seen(&self.0.kind, &self.0.old_object),
            "request" => program::request_value(self.0),
            _ => return None,
        })
    }
}

impl Judge for Kubewarden {
    fn rule(&self, request: &Request) -> Vec<Ruling> {
        let answer = match &self.policy {
            Ok(policy) => policy.answer(request),
            Err(lacks) => Answer::NotEvaluated(lacks.clone()),
        };
        vec![Ruling::new("", answer)]
    }

    fn tells_apart(&self, namespace: &Namespace, key: &mut Vec<u8>) {
        let Ok(policy) = &self.policy else { return };
        policy.matches.tells_apart(namespace, key);
        if policy.reads_namespace {
            key.extend_from_slice(namespace.name.as_bytes());
            key.push(0);
        }
    }

    fn ways_around(&self) -> Vec<String> {
        let labels = self.policy.as_ref().is_ok_and(|policy| policy.chosen_by_labels);
        labels.then(|| "objects whose labels its objectSelector does not choose".to_owned()).into_iter().collect()
    }

    fn asks_who(&self) -> bool {
        self.policy.as_ref().is_ok_and(|policy| policy.conditions.iter().any(|condition| condition.reads("request.userInfo")))
    }
}

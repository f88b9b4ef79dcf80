//! Which requests a rule of resources is about, as the API server decides it for its own policies and for webhooks.
//!
//! Source: `k8s.io/apiserver/pkg/admission/plugin/policy/matching` and `…/webhook/predicates`, 1.37.

use crate::request::{GroupKind, GroupResource, Namespace, Operation, Request};
use crate::selector::{Selector, or_default};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What a policy or a binding is about. What it does not name it does not ask.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct MatchResources {
    /// Labels of the namespace.
    #[serde(deserialize_with = "or_default")]
    pub namespace_selector: Selector,
    /// Labels of the object, as it is or as it was.
    #[serde(deserialize_with = "or_default")]
    pub object_selector: Selector,
    /// Resources; none at all means each.
    #[serde(deserialize_with = "or_default")]
    pub resource_rules: Vec<Rule>,
    /// Resources left out.
    #[serde(deserialize_with = "or_default")]
    pub exclude_resource_rules: Vec<Rule>,
    /// `Equivalent`, which is meant where nothing is said, or `Exact`.
    pub match_policy: Option<String>,
}

/// A rule of resources and operations.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Rule {
    /// Groups, or `*`.
    #[serde(deserialize_with = "or_default")]
    pub api_groups: Vec<String>,
    /// Versions, or `*`.
    #[serde(deserialize_with = "or_default")]
    pub api_versions: Vec<String>,
    /// Operations, or `*`.
    #[serde(deserialize_with = "or_default")]
    pub operations: Vec<String>,
    /// `pods`, `pods/exec`, `pods/*`, `*/scale`, `*`, `*/*`.
    #[serde(deserialize_with = "or_default")]
    pub resources: Vec<String>,
    /// Names of objects; none at all means each.
    #[serde(deserialize_with = "or_default")]
    pub resource_names: Vec<String>,
    /// `Cluster`, `Namespaced`, or `*`.
    pub scope: Option<String>,
}

/// Whether something is about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matched {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// The API server errs.
    Errs(String),
    /// It is not known here.
    NotKnown(String),
}

impl MatchResources {
    /// Whether it is about a request.
    #[must_use]
    pub fn matches(&self, request: &Request) -> Matched {
        let space = self.namespace(request);
        if space == Some(false) {
            return Matched::No;
        }
        let object = self.object(request);
        if object == Some(false) {
            return Matched::No;
        }
        match self.any(&self.exclude_resource_rules, request) {
            Matched::Yes => return Matched::No,
            Matched::No => {}
            other => return other,
        }
        if !self.resource_rules.is_empty() {
            match self.any(&self.resource_rules, request) {
                Matched::Yes => {}
                other => return other,
            }
        }
        if space.is_none() || object.is_none() {
            return Matched::Errs("a selector of labels can't be read".to_owned());
        }
        Matched::Yes
    }

    /// Whether the labels of the namespace are those asked for; none where the selector can't be read. What is in no namespace is never left out.
    fn namespace(&self, request: &Request) -> Option<bool> {
        let itself = request.resource.resource == "namespaces";
        if !itself && request.namespace.is_none() {
            return Some(true);
        }
        if self.namespace_selector.is_empty() {
            return Some(true);
        }
        // A namespace that comes or changes is judged by its own labels.
        if itself && request.subresource.is_empty() && matches!(request.operation, Operation::Create | Operation::Update) {
            return self.namespace_selector.selects(&labels(&request.object));
        }
        let none = BTreeMap::new();
        self.namespace_selector.selects(request.namespace.as_ref().map_or(&none, |space| &space.labels))
    }

    fn object(&self, request: &Request) -> Option<bool> {
        if self.object_selector.is_empty() {
            return Some(true);
        }
        let one = |object: &Value| if object.is_null() { Some(false) } else { self.object_selector.selects(&labels(object)) };
        Some(one(&request.object)? || one(&request.old_object)?)
    }

    fn any(&self, rules: &[Rule], request: &Request) -> Matched {
        let named = |rule: &Rule| rule.resource_names.is_empty() || rule.resource_names.contains(&request.name);
        if rules.iter().any(|rule| rule.matches(request, &request.resource) && named(rule)) {
            return Matched::Yes;
        }
        match self.match_policy.as_deref() {
            Some("Exact") => return Matched::No,
            None | Some("Equivalent") => {}
            Some(other) => return Matched::NotKnown(format!("matchPolicy {other}")),
        }
        let other = rules.iter().filter(|rule| named(rule)).find_map(|rule| rule.other_version(request));
        other.map_or(Matched::No, |version| {
            Matched::NotKnown(format!("whether {version} of {} is served, which a rule names", request.resource.resource))
        })
    }

    /// Writes what it can tell of a namespace.
    pub fn tells_apart(&self, namespace: &Namespace, key: &mut Vec<u8>) {
        if !self.namespace_selector.is_empty() {
            key.push(self.namespace_selector.selects(&namespace.labels).map_or(2, u8::from));
        }
    }

    /// The names by which objects are chosen or left out.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.resource_rules.iter().chain(&self.exclude_resource_rules).flat_map(|rule| &rule.resource_names).map(String::as_str)
    }
}

impl Rule {
    /// Whether it is about a request as if that were sent to this resource.
    fn matches(&self, request: &Request, resource: &GroupResource) -> bool {
        self.scope(request)
            && has(&self.operations, request.operation.word())
            && has(&self.api_groups, &resource.group)
            && has(&self.api_versions, &resource.version)
            && self.resource(&resource.resource, &request.subresource)
    }

    fn resource(&self, resource: &str, subresource: &str) -> bool {
        self.resources.iter().any(|rule| {
            let (name, below) = rule.split_once('/').unwrap_or((rule, ""));
            (name == "*" || name == resource) && (below == "*" || below == subresource)
        })
    }

    fn scope(&self, request: &Request) -> bool {
        let itself = request.resource.group.is_empty() && request.resource.version == "v1" && request.resource.resource == "namespaces";
        match self.scope.as_deref() {
            None | Some("*") => true,
            Some("Namespaced") => !itself && request.namespace.is_some(),
            Some("Cluster") => itself || request.namespace.is_none(),
            Some(_) => false,
        }
    }

    /// Another version or group of the resource that the rule names and a server may serve beside the one that was asked: then the rule would be about
    /// the request as well. Pods and workloads have one version each since 1.25, before there were policies.
    fn other_version(&self, request: &Request) -> Option<String> {
        let GroupResource { group, resource, version } = &request.resource;
        if !self.scope(request) || !has(&self.operations, request.operation.word()) || !self.resource(resource, &request.subresource) {
            return None;
        }
        let events = resource == "events" && matches!(group.as_str(), "" | "events.k8s.io");
        if matches!(group.as_str(), "" | "apps" | "batch") && !events {
            return None;
        }
        let other_group = events && self.api_groups.iter().any(|named| named != group && matches!(named.as_str(), "" | "events.k8s.io"));
        if other_group {
            return Some("another group".to_owned());
        }
        (has(&self.api_groups, group)).then(|| self.api_versions.iter().find(|named| *named != version)).flatten().cloned()
    }
}

fn has(items: &[String], wanted: &str) -> bool {
    items.iter().any(|item| item == "*" || item == wanted)
}

/// The labels of an object.
pub(crate) fn labels(object: &Value) -> BTreeMap<String, String> {
    let labels = object.pointer("/metadata/labels").and_then(Value::as_object);
    labels
        .map(|labels| labels.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect())
        .unwrap_or_default()
}

/// Whether the API server leaves a kind out of all policies and webhooks, so that nobody locks everybody out.
#[must_use]
pub fn is_never_asked(kind: &GroupKind) -> bool {
    let GroupKind { group, kind, .. } = kind;
    const KINDS: [&str; 6] = [
        "ValidatingWebhookConfiguration",
        "MutatingWebhookConfiguration",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "MutatingAdmissionPolicy",
        "MutatingAdmissionPolicyBinding",
    ];
    group == "admissionregistration.k8s.io" && KINDS.contains(&kind.as_str())
}

#[cfg(test)]
mod tests;

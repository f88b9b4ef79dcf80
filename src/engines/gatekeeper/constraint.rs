//! Constraints: the documents, which requests they are asked about, and what follows from a violation.

use super::defaults;
use crate::request::{Namespace, Request};
use crate::selector::{Selector, or_default};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The point at which Gatekeeper's webhook enforces.
const WEBHOOK: &str = "validation.gatekeeper.sh";

/// A constraint that was read.
pub(super) struct Constraint {
    /// What it is asked about.
    pub matches: Match,
    /// Its parameters, with the defaults of the template; none where it has none.
    pub parameters: Option<Value>,
    /// What follows from a violation.
    pub action: Action,
}

/// What follows from a violation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// The request is refused.
    Deny,
    /// Nothing is refused, for this reason.
    Lets(String),
    /// The constraint is not asked at admission at all.
    Elsewhere,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    api_version: String,
    kind: String,
    #[serde(rename = "metadata")]
    _metadata: Metadata,
    #[serde(default, deserialize_with = "or_default")]
    spec: Spec,
    #[serde(default, deserialize_with = "or_default")]
    status: Status,
}

#[derive(Deserialize)]
struct Metadata {
    #[serde(rename = "name")]
    _name: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Status {
    #[serde(deserialize_with = "or_default")]
    by_pod: Vec<PodStatus>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct PodStatus {
    #[serde(deserialize_with = "or_default")]
    errors: Vec<Value>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Spec {
    #[serde(rename = "match", deserialize_with = "or_default")]
    matches: Match,
    parameters: Option<Value>,
    enforcement_action: Option<String>,
    #[serde(deserialize_with = "or_default")]
    scoped_enforcement_actions: Option<Vec<Scoped>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Scoped {
    #[serde(default, deserialize_with = "or_default")]
    action: String,
    #[serde(default, deserialize_with = "or_default")]
    enforcement_points: Vec<Point>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Point {
    #[serde(default, deserialize_with = "or_default")]
    name: String,
}

/// What a constraint is asked about: all of it must fit.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Match {
    #[serde(deserialize_with = "or_default")]
    source: String,
    #[serde(deserialize_with = "or_default")]
    kinds: Vec<Kinds>,
    #[serde(deserialize_with = "or_default")]
    scope: String,
    #[serde(deserialize_with = "or_default")]
    namespaces: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    excluded_namespaces: Vec<String>,
    label_selector: Option<Selector>,
    namespace_selector: Option<Selector>,
    #[serde(deserialize_with = "or_default")]
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[derive(Default)]
struct Kinds {
    #[serde(deserialize_with = "or_default")]
    api_groups: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    kinds: Vec<String>,
}

/// Reads a constraint of a template with this schema of parameters.
pub(super) fn read(constraint: &Value, schema: Option<&Value>) -> Result<Constraint, String> {
    let document = Document::deserialize(constraint).map_err(|error| format!("the constraint: {error}"))?;
    if !document.api_version.starts_with("constraints.gatekeeper.sh/") {
        return Err(format!("a constraint of {} {}", document.api_version, document.kind));
    }
    if document.status.by_pod.iter().any(|pod| !pod.errors.is_empty()) {
        return Err("a constraint that Gatekeeper refuses, as its status says".to_owned());
    }
    let Spec { matches, parameters, enforcement_action, scoped_enforcement_actions } = document.spec;
    // A selector that is none is refused with its constraint.
    let none = BTreeMap::new();
    for selector in [&matches.label_selector, &matches.namespace_selector].into_iter().flatten() {
        if selector.selects(&none).is_none() {
            return Err("the constraint: a selector that the API would refuse".to_owned());
        }
    }
    let action = action(enforcement_action.as_deref(), scoped_enforcement_actions);
    Ok(Constraint { matches, parameters: defaults::filled(parameters, schema), action })
}

/// What follows from a violation at the webhook. Without a word the API server writes `deny` into a constraint; a word that Gatekeeper does not know makes
/// it pass over the violation.
fn action(word: Option<&str>, scoped: Option<Vec<Scoped>>) -> Action {
    match word {
        None | Some("deny") => Action::Deny,
        Some("dryrun") => Action::Lets("only reports (dryrun)".to_owned()),
        Some("warn") => Action::Lets("only warns".to_owned()),
        Some("scoped") => {
            let Some(scoped) = scoped else { return Action::Lets("scoped without actions, which Gatekeeper refuses".to_owned()) };
            let here: Vec<String> = scoped
                .into_iter()
                .filter(|action| action.enforcement_points.iter().any(|point| point.name == WEBHOOK || point.name == "*"))
                .map(|action| action.action)
                .collect();
            if here.is_empty() {
                Action::Elsewhere
            } else if here.iter().any(|action| action == "deny") {
                Action::Deny
            } else {
                Action::Lets(format!("only {} at admission", here.join(" and ")))
            }
        }
        Some(other) => Action::Lets(format!("the enforcement action {other:?}, which Gatekeeper does not know")),
    }
}

/// What a request looks like to a match.
pub(super) struct Asked<'a> {
    /// Group and kind of the object itself.
    pub group: &'a str,
    /// Kind of the object itself.
    pub kind: &'a str,
    /// The namespace that the request names; none for a Namespace.
    pub namespace: Option<&'a Namespace>,
    /// The object, and the one before.
    pub objects: [Option<&'a Value>; 2],
}

impl<'a> Asked<'a> {
    /// A request as the webhook hands it on: a Namespace is in none, and what goes is both the object and the one before.
    pub(super) fn new(request: &'a Request) -> Self {
        let object = if request.object.is_null() { &request.old_object } else { &request.object };
        let (group, kind) = sort(object, request);
        let namespace = request.namespace.as_ref().filter(|_| !is_namespace(group, kind));
        let there = |value: &'a Value| (!value.is_null()).then_some(value);
        Self { group, kind, namespace, objects: [there(&request.object), there(&request.old_object)] }
    }
}

fn sort<'a>(object: &'a Value, request: &'a Request) -> (&'a str, &'a str) {
    match (object["apiVersion"].as_str(), object["kind"].as_str()) {
        (Some(version), Some(kind)) => (version.split_once('/').map_or("", |(group, _)| group), kind),
        _ => (&request.kind.group, &request.kind.kind),
    }
}

pub(super) fn is_namespace(group: &str, kind: &str) -> bool {
    group.is_empty() && kind == "Namespace"
}

/// Whether a constraint is asked; an error counts as a violation there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fits {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// Whether it is can't be told, which is a violation.
    Errs(String),
}

impl Match {
    /// Whether one of the objects of a request fits.
    pub(super) fn fits(&self, asked: &Asked) -> Fits {
        for object in asked.objects.iter().copied().flatten() {
            match self.object(asked, object) {
                Fits::No => {}
                other => return other,
            }
        }
        Fits::No
    }

    fn object(&self, asked: &Asked, object: &Value) -> Fits {
        let metadata = &object["metadata"];
        let name = metadata["name"].as_str().unwrap_or_default();
        let own = metadata["namespace"].as_str().unwrap_or_default();
        let namespace_itself = is_namespace(asked.group, asked.kind);
        let kinds =
            self.kinds.is_empty() || self.kinds.iter().any(|entry| has(&entry.kinds, asked.kind) && has(&entry.api_groups, asked.group));
        let within = asked.namespace.is_some() || !own.is_empty();
        let scope = match self.scope.as_str() {
            "Cluster" => namespace_itself || !within,
            "Namespaced" => !namespace_itself && within,
            _ => true,
        };
        if !kinds || !scope {
            return Fits::No;
        }
        let namespace = match (namespace_itself, asked.namespace) {
            (true, _) => Some(name),
            (false, Some(namespace)) => Some(namespace.name.as_str()),
            (false, None) => Some(own).filter(|own| !own.is_empty()),
        };
        if !self.names(namespace) {
            return Fits::No;
        }
        let labels = labels(metadata);
        if self.label_selector.as_ref().is_some_and(|selector| selector.selects(&labels) != Some(true)) {
            return Fits::No;
        }
        if let Some(selector) = &self.namespace_selector {
            let fits = match (namespace_itself, asked.namespace) {
                (true, _) => selector.selects(&labels),
                (false, Some(namespace)) => selector.selects(&namespace.labels),
                (false, None) if own.is_empty() => Some(true),
                (false, None) => return Fits::Errs("the namespace is not there".to_owned()),
            };
            if fits != Some(true) {
                return Fits::No;
            }
        }
        let generated = metadata["generateName"].as_str().unwrap_or_default();
        let named = self.name.is_empty() || wild(&self.name, name) || (self.name.ends_with('*') && wild(&self.name, generated));
        if !named {
            return Fits::No;
        }
        match self.source.as_str() {
            "" | "All" | "Original" => Fits::Yes,
            "Generated" => Fits::No,
            other => Fits::Errs(format!("the source {other}")),
        }
    }

    /// Whether the names of namespaces fit; what is in none always does.
    fn names(&self, namespace: Option<&str>) -> bool {
        let Some(namespace) = namespace else { return true };
        (self.namespaces.is_empty() || self.namespaces.iter().any(|name| wild(name, namespace)))
            && !self.excluded_namespaces.iter().any(|name| wild(name, namespace))
    }

    /// Writes what it can tell of a namespace.
    pub(super) fn tells_apart(&self, namespace: &Namespace, key: &mut Vec<u8>) {
        let selected = self.namespace_selector.as_ref().is_none_or(|selector| selector.selects(&namespace.labels) == Some(true));
        key.push(u8::from(self.names(Some(&namespace.name)) && selected));
    }

    /// By what their author chooses objects stay out of it.
    pub(super) fn ways_around(&self) -> Vec<String> {
        let labels = self
            .label_selector
            .as_ref()
            .filter(|selector| !selector.is_empty())
            .map(|_| "objects whose labels its labelSelector does not choose".to_owned());
        let name = Some(self.name.as_str())
            .filter(|name| !name.trim_matches('*').is_empty())
            .map(|name| format!("objects whose name is not {name}"));
        labels.into_iter().chain(name).collect()
    }

    /// Whether it may be asked about what an ExpansionTemplate makes of an object.
    pub(super) fn takes_generated(&self) -> bool {
        self.source != "Original"
    }
}

/// Whether a list has a word; an empty one has all, as one with a star has.
fn has(list: &[String], word: &str) -> bool {
    list.is_empty() || list.iter().any(|entry| entry == "*" || entry == word)
}

fn labels(metadata: &Value) -> BTreeMap<String, String> {
    let labels = metadata["labels"].as_object().into_iter().flatten();
    labels.filter_map(|(key, value)| value.as_str().map(|value| (key.clone(), value.to_owned()))).collect()
}

/// A name with a star at its front, its end, or both; elsewhere a star is a letter.
pub(super) fn wild(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(rest), Some(_)) => name.contains(rest.strip_suffix('*').unwrap_or(rest)),
        (Some(end), None) => name.ends_with(end),
        (None, Some(start)) => name.starts_with(start),
        (None, None) => pattern == name,
    }
}

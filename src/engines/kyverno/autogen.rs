//! The rules that Kyverno makes for the controllers of pods from rules for pods.
//!
//! Source: pkg/autogen/v1 of Kyverno 1.19. For a request about a Deployment only the rules for Deployments are made, and so for each kind.

use super::settings::Assertions;
use super::types::{Choice, Resources, Rule};
use serde_json::{Map, Value, json};

/// The annotation that names the controllers.
pub const ANNOTATION: &str = "pod-policies.kyverno.io/autogen-controllers";

/// Kinds that have a pod template, as rules for them name them.
const CONTROLLERS: [(&str, &str); 7] = [
    ("DaemonSet", "apps/v1/DaemonSet"),
    ("Deployment", "apps/v1/Deployment"),
    ("Job", "batch/v1/Job"),
    ("StatefulSet", "apps/v1/StatefulSet"),
    ("ReplicaSet", "apps/v1/ReplicaSet"),
    ("ReplicationController", "v1/ReplicationController"),
    ("CronJob", "batch/v1/CronJob"),
];

/// Whether rules are made at all: none of a policy's rules may choose by name, labels or annotations, or name more than pods.
#[must_use]
pub fn possible<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> bool {
    let mut needed = false;
    for rule in rules {
        let patches = |value: &Value| value.get("patchesJson6902").and_then(Value::as_str).is_some_and(|patches| !patches.is_empty());
        let mutates_by_patch = rule.mutate.as_ref().is_some_and(|mutate| {
            patches(mutate) || mutate.get("foreach").and_then(Value::as_array).is_some_and(|items| items.iter().any(patches))
        });
        if rule.generate.as_ref().is_some_and(|generate| generate.as_object().is_some_and(|map| !map.is_empty())) || mutates_by_patch {
            return false;
        }
        for choice in std::iter::once(&rule.about).chain(&rule.exclude) {
            for resources in std::iter::once(&choice.resources).chain(choice.any.iter().chain(&choice.all).map(|filter| &filter.resources))
            {
                if !fits(resources) {
                    return false;
                }
                needed |= resources.kinds.iter().any(|kind| kind == "Pod" || CONTROLLERS.iter().any(|(name, _)| name == kind));
            }
        }
    }
    needed
}

fn fits(resources: &Resources) -> bool {
    resources.name.is_empty()
        && resources.names.is_empty()
        && resources.selector.is_none()
        && resources.annotations.is_none()
        && !(resources.kinds.len() > 1 && has_pod(&resources.kinds))
}

/// Whether kinds name pods, in any form.
fn has_pod(kinds: &[String]) -> bool {
    kinds.iter().any(|text| {
        let parts: Vec<&str> = text.split('/').collect();
        let version = |part: &str| super::choice::kind_selector(&format!("{part}/X"))[1] == part;
        let kind = match *parts.as_slice() {
            [kind] | [_, _, kind, _] => kind,
            [first, second] => {
                if version(first) {
                    second
                } else {
                    first
                }
            }
            [first, second, third] => {
                if version(first) {
                    second
                } else {
                    third
                }
            }
            _ => "",
        };
        kind.split('.').next() == Some("Pod")
    })
}

/// Which kinds rules are made for.
#[must_use]
pub fn controllers(annotation: Option<&str>) -> Vec<&'static str> {
    let all = CONTROLLERS.iter().map(|(name, _)| *name);
    match annotation {
        None => all.collect(),
        Some(text) => all.filter(|name| text.split(',').any(|part| part == *name)).collect(),
    }
}

/// The rule that is made for a kind, as it would be written; none where none is. Of assertion trees none is made where they are passed over.
#[must_use]
pub fn generated(raw: &Value, rule: &Rule, kind: &str, assertions: Assertions) -> Option<Value> {
    if rule.name.starts_with("autogen-") || !has_pod(&rule.about.kinds()) {
        return None;
    }
    let excluded = rule.exclude.as_ref().map(Choice::kinds).unwrap_or_default();
    if !excluded.is_empty() && !has_pod(&excluded) {
        return None;
    }
    let gvk = CONTROLLERS.iter().find(|(name, _)| *name == kind)?.1;
    let cron = kind == "CronJob";
    let path: &[&str] = if cron { &["spec", "jobTemplate", "spec", "template"] } else { &["spec", "template"] };
    let mut made = Map::new();
    let prefix = if cron { "autogen-cronjob" } else { "autogen" };
    let name: String = format!("{prefix}-{}", rule.name).chars().take(63).collect();
    made.insert("name".to_owned(), json!(name));
    for key in ["match", "exclude"] {
        if let Some(choice) = raw.get(key).filter(|choice| !choice.is_null()) {
            made.insert(key.to_owned(), chosen(choice, gvk, cron, key == "match"));
        }
    }
    for key in ["context", "preconditions", "celPreconditions", "verifyImages"] {
        if let Some(value) = raw.get(key).filter(|value| !value.is_null()) {
            made.insert(key.to_owned(), without_empty_any(value));
        }
    }
    let validate = raw.get("validate").filter(|validate| validate.as_object().is_some_and(|map| !map.is_empty()));
    if let Some(validate) = validate {
        let demanded = demanded(validate, path, assertions != Assertions::PassedOver);
        // A rule that looks at images as well is made of these.
        made.insert("validate".to_owned(), demanded.or_else(|| (!rule.verify_images.is_empty()).then(|| validate.clone()))?);
    } else if rule.verify_images.is_empty() {
        return None;
    }
    let cel = validate.is_some_and(|validate| !validate["cel"].is_null());
    Some(moved(&Value::Object(made), cron, cel))
}

/// What is chosen, with the controller in place of pods.
fn chosen(choice: &Value, gvk: &str, cron: bool, is_match: bool) -> Value {
    let mut choice = choice.clone();
    let kinds_of = |filter: &Value| -> Vec<String> {
        let kinds = filter["resources"]["kinds"].as_array();
        kinds.into_iter().flatten().filter_map(|kind| kind.as_str().map(str::to_owned)).collect()
    };
    for list in ["any", "all"] {
        let Some(filters) = choice.get_mut(list).and_then(Value::as_array_mut).filter(|filters| !filters.is_empty()) else { continue };
        for filter in filters.iter_mut() {
            if (cron || has_pod(&kinds_of(filter)))
                && let Value::Object(map) = filter
            {
                let resources = map.entry("resources").or_insert_with(|| json!({}));
                if resources.is_null() {
                    *resources = json!({});
                }
                resources["kinds"] = json!([gvk]);
            }
        }
        return choice;
    }
    if (is_match || !kinds_of(&choice).is_empty())
        && let Value::Object(map) = &mut choice
    {
        let resources = map.entry("resources").or_insert_with(|| json!({}));
        if resources.is_null() {
            *resources = json!({});
        }
        resources["kinds"] = json!([gvk]);
    }
    choice
}

/// What is demanded, below the template.
fn demanded(validate: &Value, path: &[&str], asserts: bool) -> Option<Value> {
    let mut made = Map::new();
    for key in ["message", "failureAction", "failureActionOverrides", "allowExistingViolations"] {
        if let Some(value) = validate.get(key) {
            made.insert(key.to_owned(), value.clone());
        }
    }
    let below = |pattern: &Value| path.iter().rev().fold(pattern.clone(), |inner, key| json!({ *key: inner }));
    let given = |key: &str| validate.get(key).filter(|value| !value.is_null());
    if let Some(pattern) = given("pattern") {
        made.insert("pattern".to_owned(), below(pattern));
    } else if let Some(deny) = given("deny") {
        made.insert("deny".to_owned(), without_empty_any(deny));
    } else if let Some(security) = given("podSecurity") {
        made.insert("podSecurity".to_owned(), security.clone());
    } else if let Some(patterns) = given("anyPattern") {
        let patterns: Vec<Value> = patterns.as_array().into_iter().flatten().map(below).collect();
        made.insert("anyPattern".to_owned(), Value::Array(patterns));
    } else if let Some(each) = given("foreach").filter(|each| each.as_array().is_some_and(|each| !each.is_empty())) {
        made.insert("foreach".to_owned(), Value::Array(each.as_array().into_iter().flatten().map(list).collect()));
    } else if given("cel").is_some() || asserts && given("assert").is_some() {
        return Some(validate.clone());
    } else {
        return None;
    }
    Some(Value::Object(made))
}

/// A list of a made rule. Its preconditions are read over those that were there before, so that an empty `any` stays in them, and in them alone.
fn list(each: &Value) -> Value {
    let mut made = without_empty_any(each);
    if let (Value::Object(made), Some(given)) = (&mut made, each.get("preconditions")) {
        made.insert("preconditions".to_owned(), given.clone());
    }
    made
}

/// On the way to a made rule, empty lists of `any` are lost.
fn without_empty_any(value: &Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.iter()
                .filter(|(key, value)| !(matches!(key.as_str(), "any" | "all") && value.as_array().is_some_and(Vec::is_empty)))
                .map(|(key, value)| {
                    let deep = matches!(key.as_str(), "conditions" | "preconditions" | "deny" | "foreach");
                    (key.clone(), if deep { without_empty_any(value) } else { value.clone() })
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.iter().map(without_empty_any).collect()),
        other => other.clone(),
    }
}

/// All texts with the pod's places moved to the template's.
fn moved(value: &Value, cron: bool, cel: bool) -> Value {
    let template = if cron { "spec.jobTemplate.spec.template" } else { "spec.template" };
    let text = |text: &str| {
        let mut text = text.to_owned();
        for part in ["spec", "metadata"] {
            for object in if cel { ["object", "oldObject"] } else { ["request.object", "request.oldObject"] } {
                text = text.replace(&format!("{object}.{part}"), &format!("{object}.{template}.{part}"));
            }
        }
        text
    };
    match value {
        Value::String(inner) => Value::String(text(inner)),
        Value::Array(items) => Value::Array(items.iter().map(|item| moved(item, cron, cel)).collect()),
        Value::Object(map) => Value::Object(map.iter().map(|(key, item)| (text(key), moved(item, cron, cel))).collect()),
        other => other.clone(),
    }
}

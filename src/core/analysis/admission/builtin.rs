//! Kubernetes' own guards: Pod Security Admission by its labels, and validating admission policies by their bindings.

use super::demands::{self, Demand};
use super::extent::{Clause, Extent, texts};
use super::{Guard, Strictness, objects};
use crate::analysis::pod_security::{Enforcement, Level};
use crate::kinds::{Inventory, custom::Custom};
use crate::model::{Kind, ObjectRef};
use serde_json::Value;
use std::collections::BTreeSet;

pub(super) fn guards(inventory: &Inventory) -> Vec<Guard> {
    let mut all = pod_security(inventory);
    for (policy, object) in objects(inventory, Kind::ValidatingAdmissionPolicies) {
        all.extend(bound(inventory, policy, &object));
    }
    all
}

fn pod_security(inventory: &Inventory) -> Vec<Guard> {
    let mut all = Vec::new();
    for namespace in &inventory.namespaces {
        let Some(enforced) = Enforcement::of(&namespace.metadata.labels).filter(|e| e.level > Level::Privileged) else { continue };
        let mut demands = BTreeSet::from(Demand::NODE);
        if enforced.level == Level::Restricted {
            demands.insert(Demand::NonRoot);
        }
        let name = &namespace.metadata.name;
        let object = ObjectRef::new("", "Namespace", "", name);
        all.push(Guard::new("Pod Security Admission", object, demands, Strictness::Enforce, Extent::namespace(name)));
    }
    all
}

/// A policy does nothing by itself: each binding makes a guard of it.
fn bound(inventory: &Inventory, policy: &Custom, object: &ObjectRef) -> Vec<Guard> {
    let constraints = policy.parts.get("/spec/matchConstraints");
    if !asks_about_pods(constraints) {
        return vec![];
    }
    let demands = of_expressions(policy);
    let partial = demands::of_some_containers(&expressions(policy), &demands);
    let mut all = Vec::new();
    for (binding, _) in objects(inventory, Kind::ValidatingAdmissionPolicyBindings) {
        if binding.parts.get("/spec/policyName").and_then(Value::as_str) != Some(object.name.as_str()) {
            continue;
        }
        let resources = binding.parts.get("/spec/matchResources");
        let mode = mode(binding.parts.get("/spec/validationActions"));
        // Both must select a namespace: what either leaves out is out.
        let outer = Clause::selected(constraints.and_then(|c| c.get("namespaceSelector")));
        let inner = Clause::selected(resources.and_then(|c| c.get("namespaceSelector")));
        let mut guard = Guard::new("Kubernetes", object.clone(), demands.clone(), mode, Extent::everywhere());
        guard.reach.include = vec![intersection(outer, inner, &mut guard.narrowed)];
        guard.narrowed |=
            narrows(policy, constraints) || resources.is_some_and(|r| has(r, "objectSelector") || has(r, "excludeResourceRules"));
        // A binding may speak of fewer resources than its policy; one that leaves pods out asks nothing of them.
        if resources.is_some_and(|r| has(r, "resourceRules")) && !asks_about_pods(resources) {
            continue;
        }
        // An expression that ends in an error lets the pod in then.
        guard.narrowed |= policy.parts.get("/spec/failurePolicy").and_then(Value::as_str) == Some("Ignore");
        guard.partial.clone_from(&partial);
        all.push(guard);
    }
    all
}

fn intersection(outer: Clause, inner: Clause, narrowed: &mut bool) -> Clause {
    match (outer.selector, inner.selector) {
        (Some(mut a), Some(b)) => {
            // Two demands on one label are rare; where they differ, nothing would be selected, so the guard is told as partial.
            *narrowed |= b.match_labels.iter().any(|(key, value)| a.match_labels.get(key).is_some_and(|have| have != value));
            a.match_labels.extend(b.match_labels);
            a.match_expressions.extend(b.match_expressions);
            Clause { names: vec![], selector: Some(a) }
        }
        (a, b) => Clause { names: vec![], selector: a.or(b) },
    }
}

/// `Deny` refuses; `Warn` and `Audit` let pass.
pub(super) fn mode(actions: Option<&Value>) -> Strictness {
    if texts(actions).iter().any(|action| action.eq_ignore_ascii_case("deny")) { Strictness::Enforce } else { Strictness::Audit }
}

/// Whether a rule of the constraints is about the creation of pods.
pub(super) fn asks_about_pods(constraints: Option<&Value>) -> bool {
    let rules = constraints.and_then(|c| c.get("resourceRules")).and_then(Value::as_array);
    rules.into_iter().flatten().any(|rule| {
        let list = |key: &str| texts(rule.get(key));
        let core = rule.get("apiGroups").is_none() || list("apiGroups").iter().any(|group| group.is_empty() || group == "*");
        // Names of single pods, and what is not in a namespace, leave out the pods that matter.
        let named = has(rule, "resourceNames") || rule.get("scope").and_then(Value::as_str) == Some("Cluster");
        core && !named
            && list("resources").iter().any(|r| matches!(r.as_str(), "pods" | "*" | "*/*"))
            && list("operations").iter().any(|o| matches!(o.as_str(), "CREATE" | "*"))
    })
}

/// A policy's CEL: its validations, with the variables that they use.
pub(super) fn expressions(policy: &Custom) -> String {
    let mut text = String::new();
    for part in ["/spec/validations", "/spec/variables"] {
        for item in policy.parts.get(part).and_then(Value::as_array).into_iter().flatten() {
            text.push_str(item.get("expression").and_then(Value::as_str).unwrap_or_default());
            text.push('\n');
        }
    }
    text
}

/// The demands of a policy's CEL.
pub(super) fn of_expressions(policy: &Custom) -> BTreeSet<Demand> {
    let text = expressions(policy);
    let mut found = demands::of_text(&text);
    if demands::compares_registries(&text) {
        found.insert(Demand::Registries);
    }
    found
}

/// Whether a policy leaves pods out by labels of objects or by conditions.
pub(super) fn narrows(policy: &Custom, constraints: Option<&Value>) -> bool {
    constraints.is_some_and(|c| has(c, "objectSelector") || has(c, "excludeResourceRules"))
        || policy.parts.get("/spec/matchConditions").and_then(Value::as_array).is_some_and(|list| !list.is_empty())
}

/// Whether a field is there and says something.
pub(super) fn has(value: &Value, field: &str) -> bool {
    match value.get(field) {
        None | Some(Value::Null) => false,
        Some(Value::Object(map)) => !map.is_empty(),
        Some(Value::Array(list)) => !list.is_empty(),
        Some(_) => true,
    }
}

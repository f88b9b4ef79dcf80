//! Kubernetes' own guards: Pod Security Admission by its labels, and validating admission policies by their bindings.

use super::demands::{self, Demand};
use super::extent::{Clause, Extent, has, texts};
use super::rules::{Entrance, asks, listed};
use super::{Guard, Strictness, objects};
use crate::analysis::pod_security::{Enforcement, Level};
use crate::kinds::{Inventory, custom::Custom};
use crate::model::{Kind, ObjectRef};
use serde_json::Value;
use std::collections::BTreeSet;

/// Pod Security admission among the engines.
pub(super) const POD_SECURITY: &str = "Pod Security Admission";
/// The API server's own policies among the engines.
pub(super) const KUBERNETES: &str = "Kubernetes";

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
        all.push(Guard::certain(POD_SECURITY, object, demands, Extent::namespace(name)));
    }
    all
}

/// A policy does nothing by itself: each binding makes a guard of it.
fn bound(inventory: &Inventory, policy: &Custom, object: &ObjectRef) -> Vec<Guard> {
    let constraints = policy.parts.get("/spec/matchConstraints");
    if !asks(constraints, Entrance::Pod) {
        return vec![];
    }
    let demands = of_expressions(policy);
    let mut all = Vec::new();
    for (binding, bound_by) in objects(inventory, Kind::ValidatingAdmissionPolicyBindings) {
        if binding.parts.get("/spec/policyName").and_then(Value::as_str) != Some(object.name.as_str()) {
            continue;
        }
        let resources = binding.parts.get("/spec/matchResources");
        let mode = mode(binding.parts.get("/spec/validationActions"));
        // Both must select a namespace: what either leaves out is out.
        let outer = Clause::selected(constraints.and_then(|c| c.get("namespaceSelector")));
        let inner = Clause::selected(resources.and_then(|c| c.get("namespaceSelector")));
        let mut guard = Guard::new(KUBERNETES, object.clone(), demands.clone(), mode, Extent::everywhere());
        guard.reach.include = vec![intersection(outer, inner, &mut guard.narrowed)];
        guard.narrowed |= narrows(policy, constraints) || resources.is_some_and(|r| has(r, "objectSelector"));
        // Of what parameters say nothing is read, and where there are none a binding may let everything pass.
        guard.narrowed |= policy.parts.get("/spec/paramKind").is_some_and(|kind| !kind.is_null());
        // An expression that ends in an error lets the pod in then.
        guard.narrowed |= fails_open(policy);
        // A binding may speak of fewer resources than its policy; one that leaves pods out asks nothing of them.
        let own = resources.is_some_and(|r| has(r, "resourceRules"));
        let bound = |entrance| (!own || asks(resources, entrance)) && !listed(resources, "excludeResourceRules", entrance);
        if !bound(Entrance::Pod) {
            continue;
        }
        let ephemeral = asks(constraints, Entrance::Ephemeral) && bound(Entrance::Ephemeral);
        guard.partial = of_some(policy, &demands, ephemeral);
        guard.unknown.extend(binding.unknown_fields.iter().map(|field| format!("“{field}” of {bound_by}")));
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

/// Whether a policy lets pods in where it ends in an error, or where nobody answers for it.
pub(super) fn fails_open(policy: &Custom) -> bool {
    policy.parts.get("/spec/failurePolicy").and_then(Value::as_str) == Some("Ignore")
}

/// Which demands a policy in CEL makes of some containers only: those that its text does not name, and ephemeral ones where it is not asked about
/// them, since they come into a pod by a request of their own.
pub(super) fn of_some(policy: &Custom, demands: &BTreeSet<Demand>, asked_about_ephemeral: bool) -> BTreeSet<Demand> {
    if asked_about_ephemeral {
        return demands::of_some_containers(&expressions(policy), demands);
    }
    Demand::OF_CONTAINERS.into_iter().filter(|demand| demands.contains(demand)).collect()
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
    constraints.is_some_and(|c| has(c, "objectSelector"))
        || policy.parts.get("/spec/matchConditions").and_then(Value::as_array).is_some_and(|list| !list.is_empty())
}

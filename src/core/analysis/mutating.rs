//! MutatingAdmissionPolicies: what changes pods on their way in, in Kubernetes' own policy language (alpha 1.32, GA 1.36).
//!
//! The API server first lets policies of this kind change an object, then mutating webhooks; where a webhook changed it, policies and webhooks with
//! `reinvocationPolicy: IfNeeded` are asked once more. Only then is the result held against Pod Security, validating policies and validating webhooks
//! (`AllOrderedPlugins` of kube-apiserver). So nothing that validates is got round. What a mutating webhook checks while it is asked (signatures of images,
//! as several engines do) may be changed after it, by a policy that is asked again.

use crate::kinds::custom::Custom;
use crate::kinds::{Inventory, KindState};
use crate::model::{Kind, text::clean};
use serde_json::Value;
use std::collections::BTreeSet;

/// A policy that may change pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changing {
    /// Its name.
    pub name: String,
    /// The bindings that put it into effect.
    pub bindings: Vec<String>,
    /// Whether it may be asked again after a webhook.
    pub again: bool,
}

/// The policies in effect that may change pods, or what makes pods. One of which it can't be told counts.
#[must_use]
pub fn of_pods(inventory: &Inventory) -> Vec<Changing> {
    let of = |kind| inventory.customs.get(&kind).into_iter().flatten();
    let bound = |policy: &Custom| -> Vec<String> {
        let own = |binding: &&Custom| text(binding, "/spec/policyName") == Some(policy.metadata.name.as_str());
        of(Kind::MutatingAdmissionPolicyBindings).filter(own).map(|binding| clean(&binding.metadata.name)).collect()
    };
    let bindings_known =
        !matches!(inventory.state(Kind::MutatingAdmissionPolicyBindings), KindState::Forbidden | KindState::Failed | KindState::Partial);
    of(Kind::MutatingAdmissionPolicies)
        .filter(|policy| may_mean_pods(policy))
        .map(|policy| Changing {
            name: clean(&policy.metadata.name),
            bindings: bound(policy),
            again: text(policy, "/spec/reinvocationPolicy") != Some("Never"),
        })
        .filter(|changing| !changing.bindings.is_empty() || !bindings_known)
        .collect()
}

/// What they mean for what refuses pods, in a sentence; none where nothing changes pods this way, or where it could not be read and nobody asked.
#[must_use]
pub fn words(inventory: &Inventory) -> Option<String> {
    if matches!(inventory.state(Kind::MutatingAdmissionPolicies), KindState::Forbidden | KindState::Failed | KindState::Partial) {
        return Some("Which MutatingAdmissionPolicies change pods on their way in could not be read.".to_owned());
    }
    let all = of_pods(inventory);
    if all.is_empty() {
        return None;
    }
    let names: Vec<&str> = all.iter().map(|changing| changing.name.as_str()).collect();
    let again: Vec<&str> = all.iter().filter(|changing| changing.again).map(|changing| changing.name.as_str()).collect();
    let behind = if again.is_empty() {
        String::new()
    } else {
        format!(
            " What a mutating webhook checks while it is asked, as some check signatures of images, these may change after it: {}.",
            again.join(", ")
        )
    };
    Some(format!(
        "MutatingAdmissionPolicies change pods on their way in: {}. Pod Security, validating policies and validating webhooks judge what comes of it.{behind}",
        names.join(", ")
    ))
}

fn text<'a>(custom: &'a Custom, pointer: &str) -> Option<&'a str> {
    custom.parts.get(pointer)?.as_str()
}

/// Resources by which pods come to be.
const POD_MAKERS: &[&str] =
    &["pods", "podtemplates", "replicationcontrollers", "deployments", "replicasets", "statefulsets", "daemonsets", "jobs", "cronjobs"];

fn may_mean_pods(policy: &Custom) -> bool {
    let Some(rules) = policy.parts.get("/spec/matchConstraints").and_then(|own| own.get("resourceRules")).and_then(Value::as_array) else {
        return true;
    };
    rules.iter().any(|rule| {
        let Some(resources) = rule.get("resources").and_then(Value::as_array) else { return true };
        let named: BTreeSet<&str> = resources.iter().filter_map(Value::as_str).map(|own| own.split('/').next().unwrap_or(own)).collect();
        named.is_empty() || named.iter().any(|own| *own == "*" || POD_MAKERS.contains(own))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{Ingest, Source};
    use crate::sensitive::FingerprintKey;
    use serde_json::json;

    fn cluster(spec: &Value, bound: bool, refused: Option<Kind>) -> Inventory {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([0; 32]));
        let policy = json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingAdmissionPolicy", "metadata": {"name": "sidecar"}, "spec": spec});
        let binding = json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingAdmissionPolicyBinding", "metadata": {"name": "all"}, "spec": {"policyName": if bound { "sidecar" } else { "other" }}});
        for (kind, object) in [(Kind::MutatingAdmissionPolicies, policy), (Kind::MutatingAdmissionPolicyBindings, binding)] {
            ingest.state(kind, KindState::Read, "");
            ingest.object(kind, &object.to_string());
        }
        refused.into_iter().for_each(|kind| ingest.state(kind, KindState::Forbidden, "forbidden"));
        ingest.finish()
    }

    #[test]
    fn policies_that_change_pods_are_told_with_what_comes_before_them() {
        let of = |resources: &[&str], again: &str| json!({"matchConstraints": {"resourceRules": [{"apiGroups": ["*"], "resources": resources}]}, "reinvocationPolicy": again, "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": "[]"}}]});
        for (spec, bound, wanted, behind) in [
            (of(&["pods"], "Never"), true, true, false),
            (of(&["pods/ephemeralcontainers"], "IfNeeded"), true, true, true),
            (of(&["*"], "IfNeeded"), true, true, true),
            (of(&["configmaps", "deployments"], "Never"), true, true, false),
            (of(&["configmaps"], "IfNeeded"), true, false, false),
            (of(&["pods"], "IfNeeded"), false, false, false),
            (json!({"reinvocationPolicy": "Never"}), true, true, false),
        ] {
            let told = words(&cluster(&spec, bound, None));
            assert_eq!(told.is_some(), wanted, "{spec} {told:?}");
            assert_eq!(told.is_some_and(|told| told.contains("may change after it")), behind, "{spec}");
        }
    }

    #[test]
    fn what_could_not_be_read_is_not_passed_over() {
        let spec = json!({"reinvocationPolicy": "Never"});
        let told = words(&cluster(&spec, true, Some(Kind::MutatingAdmissionPolicies)));
        assert!(told.is_some_and(|told| told.contains("could not be read")));
        assert_eq!(of_pods(&cluster(&spec, false, Some(Kind::MutatingAdmissionPolicyBindings))).len(), 1);
        assert_eq!(words(&Inventory::default()), None);
    }
}

//! Policies with a part that nobody here knows: none of them is a guard, wherever the part stands.

use super::super::Asked;
use super::{Inventory, Strictness, Value, guards, inventory, json, kyverno, labels, webhook};

/// A policy of each kind with everything in it that is looked into, and the places in which a field stands that nobody knows.
const WITH_PLACES: &[(&str, &[&str])] = &[
    (
        r#"{"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "p"}, "spec": {
            "validationFailureAction": "Enforce", "background": true, "webhookConfiguration": {"timeoutSeconds": 5},
            "validationFailureActionOverrides": [{"action": "Audit", "namespaces": ["x"], "namespaceSelector": {"matchLabels": {"a": "b"}}}],
            "rules": [{"name": "r", "context": [{"name": "any", "variable": {"value": 1}}],
                "match": {"any": [{"resources": {"kinds": ["Pod"], "namespaceSelector": {"matchExpressions": [{"key": "a", "operator": "Exists"}]}}}]},
                "exclude": {"resources": {"namespaces": ["y"]}},
                "validate": {"message": "m", "failureActionOverrides": [{"action": "Audit", "namespaces": ["x"]}],
                             "deny": {"conditions": {"any": [{"key": "hostPID", "operator": "Equals", "value": true}]}},
                             "foreach": [{"list": "spec.containers", "pattern": {"anything": {"privileged": false}}, "deny": {"conditions": []}}]}},
              {"match": {"resources": {"kinds": ["Pod"]}}, "validate": {"podSecurity": {"level": "baseline", "exclude": [{"controlName": "Seccomp"}]}}},
              {"match": {"all": [{"resources": {"kinds": ["Pod"]}}]},
               "validate": {"cel": {"expressions": [{"expression": "!object.spec.hostPID"}], "variables": [{"name": "v", "expression": "1"}]}}},
              {"match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
               "verifyImages": [{"imageReferences": ["r.example/*"], "validate": {"deny": {"conditions": []}},
                   "attestations": [{"type": "vuln", "attestors": [{"entries": [{"keys": {"publicKeys": "k"}}]}], "conditions": []}],
                   "attestors": [{"count": 1, "entries": [{"keyless": {"subject": "ci@acme.example"}}, {"certificates": {"cert": "c"}},
                       {"attestor": {"entries": [{"attestor": {"entries": [{"keys": {"kms": "k"}}]}}]}}]}]}]}]}}"#,
        &[
            "/spec",
            "/spec/webhookConfiguration",
            "/spec/validationFailureActionOverrides/0",
            "/spec/validationFailureActionOverrides/0/namespaceSelector",
            "/spec/rules/0",
            "/spec/rules/0/match",
            "/spec/rules/0/match/any/0",
            "/spec/rules/0/match/any/0/resources",
            "/spec/rules/0/match/any/0/resources/namespaceSelector",
            "/spec/rules/0/match/any/0/resources/namespaceSelector/matchExpressions/0",
            "/spec/rules/0/exclude",
            "/spec/rules/0/exclude/resources",
            "/spec/rules/0/validate",
            "/spec/rules/0/validate/failureActionOverrides/0",
            "/spec/rules/0/validate/deny",
            "/spec/rules/0/validate/foreach/0",
            "/spec/rules/0/validate/foreach/0/deny",
            "/spec/rules/1/validate/podSecurity",
            "/spec/rules/1/validate/podSecurity/exclude/0",
            "/spec/rules/2/match/all/0",
            "/spec/rules/2/validate/cel",
            "/spec/rules/2/validate/cel/expressions/0",
            "/spec/rules/2/validate/cel/variables/0",
            "/spec/rules/3/verifyImages/0",
            "/spec/rules/3/verifyImages/0/validate",
            "/spec/rules/3/verifyImages/0/validate/deny",
            "/spec/rules/3/verifyImages/0/attestations/0",
            "/spec/rules/3/verifyImages/0/attestations/0/attestors/0/entries/0/keys",
            "/spec/rules/3/verifyImages/0/attestors/0",
            "/spec/rules/3/verifyImages/0/attestors/0/entries/0",
            "/spec/rules/3/verifyImages/0/attestors/0/entries/0/keyless",
            "/spec/rules/3/verifyImages/0/attestors/0/entries/1/certificates",
            "/spec/rules/3/verifyImages/0/attestors/0/entries/2/attestor",
            "/spec/rules/3/verifyImages/0/attestors/0/entries/2/attestor/entries/0/attestor/entries/0/keys",
        ],
    ),
    (
        r#"{"apiVersion": "policies.kyverno.io/v1", "kind": "ValidatingPolicy", "metadata": {"name": "p"}, "spec": {
            "evaluation": {"admission": {"enabled": true}, "background": {"enabled": false}}, "validationActions": ["Deny"],
            "matchConstraints": {"namespaceSelector": {"matchLabels": {"a": "b"}}, "excludeResourceRules": [{"resources": ["secrets"]}],
                "resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]},
            "validations": [{"expression": "!object.spec.hostPID", "message": "m"}], "variables": [{"name": "v", "expression": "1"}]}}"#,
        &[
            "/spec",
            "/spec/evaluation",
            "/spec/evaluation/admission",
            "/spec/matchConstraints",
            "/spec/matchConstraints/namespaceSelector",
            "/spec/matchConstraints/excludeResourceRules/0",
            "/spec/matchConstraints/resourceRules/0",
            "/spec/validations/0",
            "/spec/variables/0",
        ],
    ),
    (
        r#"{"apiVersion": "policies.kyverno.io/v1", "kind": "ImageValidatingPolicy", "metadata": {"name": "p"}, "spec": {
            "matchImageReferences": [{"glob": "r.example/*"}], "validationConfigurations": {"required": true},
            "attestors": [{"name": "a", "cosign": {"keyless": {"identities": [{"subject": "ci@acme.example"}]}}}],
            "validations": [{"expression": "images.containers.map(i, verifyImageSignatures(i, [attestors.a])).all(e, e > 0)"}]}}"#,
        &[
            "/spec",
            "/spec/matchImageReferences/0",
            "/spec/validationConfigurations",
            "/spec/attestors/0",
            "/spec/attestors/0/cosign",
            "/spec/attestors/0/cosign/keyless",
            "/spec/attestors/0/cosign/keyless/identities/0",
            "/spec/validations/0",
        ],
    ),
    (
        r#"{"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "K8sPSPAllowedUsers", "metadata": {"name": "p"}, "spec": {
            "enforcementAction": "scoped", "scopedEnforcementActions": [{"action": "deny", "enforcementPoints": [{"name": "*"}]}],
            "match": {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}], "namespaceSelector": {"matchLabels": {"a": "b"}}, "labelSelector": {"odd": 1}},
            "parameters": {"runAsUser": {"rule": "MustRunAs", "ranges": [{"min": 1, "max": 2}]}}}}"#,
        &[
            "/spec",
            "/spec/scopedEnforcementActions/0",
            "/spec/scopedEnforcementActions/0/enforcementPoints/0",
            "/spec/match",
            "/spec/match/kinds/0",
            "/spec/match/namespaceSelector",
            "/spec/parameters",
            "/spec/parameters/runAsUser",
            "/spec/parameters/runAsUser/ranges/0",
        ],
    ),
    (
        r#"{"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "K8sPSPPrivilegedContainer", "metadata": {"name": "p"}, "spec": {
            "match": {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}]}, "parameters": {"exemptImages": ["r.example/agent"]}}}"#,
        &["/spec", "/spec/match", "/spec/match/kinds/0", "/spec/parameters"],
    ),
    (
        r#"{"apiVersion": "policy.sigstore.dev/v1beta1", "kind": "ClusterImagePolicy", "metadata": {"name": "p"}, "spec": {
            "images": [{"glob": "**"}], "authorities": [{"name": "a", "static": {"action": "fail"}, "keyless": {"identities": [{"subject": "ci"}]}}]}}"#,
        &[
            "/spec",
            "/spec/images/0",
            "/spec/authorities/0",
            "/spec/authorities/0/static",
            "/spec/authorities/0/keyless",
            "/spec/authorities/0/keyless/identities/0",
        ],
    ),
    (
        r#"{"apiVersion": "policies.kubewarden.io/v1", "kind": "ClusterAdmissionPolicy", "metadata": {"name": "p"}, "spec": {
            "module": "registry://ghcr.io/kubewarden/policies/user-group-psp:v1", "namespaceSelector": {"matchLabels": {"a": "b"}},
            "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["CREATE"]}],
            "settings": {"run_as_user": {"rule": "MustRunAsNonRoot", "ranges": [{"min": 1}]}}}}"#,
        &[
            "/spec",
            "/spec/namespaceSelector",
            "/spec/rules/0",
            "/spec/settings",
            "/spec/settings/run_as_user",
            "/spec/settings/run_as_user/ranges/0",
        ],
    ),
    (
        r#"{"apiVersion": "config.openshift.io/v1", "kind": "ClusterImagePolicy", "metadata": {"name": "p"}, "spec": {
            "scopes": ["r.example"], "policy": {"rootOfTrust": {"policyType": "PublicKey"}}}}"#,
        &["/spec", "/spec/policy"],
    ),
    (
        r#"{"apiVersion": "config.openshift.io/v1", "kind": "Image", "metadata": {"name": "cluster"}, "spec": {
            "registrySources": {"allowedRegistries": ["r.example"], "insecureRegistries": []}}}"#,
        &["/spec", "/spec/registrySources"],
    ),
    (
        r#"{"apiVersion": "security.openshift.io/v1", "kind": "SecurityContextConstraints", "metadata": {"name": "p"}, "groups": ["system:authenticated"],
            "allowPrivilegedContainer": false, "runAsUser": {"type": "MustRunAsRange"}, "volumes": ["*"]}"#,
        &["", "/runAsUser"],
    ),
];

/// The object with a field at a place that nobody knows.
fn invented(object: &Value, place: &str) -> Value {
    let mut object = object.clone();
    object.pointer_mut(place).unwrap_or_else(|| panic!("nothing at {place}"))["inventedField"] = json!({"any": "thing"});
    object
}

fn unreadable(inventory: &Inventory) -> String {
    ["policy", "signature"].iter().flat_map(|role| super::super::unreadable(inventory, &[], role)).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_policy_with_a_part_that_nobody_knows_is_no_guard_and_is_named() {
    for (text, places) in WITH_PLACES {
        let object: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let whole = inventory(std::slice::from_ref(&object));
        assert!(!guards(&whole).is_empty(), "{object}");
        assert_eq!(unreadable(&whole), "", "{object}");
        for place in *places {
            let odd = inventory(&[invented(&object, place)]);
            assert!(guards(&odd).is_empty(), "{}: {place}", object["kind"]);
            assert!(
                unreadable(&odd).contains("inventedField”, which nobody here knows"),
                "{}: {place}: {}",
                object["kind"],
                unreadable(&odd)
            );
        }
    }
}

#[test]
fn a_binding_with_a_part_that_nobody_knows_puts_no_guard_into_effect() {
    let rules = json!([{"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["CREATE"]}]);
    let policy = json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "p"}, "spec": {
        "matchConstraints": {"resourceRules": rules, "namespaceSelector": {"matchLabels": {"a": "b"}}},
        "validations": [{"expression": "!object.spec.hostNetwork"}], "variables": [{"name": "v", "expression": "1"}]}});
    let binding = json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "b"},
        "spec": {"policyName": "p", "validationActions": ["Deny"], "paramRef": {"name": "x"},
                 "matchResources": {"resourceRules": rules, "namespaceSelector": {"matchLabels": {"a": "b"}}}}});
    assert_eq!(guards(&inventory(&[policy.clone(), binding.clone()])).len(), 1);
    let of_policy =
        ["/spec", "/spec/matchConstraints", "/spec/matchConstraints/resourceRules/0", "/spec/matchConstraints/namespaceSelector"];
    for place in of_policy.into_iter().chain(["/spec/validations/0", "/spec/variables/0"]) {
        assert!(guards(&inventory(&[invented(&policy, place), binding.clone()])).is_empty(), "{place}");
    }
    for place in ["/spec", "/spec/matchResources", "/spec/matchResources/resourceRules/0", "/spec/matchResources/namespaceSelector"] {
        let odd = inventory(&[policy.clone(), invented(&binding, place)]);
        assert!(
            guards(&odd).is_empty() && unreadable(&odd).contains("ValidatingAdmissionPolicyBinding b"),
            "{place}: {}",
            unreadable(&odd)
        );
    }
}

#[test]
fn what_takes_something_out_by_a_part_that_nobody_knows_makes_all_of_its_engine_unread() {
    let policy =
        kyverno(json!({"rules": [{"match": {"resources": {"kinds": ["Pod"]}}, "validate": {"podSecurity": {"level": "baseline"}}}]}));
    let constraint =
        json!({"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "K8sPSPHostNamespace", "metadata": {"name": "c"}, "spec": {}});
    let exception = json!({"apiVersion": "kyverno.io/v2", "kind": "PolicyException", "metadata": {"name": "e", "namespace": "n"},
        "spec": {"exceptions": [{"policyName": "other", "ruleNames": ["r"]}], "match": {"any": []}}});
    let in_cel = json!({"apiVersion": "policies.kyverno.io/v1", "kind": "PolicyException", "metadata": {"name": "e", "namespace": "n"},
        "spec": {"policyRefs": [{"name": "other", "kind": "ValidatingPolicy"}]}});
    let config = json!({"apiVersion": "config.gatekeeper.sh/v1alpha1", "kind": "Config", "metadata": {"name": "config", "namespace": "n"},
        "spec": {"match": [{"processes": ["*"], "excludedNamespaces": ["n"]}]}});
    let engines = |object: Value| -> Vec<&'static str> {
        guards(&inventory(&[policy.clone(), constraint.clone(), object])).into_iter().map(|guard| guard.engine).collect()
    };
    for whole in [&exception, &in_cel, &config] {
        assert_eq!(engines(whole.clone()), ["Kyverno", "Gatekeeper"]);
    }
    for place in ["/spec", "/spec/exceptions/0"] {
        assert_eq!(engines(invented(&exception, place)), ["Gatekeeper"], "{place}");
    }
    for place in ["/spec", "/spec/policyRefs/0"] {
        assert_eq!(engines(invented(&in_cel, place)), ["Gatekeeper"], "{place}");
    }
    for place in ["/spec", "/spec/match/0"] {
        assert_eq!(engines(invented(&config, place)), ["Kyverno"], "{place}");
    }
}

#[test]
fn a_webhook_with_a_part_that_nobody_knows_is_not_known_to_be_asked() {
    let policy = kyverno(json!({"rules": [{"match": {"resources": {"kinds": ["Pod"]}},
        "validate": {"failureAction": "Enforce", "podSecurity": {"level": "baseline"}}}]}));
    let mut hook = webhook("kyverno", json!({"matchExpressions": [{"key": "a", "operator": "DoesNotExist"}]}));
    hook["webhooks"][0]["clientConfig"] =
        json!({"service": {"name": "kyverno-svc", "namespace": "kyverno", "port": 443, "path": "/validate"}});
    let asked = |hook: Value| {
        let inventory = inventory(&[policy.clone(), hook]);
        // As from a snapshot too.
        let kept: Inventory = serde_json::from_str(&serde_json::to_string(&inventory).unwrap_or_default()).unwrap_or_default();
        assert_eq!(kept.validating_webhooks, inventory.validating_webhooks);
        guards(&inventory).iter().map(|guard| (guard.asked_in("pay", &labels(&[])), guard.mode_in("pay", &labels(&[])))).collect::<Vec<_>>()
    };
    assert_eq!(asked(hook.clone()), [(Asked::All, Some(Strictness::Text))]);
    let places = ["", "/clientConfig", "/clientConfig/service", "/namespaceSelector", "/namespaceSelector/matchExpressions/0", "/rules/0"];
    for place in places {
        let odd = invented(&hook, &format!("/webhooks/0{place}"));
        assert_eq!(asked(odd), [(Asked::Unknown, Some(Strictness::Part))], "{place}");
    }
}

//! Policies as their engines' documentation writes them, and where each holds.

use super::{Demand, Guard, Strictness, guards, held};
use crate::analysis::image::ImageReference;
use crate::kinds::{Ingest, Inventory, KindState, Source};
use crate::model::Kind;
use crate::sensitive::FingerprintKey;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn inventory(objects: &[Value]) -> Inventory {
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
    ingest.state(Kind::ValidatingWebhooks, KindState::Read, "");
    for object in objects {
        let text = |field: &str| object[field].as_str().unwrap_or_default();
        if let Some(kind) = Kind::of(text("apiVersion"), text("kind")) {
            ingest.object(kind, &object.to_string());
        }
    }
    ingest.finish()
}

fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
}

fn one(object: Value) -> Guard {
    let mut all = guards(&inventory(&[object]));
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn kyverno(spec: Value) -> Value {
    json!({"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "p"}, "spec": spec})
}

#[test]
fn a_kyverno_pattern_on_registries_holds_where_it_matches() {
    let guard = one(kyverno(json!({
        "validationFailureAction": "Enforce",
        "validationFailureActionOverrides": [{"action": "Audit", "namespaces": ["pay-test*"]}],
        "rules": [{
            "name": "r",
            "match": {"any": [{"resources": {"kinds": ["Pod"], "namespaces": ["pay*"]}}]},
            "exclude": {"any": [{"resources": {"namespaces": ["pay-out"]}}]},
            "validate": {"message": "no privileged talk", "pattern": {"spec": {"containers": [{"image": "r.example/*"}]}}},
        }],
    })));
    assert_eq!(guard.demands.iter().copied().collect::<Vec<_>>(), [Demand::Registries]);
    let mode = |namespace: &str| guard.mode_in(namespace, &labels(&[]));
    assert_eq!(
        (mode("pay"), mode("pay-test1"), mode("pay-out"), mode("shop")),
        (Some(Strictness::Enforce), Some(Strictness::Audit), None, None)
    );
}

#[test]
fn a_kyverno_rule_that_leaves_out_objects_holds_in_part_and_its_own_action_counts() {
    let guard = one(kyverno(json!({
        "rules": [{
            "match": {"any": [{"resources": {"kinds": ["Pod"], "selector": {"matchLabels": {"a": "b"}}}}]},
            "validate": {"failureAction": "Enforce", "podSecurity": {"level": "restricted", "exclude": [{"controlName": "HostPath Volumes"}]}},
        }],
    })));
    assert_eq!(guard.mode_in("x", &labels(&[])), Some(Strictness::Part));
    assert!(guard.demands.contains(&Demand::NonRoot) && !guard.demands.contains(&Demand::HostPath));
}

#[test]
fn kyverno_verifies_the_images_that_it_names() {
    let guard = one(kyverno(json!({
        "validationFailureAction": "Audit",
        "rules": [{
            "match": {"resources": {"kinds": ["Pod"]}},
            "verifyImages": [{"imageReferences": ["r.example/*"], "failureAction": "Enforce", "attestors": [{"entries": []}]}],
        }],
    })));
    let covers = |image: &str| ImageReference::parse(image).is_some_and(|image| guard.covers_image(&image));
    assert!(guard.demands.contains(&Demand::Signatures) && covers("r.example/a/b:1") && !covers("nginx"));
    assert_eq!(guard.mode_in("any", &labels(&[])), Some(Strictness::Enforce));
}

#[test]
fn rules_on_other_kinds_or_of_other_meaning_are_no_guards_of_pods() {
    let other = kyverno(
        json!({"rules": [{"match": {"any": [{"resources": {"kinds": ["Ingress"]}}]}, "validate": {"pattern": {"spec": {"image": "a/b"}}}}]}),
    );
    assert!(guards(&inventory(&[other])).is_empty());
    let tags = kyverno(
        json!({"rules": [{"match": {"any": [{"resources": {"kinds": ["Pod"]}}]}, "validate": {"pattern": {"spec": {"containers": [{"image": "!*:latest"}]}}}}]}),
    );
    assert!(one(tags).demands.is_empty());
}

#[test]
fn a_validating_admission_policy_needs_a_binding_that_denies() {
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "node"},
        "spec": {
            "matchConstraints": {"resourceRules": [{"apiGroups": [""], "resources": ["pods"], "operations": ["CREATE"]}]},
            "validations": [{"expression": "!object.spec.?hostNetwork.orValue(false) && (object.spec.containers + object.spec.?initContainers.orValue([])).all(c, !c.?securityContext.privileged.orValue(false))"}],
        },
    });
    let binding = |name: &str, actions: Value, resources: Value| {
        json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": name},
               "spec": {"policyName": "node", "validationActions": actions, "matchResources": resources}})
    };
    assert!(guards(&inventory(std::slice::from_ref(&policy))).is_empty());
    let selector = json!({"namespaceSelector": {"matchLabels": {"pci": "cde"}}});
    let all = guards(&inventory(&[policy, binding("a", json!(["Warn", "Audit"]), json!({})), binding("b", json!(["Deny"]), selector)]));
    let mode = |namespace: &str, set: &[(&str, &str)]| held(&all, Demand::Privileged, namespace, &labels(set)).0;
    assert_eq!((mode("pay", &[("pci", "cde")]), mode("shop", &[])), (Some(Strictness::Enforce), Some(Strictness::Audit)));
    assert_eq!(held(&all, Demand::HostPath, "pay", &labels(&[("pci", "cde")])).0, None);
}

#[test]
fn labels_of_pod_security_are_guards_of_their_namespace() {
    let all = guards(&inventory(&[
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "pay", "labels": {"pod-security.kubernetes.io/enforce": "baseline"}}}),
        json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "open", "labels": {"pod-security.kubernetes.io/enforce": "privileged"}}}),
    ]));
    assert_eq!(held(&all, Demand::HostPath, "pay", &labels(&[])).0, Some(Strictness::Enforce));
    assert_eq!(held(&all, Demand::NonRoot, "pay", &labels(&[])).0, None);
    assert_eq!(held(&all, Demand::HostPath, "open", &labels(&[])).0, None);
}

#[test]
fn other_engines_speak_their_own_words() {
    let gatekeeper = one(json!({
        "apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "K8sAllowedRepos", "metadata": {"name": "repos"},
        "spec": {"enforcementAction": "dryrun", "match": {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}], "excludedNamespaces": ["kube-*"]}, "parameters": {"repos": ["r.example"]}},
    }));
    assert_eq!((gatekeeper.mode_in("pay", &labels(&[])), gatekeeper.mode_in("kube-system", &labels(&[]))), (Some(Strictness::Audit), None));
    let sigstore = one(json!({
        "apiVersion": "policy.sigstore.dev/v1beta1", "kind": "ClusterImagePolicy", "metadata": {"name": "signed"},
        "spec": {"images": [{"glob": "r.example/**"}], "authorities": [{"key": {"data": "-----BEGIN PUBLIC KEY-----"}}]},
    }));
    let asked = labels(&[("policy.sigstore.dev/include", "true")]);
    assert_eq!((sigstore.mode_in("pay", &asked), sigstore.mode_in("pay", &labels(&[]))), (Some(Strictness::Enforce), None));
    let kubewarden = one(json!({
        "apiVersion": "policies.kubewarden.io/v1", "kind": "AdmissionPolicy", "metadata": {"name": "p", "namespace": "pay"},
        "spec": {"module": "registry://ghcr.io/kubewarden/policies/pod-privileged:v1.0.0", "mode": "protect"},
    }));
    assert_eq!((kubewarden.mode_in("pay", &labels(&[])), kubewarden.mode_in("shop", &labels(&[]))), (Some(Strictness::Enforce), None));
    let openshift = one(json!({
        "apiVersion": "config.openshift.io/v1", "kind": "ClusterImagePolicy", "metadata": {"name": "p"}, "spec": {"scopes": ["r.example/pay"]},
    }));
    let covers = |image: &str| ImageReference::parse(image).is_some_and(|image| openshift.covers_image(&image));
    assert!(covers("r.example/pay/api:1") && covers("r.example/pay:1") && !covers("r.example/payday:1"));
}

#[test]
fn kyverno_in_cel_is_read_by_what_it_calls() {
    let guard = one(json!({
        "apiVersion": "policies.kyverno.io/v1", "kind": "ImageValidatingPolicy", "metadata": {"name": "p"},
        "spec": {
            "validationActions": ["Deny"],
            "matchConstraints": {"resourceRules": [{"apiGroups": [""], "resources": ["pods"], "operations": ["CREATE"]}]},
            "matchImageReferences": [{"glob": "r.example/*"}],
            "validations": [{"expression": "images.containers.map(image, verifyImageSignatures(image, [attestors.a])).all(e, e > 0)"}],
        },
    }));
    assert_eq!(guard.mode_in("x", &labels(&[])), Some(Strictness::Enforce));
    assert!(guard.demands.contains(&Demand::Signatures) && guard.images.is_some());
}

#[test]
fn what_is_refused_to_some_containers_only_is_refused_in_part() {
    let all = guards(&inventory(&[kyverno(json!({
        "validationFailureAction": "Enforce",
        "rules": [{
            "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
            "validate": {"pattern": {"spec": {"=(hostNetwork)": false, "containers": [{"=(securityContext)": {"=(privileged)": false}}]}}},
        }],
    }))]));
    let mode = |demand| held(&all, demand, "pay", &labels(&[])).0;
    assert_eq!(
        (mode(Demand::Privileged), mode(Demand::HostNetwork), mode(Demand::HostPid)),
        (Some(Strictness::Part), Some(Strictness::Enforce), None)
    );
}

#[test]
fn an_engine_that_is_not_asked_guards_nothing() {
    let policy = kyverno(json!({
        "validationFailureAction": "Enforce",
        "rules": [{"match": {"any": [{"resources": {"kinds": ["Pod"]}}]}, "validate": {"podSecurity": {"level": "baseline"}}}],
    }));
    let webhook = |name: &str, selector: Value| {
        json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "metadata": {"name": name},
               "webhooks": [{"name": "validate.svc-fail", "failurePolicy": "Fail", "namespaceSelector": selector, "clientConfig": {"url": "https://x"},
                             "rules": [{"apiGroups": [""], "resources": ["pods"], "operations": ["CREATE", "UPDATE"]}]}]})
    };
    let mode = |objects: &[Value], namespace: &str| held(&guards(&inventory(objects)), Demand::Privileged, namespace, &labels(&[])).0;
    let not_shop = json!({"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["shop"]}]});
    let both = [policy.clone(), webhook("kyverno-resource-validating-webhook-cfg", not_shop)];
    assert_eq!((mode(&both, "pay"), mode(&both, "shop")), (Some(Strictness::Enforce), Some(Strictness::Audit)));
    // One of another maker does not ask Kyverno; that there is none of Kyverno's is told by those who must have read them.
    assert_eq!(mode(&[policy, webhook("other", json!({}))], "pay"), Some(Strictness::Enforce));
}

#[test]
fn rules_on_another_group_or_on_named_pods_do_not_ask_about_pods() {
    let policy = |rule: Value| {
        let binding = json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "b"},
                             "spec": {"policyName": "p", "validationActions": ["Deny"]}});
        let policy = json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "p"},
                            "spec": {"matchConstraints": {"resourceRules": [rule]}, "validations": [{"expression": "!object.spec.hostPID"}]}});
        guards(&inventory(&[policy, binding])).len()
    };
    let rule = |group: &str, resource: &str| json!({"apiGroups": [group], "resources": [resource], "operations": ["CREATE"]});
    assert_eq!((policy(rule("", "pods")), policy(rule("*", "*")), policy(rule("apps", "*"))), (1, 1, 0));
    let mut named = rule("", "pods");
    named["resourceNames"] = json!(["x"]);
    assert_eq!(policy(named), 0);
}

#[test]
fn a_module_of_kubewarden_demands_what_its_settings_leave_on() {
    let mode = |module: &str, settings: Value, demand: Demand| {
        let policy = json!({
            "apiVersion": "policies.kubewarden.io/v1", "kind": "ClusterAdmissionPolicy", "metadata": {"name": "p"},
            "spec": {"module": format!("registry://ghcr.io/kubewarden/policies/{module}:v1"), "settings": settings},
        });
        held(&guards(&inventory(&[policy])), demand, "pay", &labels(&[])).0
    };
    let host = |settings: Value, demand| mode("host-namespaces-psp", settings, demand);
    assert_eq!(host(json!({}), Demand::HostNetwork), Some(Strictness::Enforce));
    assert_eq!(host(json!({"allow_host_network": false}), Demand::HostNetwork), Some(Strictness::Enforce));
    assert_eq!(host(json!({"allow_host_network": true}), Demand::HostNetwork), None);
    assert_eq!(host(json!({"allow_host_network": true}), Demand::HostPid), Some(Strictness::Enforce));
    // A word that is not understood may mean yes.
    assert_eq!(host(json!({"allow_host_pid": "yes"}), Demand::HostPid), None);
    let privileged = |settings: Value| mode("pod-privileged", settings, Demand::Privileged);
    assert_eq!(
        (privileged(json!({})), privileged(json!({"skip_init_containers": true}))),
        (Some(Strictness::Enforce), Some(Strictness::Part))
    );
    let paths = |settings: Value| mode("hostpaths-psp", settings, Demand::HostPath);
    assert_eq!(paths(json!({"allowedHostPaths": []})), Some(Strictness::Enforce));
    assert_eq!(paths(json!({"allowedHostPaths": [{"pathPrefix": "/var/log", "readOnly": true}]})), Some(Strictness::Part));
}

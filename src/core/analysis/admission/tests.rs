//! Policies as their engines' documentation writes them, and where each holds.

mod unknown;

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
    // Unless a test brings webhooks of its own, each engine is asked about all pods.
    let own = objects.iter().any(|object| object["kind"] == "ValidatingWebhookConfiguration");
    let engines = ["kyverno", "gatekeeper", "kubewarden", "sigstore"].map(|engine| webhook(engine, json!({})));
    for object in objects.iter().chain(engines.iter().filter(|_| !own)) {
        let text = |field: &str| object[field].as_str().unwrap_or_default();
        if let Some(kind) = Kind::of(text("apiVersion"), text("kind")) {
            ingest.object(kind, &object.to_string());
        }
    }
    ingest.finish()
}

fn webhook(name: &str, selector: Value) -> Value {
    json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration", "metadata": {"name": name},
           "webhooks": [{"name": "validate.svc-fail", "failurePolicy": "Fail", "namespaceSelector": selector, "clientConfig": {"url": "https://x"},
                         "rules": [{"apiGroups": [""], "resources": ["pods"], "operations": ["CREATE", "UPDATE"]}]}]})
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
        (Some(Strictness::Text), Some(Strictness::Audit), None, None)
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
            "verifyImages": [{"imageReferences": ["r.example/*"], "failureAction": "Enforce", "attestors": [{"entries": [{"keys": {"publicKeys": "k8s://cosign/key"}}]}]}],
        }],
    })));
    let covers = |image: &str| ImageReference::parse(image).is_some_and(|image| guard.covers_image(&image));
    assert!(guard.demands.contains(&Demand::Signatures) && covers("r.example/a/b:1") && !covers("nginx"));
    assert_eq!(guard.mode_in("any", &labels(&[])), Some(Strictness::Text));
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
            "matchConstraints": {"resourceRules": [{"apiGroups": [""], "resources": ["pods", "pods/ephemeralcontainers"], "operations": ["CREATE", "UPDATE"]}]},
            "validations": [{"expression": "!object.spec.?hostNetwork.orValue(false) && (object.spec.containers + object.spec.?initContainers.orValue([]) + object.spec.?ephemeralContainers.orValue([])).all(c, !c.?securityContext.privileged.orValue(false))"}],
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
    assert_eq!((mode("pay", &[("pci", "cde")]), mode("shop", &[])), (Some(Strictness::Text), Some(Strictness::Audit)));
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
    assert_eq!((sigstore.mode_in("pay", &asked), sigstore.mode_in("pay", &labels(&[]))), (Some(Strictness::Text), None));
    let kubewarden = one(json!({
        "apiVersion": "policies.kubewarden.io/v1", "kind": "AdmissionPolicy", "metadata": {"name": "p", "namespace": "pay"},
        "spec": {"module": "registry://ghcr.io/kubewarden/policies/pod-privileged:v1.0.0", "mode": "protect"},
    }));
    assert_eq!((kubewarden.mode_in("pay", &labels(&[])), kubewarden.mode_in("shop", &labels(&[]))), (Some(Strictness::Text), None));
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
    assert_eq!(guard.mode_in("x", &labels(&[])), Some(Strictness::Text));
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
        (Some(Strictness::Part), Some(Strictness::Text), None)
    );
}

#[test]
fn an_engine_that_is_not_asked_guards_nothing() {
    let policy = kyverno(json!({
        "validationFailureAction": "Enforce",
        "rules": [{"match": {"any": [{"resources": {"kinds": ["Pod"]}}]}, "validate": {"podSecurity": {"level": "baseline"}}}],
    }));
    let mode = |objects: &[Value], namespace: &str| held(&guards(&inventory(objects)), Demand::Privileged, namespace, &labels(&[])).0;
    let not_shop = json!({"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["shop"]}]});
    let both = [policy.clone(), webhook("kyverno-resource-validating-webhook-cfg", not_shop)];
    assert_eq!((mode(&both, "pay"), mode(&both, "shop")), (Some(Strictness::Text), Some(Strictness::Audit)));
    // One of another maker does not ask Kyverno.
    assert_eq!(mode(&[policy, webhook("other", json!({}))], "pay"), Some(Strictness::Part));
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
    assert_eq!(host(json!({}), Demand::HostNetwork), Some(Strictness::Text));
    assert_eq!(host(json!({"allow_host_network": false}), Demand::HostNetwork), Some(Strictness::Text));
    assert_eq!(host(json!({"allow_host_network": true}), Demand::HostNetwork), None);
    assert_eq!(host(json!({"allow_host_network": true}), Demand::HostPid), Some(Strictness::Text));
    // A word that is not understood may mean yes.
    assert_eq!(host(json!({"allow_host_pid": "yes"}), Demand::HostPid), None);
    let privileged = |settings: Value| mode("pod-privileged", settings, Demand::Privileged);
    assert_eq!(
        (privileged(json!({})), privileged(json!({"skip_init_containers": true}))),
        (Some(Strictness::Text), Some(Strictness::Part))
    );
    let paths = |settings: Value| mode("hostpaths-psp", settings, Demand::HostPath);
    assert_eq!(paths(json!({"allowedHostPaths": []})), Some(Strictness::Text));
    assert_eq!(paths(json!({"allowedHostPaths": [{"pathPrefix": "/var/log", "readOnly": true}]})), Some(Strictness::Part));
}

/// How far the only guard goes in a namespace, and why it refuses nothing where it does not.
fn goes(object: Value, namespace: &str) -> (Option<Strictness>, Option<String>) {
    let guard = one(object);
    (guard.mode_in(namespace, &labels(&[])), guard.idle)
}

fn with(mut spec: Value, more: &Value) -> Value {
    let fields = spec.as_object_mut().into_iter().zip(more.as_object());
    fields.for_each(|(spec, more)| spec.extend(more.clone()));
    spec
}

#[test]
fn a_kyverno_policy_holds_no_further_than_its_settings_let_it() {
    let rule = json!([{"match": {"any": [{"resources": {"kinds": ["Pod"]}}]}, "validate": {"podSecurity": {"level": "baseline"}}}]);
    let spec = json!({"validationFailureAction": "Enforce", "rules": rule});
    let under = |more: Value| goes(kyverno(with(spec.clone(), &more)), "pay").0;
    assert_eq!(under(json!({})), Some(Strictness::Text));
    assert_eq!(
        goes(kyverno(with(spec.clone(), &json!({"admission": false}))), "pay"),
        (Some(Strictness::Audit), Some("spec.admission is false".to_owned()))
    );
    assert_eq!(
        under(json!({"webhookConfiguration": {"matchConditions": [{"name": "never", "expression": "false"}]}})),
        Some(Strictness::Part)
    );
    assert_eq!(under(json!({"webhookConfiguration": {"failurePolicy": "Ignore"}})), Some(Strictness::Part));
    assert_eq!(under(json!({"failurePolicy": "Ignore"})), Some(Strictness::Part));
    assert_eq!(under(json!({"admission": true, "webhookConfiguration": {"timeoutSeconds": 5}})), Some(Strictness::Text));
    let twice = json!([rule[0], rule[0]]);
    let modes = |more: Value| -> Vec<_> {
        guards(&inventory(&[kyverno(with(json!({"validationFailureAction": "Enforce", "rules": twice}), &more))]))
            .iter()
            .map(|g| g.mode_in("pay", &labels(&[])))
            .collect()
    };
    assert_eq!(modes(json!({"applyRules": "One"})), [Some(Strictness::Text), Some(Strictness::Part)]);
    assert_eq!(modes(json!({})), [Some(Strictness::Text); 2]);
    let conditional = json!([{"match": {"any": [{"resources": {"kinds": ["Pod"]}}]}, "celPreconditions": [{"name": "x", "expression": "true"}], "validate": {"podSecurity": {"level": "baseline"}}}]);
    assert_eq!(under(json!({"rules": conditional})), Some(Strictness::Part));
}

#[test]
fn what_a_kyverno_rule_says_of_namespaces_goes_before_what_its_policy_says() {
    let rule = |validate: Value| {
        let level = json!({"podSecurity": {"level": "baseline"}});
        json!([{"match": {"any": [{"resources": {"kinds": ["Pod"]}}]}, "validate": with(level, &validate)}])
    };
    let modes = |spec: Value| {
        let guard = one(kyverno(spec));
        ["pay", "shop", "toys"].map(|namespace| guard.mode_in(namespace, &labels(&[])))
    };
    let (text, audit) = (Some(Strictness::Text), Some(Strictness::Audit));
    let own = rule(json!({"failureAction": "Enforce", "failureActionOverrides": [{"action": "Audit", "namespaces": ["sh*"]}]}));
    assert_eq!(modes(json!({"rules": own})), [text, audit, text]);
    // The rule's own action holds where its policy says otherwise for a namespace.
    let policy = json!({"validationFailureActionOverrides": [{"action": "Audit", "namespaces": ["toys"]}], "rules": own});
    assert_eq!(modes(policy), [text, audit, text]);
    let silent = rule(json!({"failureActionOverrides": [{"action": "Enforce", "namespaces": ["pay"]}]}));
    let policy = json!({"validationFailureAction": "Enforce", "validationFailureActionOverrides": [{"action": "Audit", "namespaces": ["pay", "toys"]}], "rules": silent});
    assert_eq!(modes(policy), [text, text, audit]);
    let nowhere = rule(json!({"failureAction": "Enforce", "failureActionOverrides": [{"action": "Audit", "namespaces": []}]}));
    assert_eq!(modes(json!({"rules": nowhere})), [text; 3]);
    let everywhere = rule(json!({"failureAction": "Enforce", "failureActionOverrides": [{"action": "Audit"}]}));
    assert_eq!(modes(json!({"rules": everywhere})), [audit; 3]);
}

#[test]
fn kyverno_in_cel_denies_by_default_and_only_at_admission() {
    let policy = |kind: &str, more: Value| {
        let spec = json!({
            "matchConstraints": {"resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "operations": ["CREATE"]}]},
            "validations": [{"expression": "!object.spec.hostPID && images.containers.all(i, verifyImageSignatures(i, [attestors.a]) > 0)"}],
        });
        json!({"apiVersion": "policies.kyverno.io/v1", "kind": kind, "metadata": {"name": "p"}, "spec": with(spec, &more)})
    };
    for kind in ["ValidatingPolicy", "ImageValidatingPolicy"] {
        let mode = |more: Value| goes(policy(kind, more), "pay").0;
        let images = if kind == "ImageValidatingPolicy" { json!({"matchImageReferences": [{"glob": "*"}]}) } else { json!({}) };
        assert_eq!(mode(images.clone()), Some(Strictness::Text), "{kind}");
        assert_eq!(mode(with(images.clone(), &json!({"validationActions": ["Audit"]}))), Some(Strictness::Audit), "{kind}");
        assert_eq!(
            mode(with(images.clone(), &json!({"evaluation": {"admission": {"enabled": false}}}))),
            Some(Strictness::Audit),
            "{kind}"
        );
        assert_eq!(mode(with(images.clone(), &json!({"failurePolicy": "Ignore"}))), Some(Strictness::Part), "{kind}");
        assert!(guards(&inventory(&[policy(kind, with(images, &json!({"evaluation": {"mode": "JSON"}})))])).is_empty(), "{kind}");
    }
    let anybody = json!({"matchImageReferences": [{"glob": "*"}], "attestors": [{"name": "a", "cosign": {"keyless": {"identities": [{"issuer": "*", "subject": "*"}]}}}]});
    assert_eq!(goes(policy("ImageValidatingPolicy", anybody), "pay").0, Some(Strictness::Audit));
}

#[test]
fn a_gatekeeper_match_that_leaves_a_list_out_leaves_nothing_out() {
    let constraint = |spec: Value| json!({"apiVersion": "constraints.gatekeeper.sh/v1beta1", "kind": "K8sPSPPrivilegedContainer", "metadata": {"name": "p"}, "spec": spec});
    for matched in
        [json!({}), json!({"kinds": []}), json!({"kinds": [{"apiGroups": [""]}]}), json!({"kinds": [{"kinds": ["Pod"]}], "source": "All"})]
    {
        assert_eq!(goes(constraint(json!({"match": matched})), "pay").0, Some(Strictness::Text), "{matched}");
    }
    assert!(guards(&inventory(&[constraint(json!({"match": {"kinds": [{"apiGroups": ["apps"]}]}}))])).is_empty());
    let scoped = |actions: Value| goes(constraint(json!({"enforcementAction": "scoped", "scopedEnforcementActions": actions})), "pay").0;
    let point = |action: &str, name: &str| json!([{"action": action, "enforcementPoints": [{"name": name}]}]);
    assert_eq!(scoped(point("deny", "validation.gatekeeper.sh")), Some(Strictness::Text));
    assert_eq!(
        (scoped(point("deny", "audit.gatekeeper.sh")), scoped(point("warn", "*"))),
        (Some(Strictness::Audit), Some(Strictness::Audit))
    );
    assert_eq!((scoped(json!([])), scoped(point("deny", "vap.k8s.io"))), (Some(Strictness::Audit), Some(Strictness::Part)));
}

#[test]
fn a_policy_with_parameters_or_without_ephemeral_containers_holds_in_part() {
    let guards = |more: Value, resources: Value, text: &str| {
        let spec = json!({"matchConstraints": {"resourceRules": [{"apiGroups": [""], "resources": resources, "operations": ["*"]}]}, "validations": [{"expression": text}]});
        let api = "admissionregistration.k8s.io/v1";
        let policy = json!({"apiVersion": api, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "p"}, "spec": with(spec, &more)});
        let binding = json!({"apiVersion": api, "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "b"}, "spec": {"policyName": "p", "validationActions": ["Deny"]}});
        guards(&inventory(&[policy, binding]))
    };
    let all = "[object.spec.containers, object.spec.initContainers, object.spec.ephemeralContainers].all(l, l.all(c, !c.securityContext.privileged)) && !object.spec.hostPID";
    let two = "(object.spec.containers + object.spec.initContainers).all(c, !c.securityContext.privileged) && !object.spec.hostPID";
    let modes = |more: Value, resources: Value, text: &str| {
        [Demand::Privileged, Demand::HostPid]
            .map(|demand| held(&guards(more.clone(), resources.clone(), text), demand, "pay", &labels(&[])).0)
    };
    let (full, part) = (Some(Strictness::Text), Some(Strictness::Part));
    assert_eq!(modes(json!({}), json!(["pods/*"]), all), [full, full]);
    assert_eq!(modes(json!({}), json!(["pods"]), all), [part, full]);
    assert_eq!(modes(json!({}), json!(["*/*"]), two), [part, full]);
    assert_eq!(modes(json!({"paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}}), json!(["*/*"]), all), [part, part]);
    assert_eq!(modes(json!({"failurePolicy": "Ignore"}), json!(["*/*"]), all), [part, part]);
}

#[test]
fn what_the_api_server_does_not_run_guards_nothing() {
    let policy = kyverno(
        json!({"validationFailureAction": "Enforce", "rules": [{"match": {"any": [{"resources": {"kinds": ["Pod"]}}]}, "validate": {"podSecurity": {"level": "baseline"}}}]}),
    );
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "pay", "labels": {"pod-security.kubernetes.io/enforce": "baseline"}}});
    let server = |flag: &str| {
        let container =
            json!({"name": "kube-apiserver", "image": "registry.k8s.io/kube-apiserver:v1.34.1", "command": ["kube-apiserver", flag]});
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "kube-apiserver-a", "namespace": "kube-system", "annotations": {"kubernetes.io/config.mirror": "x"},
               "labels": {"tier": "control-plane", "component": "kube-apiserver"}}, "spec": {"containers": [container]}})
    };
    let mode =
        |object: &Value, flag: &str| held(&guards(&inventory(&[object.clone(), server(flag)])), Demand::HostPid, "pay", &labels(&[])).0;
    assert_eq!((mode(&namespace, "--v=2"), mode(&policy, "--v=2")), (Some(Strictness::Enforce), Some(Strictness::Text)));
    let without = "--disable-admission-plugins=PodSecurity,ValidatingAdmissionWebhook";
    assert_eq!((mode(&namespace, without), mode(&policy, without)), (Some(Strictness::Audit), Some(Strictness::Part)));
}

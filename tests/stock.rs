//! What providers ship is no finding, and what somebody changed of it is: a new cluster of each distribution (`tests/fixtures/stock`) is quiet in
//! the checks of rights and of the platform, and is not with one thing changed.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

#[path = "support/fixture.rs"]
#[allow(dead_code, reason = "shared with the tests of checks")]
mod fixture;

use kassay_core::assess;
use kassay_core::checks;
use kassay_core::judging::{Tables, View};
use kassay_core::model::{Kind, Weight};
use serde_json::{Value, json};
use std::path::PathBuf;

/// The checks that must be quiet.
const QUIET: &[&str] = &[
    "1.1/anonymous-rbac",
    "1.2/generic-admins",
    "1.3/csr-rights",
    "1.5/account-rights",
    "1.5/default-account-rights",
    "2.1/aggregation",
    "2.1/builtin-roles",
    "2.1/cluster-admin",
    "2.1/escalation",
    "2.1/wildcards",
    "2.2/system-masters",
    "3.1/baseline",
    "3.1/privileged",
    "16.4/shared-resource-rights",
];

fn path(distribution: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("../../tests/fixtures/stock/{distribution}.yaml"))
}

/// Findings in scope that fail a check, of a cluster in which every object is changed before it is read.
fn failing(distribution: &str, change: &mut dyn FnMut(&mut Value)) -> Vec<String> {
    let input = fixture::load_changed(&path(distribution), &mut |_: Kind, object| change(object));
    let tables = Tables::shipped().unwrap();
    let view = View::new(&input.inventory, &input.scope, input.now, &tables);
    let outcomes = QUIET.iter().map(|id| assess::run(checks::by_id(id).unwrap(), &view));
    let findings = outcomes.flat_map(|outcome| {
        let check = outcome.check;
        outcome.findings.into_iter().map(move |finding| (check.clone(), finding))
    });
    findings
        .filter(|(_, finding)| finding.category.in_scope() && finding.weight == Weight::Fail)
        .map(|(check, finding)| format!("{check} {} {}: {}", finding.object.kind, finding.object.name, finding.observed))
        .collect()
}

/// Whether an object is of this kind and name.
fn is(object: &Value, kind: &str, name: &str) -> bool {
    object["kind"] == kind && object["metadata"]["name"] == name
}

/// Adds to a list in an object.
fn push(list: &mut Value, item: Value) {
    list.as_array_mut().unwrap().push(item);
}

#[test]
fn new_clusters_are_quiet() {
    for distribution in ["eks", "gke", "aks", "openshift", "talos", "rke2", "k3s"] {
        let found = failing(distribution, &mut |_| {});
        assert!(found.is_empty(), "{distribution}: {found:#?}");
    }
}

#[test]
fn a_provided_role_that_was_widened_is_found() {
    for (distribution, role) in [
        ("eks", "eks:node-bootstrapper"),
        ("gke", "gce:beta:kubelet-certificate-rotation"),
        ("openshift", "system:image-puller"),
        ("openshift", "system:image-builder"),
        ("openshift", "system:deployer"),
        ("openshift", "system:scope-impersonation"),
        ("openshift", "self-provisioner"),
        ("talos", "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient"),
        ("rke2", "rke2-cloud-controller-manager"),
    ] {
        let wider = json!({"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list"]});
        let found = failing(distribution, &mut |object| {
            if is(object, "ClusterRole", role) {
                push(&mut object["rules"], wider.clone());
            }
        });
        assert!(!found.is_empty(), "{role} on {distribution} reads secrets");
    }
}

#[test]
fn a_provided_binding_to_somebody_else_is_found() {
    let stranger = json!({"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "jane@acme.example"});
    for (distribution, binding) in [
        ("gke", "kubelet-cluster-admin"),
        ("gke", "kube-apiserver-kubelet-api-admin"),
        ("openshift", "system:deployers"),
        ("aks", "aks-service-rolebinding"),
        ("aks", "aks-cluster-admin-binding"),
        ("rke2", "rke2-cloud-controller-manager"),
        ("k3s", "k3s-cloud-controller-manager"),
    ] {
        let found = failing(distribution, &mut |object| {
            if object["metadata"]["name"] == binding && object["roleRef"].is_object() {
                push(&mut object["subjects"], stranger.clone());
            }
        });
        assert!(!found.is_empty(), "{binding} on {distribution} lets a person in");
    }
}

#[test]
fn a_provided_name_means_nothing_on_another_distribution() {
    for (distribution, changed) in [("gke", "eks"), ("openshift", "kubeadm"), ("rke2", "kubeadm"), ("aks", "eks")] {
        let found = failing_as(distribution, changed);
        assert!(!found.is_empty(), "{distribution} taken for {changed}");
    }
}

/// The same cluster taken for another distribution.
fn failing_as(distribution: &str, other: &str) -> Vec<String> {
    let mut input = fixture::load(&path(distribution));
    other.clone_into(&mut input.inventory.cluster.distribution);
    let tables = Tables::shipped().unwrap();
    let view = View::new(&input.inventory, &input.scope, input.now, &tables);
    let outcomes = QUIET.iter().map(|id| assess::run(checks::by_id(id).unwrap(), &view));
    outcomes.flat_map(|o| o.findings).filter(|f| f.category.in_scope() && f.weight == Weight::Fail).map(|f| f.object.name).collect()
}

#[test]
fn a_stranger_among_an_add_on_takes_the_platform_from_its_namespace() {
    let payments = json!({"name": "cards", "image": "registry.acme.example/pay/cards:1.0.0", "securityContext": {"privileged": true}});
    for (distribution, namespace, name) in [
        ("eks", "amazon-guardduty", "aws-guardduty-agent"),
        ("aks", "calico-system", "calico-node"),
        ("openshift", "openshift-logging", "collector"),
    ] {
        let found = failing(distribution, &mut |object| {
            if object["metadata"]["namespace"] == namespace && object["metadata"]["name"] == name {
                push(&mut object["spec"]["template"]["spec"]["containers"], payments.clone());
            }
        });
        assert!(found.iter().any(|line| line.starts_with("3.1/")), "{namespace} on {distribution}: {found:?}");
    }
}

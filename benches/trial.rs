//! What trying policies costs: 200 policies over 10,000 namespaces, which some of them tell apart by labels, some by names, and some in their program.
//! The aim is one second on two cores (docs/performance.md).

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "a program for its author's eyes")]

use kassay_core::analysis::trial::{Trial, WITNESSES};
use kassay_core::kinds::{Ingest, Inventory, KindState, Source};
use kassay_core::model::Kind;
use kassay_core::sensitive::FingerprintKey;
use serde_json::{Value, json};
use std::time::Instant;

const NAMESPACES: usize = 10_000;
const POLICIES: usize = 200;
const TEAMS: usize = 50;
const STAGES: [&str; 3] = ["dev", "test", "prod"];

fn cluster() -> Inventory {
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([3; 32]));
    for kind in Kind::ALL {
        ingest.state(*kind, if kind.stock() { KindState::Read } else { KindState::Absent }, "");
    }
    let mut add = |kind: Kind, object: Value| drop(ingest.object(kind, &object.to_string()));
    for at in 0..NAMESPACES {
        let labels = json!({"team": format!("team-{}", at % TEAMS), "stage": STAGES[at % 3]});
        add(Kind::Namespaces, json!({"metadata": {"name": format!("ns-{at}"), "labels": labels}}));
    }
    for at in 0..POLICIES {
        let name = format!("policy-{at}");
        if at % 2 == 0 {
            let selector = match at % 8 {
                0 => json!({"matchLabels": {"stage": "prod"}}),
                2 => json!({"matchExpressions": [{"key": "team", "operator": "In", "values": [format!("team-{}", at % TEAMS)]}]}),
                4 => json!({"matchExpressions": [{"key": "stage", "operator": "NotIn", "values": ["dev"]}]}),
                _ => json!({}),
            };
            let rules = json!([{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["pods", "pods/ephemeralcontainers"]}]);
            let all = "object.spec.containers + object.spec.?initContainers.orValue([]) + object.spec.?ephemeralContainers.orValue([])";
            let expression = match at % 6 {
                0 => "variables.all.all(c, !c.?securityContext.?privileged.orValue(false))",
                2 => "variables.all.all(c, c.?securityContext.?capabilities.?add.orValue([]).all(a, a in ['NET_BIND_SERVICE', 'CHOWN']))",
                _ => "object.spec.?volumes.orValue([]).all(v, !has(v.hostPath)) && !object.spec.?hostPID.orValue(false)",
            };
            add(
                Kind::ValidatingAdmissionPolicies,
                json!({"metadata": {"name": name}, "spec": {"matchConstraints": {"resourceRules": rules}, "variables": [{"name": "all", "expression": all}],
                       "validations": [{"expression": expression}]}}),
            );
            let binding = json!({"policyName": name, "validationActions": ["Deny"], "matchResources": {"namespaceSelector": selector}});
            add(Kind::ValidatingAdmissionPolicyBindings, json!({"metadata": {"name": name}, "spec": binding}));
        } else {
            let resources = match at % 4 {
                1 => json!({"kinds": ["Pod"], "namespaces": [format!("ns-{}*", at % 10)]}),
                _ => json!({"kinds": ["Pod"]}),
            };
            let pattern = match at % 6 {
                1 => json!({"spec": {"=(hostNetwork)": "false", "=(hostIPC)": "false"}}),
                3 => json!({"spec": {"containers": [{"resources": {"limits": {"memory": "?*"}}}]}}),
                _ => {
                    json!({"spec": {"=(volumes)": [{"X(hostPath)": "null"}], "containers": [{"=(securityContext)": {"=(privileged)": "false"}}]}})
                }
            };
            add(
                Kind::KyvernoClusterPolicies,
                json!({"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": name}, "spec": {"validationFailureAction": "Enforce", "rules": [
                       {"name": "r", "match": {"any": [{"resources": resources}]}, "validate": {"message": "no", "pattern": pattern}}]}}),
            );
        }
    }
    let hook = json!({"name": "validate.kyverno.svc-fail", "failurePolicy": "Fail", "clientConfig": {"url": "https://kyverno.example"},
                      "rules": [{"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*/*"], "scope": "*"}]});
    add(
        Kind::ValidatingWebhooks,
        json!({"apiVersion": "admissionregistration.k8s.io/v1", "metadata": {"name": "kyverno"}, "webhooks": [hook]}),
    );
    ingest.finish()
}

fn main() {
    // The harness of tests asks every program for its tests.
    if std::env::args().any(|argument| argument == "--list") {
        return;
    }
    let inventory = cluster();
    let began = Instant::now();
    let trial = Trial::of(&inventory, &[]);
    let took = began.elapsed();
    let groups = trial.places.len();
    println!(
        "{POLICIES} policies, {NAMESPACES} namespaces in {groups} groups, {} witnesses: {:.2} s (aim 1)",
        WITNESSES.len(),
        took.as_secs_f64()
    );
}

//! Holds effective rights and escalation paths against privilege-escalation cases and a real stock cluster (`../shared/corpora`, skipped
//! with a message where absent), and against cases of its own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs, reason = "a test's failure is its message")]

use kassay_core::analysis::rbac::{Rbac, Request, Subject};
use kassay_core::assess::{self, CheckOutcome};
use kassay_core::checks;
use kassay_core::judging::{Tables, View};
use kassay_core::kinds::{Ingest, Inventory, Source};
use kassay_core::model::{Category, Kind, Outcome, Scope};
use kassay_core::sensitive::FingerprintKey;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

fn corpus(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora").join(path);
    if !path.exists() {
        eprintln!("skipped: {} is not here", path.display());
        return None;
    }
    Some(path)
}

fn inventory(texts: &[String]) -> Inventory {
    let mut ingest = Ingest::new(Source::Files, FingerprintKey([1; 32]));
    for text in texts {
        let documents: Vec<Value> = serde_saphyr::from_multiple(text).unwrap();
        for document in documents {
            let items = document["items"].as_array().cloned().unwrap_or_else(|| vec![document.clone()]);
            for item in items {
                if let Some(kind) = Kind::of(item["apiVersion"].as_str().unwrap_or_default(), item["kind"].as_str().unwrap_or_default()) {
                    ingest.object(kind, &item.to_string());
                }
            }
        }
    }
    ingest.finish()
}

fn run(id: &str, inventory: &Inventory) -> CheckOutcome {
    let (tables, scope) = (Tables::shipped().unwrap(), Scope::default());
    let view = View::new(inventory, &scope, "2026-11-23T09:00:00Z".parse().unwrap(), &tables);
    assess::run(checks::by_id(id).unwrap(), &view)
}

fn own(yaml: &str) -> Inventory {
    inventory(&[yaml.to_owned()])
}

#[test]
fn attacks_are_found_and_named() {
    let Some(folder) = corpus("attacks") else { return };
    let cases = [
        ("POD_CREATE", "create_pods", "pod-create-pods"),
        ("POD_EXEC", "exec", "pod-exec-pods"),
        ("POD_PATCH", "update_workloads", "pod-patch-pods"),
        ("IDENTITY_IMPERSONATE", "impersonate", "pod-impersonate"),
        ("IDENTITY_ASSUME", "node_identity", "node-api-access"),
        ("TOKEN_LIST", "read_secrets", "pod-list-secrets"),
        ("TOKEN_BRUTEFORCE", "read_secrets", "pod-get-secrets"),
        ("ROLE_BIND_CRB_CR", "bind", "pod-bind-role-crb-cr-crb-cr"),
        ("ROLE_BIND_CRB_CR", "bind", "pod-bind-role-crb-cr-rb-cr"),
        ("ROLE_BIND_CRB_CR", "bind", "pod-bind-rola-crb-cr-rb-r"),
        ("ROLE_BIND_RB_CR-SA", "bind", "pod-bind-role-rb-cr-rb-cr"),
        ("ROLE_BIND_RB_CR-SA", "bind", "pod-bind-role-rb-cr-rb-r"),
        ("ROLE_BIND_RB_R-SA", "bind", "pod-bind-role-rb-r-rb-r"),
        ("ROLE_BIND_RB_R-SA", "bind", "pod-bind-role-rb-r-rb-crb"),
    ];
    for (file, rule, binding) in cases {
        let text = std::fs::read_to_string(folder.join(format!("{file}.yaml"))).unwrap();
        let outcome = run("2.1/escalation", &inventory(&[text]));
        let found: Vec<_> = outcome.findings.iter().map(|f| (f.rule.clone().unwrap_or_default(), f.object.name.clone())).collect();
        assert!(found.contains(&(rule.into(), binding.to_owned())), "{file}: {rule} of {binding} is not among {found:?}");
        assert!(found.iter().all(|(_, name)| !name.ends_with("-fail")), "{file}: half a path was told: {found:?}");
    }
}

#[test]
fn all_attack_files_together_give_users_and_groups_too() {
    let Some(folder) = corpus("attacks") else { return };
    let texts: Vec<String> = std::fs::read_dir(folder).unwrap().map(|e| std::fs::read_to_string(e.unwrap().path()).unwrap()).collect();
    let outcome = run("2.1/escalation", &inventory(&texts));
    let bind: BTreeSet<&str> =
        outcome.findings.iter().filter(|f| f.rule.as_deref() == Some("bind")).map(|f| f.object.name.as_str()).collect();
    for name in ["pod-bind-role-rb-r-rb-r-g", "pod-bind-role-rb-r-rb-r-u", "pod-bind-role-rb-r-rb-crb-g", "pod-bind-role-rb-r-rb-crb-u"] {
        assert!(bind.contains(name), "{name} is not among {bind:?}");
    }
    assert!(bind.iter().all(|name| !name.contains("fail")), "{bind:?}");
    assert_eq!(outcome.outcome, Outcome::Fail);
}

/// By design a stock cluster has broad rights for itself; only what an installer adds beyond need is a finding.
#[test]
fn a_stock_k3s_is_quiet_but_for_its_helm_accounts() {
    let Some(path) = corpus("dumps/troubleshoot-k3s-1.24.json") else { return };
    let inventory = inventory(&[std::fs::read_to_string(path).unwrap()]);
    let names = |id: &str| run(id, &inventory).findings.iter().map(|f| f.object.name.clone()).collect::<BTreeSet<_>>();
    let helm = BTreeSet::from(["helm-kube-system-traefik".to_owned(), "helm-kube-system-traefik-crd".to_owned()]);
    assert_eq!(names("2.1/cluster-admin"), helm);
    assert_eq!(names("2.1/escalation"), helm);
    for id in ["1.1/anonymous-rbac", "2.1/wildcards"] {
        assert_eq!(names(id), BTreeSet::new(), "{id}");
    }
    assert!(run("2.1/cluster-admin", &inventory).findings.iter().all(|f| f.category == Category::Platform));
}

#[test]
fn a_user_has_what_its_groups_have_and_a_role_binding_ends_at_its_namespace() {
    let inventory = own(r#"
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: reader}
rules:
- {apiGroups: [""], resources: [pods, nodes], verbs: [get]}
- {nonResourceURLs: [/metrics], verbs: [get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: all-accounts, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects: [{kind: Group, name: "system:serviceaccounts:pay"}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: by-user-name}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: reader}
subjects: [{kind: User, name: "system:serviceaccount:pay:ledger"}]
"#);
    let rbac = Rbac::of(&inventory);
    let (teller, ledger) = (Subject::account("pay", "teller"), Subject::account("pay", "ledger"));
    let pods = Request::on("get", "", "pods");
    assert!(rbac.allows(&teller, &pods.within("shop")) && !rbac.allows(&teller, &pods.within("pay")) && !rbac.allows(&teller, &pods));
    assert!(!rbac.allows(&teller, &Request::on("get", "", "nodes")) && !rbac.allows(&teller, &Request::path("get", "/metrics")));
    assert!(rbac.allows(&ledger, &pods.within("pay")) && rbac.allows(&ledger, &Request::path("get", "/metrics")));
    assert!(!rbac.allows(&Subject::account("shop", "teller"), &pods.within("shop")));
    assert!(!rbac.is_admin(&ledger) && rbac.is_admin(&Subject::group("system:masters")));
}

#[test]
fn aggregation_follows_labels_through_other_aggregated_roles() {
    let inventory = own(r#"
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: top}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {to-top: "true"}}]}
rules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: middle, labels: {to-top: "true"}}
aggregationRule: {clusterRoleSelectors: [{matchExpressions: [{key: to-middle, operator: Exists}]}]}
rules: []
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: leaf, labels: {to-middle: "yes"}}
rules: [{apiGroups: [""], resources: [pods], verbs: [list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: top}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: top}
subjects: [{kind: User, name: jane}]
"#);
    let rbac = Rbac::of(&inventory);
    let jane = Subject::user("jane");
    assert!(rbac.allows(&jane, &Request::on("list", "", "pods")));
    assert!(!rbac.allows(&jane, &Request::on("get", "", "secrets")), "the controller replaces what a manifest states");
}

#[test]
fn rights_from_two_bindings_make_one_administrator() {
    let inventory = own(r#"
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: read}
rules: [{apiGroups: ["*"], resources: ["*"], verbs: [get, list, watch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: write}
rules: [{apiGroups: ["*"], resources: ["*"], verbs: [create, update, patch, delete]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: a}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: read}
subjects: [{kind: User, name: jane}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: b}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: write}
subjects: [{kind: User, name: jane}, {kind: User, name: john}]
"#);
    let rbac = Rbac::of(&inventory);
    assert!(rbac.is_admin(&Subject::user("jane")) && !rbac.is_admin(&Subject::user("john")));
}

/// The register's rows alone decide every request as the rights do: asked of all subjects, over many requests.
#[test]
fn the_register_decides_as_the_authorizer_does() {
    let Some(path) = corpus("dumps/troubleshoot-k3s-1.24.json") else { return };
    let inventory = inventory(&[std::fs::read_to_string(path).unwrap()]);
    let rbac = Rbac::of(&inventory);
    let register = rbac.register(|_, _| Category::Cde);
    let rows: Vec<_> = register.rows().collect();
    assert!(register.complete && rows.len() > 200);
    let subjects: Vec<Subject> = rbac.subjects().cloned().collect();
    let requests = ["get", "list", "create", "patch", "escalate"]
        .into_iter()
        .flat_map(|verb| {
            [
                ("", "pods"),
                ("", "secrets"),
                ("", "nodes/proxy"),
                ("apps", "deployments/scale"),
                ("rbac.authorization.k8s.io", "clusterroles"),
            ]
            .map(|(g, r)| (verb, g, r))
        })
        .flat_map(|(verb, group, resource)| ["", "kube-system", "kube-public"].map(|ns| (verb, group, resource, ns)));
    for (verb, group, resource, namespace) in requests {
        let request = Request::on(verb, group, resource).within(namespace);
        for subject in &subjects {
            let names: Vec<Subject> = subject.with_groups();
            let by_rows = rows.iter().any(|row| {
                names.iter().any(|s| s.kind == row.subject.kind && s.namespace == row.subject.namespace && s.name == row.subject.name)
                    && (row.namespace == "*" || (!namespace.is_empty() && row.namespace == namespace))
                    && row.verbs.iter().any(|v| v == "*" || v == verb)
                    && row.groups.iter().any(|g| g == "*" || g == group)
                    && row
                        .resources
                        .iter()
                        .any(|r| r == "*" || r == resource || resource.split_once('/').is_some_and(|(_, sub)| *r == format!("*/{sub}")))
                    && row.resource_names.is_empty()
            });
            let masters = *subject == Subject::group("system:masters");
            assert_eq!(by_rows || masters, rbac.allows(subject, &request), "{subject}: {request:?}");
        }
    }
}

/// Labelled cases of another program. What it takes as harmless by name alone (`system:…`, `gce:…`, defaults) is judged here by content, so
/// those cases are not in the comparison; nor is a binding whose role is missing, which gives nothing and is told by 2.3/stale-bindings, and
/// one that another of its checks speaks of.
#[test]
fn labelled_cases_agree() {
    let Some(folder) = corpus("checks-polaris") else { return };
    let by_name = ["system_prefix", "gce_", "default", "missing_ref", "role_binding_cluster_role_binding"];
    let exec = |o: &CheckOutcome| o.findings.iter().any(|f| matches!(f.rule.as_deref(), Some("exec" | "wildcard")));
    let any = |o: &CheckOutcome| !o.findings.is_empty();
    let cases: [(&str, &str, &dyn Fn(&CheckOutcome) -> bool); 7] = [
        ("automountServiceAccountToken", "1.5/automount", &any),
        ("clusterrolebindingClusterAdmin", "2.1/cluster-admin", &any),
        ("rolebindingClusterAdminClusterRole", "2.1/cluster-admin", &any),
        ("rolebindingClusterAdminRole", "2.1/cluster-admin", &any),
        ("clusterrolebindingPodExecAttach", "2.1/escalation", &exec),
        ("rolebindingClusterRolePodExecAttach", "2.1/escalation", &exec),
        ("rolebindingRolePodExecAttach", "2.1/escalation", &exec),
    ];
    let (mut compared, mut problems) = (0, Vec::new());
    for (name, check, found) in cases {
        for entry in std::fs::read_dir(folder.join(name)).unwrap() {
            let path = entry.unwrap().path();
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            // Only the names of success cases: there are failures by default, too.
            if (file.starts_with("success") || file.contains("missing_ref")) && by_name.iter().any(|part| file.contains(part)) {
                continue;
            }
            let outcome = run(check, &inventory(&[std::fs::read_to_string(&path).unwrap()]));
            compared += 1;
            if found(&outcome) != file.starts_with("failure") {
                problems.push(format!("{name}/{file}: {:?} {}", outcome.outcome, outcome.reason));
            }
        }
    }
    assert!(problems.is_empty() && compared > 60, "{compared} compared\n{}", problems.join("\n"));
}

#[test]
fn manifests_without_a_namespace_are_referred_to_in_default() {
    let inventory = own(r#"
apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {serviceAccountName: web, containers: [{name: web, image: web}]}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: web, namespace: default}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: ServiceAccount, name: web, namespace: default}]
"#);
    let outcome = run("1.5/account-rights", &inventory);
    assert_eq!(outcome.outcome, Outcome::Fail);
    assert_eq!(outcome.findings.iter().map(|f| f.object.to_string()).collect::<Vec<_>>(), ["ServiceAccount default/web"]);
}

/// A folder of manifests lacks much that the cluster has: nothing in it can be called gone.
#[test]
fn manifests_alone_show_nothing_to_be_stale() {
    let Some(folder) = corpus("systems") else { return };
    for file in ["argocd-ha.yaml", "kube-prometheus.yaml", "gatekeeper.yaml"] {
        let outcome = run("2.3/stale-bindings", &inventory(&[std::fs::read_to_string(folder.join(file)).unwrap()]));
        assert_eq!((outcome.outcome, outcome.findings.len()), (Outcome::Blocked, 0), "{file}: {:?}", outcome.findings);
    }
}

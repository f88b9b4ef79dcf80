//! Holds effective rights against a real API server: what it makes for itself is quiet, and hundreds of its own answers (SubjectAccessReview)
//! are those that the bindings, and the rows of the access register alone, give. Skipped where the cluster's programs are not built.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs, reason = "a test's failure is its message")]

#[path = "support/cluster.rs"]
mod cluster;

use cluster::TestCluster;
use kassay_core::analysis::rbac::{Rbac, Request, register::Row};
use kassay_core::assess;
use kassay_core::checks::{self, Tables, View};
use kassay_core::kinds::{Ingest, Inventory, Source};
use kassay_core::model::{Category, Kind, Outcome, Scope};
use kassay_core::sensitive::FingerprintKey;
use serde_json::{Value, json};

fn read(cluster: &TestCluster) -> Inventory {
    let kinds = "clusterroles,clusterrolebindings,roles,rolebindings,namespaces,serviceaccounts";
    let list: Value = serde_json::from_str(&cluster.kubectl(["get", kinds, "-A", "-o", "json"])).unwrap();
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([3; 32]));
    for item in list["items"].as_array().unwrap() {
        let kind = Kind::of(item["apiVersion"].as_str().unwrap(), item["kind"].as_str().unwrap()).unwrap();
        ingest.object(kind, &item.to_string());
    }
    ingest.finish()
}

/// Waits until the controller has filled the aggregated roles: what the API server applies is then what the labels say.
fn settled(cluster: &TestCluster, role: &str) {
    for _ in 0..100 {
        if cluster.kubectl(["get", "clusterrole", role, "-o", "jsonpath={.rules[*].verbs}"]).contains("get") {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("the controller does not fill the ClusterRole {role}");
}

struct Asked<'a> {
    user: &'a str,
    groups: Vec<String>,
    request: Request<'a>,
}

impl Asked<'_> {
    fn review(&self) -> Value {
        let r = &self.request;
        let mut spec = json!({"user": self.user, "groups": self.groups});
        match r.path {
            Some(path) => spec["nonResourceAttributes"] = json!({"path": path, "verb": r.verb}),
            None => {
                spec["resourceAttributes"] = json!({"verb": r.verb, "group": r.group, "resource": r.resource, "subresource": r.subresource, "namespace": r.namespace, "name": r.name});
            }
        }
        json!({"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec})
    }

    /// Decides by the rows of the register alone, with nothing of the program's own matching.
    fn by_rows(&self, rows: &[Row<'_>]) -> bool {
        let r = &self.request;
        let account = self.user.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split_once(':'));
        let one = |list: &[String], wanted: &str| list.iter().any(|e| e == "*" || e == wanted);
        rows.iter()
            .filter(|row| {
                let s = &row.subject;
                match format!("{:?}", s.kind).as_str() {
                    "User" => s.name == self.user,
                    "Group" => self.groups.iter().any(|g| g == s.name),
                    _ => account == Some((s.namespace, s.name)),
                }
            })
            .any(|row| {
                let full = if r.subresource.is_empty() { r.resource.to_owned() } else { format!("{}/{}", r.resource, r.subresource) };
                let part = format!("*/{}", r.subresource);
                one(row.verbs, r.verb)
                    && match r.path {
                        Some(path) => {
                            row.namespace == "*"
                                && row
                                    .non_resource_urls
                                    .iter()
                                    .any(|u| u == path || u.strip_suffix('*').is_some_and(|start| path.starts_with(start)))
                        }
                        None => {
                            (row.namespace == "*" || (!r.namespace.is_empty() && row.namespace == r.namespace))
                                && one(row.groups, r.group)
                                && (one(row.resources, &full) || (!r.subresource.is_empty() && row.resources.contains(&part)))
                                && (row.resource_names.is_empty() || row.resource_names.iter().any(|n| n == r.name))
                        }
                    }
            })
    }
}

const USERS: &[(&str, &[&str])] = &[
    ("jane", &["system:authenticated"]),
    ("joe", &["system:authenticated"]),
    ("ann", &["system:authenticated"]),
    ("dev", &["devs", "system:authenticated"]),
    ("system:anonymous", &["system:unauthenticated"]),
    ("system:serviceaccount:pay:web", &["system:serviceaccounts", "system:serviceaccounts:pay", "system:authenticated"]),
    ("system:serviceaccount:shop:web", &["system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"]),
    ("system:serviceaccount:shop:root", &["system:serviceaccounts", "system:serviceaccounts:shop", "system:authenticated"]),
    ("system:kube-controller-manager", &["system:authenticated"]),
];

const RESOURCES: &[(&str, &str)] = &[
    ("", "pods"),
    ("", "pods/exec"),
    ("", "secrets"),
    ("", "configmaps"),
    ("", "nodes"),
    ("", "nodes/proxy"),
    ("", "serviceaccounts/token"),
    ("apps", "deployments"),
    ("apps", "deployments/scale"),
    ("batch", "jobs/status"),
    ("rbac.authorization.k8s.io", "clusterroles"),
    ("authorization.k8s.io", "selfsubjectaccessreviews"),
];

const PATHS: &[&str] = &["/metrics", "/healthz", "/healthz/etcd", "/apis", "/apis/apps", "/logs", "/logs/x", "/apisx"];

fn questions() -> Vec<Asked<'static>> {
    let verbs = ["get", "list", "create", "patch", "impersonate", "escalate"];
    let places = [("", ""), ("shop", ""), ("pay", "a"), ("pay", ""), ("shop", "a"), ("kube-system", "c")];
    let mut asked = Vec::new();
    // A stride that shares no factor with the lengths walks through all combinations evenly.
    for (n, (user, groups)) in USERS.iter().enumerate() {
        let groups = || groups.iter().map(|g| (*g).to_owned()).collect();
        for i in 0..48 {
            let at = i * 5 + n;
            let ((group, resource), verb, (namespace, name)) = (RESOURCES[at % 12], verbs[(at / 2 + n) % 6], places[(at / 3 + i) % 6]);
            asked.push(Asked { user, groups: groups(), request: Request::on(verb, group, resource).within(namespace).named(name) });
        }
        asked.extend(PATHS.iter().map(|path| Asked { user, groups: groups(), request: Request::path("get", path) }));
    }
    asked
}

#[test]
fn a_real_cluster_is_quiet_and_answers_as_the_register_does() {
    let Some(cluster) = TestCluster::start() else { return };
    settled(&cluster, "admin");
    let (tables, scope) = (Tables::shipped().unwrap(), Scope::default());
    let now = "2026-11-23T09:00:00Z".parse().unwrap();
    let stock = read(&cluster);
    let view = View::new(&stock, &scope, now, &tables);
    for id in [
        "1.1/anonymous-rbac",
        "1.2/generic-admins",
        "1.3/csr-rights",
        "1.3/token-request-rights",
        "1.5/default-account-rights",
        "2.1/cluster-admin",
        "2.1/wildcards",
        "2.1/builtin-roles",
        "2.1/escalation",
        "2.1/aggregation",
        "2.3/stale-bindings",
        "2.3/duplicate-grants",
    ] {
        let outcome = assess::run(checks::by_id(id).unwrap(), &view);
        assert_eq!((outcome.outcome, outcome.findings.len()), (Outcome::Pass, 0), "{id}: {:?}", outcome.findings);
    }

    cluster.apply(&cluster::root().join("tests/fixtures/rbac/odd.yaml"));
    settled(&cluster, "agg");
    let inventory = read(&cluster);
    let rbac = Rbac::of(&inventory);
    let register = rbac.register(|_, _| Category::Cde);
    let rows: Vec<Row<'_>> = register.rows().collect();
    let asked = questions();
    let file = cluster.dir().join("reviews.json");
    std::fs::write(
        &file,
        json!({"apiVersion": "v1", "kind": "List", "items": asked.iter().map(Asked::review).collect::<Vec<_>>()}).to_string(),
    )
    .unwrap();
    let answers = cluster.kubectl(["create", "-f", file.to_str().unwrap(), "-o", "jsonpath={.status.allowed}{\"\\n\"}"]);
    let answers: Vec<bool> = answers.lines().map(|line| line == "true").collect();
    assert_eq!(answers.len(), asked.len());
    assert!(answers.iter().filter(|a| **a).count() > 60, "too few were allowed for the comparison to mean anything");
    for (asked, answer) in asked.iter().zip(answers) {
        let words = format!("{} {:?} {:?}", asked.user, asked.groups, asked.request);
        assert_eq!(rbac.allows_user(asked.user, &asked.groups, &asked.request), answer, "bindings: {words}");
        assert_eq!(asked.by_rows(&rows), answer, "register: {words}");
    }
}

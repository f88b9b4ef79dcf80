//! Holds effective rights against a real API server: what it makes for itself is quiet, and hundreds of its own answers (SubjectAccessReview)
//! are those that the bindings, and the rows of the access register alone, give; also over grants made at random: `KASSAY_RANDOM_COUNT` says how many
//! questions are asked, `KASSAY_RANDOM_SEED` where to begin. A disagreement is shown by the grants that it rests on. Skipped where the cluster's
//! programs are not built.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs, reason = "a test's failure is its message")]

#[path = "support/cluster.rs"]
mod cluster;
#[path = "support/grants.rs"]
mod grants;

use cluster::TestCluster;
use kassay_core::analysis::rbac::{Rbac, Request, register::Row};
use kassay_core::assess;
use kassay_core::checks;
use kassay_core::judging::{Tables, View};
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

/// What the server answers, question by question.
fn answers(cluster: &TestCluster, asked: &[Asked<'_>]) -> Vec<bool> {
    let file = cluster.dir().join("random-reviews.json");
    let items: Vec<Value> = asked.iter().map(Asked::review).collect();
    std::fs::write(&file, json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string()).unwrap();
    let told = cluster.kubectl(["create", "-f", file.to_str().unwrap(), "-o", "jsonpath={.status.allowed}{\"\\n\"}"]);
    let told: Vec<bool> = told.lines().map(|line| line == "true").collect();
    assert_eq!(told.len(), asked.len());
    told
}

/// Creates a world, and waits until the server answers by all of it: by roles and bindings of both kinds, each of which it hears of by itself, and by
/// the role that the controller fills.
fn created(cluster: &TestCluster, world: &grants::World, number: u64) {
    let api = "rbac.authorization.k8s.io/v1";
    let role = |kind: &str, name: &str| json!({"apiGroup": "rbac.authorization.k8s.io", "kind": kind, "name": name});
    let subject = |name: &str| json!([{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": format!("{name}-{number}")}]);
    let last = format!("last-{number}");
    let rules = json!([{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]);
    let mut objects = world.objects.clone();
    objects.extend([
        json!({"apiVersion": api, "kind": "ClusterRole", "metadata": {"name": last}, "rules": rules}),
        json!({"apiVersion": api, "kind": "Role", "metadata": {"name": last, "namespace": "shop"}, "rules": rules}),
        json!({"apiVersion": api, "kind": "ClusterRoleBinding", "metadata": {"name": last}, "roleRef": role("ClusterRole", &last), "subjects": subject("last-cluster")}),
        json!({"apiVersion": api, "kind": "RoleBinding", "metadata": {"name": last, "namespace": "shop"}, "roleRef": role("Role", &last), "subjects": subject("last-place")}),
    ]);
    cluster.apply_text(&json!({"apiVersion": "v1", "kind": "List", "items": objects}).to_string());
    let users = [format!("last-cluster-{number}"), format!("last-place-{number}")];
    let asked: Vec<Asked<'_>> =
        users.iter().map(|user| Asked { user, groups: vec![], request: Request::on("get", "", "pods").within("shop") }).collect();
    let gathers = |role: &Value| {
        let labels = role["metadata"]["labels"].as_object();
        labels.is_some_and(|labels| {
            labels
                .get(&format!("world-{number}"))
                .is_some_and(|v| v == "x" || world.objects.last().is_some_and(|gathered| gathered.to_string().contains("Exists")))
        })
    };
    let sources = world.objects.iter().any(gathers);
    for _ in 0..200 {
        if answers(cluster, &asked).iter().all(|answer| *answer) {
            if sources {
                settled_any(cluster, &format!("w{number}-gathered"));
            }
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("the server does not answer by world {number}");
}

/// Waits until the controller has filled an aggregated role, and the server has heard of it.
fn settled_any(cluster: &TestCluster, role: &str) {
    for _ in 0..100 {
        if !cluster.kubectl(["get", "clusterrole", role, "-o", "jsonpath={.rules[*].verbs}"]).trim().is_empty() {
            std::thread::sleep(std::time::Duration::from_millis(300));
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("the controller does not fill the ClusterRole {role}");
}

/// The fewest grants of a world on which our answer rests: where we allow, one binding with its role does; where we refuse, all that name the subject.
fn smallest(world: &grants::World, question: &grants::Question, ours: bool) -> String {
    let names = |binding: &Value| {
        let subjects = binding["subjects"].as_array().cloned().unwrap_or_default();
        subjects.iter().any(|s| {
            let name = s["name"].as_str().unwrap_or_default();
            let account = format!("system:serviceaccount:{}:{name}", s["namespace"].as_str().unwrap_or_default());
            name == question.user || account == question.user || question.groups.iter().any(|g| g == name)
        })
    };
    let roles: Vec<&Value> = world.objects.iter().filter(|o| o["kind"].as_str().is_some_and(|k| k.ends_with("Role"))).collect();
    let mut kept: Vec<Value> = Vec::new();
    for binding in world.objects.iter().filter(|o| o["roleRef"].is_object() && names(o)) {
        let referred =
            roles.iter().filter(|r| r["kind"] == binding["roleRef"]["kind"] && r["metadata"]["name"] == binding["roleRef"]["name"]);
        let gathered = roles.iter().filter(|r| {
            binding["roleRef"]["name"].as_str().is_some_and(|n| n.ends_with("gathered")) && r["metadata"]["labels"].is_object()
        });
        let alone: Vec<Value> = referred.chain(gathered).map(|r| (*r).clone()).chain([binding.clone()]).collect();
        if !ours || asks(question, |asked| Rbac::of(&of(&alone)).allows_user(asked.user, &asked.groups, &asked.request)) {
            kept.extend(alone);
            if ours {
                break;
            }
        }
    }
    kept.iter().map(|o| serde_json::to_string_pretty(o).unwrap()).collect::<Vec<_>>().join("\n")
}

fn of(objects: &[Value]) -> Inventory {
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([3; 32]));
    for object in objects {
        ingest.object(Kind::of(object["apiVersion"].as_str().unwrap(), object["kind"].as_str().unwrap()).unwrap(), &object.to_string());
    }
    ingest.finish()
}

fn asks<T>(question: &grants::Question, answer: impl FnOnce(&Asked<'_>) -> T) -> T {
    let request = if question.path.is_empty() {
        Request::on(&question.verb, &question.group, &question.resource).within(&question.namespace).named(&question.name)
    } else {
        Request::path(&question.verb, &question.path)
    };
    answer(&Asked { user: &question.user, groups: question.groups.clone(), request })
}

#[test]
fn random_grants_are_answered_as_the_server_answers() {
    let number = |name: &str, default: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (count, seed) = (number("KASSAY_RANDOM_COUNT", 500), number("KASSAY_RANDOM_SEED", 2026));
    let Some(cluster) = TestCluster::start() else { return };
    for place in ["shop", "pay", "ops"] {
        cluster.kubectl(["create", "namespace", place]);
    }
    let mut dice = grants::Dice::new(seed);
    let (mut done, mut allowed, mut world_number) = (0, 0, 0);
    while done < count {
        world_number += 1;
        let world = grants::World::new(&mut dice, world_number);
        created(&cluster, &world, world_number);
        let inventory = read(&cluster);
        let rbac = Rbac::of(&inventory);
        let register = rbac.register(|_, _| Category::Cde);
        let rows: Vec<Row<'_>> = register.rows().collect();
        let questions: Vec<grants::Question> = (0..(count - done).min(250)).map(|_| world.question(&mut dice)).collect();
        let asked: Vec<Asked<'_>> = questions
            .iter()
            .map(|q| Asked {
                user: &q.user,
                groups: q.groups.clone(),
                request: if q.path.is_empty() {
                    Request::on(&q.verb, &q.group, &q.resource).within(&q.namespace).named(&q.name)
                } else {
                    Request::path(&q.verb, &q.path)
                },
            })
            .collect();
        for ((question, asked), answer) in questions.iter().zip(&asked).zip(answers(&cluster, &asked)) {
            allowed += usize::from(answer);
            let (ours, by_rows) = (rbac.allows_user(asked.user, &asked.groups, &asked.request), asked.by_rows(&rows));
            assert!(
                ours == answer && by_rows == answer,
                "seed {seed}, world {world_number}: {question:?}\nserver {answer}, bindings {ours}, register {by_rows}; the grants:\n{}",
                smallest(&world, question, ours)
            );
        }
        done += questions.len() as u64;
    }
    assert!(
        allowed * 20 > usize::try_from(count).unwrap(),
        "{allowed} of {count} were allowed: too few for the comparison to mean anything"
    );
    eprintln!("{count} questions of seed {seed}: {allowed} allowed, all as the server answers");
}

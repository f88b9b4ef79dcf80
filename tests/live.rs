//! The program against a real cluster: what it sends, what it never says, and that snapshot, dump and cluster are judged alike.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

#[path = "support/cluster.rs"]
mod cluster;
#[path = "support/parts.rs"]
mod parts;

use cluster::TestCluster;
use kassay::collect::snapshot;
use kassay_core::assess::assess as judge;
use kassay_core::judging::Tables;
use kassay_core::kinds::{Coverage, Inventory, KindState};
use kassay_core::model::{ExportFormat, Kind, Scope};
use parts::{Kept, again, cut};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The time that every assessment here is judged by, so that two of them can be compared.
const NOW: &str = "2026-11-23T09:00:00Z";

/// Stands in every planted value; nothing that the program writes may hold it.
const PLANTED: &str = "pl4nt3d7f3a91";

/// A card number that is planted too; only its masked form may be written.
const CARD: &str = "4242424242424242";

/// The shared cluster with the demo company and the planted secrets in it, and the role that the program asks for.
fn cluster() -> Option<&'static TestCluster> {
    static READY: OnceLock<()> = OnceLock::new();
    let cluster = TestCluster::shared()?;
    READY.get_or_init(|| {
        cluster.apply_demo();
        cluster.apply_text(&planted());
        cluster.apply_text(&text(&kassay(["rbac"])));
    });
    Some(cluster)
}

/// Held by tests that bind roles, and by the one that reads the cluster several times and expects it unchanged.
fn bindings_stay() -> std::sync::MutexGuard<'static, ()> {
    static BINDINGS: std::sync::Mutex<()> = std::sync::Mutex::new(());
    BINDINGS.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn planted() -> String {
    format!(
        r#"
apiVersion: v1
kind: Namespace
metadata: {{name: planted}}
---
apiVersion: v1
kind: Secret
metadata: {{name: planted, namespace: planted, annotations: {{note: "{PLANTED}-annotation"}}}}
stringData: {{password: "{PLANTED}-secret"}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: settings, namespace: planted, annotations: {{"example.com/token": "{PLANTED}-configmap-annotation"}}}}
data:
  db.password: "{PLANTED}-Pa55word"
  app.properties: |
    spring.datasource.password={PLANTED}-property
    test.card={CARD}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: own-ca-bundle, namespace: planted}}
data: {{password: "{PLANTED}-in-a-kept-map"}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: leaky, namespace: planted}}
spec:
  replicas: 1
  selector: {{matchLabels: {{app: leaky}}}}
  template:
    metadata: {{labels: {{app: leaky}}, annotations: {{"example.com/api-key": "{PLANTED}-pod-annotation"}}}}
    spec:
      containers:
      - name: app
        image: registry.acmepay.example/payments/leaky:1.0.0
        command: ["/app", "--password={PLANTED}-command"]
        args: ["--token", "{PLANTED}-argument"]
        env:
        - {{name: DB_PASSWORD, value: "{PLANTED}-environment"}}
        - {{name: PLAIN, value: "{PLANTED}-plain-value"}}
"#
    )
}

fn kassay<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kassay"))
        .args(arguments)
        .env_remove("KUBECONFIG")
        .env("KASSAY_DATA_DIR", scratch("data"))
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    assert!(output.status.code() != Some(2), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A folder of this test program for one purpose.
fn scratch(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("live-{}", std::process::id())).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn assess(source: &[&str]) -> Value {
    let output = kassay(["assess", "-o", "json", "--now", NOW, "--quiet"].iter().chain(source));
    serde_json::from_str(&text(&output)).unwrap()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn outcomes(assessment: &Value) -> BTreeMap<String, String> {
    let outcomes = assessment["outcomes"].as_array().unwrap();
    assert!(outcomes.len() >= 30, "{} checks", outcomes.len());
    outcomes.iter().map(|o| (o["check"].as_str().unwrap().to_owned(), o["outcome"].as_str().unwrap().to_owned())).collect()
}

/// A name to read as, through the administrator's right to impersonate, bound to a cluster role.
fn bound(cluster: &TestCluster, name: &str, role: &str) {
    cluster.apply_text(&format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: \"{name}\"}}\nroleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: \"{role}\"}}\nsubjects: [{{apiGroup: rbac.authorization.k8s.io, kind: User, name: \"{name}\"}}]\n"
    ));
}

/// The role that the program asks for, as a value.
fn role() -> Value {
    serde_saphyr::from_str(&text(&kassay(["rbac"]))).unwrap()
}

#[test]
fn the_printed_role_suffices_and_only_reading_is_sent() {
    let Some(cluster) = cluster() else { return };
    let _still = bindings_stay();
    let reader = cluster.bound_user("auditing-assessor", role()["metadata"]["name"].as_str().unwrap());
    let assessment = assess(&["--kubeconfig", path(&reader)]);
    let refused: Vec<&Value> = assessment["kinds"].as_array().unwrap().iter().filter(|k| k["state"] == "forbidden").collect();
    assert!(refused.is_empty(), "{refused:?}");
    assert!(outcomes(&assessment).values().any(|o| o == "fail"));

    let requests = cluster.requests_of("auditing-assessor");
    assert!(requests.len() > 20, "{} requests", requests.len());
    for request in &requests {
        let self_review = request.verb == "create"
            && matches!(request.resource.as_str(), r if r.ends_with("/selfsubjectreviews") || r.ends_with("/selfsubjectaccessreviews") || r.ends_with("/selfsubjectrulesreviews"));
        assert!(matches!(request.verb.as_str(), "get" | "list") || self_review, "{} {} {}", request.verb, request.resource, request.uri);
        assert!(!request.uri.contains("watch="), "{}", request.uri);
    }
    // Secrets only as Tables of a namespace, or as metadata of one type; the server can't log the Accept header, so `collect`'s own tests hold that.
    assert!(requests.iter().filter(|r| r.resource == "/secrets").all(|r| r.verb == "list"));
}

/// Checks that judge flags of the API server, which tells them itself where no pod shows them.
const TOLD_BY_THE_SERVER: &[&str] =
    &["1.4/static-token-file", "2.2/authorization-modes", "6.1/encryption-at-rest", "7.1/audit-flags", "7.1/audit-shipping"];

#[test]
fn cluster_snapshot_and_dump_are_judged_alike() {
    let Some(cluster) = cluster() else { return };
    let _still = bindings_stay();
    let kubeconfig = cluster.kubeconfig();
    let snapshot = scratch("alike").join("cluster.kassay.gz");
    let output = kassay(["collect", "--kubeconfig", path(&kubeconfig), "-f", path(&snapshot), "--quiet"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let live = assess(&["--kubeconfig", path(&kubeconfig)]);
    let kept = assess(&["--from", path(&snapshot)]);
    for (a, b) in live["outcomes"].as_array().unwrap().iter().zip(kept["outcomes"].as_array().unwrap()) {
        assert_eq!(a, b, "{}", a["check"]);
    }
    assert_eq!(live["cluster"]["uid"], kept["cluster"]["uid"]);
    assert!(!live["cluster"]["uid"].as_str().unwrap().is_empty());

    // What `kubectl get -o json` gives is a dump; Secrets are left out of it, as people do, so their checks are blocked and the others agree.
    let dump = scratch("alike-dump");
    let path_of_server = |kind: &Value| kind["kind"].as_str().unwrap().starts_with('/');
    for kind in live["kinds"].as_array().unwrap().iter().filter(|k| k["state"] == "read" && k["kind"] != "secrets" && !path_of_server(k)) {
        let (kind, group) = (kind["kind"].as_str().unwrap(), kind["group"].as_str().unwrap());
        let name = if group.is_empty() { kind.to_owned() } else { format!("{kind}.{group}") };
        std::fs::write(dump.join(format!("{name}.json")), cluster.kubectl(["get", &name, "--all-namespaces", "-o", "json"])).unwrap();
    }
    let version = live["cluster"]["version"].as_str().unwrap();
    let dumped = outcomes(&assess(&["--from", path(&dump), "--kubernetes-version", version]));
    let live = outcomes(&live);
    let differ: Vec<String> = live
        .iter()
        .filter(|(check, outcome)| dumped[*check] != **outcome && dumped[*check] != "blocked")
        // What only the server tells of itself no dump holds; there a person must look.
        .filter(|(check, _)| !(TOLD_BY_THE_SERVER.contains(&check.as_str()) && dumped[*check] == "review"))
        .map(|(check, outcome)| format!("{check}: {outcome} live, {} from the dump", dumped[check]))
        .collect();
    assert!(differ.is_empty(), "{differ:?}");
    assert!(dumped.values().filter(|o| *o == "blocked").count() < dumped.len() / 3, "{dumped:?}");
}

#[test]
fn an_identity_without_rights_is_blocked_wherever_a_list_is_needed() {
    let Some(cluster) = cluster() else { return };
    let stranger = cluster.user("stranger-to-all", &["strangers"]);
    let assessment = assess(&["--kubeconfig", path(&stranger)]);
    let checks: Value = serde_json::from_str(&text(&kassay(["checks", "-o", "json"]))).unwrap();
    for (check, outcome) in outcomes(&assessment) {
        // What the login and the connection show needs no right: those checks need no list, and may say what they saw.
        let row = checks.as_array().unwrap().iter().find(|c| c["id"] == check.as_str()).unwrap();
        if row["needs"].as_array().unwrap().iter().any(|need| need.as_str().unwrap().ends_with(": list")) {
            assert_eq!(outcome, "blocked", "{check}");
        }
    }
    assert!(
        assessment["kinds"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|k| k["state"] == "forbidden")
            .all(|k| k["message"].as_str().unwrap().contains("stranger-to-all")),
        "the server's own words"
    );
}

/// The role without the right to list some kinds, bound to a name.
fn without(cluster: &TestCluster, user: &str, kinds: &[Kind]) {
    let mut less = role();
    less["metadata"] = serde_json::json!({"name": user});
    for rule in less["rules"].as_array_mut().unwrap() {
        let of_rule = |kind: &&Kind| rule["apiGroups"][0] == kind.group() && rule["verbs"][0] == "list";
        let names: Vec<&str> = kinds.iter().filter(of_rule).map(|kind| kind.resource()).collect();
        if let Some(resources) = rule["resources"].as_array_mut() {
            resources.retain(|resource| !names.iter().any(|name| resource == name));
        }
    }
    less["rules"].as_array_mut().unwrap().retain(|rule| rule["resources"].as_array().is_none_or(|resources| !resources.is_empty()));
    cluster.apply_text(&less.to_string());
    bound(cluster, user, user);
}

/// What follows of a refused list: Secrets are asked by the names of namespaces.
fn taken_along(kind: Kind) -> Vec<Kind> {
    if kind == Kind::Namespaces { vec![kind, Kind::Secrets] } else { vec![kind] }
}

/// The cluster is read once; that a list is refused takes its objects and its state out of what was read. For some kinds, and for all that the
/// cluster does not serve, it is read again by somebody who may not list them, which must come to the same.
#[test]
fn forbidding_any_kind_flips_nothing_to_pass() {
    let Some(cluster) = cluster() else { return };
    let _still = bindings_stay();
    let kubeconfig = cluster.kubeconfig();
    let snapshot = scratch("forbidding").join("cluster.kassay.gz");
    bound(cluster, "forbidden:nothing", role()["metadata"]["name"].as_str().unwrap());
    let output = kassay(["collect", "--kubeconfig", path(&kubeconfig), "--as", "forbidden:nothing", "-f", path(&snapshot), "--quiet"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let inventory = snapshot::read(std::fs::File::open(&snapshot).unwrap()).unwrap();
    let written = serde_json::to_value(&inventory).unwrap();
    let tables = Tables::shipped().unwrap();
    let judged = |inventory: &Inventory| -> BTreeMap<String, String> {
        let outcomes = judge(inventory, &Scope::default(), NOW.parse().unwrap(), &tables);
        let word = |outcome| serde_json::to_value(outcome).unwrap().as_str().unwrap().to_owned();
        outcomes.into_iter().map(|check| (check.check, word(check.outcome))).collect()
    };
    let base = judged(&inventory);
    let (served, others): (Vec<Kind>, Vec<Kind>) = Kind::ALL.iter().partition(|kind| inventory.state(**kind) == KindState::Read);
    assert!(served.len() >= 30, "{served:?}");
    let mut replayed = BTreeMap::new();
    for kind in &served {
        let (gone, mut less) = (taken_along(*kind), written.clone());
        gone.iter().for_each(|kind| cut(&mut less, *kind, Kept::Nothing));
        let mut less = again(less);
        for kind in gone {
            let coverage = Coverage { state: KindState::Forbidden, message: "refused".to_owned(), ..less.coverage_of(kind) };
            less.coverage.insert(kind, Coverage { items: 0, ..coverage });
        }
        let outcomes = judged(&less);
        for (check, outcome) in &outcomes {
            assert!(outcome != "pass" || base[check] == "pass", "{check} was {} and passes without {kind:?}", base[check]);
        }
        replayed.insert(*kind, outcomes);
    }
    let read_without = |name: &str, kinds: &[Kind]| {
        let user = format!("forbidden:{name}");
        without(cluster, &user, kinds);
        assess(&["--kubeconfig", path(&kubeconfig), "--as", &user])
    };
    assert_eq!(outcomes(&read_without("unserved", &others)), base, "what is not served can't be refused");
    for kind in
        [Kind::Namespaces, Kind::Pods, Kind::Secrets, Kind::ClusterRoleBindings, Kind::NetworkPolicies, Kind::KyvernoClusterPolicies]
    {
        assert!(served.contains(&kind), "{kind:?}");
        let live = read_without(&kind.id(), &[kind]);
        let kinds = live["kinds"].as_array().unwrap().iter();
        let refused: Vec<String> =
            kinds.filter(|told| told["state"] == "forbidden").map(|told| told["kind"].as_str().unwrap().to_owned()).collect();
        assert_eq!(refused, taken_along(kind).iter().map(|kind| kind.resource()).collect::<Vec<_>>());
        assert_eq!(outcomes(&live), replayed[&kind], "{kind:?}");
    }
}

/// Every byte that a folder holds, packed files unpacked.
fn bytes_below(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(bytes_below(&path));
            continue;
        }
        let mut bytes = std::fs::read(&path).unwrap();
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut unpacked = Vec::new();
            flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut unpacked).unwrap();
            bytes.extend(unpacked);
        }
        // Bags in a zip, workbooks and documents.
        if bytes.starts_with(b"PK") {
            let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes.clone())).unwrap();
            for nth in 0..zip.len() {
                zip.by_index(nth).unwrap().read_to_end(&mut bytes).unwrap();
            }
        }
        all.push((path, bytes));
    }
    all
}

#[test]
fn planted_secrets_are_nowhere() {
    let Some(cluster) = cluster() else { return };
    let folder = scratch("planted");
    let book = folder.join("book");
    let kubeconfig = cluster.kubeconfig();
    let log = folder.join("kassay.log");
    let output = Command::new(env!("CARGO_BIN_EXE_kassay"))
        .args(["assess", "-o", "json", "--now", NOW, "--kubeconfig", path(&kubeconfig), "--workbook", path(&book)])
        .env("KASSAY_LOG", "trace")
        .env("KASSAY_LOG_FILE", &log)
        .env("KASSAY_DATA_DIR", folder.join("data"))
        .output()
        .unwrap();
    std::fs::write(folder.join("stderr"), &output.stderr).unwrap();
    std::fs::write(folder.join("assessment.json"), text(&output)).unwrap();
    for format in ExportFormat::ALL {
        let name = folder.join(format!("export{}", format.ending()));
        let output = kassay(["export", "--workbook", path(&book), "--format", format.id(), "-f", path(&name)]);
        assert!(output.status.success(), "{}: {}", format.id(), String::from_utf8_lossy(&output.stderr));
    }
    let output = kassay(["collect", "--kubeconfig", path(&kubeconfig), "-f", path(&folder.join("cluster.kassay.gz"))]);
    assert!(output.status.success());

    let files = bytes_below(&folder);
    assert!(files.len() > 8, "{files:?}");
    let holds = |bytes: &[u8], what: &str| bytes.windows(what.len()).any(|w| w == what.as_bytes());
    let secret = base64(&format!("{PLANTED}-secret"));
    for (file, bytes) in &files {
        for what in [PLANTED, CARD, &secret] {
            assert!(!holds(bytes, what), "{} holds {what}", file.display());
        }
    }
    // And yet they were found: the key's name and the masked card are told.
    let told = files
        .iter()
        .find(|(file, _)| file.ends_with("assessment.json"))
        .map(|(_, bytes)| String::from_utf8_lossy(bytes).into_owned())
        .unwrap();
    for word in ["db.password", "DB_PASSWORD", "424242••••••4242"] {
        assert!(told.contains(word), "{word} is not told");
    }
}

fn base64(text: &str) -> String {
    let output = Command::new("sh").args(["-c", &format!("printf %s '{text}' | base64 -w0")]).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

//! Active probes on the wire: what is sent is what was listed, without any credential; what comes back is judged by what it is, from a real
//! registry, from one that has a bad day, and from a real API server.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

#[path = "support/cluster.rs"]
mod cluster;
#[path = "support/registry.rs"]
mod registry;

use cluster::TestCluster;
use jiff::Timestamp;
use kassay::collect::{Cancel, Connect, SourceSpec, probe, write_snapshot};
use kassay_core::analysis::probing;
use kassay_core::assess::{self, CheckOutcome};
use kassay_core::checks;
use kassay_core::judging::{Tables, View};

use kassay_core::kinds::{Ingest, Inventory, KindState, Method, Probe, ProbeRequest, Probes, Purpose, Source};
use kassay_core::model::{Kind, Outcome, Scope};
use kassay_core::sensitive::FingerprintKey;
use registry::{INDEX, MANIFEST, Registry, Says, Scripted};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};

const DIGEST: &str = "sha256:1111111111111111111111111111111111111111111111111111111111111111";

/// A live cluster whose pods run these images, and of which the API server is not to be asked.
fn inventory(images: &[String]) -> Inventory {
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
    for kind in Kind::ALL {
        ingest.state(*kind, if kind.stock() { KindState::Read } else { KindState::Absent }, "");
    }
    for (nth, image) in images.iter().enumerate() {
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": format!("pod-{nth}"), "namespace": "pay"},
                         "spec": {"nodeName": "n", "containers": [{"name": "app", "image": image}]}, "status": {"phase": "Running"}});
        ingest.object(Kind::Pods, &pod.to_string());
    }
    ingest.finish()
}

/// A kubeconfig that names a server where nobody answers; nothing is to be sent there.
fn nowhere(folder: &Path) -> SourceSpec {
    let path = folder.join("nowhere.kubeconfig");
    let config = "apiVersion: v1\nkind: Config\nclusters: [{name: n, cluster: {server: 'https://127.0.0.1:1'}}]\nusers: [{name: n, user: {token: must-never-be-sent}}]\ncontexts: [{name: n, context: {cluster: n, user: n}}]\ncurrent-context: n\n";
    std::fs::write(&path, config).unwrap();
    SourceSpec::Live(Connect { kubeconfig: Some(path), ..Connect::default() })
}

fn ask(images: &[String], scope: &Scope) -> (Inventory, Probes) {
    ask_until(images, scope, &Cancel::default())
}

fn ask_until(images: &[String], scope: &Scope, cancel: &Cancel) -> (Inventory, Probes) {
    let folder = tempfile::tempdir().unwrap();
    let mut inventory = inventory(images);
    let plan = probing::plan(&inventory, scope);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let probes = runtime.block_on(probe(&nowhere(folder.path()), &plan, "A. Assessor", &|_, _, _| (), cancel)).unwrap();
    // Nothing is sent that was not listed: the address of a token service alone comes from the other side.
    for sent in &probes.sent {
        let listed = |request: &ProbeRequest| match sent.request.purpose {
            Purpose::Token => request.purpose == Purpose::Token && request.image == sent.request.image,
            _ => *request == sent.request,
        };
        assert!(plan.requests.iter().any(listed), "{:?}", sent.request);
    }
    inventory.probes = Some(probes.clone());
    (inventory, probes)
}

fn outcome(inventory: &Inventory, scope: &Scope, check: &str) -> CheckOutcome {
    let tables = Tables::shipped().unwrap();
    let now: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
    assess::run(checks::by_id(check).unwrap(), &View::new(inventory, scope, now, &tables))
}

/// Names of the pods of findings.
fn found(outcome: &CheckOutcome) -> Vec<String> {
    outcome.findings.iter().map(|f| format!("{} {}", f.object.name, f.rule.as_deref().unwrap_or_default())).collect()
}

fn own(hosts: &[&str]) -> Scope {
    Scope { trusted_registries: hosts.iter().map(|h| (*h).to_owned()).collect(), ..Scope::default() }
}

#[test]
fn a_real_registry_open_and_protected_signed_and_not() {
    let folder = tempfile::tempdir().unwrap();
    let (Some(open), Some(closed)) = (Registry::start(folder.path(), false), Registry::start(folder.path(), true)) else { return };
    let layer = "application/vnd.oci.image.layer.v1.tar+gzip";
    let image = |registry: &Registry, name: &str| {
        let digest = registry.push(name, "1", layer, name);
        (format!("{}/{name}:1@{digest}", registry.host), digest)
    };
    let (unsigned, _) = image(&open, "pay/unsigned");
    let (by_tag, digest) = image(&open, "pay/by-tag");
    open.sign_by_tag("pay/by-tag", &digest);
    let (by_referrer, digest) = image(&open, "pay/by-referrer");
    open.sign_by_referrers_tag("pay/by-referrer", &digest);
    let (protected, digest) = image(&closed, "pay/protected");
    closed.sign_by_tag("pay/protected", &digest);
    let gone = format!("{}/pay/unsigned:1@{DIGEST}", open.host);
    let scope = own(&[&open.host, &closed.host]);

    let (inventory, probes) = ask(&[unsigned.clone(), by_tag.clone(), by_referrer.clone()], &scope);
    assert_eq!(found(&outcome(&inventory, &scope, "13.4/signatures")), ["pod-0 unsigned"]);
    let pull = outcome(&inventory, &scope, "13.1/anonymous-pull");
    assert_eq!((pull.outcome, pull.findings.len()), (Outcome::Fail, 3), "{pull:?}");
    let record = probing::record(&probes, &inventory.cluster);
    let first = record.lines().find(|l| l.contains(&format!("HEAD http://{}/v2/pay/", open.host))).expect("the first request");
    assert!(first.contains("  127.0.0.1") && first.starts_with("20") && record.contains("allowed by A. Assessor"), "{record}");

    // Behind a login nothing is seen: neither open, nor signed, nor unsigned.
    let (inventory, probes) = ask(&[protected], &scope);
    let pull = outcome(&inventory, &scope, "13.1/anonymous-pull");
    assert_eq!((pull.outcome, pull.findings.len()), (Outcome::Pass, 0), "{pull:?}");
    let signed = outcome(&inventory, &scope, "13.4/signatures");
    assert_eq!(signed.outcome, Outcome::Blocked, "{signed:?}");
    assert!(probes.sent.iter().all(|p| p.status == Some(401)) && probes.sent.len() == 1, "{:?}", probes.sent);

    // An image that is not there is no closed registry, and nothing that could be signed.
    let (inventory, _) = ask(&[gone], &scope);
    for check in ["13.1/anonymous-pull", "13.4/signatures"] {
        assert_ne!(outcome(&inventory, &scope, check).outcome, Outcome::Pass, "{check}");
    }
}

fn json_answer(kind: &str, body: &Value) -> Says {
    Says::This(200, vec![("Content-Type", kind.to_owned()), ("Docker-Content-Digest", DIGEST.to_owned())], body.to_string())
}

fn status(code: u16) -> Says {
    Says::This(code, vec![("Content-Type", "application/json".to_owned())], "{\"errors\":[]}".to_owned())
}

#[test]
fn a_registry_that_lists_referrers_is_asked_for_nothing_more_than_it_needs() {
    let server = Scripted::start(|method, path, _| match (method, path) {
        ("HEAD", p) if p.contains("/manifests/") => json_answer(MANIFEST, &json!({})),
        ("GET", p) if p.contains("/referrers/") => json_answer(
            INDEX,
            &json!({"schemaVersion": 2, "manifests": [{"mediaType": MANIFEST, "digest": DIGEST, "size": 1, "artifactType": "application/vnd.dev.sigstore.bundle.v0.3+json"}]}),
        ),
        _ => status(404),
    });
    let image = format!("{}/pay/app@{DIGEST}", server.host);
    let (inventory, probes) = ask(&[image], &own(&[&server.host]));
    assert!(probes.sent.iter().all(|p| p.request.purpose != Purpose::ReferrersTag), "{:?}", probes.sent);
    assert!(!found(&outcome(&inventory, &own(&[&server.host]), "13.4/signatures")).contains(&"pod-0 unsigned".to_owned()));
    for head in server.heads() {
        let head = head.to_ascii_lowercase();
        assert!(!head.contains("authorization") && !head.contains("cookie") && !head.contains("must-never-be-sent"), "{head}");
        assert!(head.contains("user-agent: kassay/") && (head.starts_with("get ") || head.starts_with("head ")), "{head}");
    }
}

#[test]
fn a_token_that_is_given_to_anybody_is_used_for_that_repository_alone() {
    let host = std::sync::Arc::new(std::sync::OnceLock::<String>::new());
    let own_host = host.clone();
    let server = Scripted::start(move |_, path, before| {
        let realm = format!("Bearer realm=\"http://{}/token\",service=\"s\",scope=\"repository:pay/app:pull\"", own_host.get().unwrap());
        match path {
            p if p.starts_with("/token") => json_answer("application/json", &json!({"token": "for-anybody"})),
            p if p.contains("/manifests/sha256:") && before == 0 => Says::This(401, vec![("WWW-Authenticate", realm)], String::new()),
            p if p.contains("/manifests/sha256:") => json_answer(MANIFEST, &json!({})),
            _ => status(404),
        }
    });
    host.set(server.host.clone()).unwrap();
    let scope = own(&[&server.host]);
    let (inventory, probes) = ask(&[format!("{}/pay/app@{DIGEST}", server.host)], &scope);
    assert_eq!(outcome(&inventory, &scope, "13.1/anonymous-pull").outcome, Outcome::Fail, "{:?}", probes.sent);
    let text = serde_json::to_string(&probes).unwrap();
    assert!(!text.contains("for-anybody"), "a token is no evidence: {text}");
    let token = server.heads().into_iter().find(|h| h.starts_with("GET /token")).unwrap();
    assert!(token.contains("service=s") && !token.to_ascii_lowercase().contains("authorization"), "{token}");
}

#[test]
fn whatever_a_registry_answers_nothing_of_it_becomes_a_pass() {
    let odd: Vec<(&str, Says)> = vec![
        ("error", status(500)),
        ("busy", Says::This(429, vec![("Retry-After", "0".into())], String::new())),
        ("portal", Says::This(200, vec![("Content-Type", "text/html".into())], "<html>please log in</html>".into())),
        ("portal-403", Says::This(403, vec![("Content-Type", "text/html".into())], "<html>blocked</html>".into())),
        ("garbage", Says::Raw(b"\x16\x03\x01\x02\x00nothing of HTTP".to_vec())),
        ("cut", Says::Raw(b"HTTP/1.1 200 OK\r\nContent-Ty".to_vec())),
        ("silent", Says::Raw(Vec::new())),
        ("circle", Says::This(307, vec![("Location", "/v2/pay/app/manifests/again".into())], String::new())),
        ("away", Says::This(302, vec![("Location", "http://169.254.169.254/latest".into())], String::new())),
    ];
    for (name, says) in odd {
        let server = Scripted::start(move |_, _, _| says.clone());
        let scope = own(&[&server.host]);
        let (inventory, probes) = ask(&[format!("{}/pay/app@{DIGEST}", server.host)], &scope);
        for check in ["13.1/anonymous-pull", "13.4/signatures"] {
            let outcome = outcome(&inventory, &scope, check);
            assert!(!matches!(outcome.outcome, Outcome::Pass | Outcome::NotApplicable), "{name}: {outcome:?}\n{:?}", probes.sent);
        }
        assert!(!probes.sent.iter().any(|p| p.redirected_to.contains("169.254")), "{name}: {:?}", probes.sent);
    }
}

#[test]
fn lists_that_never_end_or_are_no_lists_are_told_as_such() {
    for (name, says) in [("endless", Says::Endless), ("text", Says::This(200, vec![("Content-Type", INDEX.into())], "not json".into()))] {
        let server = Scripted::start(move |method, path, _| match (method, path) {
            ("HEAD", _) => json_answer(MANIFEST, &json!({})),
            (_, p) if p.contains("/referrers/") => says.clone(),
            _ => status(404),
        });
        let scope = own(&[&server.host]);
        let (inventory, probes) = ask(&[format!("{}/pay/app@{DIGEST}", server.host)], &scope);
        let list = probes.sent.iter().find(|p| p.request.purpose == Purpose::Referrers).unwrap();
        assert!(!list.error.is_empty(), "{name}: {list:?}");
        assert_ne!(outcome(&inventory, &scope, "13.4/signatures").outcome, Outcome::Pass, "{name}");
    }
}

/// Registries send to a store of blobs elsewhere; the token stays at home, and nobody follows to another host without TLS.
#[test]
fn redirects_are_followed_without_the_token_and_not_to_anywhere() {
    let store = Scripted::start(|_, _, _| json_answer(MANIFEST, &json!({})));
    let (own_host, elsewhere) = (std::sync::Arc::new(std::sync::OnceLock::<String>::new()), store.host.clone());
    let host = own_host.clone();
    let server = Scripted::start(move |_, path, before| {
        let realm = format!("Bearer realm=\"http://{}/token\",service=\"s\"", host.get().unwrap());
        match path {
            p if p.starts_with("/token") => json_answer("application/json", &json!({"token": "for-anybody"})),
            _ if before == 0 => Says::This(401, vec![("WWW-Authenticate", realm)], String::new()),
            _ => Says::This(307, vec![("Location", format!("http://{elsewhere}/blob?signature=never-kept"))], String::new()),
        }
    });
    own_host.set(server.host.clone()).unwrap();
    let scope = own(&[&server.host]);
    let (_, probes) = ask(&[format!("{}/pay/app@{DIGEST}", server.host)], &scope);
    let followed = probes.sent.iter().find(|probe| !probe.redirected_to.is_empty()).expect("a redirect");
    assert_eq!((followed.redirected_to.clone(), followed.status), (format!("http://{}/blob", store.host), Some(200)));
    assert!(!store.heads().is_empty());
    assert!(store.heads().iter().all(|head| !head.to_ascii_lowercase().contains("authorization")), "{:?}", store.heads());
    assert!(!serde_json::to_string(&probes).unwrap().contains("never-kept"));

    let away = Scripted::start(|_, _, _| Says::This(307, vec![("Location", "http://registry.example/v2/pay/app".into())], String::new()));
    let scope = own(&[&away.host]);
    let (inventory, probes) = ask(&[format!("{}/pay/app@{DIGEST}", away.host)], &scope);
    assert!(probes.sent.iter().all(|probe| probe.status == Some(307) && probe.redirected_to.is_empty()), "{:?}", probes.sent);
    assert_ne!(outcome(&inventory, &scope, "13.1/anonymous-pull").outcome, Outcome::Pass);
}

#[test]
fn a_cancel_keeps_what_was_heard_and_lets_nothing_pass() {
    let cancel = Cancel::default();
    let stop = cancel.clone();
    let server = Scripted::start(move |_, path, _| match path {
        p if p.contains("/pay/last/") => {
            stop.cancel();
            std::thread::sleep(std::time::Duration::from_secs(2));
            status(404)
        }
        _ => status(401),
    });
    let scope = own(&[&server.host]);
    let image = |name: &str| format!("{}/pay/{name}@{DIGEST}", server.host);
    // The last of them is the fifth repository: of four that are asked at once the first must be answered before its turn comes.
    let images: Vec<String> = ["a", "b", "c", "d", "last"].into_iter().map(image).collect();
    let (inventory, probes) = ask_until(&images, &scope, &cancel);
    assert!(probes.stopped && !probes.sent.is_empty() && probes.sent.len() < images.len(), "{probes:?}");
    assert!(probes.sent.iter().all(|probe| !probe.request.url.contains("/pay/last/")), "{:?}", probes.sent);
    for check in ["13.1/anonymous-pull", "13.4/signatures"] {
        assert!(!matches!(outcome(&inventory, &scope, check).outcome, Outcome::Pass | Outcome::NotApplicable), "{check}");
    }
    assert!(probing::record(&probes, &inventory.cluster).contains("stopped"), "{}", probing::record(&probes, &inventory.cluster));
}

fn kassay(home: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kassay")).args(args).env("KASSAY_DATA_DIR", home.join("data")).current_dir(home).output().unwrap()
}

#[test]
fn a_source_that_is_not_live_can_t_be_asked() {
    let home = tempfile::tempdir().unwrap();
    for args in [&["assess", "--demo", "--active-probes"][..], &["collect", "--demo", "--active-probes", "-f", "x.kassay.gz"]] {
        let output = kassay(home.path(), args);
        let words = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && words.contains("need a live cluster"), "{words}");
    }
    assert!(!home.path().join("x.kassay.gz").exists());
}

#[test]
fn a_record_that_reads_as_a_card_number_is_no_evidence() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path();
    let assess = |answered_by: &str, workbook: &str| {
        let at: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        let request = ProbeRequest {
            purpose: Purpose::Api,
            method: Method::Get,
            url: "https://127.0.0.1:1/version".into(),
            image: String::new(),
            node: String::new(),
        };
        let probe = Probe {
            request,
            at,
            from: "127.0.0.1:40000".into(),
            status: Some(401),
            error: String::new(),
            redirected_to: answered_by.into(),
            asks_for: "Bearer".into(),
            anonymous_token: false,
            artifacts: vec![],
            more: false,
        };
        let mut inventory = inventory(&[]);
        inventory.probes = Some(Probes {
            allowed_by: "A. Assessor".into(),
            started_at: at,
            stopped: false,
            sent: vec![probe],
            left_out: vec![],
            kubelets: vec![],
        });
        let name = format!("{workbook}.kassay.gz");
        write_snapshot(&inventory, &home.join(&name)).unwrap();
        let output = kassay(home, &["assess", "--from", &name, "--workbook", workbook]);
        let book = std::fs::read_to_string(home.join(workbook).join("workbook.toml")).unwrap();
        let files = std::fs::read_dir(home.join(workbook).join("evidence")).map_or(0, Iterator::count);
        (String::from_utf8(output.stderr).unwrap(), book.contains("active-probes.txt"), files)
    };
    let (words, registered, files) = assess("https://front.example/4111111111111111", "refused");
    assert!(words.contains("not kept as evidence") && !words.contains("4111111111111111"), "{words}");
    assert_eq!((registered, files), (false, 0), "the register names no file that is not there");
    let (words, registered, files) = assess("https://front.example/", "kept");
    assert!(words.contains("active probes kept as E-"), "{words}");
    assert_eq!((registered, files), (true, 1));
}

/// What the program says of `1.1/anonymous-probe`, and all that it wrote to standard error.
fn anonymous(cluster: &TestCluster, home: &Path, more: &[&str]) -> (Value, String) {
    let kubeconfig = cluster.kubeconfig();
    let base = ["assess", "--kubeconfig", kubeconfig.to_str().unwrap(), "-o", "json"];
    let output = kassay(home, &[&base[..], more].concat());
    let words = String::from_utf8(output.stderr).unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {words}"));
    let outcome = report["outcomes"].as_array().unwrap().iter().find(|o| o["check"] == "1.1/anonymous-probe").unwrap();
    (outcome.clone(), words)
}

#[test]
fn the_api_server_is_asked_only_where_that_was_said_and_as_nobody() {
    let Some(cluster) = TestCluster::start() else { return };
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let (outcome, words) = anonymous(&cluster, home, &[]);
    assert_eq!((outcome["outcome"].as_str(), outcome["needs"][0].as_str()), (Some("blocked"), Some("active probes: allowed")));
    assert!(!words.contains("Active probes"), "{words}");
    let asked = || cluster.requests_of("system:anonymous");
    assert!(asked().is_empty(), "{:?}", asked());

    // The list alone sends nothing either.
    let listed = kassay(home, &["probes", "--kubeconfig", cluster.kubeconfig().to_str().unwrap()]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert!(listed.contains(&format!("GET {}/version\n", cluster.server())) && asked().is_empty(), "{listed}");

    let programs = kassay(home, &["probes", "-o", "json", "--kubeconfig", cluster.kubeconfig().to_str().unwrap()]);
    let programs: Value = serde_json::from_slice(&programs.stdout).unwrap();
    let urls: Vec<&str> = programs["requests"].as_array().unwrap().iter().map(|request| request["url"].as_str().unwrap()).collect();
    assert_eq!((programs["format"].as_str(), urls.len()), (Some("kassay/probes/v1"), 9), "{programs}");
    assert!(urls.iter().all(|url| listed.contains(url)) && asked().is_empty(), "{programs}");

    // A stock server: strangers get its version and health, and nothing else. What is sent is told before, and kept as evidence.
    let (outcome, words) = anonymous(&cluster, home, &["--active-probes", "--workbook", "acme"]);
    assert_eq!(outcome["outcome"], "pass", "{outcome}");
    let api: Vec<&str> = listed.lines().filter(|line| line.contains(cluster.server())).collect();
    assert!(api.len() == 9 && api.iter().all(|line| words.contains(line)), "{words}");
    let requests = asked();
    assert_eq!(requests.len(), 9, "{requests:?}");
    assert!(requests.iter().all(|r| matches!(&*r.verb, "get" | "list")), "{requests:?}");
    let workbook = std::fs::read_to_string(home.join("acme/workbook.toml")).unwrap();
    assert!(workbook.contains("file = \"active-probes.txt\""), "{workbook}");
    let kept = std::fs::read_dir(home.join("acme/evidence")).unwrap().next().unwrap().unwrap();
    let record = std::fs::read_to_string(kept.path()).unwrap();
    assert!(
        record.lines().filter(|l| l.contains("127.0.0.1") && l.contains("GET https://") && l.starts_with("20")).count() == 9,
        "{record}"
    );

    // A snapshot that was collected with probes holds their answers, and is judged by them anywhere.
    let kubeconfig = cluster.kubeconfig();
    let collected = kassay(home, &["collect", "--kubeconfig", kubeconfig.to_str().unwrap(), "--active-probes", "-f", "probed.kassay.gz"]);
    assert!(collected.status.success(), "{}", String::from_utf8_lossy(&collected.stderr));
    assert_eq!(asked().len(), 18);
    let judged = kassay(home, &["assess", "--from", "probed.kassay.gz", "-o", "json"]);
    let judged: Value = serde_json::from_slice(&judged.stdout).unwrap();
    let again = judged["outcomes"].as_array().unwrap().iter().find(|o| o["check"] == "1.1/anonymous-probe").unwrap();
    assert_eq!((&again["outcome"], &again["population"]), (&outcome["outcome"], &outcome["population"]), "{again}");
    assert_eq!(asked().len(), 18, "a snapshot asks nobody");

    // Somebody gave strangers the right to read.
    cluster.apply_text("apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: open-door}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}\nsubjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: 'system:anonymous'}]\n");
    let (outcome, _) = anonymous(&cluster, home, &["--active-probes"]);
    assert_eq!(outcome["outcome"], "fail", "{outcome}");
    let observed: Vec<&str> = outcome["findings"].as_array().unwrap().iter().filter_map(|f| f["field"].as_str()).collect();
    assert!(observed.iter().any(|f| f.contains("/api/v1/namespaces")) && !observed.iter().any(|f| f.contains("secrets")), "{observed:?}");
}

#[test]
fn a_server_that_lets_no_stranger_in_passes() {
    let Some(cluster) = TestCluster::start_with("--anonymous-auth=false") else { return };
    let home = tempfile::tempdir().unwrap();
    let (outcome, _) = anonymous(&cluster, home.path(), &["--active-probes"]);
    assert_eq!((outcome["outcome"].as_str(), outcome["findings"].as_array().map(Vec::len)), (Some("pass"), Some(0)), "{outcome}");
    assert!(cluster.requests_of("system:anonymous").is_empty());
}

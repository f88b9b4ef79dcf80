//! Several clusters in one run: thirty snapshots and three live servers give one matrix, what can't be read is told and stops nothing, and hundreds of
//! snapshots are read one after the other.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

#[path = "support/cluster.rs"]
mod cluster;

use cluster::TestCluster;
use kassay::collect::snapshot;
use kassay_core::kinds::{Coverage, Inventory, KindState};
use kassay_core::model::Kind;
use kassay_core::workbook::Workbook;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

const NOW: &str = "2026-11-29T09:00:00Z";

/// The program with nothing of this machine's surroundings.
fn kassay(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kassay"));
    command.args(args).env_clear().env("HOME", home).env("KASSAY_DATA_DIR", home.join("data")).env("USER", "tester").env("COLUMNS", "120");
    command.current_dir(home).stdin(Stdio::null());
    command
}

fn run(home: &Path, args: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = kassay(home, args).output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// A small cluster that was read whole, of which nothing stays but a few objects: quick to judge.
fn small() -> Inventory {
    static SMALL: OnceLock<Inventory> = OnceLock::new();
    let make = || {
        let mut inventory = snapshot::read(&include_bytes!("../assets/demo.kassay.gz")[..]).unwrap();
        inventory.pods.truncate(6);
        inventory.controllers.clear();
        inventory.makers.clear();
        inventory.customs.clear();
        inventory.secrets.truncate(1);
        inventory.config_maps.truncate(4);
        inventory.services.truncate(2);
        inventory.network_policies.clear();
        inventory.endpoint_slices.clear();
        inventory.cluster_roles.truncate(8);
        inventory.cluster_role_bindings.truncate(8);
        inventory.roles.truncate(4);
        inventory.role_bindings.truncate(4);
        inventory.service_accounts.truncate(6);
        inventory.nodes.truncate(2);
        inventory.validating_webhooks.clear();
        inventory.mutating_webhooks.clear();
        inventory.api_services.truncate(3);
        // As it would be read: without the specs that no pod has any more.
        let mut bytes = Vec::new();
        snapshot::write(&inventory, &mut bytes).unwrap();
        snapshot::read(&bytes[..]).unwrap()
    };
    SMALL.get_or_init(make).clone()
}

/// Writes a snapshot of a sister of the small cluster.
fn sister(home: &Path, name: &str, uid: &str, change: impl FnOnce(&mut Inventory)) -> PathBuf {
    let mut inventory = small();
    inventory.cluster.uid = uid.to_owned();
    change(&mut inventory);
    let path = home.join(format!("{name}.kassay.gz"));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    snapshot::write_file(&inventory, &path).unwrap();
    path
}

fn refused(inventory: &mut Inventory, kind: Kind) {
    let message = "secrets is forbidden".to_owned();
    inventory.coverage.insert(kind, Coverage { state: KindState::Forbidden, message, ..Coverage::default() });
    inventory.secrets.clear();
}

/// A kubeconfig of contexts, each with its server.
fn kubeconfig(home: &Path, contexts: &[(&str, Value, Value)]) -> PathBuf {
    let named = |of: &dyn Fn(&(&str, Value, Value)) -> Value| contexts.iter().map(of).collect::<Vec<Value>>();
    let config = json!({
        "apiVersion": "v1", "kind": "Config",
        "clusters": named(&|(name, cluster, _)| json!({"name": name, "cluster": cluster})),
        "users": named(&|(name, _, user)| json!({"name": name, "user": user})),
        "contexts": named(&|(name, _, _)| json!({"name": name, "context": {"cluster": name, "user": name}})),
    });
    let path = home.join("kubeconfig");
    fs::write(&path, config.to_string()).unwrap();
    path
}

/// Contexts of which nobody answers.
fn dead(home: &Path, names: &[&str]) -> PathBuf {
    // Nobody listens on these ports.
    let of = |(nth, name): (usize, &&'static str)| {
        (*name, json!({"server": format!("https://127.0.0.1:{}", 9 + nth)}), json!({"token": "not-a-token"}))
    };
    let names: Vec<&'static str> = names.iter().map(|name| &*Box::leak((*name).to_owned().into_boxed_str())).collect();
    kubeconfig(home, &names.iter().enumerate().map(of).collect::<Vec<_>>())
}

fn names(fleet: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    fleet["clusters"].as_array().unwrap().iter().map(|c| (text(&c["name"]), text(&c["state"]))).collect()
}

fn check<'f>(fleet: &'f Value, id: &str) -> &'f Value {
    fleet["checks"].as_array().unwrap().iter().find(|row| row["check"] == id).unwrap_or_else(|| panic!("{id} has no row"))
}

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[test]
fn json_follows_the_schema_and_says_of_each_cluster_what_is_said_of_it_alone() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let one = sister(home, "snaps/eu", "uid-eu", |_| {});
    sister(home, "snaps/us", "uid-us", |inventory| refused(inventory, Kind::Secrets));
    let (code, out, err) = run(home, &["assess", "--from", "snaps", "-o", "json", "--now", NOW]);
    assert_eq!(code, 1, "{err}");
    let fleet = parsed(&out);
    let (_, schema, _) = run(home, &["schema", "fleet"]);
    let validator = jsonschema::validator_for(&parsed(&schema)).unwrap();
    let faults: Vec<String> = validator.iter_errors(&fleet).map(|e| e.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}");
    // The schema says something: what is missing or misspelt is found.
    for (path, other) in [("/clusters/0/state", json!("read")), ("/checks/0/worst", json!("n/a")), ("/assessed_at", json!(5))] {
        let mut wrong = fleet.clone();
        *wrong.pointer_mut(path).unwrap() = other;
        assert!(!validator.is_valid(&wrong), "{path}");
    }
    assert_eq!(fleet["format"], "kassay/fleet/v1");
    assert_eq!(fleet["assessed_at"], NOW);
    assert_eq!(names(&fleet), pairs(&[("eu", "assessed"), ("us", "assessed")]));
    let (_, out, _) = run(home, &["assess", "--from", one.to_str().unwrap(), "-o", "json", "--now", NOW]);
    let alone = parsed(&out);
    assert_eq!(alone["format"], "kassay/assessment/v1");
    for outcome in alone["outcomes"].as_array().unwrap() {
        let row = check(&fleet, outcome["check"].as_str().unwrap());
        assert_eq!(row["outcomes"]["eu"], outcome["outcome"], "{row}");
        assert_eq!(row["findings"]["eu"], outcome["findings"].as_array().unwrap().len(), "{row}");
    }
    for proposal in alone["proposals"].as_array().unwrap() {
        let row = fleet["practices"].as_array().unwrap().iter().find(|row| row["practice"] == proposal["practice"]).unwrap();
        assert_eq!(row["proposals"]["eu"], proposal["proposal"]);
    }
    let differs = fleet["differences"].as_array().unwrap();
    assert!(differs.iter().any(|d| d["topic"] == "kind" && d["what"] == json!(["secrets"])), "{differs:?}");
    // The same clusters in a glob that no shell has opened, and by their names: the same bytes.
    let again = |from: &[&str]| run(home, &[&["assess", "-o", "json", "--now", NOW, "--quiet", "--from"], from].concat()).1;
    assert_eq!(again(&["snaps/*.kassay.gz"]), again(&["snaps"]));
    assert_eq!(again(&["snaps/eu.kassay.gz", "snaps/us.kassay.gz"]), again(&["snaps"]));
}

#[test]
fn what_can_not_be_read_is_listed_with_why_counts_as_blocked_and_stops_nothing() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let good = sister(home, "good", "uid-1", |_| {});
    let bytes = fs::read(&good).unwrap();
    fs::write(home.join("cut.kassay.gz"), &bytes[..bytes.len() / 2]).unwrap();
    fs::write(home.join("other.kassay.gz"), "this is no snapshot").unwrap();
    let config = dead(home, &["prod-eu", "prod-us", "lab"]);
    let config = config.to_str().unwrap();
    fs::write(home.join("contexts"), "# ours\nprod-eu\n\ngone-since\nprod-eu\n").unwrap();
    let args = [
        "assess",
        "--kubeconfig",
        config,
        "--contexts",
        "prod-*",
        "--contexts-file",
        "contexts",
        "--from",
        "cut.kassay.gz",
        "good.kassay.gz",
        "other.kassay.gz",
        "absent.kassay.gz",
        "--now",
        NOW,
        "-o",
        "json",
        "--request-timeout",
        "5s",
    ];
    let (code, out, err) = run(home, &args);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("prod-eu is named twice, and read once."), "{err}");
    let fleet = parsed(&out);
    let failed = "failed";
    assert_eq!(
        names(&fleet),
        pairs(&[
            ("prod-eu", failed),
            ("prod-us", failed),
            ("gone-since", failed),
            ("cut", failed),
            ("good", "assessed"),
            ("other", failed),
            ("absent", failed)
        ])
    );
    for (nth, words) in
        [(0, "127.0.0.1:9"), (2, "has no context “gone-since”"), (3, "damaged"), (5, "other.kassay.gz"), (6, "no such file")]
    {
        let why = fleet["clusters"][nth]["why"].as_str().unwrap();
        assert!(why.contains(words), "{nth}: {why}");
        let name = fleet["clusters"][nth]["name"].as_str().unwrap();
        assert!(err.contains(&format!("{name}: could not be read: ")), "{name}: {err}");
        for row in fleet["checks"].as_array().unwrap() {
            assert_eq!(row["outcomes"][name], "blocked", "{row}");
            assert_eq!(row["findings"][name], 0);
            assert_ne!(row["worst"], "pass");
        }
    }
    // Nothing is at or above, and something could not be evaluated.
    let alone = ["assess", "--kubeconfig", config, "--contexts", "lab", "--fail-on", "never", "--request-timeout", "5s"];
    let (code, out, _) = run(home, &alone);
    assert_eq!(code, 3);
    assert!(out.contains("1 of them could not be read") && out.contains("lab: https://127.0.0.1:11"), "{out}");
}

#[test]
fn one_cluster_by_two_names_is_one_and_is_kept_once() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let first = sister(home, "a/prod", "uid-1", |_| {});
    sister(home, "b/prod", "uid-2", |_| {});
    fs::copy(&first, home.join("again.kassay.gz")).unwrap();
    let args = ["assess", "--from", "a", "b", "again.kassay.gz", "--workbook", "book", "-o", "json", "--now", NOW];
    let (code, out, err) = run(home, &args);
    assert_eq!(code, 1, "{err}");
    let fleet = parsed(&out);
    assert_eq!(names(&fleet), pairs(&[("a/prod", "assessed"), ("b/prod", "assessed"), ("again", "assessed")]));
    assert_eq!(fleet["clusters"][2]["same_as"], "a/prod");
    assert!(fleet["clusters"][0].get("same_as").is_none());
    assert!(err.contains("again is the same cluster as a/prod, and is kept once."), "{err}");
    let keys = || {
        let workbook = Workbook::parse(&fs::read_to_string(home.join("book/workbook.toml")).unwrap()).unwrap();
        let mut keys: Vec<(String, bool)> = workbook.clusters.iter().map(|c| (c.key.clone(), c.failed.is_some())).collect();
        keys.sort();
        keys
    };
    let known = |name: &str, failed: bool| (name.to_owned(), failed);
    assert_eq!(keys(), [known("a/prod", false), known("b/prod", false)]);
    // What could not be read is written down too, with the others as they are.
    fs::write(home.join("bad.kassay.gz"), "no").unwrap();
    let (_, _, err) = run(home, &["assess", "--from", "bad.kassay.gz", "a", "--workbook", "book", "--now", NOW, "--parallel", "1"]);
    assert!(err.contains("that bad could not be read is written down"), "{err}");
    assert_eq!(keys(), [known("a/prod", false), known("b/prod", false), known("bad", true)]);
    // Where there is no assessment yet, those that failed before the first that was read are in it all the same.
    let (_, _, err) = run(home, &["assess", "--from", "bad.kassay.gz", "a", "--workbook", "other", "--now", NOW, "--parallel", "1"]);
    assert!(err.contains("other: that bad could not be read is written down"), "{err}");
    let (_, _, err) = run(home, &["assess", "--from", "bad.kassay.gz", "absent.kassay.gz", "--workbook", "none", "--now", NOW]);
    assert!(err.contains("no cluster could be read, so no assessment is made") && !home.join("none").exists(), "{err}");
}

#[test]
fn every_form_tells_the_same_matrix_and_no_name_does_harm() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    for nth in 0..18 {
        let odd = |inventory: &mut Inventory| {
            if nth == 7 {
                inventory.cluster.version = "v1.30.1".to_owned();
                refused(inventory, Kind::Secrets);
            }
        };
        sister(home, &format!("snaps/cluster-{nth:02}"), &format!("uid-{nth}"), odd);
    }
    sister(home, "snaps/=1+1<b>|x", "uid-bad", |_| {});
    let told = |form: &str| run(home, &["assess", "--from", "snaps", "-o", form, "--now", NOW, "--color", "never"]);
    let (_, text, _) = told("text");
    assert!(text.lines().all(|line| line.chars().count() <= 120), "{text}");
    // Eighteen names do not fit, so numbers stand for them, in two blocks.
    assert!(text.contains("no. 1 ") && text.matches("\n1.1   ").count() == 2, "{text}");
    assert!(text.contains("cluster-07 stands alone in"), "{text}");
    assert!(text.contains("reading secrets: forbidden on cluster-07; read on 18 others"), "{text}");
    assert!(text.contains("version: v1.30.1 on cluster-07"), "{text}");
    let (_, csv, _) = told("csv");
    let mut reader = csv_rows(&csv);
    let head = reader.remove(0);
    assert_eq!((head[0].as_str(), head.len()), ("row", 4 + 19));
    assert!(head.contains(&"'=1+1<b>|x".to_owned()), "{head:?}");
    let fleet = parsed(&told("json").1);
    let row = reader.iter().find(|row| row[0] == "check" && row[1] == "3.1/baseline").unwrap();
    assert_eq!(row[3].as_str(), check(&fleet, "3.1/baseline")["worst"]);
    for (name, outcome) in head.iter().zip(row).skip(5) {
        assert_eq!(outcome.as_str(), check(&fleet, "3.1/baseline")["outcomes"][name], "{name}");
    }
    for kind in ["cluster", "control", "check", "findings", "practice"] {
        assert!(reader.iter().any(|row| row[0] == kind), "{kind}");
    }
    let (_, html, _) = told("html");
    assert!(html.starts_with("<!doctype html>") && html.contains("=1+1&lt;b&gt;|x") && !html.contains("<b>|x"), "{html}");
    assert!(!html.contains("http://") && !html.contains("https://") && !html.contains("<script"));
    assert!(html.contains("cluster-07 stands alone in"));
    let (_, markdown, _) = told("markdown");
    assert!(markdown.starts_with("# 19 clusters side by side") && markdown.len() <= 65_536);
    let tables: Vec<usize> =
        markdown.lines().filter(|line| line.starts_with("| 1.1 ")).map(|line| line.replace("\\|", "").matches('|').count()).collect();
    assert_eq!(tables, [14, 9], "{markdown}");
    let (code, _, err) = told("sarif");
    assert!(code == 2 && err.contains("sarif is for one cluster"), "{err}");
}

fn csv_rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

#[test]
fn what_does_not_go_together_is_one_sentence_with_a_hint() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    sister(home, "a", "uid-1", |_| {});
    sister(home, "b", "uid-2", |_| {});
    fs::write(
        home.join("pod.yaml"),
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: b}\nspec: {containers: [{name: c, image: i}]}\n",
    )
    .unwrap();
    fs::write(home.join("empty"), "# nobody\n").unwrap();
    let config = dead(home, &["prod-eu", "lab"]);
    let config = config.to_str().unwrap();
    let two = ["--from", "a.kassay.gz", "b.kassay.gz"];
    let assess = |more: &[&'static str]| [&["assess"], more].concat();
    let with = |more: &[&'static str]| [&["assess"], &two[..], more].concat();
    let cases: Vec<(Vec<&str>, &[&str])> = vec![
        (vec!["assess", "--kubeconfig", config, "--contexts", "stage-*"], &["fits “stage-*”", "It has: prod-eu, lab."]),
        (vec!["assess", "--kubeconfig", config, "--contexts", "prod-us"], &["no context “prod-us”", "It has: prod-eu, lab."]),
        (vec!["assess", "--kubeconfig", config, "--contexts", ""], &["no empty name"]),
        (vec!["assess", "--kubeconfig", config, "--contexts-file", "empty"], &["empty names no context"]),
        (vec!["assess", "--kubeconfig", config, "--contexts-file", "absent"], &["absent can't be read"]),
        (assess(&["--contexts", "x"]), &["no context “x”", "no contexts at all"]),
        (assess(&["--contexts", "x", "--context", "y"]), &["cannot be used with"]),
        (assess(&["--contexts", "x", "--demo"]), &["cannot be used with"]),
        (assess(&["--kubeconfig", "x", "--from", "a.kassay.gz"]), &["--kubeconfig cannot be used with --from"]),
        (assess(&["--from", "*.none"]), &["no file fits “*.none”"]),
        (assess(&["--from", "a.kassay.gz", "pod.yaml"]), &["a.kassay.gz is a snapshot", "Give the snapshot alone"]),
        (with(&["pod.yaml"]), &["pod.yaml is no snapshot", "kassay collect --from"]),
        (with(&["-"]), &["standard input is no snapshot"]),
        (with(&["--complete"]), &["only of files"]),
        (with(&["--evidence", "pod.yaml"]), &["--evidence is for one cluster"]),
        (with(&["--active-probes"]), &["--active-probes is for one cluster"]),
        (with(&["--kubernetes-version", "1.34"]), &["--kubernetes-version is for one cluster"]),
        (with(&["--parallel", "0"]), &["--parallel"]),
        (assess(&["--from", "a.kassay.gz", "-o", "csv"]), &["csv and html show several clusters", "kassay export"]),
        ([&["collect"], &two[..], &["-f", "-"]].concat(), &["standard output takes one", "-f DIR"]),
        ([&["collect"], &two[..], &["-f", "pod.yaml"]].concat(), &["the folder pod.yaml can't be made"]),
    ];
    for (args, told) in cases {
        let (code, out, err) = run(home, &args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}: {err}");
        for words in told {
            assert!(err.contains(words), "{args:?}: “{words}” is not in: {err}");
        }
    }
}

#[test]
fn one_snapshot_in_a_folder_or_a_glob_is_one_cluster_as_ever() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    sister(home, "snaps/only", "uid-1", |_| {});
    for from in ["snaps", "snaps/only.kassay.gz", "snaps/*.kassay.gz"] {
        let (code, out, err) = run(home, &["assess", "--from", from, "-o", "json", "--now", NOW]);
        assert_eq!((code, parsed(&out)["format"].as_str()), (1, Some("kassay/assessment/v1")), "{from}: {err}");
    }
    // The same one twice is still one.
    let twice = ["assess", "--from", "snaps", "snaps/only.kassay.gz", "-o", "json", "--now", NOW];
    assert_eq!(parsed(&run(home, &twice).1)["format"], "kassay/assessment/v1");
}

#[test]
fn snapshots_of_several_clusters_are_collected_into_a_folder() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let bytes =
        [("one", "uid-1"), ("two", "uid-2")].map(|(name, uid)| fs::read(sister(home, &format!("snaps/{name}"), uid, |_| {})).unwrap());
    let (code, out, err) = run(home, &["collect", "--from", "snaps", "-f", "copies"]);
    assert_eq!((code, out.as_str()), (0, ""), "{err}");
    assert_eq!(["one", "two"].map(|name| fs::read(home.join(format!("copies/{name}.kassay.gz"))).unwrap()), bytes);
    let config = dead(home, &["prod-eu"]);
    let (code, _, err) = run(
        home,
        &[
            "collect",
            "--from",
            "snaps",
            "--contexts",
            "*",
            "--kubeconfig",
            config.to_str().unwrap(),
            "-f",
            "copies",
            "--request-timeout",
            "5s",
        ],
    );
    assert!(code == 2 && err.contains("the snapshots of 2 of 3 clusters are in copies; could not be read: prod-eu"), "{err}");
}

#[test]
fn hundreds_of_snapshots_are_read_in_the_memory_of_a_few() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let path = sister(home, "snaps/c000", "uid-0", |_| {});
    let peak = |folder: &str| {
        let mut child =
            kassay(home, &["assess", "--from", folder, "-o", "json", "--now", NOW, "--quiet"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut out = child.stdout.take().unwrap();
        // What it used at most stands in its status until the last byte was read and it ends.
        let mut text = String::new();
        let status = PathBuf::from(format!("/proc/{}/status", child.id()));
        let mut most = 0_u64;
        let mut bytes = [0; 1 << 16];
        loop {
            let seen = fs::read_to_string(&status).unwrap_or_default();
            let line = seen.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|line| line.trim().strip_suffix(" kB"));
            most = most.max(line.and_then(|kb| kb.trim().parse().ok()).unwrap_or_default());
            match std::io::Read::read(&mut out, &mut bytes).unwrap() {
                0 => break,
                length => text.push_str(&String::from_utf8_lossy(&bytes[..length])),
            }
        }
        child.wait().unwrap();
        (parsed(&text)["clusters"].as_array().unwrap().len(), most)
    };
    for nth in 1..200 {
        sister(home, &format!("snaps/c{nth:03}"), &format!("uid-{nth}"), |_| {});
    }
    fs::create_dir(home.join("few")).unwrap();
    for nth in 0..8 {
        fs::copy(home.join(format!("snaps/c{nth:03}.kassay.gz")), home.join(format!("few/c{nth:03}.kassay.gz"))).unwrap();
    }
    assert!(path.exists());
    let (few, all) = (peak("few"), peak("snaps"));
    assert_eq!((few.0, all.0), (8, 200));
    // Rows of two hundred clusters take a few megabytes; as many inventories would take hundreds.
    assert!(few.1 > 0 && all.1 < few.1 * 2, "{few:?} {all:?}");
}

#[cfg(unix)]
#[test]
fn a_run_that_is_stopped_says_what_was_done() {
    use std::io::{BufRead, BufReader, Read};
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    sister(home, "a", "uid-1", |_| {});
    // A server that never answers: the run can't end by itself.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("https://{}", listener.local_addr().unwrap());
    let config = kubeconfig(home, &[("silent", json!({"server": server}), json!({"token": "not-a-token"}))]);
    let args = [
        "assess",
        "--from",
        "a.kassay.gz",
        "--contexts",
        "silent",
        "--kubeconfig",
        config.to_str().unwrap(),
        "--workbook",
        "book",
        "--now",
        NOW,
    ];
    let mut child = kassay(home, &args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut err = BufReader::new(child.stderr.take().unwrap());
    let mut told = String::new();
    while !told.lines().any(|line| line.starts_with("a: ")) {
        assert!(err.read_line(&mut told).unwrap() > 0, "it ended: {told}");
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    err.read_to_string(&mut told).unwrap();
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert_eq!((child.wait().unwrap().code(), out.as_str()), (Some(2), ""), "{told}");
    assert!(told.contains("stopped: 1 of 2 clusters were assessed, and are kept in book; not read to their end: silent"), "{told}");
    let workbook = Workbook::parse(&fs::read_to_string(home.join("book/workbook.toml")).unwrap()).unwrap();
    assert_eq!(workbook.clusters.iter().map(|c| (c.key.as_str(), c.failed.is_some())).collect::<Vec<_>>(), [("a", false)]);
}

#[test]
fn thirty_snapshots_and_three_live_servers_are_one_matrix() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let clusters: Vec<TestCluster> = (0..3).filter_map(|_| TestCluster::start()).collect();
    if clusters.len() < 3 {
        return;
    }
    for nth in 0..30 {
        sister(home, &format!("snaps/site-{nth:02}"), &format!("uid-{nth}"), |_| {});
    }
    clusters[1].apply_text(
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: odd, namespace: shop}\nspec:\n  selector: {matchLabels: {app: odd}}\n  template:\n    metadata: {labels: {app: odd}}\n    spec:\n      hostNetwork: true\n      containers: [{name: c, image: \"registry.example/c:1\"}]\n",
    );
    let entries: Vec<(Value, Value)> = clusters
        .iter()
        .map(|cluster| {
            let config: Value = serde_saphyr::from_str(&fs::read_to_string(cluster.kubeconfig()).unwrap()).unwrap();
            (config["clusters"][0]["cluster"].clone(), config["users"][0]["user"].clone())
        })
        .collect();
    let context = |name, nth: usize| (name, entries[nth].0.clone(), entries[nth].1.clone());
    let nobody = ("live-gone", json!({"server": "https://127.0.0.1:9"}), json!({"token": "not-a-token"}));
    let config = kubeconfig(home, &[context("live-a", 0), context("live-b", 1), context("live-c", 2), nobody, context("alias", 0)]);
    let args = [
        "assess",
        "--kubeconfig",
        config.to_str().unwrap(),
        "--contexts",
        "live-*",
        "alias",
        "--from",
        "snaps",
        "--workbook",
        "book",
        "--now",
        NOW,
        "-o",
        "json",
    ];
    let (code, out, err) = run(home, &args);
    assert_eq!(code, 1, "{err}");
    let fleet = parsed(&out);
    let listed = names(&fleet);
    assert_eq!(listed.len(), 35);
    assert_eq!(
        listed[..6],
        pairs(&[
            ("live-a", "assessed"),
            ("live-b", "assessed"),
            ("live-c", "assessed"),
            ("live-gone", "failed"),
            ("alias", "assessed"),
            ("site-00", "assessed")
        ])
    );
    assert_eq!(fleet["clusters"][4]["same_as"], "live-a");
    let baseline = check(&fleet, "3.1/baseline");
    assert_eq!(baseline["outcomes"].as_object().unwrap().len(), 35);
    assert_eq!((&baseline["outcomes"]["live-b"], &baseline["outcomes"]["live-gone"]), (&json!("fail"), &json!("blocked")));
    let found = fleet["differences"].as_array().unwrap().iter().any(|d| {
        d["topic"] == "finding"
            && d["of"] == "3.1/baseline"
            && d["apart"] == json!(["live-b"])
            && d["what"].as_array().unwrap().contains(&json!("Deployment shop/odd"))
    });
    assert!(found, "{}", fleet["differences"]);
    let (_, text, _) =
        run(home, &["assess", "--kubeconfig", config.to_str().unwrap(), "--contexts", "live-*", "--from", "snaps", "--now", NOW]);
    assert!(text.starts_with("34 clusters, 1 of them could not be read"), "{text}");
    assert!(text.contains("live-gone: https://127.0.0.1:9"), "{text}");
    let workbook = Workbook::parse(&fs::read_to_string(home.join("book/workbook.toml")).unwrap()).unwrap();
    // The alias is the cluster that it stands for.
    assert_eq!(workbook.clusters.len(), 34);
    assert_eq!(workbook.clusters.iter().filter(|c| c.failed.is_some()).map(|c| c.key.as_str()).collect::<Vec<_>>(), ["live-gone"]);
}

//! The program as scripts meet it: help, exit codes, one clear sentence for what is wrong, results alone on standard output, JSON by its schema.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs, reason = "a test's failure is its message")]

#[path = "support/assessment.rs"]
mod assessment;

use kassay_core::workbook::Workbook;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec:\n  hostNetwork: true\n  containers:\n  - {name: web, image: registry.example/web:1}\n";

/// The program with nothing of this machine's surroundings.
fn kassay(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kassay"));
    command.args(args).env_clear().env("HOME", home).env("KASSAY_DATA_DIR", home.join("data")).env("USER", "tester").env("COLUMNS", "100");
    command.stdin(Stdio::null());
    command
}

fn run(home: &Path, args: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = kassay(home, args).output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn pod(home: &Path) -> PathBuf {
    let path = home.join("pod.yaml");
    fs::write(&path, POD).unwrap();
    path
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

#[test]
fn a_cluster_that_could_not_be_read_is_written_down_in_its_assessment() {
    let home = tempfile::tempdir().unwrap();
    let book = home.path().join("book");
    let config = home.path().join("kubeconfig");
    // Nobody listens on that port.
    let text = "apiVersion: v1\nkind: Config\ncurrent-context: gone\nclusters:\n- {name: gone, cluster: {server: 'https://127.0.0.1:9'}}\n\
                contexts:\n- {name: gone, context: {cluster: gone, user: qsa}}\nusers:\n- {name: qsa, user: {token: not-a-token}}\n";
    fs::write(&config, text).unwrap();
    let (book, config) = (book.to_str().unwrap(), config.to_str().unwrap());
    let read = ["assess", "--kubeconfig", config, "--workbook", book];
    // Where there is no assessment, none is made.
    assert_eq!(run(home.path(), &read).0, 2);
    assert!(!Path::new(book).exists());
    assert_eq!(run(home.path(), &["assess", "--demo", "--workbook", book]).0, 1);
    for _ in 0..2 {
        let (code, _, err) = run(home.path(), &read);
        assert!(code == 2 && err.contains("gone could not be read is written down"), "{code}: {err}");
    }
    let workbook = Workbook::parse(&fs::read_to_string(Path::new(book).join("workbook.toml")).unwrap()).unwrap();
    let clusters: Vec<(&str, bool)> = workbook.clusters.iter().map(|c| (c.key.as_str(), c.failed.is_some())).collect();
    assert_eq!(clusters, [("demo", false), ("gone", true)]);
}

#[test]
fn the_help_is_as_it_was() {
    let home = tempfile::tempdir().unwrap();
    let mut all = String::new();
    for verb in [
        "",
        "demo",
        "new",
        "assess",
        "collect",
        "merge",
        "export",
        "findings",
        "requests",
        "sign",
        "verify",
        "diff",
        "reach",
        "access",
        "probes",
        "rbac",
        "controls",
        "checks",
        "schema",
        "completions",
        "man",
    ] {
        let args: Vec<&str> = [verb, "--help"].into_iter().filter(|a| !a.is_empty()).collect();
        let (code, out, err) = run(home.path(), &args);
        assert_eq!((code, err.as_str()), (0, ""), "{verb}");
        all += &format!("$ kassay {}\n{out}\n", args.join(" "));
    }
    insta::assert_snapshot!("help", all);
}

#[test]
fn what_is_wrong_is_one_sentence_with_a_hint_and_exit_code_2() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let bad_scope = home.join("scope.toml");
    fs::write(&bad_scope, "default = \"cde\"\ntrusted = []\n").unwrap();
    let broken = home.join("broken");
    fs::create_dir(&broken).unwrap();
    fs::write(broken.join("workbook.toml"), "format = 1\n[engagement]\nentity = 5\n").unwrap();
    let newer = home.join("newer");
    fs::create_dir(&newer).unwrap();
    fs::write(newer.join("workbook.toml"), "format = 7\n").unwrap();
    let (pod, scope) = (pod(home), bad_scope.display().to_string());
    let pod = pod.to_str().unwrap();
    let path = |p: &Path| p.to_str().unwrap().to_owned();
    let bag = path(&home.join("b"));
    let cases: Vec<(Vec<&str>, &[&str])> = vec![
        (vec!["nowhere"], &["neither a verb nor the folder", "kassay --help"]),
        (vec!["assess", "--from", "nowhere"], &["nowhere"]),
        (vec!["assess", "--from", pod, "--scope", &scope], &["scope.toml", "line 2", "trusted"]),
        (vec!["assess", "--from", pod, "--scope", "nowhere"], &["nowhere can't be read"]),
        (vec!["assess", "--kubeconfig", "nowhere"], &["nowhere"]),
        (vec!["assess"], &["no cluster is configured", "--demo"]),
        (vec!["assess", "--from", pod, "--now", "yesterday"], &["2026-11-23T09:00:00Z"]),
        (vec!["assess", "--from", pod, "--demo"], &["cannot be used with"]),
        (vec!["assess", "--from", pod, "-o", "xml"], &["possible values: text, json, markdown, sarif"]),
        (vec!["assess", "--request-timeout", "0"], &["between one second and a day"]),
        (vec!["assess", "--read-timeout", "2d"], &["30s"]),
        (vec!["assess", "--read-timeout", "2h", "--demo"], &["cannot be used with"]),
        (vec!["assess", "--complete"], &["a live cluster tells itself what was read", "Leave --complete out"]),
        (vec!["reach", "--complete", "--context", "prod"], &["a live cluster tells itself"]),
        (vec!["access", "--complete", "--demo"], &["the built-in cluster tells itself"]),
        (vec!["collect", "--complete", "-f", "x.kassay.gz"], &["a live cluster tells itself"]),
        (vec!["new", "--workbook", "x", "--complete"], &["a live cluster tells itself"]),
        (vec!["new", "--workbook", "next", "--from", "broken"], &["broken does not verify", "journal.jsonl", "--unverified"]),
        (
            vec!["new", "--workbook", "next", "--from", "broken", "--unverified"],
            &["the workbook of broken can't be read", "line 3, column 10"],
        ),
        (vec!["new", "--workbook", "newer", "--from", "broken"], &["newer holds an assessment already"]),
        (vec!["new", "--workbook", "next", "--from", pod, "--unverified"], &["--unverified is for --from with one assessment"]),
        (vec!["reach", "--from", "nowhere"], &["nowhere"]),
        (vec!["reach", "--from", pod, "--scope", &scope], &["scope.toml", "line 2", "trusted"]),
        (vec!["reach", "--from", pod, "-o", "xml"], &["possible values: text, json, csv, svg, dot"]),
        (vec!["reach", "--from", pod, "--now", "2026-11-23T09:00:00Z"], &["--now"]),
        (vec!["export", "--workbook", "nowhere"], &["nowhere holds no assessment", "kassay new"]),
        (vec!["export", "--workbook", "broken", "-f", &bag], &["broken/workbook.toml: line 3, column 10", "was not touched"]),
        (vec!["export", "--workbook", "newer", "-f", &bag], &["format 7", "newer version"]),
        (vec!["assess", "--from", pod, "--workbook", "broken"], &["line 3, column 10"]),
        (vec!["export", "--workbook", "broken", "--encrypt-to", "age1x"], &["age1x: is no key of age", "ssh-ed25519"]),
        (vec!["export", "--workbook", "broken", "--encrypt-to", "keys"], &["keys: there is no such file"]),
        (vec!["export", "--workbook", "broken", "--digests", "md5"], &["possible values: sha256, sha512"]),
        (vec!["sign", "nowhere"], &["--key"]),
        (vec!["sign", "nowhere", "--key", "key"], &["nowhere"]),
        (vec!["sign", "nowhere", "--key", "key", "--as", "../x"], &["can't name a signer", "Letters, digits"]),
        (vec!["verify", "nowhere"], &["nowhere"]),
        (vec!["verify", pod], &["pod.yaml"]),
        (vec!["collect", "--from", pod], &["--file <FILE>"]),
        (vec!["collect", "--from", pod, "-f", "nowhere/x.kassay.gz"], &["nowhere/x.kassay.gz"]),
        (vec!["demo"], &["needs a terminal", "kassay assess", "--plain"]),
        (vec!["nowhere", "demo"], &["can't stand together"]),
        (vec!["--plain", "nowhere"], &["nowhere is neither a verb nor the folder of an assessment"]),
        (vec![], &["needs a terminal"]),
        (vec!["man", "asess"], &["no verb “asess”"]),
    ];
    for (args, told) in cases {
        let output = kassay(home, &args).current_dir(home).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{args:?}: {err}");
        for words in told {
            assert!(err.contains(words), "{args:?}: “{words}” is not in: {err}");
        }
        assert!(!err.contains("panicked") && !err.contains("Error(") && err.lines().count() < 12, "{args:?}: {err}");
    }
    assert_eq!(fs::read_to_string(broken.join("workbook.toml")).unwrap(), "format = 1\n[engagement]\nentity = 5\n");
    assert!(!home.join("b").exists());
}

#[test]
fn exit_codes_follow_fail_on() {
    let home = tempfile::tempdir().unwrap();
    let pod = pod(home.path());
    let base = ["assess", "--from", pod.to_str().unwrap(), "--kubernetes-version", "1.34", "--now", "2026-11-23T09:00:00Z", "-o", "json"];
    let with = |more: &[&str]| run(home.path(), &[&base, more].concat());
    let (code, out, _) = with(&[]);
    let said: BTreeSet<String> =
        json(&out)["outcomes"].as_array().unwrap().iter().map(|o| o["outcome"].as_str().unwrap().to_owned()).collect();
    // One pod on the host's network, and nothing else in the files: something fails, and much can't be evaluated.
    assert!(said.contains("fail") && said.contains("blocked"), "{said:?}");
    assert_eq!(code, 1);
    assert_eq!(with(&["--fail-on", "review"]).0, 1);
    assert_eq!(with(&["--fail-on", "blocked"]).0, 1);
    assert_eq!(with(&["--fail-on", "never"]).0, 3);
    // Out of scope, the same findings decide nothing.
    let scope = home.path().join("scope.toml");
    fs::write(&scope, "default = \"out_of_scope\"\n").unwrap();
    let (code, out, _) = with(&["--scope", scope.to_str().unwrap()]);
    let baseline = json(&out)["outcomes"].as_array().unwrap().iter().find(|o| o["check"] == "3.1/baseline").cloned().unwrap();
    assert_ne!(baseline["outcome"], "fail", "{baseline}");
    assert!(baseline["counts"]["out_of_scope"].as_u64().unwrap() > 0, "{baseline}");
    assert!(matches!(code, 1 | 3));
}

#[test]
fn json_follows_the_schema_that_is_printed() {
    let home = tempfile::tempdir().unwrap();
    let (code, schema, _) = run(home.path(), &["schema", "assessment"]);
    assert_eq!(code, 0);
    let validator = jsonschema::validator_for(&json(&schema)).unwrap();
    let mut sources = vec![pod(home.path())];
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    match fs::read_dir(corpora.join("dumps")) {
        Ok(entries) => sources.extend(entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "json"))),
        Err(_) => eprintln!("skipped: there are no dumps at {}", corpora.display()),
    }
    let mut runs = vec![vec!["assess", "--demo", "-o", "json"]];
    runs.extend(sources.iter().map(|source| vec!["assess", "--from", source.to_str().unwrap(), "-o", "json"]));
    for args in runs {
        let (_, out, err) = run(home.path(), &args);
        let value = json(&out);
        let errors: Vec<String> = validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).take(5).collect();
        assert!(errors.is_empty(), "{args:?}: {errors:?} {err}");
    }
    // The schema says something: what is missing or misspelt is found.
    for wrong in ["{}", "{\"format\": \"kassay/assessment/v2\"}"] {
        assert!(!validator.is_valid(&json(wrong)));
    }
}

#[test]
fn upstream_test_pods_come_out_of_the_program_as_upstream_judges_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora/pod-security");
    let Ok(text) = fs::read_to_string(folder.join("expected.tsv")) else {
        return eprintln!("skipped: there is no {}", folder.display());
    };
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    assert!(rows.len() > 250);
    let home = tempfile::tempdir().unwrap();
    let judge = |row: &Vec<&str>| {
        let file = folder.join(row[0]).join(row[1]).join(row[2]).join(row[3]);
        let version = row[1].trim_start_matches('v');
        let (_, out, err) = run(home.path(), &["assess", "--from", file.to_str().unwrap(), "--kubernetes-version", version, "-o", "json"]);
        let check = format!("3.1/{}", row[0]);
        let value = json(&out);
        let outcome = value["outcomes"].as_array().unwrap().iter().find(|o| o["check"] == check.as_str()).unwrap();
        let got: BTreeSet<&str> = outcome["findings"].as_array().unwrap().iter().map(|f| f["rule"].as_str().unwrap()).collect();
        let want: BTreeSet<&str> = row.get(4).copied().unwrap_or("").split(',').filter(|id| !id.is_empty()).collect();
        (got != want).then(|| format!("{}: {want:?} expected, {got:?} found {err}", file.display()))
    };
    let halves: Vec<&[Vec<&str>]> = rows.chunks(rows.len().div_ceil(2)).collect();
    let problems: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = halves.iter().map(|half| scope.spawn(|| half.iter().filter_map(judge).collect::<Vec<_>>())).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(problems.is_empty(), "{} of {}:\n{}", problems.len(), rows.len(), problems.join("\n"));
}

#[test]
fn the_same_input_gives_the_same_bytes_and_quiet_says_nothing_else() {
    let home = tempfile::tempdir().unwrap();
    let pod = pod(home.path());
    for form in ["json", "text", "markdown", "sarif"] {
        let args = ["assess", "--quiet", "--from", pod.to_str().unwrap(), "--now", "2026-11-23T09:00:00Z", "-o", form];
        let (one, two) = (run(home.path(), &args), run(home.path(), &args));
        assert_eq!(one, two);
        assert!(
            one.2.is_empty() && one.1.contains("3.1/baseline") && one.1.ends_with('\n') && !one.1.contains('\u{1b}'),
            "{form}: {}",
            one.2
        );
    }
    let args = ["assess", "--quiet", "--color", "always", "--from", pod.to_str().unwrap()];
    assert!(run(home.path(), &args).1.contains('\u{1b}'));
}

#[test]
fn who_said_that_files_are_the_whole_cluster_stands_in_every_form() {
    let home = tempfile::tempdir().unwrap();
    let pod = pod(home.path());
    let book = home.path().join("acme");
    let args = [
        "assess",
        "--quiet",
        "--from",
        pod.to_str().unwrap(),
        "--complete",
        "--fail-on",
        "never",
        "--workbook",
        book.to_str().unwrap(),
        "-o",
    ];
    let told = |form: &str| run(home.path(), &[&args[..], &[form]].concat()).1;
    assert_eq!(json(&told("json"))["cluster"]["declared_complete"], "tester");
    assert!(told("text").contains("the files are the whole cluster: said by tester"));
    assert!(told("markdown").contains("the files are the whole cluster was said by tester"));
    let workbook = fs::read_to_string(book.join("workbook.toml")).unwrap();
    assert!(workbook.contains("declared_complete = \"tester\""), "{workbook}");
    let report = home.path().join("report.html");
    run(home.path(), &["export", "--workbook", book.to_str().unwrap(), "--format", "html", "-f", report.to_str().unwrap()]);
    assert!(fs::read_to_string(report).unwrap().contains("said by tester"));
    let without = run(home.path(), &["assess", "--quiet", "--from", pod.to_str().unwrap(), "-o", "json"]).1;
    assert!(json(&without)["cluster"].get("declared_complete").is_none());
}

#[test]
fn unattended_runs_keep_an_assessment_that_exports_and_verifies() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let pod = pod(home);
    let assess = |dir: &str| {
        let output = kassay(home, &["assess", "--from", pod.to_str().unwrap(), "--workbook", dir, "--now", "2026-11-23T09:00:00Z"])
            .current_dir(home)
            .output()
            .unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(assess("acme").contains("pod: "), "the cluster is named after the file");
    fs::write(&pod, POD.replace("hostNetwork: true", "hostPID: true")).unwrap();
    let err = assess("acme");
    assert!(err.contains("findings: ") && !err.contains("findings: 0 new, 0 gone, 0 changed"), "{err}");
    let in_home = |args: &[&str]| {
        let output = kassay(home, args).current_dir(home).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(in_home(&["verify", "acme"]).0, 0);
    let (code, out, err) =
        in_home(&["export", "--workbook", "acme", "--format", "bag-zip", "-f", "acme.zip", "--now", "2026-11-24T09:00:00Z"]);
    assert!(code == 0 && out.ends_with("  acme.zip\n"), "{out}{err}");
    let (code, out, _) = in_home(&["verify", "acme.zip"]);
    assert!(code == 0 && out.contains("✓ whole: bag in a zip of “acme”") && out.contains("3 edits"), "{out}");
    let (code, out, err) = in_home(&["export", "--workbook", "acme", "--now", "2026-11-24T09:00:00Z"]);
    assert!(code == 0 && out.contains("acme-2026-11-24") && home.join("acme-2026-11-24/bagit.txt").is_file(), "{out}{err}");
    assert_eq!(in_home(&["export", "--workbook", "acme", "-f", "acme.zip", "--format", "bag-zip"]).0, 2, "a bag is not written over");
    for (format, starts) in [
        ("html", "<!doctype html>"),
        ("json", "{"),
        ("csv", "cluster,"),
        ("evidence-csv", "ref,"),
        ("markdown", "# acme"),
        ("sarif", "{"),
        ("oscal", "{"),
        ("gemara", "metadata:"),
        ("in-toto", "{"),
    ] {
        let (code, out, err) = in_home(&["export", "--workbook", "acme", "--format", format]);
        assert!(code == 0 && out.trim_start().starts_with(starts), "{format}: {err}");
    }
    for format in ["xlsx", "docx"] {
        let export = |more: &[&str]| {
            let args = [&["export", "--workbook", "acme", "--now", "2026-11-24T09:00:00Z", "--format", format], more].concat();
            kassay(home, &args).current_dir(home).output().unwrap()
        };
        let name = format!("acme-2026-11-24.{format}");
        let (made, sent, again) = (export(&[]), export(&["-f", "-"]), export(&[]));
        let file = fs::read(home.join(&name)).unwrap();
        assert!(made.status.success() && file.starts_with(b"PK") && file == sent.stdout, "{format}");
        let words = String::from_utf8_lossy(&again.stderr).into_owned();
        assert!(again.status.code() == Some(2) && words.contains("is there already"), "what was worked in is not written over: {words}");
    }
    // A changed byte is found, told by name, and is exit code 1.
    let text = fs::read_to_string(home.join("acme-2026-11-24/data/findings.csv")).unwrap();
    fs::write(home.join("acme-2026-11-24/data/findings.csv"), text.replacen('p', "q", 1)).unwrap();
    let (code, out, _) = in_home(&["verify", "acme-2026-11-24"]);
    assert!(code == 1 && out.contains("✗ data/findings.csv: was changed") && out.contains("✗ not whole"), "{out}");
}

#[test]
fn an_assessment_that_is_open_elsewhere_is_not_written() {
    let home = tempfile::tempdir().unwrap();
    let dir = assessment::make(home.path());
    let opened = kassay::store::Store::open(&dir).unwrap();
    let pod = pod(home.path());
    let (code, _, err) = run(home.path(), &["assess", "--from", pod.to_str().unwrap(), "--workbook", dir.to_str().unwrap()]);
    assert!(code == 2 && err.contains("has it open") && err.contains(&format!("process {}", std::process::id())), "{err}");
    // Reading it is fine.
    assert_eq!(run(home.path(), &["export", "--workbook", dir.to_str().unwrap(), "--format", "csv"]).0, 0);
    assert!(opened.held_by.is_none());
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let home = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_kassay");
    let output =
        Command::new("sh").arg("-c").arg(format!("'{program}' checks -o json | head -c 10")).env("HOME", home.path()).output().unwrap();
    assert_eq!((output.stdout.len(), String::from_utf8(output.stderr).unwrap().as_str()), (10, ""));
}

#[test]
fn the_catalogue_completions_and_pages_are_printed() {
    let home = tempfile::tempdir().unwrap();
    for args in [["controls", "-o"], ["checks", "-o"]] {
        assert!(!json(&run(home.path(), &[&args[..], &["json"]].concat()).1).as_array().unwrap().is_empty());
        for form in ["text", "markdown"] {
            assert!(run(home.path(), &[&args[..], &[form]].concat()).1.lines().count() > 20);
        }
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(run(home.path(), &["completions", shell]).1.contains("kubernetes-version"), "{shell}");
    }
    assert!(run(home.path(), &["man"]).1.contains(".TH kassay 1"));
    assert!(run(home.path(), &["man", "assess"]).1.contains("kassay\\-assess"));
}

const POLICY: &str =
    "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- level: None\n  userGroups: ['system:masters']\n- level: Metadata\n";

fn outcome(out: &str, check: &str) -> Value {
    json(out)["outcomes"].as_array().unwrap().iter().find(|o| o["check"] == check).cloned().unwrap()
}

#[test]
fn files_of_evidence_are_recognised_by_their_contents_wherever_they_come_from() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let folder = home.join("files");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("pod.yaml"), POD).unwrap();
    let policy = home.join("no-policy-by-its-name.txt");
    fs::write(&policy, POLICY).unwrap();
    let note = home.join("audit-policy.yaml");
    fs::write(&note, "ours is on the nodes\n").unwrap();
    let (folder, policy) = (folder.to_str().unwrap().to_owned(), policy.to_str().unwrap().to_owned());
    let base = ["assess", "--from", &folder, "--now", "2026-11-23T09:00:00Z", "-o", "json"];
    let (_, out, _) = run(home, &base);
    let blocked = outcome(&out, "7.1/audit-policy");
    assert!(blocked["outcome"] == "blocked" && blocked["needs"][0] == "evidence: audit policy file", "{blocked}");
    // Given on the command line, with a file that no check judges beside it.
    let (code, given, err) = run(home, &[&base[..], &["--evidence", &policy, note.to_str().unwrap()]].concat());
    let judged = outcome(&given, "7.1/audit-policy");
    assert_eq!(
        (code, judged["outcome"].as_str(), judged["findings"][0]["rule"].as_str()),
        (1, Some("fail"), Some("everything")),
        "{judged}"
    );
    assert!(err.contains("recognised as an audit policy with 2 rules") && err.contains("no check judges this file"), "{err}");
    let observed = judged["findings"][0]["observed"].as_str().unwrap();
    assert!(observed.contains("no-policy-by-its-name.txt, SHA-256 "), "{observed}");
    // In the folder itself, and from the snapshot of it: the same outcome.
    fs::copy(&policy, Path::new(&folder).join("policy.yaml")).unwrap();
    let (_, out, _) = run(home, &base);
    let in_folder = outcome(&out, "7.1/audit-policy");
    assert_eq!(in_folder["outcome"], "fail");
    let snapshot = home.join("x.kassay.gz");
    assert_eq!(run(home, &["collect", "--quiet", "--from", &folder, "-f", snapshot.to_str().unwrap()]).0, 0);
    let (_, out, _) = run(home, &["assess", "--from", snapshot.to_str().unwrap(), "--now", "2026-11-23T09:00:00Z", "-o", "json"]);
    assert_eq!(outcome(&out, "7.1/audit-policy"), in_folder);
    // A file that is not there is an error, and a report alone is a source.
    assert_eq!(run(home, &[&base[..], &["--evidence", "nowhere.json"]].concat()).0, 2);
    let (_, out, err) = run(home, &["assess", "--from", &policy, "-o", "json"]);
    assert_eq!(outcome(&out, "7.1/audit-policy")["outcome"], "fail", "{err}");
}

#[test]
fn evidence_of_an_assessment_is_judged_with_its_day_and_reference() {
    use kassay_core::workbook::{Day, Edit, Evidence, EvidenceKind, Moment};
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let pod = pod(home);
    let args = ["assess", "--from", pod.to_str().unwrap(), "--workbook", "acme", "--now", "2026-11-23T09:00:00Z", "-o", "json"];
    let assess = || {
        let output = kassay(home, &args).current_dir(home).output().unwrap();
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    assert_eq!(outcome(&assess().0, "15.1/benchmark-results")["outcome"], "blocked");
    let file = home.join("kube-bench.json");
    let result = r#"{"Controls":[{"version":"cis-1.10","node_type":"node","tests":[{"results":[{"test_number":"4.1.1","test_desc":"words","status":"PASS"}]}]}]}"#;
    fs::write(&file, result).unwrap();
    let dir = home.join("acme");
    let mut opened = kassay::store::Store::open(&dir).unwrap();
    let attached = opened.store.attach(&file).unwrap();
    assert_eq!(opened.store.recognised(&attached.sha256, &attached.name, attached.size).as_deref(), Some("kube-bench results of 1 test"));
    let mut workbook = opened.workbook.clone();
    let obtained = Moment("2026-11-20T00:00:00Z".parse().unwrap());
    workbook.evidence.push(Evidence {
        file: attached.name.clone(),
        sha256: attached.sha256.clone(),
        size: attached.size,
        effective: Some(Day("2026-11-01".parse().unwrap())),
        practices: vec!["15.1.a".into()],
        ..Evidence::new("E-0001".into(), EvidenceKind::Scan, "Benchmark of the nodes".into(), "A. Assessor".into(), obtained)
    });
    let edit = Edit { by: "A. Assessor".into(), what: "attach E-0001".into(), before: String::new(), after: String::new() };
    opened.store.save(&workbook, &edit, "2026-11-20T00:00:00Z".parse().unwrap()).unwrap();
    drop(opened);
    let passed = outcome(&assess().0, "15.1/benchmark-results");
    assert!(passed["outcome"] == "pass" && passed["reason"].as_str().unwrap().contains("E-0001"), "{passed}");
    // Bytes that were changed since are no evidence.
    let kept = dir.join("evidence").join(format!("{}.json", attached.sha256));
    fs::write(&kept, result.replace("PASS", "FAIL")).unwrap();
    let (out, err) = assess();
    assert_eq!(outcome(&out, "15.1/benchmark-results")["outcome"], "blocked");
    assert!(err.contains("E-0001 was changed"), "{err}");
}

/// Two namespaces of different scope: what comes in to `ledger` is limited, `till` is open; an agent is on its node's network.
const REACH: &str = "apiVersion: v1
kind: Namespace
metadata: {name: pay, labels: {kubernetes.io/metadata.name: pay}}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {kubernetes.io/metadata.name: shop}}
---
apiVersion: v1
kind: Pod
metadata: {name: ledger, namespace: pay, labels: {app: ledger}}
spec: {containers: [{name: main, image: app, ports: [{name: api, containerPort: 8443}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: main, image: app}]}
---
apiVersion: v1
kind: Pod
metadata: {name: till, namespace: shop, labels: {app: till}}
spec: {containers: [{name: main, image: app}]}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: shop, labels: {app: agent}}
spec: {hostNetwork: true, containers: [{name: main, image: app}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: pay}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: from-web, namespace: pay}
spec:
  podSelector: {matchLabels: {app: ledger}}
  ingress:
    - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}, podSelector: {matchLabels: {app: web}}}]
      ports: [{port: api}]
";

fn reach_files(home: &Path, more: &str) -> (String, String) {
    let (path, scope) = (home.join("reach.yaml"), home.join("reach-scope.toml"));
    fs::write(&path, format!("{REACH}{more}")).unwrap();
    fs::write(&scope, "default = \"out_of_scope\"\n[[namespace]]\nmatch = \"pay\"\ncategory = \"cde\"\nreason = \"card data\"\n").unwrap();
    (path.display().to_string(), scope.display().to_string())
}

const CILIUM: &str = "---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: \"=l7\", namespace: pay}
spec: {endpointSelector: {}, somethingThatIsNotKnown: {}}
";

#[test]
fn reach_tells_flows_with_their_policies_and_says_what_is_not_known() {
    let home = tempfile::tempdir().unwrap();
    let (path, scope) = reach_files(home.path(), "");
    let reach = |more: &[&str]| run(home.path(), &[&["reach", "--from", &path, "--scope", &scope], more].concat());
    let (code, out, err) = reach(&["-o", "json"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let document = json(&out);
    assert_eq!((document["complete"].as_bool(), document["not_evaluated"].as_array().map(Vec::len)), (Some(true), Some(0)));
    let end = |end: &Value| end["name"].as_str().or(end["ip"].as_str()).unwrap().to_owned();
    let flows: BTreeSet<String> = document["flows"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|flow| flow["from"]["namespace"] == "pay" || flow["to"]["namespace"] == "pay")
        .map(|flow| {
            let categories = format!("{} to {}", flow["from_category"], flow["to_category"]);
            format!("{} > {}: {} {} {categories}", end(&flow["from"]), end(&flow["to"]), flow["ports"], flow["by"])
        })
        .collect();
    let only = "web > ledger: \"TCP 8443\" [\"NetworkPolicy pay/from-web\"] \"out_of_scope\" to \"cde\"";
    assert_eq!(flows, BTreeSet::from([only.to_owned()]));
    assert_eq!(document["outside_of_policy"], json("[{\"namespace\": \"shop\", \"kind\": \"Pod\", \"name\": \"agent\"}]"));

    // For people: what crosses the border of the scope first, and no line wider than the terminal.
    for columns in ["80", "200"] {
        let output = kassay(home.path(), &["reach", "--from", &path, "--scope", &scope]).env("COLUMNS", columns).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        let text = String::from_utf8(output.stdout).unwrap();
        insta::assert_snapshot!(format!("reach_{columns}"), text);
        assert!(text.lines().all(|line| line.chars().count() <= columns.parse().unwrap()), "{text}");
    }

    // For spreadsheets: as many lines as flows.
    let (code, table, _) = reach(&["-o", "csv"]);
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!((code, rows.len()), (0, document["flows"].as_array().unwrap().len() + 1));
    assert!(rows[0].starts_with("from_namespace,from_kind,from_name,from_ip,from_category,from_host_network,to_namespace"), "{}", rows[0]);
    assert!(rows.contains(&"shop,Pod,web,,out_of_scope,false,pay,Pod,ledger,,cde,false,TCP 8443,NetworkPolicy pay/from-web"), "{table}");
}

#[test]
fn reach_ends_with_3_where_something_was_not_read_or_not_evaluated() {
    let home = tempfile::tempdir().unwrap();
    let (path, _) = reach_files(home.path(), CILIUM);
    let reach = |form: &str| run(home.path(), &["reach", "--from", &path, "-o", form]);
    let (code, out, _) = reach("json");
    let document = json(&out);
    assert_eq!((code, document["complete"].as_bool()), (3, Some(true)));
    assert_eq!(document["not_evaluated"][0]["kind"], "CiliumNetworkPolicy");
    let (code, out, _) = reach("text");
    let at = |words: &str| out.find(words).unwrap_or_else(|| panic!("“{words}” is not in: {out}"));
    assert_eq!(code, 3);
    assert!(at("Not evaluated") < at("CiliumNetworkPolicy pay/=l7") && at("CiliumNetworkPolicy") < at("Within CDE"), "{out}");
    let (code, _, err) = reach("csv");
    assert!(code == 3 && err.contains("not evaluated: CiliumNetworkPolicy pay/=l7"), "{err}");

    // Files with pods alone say nothing of policies.
    let pod = pod(home.path());
    let reach = |form: &str| run(home.path(), &["reach", "--from", pod.to_str().unwrap(), "-o", form]);
    let (code, out, _) = reach("json");
    assert_eq!((code, json(&out)["complete"].as_bool()), (3, Some(false)));
    let (code, out, _) = reach("text");
    assert!(code == 3 && out.contains("Not complete: the files hold no list of networkpolicies.networking.k8s.io"), "{out}");
    let (code, _, err) = reach("csv");
    assert!(code == 3 && err.contains("not complete: the files hold no list of networkpolicies"), "{err}");
}

#[test]
fn pictures_of_reach_are_read_by_other_programs_and_say_what_is_not_known() {
    let home = tempfile::tempdir().unwrap();
    for (more, ends) in [("", 0), (CILIUM, 3)] {
        let (path, scope) = reach_files(home.path(), more);
        for (form, program, args) in [("svg", "xmllint", &["--noout", "-"][..]), ("dot", "dot", &["-Tcanon"])] {
            let (code, out, err) = run(home.path(), &["reach", "--from", &path, "--scope", &scope, "-o", form]);
            assert_eq!((code, out.contains("Not evaluated"), err.contains("not evaluated")), (ends, ends == 3, ends == 3), "{form}: {err}");
            assert!(out.contains("into the CDE") && out.contains("1 connection"), "{out}");
            let child = Command::new(program).args(args).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
            let Ok(mut child) = child else {
                eprintln!("skipped: {program} is not installed");
                continue;
            };
            std::io::Write::write_all(&mut child.stdin.take().unwrap(), out.as_bytes()).unwrap();
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success() && output.stderr.is_empty(), "{form}: {}", String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[test]
fn diff_compares_assessments_bags_and_snapshots() {
    let home = tempfile::tempdir().unwrap();
    let home = home.path();
    let path = |name: &str| home.join(name).display().to_string();
    let (code, schema, _) = run(home, &["schema", "diff"]);
    assert_eq!(code, 0);
    let validator = jsonschema::validator_for(&json(&schema)).unwrap();
    let diff = |a: &str, b: &str| {
        let (code, out, err) = run(home, &["diff", &path(a), &path(b), "-o", "json"]);
        assert!(code != 2, "{err}");
        let document = json(&out);
        let faults: Vec<String> = validator.iter_errors(&document).map(|e| e.to_string()).collect();
        assert!(faults.is_empty(), "{faults:?}");
        (code, document)
    };
    // The same cluster as an assessment, as bags of it, and as a snapshot.
    assert_eq!(run(home, &["collect", "--demo", "-f", &path("demo.kassay.gz")]).0, 0);
    let (code, ..) = run(home, &["assess", "--from", &path("demo.kassay.gz"), "--workbook", &path("book"), "--fail-on", "never"]);
    assert_eq!(code, 3, "some checks are blocked in the demo");
    for (format, name) in [("bag", "bag"), ("bag-zip", "bag.zip")] {
        assert_eq!(run(home, &["export", "--workbook", &path("book"), "--format", format, "-f", &path(name)]).0, 0);
    }
    for other in ["book", "bag", "bag.zip", "demo.kassay.gz"] {
        let (code, document) = diff("book", other);
        assert_eq!((code, document["equal"].as_bool()), (0, Some(true)), "{other}: {document}");
    }
    // One cluster, changed: without a UID it is the same by its name.
    for (name, text) in [("one", POD.to_owned()), ("two", POD.replace("hostNetwork: true", "hostNetwork: false"))] {
        fs::write(home.join(format!("{name}.yaml")), text).unwrap();
        let file = format!("{name}.kassay.gz");
        assert_eq!(run(home, &["collect", "--from", &path(&format!("{name}.yaml")), "-f", &path(&file)]).0, 0);
    }
    let (code, document) = diff("one.kassay.gz", "two.kassay.gz");
    let entries = document["entries"].as_array().unwrap();
    let gone = entries.iter().find(|entry| entry["class"] == "gone" && entry["check"] == "3.1/restricted").unwrap();
    assert!(code == 1 && gone["what"].as_str().unwrap().contains("Pod shop/web spec.hostNetwork"), "{document}");
    let (code, text, _) = run(home, &["diff", &path("one.kassay.gz"), &path("two.kassay.gz")]);
    assert!(code == 1 && text.contains("gone, finding: ") && text.contains("  - cluster: 3.1/restricted Pod shop/web"), "{text}");
    let (code, text, _) = run(home, &["diff", &path("one.kassay.gz"), &path("two.kassay.gz"), "-o", "markdown"]);
    assert!(code == 1 && text.contains("## gone"), "{text}");
    // Nothing can be said of two different clusters.
    let (code, document) = diff("one.kassay.gz", "demo.kassay.gz");
    assert_eq!((code, document["counts"]["cannot_be_compared"].as_u64()), (3, Some(2)), "{document}");
    for (a, words) in [("one.yaml", "nor a snapshot"), ("nowhere", "nowhere")] {
        let (code, out, err) = run(home, &["diff", &path(a), &path("book")]);
        assert!(code == 2 && out.is_empty() && err.contains(words), "{err}");
    }
}

#[test]
fn reach_follows_the_schema_that_is_printed() {
    let home = tempfile::tempdir().unwrap();
    let (code, schema, _) = run(home.path(), &["schema", "reach"]);
    assert_eq!(code, 0);
    let validator = jsonschema::validator_for(&json(&schema)).unwrap();
    let (path, scope) = reach_files(home.path(), CILIUM);
    let mut runs = vec![
        vec!["reach".to_owned(), "--demo".to_owned(), "-o".to_owned(), "json".to_owned()],
        ["reach", "--from", &path, "--scope", &scope, "-o", "json"].map(str::to_owned).to_vec(),
    ];
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora");
    for folder in ["dumps", "systems"] {
        let Ok(entries) = fs::read_dir(corpora.join(folder)) else {
            eprintln!("skipped: there are no {folder} at {}", corpora.display());
            continue;
        };
        let files = entries.flatten().map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "json" || e == "yaml"));
        runs.extend(files.map(|file| ["reach", "--from", file.to_str().unwrap(), "-o", "json"].map(str::to_owned).to_vec()));
    }
    for args in &runs {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let (code, out, err) = run(home.path(), &args);
        let value = json(&out);
        assert!(matches!(code, 0 | 3), "{args:?}: {err}");
        let errors: Vec<String> = validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).take(5).collect();
        assert!(errors.is_empty() && !value["flows"].as_array().unwrap().is_empty(), "{args:?}: {errors:?} {err}");
        assert_eq!(
            (out.clone(), code),
            {
                let again = run(home.path(), &args);
                (again.1, again.0)
            },
            "the same input gives the same bytes"
        );
    }
    let (_, out, _) = run(home.path(), &["reach", "--from", &path, "-o", "json"]);
    for (member, wrong) in
        [("complete", Value::from("yes")), ("flows", json("[{\"from\": {\"ip\": \"::/0\"}}]")), ("format", Value::from("kassay/reach/v2"))]
    {
        let mut value = json(&out);
        value[member] = wrong;
        assert!(!validator.is_valid(&value), "{member}");
    }
}

const ACCESS: &str = "apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Namespace, metadata: {name: pay}}
- {apiVersion: rbac.authorization.k8s.io/v1, kind: Role, metadata: {name: readers, namespace: shop}, rules: [{apiGroups: [''], resources: [pods, pods/log], verbs: [get, list]}]}
- {apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: readers, namespace: shop}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: readers}, subjects: [{kind: Group, apiGroup: rbac.authorization.k8s.io, name: '=support'}]}
- {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: deployer}, rules: [{apiGroups: [''], resources: [pods], verbs: [create]}, {nonResourceURLs: [/metrics], verbs: [get]}]}
- {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: deployer}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: deployer}, subjects: [{kind: ServiceAccount, namespace: shop, name: robot}]}
- {apiVersion: rbac.authorization.k8s.io/v1, kind: RoleBinding, metadata: {name: deployer, namespace: pay}, roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: deployer}, subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: lee}]}
";

#[test]
fn the_access_register_is_a_row_for_each_rule_and_folded_for_people() {
    let home = tempfile::tempdir().unwrap();
    let (path, scope) = (home.path().join("access.yaml"), home.path().join("access-scope.toml"));
    fs::write(&path, ACCESS).unwrap();
    fs::write(&scope, "default = \"out_of_scope\"\n[[namespace]]\nmatch = \"pay\"\ncategory = \"cde\"\n").unwrap();
    let access =
        |form: &str| run(home.path(), &["access", "--from", path.to_str().unwrap(), "--scope", scope.to_str().unwrap(), "-o", form]);
    let (code, out, err) = access("json");
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let document = json(&out);
    let validator = jsonschema::validator_for(&json(&run(home.path(), &["schema", "access"]).1)).unwrap();
    assert!(validator.validate(&document).is_ok(), "{out}");
    let row = |row: &Value| {
        let part = |name: &str| serde_json::to_string(&row[name]).unwrap();
        let subject = &row["subject"];
        format!(
            "{} {} in {} {}: {} {} {} by {}",
            subject["kind"],
            subject["name"],
            part("namespace"),
            part("category"),
            part("verbs"),
            part("resources"),
            part("non_resource_urls"),
            row["via"]["binding"]
        )
    };
    let rows: BTreeSet<String> = document["rows"].as_array().unwrap().iter().map(row).collect();
    // A rule for paths holds only where the whole cluster is meant.
    let expected = [
        r#""Group" "=support" in "shop" "out_of_scope": ["get","list"] ["pods","pods/log"] [] by "RoleBinding shop/readers""#,
        r#""ServiceAccount" "robot" in "*" "cde": ["create"] ["pods"] [] by "ClusterRoleBinding deployer""#,
        r#""ServiceAccount" "robot" in "*" "cde": ["get"] [] ["/metrics"] by "ClusterRoleBinding deployer""#,
        r#""User" "lee" in "pay" "cde": ["create"] ["pods"] [] by "RoleBinding pay/deployer""#,
    ];
    assert_eq!(rows, expected.iter().map(|row| (*row).to_owned()).collect());
    assert!(document["complete"] == true);

    let (_, table, _) = access("csv");
    assert!(table.contains("'=support") && table.lines().count() == 4 && table.contains("create pods"), "{table}");
    let output = kassay(home.path(), &["access", "--from", path.to_str().unwrap(), "--scope", scope.to_str().unwrap()])
        .env("COLUMNS", "80")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    insta::assert_snapshot!("access_80", text);
}

#[test]
fn a_register_that_is_not_whole_says_so_and_ends_with_3() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("roles.yaml");
    let roles: Vec<&str> = ACCESS.lines().filter(|line| !line.contains("Binding, metadata")).collect();
    fs::write(&path, roles.join("\n")).unwrap();
    let access = |form: &str| run(home.path(), &["access", "--from", path.to_str().unwrap(), "-o", form]);
    let (code, out, err) = access("json");
    assert_eq!((code, json(&out)["complete"].as_bool()), (3, Some(false)), "{out}");
    assert!(err.contains("not complete: there is no list of rolebindings"), "{err}");
    let (code, out, _) = access("text");
    assert!(code == 3 && out.contains("Not complete: there is no list of rolebindings"), "{out}");
}

/// Made by `kassay checks -o markdown > docs/checks.md`, so that the document is never older than the checks.
#[test]
fn the_document_of_checks_is_what_the_program_prints() {
    let home = tempfile::tempdir().unwrap();
    let printed = run(home.path(), &["checks", "-o", "markdown"]).1;
    let kept = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/checks.md")).unwrap();
    assert!(printed == kept, "docs/checks.md is older than the checks: cargo run -- checks -o markdown > docs/checks.md");
}

/// Ctrl-C while a huge file is examined. All of it was read before the signal is sent, because a pipe is written only as fast as it is read. What
/// the program says tells whether it stopped: it has no result.
#[cfg(unix)]
#[test]
fn ctrl_c_stops_what_is_parsed_and_examined() {
    use std::io::{Read as _, Write as _};
    let home = tempfile::tempdir().unwrap();
    let object = |name: usize, value: &str| {
        format!(
            r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"c{name}","namespace":"shop"}},"data":{{"text":"{value}"}}}}"#
        )
    };
    // Many objects, of which each is looked at; and one that no look between two objects can stop.
    let many: String = (0..40_000).map(|n| object(n, &"password=none of yours ".repeat(40)) + "\n").collect();
    let one = object(0, &"password=none of yours ".repeat(1_500_000));
    for (text, verb) in [(&many, &["assess", "--from", "-"][..]), (&one, &["collect", "--from", "-", "-f", "out.kassay.gz"])] {
        let mut program = kassay(home.path(), verb)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .current_dir(home.path())
            .spawn()
            .unwrap();
        let mut input = program.stdin.take().unwrap();
        input.write_all(text.as_bytes()).unwrap();
        drop(input);
        let sent = Command::new("kill").args(["-INT", &program.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let status = program.wait().unwrap();
        let (mut printed, mut said) = (String::new(), String::new());
        program.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
        program.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!((status.code(), printed.as_str()), (Some(2), ""), "{said}");
        assert!(said.contains("cancelled") || said.contains("Ctrl-C"), "{said}");
        assert!(!home.path().join("out.kassay.gz").exists());
    }
}

#[test]
fn what_is_needed_is_printed_by_role_for_a_mail_or_a_table() {
    let home = tempfile::tempdir().unwrap();
    let dir = assessment::make(home.path());
    let dir = dir.to_str().unwrap();
    let now = ["--now", assessment::NOW];
    let (code, out, err) = run(home.path(), &["requests", dir, now[0], now[1]]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.starts_with("# Requests for Acme"), "{out}");
    // What was asked for says when it was due, what was not asked for is there too; nothing is markup that was typed.
    let asked = out.lines().find(|line| line.contains("Our reference: R-001.")).unwrap();
    assert!(asked.contains("It was due on 2026-11-01.") && asked.contains("&lt;script&gt;") && !asked.contains("<script>"), "{asked}");
    assert!(out.contains("\n## identity team\n") && out.contains("Please answer this, and send what shows it."), "{out}");
    let (code, same, _) = run(home.path(), &["requests", "--workbook", dir, now[0], now[1]]);
    assert_eq!((code, same), (0, out));
    let (code, out, _) = run(home.path(), &["requests", dir, "--open", "--kept", "--role", "platform team", "-o", "csv", now[0], now[1]]);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!((code, lines.len()), (0, 2), "{out}");
    assert!(lines[1].starts_with("R-001,platform team,'=<script>") && lines[1].contains(",open,yes,"), "{out}");
    let (code, out, err) = run(home.path(), &["requests", dir, "--role", "nobody"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("nothing is asked of a role “nobody”") && err.contains("platform team"), "{err}");
    let (code, out, _) = run(home.path(), &["requests", dir, "--kept", "-o", "text", now[0], now[1]]);
    assert!(code == 0 && out.contains("Status: refused. Note: by contract"), "{out}");
    assert_eq!(run(home.path(), &["requests"]).0, 2);
}

#[test]
fn findings_that_fit_some_words_are_handed_over() {
    let home = tempfile::tempdir().unwrap();
    let at = home.path();
    let book = at.join("book");
    let book = book.to_str().unwrap();
    assert_eq!(run(at, &["assess", "--demo", "--workbook", book]).0, 1);
    let of = |args: &[&str]| {
        let (code, out, err) = run(at, &[&["findings", book], args].concat());
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        out
    };
    let all = of(&["-o", "csv"]);
    let some = of(&["-o", "csv", "--query", "check:3.1 sev:high cat:cde"]);
    assert!(some.lines().count() > 1 && some.lines().count() < all.lines().count(), "{some}");
    assert!(some.lines().skip(1).all(|line| line.starts_with("demo,3.1,3.1/") && line.contains(",cde,")), "{some}");
    // What one word lets through and what it keeps out are all there is.
    let lines = |query: &str| of(&["--query", query]).lines().count();
    assert_eq!(lines("sev:high") + lines("-sev:high"), lines(""));
    let table = of(&["-o", "markdown", "--query", "check:3.1 sev:high cat:cde"]);
    let rows = table.lines().filter(|line| line.starts_with("| high |")).count();
    assert_eq!(rows, some.lines().count() - 1, "{table}");
    assert!(table.starts_with("# Findings: book") && table.contains("\n## demo: `"), "{table}");
    assert!(of(&["-o", "markdown", "--query", "no-such-word"]).contains("No finding fits."));
    assert_eq!(run(at, &["findings"]).0, 2);
}

#[test]
fn a_bag_is_signed_and_verified_from_the_command_line() {
    let home = tempfile::tempdir().unwrap();
    let at = home.path();
    let keys = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", "key"]).current_dir(at).status();
    if !keys.is_ok_and(|status| status.success()) {
        assert!(std::env::var_os("KASSAY_REQUIRE_CLUSTER").is_none(), "ssh-keygen is not installed");
        return eprintln!("skipped: ssh-keygen is not installed");
    }
    fs::write(at.join("signers"), format!("a.assessor@audit.example {}", fs::read_to_string(at.join("key.pub")).unwrap())).unwrap();
    let run = |args: &[&str]| {
        // The program of another is found by the path.
        let output = kassay(at, args).env("PATH", std::env::var_os("PATH").unwrap_or_default()).current_dir(at).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    };
    assert_eq!(run(&["assess", "--demo", "--workbook", "book"]).0, 1);
    assert_eq!(run(&["export", "--workbook", "book", "--format", "bag-zip", "--digests", "sha256,sha512", "-f", "a b.zip"]).0, 0);
    let (code, out, _) = run(&["verify", "a b.zip"]);
    assert!(code == 0 && !out.contains("not made anew"), "{out}");
    assert_eq!(run(&["verify", "a b.zip", "--allowed-signers", "signers"]).0, 1, "nobody signed");
    let (code, out, err) = run(&["sign", "a b.zip", "--key", "key", "--as", "a.assessor@audit.example"]);
    assert_eq!((code, out.as_str()), (0, "signed as a.assessor@audit.example: signatures/a.assessor@audit.example.sig\n"), "{err}");
    assert!(err.contains("unzip -p 'a b.zip' 'a b/signatures/a.assessor@audit.example.tsq' | curl"), "{err}");
    let (code, out, _) = run(&["verify", "a b.zip", "--allowed-signers", "signers"]);
    assert!(code == 0 && out.contains("✓ signed by a.assessor@audit.example, without a time-stamp"), "{out}");
    assert!(out.contains("    ssh-keygen -Y verify -f ALLOWED_SIGNERS -I a.assessor@audit.example -n kassay -s"), "{out}");
    assert_eq!(run(&["sign", "a b.zip", "--key", "key", "--as", "a.assessor@audit.example"]).0, 2, "a signature is not written over");
    assert_eq!(run(&["sign", "book", "--key", "key", "--as", "me"]).0, 2, "a folder that still changes is not signed");
    assert_eq!(run(&["sign", "a b.zip", "--time-answer", "key", "--as", "a.assessor@audit.example"]).0, 2, "a key is no answer");
    let profile = run(&["schema", "bag"]).1;
    assert_eq!(json(&profile)["BagIt-Profile-Info"]["BagIt-Profile-Identifier"], "urn:kassay:bagit-profile:1");
}

#[cfg(unix)]
#[test]
fn an_export_that_is_stopped_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let at = home.path();
    assert_eq!(run(at, &["assess", "--demo", "--workbook", at.join("book").to_str().unwrap()]).0, 1);
    // Large enough that it is still being written when it is stopped.
    let file = fs::File::create(at.join("large.bin")).unwrap();
    file.set_len(256 << 20).unwrap();
    drop(file);
    let opened = kassay::store::Store::open(&at.join("book")).unwrap();
    let mut book = opened.workbook.clone();
    let mut store = opened.store;
    let attached = store.attach(&at.join("large.bin")).unwrap();
    let now = assessment::now();
    let paper = kassay_core::workbook::Evidence::new(
        "E-0001".into(),
        kassay_core::workbook::EvidenceKind::Document,
        "large".into(),
        "tester".into(),
        kassay_core::workbook::Moment(now),
    );
    book.evidence.push(kassay_core::workbook::Evidence { file: attached.name, sha256: attached.sha256, size: attached.size, ..paper });
    store.save(&book, &assessment::edit("a large file"), now).unwrap();
    drop(store);
    fs::remove_file(at.join("large.bin")).unwrap();
    let there = || {
        let mut names: Vec<_> = fs::read_dir(at).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = there();
    for (signal, format) in [("-INT", "bag-zip"), ("-TERM", "bag")] {
        let mut program = kassay(at, &["export", "--workbook", "book", "--format", format, "-f", "out/bag"])
            .current_dir(at)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        while !at.join("out").exists() {
            assert!(program.try_wait().unwrap().is_none(), "it ended before it could be stopped");
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
        assert!(Command::new("kill").args([signal, &program.id().to_string()]).status().unwrap().success());
        let output = program.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("stopped") && said.contains("Nothing half done was left."), "{said}");
        assert_eq!(there(), before, "{signal}");
    }
}

#[test]
fn what_is_new_is_told_of_a_cluster_that_was_read_twice_and_who_told_its_version() {
    let home = tempfile::tempdir().unwrap();
    let at = home.path();
    let (pods, book) = (at.join("pods.yaml"), at.join("book"));
    let (pods, book) = (pods.to_str().unwrap(), book.to_str().unwrap());
    let pod = |name: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: pay}}\nspec: {{hostNetwork: true, containers: [{{name: main, image: r.example/a:1}}]}}\n"
        )
    };
    let read = |text: String, more: &[&str]| {
        fs::write(pods, text).unwrap();
        run(at, &[&["assess", "--from", pods, "--workbook", book, "--fail-on", "never"], more].concat())
    };
    // Nobody tells the version: that is what is said, and no check that rests on it passes.
    let (_, out, err) = read(pod("api"), &[]);
    assert!(out.contains("version not known") && !out.contains("v1."), "{out}{err}");
    let outcome = |book: &str, check: &str| {
        let kept = fs::read_to_string(format!("{book}/workbook.toml")).unwrap();
        kept.split(&format!("check = \"{check}\"")).nth(1).unwrap().lines().find(|line| line.starts_with("outcome")).unwrap().to_owned()
    };
    assert_eq!(outcome(book, "10.1/version-support"), "outcome = \"blocked\"");
    let (code, out, err) = run(at, &["findings", book, "--query", "new:yes"]);
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    assert!(err.contains("what is new in") && err.contains("read once"), "{err}");
    // Told once it is kept with who told it, and holds for the next reading.
    read(pod("api"), &["--kubernetes-version", "1.36"]);
    assert_ne!(outcome(book, "10.1/version-support"), "outcome = \"blocked\"");
    let kept = fs::read_to_string(format!("{book}/workbook.toml")).unwrap();
    assert!(kept.contains("[[version]]") && kept.contains("version = \"v1.36\"\nby = \"tester\""), "{kept}");
    let (_, out, _) = read(format!("{}---\n{}", pod("api"), pod("ledger")), &[]);
    assert!(out.contains("v1.36, told by tester on"), "{out}");
    let (code, out, err) = run(at, &["findings", book, "--query", "new:yes check:3.1/baseline"]);
    assert!(code == 0 && out.contains("pay/ledger") && !out.contains("pay/api"), "{out}{err}");
    let (_, out, _) = run(at, &["findings", book, "--query", "new:no check:3.1/baseline"]);
    assert!(out.contains("pay/api") && !out.contains("pay/ledger"), "{out}");
}

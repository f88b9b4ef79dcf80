//! The Pod Security checks against verdicts that others wrote: upstream's own test pods, and whole systems of well-known projects. What is
//! compared is what `kassay assess` tells: the rules in the findings of `3.1/baseline` and `3.1/restricted`, exactly.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs, reason = "a test's failure is its message")]

use kassay_core::assess;
use kassay_core::checks;
use kassay_core::judging::{Tables, View};
use kassay_core::kinds::{Ingest, Inventory, Source};
use kassay_core::model::{Kind, ObjectRef, Scope};
use kassay_core::sensitive::FingerprintKey;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The corpora beside the repository; a test without them says so and is skipped.
fn corpora() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora");
    if !path.is_dir() {
        eprintln!("skipped: there are no corpora at {}", path.display());
    }
    path.is_dir().then_some(path)
}

fn read(path: &Path, version: &str) -> Inventory {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let documents: Vec<serde_json::Value> = serde_saphyr::from_multiple(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let mut ingest = Ingest::new(Source::Files, FingerprintKey([7; 32]));
    version.clone_into(&mut ingest.cluster().version);
    for document in documents {
        let (api_version, kind) = (document["apiVersion"].as_str().unwrap_or_default(), document["kind"].as_str().unwrap_or_default());
        if let Some(kind) = Kind::of(api_version, kind) {
            ingest.object(kind, &document.to_string());
        }
    }
    let mut inventory = ingest.finish();
    inventory.declared_complete = Some("this test".to_owned());
    inventory
}

/// The rules that a check tells, by object.
fn rules(check: &str, inventory: &Inventory) -> BTreeMap<ObjectRef, BTreeSet<String>> {
    let (scope, tables) = (Scope::default(), Tables::shipped().unwrap());
    let view = View::new(inventory, &scope, "2026-11-23T09:00:00Z".parse().unwrap(), &tables);
    let outcome = assess::run(checks::by_id(check).unwrap(), &view);
    assert!(outcome.needs.is_empty(), "{check}: {}", outcome.reason);
    let mut found: BTreeMap<ObjectRef, BTreeSet<String>> = BTreeMap::new();
    for finding in outcome.findings {
        found.entry(finding.object).or_default().insert(finding.rule.unwrap().to_string());
    }
    found
}

fn ids(list: &str) -> BTreeSet<String> {
    list.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect()
}

fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.lines().skip(1).filter(|line| !line.is_empty()).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

#[test]
fn upstream_test_pods_fail_exactly_the_rules_that_upstream_names() {
    let Some(corpora) = corpora() else { return };
    let folder = corpora.join("pod-security");
    let (mut rows_read, mut problems) = (0, Vec::new());
    for row in rows(&folder.join("expected.tsv")) {
        let [level, version, expect, file] = [0, 1, 2, 3].map(|i| row[i].as_str());
        let inventory = read(&folder.join(level).join(version).join(expect).join(file), version);
        assert_eq!(inventory.workloads.len(), 1, "{file}");
        let got = rules(&format!("3.1/{level}"), &inventory).into_values().next().unwrap_or_default();
        let want = ids(row.get(4).map_or("", String::as_str));
        assert_eq!(want.is_empty(), expect == "pass", "{file}");
        if got != want {
            problems.push(format!("{level} {version} {expect}/{file}: {want:?} expected, {got:?} found"));
        }
        rows_read += 1;
    }
    assert!(rows_read > 200, "only {rows_read} rows");
    assert!(problems.is_empty(), "{} of {rows_read}:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn workloads_of_whole_systems_fail_exactly_the_rules_that_a_server_named() {
    let Some(corpora) = corpora() else { return };
    let folder = corpora.join("systems");
    let (mut rows_read, mut problems, mut inventories) = (0, Vec::new(), BTreeMap::new());
    for row in rows(&folder.join("pss-v1.37-expected.tsv")) {
        let cell = |i: usize| row.get(i).map_or("", String::as_str);
        let (workloads, baseline, restricted) = inventories.entry(cell(0).to_owned()).or_insert_with(|| {
            let inventory = read(&folder.join(cell(0)), "v1.37.0");
            let workloads: Vec<ObjectRef> = inventory.workloads.iter().map(|w| w.object.clone()).collect();
            (workloads, rules("3.1/baseline", &inventory), rules("3.1/restricted", &inventory))
        });
        // What names no namespace is applied to `default`.
        let namespace = if cell(2).is_empty() { "default" } else { cell(2) };
        let named = |o: &&ObjectRef| o.kind == cell(1) && o.namespace == namespace && o.name == cell(3);
        let object = workloads.iter().find(named).unwrap_or_else(|| panic!("{}: no {} {}", cell(0), cell(1), cell(3)));
        let of = |found: &BTreeMap<ObjectRef, BTreeSet<String>>| found.get(object).cloned().unwrap_or_default();
        for (level, got, want) in [("baseline", of(baseline), ids(cell(5))), ("restricted", of(restricted), ids(cell(6)))] {
            if got != want {
                problems.push(format!("{} {} {} at {level}: {want:?} expected, {got:?} found", cell(0), cell(1), cell(3)));
            }
        }
        rows_read += 1;
    }
    assert!(rows_read > 40, "only {rows_read} rows");
    assert!(problems.is_empty(), "{} of {rows_read}:\n{}", problems.len(), problems.join("\n"));
}

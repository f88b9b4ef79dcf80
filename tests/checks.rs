//! Walks the catalogue of checks and their fixtures. A new case is a new folder:
//! `tests/fixtures/checks/<control>-<slug>/<case>/{input.yaml,expected.json}`.
//!
//! `input.yaml` holds manifests as a cluster would list them. Its first document may be `kind: Conditions` with `now`, `version`,
//! `distribution`, `refused` (kind → the server's words), `partial`, `absent`, `scope`, `cluster`, `probes` (what they heard), `flagz`, `metrics` and `unheard_of` (what API servers
//! told of themselves), `source: files`. Kinds that are neither there nor refused count as
//! read and empty. Files in a folder `evidence` beside it are given as evidence; `evidence` says by name what the register adds. `expected.json` names the `outcome` and, where it matters, `population`, `reason` and `findings`: each object in that list must
//! match one finding in all keys it names, and there must be as many findings as the list is long.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, missing_docs, reason = "a test's failure is its message")]

#[path = "support/fixture.rs"]
mod fixture;

use kassay_core::analysis::control_plane::api_servers;
use kassay_core::assess::{self, CheckOutcome};
use kassay_core::checks;
use kassay_core::guidance::Guidance;
use kassay_core::judging::{Check, Need, Tables, View};
use kassay_core::kinds::KindState;
use kassay_core::model::{Keep, Kind, Outcome};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/checks")
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(path).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()).collect();
    found.sort();
    found
}

#[test]
fn every_case_gives_what_it_expects() {
    let tables = Tables::shipped().unwrap();
    let mut problems = Vec::new();
    for check_folder in folders(&folder()) {
        let name = check_folder.file_name().unwrap().to_string_lossy().into_owned();
        let (control, slug) = name.split_once('-').unwrap();
        let Some(check) = checks::by_id(&format!("{control}/{slug}")) else {
            problems.push(format!("{name}: there is no such check"));
            continue;
        };
        for case in folders(&check_folder) {
            let label = format!("{name}/{}", case.file_name().unwrap().to_string_lossy());
            let input = fixture::load(&case.join("input.yaml"));
            let view = View::new(&input.inventory, &input.scope, input.now, &tables);
            let outcome = assess::run(check, &view);
            let expected: Value = serde_json::from_str(&std::fs::read_to_string(case.join("expected.json")).unwrap())
                .unwrap_or_else(|e| panic!("{label}/expected.json: {e}"));
            let got = serde_json::to_value(&outcome).unwrap();
            if let Some(problem) = fixture::differs(&expected, &got) {
                problems.push(format!("{label}: {problem}\n    got: {}", serde_json::to_string(&serde_json::json!({"outcome": got["outcome"], "reason": got["reason"], "population": got["population"], "findings": got["findings"].as_array().unwrap().iter().map(fixture::brief).collect::<Vec<_>>()})).unwrap()));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_check_has_cases_that_pass_fail_and_are_blocked() {
    let mut problems = Vec::new();
    for check in checks::all() {
        let path = folder().join(check.id.replace('/', "-"));
        if !path.is_dir() {
            problems.push(format!("{}: no fixtures", check.id));
            continue;
        }
        let outcomes: BTreeSet<String> = folders(&path)
            .iter()
            .filter_map(|case| {
                serde_json::from_str::<Value>(&std::fs::read_to_string(case.join("expected.json")).ok()?).ok()?["outcome"]
                    .as_str()
                    .map(str::to_owned)
            })
            .collect();
        for (wanted, any) in [("good", ["pass", "not_applicable"]), ("bad", ["fail", "review"]), ("blocked", ["blocked", "blocked"])] {
            // A check that reads nothing but the version has nothing to be refused but that; it is blocked without it all the same.
            if !any.iter().any(|outcome| outcomes.contains(*outcome)) {
                problems.push(format!("{}: no case that is {wanted}", check.id));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Whatever a check needs, refusing it blocks the check, in every one of its cases: the promise that nothing unread passes.
#[test]
fn refusing_any_needed_kind_blocks_and_never_passes() {
    let tables = Tables::shipped().unwrap();
    for check_folder in folders(&folder()) {
        let name = check_folder.file_name().unwrap().to_string_lossy().into_owned();
        let Some(check) = checks::by_id(&name.replacen('-', "/", 1)) else { continue };
        for case in folders(&check_folder) {
            let mut input = fixture::load(&case.join("input.yaml"));
            let before = input.inventory.coverage.clone();
            for kind in Kind::ALL.iter().filter(|kind| check.needs.iter().any(|need| need.kinds().contains(*kind))) {
                input.inventory.coverage.entry(*kind).or_default().state = KindState::Forbidden;
                let outcome = assess::run(check, &View::new(&input.inventory, &input.scope, input.now, &tables));
                // What shows of the control plane without pods is told, and nothing is good by it.
                let told = check.needs.contains(&Need::ControlPlane)
                    && !Need::ControlPlane.kinds().iter().all(|kind| input.inventory.state(*kind) == KindState::Read);
                if told && matches!(outcome.outcome, Outcome::Fail | Outcome::Review) {
                    assert!(
                        !api_servers(&input.inventory).is_empty() && outcome.reason.contains(&kind.id()),
                        "{}: {}",
                        check.id,
                        outcome.reason
                    );
                    input.inventory.coverage.clone_from(&before);
                    continue;
                }
                assert_eq!(outcome.outcome, Outcome::Blocked, "{} with {} refused ({})", check.id, kind.id(), case.display());
                assert!(outcome.needs.iter().any(|need| need.starts_with(&kind.id())), "{}: needs {:?}", check.id, outcome.needs);
                input.inventory.coverage.clone_from(&before);
            }
        }
    }
}

/// Runs `then` with each case of each check: its folder and what it gives as it stands.
fn every_case(tables: &Tables, mut then: impl FnMut(&'static Check, &Path, &CheckOutcome)) {
    for check_folder in folders(&folder()) {
        let name = check_folder.file_name().unwrap().to_string_lossy().into_owned();
        let Some(check) = checks::by_id(&name.replacen('-', "/", 1)) else { continue };
        for case in folders(&check_folder) {
            let input = fixture::load(&case.join("input.yaml"));
            then(check, &case, &assess::run(check, &View::new(&input.inventory, &input.scope, input.now, tables)));
        }
    }
}

/// Adds a field that nobody knows to every object, but to maps whose keys are the users' own, and to volumes, in which a field is a source.
fn add_unknown_fields(value: &mut Value, name: &str) {
    const MAPS: &[&str] = &[
        "labels",
        "annotations",
        "matchLabels",
        "data",
        "binaryData",
        "stringData",
        "nodeSelector",
        "selector",
        "limits",
        "requests",
        "hard",
        "default",
        "defaultRequest",
        "max",
        "min",
        "capacity",
        "allocatable",
        "extra",
    ];
    match value {
        Value::Object(fields) if MAPS.contains(&name) && fields.values().all(|field| !field.is_object() && !field.is_array()) => {}
        Value::Object(fields) => {
            fields.iter_mut().for_each(|(name, field)| add_unknown_fields(field, name));
            if name != "volumes" {
                fields.insert("ofANewerKubernetes".to_owned(), json!({"nested": [true, {"deeper": 5}]}));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| add_unknown_fields(item, name)),
        _ => {}
    }
}

/// A newer Kubernetes adds fields. Where the program has a type of its own they change nothing; in what guards they may mean anything,
/// so nothing passes by them. Every kind that has a type comes up in some case.
#[test]
fn fields_that_nobody_knows_change_nothing_and_let_nothing_pass() {
    let tables = Tables::shipped().unwrap();
    let mut met = BTreeSet::new();
    let mut problems = Vec::new();
    every_case(&tables, |check, case, plain| {
        for typed in [true, false] {
            let mut changed = false;
            let input = fixture::load_changed(&case.join("input.yaml"), &mut |kind, object| {
                // These have a type, and guard all the same.
                let guards = [Kind::NetworkPolicies, Kind::ValidatingWebhooks, Kind::MutatingWebhooks].contains(&kind);
                let own = matches!(kind.keep(), Keep::Typed | Keep::Rows) && !guards;
                if typed == own {
                    changed = true;
                    met.insert(kind);
                    add_unknown_fields(object, "");
                }
            });
            if !changed {
                continue;
            }
            let got = assess::run(check, &View::new(&input.inventory, &input.scope, input.now, &tables));
            if typed && got != *plain {
                let show = |outcome: &CheckOutcome| serde_json::to_string(outcome).unwrap();
                problems.push(format!("{}: {}\n  instead of {}", case.display(), show(&got), show(plain)));
            }
            if got.outcome == Outcome::Pass && plain.outcome != Outcome::Pass {
                problems.push(format!("{}: passes, and was {:?}", case.display(), plain.outcome));
            }
        }
    });
    assert!(problems.is_empty(), "{} cases\n{}", problems.len(), problems.join("\n"));
    let never = Kind::ALL.iter().filter(|kind| kind.keep() == Keep::Typed && !met.contains(*kind));
    let never: Vec<String> = never.map(|kind| kind.id()).collect();
    assert!(never.is_empty(), "in no case: {never:?}");
}

/// Where a check reads a kind merely for hints of another that it needs and that was read whole: without it nothing is unread.
const HINTS: &[(&str, Kind)] = &[("3.1/pod-security-labels", Kind::Pods)];

/// What can't be read as the API writes it is told, and nothing passes for want of it.
#[test]
fn objects_that_can_t_be_read_let_nothing_pass() {
    let tables = Tables::shipped().unwrap();
    let mut problems = Vec::new();
    every_case(&tables, |check, case, plain| {
        let mut there = BTreeSet::new();
        fixture::load_changed(&case.join("input.yaml"), &mut |kind, _| {
            there.insert(kind);
        });
        for broken in there.into_iter().filter(|kind| !HINTS.contains(&(check.id, *kind))) {
            let mut first = true;
            let input = fixture::load_changed(&case.join("input.yaml"), &mut |kind, object| {
                if kind == broken && std::mem::take(&mut first) {
                    object["metadata"]["labels"] = json!(["not", "a", "map"]);
                }
            });
            let got = assess::run(check, &View::new(&input.inventory, &input.scope, input.now, &tables));
            let needed = check.needs.iter().any(|need| need.kinds().contains(&broken));
            let good = matches!(got.outcome, Outcome::Pass | Outcome::NotApplicable);
            if good && (needed || got.outcome != plain.outcome) {
                let (was, reason) = (plain.outcome, got.reason);
                problems.push(format!("{}: {:?} without {}, was {was:?}: {reason}", case.display(), got.outcome, broken.id()));
            }
        }
    });
    assert!(problems.is_empty(), "{} cases\n{}", problems.len(), problems.join("\n"));
}

/// Puts a text that means nothing wherever people may write one beside what checks read: arguments, settings, paths.
fn plant(kind: Kind, object: &mut Value, marker: &str) {
    match kind {
        Kind::Pods => {
            for container in object["spec"]["containers"].as_array_mut().into_iter().flatten() {
                if let Some(args) = container["args"].as_array_mut() {
                    args.extend([format!("--planted={marker}"), "--planted-too".to_owned(), marker.to_owned()].map(Value::from));
                }
                if let Some(command) = container["command"].as_array_mut().filter(|words| words.len() > 1) {
                    command.push(format!("--planted={marker}").into());
                }
            }
        }
        Kind::ConfigMaps if object["data"].is_object() => {
            object["data"]["planted"] = marker.into();
            for (key, value) in object["data"].as_object_mut().into_iter().flatten() {
                let text = value.as_str().unwrap_or_default().to_owned();
                match key.as_str() {
                    // What no kubelet would read is judged as what it is.
                    "kubelet" if text.contains(":\n") && !text.contains("---") => {
                        *value = format!("{}\nplanted: {marker}\n", text.trim_end()).into()
                    }
                    _ if text.contains("-----BEGIN CERT") => *value = format!("# {marker}\n{text}\n{marker}\n").into(),
                    _ => {}
                }
            }
        }
        Kind::Ingresses => {
            for rule in object["spec"]["rules"].as_array_mut().into_iter().flatten() {
                for path in rule["http"]["paths"].as_array_mut().into_iter().flatten() {
                    path["path"] = format!("/{marker}").into();
                }
            }
        }
        _ => {}
    }
}

#[test]
fn text_beside_what_is_read_is_not_kept_and_changes_nothing() {
    let tables = Tables::shipped().unwrap();
    let marker = "lighthouse-of-nobody";
    let mut problems = Vec::new();
    let mut planted = 0;
    for check_folder in folders(&folder()) {
        let id = check_folder.file_name().unwrap().to_string_lossy().replacen('-', "/", 1);
        let check = checks::by_id(&id).unwrap();
        for case in folders(&check_folder) {
            let path = case.join("input.yaml");
            let text = std::fs::read_to_string(&path).unwrap();
            if !["kind: ConfigMap", "kind: Ingress\n", "config.mirror", "tier: control-plane"].iter().any(|word| text.contains(word)) {
                continue;
            }
            planted += 1;
            let outcome = |input: &fixture::Input| {
                let view = View::new(&input.inventory, &input.scope, input.now, &tables);
                serde_json::to_string(&assess::run(check, &view)).unwrap()
            };
            let before = outcome(&fixture::load(&path));
            let input = fixture::load_changed(&path, &mut |kind, object| plant(kind, object, marker));
            let after = outcome(&input);
            let label = format!("{id} {}", case.file_name().unwrap().to_string_lossy());
            if before != after {
                problems.push(format!("{label}:\n  {before}\n  {after}"));
            }
            if after.contains(marker) || serde_json::to_string(&input.inventory).unwrap().contains(marker) {
                problems.push(format!("{label}: the text was kept"));
            }
        }
    }
    assert!(planted > 50, "text was planted in {planted} cases alone");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_catalogue_of_checks_holds_together() {
    let guidance = Guidance::shipped().unwrap();
    let mut seen = BTreeMap::new();
    let mut problems = Vec::new();
    for check in checks::all() {
        let mut fault = |what: &str| problems.push(format!("{}: {what}", check.id));
        if seen.insert(check.id, ()).is_some() {
            fault("stands twice");
        }
        let Some(control) = guidance.control(check.control()) else {
            fault("is of no control");
            continue;
        };
        if check.practices.is_empty() || check.practices.iter().any(|p| !control.practices.iter().any(|known| known.id == *p)) {
            fault("names no practice, or one that its control has not");
        }
        if [check.title, check.why, check.mend, check.blind_spots].iter().any(|words| words.trim().len() < 8) {
            fault("has words that are empty or next to it");
        }
        if check.title.chars().count() > 72 {
            fault("has a title longer than a line");
        }
        if check.needs.is_empty() {
            fault("needs nothing, so nothing could ever block it");
        }
        if check.active != check.needs.contains(&Need::Probes) {
            fault("is active without needing probes, or the other way round");
        }
        if check.needs.contains(&Need::Workloads)
            && check.needs.iter().any(|n| matches!(n, Need::List(kind) if Kind::WORKLOADS.contains(kind)))
        {
            fault("names a workload kind beside Workloads");
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

//! What a fleet tells of its clusters, and in what sisters differ.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a test's failure is its message")]

use kassay_core::assess::CheckOutcome;
use kassay_core::checks;
use kassay_core::fleet::{Apart, CheckRow, Fleet, Gathering, Named, Reading, State, Topic};
use kassay_core::guidance::Guidance;
use kassay_core::model::{Category, Determined, Finding, ObjectRef, Outcome};
use kassay_core::workbook::Proposal;
use std::collections::{BTreeMap, BTreeSet};

const BASELINE: &str = "3.1/baseline";

fn guidance() -> &'static Guidance {
    Guidance::shipped().unwrap_or_else(|_| panic!("the guidance is read"))
}

fn named(names: &[&str]) -> Vec<Named> {
    names.iter().map(|name| Named { name: (*name).to_owned(), source: format!("context {name}") }).collect()
}

/// What every check says of a cluster: that all pass, but for those that are named.
fn outcomes(other: &[(&str, Outcome)]) -> Vec<CheckOutcome> {
    let said = |id: &str| other.iter().find(|(check, _)| *check == id).map_or(Outcome::Pass, |(_, outcome)| *outcome);
    checks::all()
        .map(|check| CheckOutcome {
            check: check.id.to_owned(),
            control: check.control().to_owned(),
            practices: vec![],
            outcome: said(check.id),
            reason: "So it is.".to_owned(),
            population: 1,
            needs: if said(check.id) == Outcome::Blocked { vec!["pods: list".to_owned()] } else { vec![] },
            counts: BTreeMap::new(),
            findings: vec![],
        })
        .collect()
}

fn found(outcomes: &mut [CheckOutcome], check: &str, category: Category, object: ObjectRef, rule: &'static str) {
    let outcome = outcomes.iter_mut().find(|o| o.check == check).unwrap_or_else(|| panic!("{check} is a check"));
    for field in ["spec.a", "spec.b"] {
        outcome.findings.push(Finding::new(category, object.clone(), field).rule(rule));
    }
}

fn deployment(name: &str) -> ObjectRef {
    ObjectRef::new("apps", "Deployment", "shop", name)
}

fn reading<'a>(uid: &str, outcomes: &'a [CheckOutcome]) -> Reading<'a> {
    Reading {
        uid: uid.to_owned(),
        version: "v1.34.4".to_owned(),
        distribution: "kubeadm".to_owned(),
        outcomes,
        with_findings: true,
        namespaces: Some(vec![]),
        software: Some(BTreeSet::new()),
        policies: Some(BTreeSet::new()),
        ..Reading::default()
    }
}

/// A fleet of clusters `a`, `b`, `c`… by what is read of each; none where it could not be read.
fn fleet(of: &[Option<Reading<'_>>]) -> Fleet {
    let names: Vec<String> = (0..of.len()).map(|nth| char::from(b'a' + u8::try_from(nth).unwrap_or_default()).to_string()).collect();
    let mut gathering = Gathering::new(named(&names.iter().map(String::as_str).collect::<Vec<_>>()));
    // The order in which readings end says nothing.
    for (nth, reading) in of.iter().enumerate().rev() {
        match reading {
            Some(reading) => gathering.put(nth, reading),
            None => gathering.fail(nth, "nobody answers"),
        }
    }
    gathering.finish(guidance(), None)
}

fn row<'f>(fleet: &'f Fleet, check: &str) -> &'f CheckRow {
    fleet.checks.iter().find(|row| row.check == check).unwrap_or_else(|| panic!("{check} has a row"))
}

#[test]
fn every_cluster_that_was_named_is_listed_in_its_order() {
    let mut gathering = Gathering::new(named(&["prod-us", "prod-eu", "lab"]));
    gathering.put(1, &reading("1", &outcomes(&[])));
    gathering.fail(0, "nobody answers");
    assert_eq!(gathering.counts(), (1, 3));
    let fleet = gathering.finish(guidance(), None);
    let told: Vec<_> = fleet.clusters.iter().map(|c| (c.name.as_str(), c.state, c.why.as_str(), c.source.as_str())).collect();
    assert_eq!(
        told,
        [
            ("prod-us", State::Failed, "nobody answers", "context prod-us"),
            ("prod-eu", State::Assessed, "", "context prod-eu"),
            // Nobody came back to it: that is no pass either.
            ("lab", State::Failed, "it was not read", "context lab"),
        ]
    );
    assert_eq!(fleet.failed().count(), 2);
    for row in &fleet.checks {
        assert_eq!(row.outcomes["prod-us"], Outcome::Blocked, "{}", row.check);
        assert_eq!(row.outcomes["lab"], Outcome::Blocked, "{}", row.check);
        assert_eq!((row.worst, row.outcomes.len(), row.findings.len()), (Some(Outcome::Blocked), 3, 3));
    }
}

#[test]
fn what_passes_never_hides_what_is_blocked_and_nothing_hides_a_failure() {
    use Outcome::{Blocked, Fail, NotApplicable, Pass, Review};
    for (one, two, worst) in [
        (Pass, Blocked, Blocked),
        (Review, Blocked, Blocked),
        (Blocked, Fail, Fail),
        (Pass, Review, Review),
        (Pass, NotApplicable, Pass),
        (NotApplicable, NotApplicable, NotApplicable),
    ] {
        for (one, two) in [(one, two), (two, one)] {
            let (one, two) = (outcomes(&[(BASELINE, one)]), outcomes(&[(BASELINE, two)]));
            let fleet = fleet(&[Some(reading("1", &one)), Some(reading("2", &two))]);
            assert_eq!(row(&fleet, BASELINE).worst, Some(worst));
        }
    }
}

#[test]
fn a_control_is_as_bad_as_the_worst_of_its_checks_on_each_cluster() {
    let others = checks::of_control("3.1").count();
    assert!(others > 1);
    let (one, two) = (outcomes(&[(BASELINE, Outcome::Fail)]), outcomes(&[]));
    let fleet = fleet(&[Some(reading("1", &one)), Some(reading("2", &two)), None]);
    let control = fleet.controls.iter().find(|row| row.control == "3.1").unwrap_or_else(|| panic!("3.1 has checks"));
    assert_eq!(
        control.outcomes,
        BTreeMap::from([("a", Outcome::Fail), ("b", Outcome::Pass), ("c", Outcome::Blocked)].map(|(n, o)| (n.to_owned(), o)))
    );
    assert!(fleet.differ_in(control) && fleet.differ(&row(&fleet, BASELINE).outcomes));
    assert!(!control.title.is_empty());
    let checks: usize = fleet.clusters[0].outcomes.values().sum();
    assert_eq!((checks, fleet.clusters[0].outcomes["fail"]), (fleet.checks.len(), 1));
}

#[test]
fn one_that_could_not_be_read_differs_from_nobody() {
    let alike = outcomes(&[(BASELINE, Outcome::Pass)]);
    let with_none_read = fleet(&[Some(reading("1", &alike)), Some(reading("2", &alike)), None]);
    assert!(!with_none_read.checks.iter().any(|row| with_none_read.differ(&row.outcomes)));
    assert!(!with_none_read.controls.iter().any(|row| with_none_read.differ_in(row)));
    let other = outcomes(&[(BASELINE, Outcome::Review)]);
    let apart = fleet(&[Some(reading("1", &alike)), Some(reading("2", &other)), None]);
    assert!(apart.differ(&row(&apart, BASELINE).outcomes));
}

#[test]
fn a_check_that_did_not_run_is_blocked() {
    let fleet = fleet(&[Some(reading("1", &[]))]);
    assert!(fleet.outcomes().all(|outcome| outcome == Outcome::Blocked));
    assert!(fleet.outcomes().next().is_some());
}

#[test]
fn one_cluster_by_two_names_is_one_and_a_cluster_without_a_uid_is_never_another() {
    let all = outcomes(&[]);
    let other = outcomes(&[(BASELINE, Outcome::Fail)]);
    let fleet = fleet(&[Some(reading("1", &all)), Some(reading("", &all)), Some(reading("1", &other)), Some(reading("", &all)), None]);
    let same: Vec<_> = fleet.clusters.iter().map(|c| c.same_as.as_deref()).collect();
    assert_eq!(same, [None, None, Some("a"), None, None]);
    assert_eq!(fleet.twins(), BTreeMap::from([("a", vec!["c"])]));
    // It stands in the matrix, and is not compared with itself.
    assert_eq!(row(&fleet, BASELINE).worst, Some(Outcome::Fail));
    assert_eq!(fleet.differences, []);
}

#[test]
fn a_cluster_that_could_not_be_read_again_keeps_what_was_wrong() {
    let mut gathering = Gathering::new(named(&["a"]));
    let said = outcomes(&[(BASELINE, Outcome::Fail)]);
    gathering.put(0, &reading("1", &said));
    gathering.fail(0, "nobody answers");
    let fleet = gathering.finish(guidance(), None);
    assert_eq!(row(&fleet, BASELINE).worst, Some(Outcome::Fail));
    assert!(fleet.checks.iter().filter(|row| row.check != BASELINE).all(|row| row.worst == Some(Outcome::Blocked)));
    assert_eq!((fleet.clusters[0].state, fleet.clusters[0].uid.as_str()), (State::Failed, "1"));
}

#[test]
fn practices_tell_what_is_proposed_where() {
    let all = outcomes(&[]);
    let proposal = Proposal {
        practice: "3.1.a".to_owned(),
        proposal: Some(Determined::NotInPlace),
        because: vec![],
        looked_for: vec![],
        missing: vec![],
    };
    let proposals = [proposal];
    let fleet = fleet(&[Some(Reading { proposals: &proposals, ..reading("1", &all) }), Some(reading("2", &all)), None]);
    assert_eq!(fleet.practices.len(), guidance().practices().count());
    let row = fleet.practices.iter().find(|row| row.practice == "3.1.a").unwrap_or_else(|| panic!("3.1.a is a practice"));
    assert_eq!(row.control, "3.1");
    let told: Vec<_> = row.proposals.iter().map(|(name, proposal)| (name.as_str(), *proposal)).collect();
    assert_eq!(told, [("a", Some(Determined::NotInPlace)), ("b", None), ("c", None)]);
}

#[test]
fn the_odd_one_out_is_told_first() {
    let (usual, odd) = (outcomes(&[]), outcomes(&[(BASELINE, Outcome::Fail)]));
    let version = |version: &str| Reading { version: version.to_owned(), ..reading("", &usual) };
    let fleet = fleet(&[
        Some(version("v1.33.1")),
        Some(version("v1.34.4")),
        Some(Reading { version: "v1.33.1".to_owned(), ..reading("", &odd) }),
        Some(version("v1.34.4")),
        Some(version("v1.34.4")),
        None,
    ]);
    let told: Vec<_> = fleet.differences.iter().map(|d| (d.topic, d.what.join(" "), d.apart.join(" "))).collect();
    assert_eq!(told, [(Topic::Outcome, BASELINE.to_owned(), "c".to_owned()), (Topic::Version, String::new(), "a c".to_owned())]);
    assert_eq!(fleet.apart, [Apart { cluster: "c".to_owned(), alone: 1 }]);
    let first = &fleet.differences[0];
    assert_eq!((first.alone(), first.on("c"), first.on("a"), first.on("f")), (Some("c"), Some("fail"), Some("pass"), None));
    assert_eq!(first.usual().map(|held| (held.value.as_str(), held.clusters.len())), Some(("pass", 4)));
}

#[test]
fn of_two_that_differ_neither_is_odd() {
    let (one, two) = (outcomes(&[]), outcomes(&[(BASELINE, Outcome::Fail)]));
    let fleet = fleet(&[Some(reading("1", &one)), Some(reading("2", &two))]);
    assert_eq!(fleet.differences.len(), 1);
    assert_eq!((fleet.differences[0].apart.len(), fleet.differences[0].usual()), (0, None));
    assert_eq!(fleet.apart, []);
}

#[test]
fn findings_on_like_objects_are_the_same_and_those_out_of_scope_are_not_told() {
    let mut all: Vec<Vec<CheckOutcome>> = (0..3).map(|_| outcomes(&[(BASELINE, Outcome::Fail)])).collect();
    for (nth, hash) in ["6d4cf56db6", "7c9b8d5f4d", "5b7f9c8d6f"].into_iter().enumerate() {
        found(&mut all[nth], BASELINE, Category::Cde, deployment(&format!("web-{hash}")), "hostPath");
        found(&mut all[nth], BASELINE, Category::Cde, ObjectRef::of_node(&format!("worker-{nth}")), "hostPath");
    }
    found(&mut all[1], BASELINE, Category::Cde, deployment("tool"), "privileged");
    found(&mut all[1], BASELINE, Category::Connected, deployment("agent"), "privileged");
    found(&mut all[2], BASELINE, Category::Platform, deployment("proxy"), "privileged");
    let of: Vec<_> = all.iter().map(|outcomes| Some(reading("", outcomes))).collect();
    let fleet = fleet(&of);
    assert_eq!(fleet.differences.len(), 1, "{:?}", fleet.differences);
    let only = &fleet.differences[0];
    // What clusters share in the same way is told together.
    assert_eq!(only.what, ["Deployment shop/agent", "Deployment shop/tool"]);
    assert_eq!((only.whose().as_str(), only.alone()), ("3.1/baseline privileged", Some("b")));
    assert_eq!((only.on("b"), only.on("a")), (Some("found"), Some("not found")));
    // All findings are counted, those of the platform too.
    assert_eq!(row(&fleet, BASELINE).findings, BTreeMap::from([("a", 4), ("b", 8), ("c", 6)].map(|(n, count)| (n.to_owned(), count))));
}

#[test]
fn where_a_check_could_not_look_that_nothing_was_found_says_nothing() {
    let mut all = [outcomes(&[(BASELINE, Outcome::Fail)]), outcomes(&[(BASELINE, Outcome::Blocked)]), outcomes(&[])];
    found(&mut all[0], BASELINE, Category::Cde, deployment("tool"), "privileged");
    let of: Vec<_> = all.iter().map(|outcomes| Some(reading("", outcomes))).collect();
    let fleet = fleet(&of);
    let finding = fleet.differences.iter().find(|d| d.topic == Topic::Finding).unwrap_or_else(|| panic!("{:?}", fleet.differences));
    assert_eq!((finding.on("a"), finding.on("b"), finding.on("c")), (Some("found"), None, Some("not found")));
    assert_eq!(finding.unseen, ["b"]);
}

#[test]
fn what_one_cluster_has_and_its_sisters_lack() {
    let all = outcomes(&[]);
    let policy = |name: &str| ("validatingadmissionpolicies.admissionregistration.k8s.io".to_owned(), name.to_owned());
    let usual = || Reading {
        policies: Some(BTreeSet::from([policy("no-privileged")])),
        software: Some(BTreeSet::from(["Falco".to_owned()])),
        namespaces: Some(vec![("pay".to_owned(), Category::Cde), ("lab".to_owned(), Category::OutOfScope)]),
        ..reading("", &all)
    };
    let fleet = fleet(&[
        Some(usual()),
        Some(Reading {
            policies: Some(BTreeSet::new()),
            software: Some(BTreeSet::new()),
            namespaces: Some(vec![("pay".to_owned(), Category::OutOfScope)]),
            not_read: BTreeMap::from([("secrets".to_owned(), "forbidden: no".to_owned())]),
            ..usual()
        }),
        Some(usual()),
        // Where nothing was seen of these, nothing is said of it.
        Some(Reading { policies: None, software: None, namespaces: None, ..usual() }),
    ]);
    let told: Vec<_> = fleet.differences.iter().map(|d| (d.topic, d.what.join(" "), d.alone(), d.on("b"), d.unseen.join(" "))).collect();
    let unseen = "d".to_owned();
    assert_eq!(
        told,
        [
            (Topic::Kind, "secrets".to_owned(), Some("b"), Some("forbidden"), String::new()),
            (Topic::Policy, "no-privileged".to_owned(), Some("b"), Some("not there"), unseen.clone()),
            (Topic::Software, "Falco".to_owned(), Some("b"), Some("not seen"), unseen.clone()),
            (Topic::Namespace, "pay".to_owned(), Some("b"), Some("out of scope"), unseen),
        ]
    );
}

#[test]
fn a_policy_of_a_kind_that_could_not_be_read_is_not_taken_for_missing() {
    let all = outcomes(&[]);
    let of = "validatingadmissionpolicies.admissionregistration.k8s.io";
    let with = Reading { policies: Some(BTreeSet::from([(of.to_owned(), "p".to_owned())])), ..reading("", &all) };
    let refused = Reading { not_read: BTreeMap::from([(of.to_owned(), "forbidden".to_owned())]), ..reading("", &all) };
    let fleet = fleet(&[Some(with), Some(refused)]);
    assert!(fleet.differences.iter().all(|d| d.topic != Topic::Policy), "{:?}", fleet.differences);
}

#[test]
fn the_same_clusters_are_the_same_bytes() {
    let (one, two) = (outcomes(&[(BASELINE, Outcome::Review)]), outcomes(&[]));
    let text = |order: [usize; 3]| {
        let mut gathering = Gathering::new(named(&["x", "y", "z"]));
        for nth in order {
            gathering.put(nth, &reading(&nth.to_string(), if nth == 1 { &one } else { &two }));
        }
        serde_json::to_string(&gathering.finish(guidance(), None)).unwrap_or_default()
    };
    assert_eq!(text([0, 1, 2]), text([2, 0, 1]));
    assert!(text([0, 1, 2]).contains("\"worst\":\"review\""));
}

#[test]
fn the_time_is_the_one_asked_for_or_the_latest_of_all() {
    let all = outcomes(&[]);
    let at = |text: &str| text.parse().unwrap_or_else(|_| panic!("{text} is a time"));
    let gathered = || {
        let mut gathering = Gathering::new(named(&["a", "b"]));
        gathering.put(1, &Reading { assessed_at: Some(at("2026-11-02T00:00:00Z")), ..reading("", &all) });
        gathering.put(0, &Reading { assessed_at: Some(at("2026-11-01T00:00:00Z")), ..reading("", &all) });
        gathering
    };
    assert_eq!(gathered().finish(guidance(), None).assessed_at, "2026-11-02T00:00:00Z");
    assert_eq!(gathered().finish(guidance(), Some(at("2026-12-01T00:00:00Z"))).assessed_at, "2026-12-01T00:00:00Z");
}

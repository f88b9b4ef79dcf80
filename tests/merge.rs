//! Reading a cluster again: outcomes are replaced, what people wrote stays to the byte, changes are told, and determinations that lost their
//! ground are marked.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, unreachable_pub, reason = "a test's failure is its message")]

#[path = "support/outcomes.rs"]
mod outcomes;

use kassay_core::assess::CheckOutcome;
use kassay_core::checks;
use kassay_core::guidance::Guidance;
use kassay_core::kinds::Inventory;
use kassay_core::model::{Determined, Finding, Method, Outcome};
use kassay_core::workbook::collection::cluster_key;
use kassay_core::workbook::compare::{Class, Topic};
use kassay_core::workbook::{
    Answer, AnswerState, AnswerValue, Changes, Collected, Determination, Engagement, Exception, Moment, Together, Workbook,
    merge_collection,
};
use outcomes::outcome;

fn finding(name: &str, observed: &str) -> Finding {
    outcomes::finding("Pod", "shop", name, observed)
}

fn now() -> jiff::Timestamp {
    "2026-11-23T09:12:00Z".parse().unwrap()
}

fn merge(book: &mut Workbook, key: &str, outcomes: &[CheckOutcome], previous: &[CheckOutcome]) -> Changes {
    let inventory = Inventory::default();
    let collected = Collected {
        key,
        source: "files",
        reached: &kassay_core::workbook::Reached::default(),
        inventory: &inventory,
        outcomes,
        previous,
        snapshot: "",
        findings: "",
        assessed_at: now(),
    };
    merge_collection(book, Guidance::shipped().unwrap(), &collected)
}

fn book() -> Workbook {
    let mut book = Workbook::new(Engagement { entity: "Acme".into(), ..Engagement::default() });
    book.answers.push(Answer {
        question: "1.6.mfa_enforced".into(),
        digest: "d".into(),
        value: AnswerValue::Text("yes".into()),
        by: "A. Assessor".into(),
        at: Moment(now()),
        interviewed: String::new(),
        role: String::new(),
        on: None,
        note: "note".into(),
        evidence: vec![],
        cluster: String::new(),
    });
    book.exceptions.push(Exception { reason: "because".into(), owner: "CISO".into(), ..Exception::of("3.1/baseline") });
    book
}

fn determine(book: &mut Workbook, practice: &str, finding: Determined, proposed: Option<Determined>) {
    book.determinations.push(Determination {
        practice: practice.into(),
        finding,
        method: Method::Defined,
        rationale: "seen".into(),
        by: "A. Assessor".into(),
        at: Moment(now()),
        proposed,
        because: vec![],
        excluded_by: String::new(),
        to_confirm: false,
        compensating: None,
        customized: None,
    });
}

#[test]
fn what_people_wrote_is_not_touched_and_changes_are_told() {
    let mut book = book();
    let before = book.clone();
    let first = [outcome("3.1/baseline", Outcome::Fail, vec![finding("a", "1"), finding("b", "1")])];
    let changes = merge(&mut book, "prod", &first, &[]);
    assert_eq!(changes, Changes { first: true, ..Changes::default() });
    let second = [
        outcome("3.1/baseline", Outcome::Review, vec![finding("b", "2"), finding("c", "1")]),
        outcome("2.1/wildcards", Outcome::Pass, vec![]),
    ];
    let changes = merge(&mut book, "prod", &second, &first);
    let told: Vec<_> = changes.entries.iter().map(|entry| (entry.class, entry.line())).collect();
    let title = |check: &str| checks::by_id(check).unwrap().title;
    assert_eq!(
        told,
        [
            (Class::Changed, format!("3.1/baseline {}: fail → review", title("3.1/baseline"))),
            (Class::CannotBeCompared, format!("2.1/wildcards {}: pass (only the second was judged by this check)", title("2.1/wildcards"))),
            (Class::Changed, "Pod shop/b spec.x: 1 → 2".to_owned()),
            (Class::New, "Pod shop/c spec.x: 1, medium, CDE".to_owned()),
            (Class::Gone, "Pod shop/a spec.x: 1, medium, CDE".to_owned()),
        ]
    );
    let words = "outcomes changed: 1; findings: 1 new, 1 gone, 1 changed; cannot be compared: 1";
    assert_eq!(changes.words().as_deref(), Some(words));
    assert_eq!((&book.answers, &book.exceptions, &book.engagement), (&before.answers, &before.exceptions, &before.engagement));
    assert_eq!(book.clusters.len(), 1);
    // Records stand in the order of the catalogue, and only those of this collection are left.
    assert_eq!(book.outcomes.iter().map(|o| o.check.as_str()).collect::<Vec<_>>(), ["2.1/wildcards", "3.1/baseline"]);
    assert_eq!(Workbook::parse(&book.print().unwrap()).unwrap().outcomes, book.outcomes);
}

#[test]
fn what_could_not_be_looked_at_is_not_gone() {
    let mut book = book();
    let first = [outcome("3.1/baseline", Outcome::Fail, vec![finding("a", "1")])];
    merge(&mut book, "prod", &first, &[]);
    let changes = merge(&mut book, "prod", &[outcome("3.1/baseline", Outcome::Blocked, vec![])], &first);
    let told: Vec<_> = changes.entries.iter().map(|entry| (entry.class, entry.topic, entry.why.as_str())).collect();
    let why = "blocked in the second; 1 finding of the other can't be compared";
    assert_eq!(told, [(Class::CannotBeCompared, Topic::Outcome, why)]);
    // Nor is it new once it can be looked at again.
    let blocked = [outcome("3.1/baseline", Outcome::Blocked, vec![])];
    let changes = merge(&mut book, "prod", &first, &blocked);
    let told: Vec<_> = changes.entries.iter().map(|entry| (entry.class, entry.topic, entry.why.as_str())).collect();
    assert_eq!(told, [(Class::CannotBeCompared, Topic::Outcome, "blocked in the first; 1 finding of the other can't be compared")]);
}

#[test]
fn only_determinations_that_lost_their_ground_are_marked() {
    let mut book = book();
    // Told against nothing proposed, by a person who gave a reason: nothing has moved while nothing is proposed.
    determine(&mut book, "1.1.a", Determined::InPlace, None);
    // Good when it was determined; now nothing can be proposed any more.
    determine(&mut book, "1.2.a", Determined::InPlace, Some(Determined::InPlace));
    // Known to be bad, and still bad.
    determine(&mut book, "3.1.a", Determined::InPlace, Some(Determined::NotInPlace));
    determine(&mut book, "2.1.a", Determined::NotApplicable, None);
    determine(&mut book, "11.1.a", Determined::NotInPlace, None);
    let failed = |control: &str| checks::of_control(control).map(|c| outcome(c.id, Outcome::Fail, vec![])).collect::<Vec<_>>();
    let outcomes: Vec<CheckOutcome> = ["2.1", "3.1", "11.1"].iter().flat_map(|c| failed(c)).collect();
    let changes = merge(&mut book, "prod", &outcomes, &[]);
    assert_eq!(changes.to_confirm, ["1.2.a", "2.1.a"]);
    let marked: Vec<&str> = book.determinations.iter().filter(|d| d.to_confirm).map(|d| d.practice.as_str()).collect();
    assert_eq!(marked, ["1.2.a", "2.1.a"]);
    // A mark stays until a person takes it away, and is told once.
    let again = merge(&mut book, "prod", &outcomes, &outcomes);
    assert!(again.to_confirm.is_empty() && book.determination("1.2.a").unwrap().to_confirm);
    // Everything else of a determination is as it was.
    assert!(book.determinations.iter().all(|d| d.rationale == "seen" && d.by == "A. Assessor"));
}

#[test]
fn the_worst_of_all_clusters_counts() {
    let mut book = book();
    use Outcome::{Blocked, Fail, NotApplicable, Pass, Review};
    for (one, two, worst) in [
        (Pass, Fail, Fail),
        (Pass, Blocked, Blocked),
        (Blocked, Fail, Fail),
        (Review, Pass, Review),
        (Review, Blocked, Blocked),
        (NotApplicable, Pass, Pass),
        (NotApplicable, NotApplicable, NotApplicable),
    ] {
        for (a, b) in [(one, two), (two, one)] {
            merge(&mut book, "a", &[outcome("3.1/baseline", a, vec![])], &[]);
            merge(&mut book, "b", &[outcome("3.1/baseline", b, vec![])], &[]);
            let together = Together::of(Guidance::shipped().unwrap(), &book, jiff::civil::date(2026, 11, 23));
            assert_eq!(together.worst("3.1/baseline"), Some(worst), "{a:?} and {b:?}");
            let said: Vec<_> = together.outcomes("3.1/baseline").map(|(cluster, o)| (cluster, o.outcome)).collect();
            assert_eq!(said, [("a", a), ("b", b)]);
        }
    }
}

#[test]
fn questions_about_control_planes_are_asked_of_each_cluster_unless_it_is_of_the_other_kind() {
    let guidance = Guidance::shipped().unwrap();
    let mut book = book();
    merge(&mut book, "a", &[], &[]);
    merge(&mut book, "b", &[], &[]);
    let (of_files, of_provider) = ("1.4.key_files_restricted", "15.1.provider_attestation");
    for (one, two, files, provider) in [
        ("eks", "kubeadm", [false, true], [true, false]),
        ("unknown", "aks", [true, false], [true, true]),
        ("eks", "aks", [false, false], [true, true]),
        ("kubeadm", "rke2", [true, true], [false, false]),
    ] {
        book.clusters[0].distribution = one.into();
        book.clusters[1].distribution = two.into();
        let together = Together::of(guidance, &book, jiff::civil::date(2026, 11, 23));
        let asked = |id: &str| together.states[id].iter().map(|(_, state)| !matches!(state, AnswerState::Waived(_))).collect::<Vec<_>>();
        assert_eq!((asked(of_files), asked(of_provider)), (files.to_vec(), provider.to_vec()), "{one} and {two}");
    }
}

#[test]
fn a_cluster_keeps_its_name_and_another_gets_its_own() {
    let mut book = book();
    merge(&mut book, "prod", &[], &[]);
    book.clusters[0].uid = "u1".into();
    assert_eq!(cluster_key(&book, "u1", "renamed"), "prod");
    assert_eq!(cluster_key(&book, "u2", "prod"), "prod-2");
    assert_eq!(cluster_key(&book, "", "prod"), "prod");
    assert_eq!(cluster_key(&book, "u2", " "), "cluster");
}

//! Two sides compared: what is new, gone and changed by its stable identity, and what one side could not see, which is neither.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, unreachable_pub, reason = "a test's failure is its message")]

#[path = "support/outcomes.rs"]
mod outcomes;

use kassay_core::assess::CheckOutcome;
use kassay_core::model::scope::NamespaceRule;
use kassay_core::model::{Category, Determined, Finding, Method, Outcome, Scope};
use kassay_core::workbook::compare::{Class, ClusterSide, Entry, Side, Topic, compare};
use kassay_core::workbook::{Answer, AnswerValue, Determination, Engagement, Moment, Workbook};
use outcomes::finding;
use std::borrow::Cow;

/// What a check said; where it is blocked, secrets could not be listed.
fn outcome(check: &str, outcome: Outcome, findings: Vec<Finding>) -> CheckOutcome {
    let needs = if outcome == Outcome::Blocked { vec!["secrets: list".into()] } else { vec![] };
    CheckOutcome { needs, ..outcomes::outcome(check, outcome, findings) }
}

fn cluster(name: &str, uid: &str, outcomes: Vec<CheckOutcome>) -> ClusterSide<'static> {
    ClusterSide { name: name.into(), uid: uid.into(), outcomes: Cow::Owned(outcomes), ..ClusterSide::default() }
}

fn side<'a>(clusters: Vec<ClusterSide<'a>>) -> Side<'a> {
    Side { catalogue: "sha256:1".into(), scope: Cow::Owned(Scope::default()), workbook: None, clusters }
}

fn told(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(|entry| format!("{} {} {}", entry.class.sign(), entry.topic.label(), entry.line())).collect()
}

#[test]
fn equal_sides_do_not_differ() {
    let one = || side(vec![cluster("prod", "u", vec![outcome("x/y", Outcome::Fail, vec![finding("Pod", "shop", "a", "1")])])]);
    assert_eq!(compare(&one(), &one()), []);
}

#[test]
fn what_a_side_could_not_see_is_neither_new_nor_gone() {
    let found = || vec![finding("Pod", "shop", "a", "1")];
    // Blocked, in either direction.
    let seen = side(vec![cluster("prod", "u", vec![outcome("x/y", Outcome::Fail, found())])]);
    let blocked = side(vec![cluster("prod", "u", vec![outcome("x/y", Outcome::Blocked, vec![])])]);
    let why = "needs secrets: list; 1 finding of the other can't be compared";
    assert_eq!(told(&compare(&seen, &blocked)), [format!("⊘ outcome x/y: fail → blocked (blocked in the second, which {why})")]);
    assert_eq!(told(&compare(&blocked, &seen)), [format!("⊘ outcome x/y: blocked → fail (blocked in the first, which {why})")]);
    // A check that one side does not know.
    let without = side(vec![cluster("prod", "u", vec![])]);
    assert_eq!(told(&compare(&seen, &without)), ["⊘ outcome x/y: fail (only the first was judged by this check)"]);
    // A kind that could not be read, though the check was judged.
    let mut unread = side(vec![cluster("prod", "u", vec![outcome("x/y", Outcome::Pass, vec![])])]);
    unread.clusters[0].not_read = [("pods".to_owned(), "forbidden: no".to_owned())].into();
    let entries = compare(&seen, &unread);
    assert!(entries.iter().all(|entry| entry.class == Class::CannotBeCompared && !entry.why.is_empty()), "{:?}", told(&entries));
    assert!(told(&entries)[0].contains("pods (only the first could read it; on the other side: forbidden: no)"), "{:?}", told(&entries));
    // A reading that failed leaves what was read before.
    let mut failed = side(vec![cluster("prod", "u", vec![outcome("x/y", Outcome::Fail, found())])]);
    failed.clusters[0].failed = Some("no route".into());
    let why = "the second could not read it again, and has what was read before: no route";
    assert_eq!(told(&compare(&seen, &failed)), [format!("⊘ cluster the reading ({why})")]);
    // Findings that are not kept.
    let mut lost = side(vec![cluster("prod", "u", vec![outcome("x/y", Outcome::Fail, vec![])])]);
    lost.clusters[0].findings_missing = Some("the file is missing".into());
    assert_eq!(told(&compare(&seen, &lost)), ["⊘ finding findings of the second (the file is missing)"]);
}

#[test]
fn clusters_are_the_same_by_their_uid() {
    let outcomes = || vec![outcome("x/y", Outcome::Pass, vec![])];
    let one = |name: &str, uid: &str| side(vec![cluster(name, uid, outcomes())]);
    assert_eq!(told(&compare(&one("prod", "u"), &one("live", "u"))), ["~ cluster name: prod → live"]);
    assert_eq!(compare(&one("prod", ""), &one("prod", "u")), []);
    let other = told(&compare(&one("prod", "u"), &one("prod", "v")));
    assert_eq!(other.len(), 2);
    assert!(
        other[0]
            .contains("⊘ cluster prod (only the first has it: of the same name, the other is another cluster, with UID v in place of u)"),
        "{other:?}"
    );
    assert_eq!(told(&compare(&side(vec![]), &one("prod", "u"))), ["⊘ cluster prod (only the second has it)"]);
}

#[test]
fn what_differs_because_scope_does_cannot_be_compared() {
    let rule = |category| NamespaceRule { glob: Some("shop".into()), labels: [].into(), category, reason: String::new() };
    let found = |category| Finding { category, ..finding("Pod", "shop", "a", "1") };
    let make = |category: Category, outcome_of, findings: Vec<Finding>| {
        let mut side = side(vec![cluster("prod", "u", vec![outcome("x/y", outcome_of, findings)])]);
        side.scope = Cow::Owned(Scope { namespace: vec![rule(category)], ..Scope::default() });
        side
    };
    let cde = make(Category::Cde, Outcome::Fail, vec![found(Category::Cde)]);
    let out = make(Category::OutOfScope, Outcome::Pass, vec![found(Category::OutOfScope)]);
    let gone = make(Category::OutOfScope, Outcome::Pass, vec![]);
    for other in [&out, &gone] {
        let entries = compare(&cde, other);
        assert_eq!(entries.iter().map(|entry| entry.topic).collect::<Vec<_>>(), [Topic::Scope, Topic::Outcome, Topic::Finding]);
        assert!(entries.iter().all(|entry| entry.class == Class::CannotBeCompared), "{:?}", told(&entries));
    }
    // In one scope the same is a change: a label moved the namespace.
    let mut moved = make(Category::Cde, Outcome::Pass, vec![found(Category::OutOfScope)]);
    moved.scope = cde.scope.clone();
    assert!(compare(&cde, &moved).iter().all(|entry| entry.class == Class::Changed));
    // What is gone from a namespace that both put in the same place is gone.
    let mut elsewhere = make(Category::Cde, Outcome::Pass, vec![]);
    elsewhere.scope.to_mut().trusted_registries = vec!["registry.example".into()];
    assert!(told(&compare(&cde, &elsewhere)).contains(&"- finding Pod shop/a spec.x: 1, medium, CDE".to_owned()));
}

#[test]
fn what_people_wrote_is_compared_by_what_it_says() {
    let at = |day: &str| Moment(format!("2026-11-{day}T09:00:00Z").parse().unwrap());
    let determination = |practice: &str, finding, rationale: &str, day: &str| Determination {
        practice: practice.into(),
        finding,
        method: Method::default(),
        rationale: rationale.into(),
        by: "A. Assessor".into(),
        at: at(day),
        proposed: None,
        because: vec![],
        excluded_by: String::new(),
        to_confirm: false,
        compensating: None,
        customized: None,
    };
    let answer = |question: &str, digest: &str, value: &str| Answer {
        question: question.into(),
        digest: digest.into(),
        value: AnswerValue::Text(value.into()),
        by: "A. Assessor".into(),
        at: at("23"),
        interviewed: String::new(),
        role: String::new(),
        on: None,
        note: String::new(),
        evidence: vec![],
        cluster: String::new(),
    };
    let (mut first, mut second) = (Workbook::new(Engagement::default()), Workbook::new(Engagement::default()));
    first.determinations = vec![
        determination("1.1.a", Determined::InPlace, "seen", "01"),
        determination("1.2.a", Determined::InPlace, "seen", "01"),
        determination("1.3.a", Determined::InPlace, "seen", "01"),
    ];
    second.determinations = vec![
        // Only the day is another one.
        determination("1.1.a", Determined::InPlace, "seen", "02"),
        determination("1.2.a", Determined::NotInPlace, "seen", "02"),
        determination("1.4.a", Determined::InPlace, "seen", "02"),
    ];
    first.answers = vec![answer("q.same", "d", "yes"), answer("q.other", "d", "yes"), answer("q.reworded", "d", "yes")];
    second.answers = vec![answer("q.same", "d", "yes"), answer("q.other", "d", "no"), answer("q.reworded", "e", "yes")];
    let of = |book| Side { workbook: Some(book), ..side(vec![]) };
    let entries = compare(&of(&first), &of(&second));
    assert_eq!(
        entries.iter().map(|entry| (entry.class, entry.id.as_str())).collect::<Vec<_>>(),
        [
            (Class::Changed, "1.2.a"),
            (Class::New, "1.4.a"),
            (Class::Gone, "1.3.a"),
            (Class::Changed, "q.other"),
            (Class::CannotBeCompared, "q.reworded"),
        ]
    );
}

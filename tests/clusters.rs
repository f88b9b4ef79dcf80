//! Several clusters in one assessment, exceptions and what is wrong with them, the scope as a document, and the next year.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, unreachable_pub, reason = "a test's failure is its message")]

#[allow(dead_code, reason = "what only the walk of one cluster needs")]
#[path = "support/session.rs"]
mod support;
#[path = "support/two.rs"]
mod two;

use jiff::civil::date;
use kassay_core::guidance::{Guidance, Question, QuestionKind};
use kassay_core::model::{Determined, Outcome};
use kassay_core::session::{
    Action, Effect, Flag, Layer, Register, Step, Target, Typed, answer, book, exceptions, home, new, registers, scope, walk,
};
use kassay_core::workbook::scoped::Confirmation;
use kassay_core::workbook::{
    AnswerState, ClusterRecord, Exception, Moment, ReadFailure, Request, RequestStatus, UseCase, UseCaseKind, Workbook, begun,
};
use support::{Desk, collection, now, workbook};
use two::{opened, read, two};

/// A question that is satisfied by “yes” without evidence.
fn plain_question() -> &'static Question {
    let yes_no = |q: &&Question| matches!(q.kind, QuestionKind::YesNo | QuestionKind::YesNoPartly) && !q.evidence_required;
    let satisfied = |q: &&Question| q.satisfied.one_of.as_deref().is_some_and(|values| values == ["yes"]);
    let everywhere = |q: &&Question| q.applies_to.is_empty() && q.waived_by.is_none() && q.feeds.is_none();
    Guidance::shipped().unwrap().questions().filter(yes_no).filter(satisfied).find(everywhere).expect("there is such a question")
}

fn go(desk: &mut Desk, question: &str) {
    desk.act(Action::Walk(walk::Action::GoTo(Target::Question(question.into())))).act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Form(_)), "{:?}", desk.session.messages);
}

/// Answers a question: for all clusters or one, by the value of the choice.
fn say(desk: &mut Desk, question: &str, cluster: &str, key: char) {
    go(desk, question);
    let row = desk.session.form().unwrap().rows.iter().position(|r| r.id == "cluster").expect("a choice of clusters");
    desk.act(Action::Focus(row));
    for _ in 0..6 {
        if desk.session.form().unwrap().chosen("cluster") == Some(cluster) {
            break;
        }
        desk.act(Action::Right);
    }
    assert_eq!(desk.session.form().unwrap().chosen("cluster"), Some(cluster));
    let value = desk.session.form().unwrap().rows.iter().position(|r| r.id == "value").unwrap();
    desk.act(Action::Focus(value)).act(Action::Choose(key)).act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Walk), "{:?}", desk.session.form());
}

#[test]
fn an_answer_holds_for_all_clusters_until_one_has_its_own() {
    let question = plain_question();
    let mut desk = opened(two());
    say(&mut desk, &question.id, "", 'y');
    assert_eq!(*desk.book().state(&question.id), AnswerState::Satisfied);
    say(&mut desk, &question.id, "prod-us", 'n');
    assert_eq!(desk.edits.last().unwrap().what, format!("answer {} on prod-us", question.id));
    let states = desk.book().states_on(&question.id).to_vec();
    assert_eq!(states[0], ("prod-eu".into(), AnswerState::Satisfied));
    assert!(states[1].1.is_against());
    // Over all it stands as it does where it stands worst, and says where that is.
    assert!(matches!(desk.book().state(&question.id), AnswerState::Unsatisfied(why) if why.starts_with("prod-us: ")));
    let practice = &question.practices[0];
    let rolled = &desk.book().proposals[practice];
    assert_eq!(rolled.proposal, Some(Determined::NotInPlace));
    assert_eq!((rolled.on[0].0.as_str(), rolled.on[1].0.as_str()), ("prod-eu", "prod-us"));
    assert!(!rolled.on[0].1.because.contains(&question.id) && rolled.on[1].1.because.contains(&question.id));
    let blockers = desk.book().blockers(practice, Guidance::shipped().unwrap());
    let of_question = blockers.iter().find(|b| b.target == Target::Question(question.id.clone())).unwrap();
    assert_eq!(of_question.clusters, ["prod-us"]);
    assert!(blockers.iter().all(|b| ["prod-eu", "prod-us", "all clusters"].iter().any(|name| b.words.starts_with(name))), "{blockers:?}");
    // The one for all takes the place of the others where somebody says so.
    say(&mut desk, &question.id, "all instead", 'y');
    assert_eq!(desk.disk.as_ref().unwrap().answers.iter().filter(|a| a.question == question.id).count(), 1);
    assert_eq!(*desk.book().state(&question.id), AnswerState::Satisfied);
}

#[test]
fn tab_leads_to_the_cluster_that_needs_the_answer() {
    let question = plain_question();
    let mut desk = opened(two());
    say(&mut desk, &question.id, "prod-eu", 'y');
    let item = desk.book().open.iter().find(|o| o.target == Target::Question(question.id.clone())).cloned().unwrap();
    assert_eq!(item.clusters, ["prod-us"]);
    assert!(item.sentence.ends_with("(prod-us)"), "{}", item.sentence);
    assert_eq!(desk.book().shown().unwrap().key, "prod-eu");
    desk.act(Action::Walk(walk::Action::NextOpen));
    assert_eq!(desk.session.standing_on(), Some(item.target));
    assert_eq!(desk.book().shown().unwrap().key, "prod-us");
    say(&mut desk, &question.id, "prod-us", 'y');
    assert!(!desk.book().is_open(&question.id));
}

#[test]
fn a_form_that_nobody_touched_shows_what_was_answered_for_the_chosen_cluster() {
    let question = plain_question();
    let mut desk = opened(two());
    say(&mut desk, &question.id, "", 'y');
    say(&mut desk, &question.id, "prod-us", 'n');
    go(&mut desk, &question.id);
    let value = |desk: &Desk| desk.session.form().unwrap().chosen("value").map(str::to_owned);
    let row = |desk: &Desk, id: &str| desk.session.form().unwrap().rows.iter().position(|r| r.id == id).unwrap();
    assert_eq!(value(&desk).as_deref(), Some("yes"));
    let at = row(&desk, "cluster");
    desk.act(Action::Focus(at)).act(Action::Choose('3'));
    assert_eq!((desk.session.form().unwrap().chosen("cluster"), value(&desk).as_deref()), (Some("prod-us"), Some("no")));
    // What was typed stays when the choice changes.
    let note = row(&desk, "note");
    desk.act(Action::Focus(note)).typed("seen");
    let at = row(&desk, "cluster");
    desk.act(Action::Focus(at)).act(Action::Choose('1'));
    assert_eq!((desk.session.form().unwrap().text("note"), value(&desk).as_deref()), ("seen", Some("no")));
}

#[test]
fn questions_are_waived_for_each_cluster_by_itself() {
    let guidance = Guidance::shipped().unwrap();
    let mut workbook = workbook();
    read(&mut workbook, "own", "kubeadm");
    read(&mut workbook, "managed", "eks");
    let desk = opened(workbook);
    let of_control_planes: Vec<&Question> = guidance.questions().filter(|q| !q.applies_to.is_empty()).collect();
    assert!(!of_control_planes.is_empty());
    for question in of_control_planes {
        let states = desk.book().states_on(&question.id);
        let waived: Vec<bool> = states.iter().map(|(_, state)| matches!(state, AnswerState::Waived(_))).collect();
        assert_eq!(waived.iter().filter(|w| **w).count(), 1, "{}: {states:?}", question.id);
        let item = desk.book().open.iter().find(|o| o.target == Target::Question(question.id.clone())).unwrap();
        assert_eq!(item.clusters.len(), 1, "{}", item.sentence);
    }
}

#[test]
fn a_cluster_that_could_not_be_read_stays_and_nothing_passes_for_it() {
    let mut workbook = workbook();
    read(&mut workbook, "prod-eu", "kubeadm");
    workbook.clusters.push(ClusterRecord::unread("prod-us"));
    let desk = opened(workbook.clone());
    assert_eq!(desk.book().clusters.len(), 2);
    assert!(desk.book().proposals.values().all(|p| matches!(p.proposal, None | Some(Determined::NotInPlace))));
    let part = &desk.book().together.parts[1];
    assert!(!part.outcomes.is_empty() && part.outcomes.iter().all(|o| o.outcome == Outcome::Blocked && !o.needs.is_empty()));
    // One line says so, and not one for each check; its checks are shown as blocked.
    let (practice, rolled) = desk.book().proposals.iter().find(|(_, p)| p.on[1].1.missing.len() > 3).unwrap();
    let blockers = desk.book().blockers(practice, Guidance::shipped().unwrap());
    assert!(rolled.proposal != Some(Determined::InPlace));
    assert_eq!(blockers.iter().filter(|b| b.words.contains("prod-us was not read yet")).count(), 1, "{blockers:?}");
    assert!(desk.book().clusters[1].outcomes.iter().all(|o| o.outcome == Outcome::Blocked));
    // One that was read before keeps what was wrong, and nothing of what was good.
    let mut failed = workbook;
    failed.clusters.pop();
    failed.clusters[0].failed = Some(ReadFailure { at: Moment(now()), why: "connection refused".into() });
    let before = failed.outcomes.iter().filter(|o| o.outcome == Outcome::Fail).count();
    let desk = opened(failed);
    let said = &desk.book().clusters[0].outcomes;
    assert!(before > 0 && said.iter().all(|o| matches!(o.outcome, Outcome::Fail | Outcome::Blocked)));
    assert_eq!(said.iter().filter(|o| o.outcome == Outcome::Fail).count(), before);
    assert!(said.iter().any(|o| o.reason.contains("connection refused")));
    assert!(desk.session.register_rows(Register::Clusters).iter().all(|row| row.flag == Flag::Wrong));
}

#[test]
fn judging_again_what_was_read_before_does_not_undo_that_the_last_reading_failed() {
    let mut workbook = workbook();
    read(&mut workbook, "prod-eu", "kubeadm");
    workbook.clusters[0].failed = Some(ReadFailure { at: Moment(now()), why: "connection refused".into() });
    let mut desk = opened(workbook);
    desk.act(Action::Scope(scope::Action::Open)).act(Action::Scope(scope::Action::Cycle)).act(Action::Enter);
    let revision = desk.asked.iter().find_map(|e| if let Effect::Judge { revision, .. } = e { Some(*revision) } else { None }).unwrap();
    let collection = Box::new(collection(&desk.book().workbook.scope));
    desk.act(Action::Book(book::Action::Judged { cluster: "prod-eu".into(), revision, collection }));
    assert!(desk.edits.last().unwrap().what.starts_with("judge cluster"), "{:?}", desk.edits);
    assert!(desk.disk.as_ref().unwrap().clusters[0].failed.is_some());
    assert!(desk.book().clusters[0].outcomes.iter().all(|o| matches!(o.outcome, Outcome::Fail | Outcome::Blocked)));
    assert!(desk.book().proposals.values().all(|p| matches!(p.proposal, None | Some(Determined::NotInPlace))));
}

fn error_of(desk: &Desk, row: &str) -> String {
    desk.session.form().and_then(|form| form.row(row)?.error.clone()).unwrap_or_default()
}

#[test]
fn an_exception_needs_reason_owner_approver_and_end_and_holds_on_its_cluster() {
    let mut desk = opened(two());
    let failed = desk.book().workbook.outcomes.iter().find(|o| o.outcome == Outcome::Fail).unwrap().check.clone();
    desk.act(Action::Walk(walk::Action::GoTo(Target::Check(failed.clone())))).act(Action::Exceptions(exceptions::Action::Open));
    for (row, words) in [("reason", "isolated"), ("owner", "platform team"), ("approver", "CISO"), ("until", "+6m")] {
        desk.act(Action::Enter);
        assert!(!error_of(&desk, row).is_empty(), "{row}");
        desk.typed(words);
    }
    let before = desk.book().workbook.outcomes.clone();
    desk.act(Action::Enter);
    let exception = desk.disk.as_ref().unwrap().exceptions[0].clone();
    assert_eq!(
        (exception.cluster.as_str(), exception.approver.as_str(), exception.until.unwrap().0),
        ("prod-eu", "CISO", date(2027, 5, 23))
    );
    // It changes no outcome, and nothing is proposed by it.
    assert_eq!(desk.book().workbook.outcomes, before);
    assert!(desk.book().exception(&failed, "").is_some());
    desk.act(Action::Walk(walk::Action::NextCluster));
    assert!(desk.book().exception(&failed, "").is_none(), "it is for the other cluster");
}

#[test]
fn errors_of_the_register_of_exceptions_are_told() {
    let mut workbook = two();
    let of = |outcome: Outcome| workbook.outcomes.iter().find(|o| o.outcome == outcome).unwrap().check.clone();
    let (failed, passed, review) = (of(Outcome::Fail), of(Outcome::Pass), of(Outcome::Review));
    let whole = |what: &str| Exception {
        reason: "because".into(),
        owner: "platform".into(),
        approver: "CISO".into(),
        until: Some(kassay_core::workbook::Day(date(2027, 3, 31))),
        ..Exception::of(what)
    };
    let lapsed = Exception { until: Some(kassay_core::workbook::Day(date(2026, 11, 22))), ..whole(&review) };
    workbook.exceptions = vec![
        whole(&failed),
        whole(&passed),
        lapsed,
        whole("0123456789abcdef0123"),
        Exception { cluster: "prod-ap".into(), ..whole(&failed) },
        Exception { approver: String::new(), until: None, cluster: "prod-us".into(), ..whole(&failed) },
    ];
    let desk = opened(workbook);
    let rows = desk.session.register_rows(Register::Exceptions);
    let told: Vec<(Flag, String)> = rows.iter().map(|row| (row.flag, row.cells[1].clone())).collect();
    assert_eq!(told[0], (Flag::Fine, "excepted until 2027-03-31".into()));
    for (row, words) in [(1, "unused"), (2, "lapsed on 2026-11-22"), (3, "matches nothing"), (4, "no cluster “prod-ap”")] {
        assert!(told[row].0 == Flag::Wrong && told[row].1.contains(words), "{:?}", told[row]);
    }
    assert!(told[5].0 == Flag::Attention && told[5].1.contains("approver, end"), "{:?}", told[5]);
    // What has lapsed counts again: somebody must look at it.
    assert!(desk.book().open.iter().any(|o| o.target == Target::Check(review.clone())));
}

/// A workbook of last year, with an answer, a determination, evidence and a request that it met.
fn last_year() -> Workbook {
    let mut desk = opened(two());
    let question = plain_question();
    say(&mut desk, &question.id, "", 'y');
    let mut old = desk.disk.unwrap();
    old.answers[0].note = "shown on the console".into();
    old.use_cases.push(UseCase {
        cluster: "prod-eu".into(),
        case: UseCaseKind::MixedLevels,
        reason: "shared".into(),
        by: "A. Assessor".into(),
        at: Moment(now()),
    });
    old
}

#[test]
fn next_year_begins_with_nothing_marked_and_last_year_beside() {
    let guidance = Guidance::shipped().unwrap();
    let question = plain_question();
    let old = last_year();
    let next = begun::begin(&old, &"a".repeat(64), guidance, now(), date(2027, 10, 1));
    assert_eq!((next.engagement.entity.as_str(), next.engagement.period.as_str()), ("Acme Payments", "2027"));
    assert_eq!((&next.scope, &next.use_cases), (&old.scope, &old.use_cases));
    assert!(next.answers.is_empty() && next.determinations.is_empty() && next.evidence.is_empty() && next.outcomes.is_empty());
    assert_eq!(Workbook::parse(&next.print().unwrap()).unwrap(), next);
    let mut desk = opened(next);
    assert!(desk.book().proposals.values().all(|p| p.proposal.is_none()));
    assert_eq!(desk.book().clusters.len(), 2);
    // Its words come into the form by a key, and count only when they are saved.
    go(&mut desk, &question.id);
    assert_eq!(desk.session.form().unwrap().chosen("value"), None);
    desk.act(Action::Answer(answer::Action::AsLastYear));
    let form = desk.session.form().unwrap();
    assert_eq!((form.chosen("value"), form.text("note"), form.text("evidence")), (Some("yes"), "shown on the console", ""));
    assert!(desk.disk.as_ref().unwrap().answers.is_empty());
    desk.act(Action::Enter);
    assert_eq!(desk.disk.as_ref().unwrap().answers.len(), 1);
    let rows = desk.session.register_rows(Register::Previous);
    assert!(rows.iter().any(|row| row.id == question.id && row.cells[1] == "yes"), "{rows:?}");
}

#[test]
fn what_is_other_than_last_year_shows() {
    let guidance = Guidance::shipped().unwrap();
    let mut next = begun::begin(&last_year(), &"a".repeat(64), guidance, now(), date(2027, 10, 1));
    let previous = next.previous.as_mut().unwrap();
    previous.clusters[0].version = "v1.33.0".into();
    previous.answers[0].digest = "another".into();
    previous.evidence.push(kassay_core::workbook::PreviousEvidence {
        reference: "E-0007".into(),
        title: "Policy".into(),
        file: "policy.pdf".into(),
        sha256: "b".repeat(64),
        effective: None,
    });
    read(&mut next, "prod-eu", "kubeadm");
    let facts = begun::changed_facts(&next, &next.clusters[0]);
    assert_eq!(facts.iter().map(|f| f.what).collect::<Vec<_>>(), ["version"]);
    assert!(begun::changed_facts(&next, &next.clusters[1]).is_empty(), "it was not read yet");
    let kind = kassay_core::workbook::EvidenceKind::Document;
    let piece = kassay_core::workbook::Evidence::new("E-0001".into(), kind, "Policy".into(), "A. Assessor".into(), Moment(now()));
    next.evidence.push(kassay_core::workbook::Evidence { sha256: "b".repeat(64), ..piece });
    next.requests.push(Request {
        reference: "R-001".into(),
        what: "the policy".into(),
        role: String::new(),
        question: String::new(),
        practices: vec![],
        line: String::new(),
        cluster: String::new(),
        due: None,
        status: RequestStatus::Received,
        note: String::new(),
        evidence: vec!["E-0001".into()],
        asked: Moment(now()),
        by: "A. Assessor".into(),
        at: Moment(now()),
    });
    let met: Vec<_> = begun::met_unchanged(&next).map(|(r, e, before)| (&*r.reference, &*e.reference, &*before.reference)).collect();
    assert_eq!(met, [("R-001", "E-0001", "E-0007")]);
    let rows = opened(next).session.register_rows(Register::Previous);
    let now_of = |id: &str| rows.iter().find(|row| row.id == id).map(|row| (row.flag, row.cells[2].clone())).unwrap();
    assert!(now_of("prod-eu").1.contains("version: v1.33.0 → v1.34.4"));
    assert!(now_of(&plain_question().id).1.contains("the wording is another one"));
    assert!(now_of("E-0007").1.contains("the same file as E-0001"));
    assert!(["prod-eu", "E-0007"].iter().all(|id| now_of(id).0 == Flag::Attention));
}

#[test]
fn the_next_assessment_is_begun_from_the_list_and_its_engagement_can_be_changed() {
    let mut desk = Desk::empty();
    desk.act(Action::Close);
    let row = kassay_core::session::HomeRow { dir: "/assessments/acme".into(), entity: "Acme".into(), ..Default::default() };
    desk.act(Action::Home(home::Action::Listed(vec![row]))).act(Action::Home(home::Action::Next));
    assert!(desk.asked.iter().any(|e| matches!(e, Effect::BeginFrom(dir) if dir.ends_with("acme"))), "{:?}", desk.asked);
    let next = begun::begin(&last_year(), &"a".repeat(64), Guidance::shipped().unwrap(), now(), date(2027, 10, 1));
    desk.act(Action::New(new::Action::PrepareNext { dir: None, workbook: Box::new(next) }));
    assert_eq!(desk.session.form().unwrap().text("period"), "2027");
    desk.asked.clear();
    desk.act(Action::Step(Step::Up)).act(Action::Type(Typed::ToStart)).typed("interim").act(Action::Enter);
    let Some(Effect::CreateWorkbook { workbook, .. }) = desk.asked.iter().find(|e| matches!(e, Effect::CreateWorkbook { .. })) else {
        panic!("{:?}", desk.asked)
    };
    assert_eq!((workbook.engagement.purpose.as_str(), workbook.clusters.len()), ("interim", 2));
    assert!(workbook.previous.is_some());
}

#[test]
fn a_confirmed_scope_tells_what_came_after() {
    let mut desk = opened(two());
    desk.act(Action::Scope(scope::Action::Open)).act(Action::Scope(scope::Action::Confirm)).act(Action::Enter);
    assert!(error_of(&desk, "words").contains("on what it rests"));
    desk.typed("the data-flow diagram of June").act(Action::Enter);
    let confirmed = desk.disk.as_ref().unwrap().scope_confirmed.clone().unwrap();
    assert_eq!(
        (confirmed.by.as_str(), confirmed.namespaces["prod-eu"].as_slice()),
        ("assessor", ["kube-system", "pay", "shop"].map(String::from).as_slice())
    );
    assert!(matches!(desk.book().workbook.confirmation(), Confirmation::Holds(_)));
    assert!(desk.book().appeared.is_empty());
    // A namespace that nobody knew then.
    let mut workbook = desk.disk.clone().unwrap();
    workbook.scope_confirmed.as_mut().unwrap().namespaces.get_mut("prod-us").unwrap().retain(|name| name != "shop");
    let later = opened(workbook);
    assert_eq!(
        later.book().appeared.iter().map(|a| (a.cluster.as_str(), a.namespaces.concat())).collect::<Vec<_>>(),
        [("prod-us", "shop".into())]
    );
    // A change of the rules is told, and the scope as it is typed can't be confirmed before it is saved.
    desk.act(Action::Scope(scope::Action::Cycle)).act(Action::Scope(scope::Action::Confirm));
    assert!(matches!(desk.session.top(), Layer::Scope(_)));
    desk.act(Action::Enter);
    assert!(matches!(desk.book().workbook.confirmation(), Confirmation::Changed(_)));
}

#[test]
fn what_a_cluster_is_used_for_orders_the_walk_and_not_the_list() {
    let guidance = Guidance::shipped().unwrap();
    let mut desk = opened(two());
    let area = |id: &str| id.split('.').next().unwrap().to_owned();
    assert_eq!(area(&desk.book().open[0].control), "1");
    desk.act(Action::Registers(registers::Action::Show(Register::Clusters))).act(Action::Enter);
    desk.act(Action::Choose('m')).act(Action::NextField).typed("shared with the shop").act(Action::Enter);
    let used = &desk.disk.as_ref().unwrap().use_cases[0];
    assert_eq!((used.cluster.as_str(), used.case, used.reason.as_str()), ("prod-eu", UseCaseKind::MixedLevels, "shared with the shop"));
    assert_eq!(area(&desk.book().open[0].control), "16");
    let mut areas: Vec<String> = desk.book().open.iter().map(|o| area(&o.control)).collect();
    areas.dedup();
    assert_eq!(areas[..4], ["16", "4", "3", "2"]);
    // The list on the left stays in the order of the guidance.
    let rows = desk.book().walk.nav_rows(guidance);
    assert_eq!(rows.first(), Some(&kassay_core::session::NavRow::Area(0)));
    // ⇥ goes by it from wherever one stands, and comes round.
    desk.act(Action::Back).act(Action::Walk(walk::Action::GoTo(Target::Area(16)))).act(Action::Walk(walk::Action::NextOpen));
    let mut seen: Vec<String> = vec![];
    for _ in 0..desk.book().open.len() {
        let control = desk.book().walk.here(guidance).unwrap().id.clone();
        if seen.last() != Some(&area(&control)) {
            seen.push(area(&control));
        }
        desk.act(Action::Walk(walk::Action::NextOpen));
    }
    assert_eq!(seen[..4], ["16", "4", "3", "2"]);
}

#[test]
fn a_cluster_that_was_never_read_can_be_taken_out_and_one_that_was_read_can_not() {
    let mut workbook = two();
    workbook.clusters.push(ClusterRecord::unread("prod-ap"));
    let mut desk = opened(workbook);
    desk.act(Action::Registers(registers::Action::Show(Register::Clusters)));
    desk.act(Action::Registers(registers::Action::Withdraw)).typed("sold").act(Action::Enter);
    assert!(error_of(&desk, "why").contains("was read"));
    desk.act(Action::Back);
    desk.act(Action::Step(Step::Bottom)).act(Action::Registers(registers::Action::Withdraw)).typed("sold").act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Register(_)), "{:?} {:?}", desk.session.form(), desk.session.messages);
    let keys: Vec<&str> = desk.disk.as_ref().unwrap().clusters.iter().map(|c| c.key.as_str()).collect();
    assert_eq!((keys, desk.book().clusters.len()), (vec!["prod-eu", "prod-us"], 2));
}

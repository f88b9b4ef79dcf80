//! The walk without a terminal: nothing that was answered is lost, nothing counts before it is on disk, and ⇥ leads through all of it.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, unreachable_pub, reason = "a test's failure is its message")]

#[path = "session/fleet.rs"]
mod fleet;
#[path = "session/lists.rs"]
mod lists;
#[path = "session/second.rs"]
mod second;
#[path = "support/session.rs"]
mod support;
#[path = "session/told.rs"]
mod told;
#[path = "session/trial.rs"]
mod trial;
#[path = "support/two.rs"]
mod two;
#[path = "support/whole.rs"]
mod whole;

use kassay_core::analysis::rbac::Subject;
use kassay_core::analysis::rbac::folded::Folded;
use kassay_core::model::{Category, Determined, Outcome, Scope};
use kassay_core::session::{
    Action, Attached, Context, ContextRow, Effect, Flight, Input, Layer, NamespaceRow, Opened, Pane, Preflight, Probed, Register, Source,
    Step, Tab, Target, Typed, Why, access, all_findings, book, compare, determine, evidence, export, findings, home, new, probes, reading,
    registers, review, scope, update, walk,
};
use kassay_core::workbook::compare::Entry;
use kassay_core::workbook::{AnswerState, AnswerValue, Edit, EvidenceKind, Journal, Workbook};
use std::path::PathBuf;
use std::sync::Arc;
use support::{Desk, collection, now};

fn question(desk: &mut Desk, id: &str) {
    desk.act(Action::Walk(walk::Action::GoTo(Target::Question(id.into())))).act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Form(_)), "{:?}", desk.session.messages);
}

fn error_of(desk: &Desk, row: &str) -> String {
    let form = desk.session.form().expect("a form is open");
    form.row(row).and_then(|r| r.error.clone()).unwrap_or_default()
}

#[test]
fn three_keys_answer_a_question() {
    let mut desk = Desk::with_cluster();
    let first_question = |desk: &Desk| desk.session.standing_on() == Some(Target::Question("1.1.services_authenticated".into()));
    for _ in 0..9 {
        desk.act(Action::Walk(walk::Action::NextOpen));
        if first_question(&desk) {
            break;
        }
        assert!(
            matches!(desk.session.standing_on(), Some(Target::Check(id)) if id.starts_with("1.1/")),
            "{:?}",
            desk.session.standing_on()
        );
    }
    assert!(first_question(&desk), "{:?}", desk.session.standing_on());
    desk.act(Action::Enter).act(Action::Choose('y')).act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Walk));
    let answer = desk.disk.as_ref().unwrap().answer("1.1.services_authenticated", "").unwrap();
    assert_eq!((&answer.value, answer.by.as_str()), (&AnswerValue::Text("yes".into()), "assessor"));
    assert_eq!(*desk.book().state("1.1.services_authenticated"), AnswerState::NeedsEvidence);
    assert_eq!(desk.edits.last().unwrap().what, "answer 1.1.services_authenticated");
}

/// Checks that are to be reviewed.
fn to_review(desk: &Desk) -> Vec<String> {
    let of = |item: &kassay_core::session::OpenItem| match &item.target {
        Target::Check(id) if item.why == Why::Review => Some(id.clone()),
        _ => None,
    };
    desk.book().open.iter().filter_map(of).collect()
}

#[test]
fn a_review_ends_the_question_whether_somebody_looked_until_the_check_shows_something_else() {
    let mut desk = Desk::with_cluster();
    let wanted = to_review(&desk).first().cloned().expect("something is to be reviewed");
    let outcomes = desk.book().workbook.outcomes.clone();
    desk.act(Action::Walk(walk::Action::NextOpen));
    assert_eq!(desk.session.standing_on(), Some(Target::Check(wanted.clone())));
    desk.act(Action::Review(review::Action::Open));
    desk.typed("as designed").act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Walk), "{:?}", desk.session.messages);
    let review = desk.disk.as_ref().unwrap().reviews.first().cloned().unwrap();
    assert_eq!((review.check.as_str(), review.note.as_str(), review.by.as_str()), (wanted.as_str(), "as designed", "assessor"));
    assert_eq!(desk.edits.last().unwrap().what, format!("review {wanted}"));
    assert!(!to_review(&desk).contains(&wanted));
    // It says that somebody looked; no outcome is another for it, and nothing is proposed by it.
    assert_eq!(desk.book().workbook.outcomes, outcomes);
    // The same cluster read again shows the same, so it holds; another outcome must be looked at again, and the note is kept.
    desk.read_cluster(collection(&Scope::default()));
    assert!(!to_review(&desk).contains(&wanted));
    let mut other = collection(&Scope::default());
    let mut changed = (*other.outcomes).clone();
    changed.iter_mut().filter(|o| o.check == wanted).for_each(|o| o.reason.push_str(" And one more."));
    changed.iter_mut().filter(|o| o.check == wanted).flat_map(|o| &mut o.findings).for_each(|f| f.observed.push_str(" and more"));
    other.outcomes = Arc::new(changed);
    desk.read_cluster(other);
    assert!(to_review(&desk).contains(&wanted));
    assert_eq!(desk.book().review(&wanted).map(|(review, holds)| (review.note.as_str(), holds)), Some(("as designed", false)));
}

#[test]
fn all_that_is_to_be_reviewed_in_a_control_can_be_said_at_once_and_taken_back() {
    let mut desk = Desk::with_cluster();
    let all = to_review(&desk);
    let control = |id: &str| id.split('/').next().unwrap().to_owned();
    let many = all
        .iter()
        .find(|id| all.iter().filter(|other| control(other) == control(id)).count() > 1)
        .cloned()
        .expect("two checks of one control");
    desk.act(Action::Walk(walk::Action::GoTo(Target::Check(many.clone())))).act(Action::Review(review::Action::Open));
    let at = desk.session.form().unwrap().rows.iter().position(|r| r.id == "for").unwrap();
    desk.act(Action::Focus(at)).act(Action::Choose('2')).act(Action::Enter);
    assert!(to_review(&desk).iter().all(|id| control(id) != control(&many)), "{:?}", to_review(&desk));
    desk.act(Action::Book(book::Action::Undo));
    assert_eq!(to_review(&desk), all);
}

#[test]
fn a_wrong_answer_stays_as_it_was_typed_and_says_why() {
    let mut desk = Desk::with_cluster();
    question(&mut desk, "9.1.risk_analysis");
    desk.typed("next spring").act(Action::Enter);
    assert!(error_of(&desk, "value").contains("is not a day"));
    assert_eq!(desk.session.form().unwrap().text("value"), "next spring");
    assert!(desk.disk.as_ref().unwrap().answer("9.1.risk_analysis", "").is_none());
    desk.act(Action::Type(Typed::ToStart)).typed("-3d").act(Action::NextField).typed("R. Isk").act(Action::Enter);
    let answer = desk.disk.as_ref().unwrap().answer("9.1.risk_analysis", "").unwrap();
    assert_eq!((answer.value.to_string(), answer.interviewed.as_str()), ("2026-11-20".into(), "R. Isk"));
}

#[test]
fn evidence_that_does_not_exist_is_told_beside_its_field() {
    let mut desk = Desk::with_cluster();
    question(&mut desk, "1.1.accountability");
    desk.act(Action::Choose('y'));
    let at = desk.session.form().unwrap().rows.iter().position(|r| r.id == "evidence").unwrap();
    desk.act(Action::Focus(at)).typed("E-0009").act(Action::Enter);
    assert!(error_of(&desk, "evidence").contains("E-0009"));
    assert_eq!(desk.session.form().unwrap().chosen("value"), Some("yes"));
}

#[test]
fn a_failed_save_keeps_the_answer_and_does_not_count_it() {
    let mut desk = Desk::with_cluster();
    desk.disk_fault = Some("no space left on device.".into());
    question(&mut desk, "1.1.accountability");
    desk.act(Action::Choose('n')).act(Action::Enter);
    let form = desk.session.form().expect("the form stays open");
    assert!(form.error.as_ref().unwrap().contains("no space left") && !form.saving);
    assert_eq!(form.chosen("value"), Some("no"));
    assert!(desk.book().workbook.answer("1.1.accountability", "").is_none());
    assert_eq!(*desk.book().state("1.1.accountability"), AnswerState::Missing);
    desk.disk_fault = None;
    desk.act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Walk));
    assert!(matches!(desk.book().state("1.1.accountability"), AnswerState::Unsatisfied(_)));
}

#[test]
fn what_is_typed_while_a_save_is_under_way_waits_for_it() {
    let mut desk = Desk::with_cluster();
    question(&mut desk, "1.1.accountability");
    desk.act(Action::Choose('y'));
    let effects = update(&mut desk.session, Action::Enter);
    let Some(Effect::Save { ticket, .. }) = effects.first() else { panic!("{effects:?}") };
    assert!(update(&mut desk.session, Action::Walk(walk::Action::NextOpen)).is_empty());
    assert!(desk.session.form().is_some(), "the walk waits");
    assert!(desk.book().workbook.answers.is_empty(), "nothing counts before it is on disk");
    update(&mut desk.session, Action::Book(book::Action::Saved(*ticket)));
    assert!(desk.session.form().is_none());
    assert_eq!(desk.book().workbook.answers.len(), 1);
    assert_eq!(desk.session.standing_on(), Some(Target::Question("1.1.idle_minutes".into())), "⇥ was done after it");
}

#[test]
fn a_form_that_is_left_keeps_what_was_typed() {
    let mut desk = Desk::with_cluster();
    question(&mut desk, "12.1.base_images");
    desk.typed("java21, of the platform team").act(Action::Back);
    assert!(matches!(desk.session.top(), Layer::Walk));
    question(&mut desk, "12.1.base_images");
    assert_eq!(desk.session.form().unwrap().text("value"), "java21, of the platform team");
    desk.act(Action::Back).act(Action::Quit);
    assert!(!desk.asked.iter().any(|e| matches!(e, Effect::Quit)), "leaving is asked once");
    desk.act(Action::Quit);
    assert!(desk.asked.iter().any(|e| matches!(e, Effect::Quit)));
}

#[test]
fn a_determination_against_the_proposal_needs_its_rationale() {
    let mut desk = Desk::with_cluster();
    assert_eq!(desk.book().proposals["3.1.a"].proposal, Some(Determined::NotInPlace));
    desk.act(Action::Walk(walk::Action::GoTo(Target::Practice("3.1.a".into())))).act(Action::Determine(determine::Action::Open));
    desk.act(Action::Enter);
    assert!(error_of(&desk, "finding").contains("choose"));
    desk.act(Action::Choose('p')).act(Action::Enter);
    assert!(error_of(&desk, "rationale").contains("rationale"));
    desk.typed("isolated nodes, seen on site").act(Action::Enter);
    let found = desk.disk.as_ref().unwrap().determination("3.1.a").unwrap();
    assert_eq!((found.finding, found.proposed), (Determined::InPlace, Some(Determined::NotInPlace)));
    assert!(!desk.book().open.iter().any(|o| o.target == Target::Practice("3.1.a".into())));
}

#[test]
fn a_compensating_control_asks_for_its_worksheet() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::Walk(walk::Action::GoTo(Target::Practice("3.1.a".into())))).act(Action::Determine(determine::Action::Open));
    desk.act(Action::Choose('p')).act(Action::NextField).act(Action::Choose('2'));
    assert!(desk.session.form().unwrap().row("constraint").is_some());
    desk.act(Action::NextField).typed("because").act(Action::Enter);
    assert!(error_of(&desk, "constraint").contains("constraint"));
    for part in ["constraint", "objective", "risk", "control", "validation", "maintenance"] {
        let at = desk.session.form().unwrap().rows.iter().position(|r| r.id == part).unwrap();
        desk.act(Action::Focus(at)).typed(&format!("the {part}"));
    }
    desk.act(Action::Enter);
    let found = desk.disk.as_ref().unwrap().determination("3.1.a").unwrap();
    assert_eq!(found.compensating.as_ref().unwrap().maintenance, "the maintenance");
}

#[test]
fn tab_leads_through_everything_in_order_and_round() {
    let mut desk = Desk::with_cluster();
    let open = desk.book().open.clone();
    assert!(open.len() > 49, "{}", open.len());
    let mut seen = vec![];
    for _ in 0..open.len() {
        desk.act(Action::Walk(walk::Action::NextOpen));
        seen.push(desk.session.standing_on().unwrap());
    }
    assert_eq!(seen, open.iter().map(|o| o.target.clone()).collect::<Vec<_>>());
    desk.act(Action::Walk(walk::Action::NextOpen));
    assert_eq!(desk.session.standing_on().as_ref(), Some(&open[0].target));
    desk.act(Action::Walk(walk::Action::PreviousOpen));
    assert_eq!(desk.session.standing_on().as_ref(), Some(&open[open.len() - 1].target));
    // Of one control the questions come before the determination.
    let of =
        |id: &str| open.iter().position(|o| o.target == Target::Question(id.into()) || o.target == Target::Practice(id.into())).unwrap();
    assert!(of("1.6.mfa_exceptions") < of("1.6.a") && of("1.6.a") < of("2.1.a"));
}

#[test]
fn an_assessment_can_be_done_with_three_keys() {
    let mut desk = Desk::with_cluster();
    for _ in 0..400 {
        let Some(next) = desk.session.next_open().cloned() else { break };
        desk.act(Action::Walk(walk::Action::NextOpen));
        assert_eq!(desk.session.expected().unwrap().0.target, next.target);
        desk.act(Action::Enter);
        if next.why == Why::Evidence {
            desk.act(Action::Back);
        }
        let Some(form) = desk.session.form() else { continue };
        match &form.rows[0].input {
            Input::Choice { .. } if form.row("finding").is_some() => {
                desk.act(Action::Choose('t')).act(Action::Focus(2)).typed("the entity").act(Action::Focus(3)).typed("left out");
            }
            Input::Choice { .. } => drop(desk.act(Action::ChooseNth(form.rows.len().min(1)))),
            Input::Text(_) => {
                for try_this in ["today", "10", "3 months", "none"] {
                    desk.act(Action::Focus(0)).act(Action::Type(Typed::ToStart)).act(Action::Type(Typed::ToEnd));
                    desk.typed(try_this).act(Action::Enter);
                    if desk.session.form().is_none() {
                        break;
                    }
                }
            }
        }
        desk.act(Action::Enter);
        if desk.session.form().is_some() {
            desk.act(Action::Back);
        }
    }
    let determined = desk.book().progress(desk.session.guidance.controls());
    assert_eq!((determined.determined, determined.of), (49, 49));
}

#[test]
fn the_place_is_kept_and_opened_again() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::Walk(walk::Action::GoTo(Target::Question("9.1.risk_analysis".into())))).act(Action::Quit);
    assert!(desk.asked.iter().any(|e| matches!(e, Effect::Quit)));
    let workbook = desk.disk.clone().unwrap();
    assert_eq!((workbook.place.control.as_str(), workbook.place.tab.as_str()), ("9.1", "questions"));
    let mut again = Desk::empty();
    let opened = Opened { dir: "/assessments/acme".into(), workbook, held_by: None, notices: vec![] };
    again.act(Action::Book(book::Action::Opened(Box::new(opened))));
    assert_eq!(again.session.standing_on(), Some(Target::Question("9.1.risk_analysis".into())));
    assert_eq!(again.session.context(), Context::Questions);
}

#[test]
fn undo_takes_back_an_answer_but_gives_no_reference_twice() {
    let mut desk = Desk::with_cluster();
    question(&mut desk, "1.1.accountability");
    desk.act(Action::Choose('y')).act(Action::Enter);
    desk.act(Action::Evidence(evidence::Action::Note)).typed("saw the login page").act(Action::Enter);
    assert_eq!(desk.book().workbook.evidence[0].kind, EvidenceKind::Observation);
    desk.act(Action::Book(book::Action::Undo));
    assert!(!desk.book().workbook.evidence[0].counts());
    desk.act(Action::Book(book::Action::Undo));
    assert!(desk.book().workbook.answers.is_empty());
    assert_eq!(desk.edits.last().unwrap().what, "undo answer 1.1.accountability");
    desk.act(Action::Evidence(evidence::Action::Note)).typed("again").act(Action::Enter);
    assert_eq!(desk.book().workbook.evidence[1].reference, "E-0002");
    assert_eq!(desk.disk.as_ref(), Some(&desk.book().workbook));
}

#[test]
fn an_answer_that_feeds_the_scope_judges_again_and_none_is_no_workload() {
    let mut desk = Desk::with_cluster();
    question(&mut desk, "9.1.high_risk");
    desk.typed("pay/Deployment/api, shop/Deployment/web").act(Action::Enter);
    assert_eq!(desk.book().workbook.scope.high_risk, ["pay/Deployment/api", "shop/Deployment/web"]);
    let judge = desk.asked.iter().rev().find_map(|e| match e {
        Effect::Judge { workbook, revision, cluster, .. } => Some((workbook.scope.clone(), *revision, cluster.clone())),
        _ => None,
    });
    let (scope, revision, cluster) = judge.expect("the cluster is judged again");
    assert_eq!(scope.high_risk.len(), 2);
    assert!(desk.book().clusters[0].judging);
    // A result for an older scope is not taken.
    desk.act(Action::Book(book::Action::Judged {
        cluster: cluster.clone(),
        revision: revision - 1,
        collection: Box::new(collection(&Scope::default())),
    }));
    assert!(desk.book().clusters[0].judging);
    desk.act(Action::Book(book::Action::Judged { cluster, revision, collection: Box::new(collection(&scope)) }));
    assert!(!desk.book().clusters[0].judging);
    question(&mut desk, "9.1.high_risk");
    desk.act(Action::Focus(0)).act(Action::Type(Typed::End)).act(Action::Type(Typed::ToStart)).typed("None").act(Action::Enter);
    assert!(desk.book().workbook.scope.high_risk.is_empty());
}

#[test]
fn a_form_that_is_open_while_a_cluster_is_judged_again_can_still_be_saved() {
    let mut desk = Desk::with_cluster();
    question(&mut desk, "1.1.accountability");
    let revision = desk.book().revision;
    desk.act(Action::Book(book::Action::Judged {
        cluster: "prod-eu".into(),
        revision,
        collection: Box::new(collection(&Scope::default())),
    }));
    assert_eq!(desk.edits.last().unwrap().what, "judge cluster prod-eu");
    desk.act(Action::Choose('y')).act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Walk), "{:?}", desk.session.form());
    assert!(desk.disk.as_ref().unwrap().answer("1.1.accountability", "").is_some());
    // The same where what was judged could not be kept.
    question(&mut desk, "1.1.accountability");
    desk.disk_fault = Some("no space left on device.".into());
    desk.act(Action::Book(book::Action::Judged {
        cluster: "prod-eu".into(),
        revision,
        collection: Box::new(collection(&Scope::default())),
    }));
    desk.disk_fault = None;
    desk.act(Action::Back).act(Action::Choose('n')).act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Walk), "{:?}", desk.session.form());
}

#[test]
fn what_is_opened_while_a_cluster_is_loaded_is_worked_out_once_it_is_there() {
    let mut desk = Desk::with_cluster();
    let (inventory, outcomes) = (collection(&Scope::default()).inventory, collection(&Scope::default()).outcomes);
    let workbook = desk.disk.clone().unwrap();
    let opened = Opened { dir: "/assessments/acme".into(), workbook, held_by: None, notices: vec![] };
    desk.act(Action::Book(book::Action::Opened(Box::new(opened))));
    assert!(desk.book().clusters[0].loading);
    desk.act(Action::Access(access::Action::Open));
    let wanted = |desk: &Desk| desk.asked.iter().any(|e| matches!(e, Effect::Register { .. }));
    assert!(!wanted(&desk));
    desk.act(Action::Book(book::Action::Loaded { cluster: "prod-eu".into(), outcomes, inventory: Some(inventory), before: None }));
    assert!(wanted(&desk));
}

#[test]
fn findings_are_shown_while_what_was_read_is_still_being_loaded_and_nothing_looks_empty_for_it() {
    let mut desk = Desk::with_cluster();
    let kassay_core::session::Collection { inventory, outcomes, .. } = collection(&Scope::default());
    let workbook = desk.disk.clone().unwrap();
    let opened = Opened { dir: "/assessments/acme".into(), workbook, held_by: None, notices: vec![] };
    desk.act(Action::Book(book::Action::Opened(Box::new(opened.clone()))));
    let found = |outcomes| Action::Book(book::Action::Found { cluster: "prod-eu".into(), outcomes, before: None });
    // Where no findings are kept, what the workbook tells stays.
    let told = desk.book().clusters[0].outcomes.clone();
    desk.act(found(Arc::default()));
    assert!(!told.is_empty() && Arc::ptr_eq(&told, &desk.book().clusters[0].outcomes));
    desk.act(found(outcomes.clone()));
    desk.act(Action::AllFindings(all_findings::Action::Open));
    assert!(desk.session.all_findings.count() > 0 && desk.book().clusters[0].loading);
    desk.act(Action::Back);
    // What needs the objects says that they are coming.
    let says = |desk: &mut Desk, words: &str| {
        assert!(desk.session.messages.iter().any(|m| m.what.contains(words)), "{:?}", desk.session.messages);
        desk.session.messages.clear();
    };
    desk.act(Action::Scope(scope::Action::Open));
    says(&mut desk, "are being loaded");
    assert!(!matches!(desk.session.top(), Layer::Scope(_)));
    let check = outcomes.iter().find(|o| !o.findings.is_empty()).unwrap().check.clone();
    desk.act(Action::Walk(walk::Action::GoTo(Target::Check(check)))).act(Action::Enter);
    let kept = |desk: &Desk| desk.asked.iter().any(|e| matches!(e, Effect::AttachText { .. }));
    desk.act(Action::Findings(findings::Action::Keep));
    says(&mut desk, "are being loaded");
    assert!(!kept(&desk));
    // It can't be read after all: the findings stay, and that they are all there is is told.
    let mut other = desk.session.clone();
    let failed = book::Action::LoadFailed { cluster: "prod-eu".into(), why: "It was cut.".into() };
    update(&mut other, Action::Book(failed));
    assert!(other.messages.iter().any(|m| m.what == "What was read of prod-eu can't be read"), "{:?}", other.messages);
    assert!(other.all_findings.count() > 0 && other.book.as_ref().unwrap().clusters[0].problem.is_some());
    let shown = desk.book().clusters[0].outcomes.clone();
    desk.act(Action::Book(book::Action::Loaded { cluster: "prod-eu".into(), outcomes, inventory: Some(inventory), before: None }));
    assert!(Arc::ptr_eq(&shown, &desk.book().clusters[0].outcomes) && !desk.book().clusters[0].loading);
    desk.act(Action::Findings(findings::Action::Keep));
    assert!(kept(&desk));
    let again = Opened { dir: "/assessments/other".into(), ..opened };
    desk.act(Action::Book(book::Action::Opened(Box::new(again))));
    assert!(desk.book().clusters[0].found.is_empty());
}

#[test]
fn a_determination_that_new_outcomes_contradict_is_to_be_confirmed() {
    let mut desk = Desk::with_cluster();
    // Nothing is in scope: nothing fails, so that “in place” is not against the proposal.
    desk.act(Action::Walk(walk::Action::GoTo(Target::Practice("3.1.a".into())))).act(Action::Determine(determine::Action::Open));
    desk.act(Action::Choose('f')).act(Action::Enter);
    let mut workbook = desk.disk.clone().unwrap();
    workbook.determinations[0].finding = Determined::InPlace;
    workbook.determinations[0].proposed = Some(Determined::InPlace);
    let opened = Opened { dir: "/assessments/acme".into(), workbook, held_by: None, notices: vec![] };
    desk.act(Action::Book(book::Action::Opened(Box::new(opened))));
    desk.read_cluster(collection(&Scope::default()));
    let found = desk.disk.as_ref().unwrap().determination("3.1.a").unwrap();
    assert!(found.to_confirm);
    let item = desk.book().open.iter().find(|o| o.target == Target::Practice("3.1.a".into())).unwrap();
    assert_eq!(item.why, Why::Confirm);
    desk.act(Action::Walk(walk::Action::GoTo(Target::Practice("3.1.a".into()))))
        .act(Action::Determine(determine::Action::Open))
        .act(Action::Choose('f'))
        .act(Action::Enter);
    assert!(!desk.disk.as_ref().unwrap().determination("3.1.a").unwrap().to_confirm);
}

#[test]
fn reading_again_touches_nothing_that_a_person_wrote() {
    let mut desk = Desk::with_cluster();
    question(&mut desk, "1.1.accountability");
    desk.act(Action::Choose('y')).act(Action::Enter);
    let before = desk.disk.clone().unwrap();
    desk.read_cluster(collection(&Scope::default()));
    let after = desk.disk.clone().unwrap();
    assert_eq!((before.answers, before.evidence), (after.answers, after.evidence));
    assert_eq!(after.clusters.len(), 1);
    assert!(desk.session.messages.iter().any(|m| m.what.contains("nothing has changed")), "{:?}", desk.session.messages);
}

#[test]
fn a_file_is_attached_and_named_in_the_answer_that_it_is_for() {
    let mut desk = Desk::with_cluster();
    question(&mut desk, "1.1.accountability");
    desk.act(Action::Choose('y'));
    let at = desk.session.form().unwrap().rows.iter().position(|r| r.id == "evidence").unwrap();
    desk.act(Action::Focus(at)).act(Action::Type(Typed::Char('+')));
    desk.typed("'/home/qsa/audit log.txt'").act(Action::Enter);
    assert!(desk.asked.iter().any(|e| matches!(e, Effect::Attach(p) if p.ends_with("audit log.txt"))), "{:?}", desk.asked);
    let refused = Attached { refused: Some("it holds a card number".into()), ..Default::default() };
    desk.act(Action::Evidence(evidence::Action::Attached(refused)));
    assert!(error_of(&desk, "file").contains("card number"));
    desk.act(Action::Enter);
    desk.act(Action::Evidence(evidence::Action::Attached(Attached {
        sha256: "a".repeat(64),
        size: 7,
        name: "audit log.txt".into(),
        ..Default::default()
    })));
    assert_eq!(desk.session.form().unwrap().text("evidence"), "E-0001");
    desk.act(Action::Enter);
    assert_eq!(*desk.book().state("1.1.accountability"), AnswerState::Satisfied);
    assert_eq!(desk.book().workbook.evidence[0].practices, ["1.1.a"]);
}

#[test]
fn what_somebody_else_holds_is_read_and_not_written() {
    let mut desk = Desk::with_cluster();
    let opened =
        Opened { dir: "/assessments/acme".into(), workbook: desk.disk.clone().unwrap(), held_by: Some("B. Other".into()), notices: vec![] };
    desk.act(Action::Book(book::Action::Opened(Box::new(opened)))).act(Action::Back);
    let edits = desk.edits.len();
    question(&mut desk, "1.1.accountability");
    desk.act(Action::Choose('y')).act(Action::Enter);
    assert!(desk.session.form().unwrap().error.as_ref().unwrap().contains("B. Other"));
    assert_eq!(desk.edits.len(), edits);
}

#[test]
fn card_numbers_that_are_typed_do_not_enter_the_workbook() {
    let mut desk = Desk::with_cluster();
    question(&mut desk, "12.1.base_images");
    desk.typed("none, card 4111111111111111 was used to test").act(Action::Enter);
    assert!(!desk.disk.as_ref().unwrap().print().unwrap().contains("4111111111111111"));
    assert!(desk.session.messages.iter().any(|m| m.what.contains("masked")));
    assert_eq!(desk.disk.as_ref(), Some(&desk.book().workbook));
}

#[test]
fn exceptions_are_for_all_that_is_marked() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::Walk(walk::Action::GoTo(Target::Check("3.1/baseline".into())))).act(Action::Enter);
    assert_eq!(desk.session.context(), Context::Findings);
    desk.act(Action::Findings(findings::Action::Mark))
        .act(Action::Findings(findings::Action::Mark))
        .act(Action::Findings(findings::Action::Except));
    desk.act(Action::Enter);
    assert!(error_of(&desk, "reason").contains("reason"));
    desk.typed("replaced by March").act(Action::NextField).typed("P. Latform").act(Action::NextField).typed("CISO");
    desk.act(Action::NextField).typed("+3m").act(Action::Enter);
    let exceptions = &desk.disk.as_ref().unwrap().exceptions;
    assert_eq!(exceptions.len(), 2);
    assert_eq!(exceptions[0].until.unwrap().to_string(), "2027-02-23");
    assert!(desk.book().exception(&exceptions[0].check, &exceptions[0].what).is_some_and(|e| e.what == exceptions[0].what));
    assert_eq!((exceptions[0].check.as_str(), exceptions[0].about.contains("spec.")), ("3.1/baseline", true));
    assert_eq!(desk.session.context(), Context::Findings);
}

#[test]
fn a_finding_is_kept_as_evidence_with_its_lines() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::Walk(walk::Action::GoTo(Target::Check("3.1/baseline".into())))).act(Action::Enter).act(Action::Enter);
    assert_eq!(desk.session.context(), Context::Finding);
    desk.act(Action::CopyCommand).act(Action::Findings(findings::Action::Keep));
    assert!(
        desk.asked
            .iter()
            .any(|e| matches!(e, Effect::Copy(words) if words.starts_with("kubectl get --") && words.contains(" -- deployments.apps ")))
    );
    let Some(Effect::AttachText { text, .. }) = desk.asked.last() else { panic!("{:?}", desk.asked) };
    assert!(text.contains("3.1/baseline") && text.contains("> "), "{text}");
    desk.act(Action::Evidence(evidence::Action::Attached(Attached {
        sha256: "b".repeat(64),
        size: 9,
        name: "f.txt".into(),
        ..Default::default()
    })));
    let kept = &desk.book().workbook.evidence[0];
    assert_eq!((kept.kind, kept.practices.as_slice()), (EvidenceKind::Query, ["3.1.a".to_owned()].as_slice()));
}

#[test]
fn a_finding_is_determined_at_its_own_control_wherever_the_walk_stands() {
    use kassay_core::session::Purpose;
    let mut desk = Desk::with_cluster();
    for (place, practice) in [("8.1.a", "3.1.a"), ("3.1.a", "3.1.a")] {
        desk.act(Action::Walk(walk::Action::GoTo(Target::Practice(place.into()))));
        desk.act(Action::AllFindings(all_findings::Action::Open)).act(Action::Filter).typed("hostPathVolumes").act(Action::Enter);
        desk.act(Action::Enter);
        if desk.session.context() == Context::AllFindings {
            desk.act(Action::Enter);
        }
        assert_eq!(desk.session.context(), Context::Finding, "{place}");
        desk.act(Action::Determine(determine::Action::Open));
        let purpose = desk.session.form().map(|form| format!("{:?}", form.purpose)).unwrap_or_default();
        assert!(matches!(desk.session.form().map(|f| &f.purpose), Some(Purpose::Determine { .. })), "{purpose}");
        assert!(purpose.contains(practice), "{place}: {purpose}");
        desk.act(Action::Back).act(Action::Back).act(Action::Back).act(Action::Back);
    }
}

#[test]
fn esc_answers_a_question_and_closes_nothing_below_it() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::Walk(walk::Action::GoTo(Target::Question("1.6.mfa_enforced".into()))));
    desk.act(Action::Answer(kassay_core::session::answer::Action::Open)).typed("y");
    let form = desk.session.context();
    desk.act(Action::Step(Step::Down)).typed("somebody");
    desk.act(Action::Quit);
    assert!(desk.session.messages.last().is_some_and(|message| message.what.contains("not saved")));
    desk.act(Action::Back);
    assert!(desk.session.messages.is_empty() && desk.session.form().is_some(), "{form:?}");
    // Asked once more, it asks again.
    desk.act(Action::Quit);
    assert!(!desk.session.messages.is_empty() && !desk.asked.iter().any(|effect| matches!(effect, Effect::Quit)));
}

#[test]
fn lists_keep_their_place_when_one_comes_back() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::Walk(walk::Action::GoTo(Target::Check("3.1/baseline".into())))).act(Action::Enter);
    desk.act(Action::Step(Step::Down)).act(Action::Filter).typed("ns:shop").act(Action::Enter);
    let view = desk.session.findings.view("3.1/baseline").unwrap();
    assert!(view.findings().len() > view.list.shown() && view.selected().is_some_and(|f| f.object.namespace == "shop"));
    let id = view.selected().unwrap().id.clone();
    desk.act(Action::Enter).act(Action::Back);
    desk.act(Action::Walk(walk::Action::NextOpen))
        .act(Action::Walk(walk::Action::GoTo(Target::Check("3.1/baseline".into()))))
        .act(Action::Enter);
    assert_eq!(desk.session.findings.view("3.1/baseline").unwrap().selected().unwrap().id, id);
}

#[test]
fn a_new_assessment_needs_only_the_entity_and_each_step_can_be_gone_back_to() {
    let mut desk = Desk::empty();
    desk.act(Action::Close).act(Action::Home(home::Action::Listed(vec![]))).act(Action::New(new::Action::Start));
    desk.act(Action::Enter);
    assert!(error_of(&desk, "entity").contains("entity"));
    desk.typed("Beta Acquiring").act(Action::Enter);
    assert_eq!(desk.session.context(), Context::Cluster);
    desk.act(Action::New(new::Action::Contexts(Err("no kubeconfig".into()))));
    // Files, demo, none: the second is the demo.
    desk.act(Action::Step(Step::Down)).act(Action::Enter);
    assert!(desk.asked.iter().any(|e| matches!(e, Effect::Preflight(_))));
    desk.act(Action::New(new::Action::PreflightFailed("no route".into()))).act(Action::Back);
    desk.act(Action::Back);
    assert_eq!(desk.session.form().unwrap().text("entity"), "Beta Acquiring");
    desk.act(Action::Enter).act(Action::Enter).act(Action::New(new::Action::PreflightDone(Box::default())));
    desk.act(Action::Enter);
    assert_eq!(desk.session.context(), Context::Scope);
    desk.act(Action::Scope(scope::Action::Everything)).act(Action::Enter).act(Action::Enter);
    let Some(Effect::CreateWorkbook { workbook, .. }) = desk.asked.last() else { panic!("{:?}", desk.asked) };
    assert_eq!(workbook.engagement.entity, "Beta Acquiring");
    let opened = Opened { dir: "/assessments/beta".into(), workbook: (**workbook).clone(), held_by: None, notices: vec![] };
    desk.act(Action::Book(book::Action::Opened(Box::new(opened))));
    assert_eq!(desk.session.context(), Context::Reading);
    assert!(matches!(desk.asked.last(), Some(Effect::Collect { .. })));
    desk.act(Action::Back);
    assert!(matches!(desk.asked.last(), Some(Effect::CancelCollect)));
    desk.act(Action::Reading(reading::Action::Failed(String::new())));
    assert_eq!(desk.session.context(), Context::Guidance.min(Context::Areas));
    assert!(desk.book().clusters.is_empty());
}

/// A further cluster is wanted, and is being asked.
fn adding(desk: &mut Desk, source: Source) {
    desk.act(Action::New(new::Action::AddCluster)).act(Action::New(new::Action::Contexts(Ok(vec![]))));
    let new = desk.session.new.as_mut().expect("the steps of a further cluster");
    (new.source, new.flight) = (Some(source), Flight::Running);
}

#[test]
fn whether_files_are_the_whole_cluster_is_asked_and_who_says_so_is_kept() {
    for (answer, who) in [(None, None), (Some('n'), None), (Some('y'), Some("ada"))] {
        let mut desk = Desk::empty();
        desk.session.user = "ada".into();
        desk.act(Action::New(new::Action::AddCluster)).act(Action::New(new::Action::Contexts(Ok(vec![])))).act(Action::Enter);
        assert!(matches!(desk.session.top(), Layer::Form(form) if form.row("complete").is_some()), "{:?}", desk.session.top());
        desk.typed("/dumps/prod").act(Action::Focus(1));
        if let Some(key) = answer {
            desk.act(Action::Choose(key));
        }
        desk.act(Action::Enter);
        let expected = Source::Paths { paths: vec!["/dumps/prod".into()], complete: who.map(str::to_owned) };
        assert!(matches!(desk.asked.last(), Some(Effect::Preflight(source)) if *source == expected), "{:?}", desk.asked.last());
    }
}

#[test]
fn a_cluster_is_read_again_as_it_was_reached() {
    let mut desk = Desk::empty();
    let paths = |names: &[&str]| Source::paths(names.iter().map(Into::into).collect());
    let sources = [
        Source::Context {
            kubeconfig: Some("/etc/audit/kubeconfig".into()),
            name: Some("prod-eu".into()),
            as_user: Some("auditor".into()),
            as_groups: vec!["qsa".into(), "read only".into()],
            request_timeout: Some(std::time::Duration::from_secs(90)),
            read_timeout: Some(std::time::Duration::ZERO),
        },
        // A name may hold what stood between names before.
        paths(&["/dumps/a | b.yaml", "/dumps/c"]),
        Source::Paths { paths: vec!["/dumps/whole".into()], complete: Some("Ada".into()) },
        Source::Demo,
    ];
    for (nth, source) in sources.into_iter().enumerate() {
        adding(&mut desk, source.clone());
        // What the world makes of a source is what is kept: here, the same.
        let flight = Preflight { source: Some(source.clone()), ..Preflight::default() };
        desk.act(Action::New(new::Action::PreflightDone(Box::new(flight)))).act(Action::Enter).act(Action::Enter).act(Action::Enter);
        let mut read = collection(&Scope::default());
        let inventory = Arc::make_mut(&mut read.inventory);
        inventory.cluster.uid = format!("uid-{nth}");
        // What was said of the files is in what was read of them.
        inventory.declared_complete = if let Source::Paths { complete, .. } = &source { complete.clone() } else { None };
        desk.act(Action::Reading(reading::Action::Collected(Box::new(read))));
        let text = desk.disk.as_ref().unwrap().print().unwrap();
        let workbook = Workbook::parse(&text).unwrap();
        let Some(record) = workbook.clusters.last() else { panic!("{text}") };
        assert_eq!(Source::of_record(record), Some(source.clone()), "{text}");
        // Another day: nothing but the file is there.
        let mut later = Desk::empty();
        let book = Workbook { clusters: vec![record.clone()], ..workbook.clone() };
        later.act(Action::Book(book::Action::Opened(Box::new(Opened {
            dir: "/assessments/acme".into(),
            workbook: book,
            held_by: None,
            notices: vec![],
        }))));
        later.act(Action::Reading(reading::Action::Again));
        assert!(matches!(later.asked.last(), Some(Effect::Collect { source: again, .. }) if *again == source), "{:?}", later.asked);
    }
    let of_words = |words: &str| {
        let mut record = desk.book().workbook.clusters[0].clone();
        (record.source, record.reached) = (words.into(), kassay_core::workbook::Reached::default());
        Source::of_record(&record)
    };
    // Words of workbooks that have no more than that.
    assert_eq!(of_words("context prod us"), Some(Source::context(Some("prod us".into()))));
    assert_eq!(of_words("files a | b"), Some(paths(&["a", "b"])));
    assert_eq!((of_words("current context"), of_words("files -"), of_words("snapshot")), (Some(Source::context(None)), None, None));
}

#[test]
fn another_cluster_behind_the_same_name_is_refused_and_may_be_added() {
    let mut desk = Desk::with_cluster();
    let before = desk.disk.clone();
    let other = || {
        let mut other = collection(&Scope::default());
        let cluster = &mut Arc::make_mut(&mut other.inventory).cluster;
        (cluster.uid, cluster.server) = ("uid-of-another".into(), "https://other.example".into());
        other
    };
    desk.read_cluster(other());
    assert_eq!(desk.disk, before);
    let message = desk.session.messages.last().unwrap();
    for words in ["is not prod-eu", "uid-of-another", "https://other.example", "uid-kube-system"] {
        assert!(message.what.contains(words), "{words}: {message:?}");
    }
    assert!(message.why.contains('+'), "{message:?}");
    assert!(matches!(desk.session.top(), Layer::Walk));
    // As a further cluster it is kept beside the other.
    desk.act(Action::Back);
    adding(&mut desk, Source::context(Some("prod-eu".into())));
    desk.act(Action::New(new::Action::PreflightDone(Box::default()))).act(Action::Enter).act(Action::Enter).act(Action::Enter);
    desk.act(Action::Reading(reading::Action::Collected(Box::new(other()))));
    let told: Vec<(&str, &str)> = desk.disk.as_ref().unwrap().clusters.iter().map(|c| (c.key.as_str(), c.uid.as_str())).collect::<Vec<_>>();
    assert_eq!(told, [("prod-eu", "uid-kube-system"), ("prod-eu-2", "uid-of-another")]);
}

#[test]
fn what_a_cluster_says_otherwise_is_shown_before_it_is_taken() {
    let mut desk = Desk::with_cluster();
    let changed = || {
        let mut read = collection(&Scope::default());
        let outcomes = Arc::make_mut(&mut read.outcomes);
        let at = outcomes.iter().position(|o| !o.findings.is_empty() && o.outcome != Outcome::Blocked).unwrap();
        let gone = outcomes[at].findings.remove(0);
        (read, gone.object.to_string())
    };
    let read = |desk: &mut Desk| {
        let (read, gone) = changed();
        desk.act(Action::Reading(reading::Action::Again)).act(Action::Reading(reading::Action::Collected(Box::new(read))));
        gone
    };
    let (before, edits) = (desk.disk.clone(), desk.edits.len());
    let gone = read(&mut desk);
    assert_eq!((desk.session.context(), &desk.disk), (Context::Preview, &before));
    let arrived = desk.session.reading.as_ref().unwrap().arrived.as_ref().unwrap();
    let rows: Vec<String> = arrived.differences.rows().into_iter().map(|row| format!("{row:?}")).collect();
    assert!(rows.iter().any(|row| row.contains("Gone") && row.contains(&gone)), "{rows:?}");
    // A click on the row where one stands takes nothing.
    desk.act(Action::Select(0)).act(Action::Step(Step::Down));
    // Esc leaves everything as it was.
    desk.act(Action::Back);
    assert_eq!((&desk.disk, desk.edits.len()), (&before, edits));
    assert!(matches!(desk.session.top(), Layer::Walk) && desk.session.reading.is_none());
    // ↵ takes it.
    read(&mut desk);
    desk.act(Action::Enter);
    assert!(desk.disk != before && desk.edits.last().unwrap().what == "read cluster prod-eu", "{:?}", desk.edits);
    assert!(matches!(desk.session.top(), Layer::Walk));
    // Whoever works on meanwhile is told, and is led there.
    let (fresh, _) = (collection(&Scope::default()), ());
    desk.act(Action::Reading(reading::Action::Again)).act(Action::Enter).act(Action::Reading(reading::Action::Collected(Box::new(fresh))));
    assert!(matches!(desk.session.top(), Layer::Walk));
    assert!(desk.session.messages.iter().any(|m| m.why.contains('R')), "{:?}", desk.session.messages);
    desk.act(Action::Back).act(Action::Reading(reading::Action::Again));
    assert_eq!(desk.session.context(), Context::Preview);
    // What a person wrote meanwhile is in what is taken.
    desk.act(Action::Enter);
    assert_eq!(desk.disk.as_ref().unwrap().outcomes, before.unwrap().outcomes);
}

#[test]
fn the_assessment_is_compared_with_another_that_is_named() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::Compare(compare::Action::Open)).typed("/assessments/last-year").act(Action::Enter);
    let Some(Effect::Compare { dir, other }) = desk.asked.last().cloned() else { panic!("{:?}", desk.asked) };
    assert_eq!(
        (dir.to_str(), other.to_str(), desk.session.context()),
        (Some("/assessments/acme"), Some("/assessments/last-year"), Context::Compare)
    );
    // What was asked about before is not what is waited for.
    let late = compare::Action::Failed { other: "/elsewhere".into(), why: "no".into() };
    desk.act(Action::Compare(late));
    assert!(desk.session.compare.failed.is_none() && desk.session.compare.differences.is_none());
    let entries = vec![Entry::to_confirm("1.1.a"), Entry::to_confirm("1.2.a")];
    desk.act(Action::Compare(compare::Action::Compared { other, entries }));
    let count = |desk: &Desk| desk.session.compare.differences.as_ref().unwrap().count();
    desk.act(Action::Filter);
    assert_eq!(desk.session.context(), Context::Filter);
    desk.typed("1.2").act(Action::Enter);
    assert_eq!((count(&desk), desk.session.context()), (1, Context::Compare));
    // Esc clears the filter, then goes back.
    desk.act(Action::Back);
    assert_eq!((count(&desk), desk.session.context()), (2, Context::Compare));
    desk.act(Action::Back);
    assert!(matches!(desk.session.top(), Layer::Walk));
}

#[test]
fn a_cluster_that_could_not_be_read_again_stays_with_when_and_why() {
    let mut desk = Desk::with_cluster();
    let before = desk.disk.clone().unwrap();
    desk.act(Action::Reading(reading::Action::Again)).act(Action::Reading(reading::Action::Failed("no route to host".into())));
    let record = desk.disk.as_ref().unwrap().clusters[0].clone();
    assert_eq!(record.failed.as_ref().map(|failed| failed.why.as_str()), Some("no route to host"));
    assert_eq!(
        (&record.uid, &record.snapshot, &desk.disk.as_ref().unwrap().outcomes),
        (&before.clusters[0].uid, &before.clusters[0].snapshot, &before.outcomes)
    );
    // Read at last, it is compared with what was found before that: where it says the same, it is taken, and is not failed any more.
    desk.act(Action::Enter).act(Action::Reading(reading::Action::Collected(Box::new(collection(&Scope::default())))));
    assert!(matches!(desk.session.top(), Layer::Walk), "{:?}", desk.session.context());
    assert_eq!((&desk.disk.as_ref().unwrap().clusters[0].failed, &desk.disk.as_ref().unwrap().outcomes), (&None, &before.outcomes));
    // One that is given up has not failed.
    desk.act(Action::Reading(reading::Action::Again)).act(Action::Reading(reading::Action::Failed(String::new())));
    assert_eq!(desk.disk.as_ref().unwrap().clusters[0].failed, None);
}

#[test]
fn an_assessment_that_is_being_made_is_not_made_twice() {
    let mut desk = Desk::empty();
    desk.session.book = None;
    desk.session.layers = vec![Layer::Home];
    desk.act(Action::New(new::Action::Start)).act(Action::New(new::Action::Contexts(Ok(vec![]))));
    desk.typed("Acme").act(Action::Enter);
    desk.session.new.as_mut().unwrap().source = Some(Source::Demo);
    desk.session.new.as_mut().unwrap().flight = Flight::Running;
    desk.act(Action::New(new::Action::PreflightDone(Box::default())));
    let made = |desk: &Desk| desk.asked.iter().filter(|e| matches!(e, Effect::CreateWorkbook { .. })).count();
    for _ in 0..6 {
        desk.act(Action::Enter);
    }
    assert_eq!(made(&desk), 1, "{:?}", desk.asked);
    // Where it could not be made, it can be tried again.
    desk.act(Action::Book(book::Action::OpenFailed { dir: "/assessments/acme".into(), why: "the disk is full.".into() }));
    desk.act(Action::Enter);
    assert_eq!(made(&desk), 2);
}

#[test]
fn each_register_counts_what_it_lists() {
    let mut desk = Desk::empty();
    let book = Opened { dir: "/assessments/acme".into(), workbook: whole::workbook(), held_by: None, notices: vec![] };
    desk.act(Action::Book(book::Action::Opened(Box::new(book))));
    let mut journal = Journal::default();
    journal.add(&Edit { what: "new assessment".into(), ..Edit::default() }, now(), "digest").unwrap();
    desk.act(Action::Book(book::Action::Journal(journal.lines)));
    for register in Register::ALL {
        let rows = desk.session.register_rows(register).len();
        assert!(rows > 0 && rows == desk.session.register_count(register), "{register:?}: {rows}");
    }
}

#[test]
fn a_further_cluster_is_chosen_from_every_kubeconfig_that_was_used() {
    let mut desk = Desk::with_cluster();
    desk.asked.clear();
    let with = |kubeconfig: &str| {
        let mut record = desk.book().workbook.clusters[0].clone();
        record.key = format!("of {kubeconfig}");
        record.reached.kubeconfig = kubeconfig.into();
        record
    };
    let more = ["/keys/a", "/keys/b", "/keys/a"].map(with);
    desk.session.book.as_mut().unwrap().workbook.clusters.extend(more);
    desk.act(Action::New(new::Action::AddCluster));
    assert!(
        matches!(desk.asked.last(), Some(Effect::Contexts(others)) if *others == ["/keys/a", "/keys/b"].map(PathBuf::from)),
        "{:?}",
        desk.asked
    );
    let row = |kubeconfig: Option<&str>| ContextRow {
        name: "prod".into(),
        current: true,
        kubeconfig: kubeconfig.map(Into::into),
        ..ContextRow::default()
    };
    let rows = vec![row(Some("/keys/a")), row(None), row(Some("/keys/b"))];
    desk.act(Action::New(new::Action::Contexts(Ok(rows))));
    // One stands on the current one of the usual kubeconfig.
    assert_eq!(desk.session.new.as_ref().unwrap().cursor.at, 1);
    desk.act(Action::Step(Step::Down)).act(Action::Enter);
    let chosen = Source::listed(Some("/keys/b".into()), Some("prod".into()));
    assert!(matches!(desk.asked.last(), Some(Effect::Preflight(source)) if *source == chosen), "{:?}", desk.asked);
}

#[test]
fn a_further_cluster_that_could_not_be_read_is_listed_until_it_is_read_or_withdrawn() {
    let mut desk = Desk::with_cluster();
    let fail = |desk: &mut Desk, name: &str| {
        adding(desk, Source::context(Some(name.into())));
        desk.act(Action::New(new::Action::PreflightDone(Box::default()))).act(Action::Enter).act(Action::Enter).act(Action::Enter);
        desk.act(Action::Reading(reading::Action::Failed("no route to host".into())));
    };
    let listed = |desk: &Desk| -> Vec<(String, bool)> {
        desk.disk.as_ref().unwrap().clusters.iter().map(|c| (c.key.clone(), c.failed.is_some())).collect()
    };
    fail(&mut desk, "prod-us");
    assert_eq!(listed(&desk), [("prod-eu".into(), false), ("prod-us".into(), true)]);
    // What is proposed over both is no pass any more.
    assert!(desk.book().proposals.values().all(|rolled| rolled.proposal != Some(Determined::InPlace)));
    // Tried again from there it is the same one, whatever comes of it.
    desk.act(Action::Enter).act(Action::Reading(reading::Action::Failed("no route to host".into())));
    assert_eq!(listed(&desk).len(), 2);
    desk.act(Action::Back);
    fail(&mut desk, "prod-us");
    assert_eq!(listed(&desk).len(), 2, "the same way leads to the same cluster");
    let mut other = collection(&Scope::default());
    Arc::make_mut(&mut other.inventory).cluster.uid = "uid-of-another".into();
    desk.act(Action::Enter).act(Action::Reading(reading::Action::Collected(Box::new(other))));
    assert_eq!(listed(&desk), [("prod-eu".into(), false), ("prod-us".into(), false)]);
    // One of another name in the kubeconfig is another one, and may be taken out again.
    fail(&mut desk, "prod-ap");
    desk.act(Action::Back).act(Action::Registers(registers::Action::Show(Register::Clusters)));
    desk.act(Action::Step(Step::Bottom)).act(Action::Registers(registers::Action::Withdraw)).typed("a slip in the name").act(Action::Enter);
    assert_eq!(listed(&desk).len(), 2, "{:?}", desk.session.layers);
}

#[test]
fn a_further_cluster_is_judged_in_the_scope_that_was_chosen_for_it() {
    let mut desk = Desk::with_cluster();
    adding(&mut desk, Source::Demo);
    let row = NamespaceRow { name: "marketing".into(), ..NamespaceRow::default() };
    desk.act(Action::New(new::Action::PreflightDone(Box::new(Preflight { namespaces: vec![row], ..Preflight::default() }))))
        .act(Action::Enter);
    assert_eq!(desk.session.context(), Context::Scope);
    desk.asked.clear();
    // CDE, connected, out of scope.
    desk.act(Action::Scope(scope::Action::Cycle)).act(Action::Scope(scope::Action::Cycle)).act(Action::Enter).act(Action::Enter);
    let out = |workbook: &Workbook| workbook.scope.category("marketing", &Default::default(), false) == Category::OutOfScope;
    assert!(out(desk.disk.as_ref().unwrap()));
    assert!(desk.asked.iter().any(|e| matches!(e, Effect::Judge { cluster, .. } if cluster == "prod-eu")), "{:?}", desk.asked);
    assert!(matches!(desk.asked.last(), Some(Effect::Collect { workbook, .. }) if out(workbook)), "{:?}", desk.asked);
}

/// Attaches a file with the form of the evidence tab.
fn attach(desk: &mut Desk, name: &str, recognised: Option<&str>) {
    desk.act(Action::Evidence(evidence::Action::Attach)).typed(name).act(Action::Enter);
    let sha256 = name.chars().next().unwrap().to_string().repeat(64);
    let recognised = recognised.map(str::to_owned);
    desk.act(Action::Evidence(evidence::Action::Attached(Attached {
        sha256,
        size: 7,
        name: name.into(),
        recognised,
        ..Attached::default()
    })));
    assert!(matches!(desk.session.top(), Layer::Walk), "{:?}", desk.session.form());
}

#[test]
fn clusters_are_judged_again_by_files_of_evidence_that_come_and_go() {
    let mut desk = Desk::with_cluster();
    desk.asked.clear();
    let judged = |desk: &mut Desk| {
        let asked: Vec<Effect> = std::mem::take(&mut desk.asked);
        asked.into_iter().any(|e| matches!(e, Effect::Judge { .. }))
    };
    attach(&mut desk, "network.pdf", None);
    assert!(!judged(&mut desk));
    attach(&mut desk, "audit.yaml", Some("an audit policy"));
    assert!(desk.session.messages.iter().any(|m| m.what.contains("an audit policy")), "{:?}", desk.session.messages);
    assert!(judged(&mut desk));
    desk.act(Action::Book(book::Action::Undo));
    assert!(judged(&mut desk), "taken back, it is not judged by any more");
    // What changes while a cluster is read is judged by once it is read.
    desk.act(Action::Reading(reading::Action::Again)).act(Action::Enter);
    attach(&mut desk, "bench.json", Some("kube-bench results"));
    assert!(judged(&mut desk));
    desk.act(Action::Reading(reading::Action::Collected(Box::new(collection(&Scope::default())))));
    assert!(judged(&mut desk));
}

#[test]
fn an_export_goes_where_one_says() {
    let mut desk = Desk::empty();
    desk.act(Action::Export(export::Action::Open));
    let target = |desk: &Desk| desk.session.export_target().unwrap().to_string_lossy().into_owned();
    assert_eq!(target(&desk), "acme-payments-2026-11-23.zip");
    let say = |desk: &mut Desk, path: &str| {
        desk.act(Action::Export(export::Action::To)).act(Action::Type(Typed::ToStart));
        for _ in 0..80 {
            desk.act(Action::Type(Typed::Delete));
        }
        desk.typed(path).act(Action::Enter);
        assert!(matches!(desk.session.top(), Layer::Export), "{:?}", desk.session.form());
    };
    for (typed, wanted) in [
        ("~/out/", "~/out/acme-payments-2026-11-23.zip"),
        ("/srv/x/final", "/srv/x/final.zip"),
        ("/srv/v1.2", "/srv/v1.2.zip"),
        ("report.html", "report.html"),
        ("'/srv/a b/report'", "/srv/a b/report.html"),
    ] {
        say(&mut desk, typed);
        assert_eq!(target(&desk), wanted, "{typed}");
    }
    // Another form keeps the place and takes its own ending.
    desk.act(Action::Step(Step::Up)).act(Action::Enter);
    let Some(Effect::Export { target, format, .. }) = desk.asked.last() else { panic!("{:?}", desk.asked) };
    assert_eq!((target.to_string_lossy().as_ref(), format.id()), ("/srv/a b/report", "bag"));
    assert!(desk.asked.iter().any(|effect| matches!(effect, Effect::Export { redact: false, .. })));
}

#[test]
fn an_export_without_names_is_not_called_by_one() {
    let mut desk = Desk::empty();
    desk.act(Action::Export(export::Action::Open)).act(Action::Export(export::Action::Names)).act(Action::Enter);
    let Some(Effect::Export { target, redact: true, .. }) = desk.asked.last() else { panic!("{:?}", desk.asked) };
    assert_eq!(target.to_string_lossy(), "redacted-2026-11-23.zip");
    // What is being written stays as it was begun.
    desk.act(Action::Export(export::Action::Names));
    assert!(desk.session.export.redact);
}

#[test]
fn an_export_that_is_being_written_can_be_left_or_stopped() {
    let mut desk = Desk::empty();
    let goes_on = |bytes| Action::Export(export::Action::Progress { done: 3, of: 17, bytes, name: "data/report.html".into() });
    desk.act(Action::Export(export::Action::Open)).act(Action::Enter).act(goes_on(1));
    assert_eq!(desk.session.context(), Context::Exporting);
    desk.act(Action::Step(Step::Down));
    // The walk goes on meanwhile, and the screen shows it again.
    desk.act(Action::Enter);
    assert!(!matches!(desk.session.top(), Layer::Export));
    desk.act(goes_on(2)).act(Action::Export(export::Action::Open));
    assert_eq!(desk.session.export.running.as_ref().map(|running| running.bytes), Some(2));
    let stops = |desk: &Desk| desk.asked.iter().filter(|effect| matches!(effect, Effect::CancelExport)).count();
    desk.act(Action::Back);
    assert_eq!((stops(&desk), desk.session.context()), (1, Context::Exporting));
    // What was on its way does not make it forget that it stops; a second Esc does not wait for that.
    desk.act(goes_on(3));
    assert!(desk.session.export.running.as_ref().is_some_and(|running| running.stopping));
    desk.act(Action::Back);
    assert!(stops(&desk) == 1 && !matches!(desk.session.top(), Layer::Export));
    desk.act(Action::Export(export::Action::Stopped));
    assert!(desk.session.export.running.is_none() && desk.session.export.failed.is_none());
    assert!(desk.session.messages.iter().any(|message| message.what.contains("nothing of it is left")), "{:?}", desk.session.messages);
    // It was written before it heard of being stopped, and says so.
    desk.act(Action::Back).act(Action::Export(export::Action::Open)).act(Action::Enter).act(Action::Back);
    let path = PathBuf::from("/srv/acme.zip");
    desk.act(Action::Export(export::Action::Written { path: path.clone(), sha256: "ab".into(), bytes: 9, files: 17 }));
    assert_eq!((desk.session.export.done.as_ref().map(|(path, ..)| path), stops(&desk)), (Some(&path), 2));
}

#[test]
fn errors_stay_until_they_are_read() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::NotDone("it can't be opened".into()));
    desk.act(Action::Step(Step::Down)).act(Action::Tick(now()));
    assert_eq!(desk.session.messages.len(), 1);
    let pane = desk.book().walk.pane;
    desk.act(Action::Walk(walk::Action::Tab(Tab::Checks))).act(Action::Back);
    assert!(desk.session.messages.is_empty());
    assert_eq!(desk.book().walk.pane, Pane::Work, "Esc closed the message, nothing else");
    let _ = pane;
}

/// What was heard, as it comes back from the world.
fn heard(desk: &Desk, record: Result<Attached, String>) -> Action {
    let probing = desk.session.probing.as_ref().expect("probes are being sent");
    let sent = |request: &kassay_core::kinds::ProbeRequest| kassay_core::kinds::Probe {
        request: request.clone(),
        at: now(),
        from: "10.0.0.9".into(),
        status: Some(200),
        error: String::new(),
        redirected_to: String::new(),
        asks_for: String::new(),
        anonymous_token: false,
        artifacts: vec![],
        more: false,
    };
    let probes = kassay_core::kinds::Probes {
        allowed_by: "assessor".into(),
        started_at: now(),
        stopped: probing.stopping,
        sent: probing.plan.requests.iter().take(1).map(sent).collect(),
        left_out: vec![],
        kubelets: vec![],
    };
    Action::Probes(probes::Action::Done(Probed {
        dir: probing.dir.clone(),
        cluster: probing.cluster.clone(),
        probes: Box::new(probes),
        record,
    }))
}

fn record() -> Attached {
    Attached { sha256: "a".repeat(64), size: 812, name: "active-probes.txt".into(), ..Attached::default() }
}

#[test]
fn nothing_is_sent_before_somebody_allows_the_list_and_what_was_heard_is_kept_and_judged() {
    let mut desk = Desk::with_cluster();
    desk.asked.clear();
    desk.act(Action::Probes(probes::Action::Open));
    assert_eq!(desk.session.context(), Context::Probes, "{:?}", desk.session.messages);
    let lines = desk.session.probing.as_ref().unwrap().lines.clone();
    assert!(lines.iter().any(|line| line == "HEAD https://registry.example/v2/cart/manifests/1.2"), "{lines:?}");
    // Going about in the list, and ↵ out of habit, send nothing.
    for action in [Action::Step(Step::Down), Action::Step(Step::Bottom), Action::Enter, Action::Left, Action::Walk(walk::Action::NextOpen)]
    {
        desk.act(action);
    }
    assert!(desk.asked.is_empty(), "{:?}", desk.asked);
    desk.act(Action::Probes(probes::Action::Open)).act(Action::Back);
    assert!(desk.asked.is_empty() && !matches!(desk.session.top(), Layer::Probes));
    // Allowed: exactly the list that stood there, for exactly that cluster, in the name of who said yes.
    desk.act(Action::Probes(probes::Action::Open)).act(Action::Probes(probes::Action::Send)).act(Action::Probes(probes::Action::Send));
    let [Effect::Probe { cluster, plan, allowed_by, source, .. }] = desk.asked.as_slice() else { panic!("{:?}", desk.asked) };
    assert_eq!((cluster.as_str(), allowed_by.as_str()), ("prod-eu", "assessor"));
    assert_eq!(*source, Source::context(Some("prod-eu".into())));
    assert_eq!(plan.requests, kassay_core::analysis::probing::plan(&support::inventory(), &Scope::default()).requests);
    // The walk goes on meanwhile.
    desk.act(Action::Probes(probes::Action::Progress(1, "https://registry.example".into()))).act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Walk));
    desk.asked.clear();
    let answer = heard(&desk, Ok(record()));
    desk.act(answer);
    let disk = desk.disk.as_ref().unwrap();
    let evidence = disk.evidence.last().expect("the record is evidence");
    assert_eq!(
        (evidence.sha256.as_str(), evidence.kind, evidence.by.as_str()),
        (record().sha256.as_str(), EvidenceKind::Query, "assessor")
    );
    assert_eq!(desk.edits.last().unwrap().what, "probe cluster prod-eu");
    let [Effect::Judge { inventory, .. }] = desk.asked.as_slice() else { panic!("{:?}", desk.asked) };
    assert_eq!(inventory.probes.as_ref().unwrap().sent.len(), 1);
    assert!(desk.session.probing.is_none());
}

#[test]
fn probes_that_are_stopped_or_fail_leave_a_true_state() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::Probes(probes::Action::Open)).act(Action::Probes(probes::Action::Send));
    desk.act(Action::Back);
    assert!(matches!(desk.asked.last(), Some(Effect::CancelProbes)), "{:?}", desk.asked);
    // What was heard until then counts, and says that it was stopped.
    let answer = heard(&desk, Err("the disk is full.".into()));
    desk.act(answer);
    assert!(desk.session.messages.iter().any(|m| m.why.contains("the disk is full")), "{:?}", desk.session.messages);
    assert!(desk.disk.as_ref().unwrap().evidence.is_empty());
    let Some(Effect::Judge { inventory, .. }) = desk.asked.last() else { panic!("{:?}", desk.asked) };
    assert!(inventory.probes.as_ref().unwrap().stopped);
    // They could not be sent at all: the list says why, and can be tried again.
    let mut desk = Desk::with_cluster();
    desk.act(Action::Probes(probes::Action::Open))
        .act(Action::Probes(probes::Action::Send))
        .act(Action::Probes(probes::Action::Failed("the kubeconfig is gone.".into())));
    assert_eq!(desk.session.context(), Context::Probes);
    assert_eq!(desk.session.probing.as_ref().unwrap().failed.as_deref(), Some("the kubeconfig is gone."));
    desk.act(Action::Probes(probes::Action::Send));
    assert_eq!(desk.asked.iter().filter(|e| matches!(e, Effect::Probe { .. })).count(), 2);
    // Leaving is asked once, and stops them; what comes later is not put into another assessment.
    let late = heard(&desk, Ok(record()));
    desk.act(Action::Enter).act(Action::Close);
    assert!(desk.session.book.is_some());
    desk.act(Action::Close);
    assert!(desk.session.book.is_none() && desk.asked.iter().any(|e| matches!(e, Effect::CancelProbes)));
    let saved = desk.edits.len();
    desk.act(late);
    assert_eq!(desk.edits.len(), saved);
}

#[test]
fn what_was_heard_is_not_lost_with_a_save_that_fails() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::Probes(probes::Action::Open)).act(Action::Probes(probes::Action::Send)).act(Action::Enter);
    let answer = heard(&desk, Ok(record()));
    question(&mut desk, "1.1.services_authenticated");
    desk.act(Action::Choose('y'));
    // Both wait for the answer's save: a key, and what came back from the world.
    let effects = update(&mut desk.session, Action::Enter);
    let [Effect::Save { ticket, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    assert!(update(&mut desk.session, Action::Evidence(evidence::Action::Note)).is_empty() && update(&mut desk.session, answer).is_empty());
    let after = update(&mut desk.session, Action::Book(book::Action::SaveFailed { ticket: *ticket, why: "the disk is full.".into() }));
    let [Effect::Save { workbook, .. }] = after.as_slice() else { panic!("{after:?}") };
    assert_eq!(workbook.evidence.len(), 1);
    assert!(matches!(desk.session.form().map(|f| &f.purpose), Some(kassay_core::session::Purpose::Answer { .. })));
}

#[test]
fn what_can_t_be_probed_says_why() {
    let mut desk = Desk::empty();
    desk.act(Action::Probes(probes::Action::Open));
    assert!(desk.session.messages.last().unwrap().why.contains("No cluster"), "{:?}", desk.session.messages);
    let mut desk = Desk::with_cluster();
    desk.session.messages.clear();
    desk.act(Action::Reading(reading::Action::Again)).act(Action::Enter).act(Action::Probes(probes::Action::Open));
    assert!(desk.session.messages.last().unwrap().why.contains("being read"), "{:?}", desk.session.messages);
    assert!(desk.session.probing.is_none());
    let mut desk = Desk::with_cluster();
    let record = &mut desk.session.book.as_mut().unwrap().workbook.clusters[0];
    record.reached = Source::paths(vec!["/dumps/prod".into()]).reached();
    desk.act(Action::Probes(probes::Action::Open));
    assert!(desk.session.messages.last().unwrap().why.contains("was not read from one"), "{:?}", desk.session.messages);
    let mut desk = Desk::with_cluster();
    desk.session.book.as_mut().unwrap().held_by = Some("B. Other".into());
    desk.act(Action::Probes(probes::Action::Open));
    assert!(desk.session.probing.is_none() && !matches!(desk.session.top(), Layer::Probes));
}

/// A register: somebody who reads, an account that makes bindings, a group of administrators.
fn register() -> Arc<Folded> {
    use kassay_core::analysis::rbac::folded::{Entry, Held, PathHeld, Rights, RuleWords};
    use kassay_core::model::Severity;
    let rule = |words: &str, of_paths: bool| RuleWords { words: words.into(), of_paths };
    let entry = |subject: Subject, namespace: &str, role: usize, paths: Vec<PathHeld>| Entry {
        categories: [Category::Cde].into(),
        held: vec![Held {
            namespace: namespace.into(),
            category: Category::Cde,
            role,
            binding: format!("RoleBinding pay/{}", subject.name),
            paths: paths.iter().map(|p| p.path).collect(),
        }],
        subject,
        paths,
        rows: 1,
    };
    let path = |severity, path| PathHeld { severity, path };
    Arc::new(Folded {
        complete: true,
        subjects: vec![
            entry(Subject::user("jane"), "pay", 0, vec![]),
            entry(Subject::group("admins"), "*", 1, vec![path(Severity::Critical, "bind"), path(Severity::High, "read_secrets")]),
            entry(Subject::account("shop", "deployer"), "pay", 2, vec![path(Severity::High, "read_secrets")]),
        ],
        roles: vec![
            Rights { role: "ClusterRole view".into(), rules: vec![rule("get pods", false), rule("get /metrics", true)] },
            Rights { role: "ClusterRole all".into(), rules: vec![rule("every verb on everything", false)] },
            Rights { role: "Role pay/empty".into(), rules: vec![] },
        ],
        rows: 3,
    })
}

#[test]
fn the_access_register_shows_the_worst_first_and_is_narrowed_by_words() {
    let mut desk = Desk::with_cluster();
    desk.asked.clear();
    desk.act(Action::Access(access::Action::Open));
    assert!(matches!(desk.asked.as_slice(), [Effect::Register { cluster, .. }] if cluster == "prod-eu"), "{:?}", desk.asked);
    desk.act(Action::Access(access::Action::Registered { cluster: "prod-eu".into(), register: register() }));
    let names = |desk: &Desk| {
        let list = &desk.session.access.view;
        list.list.rows().iter().map(|row| list.entry(row.item().unwrap()).unwrap().subject.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&desk), ["admins", "deployer", "jane"]);
    desk.act(Action::Step(Step::Down));
    for (words, wanted) in [
        ("kind:user", vec!["jane"]),
        ("PATH:secret", vec!["admins", "deployer"]),
        ("path:secret -sev:critical", vec!["deployer"]),
        ("cat:cde ns:pay", vec!["deployer", "jane"]),
        ("clusterrole", vec!["admins", "jane"]),
        ("nobody", vec![]),
    ] {
        desk.act(Action::Filter);
        assert_eq!(desk.session.context(), Context::Filter);
        desk.typed(words).act(Action::Enter);
        assert_eq!(names(&desk), wanted, "{words}");
        desk.act(Action::Back);
    }
    // The filter is gone, and who was selected before is not lost.
    assert_eq!((names(&desk).len(), desk.session.context()), (3, Context::Access));
    desk.act(Action::Step(Step::Top)).act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Holder { subject, .. } if subject.name == "admins"));
    desk.act(Action::Right).act(Action::Right).act(Action::Right);
    assert!(matches!(desk.session.top(), Layer::Holder { subject, .. } if subject.name == "jane"));
    desk.act(Action::Back);
    assert_eq!(desk.session.access.view.selected().unwrap().subject.name, "jane");
    // It is worked out once, and anew where the cluster was judged anew.
    desk.act(Action::Back).act(Action::Access(access::Action::Open));
    assert_eq!(desk.asked.len(), 1);
    desk.read_cluster(collection(&Scope::default()));
    assert_eq!(desk.asked.iter().filter(|e| matches!(e, Effect::Register { .. })).count(), 2);
}

#[test]
fn a_rule_for_paths_is_not_told_of_a_namespace() {
    use kassay_core::analysis::rbac::folded::Told;
    let register = register();
    let told = |at: usize| register.told(&register.subjects[at]);
    assert_eq!(told(0)[1..], [Told::Rule("get pods")]);
    assert!(
        matches!(&told(1)[..2], [Told::Paths(paths), Told::Role(role)] if paths == "critical: bind stronger roles, read Secrets" && role.contains("everywhere"))
    );
    assert!(matches!(told(2).last(), Some(Told::Rule(words)) if words.starts_with("no rule: the role is empty")));
}

#[test]
fn checks_that_judge_active_probes_are_shown_and_counted_as_any_other() {
    let guidance = kassay_core::guidance::Guidance::shipped().unwrap();
    for check in kassay_core::checks::all() {
        let control = guidance.controls().find(|control| control.id == check.control()).unwrap();
        let listed = kassay_core::session::checks_of(control);
        let row = listed.iter().position(|listed| listed.id == check.id).unwrap_or_else(|| panic!("{} is not shown", check.id));
        assert_eq!(kassay_core::session::item_at(control, Tab::Checks, row), Some(check.id));
    }
    let desk = Desk::with_cluster();
    let outcomes = &desk.book().workbook.outcomes;
    let blocked = |control: &str| outcomes.iter().filter(|o| o.check.starts_with(control) && o.outcome == Outcome::Blocked).count();
    let probe = outcomes.iter().find(|o| o.check == "1.1/anonymous-probe").unwrap();
    assert_eq!(probe.outcome, Outcome::Blocked);
    let control = guidance.controls().find(|control| control.id == "1.1").unwrap();
    assert_eq!(desk.book().progress(std::iter::once(control)).blocked, blocked("1.1/"));
}

/// What people wrote, as it is on disk: all but what was read, and the place.
fn written(desk: &Desk) -> toml::Table {
    let mut table = toml::Table::try_from(desk.disk.as_ref().unwrap()).unwrap();
    for read in ["cluster", "outcome", "place", "catalogue"] {
        table.remove(read);
    }
    table
}

#[test]
fn every_edit_of_a_person_can_be_taken_back_and_done_again() {
    let mut desk = Desk::with_cluster();
    let edits: [(&str, fn(&mut Desk)); 7] = [
        ("answer", |desk| {
            question(desk, "1.1.accountability");
            desk.act(Action::Choose('y')).act(Action::Enter);
        }),
        ("scope by an answer", |desk| {
            question(desk, "9.1.high_risk");
            desk.typed("pay/Deployment/api").act(Action::Enter);
        }),
        ("determination", |desk| {
            desk.act(Action::Walk(walk::Action::GoTo(Target::Practice("3.1.a".into())))).act(Action::Determine(determine::Action::Open));
            desk.act(Action::Choose('f')).act(Action::Enter);
        }),
        ("exception", |desk| {
            desk.act(Action::Walk(walk::Action::GoTo(Target::Check("3.1/baseline".into()))));
            desk.act(Action::Exceptions(kassay_core::session::exceptions::Action::Open));
            desk.typed("replaced by March").act(Action::NextField).typed("P. Latform").act(Action::NextField).typed("CISO");
            desk.act(Action::NextField).typed("+3m").act(Action::Enter);
        }),
        ("review", |desk| {
            let check = to_review(desk)[0].clone();
            desk.act(Action::Walk(walk::Action::GoTo(Target::Check(check)))).act(Action::Review(review::Action::Open)).act(Action::Enter);
        }),
        ("evidence", |desk| {
            desk.act(Action::Evidence(evidence::Action::Note)).typed("saw the login page").act(Action::Enter);
        }),
        ("scope", |desk| {
            desk.act(Action::Scope(scope::Action::Open)).act(Action::Scope(scope::Action::Cycle)).act(Action::Enter);
        }),
    ];
    let mut states = vec![written(&desk)];
    for (what, edit) in edits {
        edit(&mut desk);
        assert!(matches!(desk.session.top(), Layer::Walk), "{what}: {:?}", desk.session.form());
        states.push(written(&desk));
        assert_ne!(states[states.len() - 2], states[states.len() - 1], "{what}");
    }
    // Evidence that is taken back keeps its reference: of it, only what stands before counts.
    let without_evidence = |mut table: toml::Table| {
        table.remove("evidence");
        table
    };
    for before in states.iter().rev().skip(1) {
        desk.act(Action::Book(book::Action::Undo));
        assert_eq!(without_evidence(written(&desk)), without_evidence(before.clone()));
        assert!(desk.edits.last().unwrap().what.starts_with("undo "), "{:?}", desk.edits.last());
        assert!(desk.session.messages.iter().any(|m| m.what.starts_with("Taken back: ")), "{:?}", desk.session.messages);
    }
    let edits = desk.edits.len();
    desk.act(Action::Book(book::Action::Undo));
    assert_eq!(desk.edits.len(), edits, "nothing is left to take back");
    for after in states.iter().skip(1) {
        desk.act(Action::Book(book::Action::Redo));
        assert!(desk.edits.last().unwrap().what.starts_with("redo "), "{:?}", desk.edits.last());
        assert!(desk.session.messages.iter().any(|m| m.what.starts_with("Done again: ")), "{:?}", desk.session.messages);
        assert_eq!(without_evidence(written(&desk)), without_evidence(after.clone()));
    }
    assert_eq!(written(&desk), *states.last().unwrap(), "evidence is there again, as it was");
    // Another edit after some were taken back: those are gone for good, their references too.
    desk.act(Action::Book(book::Action::Undo)).act(Action::Book(book::Action::Undo));
    desk.act(Action::Evidence(evidence::Action::Note)).typed("another").act(Action::Enter);
    let edits = desk.edits.len();
    desk.act(Action::Book(book::Action::Redo));
    assert_eq!(desk.edits.len(), edits);
    let evidence = &desk.book().workbook.evidence;
    let told: Vec<(&str, &str)> = evidence.iter().map(|e| (e.reference.as_str(), e.title.as_str())).collect();
    assert_eq!(told, [("E-0001", "saw the login page"), ("E-0002", "another")]);
    assert_eq!(evidence.iter().map(|e| e.counts()).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn what_was_read_since_an_edit_is_not_taken_back_with_it() {
    let mut desk = Desk::with_cluster();
    question(&mut desk, "1.1.accountability");
    desk.act(Action::Choose('y')).act(Action::Enter);
    let mut other = collection(&Scope::default());
    Arc::make_mut(&mut other.inventory).cluster.version = "v1.35.0".into();
    desk.read_cluster(other);
    desk.act(Action::Probes(probes::Action::Open)).act(Action::Probes(probes::Action::Send)).act(Action::Enter);
    let answer = heard(&desk, Ok(record()));
    desk.act(answer);
    for way in [book::Action::Undo, book::Action::Redo] {
        desk.act(Action::Book(way));
        let disk = desk.disk.as_ref().unwrap();
        assert_eq!(disk.clusters[0].version, "v1.35.0");
        assert_eq!((disk.evidence.len(), disk.evidence[0].sha256.as_str()), (1, record().sha256.as_str()), "the record of probes stays");
    }
    assert_eq!(desk.disk.as_ref().unwrap().answers.len(), 1);
}

#[test]
fn an_edit_that_could_not_be_taken_back_still_can() {
    let mut desk = Desk::with_cluster();
    question(&mut desk, "1.1.accountability");
    desk.act(Action::Choose('y')).act(Action::Enter);
    for way in [book::Action::Undo, book::Action::Redo] {
        let before = desk.book().workbook.clone();
        desk.disk_fault = Some("no space left on device.".into());
        desk.act(Action::Book(way.clone()));
        assert!(desk.session.messages.iter().any(|m| m.why.contains("no space left")), "{:?}", desk.session.messages);
        assert_eq!(desk.book().workbook, before);
        desk.disk_fault = None;
        desk.act(Action::Book(way));
        assert_ne!(desk.book().workbook.answers, before.answers);
    }
}

/// What was asked to be kept last of what is typed.
fn kept(desk: &Desk) -> Option<kassay_core::workbook::drafts::Drafts> {
    desk.asked.iter().rev().find_map(|e| match e {
        Effect::KeepTyped(drafts) => Some((**drafts).clone()),
        _ => None,
    })
}

/// Time goes on by so many milliseconds.
fn later(desk: &mut Desk, milliseconds: i64) {
    let then = desk.session.now + jiff::SignedDuration::from_millis(milliseconds);
    desk.act(Action::Tick(then));
}

#[test]
fn what_is_typed_and_not_saved_is_kept_and_stands_in_its_form_again_after_a_crash() {
    let mut desk = Desk::with_cluster();
    // One form that was left, one that is open, with rows that are there only because of a choice.
    question(&mut desk, "12.1.base_images");
    desk.typed("java21,\nof the platform team").act(Action::Back);
    desk.act(Action::Walk(walk::Action::GoTo(Target::Practice("3.1.a".into())))).act(Action::Determine(determine::Action::Open));
    desk.act(Action::Choose('p')).act(Action::NextField).act(Action::Choose('2'));
    let at = desk.session.form().unwrap().rows.iter().position(|r| r.id == "risk").unwrap();
    desk.act(Action::Focus(at)).typed("first\nsecond \"line\"");
    later(&mut desk, 1001);
    let drafts = kept(&desk).expect("it is kept");
    assert_eq!(drafts.forms.len(), 2, "{drafts:?}");
    let drafts = kassay_core::workbook::drafts::Drafts::parse(&drafts.print().unwrap()).unwrap();
    // The program was killed. Another one opens the assessment.
    let mut again = Desk::with_cluster();
    again.act(Action::Book(book::Action::TypedFound(Ok(drafts.clone()))));
    let message = again.session.messages.last().unwrap();
    assert!(message.what.starts_with("2 forms") && message.why.contains("answer 12.1.base_images; determine 3.1.a"), "{message:?}");
    assert!(kept(&again).is_none(), "what lies there needs not be written again");
    again.act(Action::Back);
    question(&mut again, "12.1.base_images");
    assert_eq!(again.session.form().unwrap().text("value"), "java21,\nof the platform team");
    again.act(Action::Enter);
    assert!(again.disk.as_ref().unwrap().answer("12.1.base_images", "").is_some());
    assert_eq!(kept(&again).unwrap().forms.len(), 1, "what is saved is no draft any more");
    again.act(Action::Walk(walk::Action::GoTo(Target::Practice("3.1.a".into())))).act(Action::Determine(determine::Action::Open));
    let form = again.session.form().unwrap();
    assert_eq!((form.chosen("finding"), form.chosen("method")), (Some("in_place"), Some("compensating control")));
    assert_eq!(form.text("risk"), "first\nsecond \"line\"");
    again.act(Action::Forget);
    assert!(matches!(again.session.top(), Layer::Walk) && kept(&again).unwrap().is_empty());
    again.act(Action::Determine(determine::Action::Open));
    assert_eq!(again.session.form().unwrap().chosen("finding"), None);
}

#[test]
fn what_is_typed_is_kept_about_once_a_second_and_before_one_leaves() {
    let mut desk = Desk::with_cluster();
    question(&mut desk, "12.1.base_images");
    let count = |desk: &Desk| desk.asked.iter().filter(|e| matches!(e, Effect::KeepTyped(_))).count();
    for letter in "java".chars() {
        desk.act(Action::Type(Typed::Char(letter)));
    }
    assert_eq!(count(&desk), 1, "the first letter at once, the others when it is time");
    assert!(desk.session.is_behind());
    later(&mut desk, 400);
    assert_eq!(count(&desk), 1);
    later(&mut desk, 700);
    assert_eq!(count(&desk), 2);
    assert!(!desk.session.is_behind());
    later(&mut desk, 5000);
    assert_eq!(count(&desk), 2, "nothing new, nothing written");
    desk.act(Action::Type(Typed::Char('2')));
    desk.act(Action::Type(Typed::Char('1')));
    desk.asked.clear();
    // A signal comes, or the terminal goes away.
    desk.act(Action::End);
    let text = kept(&desk).unwrap().forms[0].rows[0].text.clone();
    assert_eq!(text.as_deref(), Some("java21"));
    // Leaving for the list of assessments keeps it too, and does not take it for saved.
    desk.typed("!").act(Action::Close).act(Action::Close);
    assert!(desk.session.book.is_none());
    assert_eq!(kept(&desk).unwrap().forms[0].rows[0].text.as_deref(), Some("java21!"));
    // What can't be kept is told once.
    let mut desk = Desk::with_cluster();
    question(&mut desk, "12.1.base_images");
    desk.typed("java");
    for _ in 0..3 {
        desk.act(Action::Book(book::Action::TypedNotKept("no space left on device.".into())));
        assert!(desk.session.is_behind());
        later(&mut desk, 1100);
    }
    assert_eq!(desk.session.messages.iter().filter(|m| m.why.contains("no space left")).count(), 1);
}

#[test]
fn what_somebody_else_holds_keeps_nothing_that_is_typed() {
    let mut desk = Desk::with_cluster();
    desk.session.book.as_mut().unwrap().held_by = Some("B. Other".into());
    question(&mut desk, "12.1.base_images");
    desk.typed("java").act(Action::Back);
    later(&mut desk, 5000);
    assert!(kept(&desk).is_none());
}

#[test]
fn enter_in_a_text_begins_a_line_and_saves_where_nothing_is_written() {
    let mut desk = Desk::with_cluster();
    let check = to_review(&desk)[0].clone();
    desk.act(Action::Walk(walk::Action::GoTo(Target::Check(check)))).act(Action::Review(review::Action::Open));
    assert_eq!(desk.session.context(), Context::Lines);
    desk.act(Action::NewLine);
    assert_eq!(desk.disk.as_ref().unwrap().reviews.len(), 1, "nothing to say, nothing to type");
    desk.act(Action::Review(review::Action::Open)).typed("one").act(Action::NewLine).typed("two").act(Action::Enter);
    assert_eq!(desk.disk.as_ref().unwrap().reviews[0].note, "one\ntwo");
}

#[test]
fn a_text_goes_to_the_editor_and_comes_back_without_being_saved() {
    let mut desk = Desk::with_cluster();
    question(&mut desk, "12.1.base_images");
    desk.typed("java21").act(Action::Edit);
    assert!(matches!(desk.asked.last(), Some(Effect::Edit)), "{:?}", desk.asked);
    desk.act(Action::Edited(Some("java21\r\nand \u{1b}[31mgo".into())));
    let form = desk.session.form().unwrap();
    assert_eq!((form.text("value"), form.touched, form.field().unwrap().cursor), ("java21\nand [31mgo", true, 17));
    assert!(desk.disk.as_ref().unwrap().answers.is_empty());
    desk.act(Action::Edited(None));
    assert_eq!(desk.session.form().unwrap().text("value"), "java21\nand [31mgo");
    // A row of one line has no editor.
    desk.act(Action::NextField);
    desk.asked.clear();
    desk.act(Action::Edit);
    assert!(desk.asked.is_empty());
}

//! Work papers: what each kind of evidence must have, the same file once, several at once, what is too old, where a piece leads; and what was found
//! wrong and mended meanwhile.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, unreachable_pub, dead_code, reason = "a test's failure is its message")]

#[path = "support/session.rs"]
mod support;

use kassay_core::model::{Outcome, Scope};
use kassay_core::session::{
    Action, Attached, Collection, Context, Effect, Flag, Layer, Register, Tab, Target, Typed, book, evidence, findings, registers,
    remediation, walk,
};
use kassay_core::workbook::{AnswerState, Day, Evidence, EvidenceKind};
use std::sync::Arc;
use support::{Desk, collection};

fn go(desk: &mut Desk, target: Target) {
    desk.act(Action::Walk(walk::Action::GoTo(target)));
}

fn question(id: &str) -> Target {
    Target::Question(id.into())
}

/// Answers a question by its first letter or in words.
fn answer(desk: &mut Desk, id: &str, key: char) {
    go(desk, question(id));
    desk.act(Action::Enter).act(Action::Choose(key)).act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Walk), "{:?}", desk.session.form());
}

/// Types a text into a row of the form on top, in place of what stands there.
fn put(desk: &mut Desk, row: &str, text: &str) {
    let at = desk.session.form().unwrap().rows.iter().position(|r| r.id == row).unwrap_or_else(|| panic!("no row {row}"));
    desk.act(Action::Focus(at)).act(Action::Type(Typed::End)).act(Action::Type(Typed::ToStart)).typed(text);
}

fn kind(desk: &mut Desk, key: char) {
    desk.act(Action::Focus(0)).act(Action::Choose(key));
}

fn rows(desk: &Desk) -> Vec<&'static str> {
    desk.session.form().unwrap().rows.iter().map(|r| r.id).collect()
}

fn fault(desk: &Desk) -> (&'static str, String) {
    let form = desk.session.form().expect("a form is open");
    form.rows.iter().find_map(|r| r.error.clone().map(|e| (r.id, e))).unwrap_or(("", form.error.clone().unwrap_or_default()))
}

fn file(name: &str) -> Attached {
    let digit = char::from_digit(u32::from(name.bytes().next().unwrap()) % 16, 16).unwrap();
    Attached { sha256: digit.to_string().repeat(64), size: 7, name: name.into(), ..Attached::default() }
}

/// Attaches a file where one stands.
fn attach(desk: &mut Desk, name: &str) {
    desk.act(Action::Evidence(evidence::Action::Attach)).typed(name).act(Action::Enter);
    desk.act(Action::Evidence(evidence::Action::Attached(file(name))));
}

fn pieces(desk: &Desk) -> &[Evidence] {
    &desk.book().workbook.evidence
}

fn day(text: &str) -> Option<Day> {
    Some(Day(text.parse().unwrap()))
}

fn flag(desk: &Desk, register: Register, id: &str) -> (Flag, String) {
    let row = desk.session.register_rows(register).iter().find(|r| r.id == id).cloned().unwrap();
    (row.flag, row.cells.last().cloned().unwrap_or_default())
}

#[test]
fn rows_follow_from_the_kind_and_a_slip_on_it_loses_nothing() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::Evidence(evidence::Action::Attach));
    assert!(rows(&desk).starts_with(&["kind", "file", "title", "version", "revised", "purpose", "effective"]), "{:?}", rows(&desk));
    put(&mut desk, "version", "3.2");
    kind(&mut desk, 'i');
    assert_eq!(
        rows(&desk),
        ["kind", "title", "person", "role", "on", "topics", "asked", "answered", "conclusion", "practices", "questions", "samples"]
    );
    put(&mut desk, "asked", "who signs in?");
    kind(&mut desk, 'd');
    assert!(!rows(&desk).contains(&"asked"));
    assert_eq!(desk.session.form().unwrap().text("version"), "3.2");
    // Saved as it is, what was asked would be lost.
    put(&mut desk, "file", "policy.pdf");
    desk.act(Action::Enter);
    let (row, why) = fault(&desk);
    assert!(row == "kind" && why.contains("“Asked”"), "{why}");
    assert!(!desk.asked.iter().any(|e| matches!(e, Effect::Attach(_))));
    kind(&mut desk, 'i');
    assert_eq!(desk.session.form().unwrap().text("asked"), "who signs in?");
    // A file that was typed is kept with every kind, so it is shown with every kind.
    assert_eq!(desk.session.form().unwrap().text("file"), "policy.pdf");
}

#[test]
fn each_kind_says_beside_its_row_what_it_must_have() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::Evidence(evidence::Action::Attach)).act(Action::Enter);
    assert_eq!(fault(&desk).0, "file");
    kind(&mut desk, 'q');
    desk.act(Action::Enter);
    assert_eq!(fault(&desk).0, "title");
    kind(&mut desk, 'o');
    desk.act(Action::Enter);
    assert_eq!(fault(&desk).0, "seen");
    kind(&mut desk, 'i');
    for (row, text) in [("title", "Sign-in"), ("topics", "sign-in"), ("answered", "by key"), ("person", "")] {
        desk.act(Action::Enter);
        assert_eq!(fault(&desk).0, row);
        put(&mut desk, row, text);
    }
    put(&mut desk, "role", "platform lead");
    put(&mut desk, "on", "tomorrow");
    desk.act(Action::Enter);
    assert_eq!(fault(&desk).0, "on");
    put(&mut desk, "on", "-3d");
    put(&mut desk, "samples", "S-07");
    desk.act(Action::Enter);
    assert!(fault(&desk).1.contains("S-07"));
    put(&mut desk, "samples", "");
    desk.act(Action::Enter);
    let piece = &desk.disk.as_ref().unwrap().evidence[0];
    let talk = piece.interview.as_ref().unwrap();
    assert_eq!((piece.kind, piece.title.as_str()), (EvidenceKind::Interview, "Sign-in"));
    assert_eq!((talk.role.as_str(), talk.on, talk.answered.as_str()), ("platform lead", day("2026-11-20"), "by key"));
    assert!(piece.observation.is_none() && piece.effective.is_none());
    // A report asks for the conclusion too.
    assert_eq!(flag(&desk, Register::Evidence, "E-0001"), (Flag::Attention, "tell your conclusion".into()));
}

#[test]
fn all_of_a_piece_but_file_and_reference_is_changed_in_the_register() {
    let mut desk = Desk::with_cluster();
    attach(&mut desk, "policy.pdf");
    let before = pieces(&desk)[0].clone();
    desk.act(Action::Registers(registers::Action::Show(Register::Evidence))).act(Action::Enter);
    assert!(!rows(&desk).contains(&"file"));
    for (row, text) in [
        ("title", "Access policy"),
        ("version", "1.10"),
        ("revised", "2026-06"),
        ("purpose", "who may sign in"),
        ("questions", "1.1.accountability"),
    ] {
        put(&mut desk, row, text);
    }
    desk.act(Action::Enter);
    let piece = pieces(&desk)[0].clone();
    assert_eq!(
        piece,
        Evidence {
            title: "Access policy".into(),
            version: "1.10".into(),
            revised: day("2026-06-01"),
            purpose: "who may sign in".into(),
            questions: vec!["1.1.accountability".into()],
            ..before
        }
    );
    assert_eq!(desk.edits.last().unwrap().what, "evidence E-0001");
    assert_eq!(flag(&desk, Register::Evidence, "E-0001").0, Flag::Fine);
    // Another day on which it was obtained, and another kind.
    desk.act(Action::Enter);
    put(&mut desk, "obtained", "2026-11-02");
    desk.act(Action::Enter);
    assert!(pieces(&desk)[0].obtained.to_string().starts_with("2026-11-02"));
    assert_eq!(pieces(&desk)[0].sha256, piece.sha256);
}

#[test]
fn the_same_file_is_kept_once_and_named_for_more() {
    let mut desk = Desk::with_cluster();
    attach(&mut desk, "policy.pdf");
    answer(&mut desk, "1.1.accountability", 'y');
    desk.act(Action::Enter);
    let at = desk.session.form().unwrap().rows.iter().position(|r| r.id == "evidence").unwrap();
    desk.act(Action::Focus(at)).act(Action::Type(Typed::Char('+')));
    let edits = desk.edits.len();
    desk.typed("/tmp/policy.pdf").act(Action::Enter);
    desk.act(Action::Evidence(evidence::Action::Attached(file("policy.pdf"))));
    let (row, why) = fault(&desk);
    assert!(row == "same" && why.contains("E-0001 (policy.pdf)"), "{why}");
    assert_eq!((pieces(&desk).len(), desk.edits.len()), (1, edits), "nothing is done before somebody said so");
    desk.act(Action::Choose('n')).act(Action::Enter);
    assert_eq!(fault(&desk).0, "file");
    let same = desk.session.form().unwrap().rows.iter().position(|r| r.id == "same").unwrap();
    desk.act(Action::Focus(same)).act(Action::Choose('y')).act(Action::Enter);
    desk.act(Action::Evidence(evidence::Action::Attached(file("policy.pdf"))));
    assert_eq!(desk.session.form().unwrap().text("evidence"), "E-0001");
    assert_eq!(pieces(&desk).len(), 1);
    assert_eq!(pieces(&desk)[0].questions, ["1.1.accountability"]);
    assert_eq!(desk.edits.last().unwrap().what, "name E-0001");
    // What was taken back holds nothing: the file may come again.
    desk.act(Action::Back).act(Action::Back);
    desk.act(Action::Registers(registers::Action::Show(Register::Evidence))).act(Action::Registers(registers::Action::Withdraw));
    desk.typed("the wrong one").act(Action::Enter).act(Action::Back);
    attach(&mut desk, "policy.pdf");
    assert_eq!(pieces(&desk)[1].reference, "E-0002");
}

#[test]
fn several_files_become_several_pieces_in_one_edit() {
    let mut desk = Desk::with_cluster();
    attach(&mut desk, "known.pdf");
    let edits = desk.edits.len();
    desk.act(Action::Evidence(evidence::Action::Drop("'/in/a plan.pdf' /in/b.pdf\n/in/known.pdf".into())));
    put(&mut desk, "title", "Plans");
    desk.act(Action::Enter);
    assert_eq!(fault(&desk).0, "title", "each has its own name");
    put(&mut desk, "title", "");
    put(&mut desk, "purpose", "network plans");
    desk.act(Action::Enter);
    let asked = desk.asked.iter().rev().find_map(|effect| if let Effect::AttachAll(paths) = effect { Some(paths) } else { None });
    let Some(paths) = asked else { panic!("{:?}", desk.asked) };
    assert_eq!(
        paths.iter().map(|p| p.to_string_lossy().into_owned()).collect::<Vec<_>>(),
        ["/in/a plan.pdf", "/in/b.pdf", "/in/known.pdf"]
    );
    // One that is refused registers none.
    let refused = Attached { refused: Some("not kept: it holds a card number".into()), ..file("b.pdf") };
    desk.act(Action::Evidence(evidence::Action::AttachedAll(vec![file("a plan.pdf"), refused])));
    assert!(fault(&desk).1.starts_with("b.pdf: not kept"), "{:?}", fault(&desk));
    assert_eq!(pieces(&desk).len(), 1);
    desk.act(Action::Enter);
    let all = vec![file("a plan.pdf"), file("b.pdf"), file("known.pdf"), Attached { name: "copy of b.pdf".into(), ..file("b.pdf") }];
    desk.act(Action::Evidence(evidence::Action::AttachedAll(all.clone())));
    assert_eq!(fault(&desk).0, "same");
    desk.act(Action::Enter).act(Action::Evidence(evidence::Action::AttachedAll(all)));
    assert_eq!(desk.edits.len(), edits + 1);
    assert_eq!(
        pieces(&desk).iter().map(|e| (e.reference.as_str(), e.title.as_str(), e.purpose.as_str())).collect::<Vec<_>>(),
        [("E-0001", "known.pdf", ""), ("E-0002", "a plan.pdf", "network plans"), ("E-0003", "b.pdf", "network plans"),]
    );
    desk.act(Action::Book(book::Action::Undo));
    assert_eq!(pieces(&desk).iter().filter(|e| e.counts()).count(), 1);
    attach(&mut desk, "c.pdf");
    assert_eq!(pieces(&desk)[3].reference, "E-0004", "no reference is given twice");
}

#[test]
fn one_key_makes_an_interview_of_an_answer_which_stays_as_it_is() {
    let mut desk = Desk::with_cluster();
    go(&mut desk, question("1.1.accountability"));
    desk.act(Action::Evidence(evidence::Action::Interview));
    assert!(desk.session.form().is_none() && desk.session.messages.iter().any(|m| m.what.contains("Answer it first")));
    desk.act(Action::Enter).act(Action::Choose('y'));
    put(&mut desk, "interviewed", "P. Engineer");
    put(&mut desk, "role", "platform lead");
    put(&mut desk, "on", "2026-11-20");
    put(&mut desk, "note", "by single sign-on");
    desk.act(Action::Enter);
    assert_eq!(*desk.book().state("1.1.accountability"), AnswerState::NeedsEvidence);
    let before = desk.book().workbook.answers.clone();
    desk.act(Action::Evidence(evidence::Action::Interview)).act(Action::Enter);
    let piece = &pieces(&desk)[0];
    let talk = piece.interview.as_ref().unwrap();
    assert_eq!((talk.person.as_str(), talk.role.as_str(), talk.on), ("P. Engineer", "platform lead", day("2026-11-20")));
    assert!(talk.answered.ends_with("\nby single sign-on") && !talk.asked.is_empty(), "{talk:?}");
    assert_eq!(desk.book().workbook.answers, before);
    // It serves the question, so the answer has its evidence.
    assert_eq!(*desk.book().state("1.1.accountability"), AnswerState::Satisfied);
}

#[test]
fn what_is_too_old_for_its_question_is_told_and_does_not_satisfy_it() {
    let mut desk = Desk::with_cluster();
    answer(&mut desk, "1.1.accountability", 'y');
    go(&mut desk, question("1.1.accountability"));
    desk.act(Action::Walk(walk::Action::Tab(Tab::Evidence))).act(Action::Evidence(evidence::Action::Attach)).typed("policy.pdf");
    put(&mut desk, "revised", "2025-03");
    put(&mut desk, "purpose", "who may sign in");
    put(&mut desk, "questions", "1.1.accountability");
    desk.act(Action::Enter).act(Action::Evidence(evidence::Action::Attached(file("policy.pdf"))));
    let (flag_, words) = flag(&desk, Register::Evidence, "E-0001");
    assert_eq!(flag_, Flag::Attention);
    assert!(words.starts_with("older than "), "{words}");
    assert_eq!(*desk.book().state("1.1.accountability"), AnswerState::NeedsEvidence);
    // A newer version is a new piece, for the same practices and questions, and the old one is not asked about any more.
    desk.act(Action::Registers(registers::Action::Show(Register::Evidence))).act(Action::Evidence(evidence::Action::NewVersion));
    let form = desk.session.form().unwrap();
    assert_eq!((form.text("replaces"), form.text("purpose"), form.text("revised")), ("E-0001", "who may sign in", ""));
    put(&mut desk, "file", "new.pdf");
    put(&mut desk, "version", "4");
    desk.act(Action::Enter).act(Action::Evidence(evidence::Action::Attached(file("new.pdf"))));
    assert_eq!(flag(&desk, Register::Evidence, "E-0001"), (Flag::Closed, "replaced by E-0002".into()));
    assert_eq!(flag(&desk, Register::Evidence, "E-0002").0, Flag::Fine);
    assert_eq!(*desk.book().state("1.1.accountability"), AnswerState::Satisfied);
    // Without an effective and a revision day it is judged by the day obtained, and that is said.
    let row = desk.session.register_rows(Register::Evidence).iter().find(|r| r.id == "E-0002").cloned().unwrap();
    assert!(row.detail.iter().any(|(_, words)| words.contains("neither an effective nor a revision day is told")), "{:?}", row.detail);
}

#[test]
fn a_piece_stands_under_all_that_it_serves_and_leads_there() {
    let mut desk = Desk::with_cluster();
    go(&mut desk, question("1.1.accountability"));
    desk.act(Action::Walk(walk::Action::Tab(Tab::Evidence)));
    let rows_of = |desk: &Desk| {
        let control = desk.session.guidance.control("1.1").unwrap();
        desk.book().evidence_rows(control)
    };
    let at = rows_of(&desk).iter().position(|r| r.of == question("1.1.accountability")).unwrap();
    desk.act(Action::Select(at)).act(Action::Evidence(evidence::Action::Attach));
    let form = desk.session.form().unwrap();
    assert_eq!((form.text("practices"), form.text("questions")), ("1.1.a", "1.1.accountability"));
    desk.act(Action::Back).act(Action::Back);
    desk.act(Action::Select(at)).act(Action::Evidence(evidence::Action::Note)).typed("a login screen").act(Action::Enter);
    let under: Vec<Target> = rows_of(&desk).into_iter().filter(|r| r.piece.is_some()).map(|r| r.of).collect();
    assert_eq!(under, [Target::Practice("1.1.a".into()), question("1.1.accountability")]);
    for wanted in under {
        go(&mut desk, Target::Control("1.1".into()));
        desk.act(Action::Walk(walk::Action::Tab(Tab::Evidence)));
        let at = rows_of(&desk).iter().position(|r| r.of == wanted && r.piece.is_some()).unwrap();
        desk.act(Action::Select(at));
        if desk.session.standing_on().is_none() {
            desk.act(Action::Enter);
        }
        assert_eq!(desk.session.standing_on(), Some(wanted));
    }
    // And from the register, and by its reference.
    go(&mut desk, Target::Control("9.1".into()));
    desk.act(Action::Registers(registers::Action::Show(Register::Evidence))).act(Action::Registers(registers::Action::Go));
    assert_eq!(desk.session.standing_on(), Some(question("1.1.accountability")));
    go(&mut desk, Target::Control("9.1".into()));
    go(&mut desk, Target::Evidence("E-0001".into()));
    assert_eq!(desk.session.context(), Context::Evidence);
    assert_eq!(desk.session.evidence_here().and_then(|r| r.piece).as_deref(), Some("E-0001"));
}

/// That cluster as it was read on another day, with another outcome of a check.
fn read_on(at: &str, check: &str, outcome: Option<Outcome>) -> Collection {
    let mut read = collection(&Scope::default());
    let inventory = Arc::make_mut(&mut read.inventory);
    inventory.cluster.collected_at = Some(at.parse().unwrap());
    let mut outcomes = (*read.outcomes).clone();
    if let Some(outcome) = outcome {
        let of_check = outcomes.iter_mut().find(|o| o.check == check).unwrap();
        of_check.outcome = outcome;
        of_check.findings.clear();
    }
    read.outcomes = Arc::new(outcomes);
    read
}

const CHECK: &str = "3.1/baseline";

fn begin(desk: &mut Desk, target: Target) {
    go(desk, target);
    desk.act(Action::Remediation(remediation::Action::Begin));
}

#[test]
fn what_was_mended_begins_at_what_is_wrong_and_has_its_words() {
    let mut desk = Desk::with_cluster();
    begin(&mut desk, Target::Check(CHECK.into()));
    let form = desk.session.form().unwrap();
    assert_eq!(
        (form.text("what"), form.text("cluster"), form.text("found"), form.text("practices")),
        (CHECK, "prod-eu", "2026-11-23", "3.1.a")
    );
    assert!(!form.text("before").is_empty());
    put(&mut desk, "conclusion", "gone");
    desk.act(Action::Enter);
    assert_eq!(fault(&desk).0, "retested");
    put(&mut desk, "retested", "today");
    desk.act(Action::Enter);
    assert_eq!(fault(&desk).0, "after");
    put(&mut desk, "conclusion", "");
    put(&mut desk, "retested", "");
    put(&mut desk, "evidence_before", "E-0009");
    desk.act(Action::Enter);
    assert!(fault(&desk).1.contains("E-0009"));
    put(&mut desk, "evidence_before", "");
    desk.act(Action::Enter);
    assert_eq!(flag(&desk, Register::Remediations, "M-01").0, Flag::Attention);
    // Begun again, the open one opens.
    begin(&mut desk, Target::Check(CHECK.into()));
    assert_eq!(desk.session.form().unwrap().title, "M-01");
    desk.act(Action::Back);
    // A finding keeps the check that found it.
    go(&mut desk, Target::Check(CHECK.into()));
    desk.act(Action::Enter).act(Action::Findings(findings::Action::Mend));
    let form = desk.session.form().unwrap();
    assert!(form.text("before").contains("Deployment"), "{}", form.text("before"));
    desk.act(Action::Enter);
    let entry = desk.book().workbook.remediations[1].clone();
    assert_eq!(
        (entry.check.as_str(), entry.cluster.as_str(), entry.practices.as_slice()),
        (CHECK, "prod-eu", ["3.1.a".to_owned()].as_slice())
    );
    assert_ne!(entry.what, CHECK);
    desk.act(Action::Back);
    // So does an answer that speaks against its practice; what is not wrong has nothing to be mended.
    begin(&mut desk, question("1.1.accountability"));
    assert!(desk.session.form().is_none());
    answer(&mut desk, "1.1.accountability", 'n');
    begin(&mut desk, question("1.1.accountability"));
    assert!(desk.session.form().unwrap().text("before").contains("Answered: no"));
    desk.act(Action::Enter);
    assert_eq!(desk.book().workbook.remediations[2].reference, "M-03");
    let passed = desk.book().clusters[0].outcomes.iter().find(|o| o.outcome == Outcome::Pass).unwrap().check.clone();
    begin(&mut desk, Target::Check(passed));
    assert!(desk.session.form().is_none() && desk.session.messages.iter().any(|m| m.what.contains("did not fail")));
}

/// Fills and saves the retest of the form on top.
fn retest(desk: &mut Desk, on: &str) {
    for (row, text) in [("after", "the pod was changed"), ("retested", on), ("conclusion", "mended")] {
        put(desk, row, text);
    }
    desk.act(Action::Enter);
    assert!(desk.session.form().is_none(), "{:?}", fault(desk));
}

#[test]
fn a_retest_is_held_against_what_is_read_after_it_and_changes_no_outcome() {
    let mut desk = Desk::with_cluster();
    let (outcomes, proposals) = (desk.book().workbook.outcomes.clone(), desk.book().proposals.clone());
    begin(&mut desk, Target::Check(CHECK.into()));
    retest(&mut desk, "today");
    assert_eq!((&desk.book().workbook.outcomes, &desk.book().proposals), (&outcomes, &proposals));
    assert_eq!(desk.book().workbook.remediations[0].retested_by, "assessor");
    // What was read is from before it.
    let (stands, words) = flag(&desk, Register::Remediations, "M-01");
    assert!(stands == Flag::Attention && words.contains("before the retest"), "{words}");
    desk.read_cluster(read_on("2026-11-24T10:00:00Z", CHECK, None));
    let (stands, words) = flag(&desk, Register::Remediations, "M-01");
    assert!(stands == Flag::Wrong && words.contains("after the retest"), "{words}");
    // What could not be judged is not mended.
    desk.read_cluster(read_on("2026-11-25T10:00:00Z", CHECK, Some(Outcome::Blocked)));
    assert_eq!(flag(&desk, Register::Remediations, "M-01").0, Flag::Attention);
    desk.read_cluster(read_on("2026-11-26T10:00:00Z", CHECK, Some(Outcome::Pass)));
    assert_eq!(flag(&desk, Register::Remediations, "M-01").0, Flag::Fine);
}

#[test]
fn a_finding_that_a_blocked_check_does_not_find_is_not_mended() {
    let mut desk = Desk::with_cluster();
    go(&mut desk, Target::Check(CHECK.into()));
    desk.act(Action::Enter).act(Action::Findings(findings::Action::Mend));
    retest(&mut desk, "today");
    desk.act(Action::Back);
    desk.read_cluster(read_on("2026-11-24T10:00:00Z", CHECK, None));
    assert_eq!(flag(&desk, Register::Remediations, "M-01").0, Flag::Wrong);
    desk.read_cluster(read_on("2026-11-25T10:00:00Z", CHECK, Some(Outcome::Blocked)));
    assert_eq!(flag(&desk, Register::Remediations, "M-01").0, Flag::Attention);
    desk.read_cluster(read_on("2026-11-26T10:00:00Z", CHECK, Some(Outcome::Pass)));
    assert_eq!(flag(&desk, Register::Remediations, "M-01").0, Flag::Fine);
}

#[test]
fn what_was_taken_back_keeps_who_took_it_back_first() {
    let mut desk = Desk::with_cluster();
    desk.act(Action::Evidence(evidence::Action::Note)).typed("saw the login page").act(Action::Enter);
    desk.act(Action::Registers(registers::Action::Show(Register::Evidence)));
    let take_back = |desk: &mut Desk, why: &str| {
        desk.act(Action::Registers(registers::Action::Withdraw)).typed(why).act(Action::Enter);
    };
    take_back(&mut desk, "a mistake");
    let first = desk.book().workbook.evidence[0].withdrawn.clone().unwrap();
    assert_eq!(first.why, "a mistake");
    desk.session.user = "somebody else".into();
    let edits = desk.edits.len();
    take_back(&mut desk, "another reason");
    assert_eq!(desk.book().workbook.evidence[0].withdrawn, Some(first));
    assert_eq!(desk.edits.len(), edits);
    let form = desk.session.form().unwrap();
    assert!(form.rows.iter().any(|row| row.error.as_deref() == Some("it was taken back already")), "{form:?}");
}

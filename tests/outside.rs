//! Something else changes the workbook while it is open: the walk shows what is on disk, asks where both changed the same, and loses nothing that was
//! typed. And saves that failed are tried again without taking back what was saved since.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, unreachable_pub, dead_code, reason = "a test's failure is its message")]

#[path = "support/session.rs"]
mod support;
#[path = "support/whole.rs"]
mod whole;

use kassay_core::model::Scope;
use kassay_core::session::{Action, Dispute, Effect, Layer, Target, book, update, walk};
use kassay_core::workbook::outside::{KEYS, differences};
use kassay_core::workbook::{Exception, Workbook};
use support::Desk;

const QUESTION: &str = "1.1.accountability";
const OTHER: &str = "1.1.services_authenticated";

fn question(desk: &mut Desk, id: &str) {
    desk.act(Action::Walk(walk::Action::GoTo(Target::Question(id.into())))).act(Action::Enter);
    assert!(matches!(desk.session.top(), Layer::Form(_)), "{:?}", desk.session.messages);
}

/// Accepts what is open; the save that is asked for.
fn accept(desk: &mut Desk) -> (u64, Workbook, Option<String>) {
    let effects = update(&mut desk.session, Action::Enter);
    let [Effect::Save { ticket, workbook, settled, .. }] = effects.as_slice() else { panic!("{effects:?}") };
    (*ticket, (**workbook).clone(), settled.clone())
}

fn tell(desk: &mut Desk, action: book::Action) -> Vec<Effect> {
    update(&mut desk.session, Action::Book(action))
}

fn exception(what: &str) -> Exception {
    Exception { reason: "by hand".into(), owner: "x".into(), ..Exception::of(what) }
}

#[test]
fn every_table_of_which_there_may_be_several_is_known_by_a_key() {
    let whole = toml::Table::try_from(whole::workbook()).unwrap();
    for (name, value) in &whole {
        let Some(rows) = value.as_array().filter(|rows| rows.iter().any(toml::Value::is_table)) else { continue };
        let (_, keys) = KEYS.iter().find(|(table, _)| table == name).unwrap_or_else(|| panic!("{name} needs its key in `outside::KEYS`"));
        for key in *keys {
            assert!(rows.iter().all(|row| row.get(*key).is_some()), "{name} has no {key}");
        }
    }
    assert!(KEYS.iter().all(|(table, _)| whole.contains_key(*table)));
    assert_eq!(differences(&whole::workbook(), &whole::workbook()).unwrap(), Vec::<String>::new());
    assert!(differences(&whole::workbook(), &support::workbook()).unwrap().len() > KEYS.len());
}

#[test]
fn what_came_from_outside_is_shown_once_it_is_on_disk() {
    let mut desk = Desk::with_cluster();
    question(&mut desk, QUESTION);
    desk.act(Action::Choose('y'));
    let (ticket, mut workbook, _) = accept(&mut desk);
    workbook.exceptions.push(exception("3.1/baseline"));
    let merged = workbook.clone();
    let odd = book::Action::SavedOddly { ticket, workbook: Some(Box::new(workbook)), notices: vec!["It was changed outside.".into()] };
    tell(&mut desk, odd);
    assert_eq!(desk.book().workbook, merged);
    assert!(!desk.book().faults.is_empty(), "what follows from it is worked out");
    assert!(matches!(desk.session.top(), Layer::Walk));
    assert!(desk.session.messages.iter().any(|m| m.what == "It was changed outside."));
    // What could be taken back would take the other's words with it.
    desk.act(Action::Book(book::Action::Undo));
    assert_eq!(desk.book().workbook, merged);
}

fn disputed(desk: &mut Desk) -> (Workbook, Workbook) {
    question(desk, QUESTION);
    desk.act(Action::Choose('y'));
    let (ticket, ours, settled) = accept(desk);
    assert_eq!(settled, None);
    let mut theirs = desk.book().workbook.clone();
    theirs.exceptions.push(exception("3.1/baseline"));
    let dispute = Dispute {
        what: vec![format!("answer {QUESTION}")],
        aside: "workbook.toml.outside-12345678".into(),
        digest: "d".repeat(64),
        theirs: theirs.clone(),
    };
    assert!(tell(desk, book::Action::Disputed { ticket, dispute: Box::new(dispute) }).is_empty());
    assert!(desk.session.pending.is_none());
    assert!(desk.session.form().unwrap().row("keep").is_some(), "{:?}", desk.session.form());
    (ours, theirs)
}

#[test]
fn what_was_entered_here_holds_where_that_is_chosen() {
    let mut desk = Desk::with_cluster();
    let (ours, _) = disputed(&mut desk);
    assert!(update(&mut desk.session, Action::Enter).is_empty(), "nothing is chosen by itself");
    desk.act(Action::Choose('m'));
    let (ticket, sent, settled) = accept(&mut desk);
    assert_eq!((sent, settled), (ours.clone(), Some("d".repeat(64))));
    tell(&mut desk, book::Action::Saved(ticket));
    assert!(matches!(desk.session.top(), Layer::Walk), "both forms are closed");
    assert_eq!(desk.book().workbook, ours);
}

#[test]
fn what_the_file_says_holds_where_that_is_chosen_and_what_was_typed_stays() {
    let mut desk = Desk::with_cluster();
    let (_, theirs) = disputed(&mut desk);
    desk.act(Action::Choose('t')).act(Action::Enter);
    assert_eq!(desk.book().workbook.exceptions, theirs.exceptions);
    assert!(desk.book().workbook.answer(QUESTION, "").is_none());
    let form = desk.session.form().expect("the answer is still open");
    assert!(form.chosen("value") == Some("yes") && !form.saving && form.error.is_none(), "{form:?}");
    // Its time may come yet.
    desk.act(Action::Enter);
    assert!(desk.book().workbook.answer(QUESTION, "").is_some());
    assert_eq!(desk.book().workbook.exceptions, theirs.exceptions);
}

#[test]
fn leaving_the_question_open_loses_nothing() {
    let mut desk = Desk::with_cluster();
    let before = desk.book().workbook.clone();
    disputed(&mut desk);
    desk.act(Action::Back);
    let form = desk.session.form().expect("the answer is still open");
    assert!(form.chosen("value") == Some("yes") && !form.saving, "{form:?}");
    assert!(form.error.as_ref().unwrap().contains("changed outside"), "{form:?}");
    assert_eq!(desk.book().workbook, before);
    desk.act(Action::Enter);
    assert!(desk.book().workbook.answer(QUESTION, "").is_some());
}

#[test]
fn a_failed_save_that_is_tried_again_takes_nothing_back_that_was_saved_since() {
    let mut desk = Desk::with_cluster();
    desk.disk_fault = Some("the disk is full.".into());
    desk.read_cluster(support::collection(&Scope::default()));
    assert_eq!(desk.session.unsaved.len(), 1, "{:?}", desk.session.messages);
    desk.disk_fault = None;
    question(&mut desk, QUESTION);
    desk.act(Action::Choose('y')).act(Action::Enter);
    desk.act(Action::Book(book::Action::Retry));
    let disk = desk.disk.as_ref().unwrap();
    assert!(desk.edits.last().unwrap().what.contains("cluster"), "{:?}", desk.edits.last());
    assert!(disk.answer(QUESTION, "").is_some(), "the answer that was given meanwhile is there");
    assert_eq!(*disk, desk.book().workbook);
}

#[test]
fn several_failed_saves_are_all_tried_again() {
    let mut desk = Desk::with_cluster();
    desk.disk_fault = Some("the disk is full.".into());
    let mut other = support::collection(&Scope::default());
    other.snapshot = "6".repeat(64);
    desk.read_cluster(support::collection(&Scope::default()));
    desk.read_cluster(other);
    assert_eq!(desk.session.unsaved.len(), 2, "{:?}", desk.session.messages);
    desk.disk_fault = None;
    let before = desk.edits.len();
    desk.act(Action::Book(book::Action::Retry));
    assert!(desk.session.unsaved.is_empty() && desk.session.pending.is_none());
    assert_eq!(desk.edits.len(), before + 2);
    assert_eq!(desk.disk.as_ref().unwrap().clusters[0].snapshot, "6".repeat(64), "the later one is the one that holds");
}

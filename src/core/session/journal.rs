//! The journal as a register: every accepted edit, the last one first, with who made it and what it changed. The store keeps it; it is asked for when
//! somebody looks at it, so that what something else wrote stands in it too.

use crate::session::book::desk::Desk;
use crate::session::book::lead::Next;
use crate::session::parts::form::Form;
use crate::session::parts::message::Message;
use crate::session::parts::register::{Flag, RegisterRow};
use crate::workbook::{JournalLine, Moment};

/// Columns of the register.
pub(in crate::session) const COLUMNS: [&str; 5] = ["No.", "When", "Who", "What", "Now"];

/// What is said to who would change it.
const STAYS: &str = "a line of the journal is never changed nor taken out: an edit that is taken back gets a line of its own";

/// The register.
pub(in crate::session) fn rows(desk: &Desk) -> Vec<RegisterRow> {
    desk.book.as_ref().map(|book| book.journal.iter().rev().map(row).collect()).unwrap_or_default()
}

fn row(line: &JournalLine) -> RegisterRow {
    let at = Moment(line.at).to_string();
    // What something else changed has no name in it.
    let (by, flag) = if line.by.is_empty() { ("not told".to_owned(), Flag::Attention) } else { (line.by.clone(), Flag::Fine) };
    let clock = line.clock.map(|clock| format!("said {}, before the line above it", Moment(clock))).unwrap_or_default();
    let mut detail = vec![
        ("What".to_owned(), line.what.clone()),
        ("Who".to_owned(), by.clone()),
        ("When".to_owned(), at.clone()),
        ("The clock".to_owned(), clock),
        ("Before".to_owned(), line.before.clone()),
        ("Now".to_owned(), line.after.clone()),
        ("Workbook".to_owned(), line.workbook.clone()),
    ];
    detail.retain(|(_, words)| !words.trim().is_empty());
    RegisterRow { name: None, id: line.n.to_string(), cells: vec![at, by, line.what.clone(), line.after.clone()], flag, detail }
}

/// There is no form: nothing of it is changed.
pub(in crate::session) fn open_entry(desk: &mut Desk, _: Option<&str>) -> Next {
    desk.messages.push(Message::info(format!("All of the line stands below; {STAYS}.")));
    Next::NONE
}

/// Nothing of it is changed.
pub(in crate::session) const fn accept_entry(_: &mut Desk, _: &Form, _: Option<&str>) -> Next {
    Next::NONE
}

/// Nothing of it is taken back.
pub(in crate::session) fn withdraw(desk: &mut Desk, _: &str, _: &str) -> Next {
    desk.fault("why", STAYS)
}

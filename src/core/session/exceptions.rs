//! Accepting an exception: for a check or for findings, with reason, owner and end. It changes no outcome.

use crate::session::book::desk::Desk;
use crate::session::book::edit::{Draft, Fault};
use crate::session::book::lead::Next;
use crate::session::book::standing::Target;
use crate::session::parts::days;
use crate::session::parts::form::{Form, Purpose, Row};
use crate::session::parts::message::Message;
use crate::session::parts::register::{Flag, RegisterRow};
use crate::workbook::{Day, Exception, Moment};

/// What is done to exceptions.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Opens the form for one.
    Open,
}

/// Accepts an exception for the check that one stands on.
pub(in crate::session) fn update(desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Open => {
            let what = match desk.standing_on() {
                Some(Target::Check(id)) => vec![id],
                _ => vec![],
            };
            open(desk, what);
            Next::NONE
        }
    }
}

/// Opens the form for an exception, by the ids of findings or of a check.
pub(in crate::session) fn open(desk: &mut Desk, what: Vec<String>) {
    if what.is_empty() {
        desk.messages.push(Message::info("An exception is made for a check or for findings: go to one of them first (tab 2)."));
        return;
    }
    let form = form(desk, what);
    desk.open_form(form);
}

/// The form for an exception.
fn form(desk: &Desk, what: Vec<String>) -> Form {
    let known = desk.book.as_ref().and_then(|b| b.workbook.exceptions.iter().find(|e| what.contains(&e.what)));
    let rows = vec![
        Row::lines("reason", "Reason", "why it is accepted, and what limits it", known.map_or("", |e| &e.reason)),
        Row::text("owner", "Owner", "who answers for it", known.map_or("", |e| &e.owner)),
        Row::text(
            "until",
            "Until",
            "last day it holds: 2027-03-31, +6m; empty = no end",
            known.and_then(|e| e.until).map(|d| d.to_string()).unwrap_or_default(),
        ),
    ];
    Form::new(Purpose::Exception { what }, rows)
}

/// ↵ in the form.
pub(in crate::session) fn accept(desk: &mut Desk, form: &Form, what: &[String]) -> Next {
    let read = read(desk, form, what);
    desk.keep(read)
}

fn read(desk: &Desk, form: &Form, what: &[String]) -> Result<(Draft, String), Fault> {
    let book = desk.book.as_ref().ok_or_else(|| ("reason", "no assessment is open".to_owned()))?;
    if form.text("reason").is_empty() {
        return Err(("reason", "an exception needs its reason".to_owned()));
    }
    if form.text("owner").is_empty() {
        return Err(("owner", "an exception needs somebody who answers for it".to_owned()));
    }
    let until = match form.text("until") {
        "" => None,
        text => Some(days::coming(text, desk.today()).map_err(|why| ("until", why))?),
    };
    let mut workbook = book.workbook.clone();
    workbook.exceptions.retain(|e| !what.contains(&e.what));
    workbook.exceptions.extend(what.iter().map(|id| Exception {
        reason: form.text("reason").to_owned(),
        owner: form.text("owner").to_owned(),
        until: until.map(Day),
        by: desk.user.clone(),
        at: Some(Moment(desk.now)),
        ..Exception::of(id)
    }));
    let words = match what.len() {
        1 => "The exception is saved. The outcome stays as it is; your determination decides.".to_owned(),
        n => format!("{n} exceptions are saved. The outcome stays as it is; your determination decides."),
    };
    let name = if what.len() == 1 { what.join("") } else { format!("{} findings", what.len()) };
    Ok((Draft { workbook, what: format!("exception {name}"), before: String::new(), after: form.text("reason").to_owned() }, words))
}

/// Columns of the register.
pub(in crate::session) const COLUMNS: [&str; 4] = ["Of", "Owner", "Until", "Reason"];

/// The register.
pub(in crate::session) fn rows(desk: &Desk) -> Vec<RegisterRow> {
    let Some(book) = desk.book.as_ref() else { return vec![] };
    let today = desk.today();
    let row = |exception: &Exception| {
        let until = exception.until.map_or_else(|| "no end".to_owned(), |day| day.to_string());
        let lapsed = exception.until.is_some_and(|until| until.0 < today);
        let mut detail = vec![
            ("Of".to_owned(), exception.what.clone()),
            ("Reason".to_owned(), exception.reason.clone()),
            ("Owner".to_owned(), exception.owner.clone()),
            ("Approved by".to_owned(), exception.approver.clone()),
            ("Until".to_owned(), until.clone()),
        ];
        detail.retain(|(_, words)| !words.is_empty());
        RegisterRow {
            id: exception.what.clone(),
            cells: vec![exception.owner.clone(), until, exception.reason.clone()],
            flag: if lapsed { Flag::Wrong } else { Flag::Fine },
            detail,
        }
    };
    book.workbook.exceptions.iter().map(row).collect()
}

/// Opens the form for an exception of the register. A new one begins at its check or finding.
pub(in crate::session) fn open_entry(desk: &mut Desk, id: Option<&str>) -> Next {
    open(desk, id.map(str::to_owned).into_iter().collect());
    Next::NONE
}

/// Exceptions have a form of their own.
pub(in crate::session) fn accept_entry(desk: &mut Desk, form: &Form, id: Option<&str>) -> Next {
    accept(desk, form, &id.map(str::to_owned).into_iter().collect::<Vec<_>>())
}

/// Takes an exception back: what it excepted counts again.
pub(in crate::session) fn withdraw(desk: &mut Desk, id: &str, why: &str) -> Next {
    let Some(book) = desk.book.as_ref() else { return Next::NONE };
    let mut workbook = book.workbook.clone();
    workbook.exceptions.retain(|exception| exception.what != id);
    let draft = Draft { workbook, what: format!("withdraw exception {id}"), before: id.to_owned(), after: why.to_owned() };
    desk.keep(Ok((draft, format!("The exception for {id} is taken back."))))
}

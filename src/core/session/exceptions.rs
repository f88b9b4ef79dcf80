//! Accepting an exception: for a check or for findings, with reason, owner, approver and end. It changes no outcome.

use crate::checks;
use crate::model::Finding;
use crate::session::book::assessment::Book;
use crate::session::book::desk::Desk;
use crate::session::book::edit::{Draft, Fault};
use crate::session::book::lead::Next;
use crate::session::book::standing::Target;
use crate::session::parts::days;
use crate::session::parts::form::{Choice, Form, Purpose, Row};
use crate::session::parts::message::Message;
use crate::session::parts::register::{Flag, Register, RegisterRow};
use crate::workbook::excepting::ExceptionFault;
use crate::workbook::{Day, Exception, Moment};
use std::collections::BTreeMap;

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

/// The form for an exception, on the cluster that is shown.
fn form(desk: &Desk, what: Vec<String>) -> Form {
    let known = desk.book.as_ref().and_then(|b| {
        let shown = b.shown().map_or("", |c| c.key.as_str());
        let mut of = b.workbook.exceptions.iter().filter(|e| what.contains(&e.what) && e.is_on(shown));
        of.clone().find(|e| !e.cluster.is_empty()).or_else(|| of.next())
    });
    let rows = rows_of(desk, known);
    let about = match what.as_slice() {
        [one] => desk.book.as_ref().and_then(|book| excepts(book, &what).pop()).map_or_else(|| one.clone(), |exception| exception.words()),
        many => format!("{} findings", many.len()),
    };
    Form::new(Purpose::Exception { what }, rows).titled("Exception", &about, "")
}

/// Exceptions that name what they except: the check, or the object and field of a finding on the cluster that is shown.
fn excepts(book: &Book, what: &[String]) -> Vec<Exception> {
    let found: BTreeMap<&str, (&str, &Finding)> = book
        .shown()
        .iter()
        .flat_map(|cluster| cluster.outcomes.iter())
        .flat_map(|outcome| outcome.findings.iter().map(|f| (f.id.as_str(), (outcome.check.as_str(), f))))
        .collect();
    let of = |id: &String| {
        let (check, about) = found
            .get(id.as_str())
            .map(|(check, finding)| ((*check).to_owned(), format!("{} {}", finding.object, finding.field).trim().to_owned()))
            .unwrap_or_default();
        Exception { check, about, ..Exception::of(id) }
    };
    what.iter().map(of).collect()
}

fn rows_of(desk: &Desk, known: Option<&Exception>) -> Vec<Row> {
    let until = known.and_then(|e| e.until).map(|d| d.to_string()).unwrap_or_default();
    let mut rows = vec![
        Row::lines("reason", "Reason", "why it is accepted, and what limits it", known.map_or("", |e| &e.reason)),
        Row::text("owner", "Owner", "who answers for it", known.map_or("", |e| &e.owner)),
        Row::text("approver", "Approved by", "who at the entity accepted the risk", known.map_or("", |e| &e.approver)),
        Row::text("until", "Until", "last day it holds: 2027-03-31, +6m", until),
    ];
    rows.extend(of_cluster(desk, known));
    rows
}

/// The choice of the cluster, where there are several: the one that is shown, because that is where it was seen.
fn of_cluster(desk: &Desk, known: Option<&Exception>) -> Option<Row> {
    let book = desk.book.as_ref()?;
    let told = known.map(|e| e.cluster.as_str());
    let mut keys: Vec<&str> = book.workbook.clusters.iter().map(|c| c.key.as_str()).collect();
    keys.extend(told.filter(|key| !key.is_empty() && !keys.contains(key)));
    if keys.len() < 2 {
        return None;
    }
    let wanted = told.unwrap_or_else(|| book.shown().map_or("", |c| c.key.as_str()));
    let all = std::iter::once(("".to_owned(), "all clusters".to_owned()));
    let options: Vec<Choice> = all
        .chain(keys.into_iter().map(|key| (key.to_owned(), key.to_owned())))
        .zip(1..)
        .map(|((value, label), nth)| Choice { key: char::from_digit(nth, 36).unwrap_or('?'), value, label })
        .collect();
    let at = options.iter().position(|o| o.value == wanted);
    Some(Row::choice("cluster", "Holds on", "by number", options, at))
}

/// ↵ in the form.
pub(in crate::session) fn accept(desk: &mut Desk, form: &Form, what: &[String]) -> Next {
    let read = read(desk, form, what);
    desk.keep(read)
}

/// What the form says of every exception that it is for. Whoever accepts a finding says why, who answers for it, who approved it and until when.
fn said(desk: &Desk, form: &Form) -> Result<Exception, Fault> {
    for (row, why) in [
        ("reason", "an exception needs its reason"),
        ("owner", "an exception needs somebody who answers for it"),
        ("approver", "an exception needs somebody who approved it"),
        ("until", "an exception needs its end: the last day on which it holds"),
    ] {
        if form.text(row).is_empty() {
            return Err((row, why.to_owned()));
        }
    }
    let until = days::coming(form.text("until"), desk.today()).map_err(|why| ("until", why))?;
    Ok(Exception {
        reason: form.text("reason").to_owned(),
        owner: form.text("owner").to_owned(),
        approver: form.text("approver").to_owned(),
        until: Some(Day(until)),
        cluster: form.chosen("cluster").unwrap_or("").to_owned(),
        by: desk.user.clone(),
        at: Some(Moment(desk.now)),
        ..Exception::of("")
    })
}

fn read(desk: &Desk, form: &Form, what: &[String]) -> Result<(Draft, String), Fault> {
    let book = desk.book.as_ref().ok_or_else(|| ("reason", "no assessment is open".to_owned()))?;
    let said = said(desk, form)?;
    let mut workbook = book.workbook.clone();
    workbook.exceptions.retain(|e| !what.contains(&e.what) || e.cluster != said.cluster);
    let of = |Exception { what, check, about, .. }| Exception { what, check, about, ..said.clone() };
    workbook.exceptions.extend(excepts(book, what).into_iter().map(of));
    let words = match what.len() {
        1 => "The exception is saved. The outcome stays as it is; your determination decides.".to_owned(),
        n => format!("{n} exceptions are saved. The outcome stays as it is; your determination decides."),
    };
    let made: Vec<String> =
        workbook.exceptions.iter().filter(|e| what.contains(&e.what) && e.cluster == said.cluster).map(Exception::words).collect();
    let name = match made.as_slice() {
        [one] => one.clone(),
        [first, rest @ ..] => format!("{first}, and {} more", rest.len()),
        [] => String::new(),
    };
    let after = match made.as_slice() {
        [] | [_] => said.reason.clone(),
        many => format!("{}\n{}", said.reason, many.join("\n")),
    };
    Ok((Draft { workbook, what: format!("exception {name}"), before: String::new(), after }, words))
}

/// Columns of the register.
pub(in crate::session) const COLUMNS: [&str; 5] = ["Of", "What", "Stands", "Owner", "Reason"];

/// The register. What excepts nothing any more is an error of it, and says so.
pub(in crate::session) fn rows(desk: &Desk) -> Vec<RegisterRow> {
    let Some(book) = desk.book.as_ref() else { return vec![] };
    let row = |exception: &Exception| {
        let faults = book.exception_faults(exception);
        let of = if exception.check.is_empty() { &exception.what } else { &exception.check };
        let of_check = checks::by_id(of);
        let about = match checks::by_id(&exception.what) {
            Some(check) => format!("all that it finds: {}", check.title),
            None => exception.about.clone(),
        };
        let check = of_check.map(|check| format!("{} {}", check.id, check.title)).unwrap_or_default();
        let wrong: Vec<String> = faults.iter().map(ToString::to_string).collect();
        let stands = wrong.first().cloned().unwrap_or_else(|| exception.standing(book.today));
        let written = exception.at.map(|at| format!("{} by {}", at, exception.by)).unwrap_or_default();
        let mut detail = vec![
            ("Wrong".to_owned(), wrong.join("\n")),
            ("Of".to_owned(), exception.what.clone()),
            ("Check".to_owned(), check),
            ("Object".to_owned(), exception.about.clone()),
            ("Cluster".to_owned(), if exception.cluster.is_empty() { "all".to_owned() } else { exception.cluster.clone() }),
            ("Reason".to_owned(), exception.reason.clone()),
            ("Owner".to_owned(), exception.owner.clone()),
            ("Approved by".to_owned(), exception.approver.clone()),
            ("Stands".to_owned(), exception.standing(book.today)),
            ("Written".to_owned(), written),
        ];
        detail.retain(|(_, words)| !words.is_empty());
        RegisterRow {
            name: Some(of.clone()),
            id: exception.id(),
            cells: vec![about, stands, exception.owner.clone(), exception.reason.clone()],
            flag: flag(faults),
            detail,
        }
    };
    book.workbook.exceptions.iter().map(row).collect()
}

/// What tells nothing of approver or end still holds, and what can't be looked up now may: somebody should look. All else is wrong.
fn flag(faults: &[ExceptionFault]) -> Flag {
    let softly = |fault: &ExceptionFault| matches!(fault, ExceptionFault::Incomplete(_)) || !fault.is_error();
    match faults {
        [] => Flag::Fine,
        some if some.iter().all(softly) => Flag::Attention,
        _ => Flag::Wrong,
    }
}

/// Opens the form for an exception of the register. A new one begins at its check or finding.
pub(in crate::session) fn open_entry(desk: &mut Desk, id: Option<&str>) -> Next {
    let known = id.and_then(|id| desk.book.as_ref()?.workbook.exceptions.iter().find(|e| e.id() == id)).cloned();
    let Some(known) = known else {
        open(desk, vec![]);
        return Next::NONE;
    };
    let help = "An exception changes no outcome: what is excepted does not pass. A lapsed one gets a new end here, or is taken back (x).";
    let purpose = Purpose::Entry { register: Register::Exceptions, id: Some(known.id()) };
    let form = Form::new(purpose, rows_of(desk, Some(&known))).titled("Exception", &known.words(), help);
    desk.open_form(form);
    Next::NONE
}

/// ↵ in the form of an exception of the register.
pub(in crate::session) fn accept_entry(desk: &mut Desk, form: &Form, id: Option<&str>) -> Next {
    let read = read_entry(desk, form, id.unwrap_or_default());
    desk.keep(read)
}

fn read_entry(desk: &Desk, form: &Form, id: &str) -> Result<(Draft, String), Fault> {
    let gone = || ("reason", format!("there is no exception for {id} any more"));
    let book = desk.book.as_ref().ok_or_else(gone)?;
    let known = book.workbook.exceptions.iter().find(|e| e.id() == id).ok_or_else(gone)?;
    let Exception { what, check, about, .. } = known.clone();
    let mut said = Exception { what, check, about, ..said(desk, form)? };
    if form.row("cluster").is_none() {
        said.cluster.clone_from(&known.cluster);
    }
    let mut workbook = book.workbook.clone();
    workbook.exceptions.retain(|e| e.id() != id && e.id() != said.id());
    let (what, after) = (format!("exception {}", said.words()), said.reason.clone());
    workbook.exceptions.push(said);
    let draft = Draft { workbook, what, before: known.reason.clone(), after };
    Ok((draft, "The exception is changed. The outcome stays as it is.".to_owned()))
}

/// Takes an exception back: what it excepted counts again.
pub(in crate::session) fn withdraw(desk: &mut Desk, id: &str, why: &str) -> Next {
    let Some(book) = desk.book.as_ref() else { return Next::NONE };
    let mut workbook = book.workbook.clone();
    let words = book.workbook.exceptions.iter().find(|e| e.id() == id).map_or_else(|| id.to_owned(), Exception::words);
    workbook.exceptions.retain(|exception| exception.id() != id);
    let draft = Draft { workbook, what: format!("withdraw exception {words}"), before: id.to_owned(), after: why.to_owned() };
    desk.keep(Ok((draft, format!("The exception for {words} is taken back."))))
}

//! What was found wrong and mended while the assessment goes on: before, after, tested again. It changes no outcome and no proposal: those follow
//! from what is read and answered then.

use crate::checks;
use crate::guidance::Guidance;
use crate::model::{Determined, Outcome};
use crate::session::book::assessment::Book;
use crate::session::book::desk::Desk;
use crate::session::book::edit::{Draft, Fault};
use crate::session::book::lead::{Next, Wrong};
use crate::session::book::standing::Target;
use crate::session::parts::form::{Form, Purpose, Row};
use crate::session::parts::message::Message;
use crate::session::parts::register::{Flag, Register, RegisterRow};
use crate::session::parts::{days, ids};
use crate::workbook::accept::day_of;
use crate::workbook::evidence::read_references;
use crate::workbook::remediation::{Found, Standing, standing};
use crate::workbook::{AnswerState, Day, Moment, Remediation, Workbook};
use jiff::civil::Date;

/// What is done to what was mended.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Begins one, of what one stands on.
    Begin,
}

/// Begins.
pub(in crate::session) fn update(desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Begin => match wrong_here(desk) {
            Ok(wrong) => begin(desk, wrong),
            Err(why) => {
                desk.messages.push(Message::info(why));
                Next::NONE
            }
        },
    }
}

/// What is wrong where one stands.
fn wrong_here(desk: &Desk) -> Result<Wrong, String> {
    let book = desk.book.as_ref().ok_or_else(|| "no assessment is open".to_owned())?;
    match desk.standing_on() {
        Some(Target::Check(id)) => of_check(desk, book, &id),
        Some(Target::Question(id)) => of_question(desk, book, &id),
        Some(Target::Practice(id)) => match book.workbook.determination(&id) {
            Some(d) if d.finding == Determined::NotInPlace => Ok(Wrong {
                what: id.clone(),
                practices: vec![id],
                before: d.rationale.clone(),
                found: Some(Day(day_of(d.at.0))),
                ..Wrong::default()
            }),
            _ => Err(format!("{id} is not determined as not in place: there is nothing to be mended.")),
        },
        _ => Err("What was mended begins at a failed check, a finding, or an answer that speaks against its practice.".to_owned()),
    }
}

fn of_check(desk: &Desk, book: &Book, id: &str) -> Result<Wrong, String> {
    let outcome = book.outcome(id).ok_or_else(|| "The check was not run: no cluster was read.".to_owned())?;
    if !matches!(outcome.outcome, Outcome::Fail | Outcome::Review) {
        return Err("There is nothing to be mended: the check did not fail.".to_owned());
    }
    let title = checks::by_id(id).map_or(id, |check| check.title);
    Ok(Wrong {
        what: id.to_owned(),
        cluster: book.shown().map(|c| c.key.clone()).unwrap_or_default(),
        practices: outcome.practices.clone(),
        before: format!("{title}: {}", outcome.reason),
        found: desk.read_at().map(|at| Day(day_of(at))),
        ..Wrong::default()
    })
}

fn of_question(desk: &Desk, book: &Book, id: &str) -> Result<Wrong, String> {
    let AnswerState::Unsatisfied(_) = book.state(id) else {
        return Err("There is nothing to be mended: no answer here speaks against its practice.".to_owned());
    };
    let question = desk.guidance.question(id).ok_or_else(|| "There is no such question.".to_owned())?;
    let answers = book.workbook.answers.iter().filter(|a| a.question == id);
    let against =
        |a: &&crate::workbook::Answer| crate::workbook::accept::state(question, Some(a), &book.workbook, desk.today()).is_against();
    let answer = answers.clone().find(against).or_else(|| answers.clone().next()).ok_or_else(|| "There is no answer yet.".to_owned())?;
    let note = if answer.note.is_empty() { String::new() } else { format!("\n{}", answer.note) };
    Ok(Wrong {
        what: id.to_owned(),
        cluster: answer.cluster.clone(),
        practices: question.practices.clone(),
        before: format!("{} Answered: {}.{note}", question.text.trim(), answer.value),
        found: Some(answer.on.unwrap_or_else(|| Day(day_of(answer.at.0)))),
        evidence: answer.evidence.clone(),
        ..Wrong::default()
    })
}

/// Opens the form for something wrong: the one that is open already, or a new one.
pub(in crate::session) fn begin(desk: &mut Desk, wrong: Wrong) -> Next {
    let known = desk.book.as_ref().and_then(|book| {
        let mut open = book.workbook.remediations.iter().filter(|r| r.withdrawn.is_none() && r.retested.is_none());
        open.find(|r| r.what == wrong.what && r.cluster == wrong.cluster).map(|r| r.reference.clone())
    });
    if let Some(reference) = known {
        return open_entry(desk, Some(&reference));
    }
    let entry = Remediation {
        reference: String::new(),
        what: wrong.what,
        check: wrong.check,
        cluster: wrong.cluster,
        practices: wrong.practices,
        before: wrong.before,
        found: wrong.found,
        evidence_before: wrong.evidence,
        after: String::new(),
        evidence_after: vec![],
        retested: None,
        retested_by: String::new(),
        conclusion: String::new(),
        by: String::new(),
        at: Moment(desk.now),
        withdrawn: None,
    };
    // Until it has a reference it is known by what it is about, so that drafts of two are not taken for each other.
    let id = format!("{} {}", entry.what, entry.cluster);
    let form = form(desk, &entry, Some(id.trim()));
    desk.open_form(form);
    Next::NONE
}

/// The form for one.
fn form(desk: &Desk, entry: &Remediation, id: Option<&str>) -> Form {
    let day = |day: Option<Day>| day.map(|d| d.to_string()).unwrap_or_default();
    let by = if entry.retested_by.is_empty() { &desk.user } else { &entry.retested_by };
    let mut rows = vec![
        Row::lines("before", "Was wrong", "what was wrong", entry.before.as_str()),
        Row::text("found", "Found", "day on which it was found: 2026-11-23, today, -3d", day(entry.found)),
        Row::text("evidence_before", "Evidence", "that it was wrong: E-0004", entry.evidence_before.join(", ")),
        Row::lines("after", "Was done", "what was done about it; empty while nothing was", entry.after.as_str()),
        Row::text("evidence_after", "Evidence", "that it was done: E-0005", entry.evidence_after.join(", ")),
        Row::text("retested", "Retested", "day on which it was tested again; empty while it is open", day(entry.retested)),
        Row::text("retested_by", "Retested by", "who tested again", by.as_str()),
        Row::lines("conclusion", "Conclusion", "what the retest showed", entry.conclusion.as_str()),
        Row::text("what", "About", "a check, finding, question or practice", entry.what.as_str()),
        Row::text("cluster", "Cluster", "where it is of one; empty = all", entry.cluster.as_str()),
        Row::text("practices", "Practices", "practices: 1.6.a, 1.6.b", entry.practices.join(", ")),
    ];
    // What is begun in the register has to say first what it is about.
    if entry.what.is_empty() {
        rows.rotate_right(3);
    }
    let title = if entry.reference.is_empty() { "Found and mended" } else { &entry.reference };
    let help = "Outcomes and proposals stay as they are: they follow from what is read and answered after it was mended. R reads the cluster again.";
    let purpose = Purpose::Entry { register: Register::Remediations, id: id.map(str::to_owned) };
    Form::new(purpose, rows).titled(title, &about(desk.guidance, entry), help)
}

/// What it is about, in words.
fn about(guidance: &Guidance, entry: &Remediation) -> String {
    let check = if entry.check.is_empty() { &entry.what } else { &entry.check };
    let title = checks::by_id(check).map(|check| check.title.to_owned());
    let title = title.or_else(|| guidance.question(&entry.what).map(|q| q.text.trim().to_owned()));
    title.map_or_else(|| entry.what.clone(), |title| format!("{check} {title}"))
}

/// Columns of the register.
pub(in crate::session) const COLUMNS: [&str; 6] = ["Ref", "Of", "Found", "Retested", "Was wrong", "To note"];

/// The register.
pub(in crate::session) fn rows(desk: &Desk) -> Vec<RegisterRow> {
    let Some(book) = desk.book.as_ref() else { return vec![] };
    book.workbook.remediations.iter().map(|entry| row(desk, book, entry)).collect()
}

fn row(desk: &Desk, book: &Book, entry: &Remediation) -> RegisterRow {
    let (stands, note) = standing(entry, &book.workbook, desk.guidance, desk.today(), &|cluster, id| found(book, cluster, id));
    let day = |day: Option<Day>| day.map(|d| d.to_string()).unwrap_or_default();
    let mut detail = vec![
        ("Of".to_owned(), about(desk.guidance, entry)),
        ("Stands".to_owned(), note.clone()),
        ("Finding".to_owned(), if entry.check.is_empty() { String::new() } else { entry.what.clone() }),
        ("Cluster".to_owned(), entry.cluster.clone()),
        ("Practices".to_owned(), entry.practices.join(", ")),
        ("Was wrong".to_owned(), entry.before.clone()),
        ("Found".to_owned(), day(entry.found)),
        ("Evidence".to_owned(), entry.evidence_before.join(", ")),
        ("Was done".to_owned(), entry.after.clone()),
        ("Evidence".to_owned(), entry.evidence_after.join(", ")),
        ("Retested".to_owned(), entry.retested.map(|d| format!("{d} by {}", entry.retested_by)).unwrap_or_default()),
        ("Conclusion".to_owned(), entry.conclusion.clone()),
        ("Written by".to_owned(), format!("{}, {}", entry.by, entry.at)),
    ];
    if let Some(withdrawn) = &entry.withdrawn {
        detail.push(("Withdrawn".to_owned(), format!("{} by {}: {}", withdrawn.at, withdrawn.by, withdrawn.why)));
    }
    detail.retain(|(_, words)| !words.is_empty());
    let of = if entry.check.is_empty() { &entry.what } else { &entry.check };
    RegisterRow {
        name: None,
        id: entry.reference.clone(),
        cells: vec![of.clone(), day(entry.found), day(entry.retested), entry.before.clone(), note],
        flag: match stands {
            Standing::Retested => Flag::Fine,
            Standing::Open | Standing::Unconfirmed => Flag::Attention,
            Standing::StillWrong => Flag::Wrong,
            Standing::Withdrawn => Flag::Closed,
        },
        detail,
    }
}

/// Whether a finding is among those of a cluster. Before all are loaded nothing can be said.
fn found(book: &Book, cluster: &str, id: &str) -> Found {
    match book.clusters.iter().find(|c| c.key == cluster) {
        Some(c) if c.outcomes.iter().any(|o| o.findings.iter().any(|f| f.id == id)) => Found::There,
        Some(c) if !c.loading && !c.judging && c.problem.is_none() => Found::Gone,
        _ => Found::Unknown,
    }
}

/// Opens the form for one of the register; a new one where none is named.
pub(in crate::session) fn open_entry(desk: &mut Desk, id: Option<&str>) -> Next {
    let known = desk.book.as_ref().and_then(|book| book.workbook.remediations.iter().find(|r| Some(r.reference.as_str()) == id)).cloned();
    let form = match (known, id) {
        (Some(entry), _) => form(desk, &entry, id),
        (None, _) => return begin(desk, Wrong { found: Some(Day(desk.today())), ..Wrong::default() }),
    };
    desk.open_form(form);
    Next::NONE
}

/// ↵ in the form.
pub(in crate::session) fn accept_entry(desk: &mut Desk, form: &Form, id: Option<&str>) -> Next {
    let read = read(desk, form, id.unwrap_or_default());
    desk.keep(read)
}

fn read(desk: &Desk, form: &Form, id: &str) -> Result<(Draft, String), Fault> {
    let book = desk.book.as_ref().ok_or_else(|| ("before", "no assessment is open".to_owned()))?;
    let mut workbook = book.workbook.clone();
    let at = workbook.remediations.iter().position(|r| r.reference == id);
    let known = at.and_then(|at| workbook.remediations.get(at)).cloned();
    let reference = known.as_ref().map_or_else(|| workbook.next_remediation(), |r| r.reference.clone());
    let (what, check) = subject(desk, book, form.text("what"), known.as_ref())?;
    let references = |row: &'static str| read_references(form.text(row), &workbook).map_err(|why| (row, why));
    let text = |row: &str| form.text(row).to_owned();
    let entry = Remediation {
        reference: reference.clone(),
        what,
        check,
        cluster: cluster(&workbook, form.text("cluster"))?,
        practices: ids::practices(form.text("practices"), desk.guidance).map_err(|why| ("practices", why))?,
        before: text("before"),
        found: past(form, "found", desk.today())?,
        evidence_before: references("evidence_before")?,
        after: text("after"),
        evidence_after: references("evidence_after")?,
        retested: past(form, "retested", desk.today())?,
        retested_by: text("retested_by"),
        conclusion: text("conclusion"),
        by: desk.user.clone(),
        at: Moment(desk.now),
        withdrawn: known.as_ref().and_then(|r| r.withdrawn.clone()),
    };
    let entry = whole(entry)?;
    let words = match entry.retested {
        Some(_) => format!("{reference} is kept, tested again. Outcomes follow from what is read then."),
        None => format!("{reference} is kept, and open until it is tested again."),
    };
    let (before, after) = (known.map(|r| told(&r)).unwrap_or_default(), told(&entry));
    match at {
        Some(at) => workbook.remediations[at] = entry,
        None => workbook.remediations.push(entry),
    }
    Ok((Draft { workbook, what: format!("remediation {reference}"), before, after }, words))
}

/// How far it is, for the journal.
fn told(entry: &Remediation) -> String {
    match entry.retested {
        Some(day) => format!("{}, tested again on {day}", entry.what),
        None if entry.after.is_empty() => format!("{}, open", entry.what),
        None => format!("{}, mended, not tested again", entry.what),
    }
}

/// Holds one to what it must have.
fn whole(entry: Remediation) -> Result<Remediation, Fault> {
    let no = |row: &'static str, why: &str| Err((row, why.to_owned()));
    if entry.before.is_empty() {
        return no("before", "say what was wrong");
    }
    if entry.after.is_empty() && !entry.evidence_after.is_empty() {
        return no("after", "say what was done: there is evidence for it below");
    }
    match entry.retested {
        None if !entry.conclusion.is_empty() => no("retested", "a conclusion needs the day on which it was tested again"),
        // The form proposes who writes; that is not a retest.
        None if entry.retested_by == entry.by => Ok(Remediation { retested_by: String::new(), ..entry }),
        None => Ok(entry),
        Some(_) if entry.after.is_empty() => no("after", "say what was done before it was tested again"),
        Some(day) if entry.found.is_some_and(|found| day.0 < found.0) => no("retested", "it was found after that day"),
        Some(_) if entry.retested_by.is_empty() => no("retested_by", "say who tested again"),
        Some(_) if entry.conclusion.is_empty() => no("conclusion", "say what the retest showed"),
        Some(_) => Ok(entry),
    }
}

fn past(form: &Form, row: &'static str, today: Date) -> Result<Option<Day>, Fault> {
    match form.text(row) {
        "" => Ok(None),
        text => days::past(text, today).map(|day| Some(Day(day))).map_err(|why| (row, why)),
    }
}

fn cluster(workbook: &Workbook, text: &str) -> Result<String, Fault> {
    let known: Vec<&str> = workbook.clusters.iter().map(|c| c.key.as_str()).collect();
    if text.is_empty() || known.contains(&text) {
        return Ok(text.to_owned());
    }
    Err(("cluster", format!("there is no cluster “{text}” in this assessment; it has {}", known.join(", "))))
}

/// What it is about, and the check where that is a finding. A finding that is mended is not found any more, so one that is known is taken as it is.
fn subject(desk: &Desk, book: &Book, text: &str, known: Option<&Remediation>) -> Result<(String, String), Fault> {
    let finding = || {
        let mut outcomes = book.clusters.iter().flat_map(|c| c.outcomes.iter());
        outcomes.find(|o| o.findings.iter().any(|f| f.id == text)).map(|o| o.check.clone())
    };
    if text.is_empty() {
        return Err(("what", "say what it is about: a check (3.1/baseline), a finding, a question or a practice".to_owned()));
    }
    if let Some(known) = known.filter(|r| r.what == text) {
        return Ok((known.what.clone(), known.check.clone()));
    }
    if checks::by_id(text).is_some() || desk.guidance.question(text).is_some() || desk.guidance.practice(text).is_some() {
        return Ok((text.to_owned(), String::new()));
    }
    match finding() {
        Some(check) => Ok((text.to_owned(), check)),
        None => Err(("what", format!("“{text}” is no check, finding, question or practice"))),
    }
}

/// What one is about, as a place to go.
pub(in crate::session) fn target(desk: &Desk, reference: &str) -> Option<Target> {
    let entry = desk.book.as_ref()?.workbook.remediations.iter().find(|r| r.reference == reference)?;
    let what = entry.what.clone();
    if desk.guidance.question(&what).is_some() {
        Some(Target::Question(what))
    } else if desk.guidance.practice(&what).is_some() {
        Some(Target::Practice(what))
    } else if entry.check.is_empty() {
        Some(Target::Check(what))
    } else {
        Some(Target::Check(entry.check.clone()))
    }
}

/// Takes one back.
pub(in crate::session) fn withdraw(desk: &mut Desk, id: &str, why: &str) -> Next {
    let read = desk.taken_back(|workbook| &mut workbook.remediations, id, why).map(|(workbook, before)| {
        let draft = Draft { workbook, what: format!("withdraw {id}"), before: before.what, after: why.to_owned() };
        (draft, format!("{id} is withdrawn."))
    });
    desk.keep(read)
}

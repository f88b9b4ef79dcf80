//! Answering a question: what was said, by whom, on which day, with which evidence.

use crate::guidance::{Question, QuestionKind};
use crate::session::book::desk::Desk;
use crate::session::book::edit::{Draft, Fault};
use crate::session::book::lead::Next;
use crate::session::book::standing::Target;
use crate::session::parts::days;
use crate::session::parts::form::{Choice, Form, Purpose, Row};
use crate::session::parts::message::Message;
use crate::workbook::accept::read_answer;
use crate::workbook::{Answer, AnswerValue, Day, Moment, Workbook};

/// What is done to answers.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Opens the form for one.
    Open,
}

/// Answers.
pub(in crate::session) fn update(desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Open => open(desk),
    }
}

/// The question to answer: the selected one, or the first open one of the control.
fn open(desk: &mut Desk) -> Next {
    let (guidance, here) = (desk.guidance, desk.standing_on());
    let Some(book) = desk.book.as_mut() else { return Next::NONE };
    let Some(control) = book.walk.here(guidance) else { return Next::NONE };
    let id = match here {
        Some(Target::Question(id)) => Some(id),
        _ => {
            let open = control.questions.iter().find(|q| book.open.iter().any(|o| o.target == Target::Question(q.id.clone())));
            open.or_else(|| control.questions.first()).map(|q| q.id.clone())
        }
    };
    let Some(question) = id.and_then(|id| guidance.question(&id)) else {
        desk.messages.push(Message::info(format!("{} has no questions.", control.id)));
        return Next::NONE;
    };
    book.walk.go_to(&Target::Question(question.id.clone()), guidance, &[]);
    if let Some(form) = form(desk, question) {
        desk.open_form(form);
    }
    Next::NONE
}

/// Opens the form for the answer to a question, with its evidence in focus.
pub(in crate::session) fn open_at_evidence(desk: &mut Desk, question: &str) {
    let guidance = desk.guidance;
    if let Some(mut form) = guidance.question(question).and_then(|question| form(desk, question)) {
        form.focus = form.rows.iter().position(|r| r.id == "evidence").unwrap_or(0);
        desk.open_form(form);
    }
}

/// The form for an answer.
fn form(desk: &Desk, question: &Question) -> Option<Form> {
    let book = desk.book.as_ref()?;
    let answer = book.workbook.answer(&question.id, "");
    let value = answer.map(|a| a.value.to_string()).unwrap_or_default();
    let today = desk.today().to_string();
    let hint = match question.kind {
        QuestionKind::YesNo => "y or n".to_owned(),
        QuestionKind::YesNoPartly => "y, p or n".to_owned(),
        QuestionKind::Choice => "its number".to_owned(),
        QuestionKind::Number => format!("a number of {}", question.unit),
        QuestionKind::Interval => "6 months, 30 days, 1 year".to_owned(),
        QuestionKind::Date => "2026-11-23, 2026-11, today, -3d".to_owned(),
        QuestionKind::Text => "in your words".to_owned(),
        QuestionKind::List => "several separated by commas".to_owned(),
    };
    let options = question.options();
    let first = if options.is_empty() {
        match question.kind {
            QuestionKind::Text | QuestionKind::List => Row::lines("value", "Answer", &hint, value),
            _ => Row::text("value", "Answer", &hint, value),
        }
    } else {
        let by_number = question.kind == QuestionKind::Choice;
        let chosen = options.iter().position(|o| o.value == value);
        let choices = options
            .into_iter()
            .enumerate()
            .map(|(at, o)| Choice {
                key: if by_number { char::from_digit(at as u32 + 1, 36).unwrap_or('?') } else { o.value.chars().next().unwrap_or('?') },
                value: o.value,
                label: o.label,
            })
            .collect();
        Row::choice("value", "Answer", &hint, choices, chosen)
    };
    let evidence = answer.map(|a| a.evidence.join(", ")).unwrap_or_default();
    let needed = if question.evidence_required { "required: E-0004; + attaches a file" } else { "E-0004; + attaches a file" };
    let rows = vec![
        first,
        Row::text("interviewed", "Interviewed", "who told you", answer.map_or("", |a| &a.interviewed)),
        Row::text("role", "Role", "their role", answer.map_or("", |a| &a.role)),
        Row::text("on", "On", "2026-11-23, today, -3d", answer.map_or(today, |a| a.on.map(|d| d.to_string()).unwrap_or_default())),
        Row::lines("note", "Note", "what was said or seen", answer.map_or("", |a| &a.note)),
        Row::text("evidence", "Evidence", needed, evidence),
    ];
    Some(Form::new(Purpose::Answer { question: question.id.clone() }, rows))
}

/// ↵ in the form.
pub(in crate::session) fn accept(desk: &mut Desk, form: &Form, question: &str) -> Next {
    let read = read(desk, form, question);
    desk.keep(read)
}

fn read(desk: &Desk, form: &Form, id: &str) -> Result<(Draft, String), Fault> {
    let gone = || ("value", "there is no such question in the guidance".to_owned());
    let question = desk.guidance.question(id).ok_or_else(gone)?;
    let book = desk.book.as_ref().ok_or_else(gone)?;
    let today = desk.today();
    let typed = form.chosen("value").unwrap_or_else(|| form.text("value"));
    let value = read_answer(question, typed, today).map_err(|e| ("value", e.to_string()))?;
    let on = match form.text("on") {
        "" => None,
        text => Some(days::past(text, today).map_err(|why| ("on", why))?),
    };
    let evidence = references(form.text("evidence"), &book.workbook).map_err(|why| ("evidence", why))?;
    let before = book.workbook.answer(id, "").map(|a| a.value.to_string()).unwrap_or_default();
    let answer = Answer {
        question: id.to_owned(),
        digest: question.digest(),
        value: value.clone(),
        by: desk.user.clone(),
        at: Moment(desk.now),
        interviewed: form.text("interviewed").to_owned(),
        role: form.text("role").to_owned(),
        on: on.map(Day),
        note: form.text("note").to_owned(),
        evidence,
        cluster: String::new(),
    };
    let mut workbook = book.workbook.clone();
    workbook.answers.retain(|a| a.question != id || !a.cluster.is_empty());
    workbook.answers.push(answer);
    feed(question, &value, &mut workbook);
    let words = format!("{id}: “{value}” is saved.");
    Ok((Draft { workbook, what: format!("answer {id}"), before, after: value.to_string() }, words))
}

/// An answer that the checks go by fills its part of the scope. The word `none` is an answer, and no workload.
fn feed(question: &Question, value: &AnswerValue, workbook: &mut Workbook) {
    let AnswerValue::List(items) = value else { return };
    let items: Vec<String> = items.iter().filter(|i| !i.eq_ignore_ascii_case("none")).cloned().collect();
    match question.feeds.as_deref() {
        Some("scope.high_risk") => workbook.scope.high_risk = items,
        Some("scope.trusted_registries") => workbook.scope.trusted_registries = items,
        _ => {}
    }
}

/// Reads references as they are typed: `E-0004, 5`.
fn references(text: &str, workbook: &Workbook) -> Result<Vec<String>, String> {
    let mut found: Vec<String> = vec![];
    for word in text.split([',', ' ', ';']).map(str::trim).filter(|w| !w.is_empty()) {
        let digits = word.trim_start_matches(['E', 'e', '-']);
        let reference = digits.parse::<u32>().map_or_else(|_| word.to_uppercase(), |n| format!("E-{n:04}"));
        if !workbook.evidence.iter().any(|e| e.reference == reference && e.counts()) {
            return Err(format!("there is no {reference}; + attaches a file and fills its reference in"));
        }
        if !found.contains(&reference) {
            found.push(reference);
        }
    }
    Ok(found)
}

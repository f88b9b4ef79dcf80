//! Answering a question: what was said, by whom, on which day, with which evidence.

use crate::guidance::{Question, QuestionKind};
use crate::session::book::assessment::Book;
use crate::session::book::desk::Desk;
use crate::session::book::edit::{Draft, Fault};
use crate::session::book::layer::Layer;
use crate::session::book::lead::Next;
use crate::session::book::standing::Target;
use crate::session::parts::days;
use crate::session::parts::form::{Choice, Form, Input, Purpose, Row};
use crate::session::parts::message::Message;
use crate::workbook::accept::read_answer;
use crate::workbook::evidence::{is_stale_for, of_question, read_references};
use crate::workbook::{Answer, AnswerValue, Day, Moment, Workbook};

/// What is done to answers.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Opens the form for one.
    Open,
    /// Copies last year's answer into the form.
    AsLastYear,
}

/// Answers.
pub(in crate::session) fn update(desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Open => open(desk),
        Action::AsLastYear => {
            as_last_year(desk);
            Next::NONE
        }
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

/// What an answer is for where the form has a choice: all clusters, and no other answer beside it.
const INSTEAD: &str = "all instead";

/// The form for an answer, filled with the one that holds for the shown cluster.
fn form(desk: &Desk, question: &Question) -> Option<Form> {
    let book = desk.book.as_ref()?;
    let shown = book.shown().map_or("", |c| c.key.as_str());
    let cluster = book.own_answers(&question.id).map(|a| a.cluster.as_str()).find(|cluster| *cluster == shown).unwrap_or("");
    let mut rows: Vec<Row> = of_cluster(book, question, cluster).into_iter().collect();
    // The answer comes first to whoever types; for which clusters it holds stands above it.
    let focus = rows.len();
    rows.extend(fill(desk, book, question, cluster));
    Some(Form { focus, ..Form::new(Purpose::Answer { question: question.id.clone() }, rows) })
}

/// The choice for which clusters an answer is, where there are several, or one has an answer of its own.
fn of_cluster(book: &Book, question: &Question, chosen: &str) -> Option<Row> {
    let own: Vec<&str> = book.own_answers(&question.id).map(|a| a.cluster.as_str()).collect();
    if book.workbook.clusters.len() < 2 && own.is_empty() {
        return None;
    }
    let mut options = vec![("".to_owned(), if own.is_empty() { "all clusters".to_owned() } else { "all others".to_owned() })];
    options.extend(book.workbook.clusters.iter().map(|c| (c.key.clone(), c.key.clone())));
    let gone = own.iter().filter(|cluster| !book.workbook.clusters.iter().any(|c| c.key == **cluster));
    options.extend(gone.map(|cluster| ((*cluster).to_owned(), format!("{cluster} (not in the assessment)"))));
    if !own.is_empty() {
        options.push((INSTEAD.to_owned(), format!("all, instead of what {} has", own.join(", "))));
    }
    let at = options.iter().position(|(value, _)| value == chosen);
    let choice = |(nth, (value, label)): (usize, (String, String))| Choice {
        key: u32::try_from(nth + 1).ok().and_then(|n| char::from_digit(n, 36)).unwrap_or('?'),
        value,
        label,
    };
    let options = options.into_iter().enumerate().map(choice).collect();
    Some(Row::choice("cluster", "Holds for", "by number; the answer for one cluster goes before that for all", options, at))
}

/// A choice was made: where the rows still say what was answered for other clusters, they say what was answered for this one.
pub(in crate::session) fn changed(desk: &mut Desk) {
    let Some(Layer::Form(form)) = desk.layers.last() else { return };
    let (Purpose::Answer { question }, Some("cluster"), Some(book)) = (&form.purpose, form.focused().map(|r| r.id), desk.book.as_ref())
    else {
        return;
    };
    let Some(question) = desk.guidance.question(question) else { return };
    let others: Vec<&Row> = form.rows.iter().filter(|row| row.id != "cluster").collect();
    let as_answered = |cluster: &str| {
        let rows = fill(desk, book, question, cluster);
        rows.len() == others.len() && rows.iter().zip(&others).all(|(row, other)| said(row) == said(other))
    };
    let untouched = as_answered("") || book.own_answers(&question.id).any(|answer| as_answered(&answer.cluster));
    let rows = fill(desk, book, question, form.chosen("cluster").filter(|chosen| *chosen != INSTEAD).unwrap_or(""));
    if let Some(form) = desk.form_mut().filter(|_| untouched) {
        form.rows.retain(|row| row.id == "cluster");
        form.rows.extend(rows);
    }
}

/// What a row says.
fn said(row: &Row) -> String {
    match &row.input {
        Input::Text(field) => field.text.clone(),
        Input::Choice { options, chosen } => chosen.and_then(|at| options.get(at)).map(|o| o.value.clone()).unwrap_or_default(),
    }
}

/// Copies the words of last year's answer into the form: the answer and the note. Who said it, when, and with what evidence is this year's.
fn as_last_year(desk: &mut Desk) {
    let Some(Layer::Form(form)) = desk.layers.last() else { return };
    let (Purpose::Answer { question }, Some(book)) = (&form.purpose, desk.book.as_ref()) else { return };
    let cluster = form.chosen("cluster").unwrap_or("");
    let before = book.workbook.previous.as_ref().and_then(|previous| previous.answer(question, cluster)).cloned();
    let Some(before) = before else {
        desk.messages.push(Message::info("There is no answer of last year to this question."));
        return;
    };
    let Some(form) = desk.form_mut() else { return };
    let value = before.value.to_string();
    if let Some(Row { input: Input::Choice { options, chosen }, .. }) = form.rows.iter_mut().find(|row| row.id == "value") {
        *chosen = options.iter().position(|o| o.value == value);
        form.touched = true;
    } else {
        form.set("value", &value);
    }
    form.set("note", &before.note);
}

/// The rows of the form below the choice of clusters, as they were answered for one, or for all where it has no answer of its own.
fn fill(desk: &Desk, book: &Book, question: &Question, cluster: &str) -> Vec<Row> {
    let answer = book.workbook.answer(&question.id, cluster);
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
    // What was registered for the question before it was answered is proposed.
    let fresh = of_question(&question.id, &book.workbook).filter(|e| !is_stale_for(e, question, desk.today())).map(|e| e.reference.clone());
    let evidence = answer.map_or_else(|| fresh.collect(), |a| a.evidence.clone()).join(", ");
    let needed = if question.evidence_required { "required: E-0004; + attaches a file" } else { "E-0004; + attaches a file" };
    vec![
        first,
        Row::text("interviewed", "Interviewed", "who told you", answer.map_or("", |a| &a.interviewed)),
        Row::text("role", "Role", "their role", answer.map_or("", |a| &a.role)),
        Row::text("on", "On", "2026-11-23, today, -3d", answer.map_or(today, |a| a.on.map(|d| d.to_string()).unwrap_or_default())),
        Row::lines("note", "Note", "what was said or seen", answer.map_or("", |a| &a.note)),
        Row::text("evidence", "Evidence", needed, evidence),
    ]
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
    let evidence = read_references(form.text("evidence"), &book.workbook)
        .map_err(|why| ("evidence", format!("{why}; + attaches a file and fills its reference in")))?;
    let (cluster, instead) = match form.chosen("cluster").unwrap_or("") {
        INSTEAD => ("", true),
        cluster => (cluster, false),
    };
    let replaced = |a: &Answer| a.question == id && (instead || a.cluster == cluster);
    let before = book.workbook.answers.iter().find(|a| a.question == id && a.cluster == cluster).map(|a| a.value.to_string());
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
        cluster: cluster.to_owned(),
    };
    let mut workbook = book.workbook.clone();
    workbook.answers.retain(|a| !replaced(a));
    workbook.answers.push(answer);
    feed(question, &mut workbook);
    let on = if cluster.is_empty() { String::new() } else { format!(" on {cluster}") };
    let own: Vec<&str> = book.own_answers(id).filter(|a| !replaced(a)).map(|a| a.cluster.as_str()).collect();
    let kept = if cluster.is_empty() && !own.is_empty() { format!(" {} keeps its own answer.", own.join(", ")) } else { String::new() };
    let words = format!("{id}{on}: “{value}” is saved.{kept}");
    Ok((Draft { workbook, what: format!("answer {id}{on}"), before: before.unwrap_or_default(), after: value.to_string() }, words))
}

/// An answer that the checks go by fills its part of the scope, which is one for all clusters: what was answered for any of them is in it. The
/// word `none` is an answer, and no workload.
fn feed(question: &Question, workbook: &mut Workbook) {
    let mut items: Vec<String> = vec![];
    for answer in workbook.answers.iter().filter(|a| a.question == question.id) {
        let AnswerValue::List(said) = &answer.value else { return };
        for item in said.iter().filter(|i| !i.eq_ignore_ascii_case("none")) {
            if !items.contains(item) {
                items.push(item.clone());
            }
        }
    }
    match question.feeds.as_deref() {
        Some("scope.high_risk") => workbook.scope.high_risk = items,
        Some("scope.trusted_registries") => workbook.scope.trusted_registries = items,
        _ => {}
    }
}

//! The review by a second person: what one stands on is submitted, accepted, or returned with words; and the register of how all of it stands.

use crate::session::book::desk::Desk;
use crate::session::book::edit::{After, Draft};
use crate::session::book::layer::Layer;
use crate::session::book::lead::{Lead, Next};
use crate::session::book::standing::{Pane, Target};
use crate::session::parts::form::{Choice, Form, Purpose, Row};
use crate::session::parts::message::Message;
use crate::session::parts::register::{Flag, Register, RegisterRow};
use crate::workbook::sign_off::{Matter, SignState, Standing, Taken, matters, take};
use crate::workbook::{Moment, SignOffStep, Workbook};

/// What is done to what one stands on.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Hands it to a second person.
    Submit,
    /// Agrees.
    Accept,
    /// Hands it back, with words.
    Return,
}

/// Submits, accepts, returns.
pub(in crate::session) fn update(desk: &mut Desk, action: Action) -> Next {
    let Some(matter) = matter_here(desk) else {
        let words = "Stand on a question, a practice (Result) or an area: that is what is submitted, accepted or returned.";
        desk.messages.push(Message::info(words));
        return Next::NONE;
    };
    match action {
        Action::Submit => at_once(desk, &matter, SignOffStep::Submitted),
        Action::Accept => at_once(desk, &matter, SignOffStep::Accepted),
        Action::Return => {
            open(desk, &matter, Some(SignOffStep::Returned));
            Next::NONE
        }
    }
}

/// The matter that one stands on: an answer, a determination, an area.
fn matter_here(desk: &Desk) -> Option<Matter> {
    let book = desk.book.as_ref()?;
    match desk.standing_on() {
        Some(Target::Practice(id)) => Some(Matter::Determination(id)),
        Some(Target::Question(id)) => {
            let cluster = book.shown().map(|c| c.key.as_str()).unwrap_or_default();
            let answer = book.workbook.answer(&id, cluster).map(Matter::of_answer);
            Some(answer.unwrap_or(Matter::Answer { question: id, cluster: String::new() }))
        }
        _ if book.walk.pane == Pane::Areas && matches!(desk.top(), Layer::Walk) => {
            book.walk.area_here(desk.guidance).map(|area| Matter::Area(area.number))
        }
        _ => None,
    }
}

fn at_once(desk: &mut Desk, matter: &Matter, step: SignOffStep) -> Next {
    match draft(desk, matter, step, "") {
        Ok((draft, words)) => desk.save(draft, After::Tell(words), true),
        Err(why) => {
            desk.messages.push(Message::info(format!("Not {}: {why}.", step.label())));
            Next::NONE
        }
    }
}

/// The workbook with a step, and a sentence.
fn draft(desk: &Desk, matter: &Matter, step: SignOffStep, words: &str) -> Result<(Draft, String), String> {
    let book = desk.book.as_ref().ok_or_else(|| "no assessment is open".to_owned())?;
    let mut workbook: Workbook = book.workbook.clone();
    take(&mut workbook, desk.guidance, &Taken { matter, step, words, by: &desk.user, at: Moment(desk.now) })?;
    let before = book.signing.get(&matter.to_string()).map(|standing| standing.state.label().to_owned()).unwrap_or_default();
    let after = if words.trim().is_empty() { step.label().to_owned() } else { format!("{}: {}", step.label(), words.trim()) };
    let told = format!("{} is {}, by {}.", said(matter), step.label(), desk.user);
    Ok((Draft { workbook, what: format!("sign-off {matter}"), before, after }, told))
}

/// A matter at the head of a sentence.
fn said(matter: &Matter) -> String {
    match matter {
        Matter::Determination(practice) => format!("The determination of {practice}"),
        Matter::Answer { question, cluster } if cluster.is_empty() => format!("The answer to {question}"),
        Matter::Answer { question, cluster } => format!("The answer to {question} for {cluster}"),
        Matter::Area(number) => format!("Area {number}"),
    }
}

/// Opens the form for a step.
fn open(desk: &mut Desk, matter: &Matter, step: Option<SignOffStep>) {
    let name = matter.to_string();
    let standing = desk.book.as_ref().and_then(|book| book.signing.get(&name));
    let about = standing.map_or_else(|| "nothing is written yet".to_owned(), |standing| standing.state.label().to_owned());
    let option = |key, value: &str, label: &str| Choice { key, value: value.to_owned(), label: label.to_owned() };
    let options = vec![
        option('s', "submit", "submit"),
        option('a', "accept", "accept"),
        option('r', "return", "return"),
        option('g', "go", "go there"),
    ];
    let chosen = match step {
        Some(SignOffStep::Submitted) => Some(0),
        Some(SignOffStep::Accepted) => Some(1),
        Some(SignOffStep::Returned) => Some(2),
        None => Some(3),
    };
    let rows = vec![
        Row::choice("step", "Do", "s, a, r or g", options, chosen),
        Row::lines("words", "Words", "required for a return: what is to be changed", ""),
    ];
    let help = match standing {
        Some(standing) => format!("Written by {}.\n{}", standing.authors.join(", "), standing.words()),
        None => String::new(),
    };
    let purpose = Purpose::Entry { register: Register::SignOff, id: Some(name) };
    let mut form = Form::new(purpose, rows).titled(&said(matter), &about, &help);
    form.focus = usize::from(step == Some(SignOffStep::Returned));
    desk.open_form(form);
}

/// Columns of the register.
pub(in crate::session) const COLUMNS: [&str; 5] = ["What", "State", "Written by", "Last step by", "Words"];

/// How everything stands that is written, what needs somebody first.
pub(in crate::session) fn rows(desk: &Desk) -> Vec<RegisterRow> {
    let Some(book) = desk.book.as_ref() else { return vec![] };
    let mut all: Vec<(&String, &Standing)> =
        matters(&book.workbook, desk.guidance).iter().filter_map(|matter| book.signing.get_key_value(&matter.to_string())).collect();
    all.sort_by_key(|(_, standing)| (!standing.is_returned_to(&desk.user), standing.state));
    all.into_iter().map(|(name, standing)| row(desk, name, standing)).collect()
}

fn row(desk: &Desk, name: &str, standing: &Standing) -> RegisterRow {
    let state = if standing.is_returned_to(&desk.user) { "returned to me".to_owned() } else { standing.state.label().to_owned() };
    let step = standing.step.as_ref();
    let by = step.map(|step| step.by.clone()).unwrap_or_default();
    let words = step.map(|step| step.words.clone()).unwrap_or_default();
    let flag = match standing.state {
        SignState::Accepted => Flag::Fine,
        SignState::Own => Flag::Wrong,
        SignState::Open => Flag::Closed,
        SignState::Returned | SignState::Changed | SignState::Submitted => Flag::Attention,
    };
    let detail = [("State", standing.words()), ("Written by", standing.authors.join(", "))];
    RegisterRow {
        name: None,
        id: name.to_owned(),
        cells: vec![state, standing.authors.join(", "), by, words],
        flag,
        detail: detail.into_iter().map(|(label, words)| (label.to_owned(), words)).collect(),
    }
}

/// Opens the form for a row of the register.
pub(in crate::session) fn open_entry(desk: &mut Desk, id: Option<&str>) -> Next {
    match id.and_then(Matter::read) {
        Some(matter) => open(desk, &matter, None),
        None => desk.messages.push(Message::info("What is written comes here by itself. > in the walk submits it to a second person.")),
    }
    Next::NONE
}

/// ↵ in that form.
pub(in crate::session) fn accept_entry(desk: &mut Desk, form: &Form, id: Option<&str>) -> Next {
    let Some(matter) = id.and_then(Matter::read) else { return Next::NONE };
    let step = match form.chosen("step") {
        Some("submit") => SignOffStep::Submitted,
        Some("accept") => SignOffStep::Accepted,
        Some("return") => SignOffStep::Returned,
        _ => {
            desk.layers.pop();
            return Next::from(Lead::Walk(place_of(&matter)));
        }
    };
    let row = if step == SignOffStep::Returned && form.text("words").is_empty() { "words" } else { "step" };
    let read = draft(desk, &matter, step, form.text("words")).map_err(|why| (row, why));
    desk.keep(read)
}

fn place_of(matter: &Matter) -> Target {
    match matter {
        Matter::Determination(practice) => Target::Practice(practice.clone()),
        Matter::Answer { question, .. } => Target::Question(question.clone()),
        Matter::Area(number) => Target::Area(*number),
    }
}

/// Steps are added and never changed.
pub(in crate::session) fn withdraw(desk: &mut Desk, _: &str, _: &str) -> Next {
    desk.fault("why", "a step is never taken out: submit, accept or return it anew (Esc, ↵)")
}

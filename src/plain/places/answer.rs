//! The questions of a control: how each stands, and one of them with its reason and the answers given so far.

use crate::plain::page::{List, Page, pair};
use crate::plain::{forms, prose};
use kassay_core::guidance::{Control, Question, paragraphs};
use kassay_core::session::{Book, Session};
use kassay_core::workbook::AnswerState;
use kassay_core::workbook::sign_off::Matter;

/// The questions of a control.
pub fn page<'a>(session: &'a Session, book: &'a Book, control: &'a Control) -> Page<'a> {
    let mut page = Page::new("");
    let all = &control.questions;
    if all.is_empty() {
        page.line("Nothing is asked here: the checks of this control say all that can be said. Its determination is on tab 5.");
        return page;
    }
    let row = |at: usize| all.get(at).map(|question| words(book, question)).unwrap_or_default();
    let detail = |at: usize| all.get(at).map(|question| lines(session, book, question)).unwrap_or_default();
    page.with(List::new(("question", "questions"), all.len(), book.walk.row(control), row).detailed(detail))
}

/// How a question stands, in a word or two.
fn standing(state: &AnswerState) -> String {
    match state {
        AnswerState::Waived(_) => "not asked".to_owned(),
        AnswerState::Missing => "open".to_owned(),
        AnswerState::Satisfied => "good".to_owned(),
        AnswerState::Unsatisfied(_) => "against".to_owned(),
        AnswerState::Lapsed(day) => format!("lapsed {day}"),
        AnswerState::NeedsEvidence => "needs evidence".to_owned(),
        AnswerState::Reworded => "reworded".to_owned(),
    }
}

fn words(book: &Book, question: &Question) -> String {
    let shown = book.shown().map_or("", |c| c.key.as_str());
    let own = if book.own_answers(&question.id).next().is_some() { ", not alike on all clusters" } else { "" };
    let answer = book.workbook.answer(&question.id, shown).map(|a| format!(" Answer: {}{own}.", a.value)).unwrap_or_default();
    let text = question.text.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("{}: {text}{answer}", standing(book.state(&question.id)))
}

fn lines(session: &Session, book: &Book, question: &Question) -> Vec<String> {
    let mut lines = vec![];
    match book.state(&question.id) {
        AnswerState::Waived(why) => lines.extend(pair("Not asked", why)),
        AnswerState::Unsatisfied(why) => lines.extend(pair("Against", why)),
        AnswerState::Lapsed(day) => lines.push(format!("Lapsed: on {day}; ask again.")),
        AnswerState::NeedsEvidence => lines.push("Missing: evidence that is not too old; e attaches it.".to_owned()),
        AnswerState::Reworded => lines.push("Reworded: the question was worded anew since; look at the answer again.".to_owned()),
        AnswerState::Missing | AnswerState::Satisfied => {}
    }
    let states = book.states_on(&question.id);
    if states.iter().any(|(_, state)| Some(state) != states.first().map(|(_, first)| first)) {
        lines.extend(states.iter().map(|(cluster, state)| format!("On {cluster}: {}", standing(state))));
    }
    lines.extend(forms::answered(book, question, "Answer"));
    lines.extend(forms::helping(session, book, question));
    let answer = book.workbook.answer(&question.id, book.shown().map_or("", |c| c.key.as_str()));
    if let Some(standing) = answer.and_then(|a| book.signing.get(&Matter::of_answer(a).to_string())) {
        lines.extend(pair("Second person", &standing.words()));
    }
    lines.extend(prose::lines(&paragraphs(&question.help).join("\n\n")));
    lines
}

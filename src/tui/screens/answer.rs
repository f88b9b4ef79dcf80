//! The questions of a control: how each stands, and the selected one with its reason and the answer given so far; and the form for an answer.

use crate::tui::theme::Theme;
use crate::tui::widgets::{List, form, frame, list, page, sign};
use crate::tui::{markdown, text};
use kassay_core::guidance::{Control, Question, paragraphs};
use kassay_core::model::text::clean;
use kassay_core::session::{Book, Layer, Pane, Session, Tab};
use kassay_core::workbook::sign_off::Matter;
use kassay_core::workbook::{Answer, AnswerState};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Sign, word and meaning of how a question stands.
fn sign(state: &AnswerState) -> (&'static str, String, &'static str) {
    match state {
        AnswerState::Waived(_) => ("·", "not asked".into(), "outcome.not_applicable"),
        AnswerState::Missing => ("?", "open".into(), "warning"),
        AnswerState::Satisfied => ("✓", "good".into(), "outcome.pass"),
        AnswerState::Unsatisfied(_) => ("✗", "against".into(), "outcome.fail"),
        AnswerState::Lapsed(day) => ("!", format!("lapsed {day}"), "warning"),
        AnswerState::NeedsEvidence => ("!", "evidence?".into(), "warning"),
        AnswerState::Reworded => ("!", "reworded".into(), "warning"),
    }
}

/// Draws the list of questions and the selected one.
///
/// ```text
///  ▸? open       Is multi-factor authentication enforced for every interactive access?
///   ✓ good       Which accounts or routes are exempt?                               none
///
///  Is multi-factor authentication enforced for every interactive access to the cluster?
///  Why it is asked, and what a good answer names.
///  Satisfies   “yes, for all”, with evidence; good for 12 months
///  Answer      partly (A. Assessor, 14 Nov 2025)
/// ```
pub fn list(frame: &mut Frame<'_>, area: Rect, side: bool, session: &Session, book: &Book, control: &Control, theme: &Theme) {
    let all = &control.questions;
    if all.is_empty() {
        let words = "Nothing is asked here: the checks of this control say all that can be said. Its determination is on tab 5.";
        frame.render_widget(Paragraph::new(markdown::plain(words, area.width.into(), theme.style("text.muted"))), area);
        return;
    }
    let (rows, detail) = frame::divide(area, all.len(), side);
    let at = book.walk.row(control).min(all.len() - 1);
    book.walk.shows(&control.id, Tab::Questions, rows.height.into());
    list::spots(rows, all.len(), at);
    let focused = book.walk.pane == Pane::Work && matches!(session.top(), Layer::Walk);
    List::new(all.len(), Some(at), theme).focused(focused).draw(frame, rows, |nth, room| {
        let question = &all[nth];
        let (mark, word, meaning) = sign(book.state(&question.id));
        let answer = in_short(book, question);
        let answer = text::cut(&answer, room / 4);
        let words = room.saturating_sub(13 + text::width(&answer) + usize::from(!answer.is_empty()) * 2);
        Line::from(vec![
            Span::styled(format!("{mark} {}", text::left(&word, 11)), theme.style(meaning)),
            Span::styled(text::left(question.text.trim(), words), theme.style("text")),
            Span::styled(if answer.is_empty() { String::new() } else { format!("  {answer}") }, theme.style("text.strong")),
        ])
    });
    let lines = about(session, book, &all[at], usize::from(detail.width.min(100)), theme);
    page::detail(frame, detail, lines, &session.detail, theme);
}

/// The answer in a few words: that of the shown cluster, with a sign where others have their own.
fn in_short(book: &Book, question: &Question) -> String {
    let shown = book.shown().map_or("", |c| c.key.as_str());
    let own = if book.own_answers(&question.id).next().is_some() { " ≠" } else { "" };
    book.workbook.answer(&question.id, shown).map(|a| clean(&format!("{}{own}", a.value))).unwrap_or_default()
}

/// How a question stands on each cluster, where there are several and it does not stand alike on all.
fn on_each(book: &Book, question: &Question) -> Vec<(String, &'static str)> {
    let states = book.states_on(&question.id);
    if states.iter().all(|(_, state)| Some(state) == states.first().map(|(_, first)| first)) {
        return vec![];
    }
    let line = |(cluster, state): &(String, AnswerState)| {
        let (mark, word, meaning) = sign(state);
        (clean(&format!("{cluster}: {mark} {word}")), meaning)
    };
    states.iter().map(line).collect()
}

/// A question in words: the question, the answer so far, what satisfies, why it is asked.
fn about(session: &Session, book: &Book, question: &Question, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = markdown::wrap(&markdown::inline(question.text.trim(), "text.strong", theme), width, &[]);
    let say = |lines: &mut Vec<Line<'static>>, label: &str, words: &str, meaning: &str| {
        let lead = [Span::styled(text::left(label, 12), theme.style("text.muted"))];
        lines.extend(markdown::wrap(&[Span::styled(words.to_owned(), theme.style(meaning))], width, &lead));
    };
    let state = book.state(&question.id);
    let (_, _, meaning) = sign(state);
    match state {
        AnswerState::Waived(why) => say(&mut lines, "Not asked", &clean(why), meaning),
        AnswerState::Unsatisfied(why) => say(&mut lines, "Against", &clean(why), meaning),
        AnswerState::Lapsed(day) => say(&mut lines, "Lapsed", &format!("on {day}; ask again"), meaning),
        AnswerState::NeedsEvidence => say(&mut lines, "Missing", "evidence that is not too old: e attaches it", meaning),
        AnswerState::Reworded => say(&mut lines, "Reworded", "the question was worded anew since; look at the answer again", meaning),
        AnswerState::Missing | AnswerState::Satisfied => {}
    }
    for (words, meaning) in on_each(book, question) {
        say(&mut lines, "On", &words, meaning);
    }
    for words in answered(book, question) {
        say(&mut lines, "Answer", &words, "text");
    }
    if let Some(words) = last_year(book, question) {
        say(&mut lines, "Last year", &words, "text.muted");
    }
    for (words, wrong) in book.evidence_words(question, session.today()) {
        say(&mut lines, "Evidence", &clean(&words), if wrong { "warning" } else { "text" });
    }
    say(&mut lines, "Satisfies", &question.satisfied_words(), "text");
    for words in book.behind(&question.id) {
        say(&mut lines, "Analysis", &clean(words), "text");
    }
    let answer = book.workbook.answer(&question.id, book.shown().map_or("", |c| c.key.as_str()));
    if let Some(standing) = answer.and_then(|a| book.signing.get(&Matter::of_answer(a).to_string())) {
        say(&mut lines, "2nd person", &clean(&standing.words()), sign::signed_meaning(standing.state));
    }
    lines.push(Line::default());
    lines.extend(markdown::render(&paragraphs(&question.help).join("\n\n"), width, theme).lines);
    lines
}

/// The answers given so far, each with who gave it and when, and for which clusters it holds.
fn answered(book: &Book, question: &Question) -> Vec<String> {
    let all = || book.workbook.answers.iter().filter(|a| a.question == question.id);
    let alone = !all().any(|a| !a.cluster.is_empty());
    let told = |answer: &Answer| {
        let on = answer.on.map_or_else(|| answer.at.to_string(), |d| d.to_string());
        let who =
            [answer.interviewed.as_str(), answer.role.as_str()].iter().filter(|w| !w.is_empty()).copied().collect::<Vec<_>>().join(", ");
        let who = if who.is_empty() { answer.by.clone() } else { who };
        let note = if answer.note.is_empty() { String::new() } else { format!(": {}", answer.note) };
        let evidence = if answer.evidence.is_empty() { String::new() } else { format!(" [{}]", answer.evidence.join(", ")) };
        let of = match (alone, answer.cluster.is_empty()) {
            (true, _) => String::new(),
            (false, true) => "all others: ".to_owned(),
            (false, false) => format!("{}: ", answer.cluster),
        };
        clean(&format!("{of}{} ({who}, {on}){note}{evidence}", answer.value))
    };
    all().map(told).collect()
}

/// Last year's answer on the shown cluster, its note and evidence, and whether the question was worded otherwise then.
fn last_year(book: &Book, question: &Question) -> Option<String> {
    let previous = book.workbook.previous.as_ref()?;
    let before = previous.answer(&question.id, book.shown().map_or("", |c| c.key.as_str()))?;
    let pieces: Vec<String> =
        before.evidence.iter().map(|r| previous.piece(r).map_or_else(|| r.clone(), |piece| format!("{r} {}", piece.title))).collect();
    let evidence = if pieces.is_empty() { String::new() } else { format!(" [{}]", pieces.join(", ")) };
    let note = if before.note.is_empty() { String::new() } else { format!(": {}", before.note) };
    let worded = if before.digest == question.digest() { "" } else { " – the question was worded otherwise" };
    Some(clean(&format!("{} ({}, {}){note}{evidence}{worded}", before.value, before.by, before.at)))
}

/// What stands above the form: the question, and whether it needs evidence.
#[must_use]
pub fn heading(session: &Session, question: &str, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let Some(known) = session.guidance.question(question) else { return vec![] };
    let needs = if known.evidence_required { "needs evidence" } else { "evidence may be added" };
    let mut lines = vec![form::title(question, needs, width, theme)];
    lines.extend(markdown::wrap(&markdown::inline(known.text.trim(), "text.strong", theme), width, &[]));
    lines
}

/// What helps to fill the form: what satisfies, the answer until now, why it is asked.
#[must_use]
pub fn help(session: &Session, book: &Book, question: &str, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let Some(known) = session.guidance.question(question) else { return vec![] };
    let mut lines = form::told("Satisfies", &known.satisfied_words(), "text", width, theme);
    for words in answered(book, known) {
        lines.extend(form::told("Until now", &words, "text", width, theme));
    }
    if let Some(words) = last_year(book, known) {
        lines.extend(form::told("Last year", &words, "text", width, theme));
        lines.extend(form::told("", "ctrl-l copies its answer and note into the form", "text.muted", width, theme));
    }
    for words in book.behind(question) {
        lines.extend(form::told("Analysis", &clean(words), "text", width, theme));
    }
    for (words, wrong) in book.evidence_words(known, session.today()) {
        lines.extend(form::told("Evidence", &clean(&words), if wrong { "warning" } else { "text" }, width, theme));
    }
    lines.push(Line::default());
    lines.extend(markdown::render(&paragraphs(&known.help).join("\n\n"), width, theme).lines);
    lines
}

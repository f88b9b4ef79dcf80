//! What was determined of the practices of a control, what stands in the way, and the form for a determination.

use crate::tui::theme::Theme;
use crate::tui::widgets::{List, form, frame, list, page, sign};
use crate::tui::{markdown, signs, text};
use kassay_core::guidance::{Control, paragraphs};
use kassay_core::model::text::clean;
use kassay_core::session::{Blocker, Book, Layer, Pane, Session, Tab, Target, finding_words};
use kassay_core::workbook::determining::overruled;
use kassay_core::workbook::sign_off::{Matter, SignState};
use kassay_core::workbook::{Proposal, Rolled};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws the practices with their proposals and determinations, and what stands in the way.
///
/// ```text
///  ▸1.5.a  ✗ not in place         determined by A. Assessor, 23 Nov
///   1.5.b  proposed: ✓ in place
///   What stands in the way
///     ○ 1.5/account-rights is open: review: 41 accounts
///     ? Is …: needs an answer
///
///  the practice in words, and the determination with its rationale
/// ```
pub fn list(frame: &mut Frame<'_>, area: Rect, side: bool, session: &Session, book: &Book, control: &Control, theme: &Theme) {
    let blockers = session.blockers_here();
    let practices = control.practices.len();
    let length = practices + blockers.len();
    let (rows, detail) = frame::divide(area, length.min(usize::from(area.height) * 2 / 3), side);
    let at = book.walk.row(control).min(length.saturating_sub(1));
    book.walk.shows(&control.id, Tab::Result, rows.height.into());
    list::spots(rows, length, at);
    let focused = book.walk.pane == Pane::Work && matches!(session.top(), Layer::Walk);
    List::new(length, Some(at), theme).focused(focused).draw(frame, rows, |nth, room| match control.practices.get(nth) {
        Some(practice) => practice_row(session, book, &practice.id, room, theme),
        None => match blockers.get(nth - practices) {
            Some(blocker) => {
                let mark = blocker.outcome.map_or("?", sign::outcome);
                let meaning = match blocker.target {
                    Target::Check(_) => blocker.outcome.map_or("text.muted", sign::outcome_meaning),
                    _ => "warning",
                };
                Line::from(vec![
                    Span::styled(format!("  {mark} "), theme.style(meaning)),
                    Span::styled(text::cut(&clean(&blocker.words), room.saturating_sub(4)), theme.style("text.muted")),
                ])
            }
            None => Line::default(),
        },
    });
    let lines = about(session, book, control, at, &blockers, usize::from(detail.width.min(100)), theme);
    page::detail(frame, detail, lines, &session.detail, theme);
}

fn practice_row(session: &Session, book: &Book, practice: &str, room: usize, theme: &Theme) -> Line<'static> {
    let mut spans = vec![Span::styled(format!("{practice:<7}"), theme.style("text.strong"))];
    let mut room = room;
    if !book.walk.marked.is_empty() {
        let mark = if book.walk.marked.contains(practice) { "● " } else { "  " };
        spans.insert(0, Span::styled(mark, theme.style("key")));
        room = room.saturating_sub(2);
    }
    let proposed = book.proposed(practice);
    match book.workbook.determination(practice) {
        Some(found) => {
            spans.push(sign::determined_span(found.finding, theme));
            let confirm = if found.to_confirm { "! to confirm: " } else { "" };
            let signed = book.signing.get(&Matter::of_determination(found).to_string()).map(|s| s.state);
            let signed = signed.filter(|state| *state != SignState::Open).map_or_else(String::new, |state| format!(", {}", state.label()));
            let when = text::moment(found.at.0, session.now, &session.zone);
            let words = clean(&format!("   {confirm}{}, {when}{signed}", found.by));
            let meaning = if found.to_confirm { "warning" } else { "text.muted" };
            spans.push(Span::styled(text::cut(&words, room.saturating_sub(24)), theme.style(meaning)));
        }
        None => match proposed {
            Some(finding) => {
                spans.push(Span::styled("proposed: ", theme.style("text.muted")));
                spans.push(sign::determined_span(finding, theme));
            }
            None => {
                let words = text::cut("nothing is proposed: something is still open", room.saturating_sub(8));
                spans.push(Span::styled(words, theme.style("text.muted")));
            }
        },
    }
    Line::from(spans)
}

fn about(
    session: &Session,
    book: &Book,
    control: &Control,
    at: usize,
    blockers: &[Blocker],
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let Some(practice) = control.practices.get(at) else {
        let words = blockers.get(at - control.practices.len()).map(|blocker| clean(&blocker.words)).unwrap_or_default();
        let mut lines = markdown::plain(&words, width, theme.style("text"));
        lines.push(Line::default());
        lines.push(Line::styled(signs::spelled("↵ goes there".into()), theme.style("text.muted")));
        return lines;
    };
    let words = paragraphs(&practice.text).join(" ");
    let mut lines = markdown::wrap(
        &markdown::inline(&words, "text", theme),
        width,
        &[Span::styled(format!("{} ", practice.id), theme.style("text.strong"))],
    );
    lines.push(Line::default());
    let say = |lines: &mut Vec<Line<'static>>, label: &str, words: &str, meaning: &str| {
        let lead = [Span::styled(text::left(label, 12), theme.style("text.muted"))];
        lines.extend(markdown::wrap(&[Span::styled(words.to_owned(), theme.style(meaning))], width, &lead));
    };
    if let Some(proposal) = book.proposals.get(&practice.id) {
        match proposal.proposal {
            Some(finding) => {
                let words = format!("{}, because of {}", finding_words(finding), proposal.because.join(", "));
                say(&mut lines, "Proposed", &words, sign::determined_meaning(finding));
                proposal.looked_for.iter().for_each(|words| say(&mut lines, "Looked for", &clean(words), "text.muted"));
            }
            None => say(&mut lines, "Proposed", "nothing yet; what is open is listed above", "text.muted"),
        }
    }
    if let Some(proposal) = book.proposals.get(&practice.id) {
        for (words, meaning) in on_each(proposal) {
            say(&mut lines, "On", &words, meaning);
        }
    }
    if let Some(before) = book.workbook.previous.as_ref().and_then(|p| p.determination(&practice.id)) {
        let why = if before.rationale.is_empty() { String::new() } else { format!(": {}", before.rationale) };
        say(&mut lines, "Last year", &clean(&format!("{}{why}", finding_words(before.finding))), "text.muted");
    }
    match book.workbook.determination(&practice.id) {
        Some(found) => {
            let when = text::moment(found.at.0, session.now, &session.zone);
            let words = clean(&format!("{}, {} ({}, {when})", finding_words(found.finding), found.method.label(), found.by));
            say(&mut lines, "Determined", &words, sign::determined_meaning(found.finding));
            let overruled = overruled(found);
            if let Some(words) = &overruled {
                say(&mut lines, "Overruled", &clean(words), "warning");
            }
            if !found.excluded_by.is_empty() {
                say(&mut lines, "Excluded by", &clean(&found.excluded_by), "text");
            }
            if !found.rationale.is_empty() && overruled.is_none() {
                say(&mut lines, "Rationale", &clean(&found.rationale), "text");
            }
            for (label, words) in found.parts() {
                say(&mut lines, label, &clean(&words), "text");
            }
            if let Some(standing) = book.signing.get(&Matter::of_determination(found).to_string()) {
                say(&mut lines, "2nd person", &clean(&standing.words()), sign::signed_meaning(standing.state));
            }
            if found.to_confirm {
                let then = found.proposed.map_or("nothing", finding_words);
                say(
                    &mut lines,
                    "Confirm",
                    &format!("when you determined it, {then} was proposed; look again, and save it anew (d)"),
                    "warning",
                );
            }
        }
        None => say(&mut lines, "Determined", "not yet: d determines it", "warning"),
    }
    lines
}

/// What is proposed on each cluster, where there are several.
fn on_each(rolled: &Rolled) -> Vec<(String, &'static str)> {
    if rolled.on.len() < 2 {
        return vec![];
    }
    let line = |(cluster, p): &(String, Proposal)| match p.proposal {
        Some(finding) => (clean(&format!("{cluster}: {}", finding_words(finding))), sign::determined_meaning(finding)),
        None => (clean(&format!("{cluster}: nothing yet, {} open", p.missing.len())), "text.muted"),
    };
    rolled.on.iter().map(line).collect()
}

/// What stands above the form: the practice, and what is proposed for it; of many, their names.
#[must_use]
pub fn heading(session: &Session, practices: &[String], width: usize, theme: &Theme) -> Vec<Line<'static>> {
    if let [practice] = practices {
        return heading_of_one(session, practice, width, theme);
    }
    let about = text::counted(practices.len(), "practice", "practices");
    let mut lines = vec![form::title("your determination of all that is marked", &about, width, theme)];
    lines.extend(markdown::wrap(&[Span::styled(practices.join(", "), theme.style("text"))], width, &[]));
    lines
}

fn heading_of_one(session: &Session, practice: &str, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let Some(known) = session.guidance.practice(practice) else { return vec![] };
    let proposal = session.book.as_ref().and_then(|b| b.proposed(practice));
    let proposed = proposal.map_or("nothing proposed".to_owned(), |f| format!("proposed: {}", finding_words(f)));
    let mut lines = vec![form::title(&format!("{practice}  your determination"), &proposed, width, theme)];
    lines.extend(markdown::wrap(&markdown::inline(&paragraphs(&known.text).join(" "), "text", theme), width, &[]));
    lines
}

/// What helps to fill the form: the proposal with its reasons, and what stands in the way; of many, what is proposed for each.
#[must_use]
pub fn help(session: &Session, book: &Book, practices: &[String], width: usize, theme: &Theme) -> Vec<Line<'static>> {
    if let [practice] = practices {
        return help_for_one(session, book, practice, width, theme);
    }
    let mut lines = vec![];
    for practice in practices {
        let (words, meaning) = match book.proposed(practice) {
            Some(finding) => (format!("proposed {}", finding_words(finding)), sign::determined_meaning(finding)),
            None => ("nothing is proposed".to_owned(), "text.muted"),
        };
        lines.extend(form::told(practice, &words, meaning, width, theme));
    }
    let words = "Each goes through its own gate: what lacks something, as a rationale against its proposal, is named and left as it was.";
    lines.extend(markdown::plain(words, width, theme.style("text.muted")));
    lines
}

fn help_for_one(session: &Session, book: &Book, practice: &str, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = vec![];
    let Some(proposal) = book.proposals.get(practice) else { return lines };
    let because = if proposal.because.is_empty() { "something is still open".to_owned() } else { proposal.because.join(", ") };
    match proposal.proposal {
        Some(finding) => {
            let words = format!("{}, because of {because}", finding_words(finding));
            lines.extend(form::told("Proposed", &words, sign::determined_meaning(finding), width, theme));
            for words in &proposal.looked_for {
                lines.extend(form::told("Looked for", &clean(words), "text.muted", width, theme));
            }
        }
        None => lines.extend(form::told("Proposed", &format!("nothing: {because}"), "text.muted", width, theme)),
    }
    lines.extend(on_each(proposal).iter().map(|(words, meaning)| Line::styled(format!("  {words}"), theme.style(meaning))));
    for blocker in book.blockers(practice, session.guidance) {
        let words = text::cut(&blocker.words, (width * 2).saturating_sub(12));
        lines.extend(markdown::wrap(&[Span::styled(clean(&words), theme.style("text.muted"))], width, &[Span::raw("  - ")]));
    }
    lines
}

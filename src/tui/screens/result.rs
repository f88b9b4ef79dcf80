//! What supports a control, and what was determined of it: the tabs “Evidence” and “Result”.

use super::walk::divide;
use crate::tui::theme::Theme;
use crate::tui::widgets::{List, sign};
use crate::tui::{markdown, text};
use kassay_core::guidance::{Control, paragraphs};
use kassay_core::model::text::clean;
use kassay_core::session::{Book, Layer, Pane, Session, Tab, Target, evidence_age, finding_words};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

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
pub(super) fn render(frame: &mut Frame<'_>, area: Rect, side: bool, session: &Session, book: &Book, control: &Control, theme: &Theme) {
    let blockers = session.blockers_here();
    let practices = control.practices.len();
    let length = practices + blockers.len();
    let (rows, detail) = divide(area, length.min(usize::from(area.height) * 2 / 3), side);
    let at = book.walk.row(control).min(length.saturating_sub(1));
    book.walk.shows(&control.id, Tab::Result, rows.height.into());
    crate::tui::views::spots(rows, length, at);
    let focused = book.walk.pane == Pane::Work && matches!(session.top(), Layer::Walk);
    List::new(length, Some(at), theme).focused(focused).draw(frame, rows, |nth, room| match control.practices.get(nth) {
        Some(practice) => practice_row(session, book, &practice.id, room, theme),
        None => match blockers.get(nth - practices) {
            Some((target, words)) => {
                let mark = match target {
                    Target::Check(id) => book.outcome(id).map_or("?", |o| sign::outcome(o.outcome)),
                    _ => "?",
                };
                let meaning = match target {
                    Target::Check(id) => book.outcome(id).map_or("text.muted", |o| sign::outcome_meaning(o.outcome)),
                    _ => "warning",
                };
                Line::from(vec![
                    Span::styled(format!("  {mark} "), theme.style(meaning)),
                    Span::styled(text::cut(&clean(words), room.saturating_sub(4)), theme.style("text.muted")),
                ])
            }
            None => Line::default(),
        },
    });
    let mut lines = about(session, book, control, at, &blockers, usize::from(detail.width.min(100)), theme);
    lines.truncate(detail.height.into());
    frame.render_widget(Paragraph::new(lines), detail);
}

fn practice_row(session: &Session, book: &Book, practice: &str, room: usize, theme: &Theme) -> Line<'static> {
    let mut spans = vec![Span::styled(format!("{practice:<7}"), theme.style("text.strong"))];
    let proposed = book.proposals.get(practice).and_then(|p| p.proposal);
    match book.workbook.determination(practice) {
        Some(found) => {
            spans.push(sign::determined_span(found.finding, theme));
            let confirm = if found.to_confirm { "! to confirm: " } else { "" };
            let words = clean(&format!("   {confirm}{}, {}", found.by, text::moment(found.at.0, session.now, &session.zone)));
            let meaning = if found.to_confirm { "warning" } else { "text.muted" };
            spans.push(Span::styled(text::cut(&words, room.saturating_sub(24)), theme.style(meaning)));
        }
        None => match proposed {
            Some(finding) => {
                spans.push(Span::styled("proposed: ", theme.style("text.muted")));
                spans.push(sign::determined_span(finding, theme));
            }
            None => spans.push(Span::styled("nothing is proposed: something is still open", theme.style("text.muted"))),
        },
    }
    Line::from(spans)
}

fn about(
    session: &Session,
    book: &Book,
    control: &Control,
    at: usize,
    blockers: &[(Target, String)],
    width: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let Some(practice) = control.practices.get(at) else {
        let words = blockers.get(at - control.practices.len()).map(|(_, words)| clean(words)).unwrap_or_default();
        let mut lines = markdown::plain(&words, width, theme.style("text"));
        lines.push(Line::default());
        lines.push(Line::styled("↵ goes there", theme.style("text.muted")));
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
        let lead = [Span::styled(text::left(label, 11), theme.style("text.muted"))];
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
    match book.workbook.determination(&practice.id) {
        Some(found) => {
            let when = text::moment(found.at.0, session.now, &session.zone);
            let words = clean(&format!("{}, {} ({}, {when})", finding_words(found.finding), found.method.label(), found.by));
            say(&mut lines, "Determined", &words, sign::determined_meaning(found.finding));
            if !found.rationale.is_empty() {
                say(&mut lines, "Rationale", &clean(&found.rationale), "text");
            }
            if let Some(parts) = &found.compensating {
                for (label, words) in [("Constraint", &parts.constraint), ("Control", &parts.control), ("Validation", &parts.validation)] {
                    say(&mut lines, label, &clean(words), "text");
                }
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

/// Draws the evidence of a control, and what one would ask to see.
///
/// ```text
///  ▸E-0004  document     conditional-access.pdf              12 days   1.6.a
///
///  What to ask for
///    - List of all services that support the cluster…
/// ```
pub(super) fn evidence(frame: &mut Frame<'_>, area: Rect, side: bool, session: &Session, book: &Book, control: &Control, theme: &Theme) {
    let all = book.evidence_of(control);
    let (rows, detail) = divide(area, if all.is_empty() { 3 } else { all.len() }, side);
    if all.is_empty() {
        let words = "Nothing is attached yet. e attaches a file, an interview or an observation; a file can be dropped here.";
        frame.render_widget(Paragraph::new(markdown::plain(words, rows.width.into(), theme.style("text.muted"))), rows);
    } else {
        let at = book.walk.row(control).min(all.len() - 1);
        book.walk.shows(&control.id, Tab::Evidence, rows.height.into());
        crate::tui::views::spots(rows, all.len(), at);
        let focused = book.walk.pane == Pane::Work && matches!(session.top(), Layer::Walk);
        List::new(all.len(), Some(at), theme).focused(focused).draw(frame, rows, |nth, room| {
            let piece = all[nth];
            let age = match evidence_age(piece, session.today()) {
                0 => "today".to_owned(),
                days => text::counted(usize::try_from(days).unwrap_or(0), "day old", "days old"),
            };
            let right = format!("{age}  {}", clean(&piece.practices.join(" ")));
            let right = text::cut(&right, room / 3);
            let words = room.saturating_sub(22 + text::width(&right) + 2);
            Line::from(vec![
                Span::styled(format!("{}  ", piece.reference), theme.style("text.strong")),
                Span::styled(format!("{:<12} ", piece.kind.label()), theme.style("text.muted")),
                Span::styled(text::left(&clean(&piece.title), words), theme.style("text")),
                Span::styled(format!("  {right}"), theme.style("text.muted")),
            ])
        });
    }
    let width = usize::from(detail.width.min(100));
    let mut lines = vec![];
    if let Some(piece) = all.get(book.walk.row(control).min(all.len().saturating_sub(1))) {
        lines.extend(markdown::plain(&clean(&piece.title), width, theme.style("text.strong")));
        let file = if piece.file.is_empty() { "no file".to_owned() } else { format!("{}, {}", piece.file, text::size(piece.size)) };
        let obtained = text::moment(piece.obtained.0, session.now, &session.zone);
        lines.push(Line::styled(text::cut(&clean(&format!("{file}; obtained by {}, {obtained}", piece.by)), width), theme.style("text")));
        if !piece.sha256.is_empty() {
            lines.push(Line::styled(text::cut(&format!("SHA-256 {}", piece.sha256), width), theme.style("text.muted")));
        }
        lines.push(Line::default());
    }
    if !control.evidence.is_empty() {
        lines.push(Line::styled("What to ask for", theme.style("text.strong")));
        for item in &control.evidence {
            lines.extend(markdown::wrap(&markdown::inline(item, "text", theme), width, &[Span::raw("- ")]));
        }
    }
    lines.truncate(detail.height.into());
    frame.render_widget(Paragraph::new(lines), detail);
}

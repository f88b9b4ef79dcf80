//! What supports a control, under the practices and questions that it serves; and the forms for more of it.

use crate::tui::theme::Theme;
use crate::tui::widgets::{List, form, frame, list, page};
use crate::tui::{markdown, text};
use kassay_core::guidance::Control;
use kassay_core::model::text::clean;
use kassay_core::session::{Book, EvidenceRow, Layer, Pane, Session, Tab, Target};
use kassay_core::workbook::evidence::{age, judged_words, replaced_by, stale};
use kassay_core::workbook::{AnswerState, Evidence, EvidenceKind};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws the evidence of a control, and what one would ask to see.
///
/// ```text
///   1.6.a  Multi-factor authentication for every access…
///  ▸  E-0004  document     Access policy                           12 days old
///   1.6.mfa_enforced  Is multi-factor authentication enforced…          none yet
///
///  Access policy
///  policy.pdf, 12 kB; obtained by A. Assessor, 23 Nov 09:12
/// ```
pub fn list(frame: &mut Frame<'_>, area: Rect, side: bool, session: &Session, book: &Book, control: &Control, theme: &Theme) {
    let all = book.evidence_rows(control);
    let (rows, detail) = frame::divide(area, all.len(), side);
    let at = book.walk.row(control).min(all.len().saturating_sub(1));
    book.walk.shows(&control.id, Tab::Evidence, rows.height.into());
    list::spots(rows, all.len(), at);
    let focused = book.walk.pane == Pane::Work && matches!(session.top(), Layer::Walk);
    List::new(all.len(), Some(at), theme).focused(focused).draw(frame, rows, |nth, room| match all[nth].piece.as_deref() {
        Some(reference) => book.piece(reference).map_or_else(Line::default, |piece| line(session, book, piece, room, theme)),
        None => {
            let none = all.get(nth + 1).is_none_or(|next| next.piece.is_none());
            heading_of(session, book, &all[nth].of, none, room, theme)
        }
    });
    let width = usize::from(detail.width.min(100));
    let mut lines = about(session, book, all.get(at), width, theme);
    let asked = book.to_ask(control);
    if !asked.is_empty() {
        lines.push(Line::styled("What to ask for", theme.style("text.strong")));
        for item in &asked {
            lines.extend(markdown::wrap(&markdown::inline(item, "text", theme), width, &[Span::raw("- ")]));
        }
    }
    page::detail(frame, detail, lines, &session.detail, theme);
}

/// The line of a practice or question.
fn heading_of(session: &Session, book: &Book, of: &Target, none: bool, room: usize, theme: &Theme) -> Line<'static> {
    let (id, words) = match of {
        Target::Practice(id) => (id.as_str(), session.guidance.practice(id).map(|p| p.text.as_str()).unwrap_or_default()),
        Target::Question(id) => (id.as_str(), session.guidance.question(id).map(|q| q.text.as_str()).unwrap_or_default()),
        _ => ("", ""),
    };
    // In a narrow list the id of a question would take the place of its words.
    let id = if matches!(of, Target::Question(_)) && room < 64 { "?" } else { id };
    let needs = matches!(of, Target::Question(id) if *book.state(id) == AnswerState::NeedsEvidence);
    let (right, meaning) = match (needs, none) {
        (true, _) => ("! needs evidence", "warning"),
        (false, true) => ("none yet", "text.muted"),
        (false, false) => ("", "text.muted"),
    };
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let left = room.saturating_sub(text::width(id) + text::width(right) + 4);
    Line::from(vec![
        Span::styled(format!("{id}  "), theme.style("text.strong")),
        Span::styled(text::left(&words, left), theme.style("text.muted")),
        Span::styled(format!("  {right}"), theme.style(meaning)),
    ])
}

/// The line of a piece.
fn line(session: &Session, book: &Book, piece: &Evidence, room: usize, theme: &Theme) -> Line<'static> {
    let (right, meaning) = match (replaced_by(piece, &book.workbook), stale(piece, &book.workbook, session.guidance, session.today())) {
        (Some(newer), _) => (format!("replaced by {}", newer.reference), "text.muted"),
        (None, Some(stale)) => (format!("! {}", stale.words()), "warning"),
        (None, None) => match age(piece, session.today()) {
            0 => ("today".to_owned(), "text.muted"),
            days => (text::counted(usize::try_from(days).unwrap_or(0), "day old", "days old"), "text.muted"),
        },
    };
    let right = text::cut(&clean(&right), room / 3);
    let words = room.saturating_sub(24 + text::width(&right) + 2);
    Line::from(vec![
        Span::styled(format!("  {}  ", piece.reference), theme.style("text.strong")),
        Span::styled(format!("{:<12} ", piece.kind.label()), theme.style("text.muted")),
        Span::styled(text::left(&clean(&piece.title), words), theme.style("text")),
        Span::styled(format!("  {right}"), theme.style(meaning)),
    ])
}

/// All that matters of the selected row.
fn about(session: &Session, book: &Book, row: Option<&EvidenceRow>, width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let mut lines = vec![];
    let Some(row) = row else { return lines };
    let Some(piece) = row.piece.as_deref().and_then(|reference| book.piece(reference)) else {
        let words = "e attaches evidence here: a file, an interview or an observation; files can be dropped. ↵ goes there.";
        lines.extend(markdown::plain(words, width, theme.style("text.muted")));
        lines.push(Line::default());
        return lines;
    };
    lines.extend(markdown::plain(&clean(&piece.title), width, theme.style("text.strong")));
    let file = if piece.file.is_empty() { "no file".to_owned() } else { format!("{}, {}", piece.file, text::size(piece.size)) };
    let obtained = text::moment(piece.obtained.0, session.now, &session.zone);
    lines.push(Line::styled(text::cut(&clean(&format!("{file}; obtained by {}, {obtained}", piece.by)), width), theme.style("text")));
    let mut say = |words: String, meaning: &str| lines.extend(markdown::plain(&clean(&words), width, theme.style(meaning)));
    if let Some(stale) = stale(piece, &book.workbook, session.guidance, session.today()) {
        say(format!("! {}, which is what {} allows", stale.words(), stale.question), "warning");
    }
    say(format!("judged by {}", judged_words(piece)), "text.muted");
    let told = match (&piece.interview, &piece.observation) {
        (Some(talk), _) if piece.kind == EvidenceKind::Interview => {
            [talk.person.as_str(), &talk.role, &talk.topics, &talk.conclusion].map(str::to_owned)
        }
        (_, Some(seen)) if piece.kind == EvidenceKind::Observation => {
            [seen.seen.as_str(), &seen.place, "", &seen.conclusion].map(str::to_owned)
        }
        _ => [piece.version.as_str(), &piece.purpose, "", ""].map(str::to_owned),
    };
    let told: Vec<String> = told.into_iter().filter(|part| !part.is_empty()).collect();
    if !told.is_empty() {
        say(told.join("; "), "text");
    }
    if !piece.sha256.is_empty() {
        lines.push(Line::styled(text::cut(&format!("SHA-256 {}", piece.sha256), width), theme.style("text.muted")));
    }
    lines.push(Line::default());
    lines
}

/// What stands above the form for evidence.
#[must_use]
pub fn heading(width: usize, theme: &Theme) -> Vec<Line<'static>> {
    vec![form::title("Evidence", "a copy of a file is kept in the assessment, under its SHA-256", width, theme)]
}

/// What stands above the form for a note.
#[must_use]
pub fn note_heading(width: usize, theme: &Theme) -> Vec<Line<'static>> {
    vec![form::title("Note", "an observation among the evidence", width, theme)]
}

/// What helps to fill the form for evidence.
#[must_use]
pub fn help(width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let words = "Text files with card numbers or private keys in them are refused: redact them first. ↑ leads to the kind: interviews and observations need no file.";
    markdown::plain(words, width, theme.style("text.muted"))
}

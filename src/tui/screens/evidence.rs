//! What supports a control, and the forms for more of it.

use crate::tui::theme::Theme;
use crate::tui::widgets::{List, form, frame, list};
use crate::tui::{markdown, text};
use kassay_core::guidance::Control;
use kassay_core::model::text::clean;
use kassay_core::session::{Book, Layer, Pane, Session, Tab, evidence_age};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// Draws the evidence of a control, and what one would ask to see.
///
/// ```text
///  ▸E-0004  document     conditional-access.pdf              12 days   1.6.a
///
///  What to ask for
///    - List of all services that support the cluster…
/// ```
pub fn list(frame: &mut Frame<'_>, area: Rect, side: bool, session: &Session, book: &Book, control: &Control, theme: &Theme) {
    let all = book.evidence_of(control);
    let (rows, detail) = frame::divide(area, if all.is_empty() { 3 } else { all.len() }, side);
    if all.is_empty() {
        let words = "Nothing is attached yet. e attaches a file, an interview or an observation; a file can be dropped here.";
        frame.render_widget(Paragraph::new(markdown::plain(words, rows.width.into(), theme.style("text.muted"))), rows);
    } else {
        let at = book.walk.row(control).min(all.len() - 1);
        book.walk.shows(&control.id, Tab::Evidence, rows.height.into());
        list::spots(rows, all.len(), at);
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

/// What stands above the form for evidence.
#[must_use]
pub fn heading(width: usize, theme: &Theme) -> Vec<Line<'static>> {
    vec![form::title("Evidence", "a copy is kept in the assessment, under its SHA-256", width, theme)]
}

/// What stands above the form for a note.
#[must_use]
pub fn note_heading(width: usize, theme: &Theme) -> Vec<Line<'static>> {
    vec![form::title("Note", "an observation among the evidence", width, theme)]
}

/// What helps to fill the form for evidence.
#[must_use]
pub fn help(width: usize, theme: &Theme) -> Vec<Line<'static>> {
    let words =
        "Text files with card numbers or private keys in them are refused: redact them first. Interviews and observations need no file.";
    markdown::plain(words, width, theme.style("text.muted"))
}

//! A list over whatever is there, narrowed by what is typed: the palette, the search.

use super::{List, field, frame, hints};
use crate::tui::text;
use crate::tui::theme::Theme;
use kassay_core::session::{Cursor, Field};
use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};

/// A row: its words, what stands at its right, and which of its letters were searched for.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// What it does, or is.
    pub words: String,
    /// A sentence about it, shown where there is room.
    pub about: String,
    /// Its key, or where it is.
    pub right: String,
    /// Characters that the search matched, in order.
    pub letters: Vec<u32>,
}

/// What is searched.
pub struct View<'a> {
    /// What one looks for: `Commands`.
    pub title: &'a str,
    /// What stands before what is typed.
    pub sign: &'a str,
    /// What may be typed, shown while nothing is.
    pub placeholder: &'a str,
    /// What is typed.
    pub query: &'a Field,
    /// The selected row.
    pub cursor: &'a Cursor,
    /// Rows that fit, best first.
    pub rows: &'a [Row],
    /// How many there are in all.
    pub of: usize,
    /// Keys of here.
    pub keys: &'a [hints::Hint<'a>],
}

/// Draws it over what is there.
///
/// ```text
/// ╭ Commands ───────────────────────── 12 of 40 ╮
/// │ : next op_                                  │
/// │ ▸ go to the next open item             Tab  │
/// │   open the report                        o  │
/// │ Enter do it  Esc back                       │
/// ╰─────────────────────────────────────────────╯
/// ```
pub fn draw(frame: &mut Frame<'_>, area: Rect, view: &View<'_>, theme: &Theme) {
    let count = if view.rows.len() < view.of { format!("{} of {}", view.rows.len(), view.of) } else { String::new() };
    let inner = frame::popup(frame, area, size(area, view.of), view.title, &count, theme);
    let (line, rest) = frame::top(inner, 1);
    let (sign, input) = frame::left(line, 2);
    frame.render_widget(Line::styled(view.sign.to_owned(), theme.style("key")), sign);
    let shown = field::Shown { text: &view.query.text, cursor: Some(view.query.cursor), placeholder: view.placeholder, error: None };
    field::draw(frame, input, &shown, theme);
    let (body, foot) = frame::bottom(rest, 1);
    frame.render_widget(hints::line(view.keys, foot.width.into(), theme), foot);
    let (body, _) = frame::bottom(body, 1);
    if view.rows.is_empty() {
        frame.render_widget(Line::styled("Nothing fits. Fewer letters find more.", theme.style("text.muted")), body);
        return;
    }
    view.cursor.shows(body.height.into());
    let name = view.rows.iter().map(|r| text::width(&r.words)).max().unwrap_or(0);
    List::new(view.rows.len(), Some(view.cursor.at), theme).draw(frame, body, |nth, room| {
        let row = &view.rows[nth];
        let right = text::cut(&row.right, room / 2);
        let columns = room.saturating_sub(text::width(&right) + 2);
        let words = text::cut(&row.words, columns);
        let about = text::left(&row.about, columns.saturating_sub(name.max(text::width(&words)) + 2));
        let gap = columns.saturating_sub(text::width(&words) + text::width(&about));
        let mut spans = lettered(&words, &row.letters, theme);
        spans.push(Span::raw(" ".repeat(gap)));
        spans.push(Span::styled(about, theme.style("text.muted")));
        spans.push(Span::styled(format!(" {right} "), theme.style("key")));
        Line::from(spans)
    });
}

fn size(area: Rect, rows: usize) -> (u16, u16) {
    let rows = u16::try_from(rows).unwrap_or(u16::MAX).clamp(1, 16);
    (area.width.saturating_sub(6).clamp(20, 100), (rows + 5).min(area.height.saturating_sub(2)))
}

/// The area in which the rows are drawn, for the mouse.
#[must_use]
pub fn list_area(area: Rect, rows: usize) -> Rect {
    let (width, height) = size(area, rows);
    let inner = frame::centred(area, width, height).inner(Margin::new(2, 1));
    frame::bottom(frame::top(inner, 1).1, 2).0
}

/// A text with the letters that were searched for set off.
fn lettered(words: &str, letters: &[u32], theme: &Theme) -> Vec<Span<'static>> {
    let mut spans: Vec<Span<'static>> = Vec::new();
    for (nth, c) in (0u32..).zip(words.chars()) {
        let style = theme.style(if letters.binary_search(&nth).is_ok() { "marked" } else { "text" });
        match spans.last_mut().filter(|s| s.style == style) {
            Some(span) => span.content.to_mut().push(c),
            None => spans.push(Span::styled(c.to_string(), style)),
        }
    }
    spans
}

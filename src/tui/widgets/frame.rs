//! Frames: the panel that divides a screen, and the popup that lies over it.

use crate::tui::mouse;
use crate::tui::text;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear};

/// Draws a frame with a title at its left and one at its right, and gives what is left inside, one column of air at each side.
pub fn panel(frame: &mut Frame<'_>, area: Rect, title: &str, right: &str, theme: &Theme, focused: bool) -> Rect {
    let room = usize::from(area.width).saturating_sub(6);
    let right = text::cut(right, room.saturating_sub(text::width(title).min(room / 2)));
    let title = text::cut(title, room.saturating_sub(text::width(&right)));
    let mut block =
        Block::bordered().border_type(BorderType::Rounded).border_style(theme.style(if focused { "border.focus" } else { "border" }));
    if !title.is_empty() {
        block = block.title_top(Line::from(Span::styled(format!(" {title} "), theme.style("title"))));
    }
    if !right.is_empty() {
        block = block.title_top(Line::from(Span::styled(format!(" {right} "), theme.style("text.muted"))).right_aligned());
    }
    let inner = block.inner(area);
    frame.render_widget(block, area);
    inner.inner(Margin::new(1, 0))
}

/// An area of at most that size in the middle of another.
#[must_use]
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

/// Clears a centred area, frames it, and gives what is left inside.
pub fn popup(frame: &mut Frame<'_>, area: Rect, (width, height): (u16, u16), title: &str, right: &str, theme: &Theme) -> Rect {
    let area = centred(area, width, height);
    frame.render_widget(Clear, area);
    mouse::cover(area);
    frame.buffer_mut().set_style(area, theme.style("popup"));
    panel(frame, area, title, right, theme, true)
}

/// Draws a thin line across an area's first row.
pub fn rule(frame: &mut Frame<'_>, area: Rect, theme: &Theme) {
    let line = "─".repeat(area.width.into());
    frame.render_widget(Line::styled(line, theme.style("border")), Rect { height: 1.min(area.height), ..area });
}

/// Divides an area into a first part of so many rows and the rest.
#[must_use]
pub fn top(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    (Rect { height: rows, ..area }, Rect { y: area.y + rows, height: area.height - rows, ..area })
}

/// Divides an area into the rest and a last part of so many rows.
#[must_use]
pub fn bottom(area: Rect, rows: u16) -> (Rect, Rect) {
    let rows = rows.min(area.height);
    (Rect { height: area.height - rows, ..area }, Rect { y: area.y + area.height - rows, height: rows, ..area })
}

/// Divides an area into a first part of so many columns and the rest.
#[must_use]
pub fn left(area: Rect, columns: u16) -> (Rect, Rect) {
    let columns = columns.min(area.width);
    (Rect { width: columns, ..area }, Rect { x: area.x + columns, width: area.width - columns, ..area })
}

/// Divides an area into the rest and a last part of so many columns.
#[must_use]
pub fn right(area: Rect, columns: u16) -> (Rect, Rect) {
    let columns = columns.min(area.width);
    (Rect { width: area.width - columns, ..area }, Rect { x: area.x + area.width - columns, width: columns, ..area })
}

/// Columns from which on what is selected stands beside its list: both are long enough to read then.
pub const SIDE_BY_SIDE: u16 = 130;

/// Divides a tab into its list and the room for what is selected: beside it, or below.
#[must_use]
pub fn divide(area: Rect, rows: usize, side: bool) -> (Rect, Rect) {
    if side {
        let (list, detail) = left(area, area.width / 2);
        return (list, left(detail, 2).1);
    }
    let wanted = u16::try_from(rows).unwrap_or(u16::MAX);
    let (list, detail) = top(area, wanted.min(area.height.saturating_sub(4).max(area.height / 2)));
    (list, top(detail, 1).1)
}

/// The middle of an area, not wider than that: long lines of text are hard to read.
#[must_use]
pub fn column(area: Rect, width: u16) -> Rect {
    let width = width.min(area.width);
    Rect { x: area.x + (area.width - width) / 2, width, ..area }
}

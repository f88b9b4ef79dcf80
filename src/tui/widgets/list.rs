//! A list with one selected row. Only the rows in view are asked for, so that 50,000 rows scroll as 50 do, and the window follows from
//! the selection alone: what comes back after another screen stands where it stood.

use crate::tui::mouse;
use crate::tui::theme::Theme;
use kassay_core::session::Action;
use ratatui::Frame;
use ratatui::layout::{Margin, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Scrollbar, ScrollbarOrientation, ScrollbarState};
use std::ops::Range;

/// The rows of a list that are in view: the selected one stays in the middle until an end is reached.
#[must_use]
pub fn window(len: usize, selected: usize, height: usize) -> Range<usize> {
    let first = selected.min(len.saturating_sub(1)).saturating_sub(height / 2).min(len.saturating_sub(height));
    first..(first + height).min(len)
}

/// The row of a list that was drawn at a line of the screen: what a mouse click meant.
#[must_use]
pub fn row_at(area: Rect, len: usize, selected: usize, line: u16) -> Option<usize> {
    let nth = usize::from(line.checked_sub(area.y).filter(|l| *l < area.height)?);
    Some(window(len, selected, area.height.into()).start + nth).filter(|row| *row < len)
}

/// Says which rows of a list can be clicked.
pub fn spots(area: Rect, length: usize, at: usize) {
    for (y, row) in (area.y..).zip(window(length, at, area.height.into())) {
        mouse::on(Rect { y, height: 1, ..area }, Action::Select(row));
    }
}

/// A list to be drawn.
pub struct List<'a> {
    len: usize,
    selected: Option<usize>,
    focused: bool,
    theme: &'a Theme,
}

impl<'a> List<'a> {
    /// A list of so many rows.
    #[must_use]
    pub const fn new(len: usize, selected: Option<usize>, theme: &'a Theme) -> Self {
        Self { len, selected, focused: true, theme }
    }

    /// Says whether keys go to it: without focus the selected row keeps its sign, not its ground.
    #[must_use]
    pub const fn focused(mut self, focused: bool) -> Self {
        self.focused = focused;
        self
    }

    /// Columns that a row has in an area: what the sign and the scroll bar leave.
    #[must_use]
    pub fn columns(&self, area: Rect) -> usize {
        let bar = usize::from(self.len > usize::from(area.height));
        usize::from(area.width).saturating_sub(2 + bar)
    }

    /// Draws the rows in view; each is asked for with its number and the columns it has.
    pub fn draw(self, frame: &mut Frame<'_>, area: Rect, mut row: impl FnMut(usize, usize) -> Line<'static>) {
        if area.is_empty() {
            return;
        }
        let columns = self.columns(area);
        let height = usize::from(area.height);
        let view = window(self.len, self.selected.unwrap_or(0), height);
        for (line, nth) in (area.y..).zip(view.clone()) {
            let chosen = self.selected == Some(nth);
            let sign = if chosen { "▸ " } else { "  " };
            let mut spans = vec![Span::styled(sign, self.theme.style(if self.focused { "key" } else { "text.muted" }))];
            let content = row(nth, columns);
            let style = content.style;
            spans.extend(content.spans);
            let at = Rect { y: line, height: 1, width: area.width.saturating_sub(u16::from(self.len > height)), ..area };
            frame.render_widget(Line::from(spans).style(style), at);
            if chosen && self.focused {
                frame.buffer_mut().set_style(at, self.theme.style("selected"));
            }
        }
        if self.len > height {
            scrollbar(frame, area, self.len, view, self.theme);
        }
    }
}

/// Draws a scroll bar at the right edge of an area.
pub fn scrollbar(frame: &mut Frame<'_>, area: Rect, len: usize, view: Range<usize>, theme: &Theme) {
    let mut state = ScrollbarState::new(len.saturating_sub(view.len())).position(view.start).viewport_content_length(view.len());
    let bar = Scrollbar::new(ScrollbarOrientation::VerticalRight)
        .begin_symbol(None)
        .end_symbol(None)
        .track_symbol(Some("│"))
        .thumb_symbol("┃")
        .track_style(theme.style("border"))
        .thumb_style(theme.style("text.muted"));
    frame.render_stateful_widget(bar, area.inner(Margin::default()), &mut state);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_holds_the_selection_and_is_never_short() {
        for (len, height) in [(0usize, 5), (3, 5), (5, 5), (50_000, 20), (7, 1), (7, 0)] {
            for selected in [0, 1, len / 2, len.saturating_sub(1), len + 3] {
                let view = window(len, selected, height);
                assert_eq!(view.len(), len.min(height));
                assert!(view.end <= len && (len == 0 || height == 0 || view.contains(&selected.min(len - 1))));
            }
        }
    }

    #[test]
    fn a_click_finds_the_row_that_was_drawn_there() {
        let area = Rect::new(2, 4, 30, 10);
        for line in 4..14 {
            let row = row_at(area, 100, 50, line).unwrap();
            assert_eq!(row, window(100, 50, 10).start + usize::from(line - 4));
        }
        assert_eq!((row_at(area, 100, 50, 3), row_at(area, 100, 50, 14), row_at(area, 2, 0, 6)), (None, None, None));
    }
}

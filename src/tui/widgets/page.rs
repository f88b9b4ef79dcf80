//! What screens outside the walk have in common: a title, what it is about at the right, a body not wider than eyes like, keys at the foot.

use super::{frame, hints};
use crate::tui::text;
use crate::tui::theme::Theme;
use kassay_core::session::Scroll;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// The widest body: longer lines are hard to follow.
pub const WIDEST: u16 = 120;

/// Draws title and keys, and gives the body between them.
///
/// ```text
///   Title                                                    about
///
///   body, at most 120 columns, in the middle
///
///   key words  key words                                    ? help
/// ```
pub fn draw(frame: &mut Frame<'_>, area: Rect, title: &str, about: &str, keys: &[hints::Hint<'_>], theme: &Theme) -> Rect {
    let (head, body, foot) = divide(area);
    let columns = usize::from(head.width);
    let title = text::cut(title, columns);
    let about = text::cut(about, columns.saturating_sub(text::width(&title) + 2));
    let gap = columns.saturating_sub(text::width(&title) + text::width(&about));
    frame.render_widget(
        Line::from(vec![
            Span::styled(title, theme.style("title")),
            Span::raw(" ".repeat(gap)),
            Span::styled(about, theme.style("text.muted")),
        ]),
        head,
    );
    frame.render_widget(hints::line(keys, usize::from(foot.width), theme), foot);
    body
}

/// The body of a page of that size, for the mouse.
#[must_use]
pub fn body(area: Rect) -> Rect {
    divide(area).1
}

/// Title, body and keys.
fn divide(area: Rect) -> (Rect, Rect, Rect) {
    let margin = if area.width >= 70 { 2 } else { 0 };
    let page = frame::column(area, WIDEST.saturating_add(2 * margin));
    let page = Rect { x: page.x + margin, width: page.width.saturating_sub(2 * margin), ..page };
    let air = u16::from(area.height >= 20);
    let (_, page) = frame::top(page, air);
    let (head, rest) = frame::top(page, 1);
    let (rest, foot) = frame::bottom(rest, 1);
    let (_, body) = frame::top(rest, air);
    (head, frame::bottom(body, air).0, foot)
}

/// A heading inside a body.
#[must_use]
pub fn heading(words: &str, theme: &Theme) -> Line<'static> {
    Line::styled(words.to_owned(), theme.style("text.strong"))
}

/// As many lines as there is room for; where that is not all, the last one says how many are missing.
#[must_use]
pub fn fitting(lines: Vec<Line<'static>>, room: usize, theme: &Theme) -> Vec<Line<'static>> {
    fitting_as(lines, room, theme, |left| format!("  … {left} more in a higher window"))
}

/// Draws a text from where it is scrolled to; where there is more below, the last line says how much.
pub fn scrolled(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'static>>, scroll: &Scroll, theme: &Theme) {
    let (height, length) = (usize::from(area.height), lines.len());
    // The line that tells of more takes the place of one, and the last step shows that one too.
    let first = scroll.first(height, length);
    let left = lines.into_iter().skip(first).collect();
    let shown = fitting_as(left, height, theme, |more| format!("↓ {more} more lines"));
    frame.render_widget(Paragraph::new(shown), area);
}

/// The same in other words.
#[must_use]
pub fn fitting_as(mut lines: Vec<Line<'static>>, room: usize, theme: &Theme, words: impl Fn(usize) -> String) -> Vec<Line<'static>> {
    if lines.len() > room && room > 0 {
        let left = lines.len() - room + 1;
        lines.truncate(room - 1);
        lines.push(Line::styled(words(left), theme.style("text.muted")));
    }
    lines
}

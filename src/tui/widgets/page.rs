//! What screens outside the walk have in common: a title, what it is about at the right, a body not wider than eyes like, keys at the foot.

use super::{frame, hints};
use crate::tui::signs::spelled;
use crate::tui::theme::Theme;
use crate::tui::{markdown, mouse, text};
use kassay_core::session::{Action, Scroll};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// The widest body: longer lines are hard to follow.
pub const WIDEST: u16 = 120;

/// The widest body of a list: its rows are not read from end to end, and each column more is one that need not be cut.
pub const WIDEST_LIST: u16 = 180;

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
    drawn(frame, divide(area, WIDEST), title, about, keys, theme)
}

/// The same for a list with columns, which may be wider.
pub fn list(frame: &mut Frame<'_>, area: Rect, title: &str, about: &str, keys: &[hints::Hint<'_>], theme: &Theme) -> Rect {
    drawn(frame, divide(area, WIDEST_LIST), title, about, keys, theme)
}

fn drawn(
    frame: &mut Frame<'_>,
    (head, body, foot): (Rect, Rect, Rect),
    title: &str,
    about: &str,
    keys: &[hints::Hint<'_>],
    theme: &Theme,
) -> Rect {
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
    divide(area, WIDEST).1
}

/// Title, body and keys.
fn divide(area: Rect, widest: u16) -> (Rect, Rect, Rect) {
    let margin = if area.width >= 70 { 2 } else { 0 };
    let page = frame::column(area, widest.saturating_add(2 * margin));
    let page = Rect { x: page.x + margin, width: page.width.saturating_sub(2 * margin), ..page };
    let air = u16::from(area.height >= 20);
    let (_, page) = frame::top(page, air);
    let (head, rest) = frame::top(page, 1);
    let (rest, foot) = frame::bottom(rest, 1);
    let (_, body) = frame::top(rest, air);
    (head, frame::bottom(body, air).0, foot)
}

/// What was just done, in one line, or in two where it is longer.
#[must_use]
pub fn told(what: &str, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let style = theme.style("success");
    let mut lines = markdown::plain(what, columns, style);
    if lines.len() > 2 {
        let rest: Vec<String> = lines.drain(1..).map(|line| line.to_string()).collect();
        lines.push(Line::styled(text::cut(&rest.join(" "), columns), style));
    }
    lines
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

/// The same in other words.
#[must_use]
pub fn fitting_as(mut lines: Vec<Line<'static>>, room: usize, theme: &Theme, words: impl Fn(usize) -> String) -> Vec<Line<'static>> {
    if lines.len() > room && room > 0 {
        let left = lines.len() - room + 1;
        lines.truncate(room - 1);
        lines.push(Line::styled(spelled(words(left).into()).into_owned(), theme.style("text.muted")));
    }
    lines
}

/// Draws a text from where it is scrolled to; where there is more below, the last line says how much.
pub fn scrolled(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'static>>, scroll: &Scroll, theme: &Theme) {
    scrolled_as(frame, area, lines, scroll, theme, |more| format!("↓ {more}"));
}

/// Draws what is told of the selected row, from where it is scrolled to; where there is more, the last line says how much, and which key goes there.
pub fn detail(frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'static>>, scroll: &Scroll, theme: &Theme) {
    // Where all is seen, the wheel moves the list.
    if lines.len() > usize::from(area.height) {
        mouse::wheel(area, Action::Detail);
    }
    scrolled_as(frame, area, lines, scroll, theme, |more| format!("  ↓ {more}  J"));
}

/// The same with words for how many lines are missing.
fn scrolled_as(
    frame: &mut Frame<'_>,
    area: Rect,
    lines: Vec<Line<'static>>,
    scroll: &Scroll,
    theme: &Theme,
    words: impl Fn(&str) -> String,
) {
    let (height, length) = (usize::from(area.height), lines.len());
    // The line that tells of more takes the place of one, and the last step shows that one too.
    let first = scroll.first(height, length);
    let left = lines.into_iter().skip(first).collect();
    let shown = fitting_as(left, height, theme, |more| words(&text::counted(more, "more line", "more lines")));
    frame.render_widget(Paragraph::new(shown), area);
}

//! A message over whatever is there: what happened, why, what now. Errors stay until they are read.

use crate::tui::markdown;
use crate::tui::theme::Theme;
use crate::tui::widgets::{frame, hints};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// What a message says.
pub struct View<'a> {
    /// One line: what could not be done, or what was.
    pub title: &'a str,
    /// What and why, in the words of whoever failed.
    pub body: &'a str,
    /// What one can do now; "" where nothing needs to be done.
    pub now: &'a str,
    /// Whether it tells of something that went wrong.
    pub error: bool,
    /// Keys of here.
    pub keys: &'a [hints::Hint<'a>],
}

/// Draws a message, as high as its words need.
///
/// ```text
/// ╭ ✗ The workbook could not be saved ─────────╮
/// │                                            │
/// │ what and why                               │
/// │                                            │
/// │ what now                                   │
/// │                                            │
/// │ Esc close                                  │
/// ╰────────────────────────────────────────────╯
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, view: &View<'_>, theme: &Theme) {
    let width = area.width.saturating_sub(8).clamp(20, 84).min(area.width);
    let columns = usize::from(width).saturating_sub(4);
    let mut lines = vec![Line::default()];
    lines.extend(markdown::plain(view.body, columns, theme.style("text")));
    if !view.now.is_empty() {
        lines.push(Line::default());
        lines.extend(markdown::plain(view.now, columns, theme.style("text.strong")));
    }
    lines.push(Line::default());
    let height = u16::try_from(lines.len() + 3).unwrap_or(u16::MAX).min(area.height);
    let title = if view.error { format!("✗ {}", view.title) } else { view.title.to_owned() };
    let inner = frame::popup(frame, area, (width, height), &title, "", theme);
    let (words, foot) = frame::bottom(inner, 1);
    frame.render_widget(Paragraph::new(lines), words);
    frame.render_widget(hints::line(view.keys, foot.width.into(), theme), foot);
}

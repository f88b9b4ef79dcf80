//! The message box: what happened, why, what now. Errors stay until they are read.

use super::frame;
use crate::tui::markdown;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// A message to be drawn.
pub struct Message<'a> {
    /// One line: what could not be done, or what was.
    pub title: &'a str,
    /// What and why, in the words of whoever failed.
    pub body: &'a str,
    /// What one can do now.
    pub now: &'a str,
    /// Whether it tells of something that went wrong.
    pub error: bool,
}

/// Draws a message over an area, as high as its words need; `hints` is the line of keys at its foot.
pub fn draw(frame: &mut Frame<'_>, area: Rect, message: &Message<'_>, hints: Line<'static>, theme: &Theme) {
    let width = area.width.saturating_sub(8).clamp(20, 84).min(area.width);
    let columns = usize::from(width).saturating_sub(4);
    let mut lines = vec![Line::default()];
    lines.extend(markdown::plain(message.body, columns, theme.style("text")));
    if !message.now.is_empty() {
        lines.push(Line::default());
        lines.extend(markdown::plain(message.now, columns, theme.style("text.strong")));
    }
    lines.push(Line::default());
    let height = u16::try_from(lines.len() + 3).unwrap_or(u16::MAX).min(area.height);
    let title = if message.error { format!("✗ {}", message.title) } else { message.title.to_owned() };
    let inner = frame::popup(frame, area, (width, height), &title, "", theme);
    let (text, foot) = frame::bottom(inner, 1);
    frame.render_widget(Paragraph::new(lines), text);
    frame.render_widget(hints, foot);
}

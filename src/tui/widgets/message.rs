//! A message over whatever is there: what happened, why, what now. Errors stay until they are read.

use super::{frame, hints};
use crate::tui::theme::Theme;
use crate::tui::{markdown, text};
use kassay_core::session::{Message, Urgency};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

/// Draws a message, as high as its words need.
///
/// ```text
/// ╭ ✗ The workbook could not be saved ─────────╮
/// │                                            │
/// │ why, and what now                          │
/// │                                            │
/// │ Esc close                                  │
/// ╰────────────────────────────────────────────╯
/// ```
pub fn draw(frame: &mut Frame<'_>, area: Rect, message: &Message, keys: &[hints::Hint<'_>], theme: &Theme) {
    let width = area.width.saturating_sub(8).clamp(20, 84).min(area.width);
    let columns = usize::from(width).saturating_sub(4);
    let sign = match message.level {
        Urgency::Error => "✗ ",
        Urgency::Warning | Urgency::Ask => "○ ",
        Urgency::Info => "",
    };
    // What happened is the title where it fits, else the first words.
    let fits = text::width(&message.what) + 4 <= columns;
    let title = if fits { format!("{sign}{}", text::clean(&message.what)) } else { sign.trim_end().to_owned() };
    let mut lines = vec![Line::default()];
    if !fits {
        lines.extend(markdown::plain(&message.what, columns, theme.style("text.strong")));
        lines.push(Line::default());
    }
    if !message.why.is_empty() {
        lines.extend(markdown::plain(&message.why, columns, theme.style("text")));
        lines.push(Line::default());
    }
    let height = u16::try_from(lines.len() + 3).unwrap_or(u16::MAX).min(area.height);
    let inner = frame::popup(frame, area, (width, height), &title, "", theme);
    let (words, foot) = frame::bottom(inner, 1);
    frame.render_widget(Paragraph::new(lines), words);
    frame.render_widget(hints::line(keys, foot.width.into(), theme), foot);
}

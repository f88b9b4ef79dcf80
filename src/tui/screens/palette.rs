//! The command line: every action with its key, found by a few of its letters. It is there to learn the keys by.

use crate::tui::fuzzy::Hit;
use crate::tui::text;
use crate::tui::theme::Theme;
use crate::tui::widgets::{List, field, frame, hints};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// What the palette shows.
pub struct View<'a> {
    /// What was typed.
    pub typed: &'a str,
    /// Characters before the cursor.
    pub cursor: usize,
    /// Every action that is possible now: its words and its key.
    pub actions: &'a [(&'a str, &'a str)],
    /// Those that fit, best first.
    pub hits: &'a [Hit],
    /// The selected one among them.
    pub selected: usize,
    /// Keys of here.
    pub keys: &'a [hints::Hint<'a>],
}

/// Draws the palette over what is there.
///
/// ```text
/// ╭ Commands ───────────────────────── 12 of 40 ╮
/// │ : next op_                                  │
/// │ ▸ go to the next open item             Tab  │
/// │   open the report                        o  │
/// │ Enter do it  Esc back                       │
/// ╰─────────────────────────────────────────────╯
/// ```
pub fn render(frame: &mut Frame<'_>, area: Rect, view: &View<'_>, theme: &Theme) {
    let rows = u16::try_from(view.actions.len()).unwrap_or(u16::MAX).clamp(1, 16);
    let width = area.width.saturating_sub(6).clamp(20, 76);
    let count = if view.hits.len() < view.actions.len() { format!("{} of {}", view.hits.len(), view.actions.len()) } else { String::new() };
    let inner = frame::popup(frame, area, (width, (rows + 5).min(area.height.saturating_sub(2))), "Commands", &count, theme);
    let (line, rest) = frame::top(inner, 1);
    let (sign, input) = frame::left(line, 2);
    frame.render_widget(Line::styled(":", theme.style("key")), sign);
    let shown =
        field::Shown { text: view.typed, cursor: Some(view.cursor), placeholder: "a few letters of what you want to do", error: None };
    field::draw(frame, input, &shown, theme);
    let (body, foot) = frame::bottom(rest, 1);
    frame.render_widget(hints::line(view.keys, foot.width.into(), theme), foot);
    let (body, _) = frame::bottom(body, 1);
    if view.hits.is_empty() {
        frame.render_widget(Line::styled("Nothing fits. Fewer letters find more.", theme.style("text.muted")), body);
        return;
    }
    List::new(view.hits.len(), Some(view.selected), theme).draw(frame, body, |nth, room| {
        let hit = &view.hits[nth];
        let (words, key) = view.actions.get(hit.index).copied().unwrap_or_default();
        let key_room = text::width(key).max(1);
        let words = text::left(words, room.saturating_sub(key_room + 2));
        let mut spans = lettered(&words, &hit.letters, theme);
        spans.push(Span::styled(format!(" {key} "), theme.style("key")));
        Line::from(spans)
    });
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

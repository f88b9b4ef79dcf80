//! Fields of one line to type into, as they look: the text cleaned, the cursor where it is, the error beside or below. Typing itself happens in
//! the session, so that what was typed outlives every screen. Texts of several lines are in `area`.

use crate::tui::text;
use crate::tui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// How a field is drawn.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown<'a> {
    /// What it holds.
    pub text: &'a str,
    /// Characters before the cursor; none where the keys go elsewhere.
    pub cursor: Option<usize>,
    /// What stands there, muted, while it is empty.
    pub placeholder: &'a str,
    /// What is wrong with it.
    pub error: Option<&'a str>,
}

/// Draws a field of one line, the error below it where the area has a second row, else behind it.
pub fn draw(frame: &mut Frame<'_>, area: Rect, shown: &Shown<'_>, theme: &Theme) {
    if area.is_empty() {
        return;
    }
    let beside = shown.error.filter(|_| area.height < 2);
    let width = match beside {
        Some(error) => area.width.saturating_sub(u16::try_from(text::width(error) + 3).unwrap_or(u16::MAX)).max(area.width / 3),
        None => area.width,
    };
    let at = Rect { width, height: 1, ..area };
    let columns = usize::from(width);
    frame.buffer_mut().set_style(at, theme.style(if shown.cursor.is_some() { "input.focus" } else { "input" }));
    let cleaned = text::clean(shown.text);
    let before: String = cleaned.chars().take(shown.cursor.unwrap_or(0)).collect();
    // The view follows the cursor: the last columns before it stay in sight.
    let skip = (text::width(&before) + 1).saturating_sub(columns);
    let words = if cleaned.is_empty() { placeholder(shown, columns, theme) } else { Span::raw(skip_columns(&cleaned, skip)) };
    frame.render_widget(Line::from(words), at);
    if shown.cursor.is_some() {
        let column = text::width(&before).saturating_sub(skip);
        frame.set_cursor_position((at.x + u16::try_from(column).unwrap_or(0).min(width.saturating_sub(1)), at.y));
    }
    if let Some(error) = shown.error {
        let place = match beside {
            Some(_) => Rect { x: at.x + width + 1, width: area.width.saturating_sub(width + 1), ..at },
            None => Rect { y: area.y + 1, height: 1, ..area },
        };
        complain(frame, place, error, theme);
    }
}

fn placeholder(shown: &Shown<'_>, columns: usize, theme: &Theme) -> Span<'static> {
    Span::styled(text::cut(&theme.untyped(shown.placeholder), columns), theme.style("text.muted"))
}

fn complain(frame: &mut Frame<'_>, place: Rect, error: &str, theme: &Theme) {
    let line = Line::styled(text::cut(&format!("✗ {error}"), place.width.into()), theme.style("error"));
    frame.render_widget(line, place);
}

fn skip_columns(text: &str, columns: usize) -> String {
    let mut skipped = 0;
    let start = text.char_indices().find(|(_, c)| {
        let there = skipped >= columns;
        skipped += text::width(c.encode_utf8(&mut [0; 4]));
        there
    });
    match start {
        Some((at, _)) => text[at..].to_owned(),
        None => String::new(),
    }
}

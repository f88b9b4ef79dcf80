//! Fields to type into, one line or several, as they look: the text cleaned, the cursor where it is, the error beside or below. Typing itself
//! happens in the session, so that what was typed outlives every screen.

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

/// Draws a field of several lines: the area's rows but, where something is wrong, the last one.
pub fn draw_lines(frame: &mut Frame<'_>, area: Rect, shown: &Shown<'_>, theme: &Theme) {
    if area.is_empty() {
        return;
    }
    let height = if shown.error.is_some() { area.height.saturating_sub(1).max(1) } else { area.height };
    let at = Rect { height, ..area };
    frame.buffer_mut().set_style(at, theme.style(if shown.cursor.is_some() { "input.focus" } else { "input" }));
    let columns = usize::from(area.width);
    let lines = broken(shown.text, columns);
    let (row, column) = place(&lines, shown.cursor.unwrap_or(0));
    let first = (row + 1).saturating_sub(usize::from(height));
    if shown.text.is_empty() {
        frame.render_widget(Line::from(placeholder(shown, columns, theme)), at);
    }
    for (y, (_, line)) in (at.y..at.y + height).zip(lines.iter().skip(first)) {
        frame.render_widget(Line::raw(line.clone()), Rect { y, height: 1, ..at });
    }
    if shown.cursor.is_some() {
        let x = u16::try_from(column).unwrap_or(0).min(area.width.saturating_sub(1));
        frame.set_cursor_position((at.x + x, at.y + u16::try_from(row - first).unwrap_or(0)));
    }
    if let Some(error) = shown.error.filter(|_| area.height > 1) {
        complain(frame, Rect { y: at.y + height, height: 1, ..area }, error, theme);
    }
}

fn placeholder(shown: &Shown<'_>, columns: usize, theme: &Theme) -> Span<'static> {
    Span::styled(text::cut(shown.placeholder, columns), theme.style("text.muted"))
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

/// Lines of a text in so many columns, each with the characters before it. A line breaks behind a space where it can; nothing is left out,
/// so that the cursor has a place everywhere.
fn broken(source: &str, columns: usize) -> Vec<(usize, String)> {
    let room = columns.max(2) - 1;
    let mut lines = Vec::new();
    let mut start = 0;
    for paragraph in source.split('\n') {
        let mut line = String::new();
        let mut taken = 0;
        for word in text::clean(paragraph).split_inclusive(' ') {
            if taken > 0 && taken + text::width(word.trim_end()) > room {
                start = finish(&mut lines, start, std::mem::take(&mut line), 0);
                taken = 0;
            }
            for c in word.chars() {
                let wide = text::width(c.encode_utf8(&mut [0; 4]));
                if taken + wide > room && c != ' ' {
                    start = finish(&mut lines, start, std::mem::take(&mut line), 0);
                    taken = 0;
                }
                taken += wide;
                line.push(c);
            }
        }
        start = finish(&mut lines, start, line, 1);
    }
    lines
}

fn finish(lines: &mut Vec<(usize, String)>, start: usize, line: String, more: usize) -> usize {
    let next = start + line.chars().count() + more;
    lines.push((start, line));
    next
}

/// How many rows a text takes in so many columns.
#[must_use]
pub fn rows(text: &str, columns: usize) -> usize {
    broken(text, columns).len()
}

/// Row and column of the cursor.
fn place(lines: &[(usize, String)], cursor: usize) -> (usize, usize) {
    let row = lines.iter().rposition(|(start, _)| *start <= cursor).unwrap_or(0);
    let (start, line) = lines.get(row).map_or((0, ""), |(start, line)| (*start, line.as_str()));
    let before: String = line.chars().take(cursor.saturating_sub(start)).collect();
    (row, text::width(&before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_is_lost_where_lines_break_and_the_cursor_has_a_place_everywhere() {
        for source in ["", "one two three four", "支払い 🦀 a-very-long-word-indeed x\n\nsecond paragraph \n", "  lead"] {
            for columns in 2..24 {
                let lines = broken(source, columns);
                let mut next = 0;
                for (start, line) in &lines {
                    assert!(*start == next || *start == next + 1, "{lines:?}");
                    next = start + line.chars().count();
                    assert!(text::width(line.trim_end()) < columns.max(3), "{line:?} in {columns}");
                }
                let joined: String = lines.iter().map(|(_, l)| l.as_str()).collect();
                assert_eq!(joined, source.replace('\n', ""));
                for cursor in 0..=source.chars().count() {
                    let (row, column) = place(&lines, cursor);
                    assert!(row < lines.len() && column <= text::width(&lines[row].1));
                }
            }
        }
    }

    #[test]
    fn the_cursor_goes_to_the_next_line_behind_a_newline() {
        let lines = broken("ab\ncd", 10);
        assert_eq!([2, 3, 5].map(|cursor| place(&lines, cursor)), [(0, 2), (1, 0), (1, 2)]);
    }
}

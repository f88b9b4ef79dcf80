//! Fields to type into: one line, and several. Paste is taken as it comes (a line field makes one line of it), what was typed is never
//! eaten by an error, and the error stands beside the field.

use crate::tui::text;
use crate::tui::theme::Theme;
use crossterm::event::{Event, KeyCode, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui_textarea::{TextArea, WrapMode};
use tui_input::backend::crossterm::EventHandler;

/// A field of one line.
#[derive(Clone, Debug, Default)]
pub struct Field {
    input: tui_input::Input,
}

impl Field {
    /// A field that holds a text, the cursor behind it.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { input: tui_input::Input::new(text.to_owned()) }
    }

    /// A field that holds a text, the cursor before so many characters.
    #[must_use]
    pub fn at(text: &str, cursor: usize) -> Self {
        Self { input: tui_input::Input::new(text.to_owned()).with_cursor(cursor) }
    }

    /// What it holds.
    #[must_use]
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Characters before the cursor.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.input.cursor()
    }

    /// Takes a key or a paste; says whether the text changed.
    pub fn take(&mut self, event: &Event) -> bool {
        match event {
            Event::Paste(pasted) => {
                let line = text::clean(pasted.trim_end_matches(['\n', '\r']));
                for c in line.chars() {
                    self.input.handle(tui_input::InputRequest::InsertChar(c));
                }
                !line.is_empty()
            }
            // Enter, Tab and Escape belong to the form around it.
            Event::Key(key) if matches!(key.code, KeyCode::Enter | KeyCode::Tab | KeyCode::BackTab | KeyCode::Esc) => false,
            other => self.input.handle_event(other).is_some_and(|changed| changed.value),
        }
    }
}

/// How a field of one line is drawn.
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
    let style = theme.style(if shown.cursor.is_some() { "input.focus" } else { "input" });
    frame.buffer_mut().set_style(at, style);
    let cleaned = text::clean(shown.text);
    let before: String = cleaned.chars().take(shown.cursor.unwrap_or(0)).collect();
    // The view follows the cursor: the last columns before it stay in sight.
    let skip = (text::width(&before) + 1).saturating_sub(columns);
    let visible = skip_columns(&cleaned, skip);
    let words = if cleaned.is_empty() {
        Span::styled(text::cut(shown.placeholder, columns), theme.style("text.muted"))
    } else {
        Span::raw(visible)
    };
    frame.render_widget(Line::from(words), at);
    if shown.cursor.is_some() {
        let column = u16::try_from(text::width(&before) - skip.min(text::width(&before))).unwrap_or(0);
        frame.set_cursor_position((at.x + column.min(width.saturating_sub(1)), at.y));
    }
    if let Some(error) = shown.error {
        let place = match beside {
            Some(_) => Rect { x: at.x + width + 1, width: area.width.saturating_sub(width + 1), ..at },
            None => Rect { y: area.y + 1, height: 1, ..area },
        };
        let line = Line::styled(text::cut(&format!("✗ {error}"), place.width.into()), theme.style("error"));
        frame.render_widget(line, place);
    }
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

/// A field of several lines.
pub struct Area {
    area: TextArea<'static>,
}

impl Area {
    /// A field that holds a text, the cursor behind it.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut area = TextArea::new(text.lines().map(text::clean).collect());
        area.set_wrap_mode(WrapMode::WordOrGlyph);
        area.move_cursor(ratatui_textarea::CursorMove::Bottom);
        area.move_cursor(ratatui_textarea::CursorMove::End);
        Self { area }
    }

    /// What it holds, without empty lines at its end.
    #[must_use]
    pub fn text(&self) -> String {
        self.area.lines().join("\n").trim_end().to_owned()
    }

    /// Takes a key or a paste; says whether the text changed.
    pub fn take(&mut self, event: &Event) -> bool {
        match event {
            Event::Paste(pasted) => {
                let lines: Vec<String> = pasted.lines().map(text::clean).collect();
                self.area.insert_str(lines.join("\n"))
            }
            Event::Key(key) if matches!(key.code, KeyCode::Tab | KeyCode::BackTab | KeyCode::Esc) => false,
            // Ctrl-Enter and Alt-Enter are how forms are sent from within a text.
            Event::Key(key) if key.code == KeyCode::Enter && key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => false,
            Event::Key(key) => self.area.input(*key),
            _ => false,
        }
    }

    /// Draws it.
    pub fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, focused: bool, placeholder: &str, theme: &Theme) {
        let style = theme.style(if focused { "input.focus" } else { "input" });
        frame.buffer_mut().set_style(area, style);
        self.area.set_style(style);
        self.area.set_cursor_line_style(ratatui::style::Style::default());
        let cursor = if focused { style.add_modifier(ratatui::style::Modifier::REVERSED) } else { style };
        self.area.set_cursor_style(cursor);
        self.area.set_placeholder_text(placeholder);
        self.area.set_placeholder_style(style.patch(theme.style("text.muted")));
        frame.render_widget(&self.area, area);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::KeyEvent;

    fn key(code: KeyCode) -> Event {
        Event::Key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    #[test]
    fn a_paste_becomes_one_clean_line() {
        let mut field = Field::new("a");
        assert!(field.take(&Event::Paste("b\nc\u{1b}[31m\n".into())));
        assert_eq!(field.text(), "ab c\u{fffd}[31m");
        assert!(!field.take(&key(KeyCode::Enter)) && !field.take(&key(KeyCode::Tab)));
    }

    #[test]
    fn an_area_keeps_the_lines_of_a_paste() {
        let mut area = Area::new("x\ny");
        assert!(area.take(&Event::Paste("1\r\n2".into())));
        assert!(area.take(&key(KeyCode::Char('!'))));
        assert_eq!(area.text(), "x\ny1\n2!");
    }
}

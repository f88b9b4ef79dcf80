//! A text that a person types, of one line or of several: text and cursor. Kept here and not in the terminal, so that forms can be tested by
//! their keys. What a text of several lines needs the screen for (lines as they are wrapped, what can be taken back in it) is done by the
//! terminal's text area, which hands the whole back.

/// An edit of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// A character.
    Char(char),
    /// A pasted text.
    Text(String),
    /// Delete to the left.
    Backspace,
    /// Delete to the right.
    Delete,
    /// Delete the word to the left.
    BackspaceWord,
    /// Delete the word to the right.
    DeleteWord,
    /// Delete to the start of the line.
    ToStart,
    /// Delete to the end of the line.
    ToEnd,
    /// Cursor left.
    Left,
    /// Cursor right.
    Right,
    /// Cursor to the start of the word at the left.
    WordLeft,
    /// Cursor behind the word at the right.
    WordRight,
    /// Cursor to the start of the line.
    Home,
    /// Cursor to the end of the line.
    End,
    /// Cursor to the start of the text.
    Top,
    /// Cursor to the end of the text.
    Bottom,
    /// Takes the last edit of the text back; heard by a text area.
    Undo,
    /// Does it again; heard by a text area.
    Redo,
    /// The text as it is now, out of a text area or an editor.
    Whole {
        /// The text.
        text: String,
        /// Cursor, in characters from the start.
        cursor: usize,
    },
}

/// A text being typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// What stands there.
    pub text: String,
    /// Cursor, in characters from the start.
    pub cursor: usize,
    /// Whether it may hold several lines.
    pub lines: bool,
}

impl Field {
    /// A field with a text in it, the cursor behind it.
    pub fn with(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { cursor: text.chars().count(), text, lines: false }
    }

    /// A field that may hold several lines.
    pub fn multiline(text: impl Into<String>) -> Self {
        let empty = Self { lines: true, ..Self::default() };
        Self { lines: true, ..Self::with(empty.taken(&text.into())) }
    }

    /// The text without blanks around it.
    #[must_use]
    pub fn trimmed(&self) -> &str {
        self.text.trim()
    }

    /// Whether nothing is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.trimmed().is_empty()
    }

    /// Replaces the text.
    pub fn set(&mut self, text: impl Into<String>) {
        *self = Self { lines: self.lines, ..Self::with(self.taken(&text.into())) };
    }

    fn byte(&self, characters: usize) -> usize {
        self.text.char_indices().nth(characters).map_or(self.text.len(), |(at, _)| at)
    }

    fn remove(&mut self, from: usize, to: usize) {
        let range = self.byte(from)..self.byte(to);
        self.text.replace_range(range, "");
        self.cursor = from;
    }

    /// What of a text goes into this field. Control characters would steer the terminal that shows them, and marks of direction turn round
    /// what people read; a field of one line has no lines.
    #[must_use]
    pub fn taken(&self, text: &str) -> String {
        let line = |c: char| if self.lines { c } else { ' ' };
        text.replace("\r\n", "\n")
            .chars()
            .filter_map(|c| match c {
                '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some(line('\n')),
                '\t' => Some(' '),
                c if c.is_control() => None,
                // Joiners of letters and signs are left in: names need them.
                '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => None,
                c => Some(c),
            })
            .collect()
    }

    fn insert(&mut self, text: &str) {
        let clean = self.taken(text);
        let at = self.byte(self.cursor);
        self.text.insert_str(at, &clean);
        self.cursor += clean.chars().count();
    }

    /// Start and end of the line that the cursor is in.
    fn line(&self) -> (usize, usize) {
        let breaks = || self.text.chars().enumerate().filter(|(_, c)| *c == '\n').map(|(at, _)| at);
        let start = breaks().take_while(|at| *at < self.cursor).last().map_or(0, |at| at + 1);
        (start, breaks().find(|at| *at >= self.cursor).unwrap_or_else(|| self.text.chars().count()))
    }

    /// Start of the word to the left.
    fn word_left(&self) -> usize {
        let left: Vec<char> = self.text.chars().take(self.cursor).collect();
        let blank = |c: &char| c.is_whitespace();
        left.iter().rposition(|c| !blank(c)).map_or(0, |end| left[..end].iter().rposition(blank).map_or(0, |start| start + 1))
    }

    /// End of the word to the right.
    fn word_right(&self) -> usize {
        let mut right = self.text.chars().skip(self.cursor).peekable();
        let mut at = self.cursor;
        while right.next_if(|c| c.is_whitespace()).is_some() {
            at += 1;
        }
        at + right.take_while(|c| !c.is_whitespace()).count()
    }

    /// Does one edit.
    pub fn apply(&mut self, typed: &Typed) {
        let length = self.text.chars().count();
        match typed {
            Typed::Char(c) => self.insert(c.encode_utf8(&mut [0; 4])),
            Typed::Text(text) => self.insert(text.strip_suffix('\n').unwrap_or(text)),
            Typed::Backspace if self.cursor > 0 => self.remove(self.cursor - 1, self.cursor),
            Typed::Delete if self.cursor < length => self.remove(self.cursor, self.cursor + 1),
            Typed::BackspaceWord => self.remove(self.word_left(), self.cursor),
            Typed::DeleteWord => self.remove(self.cursor, self.word_right()),
            Typed::ToStart => self.remove(self.line().0, self.cursor),
            Typed::ToEnd => self.remove(self.cursor, self.line().1),
            Typed::Left => self.cursor = self.cursor.saturating_sub(1),
            Typed::Right => self.cursor = (self.cursor + 1).min(length),
            Typed::WordLeft => self.cursor = self.word_left(),
            Typed::WordRight => self.cursor = self.word_right(),
            Typed::Home => self.cursor = self.line().0,
            Typed::End => self.cursor = self.line().1,
            Typed::Top => self.cursor = 0,
            Typed::Bottom => self.cursor = length,
            Typed::Whole { text, cursor } => {
                self.text = self.taken(text);
                self.cursor = (*cursor).min(self.text.chars().count());
            }
            Typed::Backspace | Typed::Delete | Typed::Undo | Typed::Redo => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_in_the_middle_of_wide_characters() {
        let mut field = Field::with("héllo wörld");
        field.apply(&Typed::BackspaceWord);
        assert_eq!((field.text.as_str(), field.cursor), ("héllo ", 6));
        field.apply(&Typed::Home);
        field.apply(&Typed::Right);
        field.apply(&Typed::Delete);
        field.apply(&Typed::Char('日'));
        assert_eq!((field.text.as_str(), field.cursor), ("h日llo ", 2));
    }

    #[test]
    fn pasted_escapes_and_newlines_do_not_enter_a_line() {
        let mut field = Field::default();
        field.apply(&Typed::Text("a\u{1b}[2J\r\nb\tc\n".into()));
        assert_eq!(field.text, "a[2J b c");
        let mut lines = Field::multiline("");
        lines.apply(&Typed::Text("a\r\nb\rc".into()));
        assert_eq!(lines.text, "a\nb\nc");
    }

    #[test]
    fn words_and_lines_are_gone_along_and_taken_away() {
        let mut field = Field::multiline("one two\nthree  four");
        let at = |field: &mut Field, typed: Typed| {
            field.apply(&typed);
            field.cursor
        };
        assert_eq!([Typed::WordLeft, Typed::WordLeft, Typed::Home, Typed::Left].map(|typed| at(&mut field, typed)), [15, 8, 8, 7]);
        assert_eq!([Typed::WordLeft, Typed::WordRight, Typed::Top, Typed::End].map(|typed| at(&mut field, typed)), [4, 7, 0, 7]);
        field.apply(&Typed::WordRight);
        field.apply(&Typed::DeleteWord);
        assert_eq!(field.text, "one two\nthree");
        field.apply(&Typed::ToStart);
        assert_eq!((field.text.as_str(), field.cursor), ("one two\n", 8));
    }

    #[test]
    fn what_would_steer_a_terminal_or_turn_text_round_does_not_enter_by_any_way() {
        let hostile = "a\u{1b}]0;x\u{7}\u{9b}2J\u{202e}b\u{2028}c\td\u{feff}";
        let mut typed = Field::multiline("");
        typed.apply(&Typed::Text(hostile.into()));
        let mut whole = Field::multiline("");
        whole.apply(&Typed::Whole { text: hostile.into(), cursor: 99 });
        for field in [typed, whole, Field::multiline(hostile)] {
            assert_eq!((field.text.as_str(), field.cursor), ("a]0;x2Jb\nc d", 12));
        }
    }
}

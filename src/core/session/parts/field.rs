//! A line (or a few) of text that a person types: text and cursor. Kept here and not in the terminal, so that forms can be tested by their keys.

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
    /// Delete to the start.
    ToStart,
    /// Delete to the end.
    ToEnd,
    /// Cursor left.
    Left,
    /// Cursor right.
    Right,
    /// Cursor to the start.
    Home,
    /// Cursor to the end.
    End,
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
        Self { lines: true, ..Self::with(text) }
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
        *self = Self { lines: self.lines, ..Self::with(text) };
    }

    fn byte(&self, characters: usize) -> usize {
        self.text.char_indices().nth(characters).map_or(self.text.len(), |(at, _)| at)
    }

    fn remove(&mut self, from: usize, to: usize) {
        let range = self.byte(from)..self.byte(to);
        self.text.replace_range(range, "");
        self.cursor = from;
    }

    fn insert(&mut self, text: &str) {
        // Control characters would steer the terminal that shows them, and a one-line field has no lines.
        let clean: String = text
            .replace("\r\n", "\n")
            .chars()
            .map(|c| if c == '\r' { '\n' } else { c })
            .map(|c| if (c == '\n' && !self.lines) || c == '\t' { ' ' } else { c })
            .filter(|c| *c == '\n' || !c.is_control())
            .collect();
        let at = self.byte(self.cursor);
        self.text.insert_str(at, &clean);
        self.cursor += clean.chars().count();
    }

    /// Does one edit.
    pub fn apply(&mut self, typed: &Typed) {
        let length = self.text.chars().count();
        match typed {
            Typed::Char(c) => self.insert(c.encode_utf8(&mut [0; 4])),
            Typed::Text(text) => self.insert(text.strip_suffix('\n').unwrap_or(text)),
            Typed::Backspace if self.cursor > 0 => self.remove(self.cursor - 1, self.cursor),
            Typed::Delete if self.cursor < length => self.remove(self.cursor, self.cursor + 1),
            Typed::BackspaceWord => {
                let left: Vec<char> = self.text.chars().take(self.cursor).collect();
                let word = left
                    .iter()
                    .rposition(|c| !c.is_whitespace())
                    .map_or(0, |end| left[..end].iter().rposition(|c| c.is_whitespace()).map_or(0, |start| start + 1));
                self.remove(word, self.cursor);
            }
            Typed::ToStart => self.remove(0, self.cursor),
            Typed::ToEnd => {
                let at = self.cursor;
                self.remove(at, length);
            }
            Typed::Left => self.cursor = self.cursor.saturating_sub(1),
            Typed::Right => self.cursor = (self.cursor + 1).min(length),
            Typed::Home => self.cursor = 0,
            Typed::End => self.cursor = length,
            Typed::Backspace | Typed::Delete => {}
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
}

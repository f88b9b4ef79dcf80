//! Text as it can stand in every file: what XML forbids, what reverses a line and what nobody sees is shown by its number.

use kassay_core::model::text::is_hidden;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

/// Text in which nothing is unseen: control characters, direction marks, signs without width and those that XML 1.0 does not know become `\u{1b}`.
/// Line breaks of any system become `\n`; they and tabs stay.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| c == '\r' || is_unseen(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    let mut before = ' ';
    for c in text.chars() {
        match c {
            '\r' => out.push('\n'),
            '\n' if before == '\r' => {}
            // Writing to a string has nothing that could fail.
            c if is_unseen(c) => drop(write!(out, "\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
        before = c;
    }
    Cow::Owned(out)
}

/// Whether a sign shows nothing where it stands, or changes how others are shown.
pub(super) fn is_unseen(c: char) -> bool {
    match c {
        '\t' | '\n' | '\r' => false,
        // These are blank on paper, though they steer nothing; the last two XML does not know.
        '\u{ad}' | '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{fffe}'..='\u{ffff}' => true,
        c => is_hidden(c),
    }
}

/// A page on its way, in which what is hidden becomes a sign, wherever it comes from: a template must not be trusted to have asked for it. Line breaks and tabs
/// stay.
pub(super) struct Shown<W>(pub(super) W);

impl<W: io::Write> io::Write for Shown<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // The last two are no letters, and HTML has no place for them.
        let hidden = |c: char| is_hidden(c) && !matches!(c, '\n' | '\t') || matches!(c, '\u{fffe}'..='\u{ffff}');
        // What is written at once are whole texts, never half a letter.
        let text = std::str::from_utf8(bytes).map_err(io::Error::other)?;
        if text.contains(hidden) {
            self.0.write_all(text.replace(hidden, "\u{fffd}").as_bytes())?;
        } else {
            self.0.write_all(bytes)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::{Shown, visible};
    use std::io::Write as _;

    #[test]
    fn a_page_hides_nothing() {
        let mut page = vec![];
        Shown(&mut page).write_all("a\u{1b}[2J\n\tb\u{202e}\r中".as_bytes()).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(String::from_utf8(page).unwrap_or_default(), "a\u{fffd}[2J\n\tb\u{fffd}\u{fffd}中");
    }

    #[test]
    fn what_nobody_sees_is_shown() {
        assert_eq!(visible("a\tb\r\nc\rd\ne"), "a\tb\nc\nd\ne");
        assert_eq!(visible("\u{1b}[31m \u{202e}gpj\u{feff}\u{ffff}\u{85}"), "\\u{1b}[31m \\u{202e}gpj\\u{feff}\\u{ffff}\\u{85}");
        assert!(matches!(visible("plain → “ünï” 中文 \u{1f512}"), std::borrow::Cow::Borrowed(_)));
    }
}

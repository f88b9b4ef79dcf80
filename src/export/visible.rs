//! Text as it can stand in every file: what XML forbids, what reverses a line and what nobody sees is shown by its number.

use kassay_core::model::text::is_hidden;
use std::borrow::Cow;
use std::fmt::Write as _;

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

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn what_nobody_sees_is_shown() {
        assert_eq!(visible("a\tb\r\nc\rd\ne"), "a\tb\nc\nd\ne");
        assert_eq!(visible("\u{1b}[31m \u{202e}gpj\u{feff}\u{ffff}\u{85}"), "\\u{1b}[31m \\u{202e}gpj\\u{feff}\\u{ffff}\\u{85}");
        assert!(matches!(visible("plain → “ünï” 中文 \u{1f512}"), std::borrow::Cow::Borrowed(_)));
    }
}

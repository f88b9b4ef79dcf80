//! Words from clusters and people as paper can show them. A sign that has no glyph in the shipped fonts would make the whole export fail by its
//! standards, and one that can't be seen could make a name read as another one: both become visible, `\u{1b}`.

use super::super::visible::is_unseen;
use super::world::Fonts;
use serde_json::Value;
use std::fmt::Write as _;

/// How many signs of one word stand on a line; as in `assets/report/style.typ`.
const LONGEST: usize = 80;
/// After how many signs a longer word may be broken.
const STEP: usize = 20;
/// A place where a word may be broken.
const BREAK: char = '\u{200b}';

/// What can be shown.
pub(super) struct Words<'a>(&'a Fonts);

impl<'a> Words<'a> {
    /// What these fonts can show.
    pub(super) const fn new(fonts: &'a Fonts) -> Self {
        Self(fonts)
    }

    /// Makes every text of some data fit for paper. Pictures are text too, of which no word may be broken.
    pub(super) fn put_on_paper(&self, data: &mut Value) {
        self.walk(data, false);
    }

    fn walk(&self, data: &mut Value, picture: bool) {
        match data {
            Value::String(text) => *text = if picture { self.visible(text) } else { breakable(&self.visible(text)) },
            Value::Array(all) => all.iter_mut().for_each(|one| self.walk(one, picture)),
            Value::Object(all) => all.iter_mut().for_each(|(name, one)| self.walk(one, name == "segmentation")),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn visible(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for sign in text.replace("\r\n", "\n").chars() {
            match sign {
                '\n' => out.push(sign),
                '\t' => out.push(' '),
                ' ' => out.push(sign),
                sign if is_seen(sign) && self.0.draw(sign) => out.push(sign),
                sign => {
                    let _ = write!(out, "\\u{{{:x}}}", u32::from(sign));
                }
            }
        }
        out
    }
}

/// Whether a sign is one that a reader sees for itself: no blank of another width, no other form of the sign before, nothing of private use.
fn is_seen(sign: char) -> bool {
    !is_unseen(sign)
        && !sign.is_whitespace()
        && !matches!(sign, '\u{fe00}'..='\u{fe0f}' | '\u{e000}'..='\u{f8ff}' | '\u{e0100}'..='\u{e01ef}' | '\u{f0000}'..='\u{10ffff}')
}

/// The same text, in which words that fit on no line may be broken, though never beside a hyphen: who copies one would lose it.
fn breakable(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + text.len() / STEP);
    for piece in text.split_inclusive([' ', '\n']) {
        let word = piece.trim_end_matches([' ', '\n']);
        let end = &piece[word.len()..];
        if word.chars().count() <= LONGEST {
            out.push_str(piece);
            continue;
        }
        let mut since = 0;
        let mut before = None;
        for sign in word.chars() {
            if since >= STEP && sign != '-' && before != Some('-') {
                out.push(BREAK);
                since = 0;
            }
            out.push(sign);
            since += 1;
            before = Some(sign);
        }
        out.push_str(end);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{BREAK, LONGEST, Words, breakable};
    use crate::export::pdf::world::Fonts;

    #[test]
    fn what_can_not_be_seen_or_drawn_is_told() {
        let fonts = Fonts::shipped().unwrap_or_else(|| panic!("the fonts can't be read"));
        let words = Words::new(&fonts);
        let told = |text: &str| words.visible(text);
        assert_eq!(told("a\u{1b}[31m\u{202e}b\u{feff}\u{0}"), "a\\u{1b}[31m\\u{202e}b\\u{feff}\\u{0}");
        assert_eq!(told("\u{e000} \u{f0000} 한 \u{2003}"), "\\u{e000} \\u{f0000} \\u{d55c} \\u{2003}");
        assert_eq!(told("Grüße, Ελλάς, Киев → ✓\r\nnext\tone"), "Grüße, Ελλάς, Киев → ✓\nnext one");
    }

    #[test]
    fn only_what_fits_on_no_line_is_broken_and_never_at_a_hyphen() {
        let name = "payments-production/checkout-api";
        assert_eq!(breakable(name), name);
        let digest = "ab".repeat(32);
        assert_eq!(breakable(&format!("{digest} {digest}\n\n{digest}")), format!("{digest} {digest}\n\n{digest}"));
        let long = "a-b".repeat(LONGEST);
        let broken = breakable(&format!("x {long}"));
        assert_eq!(broken.replace(BREAK, ""), format!("x {long}"));
        assert!(broken.contains(BREAK) && !broken.contains(&format!("-{BREAK}")) && !broken.contains(&format!("{BREAK}-")));
    }
}

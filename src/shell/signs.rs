//! Signs for terminals without Unicode: what screens draw, plain words and results of the command line are written with the signs of [`TABLE`], and each has
//! one of ASCII that stands in its place.

use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// What the terminal shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Signs {
    /// Every sign of the table.
    #[default]
    Unicode,
    /// The signs of ASCII alone; letters of other scripts are left to the font of the terminal, as on the console of Linux.
    Ascii,
    /// ASCII and nothing else: the terminal reads bytes in another encoding, and other letters would break its columns.
    AsciiOnly,
}

/// Signs that a screen may draw, and what stands in their place: one sign for one cell.
pub const TABLE: &[(char, char)] = &[
    // Outcomes, determinations, states: each differs from the others in both columns.
    ('✓', '+'),
    ('✗', 'x'),
    ('○', 'o'),
    ('·', '.'),
    ('⊘', '!'),
    ('◐', '%'),
    ('–', '-'),
    ('≠', '#'),
    // What is selected, marked, chosen.
    ('▸', '>'),
    ('●', '*'),
    ('•', '*'),
    ('‹', '<'),
    ('›', '>'),
    // Lines, frames, bars.
    ('─', '-'),
    ('│', '|'),
    ('╭', '+'),
    ('╮', '+'),
    ('╰', '+'),
    ('╯', '+'),
    ('╲', '\\'),
    ('┃', '#'),
    ('━', '='),
    ('╍', 'x'),
    ('┄', '.'),
    ('█', '#'),
    ('▓', '='),
    ('░', '.'),
    // Arrows and keys.
    ('↑', '^'),
    ('↓', 'v'),
    ('←', '<'),
    ('→', '>'),
    ('↔', '='),
    ('⇥', KEY),
    ('⇧', KEY),
    ('↵', KEY),
    ('⌫', KEY),
    // Words.
    ('…', '~'),
    ('“', '"'),
    ('”', '"'),
    ('‘', '\''),
    ('’', '\''),
    ('×', 'x'),
    ('−', '-'),
    ('\u{a0}', ' '),
    // What `clean` puts in the place of letters that steer a terminal.
    ('\u{fffd}', '?'),
];

/// Stands for a key whose name was not spelled: nobody should ever see it.
pub const KEY: char = '&';

/// Signs within words that take more than one letter.
pub const SPELLED: &[(&str, &str)] =
    &[("⇧⇥", "Shift-Tab"), ("⇥", "Tab"), ("↵", "Enter"), ("⌫", "Backspace"), (" · ", " | "), ("…", "..."), ("→", "->"), ("↔", "<->")];

/// Keys that are arrows, where they are shown as keys.
pub const ARROWS: &[(&str, &str)] = &[("↑", "Up"), ("↓", "Down"), ("←", "Left"), ("→", "Right")];

impl Signs {
    /// What can be shown where the environment is as told: by the person's wish, else by the terminal and the locale. `on` in the wish asks for
    /// ASCII, `off` for Unicode.
    #[must_use]
    pub fn detect(wish: Option<bool>, environment: &dyn Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| environment(name).filter(|value| !value.is_empty());
        // The first that is set counts, as everywhere on Unix; none of them means the locale C.
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(|name| set(name)).unwrap_or_default().to_lowercase();
        let encoded = cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8");
        let poor = set("TERM").is_some_and(|term| matches!(term.as_str(), "linux" | "dumb" | "ansi") || term.starts_with("vt"));
        match (wish, encoded) {
            (Some(false), _) => Self::Unicode,
            (_, false) => Self::AsciiOnly,
            (Some(true), true) => Self::Ascii,
            (None, true) => {
                if poor {
                    Self::Ascii
                } else {
                    Self::Unicode
                }
            }
        }
    }

    /// The letter that stands for one that can't be shown; none where it can.
    #[must_use]
    pub fn letter(self, sign: char) -> Option<char> {
        if self == Self::Unicode || sign.is_ascii() {
            return None;
        }
        let known = TABLE.iter().find(|(known, _)| *known == sign).map(|(_, ascii)| *ascii);
        let nearest = || std::iter::once(sign).nfd().next().filter(char::is_ascii).unwrap_or('?');
        known.or_else(|| (self == Self::AsciiOnly).then(nearest))
    }

    /// A text as it can be shown: keys are spelled, every other sign is as wide as before, so that columns stay columns.
    #[must_use]
    pub fn written(self, text: &str) -> Cow<'_, str> {
        if self == Self::Unicode || text.is_ascii() {
            return text.into();
        }
        let is_key = |spelled: &&(&str, &str)| spelled.0.chars().any(|sign| TABLE.contains(&(sign, KEY)));
        let text = SPELLED.iter().filter(is_key).fold(text.to_owned(), |text, (sign, letters)| text.replace(sign, letters));
        text.chars().map(|sign| self.letter(sign).unwrap_or(sign)).collect::<String>().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locale_the_terminal_and_the_wish_decide() {
        let told = |wish, variables: &[(&str, &str)]| {
            Signs::detect(wish, &|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(told(None, &[("LANG", "de_DE.UTF-8"), ("TERM", "xterm-256color")]), Signs::Unicode);
        assert_eq!(told(None, &[("LANG", "C.utf8"), ("LC_ALL", ""), ("TERM", "linux")]), Signs::Ascii);
        assert_eq!(told(None, &[("LANG", "de_DE.UTF-8"), ("LC_CTYPE", "de_DE.ISO-8859-1")]), Signs::AsciiOnly);
        assert_eq!(told(None, &[("LANG", "de_DE.UTF-8"), ("LC_ALL", "C")]), Signs::AsciiOnly);
        assert_eq!(told(None, &[("TERM", "xterm")]), Signs::AsciiOnly);
        assert_eq!(told(Some(true), &[("LANG", "en_US.UTF-8"), ("TERM", "xterm")]), Signs::Ascii);
        assert_eq!(told(Some(true), &[("LANG", "C")]), Signs::AsciiOnly);
        assert_eq!(told(Some(false), &[("LANG", "C"), ("TERM", "linux")]), Signs::Unicode);
    }

    #[test]
    fn a_text_is_written_with_what_can_be_shown_and_columns_stay() {
        let text = "✗ not whole: a → b, “Čapek”…\n  ⇥ goes on, ⇧⇥ back";
        for (signs, expected) in [
            (Signs::Unicode, text),
            (Signs::Ascii, "x not whole: a > b, \"Čapek\"~\n  Tab goes on, Shift-Tab back"),
            (Signs::AsciiOnly, "x not whole: a > b, \"Capek\"~\n  Tab goes on, Shift-Tab back"),
        ] {
            assert_eq!(signs.written(text), expected);
        }
        assert_eq!(Signs::AsciiOnly.written("支払い ß"), "??? ?");
        assert!(matches!(Signs::AsciiOnly.written("plain"), Cow::Borrowed("plain")));
    }
}

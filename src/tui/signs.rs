//! Signs for terminals without Unicode. Screens are written with the signs of [`TABLE`]; where the locale or the terminal has none of them, words
//! that are about to be drawn say keys and dots in letters, and at last each cell of the frame gets the sign of the other column. So a screen can't
//! forget it, and no screen looks different for it where Unicode is there.

use ratatui::Frame;
use ratatui::buffer::{Buffer, Cell};
use std::borrow::Cow;
use std::cell::Cell as Shared;
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
const SPELLED: &[(&str, &str)] =
    &[("⇧⇥", "Shift-Tab"), ("⇥", "Tab"), ("↵", "Enter"), ("⌫", "Backspace"), (" · ", " | "), ("…", "..."), ("→", "->"), ("↔", "<->")];

/// Keys that are arrows, where they are shown as keys.
const ARROWS: &[(&str, &str)] = &[("↑", "Up"), ("↓", "Down"), ("←", "Left"), ("→", "Right")];

thread_local! {
    /// What the frame that is being drawn may hold: words are spelled in the middle of a screen, where no theme is at hand.
    static NOW: Shared<Signs> = const { Shared::new(Signs::Unicode) };
}

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

    /// Draws a frame, or a part of it, with these signs.
    pub fn draw(self, frame: &mut Frame<'_>, draw: impl FnOnce(&mut Frame<'_>)) {
        let before = NOW.replace(self);
        draw(frame);
        NOW.set(before);
        if self != Self::Unicode {
            settle(frame.buffer_mut(), self);
        }
    }
}

/// Words as they can be shown: where there is no Unicode, keys, dots and arrows in them are spelled.
#[must_use]
pub fn spelled(words: Cow<'_, str>) -> Cow<'_, str> {
    if NOW.get() == Signs::Unicode || words.is_ascii() {
        return words;
    }
    SPELLED.iter().fold(words, |words, (sign, letters)| if words.contains(sign) { words.replace(sign, letters).into() } else { words })
}

/// What stands in one cell for what was cut away.
#[must_use]
pub fn mark() -> char {
    if NOW.get() == Signs::Unicode { '…' } else { '~' }
}

/// Keys as they can be shown.
#[must_use]
pub fn keys(shown: &str) -> Cow<'_, str> {
    if NOW.get() == Signs::Unicode {
        return Cow::Borrowed(shown);
    }
    ARROWS.iter().fold(spelled(Cow::Borrowed(shown)), |keys, (sign, word)| keys.replace(sign, word).into())
}

/// Replaces what is left in the cells of a frame.
fn settle(buffer: &mut Buffer, signs: Signs) {
    for cell in buffer.content.iter_mut().filter(|cell| !cell.symbol().is_ascii()) {
        let letter = match in_place(cell) {
            Some(sign) => sign,
            None if signs == Signs::Ascii => continue,
            None => cell.symbol().nfd().next().filter(char::is_ascii).unwrap_or('?'),
        };
        cell.set_char(letter);
    }
}

fn in_place(cell: &Cell) -> Option<char> {
    let mut letters = cell.symbol().chars();
    let sign = letters.next().filter(|_| letters.next().is_none())?;
    TABLE.iter().find(|(known, _)| *known == sign).map(|(_, ascii)| *ascii)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::text;
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;
    use ratatui::text::Line;
    use std::collections::BTreeSet;
    use std::path::{Path, PathBuf};

    fn drawn(signs: Signs, words: &str) -> String {
        let mut terminal = Terminal::new(TestBackend::new(30, 1)).unwrap();
        terminal.draw(|frame| signs.draw(frame, |frame| frame.render_widget(Line::raw(text::cut(words, 29)), frame.area()))).unwrap();
        let cells = &terminal.backend().buffer().content;
        cells.iter().map(Cell::symbol).collect::<String>().trim_end().to_owned()
    }

    #[test]
    fn words_are_spelled_and_cells_replaced_only_where_there_is_no_unicode() {
        let words = "✓ “a” · ↵ opens…";
        assert_eq!(drawn(Signs::Unicode, words), words);
        assert_eq!(drawn(Signs::Ascii, words), "+ \"a\" | Enter opens...");
        assert_eq!(drawn(Signs::Ascii, "eu → us, ⇧⇥ goes back"), "eu -> us, Shift-Tab goes back");
        // What is cut says so in one cell.
        assert_eq!(drawn(Signs::Ascii, "a sentence that is longer than its room"), "a sentence that is longer th~");
    }

    #[test]
    fn letters_of_people_stay_where_the_encoding_holds_them_and_break_no_column_where_not() {
        assert_eq!(drawn(Signs::Ascii, "Čapek, 支払い"), "Čapek, 支 払 い");
        assert_eq!(drawn(Signs::AsciiOnly, "Čapek, 支払い, ß 🦀"), "Capek, ? ? ? , ? ?");
    }

    #[test]
    fn a_table_row_is_one_cell_for_one_cell_and_no_sign_stands_twice() {
        let mut seen = BTreeSet::new();
        for (sign, ascii) in TABLE {
            assert_eq!(text::width(&sign.to_string()), 1, "{sign}");
            assert!(ascii.is_ascii() && !ascii.is_ascii_control() && seen.insert(sign), "{sign}");
        }
    }

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

    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for path in std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                sources(&path, found);
            } else {
                found.push(path);
            }
        }
    }

    /// Also on a screen that no test draws: what the program says is written in its sources and in the guidance.
    #[test]
    fn every_sign_that_the_program_writes_is_in_the_table() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut files = vec![];
        for room in [
            "src/tui",
            "src/shell",
            "src/app",
            "src/core/session",
            "src/core/workbook",
            "src/core/checks",
            "src/core/judging",
            "src/core/model",
        ] {
            sources(&root.join(room), &mut files);
        }
        sources(&root.join("assets/guidance"), &mut files);
        let mut missing = BTreeSet::new();
        for file in files {
            let text = std::fs::read_to_string(&file).unwrap();
            // Tests stand at the end of a file, and hold names of all scripts.
            let text = text.split("#[cfg(test)]").next().unwrap();
            if file.components().any(|part| part.as_os_str() == "tests") || file.ends_with("tests.rs") || file.ends_with("signs.rs") {
                continue;
            }
            let said = text.lines().filter(|line| !line.trim_start().starts_with("//") && !line.trim_start().starts_with('#'));
            for c in said.flat_map(str::chars).filter(|c| !c.is_ascii() && !c.is_alphabetic() && !TABLE.iter().any(|(known, _)| known == c))
            {
                missing.insert((c, file.clone()));
            }
        }
        assert!(missing.is_empty(), "{missing:?}");
    }
}

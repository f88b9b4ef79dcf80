//! Signs for terminals without Unicode. Screens are written with the signs of [`TABLE`]; where the locale or the terminal has none of them, words
//! that are about to be drawn say keys and dots in letters, and at last each cell of the frame gets the sign of the other column. So a screen can't
//! forget it, and no screen looks different for it where Unicode is there.

use crate::shell::signs::{ARROWS, SPELLED};
pub use crate::shell::signs::{KEY, Signs, TABLE};
use ratatui::Frame;
use ratatui::buffer::Buffer;
use std::borrow::Cow;
use std::cell::Cell as Shared;

thread_local! {
    /// What the frame that is being drawn may hold: words are spelled in the middle of a screen, where no theme is at hand.
    static NOW: Shared<Signs> = const { Shared::new(Signs::Unicode) };
}

impl Signs {
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
        let mut letters = cell.symbol().chars();
        let first = letters.next().unwrap_or(' ');
        // A sign of the table stands alone; a letter may have others on it.
        let is_sign = letters.next().is_none() && TABLE.iter().any(|(known, _)| *known == first);
        if is_sign || signs == Signs::AsciiOnly {
            cell.set_char(signs.letter(first).unwrap_or('?'));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::text;
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;
    use ratatui::buffer::Cell;
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
            "src/cli",
            "src/app",
            "src/core/session",
            "src/core/workbook",
            "src/core/checks",
            "src/core/judging",
            "src/core/model",
        ] {
            sources(&root.join(room), &mut files);
        }
        sources(&root.join("src/core/assets/guidance"), &mut files);
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

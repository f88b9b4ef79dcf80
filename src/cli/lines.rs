//! Lines of tables for people: as wide as whoever reads them has room for.

use crate::tui::text::width;
use kassay_core::kinds::{Inventory, KindState};
use kassay_core::model::Kind;
use kassay_core::model::text::clean;
use std::io::{self, IsTerminal, Write};

/// Columns of whoever reads: as COLUMNS says, else those of the terminal, else enough for a line of this width in a file.
pub(super) fn columns() -> usize {
    let told = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
    let seen = || io::stdout().is_terminal().then(|| crossterm::terminal::size().ok()).flatten().map(|(columns, _)| usize::from(columns));
    told.or_else(seen).unwrap_or(120).clamp(60, 400)
}

/// Writes words in lines of so many columns, those that follow indented under the first.
///
/// # Errors
/// Where the target can't be written.
pub(super) fn wrapped(out: &mut impl Write, columns: usize, sign: &str, words: &str) -> io::Result<()> {
    let words = clean(words);
    let indent = width(sign);
    let mut line = sign.to_owned();
    let mut empty = true;
    for word in words.split_whitespace() {
        if !empty && width(&line) + 1 + width(word) > columns {
            writeln!(out, "{line}")?;
            line = " ".repeat(indent);
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    writeln!(out, "{line}")
}

/// Why a list was not read whole, with the server's words; nothing where it was. `absent` are the words for one that is not there.
pub(super) fn unread(inventory: &Inventory, kind: Kind, absent: impl FnOnce() -> String) -> Option<String> {
    let coverage = inventory.coverage_of(kind);
    let words = match coverage.state {
        KindState::Read => return None,
        KindState::Absent => absent(),
        KindState::Forbidden => format!("{} can't be listed by this identity", kind.id()),
        KindState::Failed => format!("{} could not be read", kind.id()),
        KindState::Partial => format!("{} could be read only in part", kind.id()),
    };
    let said = clean(&coverage.message);
    Some(if said.is_empty() { words } else { format!("{words}: {said}") })
}

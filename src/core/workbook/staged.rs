//! An edit on its way to the disk: the name under which its text is staged, and what becomes of it where saving was interrupted. Opening a
//! folder and `verify` both ask here, so that what one says is what the other does.

use super::journal::{CHANGED_OUTSIDE, digest};
use super::{Journal, Workbook, folder};

/// What becomes of a text that was staged beside the workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Staged {
    /// The journal names it: it takes the workbook's place.
    Named {
        /// The workbook was changed by something else after that, and is kept aside.
        changed_meanwhile: bool,
    },
    /// Its line was not written any more, but it was made from what is here: it takes the workbook's place, and gets its line.
    Unnamed,
    /// It was made from something else than what was accepted last, or is not whole: it is set aside.
    Stray,
}

/// The name of an edit that is being saved. It tells what the edit was made from, the journal's last line and the workbook, and what its text is, all
/// by their digests ("" for none). A text that was left long ago, put there by something else, or did not reach the disk whole is known by that,
/// and never takes back what was accepted.
#[must_use]
pub fn name(line: &str, workbook: &str, text: &str) -> String {
    let all = digest(format!("{line} {workbook} {text}").as_bytes());
    format!("{}-{}", folder::NEXT, &all[..16])
}

impl Staged {
    /// Whether it is put in the workbook's place.
    #[must_use]
    pub const fn is_completed(self) -> bool {
        !matches!(self, Self::Stray)
    }

    /// What becomes of a staged text of that file name, where the workbook has this digest; "" where it is not there.
    #[must_use]
    pub fn of(journal: &Journal, file: &str, text: &[u8], workbook: &str) -> Self {
        if !std::str::from_utf8(text).is_ok_and(|text| Workbook::parse(text).is_ok()) {
            return Self::Stray;
        }
        let digest = digest(text);
        let last = journal.lines.last();
        if last.is_some_and(|line| line.workbook == digest) {
            let before = journal.lines.iter().rev().nth(1).map_or("", |line| line.workbook.as_str());
            return Self::Named { changed_meanwhile: !["", &digest, before].contains(&workbook) };
        }
        // A change from outside has a line of its own before that of the edit; a killing may come between the two.
        let outside = last.filter(|line| line.by.is_empty() && line.what == CHANGED_OUTSIDE).map(|line| line.previous.as_str());
        let follows = std::iter::once(journal.last()).chain(outside).any(|line| file == name(line, workbook, &digest));
        if follows { Self::Unnamed } else { Self::Stray }
    }
}

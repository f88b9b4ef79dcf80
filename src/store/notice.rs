//! What is odd about an assessment and keeps nobody from working: met when it is opened, or when an edit is saved.

use jiff::Timestamp;
use kassay_core::workbook::Moment;
use std::fmt;

/// Something odd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// An interrupted edit was completed.
    Completed {
        /// Which.
        what: String,
    },
    /// A staged edit that was not made from what was accepted last was set aside.
    SetAside {
        /// The name of the file now.
        aside: String,
    },
    /// The last line of the journal was torn, and was cut off.
    Healed,
    /// Who had it open last did not close it.
    NotClosed {
        /// Their words in the lock.
        by: String,
        /// Whether that was on another machine.
        elsewhere: bool,
    },
    /// The workbook was written by an older version of the program.
    OlderFormat {
        /// Its format.
        format: i64,
        /// The file in which it is kept as it was, once something is saved.
        kept: String,
    },
    /// The workbook is an earlier state of the journal.
    Earlier {
        /// The line whose state it is.
        line: u64,
        /// Of how many.
        of: u64,
    },
    /// The workbook is no state that the journal knows.
    ChangedOutside {
        /// The last edit that the journal knows, in words.
        after: String,
    },
    /// The workbook was changed outside between an interruption and the opening that completed the edit.
    ChangedMeanwhile {
        /// The file in which that text is kept.
        aside: String,
    },
    /// What was changed outside while it was open was taken over.
    Merged {
        /// What.
        taken: Vec<String>,
        /// What that text lacked, because it was made from an older one; it stays.
        kept: Vec<String>,
    },
    /// What was changed outside could not be understood.
    BrokenOutside {
        /// What is wrong with it.
        why: String,
        /// The file in which that text is kept.
        aside: String,
    },
    /// Something wrote the workbook at the very moment of a save.
    Overtaken {
        /// The file in which that text is kept.
        aside: String,
    },
    /// The workbook was removed while it was open.
    Removed,
    /// The journal's chain is broken.
    Journal {
        /// Line.
        line: usize,
        /// How.
        what: String,
    },
    /// There is no journal.
    NoJournal,
    /// The journal was removed or cut while the assessment was open, and was written again.
    JournalRestored,
    /// Something else wrote in the journal while the assessment was open.
    JournalChanged {
        /// Its last line now, in words.
        last: String,
    },
    /// The clock is behind the last edit.
    Clock {
        /// What it says.
        says: Timestamp,
        /// The time that was taken instead.
        taken: Timestamp,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Completed { what } => write!(f, "An edit that was interrupted was completed: {what}."),
            Self::SetAside { aside } => {
                write!(
                    f,
                    "An edit lay here that was not made from what was accepted last. It is kept as {aside}; nothing that was accepted is missing."
                )
            }
            Self::Healed => f.write_str("The last line of the journal was torn by an interruption and was cut off."),
            Self::NotClosed { by, elsewhere: false } => {
                write!(f, "It was not closed the last time ({by}). What had been accepted is here.")
            }
            Self::NotClosed { by, elsewhere: true } => write!(
                f,
                "It was not closed on another machine ({by}). If it is still open there, close it before you go on: not every file system tells \
                 one machine what another has open."
            ),
            Self::OlderFormat { format, kept } => write!(
                f,
                "The workbook was written by an older version of Kassay (format {format}). The next edit writes it anew; as it is now it stays beside \
                 that, as {kept}."
            ),
            Self::Earlier { line, of } => {
                write!(f, "The workbook is as it was after edit {line} of {of}: later edits stand in the journal and not in the workbook.")
            }
            Self::ChangedOutside { after } => write!(f, "The workbook was changed outside Kassay, after {after}."),
            Self::ChangedMeanwhile { aside } => write!(
                f,
                "The workbook was changed outside Kassay while an interrupted edit was waiting. The edit was completed; the other text is kept as {aside}."
            ),
            Self::Merged { taken, kept } => merged(f, taken, kept),
            Self::BrokenOutside { why, aside } => write!(
                f,
                "workbook.toml was changed outside Kassay and can't be understood any more ({why}). It is kept as {aside}; the workbook as it \
                 stands here took its place."
            ),
            Self::Overtaken { aside } => {
                write!(
                    f,
                    "workbook.toml was changed outside Kassay while an edit was being saved. The edit is saved; the other text is kept as {aside}."
                )
            }
            Self::Removed => f.write_str("workbook.toml was removed while it was open. It was written again."),
            Self::Journal { line, what } => write!(f, "Line {line} of the journal {what}."),
            Self::NoJournal => f.write_str("There is no journal: nothing shows who changed what."),
            Self::JournalRestored => f.write_str("The journal was removed or cut while it was open. It was written again."),
            Self::JournalChanged { last } => {
                write!(f, "Something else wrote in the journal while it was open; its last line is now {last}.")
            }
            Self::Clock { says, taken } => write!(
                f,
                "The clock says {}, which is before the last edit. The journal keeps {} instead, and what the clock said.",
                Moment(*says),
                Moment(*taken)
            ),
        }
    }
}

fn merged(f: &mut fmt::Formatter<'_>, taken: &[String], kept: &[String]) -> fmt::Result {
    f.write_str("The workbook was changed outside Kassay while it was open.")?;
    if !taken.is_empty() {
        write!(f, " Taken over from there: {}.", few(taken))?;
    }
    match kept.is_empty() {
        true => Ok(()),
        false => write!(f, " That text was an older one: what was saved since stays ({}).", few(kept)),
    }
}

/// The first of a list, and how many there are more.
pub(super) fn few(all: &[String]) -> String {
    let first = all.iter().take(8).map(String::as_str).collect::<Vec<_>>().join(", ");
    match all.len().saturating_sub(8) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

//! Opening an assessment: the lock, what was interrupted, the workbook, the journal. What is odd but no obstacle is told as a notice.

use super::error::{Context, StoreError};
use super::{Store, lock, write};
use jiff::Timestamp;
use kassay_core::workbook::{Edit, Journal, JournalLine, Moment, Workbook, WorkbookError, folder, journal};
use std::fmt;
use std::fs;
use std::path::Path;

/// What stands in the journal for a change that this program did not make.
pub(super) const CHANGED_OUTSIDE: &str = "changed outside Kassay";

/// An opened assessment.
#[derive(Debug)]
pub struct Opened {
    /// The folder.
    pub store: Store,
    /// The workbook.
    pub workbook: Workbook,
    /// Who holds it, where it can only be read.
    pub held_by: Option<String>,
    /// What is odd.
    pub notices: Vec<Notice>,
}

/// Something odd that was met while opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// An interrupted edit was completed.
    Completed {
        /// Which.
        what: String,
    },
    /// The last line of the journal was torn, and was cut off.
    Healed,
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
    /// The journal's chain is broken.
    Journal {
        /// Line.
        line: usize,
        /// How.
        what: String,
    },
    /// There is no journal.
    NoJournal,
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Completed { what } => write!(f, "An edit that was interrupted was completed: {what}."),
            Self::Healed => f.write_str("The last line of the journal was torn by an interruption and was cut off."),
            Self::Earlier { line, of } => {
                write!(f, "The workbook is as it was after edit {line} of {of}: later edits stand in the journal and not in the workbook.")
            }
            Self::ChangedOutside { after } => write!(f, "The workbook was changed outside Kassay, after {after}."),
            Self::Journal { line, what } => write!(f, "Line {line} of the journal {what}."),
            Self::NoJournal => f.write_str("There is no journal: nothing shows who changed what."),
        }
    }
}

pub(super) fn open(dir: &Path) -> Result<Opened, StoreError> {
    let path = dir.join(folder::WORKBOOK);
    if !path.exists() && !dir.join(folder::NEXT).exists() {
        return Err(StoreError::NoWorkbook { dir: dir.to_owned() });
    }
    let mut notices = Vec::new();
    let held = match lock::take(dir, Timestamp::now()) {
        lock::Taken::Held(held) => {
            write::sweep(dir);
            recover(dir, &mut notices)?;
            held
        }
        lock::Taken::ReadOnly(by) => lock::Held::by_another(by),
    };
    let journal = read_journal(dir)?;
    let bytes = fs::read(&path).context("could not read", &path)?;
    let workbook = parse(dir, &bytes, &journal)?;
    let found = journal::digest(&bytes);
    let differs = judge(&journal, &found, held.held_by().is_some(), dir, &mut notices);
    let held_by = held.held_by().map(str::to_owned);
    Ok(Opened { store: Store { dir: dir.to_owned(), lock: held, journal, outside: differs.then_some(found) }, workbook, held_by, notices })
}

pub(super) fn restore_previous(dir: &Path, by: &str, now: Timestamp) -> Result<Opened, StoreError> {
    let held = match lock::take(dir, now) {
        lock::Taken::Held(held) => held,
        lock::Taken::ReadOnly(held_by) => return Err(StoreError::ReadOnly { held_by }),
    };
    let (path, previous) = (dir.join(folder::WORKBOOK), dir.join(folder::PREVIOUS));
    let good = fs::read(&previous).context("could not read", &previous)?;
    let mut journal = read_journal(dir)?;
    parse(dir, &good, &journal)?;
    if let Ok(broken) = fs::read(&path) {
        let aside = format!("{}.broken-{}", folder::WORKBOOK, &journal::digest(&broken)[..8]);
        write::put(dir, &aside, &broken)?;
    }
    let whole = journal.whole;
    let edit = Edit { by: by.to_owned(), what: "restored the previous copy of the workbook".to_owned(), ..Edit::default() };
    let line = journal.add(&edit, now, &journal::digest(&good))?;
    let edit = write::Write { dir, text: &good, lines: line.as_bytes(), whole };
    // Without `keep`: the previous copy is the good one, and must not become the broken one.
    for step in [write::stage, write::append, write::promote] {
        step(&edit)?;
    }
    drop(held);
    open(dir)
}

pub(super) fn read_journal(dir: &Path) -> Result<Journal, StoreError> {
    let path = dir.join(folder::JOURNAL);
    match fs::read(&path) {
        Ok(bytes) => Ok(Journal::read(&bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Journal::default()),
        Err(error) => Err(error).context("could not read", &path),
    }
}

/// Completes an edit that was interrupted. Called with the lock held: nobody else is in the middle of a save.
fn recover(dir: &Path, notices: &mut Vec<Notice>) -> Result<(), StoreError> {
    let mut journal = read_journal(dir)?;
    let next = dir.join(folder::NEXT);
    let staged = fs::read(&next).ok().filter(|bytes| std::str::from_utf8(bytes).is_ok_and(|text| Workbook::parse(text).is_ok()));
    let mut lines = String::new();
    let whole = journal.whole;
    if journal.torn {
        notices.push(Notice::Healed);
    }
    let Some(staged) = staged else {
        return if journal.torn { write::append(&write::Write { dir, text: &[], lines: &[], whole }) } else { Ok(()) };
    };
    let digest = journal::digest(&staged);
    if journal.workbook() == Some(digest.as_str()) {
        notices.push(Notice::Completed { what: journal.lines.last().map_or_else(String::new, words) });
    } else {
        let at =
            fs::metadata(&next).and_then(|m| m.modified()).ok().and_then(|at| Timestamp::try_from(at).ok()).unwrap_or_else(Timestamp::now);
        let what = "completed an edit that was interrupted before its line was written".to_owned();
        lines = journal.add(&Edit { by: "kassay".to_owned(), what, ..Edit::default() }, at, &digest)?;
        notices.push(Notice::Completed { what: "the journal does not name it, because the interruption came before its line".to_owned() });
    }
    let edit = write::Write { dir, text: &staged, lines: lines.as_bytes(), whole };
    if journal.torn || !lines.is_empty() {
        write::append(&edit)?;
    }
    write::keep(&edit)?;
    write::promote(&edit)
}

fn parse(dir: &Path, bytes: &[u8], journal: &Journal) -> Result<Workbook, StoreError> {
    let path = dir.join(folder::WORKBOOK);
    let broken = |line, column, message| StoreError::Broken { path: path.clone(), line, column, message, offer: offer(dir, journal) };
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = before.iter().filter(|b| **b == b'\n').count() + 1;
        let column = before.len() - before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1) + 1;
        broken(line, column, "is not text in UTF-8".to_owned())
    })?;
    Workbook::parse(text).map_err(|error| match error {
        WorkbookError::Newer { .. } => StoreError::Newer { path: path.clone(), source: error },
        WorkbookError::Broken { line, column, message } => broken(line, column, message),
        other => StoreError::Workbook(other),
    })
}

/// Which earlier state can be had, in words.
fn offer(dir: &Path, journal: &Journal) -> String {
    let last = journal.lines.last().map(|line| format!("the journal's last edit is {}", words(line)));
    let previous = fs::read(dir.join(folder::PREVIOUS)).ok().filter(|b| std::str::from_utf8(b).is_ok_and(|t| Workbook::parse(t).is_ok()));
    let copy = previous.map(|bytes| {
        let state = journal.line_of(&journal::digest(&bytes)).map_or_else(String::new, |line| format!(", the state after {}", words(line)));
        format!(
            "the previous copy {} can be read{state}: move the broken file away and copy that one to {}",
            folder::PREVIOUS,
            folder::WORKBOOK
        )
    });
    match (copy, last) {
        (Some(copy), Some(last)) => format!("{copy}; {last}"),
        (Some(words), None) | (None, Some(words)) => words,
        (None, None) => format!("mend it at that place, or take {} from a copy of the folder", folder::WORKBOOK),
    }
}

fn words(line: &JournalLine) -> String {
    let by = if line.by.is_empty() { String::new() } else { format!(" by {}", line.by) };
    format!("“{}”{by} at {}", line.what, Moment(line.at))
}

/// Compares workbook and journal; whether the workbook is not what the journal's last line says.
fn judge(journal: &Journal, found: &str, read_only: bool, dir: &Path, notices: &mut Vec<Notice>) -> bool {
    notices.extend(journal.faults.iter().map(|fault| Notice::Journal { line: fault.line, what: fault.what.clone() }));
    let Some(last) = journal.lines.last() else {
        notices.push(Notice::NoJournal);
        return true;
    };
    if last.workbook == found {
        return false;
    }
    // Whoever holds the lock may be between the line and the rename.
    if read_only && fs::read(dir.join(folder::NEXT)).is_ok_and(|bytes| journal::digest(&bytes) == last.workbook) {
        return false;
    }
    notices.push(match journal.line_of(found) {
        Some(line) => Notice::Earlier { line: line.n, of: last.n },
        None => Notice::ChangedOutside { after: words(last) },
    });
    true
}

//! Opening an assessment: the lock, what was interrupted, the workbook, the journal. What is odd but no obstacle is told as a notice.

use super::error::{Context, StoreError};
use super::notice::Notice;
use super::versions::Versions;
use super::{Store, behind, lock, write};
use crate::config::said;
use jiff::Timestamp;
use kassay_core::workbook::staged::{self, Staged};
use kassay_core::workbook::{Edit, FORMAT, Journal, JournalLine, Moment, ReadOnly, Workbook, WorkbookError, folder, journal};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _};
use std::path::Path;

/// Bytes of a file that are looked at at once.
const PIECE: usize = 64 << 10;

/// An opened assessment.
#[derive(Debug)]
pub struct Opened {
    /// The folder.
    pub store: Store,
    /// The workbook.
    pub workbook: Workbook,
    /// Why it can only be read, where that is so.
    pub held_by: Option<ReadOnly>,
    /// What is odd.
    pub notices: Vec<Notice>,
}

/// Whether a folder holds an assessment, or what is left of one: a workbook, its copy, or an edit that was being saved.
///
/// # Errors
/// Where nobody may look into it.
pub fn holds_assessment(dir: &Path) -> Result<bool, StoreError> {
    let ours = |name: &str| [folder::WORKBOOK, folder::PREVIOUS, folder::JOURNAL].contains(&name) || folder::is_next(name);
    let closed = |source| StoreError::Closed { dir: dir.to_owned(), source };
    match fs::read_dir(dir) {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(false),
        Err(error) => Err(closed(error)),
        // Names can be had without the right to get at what they name.
        Ok(entries) => match fs::metadata(dir.join(".")) {
            Err(error) if error.kind() == ErrorKind::PermissionDenied => Err(closed(error)),
            _ => Ok(entries.flatten().any(|entry| entry.file_name().to_str().is_some_and(ours))),
        },
    }
}

pub(super) fn open(dir: &Path, now: Timestamp) -> Result<Opened, StoreError> {
    if !holds_assessment(dir)? {
        return Err(StoreError::NoWorkbook { dir: dir.to_owned() });
    }
    let mut notices = Vec::new();
    let held = match lock::take(dir, now) {
        lock::Taken::Held(mut held) => {
            notices.extend(held.left.take());
            write::sweep(dir);
            recover(dir, now, &mut notices)?;
            held
        }
        lock::Taken::ReadOnly(why) => lock::Held::none(why),
    };
    let journal = read_journal(dir)?;
    let path = dir.join(folder::WORKBOOK);
    let bytes = match fs::read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            return Err(StoreError::Lost { dir: dir.to_owned(), offer: offer(dir, &journal) });
        }
        read => read.context("could not read", &path)?,
    };
    let (text, workbook) = parse(dir, bytes, &journal)?;
    let found = journal::digest(text.as_bytes());
    let differs = judge(&journal, &found, held.read_only().is_some(), dir, &mut notices);
    let held_by = held.read_only().cloned();
    let mut store = Store::new(dir, held, journal);
    store.outside = differs.then(|| (found, String::new()));
    store.older = Workbook::format_of(&text).filter(|format| *format < FORMAT.into());
    if store.lock.read_only().is_none() {
        notices.extend(behind::left(dir, &store.journal)?);
    }
    if let (Some(format), None) = (store.older, store.lock.read_only()) {
        notices.push(Notice::OlderFormat { format, kept: folder::older(format) });
    }
    store.versions = Versions::new(text);
    Ok(Opened { store, workbook, held_by, notices })
}

pub(super) fn restore_previous(dir: &Path, by: &str, now: Timestamp) -> Result<Opened, StoreError> {
    let held = match lock::take(dir, now) {
        lock::Taken::Held(held) => held,
        lock::Taken::ReadOnly(why) => return Err(StoreError::ReadOnly(why)),
    };
    let (path, previous) = (dir.join(folder::WORKBOOK), dir.join(folder::PREVIOUS));
    let good = fs::read(&previous).context("could not read", &previous)?;
    let mut journal = read_journal(dir)?;
    let (good, _) = parse(dir, good, &journal)?;
    let mut found = String::new();
    if let Ok(broken) = fs::read(&path) {
        found = journal::digest(&broken);
        write::keep_aside(dir, &broken, &folder::aside("broken", &found))?;
    }
    let digest = journal::digest(good.as_bytes());
    let (whole, staged) = (journal.whole, staged::name(journal.last(), &found, &digest));
    let edit = Edit { by: by.to_owned(), what: "restored the previous copy of the workbook".to_owned(), ..Edit::default() };
    let line = journal.add(&edit, now, &digest)?;
    let mut edit = write::Write::new(dir, &staged, good.as_bytes(), line.as_bytes(), whole);
    // Without `keep`: the previous copy is the good one, and must not become the broken one.
    for step in [write::stage, write::append, write::settle, write::promote] {
        step(&mut edit).inspect_err(|_| {
            write::take_back(&edit);
        })?;
    }
    drop(held);
    open(dir, now)
}

pub(super) fn read_journal(dir: &Path) -> Result<Journal, StoreError> {
    let path = dir.join(folder::JOURNAL);
    match fs::read(&path) {
        Ok(bytes) => Ok(Journal::read(&bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Journal::default()),
        Err(error) => Err(error).context("could not read", &path),
    }
}

/// Edits that were being saved, by name: the text of each.
fn staged_in(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| folder::is_next(name));
    let mut found: Vec<(String, Vec<u8>)> = names.filter_map(|name| fs::read(dir.join(&name)).ok().map(|text| (name, text))).collect();
    found.sort();
    found
}

/// Completes an edit that was interrupted, and sets others aside. Called with the lock held: nobody else is in the middle of a save.
fn recover(dir: &Path, now: Timestamp, notices: &mut Vec<Notice>) -> Result<(), StoreError> {
    let mut journal = read_journal(dir)?;
    let torn = journal.torn;
    if torn {
        notices.push(Notice::Healed);
    }
    let path = dir.join(folder::WORKBOOK);
    let current = fs::read(&path).ok();
    let found = current.as_deref().map_or_else(String::new, journal::digest);
    let mut all = staged_in(dir);
    let states: Vec<Staged> = all.iter().map(|(name, text)| Staged::of(&journal, name, text, &found)).collect();
    let named = states.iter().position(|state| matches!(state, Staged::Named { .. }));
    let chosen = named.or_else(|| states.iter().position(|state| state.is_completed()));
    let chosen = chosen.map(|at| (states[at], all.remove(at)));
    for (name, text) in &all {
        let aside = folder::aside("interrupted", &journal::digest(text));
        fs::rename(dir.join(name), dir.join(&aside)).context("could not set aside", &dir.join(name))?;
        notices.push(Notice::SetAside { aside });
    }
    let whole = journal.whole;
    let Some((state, (name, text))) = chosen else {
        let mut heal = write::Write::new(dir, "", &[], &[], whole);
        return if torn { write::append(&mut heal).and_then(|()| write::settle(&mut heal)) } else { Ok(()) };
    };
    let mut lines = String::new();
    let what = if matches!(state, Staged::Named { .. }) {
        journal.lines.last().map_or_else(String::new, words)
    } else {
        let at = fs::metadata(dir.join(&name)).and_then(|m| m.modified()).ok().and_then(|at| Timestamp::try_from(at).ok()).unwrap_or(now);
        // The time of a file lags behind the clock a little; that is no clock that was set back.
        let at = journal.lines.last().map_or(at, |line| at.max(line.at));
        let what = "completed an edit that was interrupted before its line was written".to_owned();
        lines = journal.add(&Edit { by: "kassay".to_owned(), what, ..Edit::default() }, at, &journal::digest(&text))?;
        "the journal does not name it, because the interruption came before its line".to_owned()
    };
    notices.push(Notice::Completed { what });
    let mut edit = write::Write::new(dir, &name, &text, lines.as_bytes(), whole);
    if torn || !lines.is_empty() {
        write::append(&mut edit)?;
    }
    // What was written before the interruption may not have reached the disk.
    write::settle(&mut edit)?;
    let readable = current.as_deref().is_some_and(is_workbook);
    if let (Staged::Named { changed_meanwhile: true }, Some(current)) = (state, &current) {
        let aside = folder::aside(if readable { "outside" } else { "broken" }, &found);
        write::keep_aside(dir, current, &aside)?;
        notices.push(Notice::ChangedMeanwhile { aside });
    }
    // A copy that can be read is never given up for a workbook that can't.
    if readable {
        write::keep(&mut edit)?;
    }
    write::promote(&mut edit)
}

fn is_workbook(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| Workbook::parse(text).is_ok())
}

fn parse(dir: &Path, bytes: Vec<u8>, journal: &Journal) -> Result<(String, Workbook), StoreError> {
    let path = dir.join(folder::WORKBOOK);
    let broken = |line, column, message| StoreError::Broken { path: path.clone(), line, column, message, offer: offer(dir, journal) };
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.iter().filter(|b| **b == b'\n').count() + 1;
        let column = before.len() - before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1) + 1;
        broken(line, column, "is not text in UTF-8".to_owned())
    })?;
    let workbook = Workbook::parse(&text).map_err(|error| match error {
        WorkbookError::Newer { .. } => StoreError::Newer { path: path.clone(), source: error },
        WorkbookError::Broken { line, column, message } => broken(line, column, message),
        other => StoreError::Workbook(other),
    })?;
    Ok((text, workbook))
}

/// Which earlier state can be had, in words.
fn offer(dir: &Path, journal: &Journal) -> String {
    let last = journal.lines.last().map(|line| format!("the journal's last edit is {}", words(line)));
    let there = dir.join(folder::WORKBOOK).exists();
    let copy = fs::read(dir.join(folder::PREVIOUS)).ok().filter(|bytes| is_workbook(bytes)).map(|bytes| {
        let state = journal.line_of(&journal::digest(&bytes)).map_or_else(String::new, |line| format!(", the state after {}", words(line)));
        let how = if there { "move the broken file away and copy that one" } else { "copy that one" };
        let where_to = folder::WORKBOOK;
        format!(
            "the previous copy {} can be read{state}: R in the list of assessments restores it, or {how} to {where_to}",
            folder::PREVIOUS
        )
    });
    match (copy, last) {
        (Some(copy), Some(last)) => format!("{copy}; {last}"),
        (Some(words), None) | (None, Some(words)) => words,
        (None, None) if there => format!("mend it at that place, or take {} from a copy of the folder", folder::WORKBOOK),
        (None, None) => format!("take {} from a copy of the folder", folder::WORKBOOK),
    }
}

pub(super) fn words(line: &JournalLine) -> String {
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
    let staged = || staged_in(dir).iter().any(|(_, text)| journal::digest(text) == last.workbook);
    if read_only && staged() {
        return false;
    }
    notices.push(match journal.line_of(found) {
        Some(line) => Notice::Earlier { line: line.n, of: last.n },
        None => Notice::ChangedOutside { after: words(last) },
    });
    true
}

/// What is wrong with a text that is no workbook, in a few words.
pub(super) fn fault(bytes: &[u8]) -> Result<Workbook, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not text in UTF-8".to_owned())?;
    Workbook::parse(text).map_err(|error| error.to_string())
}

/// Whether what lies there is this text; none where nothing does. It is looked at piece by piece: memory for all of it costs more than the look.
pub(super) fn holds(path: &Path, text: &[u8]) -> Result<Option<bool>, StoreError> {
    let holds = || -> io::Result<bool> {
        let (mut file, mut piece, mut rest) = (File::open(path)?, vec![0; PIECE], text);
        loop {
            let read = file.read(&mut piece)?;
            match rest.split_at_checked(read) {
                _ if read == 0 => return Ok(rest.is_empty()),
                Some((same, behind)) if same == &piece[..read] => rest = behind,
                _ => return Ok(false),
            }
        }
    };
    match holds() {
        Ok(holds) => Ok(Some(holds)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            tracing::warn!("{} can't be read: {}", path.display(), said(&error));
            Err(error).context("could not read", path)
        }
    }
}

/// What lies in the workbook's place; none where nothing does.
pub(super) fn on_disk(path: &Path) -> Result<Option<Vec<u8>>, StoreError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => {
            tracing::warn!("{} can't be read: {}", path.display(), said(&error));
            Err(error).context("could not read", path)
        }
    }
}

//! The folder of one assessment: opening, saving, recovering. One writer at a time; whoever comes second reads, and is told who holds it.
//!
//! # How an edit is saved
//!
//! 0. *Look.* What lies in the workbook's place is compared with what this program wrote last. A change from outside is told, written down in the
//!    journal, and put together with the edit; what both touched is asked about. See `save`.
//! 1. *Stage.* The new text is written to a temporary file beside the workbook, with which the disk begins at once, and renamed to
//!    `workbook.toml.next-…`, where the name tells what it was made from.
//! 2. *Journal.* The edit's line, with the digest of the new text and of the line before, is appended to `journal.jsonl`.
//! 3. *Settle.* Text, name and line are synced, all at once: it is waited for the disk one time.
//! 4. *Keep.* The workbook as it was becomes `workbook.toml.bak` (a hard link where the file system has them, renamed into place).
//! 5. *Promote.* The staged text is renamed to `workbook.toml`. The edit lasts since step 3, so nobody waits for this; it is synced behind, where it is also
//!    looked whether something wrote the workbook meanwhile. The next edit's line is not written before that is done. See `behind`.
//!
//! An edit counts as accepted when `save` returns, so after step 5. Where a step fails, what was done before it is taken back, and the edit is
//! not accepted. Whatever the moment at which the program is killed or the power fails, opening the folder again ends in one of two
//! states, the one before the edit or the one after it, and both are whole:
//!
//! - killed within 1: there is at most a temporary file, which is removed; the state before.
//! - killed between 1 and 2, or within 2: the staged text is whole, but its line is missing or torn. The torn line is cut off, a line that
//!   says so is written, and the staged text is promoted; the state after.
//! - between 2 and 5: the last line's digest is that of the staged text, which is promoted; the state after.
//! - the power failed before 3 was at its end: the disk may have any part of it. Where it has the text whole, it is as above. A text that is not whole is known
//!   by its name and set aside; the state before. Where its line did last, the workbook is told to be as it was before that line.
//!
//! A staged text that was made from something else than what is here takes nothing's place: it is set aside.
//! `workbook.toml` itself is never opened for writing. A file that can't be understood is never written over: opening it is an error that
//! names line and column and says which earlier state is there. A workbook that is whole but is not what the last line of the journal
//! says was changed by something else; that is told, and written down in the journal with the next edit.

mod attach;
mod behind;
mod collection;
mod error;
mod imports;
mod list;
mod lock;
mod notice;
mod open;
mod recent;
mod save;
mod typed;
mod versions;
mod write;

pub use attach::Attached;
pub use collection::Kept;
pub use error::{Dispute, StoreError};
pub use list::{Listing, folder_name};
pub use notice::Notice;
pub use open::{Opened, holds_assessment};
pub use recent::Recent;

use jiff::Timestamp;
use kassay_core::workbook::{Edit, Journal, Printer, Workbook, folder};
use std::path::{Path, PathBuf};

/// One open assessment folder.
#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    lock: lock::Held,
    journal: Journal,
    /// Digest of the workbook, where it is not what the journal says, and what is known of the change: told in the journal with the next edit.
    outside: Option<(String, String)>,
    /// Texts of the workbook that this program read or wrote, the last one being what it left on disk.
    versions: versions::Versions,
    /// Whether it was told that the clock is behind.
    clock_told: bool,
    /// The format of the text on disk, where that is an older one: it is kept beside before the first save.
    older: Option<i64>,
    /// Writes it as text, with every text through the gate.
    printer: Printer,
    /// What is left to do of the last edit.
    behind: behind::Behind,
}

/// What became of a save.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Saved {
    /// How many card numbers and private keys were taken out of the texts before they were written.
    pub masked: usize,
    /// The workbook that is on disk, where that is another than the one that was handed in: with what was changed outside meanwhile.
    pub merged: Option<Box<Workbook>>,
    /// What was odd.
    pub notices: Vec<Notice>,
}

impl Store {
    /// Makes a new assessment in a folder that does not exist yet or is empty.
    ///
    /// # Errors
    /// Where something is there already, or the folder can't be written.
    pub fn create(dir: &Path, workbook: &Workbook, by: &str, now: Timestamp) -> Result<Self, StoreError> {
        // A lock and temporary files are what a process leaves that was killed while it made this very folder.
        let ours = |name: std::ffi::OsString| name == folder::LOCK || write::is_temporary(&name);
        if std::fs::read_dir(dir).is_ok_and(|entries| entries.flatten().any(|entry| !ours(entry.file_name()))) {
            return Err(StoreError::Exists { dir: dir.to_owned() });
        }
        write::make_dir(dir)?;
        let held = match lock::take(dir, now) {
            lock::Taken::Held(held) => held,
            lock::Taken::ReadOnly(why) => return Err(StoreError::ReadOnly(why)),
        };
        write::sweep(dir);
        let mut store = Self::new(dir, held, Journal::default());
        let edit =
            Edit { by: by.to_owned(), what: "new assessment".to_owned(), before: String::new(), after: workbook.engagement.entity.clone() };
        store.save(workbook, &edit, now)?;
        Ok(store)
    }

    /// Opens a folder: takes the lock or reads only, finishes what was interrupted, reads the workbook, checks the journal.
    ///
    /// # Errors
    /// Where there is no workbook, it is broken or newer than this program, or can't be read.
    pub fn open(dir: &Path) -> Result<Opened, StoreError> {
        open::open(dir, Timestamp::now())
    }

    /// Puts the previous copy in the place of a workbook that can't be read. The broken file stays beside it under another name.
    ///
    /// # Errors
    /// Where there is no previous copy, it can't be read either, or another process holds the folder.
    pub fn restore_previous(dir: &Path, by: &str, now: Timestamp) -> Result<Opened, StoreError> {
        open::restore_previous(dir, by, now)
    }

    /// The assessments in a folder, the one that was worked on last first; those that can't be read are told with their problem.
    #[must_use]
    pub fn list(root: &Path) -> Vec<Listing> {
        list::list(root)
    }

    /// The folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The journal as it is on disk.
    #[must_use]
    pub const fn journal(&self) -> &Journal {
        &self.journal
    }

    /// Whether nothing can be saved through it.
    #[must_use]
    pub const fn is_read_only(&self) -> bool {
        self.lock.read_only().is_some()
    }

    /// Saves an accepted edit. When this returns, the edit is on disk.
    ///
    /// # Errors
    /// Where another process holds the folder, it can't be written, or something else changed what the edit changes; what is on disk is then as it
    /// was.
    pub fn save(&mut self, workbook: &Workbook, edit: &Edit, now: Timestamp) -> Result<Saved, StoreError> {
        self.save_settled(workbook, edit, now, None)
    }

    /// Saves an accepted edit after a person decided that it counts, and not the text from outside of that digest.
    ///
    /// # Errors
    /// As [`Self::save`], also where that text was changed once more.
    pub fn save_settled(&mut self, workbook: &Workbook, edit: &Edit, now: Timestamp, settled: Option<&str>) -> Result<Saved, StoreError> {
        self.save_by(&save::How { steps: &write::STEPS, now, settled }, workbook, edit)
    }

    /// Waits for what is left of the last edit, which [`Self::save`] does not wait for; what was odd about it. What fails here is told by the next
    /// save.
    pub fn afterwards(&mut self) -> Option<Notice> {
        self.behind.end(&self.dir).ok().flatten()
    }

    fn new(dir: &Path, lock: lock::Held, journal: Journal) -> Self {
        Self {
            dir: dir.to_owned(),
            lock,
            journal,
            outside: None,
            versions: versions::Versions::default(),
            clock_told: false,
            older: None,
            printer: Printer::default(),
            behind: behind::Behind::default(),
        }
    }

    /// Refuses to write where that is for others, or the folder is gone.
    fn may_write(&self) -> Result<(), StoreError> {
        match self.lock.read_only() {
            Some(why) => Err(StoreError::ReadOnly(why.clone())),
            None if !self.dir.is_dir() => Err(StoreError::Moved { dir: self.dir.clone(), to: self.lock.moved_to() }),
            None => Ok(()),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The path of the workbook.
    #[must_use]
    pub fn workbook_path(&self) -> PathBuf {
        self.path(folder::WORKBOOK)
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // While the lock is held: what another program wrote at that moment must not be lost because this one ends.
        if matches!(self.behind, behind::Behind::Begun { .. }) {
            self.afterwards();
        }
    }
}

#[cfg(test)]
mod tests;

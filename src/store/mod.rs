//! The folder of one assessment: opening, saving, recovering. One writer at a time; whoever comes second reads, and is told who holds it.
//!
//! # How an edit is saved
//!
//! 1. *Stage.* The new text is written to a temporary file beside the workbook, synced, renamed to `workbook.toml.next`; the folder is synced.
//! 2. *Journal.* The edit's line, with the digest of the new text and of the line before, is appended to `journal.jsonl` and synced.
//! 3. *Keep.* The workbook as it was becomes `workbook.toml.bak` (a hard link where the file system has them, renamed into place).
//! 4. *Promote.* `workbook.toml.next` is renamed to `workbook.toml`, and the folder is synced.
//!
//! An edit counts as accepted when `save` returns, so after step 4. Whatever the moment at which the program is killed or the power fails,
//! opening the folder again ends in one of two states, the one before the edit or the one after it, and both are whole:
//!
//! - within 1: there is at most a temporary file, which is removed; the state before.
//! - between 1 and 2, or within 2: the staged text is whole, but its line is missing or torn. The torn line is cut off, a line that
//!   says so is written, and the staged text is promoted; the state after.
//! - between 2 and 4: the last line's digest is that of the staged text, which is promoted; the state after.
//!
//! `workbook.toml` itself is never opened for writing. A file that can't be understood is never written over: opening it is an error that
//! names line and column and says which earlier state is there. A workbook that is whole but is not what the last line of the journal
//! says was changed by something else; that is told, and written down in the journal with the next edit.

mod attach;
mod collection;
mod error;
mod imports;
mod list;
mod lock;
mod open;
mod write;

pub use attach::Attached;
pub use collection::Kept;
pub use error::StoreError;
pub use list::{Listing, folder_name};
pub use open::{Notice, Opened};

use jiff::Timestamp;
use kassay_core::workbook::{Edit, Journal, Workbook, folder, gate, journal};
use std::path::{Path, PathBuf};

/// One open assessment folder.
#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    lock: lock::Held,
    journal: Journal,
    /// Digest of the workbook, where it is not what the journal says: told in the journal with the next edit.
    outside: Option<String>,
}

/// What became of a save.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// How many card numbers and private keys were taken out of the texts before they were written.
    pub masked: usize,
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
            lock::Taken::ReadOnly(held_by) => return Err(StoreError::ReadOnly { held_by }),
        };
        write::sweep(dir);
        let mut store = Self { dir: dir.to_owned(), lock: held, journal: Journal::default(), outside: None };
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
        open::open(dir)
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
        self.lock.held_by().is_some()
    }

    /// Saves an accepted edit. When this returns, the edit is on disk.
    ///
    /// # Errors
    /// Where another process holds the folder, or it can't be written; the workbook on disk is then as it was, or will be completed when
    /// it is opened again.
    pub fn save(&mut self, workbook: &Workbook, edit: &Edit, now: Timestamp) -> Result<Saved, StoreError> {
        let saved = self.save_by(&write::STEPS, workbook, edit, now);
        if saved.is_err() {
            // What did reach the disk decides how the journal goes on.
            self.journal = open::read_journal(&self.dir).unwrap_or_else(|_| self.journal.clone());
        }
        saved
    }

    fn save_by(&mut self, steps: &[write::Step], workbook: &Workbook, edit: &Edit, now: Timestamp) -> Result<Saved, StoreError> {
        if let Some(held_by) = self.lock.held_by() {
            return Err(StoreError::ReadOnly { held_by: held_by.to_owned() });
        }
        let (clean, masked) = gate::clean_workbook(workbook)?;
        let text = clean.print()?;
        let whole = self.journal.whole;
        let mut lines = String::new();
        if let Some(found) = &self.outside {
            let edit = Edit { what: open::CHANGED_OUTSIDE.to_owned(), ..Edit::default() };
            lines += &self.journal.add(&edit, now, found)?;
        }
        lines += &self.journal.add(&gate::clean_edit(edit), now, &journal::digest(text.as_bytes()))?;
        let edit = write::Write { dir: &self.dir, text: text.as_bytes(), lines: lines.as_bytes(), whole };
        for step in steps {
            step(&edit)?;
        }
        self.outside = None;
        Ok(Saved { masked })
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

#[cfg(test)]
mod tests;

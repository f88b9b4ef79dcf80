//! What is typed and not saved: a file beside the workbook, there only while there is such. It passes the gate that the workbook passes.

use super::error::{Context, StoreError};
use super::{Store, write};
use kassay_core::workbook::drafts::Drafts;
use kassay_core::workbook::{WorkbookError, folder, gate};
use std::fs;
use std::io::ErrorKind;

/// What a file becomes that can't be understood: it is not written over.
const BROKEN: &str = "drafts.broken.toml";

impl Store {
    /// Keeps what is typed and not saved; removes the file where that is nothing.
    ///
    /// # Errors
    /// Where another process holds the folder, or it can't be written.
    pub fn keep_typed(&self, drafts: &Drafts) -> Result<(), StoreError> {
        self.may_write()?;
        if !drafts.is_empty() {
            let text = gate::clean_drafts(drafts)?.print()?;
            return write::put(&self.dir, folder::DRAFTS, text.as_bytes());
        }
        let path = self.path(folder::DRAFTS);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(error).context("could not remove", &path),
            _ => Ok(()),
        }
    }

    /// What was typed and not saved when the folder was open last. A file that can't be understood is put aside, and told.
    ///
    /// # Errors
    /// Where it can't be read or understood.
    pub fn take_typed(&self) -> Result<Drafts, StoreError> {
        let path = self.path(folder::DRAFTS);
        let bytes = match fs::read(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Drafts::default()),
            read => read.context("could not read", &path)?,
        };
        Drafts::parse(&String::from_utf8_lossy(&bytes)).map_err(|error| {
            let offer = format!("it lies beside the workbook as {BROKEN}");
            drop(fs::rename(&path, self.path(BROKEN)));
            match error {
                WorkbookError::Broken { line, column, message } => StoreError::Broken { path, line, column, message, offer },
                other => StoreError::Workbook(other),
            }
        })
    }
}

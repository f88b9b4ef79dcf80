//! The last step of an edit on its way to the disk. Nobody waits for it, since the edit lasts without; but the next edit's line must not last before it,
//! or a power failure could leave that line, an older workbook, and the text between them under a name that the journal's end does not speak of.

use super::error::StoreError;
use super::write;
use std::fs::File;
use std::io;
use std::path::Path;
use std::thread::{self, JoinHandle};

/// How far the disk is with the names in the folder.
#[derive(Debug, Default)]
pub(super) enum Renaming {
    /// Nobody asked it; so it is with a folder that was just opened, where an interrupted edit may have been completed.
    #[default]
    Due,
    /// It was asked, and answers behind.
    Asked(JoinHandle<io::Result<()>>),
    /// Nothing was renamed since it answered.
    Done,
}

impl Renaming {
    /// Asks it, without waiting for the answer. A file that lost its name is let go there too, because that is when its space is given back.
    pub(super) fn begin(dir: &Path, replaced: Option<File>) -> Self {
        let dir = dir.to_owned();
        let ask = move || {
            drop(replaced);
            write::sync_folder(&dir)
        };
        thread::Builder::new().name("sync".to_owned()).spawn(ask).map_or(Self::Due, Self::Asked)
    }

    /// Waits for its answer; where there is none, or it is no, it is asked again.
    pub(super) fn end(&mut self, dir: &Path) -> Result<(), StoreError> {
        let answered = match std::mem::take(self) {
            Self::Due => false,
            Self::Asked(answer) => matches!(answer.join(), Ok(Ok(()))),
            Self::Done => true,
        };
        if !answered {
            write::sync_dir(dir)?;
        }
        *self = Self::Done;
        Ok(())
    }
}

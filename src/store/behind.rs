//! What is left of an edit when it is accepted: nobody waits for it, since the edit lasts without, and the next edit's line is not written before it is done.
//!
//! The renaming is synced. Otherwise a power failure could leave that next line, an older workbook, and the text between them under a name that the journal's
//! end does not speak of. And it is looked whether something wrote the workbook between the look at it and its replacement: its text is the previous copy
//! then, and is kept before another takes that place.

use super::error::{Context, StoreError};
use super::notice::Notice;
use super::write;
use kassay_core::workbook::{Journal, folder, journal};
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;
use std::thread::{self, JoinHandle};

/// How far that is.
#[derive(Debug, Default)]
pub(super) enum Behind {
    /// It was not begun; so it is with a folder that was just opened, where an interrupted edit may have been completed.
    #[default]
    Due,
    /// It was begun, and is done behind.
    Begun {
        /// The digest of the text that was replaced; none where there was none.
        replaced: Option<String>,
        /// What came of it.
        done: Option<JoinHandle<Result<Option<Notice>, StoreError>>>,
    },
    /// Nothing was renamed since it was done.
    Done,
}

/// Looks whether the program ended before the last edit's remainder was done: then a text that was overtaken lies as previous copy still, and the next save
/// would put another in its place. Every text that was replaced knowingly has its line in the journal, those from outside too.
pub(super) fn left(dir: &Path, journal: &Journal) -> Result<Option<Notice>, StoreError> {
    if journal.lines.is_empty() || !journal.faults.is_empty() {
        return Ok(None);
    }
    let is_aside = |digest: &str| ["outside", "broken"].iter().any(|what| dir.join(folder::aside(what, digest)).exists());
    overtaken(dir, |digest| journal.line_of(digest).is_some() || is_aside(digest))
}

impl Behind {
    /// Begins it, with the digest of the text that was replaced. A file that lost its name is let go there too, because that is when its space is given back.
    pub(super) fn begin(dir: &Path, replaced: Option<String>, nameless: Option<File>) -> Self {
        let (dir, before) = (dir.to_owned(), replaced.clone());
        let work = move || {
            drop(nameless);
            finish(&dir, before.as_deref())
        };
        // Where no thread can be had, it is done when it is waited for.
        Self::Begun { replaced, done: thread::Builder::new().name("sync".to_owned()).spawn(work).ok() }
    }

    /// Waits until it is done, and tells what was odd; where it failed, it is done again.
    pub(super) fn end(&mut self, dir: &Path) -> Result<Option<Notice>, StoreError> {
        let (replaced, done) = match std::mem::take(self) {
            Self::Due => (None, None),
            Self::Begun { replaced, done } => (replaced, done.and_then(|done| done.join().ok()?.ok())),
            Self::Done => (None, Some(None)),
        };
        let again = || finish(dir, replaced.as_deref());
        let told = done.map_or_else(again, Ok);
        *self = if told.is_ok() { Self::Done } else { Self::Begun { replaced, done: None } };
        told
    }
}

fn finish(dir: &Path, replaced: Option<&str>) -> Result<Option<Notice>, StoreError> {
    write::sync_dir(dir)?;
    match replaced {
        Some(replaced) => overtaken(dir, |digest| digest == replaced),
        None => Ok(None),
    }
}

/// Keeps the previous copy aside where it is the text of somebody else, which was overtaken by a save, and tells of it.
fn overtaken(dir: &Path, is_known: impl FnOnce(&str) -> bool) -> Result<Option<Notice>, StoreError> {
    let previous = dir.join(folder::PREVIOUS);
    let text = match fs::read(&previous) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        read => read.context("could not read", &previous)?,
    };
    let digest = journal::digest(&text);
    if is_known(&digest) {
        return Ok(None);
    }
    let aside = folder::aside("outside", &digest);
    write::keep_aside(dir, &text, &aside)?;
    Ok(Some(Notice::Overtaken { aside }))
}

//! One writer at a time: a lock of the operating system on `.lock`, which also holds the words of who has it. The lock goes away with the
//! process, however that ends; the words alone lock nothing.

use crate::config;
use jiff::Timestamp;
use kassay_core::workbook::{Moment, folder};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::Path;

/// A held lock, or the reason why there is none.
#[derive(Debug)]
pub(super) struct Held {
    /// Kept open as long as the lock shall hold.
    _file: Option<File>,
    by: Option<String>,
}

/// What came of trying to lock.
pub(super) enum Taken {
    /// It is ours.
    Held(Held),
    /// Somebody else's; or it can't be locked here. The words say which.
    ReadOnly(String),
}

impl Held {
    /// Who holds it instead of us.
    pub(super) const fn held_by(&self) -> Option<&str> {
        match &self.by {
            Some(by) => Some(by.as_str()),
            None => None,
        }
    }

    /// No lock, because somebody else has it.
    pub(super) const fn by_another(by: String) -> Self {
        Self { _file: None, by: Some(by) }
    }
}

/// Tries to lock a folder without waiting.
pub(super) fn take(dir: &Path, now: Timestamp) -> Taken {
    let path = dir.join(folder::LOCK);
    let mut file = match OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path) {
        Ok(file) => file,
        Err(error) => return Taken::ReadOnly(format!("the folder can't be written ({error})")),
    };
    match file.try_lock() {
        Ok(()) => {
            let words = format!("{} on {}, process {}, since {}", config::user(), config::host(), std::process::id(), Moment(now));
            // Words that could not be written only make a later message poorer.
            drop(file.set_len(0).and_then(|()| file.write_all(words.as_bytes())).and_then(|()| file.flush()));
            Taken::Held(Held { _file: Some(file), by: None })
        }
        Err(TryLockError::WouldBlock) => {
            let mut words = String::new();
            let told = (&mut file).take(512).read_to_string(&mut words).is_ok() && !words.trim().is_empty();
            Taken::ReadOnly(if told { words.trim().to_owned() } else { "another process".to_owned() })
        }
        Err(TryLockError::Error(error)) => Taken::ReadOnly(format!("the file system can't lock it ({error})")),
    }
}

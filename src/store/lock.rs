//! One writer at a time: a lock of the operating system on `.lock`, which also holds the words of who has it. The lock goes away with the
//! process, however that ends; the words alone lock nothing. Who closes an assessment takes the words away, so words that are left tell of one
//! that was not closed.

use super::{Notice, write};
use crate::config::{self, said};
use jiff::Timestamp;
use kassay_core::workbook::{Moment, ReadOnly, folder};
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Seek as _, Write};
use std::path::{Path, PathBuf};

/// A held lock, or the reason why there is none.
#[derive(Debug)]
pub(super) struct Held {
    /// Kept open as long as the lock shall hold.
    file: Option<File>,
    /// The folder, which is known by it wherever it is moved to.
    folder: Option<File>,
    by: Option<ReadOnly>,
    /// What a process left that did not close the folder.
    pub(super) left: Option<Notice>,
}

/// What came of trying to lock.
pub(super) enum Taken {
    /// It is ours.
    Held(Held),
    /// It can only be read.
    ReadOnly(ReadOnly),
}

impl Held {
    /// Why there is no lock.
    pub(super) const fn read_only(&self) -> Option<&ReadOnly> {
        self.by.as_ref()
    }

    /// No lock.
    pub(super) const fn none(by: ReadOnly) -> Self {
        Self { file: None, folder: None, by: Some(by), left: None }
    }

    /// Whether this lock is the one of that folder still. The folder may have been moved away and another put in its place.
    #[cfg(unix)]
    pub(super) fn is_of(&self, dir: &Path) -> bool {
        use std::os::unix::fs::MetadataExt as _;
        let place = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
        let ours = self.file.as_ref().and_then(|file| file.metadata().ok()).map(place);
        ours.is_some() && ours == fs::metadata(dir.join(folder::LOCK)).ok().map(place)
    }

    /// Whether this lock is the one of that folder still. A folder with an open file in it can't be moved on other systems.
    #[cfg(not(unix))]
    pub(super) fn is_of(&self, dir: &Path) -> bool {
        dir.join(folder::LOCK).exists()
    }

    /// Where the folder is now, as far as the system tells.
    #[cfg(target_os = "linux")]
    pub(super) fn moved_to(&self) -> Option<PathBuf> {
        use std::os::fd::AsRawFd as _;
        let handle = self.folder.as_ref()?.as_raw_fd();
        fs::read_link(format!("/proc/self/fd/{handle}")).ok().filter(|path| path.is_dir())
    }

    /// Where the folder is now, as far as the system tells.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn moved_to(&self) -> Option<PathBuf> {
        let _ = &self.folder;
        None
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Words that stay only make a later message longer.
        drop(self.file.as_ref().map(|file| file.set_len(0)));
    }
}

/// Tries to lock a folder without waiting.
pub(super) fn take(dir: &Path, now: Timestamp) -> Taken {
    take_by(dir, now, File::try_lock)
}

/// Tries to lock a folder by a way to lock a file.
pub(super) fn take_by(dir: &Path, now: Timestamp, lock: impl Fn(&File) -> Result<(), TryLockError>) -> Taken {
    let unwritable = |why: String| Taken::ReadOnly(ReadOnly::Unwritable(why));
    let mut file = match open(&dir.join(folder::LOCK)) {
        Ok(file) => file,
        Err(why) => return unwritable(why),
    };
    match lock(&file) {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Taken::ReadOnly(ReadOnly::Held(words(&mut file).unwrap_or_else(|| "another process".to_owned())));
        }
        Err(TryLockError::Error(error)) => {
            return unwritable(format!("the file system can't lock it, so nothing would keep two from writing at once ({})", said(&error)));
        }
    }
    // A lock can be had on a file that can't be written, and in a folder that can't.
    if let Err(error) = write::probe(dir) {
        return unwritable(format!("the folder can't be written ({})", said(&error)));
    }
    let left = words(&mut file).map(|by| Notice::NotClosed { elsewhere: host_of(&by).is_some_and(|host| host != config::host()), by });
    let words = format!("{} on {}, process {}, since {}", config::user(), config::host(), std::process::id(), Moment(now));
    // Words that could not be written only make a later message poorer.
    drop(file.set_len(0).and_then(|()| file.rewind()).and_then(|()| file.write_all(words.as_bytes())).and_then(|()| file.flush()));
    Taken::Held(Held { file: Some(file), folder: File::open(dir).ok(), by: None, left })
}

/// Opens the file of the lock. One that can't be written can be locked all the same.
fn open(path: &Path) -> Result<File, String> {
    let whole = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    let opened = match whole {
        Err(error) if matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem) => match File::open(path) {
            Err(missing) if missing.kind() == ErrorKind::NotFound => {
                return Err(format!("the folder can't be written ({})", said(&error)));
            }
            opened => opened,
        },
        opened => opened,
    };
    let words = |error: io::Error| format!("its file {} can't be opened ({})", folder::LOCK, said(&error));
    let file = opened.map_err(words)?;
    if file.metadata().is_ok_and(|metadata| metadata.is_file()) { Ok(file) } else { Err(format!("{} in it is no file", folder::LOCK)) }
}

fn words(file: &mut File) -> Option<String> {
    let mut words = String::new();
    file.rewind().and_then(|()| file.take(512).read_to_string(&mut words)).ok()?;
    Some(words.trim().to_owned()).filter(|words| !words.is_empty())
}

/// The machine that words of a lock name.
fn host_of(words: &str) -> Option<&str> {
    let (head, _) = words.rsplit_once(", process ")?;
    head.rsplit_once(" on ").map(|(_, host)| host)
}

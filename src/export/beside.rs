//! Where an export is made before it gets its name: a folder beside the target, on the same disk, held by a lock of the operating system. The lock goes
//! away with the process, however that ends, so what a killed one left is known by nobody holding it, and goes with the next export to that place.

use super::ExportError;
use crate::config;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The lock in such a folder.
const LOCK: &str = "lock";
/// What is made in it.
const MADE: &str = "made";
/// How often a folder is made anew that another process took for one that nobody holds.
const TRIES: usize = 16;

/// A folder in which something is made. It goes with all that is in it, unless what was made got another name before.
#[derive(Debug)]
pub(super) struct Beside {
    /// Removed before the lock is let go.
    folder: TempDir,
    _lock: File,
}

impl Beside {
    /// Makes one in a folder, and removes those there that killed processes left.
    pub(super) fn new(parent: &Path) -> io::Result<Self> {
        sweep(parent);
        for _ in 0..TRIES {
            let folder = tempfile::Builder::new().prefix(&prefix()).tempdir_in(parent)?;
            if let Some(lock) = hold(folder.path())? {
                return Ok(Self { folder, _lock: lock });
            }
        }
        Err(io::Error::new(ErrorKind::WouldBlock, "other processes remove what is made there"))
    }

    /// Where what is made lies: nothing is there yet.
    pub(super) fn made(&self) -> PathBuf {
        self.folder.path().join(MADE)
    }

    /// A file to make it in.
    pub(super) fn file(&self) -> io::Result<tempfile::NamedTempFile> {
        tempfile::Builder::new().prefix(MADE).tempfile_in(self.folder.path())
    }
}

/// Removes what killed processes left in a folder. What another process holds, or one on another machine made, stays.
pub fn sweep(parent: &Path) {
    let prefix = prefix();
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let ours = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with(&prefix);
    for entry in entries.filter(|entry| ours(entry) && entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        let folder = entry.path();
        match File::open(folder.join(LOCK)) {
            // Somebody is just about to lock it, or was killed before; only where it is empty it goes, and then whoever made it makes another one.
            Err(error) if error.kind() == ErrorKind::NotFound => drop(fs::remove_dir(&folder)),
            Err(_) => {}
            // Where the disk knows no locks, nobody can tell whether it is held, and it stays.
            Ok(lock) => {
                if lock.try_lock().is_ok() {
                    drop(fs::remove_dir_all(&folder));
                }
            }
        }
    }
}

/// How the names of such folders begin on this machine. Locks don't always reach another one, so what that made is not ours to judge.
fn prefix() -> String {
    let digest = kassay_core::workbook::journal::digest(config::host().as_bytes());
    format!(".kassay-export-{}-", digest.get(..8).unwrap_or_default())
}

/// Holds a folder; nothing where another process was faster, and has removed it or is about to.
fn hold(folder: &Path) -> io::Result<Option<File>> {
    let path = folder.join(LOCK);
    let lock = match OpenOptions::new().write(true).create_new(true).open(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound && !folder.exists() => return Ok(None),
        opened => opened?,
    };
    match lock.try_lock() {
        // Between its making and its locking it may have been removed.
        Ok(()) => Ok(path.exists().then_some(lock)),
        Err(TryLockError::WouldBlock) => Ok(None),
        // Where the disk knows no locks, nobody can lock it to remove it either.
        Err(TryLockError::Error(_)) => Ok(Some(lock)),
    }
}

/// The folder in which a target is to lie.
pub(super) fn parent_of(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Folders that were made for a target; they go again where nothing was written into them.
pub(super) struct Folders(Vec<PathBuf>);

impl Folders {
    pub(super) fn make(parent: &Path) -> Result<Self, ExportError> {
        let missing = parent.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        let made = Self(missing.map(Path::to_owned).collect());
        fs::create_dir_all(parent).map_err(ExportError::io(parent))?;
        Ok(made)
    }

    pub(super) fn keep(&mut self) {
        self.0.clear();
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        // One that somebody else wrote into meanwhile is not empty, and stays.
        self.0.iter().for_each(|folder| drop(fs::remove_dir(folder)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(parent: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(parent).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_nobody_holds_goes_and_what_somebody_holds_stays() {
        let parent = tempfile::tempdir().unwrap();
        let held = Beside::new(parent.path()).unwrap();
        fs::write(held.made(), "in work").unwrap();
        // Left by a killed process: its lock is there, and nobody holds it.
        let left = parent.path().join(format!("{}left", prefix()));
        fs::create_dir_all(left.join(MADE)).unwrap();
        fs::write(left.join(LOCK), "").unwrap();
        fs::write(left.join(MADE).join("evidence"), "half").unwrap();
        // Killed before it could lock.
        fs::create_dir(parent.path().join(format!("{}empty", prefix()))).unwrap();
        // Of another machine, of a person, and a link that only looks like one.
        fs::create_dir(parent.path().join(".kassay-export-00000000-other")).unwrap();
        fs::create_dir(parent.path().join("acme")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink(parent.path().join("acme"), parent.path().join(format!("{}link", prefix()))).unwrap();
        let other = Beside::new(parent.path()).unwrap();
        assert_eq!(fs::read(held.made()).unwrap(), b"in work");
        let there = names(parent.path());
        assert!(!there.iter().any(|name| name.ends_with("-left") || name.ends_with("-empty")), "{there:?}");
        assert!(there.contains(&"acme".to_owned()) && there.contains(&".kassay-export-00000000-other".to_owned()), "{there:?}");
        drop((held, other));
        let there = names(parent.path());
        assert!(there.iter().all(|name| !name.starts_with(&prefix()) || name.ends_with("-link")), "{there:?}");
    }

    #[test]
    fn many_at_once_leave_each_other_alone() {
        let parent = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for nth in 0..8 {
                let parent = parent.path();
                scope.spawn(move || {
                    for round in 0..50 {
                        let one = Beside::new(parent).unwrap();
                        fs::write(one.made(), format!("{nth} {round}")).unwrap();
                        fs::rename(one.made(), parent.join(format!("{nth}-{round}"))).unwrap();
                    }
                });
            }
        });
        assert_eq!(names(parent.path()).len(), 8 * 50);
    }
}

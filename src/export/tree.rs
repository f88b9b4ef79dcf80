//! Files by name, as they lie in a folder or in a zip: nothing of a zip is unpacked onto the disk, and no link is followed.

use super::algorithm::Algorithm;
use super::through::{Copied, digests_of};
use crate::config::said;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Texts longer than this are not read into memory.
pub(super) const TEXT_LIMIT: u64 = 1 << 28;

/// Files by name, in a folder or a zip.
pub(super) trait Tree {
    /// All of them.
    fn names(&self) -> &BTreeSet<String>;
    /// Whether there is a folder of that name.
    fn has_folder(&self, name: &str) -> bool;
    /// Opens one.
    fn open_file(&mut self, name: &str) -> io::Result<Box<dyn Read + '_>>;
    /// How long one is.
    fn size(&mut self, name: &str) -> io::Result<u64>;
    /// Whether one is packed as no text is.
    fn is_bomb(&self, _name: &str) -> bool {
        false
    }
    /// What is wrong with them as such: links, names that lead elsewhere.
    fn faults(&self) -> &[String];
    /// What is odd about them and no fault.
    fn remarks(&self) -> &[String] {
        &[]
    }

    /// Digests of one, and its length.
    fn digests(&mut self, name: &str, algorithms: &[Algorithm]) -> Result<Copied, String> {
        self.open_file(name).and_then(|mut file| digests_of(&mut file, algorithms)).map_err(|e| unreadable(name, &e))
    }

    /// SHA-256 of one.
    fn digest(&mut self, name: &str) -> Result<String, String> {
        self.digests(name, &[Algorithm::Sha256]).map(|copied| copied.digests.into_iter().collect())
    }

    /// All bytes of one.
    fn bytes(&mut self, name: &str) -> Result<Vec<u8>, String> {
        self.bytes_up_to(name, TEXT_LIMIT)
    }

    /// All bytes of one that is not longer than that. What is too long is not read at all.
    fn bytes_up_to(&mut self, name: &str, limit: u64) -> Result<Vec<u8>, String> {
        let size = self.size(name).map_err(|e| unreadable(name, &e))?;
        if size > limit || self.is_bomb(name) {
            return Err(format!("{name}: is absurdly large for what it is ({size} bytes), and was not read"));
        }
        let mut bytes = Vec::new();
        self.open_file(name).and_then(|file| file.take(limit).read_to_end(&mut bytes)).map_err(|e| unreadable(name, &e))?;
        Ok(bytes)
    }
}

pub(super) fn unreadable(name: &str, error: &io::Error) -> String {
    format!("{name}: can't be read: {}", said(error))
}

/// A folder.
pub(super) struct FolderTree {
    root: PathBuf,
    names: BTreeSet<String>,
    folders: BTreeSet<String>,
    faults: Vec<String>,
}

impl FolderTree {
    /// Looks through a folder for its files.
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        let mut tree = Self { root: root.to_owned(), names: BTreeSet::new(), folders: BTreeSet::new(), faults: vec![] };
        let mut open = vec![String::new()];
        while let Some(base) = open.pop() {
            for entry in fs::read_dir(root.join(&base))? {
                tree.take(&base, &entry?, &mut open)?;
            }
        }
        tree.faults.sort();
        Ok(tree)
    }

    fn take(&mut self, base: &str, entry: &fs::DirEntry, open: &mut Vec<String>) -> io::Result<()> {
        let name = format!("{base}{}", entry.file_name().to_string_lossy());
        let kind = entry.file_type()?;
        if entry.file_name().to_str().is_none() {
            self.faults.push(format!("{name}: its name is no UTF-8"));
        } else if kind.is_dir() {
            open.push(format!("{name}/"));
            self.folders.insert(name);
        } else if kind.is_file() {
            self.names.insert(name);
        } else {
            // A link could show another file to everyone who looks.
            self.faults.push(format!("{name}: is a link or no file, and can't be vouched for"));
        }
        Ok(())
    }
}

impl Tree for FolderTree {
    fn names(&self) -> &BTreeSet<String> {
        &self.names
    }

    fn has_folder(&self, name: &str) -> bool {
        self.folders.contains(name)
    }

    fn open_file(&mut self, name: &str) -> io::Result<Box<dyn Read + '_>> {
        if !self.names.contains(name) {
            return Err(io::Error::from(io::ErrorKind::NotFound));
        }
        Ok(Box::new(File::open(self.root.join(name))?))
    }

    fn size(&mut self, name: &str) -> io::Result<u64> {
        if !self.names.contains(name) {
            return Err(io::Error::from(io::ErrorKind::NotFound));
        }
        Ok(fs::metadata(self.root.join(name))?.len())
    }

    fn faults(&self) -> &[String] {
        &self.faults
    }
}

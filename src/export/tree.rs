//! Files by name, as they lie in a folder or in a zip: nothing of a zip is unpacked onto the disk, and no link is followed.

use super::bundle::digest_of;
use crate::config::said;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Texts longer than this are not read into memory.
const TEXT_LIMIT: u64 = 1 << 29;

/// Files by name, in a folder or a zip.
pub(super) trait Tree {
    /// All of them.
    fn names(&self) -> &BTreeSet<String>;
    /// Opens one.
    fn open_file(&mut self, name: &str) -> io::Result<Box<dyn Read + '_>>;
    /// What is wrong with them as such: links, names that lead elsewhere.
    fn faults(&self) -> &[String];

    /// SHA-256 of one.
    fn digest(&mut self, name: &str) -> Result<String, String> {
        self.open_file(name).and_then(|mut file| digest_of(&mut file)).map_err(|e| format!("{name}: can't be read: {}", said(&e)))
    }

    /// All bytes of one.
    fn bytes(&mut self, name: &str) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let read = self.open_file(name).and_then(|file| file.take(TEXT_LIMIT + 1).read_to_end(&mut bytes));
        match read {
            Ok(n) if n as u64 > TEXT_LIMIT => Err(format!("{name}: is absurdly large")),
            Ok(_) => Ok(bytes),
            Err(error) => Err(format!("{name}: can't be read: {}", said(&error))),
        }
    }
}

/// A name inside a bag as it is safe to use: relative, without `..`, drive letters or backslashes.
pub(super) fn safe(name: &str) -> Option<&str> {
    let plain = !name.is_empty()
        && !name.starts_with(['/', '~'])
        && !name.contains(['\\', '\0', ':'])
        && name.split('/').all(|part| !matches!(part, "" | "." | ".."));
    plain.then_some(name)
}

/// A folder.
pub(super) struct FolderTree {
    root: PathBuf,
    names: BTreeSet<String>,
    faults: Vec<String>,
}

impl FolderTree {
    /// Looks through a folder for its files.
    pub(super) fn open(root: &Path) -> io::Result<Self> {
        let mut tree = Self { root: root.to_owned(), names: BTreeSet::new(), faults: vec![] };
        tree.walk(root, "", 0)?;
        Ok(tree)
    }

    fn walk(&mut self, folder: &Path, base: &str, depth: usize) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = format!("{base}{}", entry.file_name().to_string_lossy());
            let kind = entry.file_type()?;
            // A link could show another file to everyone who looks.
            if kind.is_symlink() || (!kind.is_dir() && !kind.is_file()) {
                self.faults.push(format!("{name}: is a link or no file, and can't be vouched for"));
            } else if kind.is_dir() && depth < 16 {
                self.walk(&entry.path(), &format!("{name}/"), depth + 1)?;
            } else if kind.is_file() {
                self.names.insert(name);
            }
        }
        Ok(())
    }
}

impl Tree for FolderTree {
    fn names(&self) -> &BTreeSet<String> {
        &self.names
    }

    fn open_file(&mut self, name: &str) -> io::Result<Box<dyn Read + '_>> {
        if !self.names.contains(name) {
            return Err(io::Error::from(io::ErrorKind::NotFound));
        }
        Ok(Box::new(File::open(self.root.join(name))?))
    }

    fn faults(&self) -> &[String] {
        &self.faults
    }
}

/// A zip.
pub(super) struct ZipTree {
    zip: zip::ZipArchive<File>,
    names: BTreeSet<String>,
    index: BTreeMap<String, usize>,
    faults: Vec<String>,
}

impl ZipTree {
    /// Reads the directory of a zip. All files must lie in one folder, whose name is left off.
    pub(super) fn open(file: File) -> Result<Self, String> {
        let mut zip = zip::ZipArchive::new(file).map_err(|e| e.to_string())?;
        let (mut index, mut faults, mut top) = (BTreeMap::new(), Vec::new(), None::<String>);
        for i in 0..zip.len() {
            let entry = zip.by_index_raw(i).map_err(|e| e.to_string())?;
            let name = entry.name().map_err(|e| e.to_string())?.into_owned();
            if entry.is_symlink() {
                faults.push(format!("{name}: is a link"));
                continue;
            }
            let Some((first, rest)) = safe(name.trim_end_matches('/')).and_then(|name| name.split_once('/')) else {
                if !entry.is_dir() {
                    faults.push(format!("{name}: lies outside of the bag's folder"));
                }
                continue;
            };
            if top.get_or_insert_with(|| first.to_owned()) != first {
                faults.push(format!("{name}: lies outside of the bag's folder"));
            } else if entry.is_file() && index.insert(rest.to_owned(), i).is_some() {
                faults.push(format!("{name}: is in the zip twice"));
            }
        }
        let names = index.keys().cloned().collect();
        Ok(Self { zip, names, index, faults })
    }
}

impl Tree for ZipTree {
    fn names(&self) -> &BTreeSet<String> {
        &self.names
    }

    fn open_file(&mut self, name: &str) -> io::Result<Box<dyn Read + '_>> {
        let index = self.index.get(name).copied().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        Ok(Box::new(self.zip.by_index(index).map_err(io::Error::other)?))
    }

    fn faults(&self) -> &[String] {
        &self.faults
    }
}

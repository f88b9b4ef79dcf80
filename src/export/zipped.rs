//! The files of a zip, read where they lie.

use super::layout::{self, Entry};
use super::strays::stray;
use super::tree::Tree;
use flate2::read::DeflateDecoder;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// What unpacks to more than this, and more than so many times its packed bytes, is told as a bomb and not unpacked.
const BOMB: (u64, u64) = (1 << 26, 500);
/// The same for a text that is read into memory.
const TEXT_BOMB: (u64, u64) = (1 << 22, 200);

/// A zip.
pub(super) struct ZipTree {
    file: File,
    names: BTreeSet<String>,
    folders: BTreeSet<String>,
    index: BTreeMap<String, Entry>,
    faults: Vec<String>,
    /// The folder in which all files lie.
    top: String,
}

impl ZipTree {
    /// Reads the directory of a zip. All files must lie in one folder, whose name is left off.
    ///
    /// # Errors
    /// In words, where it is no zip, or one that two programs could read in two ways.
    pub(super) fn open(mut file: File) -> Result<Self, String> {
        let entries = layout::read(&mut file)?;
        // What a system adds beside the bag must not decide which folder is the bag.
        let top = entries.iter().filter(|e| stray(&e.name).is_none()).find_map(|e| e.name.split_once('/')).map(|(top, _)| top.to_owned());
        let mut tree = Self {
            file,
            names: BTreeSet::new(),
            folders: BTreeSet::new(),
            index: BTreeMap::new(),
            faults: vec![],
            top: top.unwrap_or_default(),
        };
        let mut folded = BTreeSet::new();
        for entry in entries {
            if let Err(why) = tree.take(entry, &mut folded) {
                tree.faults.push(why);
            }
        }
        tree.names = tree.index.keys().cloned().collect();
        let both = tree.names.intersection(&tree.folders).map(|name| format!("{name}: is a file and a folder"));
        tree.faults.extend(both);
        Ok(tree)
    }

    fn take(&mut self, entry: Entry, folded: &mut BTreeSet<String>) -> Result<(), String> {
        let name = &entry.name;
        let whole = name.strip_suffix('/').unwrap_or(name);
        if let Some(why) = leads_elsewhere(whole) {
            return Err(format!("{name}: {why}"));
        }
        let rest = whole.strip_prefix(self.top.as_str()).and_then(|rest| rest.strip_prefix('/'));
        let Some(rest) = rest.filter(|_| !self.top.is_empty()) else {
            let of_the_bag = entry.is_folder() && whole == self.top;
            let why = stray(name)
                .map_or_else(String::new, |what| format!(": {what}; it is no part of the bag, and a bag's zip holds nothing else"));
            return if of_the_bag { Ok(()) } else { Err(format!("{name}: lies outside of the bag's folder{why}")) };
        };
        if entry.is_special() {
            return Err(format!("{name}: is a link or no file"));
        }
        if entry.is_folder() {
            self.folders.insert(rest.to_owned());
            return Ok(());
        }
        if self.index.contains_key(rest) {
            return Err(format!("{name}: is in the zip twice"));
        }
        if !folded.insert(rest.to_lowercase()) {
            return Err(format!("{name}: differs from another name in case alone, and one would be written over the other"));
        }
        for (at, _) in rest.match_indices('/') {
            self.folders.insert(rest[..at].to_owned());
        }
        self.index.insert(rest.to_owned(), entry);
        Ok(())
    }

    /// The folder in which all files lie.
    pub(super) fn top(&self) -> &str {
        &self.top
    }

    fn entry(&self, name: &str) -> io::Result<&Entry> {
        self.index.get(name).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

/// Why a name in a zip would lead out of the folder into which it is unpacked, or be something else than a file on some system.
pub(super) fn leads_elsewhere(name: &str) -> Option<&'static str> {
    let drive = |part: &str| part.as_bytes().get(1) == Some(&b':') && part.as_bytes()[0].is_ascii_alphabetic();
    if name.is_empty()
        || name.starts_with(['/', '~'])
        || name.contains('\\')
        || name.split('/').any(|part| drive(part) || matches!(part, "" | "." | ".."))
    {
        return Some("leads out of the bag's folder");
    }
    if name.contains('\0') {
        return Some("has a zero in its name");
    }
    name.split('/').any(is_device).then_some("is the name of a device on Windows")
}

fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end().to_ascii_lowercase();
    let numbered = |stem: &str| matches!(stem.as_bytes(), [b'1'..=b'9']);
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul" | "conin$" | "conout$")
        || ["com", "lpt"].into_iter().any(|port| stem.strip_prefix(port).is_some_and(numbered))
}

impl Tree for ZipTree {
    fn names(&self) -> &BTreeSet<String> {
        &self.names
    }

    fn has_folder(&self, name: &str) -> bool {
        self.folders.contains(name)
    }

    fn open_file(&mut self, name: &str) -> io::Result<Box<dyn Read + '_>> {
        let entry = self.entry(name)?.clone();
        if exceeds(&entry, BOMB) {
            return Err(io::Error::other(format!(
                "{} bytes would unpack to {}, as in a zip bomb; it was not unpacked",
                entry.packed, entry.size
            )));
        }
        if entry.encrypted {
            return Err(io::Error::other("it is encrypted within the zip"));
        }
        self.file.seek(SeekFrom::Start(entry.data))?;
        let packed = BufReader::with_capacity(1 << 16, &self.file).take(entry.packed);
        let inner: Box<dyn Read + '_> = match entry.method {
            0 => Box::new(packed),
            8 => Box::new(DeflateDecoder::new(packed)),
            other => return Err(io::Error::other(format!("it is packed by method {other}, which is not read here"))),
        };
        Ok(Box::new(Held { inner, left: entry.size, crc: flate2::Crc::new(), wanted: entry.crc }))
    }

    fn size(&mut self, name: &str) -> io::Result<u64> {
        self.entry(name).map(|entry| entry.size)
    }

    fn is_bomb(&self, name: &str) -> bool {
        self.index.get(name).is_some_and(|entry| exceeds(entry, TEXT_BOMB))
    }

    fn faults(&self) -> &[String] {
        &self.faults
    }
}

const fn exceeds(entry: &Entry, (least, times): (u64, u64)) -> bool {
    entry.size > least && entry.size / times > entry.packed
}

/// What is unpacked, held against what the directory says of it: no byte more, none less, and the same sum.
struct Held<'a> {
    inner: Box<dyn Read + 'a>,
    left: u64,
    crc: flate2::Crc,
    wanted: u32,
}

impl Read for Held<'_> {
    fn read(&mut self, page: &mut [u8]) -> io::Result<usize> {
        if page.is_empty() {
            return Ok(0);
        }
        let read = self.inner.read(page)?;
        self.crc.update(&page[..read]);
        match self.left.checked_sub(read as u64) {
            None => Err(io::Error::other("it unpacks to more than the zip says")),
            Some(left) if read == 0 && left > 0 => Err(io::Error::other("it unpacks to less than the zip says")),
            Some(_) if read == 0 && self.crc.sum() != self.wanted => Err(io::Error::other("its bytes are not those that were packed")),
            Some(left) => {
                self.left = left;
                Ok(read)
            }
        }
    }
}

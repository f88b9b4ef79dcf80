//! How a zip is laid out, looked at to the last byte: files follow each other without a gap from its first byte, then comes the directory,
//! then the end. What another program would read otherwise (names that differ, bytes before, between or behind, two archives in one, files
//! over each other) is refused. Nothing is unpacked here.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

/// More files than this are not listed.
const MOST_FILES: u64 = 1_000_000;
/// A longer directory is not read into memory.
const LONGEST_DIRECTORY: u64 = 1 << 28;
/// The record at the end without its comment, and the longest comment.
const END: usize = 22;
const LONGEST_COMMENT: usize = 0xffff;

/// A file or folder in a zip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) method: u16,
    pub(super) crc: u32,
    /// Bytes in the zip, and unpacked.
    pub(super) packed: u64,
    pub(super) size: u64,
    /// Where its bytes begin.
    pub(super) data: u64,
    /// Its mode, where the zip was made on a system that has modes.
    pub(super) mode: u32,
    pub(super) encrypted: bool,
    header: u64,
    flags: u16,
}

impl Entry {
    pub(super) fn is_folder(&self) -> bool {
        self.name.ends_with('/')
    }

    /// Whether it is a link, a device, or something else that is no file.
    pub(super) const fn is_special(&self) -> bool {
        !matches!(self.mode & 0o170_000, 0 | 0o100_000 | 0o040_000)
    }
}

/// Reads the directory of a zip and holds it against what lies there.
///
/// # Errors
/// In words, where it is no zip, or one that two programs could read in two ways.
pub(super) fn read(file: &mut File) -> Result<Vec<Entry>, String> {
    let length = file.metadata().map_err(said)?.len();
    let end = End::find(file, length)?;
    let mut entries = directory(file, &end)?;
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by_key(|i| entries[*i].header);
    let mut at = 0;
    for (nth, i) in order.iter().enumerate() {
        if entries[*i].header != at {
            let what = if nth == 0 {
                "bytes stand before its first file"
            } else {
                "its files lie over each other, or bytes between them belong to none"
            };
            return Err(what.to_owned());
        }
        let next = order.get(nth + 1).map_or(end.directory, |next| entries[*next].header);
        at = local(file, &mut entries[*i], next)?;
    }
    if at != end.directory {
        return Err("bytes between its files and its directory belong to none".to_owned());
    }
    Ok(entries)
}

fn said(error: io::Error) -> String {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => "it breaks off".to_owned(),
        _ => crate::config::said(&error),
    }
}

/// Numbers at a place of some bytes; the places are within by the lengths that were asked for before.
fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |b| u16::from_le_bytes([b[0], b[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

fn bytes_at(file: &mut File, at: u64, count: usize) -> Result<Vec<u8>, String> {
    let mut bytes = vec![0; count];
    file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(&mut bytes)).map_err(said)?;
    Ok(bytes)
}

/// What the end of a zip tells.
struct End {
    directory: u64,
    /// How long the directory is.
    size: u64,
    files: u64,
}

impl End {
    fn find(file: &mut File, length: u64) -> Result<Self, String> {
        let no_zip = || "it is no zip, or its end is missing".to_owned();
        let tail = length.min((END + LONGEST_COMMENT) as u64);
        let bytes = bytes_at(file, length - tail, usize::try_from(tail).unwrap_or_default())?;
        let found: Vec<usize> = (0..bytes.len().saturating_sub(END - 1)).filter(|at| bytes[*at..].starts_with(b"PK\x05\x06")).collect();
        let at = match found[..] {
            [] => return Err(no_zip()),
            // A stored zip within may end near this end; the end of the outer one is the one that reaches to the last byte.
            _ => found.iter().copied().filter(|at| at + END + usize::from(u16_at(&bytes, at + 20)) == bytes.len()).collect::<Vec<_>>(),
        };
        let at = match at[..] {
            [at] => at,
            [] => return Err("bytes stand behind its end".to_owned()),
            _ => return Err("it has two ends, and programs may read either".to_owned()),
        };
        let here = length - tail + at as u64;
        let record = &bytes[at..];
        let mut end =
            Self { directory: u64::from(u32_at(record, 16)), size: u64::from(u32_at(record, 12)), files: u64::from(u16_at(record, 10)) };
        let disks = (u16_at(record, 4), u16_at(record, 6));
        let mut behind = here;
        if here >= 20 {
            let locator = bytes_at(file, here - 20, 20)?;
            if locator.starts_with(b"PK\x06\x07") {
                behind = u64_at(&locator, 8);
                let large = bytes_at(file, behind, 56)?;
                let reaches = behind.checked_add(12).and_then(|at| at.checked_add(u64_at(&large, 4)));
                if !large.starts_with(b"PK\x06\x06") || reaches != Some(here - 20) {
                    return Err("its record for large zips is not where it says".to_owned());
                }
                let both = |small: u64, most: u64, large: u64| {
                    if small == most || small == large { Ok(large) } else { Err("its two ends differ".to_owned()) }
                };
                end = Self {
                    directory: both(end.directory, 0xffff_ffff, u64_at(&large, 48))?,
                    size: both(end.size, 0xffff_ffff, u64_at(&large, 40))?,
                    files: both(end.files, 0xffff, u64_at(&large, 32))?,
                };
            }
        }
        match end.directory.checked_add(end.size) {
            _ if !matches!(disks, (0, 0) | (0xffff, 0xffff)) => Err("it is one part of several".to_owned()),
            Some(reaches) if reaches == behind => Ok(end),
            _ => Err("bytes stand before it, or it is two archives in one: its directory is not where it says".to_owned()),
        }
    }
}

fn directory(file: &mut File, end: &End) -> Result<Vec<Entry>, String> {
    if end.files > MOST_FILES || end.size > LONGEST_DIRECTORY {
        return Err(format!("it lists {} files; more than {MOST_FILES} are not read", end.files));
    }
    file.seek(SeekFrom::Start(end.directory)).map_err(said)?;
    let mut reader = BufReader::with_capacity(1 << 16, &*file).take(end.size);
    let mut entries = Vec::new();
    for _ in 0..end.files {
        let mut head = [0; 46];
        reader.read_exact(&mut head).map_err(said)?;
        if !head.starts_with(b"PK\x01\x02") {
            return Err("its directory is broken".to_owned());
        }
        let mut rest = vec![0; [28, 30, 32].map(|at| usize::from(u16_at(&head, at))).iter().sum()];
        reader.read_exact(&mut rest).map_err(said)?;
        let (name, extra) = rest.split_at(usize::from(u16_at(&head, 28)));
        let extra = &extra[..usize::from(u16_at(&head, 30))];
        let mut wide = field(extra, 1).unwrap_or_default().chunks_exact(8).map(|b| u64_at(b, 0));
        let mut large = |small: u32| if small == u32::MAX { wide.next().unwrap_or(u64::from(small)) } else { u64::from(small) };
        let (size, packed, header) = (large(u32_at(&head, 24)), large(u32_at(&head, 20)), large(u32_at(&head, 42)));
        let Ok(name) = String::from_utf8(name.to_vec()) else {
            return Err(format!("the name {} is no UTF-8", String::from_utf8_lossy(name)));
        };
        // A second name, which some programs take in place of the first.
        if field(extra, 0x7075).is_some_and(|other| other.get(5..) != Some(name.as_bytes())) {
            return Err(format!("{name} has a second name that is another"));
        }
        entries.push(Entry {
            name,
            method: u16_at(&head, 10),
            crc: u32_at(&head, 16),
            packed,
            size,
            data: 0,
            // The upper half holds a mode where the zip was made on Unix (3) or macOS (19).
            mode: if matches!(head[5], 3 | 19) { u32_at(&head, 38) >> 16 } else { 0 },
            encrypted: u16_at(&head, 8) & 1 != 0,
            header,
            flags: u16_at(&head, 8),
        });
    }
    if reader.limit() > 0 {
        return Err("its directory has more than it counts".to_owned());
    }
    Ok(entries)
}

/// A field of the extra data of an entry, by its number.
fn field(mut extra: &[u8], wanted: u16) -> Option<&[u8]> {
    while extra.len() >= 4 {
        let end = 4 + usize::from(u16_at(extra, 2));
        let body = extra.get(4..end)?;
        if u16_at(extra, 0) == wanted {
            return Some(body);
        }
        extra = &extra[end..];
    }
    None
}

/// Holds the head before a file against the directory; where the file ends.
fn local(file: &mut File, entry: &mut Entry, next: u64) -> Result<u64, String> {
    let head = bytes_at(file, entry.header, 30)?;
    let differs = || format!("{}: its own head and the directory of the zip differ", entry.name);
    if !head.starts_with(b"PK\x03\x04") {
        return Err(differs());
    }
    let (name, extra) = (usize::from(u16_at(&head, 26)), usize::from(u16_at(&head, 28)));
    let rest = bytes_at(file, entry.header + 30, name + extra)?;
    let (name, extra) = rest.split_at(name);
    let later = entry.flags & 8 != 0;
    let wide = field(extra, 1).unwrap_or_default();
    let large =
        |small: u32, nth: usize| if small == u32::MAX && wide.len() >= 8 * nth + 8 { u64_at(wide, 8 * nth) } else { u64::from(small) };
    let told = (u32_at(&head, 14), large(u32_at(&head, 18), 1), large(u32_at(&head, 22), 0));
    let known = (entry.crc, entry.packed, entry.size);
    // Where the numbers follow the file, those before it may be nothing.
    let empty = later && matches!(told.0, 0) && matches!(told.1, 0 | 0xffff_ffff) && matches!(told.2, 0 | 0xffff_ffff);
    let same = told == known || empty;
    let second = field(extra, 0x7075).is_some_and(|other| other.get(5..) != Some(name));
    if name != entry.name.as_bytes() || u16_at(&head, 8) != entry.method || u16_at(&head, 6) != entry.flags || !same || second {
        return Err(differs());
    }
    entry.data = entry.header + 30 + rest.len() as u64;
    let end = entry.data.checked_add(entry.packed).filter(|end| *end <= next).ok_or("its files lie over each other")?;
    let numbers = match next - end {
        0 if !later => return Ok(end),
        behind @ (12 | 16 | 20 | 24) if later => bytes_at(file, end, usize::try_from(behind).unwrap_or_default())?,
        _ => return Err("bytes between its files belong to none".to_owned()),
    };
    let unsigned = if matches!(numbers.len(), 16 | 24) { numbers.strip_prefix(b"PK\x07\x08") } else { Some(&numbers[..]) };
    let found = unsigned.map(|n| match n.len() {
        12 => (u32_at(n, 0), u64::from(u32_at(n, 4)), u64::from(u32_at(n, 8))),
        _ => (u32_at(n, 0), u64_at(n, 4), u64_at(n, 12)),
    });
    if found == Some(known) { Ok(next) } else { Err(differs()) }
}

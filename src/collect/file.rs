//! Files on a disk, read whole: packed or not, in the encodings that shells write, or a snapshot.

use super::{SnapshotError, logs, snapshot};
use flate2::read::MultiGzDecoder;
use kassay_core::kinds::Inventory;
use kassay_core::model::text::decoded;
use std::borrow::Cow;
use std::io::Read;
use std::path::Path;

/// Largest unpacked file. Above it, somebody means harm or should split the dump.
const LIMIT: u64 = 4 << 30;

/// What a file holds.
pub(super) enum Content {
    /// A snapshot.
    Snapshot(Box<Inventory>),
    /// Text, of whatever kind.
    Text(String),
}

/// Why a file is not read.
pub(super) enum Unread {
    /// It is a snapshot that can't be used.
    Snapshot(SnapshotError),
    /// Words on any other.
    File(String),
}

/// Reads a file, unpacked where it is packed.
pub(super) fn load(path: &Path) -> Result<Content, Unread> {
    let mut bytes = read_whole(path, LIMIT).map_err(Unread::File)?;
    if bytes.starts_with(&PACKED) {
        let mut start = [0; 512];
        // What can't be unpacked says so when all of it is.
        let length = MultiGzDecoder::new(&bytes[..]).read(&mut start).unwrap_or_default();
        if snapshot::begins(&start[..length]) {
            return snapshot::read(&bytes[..]).map(|inventory| Content::Snapshot(Box::new(inventory))).map_err(Unread::Snapshot);
        }
        bytes = limited(&mut MultiGzDecoder::new(&bytes[..]), LIMIT).map_err(Unread::File)?;
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return Err(Unread::File("it is an archive: unpack it, and give the folder".to_owned()));
    }
    text(bytes).map(Content::Text).map_err(Unread::File)
}

/// The text of a file. Only the logs in a dump are not written by kubectl, and may be anything; they are not read, and what stands around them is.
fn text(bytes: Vec<u8>) -> Result<String, String> {
    match decoded(&bytes) {
        Ok(Cow::Owned(text)) => Ok(text),
        Ok(Cow::Borrowed(_)) => String::from_utf8(bytes).map_err(|error| error.to_string()),
        Err(_) if logs::holds(&bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(message) => Err(message),
    }
}

/// How gzip begins.
const PACKED: [u8; 2] = [0x1f, 0x8b];

fn limited(source: &mut dyn Read, limit: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    source.take(limit + 1).read_to_end(&mut bytes).map_err(|error| plain(&error))?;
    if bytes.len() as u64 > limit { Err(format!("it holds more than {} MiB", limit >> 20)) } else { Ok(bytes) }
}

fn read_whole(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    if path == Path::new("-") {
        return limited(&mut std::io::stdin().lock(), limit);
    }
    limited(&mut std::fs::File::open(path).map_err(|error| plain(&error))?, limit)
}

/// The bytes of a file up to a size, unpacked where they are packed.
pub(super) fn unpacked(path: &Path, limit: u64) -> Result<Vec<u8>, String> {
    let bytes = read_whole(path, limit)?;
    if bytes.starts_with(&PACKED) { limited(&mut MultiGzDecoder::new(&bytes[..]), limit) } else { Ok(bytes) }
}

/// What the system says of a file, in plain words.
pub(super) fn plain(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// A path as messages name it.
pub(super) fn shown(path: &Path) -> String {
    if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() }
}

/// The name that findings tell: without folders, which say something of the assessor's machine.
pub(super) fn name_of(path: &Path) -> String {
    if path == Path::new("-") {
        return "standard input".to_owned();
    }
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

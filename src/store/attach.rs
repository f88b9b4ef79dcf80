//! Files of evidence: looked through, copied, named by their SHA-256. A file in which card numbers, private keys or the secrets of a configuration file are
//! found is not kept.
//! Only text can be looked through; what is packed inside a PDF, an image or an archive is for people to see.

use super::error::{Context, StoreError};
use super::{Store, write};
use kassay_core::kinds::imported::count_secrets;
use kassay_core::model::text::decoded;
use kassay_core::sensitive::find_cards;
use kassay_core::workbook::{folder, gate};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{Read, Write as _};
use std::path::Path;

/// What became of a file that was to be attached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    /// SHA-256, under which it is kept.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// Its name, without folders.
    pub name: String,
    /// Card numbers in it.
    pub cards: usize,
    /// Private keys in it.
    pub private_keys: usize,
    /// Keys, tokens and passwords of a configuration file in it.
    pub secrets: usize,
    /// Whether it was kept: not with card numbers, private keys or such secrets in it.
    pub kept: bool,
}

/// How much is read at once.
const CHUNK: usize = 1 << 20;
/// Larger files are no configuration.
const LARGEST_SETTINGS: u64 = 4 << 20;

impl Store {
    /// Looks through a file, and keeps a copy unless card numbers, private keys or the secrets of a configuration file are in it.
    ///
    /// # Errors
    /// Where it is no file, can't be read, changes meanwhile, or the folder can't be written.
    pub fn attach(&self, file: &Path) -> Result<Attached, StoreError> {
        self.may_write()?;
        if !fs::metadata(file).context("could not read", file)?.is_file() {
            return Err(StoreError::NotAFile { path: file.to_owned() });
        }
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let mut attached = look_through(File::open(file).context("could not read", file)?, name).context("could not read", file)?;
        if attached.size <= LARGEST_SETTINGS {
            let bytes = fs::read(file).context("could not read", file)?;
            if hex(Sha256::new_with_prefix(&bytes)) != attached.sha256 {
                return Err(StoreError::Unsteady { path: file.to_owned() });
            }
            attached.secrets = decoded(&bytes).map(|text| count_secrets(&text)).unwrap_or_default();
        }
        if attached.cards > 0 || attached.private_keys > 0 || attached.secrets > 0 {
            return Ok(attached);
        }
        let Some(target) = folder::evidence(&attached.sha256, &attached.name).map(|name| self.path(&name)) else { return Ok(attached) };
        write::make_room(&self.path(folder::EVIDENCE))?;
        if !target.exists() {
            let mut copy = write::temporary(&self.path(folder::EVIDENCE))?;
            let mut source = File::open(file).context("could not read", file)?;
            let mut hash = Sha256::new();
            each_chunk(&mut source, |chunk| {
                hash.update(chunk);
                copy.write_all(chunk)
            })
            .context("could not copy", file)?;
            // Only the very bytes that were looked through are kept.
            if hex(hash) != attached.sha256 {
                return Err(StoreError::Unsteady { path: file.to_owned() });
            }
            write::persist(copy, &target)?;
        }
        attached.kept = true;
        Ok(attached)
    }

    /// Keeps a text as a file of evidence of this name, as [`Self::attach`] keeps a file.
    ///
    /// # Errors
    /// As [`Self::attach`], and where no temporary file can be written.
    pub fn attach_text(&self, name: &str, text: &str) -> Result<Attached, StoreError> {
        let folder = tempfile::tempdir().context("could not write a temporary file", Path::new(name))?;
        let path = folder.path().join(name);
        fs::write(&path, text).context("could not write", &path)?;
        self.attach(&path)
    }

    /// The path of a kept piece of evidence, by digest and name.
    #[must_use]
    pub fn evidence_path(&self, sha256: &str, name: &str) -> Option<std::path::PathBuf> {
        folder::evidence(sha256, name).map(|name| self.path(&name)).filter(|path| path.is_file())
    }
}

fn look_through(mut file: impl Read, name: String) -> std::io::Result<Attached> {
    let mut attached = Attached { sha256: String::new(), size: 0, name, cards: 0, private_keys: 0, secrets: 0, kept: false };
    let mut hash = Sha256::new();
    let mut rest: Vec<u8> = Vec::new();
    let mut text = None;
    let mut keep_if_text = |bytes: &[u8]| {
        let words = String::from_utf8_lossy(bytes);
        attached.cards += find_cards(&words).len();
        attached.private_keys += gate::count_private_keys(&words);
    };
    each_chunk(&mut file, |chunk| {
        hash.update(chunk);
        attached.size += chunk.len() as u64;
        let kind = *text.get_or_insert_with(|| Encoding::of(chunk));
        match kind {
            Encoding::Binary => return Ok(()),
            Encoding::Bytes => rest.extend_from_slice(chunk),
            // What matters here is ASCII, which UTF-16 spells with a zero byte beside each letter.
            Encoding::Wide => rest.extend(chunk.iter().filter(|b| **b != 0)),
        }
        let cut = cut(&rest);
        keep_if_text(&rest[..cut]);
        rest.drain(..cut);
        Ok(())
    })?;
    keep_if_text(&rest);
    attached.sha256 = hex(hash);
    Ok(attached)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Bytes,
    Wide,
    Binary,
}

impl Encoding {
    fn of(beginning: &[u8]) -> Self {
        if beginning.starts_with(&[0xff, 0xfe]) || beginning.starts_with(&[0xfe, 0xff]) {
            Self::Wide
        } else if beginning.iter().take(8192).any(|b| *b == 0) {
            Self::Binary
        } else {
            Self::Bytes
        }
    }
}

/// Where a text may be cut without cutting a number: behind a line break, or before the last character that no number holds. A number
/// longer than a chunk is none.
fn cut(text: &[u8]) -> usize {
    let at_line = text.iter().rposition(|b| *b == b'\n').map(|at| at + 1);
    at_line.or_else(|| text.iter().rposition(|b| !matches!(b, b'0'..=b'9' | b' ' | b'-' | b'.'))).unwrap_or(text.len())
}

fn each_chunk(file: &mut impl Read, mut take: impl FnMut(&[u8]) -> std::io::Result<()>) -> std::io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => take(&buffer[..read])?,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

pub(super) fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

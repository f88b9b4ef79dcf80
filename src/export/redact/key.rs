//! The key of pseudonyms and the map of what they stand for: two files that stay with whoever exports, readable by nobody else.

use super::PseudonymMap;
use super::pseudonyms::RedactKey;
use crate::config::said;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// How the one line of a key begins.
const KEY: &str = "kassay-redact-key-1 ";
/// The name of the map's format.
const MAP: &str = "kassay/pseudonyms/v1";

/// Why the key or the map can't be used.
#[derive(Debug, thiserror::Error)]
pub enum RedactError {
    /// A file can't be read or written.
    #[error("{}: {}", path.display(), said(source))]
    Io {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It is something else.
    #[error("{} is no {what}", path.display())]
    Unknown {
        /// Which.
        path: PathBuf,
        /// What it should be.
        what: &'static str,
    },
    /// Both are one file.
    #[error("{} can't be both the key and the map", .0.display())]
    Same(PathBuf),
    /// The system gives no random numbers.
    #[error("a new key can't be made: the system gives no random numbers")]
    NoRandom,
}

/// Where key and map lie.
#[derive(Clone, Debug)]
pub struct RedactFiles {
    /// The key.
    pub key: PathBuf,
    /// The map.
    pub map: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Map {
    format: String,
    pseudonyms: PseudonymMap,
}

impl RedactFiles {
    /// The files that are told, or those in the folder of the assessment, which no export hands on.
    ///
    /// # Errors
    /// Where both are one.
    pub fn of(folder: &Path, key: Option<PathBuf>, map: Option<PathBuf>) -> Result<Self, RedactError> {
        let key = key.unwrap_or_else(|| folder.join("redact.key"));
        let map = map.unwrap_or_else(|| key.with_extension("map.json"));
        if key == map { Err(RedactError::Same(key)) } else { Ok(Self { key, map }) }
    }

    /// The key; where there is none, a new one is made, which only its owner can read.
    ///
    /// # Errors
    /// Where it can't be read or made, or the file is something else.
    pub fn key(&self) -> Result<RedactKey, RedactError> {
        let unreadable = |source| RedactError::Io { path: self.key.clone(), source };
        match fs::read_to_string(&self.key) {
            Ok(text) => {
                let digits = text.trim_end().strip_prefix(KEY).and_then(|digits| HEXLOWER.decode(digits.as_bytes()).ok());
                let bytes = digits.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
                bytes.map(RedactKey).ok_or_else(|| RedactError::Unknown { path: self.key.clone(), what: "key of pseudonyms" })
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let mut bytes = [0; 32];
                let random = rustls::crypto::ring::default_provider().secure_random;
                random.fill(&mut bytes).map_err(|_| RedactError::NoRandom)?;
                write(&self.key, format!("{KEY}{}\n", HEXLOWER.encode(&bytes)).as_bytes(), false).map_err(unreadable)?;
                Ok(RedactKey(bytes))
            }
            Err(error) => Err(unreadable(error)),
        }
    }

    /// Adds to the map what pseudonyms stand for; those of earlier exports stay.
    ///
    /// # Errors
    /// Where it can't be read or written, or the file is something else.
    pub fn put(&self, given: PseudonymMap) -> Result<(), RedactError> {
        let unreadable = |source| RedactError::Io { path: self.map.clone(), source };
        let unknown = || RedactError::Unknown { path: self.map.clone(), what: "map of pseudonyms" };
        let mut map = match fs::read(&self.map) {
            Ok(bytes) => serde_json::from_slice::<Map>(&bytes).ok().filter(|map| map.format == MAP).ok_or_else(unknown)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Map { format: MAP.to_owned(), pseudonyms: PseudonymMap::new() },
            Err(error) => return Err(unreadable(error)),
        };
        for (pseudonym, name) in given {
            map.pseudonyms.entry(pseudonym).or_insert(name);
        }
        let mut text = serde_json::to_vec_pretty(&map).map_err(|e| unreadable(e.into()))?;
        text.push(b'\n');
        write(&self.map, &text, true).map_err(unreadable)
    }
}

/// Writes a file that only its owner can read, whole or not at all.
fn write(path: &Path, bytes: &[u8], over: bool) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Temporary files are their owner's alone, and what they become stays so.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    if over {
        file.persist(path).map_err(|e| e.error)?
    } else {
        file.persist_noclobber(path).map_err(|e| e.error)?
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test's failure is its message")]
    use super::*;

    #[test]
    fn a_key_is_made_once_and_both_files_are_their_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let files = RedactFiles::of(folder.path(), None, None).unwrap();
        let key = files.key().unwrap();
        assert_eq!(key.0, files.key().unwrap().0);
        files.put(PseudonymMap::from([("namespace-x".into(), "ledgerline".into())])).unwrap();
        files.put(PseudonymMap::from([("host-y".into(), "worker".into())])).unwrap();
        let text = fs::read_to_string(&files.map).unwrap();
        assert!(text.contains("ledgerline") && text.contains("worker"), "{text}");
        #[cfg(unix)]
        for path in [&files.key, &files.map] {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
        }
        fs::write(&files.key, "something else\n").unwrap();
        assert!(matches!(files.key(), Err(RedactError::Unknown { .. })));
        fs::write(&files.map, "{}").unwrap();
        assert!(matches!(files.put(PseudonymMap::new()), Err(RedactError::Unknown { .. })));
        assert_eq!(fs::read_to_string(&files.map).unwrap(), "{}");
    }
}

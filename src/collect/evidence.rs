//! Files of evidence from a disk: read whole, packed or not, and recognised by the core. What is not recognised is no import.

use super::{CollectError, file};
use kassay_core::kinds::imported::Imported;
use std::path::Path;

/// Largest unpacked file that is looked at. A scan of a whole cluster stays below it.
const LIMIT: u64 = 512 << 20;

/// Recognises one file; none where it is of no form that a check judges.
///
/// # Errors
/// Where it can't be read, or is larger than any report.
pub fn import_file(path: &Path) -> Result<Option<Imported>, CollectError> {
    let bytes = file::unpacked(path, LIMIT).map_err(|message| CollectError::Read { path: file::shown(path), message })?;
    Ok(Imported::recognise(&file::name_of(path), &bytes))
}

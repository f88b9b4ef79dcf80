//! Files of evidence from a disk: read whole, packed or not, and recognised by the core. What is not recognised is no import.

use super::CollectError;
use kassay_core::kinds::imported::Imported;
use std::path::Path;

/// Largest unpacked file that is looked at. A scan of a whole cluster stays below it.
const LIMIT: u64 = 512 << 20;

/// Recognises one file; none where it is of no form that a check judges.
///
/// # Errors
/// Where it can't be read, or is larger than any report.
pub fn import_file(path: &Path) -> Result<Option<Imported>, CollectError> {
    let bytes = super::dump::unpacked(path, LIMIT).map_err(|message| CollectError::Read { path: super::dump::shown(path), message })?;
    Ok(Imported::recognise(&name_of(path), &bytes))
}

/// The name that findings tell: without folders, which say something of the assessor's machine.
pub(super) fn name_of(path: &Path) -> String {
    if path == Path::new("-") {
        return "standard input".to_owned();
    }
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

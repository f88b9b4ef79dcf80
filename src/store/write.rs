//! The four steps of saving, each a function, so that a test can stop between any two of them. Why they are in this order is told at the
//! head of the room.

use super::error::{Context, StoreError};
use kassay_core::workbook::folder;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::Path;

/// Beginning of the names of temporary files, by which those of a killed process are known.
const TEMPORARY: &str = ".kassay-";
/// The link that becomes the previous copy.
const LINK: &str = ".kassay-previous";

/// One save: where, the workbook's text, the journal's lines, and how long the journal's whole part is.
pub(super) struct Write<'a> {
    pub(super) dir: &'a Path,
    pub(super) text: &'a [u8],
    pub(super) lines: &'a [u8],
    pub(super) whole: usize,
}

/// A step of saving.
pub(super) type Step = fn(&Write<'_>) -> Result<(), StoreError>;

/// All steps in their order.
pub(super) const STEPS: [Step; 4] = [stage, append, keep, promote];

/// Writes the new text beside the workbook.
pub(super) fn stage(write: &Write<'_>) -> Result<(), StoreError> {
    put(write.dir, folder::NEXT, write.text)
}

/// Appends the journal's lines, over what a torn line may have left.
pub(super) fn append(write: &Write<'_>) -> Result<(), StoreError> {
    let path = write.dir.join(folder::JOURNAL);
    let new = !path.exists();
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    private(&mut options);
    let mut file = options.open(&path).context("could not open", &path)?;
    let whole = write.whole as u64;
    if file.metadata().context("could not read", &path)?.len() > whole {
        file.set_len(whole).context("could not heal", &path)?;
    }
    file.write_all(write.lines).and_then(|()| file.sync_all()).context("could not write", &path)?;
    if new { sync_dir(write.dir) } else { Ok(()) }
}

/// Keeps the workbook as it was.
pub(super) fn keep(write: &Write<'_>) -> Result<(), StoreError> {
    let (current, link, previous) = (write.dir.join(folder::WORKBOOK), write.dir.join(LINK), write.dir.join(folder::PREVIOUS));
    if !current.exists() {
        return Ok(());
    }
    drop(fs::remove_file(&link));
    if fs::hard_link(&current, &link).is_err() {
        fs::copy(&current, &link).and_then(|_| File::open(&link)?.sync_all()).context("could not copy", &current)?;
    }
    fs::rename(&link, &previous).context("could not write", &previous)
}

/// Makes the staged text the workbook.
pub(super) fn promote(write: &Write<'_>) -> Result<(), StoreError> {
    let current = write.dir.join(folder::WORKBOOK);
    fs::rename(write.dir.join(folder::NEXT), &current).context("could not write", &current)?;
    sync_dir(write.dir)
}

/// Writes a whole file under a name: temporary, synced, renamed, folder synced.
pub(super) fn put(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
    let mut file = temporary(dir)?;
    file.write_all(bytes).context("could not write", file.path())?;
    persist(file, &dir.join(name))
}

/// A temporary file in a folder; it goes away by itself unless it is persisted.
pub(super) fn temporary(dir: &Path) -> Result<tempfile::NamedTempFile, StoreError> {
    tempfile::Builder::new().prefix(TEMPORARY).suffix(".tmp").tempfile_in(dir).context("could not write in", dir)
}

/// Gives a temporary file its name, after its bytes are on disk.
pub(super) fn persist(file: tempfile::NamedTempFile, path: &Path) -> Result<(), StoreError> {
    file.as_file().sync_all().context("could not write", path)?;
    file.persist(path).map_err(|e| e.error).context("could not write", path)?;
    path.parent().map_or(Ok(()), sync_dir)
}

/// Whether a name is one of a temporary file.
pub(super) fn is_temporary(name: &std::ffi::OsStr) -> bool {
    name.to_string_lossy().starts_with(TEMPORARY)
}

/// Removes temporary files that a killed process left.
pub(super) fn sweep(dir: &Path) {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| is_temporary(&entry.file_name())) {
        drop(fs::remove_file(entry.path()));
    }
}

/// Makes a folder that only its owner may look into.
pub(super) fn make_dir(dir: &Path) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).context("could not make", dir)
}

#[cfg(unix)]
fn private(options: &mut OpenOptions) {
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
}

#[cfg(not(unix))]
fn private(_: &mut OpenOptions) {}

/// Makes renames in a folder last. Windows has no such thing for folders, and does not need it.
#[cfg(unix)]
pub(super) fn sync_dir(dir: &Path) -> Result<(), StoreError> {
    File::open(dir).and_then(|folder| folder.sync_all()).context("could not sync", dir)
}

#[cfg(not(unix))]
pub(super) fn sync_dir(_: &Path) -> Result<(), StoreError> {
    Ok(())
}

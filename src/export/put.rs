//! Writing a single file of an export. It is made beside its place and appears there only when it is whole and on disk; where it can't be completed, or
//! somebody stops it, nothing is left.

use super::ExportError;
use super::algorithm::Algorithm;
use super::beside::{Beside, Folders, parent_of};
use super::progress::{Progress, Step, Written, strides};
use super::through::{Making, make};
use std::io::ErrorKind;
use std::ops::ControlFlow;
use std::path::Path;

/// What becomes of a file that lies at the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// The new one takes its place.
    Replace,
    /// It stays, and that it is there is an error: people go on working in such files.
    Keep,
}

/// Writes a file while it is made.
///
/// # Errors
/// Where it can't be made or written, something that stays is at the target, or it was stopped.
pub fn put(path: &Path, over: Over, progress: &Progress<'_>, making: &mut Making<'_>) -> Result<Written, ExportError> {
    if over == Over::Keep && path.symlink_metadata().is_ok() {
        return Err(ExportError::Exists(path.to_owned()));
    }
    let parent = parent_of(path);
    let mut folders = Folders::make(parent)?;
    let beside = Beside::new(parent).map_err(ExportError::io(path))?;
    let mut file = beside.file().map_err(ExportError::io(path))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let step = |done, bytes| progress(Step { done, of: 1, bytes, name: name.clone() });
    if step(0, 0).is_break() {
        return Err(ExportError::Cancelled);
    }
    let made = make(&mut file, path, &[Algorithm::Sha256], &mut strides(|bytes| step(0, bytes)), making)?;
    file.as_file().sync_all().map_err(ExportError::io(path))?;
    if step(1, made.size).is_break() {
        return Err(ExportError::Cancelled);
    }
    let put = match over {
        Over::Replace => file.persist(path),
        Over::Keep => file.persist_noclobber(path),
    };
    put.map_err(|error| match error.error.kind() {
        ErrorKind::AlreadyExists => ExportError::Exists(path.to_owned()),
        _ => ExportError::io(path)(error.error),
    })?;
    folders.keep();
    Ok(Written { path: path.to_owned(), sha256: made.digests.into_iter().collect(), bytes: made.size, files: 1 })
}

/// Writes bytes as a file, in the same way.
///
/// # Errors
/// Where the folder can't be written.
pub(super) fn put_bytes(path: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    put(path, Over::Replace, &|_| ControlFlow::Continue(()), &mut |to| to.write_all(bytes).map_err(ExportError::Output)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_is_stopped_or_fails_leaves_nothing_and_what_is_there_stays_as_told() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("new/deep/report.csv");
        let on = |_: Step| ControlFlow::Continue(());
        let making = |to: &mut dyn std::io::Write| to.write_all(&vec![b'x'; 9 << 20]).map_err(ExportError::Output);
        for at in [0, 1 << 20, 9 << 20] {
            let stop = |step: Step| if step.bytes >= at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
            let stopped = put(&path, Over::Replace, &stop, &mut { making });
            assert!(matches!(stopped, Err(ExportError::Cancelled)), "{at}: {stopped:?}");
            assert!(fs::read_dir(root.path()).unwrap().next().is_none(), "{at}");
        }
        let broken = put(&path, Over::Replace, &on, &mut |_| Err(ExportError::Internal("broken".to_owned())));
        assert!(matches!(broken, Err(ExportError::Internal(_))) && fs::read_dir(root.path()).unwrap().next().is_none());
        let written = put(&path, Over::Keep, &on, &mut { making }).unwrap();
        assert_eq!(written.sha256, kassay_core::workbook::journal::digest(&fs::read(&path).unwrap()));
        assert!(matches!(put(&path, Over::Keep, &on, &mut { making }), Err(ExportError::Exists(_))));
        put_bytes(&path, b"other").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"other");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}

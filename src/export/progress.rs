//! How far writing is, and what was written.

use std::ops::ControlFlow;
use std::path::PathBuf;

/// So many bytes are written between two steps that are told.
const STRIDE: u64 = 1 << 22;

/// How far writing is; of the files all are done where only the whole is still brought to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Files written.
    pub done: usize,
    /// Of how many.
    pub of: usize,
    /// Bytes written.
    pub bytes: u64,
    /// The file in work.
    pub name: String,
}

/// Hears how far writing is; whoever breaks stops it, and nothing is left.
pub type Progress<'a> = dyn Fn(Step) -> ControlFlow<()> + 'a;

/// A bag or file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Where.
    pub path: PathBuf,
    /// SHA-256 of the one file, or of the folder's `tagmanifest-sha256.txt`, which seals all other files.
    pub sha256: String,
    /// Bytes of all files.
    pub bytes: u64,
    /// How many files.
    pub files: usize,
}

/// Hears of pages, and tells in strides how many bytes they are together.
pub(super) fn strides<'a>(mut tell: impl FnMut(u64) -> ControlFlow<()> + 'a) -> impl FnMut(u64) -> ControlFlow<()> + 'a {
    let mut told = 0;
    move |page| {
        let before = told;
        told += page;
        if before / STRIDE == told / STRIDE { ControlFlow::Continue(()) } else { tell(told) }
    }
}

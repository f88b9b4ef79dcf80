//! Why an assessment can't be opened, saved or added to, with what can be done about it.

use kassay_core::workbook::WorkbookError;
use std::io;
use std::path::{Path, PathBuf};

/// Something that the store could not do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// No such folder, or nothing of ours in it.
    #[error("{} holds no assessment: there is no workbook.toml", dir.display())]
    NoWorkbook {
        /// The folder.
        dir: PathBuf,
    },
    /// A new assessment would write over something.
    #[error("{} is not empty: a new assessment needs a folder of its own", dir.display())]
    Exists {
        /// The folder.
        dir: PathBuf,
    },
    /// Another process holds it.
    #[error("the assessment is open elsewhere and can only be read here: {held_by}")]
    ReadOnly {
        /// Who.
        held_by: String,
    },
    /// A newer version wrote it.
    #[error("{}: {source}", path.display())]
    Newer {
        /// The workbook.
        path: PathBuf,
        /// The words.
        source: WorkbookError,
    },
    /// It can't be understood.
    #[error("{}: line {line}, column {column}: {message}", path.display())]
    Broken {
        /// The workbook.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
        /// Which earlier state can be had.
        offer: String,
    },
    /// It can't be printed.
    #[error(transparent)]
    Workbook(#[from] WorkbookError),
    /// A line of the journal can't be printed.
    #[error("the journal's line can't be written: {0}")]
    Journal(#[from] serde_json::Error),
    /// What is to be attached is no file.
    #[error("{} is not a file", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// A file changed while it was copied.
    #[error("{} changed while it was read: attach it again", path.display())]
    Unsteady {
        /// The path.
        path: PathBuf,
    },
    /// A kept file is missing.
    #[error("{} is missing", path.display())]
    Missing {
        /// The path.
        path: PathBuf,
    },
    /// A kept file is not what its name says.
    #[error("{} was changed: its SHA-256 is {found}", path.display())]
    Altered {
        /// The path.
        path: PathBuf,
        /// The digest that it has.
        found: String,
    },
    /// A kept file can't be understood.
    #[error("{}: {message}", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// The file system said no.
    #[error("{what} {}: {source}", path.display())]
    Io {
        /// What was tried: `could not write`.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

impl StoreError {
    /// What can be done, where there is something to say.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoWorkbook { .. } => Some("name the folder of an assessment, or begin one with `kassay new --workbook DIR`".into()),
            Self::Exists { .. } => Some("name another folder; to go on with an assessment, open it with `kassay DIR`".into()),
            Self::ReadOnly { .. } => Some("close it there first".into()),
            Self::Newer { .. } => Some("open it with a newer version of Kassay; this one leaves it as it is".into()),
            Self::Broken { offer, .. } => Some(format!("the file was not touched; {offer}")),
            Self::Altered { .. } | Self::Missing { .. } => {
                Some("take the file from a copy of the folder, or read the cluster again".into())
            }
            _ => None,
        }
    }
}

/// Adds what was tried, and on what, to an error of the file system.
pub(super) trait Context<T> {
    fn context(self, what: &'static str, path: &Path) -> Result<T, StoreError>;
}

impl<T> Context<T> for io::Result<T> {
    fn context(self, what: &'static str, path: &Path) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::Io { what, path: path.to_owned(), source })
    }
}

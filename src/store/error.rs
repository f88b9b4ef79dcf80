//! Why an assessment can't be opened, saved or added to, with what can be done about it.

use super::notice::few;
use crate::config::said;
use kassay_core::workbook::{ReadOnly, Workbook, WorkbookError, folder};
use std::io::{self, ErrorKind};
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
    /// The workbook is missing, but not all of the assessment.
    #[error("{} is missing", dir.join(folder::WORKBOOK).display())]
    Lost {
        /// The folder.
        dir: PathBuf,
        /// Which earlier state can be had.
        offer: String,
    },
    /// Nobody may look into the folder.
    #[error("the folder {} can't be looked into: {}", dir.display(), said(source))]
    Closed {
        /// The folder.
        dir: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process holds it, or it can't be written.
    #[error("the assessment can only be read here: {0}")]
    ReadOnly(ReadOnly),
    /// The folder is not where it was when it was opened.
    #[error("{}", moved(dir, to.as_deref()))]
    Moved {
        /// Where it was.
        dir: PathBuf,
        /// Where it is, as far as the system tells.
        to: Option<PathBuf>,
    },
    /// Another assessment is in the folder now.
    #[error("{} holds another assessment than the one that was opened there", dir.display())]
    Another {
        /// The folder.
        dir: PathBuf,
    },
    /// Something else changed the workbook while it was open, and so was here, in the same place.
    #[error("workbook.toml was changed outside Kassay while it was open, and both touched the same: {}", few(&dispute.what))]
    Disputed {
        /// What is disputed.
        dispute: Box<Dispute>,
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
    #[error("{what} {}: {}", path.display(), said(source))]
    Io {
        /// What was tried: `could not write`.
        what: &'static str,
        /// On what.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

/// A change from outside that a person decides on.
#[derive(Debug)]
pub struct Dispute {
    /// What both touched.
    pub what: Vec<String>,
    /// The file in which the other text is kept.
    pub aside: String,
    /// Names that text: a save that says that it was decided on names it.
    pub digest: String,
    /// The workbook as it would be with the other text's word on what is disputed, and without the edit.
    pub theirs: Workbook,
}

fn moved(dir: &Path, to: Option<&Path>) -> String {
    match to {
        Some(to) => format!("the folder {} was moved while it was open; it is now {}", dir.display(), to.display()),
        None => format!("the folder {} is not there any more", dir.display()),
    }
}

impl StoreError {
    /// What can be done, where there is something to say.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoWorkbook { .. } => Some("name the folder of an assessment, or begin one with `kassay new --workbook DIR`".into()),
            Self::Exists { .. } => Some("name another folder; to go on with an assessment, open it with `kassay DIR`".into()),
            Self::Lost { offer, .. } => Some(offer.clone()),
            Self::Closed { .. } => Some("it takes the right to execute on a folder to get at what is in it".into()),
            Self::ReadOnly(ReadOnly::Held(_)) => Some("close it there first".into()),
            Self::ReadOnly(ReadOnly::Unwritable(_)) => Some("make it writable, or copy the folder to another place and open that".into()),
            Self::Moved { .. } => Some("move it back to go on; nothing of what was accepted is touched".into()),
            Self::Another { .. } => Some("put the one that was opened back in its place to go on".into()),
            Self::Disputed { dispute } => {
                Some(format!("the other text is kept as {}; take over by hand what is to hold, and do it again", dispute.aside))
            }
            Self::Io { source, .. } if matches!(source.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
                Some("make room, and try again; what was accepted before is untouched".into())
            }
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

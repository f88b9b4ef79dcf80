//! Why something could not be exported.

use super::redact::RedactError;
use crate::config::said;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Something that could not be exported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The target is there already.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// A file that belongs to the assessment is missing.
    #[error("{} belongs to the assessment and is missing", .0.display())]
    Missing(PathBuf),
    /// A file is not what its name says.
    #[error("{} was changed: its SHA-256 is {found}", path.display())]
    Altered {
        /// The file.
        path: PathBuf,
        /// Its digest.
        found: String,
    },
    /// A file can't be understood.
    #[error("{}: {message}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        message: String,
    },
    /// Several clusters, and none was named.
    #[error("the assessment has several clusters: {0}")]
    WhichCluster(String),
    /// No cluster was read, or none of that name.
    #[error("{0}")]
    NoCluster(String),
    /// Key or map of pseudonyms can't be used.
    #[error(transparent)]
    Redact(#[from] RedactError),
    /// The shipped catalogue or a template is broken.
    #[error("{0}")]
    Internal(String),
    /// It was stopped.
    #[error("the export was stopped")]
    Cancelled,
    /// A folder can't be encrypted.
    #[error("only a bag that is one file can be encrypted")]
    NotOneFile,
    /// Somebody who can't be a recipient.
    #[error("{who}: {why}")]
    Recipient {
        /// The key, its beginning.
        who: String,
        /// Why not.
        why: String,
    },
    /// Where it goes to said no; whoever knows what that is tells its name.
    #[error("{}", said(.0))]
    Output(std::io::Error),
    /// The file system said no.
    #[error("{}: {}", path.display(), said(source))]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: std::io::Error,
    },
}

impl ExportError {
    /// What can be done, where there is something to say.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Exists(_) => Some("name another path; nothing is written over what is there".into()),
            Self::Missing(_) | Self::Altered { .. } => {
                Some("take the file from a copy of the folder; findings and snapshots come back when the cluster is read again".into())
            }
            Self::Io { source, .. } if matches!(source.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded) => {
                Some("make room, or name another place; nothing half done was left".into())
            }
            Self::Cancelled => Some("nothing half done was left".into()),
            Self::NotOneFile => Some("use --format bag-zip".into()),
            Self::Recipient { .. } => Some(
                "recipients are keys of age (age1…) and SSH keys of the kinds ssh-ed25519 and ssh-rsa, or files with a key on each line"
                    .into(),
            ),
            Self::Redact(RedactError::Unknown { .. }) => Some("name another file; nothing is written over it".into()),
            Self::WhichCluster(_) => Some("name one with --cluster".into()),
            _ => None,
        }
    }

    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + use<'_> {
        move |source| Self::Io { path: path.to_owned(), source }
    }
}

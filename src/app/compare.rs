//! Opens what is to be compared: assessments and bags as they were judged, snapshots judged now.

use crate::collect::{judging_time, snapshot};
use crate::export::{Contents, VerifyError, contents};
use crate::tables::tables;
use jiff::Timestamp;
use kassay_core::assess::{CheckOutcome, assess};
use kassay_core::guidance::Guidance;
use kassay_core::kinds::Inventory;
use kassay_core::model::Scope;
use kassay_core::workbook::ClusterRecord;
use kassay_core::workbook::collection::not_read;
use kassay_core::workbook::compare::{ClusterSide, Entry, Side, compare};
use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Why something can't be compared with anything.
#[derive(Debug, thiserror::Error)]
pub enum CompareError {
    /// It is none of what can be compared.
    #[error("{} is neither the folder of an assessment, nor a bag, nor a snapshot", .0.display())]
    Unknown(PathBuf),
    /// It can't be read.
    #[error("{}: {why}", path.display())]
    Unreadable {
        /// What.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// An assessment or a bag can't be read.
    #[error(transparent)]
    Assessment(#[from] VerifyError),
    /// The program itself is at fault.
    #[error("{0}")]
    Internal(String),
}

impl CompareError {
    /// What to try.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Unknown(_) => Some("`kassay collect -f FILE` writes a snapshot of a cluster."),
            Self::Unreadable { .. } | Self::Assessment(_) | Self::Internal(_) => None,
        }
    }
}

/// One side, opened.
#[derive(Debug)]
pub enum Opened {
    /// An assessment or a bag.
    Assessment(Box<Contents>),
    /// A snapshot.
    Snapshot(Box<Inventory>),
}

impl Opened {
    /// Opens the folder of an assessment, a bag, or a snapshot.
    ///
    /// # Errors
    /// Where it is none of these, or can't be read.
    pub fn open(path: &Path) -> Result<Self, CompareError> {
        let unreadable = |why: String| CompareError::Unreadable { path: path.to_owned(), why };
        if path.is_file() {
            let mut file = File::open(path).map_err(|e| unreadable(e.to_string()))?;
            let mut start = vec![];
            (&mut file).take(2).read_to_end(&mut start).map_err(|e| unreadable(e.to_string()))?;
            match start.as_slice() {
                // A snapshot is packed by gzip, a bag by zip.
                [0x1f, 0x8b] => {
                    let read = File::open(path).map_err(|e| e.to_string()).and_then(|file| snapshot::read(file).map_err(|e| e.to_string()));
                    return read.map(|inventory| Self::Snapshot(Box::new(inventory))).map_err(unreadable);
                }
                b"PK" => {}
                _ => return Err(CompareError::Unknown(path.to_owned())),
            }
        }
        match contents(path) {
            Ok(contents) => Ok(Self::Assessment(Box::new(contents))),
            Err(VerifyError::Unknown(path)) => Err(CompareError::Unknown(path)),
            Err(error) => Err(error.into()),
        }
    }

    fn scope(&self) -> Option<&Scope> {
        match self {
            Self::Assessment(contents) => Some(&contents.workbook.scope),
            Self::Snapshot(_) => None,
        }
    }

    /// Judges it where that is to be done now; nothing for what was judged.
    fn judged(&self, scope: &Scope, now: Option<Timestamp>) -> Result<Vec<CheckOutcome>, CompareError> {
        let Self::Snapshot(inventory) = self else { return Ok(vec![]) };
        let tables = tables(None).map_err(|e| CompareError::Internal(e.to_string()))?;
        Ok(assess(inventory, scope, judging_time(inventory, now, Timestamp::now()), &tables))
    }

    fn side<'a>(&'a self, scope: &'a Scope, outcomes: &'a [CheckOutcome], catalogue: &str) -> Side<'a> {
        match self {
            Self::Assessment(contents) => {
                let book = &contents.workbook;
                let cluster = |record: &'a ClusterRecord| {
                    let outcomes = contents.outcomes.get(&record.key).map_or(Ok(&[][..]), |kept| match kept {
                        Ok(outcomes) => Ok(outcomes.as_slice()),
                        Err(why) => Err(why.clone()),
                    });
                    ClusterSide::kept(book, record, outcomes)
                };
                Side {
                    catalogue: book.catalogue.clone(),
                    scope: Cow::Borrowed(&book.scope),
                    workbook: Some(book),
                    clusters: book.clusters.iter().map(cluster).collect(),
                }
            }
            Self::Snapshot(inventory) => {
                let name = if inventory.cluster.server.is_empty() { "cluster" } else { &inventory.cluster.server };
                Side {
                    catalogue: catalogue.to_owned(),
                    scope: Cow::Borrowed(scope),
                    workbook: None,
                    clusters: vec![ClusterSide::read(name, inventory, not_read(inventory), outcomes)],
                }
            }
        }
    }
}

/// Compares two sides and hands them with their differences to `tell`. Snapshots are judged now, by one catalogue and in one scope: the given
/// one, or that of the assessment on the other side.
///
/// # Errors
/// Where the tables of the program can't be read.
pub fn compared<T>(
    (a, b): (&Opened, &Opened),
    scope: Option<&Scope>,
    now: Option<Timestamp>,
    tell: impl FnOnce(&Side<'_>, &Side<'_>, Vec<Entry>) -> T,
) -> Result<T, CompareError> {
    let guidance = Guidance::shipped().map_err(|e| CompareError::Internal(e.to_string()))?;
    let usual = Scope::default();
    let scope = scope.or(a.scope()).or(b.scope()).unwrap_or(&usual);
    let (was, is) = (a.judged(scope, now)?, b.judged(scope, now)?);
    let (mut first, mut second) = (a.side(scope, &was, &guidance.digest), b.side(scope, &is, &guidance.digest));
    // A snapshot does not know what an assessment calls its cluster.
    match (a, b) {
        (Opened::Assessment(_), Opened::Snapshot(_)) => named(&mut second, &first),
        (Opened::Snapshot(_), Opened::Assessment(_)) => named(&mut first, &second),
        _ => {}
    }
    let entries = compare(&first, &second);
    Ok(tell(&first, &second, entries))
}

fn named(snapshot: &mut Side<'_>, book: &Side<'_>) {
    for cluster in &mut snapshot.clusters {
        if let Some(known) = book.clusters.iter().find(|known| !known.uid.is_empty() && known.uid == cluster.uid) {
            cluster.name.clone_from(&known.name);
        }
    }
}

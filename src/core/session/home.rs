//! The first screen: which assessments there are, and how to start one. The list comes from the store; nothing in it is opened yet.

use crate::session::parts::cursor::Cursor;
use jiff::Timestamp;
use std::path::PathBuf;

/// One assessment in the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HomeRow {
    /// The folder.
    pub dir: PathBuf,
    /// The entity, or the folder's name where the workbook can't be read.
    pub entity: String,
    /// The period.
    pub period: String,
    /// Clusters.
    pub clusters: Vec<String>,
    /// Practices determined.
    pub determined: usize,
    /// Practices in all.
    pub of: usize,
    /// When it was edited last.
    pub modified: Option<Timestamp>,
    /// Why it can't be opened.
    pub problem: Option<String>,
}

/// The list of assessments.
#[derive(Clone, Debug, Default)]
pub struct HomeState {
    /// What was found; none while it is looked for.
    pub rows: Option<Vec<HomeRow>>,
    /// The folder that is looked in.
    pub root: PathBuf,
    /// Which one.
    pub cursor: Cursor,
    /// An assessment that is being opened.
    pub opening: Option<PathBuf>,
}

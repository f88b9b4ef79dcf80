//! What comes back from the world for the open assessment.

use crate::assess::CheckOutcome;
use crate::kinds::Inventory;
use crate::workbook::{ReadOnly, Workbook};
use jiff::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;

/// A file that is now in the assessment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attached {
    /// Its digest.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
    /// Its name.
    pub name: String,
    /// Why it was not kept: card numbers or private keys in it.
    pub refused: Option<String>,
    /// What it was recognised as, where checks judge it: `a Trivy report of 3 images`.
    pub recognised: Option<String>,
}

/// An assessment that was opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The folder.
    pub dir: PathBuf,
    /// What is in it.
    pub workbook: Workbook,
    /// Why it is for reading only, where it is.
    pub held_by: Option<ReadOnly>,
    /// What was odd when it was opened.
    pub notices: Vec<String>,
}

/// A change from outside that touches the same as an edit.
#[derive(Clone, Debug)]
pub struct Dispute {
    /// What both touched.
    pub what: Vec<String>,
    /// The file in which the other text is kept.
    pub aside: String,
    /// Names that text.
    pub digest: String,
    /// The workbook as it would be with the other text's word, and without the edit.
    pub theirs: Workbook,
}

/// A cluster that was read and judged, and where both are kept.
#[derive(Clone, Debug)]
pub struct Collection {
    /// What was read.
    pub inventory: Arc<Inventory>,
    /// What the checks say.
    pub outcomes: Arc<Vec<CheckOutcome>>,
    /// The time judged by.
    pub assessed_at: Timestamp,
    /// Digest of the snapshot.
    pub snapshot: String,
    /// Digest of the file of findings.
    pub findings: String,
}

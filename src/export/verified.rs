//! What came of verifying a bag or the folder of an assessment.

use super::signatures::Signature;
use super::tree::Tree;

/// What was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A bag, as a folder.
    Bag,
    /// A bag in a zip.
    BagZip,
    /// The folder of an assessment.
    Workbook,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What it is.
    pub what: What,
    /// Entity and period, where the workbook can be read.
    pub title: String,
    /// How many files were looked at.
    pub files: usize,
    /// How many lines the journal has.
    pub edits: usize,
    /// SHA-256 that seals it: of the tag manifest of a bag, of the workbook of a folder.
    pub seal: String,
    /// What is wrong; nothing for what is whole.
    pub faults: Vec<String>,
    /// What is odd and no fault.
    pub remarks: Vec<String>,
    /// Whether an edit was interrupted that is completed when the folder is opened.
    pub to_complete: bool,
    /// Whether it is a bag with pseudonyms, without the workbook.
    pub redacted: bool,
    /// Who signed a bag.
    pub signatures: Vec<Signature>,
    /// Commands that check the signatures with stock programs, in the folder of the bag.
    pub commands: Vec<String>,
}

impl Verified {
    /// What is known before anything was read: how many files there are, and what is wrong with them as such.
    pub(super) fn of(tree: &dyn Tree, what: What) -> Self {
        Self {
            what,
            title: String::new(),
            files: tree.names().len(),
            edits: 0,
            seal: String::new(),
            faults: tree.faults().to_vec(),
            remarks: tree.remarks().to_vec(),
            to_complete: false,
            redacted: false,
            signatures: vec![],
            commands: vec![],
        }
    }

    /// Whether it is whole.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.faults.is_empty()
    }
}

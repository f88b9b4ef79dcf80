//! An edit on its way to the disk, and what is done once it is there.

use super::arrived::{Collection, Dispute};
use super::undo::Way;
use crate::kinds::Probes;
use crate::session::effect::Source;
use crate::workbook::{Edit, Workbook};

/// What is done once an edit is on disk.
#[derive(Clone, Debug)]
pub(in crate::session) enum After {
    /// Says so in a sentence.
    Tell(String),
    /// Closes the form that it came from, and says so.
    CloseForm(String),
    /// Names new evidence in the form below, where that is an answer, and says so.
    Link {
        /// Its reference.
        reference: String,
        /// The sentence.
        words: String,
    },
    /// Shows a cluster as it was read or judged.
    Show {
        /// Its name in the workbook.
        key: String,
        /// What was read or judged.
        collection: Box<Collection>,
        /// Says so in a sentence.
        words: String,
        /// Whether the scope or a file of evidence has changed since it was judged.
        stale: bool,
        /// Whether it was read, and not only judged again.
        read: bool,
    },
    /// Puts what active probes heard into a cluster, judges it again, and says so.
    Heard {
        /// Its name in the workbook.
        cluster: String,
        /// What was heard.
        probes: Box<Probes>,
        /// The sentence.
        words: String,
    },
    /// Reads a cluster.
    Read(String, Source),
    /// Leaves the program.
    Quit,
    /// Leaves the assessment.
    Home,
}

/// A save that is under way, or failed.
#[derive(Clone, Debug)]
pub struct Pending {
    /// Its ticket.
    pub ticket: u64,
    /// The edit.
    pub edit: Edit,
    pub(super) workbook: Box<Workbook>,
    pub(super) track: Track,
    pub(super) after: After,
    /// The text from outside that a person decided against.
    pub(super) settled: Option<String>,
    /// What it was made from, once it failed: others may be saved before it is tried again.
    pub(super) base: Option<Box<Workbook>>,
}

/// An edit that waits for a person's word.
#[derive(Clone, Debug)]
pub(in crate::session) struct Disputed {
    pub(super) pending: Pending,
    pub(super) dispute: Dispute,
    /// The workbook as it was when the question arose.
    pub(super) base: Box<Workbook>,
}

/// Where an edit stands among those that can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Track {
    /// A person's edit: it can be taken back.
    New,
    /// One that no person made.
    Beside,
    /// One that is taken back, or done again.
    Turn(Way),
}

/// What a file that is being attached is for.
#[derive(Clone, Debug)]
pub(in crate::session) enum Attaching {
    /// For the evidence form on top.
    Form,
    /// A finding kept as evidence.
    Finding { title: String, practices: Vec<String> },
}

/// An edit: what is to be kept, and what the journal tells of it.
pub(in crate::session) struct Draft {
    /// The workbook as it shall be.
    pub workbook: Workbook,
    /// What was edited.
    pub what: String,
    /// What stood there.
    pub before: String,
    /// What stands there now.
    pub after: String,
}

/// What is wrong with a form: the row, and why.
pub(in crate::session) type Fault = (&'static str, String);

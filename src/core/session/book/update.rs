//! What happens to the open assessment as a whole.

use super::arrived::{Collection, Dispute, Opened};
use super::desk::Desk;
use super::lead::Next;
use super::undo::Way;
use crate::assess::CheckOutcome;
use crate::kinds::Inventory;
use crate::session::parts::message::Message;
use crate::workbook::drafts::Drafts;
use crate::workbook::newness::Before;
use crate::workbook::{JournalLine, Workbook};
use std::path::PathBuf;
use std::sync::Arc;

/// What happens to it.
#[derive(Clone, Debug)]
pub enum Action {
    /// Takes the last edit back.
    Undo,
    /// Does again what was taken back last.
    Redo,
    /// Tries a failed save again.
    Retry,
    /// What was typed and not saved when the assessment was open last, or why it can't be read.
    TypedFound(Result<Drafts, String>),
    /// What is typed could not be kept, and why.
    TypedNotKept(String),
    /// An assessment was opened.
    Opened(Box<Opened>),
    /// It could not be opened, and why.
    OpenFailed {
        /// Which.
        dir: PathBuf,
        /// Why, and what now.
        why: String,
    },
    /// A cluster's outcomes were read back from the assessment; its inventory is still to come.
    Found {
        /// The cluster.
        cluster: String,
        /// Its outcomes with all findings.
        outcomes: Arc<Vec<CheckOutcome>>,
        /// What was found in it before, to tell what is new; none where nothing tells that.
        before: Option<Arc<Before>>,
    },
    /// A cluster's outcomes and inventory were read back from the assessment.
    Loaded {
        /// The cluster.
        cluster: String,
        /// Its outcomes with all findings.
        outcomes: Arc<Vec<CheckOutcome>>,
        /// What was read of it.
        inventory: Option<Arc<Inventory>>,
        /// What was found in it before, to tell what is new; none where nothing tells that.
        before: Option<Arc<Before>>,
    },
    /// The journal as it is now.
    Journal(Vec<JournalLine>),
    /// They could not be read back.
    LoadFailed {
        /// The cluster.
        cluster: String,
        /// Why.
        why: String,
    },
    /// The workbook with that ticket is on disk.
    Saved(u64),
    /// It is, and something was odd.
    SavedOddly {
        /// Which save.
        ticket: u64,
        /// The workbook that is on disk, where it is another one: with what was changed outside meanwhile.
        workbook: Option<Box<Workbook>>,
        /// What was odd, in sentences.
        notices: Vec<String>,
    },
    /// It is not, because something else changed the same: somebody has to decide.
    Disputed {
        /// Which save.
        ticket: u64,
        /// What stands against it.
        dispute: Box<Dispute>,
    },
    /// It is not.
    SaveFailed {
        /// Which save.
        ticket: u64,
        /// Why.
        why: String,
    },
    /// Outcomes in a changed scope.
    Judged {
        /// The cluster.
        cluster: String,
        /// For which state of the scope.
        revision: u64,
        /// The result.
        collection: Box<Collection>,
    },
    /// They could not be made or kept.
    JudgeFailed {
        /// The cluster.
        cluster: String,
        /// Why.
        why: String,
    },
}

impl Action {
    /// Whether a person did it.
    #[must_use]
    pub const fn is_by_person(&self) -> bool {
        matches!(self, Self::Undo | Self::Redo | Self::Retry)
    }
}

/// Changes the open assessment.
pub(in crate::session) fn update(desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Undo => desk.turn(Way::Back),
        Action::Redo => desk.turn(Way::Again),
        Action::Retry => desk.try_again(),
        Action::Opened(opened) => desk.opened(*opened),
        Action::OpenFailed { dir, why } => {
            desk.messages.push(Message::error(format!("{} can't be opened", dir.display()), why));
            Next::NONE
        }
        Action::Journal(lines) => {
            if let Some(book) = desk.book.as_mut() {
                book.journal = lines;
            }
            Next::NONE
        }
        Action::Found { cluster, outcomes, before } => desk.found(&cluster, outcomes, before),
        Action::Loaded { cluster, outcomes, inventory, before } => desk.loaded(&cluster, outcomes, inventory, before),
        Action::LoadFailed { cluster, why } => {
            desk.load_failed(&cluster, &why);
            Next::NONE
        }
        Action::TypedFound(Ok(drafts)) => {
            desk.found_typed(drafts);
            Next::NONE
        }
        Action::TypedFound(Err(why)) => {
            desk.messages.push(Message::warning("What was typed and not saved when the assessment was open last can't be read", why));
            Next::NONE
        }
        Action::TypedNotKept(why) => {
            desk.not_kept("What you type and don't save would be lost with a crash", &why);
            Next::NONE
        }
        Action::Saved(ticket) => desk.saved(ticket),
        Action::SavedOddly { ticket, workbook, notices } => desk.saved_oddly(ticket, workbook, notices),
        Action::Disputed { ticket, dispute } => desk.disputed(ticket, *dispute),
        Action::SaveFailed { ticket, why } => desk.save_failed(ticket, &why),
        Action::Judged { cluster, revision, collection } => desk.judged(&cluster, revision, *collection),
        Action::JudgeFailed { cluster, why } => {
            desk.judge_failed(&cluster, &why);
            Next::NONE
        }
    }
}

//! A cluster being read: what has come of which kind. A refused kind never looks like an empty one, so each row has its state and the
//! server's words.

use crate::kinds::KindState;
use crate::model::Kind;
use crate::session::effect::Source;
use jiff::Timestamp;

/// News of a reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It starts; so many kinds are asked for.
    Started {
        /// How many kinds.
        kinds: usize,
    },
    /// A kind goes on, or has ended where a state is told.
    Kind {
        /// The kind.
        kind: Kind,
        /// Objects so far.
        items: usize,
        /// Objects in all, as far as the server tells.
        total: Option<usize>,
        /// Its state, at its end.
        state: Option<KindState>,
        /// The server's words.
        message: String,
    },
    /// Bytes read in all.
    Bytes(u64),
    /// A remark: what is being done.
    Note(String),
}

/// One kind of a reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindRow {
    /// The kind.
    pub kind: Kind,
    /// Objects so far.
    pub items: usize,
    /// In all, where known.
    pub total: Option<usize>,
    /// Its state, once ended.
    pub state: Option<KindState>,
    /// The server's words.
    pub message: String,
}

/// A reading.
#[derive(Clone, Debug)]
pub struct Reading {
    /// Name of the cluster, as far as known.
    pub key: String,
    /// Where from.
    pub source: Source,
    /// What it is judged by, as numbered by [`Book::revision`](crate::session::Book::revision): where that is another one at the end, it is judged again.
    pub revision: u64,
    /// Since when.
    pub since: Timestamp,
    /// Kinds in the order in which they were heard of.
    pub rows: Vec<KindRow>,
    /// Kinds asked for.
    pub kinds: usize,
    /// Bytes.
    pub bytes: u64,
    /// A remark.
    pub note: String,
    /// Why it failed.
    pub failed: Option<String>,
    /// Whether it is being cancelled.
    pub cancelling: bool,
}

impl Reading {
    /// A reading that starts now.
    #[must_use]
    pub const fn new(key: String, source: Source, revision: u64, since: Timestamp) -> Self {
        Self { key, source, revision, since, rows: vec![], kinds: 0, bytes: 0, note: String::new(), failed: None, cancelling: false }
    }

    /// Takes news.
    pub fn hear(&mut self, progress: Progress) {
        match progress {
            Progress::Started { kinds } => self.kinds = kinds,
            Progress::Bytes(bytes) => self.bytes = bytes,
            Progress::Note(note) => self.note = note,
            Progress::Kind { kind, items, total, state, message } => {
                let row = KindRow { kind, items, total, state, message };
                match self.rows.iter_mut().find(|r| r.kind == kind) {
                    Some(known) => *known = row,
                    None => self.rows.push(row),
                }
            }
        }
    }

    /// How many kinds have ended, and how many of these were refused or failed.
    #[must_use]
    pub fn ended(&self) -> (usize, usize) {
        let ended = self.rows.iter().filter(|r| r.state.is_some()).count();
        let refused = self.rows.iter().filter(|r| matches!(r.state, Some(KindState::Forbidden | KindState::Failed))).count();
        (ended, refused)
    }
}

//! A cluster being read: what has come of which kind. A refused kind never looks like an empty one, so each row has its state and the
//! server's words.

use crate::kinds::KindState;
use crate::model::Kind;
use crate::session::book::arrived::Collection;
use crate::session::book::desk::Desk;
use crate::session::book::edit::{After, Draft};
use crate::session::book::layer::Layer;
use crate::session::book::lead::{Lead, Next};
use crate::session::book::{told, total};
use crate::session::effect::{Effect, Source};
use crate::session::parts::message::Message;
use crate::workbook::collection::cluster_key;
use jiff::Timestamp;

/// What happens to a reading.
#[derive(Clone, Debug)]
pub enum Action {
    /// Reads the shown cluster again.
    Again,
    /// It goes on.
    Progress(Progress),
    /// A cluster was read, judged and kept.
    Collected(Box<Collection>),
    /// It was not; "" after a cancel.
    Failed(String),
}

impl Action {
    /// Whether a person did it.
    #[must_use]
    pub const fn is_by_person(&self) -> bool {
        matches!(self, Self::Again)
    }
}

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

/// Reads again, and hears what becomes of a reading.
pub(in crate::session) fn update(reading: &mut Option<Reading>, desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Again => again(reading.as_ref(), desk),
        Action::Progress(progress) => {
            if let Some(reading) = reading.as_mut() {
                reading.hear(progress);
            }
            Next::NONE
        }
        Action::Collected(collection) => collected(reading, desk, *collection),
        Action::Failed(why) => {
            fail(reading, desk, &why);
            Next::NONE
        }
    }
}

/// Whether a cluster is being read just now.
pub(in crate::session) fn is_running(reading: Option<&Reading>) -> bool {
    reading.is_some_and(|reading| reading.failed.is_none())
}

/// Starts reading a cluster into the open assessment.
pub(in crate::session) fn start(reading: &mut Option<Reading>, desk: &mut Desk, key: String, source: Source) -> Next {
    let Some(book) = desk.book.as_ref() else { return Next::NONE };
    let workbook = Box::new(book.workbook.clone());
    *reading = Some(Reading::new(key.clone(), source.clone(), book.revision, desk.now));
    desk.layers.retain(|l| !matches!(l, Layer::Reading | Layer::New));
    desk.layers.push(Layer::Reading);
    Next::from(Effect::Collect { key, source, workbook })
}

/// Reads the shown cluster again, from where it was read.
fn again(reading: Option<&Reading>, desk: &mut Desk) -> Next {
    if reading.is_some() {
        desk.layers.push(Layer::Reading);
        return Next::NONE;
    }
    if let Some(refused) = desk.held_elsewhere() {
        return refused;
    }
    let Some(book) = desk.book.as_ref() else { return Next::NONE };
    let Some(record) = book.record() else { return Next::from(Lead::AddCluster) };
    let key = record.key.clone();
    match Source::of_record(record) {
        Some(source) => Next::from(Lead::Read { key, source }),
        None => {
            let what = format!("Where {key} was read from is not known");
            desk.messages.push(Message::error(what, "Read it as a further cluster: + in the list of areas."));
            Next::NONE
        }
    }
}

/// ↵: tries again where it failed; else the walk goes on while the cluster is read.
pub(in crate::session) fn enter(reading: &mut Option<Reading>, desk: &mut Desk) -> Next {
    if is_running(reading.as_ref()) {
        desk.layers.pop();
        return Next::NONE;
    }
    match reading.take() {
        Some(Reading { key, source, .. }) => Next::from(Lead::Read { key, source }),
        None => {
            desk.close_top();
            Next::NONE
        }
    }
}

/// Esc: stops reading; nothing is kept.
pub(in crate::session) fn back(reading: &mut Option<Reading>, desk: &mut Desk) -> Next {
    match reading.as_mut() {
        Some(reading) if reading.failed.is_none() => {
            reading.cancelling = true;
            Next::from(Effect::CancelCollect)
        }
        _ => {
            *reading = None;
            desk.layers.pop();
            Next::NONE
        }
    }
}

/// A cluster was read, judged and kept: it goes into the workbook.
fn collected(reading: &mut Option<Reading>, desk: &mut Desk, collection: Collection) -> Next {
    let Some(reading) = reading.take() else { return Next::NONE };
    desk.layers.retain(|l| !matches!(l, Layer::Reading));
    let Some(book) = desk.book.as_ref() else { return Next::NONE };
    let key = cluster_key(&book.workbook, &collection.inventory.cluster.uid, &reading.key);
    let known = book.workbook.clusters.iter().any(|c| c.key == reading.key);
    let stale = book.revision != reading.revision;
    let (workbook, changes) = desk.merged(&key, (&reading.source.words(), &reading.source.reached()), &collection);
    let words = if known && key != reading.key {
        let what = format!("What was read is not {}: kube-system has another UID there", reading.key);
        desk.messages.push(Message::warning(what, format!("It is kept as {key}, beside what was read of {} before.", reading.key)));
        format!("{key} was read and judged.")
    } else if changes.first {
        format!("{key} was read and judged. ⇥ goes to the first thing that needs you.")
    } else {
        format!("{key} was read again: {}", told(&changes))
    };
    let after = format!("{} checks, {} findings", collection.outcomes.len(), total(&collection.outcomes));
    let draft = Draft { workbook, what: format!("read cluster {key}"), before: String::new(), after };
    desk.save(draft, After::Show { key, collection: Box::new(collection), words, stale }, false)
}

/// It was not read: cancelled, or failed.
fn fail(reading: &mut Option<Reading>, desk: &mut Desk, why: &str) {
    if why.is_empty() {
        // Who left the assessment meanwhile is told nothing of it.
        let Some(key) = reading.take().map(|r| r.key) else { return };
        desk.layers.retain(|l| !matches!(l, Layer::Reading));
        desk.messages.push(Message::info(format!("Reading {key} was cancelled; nothing of it is kept.")));
    } else if let Some(known) = reading.as_mut() {
        known.failed = Some(why.to_owned());
        if !desk.layers.iter().any(|l| matches!(l, Layer::Reading)) {
            let what = format!("{} could not be read", known.key);
            *reading = None;
            desk.messages.push(Message::error(what, why));
        }
    }
}

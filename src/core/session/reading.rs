//! A cluster being read: what has come of which kind. A refused kind never looks like an empty one, so each row has its state and the
//! server's words. What a cluster that is known says otherwise than before is shown before it is taken.

use crate::assess::CheckOutcome;
use crate::kinds::KindState;
use crate::model::text::counted;
use crate::model::{Kind, Outcome};
use crate::session::book::arrived::Collection;
use crate::session::book::desk::Desk;
use crate::session::book::edit::{After, Draft};
use crate::session::book::layer::Layer;
use crate::session::book::lead::{Lead, Next};
use crate::session::book::{in_all, told};
use crate::session::effect::{Effect, Source};
use crate::session::parts::cursor::Step;
use crate::session::parts::differences::Differences;
use crate::session::parts::message::Message;
use crate::workbook::collection::{Unreached, another, cluster_key, put_failure};
use crate::workbook::compare::Entry;
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
    /// Whether it must be the cluster that has this name already.
    pub again: bool,
    /// What was read of a cluster that is known, until it is taken or not.
    pub arrived: Option<Box<Arrived>>,
}

/// A cluster that was read again, and is not taken yet.
#[derive(Clone, Debug)]
pub struct Arrived {
    /// Its name in the workbook.
    pub key: String,
    /// What was read.
    collection: Collection,
    /// In what it differs from the reading before.
    pub differences: Differences,
}

impl Reading {
    /// A reading that starts now.
    #[must_use]
    pub const fn new(key: String, source: Source, revision: u64, since: Timestamp) -> Self {
        Self {
            key,
            source,
            revision,
            since,
            rows: vec![],
            kinds: 0,
            bytes: 0,
            note: String::new(),
            failed: None,
            cancelling: false,
            again: false,
            arrived: None,
        }
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
        Action::Failed(why) => fail(reading, desk, &why),
    }
}

/// Whether a cluster is being read just now.
pub(in crate::session) fn is_running(reading: Option<&Reading>) -> bool {
    reading.is_some_and(|reading| reading.failed.is_none() && reading.arrived.is_none())
}

/// Starts reading a cluster into the open assessment.
pub(in crate::session) fn start(reading: &mut Option<Reading>, desk: &mut Desk, key: String, source: Source, again: bool) -> Next {
    let Some(book) = desk.book.as_ref() else { return Next::NONE };
    let workbook = Box::new(book.workbook.clone());
    *reading = Some(Reading { again, ..Reading::new(key.clone(), source.clone(), book.revision, desk.now) });
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
        Some(source) => Next::from(Lead::Read { key, source, again: true }),
        None => {
            let what = format!("Where {key} was read from is not known");
            desk.messages.push(Message::error(what, "Read it as a further cluster: + in the list of areas."));
            Next::NONE
        }
    }
}

/// ↵: takes what was read; tries again where it failed; else the walk goes on while the cluster is read.
pub(in crate::session) fn enter(reading: &mut Option<Reading>, desk: &mut Desk) -> Next {
    if is_running(reading.as_ref()) {
        desk.layers.pop();
        return Next::NONE;
    }
    match reading.take() {
        Some(Reading { source, revision, arrived: Some(arrived), .. }) => take(desk, &source, revision, *arrived),
        Some(Reading { key, source, again, .. }) => Next::from(Lead::Read { key, source, again }),
        None => {
            desk.close_top();
            Next::NONE
        }
    }
}

/// Up, down and pages in what a cluster says otherwise.
pub(in crate::session) fn step(reading: &mut Option<Reading>, step: Step) {
    if let Some(arrived) = reading.as_mut().and_then(|reading| reading.arrived.as_mut()) {
        arrived.differences.step(step);
    }
}

/// Esc: stops reading, or does not take what was read; nothing is kept.
pub(in crate::session) fn back(reading: &mut Option<Reading>, desk: &mut Desk) -> Next {
    match reading.as_mut() {
        Some(Reading { arrived: Some(arrived), .. }) => {
            let words = format!("What was read of {} is not taken; everything is as it was.", arrived.key);
            *reading = None;
            desk.layers.pop();
            desk.messages.push(Message::info(words));
            Next::NONE
        }
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

/// A cluster was read, judged and kept. The first reading of it goes into the workbook; one that differs from the reading before is shown first,
/// and one of another cluster than it must be is refused.
fn collected(state: &mut Option<Reading>, desk: &mut Desk, collection: Collection) -> Next {
    let Some(mut reading) = state.take() else { return Next::NONE };
    let Some(book) = desk.book.as_ref() else { return Next::NONE };
    if let Some(other) = book.workbook.clusters.iter().find(|c| reading.again && c.key == reading.key)
        && let Some(refused) = another(other, &collection.inventory.cluster)
    {
        desk.layers.retain(|l| !matches!(l, Layer::Reading));
        let now = "Nothing of it was taken. To keep both, add it as a further cluster: + in the list of areas.";
        desk.messages.push(Message::error(refused, now));
        return Next::NONE;
    }
    let key = cluster_key(&book.workbook, &collection.inventory.cluster.uid, &reading.key);
    let (_, changes) = desk.merged(&key, (&reading.source.words(), &reading.source.reached()), &collection);
    let confirm = changes.to_confirm.iter().map(|practice| Entry::to_confirm(practice));
    let differences = Differences::new(confirm.chain(changes.entries.iter().cloned()).collect());
    let unasked = changes.first || differences.is_empty();
    let arrived = Arrived { key, collection, differences };
    if unasked {
        return take(desk, &reading.source, reading.revision, arrived);
    }
    if !desk.layers.iter().any(|l| matches!(l, Layer::Reading)) {
        let what = format!("{} was read again, and says other things than before", arrived.key);
        desk.messages.push(Message::warning(what, "R shows them, and you take them or not."));
    }
    reading.arrived = Some(Box::new(arrived));
    *state = Some(reading);
    Next::NONE
}

/// Puts what was read into the workbook. What people wrote meanwhile stays, because it is put into the workbook as it is now.
fn take(desk: &mut Desk, source: &Source, revision: u64, arrived: Arrived) -> Next {
    desk.layers.retain(|l| !matches!(l, Layer::Reading));
    let Some(book) = desk.book.as_ref() else { return Next::NONE };
    let Arrived { key, collection, .. } = arrived;
    let stale = book.revision != revision;
    let (workbook, changes) = desk.merged(&key, (&source.words(), &source.reached()), &collection);
    let words = if changes.first {
        format!("{key} was read and judged: {}. ⇥ goes to the first thing that needs you.", in_numbers(&collection.outcomes))
    } else {
        format!("{key} was read again: {}", told(&changes))
    };
    let after = in_all(&collection.outcomes);
    let draft = Draft { workbook, what: format!("read cluster {key}"), before: String::new(), after };
    desk.save(draft, After::Show { key, collection: Box::new(collection), words, stale, read: true }, false)
}

/// What came of it: how many checks failed, and so on.
fn in_numbers(outcomes: &[CheckOutcome]) -> String {
    let count = |wanted: Outcome| outcomes.iter().filter(|o| o.outcome == wanted).count();
    let told = [
        (count(Outcome::Fail), "failed"),
        (count(Outcome::Review), "to review"),
        (count(Outcome::Blocked), "blocked"),
        (count(Outcome::Pass), "passed"),
    ];
    let told: Vec<String> = told.iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{n} {words}")).collect();
    format!(
        "of {} {}",
        counted(outcomes.len(), "check", "checks"),
        if told.is_empty() { "none applies".to_owned() } else { told.join(", ") }
    )
}

/// It was not read: cancelled, or failed, which is written down.
fn fail(reading: &mut Option<Reading>, desk: &mut Desk, why: &str) -> Next {
    if why.is_empty() {
        // Who left the assessment meanwhile is told nothing of it.
        let Some(key) = reading.take().map(|r| r.key) else { return Next::NONE };
        desk.layers.retain(|l| !matches!(l, Layer::Reading));
        desk.messages.push(Message::info(format!("Reading {key} was cancelled; nothing of it is kept.")));
        return Next::NONE;
    }
    let Some(known) = reading.as_mut() else { return Next::NONE };
    known.failed = Some(why.to_owned());
    let (wished, again, source) = (known.key.clone(), known.again, known.source.clone());
    if !desk.layers.iter().any(|l| matches!(l, Layer::Reading)) {
        *reading = None;
        desk.messages.push(Message::error(format!("{wished} could not be read"), why));
    }
    let Some(book) = desk.book.as_ref() else { return Next::NONE };
    let mut workbook = book.workbook.clone();
    let (words, reached) = (source.words(), source.reached());
    let unreached = Unreached { wished: &wished, again, source: &words, reached: &reached, at: desk.now, why };
    let key = put_failure(&mut workbook, &unreached);
    // Where it is tried again from here, it is the one that is listed now.
    if let Some(reading) = reading.as_mut() {
        (reading.key, reading.again) = (key.clone(), true);
    }
    let draft = Draft { workbook, what: format!("could not read cluster {key}"), before: String::new(), after: why.to_owned() };
    let known = book.workbook.clusters.iter().any(|c| c.key == key && c.was_read());
    let stays = if known { "what was read of it before stays" } else { "it is listed, and nothing passes for it" };
    desk.save(draft, After::Tell(format!("That {key} could not be read is written down; {stays}.")), false)
}

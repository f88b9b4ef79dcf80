//! The store on a thread of its own: one job after the other in the order in which they were asked for, so that saves never overtake each
//! other and no slow disk holds up the screen.

use super::files;
use super::flights::{Flight, Flights};
use crate::collect::snapshot;
use crate::store::{Dispute, Opened, Recent, Saved, Store, StoreError};
use crate::tables::tables;
use kassay_core::assess::assess;
use kassay_core::guidance::Guidance;
use kassay_core::kinds::Inventory;
use kassay_core::kinds::imported::Imported;
use kassay_core::report::Assessment;
use kassay_core::session::{self, Action, Attached, Collection};
use kassay_core::workbook::accept::day_of;
use kassay_core::workbook::drafts::Drafts;
use kassay_core::workbook::imports::with_register;
use kassay_core::workbook::newness::{Before, compared_with};
use kassay_core::workbook::probes as records;
use kassay_core::workbook::told;
use kassay_core::workbook::{ClusterRecord, Edit, Seen, Workbook, propose};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use tokio::sync::mpsc::UnboundedSender;

/// Something for the store to do.
pub(super) enum Job {
    Open(PathBuf),
    Restore {
        dir: PathBuf,
        by: String,
    },
    Create {
        dir: Option<PathBuf>,
        root: PathBuf,
        workbook: Box<Workbook>,
        by: String,
    },
    Save {
        ticket: u64,
        workbook: Box<Workbook>,
        edit: Edit,
        settled: Option<String>,
    },
    /// Keeps what is typed and not saved.
    Typed(Box<Drafts>),
    Attach(PathBuf),
    /// Attaches several files; what became of all is told at once.
    AttachAll(Vec<PathBuf>),
    AttachText {
        name: String,
        text: String,
    },
    /// Keeps the record of active probes as a file of the assessment that they were sent for, where that is still the open one; what is sent is
    /// an action made of what became of it.
    Record {
        dir: PathBuf,
        text: String,
        then: Box<dyn FnOnce(Result<Attached, String>) -> Action + Send>,
    },
    /// Finds the files of the evidence register that a cluster is judged by, and sends them with what is wrong with others.
    Imports {
        workbook: Box<Workbook>,
        cluster: String,
        to: Sender<(Vec<Imported>, Vec<String>)>,
    },
    /// Tells of the journal.
    Journal,
    /// Keeps a collection that was judged; what is sent is an action made of it.
    Keep {
        judged: Box<Judged>,
        then: Box<dyn FnOnce(Result<Collection, String>) -> Action + Send>,
    },
    /// Lets go of the assessment.
    Close,
    /// Ends the thread.
    End,
}

/// A cluster with what the checks say of it.
pub(super) struct Judged {
    pub inventory: Arc<Inventory>,
    pub assessment: Assessment,
    pub now: jiff::Timestamp,
}

/// Puts the files of the evidence register into what was read of a cluster, as they are now; what is wrong with files of it, in sentences.
pub(super) fn with_evidence(inventory: &mut Arc<Inventory>, jobs: &Jobs, workbook: &Workbook, cluster: &str) -> Vec<String> {
    let (to, found) = channel();
    let asked = jobs.send(Job::Imports { workbook: Box::new(workbook.clone()), cluster: cluster.to_owned(), to });
    // No answer comes where the program is ending; then nothing is kept of what is judged either.
    let Ok((register, notes)) = asked.map_err(drop).and_then(|()| found.recv().map_err(drop)) else { return vec![] };
    let imported = with_register(&inventory.imported, register);
    // A cluster can be large, so it is copied only where something changes.
    if imported != inventory.imported {
        Arc::make_mut(inventory).imported = imported;
    }
    notes
}

/// Judges the inventory of a cluster within a workbook's scope.
pub(super) fn judge(mut inventory: Arc<Inventory>, workbook: &Workbook, cluster: &str, now: jiff::Timestamp) -> Result<Judged, String> {
    let tables = tables(None).map_err(|e| e.to_string())?;
    let guidance = Guidance::shipped().map_err(|e| e.to_string())?;
    if let Some(told) = told::with(&inventory.cluster, workbook.told_version(cluster)) {
        Arc::make_mut(&mut inventory).cluster = told;
    }
    let outcomes = assess(&inventory, &workbook.scope, now, &tables);
    let seen = Seen { cluster, distribution: &inventory.cluster.distribution, outcomes: &outcomes };
    let proposals = propose(guidance, workbook, &seen, day_of(now));
    let assessment = Assessment::new(&inventory, outcomes, proposals, guidance, now).in_scope(&inventory, &workbook.scope);
    Ok(Judged { inventory, assessment, now })
}

/// A way to ask the store for something; each job is in flight until what comes of it was sent.
#[derive(Clone)]
pub(super) struct Jobs {
    queue: Sender<(Job, Flight)>,
    flights: Flights,
}

impl Jobs {
    /// A way to ask, and where what is asked for comes out.
    pub fn queue(flights: Flights) -> (Self, Receiver<(Job, Flight)>) {
        let (queue, jobs) = channel();
        (Self { queue, flights }, jobs)
    }

    /// Asks for something; an error where the program is ending.
    pub fn send(&self, job: Job) -> Result<(), Ended> {
        self.queue.send((job, self.flights.start())).map_err(|_| Ended)
    }
}

/// The store's thread has ended.
#[derive(Debug)]
pub(super) struct Ended;

/// The thread, and the way to it.
pub(super) struct Keeper {
    jobs: Option<Jobs>,
    thread: Option<JoinHandle<()>>,
}

impl Keeper {
    /// Starts the thread; what it opens is remembered.
    pub fn start(actions: UnboundedSender<Action>, recent: Recent, flights: Flights) -> std::io::Result<Self> {
        let (jobs, queue) = Jobs::queue(flights);
        let thread = std::thread::Builder::new().name("store".to_owned()).spawn(move || work(&queue, &actions, &recent))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread) })
    }

    /// Asks for something.
    pub fn ask(&self, job: Job) {
        if let Some(jobs) = &self.jobs {
            // The thread ends with the last sender; a job that finds it gone comes after the end.
            let _ = jobs.send(job);
        }
    }

    /// A way to ask, for tasks.
    pub fn sender(&self) -> Option<Jobs> {
        self.jobs.clone()
    }

    /// Lets the thread finish what was asked for, and waits for it.
    pub fn close(&mut self) {
        self.ask(Job::End);
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn work(queue: &Receiver<(Job, Flight)>, actions: &UnboundedSender<Action>, recent: &Recent) {
    let mut store: Option<Store> = None;
    // It is in flight until its turn is over.
    while let Ok((job, _flight)) = queue.recv() {
        match job {
            Job::Close => store = None,
            Job::End => return,
            job => do_one(job, &mut store, actions, recent),
        }
    }
}

fn do_one(job: Job, store: &mut Option<Store>, actions: &UnboundedSender<Action>, recent: &Recent) {
    let tell = |action: Action| {
        let _ = actions.send(action);
    };
    match job {
        Job::Open(dir) => {
            // The lock of an assessment that is opened again is let go first.
            *store = None;
            opened(Store::open(&dir), dir, store, &tell);
            remember(store.as_ref(), recent);
        }
        Job::Restore { dir, by } => {
            *store = None;
            opened(Store::restore_previous(&dir, &by, jiff::Timestamp::now()), dir, store, &tell);
            remember(store.as_ref(), recent);
        }
        Job::Create { dir, root, workbook, by } => {
            *store = None;
            let engagement = &workbook.engagement;
            let dir = dir.map_or_else(|| crate::store::folder_name(&root, &engagement.entity, &engagement.period), Ok);
            let dir = match dir {
                Ok(dir) => dir,
                Err(error) => return tell(Action::Book(session::book::Action::OpenFailed { dir: root, why: words(&error) })),
            };
            match Store::create(&dir, &workbook, &by, jiff::Timestamp::now()) {
                Ok(made) => {
                    let opened = session::Opened { dir, workbook: (*workbook).clone(), held_by: None, notices: vec![] };
                    tell(Action::Book(session::book::Action::Opened(Box::new(opened))));
                    take_findings(&made, &workbook, &tell);
                    *store = Some(made);
                    remember(store.as_ref(), recent);
                }
                Err(error) => tell(Action::Book(session::book::Action::OpenFailed { dir, why: words(&error) })),
            }
        }
        Job::Save { ticket, workbook, edit, settled } => {
            tell(Action::Book(save(store.as_mut(), ticket, &workbook, &edit, settled.as_deref())));
            if let Some(notice) = store.as_mut().and_then(Store::afterwards) {
                tell(Action::Told(notice.to_string()));
            }
        }
        Job::Typed(drafts) => {
            if let Some(Err(error)) = store.as_ref().map(|store| store.keep_typed(&drafts)) {
                tell(Action::Book(session::book::Action::TypedNotKept(words(&error))));
            }
        }
        Job::Attach(path) => tell(attached(attach(store.as_ref(), |store| store.attach(&path)))),
        Job::AttachAll(paths) => tell(Action::Evidence(match attach_all(store.as_ref(), &paths) {
            Ok(all) => session::evidence::Action::AttachedAll(all),
            Err(why) => session::evidence::Action::Failed(why),
        })),
        Job::AttachText { name, text } => tell(attached(attach(store.as_ref(), |store| store.attach_text(&name, &text)))),
        Job::Record { dir, text, then } => {
            let store = store.as_ref().filter(|store| store.dir() == dir);
            tell(then(attach(store, |store| store.attach_text(records::RECORD_NAME, &text))));
        }
        Job::Imports { workbook, cluster, to } => {
            let found = store.as_ref().map(|store| store.imports(&workbook, &cluster)).unwrap_or_default();
            // Who asked may have been cancelled meanwhile.
            let _ = to.send(found);
        }
        Job::Journal => {
            let lines = store.as_ref().map(|store| store.journal().lines.clone()).unwrap_or_default();
            tell(Action::Book(session::book::Action::Journal(lines)));
        }
        Job::Keep { judged, then } => tell(then(keep(store.as_ref(), *judged))),
        Job::Close | Job::End => {}
    }
}

/// Saves an edit; what came of it.
fn save(store: Option<&mut Store>, ticket: u64, workbook: &Workbook, edit: &Edit, settled: Option<&str>) -> session::book::Action {
    use session::book::Action;
    let Some(store) = store else { return Action::SaveFailed { ticket, why: "no assessment is open.".to_owned() } };
    match store.save_settled(workbook, edit, jiff::Timestamp::now(), settled) {
        Ok(Saved { merged: None, notices, .. }) if notices.is_empty() => Action::Saved(ticket),
        Ok(Saved { merged, notices, .. }) => {
            Action::SavedOddly { ticket, workbook: merged, notices: notices.iter().map(ToString::to_string).collect() }
        }
        Err(StoreError::Disputed { dispute }) => {
            let Dispute { what, aside, digest, theirs } = *dispute;
            Action::Disputed { ticket, dispute: Box::new(session::Dispute { what, aside, digest, theirs }) }
        }
        Err(error) => Action::SaveFailed { ticket, why: words(&error) },
    }
}

/// An error with what can be done.
fn words(error: &StoreError) -> String {
    match error.hint() {
        Some(hint) => format!("{error}: {hint}."),
        None => format!("{error}."),
    }
}

/// Remembers what is open, for the home screen.
fn remember(store: Option<&Store>, recent: &Recent) {
    if let Some(store) = store {
        recent.remember(store.dir());
    }
}

/// The assessments in the folder of all of them, and those that were opened elsewhere; what was worked on last first. It is no job of the store's thread:
/// a disk of another day that does not answer any more must not hold up a save.
pub(super) fn list(root: &Path) -> Vec<session::HomeRow> {
    let mut all = Store::list(root);
    all.extend(Recent::beside(root).list());
    all.sort_by(|a, b| b.modified.cmp(&a.modified).then_with(|| a.dir.cmp(&b.dir)));
    all.into_iter()
        .map(|found| session::HomeRow {
            dir: found.dir,
            entity: found.entity,
            period: String::new(),
            clusters: found.clusters,
            determined: found.determined,
            of: found.of,
            modified: found.modified,
            problem: found.problem,
        })
        .collect()
}

/// Tells of an opened assessment, then of the findings and inventories of its clusters, which may take longer.
fn opened(result: Result<Opened, StoreError>, dir: PathBuf, store: &mut Option<Store>, tell: &dyn Fn(Action)) {
    let found = match result {
        Ok(found) => found,
        Err(error) => {
            tell(Action::Book(session::book::Action::OpenFailed { dir, why: words(&error) }));
            return;
        }
    };
    let notices = found.notices.iter().map(ToString::to_string).collect();
    let workbook = found.workbook.clone();
    let opened = session::Opened { dir, workbook: found.workbook, held_by: found.held_by, notices };
    let writes = opened.held_by.is_none();
    tell(Action::Book(session::book::Action::Opened(Box::new(opened))));
    if writes {
        match found.store.take_typed() {
            Ok(drafts) if drafts.is_empty() => {}
            drafts => tell(Action::Book(session::book::Action::TypedFound(drafts.map_err(|e| words(&e))))),
        }
    }
    load(&found.store, &workbook, tell);
    *store = Some(found.store);
}

/// Tells of the findings of all clusters, then of what was read of them: a snapshot takes many times as long to read, and most of the work needs none.
fn load(store: &Store, workbook: &Workbook, tell: &dyn Fn(Action)) {
    use session::book::Action::{Found, LoadFailed, Loaded};
    let mut found = vec![];
    for record in &workbook.clusters {
        let cluster = record.key.clone();
        match store.outcomes(record).map(Arc::new) {
            Err(error) => tell(Action::Book(LoadFailed { cluster, why: words(&error) })),
            Ok(outcomes) => {
                let before = before(store, workbook, record);
                found.push((record, outcomes.clone(), before.clone()));
                tell(Action::Book(Found { cluster, outcomes, before }));
            }
        }
    }
    for (record, outcomes, before) in found {
        let cluster = record.key.clone();
        let inventory = match store.snapshot(record) {
            Ok(file) => file.map(|file| snapshot::read(file).map(Arc::new)).transpose().map_err(|error| format!("{error}.")),
            Err(error) => Err(words(&error)),
        };
        tell(Action::Book(match inventory {
            Ok(inventory) => Loaded { cluster, outcomes, inventory, before },
            Err(why) => LoadFailed { cluster, why },
        }));
    }
}

/// What was found in a cluster before. Where it is not to be had, nothing is told to be new, and that is told where somebody asks.
fn before(store: &Store, workbook: &Workbook, record: &ClusterRecord) -> Option<Arc<Before>> {
    let (digest, what) = compared_with(workbook, record)?;
    let assessment = store.assessment_named(&digest).ok()??;
    Some(Arc::new(assessment.before(what)))
}

/// Copies what the assessment before found into one that is begun from it, to tell what is new; tells of it for each cluster.
fn take_findings(store: &Store, workbook: &Workbook, tell: &dyn Fn(Action)) {
    let Some(previous) = &workbook.previous else { return };
    for digest in previous.clusters.iter().map(|c| &c.findings).filter(|digest| !digest.is_empty()) {
        let kept = crate::export::kept_findings(Path::new(&previous.from), digest).map_err(|e| e.to_string());
        if let Err(why) = kept.and_then(|bytes| store.keep_findings(&bytes).map_err(|e| words(&e))) {
            tell(Action::Told(format!("What is new since {} can't be told later: {why}", previous.title())));
        }
    }
    load(store, workbook, tell);
}

/// What became of something that a person attached.
fn attached(result: Result<Attached, String>) -> Action {
    Action::Evidence(result.map_or_else(session::evidence::Action::Failed, session::evidence::Action::Attached))
}

/// Attaches several files, patterns among them; the first that fails ends it, and tells which it was.
fn attach_all(store: Option<&Store>, paths: &[PathBuf]) -> Result<Vec<Attached>, String> {
    let mut all = vec![];
    for path in paths {
        for file in files::matching(path).map_err(|why| format!("{}: {why}", path.display()))? {
            all.push(attach(store, |store| store.attach(&file)).map_err(|why| format!("{}: {why}", file.display()))?);
        }
    }
    Ok(all)
}

/// Attaches something to the open assessment; what became of it.
fn attach(store: Option<&Store>, what: impl FnOnce(&Store) -> Result<crate::store::Attached, StoreError>) -> Result<Attached, String> {
    let store = store.ok_or_else(|| "no assessment is open".to_owned())?;
    match what(store) {
        Ok(file) => {
            let mut found = vec![];
            for (n, one, many) in [
                (file.cards, "card number", "card numbers"),
                (file.private_keys, "private key", "private keys"),
                (file.secrets, "key or token of a configuration file", "keys or tokens of a configuration file"),
            ] {
                if n > 0 {
                    found.push(crate::shell::words::counted(n, one, many));
                }
            }
            let recognised = if file.kept { store.recognised(&file.sha256, &file.name, file.size) } else { None };
            let refused = (!file.kept).then(|| format!("not kept: it holds {}; redact it first", found.join(" and ")));
            Ok(Attached { sha256: file.sha256, size: file.size, name: file.name, refused, recognised })
        }
        Err(error) => Err(words(&error)),
    }
}

fn keep(store: Option<&Store>, judged: Judged) -> Result<Collection, String> {
    let store = store.ok_or_else(|| "no assessment is open".to_owned())?;
    let write = |out: &mut dyn std::io::Write| snapshot::write(&judged.inventory, out).map_err(std::io::Error::other);
    let kept = store.put_collection(&judged.assessment, write).map_err(|e| words(&e))?;
    Ok(Collection {
        inventory: judged.inventory,
        outcomes: Arc::new(judged.assessment.outcomes),
        assessed_at: judged.now,
        snapshot: kept.snapshot,
        findings: kept.findings,
    })
}

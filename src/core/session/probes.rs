//! Active probes in the walk: what would be sent stands on the screen, request by request, before anything is; somebody allows that very list;
//! what was heard is kept as evidence, and judged. Nothing is heard of what was sent before the store has it.

use crate::analysis::probing::{self, Plan};
use crate::kinds::Probes;
use crate::model::text::{clean, counted};
use crate::session::book::arrived::Attached;
use crate::session::book::desk::Desk;
use crate::session::book::edit::{After, Draft};
use crate::session::book::layer::Layer;
use crate::session::book::lead::Next;
use crate::session::effect::{Effect, Source};
use crate::session::parts::cursor::{Cursor, Step};
use crate::session::parts::message::Message;
use crate::workbook::{Moment, probes as records};
use std::path::PathBuf;
use std::sync::Arc;

/// What happens to active probes.
#[derive(Clone, Debug)]
pub enum Action {
    /// Shows what they would send.
    Open,
    /// Allows them as they are listed, and sends them.
    Send,
    /// They go on: requests dealt with, and where the next one goes.
    Progress(usize, String),
    /// They were sent.
    Done(Probed),
    /// They were not.
    Failed(String),
}

impl Action {
    /// Whether a person did it.
    #[must_use]
    pub const fn is_by_person(&self) -> bool {
        matches!(self, Self::Open | Self::Send)
    }
}

/// Probes that somebody is asked about, or that are being sent.
#[derive(Clone, Debug)]
pub struct Probing {
    /// The folder of the assessment that they are for.
    pub dir: PathBuf,
    /// Name of the cluster in the workbook.
    pub cluster: String,
    /// How the cluster is reached.
    pub source: Source,
    /// What is sent.
    pub plan: Arc<Plan>,
    /// The plan in lines: requests, then images that are not asked about.
    pub lines: Vec<String>,
    /// The line one stands on.
    pub cursor: Cursor,
    /// Requests that were dealt with, and where the next one goes; none before anybody allowed them.
    pub running: Option<(usize, String)>,
    /// Whether they are being stopped.
    pub stopping: bool,
    /// Why they could not be sent.
    pub failed: Option<String>,
}

/// What came back of active probes.
#[derive(Clone, Debug)]
pub struct Probed {
    /// The folder of the assessment that they are for.
    pub dir: PathBuf,
    /// Name of the cluster in the workbook.
    pub cluster: String,
    /// What was sent, and what came back.
    pub probes: Box<Probes>,
    /// The record of it as a file among the evidence, or why it could not be kept.
    pub record: Result<Attached, String>,
}

/// What is on the screen of a plan: every request, then every image that is not asked about.
fn listed(plan: &Plan) -> Vec<String> {
    let left_out = plan.left_out.iter().map(|left| format!("not asked about: {}: {}", clean(&left.image), clean(&left.why)));
    probing::lines(plan).into_iter().chain(left_out).collect()
}

/// Shows and sends probes, and hears what becomes of them; while a cluster is being read none are planned.
pub(in crate::session) fn update(probing: &mut Option<Probing>, desk: &mut Desk, reading: bool, action: Action) -> Next {
    match action {
        Action::Open => open(probing, desk, reading),
        Action::Send => send(probing, desk),
        Action::Progress(done, next) => {
            if let Some(probing) = probing.as_mut().filter(|p| p.running.is_some()) {
                probing.running = Some((done, next));
            }
            Next::NONE
        }
        Action::Done(probed) => done(probing, desk, probed),
        Action::Failed(why) => {
            fail(probing, desk, &why);
            Next::NONE
        }
    }
}

/// Whether probes are being sent.
pub(in crate::session) fn is_running(probing: Option<&Probing>) -> bool {
    probing.is_some_and(|probing| probing.running.is_some())
}

/// ↵ on the list. Sending is allowed by a key of its own, so that no ↵ out of habit does it; while it is done the walk goes on.
pub(in crate::session) fn enter(probing: Option<&Probing>, desk: &mut Desk) {
    if is_running(probing) {
        desk.layers.pop();
    }
}

/// Moves in the list.
pub(in crate::session) fn step(probing: Option<&mut Probing>, step: Step) {
    if let Some(probing) = probing {
        probing.cursor.step(step, probing.lines.len());
    }
}

/// Shows what active probes of the shown cluster would send, or those that are being sent.
fn open(probing: &mut Option<Probing>, desk: &mut Desk, reading: bool) -> Next {
    if is_running(probing.as_ref()) {
        desk.layers.push(Layer::Probes);
        return Next::NONE;
    }
    if let Some(refused) = desk.held_elsewhere() {
        return refused;
    }
    match planned(desk, reading) {
        Ok(planned) => {
            *probing = Some(planned);
            desk.layers.push(Layer::Probes);
        }
        Err(why) => desk.messages.push(Message::warning("No active probes can be sent here", why)),
    }
    Next::NONE
}

fn planned(desk: &Desk, reading: bool) -> Result<Probing, String> {
    let none = "No cluster was read yet. + in the list of areas reads one.";
    let Some((book, cluster)) = desk.book.as_ref().and_then(|book| Some((book, book.shown()?))) else { return Err(none.to_owned()) };
    let record = book.workbook.clusters.iter().find(|record| record.key == cluster.key);
    let source = match record.and_then(Source::of_record) {
        Some(source @ Source::Context { .. }) => source,
        _ => {
            return Err(format!(
                "They need a live cluster, and {} was not read from one. A snapshot may hold the answers: --active-probes of kassay collect.",
                cluster.key
            ));
        }
    };
    if reading || cluster.loading || cluster.judging {
        return Err(format!("{} is being read or judged just now: wait for that, then ask again.", cluster.key));
    }
    let inventory = cluster.inventory.as_ref().ok_or_else(|| format!("What was read of {} is not here; R reads it again.", cluster.key))?;
    let plan = probing::plan(inventory, &book.workbook.scope);
    if plan.requests.is_empty() {
        return Err(
            "There is nothing to ask: no API server with an address of its own, and no image in scope that can be asked about.".to_owned()
        );
    }
    Ok(Probing {
        dir: book.dir.clone(),
        cluster: cluster.key.clone(),
        source,
        lines: listed(&plan),
        plan: Arc::new(plan),
        cursor: Cursor::default(),
        running: None,
        stopping: false,
        failed: None,
    })
}

/// Somebody allows what is listed: it is sent.
fn send(probing: &mut Option<Probing>, desk: &Desk) -> Next {
    let allowed_by = desk.user.clone();
    let (Some(probing), Some(book)) = (probing.as_mut().filter(|p| p.running.is_none()), desk.book.as_ref()) else {
        return Next::NONE;
    };
    let Some(inventory) = book.clusters.iter().find(|c| c.key == probing.cluster).and_then(|c| c.inventory.clone()) else {
        return Next::NONE;
    };
    (probing.running, probing.failed, probing.stopping) = (Some((0, String::new())), None, false);
    Next::from(Effect::Probe {
        dir: probing.dir.clone(),
        cluster: probing.cluster.clone(),
        source: probing.source.clone(),
        plan: probing.plan.clone(),
        inventory,
        allowed_by,
    })
}

/// Esc on the list: nothing is sent; while they are sent, no more is.
pub(in crate::session) fn back(probing: &mut Option<Probing>, desk: &mut Desk) -> Next {
    match probing.as_mut().filter(|p| p.running.is_some()) {
        Some(probing) => {
            probing.stopping = true;
            Next::from(Effect::CancelProbes)
        }
        None => {
            *probing = None;
            desk.close_top();
            Next::NONE
        }
    }
}

/// They were sent: what came back is put among the evidence, and judged once it is there.
fn done(probing: &mut Option<Probing>, desk: &mut Desk, probed: Probed) -> Next {
    let Probed { dir, cluster, probes, record } = probed;
    if probing.take_if(|p| p.dir == dir && p.cluster == cluster).is_none() {
        return Next::NONE;
    }
    desk.layers.retain(|layer| !matches!(layer, Layer::Probes));
    let Some(book) = desk.book.as_ref().filter(|book| book.dir == dir) else { return Next::NONE };
    let mut workbook = book.workbook.clone();
    let sent = format!("{} sent to and around {cluster}", counted(probes.sent.len(), "request", "requests"));
    let stopped = if probes.stopped { ", stopped before the end" } else { "" };
    let kept = match record {
        Ok(Attached { sha256, size, refused: None, .. }) => {
            let (title, by) = (records::title(&probes, &cluster), desk.user.as_str());
            records::put(&mut workbook, title, (&sha256, size), by, Moment(desk.now)).map(|r| format!(", kept as {r}")).unwrap_or_default()
        }
        Ok(_) => {
            let why = "something in it reads as a card number or a key. The answers are in the snapshot.";
            desk.messages.push(Message::warning("The record of the active probes is not kept as evidence", why));
            String::new()
        }
        Err(why) => {
            desk.messages.push(Message::error("The record of the active probes could not be kept", why));
            String::new()
        }
    };
    let words = format!("{sent}{stopped}{kept}.");
    let draft = Draft { workbook, what: format!("probe cluster {cluster}"), before: String::new(), after: format!("{sent}{stopped}") };
    desk.save(draft, After::Heard { cluster, probes, words }, false)
}

/// They could not be sent: the list stays, and says why.
fn fail(probing: &mut Option<Probing>, desk: &mut Desk, why: &str) {
    let shown = desk.layers.iter().any(|layer| matches!(layer, Layer::Probes));
    let Some(asked) = probing.as_mut() else { return };
    (asked.running, asked.stopping) = (None, false);
    asked.failed = Some(why.to_owned());
    if !shown {
        *probing = None;
        desk.messages.push(Message::error("The active probes could not be sent", why));
    }
}

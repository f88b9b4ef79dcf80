//! Active probes in the walk: what would be sent stands on the screen, request by request, before anything is; somebody allows that very list;
//! what was heard is kept as evidence, and judged. Nothing is heard of what was sent before the store has it.

use crate::analysis::probing::{self, Plan};
use crate::kinds::{Inventory, Probes};
use crate::model::text::{clean, thousands};
use crate::session::action::Attached;
use crate::session::book::saving::{After, Draft};
use crate::session::effect::{Effect, Source};
use crate::session::parts::cursor::Cursor;
use crate::session::parts::message::Message;
use crate::session::{Layer, Session};
use crate::workbook::{Moment, probes as records};
use std::path::PathBuf;
use std::sync::Arc;

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

impl Session {
    /// Shows what active probes of the shown cluster would send, or those that are being sent.
    pub(in crate::session) fn ask_probes(&mut self) -> Vec<Effect> {
        if self.probing.as_ref().is_some_and(|probing| probing.running.is_some()) {
            self.layers.push(Layer::Probes);
            return vec![];
        }
        if let Some(effects) = self.held_elsewhere() {
            return effects;
        }
        match self.planned() {
            Ok(probing) => {
                self.probing = Some(probing);
                self.layers.push(Layer::Probes);
            }
            Err(why) => self.messages.push(Message::warning("No active probes can be sent here", why)),
        }
        vec![]
    }

    fn planned(&self) -> Result<Probing, String> {
        let none = "No cluster was read yet. + in the list of areas reads one.";
        let Some((book, cluster)) = self.book.as_ref().and_then(|book| Some((book, book.shown()?))) else { return Err(none.to_owned()) };
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
        if self.reading.is_some() || cluster.loading || cluster.judging {
            return Err(format!("{} is being read or judged just now: wait for that, then ask again.", cluster.key));
        }
        let inventory =
            cluster.inventory.as_ref().ok_or_else(|| format!("What was read of {} is not here; R reads it again.", cluster.key))?;
        let plan = probing::plan(inventory, &book.workbook.scope);
        if plan.requests.is_empty() {
            return Err(
                "There is nothing to ask: no API server with an address of its own, and no image in scope that can be asked about."
                    .to_owned(),
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
    pub(in crate::session) fn send_probes(&mut self) -> Vec<Effect> {
        let allowed_by = self.user.clone();
        let (Some(probing), Some(book)) = (self.probing.as_mut().filter(|p| p.running.is_none()), self.book.as_ref()) else {
            return vec![];
        };
        let Some(inventory) = book.clusters.iter().find(|c| c.key == probing.cluster).and_then(|c| c.inventory.clone()) else {
            return vec![];
        };
        (probing.running, probing.failed, probing.stopping) = (Some((0, String::new())), None, false);
        vec![Effect::Probe {
            dir: probing.dir.clone(),
            cluster: probing.cluster.clone(),
            source: probing.source.clone(),
            plan: probing.plan.clone(),
            inventory,
            allowed_by,
        }]
    }

    /// Esc on the list: nothing is sent; while they are sent, no more is.
    pub(in crate::session) fn stop_probes(&mut self) -> Vec<Effect> {
        match self.probing.as_mut().filter(|p| p.running.is_some()) {
            Some(probing) => {
                probing.stopping = true;
                vec![Effect::CancelProbes]
            }
            None => {
                self.probing = None;
                self.close_top();
                vec![]
            }
        }
    }

    /// They were sent: what came back is put among the evidence, and judged once it is there.
    pub(in crate::session) fn probed(&mut self, probed: Probed) -> Vec<Effect> {
        let Probed { dir, cluster, probes, record } = probed;
        if self.probing.take_if(|p| p.dir == dir && p.cluster == cluster).is_none() {
            return vec![];
        }
        self.layers.retain(|layer| !matches!(layer, Layer::Probes));
        let Some(book) = self.book.as_ref().filter(|book| book.dir == dir) else { return vec![] };
        let mut workbook = book.workbook.clone();
        let sent = format!("{} sent to and around {cluster}", counted(probes.sent.len()));
        let stopped = if probes.stopped { ", stopped before the end" } else { "" };
        let kept = match record {
            Ok(Attached { sha256, size, refused: None, .. }) => {
                let (title, by) = (records::title(&probes, &cluster), self.user.as_str());
                records::put(&mut workbook, title, (&sha256, size), by, Moment(self.now))
                    .map(|r| format!(", kept as {r}"))
                    .unwrap_or_default()
            }
            Ok(_) => {
                let why = "something in it reads as a card number or a key. The answers are in the snapshot.";
                self.messages.push(Message::warning("The record of the active probes is not kept as evidence", why));
                String::new()
            }
            Err(why) => {
                self.messages.push(Message::error("The record of the active probes could not be kept", why));
                String::new()
            }
        };
        let words = format!("{sent}{stopped}{kept}.");
        let draft = Draft { workbook, what: format!("probe cluster {cluster}"), before: String::new(), after: format!("{sent}{stopped}") };
        self.save(draft, After::Heard { cluster, probes, words }, false)
    }

    /// They could not be sent: the list stays, and says why.
    pub(in crate::session) fn probes_failed(&mut self, why: &str) {
        let shown = self.layers.iter().any(|layer| matches!(layer, Layer::Probes));
        let Some(probing) = self.probing.as_mut() else { return };
        (probing.running, probing.stopping) = (None, false);
        probing.failed = Some(why.to_owned());
        if !shown {
            self.probing = None;
            self.messages.push(Message::error("The active probes could not be sent", why));
        }
    }
}

/// Puts what was heard into what was read of a cluster.
pub(in crate::session) fn put(inventory: &mut Option<Arc<Inventory>>, probes: Probes) {
    if let Some(inventory) = inventory {
        Arc::make_mut(inventory).probes = Some(probes);
    }
}

fn counted(requests: usize) -> String {
    if requests == 1 { "1 request".to_owned() } else { format!("{} requests", thousands(requests)) }
}

//! What comes back from the world: assessments opened, clusters read and judged, files attached, exports written.

use super::action::{Collection, Opened};
use super::book::{Book, Cluster, derive, mark_to_confirm, to_record};
use super::effect::Effect;
use super::message::Message;
use super::reading::Reading;
use super::saving::{After, Draft, judge_again};
use super::{Layer, Session};
use crate::assess::CheckOutcome;
use crate::kinds::{Inventory, KindState};
use crate::workbook::{ClusterRecord, Moment, Workbook};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Session {
    pub(super) fn opened(&mut self, opened: Opened) -> Vec<Effect> {
        self.home.opening = None;
        let book = Book::new(opened, self.guidance, self.today());
        let mut effects: Vec<Effect> = vec![];
        if let Some(who) = &book.held_by {
            self.messages.push(Message::warning("Open for reading only", format!("{who} has this assessment open and may write in it.")));
        }
        let wording = !book.workbook.catalogue.is_empty() && book.workbook.catalogue != self.guidance.digest;
        if wording {
            let what = "The guidance of this program is not the one that this assessment was last worked on with";
            self.messages.push(Message::info(format!("{what}; answers to changed questions are among the open ones.")));
        }
        self.book = Some(Box::new(book));
        self.new = None;
        self.drafts.clear();
        self.layers = vec![Layer::Walk];
        if let Some((key, source)) = self.after_open.take() {
            effects.extend(self.read(key, source));
        }
        effects
    }

    /// Starts reading a cluster into the open assessment.
    pub(super) fn read(&mut self, key: String, source: super::Source) -> Vec<Effect> {
        let Some(book) = self.book.as_ref() else { return vec![] };
        let scope = book.workbook.scope.clone();
        self.reading = Some(Reading::new(key.clone(), source.clone(), None, self.now));
        self.layers.retain(|l| !matches!(l, Layer::Reading | Layer::New));
        self.layers.push(Layer::Reading);
        vec![Effect::Collect { key, source, scope }]
    }

    pub(super) fn loaded(&mut self, key: &str, outcomes: Arc<Vec<CheckOutcome>>, inventory: Option<Arc<Inventory>>) -> Vec<Effect> {
        let (guidance, today) = (self.guidance, self.today());
        let Some(book) = self.book.as_mut() else { return vec![] };
        let Some(cluster) = book.clusters.iter_mut().find(|c| c.key == key) else { return vec![] };
        // What was read or judged since is newer than what is on disk.
        if !cluster.loading {
            return vec![];
        }
        cluster.loading = false;
        cluster.outcomes = outcomes;
        cluster.inventory = inventory;
        let stale = book.revision > 0;
        book.refresh(guidance, today);
        self.reload_findings();
        match self.book.as_mut() {
            Some(book) if stale => judge_again(book),
            _ => vec![],
        }
    }

    pub(super) fn load_failed(&mut self, key: &str, why: &str) {
        if let Some(cluster) = self.book.as_mut().and_then(|b| b.clusters.iter_mut().find(|c| c.key == key)) {
            cluster.loading = false;
            cluster.problem = Some(why.to_owned());
        }
        let now = "The outcomes are kept in the workbook; single findings are not to be seen until the cluster is read again.";
        self.messages.push(Message::error(format!("The findings of {key} can't be read"), format!("{why} {now}")));
    }

    pub(super) fn collected(&mut self, collection: Collection) -> Vec<Effect> {
        let Some(reading) = self.reading.take() else { return vec![] };
        self.layers.retain(|l| !matches!(l, Layer::Reading));
        let Some(book) = self.book.as_ref() else { return vec![] };
        let key = reading.key.clone();
        let source = reading.source.words();
        self.sources.insert(key.clone(), reading.source);
        let mut workbook = book.workbook.clone();
        let known = workbook.clusters.iter().any(|c| c.key == key);
        put_record(&mut workbook, &key, &collection, Some(source));
        let changes = book.clusters.iter().find(|c| c.key == key).map_or(String::new(), |c| changes(&c.outcomes, &collection.outcomes));
        let to_confirm = self.confirmations(&mut workbook, &key, &collection);
        let words = match (known, to_confirm) {
            (false, _) => format!("{key} was read and judged. ⇥ goes to the first thing that needs you."),
            (true, 0) => format!("{key} was read again{changes}."),
            (true, n) => format!("{key} was read again{changes}. {n} determinations are to be confirmed."),
        };
        let after = format!("{} outcomes", collection.outcomes.len());
        let draft = Draft { workbook, what: format!("read cluster {key}"), before: String::new(), after };
        self.save(draft, After::Show(key, Box::new(collection), words), false)
    }

    /// Marks determinations that a collection speaks against, before it is kept.
    fn confirmations(&self, workbook: &mut Workbook, key: &str, collection: &Collection) -> usize {
        let Some(book) = self.book.as_ref() else { return 0 };
        let mut clusters = book.clusters.clone();
        put_cluster(&mut clusters, key, collection);
        let derived = derive(self.guidance, workbook, &clusters, self.today());
        mark_to_confirm(&mut workbook.determinations, &derived.proposals)
    }

    pub(super) fn collect_failed(&mut self, why: &str) {
        if why.is_empty() {
            let key = self.reading.take().map(|r| r.key).unwrap_or_default();
            self.layers.retain(|l| !matches!(l, Layer::Reading));
            self.messages.push(Message::info(format!("Reading {key} was cancelled; nothing of it is kept.").replace("  ", " ")));
        } else if let Some(reading) = self.reading.as_mut() {
            reading.failed = Some(why.to_owned());
            if !self.layers.iter().any(|l| matches!(l, Layer::Reading)) {
                let what = format!("{} could not be read", reading.key);
                self.reading = None;
                self.messages.push(Message::error(what, why));
            }
        }
    }

    pub(super) fn judged(&mut self, key: &str, revision: u64, collection: Collection) -> Vec<Effect> {
        let Some(book) = self.book.as_ref().filter(|b| b.revision == revision) else { return vec![] };
        let Some(cluster) = book.clusters.iter().find(|c| c.key == key) else { return vec![] };
        let words = format!("{key} was judged in the new scope{}.", changes(&cluster.outcomes, &collection.outcomes));
        let mut workbook = book.workbook.clone();
        put_record(&mut workbook, key, &collection, None);
        self.confirmations(&mut workbook, key, &collection);
        let draft = Draft { workbook, what: format!("judge cluster {key}"), before: String::new(), after: String::new() };
        self.save(draft, After::Show(key.to_owned(), Box::new(collection), words), false)
    }

    pub(super) fn judge_failed(&mut self, key: &str, why: &str) {
        if let Some(cluster) = self.book.as_mut().and_then(|b| b.clusters.iter_mut().find(|c| c.key == key)) {
            cluster.judging = false;
            cluster.problem = Some("judged in an older scope".to_owned());
        }
        self.messages.push(Message::error(format!("{key} could not be judged in the new scope"), why));
    }

    /// Shows a cluster as it was read or judged, now that it is kept.
    pub(super) fn show_collection(&mut self, key: &str, collection: Collection, words: String) -> Vec<Effect> {
        let (guidance, today) = (self.guidance, self.today());
        if let Some(book) = self.book.as_mut() {
            put_cluster(&mut book.clusters, key, &collection);
            book.refresh(guidance, today);
        }
        self.reload_findings();
        self.messages.push(Message::info(words));
        vec![]
    }

    /// Lists of findings that are open show the new outcomes.
    pub(super) fn reload_findings(&mut self) {
        let Some(book) = self.book.as_mut() else { return };
        let Some(outcomes) = book.shown().map(|c| c.outcomes.clone()) else { return };
        for (check, view) in &mut book.findings {
            view.load(&outcomes, check);
        }
    }
}

fn put_cluster(clusters: &mut Vec<Cluster>, key: &str, collection: &Collection) {
    let cluster = Cluster {
        key: key.to_owned(),
        outcomes: collection.outcomes.clone(),
        inventory: Some(collection.inventory.clone()),
        loading: false,
        judging: false,
        problem: None,
    };
    match clusters.iter_mut().find(|c| c.key == key) {
        Some(known) => *known = cluster,
        None => clusters.push(cluster),
    }
}

/// Replaces what the workbook knows of a cluster; nothing that a person wrote is touched.
fn put_record(workbook: &mut Workbook, key: &str, collection: &Collection, source: Option<String>) {
    let inventory = &collection.inventory;
    let info = &inventory.cluster;
    let known = workbook.clusters.iter().find(|c| c.key == key);
    let not_read: BTreeMap<String, String> = inventory
        .coverage
        .iter()
        .filter(|(kind, c)| match c.state {
            KindState::Read => false,
            KindState::Absent => kind.stock(),
            _ => true,
        })
        .map(|(kind, c)| (kind.id(), if c.message.is_empty() { state_words(c.state).to_owned() } else { c.message.clone() }))
        .collect();
    let record = ClusterRecord {
        key: key.to_owned(),
        uid: info.uid.clone(),
        server: info.server.clone(),
        version: info.version.clone(),
        distribution: info.distribution.clone(),
        nodes: inventory.nodes.len(),
        identity: info.identity.clone(),
        collected_at: info.collected_at.map(Moment),
        assessed_at: Some(Moment(collection.assessed_at)),
        snapshot: collection.snapshot.clone(),
        findings: collection.findings.clone(),
        source: source.or_else(|| known.map(|k| k.source.clone())).unwrap_or_default(),
        not_read,
        redactions: inventory.redactions,
    };
    match workbook.clusters.iter_mut().find(|c| c.key == key) {
        Some(known) => *known = record,
        None => workbook.clusters.push(record),
    }
    workbook.outcomes.retain(|o| o.cluster != key);
    workbook.outcomes.extend(collection.outcomes.iter().map(|o| to_record(o, key)));
}

const fn state_words(state: KindState) -> &'static str {
    match state {
        KindState::Read => "read",
        KindState::Forbidden => "forbidden",
        KindState::Absent => "not served",
        KindState::Failed => "failed",
        KindState::Partial => "read in part",
    }
}

/// What is new and what is gone between two readings: “: 3 outcomes differ, 12 findings are new, 4 are gone”.
fn changes(before: &[CheckOutcome], now: &[CheckOutcome]) -> String {
    let ids = |outcomes: &[CheckOutcome]| -> std::collections::BTreeSet<String> {
        outcomes.iter().flat_map(|o| o.findings.iter().map(|f| f.id.clone())).collect()
    };
    let differ = now.iter().filter(|n| before.iter().any(|b| b.check == n.check && b.outcome != n.outcome)).count();
    let (old, new) = (ids(before), ids(now));
    let (came, went) = (new.difference(&old).count(), old.difference(&new).count());
    if (differ, came, went) == (0, 0, 0) {
        return ": nothing has changed".to_owned();
    }
    format!(": {differ} outcomes differ, {came} findings are new, {went} are gone")
}

//! What comes back from the world: assessments opened, clusters read and judged, files attached, exports written.

use crate::assess::CheckOutcome;
use crate::kinds::Inventory;
use crate::session::action::{Collection, Opened};
use crate::session::book::assessment::{Book, Cluster};
use crate::session::book::saving::{After, Draft, judge_again};
use crate::session::effect::Effect;
use crate::session::parts::message::Message;
use crate::session::reading::Reading;
use crate::session::{Layer, Session};
use crate::workbook::collection::cluster_key;
use crate::workbook::{Changes, Collected, Reached, Workbook, merge_collection};
use std::sync::Arc;

impl Session {
    pub(in crate::session) fn opened(&mut self, opened: Opened) -> Vec<Effect> {
        self.home.opening = None;
        let notices = opened.notices.clone();
        let book = Book::new(opened, self.guidance, self.today());
        let mut effects: Vec<Effect> = vec![];
        if let Some(who) = &book.held_by {
            self.messages.push(Message::warning("Open for reading only", format!("{who} has this assessment open and may write in it.")));
        }
        for notice in notices {
            self.messages.push(Message::warning(notice, ""));
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
    pub(in crate::session) fn read(&mut self, key: String, source: crate::session::Source) -> Vec<Effect> {
        let Some(book) = self.book.as_ref() else { return vec![] };
        let workbook = Box::new(book.workbook.clone());
        self.reading = Some(Reading::new(key.clone(), source.clone(), book.revision, self.now));
        self.new = None;
        self.layers.retain(|l| !matches!(l, Layer::Reading | Layer::New));
        self.layers.push(Layer::Reading);
        vec![Effect::Collect { key, source, workbook }]
    }

    pub(in crate::session) fn loaded(
        &mut self,
        key: &str,
        outcomes: Arc<Vec<CheckOutcome>>,
        inventory: Option<Arc<Inventory>>,
    ) -> Vec<Effect> {
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

    pub(in crate::session) fn load_failed(&mut self, key: &str, why: &str) {
        if let Some(cluster) = self.book.as_mut().and_then(|b| b.clusters.iter_mut().find(|c| c.key == key)) {
            cluster.loading = false;
            cluster.problem = Some(why.to_owned());
        }
        let now = "The outcomes are kept in the workbook; single findings are not to be seen until the cluster is read again.";
        self.messages.push(Message::error(format!("The findings of {key} can't be read"), format!("{why} {now}")));
    }

    pub(in crate::session) fn collected(&mut self, collection: Collection) -> Vec<Effect> {
        let Some(reading) = self.reading.take() else { return vec![] };
        self.layers.retain(|l| !matches!(l, Layer::Reading));
        let Some(book) = self.book.as_ref() else { return vec![] };
        let key = cluster_key(&book.workbook, &collection.inventory.cluster.uid, &reading.key);
        let known = book.workbook.clusters.iter().any(|c| c.key == reading.key);
        let stale = book.revision != reading.revision;
        let (workbook, changes) = self.merged(&key, (&reading.source.words(), &reading.source.reached()), &collection);
        let words = if known && key != reading.key {
            let what = format!("What was read is not {}: kube-system has another UID there", reading.key);
            self.messages.push(Message::warning(what, format!("It is kept as {key}, beside what was read of {} before.", reading.key)));
            format!("{key} was read and judged.")
        } else if changes.first {
            format!("{key} was read and judged. ⇥ goes to the first thing that needs you.")
        } else {
            format!("{key} was read again: {}", told(&changes))
        };
        let after = format!("{} checks, {} findings", collection.outcomes.len(), total(&collection.outcomes));
        let draft = Draft { workbook, what: format!("read cluster {key}"), before: String::new(), after };
        self.save(draft, After::Show { key, collection: Box::new(collection), words, stale }, false)
    }

    /// The workbook with a collection put into it, and what that changes.
    fn merged(&self, key: &str, (source, reached): (&str, &Reached), collection: &Collection) -> (Workbook, Changes) {
        let Some(book) = self.book.as_ref() else { return (Workbook::new(Default::default()), Changes::default()) };
        let mut workbook = book.workbook.clone();
        let previous = book.clusters.iter().find(|c| c.key == key).map(|c| c.outcomes.clone()).unwrap_or_default();
        let collected = Collected {
            key,
            source,
            reached,
            inventory: &collection.inventory,
            outcomes: &collection.outcomes,
            previous: &previous,
            snapshot: &collection.snapshot,
            findings: &collection.findings,
            assessed_at: collection.assessed_at,
        };
        let changes = merge_collection(&mut workbook, self.guidance, &collected);
        (workbook, changes)
    }

    pub(in crate::session) fn collect_failed(&mut self, why: &str) {
        if why.is_empty() {
            let key = self.reading.take().map(|r| r.key).unwrap_or_default();
            self.layers.retain(|l| !matches!(l, Layer::Reading));
            self.messages.push(Message::info(format!("Reading {key} was cancelled; nothing of it is kept.")));
        } else if let Some(reading) = self.reading.as_mut() {
            reading.failed = Some(why.to_owned());
            if !self.layers.iter().any(|l| matches!(l, Layer::Reading)) {
                let what = format!("{} could not be read", reading.key);
                self.reading = None;
                self.messages.push(Message::error(what, why));
            }
        }
    }

    pub(in crate::session) fn judged(&mut self, key: &str, revision: u64, collection: Collection) -> Vec<Effect> {
        let Some(book) = self.book.as_ref().filter(|b| b.revision == revision) else { return vec![] };
        let Some(cluster) = book.clusters.iter().find(|c| c.key == key) else { return vec![] };
        let record = book.workbook.clusters.iter().find(|c| c.key == cluster.key);
        let (source, reached) = record.map(|record| (record.source.clone(), record.reached.clone())).unwrap_or_default();
        let (workbook, changes) = self.merged(key, (&source, &reached), &collection);
        let words = format!("{key} was judged again: {}", told(&changes));
        let after = format!("{} checks, {} findings", collection.outcomes.len(), total(&collection.outcomes));
        let draft = Draft { workbook, what: format!("judge cluster {key}"), before: String::new(), after };
        self.save(draft, After::Show { key: key.to_owned(), collection: Box::new(collection), words, stale: false }, false)
    }

    pub(in crate::session) fn judge_failed(&mut self, key: &str, why: &str) {
        if let Some(cluster) = self.book.as_mut().and_then(|b| b.clusters.iter_mut().find(|c| c.key == key)) {
            cluster.judging = false;
            cluster.problem = Some("judged before the scope or the evidence changed".to_owned());
        }
        self.messages.push(Message::error(format!("{key} could not be judged again"), why));
    }

    /// Shows a cluster as it was read or judged, now that it is kept.
    pub(in crate::session) fn show_collection(&mut self, key: &str, collection: Collection, words: String) -> Vec<Effect> {
        let (guidance, today) = (self.guidance, self.today());
        if let Some(book) = self.book.as_mut() {
            put_cluster(&mut book.clusters, key, &collection);
            book.refresh(guidance, today);
        }
        self.reload_findings();
        self.messages.push(Message::info(words));
        self.pictures()
    }

    /// Asks for what the screen on top shows of the shown cluster, where that is not worked out yet.
    pub(in crate::session) fn pictures(&mut self) -> Vec<Effect> {
        match self.top() {
            Layer::Segmentation { .. } => self.segment(),
            Layer::Access | Layer::Holder { .. } => self.register(),
            _ => vec![],
        }
    }

    /// Lists of findings that are open show the new outcomes.
    pub(in crate::session) fn reload_findings(&mut self) {
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
        segmentation: None,
        register: None,
    };
    match clusters.iter_mut().find(|c| c.key == key) {
        Some(known) => *known = cluster,
        None => clusters.push(cluster),
    }
}

fn total(outcomes: &[CheckOutcome]) -> usize {
    outcomes.iter().map(|o| o.findings.len()).sum()
}

/// What a collection changed, in a sentence.
fn told(changes: &Changes) -> String {
    let numbers = [changes.outcomes.len(), changes.new.len(), changes.gone.len(), changes.changed.len()];
    if numbers == [0; 4] {
        return "nothing has changed.".to_owned();
    }
    let [outcomes, new, gone, changed] = numbers.map(crate::model::text::thousands);
    let confirm = match changes.to_confirm.len() {
        0 => String::new(),
        1 => " One determination is to be confirmed.".to_owned(),
        n => format!(" {n} determinations are to be confirmed."),
    };
    format!("outcomes changed: {outcomes}; findings: {new} new, {gone} gone, {changed} changed.{confirm}")
}

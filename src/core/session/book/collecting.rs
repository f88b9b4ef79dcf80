//! Clusters of the open assessment: what was kept of them comes back, what is read or judged anew is put into the workbook.

use super::arrived::{Collection, Opened};
use super::assessment::{Book, Cluster};
use super::desk::Desk;
use super::edit::{After, Draft};
use super::layer::Layer;
use super::lead::{Lead, Next};
use super::saving::judge_again;
use crate::assess::CheckOutcome;
use crate::kinds::Inventory;
use crate::model::text::counted;
use crate::session::parts::message::Message;
use crate::workbook::newness::Before;
use crate::workbook::{Changes, Collected, Reached, Workbook, merge_collection};
use std::sync::Arc;

impl Desk {
    pub(in crate::session) fn opened(&mut self, opened: Opened) -> Next {
        let notices = opened.notices.clone();
        let book = Book::new(opened, self.guidance, self.today());
        if let Some(why) = &book.held_by {
            self.messages.push(Message::warning("Open for reading only", format!("{why}. {}", why.remedy())));
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
        self.forget_typed();
        (self.unsaved, self.disputed) = (vec![], None);
        self.layers = vec![Layer::Walk];
        Next::NONE
    }

    /// Shows what was found in a cluster, while what was read of it is still being loaded.
    pub(in crate::session) fn found(&mut self, key: &str, outcomes: Arc<Vec<CheckOutcome>>, before: Option<Arc<Before>>) -> Next {
        let (guidance, today) = (self.guidance, self.today());
        let Some(book) = self.book.as_mut() else { return Next::NONE };
        // What was read or judged since is newer than what is on disk; and where no findings are kept, the workbook tells more.
        let is_wanted = |cluster: &&mut Cluster| cluster.key == key && cluster.loading && !outcomes.is_empty();
        let Some(cluster) = book.clusters.iter_mut().find(is_wanted) else { return Next::NONE };
        cluster.before = before;
        cluster.found.clone_from(&outcomes);
        cluster.outcomes = outcomes;
        book.came_back(guidance, today, |cluster| cluster.loading && cluster.found.is_empty());
        Next::from(Lead::Shown)
    }

    pub(in crate::session) fn loaded(
        &mut self,
        key: &str,
        outcomes: Arc<Vec<CheckOutcome>>,
        inventory: Option<Arc<Inventory>>,
        before: Option<Arc<Before>>,
    ) -> Next {
        let (guidance, today) = (self.guidance, self.today());
        let Some(book) = self.book.as_mut() else { return Next::NONE };
        let Some(cluster) = book.clusters.iter_mut().find(|c| c.key == key) else { return Next::NONE };
        if cluster.before.is_none() {
            cluster.before = before;
        }
        // What was read or judged since is newer than what is on disk.
        if !cluster.loading {
            return Next::NONE;
        }
        cluster.loading = false;
        // Lists that show them already go on with the same ones.
        if !Arc::ptr_eq(&cluster.found, &outcomes) {
            cluster.found.clone_from(&outcomes);
            cluster.outcomes = outcomes;
        }
        cluster.inventory = inventory;
        let stale = book.revision > 0;
        book.came_back(guidance, today, |cluster| cluster.loading);
        let effects = if stale { judge_again(book) } else { vec![] };
        Next::from(effects).and(Lead::Shown)
    }

    pub(in crate::session) fn load_failed(&mut self, key: &str, why: &str) {
        let (guidance, today) = (self.guidance, self.today());
        let mut shown = false;
        if let Some(book) = self.book.as_mut()
            && let Some(cluster) = book.clusters.iter_mut().find(|c| c.key == key)
        {
            cluster.loading = false;
            cluster.problem = Some(why.to_owned());
            shown = !cluster.found.is_empty();
            book.came_back(guidance, today, |cluster| cluster.loading);
        }
        let (what, now) = if shown {
            (
                "What was read of",
                "Its findings are shown as they are kept; objects, connections and rights are not to be seen until the cluster is read again.",
            )
        } else {
            (
                "The findings of",
                "The outcomes are kept in the workbook; single findings are not to be seen until the cluster is read again.",
            )
        };
        self.messages.push(Message::error(format!("{what} {key} can't be read"), format!("{why} {now}")));
    }

    /// The workbook with a collection put into it, and what that changes.
    pub(in crate::session) fn merged(
        &self,
        key: &str,
        (source, reached): (&str, &Reached),
        collection: &Collection,
    ) -> (Workbook, Changes) {
        let Some(book) = self.book.as_ref() else { return (Workbook::new(Default::default()), Changes::default()) };
        let mut workbook = book.workbook.clone();
        let previous = book.clusters.iter().find(|c| c.key == key).map(|c| c.found.clone()).unwrap_or_default();
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

    pub(in crate::session) fn judged(&mut self, key: &str, revision: u64, collection: Collection) -> Next {
        let Some(book) = self.book.as_ref().filter(|b| b.revision == revision) else { return Next::NONE };
        let Some(cluster) = book.clusters.iter().find(|c| c.key == key) else { return Next::NONE };
        let record = book.workbook.clusters.iter().find(|c| c.key == cluster.key);
        let (source, reached) = record.map(|record| (record.source.clone(), record.reached.clone())).unwrap_or_default();
        // Judging what was read before reads nothing: a reading that failed since still counts.
        let (failed, before) = record.map(|record| (record.failed.clone(), record.before.clone())).unwrap_or_default();
        let (mut workbook, changes) = self.merged(key, (&source, &reached), &collection);
        if let Some(record) = workbook.clusters.iter_mut().find(|c| c.key == key) {
            (record.failed, record.before) = (failed, before);
        }
        let words = format!("{key} was judged again: {}", told(&changes));
        let after = in_all(&collection.outcomes);
        let draft = Draft { workbook, what: format!("judge cluster {key}"), before: String::new(), after };
        self.save(draft, After::Show { key: key.to_owned(), collection: Box::new(collection), words, stale: false, read: false }, false)
    }

    pub(in crate::session) fn judge_failed(&mut self, key: &str, why: &str) {
        if let Some(cluster) = self.book.as_mut().and_then(|b| b.clusters.iter_mut().find(|c| c.key == key)) {
            cluster.judging = false;
            cluster.problem = Some("judged before the scope or the evidence changed".to_owned());
        }
        self.messages.push(Message::error(format!("{key} could not be judged again"), why));
    }
}

/// How many checks were judged and what they found, as the journal tells it.
pub(in crate::session) fn in_all(outcomes: &[CheckOutcome]) -> String {
    let findings = outcomes.iter().map(|o| o.findings.len()).sum();
    format!("{}, {}", counted(outcomes.len(), "check", "checks"), counted(findings, "finding", "findings"))
}

/// What a collection changed, in a sentence.
pub(in crate::session) fn told(changes: &Changes) -> String {
    let Some(words) = changes.words() else { return "nothing has changed.".to_owned() };
    let confirm = match changes.to_confirm.len() {
        0 => String::new(),
        1 => " One determination is to be confirmed.".to_owned(),
        n => format!(" {n} determinations are to be confirmed."),
    };
    format!("{words}.{confirm}")
}

//! The open assessment: the workbook as it is on disk, what the checks said of each cluster, and what follows from both (how each question
//! stands, what is proposed, what is open). What follows is worked out once after each change, so that drawing costs nothing.

use super::arrived::{Collection, Opened};
use super::open::OpenItem;
use super::standing::Walk;
use super::undo::History;
use crate::assess::CheckOutcome;
use crate::checks;
use crate::guidance::{Control, Guidance};
use crate::judging::Check;
use crate::kinds::Inventory;
use crate::model::{Determined, Outcome};
use crate::workbook::collection::not_read;
use crate::workbook::evidence::serves;
use crate::workbook::excepting::{ExceptionFault, exception_of};
use crate::workbook::newness::{Before, reading_of};
use crate::workbook::scoped::Appeared;
use crate::workbook::sign_off::Standing;
use crate::workbook::{
    AnswerState, ClusterRecord, Evidence, Exception, JournalLine, OutcomeRecord, ReadOnly, Review, Rolled, Together, Workbook,
};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// A cluster of the assessment.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Its name in the workbook.
    pub key: String,
    /// What the checks say of it now, with all findings once they are loaded: a pass counts no more where it could not be read again.
    pub outcomes: Arc<Vec<CheckOutcome>>,
    /// What they said when it was read or judged, with all findings; nothing until they are loaded.
    pub found: Arc<Vec<CheckOutcome>>,
    /// What was read, once it is loaded.
    pub inventory: Option<Arc<Inventory>>,
    /// What was found in it before, to tell what is new; none where nothing tells that.
    pub before: Option<Arc<Before>>,
    /// Whether they are still being loaded: findings come first, the inventory last.
    pub loading: bool,
    /// Whether it is being judged again, because the scope or a file of evidence is another one.
    pub judging: bool,
    /// Why findings or inventory are missing.
    pub problem: Option<String>,
}

/// The open assessment.
#[derive(Clone, Debug)]
pub struct Book {
    /// The folder.
    pub dir: PathBuf,
    /// What is on disk.
    pub workbook: Workbook,
    /// Why it can only be read, where that is so.
    pub held_by: Option<ReadOnly>,
    /// Clusters.
    pub clusters: Vec<Cluster>,
    /// The cluster whose outcomes are shown.
    pub cluster: usize,
    /// Where one stands in the walk.
    pub walk: Walk,
    /// Edits that can be taken back, or done again.
    pub history: History,
    /// The journal, as it was when somebody looked at it.
    pub journal: Vec<JournalLine>,
    /// Names the state of what clusters are judged by: the scope, and files of evidence.
    pub revision: u64,
    /// The day on which what follows was worked out.
    pub today: Date,
    /// What is known of each cluster, and how each question stands on it.
    pub together: Together,
    /// How each question stands over all clusters: as it does where it stands worst.
    pub states: BTreeMap<String, AnswerState>,
    /// What is proposed for each practice, over all clusters and on each.
    pub proposals: BTreeMap<String, Rolled>,
    /// What is wrong with exceptions, by what names each.
    pub faults: BTreeMap<String, Vec<ExceptionFault>>,
    /// Namespaces that have appeared since the scope was confirmed.
    pub appeared: Vec<Appeared>,
    /// Controls in the order in which ⇥ goes.
    pub order: Vec<String>,
    /// What needs a person, in order.
    pub open: Vec<OpenItem>,
    /// How all that is written stands with the second person, by its name there.
    pub signing: BTreeMap<String, Standing>,
    pub(super) behind: BTreeMap<String, Vec<String>>,
}

/// How far an area or a control is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Practices with a determination that needs no confirmation.
    pub determined: usize,
    /// Practices in all.
    pub of: usize,
    /// Of those determined: in place.
    pub in_place: usize,
    /// Of those determined: not in place.
    pub not_in_place: usize,
    /// Of those determined: not applicable or not tested.
    pub set_aside: usize,
    /// Questions that need a person.
    pub open: usize,
    /// Of these, answers that have lapsed.
    pub lapsed: usize,
    /// Failed checks.
    pub failed: usize,
    /// Checks to review.
    pub review: usize,
    /// Blocked checks.
    pub blocked: usize,
}

impl Cluster {
    /// A cluster of which nothing is known but its name.
    pub(in crate::session) fn named(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            outcomes: Arc::default(),
            found: Arc::default(),
            inventory: None,
            before: None,
            loading: false,
            judging: false,
            problem: None,
        }
    }

    /// A cluster as far as the workbook alone tells it.
    fn of(record: &ClusterRecord, workbook: &Workbook) -> Self {
        let of_it = workbook.outcomes.iter().filter(|o| o.cluster == record.key);
        Self {
            outcomes: Arc::new(of_it.map(OutcomeRecord::without_findings).collect()),
            loading: !record.findings.is_empty() || !record.snapshot.is_empty(),
            ..Self::named(&record.key)
        }
    }
}

impl Book {
    /// Shows the clusters that the workbook has, after it was changed by something else.
    pub(in crate::session) fn follow_clusters(&mut self) {
        let workbook = &self.workbook;
        self.clusters.retain(|cluster| workbook.clusters.iter().any(|record| record.key == cluster.key));
        for record in &workbook.clusters {
            if !self.clusters.iter().any(|cluster| cluster.key == record.key) {
                let problem = Some("was added outside Kassay: open the assessment again to see its findings".to_owned());
                self.clusters.push(Cluster { loading: false, problem, ..Cluster::of(record, workbook) });
            }
        }
        self.cluster = self.cluster.min(self.clusters.len().saturating_sub(1));
    }

    /// A book just opened; the outcomes are those of the workbook until all findings are loaded.
    #[must_use]
    pub fn new(opened: Opened, guidance: &Guidance, today: Date) -> Self {
        let Opened { dir, workbook, held_by, .. } = opened;
        let clusters = workbook.clusters.iter().map(|record| Cluster::of(record, &workbook)).collect();
        let walk = Walk::at_place(&workbook.place, guidance);
        let mut book = Self {
            dir,
            workbook,
            held_by,
            clusters,
            cluster: 0,
            walk,
            history: History::default(),
            journal: vec![],
            revision: 0,
            today,
            together: Together::default(),
            states: BTreeMap::new(),
            proposals: BTreeMap::new(),
            faults: BTreeMap::new(),
            appeared: vec![],
            order: vec![],
            open: vec![],
            signing: BTreeMap::new(),
            behind: BTreeMap::new(),
        };
        book.refresh(guidance, today);
        book
    }

    /// Puts a cluster in as it was read or judged.
    pub(super) fn put_cluster(&mut self, key: &str, collection: &Collection, read: bool) {
        let known = self.clusters.iter().find(|c| c.key == key);
        let before = match known {
            // While its inventory is being loaded nothing tells what could not be seen in it.
            Some(known) if read && !known.found.is_empty() && !known.loading => {
                let at = self.workbook.clusters.iter().find(|c| c.key == key).and_then(|record| record.before.as_ref()?.at);
                let unread = known.inventory.as_deref().map(not_read).unwrap_or_default();
                Some(Arc::new(Before::new(reading_of(at), &known.found, unread.keys().map(String::as_str))))
            }
            known => known.and_then(|known| known.before.clone()),
        };
        let cluster = Cluster {
            key: key.to_owned(),
            outcomes: collection.outcomes.clone(),
            found: collection.outcomes.clone(),
            inventory: Some(collection.inventory.clone()),
            before,
            loading: false,
            judging: false,
            problem: None,
        };
        match self.clusters.iter_mut().find(|c| c.key == key) {
            Some(known) => *known = cluster,
            None => self.clusters.push(cluster),
        }
    }

    /// The cluster that is shown.
    #[must_use]
    pub fn shown(&self) -> Option<&Cluster> {
        self.clusters.get(self.cluster)
    }

    /// What the workbook knows of the cluster that is shown.
    #[must_use]
    pub fn record(&self) -> Option<&ClusterRecord> {
        let key = &self.shown()?.key;
        self.workbook.clusters.iter().find(|c| c.key == *key)
    }

    /// The outcome of a check on the cluster that is shown.
    #[must_use]
    pub fn outcome(&self, check: &str) -> Option<&CheckOutcome> {
        self.shown()?.outcomes.iter().find(|o| o.check == check)
    }

    /// Whether there is more than one cluster, so that each line must say of which it speaks.
    #[must_use]
    pub fn is_several(&self) -> bool {
        self.together.parts.len() > 1
    }

    /// The exception of a finding on the cluster that is shown, whether it still holds or has lapsed; of the check itself for "".
    #[must_use]
    pub fn exception(&self, check: &str, finding: &str) -> Option<&Exception> {
        let cluster = self.shown().map_or("", |c| &c.key);
        exception_of(&self.workbook.exceptions, (check, finding, cluster), self.today)
    }

    /// Whether an exception for a finding holds on a cluster; for all of the check where the finding is "".
    pub(in crate::session) fn is_excepted(&self, cluster: &str, check: &str, finding: &str) -> bool {
        let exceptions = &self.workbook.exceptions;
        !exceptions.is_empty() && exception_of(exceptions, (check, finding, cluster), self.today).is_some_and(|e| !e.is_lapsed(self.today))
    }

    /// What is wrong with an exception.
    #[must_use]
    pub fn exception_faults(&self, exception: &Exception) -> &[ExceptionFault] {
        self.faults.get(&exception.id()).map_or(&[], Vec::as_slice)
    }

    /// Outcomes of a check that nobody has looked at although only a person can judge them. None where all its practices are determined or
    /// an exception was made for it: then it was judged.
    #[must_use]
    pub fn to_review(&self, check: &Check) -> Vec<&OutcomeRecord> {
        let settled = |practice: &&str| self.workbook.determination(practice).is_some_and(|d| !d.to_confirm);
        if !check.practices.is_empty() && check.practices.iter().all(settled) {
            return vec![];
        }
        self.workbook.not_reviewed(check.id).filter(|o| !self.is_excepted(&o.cluster, check.id, "")).collect()
    }

    /// The review of a check on the cluster that is shown, and whether it still holds.
    #[must_use]
    pub fn review(&self, check: &str) -> Option<(&Review, bool)> {
        let cluster = &self.shown()?.key;
        let review = self.workbook.review(check, cluster)?;
        let record = self.workbook.outcomes.iter().find(|o| o.check == check && o.cluster == *cluster);
        Some((review, record.is_some_and(|record| self.workbook.is_reviewed(record))))
    }

    /// How a question stands over all clusters.
    #[must_use]
    pub fn state(&self, question: &str) -> &AnswerState {
        self.states.get(question).unwrap_or(&AnswerState::Missing)
    }

    /// How a question stands on each cluster; one row without a name where there is none.
    #[must_use]
    pub fn states_on(&self, question: &str) -> &[(String, AnswerState)] {
        self.together.states.get(question).map_or(&[], Vec::as_slice)
    }

    /// Whether a question needs a person on any cluster.
    #[must_use]
    pub fn is_open(&self, question: &str) -> bool {
        self.states_on(question).iter().any(|(_, state)| state.is_open())
    }

    /// Answers to a question that hold for one cluster, each with its cluster's name.
    pub fn own_answers<'a>(&'a self, question: &'a str) -> impl Iterator<Item = &'a crate::workbook::Answer> {
        self.workbook.answers.iter().filter(move |a| a.question == question && !a.cluster.is_empty())
    }

    /// The evidence that speaks to a control: named for one of its practices, or by an answer to one of its questions.
    #[must_use]
    pub fn evidence_of(&self, control: &Control) -> Vec<&Evidence> {
        let here = |e: &Evidence| {
            control.practices.iter().any(|p| e.practices.contains(&p.id))
                || control.questions.iter().any(|q| serves(e, &q.id, &self.workbook))
        };
        self.workbook.evidence.iter().filter(|e| e.counts() && here(e)).collect()
    }

    /// How far controls are, over all clusters.
    pub fn progress<'a>(&self, controls: impl Iterator<Item = &'a Control>) -> Progress {
        let mut progress = Progress::default();
        for control in controls {
            for practice in &control.practices {
                progress.of += 1;
                let Some(determination) = self.workbook.determination(&practice.id).filter(|d| !d.to_confirm) else { continue };
                progress.determined += 1;
                match determination.finding {
                    Determined::InPlace => progress.in_place += 1,
                    Determined::NotInPlace => progress.not_in_place += 1,
                    Determined::NotApplicable | Determined::NotTested => progress.set_aside += 1,
                }
            }
            for question in &control.questions {
                progress.open += usize::from(self.is_open(&question.id));
                progress.lapsed += usize::from(self.states_on(&question.id).iter().any(|(_, s)| matches!(s, AnswerState::Lapsed(_))));
            }
            for check in checks::of_control(&control.id) {
                match self.together.worst(check.id) {
                    Some(Outcome::Fail) => progress.failed += 1,
                    Some(Outcome::Review) => progress.review += 1,
                    Some(Outcome::Blocked) => progress.blocked += 1,
                    _ => {}
                }
            }
        }
        progress
    }
}

//! The open assessment: the workbook as it is on disk, what the checks said of each cluster, and what follows from both (how each question
//! stands, what is proposed, what is open). What follows is worked out once after each change, so that drawing costs nothing.

use super::arrived::{Collection, Opened};
use super::open::{OpenItem, Why, finding_words};
use super::standing::{Target, Walk};
use super::undo::History;
use crate::assess::CheckOutcome;
use crate::checks;
use crate::guidance::{Control, Guidance};
use crate::judging::Check;
use crate::kinds::Inventory;
use crate::model::{Determined, Outcome};
use crate::workbook::collection::combined;
use crate::workbook::proposal::question_state;
use crate::workbook::{AnswerState, ClusterRecord, Evidence, OutcomeRecord, Proposal, Review, Workbook, propose};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

/// A cluster of the assessment.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Its name in the workbook.
    pub key: String,
    /// What the checks said, with all findings once they are loaded.
    pub outcomes: Arc<Vec<CheckOutcome>>,
    /// What was read, once it is loaded.
    pub inventory: Option<Arc<Inventory>>,
    /// Whether both are still being loaded.
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
    /// Who writes in it, where that is somebody else.
    pub held_by: Option<String>,
    /// Clusters.
    pub clusters: Vec<Cluster>,
    /// The cluster whose outcomes are shown.
    pub cluster: usize,
    /// Where one stands in the walk.
    pub walk: Walk,
    /// Edits that can be taken back, or done again.
    pub history: History,
    /// Names the state of what clusters are judged by: the scope, and files of evidence.
    pub revision: u64,
    /// How each question stands.
    pub states: BTreeMap<String, AnswerState>,
    /// What is proposed for each practice, over all clusters.
    pub proposals: BTreeMap<String, Proposal>,
    /// What needs a person, in order.
    pub open: Vec<OpenItem>,
    /// Findings and checks with an exception that still holds.
    pub excepted: BTreeSet<String>,
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

impl Book {
    /// A book just opened; the outcomes are those of the workbook until all findings are loaded.
    #[must_use]
    pub fn new(opened: Opened, guidance: &Guidance, today: Date) -> Self {
        let Opened { dir, workbook, held_by, .. } = opened;
        let clusters = workbook
            .clusters
            .iter()
            .map(|record| Cluster {
                key: record.key.clone(),
                outcomes: Arc::new(
                    workbook.outcomes.iter().filter(|o| o.cluster == record.key).map(OutcomeRecord::without_findings).collect(),
                ),
                inventory: None,
                loading: !record.findings.is_empty() || !record.snapshot.is_empty(),
                judging: false,
                problem: None,
            })
            .collect();
        let walk = Walk::at_place(&workbook.place, guidance);
        let mut book = Self {
            dir,
            workbook,
            held_by,
            clusters,
            cluster: 0,
            walk,
            history: History::default(),
            revision: 0,
            states: BTreeMap::new(),
            proposals: BTreeMap::new(),
            open: vec![],
            excepted: BTreeSet::new(),
        };
        book.refresh(guidance, today);
        book
    }

    /// Works out anew what follows from the workbook and the outcomes.
    pub fn refresh(&mut self, guidance: &Guidance, today: Date) {
        let (outcomes, distribution) = combined(&self.workbook);
        let state = |q| question_state(q, &self.workbook, &outcomes, &distribution, today);
        self.states = guidance.questions().map(|q| (q.id.clone(), state(q))).collect();
        let proposals = propose(guidance, &self.workbook, &outcomes, &distribution, today);
        self.proposals = proposals.into_iter().map(|p| (p.practice.clone(), p)).collect();
        self.excepted =
            self.workbook.exceptions.iter().filter(|e| e.until.is_none_or(|until| until.0 >= today)).map(|e| e.what.clone()).collect();
        self.open = open_items(self, guidance);
    }

    /// Puts a cluster in as it was read or judged.
    pub(super) fn put_cluster(&mut self, key: &str, collection: &Collection) {
        let cluster = Cluster {
            key: key.to_owned(),
            outcomes: collection.outcomes.clone(),
            inventory: Some(collection.inventory.clone()),
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

    /// Outcomes of a check that nobody has looked at although only a person can judge them. None where all its practices are determined or
    /// an exception was made for it: then it was judged.
    #[must_use]
    pub fn to_review(&self, check: &Check) -> Vec<&OutcomeRecord> {
        let settled = |practice: &&str| self.workbook.determination(practice).is_some_and(|d| !d.to_confirm);
        if self.excepted.contains(check.id) || (!check.practices.is_empty() && check.practices.iter().all(settled)) {
            return vec![];
        }
        self.workbook.not_reviewed(check.id).collect()
    }

    /// The review of a check on the cluster that is shown, and whether it still holds.
    #[must_use]
    pub fn review(&self, check: &str) -> Option<(&Review, bool)> {
        let cluster = &self.shown()?.key;
        let review = self.workbook.review(check, cluster)?;
        let record = self.workbook.outcomes.iter().find(|o| o.check == check && o.cluster == *cluster);
        Some((review, record.is_some_and(|record| self.workbook.is_reviewed(record))))
    }

    /// How a question stands.
    #[must_use]
    pub fn state(&self, question: &str) -> &AnswerState {
        self.states.get(question).unwrap_or(&AnswerState::Missing)
    }

    /// The evidence that speaks to a control: named for one of its practices, or by an answer to one of its questions.
    #[must_use]
    pub fn evidence_of(&self, control: &Control) -> Vec<&Evidence> {
        let named: BTreeSet<&str> = control
            .questions
            .iter()
            .filter_map(|q| self.workbook.answer(&q.id, ""))
            .flat_map(|answer| answer.evidence.iter().map(String::as_str))
            .collect();
        self.workbook
            .evidence
            .iter()
            .filter(|e| {
                e.counts()
                    && (named.contains(e.reference.as_str())
                        || e.practices.iter().any(|p| control.practices.iter().any(|k| k.id == *p))
                        || e.questions.iter().any(|q| control.questions.iter().any(|k| k.id == *q)))
            })
            .collect()
    }

    /// How far controls are.
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
                match self.state(&question.id) {
                    AnswerState::Satisfied | AnswerState::Waived(_) | AnswerState::Unsatisfied(_) => {}
                    AnswerState::Lapsed(_) => {
                        progress.open += 1;
                        progress.lapsed += 1;
                    }
                    _ => progress.open += 1,
                }
            }
            for check in checks::of_control(&control.id) {
                match self.outcome(check.id).map(|o| o.outcome) {
                    Some(Outcome::Fail) => progress.failed += 1,
                    Some(Outcome::Review) => progress.review += 1,
                    Some(Outcome::Blocked) => progress.blocked += 1,
                    _ => {}
                }
            }
        }
        progress
    }

    /// What still stands in the way of a clean determination of a practice, each with where it is mended.
    #[must_use]
    pub fn blockers(&self, practice: &str, guidance: &Guidance) -> Vec<(Target, String)> {
        let Some(proposal) = self.proposals.get(practice) else { return vec![] };
        let told = |id: &String, because: bool| {
            if let Some(question) = guidance.question(id) {
                let how = match self.state(id) {
                    AnswerState::Missing => "needs an answer".to_owned(),
                    AnswerState::Lapsed(day) => format!("the answer lapsed on {day}"),
                    AnswerState::NeedsEvidence => "the answer needs evidence".to_owned(),
                    AnswerState::Reworded => "was worded anew; look at the answer again".to_owned(),
                    AnswerState::Unsatisfied(why) => why.clone(),
                    AnswerState::Satisfied | AnswerState::Waived(_) => "speaks for it".to_owned(),
                };
                return (Target::Question(id.clone()), format!("{}: {how}", question.text.trim()));
            }
            let outcome = self.outcome(id);
            let reviewed = if self.review(id).is_some_and(|(_, holds)| holds) { " (reviewed)" } else { "" };
            let words = outcome
                .map_or_else(|| "was not judged: no cluster was read".to_owned(), |o| format!("{}: {}", o.outcome.label(), o.reason));
            (Target::Check(id.clone()), format!("{id} {}{words}{reviewed}", if because { "" } else { "is open: " }))
        };
        let against = proposal.because.iter().filter(|_| proposal.proposal == Some(Determined::NotInPlace)).map(|id| told(id, true));
        against.chain(proposal.missing.iter().map(|id| told(id, false))).collect()
    }
}

/// Everything that needs a person, in order.
fn open_items(book: &Book, guidance: &Guidance) -> Vec<OpenItem> {
    let mut items = Vec::new();
    for control in guidance.controls() {
        let mut put = |target, why, sentence: String| items.push(OpenItem { target, control: control.id.clone(), why, sentence });
        for check in checks::of_control(&control.id) {
            let open = book.to_review(check);
            if let Some(first) = open.first() {
                let what = match first.outcome {
                    Outcome::Blocked if check.active => "waits for active probes: P lists what they would send",
                    Outcome::Blocked => "could not be judged; look at what was missing",
                    _ => "has facts that only you can judge",
                };
                let on = if book.clusters.len() > 1 {
                    format!(" ({})", open.iter().map(|o| o.cluster.as_str()).collect::<Vec<_>>().join(", "))
                } else {
                    String::new()
                };
                put(Target::Check(check.id.to_owned()), Why::Review, format!("{} {}: {what}{on}", control.id, check.title));
            }
        }
        for question in &control.questions {
            let (why, what) = match book.state(&question.id) {
                AnswerState::Satisfied | AnswerState::Waived(_) | AnswerState::Unsatisfied(_) => continue,
                AnswerState::Missing => (Why::Answer, "a question needs an answer".to_owned()),
                AnswerState::Lapsed(day) => (Why::Answer, format!("an answer lapsed on {day}")),
                AnswerState::Reworded => (Why::Answer, "a question was worded anew since it was answered".to_owned()),
                AnswerState::NeedsEvidence => (Why::Evidence, "an answer needs evidence".to_owned()),
            };
            put(Target::Question(question.id.clone()), why, format!("{} {}: {what}", control.id, control.title));
        }
        for practice in &control.practices {
            let target = || Target::Practice(practice.id.clone());
            match book.workbook.determination(&practice.id) {
                Some(d) if d.to_confirm => {
                    let sentence =
                        format!("{}: what is known now speaks against “{}”; confirm or change it", practice.id, d.finding.label());
                    put(target(), Why::Confirm, sentence);
                }
                Some(_) => {}
                None => {
                    let proposal = book.proposals.get(&practice.id);
                    let review = proposal.map_or(0, |p| {
                        p.missing.iter().filter_map(|id| checks::by_id(id)).filter(|check| !book.to_review(check).is_empty()).count()
                    });
                    let proposed = match proposal.and_then(|p| p.proposal) {
                        Some(finding) => format!("proposed: {}", finding_words(finding)),
                        None if review == 1 => "1 check to review first".to_owned(),
                        None if review > 1 => format!("{review} checks to review first"),
                        None => "nothing is proposed".to_owned(),
                    };
                    put(target(), Why::Determine, format!("{} {}: determine it ({proposed})", practice.id, control.title));
                }
            }
        }
    }
    items
}

//! What follows from the workbook and the outcomes: how each question stands, what is proposed, what is open. It is worked out once after each
//! change, so that drawing costs nothing.

use super::assessment::{Book, Cluster};
use super::open::{OpenItem, Why, finding_words};
use super::standing::Target;
use crate::checks;
use crate::guidance::{Control, Guidance};
use crate::judging::Check;
use crate::model::{Determined, Outcome};
use crate::session::effect::Source;
use crate::session::parts::namespaces::names;
use crate::workbook::excepting::{ExceptionFault, Ground, faults};
use crate::workbook::requests::open_for;
use crate::workbook::rollup::{unread, withheld, worst_state};
use crate::workbook::scoped::{Appeared, appeared, area_order};
use crate::workbook::sign_off::{self, Matter, SignState, Standing};
use crate::workbook::{AnswerState, OutcomeRecord, Together, analyses};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Book {
    /// Works out anew what follows from the workbook and the outcomes.
    pub fn refresh(&mut self, guidance: &Guidance, today: Date) {
        self.today = today;
        self.list_all();
        self.together = Together::of(guidance, &self.workbook, today);
        self.show_unread();
        self.states = self.together.states.iter().map(|(id, states)| (id.clone(), worst_state(states))).collect();
        self.proposals = self.together.proposals.iter().map(|p| (p.practice.clone(), p.clone())).collect();
        self.faults = exception_faults(self);
        self.appeared = appeared_since(self);
        self.order = ordered(self, guidance).map(|control| control.id.clone()).collect();
        let standing = |matter: Matter| Some((matter.to_string(), sign_off::standing(&matter, &self.workbook, guidance)?));
        self.signing = sign_off::matters(&self.workbook, guidance).into_iter().filter_map(standing).collect();
        self.behind = analyses::behind_all(guidance, &self.workbook);
        self.open = open_items(self, guidance);
    }

    /// What follows from one more cluster of many that came back from disk: nothing shows as passed that must not, at once; the rest is worked out
    /// once, when the last of them is there, because it is of all clusters and would cost their number squared.
    pub(super) fn came_back(&mut self, guidance: &Guidance, today: Date, awaited: impl Fn(&Cluster) -> bool) {
        if self.clusters.iter().any(awaited) {
            self.list_all();
            self.show_unread();
        } else {
            self.refresh(guidance, today);
        }
    }

    /// A cluster that was never read shows its checks as blocked, and not as if there were none.
    fn show_unread(&mut self) {
        for (cluster, part) in self.clusters.iter_mut().zip(&self.together.parts) {
            if cluster.outcomes.is_empty() && !cluster.loading && cluster.key == part.cluster {
                cluster.outcomes = Arc::new(part.outcomes.clone());
            }
        }
    }

    /// What is proposed for a practice over all clusters.
    #[must_use]
    pub fn proposed(&self, practice: &str) -> Option<Determined> {
        self.proposals.get(practice).and_then(|rolled| rolled.proposal)
    }

    /// The risk analyses that PCI DSS wants behind the answer to a question, in words: those of the register, or that none is there.
    #[must_use]
    pub fn behind(&self, question: &str) -> &[String] {
        self.behind.get(question).map_or(&[], Vec::as_slice)
    }

    /// How a matter was returned by the second person, in words; none where it was not, or was changed since.
    fn returned(&self, matter: &Matter) -> Option<String> {
        self.signing.get(&matter.to_string()).filter(|now| now.state == SignState::Returned).map(Standing::words)
    }

    /// Lists every cluster of the workbook, and takes back what passed on one that could not be read again.
    fn list_all(&mut self) {
        self.clusters.retain(|c| self.workbook.clusters.iter().any(|record| record.key == c.key));
        self.cluster = self.cluster.min(self.workbook.clusters.len().saturating_sub(1));
        for record in &self.workbook.clusters {
            let at = match self.clusters.iter().position(|c| c.key == record.key) {
                Some(at) => at,
                None => {
                    self.clusters.push(Cluster::named(&record.key));
                    self.clusters.len() - 1
                }
            };
            let Some(why) = unread(&self.workbook, record) else { continue };
            let outcomes = &mut self.clusters[at].outcomes;
            if outcomes.iter().any(|o| !matches!(o.outcome, Outcome::Fail | Outcome::Blocked)) {
                *outcomes = Arc::new(outcomes.iter().map(|outcome| withheld(outcome.clone(), &why)).collect());
            }
        }
    }
}

fn exception_faults(book: &Book) -> BTreeMap<String, Vec<ExceptionFault>> {
    let exceptions = &book.workbook.exceptions;
    if exceptions.is_empty() {
        return BTreeMap::new();
    }
    let grounds: Vec<Ground<'_>> = book.clusters.iter().map(ground).collect();
    exceptions.iter().map(|e| (e.id(), faults(e, &book.workbook, &grounds, book.today))).collect()
}

fn appeared_since(book: &Book) -> Vec<Appeared> {
    if book.workbook.scope_confirmed.is_none() {
        return vec![];
    }
    let known: Vec<(&str, Vec<&str>)> =
        book.clusters.iter().filter_map(|c| Some((c.key.as_str(), names(c.inventory.as_deref()?).into_iter().collect()))).collect();
    appeared(&book.workbook, &known)
}

fn ground(cluster: &Cluster) -> Ground<'_> {
    let complete = !cluster.loading && !cluster.judging && cluster.problem.is_none();
    Ground::of(&cluster.key, &cluster.outcomes, complete)
}

/// Controls in the order in which ⇥ goes: areas as the use cases of the clusters want them, controls within an area as the guidance has them.
fn ordered<'g>(book: &Book, guidance: &'g Guidance) -> impl Iterator<Item = &'g Control> {
    let areas = area_order(&book.workbook, guidance);
    areas.into_iter().flat_map(|number| guidance.areas.iter().filter(move |area| area.number == number)).flat_map(|area| &area.controls)
}

/// Whether active probes can be sent to a cluster: it is alive, and known by its context.
fn can_be_probed(book: &Book, cluster: &str) -> bool {
    let record = book.workbook.clusters.iter().find(|record| record.key == cluster);
    matches!(record.and_then(Source::of_record), Some(Source::Context { .. }))
}

/// Everything that needs a person, in order.
fn open_items(book: &Book, guidance: &Guidance) -> Vec<OpenItem> {
    let mut items = Vec::new();
    for control in ordered(book, guidance) {
        let mut put = |target: Target, why, clusters: Vec<String>, sentence: String| {
            let on = if clusters.is_empty() { String::new() } else { format!(" ({})", clusters.join(", ")) };
            let request = if let Target::Question(id) = &target { open_for(&book.workbook, id) } else { None };
            let requested = request.map(|r| if r.role.is_empty() { "others".to_owned() } else { format!("the {}", r.role) });
            let from = requested.as_ref().map(|from| format!(" (requested from {from})")).unwrap_or_default();
            let sentence = format!("{sentence}{on}{from}");
            items.push(OpenItem { target, clusters, control: control.id.clone(), why, requested, sentence });
        };
        // What can't be done here comes behind what can: nobody begins with it.
        let out_of_reach = |check: &Check| check.active && !book.clusters.iter().any(|c| can_be_probed(book, &c.key));
        let (later, first): (Vec<&Check>, Vec<&Check>) = checks::of_control(&control.id).partition(|check| out_of_reach(check));
        for check in first.into_iter().chain(later) {
            for outcome in book.to_review(check) {
                let what = match outcome.outcome {
                    Outcome::Blocked if check.active && can_be_probed(book, &outcome.cluster) => {
                        "waits for active probes: P lists what they would send"
                    }
                    Outcome::Blocked if check.active => {
                        "no probe can be sent to what was read from files; try it yourself, or say that you can't"
                    }
                    Outcome::Blocked => "could not be judged; look at what was missing",
                    _ => "has facts that only you can judge",
                };
                let on = if book.is_several() { vec![outcome.cluster.clone()] } else { vec![] };
                put(Target::Check(check.id.to_owned()), Why::Review, on, format!("{} {}: {what}", control.id, check.title));
            }
        }
        for question in &control.questions {
            for (clusters, state) in asked(book, &question.id) {
                let (why, what) = match state {
                    AnswerState::Satisfied | AnswerState::Waived(_) | AnswerState::Unsatisfied(_) => continue,
                    AnswerState::Missing => (Why::Answer, "a question needs an answer".to_owned()),
                    AnswerState::Lapsed(day) => (Why::Answer, format!("an answer lapsed on {day}")),
                    AnswerState::Reworded => (Why::Answer, "a question was worded anew since it was answered".to_owned()),
                    AnswerState::NeedsEvidence => (Why::Evidence, "an answer needs evidence".to_owned()),
                };
                put(Target::Question(question.id.clone()), why, clusters, format!("{} {}: {what}", control.id, control.title));
            }
        }
        for answer in control.questions.iter().flat_map(|q| book.workbook.answers.iter().filter(move |a| a.question == q.id)) {
            if let Some(words) = book.returned(&Matter::of_answer(answer)) {
                let sentence = format!("{} {}: an answer was {words}", control.id, control.title);
                put(Target::Question(answer.question.clone()), Why::Returned, vec![], sentence);
            }
        }
        for practice in &control.practices {
            let target = || Target::Practice(practice.id.clone());
            match book.workbook.determination(&practice.id) {
                Some(d) if d.to_confirm => {
                    let sentence =
                        format!("{}: what is known now speaks against “{}”; confirm or change it", practice.id, d.finding.label());
                    put(target(), Why::Confirm, vec![], sentence);
                }
                Some(d) => {
                    if let Some(words) = book.returned(&Matter::of_determination(d)) {
                        put(target(), Why::Returned, vec![], format!("{}: its determination was {words}", practice.id));
                    }
                }
                None => {
                    let sentence = format!("{} {}: determine it ({})", practice.id, control.title, proposed(book, &practice.id));
                    put(target(), Why::Determine, vec![], sentence);
                }
            }
        }
    }
    items
}

/// How a question stands, by what one answer would settle: the answer for all clusters at once, and that of each cluster that has its own.
/// Clusters are named where there are several and not all of them need it.
fn asked(book: &Book, question: &str) -> Vec<(Vec<String>, AnswerState)> {
    let states = book.states_on(question);
    let has_own = |cluster: &String| book.own_answers(question).any(|answer| answer.cluster == *cluster);
    let (own, shared): (Vec<_>, Vec<_>) = states.iter().partition(|(cluster, _)| has_own(cluster));
    let mut asked: Vec<(Vec<String>, AnswerState)> = vec![];
    // What is waived or satisfied on one cluster needs nobody there.
    let open: Vec<&(String, AnswerState)> = shared.into_iter().filter(|(_, state)| state.is_open()).collect();
    if let Some((_, state)) = open.first() {
        let named = if own.is_empty() && open.len() == states.len() { vec![] } else { open.iter().map(|(c, _)| c.clone()).collect() };
        asked.push((named, state.clone()));
    }
    asked.extend(own.into_iter().filter(|(_, state)| state.is_open()).map(|(cluster, state)| (vec![cluster.clone()], state.clone())));
    asked
}

fn proposed(book: &Book, practice: &str) -> String {
    let proposal = book.proposals.get(practice);
    let to_review = |id: &String| checks::by_id(id).is_some_and(|check| !book.to_review(check).is_empty());
    let review = proposal.map_or(0, |p| p.missing.iter().filter(|id| to_review(id)).count());
    match proposal.and_then(|p| p.proposal) {
        Some(finding) => format!("proposed: {}", finding_words(finding)),
        None if review == 1 => "1 check to review first".to_owned(),
        None if review > 1 => format!("{review} checks to review first"),
        None => "nothing is proposed".to_owned(),
    }
}

/// The outcome of a check on a cluster as the workbook keeps it.
pub(super) fn record_of<'a>(book: &'a Book, check: &str, cluster: &str) -> Option<&'a OutcomeRecord> {
    book.workbook.outcomes.iter().find(|o| o.check == check && o.cluster == cluster)
}

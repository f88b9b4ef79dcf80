//! Several clusters as one: each is judged for itself, by its outcomes and its answers, and then all of them are told together. A practice is
//! in place where it is on each cluster, and not in place where it is not on one. A cluster that could not be read stays in the list,
//! and nothing passes for it.

use super::accept::AnswerState;
use super::proposal::{Proposal, Seen, propose, question_state};
use super::{ClusterRecord, Day, OutcomeRecord, Workbook, accept::day_of};
use crate::assess::CheckOutcome;
use crate::checks;
use crate::guidance::Guidance;
use crate::model::{Determined, Outcome};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// What a blocked check of a cluster lacks that was not read.
const READING: &str = "a reading of the cluster";

/// Whether an outcome is blocked because its cluster was not read, or could not be read again.
#[must_use]
pub fn wants_reading(outcome: &CheckOutcome) -> bool {
    outcome.outcome == Outcome::Blocked && outcome.needs.iter().any(|need| need == READING)
}

/// What is known of one cluster, without its findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The cluster; "" where an assessment has none.
    pub cluster: String,
    /// Its distribution.
    pub distribution: String,
    /// What the checks say of it.
    pub outcomes: Vec<CheckOutcome>,
}

impl Part {
    /// What proposals for it rest on.
    #[must_use]
    pub fn seen(&self) -> Seen<'_> {
        Seen { cluster: &self.cluster, distribution: &self.distribution, outcomes: &self.outcomes }
    }

    /// What a check says of it.
    #[must_use]
    pub fn outcome(&self, check: &str) -> Option<&CheckOutcome> {
        self.outcomes.iter().find(|o| o.check == check)
    }
}

/// What is proposed for a practice over all clusters, and on each of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rolled {
    /// The practice.
    pub practice: String,
    /// What is proposed over all clusters.
    pub proposal: Option<Determined>,
    /// What it rests on, each named once.
    pub because: Vec<String>,
    /// For “not applicable”: what each of these checks looked for, in its own sentence.
    pub looked_for: Vec<String>,
    /// What is still open on any cluster, each named once.
    pub missing: Vec<String>,
    /// What is proposed on each cluster, by its name, in the order of the workbook.
    pub on: Vec<(String, Proposal)>,
}

/// An assessment with all its clusters, as it stands on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Together {
    /// What is known of each cluster.
    pub parts: Vec<Part>,
    /// How each question stands on each cluster.
    pub states: BTreeMap<String, Vec<(String, AnswerState)>>,
    /// What is proposed for every practice, in the order of the guidance.
    pub proposals: Vec<Rolled>,
}

impl Together {
    /// Works out how an assessment stands on a day.
    #[must_use]
    pub fn of(guidance: &Guidance, workbook: &Workbook, today: Date) -> Self {
        let parts = parts(workbook);
        let state = |question| {
            let on = |part: &Part| (part.cluster.clone(), question_state(question, workbook, &part.seen(), today));
            parts.iter().map(on).collect::<Vec<_>>()
        };
        let states = guidance.questions().map(|question| (question.id.clone(), state(question))).collect();
        let each: Vec<Vec<Proposal>> = parts.iter().map(|part| propose(guidance, workbook, &part.seen(), today)).collect();
        let practices = each.first().map_or(0, Vec::len);
        let of =
            |nth: usize| parts.iter().zip(&each).filter_map(|(part, all)| Some((part.cluster.clone(), all.get(nth)?.clone()))).collect();
        let proposals = (0..practices).map(|nth| rolled(of(nth))).collect();
        Self { parts, states, proposals }
    }

    /// How a question stands over all clusters.
    #[must_use]
    pub fn state(&self, question: &str) -> AnswerState {
        self.states.get(question).map_or(AnswerState::Missing, |states| worst_state(states))
    }

    /// What a check says on each cluster, where it says something.
    pub fn outcomes<'a>(&'a self, check: &'a str) -> impl Iterator<Item = (&'a str, &'a CheckOutcome)> {
        self.parts.iter().filter_map(move |part| Some((part.cluster.as_str(), part.outcome(check)?)))
    }

    /// The worst that a check says on any cluster.
    #[must_use]
    pub fn worst(&self, check: &str) -> Option<Outcome> {
        self.outcomes(check).map(|(_, o)| o.outcome).min_by_key(|outcome| rank(*outcome))
    }
}

/// How bad an outcome is, the worst first. What passes on one cluster and has no object on another has passed.
#[must_use]
pub const fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Fail => 0,
        Outcome::Blocked => 1,
        Outcome::Review => 2,
        Outcome::Pass => 3,
        Outcome::NotApplicable => 4,
    }
}

/// What is known of each cluster of a workbook; one part without a name where there is no cluster.
#[must_use]
pub fn parts(workbook: &Workbook) -> Vec<Part> {
    if workbook.clusters.is_empty() {
        return vec![Part { cluster: String::new(), distribution: String::new(), outcomes: vec![] }];
    }
    let part = |record: &ClusterRecord| {
        let known = workbook.outcomes.iter().filter(|o| o.cluster == record.key).map(OutcomeRecord::without_findings);
        Part {
            cluster: record.key.clone(),
            distribution: record.distribution.clone(),
            outcomes: match unread(workbook, record) {
                None => known.collect(),
                Some(why) => {
                    let known: Vec<CheckOutcome> = known.map(|outcome| withheld(outcome, &why)).collect();
                    if known.is_empty() { checks::all().map(|check| not_judged(check.id, &why)).collect() } else { known }
                }
            },
        }
    };
    workbook.clusters.iter().map(part).collect()
}

/// Why nothing passes for a cluster: it was never read, or the last try failed.
#[must_use]
pub fn unread(workbook: &Workbook, record: &ClusterRecord) -> Option<String> {
    if let Some(failed) = &record.failed {
        return Some(format!("{} could not be read on {}: {}", record.key, Day(day_of(failed.at.0)), failed.why));
    }
    let read = record.was_read() || workbook.outcomes.iter().any(|o| o.cluster == record.key);
    (!read).then(|| format!("{} was not read yet", record.key))
}

/// An outcome of a cluster that could not be read again: what was wrong stays wrong, and anything else is not known any more.
#[must_use]
pub fn withheld(outcome: CheckOutcome, why: &str) -> CheckOutcome {
    match outcome.outcome {
        Outcome::Fail | Outcome::Blocked => outcome,
        said => CheckOutcome {
            outcome: Outcome::Blocked,
            reason: format!("{why}; before that: {}, {}", said.label(), outcome.reason),
            needs: vec![READING.to_owned()],
            ..outcome
        },
    }
}

fn not_judged(check: &str, why: &str) -> CheckOutcome {
    let record = OutcomeRecord {
        check: check.to_owned(),
        cluster: String::new(),
        outcome: Outcome::Blocked,
        reason: format!("{why}."),
        population: 0,
        total: 0,
        counts: BTreeMap::new(),
        needs: vec![READING.to_owned()],
        digest: String::new(),
        findings: vec![],
    };
    record.without_findings()
}

/// What is proposed on each cluster, as one proposal: not in place if it is so on any; in place where it is on one and applies to no other;
/// not applicable only where it is so on all; nothing while something is open on any.
fn rolled(on: Vec<(String, Proposal)>) -> Rolled {
    let says = |said: Option<Determined>| on.iter().filter(move |(_, p)| p.proposal == said);
    let proposal = if says(Some(Determined::NotInPlace)).next().is_some() {
        Some(Determined::NotInPlace)
    } else if on.is_empty() || says(None).next().is_some() {
        None
    } else if says(Some(Determined::InPlace)).next().is_some() {
        Some(Determined::InPlace)
    } else {
        Some(Determined::NotApplicable)
    };
    // Where it is not in place, only the clusters on which it is not are the reason; else all of them are.
    let speaking = || on.iter().filter(|(_, p)| proposal != Some(Determined::NotInPlace) || p.proposal == proposal).map(|(_, p)| p);
    let because = if proposal.is_some() { once(speaking().flat_map(|p| &p.because)) } else { vec![] };
    let looked_for = if proposal == Some(Determined::NotApplicable) {
        let several = on.len() > 1;
        let of = |(cluster, p): &(String, Proposal)| {
            p.looked_for.iter().map(|words| if several { format!("{cluster}: {words}") } else { words.clone() }).collect::<Vec<_>>()
        };
        on.iter().flat_map(of).collect()
    } else {
        vec![]
    };
    let missing = once(on.iter().flat_map(|(_, p)| &p.missing));
    let practice = on.first().map(|(_, p)| p.practice.clone()).unwrap_or_default();
    Rolled { practice, proposal, because, looked_for, missing, on }
}

fn once<'a>(ids: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut found: Vec<String> = vec![];
    for id in ids {
        if !found.contains(id) {
            found.push(id.clone());
        }
    }
    found
}

/// How a question stands over all clusters: as it does on the one where it stands worst. Words of one cluster name it.
#[must_use]
pub fn worst_state(states: &[(String, AnswerState)]) -> AnswerState {
    let Some((_, first)) = states.first() else { return AnswerState::Missing };
    if states.iter().all(|(_, state)| state == first) {
        return first.clone();
    }
    let rank = |state: &AnswerState| match state {
        AnswerState::Unsatisfied(_) => 0,
        AnswerState::Missing => 1,
        AnswerState::Reworded => 2,
        AnswerState::Lapsed(_) => 3,
        AnswerState::NeedsEvidence => 4,
        AnswerState::Satisfied => 5,
        AnswerState::Waived(_) => 6,
    };
    let worst = states.iter().map(|(_, state)| state).min_by_key(|state| rank(state)).unwrap_or(first);
    let told = || {
        let words = |(cluster, state): &(String, AnswerState)| match state {
            AnswerState::Unsatisfied(why) | AnswerState::Waived(why) if rank(state) == rank(worst) => Some(format!("{cluster}: {why}")),
            _ => None,
        };
        states.iter().filter_map(words).collect::<Vec<_>>().join("; ")
    };
    match worst {
        AnswerState::Unsatisfied(_) => AnswerState::Unsatisfied(told()),
        AnswerState::Waived(_) => AnswerState::Waived(told()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Determined::{InPlace, NotApplicable, NotInPlace};

    fn said(cluster: &str, proposal: Option<Determined>) -> (String, Proposal) {
        let ids = |wanted: bool| if wanted { vec![format!("id of {cluster}"), "of all".to_owned()] } else { vec![] };
        let proposal = Proposal {
            practice: "3.1.a".to_owned(),
            proposal,
            because: ids(proposal.is_some()),
            looked_for: if proposal == Some(NotApplicable) { vec!["3.1/x: none".to_owned()] } else { vec![] },
            missing: ids(proposal.is_none()),
        };
        (cluster.to_owned(), proposal)
    }

    #[test]
    fn the_worst_cluster_decides_and_nothing_passes_while_one_is_open() {
        let (yes, no, not_here, open) = (Some(InPlace), Some(NotInPlace), Some(NotApplicable), None);
        for (one, two, both) in [
            (yes, yes, yes),
            (yes, no, no),
            (yes, not_here, yes),
            (yes, open, open),
            (no, no, no),
            (no, not_here, no),
            (no, open, no),
            (not_here, not_here, not_here),
            (not_here, open, open),
            (open, open, open),
        ] {
            for (a, b) in [(one, two), (two, one)] {
                let rolled = rolled(vec![said("a", a), said("b", b)]);
                assert_eq!(rolled.proposal, both, "{a:?} and {b:?}");
                let named = |ids: &[String], cluster: &str| ids.contains(&format!("id of {cluster}"));
                for (cluster, own) in [("a", a), ("b", b)] {
                    assert_eq!(named(&rolled.missing, cluster), own.is_none());
                    let counts = both.is_some() && own.is_some() && (both != no || own == no);
                    assert_eq!(named(&rolled.because, cluster), counts, "{a:?} and {b:?}, {cluster}");
                }
                assert!(rolled.because.iter().filter(|id| *id == "of all").count() <= 1);
                assert_eq!(rolled.looked_for.is_empty(), both != not_here);
            }
        }
        assert_eq!(rolled(vec![]).proposal, None);
    }

    #[test]
    fn a_question_stands_as_it_does_where_it_stands_worst() {
        use AnswerState::{Missing, NeedsEvidence, Satisfied, Unsatisfied, Waived};
        let (no, not_asked) = (|| Unsatisfied("“no”".to_owned()), || Waived("managed".to_owned()));
        let of = |one: AnswerState, two: AnswerState| worst_state(&[("a".to_owned(), one), ("b".to_owned(), two)]);
        assert_eq!(of(Satisfied, Satisfied), Satisfied);
        assert_eq!(of(Satisfied, not_asked()), Satisfied);
        assert_eq!(of(not_asked(), not_asked()), not_asked());
        assert_eq!(of(Satisfied, Missing), Missing);
        assert_eq!(of(NeedsEvidence, Satisfied), NeedsEvidence);
        assert_eq!(of(no(), Missing), Unsatisfied("a: “no”".to_owned()));
        assert_eq!(of(Missing, no()), Unsatisfied("b: “no”".to_owned()));
        assert_eq!(of(no(), Unsatisfied("“partly”".to_owned())), Unsatisfied("a: “no”; b: “partly”".to_owned()));
    }
}

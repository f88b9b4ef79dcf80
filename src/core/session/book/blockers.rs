//! What stands in the way of a clean determination: each line says of which clusters it speaks, and the worst stands first.

use super::assessment::Book;
use super::following::record_of;
use super::standing::Target;
use crate::guidance::Guidance;
use crate::model::text::capital;
use crate::model::{Determined, Outcome};
use crate::workbook::rollup::{rank, unread, wants_reading};
use crate::workbook::{AnswerState, Part};

/// Something that stands in the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blocker {
    /// Where it is mended.
    pub target: Target,
    /// The clusters that it speaks of; none where there is only one, or none.
    pub clusters: Vec<String>,
    /// What the check says there; none for a question.
    pub outcome: Option<Outcome>,
    /// What it is, in words that name the clusters.
    pub words: String,
}

/// One cause on one cluster.
struct Cause<'a> {
    id: &'a str,
    cluster: &'a str,
    because: bool,
    outcome: Option<Outcome>,
    rank: u8,
    words: String,
    /// Whether the cluster itself must be read: then one line says so for all checks.
    reading: bool,
}

impl Book {
    /// What still stands in the way of a clean determination of a practice, the worst first, each with where it is mended.
    #[must_use]
    pub fn blockers(&self, practice: &str, guidance: &Guidance) -> Vec<Blocker> {
        let Some(rolled) = self.proposals.get(practice) else { return vec![] };
        let mut causes: Vec<Cause<'_>> = vec![];
        for (part, (_, proposal)) in self.together.parts.iter().zip(&rolled.on) {
            let against = proposal.because.iter().filter(|_| proposal.proposal == Some(Determined::NotInPlace));
            causes.extend(against.map(|id| self.cause(part, id, true, guidance)));
            causes.extend(proposal.missing.iter().map(|id| self.cause(part, id, false, guidance)));
        }
        causes.sort_by_key(|cause| cause.rank);
        self.joined(causes, guidance)
    }

    fn cause<'a>(&'a self, part: &'a Part, id: &'a str, because: bool, guidance: &Guidance) -> Cause<'a> {
        let cluster = part.cluster.as_str();
        if guidance.question(id).is_some() {
            let state = self.states_on(id).iter().find(|(on, _)| on == cluster).map_or(&AnswerState::Missing, |(_, state)| state);
            let how = match state {
                AnswerState::Missing => "needs an answer".to_owned(),
                AnswerState::Lapsed(day) => format!("the answer lapsed on {day}"),
                AnswerState::NeedsEvidence => "the answer needs evidence".to_owned(),
                AnswerState::Reworded => "was worded anew; look at the answer again".to_owned(),
                AnswerState::Unsatisfied(why) => why.clone(),
                AnswerState::Satisfied | AnswerState::Waived(_) => "speaks for it".to_owned(),
            };
            let reading = false;
            return Cause {
                id,
                cluster,
                because,
                outcome: None,
                reading,
                rank: if because { 0 } else { rank(Outcome::Review) },
                words: how,
            };
        }
        let outcome = part.outcome(id);
        let reviewed =
            record_of(self, id, cluster).is_some_and(|r| outcome.is_some_and(|o| o.outcome == r.outcome) && self.workbook.is_reviewed(r));
        let words = match outcome {
            Some(o) => format!("{}: {}{}", o.outcome.label(), o.reason, if reviewed { " (reviewed)" } else { "" }),
            None if cluster.is_empty() => "was not judged: no cluster was read".to_owned(),
            None => "was not judged: read the cluster again".to_owned(),
        };
        let rank = outcome.map_or(rank(Outcome::Blocked), |o| rank(o.outcome));
        let reading = outcome.is_some_and(wants_reading);
        Cause { id, cluster, because, outcome: outcome.map(|o| o.outcome), rank, words, reading }
    }

    /// The same cause on several clusters is one line.
    fn joined(&self, causes: Vec<Cause<'_>>, guidance: &Guidance) -> Vec<Blocker> {
        let mut lines: Vec<(Cause<'_>, Vec<String>)> = vec![];
        for cause in causes {
            if cause.reading && lines.iter().any(|(known, _)| known.reading && known.cluster == cause.cluster) {
                continue;
            }
            let same = |(known, _): &&mut (Cause<'_>, Vec<String>)| {
                (known.id, known.because, &known.words) == (cause.id, cause.because, &cause.words)
            };
            match lines.iter_mut().find(same) {
                Some((_, clusters)) => clusters.push(cause.cluster.to_owned()),
                None => {
                    let cluster = cause.cluster.to_owned();
                    lines.push((cause, vec![cluster]));
                }
            }
        }
        let line = |(cause, clusters): (Cause<'_>, Vec<String>)| {
            let on = match (self.is_several(), clusters.len() == self.together.parts.len()) {
                (false, _) => String::new(),
                (true, true) => "all clusters: ".to_owned(),
                (true, false) => format!("{}: ", clusters.join(", ")),
            };
            let (target, words) = match guidance.question(cause.id) {
                Some(question) => {
                    // A question ends its own sentence.
                    let text = question.text.trim();
                    let words = if text.ends_with('?') { format!(" {}", capital(&cause.words)) } else { format!(": {}", cause.words) };
                    (Target::Question(cause.id.to_owned()), format!("{on}{text}{words}"))
                }
                None if cause.reading => {
                    let record = self.workbook.clusters.iter().find(|c| c.key == cause.cluster);
                    let why = record.and_then(|record| unread(&self.workbook, record)).unwrap_or_default();
                    (Target::Check(cause.id.to_owned()), format!("{why}: nothing passes for it; R reads it"))
                }
                None => {
                    let open = if cause.because { "" } else { "is open: " };
                    (Target::Check(cause.id.to_owned()), format!("{on}{} {open}{}", cause.id, cause.words))
                }
            };
            let clusters = if self.is_several() { clusters } else { vec![] };
            Blocker { target, clusters, outcome: cause.outcome, words }
        };
        lines.into_iter().map(line).collect()
    }
}

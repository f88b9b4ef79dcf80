//! What came of one practice: what was done for it step by step, what a person determined and why, and on what it rests.

use super::document::AssessmentLog;
use super::evidence::Pieces;
use super::result::{Looked, Outcome};
use super::{entry, moment, said};
use crate::export::Material;
use crate::export::plain::{lines, one_line};
use crate::export::tables::state_words;
use kassay_core::assess::CheckOutcome;
use kassay_core::checks;
use kassay_core::guidance::{Control, Practice};
use kassay_core::model::{Determined, Outcome as Came};
use kassay_core::workbook::determining::overruled;
use kassay_core::workbook::sign_off::{Matter, standing};
use kassay_core::workbook::{Determination, Moment};
use std::collections::BTreeSet;

/// What was done for a practice.
#[derive(Default)]
struct Done<'a> {
    steps: Vec<String>,
    executed: usize,
    times: Vec<Moment>,
    /// Clusters of which a check judged something.
    clusters: BTreeSet<&'a str>,
    blocked: bool,
    mends: Vec<&'static str>,
}

/// What came of a practice of a control.
pub(super) fn assessed(material: &Material, pieces: &Pieces, (control, practice): (&Control, &Practice)) -> AssessmentLog {
    let determination = material.workbook.determination(&practice.id);
    let mut done = Done::default();
    for (cluster, outcome) in material.outcomes().filter(|(_, outcome)| outcome.practices.contains(&practice.id)) {
        done.check(material, cluster, outcome);
    }
    for question in material.guidance.questions().filter(|q| q.practices.contains(&practice.id)) {
        done.question(material, &question.id);
    }
    let looked = match (done.blocked, done.executed) {
        (true, _) => Looked::Blocked,
        (false, 0) => Looked::Nothing,
        (false, _) => Looked::Some,
    };
    let result = Outcome::of(determination, looked);
    if let Some(d) = determination {
        done.steps.push(said(&format!("Determination by {}, {}: {}", d.by, d.at, d.finding.label())));
        done.executed += 1;
        done.times.push(d.at);
    }
    if done.steps.is_empty() {
        done.steps.push("Nothing was done for it yet".to_owned());
    }
    // What was never looked at has no time, and what was has one.
    let ran = !matches!(result, Outcome::NotRun | Outcome::Unknown | Outcome::NotApplicable);
    let first = done.times.iter().min().copied().or_else(|| ran.then_some(Moment(material.now)));
    let names = material.workbook.clusters.iter().filter_map(|record| one_line(&record.key));
    let applicability: Vec<String> = names.collect();
    AssessmentLog {
        requirement: entry(&practice.id),
        description: said(&practice.text),
        result,
        message: message(material, &practice.id, determination),
        applicability: if applicability.is_empty() { vec!["No cluster was read".to_owned()] } else { applicability },
        evidence: pieces.of_practice(&practice.id, &done.clusters),
        start: first.map(|at| moment(material, at)),
        end: done.times.iter().max().map(|at| moment(material, *at)),
        recommendation: recommendation(control, result, &done.mends),
        steps: done.steps,
        steps_executed: done.executed,
    }
}

impl<'a> Done<'a> {
    /// A check on a cluster. What it says is told, and is no result.
    fn check(&mut self, material: &Material, cluster: &'a str, outcome: &CheckOutcome) {
        let needs = if outcome.needs.is_empty() { String::new() } else { format!(" Not to be had: {}.", outcome.needs.join("; ")) };
        self.steps.push(said(&format!("Check {} on {cluster}: {}. {}{needs}", outcome.check, outcome.outcome.label(), outcome.reason)));
        if outcome.outcome == Came::Blocked {
            self.blocked = true;
            return;
        }
        self.executed += 1;
        self.clusters.insert(cluster);
        let record = material.workbook.clusters.iter().find(|record| record.key == cluster);
        self.times.extend(record.and_then(|record| record.collected_at.or(record.assessed_at)));
        if outcome.outcome == Came::Fail
            && let Some(check) = checks::by_id(&outcome.check)
            && !self.mends.contains(&check.mend)
        {
            self.mends.push(check.mend);
        }
    }

    /// A question: every answer to it, and how it stands on each cluster.
    fn question(&mut self, material: &Material, question: &str) {
        for answer in material.workbook.answers.iter().filter(|answer| answer.question == question) {
            let on = if answer.cluster.is_empty() { "all clusters" } else { &answer.cluster };
            let asked: Vec<&str> =
                [answer.interviewed.as_str(), answer.role.as_str()].into_iter().filter(|w| !w.trim().is_empty()).collect();
            let asked = if asked.is_empty() { String::new() } else { format!(", asked of {}", asked.join(", ")) };
            self.steps.push(said(&format!("Answer to {question} for {on}{asked}: {}. {}", answer.value, answer.note)));
            self.executed += 1;
            self.times.push(Moment(answer.at.0));
        }
        for (cluster, state) in material.together.states.get(question).into_iter().flatten() {
            let on = if cluster.is_empty() { String::new() } else { format!(" on {cluster}") };
            self.steps.push(said(&format!("Question {question}{on}: {}", state_words(state).1)));
        }
    }
}

/// Why it came to that: the assessor's words, or what is proposed and what is still missing.
fn message(material: &Material, practice: &str, determination: Option<&Determination>) -> String {
    let Some(d) = determination else {
        let Some(rolled) = material.proposals().iter().find(|rolled| rolled.practice == practice) else {
            return "Not determined yet.".to_owned();
        };
        let because = if rolled.because.is_empty() { String::new() } else { format!(" because of {}", rolled.because.join(", ")) };
        let missing = if rolled.missing.is_empty() { String::new() } else { format!(" Missing: {}.", rolled.missing.join(", ")) };
        let proposed = rolled.proposal.map_or("nothing yet", Determined::label);
        return said(&format!("Not determined yet. Proposed: {proposed}{because}.{missing}"));
    };
    let mut told = vec![format!("Determined {}, {}.", d.finding.label(), d.method.label())];
    told.push(if d.rationale.trim().is_empty() { "No rationale is written.".to_owned() } else { d.rationale.clone() });
    if d.to_confirm {
        told.push("What became known since speaks against it, and nobody has confirmed it.".to_owned());
    }
    if !d.excluded_by.trim().is_empty() {
        told.push(format!("Excluded by {}.", d.excluded_by));
    }
    told.extend(overruled(d));
    told.extend(d.parts().into_iter().filter(|(_, words)| !words.trim().is_empty()).map(|(name, words)| format!("{name}: {words}")));
    let signed = standing(&Matter::of_determination(d), &material.workbook, material.guidance);
    told.extend(signed.map(|signed| format!("Second person: {}", signed.words())));
    lines(&told.join("\n")).unwrap_or_default()
}

/// What mends it, where it is not in place.
fn recommendation(control: &Control, result: Outcome, mends: &[&str]) -> Option<String> {
    if result != Outcome::Failed && mends.is_empty() {
        return None;
    }
    let all: Vec<&str> =
        std::iter::once(control.mend.as_str()).filter(|_| result == Outcome::Failed).chain(mends.iter().copied()).collect();
    lines(&all.join("\n"))
}

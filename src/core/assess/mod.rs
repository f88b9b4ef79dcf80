//! Catalogue × inventory × scope → outcomes. Here it is decided whether a check may judge at all: what was refused or cut short makes it
//! `blocked`, and never anything better.

mod missing;

pub use missing::{Lacking, PROBES, lacking};

use crate::checks;
use crate::judging::{Check, Tables, View};
use crate::kinds::{Inventory, Workload};
use crate::model::{Category, Finding, Outcome, Scope};
use jiff::Timestamp;
use missing::Missing;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The result of one check on one cluster, with all its findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckOutcome {
    /// The check.
    pub check: String,
    /// Its control.
    pub control: String,
    /// The practices that it speaks to.
    pub practices: Vec<String>,
    /// What it says.
    pub outcome: Outcome,
    /// One sentence.
    pub reason: String,
    /// How many things were looked at.
    pub population: usize,
    /// What was missing, for `blocked`: `secrets: list`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// Findings by category.
    pub counts: BTreeMap<Category, usize>,
    /// All findings, worst first, then by namespace, kind, name, field.
    #[serde(deserialize_with = "crate::model::findings")]
    pub findings: Vec<Finding>,
}

/// Most checks that are run side by side: more wait for memory, and for each other's views.
const SIDE_BY_SIDE: usize = 8;

/// Runs every check, and gives the outcomes in the order of the catalogue. Active ones judge what probes heard; where none were sent, that is what
/// they say. Checks know nothing of each other, so they are run side by side where the machine has the processors.
#[must_use]
pub fn assess(inventory: &Inventory, scope: &Scope, now: Timestamp, tables: &Tables) -> Vec<CheckOutcome> {
    let view = View::new(inventory, scope, now, tables);
    let all: Vec<&Check> = checks::all().collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = vec![];
        loop {
            let nth = next.fetch_add(1, Ordering::Relaxed);
            let Some(check) = all.get(nth) else { return done };
            done.push((nth, run(check, &view)));
        }
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(SIDE_BY_SIDE);
    let mut outcomes = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut outcomes = work();
        for other in others {
            // A fault of a check is not swallowed: without its outcome there is none.
            outcomes.extend(other.join().unwrap_or_else(|fault| resume_unwind(fault)));
        }
        outcomes
    });
    outcomes.sort_by_key(|(nth, _)| *nth);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

/// Runs one check.
#[must_use]
pub fn run(check: &Check, view: &View<'_>) -> CheckOutcome {
    let missing = Missing::of(check, view);
    let verdict = if missing.forbids() { missing.blocked() } else { missing.guard((check.judge)(view)) };
    let (outcome, reason, population, mut findings, needs) = verdict.into_parts();
    for finding in &mut findings {
        finding.identify(check.id);
        if finding.mend.is_empty() {
            finding.mend = check.mend.into();
        }
    }
    merge(&mut findings);
    tell_templates(&mut findings, view.inventory);
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    let mut counts: BTreeMap<Category, usize> = Category::ALL.into_iter().map(|c| (c, 0)).collect();
    for finding in &findings {
        *counts.entry(finding.category).or_default() += 1;
    }
    CheckOutcome {
        check: check.id.to_owned(),
        control: check.control().to_owned(),
        practices: check.practices.iter().map(|p| (*p).to_owned()).collect(),
        outcome,
        reason,
        population,
        needs,
        counts,
        findings,
    }
}

fn order(f: &Finding) -> (crate::model::Severity, &str, &str, &str, &str, Option<&str>, &str) {
    (f.severity, &f.object.namespace, &f.object.kind, &f.object.name, &f.field, f.rule.as_deref(), &f.id)
}

/// Says of findings that only a template has that pods which run now do not: they come with the next pods.
fn tell_templates(findings: &mut [Finding], inventory: &Inventory) {
    for finding in findings.iter_mut().filter(|finding| finding.pods == Some(0)) {
        if inventory.workload(&finding.object).is_some_and(Workload::has_both) {
            let message = format!("{} Its template has it, its pods that run do not: the next ones will.", finding.message);
            finding.message = message.trim_start().to_owned().into();
        }
    }
}

/// The same finding seen in several specs of one workload is one finding; its pods add up.
fn merge(findings: &mut Vec<Finding>) {
    let mut known: HashMap<&str, usize> = HashMap::with_capacity(findings.len());
    let mut again: Vec<(usize, usize)> = vec![];
    for (nth, finding) in findings.iter().enumerate() {
        let first = *known.entry(&finding.id).or_insert(nth);
        again.extend((first != nth).then_some((nth, first)));
    }
    drop(known);
    for (nth, first) in &again {
        let (pods, severity, weight) = (findings[*nth].pods, findings[*nth].severity, findings[*nth].weight);
        let kept = &mut findings[*first];
        kept.pods = match (kept.pods, pods) {
            (Some(a), Some(b)) => Some(a + b),
            (a, b) => a.or(b),
        };
        kept.severity = kept.severity.min(severity);
        kept.weight = kept.weight.min(weight);
    }
    let (mut again, mut nth) = (again.into_iter().map(|(nth, _)| nth).peekable(), 0..);
    findings.retain(|_| nth.next().and_then(|nth| again.next_if_eq(&nth)).is_none());
}

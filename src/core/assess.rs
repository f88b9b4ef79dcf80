//! Catalogue × inventory × scope → outcomes. Here it is decided whether a check may judge at all: what was refused or cut short makes it
//! `blocked`, and never anything better.

use crate::checks;
use crate::judging::{Check, Need, Tables, Verdict, View};
use crate::kinds::{Inventory, KindState, Source};
use crate::model::{Category, Finding, Kind, Outcome, Scope};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
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
    let missing = missing(check, view.inventory);
    let verdict = if missing.is_empty() {
        guard_refused(check, view, guard_partial(check, view, (check.judge)(view)))
    } else {
        let words: Vec<&str> = missing.iter().map(|(_, why)| why.as_str()).collect();
        Verdict::blocked(format!("{}.", words.join("; ")), missing.iter().map(|(need, _)| need.clone()).collect())
    };
    let (outcome, reason, population, mut findings, needs) = verdict.into_parts();
    for finding in &mut findings {
        finding.identify(check.id);
        if finding.mend.is_empty() {
            finding.mend = Cow::Borrowed(check.mend);
        }
    }
    merge(&mut findings);
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

/// The same finding seen in several specs of one workload is one finding; its pods add up.
fn merge(findings: &mut Vec<Finding>) {
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    let mut merged: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings.drain(..) {
        match first.get(&finding.id).and_then(|i| merged.get_mut(*i)) {
            Some(kept) => {
                kept.pods = match (kept.pods, finding.pods) {
                    (Some(a), Some(b)) => Some(a + b),
                    (a, b) => a.or(b),
                };
                kept.severity = kept.severity.min(finding.severity);
                kept.weight = kept.weight.min(finding.weight);
            }
            None => {
                first.insert(finding.id.clone(), merged.len());
                merged.push(finding);
            }
        }
    }
    *findings = merged;
}

/// What a check needs and does not have: the permission or API, and a sentence with the server's words.
fn missing(check: &Check, inventory: &Inventory) -> Vec<(String, String)> {
    let mut missing = Vec::new();
    for need in check.needs {
        match need {
            Need::Version if inventory.cluster.version.is_empty() => {
                missing.push(("version".to_owned(), "the server's version is not known".to_owned()))
            }
            Need::Version if inventory.minor().is_none() => {
                missing.push(("version".to_owned(), format!("the server's version “{}” can't be read", inventory.cluster.version)))
            }
            Need::Version => {}
            Need::Identity if inventory.cluster.identity.is_empty() => {
                missing
                    .push(("selfsubjectreviews: create".to_owned(), "it is not known under which name the cluster was asked".to_owned()));
            }
            Need::Identity => {}
            Need::Probes if inventory.probes.is_none() => missing.push((PROBES.to_owned(), UNPROBED.to_owned())),
            // Which file is missing, and where it is found, is for the judge to say.
            Need::Probes | Need::Evidence(_) => {}
            Need::Rights => {
                let lacking: Vec<(Kind, (String, String))> =
                    need.kinds().iter().filter_map(|kind| Some((*kind, lacks(*kind, inventory)?))).collect();
                let bound = |kind: Kind| matches!(kind, Kind::RoleBindings | Kind::ClusterRoleBindings);
                let held = inventory.source == Source::Files
                    && lacking.iter().all(|(kind, _)| inventory.state(*kind) == KindState::Absent)
                    && lacking.iter().filter(|(kind, _)| bound(*kind)).count() < 2;
                if !held {
                    missing.extend(lacking.into_iter().map(|(_, why)| why));
                }
            }
            Need::List(kind) => missing.extend(lacks(*kind, inventory)),
            Need::OtherPolicies | Need::Routes | Need::Reports if inventory.source == Source::Files => {
                missing.extend(refused(need, inventory))
            }
            Need::OtherPolicies | Need::Routes | Need::Reports => {
                missing.extend(need.kinds().iter().filter_map(|kind| lacks(*kind, inventory)))
            }
            Need::Policies => missing.extend(Kind::POLICIES.iter().filter_map(|kind| lacks(*kind, inventory))),
            // Files hold what they hold: a folder of manifests is judged by the kinds that are in it, if there is any.
            Need::Workloads if inventory.source == Source::Files => {
                let readable = |kind: &&Kind| lacks(**kind, inventory).is_none();
                missing.extend(refused(need, inventory));
                if Kind::WORKLOADS.iter().find(readable).is_none() {
                    missing.push(("pods: list".to_owned(), "the files hold neither pods nor anything that makes pods".to_owned()));
                }
            }
            Need::Workloads => missing.extend(Kind::WORKLOADS.iter().filter_map(|kind| lacks(*kind, inventory))),
        }
    }
    missing.dedup();
    missing
}

/// The need of active checks, in words.
pub const PROBES: &str = "active probes: allowed";

/// Why there are no answers to probes, and how to get them. The same words for every source: a dump of a cluster is judged as the cluster is.
const UNPROBED: &str = "this check judges the answers to active probes, which were not run: they need a live cluster, send requests of their own, and \
     are sent only where somebody allows it: P in the walk, --active-probes on the command line";

/// What a server refused or could not give, though files hold only what they hold.
fn refused(need: &Need, inventory: &Inventory) -> Vec<(String, String)> {
    let refused = |kind: &&Kind| matches!(inventory.state(**kind), KindState::Forbidden | KindState::Failed);
    need.kinds().iter().filter(refused).filter_map(|kind| lacks(*kind, inventory)).collect()
}

fn lacks(kind: Kind, inventory: &Inventory) -> Option<(String, String)> {
    // A snapshot of an older program says nothing of kinds that it did not know; silence is no answer that they are not installed.
    if inventory.source == Source::Live && !inventory.coverage.contains_key(&kind) {
        return Some((format!("{}: list", kind.id()), format!("{} were not asked for when this was collected; collect again", kind.id())));
    }
    let coverage = inventory.coverage_of(kind);
    let words = |said: &str| if coverage.message.is_empty() { said.to_owned() } else { format!("{said}: {}", coverage.message) };
    let why = match coverage.state {
        KindState::Read | KindState::Partial => return None,
        // Not installed is an answer, where the server gave it: there are no objects of an API that is not served.
        KindState::Absent if !kind.stock() && inventory.source == Source::Live => return None,
        KindState::Absent if inventory.source == Source::Files => format!("the files hold no list of {}", kind.id()),
        KindState::Absent => words(&format!("the server does not serve {}", kind.id())),
        KindState::Forbidden => words(&format!("{} can't be listed by this identity", kind.id())),
        KindState::Failed => words(&format!("{} could not be read", kind.id())),
    };
    Some((format!("{}: list", kind.id()), why))
}

/// Where a list was refused that could show more than the files that were given, what these show is told, and nothing is decided.
fn guard_refused(check: &Check, view: &View<'_>, verdict: Verdict) -> Verdict {
    let unread = |kind: &&Kind| match view.inventory.coverage.get(kind) {
        Some(coverage) => matches!(coverage.state, KindState::Forbidden | KindState::Failed),
        None => view.inventory.source == Source::Live,
    };
    let evidence = check.needs.iter().filter(|need| matches!(need, Need::Evidence(_)));
    let gaps: Vec<(String, String)> =
        evidence.flat_map(Need::kinds).filter(unread).filter_map(|kind| lacks(*kind, view.inventory)).collect();
    if gaps.is_empty() {
        return verdict;
    }
    let words: Vec<&str> = gaps.iter().map(|(_, why)| why.as_str()).collect();
    let reason = format!("{}.", words.join("; "));
    verdict.block(reason, gaps.into_iter().map(|(need, _)| need).collect())
}

/// A list that broke off, or that files hold only in part, can show that something is wrong, never that nothing is.
fn guard_partial(check: &Check, view: &View<'_>, verdict: Verdict) -> Verdict {
    if !matches!(verdict.outcome(), Outcome::Pass | Outcome::NotApplicable) {
        return verdict;
    }
    let mut gaps: Vec<(String, String)> = Vec::new();
    for need in check.needs {
        for kind in need.kinds() {
            match view.inventory.state(*kind) {
                KindState::Partial => gaps.push((
                    format!("{}: list", kind.id()),
                    format!("{} could be read only in part: {}", kind.id(), view.inventory.coverage_of(*kind).message),
                )),
                KindState::Absent if matches!(need, Need::Rights | Need::OtherPolicies | Need::Routes | Need::Reports) => {
                    gaps.extend(lacks(*kind, view.inventory))
                }
                _ => {}
            }
        }
    }
    gaps.dedup();
    if gaps.is_empty() {
        return verdict;
    }
    let words: Vec<&str> = gaps.iter().map(|(_, why)| why.as_str()).collect();
    let reason = format!("{}.", words.join("; "));
    verdict.block(reason, gaps.into_iter().map(|(need, _)| need).collect())
}

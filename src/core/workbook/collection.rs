//! What happens to a workbook when a cluster is read again: its record and outcomes are replaced, what people wrote is not touched, and
//! determinations that the new outcomes speak against are marked to be confirmed. What changed is told, finding by finding.

use super::compare::{self, Class, ClusterSide, Entry, Topic};
use super::rollup::Together;
use super::{ClusterRecord, FindingBrief, Moment, OutcomeRecord, Reached, ReadBefore, ReadFailure, Workbook, accept::day_of};
use crate::assess::CheckOutcome;
use crate::checks;
use crate::guidance::Guidance;
use crate::kinds::{ClusterInfo, ControlPlaneRecord, Inventory, KindState, Source, VERSION_NOT_KNOWN};
use crate::model::text::thousands;
use crate::model::{Determined, Finding, Kind};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// How many findings of a check stand in the workbook itself.
pub const FIRST_FINDINGS: usize = 5;

/// A collection with what was made of it.
#[derive(Clone, Copy)]
pub struct Collected<'a> {
    /// Name of the cluster in the workbook.
    pub key: &'a str,
    /// How it was reached: `context prod-eu`, `demo`, `files`.
    pub source: &'a str,
    /// How to reach it again.
    pub reached: &'a Reached,
    /// What was read.
    pub inventory: &'a Inventory,
    /// What the checks say.
    pub outcomes: &'a [CheckOutcome],
    /// What they said the last time, where that is still there.
    pub previous: &'a [CheckOutcome],
    /// SHA-256 of the snapshot.
    pub snapshot: &'a str,
    /// SHA-256 of the file with all findings.
    pub findings: &'a str,
    /// The time judged by.
    pub assessed_at: Timestamp,
}

/// What a new collection changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Whether the cluster was read for the first time: then everything is new, and nothing below is filled but `to_confirm`.
    pub first: bool,
    /// In what it differs from the reading before.
    pub entries: Vec<Entry>,
    /// Practices whose determination must be confirmed.
    pub to_confirm: Vec<String>,
}

impl Changes {
    /// What changed, in a clause: outcomes, findings, and what can't be compared; nothing where nothing did.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        let of = |topic, class| thousands(compare::count(&self.entries, topic, class));
        let unknown = self.entries.iter().filter(|entry| entry.class == Class::CannotBeCompared).count();
        let unknown = if unknown > 0 { format!("; cannot be compared: {}", thousands(unknown)) } else { String::new() };
        (!self.entries.is_empty()).then(|| {
            format!(
                "outcomes changed: {}; findings: {} new, {} gone, {} changed{unknown}",
                of(Topic::Outcome, Class::Changed),
                of(Topic::Finding, Class::New),
                of(Topic::Finding, Class::Gone),
                of(Topic::Finding, Class::Changed),
            )
        })
    }
}

impl OutcomeRecord {
    /// The outcome of a check as a workbook keeps it.
    #[must_use]
    pub fn of(outcome: &CheckOutcome, cluster: &str) -> Self {
        let brief = |f: &Finding| FindingBrief {
            id: f.id.clone(),
            severity: f.severity,
            category: f.category,
            object: f.object.to_string(),
            field: f.field.clone(),
            observed: f.observed.clone(),
        };
        Self {
            check: outcome.check.clone(),
            cluster: cluster.to_owned(),
            outcome: outcome.outcome,
            reason: outcome.reason.clone(),
            population: outcome.population,
            total: outcome.findings.len(),
            counts: outcome.counts.clone(),
            needs: outcome.needs.clone(),
            digest: super::review::shown(outcome),
            findings: outcome.findings.iter().take(FIRST_FINDINGS).map(brief).collect(),
        }
    }

    /// The outcome as far as the workbook alone tells it: all but its findings.
    #[must_use]
    pub fn without_findings(&self) -> CheckOutcome {
        let practices = checks::by_id(&self.check).map_or(&[][..], |check| check.practices);
        CheckOutcome {
            check: self.check.clone(),
            control: self.check.split('/').next().unwrap_or_default().to_owned(),
            practices: practices.iter().map(|practice| (*practice).to_owned()).collect(),
            outcome: self.outcome,
            reason: self.reason.clone(),
            population: self.population,
            needs: self.needs.clone(),
            counts: self.counts.clone(),
            findings: vec![],
        }
    }
}

/// Puts a collection into a workbook. Answers, determinations, evidence, exceptions and reviews stay as they are, but for the mark `to_confirm`.
pub fn merge_collection(workbook: &mut Workbook, guidance: &Guidance, collected: &Collected<'_>) -> Changes {
    // A cluster that is listed and was never read has nothing to be compared with.
    let first = !workbook.clusters.iter().any(|c| c.key == collected.key && c.was_read());
    let entries = if first { vec![] } else { differences(workbook, collected) };
    let mut changes = Changes { first, entries, to_confirm: vec![] };
    let mut record = record(collected);
    let known = workbook.clusters.iter().find(|c| c.key == collected.key && !c.findings.is_empty());
    record.before = known.map(|c| ReadBefore { findings: c.findings.clone(), at: c.collected_at.or(c.assessed_at) });
    match workbook.clusters.iter_mut().find(|c| c.key == collected.key) {
        Some(known) => *known = record,
        None => workbook.clusters.push(record),
    }
    workbook.outcomes.retain(|o| o.cluster != collected.key);
    workbook.outcomes.extend(collected.outcomes.iter().map(|o| OutcomeRecord::of(o, collected.key)));
    let order: BTreeMap<&str, usize> = checks::all().enumerate().map(|(i, c)| (c.id, i)).collect();
    let clusters: Vec<String> = workbook.clusters.iter().map(|c| c.key.clone()).collect();
    workbook.outcomes.sort_by_key(|o| (order.get(o.check.as_str()).copied(), clusters.iter().position(|c| *c == o.cluster)));
    workbook.catalogue.clone_from(&guidance.digest);
    changes.to_confirm = confirm(workbook, guidance, collected.assessed_at);
    changes
}

/// The name under which a cluster stands in a workbook: that of the cluster with the same UID, else the wished one, with a number behind it
/// where another cluster has it.
#[must_use]
pub fn cluster_key(workbook: &Workbook, uid: &str, wished: &str) -> String {
    if let Some(known) = workbook.clusters.iter().find(|c| !uid.is_empty() && c.uid == uid) {
        return known.key.clone();
    }
    // Without a UID on both sides nothing shows that two clusters of one name are different ones.
    free_name(wished, |name| workbook.clusters.iter().all(|c| c.key != name || c.uid.is_empty() || uid.is_empty()))
}

/// The wished name for a cluster, with a number behind it where it is not free; `cluster` where none is wished.
#[must_use]
pub fn free_name(wished: &str, free: impl Fn(&str) -> bool) -> String {
    let wished = if wished.trim().is_empty() { "cluster" } else { wished.trim() };
    std::iter::once(wished.to_owned()).chain((2..).map(|n| format!("{wished}-{n}"))).find(|name| free(name)).unwrap_or_default()
}

/// A cluster that could not be read.
#[derive(Clone, Copy, Debug)]
pub struct Unreached<'a> {
    /// The name under which it stands, or is to stand, in the workbook.
    pub wished: &'a str,
    /// Whether it is the cluster that has this name already.
    pub again: bool,
    /// How it was to be reached, in words.
    pub source: &'a str,
    /// How to try again.
    pub reached: &'a Reached,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub why: &'a str,
}

/// Writes down that a cluster could not be read: it is listed with what was read of it before, or as one that was never read. Returns its name.
pub fn put_failure(workbook: &mut Workbook, unreached: &Unreached<'_>) -> String {
    let Unreached { wished, again, source, reached, at, why } = *unreached;
    let failed = Some(ReadFailure { at: Moment(at), why: why.to_owned() });
    // Who it is was not seen, so only the way to it tells which one it is.
    let is_it = |c: &ClusterRecord| if again { c.key == wished } else { !reached.is_unknown() && c.reached == *reached };
    if let Some(known) = workbook.clusters.iter_mut().find(|c| is_it(c)) {
        known.failed = failed;
        return known.key.clone();
    }
    let key = free_name(wished, |name| workbook.clusters.iter().all(|c| c.key != name));
    workbook.clusters.push(ClusterRecord {
        key: key.clone(),
        source: source.to_owned(),
        reached: reached.clone(),
        failed,
        ..ClusterRecord::default()
    });
    key
}

/// Why what was read is not the cluster that stands in a workbook, with both identities; nothing where it is, or where nothing shows that it is
/// not.
#[must_use]
pub fn another(known: &ClusterRecord, read: &ClusterInfo) -> Option<String> {
    let told = |uid: &str, server: &str, version: &str| {
        let server = if server.is_empty() { String::new() } else { format!(" at {server}") };
        format!("UID {uid}{server}, {}", if version.is_empty() { VERSION_NOT_KNOWN } else { version })
    };
    (!known.uid.is_empty() && !read.uid.is_empty() && known.uid != read.uid).then(|| {
        format!(
            "What was read is not {}: it is another cluster, with {}, and {} is the one with {}",
            known.key,
            told(&read.uid, &read.server, read.told_version()),
            known.key,
            told(&known.uid, &known.server, &known.version)
        )
    })
}

fn record(collected: &Collected<'_>) -> ClusterRecord {
    let cluster = &collected.inventory.cluster;
    ClusterRecord {
        key: collected.key.to_owned(),
        uid: cluster.uid.clone(),
        server: cluster.server.clone(),
        version: cluster.told_version().to_owned(),
        distribution: cluster.distribution.clone(),
        nodes: collected.inventory.nodes.len(),
        identity: cluster.identity.as_ref().map(|caller| caller.name.clone()),
        collected_at: cluster.collected_at.map(Moment),
        assessed_at: Some(Moment(collected.assessed_at)),
        snapshot: collected.snapshot.to_owned(),
        findings: collected.findings.to_owned(),
        // The digest of what was taken from a registry says more than the name by which it was asked for.
        source: match collected.inventory.taken_from.as_str() {
            "" => collected.source.to_owned(),
            artifact => format!("snapshot {artifact}"),
        },
        declared_complete: collected.inventory.declared_complete.clone(),
        reached: collected.reached.clone(),
        not_read: not_read(collected.inventory),
        redactions: collected.inventory.redactions,
        failed: None,
        before: None,
    }
}

/// Kinds that were refused, missing or cut short, with the server's words, and what the API servers did not tell of themselves. An add-on that a server does not
/// have is not among them.
#[must_use]
pub fn not_read(inventory: &Inventory) -> BTreeMap<String, String> {
    let record = inventory.cluster.control_plane.as_deref();
    let untold = record.into_iter().flat_map(ControlPlaneRecord::unread).map(|(path, coverage)| {
        let state = match coverage.state {
            KindState::Forbidden => "forbidden",
            KindState::Absent => "not served",
            _ => "failed",
        };
        let words = if coverage.message.is_empty() { state.to_owned() } else { format!("{state}: {}", coverage.message) };
        (path.to_owned(), words)
    });
    Kind::ALL
        .iter()
        .filter_map(|kind| {
            let coverage = inventory.coverage_of(*kind);
            let state = match coverage.state {
                KindState::Read => return None,
                KindState::Absent if !kind.stock() && inventory.source == Source::Live => return None,
                KindState::Absent if inventory.declared_complete.is_some() => return None,
                KindState::Absent if inventory.source == Source::Files => "not in the files",
                KindState::Absent => "not served",
                KindState::Forbidden => "forbidden",
                KindState::Failed => "failed",
                KindState::Partial => "read in part",
            };
            let words = if coverage.message.is_empty() { state.to_owned() } else { format!("{state}: {}", coverage.message) };
            Some((kind.id(), words))
        })
        .chain(untold)
        .collect()
}

/// In what a collection differs from the reading before; nothing for the first.
fn differences(workbook: &Workbook, collected: &Collected<'_>) -> Vec<Entry> {
    let Some(record) = workbook.clusters.iter().find(|c| c.key == collected.key) else { return vec![] };
    let missing = || "what was found before is not to be had any more".to_owned();
    let previous = if collected.previous.is_empty() { Err(missing()) } else { Ok(collected.previous) };
    // That it could not be read in between does not matter any more.
    let before = ClusterSide { failed: None, ..ClusterSide::kept(workbook, record, previous) };
    let after = ClusterSide::read(collected.key, collected.inventory, not_read(collected.inventory), collected.outcomes);
    compare::readings(&before, &after)
}

/// Marks determinations whose ground has moved: what is proposed now is not what was proposed then, and speaks against them. Returns the
/// practices that are marked anew.
pub fn confirm(workbook: &mut Workbook, guidance: &Guidance, now: Timestamp) -> Vec<String> {
    let proposals = Together::of(guidance, workbook, day_of(now)).proposals;
    let mut marked = Vec::new();
    for determination in &mut workbook.determinations {
        let Some(proposal) = proposals.iter().find(|p| p.practice == determination.practice).map(|p| p.proposal) else { continue };
        let against = match determination.finding {
            // “In place” loses its ground also where a check can't say so any more.
            Determined::InPlace => proposal != Some(Determined::InPlace),
            Determined::NotInPlace => matches!(proposal, Some(Determined::InPlace | Determined::NotApplicable)),
            // Where there was nothing to look at, there is something now.
            Determined::NotApplicable if determination.proposed == Some(Determined::NotApplicable) => {
                proposal != Some(Determined::NotApplicable)
            }
            Determined::NotApplicable | Determined::NotTested => proposal == Some(Determined::NotInPlace),
        };
        if against && proposal != determination.proposed && !determination.to_confirm {
            determination.to_confirm = true;
            marked.push(determination.practice.clone());
        }
    }
    marked
}

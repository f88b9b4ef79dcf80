//! The one serialisable view that machines read: `kassay/assessment/v1`. Its types are apart from those inside, so that internals can move
//! without disturbing readers.

use crate::analysis::platform::Platform;
use crate::assess::CheckOutcome;
use crate::checks;
use crate::guidance::Guidance;
use crate::judging::{Check, Need};
use crate::kinds::{ControlPlaneRecord, Inventory, KindState, UserName, Withheld};
use crate::model::{Category, Kind, Scope, Tool};
use crate::workbook::newness::Before;
use crate::workbook::{Moment, Proposal};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Name of the format.
pub const FORMAT: &str = "kassay/assessment/v1";

/// An assessment of one cluster. It is also what a workbook keeps of a collection, so it can be read back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Assessment {
    /// Name of the format.
    pub format: String,
    /// What was replaced by pseudonyms: `names`; "" where nothing was.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub redacted: String,
    /// What judged.
    pub tool: Tool,
    /// The time judged by.
    pub assessed_at: String,
    /// The cluster.
    pub cluster: Cluster,
    /// How far every kind was read.
    pub kinds: Vec<KindRow>,
    /// What the checks say, with all findings.
    pub outcomes: Vec<CheckOutcome>,
    /// What is proposed for every practice.
    pub proposals: Vec<Proposal>,
    /// How many sensitive values were met and not kept.
    pub redactions: usize,
    /// What was withheld, by which detector, where and how often; nothing in a reading of before this was kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<Withheld>,
    /// Namespaces with their category in the scope that was judged in, by name.
    #[serde(default)]
    pub namespaces: Vec<NamespaceRow>,
}

/// A namespace in the scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamespaceRow {
    /// Its name.
    pub name: String,
    /// Its category.
    pub category: Category,
    /// Why: the reason of the rule that decides on it, or what shows that it is the cluster's own; "" for the default and for a rule without one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// The cluster that was judged.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Cluster {
    /// UID of kube-system.
    pub uid: String,
    /// Address.
    pub server: String,
    /// Version.
    pub version: String,
    /// Where the version is from, when the server did not tell it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version_source: String,
    /// Who said that the files are the whole cluster; none where nobody did, and for a live cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_complete: Option<String>,
    /// Distribution.
    pub distribution: String,
    /// What showed it.
    pub distribution_evidence: Vec<String>,
    /// Number of nodes.
    pub nodes: usize,
    /// Who asked; none where that is not known, which stands as "".
    #[serde(default, with = "crate::kinds::caller::told")]
    pub identity: Option<UserName>,
    /// Groups of that user.
    #[serde(default)]
    pub groups: Vec<String>,
    /// When it was collected.
    pub collected_at: Option<String>,
    /// API groups that are registered and did not answer.
    #[serde(default)]
    pub stale_groups: Vec<String>,
}

/// How far one kind was read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct KindRow {
    /// Resource: `pods`.
    pub kind: String,
    /// API group.
    pub group: String,
    /// Version.
    pub version: String,
    /// How far.
    pub state: KindState,
    /// How many objects.
    pub items: usize,
    /// The server's words.
    pub message: String,
}

/// What was asked of the API servers beside lists, as rows: their items are answers.
fn paths(inventory: &Inventory) -> impl Iterator<Item = KindRow> {
    let record = inventory.cluster.control_plane.as_deref();
    record.into_iter().flat_map(ControlPlaneRecord::paths).map(|(path, coverage)| KindRow {
        kind: path.to_owned(),
        group: String::new(),
        version: coverage.version.clone(),
        state: coverage.state,
        items: coverage.items,
        message: coverage.message.clone(),
    })
}

impl Assessment {
    /// Puts an assessment together.
    #[must_use]
    pub fn new(
        inventory: &Inventory,
        outcomes: Vec<CheckOutcome>,
        proposals: Vec<Proposal>,
        guidance: &Guidance,
        assessed_at: Timestamp,
    ) -> Self {
        let cluster = &inventory.cluster;
        let kinds = Kind::ALL.iter().map(|kind| {
            let coverage = inventory.coverage_of(*kind);
            KindRow {
                kind: kind.resource().to_owned(),
                group: kind.group().to_owned(),
                version: if coverage.version.is_empty() { kind.version().to_owned() } else { coverage.version },
                state: coverage.state,
                items: coverage.items,
                message: coverage.message,
            }
        });
        Self {
            format: FORMAT.to_owned(),
            redacted: String::new(),
            tool: Tool::this(&guidance.digest),
            assessed_at: Moment(assessed_at).to_string(),
            cluster: Cluster {
                uid: cluster.uid.clone(),
                server: cluster.server.clone(),
                version: cluster.version.clone(),
                version_source: cluster.version_source.clone(),
                declared_complete: inventory.declared_complete.clone(),
                distribution: cluster.distribution.clone(),
                distribution_evidence: cluster.distribution_evidence.clone(),
                nodes: inventory.nodes.len(),
                identity: cluster.identity.as_ref().map(|caller| caller.name.clone()),
                groups: cluster.identity.as_ref().map(|caller| caller.groups.clone()).unwrap_or_default(),
                collected_at: cluster.collected_at.map(|at| Moment(at).to_string()),
                stale_groups: cluster.stale_groups.clone(),
            },
            kinds: kinds.chain(paths(inventory)).collect(),
            outcomes,
            proposals,
            redactions: inventory.redactions,
            withheld: inventory.withheld(),
            namespaces: vec![],
        }
    }

    /// What it says was found, to tell by it what is new in a later one.
    #[must_use]
    pub fn before(&self, what: impl Into<String>) -> Before {
        // Of files, that a kind is not there says nothing; a server says so of what it does not serve.
        let told = !self.cluster.server.is_empty() || self.cluster.declared_complete.is_some();
        let id = |row: &KindRow| if row.group.is_empty() { row.kind.clone() } else { format!("{}.{}", row.kind, row.group) };
        let unread = |row: &&KindRow| match row.state {
            KindState::Read => false,
            KindState::Absent => !told,
            KindState::Forbidden | KindState::Failed | KindState::Partial => true,
        };
        let unread: Vec<String> = self.kinds.iter().filter(unread).map(id).collect();
        Before::new(what, &self.outcomes, unread.iter().map(String::as_str))
    }

    /// The same with the namespaces of the cluster in a scope.
    #[must_use]
    pub fn in_scope(mut self, inventory: &Inventory, scope: &Scope) -> Self {
        let platform = Platform::of(inventory);
        let mut rows: BTreeMap<&str, NamespaceRow> = BTreeMap::new();
        let none = BTreeMap::new();
        let listed = inventory.namespaces.iter().map(|n| (&*n.metadata.name, &*n.metadata.labels));
        let of_workloads = inventory.workloads.iter().map(|w| (&*w.object.namespace, &none));
        for (name, labels) in listed.chain(of_workloads).filter(|(name, _)| !name.is_empty()) {
            rows.entry(name).or_insert_with(|| {
                let own = platform.why(name);
                let category = scope.category(name, labels, own.is_some());
                let reason = match scope.rule(name, labels, own.is_some()) {
                    Some(rule) => rule.reason.clone(),
                    None => own.unwrap_or_default(),
                };
                NamespaceRow { name: name.to_owned(), category, reason }
            });
        }
        self.namespaces = rows.into_values().collect();
        self
    }
}

/// The catalogue of checks, as `kassay checks -o json` prints it.
#[derive(Debug, Serialize)]
pub struct CheckRow {
    id: &'static str,
    control: &'static str,
    title: &'static str,
    severity: crate::model::Severity,
    practices: &'static [&'static str],
    needs: Vec<String>,
    active: bool,
    why: &'static str,
    mend: &'static str,
    blind_spots: &'static str,
}

/// Every check as a row.
#[must_use]
pub fn check_rows() -> Vec<CheckRow> {
    checks::all()
        .map(|check| CheckRow {
            id: check.id,
            control: check.control(),
            title: check.title,
            severity: check.severity,
            practices: check.practices,
            needs: needs(check),
            active: check.active,
            why: check.why,
            mend: check.mend,
            blind_spots: check.blind_spots,
        })
        .collect()
}

/// What a check needs, in words: `pods: list`.
#[must_use]
pub fn needs(check: &Check) -> Vec<String> {
    let mut needs: Vec<String> = check.needs.iter().flat_map(need).collect();
    needs.dedup();
    needs
}

/// What stands behind one need, list by list.
#[must_use]
pub fn need(need: &Need) -> Vec<String> {
    match need {
        Need::Version => vec!["version".to_owned()],
        Need::Probes => vec![crate::assess::PROBES.to_owned()],
        Need::Evidence(form) => std::iter::once(form.need().to_owned()).chain(lists(need.kinds())).collect(),
        other => lists(other.kinds()).collect(),
    }
}

fn lists(kinds: &[Kind]) -> impl Iterator<Item = String> + '_ {
    kinds.iter().map(|kind| format!("{}: list", kind.id()))
}

/// A control, as `kassay controls -o json` prints it.
#[derive(Debug, Serialize)]
pub struct ControlRow<'a> {
    control: &'a str,
    area: u8,
    title: &'a str,
    practices: Vec<PracticeRow<'a>>,
    checks: Vec<&'static str>,
    questions: Vec<QuestionRow<'a>>,
    dss: &'a [String],
    cis: &'a [String],
}

#[derive(Debug, Serialize)]
struct PracticeRow<'a> {
    id: &'a str,
    text: String,
}

#[derive(Debug, Serialize)]
struct QuestionRow<'a> {
    id: &'a str,
    text: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    satisfied: String,
    evidence_required: bool,
    valid_for: String,
}

/// Every control as a row.
#[must_use]
pub fn control_rows(guidance: &Guidance) -> Vec<ControlRow<'_>> {
    guidance
        .areas
        .iter()
        .flat_map(|area| area.controls.iter().map(move |control| (area.number, control)))
        .map(|(area, control)| ControlRow {
            control: &control.id,
            area,
            title: &control.title,
            practices: control
                .practices
                .iter()
                .map(|p| PracticeRow { id: &p.id, text: crate::guidance::paragraphs(&p.text).join("\n\n") })
                .collect(),
            checks: checks::of_control(&control.id).map(|c| c.id).collect(),
            questions: control
                .questions
                .iter()
                .map(|q| QuestionRow {
                    id: &q.id,
                    text: &q.text,
                    kind: q.kind.id(),
                    satisfied: q.satisfied_words(),
                    evidence_required: q.evidence_required,
                    valid_for: q.valid_for.to_string(),
                })
                .collect(),
            dss: &control.dss,
            cis: &control.cis,
        })
        .collect()
}

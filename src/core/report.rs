//! The one serialisable view that machines read: `kassay/assessment/v1`. Its types are apart from those inside, so that internals can move
//! without disturbing readers.

use crate::assess::CheckOutcome;
use crate::checks;
use crate::guidance::Guidance;
use crate::kinds::{Inventory, KindState};
use crate::model::Kind;
use crate::workbook::{Moment, Proposal};
use jiff::Timestamp;
use serde::Serialize;

/// Name of the format.
pub const FORMAT: &str = "kassay/assessment/v1";

/// An assessment of one cluster.
#[derive(Debug, Serialize)]
pub struct Assessment<'a> {
    format: &'static str,
    tool: Tool<'a>,
    assessed_at: String,
    cluster: Cluster<'a>,
    kinds: Vec<KindRow<'a>>,
    outcomes: &'a [CheckOutcome],
    proposals: &'a [Proposal],
    redactions: usize,
}

/// What judged.
#[derive(Debug, Serialize)]
struct Tool<'a> {
    name: &'static str,
    version: &'a str,
    catalogue: &'a str,
}

#[derive(Debug, Serialize)]
struct Cluster<'a> {
    uid: &'a str,
    server: &'a str,
    version: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    version_source: &'a str,
    distribution: &'a str,
    distribution_evidence: &'a [String],
    nodes: usize,
    identity: &'a str,
    collected_at: Option<String>,
    stale_groups: &'a [String],
}

#[derive(Debug, Serialize)]
struct KindRow<'a> {
    kind: &'static str,
    group: &'static str,
    version: &'a str,
    state: KindState,
    items: usize,
    message: &'a str,
}

impl<'a> Assessment<'a> {
    /// Puts an assessment together.
    #[must_use]
    pub fn new(
        inventory: &'a Inventory,
        outcomes: &'a [CheckOutcome],
        proposals: &'a [Proposal],
        guidance: &'a Guidance,
        assessed_at: Timestamp,
    ) -> Self {
        let cluster = &inventory.cluster;
        let kinds = Kind::ALL.iter().map(|kind| {
            let coverage = inventory.coverage.get(kind);
            KindRow {
                kind: kind.resource(),
                group: kind.group(),
                version: coverage.map(|c| c.version.as_str()).filter(|v| !v.is_empty()).unwrap_or_else(|| kind.version()),
                state: coverage.map_or(KindState::Absent, |c| c.state),
                items: coverage.map_or(0, |c| c.items),
                message: coverage.map_or("", |c| c.message.as_str()),
            }
        });
        Self {
            format: FORMAT,
            tool: Tool { name: "kassay", version: env!("CARGO_PKG_VERSION"), catalogue: &guidance.digest },
            assessed_at: Moment(assessed_at).to_string(),
            cluster: Cluster {
                uid: &cluster.uid,
                server: &cluster.server,
                version: &cluster.version,
                version_source: &cluster.version_source,
                distribution: &cluster.distribution,
                distribution_evidence: &cluster.distribution_evidence,
                nodes: inventory.nodes.len(),
                identity: &cluster.identity,
                collected_at: cluster.collected_at.map(|at| Moment(at).to_string()),
                stale_groups: &cluster.stale_groups,
            },
            kinds: kinds.collect(),
            outcomes,
            proposals,
            redactions: inventory.redactions,
        }
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
pub fn needs(check: &checks::Check) -> Vec<String> {
    let mut needs: Vec<String> = check
        .needs
        .iter()
        .flat_map(|need| match need {
            checks::Need::Version => vec!["version".to_owned()],
            other => other.kinds().iter().map(|kind| format!("{}: list", kind.id())).collect(),
        })
        .collect();
    needs.dedup();
    needs
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

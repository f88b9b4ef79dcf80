//! The assessment as OSCAL assessment results, NIST's form for systems that gather what assessors found. Only what a person determined as in place is
//! satisfied there: what the checks say are observations and risks.

mod context;
mod document;
mod findings;
mod metadata;
mod naming;
mod observations;
mod references;
mod resources;
mod risks;
mod text;

use super::json::write_pretty;
use super::{ExportError, Material, facts};
use context::{Context, props};
use document::{
    AssessmentAssets, AssessmentResults, Component, ComponentReference, ComponentStatus, Control, ControlSelection, Document, Import,
    LocalDefinitions, Objective, ObjectiveSelection, Platform, Results, ReviewedControls,
};
use kassay_core::workbook::rollup::unread;
use kassay_core::workbook::{ClusterRecord, Moment};
use std::fmt;
use std::io::Write;
use std::str::FromStr;
use text::{line, paragraphs};

/// The version of OSCAL that a file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OscalVersion(String);

impl Default for OscalVersion {
    fn default() -> Self {
        Self("1.2.1".to_owned())
    }
}

impl fmt::Display for OscalVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A version in whose form nothing can be written.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” is no version of OSCAL 1: 1.2.1 is one")]
pub struct NotAVersion(String);

impl FromStr for OscalVersion {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        // All that is written has had this form throughout OSCAL 1.
        let is_number = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        match text.split('.').collect::<Vec<_>>()[..] {
            ["1", minor, patch] if is_number(minor) && is_number(patch) => Ok(Self(text.to_owned())),
            _ => Err(NotAVersion(text.to_owned())),
        }
    }
}

/// An assessment as OSCAL assessment results.
///
/// # Errors
/// Where a reference would lead nowhere, which is a fault of the program.
pub fn oscal(material: &Material, version: &OscalVersion) -> Result<String, ExportError> {
    let mut text = Vec::new();
    write_oscal(material, version, &mut text)?;
    String::from_utf8(text).map_err(|e| ExportError::Internal(e.to_string()))
}

/// The same, written as it is made; where a reference would lead nowhere, nothing is written.
///
/// # Errors
/// Where a reference would lead nowhere, or the target can't be written.
pub(super) fn write_oscal(material: &Material, version: &OscalVersion, to: &mut dyn Write) -> Result<(), ExportError> {
    let file = assessment_results(&Context::new(material), version);
    let faults = references::faults(&file);
    if !faults.is_empty() {
        return Err(ExportError::Internal(format!("OSCAL was not written: {}", faults.join("; "))));
    }
    write_pretty(&Document { assessment_results: file }, to)
}

fn assessment_results(context: &Context<'_>, version: &OscalVersion) -> AssessmentResults {
    AssessmentResults {
        uuid: context.uuid("file", ""),
        metadata: metadata::metadata(context, &version.0),
        import_ap: Import {
            href: resources::plan_uuid(context).link(),
            remarks: line("Kassay follows the guidance and writes no plan of assessment."),
        },
        results: vec![results(context)],
        back_matter: resources::back_matter(context),
    }
}

fn results(context: &Context<'_>) -> Results {
    let material = context.material;
    let read = material.workbook.clusters.iter().filter_map(|record| record.collected_at.or(record.assessed_at));
    let first = material.journal.lines.first().map(|line| Moment(line.at));
    let start = context.time(read.chain(first).min());
    let end = context.time(material.journal.lines.last().map(|line| Moment(line.at))).max(start.clone());
    let (observations, inventory_items) = observations::observations(context);
    let risks = risks::risks(context);
    let findings = findings::findings(context, &observations, &risks);
    let undetermined = findings::undetermined(context);
    let open = if undetermined.is_empty() {
        String::new()
    } else {
        format!("Not determined yet, so neither satisfied nor not: {}.", undetermined.join(", "))
    };
    Results {
        uuid: context.uuid("result", ""),
        title: line(&facts::title(material)),
        description: paragraphs([facts::GUIDANCE]),
        start,
        end,
        local_definitions: LocalDefinitions {
            components: material.workbook.clusters.iter().map(|record| cluster(context, record)).collect(),
            inventory_items,
            assessment_assets: assets(context),
        },
        reviewed_controls: reviewed(context, &open),
        observations,
        risks,
        findings,
        remarks: paragraphs([open]),
    }
}

/// Every control of the guidance, and every practice as its objective.
fn reviewed(context: &Context<'_>, open: &str) -> ReviewedControls {
    let guidance = context.material.guidance;
    let include_controls = guidance.controls().map(|control| Control { control_id: naming::token(&control.id) }).collect();
    let include_objectives = guidance.practices().map(|practice| Objective { objective_id: naming::token(&practice.id) }).collect();
    ReviewedControls {
        description: line("Controls of the guidance, and its practices as their objectives."),
        control_selections: vec![ControlSelection { include_controls }],
        control_objective_selections: vec![ObjectiveSelection { include_objectives }],
        remarks: paragraphs([open]),
    }
}

fn cluster(context: &Context<'_>, record: &ClusterRecord) -> Component {
    let not_read = record.not_read.iter().map(|(kind, why)| format!("Not read: {kind}: {why}"));
    let unread = unread(&context.material.workbook, record);
    let is_read = unread.is_none();
    let stale = unread.map(|why| format!("{why}. Nothing passes for it."));
    let declared = record.declared_complete.as_ref().map(|who| format!("That its files are the whole cluster was said by {who}."));
    let identity = record.identity.as_ref().map(ToString::to_string).unwrap_or_default();
    Component {
        uuid: context.cluster(&record.key),
        kind: "system",
        title: line(&format!("Cluster {}", record.key)),
        description: line(&format!(
            "A Kubernetes cluster, read from {}",
            if record.source.is_empty() { "nowhere" } else { &record.source }
        )),
        props: props([
            ("cluster", &record.key),
            ("uid", &record.uid),
            ("server", &record.server),
            ("kubernetes-version", &record.version),
            ("distribution", &record.distribution),
            ("read-as", &identity),
            ("read-at", &record.collected_at.map(|at| at.to_string()).unwrap_or_default()),
            ("secrets-met-and-not-kept", &record.redactions.to_string()),
        ]),
        status: ComponentStatus { state: if is_read { "operational" } else { "other" } },
        remarks: paragraphs(stale.into_iter().chain(not_read).chain(declared)),
    }
}

fn assets(context: &Context<'_>) -> AssessmentAssets {
    let tool = Component {
        uuid: context.tool(),
        kind: "software",
        title: "Kassay".to_owned(),
        description: line("Reads clusters and judges what was read; it changes nothing in them."),
        props: props([("version", env!("CARGO_PKG_VERSION"))]),
        status: ComponentStatus { state: "operational" },
        remarks: String::new(),
    };
    let platform = Platform {
        uuid: context.uuid("component", "platform"),
        title: "Kassay".to_owned(),
        uses_components: vec![ComponentReference { component_uuid: tool.uuid }],
    };
    AssessmentAssets { components: vec![tool], assessment_platforms: vec![platform] }
}

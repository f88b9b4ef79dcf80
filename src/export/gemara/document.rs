//! The parts of Gemara's evaluation log that are written, under their names there. What is empty is left out.

use super::result::Outcome;
use serde::Serialize;
use std::collections::BTreeMap;

/// The whole file.
#[derive(Debug, Serialize)]
pub(super) struct EvaluationLog {
    pub(super) metadata: Metadata,
    pub(super) target: Resource,
    /// The worst of its evaluations.
    pub(super) result: Outcome,
    pub(super) evaluations: Vec<ControlEvaluation>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Metadata {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) gemara_version: &'static str,
    pub(super) version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) date: Option<String>,
    pub(super) description: String,
    pub(super) author: Actor,
    pub(super) mapping_references: Vec<MappingReference>,
}

#[derive(Debug, Serialize)]
pub(super) struct Actor {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) contact: Option<Contact>,
}

#[derive(Debug, Serialize)]
pub(super) struct Contact {
    pub(super) name: String,
    pub(super) affiliation: String,
}

/// Something outside of the file to which it refers.
#[derive(Debug, Serialize)]
pub(super) struct MappingReference {
    pub(super) id: &'static str,
    pub(super) title: String,
    pub(super) version: String,
    pub(super) description: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Resource {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) environment: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct EntryMapping {
    pub(super) reference_id: &'static str,
    pub(super) entry_id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct ControlEvaluation {
    pub(super) name: String,
    pub(super) result: Outcome,
    pub(super) message: String,
    pub(super) control: EntryMapping,
    pub(super) assessment_logs: Vec<AssessmentLog>,
}

/// What came of one practice.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct AssessmentLog {
    pub(super) requirement: EntryMapping,
    pub(super) description: String,
    pub(super) result: Outcome,
    pub(super) message: String,
    pub(super) applicability: Vec<String>,
    pub(super) steps: Vec<String>,
    pub(super) steps_executed: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) start: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) recommendation: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) evidence: Vec<Evidence>,
}

/// What a result rests on: a file of the assessment, or what was said.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Evidence {
    pub(super) id: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) collected_at: String,
    pub(super) description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<EvidenceMapping>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) payload: Option<BTreeMap<&'static str, String>>,
}

/// Where a file lies, and its digest.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct EvidenceMapping {
    pub(super) reference_id: &'static str,
    pub(super) coordinate: String,
    pub(super) digest: String,
}

//! The table `[[evidence]]`.

use crate::workbook::moment::{Day, Moment};
use serde::{Deserialize, Serialize};

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// `E-0004`: never given twice.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What it is.
    pub kind: EvidenceKind,
    /// Title.
    pub title: String,
    /// Name of the file as it was attached; "" for evidence without a file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// SHA-256 of the file, under which it is kept in `evidence/`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sha256: String,
    /// Bytes.
    #[serde(default)]
    pub size: u64,
    /// The day that it speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<Day>,
    /// When it was obtained.
    pub obtained: Moment,
    /// By whom.
    pub by: String,
    /// Practices that it supports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub practices: Vec<String>,
}

/// What a piece of evidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// A document: policy, procedure, configuration.
    Document,
    /// Notes of an interview.
    Interview,
    /// What the assessor saw.
    Observation,
    /// A sample from a population.
    Sample,
    /// Something read from the cluster.
    Query,
    /// Output of a scanner.
    Scan,
}

impl EvidenceKind {
    /// All, in the order of the form.
    pub const ALL: [Self; 6] = [Self::Document, Self::Interview, Self::Observation, Self::Sample, Self::Query, Self::Scan];

    /// The name that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Interview => "interview",
            Self::Observation => "observation",
            Self::Sample => "sample",
            Self::Query => "query",
            Self::Scan => "scan",
        }
    }
}

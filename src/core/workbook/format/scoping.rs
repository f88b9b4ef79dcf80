//! The tables `[scope_confirmed]` and `[[use_case]]`: what makes the scope a document.

use crate::workbook::moment::Moment;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// That somebody confirmed the scope as it was then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeConfirmed {
    /// Who.
    pub by: String,
    /// When.
    pub at: Moment,
    /// On what it rests: documents, data flows, people who were asked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// Digest of the scope then.
    pub digest: String,
    /// The namespaces of each cluster that were known then, by its name: what is not among them has appeared since.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub namespaces: BTreeMap<String, Vec<String>>,
}

/// What a cluster is used for, in the words of the guidance's section 3.2.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UseCase {
    /// The cluster.
    pub cluster: String,
    /// The use case.
    pub case: UseCaseKind,
    /// Why, in the assessor's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: Moment,
}

/// A use case of the guidance's section 3.2.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UseCaseKind {
    /// Containers without account data, managed by an orchestrator.
    #[default]
    Baseline,
    /// Development and management of container images.
    Development,
    /// Account data is stored, processed or transmitted.
    AccountData,
    /// Workloads of different security levels share the cluster.
    MixedLevels,
}

impl UseCaseKind {
    /// All, in the order of the form.
    pub const ALL: [Self; 4] = [Self::Baseline, Self::Development, Self::AccountData, Self::MixedLevels];

    /// The name that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Development => "development",
            Self::AccountData => "account data",
            Self::MixedLevels => "mixed levels",
        }
    }
}

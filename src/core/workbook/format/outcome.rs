//! The tables `[[outcome]]` and `[[outcome.finding]]`.

use crate::model::{Category, Outcome, Severity};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The outcome of a check as the workbook keeps it: enough to read without the file of all findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeRecord {
    /// The check.
    pub check: String,
    /// The cluster.
    pub cluster: String,
    /// The outcome.
    pub outcome: Outcome,
    /// One sentence.
    pub reason: String,
    /// How many were looked at.
    pub population: usize,
    /// How many findings there are in all.
    #[serde(default)]
    pub total: usize,
    /// Findings by category.
    #[serde(default)]
    pub counts: BTreeMap<Category, usize>,
    /// What was missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// Digest of what it shows, all findings included: a review holds as long as this is the same.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
    /// The first findings.
    #[serde(default, rename = "finding", skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<FindingBrief>,
}

/// A finding in brief.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingBrief {
    /// Its id.
    pub id: String,
    /// Severity.
    pub severity: Severity,
    /// Category.
    pub category: Category,
    /// Object: `Deployment shop/web`.
    pub object: String,
    /// Field.
    pub field: String,
    /// What stands there, redacted.
    pub observed: String,
}

//! The table `[[remediation]]`.

use super::Withdrawn;
use crate::workbook::moment::{Day, Moment};
use serde::{Deserialize, Serialize};

/// Something that was found wrong and mended while the assessment went on: before, after, tested again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remediation {
    /// `M-01`: never given twice.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What it is about: a check, the id of a finding, a question, a practice.
    pub what: String,
    /// The check, where it is about a finding: a finding that is mended is not found any more.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub check: String,
    /// The cluster; "" for all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cluster: String,
    /// Practices that it speaks to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub practices: Vec<String>,
    /// What was wrong.
    pub before: String,
    /// Day on which that was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub found: Option<Day>,
    /// References of the evidence for that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence_before: Vec<String>,
    /// What was done about it; "" while it is open.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub after: String,
    /// References of the evidence for that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence_after: Vec<String>,
    /// Day on which it was tested again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retested: Option<Day>,
    /// By whom.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub retested_by: String,
    /// What that showed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub conclusion: String,
    /// Who wrote it down.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Withdrawn>,
}

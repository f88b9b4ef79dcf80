//! The table `[[answer]]`.

use crate::workbook::moment::{Day, Moment};
use crate::workbook::value::AnswerValue;
use serde::{Deserialize, Serialize};

/// An answer to a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The question.
    pub question: String,
    /// Digest of its wording then.
    pub digest: String,
    /// The answer.
    pub value: AnswerValue,
    /// Who wrote it down.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Who was interviewed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub interviewed: String,
    /// Their role.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// Day of the interview.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Day>,
    /// Note.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// References of evidence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// Cluster, where it matters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cluster: String,
}

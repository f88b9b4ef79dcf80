//! The table `[previous]` and what stands below it: last assessment's work, for reference only. Nothing of it counts.

use super::analysis::RiskAnalysis;
use crate::model::{Determined, Method};
use crate::workbook::moment::{Day, Moment};
use crate::workbook::value::AnswerValue;
use serde::{Deserialize, Serialize};

/// The assessment from which this one was begun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Previous {
    /// Its entity.
    pub entity: String,
    /// Its period.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub period: String,
    /// Where it lay then: its folder or bag.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// SHA-256 of its workbook.
    pub workbook: String,
    /// When this assessment was begun from it.
    pub at: Moment,
    /// What was wrong with its files then, where it was begun from all the same; "" where they were whole.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unverified: String,
    /// Its clusters.
    #[serde(default, rename = "cluster", skip_serializing_if = "Vec::is_empty")]
    pub clusters: Vec<PreviousCluster>,
    /// Its answers.
    #[serde(default, rename = "answer", skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<PreviousAnswer>,
    /// Its determinations.
    #[serde(default, rename = "determination", skip_serializing_if = "Vec::is_empty")]
    pub determinations: Vec<PreviousDetermination>,
    /// Its evidence.
    #[serde(default, rename = "evidence", skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<PreviousEvidence>,
    /// Its targeted risk analyses, with references of that assessment.
    #[serde(default, rename = "risk_analysis", skip_serializing_if = "Vec::is_empty")]
    pub analyses: Vec<RiskAnalysis>,
}

/// A cluster of the assessment before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviousCluster {
    /// Its name there.
    pub key: String,
    /// UID of kube-system.
    #[serde(default)]
    pub uid: String,
    /// Address.
    #[serde(default)]
    pub server: String,
    /// Version.
    #[serde(default)]
    pub version: String,
    /// Distribution.
    #[serde(default)]
    pub distribution: String,
    /// Nodes.
    #[serde(default)]
    pub nodes: usize,
    /// SHA-256 of the file with all that was found in it, of which `findings/<digest>.json` is a copy.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub findings: String,
}

/// An answer of the assessment before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviousAnswer {
    /// The question.
    pub question: String,
    /// Digest of its wording then.
    pub digest: String,
    /// The cluster; "" for all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cluster: String,
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
    /// Note.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// References of its evidence, in that assessment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
}

/// A determination of the assessment before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviousDetermination {
    /// The practice.
    pub practice: String,
    /// The finding on it.
    pub finding: Determined,
    /// The method.
    #[serde(default)]
    pub method: Method,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rationale: String,
    /// When.
    pub at: Moment,
}

/// A piece of evidence of the assessment before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PreviousEvidence {
    /// Its reference there.
    #[serde(rename = "ref")]
    pub reference: String,
    /// Title.
    pub title: String,
    /// Name of its file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// SHA-256 of its file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sha256: String,
    /// The day that it speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<Day>,
}

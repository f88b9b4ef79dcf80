//! The table `[[risk_analysis]]`.

use super::Withdrawn;
use crate::workbook::moment::{Day, Moment};
use serde::{Deserialize, Serialize};

/// A targeted risk analysis of the entity: PCI DSS 12.3.1 for how often something is done, 12.3.2 for a customized approach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskAnalysis {
    /// `T-01`: never given twice.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What it is about.
    pub title: String,
    /// What it is for.
    pub purpose: AnalysisPurpose,
    /// The requirement of PCI DSS that names it: `11.3.1.1`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub requirement: String,
    /// Practices that rest on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub practices: Vec<String>,
    /// What is protected.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub assets: String,
    /// Against what.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub threats: String,
    /// What makes that more or less likely, or worse.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub factors: String,
    /// How often it is done, for that purpose: `3 months`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub frequency: String,
    /// Why that is often enough, or why the control meets the objective.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub justification: String,
    /// Day on which the entity did it, or reviewed it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub performed: Option<Day>,
    /// Who at the entity approved it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub approved_by: String,
    /// References of its evidence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// Who wrote it down.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Withdrawn>,
}

impl RiskAnalysis {
    /// An analysis of which no more is known than who wrote it down, and when.
    #[must_use]
    pub const fn new(reference: String, by: String, at: Moment) -> Self {
        Self {
            reference,
            title: String::new(),
            purpose: AnalysisPurpose::Frequency,
            requirement: String::new(),
            practices: vec![],
            assets: String::new(),
            threats: String::new(),
            factors: String::new(),
            frequency: String::new(),
            justification: String::new(),
            performed: None,
            approved_by: String::new(),
            evidence: vec![],
            by,
            at,
            withdrawn: None,
        }
    }
}

/// What a targeted risk analysis is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnalysisPurpose {
    /// How often something is done: PCI DSS 12.3.1.
    #[default]
    Frequency,
    /// A customized approach: PCI DSS 12.3.2.
    CustomizedApproach,
}

impl AnalysisPurpose {
    /// Both, in the order of the form.
    pub const ALL: [Self; 2] = [Self::Frequency, Self::CustomizedApproach];

    /// The name that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Frequency => "how often something is done (12.3.1)",
            Self::CustomizedApproach => "customized approach (12.3.2)",
        }
    }
}

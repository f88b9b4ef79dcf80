//! The table `[[request]]`.

use crate::workbook::moment::{Day, Moment};
use serde::{Deserialize, Serialize};

/// Something that the assessed entity is asked for before or during the visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// `R-001`: never given twice.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What is asked for.
    pub what: String,
    /// Who can provide it, by role: `platform team`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// The question that it is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub question: String,
    /// Practices that it is for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub practices: Vec<String>,
    /// Digest of the line of the guidance's list of evidence that it is for, so that its words may be changed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub line: String,
    /// The cluster; "" for all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cluster: String,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Day>,
    /// How it stands.
    pub status: RequestStatus,
    /// What was said about it; why it was refused or is not needed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// References of the evidence that met it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// When it was asked for.
    pub asked: Moment,
    /// Who changed it last.
    pub by: String,
    /// When.
    pub at: Moment,
}

/// How a request stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestStatus {
    /// Nothing came yet.
    #[default]
    Open,
    /// It came.
    Received,
    /// It was refused.
    Refused,
    /// It is not needed after all.
    NotNeeded,
}

impl RequestStatus {
    /// All, in the order of the form.
    pub const ALL: [Self; 4] = [Self::Open, Self::Received, Self::Refused, Self::NotNeeded];

    /// The name that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Received => "received",
            Self::Refused => "refused",
            Self::NotNeeded => "not needed",
        }
    }
}

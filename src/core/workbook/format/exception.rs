//! The table `[[exception]]`.

use crate::workbook::moment::{Day, Moment};
use serde::{Deserialize, Serialize};

/// An accepted exception to a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Id of the finding, or the check for all of its findings.
    pub what: String,
    /// The check of the finding, by which it is known when the finding is gone; "" for a check.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub check: String,
    /// What was found where, as it was then: `Deployment shop/web spec.hostNetwork`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Last day on which it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// The cluster on which it holds; "" for all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cluster: String,
    /// Who approved it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub approver: String,
    /// Who wrote it down.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Moment>,
}

impl Exception {
    /// An exception for a check or a finding, of which nothing is told yet.
    #[must_use]
    pub fn of(what: &str) -> Self {
        Self {
            what: what.to_owned(),
            check: String::new(),
            about: String::new(),
            reason: String::new(),
            owner: String::new(),
            until: None,
            cluster: String::new(),
            approver: String::new(),
            by: String::new(),
            at: None,
        }
    }
}

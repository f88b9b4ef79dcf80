//! The table `[[exception]]`.

use crate::workbook::moment::Day;
use serde::{Deserialize, Serialize};

/// An accepted exception to a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Id of the finding, or the check for all of its findings.
    pub what: String,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Last day on which it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
}

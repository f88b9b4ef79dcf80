//! The table `[[review]]`.

use crate::model::Outcome;
use crate::workbook::moment::Moment;
use serde::{Deserialize, Serialize};

/// That somebody looked at the outcome of a check on a cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// The check.
    pub check: String,
    /// The cluster.
    pub cluster: String,
    /// What the check said then.
    pub outcome: Outcome,
    /// Digest of what was shown then: `OutcomeRecord::digest`.
    pub digest: String,
    /// What was made of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Who looked.
    pub by: String,
    /// When.
    pub at: Moment,
}

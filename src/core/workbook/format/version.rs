//! The table `[[version]]`: what a person told of the version of a cluster.

use crate::workbook::moment::Moment;
use serde::{Deserialize, Serialize};

/// The version of Kubernetes of a cluster that was read from files which do not tell it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ToldVersion {
    /// The cluster.
    pub cluster: String,
    /// The version: `v1.34.4`.
    pub version: String,
    /// What shows it, in the words of who told it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Who told it.
    pub by: String,
    /// When.
    pub at: Moment,
}

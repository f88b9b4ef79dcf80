//! The table `[place]`.

use serde::{Deserialize, Serialize};

/// Where the assessor stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// Control: `3.1`.
    pub control: String,
    /// Tab: `checks`.
    pub tab: String,
    /// What was selected there: a check, question, practice or finding.
    pub item: String,
}

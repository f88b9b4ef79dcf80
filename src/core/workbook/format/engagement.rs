//! The table `[engagement]`.

use serde::{Deserialize, Serialize};

/// Who is assessed, by whom, when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Engagement {
    /// The assessed entity.
    pub entity: String,
    /// Assessors by name.
    pub assessors: Vec<String>,
    /// The assessors' company.
    pub company: String,
    /// Period: `2026`.
    pub period: String,
    /// Purpose, in a sentence.
    pub purpose: String,
}

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
    /// Who reviews what the assessors write.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reviewers: Vec<String>,
    /// Whether who wrote something may accept it themselves; the report says so then.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub own_acceptance: bool,
    /// Whether a program such as an AI assistant helped with words or conclusions; none where that was not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assisted: Option<bool>,
    /// Which one, with what, and how its words were checked.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub assistance: String,
}

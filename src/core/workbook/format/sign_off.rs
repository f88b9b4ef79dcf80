//! The table `[[sign_off]]`.

use crate::workbook::moment::Moment;
use serde::{Deserialize, Serialize};

/// A step of the review by a second person. Steps are added and never changed; the last one of a matter holds as long as the matter is as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignOff {
    /// The matter: `determination 3.1.a`, `answer 1.6.mfa_enforced`, `answer 1.6.mfa_enforced on prod-eu`, `area 3`.
    pub of: String,
    /// What was done.
    pub step: SignOffStep,
    /// What was said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// By whom.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Digest of the matter then.
    pub digest: String,
}

/// A step of the review by a second person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignOffStep {
    /// Who wrote it says that it is done.
    Submitted,
    /// Somebody else agrees.
    Accepted,
    /// Somebody else wants it changed, and says what.
    Returned,
}

impl SignOffStep {
    /// The name that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Submitted => "submitted",
            Self::Accepted => "accepted",
            Self::Returned => "returned",
        }
    }
}

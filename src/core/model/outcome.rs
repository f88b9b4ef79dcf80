//! The result of one automated check on one cluster.

use serde::{Deserialize, Serialize};

/// What a check says. Only `Pass` is good news, and it is never said of what could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The whole population was read and nothing was found.
    Pass,
    /// Findings exist in scope.
    Fail,
    /// Facts that a person must judge.
    Review,
    /// Nothing of that kind exists, and the query that showed it is told.
    NotApplicable,
    /// Could not be evaluated: something needed was refused, missing or cut short.
    Blocked,
}

impl Outcome {
    /// All five, worst first.
    pub const ALL: [Self; 5] = [Self::Fail, Self::Blocked, Self::Review, Self::NotApplicable, Self::Pass];

    /// The name in JSON and TOML.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Review => "review",
            Self::NotApplicable => "not_applicable",
            Self::Blocked => "blocked",
        }
    }

    /// The name that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::NotApplicable => "n/a",
            other => other.id(),
        }
    }
}

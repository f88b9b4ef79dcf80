//! Gemara's six results, which of them a practice has, and which several together have.

use kassay_core::model::Determined;
use kassay_core::workbook::Determination;
use serde::Serialize;

/// What came of something, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) enum Outcome {
    /// Not in place.
    Failed,
    /// It could not be seen.
    Unknown,
    /// Somebody still has to say.
    #[serde(rename = "Needs Review")]
    NeedsReview,
    /// Nobody looked.
    #[serde(rename = "Not Run")]
    NotRun,
    /// In place.
    Passed,
    /// There is nothing to which it could apply.
    #[serde(rename = "Not Applicable")]
    NotApplicable,
}

/// How far a practice was looked at that nobody has determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looked {
    /// A check could not see what it judges, on one cluster at least.
    Blocked,
    /// Checks judged, or questions were answered.
    Some,
    /// Nothing was read, and nothing was answered.
    Nothing,
}

impl Outcome {
    pub(super) const ALL: [Self; 6] = [Self::Failed, Self::Unknown, Self::NeedsReview, Self::NotRun, Self::Passed, Self::NotApplicable];

    /// Its name.
    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Failed => "Failed",
            Self::Unknown => "Unknown",
            Self::NeedsReview => "Needs Review",
            Self::NotRun => "Not Run",
            Self::Passed => "Passed",
            Self::NotApplicable => "Not Applicable",
        }
    }

    /// What a practice came to: only what is determined as in place, and not contradicted since, has passed.
    pub(super) const fn of(determination: Option<&Determination>, looked: Looked) -> Self {
        let Some(d) = determination else {
            return match looked {
                Looked::Blocked => Self::Unknown,
                Looked::Some => Self::NeedsReview,
                Looked::Nothing => Self::NotRun,
            };
        };
        if d.is_in_place() {
            return Self::Passed;
        }
        match (d.finding, d.to_confirm) {
            (Determined::NotInPlace, _) => Self::Failed,
            (Determined::NotTested, _) => Self::NotRun,
            (Determined::NotApplicable, false) => Self::NotApplicable,
            // Contradicted since, and not confirmed.
            (Determined::InPlace, _) | (Determined::NotApplicable, true) => Self::NeedsReview,
        }
    }

    /// What several came to together: the worst of them; but where some were looked at and others not, somebody has to say.
    pub(super) fn of_all(all: impl Iterator<Item = Self> + Clone) -> Self {
        let worst = all.clone().min().unwrap_or(Self::NotRun);
        if worst == Self::NotRun && all.clone().any(|outcome| outcome != Self::NotRun) { Self::NeedsReview } else { worst }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_pass_only_where_none_is_open() {
        use Outcome::{Failed, NeedsReview, NotApplicable, NotRun, Passed, Unknown};
        let together = |all: &[Outcome]| Outcome::of_all(all.iter().copied());
        for open in [Failed, Unknown, NeedsReview] {
            assert_eq!(together(&[Passed, open, NotRun]), open);
        }
        assert_eq!((together(&[Passed, NotRun]), together(&[NotRun, NotRun]), together(&[])), (NeedsReview, NotRun, NotRun));
        assert_eq!((together(&[Passed, NotApplicable]), together(&[NotApplicable])), (Passed, NotApplicable));
    }
}

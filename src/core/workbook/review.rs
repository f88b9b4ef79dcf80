//! Reviews: that somebody looked at an outcome that the program can't decide, and what they made of it. A review changes no outcome and
//! proposes nothing; it says that the facts were seen, so that the list of open things ends. It holds for what was shown then: where the
//! findings of the check are others now, somebody must look again.

use super::{OutcomeRecord, Review, Workbook, journal};
use crate::assess::CheckOutcome;
use crate::model::Outcome;

/// Digest of what an outcome shows: what it says, and each finding with the value that was seen. Numbers of objects that were looked at
/// are left out where there are findings, because they change from day to day and nothing follows from them.
#[must_use]
pub fn shown(outcome: &CheckOutcome) -> String {
    let mut text = format!("{}\n{}\n", outcome.outcome.id(), outcome.needs.join(", "));
    if outcome.findings.is_empty() {
        text.push_str(&outcome.reason);
    }
    for finding in &outcome.findings {
        text.push_str(&format!("{} {}\n", finding.id, finding.observed));
    }
    journal::digest(text.as_bytes())
}

impl Workbook {
    /// The review of a check on a cluster, whether it still holds or not.
    #[must_use]
    pub fn review(&self, check: &str, cluster: &str) -> Option<&Review> {
        self.reviews.iter().find(|r| r.check == check && r.cluster == cluster)
    }

    /// Whether somebody looked at an outcome as it is now.
    #[must_use]
    pub fn is_reviewed(&self, record: &OutcomeRecord) -> bool {
        self.review(&record.check, &record.cluster).is_some_and(|r| r.outcome == record.outcome && r.digest == record.digest)
    }

    /// Outcomes of a check that only a person can judge and that nobody has looked at: facts to review, and what could not be read.
    pub fn not_reviewed<'a>(&'a self, check: &'a str) -> impl Iterator<Item = &'a OutcomeRecord> {
        self.outcomes
            .iter()
            .filter(move |o| o.check == check && matches!(o.outcome, Outcome::Review | Outcome::Blocked) && !self.is_reviewed(o))
    }
}

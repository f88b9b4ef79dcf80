//! Which findings of a cluster are new: not there in the reading before, nor in last year's assessment where there was no reading before. What could
//! not be looked at then is neither new nor known, and that there is nothing to compare with is no answer either.

use super::begun::previous_of;
use super::{ClusterRecord, Moment, Previous, Workbook};
use crate::assess::CheckOutcome;
use crate::model::{Finding, Kind, Outcome};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of whether a finding is new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Newness {
    /// It was not there before.
    New,
    /// It was there before.
    Known,
    /// It can't be told.
    #[default]
    Untold,
}

/// What was found in a cluster before, as far as it tells what is new.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    /// What it is: `the reading of 2026-11-23 09:12`.
    pub what: String,
    findings: BTreeSet<String>,
    /// Checks that judged then, with whether they could not.
    checks: BTreeMap<String, bool>,
    /// Group and kind of objects that could not be listed then.
    unread: BTreeSet<(&'static str, &'static str)>,
}

impl Before {
    /// What the checks said then, and the ids of the kinds that were not read.
    pub fn new<'a>(what: impl Into<String>, outcomes: &[CheckOutcome], unread: impl Iterator<Item = &'a str>) -> Self {
        Self {
            what: what.into(),
            findings: outcomes.iter().flat_map(|outcome| &outcome.findings).map(|finding| finding.id.clone()).collect(),
            checks: outcomes.iter().map(|outcome| (outcome.check.clone(), outcome.outcome == Outcome::Blocked)).collect(),
            unread: unread.filter_map(Kind::by_id).map(|kind| (kind.group(), kind.kind())).collect(),
        }
    }

    /// Whether a finding is new since then.
    #[must_use]
    pub fn newness(&self, check: &str, finding: &Finding) -> Newness {
        if self.findings.contains(&finding.id) {
            return Newness::Known;
        }
        let kind = (finding.object.group.as_str(), finding.object.kind.as_str());
        match self.checks.get(check) {
            Some(false) if !self.unread.contains(&kind) => Newness::New,
            _ => Newness::Untold,
        }
    }
}

/// What is to be compared with what was found in a cluster: the digest of the file of findings, and what it is in words. The reading before; where there was
/// none, what last year's assessment found.
#[must_use]
pub fn compared_with(workbook: &Workbook, record: &ClusterRecord) -> Option<(String, String)> {
    if let Some(read) = &record.before {
        return Some((read.findings.clone(), reading_of(read.at)));
    }
    let last = previous_of(workbook, record).filter(|last| !last.findings.is_empty())?;
    let title = workbook.previous.as_ref().map(Previous::title).unwrap_or_default();
    Some((last.findings.clone(), format!("the assessment before, {title}")))
}

/// The reading of a moment, in words.
#[must_use]
pub fn reading_of(at: Option<Moment>) -> String {
    at.map_or_else(|| "the reading before".to_owned(), |at| format!("the reading of {at}"))
}

/// Why nothing is told to be new in a cluster that was read once.
pub const READ_ONCE: &str = "it was read once, and no assessment before tells what was found then";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Category, ObjectRef};

    fn outcome(check: &str, outcome: Outcome, names: &[&str]) -> CheckOutcome {
        let finding = |name: &&str| {
            let mut finding = Finding::new(Category::Cde, ObjectRef::new("apps", "Deployment", "pay", name), "spec");
            finding.identify(check);
            finding
        };
        CheckOutcome {
            check: check.into(),
            control: "3.1".into(),
            practices: vec![],
            outcome,
            reason: String::new(),
            population: 1,
            needs: vec![],
            counts: Default::default(),
            findings: names.iter().map(finding).collect(),
        }
    }

    #[test]
    fn what_was_not_there_is_new_and_what_could_not_be_seen_is_not() {
        let then = [outcome("3.1/baseline", Outcome::Fail, &["api"]), outcome("3.1/restricted", Outcome::Blocked, &[])];
        let before = Before::new("the reading before", &then, std::iter::empty());
        let newness = |before: &Before, check: &str, name: &str| before.newness(check, &outcome(check, Outcome::Fail, &[name]).findings[0]);
        assert_eq!(newness(&before, "3.1/baseline", "api"), Newness::Known);
        assert_eq!(newness(&before, "3.1/baseline", "web"), Newness::New);
        // Blocked then, or not among the checks of that program.
        assert_eq!(newness(&before, "3.1/restricted", "web"), Newness::Untold);
        assert_eq!(newness(&before, "1.1/anonymous-rbac", "web"), Newness::Untold);
        let unread = Before::new("the reading before", &then, ["deployments.apps"].into_iter());
        assert_eq!(newness(&unread, "3.1/baseline", "web"), Newness::Untold);
        assert_eq!(newness(&unread, "3.1/baseline", "api"), Newness::Known);
    }
}

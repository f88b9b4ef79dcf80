//! Outcomes and findings as tests of comparing and merging need them.

use kassay_core::assess::CheckOutcome;
use kassay_core::model::{Category, Finding, ObjectRef, Outcome};

/// A finding on an object, with its stable id.
#[must_use]
pub fn finding(kind: &str, namespace: &str, name: &str, observed: &str) -> Finding {
    let mut finding = Finding::new(Category::Cde, ObjectRef::new("", kind, namespace, name), "spec.x").observed(observed);
    finding.identify("any");
    finding
}

/// What a check said.
#[must_use]
pub fn outcome(check: &str, outcome: Outcome, findings: Vec<Finding>) -> CheckOutcome {
    CheckOutcome {
        check: check.into(),
        control: check.split('/').next().unwrap().into(),
        practices: vec![],
        outcome,
        reason: "As found.".into(),
        population: 9,
        needs: vec![],
        counts: [(Category::Cde, findings.len())].into(),
        findings,
    }
}

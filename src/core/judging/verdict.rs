//! What a judge hands back: how many it looked at, in which categories, and what it found. The outcome follows from that by one rule.

use crate::model::{Category, Finding, Outcome, Weight};
use std::collections::BTreeMap;

/// A judgement in the making.
///
/// The outcome: any failing finding in scope fails; else any finding in scope asks for review; else it passes if there was anything in
/// scope to look at, and is not applicable if there was not. Findings outside scope and on the platform are kept and told, and decide nothing.
#[derive(Debug, Default)]
pub struct Verdict {
    population: BTreeMap<Category, usize>,
    noun: (&'static str, &'static str),
    findings: Vec<Finding>,
    reason: Option<String>,
    notes: Vec<String>,
    forced: Option<Outcome>,
    needs: Vec<String>,
}

impl Verdict {
    /// A judgement over things of this name, singular and plural: `("workload", "workloads")`.
    #[must_use]
    pub fn over(one: &'static str, many: &'static str) -> Self {
        Self { noun: (one, many), ..Self::default() }
    }

    /// Nothing of that kind exists; the sentence says what showed it.
    #[must_use]
    pub fn not_applicable(reason: impl Into<String>) -> Self {
        Self { forced: Some(Outcome::NotApplicable), reason: Some(reason.into()), ..Self::default() }
    }

    /// Could not be evaluated; the sentence says why, `needs` what is missing.
    #[must_use]
    pub fn blocked(reason: impl Into<String>, needs: Vec<String>) -> Self {
        Self { forced: Some(Outcome::Blocked), reason: Some(reason.into()), needs, ..Self::default() }
    }

    /// A person must judge, though there is no finding to show: what can't be seen from here (a managed control plane, say).
    #[must_use]
    pub fn review(reason: impl Into<String>) -> Self {
        Self { forced: Some(Outcome::Review), reason: Some(reason.into()), ..Self::default() }
    }

    /// Turns the judgement into `blocked` and keeps what was found all the same.
    #[must_use]
    pub fn block(mut self, reason: impl Into<String>, needs: Vec<String>) -> Self {
        self.forced = Some(Outcome::Blocked);
        self.reason = Some(reason.into());
        self.needs = needs;
        self
    }

    /// Turns every finding into a question: what was found is not certain.
    #[must_use]
    pub fn asking(mut self) -> Self {
        self.findings = self.findings.into_iter().map(Finding::review).collect();
        self
    }

    /// Counts one thing that was looked at.
    pub fn saw(&mut self, category: Category) {
        *self.population.entry(category).or_default() += 1;
    }

    /// Adds a finding.
    pub fn find(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Adds findings.
    pub fn find_all(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.findings.extend(findings);
    }

    /// Replaces the sentence that is made by itself.
    pub fn because(&mut self, reason: impl Into<String>) {
        self.reason = Some(reason.into());
    }

    /// Adds a sentence behind whatever the reason will be.
    pub fn note(&mut self, sentence: impl Into<String>) {
        self.notes.push(sentence.into());
    }

    /// Says the outcome where the rule above is not the judge's (an indicator that can never pass, say). `Pass` over findings in scope is refused.
    pub const fn decide(&mut self, outcome: Outcome) {
        self.forced = Some(outcome);
    }

    /// How many were looked at.
    #[must_use]
    pub fn population(&self) -> usize {
        self.population.values().sum()
    }

    /// How many findings there are.
    #[must_use]
    pub const fn found(&self) -> usize {
        self.findings.len()
    }

    fn in_scope(&self) -> usize {
        self.population.iter().filter(|(category, _)| category.in_scope()).map(|(_, n)| n).sum()
    }

    /// The outcome by the rule above.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let scoped = |weight| self.findings.iter().any(|f| f.category.in_scope() && f.weight == weight);
        let ruled = if scoped(Weight::Fail) {
            Outcome::Fail
        } else if scoped(Weight::Review) {
            Outcome::Review
        } else if self.in_scope() > 0 {
            Outcome::Pass
        } else {
            Outcome::NotApplicable
        };
        match self.forced {
            Some(Outcome::Pass | Outcome::NotApplicable) if matches!(ruled, Outcome::Fail | Outcome::Review) => ruled,
            Some(forced) => forced,
            None => ruled,
        }
    }

    fn reason(&self, outcome: Outcome) -> String {
        let mut reason = self.plain_reason(outcome);
        for note in &self.notes {
            reason.push(' ');
            reason.push_str(note);
        }
        reason
    }

    fn plain_reason(&self, outcome: Outcome) -> String {
        if let Some(reason) = &self.reason {
            return reason.clone();
        }
        let (one, many) = self.noun;
        let name = |n: usize| if n == 1 { one } else { many };
        let objects = |scoped: bool| {
            let mut names: Vec<_> = self.findings.iter().filter(|f| f.category.in_scope() == scoped).map(|f| &f.object).collect();
            names.sort();
            names.dedup();
            names.len()
        };
        let (inside, outside, scoped) = (objects(true), objects(false), self.in_scope());
        let apart = if outside == 0 { String::new() } else { format!(" Told apart: {outside} out of scope or of the platform.") };
        match outcome {
            Outcome::Pass => format!("Nothing found in {scoped} {} in scope.{apart}", name(scoped)),
            Outcome::NotApplicable => format!("No {one} in scope among {} read.{apart}", self.population()),
            // A finding's object may be something else than what was counted (a binding among subjects): no share is told then.
            _ if inside > scoped => format!("{inside} objects found.{apart}"),
            _ => format!("{inside} of {scoped} {} in scope.{apart}", name(scoped)),
        }
    }

    /// Takes the judgement apart: outcome, reason, population, findings, needs.
    #[must_use]
    pub fn into_parts(self) -> (Outcome, String, usize, Vec<Finding>, Vec<String>) {
        let outcome = self.outcome();
        let reason = self.reason(outcome);
        let population = self.population();
        (outcome, reason, population, self.findings, self.needs)
    }
}

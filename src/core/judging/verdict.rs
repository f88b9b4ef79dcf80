//! What a judge hands back: how many it looked at, in which categories, and what it found. The outcome follows from that by one rule.

use crate::model::{Category, Finding, Outcome, Weight};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

/// Pods without an owner that are named, of those of one namespace in which the same was found; more of them are counted. A cluster rarely has
/// as many, and a list of three hundred thousand equal pods tells nothing more and takes gigabytes.
const NAMED: usize = 5_000;

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
    /// Equal findings of pods: where the first of them stands, and how many there were.
    alike: HashMap<u64, Alike>,
    /// Pods that are only counted, by digest, and whether they are in scope.
    counted: HashSet<(u64, bool)>,
}

/// Findings that say the same of several pods.
#[derive(Debug)]
struct Alike {
    first: usize,
    named: usize,
    counted: u32,
}

fn digest(value: &impl Hash) -> u64 {
    // Keys are the same in each run, so equal inputs give equal reports.
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
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

    /// Says what would answer, without being needed.
    #[must_use]
    pub fn wanting(mut self, needs: Vec<String>) -> Self {
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

    /// Adds a finding. Of pods without an owner in which the same was found the first ones are named, and the rest is counted with the first.
    pub fn find(&mut self, finding: Finding) {
        if finding.object.kind == "Pod" && finding.object.group.is_empty() {
            let Finding { category, severity, weight, rule, object, field, observed, message, mend, .. } = &finding;
            let said = digest(&(category, severity, weight, rule, &object.namespace, field, observed, message, mend));
            let first = self.findings.len();
            let alike = self.alike.entry(said).or_insert(Alike { first, named: 0, counted: 0 });
            if alike.named >= NAMED {
                alike.counted = alike.counted.saturating_add(1);
                self.counted.insert((digest(object), category.in_scope()));
                return;
            }
            alike.named += 1;
        }
        self.findings.push(finding);
    }

    /// Adds findings.
    pub fn find_all(&mut self, findings: impl IntoIterator<Item = Finding>) {
        findings.into_iter().for_each(|finding| self.find(finding));
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
            let known: HashSet<u64> = if self.counted.is_empty() { HashSet::new() } else { names.iter().map(digest).collect() };
            names.len() + self.counted.iter().filter(|(pod, inside)| *inside == scoped && !known.contains(pod)).count()
        };
        let (inside, outside, scoped) = (objects(true), objects(false), self.in_scope());
        let apart = if outside == 0 { String::new() } else { format!(" Told apart: {outside} out of scope or of the platform.") };
        match outcome {
            Outcome::Pass => format!("Nothing found in {scoped} {} in scope.{apart}", name(scoped)),
            Outcome::NotApplicable => format!("No {one} in scope among {} read.{apart}", self.population()),
            // A finding's object may be something else than what was counted (a binding among subjects): no share is told then.
            _ if inside > scoped => format!("{inside} {} found.{apart}", if inside == 1 { "object" } else { "objects" }),
            _ => format!("{inside} of {scoped} {} in scope.{apart}", name(scoped)),
        }
    }

    /// Takes the judgement apart: outcome, reason, population, findings, needs.
    #[must_use]
    pub fn into_parts(self) -> (Outcome, String, usize, Vec<Finding>, Vec<String>) {
        let outcome = self.outcome();
        let reason = self.reason(outcome);
        let population = self.population();
        let mut findings = self.findings;
        for Alike { first, counted, .. } in self.alike.into_values().filter(|alike| alike.counted > 0) {
            if let Some(finding) = findings.get_mut(first) {
                finding.pods = Some(finding.pods.unwrap_or(1).saturating_add(counted));
                finding.message = match counted {
                    1 => format!("{} The same was found in one more pod of the namespace, which is counted here.", finding.message),
                    _ => format!("{} The same was found in {counted} more pods of the namespace, which are counted here.", finding.message),
                }
                .into();
            }
        }
        (outcome, reason, population, findings, self.needs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ObjectRef;

    fn over(pods: usize, observed: impl Fn(usize) -> String) -> (String, Vec<Finding>) {
        let mut verdict = Verdict::over("pod", "pods");
        for pod in 0..pods {
            verdict.saw(Category::Cde);
            let object = ObjectRef::new("", "Pod", "shop", &format!("p-{pod}"));
            for field in ["spec.hostPID", "spec.hostIPC"] {
                verdict.find(Finding::new(Category::Cde, object.clone(), field).pods(1).observed(observed(pod)));
            }
        }
        let (_, reason, _, findings, _) = verdict.into_parts();
        (reason, findings)
    }

    #[test]
    fn equal_findings_of_many_pods_are_counted_and_all_pods_are() {
        let (reason, findings) = over(NAMED + 975, |_| "true".to_owned());
        assert_eq!((reason.as_str(), findings.len()), ("5975 of 5975 pods in scope.", 2 * NAMED));
        assert_eq!(findings.iter().filter_map(|finding| finding.pods).sum::<u32>(), 2 * 5_975);
        assert!(findings[0].message.contains("975 more pods"), "{}", findings[0].message);
    }

    #[test]
    fn few_pods_and_different_findings_are_all_named() {
        assert_eq!(over(NAMED, |_| "true".to_owned()).1.len(), 2 * NAMED);
        assert_eq!(over(100, |pod| pod.to_string()).1.len(), 200);
    }
}

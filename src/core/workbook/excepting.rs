//! Exceptions: what each holds for, and what is wrong with it. An exception changes no outcome and lets nothing pass; it says who accepts a
//! finding, and until when. One that excepts nothing any more is an error of the register, because it would except what comes later.

use super::{Exception, Workbook, rollup};
use crate::assess::CheckOutcome;
use crate::checks;
use crate::model::Outcome;
use jiff::civil::Date;
use std::collections::{BTreeMap, HashSet};
use std::fmt;

/// What the checks say of one cluster, for looking up what is excepted.
#[derive(Clone, Debug)]
pub struct Ground<'a> {
    cluster: &'a str,
    said: BTreeMap<&'a str, Outcome>,
    findings: Option<HashSet<&'a str>>,
}

impl<'a> Ground<'a> {
    /// What the checks say of a cluster; `complete` where all findings are there, and not only the outcomes.
    #[must_use]
    pub fn of(cluster: &'a str, outcomes: &'a [CheckOutcome], complete: bool) -> Self {
        let said = outcomes.iter().map(|o| (o.check.as_str(), o.outcome)).collect();
        let findings = complete.then(|| outcomes.iter().flat_map(|o| &o.findings).map(|f| f.id.as_str()).collect());
        Self { cluster, said, findings }
    }
}

/// What is wrong with an exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExceptionFault {
    /// Something is not told that an exception must tell.
    Incomplete(Vec<&'static str>),
    /// Its last day has passed: what it excepted counts again.
    Lapsed(Date),
    /// Its cluster is not in the assessment.
    NoCluster(String),
    /// It names neither a check nor a finding.
    NoCheck,
    /// Its check finds nothing any more.
    Unused(String),
    /// There is no such finding in the last reading.
    NoFinding,
    /// Whether it matches something can't be told: the check is blocked, or the cluster was not read.
    Unknown(String),
}

impl ExceptionFault {
    /// Whether it is an error, and not only something that can't be told now.
    #[must_use]
    pub const fn is_error(&self) -> bool {
        !matches!(self, Self::Unknown(_))
    }
}

impl fmt::Display for ExceptionFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incomplete(missing) => write!(f, "incomplete: it does not tell its {}", missing.join(", ")),
            Self::Lapsed(day) => write!(f, "lapsed on {day}: what it excepted counts again"),
            Self::NoCluster(name) => write!(f, "there is no cluster “{name}” in this assessment"),
            Self::NoCheck => f.write_str("it names neither a check nor a finding that this version knows"),
            Self::Unused(check) => write!(f, "unused: {check} finds nothing any more"),
            Self::NoFinding => f.write_str("matches nothing: there is no such finding in the last reading"),
            Self::Unknown(why) => write!(f, "whether it still matches can't be told: {why}"),
        }
    }
}

impl Exception {
    /// Whether it speaks of a finding of a check on a cluster.
    #[must_use]
    pub fn is_for(&self, check: &str, finding: &str, cluster: &str) -> bool {
        (self.what == finding || self.what == check) && self.is_on(cluster)
    }

    /// Whether it speaks of a cluster.
    #[must_use]
    pub fn is_on(&self, cluster: &str) -> bool {
        self.cluster.is_empty() || self.cluster == cluster
    }

    /// Whether its last day has passed.
    #[must_use]
    pub fn is_lapsed(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until.0 < today)
    }

    /// What names it in the register: `3.1/baseline`, `3.1/baseline on prod-eu`.
    #[must_use]
    pub fn id(&self) -> String {
        if self.cluster.is_empty() { self.what.clone() } else { format!("{} on {}", self.what, self.cluster) }
    }

    /// What it excepts, in words: `3.1/baseline: DaemonSet logging/agent spec.volumes[0] on prod-eu`.
    #[must_use]
    pub fn words(&self) -> String {
        let of = if self.check.is_empty() { self.what.as_str() } else { &self.check };
        let about = if self.about.is_empty() { String::new() } else { format!(": {}", self.about) };
        let on = if self.cluster.is_empty() { String::new() } else { format!(" on {}", self.cluster) };
        format!("{of}{about}{on}")
    }

    /// How it stands on a day, in words that can't be taken for a pass: `excepted until 2027-03-31`, `exception lapsed on 2026-03-31`.
    #[must_use]
    pub fn standing(&self, today: Date) -> String {
        match self.until {
            Some(until) if until.0 < today => format!("exception lapsed on {until}"),
            Some(until) => format!("excepted until {until}"),
            None => "excepted without an end".to_owned(),
        }
    }

    /// What it does not tell and must.
    #[must_use]
    pub fn untold(&self) -> Vec<&'static str> {
        let parts = [
            ("reason", self.reason.trim().is_empty()),
            ("owner", self.owner.trim().is_empty()),
            ("approver", self.approver.trim().is_empty()),
            ("end", self.until.is_none()),
        ];
        parts.into_iter().filter(|(_, missing)| *missing).map(|(name, _)| name).collect()
    }
}

/// The exception of a finding: one that holds before one that has lapsed, one for the very finding before one for its check. `finding` is ""
/// for the check itself.
#[must_use]
pub fn exception_of<'a>(exceptions: &'a [Exception], (check, finding, cluster): (&str, &str, &str), today: Date) -> Option<&'a Exception> {
    let of = exceptions.iter().filter(|e| e.is_for(check, finding, cluster));
    of.min_by_key(|e| (e.is_lapsed(today), e.what == check, e.cluster.is_empty()))
}

/// What is wrong with an exception. What the checks say is told for each cluster of the assessment that was read.
#[must_use]
pub fn faults(exception: &Exception, workbook: &Workbook, grounds: &[Ground<'_>], today: Date) -> Vec<ExceptionFault> {
    let mut faults = vec![];
    let untold = exception.untold();
    if !untold.is_empty() {
        faults.push(ExceptionFault::Incomplete(untold));
    }
    if let Some(until) = exception.until.filter(|until| until.0 < today) {
        faults.push(ExceptionFault::Lapsed(until.0));
    }
    let records: Vec<_> = workbook.clusters.iter().filter(|c| exception.is_on(&c.key)).collect();
    if records.is_empty() {
        if !exception.cluster.is_empty() {
            faults.push(ExceptionFault::NoCluster(exception.cluster.clone()));
        }
        return faults;
    }
    if let Some(why) = records.iter().find_map(|record| rollup::unread(workbook, record)) {
        faults.push(ExceptionFault::Unknown(why));
        return faults;
    }
    let here: Vec<&Ground<'_>> = grounds.iter().filter(|g| exception.is_on(g.cluster)).collect();
    // While findings are being loaded nothing is known of them.
    if here.len() < records.len() || here.iter().any(|ground| ground.findings.is_none()) {
        return faults;
    }
    faults.extend(unmatched(exception, &here));
    faults
}

fn unmatched(exception: &Exception, grounds: &[&Ground<'_>]) -> Option<ExceptionFault> {
    let is_check = exception.what.contains('/');
    let has = |ground: &&Ground<'_>| ground.findings.as_ref().is_some_and(|ids| ids.contains(exception.what.as_str()));
    if !is_check && grounds.iter().any(has) {
        return None;
    }
    let check = if is_check { exception.what.as_str() } else { exception.check.as_str() };
    let said: Vec<Outcome> = grounds.iter().filter_map(|ground| ground.said.get(check)).copied().collect();
    if is_check && said.is_empty() && checks::by_id(check).is_none() {
        return Some(ExceptionFault::NoCheck);
    }
    let nothing = |outcome: &Outcome| matches!(outcome, Outcome::Pass | Outcome::NotApplicable);
    if said.is_empty() || said.iter().any(|outcome| matches!(outcome, Outcome::Fail | Outcome::Review)) {
        return (!is_check).then_some(ExceptionFault::NoFinding);
    }
    if said.iter().all(nothing) {
        return Some(ExceptionFault::Unused(check.to_owned()));
    }
    // An exception for a blocked check accepts that it is blocked; of a single finding nothing is known then.
    (!is_check).then(|| ExceptionFault::Unknown(format!("{check} is blocked")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test's failure is its message")]
    use super::*;
    use crate::model::{Category, Finding, ObjectRef};
    use crate::workbook::{ClusterRecord, Day, Engagement, Moment, ReadFailure};
    use jiff::civil::date;

    fn finding() -> Finding {
        let mut finding = Finding::new(Category::Cde, ObjectRef::new("", "Pod", "shop", "web"), "spec.x");
        finding.identify("3.1/baseline");
        finding
    }

    fn said(outcome: Outcome, findings: Vec<Finding>) -> Vec<CheckOutcome> {
        vec![CheckOutcome {
            check: "3.1/baseline".into(),
            control: "3.1".into(),
            practices: vec![],
            outcome,
            reason: String::new(),
            population: 1,
            needs: vec![],
            counts: BTreeMap::new(),
            findings,
        }]
    }

    fn workbook(keys: &[&str]) -> Workbook {
        let mut workbook = Workbook::new(Engagement::default());
        let now = Moment("2026-11-23T09:12:00Z".parse().unwrap());
        workbook.clusters = keys.iter().map(|key| ClusterRecord { assessed_at: Some(now), ..ClusterRecord::unread(key) }).collect();
        workbook
    }

    fn whole(what: &str) -> Exception {
        Exception {
            reason: "isolated".into(),
            owner: "platform".into(),
            approver: "CISO".into(),
            until: Some(Day(date(2027, 3, 31))),
            check: if what.contains('/') { String::new() } else { "3.1/baseline".into() },
            ..Exception::of(what)
        }
    }

    #[test]
    fn what_is_wrong_with_an_exception_is_told() {
        let today = date(2026, 11, 23);
        let (id, book) = (finding().id, workbook(&["prod-eu"]));
        let of =
            |exception: &Exception, outcomes: &[CheckOutcome]| faults(exception, &book, &[Ground::of("prod-eu", outcomes, true)], today);
        let failed = said(Outcome::Fail, vec![finding()]);
        for exception in [whole(&id), whole("3.1/baseline"), Exception { cluster: "prod-eu".into(), ..whole(&id) }] {
            assert_eq!(of(&exception, &failed), []);
        }
        let lapsed = Exception { until: Some(Day(date(2026, 11, 22))), ..whole(&id) };
        assert_eq!(of(&lapsed, &failed), [ExceptionFault::Lapsed(date(2026, 11, 22))]);
        let old = Exception { approver: String::new(), until: None, ..whole(&id) };
        assert_eq!(of(&old, &failed), [ExceptionFault::Incomplete(vec!["approver", "end"])]);
        let elsewhere = Exception { cluster: "prod-us".into(), ..whole(&id) };
        assert_eq!(of(&elsewhere, &failed), [ExceptionFault::NoCluster("prod-us".into())]);
        assert_eq!(of(&whole("3.1/no-such-check"), &failed), [ExceptionFault::NoCheck]);
        assert_eq!(of(&whole(&id), &said(Outcome::Fail, vec![])), [ExceptionFault::NoFinding]);
        assert_eq!(of(&whole(&id), &said(Outcome::Pass, vec![])), [ExceptionFault::Unused("3.1/baseline".into())]);
        assert_eq!(of(&whole("3.1/baseline"), &said(Outcome::Pass, vec![])), [ExceptionFault::Unused("3.1/baseline".into())]);
        assert!(matches!(of(&whole(&id), &said(Outcome::Blocked, vec![]))[..], [ExceptionFault::Unknown(_)]));
        assert_eq!(of(&whole("3.1/baseline"), &said(Outcome::Blocked, vec![])), []);
    }

    #[test]
    fn nothing_is_told_of_a_cluster_that_was_not_read_or_is_being_loaded() {
        let today = date(2026, 11, 23);
        let mut book = workbook(&["prod-eu", "prod-us"]);
        let failed = said(Outcome::Fail, vec![]);
        let ground = |cluster: &'static str, complete: bool| Ground::of(cluster, &failed, complete);
        let of = |book: &Workbook, grounds: &[Ground<'_>]| faults(&whole(&finding().id), book, grounds, today);
        assert_eq!(of(&book, &[ground("prod-eu", true), ground("prod-us", false)]), []);
        assert_eq!(of(&book, &[ground("prod-eu", true), ground("prod-us", true)]), [ExceptionFault::NoFinding]);
        let at = Moment("2026-11-23T09:12:00Z".parse().unwrap());
        book.clusters[1].failed = Some(ReadFailure { at, why: "connection refused".into() });
        assert!(matches!(&of(&book, &[ground("prod-eu", true)])[..], [ExceptionFault::Unknown(why)] if why.contains("connection refused")));
    }

    #[test]
    fn an_exception_is_for_its_cluster_and_one_that_holds_comes_first() {
        let today = date(2026, 11, 23);
        let id = finding().id;
        let lapsed = Exception { until: Some(Day(date(2026, 1, 1))), ..whole(&id) };
        let here = Exception { cluster: "prod-eu".into(), ..whole("3.1/baseline") };
        let all = [lapsed, here];
        let of = |cluster: &str| exception_of(&all, ("3.1/baseline", &id, cluster), today).map(|e| e.standing(today));
        assert_eq!(of("prod-eu").as_deref(), Some("excepted until 2027-03-31"));
        assert_eq!(of("prod-us").as_deref(), Some("exception lapsed on 2026-01-01"));
        assert!(exception_of(&all, ("3.2/other", "x", "prod-eu"), today).is_none());
    }
}

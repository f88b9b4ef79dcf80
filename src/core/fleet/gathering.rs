//! How a fleet comes together: names first, then each cluster once it was judged, in whatever order.

use super::differences;
use super::document::{CheckRow, Cluster, ControlRow, FORMAT, Fleet, PracticeRow, State, worst};
use super::member::{Answers, Member};
use super::reading::Reading;
use crate::checks;
use crate::guidance::Guidance;
use crate::model::{Outcome, Tool};
use crate::workbook::Moment;
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap};

/// A cluster that is to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// Its name in the fleet, which no other has.
    pub name: String,
    /// Where it is read from, in words.
    pub source: String,
}

/// A fleet in the making.
#[derive(Debug, Default)]
pub struct Gathering {
    members: Vec<Member>,
    answers: Answers,
    latest: Option<Timestamp>,
}

impl Gathering {
    /// A fleet of clusters that were named. Until something is said of one, it is one that was not read.
    #[must_use]
    pub fn new(named: impl IntoIterator<Item = Named>) -> Self {
        let member = |Named { name, source }| Member {
            cluster: Cluster { name, source, why: "it was not read".to_owned(), ..Cluster::default() },
            ..Member::default()
        };
        Self { members: named.into_iter().map(member).collect(), ..Self::default() }
    }

    /// Says that a cluster could not be read, and why. What was read of it before, if anything was, may be told ([`Gathering::put`]) first.
    pub fn fail(&mut self, nth: usize, why: impl Into<String>) {
        if let Some(member) = self.members.get_mut(nth) {
            member.cluster.state = State::Failed;
            member.cluster.why = why.into();
            // What was proposed then is not proposed any more.
            member.proposals.clear();
        }
    }

    /// Says what was judged of a cluster. Nothing of the reading is kept but rows.
    pub fn put(&mut self, nth: usize, reading: &Reading<'_>) {
        let Some(member) = self.members.get_mut(nth) else { return };
        let (answers, blind) = reading.answers(&member.cluster.name);
        let time = |at: Option<Timestamp>| at.map(|at| Moment(at).to_string());
        member.cluster = Cluster {
            name: std::mem::take(&mut member.cluster.name),
            source: std::mem::take(&mut member.cluster.source),
            uid: reading.uid.clone(),
            state: State::Assessed,
            why: String::new(),
            server: reading.server.clone(),
            version: reading.version.clone(),
            distribution: reading.distribution.clone(),
            nodes: reading.nodes,
            collected_at: time(reading.collected_at),
            assessed_at: time(reading.assessed_at),
            same_as: None,
            outcomes: BTreeMap::new(),
        };
        member.said = reading.outcomes.iter().map(|o| (o.check.clone(), (o.outcome, reading.findings(o)))).collect();
        member.proposals = reading.proposals.iter().map(|p| (p.practice.clone(), p.proposal)).collect();
        member.blind = blind;
        self.latest = self.latest.max(reading.assessed_at);
        for (fact, words) in answers {
            self.answers.entry(fact).or_default().push((nth, words));
        }
    }

    /// How many clusters were judged, and how many are in the fleet.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.members.iter().filter(|m| m.cluster.state == State::Assessed).count(), self.members.len())
    }

    /// The fleet. The time is the one asked for, else the latest by which any cluster was judged.
    #[must_use]
    pub fn finish(mut self, guidance: &Guidance, asked: Option<Timestamp>) -> Fleet {
        self.name_twins();
        let checks: Vec<CheckRow> = checks::all().map(|check| self.check_row(check.id, check.control(), check.title)).collect();
        let controls = guidance.controls().filter_map(|control| control_row(&control.id, &control.title, &checks)).collect();
        let practices = guidance
            .controls()
            .flat_map(|control| control.practices.iter().map(move |practice| (control, practice)))
            .map(|(control, practice)| PracticeRow {
                practice: practice.id.clone(),
                control: control.id.clone(),
                proposals: self.each(|member| member.proposals.get(&practice.id).copied().flatten()),
            })
            .collect();
        for nth in 0..self.members.len() {
            let counts = self.counted(nth, &checks);
            self.members[nth].cluster.outcomes = counts;
        }
        let differences = differences::of(&self.members, std::mem::take(&mut self.answers));
        Fleet {
            format: FORMAT.to_owned(),
            tool: Tool::this(&guidance.digest),
            assessed_at: asked.or(self.latest).map(|at| Moment(at).to_string()).unwrap_or_default(),
            apart: differences::apart(&self.members, &differences),
            controls,
            checks,
            practices,
            differences,
            clusters: self.members.into_iter().map(|member| member.cluster).collect(),
        }
    }

    /// Says of each cluster which one before it has the same UID.
    fn name_twins(&mut self) {
        let mut first: HashMap<String, String> = HashMap::new();
        for member in self.members.iter_mut().filter(|member| !member.cluster.uid.is_empty()) {
            match first.get(&member.cluster.uid) {
                Some(name) => member.cluster.same_as = Some(name.clone()),
                None => drop(first.insert(member.cluster.uid.clone(), member.cluster.name.clone())),
            }
        }
    }

    fn each<T>(&self, of: impl Fn(&Member) -> T) -> BTreeMap<String, T> {
        self.members.iter().map(|member| (member.cluster.name.clone(), of(member))).collect()
    }

    fn check_row(&self, check: &str, control: &str, title: &str) -> CheckRow {
        let outcomes = self.each(|member| member.says(check).0);
        CheckRow {
            check: check.to_owned(),
            control: control.to_owned(),
            title: title.to_owned(),
            worst: worst(outcomes.values().copied()),
            findings: self.each(|member| member.says(check).1),
            outcomes,
        }
    }

    fn counted(&self, nth: usize, checks: &[CheckRow]) -> BTreeMap<&'static str, usize> {
        let name = &self.members[nth].cluster.name;
        let mut counts: BTreeMap<&'static str, usize> = Outcome::ALL.iter().map(|outcome| (outcome.id(), 0)).collect();
        for outcome in checks.iter().filter_map(|row| row.outcomes.get(name)) {
            *counts.entry(outcome.id()).or_default() += 1;
        }
        counts
    }
}

/// A control with what its checks say; nothing where it has none.
fn control_row(control: &str, title: &str, checks: &[CheckRow]) -> Option<ControlRow> {
    let mut row = ControlRow { control: control.to_owned(), title: title.to_owned(), ..ControlRow::default() };
    for check in checks.iter().filter(|check| check.control == control) {
        for (name, outcome) in &check.outcomes {
            let known = row.outcomes.get(name).copied();
            row.outcomes.extend(worst(known.into_iter().chain([*outcome])).map(|worst| (name.clone(), worst)));
        }
        for (name, findings) in &check.findings {
            *row.findings.entry(name.clone()).or_default() += findings;
        }
    }
    row.worst = worst(row.outcomes.values().copied());
    (!row.outcomes.is_empty()).then_some(row)
}

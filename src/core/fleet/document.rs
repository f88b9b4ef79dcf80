//! A fleet as a document: `kassay/fleet/v1`, which machines, tables and screens read alike.

use super::difference::{Apart, Difference};
use crate::kinds::{VERSION_NOT_KNOWN, distribution_words};
use crate::model::{Determined, Outcome, Tool};
use crate::workbook::rollup::rank;
use serde::Serialize;
use std::collections::BTreeMap;

/// Name of the format.
pub const FORMAT: &str = "kassay/fleet/v1";

/// Several clusters side by side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fleet {
    /// Name of the format.
    pub format: String,
    /// What judged.
    pub tool: Tool,
    /// The time judged by: the one asked for, or the latest by which any cluster was judged; "" where none was.
    pub assessed_at: String,
    /// Every cluster that was named, in that order. What follows names them by their names, which are unique.
    pub clusters: Vec<Cluster>,
    /// Control × cluster: the controls that have checks.
    pub controls: Vec<ControlRow>,
    /// Check × cluster.
    pub checks: Vec<CheckRow>,
    /// Practice × cluster.
    pub practices: Vec<PracticeRow>,
    /// In what clusters differ that could be read, those first in which one stands alone.
    pub differences: Vec<Difference>,
    /// Clusters that stand alone in something, the one with the most first.
    pub apart: Vec<Apart>,
}

/// How it went with a cluster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It was read and judged.
    Assessed,
    /// It could not be read: nothing passes for it.
    #[default]
    Failed,
}

/// A cluster that was named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Cluster {
    /// Its name in this fleet.
    pub name: String,
    /// UID of kube-system; "" where it is not known.
    pub uid: String,
    /// Where it was read from: `context prod-eu`, `snapshot prod-eu.kassay.gz`.
    pub source: String,
    /// How it went.
    pub state: State,
    /// Why it could not be read.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// Address of its API server.
    pub server: String,
    /// Its version; "" where nothing tells it.
    pub version: String,
    /// Its distribution.
    pub distribution: String,
    /// Nodes.
    pub nodes: usize,
    /// When it was collected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collected_at: Option<String>,
    /// The time judged by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assessed_at: Option<String>,
    /// The cluster named before it that has the same UID, and so is the same one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    /// How many checks say what of it, by outcome.
    pub outcomes: BTreeMap<&'static str, usize>,
}

impl Cluster {
    /// Its distribution and version in words: `k3s v1.34.1+k3s1`, `Kubernetes, version not known`.
    #[must_use]
    pub fn runs(&self) -> String {
        distribution_words(&self.distribution, if self.version.is_empty() { VERSION_NOT_KNOWN } else { &self.version })
    }
}

/// What the checks of a control say on each cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ControlRow {
    /// The control.
    pub control: String,
    /// Its title.
    pub title: String,
    /// The worst on any cluster.
    pub worst: Option<Outcome>,
    /// The worst of its checks on each cluster.
    pub outcomes: BTreeMap<String, Outcome>,
    /// Findings of its checks on each cluster.
    pub findings: BTreeMap<String, usize>,
}

/// What a check says on each cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CheckRow {
    /// The check.
    pub check: String,
    /// Its control.
    pub control: String,
    /// Its title.
    pub title: String,
    /// The worst on any cluster.
    pub worst: Option<Outcome>,
    /// What it says on each cluster; `blocked` on one that could not be read.
    pub outcomes: BTreeMap<String, Outcome>,
    /// Findings on each cluster, those out of scope and of the platform too; where it is blocked, none says nothing.
    pub findings: BTreeMap<String, usize>,
}

/// What is proposed for a practice on each cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PracticeRow {
    /// The practice.
    pub practice: String,
    /// Its control.
    pub control: String,
    /// What is proposed; nothing while something is open, and where the cluster could not be read.
    pub proposals: BTreeMap<String, Option<Determined>>,
}

impl Fleet {
    /// Clusters that could not be read.
    pub fn failed(&self) -> impl Iterator<Item = &Cluster> {
        self.clusters.iter().filter(|cluster| cluster.state == State::Failed)
    }

    /// Names of clusters that are one under several names, by the first.
    #[must_use]
    pub fn twins(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut twins: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for cluster in &self.clusters {
            if let Some(first) = &cluster.same_as {
                twins.entry(first).or_default().push(&cluster.name);
            }
        }
        twins
    }

    /// Clusters that can be compared: each that was read, once. One that could not be read differs from nobody, because nothing is known of it.
    pub fn compared(&self) -> impl Iterator<Item = &Cluster> {
        self.clusters.iter().filter(|cluster| cluster.state != State::Failed && cluster.same_as.is_none())
    }

    /// Whether the clusters that can be compared differ in a row.
    #[must_use]
    pub fn differ<T: PartialEq>(&self, row: &BTreeMap<String, T>) -> bool {
        let mut all = self.compared().filter_map(|cluster| row.get(&cluster.name));
        let first = all.next();
        all.any(|said| Some(said) != first)
    }

    /// Whether they differ in a control: in what it says, or in what one of its checks says.
    #[must_use]
    pub fn differ_in(&self, control: &ControlRow) -> bool {
        self.differ(&control.outcomes) || self.checks.iter().any(|check| check.control == control.control && self.differ(&check.outcomes))
    }

    /// Everything that checks say, on every cluster: what decides an exit code.
    pub fn outcomes(&self) -> impl Iterator<Item = Outcome> {
        self.checks.iter().flat_map(|row| row.outcomes.values().copied())
    }
}

/// The worst of several outcomes. What is blocked is never hidden by what passes.
pub(super) fn worst(outcomes: impl IntoIterator<Item = Outcome>) -> Option<Outcome> {
    outcomes.into_iter().min_by_key(|outcome| rank(*outcome))
}

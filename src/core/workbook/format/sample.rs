//! The tables `[[sample]]`, `[sample.population]` and `[[sample.item]]`.

use super::Withdrawn;
use crate::workbook::moment::{Day, Moment};
use serde::{Deserialize, Serialize};

/// A sample set: from which population, by which method, and what each item showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// `S-01`: never given twice.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What is looked at, and for what.
    pub title: String,
    /// How items were chosen.
    pub method: SamplingMethod,
    /// How many were wanted, as it was written: `25`, `10%`, `all`; "" where every item was, or a person chose.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub size: String,
    /// The seed, where chance chose: with it and the same population anybody draws the same items.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub seed: String,
    /// What the strata are, where there are some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strata: Option<Strata>,
    /// Why these items, where judgement chose.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Why the sample is representative of the population.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub representative: String,
    /// Practices that it supports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub practices: Vec<String>,
    /// Questions that it serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<String>,
    /// What the assessor concludes.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub conclusion: String,
    /// Who drew it.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Withdrawn>,
    /// What was drawn from.
    pub population: Population,
    /// What was drawn, in the order of the population.
    #[serde(default, rename = "item", skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<SampleItem>,
}

/// What a sample was drawn from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// Of what it consists.
    pub of: PopulationKind,
    /// The cluster; "" for all of the assessment, and for what was typed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cluster: String,
    /// What it was narrowed by: words of a filter.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub filter: String,
    /// How many there are.
    pub count: usize,
    /// When they were counted: when the cluster was read, or when they were typed.
    pub counted: Moment,
    /// SHA-256 of the sorted names, one a line.
    pub digest: String,
    /// SHA-256 of the snapshots that it was counted in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub snapshots: Vec<String>,
    /// Lists that could not be read to their end when it was counted: items may be missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incomplete: Vec<String>,
    /// The names, sorted: always those that a person typed, those of an inventory where they are not more than 2,000.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<String>,
}

/// Of what a population consists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PopulationKind {
    /// Workloads.
    #[default]
    Workloads,
    /// Nodes.
    Nodes,
    /// Namespaces.
    Namespaces,
    /// Users, groups and service accounts that hold rights.
    Subjects,
    /// Images that run.
    Images,
    /// Clusters of the assessment.
    Clusters,
    /// What a person typed: change tickets, people, systems outside the cluster.
    Typed,
}

impl PopulationKind {
    /// All, in the order of the form.
    pub const ALL: [Self; 7] = [Self::Workloads, Self::Nodes, Self::Namespaces, Self::Subjects, Self::Images, Self::Clusters, Self::Typed];

    /// The name that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Workloads => "workloads",
            Self::Nodes => "nodes",
            Self::Namespaces => "namespaces",
            Self::Subjects => "subjects",
            Self::Images => "images",
            Self::Clusters => "clusters",
            Self::Typed => "a typed list",
        }
    }
}

/// How items are chosen from a population.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SamplingMethod {
    /// Every item.
    All,
    /// By chance.
    #[default]
    Random,
    /// By chance within each stratum.
    Stratified,
    /// By the assessor's judgement.
    Judgement,
}

impl SamplingMethod {
    /// All, in the order of the form.
    pub const ALL: [Self; 4] = [Self::All, Self::Random, Self::Stratified, Self::Judgement];

    /// The name that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::All => "every item",
            Self::Random => "random",
            Self::Stratified => "stratified",
            Self::Judgement => "judgement",
        }
    }
}

/// By what a population is divided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Strata {
    /// Its category in the scope.
    #[default]
    Category,
    /// Its owner: the namespace of a workload, the pool of a node, the kind of a subject, the registry of an image.
    Owner,
}

impl Strata {
    /// Both, in the order of the form.
    pub const ALL: [Self; 2] = [Self::Category, Self::Owner];

    /// The name that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Category => "category",
            Self::Owner => "owner",
        }
    }
}

/// An item of a sample.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SampleItem {
    /// Its name in the population: `prod-eu shop/Deployment/web`.
    pub name: String,
    /// Its stratum.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub stratum: String,
    /// What it showed; none until it was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<ItemResult>,
    /// What was seen.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// References of its evidence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// Who looked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// On which day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Day>,
}

impl SampleItem {
    /// An item that was chosen, and that nobody has looked at.
    #[must_use]
    pub fn of(drawn: crate::workbook::sampling::Drawn) -> Self {
        Self { name: drawn.name, stratum: drawn.stratum, result: None, note: String::new(), evidence: vec![], by: String::new(), on: None }
    }
}

/// What an item showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemResult {
    /// As it should be.
    Conforms,
    /// Not as it should be.
    Deviates,
    /// It could not be looked at.
    NotTested,
}

impl ItemResult {
    /// All, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Conforms, Self::Deviates, Self::NotTested];

    /// The name that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Conforms => "conforms",
            Self::Deviates => "deviates",
            Self::NotTested => "not tested",
        }
    }
}

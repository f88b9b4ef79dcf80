//! Segmentation as numbers: how many connections the policies let through from one category of scope to another, how many of them on every
//! port, between which namespaces the cardholder data environment is reached or left, and which nodes are shared.
//!
//! A connection is counted for each ordered pair of different workloads, and for each workload and range of addresses outside, as `kassay
//! reach` lists them.

mod count;

use super::platform::Categories;
use super::reach::Reach;
use crate::kinds::{Inventory, KindState};
use crate::model::{Category, Kind, Scope};
use std::collections::{BTreeMap, BTreeSet};

/// One end: a category, or addresses outside of the cluster.
pub type End = Option<Category>;

/// All ends in the order in which they are told.
pub const ENDS: [End; 5] = [Some(Category::Cde), Some(Category::Connected), Some(Category::OutOfScope), Some(Category::Platform), None];

/// How many connections of a pair of categories are kept to be shown.
pub const SHOWN: usize = 500;

/// A connection that is possible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowRow {
    /// Who connects.
    pub from: String,
    /// To whom.
    pub to: String,
    /// Where: `All`, `TCP 443`.
    pub ports: String,
    /// The policies that let it through; none where no policy selects either end.
    pub by: Vec<String>,
}

/// How many connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All.
    pub flows: usize,
    /// Those of them that are open on every port.
    pub open: usize,
}

/// All connections from one category to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Crossing {
    /// From.
    pub from: End,
    /// To.
    pub to: End,
    /// How many.
    pub flows: usize,
    /// How many of them on every port.
    pub open: usize,
    /// The first of them, those on every port before others.
    pub shown: Vec<FlowRow>,
}

impl Crossing {
    /// Whether it leads into the cardholder data environment from elsewhere.
    #[must_use]
    pub fn into_cde(&self) -> bool {
        self.to == Some(Category::Cde) && self.from != self.to
    }
}

/// The connections from one namespace to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// From which namespace; none outside of the cluster.
    pub from: Option<String>,
    /// Into which.
    pub to: Option<String>,
    /// How many.
    pub tally: Tally,
}

/// Pairs of namespaces, those with more connections on every port first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pairs {
    /// The first of them.
    pub shown: Vec<Pair>,
    /// How many there are.
    pub all: usize,
}

/// A namespace of a category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// Its name.
    pub name: String,
    /// Workloads in it.
    pub workloads: usize,
}

/// A node that runs pods of more than one category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedNode {
    /// Its name.
    pub name: String,
    /// Pods by category, the platform's left out.
    pub pods: BTreeMap<Category, usize>,
}

/// The segmentation of one cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segmentation {
    /// Connections between categories, the cardholder data environment first.
    pub crossings: Vec<Crossing>,
    /// The namespaces of each category, those with more workloads first.
    pub namespaces: BTreeMap<Category, Vec<Namespace>>,
    /// Ranges of addresses outside that are told apart.
    pub ranges: usize,
    /// From where the cardholder data environment is reached.
    pub into_cde: Pairs,
    /// Where it connects to.
    pub out_of_cde: Pairs,
    /// Shared nodes on which account data is.
    pub nodes: Vec<SharedNode>,
    /// Whether pods and namespaces were all read: without them nobody knows what runs beside what, whatever `nodes` has.
    pub placed: bool,
    /// Workloads on the network of their node, which no policy binds.
    pub unbound: usize,
    /// What decides over connections and could not be evaluated, with the reason.
    pub not_evaluated: Vec<String>,
    /// Whether pods, namespaces and policies were all read.
    pub complete: bool,
    /// Whether counting was cut short; what has an end in the cardholder data environment is counted first.
    pub cut_short: bool,
}

impl Segmentation {
    /// What is known of nodes that run pods of the cardholder data environment beside others, where that is not that some do.
    #[must_use]
    pub const fn about_nodes(&self) -> Option<&'static str> {
        match (self.placed, self.nodes.is_empty()) {
            (true, true) => Some("No node runs pods of the CDE beside others."),
            (true, false) => None,
            (false, true) => Some("Whether a node runs pods of the CDE beside others is not known: pods or namespaces were not all read."),
            (false, false) => Some("There may be more such nodes: pods or namespaces were not all read."),
        }
    }

    /// Works it out.
    #[must_use]
    pub fn of(inventory: &Inventory, scope: &Scope) -> Self {
        Self::by(&Reach::new(inventory), inventory, scope)
    }

    /// Works it out where reachability is at hand.
    #[must_use]
    pub fn by(reach: &Reach<'_>, inventory: &Inventory, scope: &Scope) -> Self {
        let categories = Categories::new(inventory, scope);
        let count = count::count(reach, &categories);
        Self {
            crossings: count.crossings,
            namespaces: namespaces(reach, inventory, &categories),
            ranges: reach.ranges().len(),
            into_cde: count.into_cde,
            out_of_cde: count.out_of_cde,
            nodes: shared_nodes(inventory, &categories),
            placed: [Kind::Pods, Kind::Namespaces].into_iter().all(|kind| inventory.state(kind) == KindState::Read),
            unbound: reach.workloads().iter().filter(|party| party.host_network).count(),
            not_evaluated: reach.not_evaluated().iter().map(|n| format!("{}: {}", n.object(), n.why)).collect(),
            complete: reach.complete(),
            cut_short: count.cut_short,
        }
    }

    /// Connections between different categories: what segmentation is about. Those within a category follow.
    #[must_use]
    pub fn in_order(&self) -> Vec<&Crossing> {
        let (apart, within): (Vec<&Crossing>, Vec<&Crossing>) = self.crossings.iter().partition(|c| c.from != c.to);
        // What reaches the cardholder data environment from elsewhere comes first.
        let mut all = apart;
        let in_scope = |end: End| end.is_some_and(Category::in_scope);
        all.sort_by_key(|c| (c.to != Some(Category::Cde), c.from != Some(Category::Cde), !in_scope(c.to) && !in_scope(c.from)));
        all.extend(within.iter().filter(|c| in_scope(c.to)));
        all.extend(within.iter().filter(|c| !in_scope(c.to)));
        all
    }

    /// The connections from one category to another.
    #[must_use]
    pub fn crossing(&self, from: End, to: End) -> Option<&Crossing> {
        self.crossings.iter().find(|c| c.from == from && c.to == to)
    }

    /// The namespaces of a category.
    #[must_use]
    pub fn namespaces_of(&self, category: Category) -> &[Namespace] {
        self.namespaces.get(&category).map_or(&[], Vec::as_slice)
    }
}

fn namespaces(reach: &Reach<'_>, inventory: &Inventory, categories: &Categories<'_>) -> BTreeMap<Category, Vec<Namespace>> {
    let mut workloads: BTreeMap<&str, usize> = inventory.namespaces.iter().map(|n| (n.metadata.name.as_str(), 0)).collect();
    for party in reach.workloads() {
        *workloads.entry(&party.workload.object.namespace).or_default() += 1;
    }
    let mut namespaces: BTreeMap<Category, Vec<Namespace>> = BTreeMap::new();
    for (name, workloads) in workloads {
        namespaces.entry(categories.of(name)).or_default().push(Namespace { name: name.to_owned(), workloads });
    }
    for list in namespaces.values_mut() {
        list.sort_by(|a, b| b.workloads.cmp(&a.workloads).then_with(|| a.name.cmp(&b.name)));
    }
    namespaces
}

fn shared_nodes(inventory: &Inventory, categories: &Categories<'_>) -> Vec<SharedNode> {
    let mut nodes: BTreeMap<&str, BTreeMap<Category, usize>> = BTreeMap::new();
    for pod in inventory.pods.iter().filter(|p| p.is_live() && !p.node.is_empty()) {
        let category = categories.of(&pod.metadata.namespace);
        if category != Category::Platform {
            *nodes.entry(&pod.node).or_default().entry(category).or_default() += 1;
        }
    }
    let mixed = |pods: &BTreeMap<Category, usize>| {
        let kinds: BTreeSet<&Category> = pods.keys().collect();
        kinds.contains(&Category::Cde) && kinds.len() > 1
    };
    nodes.into_iter().filter(|(_, pods)| mixed(pods)).map(|(name, pods)| SharedNode { name: name.to_owned(), pods }).collect()
}

//! The picture of area 16: how many connections the policies let through from one category of scope to another, how many of them on every
//! port, and which nodes are shared. It is worked out once per reading and scope, beside the screen, because a large cluster has many pairs.

use crate::analysis::platform::Categories;
use crate::analysis::reach::Reach;
use crate::kinds::Inventory;
use crate::model::{Category, Scope};
use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::lead::Next;
use crate::session::effect::Effect;
use crate::session::parts::cursor::Cursor;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What happens to the picture.
#[derive(Clone, Debug)]
pub enum Action {
    /// Shows it.
    Open,
    /// Who may connect to whom in a cluster.
    Drawn {
        /// The cluster.
        cluster: String,
        /// The picture.
        picture: Arc<Segmentation>,
    },
}

impl Action {
    /// Whether a person did it.
    #[must_use]
    pub const fn is_by_person(&self) -> bool {
        matches!(self, Self::Open)
    }
}

/// How many flows of a pair of categories are kept to be shown.
const SHOWN: usize = 500;
/// How many flows are counted before the count is cut short, which is told.
const COUNTED: usize = 4_000_000;

/// One end: a category, or addresses outside of the cluster.
pub type End = Option<Category>;

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

/// A node that runs pods of more than one category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedNode {
    /// Its name.
    pub name: String,
    /// Pods by category, the platform's left out.
    pub pods: BTreeMap<Category, usize>,
}

/// The picture of one cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Segmentation {
    /// Connections between categories, the cardholder data environment first.
    pub crossings: Vec<Crossing>,
    /// Shared nodes on which account data is.
    pub nodes: Vec<SharedNode>,
    /// What decides over connections and could not be evaluated, with the reason.
    pub not_evaluated: Vec<String>,
    /// Whether pods, namespaces and policies were all read.
    pub complete: bool,
    /// Whether counting was cut short.
    pub cut_short: bool,
}

impl Segmentation {
    /// Works the picture out.
    #[must_use]
    pub fn of(inventory: &Inventory, scope: &Scope) -> Self {
        let reach = Reach::new(inventory);
        let mut crossings: BTreeMap<(u8, u8), Crossing> = BTreeMap::new();
        let mut counted = 0;
        for flow in reach.flows(scope) {
            counted += 1;
            if counted > COUNTED {
                break;
            }
            let (from, to) = (flow.from_category, flow.to_category);
            let crossing =
                crossings.entry((rank(from), rank(to))).or_insert_with(|| Crossing { from, to, flows: 0, open: 0, shown: vec![] });
            let open = flow.passage.ports.is_all();
            crossing.flows += 1;
            crossing.open += usize::from(open);
            if crossing.shown.len() < SHOWN || (open && crossing.open <= SHOWN) {
                let row = FlowRow {
                    from: flow.from.line(),
                    to: flow.to.line(),
                    ports: flow.passage.text.clone(),
                    by: flow.by.iter().map(|p| (*p).to_owned()).collect(),
                };
                crossing.shown.insert(if open { crossing.open - 1 } else { crossing.shown.len() }.min(crossing.shown.len()), row);
                crossing.shown.truncate(SHOWN);
            }
        }
        Self {
            crossings: crossings.into_values().collect(),
            nodes: shared_nodes(inventory, scope),
            not_evaluated: reach.not_evaluated().iter().map(|n| format!("{}: {}", n.object(), n.why)).collect(),
            complete: reach.complete(),
            cut_short: counted > COUNTED,
        }
    }

    /// Connections between different categories: what segmentation is about. Those within a category follow.
    #[must_use]
    pub fn in_order(&self) -> Vec<&Crossing> {
        let (apart, within): (Vec<&Crossing>, Vec<&Crossing>) = self.crossings.iter().partition(|c| c.from != c.to);
        // What reaches the cardholder data environment from elsewhere comes first.
        let mut all = apart;
        all.sort_by_key(|c| (c.to != Some(Category::Cde), c.from != Some(Category::Cde)));
        all.extend(within);
        all
    }

    /// The connections from one category to another.
    #[must_use]
    pub fn crossing(&self, from: End, to: End) -> Option<&Crossing> {
        self.crossings.iter().find(|c| c.from == from && c.to == to)
    }
}

/// The pictures of the clusters for which they were asked.
#[derive(Clone, Debug, Default)]
pub struct Pictures {
    of: BTreeMap<String, Arc<Segmentation>>,
}

impl Pictures {
    /// The picture of a cluster, once it was worked out.
    #[must_use]
    pub fn of(&self, cluster: &str) -> Option<&Segmentation> {
        self.of.get(cluster).map(|picture| &**picture)
    }

    /// Forgets the picture of a cluster that was read or judged anew.
    pub(in crate::session) fn forget(&mut self, cluster: &str) {
        self.of.remove(cluster);
    }

    /// Shows the picture, and takes what was worked out.
    pub(in crate::session) fn update(&mut self, desk: &mut Desk, action: Action) -> Next {
        match action {
            Action::Open => {
                desk.layers.push(Layer::Segmentation { cursor: Cursor::default(), open: None });
                self.wanted(desk)
            }
            Action::Drawn { cluster, picture } => {
                if desk.book.as_ref().is_some_and(|b| b.clusters.iter().any(|c| c.key == cluster)) {
                    self.of.insert(cluster, picture);
                }
                Next::NONE
            }
        }
    }

    /// Asks for the picture of the shown cluster, where it is not there yet.
    pub(in crate::session) fn wanted(&self, desk: &Desk) -> Next {
        let Some(book) = desk.book.as_ref() else { return Next::NONE };
        let Some(cluster) = book.shown().filter(|c| !self.of.contains_key(&c.key)) else { return Next::NONE };
        let Some(inventory) = cluster.inventory.clone() else { return Next::NONE };
        Next::from(Effect::Segment { cluster: cluster.key.clone(), inventory, scope: book.workbook.scope.clone() })
    }
}

/// ↵ on a pair of categories: its connections one by one.
pub(in crate::session) fn enter(desk: &mut Desk) {
    if let Layer::Segmentation { cursor, open: None } = desk.top() {
        let at = cursor.at;
        desk.layers.push(Layer::Segmentation { cursor: Cursor::default(), open: Some(at) });
    }
}

fn rank(end: End) -> u8 {
    match end {
        Some(Category::Cde) => 0,
        Some(Category::Connected) => 1,
        Some(Category::OutOfScope) => 2,
        Some(Category::Platform) => 3,
        None => 4,
    }
}

fn shared_nodes(inventory: &Inventory, scope: &Scope) -> Vec<SharedNode> {
    let mut nodes: BTreeMap<&str, BTreeMap<Category, usize>> = BTreeMap::new();
    let categories = Categories::new(inventory, scope);
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

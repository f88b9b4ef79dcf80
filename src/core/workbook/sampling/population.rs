//! What samples are drawn from: the names of things in clusters that were read, or of what a person typed.

use crate::analysis::image::ImageReference;
use crate::analysis::rbac;
use crate::judging::{Need, Tables, View, rights};
use crate::kinds::{Inventory, KindState};
use crate::model::{Category, Kind, ObjectRef, Scope};
use crate::workbook::accept::NotAccepted;
use crate::workbook::{PopulationKind, Strata, gate};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// One of a population.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name: `prod-eu shop/Deployment/web`.
    pub name: String,
    /// Its category in the scope; none for what was typed.
    pub category: Option<Category>,
    /// Its owner: the namespace of a workload, the pool of a node, the kind of a subject, the registry of an image; "" where it shows none.
    pub owner: String,
}

impl Member {
    /// The stratum it is in.
    #[must_use]
    pub fn stratum(&self, by: Strata) -> String {
        let words = match by {
            Strata::Category => self.category.map_or("", Category::label),
            Strata::Owner => &self.owner,
        };
        if words.is_empty() { "none told".to_owned() } else { words.to_owned() }
    }

    /// Whether it fits every word of a filter: `cat:cde`, `owner:pay`, or any part of its name; `-` before a word turns it round.
    #[must_use]
    pub fn fits(&self, words: &[&str]) -> bool {
        let name = self.name.to_lowercase();
        let one = |word: &str| match word.split_once(':') {
            Some(("cat", part)) => self.category.is_some_and(|c| c.id().starts_with(part) || c.label().to_lowercase().contains(part)),
            Some(("owner", part)) => self.owner.to_lowercase().contains(part),
            _ => name.contains(word),
        };
        words.iter().all(|word| match word.strip_prefix('-').filter(|w| !w.is_empty()) {
            Some(word) => !one(word),
            None => one(word),
        })
    }
}

/// A cluster in which a population is counted.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Its name in the workbook.
    pub key: &'a str,
    /// What was read of it.
    pub inventory: &'a Inventory,
    /// SHA-256 of its snapshot; "" where there is none.
    pub snapshot: &'a str,
}

/// A population that was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gathered {
    /// Its members, sorted by name, no name twice.
    pub members: Vec<Member>,
    /// How many there were before the filter.
    pub unfiltered: usize,
    /// When the clusters were read, the earliest of them; none where that is not known.
    pub counted: Option<Timestamp>,
    /// Snapshots in which it was counted.
    pub snapshots: Vec<String>,
    /// Lists that could not be read to their end: members may be missing.
    pub incomplete: Vec<String>,
}

/// What a person typed or pasted, one name a line; the same name once.
#[must_use]
pub fn typed(text: &str) -> Vec<Member> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    unique(lines.map(|line| Member { name: line.to_owned(), category: None, owner: String::new() }))
}

/// The lists from which a population follows.
#[must_use]
pub fn kinds_of(of: PopulationKind) -> Vec<Kind> {
    match of {
        PopulationKind::Workloads | PopulationKind::Images => Need::Workloads.kinds().to_vec(),
        PopulationKind::Nodes => vec![Kind::Nodes],
        PopulationKind::Namespaces => vec![Kind::Namespaces],
        PopulationKind::Subjects => rbac::KINDS.to_vec(),
        PopulationKind::Clusters | PopulationKind::Typed => vec![],
    }
}

/// Counts a population in clusters, narrowed by a filter.
///
/// # Errors
/// Where the shipped tables can't be read.
pub fn gather(of: PopulationKind, places: &[Place<'_>], scope: &Scope, filter: &str) -> Result<Gathered, NotAccepted> {
    let tables = Tables::shipped().map_err(|e| NotAccepted(e.to_string()))?;
    let mut all = vec![];
    let mut gathered = Gathered::default();
    for place in places {
        let view = View::new(place.inventory, scope, Timestamp::UNIX_EPOCH, &tables);
        all.extend(members(of, place.key, &view));
        gathered.incomplete.extend(unread(of, place));
        gathered.snapshots.extend(Some(place.snapshot).filter(|digest| !digest.is_empty()).map(str::to_owned));
    }
    gathered.counted = places.iter().filter_map(|place| place.inventory.cluster.collected_at).min();
    let filter = filter.to_lowercase();
    let words: Vec<&str> = filter.split_whitespace().collect();
    let all = unique(all.into_iter());
    gathered.unfiltered = all.len();
    gathered.members = all.into_iter().filter(|member| member.fits(&words)).collect();
    Ok(gathered)
}

/// Sorted by name, each name once. What the last gate would mask is masked before it is counted, so that what is kept is what was counted.
fn unique(members: impl Iterator<Item = Member>) -> Vec<Member> {
    let mut by_name: BTreeMap<String, Member> = BTreeMap::new();
    for mut member in members {
        member.name = gate::clean(&crate::model::text::clean(&member.name)).0;
        by_name
            .entry(member.name.clone())
            // The same image runs in several places: the most sensitive of them counts.
            .and_modify(|known| known.category = known.category.into_iter().chain(member.category).min())
            .or_insert(member);
    }
    by_name.into_values().collect()
}

fn unread(of: PopulationKind, place: &Place<'_>) -> Vec<String> {
    let told = |kind: &Kind| {
        let coverage = place.inventory.coverage_of(*kind);
        let how = match coverage.state {
            KindState::Read => return None,
            // A kind that the server does not serve has no objects; files may hold fewer kinds than the cluster has.
            KindState::Absent if place.inventory.source == crate::kinds::Source::Live => return None,
            KindState::Absent => "not in the files",
            KindState::Forbidden => "forbidden",
            KindState::Failed => "could not be read",
            KindState::Partial => "read in part",
        };
        Some(format!("{} {}: {how}", place.key, kind.resource()))
    };
    kinds_of(of).iter().filter_map(told).collect()
}

fn members(of: PopulationKind, key: &str, view: &View<'_>) -> Vec<Member> {
    let member = |name: String, category: Category, owner: &str| Member {
        name: if name.is_empty() { key.to_owned() } else { format!("{key} {name}") },
        category: Some(category),
        owner: owner.to_owned(),
    };
    match of {
        PopulationKind::Workloads => {
            view.workloads().map(|(w, category)| member(object_name(&w.object), category, &w.object.namespace)).collect()
        }
        PopulationKind::Nodes => {
            let nodes = view.inventory.nodes.iter().map(|node| {
                let category = view.scope.node_category(&node.metadata.labels).unwrap_or_else(|| view.cluster_wide());
                member(format!("Node/{}", node.metadata.name), category, pool(&node.metadata.labels))
            });
            nodes.collect()
        }
        PopulationKind::Namespaces => {
            let owner = |name: &str| owner_label(view.inventory.namespace_labels(name));
            view.namespaces().into_iter().map(|(name, category)| member(format!("Namespace/{name}"), category, owner(name))).collect()
        }
        PopulationKind::Subjects => subjects(view, member),
        PopulationKind::Images => images(view, member),
        PopulationKind::Clusters => vec![member(String::new(), view.cluster_wide(), &view.cluster().distribution)],
        PopulationKind::Typed => vec![],
    }
}

/// `shop/Deployment/web`; kinds of add-ons carry their group, because two may share a name.
fn object_name(object: &ObjectRef) -> String {
    let own = matches!(object.group.as_str(), "" | "apps" | "batch");
    let kind = if own { object.kind.clone() } else { format!("{}.{}", object.kind, object.group) };
    if object.namespace.is_empty() { format!("{kind}/{}", object.name) } else { format!("{}/{kind}/{}", object.namespace, object.name) }
}

fn subjects(view: &View<'_>, member: impl Fn(String, Category, &str) -> Member) -> Vec<Member> {
    let named = |subject: &rbac::Subject| {
        let bindings = view.rbac().bindings_of(subject);
        let category = bindings.map(|bound| rights::subject_category(view, bound, subject)).min().unwrap_or_else(|| view.cluster_wide());
        let kind = subject.kind.id();
        let name = match subject.namespace.as_str() {
            "" => format!("{kind}/{}", subject.name),
            namespace => format!("{namespace}/{kind}/{}", subject.name),
        };
        member(name, category, kind)
    };
    view.rbac().subjects().map(named).collect()
}

/// Images of specs that pods share: those of templates alone don't run.
fn images(view: &View<'_>, member: impl Fn(String, Category, &str) -> Member) -> Vec<Member> {
    let running = view.workloads().flat_map(|(workload, _)| view.images(workload)).filter(|image| image.pods > 0);
    let named = running.filter(|image| !image.used.reference.is_empty()).map(|image| match ImageReference::parse(image.used.reference) {
        Some(parsed) => member(parsed.to_string(), image.category, &parsed.registry),
        None => member(image.used.reference.to_owned(), image.category, ""),
    });
    named.collect()
}

/// Labels that name a node's pool, by whoever makes nodes.
const POOLS: &[&str] = &[
    "cloud.google.com/gke-nodepool",
    "eks.amazonaws.com/nodegroup",
    "karpenter.sh/nodepool",
    "kubernetes.azure.com/agentpool",
    "doks.digitalocean.com/node-pool",
    "node.kubernetes.io/pool",
    "pool",
];

/// The pool of a node; else its role.
fn pool(labels: &BTreeMap<String, String>) -> &str {
    let role = || labels.keys().find_map(|label| label.strip_prefix("node-role.kubernetes.io/"));
    POOLS.iter().find_map(|label| labels.get(*label)).map(String::as_str).or_else(role).unwrap_or_default()
}

/// Labels by which teams say whose a namespace is.
const OWNERS: &[&str] = &["owner", "team", "app.kubernetes.io/part-of"];

fn owner_label(labels: &BTreeMap<String, String>) -> &str {
    OWNERS.iter().find_map(|label| labels.get(*label)).map_or("", String::as_str)
}

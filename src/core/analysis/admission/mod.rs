//! What admission demands of pods, and where: the policies of Kubernetes itself and of the engines that are known here.
//!
//! Each engine has its own words for the same four things, and they are read into one shape, the [`Guard`]: what it demands of a pod
//! ([`Demand`]), whether it refuses or only reports ([`Strictness`]), in which namespaces ([`Extent`]), and for which images where it is about images.
//! A guard that leaves something out by more than its namespace (labels of objects, users, conditions) holds in part: its mode is never
//! `Enforce`. Nor is that of an engine's policy where no webhook of the engine is asked ([`Webhooks`]). What a policy demands is told from its own text: a policy in a language that can express anything can't be evaluated for all
//! pods, so a guard says that its policy speaks of a thing, and is held against the pods that run where that is possible.
//!
//! Policies that are not readable here (programs, or kinds that each cluster names for itself) are told by name: see [`unreadable`].

mod builtin;
mod demands;
mod engines;
mod extent;
mod kyverno;
mod scc;
mod unread;
pub mod webhooks;

pub use demands::Demand;
pub use extent::Extent;
pub use unread::unreadable;
pub use webhooks::{Asked, Webhooks};

use super::image::ImageReference;
use crate::kinds::{Inventory, custom::Custom};
use crate::model::{Kind, ObjectRef, text::glob};
use std::collections::{BTreeMap, BTreeSet};

/// How far a guard goes, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strictness {
    /// It reports or warns, and lets pass.
    Audit,
    /// It refuses, but not every pod.
    Part,
    /// It refuses.
    Enforce,
}

/// One rule of one policy.
#[derive(Clone, Debug)]
pub struct Guard {
    /// Name of the engine, for people.
    pub engine: &'static str,
    /// The policy.
    pub object: ObjectRef,
    /// What it demands of pods.
    pub demands: BTreeSet<Demand>,
    /// How far it goes where nothing overrides that.
    pub mode: Strictness,
    /// Modes for chosen namespaces, the first that covers one decides.
    pub overrides: Vec<(Strictness, Extent)>,
    /// Where it holds.
    pub reach: Extent,
    /// Whether it leaves pods out by more than their namespace.
    pub narrowed: bool,
    /// Demands that it makes of some containers only: a rule that names `containers` alone lets init containers through.
    pub partial: BTreeSet<Demand>,
    /// Globs of images to which it is limited; none for all.
    pub images: Option<Vec<String>>,
    /// The webhooks of its engine; none where the API server itself holds it.
    pub webhooks: Option<Webhooks>,
}

impl Guard {
    fn new(engine: &'static str, object: ObjectRef, demands: BTreeSet<Demand>, mode: Strictness, reach: Extent) -> Self {
        let (overrides, partial) = (vec![], BTreeSet::new());
        Self { engine, object, demands, mode, overrides, reach, narrowed: false, partial, images: None, webhooks: None }
    }

    /// How far it goes in a namespace; `None` where it does not hold there.
    #[must_use]
    pub fn mode_in(&self, namespace: &str, labels: &BTreeMap<String, String>) -> Option<Strictness> {
        if !self.reach.covers(namespace, labels) {
            return None;
        }
        let mode = self.overrides.iter().find(|(_, reach)| reach.covers(namespace, labels)).map_or(self.mode, |(mode, _)| *mode);
        let most = match self.asked_in(namespace, labels) {
            Asked::All | Asked::Nowhere if !self.narrowed => Strictness::Enforce,
            // That there is no webhook at all is for those to judge who must have read them.
            Asked::All | Asked::Nowhere | Asked::Some | Asked::Unknown => Strictness::Part,
            Asked::Not => Strictness::Audit,
        };
        Some(mode.min(most))
    }

    /// How far it goes for one of its demands.
    #[must_use]
    pub fn mode_for(&self, demand: Demand, namespace: &str, labels: &BTreeMap<String, String>) -> Option<Strictness> {
        let mode = self.mode_in(namespace, labels)?;
        self.demands.contains(&demand).then(|| if self.partial.contains(&demand) { mode.min(Strictness::Part) } else { mode })
    }

    /// How its engine is asked about pods of a namespace.
    #[must_use]
    pub fn asked_in(&self, namespace: &str, labels: &BTreeMap<String, String>) -> Asked {
        self.webhooks.as_ref().map_or(Asked::All, |webhooks| webhooks.asked(&extent::with_name(namespace, labels)))
    }

    /// Whether it is asked about an image.
    #[must_use]
    pub fn covers_image(&self, image: &ImageReference) -> bool {
        let whole = image.to_string();
        let name = image.name();
        self.images.as_ref().is_none_or(|globs| globs.iter().any(|pattern| glob(pattern, &whole) || glob(pattern, &name)))
    }

    /// Its name for people: `Kyverno ClusterPolicy signed-images`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.engine, self.object)
    }
}

/// Every guard that could be read.
#[must_use]
pub fn guards(inventory: &Inventory) -> Vec<Guard> {
    let mut all = builtin::guards(inventory);
    all.extend(kyverno::guards(inventory));
    all.extend(engines::guards(inventory));
    all.extend(scc::guards(inventory));
    let mut known: BTreeMap<&'static str, Option<Webhooks>> = BTreeMap::new();
    for guard in &mut all {
        guard.webhooks = known.entry(guard.engine).or_insert_with(|| Webhooks::of(inventory, guard.engine)).clone();
    }
    all
}

/// How a demand is met in a namespace: the furthest that any guard goes, and the guards that hold there.
#[must_use]
pub fn held<'a>(
    guards: &'a [Guard],
    demand: Demand,
    namespace: &str,
    labels: &BTreeMap<String, String>,
) -> (Option<Strictness>, Vec<&'a Guard>) {
    let here: Vec<(Strictness, &Guard)> =
        guards.iter().filter_map(|guard| Some((guard.mode_for(demand, namespace, labels)?, guard))).collect();
    (here.iter().map(|(mode, _)| *mode).max(), here.into_iter().map(|(_, guard)| guard).collect())
}

fn objects(inventory: &Inventory, kind: Kind) -> impl Iterator<Item = (&Custom, ObjectRef)> {
    inventory.customs.get(&kind).into_iter().flatten().map(move |custom| {
        let meta = &custom.metadata;
        (custom, ObjectRef::new(kind.group(), kind.kind(), &meta.namespace, &meta.name))
    })
}

#[cfg(test)]
mod tests;

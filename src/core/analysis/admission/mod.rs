//! What admission demands of pods, and where: the policies of Kubernetes itself and of the engines that are known here.
//!
//! Each engine has its own words for the same four things, and they are read into one shape, the [`Guard`]: what it demands of a pod
//! ([`Demand`]), whether it refuses or only reports ([`Strictness`]), in which namespaces ([`Extent`]), and for which images where it is about images.
//! A guard that leaves something out by more than its namespace (labels of objects, users, conditions) holds in part. So does an engine's policy
//! where no webhook of the engine is asked ([`Webhooks`]).
//!
//! What a policy demands is told from its own text: it speaks of a thing, which is not to say that it refuses every pod that has it. Such a guard
//! never goes further than [`Strictness::Text`], however it is written, and no check passes by it: see [`Basis`]. Certain are only the rules that
//! are not written by whoever wrote the policy: Pod Security admission by its labels, and what OpenShift's nodes refuse to fetch.
//!
//! Policies that are not readable here (programs, or kinds that each cluster names for itself) are told by name: see [`unreadable`].

mod builtin;
mod demands;
mod engines;
mod extent;
mod images;
mod kyverno;
mod patterns;
pub mod plugins;
mod rules;
mod scc;
mod signers;
mod unread;
pub mod webhooks;

pub use demands::Demand;
pub use extent::Extent;
pub use images::Images;
pub use unread::unreadable;
pub use webhooks::{Asked, Webhooks};

use super::image::ImageReference;
use crate::kinds::{Inventory, custom::Custom};
use crate::model::{Kind, ObjectRef};
use plugins::{Plugin, Running};
use std::collections::{BTreeMap, BTreeSet};

/// How far a guard goes, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strictness {
    /// It reports or warns, and lets pass.
    Audit,
    /// It refuses, but not every pod.
    Part,
    /// It refuses, as far as its text says. Whether it does was not tried.
    Text,
    /// It refuses, for certain.
    Enforce,
}

/// What is known of a guard's demands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Words in the text of a policy.
    Text,
    /// Rules that are the same in every cluster, switched on here.
    Certain,
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
    /// How far it goes where nothing overrides that, as it is written; [`Guard::mode_in`] says what of it can be relied on.
    pub mode: Strictness,
    basis: Basis,
    /// Why it refuses nothing, however it is written: `spec.admission is false`.
    pub idle: Option<String>,
    /// Modes for chosen namespaces, the first that covers one decides.
    pub overrides: Vec<(Strictness, Extent)>,
    /// Where it holds.
    pub reach: Extent,
    /// Whether it leaves pods out by more than their namespace.
    pub narrowed: bool,
    /// Demands that it makes of some containers only: a rule that names `containers` alone lets init containers through.
    pub partial: BTreeSet<Demand>,
    /// Images to which it is limited; none for all.
    pub images: Option<Images>,
    /// The webhooks of its engine; none where the API server itself holds it.
    pub webhooks: Option<Webhooks>,
    /// Parts of the policy, or of what puts it into effect or takes something out of it, that nobody here knows. With any it is not evaluated.
    unknown: BTreeSet<String>,
}

impl Guard {
    /// A guard that is told by the text of its policy.
    fn new(engine: &'static str, object: ObjectRef, demands: BTreeSet<Demand>, mode: Strictness, reach: Extent) -> Self {
        let (overrides, partial) = (vec![], BTreeSet::new());
        let (basis, idle, unknown) = (Basis::Text, None, BTreeSet::new());
        Self {
            engine,
            object,
            demands,
            mode,
            basis,
            idle,
            overrides,
            reach,
            narrowed: false,
            partial,
            images: None,
            webhooks: None,
            unknown,
        }
    }

    /// A guard whose rules are the same in every cluster.
    fn certain(engine: &'static str, object: ObjectRef, demands: BTreeSet<Demand>, reach: Extent) -> Self {
        Self { basis: Basis::Certain, ..Self::new(engine, object, demands, Strictness::Enforce, reach) }
    }

    /// How far it goes in a namespace, as it is written, whoever is asked; `None` where it does not hold there.
    #[must_use]
    pub fn written_in(&self, namespace: &str, labels: &BTreeMap<String, String>) -> Option<Strictness> {
        if !self.reach.covers(namespace, labels) {
            return None;
        }
        let mode = self.overrides.iter().find(|(_, reach)| reach.covers(namespace, labels)).map_or(self.mode, |(mode, _)| *mode);
        Some(mode.min(match self.basis {
            _ if self.idle.is_some() => Strictness::Audit,
            _ if self.narrowed => Strictness::Part,
            Basis::Text => Strictness::Text,
            Basis::Certain => Strictness::Enforce,
        }))
    }

    /// How far it goes in a namespace; `None` where it does not hold there.
    #[must_use]
    pub fn mode_in(&self, namespace: &str, labels: &BTreeMap<String, String>) -> Option<Strictness> {
        let mode = self.written_in(namespace, labels)?;
        Some(mode.min(match self.asked_in(namespace, labels) {
            Asked::All => Strictness::Enforce,
            Asked::Some | Asked::Nowhere | Asked::Unknown => Strictness::Part,
            Asked::Not => Strictness::Audit,
        }))
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
        self.images.as_ref().is_none_or(|images| images.cover(image))
    }

    /// Whether its rules are the same in every cluster, rather than told by the text of a policy.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.basis == Basis::Certain
    }

    /// Its name for people: `Kyverno ClusterPolicy signed-images`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", self.engine, self.object)
    }
}

/// Every guard that could be read, and all of it.
#[must_use]
pub fn guards(inventory: &Inventory) -> Vec<Guard> {
    let mut all = written(inventory);
    all.retain(|guard| guard.unknown.is_empty());
    let mut known: BTreeMap<&'static str, Option<Webhooks>> = BTreeMap::new();
    for guard in &mut all {
        guard.webhooks = known.entry(guard.engine).or_insert_with(|| Webhooks::of(inventory, guard.engine)).clone();
    }
    let plugins = [(builtin::POD_SECURITY, Plugin::PodSecurity), (builtin::KUBERNETES, Plugin::Policies)];
    for (engine, plugin) in plugins {
        let running = plugin.running(inventory);
        for guard in all.iter_mut().filter(|guard| guard.engine == engine) {
            match &running {
                Running::On => {}
                Running::Unsure(_) => guard.narrowed = true,
                Running::Off(off) => guard.idle = Some(format!("{} is switched off: {}", plugin.name(), off.by)),
            }
        }
    }
    all
}

/// Guards of which parts are not known. What such a policy refuses is not known either, so it is none of the guards.
fn not_evaluated(inventory: &Inventory) -> Vec<Guard> {
    let mut all = written(inventory);
    all.retain(|guard| !guard.unknown.is_empty());
    all
}

/// Every guard as it is written, with what of it is not known.
fn written(inventory: &Inventory) -> Vec<Guard> {
    let mut all = builtin::guards(inventory);
    all.extend(kyverno::guards(inventory));
    all.extend(engines::guards(inventory));
    all.extend(scc::guards(inventory));
    for kind in Kind::POLICIES {
        for (policy, object) in objects(inventory, *kind).filter(|(policy, _)| !policy.unknown_fields.is_empty()) {
            let engine = ACTS_ON_ALL.iter().find(|(acting, _)| acting == kind).map(|(_, engine)| *engine);
            // One that takes something out of others takes we know not what out of all of them.
            let touched = all.iter_mut().filter(|guard| guard.object == object || engine == Some(guard.engine));
            for guard in touched {
                let of = if engine.is_some() { format!(" of {object}") } else { String::new() };
                guard.unknown.extend(policy.unknown_fields.iter().map(|field| format!("“{field}”{of}")));
            }
        }
    }
    all
}

/// Kinds that take something out of the policies of an engine.
const ACTS_ON_ALL: [(Kind, &str); 3] =
    [(Kind::KyvernoPolicyExceptions, "Kyverno"), (Kind::KyvernoCelPolicyExceptions, "Kyverno"), (Kind::GatekeeperConfigs, "Gatekeeper")];

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

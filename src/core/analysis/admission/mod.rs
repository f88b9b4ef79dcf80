//! What admission demands of pods, and where: the policies of Kubernetes itself and of the engines that are known here.
//!
//! Each engine has its own words for the same four things, and they are read into one shape, the [`Guard`]: what it demands of a pod
//! ([`Demand`]), whether it refuses or only reports ([`Mode`]), in which namespaces ([`Reach`]), and for which images where it is about images.
//! A guard that leaves something out by more than its namespace (labels of objects, users, conditions) holds in part: its mode is never
//! `Enforce`. What a policy demands is told from its own text: a policy in a language that can express anything can't be evaluated for all
//! pods, so a guard says that its policy speaks of a thing, and is held against the pods that run where that is possible.
//!
//! Engines whose policies are not readable here (programs, or kinds that each cluster names for itself) are told by name: see [`unreadable`].

mod builtin;
mod demands;
mod engines;
mod kyverno;
mod reach;

pub use demands::Demand;
pub use reach::Reach;

use super::image::ImageReference;
use super::software::{self, Software};
use crate::kinds::{Inventory, custom::Custom};
use crate::model::{Kind, ObjectRef, text::glob};
use std::collections::{BTreeMap, BTreeSet};

/// How far a guard goes, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
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
    pub mode: Mode,
    /// Modes for chosen namespaces, the first that covers one decides.
    pub overrides: Vec<(Mode, Reach)>,
    /// Where it holds.
    pub reach: Reach,
    /// Whether it leaves pods out by more than their namespace.
    pub narrowed: bool,
    /// Globs of images to which it is limited; none for all.
    pub images: Option<Vec<String>>,
}

impl Guard {
    fn new(engine: &'static str, object: ObjectRef, demands: BTreeSet<Demand>, mode: Mode, reach: Reach) -> Self {
        Self { engine, object, demands, mode, overrides: vec![], reach, narrowed: false, images: None }
    }

    /// How far it goes in a namespace; `None` where it does not hold there.
    #[must_use]
    pub fn mode_in(&self, namespace: &str, labels: &BTreeMap<String, String>) -> Option<Mode> {
        if !self.reach.covers(namespace, labels) {
            return None;
        }
        let mode = self.overrides.iter().find(|(_, reach)| reach.covers(namespace, labels)).map_or(self.mode, |(mode, _)| *mode);
        Some(if self.narrowed { mode.min(Mode::Part) } else { mode })
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
    all
}

/// How a demand is met in a namespace: the furthest that any guard goes, and the guards that hold there.
#[must_use]
pub fn held<'a>(guards: &'a [Guard], demand: Demand, namespace: &str, labels: &BTreeMap<String, String>) -> (Option<Mode>, Vec<&'a Guard>) {
    let here: Vec<(Mode, &Guard)> = guards
        .iter()
        .filter(|guard| guard.demands.contains(&demand))
        .filter_map(|guard| Some((guard.mode_in(namespace, labels)?, guard)))
        .collect();
    (here.iter().map(|(mode, _)| *mode).max(), here.into_iter().map(|(_, guard)| guard).collect())
}

/// Engines that run in the cluster and whose policies can't be read here, or not all of them, by name. `role` is that of `software.toml`.
#[must_use]
pub fn unreadable(inventory: &Inventory, known: &[Software], role: &str) -> BTreeSet<String> {
    // These are read whole: what they demand is in objects of kinds that every cluster names alike.
    const READ: &[&str] = &["Kyverno", "Kubewarden", "sigstore policy-controller"];
    let found = software::with_role(inventory, known, role);
    found.into_iter().map(|found| found.software.name.clone()).filter(|name| !READ.contains(&name.as_str())).collect()
}

fn objects(inventory: &Inventory, kind: Kind) -> impl Iterator<Item = (&Custom, ObjectRef)> {
    inventory.customs.get(&kind).into_iter().flatten().map(move |custom| {
        let meta = &custom.metadata;
        (custom, ObjectRef::new(kind.group(), kind.kind(), &meta.namespace, &meta.name))
    })
}

#[cfg(test)]
mod tests;

//! Policies on trial: what admission really refuses. A small set of witnesses, pods that each break one demand in one way, is held before every policy
//! that could be read, in each group of namespaces that policies can tell apart, and each policy is run as its engine would run it. What a policy's
//! words look like decides nothing.
//!
//! A witness is *refused* where some policy refuses it that lets the clean witness of the same form in; *let in* where every policy that may be asked
//! was run and none refuses it; else it is *not evaluated*: a policy could not be run here, or could not be read, or refuses the clean witness as well,
//! so that its refusal proves nothing of the demand. Nothing is sent to the cluster.

mod breaks;
mod conditions;
mod document;
mod elsewhere;
mod engines;
mod images;
mod judged;
mod places;
mod pod_security;
mod policies;
mod requests;
mod told;
mod tried;
mod wear;
mod witness;

pub use breaks::Break;
pub use conditions::{LeftOut, left_out};
pub use document::{Document, PlaceRow, VerdictRow, WitnessRow};
pub use judged::{Outcome, Verdict};
pub use places::Place;
pub use requests::as_read;
pub use told::{Told, ToldPlace, ToldRow};
pub use witness::{Dress, Form, WITNESSES, Witness};

use super::software::Software;
use crate::kinds::Inventory;
use crate::model::{ObjectRef, Scope};
use images::Images;
use judged::Court;
use std::collections::BTreeMap;
use tried::Tried;

/// What became of all witnesses everywhere.
pub struct Trial<'a> {
    /// Groups of namespaces that no policy tells apart.
    pub places: Vec<Place>,
    /// For each place, what became of each of [`WITNESSES`].
    verdicts: Vec<Vec<Verdict>>,
    by_namespace: BTreeMap<String, usize>,
    policies: Vec<Tried<'a>>,
    /// Lists of policies that could not be read, in words: with any, nothing is let in for certain.
    unread: Vec<String>,
    /// Lists of policies that the files do not hold, in words.
    not_held: Option<String>,
    images: Images,
}

impl<'a> Trial<'a> {
    /// Tries all policies of a cluster.
    #[must_use]
    pub fn of(inventory: &'a Inventory, known: &[Software]) -> Self {
        Self::in_scope(inventory, known, &Scope::default())
    }

    /// Tries all policies of a cluster on witnesses whose images come from registries that the assessor calls trusted.
    #[must_use]
    pub fn in_scope(inventory: &'a Inventory, known: &[Software], scope: &Scope) -> Self {
        let policies = policies::all(inventory, known);
        let unread = policies::unread(inventory);
        let mut places = places::places(inventory, &policies);
        let mut court = Court::new(&policies, &unread, wear::common(inventory, scope));
        let verdicts = places.iter_mut().map(|place| court.try_all(inventory, place)).collect();
        let images = Images::new(&places, &policies);
        let names = |(at, place): (usize, &Place)| place.namespaces.iter().map(move |name| (name.clone(), at)).collect::<Vec<_>>();
        let by_namespace = places.iter().enumerate().flat_map(names).collect();
        let not_held = policies::not_held(inventory);
        Self { places, verdicts, by_namespace, policies, unread, not_held, images }
    }

    /// The policies that were tried, sorted. Who refuses by rules that can't be read is not among them.
    #[must_use]
    pub fn policies(&self) -> Vec<&ObjectRef> {
        let mut objects: Vec<&ObjectRef> = self.policies.iter().flat_map(|policy| &policy.objects).collect();
        objects.sort();
        objects.dedup();
        objects
    }

    /// Lists of policies that are not there, in words.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        self.unread.iter().chain(&self.not_held).cloned().collect()
    }

    /// What would become in a place of a pod with this image that lacks what is demanded of images: only policies on images are asked.
    #[must_use]
    pub fn image(&self, place: usize, image: &str, breaks: Break) -> Verdict {
        self.images.verdict(&self.policies, &self.unread, place, image, breaks)
    }

    /// What became of a witness in a place, by their positions.
    #[must_use]
    pub fn verdict(&self, place: usize, witness: usize) -> &Verdict {
        &self.verdicts[place][witness]
    }

    /// The place of a namespace; none where the namespace was not read.
    #[must_use]
    pub fn place_of(&self, namespace: &str) -> Option<usize> {
        self.by_namespace.get(namespace).copied()
    }

    /// All witnesses that break this, with what became of them in a place. The makers of pods are left out: their pods are tried as pods.
    pub fn of_break(&self, place: usize, breaks: Break) -> impl Iterator<Item = (&'static Witness, &Verdict)> {
        let told = WITNESSES.iter().zip(self.verdicts.get(place).into_iter().flatten());
        told.filter(move |(witness, _)| witness.breaks == breaks && witness.is_pod())
    }
}

#[cfg(test)]
mod tests;

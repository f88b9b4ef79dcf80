//! What witnesses put on, so that policies which want images of certain registries, or labels, let the clean one in: first images of the registries that the
//! assessor calls trusted, as somebody within the entity would name them, then a public one, then what runs in the namespace.

use super::places::Place;
use super::witness::Dress;
use crate::analysis::image::ImageReference;
use crate::kinds::Inventory;
use crate::model::Scope;
use std::collections::BTreeSet;

/// How many of the things that run in a place are looked at.
const OF_PLACE: usize = 6;
/// How many trusted registries are tried.
const OF_SCOPE: usize = 3;

/// What witnesses put on in every place, in this order.
pub(super) fn common(inventory: &Inventory, scope: &Scope) -> Vec<Dress> {
    let trusted = scope.trusted_registries.iter().filter_map(|entry| image_of(inventory, entry)).take(OF_SCOPE);
    trusted.map(|image| Dress { image, ..Dress::default() }).chain([Dress::default()]).collect()
}

/// An image that an entry of the list of trusted registries covers. Where the entry leaves the registry open, it is one that runs here.
fn image_of(inventory: &Inventory, entry: &str) -> Option<String> {
    let plain = entry
        .trim()
        .trim_start_matches("https://")
        .trim_start_matches("http://")
        .trim_end_matches('*')
        .trim_end_matches('/')
        .to_lowercase();
    let covered = |image: &str| ImageReference::parse(image).is_some_and(|read| read.is_from(entry));
    let below = Dress::default().image.split_once('/').map(|(_, pause)| format!("{plain}/{pause}"));
    below.filter(|image| covered(image)).or_else(|| {
        let specs = inventory.workloads.iter().flat_map(|workload| &workload.variants).map(|variant| inventory.spec(variant.spec));
        let images = specs.flat_map(|spec| spec.images()).map(|used| used.reference).filter(|image| covered(image));
        images.min().map(str::to_owned)
    })
}

/// What things that run in a place wear: the image of their first container, and their labels.
pub(super) fn worn_in(inventory: &Inventory, place: &Place) -> Vec<Dress> {
    let names: BTreeSet<&str> = place.namespaces.iter().map(String::as_str).collect();
    let mut found: Vec<Dress> = Vec::new();
    for workload in inventory.workloads.iter().filter(|workload| names.contains(workload.object.namespace.as_str())) {
        let spec = workload.variants.first().map(|variant| inventory.spec(variant.spec));
        let Some(container) = spec.and_then(|spec| spec.containers.first()) else { continue };
        let dress = Dress {
            image: container.image.to_string(),
            labels: workload.pod_labels.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect(),
        };
        if !found.contains(&dress) {
            found.push(dress);
        }
        if found.len() == OF_PLACE {
            break;
        }
    }
    found
}

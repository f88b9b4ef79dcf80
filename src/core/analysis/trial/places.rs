//! Namespaces in groups that no policy tells apart, so that each group is tried once.

use super::tried::Tried;
use super::witness::Dress;
use crate::kinds::Inventory;
use kassay_engines::Namespace;
use std::collections::{BTreeMap, HashMap};

/// Namespaces in which every policy says the same.
#[derive(Clone, Debug)]
pub struct Place {
    /// Their names, sorted.
    pub namespaces: Vec<String>,
    /// Labels that all of them have alike.
    pub labels: BTreeMap<String, String>,
    /// What the witnesses wear there.
    pub dress: Dress,
    /// One of them, which stands for all.
    pub(super) first: Namespace,
    /// What each policy can tell of it.
    pub(super) keys: Vec<usize>,
}

/// The keys that policies wrote, each by a number.
#[derive(Default)]
pub(super) struct Keys {
    known: Vec<HashMap<Vec<u8>, usize>>,
}

impl Keys {
    fn number(&mut self, policy: usize, key: &[u8]) -> usize {
        if self.known.len() <= policy {
            self.known.resize_with(policy + 1, HashMap::new);
        }
        let known = &mut self.known[policy];
        if let Some(number) = known.get(key) {
            return *number;
        }
        let number = known.len();
        known.insert(key.to_vec(), number);
        number
    }
}

/// Groups the namespaces that were read. Where none were, there is the one that every cluster has.
pub(super) fn places(inventory: &Inventory, policies: &[Tried<'_>]) -> Vec<Place> {
    let mut keys = Keys::default();
    let mut groups: HashMap<Vec<usize>, usize> = HashMap::new();
    let mut places: Vec<Place> = Vec::new();
    let mut names: Vec<Namespace> =
        inventory.namespaces.iter().map(|namespace| Namespace::new(&namespace.metadata.name, &namespace.metadata.labels)).collect();
    if names.is_empty() {
        names.push(Namespace::new("default", &BTreeMap::new()));
    }
    names.sort_by(|a, b| a.name.cmp(&b.name));
    let mut key = Vec::new();
    for namespace in names {
        let numbers: Vec<usize> = policies
            .iter()
            .enumerate()
            .map(|(at, policy)| {
                key.clear();
                policy.tells_apart(&namespace, &mut key);
                keys.number(at, &key)
            })
            .collect();
        match groups.get(&numbers) {
            Some(at) => {
                let place = &mut places[*at];
                place.labels.retain(|label, value| namespace.labels.get(label) == Some(value));
                place.namespaces.push(namespace.name);
            }
            None => {
                groups.insert(numbers.clone(), places.len());
                let mut labels = namespace.labels.clone();
                labels.remove("kubernetes.io/metadata.name");
                let namespaces = vec![namespace.name.clone()];
                places.push(Place { namespaces, labels, dress: Dress::default(), first: namespace, keys: numbers });
            }
        }
    }
    places
}

//! Services without a selector: their endpoints are written by hand or by some program, and may name pods of any namespace, by the object that stands
//! there or by its address alone.

use crate::kinds::{Inventory, network::Endpoint};
use crate::model::ObjectRef;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

/// The label by which a slice of endpoints belongs to a Service.
const SERVICE: &str = "kubernetes.io/service-name";

/// A Service, by namespace and name, that leads to a workload without selecting it.
pub(super) type Filled = ((String, String), ObjectRef);

/// Every such pair, each once.
pub(super) fn filled(inventory: &Inventory) -> Vec<Filled> {
    let bare: BTreeSet<(&str, &str)> = inventory
        .services
        .iter()
        .filter(|service| service.spec.selector.is_empty() && service.spec.r#type != "ExternalName")
        .map(|service| (service.metadata.namespace.as_str(), service.metadata.name.as_str()))
        .collect();
    let slices: Vec<((&str, &str), &[Endpoint])> = inventory
        .endpoint_slices
        .iter()
        .filter_map(|slice| {
            let of = (slice.metadata.namespace.as_str(), slice.metadata.labels.get(SERVICE)?.as_str());
            bare.contains(&of).then_some((of, slice.endpoints.as_slice()))
        })
        .collect();
    if slices.is_empty() {
        return vec![];
    }
    let pods = Pods::of(inventory);
    let pairs = slices.into_iter().flat_map(|((namespace, service), endpoints)| {
        let found = endpoints.iter().flat_map(|endpoint| pods.at(endpoint, namespace));
        found.map(move |workload| ((namespace.to_owned(), service.to_owned()), workload.clone())).collect::<Vec<_>>()
    });
    pairs.collect::<BTreeSet<Filled>>().into_iter().collect()
}

/// The workloads of pods, by what endpoints know of these.
struct Pods<'a> {
    by_name: BTreeMap<(&'a str, &'a str), &'a ObjectRef>,
    /// Pods on the network of their node share its address, so that it says which of them is meant of none.
    by_address: HashMap<IpAddr, &'a ObjectRef>,
}

impl<'a> Pods<'a> {
    fn of(inventory: &'a Inventory) -> Self {
        let mut pods = Self { by_name: BTreeMap::new(), by_address: HashMap::new() };
        for workload in &inventory.workloads {
            for pod in workload.pod_indexes.iter().filter_map(|index| inventory.pods.get(*index)).filter(|pod| pod.is_live()) {
                pods.by_name.insert((&pod.metadata.namespace, &pod.metadata.name), &workload.object);
                if let Some(address) = pod.address.filter(|_| !inventory.spec(pod.spec).host_network) {
                    pods.by_address.insert(address, &workload.object);
                }
            }
        }
        pods
    }

    fn at<'p>(&'p self, endpoint: &'p Endpoint, home: &'p str) -> impl Iterator<Item = &'a ObjectRef> + 'p {
        let named = endpoint.target_ref.as_ref().filter(|target| target.kind == "Pod").and_then(|target| {
            let namespace = if target.namespace.is_empty() { home } else { target.namespace.as_str() };
            self.by_name.get(&(namespace, target.name.as_str()))
        });
        let addressed =
            endpoint.addresses.iter().filter_map(|text| text.parse().ok()).filter_map(|address: IpAddr| self.by_address.get(&address));
        named.into_iter().chain(addressed).copied()
    }
}

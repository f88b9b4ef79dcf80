//! Networks that pods have beside that of the cluster. No NetworkPolicy holds on them, and none shows who is there.
//!
//! They are asked for by annotations of the pods: of Multus and whatever follows the same standard (`k8s.v1.cni.cncf.io`), of DANM, of GKE. OVN-Kubernetes has
//! networks by objects of their own, which are told where policies are ([`super::reach`]).

use crate::kinds::{Inventory, Sealed, Workload};
use std::collections::BTreeMap;

/// Annotations that ask for further networks.
const ANNOTATIONS: &[&str] =
    &["k8s.v1.cni.cncf.io/networks", "v1.multus-cni.io/default-network", "danm.k8s.io/interfaces", "networking.gke.io/interfaces"];

/// The networks that pods of a workload have beside that of the cluster, in the words of the annotation; nothing where they have none.
#[must_use]
pub fn beside(inventory: &Inventory, workload: &Workload) -> Option<String> {
    let pods = workload.pod_indexes.iter().filter_map(|index| inventory.pods.get(*index)).filter(|pod| pod.is_live());
    let mut all = pods.map(|pod| &pod.metadata.annotations).chain([&workload.pod_annotations]);
    all.find_map(asked)
}

fn asked(annotations: &BTreeMap<String, Sealed>) -> Option<String> {
    ANNOTATIONS.iter().find_map(|key| {
        let value = annotations.get(*key)?;
        let Some(text) = value.text() else { return Some(format!("{key} (not kept)")) };
        let named = names(text);
        // GKE lists the usual network among the others.
        let named: Vec<String> =
            if *key == "networking.gke.io/interfaces" { named.into_iter().filter(|n| n != "default").collect() } else { named };
        (!named.is_empty()).then(|| named.join(", "))
    })
}

/// Names of networks: `a, shop/b@net1`, or a list of objects. What is neither is told as it is.
fn names(text: &str) -> Vec<String> {
    let text = text.trim();
    if text.is_empty() {
        return vec![];
    }
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(serde_json::Value::Array(items)) => {
            let name = |item: &serde_json::Value| {
                let named = ["name", "network", "clusterNetwork", "tenantNetwork"].iter().find_map(|field| item.get(*field)?.as_str());
                named.unwrap_or("a network without a name").to_owned()
            };
            items.iter().map(name).collect()
        }
        _ => text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{Ingest, Source};
    use crate::model::Kind;
    use crate::sensitive::FingerprintKey;
    use serde_json::{Value, json};

    fn told(kind: Kind, annotations: &Value) -> Option<String> {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
        let spec = json!({"containers": [{"name": "c"}]});
        let object = if kind == Kind::Pods {
            json!({"metadata": {"name": "a", "namespace": "shop", "annotations": annotations}, "spec": spec})
        } else {
            json!({"metadata": {"name": "a", "namespace": "shop"}, "spec": {"template": {"metadata": {"annotations": annotations}, "spec": spec}}})
        };
        ingest.object(kind, &object.to_string());
        let inventory = ingest.finish();
        beside(&inventory, &inventory.workloads[0])
    }

    #[test]
    fn further_networks_are_told_by_every_annotation() {
        for kind in [Kind::Pods, Kind::Deployments] {
            let told = |annotations: Value| told(kind, &annotations);
            assert_eq!(told(json!({"k8s.v1.cni.cncf.io/networks": "macvlan, lab/sriov@net2"})).as_deref(), Some("macvlan, lab/sriov@net2"));
            assert_eq!(
                told(json!({"k8s.v1.cni.cncf.io/networks": "[{\"name\": \"storage\", \"ips\": [\"10.1.1.1/24\"]}]"})).as_deref(),
                Some("storage")
            );
            assert_eq!(told(json!({"v1.multus-cni.io/default-network": "kube-system/other"})).as_deref(), Some("kube-system/other"));
            let gke = json!([{"interfaceName": "eth0", "network": "default"}, {"interfaceName": "eth1", "network": "blue"}]).to_string();
            assert_eq!(told(json!({"networking.gke.io/interfaces": gke})).as_deref(), Some("blue"));
            let usual = json!([{"interfaceName": "eth0", "network": "default"}]).to_string();
            assert_eq!(told(json!({"networking.gke.io/interfaces": usual})), None);
            assert_eq!(told(json!({"k8s.v1.cni.cncf.io/networks": ""})), None);
            assert_eq!(
                told(json!({"k8s.v1.cni.cncf.io/networks": "[]", "k8s.v1.cni.cncf.io/network-status": "[{\"name\": \"x\"}]"})),
                None
            );
        }
    }
}

//! Which distribution of Kubernetes a cluster is, told from what it says of itself: node labels, provider ids, version suffixes, API groups,
//! kubeadm's own ConfigMap. Verdicts depend on it (whose support dates count, whether flags can be seen), so every sign is kept as a sentence.

use crate::kinds::Inventory;

/// Signs of one distribution, strongest distribution first: kind is made with kubeadm, Autopilot is GKE, so the more special one is asked first.
const SIGNS: &[(&str, fn(&Inventory) -> Vec<String>)] = &[
    ("openshift", openshift),
    ("gke-autopilot", autopilot),
    ("gke", gke),
    ("eks", eks),
    ("aks", aks),
    ("rke2", rke2),
    ("k3s", k3s),
    ("talos", talos),
    ("microk8s", microk8s),
    ("tanzu", tanzu),
    ("kind", kind),
    ("kubeadm", kubeadm),
];

/// The distribution's id and the sentences that show it; `unknown` with what was looked at where nothing does.
#[must_use]
pub fn detect(inventory: &Inventory) -> (String, Vec<String>) {
    for (id, signs) in SIGNS {
        let evidence = signs(inventory);
        if !evidence.is_empty() {
            return ((*id).to_owned(), evidence);
        }
    }
    let seen = format!(
        "No sign of a known distribution in the version “{}”, {} nodes and {} API groups.",
        inventory.cluster.version,
        inventory.nodes.len(),
        inventory.cluster.api_groups.len()
    );
    ("unknown".to_owned(), vec![seen])
}

/// Whether the provider runs the control plane, so that its flags can't be read through the API.
#[must_use]
pub fn is_managed(id: &str) -> bool {
    matches!(id, "eks" | "gke" | "gke-autopilot" | "aks")
}

/// Whether the entity runs the control plane. Where neither this nor [`is_managed`] holds, nobody knows: OpenShift is also sold as a service,
/// and a distribution that was not recognised may be a provider's.
#[must_use]
pub fn is_self_managed(id: &str) -> bool {
    matches!(id, "kubeadm" | "kind" | "k3s" | "rke2" | "talos" | "microk8s" | "tanzu")
}

/// The distribution's name for people.
#[must_use]
pub fn title(id: &str) -> &str {
    match id {
        "kind" => "kind",
        "k3s" => "K3s",
        "rke2" => "RKE2",
        "talos" => "Talos Linux",
        "eks" => "Amazon EKS",
        "gke" => "Google GKE",
        "gke-autopilot" => "Google GKE Autopilot",
        "aks" => "Azure AKS",
        "openshift" => "OpenShift",
        "microk8s" => "MicroK8s",
        "tanzu" => "VMware Tanzu Kubernetes Grid",
        "unknown" | "" => "a distribution that was not recognised",
        other => other,
    }
}

fn openshift(inventory: &Inventory) -> Vec<String> {
    let groups = ["config.openshift.io", "machineconfiguration.openshift.io"];
    let mut evidence: Vec<String> = groups.iter().filter_map(|group| api_group(inventory, group)).collect();
    evidence
        .extend(nodes_where(inventory, "the label node.openshift.io/os_id", |n| n.metadata.labels.contains_key("node.openshift.io/os_id")));
    evidence
}

fn autopilot(inventory: &Inventory) -> Vec<String> {
    let named =
        nodes_where(inventory, "a name that begins with gk3-, as Autopilot names its nodes", |n| n.metadata.name.starts_with("gk3-"));
    let google = gke(inventory);
    if named.is_empty() || google.is_empty() { vec![] } else { [named, google].concat() }
}

fn gke(inventory: &Inventory) -> Vec<String> {
    let mut evidence = version_with(inventory, "-gke.");
    evidence.extend(nodes_where(inventory, "the label cloud.google.com/gke-nodepool", |n| {
        n.metadata.labels.contains_key("cloud.google.com/gke-nodepool")
    }));
    evidence
}

fn eks(inventory: &Inventory) -> Vec<String> {
    let mut evidence = version_with(inventory, "-eks-");
    evidence.extend(nodes_where(inventory, "labels under eks.amazonaws.com", |n| {
        n.metadata.labels.keys().any(|key| key.starts_with("eks.amazonaws.com/"))
    }));
    evidence.extend(server_with(inventory, ".eks.amazonaws.com"));
    evidence
}

fn aks(inventory: &Inventory) -> Vec<String> {
    let mut evidence = nodes_where(inventory, "the label kubernetes.azure.com/cluster", |n| {
        n.metadata.labels.contains_key("kubernetes.azure.com/cluster") || n.metadata.labels.contains_key("kubernetes.azure.com/agentpool")
    });
    evidence.extend(server_with(inventory, ".azmk8s.io"));
    evidence
}

fn rke2(inventory: &Inventory) -> Vec<String> {
    let mut evidence = version_with(inventory, "+rke2");
    evidence
        .extend(nodes_where(inventory, "the annotation rke2.io/node-args", |n| n.metadata.annotations.contains_key("rke2.io/node-args")));
    evidence
}

fn k3s(inventory: &Inventory) -> Vec<String> {
    let mut evidence = version_with(inventory, "+k3s");
    evidence.extend(nodes_where(inventory, "the annotation k3s.io/node-args", |n| n.metadata.annotations.contains_key("k3s.io/node-args")));
    evidence
}

fn talos(inventory: &Inventory) -> Vec<String> {
    nodes_where(inventory, "the operating system Talos", |n| n.status.node_info.os_image.starts_with("Talos"))
}

fn microk8s(inventory: &Inventory) -> Vec<String> {
    nodes_where(inventory, "the label microk8s.io/cluster", |n| n.metadata.labels.contains_key("microk8s.io/cluster"))
}

fn tanzu(inventory: &Inventory) -> Vec<String> {
    let mut evidence = version_with(inventory, "+vmware.");
    evidence.extend(nodes_where(inventory, "labels under run.tanzu.vmware.com", |n| {
        n.metadata.labels.keys().any(|key| key.starts_with("run.tanzu.vmware.com/"))
    }));
    evidence
}

fn kind(inventory: &Inventory) -> Vec<String> {
    nodes_where(inventory, "a provider id that begins with kind://", |n| n.spec.provider_id.starts_with("kind://"))
}

fn kubeadm(inventory: &Inventory) -> Vec<String> {
    let map = inventory.config_maps.iter().any(|m| m.metadata.namespace == "kube-system" && m.metadata.name == "kubeadm-config");
    if map { vec!["The ConfigMap kube-system/kubeadm-config exists.".to_owned()] } else { vec![] }
}

fn version_with(inventory: &Inventory, mark: &str) -> Vec<String> {
    let version = &inventory.cluster.version;
    if version.contains(mark) {
        return vec![format!("The server's version {version} holds “{mark}”.")];
    }
    nodes_where(inventory, &format!("a kubelet whose version holds “{mark}”"), |n| n.status.node_info.kubelet_version.contains(mark))
}

fn server_with(inventory: &Inventory, mark: &str) -> Option<String> {
    // The address may carry a port and a path; only its host says whose it is.
    let host = inventory.cluster.server.split("://").last()?.split(['/', ':']).next()?;
    host.contains(mark).then(|| format!("The API server's address is {host}."))
}

fn api_group(inventory: &Inventory, group: &str) -> Option<String> {
    inventory.cluster.api_groups.contains_key(group).then(|| format!("The API group {group} is served."))
}

fn nodes_where(inventory: &Inventory, what: &str, holds: impl Fn(&crate::kinds::node::Node) -> bool) -> Vec<String> {
    let matching = inventory.nodes.iter().filter(|n| holds(n)).count();
    match matching {
        0 => vec![],
        n => vec![format!("{n} of {} nodes have {what}.", inventory.nodes.len())],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{Ingest, Source};
    use crate::model::Kind;
    use crate::sensitive::FingerprintKey;
    use serde_json::{Value, json};

    fn cluster(version: &str, nodes: &[Value], maps: &[&str]) -> Inventory {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([0; 32]));
        version.clone_into(&mut ingest.cluster().version);
        for node in nodes {
            ingest.object(Kind::Nodes, &node.to_string());
        }
        for map in maps {
            ingest.object(Kind::ConfigMaps, &json!({"metadata": {"namespace": "kube-system", "name": map}}).to_string());
        }
        ingest.finish()
    }

    #[test]
    fn each_distribution_is_told_by_its_own_signs() {
        let node = |name: &str, labels: Value| json!({"metadata": {"name": name, "labels": labels}});
        let cases = [
            ("eks", cluster("v1.34.1-eks-113cf36", &[], &[])),
            ("gke", cluster("v1.34.1-gke.1829001", &[node("gke-a-1", json!({}))], &[])),
            ("gke-autopilot", cluster("v1.34.1-gke.1829001", &[node("gk3-a-1", json!({}))], &[])),
            ("aks", cluster("v1.34.1", &[node("aks-1", json!({"kubernetes.azure.com/cluster": "x"}))], &[])),
            ("k3s", cluster("v1.24.4+k3s1", &[], &[])),
            ("rke2", cluster("v1.34.1+rke2r1", &[], &["kubeadm-config"])),
            (
                "talos",
                cluster("v1.34.1", &[json!({"metadata": {"name": "t"}, "status": {"nodeInfo": {"osImage": "Talos (v1.11.0)"}}})], &[]),
            ),
            ("microk8s", cluster("v1.34.1", &[node("m", json!({"microk8s.io/cluster": "true"}))], &[])),
            (
                "kind",
                cluster("v1.34.1", &[json!({"metadata": {"name": "k"}, "spec": {"providerID": "kind://docker/a/b"}})], &["kubeadm-config"]),
            ),
            ("kubeadm", cluster("v1.34.1", &[], &["kubeadm-config"])),
            ("tanzu", cluster("v1.31.4+vmware.1", &[], &["kubeadm-config"])),
            ("unknown", cluster("v1.34.1", &[node("n", json!({}))], &[])),
        ];
        for (id, inventory) in cases {
            let (found, evidence) = detect(&inventory);
            assert_eq!(found, id);
            assert!(!evidence.is_empty(), "{id} without evidence");
        }
    }

    #[test]
    fn openshift_is_told_by_its_api_and_a_host_by_its_name_alone() {
        let mut inventory = cluster("v1.34.1", &[], &[]);
        inventory.cluster.server = "https://evil.example/.azmk8s.io:443".into();
        assert_eq!(detect(&inventory).0, "unknown");
        inventory.cluster.server = "https://pay-1.hcp.westeurope.azmk8s.io:443".into();
        assert_eq!(detect(&inventory).0, "aks");
        inventory.cluster.api_groups.insert("config.openshift.io".into(), vec!["v1".into()]);
        assert_eq!(detect(&inventory).0, "openshift");
    }
}

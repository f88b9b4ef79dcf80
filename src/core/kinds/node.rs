//! Nodes, namespaces and runtime classes.

use super::{lenient::Scalar, meta::Meta, slim::slim};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

slim! {
    /// A namespace.
    struct Namespace {
        /// Metadata.
        metadata: Meta,
    }

    /// A node.
    struct Node {
        /// Metadata.
        metadata: Meta,
        /// What it is told.
        spec: NodeSpec,
        /// What it says.
        status: NodeStatus,
    }

    /// What a node is told.
    struct NodeSpec {
        /// Provider's id: `aws:///…`.
        #[serde(rename = "providerID")]
        provider_id: String,
        /// Taints.
        taints: Vec<Taint>,
        /// Takes no new pods.
        unschedulable: bool,
    }

    /// A taint.
    struct Taint {
        /// Key.
        key: String,
        /// Value.
        value: Scalar,
        /// Effect.
        effect: String,
    }

    /// What a node says of itself.
    struct NodeStatus {
        /// Versions and systems.
        node_info: NodeInfo,
        /// Addresses.
        addresses: Vec<Address>,
        /// Conditions.
        conditions: Vec<Condition>,
        /// Images on the node with their sizes.
        images: Vec<NodeImage>,
        /// Where its daemons answer.
        daemon_endpoints: DaemonEndpoints,
    }

    /// Where a node's daemons answer.
    struct DaemonEndpoints {
        /// The kubelet.
        kubelet_endpoint: DaemonEndpoint,
    }

    /// A port of a daemon.
    struct DaemonEndpoint {
        /// The port.
        #[serde(rename = "Port")]
        port: Option<i64>,
    }

    /// Versions and systems of a node.
    struct NodeInfo {
        /// `v1.34.4`.
        kubelet_version: String,
        /// `v1.34.4`; empty or made up in newer versions.
        kube_proxy_version: String,
        /// `Ubuntu 24.04.3 LTS`.
        os_image: String,
        /// `linux` or `windows`.
        operating_system: String,
        /// Kernel.
        kernel_version: String,
        /// `containerd://2.1.4`.
        container_runtime_version: String,
        /// `amd64`.
        architecture: String,
    }

    /// An address.
    struct Address {
        /// `InternalIP`, `ExternalIP`, `Hostname`.
        r#type: String,
        /// The address.
        address: String,
    }

    /// A condition of a node or pod.
    struct Condition {
        /// Name.
        r#type: String,
        /// `True`, `False`, `Unknown`.
        status: Scalar,
        /// Since when.
        last_transition_time: Option<jiff::Timestamp>,
    }

    /// An image on a node.
    struct NodeImage {
        /// Names, with tag and with digest.
        names: Vec<String>,
        /// Bytes.
        size_bytes: u64,
    }

    /// A runtime class.
    struct RuntimeClass {
        /// Metadata.
        metadata: Meta,
        /// Handler of the container runtime: `runsc`, `kata`.
        handler: String,
        /// Labels of the nodes that have it.
        scheduling: Option<RuntimeScheduling>,
    }

    /// Where a runtime class runs.
    struct RuntimeScheduling {
        /// Labels of the nodes.
        node_selector: BTreeMap<String, String>,
    }
}

impl Node {
    /// Operating system, from the node's own word or its label.
    #[must_use]
    pub fn os(&self) -> &str {
        let told = self.status.node_info.operating_system.as_str();
        if told.is_empty() { self.metadata.labels.get("kubernetes.io/os").map_or("", String::as_str) } else { told }
    }

    /// Whether it is one of the control plane, by the labels that installers give: today's, and that of before 1.24.
    #[must_use]
    pub fn is_control_plane(&self) -> bool {
        ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"]
            .iter()
            .any(|label| self.metadata.labels.contains_key(*label))
    }

    /// Whether it reports Ready.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.status.conditions.iter().any(|c| c.r#type == "Ready" && c.status.as_str() == "True")
    }
}

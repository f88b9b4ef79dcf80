//! The nodes that an agent really covers.
//!
//! An agent that must see every node runs as a DaemonSet, and a DaemonSet promises less than it seems to: taints that it does not tolerate,
//! selectors, and pods that never became ready leave nodes without it. So a node counts as covered only where a ready pod of the agent
//! is on it, and each other node gets the reason that the spec or the pod shows.

use crate::kinds::node::Node;
use crate::kinds::{Inventory, Pod, PodSpec, Workload};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Nodes with and without a ready pod of a workload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NodeCoverage {
    /// Nodes with a ready pod.
    pub covered: BTreeSet<String>,
    /// Other nodes, each with the reason.
    pub uncovered: BTreeMap<String, String>,
}

/// Which nodes have a ready pod of a workload, and why the others have none.
#[must_use]
pub fn node_coverage(inventory: &Inventory, workload: &Workload) -> NodeCoverage {
    let mut pods: HashMap<&str, Vec<&Pod>> = HashMap::new();
    for pod in workload.pod_indexes.iter().filter_map(|i| inventory.pods.get(*i)).filter(|p| p.is_live()) {
        pods.entry(pod.node.as_str()).or_default().push(pod);
    }
    let template = workload.template.or_else(|| workload.variants.first().map(|v| v.spec)).map(|i| inventory.spec(i));
    let mut coverage = NodeCoverage::default();
    for node in &inventory.nodes {
        let name = &node.metadata.name;
        let here = pods.get(name.as_str()).map_or(&[][..], Vec::as_slice);
        if here.iter().any(|p| p.ready) {
            coverage.covered.insert(name.clone());
            continue;
        }
        let reason = match (here.first(), template) {
            (Some(pod), _) => format!("its pod {} is there but not ready", pod.metadata.name),
            (None, Some(spec)) => {
                refusal(spec, node).unwrap_or_else(|| "no pod of it runs there, though its spec would allow it".to_owned())
            }
            (None, None) => "no pod of it runs there".to_owned(),
        };
        coverage.uncovered.insert(name.clone(), reason);
    }
    coverage
}

/// Why a DaemonSet's pod would not be placed on a node: selector, affinity, then taints.
#[must_use]
pub fn refusal(spec: &PodSpec, node: &Node) -> Option<String> {
    if let Some(why) = deselected(spec, node) {
        return Some(why);
    }
    let repelling = node.spec.taints.iter().filter(|t| matches!(t.effect.as_str(), "NoSchedule" | "NoExecute"));
    let taint = repelling.filter(|t| !daemon_tolerates(&t.key)).find(|t| !spec.tolerations.iter().any(|tolerated| tolerated.covers(t)))?;
    let value = if taint.value.as_str().is_empty() { String::new() } else { format!("={}", taint.value.as_str()) };
    Some(format!("it does not tolerate the taint {}{value}:{}", taint.key, taint.effect))
}

/// Why a pod's selector or required affinity keeps it off a node, taints aside.
#[must_use]
pub fn deselected(spec: &PodSpec, node: &Node) -> Option<String> {
    let labels = &node.metadata.labels;
    if let Some((key, value)) = spec.node_selector.iter().find(|(key, value)| labels.get(*key) != Some(*value)) {
        return Some(format!("its nodeSelector asks for {key}={value}"));
    }
    let terms = &spec.affinity.node_affinity.required.node_selector_terms;
    let fields = BTreeMap::from([("metadata.name".to_owned(), node.metadata.name.clone())]);
    let holds = |term: &crate::kinds::pod::NodeSelectorTerm| {
        // An empty term selects nothing (API documentation).
        !(term.match_expressions.is_empty() && term.match_fields.is_empty())
            && term.match_expressions.iter().all(|r| r.matches(labels))
            && term.match_fields.iter().all(|r| r.matches(&fields))
    };
    (!terms.is_empty() && !terms.iter().any(holds)).then(|| "its node affinity does not select the node".to_owned())
}

/// Taints that the DaemonSet controller tolerates for its pods by itself.
fn daemon_tolerates(key: &str) -> bool {
    const BUILT_IN: &[&str] =
        &["not-ready", "unreachable", "disk-pressure", "memory-pressure", "pid-pressure", "unschedulable", "network-unavailable"];
    key.strip_prefix("node.kubernetes.io/").is_some_and(|end| BUILT_IN.contains(&end))
}

impl crate::kinds::pod::Toleration {
    /// Whether it tolerates a taint.
    #[must_use]
    pub fn covers(&self, taint: &crate::kinds::node::Taint) -> bool {
        let effect = self.effect.is_empty() || self.effect == taint.effect;
        let exists = self.operator == "Exists";
        let key = (self.key.is_empty() && exists) || self.key == taint.key;
        // Operators that compare numbers are not evaluated.
        let equal = matches!(self.operator.as_str(), "" | "Equal") && self.value.as_str() == taint.value.as_str();
        effect && key && (exists || equal)
    }
}

/// Nodes that run no ordinary pods of their own machine: a provider starts a small machine for each pod, and DaemonSets never run there.
#[must_use]
pub fn is_virtual(node: &Node) -> bool {
    let labels = &node.metadata.labels;
    labels.get("eks.amazonaws.com/compute-type").is_some_and(|v| v == "fargate")
        || labels.get("type").is_some_and(|v| v == "virtual-kubelet")
}

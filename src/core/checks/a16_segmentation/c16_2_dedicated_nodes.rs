//! Control 16.2: its automated checks.

use crate::judging::{Check, Need, Verdict, View};
use crate::model::{Category, Finding, Kind, ObjectRef, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// The checks of control 16.2, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[Check {
    id: "16.2/shared-nodes",
    title: "Nodes that run cardholder data workloads beside others",
    severity: Severity::High,
    practices: &["16.2.a"],
    needs: &[Need::Workloads, Need::List(Kind::Namespaces)],
    active: false,
    why: "Containers of one node share its kernel, its memory and its credentials. Who breaks out of a container of lesser security on such a \
          node stands beside the cardholder data workloads and can read what they hold.",
    mend: "Give the cardholder data workloads a node pool of their own: taint its nodes, let only these workloads tolerate the taint, and bind \
           them to the pool by a selector; then move the others off.",
    blind_spots: "The check sees where pods run now; what the scheduler might do next is the check 16.3/pool-enforcement. Pods in virtual machines of \
                  their own (Kata Containers, AKS Pod Sandboxing) still share the node and are counted. Pods of the platform (network plugin, log \
                  agent) run everywhere by design and are not counted. Virtual machines that share hardware are not seen.",
    judge: shared_nodes,
}];

fn shared_nodes(view: &View<'_>) -> Verdict {
    let mut nodes: BTreeMap<&str, BTreeMap<Category, BTreeSet<String>>> = BTreeMap::new();
    for (workload, category) in view.workloads().filter(|(_, category)| *category != Category::Platform) {
        for pod in workload.pod_indexes.iter().filter_map(|i| view.inventory.pods.get(*i)).filter(|p| p.is_live() && !p.node.is_empty()) {
            nodes.entry(&pod.node).or_default().entry(category).or_default().insert(workload.object.path());
        }
    }
    let mut verdict = Verdict::over("node with cardholder data workloads", "nodes with cardholder data workloads");
    for (node, categories) in &nodes {
        let Some(cde) = categories.get(&Category::Cde) else { continue };
        verdict.saw(Category::Cde);
        let others: Vec<&String> = categories.iter().filter(|(c, _)| **c != Category::Cde).flat_map(|(_, names)| names).collect();
        if others.is_empty() {
            continue;
        }
        let shown: Vec<&str> = others.iter().take(5).map(|name| name.as_str()).collect();
        let more = if others.len() > 5 { format!(" and {} more", others.len() - 5) } else { String::new() };
        let finding = Finding::new(Category::Cde, ObjectRef::of_node(node), "pods").observed(format!(
            "{} CDE workloads beside {}{more}",
            cde.len(),
            shown.join(", ")
        ));
        verdict.find(if categories.contains_key(&Category::OutOfScope) {
            finding.severity(Severity::High).message("Workloads that are out of scope run on the same node as cardholder data workloads.")
        } else {
            finding
                .review()
                .severity(Severity::Medium)
                .message("Workloads connected to the cardholder data environment share this node with it.")
        });
    }
    verdict
}

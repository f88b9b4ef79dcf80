//! The node pool of the cardholder data environment, which checks of 16.3 hold apart from other nodes.

use crate::judging::View;
use crate::kinds::node::Node;
use crate::model::Category;
use std::collections::BTreeSet;

/// Nodes of the cardholder data environment: as the assessor named them, else those on which its workloads run.
pub(super) fn pool<'a>(view: &View<'a>) -> (Vec<&'a Node>, bool) {
    let named = |n: &&Node| view.scope.node_category(&n.metadata.labels) == Some(Category::Cde);
    let nodes: Vec<&Node> = view.inventory.nodes.iter().filter(named).collect();
    if !nodes.is_empty() {
        return (nodes, true);
    }
    let pods = view.inventory.pods.iter().filter(|p| p.is_live() && view.category(&p.metadata.namespace) == Category::Cde);
    let used: BTreeSet<&str> = pods.map(|p| p.node.as_str()).collect();
    (view.inventory.nodes.iter().filter(|n| used.contains(n.metadata.name.as_str())).collect(), false)
}

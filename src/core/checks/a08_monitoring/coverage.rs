//! How far agents cover the nodes that matter: those on which pods in scope run. Log agents and runtime agents are judged alike.

use crate::analysis::agents::{self, NodeCoverage};
use crate::analysis::software::{self, Found};
use crate::judging::{Verdict, View};
use crate::kinds::{Container, ContainerRole, Pod, PodSpec, node::Node};
use crate::model::{Category, Finding, ObjectRef, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// What is asked of the agents.
pub(super) struct Wanted {
    /// Role in the table of software.
    pub(super) role: &'static str,
    /// Its name, singular: `log agent`.
    pub(super) name: &'static str,
    /// What a node without one means.
    pub(super) message: &'static str,
    /// Whether a spec can do the work at all; none where any can.
    pub(super) able: Option<fn(&PodSpec) -> bool>,
}

/// Judges every node on which pods in scope run.
pub(super) fn judge(view: &View<'_>, wanted: &Wanted) -> Verdict {
    if let Some(blocked) = view.without_pods() {
        return blocked;
    }
    let mut verdict = Verdict::over("node with pods in scope", "nodes with pods in scope");
    let found: Vec<Found<'_>> = software::with_role(view.inventory, &view.tables.software, wanted.role);
    let able = |f: &&Found<'_>| {
        // An init container has ended long before there is anything to see.
        let runs = f.image.is_empty() || view.specs(f.workload).any(|(spec, _)| plays(view, spec, wanted.role));
        f.workload.object.kind == "DaemonSet" && runs && wanted.able.is_none_or(|able| view.specs(f.workload).any(|(spec, _)| able(spec)))
    };
    let agents: Vec<(&Found<'_>, NodeCoverage)> =
        found.iter().filter(able).map(|f| (f, agents::node_coverage(view.inventory, f.workload))).collect();
    let scoped = scoped_pods(view);
    let nodes: BTreeMap<&str, &Node> = view.inventory.nodes.iter().map(|n| (n.metadata.name.as_str(), n)).collect();
    let mut open = 0;
    for (node, (category, pods)) in &scoped {
        verdict.saw(*category);
        if agents.iter().any(|(_, coverage)| coverage.covered.contains(*node)) || pods.iter().all(|pod| has_sidecar(view, pod, wanted.role))
        {
            continue;
        }
        open += 1;
        verdict.find(uncovered(*category, node, nodes.get(node).copied(), pods.len(), &agents, wanted));
    }
    if !scoped.is_empty() {
        verdict.because(reason(scoped.len(), open, &found, &agents, wanted));
    }
    verdict
}

fn uncovered(
    category: Category,
    name: &str,
    node: Option<&Node>,
    pods: usize,
    agents: &[(&Found<'_>, NodeCoverage)],
    wanted: &Wanted,
) -> Finding {
    let finding = Finding::new(category, ObjectRef::of_node(name), "pods").severity(Severity::High);
    let why: Vec<String> =
        agents.iter().filter_map(|(found, coverage)| Some(format!("{}: {}", found.software.name, coverage.uncovered.get(name)?))).collect();
    let why = if why.is_empty() { format!("no {} runs as a DaemonSet", wanted.name) } else { why.join("; ") };
    let finding = finding.observed(format!("{pods} pods in scope; {why}"));
    if node.is_some_and(agents::is_virtual) {
        return finding
            .review()
            .severity(Severity::Medium)
            .message("The provider starts a machine of its own for each pod here, and no DaemonSet can run: look at what the provider offers instead.");
    }
    finding.message(wanted.message)
}

fn reason(nodes: usize, open: usize, found: &[Found<'_>], agents: &[(&Found<'_>, NodeCoverage)], wanted: &Wanted) -> String {
    let label = |f: &Found<'_>| format!("{} ({} {})", f.software.name, f.workload.object.kind, f.workload.object.path());
    let covering: BTreeSet<String> = agents.iter().map(|(f, _)| label(f)).collect();
    let others: BTreeSet<String> = found.iter().map(label).filter(|l| !covering.contains(l)).collect();
    let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(", ");
    let mut words = match open {
        0 => format!("All {nodes} nodes with pods in scope have a ready {}", wanted.name),
        _ => format!("{open} of {nodes} nodes with pods in scope have no ready {}", wanted.name),
    };
    words.push_str(&if covering.is_empty() { ". None was recognised".to_owned() } else { format!(": {}", list(&covering)) });
    if !others.is_empty() {
        words.push_str(&format!(". Also seen, and not covering nodes by itself: {}", list(&others)));
    }
    words.push('.');
    words
}

/// A pod that brings its own agent along needs none on the node.
fn has_sidecar(view: &View<'_>, pod: &Pod, role: &str) -> bool {
    plays(view, view.inventory.spec(pod.spec), role)
}

/// Whether a container that runs as long as its pod does is software of a role.
fn plays(view: &View<'_>, spec: &PodSpec, role: &str) -> bool {
    let stays = |container: &Container, of: ContainerRole| match of {
        ContainerRole::Normal => true,
        ContainerRole::Init => container.restart_policy == "Always",
        _ => false,
    };
    let mut running = spec.all_containers().filter(|(of, container)| stays(container, *of));
    running.any(|(_, container)| software::container_plays(&view.tables.software, container, role))
}

/// Live pods in scope by node, with the most sensitive category on each.
pub(super) fn scoped_pods<'a>(view: &View<'a>) -> BTreeMap<&'a str, (Category, Vec<&'a Pod>)> {
    let mut nodes: BTreeMap<&str, (Category, Vec<&Pod>)> = BTreeMap::new();
    for pod in view.inventory.pods.iter().filter(|p| p.is_live() && !p.node.is_empty()) {
        let category = view.category(&pod.metadata.namespace);
        if category.in_scope() {
            let entry = nodes.entry(pod.node.as_str()).or_insert((category, vec![]));
            entry.0 = entry.0.min(category);
            entry.1.push(pod);
        }
    }
    nodes
}

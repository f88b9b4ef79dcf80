//! How far agents cover the nodes that matter: those on which pods in scope run. Log agents and runtime agents are judged alike.

use crate::analysis::agents::{self, NodeCoverage};
use crate::analysis::enforcement::{self, Reading, State};
use crate::analysis::software::{self, Found, Software};
use crate::judging::{Verdict, View};
use crate::kinds::{Container, ContainerRole, Pod, PodSpec, node::Node};
use crate::model::{Category, Finding, ObjectRef, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// An agent with the nodes that it covers.
type Agent<'a> = (&'a Found<'a>, NodeCoverage);

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
    let (mut agents, mut unclear): (Vec<Agent<'_>>, Vec<Agent<'_>>) = (Vec::new(), Vec::new());
    let (mut asked, mut wanting) = (Vec::new(), BTreeSet::new());
    for found in found.iter().filter(able) {
        let mut coverage = agents::node_coverage(view.inventory, found.workload);
        match enforcement::of_role(view.inventory, found, wanted.role) {
            Some(reading) if reading.state == State::Off => {
                let covered = std::mem::take(&mut coverage.covered);
                coverage.uncovered.extend(covered.into_iter().map(|node| (node, format!("{} ({})", reading.why, reading.observed))));
                agents.push((found, coverage));
            }
            Some(reading) if reading.state == State::Unclear => {
                asked.push(asks(view, found, &reading, wanted));
                unclear.push((found, coverage));
            }
            _ => agents.push((found, coverage)),
        }
    }
    let scoped = scoped_pods(view);
    let nodes: BTreeMap<&str, &Node> = view.inventory.nodes.iter().map(|n| (n.metadata.name.as_str(), n)).collect();
    let mut open = 0;
    for (node, (category, pods)) in &scoped {
        verdict.saw(*category);
        if agents.iter().any(|(_, coverage)| coverage.covered.contains(*node)) || pods.iter().all(|pod| has_sidecar(view, pod, wanted.role))
        {
            continue;
        }
        // Whether what is there works is asked once for the agent, not for each node; and only where nothing else is there.
        let here: Vec<usize> = (0..unclear.len()).filter(|i| unclear[*i].1.covered.contains(*node)).collect();
        if !here.is_empty() {
            wanting.extend(here);
            continue;
        }
        open += 1;
        verdict.find(uncovered(*category, node, nodes.get(node).copied(), pods.len(), &agents, wanted));
    }
    verdict.find_all(asked.into_iter().enumerate().filter(|(i, _)| wanting.contains(i)).map(|(_, finding)| finding));
    agents.extend(unclear);
    if !scoped.is_empty() {
        verdict.because(reason(scoped.len(), open, &found, &agents, wanted));
    }
    verdict
}

/// A question about an agent of which it can't be seen whether it does this work.
fn asks(view: &View<'_>, found: &Found<'_>, reading: &Reading, wanted: &Wanted) -> Finding {
    let object = found.workload.object.clone();
    let (object, field) = reading.place.clone().unwrap_or_else(|| {
        let path = found.workload.spec_path();
        (object, if found.container.is_empty() { path.to_owned() } else { format!("{path}.{}", found.container) })
    });
    Finding::new(view.cluster_wide(), object, field)
        .rule("unclear")
        .review()
        .severity(Severity::Medium)
        .observed(reading.observed.clone())
        .message(format!(
            "{} is there as {}, and whether it does this work can't be seen: {}",
            found.software.name, wanted.name, reading.why
        ))
}

fn uncovered(category: Category, name: &str, node: Option<&Node>, pods: usize, agents: &[Agent<'_>], wanted: &Wanted) -> Finding {
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

fn reason(nodes: usize, open: usize, found: &[Found<'_>], agents: &[Agent<'_>], wanted: &Wanted) -> String {
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
    always_plays(view, view.inventory.spec(pod.spec), role)
}

/// Whether a container runs as long as its pod does.
fn stays(container: &Container, of: ContainerRole) -> bool {
    match of {
        ContainerRole::Normal => true,
        ContainerRole::Init => container.restart_policy == "Always",
        ContainerRole::Ephemeral => false,
    }
}

/// Whether a container that runs as long as its pod does is software of a role.
fn plays(view: &View<'_>, spec: &PodSpec, role: &str) -> bool {
    let mut running = spec.all_containers().filter(|(of, container)| stays(container, *of));
    running.any(|(_, container)| software::container_plays(&view.tables.software, container, role))
}

/// Whether a container that stays runs software that plays a role whatever its settings say.
fn always_plays(view: &View<'_>, spec: &PodSpec, role: &str) -> bool {
    let settled = |s: &Software| s.switch.iter().all(|switch| switch.role != role || !switch.counts_in(spec));
    let plays = |s: &Software, image: &str| s.plays(role) && s.is_image(image) && settled(s);
    let containers = spec.all_containers().filter(|(of, container)| stays(container, *of));
    containers.into_iter().any(|(_, container)| view.tables.software.iter().any(|s| plays(s, &container.image)))
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

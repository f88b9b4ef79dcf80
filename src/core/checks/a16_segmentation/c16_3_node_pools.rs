//! Control 16.3: its automated checks. Whether the scheduler is made to keep cardholder data workloads on their own nodes, and others off.

use super::pool::pool;
use crate::analysis::agents::deselected;
use crate::judging::{Check, Need, Verdict, View};
use crate::kinds::node::{Node, Taint};
use crate::kinds::pod::{Pod, Toleration};
use crate::kinds::{PodSpec, Workload};
use crate::model::{Category, Finding, Kind, ObjectRef, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// The checks of control 16.3, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "16.3/pool-enforcement",
        title: "Nodes and workloads of cardholder data that are not bound together",
        severity: Severity::High,
        practices: &["16.3.a"],
        needs: &[Need::List(Kind::Nodes), Need::Workloads, Need::List(Kind::Namespaces)],
        active: false,
        why: "The scheduler puts a pod wherever there is room, unless it is told otherwise in both directions: a taint keeps others off the nodes of the \
              cardholder data environment, a selector keeps its workloads on them. With one of the two missing, or with others that tolerate the taint, \
              the separation is chance.",
        mend: "Taint the nodes of the pool with NoExecute: NoSchedule lets pods in that name the node in spec.nodeName. First give what belongs there \
               its toleration, because NoExecute evicts at once what lacks it. Label the nodes under node-restriction.kubernetes.io/ so that a node \
               can't label itself into the pool, give the workloads selector and toleration, and let admission set both for the namespace.",
        blind_spots: "Where the assessor named no node pool, the nodes on which cardholder data workloads run count as the pool. Admission that adds \
                      selectors (PodNodeSelector, policies) shows only in the pods it touched: the namespace annotations of these plugins, OpenShift's \
                      node selectors and policies on placement are not read, nor whether NodeRestriction is on.",
        judge: pool_enforcement,
    },
    Check {
        id: "16.3/wildcard-tolerations",
        title: "Workloads that tolerate every taint",
        severity: Severity::Medium,
        practices: &["16.3.a"],
        needs: &[Need::Workloads, Need::List(Kind::Namespaces)],
        active: false,
        why: "A toleration without a key fits every taint, so the pod may be placed on any node, those of the cardholder data environment too. It undoes the \
              taints that keep others away.",
        mend: "Tolerate the taints that are meant, by key and effect; keep tolerations without a key to agents of the platform, by an admission policy.",
        blind_spots: "Agents of the platform tolerate everything by design and are kept apart; a DaemonSet elsewhere is reported for review. A \
                      selector may still keep such a pod on nodes of its own; the finding then says so.",
        judge: wildcard_tolerations,
    },
    Check {
        id: "16.3/privileged-on-low",
        title: "Accounts with far-reaching rights on nodes outside the pool",
        severity: Severity::High,
        practices: &["16.3.a"],
        needs: &[Need::List(Kind::Nodes), Need::Workloads, Need::List(Kind::Namespaces), Need::Rights],
        active: false,
        why: "Whoever takes over a node has the credentials of every pod on it. A pod that may act on the cardholder data environment carries its rights \
              to each node on which it runs, so a node of lower security becomes a way in.",
        mend: "Run controllers and operators with such rights on nodes of the cardholder data environment or of the control plane (selector, toleration), \
               and give agents that must run on every node rights that end at their node.",
        blind_spots: "Where the assessor named no node pool, the nodes on which cardholder data workloads run count as the pool. Which nodes pods \
                      without a node will get is not known. Rights in systems outside of Kubernetes are not seen.",
        judge: super::privileged_on_low::judge,
    },
];

fn repels(taint: &Taint) -> bool {
    // Taints of Kubernetes itself tell a node's condition and come and go.
    matches!(taint.effect.as_str(), "NoSchedule" | "NoExecute")
        && !taint.key.starts_with("node.kubernetes.io/")
        && !taint.key.starts_with("node.cloudprovider.kubernetes.io/")
}

fn pool_enforcement(view: &View<'_>) -> Verdict {
    let others = view.workloads().any(|(_, c)| matches!(c, Category::OutOfScope | Category::Connected));
    if !others {
        return Verdict::not_applicable(
            "Only workloads of the cardholder data environment and of the platform run in this cluster, so there is nobody to keep apart.",
        );
    }
    let (nodes, named) = pool(view);
    let mut verdict = Verdict::over("node or workload of cardholder data", "nodes and workloads of cardholder data");
    for node in &nodes {
        verdict.saw(Category::Cde);
        let object = ObjectRef::of_node(&node.metadata.name);
        if !node.spec.taints.iter().any(repels) {
            verdict.find(
                Finding::new(Category::Cde, object.clone(), "spec.taints")
                    .rule("taint")
                    .severity(Severity::High)
                    .observed("no taint that keeps others off")
                    .message("Any workload of the cluster may be placed beside cardholder data workloads on this node."),
            );
        }
        if !node.metadata.labels.keys().any(|key| key.contains("node-restriction.kubernetes.io/")) {
            verdict.find(
                Finding::new(Category::Cde, object, "metadata.labels")
                    .rule("label")
                    .review()
                    .severity(Severity::Low)
                    .observed("no label under node-restriction.kubernetes.io/")
                    .message("A node that was taken over can change its own other labels, and so draw workloads to itself."),
            );
        }
    }
    for (workload, category) in view.workloads().filter(|(_, c)| matches!(c, Category::OutOfScope | Category::Connected)) {
        verdict.find_all(let_in(view, workload, category, &nodes));
    }
    let mut pool = Pool::new(view, &nodes, named);
    for (workload, category) in view.workloads().filter(|(_, category)| *category == Category::Cde) {
        verdict.saw(category);
        bound(view, workload, &mut pool, &mut verdict);
    }
    verdict
}

/// A workload of others that may be placed on the pool's nodes, because it tolerates each of the taints that keep others off. Told as of the
/// cardholder data environment, beside which it comes to run.
fn let_in(view: &View<'_>, workload: &Workload, category: Category, nodes: &[&Node]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (spec, pods, homes) in placed(view, workload) {
        let open = nodes.iter().filter_map(|node| {
            let mut taints = node.spec.taints.iter().filter(|taint| repels(taint)).peekable();
            // A node without such a taint is told by itself.
            taints.peek()?;
            let certain = tolerates(spec, taints)?;
            selects(spec, homes.as_ref(), node).then_some((node, certain))
        });
        let open: Vec<(&&Node, bool)> = open.collect();
        let Some((first, _)) = open.first() else { continue };
        let certain = open.iter().any(|(_, certain)| *certain);
        let finding = Finding::new(Category::Cde, workload.object.clone(), format!("{}.tolerations", workload.spec_path()))
            .rule("toleration")
            .pods(pods)
            .observed(format!("tolerates every taint of {} of {} nodes of the pool ({})", open.len(), nodes.len(), first.metadata.name));
        let agent = workload.object.kind == "DaemonSet";
        found.push(if agent || !certain || category == Category::Connected {
            finding.review().severity(Severity::Medium).message(if agent {
                "An agent for every node, as it seems: somebody must say that it may run beside cardholder data."
            } else {
                "It may be placed beside cardholder data workloads: somebody must say that it is meant to."
            })
        } else {
            finding
                .severity(Severity::High)
                .message("The taints that keep others off don't keep it off: it may be placed beside cardholder data workloads.")
        });
    }
    found
}

/// Nodes by their names.
type Homes<'v> = BTreeSet<&'v str>;

/// The specs of a workload with their pods, and where these are where each goes to its own node, as those of a DaemonSet do.
fn placed<'v, 'b>(view: &View<'v>, workload: &'b Workload) -> impl Iterator<Item = (&'v PodSpec, u32, Option<Homes<'v>>)> + use<'v, 'b> {
    let inventory = view.inventory;
    workload.variants.iter().map(move |variant| {
        let spec = inventory.spec(variant.spec);
        let pods = || workload.pod_indexes.iter().filter_map(|at| inventory.pods.get(*at)).filter(|pod| pod.spec == variant.spec);
        let homes = spec.is_on_own_node().then(|| {
            // Pods that ended stand for a workload only where no other does.
            let any_lives = pods().any(Pod::is_live);
            pods().filter(|pod| pod.is_live() || !any_lives).map(|pod| pod.node.as_str()).collect()
        });
        (spec, variant.pods, homes)
    })
}

/// Whether what a spec asks of nodes leaves a node to its pods, taints aside.
fn selects(spec: &PodSpec, homes: Option<&Homes<'_>>, node: &Node) -> bool {
    homes.map_or_else(|| deselected(spec, node).is_none(), |homes| homes.contains(node.metadata.name.as_str()))
}

/// Whether a spec tolerates every one of some taints, and whether that is certain: what an operator does that is not known can't be told.
fn tolerates<'t>(spec: &PodSpec, taints: impl Iterator<Item = &'t Taint>) -> Option<bool> {
    let mut certain = true;
    for taint in taints {
        if spec.tolerations.iter().any(|toleration| toleration.covers(taint)) {
            continue;
        }
        let other = |t: &Toleration| !matches!(t.operator.as_str(), "" | "Equal" | "Exists") && t.key == taint.key;
        if !spec.tolerations.iter().any(|t| other(t) && (t.effect.is_empty() || t.effect == taint.effect)) {
            return None;
        }
        certain = false;
    }
    Some(certain)
}

/// The pool, and how many nodes outside of it a placement selects. Workloads share few placements, and large clusters have many nodes, so each
/// is counted once.
struct Pool<'v> {
    outside: Vec<&'v Node>,
    named: bool,
    known: BTreeMap<String, usize>,
}

impl<'v> Pool<'v> {
    fn new(view: &View<'v>, pool: &[&Node], named: bool) -> Self {
        let inside: BTreeSet<&str> = pool.iter().map(|n| n.metadata.name.as_str()).collect();
        let outside = view.inventory.nodes.iter().filter(|n| !inside.contains(n.metadata.name.as_str())).collect();
        Self { outside, named, known: BTreeMap::new() }
    }

    /// Taints do not count here: they say who is kept off, not where a workload is kept.
    fn selected_outside(&mut self, spec: &PodSpec, homes: Option<&Homes<'_>>) -> usize {
        let count = || self.outside.iter().filter(|node| selects(spec, homes, node)).count();
        // Where each pod goes to its own node, each workload has others.
        if homes.is_some() {
            return count();
        }
        let placement = format!("{:?} {:?}", spec.node_selector, spec.affinity.node_affinity.required);
        *self.known.entry(placement).or_insert_with(count)
    }
}

fn bound(view: &View<'_>, workload: &Workload, pool: &mut Pool<'_>, verdict: &mut Verdict) {
    for (spec, pods, homes) in placed(view, workload) {
        let field = format!("{}.nodeSelector", workload.spec_path());
        let pins = is_pinned(spec);
        let free = if pins { pool.selected_outside(spec, homes.as_ref()) } else { 0 };
        if !pins || (pool.named && free > 0) {
            verdict.find(
                view.finding(workload.object.clone(), field)
                    .rule("selector")
                    .severity(Severity::Medium)
                    .pods(pods)
                    .observed(if pins {
                        format!("selects {free} nodes outside the pool")
                    } else {
                        "no node selector or required affinity".to_owned()
                    })
                    .message("Nothing keeps this workload on the nodes of the cardholder data environment."),
            );
        }
    }
}

/// Whether a selector or required affinity names more than the system and processor that the image is made for.
fn is_pinned(spec: &PodSpec) -> bool {
    let tells = |key: &str| !["kubernetes.io/os", "kubernetes.io/arch"].contains(&key.trim_start_matches("beta."));
    let terms = &spec.affinity.node_affinity.required.node_selector_terms;
    spec.node_selector.keys().any(|key| tells(key))
        || (!terms.is_empty() && terms.iter().all(|t| !t.match_fields.is_empty() || t.match_expressions.iter().any(|r| tells(&r.key))))
}

fn wildcard_tolerations(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("workload", "workloads");
    let mixed = view.workloads().map(|(_, c)| c).filter(|c| *c != Category::Platform).collect::<BTreeSet<_>>().len() > 1;
    for (workload, category) in view.workloads() {
        // Out of scope or not, it may come to run beside cardholder data; so it is judged as what it can reach.
        let reaches = if category == Category::OutOfScope && mixed { view.cluster_wide() } else { category };
        verdict.saw(reaches);
        for (spec, pods) in view.specs(workload) {
            let wild: BTreeMap<&str, ()> = spec
                .tolerations
                .iter()
                .filter(|t| t.key.is_empty() && t.operator == "Exists" && matches!(t.effect.as_str(), "" | "NoSchedule"))
                .map(|t| (t.effect.as_str(), ()))
                .collect();
            if wild.is_empty() {
                continue;
            }
            let pinned = is_pinned(spec);
            let finding = Finding::new(reaches, workload.object.clone(), format!("{}.tolerations", workload.spec_path()))
                .pods(pods)
                .observed(if pinned { "tolerates every taint; bound by a selector" } else { "tolerates every taint" });
            let agent = workload.object.kind == "DaemonSet";
            verdict.find(if agent {
                finding
                    .review()
                    .severity(Severity::Low)
                    .message("An agent for every node, as it seems: somebody must say that it may run beside cardholder data.")
            } else if pinned {
                finding
                    .review()
                    .severity(Severity::Low)
                    .message("Only its selector keeps it off the nodes of the cardholder data environment.")
            } else {
                finding.message("It may be placed on every node, those of the cardholder data environment too.")
            });
        }
    }
    verdict
}

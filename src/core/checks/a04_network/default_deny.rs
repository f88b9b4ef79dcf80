//! Default deny, namespace by namespace: a pod that no policy selects in a direction is open in that direction, and this tells where.

use crate::checks::{Verdict, View};
use crate::kinds::network::{NetworkPolicy, NetworkPolicySpec};
use crate::model::{Category, Finding, Kind, ObjectRef, Severity};
use std::collections::BTreeMap;

/// A way in which traffic goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Direction {
    Ingress,
    Egress,
}

impl Direction {
    const fn id(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }

    fn holds(self, spec: &NetworkPolicySpec) -> bool {
        let (ingress, egress) = spec.types();
        match self {
            Self::Ingress => ingress,
            Self::Egress => egress,
        }
    }

    /// Whether a rule of the policy lets everything through: no peer and no port named.
    fn allows_all(self, spec: &NetworkPolicySpec) -> bool {
        match self {
            Self::Ingress => spec.ingress.iter().flatten().any(|rule| rule.from.is_empty() && rule.ports.is_empty()),
            Self::Egress => spec.egress.iter().flatten().any(|rule| rule.to.is_empty() && rule.ports.is_empty()),
        }
    }
}

/// How a namespace stands in one direction.
enum State {
    /// Every pod, and every new one, is denied what no rule allows.
    Denied,
    /// All that exist are selected; a new pod with other labels would not be.
    CurrentOnly(usize),
    /// Some that exist are open.
    SomeOpen(Vec<String>, usize),
    /// No policy denies anything.
    Open(usize),
}

pub(super) fn default_deny(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("namespace", "namespaces");
    for (namespace, category) in view.namespaces() {
        verdict.saw(category);
        let policies: Vec<&NetworkPolicy> = view.inventory.network_policies.iter().filter(|p| p.metadata.namespace == namespace).collect();
        let others = other_policies(view, namespace);
        for direction in [Direction::Ingress, Direction::Egress] {
            let finding = Finding::new(category, ObjectRef::of_namespace(namespace), format!("networkPolicy.{}", direction.id()))
                .rule(direction.id());
            let Some(mut finding) = told(state(view, namespace, &policies, direction), direction, finding) else {
                if !others.is_empty() {
                    verdict.find(also(category, namespace, direction, &others));
                }
                continue;
            };
            if !others.is_empty() {
                let message = format!("{} Other policies may still deny it: {others}.", finding.message);
                finding = finding.review().message(message);
            }
            verdict.find(finding);
        }
    }
    verdict
}

fn also(category: Category, namespace: &str, direction: Direction, others: &str) -> Finding {
    Finding::new(category, ObjectRef::of_namespace(namespace), format!("networkPolicy.{}", direction.id()))
        .rule(direction.id())
        .review()
        .severity(Severity::Info)
        .observed(format!("denied by default; also: {others}"))
        .message("NetworkPolicies deny by default here, but policies of another kind apply too and may allow more; they are not evaluated.")
}

fn told(state: State, direction: Direction, finding: Finding) -> Option<Finding> {
    let way = if direction == Direction::Ingress { "reach" } else { "be reached from" };
    Some(match state {
        State::Denied => return None,
        State::CurrentOnly(pods) => finding
            .review()
            .observed(format!("all {pods} workloads are selected, none by a policy for all pods"))
            .message(format!("Anything may {way} a new pod whose labels no policy selects.")),
        State::SomeOpen(names, total) => {
            let shown: Vec<&str> = names.iter().take(5).map(String::as_str).collect();
            let more = if names.len() > 5 { format!(" and {} more", names.len() - 5) } else { String::new() };
            finding
                .severity(Severity::High)
                .observed(format!("{} of {total} workloads open: {}{more}", names.len(), shown.join(", ")))
                .message(format!("Anything may {way} these workloads, because no policy denies it or one allows everything."))
        }
        State::Open(0) => finding
            .review()
            .severity(Severity::Low)
            .observed("no policy, no pods")
            .message("Nothing runs here now; what is deployed here would be open."),
        State::Open(total) => finding
            .severity(Severity::High)
            .observed(format!("no policy; {total} workloads open"))
            .message(format!("Anything may {way} every pod of this namespace.")),
    })
}

fn state(view: &View<'_>, namespace: &str, policies: &[&NetworkPolicy], direction: Direction) -> State {
    let acting: Vec<&&NetworkPolicy> = policies.iter().filter(|p| direction.holds(&p.spec)).collect();
    let for_all: Vec<&&&NetworkPolicy> = acting.iter().filter(|p| p.spec.pod_selector == Default::default()).collect();
    let groups = label_sets(view, namespace);
    let total = groups.len();
    // A rule that lets everything through undoes every denial for the pods of its policy.
    let opened =
        |labels: &BTreeMap<String, String>| acting.iter().any(|p| p.spec.pod_selector.matches(labels) && direction.allows_all(&p.spec));
    if !for_all.is_empty() && !for_all.iter().any(|p| direction.allows_all(&p.spec)) {
        let open: Vec<String> = groups.iter().filter(|(_, sets)| sets.iter().any(opened)).map(|(name, _)| name.clone()).collect();
        return if open.is_empty() { State::Denied } else { State::SomeOpen(open, total) };
    }
    let closed = |labels: &BTreeMap<String, String>| acting.iter().any(|p| p.spec.pod_selector.matches(labels)) && !opened(labels);
    let open: Vec<String> = groups.iter().filter(|(_, sets)| !sets.iter().all(closed)).map(|(name, _)| name.clone()).collect();
    match open.len() {
        0 if total == 0 => State::Open(0),
        0 => State::CurrentOnly(total),
        n if n == total && acting.is_empty() => State::Open(total),
        _ => State::SomeOpen(open, total),
    }
}

/// Workloads of a namespace with the label sets of their pods (of the template where there are none). Pods on the node's network are
/// outside of every policy and are told by a check of their own.
fn label_sets(view: &View<'_>, namespace: &str) -> Vec<(String, Vec<BTreeMap<String, String>>)> {
    let mut groups = Vec::new();
    for (workload, _) in view.workloads().filter(|(w, _)| w.object.namespace == namespace) {
        let pods = workload.pod_indexes.iter().filter_map(|i| view.inventory.pods.get(*i));
        let mut sets: Vec<BTreeMap<String, String>> =
            pods.filter(|p| p.is_live() && !view.inventory.spec(p.spec).host_network).map(|p| p.metadata.labels.clone()).collect();
        if workload.pods == 0 && view.specs(workload).any(|(spec, _)| !spec.host_network) {
            sets.push(workload.pod_labels.clone());
        }
        sets.sort();
        sets.dedup();
        if !sets.is_empty() {
            groups.push((format!("{} {}", workload.object.kind, workload.object.name), sets));
        }
    }
    groups
}

/// Policies of other kinds that may act on a namespace, counted by kind.
fn other_policies(view: &View<'_>, namespace: &str) -> String {
    const KINDS: &[Kind] = &[
        Kind::CiliumNetworkPolicies,
        Kind::CiliumClusterwideNetworkPolicies,
        Kind::CalicoNetworkPolicies,
        Kind::CalicoGlobalNetworkPolicies,
        Kind::AdminNetworkPolicies,
        Kind::BaselineAdminNetworkPolicies,
        Kind::ClusterNetworkPolicies,
    ];
    let mut parts = Vec::new();
    for kind in KINDS {
        let objects = view.inventory.customs.get(kind).into_iter().flatten();
        let count = objects.filter(|o| !kind.namespaced() || o.metadata.namespace == namespace).count();
        if count > 0 {
            parts.push(format!("{count} {}", kind.id()));
        }
    }
    parts.join(", ")
}

//! Judge of `16.3/privileged-on-low`: which pods outside the nodes of the cardholder data environment have rights by which it can be taken over.
//!
//! Far-reaching is what the API server would let an account do to the cardholder data environment: everything, or one of the escalation paths of
//! 2.1/escalation that is high or critical, or medium within one of its namespaces. Whether the token is mounted does not matter: a node that was
//! taken over may ask for the tokens of its pods. Nodes of the control plane are no lower ground, because they hold the whole cluster anyway.

use super::pool::pool;
use crate::analysis::rbac::{Bound, Subject};
use crate::judging::{Verdict, View};
use crate::kinds::Workload;
use crate::model::{Category, Finding, Severity};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn judge(view: &View<'_>) -> Verdict {
    if let Some(blocked) = view.without_pods() {
        return blocked;
    }
    let cde = view.workloads().any(|(_, category)| category == Category::Cde);
    let others = view.workloads().any(|(_, category)| matches!(category, Category::OutOfScope | Category::Connected));
    if !cde || !others {
        return Verdict::not_applicable(
            "Workloads of the cardholder data environment and others do not run side by side in this cluster, so no node is of lower security than another.",
        );
    }
    let low = lower_nodes(view);
    let mut verdict = Verdict::over("workload on a node outside the pool", "workloads on nodes outside the pool");
    let mut known: BTreeMap<(&str, &str), Option<(String, Severity)>> = BTreeMap::new();
    for (workload, _) in view.workloads() {
        let namespace = workload.object.namespace.as_str();
        let mut told: BTreeMap<&str, (BTreeSet<&str>, u32)> = BTreeMap::new();
        for pod in workload.pod_indexes.iter().filter_map(|index| view.inventory.pods.get(*index)) {
            if pod.is_live() && low.contains(pod.node.as_str()) {
                let (nodes, pods) = told.entry(view.inventory.spec(pod.spec).account()).or_default();
                nodes.insert(pod.node.as_str());
                *pods += 1;
            }
        }
        // Wherever it belongs, it is judged as what it can reach.
        told.iter().for_each(|_| verdict.saw(Category::Cde));
        for (account, (nodes, pods)) in told {
            let rights = known.entry((namespace, account)).or_insert_with(|| far_reaching(view, namespace, account));
            if let Some((rights, severity)) = rights {
                verdict.find(finding(workload, account, (rights, *severity), (&nodes, pods)));
            }
        }
    }
    verdict
}

/// Nodes that are neither of the pool nor of the control plane.
fn lower_nodes<'a>(view: &View<'a>) -> BTreeSet<&'a str> {
    let (pool, _) = pool(view);
    let inside: BTreeSet<&str> = pool.iter().map(|node| node.metadata.name.as_str()).collect();
    let nodes = view.inventory.nodes.iter().filter(|node| !node.is_control_plane());
    nodes.map(|node| node.metadata.name.as_str()).filter(|name| !inside.contains(name)).collect()
}

/// By what an account can take the cardholder data environment over, and how bad that is; nothing where it can't.
fn far_reaching(view: &View<'_>, namespace: &str, account: &str) -> Option<(String, Severity)> {
    let (rbac, subject) = (view.rbac(), Subject::account(namespace, account));
    if rbac.is_admin(&subject) {
        return Some(("everything in the cluster".to_owned(), Severity::Critical));
    }
    // A path that ends at one namespace is told as less than one through the cluster; where the namespace holds card data, it is no less.
    let reaches = |bound: &Bound<'_>, severity: Severity| match bound.namespace() {
        "" => severity <= Severity::High,
        namespace => severity <= Severity::Medium && view.category(namespace) == Category::Cde,
    };
    let mut paths: BTreeMap<&str, Severity> = BTreeMap::new();
    for (found, bound) in rbac.paths_to(&subject) {
        if found.is_open() && reaches(bound, found.severity) {
            let known = paths.entry(found.path.id).or_insert(found.severity);
            *known = found.severity.min(*known);
        }
    }
    // The worst comes first in order.
    let worst = paths.values().min().copied()?;
    Some((paths.into_keys().collect::<Vec<_>>().join(", "), worst))
}

fn finding(workload: &Workload, account: &str, (rights, severity): (&str, Severity), (nodes, pods): (&BTreeSet<&str>, u32)) -> Finding {
    let first: Vec<&str> = nodes.iter().copied().take(3).collect();
    let more = if nodes.len() > 3 { format!(" and {} more", nodes.len() - 3) } else { String::new() };
    let finding = Finding::new(Category::Cde, workload.object.clone(), format!("{}.serviceAccountName", workload.spec_path()))
        .pods(pods)
        .severity(severity)
        .observed(format!("{account} on {}{more}: {rights}", first.join(", ")));
    if workload.object.kind == "DaemonSet" {
        finding.review().severity(Severity::Medium).message(
            "An agent for every node, as it seems, with rights that reach the cardholder data environment: somebody must say that it needs them on nodes of lower security.",
        )
    } else {
        finding.message("Whoever takes over one of these nodes can act on the cardholder data environment with this account.")
    }
}

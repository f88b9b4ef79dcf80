//! Control 16.1: its automated checks. Who shares the cluster with cardholder data, who may connect to it, and what serves both.

use super::{reachability, shared_services};
use crate::judging::{Check, Need, Verdict, View};
use crate::model::{Category, Finding, Kind, ObjectRef, Outcome, Severity};
use std::collections::BTreeMap;

/// The checks of control 16.1, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "16.1/mixed-cluster",
        title: "Scope categories that share the cluster",
        severity: Severity::High,
        practices: &["16.1.a"],
        needs: &[Need::List(Kind::Namespaces), Need::Workloads],
        active: false,
        why: "A cluster is one machine in many parts: workloads share its API, its nodes, its network and its DNS. Whatever runs beside the \
              cardholder data environment in the same cluster is in scope unless complete segregation is shown, which namespaces by themselves \
              do not give.",
        mend: "Run the cardholder data environment in clusters of its own; or show complete segregation (network policies, node pools, \
               admission, rights, shared services) and test it; or take the rest into scope.",
        blind_spots: "The categories are the assessor's own: what was not sorted yet counts as cardholder data environment. That one cluster holds \
                      one category says nothing of what connects clusters.",
        judge: mixed_cluster,
    },
    Check {
        id: "16.1/reachability",
        title: "Connections between cardholder data workloads and others",
        severity: Severity::High,
        practices: &["16.1.a"],
        needs: &[Need::Workloads, Need::List(Kind::Namespaces), Need::List(Kind::NetworkPolicies), Need::OtherPolicies],
        active: false,
        why: "What is out of scope must have no way to the cardholder data environment, and none from it: whatever can connect to it is connected \
              to it, and so in scope. In one cluster only network policies part the pods, and a single rule that is too wide opens a path that \
              no firewall in front of the cluster sees.",
        mend: "Deny everything by default in the namespaces of the cardholder data environment, allow the documented connections one by one with \
               the pods and ports that they need, and narrow the policies that are named here; or take what connects into scope.",
        blind_spots: "The policies are judged as they are written: whether the network plugin enforces them is the check 4.1/network-plugin, and only \
                      a connection that is tried proves it (penetration test of segmentation, PCI DSS 11.4.5). Ways over a shared Service outside of \
                      the cluster, a shared volume, a message queue or an ingress controller are not connections between two pods and are not seen \
                      here. A node always reaches its own pods. Meshes and firewalls of the provider may forbid more.",
        judge: reachability::judge,
    },
    Check {
        id: "16.1/shared-services",
        title: "Services of the cluster that several scope categories share",
        severity: Severity::Medium,
        practices: &["16.1.a"],
        needs: &[Need::Workloads, Need::List(Kind::Namespaces), Need::Rights],
        active: false,
        why: "Where categories share a cluster they share what serves it: names are resolved by one DNS, traffic comes in by one ingress \
              controller, one monitoring reads everybody, and operators change objects in every namespace. Each of these can affect the security of the \
              cardholder data environment, so each is in scope, and each is a way across if it is taken over.",
        mend: "Take each service that is named here into scope, with an owner and hardening of its own; give the cardholder data environment an \
               ingress controller, monitoring and operators of its own where that is possible; limit operators to the namespaces that they \
               serve by RoleBindings instead of ClusterRoleBindings.",
        blind_spots: "Services are recognised by their images. The API server, the nodes' agents, the registry and what lies outside of the cluster \
                      (cloud accounts, databases, log stores) are shared too, which no object here shows. Rights are those of RBAC.",
        judge: shared_services::judge,
    },
];

fn mixed_cluster(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("namespace", "namespaces");
    let mut by_category: BTreeMap<Category, Vec<&str>> = BTreeMap::new();
    let mut unsorted = 0;
    for (namespace, category) in view.namespaces() {
        verdict.saw(category);
        if category != Category::Platform {
            by_category.entry(category).or_default().push(namespace);
            let labels = view.inventory.namespace_labels(namespace);
            unsorted += usize::from(!view.scope.namespace.iter().any(|rule| rule.holds(namespace, labels)));
        }
    }
    let words: Vec<String> = by_category.iter().map(|(category, names)| format!("{} {}", names.len(), category.label())).collect();
    if by_category.len() > 1 {
        let mut pods: BTreeMap<&str, u32> = BTreeMap::new();
        for (workload, _) in view.workloads() {
            *pods.entry(workload.object.namespace.as_str()).or_default() += workload.pods;
        }
        for (category, names) in by_category.iter().filter(|(category, _)| **category != Category::Cde) {
            for namespace in names {
                verdict.find(shared(namespace, *category, pods.get(namespace).copied().unwrap_or_default()));
            }
        }
        verdict.because(format!("Namespaces of several categories share this cluster: {}.", words.join(", ")));
        verdict.decide(Outcome::Review);
    } else if unsorted > 0 {
        verdict.because(format!(
            "{unsorted} of {} namespaces have not been sorted into scope categories yet, so nothing can be said of what shares the cluster.",
            by_category.values().map(Vec::len).sum::<usize>()
        ));
        verdict.decide(Outcome::Review);
    }
    verdict
}

fn shared(namespace: &str, category: Category, pods: u32) -> Finding {
    let severity = if category == Category::OutOfScope { Severity::High } else { Severity::Low };
    Finding::new(category, ObjectRef::of_namespace(namespace), "scope.category")
        .review()
        .severity(severity)
        .pods(pods)
        .observed(category.label())
        .message("Shares the cluster with other scope categories: in scope too, unless complete segregation is shown.")
}

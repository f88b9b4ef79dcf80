//! Control 16.1: its automated checks.

use crate::checks::{Check, Need, Verdict, View};
use crate::model::{Category, Finding, Kind, ObjectRef, Outcome, Severity};
use std::collections::BTreeMap;

/// The checks of control 16.1, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[Check {
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
}];

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
        for (category, names) in by_category.iter().filter(|(category, _)| **category != Category::Cde) {
            for namespace in names {
                verdict.find(shared(view, namespace, *category));
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

fn shared(view: &View<'_>, namespace: &str, category: Category) -> Finding {
    let pods: u32 = view.workloads().filter(|(w, _)| w.object.namespace == namespace).map(|(w, _)| w.pods).sum();
    let severity = if category == Category::OutOfScope { Severity::High } else { Severity::Low };
    Finding::new(category, ObjectRef::of_namespace(namespace), "scope.category")
        .review()
        .severity(severity)
        .pods(pods)
        .observed(category.label())
        .message("Shares the cluster with other scope categories: in scope too, unless complete segregation is shown.")
}

//! Control 2.1: least privilege. Each check asks the effective rights for one kind of excess; what Kubernetes and its distributions bind
//! for themselves is told only where somebody widened it.

use crate::analysis::rbac::{Bound, Effective, stock, subjects};
use crate::checks::{Check, Need, Verdict, View, rights};
use crate::kinds::rbac::PolicyRule;
use crate::model::{Category, Finding, ObjectRef, Severity};

/// The checks of control 2.1, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "2.1/cluster-admin",
        title: "Bindings to cluster-admin, or to a role that equals it",
        severity: Severity::Critical,
        practices: &["2.1.a"],
        needs: &[Need::Rights],
        active: false,
        why: "cluster-admin is every right there is. Whoever holds it, or takes over a program that holds it, can read all account data, \
              change any control, and hide having done so.",
        mend: "Bind a role with the rights that the task needs; keep cluster-admin for an emergency account that alerts somebody when it is used.",
        blind_spots: "Members of a bound group don't show in the cluster. Administrators by way of a cloud's IAM are not RBAC objects.",
        judge: cluster_admin,
    },
    Check {
        id: "2.1/wildcards",
        title: "Roles that use wildcards",
        severity: Severity::Medium,
        practices: &["2.1.a"],
        needs: &[Need::Rights],
        active: false,
        why: "A star grants what exists today and whatever is installed tomorrow. Nobody who reviews such a role can say what its holders \
              may do, and new kinds of objects, Secrets of operators among them, are included unasked.",
        mend: "List the API groups, resources and verbs that the task needs in place of the star.",
        blind_spots: "Roles that nobody is bound to are left out: they give nothing until somebody binds them.",
        judge: wildcards,
    },
];

fn cluster_admin(view: &View<'_>) -> Verdict {
    let rbac = view.rbac();
    let mut verdict = Verdict::over("binding", "bindings");
    for bound in rbac.bindings() {
        verdict.saw(rights::category(view, bound));
        if !bound.is_admin() || bound.subjects.is_empty() || rbac.is_stock(bound) {
            continue;
        }
        let role = if bound.refers_to("cluster-admin") {
            "cluster-admin".to_owned()
        } else {
            format!("{}, which equals cluster-admin,", bound.binding.role_ref.name)
        };
        let (severity, reach) = if bound.cluster {
            (Severity::Critical, "may do everything in the whole cluster")
        } else {
            (Severity::High, "may do everything in this namespace, its Secrets and workloads included")
        };
        verdict.find(
            rights::finding(view, bound, "roleRef")
                .severity(severity)
                .message(format!("Through {role} {} {reach}.", subjects::list(&bound.subjects))),
        );
    }
    verdict
}

fn wildcards(view: &View<'_>) -> Verdict {
    let rbac = view.rbac();
    let mut verdict = Verdict::over("bound role", "bound roles");
    let givers = rbac.bindings_by_role();
    for role in rbac.roles() {
        let metadata = &role.role.metadata;
        let name = metadata.name.as_str();
        let namespace = if role.cluster { "" } else { metadata.namespace.as_str() };
        let bindings = givers.get(&(role.cluster, namespace, name)).map_or(&[][..], Vec::as_slice);
        let Some(category) = bindings.iter().map(|b| rights::category(view, b)).min() else { continue };
        verdict.saw(category);
        // An aggregated role is told where its rules were written: at the roles that it gathers.
        let own = role.role.aggregation_rule.is_none()
            && !(role.cluster && stock::is_builtin_role(name) && !stock::is_widened(name, &role.rules));
        for rule in role.rules.iter().filter(|_| own) {
            for finding in stars(rule, role, category) {
                verdict.find(finding.observed(format!("{}; bound by {}", rule.words(), names(bindings))));
            }
        }
    }
    verdict
}

/// The wildcards of one rule, one finding for each field that has one.
fn stars(rule: &PolicyRule, role: &Effective<'_>, category: Category) -> Vec<Finding> {
    let star = |list: &[String]| list.iter().any(|entry| entry == "*");
    let (verbs, groups) = (star(&rule.verbs), star(&rule.api_groups));
    let resources = rule.resources.iter().any(|r| r == "*" || r.starts_with("*/"));
    let (kind, namespace) = if role.cluster { ("ClusterRole", "") } else { ("Role", role.role.metadata.namespace.as_str()) };
    let object = ObjectRef::new("rbac.authorization.k8s.io", kind, namespace, &role.role.metadata.name);
    let all = verbs && groups && star(&rule.resources);
    let finding = |field: &str, severity, message: &str| {
        let severity = if all && role.cluster { Severity::Critical } else { severity };
        Finding::new(category, object.clone(), format!("rules[{}].{field}", rule.topic())).severity(severity).message(message)
    };
    let mut found = Vec::new();
    if verbs {
        found.push(finding(
            "verbs",
            Severity::Medium,
            "The star stands for every verb, those that give rights away (bind, escalate, impersonate) and those yet to come included.",
        ));
    }
    if resources {
        found.push(finding(
            "resources",
            Severity::High,
            "The star stands for every resource of the group with its sub-resources; in the core group that includes Secrets and exec.",
        ));
    }
    if groups {
        found.push(finding(
            "apiGroups",
            Severity::Low,
            "The star stands for every API group, those of operators that are installed later included.",
        ));
    }
    if star(&rule.non_resource_urls) {
        found.push(finding(
            "nonResourceURLs",
            Severity::Medium,
            "The star stands for every path of the API server, its debugging pages included.",
        ));
    }
    found
}

/// Bindings in a line, the first few by name.
fn names(bindings: &[&Bound<'_>]) -> String {
    let shown: Vec<String> = bindings.iter().take(3).map(|b| b.object().to_string()).collect();
    let more = bindings.len().saturating_sub(3);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

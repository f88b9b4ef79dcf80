//! Control 2.1: least privilege. Each check asks the effective rights for one kind of excess; what Kubernetes and its distributions bind
//! for themselves is told only where somebody widened it. How one binding or rule is judged stands in `excess`.

use super::excess;
use crate::analysis::control_plane::force::{Force, force};
use crate::analysis::distribution;
use crate::analysis::rbac::rules::everything;
use crate::analysis::rbac::{Effective, Request, gathered, stock, subjects};
use crate::judging::{Check, Need, Verdict, View, rights};
use crate::kinds::rbac::{PolicyRule, Role};
use crate::model::{Finding, Kind, ObjectRef, Severity};
use std::collections::BTreeSet;

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
    Check {
        id: "2.1/builtin-roles",
        title: "Bindings to the built-in roles admin, edit and view",
        severity: Severity::Medium,
        practices: &["2.1.a"],
        needs: &[Need::Rights],
        active: false,
        why: "The built-in roles are made for nobody's job in particular. admin and edit read every Secret, run commands in every container and \
              act as every ServiceAccount of a namespace; view shows all configuration, and each of them grows when an add-on is installed.",
        mend: "Write roles by job function, bind them in the namespaces where the job is done, and remove these bindings.",
        blind_spots: "Members of a bound group don't show in the cluster. Whether the role fits the holder's job is for people to say.",
        judge: builtin_roles,
    },
    Check {
        id: "2.1/escalation",
        title: "Rights that lead to more rights",
        severity: Severity::High,
        practices: &["2.1.a"],
        needs: &[Need::Rights],
        active: false,
        why: "Some rights are worth more than they seem: who may create a pod may run it as another account, who may read Secrets may log in \
              as their owners. A role that looks small then makes its holder administrator of a namespace or of the cluster.",
        mend: "Remove the right from the role, limit it by resourceNames, or move it into a role that only the component which needs it holds.",
        blind_spots: "Paths through applications, hosts and a cloud's IAM don't show, nor what admission policies refuse. A path that is limited to a \
                      namespace leads as far as the accounts and Secrets in it.",
        judge: escalations,
    },
    Check {
        id: "2.1/aggregation",
        title: "Roles that widen admin, edit or view",
        severity: Severity::High,
        practices: &["2.1.a"],
        needs: &[Need::List(Kind::ClusterRoles)],
        active: false,
        why: "A label is enough to add a role's rules to the built-in roles admin, edit or view. Everybody who holds one of them, readers \
              included, then holds the new rights in the same moment, and no binding shows it.",
        mend: "Remove the label rbac.authorization.k8s.io/aggregate-to-… from the role, and bind it to those who need it.",
        blind_spots: "Only rights that lead to more rights are reported; harmless additions, such as reading an operator's own objects, are not.",
        judge: aggregation,
    },
];

fn cluster_admin(view: &View<'_>) -> Verdict {
    let rbac = view.rbac();
    let mut verdict = Verdict::over("binding", "bindings");
    verdict.find_all(not_in_force(view));
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

/// A finding where everybody may do everything, whatever the bindings say.
fn not_in_force(view: &View<'_>) -> Option<Finding> {
    let server = &view.cluster().server;
    let object = ObjectRef::new("", "Cluster", "", if server.is_empty() { "API server" } else { server });
    let finding = |why: String| Finding::new(view.cluster_wide(), object, "authorization").observed(why);
    match force(view.inventory) {
        Force::NotDoubted => None,
        Force::NotInForce(why) => Some(
            finding(why)
                .rule("not_in_force")
                .severity(Severity::Critical)
                .message("Roles and bindings are kept and not asked: everybody who logs in may do everything.")
                .mend("Start the API server with --authorization-mode=Node,RBAC (on MicroK8s: microk8s enable rbac), after the bindings that people and programs need are there."),
        ),
        Force::Doubted(why) => {
            let finding = finding(why).rule("in_doubt");
            let managed = distribution::is_managed(&view.cluster().distribution);
            Some(if managed {
                finding.severity(Severity::Medium).review().message(
                    "Another authorizer than RBAC, such as the provider's own, allows this identity everything. Whom else it does is not shown by roles and bindings.",
                )
            } else {
                finding.severity(Severity::Critical).message(
                    "No role gives this right, and it is allowed: the API server allows everything to everybody (AlwaysAllow), or another authorizer than RBAC allows this identity everything.",
                ).mend("Look at --authorization-mode or --authorization-config of the API server: it is to be Node,RBAC, and what other authorizers allow is to be reviewed.")
            })
        }
    }
}

fn wildcards(view: &View<'_>) -> Verdict {
    let rbac = view.rbac();
    let mut verdict = Verdict::over("bound role", "bound roles");
    let givers = rbac.bindings_by_role();
    for role in rbac.roles() {
        let metadata = &role.role.metadata;
        let name = metadata.name.as_str();
        let namespace = if role.cluster { "" } else { subjects::in_namespace(&metadata.namespace) };
        let bindings = givers.get(&(role.cluster, namespace, name)).map_or(&[][..], Vec::as_slice);
        let Some(category) = bindings.iter().map(|b| rights::category(view, b)).min() else {
            waiting(view, role, &mut verdict);
            continue;
        };
        verdict.saw(category);
        // An aggregated role is told where its rules were written: at the roles that it gathers.
        let own = role.role.aggregation_rule.is_none()
            && !(role.cluster && stock::is_builtin_role(name) && !rbac.is_widened(name, &role.rules))
            && !bindings.iter().all(|bound| bound.provided.is_some() && rbac.is_stock(bound));
        for rule in role.rules.iter().filter(|_| own) {
            for finding in excess::stars(rule, role, category) {
                verdict.find(finding.observed(format!("{}; bound by {}", rule.words(), excess::names(bindings))));
            }
        }
    }
    verdict
}

/// A role with every right that nobody holds yet: whoever may bind it, by mistake or by a path of 2.1/escalation, gives everything away.
fn waiting(view: &View<'_>, role: &Effective<'_>, verdict: &mut Verdict) {
    let metadata = &role.role.metadata;
    if !everything(&role.rules) || (role.cluster && stock::is_builtin_role(&metadata.name)) {
        return;
    }
    let category = if role.cluster { view.cluster_wide() } else { view.category(subjects::in_namespace(&metadata.namespace)) };
    verdict.saw(category);
    verdict.find(
        Finding::new(category, role.object(), "rules")
            .rule("bound_by_nobody")
            .review()
            .severity(Severity::Low)
            .observed("every right; bound by nobody")
            .message(
                "Nobody holds this role by what was read; whoever may bind it gives everything away. Remove it, or say what it waits for.",
            ),
    );
}

fn builtin_roles(view: &View<'_>) -> Verdict {
    let rbac = view.rbac();
    let mut verdict = Verdict::over("binding", "bindings");
    for bound in rbac.bindings() {
        verdict.saw(rights::category(view, bound));
        let Some(role) = ["admin", "edit", "view"].into_iter().find(|role| bound.refers_to(role)) else { continue };
        if bound.subjects.is_empty() {
            continue;
        }
        let who = subjects::list(&bound.subjects);
        let finding = rights::finding(view, bound, "roleRef");
        let widened =
            bound.rules.iter().any(|rule| ["get", "list", "watch"].iter().any(|verb| rule.allows(&Request::on(verb, "", "secrets"))));
        let secrets = if widened { "Secrets included because the role was widened" } else { "though no Secret" };
        verdict.find(match (role, bound.cluster) {
            ("view", true) => finding.severity(if widened { Severity::High } else { Severity::Low }).review().message(format!(
                "{who} may read the configuration, {secrets}, of every namespace; confirm that the job needs all of them."
            )),
            ("view", false) => finding.severity(if widened { Severity::Medium } else { Severity::Info }).review().message(format!(
                "{who} may read the configuration, {secrets}, of this namespace; confirm that the job needs it."
            )),
            (_, true) => finding.severity(Severity::High).message(format!(
                "{who} may read every Secret, run commands in every container and change every workload of every namespace, the platform's own included."
            )),
            (_, false) => finding.severity(Severity::Medium).review().message(format!(
                "{who} may read every Secret, run commands in every container and change every workload of this namespace; confirm that the job needs it."
            )),
        });
    }
    verdict
}

fn escalations(view: &View<'_>) -> Verdict {
    let rbac = view.rbac();
    let mut verdict = Verdict::over("binding", "bindings");
    for bound in rbac.bindings() {
        verdict.saw(rights::category(view, bound));
        for found in rbac.surplus(bound) {
            verdict.find(excess::path(view, bound, &found));
        }
    }
    verdict
}

/// Label by which a ClusterRole joins one of the built-in roles.
const AGGREGATE: &str = "rbac.authorization.k8s.io/aggregate-to-";

fn aggregation(view: &View<'_>) -> Verdict {
    let roles = &view.inventory.cluster_roles;
    let mut verdict = Verdict::over("aggregated role", "aggregated roles");
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    // From the narrowest role up: what widens view widens edit and admin too, and is told once.
    for target in ["view", "edit", "admin"] {
        let label = format!("{AGGREGATE}{target}");
        let whole = roles.iter().find(|role| role.metadata.name == target);
        let joins = |role: &&Role| role.metadata.labels.get(&label).is_some_and(|v| v == "true");
        let mut parts: Vec<&Role> = roles.iter().filter(joins).collect();
        parts.extend(whole.into_iter().flat_map(|role| gathered(role, roles.iter())));
        for part in parts {
            let name = part.metadata.name.as_str();
            if matches!(name, "view" | "edit") || !seen.insert(name) {
                continue;
            }
            verdict.saw(view.cluster_wide());
            let rules: Vec<&PolicyRule> = part.rules.iter().collect();
            let object = ObjectRef::new("rbac.authorization.k8s.io", "ClusterRole", "", name);
            for found in view.rbac().paths_of_rules(&rules) {
                if stock::opens(target, found.path.id) || stock::opens(name, found.path.id) {
                    continue;
                }
                let finding = Finding::new(view.cluster_wide(), object.clone(), format!("metadata.labels[{label}]"))
                    .rule(found.path.id)
                    .severity(if target == "view" { Severity::High } else { Severity::Medium })
                    .observed(found.rights.join(", "));
                verdict.find(match found.doubt {
                    Some(doubt) => finding.review().message(format!(
                        "Everybody bound to {target} gets these rights too; {doubt}. Where they lead on, {}.",
                        found.path.consequence
                    )),
                    None => finding.message(format!("Everybody bound to {target} gets these rights too: {}.", found.path.consequence)),
                });
            }
        }
    }
    verdict
}

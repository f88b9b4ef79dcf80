//! Control 14.1: its automated checks. Who changed what by hand, and whether objects say what they are and who manages them.

use super::gitops;
use super::hands::{self, Hand};
use crate::judging::{Check, Need, Verdict, View};
use crate::kinds::{Meta, Workload};
use crate::model::{Category, Finding, Kind, ObjectRef, Severity};

/// The checks of control 14.1, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "14.1/gitops",
        title: "Workloads in scope that no deployment tool manages",
        severity: Severity::Medium,
        practices: &["14.1.a", "14.1.b"],
        needs: &[Need::Workloads, Need::List(Kind::Applications), Need::List(Kind::Kustomizations)],
        active: false,
        why: "A workload that a tool deploys from a repository has a history: who changed what, who approved it, and the way back. One that was applied by \
              hand has none, and nobody can say whether what runs is what was approved.",
        mend: "Bring the manifests under version control and let Argo CD, Flux, Helm from a pipeline or another tool deploy them; mend what is out of \
               sync.",
        blind_spots: "Management is recognised by the marks that tools leave on objects (Argo CD, Flux, Fleet, Config Sync, Helm, and the record of \
                      who wrote a field). kubectl apply from a pipeline leaves the same mark as one by hand. What the repository holds, and who \
                      reviews it, is not seen.",
        judge: gitops::judge,
    },
    Check {
        id: "14.1/manual-changes",
        title: "Objects changed by hand after their last managed deployment",
        severity: Severity::Medium,
        practices: &["14.1.a", "14.1.b"],
        needs: &[
            Need::Workloads,
            Need::List(Kind::Namespaces),
            Need::List(Kind::ConfigMaps),
            Need::List(Kind::Services),
            Need::List(Kind::Ingresses),
            Need::List(Kind::NetworkPolicies),
            Need::List(Kind::Roles),
            Need::List(Kind::RoleBindings),
            Need::List(Kind::ClusterRoles),
            Need::List(Kind::ClusterRoleBindings),
        ],
        active: false,
        why: "What is changed in the cluster by hand is in no repository: nobody reviewed it, the next deployment may undo it or may not, and a \
              rebuilt cluster will not have it. Security settings drift this way without a trace in version control.",
        mend: "Find out who made the change and why (the audit log has the name), bring it into the repository through review or undo it, and \
               take the right to edit production objects from people outside of an emergency procedure.",
        blind_spots: "The API keeps, for each field, who set it last: a change that was undone or overwritten leaves no trace. The name is the \
                      program's (kubectl-edit), which the caller can choose, not the person's. kubectl apply may be a pipeline as well as a \
                      hand. Objects whose field records were stripped are not judged.",
        judge: manual_changes,
    },
    Check {
        id: "14.1/labels",
        title: "Workloads in scope that do not say what they are",
        severity: Severity::Low,
        practices: &["14.1.a", "14.1.c"],
        needs: &[Need::Workloads],
        active: false,
        why: "An object that names its application, its version and what manages it can be matched with the repository and the release that it \
              came from. Without that, an inventory of what runs, and the answer to “where is this from?”, is detective work.",
        mend: "Set the recommended labels app.kubernetes.io/name, app.kubernetes.io/version and app.kubernetes.io/managed-by in the templates \
               of deployments (Helm charts and kustomize can set them for all objects).",
        blind_spots: "Labels are claims of whoever deployed; that the named version is what runs is not verified. Labels of another scheme are \
                      not recognised.",
        judge: labels,
    },
];

fn manual_changes(view: &View<'_>) -> Verdict {
    let objects = objects(view);
    let total = objects.len();
    let mut verdict = Verdict::over("object", "objects");
    let mut recorded = 0;
    for (object, category, meta) in objects {
        if meta.managed_fields.is_empty() {
            continue;
        }
        recorded += 1;
        verdict.saw(category);
        for hand in hands::after_last_deployment(meta) {
            verdict.find(changed(category, object.clone(), &hand));
        }
    }
    if recorded == 0 && total > 0 {
        let needs = vec!["metadata.managedFields".to_owned()];
        return Verdict::blocked("None of the objects carries its record of who set which field (managedFields): it was stripped.", needs);
    }
    verdict
}

fn changed(category: Category, object: ObjectRef, hand: &Hand<'_>) -> Finding {
    let shown: Vec<&str> = hand.fields.iter().take(4).copied().collect();
    let more = if hand.fields.len() > 4 { format!(" and {} more", hand.fields.len() - 4) } else { String::new() };
    let when = hand.time.map(|t| t.strftime("%Y-%m-%d %H:%M UTC").to_string()).unwrap_or_else(|| "an unknown time".to_owned());
    let finding = Finding::new(category, object, "metadata.managedFields").rule(hand.manager.to_owned()).observed(format!(
        "{} at {when}: {}{more}",
        hand.manager,
        shown.join(", ")
    ));
    match hand.deployed_by {
        Some(deployer) if !hand.certain => finding.review().message(format!(
            "Changed outside of {deployer}, which deploys it; the record does not tell whether before its last deployment or after."
        )),
        Some(deployer) => finding.message(format!("Changed outside of {deployer}, which deployed it before.")),
        None => finding
            .review()
            .severity(Severity::Low)
            .message("Changed in place after it was applied; nothing shows that a deployment tool manages it."),
    }
}

/// The objects that people edit: owners of pods, settings, network, rights.
fn objects<'a>(view: &View<'a>) -> Vec<(ObjectRef, Category, &'a Meta)> {
    let inventory = view.inventory;
    let mut objects: Vec<(ObjectRef, Category, &Meta)> = Vec::new();
    // Pods are made by their owners, and what a custom resource owns is its operator's; both carry no record of people.
    objects.extend(view.workloads().filter(|(w, _)| w.template.is_some()).map(|(w, category)| (w.object.clone(), category, &w.metadata)));
    let mut add = |kind: Kind, metas: Vec<&'a Meta>| {
        for meta in metas {
            let object = ObjectRef::new(kind.group(), kind.kind(), &meta.namespace, &meta.name);
            let namespace = if kind == Kind::Namespaces { &meta.name } else { &meta.namespace };
            let category = view.category(namespace);
            objects.push((object, category, meta));
        }
    };
    add(Kind::Namespaces, inventory.namespaces.iter().map(|o| &o.metadata).collect());
    add(Kind::ConfigMaps, inventory.config_maps.iter().map(|o| &o.metadata).collect());
    add(Kind::Services, inventory.services.iter().map(|o| &o.metadata).collect());
    add(Kind::Ingresses, inventory.ingresses.iter().map(|o| &o.metadata).collect());
    add(Kind::NetworkPolicies, inventory.network_policies.iter().map(|o| &o.metadata).collect());
    add(Kind::Roles, inventory.roles.iter().map(|o| &o.metadata).collect());
    add(Kind::RoleBindings, inventory.role_bindings.iter().map(|o| &o.metadata).collect());
    add(Kind::ClusterRoles, inventory.cluster_roles.iter().map(|o| &o.metadata).collect());
    add(Kind::ClusterRoleBindings, inventory.cluster_role_bindings.iter().map(|o| &o.metadata).collect());
    objects
}

fn labels(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("workload", "workloads");
    for (workload, category) in view.workloads() {
        verdict.saw(category);
        let missing = missing(workload);
        if !missing.is_empty() {
            verdict.find(
                view.finding(workload.object.clone(), "metadata.labels")
                    .review()
                    .severity(Severity::Low)
                    .pods(workload.pods)
                    .observed(format!("missing: {}", missing.join(", ")))
                    .message("Its labels do not tell application, version and manager, so it can't be matched with a release."),
            );
        }
    }
    verdict
}

fn missing(workload: &Workload) -> Vec<&'static str> {
    let has = |key: &str| workload.labels.contains_key(key) || workload.pod_labels.contains_key(key);
    let annotated = |key: &str| workload.metadata.annotations.contains_key(key);
    let mut missing = Vec::new();
    if !has("app.kubernetes.io/name") {
        missing.push("app.kubernetes.io/name");
    }
    // A chart's label tells its version too.
    if !has("app.kubernetes.io/version") && !has("helm.sh/chart") {
        missing.push("app.kubernetes.io/version");
    }
    let marks = ["kustomize.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/name", "argocd.argoproj.io/instance"];
    let tools = annotated("argocd.argoproj.io/tracking-id") || annotated("meta.helm.sh/release-name") || marks.iter().any(|key| has(key));
    if !has("app.kubernetes.io/managed-by") && !tools {
        missing.push("app.kubernetes.io/managed-by");
    }
    missing
}

//! Which workloads a deployment tool manages, by the marks that it leaves, and what such a tool says is out of sync.

use super::hands;
use crate::judging::{Verdict, View};
use crate::kinds::Workload;
use crate::model::{Finding, Kind, ObjectRef, Severity};
use std::collections::BTreeMap;

/// Labels and annotations by which a tool marks what it deploys.
const MARKS: &[(&str, &str)] = &[
    ("argocd.argoproj.io/tracking-id", "Argo CD"),
    ("argocd.argoproj.io/instance", "Argo CD"),
    ("kustomize.toolkit.fluxcd.io/name", "Flux"),
    ("helm.toolkit.fluxcd.io/name", "Flux"),
    ("objectset.rio.cattle.io/hash", "Fleet or the distribution's own deployer"),
    ("fleet.cattle.io/bundle-id", "Fleet"),
    ("configsync.gke.io/resource-id", "Config Sync"),
    ("configmanagement.gke.io/managed", "Config Sync"),
    ("kapp.k14s.io/app", "kapp"),
    ("meta.helm.sh/release-name", "Helm"),
];

/// Judges every workload in scope, and what the tools' own objects say.
pub(super) fn judge(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("workload", "workloads");
    let mut tools: BTreeMap<String, usize> = BTreeMap::new();
    let (mut scoped, mut managed) = (0, 0);
    // Static pods come from files on a node, which no tool in the cluster deploys.
    let by_node = |w: &Workload| {
        w.metadata.annotations.contains_key("kubernetes.io/config.mirror") || w.metadata.controller().is_some_and(|o| o.kind == "Node")
    };
    for (workload, category) in view.workloads().filter(|(w, _)| !by_node(w)) {
        verdict.saw(category);
        scoped += usize::from(category.in_scope());
        match manager(workload) {
            Some(tool) if category.in_scope() => {
                managed += 1;
                *tools.entry(tool).or_default() += 1;
            }
            Some(_) => {}
            None => verdict.find(unmanaged(view, workload)),
        }
    }
    out_of_sync(view, &mut verdict);
    if scoped > 0 {
        let list: Vec<String> = tools.iter().map(|(tool, n)| format!("{tool} {n}")).collect();
        let by = if list.is_empty() { String::new() } else { format!(" ({})", list.join(", ")) };
        verdict.because(format!("{managed} of {scoped} workloads in scope are managed by a deployment tool{by}."));
    }
    verdict
}

fn manager(workload: &Workload) -> Option<String> {
    let marked = |key: &str| workload.labels.contains_key(key) || workload.metadata.annotations.contains_key(key);
    if let Some((_, tool)) = MARKS.iter().find(|(key, _)| marked(key)) {
        return Some((*tool).to_owned());
    }
    if workload.labels.get("app.kubernetes.io/managed-by").is_some_and(|by| by == "Helm") {
        return Some("Helm".to_owned());
    }
    if let Some(tool) = hands::tool(&workload.metadata) {
        return Some(tool.to_owned());
    }
    // What a custom resource owns is deployed by its operator; the resource is what a repository would hold.
    let owner = workload.metadata.controller().filter(|_| workload.object.kind != "Pod")?;
    Some(format!("an operator ({})", owner.kind))
}

fn unmanaged(view: &View<'_>, workload: &Workload) -> Finding {
    let finding = view.finding(workload.object.clone(), "metadata").rule("unmanaged").pods(workload.pods);
    if workload.object.kind == "Pod" {
        return finding
            .observed("a bare Pod")
            .message("Nobody deployed this pod by a template: it will not come back as it is, and no repository can own it.");
    }
    finding
        .review()
        .severity(Severity::Low)
        .observed("no mark of a deployment tool")
        .message("Nothing shows that this comes from a repository; a pipeline that applies it would have to be shown.")
}

fn out_of_sync(view: &View<'_>, verdict: &mut Verdict) {
    let customs = |kind: Kind| view.inventory.customs.get(&kind).into_iter().flatten();
    for application in customs(Kind::Applications) {
        let part = |pointer: &str| application.parts.get(pointer).and_then(|v| v.as_str());
        let status = part("/status/sync/status").unwrap_or("unknown");
        if status != "Synced" {
            let target = part("/spec/destination/namespace").unwrap_or(&application.metadata.namespace);
            let object =
                ObjectRef::new(Kind::Applications.group(), "Application", &application.metadata.namespace, &application.metadata.name);
            verdict.find(
                Finding::new(view.category(target), object, "status.sync.status")
                    .rule("out-of-sync")
                    .review()
                    .observed(format!("{} (deploys to {target})", crate::model::text::clean(status)))
                    .message("What runs is not what the repository says."),
            );
        }
    }
    for kustomization in customs(Kind::Kustomizations) {
        let part = |pointer: &str| kustomization.parts.get(pointer);
        let text = |pointer: &str| part(pointer).and_then(|v| v.as_str());
        let target = text("/spec/targetNamespace").unwrap_or(&kustomization.metadata.namespace);
        let object =
            ObjectRef::new(Kind::Kustomizations.group(), "Kustomization", &kustomization.metadata.namespace, &kustomization.metadata.name);
        let finding = |field: &str| Finding::new(view.category(target), object.clone(), field).rule("out-of-sync").review();
        if part("/spec/suspend").and_then(serde_json::Value::as_bool) == Some(true) {
            verdict.find(finding("spec.suspend").observed("true").message("Deployment from the repository is suspended."));
        } else if text("/status/lastAppliedRevision") != text("/status/lastAttemptedRevision") {
            verdict.find(
                finding("status.lastAppliedRevision")
                    .observed("not the revision that was last attempted")
                    .message("The last revision of the repository could not be deployed."),
            );
        }
    }
}

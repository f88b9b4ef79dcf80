//! How Secrets are kept and handed out: encrypted or not, in a manager or in the cluster, as variables or as files.

use crate::analysis::control_plane::Setting;
use crate::analysis::described::Topic;
use crate::analysis::flags::{self, CommandLine, Component};
use crate::analysis::software;
use crate::judging::unseen::unseen;
use crate::judging::{Verdict, View, described};
use crate::kinds::imported::Describer;
use crate::model::{Finding, ObjectRef, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// Judges whether the API servers encrypt Secrets.
pub(super) fn encryption_at_rest(view: &View<'_>) -> Verdict {
    let all = flags::command_lines(view.inventory);
    let servers: Vec<&CommandLine> = all.iter().filter(|l| l.component == Component::ApiServer).collect();
    if servers.is_empty() {
        return unseen(view, Setting::Encryption);
    }
    let mut verdict = Verdict::over("API server", "API servers");
    let mut named = vec![];
    for line in &servers {
        verdict.saw(view.cluster_wide());
        // K3s encrypts by a switch of its own and then writes the configuration itself.
        let own = all.iter().find(|l| l.component == Component::Server && l.object == line.object);
        if own.and_then(|l| l.boolean("secrets-encryption", None)) == Some(true) {
            continue;
        }
        let finding = Finding::new(view.cluster_wide(), line.object.clone(), line.field("encryption-provider-config"));
        match line.value("encryption-provider-config").filter(|file| !file.is_empty()) {
            Some(file) => {
                named.push(finding.rule("file").review().severity(Severity::Low).observed(file).message(
                    "Encryption is configured by this file on the node; that it encrypts Secrets, and with which key, must be shown: attach it.",
                ));
            }
            None if line.is_set("encryption-provider-config") => {
                named.push(
                    finding.rule("file").review().severity(Severity::Low).observed("set").message("The file that is named must be shown."),
                );
            }
            None => verdict.find(
                finding
                    .rule("off")
                    .severity(Severity::High)
                    .observed("not set")
                    .message("This API server writes Secrets to the database unencrypted."),
            ),
        }
    }
    if !named.is_empty() && !described::in_use(view, Topic::Encryption, Describer::Encryption, &mut verdict) {
        verdict.find_all(named);
    }
    let lines: Vec<CommandLine> = servers.into_iter().cloned().collect();
    for node in flags::nodes_without(view.inventory, &lines) {
        let finding = Finding::new(view.cluster_wide(), ObjectRef::of_node(node), "kube-apiserver").rule("unseen").review();
        verdict.find(
            finding.severity(Severity::Low).observed("not seen").message("The API server of this control-plane node shows no flags."),
        );
    }
    verdict
}

/// Types that the cluster's own machinery keeps, and that no person would put into a manager.
const MACHINERY: &[&str] = &["kubernetes.io/service-account-token", "helm.sh/release.v1", "bootstrap.kubernetes.io/token"];

/// Tells the managers that were found, and how many Secrets each namespace keeps.
pub(super) fn secret_manager(view: &View<'_>) -> Verdict {
    let found = software::with_role(view.inventory, &view.tables.software, "secrets");
    let names: BTreeSet<&str> = found.iter().map(|f| f.software.name.as_str()).collect();
    let mut counts: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for secret in view.inventory.secrets.iter().filter(|s| !MACHINERY.contains(&s.r#type.as_str())) {
        *counts.entry(&secret.metadata.namespace).or_default().entry(&secret.r#type).or_default() += 1;
    }
    let mut verdict = Verdict::over("namespace", "namespaces");
    for (namespace, category) in view.namespaces() {
        verdict.saw(category);
        let Some(types) = counts.get(namespace) else { continue };
        let total: usize = types.values().sum();
        let list: Vec<String> = types.iter().map(|(kind, n)| format!("{n} {kind}")).collect();
        verdict.find(
            Finding::new(category, ObjectRef::of_namespace(namespace), "secrets")
                .review()
                .severity(Severity::Info)
                .observed(format!("{total}: {}", list.join(", ")))
                .message("Secrets that are kept in the cluster; somebody must tell which of them a secret manager feeds."),
        );
    }
    verdict.because(if names.is_empty() {
        "No part of a known secret manager runs in this cluster.".to_owned()
    } else {
        format!("Parts of secret managers that run in this cluster: {}.", names.into_iter().collect::<Vec<_>>().join(", "))
    });
    // Without a manager and without Secrets it is open where credentials live; that is no pass.
    if found.is_empty() && !view.namespaces().iter().any(|(name, category)| category.in_scope() && counts.contains_key(name)) {
        verdict.decide(crate::model::Outcome::Review);
    }
    verdict
}

/// Tells containers that get Secrets as environment variables.
pub(super) fn secret_env(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("workload", "workloads");
    for (workload, category) in view.workloads() {
        verdict.saw(category);
        for (spec, pods) in view.specs(workload) {
            for (role, container) in spec.all_containers() {
                let single = container.env.iter().filter_map(|v| v.value_from.as_ref()?.secret_key_ref.as_ref()).map(|r| r.name.as_str());
                let whole = container.env_from.iter().filter_map(|e| e.secret_ref.as_ref()).map(|r| r.name.as_str());
                let names: BTreeSet<&str> = single.chain(whole).collect();
                if !names.is_empty() {
                    let list: Vec<&str> = names.into_iter().collect();
                    verdict.find(
                        view.finding(workload.object.clone(), format!("{}.{}.env", workload.spec_path(), container.path(role)))
                            .review()
                            .severity(Severity::Low)
                            .pods(pods)
                            .observed(format!("from Secrets {}", list.join(", ")))
                            .message("Every process of the container sees these secrets in its environment."),
                    );
                }
            }
        }
    }
    verdict
}

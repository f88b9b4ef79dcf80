//! How Secrets are kept and handed out: encrypted or not, in a manager or in the cluster, as variables or as files.

use crate::analysis::control_plane::counted::{PLAIN, Storage};
use crate::analysis::control_plane::{self, Setting};
use crate::analysis::described::Topic;
use crate::analysis::flags::{CommandLine, Component};
use crate::analysis::{distribution, reencryption, software};
use crate::judging::unseen::{blind_nodes, tell_sources, unseen};
use crate::judging::{Verdict, View, described};
use crate::kinds::imported::Describer;
use crate::model::{Finding, ObjectRef, Outcome, Severity, Weight};
use std::collections::{BTreeMap, BTreeSet};

/// Judges whether the API servers encrypt Secrets.
pub(super) fn encryption_at_rest(view: &View<'_>) -> Verdict {
    let all = control_plane::command_lines(view.inventory);
    let servers: Vec<&CommandLine> = all.iter().filter(|l| l.component == Component::ApiServer).collect();
    let storage = Storage::of_secrets(view.inventory);
    if servers.is_empty() {
        return by_counters(view, &storage);
    }
    let mut verdict = Verdict::over("API server", "API servers");
    verdict.find_all(stored(view, &storage));
    let mut named = vec![];
    for line in &servers {
        verdict.saw(view.cluster_wide());
        // K3s encrypts by a switch of its own and then writes the configuration itself.
        let own = all.iter().find(|l| l.component == Component::Server && l.object == line.object);
        if own.and_then(|l| l.boolean("secrets-encryption", None)) == Some(true) {
            continue;
        }
        let finding = configured(view, line, &storage);
        match finding.rule.as_deref() {
            Some("file") => named.push(finding),
            _ => verdict.find(finding),
        }
    }
    if !named.is_empty() && !described::in_use(view, Topic::Encryption, Describer::Encryption, &mut verdict) {
        verdict.find_all(named);
    }
    let lines: Vec<CommandLine> = servers.into_iter().cloned().collect();
    verdict.find_all(blind_nodes(view, &lines, "The API server of this control-plane node shows no flags."));
    tell_sources(view, Setting::Encryption, &mut verdict, &lines);
    reencryption::words(view.inventory).into_iter().for_each(|words| verdict.note(words));
    verdict
}

/// The judgement where no flags show: by what is attached, and by what API servers counted.
fn by_counters(view: &View<'_>, storage: &Storage) -> Verdict {
    let mut verdict = unseen(view, Setting::Encryption);
    let stored = stored(view, storage);
    reencryption::words(view.inventory).into_iter().for_each(|words| verdict.note(words));
    if storage.encrypts() {
        verdict.note(format!(
            "Since their start the API servers that answered wrote Secrets with {}. Whether all that lie in the database are encrypted is not shown.",
            storage.written_words()
        ));
    }
    if stored.is_empty() {
        return verdict;
    }
    verdict.saw(view.cluster_wide());
    let fails = stored.iter().any(|finding| finding.weight == Weight::Fail);
    verdict.find_all(stored);
    if fails {
        verdict.decide(Outcome::Fail);
    }
    verdict
}

/// What one API server's flags say of encryption.
fn configured(view: &View<'_>, line: &CommandLine, storage: &Storage) -> Finding {
    let finding = Finding::new(view.cluster_wide(), line.object.clone(), line.field("encryption-provider-config"));
    let written = if storage.encrypts() { format!("; Secrets were written with {}", storage.written_words()) } else { String::new() };
    match line.value("encryption-provider-config").filter(|file| !file.is_empty()) {
        Some(file) => finding.rule("file").review().severity(Severity::Low).observed(format!("{file}{written}")).message(
            "Encryption is configured by this file on the node; that it encrypts Secrets, and with which key, must be shown: attach it.",
        ),
        None if line.is_set("encryption-provider-config") => {
            finding.rule("file").review().severity(Severity::Low).observed(format!("set{written}")).message("The file that is named must be shown.")
        }
        None if storage.encrypts() => finding
            .rule("disagreement")
            .review()
            .severity(Severity::Medium)
            .observed(format!("not set{written}"))
            .message("No flag names a configuration here, and yet an API server wrote Secrets encrypted: find out which server does, and whether all do."),
        None if distribution::is_managed(&view.cluster().distribution) => finding
            .rule("off")
            .review()
            .severity(Severity::Medium)
            .observed("not set")
            .message(format!(
                "This API server hands Secrets to the database unencrypted. What the provider encrypts beneath it is not shown: {}",
                control_plane::unseen(view.inventory, Setting::Encryption)
            )),
        None => finding
            .rule("off")
            .severity(Severity::High)
            .observed("not set")
            .message("This API server writes Secrets to the database unencrypted."),
    }
}

/// What API servers counted that speaks against encryption: Secrets that were written as they are, or that lay so when they were read.
fn stored(view: &View<'_>, storage: &Storage) -> Vec<Finding> {
    let server = &view.cluster().server;
    let object = ObjectRef::new("", "Cluster", "", if server.is_empty() { "API server" } else { server });
    let finding = |what: &str, count: u64| {
        let field = format!("metrics[apiserver_storage_transformation_operations_total,{what}]");
        Finding::new(view.cluster_wide(), object.clone(), field).observed(format!("{PLAIN}: {count} times"))
    };
    let written = storage.written.get(PLAIN).map(|count| {
        finding("to_storage", *count).rule("written_plain").severity(Severity::High).message(
            "Since its start an API server wrote Secrets to the database unencrypted: in its configuration the provider identity comes first, or comes first for Secrets.",
        )
    });
    let read = storage.read.get(PLAIN).map(|count| {
        finding("from_storage", *count)
            .rule("read_plain")
            .review()
            .severity(Severity::Medium)
            .message("Since its start an API server read Secrets that lay in the database unencrypted: what was written before encryption began stays as it is until it is written anew.")
            .mend("Write all Secrets anew (kubectl get secrets -A -o json | kubectl replace -f -, or a StorageVersionMigration), then look at the counter again.")
    });
    written.into_iter().chain(read).collect()
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
        verdict.decide(Outcome::Review);
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

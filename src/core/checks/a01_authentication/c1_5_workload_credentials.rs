//! Control 1.5: workloads get no credential by themselves. Whether a token is mounted follows from the pod, then its ServiceAccount, then
//! the default, which is yes; whether it is needed, from what the ServiceAccount may do.

use crate::analysis::rbac::{Rbac, Subject, SubjectKind, escalation::Found};
use crate::judging::{Check, Need, Verdict, View, described, rights};
use crate::kinds::imported::About;
use crate::kinds::pod::VolumeMount;
use crate::kinds::{ContainerRole, PodSpec};
use crate::model::{Category, Finding, Kind, ObjectRef, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// The checks of control 1.5, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "1.5/automount",
        title: "API tokens mounted into workloads",
        severity: Severity::Medium,
        practices: &["1.5.a"],
        // What the account may do decides only between failing and asking, so it is no need: unread rights ask.
        needs: &[Need::Workloads, Need::List(Kind::ServiceAccounts)],
        active: false,
        why: "Unless somebody says no, every container finds a token for the Kubernetes API in its file system. Whoever breaks into the container \
          holds it, and with it every right that its ServiceAccount has now or is given later.",
        mend: "Set automountServiceAccountToken: false in the pod template, or in the ServiceAccount for all of its pods; set it to true only where \
           the program calls the API.",
        blind_spots: "Whether a program really calls the API can't be seen; only whether its ServiceAccount may do more than every account. Tokens \
                      that a pod mounts by a volume of its own are meant and not reported here. Rights from a cloud's IAM don't show.",
        judge: automount,
    },
    Check {
        id: "1.5/default-account-automount",
        title: "Namespaces whose default ServiceAccount mounts tokens",
        severity: Severity::Low,
        practices: &["1.5.a"],
        needs: &[Need::List(Kind::ServiceAccounts)],
        active: false,
        why: "A pod that names no account runs as the namespace's account default. As long as that account does not say no, every such pod gets a \
              token that nobody decided to give it.",
        mend: "Set automountServiceAccountToken: false on the ServiceAccount default of the namespace.",
        blind_spots: "Whether pods run as this account today is the check 1.5/default-account-used.",
        judge: default_account_automount,
    },
    Check {
        id: "1.5/default-account-used",
        title: "Workloads that run as the default ServiceAccount with a token",
        severity: Severity::Medium,
        practices: &["1.5.a"],
        needs: &[Need::Workloads, Need::List(Kind::ServiceAccounts)],
        active: false,
        why: "All pods that name no account share the account default. A right given to one of them is given to all, and the audit log can't tell \
              them apart.",
        mend: "Give the workload a ServiceAccount of its own (serviceAccountName), and automountServiceAccountToken: false if it does not call the \
               API.",
        blind_spots: "Whether the program uses the token can't be seen.",
        judge: default_account_used,
    },
    Check {
        id: "1.5/default-account-rights",
        title: "Rights of default accounts and of all accounts together",
        severity: Severity::High,
        practices: &["1.5.b"],
        needs: &[Need::Rights],
        active: false,
        why: "A right that is bound to the account default, to all ServiceAccounts or to everybody who has logged in reaches programs and people \
              that nobody thought of, those that are added tomorrow included.",
        mend: "Bind the role to the one ServiceAccount or group that needs it, and delete this binding.",
        blind_spots: "What Kubernetes itself gives to everybody (discovery, the review of one's own rights) is left out as long as it is unchanged.",
        judge: default_account_rights,
    },
    Check {
        id: "1.5/account-rights",
        title: "What the ServiceAccounts of workloads may do",
        severity: Severity::High,
        practices: &["1.5.b"],
        needs: &[Need::Workloads, Need::Rights],
        active: false,
        why: "Whoever breaks into a workload holds the rights of its ServiceAccount. If these lead to administration, one weak program is enough to \
              lose the cluster.",
        mend: "Reduce the role to what the program calls, limit it to its namespace and by resourceNames, or run the program apart from account data.",
        blind_spots: "Rights from a cloud's IAM (IRSA, Workload Identity) don't show, nor whether the program uses what it may.",
        judge: account_rights,
    },
];

/// Where tokens are mounted. Admission leaves a container alone in which something else is mounted at exactly this path.
const TOKEN_PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Whether something other than the token that admission adds is mounted at the token's path, in every container.
fn is_filled(spec: &PodSpec) -> bool {
    let other = |mount: &VolumeMount| mount.mount_path == TOKEN_PATH && mount.name != "kube-api-access";
    let mut containers = spec.all_containers().filter(|(role, _)| *role != ContainerRole::Ephemeral).peekable();
    containers.peek().is_some() && containers.all(|(_, container)| container.volume_mounts.iter().any(other))
}

/// Whether a pod's own volumes bring a token to the place where programs look for it.
fn asks_itself(spec: &PodSpec) -> Option<String> {
    let tokens = spec.volumes.iter().filter(|volume| volume.name != "kube-api-access" && !volume.token_seconds.is_empty());
    let mounted = |name: &str| {
        let all = spec.all_containers().flat_map(|(_, container)| container.volume_mounts.iter());
        all.into_iter().any(|mount| mount.name == name && mount.mount_path.trim_end_matches('/') == TOKEN_PATH)
    };
    tokens.into_iter().find(|volume| mounted(&volume.name)).map(|volume| format!("a token by volume {}", volume.name))
}

/// Whether a token is mounted, and what says so.
fn mounts(view: &View<'_>, namespace: &str, spec: &PodSpec) -> Option<String> {
    if is_filled(spec) {
        return None;
    }
    match spec.automount_service_account_token {
        Some(true) => Some("true".to_owned()),
        Some(false) => None,
        None => match view.inventory.service_account(namespace, spec.account()).and_then(|a| a.automount_service_account_token) {
            Some(true) => Some("not set; the ServiceAccount says true".to_owned()),
            Some(false) => None,
            None => Some("not set; the default is true".to_owned()),
        },
    }
}

/// The rules that reach a ServiceAccount beyond what Kubernetes gives every account, in words.
fn own_rights(rbac: &Rbac<'_>, account: &Subject) -> Vec<String> {
    let mut rights: Vec<String> = rbac
        .bindings_reaching(account)
        .filter(|bound| {
            (bound.is_admin() || !bound.rules.is_empty()) && !(bound.subjects.iter().any(Subject::is_crowd) && rbac.is_stock(bound))
        })
        .map(|bound| format!("{} {}", bound.role_words(), bound.place()))
        .collect();
    rights.sort();
    rights.dedup();
    rights
}

fn automount(view: &View<'_>) -> Verdict {
    let rbac = view.rbac();
    let mut known: BTreeMap<Subject, Vec<String>> = BTreeMap::new();
    let mut verdict = Verdict::over("workload", "workloads");
    for (workload, category) in view.workloads() {
        verdict.saw(category);
        for (spec, pods) in view.specs(workload) {
            let Some(said) = mounts(view, &workload.object.namespace, spec) else { continue };
            let account = Subject::account(&workload.object.namespace, spec.account());
            let rights = known.entry(account.clone()).or_insert_with(|| own_rights(rbac, &account));
            let finding = view
                .finding(workload.object.clone(), format!("{}.automountServiceAccountToken", workload.spec_path()))
                .pods(pods)
                .observed(format!("{said}; runs as {account}"));
            verdict.find(if rights.is_empty() && rbac.complete {
                finding.message(
                    "A token is mounted, and its ServiceAccount may do nothing beyond what every account may: nobody needs it there.",
                )
            } else if rights.is_empty() {
                finding
                    .review()
                    .message("A token is mounted; roles and bindings were not all read, so whether anything needs it can't be told.")
            } else {
                finding.severity(Severity::Low).review().message(format!(
                    "A token is mounted that gives {}; confirm that the program calls the API and needs all of it.",
                    shorten(rights)
                ))
            });
        }
    }
    described::note(view, &mut verdict, About::WorkloadIdentity, "Identities of their own for workloads at the provider");
    verdict
}

/// The first few of a list in words.
fn shorten(list: &[String]) -> String {
    match list {
        [first, second, third, rest @ ..] if !rest.is_empty() => format!("{first}, {second}, {third} and {} more", rest.len()),
        list => list.join(", "),
    }
}

fn default_account_automount(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("default ServiceAccount", "default ServiceAccounts");
    for account in view.inventory.service_accounts.iter().filter(|a| a.metadata.name == "default") {
        let namespace = &account.metadata.namespace;
        verdict.saw(view.category(namespace));
        if account.automount_service_account_token != Some(false) {
            let said = account.automount_service_account_token.map_or("not set (default true)", |_| "true");
            verdict.find(
                view.finding(ObjectRef::new("", "ServiceAccount", namespace, "default"), "automountServiceAccountToken")
                    .severity(Severity::Low)
                    .observed(said)
                    .message("Every pod of this namespace that names no account, and does not say no itself, gets a token."),
            );
        }
    }
    // The controller makes the account where it is missing, and one that it makes does not say no.
    for (namespace, category) in view.namespaces() {
        if category != Category::Platform && view.inventory.service_account(namespace, "default").is_none() {
            verdict.saw(category);
            verdict.find(
                Finding::new(category, ObjectRef::new("", "ServiceAccount", namespace, "default"), "automountServiceAccountToken")
                    .severity(Severity::Low)
                    .review()
                    .observed("not read")
                    .message("The account default of this namespace was not read; one that Kubernetes makes by itself mounts tokens."),
            );
        }
    }
    verdict
}

fn default_account_used(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("workload", "workloads");
    for (workload, category) in view.workloads() {
        verdict.saw(category);
        for (spec, pods) in view.specs(workload).filter(|(spec, _)| spec.account() == "default") {
            let mounted = mounts(view, &workload.object.namespace, spec).map(|said| format!("automountServiceAccountToken: {said}"));
            if let Some(said) = mounted.or_else(|| asks_itself(spec)) {
                verdict.find(
                    view.finding(workload.object.clone(), format!("{}.serviceAccountName", workload.spec_path()))
                        .pods(pods)
                        .observed(format!("default; {said}"))
                        .message(
                            "It runs as the account that all nameless pods of the namespace share, with that account's token mounted.",
                        ),
                );
            }
        }
    }
    verdict
}

fn default_account_rights(view: &View<'_>) -> Verdict {
    let rbac = view.rbac();
    let mut verdict = Verdict::over("binding", "bindings");
    for bound in rbac.bindings() {
        verdict.saw(rights::category(view, bound));
        // Rights of strangers are the matter of control 1.1.
        let shared = |s: &&Subject| (s.is_crowd() && !s.is_stranger()) || (s.kind == SubjectKind::ServiceAccount && s.name == "default");
        let found: Vec<&Subject> = bound.subjects.iter().filter(shared).collect();
        if found.is_empty() || rbac.is_stock(bound) {
            continue;
        }
        let leads = !rbac.paths_of(bound).is_empty();
        for subject in found {
            let who = match subject.kind {
                SubjectKind::ServiceAccount => format!("every pod of namespace {} that names no account", subject.namespace),
                _ if subject.name == "system:authenticated" => "everybody who has logged in, every program included".to_owned(),
                _ => format!(
                    "every program of {}",
                    subject.name.strip_prefix("system:serviceaccounts:").map_or("the cluster".to_owned(), |n| format!("namespace {n}"))
                ),
            };
            verdict.find(
                rights::finding(view, bound, rights::subject_field(subject))
                    .severity(if leads { Severity::Critical } else { Severity::Medium })
                    .message(format!("The binding gives {} {} to {who}.", bound.role_words(), bound.place())),
            );
        }
    }
    verdict
}

fn account_rights(view: &View<'_>) -> Verdict {
    let rbac = view.rbac();
    let mut accounts: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (workload, _) in view.workloads() {
        accounts.extend(view.specs(workload).map(|(spec, _)| (workload.object.namespace.as_str(), spec.account())));
    }
    let mut verdict = Verdict::over("ServiceAccount of a workload", "ServiceAccounts of workloads");
    for (namespace, name) in accounts {
        let account = Subject::account(namespace, name);
        verdict.saw(view.category(namespace));
        let held = own_rights(rbac, &account);
        if held.is_empty() {
            continue;
        }
        let names = account.with_groups();
        let mut paths: BTreeSet<&str> = BTreeSet::new();
        for bound in rbac.bindings_reaching(&account) {
            let effective = |f: &Found| f.is_open() && f.holders(bound).iter().any(|holder| names.contains(holder));
            paths.extend(rbac.surplus(bound).into_iter().filter(effective).map(|f| f.path.id));
        }
        let finding = view.finding(ObjectRef::new("", "ServiceAccount", namespace, name), "metadata.name").observed(held.join("; "));
        let paths: Vec<&str> = paths.into_iter().collect();
        verdict.find(if rbac.is_admin(&account) {
            finding.severity(Severity::Critical).message("Whoever breaks into a workload of this account may do everything in the cluster.")
        } else if !paths.is_empty() {
            finding.severity(Severity::High).message(format!(
                "Whoever breaks into a workload of this account can gain further rights: {} (told one by one under 2.1/escalation).",
                paths.join(", ")
            ))
        } else {
            finding.severity(Severity::Info).review().message("Confirm that the workloads of this account need these rights.")
        });
    }
    verdict
}

//! Control 1.5: workloads get no credential by themselves. Whether a token is mounted follows from the pod, then its ServiceAccount, then
//! the default, which is yes; whether it is needed, from what the ServiceAccount may do.

use crate::analysis::rbac::{Rbac, Subject};
use crate::checks::{Check, Need, Verdict, View};
use crate::kinds::PodSpec;
use crate::model::{Kind, Severity};

/// The checks of control 1.5, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[Check {
    id: "1.5/automount",
    title: "API tokens mounted into workloads",
    severity: Severity::Medium,
    practices: &["1.5.a"],
    needs: &[Need::Workloads, Need::List(Kind::ServiceAccounts), Need::Rights],
    active: false,
    why: "Unless somebody says no, every container finds a token for the Kubernetes API in its file system. Whoever breaks into the container \
          holds it, and with it every right that its ServiceAccount has now or is given later.",
    mend: "Set automountServiceAccountToken: false in the pod template, or in the ServiceAccount for all of its pods; set it to true only where \
           the program calls the API.",
    blind_spots: "Whether a program really calls the API can't be seen; only whether its ServiceAccount may do more than every account. Tokens that \
                  a pod mounts by a volume of its own are meant and not told here. Rights from a cloud's IAM don't show.",
    judge: automount,
}];

/// Whether a token is mounted, and what says so.
fn mounts(view: &View<'_>, namespace: &str, spec: &PodSpec) -> Option<String> {
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
    let mut verdict = Verdict::over("workload", "workloads");
    for (workload, category) in view.workloads() {
        verdict.saw(category);
        for (spec, pods) in view.specs(workload) {
            let Some(said) = mounts(view, &workload.object.namespace, spec) else { continue };
            let account = Subject::account(&workload.object.namespace, spec.account());
            let rights = own_rights(rbac, &account);
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
                    shorten(&rights)
                ))
            });
        }
    }
    verdict
}

/// The first few of a list in words.
fn shorten(list: &[String]) -> String {
    match list {
        [first, second, third, rest @ ..] if !rest.is_empty() => format!("{first}, {second}, {third} and {} more", rest.len()),
        list => list.join(", "),
    }
}

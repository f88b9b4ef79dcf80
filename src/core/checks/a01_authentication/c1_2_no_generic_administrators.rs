//! Control 1.2: administrators are persons. Who may do everything is found in the bindings; whether a name is generic, in its words.

use crate::analysis::distribution;
use crate::analysis::rbac::{Bound, Subject, SubjectKind, stock, subjects};
use crate::judging::{Check, Need, Verdict, View, described, identity, rights};
use crate::kinds::imported::{About, Describer, Said};
use crate::model::{Finding, Kind, ObjectRef, Severity};
use std::collections::BTreeSet;

/// The checks of control 1.2, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "1.2/generic-admins",
        title: "Administrators with generic names",
        severity: Severity::High,
        practices: &["1.2.a"],
        needs: &[Need::Rights],
        active: false,
        why: "An account called admin or ops belongs to everyone and to no one: its credential is shared, outlives whoever leaves, and every line \
          of the audit log under that name is a guess.",
        mend: "Give administrator rights to a group of the identity provider with personal members, and remove the generic user from the binding.",
        blind_spots: "Members of groups don't show in the cluster, nor who holds a credential with a personal name. Rights from cloud IAM (EKS access \
                  policies, Cloud IAM, Azure roles) are not RBAC objects.",
        judge: generic_admins,
    },
    Check {
        id: "1.2/own-credential",
        title: "The credential of this assessment is a generic administrator",
        severity: Severity::Medium,
        practices: &["1.2.a"],
        needs: &[Need::Identity],
        active: false,
        why: "The credential at hand is a sample of how people administer this cluster. If it is the installer's, that one is in daily use.",
        mend: "Give the person who assesses a personal login and a read-only role (kassay rbac prints one), and put the administrator's \
               credential into a vault.",
        blind_spots: "It shows one credential. A name that looks personal can be shared all the same.",
        judge: own_credential,
    },
    Check {
        id: "1.2/human-service-accounts",
        title: "Administrator ServiceAccounts that no pod uses",
        severity: Severity::Medium,
        practices: &["1.2.a"],
        needs: &[Need::Rights, Need::List(Kind::ServiceAccounts), Need::List(Kind::Secrets), Need::Workloads],
        active: false,
        why: "A ServiceAccount with every right, a token that never expires and no pod is most likely the login of people or of a pipeline: a \
              generic administrator without a name on it.",
        mend: "Find out who holds the token; give people a personal login and the pipeline a federated identity with the rights it needs, then delete \
               the account.",
        blind_spots: "Which account a token Secret belongs to is recognised by its name and by the account's list of Secrets; Secrets are listed \
                      without their annotations. Tokens made on request leave nothing behind.",
        judge: human_service_accounts,
    },
];

fn generic_admins(view: &View<'_>) -> Verdict {
    let rbac = view.rbac();
    let mut verdict = Verdict::over("binding that makes administrators", "bindings that make administrators");
    let local_accounts = described::agreed(view, Describer::AksCluster, About::LocalAccounts);
    let none_local = matches!(local_accounts, Some((Said::No, _))) && view.cluster().distribution == "aks";
    if let Some((_, files)) = local_accounts.filter(|_| none_local) {
        verdict.note(format!(
            "Local accounts are off, as {files} says, so nobody is given the credential of a user whom AKS makes administrator."
        ));
    }
    for bound in rbac.bindings().iter().filter(|b| b.cluster && !b.subjects.is_empty()) {
        // Several bindings may make an administrator together; each of those that take part is told.
        let admins: Vec<&Subject> = bound
            .subjects
            .iter()
            .filter(|s| bound.is_admin_everywhere() || (s.kind != SubjectKind::ServiceAccount && takes_part(bound) && rbac.is_admin(s)))
            .collect();
        if admins.is_empty() {
            continue;
        }
        verdict.saw(rights::category(view, bound));
        // The group system:masters and bindings to it are the matter of control 2.2.
        let named = |s: &&Subject| s.kind != SubjectKind::ServiceAccount && s.name != subjects::MASTERS;
        for subject in admins.into_iter().filter(named) {
            if none_local && bound.provided.is_some() && subject.kind == SubjectKind::User {
                continue;
            }
            let finding = rights::finding(view, bound, rights::subject_field(subject));
            verdict.find(match bound.provided {
                Some(_) => provided(finding, subject, &view.cluster().distribution),
                _ => judge_admin(finding, subject, stock::has_stock_shape(bound)),
            });
        }
    }
    verdict
}

fn own_credential(view: &View<'_>) -> Verdict {
    let cluster = view.cluster();
    let mut verdict = Verdict::over("login", "logins");
    verdict.saw(view.cluster_wide());
    let Some(caller) = &cluster.identity else { return identity::unknown() };
    let name = caller.name.as_str();
    let finding = |field: &str| Finding::new(view.cluster_wide(), identity::object(caller), field);
    if Subject::user(name).kind == SubjectKind::User && is_generic(name) {
        verdict.find(
            finding("name")
                .severity(Severity::Medium)
                .observed(name)
                .message("This login has a name that is no person's: what it did can't be traced to whoever used it."),
        );
    }
    for group in caller.groups.iter().filter(|g| matches!(g.as_str(), subjects::MASTERS | "kubeadm:cluster-admins")) {
        verdict.find(
            finding(&format!("groups[{group}]"))
                .severity(Severity::Medium)
                .observed(group.as_str())
                .message("This login is in the group of the installer's administrator: that credential, made for emergencies, is in use."),
        );
    }
    if verdict.outcome() == crate::model::Outcome::Pass {
        verdict.because(format!("This assessment runs as {name}, which is neither a generic name nor in the installer's groups."));
    }
    verdict
}

fn human_service_accounts(view: &View<'_>) -> Verdict {
    let (rbac, inventory) = (view.rbac(), view.inventory);
    let mut used: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (workload, _) in view.workloads() {
        let namespace = subjects::in_namespace(&workload.object.namespace);
        used.extend(view.specs(workload).map(|(spec, _)| (namespace, spec.account())));
    }
    let mut verdict = Verdict::over("ServiceAccount", "ServiceAccounts");
    for account in &inventory.service_accounts {
        let (namespace, name) = (account.metadata.namespace.as_str(), account.metadata.name.as_str());
        verdict.saw(view.category(namespace));
        if used.contains(&(subjects::in_namespace(namespace), name)) || !rbac.is_admin(&Subject::account(namespace, name)) {
            continue;
        }
        let tokens: Vec<&str> = inventory
            .secrets
            .iter()
            .filter(|s| s.metadata.namespace == namespace && s.r#type == "kubernetes.io/service-account-token")
            .map(|s| s.metadata.name.as_str())
            .filter(|secret| {
                account.secrets.iter().any(|s| s.name == *secret) || *secret == name || secret.starts_with(&format!("{name}-"))
            })
            .collect();
        if tokens.is_empty() {
            continue;
        }
        verdict.find(
            view.finding(ObjectRef::new("", "ServiceAccount", namespace, name), "metadata.name")
                .severity(Severity::High)
                .review()
                .observed(format!("token in Secret {}; no pod runs as it", tokens.join(", ")))
                .message("The account may do everything in the cluster, has a token without an end, and no pod uses it: probably people or a pipeline do."),
        );
    }
    verdict
}

/// An administrator whom the distribution makes: nobody here can take the binding away for good, so what matters is who gets the credential,
/// which the cluster does not show. A generic name weighs more, because it is one that people are given.
fn provided(finding: Finding, subject: &Subject, distribution: &str) -> Finding {
    let severity = if is_generic(&subject.name) { Severity::Medium } else { Severity::Low };
    let finding = finding.severity(severity).review().message(format!(
        "{} makes this binding: whoever gets the credential of {subject} is administrator, and no name says who that was.",
        distribution::title(distribution)
    ));
    if distribution == "aks" {
        finding.mend(
            "Show that local accounts are disabled (az aks update --disable-local-accounts; attach what “az aks show” prints), so that nobody is given this credential, and that \
             people log in by Entra ID; the binding itself stays, because AKS puts it back.",
        )
    } else {
        finding.mend("Keep that credential in a vault for emergencies, and show who took it out and when; people need a personal login.")
    }
}

fn judge_admin(finding: Finding, subject: &Subject, stock: bool) -> Finding {
    if subject.kind == SubjectKind::User && is_generic(&subject.name) {
        finding.severity(Severity::High).message(format!(
            "{subject} may do everything in the cluster, and its name is no person's: those who share its credential can't be told apart."
        ))
    } else if stock {
        finding
            .severity(Severity::Low)
            .review()
            .message(format!(
                "kubeadm puts the user kubernetes-admin of admin.conf into {subject}: whoever has that file is administrator under a generic name."
            ))
            .mend("Keep admin.conf in a vault for emergencies, give each administrator a personal login, and delete this binding once that works.")
    } else if subject.name.starts_with("system:") {
        finding.severity(Severity::High).message(format!(
            "{subject} is a name of Kubernetes' own that stands for many callers, and it may do everything in the cluster."
        ))
    } else {
        finding.severity(Severity::Medium).review().message(format!(
            "{subject} may do everything in the cluster; confirm that it is one person, or a group with personal members only."
        ))
    }
}

/// Whether a binding gives a share of everything: a rule on all resources of all groups.
fn takes_part(bound: &Bound<'_>) -> bool {
    bound.rules.iter().any(|rule| rule.api_groups.iter().any(|g| g == "*") && rule.resources.iter().any(|r| r == "*"))
}

/// Words that name a function and not a person; a name made of nothing else is generic.
const GENERIC: &str = "admin admins administrator administrators adm sysadmin superadmin superuser super root master masters \
                       masterclient kubernetes kube kubeadmin kubeadm k8s k3s cluster clusteradmin clusteruser system ops devops sre \
                       operator operators operations support helpdesk service svc default test tester testuser demo dev developer \
                       developers user users guest temp tmp shared common generic team platform infra infrastructure it ci cd cicd \
                       deploy deployer deployment jenkins gitlab automation bot emergency breakglass break glass readonly api client \
                       me owner manager prod production staging";

/// A word in lower case without a short number behind it: `admin2` is another admin. A longer number tells one person from another.
fn without_number(word: &str) -> String {
    let bare = word.trim_end_matches(|c: char| c.is_ascii_digit());
    if !bare.is_empty() && word.len() - bare.len() <= 2 { bare.to_lowercase() } else { word.to_lowercase() }
}

/// Whether a user name says only what it is for. The prefix of an identity provider (`oidc:`) and a mail domain say nothing of the person.
fn is_generic(name: &str) -> bool {
    let local = name.rsplit_once('@').map_or(name, |(local, _)| local);
    let local = match local.rsplit_once([':', '#', '/', '\\']) {
        Some((_, rest)) if !rest.is_empty() => rest,
        _ => local,
    };
    let mut words = local.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(without_number).peekable();
    words.peek().is_some() && words.all(|word| GENERIC.split_whitespace().any(|known| known == word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_functions_are_generic_and_names_of_people_are_not() {
        for name in [
            "kubernetes-admin",
            "kubernetes-super-admin",
            "admin",
            "Administrator",
            "root",
            "cluster-admin",
            "ops",
            "devops",
            "system:admin",
            "default",
            "test",
            "admin2",
            "oidc:admin",
            "admin@acme.example",
            "kube:admin",
            "clusterAdmin",
            "k8s_ops",
            "masterclient",
        ] {
            assert!(is_generic(name), "{name}");
        }
        for name in [
            "jane",
            "jane-admin",
            "oidc:jane.doe@acme.example",
            "platform-team-jo",
            "u-417",
            "arn:aws:iam::1:user/jane",
            "admin-jdoe",
            "4711",
            "platform-0417@acme.example",
            "user8841",
            "",
        ] {
            assert!(!is_generic(name), "{name}");
        }
    }
}

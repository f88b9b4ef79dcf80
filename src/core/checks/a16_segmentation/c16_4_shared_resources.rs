//! Control 16.4: its automated checks. Whose rights cross from one application or scope category to another.
//!
//! Judged are ServiceAccounts, which belong to a namespace and so to an application and a category, and the groups of them. Of people and their
//! groups no object says to which application they belong; the access register and the question 16.4.owners are for these.

use crate::analysis::rbac::{Bound, Subject, SubjectKind, subjects};
use crate::judging::{Check, Need, Verdict, View};
use crate::kinds::rbac::PolicyRule;
use crate::model::{Category, Finding, Kind, Severity};
use std::collections::BTreeSet;

/// The checks of control 16.4, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "16.4/shared-resource-rights",
        title: "Applications that may change what they share with others",
        severity: Severity::High,
        practices: &["16.4.a"],
        needs: &[Need::Rights, Need::List(Kind::Namespaces)],
        active: false,
        why: "What applications share (objects of the whole cluster, the platform's namespaces, DNS, each other's namespaces) holds the borders between \
              them. Whoever may change it from inside one application may take these borders down for all.",
        mend: "Bind the account by a RoleBinding in its own namespace; where an operator must serve several namespaces, move it to a platform namespace \
               of its own, list exactly what it changes, and treat it as in scope.",
        blind_spots: "Only ServiceAccounts and their groups are judged: no object says which application a user or group belongs to. The access \
                      register (2.3) lists their rights. What an operator does on somebody's behalf, because its custom resources ask for it, is not a \
                      right and not seen.",
        judge: shared_resource_rights,
    },
    Check {
        id: "16.4/cross-scope-rights",
        title: "Rights of out-of-scope accounts in the cardholder data environment",
        severity: Severity::High,
        practices: &["16.4.a"],
        needs: &[Need::Rights, Need::List(Kind::Namespaces)],
        active: false,
        why: "An account of a namespace that is out of scope and holds any right in the cardholder data environment connects the two: what can read or \
              change it can affect its security, so it is in scope itself.",
        mend: "Take the account out of the binding, or bind it only in namespaces of its own; or take its namespace into scope.",
        blind_spots: "Only ServiceAccounts and their groups are judged: a person's scope stands nowhere in the cluster. Rights that every account has in a \
                      stock cluster (discovery, its own reviews) are left out.",
        judge: cross_scope_rights,
    },
];

/// The accounts and groups of accounts that a binding names, each with the namespace of its members; "" for all accounts of the cluster.
fn accounts<'b>(bound: &'b Bound<'_>) -> impl Iterator<Item = (&'b Subject, &'b str)> {
    bound.subjects.iter().filter_map(|subject| match subject.kind {
        SubjectKind::ServiceAccount => Some((subject, subject.namespace.as_str())),
        // Every account of the cluster is of it.
        SubjectKind::Group if subject.name == subjects::AUTHENTICATED => Some((subject, "")),
        SubjectKind::Group => {
            let rest = subject.name.strip_prefix(subjects::SERVICE_ACCOUNTS)?;
            Some((subject, rest.strip_prefix(':').unwrap_or_default()))
        }
        SubjectKind::User => None,
    })
}

/// Rules of a binding that take effect, of those wanted, in words.
fn words(bound: &Bound<'_>, wanted: impl Fn(&PolicyRule) -> bool) -> Vec<String> {
    let effective = |rule: &&PolicyRule| !rule.resources.is_empty() && wanted(rule);
    let mut words: Vec<String> = bound.rules.iter().copied().filter(effective).map(|rule| rule.words()).collect();
    words.sort();
    words.dedup();
    words
}

fn told(bound: &Bound<'_>, subject: &Subject, category: Category, rights: &[String]) -> Finding {
    let place = if bound.cluster { "everywhere".to_owned() } else { format!("in {}", bound.namespace()) };
    let shown: Vec<&str> = rights.iter().take(6).map(String::as_str).collect();
    let more = if rights.len() > 6 { format!(" and {} more", rights.len() - 6) } else { String::new() };
    Finding::new(category, bound.object(), crate::judging::rights::subject_field(subject)).observed(format!(
        "{subject} may {}{more} {place}, by {}",
        shown.join("; "),
        bound.role_words()
    ))
}

fn shared_resource_rights(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("right of an account of an application", "rights of accounts of applications");
    let rbac = view.rbac();
    for bound in rbac.bindings().iter().filter(|bound| !rbac.is_stock(bound)) {
        for (subject, home) in accounts(bound) {
            let own = if home.is_empty() { view.cluster_wide() } else { view.category(home) };
            if own == Category::Platform {
                continue;
            }
            verdict.saw(own);
            let place = bound.namespace();
            if !bound.cluster && place == home {
                continue;
            }
            let rights = words(bound, |rule| rule.changes() || rule.reads_secrets());
            if rights.is_empty() {
                continue;
            }
            let writes = bound.rules.iter().any(|rule| rule.changes());
            let (rule, what) = match (bound.cluster, view.category(place), writes) {
                (true, _, true) => {
                    ("cluster", "It may change this in every namespace, and objects of the whole cluster: what all applications share.")
                }
                (true, _, false) => ("cluster", "It may read the Secrets of every namespace, and with them act as any application."),
                (false, Category::Platform, true) => {
                    ("platform", "It may change this in a namespace of the platform, on which every application rests.")
                }
                (false, Category::Platform, false) => {
                    ("platform", "It may read Secrets in a namespace of the platform, on which every application rests.")
                }
                (false, _, true) => ("other-application", "It may change this in the namespace of another application."),
                (false, _, false) => ("other-application", "It may read Secrets in the namespace of another application."),
            };
            let severity = if rule == "other-application" && view.category(place) == own { Severity::Medium } else { Severity::High };
            let category = if bound.cluster || view.category(place) == Category::Platform {
                view.cluster_wide()
            } else {
                own.min(view.category(place))
            };
            verdict.find(told(bound, subject, category, &rights).rule(rule).severity(severity).message(what));
        }
    }
    verdict
}

fn cross_scope_rights(view: &View<'_>) -> Verdict {
    let categories: BTreeSet<Category> = view.namespaces().into_iter().map(|(_, category)| category).collect();
    if !categories.contains(&Category::Cde) || !categories.contains(&Category::OutOfScope) {
        return Verdict::not_applicable(
            "Only where namespaces of the cardholder data environment and others that are out of scope share the cluster can rights cross between them.",
        );
    }
    let mut verdict = Verdict::over("binding that reaches the CDE", "bindings that reach the CDE");
    let rbac = view.rbac();
    for bound in rbac.bindings().iter().filter(|bound| !rbac.is_stock(bound)) {
        if !bound.cluster && view.category(bound.namespace()) != Category::Cde {
            continue;
        }
        verdict.saw(Category::Cde);
        let rights = words(bound, |_| true);
        let outside = |home: &str| home.is_empty() || view.category(home) == Category::OutOfScope;
        for (subject, _) in accounts(bound).filter(|(_, home)| !rights.is_empty() && outside(home)) {
            let writes = bound.rules.iter().any(|rule| rule.changes());
            verdict.find(
                told(bound, subject, Category::Cde, &rights)
                    .rule(if writes { "change" } else { "read" })
                    .severity(if writes { Severity::High } else { Severity::Medium })
                    .message("An account that is out of scope holds rights in the cardholder data environment, and so is in scope."),
            );
        }
    }
    verdict
}

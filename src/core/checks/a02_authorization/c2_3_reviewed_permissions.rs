//! Control 2.3: permissions are reviewed. What a review would find first is found here: bindings to what is gone and rights given twice; and
//! the register of all rights is the population from which it samples.

use crate::analysis::rbac::{Bound, Subject, SubjectKind, stock, subjects};
use crate::judging::{Check, Need, Verdict, View, rights};
use crate::kinds::Source;
use crate::model::{Category, Kind, Outcome, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// The four kinds of RBAC, each read to its end: what is missing in a list must not be taken for gone.
const ALL: [Need; 4] =
    [Need::List(Kind::Roles), Need::List(Kind::ClusterRoles), Need::List(Kind::RoleBindings), Need::List(Kind::ClusterRoleBindings)];

/// The checks of control 2.3, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "2.3/stale-bindings",
        title: "Bindings to roles, accounts or namespaces that are gone",
        severity: Severity::Low,
        practices: &["2.3.a"],
        needs: &[ALL[0], ALL[1], ALL[2], ALL[3], Need::List(Kind::ServiceAccounts), Need::List(Kind::Namespaces)],
        active: false,
        why: "A binding to something that was deleted gives its rights to whoever makes a thing of that name again. It also shows that nobody has \
              looked through the bindings since.",
        mend: "Delete the binding, or take the subject that is gone out of it.",
        blind_spots: "Users and groups are kept by the identity provider: whether they still exist, and who is in them, the cluster doesn't know.",
        judge: stale_bindings,
    },
    Check {
        id: "2.3/access-register",
        title: "Who may do what: the register of all rights",
        severity: Severity::Info,
        practices: &["2.3.a"],
        needs: &ALL,
        active: false,
        why: "A review of access needs the whole list of who may do what, or it reviews only what somebody remembered. The register holds every \
              subject with every right, where it holds and which binding gave it.",
        mend: "Export the register (kassay access), sample from it, and record for each sampled right who approved it.",
        blind_spots: "Members of groups and rights from a cloud's IAM are not in it.",
        judge: access_register,
    },
    Check {
        id: "2.3/duplicate-grants",
        title: "Rights that one subject was given more than once",
        severity: Severity::Low,
        practices: &["2.3.a"],
        needs: &[Need::Rights],
        active: false,
        why: "Where one right is given by several bindings, taking one of them away changes nothing: the access that a review withdrew is still \
              there. Such layers grow where rights are added and never removed.",
        mend: "Delete the binding that adds nothing, so that each right has one source.",
        blind_spots: "Rights that come by two groups of the identity provider don't show, nor those that a cloud's IAM gives beside RBAC.",
        judge: duplicate_grants,
    },
];

fn stale_bindings(view: &View<'_>) -> Verdict {
    let inventory = view.inventory;
    let namespaces: BTreeSet<&str> = inventory.namespaces.iter().map(|n| n.metadata.name.as_str()).collect();
    if inventory.source == Source::Files && !namespaces.contains("default") {
        let why = "The files hold no namespace default, so they are no listing of a whole cluster: what they lack may exist all the same.";
        return Verdict::blocked(why, vec!["namespaces: list".to_owned()]);
    }
    let mut verdict = Verdict::over("binding", "bindings");
    for bound in view.rbac().bindings() {
        verdict.saw(rights::category(view, bound));
        // Kubernetes binds accounts of its own before, and whether or not, they exist.
        if stock::has_stock_shape(bound) {
            continue;
        }
        let role = &bound.binding.role_ref.name;
        // Manifests refer to what every cluster has without bringing it.
        let brought =
            inventory.source == Source::Live || !(stock::is_builtin_role(role) || role == "extension-apiserver-authentication-reader");
        if !bound.resolved && brought {
            verdict.find(rights::finding(view, bound, "roleRef").severity(Severity::Low).message(format!(
                "{} does not exist; whoever makes a role of that name decides what these subjects may do.",
                bound.role_words()
            )));
        }
        let leads = bound.is_admin() || !view.rbac().paths_of(bound).is_empty();
        for subject in &bound.subjects {
            let of_accounts = subject.name.strip_prefix(subjects::SERVICE_ACCOUNTS).and_then(|rest| rest.strip_prefix(':'));
            let gone = if subject.kind == SubjectKind::Group {
                match of_accounts.filter(|namespace| !namespaces.contains(namespace)) {
                    Some(namespace) => {
                        format!("Namespace {namespace} does not exist; whoever makes it, and any account in it, holds these rights.")
                    }
                    None => continue,
                }
            } else if subject.kind != SubjectKind::ServiceAccount {
                continue;
            } else if !namespaces.contains(subject.namespace.as_str()) {
                format!("Namespace {} does not exist; whoever makes it and this account in it holds these rights.", subject.namespace)
            } else if inventory.service_account(&subject.namespace, &subject.name).is_none() {
                format!("{subject} does not exist; whoever may make it, or a pod that names it, holds these rights.")
            } else {
                continue;
            };
            verdict.find(
                rights::finding(view, bound, rights::subject_field(subject))
                    .severity(if leads { Severity::Medium } else { Severity::Low })
                    .message(gone),
            );
        }
    }
    verdict
}

fn access_register(view: &View<'_>) -> Verdict {
    let rbac = view.rbac();
    let mut verdict = Verdict::over("subject", "subjects");
    let mut counts: BTreeMap<SubjectKind, usize> = BTreeMap::new();
    let mut reach: BTreeMap<Category, BTreeSet<&Subject>> = BTreeMap::new();
    let mut rows = 0_usize;
    if rbac.subjects().next().is_none() {
        return Verdict::not_applicable("No binding names any subject, so there is no right to review.");
    }
    for subject in rbac.subjects() {
        let mut own: BTreeSet<Category> = BTreeSet::new();
        for bound in rbac.bindings_of(subject) {
            own.insert(rights::subject_category(view, bound, subject));
            rows += bound.rules.len();
        }
        *counts.entry(subject.kind).or_default() += 1;
        verdict.saw(own.iter().next().copied().unwrap_or(Category::Platform));
        for category in own {
            reach.entry(category).or_default().insert(subject);
        }
    }
    let count = |kind| counts.get(&kind).copied().unwrap_or_default();
    let places: Vec<String> = reach.iter().map(|(category, subjects)| format!("{} {}", subjects.len(), category.id())).collect();
    verdict.because(format!(
        "{rows} rights of {} users, {} groups and {} ServiceAccounts; subjects by the category that their rights reach: {}. Export the register to review it.",
        count(SubjectKind::User),
        count(SubjectKind::Group),
        count(SubjectKind::ServiceAccount),
        if places.is_empty() { "none".to_owned() } else { places.join(", ") }
    ));
    verdict.decide(Outcome::Review);
    verdict
}

fn duplicate_grants(view: &View<'_>) -> Verdict {
    let rbac = view.rbac();
    let mut verdict = Verdict::over("subject", "subjects");
    for subject in rbac.subjects() {
        let Some(category) = rbac.bindings_of(subject).map(|b| rights::subject_category(view, b, subject)).min() else { continue };
        verdict.saw(category);
        // Kubernetes' own bindings overlap by design; only what was added beside them is told.
        let bindings: Vec<&Bound<'_>> = rbac.bindings_of(subject).filter(|b| !b.rules.is_empty() && !rbac.is_stock(b)).collect();
        let mut by_place: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, bound) in bindings.iter().enumerate() {
            by_place.entry(bound.namespace()).or_default().push(index);
        }
        for (index, bound) in bindings.iter().enumerate() {
            let same = by_place.get(bound.namespace()).into_iter().flatten();
            let wider = by_place.get("").into_iter().flatten().filter(|_| !bound.cluster);
            let covers = same.chain(wider).find(|other| {
                let wide = bindings.get(**other).filter(|_| **other != index);
                // Of two that give the same, the first stays.
                wide.is_some_and(|wide| {
                    covered(bound, wide) && (**other < index || !(wide.cluster == bound.cluster && covered(wide, bound)))
                })
            });
            if let Some(wide) = covers.and_then(|other| bindings.get(*other)) {
                verdict.find(
                    rights::finding(view, bound, rights::subject_field(subject))
                        .severity(Severity::Low)
                        .review()
                        .observed(format!("{}; also by {} ({})", bound.role_words(), wide.object(), wide.role_words()))
                        .message(format!(
                            "{subject} has all of these rights by another binding too, so withdrawing one of the two takes nothing away."
                        )),
                );
            }
        }
    }
    verdict
}

/// Whether every rule of one binding is contained in those of another.
fn covered(bound: &Bound<'_>, wide: &Bound<'_>) -> bool {
    bound.rules.iter().all(|rule| rule.covered_by(&wide.rules))
}

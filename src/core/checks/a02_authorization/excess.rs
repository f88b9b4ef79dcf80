//! How one binding, one rule or one path of escalation becomes a finding of control 2.1.

use crate::analysis::rbac::escalation::Found;
use crate::analysis::rbac::surroundings::AWS_AUTH;
use crate::analysis::rbac::{Bound, Effective, Subject, SubjectKind, stock, subjects};
use crate::judging::{View, rights};
use crate::kinds::rbac::PolicyRule;
use crate::model::{Category, Finding, Severity};

/// One path that a binding opens. It fails, but for four cases that a person must judge: the built-in roles in one namespace, which are
/// made so; a right that is limited to named objects; one that has no effect where it was granted; and one of which it can't be seen whether it
/// leads on.
pub(super) fn path(view: &View<'_>, bound: &Bound<'_>, found: &Found) -> Finding {
    const SHOWN: usize = 6;
    let mut rights = found.rights.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if found.rights.len() > SHOWN {
        rights = format!("{rights} and {} more", found.rights.len() - SHOWN);
    }
    if !found.names.is_empty() {
        rights = format!("{rights} named {}", found.names.join(", "));
    }
    let who = subjects::list(found.holders(bound));
    let finding = rights::finding(view, bound, "roleRef")
        .rule(found.path.id)
        .severity(found.severity)
        .observed(format!("{rights}; {} → {who}", bound.role_words()))
        .mend(found.path.mend);
    let place = bound.place();
    if let Some(reason) = found.dormant {
        return finding
            .review()
            .message(format!("{who} may {rights} {place}, where it has no effect: {reason}. Once it has, {}.", found.path.consequence));
    }
    if let Some(doubt) = found.doubt {
        return finding.review().message(format!("{who} may {rights} {place}; {doubt}. Where it leads on, {}.", found.path.consequence));
    }
    let finding = finding.message(format!("{who} may {rights} {place}, so {}.", found.path.consequence));
    let builtin = !bound.cluster && ["admin", "edit"].iter().any(|role| bound.refers_to(role) && stock::opens(role, found.path.id));
    if builtin || (!found.names.is_empty() && !reaches_administrator(view, bound, found)) { finding.review() } else { finding }
}

/// Whether the names that a right is limited to include one that is as good as every name.
fn reaches_administrator(view: &View<'_>, bound: &Bound<'_>, found: &Found) -> bool {
    let rbac = view.rbac();
    let on = |resource: &str| found.rights.iter().any(|right| right.ends_with(resource));
    let account = |name: &str| {
        let mut known = rbac.subjects().filter(|s| s.kind == SubjectKind::ServiceAccount && s.name == name);
        known.any(|s| (bound.cluster || s.namespace == bound.namespace()) && rbac.is_admin(s))
    };
    found.names.iter().any(|name| match found.path.id {
        "impersonate" => {
            (on(" users") && rbac.is_admin(&Subject::user(name)))
                || (on(" groups") && rbac.is_admin(&Subject::group(name)))
                || (on(" serviceaccounts") && account(name))
        }
        "create_tokens" => account(name),
        "bind" | "escalate" => {
            name == "cluster-admin" || rbac.role(true, "", name).is_some_and(|role| crate::analysis::rbac::rules::everything(&role.rules))
        }
        "change_configmaps" => name == AWS_AUTH.1 && rbac.surroundings().has_aws_auth(),
        "approve_csr" | "sign_csr" => matches!(name.as_str(), "kubernetes.io/*" | "kubernetes.io/kube-apiserver-client"),
        _ => false,
    })
}

/// The wildcards of one rule, one finding for each field that has one.
pub(super) fn stars(rule: &PolicyRule, role: &Effective<'_>, category: Category) -> Vec<Finding> {
    let star = |list: &[String]| list.iter().any(|entry| entry == "*");
    let (verbs, groups) = (star(&rule.verbs), star(&rule.api_groups));
    let resources = star(&rule.resources);
    let object = role.object();
    let all = verbs && groups && star(&rule.resources);
    let finding = |field: &str, severity, message: &'static str| {
        let severity = if all && role.cluster { Severity::Critical } else { severity };
        Finding::new(category, object.clone(), format!("rules[{}].{field}", rule.topic())).severity(severity).message(message)
    };
    let mut found = Vec::new();
    if verbs {
        found.push(finding(
            "verbs",
            Severity::Medium,
            "The star stands for every verb, those that give rights away (bind, escalate, impersonate) and those yet to come included.",
        ));
    }
    if resources {
        found.push(finding(
            "resources",
            Severity::High,
            "The star stands for every resource of the group with its sub-resources; in the core group that includes Secrets and exec.",
        ));
    }
    if rule.resources.iter().any(|r| r.starts_with("*/")) {
        let part = "The star stands for this sub-resource of every resource of the group, of those yet to come too.";
        found.push(finding("resources", Severity::Low, part));
    }
    if groups {
        found.push(finding(
            "apiGroups",
            Severity::Low,
            "The star stands for every API group, those of operators that are installed later included.",
        ));
    }
    if star(&rule.non_resource_urls) {
        found.push(finding(
            "nonResourceURLs",
            Severity::Medium,
            "The star stands for every path of the API server, its debugging pages included.",
        ));
    }
    found
}

/// Bindings in a line, the first few by name.
pub(super) fn names(bindings: &[&Bound<'_>]) -> String {
    let shown: Vec<String> = bindings.iter().take(3).map(|b| b.object().to_string()).collect();
    let more = bindings.len().saturating_sub(3);
    if more == 0 { shown.join(", ") } else { format!("{} and {more} more", shown.join(", ")) }
}

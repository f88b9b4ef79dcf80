//! Control 1.1: no interface answers who has not authenticated. What RBAC gives to callers without a credential is read here.

use crate::checks::{Check, Need, Verdict, View, rights};
use crate::model::Severity;

/// The checks of control 1.1, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[Check {
    id: "1.1/anonymous-rbac",
    title: "Rights given to callers without a credential",
    severity: Severity::High,
    practices: &["1.1.a"],
    needs: &[Need::Rights],
    active: false,
    why: "A request without a credential is handled as the user system:anonymous of the group system:unauthenticated. Whatever a binding \
          gives to these two names, anybody who reaches the API server over the network can do, and no log says who it was.",
    mend: "Delete the binding, or take system:anonymous and system:unauthenticated out of its subjects; give the right to the ServiceAccount \
           or group that needs it.",
    blind_spots: "Anonymous requests may be switched off altogether (--anonymous-auth, or an AuthenticationConfiguration); a binding then has no \
                  effect until they are switched on again. Rights that a webhook or a cloud's own authorizer gives to strangers don't show here.",
    judge: anonymous_rbac,
}];

fn anonymous_rbac(view: &View<'_>) -> Verdict {
    let rbac = view.rbac();
    let mut verdict = Verdict::over("binding", "bindings");
    let (mut expected, mut found) = (Vec::new(), 0_usize);
    for bound in rbac.bindings() {
        verdict.saw(rights::category(view, bound));
        if !bound.subjects.iter().any(|s| s.is_stranger()) {
            continue;
        }
        if rbac.is_stock(bound) {
            expected.push(bound.object().to_string());
            continue;
        }
        found += 1;
        let rights: Vec<String> = bound.rules.iter().map(|rule| rule.words()).collect();
        let writes = bound.rules.iter().any(|rule| rule.verbs.iter().any(|v| !matches!(v.as_str(), "get" | "list" | "watch")));
        let severity = if writes || !rbac.paths_of(bound).is_empty() { Severity::Critical } else { Severity::High };
        let message = if rights.is_empty() {
            format!(
                "Its role {} does not exist or could not be read; as soon as it exists, strangers hold it {}.",
                bound.binding.role_ref.name,
                bound.place()
            )
        } else {
            format!("Anybody who reaches the API server may, without logging in, {} {}.", rights.join("; "), bound.place())
        };
        for stranger in bound.subjects.iter().filter(|s| s.is_stranger()) {
            verdict.find(rights::finding(view, bound, rights::subject_field(stranger)).severity(severity).message(message.as_str()));
        }
    }
    if found == 0 && !expected.is_empty() {
        verdict.because(format!(
            "Of {} bindings only {} name callers without a credential, with the health, version and joining documents that Kubernetes gives them.",
            rbac.bindings().len(),
            expected.join(" and ")
        ));
    }
    verdict
}

//! Control 2.2: no hard-coded groups. The API server lets system:masters past every authorizer, so who gets into it must be told apart.

use crate::analysis::rbac::{Subject, stock, subjects};
use crate::checks::{Check, Need, Verdict, View, rights};
use crate::model::{Finding, Kind, ObjectRef, Severity};

/// The checks of control 2.2, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[Check {
    id: "2.2/system-masters",
    title: "Ways into the group system:masters",
    severity: Severity::Critical,
    practices: &["2.2.a"],
    needs: &[Need::Rights, Need::List(Kind::CertificateSigningRequests)],
    active: false,
    why: "Members of system:masters pass before any authorizer is asked. No change of roles can take that from them: a certificate with this \
          group in it is administrator until it expires or the CA is replaced.",
    mend: "Give people a group of the identity provider and bind that; keep one system:masters credential in a vault for the day when nothing \
           else works.",
    blind_spots: "Which certificates with this group exist (super-admin.conf, older admin.conf, k3s.yaml, cloud identities mapped to it) doesn't \
                  show in the API; approved requests are deleted after about an hour.",
    judge: system_masters,
}];

fn system_masters(view: &View<'_>) -> Verdict {
    let masters = Subject::group(subjects::MASTERS);
    let mut verdict = Verdict::over("binding, request or login", "bindings, requests and logins");
    for bound in view.rbac().bindings() {
        verdict.saw(rights::category(view, bound));
        if bound.subjects.contains(&masters) && !stock::has_stock_shape(bound) {
            verdict.find(rights::finding(view, bound, rights::subject_field(&masters)).severity(Severity::Medium).message(
                "The group may do everything without any binding; one that names it hides who is meant, and shows that its credentials are in use.",
            ));
        }
    }
    for request in &view.inventory.certificate_requests {
        verdict.saw(view.cluster_wide());
        let asked = super::super::a01_authentication::requested_organizations(request);
        if asked.iter().any(|o| o == subjects::MASTERS) {
            let object = ObjectRef::new("certificates.k8s.io", "CertificateSigningRequest", "", &request.metadata.name);
            verdict.find(
                Finding::new(view.cluster_wide(), object, "spec.request")
                    .severity(Severity::High)
                    .observed(format!("O={}; asked for by {}", asked.join(", "), request.spec.username))
                    .message("Somebody asked for a certificate in this group; admission refuses it to the API server's own signer, others may issue it."),
            );
        }
    }
    let cluster = view.cluster();
    if !cluster.identity.is_empty() {
        verdict.saw(view.cluster_wide());
    }
    if cluster.groups.iter().any(|g| g == subjects::MASTERS) {
        verdict.find(
            Finding::new(view.cluster_wide(), ObjectRef::new("", "User", "", &cluster.identity), "groups")
                .severity(Severity::High)
                .observed(cluster.groups.join(", "))
                .message(
                    "The credential of this assessment is in the group: it is in daily use, and its holder can't be limited or revoked.",
                )
                .mend("Assess with a personal login and a read-only role, and put this credential into a vault."),
        );
    }
    verdict
}

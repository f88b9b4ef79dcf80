//! Control 2.2: no hard-coded groups. The API server lets system:masters past every authorizer, so who gets into it must be told apart.

use super::aws_auth;
use crate::analysis::control_plane::{self, Setting};
use crate::analysis::described::Topic;
use crate::analysis::rbac::{Subject, stock, subjects};
use crate::checks::a01_authentication::organizations;
use crate::judging::{Check, Need, Verdict, View, described, identity, rights, unseen};
use crate::kinds::Source;
use crate::kinds::imported::Describer;
use crate::model::{Finding, Kind, ObjectRef, Severity};

/// The checks of control 2.2, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
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
    },
    Check {
        id: "2.2/aws-auth",
        title: "Cloud identities that the ConfigMap aws-auth makes administrators",
        severity: Severity::Critical,
        practices: &["2.2.a"],
        needs: &[Need::List(Kind::ConfigMaps)],
        active: false,
        why: "On EKS the ConfigMap aws-auth says as whom the identities of AWS log in. A mapping to system:masters passes every authorizer, shows \
              in no binding, and whoever may write this one object can add himself.",
        mend: "Take system:masters out of the mapping: give the identity an access entry with an access policy, or a group of your own that is bound. Then \
               set the cluster's authentication mode to API.",
        blind_spots: "Access entries and the authentication mode are kept by AWS and don't show in the cluster (what aws eks describe-cluster, list-access-entries and \
                      list-associated-access-policies print is judged by 2.2/authorization-modes where it is given as evidence): in the mode API \
                      the ConfigMap has no effect, and entries give rights that no binding shows. Who may take on a mapped role, IAM says.",
        judge: aws_auth::judge,
    },
    Check {
        id: "2.2/authorization-modes",
        title: "Authorization modes of the API server",
        severity: Severity::Critical,
        practices: &["2.2.b"],
        needs: &[Need::ControlPlane],
        active: false,
        why: "Any one of the enabled modes may allow a request. AlwaysAllow allows all of them, ABAC reads a file that nobody can review in the \
              cluster, and a webhook follows rules that are kept elsewhere.",
        mend: "Set --authorization-mode=Node,RBAC on the API server; keep a webhook only if its rules are reviewed like RBAC.",
        blind_spots: "Where no pods show flags (managed control planes, k3s), the API server itself is asked (/flagz, since Kubernetes 1.36, with the \
                      right to read it); it speaks for itself and not for others beside it. The file behind --authorization-config is \
                      judged where it is given as evidence, and so is a provider's description; the rules of a webhook can't be read.",
        judge: authorization_modes,
    },
];

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
        let asked = organizations(request);
        let object = ObjectRef::new("certificates.k8s.io", "CertificateSigningRequest", "", &request.metadata.name);
        if asked.names.iter().any(|o| o == subjects::MASTERS) {
            verdict.find(
                Finding::new(view.cluster_wide(), object, "spec.request")
                    .severity(Severity::High)
                    .observed(format!("O={}; asked for by {}", asked.names.join(", "), request.spec.username))
                    .message("Somebody asked for a certificate in this group; admission refuses it to the API server's own signer, others may issue it."),
            );
        } else if let Some(field) = asked.unread.first() {
            verdict.find(
                Finding::new(view.cluster_wide(), object, *field)
                    .rule("unreadable")
                    .review()
                    .severity(Severity::Medium)
                    .observed(format!("signer {}; asked for by {}", request.spec.signer_name, request.spec.username))
                    .message("Which groups it asks for, or was given, could not be read; see by hand that system:masters is none of them."),
            );
        }
    }
    if view.cluster().identity.is_some() {
        verdict.saw(view.cluster_wide());
    }
    if let Some(caller) = view.cluster().identity.as_ref().filter(|caller| caller.groups.iter().any(|g| g == subjects::MASTERS)) {
        verdict.find(
            Finding::new(view.cluster_wide(), identity::object(caller), "groups")
                .severity(Severity::High)
                .observed(caller.groups.join(", "))
                .message(
                    "The credential of this assessment is in the group: it is in daily use, and its holder can't be limited or revoked.",
                )
                .mend("Assess with a personal login and a read-only role, and put this credential into a vault."),
        );
    }
    // Files have no login; with one that nobody knows, nothing is said of it.
    match view.cluster().identity {
        None if view.inventory.source == Source::Live && verdict.found() == 0 => {
            verdict.block(identity::sentence(), vec![identity::NEED.to_owned()])
        }
        _ => verdict,
    }
}

fn authorization_modes(view: &View<'_>) -> Verdict {
    let servers = control_plane::api_servers(view.inventory);
    if servers.is_empty() {
        return unseen::unseen(view, Setting::Authorization);
    }
    let mut verdict = Verdict::over("API server", "API servers");
    let mut named = vec![];
    for server in &servers {
        verdict.saw(view.cluster_wide());
        let told = |name: &str, observed: &str| {
            Finding::new(view.cluster_wide(), server.object.clone(), server.field(name)).observed(format!("--{name}={observed}"))
        };
        if server.is_set("authorization-config") {
            let file = server.value("authorization-config").unwrap_or("(sealed)");
            named.push(told("authorization-config", file).severity(Severity::Low).review().message(
                "The modes are written in this file, which the API does not show: attach it, or read which authorizers it lists, and who keeps their rules.",
            ));
            continue;
        }
        let given = server.list("authorization-mode").join(",");
        let modes =
            if given.is_empty() { server.effective("authorization-mode", view.inventory.minor()).unwrap_or_default() } else { given };
        let has = |mode: &str| modes.split(',').any(|m| m == mode);
        let mut fail = |rule: &'static str, severity, message: &'static str| {
            verdict.find(told("authorization-mode", &modes).rule(rule).severity(severity).message(message));
        };
        if has("AlwaysAllow") {
            fail("always_allow", Severity::Critical, "Every request of everybody who is let in is allowed; no role and no binding counts.");
        }
        if has("ABAC") {
            fail(
                "abac",
                Severity::High,
                "A policy file on the control-plane node gives rights that don't show in the cluster and change only with a restart.",
            );
        }
        if !has("Node") {
            fail(
                "no_node",
                Severity::High,
                "Without the mode Node a kubelet is not kept to the pods of its own node and can read the Secrets of others.",
            );
        }
        if !has("RBAC") {
            fail(
                "no_rbac",
                Severity::High,
                "Without the mode RBAC the roles and bindings of the cluster have no effect, and rights come from elsewhere.",
            );
        }
        if has("Webhook") {
            verdict.find(
                told("authorization-mode", &modes)
                    .rule("webhook")
                    .severity(Severity::Low)
                    .review()
                    .message("Another service can allow requests too; its rules need a review of their own."),
            );
        }
    }
    if !named.is_empty() && !described::in_use(view, Topic::Authorization, Describer::Authorization, &mut verdict) {
        verdict.find_all(named);
    }
    unseen::mind_the_unseen(view, Setting::Authorization, &mut verdict, &servers);
    verdict
}

//! Control 5.1: its automated checks. Certificates that the cluster shows, and how long they hold.

use super::{pods, shown};
use crate::analysis::control_plane::counted::Logins;
use crate::analysis::kubelet;
use crate::checks;
use crate::judging::{Check, Need, Verdict, View, identity, unseen};
use crate::model::{Finding, Kind, ObjectRef, Outcome, Severity};

/// The checks of control 5.1, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "5.1/certificate-users",
        title: "Logins by client certificates, which can't be revoked",
        severity: Severity::High,
        practices: &["5.1.a"],
        needs: &[Need::List(Kind::CertificateSigningRequests)],
        active: false,
        why: "Kubernetes checks no revocation list, so a certificate must not be how people log in: it works until its last day, whatever happens to \
              its holder. The findings are those of control 1.3, where each is listed; here they count against certificates as credentials.",
        mend: "Let people log in through the identity provider, and end the certificates that the checks of 1.3 name: by replacing the CA, or by taking \
               every right from their names.",
        blind_spots: "What the checks of 1.3 can't see: certificates of requests that were deleted (after about an hour), and those made outside of the API.",
        judge: certificate_users,
    },
    Check {
        id: "5.1/expiry",
        title: "Certificates that have expired, soon will, or hold too long",
        severity: Severity::High,
        practices: &["5.1.a", "5.1.b"],
        needs: &[
            Need::List(Kind::ConfigMaps),
            Need::List(Kind::ValidatingWebhooks),
            Need::List(Kind::MutatingWebhooks),
            Need::List(Kind::ApiServices),
            Need::List(Kind::CertificateSigningRequests),
            Need::List(Kind::Certificates),
            Need::List(Kind::PodCertificateRequests),
            Need::List(Kind::ClusterTrustBundles),
            Need::Workloads,
        ],
        active: false,
        why: "Kubernetes can't revoke a certificate: only its last day ends it. One that expires unnoticed stops the cluster or the admission \
              checks that depend on it; an authority that holds for decades can be misused for as long if its key is ever lost.",
        mend: "Renew what has expired or soon will (kubeadm certs renew, cert-manager, or the maker's procedure), let a controller renew \
               certificates by itself, and watch the days that are left; replace an authority by one that holds ten years at most.",
        blind_spots: "The check reads certificates in ConfigMaps of CA bundles, in ClusterTrustBundles, in webhooks and API services, those of signing \
                      requests that still exist, and what cert-manager reports of its own. The chain of the API server is judged in 4.3/api-tls. \
                      Certificates in Secrets and on nodes (etcd, kubelet) are not read. Of certificates of pods (podCertificate) their lives are \
                      judged, and not what they are good for. Client certificates that end soon are no finding: that they end is their only safeguard.",
        judge: expiry,
    },
    Check {
        id: "5.1/kubelet-rotation",
        title: "Kubelets that do not renew their certificates",
        severity: Severity::Medium,
        practices: &["5.1.b"],
        needs: &[Need::List(Kind::ConfigMaps), Need::List(Kind::Nodes)],
        active: false,
        why: "Each node proves who it is by a certificate. If the kubelet does not renew it by itself, somebody must on every node, and what is \
              done by hand is forgotten or made to hold for years. Without serverTLSBootstrap the kubelet signs its own serving certificate, \
              which nobody can verify.",
        mend: "Set rotateCertificates: true, and serverTLSBootstrap: true together with an approver for the requests that follow.",
        blind_spots: "The configuration that kubeadm keeps in the cluster is seen, and what kubelets tell themselves where somebody allowed to ask them \
                      (active probes); else a node's own file or flags may say otherwise.",
        judge: kubelet_rotation,
    },
];

/// The checks of control 1.3 on certificates as logins. They are told there; here stands one line for each that found something.
const LOGINS: [&str; 2] = ["1.3/issued-client-certificates", "1.3/client-certificate"];

fn certificate_users(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("login or request for a certificate", "logins and requests for certificates");
    let mut unknown = None;
    for check in LOGINS.iter().filter_map(|id| checks::by_id(id)) {
        if check.needs.contains(&Need::Identity) && view.cluster().identity.is_none() {
            unknown = Some(("How this assessment logged in is not known.".to_owned(), vec![identity::NEED.to_owned()]));
            continue;
        }
        let (outcome, reason, population, findings, needs) = (check.judge)(view).into_parts();
        if outcome == Outcome::Blocked {
            unknown = Some((reason, needs));
            continue;
        }
        (0..population).for_each(|_| verdict.saw(view.cluster_wide()));
        let Some(worst) = findings.iter().map(|finding| finding.severity).min() else { continue };
        let server = if view.cluster().server.is_empty() { "cluster" } else { &view.cluster().server };
        let object = ObjectRef::new("", "Cluster", "", server);
        let finding = Finding::new(view.cluster_wide(), object, "certificates").rule(check.id).severity(worst);
        let finding = finding.observed(if findings.len() == 1 { "1 finding".to_owned() } else { format!("{} findings", findings.len()) });
        let finding = finding.message(format!("Reported by {}: {reason}", check.id));
        verdict.find(if outcome == Outcome::Fail { finding } else { finding.review() });
    }
    let logins = Logins::of(view.inventory);
    if logins.certificates > 0 {
        // No numbers: they grow from one reading to the next, and say the same.
        let ending = if logins.ending > 0 { "some" } else { "none" };
        verdict.note(format!(
            "Since their start the API servers that answered took requests by client certificate, those of kubelets and components among them; {ending} with one that ended within thirty days."
        ));
    }
    // What the certificates that were issued show is told all the same; that nothing was found is not said of half.
    match unknown {
        Some((reason, needs)) if verdict.found() == 0 => verdict.block(reason, needs),
        Some((reason, _)) => {
            verdict.note(reason);
            verdict
        }
        None => verdict,
    }
}

fn expiry(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("certificate", "certificates");
    for shown in shown::certificates(view) {
        verdict.saw(shown.category);
        if let Some(finding) = shown.judge(view.now) {
            verdict.find(finding);
        }
    }
    for (category, finding) in shown::managed(view) {
        verdict.saw(category);
        if let Some(finding) = finding {
            verdict.find(finding);
        }
    }
    for unreadable in shown::unreadable(view) {
        verdict.find(unreadable);
    }
    pods::judge(view, &mut verdict);
    verdict
}

fn kubelet_rotation(view: &View<'_>) -> Verdict {
    let configurations = kubelet::configurations(view.inventory);
    if configurations.is_empty() {
        return Verdict::review(kubelet::unseen(view.inventory, "the rotation of kubelet certificates"));
    }
    let mut verdict = Verdict::over("kubelet configuration", "kubelet configurations");
    for configuration in &configurations {
        verdict.saw(view.cluster_wide());
        if let Some(finding) = unseen::not_understood(view, configuration) {
            // A setting that isn't found may stand there in another style, so its absence is no finding.
            verdict.find(finding);
            continue;
        }
        let finding = |setting: &'static str| {
            Finding::new(view.cluster_wide(), configuration.object.clone(), configuration.field(setting))
                .rule(setting)
                .observed(configuration.observed(configuration.value(setting).unwrap_or("not set")))
        };
        if configuration.boolean("rotateCertificates") != Some(true) {
            verdict.find(finding("rotateCertificates").message("The kubelets do not renew their client certificates by themselves."));
        }
        if configuration.boolean("serverTLSBootstrap") != Some(true) {
            verdict.find(
                finding("serverTLSBootstrap")
                    .review()
                    .severity(Severity::Low)
                    .message("The kubelets sign their own serving certificates, which the API server and others can't verify."),
            );
        }
    }
    unseen::mind_untold_kubelets(view, &mut verdict, &configurations, false);
    verdict
}

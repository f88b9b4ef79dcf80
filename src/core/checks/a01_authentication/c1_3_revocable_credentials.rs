//! Control 1.3: every credential can be taken back. Certificates and long-lived tokens can't, or not at once; both show in the API.

use super::request::{NEVER, issued, requested_name};
use crate::analysis::control_plane::counted::Logins;
use crate::analysis::control_plane::{self, Setting};
use crate::analysis::rbac::{Bound, Request};
use crate::judging::{Check, Need, Verdict, View, identity, rights, unseen};
use crate::kinds::Login;
use crate::kinds::config::CertificateRequest;
use crate::model::{Category, Finding, Kind, ObjectRef, Severity, go_duration};
use jiff::Timestamp;

/// The checks of control 1.3, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "1.3/issued-client-certificates",
        title: "Client certificates issued through the API",
        severity: Severity::High,
        practices: &["1.3.a"],
        needs: &[Need::List(Kind::CertificateSigningRequests)],
        active: false,
        why: "Kubernetes checks no revocation list: a client certificate works until it expires, even after its holder has left or lost it. \
              Only replacing the cluster's CA, or taking every right from the name in it, ends it sooner.",
        mend: "Let people log in through the identity provider; where a certificate is needed, ask for a lifetime of hours \
               (spec.expirationSeconds) and restrict who may approve requests for kubernetes.io/kube-apiserver-client.",
        blind_spots: "Kubernetes deletes approved requests about an hour after they were made, so certificates issued earlier don't show, nor those \
                      made with the CA's key outside of the API (admin.conf, kubelets).",
        judge: issued_client_certificates,
    },
    Check {
        id: "1.3/legacy-tokens",
        title: "ServiceAccount tokens that never expire",
        severity: Severity::High,
        practices: &["1.3.a"],
        needs: &[Need::List(Kind::Secrets)],
        active: false,
        why: "A Secret of type kubernetes.io/service-account-token holds a token without an end. A copy of it works until the Secret or the \
              ServiceAccount is deleted (Kubernetes itself deletes only those that it once made, when nobody has used them for a year), and nothing \
              shows how many copies there are.",
        mend: "Move the user of the token to one that expires (a projected volume, or kubectl create token), then delete the Secret.",
        blind_spots: "The last use is known only where the server puts the label kubernetes.io/legacy-token-last-used (since 1.26) and lists it. \
                      Tokens copied into other Secrets or outside of the cluster don't show.",
        judge: legacy_tokens,
    },
    Check {
        id: "1.3/client-certificate",
        title: "The credential of this assessment is a client certificate",
        severity: Severity::Medium,
        practices: &["1.3.a"],
        needs: &[Need::Identity],
        active: false,
        why: "The credential at hand is a sample of how people log in. A client certificate can't be revoked: it ends when it expires, or when \
              the cluster's CA is replaced.",
        mend: "Log in through the identity provider (an exec plugin or OIDC), and let the certificate expire or replace the CA.",
        blind_spots: "It shows one credential; others may log in otherwise. Behind a proxy (Rancher, Teleport) the credential is the proxy's.",
        judge: client_certificate,
    },
    Check {
        id: "1.3/csr-rights",
        title: "Who may ask for, approve or sign certificates",
        severity: Severity::Medium,
        practices: &["1.3.a"],
        needs: &[Need::Rights],
        active: false,
        why: "Who may ask for and approve a client certificate can make a login for any name, and nobody can revoke it. The two rights belong \
              in different hands.",
        mend: "Keep approving and signing to the control plane and to one component by name of its signer (resourceNames on signers).",
        blind_spots: "Administrators may do all of this and are reported in 2.1/cluster-admin. A bootstrap token lets its holder ask for a node's \
                      certificate, which is approved by itself.",
        judge: csr_rights,
    },
    Check {
        id: "1.3/token-request-rights",
        title: "Who may make tokens for ServiceAccounts",
        severity: Severity::Medium,
        practices: &["1.3.a"],
        needs: &[Need::Rights],
        active: false,
        why: "Whoever may create serviceaccounts/token gets a credential of another account, with a lifetime of his choice, and keeps it after \
              his own access has ended.",
        mend: "Limit the right by resourceNames to the accounts that the component serves, and cap the lifetime with \
               --service-account-max-token-expiration.",
        blind_spots: "Administrators may do this and are reported in 2.1/cluster-admin. Tokens that were made leave no object behind.",
        judge: token_request_rights,
    },
    Check {
        id: "1.3/token-lifetime",
        title: "Tokens that live longer than a day",
        severity: Severity::Medium,
        practices: &["1.3.a"],
        needs: &[Need::Workloads],
        active: false,
        why: "A mounted token that was copied works until it expires or its pod is gone. The longer it lives, the longer a thief may use it.",
        mend: "Set expirationSeconds of the projected volume to an hour or so; programs with a current client library read the new token by \
               themselves.",
        blind_spots: "Tokens made on request (kubectl create token) don't show. The API server's own limits show only where its pods do.",
        judge: token_lifetime,
    },
];

const CLIENT: &str = "kubernetes.io/kube-apiserver-client";
const HOUR: i64 = 3600;

fn issued_client_certificates(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("request for a client certificate", "requests for client certificates");
    let category = view.cluster_wide();
    let mut asked = 0_usize;
    for request in view.inventory.certificate_requests.iter().filter(|r| r.spec.signer_name == CLIENT) {
        asked += 1;
        verdict.saw(category);
        let approved = request.status.conditions.iter().any(|c| c.r#type == "Approved" && c.status.as_str() != "False");
        if approved && let Some(finding) = judge_request(request, category, view.now) {
            verdict.find(finding);
        }
    }
    if asked == 0 {
        verdict.because(
            "No request for a client certificate is there; Kubernetes deletes approved ones after about an hour, so this says nothing of earlier ones.",
        );
    }
    verdict
}

/// Tells an approved request; one whose certificate has expired can do no more harm and is not told.
fn judge_request(request: &CertificateRequest, category: Category, now: Timestamp) -> Option<Finding> {
    let object = ObjectRef::new("certificates.k8s.io", "CertificateSigningRequest", "", &request.metadata.name);
    let date = request.metadata.creation_timestamp.map_or_else(|| "an unknown day".to_owned(), |t| t.strftime("%Y-%m-%d").to_string());
    let Some(name) = requested_name(&request.spec.request) else {
        return Some(
            Finding::new(category, object, "spec.request")
                .review()
                .observed(format!("asked for by {} on {date}", request.spec.username))
                .message("The request could not be read, so for whom the certificate was issued has to be found out by hand."),
        );
    };
    let issued = issued(&request.status.certificate);
    if issued.as_ref().is_some_and(|issued| issued.until < now.as_second()) {
        return None;
    }
    let seconds = issued.as_ref().map(|issued| issued.until - issued.from).or(request.spec.expiration_seconds);
    let endless = issued.as_ref().is_some_and(|issued| issued.until >= NEVER);
    let unread = issued.is_none() && !request.status.certificate.is_empty();
    let lifetime = match (&issued, seconds) {
        (Some(_), _) if endless => "without an end (9999-12-31)".to_owned(),
        (Some(issued), Some(seconds)) => format!("{}, until {}", days(seconds), day(issued.until)),
        (None, Some(seconds)) => format!("{} asked for", days(seconds)),
        (_, None) => "as long as the signer gives, usually a year".to_owned(),
    };
    let lifetime = if unread { format!("{lifetime} (the certificate could not be read)") } else { lifetime };
    // A signer may write other groups than were asked for.
    let mut groups = name.organizations;
    let mut whole = name.whole;
    if let Some(issued) = issued {
        groups.extend(issued.name.organizations.into_iter().filter(|group| !groups.contains(group)).collect::<Vec<_>>());
        whole &= issued.name.whole;
    }
    let masters = groups.iter().any(|o| o == crate::analysis::rbac::subjects::MASTERS);
    let organizations = if groups.is_empty() { "none".to_owned() } else { groups.join(", ") };
    let finding = Finding::new(category, object, "spec.request").observed(format!(
        "CN={}; O={organizations}; asked for by {} on {date}; lifetime {lifetime}",
        name.common_name, request.spec.username
    ));
    Some(if masters {
        finding
            .severity(Severity::Critical)
            .message("It is for system:masters, which passes before any right is checked and can't be taken back before it expires.")
    } else if endless {
        finding.rule("never_expires").severity(Severity::Critical).message(
            "It never expires and can't be revoked: whoever holds it and its key logs in under this name until the CA is replaced.",
        )
    } else if seconds.is_some_and(|s| s <= 24 * HOUR) && whole {
        finding
            .severity(Severity::Low)
            .review()
            .message("It can't be revoked, but ends within a day; confirm that this is quick enough for somebody who leaves.")
    } else {
        finding
            .severity(Severity::High)
            .message("It can't be revoked: whoever holds it and its key logs in under this name until it expires.")
    })
}

fn days(seconds: i64) -> String {
    let hours = seconds / HOUR;
    if hours < 48 { format!("{hours} hours") } else { format!("{} days", hours / 24) }
}

fn day(second: i64) -> String {
    Timestamp::from_second(second).map_or_else(|_| "a day out of range".to_owned(), |t| t.strftime("%Y-%m-%d").to_string())
}

fn legacy_tokens(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("Secret", "Secrets");
    for secret in &view.inventory.secrets {
        verdict.saw(view.category(&secret.metadata.namespace));
        if secret.r#type != "kubernetes.io/service-account-token" {
            continue;
        }
        let label = |name: &str| secret.metadata.labels.get(&format!("kubernetes.io/legacy-token-{name}"));
        let age = secret.metadata.creation_timestamp.map_or_else(String::new, |made| {
            format!("made {}, {} days ago; ", made.strftime("%Y-%m-%d"), (view.now.as_second() - made.as_second()).max(0) / 86_400)
        });
        let object = ObjectRef::new("", "Secret", &secret.metadata.namespace, &secret.metadata.name);
        let used = label("last-used").map_or_else(|| "no use recorded".to_owned(), |day| format!("last used {day}"));
        let finding = view.finding(object, "type").observed(format!("{age}{used}"));
        verdict.find(match label("invalid-since") {
            Some(since) => finding.severity(Severity::Low).review().message(format!(
                "The server has refused this token since {since} because nobody used it, and will delete it; the Secret can go now."
            )),
            None => finding
                .severity(Severity::High)
                .message("It holds a token that never expires: a copy works until this Secret or its ServiceAccount is deleted."),
        });
    }
    let logins = Logins::of(view.inventory);
    if logins.legacy > 0 {
        // No numbers: they grow from one reading to the next, and say the same.
        let by_hand = if logins.by_hand > 0 { ", some of them with tokens that somebody made" } else { "" };
        let words = format!("requests since the start of the API servers that answered{by_hand}");
        let listed = view.inventory.secrets.iter().any(|secret| secret.r#type == "kubernetes.io/service-account-token");
        if listed {
            verdict.note(format!("Tokens that never expire are in use: {words}."));
        } else {
            let server = if view.cluster().server.is_empty() { "API server" } else { &view.cluster().server };
            verdict.saw(view.cluster_wide());
            verdict.find(
                Finding::new(view.cluster_wide(), ObjectRef::new("", "Cluster", "", server), "metrics[serviceaccount_legacy_tokens_total]")
                    .rule("used")
                    .severity(Severity::Medium)
                    .review()
                    .observed(words)
                    .message("Tokens that never expire were accepted, though no Secret with one is there: they were deleted since, or are of another server's time.")
                    .mend("Look again after the next start of the API servers, and find in the audit log who used them."),
            );
        }
    }
    verdict
}

fn client_certificate(view: &View<'_>) -> Verdict {
    let cluster = view.cluster();
    let mut verdict = Verdict::over("login", "logins");
    verdict.saw(view.cluster_wide());
    let Some(caller) = &cluster.identity else { return identity::unknown() };
    let Some(login) = &cluster.login else {
        return Verdict::review("How the credential of this assessment logs in is not known; look into the kubeconfig that was used.");
    };
    if *login == Login::ClientCertificate {
        let life = match (cluster.certificate_from, cluster.certificate_until) {
            (Some(from), Some(until)) => {
                format!("valid {}, until {}", days(until.as_second() - from.as_second()), until.strftime("%Y-%m-%d"))
            }
            _ => "its lifetime is not known".to_owned(),
        };
        verdict.find(
            Finding::new(view.cluster_wide(), identity::object(caller), "client-certificate")
                .severity(Severity::Medium)
                .observed(life)
                .message("This login is a client certificate, which can't be revoked when its holder leaves or loses it."),
        );
    } else {
        verdict.because(format!("This assessment logs in with {login}, not with a client certificate."));
    }
    verdict
}

/// One finding for each binding, beside administrators and what is there by default, that allows one of these requests.
fn who_may(view: &View<'_>, asked: &[(&'static str, Request<'_>)], told: impl Fn(&Bound<'_>, &str, &str) -> (Severity, String)) -> Verdict {
    let rbac = view.rbac();
    let mut verdict = Verdict::over("binding", "bindings");
    for bound in rbac.bindings() {
        verdict.saw(rights::category(view, bound));
        if bound.subjects.is_empty() || bound.is_admin() || rbac.is_stock(bound) {
            continue;
        }
        for (rule, request) in asked {
            let names: Vec<&str> =
                bound.rules.iter().filter(|r| r.allows_some(request)).flat_map(|r| r.resource_names.iter().map(String::as_str)).collect();
            let limit = match (bound.rules.iter().any(|r| r.allows(request)), names.is_empty()) {
                (true, _) => String::new(),
                (false, false) => format!(" named {}", names.join(", ")),
                (false, true) => continue,
            };
            // Certificate requests and their signers are cluster-scoped: a RoleBinding gives nothing on them.
            if !bound.cluster && request.group == "certificates.k8s.io" {
                continue;
            }
            let (severity, message) = told(bound, rule, &limit);
            verdict.find(rights::finding(view, bound, "roleRef").rule(*rule).severity(severity).review().message(message));
        }
    }
    verdict
}

fn csr_rights(view: &View<'_>) -> Verdict {
    const GROUP: &str = "certificates.k8s.io";
    let asked = [
        ("create_csr", Request::on("create", GROUP, "certificatesigningrequests")),
        ("approve_csr", Request::on("approve", GROUP, "signers")),
        ("sign_csr", Request::on("sign", GROUP, "signers")),
    ];
    who_may(view, &asked, |bound, rule, limit| {
        let who = crate::analysis::rbac::subjects::list(&bound.subjects);
        match rule {
            "create_csr" => {
                (Severity::Low, format!("{who} may ask for certificates; confirm that the job needs it and that others approve them."))
            }
            "approve_csr" => (Severity::Medium, format!("{who} may approve requests for signers{limit}; confirm that the job needs it.")),
            _ => (Severity::Medium, format!("{who} may sign for signers{limit}; confirm that it is the component that implements them.")),
        }
    })
}

fn token_request_rights(view: &View<'_>) -> Verdict {
    who_may(view, &[("create_tokens", Request::on("create", "", "serviceaccounts/token"))], |bound, _, limit| {
        let who = crate::analysis::rbac::subjects::list(&bound.subjects);
        let severity = if limit.is_empty() { Severity::Medium } else { Severity::Low };
        (severity, format!("{who} may make tokens for ServiceAccounts{limit} {}; confirm that the job needs it.", bound.place()))
    })
}

const DAY: i64 = 24 * HOUR;

fn token_lifetime(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("workload", "workloads");
    for (workload, category) in view.workloads() {
        verdict.saw(category);
        for (spec, pods) in view.specs(workload) {
            for volume in &spec.volumes {
                let Some(seconds) = volume.token_seconds.iter().copied().filter(|s| *s > DAY).max() else { continue };
                verdict.find(
                    view.finding(workload.object.clone(), format!("{}.volumes[name={}].projected", workload.spec_path(), volume.name))
                        .pods(pods)
                        .observed(format!("expirationSeconds: {seconds} ({})", days(seconds)))
                        .message("A copy of this token works for longer than a day, as long as its pod lives."),
                );
            }
        }
    }
    let servers = control_plane::api_servers(view.inventory);
    if servers.is_empty() {
        // The volumes are judged all the same; the server's own limits are what stays unseen.
        verdict.note(control_plane::unseen(view.inventory, Setting::TokenLifetime));
    }
    unseen::tell_sources(view, Setting::TokenLifetime, &mut verdict, &servers);
    for server in servers {
        let told = |field: &str, observed: String, message: &'static str| {
            Finding::new(view.cluster_wide(), server.object.clone(), server.field(field))
                .severity(Severity::Low)
                .review()
                .observed(observed)
                .message(message)
        };
        verdict.find_all(unseen::sealed_flags(view, &server, |name| name.starts_with("service-account-")));
        if server.boolean("service-account-extend-token-expiration", view.inventory.minor()) == Some(true) {
            verdict.find(told(
                "service-account-extend-token-expiration",
                "true".to_owned(),
                "The tokens that are mounted by default really live for a year, for programs that don't read the new one; once none is left, switch it off.",
            ));
        }
        if let Some(limit) = server.value("service-account-max-token-expiration").filter(|v| hours(v).is_some_and(|h| h > 24.0)) {
            verdict.find(told(
                "service-account-max-token-expiration",
                limit.to_owned(),
                "Tokens made on request may live longer than a day; confirm that something needs that.",
            ));
        }
    }
    verdict
}

/// Hours of a duration as Go writes it: `48h0m0s`.
fn hours(text: &str) -> Option<f64> {
    go_duration(text).map(|length| length.as_secs_f64() / 3600.0)
}

#[cfg(test)]
mod tests {
    use super::hours;

    #[test]
    fn durations_are_read_as_go_writes_them() {
        assert_eq!(hours("48h0m0s"), Some(48.0));
        assert_eq!((hours("90m"), hours("1y"), hours("12")), (Some(1.5), None, None));
    }
}

//! Control 1.3: every credential can be taken back. Certificates and long-lived tokens can't, or not at once; both show in the API.

use crate::checks::{Check, Need, Verdict, View};
use crate::kinds::config::CertificateRequest;
use crate::model::{Category, Finding, Kind, ObjectRef, Severity};
use jiff::Timestamp;
use x509_parser::prelude::{FromDer, Pem, X509Certificate, X509CertificationRequest, X509Name};

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
        why: "A Secret of type kubernetes.io/service-account-token holds a token without an end. A copy of it works until somebody deletes the \
              Secret or the ServiceAccount, and nothing shows how many copies there are.",
        mend: "Move the user of the token to one that expires (a projected volume, or kubectl create token), then delete the Secret.",
        blind_spots: "The last use is known only where the server puts the label kubernetes.io/legacy-token-last-used (since 1.26) and lists it. \
                      Tokens copied into other Secrets or outside of the cluster don't show.",
        judge: legacy_tokens,
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
    let issued = validity(&request.status.certificate);
    if issued.is_some_and(|(_, end)| end < now.as_second()) {
        return None;
    }
    let seconds = issued.map(|(start, end)| end - start).or(request.spec.expiration_seconds);
    let lifetime = match (issued, seconds) {
        (Some((_, end)), Some(seconds)) => format!("{}, until {}", days(seconds), day(end)),
        (None, Some(seconds)) => format!("{} asked for", days(seconds)),
        (_, None) => "as long as the signer gives, usually a year".to_owned(),
    };
    let masters = name.organizations.iter().any(|o| o == crate::analysis::rbac::subjects::MASTERS);
    let organizations = if name.organizations.is_empty() { "none".to_owned() } else { name.organizations.join(", ") };
    let finding = Finding::new(category, object, "spec.request").observed(format!(
        "CN={}; O={organizations}; asked for by {} on {date}; lifetime {lifetime}",
        name.common_name, request.spec.username
    ));
    Some(if masters {
        finding
            .severity(Severity::Critical)
            .message("It is for system:masters, which passes before any right is checked and can't be taken back before it expires.")
    } else if seconds.is_some_and(|s| s <= 24 * HOUR) {
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

/// The organizations that a request asks for; empty where it can't be read.
pub(super) fn requested_organizations(request: &CertificateRequest) -> Vec<String> {
    requested_name(&request.spec.request).map(|name| name.organizations).unwrap_or_default()
}

/// The name that a request asks for.
struct Name {
    common_name: String,
    organizations: Vec<String>,
}

fn requested_name(request: &str) -> Option<Name> {
    let der = pem(request)?;
    let (_, parsed) = X509CertificationRequest::from_der(&der).ok()?;
    Some(name_of(&parsed.certification_request_info.subject))
}

fn name_of(subject: &X509Name<'_>) -> Name {
    let text = |a: &x509_parser::x509::AttributeTypeAndValue<'_>| a.as_str().unwrap_or("?").to_owned();
    Name {
        common_name: subject.iter_common_name().next().map(text).unwrap_or_default(),
        organizations: subject.iter_organization().map(text).collect(),
    }
}

/// Start and end of an issued certificate, in seconds.
fn validity(certificate: &str) -> Option<(i64, i64)> {
    let der = pem(certificate)?;
    let (_, parsed) = X509Certificate::from_der(&der).ok()?;
    Some((parsed.validity().not_before.timestamp(), parsed.validity().not_after.timestamp()))
}

/// The first PEM block of a base64 text.
fn pem(base64: &str) -> Option<Vec<u8>> {
    let text: String = base64.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes = data_encoding::BASE64.decode(text.as_bytes()).ok()?;
    Pem::iter_from_buffer(&bytes).next()?.ok().map(|block| block.contents)
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
    verdict
}

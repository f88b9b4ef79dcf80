//! Judge of `4.3/api-tls`: the connection over which the cluster was read. Nothing is sent for it; the collection looks at its own handshake.

use super::transport::weak_ciphers;
use crate::analysis::certificates::{self, Certificate};
use crate::judging::{Verdict, View};
use crate::kinds::Connection;
use crate::model::{Finding, ObjectRef, Severity};

/// What must have been seen, in the words of `needs`.
const NEED: &str = "connection to the API server";

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let cluster = view.cluster();
    let Some(connection) = &cluster.connection else {
        let why = "The connection to the API server was not looked at: this was read from files, which make none.";
        return Verdict::blocked(why, vec![NEED.to_owned()]);
    };
    let finding =
        |field: &str| Finding::new(view.cluster_wide(), ObjectRef::new("", "Cluster", "", &cluster.server), field).severity(Severity::High);
    let mut verdict = Verdict::over("connection", "connections");
    verdict.saw(view.cluster_wide());
    if cluster.server.get(..7).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://")) {
        verdict.find(finding("server").rule("plaintext").severity(Severity::Critical).observed(cluster.server.clone()).message(
            "The API server is asked without TLS: credentials and everything that is read or written can be read and changed on the way.",
        ));
        return verdict;
    }
    if connection.unverified {
        verdict.find(finding("insecure-skip-tls-verify").rule("unverified").observed("true").message(
            "The kubeconfig says not to verify who answers: anybody between can take the API server's place and keep the credentials.",
        ));
    }
    protocol(connection, &finding, &mut verdict);
    let (chain, unreadable) = chain(connection);
    for (nth, certificate) in chain.iter().enumerate() {
        certificate_faults(certificate, nth == 0, view, &finding, &mut verdict);
    }
    if unreadable > 0 {
        let told = finding("connection.chain").rule("unreadable").review().severity(Severity::Low);
        verdict.find(
            told.observed(format!("{unreadable} of {}", connection.chain.len()))
                .message("What the server showed here could not be judged."),
        );
    }
    if verdict.outcome() == crate::model::Outcome::Fail {
        return verdict;
    }
    if connection.protocol.is_empty() || connection.chain.is_empty() {
        let why = if connection.note.is_empty() { "it told neither protocol nor certificate" } else { &connection.note };
        return verdict.block(format!("The connection to the API server could not be judged: {why}."), vec![NEED.to_owned()]);
    }
    let last = chain.first().map(|own| own.not_after.strftime("%Y-%m-%d").to_string()).unwrap_or_default();
    if verdict.outcome() == crate::model::Outcome::Pass {
        verdict.because(format!(
            "{} with {}; the server's certificate is verified, strong enough, and holds until {last}.",
            connection.protocol, connection.cipher
        ));
    }
    verdict
}

fn protocol(connection: &Connection, finding: &dyn Fn(&str) -> Finding, verdict: &mut Verdict) {
    if !connection.protocol.is_empty() && !matches!(connection.protocol.as_str(), "TLSv1.2" | "TLSv1.3") {
        let told = finding("connection.protocol").rule("protocol").observed(connection.protocol.clone());
        verdict.find(told.message("This protocol is broken, and no strong cryptography in the sense of PCI DSS; TLS 1.2 or 1.3 is."));
    }
    let weak = weak_ciphers([connection.cipher.as_str()]);
    if !weak.is_empty() {
        let told = finding("connection.cipher").rule("cipher").observed(weak.join(", "));
        verdict.find(told.message("This cipher is broken, or gives away all past traffic once the server's key is lost."));
    }
}

/// The certificates that were shown, the server's own first, and how many of them can't be read.
fn chain(connection: &Connection) -> (Vec<Certificate>, usize) {
    let read: Vec<Certificate> = connection.chain.iter().filter_map(|der| certificates::read_der_base64(der)).collect();
    let unreadable = connection.chain.len() - read.len();
    (read, unreadable)
}

fn certificate_faults(certificate: &Certificate, own: bool, view: &View<'_>, finding: &dyn Fn(&str) -> Finding, verdict: &mut Verdict) {
    let field = format!("connection.chain[{}]", certificate.digest.get(..12).unwrap_or_default());
    let mut tell = |rule: &'static str, severity, what: String, message: &'static str| {
        let observed = format!("{} ({what})", certificate.subject);
        verdict.find(finding(&field).rule(rule).severity(severity).observed(observed).message(message));
    };
    let day = |time: jiff::Timestamp| time.strftime("%Y-%m-%d").to_string();
    let (left, last) = (certificate.days_left(view.now), day(certificate.not_after));
    // Clocks differ by minutes, and a certificate may be new.
    if certificate.not_before.as_second() > view.now.as_second() + 86_400 {
        let what = format!("valid from {}", day(certificate.not_before));
        tell("not-yet-valid", Severity::High, what, "This certificate is not valid yet: clients that verify it refuse it.");
    }
    // As 5.1/expiry: a certificate that is made to be short is not late until a third of its life is left.
    if left < 0 {
        tell("expired", Severity::High, format!("expired on {last}"), "This certificate has expired: clients that verify it refuse it.");
    } else if left < 30.min(certificate.lifetime_days() / 3) {
        let what = format!("expires on {last}, in {left} days");
        tell("expires-soon", Severity::High, what, "Nothing seems to renew this certificate, and its end is near.");
    }
    if let Some(weak) = certificate.weak_key() {
        let severity = if own { Severity::High } else { Severity::Medium };
        tell("weak-key", severity, weak, "A key of this strength can be broken, and with it every connection that relies on it.");
    }
    if certificate.weakly_signed() {
        let message = "Signatures over this digest can be forged, so somebody else's certificate may carry the same one.";
        tell("weak-signature", Severity::Medium, certificate.signature.clone(), message);
    }
}

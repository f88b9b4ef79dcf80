//! Which server is believed. Certificates are verified by the TLS library; beside that, a certificate that the kubeconfig gives as authority and
//! that the server shows itself is believed, as kubectl believes it: Go counts it as a chain of one, whoever signed it.

use super::CollectError;
use super::words::chain;
use jiff::Timestamp;
use kassay_core::analysis::certificates;
use kube::client::ConfigExt;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use std::sync::Arc;
use std::time::Duration;

/// How to speak TLS to the server that a configuration names, and to a proxy on the way.
///
/// # Errors
/// Where a certificate or key of the kubeconfig can't be used.
pub(super) fn settings(config: &kube::Config) -> Result<ClientConfig, CollectError> {
    let given = config.root_cert.as_ref().filter(|_| !config.accept_invalid_certs && config.root_cert_file.is_none());
    // Made first: what the library says of a certificate below is then said of the user's.
    let verifier = given.map(|given| Verifier::new(given)).transpose()?;
    let user = &config.auth_info;
    let own = user.client_certificate.is_some() || user.client_certificate_data.is_some();
    let whose = if own { "the client certificate and key of the user" } else { "the certificates that this system trusts" };
    let unusable = |error: kube::Error| CollectError::Kubeconfig(format!("{whose} can't be used: {}", chain(&error)));
    let mut tls = config.rustls_client_config().map_err(unusable)?;
    if let Some(verifier) = verifier {
        tls.dangerous().set_certificate_verifier(Arc::new(verifier));
    }
    Ok(tls)
}

/// Believes whom the given certificates vouch for, and those certificates themselves.
#[derive(Debug)]
struct Verifier {
    chains: Arc<WebPkiServerVerifier>,
    given: Vec<CertificateDer<'static>>,
}

impl Verifier {
    fn new(given: &[Vec<u8>]) -> Result<Self, CollectError> {
        let unusable = |why: String| CollectError::Kubeconfig(format!("the certificate authority of the cluster can't be used: {why}"));
        let given: Vec<_> = given.iter().cloned().map(CertificateDer::from).collect();
        let mut roots = RootCertStore::empty();
        for certificate in &given {
            roots.add(certificate.clone()).map_err(|error| unusable(words(&error)))?;
        }
        let chains = WebPkiServerVerifier::builder(Arc::new(roots)).build().map_err(|_| unusable("it holds no certificate".to_owned()))?;
        Ok(Self { chains, given })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.chains.verify_server_cert(shown, between, name, ocsp, now) {
            Err(_) if self.given.contains(shown) => fits(shown, name, now).map(|()| ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chains.verify_tls12_signature(message, shown, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chains.verify_tls13_signature(message, shown, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chains.supported_verify_schemes()
    }
}

/// Holds a certificate that is believed for itself to what Go's verifier still asks of it: its time, its names and its use.
fn fits(shown: &CertificateDer<'_>, name: &ServerName<'_>, now: UnixTime) -> Result<(), Error> {
    // The library parses it once more, and refuses what it does not know and what is critical.
    let parsed = ParsedCertificate::try_from(shown)?;
    let certificate = certificates::read_der(shown).ok_or(CertificateError::BadEncoding)?;
    let moment = i64::try_from(now.as_secs()).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    let moment = moment.ok_or(Error::FailedToGetCurrentTime)?;
    if moment < certificate.not_before {
        return Err(CertificateError::NotValidYetContext { time: now, not_before: unix(certificate.not_before) }.into());
    }
    if moment > certificate.not_after {
        return Err(CertificateError::ExpiredContext { time: now, not_after: unix(certificate.not_after) }.into());
    }
    verify_server_name(&parsed, name)?;
    if certificate.may_serve { Ok(()) } else { Err(CertificateError::InvalidPurpose.into()) }
}

fn unix(time: Timestamp) -> UnixTime {
    UnixTime::since_unix_epoch(Duration::from_secs(u64::try_from(time.as_second()).unwrap_or_default()))
}

/// What a handshake failed at, as a sentence without its end.
pub(super) fn words(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(fault) => of_certificate(fault),
        Error::InvalidMessage(_) => "what answers there does not speak TLS".to_owned(),
        Error::AlertReceived(alert) => format!("the server broke off the handshake ({})", spaced(&format!("{alert:?}"))),
        Error::PeerIncompatible(why) => {
            format!("the server and this program have no way to encrypt in common ({})", spaced(&format!("{why:?}")))
        }
        Error::NoCertificatesPresented => "the server shows no certificate".to_owned(),
        Error::InconsistentKeys(_) => "the certificate and the key are not of one pair".to_owned(),
        Error::FailedToGetCurrentTime => "the clock of this machine can't be read".to_owned(),
        Error::General(words) => words.clone(),
        other => format!("the handshake failed ({})", spaced(&format!("{other:?}"))),
    }
}

fn of_certificate(fault: &CertificateError) -> String {
    match fault {
        CertificateError::ExpiredContext { not_after, .. } => format!("the certificate of the server expired on {}", date(*not_after)),
        CertificateError::Expired => "the certificate of the server has expired".to_owned(),
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("the certificate of the server is not valid before {}: check the clock of this machine", date(*not_before))
        }
        CertificateError::NotValidYet => "the certificate of the server is not valid yet: check the clock of this machine".to_owned(),
        CertificateError::NotValidForNameContext { expected, presented } => {
            let names: Vec<&str> = presented.iter().map(|name| bare(name)).collect();
            let names = if names.is_empty() { "no name".to_owned() } else { names.join(", ") };
            format!("the certificate of the server is not for “{}”, but for {names}", expected.to_str())
        }
        CertificateError::NotValidForName => "the certificate of the server is for another name".to_owned(),
        CertificateError::UnknownIssuer => "the certificate of the server is signed by nobody who is trusted here".to_owned(),
        CertificateError::BadSignature => {
            "the certificate of the server is not signed by the authority that the kubeconfig trusts, although it names one of that name: the cluster may have been set up anew, or another answers".to_owned()
        }
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "the certificate of the server is not for servers: its extended key usage names other uses only".to_owned()
        }
        CertificateError::BadEncoding => "the certificate is none that can be parsed".to_owned(),
        CertificateError::Other(other) => format!("the certificate of the server can't be verified ({})", spaced(&other.to_string())),
        other => format!("the certificate of the server can't be verified ({})", spaced(&format!("{other:?}"))),
    }
}

/// A moment as a date and a time.
fn date(time: UnixTime) -> String {
    let time = i64::try_from(time.as_secs()).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.map_or_else(|| "a day that no calendar knows".to_owned(), |time| time.to_string())
}

/// A name of a certificate without the kind that the library writes around it: `DnsName("kube.example")`.
fn bare(name: &str) -> &str {
    let inner = name.split_once('(').map_or(name, |(_, rest)| rest.trim_end_matches(')'));
    inner.trim_matches('"')
}

/// The words in a name such as `CaUsedAsEndEntity`, up to the first sign that is none.
fn spaced(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars().take_while(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '_')) {
        if letter.is_uppercase() && words.ends_with(|last: char| last.is_lowercase() || last.is_numeric()) {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_told_in_words_and_dates() {
        let at = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let expired = CertificateError::ExpiredContext { time: at(1_800_000_000), not_after: at(1_700_000_000) };
        assert_eq!(words(&expired.into()), "the certificate of the server expired on 2023-11-14T22:13:20Z");
        let other = CertificateError::NotValidForNameContext {
            expected: ServerName::try_from("kube.acme.example").unwrap(),
            presented: vec!["DnsName(\"other.example\")".to_owned(), "IpAddress(10.0.0.1)".to_owned()],
        };
        assert_eq!(words(&other.into()), "the certificate of the server is not for “kube.acme.example”, but for other.example, 10.0.0.1");
        assert_eq!(spaced("CaUsedAsEndEntity"), "ca used as end entity");
        assert_eq!(spaced("BadTag(Foo { x: 1 })"), "bad tag");
    }
}

//! Which server is believed. Certificates are verified by the TLS library; beside that, a certificate that the kubeconfig gives as authority and
//! that the server shows itself is believed, as kubectl believes it: Go counts it as a chain of one, whoever signed it.

use super::words::chain;
use super::{CollectError, handshake};
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
            roots.add(certificate.clone()).map_err(|error| unusable(handshake::words(&error)))?;
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

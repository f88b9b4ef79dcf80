//! Certificate requests and certificates as the API holds them: PEM within base64.

use crate::kinds::config::CertificateRequest;
use x509_parser::prelude::{FromDer, Pem, X509Certificate, X509CertificationRequest, X509Name};

/// The organizations that a request asks for; empty where it can't be read.
pub(in crate::checks) fn requested_organizations(request: &CertificateRequest) -> Vec<String> {
    requested_name(&request.spec.request).map(|name| name.organizations).unwrap_or_default()
}

/// The name that a request asks for.
pub(super) struct Name {
    /// CN, the user name.
    pub(super) common_name: String,
    /// O, the groups.
    pub(super) organizations: Vec<String>,
}

/// The name in a request; none where it can't be read.
pub(super) fn requested_name(request: &str) -> Option<Name> {
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
pub(super) fn validity(certificate: &str) -> Option<(i64, i64)> {
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

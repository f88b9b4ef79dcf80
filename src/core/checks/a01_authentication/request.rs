//! Certificate requests and certificates as the API holds them: PEM within base64.

use crate::kinds::config::CertificateRequest;
use x509_parser::asn1_rs::Tag;
use x509_parser::prelude::{FromDer, Pem, X509Certificate, X509CertificationRequest, X509Name};
use x509_parser::x509::AttributeTypeAndValue;

/// What a request, and the certificate that came of it, say of groups.
pub(in crate::checks) struct Organizations {
    /// O, the groups, of both.
    pub(in crate::checks) names: Vec<String>,
    /// What of them could not be read.
    pub(in crate::checks) unread: Vec<&'static str>,
}

/// The organizations that a request asks for, and those in the certificate that was issued: a signer may write others.
pub(in crate::checks) fn organizations(request: &CertificateRequest) -> Organizations {
    let mut told = Organizations { names: vec![], unread: vec![] };
    let mut take = |name: Option<Name>, what| match name {
        Some(name) => {
            told.names.extend(name.organizations);
            if !name.whole {
                told.unread.push(what);
            }
        }
        None => told.unread.push(what),
    };
    take(requested_name(&request.spec.request), "spec.request");
    if !request.status.certificate.is_empty() {
        take(issued(&request.status.certificate).map(|issued| issued.name), "status.certificate");
    }
    told.names.sort();
    told.names.dedup();
    told
}

/// The name that a request asks for.
pub(super) struct Name {
    /// CN, the user name.
    pub(super) common_name: String,
    /// O, the groups.
    pub(super) organizations: Vec<String>,
    /// Whether every part of both could be read.
    pub(super) whole: bool,
}

/// The name in a request; none where it can't be read.
pub(super) fn requested_name(request: &str) -> Option<Name> {
    let der = pem(request)?;
    let (_, parsed) = X509CertificationRequest::from_der(&der).ok()?;
    Some(name_of(&parsed.certification_request_info.subject))
}

fn name_of(subject: &X509Name<'_>) -> Name {
    let mut whole = true;
    let mut read = |attribute: &AttributeTypeAndValue<'_>| {
        text(attribute).unwrap_or_else(|| {
            whole = false;
            "?".to_owned()
        })
    };
    // Of several common names the API server takes the last.
    let common_name = subject.iter_common_name().map(&mut read).last().unwrap_or_default();
    let organizations = subject.iter_organization().map(read).collect();
    Name { common_name, organizations, whole }
}

/// A value of a name in any of the types in which X.509 writes text; none where its bytes are no such text.
fn text(attribute: &AttributeTypeAndValue<'_>) -> Option<String> {
    let value = attribute.attr_value();
    match value.tag() {
        Tag::BmpString => {
            let (pairs, []) = value.data.as_chunks::<2>() else { return None };
            String::from_utf16(&pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect::<Vec<_>>()).ok()
        }
        Tag::UniversalString => {
            let (characters, []) = value.data.as_chunks::<4>() else { return None };
            characters.iter().map(|character| char::from_u32(u32::from_be_bytes(*character))).collect()
        }
        // Everybody reads these as Latin-1, or as UTF-8 where they are.
        Tag::T61String | Tag::VideotexString | Tag::GraphicString | Tag::GeneralString => {
            Some(std::str::from_utf8(value.data).map_or_else(|_| value.data.iter().copied().map(char::from).collect(), str::to_owned))
        }
        Tag::Utf8String | Tag::PrintableString | Tag::NumericString | Tag::Ia5String | Tag::VisibleString => {
            std::str::from_utf8(value.data).ok().map(str::to_owned)
        }
        _ => None,
    }
}

/// What an issued certificate says.
pub(super) struct Issued {
    /// Its name.
    pub(super) name: Name,
    /// Start, in seconds.
    pub(super) from: i64,
    /// End, in seconds.
    pub(super) until: i64,
}

/// The last day that a certificate can name, which stands for no end at all.
pub(super) const NEVER: i64 = 253_402_214_400;

/// What an issued certificate says; none where it can't be read.
pub(super) fn issued(certificate: &str) -> Option<Issued> {
    let der = pem(certificate)?;
    let (_, parsed) = X509Certificate::from_der(&der).ok()?;
    let validity = parsed.validity();
    Some(Issued { name: name_of(parsed.subject()), from: validity.not_before.timestamp(), until: validity.not_after.timestamp() })
}

/// The first PEM block of a base64 text.
fn pem(base64: &str) -> Option<Vec<u8>> {
    let text: String = base64.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes = data_encoding::BASE64.decode(text.as_bytes()).ok()?;
    Pem::iter_from_buffer(&bytes).next()?.ok().map(|block| block.contents)
}

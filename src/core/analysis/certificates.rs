//! Certificates that the API shows without any secret: who they name, how long they hold, who signed them.
//!
//! They come as PEM (ConfigMaps), as PEM in base64 (`caBundle`, status of a CSR), several in a row as a rule. What can't be parsed is told
//! as such, because a check that counts certificates must not count fewer than there are.

use jiff::Timestamp;
use x509_parser::prelude::{FromDer, Pem, X509Certificate};

/// What matters of one certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Subject, as a distinguished name.
    pub subject: String,
    /// Issuer, as a distinguished name.
    pub issuer: String,
    /// Valid from.
    pub not_before: Timestamp,
    /// Valid until.
    pub not_after: Timestamp,
    /// Whether it may sign others.
    pub is_ca: bool,
    /// SHA-256 of its DER form, to tell the same certificate in many places.
    pub digest: String,
}

impl Certificate {
    /// Whole days from now until it ends; negative when it has ended.
    #[must_use]
    pub fn days_left(&self, now: Timestamp) -> i64 {
        (self.not_after.as_second() - now.as_second()).div_euclid(86_400)
    }

    /// Whole days between its two dates.
    #[must_use]
    pub fn lifetime_days(&self) -> i64 {
        (self.not_after.as_second() - self.not_before.as_second()).div_euclid(86_400)
    }
}

/// What a text of certificates holds: those that could be parsed, and how many could not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bundle {
    /// Certificates in their order.
    pub certificates: Vec<Certificate>,
    /// Blocks that are no certificate that can be read.
    pub unreadable: usize,
}

/// Reads every certificate of a PEM text. Blocks of other kinds (public keys, say) are passed over.
#[must_use]
pub fn read_pem(text: &str) -> Bundle {
    use sha2::{Digest, Sha256};
    let mut bundle = Bundle::default();
    for block in Pem::iter_from_buffer(text.as_bytes()) {
        match block {
            Ok(pem) if pem.label == "CERTIFICATE" || pem.label == "TRUSTED CERTIFICATE" => match X509Certificate::from_der(&pem.contents) {
                Ok((_, x509)) => match certificate(&x509, data_encoding::HEXLOWER.encode(&Sha256::digest(&pem.contents))) {
                    Some(certificate) => bundle.certificates.push(certificate),
                    None => bundle.unreadable += 1,
                },
                Err(_) => bundle.unreadable += 1,
            },
            Ok(_) => {}
            Err(_) => bundle.unreadable += 1,
        }
    }
    bundle
}

/// Reads PEM in base64, as `caBundle` fields hold it; an empty field is an empty bundle.
#[must_use]
pub fn read_base64(text: &str) -> Bundle {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if compact.is_empty() {
        return Bundle::default();
    }
    match data_encoding::BASE64.decode(compact.as_bytes()).map(String::from_utf8) {
        Ok(Ok(pem)) => read_pem(&pem),
        _ => Bundle { certificates: vec![], unreadable: 1 },
    }
}

fn certificate(x509: &X509Certificate<'_>, digest: String) -> Option<Certificate> {
    Some(Certificate {
        subject: name(x509.subject()),
        issuer: name(x509.issuer()),
        not_before: Timestamp::from_second(x509.validity().not_before.timestamp()).ok()?,
        not_after: Timestamp::from_second(x509.validity().not_after.timestamp()).ok()?,
        is_ca: x509.is_ca(),
        digest,
    })
}

fn name(name: &x509_parser::x509::X509Name<'_>) -> String {
    // Names come from outside and end up on a terminal.
    crate::model::text::clean(&name.to_string())
}

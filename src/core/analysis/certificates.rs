//! Certificates that the API shows without any secret: who they name, how long they hold, who signed them.
//!
//! They come as PEM (ConfigMaps), as PEM in base64 (`caBundle`, status of a CSR), several in a row as a rule. What can't be parsed is told
//! as such, because a check that counts certificates must not count fewer than there are.

use jiff::Timestamp;
use x509_parser::prelude::{FromDer, Pem, X509Certificate};
use x509_parser::public_key::PublicKey;

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
    /// Whether its use allows it to be a server's (RFC 5280, 4.2.1.12): it names no uses at all, or servers, or anything.
    pub may_serve: bool,
    /// SHA-256 of its DER form, to tell the same certificate in many places.
    pub digest: String,
    /// Its public key.
    pub key: Key,
    /// The algorithm of its signature, by name: `sha256WithRSAEncryption`; the dotted number where no name is known.
    pub signature: String,
}

/// A public key, as far as its strength goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// RSA with a modulus of so many bits.
    Rsa(usize),
    /// On an elliptic curve over a field of so many bits (Ed25519 and the like included).
    Curve(usize),
    /// DSA, which no browser or library accepts any more.
    Dsa,
    /// Something else, which is not judged.
    Other,
}

impl Certificate {
    /// What is weak about its key, if anything is: less than 112 bits of security (NIST SP 800-57 part 1; PCI DSS glossary, "strong cryptography").
    #[must_use]
    pub fn weak_key(&self) -> Option<String> {
        match self.key {
            Key::Rsa(bits) if bits < 2048 => Some(format!("RSA key of {bits} bits")),
            Key::Curve(bits) if bits < 224 => Some(format!("elliptic-curve key of {bits} bits")),
            Key::Dsa => Some("DSA key".to_owned()),
            Key::Rsa(_) | Key::Curve(_) | Key::Other => None,
        }
    }

    /// Whether it is signed over a digest that is broken: MD2, MD5 or SHA-1. Nobody relies on the signature of a root over itself.
    #[must_use]
    pub fn weakly_signed(&self) -> bool {
        let name = self.signature.to_ascii_lowercase();
        self.subject != self.issuer && ["md2", "md5", "sha1"].iter().any(|digest| name.contains(digest))
    }

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

/// Reads one certificate as DER in base64, as a connection shows them; `None` where it is none.
#[must_use]
pub fn read_der_base64(text: &str) -> Option<Certificate> {
    read_der(&data_encoding::BASE64.decode(text.trim().as_bytes()).ok()?)
}

/// Reads one certificate as DER; `None` where it is none.
#[must_use]
pub fn read_der(der: &[u8]) -> Option<Certificate> {
    use sha2::{Digest, Sha256};
    let (_, x509) = X509Certificate::from_der(der).ok()?;
    certificate(&x509, data_encoding::HEXLOWER.encode(&Sha256::digest(der)))
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
        // Uses that stand there twice or can't be read permit nothing.
        may_serve: x509.extended_key_usage().is_ok_and(|uses| uses.is_none_or(|uses| uses.value.any || uses.value.server_auth)),
        digest,
        key: key(x509),
        signature: algorithm(&x509.signature_algorithm.algorithm),
    })
}

fn key(x509: &X509Certificate<'_>) -> Key {
    match x509.public_key().parsed() {
        Ok(PublicKey::RSA(rsa)) => Key::Rsa(rsa.key_size()),
        Ok(PublicKey::EC(point)) => Key::Curve(point.key_size()),
        Ok(PublicKey::DSA(_)) => Key::Dsa,
        // Ed25519 and Ed448 have names of their own (RFC 8410).
        Ok(PublicKey::Unknown(bytes)) => match x509.public_key().algorithm.algorithm.to_id_string().as_str() {
            "1.3.101.112" | "1.3.101.113" => Key::Curve(bytes.len() * 8),
            _ => Key::Other,
        },
        _ => Key::Other,
    }
}

/// Names of the algorithms that certificates are signed with (RFC 3279, 4055, 5758, 8410); others keep their number.
fn algorithm(oid: &x509_parser::der_parser::oid::Oid<'_>) -> String {
    let id = oid.to_id_string();
    let name = match id.as_str() {
        "1.2.840.113549.1.1.2" => "md2WithRSAEncryption",
        "1.2.840.113549.1.1.4" => "md5WithRSAEncryption",
        "1.2.840.113549.1.1.5" | "1.3.14.3.2.29" => "sha1WithRSAEncryption",
        "1.2.840.10040.4.3" => "dsa-with-sha1",
        "1.2.840.10045.4.1" => "ecdsa-with-SHA1",
        "1.2.840.113549.1.1.10" => "RSASSA-PSS",
        "1.2.840.113549.1.1.11" => "sha256WithRSAEncryption",
        "1.2.840.113549.1.1.12" => "sha384WithRSAEncryption",
        "1.2.840.113549.1.1.13" => "sha512WithRSAEncryption",
        "1.2.840.10045.4.3.2" => "ecdsa-with-SHA256",
        "1.2.840.10045.4.3.3" => "ecdsa-with-SHA384",
        "1.2.840.10045.4.3.4" => "ecdsa-with-SHA512",
        "1.3.101.112" => "Ed25519",
        "1.3.101.113" => "Ed448",
        _ => return id,
    };
    name.to_owned()
}

fn name(name: &x509_parser::x509::X509Name<'_>) -> String {
    // Names come from outside and end up on a terminal.
    crate::model::text::clean(&name.to_string())
}

//! What a handshake failed at, in words of certificates, with dates.

use jiff::Timestamp;
use rustls::pki_types::UnixTime;
use rustls::{CertificateError, Error};

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
    use rustls::pki_types::ServerName;
    use std::time::Duration;

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

//! Errors of the libraries below in words that a reader of kubeconfigs and certificates knows.

use super::{CollectError, handshake};
use kassay_core::model::text::clean;
use kassay_core::sensitive::{without_quoted, without_secrets};
use rustls::pki_types::pem;
use std::error::Error;
use std::io;
use tokio::task::JoinError;

/// An error with what caused it: the outermost words alone ("error trying to connect") help nobody. What a handshake failed at is said in our
/// words, and says all.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut words = String::new();
    let mut at = Some(error);
    while let Some(cause) = at {
        if let Some(of_tls) = tls_error(cause) {
            return clean(&without_secrets(&handshake::words(of_tls)));
        }
        // Their own words quote what they could not read, and that may be a key.
        if let Some(of_text) = cause.downcast_ref::<pem::Error>() {
            return of_pem(of_text).to_owned();
        }
        let more = cause.to_string();
        if words.is_empty() {
            words = more;
        } else if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        at = cause.source();
    }
    for (theirs, ours) in OURS {
        words = words.replace(theirs, ours);
    }
    clean(&without_secrets(&words))
}

/// Pieces of messages of the client library, and what is said instead.
const OURS: &[(&str, &str)] = &[
    ("ServiceError: ", ""),
    ("HyperError: ", ""),
    ("rustls tls error: ", ""),
    ("client error (Connect): ", ""),
    ("client error (SendRequest): ", ""),
    ("tcp connect error: ", ""),
    ("failed to infer kubeconfig: ", ""),
    ("failed to read an incluster environment variable: environment variable not found", "KUBERNETES_SERVICE_HOST is not set"),
    ("auth error: ", ""),
    ("identity PEM is missing a private key: the key must be PKCS8 or RSA/PKCS1", "there is no key of a known form"),
    ("identity PEM is missing certificate", "there is no certificate"),
    ("unknown private key format", "there is something else than certificates and keys"),
    ("failed to load client certificate: ", ""),
    ("failed to load client key: ", ""),
    ("failed to decode base64 data: ", "it is not in base64: "),
    ("failed to read file ", "it can't be read: "),
];

/// What is wrong with a text that should hold certificates or a key.
pub(super) const fn of_pem(error: &pem::Error) -> &'static str {
    match error {
        pem::Error::NoItemsFound => "it holds nothing in PEM",
        pem::Error::Base64Decode(_) => "what stands between its marks is not in base64",
        pem::Error::MissingSectionEnd { .. } => "it is cut off: an END mark is missing",
        _ => "it is no text in PEM",
    }
}

/// An error of a handshake, bare or inside an error of the stream, whose sources pass over it.
fn tls_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    if let Some(found) = error.downcast_ref() {
        return Some(found);
    }
    let inner = error.downcast_ref::<io::Error>()?.get_ref()?;
    inner.downcast_ref().or_else(|| tls_error(inner.downcast_ref::<io::Error>()?))
}

/// What becomes of a thread that broke down. What it said is for whoever mends the program, and so for the log.
pub(super) fn broke_down(error: &JoinError) -> CollectError {
    tracing::error!("a thread that reads broke down: {error}");
    CollectError::Internal("a part of the program broke down while it read, so nothing of it is told".to_owned())
}

/// A parser's words without the value that it stumbled over.
pub(super) fn without_values(error: &serde_json::Error) -> String {
    without_quoted(&error.to_string())
}

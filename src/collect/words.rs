//! Errors of the libraries below in words that a reader of kubeconfigs and certificates knows.

use super::tls;
use kassay_core::model::text::clean;
use kassay_core::sensitive::{without_quoted, without_secrets};
use std::error::Error;
use std::io;

/// An error with what caused it: the outermost words alone ("error trying to connect") help nobody. What a handshake failed at is said in our
/// words, and says all.
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut words = String::new();
    let mut at = Some(error);
    while let Some(cause) = at {
        if let Some(of_tls) = tls_error(cause) {
            return clean(&without_secrets(&tls::words(of_tls)));
        }
        let more = cause.to_string();
        if words.is_empty() {
            words = more;
        } else if !words.contains(&more) {
            words = format!("{words}: {more}");
        }
        at = cause.source();
    }
    for prefix in ["ServiceError: ", "HyperError: "] {
        words = words.replace(prefix, "");
    }
    clean(&without_secrets(&words))
}

/// An error of a handshake, bare or inside an error of the stream, whose sources pass over it.
fn tls_error<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    if let Some(found) = error.downcast_ref() {
        return Some(found);
    }
    let inner = error.downcast_ref::<io::Error>()?.get_ref()?;
    inner.downcast_ref().or_else(|| tls_error(inner.downcast_ref::<io::Error>()?))
}

/// A parser's words without the value that it stumbled over.
pub(super) fn without_values(error: &serde_json::Error) -> String {
    without_quoted(&error.to_string())
}

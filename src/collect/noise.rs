//! What kubectl says between the documents that it prints: people catch both of its streams in one file.

use super::found::{Broken, Found, Held, Take};

/// A line that stands between documents and is no part of one.
pub(super) enum Said<'a> {
    /// Words of no consequence for what was read.
    Words,
    /// The server's refusal: its reason, its words.
    Refusal(&'a str, &'a str),
    /// Something went wrong, and what was asked for did not come.
    Failure,
}

/// Recognises such a line; none where it may be part of a document.
pub(super) fn said(line: &str) -> Option<Said<'_>> {
    let line = line.trim_end().trim_start_matches('\u{feff}');
    if let Some(rest) = line.strip_prefix("Error from server") {
        return Some(match rest.strip_prefix(" (").and_then(|rest| rest.split_once("): ")) {
            Some((reason, words)) => Said::Refusal(reason, words),
            None => Said::Refusal("", rest.trim_start_matches([':', ' '])),
        });
    }
    if line.starts_with("Unable to connect to the server: ")
        || line.starts_with("error: ")
        || line.starts_with("The connection to the server ")
    {
        return Some(Said::Failure);
    }
    let words = line.starts_with("Warning: ")
        || line.starts_with("Cluster info dumped to ")
        || line.starts_with("No resources found")
        || is_klog(line);
    words.then_some(Said::Words)
}

/// A line as Kubernetes programs log: `W1120 10:04:05.123456   42 warnings.go:70] …`.
fn is_klog(line: &str) -> bool {
    let bytes = line.as_bytes();
    bytes.len() > 20
        && matches!(bytes[0], b'I' | b'W' | b'E' | b'F')
        && bytes[1..5].iter().all(u8::is_ascii_digit)
        && bytes[5] == b' '
        && bytes[6..8].iter().all(u8::is_ascii_digit)
        && bytes[8] == b':'
}

/// Hands on what a line says; `false` where the taker has enough.
pub(super) fn tell(said: &Said<'_>, line: usize, take: Take<'_>) -> bool {
    match *said {
        Said::Words => true,
        Said::Refusal(reason, message) => take(Found::Refusal { reason, message }),
        Said::Failure => {
            let message = "kubectl could not do what it was asked, and says so here; what it should have printed is not known".to_owned();
            take(Found::Broken(Broken { line, column: 1, message, held: Held::Anything }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kubectl_says_is_told_from_documents() {
        for words in [
            "Warning: v1 ComponentStatus is deprecated in v1.19+",
            "W1120 10:04:05.123456   42 warnings.go:70] v1 Endpoints is deprecated",
            "Cluster info dumped to standard output",
            "No resources found in shop namespace.",
        ] {
            assert!(matches!(said(words), Some(Said::Words)), "{words}");
        }
        let refusal = said("Error from server (Forbidden): secrets is forbidden: User \"x\" cannot list resource");
        assert!(matches!(refusal, Some(Said::Refusal("Forbidden", words)) if words.starts_with("secrets is forbidden")));
        assert!(matches!(said("Unable to connect to the server: EOF"), Some(Said::Failure)));
        for document in ["{", "[", "apiVersion: v1", "---", "W1: x", "kind: Warning", "- error: x", "warning: x"] {
            assert!(said(document).is_none(), "{document}");
        }
    }
}

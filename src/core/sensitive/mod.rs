//! Detectors for what must never be written down: credentials and card numbers. They run while a page from the API is parsed, so that
//! only what they say stays: detector, length, a masked form and a keyed fingerprint.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

mod card;
mod credential;
mod examiner;
mod telling;

pub use card::find as find_cards;
pub use examiner::Examiner;

/// A random key of one collection: equal secrets have equal fingerprints within it, and nobody can try out values against them later.
#[derive(Clone)]
pub struct FingerprintKey(pub [u8; 32]);

/// What a detector said of one value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detection {
    /// Which detector: `pem-private-key`, `card-number`…
    pub detector: String,
    /// A form that shows no more than is needed to find the place: for cards the first six and last four digits.
    pub masked: String,
    /// Keyed fingerprint of what was found.
    pub fingerprint: String,
}

impl Detection {
    /// Whether it is account data and not a credential.
    #[must_use]
    pub fn is_card(&self) -> bool {
        self.detector == "card-number"
    }
}

/// Runs every detector over a value that stands under a key. The key's words matter: `password = hunter2` is found by them.
fn examine(key: &str, value: &str, fingerprint: &FingerprintKey) -> Vec<Detection> {
    let seal = |detector: &str, masked: String, found: &str| Detection {
        detector: detector.to_owned(),
        masked,
        fingerprint: fingerprint_of(found, fingerprint),
    };
    let mut found: Vec<Detection> = credential::find(key, value).into_iter().map(|hit| seal(hit.detector, hit.masked, hit.found)).collect();
    found.extend(card::find(value).into_iter().map(|digits| seal("card-number", card::mask(&digits), &digits)));
    found.sort_by(|a, b| (&a.detector, &a.masked, &a.fingerprint).cmp(&(&b.detector, &b.masked, &b.fingerprint)));
    found.dedup();
    found
}

fn fingerprint_of(found: &str, key: &FingerprintKey) -> String {
    // HMAC takes a key of any length, so this can't fail; an empty fingerprint would only lose a comparison.
    Hmac::<Sha256>::new_from_slice(&key.0).map_or_else(
        |_| String::new(),
        |mut mac| {
            mac.update(found.as_bytes());
            HEXLOWER.encode(&mac.finalize().into_bytes()[..8])
        },
    )
}

/// Replaces every card number in a text by its masked form: for text that people type, before it is kept anywhere.
#[must_use]
pub fn without_cards(text: &str) -> String {
    let mut out = text.to_owned();
    for span in card::spans(text).into_iter().rev() {
        let digits: String = text[span.clone()].chars().filter(char::is_ascii_digit).collect();
        out.replace_range(span, &card::mask(&digits));
    }
    out
}

/// A parser's message without the values that it quotes: these are what must not be written down. Names of fields stay.
#[must_use]
pub fn without_quoted(message: &str) -> String {
    if message.starts_with("missing field") || message.starts_with("duplicate field") {
        return message.to_owned();
    }
    let mut out = message.to_owned();
    for quote in ['"', '`'] {
        if let (Some(first), Some(last)) = (out.find(quote), out.rfind(quote))
            && first < last
        {
            out.replace_range(first + 1..last, "…");
        }
    }
    without_cards(&out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parsers_words_lose_what_they_quote() {
        let said = serde_json::from_str::<u8>("\"hunter2 says \\\"hi\\\"\"").map_err(|e| without_quoted(&e.to_string()));
        assert_eq!(said, Err("invalid type: string \"…\", expected u8 at line 1 column 21".to_owned()));
        assert_eq!(without_quoted("invalid type: integer `4111111111111111`, expected a map"), "invalid type: integer `…`, expected a map");
        assert_eq!(without_quoted("missing field `name`"), "missing field `name`");
    }
}

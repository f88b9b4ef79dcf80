//! Detectors for what must never be written down: credentials and card numbers. They run while a page from the API is parsed, so that
//! only what they say stays: detector, length, a masked form and a keyed fingerprint.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

mod card;
mod credential;
mod telling;

pub use card::find as find_cards;

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
#[must_use]
pub fn examine(key: &str, value: &str, fingerprint: &FingerprintKey) -> Vec<Detection> {
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

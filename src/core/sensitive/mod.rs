//! Detectors for what must never be written down: credentials and card numbers. They run while what was read is parsed, so that only what
//! they say stays: detector, a masked form and a keyed fingerprint, and in the place of the secret a stand-in.

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::ops::Range;

mod card;
mod chip;
mod command;
mod credential;
mod encoded;
mod examiner;
mod issuer;
mod number;
mod pairs;
mod parser;
mod reference;
mod span;
mod telling;
mod token;
mod value;
mod words;

pub use card::find as find_cards;
pub use command::{argument as password_in_argument, by_place as password_by_place};
pub(crate) use examiner::is_time;
pub use examiner::{Examined, Examiner};
pub use parser::{CUT_OFF, place, toml_fault, without_quoted};
pub use value::Place;

/// A random key of one collection: equal secrets have equal fingerprints within it, and nobody can try out values against them later.
#[derive(Clone)]
pub struct FingerprintKey(pub [u8; 32]);

/// What a detector said of one value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Detection {
    /// Which detector: `pem-private-key`, `card-number`…
    pub detector: String,
    /// A form that shows no more than is needed to find the place: for cards the first six and last four digits.
    pub masked: String,
    /// Keyed fingerprint of what was found.
    pub fingerprint: String,
}

/// The detectors of account data.
const CARDS: &[&str] = &["card-number", "track-data"];

/// Distinct secrets that are told of one value at most; a file of card numbers has as many as it has lines.
pub const MOST_TOLD: usize = 256;

/// What stands for something that was taken out begins so.
const STAND_IN: &str = "••";

impl Detection {
    /// Whether it is account data and not a credential.
    #[must_use]
    pub fn is_card(&self) -> bool {
        is_of_cards(&self.detector)
    }
}

/// Whether a detector finds account data and not credentials.
#[must_use]
pub fn is_of_cards(detector: &str) -> bool {
    CARDS.contains(&detector)
}

/// A secret within a text, and what is told of it.
struct Hit {
    at: Range<usize>,
    detection: Detection,
}

/// Runs every detector over a value that stands under a key. The key's words matter: `password = hunter2` is found by them. Without a key to seal with
/// there are no fingerprints.
fn hits(key: &str, value: &str, place: Place, seal: Option<&FingerprintKey>, depth: u8) -> Vec<Hit> {
    let seal_of = |secret: &str| seal.map(|seal| seal.of(secret)).unwrap_or_default();
    let mut found: Vec<Hit> = Vec::new();
    for span in credential::find(key, value, place) {
        let secret = &value[span.at.clone()];
        let under = if span.inner.is_empty() { String::new() } else { format!(" under {}", without_cards(&span.inner)) };
        let masked = format!("{}{under}, {} characters", credential::describe(span.detector), secret.chars().count());
        found.push(Hit { detection: Detection { detector: span.detector.to_owned(), masked, fingerprint: seal_of(secret) }, at: span.at });
    }
    for card in card::cards(value) {
        let (detector, behind) = if card.track { ("track-data", " with its track") } else { ("card-number", "") };
        let masked = format!("{}{behind}", card::mask(&card.digits));
        found.push(Hit { at: card.at, detection: Detection { detector: detector.to_owned(), masked, fingerprint: seal_of(&card.digits) } });
    }
    if depth < encoded::DEEPEST {
        for hidden in encoded::hidden(value) {
            for inner in hits("", &hidden.text, Place::Text, seal, depth + 1) {
                let mut detection = inner.detection;
                if !detection.masked.ends_with(", encoded") {
                    detection.masked.push_str(", encoded");
                }
                found.push(Hit { at: hidden.at.clone(), detection });
            }
        }
    }
    found
}

/// What is told of a text: each distinct secret once, and no more than `MOST_TOLD`.
fn told(hits: &[Hit]) -> Vec<Detection> {
    let mut told: Vec<Detection> = hits.iter().map(|hit| hit.detection.clone()).collect();
    told.sort();
    told.dedup();
    told.truncate(MOST_TOLD);
    told
}

/// A text with a stand-in for each of these: the same for the same secret, so that what differed still does.
fn masked(text: &str, mut hits: Vec<Hit>) -> String {
    hits.sort_by_key(|hit| (hit.at.start, std::cmp::Reverse(hit.at.end)));
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for hit in &hits {
        if hit.at.start < end {
            // What reaches beyond the one before goes with it.
            end = end.max(hit.at.end);
            continue;
        }
        out.push_str(text.get(end..hit.at.start).unwrap_or_default());
        end = hit.at.end;
        let detection = &hit.detection;
        if detection.detector == "card-number" && !detection.masked.ends_with(", encoded") {
            out.push_str(&detection.masked);
        }
        out.push_str(STAND_IN);
        out.push_str(detection.fingerprint.get(..6).unwrap_or_default());
    }
    out.push_str(text.get(end..).unwrap_or_default());
    out
}

impl FingerprintKey {
    fn of(&self, found: &str) -> String {
        // HMAC takes a key of any length, so this can't fail; an empty fingerprint would only lose a comparison.
        Hmac::<Sha256>::new_from_slice(&self.0).map_or_else(
            |_| String::new(),
            |mut mac| {
                mac.update(found.as_bytes());
                HEXLOWER.encode(&mac.finalize().into_bytes()[..8])
            },
        )
    }
}

/// Replaces every card number in a text by its masked form: for text that people type, before it is kept anywhere.
#[must_use]
pub fn without_cards(text: &str) -> String {
    let mut out = text.to_owned();
    for card in card::cards(text).into_iter().rev() {
        out.replace_range(card.at, &card::mask(&card.digits));
    }
    out
}

/// A text of a server, a plugin or a parser without anything that a detector finds in it, before it is shown or kept.
#[must_use]
pub fn without_secrets(text: &str) -> String {
    let found = hits("", text, Place::Text, None, 0);
    if found.is_empty() { text.to_owned() } else { masked(text, found) }
}

/// A text that people type without what announces itself as a secret, wherever it stands: card numbers, keys, tokens, passwords in addresses; and
/// which detector found each. What is a secret by its name alone stays, because prose speaks of passwords too.
#[must_use]
pub fn without_plain_secrets(text: &str) -> (String, Vec<String>) {
    let shapes = credential::announced(text).into_iter().map(|span| Hit {
        detection: Detection { detector: span.detector.to_owned(), masked: String::new(), fingerprint: String::new() },
        at: span.at,
    });
    let cards = card::cards(text).into_iter().map(|card| Hit {
        detection: Detection { detector: "card-number".to_owned(), masked: card::mask(&card.digits), fingerprint: String::new() },
        at: card.at,
    });
    let found: Vec<Hit> = shapes.chain(cards).collect();
    let detectors = found.iter().map(|hit| hit.detection.detector.clone()).collect();
    if found.is_empty() { (text.to_owned(), detectors) } else { (masked(text, found), detectors) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_servers_lose_what_they_tell() {
        assert_eq!(
            without_secrets("pods \"refund-4111111111111111\" is forbidden: User \"bob\" with password=hunter22x"),
            "pods \"refund-411111••••••1111••\" is forbidden: User \"bob\" with password=••"
        );
        let quiet =
            "pods is forbidden: User \"system:serviceaccount:a:b\" cannot list resource \"pods\" in API group \"\" at the cluster scope";
        assert_eq!(without_secrets(quiet), quiet);
    }

    #[test]
    fn what_was_masked_stays_as_it_is() {
        let key = FingerprintKey([3; 32]);
        let text = "postgres://app:hunter22@db/pay password: hunter22 4111 1111 1111 1111";
        let once = masked(text, hits("note", text, Place::Text, Some(&key), 0));
        assert!(!once.contains("hunter22") && once.contains("411111••••••1111"), "{once}");
        assert_eq!(hits("password", &once, Place::Text, Some(&key), 0).len(), 0, "{once}");
    }
}

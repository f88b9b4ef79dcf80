//! Examining many values: pods of one template carry the same ones thousands of times, so what was said of a value is remembered. Of the value
//! itself only a keyed digest is.

use super::{Detection, FingerprintKey, Place};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;

/// Answers that are remembered at most, some MiB; after that it begins anew.
const REMEMBERED: usize = 16_384;
/// Bytes of values that are remembered at most: longer ones hardly ever come twice.
const LONGEST: usize = 8_192;

/// What the detectors said of a value in which they found something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// The value with stand-ins for what was found.
    pub masked: String,
    /// What was found, each once.
    pub detections: Vec<Detection>,
}

/// Examines the values of one collection.
pub struct Examiner {
    key: Option<FingerprintKey>,
    said: HashMap<[u8; 32], Option<Arc<Examined>>>,
}

impl Examiner {
    /// With the key of the collection.
    #[must_use]
    pub fn new(key: FingerprintKey) -> Self {
        Self { key: Some(key), said: HashMap::new() }
    }

    /// Without a key, for what belongs to no collection: stand-ins then don't tell one secret from another.
    #[must_use]
    pub fn without_key() -> Self {
        Self { key: None, said: HashMap::new() }
    }

    /// What the detectors say of a value that stands under a name; none where they find nothing.
    pub fn examine(&mut self, name: &str, value: &str, place: Place) -> Option<Arc<Examined>> {
        if is_harmless(name, value) {
            return None;
        }
        if value.len() > LONGEST {
            return self.look(name, value, place);
        }
        let mut digest = Sha256::new();
        digest.update(self.key.as_ref().map_or([0; 32], |key| key.0));
        digest.update([place as u8]);
        digest.update(name.len().to_le_bytes());
        digest.update(name);
        digest.update(value);
        let digest: [u8; 32] = digest.finalize().into();
        if let Some(said) = self.said.get(&digest) {
            return said.clone();
        }
        if self.said.len() >= REMEMBERED {
            self.said.clear();
        }
        let said = self.look(name, value, place);
        self.said.insert(digest, said.clone());
        said
    }

    /// One value of which a part is known to be a secret from what stands beside it (`mysql -pX`, its password from the third character on).
    pub fn examine_from(&mut self, start: usize, value: &str) -> Option<Arc<Examined>> {
        let secret =
            value.get(start..).filter(|secret| secret.len() > 2 && !super::value::is_reference(secret) && !secret.starts_with('$'))?;
        let masked = format!("{}, {} characters", super::credential::describe("command-password"), secret.chars().count());
        let detection = Detection {
            detector: "command-password".to_owned(),
            masked,
            fingerprint: self.key.as_ref().map(|key| key.of(secret)).unwrap_or_default(),
        };
        let hit = super::Hit { at: start..value.len(), detection: detection.clone() };
        Some(Arc::new(Examined { masked: super::masked(value, vec![hit]), detections: vec![detection] }))
    }

    fn look(&self, name: &str, value: &str, place: Place) -> Option<Arc<Examined>> {
        let hits = super::hits(name, value, place, self.key.as_ref(), 0);
        if hits.is_empty() {
            return None;
        }
        let detections = super::told(&hits);
        Some(Arc::new(Examined { masked: super::masked(value, hits), detections }))
    }
}

/// Short words without a sign under names that tell nothing are most of what objects hold: no detector finds anything in them.
fn is_harmless(name: &str, value: &str) -> bool {
    let short = value.len() < 12 && !value.contains(['=', ':', '@', '>', ' ', '\n']);
    (value.len() < 3 || short || matches!(value, "true" | "false")) && !super::telling::may_tell(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_what_was_said() {
        let mut examiner = Examiner::new(FingerprintKey([5; 32]));
        let long = format!("{} password=Xq7-kl2-Vv93", "x ".repeat(LONGEST));
        let values = [
            ("password", "Xq7-kl2-Vv93"),
            ("mode", "Xq7-kl2-Vv93 "),
            ("passwor", "dXq7-kl2-Vv93"),
            ("pan", "4111 1111 1111 1111"),
            ("text", &long),
        ];
        for _ in 0..2 {
            for (name, value) in values {
                assert_eq!(examiner.examine(name, value, Place::Text), examiner.look(name, value, Place::Text), "{name}");
            }
        }
        assert!(examiner.examine("password", "Xq7-kl2-Vv93", Place::Text).is_some());
        assert!(examiner.examine("mode", "Xq7-kl2-Vv93", Place::Text).is_none());
        assert!(examiner.said.len() <= 5);
    }

    #[test]
    fn it_forgets_before_it_grows_without_end() {
        let mut examiner = Examiner::new(FingerprintKey([5; 32]));
        for number in 0..REMEMBERED + 10 {
            examiner.examine("n", &format!("value {number}"), Place::Text);
        }
        assert!(examiner.said.len() <= REMEMBERED);
        assert!(examiner.examine("n", "value 0", Place::Text).is_none());
    }

    #[test]
    fn passwords_known_by_their_neighbours_are_masked() {
        let mut examiner = Examiner::new(FingerprintKey([5; 32]));
        let said = examiner.examine_from(2, "-phunter22");
        assert!(said.is_some_and(|said| said.masked.starts_with("-p••") && !said.masked.contains("hunter22")));
        assert!(examiner.examine_from(0, "$(PASSWORD)").is_none());
    }
}

//! Examining many values: pods of one template carry the same ones thousands of times, so what was said of a value is remembered. Of the value
//! itself only a keyed digest is.

use super::{Detection, FingerprintKey};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Answers that are remembered at most, some MiB; after that it begins anew.
const REMEMBERED: usize = 16_384;
/// Bytes of values that are remembered at most: longer ones hardly ever come twice.
const LONGEST: usize = 8_192;

/// Examines the values of one collection.
pub struct Examiner {
    key: FingerprintKey,
    said: HashMap<[u8; 32], Vec<Detection>>,
}

impl Examiner {
    /// With the key of the collection.
    #[must_use]
    pub fn new(key: FingerprintKey) -> Self {
        Self { key, said: HashMap::new() }
    }

    /// What the detectors say of a value that stands under a name.
    pub fn examine(&mut self, name: &str, value: &str) -> Vec<Detection> {
        if value.len() > LONGEST {
            return super::examine(name, value, &self.key);
        }
        let mut digest = Sha256::new();
        digest.update(self.key.0);
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
        let said = super::examine(name, value, &self.key);
        self.said.insert(digest, said.clone());
        said
    }
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
            ("mode", "Xq7-kl2-Vv93"),
            ("passwor", "dXq7-kl2-Vv93"),
            ("pan", "4111 1111 1111 1111"),
            ("text", &long),
        ];
        for _ in 0..2 {
            for (name, value) in values {
                assert_eq!(examiner.examine(name, value), crate::sensitive::examine(name, value, &FingerprintKey([5; 32])), "{name}");
            }
        }
        assert!(!examiner.examine("password", "Xq7-kl2-Vv93").is_empty() && examiner.examine("mode", "Xq7-kl2-Vv93").is_empty());
        assert_eq!(examiner.said.len(), 4);
    }

    #[test]
    fn it_forgets_before_it_grows_without_end() {
        let mut examiner = Examiner::new(FingerprintKey([5; 32]));
        for number in 0..REMEMBERED + 10 {
            examiner.examine("n", &number.to_string());
        }
        assert!(examiner.said.len() <= REMEMBERED);
        assert!(examiner.examine("n", "0").is_empty());
    }
}

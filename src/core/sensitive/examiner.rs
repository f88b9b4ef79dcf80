//! Examining many values: pods of one template carry the same ones thousands of times, so what was said of a value is remembered. Of the value
//! itself only two hashes are, under keys that nobody knows and that end with the program.

use super::{Detection, FingerprintKey, Place};
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

/// Runtimes of containers, as they begin the ids that they make.
const RUNTIMES: &[&str] = &["containerd://", "cri-o://", "docker://"];
/// Answers that are remembered at most, some MiB. The older half is forgotten but for what was asked again: names and UIDs come once, images and
/// settings thousands of times.
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

/// What was said, by what values are known by.
type Answers = HashMap<[u64; 2], Option<Arc<Examined>>>;

/// Examines the values of one collection.
pub struct Examiner {
    key: Option<FingerprintKey>,
    said: Answers,
    /// The older half of what was said.
    before: Answers,
    /// What values are known by: one of the two may be the same for two values, not both.
    hashing: [RandomState; 2],
}

impl Examiner {
    /// With the key of the collection.
    #[must_use]
    pub fn new(key: FingerprintKey) -> Self {
        Self { key: Some(key), ..Self::without_key() }
    }

    /// Without a key, for what belongs to no collection: stand-ins then don't tell one secret from another.
    #[must_use]
    pub fn without_key() -> Self {
        Self { key: None, said: HashMap::new(), before: HashMap::new(), hashing: [RandomState::new(), RandomState::new()] }
    }

    /// What the detectors say of a value that stands under a name; none where they find nothing.
    pub fn examine(&mut self, name: &str, value: &str, place: Place) -> Option<Arc<Examined>> {
        if is_harmless(name, value) {
            return None;
        }
        if value.len() > LONGEST {
            return self.look(name, value, place);
        }
        let known_by = self.hashing.each_ref().map(|hashing| hashing.hash_one((place, name, value)));
        if let Some(said) = self.said.get(&known_by) {
            return said.clone();
        }
        if self.said.len() >= REMEMBERED / 2 {
            self.before = std::mem::take(&mut self.said);
        }
        let said = self.before.remove(&known_by).unwrap_or_else(|| self.look(name, value, place));
        self.said.insert(known_by, said.clone());
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

/// Short words under names that tell nothing are most of what objects hold: no detector finds anything in them.
fn is_harmless(name: &str, value: &str) -> bool {
    let short = value.len() < 12 && !value.bytes().any(|b| matches!(b, b'=' | b':' | b'@' | b'>' | b' ' | b'\n'));
    let own = is_time(value) || is_own_id(value) || (name == "containerID" && is_container_id(value));
    (value.len() < 3 || short || is_plain(value) || own) && !super::telling::may_tell(name)
}

/// Whether a value is an id as runtimes make them, at random: every container of a pod has one of its own.
fn is_container_id(value: &str) -> bool {
    let id = RUNTIMES.iter().find_map(|runtime| value.strip_prefix(runtime));
    id.is_some_and(|id| id.len() == 64 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
}

/// Whether a value is a time as the API writes it, to the second: every object has some.
pub(crate) fn is_time(value: &str) -> bool {
    const FORM: &[u8; 20] = b"0000-00-00T00:00:00Z";
    let fits = |(byte, form): (u8, &u8)| if *form == b'0' { byte.is_ascii_digit() } else { byte == *form };
    value.len() == FORM.len() && value.bytes().zip(FORM).all(fits)
}

/// Whether a value is an id as the API server makes them: every object has one of its own.
fn is_own_id(value: &str) -> bool {
    super::value::is_uuid(value) && !value.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// Whether a value is a name or a path that is too short for all that announces itself (but for one sort of token) and for what is encoded, and has too
/// few digits for a card.
fn is_plain(value: &str) -> bool {
    let (mut digits, mut plain) = (0, value.len() < 20);
    for byte in value.bytes().take(20) {
        digits += u8::from(byte.is_ascii_digit());
        plain &= byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/');
    }
    plain && digits < 12 && !value.contains("xox")
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
        assert!(examiner.said.len() <= 5 && examiner.before.is_empty());
    }

    #[test]
    fn nothing_is_found_in_what_is_passed_over() {
        // Beginnings of what announces itself, and words of names, put together as chance has it.
        let parts = [
            "AKIA",
            "xoxb-",
            "sk-",
            "ghp_",
            "eyJ",
            "hvs.",
            "password",
            "token",
            "-p",
            "/",
            ".",
            "_",
            "a1B2c3D4e5",
            "0123456789",
            "4111",
            "1111",
            "SK0a",
            "key-",
            "mysql",
            "pat",
            "Q~",
        ];
        let examiner = Examiner::new(FingerprintKey([5; 32]));
        let mut passed_over = 0;
        for a in parts {
            for b in parts {
                for c in parts {
                    let value = [a, b, c].concat();
                    if is_harmless("image", &value) {
                        passed_over += 1;
                        assert_eq!(examiner.look("image", &value, Place::Text), None, "{value}");
                    }
                }
            }
        }
        assert!(passed_over > 1_000, "{passed_over}");
        for told in ["xoxb-a1B2c3D4e5", "411111111111", "a b", "a=b"] {
            assert!(!is_plain(told), "{told}");
        }
    }

    #[test]
    fn nothing_is_found_in_times_and_ids() {
        let examiner = Examiner::new(FingerprintKey([5; 32]));
        let mut number = 4_111_111_111_111_111_u64;
        for _ in 0..20_000 {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let digits = format!("{:014}", (number >> 8) % 100_000_000_000_000);
            let part = |from: usize, to: usize| &digits[from..to];
            let time = format!("{}-{}-{}T{}:{}:{}Z", part(0, 4), part(4, 6), part(6, 8), part(8, 10), part(10, 12), part(12, 14));
            let hex = format!("{number:016x}{:016x}", number.rotate_left(29) ^ 0x4111_1111_1111_1111);
            let id = format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]);
            for value in [time, id] {
                assert!(is_harmless("uid", &value), "{value}");
                assert_eq!(examiner.look("uid", &value, Place::Text), None, "{value}");
            }
        }
        for told in ["2026-12-01T10:00:00.411111Z", "2026-12-01 10:00:00Z", "6F1ED002-0000-4000-8000-0123456789AB"] {
            assert!(!is_time(told) && !is_own_id(told), "{told}");
        }
        assert!(!is_harmless("password", "2026-12-01T10:00:00Z"));
    }

    #[test]
    fn it_forgets_before_it_grows_without_end() {
        let mut examiner = Examiner::new(FingerprintKey([5; 32]));
        for number in 0..REMEMBERED + 10 {
            examiner.examine("n", &format!("value {number}"), Place::Text);
            // What is asked again and again stays.
            examiner.examine("n", "value again", Place::Text);
            let known_by = examiner.hashing.each_ref().map(|hashing| hashing.hash_one((Place::Text, "n", "value again")));
            assert!(examiner.said.contains_key(&known_by), "{number}");
        }
        assert!(examiner.said.len() + examiner.before.len() <= REMEMBERED);
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

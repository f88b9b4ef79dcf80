//! Pseudonyms: the same name has the same one in every export that is made with the same key, and without the key nobody can try out names. What a
//! pseudonym stands for is kept for the map, which stays with whoever exports.

use super::class::Class;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::{BTreeMap, HashMap};

/// Signs of a token: no vowels, so that it spells no word, and none that are taken for another.
const SIGNS: &[u8] = b"23456789bcdfghjkmnpqrstvwxz";
/// Signs of a token, and of one whose short form another name has.
const SHORT: usize = 6;
const LONG: usize = 20;

/// The key of an assessment's pseudonyms.
#[derive(Clone)]
pub struct RedactKey(pub(super) [u8; 32]);

impl std::fmt::Debug for RedactKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RedactKey")
    }
}

/// Gives pseudonyms, and remembers which.
#[derive(Debug)]
pub(super) struct Pseudonyms {
    key: RedactKey,
    /// Whose each token is.
    tokens: HashMap<String, String>,
    /// What each pseudonym stands for.
    given: BTreeMap<String, String>,
}

impl Pseudonyms {
    pub(super) fn new(key: RedactKey) -> Self {
        Self { key, tokens: HashMap::new(), given: BTreeMap::new() }
    }

    /// The pseudonym of a name. Blanks and capitals don't tell names apart.
    pub(super) fn of(&mut self, class: Class, name: &str) -> String {
        let plain = plain(name);
        let digest = self.digest("name", &plain);
        let short = token(&digest, SHORT);
        let token = match self.tokens.get(&short) {
            Some(known) if *known != plain => token(&digest, LONG),
            Some(_) => short,
            None => {
                self.tokens.insert(short.clone(), plain);
                short
            }
        };
        let pseudonym = format!("{}-{token}", class.prefix());
        self.given.entry(pseudonym.clone()).or_insert_with(|| name.to_owned());
        pseudonym
    }

    /// What stands for a digest. A file that can be guessed is known again by its SHA-256, so the key goes into it; who has key and file can show that
    /// it is this one.
    pub(super) fn of_digest(&mut self, digest: &str) -> String {
        if digest.is_empty() {
            return String::new();
        }
        let keyed = format!("keyed-{}", &self.hexadecimal("digest", digest)[..40]);
        self.given.entry(keyed.clone()).or_insert_with(|| digest.to_owned());
        keyed
    }

    /// What stands for the id of a finding, which is made from names: as many hexadecimal digits.
    pub(super) fn of_finding(&mut self, id: &str) -> String {
        let keyed = self.hexadecimal("finding", id)[..20].to_owned();
        self.given.entry(keyed.clone()).or_insert_with(|| id.to_owned());
        keyed
    }

    /// All that were given, with what each stands for.
    pub(super) fn into_given(self) -> BTreeMap<String, String> {
        self.given
    }

    fn hexadecimal(&self, what: &str, text: &str) -> String {
        data_encoding::HEXLOWER.encode(&self.digest(what, text))
    }

    fn digest(&self, what: &str, text: &str) -> [u8; 32] {
        // HMAC takes a key of any length, so this does not fail; if it did, nothing could be told apart, and nothing would be told.
        Hmac::<Sha256>::new_from_slice(&self.key.0).map_or([0; 32], |mut mac| {
            mac.update(what.as_bytes());
            mac.update(&[0]);
            mac.update(text.as_bytes());
            mac.finalize().into_bytes().into()
        })
    }
}

/// A name as it is compared.
pub(super) fn plain(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn token(digest: &[u8; 32], length: usize) -> String {
    let mut number = digest[..16].iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let mut sign = || {
        let sign = SIGNS[usize::try_from(number % SIGNS.len() as u128).unwrap_or_default()];
        number /= SIGNS.len() as u128;
        char::from(sign)
    };
    (0..length).map(|_| sign()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_pseudonym_and_no_two_names_have_the_same() {
        let mut all = Pseudonyms::new(RedactKey([7; 32]));
        let pay = all.of(Class::Namespace, "pay");
        assert_eq!(pay, all.of(Class::Namespace, " PAY "));
        assert_ne!(pay, all.of(Class::Namespace, "pay-2"));
        assert_eq!(
            pay.split_once('-').map(|(_, token)| token.to_owned()),
            all.of(Class::Object, "pay").split_once('-').map(|(_, t)| t.to_owned())
        );
        assert_ne!(pay, Pseudonyms::new(RedactKey([8; 32])).of(Class::Namespace, "pay"));
        // Where two names share a short token, the second has a long one, and keeps it.
        let short = pay.split_once('-').map(|(_, token)| token.to_owned()).unwrap_or_default();
        all.tokens.insert(short, "another name".into());
        let long = all.of(Class::Namespace, "pay");
        assert!(long.len() == "namespace-".len() + LONG && long == all.of(Class::Namespace, "pay"), "{long}");
    }

    #[test]
    fn many_names_stay_apart() {
        let mut all = Pseudonyms::new(RedactKey([7; 32]));
        let names: std::collections::BTreeSet<String> = (0..50_000).map(|n| all.of(Class::Object, &format!("n{n}"))).collect();
        assert_eq!(names.len(), 50_000);
    }
}

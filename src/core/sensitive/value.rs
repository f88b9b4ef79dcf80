//! Values that are no secrets though they stand under a telling name: booleans, names, ways and kinds, captions; references and what is filled
//! in are in `reference`. `changeme` is one: it is a password that somebody uses until they change it.

use super::reference::{is_public, is_variable};
use super::telling::Name;

pub(super) use super::reference::{is_placeholder, is_reference};

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Text of people's own: environment, arguments, settings, annotations, files.
    Text,
    /// A field of an API, whose names speak of objects: `secretKey: password` names a key there.
    Field,
    /// A label, a selector or a taint: words that people choose, but short ones, which mostly say of what sort something is.
    Label,
}

/// Whether a value under this name is a credential.
pub(super) fn is_credential(name: Name, value: &str, place: Place) -> bool {
    let value = value.trim();
    if name == Name::Pin {
        // A day is what something was pinned to.
        let day = value.len() == 8 && value.starts_with("20");
        return (4..=12).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit()) && !day;
    }
    if value.chars().count() < 3 || is_public(value) || is_reference(value) || is_setting(name, value) || is_digest(value) {
        return false;
    }
    let wordy = value.contains(char::is_whitespace);
    match name {
        Name::Plain | Name::Pin => false,
        Name::Password if wordy => !is_sentence(value),
        Name::Password if place != Place::Text => !is_label(value) && !is_name_of_one(value) && (place == Place::Field || !is_sort(value)),
        // Where people write, a few words with dashes are a passphrase, though the last of them is “password”; a name has one or two.
        Name::Password => !is_label(value) && (!is_own_name(value) || value.split('-').count() > 2),
        Name::Token | Name::Secret if wordy => value.split_whitespace().count() == 2 && value.split_whitespace().any(looks_random),
        Name::Token | Name::Secret if place == Place::Field => {
            (looks_random(value) || (is_mixture(value) && !Name::of(value).is_telling())) && !is_plain_name(value) && !is_own_name(value)
        }
        Name::Token | Name::Secret if place == Place::Label => is_jumble(value) && !is_plain_name(value) && !is_own_name(value),
        Name::Token | Name::Secret => !is_number(value) && !is_plain_name(value) && !is_own_name(value) && !names_a_key(value),
        Name::Key if wordy || is_uuid(value) => false,
        Name::Key => looks_random(value) || (place != Place::Field && (is_login(value) || is_mixture(value))),
    }
}

/// Booleans, nothing, durations, structures: settings near a secret.
fn is_setting(name: Name, value: &str) -> bool {
    // What no password is, whatever it stands under.
    const NEVER: &[&str] = &[
        "true",
        "false",
        "yes",
        "no",
        "on",
        "off",
        "none",
        "null",
        "nil",
        "undefined",
        "unset",
        "empty",
        "enabled",
        "disabled",
        "optional",
        "required",
        "n/a",
        "string",
        "integer",
        "boolean",
        "number",
        "object",
        "nullptr",
    ];
    let lower = value.to_ascii_lowercase();
    let bare = lower.trim_end_matches([',', ';']);
    NEVER.contains(&bare)
        || (name != Name::Password && is_way(bare))
        || matches!(value, "|" | "|-" | "|+" | ">" | ">-" | ">+" | "~")
        || (value.starts_with('{') && value.ends_with('}'))
        || (value.starts_with('[') && value.ends_with(']') && (name != Name::Password || value.contains(['"', ','])))
        || is_duration(name, value)
}

/// Ways and kinds, which people set for tokens and keys.
fn is_way(word: &str) -> bool {
    const WAYS: &[&str] = &[
        "default",
        "auto",
        "always",
        "never",
        "env",
        "file",
        "text",
        "bearer",
        "basic",
        "jwt",
        "plain",
        "md5",
        "sha256",
        "opaque",
        "oauth",
        "oauth2",
        "oidc",
        "ldap",
        "kubernetes",
        "iam",
        "token",
        "secret",
        "vault",
        "aws",
        "gcp",
        "azure",
        "github",
        "gitlab",
        "static",
        "dynamic",
        "memory",
        "strict",
        "lax",
        "global",
        "local",
        "cluster",
        "read",
        "write",
        "manual",
        "internal",
        "external",
    ];
    WAYS.contains(&word)
}

/// How a label says of what sort a password is, or what is done about it. What people take for a password all the same is none of these.
fn is_sort(value: &str) -> bool {
    const STATES: &[&str] =
        &["active", "rotated", "managed", "present", "absent", "expired", "encrypted", "sealed", "generated", "weak", "strong"];
    let word = value.to_ascii_lowercase();
    STATES.contains(&word.as_str()) || (is_way(&word) && !matches!(word.as_str(), "default" | "secret"))
}

fn is_duration(name: Name, value: &str) -> bool {
    let unit = value.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').to_ascii_lowercase();
    let units = ["s", "m", "h", "d", "ms", "ns", "us", "min", "sec", "days", "k", "b", "kb", "mb", "gb", "ki", "mi", "gi"];
    value.starts_with(|c: char| c.is_ascii_digit())
        && (units.contains(&unit.as_str()) || (unit.is_empty() && (value.len() <= 3 || (value.len() == 4 && name != Name::Password))))
        && value.len() <= 8
}

/// What it took to make sure of something, in the length of SHA-1, SHA-256 or SHA-512 with its name before it. A bare one may be a key.
fn is_digest(value: &str) -> bool {
    ["sha1", "sha256", "sha384", "sha512", "md5"].iter().any(|kind| {
        let rest = value.get(..kind.len()).filter(|start| start.eq_ignore_ascii_case(kind)).and_then(|_| value.get(kind.len()..));
        rest.is_some_and(|rest| rest.starts_with([':', '-']) && rest.len() > 32)
    })
}

fn is_number(value: &str) -> bool {
    value.parse::<f64>().is_ok() && value.len() < 12
}

/// A version and perhaps what it is built on: `v2.1.0`, `1.33.2-rc.1`, `3.4.1-alpine3.19`.
pub(super) fn is_version(value: &str) -> bool {
    let number = |part: &str| (1..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let mut parts = value.strip_prefix('v').unwrap_or(value).split('-');
    let numbers: Vec<&str> = parts.next().unwrap_or_default().split('.').collect();
    let word = |part: &str| number(part) || part.trim_end_matches(|c: char| c.is_ascii_digit()).chars().all(|c| c.is_ascii_lowercase());
    (2..=4).contains(&numbers.len())
        && numbers.into_iter().all(number)
        && parts.all(|part| part.len() <= 12 && part.split('.').all(|part| !part.is_empty() && word(part)))
}

/// A caption such as `Password` or `Token:`; a password that is the word itself is written small.
fn is_label(value: &str) -> bool {
    value.starts_with(char::is_uppercase)
        && matches!(value.to_lowercase().trim_end_matches([':', '*', '.', '?', '!']), "password" | "passwort" | "passphrase" | "passwd")
}

/// The name of a variable or key that holds a secret: `DB_PASSWORD`, `access_token`.
fn is_own_name(value: &str) -> bool {
    let joined = value.contains(['_', '-', '.']) && value.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '-' | '.'));
    joined && Name::of(value).is_telling()
}

/// The name of an object or key that holds one, as fields of APIs have them.
fn is_name_of_one(value: &str) -> bool {
    is_own_name(value)
        || matches!(value, "password" | "passwd" | "secret" | "token" | "key")
        || (is_plain_name(value) && Name::of(value).is_telling())
}

/// A key within a Secret, as settings name it: `secretKey: password`.
fn names_a_key(value: &str) -> bool {
    matches!(
        value.to_ascii_lowercase().as_str(),
        "password" | "passwd" | "username" | "user" | "token" | "secret" | "key" | "apikey" | "accesskey" | "secretkey"
    )
}

/// A word of prose behind a colon: "password: must be set".
pub(super) fn is_prose(value: &str) -> bool {
    value.chars().all(|c| c.is_ascii_lowercase()) && is_sentence(&format!("{value} {value}"))
}

/// Words of people rather than of a phrase: captions, help, messages.
pub(super) fn is_sentence(value: &str) -> bool {
    const COMMON: &[&str] = &[
        "the",
        "a",
        "an",
        "your",
        "you",
        "please",
        "must",
        "should",
        "is",
        "are",
        "be",
        "to",
        "for",
        "of",
        "and",
        "or",
        "not",
        "no",
        "enter",
        "with",
        "from",
        "in",
        "this",
        "that",
        "at",
        "least",
        "will",
        "can",
        "has",
        "was",
        "if",
        "when",
        "use",
        "used",
        "new",
        "set",
        "ist",
        "das",
        "bitte",
        "le",
        "la",
        "de",
        "your",
        "reset",
        "change",
        "forgot",
        "invalid",
        "required",
        "wrong",
        "missing",
        "characters",
    ];
    let words: Vec<String> = value.split_whitespace().map(|w| w.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()).collect();
    let speaks = words
        .iter()
        .any(|w| COMMON.contains(&w.as_str()) || matches!(w.as_str(), "password" | "passwords" | "passwort" | "passphrase" | "token"));
    speaks || words.len() > 12 || value.ends_with([':', '?', '…']) || value.contains(['{', '}', '=', '(']) && words.len() > 3
}

/// Words joined by dashes, dots or underscores, as objects, keys and plugins are named: `db-credentials`, `access-token`.
pub(super) fn is_plain_name(value: &str) -> bool {
    const WELL_KNOWN: &[&str] = &["changeme", "change-me", "change_me", "password", "letmein", "admin"];
    if WELL_KNOWN.contains(&value.to_ascii_lowercase().as_str()) {
        return false;
    }
    let parts: Vec<&str> = value.split(['-', '_', '.', '/', ':']).collect();
    let wordy = |part: &&str| {
        part.len() <= 16
            && (part.chars().all(|c| c.is_ascii_lowercase()) || (part.len() <= 3 && part.chars().all(|c| c.is_ascii_alphanumeric())))
    };
    parts.len() > 1 && parts.iter().all(wordy) && parts.iter().any(|p| p.len() > 2)
}

/// Unquoted text that a program would run and not read as a value: calls, members, indexes, comparisons.
pub(super) fn is_code(value: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphabetic() || c == '_';
    let dotted = value.split('.').count() > 1
        && value
            .split('.')
            .all(|part| part.starts_with(letter) && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && part.len() > 1);
    let called = value.find(['(', '[']).is_some_and(|at| {
        let before = &value[..at];
        !before.is_empty()
            && before.starts_with(letter)
            && before.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':'))
    });
    called
        || dotted
        || value.starts_with('=')
        || value.starts_with("~\"")
        || value.strip_prefix('$').is_some_and(is_variable)
        || value.strip_prefix('*').is_some_and(|alias| !alias.is_empty() && alias.chars().all(|c| letter(c) || c == '-'))
        || matches!(value, "nil" | "None" | "NULL" | "null" | "undefined")
}

pub(super) fn is_uuid(value: &str) -> bool {
    value.len() == 36 && value.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && value.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

/// `user:password`, where what stands behind the colon is no port and no plain word.
fn is_login(value: &str) -> bool {
    value.split_once(':').is_some_and(|(user, password)| {
        user.len() > 1
            && user.chars().all(|c| c.is_ascii_alphanumeric() || "._-@".contains(c))
            && password.len() >= 4
            && !password.contains(['/', ':'])
            && !password.chars().all(|c| c.is_ascii_digit())
            && (password.contains(|c: char| c.is_ascii_digit()) || !password.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
    })
}

/// Letters of both cases with numbers among them, as no name is written.
fn is_mixture(value: &str) -> bool {
    value.len() >= 8
        && value.contains(|c: char| c.is_ascii_digit())
        && value.contains(|c: char| c.is_ascii_uppercase())
        && value.contains(|c: char| c.is_ascii_lowercase())
        && !value.contains(['.', ':', '/'])
}

/// What people don't call anything: a mixture, what looks random, or one word in which letters and numbers change again and again.
fn is_jumble(value: &str) -> bool {
    let kinds: Vec<bool> = value.chars().map(|c| c.is_ascii_digit()).collect();
    let changes = kinds.windows(2).filter(|pair| pair[0] != pair[1]).count();
    let one_word = value.len() >= 10 && value.chars().all(|c| c.is_ascii_alphanumeric());
    is_mixture(value) || looks_random(value) || (one_word && changes >= 3)
}

/// Sixteen characters or more of mixed kinds with as much variety as random ones have.
pub(super) fn looks_random(value: &str) -> bool {
    let classes = [char::is_lowercase as fn(char) -> bool, char::is_uppercase, |c| c.is_ascii_digit()];
    let kinds = classes.iter().filter(|class| value.chars().any(**class)).count();
    value.len() >= 16 && kinds >= 2 && entropy(value) >= 3.3 && !value.contains("••")
}

/// Bits per character by Shannon, of the first four thousand characters.
fn entropy(value: &str) -> f64 {
    let mut counts = std::collections::BTreeMap::<char, f64>::new();
    value.chars().take(4096).for_each(|c| *counts.entry(c).or_default() += 1.0);
    let total: f64 = counts.values().sum();
    counts.values().map(|n| -(n / total) * (n / total).log2()).sum()
}

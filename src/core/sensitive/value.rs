//! Values that are no secrets though they stand under a telling name: references (`$(VAR)`, `vault:…`), paths, addresses, booleans and
//! placeholders. `changeme` is one: it is a password that somebody uses until they change it.

use super::telling::Name;

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// Text of people's own: environment, arguments, settings, annotations, files.
    Text,
    /// A field of an API, whose names speak of objects: `secretKey: password` names a key there.
    Field,
}

/// Whether a value under this name is a credential.
pub(super) fn is_credential(name: Name, value: &str, place: Place) -> bool {
    let value = value.trim();
    if value.chars().count() < 3 || is_reference(value) || is_setting(name, value) || is_digest(value) {
        return false;
    }
    let wordy = value.contains(char::is_whitespace);
    match name {
        Name::Plain => false,
        Name::Password if wordy => !is_sentence(value),
        Name::Password if place == Place::Field => !is_label(value) && !is_name_of_one(value),
        // Where people write, a few words with dashes are a passphrase, though the last of them is “password”; a name has one or two.
        Name::Password => !is_label(value) && (!is_own_name(value) || value.split('-').count() > 2),
        Name::Token | Name::Secret if wordy => value.split_whitespace().count() == 2 && value.split_whitespace().any(looks_random),
        Name::Token | Name::Secret if place == Place::Field => looks_mixed(value) && !is_plain_name(value) && !is_own_name(value),
        Name::Token | Name::Secret => !is_number(value) && !is_plain_name(value) && !is_own_name(value) && !names_a_key(value),
        Name::Key if wordy || is_uuid(value) => false,
        Name::Key => looks_random(value) || (place == Place::Text && (is_login(value) || is_mixture(value))),
    }
}

/// Stands for a value that is filled in elsewhere or later: templates, variables, `<password>`, `your-token-here`, or what was masked here.
pub(super) fn is_placeholder(value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'']);
    let lower = value.to_ascii_lowercase();
    let wrapped = |open: &str, close: &str| value.len() > 2 && value.starts_with(open) && value.ends_with(close);
    value.is_empty()
        || value.contains("••")
        || value.contains("{{")
        || is_substitution(value)
        || value.contains("<%")
        || wrapped("<", ">")
        || wrapped("%", "%")
        || wrapped("%(", ")s")
        || wrapped("@", "@")
        || wrapped("__", "__")
        || value.strip_prefix('$').is_some_and(is_variable)
        || value.strip_prefix('$').is_some_and(is_key_of_another)
        || value.strip_prefix("$env:").is_some_and(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
        || value.chars().all(|c| matches!(c, '*' | '•' | '.' | '-' | '_' | '?'))
        || (value.len() > 3 && lower.chars().all(|c| c == 'x') && value.len() > 5)
        || [
            "replace",
            "redacted",
            "placeholder",
            "your-",
            "your_",
            "insert-",
            "insert_",
            "<",
            "todo",
            "tbd",
            "fixme",
            "set-me",
            "set_me",
            "example-",
            "[redacted",
        ]
        .iter()
        .any(|start| lower.starts_with(start))
        || lower.ends_with("redacted>")
        || lower.ends_with("-here")
        || lower.ends_with("_here")
}

/// `${NAME}` and `$(NAME)`, alone or within a text; a default behind the name (`${NAME:-hunter2}`) is a value of its own.
fn is_substitution(value: &str) -> bool {
    ["${", "$("].iter().any(|open| value.contains(open)) && !value.contains(":-")
}

/// The name of a variable of a shell: all in capitals, or in small letters and telling or of several words. `$uperSecret1` is a password.
fn is_variable(name: &str) -> bool {
    let inside = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || !name.chars().all(inside) || name.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let capitals = !name.contains(|c: char| c.is_ascii_lowercase());
    let small = !name.contains(|c: char| c.is_ascii_uppercase());
    (capitals && (name.len() > 2 || name.contains('_'))) || (small && (name.contains('_') || Name::of(name).is_telling()))
}

/// A key of another object, as Argo CD writes it: `$oidc.acme.clientSecret`, `$name-of-secret:key`.
fn is_key_of_another(name: &str) -> bool {
    name.contains(['.', ':'])
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '.' | ':' | '-' | '_'))
}

/// A placeholder, or a pointer to where the secret really is: a file, a vault, another object.
pub(super) fn is_reference(value: &str) -> bool {
    const POINTERS: &[&str] = &[
        "vault:",
        "arn:",
        "ref+",
        "op://",
        "awssm:",
        "aws-sm:",
        "gcpsm:",
        "sm://",
        "azurekeyvault",
        "akv:",
        "secretref:",
        "env:",
        "file:",
        "secret://",
        "k8s:",
        "sops:",
        "enc[",
        "conjur:",
        "{cipher}",
        "ssm:",
        "@microsoft.keyvault",
        "keyvault:",
        "doppler:",
        "bao:",
        "!vault",
        "!ref",
        "!sub",
        "!secret",
        "!getatt",
        "!importvalue",
        "resolve:",
        "{{resolve:",
        "sealed:",
        "agbya",
        "pass:env",
        "valuefrom",
    ];
    let lower = value.to_ascii_lowercase();
    is_placeholder(value)
        || POINTERS.iter().any(|start| lower.starts_with(start))
        || (lower.starts_with("projects/") && lower.contains("/secrets/"))
        || is_path(value)
        || is_file(&lower)
        // Addresses; one with a password in it has a detector of its own.
        || is_address(value)
        || ["sha256:", "sha256-", "sha512-", "ssh-rsa ", "ssh-ed25519 ", "ecdsa-sha2-", "-----begin cert", "-----begin public"]
            .iter()
            .any(|start| lower.starts_with(start))
}

fn is_address(value: &str) -> bool {
    value.split_once("://").is_some_and(|(scheme, _)| {
        (2..=20).contains(&scheme.len()) && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-' | ':'))
    })
}

fn is_path(value: &str) -> bool {
    let plain = value.chars().all(|c| c.is_ascii_alphanumeric() || "._/@-~:\\".contains(c));
    plain
        && (["/", "./", "../", "~/"].iter().any(|start| value.starts_with(start)) || value.get(1..3) == Some(":\\"))
        && !(value.len() >= 32 && value.matches('/').count() < 2)
}

fn is_file(lower: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "pem",
        "key",
        "crt",
        "cert",
        "cer",
        "json",
        "yaml",
        "yml",
        "txt",
        "properties",
        "conf",
        "cfg",
        "env",
        "jks",
        "p12",
        "pfx",
        "keytab",
        "toml",
        "ini",
        "xml",
        "pub",
        "csv",
    ];
    lower.rsplit_once('.').is_some_and(|(stem, end)| {
        ENDINGS.contains(&end) && !stem.is_empty() && stem.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c))
    })
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
    // Ways and kinds, which people set for tokens and keys.
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
    let lower = value.to_ascii_lowercase();
    let bare = lower.trim_end_matches([',', ';']);
    NEVER.contains(&bare)
        || (name != Name::Password && WAYS.contains(&bare))
        || matches!(value, "|" | "|-" | "|+" | ">" | ">-" | ">+" | "~")
        || (value.starts_with('{') && value.ends_with('}'))
        || (value.starts_with('[') && value.ends_with(']') && (name != Name::Password || value.contains(['"', ','])))
        || is_duration(name, value)
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

/// Letters and numbers, or letters of both cases, not in the way of names and versions.
fn looks_mixed(value: &str) -> bool {
    value.len() >= 12 && looks_random(value)
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

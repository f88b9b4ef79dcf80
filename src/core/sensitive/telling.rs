//! Names that tell of a secret, and values that are none though they stand under such a name.
//!
//! `DB_PASSWORD`, `clientSecret` and `mysqlpassword` tell; `PASSWORD_FILE`, `secretName`, `token-ttl` and `public_key` speak of something else
//! near a secret. Of the values, references (`$(VAR)`, `vault:…`), paths, addresses, booleans and placeholders are none. `changeme` is one: it
//! is a password that somebody uses until they change it.

/// How much a name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// Nothing.
    Plain,
    /// Perhaps a key: only a value that looks random counts.
    Key,
    /// Something that Kubernetes names too: what looks like an object's name is one.
    Secret,
    /// A token: numbers and plain words are settings.
    Token,
    /// A password: nearly any value counts.
    Password,
}

const PASSWORDS: &[&str] = &["password", "passwd", "passphrase", "passcode", "pwd", "pass", "passwort"];
const SECRETS: &[&str] = &["secret", "secrets", "credential", "credentials", "creds"];
const TOKENS: &[&str] = &["token", "tokens", "apikey", "accesskey", "secretkey", "privatekey", "authkey", "bearer"];
/// Words that make a following `key` a secret one.
const BEFORE_KEY: &[&str] = &[
    "api",
    "private",
    "access",
    "secret",
    "encryption",
    "signing",
    "account",
    "master",
    "auth",
    "shared",
    "storage",
    "batch",
    "ssh",
    "hmac",
    "session",
    "cookie",
    "license",
    "admin",
    "service",
    "app",
    "webhook",
    "aes",
    "crypto",
    "decryption",
    "jwt",
    "root",
];
/// Words behind which a name speaks of something else than the secret.
const TAILS: &[&str] = &[
    "name",
    "names",
    "file",
    "files",
    "path",
    "paths",
    "dir",
    "directory",
    "ref",
    "refs",
    "reference",
    "type",
    "types",
    "length",
    "size",
    "min",
    "max",
    "policy",
    "ttl",
    "timeout",
    "expiry",
    "expiration",
    "expires",
    "lifetime",
    "duration",
    "interval",
    "enabled",
    "enable",
    "disabled",
    "required",
    "url",
    "uri",
    "endpoint",
    "endpoints",
    "host",
    "port",
    "issuer",
    "audience",
    "audiences",
    "algorithm",
    "algo",
    "alg",
    "class",
    "format",
    "provider",
    "providers",
    "store",
    "manager",
    "mode",
    "count",
    "id",
    "ids",
    "version",
    "rotation",
    "prefix",
    "suffix",
    "header",
    "headers",
    "field",
    "cookie",
    "claim",
    "claims",
    "scope",
    "scopes",
    "validity",
    "limit",
    "limits",
    "namespace",
    "namespaces",
    "username",
    "user",
    "location",
    "volume",
    "mount",
    "env",
    "var",
    "variable",
    "label",
    "selector",
    "annotation",
    "annotations",
    "template",
    "regex",
    "pattern",
    "placeholder",
    "description",
    "message",
    "title",
    "text",
    "hint",
    "help",
    "reviews",
    "review",
    "request",
    "requests",
    "hash",
    "algorithms",
    "seconds",
    "minutes",
    "hours",
    "days",
    "sec",
    "secs",
    "ms",
    "age",
    "strength",
    "backend",
    "engine",
    "service",
    "address",
    "addr",
    "usage",
    "validation",
    "reset",
    "property",
    "attribute",
    "role",
    "roles",
    "group",
    "groups",
    "accessor",
    "bucket",
    "rate",
    "auth",
    "authentication",
    "controller",
    "operator",
    "driver",
    "source",
    "refresh",
    "cache",
    "per",
    "used",
    "total",
    "metric",
    "metrics",
];
/// Words that make everything before and after them public or harmless.
const PUBLIC: &[&str] = &[
    "public",
    "pub",
    "publishable",
    "no",
    "disable",
    "disallow",
    "allow",
    "skip",
    "require",
    "requires",
    "use",
    "uses",
    "has",
    "is",
    "max",
    "min",
    "automount",
    "pull",
];

impl Name {
    /// What a name tells.
    pub(super) fn of(name: &str) -> Self {
        let words = words(name);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let Some(last) = words.last() else { return Self::Plain };
        if words.iter().any(|w| PUBLIC.contains(w)) || TAILS.contains(last) {
            // Hashes of passwords let people in who can guess: they count as what they protect.
            return if *last == "hash" && words.iter().any(|w| PASSWORDS.contains(w)) { Self::Password } else { Self::Plain };
        }
        let before = words.len().checked_sub(2).and_then(|i| words.get(i)).copied().unwrap_or_default();
        match *last {
            // `PWD` alone is a shell's working directory, `pass` alone a verb.
            "pwd" | "pass" if words.len() == 1 => Self::Plain,
            "key" | "keys" if BEFORE_KEY.contains(&before) => Self::Token,
            // `passwordKey: password` names the key of a Secret.
            "key" | "keys" if PASSWORDS.contains(&before) || SECRETS.contains(&before) || TOKENS.contains(&before) => Self::Plain,
            "key" | "salt" | "dsn" if words.len() > 1 => Self::Key,
            "content" | "data" | "value" | "string" if words.len() > 1 && words.contains(&"key") => Self::Token,
            _ => Self::by_words(&words, last),
        }
    }

    fn by_words(words: &[&str], last: &str) -> Self {
        let any = |list: &[&str]| words.iter().any(|w| list.contains(w));
        let ends = |list: &[&str]| list.iter().any(|end| last.len() > end.len() && last.ends_with(end));
        if any(PASSWORDS) || ends(&["password", "passwd", "passphrase"]) {
            Self::Password
        } else if any(TOKENS) || ends(&["token", "apikey", "secretkey", "privatekey", "accesskey"]) {
            Self::Token
        } else if any(SECRETS) || ends(&["secret"]) {
            Self::Secret
        } else {
            Self::Plain
        }
    }

    /// Whether it tells anything.
    pub(super) const fn is_telling(self) -> bool {
        !matches!(self, Self::Plain)
    }

    /// Whether a value under this name is a credential.
    pub(super) fn makes_credential(self, value: &str) -> bool {
        let value = value.trim();
        if value.chars().count() < 3 || is_reference(value) || is_setting(value) {
            return false;
        }
        let wordy = value.contains(char::is_whitespace);
        match self {
            Self::Plain => false,
            Self::Password => !wordy && !is_label(value),
            Self::Token => !wordy && !is_number(value) && !is_plain_name(value),
            Self::Secret => !wordy && !is_number(value) && !is_plain_name(value),
            Self::Key => !wordy && looks_random(value) && !is_uuid(value),
        }
    }
}

/// The words of a name in lower case: `DB_PASSWORD`, `clientSecret`, `spring.datasource.password`; a file's ending is no word of it.
fn words(name: &str) -> Vec<String> {
    const ENDINGS: &[&str] =
        &["txt", "yaml", "yml", "json", "properties", "conf", "cfg", "ini", "env", "xml", "toml", "sh", "crt", "cer", "pub"];
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let chars: Vec<char> = name.chars().collect();
    for (i, c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).and_then(|i| chars.get(i));
        let hump = c.is_uppercase() && before.is_some_and(|b| b.is_lowercase() || b.is_ascii_digit());
        // `APIKey`: the last capital of a run begins the next word.
        let end_of_run = c.is_uppercase() && before.is_some_and(|b| b.is_uppercase()) && chars.get(i + 1).is_some_and(|n| n.is_lowercase());
        if (!c.is_alphanumeric() || hump || end_of_run) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    // `PASSWORD_1`, `token2`: a number names nothing.
    while words.len() > 1
        && words.last().is_some_and(|w| w.chars().all(|c| c.is_ascii_digit()) || (name.contains('.') && ENDINGS.contains(&w.as_str())))
    {
        words.pop();
    }
    words
}

/// Stands for a value that is filled in elsewhere or later: templates, variables, `<password>`, `your-token-here`.
pub(super) fn is_placeholder(value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'']);
    let lower = value.to_ascii_lowercase();
    let wrapped = |open: &str, close: &str| value.starts_with(open) && value.ends_with(close);
    value.is_empty()
        || value.contains("{{")
        || value.contains("${")
        || value.contains("$(")
        || value.contains("<%")
        || wrapped("<", ">")
        || wrapped("%", "%")
        || wrapped("%(", ")s")
        || (wrapped("@", "@") && value.len() > 2)
        || wrapped("__", "__")
        || (value.starts_with('$')
            && value[1..].chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !value[1..].starts_with(|c: char| c.is_ascii_digit()))
        || value.chars().all(|c| matches!(c, '*' | '•' | '.' | '-' | '_' | '?'))
        || ["replace", "redacted", "placeholder", "your-", "your_", "insert-", "insert_", "<", "todo", "tbd", "fixme", "set-me", "set_me"]
            .iter()
            .any(|start| lower.starts_with(start))
        || lower.ends_with("redacted>")
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
    ];
    let lower = value.to_ascii_lowercase();
    is_placeholder(value)
        || POINTERS.iter().any(|start| lower.starts_with(start))
        || (lower.starts_with("projects/") && lower.contains("/secrets/"))
        || is_path(value)
        || is_file(&lower)
        // Addresses; one with a password in it has a detector of its own.
        || lower.contains("://")
        || ["sha256:", "sha256-", "sha512-", "ssh-rsa ", "ssh-ed25519 ", "ecdsa-sha2-", "-----begin cert", "-----begin public"].iter().any(|start| lower.starts_with(start))
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
fn is_setting(value: &str) -> bool {
    const WORDS: &[&str] = &[
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
        "default",
        "enabled",
        "disabled",
        "auto",
        "always",
        "never",
        "optional",
        "required",
        "env",
        "file",
        "n/a",
        "string",
        "text",
        "bearer",
        "basic",
        "jwt",
        "plain",
        "md5",
        "sha256",
    ];
    let lower = value.to_ascii_lowercase();
    WORDS.contains(&lower.trim_end_matches([',', ';']))
        || value.starts_with(['{', '[', '|', '>', '&', '!', '(', '~', '='])
        || (value.starts_with(|c: char| c.is_ascii_digit())
            && value.trim_end_matches(|c: char| c.is_ascii_alphabetic()).chars().all(|c| c.is_ascii_digit() || c == '.')
            && ["", "s", "m", "h", "d", "ms", "ns", "us", "k", "b", "kb", "mb", "gb", "ki", "mi", "gi"]
                .contains(&value.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').to_ascii_lowercase().as_str())
            && value.len() <= 4)
}

fn is_number(value: &str) -> bool {
    value.parse::<f64>().is_ok() && value.len() < 12
}

/// A caption such as `Password` or `Token:`; a password that is the word itself is written small.
fn is_label(value: &str) -> bool {
    value.starts_with(char::is_uppercase)
        && matches!(value.to_lowercase().trim_end_matches([':', '*', '.', '?', '!']), "password" | "passwort" | "passphrase" | "passwd")
}

/// Words joined by dashes, dots or underscores, as objects, keys and plugins are named: `db-credentials`, `access-token`.
fn is_plain_name(value: &str) -> bool {
    const WELL_KNOWN: &[&str] = &["changeme", "change-me", "change_me", "password", "secret", "letmein", "admin"];
    if WELL_KNOWN.contains(&value.to_ascii_lowercase().as_str()) {
        return false;
    }
    let parts: Vec<&str> = value.split(['-', '_', '.', '/', ':']).collect();
    let wordy = |part: &&str| {
        part.len() <= 14
            && (part.chars().all(|c| c.is_ascii_lowercase()) || (part.len() <= 2 && part.chars().all(|c| c.is_ascii_alphanumeric())))
    };
    parts.len() > 1 && parts.iter().all(wordy) && parts.iter().any(|p| p.len() > 2)
}

/// Unquoted text that a program would run and not read as a value: calls, members, indexes.
pub(super) fn is_code(value: &str) -> bool {
    let dotted = value.split('.').count() > 1
        && value.split('.').all(|part| {
            part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
                && part.len() > 1
        });
    value.contains('(') || value.contains('[') || dotted || value.starts_with('=') || value.starts_with('~') || value.starts_with('$')
}

fn is_uuid(value: &str) -> bool {
    value.len() == 36 && value.split('-').map(str::len).eq([8, 4, 4, 4, 12]) && value.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

/// Sixteen characters or more of mixed kinds with as much variety as random ones have.
fn looks_random(value: &str) -> bool {
    let classes = [char::is_lowercase as fn(char) -> bool, char::is_uppercase, |c| c.is_ascii_digit()];
    let kinds = classes.iter().filter(|class| value.chars().any(**class)).count();
    value.len() >= 16 && kinds >= 2 && entropy(value) >= 3.3
}

/// Bits per character by Shannon.
fn entropy(value: &str) -> f64 {
    let mut counts = std::collections::BTreeMap::<char, f64>::new();
    value.chars().for_each(|c| *counts.entry(c).or_default() += 1.0);
    let total: f64 = counts.values().sum();
    counts.values().map(|n| -(n / total) * (n / total).log2()).sum()
}

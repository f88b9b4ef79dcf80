//! Names that tell of a secret.
//!
//! `DB_PASSWORD`, `DB_PW`, `clientSecret`, `REDIS_AUTH` and `mysqlpassword` tell; `PASSWORD_FILE`, `secretName`, `token-ttl` and `public_key`
//! speak of something else near a secret. What stands under a name is judged by `value`.

use super::words::words;
use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

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
    /// A number that somebody types: from four digits on.
    Pin,
    /// A password: nearly any value counts.
    Password,
}

/// Words, in English and in the abbreviations that people write.
const PASSWORDS: &[&str] = &[
    "password",
    "passwords",
    "passwd",
    "passwds",
    "passphrase",
    "passphrases",
    "passcode",
    "pwd",
    "pwds",
    "pass",
    "passwort",
    "kennwort",
    "passw",
    "passwrd",
    "psw",
    "pswd",
    "psswd",
    "pw",
    "pword",
    "pwrd",
    "passkey",
    "requirepass",
    "masterauth",
    "bindpw",
    "rootpw",
    "dbpw",
    "userpw",
    "adminpw",
    "mysqlpw",
    "pgpw",
    "contrasena",
    "contraseña",
    "senha",
    "motdepasse",
    "jelszo",
    "jelszó",
    "haslo",
    "hasło",
    "heslo",
    "wachtwoord",
    "parola",
    "mnemonic",
    "clave",
    "passe",
    "mdp",
    "psk",
];
/// Keys by the names that payment networks have for them, and parts of such keys (ISO 11568, ANSI X9.24).
const PAYMENT_KEYS: &[&str] = &["lmk", "zmk", "zpk", "zak", "zek", "tmk", "tpk", "tak", "bdk", "ipek", "pvk", "cvk", "mfk"];
/// Words that tell behind some others: `ERLANG_COOKIE`, `SNMP_COMMUNITY`; a PIN by its digits.
const BEHIND_SOME: &[&str] = &["pin", "cookie", "community"];
/// What a PIN of these opens is a store of keys: it need not be a number.
const KEY_STORES: &[&str] = &["hsm", "softhsm", "pkcs11", "token", "slot", "luna", "so"];
const SECRETS: &[&str] = &["secret", "secrets", "credential", "credentials", "creds", "cred"];
const TOKENS: &[&str] = &[
    "token",
    "tokens",
    "apikey",
    "apitoken",
    "accesskey",
    "secretkey",
    "privatekey",
    "authkey",
    "authtoken",
    "accesstoken",
    "bearer",
    "pat",
    "jwt",
    "apisecret",
];
/// Ends of words that were written together: `mysqlpassword`.
const PASSWORD_ENDS: &[&str] = &["password", "passwd", "passphrase", "passwort", "pass", "pwd"];
const TOKEN_ENDS: &[&str] = &["token", "apikey", "secretkey", "privatekey", "accesskey"];
/// Words of keys of every sort: of these alone a value that looks random counts.
const KEYS: &[&str] = &["key", "salt", "dsn", "seed", "auth", "sas"];
/// Words that end so and mean something else.
const NO_PASSWORDS: &[&str] = &[
    "bypass",
    "compass",
    "surpass",
    "trespass",
    "encompass",
    "overpass",
    "underpass",
    "bandpass",
    "lowpass",
    "highpass",
    "multipass",
    "onepass",
    "lpass",
    "firstpass",
    "singlepass",
    "proxypass",
    "keepass",
    "multitoken",
];
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
    "licence",
    "admin",
    "service",
    "app",
    "webhook",
    "aes",
    "crypto",
    "decryption",
    "jwt",
    "root",
    "sign",
    "subscription",
    "ingest",
    "ingestion",
    "write",
    "integration",
    "deploy",
    "functions",
    "host",
    "sas",
    "consumer",
    "application",
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
    "encryption",
    "hashing",
    "hashes",
    "checksum",
    "digest",
    "sha256",
    "revision",
    "etag",
    "complexity",
    "history",
    "changed",
    "generator",
    "prompt",
    "question",
    "fields",
    "labels",
    "inputs",
    "param",
    "parameter",
    "parameters",
    "method",
    "methods",
    "plugin",
    "filter",
    "filters",
    "strategy",
    "loader",
    "lookup",
    "mapping",
    "kind",
    "state",
    "status",
    "index",
    "exists",
    "lastupdated",
    "updated",
    "created",
    "expired",
    "expire",
    "exp",
    "sync",
    "syncer",
    "reader",
    "writer",
    "watcher",
    "webhook",
    "authenticator",
    "identifier",
    "protection",
    "change",
    "recovery",
    "forgot",
    "less",
    "feature",
    "features",
    "support",
    "supported",
    "only",
    "signer",
    "owner",
    "team",
    "purpose",
    "identity",
    "csr",
    "configmap",
    "entropy",
    "charset",
    "characters",
    "chars",
    "digits",
    "symbols",
];
/// Words that make everything before and after them public.
const PUBLIC: &[&str] = &["public", "pub", "publishable", "checksum", "fingerprint", "thumbprint", "automount", "anon"];
/// Directives of proxies: where requests are passed on to.
const PASSING_ON: &[&str] = &["proxy", "uwsgi", "fastcgi", "grpc", "scgi", "memcached", "by", "first", "second", "one", "two", "ssl"];

/// Every word that tells, but for those that hold another one. A name in which none of them stands tells nothing, whatever its words are, so that
/// most names are passed over by these.
static STEMS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let all = [PASSWORDS, SECRETS, TOKENS, PASSWORD_ENDS, TOKEN_ENDS, KEYS, PAYMENT_KEYS, BEHIND_SOME].concat();
    let holds_another = |word: &str| all.iter().any(|other| word.len() > other.len() && word.contains(other));
    let stems = all.iter().filter(|word| !holds_another(word));
    // Capitals of other alphabets are looked for as they are.
    let stems = stems.flat_map(|word| [Some((*word).to_owned()), (!word.is_ascii()).then(|| word.to_uppercase())]);
    AhoCorasick::builder().ascii_case_insensitive(true).build(stems.flatten()).ok()
});

/// Whether a name may tell anything, or a text hold a name that does.
pub(super) fn may_tell(text: &str) -> bool {
    STEMS.as_ref().is_none_or(|stems| stems.is_match(text))
}

impl Name {
    /// What a name tells. Of `acme.example/db-password` the part behind the last slash is the name.
    pub(super) fn of(name: &str) -> Self {
        let own = name.rsplit('/').find(|part| !part.is_empty()).unwrap_or_default();
        if name.len() > own.len() && words(name).iter().any(|w| PUBLIC.contains(&w.as_str())) {
            return Self::Plain;
        }
        let words = words(own);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let Some(last) = words.last().copied() else { return Self::Plain };
        let before = words.len().checked_sub(2).and_then(|i| words.get(i)).copied().unwrap_or_default();
        if last == "id" && before == "secret" {
            // Vault's AppRole and its kin: the id is the secret.
            return Self::Token;
        }
        if last == "cookie" && matches!(before, "erlang" | "magic") {
            // Nodes of Erlang let each other run anything by it.
            return Self::Token;
        }
        if words.iter().any(|w| PUBLIC.contains(w)) || TAILS.contains(&last) || (words.len() == 1 && matches!(last, "pw" | "pat" | "cred"))
        {
            // Hashes of passwords let people in who can guess: they count as what they protect.
            return if last == "hash" && words.iter().any(|w| PASSWORDS.contains(w)) { Self::Password } else { Self::Plain };
        }
        match last {
            "pass" if PASSING_ON.contains(&before) => Self::Plain,
            // A count of them, or those that pull images: names of objects.
            "secrets" | "secret" if matches!(before, "pull" | "tls" | "image") => Self::Plain,
            "tokens" if matches!(before, "max" | "min" | "num" | "input" | "output" | "prompt" | "completion" | "new") => Self::Plain,
            "secret" | "secrets" | "credential" | "credentials" | "creds" => Self::Secret,
            "community" if words.contains(&"snmp") => Self::Token,
            "pin" if words.iter().any(|w| KEY_STORES.contains(w)) => Self::Password,
            "pin" => Self::Pin,
            // The half of a CAPTCHA's keys that stands in the page.
            "key" | "keys" if before == "site" => Self::Plain,
            "key" | "keys" if BEFORE_KEY.contains(&before) => Self::Token,
            // `passwordKey: password` names the key of a Secret.
            "key" | "keys" if [PASSWORDS, SECRETS, TOKENS].iter().any(|list| list.contains(&before)) => Self::Plain,
            _ if KEYS.contains(&last) && words.len() > 1 => Self::Key,
            // What a key does to zeros shows that two have the same one, and nothing of it.
            "value" | "values" if before == "check" => Self::Plain,
            "content" | "data" | "value" | "string" if words.len() > 1 && words.contains(&"key") => Self::Token,
            _ => Self::by_words(&words, last),
        }
    }

    fn by_words(words: &[&str], last: &str) -> Self {
        let any = |list: &[&str]| words.iter().any(|w| list.contains(w));
        let ends = |list: &[&str]| !NO_PASSWORDS.contains(&last) && list.iter().any(|end| last.len() > end.len() && last.ends_with(end));
        if any(PASSWORDS) || ends(PASSWORD_ENDS) {
            Self::Password
        } else if any(TOKENS) || ends(TOKEN_ENDS) {
            Self::Token
        } else if any(SECRETS) || ends(&["secret"]) {
            Self::Secret
        } else if any(PAYMENT_KEYS) {
            Self::Key
        } else {
            Self::Plain
        }
    }

    /// Whether it tells anything.
    pub(super) const fn is_telling(self) -> bool {
        !matches!(self, Self::Plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_tells_is_passed_over() {
        for name in [
            "HASŁO",
            "DB_CONTRASEÑA",
            "mysqlPassword",
            "REDIS_AUTH",
            "clientSecret",
            "APP_SAS",
            "signing.key.data",
            "dbPw2",
            "hmacKey",
            "CLAVE_DB",
            "DB_MOT_DE_PASSE",
            "HSM_PIN",
            "erlangCookie",
            "SNMP_COMMUNITY",
            "LMK",
        ] {
            assert!(Name::of(name).is_telling() && may_tell(name), "{name}");
        }
        assert!(!may_tell("LOG_LEVEL") && !may_tell("replicas"));
    }
}

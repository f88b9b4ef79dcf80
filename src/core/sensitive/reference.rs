//! Values that say where a secret is instead of what it is: variables (`$(VAR)`), templates, pointers (`vault:…`), paths, addresses, placeholders;
//! and what is public though it stands under a telling name.

use super::telling::Name;

/// Stands for a value that is filled in elsewhere or later: templates, variables, `<password>`, `your-token-here`, or what was masked here.
pub(super) fn is_placeholder(value: &str) -> bool {
    let value = value.trim().trim_matches(['"', '\'']);
    let lower = value.to_ascii_lowercase();
    let wrapped = |open: &str, close: &str| value.len() > 2 && value.starts_with(open) && value.ends_with(close);
    value.is_empty()
        || value.contains("••")
        || ((value.contains("{{") || is_substitution(value)) && !holds_literal(value))
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

/// Whether something is written out beside what is filled in, and looks like no name: `$(PREFIX)hunter22`, `{{ .Values.prefix }}hunter22`.
fn holds_literal(value: &str) -> bool {
    const FILLED_IN: &[(&str, &str)] = &[("{{", "}}"), ("$(", ")"), ("${", "}")];
    // Three forms are looked for again and again, and what is longer is a file.
    if value.len() > 4096 {
        return false;
    }
    let (mut literal, mut rest) = (String::new(), value);
    while let Some((at, open, close)) = FILLED_IN.iter().filter_map(|(open, close)| Some((rest.find(open)?, *open, *close))).min() {
        literal.push_str(&rest[..at]);
        literal.push(' ');
        let inside = &rest[at + open.len()..];
        let Some(end) = inside.find(close) else { return false };
        rest = &inside[end + close.len()..];
    }
    literal.push_str(rest);
    let between = |c: char| c.is_whitespace() || "./:@-_,;=&|\"'".contains(c);
    literal.split(between).any(|part| {
        part.len() >= 8
            && part.contains(|c: char| c.is_ascii_digit())
            && part.contains(|c: char| c.is_ascii_alphabetic())
            && !part.contains(['(', ')', '{', '}', '[', '$', '<', '\\'])
    })
}

/// The name of a variable of a shell: all in capitals, or in small letters and telling or of several words. `$uperSecret1` is a password.
pub(super) fn is_variable(name: &str) -> bool {
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
        || is_sealed(value)
        || is_path(value)
        || is_file(&lower)
        // Addresses; one with a password in it has a detector of its own.
        || is_address(value)
        || ["sha256:", "sha256-", "sha512-", "ssh-rsa ", "ssh-ed25519 ", "ecdsa-sha2-", "-----begin cert", "-----begin public"]
            .iter()
            .any(|start| lower.starts_with(start))
}

/// What the makers of these keys give out for everybody to see, in the pages of a shop or an application: keys of Stripe, Mapbox and PostHog.
pub(super) fn is_public(value: &str) -> bool {
    ["pk_live_", "pk_test_", "pk.eyJ", "phc_"].iter().any(|start| value.starts_with(start))
}

/// What a controller alone can open (SealedSecrets): the length of a key of 4096 bits, the key and what it encrypts, in base64.
fn is_sealed(value: &str) -> bool {
    value.len() >= 340
        && ["AgA", "AgB", "AgC", "AgD"].iter().any(|start| value.starts_with(start))
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
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

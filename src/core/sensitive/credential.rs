//! Credentials by their own shape, or by the name under which a value stands.
//!
//! Shapes come first: what announces itself (`token`) is one wherever it stands, then passwords in command lines (`command`). Then names: the
//! value of `password` is a credential unless it is plainly something else (`telling`, `value`), and so it goes for every pair within a text
//! (`pairs`). What is encoded is opened and looked at in the same way. Masked forms say what was found, under which name within the text, and how
//! long it is; never a character of it.

use super::span::{Span, Spans};
use super::telling::{Name, may_tell};
use super::value::{self, Place};
use super::{command, pairs, token};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// Where credentials stand in one value.
pub(super) fn find(key: &str, value: &str, place: Place) -> Vec<Span> {
    let mut spans = Spans::default();
    token::find(value, &mut spans);
    let signs = Signs::of(value);
    if signs.apart {
        command::find(value, &mut spans);
    }
    let own = pairs::trim(value, own_value(key, value));
    let text = &value[own.clone()];
    let name = if may_tell(key) { Name::of(key) } else { Name::Plain };
    let whole = name.is_telling() && (!text.contains('\n') || is_broken(text));
    if whole && value::is_credential(name, text, place) {
        // The whole value is the secret, so nothing inside it may be read as a name.
        spans.add(own, "named-credential", "");
    } else if signs.any() && (!whole || text.contains(['{', '=', ';'])) {
        pairs::find(value, &mut spans);
    }
    if signs.any() && is_kubeconfig(value) {
        spans.cover(0..value.len(), "kubeconfig");
    }
    spans.into_list()
}

/// What a text has beside letters: a single word is no command line, and without a sign no setting.
struct Signs {
    /// What parts words, quotes them or lists them; other alphabets have spaces of their own.
    apart: bool,
    /// What stands between a name and a value.
    between: bool,
}

impl Signs {
    fn of(text: &str) -> Self {
        let apart = |b: u8| b <= b' ' || matches!(b, b'"' | b'\'' | b',') || b >= 0x7f;
        text.bytes().fold(Self { apart: false, between: false }, |signs, b| Self {
            apart: signs.apart | apart(b),
            between: signs.between | matches!(b, b'=' | b':' | b'>'),
        })
    }

    const fn any(&self) -> bool {
        self.apart || self.between
    }
}

/// What announces itself, without names.
pub(super) fn announced(value: &str) -> Vec<Span> {
    let mut spans = Spans::default();
    token::find(value, &mut spans);
    spans.into_list()
}

/// What a detector's finding is called.
pub(super) fn describe(detector: &str) -> &'static str {
    match detector {
        "pem-private-key" => "private key in PEM form",
        "age-key" => "private key of age",
        "jwk-private-key" => "private part of a JSON web key",
        "aws-access-key" => "AWS access key id",
        "aws-bedrock-key" => "AWS Bedrock key",
        "gcp-service-account" => "Google service account key",
        "gcp-api-key" => "Google API key",
        "gcp-oauth" => "Google OAuth secret",
        "azure-storage-key" => "Azure account key",
        "azure-sas" => "Azure shared access signature",
        "azure-client-secret" => "Azure client secret",
        "azure-devops-token" => "Azure DevOps token",
        "jwt" => "signed token (JWT)",
        "github-token" => "GitHub token",
        "gitlab-token" => "GitLab token",
        "slack-token" => "Slack token",
        "stripe-key" => "Stripe secret key",
        "openai-key" => "OpenAI key",
        "anthropic-key" => "Anthropic key",
        "ai-service-key" => "key of a model service",
        "digitalocean-token" => "DigitalOcean token",
        "telegram-token" => "Telegram bot token",
        "discord-token" => "Discord token",
        "heroku-key" => "Heroku key",
        "new-relic-key" => "New Relic key",
        "twilio-key" => "Twilio key",
        "cloud-token" | "service-token" => "token of a service",
        "cluster-token" => "cluster token",
        "webhook" => "secret part of a webhook's address",
        "vault-token" => "Vault token",
        "registry-token" => "package or image registry token",
        "mail-api-key" => "mail service key",
        "url-password" => "password within a web address",
        "connection-string" => "password within a connection string",
        "registry-auth" => "image registry login",
        "password-hash" => "hash of a password",
        "bearer-token" => "bearer token",
        "basic-login" => "login for basic authentication",
        "command-password" => "password in a command",
        "kubeconfig" => "kubeconfig with a credential in it",
        _ => "value",
    }
}

/// Whether a text of several lines is one value that was broken: a few bare words, as no settings and no script have them.
fn is_broken(text: &str) -> bool {
    let bare = |line: &str| line.len() > 2 && !line.contains(|c: char| c.is_whitespace() || "=:{}()<>#$;\"'".contains(c));
    text.len() <= 400 && text.lines().count() <= 6 && text.lines().all(|line| bare(line.trim()))
}

/// Whether a text is a kubeconfig that holds a credential; one that only names files or commands holds none.
fn is_kubeconfig(value: &str) -> bool {
    static CREDENTIAL: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?m)["'\\]{0,4}\b(?:client-key-data|token|password|access-token|refresh-token|id-token)["'\\]{0,4}[ \t]{0,8}:[ \t]{0,8}["'\\]{0,4}([^\s"'\\,}]{6,})"#).ok()
    });
    // Who writes one by hand leaves out what kubectl does not miss: logins for webhooks name no context.
    static KIND: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"\bkind["'\\]{0,4}[ \t]{0,8}:[ \t]{0,8}["'\\]{0,4}Config\b"#).ok());
    let named = || KIND.as_ref().is_some_and(|kind| kind.is_match(value));
    value.contains("users")
        && (["clusters", "contexts"].iter().all(|word| value.contains(word)) || named())
        && CREDENTIAL
            .iter()
            .flat_map(|pattern| pattern.captures_iter(value))
            .filter_map(|found| found.get(1))
            .any(|found| !value::is_reference(found.as_str()) && !found.as_str().starts_with(['[', '{']))
}

/// The part of an argument that is its value: behind `--name=`, where the name is the key that was handed in.
fn own_value(key: &str, value: &str) -> Range<usize> {
    let start = value
        .split_once('=')
        .filter(|(name, _)| value.starts_with('-') && name.trim_start_matches('-') == key.trim_start_matches('-'))
        .map_or(0, |(name, _)| name.len() + 1);
    start..value.len()
}

#[cfg(test)]
#[path = "credential_tests.rs"]
mod tests;

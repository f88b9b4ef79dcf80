//! Credentials by their own shape, or by the name under which a value stands.
//!
//! Shapes come first: a key that announces itself (PEM, JWT, `AKIA…`, `ghp_…`, a password inside a URL) is one wherever it stands. Then names:
//! the value of `password` is a credential unless it is plainly something else (`telling` knows what else there is). A text of many lines, or
//! of many pairs on one line, is looked at pair by pair, each value under its own name. Masked forms say what was found, under which name
//! within the text, and how long it is; never a character of it.

use super::telling::{self, Name};
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// What was found: the detector, a masked form, and the found text itself (which never leaves this room).
pub(super) struct Hit<'a> {
    pub(super) detector: &'static str,
    pub(super) masked: String,
    pub(super) found: &'a str,
}

/// Runs the detectors over one value.
pub(super) fn find<'a>(key: &str, value: &'a str) -> Vec<Hit<'a>> {
    let mut spans = shapes(value);
    let body = own_value(key, value);
    let text = &value[body.clone()];
    let name = Name::of(key);
    if !text.trim().contains('\n') && name.is_telling() {
        // The whole value is the secret, so nothing inside it may be read as a name.
        let trimmed = trim(value, body);
        if name.makes_credential(&value[trimmed.clone()]) {
            add(&mut spans, trimmed, "named-credential", String::new());
        }
    } else {
        pairs(value, &mut spans);
    }
    if let Some(span) = kubeconfig(value) {
        spans.retain(|s| s.detector != "named-credential");
        add(&mut spans, span, "kubeconfig", String::new());
    }
    spans.into_iter().map(|span| span.hit(value)).collect()
}

struct Span {
    at: Range<usize>,
    detector: &'static str,
    inner: String,
}

impl Span {
    fn hit(self, value: &str) -> Hit<'_> {
        let found = &value[self.at];
        let what = describe(self.detector);
        let under = if self.inner.is_empty() { String::new() } else { format!(" under {}", self.inner) };
        Hit { detector: self.detector, masked: format!("{what}{under}, {} characters", found.chars().count()), found }
    }
}

fn describe(detector: &str) -> &str {
    match detector {
        "pem-private-key" => "private key in PEM form",
        "aws-access-key" => "AWS access key id",
        "gcp-service-account" => "Google service account key",
        "gcp-api-key" => "Google API key",
        "azure-storage-key" => "Azure account key",
        "azure-sas" => "Azure shared access signature",
        "jwt" => "signed token (JWT)",
        "github-token" => "GitHub token",
        "gitlab-token" => "GitLab token",
        "slack-token" => "Slack token",
        "stripe-key" => "Stripe secret key",
        "vault-token" => "Vault token",
        "registry-token" => "package or image registry token",
        "mail-api-key" => "mail service key",
        "url-password" => "password within a web address",
        "connection-string" => "password within a connection string",
        "registry-auth" => "image registry login",
        "kubeconfig" => "kubeconfig with a credential in it",
        _ => "value",
    }
}

/// Adds a span unless an earlier, more exact one overlaps it.
fn add(spans: &mut Vec<Span>, at: Range<usize>, detector: &'static str, inner: String) {
    if !at.is_empty() && spans.iter().all(|s| s.at.end <= at.start || at.end <= s.at.start) {
        spans.push(Span { at, detector, inner });
    }
}

struct Shape {
    detector: &'static str,
    pattern: Regex,
    /// Group that holds the secret itself.
    group: usize,
}

/// Most exact first. The patterns are constants: one that did not compile would be missing in every test.
static SHAPES: LazyLock<Vec<Shape>> = LazyLock::new(|| {
    const ALL: &[(&str, &str, usize)] = &[
        (
            "pem-private-key",
            r"-{3,5} ?BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)? ?-{3,5}(?s:.*?-{3,5} ?END +(?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)? ?-{3,5}|.*)",
            0,
        ),
        ("aws-access-key", r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b", 0),
        ("gcp-api-key", r"\bAIza[0-9A-Za-z_-]{35}\b", 0),
        ("azure-storage-key", r"(?i)\b(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{32,}={0,2})", 1),
        ("azure-sas", r"[?&;]sig=([A-Za-z0-9%+/]{32,}={0,2})", 1),
        ("jwt", r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{16,}", 0),
        ("github-token", r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})", 0),
        ("gitlab-token", r"\bgl(?:pat|rt|dt|ptt|soat|agent|cbt)-[A-Za-z0-9_-]{20,}", 0),
        ("slack-token", r"\b(?:xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{20,})", 0),
        ("slack-token", r"https://hooks\.slack\.com/services/(T[A-Za-z0-9]+/B[A-Za-z0-9]+/[A-Za-z0-9]{16,})", 1),
        ("stripe-key", r"\b(?:[sr]k_(?:live|test)_|whsec_)[A-Za-z0-9]{16,}", 0),
        ("vault-token", r"\bhv[sbr]\.[A-Za-z0-9_-]{20,}", 0),
        ("registry-token", r"\b(?:npm_[A-Za-z0-9]{36}|dckr_pat_[A-Za-z0-9_-]{20,}|pypi-[A-Za-z0-9_-]{50,})", 0),
        ("mail-api-key", r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}", 0),
        ("registry-auth", r#""auth"\s*:\s*"([A-Za-z0-9+/]{8,}={0,2})""#, 1),
    ];
    ALL.iter()
        .filter_map(|(detector, pattern, group)| Some(Shape { detector, pattern: Regex::new(pattern).ok()?, group: *group }))
        .collect()
});

static URL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"\b([A-Za-z][A-Za-z0-9+.-]{1,30})://([^\s/:@'"<>]*):([^\s/@'"<>]+)@[^\s@]"#).ok());

/// Characters of the shortest text that any of the shapes, or a web address with a password, can be found in.
const SHORTEST: usize = 15;
const SHORTEST_URL: usize = 9;

fn shapes(value: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    if value.len() < SHORTEST_URL {
        return spans;
    }
    if let Some(span) = service_account(value) {
        add(&mut spans, span, "gcp-service-account", String::new());
    }
    for shape in SHAPES.iter().filter(|_| value.len() >= SHORTEST) {
        for found in shape.pattern.captures_iter(value) {
            let Some(group) = found.get(shape.group) else { continue };
            if shape.detector == "jwt" && !is_jwt(group.as_str()) {
                continue;
            }
            add(&mut spans, group.range(), shape.detector, String::new());
        }
    }
    encoded_keys(value, &mut spans);
    for found in URL.iter().filter(|_| value.contains("://")).flat_map(|pattern| pattern.captures_iter(value)) {
        let (Some(scheme), Some(password)) = (found.get(1), found.get(3)) else { continue };
        if telling::is_placeholder(password.as_str()) || password.as_str().chars().all(|c| c == '*' || c == '•') {
            continue;
        }
        let web = matches!(scheme.as_str().to_ascii_lowercase().as_str(), "http" | "https" | "ws" | "wss" | "ftp");
        add(&mut spans, password.range(), if web { "url-password" } else { "connection-string" }, String::new());
    }
    spans
}

/// The private key of a Google service account file.
fn service_account(value: &str) -> Option<Range<usize>> {
    static KEY: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#""private_key"\s*:\s*"([^"]+)""#).ok());
    if !(value.contains("service_account") && value.contains("client_email")) {
        return None;
    }
    KEY.as_ref()?.captures(value)?.get(1).filter(|key| !telling::is_placeholder(key.as_str())).map(|key| key.range())
}

/// A JWT's first part is base64 of a JSON object that names its algorithm.
fn is_jwt(token: &str) -> bool {
    let header = token.split('.').next().unwrap_or_default();
    data_encoding::BASE64URL_NOPAD
        .decode(header.as_bytes())
        .ok()
        .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok())
        .is_some_and(|header| header.get("alg").is_some())
}

/// Private keys that base64 hides: `LS0tLS1CRUdJTi` is how “-----BEGIN ” begins in it.
fn encoded_keys(value: &str, spans: &mut Vec<Span>) {
    const START: &str = "LS0tLS1CRUdJTi";
    for (at, _) in value.match_indices(START) {
        let end = value[at..].find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='))).map_or(value.len(), |n| at + n);
        // Sixty-four characters hold the whole first line.
        let head = &value[at..end.min(at + 64)];
        let head = &head[..head.len() / 4 * 4];
        let decoded = data_encoding::BASE64.decode(head.as_bytes()).unwrap_or_default();
        if String::from_utf8_lossy(&decoded).contains("PRIVATE KEY") {
            add(spans, at..end, "pem-private-key", String::new());
        }
    }
}

/// The credential of a kubeconfig that holds one; a kubeconfig that only names files or commands holds none.
fn kubeconfig(value: &str) -> Option<Range<usize>> {
    static CREDENTIAL: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r#"(?m)["']?\b(client-key-data|token|password)["']?[ \t]*:[ \t]*["']?([^\s"',}]+)"#).ok());
    if !["clusters", "users", "contexts"].iter().all(|word| value.contains(word)) {
        return None;
    }
    let pattern = CREDENTIAL.as_ref()?;
    pattern
        .captures_iter(value)
        .filter_map(|found| found.get(2))
        .find(|v| v.len() >= 6 && !telling::is_reference(v.as_str()))
        .map(|v| v.range())
}

/// The part of an argument that is its value: behind `--name=`, where the name is the key that was handed in.
fn own_value(key: &str, value: &str) -> Range<usize> {
    let start = value
        .split_once('=')
        .filter(|(name, _)| value.starts_with('-') && name.trim_start_matches('-') == key.trim_start_matches('-'))
        .map_or(0, |(name, _)| name.len() + 1);
    start..value.len()
}

/// Without spaces around it and one pair of quotes.
fn trim(value: &str, at: Range<usize>) -> Range<usize> {
    let text = &value[at.clone()];
    let mut start = at.start + (text.len() - text.trim_start().len());
    let mut end = at.end - (text.len() - text.trim_end().len());
    if end > start + 1 {
        let (first, last) = (value.as_bytes()[start], value.as_bytes()[end - 1]);
        if first == last && (first == b'"' || first == b'\'') {
            start += 1;
            end -= 1;
        }
    }
    start..end.max(start)
}

/// `name: value`, `name=value`, `"name": "value"`, `--name value`, `<name>value</name>`, each within one line.
static PAIR: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"["']?\b(?P<name>[A-Za-z_][A-Za-z0-9_.-]{1,79})["']?"#,
        r#"(?:[ \t]*(?::=|=>|=|:)[ \t]*|(?-u:\b)>)"#,
        r#"(?:"(?P<double>(?:[^"\\\n]|\\.)*)"|'(?P<single>[^'\n]*)'|(?P<bare>[^\s"',;&<>)\]}][^\s,;&<>)\]}]*))"#
    ))
    .ok()
});

static OPTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?:^|\s)--?(?P<name>[A-Za-z][A-Za-z0-9_.-]{2,60})[ \t]+(?:"(?P<double>[^"\n]*)"|'(?P<single>[^'\n]*)'|(?P<bare>[^\s"'-]\S*))"#,
    )
    .ok()
});

/// Looks at a text pair by pair.
fn pairs(value: &str, spans: &mut Vec<Span>) {
    let mut offset = 0;
    let mut waiting: Option<(String, usize)> = None;
    for line in value.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let bare = line.trim();
        if bare.is_empty() || is_comment(bare) {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        // `name: PASSWORD` and `value: …` on lines of their own, or `password: |` with the value below.
        if let Some((name, depth)) = waiting.take() {
            let body = listed_value(value, start, line, indent, depth);
            if let Some(body) = body {
                judge(value, body, &name, spans);
                continue;
            }
        }
        waiting = opens(bare, indent);
        if waiting.is_some() {
            continue;
        }
        // Most lines are neither, and looking for a sign is much quicker than for a pattern.
        let pairs = PAIR.as_ref().filter(|_| line.contains([':', '=', '>']));
        let options = OPTION.as_ref().filter(|_| line.contains('-') && bare.contains([' ', '\t']));
        for pattern in pairs.into_iter().chain(options) {
            for found in pattern.captures_iter(line) {
                let name = found.name("name").map_or("", |m| m.as_str());
                let quoted = found.name("double").or_else(|| found.name("single"));
                let Some(part) = quoted.or_else(|| found.name("bare")) else { continue };
                let code = quoted.is_none() && telling::is_code(part.as_str());
                if !code {
                    judge(value, start + part.start()..start + part.end(), name, spans);
                }
            }
        }
    }
}

fn judge(value: &str, at: Range<usize>, name: &str, spans: &mut Vec<Span>) {
    let told = Name::of(name);
    let at = trim(value, at);
    if told.is_telling() && told.makes_credential(&value[at.clone()]) {
        let inner = if name.len() <= 60 { name.to_owned() } else { String::new() };
        add(spans, at, "named-credential", inner);
    }
}

fn is_comment(line: &str) -> bool {
    ["#", "//", ";", "<!--", "/*", "* ", "{{/*"].iter().any(|mark| line.starts_with(mark))
}

/// A line that names a secret whose value comes on the next line, with its indent.
fn opens(line: &str, indent: usize) -> Option<(String, usize)> {
    let bare = line.strip_prefix("- ").unwrap_or(line);
    let (key, rest) = bare.split_once(':')?;
    let rest = rest.trim().trim_matches(['"', '\'']);
    let key = key.trim().trim_matches(['"', '\'']);
    if matches!(rest, "|" | "|-" | ">" | ">-" | "|+" | ">+") {
        return Some((key.to_owned(), indent));
    }
    (matches!(key, "name" | "key") && Name::of(rest).is_telling() && !rest.contains(' ')).then(|| (rest.to_owned(), usize::MAX))
}

/// The value on a line that follows a telling one: all of it below a `|`, or what stands behind `value:`.
fn listed_value(value: &str, start: usize, line: &str, indent: usize, depth: usize) -> Option<Range<usize>> {
    if depth != usize::MAX {
        return (indent > depth).then_some(start..start + line.len());
    }
    let rest = line.trim().strip_prefix("value:")?;
    let at = start + line.find(rest).filter(|_| !rest.is_empty())?;
    (at + rest.len() <= value.len()).then_some(at..at + rest.len())
}

#[cfg(test)]
#[path = "credential_tests.rs"]
mod tests;

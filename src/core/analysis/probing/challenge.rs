//! What a registry asks for when it refuses: the header `WWW-Authenticate` (RFC 9110), and the token service that it may name
//! (distribution's token authentication).

use crate::model::text::encoded;
use std::collections::BTreeMap;

/// A challenge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Challenge {
    /// A token of a service.
    Bearer {
        /// Its address.
        realm: String,
        /// The name of the registry there; "" where none is told.
        service: String,
    },
    /// Something else, by its scheme: `Basic`.
    Other(String),
}

impl Challenge {
    /// The scheme.
    #[must_use]
    pub fn scheme(&self) -> &str {
        match self {
            Self::Bearer { .. } => "Bearer",
            Self::Other(scheme) => scheme,
        }
    }

    /// The address to ask for the token that a service gives to anybody who wants to pull from a repository.
    #[must_use]
    pub fn token_url(&self, repository: &str) -> Option<String> {
        let Self::Bearer { realm, service } = self else { return None };
        let joint = if realm.contains('?') { '&' } else { '?' };
        let service = if service.is_empty() { String::new() } else { format!("service={}&", encoded(service)) };
        Some(format!("{realm}{joint}{service}scope={}", encoded(&format!("repository:{repository}:pull"))))
    }
}

/// Reads a header; the first challenge counts that names a token service, else the first. `None` where there is none.
#[must_use]
pub fn challenge(header: &str) -> Option<Challenge> {
    let mut first = None;
    let mut rest = header.trim();
    while let Some((scheme, parameters, after)) = next(rest) {
        let found = match parameters.get("realm") {
            Some(realm) if scheme.eq_ignore_ascii_case("bearer") => {
                return Some(Challenge::Bearer { realm: realm.clone(), service: parameters.get("service").cloned().unwrap_or_default() });
            }
            _ => Challenge::Other(scheme.to_owned()),
        };
        first = first.or(Some(found));
        rest = after;
    }
    first
}

/// One challenge from the front of a header: scheme, parameters, what is left.
fn next(text: &str) -> Option<(&str, BTreeMap<String, String>, &str)> {
    let text = text.trim_start_matches([' ', '\t', ',']);
    let end = text.find([' ', ',']).unwrap_or(text.len());
    let (scheme, mut rest) = text.split_at(end);
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if scheme.is_empty() || !scheme.chars().all(word) {
        return None;
    }
    let mut parameters = BTreeMap::new();
    loop {
        let candidate = rest.trim_start_matches([' ', '\t', ',']);
        let name_end = candidate.find(|c| !word(c)).unwrap_or(candidate.len());
        let (name, behind) = candidate.split_at(name_end);
        let Some(value) = behind.trim_start().strip_prefix('=').filter(|_| !name.is_empty()) else { break };
        let value = value.trim_start();
        let (value, after) = match value.strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => {
                let end = value.find([' ', ',']).unwrap_or(value.len());
                (value[..end].to_owned(), &value[end..])
            }
        };
        parameters.insert(name.to_ascii_lowercase(), value);
        rest = after;
    }
    Some((scheme, parameters, rest))
}

fn unquoted(text: &str) -> Option<(String, &str)> {
    let (mut value, mut escaped) = (String::new(), false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => {
                value.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return Some((value, &text[at + 1..])),
            c => value.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_services_are_read_from_challenges() {
        let url = |header: &str| challenge(header).and_then(|c| c.token_url("pay/api"));
        let hub =
            r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/nginx:pull",error="x""#;
        let wanted = "https://auth.docker.io/token?service=registry.docker.io&scope=repository%3Apay%2Fapi%3Apull";
        assert_eq!(url(hub).as_deref(), Some(wanted));
        assert_eq!(
            url(r#"Basic realm="x, y=z" , bearer Realm = "https://a.example/t?x=1""#).as_deref(),
            Some("https://a.example/t?x=1&scope=repository%3Apay%2Fapi%3Apull")
        );
        assert_eq!(challenge(r#"Basic realm="basic-realm""#), Some(Challenge::Other("Basic".to_owned())));
        assert_eq!(challenge("Negotiate"), Some(Challenge::Other("Negotiate".to_owned())));
        assert_eq!(challenge("Bearer service=x").map(|c| c.scheme().to_owned()).as_deref(), Some("Bearer"));
        for broken in ["", " , ", "\"", "=x"] {
            assert_eq!(challenge(broken), None, "{broken}");
        }
        assert_eq!(url(r#"Bearer realm="unclosed"#), None);
    }
}

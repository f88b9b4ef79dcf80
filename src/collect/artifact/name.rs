//! The name of something in a registry, as a person writes it: `oci://registry.example:5000/kassay/prod-eu:2026-11-29`, or with `@sha256:…`.

use std::fmt;

/// How such a name begins.
pub const SCHEME: &str = "oci://";
/// Longest name of a repository, as registries take it.
const LONGEST_REPOSITORY: usize = 255;
/// Longest tag.
const LONGEST_TAG: usize = 128;

/// What is wrong with a name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// It does not begin as one.
    #[error("it does not begin with {SCHEME}")]
    Scheme,
    /// Its first part is no address of a registry.
    #[error("“{0}” is no registry: a host has a dot or a port, or is localhost, and other tools would take this for docker.io/{0}/…")]
    NoRegistry(String),
    /// Its registry is no address.
    #[error("“{0}” is no address of a registry")]
    Host(String),
    /// It names no repository.
    #[error("it names no repository behind the registry")]
    NoRepository,
    /// Its repository can't be one.
    #[error(
        "“{0}” is no name of a repository: its parts are small letters and digits, with single dots, hyphens or underscores between them"
    )]
    Repository(String),
    /// Its tag can't be one.
    #[error("“{0}” is no tag: up to {LONGEST_TAG} letters, digits, dots, hyphens and underscores make one")]
    Tag(String),
    /// Its digest can't be one.
    #[error("“{0}” is no digest: write sha256: and 64 digits of it, in small letters")]
    Digest(String),
}

/// A place in a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// Host, with the port where one is named.
    pub registry: String,
    /// Path of the repository.
    pub repository: String,
    /// Tag, where one is named.
    pub tag: Option<String>,
    /// Digest, where one is named: it decides, whatever the tag says.
    pub digest: Option<String>,
}

impl Name {
    /// Whether a word names something in a registry.
    #[must_use]
    pub fn is_one(word: &str) -> bool {
        word.starts_with(SCHEME)
    }

    /// Reads a name.
    ///
    /// # Errors
    /// Where it is none.
    pub fn parse(word: &str) -> Result<Self, NameFault> {
        let rest = word.strip_prefix(SCHEME).ok_or(NameFault::Scheme)?;
        let (rest, digest) = match rest.split_once('@') {
            Some((rest, digest)) if is_digest(digest) => (rest, Some(digest.to_owned())),
            Some((_, digest)) => return Err(NameFault::Digest(digest.to_owned())),
            None => (rest, None),
        };
        let Some((registry, path)) = rest.split_once('/') else {
            return Err(if looks_like_host(rest) { NameFault::NoRepository } else { NameFault::NoRegistry(rest.to_owned()) });
        };
        if !looks_like_host(registry) {
            return Err(NameFault::NoRegistry(registry.to_owned()));
        }
        if !is_host(registry) {
            return Err(NameFault::Host(registry.to_owned()));
        }
        let (repository, tag) = match path.split_once(':') {
            Some((repository, tag)) if is_tag(tag) => (repository, Some(tag.to_owned())),
            Some((_, tag)) => return Err(NameFault::Tag(tag.to_owned())),
            None => (path, None),
        };
        if repository.is_empty() {
            return Err(NameFault::NoRepository);
        }
        if repository.len() > LONGEST_REPOSITORY || !repository.split('/').all(is_component) {
            return Err(NameFault::Repository(repository.to_owned()));
        }
        Ok(Self { registry: registry.to_owned(), repository: repository.to_owned(), tag, digest })
    }

    /// What a manifest of this name is asked for by: the digest, else the tag.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        self.digest.as_deref().or(self.tag.as_deref())
    }

    /// The same place by a digest alone.
    #[must_use]
    pub fn at(&self, digest: &str) -> Self {
        Self { tag: None, digest: Some(digest.to_owned()), ..self.clone() }
    }

    /// The same place by a tag alone.
    #[must_use]
    pub fn tagged(&self, tag: &str) -> Self {
        Self { tag: Some(tag.to_owned()), digest: None, ..self.clone() }
    }

    /// The last part of the repository: what a cluster that was read from here is called.
    #[must_use]
    pub fn short(&self) -> &str {
        self.repository.rsplit('/').next().unwrap_or_default()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}/{}", self.registry, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

/// Whether the first part of a name means a registry, to this program as to the others.
fn looks_like_host(text: &str) -> bool {
    text == "localhost" || text.contains(['.', ':'])
}

fn is_host(text: &str) -> bool {
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, rest)) => {
            let port = rest.strip_prefix(':').unwrap_or("0");
            return address.parse::<std::net::Ipv6Addr>().is_ok() && (rest.is_empty() || rest.starts_with(':')) && is_port(port);
        }
        None => text.split_once(':').unwrap_or((text, "0")),
    };
    let label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.split('.').all(label) && is_port(port)
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

fn is_component(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let ends = text.bytes().next().is_some_and(plain) && text.bytes().last().is_some_and(plain);
    let between = text.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    ends && between.into_iter().all(|joint| matches!(joint, "" | "." | "_" | "__") || joint.bytes().all(|b| b == b'-'))
}

/// Whether a text can be a tag.
#[must_use]
pub fn is_tag(text: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (1..=LONGEST_TAG).contains(&text.len())
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|b| word(b) || matches!(b, b'.' | b'-'))
}

/// Whether a text is a digest as this program takes it.
#[must_use]
pub fn is_digest(text: &str) -> bool {
    let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    text.strip_prefix("sha256:").is_some_and(|digits| digits.len() == 64 && digits.bytes().all(hex))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_told_again() {
        let digest = format!("sha256:{}", "a".repeat(64));
        for text in [
            "oci://registry.example/kassay/prod-eu:2026-11-29".to_owned(),
            "oci://registry.example:5000/k/a__b-c.d--e".to_owned(),
            "oci://localhost/k".to_owned(),
            "oci://[::1]:5000/k:t".to_owned(),
            format!("oci://10.0.0.1:5000/k@{digest}"),
            format!("oci://registry.example/k:t@{digest}"),
        ] {
            assert_eq!(Name::parse(&text).map(|name| name.to_string()), Ok(text));
        }
        let name = Name::parse(&format!("oci://registry.example/k/prod:t@{digest}")).unwrap();
        assert_eq!((name.reference(), name.short()), (Some(digest.as_str()), "prod"));
    }

    #[test]
    fn what_is_no_name_says_why() {
        use NameFault::{Digest, Host, NoRegistry, NoRepository, Repository, Scheme, Tag};
        let fault = |text: &str| Name::parse(text).unwrap_err();
        assert_eq!(fault("registry.example/k"), Scheme);
        for (text, part) in [("oci://registry/kassay/x", "registry"), ("oci://kassay", "kassay"), ("oci:///k", "")] {
            assert_eq!(fault(text), NoRegistry(part.into()));
        }
        assert!(fault("oci://registry/kassay/x").to_string().contains("docker.io/registry/"));
        for text in ["oci://registry.example", "oci://registry.example:5000", "oci://registry.example/", "oci://registry.example/:t"] {
            assert_eq!(fault(text), NoRepository, "{text}");
        }
        for host in ["-a.example", "a..example", "a.example:x", "a.example:99999", "user:word@", "a.example:5:5", "[::g]:5", "[::1]5"] {
            assert!(matches!(fault(&format!("oci://{host}/k")), Host(_) | Digest(_) | NoRegistry(_)), "{host}");
        }
        for repository in ["K", "a//b", "a/", "-a", "a-", "a..b", "a___b", "a._b", "a b", "ä", &"a".repeat(256)] {
            assert!(matches!(fault(&format!("oci://r.example/{repository}")), Repository(_)), "{repository}");
        }
        for tag in ["", "a+b", ".a", "-a", "a:b", "a/b", &"a".repeat(129)] {
            assert!(matches!(fault(&format!("oci://r.example/k:{tag}")), Tag(_)), "{tag}");
        }
        for digest in ["", "sha256:a", "sha512:a", &format!("sha256:{}", "A".repeat(64))] {
            assert!(matches!(fault(&format!("oci://r.example/k@{digest}")), Digest(_)), "{digest}");
        }
    }
}

//! How things are named in OSCAL: UUIDs that are made from what a thing is, so that they are the same in every export, and tokens for controls.

use serde::{Serialize, Serializer};
use sha1::{Digest as _, Sha1};
use std::fmt;

/// The namespace of Kassay's own properties. It is a URN, since readers add a slash to the address of a bare host, which is another namespace then.
pub(super) const NAMESPACE: &str = "urn:kassay:oscal:1";

/// A UUID of version 5 (RFC 9562): the digest of a name within a space.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Uuid([u8; 16]);

impl Uuid {
    /// The space of names that are addresses, as the RFC gives it.
    const URL: Self = Self([0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8]);

    /// The space of everything that Kassay names.
    pub(super) fn kassay() -> Self {
        Self::URL.named(NAMESPACE)
    }

    /// What is named so in the space of this one.
    pub(super) fn named(self, name: &str) -> Self {
        let digest = Sha1::new().chain_update(self.0).chain_update(name.as_bytes()).finalize();
        let mut bytes = [0; 16];
        for (to, from) in bytes.iter_mut().zip(digest.iter()) {
            *to = *from;
        }
        bytes[6] = (bytes[6] & 0x0f) | 0x50;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        Self(bytes)
    }

    /// A link to it within the file.
    pub(super) fn link(self) -> String {
        format!("#{self}")
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, byte) in self.0.iter().enumerate() {
            if matches!(nth, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl Serialize for Uuid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The id of a control or practice of the guidance. OSCAL's ids begin with a letter, so `1.1.a` becomes `gcot-1.1.a`, after the guidance's title,
/// Guidance for Containers and Container Orchestration Tools.
pub(super) fn token(id: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '-' };
    format!("gcot-{}", id.chars().map(plain).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_the_uuid_of_the_rfc() {
        let dns = Uuid([0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8]);
        assert_eq!(dns.named("www.example.com").to_string(), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
    }

    #[test]
    fn ids_are_tokens() {
        assert_eq!(token("1.1.a"), "gcot-1.1.a");
        assert_eq!(token("1 é/x"), "gcot-1---x");
    }
}

//! The labels by which a namespace asks Pod Security Admission to enforce a level, read as the admission plugin reads them: an invalid
//! level to enforce means *restricted*, an invalid version means the newest. What is unset is the cluster's default, which no API shows.

use super::{Level, NEWEST};
use std::collections::BTreeMap;

/// Label of the level that is enforced.
pub const ENFORCE: &str = "pod-security.kubernetes.io/enforce";
/// Label of the version by which it is enforced.
pub const ENFORCE_VERSION: &str = "pod-security.kubernetes.io/enforce-version";
/// Label of the level that is written to the audit log.
pub const AUDIT: &str = "pod-security.kubernetes.io/audit";
/// Label of the level that is answered as a warning.
pub const WARN: &str = "pod-security.kubernetes.io/warn";

/// The version of the standards that a label asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// That of the API server, whatever it is.
    Latest,
    /// That of a minor version.
    Minor(u32),
}

impl Version {
    /// Reads a label's value: `latest` or `v1.34`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "latest" {
            return Some(Self::Latest);
        }
        let minor = text.strip_prefix("v1.")?;
        let plain = minor.bytes().all(|b| b.is_ascii_digit()) && (minor == "0" || !minor.starts_with('0'));
        minor.parse().ok().filter(|_| plain).map(Self::Minor)
    }

    /// The minor version that it means on a cluster of that version: a server knows no rules newer than its own.
    #[must_use]
    pub fn minor(self, cluster: u32) -> u32 {
        match self {
            Self::Latest => cluster.min(NEWEST),
            Self::Minor(minor) => minor.min(cluster).min(NEWEST),
        }
    }
}

/// What a namespace's labels make the admission plugin enforce.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enforcement {
    /// The level.
    pub level: Level,
    /// The version.
    pub version: Version,
    /// Whether the label's level is none, so that *restricted* stands in for it.
    pub invalid_level: bool,
    /// Whether a version is written and is none, so that the newest stands in for it.
    pub invalid_version: bool,
}

impl Enforcement {
    /// What is enforced by these labels; `None` where no label asks for a level.
    #[must_use]
    pub fn of(labels: &BTreeMap<String, String>) -> Option<Self> {
        let level = labels.get(ENFORCE)?;
        let version = labels.get(ENFORCE_VERSION);
        let parsed = version.and_then(|text| Version::parse(text));
        Some(Self {
            level: Level::by_id(level).unwrap_or(Level::Restricted),
            version: parsed.unwrap_or(Version::Latest),
            invalid_level: Level::by_id(level).is_none(),
            invalid_version: version.is_some() && parsed.is_none(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Option<Enforcement> {
        Enforcement::of(&pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect())
    }

    #[test]
    fn what_is_no_level_is_restricted_and_what_is_no_version_is_the_newest() {
        let typo = of(&[(ENFORCE, "restrictd"), (ENFORCE_VERSION, "1.34")]);
        assert_eq!(
            typo,
            Some(Enforcement { level: Level::Restricted, version: Version::Latest, invalid_level: true, invalid_version: true })
        );
        assert_eq!(of(&[(WARN, "restricted"), (ENFORCE_VERSION, "v1.34")]), None);
    }

    #[test]
    fn versions_are_latest_or_v1_and_a_plain_number() {
        assert_eq!(Version::parse("v1.34"), Some(Version::Minor(34)));
        assert_eq!(Version::parse("latest"), Some(Version::Latest));
        for wrong in ["v1.034", "1.34", "v1.34.1", "v1.+3", "Latest", "v2.1", ""] {
            assert_eq!(Version::parse(wrong), None, "{wrong}");
        }
        assert_eq!((Version::Minor(99).minor(30), Version::Minor(99).minor(99), Version::Minor(25).minor(30)), (30, NEWEST, 25));
        assert_eq!(Version::Latest.minor(30), 30);
    }
}

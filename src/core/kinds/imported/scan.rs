//! Scans of images for known vulnerabilities, whatever tool made them: which image, when, how many of each degree. Single vulnerabilities are
//! not kept, and nothing of the secrets that a scanner may have found.

use crate::model::is_digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A scanner's report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scan {
    /// The tool: `Trivy`, `Grype`.
    pub tool: String,
    /// Its version; "" where the report does not tell.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Scanned images.
    pub images: Vec<ScannedImage>,
    /// Workloads whose results do not say of which image they are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unnamed: Vec<UnnamedScan>,
    /// What was scanned where it was no image: `filesystem`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub other: String,
}

/// Results on packages of a workload that does not say which images it has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UnnamedScan {
    /// The workload: `Pod pay/api-0`.
    pub name: String,
    /// Vulnerabilities by degree.
    pub counts: Counts,
}

/// A scanned image.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScannedImage {
    /// References under which it was known: `registry.example/pay/api:1.2`, with tag or digest.
    pub references: Vec<String>,
    /// Digests of its manifest and of its configuration (the image's ID).
    pub digests: Vec<String>,
    /// When it was scanned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Vulnerabilities by degree.
    pub counts: Counts,
    /// Whether the report says anything of packages; without that, no vulnerability in it means nothing.
    pub packages: bool,
    /// Whether the operating system in it gets no more fixes, so that nobody publishes vulnerabilities of it either.
    #[serde(skip_serializing_if = "crate::kinds::slim::is_default")]
    pub end_of_life: bool,
    /// Vulnerabilities that the scanner was told to leave out.
    #[serde(skip_serializing_if = "crate::kinds::slim::is_default")]
    pub suppressed: usize,
    /// What went wrong with its scan.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub error: String,
}

/// Vulnerabilities by degree, one for each package that has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Critical.
    pub critical: usize,
    /// High.
    pub high: usize,
    /// Medium.
    pub medium: usize,
    /// Low and negligible.
    pub low: usize,
    /// Of a degree that the report does not tell.
    pub unknown: usize,
    /// Critical and high ones for which a fixed version exists.
    pub fixable: usize,
}

impl Counts {
    /// Counts one, by the scanner's word for its degree.
    pub(super) fn add(&mut self, degree: &str, fixable: bool) {
        let degree = degree.to_ascii_lowercase();
        let slot = match degree.as_str() {
            "critical" => &mut self.critical,
            "high" => &mut self.high,
            "medium" | "moderate" => &mut self.medium,
            "low" | "negligible" | "minimal" => &mut self.low,
            _ => &mut self.unknown,
        };
        *slot += 1;
        if fixable && matches!(degree.as_str(), "critical" | "high") {
            self.fixable += 1;
        }
    }
}

impl ScannedImage {
    /// Takes down a reference, and the digest in it.
    pub(super) fn known_as(&mut self, reference: &str) {
        let reference = crate::model::text::clean(reference.trim());
        if let Some((_, digest)) = reference.rsplit_once('@') {
            self.has_digest(digest);
        }
        if !reference.is_empty() && !self.references.contains(&reference) {
            self.references.push(reference);
        }
    }

    /// Takes down a digest.
    pub(super) fn has_digest(&mut self, digest: &str) {
        let digest = digest.trim();
        if is_digest(digest) && !self.digests.iter().any(|known| known == digest) {
            self.digests.push(digest.to_owned());
        }
    }

    /// The name to tell it by.
    #[must_use]
    pub fn name(&self) -> &str {
        self.references.first().or_else(|| self.digests.first()).map_or("an image without a name", String::as_str)
    }
}

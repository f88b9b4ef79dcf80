//! Grype's own JSON (`grype IMAGE -o json`).

use super::scan::{Scan, ScannedImage};
use super::{Fault, list, text};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Report {
    #[serde(deserialize_with = "list")]
    matches: Vec<Match>,
    #[serde(deserialize_with = "list")]
    ignored_matches: Vec<serde::de::IgnoredAny>,
    source: Option<Source>,
    descriptor: Descriptor,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Match {
    vulnerability: Vulnerability,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Vulnerability {
    #[serde(deserialize_with = "text")]
    severity: String,
    fix: Fix,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Fix {
    #[serde(deserialize_with = "text")]
    state: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Source {
    #[serde(deserialize_with = "text")]
    r#type: String,
    #[serde(deserialize_with = "target")]
    target: Target,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Target {
    #[serde(rename = "userInput", deserialize_with = "text")]
    user_input: String,
    #[serde(rename = "imageID", deserialize_with = "text")]
    image_id: String,
    #[serde(rename = "manifestDigest", deserialize_with = "text")]
    manifest_digest: String,
    #[serde(deserialize_with = "list")]
    tags: Vec<String>,
    #[serde(rename = "repoDigests", deserialize_with = "list")]
    repo_digests: Vec<String>,
}

/// The target of a folder is a text.
fn target<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Target, D::Error> {
    let value = Value::deserialize(deserializer)?;
    if value.is_object() { serde_json::from_value(value).map_err(serde::de::Error::custom) } else { Ok(Target::default()) }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Descriptor {
    #[serde(deserialize_with = "text")]
    name: String,
    #[serde(deserialize_with = "text")]
    version: String,
    #[serde(deserialize_with = "text")]
    timestamp: String,
}

/// Reads a report; none where another tool wrote it.
pub(super) fn parse(text: &str) -> Result<Option<Scan>, Fault> {
    let report: Report = serde_json::from_str(text)?;
    if !report.descriptor.name.eq_ignore_ascii_case("grype") {
        return Ok(None);
    }
    let mut scan = Scan { tool: "Grype".to_owned(), version: report.descriptor.version, ..Scan::default() };
    let Some(source) = report.source else { return Err(Fault::Odd("it does not say what was scanned".to_owned())) };
    if source.r#type != "image" {
        scan.other = if source.r#type.is_empty() { "something that is no image".to_owned() } else { source.r#type };
        return Ok(Some(scan));
    }
    // Grype looks at packages or fails; there is no report without.
    let mut image = ScannedImage { at: report.descriptor.timestamp.parse().ok(), packages: true, ..ScannedImage::default() };
    for reference in source.target.tags.iter().chain(&source.target.repo_digests) {
        image.known_as(reference);
    }
    image.known_as(&source.target.user_input);
    image.has_digest(&source.target.manifest_digest);
    image.has_digest(&source.target.image_id);
    image.suppressed = report.ignored_matches.len();
    for found in &report.matches {
        image.counts.add(&found.vulnerability.severity, found.vulnerability.fix.state == "fixed");
    }
    scan.images.push(image);
    Ok(Some(scan))
}

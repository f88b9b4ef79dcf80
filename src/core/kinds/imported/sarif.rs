//! SARIF as Trivy and Grype write it. It has no date, and says of the image less than their own JSON: Trivy names it in the properties of a run,
//! Grype only in the places of its results, so that a report of Grype in which nothing was found tells of no image at all.

use super::scan::{Scan, ScannedImage};
use super::{Fault, list, text};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

#[derive(Deserialize, Default)]
#[serde(default)]
struct Log {
    #[serde(deserialize_with = "list")]
    runs: Vec<Run>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Run {
    tool: Tool,
    #[serde(deserialize_with = "list")]
    results: Vec<Hit>,
    properties: RunProperties,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Tool {
    driver: Driver,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Driver {
    #[serde(deserialize_with = "text")]
    name: String,
    #[serde(deserialize_with = "text")]
    version: String,
    #[serde(deserialize_with = "list")]
    rules: Vec<Rule>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct RunProperties {
    #[serde(deserialize_with = "text")]
    image_name: String,
    #[serde(rename = "imageID", deserialize_with = "text")]
    image_id: String,
    #[serde(deserialize_with = "list")]
    repo_tags: Vec<String>,
    #[serde(deserialize_with = "list")]
    repo_digests: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Rule {
    #[serde(deserialize_with = "text")]
    id: String,
    #[serde(deserialize_with = "text")]
    name: String,
    short_description: Words,
    help: Words,
    properties: RuleProperties,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Words {
    #[serde(deserialize_with = "text")]
    text: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RuleProperties {
    #[serde(deserialize_with = "list")]
    tags: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Hit {
    #[serde(deserialize_with = "text")]
    rule_id: String,
    #[serde(deserialize_with = "list")]
    locations: Vec<Location>,
    #[serde(deserialize_with = "list")]
    suppressions: Vec<serde::de::IgnoredAny>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Location {
    #[serde(deserialize_with = "list")]
    logical_locations: Vec<Logical>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct Logical {
    #[serde(deserialize_with = "text")]
    fully_qualified_name: String,
}

/// What a rule is about. Only vulnerabilities are counted; of secrets not even the rule is kept.
#[derive(Clone, Copy)]
struct Vulnerability<'a> {
    degree: &'a str,
    fixable: bool,
}

const DEGREES: [&str; 6] = ["critical", "high", "medium", "low", "negligible", "unknown"];

/// Reads a report; none where another tool wrote it.
pub(super) fn parse(text: &str) -> Result<Option<Scan>, Fault> {
    let log: Log = serde_json::from_str(text)?;
    let mut scan: Option<Scan> = None;
    for run in &log.runs {
        let driver = &run.tool.driver;
        let tool = match driver.name.to_ascii_lowercase().as_str() {
            "trivy" => "Trivy",
            "grype" => "Grype",
            _ => continue,
        };
        let scan = scan.get_or_insert_with(|| Scan { tool: tool.to_owned(), version: driver.version.clone(), ..Scan::default() });
        let rules: HashMap<&str, Vulnerability<'_>> =
            driver.rules.iter().filter_map(|rule| Some((rule.id.as_str(), vulnerability(rule)?))).collect();
        let images = if tool == "Trivy" { trivy(run, &rules) } else { grype(run, &rules) };
        if images.is_empty() {
            "a run that names no image".clone_into(&mut scan.other);
        }
        scan.images.extend(images);
    }
    Ok(scan)
}

fn trivy(run: &Run, rules: &HashMap<&str, Vulnerability<'_>>) -> Vec<ScannedImage> {
    let about = &run.properties;
    // Which packages were looked at is not in this form: only a vulnerability shows that some were.
    let mut image = ScannedImage { packages: !rules.is_empty(), ..ScannedImage::default() };
    for reference in about.repo_tags.iter().chain(&about.repo_digests) {
        image.known_as(reference);
    }
    image.known_as(&about.image_name);
    image.has_digest(&about.image_id);
    if image.references.is_empty() && image.digests.is_empty() {
        return vec![];
    }
    run.results.iter().for_each(|hit| count(hit, rules, &mut image));
    vec![image]
}

/// `registry.example/pay/api:1.2@sha256:…:/path` is how Grype says where in an image something lies.
fn grype(run: &Run, rules: &HashMap<&str, Vulnerability<'_>>) -> Vec<ScannedImage> {
    let mut images: BTreeMap<String, ScannedImage> = BTreeMap::new();
    for hit in &run.results {
        let place = hit.locations.iter().flat_map(|location| &location.logical_locations).find_map(|logical| {
            let (image, digest) = logical.fully_qualified_name.split_once('@')?;
            let digest = digest.find(":/").map_or(digest, |end| &digest[..end]);
            (!image.is_empty()).then_some((image, digest))
        });
        let Some((name, digest)) = place else { continue };
        let image = images.entry(format!("{name}@{digest}")).or_insert_with(|| {
            let mut image = ScannedImage { packages: true, ..ScannedImage::default() };
            image.known_as(name);
            image.has_digest(digest);
            image
        });
        count(hit, rules, image);
    }
    images.into_values().collect()
}

fn count(hit: &Hit, rules: &HashMap<&str, Vulnerability<'_>>, image: &mut ScannedImage) {
    if let Some(vulnerability) = rules.get(hit.rule_id.as_str()) {
        image.counts.add(vulnerability.degree, vulnerability.fixable);
        image.suppressed += usize::from(!hit.suppressions.is_empty());
    }
}

fn vulnerability(rule: &Rule) -> Option<Vulnerability<'_>> {
    let other = ["Secret", "Misconfiguration", "License"].contains(&rule.name.as_str())
        || rule.properties.tags.iter().any(|tag| matches!(tag.as_str(), "secret" | "misconfiguration" | "license"));
    if other {
        return None;
    }
    let known = |word: &str| DEGREES.into_iter().find(|degree| degree.eq_ignore_ascii_case(word));
    // `CVE-2026-1 high vulnerability for openssl package`, or a line `Severity: HIGH` of the help.
    let line = |key: &'static str| rule.help.text.lines().find_map(move |line| line.strip_prefix(key)).map(str::trim);
    let degree = rule
        .properties
        .tags
        .iter()
        .find_map(|tag| known(tag))
        .or_else(|| line("Severity:").and_then(known))
        .or_else(|| rule.short_description.text.split(' ').nth(1).and_then(known))
        .unwrap_or("unknown");
    let fixable = ["Fixed Version:", "Fix Version:"].into_iter().any(|key| line(key).is_some_and(|version| !version.is_empty()));
    Some(Vulnerability { degree, fixable })
}

//! Trivy's own JSON, of one image (`trivy image --format json`) and of a cluster (`trivy k8s --report all --format json`).

use super::scan::{Scan, ScannedImage, UnnamedScan};
use super::{Fault, list, text};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Report {
    #[serde(deserialize_with = "text")]
    created_at: String,
    #[serde(deserialize_with = "text")]
    artifact_name: String,
    #[serde(deserialize_with = "text")]
    artifact_type: String,
    trivy: Option<About>,
    metadata: Metadata,
    #[serde(deserialize_with = "list")]
    results: Vec<Part>,
    #[serde(deserialize_with = "text")]
    cluster_name: String,
    #[serde(deserialize_with = "list")]
    resources: Vec<Resource>,
    /// The summary form, in which results of a workload are folded.
    #[serde(deserialize_with = "list")]
    findings: Vec<Resource>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct About {
    #[serde(deserialize_with = "text")]
    version: String,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Metadata {
    #[serde(rename = "OS")]
    os: Option<System>,
    #[serde(rename = "ImageID", deserialize_with = "text")]
    image_id: String,
    #[serde(rename = "RepoTags", deserialize_with = "list")]
    repo_tags: Vec<String>,
    #[serde(rename = "RepoDigests", deserialize_with = "list")]
    repo_digests: Vec<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct System {
    #[serde(rename = "EOSL")]
    end_of_life: bool,
}

/// Results of one target. Secrets that were found are not read.
#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Part {
    #[serde(deserialize_with = "text")]
    target: String,
    #[serde(deserialize_with = "text")]
    class: String,
    #[serde(deserialize_with = "list")]
    vulnerabilities: Vec<Vulnerability>,
    #[serde(deserialize_with = "list")]
    experimental_modified_findings: Vec<serde::de::IgnoredAny>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Vulnerability {
    #[serde(deserialize_with = "text")]
    severity: String,
    #[serde(deserialize_with = "text")]
    fixed_version: String,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Resource {
    #[serde(deserialize_with = "text")]
    namespace: String,
    #[serde(deserialize_with = "text")]
    kind: String,
    #[serde(deserialize_with = "text")]
    name: String,
    #[serde(deserialize_with = "one_or_many")]
    metadata: Vec<Metadata>,
    #[serde(deserialize_with = "list")]
    results: Vec<Part>,
    #[serde(deserialize_with = "text")]
    error: String,
}

/// Older versions tell of one image of a workload, newer ones of all.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Metadata>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Told {
        Many(Vec<Metadata>),
        One(Metadata),
        Nothing(()),
    }
    Ok(match Told::deserialize(deserializer)? {
        Told::Many(all) => all,
        Told::One(one) => vec![one],
        Told::Nothing(()) => vec![],
    })
}

/// Reads a report.
pub(super) fn parse(text: &str) -> Result<Scan, Fault> {
    let report: Report = serde_json::from_str(text)?;
    let mut scan = Scan { tool: "Trivy".to_owned(), version: report.trivy.unwrap_or_default().version, ..Scan::default() };
    let at: Option<Timestamp> = report.created_at.parse().ok();
    if !report.cluster_name.is_empty() || !report.resources.is_empty() || !report.findings.is_empty() {
        for resource in report.resources.iter().chain(&report.findings) {
            of_workload(resource, at, &mut scan);
        }
        return Ok(scan);
    }
    if !matches!(report.artifact_type.as_str(), "container_image" | "image" | "") {
        scan.other = report.artifact_type;
        return Ok(scan);
    }
    let mut image = ScannedImage { at, ..ScannedImage::default() };
    about(&report.metadata, &mut image);
    image.known_as(&report.artifact_name);
    count(&report.results, &mut image);
    if image.references.is_empty() && image.digests.is_empty() {
        return Err(Fault::Odd("it does not say which image was scanned".to_owned()));
    }
    scan.images.push(image);
    Ok(scan)
}

/// Images of a workload. Where it has several, their results are not told apart, so each is given all: too many rather than too few.
fn of_workload(resource: &Resource, at: Option<Timestamp>, scan: &mut Scan) {
    let about_packages = resource.results.iter().any(|part| part.class.ends_with("-pkgs") || !part.vulnerabilities.is_empty());
    let mut images: Vec<ScannedImage> = Vec::new();
    for metadata in &resource.metadata {
        let mut image = ScannedImage { at, ..ScannedImage::default() };
        about(metadata, &mut image);
        images.push(image);
    }
    images.retain(|image| !image.references.is_empty() || !image.digests.is_empty());
    if images.is_empty() && (about_packages || !resource.error.is_empty()) {
        // `registry.example/pay/api:1.2 (debian 12.5)` is how results on the operating system's packages name their target.
        let target = resource.results.iter().find(|part| part.class == "os-pkgs").map(|part| part.target.as_str());
        if let Some(name) = target.and_then(|target| target.split(" (").next()) {
            let mut image = ScannedImage { at, ..ScannedImage::default() };
            image.known_as(name);
            images.push(image);
        }
    }
    if images.is_empty() && (about_packages || !resource.error.is_empty()) {
        let mut of_all = ScannedImage::default();
        count(&resource.results, &mut of_all);
        let place = if resource.namespace.is_empty() { String::new() } else { format!("{}/", resource.namespace) };
        let name: String = crate::model::text::clean(&format!("{} {place}{}", resource.kind, resource.name)).chars().take(200).collect();
        scan.unnamed.push(UnnamedScan { name, counts: of_all.counts });
    }
    for mut image in images {
        count(&resource.results, &mut image);
        image.error = crate::model::text::clean(&resource.error).chars().take(200).collect();
        // The same image of several workloads stands in the report once for each.
        if !scan.images.contains(&image) {
            scan.images.push(image);
        }
    }
}

fn about(metadata: &Metadata, image: &mut ScannedImage) {
    for reference in metadata.repo_tags.iter().chain(&metadata.repo_digests) {
        image.known_as(reference);
    }
    image.has_digest(&metadata.image_id);
    image.end_of_life = metadata.os.as_ref().is_some_and(|os| os.end_of_life);
}

fn count(parts: &[Part], image: &mut ScannedImage) {
    for part in parts {
        image.packages |= part.class.ends_with("-pkgs") || !part.vulnerabilities.is_empty();
        image.suppressed += part.experimental_modified_findings.len();
        for vulnerability in &part.vulnerabilities {
            image.counts.add(&vulnerability.severity, !vulnerability.fixed_version.is_empty());
        }
    }
}

//! What an answer to a probe means: whether a registry is open, and whether what it keeps beside an image is a signature.

use crate::kinds::{Artifact, Probe, Probes, Purpose};
use crate::model::text::clean;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What something that refers to an image is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attached {
    /// A signature of the image.
    Signature,
    /// A signed statement about the image of another kind, or of a kind that is not told: provenance, a bill of materials.
    Statement,
    /// Something else.
    Other,
}

/// Tells what refers to an image, by the types that cosign, Notation and Sigstore's bundles use.
#[must_use]
pub fn attached(artifact: &Artifact) -> Attached {
    match artifact.r#type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "application/vnd.dev.cosign.simplesigning.v1+json"
        | "application/vnd.dev.cosign.artifact.sig.v1+json"
        | "application/vnd.cncf.notary.signature" => Attached::Signature,
        bundle if bundle.starts_with("application/vnd.dev.sigstore.bundle") => match artifact.predicate.as_str() {
            "https://sigstore.dev/cosign/sign/v1" => Attached::Signature,
            "" if artifact.content == "message-signature" => Attached::Signature,
            _ => Attached::Statement,
        },
        "application/vnd.dsse.envelope.v1+json"
        | "application/vnd.dev.cosign.artifact.attestation.v1+json"
        | "application/vnd.in-toto+json" => Attached::Statement,
        "" => Attached::Statement,
        _ => Attached::Other,
    }
}

/// Most of what refers to one image that is kept.
const MOST_ARTIFACTS: usize = 1000;

/// Reads what refers to an image out of an answer: the list of referrers, its stand-in, or the manifest under cosign's tag.
///
/// # Errors
/// Where the answer is not what was asked for.
pub fn artifacts(purpose: Purpose, body: &[u8]) -> Result<Vec<Artifact>, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Document {
        schema_version: u8,
        manifests: Option<Vec<Descriptor>>,
        layers: Option<Vec<Descriptor>>,
    }
    #[derive(Deserialize, Default)]
    #[serde(rename_all = "camelCase", default)]
    struct Descriptor {
        media_type: String,
        artifact_type: String,
        annotations: Option<BTreeMap<String, String>>,
    }
    let document: Document = serde_json::from_slice(body).map_err(|_| "the answer is no manifest".to_owned())?;
    if document.schema_version != 2 {
        return Err("the answer is a manifest of another version".to_owned());
    }
    let short = |text: &str| clean(text).chars().take(200).collect::<String>();
    let cosign = purpose == Purpose::CosignTag;
    let found = if cosign { document.layers } else { document.manifests };
    let found = found.ok_or_else(|| if cosign { "the answer is no manifest with layers" } else { "the answer is no list" }.to_owned())?;
    let artifact = |descriptor: Descriptor| {
        let note = |name: &str| descriptor.annotations.as_ref().and_then(|all| all.get(name)).map(|text| short(text)).unwrap_or_default();
        Artifact {
            predicate: note("dev.sigstore.bundle.predicateType"),
            content: note("dev.sigstore.bundle.content"),
            r#type: short(if cosign { &descriptor.media_type } else { &descriptor.artifact_type }),
        }
    };
    if found.len() > MOST_ARTIFACTS {
        return Err(format!("more than {MOST_ARTIFACTS} things refer to the image"));
    }
    Ok(found.into_iter().map(artifact).collect())
}

/// Whether an answer means that the registry serves no list of referrers, so that the tag in its place must be looked at: not found and not
/// understood (OCI distribution 1.1), and redirects to somewhere else, which some registries answer with.
#[must_use]
pub fn serves_no_referrers(probe: &Probe) -> bool {
    matches!(probe.status, Some(300..=399 | 400 | 404 | 405 | 406 | 410 | 501)) || (probe.status == Some(200) && !probe.error.is_empty())
}

/// What a registry says to a caller without a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It gives the manifest.
    Open,
    /// It wants a credential.
    Refused,
    /// It answers that it has no such manifest.
    NotThere,
    /// It gave no answer that can be judged, and why.
    None(String),
}

/// The answer to the request for an image's manifest.
#[must_use]
pub fn answer(probes: &Probes, image: &str) -> Answer {
    match probes.last(Purpose::Manifest, image) {
        Some(probe) => answer_of(probe),
        None => Answer::None(probes.why_not(image).unwrap_or("it was not asked about").to_owned()),
    }
}

/// What one answer to a request for a manifest says.
#[must_use]
pub fn answer_of(probe: &Probe) -> Answer {
    match probe.status {
        _ if !probe.error.is_empty() => Answer::None(probe.error.clone()),
        Some(200..=299) => Answer::Open,
        Some(401 | 403) => Answer::Refused,
        Some(404) => Answer::NotThere,
        Some(status) => Answer::None(format!("the answer was {status}")),
        None => Answer::None("no answer came".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_told_from_other_statements() {
        let of = |kind: &str, predicate: &str, content: &str| {
            attached(&Artifact { r#type: kind.to_owned(), predicate: predicate.to_owned(), content: content.to_owned() })
        };
        assert_eq!(of("application/vnd.dev.cosign.simplesigning.v1+json", "", ""), Attached::Signature);
        assert_eq!(of("application/vnd.cncf.notary.signature", "", ""), Attached::Signature);
        let bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";
        assert_eq!(of(bundle, "https://sigstore.dev/cosign/sign/v1", "dsse-envelope"), Attached::Signature);
        assert_eq!(of(bundle, "", "message-signature"), Attached::Signature);
        assert_eq!(of(bundle, "https://slsa.dev/provenance/v1", "dsse-envelope"), Attached::Statement);
        assert_eq!(of(bundle, "", ""), Attached::Statement);
        assert_eq!(of("application/spdx+json", "", ""), Attached::Other);
        assert_eq!(of("", "", ""), Attached::Statement);
    }

    #[test]
    fn lists_and_manifests_are_read_and_anything_else_is_told() {
        let list = br#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"m","digest":"sha256:0",
            "size":1,"artifactType":"application/vnd.cncf.notary.signature","annotations":null},{"mediaType":"m","digest":"sha256:1","size":1}]}"#;
        let found = artifacts(Purpose::Referrers, list).unwrap_or_default();
        assert_eq!(found.iter().map(|a| a.r#type.as_str()).collect::<Vec<_>>(), ["application/vnd.cncf.notary.signature", ""]);
        let manifest = br#"{"schemaVersion":2,"config":{},"layers":[{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json"}]}"#;
        assert_eq!(artifacts(Purpose::CosignTag, manifest).unwrap_or_default().first().map(attached), Some(Attached::Signature));
        for (purpose, wrong) in [
            (Purpose::Referrers, &manifest[..]),
            (Purpose::CosignTag, &list[..]),
            (Purpose::Referrers, b"<html>"),
            (Purpose::Referrers, b"{}"),
            (Purpose::ReferrersTag, br#"{"schemaVersion":1,"manifests":[]}"#),
        ] {
            assert!(artifacts(purpose, wrong).is_err(), "{}", String::from_utf8_lossy(wrong));
        }
    }
}

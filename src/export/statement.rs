//! The assessment as an in-toto statement: a Simple Verification Result about the clusters as they were read. It vouches for practices that a person determined
//! as in place and nothing contradicts, and for nothing else: what is not named was not verified.

use super::material::kept;
use super::{ExportError, Material, pretty};
use kassay_core::workbook::rollup::unread;
use kassay_core::workbook::{Determination, Moment, folder, journal};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The type of every in-toto statement.
pub(super) const STATEMENT: &str = "https://in-toto.io/Statement/v1";
/// The type of what this one says of its subjects.
pub(super) const RESULT: &str = "https://in-toto.io/attestation/svr/v0.1";
/// Who verified, as in-toto names verifiers: this program's way to do so. Which people and company stand behind it is told by the key that signs.
const VERIFIER: &str = "urn:kassay:verifier:1";
/// What stands before the number of a practice, so that nobody takes it for a property of another framework.
const PREFIX: &str = "KASSAY_GCOT_";

/// An in-toto statement with a simple verification result, under the names of its specification. What it does not know is refused, so that nobody signs what
/// they were not shown.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Statement {
    #[serde(rename = "_type")]
    pub(super) kind: String,
    pub(super) subject: Vec<Subject>,
    #[serde(rename = "predicateType")]
    pub(super) predicate_type: String,
    pub(super) predicate: Predicate,
}

/// A cluster as it was read: the file of its snapshot.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Subject {
    pub(super) name: String,
    pub(super) digest: Sha256,
    pub(super) annotations: BTreeMap<String, String>,
}

/// The digest of a file, 64 lower-case hexadecimal digits.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sha256 {
    pub(super) sha256: String,
}

/// What was verified.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Predicate {
    pub(super) verifier: Verifier,
    /// When the latest of the properties was determined.
    pub(super) time_created: String,
    pub(super) properties: Vec<String>,
}

/// By whom and by which rules.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Verifier {
    pub(super) id: String,
    pub(super) version: BTreeMap<String, String>,
    pub(super) policy: Policy,
}

/// The rules: the catalogue of practices, and the workbook in which they were judged.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Policy {
    pub(super) name: String,
    pub(super) digest: Sha256,
    pub(super) annotations: BTreeMap<String, String>,
}

/// The assessment as an in-toto statement, in JSON.
///
/// # Errors
/// Where no cluster was read of which it could speak, or a snapshot is missing or was changed.
pub fn in_toto(material: &Material) -> Result<String, ExportError> {
    pretty(&statement(material)?)
}

fn statement(material: &Material) -> Result<Statement, ExportError> {
    if material.redacted.is_some() {
        let why = "an in-toto statement speaks of snapshots by their SHA-256, which is not told where names are replaced".to_owned();
        return Err(ExportError::NoCluster(why));
    }
    let subject = subjects(material)?;
    if subject.is_empty() {
        let why = "no cluster was read and kept, so there is nothing of which a statement could speak".to_owned();
        return Err(ExportError::NoCluster(why));
    }
    let verified: Vec<&Determination> =
        material.guidance.practices().filter_map(|p| material.workbook.determination(&p.id)).filter(|d| d.is_in_place()).collect();
    let edited = || material.journal.lines.last().map(|line| Moment(line.at));
    let time = verified.iter().map(|d| d.at).max().or_else(edited).unwrap_or(Moment(material.now));
    let catalogue = material.guidance.digest.strip_prefix("sha256:").unwrap_or(&material.guidance.digest);
    Ok(Statement {
        kind: STATEMENT.to_owned(),
        subject,
        predicate_type: RESULT.to_owned(),
        predicate: Predicate {
            verifier: Verifier {
                id: VERIFIER.to_owned(),
                version: BTreeMap::from([("kassay".to_owned(), env!("CARGO_PKG_VERSION").to_owned())]),
                policy: Policy {
                    name: "Guidance for Containers and Container Orchestration Tools, as the catalogue tells it".to_owned(),
                    digest: Sha256 { sha256: catalogue.to_owned() },
                    annotations: BTreeMap::from([("workbook-sha256".to_owned(), journal::digest(material.text.as_bytes()))]),
                },
            },
            time_created: time.to_string(),
            properties: verified.iter().map(|d| format!("{PREFIX}{}", d.practice)).collect(),
        },
    })
}

/// The clusters of which something may pass, each once for each snapshot. One that could not be read again is none, though an older snapshot is kept.
fn subjects(material: &Material) -> Result<Vec<Subject>, ExportError> {
    let mut all: BTreeMap<String, Subject> = BTreeMap::new();
    for record in material.workbook.clusters.iter().filter(|record| unread(&material.workbook, record).is_none()) {
        let Some(path) = folder::snapshot(&record.snapshot) else { continue };
        // It vouches for a file that is there and is what its name says.
        kept(&material.dir, &path, &record.snapshot)?;
        let subject = all.entry(path.clone()).or_insert_with(|| Subject {
            name: path,
            digest: Sha256 { sha256: record.snapshot.clone() },
            annotations: BTreeMap::new(),
        });
        let names = subject.annotations.entry("clusters".to_owned()).or_default();
        *names = if names.is_empty() { record.key.clone() } else { format!("{names}, {}", record.key) };
    }
    Ok(all.into_values().collect())
}

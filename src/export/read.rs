//! Reads an assessment where it lies: its folder, a bag, a bag in a zip. Nothing is locked, written or unpacked.

use super::tree::Tree;
use super::verified::What;
use super::verify::{Looking, VerifyError, open, verify_tree};
use kassay_core::assess::CheckOutcome;
use kassay_core::report::Assessment;
use kassay_core::sensitive::without_quoted;
use kassay_core::workbook::{ClusterRecord, Workbook, folder, journal};
use std::collections::BTreeMap;
use std::path::Path;

/// What an assessment holds.
#[derive(Debug)]
pub struct Contents {
    /// As what it lies there.
    pub what: What,
    /// What is wrong with it.
    pub faults: Vec<String>,
    /// The workbook.
    pub workbook: Workbook,
    /// What the checks said of each cluster, by its key, or why that is not to be had.
    pub outcomes: BTreeMap<String, Result<Vec<CheckOutcome>, String>>,
}

/// Reads the folder of an assessment, or a bag.
///
/// # Errors
/// Where it is neither, or its workbook can't be read.
pub fn contents(path: &Path) -> Result<Contents, VerifyError> {
    let (mut tree, what) = open(path)?;
    let base = if what == What::Workbook { "" } else { "data/" };
    let unreadable = |message: String| VerifyError::Zip { path: path.to_owned(), message };
    let bytes = tree.bytes(&format!("{base}{}", folder::WORKBOOK)).map_err(unreadable)?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable(format!("{}: is no text", folder::WORKBOOK)))?;
    let workbook = Workbook::parse(&text).map_err(|e| unreadable(format!("{}: {e}", folder::WORKBOOK)))?;
    let outcomes = workbook.clusters.iter().map(|record| (record.key.clone(), outcomes(&mut *tree, base, record))).collect();
    let faults = verify_tree(&mut *tree, what, &Looking::default()).faults;
    Ok(Contents { what, faults, workbook, outcomes })
}

/// The file of findings of that digest in the folder of an assessment, or in a bag.
///
/// # Errors
/// Where it is not there, or is another one.
pub fn kept_findings(path: &Path, digest: &str) -> Result<Vec<u8>, VerifyError> {
    let (mut tree, what) = open(path)?;
    let unreadable = |message: String| VerifyError::Zip { path: path.to_owned(), message };
    let base = if what == What::Workbook { "" } else { "data/" };
    let name = folder::findings(digest).ok_or_else(|| unreadable(format!("“{digest}” is no SHA-256")))?;
    let bytes = tree.bytes(&format!("{base}{name}")).map_err(unreadable)?;
    if journal::digest(&bytes) == digest { Ok(bytes) } else { Err(unreadable(format!("{name} was changed"))) }
}

fn outcomes(tree: &mut dyn Tree, base: &str, record: &ClusterRecord) -> Result<Vec<CheckOutcome>, String> {
    let name = folder::findings(&record.findings).ok_or("no findings of it are kept")?;
    if !tree.names().contains(&format!("{base}{name}")) {
        return Err(format!("{name} is missing"));
    }
    let bytes = tree.bytes(&format!("{base}{name}"))?;
    if journal::digest(&bytes) != record.findings {
        return Err(format!("{name} was changed"));
    }
    let assessment: Assessment =
        serde_json::from_slice(&bytes).map_err(|e| format!("{name} can't be read: {}", without_quoted(&e.to_string())))?;
    Ok(assessment.outcomes)
}

//! Files of the evidence register that checks judge. Only the very bytes that were attached count: what was changed since is told, and left out.

use super::Store;
use kassay_core::kinds::imported::Imported;
use kassay_core::workbook::imports::import;
use kassay_core::workbook::{Workbook, journal};
use std::fs;

/// Larger files are no reports that a check judges.
const LARGEST: u64 = 512 << 20;

impl Store {
    /// What the register holds for a cluster, and sentences on files that could not be used.
    #[must_use]
    pub fn imports(&self, workbook: &Workbook, cluster: &str) -> (Vec<Imported>, Vec<String>) {
        let (mut found, mut notes) = (Vec::new(), Vec::new());
        for entry in workbook.evidence.iter().filter(|entry| !entry.sha256.is_empty() && entry.size <= LARGEST) {
            let Some(path) = self.evidence_path(&entry.sha256, &entry.file) else {
                notes.push(format!("The file of {} is not there, so no check can judge it.", entry.reference));
                continue;
            };
            match fs::read(&path) {
                Ok(bytes) if journal::digest(&bytes) != entry.sha256 => {
                    notes.push(format!("The file of {} was changed since it was attached, so no check judges it.", entry.reference));
                }
                Ok(bytes) => found.extend(import(workbook, entry, &bytes, cluster)),
                Err(error) => notes.push(format!("The file of {} can't be read: {error}.", entry.reference)),
            }
        }
        (found, notes)
    }

    /// What a kept file is recognised as, in words: `a Trivy report of 3 images`; none where no check judges it.
    #[must_use]
    pub fn recognised(&self, sha256: &str, name: &str, size: u64) -> Option<String> {
        let path = self.evidence_path(sha256, name).filter(|_| size <= LARGEST)?;
        Imported::recognise(name, &fs::read(path).ok()?).map(|import| import.content.to_string())
    }
}

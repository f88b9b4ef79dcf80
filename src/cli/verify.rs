//! `kassay verify`: whether a bag or the folder of an assessment is whole.

use super::{Failure, print};
use crate::export::{What, verify};
use kassay_core::model::text::clean;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Checks that a bag (folder or zip) or the folder of an assessment is whole
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 it is whole; 1 it is not, and every fault is told; 2 it could not be looked at.")]
pub struct Verify {
    /// The bag or folder
    path: PathBuf,
}

impl Verify {
    /// Carries it out; the exit code.
    pub(super) fn run(&self) -> Result<u8, Failure> {
        let verified = verify(&self.path)?;
        let what = match verified.what {
            What::Bag => "bag",
            What::BagZip => "bag in a zip",
            What::Workbook => "folder of an assessment",
        };
        let mut out = String::new();
        for fault in &verified.faults {
            let _ = writeln!(out, "✗ {}", clean(fault));
        }
        for remark in &verified.remarks {
            let _ = writeln!(out, "○ {}", clean(remark));
        }
        let sign = match (verified.is_whole(), verified.to_complete) {
            (true, false) => "✓ whole",
            (true, true) => "✓ whole, one edit to be completed",
            (false, _) => "✗ not whole",
        };
        let title = if verified.title.is_empty() { String::new() } else { format!(" of “{}”", clean(&verified.title)) };
        let _ = writeln!(out, "{sign}: {what}{title}, {} files, {} edits in the journal", verified.files, verified.edits);
        let sealed = if verified.what == What::Workbook { "workbook.toml" } else { "tagmanifest-sha256.txt" };
        let _ = writeln!(out, "  SHA-256 of {sealed}: {}", verified.seal);
        print(&out)?;
        Ok(u8::from(!verified.is_whole()))
    }
}

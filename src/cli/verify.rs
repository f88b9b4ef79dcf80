//! `kassay verify`: whether a bag or the folder of an assessment is whole, and who signed it.

use super::{Failure, source, tell};
use crate::collect::snapshot;
use crate::export::{Judging, Looking, Signature, Signed, What, look};
use kassay_core::model::text::{clean, counted};
use std::fmt::Write as _;
use std::path::PathBuf;

/// Checks that a bag (folder or zip) or the folder of an assessment is whole
#[derive(Debug, clap::Args)]
#[command(after_help = "Exit codes: 0 it is whole; 1 it is not, and every fault is told; 2 it could not be looked at.")]
pub struct Verify {
    /// The bag or folder
    path: PathBuf,
    /// File of those who may sign, as `ssh-keygen -Y verify` reads it: a bag must then be signed, and by them alone
    #[arg(long, value_name = "FILE")]
    allowed_signers: Option<PathBuf>,
    /// When signatures without a time-stamp were made, instead of today: keys may have been good only for a time
    #[arg(long, value_name = "TIMESTAMP", value_parser = source::moment)]
    at: Option<jiff::Timestamp>,
}

impl Verify {
    /// Carries it out; the exit code.
    pub(super) fn run(&self) -> Result<u8, Failure> {
        let signatures = Judging { allowed: self.allowed_signers.as_deref(), at: self.at };
        let snapshots = |bytes: &[u8]| snapshot::read(bytes).map_err(|e| e.to_string());
        let verified = look(&self.path, &Looking { signatures, snapshots: Some(snapshots) })?;
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
        for signature in &verified.signatures {
            let _ = writeln!(out, "{}", clean(&told(signature)));
        }
        let sign = match (verified.is_whole(), verified.to_complete) {
            (true, false) => "✓ whole",
            (true, true) => "✓ whole, one edit to be completed",
            (false, _) => "✗ not whole",
        };
        let of = if verified.redacted { "redacted " } else { "" };
        let edits =
            if verified.redacted { String::new() } else { format!(", {} in the journal", counted(verified.edits, "edit", "edits")) };
        let title = if verified.title.is_empty() { String::new() } else { format!(" of “{}”", clean(&verified.title)) };
        let _ = writeln!(out, "{sign}: {of}{what}{title}, {}{edits}", counted(verified.files, "file", "files"));
        let sealed = if verified.what == What::Workbook { "workbook.toml" } else { "tagmanifest-sha256.txt" };
        let _ = writeln!(out, "  SHA-256 of {sealed}: {}", verified.seal);
        if !verified.commands.is_empty() {
            let _ = writeln!(out, "  With stock programs, in the folder of the bag:");
        }
        for command in &verified.commands {
            let _ = writeln!(out, "    {}", clean(command));
        }
        tell(&out)?;
        Ok(u8::from(!verified.is_whole()))
    }
}

/// A signature in a line.
fn told(signature: &Signature) -> String {
    let Signature { name, state, words, stamped } = signature;
    let when = stamped.map_or_else(
        || "without a time-stamp".to_owned(),
        |time| format!("time-stamped {}; whether that authority may be believed, openssl tells", time.strftime("%Y-%m-%dT%H:%M:%SZ")),
    );
    match state {
        Signed::Known => format!("✓ signed by {name}, {when}"),
        Signed::Unknown => format!("○ signed as {name}, {when}; whose key it is was not checked (--allowed-signers FILE): {words}"),
        Signed::Bad => format!("✗ not signed by {name}"),
        Signed::Unchecked => format!("○ the signature of {name} was not checked: {words}"),
    }
}

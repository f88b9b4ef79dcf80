//! Beginning the next assessment from the one before: its folder or bag is only read, and must be whole.

use crate::export::{self, VerifyError};
use kassay_core::guidance::Guidance;
use kassay_core::workbook::{Workbook, begun, journal};
use std::path::Path;

/// Why the next assessment is not begun from an old one.
#[derive(Debug, thiserror::Error)]
pub enum NotBegun {
    /// It can't be looked at.
    #[error(transparent)]
    Unreadable(#[from] VerifyError),
    /// It is not whole.
    #[error("{what} does not verify: {}", first(.faults))]
    NotWhole {
        /// Which.
        what: String,
        /// What is wrong.
        faults: Vec<String>,
    },
    /// Its workbook can't be understood.
    #[error("the workbook of {what} can't be read: {why}")]
    Broken {
        /// Which.
        what: String,
        /// Why.
        why: String,
    },
}

fn first(faults: &[String]) -> String {
    match faults {
        [] => String::new(),
        [one] => one.clone(),
        [one, rest @ ..] => format!("{one}, and {} more", rest.len()),
    }
}

/// The next assessment, begun from the folder or bag of an old one. Where that is not whole, it is begun only where somebody says so, and what was
/// wrong is kept with it.
///
/// # Errors
/// Where the old one can't be read, or is not whole.
pub fn begin(old: &Path, unverified: bool) -> Result<Workbook, NotBegun> {
    let what = old.display().to_string();
    let verified = export::verify(old)?;
    if !verified.is_whole() && !unverified {
        return Err(NotBegun::NotWhole { what, faults: verified.faults });
    }
    let broken = |why: String| NotBegun::Broken { what: what.clone(), why };
    let guidance = Guidance::shipped().map_err(|e| broken(e.to_string()))?;
    let bytes = export::workbook_text(old)?;
    let text = std::str::from_utf8(&bytes).map_err(|e| broken(e.to_string()))?;
    let last = Workbook::parse(text).map_err(|e| broken(e.to_string()))?;
    let now = jiff::Zoned::now();
    let mut next = begun::begin(&last, &journal::digest(&bytes), guidance, now.timestamp(), now.date());
    if let Some(previous) = &mut next.previous {
        previous.unverified = verified.faults.join("; ");
        previous.from = std::path::absolute(old).unwrap_or_else(|_| old.to_owned()).to_string_lossy().into_owned();
    }
    Ok(next)
}

//! What opens the screen: the loop of the walk, and how it is started.

use crate::collect::SourceSpec;
use std::path::PathBuf;

/// How the walk begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// With the list of assessments.
    Home,
    /// In an assessment.
    Open(PathBuf),
    /// In the cluster that comes with the program, kept where a folder is named.
    Demo {
        /// The folder.
        workbook: Option<PathBuf>,
    },
    /// With a new assessment.
    New {
        /// Its folder.
        workbook: PathBuf,
        /// The cluster.
        source: SourceSpec,
    },
}

/// Runs the walk until its user leaves it.
///
/// # Errors
/// Where the terminal or the assessment can't be opened.
pub fn run(start: Start) -> anyhow::Result<()> {
    let _ = start;
    anyhow::bail!("the walk is not part of this build yet")
}

//! The folder of an assessment, as verbs that print from one take it.

use super::{Failure, Manners};
use crate::export::Material;
use crate::store::Store;
use jiff::Timestamp;
use std::path::PathBuf;

/// Which assessment.
#[derive(Debug, clap::Args)]
pub(super) struct Folder {
    /// Folder of the assessment
    #[arg(value_name = "DIR", required_unless_present = "workbook", conflicts_with = "workbook")]
    dir: Option<PathBuf>,
    /// Folder of the assessment, as other verbs name it
    #[arg(long, value_name = "DIR")]
    workbook: Option<PathBuf>,
}

impl Folder {
    /// What is in it. It is opened, and not only read: an edit that was interrupted is completed first, and what is odd is told.
    pub(super) fn load(self, now: Option<Timestamp>, manners: &Manners) -> Result<Material, Failure> {
        let opened = Store::open(&self.dir.or(self.workbook).unwrap_or_default())?;
        for notice in &opened.notices {
            manners.say(&notice.to_string());
        }
        Ok(Material::load(opened.store.dir(), now.unwrap_or_else(Timestamp::now))?)
    }
}

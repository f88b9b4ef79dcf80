//! The bag: a BagIt 1.0 bag (RFC 8493) as a folder or a zip. It holds the folder of the assessment as it is, what was made from it, and
//! the digests of everything, so that `sha256sum -c`, any BagIt program or `kassay verify` can tell whether it is whole.

use super::beside::{Beside, Folders, parent_of};
use super::encrypt::Recipients;
use super::filling::Filling;
use super::progress::{Progress, Written};
use super::{ExportError, Material};
use std::path::Path;

/// As what a bag is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A folder.
    Folder,
    /// One zip file with the folder in it.
    Zip,
}

/// How a bag is packed.
#[derive(Debug)]
pub struct Packing {
    /// As what.
    pub form: Form,
    /// Whether it has manifests of SHA-512 beside those of SHA-256.
    pub sha512: bool,
    /// Who alone can open it, for a zip.
    pub recipients: Option<Recipients>,
}

impl From<Form> for Packing {
    fn from(form: Form) -> Self {
        Self { form, sha512: false, recipients: None }
    }
}

/// Writes the bag of an assessment. It appears under its name only when it is complete, and never over something that is there; where it can't be
/// completed, nothing is left.
///
/// # Errors
/// Where a file that belongs to the assessment is missing or was changed, something is at the target, it can't be written, or it was stopped.
pub fn bag(material: &Material, target: &Path, packing: impl Into<Packing>, progress: &Progress<'_>) -> Result<Written, ExportError> {
    let packing = packing.into();
    if target.symlink_metadata().is_ok() {
        return Err(ExportError::Exists(target.to_owned()));
    }
    if packing.recipients.is_some() && packing.form == Form::Folder {
        return Err(ExportError::NotOneFile);
    }
    let parent = parent_of(target);
    let mut made = Folders::make(parent)?;
    let beside = Beside::new(parent).map_err(ExportError::io(parent))?;
    let mut filling = Filling::of(material, target, packing.sha512, progress);
    let written = match (packing.form, &packing.recipients) {
        (Form::Folder, _) => filling.folder(&beside),
        (Form::Zip, None) => filling.zip(&beside),
        (Form::Zip, Some(recipients)) => filling.encrypted(&beside, recipients),
    }?;
    made.keep();
    Ok(written)
}

//! The assessments in a folder, for the home screen. Nothing is locked or mended here: what can't be read is told with its problem.

use super::error::StoreError;
use super::open::holds_assessment;
use crate::config::said;
use jiff::Timestamp;
use kassay_core::guidance::Guidance;
use kassay_core::workbook::{Workbook, folder};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// One assessment in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// Its folder.
    pub dir: PathBuf,
    /// The assessed entity, with the period; the folder's name where it can't be read.
    pub entity: String,
    /// Names of its clusters.
    pub clusters: Vec<String>,
    /// How many practices are determined.
    pub determined: usize,
    /// Of how many.
    pub of: usize,
    /// When it was last written.
    pub modified: Option<Timestamp>,
    /// Why it can't be opened.
    pub problem: Option<String>,
}

pub(super) fn list(root: &Path) -> Vec<Listing> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let mut found: Vec<Listing> =
        entries.map(|entry| entry.path()).filter(|dir| holds_assessment(dir).unwrap_or(true)).map(|dir| listing(&dir)).collect();
    found.sort_by(|a, b| b.modified.cmp(&a.modified).then_with(|| a.dir.cmp(&b.dir)));
    found
}

pub(super) fn listing(dir: &Path) -> Listing {
    let path = dir.join(folder::WORKBOOK);
    let practices: Vec<&str> = Guidance::shipped().map(|g| g.practices().map(|p| p.id.as_str()).collect()).unwrap_or_default();
    let mut listing = Listing {
        dir: dir.to_owned(),
        entity: dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        clusters: vec![],
        determined: 0,
        of: practices.len(),
        modified: fs::metadata(&path)
            .or_else(|_| fs::metadata(dir))
            .and_then(|m| m.modified())
            .ok()
            .and_then(|at| Timestamp::try_from(at).ok()),
        problem: None,
    };
    match read(dir, &path) {
        Ok(workbook) => {
            let engagement = &workbook.engagement;
            listing.entity = [engagement.entity.as_str(), engagement.period.as_str()].join(" ").trim().to_owned();
            listing.clusters = workbook.clusters.iter().map(|c| c.key.clone()).collect();
            listing.determined = workbook.determinations.iter().filter(|d| practices.contains(&d.practice.as_str())).count();
        }
        Err(problem) => listing.problem = Some(problem),
    }
    listing
}

fn read(dir: &Path, path: &Path) -> Result<Workbook, String> {
    match fs::read_to_string(path) {
        Ok(text) => Workbook::parse(&text).map_err(|e| e.to_string()),
        // One that was killed while it was being made is completed when it is opened, and one that was removed may have its copy beside it.
        Err(error) if error.kind() == ErrorKind::NotFound => match fs::read_to_string(dir.join(folder::PREVIOUS)) {
            Ok(_) => Err(format!("{} is missing; the copy from before the last edit is there", folder::WORKBOOK)),
            Err(_) => Err(format!("{} is missing", folder::WORKBOOK)),
        },
        Err(error) => Err(said(&error)),
    }
}

/// A name for the folder of a new assessment that is still free in `root`: `acme-payments-2026`.
///
/// # Errors
/// Where no name is free, which takes a thousand assessments of one entity in one period.
pub fn folder_name(root: &Path, entity: &str, period: &str) -> Result<PathBuf, StoreError> {
    let mut name = String::new();
    for c in format!("{entity} {period}").chars().flat_map(char::to_lowercase).take(80) {
        if c.is_alphanumeric() {
            name.push(c);
        } else if !name.ends_with('-') && !name.is_empty() {
            name.push('-');
        }
    }
    let name = match name.trim_end_matches('-') {
        "" => "assessment",
        name => name,
    };
    std::iter::once(root.join(name))
        .chain((2..1000).map(|n| root.join(format!("{name}-{n}"))))
        .find(|dir| !dir.exists())
        .ok_or_else(|| StoreError::Exists { dir: root.join(name) })
}

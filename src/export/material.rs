//! What exports are made from: the files of an assessment's folder, read once and held against their digests.

use super::ExportError;
use jiff::Timestamp;
use kassay_core::guidance::Guidance;
use kassay_core::report::Assessment;
use kassay_core::sensitive::without_quoted;
use kassay_core::workbook::accept::day_of;
use kassay_core::workbook::{Journal, Proposal, Workbook, collection, folder, journal, propose};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// An assessment, ready to be exported.
#[derive(Debug)]
pub struct Material {
    /// Its folder.
    pub dir: PathBuf,
    /// The workbook's text, to the byte.
    pub text: String,
    /// The workbook.
    pub workbook: Workbook,
    /// The journal's text, up to the last whole line.
    pub journal_text: Vec<u8>,
    /// The journal.
    pub journal: Journal,
    /// Assessments with all findings, in the order of the workbook's clusters, with their keys.
    pub assessments: Vec<(String, Assessment)>,
    /// The catalogue.
    pub guidance: &'static Guidance,
    /// The time of the export.
    pub now: Timestamp,
}

impl Material {
    /// Reads the folder of an assessment as it was saved last.
    ///
    /// # Errors
    /// Where the workbook or a file that it names is missing, was changed or can't be read.
    pub fn load(dir: &Path, now: Timestamp) -> Result<Self, ExportError> {
        let path = dir.join(folder::WORKBOOK);
        let text = fs::read_to_string(&path).map_err(ExportError::io(&path))?;
        let workbook = Workbook::parse(&text).map_err(|e| ExportError::Unreadable { path, message: e.to_string() })?;
        let path = dir.join(folder::JOURNAL);
        let mut journal_text = match fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => vec![],
            read => read.map_err(ExportError::io(&path))?,
        };
        let journal = Journal::read(&journal_text);
        journal_text.truncate(journal.whole);
        let guidance = Guidance::shipped().map_err(|e| ExportError::Internal(e.to_string()))?;
        let mut material = Self { dir: dir.to_owned(), text, workbook, journal_text, journal, assessments: vec![], guidance, now };
        for cluster in &material.workbook.clusters {
            if let Some(name) = folder::findings(&cluster.findings) {
                let mut assessment: Assessment = material.kept(&name, &cluster.findings).and_then(|bytes| {
                    serde_json::from_slice(&bytes)
                        .map_err(|e| ExportError::Unreadable { path: dir.join(&name), message: without_quoted(&e.to_string()) })
                })?;
                // What was kept are the proposals of the day on which the cluster was read; answers have come since.
                let distribution = &assessment.cluster.distribution;
                assessment.proposals = propose(guidance, &material.workbook, &assessment.outcomes, distribution, day_of(now));
                material.assessments.push((cluster.key.clone(), assessment));
            }
        }
        Ok(material)
    }

    /// Proposals over all clusters.
    #[must_use]
    pub fn proposals(&self) -> Vec<Proposal> {
        let (outcomes, distribution) = collection::combined(&self.workbook);
        propose(self.guidance, &self.workbook, &outcomes, &distribution, day_of(self.now))
    }

    /// The assessment of one cluster, or of the only one.
    ///
    /// # Errors
    /// Where there is none, or several and none is named.
    pub fn assessment(&self, cluster: Option<&str>) -> Result<&Assessment, ExportError> {
        let keys: Vec<&str> = self.assessments.iter().map(|(key, _)| key.as_str()).collect();
        match (cluster, &self.assessments[..]) {
            (_, []) => Err(ExportError::NoCluster("no cluster was read yet".into())),
            (None, [(_, only)]) => Ok(only),
            (None, _) => Err(ExportError::WhichCluster(keys.join(", "))),
            (Some(name), all) => all.iter().find(|(key, _)| key == name).map(|(_, a)| a).ok_or_else(|| {
                ExportError::NoCluster(format!("there is no cluster “{name}” in this assessment; it has {}", keys.join(", ")))
            }),
        }
    }

    fn kept(&self, name: &str, digest: &str) -> Result<Vec<u8>, ExportError> {
        let path = self.dir.join(name);
        if !path.exists() {
            return Err(ExportError::Missing(path));
        }
        let bytes = fs::read(&path).map_err(ExportError::io(&path))?;
        let found = journal::digest(&bytes);
        if found == digest { Ok(bytes) } else { Err(ExportError::Altered { path, found }) }
    }
}

/// Writes a single file of an export; it appears only when it is complete.
///
/// # Errors
/// Where the folder can't be written.
pub fn put_file(path: &Path, bytes: &[u8]) -> Result<(), ExportError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let put = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|e| e.error)?;
        Ok(())
    };
    put().map_err(ExportError::io(path))
}

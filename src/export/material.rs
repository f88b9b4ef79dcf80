//! What exports are made from: the files of an assessment's folder, read once and held against their digests.

use super::ExportError;
use super::picture::Subject;
use super::redact::Redacted;
use jiff::Timestamp;
use jiff::civil::Date;
use kassay_core::analysis::platform::Categories;
use kassay_core::analysis::rbac::folded::Folded;
use kassay_core::analysis::segmentation::Segmentation;
use kassay_core::analysis::trial::{Told, Trial};
use kassay_core::assess::CheckOutcome;
use kassay_core::guidance::Guidance;
use kassay_core::judging::{Tables, View, access_by_subject};
use kassay_core::kinds::{ClusterInfo, Inventory};
use kassay_core::model::Scope;
use kassay_core::report::Assessment;
use kassay_core::sensitive::without_quoted;
use kassay_core::workbook::accept::day_of;
use kassay_core::workbook::excepting::{ExceptionFault, Ground, faults};
use kassay_core::workbook::newness::{Before, compared_with};
use kassay_core::workbook::rollup::{unread, withheld};
use kassay_core::workbook::scoped::{Appeared, appeared};
use kassay_core::workbook::{Exception, Journal, Rolled, Seen, Together, Workbook, folder, journal, propose};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What is drawn of a cluster.
#[derive(Debug)]
pub struct Pictured {
    /// The cluster.
    pub cluster: ClusterInfo,
    /// Who may connect to whom in it.
    pub segmentation: Segmentation,
    /// What its admission policies refuse, tried on witnesses.
    pub trial: Told,
    /// Who may do what in it; nothing before somebody asked for registers.
    pub access: Option<Folded>,
}

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
    /// What was found in each cluster before, by its key; nothing before somebody asked what is new.
    pub before: BTreeMap<String, Before>,
    /// What is known of each cluster, and what is proposed over all of them.
    pub together: Together,
    /// What is drawn of each cluster, by its key, or why nothing can be; nothing before somebody asked for pictures.
    pub pictures: BTreeMap<String, Result<Pictured, String>>,
    /// The catalogue.
    pub guidance: &'static Guidance,
    /// The time of the export.
    pub now: Timestamp,
    /// What is known of the material that pseudonyms were put into; none where it is as it was saved.
    pub redacted: Option<Redacted>,
}

/// What the admission policies of a cluster refuse.
fn tried(inventory: &Inventory, scope: &Scope) -> Result<Told, String> {
    let tables = Tables::shipped().map_err(|e| e.to_string())?;
    let categories = Categories::new(inventory, scope);
    Ok(Trial::in_scope(inventory, &tables.software, scope).told(|namespace| categories.of(namespace)))
}

impl Material {
    /// Reads the folder of an assessment as it was saved last.
    ///
    /// # Errors
    /// Where the workbook or a file that it names is missing, was changed or can't be read.
    pub fn load(dir: &Path, now: Timestamp) -> Result<Self, ExportError> {
        let path = dir.join(folder::WORKBOOK);
        let text = fs::read_to_string(&path).map_err(ExportError::io(&path))?;
        let path = dir.join(folder::JOURNAL);
        let journal_text = match fs::read(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => vec![],
            read => read.map_err(ExportError::io(&path))?,
        };
        Self::gather(dir.to_owned(), text, journal_text, now, &mut |name, digest| kept(dir, name, digest))
    }

    /// Puts an assessment together from its texts and from files that are read by name and digest: an assessment need not lie in a folder.
    pub(super) fn gather(
        dir: PathBuf,
        text: String,
        mut journal_text: Vec<u8>,
        now: Timestamp,
        kept: &mut Kept<'_>,
    ) -> Result<Self, ExportError> {
        let workbook =
            Workbook::parse(&text).map_err(|e| ExportError::Unreadable { path: dir.join(folder::WORKBOOK), message: e.to_string() })?;
        let journal = Journal::read(&journal_text);
        journal_text.truncate(journal.whole);
        // Formats tell the time of an export to the second; so it is one and the same in all of them, and in whatever is made anew.
        let now = Timestamp::from_second(now.as_second()).unwrap_or(now);
        let guidance = Guidance::shipped().map_err(|e| ExportError::Internal(e.to_string()))?;
        let together = Together::of(guidance, &workbook, day_of(now));
        let mut material = Self {
            dir,
            text,
            workbook,
            journal_text,
            journal,
            assessments: vec![],
            before: BTreeMap::new(),
            together,
            pictures: BTreeMap::new(),
            guidance,
            now,
            redacted: None,
        };
        for cluster in &material.workbook.clusters {
            if let Some(name) = folder::findings(&cluster.findings) {
                let mut assessment: Assessment = kept(&name, &cluster.findings).and_then(|bytes| {
                    serde_json::from_slice(&bytes)
                        .map_err(|e| ExportError::Unreadable { path: material.dir.join(&name), message: without_quoted(&e.to_string()) })
                })?;
                // What was kept are the proposals of the day on which the cluster was read; answers have come since.
                if let Some(why) = unread(&material.workbook, cluster) {
                    assessment.outcomes = std::mem::take(&mut assessment.outcomes).into_iter().map(|o| withheld(o, &why)).collect();
                }
                let seen = Seen { cluster: &cluster.key, distribution: &assessment.cluster.distribution, outcomes: &assessment.outcomes };
                assessment.proposals = propose(guidance, &material.workbook, &seen, day_of(now));
                material.assessments.push((cluster.key.clone(), assessment));
            }
        }
        Ok(material)
    }

    /// Reads what was found in each cluster before. A cluster of which that is not to be had has none.
    #[must_use]
    pub fn with_before(mut self) -> Self {
        for cluster in &self.workbook.clusters {
            let Some((digest, what)) = compared_with(&self.workbook, cluster) else { continue };
            let Some(name) = folder::findings(&digest) else { continue };
            let assessment = kept(&self.dir, &name, &digest).ok().and_then(|bytes| serde_json::from_slice::<Assessment>(&bytes).ok());
            self.before.extend(assessment.map(|assessment| (cluster.key.clone(), assessment.before(what))));
        }
        self
    }

    /// Works out the pictures of all clusters from their snapshots, which `read` understands: what is drawn must be read again, and not every
    /// export draws.
    #[must_use]
    pub fn with_pictures(self, read: impl Fn(&[u8]) -> Result<Inventory, String>) -> Self {
        self.from_snapshots(|_| Ok(None), read)
    }

    /// The same, and the access registers: who may do what in each cluster.
    #[must_use]
    pub fn with_registers(self, read: impl Fn(&[u8]) -> Result<Inventory, String>) -> Self {
        let access = self.register();
        self.from_snapshots(access, read)
    }

    /// What works out who may do what in a cluster.
    fn register(&self) -> impl Fn(&Inventory) -> Result<Option<Folded>, String> + use<> {
        let (scope, now) = (self.workbook.scope.clone(), self.now);
        move |inventory: &Inventory| {
            let tables = Tables::shipped().map_err(|e| e.to_string())?;
            Ok(Some(access_by_subject(&View::new(inventory, &scope, now, &tables))))
        }
    }

    fn from_snapshots(
        self,
        access: impl Fn(&Inventory) -> Result<Option<Folded>, String>,
        read: impl Fn(&[u8]) -> Result<Inventory, String>,
    ) -> Self {
        let dir = self.dir.clone();
        self.read_again(&mut |name, digest| kept(&dir, name, digest), access, read)
    }

    /// Pictures and access registers of all clusters, from snapshots that are read by name and digest.
    pub(super) fn registered(self, kept: &mut Kept<'_>, read: impl Fn(&[u8]) -> Result<Inventory, String>) -> Self {
        let access = self.register();
        self.read_again(kept, access, read)
    }

    fn read_again(
        mut self,
        kept: &mut Kept<'_>,
        access: impl Fn(&Inventory) -> Result<Option<Folded>, String>,
        read: impl Fn(&[u8]) -> Result<Inventory, String>,
    ) -> Self {
        let mut picture = |name: Option<String>, digest: &str| {
            let name = name.ok_or_else(|| "what was read of it is not kept".to_owned())?;
            let inventory = kept(&name, digest).map_err(|e| e.to_string()).and_then(|bytes| read(&bytes))?;
            let segmentation = Segmentation::of(&inventory, &self.workbook.scope);
            let trial = tried(&inventory, &self.workbook.scope)?;
            Ok(Pictured { access: access(&inventory)?, trial, cluster: inventory.cluster, segmentation })
        };
        let clusters = &self.workbook.clusters;
        self.pictures = clusters.iter().map(|c| (c.key.clone(), picture(folder::snapshot(&c.snapshot), &c.snapshot))).collect();
        self
    }

    /// What the picture of a cluster is made from.
    #[must_use]
    pub fn picture(&self, cluster: &str) -> Option<Subject<'_>> {
        let (name, pictured) = self.pictures.get_key_value(cluster)?;
        let pictured = pictured.as_ref().ok()?;
        let sorted = self.workbook.scope != Scope::default();
        Some(Subject { name, cluster: &pictured.cluster, segmentation: &pictured.segmentation, sorted })
    }

    /// Proposals over all clusters.
    #[must_use]
    pub fn proposals(&self) -> &[Rolled] {
        &self.together.proposals
    }

    /// How each check came out on each cluster, with all its findings where their file is there, and as far as the workbook knows it where not.
    pub fn outcomes(&self) -> impl Iterator<Item = (&str, &CheckOutcome)> {
        self.together.parts.iter().flat_map(|part| {
            let kept = self.assessments.iter().find(|(key, _)| *key == part.cluster);
            kept.map_or(&part.outcomes, |(_, assessment)| &assessment.outcomes).iter().map(|outcome| (part.cluster.as_str(), outcome))
        })
    }

    /// SHA-256 of the workbook, or what stands for it where names were replaced.
    #[must_use]
    pub fn seal(&self) -> String {
        self.redacted.as_ref().map_or_else(|| journal::digest(self.text.as_bytes()), |redacted| redacted.seal.clone())
    }

    /// Whether the workbook is what the last line of its journal says.
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        match &self.redacted {
            Some(redacted) => redacted.sealed,
            None => self.journal.workbook() == Some(self.seal().as_str()),
        }
    }

    /// The day of the export.
    #[must_use]
    pub fn today(&self) -> Date {
        day_of(self.now)
    }

    /// Whether there is more than one cluster, so that each line must say of which it speaks.
    #[must_use]
    pub fn is_several(&self) -> bool {
        self.workbook.clusters.len() > 1
    }

    /// What is wrong with an exception.
    #[must_use]
    pub fn exception_faults(&self, exception: &Exception) -> Vec<ExceptionFault> {
        faults(exception, &self.workbook, &self.grounds(), self.today())
    }

    /// What the checks say of each cluster, to look up what is excepted.
    #[must_use]
    pub fn grounds(&self) -> Vec<Ground<'_>> {
        self.assessments.iter().map(|(key, a)| Ground::of(key, &a.outcomes, true)).collect()
    }

    /// Namespaces that have appeared since the scope was confirmed.
    #[must_use]
    pub fn appeared(&self) -> Vec<Appeared> {
        let names = |(key, a): &'_ (String, Assessment)| (key.clone(), a.namespaces.iter().map(|n| n.name.clone()).collect::<Vec<_>>());
        let all: Vec<(String, Vec<String>)> = self.assessments.iter().map(names).collect();
        let known: Vec<(&str, Vec<&str>)> =
            all.iter().map(|(key, names)| (key.as_str(), names.iter().map(String::as_str).collect())).collect();
        appeared(&self.workbook, &known)
    }

    /// The assessment of one cluster, or of the only one.
    ///
    /// # Errors
    /// Where there is none, or several and none is named.
    pub fn assessment(&self, cluster: Option<&str>) -> Result<&Assessment, ExportError> {
        self.keyed(cluster).map(|(_, assessment)| assessment)
    }

    /// Which of the assessments is that of a cluster.
    ///
    /// # Errors
    /// Where there is none.
    pub fn place_of(&self, cluster: &str) -> Result<usize, ExportError> {
        let (key, _) = self.keyed(Some(cluster))?;
        Ok(self.assessments.iter().position(|(known, _)| known == key).unwrap_or_default())
    }

    /// The same, with the cluster's name.
    ///
    /// # Errors
    /// Where there is none, or several and none is named.
    pub fn keyed(&self, cluster: Option<&str>) -> Result<(&str, &Assessment), ExportError> {
        let keys: Vec<&str> = self.assessments.iter().map(|(key, _)| key.as_str()).collect();
        match (cluster, &self.assessments[..]) {
            (_, []) => Err(ExportError::NoCluster("no cluster was read yet".into())),
            (None, [(key, only)]) => Ok((key.as_str(), only)),
            (None, _) => Err(ExportError::WhichCluster(keys.join(", "))),
            (Some(name), all) => all.iter().find(|(key, _)| key == name).map(|(key, a)| (key.as_str(), a)).ok_or_else(|| {
                ExportError::NoCluster(format!("there is no cluster “{name}” in this assessment; it has {}", keys.join(", ")))
            }),
        }
    }
}

/// Reads a file by its name and its digest.
type Kept<'a> = dyn FnMut(&str, &str) -> Result<Vec<u8>, ExportError> + 'a;

/// A file of the folder of an assessment.
pub(super) fn kept(dir: &Path, name: &str, digest: &str) -> Result<Vec<u8>, ExportError> {
    let path = dir.join(name);
    if !path.exists() {
        return Err(ExportError::Missing(path));
    }
    let bytes = fs::read(&path).map_err(ExportError::io(&path))?;
    let found = journal::digest(&bytes);
    if found == digest { Ok(bytes) } else { Err(ExportError::Altered { path, found }) }
}

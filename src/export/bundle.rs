//! The bag: a BagIt 1.0 bag (RFC 8493) as a folder or a zip. It holds the folder of the assessment as it is, what was made from it, and
//! the digests of everything, so that `sha256sum -c`, any BagIt program or `kassay verify` can tell whether it is whole.

use super::algorithm::{Algorithm, digests_of};
use super::encrypt::Recipients;
use super::findings::FINDINGS;
use super::index::{index_html, readings};
use super::manifest::encoded;
use super::picture::{Dress, Subject, dot, svg};
use super::samples::populations;
use super::sink::{Calm, FolderSink, Put, Sink, ZipSink};
use super::tables::tables;
use super::{ExportError, Material, csv, findings, json, report_html, tags, zipped};
use kassay_core::report::Assessment;
use kassay_core::workbook::folder;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{Read, Seek, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use zip::ZipWriter;

/// So many bytes of one file are written between two steps that are told.
const STRIDE: u64 = 1 << 22;

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

/// How far writing a bag is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Files written.
    pub done: usize,
    /// Of how many.
    pub of: usize,
    /// Bytes written.
    pub bytes: u64,
    /// The file in work.
    pub name: String,
}

/// Hears how far writing is; whoever breaks stops it, and nothing is left.
pub type Progress<'a> = dyn Fn(Step) -> ControlFlow<()> + 'a;

/// A bag that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Where.
    pub path: PathBuf,
    /// SHA-256 of the one file, or of the folder's `tagmanifest-sha256.txt`, which seals all other files.
    pub sha256: String,
    /// Bytes of all files.
    pub bytes: u64,
    /// How many files.
    pub files: usize,
}

/// Makes the bytes of a file when they are needed, so that no two large ones are in memory at once.
pub(super) type Make = Box<dyn Fn(&Material) -> Result<Vec<u8>, ExportError>>;

/// Where the bytes of a file in the bag are.
pub(super) enum Content {
    Made(Make),
    Kept { path: PathBuf, sha256: String },
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
    let parent = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut made = Folders::make(parent)?;
    let mut filling = Filling::of(material, packing.sha512, progress);
    let written = match (packing.form, &packing.recipients) {
        (Form::Folder, _) => filling.folder(parent, target),
        (Form::Zip, None) => filling.zip(parent, target),
        (Form::Zip, Some(recipients)) => filling.encrypted(parent, target, recipients),
    }?;
    made.keep();
    Ok(written)
}

/// Folders that were made for a target; they go again where nothing was written into them.
struct Folders(Vec<PathBuf>);

impl Folders {
    fn make(parent: &Path) -> Result<Self, ExportError> {
        let missing = parent.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        let made = Self(missing.map(Path::to_owned).collect());
        fs::create_dir_all(parent).map_err(ExportError::io(parent))?;
        Ok(made)
    }

    fn keep(&mut self) {
        self.0.clear();
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        // One that somebody else wrote into meanwhile is not empty, and stays.
        self.0.iter().for_each(|folder| drop(fs::remove_dir(folder)));
    }
}

/// Every file under `data/`, in the order of names.
pub(super) fn payload(material: &Material) -> BTreeMap<String, Content> {
    let mut files = BTreeMap::new();
    let mut made = |name: String, make: Make| files.insert(format!("data/{name}"), Content::Made(make));
    made(folder::WORKBOOK.into(), Box::new(|m| Ok(m.text.clone().into_bytes())));
    made(folder::JOURNAL.into(), Box::new(|m| Ok(m.journal_text.clone())));
    made("report.html".into(), Box::new(|m| report_html(m).map(String::into_bytes)));
    made("index.html".into(), Box::new(index));
    for table in tables(material) {
        let name = format!("{}.csv", table.name);
        // The one table that grows with the cluster is made when it is written.
        if table.name == FINDINGS {
            made(name, Box::new(|m| Ok(csv(&findings(m)).into_bytes())));
        } else {
            let text = csv(&table).into_bytes();
            made(name, Box::new(move |_| Ok(text.clone())));
        }
    }
    for (reference, names) in populations(&material.workbook) {
        made(format!("populations/{}.txt", file_name(reference)), Box::new(move |_| Ok(names.clone().into_bytes())));
    }
    let names = file_names(material);
    let named = |key: &str| names.get(key).cloned().unwrap_or_else(|| file_name(key));
    for (nth, (key, _)) in material.assessments.iter().enumerate() {
        let name = named(key);
        made(format!("assessment-{name}.json"), Box::new(move |m| json::assessment_json(nth_assessment(m, nth)?).map(String::into_bytes)));
        made(format!("readings/{name}.csv"), Box::new(move |m| Ok(readings(nth_assessment(m, nth)?).into_bytes())));
    }
    for key in material.pictures.keys().filter(|key| material.picture(key).is_some()) {
        let name = named(key);
        made(format!("segmentation-{name}.svg"), drawn(key, |subject| svg(subject, Dress::Alone)));
        made(format!("segmentation-{name}.dot"), drawn(key, dot));
    }
    let mut kept = |name: Option<String>, sha256: &str| {
        if let Some(name) = name {
            let path = material.dir.join(&name);
            files.insert(format!("data/{name}"), Content::Kept { path, sha256: sha256.to_owned() });
        }
    };
    for cluster in &material.workbook.clusters {
        kept(folder::snapshot(&cluster.snapshot), &cluster.snapshot);
        kept(folder::findings(&cluster.findings), &cluster.findings);
    }
    for evidence in &material.workbook.evidence {
        kept(folder::evidence(&evidence.sha256, &evidence.file), &evidence.sha256);
    }
    files
}

/// The page that leads to all files.
fn index(material: &Material) -> Result<Vec<u8>, ExportError> {
    let names = payload(material).into_keys().filter_map(|name| name.strip_prefix("data/").map(str::to_owned));
    index_html(material, names, &file_names(material)).map(String::into_bytes)
}

/// Draws the picture of a cluster.
fn drawn(key: &str, draw: fn(Subject<'_>) -> String) -> Make {
    let key = key.to_owned();
    Box::new(move |m| Ok(m.picture(&key).map(draw).unwrap_or_default().into_bytes()))
}

fn nth_assessment(material: &Material, nth: usize) -> Result<&Assessment, ExportError> {
    let found = material.assessments.get(nth).map(|(_, assessment)| assessment);
    found.ok_or_else(|| ExportError::Internal("an assessment went away".to_owned()))
}

/// A name as part of a file name.
fn file_name(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' }).collect()
}

/// The clusters' keys as parts of file names, in the order of the workbook. No two are the same, in whatever case: files of one cluster must not be written
/// over those of another.
pub(super) fn file_names(material: &Material) -> BTreeMap<&str, String> {
    let (mut names, mut taken) = (BTreeMap::new(), BTreeSet::new());
    for key in material.workbook.clusters.iter().map(|cluster| cluster.key.as_str()) {
        let plain = file_name(key);
        let numbered = (2..).map(|n| format!("{plain}-{n}"));
        let name = std::iter::once(plain.clone()).chain(numbered).find(|name| taken.insert(name.to_lowercase()));
        names.insert(key, name.unwrap_or(plain));
    }
    names
}

/// A bag that is being written.
struct Filling<'a> {
    material: &'a Material,
    algorithms: Vec<Algorithm>,
    progress: &'a Progress<'a>,
    /// How many files there will be.
    of: usize,
    done: usize,
    bytes: u64,
}

impl<'a> Filling<'a> {
    fn of(material: &'a Material, sha512: bool, progress: &'a Progress<'a>) -> Self {
        let algorithms = if sha512 { vec![Algorithm::Sha256, Algorithm::Sha512] } else { vec![Algorithm::Sha256] };
        Self { material, algorithms, progress, of: 0, done: 0, bytes: 0 }
    }

    fn folder(&mut self, parent: &Path, target: &Path) -> Result<Written, ExportError> {
        let temporary = tempfile::Builder::new().prefix(".kassay-bag-").tempdir_in(parent).map_err(ExportError::io(parent))?;
        let mut sink = FolderSink { root: temporary.path().join("bag"), target };
        let sha256 = self.fill(&mut sink)?;
        fs::rename(&sink.root, target).map_err(ExportError::io(target))?;
        Ok(self.written(target, sha256))
    }

    fn zip(&mut self, parent: &Path, target: &Path) -> Result<Written, ExportError> {
        let file = tempfile::Builder::new().prefix(".kassay-bag-").tempfile_in(parent).map_err(ExportError::io(parent))?;
        let mut file = self.fill_zip(file, target)?;
        let sha256 = self.sealed(&mut file, target)?;
        file.as_file().sync_all().map_err(ExportError::io(target))?;
        file.persist_noclobber(target).map_err(|e| ExportError::io(target)(e.error))?;
        Ok(self.written(target, sha256))
    }

    /// The zip itself is written where the assessment lies in clear already, under no name; at the target is only what is encrypted.
    fn encrypted(&mut self, parent: &Path, target: &Path, recipients: &Recipients) -> Result<Written, ExportError> {
        let dir = &self.material.dir;
        let mut clear = self.fill_zip(tempfile::tempfile_in(dir).map_err(ExportError::io(dir))?, target)?;
        clear.rewind().map_err(ExportError::io(target))?;
        let mut file = tempfile::Builder::new().prefix(".kassay-bag-").tempfile_in(parent).map_err(ExportError::io(parent))?;
        let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let (mut told, mut heard) = (0, self.hearing(&name));
        recipients
            .encrypt(&mut clear, file.as_file_mut(), &mut |bytes| heard(&mut told, bytes))
            .map_err(|fault| fault.named(dir, target))?;
        drop(heard);
        let sha256 = self.sealed(&mut file, target)?;
        file.as_file().sync_all().map_err(ExportError::io(target))?;
        file.persist_noclobber(target).map_err(|e| ExportError::io(target)(e.error))?;
        Ok(self.written(target, sha256))
    }

    fn written(&self, target: &Path, sha256: String) -> Written {
        Written { path: target.to_owned(), sha256, bytes: self.bytes, files: self.done }
    }

    fn fill_zip<W: Read + Write + Seek>(&mut self, file: W, target: &Path) -> Result<W, ExportError> {
        let mut sink = ZipSink { zip: ZipWriter::new(Calm::new(file)), top: top_of(target), target };
        self.fill(&mut sink)?;
        Ok(sink.zip.finish().map_err(|e| ExportError::io(target)(e.into()))?.inner)
    }

    /// SHA-256 of what was written.
    fn sealed(&self, file: &mut (impl Read + Seek), target: &Path) -> Result<String, ExportError> {
        let digests = file.rewind().and_then(|()| digests_of(file, &[Algorithm::Sha256]));
        digests.map(|copied| copied.digests.into_iter().collect()).map_err(ExportError::io(target))
    }

    /// Puts all files into a sink: the payload, then what BagIt wants about it. The digest of the tag manifest.
    fn fill(&mut self, sink: &mut dyn Sink) -> Result<String, ExportError> {
        let payload = payload(self.material);
        let of_tags = 5 + self.algorithms.len();
        self.of = payload.len() + of_tags + self.algorithms.len();
        let mut manifests = vec![String::new(); self.algorithms.len()];
        for (name, content) in payload {
            let digests = match content {
                Content::Made(make) => self.put(sink, &name, &mut make(self.material)?.as_slice(), Path::new(&name))?,
                Content::Kept { path, sha256 } => self.kept(sink, &name, &path, sha256)?,
            };
            list(&mut manifests, &digests, &name);
        }
        let info = tags::bag_info(self.material, self.bytes, self.done);
        let mut about = vec![
            ("README.txt".to_owned(), tags::readme(self.material)),
            ("bag-info.txt".to_owned(), info),
            ("bagit-profile.json".to_owned(), tags::BAG_PROFILE.to_owned()),
            ("bagit.txt".to_owned(), tags::DECLARATION.to_owned()),
        ];
        let ids: Vec<&str> = self.algorithms.iter().map(|algorithm| algorithm.id()).collect();
        about.extend(ids.iter().zip(manifests).map(|(id, text)| (format!("manifest-{id}.txt"), text)));
        about.push((tags::SCRIPT_NAME.to_owned(), tags::SCRIPT.to_owned()));
        let mut seals = vec![String::new(); ids.len()];
        for (name, text) in about {
            let digests = self.put(sink, &name, &mut text.as_bytes(), Path::new(&name))?;
            list(&mut seals, &digests, &name);
        }
        let mut seal = String::new();
        for (id, text) in ids.into_iter().zip(seals) {
            let name = format!("tagmanifest-{id}.txt");
            let digests = self.put(sink, &name, &mut text.as_bytes(), Path::new(&name))?;
            if id == Algorithm::Sha256.id() {
                seal = digests.into_iter().next().unwrap_or_default();
            }
        }
        Ok(seal)
    }

    /// A file that the assessment keeps, which must be what its name says.
    fn kept(&mut self, sink: &mut dyn Sink, name: &str, path: &Path, sha256: String) -> Result<Vec<String>, ExportError> {
        if !path.is_file() {
            return Err(ExportError::Missing(path.to_owned()));
        }
        let mut file = File::open(path).map_err(ExportError::io(path))?;
        let digests = self.put(sink, name, &mut file, path)?;
        match digests.first() {
            Some(found) if *found == sha256 => Ok(digests),
            found => Err(ExportError::Altered { path: path.to_owned(), found: found.cloned().unwrap_or_default() }),
        }
    }

    fn put(&mut self, sink: &mut dyn Sink, name: &str, content: &mut dyn Read, from: &Path) -> Result<Vec<String>, ExportError> {
        if (self.progress)(self.step(name, 0)).is_break() {
            return Err(ExportError::Cancelled);
        }
        let algorithms = self.algorithms.clone();
        let put = Put { name, from, packs: packs(name), runs: name == tags::SCRIPT_NAME, algorithms: &algorithms };
        let copied = {
            let (mut told, mut heard) = (0, self.hearing(name));
            sink.put(put, content, &mut |bytes| heard(&mut told, bytes))?
        };
        self.bytes += copied.size;
        self.done += 1;
        Ok(copied.digests)
    }

    fn step(&self, name: &str, within: u64) -> Step {
        Step { done: self.done, of: self.of, bytes: self.bytes + within, name: name.to_owned() }
    }

    /// Hears pages of a file, and tells of them in strides.
    fn hearing<'b>(&'b self, name: &'b str) -> impl FnMut(&mut u64, u64) -> ControlFlow<()> + 'b {
        move |told, bytes| {
            let before = *told;
            *told += bytes;
            if before / STRIDE == *told / STRIDE { ControlFlow::Continue(()) } else { (self.progress)(self.step(name, *told)) }
        }
    }
}

/// Whether a file becomes smaller by packing. Evidence and snapshots mostly are packed already.
fn packs(name: &str) -> bool {
    let room = name.strip_prefix("data/").and_then(|name| name.split_once('/')).map_or("", |(room, _)| room);
    !matches!(room, folder::EVIDENCE | folder::SNAPSHOTS)
}

/// Adds a file to each manifest.
fn list(manifests: &mut [String], digests: &[String], name: &str) {
    for (manifest, digest) in manifests.iter_mut().zip(digests) {
        manifest.push_str(&format!("{digest}  {}\n", encoded(name)));
    }
}

/// The folder in a zip, after the name of the zip.
fn top_of(target: &Path) -> String {
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let stem = [".age", ".zip"].iter().fold(name.as_str(), |name, end| name.strip_suffix(end).unwrap_or(name));
    let plain: String = stem.chars().map(|c| if c.is_control() || matches!(c, '/' | '\\' | ':') { '-' } else { c }).collect();
    if zipped::leads_elsewhere(&plain).is_some() { "bag".to_owned() } else { plain }
}

//! The bag: a BagIt 1.0 bag (RFC 8493) as a folder or a zip. It holds the folder of the assessment as it is, what was made from it, and
//! the digests of everything, so that `sha256sum -c`, any BagIt program or `kassay verify` can tell whether it is whole.

use super::picture::{Dress, dot, svg};
use super::samples::populations;
use super::tables::tables;
use super::{ExportError, Material, csv, json, report_html};
use kassay_core::workbook::{Moment, folder, journal};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

/// As what a bag is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A folder.
    Folder,
    /// One zip file with the folder in it.
    Zip,
}

/// How far writing a bag is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Files written.
    pub done: usize,
    /// Of how many.
    pub of: usize,
    /// The one that comes now.
    pub name: String,
}

/// A bag that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Where.
    pub path: PathBuf,
    /// SHA-256 of the zip, or of the folder's `tagmanifest-sha256.txt`, which seals all other files.
    pub sha256: String,
    /// Bytes of all files.
    pub bytes: u64,
    /// How many files.
    pub files: usize,
}

/// Where the bytes of a file in the bag are.
enum Content {
    Made(Vec<u8>),
    Kept { path: PathBuf, sha256: String },
}

/// Writes the bag of an assessment. It appears under its name only when it is complete, and never over something that is there.
///
/// # Errors
/// Where a file that belongs to the assessment is missing or was changed, something is at the target, or it can't be written.
pub fn bag(material: &Material, target: &Path, form: Form, progress: &dyn Fn(Step)) -> Result<Written, ExportError> {
    if target.exists() {
        return Err(ExportError::Exists(target.to_owned()));
    }
    let payload = payload(material)?;
    let parent = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(ExportError::io(parent))?;
    match form {
        Form::Folder => {
            let temporary = tempfile::Builder::new().prefix(".kassay-bag-").tempdir_in(parent).map_err(ExportError::io(parent))?;
            let mut sink = FolderSink { root: temporary.path().join("bag"), target };
            let (sha256, bytes, files) = fill(material, payload, &mut sink, progress)?;
            fs::rename(&sink.root, target).map_err(ExportError::io(target))?;
            Ok(Written { path: target.to_owned(), sha256, bytes, files })
        }
        Form::Zip => {
            let file = tempfile::Builder::new().prefix(".kassay-bag-").tempfile_in(parent).map_err(ExportError::io(parent))?;
            let top = target.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_else(|| "bag".to_owned());
            let mut sink = ZipSink { zip: ZipWriter::new(Calm::new(file)), top, target };
            let (_, bytes, files) = fill(material, payload, &mut sink, progress)?;
            let mut file = sink.zip.finish().map_err(|e| ExportError::io(target)(e.into()))?.inner;
            let sha256 = file.rewind().and_then(|()| digest_of(&mut file)).map_err(ExportError::io(target))?;
            file.as_file().sync_all().map_err(ExportError::io(target))?;
            file.persist_noclobber(target).map_err(|e| ExportError::io(target)(e.error))?;
            Ok(Written { path: target.to_owned(), sha256, bytes, files })
        }
    }
}

/// Every file under `data/`, in the order of names.
fn payload(material: &Material) -> Result<BTreeMap<String, Content>, ExportError> {
    let mut files = BTreeMap::new();
    let mut made = |name: String, bytes: Vec<u8>| files.insert(format!("data/{name}"), Content::Made(bytes));
    made(folder::WORKBOOK.into(), material.text.clone().into_bytes());
    made(folder::JOURNAL.into(), material.journal_text.clone());
    made("report.html".into(), report_html(material)?.into_bytes());
    for table in tables(material) {
        made(format!("{}.csv", table.name), csv(&table).into_bytes());
    }
    for (reference, names) in populations(&material.workbook) {
        made(format!("populations/{}.txt", file_name(reference)), names.into_bytes());
    }
    for (key, assessment) in &material.assessments {
        made(format!("assessment-{}.json", file_name(key)), json::assessment_json(assessment)?.into_bytes());
    }
    for subject in material.pictures.keys().filter_map(|key| material.picture(key)) {
        let name = format!("segmentation-{}", file_name(subject.name));
        made(format!("{name}.svg"), svg(subject, Dress::Alone).into_bytes());
        made(format!("{name}.dot"), dot(subject).into_bytes());
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
    Ok(files)
}

/// A cluster's key as part of a file name.
fn file_name(key: &str) -> String {
    key.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' }).collect()
}

/// Puts all files into a sink: the payload, then what BagIt wants about it. Gives the digest of the tag manifest, bytes and files.
fn fill(
    material: &Material,
    payload: BTreeMap<String, Content>,
    sink: &mut dyn Sink,
    progress: &dyn Fn(Step),
) -> Result<(String, u64, usize), ExportError> {
    let of = payload.len() + 6;
    let (mut manifest, mut octets, mut streams) = (String::new(), 0, 0);
    for (name, content) in payload {
        progress(Step { done: streams, of, name: name.clone() });
        let (sha256, size) = match content {
            Content::Made(bytes) => sink.put(&name, &mut bytes.as_slice(), Path::new(&name))?,
            Content::Kept { path, sha256 } => {
                if !path.is_file() {
                    return Err(ExportError::Missing(path));
                }
                let mut file = File::open(&path).map_err(ExportError::io(&path))?;
                let (found, size) = sink.put(&name, &mut file, &path)?;
                if found != sha256 {
                    return Err(ExportError::Altered { path, found });
                }
                (found, size)
            }
        };
        manifest.push_str(&format!("{sha256}  {}\n", encode(&name)));
        octets += size;
        streams += 1;
    }
    let tags = [
        ("README.txt", readme(material)),
        ("bag-info.txt", bag_info(material, octets, streams)),
        ("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".to_owned()),
        ("manifest-sha256.txt", manifest),
    ];
    let (mut sealed, mut bytes, mut done) = (String::new(), octets, streams);
    for (name, text) in tags {
        progress(Step { done, of, name: name.to_owned() });
        let (sha256, size) = sink.put(name, &mut text.as_bytes(), Path::new(name))?;
        sealed.push_str(&format!("{sha256}  {name}\n"));
        (bytes, done) = (bytes + size, done + 1);
    }
    let (_, size) = sink.put("tagmanifest-sha256.txt", &mut sealed.as_bytes(), Path::new("tagmanifest-sha256.txt"))?;
    Ok((journal::digest(sealed.as_bytes()), bytes + size, done + 1))
}

/// RFC 8493, 2.1.3: line breaks and the percent sign are encoded in manifests.
fn encode(name: &str) -> String {
    name.replace('%', "%25").replace('\n', "%0A").replace('\r', "%0D")
}

fn bag_info(material: &Material, octets: u64, streams: usize) -> String {
    let book = &material.workbook;
    let one_line = |text: &str| kassay_core::model::text::clean(text).trim().to_owned();
    let mut info = Vec::new();
    let mut tell = |label: &str, value: String| {
        if !value.is_empty() {
            info.push(format!("{label}: {value}"));
        }
    };
    tell("Source-Organization", one_line(&book.engagement.company));
    tell("Contact-Name", one_line(&book.engagement.assessors.join(", ")));
    let title = format!("{} {}", book.engagement.entity, book.engagement.period);
    tell("External-Description", one_line(&format!("Assessment of containers and container orchestration: {title}")));
    for cluster in &book.clusters {
        let uid = if cluster.uid.is_empty() { "uid not known" } else { &cluster.uid };
        tell("External-Identifier", one_line(&format!("cluster {} {uid}", cluster.key)));
    }
    tell("Bagging-Date", Moment(material.now).to_string().chars().take(10).collect());
    tell("Bag-Software-Agent", format!("kassay {}", env!("CARGO_PKG_VERSION")));
    tell("Kassay-Catalogue", material.guidance.digest.clone());
    tell("Kassay-Exported-At", Moment(material.now).to_string());
    tell("Payload-Oxum", format!("{octets}.{streams}"));
    info.push(String::new());
    info.join("\n")
}

fn readme(material: &Material) -> String {
    let book = &material.workbook;
    let title = kassay_core::model::text::clean(format!("{} {}", book.engagement.entity, book.engagement.period).trim());
    format!(
        "\
{title}
Assessment of containers and container orchestration, written by Kassay {version}, {at}

What is in here
  data/report.html             the report: open it in a browser, or print it
  data/findings.csv            every finding of every check
  data/evidence-register.csv   the register of evidence; the files are in data/evidence, named by their SHA-256
  data/evidence-*.csv          the same by kind, as a report on compliance lists it: documents, interviews, observations, systems
  data/remediations.csv        what was found wrong and mended, and who tested again
  data/practices.csv, questions.csv   what is determined, proposed and answered, a line for each cluster
  data/exceptions.csv, scope.csv      what is excepted until when, and the category of each namespace
  data/determinations.csv      what was determined of each practice, what was proposed, who prepared it and who accepted it
  data/compensating-controls.csv, customized-approaches.csv, risk-analyses.csv, second-person.csv
                               worksheets, controls matrices, targeted risk analyses, the review by a second person; each where there is any
  data/samples.csv, data/sample-items.csv   sample sets, and what each of their items showed
  data/populations/*.txt       the names from which a sample was drawn; docs/sampling.md of Kassay tells how to draw it again
  data/requests.csv            what was asked for, and how it stands
  data/workbook.toml           the assessment itself: scope, answers, determinations, outcomes
  data/journal.jsonl           who changed what, and when; each line holds the digest of the line before
  data/assessment-*.json       what the checks say of each cluster, for programs
  data/segmentation-*          who may connect to whom in each cluster: a picture (.svg), and the same for Graphviz (.dot)
  data/findings, data/snapshots   what was read of each cluster, without secrets; `kassay assess --from` judges a snapshot again

Whether it is whole
  kassay verify PATH           checks all digests, the journal, and that the workbook is what the journal says
  sha256sum -c manifest-sha256.txt tagmanifest-sha256.txt      (in this folder) checks the digests alone
  Any BagIt program (RFC 8493) checks them, too.
  tagmanifest-sha256.txt seals everything else: write its SHA-256 down where nobody can change it.

To go on with the assessment, copy the folder data to another place and open the copy: `kassay COPY`.
The guidance that this follows adds no requirement to PCI DSS.
",
        version = env!("CARGO_PKG_VERSION"),
        at = Moment(material.now),
    )
}

/// Where files go.
trait Sink {
    /// Writes a file that is read from a path, and gives its SHA-256 and its length.
    fn put(&mut self, name: &str, content: &mut dyn Read, from: &Path) -> Result<(String, u64), ExportError>;
}

struct FolderSink<'a> {
    root: PathBuf,
    /// What it becomes: errors of writing name it, and not the place where it is made.
    target: &'a Path,
}

impl Sink for FolderSink<'_> {
    fn put(&mut self, name: &str, content: &mut dyn Read, from: &Path) -> Result<(String, u64), ExportError> {
        let path = self.root.join(name);
        let folder = path.parent().unwrap_or(&self.root);
        fs::create_dir_all(folder).map_err(ExportError::io(self.target))?;
        let mut file = File::create(&path).map_err(ExportError::io(self.target))?;
        let done = copy(content, &mut file).map_err(|fault| fault.named(from, self.target))?;
        file.sync_all().map_err(ExportError::io(self.target))?;
        Ok(done)
    }
}

struct ZipSink<'a, W: Write + Seek> {
    zip: ZipWriter<W>,
    top: String,
    /// What it becomes.
    target: &'a Path,
}

impl<W: Write + Seek> Sink for ZipSink<'_, W> {
    fn put(&mut self, name: &str, content: &mut dyn Read, from: &Path) -> Result<(String, u64), ExportError> {
        // The same time and rights for all files, and large ones allowed: the bytes depend on the content alone.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644)
            .large_file(true);
        self.zip.start_file(format!("{}/{name}", self.top), options).map_err(|e| ExportError::io(self.target)(e.into()))?;
        copy(content, &mut self.zip).map_err(|fault| fault.named(from, self.target))
    }
}

/// What a zip is written into. After an error it takes everything and keeps nothing: a zip that is given up is brought to an end all the same, and would
/// say on the screen that it could not be.
struct Calm<W> {
    inner: W,
    failed: bool,
    /// Where it stands, and where its end is, as far as whoever writes knows.
    at: u64,
    end: u64,
}

impl<W> Calm<W> {
    const fn new(inner: W) -> Self {
        Self { inner, failed: false, at: 0, end: 0 }
    }

    fn move_to(&mut self, at: u64) {
        (self.at, self.end) = (at, self.end.max(at));
    }
}

impl<W: Write> Write for Calm<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = if self.failed { Ok(bytes.len()) } else { self.inner.write(bytes) };
        match written {
            Ok(bytes) => self.move_to(self.at + bytes as u64),
            Err(ref error) => self.failed = error.kind() != io::ErrorKind::Interrupted,
        }
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.failed { Ok(()) } else { self.inner.flush() }
    }
}

impl<W: Seek> Seek for Calm<W> {
    fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
        let at = match to {
            _ if !self.failed => self.inner.seek(to)?,
            io::SeekFrom::Start(at) => at,
            io::SeekFrom::Current(by) => self.at.saturating_add_signed(by),
            io::SeekFrom::End(by) => self.end.saturating_add_signed(by),
        };
        self.move_to(at);
        Ok(at)
    }
}

/// On which side copying failed.
enum Fault {
    Reading(io::Error),
    Writing(io::Error),
}

impl Fault {
    fn named(self, from: &Path, to: &Path) -> ExportError {
        match self {
            Self::Reading(error) => ExportError::io(from)(error),
            Self::Writing(error) => ExportError::io(to)(error),
        }
    }
}

fn copy(from: &mut dyn Read, to: &mut dyn Write) -> Result<(String, u64), Fault> {
    let (mut hash, mut size, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 16]);
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok((hex(hash), size)),
            Ok(read) => {
                hash.update(&buffer[..read]);
                to.write_all(&buffer[..read]).map_err(Fault::Writing)?;
                size += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(Fault::Reading(error)),
        }
    }
}

pub(super) fn digest_of(from: &mut dyn Read) -> io::Result<String> {
    copy(from, &mut io::sink()).map(|(sha256, _)| sha256).map_err(|(Fault::Reading(error) | Fault::Writing(error))| error)
}

fn hex(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

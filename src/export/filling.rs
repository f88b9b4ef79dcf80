//! Writes a bag: each file with its digests into a folder or a zip, then the manifests, then the whole under its name.

use super::algorithm::Algorithm;
use super::beside::Beside;
use super::encrypt::Recipients;
use super::manifest::encoded;
use super::payload::{Content, payload};
use super::progress::{Progress, Step, Written, strides};
use super::settling::Settling;
use super::sink::{Calm, FolderSink, Put, Sink, ZipSink};
use super::through::{Copied, Heard, copy, make};
use super::{ExportError, Material, tags, zipped};
use kassay_core::workbook::folder;
use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::ops::ControlFlow;
use std::path::Path;
use tempfile::NamedTempFile;
use zip::ZipWriter;

/// A bag that is being written.
pub(super) struct Filling<'a> {
    material: &'a Material,
    algorithms: Vec<Algorithm>,
    progress: &'a Progress<'a>,
    /// What it becomes.
    target: &'a Path,
    /// How many files there will be.
    of: usize,
    done: usize,
    bytes: u64,
}

impl<'a> Filling<'a> {
    pub(super) fn of(material: &'a Material, target: &'a Path, sha512: bool, progress: &'a Progress<'a>) -> Self {
        let algorithms = if sha512 { vec![Algorithm::Sha256, Algorithm::Sha512] } else { vec![Algorithm::Sha256] };
        Self { material, algorithms, progress, target, of: 0, done: 0, bytes: 0 }
    }

    /// As a folder.
    pub(super) fn folder(&mut self, beside: &Beside) -> Result<Written, ExportError> {
        let target = self.target;
        let settling = Settling::start().map_err(ExportError::io(target))?;
        let mut sink = FolderSink { root: beside.made(), target, settling: &settling };
        let sha256 = self.fill(&mut sink)?;
        let made = sink.root;
        settling.finish().map_err(ExportError::io(target))?;
        self.ending()?;
        fs::rename(made, target).map_err(ExportError::io(target))?;
        Ok(self.written(sha256))
    }

    /// As a zip.
    pub(super) fn zip(&mut self, beside: &Beside) -> Result<Written, ExportError> {
        let target = self.target;
        let file = beside.file().map_err(ExportError::io(target))?;
        let settling = Settling::start().map_err(ExportError::io(target))?;
        self.fill_zip(settling.ahead(file.as_file()).map_err(ExportError::io(target))?)?;
        self.named(file, settling)
    }

    /// The zip itself is written where the assessment lies in clear already, under no name; at the target is only what is encrypted.
    pub(super) fn encrypted(&mut self, beside: &Beside, recipients: &Recipients) -> Result<Written, ExportError> {
        let (dir, target) = (&self.material.dir, self.target);
        let mut clear = self.fill_zip(tempfile::tempfile_in(dir).map_err(ExportError::io(dir))?)?;
        clear.rewind().map_err(ExportError::io(target))?;
        let file = beside.file().map_err(ExportError::io(target))?;
        let settling = Settling::start().map_err(ExportError::io(target))?;
        let mut sealed = settling.ahead(file.as_file()).map_err(ExportError::io(target))?;
        let name = name_of(target);
        recipients.encrypt(&mut clear, &mut sealed, &mut self.hearing(&name)).map_err(|fault| fault.named(dir, target))?;
        drop(sealed);
        self.named(file, settling)
    }

    /// Gives a file that is whole its name, after its bytes are on disk; meanwhile its digest is taken.
    fn named(&mut self, file: NamedTempFile, settling: Settling) -> Result<Written, ExportError> {
        let target = self.target;
        let whole = || -> io::Result<File> {
            settling.settle(file.as_file().try_clone()?);
            // Read by a handle of its own: where a handle stands, its clones stand.
            File::open(file.path())
        };
        let sha256 = self.sealed(&mut whole().map_err(ExportError::io(target))?)?;
        settling.finish().map_err(ExportError::io(target))?;
        self.ending()?;
        file.persist_noclobber(target).map_err(|e| ExportError::io(target)(e.error))?;
        Ok(self.written(sha256))
    }

    /// The last moment at which it can be stopped.
    fn ending(&self) -> Result<(), ExportError> {
        if (self.progress)(self.step(&name_of(self.target), 0)).is_break() { Err(ExportError::Cancelled) } else { Ok(()) }
    }

    fn written(&self, sha256: String) -> Written {
        Written { path: self.target.to_owned(), sha256, bytes: self.bytes, files: self.done }
    }

    fn fill_zip<W: Write + Seek>(&mut self, file: W) -> Result<W, ExportError> {
        let target = self.target;
        // The name of the zip may be one that is not to be told.
        let top = if self.material.redacted.is_some() { "redacted".to_owned() } else { top_of(target) };
        let mut sink = ZipSink { zip: ZipWriter::new(Calm::new(file)), top, target };
        self.fill(&mut sink)?;
        Ok(sink.zip.finish().map_err(|e| ExportError::io(target)(e.into()))?.inner)
    }

    /// SHA-256 of what was written.
    fn sealed(&self, file: &mut dyn Read) -> Result<String, ExportError> {
        let target = self.target;
        let name = name_of(target);
        // What was written once is not counted twice.
        let mut heard = strides(|_| (self.progress)(self.step(&name, 0)));
        let copied = copy(file, &mut io::sink(), &[Algorithm::Sha256], &mut heard).map_err(|fault| fault.named(target, target))?;
        Ok(copied.digests.into_iter().collect())
    }

    /// Puts all files into a sink: the payload, then what BagIt wants about it. The digest of the tag manifest.
    fn fill(&mut self, sink: &mut dyn Sink) -> Result<String, ExportError> {
        let payload = payload(self.material);
        let of_tags = 5 + self.algorithms.len();
        self.of = payload.len() + of_tags + self.algorithms.len();
        let mut manifests = vec![String::new(); self.algorithms.len()];
        for (name, content) in payload {
            let digests = match content {
                Content::Made(make) => self.made(sink, &name, &|to| make(self.material, to))?,
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
            let digests = self.made(sink, &name, &|to| to.write_all(text.as_bytes()).map_err(ExportError::Output))?;
            list(&mut seals, &digests, &name);
        }
        let mut seal = String::new();
        for (id, text) in ids.into_iter().zip(seals) {
            let name = format!("tagmanifest-{id}.txt");
            let digests = self.made(sink, &name, &|to| to.write_all(text.as_bytes()).map_err(ExportError::Output))?;
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
        let target = self.target;
        let digests = self.put(sink, name, &|to, algorithms, heard| {
            let mut file = File::open(path).map_err(ExportError::io(path))?;
            copy(&mut file, to, algorithms, heard).map_err(|fault| fault.named(path, target))
        })?;
        match digests.first() {
            Some(found) if *found == sha256 => Ok(digests),
            found => Err(ExportError::Altered { path: path.to_owned(), found: found.cloned().unwrap_or_default() }),
        }
    }

    /// A file that is made when it is written.
    fn made(
        &mut self,
        sink: &mut dyn Sink,
        name: &str,
        making: &dyn Fn(&mut dyn Write) -> Result<(), ExportError>,
    ) -> Result<Vec<String>, ExportError> {
        let target = self.target;
        self.put(sink, name, &|to, algorithms, heard| make(to, target, algorithms, heard, &mut |to| making(to)))
    }

    fn put(&mut self, sink: &mut dyn Sink, name: &str, writing: &Writing<'_>) -> Result<Vec<String>, ExportError> {
        if (self.progress)(self.step(name, 0)).is_break() {
            return Err(ExportError::Cancelled);
        }
        let put = Put { name, packs: packs(name), runs: name == tags::SCRIPT_NAME };
        let copied = sink.put(put, &mut |to| writing(to, &self.algorithms, &mut self.hearing(name)))?;
        self.bytes += copied.size;
        self.done += 1;
        Ok(copied.digests)
    }

    fn step(&self, name: &str, within: u64) -> Step {
        Step { done: self.done, of: self.of, bytes: self.bytes + within, name: name.to_owned() }
    }

    /// Hears pages of a file, and tells of them.
    fn hearing<'b>(&'b self, name: &'b str) -> impl FnMut(u64) -> ControlFlow<()> + 'b {
        strides(move |within| (self.progress)(self.step(name, within)))
    }
}

/// Writes the bytes of a file, with their digests and somebody who hears of them.
type Writing<'a> = dyn Fn(&mut dyn Write, &[Algorithm], &mut Heard<'_>) -> Result<Copied, ExportError> + 'a;

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

/// The name of what is written, for whoever waits for it.
fn name_of(target: &Path) -> String {
    target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The folder in a zip, after the name of the zip.
fn top_of(target: &Path) -> String {
    let name = name_of(target);
    let stem = [".age", ".zip"].iter().fold(name.as_str(), |name, end| name.strip_suffix(end).unwrap_or(name));
    let plain: String = stem.chars().map(|c| if c.is_control() || matches!(c, '/' | '\\' | ':') { '-' } else { c }).collect();
    if zipped::leads_elsewhere(&plain).is_some() { "bag".to_owned() } else { plain }
}

//! Whether a bag or the folder of an assessment is whole: digests, journal, workbook, evidence. Each fault is told; nothing is written, and
//! nothing of a zip is unpacked onto the disk.

use super::tree::{FolderTree, Tree, ZipTree, safe};
use crate::config::said;
use kassay_core::workbook::staged::Staged;
use kassay_core::workbook::{Journal, Moment, Workbook, folder, journal};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// What was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A bag, as a folder.
    Bag,
    /// A bag in a zip.
    BagZip,
    /// The folder of an assessment.
    Workbook,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What it is.
    pub what: What,
    /// Entity and period, where the workbook can be read.
    pub title: String,
    /// How many files were looked at.
    pub files: usize,
    /// How many lines the journal has.
    pub edits: usize,
    /// SHA-256 that seals it: of the tag manifest of a bag, of the workbook of a folder.
    pub seal: String,
    /// What is wrong; nothing for what is whole.
    pub faults: Vec<String>,
    /// What is odd and no fault.
    pub remarks: Vec<String>,
    /// Whether an edit was interrupted that is completed when the folder is opened.
    pub to_complete: bool,
}

impl Verified {
    /// What is known before anything was read: how many files there are, and what is wrong with them as such.
    fn of(tree: &dyn Tree, what: What) -> Self {
        Self {
            what,
            title: String::new(),
            files: tree.names().len(),
            edits: 0,
            seal: String::new(),
            faults: tree.faults().to_vec(),
            remarks: vec![],
            to_complete: false,
        }
    }

    /// Whether it is whole.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.faults.is_empty()
    }
}

/// Why something could not even be looked at.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It is nothing that this program writes.
    #[error("{} is neither a bag nor the folder of an assessment", .0.display())]
    Unknown(PathBuf),
    /// It can't be read.
    #[error("{}: {}", path.display(), said(source))]
    Io {
        /// What.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The zip can't be used.
    #[error("{}: {message}", path.display())]
    Zip {
        /// The zip.
        path: PathBuf,
        /// Why not.
        message: String,
    },
}

/// Verifies a bag (folder or zip) or the folder of an assessment.
///
/// # Errors
/// Where it is neither, or can't be read at all.
pub fn verify(path: &Path) -> Result<Verified, VerifyError> {
    let (mut tree, what) = open(path)?;
    Ok(verify_tree(&mut *tree, what))
}

/// Verifies what was opened.
pub(super) fn verify_tree(tree: &mut dyn Tree, what: What) -> Verified {
    if what == What::Workbook { workbook_folder(tree) } else { bag(tree, what) }
}

/// Opens a bag (folder or zip) or the folder of an assessment.
pub(super) fn open(path: &Path) -> Result<(Box<dyn Tree>, What), VerifyError> {
    let (tree, is_folder) = files(path)?;
    let is_bag = tree.names().contains("bagit.txt");
    let ours = |name: &String| [folder::WORKBOOK, folder::PREVIOUS, folder::JOURNAL].contains(&name.as_str()) || folder::is_next(name);
    match (is_folder, is_bag) {
        (true, true) => Ok((tree, What::Bag)),
        (true, false) if tree.names().iter().any(ours) => Ok((tree, What::Workbook)),
        // A zip that can't be vouched for is told as one.
        (false, _) if is_bag || !tree.faults().is_empty() => Ok((tree, What::BagZip)),
        _ => Err(VerifyError::Unknown(path.to_owned())),
    }
}

/// The files of a folder or a zip, and whether it is a folder.
fn files(path: &Path) -> Result<(Box<dyn Tree>, bool), VerifyError> {
    let unreadable = |source| VerifyError::Io { path: path.to_owned(), source };
    if fs::metadata(path).map_err(unreadable)?.is_dir() {
        return Ok((Box::new(FolderTree::open(path).map_err(unreadable)?), true));
    }
    let file = File::open(path).map_err(unreadable)?;
    let tree = ZipTree::open(file).map_err(|message| VerifyError::Zip { path: path.to_owned(), message })?;
    Ok((Box::new(tree), false))
}

/// Whether something looks like the folder or bag of an assessment, whole or not.
#[must_use]
pub fn holds_assessment(path: &Path) -> bool {
    if path.is_dir() {
        return path.join("bagit.txt").is_file() || path.join(folder::WORKBOOK).is_file();
    }
    File::open(path).ok().and_then(|file| ZipTree::open(file).ok()).is_some_and(|tree| tree.names().contains("bagit.txt"))
}

/// The text of the workbook in a bag (folder or zip) or the folder of an assessment.
///
/// # Errors
/// Where it is neither, or can't be read.
pub fn workbook_text(path: &Path) -> Result<Vec<u8>, VerifyError> {
    let (mut tree, _) = files(path)?;
    let unreadable = |fault| VerifyError::Io { path: path.to_owned(), source: io::Error::other(fault) };
    if tree.names().contains("bagit.txt") {
        return tree.bytes(&format!("data/{}", folder::WORKBOOK)).map_err(unreadable);
    }
    let found = tree.bytes(folder::WORKBOOK);
    let digest = found.as_deref().map_or_else(|_| String::new(), journal::digest);
    let mut looked = Verified::of(tree.as_mut(), What::Workbook);
    match staged(tree.as_mut(), &digest, &mut looked) {
        Some((_, text)) => Ok(text),
        None => found.map_err(unreadable),
    }
}

fn bag(tree: &mut dyn Tree, what: What) -> Verified {
    let mut verified = Verified::of(tree, what);
    declaration(tree, &mut verified.faults);
    let listed = manifest(tree, "manifest-sha256.txt", &mut verified.faults);
    let tags = manifest(tree, "tagmanifest-sha256.txt", &mut verified.faults);
    verified.seal = tree.digest("tagmanifest-sha256.txt").unwrap_or_default();
    for name in tree.names().clone() {
        let known = if name.starts_with("data/") {
            listed.contains_key(&name)
        } else {
            tags.contains_key(&name) || name == "tagmanifest-sha256.txt"
        };
        if !known {
            verified.faults.push(format!("{name}: is in no manifest"));
        }
    }
    for (name, digest) in listed.iter().chain(&tags) {
        if !tree.names().contains(name) {
            verified.faults.push(format!("{name}: is missing"));
            continue;
        }
        match tree.digest(name) {
            Ok(found) if found == *digest => {}
            Ok(_) => verified.faults.push(format!("{name}: was changed, its SHA-256 is not the one in the manifest")),
            Err(fault) => verified.faults.push(fault),
        }
    }
    oxum(tree, &listed, &mut verified.faults);
    match tree.bytes(&format!("data/{}", folder::WORKBOOK)) {
        Ok(bytes) => {
            journal_faults(tree, &format!("data/{}", folder::JOURNAL), &journal::digest(&bytes), &mut verified);
            contents(tree, "data/", &bytes, &mut verified);
        }
        Err(fault) => verified.faults.push(fault),
    }
    verified
}

fn workbook_folder(tree: &mut dyn Tree) -> Verified {
    let mut verified = Verified::of(tree, What::Workbook);
    let workbook = tree.names().contains(folder::WORKBOOK).then(|| tree.bytes(folder::WORKBOOK));
    let workbook = match workbook {
        Some(Err(fault)) => {
            verified.faults.push(fault);
            return verified;
        }
        Some(Ok(bytes)) => Some(bytes),
        None => None,
    };
    let found = workbook.as_deref().map_or_else(String::new, journal::digest);
    let (bytes, last) = match (staged(tree, &found, &mut verified), workbook) {
        // The journal speaks of the state before, because the edit's line was not written any more.
        (Some((Staged::Unnamed, bytes)), _) => (bytes, Some(found).filter(|found| !found.is_empty())),
        (Some((_, bytes)), _) | (None, Some(bytes)) => {
            let digest = journal::digest(&bytes);
            (bytes, Some(digest))
        }
        (None, None) => {
            lost(tree, &mut verified);
            return verified;
        }
    };
    verified.seal = journal::digest(&bytes);
    if let Some(last) = last {
        journal_faults(tree, folder::JOURNAL, &last, &mut verified);
    }
    contents(tree, "", &bytes, &mut verified);
    for name in tree.names().iter().filter(|name| name.rsplit('/').next().is_some_and(|name| name.starts_with(".kassay-"))) {
        verified.remarks.push(format!("{name}: was left by an interruption; it is removed when the assessment is opened"));
    }
    if tree.names().contains(folder::DRAFTS) {
        verified.remarks.push(format!("{}: was typed and not saved; it is no part of the assessment", folder::DRAFTS));
    }
    verified
}

/// The text that opening the folder would put in the workbook's place, where an edit was interrupted.
fn staged(tree: &mut dyn Tree, workbook: &str, verified: &mut Verified) -> Option<(Staged, Vec<u8>)> {
    let names: Vec<String> = tree.names().iter().filter(|name| folder::is_next(name)).cloned().collect();
    let journal = tree.bytes(folder::JOURNAL).map(|bytes| Journal::read(&bytes)).unwrap_or_default();
    let (mut completed, mut stray) = (None::<(Staged, Vec<u8>)>, vec![]);
    for name in names {
        let Ok(text) = tree.bytes(&name) else { continue };
        let state = Staged::of(&journal, &name, &text, workbook);
        let named = matches!(state, Staged::Named { .. });
        if state.is_completed() && completed.as_ref().is_none_or(|(before, _)| named && *before == Staged::Unnamed) {
            completed = Some((state, text));
        } else {
            stray.push(name);
        }
    }
    let aside = |name: String| format!("{name}: was not made from what was accepted last; it is set aside when the assessment is opened");
    verified.remarks.extend(stray.into_iter().map(aside));
    let (state, text) = completed?;
    verified.to_complete = true;
    verified.remarks.push("an edit was interrupted; it is completed when the assessment is opened".into());
    if state == (Staged::Named { changed_meanwhile: true }) {
        verified.faults.push("the workbook was changed outside Kassay after an edit was interrupted; its text is kept aside then".into());
    }
    Some((state, text))
}

/// Tells of an assessment without its workbook.
fn lost(tree: &mut dyn Tree, verified: &mut Verified) {
    let journal = tree.bytes(folder::JOURNAL).map(|bytes| Journal::read(&bytes)).unwrap_or_default();
    verified.edits = journal.lines.len();
    let copy = tree.names().contains(folder::PREVIOUS).then(|| tree.bytes(folder::PREVIOUS)).and_then(Result::ok);
    let offer = copy.filter(|bytes| std::str::from_utf8(bytes).is_ok_and(|text| Workbook::parse(text).is_ok())).map(|bytes| {
        let state =
            journal.line_of(&journal::digest(&bytes)).map(|line| format!(" (as it was after edit {} of {})", line.n, journal.lines.len()));
        format!("; the copy from before the last edit, {}, can be read{}", folder::PREVIOUS, state.unwrap_or_default())
    });
    verified.faults.push(format!("{}: is missing{}", folder::WORKBOOK, offer.unwrap_or_default()));
}

/// RFC 8493, 2.1.1.
fn declaration(tree: &mut dyn Tree, faults: &mut Vec<String>) {
    match tree.bytes("bagit.txt") {
        Ok(bytes) if bytes == b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n" => {}
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
            if lines != ["BagIt-Version: 1.0", "Tag-File-Character-Encoding: UTF-8"] {
                faults.push("bagit.txt: does not declare a bag of version 1.0 in UTF-8".into());
            }
        }
        Err(fault) => faults.push(fault),
    }
}

/// Reads a manifest: names with their digests.
fn manifest(tree: &mut dyn Tree, name: &str, faults: &mut Vec<String>) -> BTreeMap<String, String> {
    let mut listed = BTreeMap::new();
    let bytes = match tree.bytes(name) {
        Ok(bytes) => bytes,
        Err(fault) => {
            faults.push(fault);
            return listed;
        }
    };
    for (number, line) in String::from_utf8_lossy(&bytes).lines().enumerate() {
        let parts =
            line.split_once([' ', '\t']).map(|(digest, file)| (digest.to_ascii_lowercase(), file.trim_start_matches([' ', '\t', '*'])));
        match parts {
            Some((digest, file)) if folder::is_digest(&digest) && safe(file).is_some() => {
                if listed.insert(decode(file), digest).is_some() {
                    faults.push(format!("{name}: names {file} twice"));
                }
            }
            _ => faults.push(format!("{name}: line {} is no digest with a path inside the bag", number + 1)),
        }
    }
    listed
}

fn decode(name: &str) -> String {
    name.replace("%0A", "\n").replace("%0a", "\n").replace("%0D", "\r").replace("%0d", "\r").replace("%25", "%")
}

/// Payload-Oxum of bag-info.txt: bytes and files of the payload.
fn oxum(tree: &mut dyn Tree, listed: &BTreeMap<String, String>, faults: &mut Vec<String>) {
    let Ok(bytes) = tree.bytes("bag-info.txt") else { return };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let Some(told) = text.lines().find_map(|line| line.strip_prefix("Payload-Oxum:")).map(str::trim) else { return };
    let mut octets = 0;
    for name in listed.keys() {
        octets += tree.open_file(name).and_then(|mut file| io::copy(&mut file, &mut io::sink())).unwrap_or(0);
    }
    if told != format!("{octets}.{}", listed.len()) {
        faults.push(format!("bag-info.txt: tells a payload of {told}, and there is {octets}.{}", listed.len()));
    }
}

/// A workbook, and the files that it names.
fn contents(tree: &mut dyn Tree, base: &str, bytes: &[u8], verified: &mut Verified) {
    let at = |name: &str| format!("{base}{name}");
    let workbook = match Workbook::parse(&String::from_utf8_lossy(bytes)) {
        Ok(workbook) => workbook,
        Err(error) => return verified.faults.push(format!("{}: {error}", at(folder::WORKBOOK))),
    };
    verified.title = format!("{} {}", workbook.engagement.entity, workbook.engagement.period).trim().to_owned();
    let mut named: Vec<(Option<String>, String, String)> = Vec::new();
    for c in &workbook.clusters {
        named.push((folder::snapshot(&c.snapshot), c.snapshot.clone(), format!("the snapshot of {}", c.key)));
        named.push((folder::findings(&c.findings), c.findings.clone(), format!("the findings of {}", c.key)));
    }
    named.extend(workbook.evidence.iter().map(|e| (folder::evidence(&e.sha256, &e.file), e.sha256.clone(), e.reference.clone())));
    for (name, digest, what) in named.into_iter().filter(|(_, digest, _)| !digest.is_empty()) {
        let Some(name) = name.map(|name| at(&name)) else {
            verified.faults.push(format!("{what}: “{digest}” is no SHA-256"));
            continue;
        };
        if !tree.names().contains(&name) {
            verified.faults.push(format!("{name}: is missing ({what})"));
        } else if tree.digest(&name).is_ok_and(|found| found != digest) {
            verified.faults.push(format!("{name}: is not what its name says ({what})"));
        }
    }
    for practice in workbook.determinations.iter().filter(|d| d.to_confirm).map(|d| &d.practice) {
        verified.remarks.push(format!("the determination of {practice} is to be confirmed: newer outcomes speak against it"));
    }
}

fn journal_faults(tree: &mut dyn Tree, name: &str, workbook: &str, verified: &mut Verified) {
    if !tree.names().contains(name) {
        verified.faults.push(format!("{name}: is missing: nothing shows who changed what"));
        return;
    }
    let journal = match tree.bytes(name) {
        Ok(bytes) => Journal::read(&bytes),
        Err(fault) => return verified.faults.push(fault),
    };
    verified.edits = journal.lines.len();
    verified.faults.extend(journal.faults.iter().map(|fault| format!("{name}: line {} {}", fault.line, fault.what)));
    if journal.torn {
        verified.remarks.push(format!("{name}: its last line is torn, as after an interruption"));
    }
    match (journal.lines.last(), journal.line_of(workbook)) {
        (None, _) => verified.faults.push(format!("{name}: has no line that could be read")),
        (Some(last), _) if last.workbook == workbook => {}
        (Some(last), Some(line)) => verified.faults.push(format!("the workbook is as it was after edit {} of {}", line.n, last.n)),
        (Some(last), None) => {
            verified.faults.push(format!("the workbook was changed outside Kassay, after edit {} (“{}”)", last.n, last.what));
        }
    }
    for line in &journal.lines {
        if line.by.is_empty() {
            verified.remarks.push(format!("{name}: edit {} tells of a change that was made outside Kassay", line.n));
        }
        if let Some(clock) = line.clock {
            verified.remarks.push(format!(
                "{name}: edit {} was made while the clock said {}, before the edit above it",
                line.n,
                Moment(clock)
            ));
        }
    }
}

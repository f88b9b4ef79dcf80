//! Whether a bag or the folder of an assessment is whole: digests, journal, workbook, evidence, signatures. Each fault is told; nothing is
//! written, and of a zip nothing is unpacked onto the disk but, for a moment, the signatures that `ssh-keygen` reads.

use super::anew::{self, Snapshots};
use super::bagit;
use super::checked::Bag;
use super::inside::{contents, journal_faults, staged, workbook_folder};
use super::signatures::{self, Judging};
use super::tags::{PROFILE, REDACTED_LABEL};
use super::tree::{FolderTree, Tree};
use super::verified::{Verified, What};
use super::zipped::ZipTree;
use crate::config::said;
use kassay_core::workbook::{folder, journal};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// What is looked at beside digests.
#[derive(Clone, Copy, Debug, Default)]
pub struct Looking<'a> {
    /// By what signatures are judged.
    pub signatures: Judging<'a>,
    /// Reads snapshots, so that what was made from them is made anew and compared; without it nothing is made anew.
    pub snapshots: Option<Snapshots>,
}

/// Why something could not even be looked at.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It is nothing that this program writes.
    #[error("{} is neither a bag nor the folder of an assessment", .0.display())]
    Unknown(PathBuf),
    /// It is encrypted.
    #[error("{} is encrypted, and only who has a key of a recipient can look at it", .0.display())]
    Encrypted(PathBuf),
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
    look(path, &Looking::default())
}

/// The same, looking at more than digests.
///
/// # Errors
/// Where it is neither, or can't be read at all.
pub fn look(path: &Path, looking: &Looking<'_>) -> Result<Verified, VerifyError> {
    let (mut tree, what) = open(path)?;
    Ok(verify_tree(&mut *tree, what, looking))
}

/// Verifies what was opened.
pub(super) fn verify_tree(tree: &mut dyn Tree, what: What, looking: &Looking<'_>) -> Verified {
    if what == What::Workbook { workbook_folder(tree) } else { bag(tree, what, looking) }
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
    let mut file = File::open(path).map_err(unreadable)?;
    if is_encrypted(&mut file) {
        return Err(VerifyError::Encrypted(path.to_owned()));
    }
    let tree = ZipTree::open(file).map_err(|message| VerifyError::Zip { path: path.to_owned(), message })?;
    Ok((Box::new(tree), false))
}

/// Whether a file begins as one that `age` encrypted.
fn is_encrypted(file: &mut File) -> bool {
    let mut begins = Vec::new();
    let read = file.by_ref().take(64).read_to_end(&mut begins);
    read.is_ok() && [&b"age-encryption.org/"[..], b"-----BEGIN AGE ENCRYPTED FILE-----"].iter().any(|start| begins.starts_with(start))
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

fn bag(tree: &mut dyn Tree, what: What, looking: &Looking<'_>) -> Verified {
    let mut verified = Verified::of(tree, what);
    let mut checked = bagit::check(tree);
    verified.faults.extend(std::mem::take(&mut checked.faults).words());
    verified.remarks.append(&mut checked.remarks);
    verified.seal = tree.digest(signatures::SIGNED).unwrap_or_default();
    if is_ours(tree, &checked) {
        assessment(tree, &checked, looking, &mut verified);
    } else {
        verified.remarks.push("it is no bag of Kassay: its digests alone were checked".to_owned());
    }
    let judged = signatures::judge(tree, &looking.signatures);
    verified.faults.extend(judged.faults);
    (verified.signatures, verified.commands) = (judged.signatures, judged.commands);
    verified
}

/// Whether this program wrote a bag, or says that it did.
fn is_ours(tree: &dyn Tree, bag: &Bag) -> bool {
    let by = bag.told("Bag-Software-Agent").is_some_and(|agent| agent.starts_with("kassay "));
    by || bag.told("BagIt-Profile-Identifier") == Some(PROFILE) || tree.names().contains(&format!("data/{}", folder::WORKBOOK))
}

/// What a bag of this program has beyond what BagIt asks: a seal, and an assessment that fits together.
fn assessment(tree: &mut dyn Tree, checked: &Bag, looking: &Looking<'_>, verified: &mut Verified) {
    for name in ["bag-info.txt", "manifest-sha256.txt", signatures::SIGNED] {
        if !tree.names().contains(name) {
            verified.faults.push(format!("{name}: is missing; a bag of Kassay has it"));
        }
    }
    if let Some(what) = checked.told(REDACTED_LABEL) {
        return redacted(tree, what, verified);
    }
    match tree.bytes(&format!("data/{}", folder::WORKBOOK)) {
        Ok(bytes) => {
            journal_faults(tree, &format!("data/{}", folder::JOURNAL), &journal::digest(&bytes), verified);
            contents(tree, "data/", &bytes, &checked.sha256, verified);
            if let Some(snapshots) = looking.snapshots.filter(|_| verified.is_whole()) {
                anew::compare(tree, checked, bytes, snapshots, verified);
            }
        }
        Err(fault) => verified.faults.push(fault),
    }
}

/// A bag with pseudonyms: it must not hold what it says it does not, and of what it holds nothing more can be said than its digests do.
fn redacted(tree: &dyn Tree, what: &str, verified: &mut Verified) {
    if what != "names" {
        verified.faults.push(format!("bag-info.txt: says that “{what}” are redacted, which this version does not know"));
    }
    let rooms = folder::ROOMS.map(|room| format!("data/{room}/"));
    let texts = [folder::WORKBOOK, folder::JOURNAL].map(|name| format!("data/{name}"));
    for name in tree.names().iter().filter(|name| texts.contains(name) || rooms.iter().any(|room| name.starts_with(room))) {
        verified.faults.push(format!("{name}: is in a bag that says it is redacted"));
    }
    if !tree.names().contains("data/left-out.csv") {
        verified.faults.push("data/left-out.csv: is missing; a redacted bag says what it leaves out".to_owned());
    }
    verified.remarks.push("names are redacted: the workbook is not in it, so what was made from it can't be compared".to_owned());
    verified.redacted = true;
}

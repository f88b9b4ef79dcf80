//! Signatures in a bag: each signer's over `tagmanifest-sha256.txt`, which seals all else, in the form of SSHSIG; and the time-stamp of a
//! signature. Checking one is left to `ssh-keygen`, which everybody has; nothing is taken for good that it did not call so.

use super::stamp::{self, LONGEST_ANSWER, Stamp};
use super::tree::Tree;
use crate::config::said;
use crate::sshsig::{Asked, LONGEST, is_signer};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::path::Path;

/// The folder of signatures in a bag.
pub(super) const FOLDER: &str = "signatures";
/// The namespace of signatures: one that was made for something else is none of a bag.
pub(super) const NAMESPACE: &str = "kassay";
/// What is signed.
pub(super) const SIGNED: &str = "tagmanifest-sha256.txt";
/// So many signatures are checked: each starts a program.
const MOST: usize = 100;

/// A signature in a bag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Who signed, as the allowed signers name them.
    pub name: String,
    /// Whether it is good, and whose it is was checked.
    pub state: Signed,
    /// What `ssh-keygen` said of it.
    pub words: String,
    /// The time of its time-stamp, where there is one that fits.
    pub stamped: Option<Timestamp>,
}

/// How a signature stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// It is good, and made with a key that the allowed signers have for this name.
    Known,
    /// It is good; whose key it is was not asked.
    Unknown,
    /// It is not good, or not of whom it says.
    Bad,
    /// It could not be checked.
    Unchecked,
}

/// By what signatures are judged.
#[derive(Clone, Copy, Debug, Default)]
pub struct Judging<'a> {
    /// File of allowed signers, as `ssh-keygen` reads it.
    pub allowed: Option<&'a Path>,
    /// When signatures without a time-stamp were made; today where that is not told.
    pub at: Option<Timestamp>,
}

/// Whether a name is that of a signature, or of what belongs to one. They come after the bag was sealed, so no manifest lists them.
pub(super) fn is_of_signing(name: &str) -> bool {
    parts(name).is_some()
}

/// Who signed, and the ending, of a file of signing.
fn parts(name: &str) -> Option<(&str, &str)> {
    let (signer, ending) = name.strip_prefix(FOLDER)?.strip_prefix('/')?.rsplit_once('.')?;
    (is_signer(signer) && matches!(ending, "sig" | "tsq" | "tsr")).then_some((signer, ending))
}

/// The file of a signer with that ending.
pub(super) fn file(name: &str, ending: &str) -> String {
    format!("{FOLDER}/{name}.{ending}")
}

/// A moment as `ssh-keygen` takes it. With the Z, since times without it are those of wherever one sits.
pub(super) fn compact(time: Timestamp) -> String {
    time.strftime("%Y%m%d%H%M%SZ").to_string()
}

/// What came of the signatures of a bag.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) signatures: Vec<Signature>,
    pub(super) faults: Vec<String>,
    /// Commands that check the same with stock programs, in the folder of the bag.
    pub(super) commands: Vec<String>,
}

/// Judges all signatures of a bag.
pub(super) fn judge(tree: &mut dyn Tree, judging: &Judging<'_>) -> Judged {
    let mut judged = Judged::default();
    let names: Vec<String> = tree.names().iter().filter(|name| name.starts_with(FOLDER)).cloned().collect();
    let sealed = tree.bytes(SIGNED);
    if names.len() > 3 * MOST {
        judged.faults.push(format!("{FOLDER}: holds {} files; more than {MOST} signatures are not checked", names.len()));
        return judged;
    }
    for (name, ending) in names.iter().filter_map(|name| parts(name)) {
        match (ending, &sealed) {
            ("sig", Ok(sealed)) => one(tree, name, sealed, judging, &mut judged),
            ("sig", Err(fault)) => judged.faults.push(fault.clone()),
            _ if !names.contains(&file(name, "sig")) => judged.faults.push(format!("{}: belongs to no signature", file(name, ending))),
            _ => {}
        }
    }
    if judging.allowed.is_some() && judged.signatures.is_empty() {
        judged.faults.push("nobody signed it".to_owned());
    }
    judged
}

fn one(tree: &mut dyn Tree, name: &str, sealed: &[u8], judging: &Judging<'_>, judged: &mut Judged) {
    let path = file(name, "sig");
    let bytes = match tree.bytes_up_to(&path, LONGEST) {
        Ok(bytes) => bytes,
        Err(fault) => return judged.faults.push(fault),
    };
    let stamp = stamp_of(tree, name, &bytes).unwrap_or_else(|fault| {
        judged.faults.push(fault);
        None
    });
    let stamped = stamp.map(|stamp| stamp.time);
    let time = stamped.or(judging.at).map(|time| format!("-Overify-time={}", compact(time)));
    let asked = Asked { namespace: NAMESPACE, name, allowed: judging.allowed, time: time.as_deref() };
    let (state, words) = match asked.run(&bytes, sealed) {
        Err(error) => (Signed::Unchecked, format!("ssh-keygen could not be run: {}", said(&error))),
        Ok((false, words)) => (Signed::Bad, words),
        Ok((true, words)) => (if judging.allowed.is_some() { Signed::Known } else { Signed::Unknown }, words),
    };
    match state {
        Signed::Bad => judged.faults.push(format!("{path}: is no good signature of {name} over {SIGNED}: {words}")),
        Signed::Unchecked if judging.allowed.is_some() => judged.faults.push(format!("{path}: could not be checked: {words}")),
        _ => {}
    }
    let time = time.map_or_else(String::new, |time| format!(" {time}"));
    judged.commands.push(format!("ssh-keygen -Y verify -f ALLOWED_SIGNERS -I {name} -n {NAMESPACE} -s {path}{time} < {SIGNED}"));
    if let Some(time) = stamped {
        let (answer, seconds) = (file(name, "tsr"), time.as_second());
        judged.commands.push(format!("openssl ts -verify -data {path} -in {answer} -CAfile TSA_CERTIFICATES -attime {seconds}"));
    }
    judged.signatures.push(Signature { name: name.to_owned(), state, words, stamped });
}

/// The time-stamp of a signature, where there is one; it must be one of this signature.
fn stamp_of(tree: &mut dyn Tree, name: &str, signature: &[u8]) -> Result<Option<Stamp>, String> {
    let path = file(name, "tsr");
    if !tree.names().contains(&path) {
        return Ok(None);
    }
    let bytes = tree.bytes_up_to(&path, LONGEST_ANSWER)?;
    fitting(&bytes, signature).map(Some).map_err(|why| format!("{path}: {why}"))
}

/// An answer that stamps these bytes.
pub(super) fn fitting(answer: &[u8], stamped: &[u8]) -> Result<Stamp, String> {
    let stamp = stamp::answer(answer)?;
    let fits = stamp.imprint == Sha256::digest(stamped).as_slice();
    if fits { Ok(stamp) } else { Err("it stamps something else than this signature".to_owned()) }
}

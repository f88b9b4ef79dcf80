//! Signs a bag with the signer's own SSH key, and attaches the time-stamp of a signature. The key stays where it is: `ssh-keygen` signs, with
//! a key file, the agent or a hardware key. Nothing but files under `signatures/` is added to the bag.

use super::beside::Beside;
use super::put::put_bytes;
use super::signatures::{FOLDER, NAMESPACE, SIGNED, file, fitting};
use super::stamp;
use super::tree::Tree;
use super::verified::{Verified, What};
use super::verify::{VerifyError, open, verify};
use super::zipped::ZipTree;
use crate::config::said;
use crate::sshsig::{self, NotSigned, is_signer};
use jiff::Timestamp;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// A signature that was added to a bag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Added {
    /// The file of the signature in the bag.
    pub signature: String,
    /// The file of the request for a time-stamp.
    pub request: String,
    /// The folder of the bag within a zip; none for a bag that is a folder.
    pub top: Option<String>,
}

/// Why something was not signed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// It can't be looked at.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// It is not whole.
    #[error("{} is not whole, and is not signed: {fault}", path.display())]
    NotWhole {
        /// The bag.
        path: PathBuf,
        /// What is wrong first.
        fault: String,
    },
    /// It is no bag.
    #[error("{} is the folder of an assessment, which still changes", .0.display())]
    NoBag(PathBuf),
    /// A name that can't be one of a file and of allowed signers.
    #[error("“{0}” can't name a signer")]
    Name(String),
    /// There is such a file already, or none.
    #[error("{name} {what}")]
    Signature {
        /// The file in the bag.
        name: String,
        /// What is wrong with it.
        what: &'static str,
    },
    /// `ssh-keygen` signed nothing.
    #[error("ssh-keygen did not sign: {0}")]
    Keygen(String),
    /// No statement of an assessment, or none that can be signed.
    #[error("{}: {why}", path.display())]
    Statement {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// A key of a kind with which statements are not signed.
    #[error("{} is no key of the kinds Ed25519 and ECDSA on P-256", .0.display())]
    Key(PathBuf),
    /// `openssl` signed nothing.
    #[error("openssl did not sign: {0}")]
    Openssl(String),
    /// An answer that does not fit.
    #[error("{}: {why}", path.display())]
    Answer {
        /// The file.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// It could not be written.
    #[error("{}: {}", path.display(), said(source))]
    Io {
        /// What.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

impl SignError {
    /// What can be done, where there is something to say.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotWhole { .. } => Some("`kassay verify` tells all that is wrong with it."),
            Self::NoBag(_) => Some("`kassay export --format bag-zip` makes what can be signed."),
            Self::Name(_) => {
                Some("Letters, digits and . _ - @ + make a name, as in a.assessor@audit.example; it is the one that allowed signers have.")
            }
            Self::Signature { what: ALREADY, .. } => {
                Some("A signature is not written over; take its files away first, or sign under another name.")
            }
            Self::Keygen(_) => Some("Name the file of an SSH key, or of its public half where an agent or a hardware key holds the other."),
            Self::Statement { .. } => Some("`kassay export --format in-toto` writes the statement of an assessment."),
            Self::Key(_) | Self::Openssl(_) => {
                Some("Statements want a key in PEM, which `openssl genpkey -algorithm ed25519 -out key.pem` makes; SSH keys sign bundles.")
            }
            _ => None,
        }
    }
}

pub(super) const ALREADY: &str = "is in the bag already";

pub(super) fn io_error(path: &Path) -> impl FnOnce(io::Error) -> SignError + use<'_> {
    move |source| SignError::Io { path: path.to_owned(), source }
}

/// Signs a bag that is whole under a name, with a key that `ssh-keygen` can use, and writes the request for a time-stamp beside the signature.
///
/// # Errors
/// Where the bag is not whole, the name is in use, or `ssh-keygen` does not sign.
pub fn sign(path: &Path, key: &Path, name: &str) -> Result<Added, SignError> {
    if !is_signer(name) {
        return Err(SignError::Name(name.to_owned()));
    }
    let signature = file(name, "sig");
    let (mut tree, what) = bag(path)?;
    if tree.names().contains(&signature) {
        return Err(SignError::Signature { name: signature, what: ALREADY });
    }
    let sealed = tree.bytes(SIGNED).map_err(|fault| SignError::NotWhole { path: path.to_owned(), fault })?;
    drop(tree);
    let bytes = by_keygen(key, &sealed)?;
    let request = file(name, "tsq");
    let top = add(path, what, &[(&signature, &bytes), (&request, &stamp::request(&bytes))])?;
    Ok(Added { signature, request, top })
}

/// Attaches the answer of a time-stamping authority to a signature. The time that it tells.
///
/// # Errors
/// Where there is no such signature, or the answer is none or stamps something else.
pub fn attach_answer(path: &Path, answer: &Path, name: &str) -> Result<Timestamp, SignError> {
    if !is_signer(name) {
        return Err(SignError::Name(name.to_owned()));
    }
    let (mut tree, what) = bag(path)?;
    let (signature, attached) = (file(name, "sig"), file(name, "tsr"));
    if !tree.names().contains(&signature) {
        return Err(SignError::Signature { name: signature, what: "is not in the bag: sign first, then stamp the signature" });
    }
    if tree.names().contains(&attached) {
        return Err(SignError::Signature { name: attached, what: ALREADY });
    }
    let signed = tree.bytes(&signature).map_err(|fault| SignError::NotWhole { path: path.to_owned(), fault })?;
    drop(tree);
    let unfit = |why| SignError::Answer { path: answer.to_owned(), why };
    if fs::metadata(answer).map_err(io_error(answer))?.len() > stamp::LONGEST_ANSWER {
        return Err(unfit("it is too long for an answer".to_owned()));
    }
    let bytes = fs::read(answer).map_err(io_error(answer))?;
    let stamp = fitting(&bytes, &signed).map_err(unfit)?;
    add(path, what, &[(&attached, &bytes)])?;
    Ok(stamp.time)
}

/// The files of a bag that is whole.
fn bag(path: &Path) -> Result<(Box<dyn Tree>, What), SignError> {
    let Verified { what, faults, .. } = verify(path)?;
    match faults.into_iter().next() {
        _ if what == What::Workbook => Err(SignError::NoBag(path.to_owned())),
        Some(fault) => Err(SignError::NotWhole { path: path.to_owned(), fault }),
        None => Ok(open(path)?),
    }
}

/// Has `ssh-keygen` sign.
fn by_keygen(key: &Path, sealed: &[u8]) -> Result<Vec<u8>, SignError> {
    sshsig::sign(key, NAMESPACE, sealed).map_err(|why| {
        SignError::Keygen(match why {
            NotSigned::Io(error) => said(&error),
            NotSigned::Ended(status) => format!("it ended with {status}"),
        })
    })
}

/// Adds files to a bag; the folder of the bag within a zip.
fn add(path: &Path, what: What, files: &[(&String, &Vec<u8>)]) -> Result<Option<String>, SignError> {
    if what == What::BagZip {
        return add_to_zip(path, files).map(Some);
    }
    let folder = path.join(FOLDER);
    fs::create_dir_all(&folder).map_err(io_error(&folder))?;
    for (name, bytes) in files {
        let to = path.join(name);
        put_bytes(&to, bytes).map_err(|error| io_error(&to)(io::Error::other(error)))?;
    }
    Ok(None)
}

/// Adds files to a zip: to a copy, which then takes its place. The folder in which all its files lie.
fn add_to_zip(path: &Path, files: &[(&String, &Vec<u8>)]) -> Result<String, SignError> {
    let unwritten = io_error(path);
    let written = || -> io::Result<String> {
        let top = ZipTree::open(File::open(path)?).map_err(io::Error::other)?.top().to_owned();
        let parent = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let beside = Beside::new(parent)?;
        let mut copy = beside.file()?;
        io::copy(&mut File::open(path)?, &mut copy)?;
        let mut zip = ZipWriter::new_append(copy.reopen()?)?;
        for (name, bytes) in files {
            zip.start_file(format!("{top}/{name}"), SimpleFileOptions::default())?;
            zip.write_all(bytes)?;
        }
        zip.finish()?.sync_all()?;
        let rights = fs::metadata(path)?.permissions();
        fs::set_permissions(copy.path(), rights)?;
        copy.persist(path)?;
        Ok(top)
    };
    written().map_err(unwritten)
}

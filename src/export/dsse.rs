//! Signs in-toto statements: a DSSE envelope around the statement's bytes, as in-toto's tools read it. Their signatures are made over those bytes alone, which SSH
//! signatures are not, so the key is one in PEM (Ed25519, or ECDSA on P-256); `openssl` signs, and this program never sees the key.

use super::put::{Over, put};
use super::sign::{ALREADY, SignError, io_error};
use super::statement::{RESULT, STATEMENT, Statement};
use super::{ExportError, pretty};
use crate::config::said;
use data_encoding::{BASE64, HEXLOWER};
use kassay_core::workbook::folder::is_digest;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The type of a payload that is an in-toto statement.
const PAYLOAD: &str = "application/vnd.in-toto+json";
/// The longest statement or envelope that is read.
const LONGEST: u64 = 1 << 22;

/// An envelope, under the names of DSSE.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Envelope {
    /// The statement's bytes, in base64.
    payload: String,
    payload_type: String,
    signatures: Vec<EnvelopeSignature>,
}

/// One signature.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeSignature {
    /// SHA-256 of the public key as DER. It helps to find the key, and proves nothing.
    keyid: String,
    /// In base64.
    sig: String,
}

/// A statement that was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedStatement {
    /// The envelope.
    pub path: PathBuf,
    /// SHA-256 of the public key, as DER.
    pub key: String,
    /// What was signed for: the properties that the statement tells.
    pub properties: Vec<String>,
    /// Files of which it tells them.
    pub subjects: Vec<String>,
}

/// What the signature of a key is made with.
enum Scheme {
    Ed25519,
    P256,
}

/// Whether a path is a file in which a statement or its envelope may be: JSON, which no bag is.
#[must_use]
pub fn is_statement(path: &Path) -> bool {
    let mut begin = [0; 1];
    path.is_file() && fs::File::open(path).and_then(|mut file| file.read_exact(&mut begin)).is_ok() && begin == *b"{"
}

/// Signs a statement: its envelope is written beside it. Another person signs the envelope, which gets one more signature.
///
/// # Errors
/// Where it is no statement of an assessment, the key has signed it already or is of another kind, or `openssl` does not sign.
pub fn sign_statement(path: &Path, key: &Path) -> Result<SignedStatement, SignError> {
    let unfit = |why: String| SignError::Statement { path: path.to_owned(), why };
    let length = fs::metadata(path).map_err(io_error(path))?.len();
    if length > LONGEST {
        return Err(unfit(format!("it is no statement: it has {length} bytes")));
    }
    let bytes = fs::read(path).map_err(io_error(path))?;
    let (mut signatures, statement, beside) = match serde_json::from_slice::<Envelope>(&bytes) {
        Ok(envelope) if envelope.payload_type == PAYLOAD => {
            let statement = BASE64.decode(envelope.payload.as_bytes()).map_err(|e| unfit(format!("its payload is no base64: {e}")))?;
            (envelope.signatures, statement, None)
        }
        Ok(envelope) => return Err(unfit(format!("it holds a payload of another type: {}", envelope.payload_type))),
        Err(_) => (vec![], bytes, Some(enveloped(path))),
    };
    let told = read(&statement).map_err(unfit)?;
    let (public, scheme) = public_half(key)?;
    let keyid = HEXLOWER.encode(&Sha256::digest(&public));
    if signatures.iter().any(|signature| signature.keyid == keyid) {
        return Err(SignError::Signature { name: format!("a signature of this key, {keyid},"), what: ALREADY });
    }
    let target = beside.as_deref().unwrap_or(path);
    if beside.is_some() && target.symlink_metadata().is_ok() {
        return Err(SignError::Statement { path: target.to_owned(), why: "is there already; sign that one, or take it away".to_owned() });
    }
    let sig = by_openssl(key, &public, &scheme, &encoded(&statement))?;
    signatures.push(EnvelopeSignature { keyid: keyid.clone(), sig: BASE64.encode(&sig) });
    let envelope = Envelope { payload: BASE64.encode(&statement), payload_type: PAYLOAD.to_owned(), signatures };
    let text = pretty(&envelope).map_err(|e| unfit(e.to_string()))?;
    let over = if beside.is_some() { Over::Keep } else { Over::Replace };
    let put = put(target, over, &|_| ControlFlow::Continue(()), &mut |to| to.write_all(text.as_bytes()).map_err(ExportError::Output));
    put.map_err(|error| io_error(target)(std::io::Error::other(error)))?;
    Ok(SignedStatement {
        path: target.to_owned(),
        key: keyid,
        properties: told.predicate.properties,
        subjects: told.subject.into_iter().map(|subject| subject.name).collect(),
    })
}

/// The name of the envelope of a statement: `acme.intoto.dsse.json` beside `acme.intoto.json`.
fn enveloped(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!("{}.dsse.json", name.strip_suffix(".json").unwrap_or(&name)))
}

/// A statement of an assessment; nothing else is signed, and nothing in which two readers could read two things.
fn read(bytes: &[u8]) -> Result<Statement, String> {
    let statement: Statement = serde_json::from_slice(bytes).map_err(|e| format!("it is no statement of an assessment: {e}"))?;
    if statement.kind != STATEMENT || statement.predicate_type != RESULT {
        return Err(format!("it is a statement of another kind: {}", statement.predicate_type));
    }
    if statement.subject.is_empty() || statement.subject.iter().any(|subject| !is_digest(&subject.digest.sha256)) {
        return Err("it does not say by a digest of what it speaks".to_owned());
    }
    Ok(statement)
}

/// What is signed: type and payload, each behind its length, so that neither can be read as a part of the other.
fn encoded(payload: &[u8]) -> Vec<u8> {
    let mut all = format!("DSSEv1 {} {PAYLOAD} {} ", PAYLOAD.len(), payload.len()).into_bytes();
    all.extend_from_slice(payload);
    all
}

/// The public half of a key as DER, and its kind.
fn public_half(key: &Path) -> Result<(Vec<u8>, Scheme), SignError> {
    let public = openssl(&["pkey".as_ref(), "-in".as_ref(), key.as_os_str(), "-pubout".as_ref(), "-outform".as_ref(), "DER".as_ref()])?;
    // SubjectPublicKeyInfo (RFC 8410, RFC 5480): what stands before the key itself says of which kind it is.
    const ED25519: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    const P256: &[u8] = &[
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01,
        0x07,
    ];
    if public.starts_with(ED25519) {
        Ok((public, Scheme::Ed25519))
    } else if public.starts_with(P256) {
        Ok((public, Scheme::P256))
    } else {
        Err(SignError::Key(key.to_owned()))
    }
}

/// Has `openssl` sign, and check what it signed.
fn by_openssl(key: &Path, public: &[u8], scheme: &Scheme, signed: &[u8]) -> Result<Vec<u8>, SignError> {
    // It reads what it signs from files alone.
    let kept = |bytes: &[u8]| {
        let mut file = tempfile::NamedTempFile::new()?;
        file.write_all(bytes)?;
        file.flush().map(|()| file)
    };
    let failed = |error: std::io::Error| SignError::Openssl(said(&error));
    let input = kept(signed).map_err(failed)?;
    let digest: &[&OsStr] = match scheme {
        Scheme::Ed25519 => &[],
        Scheme::P256 => &["-digest".as_ref(), "sha256".as_ref()],
    };
    let raw: [&OsStr; 3] = ["-rawin".as_ref(), "-in".as_ref(), input.path().as_os_str()];
    let sign: [&OsStr; 4] = ["pkeyutl".as_ref(), "-sign".as_ref(), "-inkey".as_ref(), key.as_os_str()];
    let signature = openssl(&[&sign[..], &raw, digest].concat())?;
    let (public, made) = (kept(public).map_err(failed)?, kept(&signature).map_err(failed)?);
    let verify: [&OsStr; 8] = [
        "pkeyutl".as_ref(),
        "-verify".as_ref(),
        "-pubin".as_ref(),
        "-keyform".as_ref(),
        "DER".as_ref(),
        "-inkey".as_ref(),
        public.path().as_os_str(),
        "-sigfile".as_ref(),
    ];
    openssl(&[&verify[..], &[made.path().as_os_str()], &raw, digest].concat())?;
    Ok(signature)
}

/// Runs `openssl`. What it asks (a passphrase) it asks on the terminal, and its own words tell what fails.
fn openssl(args: &[&OsStr]) -> Result<Vec<u8>, SignError> {
    let mut command = Command::new("openssl");
    let output = command.args(args).stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let output = output.map_err(|error| SignError::Openssl(said(&error)))?;
    if output.status.success() { Ok(output.stdout) } else { Err(SignError::Openssl(format!("it ended with {}", output.status))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_signed_is_as_the_specification_has_it() {
        // The pre-authentication encoding of DSSE v1.0: lengths are those of bytes, in ASCII digits, parted by single blanks.
        assert_eq!(encoded("é".as_bytes()), "DSSEv1 28 application/vnd.in-toto+json 2 é".as_bytes());
        assert_eq!(encoded(b""), b"DSSEv1 28 application/vnd.in-toto+json 0 ");
    }

    #[test]
    fn an_envelope_lies_beside_its_statement() {
        assert_eq!(enveloped(Path::new("/a/acme.intoto.json")), Path::new("/a/acme.intoto.dsse.json"));
        assert_eq!(enveloped(Path::new("acme")), Path::new("acme.dsse.json"));
    }
}

//! Signatures of a snapshot in a registry: SSHSIG over its manifest, each an artifact whose subject that manifest is (a referrer). Registries that
//! serve no list of referrers keep it under a tag, `sha256-…`, which whoever adds to it writes (the fallback of OCI Distribution 1.1); what
//! others wrote there stays as it is.

use super::error::ArtifactError;
use super::name::Name;
use super::registry::{Ask, Registry};
use super::stored::{self, Descriptor, INDEX, LARGEST_MANIFEST, MANIFEST, Read, SNAPSHOT, digest, holding};
use crate::collect::redirect::{absolute, origin};
use crate::sshsig::{self, Asked, NotSigned};
use http::{Method, StatusCode};
use jiff::Timestamp;
use kassay_core::model::text::clean;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// What these artifacts are, and their layer.
pub const SIGNATURE: &str = "application/vnd.kassay.signature.v1+ssh";
/// What the signatures are made for: `ssh-keygen -Y verify -n kassay-snapshot`.
pub const NAMESPACE: &str = "kassay-snapshot";
/// Where a signature's manifest tells who signed.
const SIGNER: &str = "vnd.kassay.signer";
/// So many signatures are looked at: each starts a program.
const MOST: usize = 100;
/// Pages of a list of referrers that are read.
const PAGES: usize = 20;
/// Tries to add to a list that others add to as well.
const TRIES: usize = 3;

/// A signature of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotSignature {
    /// Who is said to have signed.
    pub name: String,
    /// How it stands.
    pub state: SignatureState,
    /// What `ssh-keygen` said of it, or why it was not asked.
    pub words: String,
}

/// How a signature stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureState {
    /// It is good, and made with a key that the allowed signers have for this name.
    Known,
    /// It is good; whose key it is was not asked.
    Unknown,
    /// It is not good, or not of whom it says.
    Bad,
    /// It could not be checked.
    Unchecked,
}

impl SnapshotSignature {
    /// The signature in a line.
    #[must_use]
    pub fn told(&self) -> String {
        let name = clean(&self.name);
        match self.state {
            SignatureState::Known => format!("signed by {name}"),
            SignatureState::Unknown => format!("signed as {name}; whose key it is was not checked (--signers FILE)"),
            SignatureState::Bad => format!("a signature as {name} is not good: {}", clean(&self.words)),
            SignatureState::Unchecked => format!("a signature as {name} could not be checked: {}", clean(&self.words)),
        }
    }
}

/// What refers to a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Referring {
    /// Signatures.
    pub signatures: Vec<SnapshotSignature>,
    /// What else does, by type.
    pub others: Vec<String>,
}

/// The tag that stands in for the list of what refers to a digest.
fn fallback(digest: &str) -> String {
    digest.replacen(':', "-", 1)
}

/// Signs the manifest of a snapshot, and stores the signature. Gives the digest of the signature's own manifest.
pub(super) async fn sign(
    registry: &mut Registry<'_>,
    name: &Name,
    read: &Read,
    (key, signer): (&Path, &str),
    now: Timestamp,
) -> Result<String, ArtifactError> {
    if !sshsig::is_signer(signer) {
        return Err(ArtifactError::NotSigned(format!("“{}” can't name a signer", clean(signer))));
    }
    let signature = sshsig::sign(key, NAMESPACE, &read.bytes).map_err(|why| {
        ArtifactError::NotSigned(match why {
            NotSigned::Io(error) => format!("ssh-keygen did not sign: {error}"),
            NotSigned::Ended(status) => format!("ssh-keygen did not sign: it ended with {status}"),
        })
    })?;
    let told = [("org.opencontainers.image.created", now.to_string()), (SIGNER, signer.to_owned())];
    let annotations: BTreeMap<String, String> = told.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let mut manifest = holding(SIGNATURE, Descriptor::of(SIGNATURE, &signature), annotations.clone());
    let subject =
        Descriptor { media_type: MANIFEST.to_owned(), digest: read.digest.clone(), size: read.bytes.len() as u64, ..Descriptor::default() };
    manifest.subject = Some(subject);
    let bytes = stored::bytes_of(&manifest)?;
    registry.put_blob((&b"{}"[..]).into()).await?;
    registry.put_blob(signature.into()).await?;
    let mut of = Descriptor::of(MANIFEST, &bytes);
    (of.artifact_type, of.annotations) = (SIGNATURE.to_owned(), annotations);
    let (digest, answer) = registry.put_manifest(&digest(&bytes), MANIFEST, bytes).await?;
    // The registry says so where it keeps the list itself.
    if answer.header("oci-subject") != Some(read.digest.as_str()) {
        list(registry, name, &read.digest, &of).await?;
    }
    Ok(digest)
}

/// Adds an entry to the list under the tag. Others may write there at the same time, so it is looked at afterwards.
async fn list(registry: &mut Registry<'_>, name: &Name, subject: &str, entry: &Descriptor) -> Result<(), ArtifactError> {
    let place = name.tagged(&fallback(subject));
    for _ in 0..TRIES {
        let mut index = match registry.manifest(&place).await? {
            Some((_, bytes)) => index_of(&place, &bytes)?,
            None => json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": []}),
        };
        let entries = index.get_mut("manifests").and_then(Value::as_array_mut);
        let entries = entries.ok_or_else(|| ArtifactError::Other { name: place.to_string(), what: "its list can't be read".to_owned() })?;
        if entries.iter().any(|known| known.get("digest").and_then(Value::as_str) == Some(entry.digest.as_str())) {
            return Ok(());
        }
        entries.push(serde_json::to_value(entry).unwrap_or_default());
        registry.put_manifest(&fallback(subject), INDEX, stored::bytes_of(&index)?).await?;
    }
    match registry.manifest(&place).await? {
        Some((_, bytes)) if descriptors(&index_of(&place, &bytes)?).iter().any(|known| known.digest == entry.digest) => Ok(()),
        _ => {
            Err(registry.unusable(format!("the list of signatures under {place} is written by somebody else at the same time: sign again")))
        }
    }
}

/// The list of referrers that some bytes are.
fn index_of(place: &Name, bytes: &[u8]) -> Result<Value, ArtifactError> {
    let value: Value = serde_json::from_slice(bytes).unwrap_or_default();
    let is_index = value.get("mediaType").is_none_or(|kind| kind == INDEX) && value.get("manifests").is_some_and(Value::is_array);
    match is_index {
        true => Ok(value),
        false => {
            Err(ArtifactError::Other { name: place.to_string(), what: "where signatures are listed, something else is stored".to_owned() })
        }
    }
}

/// The entries of a list that can be read.
fn descriptors(index: &Value) -> Vec<Descriptor> {
    let entries = index.get("manifests").and_then(Value::as_array).into_iter().flatten();
    entries.filter_map(|entry| serde_json::from_value(entry.clone()).ok()).collect()
}

/// What the registry and the list under the tag say of who refers to a digest.
async fn referrers(registry: &mut Registry<'_>, name: &Name, subject: &str) -> Result<Vec<Descriptor>, ArtifactError> {
    let place = name.tagged(&fallback(subject));
    let mut found = match registry.manifest(&place).await? {
        Some((_, bytes)) => descriptors(&index_of(&place, &bytes)?),
        None => Vec::new(),
    };
    let mut path = registry.path(&format!("referrers/{subject}"));
    for _ in 0..PAGES {
        let answer = registry.ask(&Ask { accept: INDEX, ..Ask::of(Method::GET, &path, LARGEST_MANIFEST) }).await?;
        match answer.status {
            StatusCode::OK => {}
            // Registries of before OCI Distribution 1.1.
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::BAD_REQUEST | StatusCode::NOT_IMPLEMENTED => break,
            _ => return Err(registry.unwanted(&answer)),
        }
        found.extend(descriptors(&index_of(name, &answer.body)?));
        // `Link: </v2/…>; rel="next"`
        let next = answer.header("link").and_then(|link| link.strip_prefix('<')?.split_once('>')).filter(|(_, rest)| rest.contains("next"));
        match next.and_then(|(to, _)| absolute(&format!("{}{path}", registry.origin), to)) {
            Some(mut to) if origin(&to) == registry.origin => path = to.split_off(registry.origin.len()),
            _ => break,
        }
    }
    found.sort_by(|a, b| a.digest.cmp(&b.digest));
    found.dedup_by(|a, b| a.digest == b.digest);
    Ok(found)
}

/// Reads and judges what refers to a snapshot.
pub(super) async fn referring(
    registry: &mut Registry<'_>,
    name: &Name,
    read: &Read,
    signers: Option<&Path>,
) -> Result<Referring, ArtifactError> {
    let mut referring = Referring::default();
    let found = referrers(registry, name, &read.digest).await?;
    let (ours, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|entry| entry.artifact_type == SIGNATURE);
    referring.others =
        others.iter().map(|entry| clean(if entry.artifact_type.is_empty() { &entry.media_type } else { &entry.artifact_type })).collect();
    referring.others.sort();
    referring.others.dedup();
    for entry in ours.iter().take(MOST) {
        let told = entry.annotations.get(SIGNER).cloned().unwrap_or_else(|| "?".to_owned());
        let signature = match one(registry, name, read, (entry, signers)).await {
            Ok(signature) => signature,
            Err(ArtifactError::Cancelled) => return Err(ArtifactError::Cancelled),
            Err(error) => SnapshotSignature { name: told, state: SignatureState::Unchecked, words: error.to_string() },
        };
        referring.signatures.push(signature);
    }
    if ours.len() > MOST {
        let words = format!("{} signatures more were not looked at", ours.len() - MOST);
        referring.signatures.push(SnapshotSignature { name: "others".to_owned(), state: SignatureState::Unchecked, words });
    }
    Ok(referring)
}

async fn one(
    registry: &mut Registry<'_>,
    name: &Name,
    read: &Read,
    (entry, signers): (&Descriptor, Option<&Path>),
) -> Result<SnapshotSignature, ArtifactError> {
    let place = name.at(&entry.digest);
    let Read { manifest, .. } = registry.artifact(&place, (SIGNATURE, SIGNATURE)).await?;
    let signer = manifest.annotations.get(SIGNER).cloned().unwrap_or_default();
    let stands = |state, words: &str| SnapshotSignature { name: signer.clone(), state, words: words.to_owned() };
    if manifest.subject.as_ref().is_none_or(|subject| subject.digest != read.digest) {
        return Ok(stands(SignatureState::Bad, "it is one of something else"));
    }
    if !sshsig::is_signer(&signer) {
        return Ok(stands(SignatureState::Bad, "it does not tell who signed"));
    }
    let Some(layer) = manifest.layers.first() else { return Ok(stands(SignatureState::Bad, "it is empty")) };
    let signature = registry.blob(&place, layer, sshsig::LONGEST).await?;
    let asked = Asked { namespace: NAMESPACE, name: &signer, allowed: signers, time: None };
    Ok(match asked.run(&signature, &read.bytes) {
        Err(error) => stands(SignatureState::Unchecked, &format!("ssh-keygen could not be run: {error}")),
        Ok((false, words)) => stands(SignatureState::Bad, &words),
        Ok((true, words)) => stands(if signers.is_some() { SignatureState::Known } else { SignatureState::Unknown }, &words),
    })
}

/// What is to be read: the type of the artifact, and that of its layer.
pub(super) const WANTED: (&str, &str) = (SNAPSHOT, stored::LAYER);

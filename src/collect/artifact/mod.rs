//! Snapshots in registries (OCI artifacts): pushed from where a cluster is, read where it is assessed, signed by whoever vouches for them. Storing one
//! is the only thing that this program ever writes elsewhere, and only where somebody names the place.

mod error;
mod login;
mod name;
mod registry;
mod signed;
mod stored;

pub use error::ArtifactError;
pub use name::Name;
pub use registry::RegistrySettings;
pub use signed::{Referring, SignatureState, SnapshotSignature};

use super::{Cancel, CollectError, Options, Progress, Watcher, snapshot, words};
use jiff::Timestamp;
use kassay_core::kinds::{Inventory, Part};
use registry::Registry;
use std::path::{Path, PathBuf};
use stored::Read;

/// A snapshot that was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// Where, with the digest in the registry's own words.
    pub name: Name,
    /// The digest that the tag had before, where it had another one.
    pub before: Option<String>,
    /// The digest of the snapshot itself, its one layer.
    pub layer: String,
}

/// A snapshot that was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedSnapshot {
    /// Which.
    pub name: Name,
    /// The digest of the signature's manifest.
    pub signature: String,
}

fn named(word: &str) -> Result<Name, ArtifactError> {
    Name::parse(word).map_err(|fault| ArtifactError::Name { word: word.to_owned(), fault })
}

/// A place to store a snapshot: a registry and a repository, with a tag or without.
///
/// # Errors
/// Where the name is none, or one with a digest.
pub fn place(word: &str) -> Result<Name, ArtifactError> {
    let name = named(word)?;
    if name.digest.is_some() { Err(ArtifactError::Digest(word.to_owned())) } else { Ok(name) }
}

/// The one name in a registry among what is to be read, where there is one; it stands alone.
pub(super) fn among(paths: &[PathBuf]) -> Result<Option<Name>, CollectError> {
    let word = |path: &PathBuf| path.to_str().filter(|word| Name::is_one(word)).map(str::to_owned);
    let Some(found) = paths.iter().find_map(word) else { return Ok(None) };
    if paths.len() > 1 {
        return Err(CollectError::Mixed(found));
    }
    let name = named(&found)?;
    if name.reference().is_none() { Err(ArtifactError::Nothing(found).into()) } else { Ok(Some(name)) }
}

/// Whether a registry answers, and takes the login: asked before a cluster is read, so that a slip costs no reading.
///
/// # Errors
/// Where it does not.
pub async fn greet(place: &Name, settings: &RegistrySettings, cancel: &Cancel) -> Result<(), ArtifactError> {
    Registry::open(place, settings, "pull,push", cancel).await?.greet().await
}

/// Stores a snapshot, under the tag of the place, or this one where it has none.
///
/// # Errors
/// Where it can't be stored; then nothing bears the tag that did not before.
pub async fn push(place: &Name, packed: Vec<u8>, tag: &str, settings: &RegistrySettings, cancel: &Cancel) -> Result<Pushed, ArtifactError> {
    let header =
        snapshot::header(&packed[..]).map_err(|error| ArtifactError::NotStored(format!("the snapshot can't be read again: {error}")))?;
    let tag = place.tag.clone().unwrap_or_else(|| tag.to_owned());
    let place = place.tagged(&tag);
    let mut registry = Registry::open(&place, settings, "pull,push", cancel).await?;
    let (manifest, bytes) = stored::manifest_of(&packed, &header, place.short())?;
    let before = registry.manifest(&place).await?.map(|(digest, _)| digest);
    registry.put_blob((&b"{}"[..]).into()).await?;
    registry.put_blob(packed.into()).await?;
    let (digest, _) = registry.put_manifest(&tag, stored::MANIFEST, bytes).await?;
    let layer = manifest.layers.first().map(|layer| layer.digest.clone()).unwrap_or_default();
    let before = before.filter(|before| *before != digest);
    Ok(Pushed { name: Name { digest: Some(digest), ..place }, before, layer })
}

/// A tag for a snapshot: the time of its collection; of a part what all parts of one reading are called, and its number:
/// `2026-11-29T09-00-00Z`, `nightly-29-part-2-of-3`.
#[must_use]
pub fn tag_of(at: Option<Timestamp>, part: Option<&Part>) -> String {
    let time = || at.map_or_else(|| "unknown-time".to_owned(), |at| at.strftime("%Y-%m-%dT%H-%M-%SZ").to_string());
    match part {
        None => time(),
        Some(Part { number, of, run, .. }) => {
            format!("{}-part-{number}-of-{of}", if run.is_empty() { time() } else { run.clone() })
        }
    }
}

/// Signs a snapshot in a registry with a key that `ssh-keygen` can use. What it holds is read and checked first.
///
/// # Errors
/// Where it is no snapshot, or was not signed.
pub async fn sign(
    word: &str,
    (key, signer): (&Path, &str),
    settings: &RegistrySettings,
    now: Timestamp,
    cancel: &Cancel,
) -> Result<SignedSnapshot, ArtifactError> {
    let name = named(word)?;
    let mut registry = Registry::open(&name, settings, "pull,push", cancel).await?;
    let read = registry.artifact(&name, signed::WANTED).await?;
    let packed = registry.snapshot(&name, &read.manifest).await?;
    snapshot::header(&packed[..]).map_err(|error| ArtifactError::Other { name: name.to_string(), what: error.to_string() })?;
    let signature = signed::sign(&mut registry, &name, &read, (key, signer), now).await?;
    Ok(SignedSnapshot { name: Name { digest: Some(read.digest), ..name }, signature })
}

/// Reads a snapshot from a registry, with who signed it.
pub(super) async fn collect(name: &Name, options: &Options, progress: Watcher<'_>, cancel: &Cancel) -> Result<Inventory, CollectError> {
    let settings = &options.registry;
    if options.declared_complete.is_some() {
        return Err(CollectError::NotFiles(format!("the snapshot {name}")));
    }
    if let Some(signers) = &settings.signers {
        let unreadable =
            |error: std::io::Error| ArtifactError::File { path: signers.display().to_string(), why: super::file::plain(&error) };
        std::fs::File::open(signers).map_err(unreadable)?;
    }
    let mut registry = Registry::open(name, settings, "pull", cancel).await?;
    let read = registry.artifact(name, signed::WANTED).await?;
    let place = Name { digest: Some(read.digest.clone()), ..name.clone() };
    // Who signed it decides whether it is read at all.
    let referring = signed::referring(&mut registry, &place, &read, settings.signers.as_deref()).await;
    judge(&place, &read, referring, settings, progress)?;
    let packed = registry.snapshot(&place, &read.manifest).await?;
    progress(Progress::Bytes(packed.len() as u64));
    let shown = place.to_string();
    let unpacking = tokio::task::spawn_blocking(move || snapshot::read(&packed[..]));
    let unpacked = tokio::select! {
        biased;
        () = cancel.cancelled() => return Err(CollectError::Cancelled),
        unpacked = unpacking => unpacked.map_err(|error| words::broke_down(&error))?,
    };
    let mut inventory = unpacked.map_err(|source| CollectError::Snapshot { path: shown.clone(), source })?;
    inventory.taken_from = shown;
    super::states(&inventory).for_each(progress);
    Ok(inventory)
}

/// Tells of signatures, and refuses what nobody signed who may, where somebody names those who may.
fn judge(
    place: &Name,
    read: &Read,
    referring: Result<Referring, ArtifactError>,
    settings: &RegistrySettings,
    progress: Watcher<'_>,
) -> Result<(), ArtifactError> {
    let note = |words: String| progress(Progress::Note(words));
    let Referring { signatures, others } = match (referring, &settings.signers) {
        (Ok(referring), _) => referring,
        (Err(ArtifactError::Cancelled), _) => return Err(ArtifactError::Cancelled),
        (Err(error), Some(_)) => return Err(error),
        (Err(error), None) => {
            note(format!("its signatures could not be looked at: {error}"));
            return Ok(());
        }
    };
    note(format!("{}: {}", place.tag.as_ref().map_or_else(|| "snapshot".to_owned(), |tag| format!("tag {tag}")), read.digest));
    signatures.iter().for_each(|signature| note(signature.told()));
    if !others.is_empty() {
        note(format!("referred to by {} as well, which are not looked at", others.join(", ")));
    }
    match &settings.signers {
        Some(signers) if !signatures.iter().any(|signature| signature.state == SignatureState::Known) => {
            let found = match signatures.as_slice() {
                [] => "there is no signature".to_owned(),
                all => all.iter().map(SnapshotSignature::told).collect::<Vec<_>>().join("; "),
            };
            Err(ArtifactError::Unsigned { name: place.to_string(), signers: signers.display().to_string(), found })
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_tells_time_and_part() {
        let at: Timestamp = "2026-11-29T09:00:00Z".parse().unwrap();
        let part = |run: &str| Part { number: 2, of: 3, run: run.to_owned(), ..Part::default() };
        for (tag, wanted) in [
            (tag_of(Some(at), None), "2026-11-29T09-00-00Z"),
            (tag_of(Some(at), Some(&part(""))), "2026-11-29T09-00-00Z-part-2-of-3"),
            (tag_of(Some(at), Some(&part("kassay-29384756"))), "kassay-29384756-part-2-of-3"),
        ] {
            assert!(tag == wanted && name::is_tag(&tag), "{tag}");
        }
    }

    #[test]
    fn a_name_in_a_registry_stands_alone() {
        let paths = |words: &[&str]| words.iter().map(PathBuf::from).collect::<Vec<_>>();
        assert!(matches!(among(&paths(&["a.json", "b"])), Ok(None)));
        assert!(matches!(among(&paths(&["oci://r.example/k:t"])), Ok(Some(_))));
        assert!(matches!(among(&paths(&["a.json", "oci://r.example/k:t"])), Err(CollectError::Mixed(_))));
        assert!(matches!(among(&paths(&["oci://r.example/k"])), Err(CollectError::Artifact(ArtifactError::Nothing(_)))));
        assert!(matches!(place("oci://r.example/k@sha256:a"), Err(ArtifactError::Name { .. })));
    }
}

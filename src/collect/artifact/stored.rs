//! A snapshot as it lies in a registry: a manifest with an empty configuration and the snapshot as its one layer, byte for byte the file that
//! `kassay collect -f` writes. The manifest comes last: before that nothing bears the tag, and what is half sent bears no name at all.

use super::error::ArtifactError;
use super::name::Name;
use super::registry::{Answer, Ask, Registry};
use crate::collect::redirect::{absolute, may_go};
use crate::collect::snapshot::Header;
use http::header::LOCATION;
use http::{Method, StatusCode};
use hyper::body::Bytes;
use kassay_core::model::text::{clean, encoded};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What these artifacts are.
pub const SNAPSHOT: &str = "application/vnd.kassay.snapshot.v1";
/// Their layer.
pub const LAYER: &str = "application/vnd.kassay.snapshot.v1+gzip";
pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(super) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
/// What a manifest may be, so that something else is found and told, rather than called missing.
const ANY: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json";

/// Largest manifest, as registries take it.
pub(super) const LARGEST_MANIFEST: usize = 4 << 20;
/// Largest snapshot, packed. A cluster of 150,000 pods has a twentieth of it.
const LARGEST_LAYER: u64 = 512 << 20;

/// A manifest, as far as it matters here.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Manifest {
    pub(super) schema_version: u32,
    pub(super) media_type: String,
    pub(super) artifact_type: String,
    pub(super) config: Descriptor,
    pub(super) layers: Vec<Descriptor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) subject: Option<Descriptor>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) annotations: BTreeMap<String, String>,
}

/// What names some bytes.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Descriptor {
    pub(super) media_type: String,
    pub(super) digest: String,
    pub(super) size: u64,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) artifact_type: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) annotations: BTreeMap<String, String>,
}

impl Descriptor {
    pub(super) fn of(media_type: &str, bytes: &[u8]) -> Self {
        Self { media_type: media_type.to_owned(), digest: digest(bytes), size: bytes.len() as u64, ..Self::default() }
    }
}

/// A manifest that was read.
pub(super) struct Read {
    pub(super) manifest: Manifest,
    pub(super) digest: String,
    pub(super) bytes: Bytes,
}

/// The digest of some bytes.
pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold("sha256:".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A manifest that holds these bytes and nothing else.
pub(super) fn holding(artifact_type: &str, layer: Descriptor, annotations: BTreeMap<String, String>) -> Manifest {
    Manifest {
        schema_version: 2,
        media_type: MANIFEST.to_owned(),
        artifact_type: artifact_type.to_owned(),
        config: Descriptor::of(EMPTY, b"{}"),
        layers: vec![layer],
        subject: None,
        annotations,
    }
}

/// What is told of a snapshot beside it: what its own first line tells.
fn annotations(header: &Header) -> BTreeMap<String, String> {
    let told = [
        ("org.opencontainers.image.created", header.collected_at.map(|at| at.to_string()).unwrap_or_default()),
        ("vnd.kassay.cluster.uid", header.cluster.clone()),
        ("vnd.kassay.cluster.version", header.version.clone()),
        ("vnd.kassay.program", header.program.clone()),
        ("vnd.kassay.part", header.part.clone()),
        ("vnd.kassay.run", header.run.clone()),
    ];
    told.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (key.to_owned(), value)).collect()
}

/// The manifest of a snapshot, and its bytes.
pub(super) fn manifest_of(snapshot: &[u8], header: &Header, title: &str) -> Result<(Manifest, Vec<u8>), ArtifactError> {
    let mut layer = Descriptor::of(LAYER, snapshot);
    layer.annotations.insert("org.opencontainers.image.title".to_owned(), format!("{title}.kassay.gz"));
    let manifest = holding(SNAPSHOT, layer, annotations(header));
    let bytes = bytes_of(&manifest)?;
    Ok((manifest, bytes))
}

pub(super) fn bytes_of(value: &impl Serialize) -> Result<Vec<u8>, ArtifactError> {
    serde_json::to_vec(value).map_err(|error| ArtifactError::NotStored(format!("a manifest could not be written: {error}")))
}

impl Registry<'_> {
    /// What an answer that is none of those wanted means.
    pub(super) fn unwanted(&self, answer: &Answer) -> ArtifactError {
        match answer.status {
            StatusCode::FORBIDDEN => ArtifactError::Denied { registry: self.host.clone(), why: answer.words() },
            // What a server that wants TLS says to whoever comes without.
            StatusCode::BAD_REQUEST if self.origin.starts_with("http://") => self.unusable(format!(
                "{}; it was asked without TLS, and is asked with it where --registry-ca names its authority",
                answer.words()
            )),
            _ => self.unusable(answer.words()),
        }
    }

    /// Asks the registry for nothing, to learn whether it is one and takes the login.
    pub(super) async fn greet(&mut self) -> Result<(), ArtifactError> {
        let path = self.path("tags/list?n=1");
        let answer = self.ask(&Ask::of(Method::GET, &path, LARGEST_MANIFEST)).await?;
        match answer.status {
            // A repository that does not exist yet is not found, and neither is what lists it where that is not served.
            status if status.is_success() || matches!(status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) => Ok(()),
            _ => Err(self.unwanted(&answer)),
        }
    }

    /// Reads a manifest by its tag or digest; none where there is none.
    pub(super) async fn manifest(&mut self, name: &Name) -> Result<Option<(String, Bytes)>, ArtifactError> {
        let Some(reference) = name.reference() else { return Err(ArtifactError::Nothing(name.to_string())) };
        let path = self.path(&format!("manifests/{reference}"));
        let answer = self.ask(&Ask { accept: ANY, ..Ask::of(Method::GET, &path, LARGEST_MANIFEST) }).await?;
        match answer.status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Ok(None),
            _ => return Err(self.unwanted(&answer)),
        }
        let found = digest(&answer.body);
        let told = answer.header("docker-content-digest").filter(|told| told.starts_with("sha256:"));
        for wanted in name.digest.as_deref().into_iter().chain(told) {
            if wanted != found {
                let what = format!("its manifest has the digest {found}, and not {wanted}");
                return Err(ArtifactError::Tampered { name: name.to_string(), what: clean(&what) });
            }
        }
        Ok(Some((found, answer.body)))
    }

    /// Reads the manifest of an artifact of one kind.
    pub(super) async fn artifact(&mut self, name: &Name, wanted: (&str, &str)) -> Result<Read, ArtifactError> {
        let Some((digest, bytes)) = self.manifest(name).await? else { return Err(ArtifactError::Missing(name.to_string())) };
        let other = |what: String| ArtifactError::Other { name: name.to_string(), what: clean(&what) };
        let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|_| other("what is stored there is no manifest".to_owned()))?;
        let named = |word: &str| if word.is_empty() { "of a type that it does not tell".to_owned() } else { format!("“{word}”") };
        if manifest.media_type != MANIFEST || manifest.artifact_type != wanted.0 {
            let kind = if manifest.artifact_type.is_empty() { &manifest.config.media_type } else { &manifest.artifact_type };
            let kind = if kind.is_empty() { &manifest.media_type } else { kind };
            return Err(other(format!("what is stored there is {}", named(kind))));
        }
        match manifest.layers.as_slice() {
            [layer] if layer.media_type == wanted.1 => Ok(Read { manifest, digest, bytes }),
            [layer] => Err(other(format!("its layer is {}", named(&layer.media_type)))),
            layers => Err(other(format!("it has {} layers instead of one", layers.len()))),
        }
    }

    /// Reads what a descriptor names, and nothing but that.
    pub(super) async fn blob(&mut self, name: &Name, of: &Descriptor, most: u64) -> Result<Bytes, ArtifactError> {
        if !super::name::is_digest(&of.digest) {
            return Err(ArtifactError::Other { name: name.to_string(), what: format!("its digest is “{}”", clean(&of.digest)) });
        }
        if of.size > most {
            let what = format!("it has {} bytes, and at most {most} are read", of.size);
            return Err(ArtifactError::Other { name: name.to_string(), what });
        }
        let path = self.path(&format!("blobs/{}", of.digest));
        let size = usize::try_from(of.size).unwrap_or(usize::MAX);
        let answer = self.ask(&Ask::of(Method::GET, &path, size)).await?;
        match answer.status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND => return Err(ArtifactError::Missing(format!("{} ({})", name, of.digest))),
            _ => return Err(self.unwanted(&answer)),
        }
        let tampered = |what: String| ArtifactError::Tampered { name: name.to_string(), what };
        if answer.body.len() as u64 != of.size {
            return Err(tampered(format!("{} bytes came where its manifest tells {}", answer.body.len(), of.size)));
        }
        let found = digest(&answer.body);
        if found != of.digest {
            return Err(tampered(format!("what came has the digest {found}, and not {}", of.digest)));
        }
        Ok(answer.body)
    }

    /// Reads the snapshot that a manifest holds.
    pub(super) async fn snapshot(&mut self, name: &Name, manifest: &Manifest) -> Result<Bytes, ArtifactError> {
        let Some(layer) = manifest.layers.first() else { return Err(self.unusable("a manifest without a layer")) };
        self.blob(name, layer, LARGEST_LAYER).await
    }

    /// Stores some bytes, unless they are there.
    pub(super) async fn put_blob(&mut self, bytes: Bytes) -> Result<(), ArtifactError> {
        let digest = digest(&bytes);
        let path = self.path(&format!("blobs/{digest}"));
        if self.ask(&Ask::of(Method::HEAD, &path, 0)).await?.status == StatusCode::OK {
            return Ok(());
        }
        let path = self.path("blobs/uploads/");
        let begun = self.ask(&Ask::of(Method::POST, &path, LARGEST_MANIFEST)).await?;
        if begun.status != StatusCode::ACCEPTED {
            return Err(self.unwanted(&begun));
        }
        let to = begun.header(LOCATION.as_str()).and_then(|to| absolute(&format!("{}{path}", self.origin), to));
        let to = to.ok_or_else(|| self.unusable("it does not say where to send to"))?;
        if !may_go(&self.origin, &to) {
            return Err(self.unusable("it wants to be sent to where nothing is sent from here"));
        }
        let joint = if to.contains('?') { '&' } else { '?' };
        let to = format!("{to}{joint}digest={}", encoded(&digest));
        let ask = Ask { body: Some(("application/octet-stream", bytes)), ..Ask::of(Method::PUT, &to, LARGEST_MANIFEST) };
        let stored = self.ask(&ask).await?;
        if stored.status != StatusCode::CREATED {
            return Err(self.unwanted(&stored));
        }
        Ok(())
    }

    /// Stores a manifest, under its digest where no tag is named. Gives the answer, whose digest is that of the bytes.
    pub(super) async fn put_manifest(&mut self, under: &str, kind: &str, bytes: Vec<u8>) -> Result<(String, Answer), ArtifactError> {
        let own = digest(&bytes);
        let path = self.path(&format!("manifests/{under}"));
        let answer = self.ask(&Ask { body: Some((kind, bytes.into())), ..Ask::of(Method::PUT, &path, LARGEST_MANIFEST) }).await?;
        if !matches!(answer.status, StatusCode::CREATED | StatusCode::OK) {
            return Err(self.unwanted(&answer));
        }
        // The registry's own word, where it gives one; another one than that of what was sent means that something else was stored.
        match answer.header("docker-content-digest").map(str::to_owned) {
            Some(told) if told != own => Err(self.unusable(format!("it stored {}, and {own} was sent", clean(&told)))),
            told => Ok((told.unwrap_or(own), answer)),
        }
    }
}

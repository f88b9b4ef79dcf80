//! What active probes asked, and what came back: facts to judge, and evidence with time and source address. A request is a value that can be
//! listed before it is sent; nothing but GET and HEAD can be said here, and no credential has a place.
//!
//! Kubelets alone are asked with the login of the context, because they tell strangers nothing; see [`Purpose::Kubelet`].

use super::control_plane::KubeletTold;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Whether the API server answers callers without a credential (1.1). The body is dropped unread.
    Api,
    /// Whether a registry gives an image's manifest to callers without a credential (13.1), and whether it has it at all (13.4).
    Manifest,
    /// The token that a registry hands to anybody; asked for where the registry names a token service, which also gives the address.
    Token,
    /// What refers to an image, as registries list it since OCI distribution 1.1 (13.4).
    Referrers,
    /// The same list under the tag that stands in for it where a registry does not serve it.
    ReferrersTag,
    /// The tag under which cosign keeps signatures.
    CosignTag,
    /// The settings of a kubelet, at the node itself (1.1, 4.3, 5.1, 11.1). It is sent with the login of the context, and only to a server whose certificate
    /// the cluster's own authority vouches for.
    Kubelet,
}

/// Method of a request. There are no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Asks for a resource.
    Get,
    /// Asks for its headers only.
    Head,
}

impl Method {
    /// As it stands in a request.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
        }
    }
}

/// One request, exactly as it is sent: without credentials, but for kubelets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProbeRequest {
    /// What it is for.
    pub purpose: Purpose,
    /// Method.
    pub method: Method,
    /// Address; of a token service only known once the registry has named it, and empty before.
    pub url: String,
    /// The image that it is about: `registry/repository@digest`, or with a tag; for a token the repository; "" for the API server.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub image: String,
    /// The node that it is about; "" where it is about none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub node: String,
}

/// Something that refers to an image, as far as it tells whether it is a signature.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Artifact {
    /// Its artifact type, or the media type of its contents.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub r#type: String,
    /// What kind of statement a Sigstore bundle holds (annotation `dev.sigstore.bundle.predicateType`).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub predicate: String,
    /// How a Sigstore bundle holds it (annotation `dev.sigstore.bundle.content`).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub content: String,
}

/// A request that was sent, with what came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// What was sent.
    #[serde(flatten)]
    pub request: ProbeRequest,
    /// When.
    pub at: Timestamp,
    /// Address of this machine on the connection; behind address translation the other side sees another.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// Status of the answer; none where none came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Why there is no answer, or why it can't be used.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub error: String,
    /// Where the answer came from after a redirect, without its query; "" where there was none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub redirected_to: String,
    /// What the other side asks for: the scheme of `WWW-Authenticate`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub asks_for: String,
    /// Whether it was sent with the token that the registry gives to anybody.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub anonymous_token: bool,
    /// What refers to the image, of the requests that ask for it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<Artifact>,
    /// Whether there is more of the answer than was read.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
}

impl Probe {
    /// A request that was sent, with nothing that came back.
    #[must_use]
    pub const fn new(request: ProbeRequest, at: Timestamp) -> Self {
        Self {
            request,
            at,
            from: String::new(),
            status: None,
            error: String::new(),
            redirected_to: String::new(),
            asks_for: String::new(),
            anonymous_token: false,
            artifacts: vec![],
            more: false,
        }
    }
}

/// An image that was not asked about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The image, as it stands in the manifest.
    pub image: String,
    /// Why not.
    pub why: String,
}

/// The probes of one cluster.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probes {
    /// Who allowed them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub allowed_by: String,
    /// When they began.
    pub started_at: Timestamp,
    /// Whether somebody stopped them before they were through.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stopped: bool,
    /// What was sent, in that order.
    pub sent: Vec<Probe>,
    /// Images that were not asked about.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// What kubelets told, on its way into the control plane record, where it is kept.
    #[serde(skip)]
    pub kubelets: Vec<KubeletTold>,
}

impl Probes {
    /// Why an image was not asked about, where that is told.
    #[must_use]
    pub fn why_not(&self, image: &str) -> Option<&str> {
        let told = self.left_out.iter().find(|left| left.image == image).map(|left| left.why.as_str());
        told.or_else(|| self.stopped.then_some("the probes were stopped before it was asked about"))
    }

    /// The last answer to a request of this purpose about an image: the one that counts, where a token was asked for in between.
    #[must_use]
    pub fn last(&self, purpose: Purpose, image: &str) -> Option<&Probe> {
        self.sent.iter().rev().find(|probe| probe.request.purpose == purpose && probe.request.image == image)
    }
}

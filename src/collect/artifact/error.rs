//! Why something was not stored in a registry, or not read from one.

use super::name::NameFault;
use kassay_core::model::text::clean;

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// The name is none.
    #[error("“{}” names nothing in a registry: {fault}", clean(word))]
    Name {
        /// What was written.
        word: String,
        /// What is wrong with it.
        fault: NameFault,
    },
    /// A name without a tag and a digest.
    #[error("{0} names neither a tag nor a digest")]
    Nothing(String),
    /// A name to write to has a digest.
    #[error("{0} names a digest, which only follows from what is stored")]
    Digest(String),
    /// The file with the registry's authorities can't be used.
    #[error("{path} can't be used as the registry's authorities: {why}")]
    Authorities {
        /// The file.
        path: String,
        /// Why not.
        why: String,
    },
    /// The file of logins can't be used.
    #[error("the logins in {path} can't be used: {why}")]
    Logins {
        /// The file.
        path: String,
        /// Why not, without what it holds.
        why: String,
    },
    /// A program that keeps logins gave none.
    #[error("{helper} gave no login for {registry}: {why}")]
    Helper {
        /// The program.
        helper: String,
        /// For which registry.
        registry: String,
        /// What it said.
        why: String,
    },
    /// The registry can't be reached.
    #[error("{registry} can't be reached: {why}")]
    Unreached {
        /// Which.
        registry: String,
        /// What happened.
        why: String,
    },
    /// The registry does not accept the login, or wants one.
    #[error("{registry} {}: {why}", if *known { "does not accept this login" } else { "asks for a login, and none is known for it" })]
    Login {
        /// Which.
        registry: String,
        /// Whether there was one.
        known: bool,
        /// Its words.
        why: String,
    },
    /// The registry knows who asks, and does not allow it.
    #[error("{registry} does not allow this: {why}")]
    Denied {
        /// Which.
        registry: String,
        /// Its words.
        why: String,
    },
    /// There is no such thing.
    #[error("{0} does not exist")]
    Missing(String),
    /// Something else is stored there.
    #[error("{name} is no snapshot: {what}")]
    Other {
        /// Its name.
        name: String,
        /// What it is instead.
        what: String,
    },
    /// What came is not what was named.
    #[error("{name} is damaged, or somebody changed it: {what}")]
    Tampered {
        /// Its name.
        name: String,
        /// What does not agree.
        what: String,
    },
    /// The registry answers what no registry answers.
    #[error("{registry} gave an answer that can't be used: {why}")]
    Answer {
        /// Which.
        registry: String,
        /// What.
        why: String,
    },
    /// Nobody who may has signed it.
    #[error("{name} is not signed by anybody whom {signers} names: {found}")]
    Unsigned {
        /// Its name.
        name: String,
        /// The file of those who may.
        signers: String,
        /// What was found instead.
        found: String,
    },
    /// It was not signed.
    #[error("{0}")]
    NotSigned(String),
    /// It was not stored.
    #[error("{0}")]
    NotStored(String),
    /// A file can't be read.
    #[error("{path} can't be read: {why}")]
    File {
        /// Which.
        path: String,
        /// Why not.
        why: String,
    },
    /// Somebody asked to stop.
    #[error("stopped")]
    Cancelled,
}

impl ArtifactError {
    /// What to try, where there is something.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let words = match self {
            Self::Name { fault: NameFault::NoRegistry(_), .. } => {
                "Write the registry's host in front, with its port where it has one: oci://registry.example/kassay/prod-eu:2026-11-29."
            }
            Self::Name { .. } => "Write it as oci://registry.example/kassay/prod-eu:2026-11-29, or with @sha256:… behind it.",
            Self::Nothing(_) => "Write :TAG or @sha256:… behind it.",
            Self::Digest(_) => "Leave it out; the digest is told once it is stored.",
            Self::Authorities { .. } => "It is a file of certificates in PEM, as openssl and browsers write it.",
            Self::Logins { .. } => {
                "“docker login”, “podman login” and “skopeo login” write it; REGISTRY_AUTH_FILE and DOCKER_CONFIG name another one."
            }
            Self::Unreached { why, .. } if why.contains("certificate") || why.contains("UnknownIssuer") => {
                "Where an authority of your own signed its certificate, name that with --registry-ca."
            }
            Self::Unreached { .. } => {
                "Check name, network and HTTPS_PROXY. Without TLS only a registry on this machine is asked, or one that --registry-plain-http allows."
            }
            Self::Login { .. } => {
                "Log in with “docker login”, “podman login” or “skopeo login”; the login is taken from where these keep it."
            }
            Self::Denied { .. } => "The login may lack the right to this repository.",
            Self::Missing(_) => "“skopeo list-tags docker://…” lists what there is.",
            Self::Unsigned { .. } => "“kassay sign oci://… --key FILE --as NAME” signs it.",
            Self::Tampered { .. } => "Nothing of it was used. Push it again, and ask who may write to this registry.",
            _ => return None,
        };
        Some(words.to_owned())
    }
}

//! References to images: registry, repository, tag, digest, as container runtimes read them.
//!
//! `nginx` means `docker.io/library/nginx:latest` to most runtimes, and that is how it is judged: the registry that a name leaves out is
//! Docker Hub, whatever a mirror on the node makes of it. The first part of a name is a registry only where it looks like a host. A digest
//! decides what runs; a tag beside it is for people. Where an entity says which registries it trusts, an entry is a host or a host with
//! a path, and a path covers what lies below it, never a neighbour whose name merely begins alike.

use crate::kinds::{Inventory, Workload};
use crate::model::is_digest;
use crate::model::text::glob;
use std::collections::BTreeSet;
use std::fmt;

/// The registry that a name without one means.
pub const DEFAULT_REGISTRY: &str = "docker.io";

/// A reference, taken apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageReference {
    /// Host, with a port where it has one: `docker.io`.
    pub registry: String,
    /// Path in the registry: `library/nginx`.
    pub repository: String,
    /// Tag, where one is written.
    pub tag: Option<String>,
    /// Digest, where one is written: `sha256:…`.
    pub digest: Option<String>,
}

/// How firmly a reference names its contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Firmness {
    /// By digest: always the same contents.
    Digest,
    /// By a tag other than `latest`: the same as long as nobody moves it.
    Tag,
    /// By the tag `latest`.
    Latest,
    /// By neither tag nor digest, which means `latest`.
    Nothing,
}

impl ImageReference {
    /// Takes a reference apart; `None` where it is none (empty, a placeholder of a template, spaces inside).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) if is_digest(digest) => (name, Some(digest.to_owned())),
            Some(_) => return None,
            None => (text, None),
        };
        let (name, tag) = match name.rsplit_once(':') {
            // A colon before the last slash belongs to the registry's port.
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag.to_owned())),
            _ => (name, None),
        };
        let host = |first: &str| first.contains(['.', ':']) || first == "localhost" || first.chars().any(|c| c.is_ascii_uppercase());
        let (registry, path) = match name.split_once('/') {
            Some((first, rest)) if host(first) => (first, rest),
            _ => (DEFAULT_REGISTRY, name),
        };
        let registry = if registry == "index.docker.io" { DEFAULT_REGISTRY } else { registry };
        let repository = if registry == DEFAULT_REGISTRY && !path.contains('/') { format!("library/{path}") } else { path.to_owned() };
        let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-' | '/');
        let whole = !path.is_empty() && path.chars().all(word) && !path.split('/').any(str::is_empty);
        let tagged =
            tag.as_ref().is_none_or(|t| !t.is_empty() && t.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')));
        let hosted = registry.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']' | '_'));
        (whole && tagged && hosted).then(|| Self { registry: registry.to_lowercase(), repository, tag, digest })
    }

    /// How firmly it names its contents.
    #[must_use]
    pub fn firmness(&self) -> Firmness {
        match (&self.digest, self.tag.as_deref()) {
            (Some(_), _) => Firmness::Digest,
            (None, None) => Firmness::Nothing,
            (None, Some("latest")) => Firmness::Latest,
            (None, Some(_)) => Firmness::Tag,
        }
    }

    /// Registry and repository: what stays the same between versions.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}/{}", self.registry, self.repository)
    }

    /// Whether an entry of a list of trusted registries covers it. Hosts may be globs (`*.dkr.ecr.eu-west-1.amazonaws.com`).
    #[must_use]
    pub fn is_from(&self, entry: &str) -> bool {
        let entry = entry.trim().trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('*').trim_end_matches('/');
        let (host, path) = entry.split_once('/').unwrap_or((entry, ""));
        let host = if host == "index.docker.io" { DEFAULT_REGISTRY } else { host };
        let below = path.is_empty() || self.repository.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        !host.is_empty() && glob(&host.to_lowercase(), &self.registry) && below
    }

    /// Whether its registry is one to which the public may upload, or from which it may pull without an account.
    #[must_use]
    pub fn is_public(&self) -> bool {
        PUBLIC.iter().any(|host| glob(host, &self.registry))
    }
}

/// Registries of the public.
const PUBLIC: &[&str] = &[
    "docker.io",
    "*.docker.io",
    "ghcr.io",
    "quay.io",
    "gcr.io",
    "*.gcr.io",
    "registry.k8s.io",
    "public.ecr.aws",
    "mcr.microsoft.com",
    "registry.gitlab.com",
    "lscr.io",
    "nvcr.io",
    "cgr.dev",
    "xpkg.upbound.io",
    "registry.access.redhat.com",
    "registry.redhat.io",
    "docker.elastic.co",
    "container-registry.oracle.com",
    "registry.suse.com",
    "ttl.sh",
];

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        self.tag.iter().try_for_each(|tag| write!(f, ":{tag}"))?;
        self.digest.iter().try_for_each(|digest| write!(f, "@{digest}"))
    }
}

/// The digest in what a runtime reports as a container's image id: `docker.io/library/nginx@sha256:…`, or the digest alone.
#[must_use]
pub fn digest_of_id(image_id: &str) -> Option<&str> {
    let bare = image_id.strip_prefix("docker-pullable://").or_else(|| image_id.strip_prefix("docker://")).unwrap_or(image_id);
    let digest = bare.rsplit_once('@').map_or(bare, |(_, digest)| digest);
    is_digest(digest).then_some(digest)
}

/// Digests of the images that a container of a workload really runs; pods of one template may run several.
#[must_use]
pub fn running<'a>(inventory: &'a Inventory, workload: &Workload, container: &str) -> BTreeSet<&'a str> {
    let pods = workload.pod_indexes.iter().filter_map(|i| inventory.pods.get(*i));
    pods.filter_map(|pod| pod.image_ids.get(container)).filter_map(|id| digest_of_id(id)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    fn shown(text: &str) -> String {
        ImageReference::parse(text).map_or_else(|| "none".to_owned(), |image| image.to_string())
    }

    #[test]
    fn what_a_name_leaves_out_is_filled_as_runtimes_fill_it() {
        for (written, meant) in [
            ("nginx", "docker.io/library/nginx"),
            ("nginx:1.29", "docker.io/library/nginx:1.29"),
            ("bitnami/redis", "docker.io/bitnami/redis"),
            ("index.docker.io/library/nginx", "docker.io/library/nginx"),
            ("docker.io/nginx", "docker.io/library/nginx"),
            ("localhost/tool:dev", "localhost/tool:dev"),
            ("registry.acme.example:8443/pay/api:1.2", "registry.acme.example:8443/pay/api:1.2"),
            ("registry.acme.example:8443/pay/api", "registry.acme.example:8443/pay/api"),
            ("Registry.Acme.example/pay/api", "registry.acme.example/pay/api"),
        ] {
            assert_eq!(shown(written), meant);
        }
        assert_eq!(shown(&format!("a.example/b:1@{SHA}")), format!("a.example/b:1@{SHA}"));
    }

    #[test]
    fn what_is_no_reference_is_none() {
        for text in
            ["", "{{ .Values.image }}", "a b", "nginx:", "nginx@sha256:short", "a.example/", "a.example//b", "nginx:a/b c", "${IMAGE}"]
        {
            assert_eq!(ImageReference::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_digest_pins_nothing() {
        for digest in [SHA.to_uppercase(), SHA.replace("abc", "ABC"), SHA[..39].to_owned(), format!("{SHA}0"), format!("md5:{}", &SHA[7..])]
        {
            assert_eq!(ImageReference::parse(&format!("a.example/b@{digest}")), None, "{digest}");
        }
    }

    #[test]
    fn a_digest_is_firm_and_latest_is_not() {
        let firmness = |text: &str| ImageReference::parse(text).map(|image| image.firmness());
        assert_eq!(firmness(&format!("a/b:latest@{SHA}")), Some(Firmness::Digest));
        assert_eq!(firmness("a/b:1.2"), Some(Firmness::Tag));
        assert_eq!(firmness("a/b:latest"), Some(Firmness::Latest));
        assert_eq!(firmness("localhost:5000/b"), Some(Firmness::Nothing));
    }

    #[test]
    fn a_trusted_path_covers_what_is_below_it_and_no_neighbour() {
        let from = |image: &str, entry: &str| ImageReference::parse(image).is_some_and(|image| image.is_from(entry));
        assert!(from("r.example/pay/api:1", "r.example") && from("r.example/pay/api:1", "r.example/pay"));
        assert!(from("r.example/pay/api:1", "https://r.example/pay/") && from("r.example/pay", "r.example/pay/*"));
        assert!(!from("r.example/payday/api", "r.example/pay") && !from("evil-r.example/pay", "r.example"));
        assert!(!from("r.example.evil.example/x", "r.example") && !from("r.example:5000/x", "r.example") && !from("nginx", ""));
        assert!(from("nginx", "docker.io/library") && !from("acme/nginx", "docker.io/library"));
        assert!(from("1.dkr.ecr.eu-west-1.amazonaws.com/pay", "*.dkr.ecr.eu-west-1.amazonaws.com"));
    }

    #[test]
    fn digests_are_read_from_what_runtimes_report() {
        assert_eq!(digest_of_id(&format!("docker-pullable://nginx@{SHA}")), Some(SHA));
        assert_eq!(digest_of_id(SHA), Some(SHA));
        assert_eq!(digest_of_id("nginx:1.29"), None);
    }
}

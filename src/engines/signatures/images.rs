//! The names of images in an object, as the readers of references take them apart.

use crate::request::Request;
use serde_json::Value;

/// The lists of containers in a pod.
const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// Where the spec of a pod is in an object of some kind; none where it has none.
pub(crate) fn pod_spec<'a>(group: &str, kind: &str, object: &'a Value) -> Option<&'a Value> {
    let path = match (group, kind) {
        ("", "Pod") => "/spec",
        ("apps", "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet") | ("", "ReplicationController") | ("batch", "Job") => {
            "/spec/template/spec"
        }
        ("batch", "CronJob") => "/spec/jobTemplate/spec/template/spec",
        _ => return None,
    };
    object.pointer(path)
}

/// The containers of a pod of all sorts.
pub(crate) fn containers(spec: &Value) -> impl Iterator<Item = &Value> {
    LISTS.iter().flat_map(|list| spec[*list].as_array().into_iter().flatten())
}

/// The images of the containers of an object; none where it has no pod.
pub(super) fn of<'a>(request: &Request, object: &'a Value) -> Option<Vec<&'a str>> {
    let spec = pod_spec(&request.kind.group, &request.kind.kind, object)?;
    Some(containers(spec).map(|container| container["image"].as_str().unwrap_or_default()).collect())
}

/// All images that a node pulls for an object: those of its containers, and those that it mounts as volumes.
pub(super) fn pulled<'a>(request: &Request, object: &'a Value) -> Option<Vec<&'a str>> {
    let mut images = of(request, object)?;
    let spec = pod_spec(&request.kind.group, &request.kind.kind, object)?;
    let volumes = spec["volumes"].as_array().into_iter().flatten();
    images.extend(volumes.filter_map(|volume| volume.pointer("/image/reference")?.as_str()));
    Some(images)
}

/// A reference to an image, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    /// Host of the registry; `docker.io` for Docker Hub, however it was written.
    pub registry: String,
    /// Repository in it, with `library/` where Docker Hub's own are meant.
    pub repository: String,
    /// The tag, where one is written.
    pub tag: Option<String>,
    /// The digest, where one is written.
    pub digest: Option<String>,
}

/// Docker Hub.
pub(crate) const HUB: &str = "docker.io";

impl Reference {
    /// Reads a reference; none where it is not one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        // A colon behind the last slash begins a tag; before it, a port.
        let (path, tag) = match rest.rsplit_once(':') {
            Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
            _ => (rest, None),
        };
        let (registry, repository) = match path.split_once('/') {
            Some((host, repository)) if host.contains(['.', ':']) || host == "localhost" => (host, repository),
            _ => (HUB, path),
        };
        let registry = if registry == "index.docker.io" { HUB } else { registry };
        let repository = if registry == HUB && !repository.contains('/') { format!("library/{repository}") } else { repository.to_owned() };
        let small = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '_' | '-' | '.' | '/');
        let parts = repository.split('/').all(|part| !part.is_empty());
        let tagged = tag.is_none_or(|tag| {
            (1..=128).contains(&tag.len()) && tag.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.'))
        });
        let digested = digest.is_none_or(|digest| {
            digest
                .strip_prefix("sha256:")
                .is_some_and(|hex| hex.len() == 64 && hex.chars().all(|letter| matches!(letter, '0'..='9' | 'a'..='f')))
        });
        let whole = path.len() > 1 && parts && repository.chars().all(small) && !registry.is_empty() && tagged && digested;
        whole.then(|| Self { registry: registry.to_owned(), repository, tag: tag.map(str::to_owned), digest: digest.map(str::to_owned) })
    }

    /// Registry and repository, with this name for Docker Hub.
    pub(crate) fn context(&self, hub: &str) -> String {
        format!("{}/{}", if self.registry == HUB { hub } else { &self.registry }, self.repository)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_taken_apart() {
        let digest = "sha256:0123456789012345678901234567890123456789012345678901234567890123";
        let rows = [
            ("nginx", Some(("docker.io", "library/nginx", None, None))),
            ("nginx:1", Some(("docker.io", "library/nginx", Some("1"), None))),
            ("me/app", Some(("docker.io", "me/app", None, None))),
            ("docker.io/nginx", Some(("docker.io", "library/nginx", None, None))),
            ("index.docker.io/library/nginx:a", Some(("docker.io", "library/nginx", Some("a"), None))),
            ("ghcr.io/a/b", Some(("ghcr.io", "a/b", None, None))),
            ("localhost/a", Some(("localhost", "a", None, None))),
            ("host:5000/a:2", Some(("host:5000", "a", Some("2"), None))),
            ("UPPER/a", None),
            ("", None),
            ("a b", None),
            ("ghcr.io/a:", None),
            ("ghcr.io//a", None),
            ("ghcr.io/a@sha256:12", None),
        ];
        for (text, expected) in rows {
            let found = Reference::parse(text);
            let found =
                found.as_ref().map(|one| (one.registry.as_str(), one.repository.as_str(), one.tag.as_deref(), one.digest.as_deref()));
            assert_eq!(found, expected, "{text}");
        }
        let both = Reference::parse(&format!("ghcr.io/a/b:1@{digest}"));
        assert_eq!(both.and_then(|one| Some((one.tag?, one.digest?))), Some(("1".to_owned(), digest.to_owned())));
    }
}

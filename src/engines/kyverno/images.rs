//! Names of images as Kyverno takes them apart.
//!
//! Source: pkg/utils/image of Kyverno 1.19, and github.com/distribution/reference, by whose grammar names are read.

use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// A name of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// `docker.io` where none is named.
    pub registry: String,
    /// With all folders.
    pub path: String,
    /// The last part of the path.
    pub name: String,
    /// `latest` where there is neither tag nor digest.
    pub tag: String,
    /// `sha256:…`; "" where there is none.
    pub digest: String,
}

static GRAMMAR: LazyLock<Result<regex::Regex, regex::Error>> = LazyLock::new(|| {
    let alnum = "[a-z0-9]+";
    let separator = "(?:[._]|__|[-]+)";
    let part = format!("{alnum}(?:{separator}{alnum})*");
    let label = "(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])";
    let domain = format!("(?:{label}(?:\\.{label})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?");
    let digest = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
    regex::Regex::new(&format!("^({domain})/({part}(?:/{part})*)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}}))?(?:@({digest}))?$"))
});

impl Image {
    /// Takes a name apart; in words what is wrong with it where Kyverno would refuse it.
    pub fn read(text: &str) -> Result<Self, String> {
        let first = text.split_once('/').map(|(first, _)| first);
        let named = first.is_some_and(|first| first.contains(['.', ':']) || first == "localhost" || first.to_lowercase() != first);
        let whole = if named { text.to_owned() } else { format!("docker.io/{text}") };
        let grammar = GRAMMAR.as_ref().map_err(ToString::to_string)?;
        let parts = grammar.captures(&whole).ok_or_else(|| format!("{text:?} is no name of an image"))?;
        let group = |at: usize| parts.get(at).map_or(String::new(), |part| part.as_str().to_owned());
        let (registry, path, mut tag, digest) = (group(1), group(2), group(3), group(4));
        if registry.len() + path.len() > 254 {
            return Err(format!("{text:?} is too long for a name of an image"));
        }
        if digest.is_empty() && tag.is_empty() {
            "latest".clone_into(&mut tag);
        }
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        Ok(Self { registry, path, name, tag, digest })
    }

    /// The name in full, by digest where there is one.
    #[must_use]
    pub fn whole(&self) -> String {
        if self.digest.is_empty() {
            format!("{}/{}:{}", self.registry, self.path, self.tag)
        } else {
            format!("{}/{}@{}", self.registry, self.path, self.digest)
        }
    }
}

/// The three lists of containers.
pub const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// Where the specification of a pod stands in an object of this kind; none where Kyverno looks for no images.
#[must_use]
pub fn pod_path(kind: &str) -> Option<&'static [&'static str]> {
    Some(match kind {
        "Pod" => &["spec"],
        "DaemonSet" | "Deployment" | "ReplicaSet" | "ReplicationController" | "StatefulSet" | "Job" => &["spec", "template", "spec"],
        "CronJob" => &["spec", "jobTemplate", "spec", "template", "spec"],
        _ => return None,
    })
}

/// An image of an object: in which list, of which container, and its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// `containers`.
    pub list: &'static str,
    /// Name of the container.
    pub container: String,
    /// Its image.
    pub image: Image,
    /// Where it stands: `/spec/containers/0/image`.
    pub pointer: String,
}

/// All images of an object; in words what Kyverno would refuse.
pub fn of(object: &Value) -> Result<Vec<Found>, String> {
    let kind = object.get("kind").and_then(Value::as_str).unwrap_or_default();
    let Some(path) = pod_path(kind) else { return Ok(Vec::new()) };
    let mut spec = object;
    for part in path {
        match spec.get(part) {
            None | Some(Value::Null) => return Ok(Vec::new()),
            Some(inner) => spec = inner,
        }
    }
    let mut found: Vec<Found> = Vec::new();
    for list in LISTS {
        let Some(items) = spec.get(list) else { continue };
        let Value::Array(items) = items else {
            if items.is_null() {
                continue;
            }
            return Err(format!("{list} is no list"));
        };
        for (at, container) in items.iter().enumerate().filter(|(_, container)| container.is_object()) {
            let Some(name) = container.get("name").and_then(Value::as_str) else { return Err("a container has no name".to_owned()) };
            let Some(image) = container.get("image").and_then(Value::as_str).filter(|image| !image.trim().is_empty()) else { continue };
            let pointer = format!("/{}/{list}/{at}/image", path.join("/"));
            let image = Image::read(image)?;
            // Of two containers with one name in one list the later counts.
            found.retain(|other| other.list != list || other.container != name);
            found.push(Found { list, container: name.to_owned(), image, pointer });
        }
    }
    Ok(found)
}

/// The variable `images`; none where there are no images.
#[must_use]
pub fn variable(found: &[Found]) -> Option<Value> {
    let mut lists = Map::new();
    for item in found {
        let image = &item.image;
        let mut entry = json!({
            "name": image.name, "path": image.path, "registry": image.registry, "reference": image.whole(),
            "referenceWithTag": format!("{}/{}:{}", image.registry, image.path, image.tag), "jsonPointer": item.pointer,
        });
        for (key, value) in [("tag", &image.tag), ("digest", &image.digest)] {
            if !value.is_empty() {
                entry[key] = json!(value);
            }
        }
        if let Value::Object(list) = lists.entry(item.list).or_insert_with(|| json!({})) {
            list.insert(item.container.clone(), entry);
        }
    }
    (!lists.is_empty()).then_some(Value::Object(lists))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let rows = [
            ("nginx", Some("docker.io/nginx:latest")),
            ("nginx:1.2", Some("docker.io/nginx:1.2")),
            ("a/b", Some("docker.io/a/b:latest")),
            ("docker.io/library/nginx", Some("docker.io/library/nginx:latest")),
            ("ghcr.io/a/b:v1", Some("ghcr.io/a/b:v1")),
            ("localhost/a", Some("localhost/a:latest")),
            ("localhost:5000/a:1", Some("localhost:5000/a:1")),
            ("Registry/a", Some("Registry/a:latest")),
            ("Nginx", None),
            ("nginx:", None),
            ("nginx@sha256:abc", None),
            ("", None),
            (" nginx", None),
        ];
        for (text, expected) in rows {
            assert_eq!(Image::read(text).ok().map(|image| image.whole()).as_deref(), expected, "{text}");
        }
        let image = Image::read(&format!("a/nginx:1@{digest}")).unwrap();
        assert_eq!((image.tag.as_str(), image.name.as_str(), image.whole()), ("1", "nginx", format!("docker.io/a/nginx@{digest}")));
        assert_eq!(Image::read(&format!("nginx@{digest}")).unwrap().tag, "");
    }

    #[test]
    fn images_are_found_in_all_lists() {
        let spec = json!({"initContainers": [{"name": "i", "image": "x"}], "containers": [{"name": "a", "image": "nginx"}, {"name": "b"}]});
        let pod = json!({"kind": "Pod", "spec": spec});
        let found = of(&pod).unwrap();
        assert_eq!(
            found.iter().map(|f| (f.list, f.container.as_str())).collect::<Vec<_>>(),
            [("initContainers", "i"), ("containers", "a")]
        );
        assert_eq!(variable(&found).unwrap()["containers"]["a"]["registry"], json!("docker.io"));
        let cron = json!({"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": spec}}}}});
        assert_eq!(of(&cron).unwrap()[1].pointer, "/spec/jobTemplate/spec/template/spec/containers/0/image");
        assert!(of(&json!({"kind": "Pod", "spec": {"containers": [{"name": "a", "image": "A B"}]}})).is_err());
        assert!(of(&json!({"kind": "ConfigMap", "spec": spec})).unwrap().is_empty());
        assert!(variable(&[]).is_none());
    }
}

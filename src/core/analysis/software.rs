//! Known software, told by its images and labels: log agents, consoles, policy engines and the rest of `src/core/assets/software.toml`.
//!
//! An image is compared by its repository alone, because mirrors change the registry and releases the tag. A label counts only where no
//! image of the workload says anything: labels are copied and forgotten.

use super::lifecycle::numbers;
use crate::kinds::{Container, ContainerRole, Inventory, PodSpec, Workload};
use crate::model::text::glob;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A known piece of software, by image or label.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Software {
    /// Its name, for people.
    pub name: String,
    /// What it does: `logs`, `runtime-security`, `console`, `identity-broker`, `policy`, `secrets`, `mesh`, `gitops`, `scanner`, `ingress`, `network-plugin`…
    pub role: Vec<String>,
    /// Globs on the image's repository without registry and tag: `*fluent-bit*`.
    pub image: Vec<String>,
    /// `key=value` labels of its pods; the value may be a glob.
    pub label: Vec<String>,
    /// A remark that checks repeat.
    pub note: String,
    /// Whether its makers have stopped to mend security faults.
    pub retired: bool,
    /// Releases that somebody slipped malicious code into: `0.69.4`.
    pub malicious: Vec<String>,
    /// Settings by which what it does is switched on and off.
    pub switch: Vec<Switch>,
    /// Tag of the first image that enforces network policies, of a plugin of which older ones enforce none: `v1.2.0`.
    pub enforces_since: String,
}

/// A setting by which software is switched on and off, in each place where it may stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Switch {
    /// The role that it switches; "" where it is all that the software does.
    pub role: String,
    /// A flag of any of its containers, without dashes.
    pub flag: String,
    /// A variable of any of its containers.
    pub env: String,
    /// ConfigMaps of its namespace, by glob.
    pub map: String,
    /// A key of such a ConfigMap.
    pub key: String,
    /// Where the setting stands in the document under that key: `security.enabled`; "" where the key is the setting.
    pub path: String,
    /// It counts only where a container of the workload has an image like this one.
    pub beside: String,
    /// Values with which it is on.
    pub on: Vec<String>,
    /// Values with which it is off.
    pub off: Vec<String>,
    /// Values with which it is off in part, so that a person must judge; `*` for all that mean neither on nor off.
    pub asks: Vec<String>,
    /// Whether it is off where it stands nowhere.
    pub needed: bool,
    /// What off, or off in part, means: the end of a sentence that begins with its name.
    pub note: String,
}

impl Switch {
    /// Whether it counts in a pod: where it is of one form of the software, a container that tells that form must be there.
    #[must_use]
    pub fn counts_in(&self, spec: &PodSpec) -> bool {
        self.beside.is_empty() || spec.all_containers().any(|(_, container)| glob(&self.beside, repository(&container.image)))
    }
}

/// A piece of known software that was found in a workload.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// What it is.
    pub software: &'a Software,
    /// Where it runs.
    pub workload: &'a Workload,
    /// The image that showed it; "" where a label did.
    pub image: String,
    /// Path of the container with that image, within the pod spec; "" where a label showed it.
    pub container: String,
}

/// The repository of an image reference, without registry, tag and digest: `fluent/fluent-bit`.
#[must_use]
pub fn repository(image: &str) -> &str {
    let bare = image.split('@').next().unwrap_or_default();
    let bare = match bare.rsplit_once(':') {
        Some((before, tag)) if !tag.contains('/') => before,
        _ => bare,
    };
    match bare.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => rest,
        _ => bare,
    }
}

/// Whether a repository is a distributor's copy of another, which has the path of the original in its name: `rancher/mirrored-grafana-grafana` of
/// `grafana/grafana`, `rancher/hardened-etcd` of `etcd`.
#[must_use]
pub fn is_copy(repository: &str, original: &str) -> bool {
    let name = repository.rsplit('/').next().unwrap_or_default();
    let last = original.rsplit('/').next().unwrap_or_default();
    name.strip_prefix("mirrored-").is_some_and(|path| path.bytes().eq(original.bytes().map(|b| if b == b'/' { b'-' } else { b })))
        || name.strip_prefix("hardened-") == Some(last)
}

impl Software {
    /// Whether an image is this software's.
    #[must_use]
    pub fn is_image(&self, image: &str) -> bool {
        let repository = repository(image);
        self.image.iter().any(|pattern| {
            let mirrored = || repository.strip_suffix(pattern.as_str()).is_some_and(|path| path.ends_with('/'));
            glob(pattern, repository) || (!pattern.contains('*') && (mirrored() || is_copy(repository, pattern)))
        })
    }

    /// Whether a version or tag names a malicious release; a build behind the numbers (`v0.69.4-amd64`) changes nothing.
    #[must_use]
    pub fn is_malicious(&self, version: &str) -> bool {
        let version = numbers(version);
        self.malicious.iter().any(|bad| !version.is_empty() && numbers(bad) == version)
    }

    /// Whether it plays a role.
    #[must_use]
    pub fn plays(&self, role: &str) -> bool {
        self.role.iter().any(|known| known == role)
    }
}

impl Found<'_> {
    /// Whether this carries network policies out; nothing where it may, which depends on how it is set up or on a release that no tag tells.
    #[must_use]
    pub fn enforces(&self) -> Option<bool> {
        let software = self.software;
        if software.plays("enforces-policy") {
            return Some(true);
        }
        if software.plays("enforces-nothing") {
            return Some(false);
        }
        let (first, own) = (numbers(&software.enforces_since), numbers(tag(&self.image)));
        (!first.is_empty() && !own.is_empty()).then(|| own >= first)
    }
}

/// The tag of an image reference, "" where it has none.
fn tag(image: &str) -> &str {
    let bare = image.split('@').next().unwrap_or_default();
    bare.rsplit_once(':').map_or("", |(_, tag)| if tag.contains('/') { "" } else { tag })
}

/// Known software of which this release is malicious, by the name that it gives itself.
#[must_use]
pub fn malicious<'a>(known: &'a [Software], name: &str, version: &str) -> Option<&'a Software> {
    known.iter().find(|software| software.name.eq_ignore_ascii_case(name.trim()) && software.is_malicious(version))
}

/// Every workload that runs known software of a role: by image first, by label only where no image says anything.
#[must_use]
pub fn with_role<'a>(inventory: &'a Inventory, known: &'a [Software], role: &str) -> Vec<Found<'a>> {
    recognise(inventory, &known.iter().filter(|s| s.plays(role)).collect::<Vec<_>>())
}

/// Every workload that runs any known software.
#[must_use]
pub fn everywhere<'a>(inventory: &'a Inventory, known: &'a [Software]) -> Vec<Found<'a>> {
    recognise(inventory, &known.iter().collect::<Vec<_>>())
}

/// Software by the labels that tell it.
struct ByLabel<'a>(HashMap<&'a str, Vec<(&'a str, usize)>>);

impl<'a> ByLabel<'a> {
    fn of(wanted: &[&'a Software]) -> Self {
        let mut by_key: HashMap<&str, Vec<(&str, usize)>> = HashMap::new();
        for (nth, software) in wanted.iter().enumerate() {
            for (key, value) in software.label.iter().filter_map(|pair| pair.split_once('=')) {
                by_key.entry(key).or_default().push((value, nth));
            }
        }
        Self(by_key)
    }

    /// The places of software that labels tell, in order.
    fn find(&self, labels: &BTreeMap<String, String>) -> BTreeSet<usize> {
        let told = labels.iter().filter_map(|(key, have)| Some((self.0.get(key.as_str())?, have)));
        told.flat_map(|(told, have)| told.iter().filter(move |(value, _)| glob(value, have)).map(|(_, nth)| *nth)).collect()
    }
}

fn recognise<'a>(inventory: &'a Inventory, wanted: &[&'a Software]) -> Vec<Found<'a>> {
    // Images repeat over many workloads and releases, so each repository is looked up once.
    let mut by_repository: HashMap<&str, Vec<&'a Software>> = HashMap::new();
    let by_label = ByLabel::of(wanted);
    let mut found = Vec::new();
    for workload in &inventory.workloads {
        let mut seen = BTreeSet::new();
        for spec in workload.variants.iter().map(|v| inventory.spec(v.spec)) {
            for (role, container) in spec.all_containers().filter(|(role, _)| *role != ContainerRole::Ephemeral) {
                let image = container.image.as_str();
                let matching = by_repository
                    .entry(repository(image))
                    .or_insert_with(|| wanted.iter().copied().filter(|s| s.is_image(image)).collect());
                for software in matching.iter().copied() {
                    if seen.insert(software.name.as_str()) {
                        found.push(Found { software, workload, image: image.to_owned(), container: container.path(role) });
                    }
                }
            }
        }
        if seen.is_empty() {
            let labelled = by_label.find(&workload.pod_labels).into_iter().map(|nth| wanted[nth]);
            found.extend(labelled.map(|software| Found { software, workload, image: String::new(), container: String::new() }));
        }
    }
    found
}

/// Whether a container runs software of a role, by its image.
#[must_use]
pub fn container_plays(known: &[Software], container: &Container, role: &str) -> bool {
    known.iter().any(|s| s.plays(role) && s.is_image(&container.image))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_name_matches_behind_any_path_and_no_other_name() {
        let dex = Software { image: vec!["dex".into(), "*openunison*".into()], ..Software::default() };
        assert!(dex.is_image("ghcr.io/dexidp/dex:v2.45.0") && dex.is_image("dex") && dex.is_image("mirror.example/a/b/dex@sha256:00"));
        assert!(!dex.is_image("acme/index:1") && !dex.is_image("dex/operator") && dex.is_image("a/openunison-k8s-html"));
    }

    #[test]
    fn copies_of_distributors_are_known_by_the_path_in_their_name() {
        for (copy, original) in [
            ("rancher/mirrored-grafana-grafana", "grafana/grafana"),
            ("mirror.example/rancher/mirrored-calico-node", "calico/node"),
            ("rancher/mirrored-ingress-nginx-kube-webhook-certgen", "ingress-nginx/kube-webhook-certgen"),
            ("rancher/hardened-etcd", "etcd"),
            ("rancher/hardened-coredns", "coredns/coredns"),
        ] {
            assert!(is_copy(copy, original), "{copy}");
        }
        for (other, original) in
            [("rancher/mirrored-grafana-grafana", "grafana"), ("acme/hardened-etcd-tools", "etcd"), ("grafana-grafana", "grafana/grafana")]
        {
            assert!(!is_copy(other, original), "{other}");
        }
    }

    #[test]
    fn malicious_releases_are_told_by_their_numbers() {
        let trivy = Software { name: "Trivy".into(), malicious: vec!["0.69.4".into(), "0.69.5".into()], ..Software::default() };
        for bad in ["0.69.4", "v0.69.4", "0.69.5-amd64", "0.69.4+x"] {
            assert!(trivy.is_malicious(bad), "{bad}");
        }
        for good in ["0.69.3", "0.69.40", "0.70.4", "latest", ""] {
            assert!(!trivy.is_malicious(good), "{good}");
        }
        let known = [trivy];
        assert!(malicious(&known, "trivy", "0.69.4").is_some() && malicious(&known, "Grype", "0.69.4").is_none());
    }

    #[test]
    fn repositories_lose_registry_tag_and_digest() {
        let cases = [
            ("nginx", "nginx"),
            ("localhost:5000/a/b:v1", "a/b"),
            ("docker.io/fluent/fluent-bit:3.1@sha256:00", "fluent/fluent-bit"),
            ("registry.acme.example:8443/mirror/fluent/fluent-bit", "mirror/fluent/fluent-bit"),
            ("grafana/alloy:v1.2", "grafana/alloy"),
        ];
        for (image, wanted) in cases {
            assert_eq!(repository(image), wanted);
        }
    }
}

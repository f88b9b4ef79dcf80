//! Active probes: which images and addresses they are about, what exactly would be sent, and what an answer means.
//!
//! [`plan`] lists every request beforehand, so that a person can say yes or no to the very list that is then carried out. A registry is asked
//! once for each image in scope, by the digest that runs where pods tell it: whether it gives the manifest to callers without a credential, and
//! what signatures it keeps beside it. There are three places for these: the list of referrers (OCI distribution 1.1), the tag
//! `sha256-<hex>` that stands in for it, and cosign's older tag `sha256-<hex>.sig`. Last come the kubelets, each asked once for its settings.

mod answers;
mod challenge;
mod kubelets;
mod record;

pub use answers::{Answer, Attached, answer, answer_of, artifacts, attached, serves_no_referrers};
pub use challenge::{Challenge, challenge};
pub use kubelets::MOST_NODES;
pub use record::{lines, record};

use super::image::{DEFAULT_REGISTRY, ImageReference};
use super::platform::Categories;
use crate::kinds::{ImageUse, Inventory, LeftOut, Method, Pod, ProbeRequest, Purpose, Source, Workload};
use crate::model::{Category, Scope};
use std::collections::{BTreeMap, BTreeSet};

/// Addresses of the API server that are asked for without a credential; the first three are open in a stock cluster. Lists are asked for in
/// their smallest form, and of Secrets as a table without the objects: if the server answers, no value of a Secret travels.
pub const API_PATHS: [&str; 9] = [
    "/version",
    "/livez",
    "/readyz",
    "/api",
    "/apis",
    "/openapi/v3",
    "/metrics",
    "/api/v1/namespaces?limit=1",
    "/api/v1/secrets?limit=1&includeObject=None",
];

/// Most images that are asked about.
pub const MOST_IMAGES: usize = 1000;

/// An image that a workload in scope names, by a container or by a volume, with what it stands for.
pub struct Used<'a> {
    /// The workload.
    pub workload: &'a Workload,
    /// Category of its namespace.
    pub category: Category,
    /// Pods that share it.
    pub pods: u32,
    /// Path of the field.
    pub field: String,
    /// The image as it is written.
    pub image: &'a str,
    /// The reference, where it is one that can be asked about.
    pub reference: Option<ImageReference>,
    /// Names to ask by, `registry/repository@digest`; with a tag in place of the digest where no digest is known.
    pub names: BTreeSet<String>,
}

/// Every image of a workload in scope, in the order of the workloads.
#[must_use]
pub fn used<'a>(inventory: &'a Inventory, scope: &Scope) -> Vec<Used<'a>> {
    let categories = Categories::new(inventory, scope);
    let mut found = Vec::new();
    for workload in &inventory.workloads {
        let category = categories.of(&workload.object.namespace);
        if !category.in_scope() {
            continue;
        }
        for variant in &workload.variants {
            let spec = inventory.spec(variant.spec);
            for image in spec.images().filter(ImageUse::lasts) {
                let pods = || workload.pod_indexes.iter().filter_map(|i| inventory.pods.get(*i)).filter(|pod| pod.spec == variant.spec);
                let reference = ImageReference::parse(image.reference).filter(askable);
                let container = image.container.map_or("", |(_, container)| container.name.as_str());
                found.push(Used {
                    workload,
                    category,
                    pods: variant.pods,
                    field: format!("{}.{}", workload.spec_path(), image.path()),
                    image: image.reference,
                    names: reference.as_ref().map(|image| names(image, container, pods())).unwrap_or_default(),
                    reference,
                });
            }
        }
    }
    found
}

/// Whether a reference makes an address that means what it says.
fn askable(image: &ImageReference) -> bool {
    !image.repository.split('/').any(|part| part == "." || part == "..") && !image.registry.contains('_')
}

fn names<'a>(image: &ImageReference, container: &str, pods: impl Iterator<Item = &'a Pod>) -> BTreeSet<String> {
    if let Some(digest) = &image.digest {
        return BTreeSet::from([format!("{}@{digest}", image.name())]);
    }
    // An image id without a name before it is that of a configuration, which no registry knows by this digest.
    let running: BTreeSet<String> = pods
        .filter_map(|pod| pod.image_ids.get(container)?.rsplit_once('@'))
        .map(|(_, digest)| digest)
        .filter(|digest| crate::model::is_digest(digest))
        .map(|digest| format!("{}@{digest}", image.name()))
        .collect();
    if running.is_empty() { BTreeSet::from([format!("{}:{}", image.name(), image.tag.as_deref().unwrap_or("latest"))]) } else { running }
}

/// What would be sent, in this order, and what would not be asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Requests. Those behind the first of an image are only sent where its answer makes them worth it: see [`follows`].
    pub requests: Vec<ProbeRequest>,
    /// Images that can't be asked about, or are too many.
    pub left_out: Vec<LeftOut>,
}

/// When a request is sent, for people.
#[must_use]
pub const fn follows(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Api | Purpose::Manifest => "",
        Purpose::Token => "only where the registry asks for a token",
        Purpose::Referrers | Purpose::CosignTag => "only where the registry gives the manifest",
        Purpose::ReferrersTag => "only where the registry serves no list of referrers",
        Purpose::Kubelet => "with your login, and only where the cluster's own authority vouches for its certificate",
    }
}

/// Lists what active probes of a cluster in this scope would send.
#[must_use]
pub fn plan(inventory: &Inventory, scope: &Scope) -> Plan {
    let mut plan = Plan::default();
    let server = &inventory.cluster.server;
    // Without TLS on this machine answers a tunnel such as kubectl proxy, which logs in by itself: that would show its rights, not a stranger's.
    let plain = server.strip_prefix("http://").filter(|rest| !is_loopback(rest.split('/').next().unwrap_or_default()));
    if inventory.source == Source::Live && (server.starts_with("https://") || plain.is_some()) {
        let api = |path: &&str| ProbeRequest {
            purpose: Purpose::Api,
            method: Method::Get,
            url: format!("{server}{path}"),
            image: String::new(),
            node: String::new(),
        };
        plan.requests.extend(API_PATHS.iter().map(api));
    }
    // The entity's own registries come first: where there is too much to ask, it is not these that are left out.
    let mut images: BTreeMap<(bool, String), (ImageReference, String)> = BTreeMap::new();
    let mut left_out: BTreeMap<String, &str> = BTreeMap::new();
    for used in used(inventory, scope) {
        let Some(reference) = &used.reference else {
            left_out.insert(used.image.to_owned(), "it is no reference to an image that can be asked about");
            continue;
        };
        let public = reference.is_public() && !is_trusted(reference, scope);
        for name in &used.names {
            let (_, end) = name.split_at(reference.name().len());
            images.entry((public, name.clone())).or_insert_with(|| (reference.clone(), end.get(1..).unwrap_or_default().to_owned()));
        }
    }
    let mut tokens = BTreeSet::new();
    for (nth, ((_, name), (reference, tail))) in images.into_iter().enumerate() {
        if nth >= MOST_IMAGES {
            left_out.insert(name, "there are more images than are asked about at once");
            continue;
        }
        let repository = format!("{}/v2/{}", origin(&reference.registry, scope), reference.repository);
        let mut ask = |purpose, method, end: String| {
            plan.requests.push(ProbeRequest {
                purpose,
                method,
                url: format!("{repository}/{end}"),
                image: name.clone(),
                node: String::new(),
            });
        };
        ask(Purpose::Manifest, Method::Head, format!("manifests/{tail}"));
        if let Some((algorithm, hex)) = tail.split_once(':') {
            ask(Purpose::Referrers, Method::Get, format!("referrers/{tail}"));
            let tag = format!("{}-{}", &algorithm[..algorithm.len().min(32)], &hex[..hex.len().min(64)]);
            ask(Purpose::ReferrersTag, Method::Get, format!("manifests/{tag}"));
            // A tag has at most 128 characters (OCI distribution specification), so longer digests have no such tag.
            if algorithm.len() + hex.len() + 5 <= 128 {
                ask(Purpose::CosignTag, Method::Get, format!("manifests/{algorithm}-{hex}.sig"));
            }
        }
        if tokens.insert(reference.name()) {
            let (url, image, node) = (String::new(), reference.name(), String::new());
            let token = ProbeRequest { purpose: Purpose::Token, method: Method::Get, url, image, node };
            plan.requests.push(token);
        }
    }
    plan.left_out = left_out.into_iter().map(|(image, why)| LeftOut { image, why: why.to_owned() }).collect();
    let (requests, unreachable) = kubelets::plan(inventory);
    plan.requests.extend(requests);
    plan.left_out.extend(unreachable);
    plan
}

/// Where a registry answers. Docker Hub's registry has another name than its images; plain http is for a registry that is named with it in the
/// scope, and for this machine itself, as container runtimes have it.
fn origin(registry: &str, scope: &Scope) -> String {
    let host = if registry == DEFAULT_REGISTRY { "registry-1.docker.io" } else { registry };
    let plain = scope.trusted_registries.iter().any(|entry| {
        entry
            .trim()
            .strip_prefix("http://")
            .is_some_and(|rest| rest.split('/').next().is_some_and(|named| named.eq_ignore_ascii_case(registry)))
    });
    format!("{}://{host}", if plain || is_loopback(registry) { "http" } else { "https" })
}

/// Whether a host, with a port or without, is this machine.
#[must_use]
pub fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, port)| if port.bytes().all(|b| b.is_ascii_digit()) { name } else { host }),
    };
    name == "localhost" || name.parse::<core::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether the assessor's scope names the registry of an image.
#[must_use]
pub fn is_trusted(image: &ImageReference, scope: &Scope) -> bool {
    scope.trusted_registries.iter().any(|entry| image.is_from(entry))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin_of(registry: &str, trusted: &[&str]) -> String {
        origin(registry, &Scope { trusted_registries: trusted.iter().map(|t| (*t).to_owned()).collect(), ..Scope::default() })
    }

    #[test]
    fn plain_http_is_for_this_machine_and_for_registries_named_with_it() {
        assert_eq!(origin_of("docker.io", &[]), "https://registry-1.docker.io");
        assert_eq!(origin_of("r.example:5000", &["r.example:5000", "https://r.example:5000"]), "https://r.example:5000");
        assert_eq!(origin_of("r.example:5000", &["http://R.example:5000/pay"]), "http://r.example:5000");
        assert_eq!(origin_of("r.example:5000", &["http://r.example"]), "https://r.example:5000");
        for local in ["localhost", "localhost:5000", "127.0.0.1:5000", "[::1]:5000"] {
            assert_eq!(origin_of(local, &[]), format!("http://{local}"));
        }
        assert!(!is_loopback("localhost.evil.example") && !is_loopback("10.0.0.1:5000") && !is_loopback("2a00::1"));
    }
}

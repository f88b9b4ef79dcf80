//! OpenShift: what its nodes pull. The registries of `image.config.openshift.io` and the (Cluster)ImagePolicies become rules of the container runtime: an
//! object with an image that they refuse gets in, and its containers don't start. Here that counts as refused.
//!
//! The images of volumes are pulled by the same runtime under the same rules.
//!
//! Of several scopes the most specific one counts: an image with its tag or digest, its repository, the paths above it, its registry, and then
//! `*.domain`. Sources: `containers-policy.json`, and the API of OpenShift 4.21.

use super::images::{self, Reference};
use crate::request::{Namespace, Operation, Provenance, Request};
use crate::ruling::{Answer, Judge, Ruling};
use crate::selector::or_default;
use serde::Deserialize;
use serde_json::Value;

/// The rules for images of a cluster of OpenShift.
pub struct OpenShift {
    registries: Result<Registries, String>,
    policies: Vec<Part>,
}

struct Part {
    by: String,
    /// None for the whole cluster.
    namespace: Option<String>,
    scopes: Result<Vec<String>, String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Registries {
    #[serde(rename = "insecureRegistries")]
    _insecure: Value,
    #[serde(deserialize_with = "or_default")]
    blocked_registries: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    allowed_registries: Vec<String>,
    #[serde(rename = "containerRuntimeSearchRegistries")]
    _search: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    api_version: String,
    kind: String,
    #[serde(default, rename = "metadata")]
    _metadata: Value,
    spec: Spec,
    #[serde(default, rename = "status")]
    _status: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    scopes: Vec<String>,
    policy: Policy,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Policy {
    root_of_trust: Root,
    #[serde(default, rename = "signedIdentity")]
    _signed_identity: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Root {
    policy_type: String,
    #[serde(rename = "publicKey")]
    public_key: Option<Value>,
    #[serde(rename = "fulcioCAWithRekor")]
    fulcio: Option<Value>,
    pki: Option<Value>,
}

impl OpenShift {
    /// Reads the cluster's `images.config.openshift.io` (null where there is none) with its ClusterImagePolicies and ImagePolicies.
    #[must_use]
    pub fn read(images: &Value, policies: &[Value]) -> Self {
        let sources = images.pointer("/spec/registrySources").filter(|sources| !sources.is_null());
        let registries =
            sources.map_or_else(|| Ok(Registries::default()), Registries::deserialize).map_err(|error| format!("registrySources: {error}"));
        let policies = policies
            .iter()
            .map(|document| {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                let kind = text(&document["kind"]);
                let namespace = (kind == "ImagePolicy").then(|| text(&document["metadata"]["namespace"]));
                let name = text(&document["metadata"]["name"]);
                let by = namespace.as_ref().map_or_else(|| format!("{kind} {name}"), |namespace| format!("{kind} {namespace}/{name}"));
                Part { by, namespace, scopes: scopes(document) }
            })
            .collect();
        Self { registries, policies }
    }
}

fn scopes(document: &Value) -> Result<Vec<String>, String> {
    let document = Document::deserialize(document).map_err(|error| format!("the policy: {error}"))?;
    let versions = ["config.openshift.io/v1", "config.openshift.io/v1alpha1"];
    if !versions.contains(&document.api_version.as_str()) || !["ClusterImagePolicy", "ImagePolicy"].contains(&document.kind.as_str()) {
        return Err(format!("a policy of {} {}", document.api_version, document.kind));
    }
    let root = document.spec.policy.root_of_trust;
    let trusted = match root.policy_type.as_str() {
        "PublicKey" => root.public_key,
        "FulcioCAWithRekor" => root.fulcio,
        "PKI" => root.pki,
        other => return Err(format!("a root of trust of the type {other}")),
    };
    trusted.map(|_| document.spec.scopes).ok_or_else(|| "a root of trust without what it names".to_owned())
}

/// How closely a scope fits an image; none where it does not.
fn closeness(scope: &str, reference: &Reference) -> Option<usize> {
    let repository = reference.context(images::HUB);
    let ends = [reference.digest.as_ref().map(|digest| format!("{repository}@{digest}")), Some(tagged(reference, &repository))];
    // An image itself is closer than its repository, and that closer than what is above it.
    if ends.iter().flatten().any(|end| end == scope) {
        return Some(usize::MAX);
    }
    if let Some(domain) = scope.strip_prefix("*.") {
        let host = reference.registry.split(':').next().unwrap_or_default();
        let within = host.strip_suffix(domain).is_some_and(|front| front.len() > 1 && front.ends_with('.'));
        // Closer than none, and farther than any scope without a star.
        return within.then_some(1 + domain.len().min(998));
    }
    let fits = repository == scope || repository.strip_prefix(scope).is_some_and(|rest| rest.starts_with('/'));
    fits.then_some(1_000 + scope.len())
}

fn tagged(reference: &Reference, repository: &str) -> String {
    format!("{repository}:{}", reference.tag.as_deref().unwrap_or("latest"))
}

/// Which of the rules counts for an image.
enum Counts<'a> {
    Refused(String),
    Signed(Vec<&'a str>),
    Free,
}

impl OpenShift {
    fn counts(&self, registries: &Registries, reference: &Reference, namespace: Option<&str>) -> Counts<'_> {
        let mut best = (0, Counts::Free);
        if !registries.allowed_registries.is_empty() {
            best.1 = Counts::Refused("its registry is not among those that are allowed".to_owned());
        }
        for (scopes, refused) in [(&registries.allowed_registries, false), (&registries.blocked_registries, true)] {
            for scope in scopes {
                if let Some(close) = closeness(scope, reference).filter(|close| *close >= best.0) {
                    let counts = if refused { Counts::Refused(format!("{scope} is blocked")) } else { Counts::Free };
                    best = (close, counts);
                }
            }
        }
        // A policy of a namespace gives way to one of the cluster that has the same scope, or one above it.
        let cluster = self.closest(reference, |part| part.namespace.is_none());
        let own = self.closest(reference, |part| part.namespace.is_some() && part.namespace.as_deref() == namespace);
        let signed = if cluster.0 > 0 { cluster } else { own };
        // What is refused stays refused, signed or not.
        if signed.0 > 0 && !matches!(best.1, Counts::Refused(_)) {
            return Counts::Signed(signed.1);
        }
        best.1
    }

    fn closest(&self, reference: &Reference, of: impl Fn(&Part) -> bool) -> (usize, Vec<&str>) {
        let mut best = (0, Vec::new());
        for part in self.policies.iter().filter(|part| of(part)) {
            let close = part.scopes.iter().flatten().filter_map(|scope| closeness(scope, reference)).max();
            match close {
                Some(close) if close > best.0 => best = (close, vec![part.by.as_str()]),
                Some(close) if close == best.0 => best.1.push(&part.by),
                _ => {}
            }
        }
        best
    }
}

impl Judge for OpenShift {
    fn rule(&self, request: &Request) -> Vec<Ruling> {
        let names = || ["registrySources"].into_iter().chain(self.policies.iter().map(|part| part.by.as_str()));
        let pulled = matches!(request.operation, Operation::Create | Operation::Update);
        let Some(images) = images::pulled(request, &request.object).filter(|_| pulled) else {
            return names().map(|by| Ruling::new(by, Answer::NotAsked)).collect();
        };
        let registries = match &self.registries {
            Ok(registries) => registries,
            Err(lacks) => return names().map(|by| Ruling::new(by, Answer::NotEvaluated(lacks.clone()))).collect(),
        };
        let namespace = request.namespace.as_ref().map(|namespace| namespace.name.as_str());
        let mut refused = None;
        let mut signers: Vec<&str> = Vec::new();
        for image in images {
            let Some(reference) = Reference::parse(image) else {
                refused = refused.or_else(|| Some(format!("{image:?} is no name of an image")));
                continue;
            };
            match self.counts(registries, &reference, namespace) {
                Counts::Refused(words) => refused = refused.or_else(|| Some(format!("{image}: {words}"))),
                Counts::Signed(by) => signers.extend(by),
                Counts::Free => {}
            }
        }
        let limits = !registries.allowed_registries.is_empty() || !registries.blocked_registries.is_empty();
        let first = match refused {
            Some(words) => Answer::Refuses(words),
            None if limits => Answer::Admits(String::new()),
            None => Answer::NotAsked,
        };
        let rest = self.policies.iter().map(|part| {
            let answer = match &part.scopes {
                Err(lacks) => Answer::NotEvaluated(lacks.clone()),
                Ok(_) if !signers.contains(&part.by.as_str()) => Answer::NotAsked,
                Ok(_) if request.images == Provenance::Unsigned => Answer::Refuses("no signature: the node does not pull it".to_owned()),
                Ok(_) => Answer::Admits(String::new()),
            };
            Ruling::new(&part.by, answer)
        });
        [Ruling::new("registrySources", first)].into_iter().chain(rest).collect()
    }

    fn tells_apart(&self, namespace: &Namespace, key: &mut Vec<u8>) {
        let own = self.policies.iter().filter_map(|part| part.namespace.as_ref());
        key.extend(own.map(|name| u8::from(*name == namespace.name)));
    }

    fn asks_who(&self) -> bool {
        false
    }
}

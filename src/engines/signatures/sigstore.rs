//! Sigstore's policy-controller: its ClusterImagePolicies, and what it does with images that no policy names (policy-controller 0.13).
//!
//! Its webhook looks at images by digest: tags are resolved before, and a policy's glob is held against registry, repository and digest, without the tag.
//! Which namespaces come to it (`policy.sigstore.dev/include`) is asked of its webhook's configuration.

use super::images::{self, Reference};
use crate::request::{Namespace, Operation, Provenance, Request};
use crate::ruling::{Answer, Judge, Ruling};
use crate::selector::{Selector, or_default};
use regex::Regex;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// What is done with an image that no policy names: `no-match-policy` of the ConfigMap `config-policy-controller`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoMatch {
    /// It is refused, as where nothing is said.
    #[default]
    Deny,
    /// It is let in with a warning.
    Warn,
    /// It is let in.
    Allow,
}

impl NoMatch {
    /// By its word; any other word denies.
    #[must_use]
    pub fn read(word: Option<&str>) -> Self {
        match word {
            Some("allow") => Self::Allow,
            Some("warn") => Self::Warn,
            _ => Self::Deny,
        }
    }
}

/// All ClusterImagePolicies of a cluster: an image must hold against each that names it.
pub struct PolicyController {
    policies: Vec<(String, Result<Policy, String>)>,
    no_match: NoMatch,
}

struct Policy {
    globs: Vec<Regex>,
    matches: Vec<Resource>,
    authorities: Vec<Authority>,
    /// A policy over what all authorities found.
    over_all: bool,
    warns: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Document {
    api_version: String,
    kind: String,
    #[serde(default, rename = "metadata")]
    _metadata: Value,
    spec: Spec,
    #[serde(default, deserialize_with = "or_default")]
    status: Status,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    #[serde(deserialize_with = "or_default")]
    conditions: Vec<Condition>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Condition {
    #[serde(rename = "type", deserialize_with = "or_default")]
    sort: String,
    #[serde(deserialize_with = "or_default")]
    status: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    #[serde(default, deserialize_with = "or_default")]
    images: Vec<Image>,
    #[serde(default, deserialize_with = "or_default")]
    authorities: Vec<Authority>,
    #[serde(default)]
    policy: Option<Value>,
    #[serde(default, deserialize_with = "or_default")]
    mode: String,
    #[serde(default, rename = "match", deserialize_with = "or_default")]
    matches: Vec<Resource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Image {
    #[serde(default, deserialize_with = "or_default")]
    glob: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Authority {
    #[serde(default, rename = "name")]
    _name: Value,
    key: Option<Value>,
    keyless: Option<Keyless>,
    #[serde(rename = "static")]
    fixed: Option<Static>,
    #[serde(default, rename = "source")]
    _source: Value,
    #[serde(default, rename = "ctlog")]
    _ctlog: Value,
    #[serde(default, deserialize_with = "or_default")]
    attestations: Vec<Attestation>,
    rfc3161timestamp: Option<Value>,
    #[serde(default, rename = "signatureFormat")]
    _format: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Keyless {
    #[serde(default, rename = "url")]
    _url: Value,
    #[serde(default, deserialize_with = "or_default")]
    identities: Vec<Identity>,
    #[serde(default, rename = "ca-cert")]
    _ca_cert: Value,
    #[serde(default, rename = "trustRootRef")]
    _trust_root_ref: Value,
    #[serde(default, rename = "insecureIgnoreSCT")]
    _insecure_ignore_sct: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[derive(Default)]
struct Identity {
    #[serde(deserialize_with = "or_default")]
    issuer: String,
    #[serde(deserialize_with = "or_default")]
    subject: String,
    #[serde(deserialize_with = "or_default")]
    issuer_reg_exp: String,
    #[serde(deserialize_with = "or_default")]
    subject_reg_exp: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Static {
    #[serde(default, deserialize_with = "or_default")]
    action: String,
    #[serde(default, rename = "message")]
    _message: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Attestation {
    #[serde(default, rename = "name")]
    _name: Value,
    #[serde(default, rename = "predicateType")]
    _predicate_type: Value,
    #[serde(default)]
    policy: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Resource {
    #[serde(default, deserialize_with = "or_default")]
    group: String,
    #[serde(default, deserialize_with = "or_default")]
    version: String,
    #[serde(default, deserialize_with = "or_default")]
    resource: String,
    selector: Option<Selector>,
}

/// What one policy says to one image.
enum Said {
    Holds,
    Fails(String),
    Unknown(String),
}

impl PolicyController {
    /// Reads all ClusterImagePolicies of a cluster.
    #[must_use]
    pub fn read(policies: &[Value], no_match: NoMatch) -> Self {
        let policies = policies
            .iter()
            .map(|document| {
                let name = document["metadata"]["name"].as_str().unwrap_or_default();
                (format!("ClusterImagePolicy {name}"), Policy::read(document))
            })
            .collect();
        Self { policies, no_match }
    }
}

impl Policy {
    fn read(document: &Value) -> Result<Self, String> {
        let document = Document::deserialize(document).map_err(|error| format!("the policy: {error}"))?;
        let versions = ["policy.sigstore.dev/v1alpha1", "policy.sigstore.dev/v1beta1"];
        if !versions.contains(&document.api_version.as_str()) || document.kind != "ClusterImagePolicy" {
            return Err(format!("a policy of {} {}", document.api_version, document.kind));
        }
        if document.status.conditions.iter().any(|condition| condition.sort == "Ready" && condition.status == "False") {
            return Err("a policy that is not in force, as its status says".to_owned());
        }
        let spec = document.spec;
        let globs = spec.images.iter().filter(|image| !image.glob.is_empty()).map(|image| glob(&image.glob)).collect::<Result<_, _>>()?;
        let none = BTreeMap::new();
        if spec.matches.iter().filter_map(|resource| resource.selector.as_ref()).any(|selector| selector.selects(&none).is_none()) {
            return Err("a selector that the API would refuse".to_owned());
        }
        Ok(Self {
            globs,
            matches: spec.matches,
            authorities: spec.authorities,
            over_all: spec.policy.is_some(),
            warns: spec.mode == "warn",
        })
    }

    /// Whether it is about objects of this sort.
    fn takes(&self, request: &Request, labels: &BTreeMap<String, String>) -> bool {
        // The controller guesses a resource by the plural of a kind.
        let plural = format!("{}s", request.kind.kind.to_lowercase());
        self.matches.is_empty()
            || self.matches.iter().any(|resource| {
                resource.resource == plural
                    && resource.group == request.kind.group
                    && (resource.version == "*" || resource.version == request.kind.version)
                    && resource.selector.as_ref().is_none_or(|selector| selector.selects(labels) == Some(true))
            })
    }

    /// What it says to an image that it names: one authority is enough.
    fn says(&self, images: Provenance) -> Said {
        // Without authorities the controller finds nothing that failed.
        if self.authorities.is_empty() {
            return Said::Holds;
        }
        let mut fails = None;
        let mut passes = false;
        for authority in &self.authorities {
            match authority.says(images) {
                None => passes = true,
                Some(words) => fails = fails.or(Some(words)),
            }
        }
        match (passes, fails) {
            (true, _) if self.over_all => Said::Unknown("a policy over what the authorities found".to_owned()),
            (true, _) => Said::Holds,
            (false, words) => Said::Fails(words.unwrap_or_default()),
        }
    }
}

impl Authority {
    /// Why it does not vouch for an image; none where it does.
    fn says(&self, images: Provenance) -> Option<String> {
        if let Some(fixed) = &self.fixed {
            return (fixed.action == "fail").then(|| "a static authority refuses it".to_owned());
        }
        if self.key.is_none() && self.keyless.is_none() && self.rfc3161timestamp.is_none() {
            return Some("an authority without key, keyless or static".to_owned());
        }
        let lacking = match (images, self.attestations.is_empty()) {
            (Provenance::Verified, _) | (Provenance::Unattested | Provenance::Flawed, true) => return None,
            (Provenance::Unsigned, true) => "no signature",
            (Provenance::Unsigned | Provenance::Unattested, false) => "no attestation",
            (Provenance::Flawed, false) if self.attestations.iter().any(|attestation| attestation.policy.is_some()) => {
                "an attestation that is bad"
            }
            (Provenance::Flawed, false) => return None,
        };
        Some(lacking.to_owned())
    }

    /// Whether anybody may sign for it.
    fn anybody(&self) -> bool {
        let any = |exact: &str, pattern: &str| exact.is_empty() && matches!(pattern, "" | ".*" | ".+" | "^.*$" | "^.+$");
        self.fixed.is_none()
            && self.keyless.as_ref().is_some_and(|keyless| {
                keyless.identities.is_empty()
                    || keyless.identities.iter().any(|identity| {
                        any(&identity.issuer, &identity.issuer_reg_exp) && any(&identity.subject, &identity.subject_reg_exp)
                    })
            })
    }
}

/// A glob as the controller has it: `**` is anything, `*` anything without a slash; the two stars alone mean Docker Hub.
fn glob(text: &str) -> Result<Regex, String> {
    let text = match text {
        "*/*" => "index.docker.io/*/*",
        "*" => "index.docker.io/library/*",
        other => other,
    };
    if !text.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_:/*.@".contains(letter)) {
        return Err(format!("the glob {text}, which the controller refuses"));
    }
    let pattern = text.replace('.', "\\.").replace("**", "#").replace('*', "[^/]*").replace('#', ".*");
    Regex::new(&format!("^(?:{pattern})$")).map_err(|_| format!("the glob {text}"))
}

/// The name of an image as globs are held against it: by digest. What digest a tag stands for is not known; any is as long.
fn name(image: &str) -> Option<String> {
    let reference = Reference::parse(image)?;
    let digest = reference.digest.clone().unwrap_or_else(|| format!("sha256:{}", "0".repeat(64)));
    Some(format!("{}@{digest}", reference.context("index.docker.io")))
}

/// The kinds that the controller knows.
fn knows(request: &Request) -> bool {
    let (group, kind) = (request.kind.group.as_str(), request.kind.kind.as_str());
    matches!(
        (group, kind),
        ("", "Pod") | ("apps", "ReplicaSet" | "Deployment" | "StatefulSet" | "DaemonSet") | ("batch", "Job" | "CronJob")
    )
}

/// Whether the controller lets a request by without looking at its images.
fn lets_by(request: &Request) -> bool {
    let going = request.operation == Operation::Delete || !request.object["metadata"]["deletionTimestamp"].is_null();
    let replicas = |object: &Value| object["spec"]["replicas"].as_i64();
    let scaled_down = request.operation == Operation::Update
        && replicas(&request.object).zip(replicas(&request.old_object)).is_some_and(|(now, before)| now < before);
    going || request.subresource == "status" || scaled_down
}

impl Judge for PolicyController {
    fn rule(&self, request: &Request) -> Vec<Ruling> {
        let names = self.policies.iter().map(|(by, _)| by.as_str()).chain(["no-match-policy"]);
        let images = match images::of(request, &request.object) {
            Some(images) if knows(request) && !lets_by(request) => images,
            _ => return names.map(|by| Ruling::new(by, Answer::NotAsked)).collect(),
        };
        let labels: BTreeMap<String, String> = request.object["metadata"]["labels"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| value.as_str().map(|value| (key.clone(), value.to_owned())))
            .collect();
        let named: Vec<Option<String>> = images.iter().map(|image| name(image)).collect();
        let mut unread = None;
        let mut rulings = Vec::with_capacity(self.policies.len() + 1);
        let mut taken = vec![false; named.len()];
        for (by, policy) in &self.policies {
            let policy = match policy {
                Ok(policy) => policy,
                Err(lacks) => {
                    unread = unread.or_else(|| Some(format!("{by}: {lacks}")));
                    rulings.push(Ruling::new(by, Answer::NotEvaluated(lacks.clone())));
                    continue;
                }
            };
            let mut asked = false;
            if policy.takes(request, &labels) {
                for (name, taken) in named.iter().zip(&mut taken) {
                    if name.as_ref().is_some_and(|name| policy.globs.iter().any(|glob| glob.is_match(name))) {
                        *taken = true;
                        asked = true;
                    }
                }
            }
            let answer = match (asked, policy.says(request.images)) {
                (false, _) => Answer::NotAsked,
                (true, Said::Holds) => Answer::Admits(String::new()),
                (true, Said::Fails(_)) if policy.warns => Answer::Admits("only warns".to_owned()),
                (true, Said::Fails(words)) => Answer::Refuses(words),
                (true, Said::Unknown(_)) if policy.warns => Answer::Admits("only warns".to_owned()),
                (true, Said::Unknown(words)) => Answer::NotEvaluated(words),
            };
            rulings.push(Ruling::new(by, answer));
        }
        let broken = images.iter().zip(&named).find(|(_, name)| name.is_none()).map(|(image, _)| *image);
        let loose = images.iter().zip(&taken).find(|(_, taken)| !**taken).map(|(image, _)| *image);
        let answer = match (broken, loose, unread, self.no_match) {
            (Some(image), ..) => Answer::Refuses(format!("{image:?} is no name of an image")),
            (_, None, ..) => Answer::NotAsked,
            (_, Some(_), _, NoMatch::Allow) => Answer::Admits("images that no policy names are let in".to_owned()),
            (_, Some(_), _, NoMatch::Warn) => Answer::Admits("only warns of images that no policy names".to_owned()),
            (_, Some(_), Some(words), NoMatch::Deny) => Answer::NotEvaluated(words),
            (_, Some(image), None, NoMatch::Deny) => Answer::Refuses(format!("no policy names {image}")),
        };
        rulings.push(Ruling::new("no-match-policy", answer));
        rulings
    }

    fn tells_apart(&self, _namespace: &Namespace, _key: &mut Vec<u8>) {}

    fn ways_around(&self) -> Vec<String> {
        let policies = self.policies.iter().filter_map(|(by, policy)| Some((by, policy.as_ref().ok()?)));
        policies
            .flat_map(|(by, policy)| {
                let labels = policy.matches.iter().any(|resource| resource.selector.as_ref().is_some_and(|selector| !selector.is_empty()));
                let labels = labels.then(|| format!("{by}: objects whose labels its selector does not choose"));
                let anybody = policy
                    .authorities
                    .iter()
                    .any(Authority::anybody)
                    .then(|| format!("{by}: images that anybody has signed without a key"));
                labels.into_iter().chain(anybody)
            })
            .collect()
    }

    fn asks_who(&self) -> bool {
        false
    }
}

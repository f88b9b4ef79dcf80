//! Connaisseur: its rules and validators, as its configuration has them (Connaisseur 3).

use super::images::{self, Reference};
use crate::request::{Namespace, Operation, Provenance, Request};
use crate::ruling::{Answer, Judge, Ruling};
use crate::selector::or_default;
use serde::Deserialize;
use serde_json::Value;

/// Connaisseur with its configuration.
pub struct Connaisseur {
    config: Result<Config, String>,
    modes: Modes,
}

/// What of Connaisseur is set apart from its rules.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modes {
    /// It only warns (`DETECTION_MODE`).
    pub detection: bool,
    /// It refuses pods alone, and warns of workloads (`RESOURCE_VALIDATION_MODE` is `pod`).
    pub pods_alone: bool,
    /// It lets an image by that was there before (`AUTOMATIC_UNCHANGED_APPROVAL`).
    pub unchanged: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    validators: Vec<Validator>,
    policy: Vec<Rule>,
    #[serde(default, rename = "alerting")]
    _alerting: Value,
}

#[derive(Deserialize)]
struct Validator {
    name: String,
    #[serde(rename = "type")]
    sort: String,
    #[serde(default)]
    approve: Option<bool>,
    #[serde(default, alias = "trust_roots", rename = "trustRoots", deserialize_with = "or_default")]
    trust_roots: Vec<TrustRoot>,
}

#[derive(Deserialize)]
struct TrustRoot {
    #[serde(default, deserialize_with = "or_default")]
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    pattern: String,
    #[serde(default, deserialize_with = "or_default")]
    validator: String,
    #[serde(default, deserialize_with = "or_default")]
    with: With,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct With {
    #[serde(alias = "trust_root", alias = "key", deserialize_with = "or_default")]
    trust_root: String,
    #[serde(rename = "verifyInTransparencyLog", alias = "verify_in_transparency_log")]
    _transparency: Value,
    #[serde(rename = "verifySCT", alias = "verify_sct")]
    _timestamps: Value,
    #[serde(rename = "threshold")]
    _threshold: Value,
    #[serde(deserialize_with = "or_default")]
    required: Vec<String>,
    #[serde(rename = "delegations")]
    _delegations: Value,
    #[serde(rename = "mode")]
    _mode: Value,
}

/// What is said to one image.
enum Said {
    Holds,
    Fails(String),
    Unknown(String),
}

impl Connaisseur {
    /// Reads a configuration: validators and policy, as JSON.
    #[must_use]
    pub fn read(config: &Value, modes: Modes) -> Self {
        let config = Config::deserialize(config).map_err(|error| format!("Connaisseur's configuration: {error}"));
        let config = config.and_then(|config| {
            if config.validators.is_empty() || config.policy.is_empty() {
                return Err("Connaisseur's configuration without validators or rules, with which it does not start".to_owned());
            }
            Ok(config)
        });
        Self { config, modes }
    }

    fn says(&self, config: &Config, image: &str, images: Provenance) -> Said {
        let Some(reference) = Reference::parse(image) else { return Said::Fails(format!("{image:?} is no name of an image")) };
        let rule = match config.rule(&name(&reference)) {
            Ok(Some(rule)) => rule,
            Ok(None) => return Said::Fails(format!("no rule for {image}")),
            Err(words) => return Said::Unknown(words),
        };
        let wanted = if rule.validator.is_empty() { "default" } else { &rule.validator };
        let Some(validator) = config.validators.iter().find(|validator| validator.name == wanted) else {
            return Said::Fails(format!("no validator {wanted}"));
        };
        match validator.sort.as_str() {
            "static" => match validator.approve {
                Some(true) => Said::Holds,
                _ => Said::Fails(format!("the validator {wanted} refuses all")),
            },
            "cosign" | "notaryv1" | "notation" => {
                let root = if rule.with.trust_root.is_empty() { "default" } else { &rule.with.trust_root };
                let there = |name: &str| validator.trust_roots.iter().any(|root| root.name == name);
                if !(root == "*" || there(root)) || !rule.with.required.iter().all(|root| there(root)) {
                    return Said::Fails(format!("no trust root {root}"));
                }
                match images {
                    Provenance::Unsigned => Said::Fails("no signature".to_owned()),
                    Provenance::Verified | Provenance::Unattested | Provenance::Flawed => Said::Holds,
                }
            }
            other => Said::Unknown(format!("a validator of the type {other}")),
        }
    }
}

/// The name of an image as rules are held against it.
fn name(reference: &Reference) -> String {
    // Without tag and digest it is the latest.
    let tag = match (&reference.tag, &reference.digest) {
        (Some(tag), _) => format!(":{tag}"),
        (None, Some(_)) => String::new(),
        (None, None) => ":latest".to_owned(),
    };
    let digest = reference.digest.as_ref().map(|digest| format!("@{digest}")).unwrap_or_default();
    format!("{}{tag}{digest}", reference.context("index.docker.io"))
}

impl Config {
    /// The rule that fits an image most closely: more parts between slashes, then the longer beginning in common, then the longer part; the later one of
    /// equals. Stars are added at both ends.
    fn rule(&self, image: &str) -> Result<Option<&Rule>, String> {
        let mut best: Option<(Closeness, &Rule)> = None;
        for rule in &self.policy {
            if rule.pattern.contains(['?', '[', ']', '{', '}', '\\', '!']) || !rule.pattern.is_ascii() {
                return Err(format!("the pattern {}", rule.pattern));
            }
            let host = host_in_small_letters(&rule.pattern);
            if !crate::wildcard::matches(&format!("*{}*", host.trim_matches('*')), image) {
                continue;
            }
            let closeness = Closeness::of(&rule.pattern, image);
            if best.as_ref().is_none_or(|(known, _)| closeness >= *known) {
                best = Some((closeness, rule));
            }
        }
        Ok(best.map(|(_, rule)| rule))
    }
}

fn host_in_small_letters(pattern: &str) -> String {
    match pattern.split_once('/') {
        Some((host, rest)) if host.contains(['.', ':']) || host.eq_ignore_ascii_case("localhost") => {
            format!("{}/{rest}", host.to_ascii_lowercase())
        }
        _ => pattern.to_owned(),
    }
}

/// How closely a pattern fits an image; in this order.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Closeness {
    parts: usize,
    common: Vec<usize>,
    lengths: Vec<usize>,
}

impl Closeness {
    fn of(pattern: &str, image: &str) -> Self {
        let parts: Vec<&str> = pattern.split('/').collect();
        let others = image.split('/').chain(std::iter::repeat(""));
        let common =
            parts.iter().zip(others).map(|(left, right)| left.bytes().zip(right.bytes()).take_while(|(left, right)| left == right).count());
        Self { parts: parts.len(), common: common.collect(), lengths: parts.iter().map(|part| part.len()).collect() }
    }
}

impl Judge for Connaisseur {
    fn rule(&self, request: &Request) -> Vec<Ruling> {
        let one = |answer| vec![Ruling::new("", answer)];
        if !matches!(request.operation, Operation::Create | Operation::Update) {
            return one(Answer::NotAsked);
        }
        let Some(images) = images::of(request, &request.object) else { return one(Answer::NotAsked) };
        let config = match &self.config {
            Ok(config) => config,
            Err(lacks) => return one(Answer::NotEvaluated(lacks.clone())),
        };
        let before = images::of(request, &request.old_object).unwrap_or_default();
        let (mut fails, mut unknown) = (None, None);
        for image in images {
            if self.modes.unchanged && before.contains(&image) {
                continue;
            }
            match self.says(config, image, request.images) {
                Said::Holds => {}
                Said::Fails(words) => fails = fails.or(Some(words)),
                Said::Unknown(words) => unknown = unknown.or(Some(words)),
            }
        }
        one(match (fails, unknown) {
            (None, None) => Answer::Admits(String::new()),
            _ if self.modes.detection => Answer::Admits("only warns (detection mode)".to_owned()),
            _ if self.modes.pods_alone && request.kind.kind != "Pod" => Answer::Admits("only pods are refused".to_owned()),
            (Some(words), _) => Answer::Refuses(words),
            (None, Some(words)) => Answer::NotEvaluated(words),
        })
    }

    fn tells_apart(&self, _namespace: &Namespace, _key: &mut Vec<u8>) {}

    fn asks_who(&self) -> bool {
        false
    }
}

//! What of a whole installation of Gatekeeper its answers depend on.

use super::constraint::{is_namespace, wild};
use crate::request::{Namespace, Request};
use crate::selector::or_default;
use serde::Deserialize;
use serde_json::Value;

/// What of a whole installation of Gatekeeper its answers depend on. [`Settings::default`] is one that was not looked at: nothing of it lets anybody by, and
/// what is synchronized into `data.inventory` is not known.
#[derive(Clone, Debug)]
pub struct Settings {
    pub(super) inventory_empty: bool,
    pub(super) fails_open: bool,
    home: String,
    pub(super) native_fails_closed: bool,
    exempt: Vec<String>,
    expands: Vec<Applies>,
    lacks: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            inventory_empty: false,
            fails_open: false,
            home: "gatekeeper-system".to_owned(),
            native_fails_closed: true,
            exempt: Vec::new(),
            expands: Vec::new(),
            lacks: None,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Config {
    #[serde(rename = "apiVersion")]
    _api_version: String,
    kind: String,
    #[serde(default, rename = "metadata")]
    _metadata: Value,
    #[serde(default, deserialize_with = "or_default")]
    spec: ConfigSpec,
    #[serde(default, rename = "status")]
    _status: Value,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ConfigSpec {
    #[serde(rename = "match", deserialize_with = "or_default")]
    matches: Vec<Entry>,
    #[serde(rename = "sync")]
    _sync: Value,
    #[serde(rename = "validation")]
    _validation: Value,
    #[serde(rename = "readiness")]
    _readiness: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Entry {
    #[serde(default, deserialize_with = "or_default")]
    processes: Vec<String>,
    #[serde(default, deserialize_with = "or_default")]
    excluded_namespaces: Vec<String>,
}

/// Kinds that an ExpansionTemplate makes others of.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Applies {
    #[serde(deserialize_with = "or_default")]
    groups: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    versions: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    kinds: Vec<String>,
}

impl Settings {
    /// With nothing that is synchronized into `data.inventory`: neither a Config nor a SyncSet names a kind.
    #[must_use]
    pub const fn with_empty_inventory(mut self) -> Self {
        self.inventory_empty = true;
        self
    }

    /// With a webhook that lets a request in where it errs: its failurePolicy is Ignore.
    #[must_use]
    pub const fn failing_open(mut self) -> Self {
        self.fails_open = true;
        self
    }

    /// With templates of CEL that let a request in where they err, unless they name a failurePolicy
    /// (`--default-k8s-native-validation-failure-policy=Ignore`).
    #[must_use]
    pub const fn with_native_failing_open(mut self) -> Self {
        self.native_fails_closed = false;
        self
    }

    /// With another namespace than `gatekeeper-system` in which Gatekeeper runs.
    #[must_use]
    pub fn at_home_in(mut self, namespace: &str) -> Self {
        namespace.clone_into(&mut self.home);
        self
    }

    /// With the exemptions of the Config of the installation (`config.gatekeeper.sh`), the one named `config`.
    #[must_use]
    pub fn with_config(mut self, config: &Value) -> Self {
        match Config::deserialize(config) {
            Ok(config) if config.kind == "Config" => {
                for entry in config.spec.matches {
                    if entry.processes.iter().any(|process| process == "*" || process == "webhook") {
                        self.exempt.extend(entry.excluded_namespaces);
                    }
                }
            }
            Ok(config) => self.lack(format!("Gatekeeper's Config is a {}", config.kind)),
            Err(error) => self.lack(format!("Gatekeeper's Config: {error}")),
        }
        self
    }

    /// With an ExpansionTemplate: what Gatekeeper makes of such objects is looked at beside them, and may be refused in their place.
    #[must_use]
    pub fn with_expansion(mut self, expansion: &Value) -> Self {
        match expansion.pointer("/spec/applyTo").map(Vec::<Applies>::deserialize) {
            Some(Ok(applies)) => self.expands.extend(applies),
            // Of which objects is not known: of all.
            _ => self.expands.push(Applies::default()),
        }
        self
    }

    fn lack(&mut self, words: String) {
        self.lacks.get_or_insert(words);
    }

    /// Why nothing is known of this installation.
    pub(super) fn lacks(&self) -> Option<&str> {
        self.lacks.as_deref()
    }

    /// Why the webhook lets a request by without asking any constraint.
    pub(super) fn lets_by(&self, request: &Request, group: &str, kind: &str) -> bool {
        if request.user.name == format!("system:serviceaccount:{}:gatekeeper-admin", self.home) {
            return true;
        }
        let object = if request.object.is_null() { &request.old_object } else { &request.object };
        let name = if is_namespace(group, kind) {
            object["metadata"]["name"].as_str().unwrap_or_default()
        } else {
            request.namespace.as_ref().map_or("", |namespace| &namespace.name)
        };
        self.exempts(name)
    }

    fn exempts(&self, namespace: &str) -> bool {
        self.exempt.iter().any(|exempt| wild(exempt, namespace))
    }

    /// Whether Gatekeeper makes other objects of one of this kind and looks at these, too.
    pub(super) fn expands(&self, request: &Request) -> bool {
        let has = |list: &[String], word: &str| list.is_empty() || list.iter().any(|entry| entry == "*" || entry == word);
        self.expands.iter().any(|applies| {
            has(&applies.groups, &request.kind.group)
                && has(&applies.versions, &request.kind.version)
                && has(&applies.kinds, &request.kind.kind)
        })
    }

    /// Writes whether a namespace is exempt.
    pub(super) fn tells_apart(&self, namespace: &Namespace, key: &mut Vec<u8>) {
        key.push(u8::from(self.exempts(&namespace.name)));
    }
}

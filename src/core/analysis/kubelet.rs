//! Kubelet settings: as kubeadm keeps them in the cluster (the ConfigMap `kube-system/kubelet-config`, a KubeletConfiguration in YAML), and as kubelets
//! told them themselves at `/configz`, where somebody allowed to ask.
//!
//! They are read as the kubelet reads them: YAML whose words for true and false are those of YAML 1.1 (`True`, `yes`, `on`), each setting of the type
//! that it must have. A text that the kubelet would refuse, or whose settings can't be told, is told as not understood, and what is not
//! understood is never a pass. A setting that is absent has the kubelet's default: in the ConfigMap because nobody set it, at `/configz` because fields
//! that are zero are left out. A node's own file may say otherwise than the ConfigMap; what a kubelet told is what it runs with.

use crate::kinds::Inventory;
use crate::kinds::control_plane::KubeletTold;
use crate::model::ObjectRef;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// One KubeletConfiguration that the cluster holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// The ConfigMap; for what kubelets told the first node of those that told the same.
    pub object: ObjectRef,
    /// How many kubelets told it; none is what the cluster keeps.
    pub nodes: usize,
    /// Why the text could not be understood as a whole; a setting that isn't found may stand there all the same.
    pub doubt: Option<&'static str>,
    settings: BTreeMap<String, String>,
}

impl Configuration {
    /// A setting by its path: `authentication.anonymous.enabled`; items of lists are joined by commas.
    #[must_use]
    pub fn value(&self, path: &str) -> Option<&str> {
        self.settings.get(path).map(String::as_str)
    }

    /// A boolean setting.
    #[must_use]
    pub fn boolean(&self, path: &str) -> Option<bool> {
        self.value(path)?.parse().ok()
    }

    /// Path of a setting for a finding.
    #[must_use]
    pub fn field(&self, path: &str) -> String {
        if self.nodes > 0 { format!("configz.{path}") } else { format!("data[kubelet].{path}") }
    }

    /// What was observed, with how many nodes it is of.
    #[must_use]
    pub fn observed(&self, what: &str) -> String {
        if self.nodes > 1 { format!("{what}; told by {} kubelets", self.nodes) } else { what.to_owned() }
    }

    fn read(object: ObjectRef, text: &str) -> Self {
        let (doubt, settings) = match parse(text) {
            Ok(value) => (doubt(&value), flatten(&value)),
            Err(why) => (Some(why), BTreeMap::new()),
        };
        Self { object, nodes: 0, doubt, settings }
    }
}

/// Every kubelet configuration that shows: what the cluster keeps (one, or one a version where old kubeadm left them), then what kubelets told, those that
/// told the same as one.
#[must_use]
pub fn configurations(inventory: &Inventory) -> Vec<Configuration> {
    let maps =
        inventory.config_maps.iter().filter(|m| m.metadata.namespace == "kube-system" && m.metadata.name.starts_with("kubelet-config"));
    maps.filter_map(|map| {
        let object = ObjectRef::new("", "ConfigMap", &map.metadata.namespace, &map.metadata.name);
        Some(match map.data.get("kubelet")?.text() {
            Some(text) => Configuration::read(object, text),
            None => Configuration {
                object,
                nodes: 0,
                doubt: Some("its text holds something secret and was not kept"),
                settings: BTreeMap::new(),
            },
        })
    })
    .chain(told(inventory))
    .collect()
}

/// What kubelets told.
fn told(inventory: &Inventory) -> Vec<Configuration> {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (node, settings) in answers(inventory).filter_map(|told| Some((told.node.as_str(), told.settings.as_deref()?))) {
        groups.entry(settings).or_default().push(node);
    }
    let mut all: Vec<Configuration> = groups
        .into_iter()
        .map(|(settings, nodes)| {
            let first = nodes.iter().min().copied().unwrap_or_default();
            Configuration { nodes: nodes.len(), ..Configuration::read(ObjectRef::of_node(first), settings) }
        })
        .collect();
    all.sort_by(|a, b| a.object.cmp(&b.object));
    all
}

fn answers(inventory: &Inventory) -> impl Iterator<Item = &KubeletTold> {
    inventory.cluster.control_plane.iter().flat_map(|record| &record.kubelets)
}

/// Where kubelets were asked and not every node's told its settings: how many did not, and why the first of them did not.
#[must_use]
pub fn untold(inventory: &Inventory) -> Option<String> {
    answers(inventory).next()?;
    let told: BTreeSet<&str> = answers(inventory).filter(|told| told.settings.is_some()).map(|told| told.node.as_str()).collect();
    let silent: Vec<&KubeletTold> = answers(inventory).filter(|told| told.settings.is_none()).collect();
    let names: BTreeSet<&str> =
        inventory.nodes.iter().map(|node| node.metadata.name.as_str()).chain(silent.iter().map(|told| told.node.as_str())).collect();
    let missing: Vec<&str> = names.iter().copied().filter(|node| !told.contains(node)).collect();
    let first = missing.first()?;
    let why = silent.iter().find(|told| told.node == **first).map_or("it was not asked", |told| told.why.as_str());
    Some(format!("of {} kubelets {} did not tell their settings; {first}: {}", names.len(), missing.len(), why.trim_end_matches('.')))
}

/// The sentence for a cluster that keeps no kubelet configuration, with the place to look instead.
#[must_use]
pub fn unseen(inventory: &Inventory, setting: &str) -> String {
    let place = match inventory.cluster.distribution.as_str() {
        "eks" => "the node group's launch template or NodeConfig (nodeadm)",
        "gke" | "gke-autopilot" => "the node pool's system configuration (gcloud container node-pools describe)",
        "aks" => "the node pool's custom kubelet configuration (az aks nodepool show)",
        "k3s" | "rke2" => "/etc/rancher/*/config.yaml on the nodes (kubelet-arg)",
        "talos" => "machine.kubelet.extraConfig of the machine configuration (talosctl get machineconfig)",
        "microk8s" => "/var/snap/microk8s/current/args/kubelet on the nodes",
        "openshift" => "the KubeletConfig objects (oc get kubeletconfig)",
        _ => "/var/lib/kubelet/config.yaml on the nodes",
    };
    let told = untold(inventory).map(|words| format!(" (asked: {words})")).unwrap_or_default();
    format!(
        "The cluster keeps no kubelet configuration that the API shows, so {setting} can't be seen from here; look at {place}. \
         The kubelet's own configz page would show it; by way of the API server that needs nodes/proxy, with which commands can be run in \
         containers, and asked directly, kubelets from 1.33 on want nodes/configz alone: active probes ask so, where somebody allows them{told}."
    )
}

/// What a setting must be.
#[derive(Clone, Copy)]
enum Type {
    Boolean,
    Whole,
    Text,
    Texts,
}

/// The settings that checks read, with their types (`kubelet.config.k8s.io/v1beta1`).
const SETTINGS: &[(&str, Type)] = &[
    ("authentication.anonymous.enabled", Type::Boolean),
    ("authentication.webhook.enabled", Type::Boolean),
    ("authorization.mode", Type::Text),
    ("readOnlyPort", Type::Whole),
    ("tlsMinVersion", Type::Text),
    ("tlsCipherSuites", Type::Texts),
    ("podPidsLimit", Type::Whole),
    ("rotateCertificates", Type::Boolean),
    ("serverTLSBootstrap", Type::Boolean),
];

/// Reads one YAML document.
fn parse(text: &str) -> Result<Value, &'static str> {
    let mut options = serde_saphyr::Options::default();
    options.with_snippet = false;
    let value: Value = serde_saphyr::from_str_with_options(text, options).map_err(|_| "it is no YAML document that can be read")?;
    if value.is_object() { Ok(value) } else { Err("it holds no settings") }
}

/// What speaks against the kubelet's reading it as it is read here.
fn doubt(value: &Value) -> Option<&'static str> {
    let said = |key: &str, wanted: &str| value.get(key).is_none_or(|said| said.as_str() == Some(wanted));
    if !said("kind", "KubeletConfiguration") || !said("apiVersion", "kubelet.config.k8s.io/v1beta1") {
        return Some("it is no KubeletConfiguration of a version that is known");
    }
    if !SETTINGS.iter().all(|(path, wanted)| fits(value, path, *wanted)) {
        return Some("a setting in it is not of the type that the kubelet takes");
    }
    let mode = value.pointer("/authorization/mode").and_then(Value::as_str);
    (!matches!(mode, None | Some("Webhook" | "AlwaysAllow" | ""))).then_some("its authorization mode is not known")
}

/// Whether a setting is absent or of its type. Nothing is what null means; a scalar where the path goes on is a fault.
fn fits(value: &Value, path: &str, wanted: Type) -> bool {
    let mut at = value;
    for key in path.split('.') {
        match at {
            Value::Null => return true,
            Value::Object(fields) => match fields.get(key) {
                Some(next) => at = next,
                None => return true,
            },
            _ => return false,
        }
    }
    match (at, wanted) {
        (Value::Null, _) | (Value::Bool(_), Type::Boolean) | (Value::String(_), Type::Text) => true,
        (Value::Number(number), Type::Whole) => number.is_i64() || number.is_u64(),
        (Value::Array(items), Type::Texts) => items.iter().all(Value::is_string),
        _ => false,
    }
}

/// The settings as a map from path to scalar. Lists of scalars become one value; what is nested deeper in lists is left out.
fn flatten(value: &Value) -> BTreeMap<String, String> {
    fn scalar(value: &Value) -> Option<String> {
        match value {
            Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
            Value::String(text) => Some(text.clone()),
            _ => None,
        }
    }
    fn walk(path: &str, value: &Value, settings: &mut BTreeMap<String, String>) {
        match value {
            Value::Object(fields) => {
                for (key, below) in fields {
                    let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    walk(&path, below, settings);
                }
            }
            Value::Array(items) => {
                let texts: Vec<String> = items.iter().filter_map(scalar).collect();
                if !texts.is_empty() {
                    settings.insert(path.to_owned(), texts.join(","));
                }
            }
            value => settings.extend(scalar(value).map(|text| (path.to_owned(), text))),
        }
    }
    let mut settings = BTreeMap::new();
    walk("", value, &mut settings);
    settings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Configuration {
        Configuration::read(ObjectRef::new("", "ConfigMap", "kube-system", "kubelet-config"), text)
    }

    #[test]
    fn every_setting_that_is_read_is_kept() {
        assert!(SETTINGS.iter().all(|(path, _)| crate::kinds::config::KUBELET.contains(path)));
    }

    #[test]
    fn settings_are_found_by_their_path() {
        let text = "apiVersion: kubelet.config.k8s.io/v1beta1\nauthentication:\n  anonymous:\n    enabled: false\n  webhook:\n    cacheTTL: 0s\n    enabled: true\nclusterDNS:\n- 10.96.0.10\n- \"10.96.0.11\"\nreadOnlyPort: 0 # off\nlogging: {}\n";
        let found = read(text);
        assert_eq!(
            (found.boolean("authentication.anonymous.enabled"), found.boolean("authentication.webhook.enabled")),
            (Some(false), Some(true))
        );
        assert_eq!(found.value("clusterDNS"), Some("10.96.0.10,10.96.0.11"));
        assert_eq!((found.value("readOnlyPort"), found.value("enabled"), found.doubt), (Some("0"), None, None));
    }

    #[test]
    fn every_style_and_every_word_of_yaml_is_read() {
        for text in [
            "authentication: {anonymous: {enabled: True}}\n",
            "{\"authentication\": {\"anonymous\": {\"enabled\": true}}}",
            "authentication: &a\n  anonymous:\n    enabled: yes\n",
            "authentication:\n  anonymous: {\n    enabled: ON }\n",
            "authentication:\n    anonymous:\n        enabled: TRUE # for now\n",
        ] {
            let found = read(text);
            assert_eq!((found.boolean("authentication.anonymous.enabled"), found.doubt), (Some(true), None), "{text}");
        }
        let found = read("rotateCertificates: Off\nserverTLSBootstrap: No\nauthentication: {webhook: null}\n");
        assert_eq!(
            (found.boolean("rotateCertificates"), found.boolean("serverTLSBootstrap"), found.doubt),
            (Some(false), Some(false), None)
        );
    }

    #[test]
    fn what_the_kubelet_would_not_read_is_not_taken_for_understood() {
        for text in [
            "",
            "not a setting\n",
            "- readOnlyPort: 0\n",
            "authentication: {anonymous: {enabled: \"false\"}}\n",
            "authentication: {anonymous: {enabled: 0}}\n",
            "authentication: off\n",
            "readOnlyPort: \"0\"\n",
            "podPidsLimit: 4.5\n",
            "tlsCipherSuites: TLS_AES_128_GCM_SHA256\n",
            "authorization: {mode: Sometimes}\n",
            "readOnlyPort: 0\nreadOnlyPort: 10255\n",
            "readOnlyPort: 0\n---\nreadOnlyPort: 10255\n",
            "kind: KubeProxyConfiguration\nreadOnlyPort: 0\n",
            "apiVersion: kubelet.config.k8s.io/v9\n",
            "authentication: {anonymous: {enabled: false}\n",
        ] {
            assert!(read(text).doubt.is_some(), "{text}");
        }
    }
}

//! Kubelet settings as kubeadm keeps them in the cluster: the ConfigMap `kube-system/kubelet-config`, a KubeletConfiguration in YAML.
//!
//! Only what kubeadm's own serialiser writes has to be understood (block style, two spaces a level, plain scalars, lists of scalars), so a
//! reader of some lines does, and no YAML parser enters the core. A text in another style (somebody edited it by hand) is told as not
//! understood, and what is not understood is never a pass. A node's own file may say otherwise; who uses this says so.

use crate::kinds::Inventory;
use crate::model::ObjectRef;
use std::collections::BTreeMap;

/// One KubeletConfiguration that the cluster holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// The ConfigMap.
    pub object: ObjectRef,
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
        format!("data[kubelet].{path}")
    }
}

/// Every kubelet configuration in the cluster: one, or one a version where old kubeadm left them.
#[must_use]
pub fn configurations(inventory: &Inventory) -> Vec<Configuration> {
    let maps =
        inventory.config_maps.iter().filter(|m| m.metadata.namespace == "kube-system" && m.metadata.name.starts_with("kubelet-config"));
    maps.filter_map(|map| {
        let object = ObjectRef::new("", "ConfigMap", &map.metadata.namespace, &map.metadata.name);
        Some(match map.data.get("kubelet")?.text() {
            Some(text) => Configuration { object, doubt: doubt(text), settings: flatten(text) },
            None => Configuration { object, doubt: Some("its text holds something secret and was not kept"), settings: BTreeMap::new() },
        })
    })
    .collect()
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
    format!(
        "The cluster keeps no kubelet configuration that the API shows, so {setting} can't be seen from here; look at {place}. \
         The kubelet's own configz page would show it, but asking needs nodes/proxy, with which commands can be run in containers."
    )
}

/// What speaks against having understood a text: anything but block style with plain scalars.
fn doubt(text: &str) -> Option<&'static str> {
    let strange = |line: &str| {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with('#') || bare == "---" {
            return false;
        }
        if line.contains('\t') || bare.starts_with(['{', '[', '}', ']', '?']) {
            return true;
        }
        // What stands within a list is left out, so its style does not matter.
        let Some((_, value)) = bare.strip_prefix("- ").map_or_else(|| bare.split_once(':'), |item| Some(("", item))) else { return true };
        let value = value.trim();
        value.starts_with(['{', '[', '&', '*', '!', '|', '>']) && !matches!(value.split(" #").next().map(str::trim), Some("{}" | "[]"))
    };
    text.lines().any(strange).then_some("it is written in a style of YAML that is not read here")
}

/// Block YAML as a map from path to scalar. Lists of scalars become one value; what is nested deeper in lists is left out.
fn flatten(text: &str) -> BTreeMap<String, String> {
    let mut settings = BTreeMap::new();
    let mut path: Vec<(usize, String)> = Vec::new();
    for line in text.lines() {
        let bare = line.trim();
        if bare.is_empty() || bare.starts_with('#') || bare == "---" {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        if let Some(item) = bare.strip_prefix("- ") {
            // A list may stand at the indent of its key.
            let list: Vec<&str> = path.iter().filter(|(at, _)| *at <= indent).map(|(_, key)| key.as_str()).collect();
            let entry: &mut String = settings.entry(list.join(".")).or_default();
            if !entry.is_empty() {
                entry.push(',');
            }
            entry.push_str(scalar(item));
            continue;
        }
        path.retain(|(at, _)| *at < indent);
        let Some((key, value)) = bare.split_once(':') else { continue };
        path.push((indent, key.trim_matches(['"', '\'']).to_owned()));
        if !value.trim().is_empty() {
            let full: Vec<&str> = path.iter().map(|(_, key)| key.as_str()).collect();
            settings.insert(full.join("."), scalar(value).to_owned());
        }
    }
    settings
}

fn scalar(text: &str) -> &str {
    let text = text.trim();
    let text = if text.starts_with(['"', '\'']) { text } else { text.split(" #").next().unwrap_or_default().trim() };
    text.trim_matches(['"', '\''])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_found_by_their_path() {
        let text = "apiVersion: kubelet.config.k8s.io/v1beta1\nauthentication:\n  anonymous:\n    enabled: false\n  webhook:\n    cacheTTL: 0s\n    enabled: true\nclusterDNS:\n- 10.96.0.10\n- \"10.96.0.11\"\nreadOnlyPort: 0 # off\nlogging: {}\n";
        let settings = flatten(text);
        let get = |path: &str| settings.get(path).map(String::as_str);
        assert_eq!(get("authentication.anonymous.enabled"), Some("false"));
        assert_eq!(get("authentication.webhook.enabled"), Some("true"));
        assert_eq!(get("clusterDNS"), Some("10.96.0.10,10.96.0.11"));
        assert_eq!((get("readOnlyPort"), get("enabled")), (Some("0"), None));
        assert_eq!(doubt(text), None);
    }

    #[test]
    fn what_is_written_otherwise_is_not_taken_for_understood() {
        for text in [
            "authentication: {anonymous: {enabled: true}}\n",
            "{\"authentication\": {\"anonymous\": {\"enabled\": true}}}",
            "authentication: &a\n  anonymous:\n    enabled: true\n",
            "authentication:\n  anonymous: {\n    enabled: true }\n",
            "not a setting\n",
        ] {
            assert!(doubt(text).is_some(), "{text}");
        }
        assert_eq!(doubt("logging: {}\nregisterWithTaints:\n- key: a\n  value: b\nclusterDNS: [] # none\n"), None);
    }
}

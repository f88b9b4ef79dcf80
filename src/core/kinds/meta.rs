//! Object metadata: what every kind has, and no more of it than checks read.

use super::sealed::Sealed;
use crate::sensitive::FingerprintKey;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Name, namespace, labels, the annotations that matter, owners, who changed it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Meta {
    /// Name.
    pub name: String,
    /// Namespace, "" for cluster-scoped objects.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// UID, kept for namespaces only (that of kube-system names the cluster).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub uid: String,
    /// Labels.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Annotations: known ones with their text, others only where a detector found something.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, Sealed>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creation_timestamp: Option<Timestamp>,
    /// Its owners.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owner_references: Vec<OwnerReference>,
    /// Who changed which fields (kept for kinds that people edit).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub managed_fields: Vec<ManagedFields>,
}

/// An owner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OwnerReference {
    /// API group and version.
    pub api_version: String,
    /// Kind.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Whether it is the controller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub controller: Option<bool>,
}

/// One entry of managedFields, its field set flattened to paths without values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ManagedFields {
    /// Who: `kubectl-edit`, `argocd-controller`.
    pub manager: String,
    /// `Apply` or `Update`.
    pub operation: String,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// `status`, `scale`, or "".
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subresource: String,
    /// Paths of the fields, `spec.replicas`.
    #[serde(rename = "fieldsV1", deserialize_with = "field_paths", skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

/// Annotations whose text checks read. A pattern may end in `*`.
const KNOWN_ANNOTATIONS: &[&str] = &[
    "container.apparmor.security.beta.kubernetes.io/*",
    "seccomp.security.alpha.kubernetes.io/pod",
    "container.seccomp.security.alpha.kubernetes.io/*",
    "kubernetes.io/config.mirror",
    "kubernetes.io/config.source",
    "rbac.authorization.kubernetes.io/autoupdate",
    "kubernetes.io/service-account.name",
    "k3s.io/node-args",
    "rke2.io/node-args",
    "argocd.argoproj.io/tracking-id",
    "configsync.gke.io/resource-id",
    "configmanagement.gke.io/managed",
    "meta.helm.sh/release-name",
    "meta.helm.sh/release-namespace",
    "kubernetes.io/ingress.class",
    "service.beta.kubernetes.io/*",
    "networking.gke.io/load-balancer-type",
    "cert-manager.io/cluster-issuer",
    "cert-manager.io/issuer",
    "scheduler.alpha.kubernetes.io/node-selector",
    "scheduler.alpha.kubernetes.io/tolerationsWhitelist",
    "openshift.io/scc",
    "openshift.io/sa.scc.uid-range",
];

/// Copies of the whole object: what they hold is found in the object itself, so they are dropped unread.
const COPIES: &[&str] = &["kubectl.kubernetes.io/last-applied-configuration", "kapp.k14s.io/original", "banzaicloud.com/last-applied"];

impl Meta {
    /// Examines the annotations and drops what no check reads. Returns how many values were sensitive.
    pub(super) fn seal(&mut self, fingerprint: &FingerprintKey) -> usize {
        let mut redacted = 0;
        self.annotations.retain(|key, value| {
            if COPIES.contains(&key.as_str()) {
                return false;
            }
            let known =
                KNOWN_ANNOTATIONS.iter().any(|pattern| pattern.strip_suffix('*').map_or(key == pattern, |start| key.starts_with(start)));
            let found = value.seal(key, known, fingerprint);
            redacted += found;
            known || found > 0
        });
        redacted
    }

    /// The text of an annotation, where it is a known one.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.get(key).and_then(Sealed::text)
    }

    /// The owner that controls it.
    #[must_use]
    pub fn controller(&self) -> Option<&OwnerReference> {
        self.owner_references.iter().find(|owner| owner.controller == Some(true)).or_else(|| self.owner_references.first())
    }
}

/// Flattens a FieldsV1 tree (`{"f:spec": {"f:replicas": {}}}`) to paths, or takes a list of paths from a snapshot.
/// `v:` items are values of sets and are left out; `k:` items keep only the key that names an item.
fn field_paths<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let mut paths = Vec::new();
    match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Array(items) => paths.extend(items.into_iter().filter_map(|item| item.as_str().map(str::to_owned))),
        tree => walk(&tree, "", &mut paths),
    }
    Ok(paths)
}

fn walk(tree: &serde_json::Value, path: &str, paths: &mut Vec<String>) {
    let Some(map) = tree.as_object() else { return };
    let mut leaf = true;
    for (key, below) in map {
        let next = if let Some(field) = key.strip_prefix("f:") {
            if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") }
        } else if let Some(item) = key.strip_prefix("k:") {
            format!("{path}[{}]", item_name(item))
        } else {
            continue;
        };
        leaf = false;
        walk(below, &next, paths);
    }
    if leaf && !path.is_empty() {
        paths.push(path.to_owned());
    }
}

fn item_name(key: &str) -> String {
    let parsed: BTreeMap<String, serde_json::Value> = serde_json::from_str(key).unwrap_or_default();
    let parts: Vec<String> =
        parsed.iter().map(|(k, v)| format!("{k}={}", v.as_str().map_or_else(|| v.to_string(), str::to_owned))).collect();
    parts.join(",")
}

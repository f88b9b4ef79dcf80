//! Object metadata: what every kind has, and no more of it than checks read.

use super::sealed::Sealed;
use super::shared::{Known, Shared};
use super::sift::{COPIES, Redaction};
use super::writers::{is_apply, is_hand};
use crate::model::{Kind, ObjectRef};
use jiff::Timestamp;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Name, namespace, labels, the annotations that matter, owners, who changed it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Meta {
    /// Name.
    pub name: String,
    /// Namespace, "" for cluster-scoped objects.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Beginning of the name that the server makes up where there is none; only until everything has a name.
    #[serde(skip_serializing)]
    pub generate_name: String,
    /// UID, kept for namespaces only (that of kube-system names the cluster).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub uid: String,
    /// Labels.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: Labels,
    /// Annotations: known ones with their text, others only where a detector found something.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<String, Sealed>,
    /// When it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub creation_timestamp: Option<Timestamp>,
    /// Its owners.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owner_references: Shared<Vec<OwnerReference>>,
    /// Who changed which fields of the object itself, not of its status; not kept of what controllers make. Which fields is kept where a person
    /// may have written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub managed_fields: Vec<ManagedFields>,
    /// What detectors took out of the object, wherever in it: checks tell all of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub redacted: Shared<Vec<Redaction>>,
}

/// An owner.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
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
    /// One program writes the same ones in thousands of objects, so they are shared.
    #[serde(rename = "fieldsV1", deserialize_with = "field_paths", skip_serializing_if = "Vec::is_empty")]
    pub fields: Shared<Vec<String>>,
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
    "cloud.google.com/load-balancer-type",
    "service.kubernetes.io/*",
    "oci-network-load-balancer.oraclecloud.com/internal",
    "load-balancer.hetzner.cloud/disable-public-network",
    "yandex.cloud/load-balancer-type",
    "lb.stackit.cloud/internal-lb",
    "yawol.stackit.cloud/internalLB",
    "ingressclass.kubernetes.io/is-default-class",
    "nginx.ingress.kubernetes.io/ssl-redirect",
    "nginx.ingress.kubernetes.io/force-ssl-redirect",
    "nginx.org/redirect-to-https",
    "ingress.kubernetes.io/ssl-redirect",
    "ingress.kubernetes.io/force-ssl-redirect",
    "haproxy.org/ssl-redirect",
    "haproxy-ingress.github.io/ssl-redirect",
    "kubernetes.io/ingress.allow-http",
    "networking.gke.io/v1beta1.FrontendConfig",
    "alb.ingress.kubernetes.io/listen-ports",
    "alb.ingress.kubernetes.io/ssl-redirect",
    "alb.ingress.kubernetes.io/certificate-arn",
    "appgw.ingress.kubernetes.io/ssl-redirect",
    "traefik.ingress.kubernetes.io/router.entrypoints",
    "traefik.ingress.kubernetes.io/router.tls",
    "konghq.com/protocols",
    "ingress.cilium.io/force-https",
    "k8s.v1.cni.cncf.io/networks",
    "v1.multus-cni.io/default-network",
    "networking.gke.io/interfaces",
    "danm.k8s.io/interfaces",
    "traffic.sidecar.istio.io/*",
    "sidecar.istio.io/interceptionMode",
    "ambient.istio.io/bypass-inbound-capture",
    "config.linkerd.io/default-inbound-policy",
    "config.linkerd.io/skip-*",
    "cert-manager.io/cluster-issuer",
    "cert-manager.io/issuer",
    "scheduler.alpha.kubernetes.io/node-selector",
    "scheduler.alpha.kubernetes.io/tolerationsWhitelist",
    "openshift.io/scc",
    "openshift.io/sa.scc.uid-range",
    "pod-policies.kyverno.io/autogen-controllers",
];

impl Meta {
    /// The controlling owner of the object. One without a name is none.
    #[must_use]
    pub fn owner(&self) -> Option<ObjectRef> {
        let owner = self.controller().filter(|owner| owner.kind != "Node" && !owner.name.is_empty())?;
        let group = match Kind::of(&owner.api_version, &owner.kind) {
            Some(kind) => kind.group(),
            None => owner.api_version.rsplit_once('/').map_or("", |(group, _)| group),
        };
        Some(ObjectRef::new(group, &owner.kind, &self.namespace, &owner.name))
    }

    /// Seals the annotations and drops what no check reads.
    pub(super) fn seal(&mut self) {
        self.annotations.retain(|key, value| {
            if COPIES.contains(&key.as_str()) {
                return false;
            }
            let known =
                KNOWN_ANNOTATIONS.iter().any(|pattern| pattern.strip_suffix('*').map_or(key == pattern, |start| key.starts_with(start)));
            if super::arguments::NODE_ARGUMENTS.contains(&key.as_str()) {
                value.thin(super::arguments::thin_node);
            }
            value.seal(known);
            known || !value.detections.is_empty()
        });
        if self.annotations.is_empty() {
            // A map from which everything was taken keeps its room for eleven.
            self.annotations = BTreeMap::new();
        }
    }

    /// The label that tells which part of the control plane a pod is, "" where it has none; nothing where it is no pod of the control plane.
    pub(super) fn control_plane(&self) -> Option<&str> {
        let mirror = self.annotations.contains_key("kubernetes.io/config.mirror");
        let labelled = self.labels.get("tier").is_some_and(|tier| tier == "control-plane");
        let own = self.namespace == "kube-system" && (mirror || labelled);
        own.then(|| self.labels.get("component").map_or("", |label| label.as_str()))
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

/// Metadata of what controllers make: who set which field is read of their owners alone, and these are most of a cluster, so their record of
/// it is passed over unread.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Made {
    name: String,
    generate_name: String,
    namespace: String,
    labels: Labels,
    annotations: BTreeMap<String, Sealed>,
    creation_timestamp: Option<Timestamp>,
    owner_references: Shared<Vec<OwnerReference>>,
}

/// Reads metadata without its managedFields.
pub(super) fn made<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Meta, D::Error> {
    let Made { name, generate_name, namespace, labels, annotations, creation_timestamp, owner_references } =
        Made::deserialize(deserializer)?;
    Ok(Meta { name, generate_name, namespace, labels, annotations, creation_timestamp, owner_references, ..Meta::default() })
}

/// Flattens a FieldsV1 tree (`{"f:spec": {"f:replicas": {}}}`) to paths, or takes a list of paths from a snapshot. They are sorted.
/// `v:` items are values of sets and are left out; `k:` items keep only the key that names an item.
fn field_paths<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Shared<Vec<String>>, D::Error> {
    let mut paths = Vec::new();
    deserializer.deserialize_any(Fields { path: &mut String::new(), paths: &mut paths })?;
    paths.sort_unstable();
    Ok(paths.into())
}

/// Labels, by key.
pub type Labels = Shared<BTreeMap<String, String>>;

/// What was met in metadata, each value once.
#[derive(Default)]
pub(super) struct KnownMeta {
    paths: Known<Vec<String>>,
    labels: Known<BTreeMap<String, String>>,
    owners: Known<Vec<OwnerReference>>,
    redacted: Known<Vec<Redaction>>,
}

impl KnownMeta {
    /// Keeps what checks read, in no more memory than it needs: who wrote the status is never asked (how many there are to be is, which `kubectl scale` writes by a subresource), nor which fields a program wrote.
    pub(super) fn share(&mut self, meta: &mut Meta) {
        meta.managed_fields.retain(|entry| entry.subresource.is_empty() || entry.subresource == "scale");
        meta.managed_fields.shrink_to_fit();
        for entry in &mut meta.managed_fields {
            if !is_apply(&entry.manager) && !is_hand(&entry.manager) {
                entry.fields = Shared::default();
            }
            self.paths.share(&mut entry.fields);
        }
        self.labels.share(&mut meta.labels);
        self.owners.share(&mut meta.owner_references);
        self.redacted.share(&mut meta.redacted);
    }
}

/// Walks a FieldsV1 tree as it is parsed: it is most of an object's text, and only its leaves are kept.
struct Fields<'a> {
    /// Path of this node; the same text for the whole walk.
    path: &'a mut String,
    paths: &'a mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Fields<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a tree of fields, or a list of paths")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let here = self.path.len();
        let mut leaf = true;
        while let Some(goes_down) = map.next_key_seed(Step { path: self.path })? {
            if !goes_down {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            leaf = false;
            map.next_value_seed(Fields { path: self.path, paths: self.paths })?;
            self.path.truncate(here);
        }
        if leaf && here > 0 {
            self.paths.push(self.path.clone());
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(path) = list.next_element()? {
            self.paths.push(path);
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Goes along one key of a FieldsV1 tree, and says whether that leads anywhere.
struct Step<'a> {
    path: &'a mut String,
}

impl<'de> DeserializeSeed<'de> for Step<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Step<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key of a tree of fields")
    }

    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        if let Some(field) = key.strip_prefix("f:") {
            if !self.path.is_empty() {
                self.path.push('.');
            }
            self.path.push_str(field);
        } else if let Some(item) = key.strip_prefix("k:") {
            self.path.push('[');
            self.path.push_str(&item_name(item));
            self.path.push(']');
        } else {
            return Ok(false);
        }
        Ok(true)
    }
}

fn item_name(key: &str) -> String {
    let parsed: BTreeMap<String, serde_json::Value> = serde_json::from_str(key).unwrap_or_default();
    let parts: Vec<String> =
        parsed.iter().map(|(k, v)| format!("{k}={}", v.as_str().map_or_else(|| v.to_string(), str::to_owned))).collect();
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_become_paths_and_paths_stay() {
        let tree = r#"{"manager": "m", "fieldsV1": {"f:spec": {"f:template": {".": {}, "f:containers": {"k:{\"name\":\"web\"}": {".": {}, "f:image": {}}}},
            "f:ports": {"k:{\"port\":80,\"protocol\":\"TCP\"}": {"f:port": {}}}, "f:finalizers": {"v:\"x\"": {}}}, "f:a\u002db": {}}}"#;
        let read = |text: &str| serde_json::from_str::<ManagedFields>(text).map(|entry| entry.fields.to_vec()).map_err(|e| e.to_string());
        let paths = vec!["a-b", "spec.finalizers", "spec.ports[port=80,protocol=TCP].port", "spec.template.containers[name=web].image"];
        let paths: Vec<String> = paths.into_iter().map(str::to_owned).collect();
        assert_eq!(read(tree), Ok(paths.clone()));
        let kept = ManagedFields { fields: paths.clone().into(), ..ManagedFields::default() };
        assert_eq!(read(&serde_json::to_string(&kept).unwrap_or_default()), Ok(paths));
        assert_eq!(read(r#"{"fieldsV1": {}}"#), Ok(vec![]));
        assert!(read(r#"{"fieldsV1": [1]}"#).is_err());
    }

    #[test]
    fn what_controllers_make_is_read_but_for_its_record_of_fields() {
        #[derive(Deserialize)]
        struct Object {
            #[serde(deserialize_with = "made")]
            metadata: Meta,
        }
        let text = r#"{"metadata": {"name": "a", "namespace": "b", "uid": "u", "labels": {"l": "v"}, "creationTimestamp": "2026-01-01T00:00:00Z",
            "ownerReferences": [{"kind": "ReplicaSet", "name": "r", "controller": true}], "managedFields": [{"manager": 1}]}}"#;
        let meta = serde_json::from_str::<Object>(text).map(|object| object.metadata).unwrap_or_default();
        assert_eq!((meta.name.as_str(), meta.namespace.as_str(), meta.labels.len()), ("a", "b", 1));
        assert!(meta.creation_timestamp.is_some() && meta.controller().is_some_and(|owner| owner.name == "r"));
    }
}

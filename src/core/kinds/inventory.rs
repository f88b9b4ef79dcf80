//! Everything that was read from one cluster, and everything that could not be. Gathered completely before anything is judged.

use super::{
    admission, config,
    custom::Custom,
    deprecated::DeprecatedRequests,
    imported::Imported,
    meta::Meta,
    network, node, persistent,
    pod::{Pod, PodSpec},
    policy,
    probes::Probes,
    rbac,
    sift::Unplaced,
    table::typed,
    workload::{Controller, Variant, Workload},
};
use crate::model::{Kind, ObjectRef};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// Where an inventory came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The API of a cluster: a list that was read is complete.
    #[default]
    Live,
    /// Files: what they do not hold is unknown.
    Files,
}

/// What is known of a cluster itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClusterInfo {
    /// UID of the namespace kube-system, which names the cluster; "" where it could not be read.
    pub uid: String,
    /// Address of the API server.
    pub server: String,
    /// Version: `v1.34.4`.
    pub version: String,
    /// Where the version is from when the server did not tell it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version_source: String,
    /// How well the version is known: what only stands in for it says nothing about the version itself.
    #[serde(skip_serializing_if = "VersionFrom::is_server")]
    pub version_from: VersionFrom,
    /// Distribution: `kubeadm`, `eks`… or `unknown`.
    pub distribution: String,
    /// What showed it.
    pub distribution_evidence: Vec<String>,
    /// Who asked: user name of the credential.
    pub identity: String,
    /// Groups of that user.
    pub groups: Vec<String>,
    /// How that credential logs in: `client-certificate`, `exec: aws`, `token`…; "" where unknown.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub login: String,
    /// The files on this machine in which it lies; none where it came from the pod's own account, or where nobody looked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub login_files: Vec<LoginFile>,
    /// Since when its client certificate is valid, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_from: Option<Timestamp>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate_until: Option<Timestamp>,
    /// API groups with their versions, as discovery told them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub api_groups: BTreeMap<String, Vec<String>>,
    /// Policies on connections of kinds that no check reads, by their names: resources that discovery told, objects that files hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_policies: Vec<OtherPolicy>,
    /// API groups that are registered and did not answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stale_groups: Vec<String>,
    /// Requests for deprecated APIs, as the server that answered counted them; none where nobody asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<DeprecatedRequests>,
    /// The connection over which it was read; none for files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<Connection>,
    /// When it was collected; none for files without a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collected_at: Option<Timestamp>,
}

/// A policy on connections of a kind that no check reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct OtherPolicy {
    /// API group.
    pub group: String,
    /// Resource (`egressfirewalls`), or kind where an object was found.
    pub kind: String,
    /// Namespace of the object, "" where it has none or none was found.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Name of the object, "" where only the API is known.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
}

/// A file on the assessor's machine with a credential in it: how it is guarded, never what it holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LoginFile {
    /// What it is: `kubeconfig`, `token file`, `client key`.
    pub what: String,
    /// Its permission bits; none on systems that have no such thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<u32>,
    /// What of long life lies in it: `a token`, `a client key`, `a password`; "" where nothing does.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub holds: String,
}

/// How well the server's version is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VersionFrom {
    /// The server told it, or a file with its words, or whoever brought the files.
    #[default]
    Server,
    /// It is that of the newest kubelet, than which the server is not older.
    Kubelets,
    /// Nothing told it, and the newest known stands in.
    Assumed,
}

impl VersionFrom {
    const fn is_server(&self) -> bool {
        matches!(self, Self::Server)
    }
}

/// The connection that was made to the API server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Connection {
    /// `TLSv1.3`; "" where the connection was not encrypted, or its properties could not be seen (see `note`).
    pub protocol: String,
    /// Cipher suite: `TLS13_AES_128_GCM_SHA256`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cipher: String,
    /// The certificates that the server showed, its own first, DER in base64.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub chain: Vec<String>,
    /// Whether the kubeconfig says not to verify them (`insecure-skip-tls-verify`).
    pub unverified: bool,
    /// Addresses that the server's name has from here.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<String>,
    /// Why something of this could not be seen: a proxy stands between, say.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// How far one kind could be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KindState {
    /// All of it.
    Read,
    /// The server said no.
    Forbidden,
    /// The server does not serve it, or the files do not hold it.
    #[default]
    Absent,
    /// It went wrong: a time-out, an error of the server.
    Failed,
    /// Some of it: the list broke off, or objects had no readable shape.
    Partial,
}

/// The state of one kind with the server's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Coverage {
    /// How far.
    pub state: KindState,
    /// How many objects are here.
    pub items: usize,
    /// The server's words, or the names of malformed objects.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// The version that was read.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
}

macro_rules! inventory {
    ($($(#[$doc:meta])* $kind:ident $list:ident: $type:ty;)+) => {
        /// A collected cluster. Lists are sorted by namespace and name, so that equal clusters are equal inventories.
        #[derive(Clone, Debug, Default, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Inventory {
            /// Where from.
            pub source: Source,
            /// The cluster.
            pub cluster: ClusterInfo,
            /// State of every kind.
            pub coverage: BTreeMap<Kind, Coverage>,
            /// How many sensitive values were met and not kept.
            pub redactions: usize,
            /// Whether every object passed the gate that examines all of it; snapshots of before there was one did not.
            #[serde(skip_serializing_if = "std::ops::Not::not")]
            pub sifted: bool,
            /// What was taken out of objects that had no readable shape.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            pub unplaced: Vec<Unplaced>,
            /// Distinct pod specs.
            pub specs: Vec<PodSpec>,
            /// Pods.
            pub pods: Vec<Pod>,
            /// Controllers of all kinds.
            pub controllers: BTreeMap<Kind, Vec<Controller>>,
            $($(#[$doc])* pub $list: Vec<$type>,)+
            /// Objects of add-ons.
            pub customs: BTreeMap<Kind, Vec<Custom>>,
            /// Who said that the files are the whole cluster, so that a kind which they do not hold is empty and not unread; none where nobody did.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub declared_complete: Option<String>,
            /// What active probes asked and heard; none where they were not run.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub probes: Option<Probes>,
            /// Files that were given as evidence and recognised.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            pub imported: Vec<Imported>,
            /// Workloads, derived from pods and controllers.
            #[serde(skip)]
            pub workloads: Vec<Workload>,
        }
    };
}

typed!(inventory);

/// The part of a list that is in a namespace: lists are sorted by it.
fn part<'l, T>(list: &'l [T], namespace: &str, of: impl Fn(&T) -> &str) -> &'l [T] {
    let start = list.partition_point(|object| of(object) < namespace);
    let rest = &list[start..];
    &rest[..rest.partition_point(|object| of(object) == namespace)]
}

impl Inventory {
    /// How far a kind was read; what nobody spoke of is absent, or empty where somebody said that the files are the whole cluster.
    #[must_use]
    pub fn coverage_of(&self, kind: Kind) -> Coverage {
        let coverage = self.coverage.get(&kind).cloned().unwrap_or_default();
        match &self.declared_complete {
            Some(who) if self.is_declared_empty(kind) => Coverage {
                state: KindState::Read,
                message: format!("not in the files, which {who} says are the whole cluster"),
                ..coverage
            },
            _ => coverage,
        }
    }

    /// State of a kind.
    #[must_use]
    pub fn state(&self, kind: Kind) -> KindState {
        let told = self.coverage.get(&kind).map_or(KindState::Absent, |coverage| coverage.state);
        if told == KindState::Absent && self.is_declared_empty(kind) { KindState::Read } else { told }
    }

    /// Whether the files hold nothing of a kind and count as the whole cluster, by what somebody said. It never holds for what was refused.
    #[must_use]
    pub fn is_declared_empty(&self, kind: Kind) -> bool {
        self.source == Source::Files
            && self.declared_complete.is_some()
            && self.coverage.get(&kind).is_none_or(|coverage| coverage.state == KindState::Absent)
    }

    /// Whether any object of a namespace was read. Every namespace of a cluster has an account and a certificate by itself.
    #[must_use]
    pub fn holds_any_of(&self, namespace: &str) -> bool {
        macro_rules! any {
            ($($(#[$doc:meta])* $kind:ident $list:ident: $type:ty;)+) => {
                $(!part(&self.$list, namespace, |object| &object.metadata.namespace).is_empty())||+
            };
        }
        typed!(any)
            || !part(&self.pods, namespace, |pod| &pod.metadata.namespace).is_empty()
            || self.controllers.values().any(|list| !part(list, namespace, |controller| &controller.metadata.namespace).is_empty())
            || self.customs.values().any(|list| !part(list, namespace, |custom| &custom.metadata.namespace).is_empty())
    }

    /// Objects that make pods and do not tell which, each with the reason.
    pub fn unjudged(&self) -> impl Iterator<Item = (ObjectRef, &str)> {
        std::iter::empty()
    }

    /// A namespace's labels; empty where the namespace was not read.
    #[must_use]
    pub fn namespace_labels(&self, name: &str) -> &BTreeMap<String, String> {
        static NONE: BTreeMap<String, String> = BTreeMap::new();
        self.namespaces.binary_search_by(|n| n.metadata.name.as_str().cmp(name)).map_or(&NONE, |i| &self.namespaces[i].metadata.labels)
    }

    /// The service account of that name. Manifests that name no namespace are applied to `default`, and others refer to them there.
    #[must_use]
    pub fn service_account(&self, namespace: &str, name: &str) -> Option<&rbac::ServiceAccount> {
        let find = |namespace: &str| {
            let at = self
                .service_accounts
                .binary_search_by(|a| (a.metadata.namespace.as_str(), a.metadata.name.as_str()).cmp(&(namespace, name)));
            at.ok().map(|i| &self.service_accounts[i])
        };
        find(namespace).or_else(|| match namespace {
            "" => find("default"),
            "default" => find(""),
            _ => None,
        })
    }

    /// Minor version of the cluster: 34 for `v1.34.4`.
    #[must_use]
    pub fn minor(&self) -> Option<u32> {
        self.cluster.version.trim_start_matches('v').split('.').nth(1)?.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    }

    /// The Services of a namespace.
    #[must_use]
    pub fn services_of(&self, namespace: &str) -> &[network::Service] {
        part(&self.services, namespace, |service| &service.metadata.namespace)
    }

    /// The Ingresses of a namespace.
    #[must_use]
    pub fn ingresses_of(&self, namespace: &str) -> &[network::Ingress] {
        part(&self.ingresses, namespace, |ingress| &ingress.metadata.namespace)
    }

    /// Pod-bearing objects as the API has them, for a finding's lines: the JSON of the object, rebuilt from what was kept.
    #[must_use]
    pub fn object_json(&self, object: &ObjectRef) -> Option<serde_json::Value> {
        super::rebuilt::object_json(self, object)
    }

    /// Derives the workloads; to be called once after reading. Pods are grouped by their topmost owner.
    pub(super) fn derive_workloads(&mut self) {
        let owners: HashMap<(&str, &str, &str), &Meta> = self
            .controllers
            .iter()
            .flat_map(|(kind, list)| {
                list.iter().map(move |c| ((kind.kind(), c.metadata.namespace.as_str(), c.metadata.name.as_str()), &c.metadata))
            })
            .collect();
        let mut groups: BTreeMap<ObjectRef, Workload> = BTreeMap::new();
        for (index, pod) in self.pods.iter().enumerate() {
            let object = topmost(&pod.metadata, Kind::Pods, &owners);
            let workload = groups.entry(object.clone()).or_insert_with(|| Workload {
                object,
                labels: pod.metadata.labels.clone(),
                pod_labels: pod.metadata.labels.clone(),
                ..Workload::default()
            });
            workload.pods += 1;
            workload.pod_indexes.push(index);
            match workload.variants.iter_mut().find(|v| v.spec == pod.spec) {
                Some(variant) => variant.pods += 1,
                None => workload.variants.push(Variant { spec: pod.spec, pods: 1 }),
            }
        }
        for (kind, list) in &self.controllers {
            for controller in list {
                let object = ObjectRef::new(kind.group(), kind.kind(), &controller.metadata.namespace, &controller.metadata.name);
                // What another object owns is told by its owner: a Deployment's old ReplicaSets are no workloads of their own.
                if !groups.contains_key(&object) && passes_on(kind.kind()) && controller.metadata.controller().is_some() {
                    continue;
                }
                let workload = groups.entry(object.clone()).or_insert_with(|| Workload { object, ..Workload::default() });
                workload.labels.clone_from(&controller.metadata.labels);
                workload.metadata = controller.metadata.clone();
                workload.template = Some(controller.spec);
                workload.pod_annotations.extend(controller.pod_annotations.clone());
                if workload.pods == 0 {
                    workload.pod_labels.clone_from(&controller.pod_labels);
                    // Files may hold two manifests of one name (overlays, say): each is judged.
                    if !workload.variants.iter().any(|v| v.spec == controller.spec) {
                        workload.variants.push(Variant { spec: controller.spec, pods: 0 });
                    }
                }
            }
        }
        for workload in groups.values_mut() {
            if workload.object.kind == "Pod"
                && let Some(pod) = workload.pod_indexes.first().and_then(|i| self.pods.get(*i))
            {
                workload.metadata = pod.metadata.clone();
            }
        }
        let mut workloads: Vec<Workload> = groups.into_values().collect();
        workloads.sort_by(|a, b| key(&a.object).cmp(&key(&b.object)));
        self.workloads = workloads;
    }
}

/// Kinds that only stand between pods and what people wrote. A StatefulSet that an operator made stays the unit: its template is what runs.
fn passes_on(kind: &str) -> bool {
    matches!(kind, "Pod" | "ReplicaSet" | "Job")
}

fn key(object: &ObjectRef) -> (&str, &str, &str, &str) {
    (&object.namespace, &object.kind, &object.name, &object.group)
}

/// Follows controllers up from an object as far as they are known; the last reference names the workload even where its object was not read.
/// Pods that a node owns (static pods) are workloads of their own.
fn topmost(meta: &Meta, kind: Kind, owners: &HashMap<(&str, &str, &str), &Meta>) -> ObjectRef {
    let namespace = &meta.namespace;
    let mut object = ObjectRef::new(kind.group(), kind.kind(), namespace, &meta.name);
    let mut at = meta;
    // Chains are Pod → ReplicaSet → Deployment → an operator's object; eight steps are more than any real one has.
    for _ in 0..8 {
        if !passes_on(&object.kind) {
            break;
        }
        let Some(owner) = at.controller().filter(|owner| owner.kind != "Node") else { break };
        let group = owner.api_version.rsplit_once('/').map_or("", |(group, _)| group);
        object = ObjectRef::new(group, &owner.kind, namespace, &owner.name);
        match owners.get(&(owner.kind.as_str(), namespace.as_str(), owner.name.as_str())) {
            Some(next) => at = next,
            None => {
                // The ReplicaSet could not be read: its name is the Deployment's with the template's hash behind it.
                if owner.kind == "ReplicaSet"
                    && let Some(hash) = at.labels.get("pod-template-hash")
                    && let Some(name) = owner.name.strip_suffix(&format!("-{hash}"))
                {
                    object = ObjectRef::new("apps", "Deployment", namespace, name);
                }
                break;
            }
        }
    }
    object
}

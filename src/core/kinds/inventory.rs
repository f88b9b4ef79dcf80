//! Everything that was read from one cluster, and everything that could not be. Gathered completely before anything is judged.

use super::{
    admission,
    caller::{Caller, Login},
    config,
    control_plane::ControlPlaneRecord,
    coverage::{Coverage, KindState},
    custom::Custom,
    deprecated::DeprecatedRequests,
    imported::Imported,
    maker::{Maker, UNREAD_GROUPS},
    network, node,
    params::Params,
    part::Part,
    persistent,
    pod::{Pod, PodSpec},
    policy,
    probes::Probes,
    rbac,
    sift::Unplaced,
    table::typed,
    workload::{Controller, Workload},
};
use crate::model::{Kind, ObjectRef};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};

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
    /// The version as which the server says that it behaves: `1.33`; "" where it does not tell.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub emulates: String,
    /// The oldest version with which the server says that it stays compatible: `1.32`; "" where it does not tell.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub compatible_with: String,
    /// Where the version is from when the server did not tell it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version_source: String,
    /// How well the version is known: what only stands in for it says nothing about the version itself.
    #[serde(skip_serializing_if = "VersionFrom::is_server")]
    pub version_from: VersionFrom,
    /// What stood for the version before a person told it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub untold: Option<Box<Untold>>,
    /// Distribution: `kubeadm`, `eks`… or `unknown`.
    pub distribution: String,
    /// What showed it.
    pub distribution_evidence: Vec<String>,
    /// Who asked: the user of the credential with its groups; none where the server did not tell.
    #[serde(flatten)]
    pub identity: Option<Caller>,
    /// How that credential logs in; none where that is not known.
    #[serde(with = "super::caller::told", skip_serializing_if = "Option::is_none")]
    pub login: Option<Login>,
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
    pub other_policies: Vec<OtherObject>,
    /// The same of routes from outside to Services.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub other_routes: Vec<OtherObject>,
    /// API groups that are registered and did not answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stale_groups: Vec<String>,
    /// Requests for deprecated APIs, as the server that answered counted them; none where nobody asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<DeprecatedRequests>,
    /// What its API servers told of their own settings; none where nobody asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control_plane: Option<Box<ControlPlaneRecord>>,
    /// The connection over which it was read; none for files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<Connection>,
    /// When it was collected; none for files without a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collected_at: Option<Timestamp>,
}

/// An object of a kind that no check reads and that may matter by what it is, or a resource that has such objects.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct OtherObject {
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

/// How many objects of one kind and namespace passed the gate, of which nothing else is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OtherObjects {
    /// API group.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Namespace, "" for objects of the whole cluster.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// How many.
    pub items: usize,
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

/// What stands for a version that the server did not tell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Untold {
    /// The version.
    pub version: String,
    /// How well it is known.
    pub from: VersionFrom,
    /// Where it is from.
    pub source: String,
}

/// What is said where nothing tells the version.
pub const VERSION_NOT_KNOWN: &str = "version not known";

/// How well the server's version is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VersionFrom {
    /// The server told it, or a file with its words.
    #[default]
    Server,
    /// It is that of the newest kubelet, than which the server is not older.
    Kubelets,
    /// Nothing told it, and the newest known stands in.
    Assumed,
    /// A person told it, of files that do not.
    Person,
}

impl ClusterInfo {
    /// The version, where anything tells it: what only stands in for it is none.
    #[must_use]
    pub fn told_version(&self) -> &str {
        if self.version_from == VersionFrom::Assumed { "" } else { &self.version }
    }

    /// The version in words, with where it is from where the server did not tell it.
    #[must_use]
    pub fn version_words(&self) -> String {
        match (self.told_version(), self.version_from) {
            ("", _) => VERSION_NOT_KNOWN.to_owned(),
            (version, VersionFrom::Server) => version.to_owned(),
            (version, VersionFrom::Kubelets) => format!("{version}, the newest kubelet's"),
            (version, _) if self.version_source.is_empty() => format!("{version}, told by a person"),
            (version, _) => format!("{version}, {}", self.version_source),
        }
    }

    /// What it is, in words: distribution and version.
    #[must_use]
    pub fn words(&self) -> String {
        distribution_words(&self.distribution, &self.version_words())
    }
}

/// What a cluster is, in words: its distribution and its version, each as far as it is known; nothing where it was never read.
#[must_use]
pub fn distribution_words(distribution: &str, version: &str) -> String {
    if distribution.is_empty() && version.is_empty() {
        return String::new();
    }
    let name = if matches!(distribution, "" | "unknown") { "Kubernetes" } else { distribution };
    if version == VERSION_NOT_KNOWN { format!("{name}, {version}") } else { format!("{name} {version}") }
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

macro_rules! inventory {
    ($($(#[$doc:meta])* $kind:ident $list:ident: $type:ty;)+) => {
        /// A collected cluster. Lists are sorted by namespace and name, so that equal clusters are equal inventories.
        #[derive(Clone, Debug, Default, Serialize, Deserialize)]
        #[serde(default)]
        pub struct Inventory {
            /// Where from.
            pub source: Source,
            /// Who said that the files are the whole cluster, so that kinds which they do not hold are empty; none where nobody did, and for a live
            /// cluster.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub declared_complete: Option<String>,
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
            /// Objects of kinds that no check reads, which passed the gate and of which nothing else is kept.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            pub others: Vec<OtherObjects>,
            /// Distinct pod specs.
            #[serde(deserialize_with = "super::frugal::specs")]
            pub specs: Vec<PodSpec>,
            /// Pods.
            #[serde(deserialize_with = "super::frugal::pods")]
            pub pods: Vec<Pod>,
            /// Controllers of all kinds.
            #[serde(deserialize_with = "super::frugal::controllers")]
            pub controllers: BTreeMap<Kind, Vec<Controller>>,
            /// Objects of add-ons that make pods.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            pub makers: Vec<Maker>,
            $($(#[$doc])* pub $list: Vec<$type>,)+
            /// Objects of add-ons.
            pub customs: BTreeMap<Kind, Vec<Custom>>,
            /// Objects from which policies take their parameters.
            #[serde(skip_serializing_if = "Vec::is_empty")]
            pub params: Vec<Params>,
            /// What active probes asked and heard; none where they were not run.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub probes: Option<Probes>,
            /// Which part of the cluster this is, where several processes read one each; none for a whole one.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub part: Option<Box<Part>>,
            /// The artifact in a registry that it was read from, with its digest; "" where it comes from elsewhere.
            #[serde(skip)]
            pub taken_from: String,
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

    /// Takes what active probes asked and heard. What kubelets told of themselves is kept with what API servers told.
    pub fn hear(&mut self, mut probes: Probes) {
        let kubelets = std::mem::take(&mut probes.kubelets);
        if !kubelets.is_empty() {
            self.cluster.control_plane.get_or_insert_default().kubelets = kubelets;
        }
        self.probes = Some(probes);
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
            || self.makers.iter().any(|maker| maker.metadata.namespace == namespace)
            || !part(&self.pods, namespace, |pod| &pod.metadata.namespace).is_empty()
            || self.controllers.values().any(|list| !part(list, namespace, |controller| &controller.metadata.namespace).is_empty())
            || self.customs.values().any(|list| !part(list, namespace, |custom| &custom.metadata.namespace).is_empty())
    }

    /// Objects that make pods and do not tell which, each with the reason. One whose pods, or whose controller of them, was read is judged by these.
    pub fn unjudged(&self) -> impl Iterator<Item = (ObjectRef, &str)> {
        // Every check of workloads asks, and rarely does any object not tell.
        let owners = LazyCell::new(|| -> BTreeSet<ObjectRef> {
            self.controllers.values().flatten().filter_map(|controller| controller.metadata.owner()).collect()
        });
        let told = move |maker: &Maker| {
            maker.templates.is_empty() && (self.workload(&maker.object()).is_some() || owners.contains(&maker.object()))
        };
        let makers = self.makers.iter().filter(move |maker| !maker.doubt.is_empty() && !maker.ended && !told(maker));
        let groups = self.cluster.api_groups.keys().filter(|group| UNREAD_GROUPS.contains(&group.as_str()));
        makers
            .map(|maker| (maker.object(), maker.doubt.as_str()))
            .chain(groups.map(|group| (ObjectRef::new(group, "APIGroup", "", group), "its objects make pods and are not read")))
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
        find(if namespace.is_empty() { "default" } else { namespace })
    }

    /// A workload by its owner.
    #[must_use]
    pub fn workload(&self, object: &ObjectRef) -> Option<&Workload> {
        let key = (object.namespace.as_str(), object.kind.as_str(), object.name.as_str(), object.group.as_str());
        self.workloads.binary_search_by(|workload| workload.key().cmp(&key)).ok().map(|at| &self.workloads[at])
    }

    /// Minor version as which the server says that it behaves: 33 for `1.33`; nothing where it does not tell.
    #[must_use]
    pub fn emulated_minor(&self) -> Option<u32> {
        self.cluster.emulates.strip_prefix("1.")?.parse().ok()
    }

    /// Minor version of the cluster: 34 for `v1.34.4`. That of the program which runs; its behaviour may be that of another (`analysis::emulation`).
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_is_told_as_far_as_it_is_known() {
        for (distribution, version, words) in [
            ("k3s", "v1.34.4", "k3s v1.34.4"),
            ("eks", VERSION_NOT_KNOWN, "eks, version not known"),
            ("unknown", "v1.34.4", "Kubernetes v1.34.4"),
            ("unknown", VERSION_NOT_KNOWN, "Kubernetes, version not known"),
            ("", "", ""),
        ] {
            assert_eq!(distribution_words(distribution, version), words);
        }
    }
}

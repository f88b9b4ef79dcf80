//! What a cluster is like, as far as it decides whether a right leads to more: how its API server upgrades connections, which of its ConfigMaps
//! configure the cluster itself, in which namespaces devices may be had as administrator.

use super::paths::{Path, When};
use super::rules::Request;
use crate::analysis::control_plane::{self, counted};
use crate::analysis::emulation;
use crate::kinds::{Inventory, KindState};
use crate::model::{Kind, text::glob};
use std::collections::{BTreeMap, BTreeSet};

/// The ConfigMap of EKS that says which cloud identities log in as whom, and its namespace.
pub const AWS_AUTH: (&str, &str) = ("kube-system", "aws-auth");

/// ConfigMaps that configure the cluster itself, by glob: namespace, name.
const SETTINGS: &[(&str, &str)] = &[
    // Who logs in.
    AWS_AUTH,
    ("kube-system", "extension-apiserver-authentication"),
    // Names.
    ("kube-system", "coredns*"),
    ("kube-system", "rke2-coredns*"),
    ("kube-system", "kube-dns*"),
    ("kube-system", "node-local-dns*"),
    ("openshift-dns", "*"),
    // Nodes and the network between pods.
    ("kube-system", "kubeadm-config"),
    ("kube-system", "kubelet-config*"),
    ("kube-system", "kube-proxy*"),
    ("kube-system", "amazon-vpc-cni"),
    ("kube-system", "azure-*"),
    ("kube-system", "ip-masq-agent*"),
    ("kube-system", "canal-config"),
    ("kube-system", "antrea-config*"),
    ("kube-system", "kube-router-cfg"),
    ("kube-system", "weave-net*"),
    ("kube-flannel", "kube-flannel-cfg"),
    ("kube-system", "kube-flannel-cfg"),
    ("*", "calico-config"),
    ("*", "cni-config"),
    ("*", "cilium-config"),
    ("*", "multus-*config*"),
    // What watches, logs and admits.
    ("*", "falco*"),
    ("*", "tetragon-config*"),
    ("*", "kubearmor-config*"),
    ("*", "fluent-bit*"),
    ("*", "fluentd*"),
    ("*", "container-azm-ms-agentconfig"),
    ("amazon-cloudwatch", "*"),
    ("aws-observability", "aws-logging"),
    ("kyverno", "kyverno*"),
    ("*", "ratify*"),
    // Delivery, and meshes.
    ("*", "argocd-cm"),
    ("*", "argocd-rbac-cm"),
    ("*", "workflow-controller-configmap"),
    ("istio-system", "istio*"),
    ("*", "linkerd-config"),
];

/// Endings of the names of definitions whose objects guard: API groups.
const GUARDS: &[&str] = &[
    "kyverno.io",
    "gatekeeper.sh",
    "kubewarden.io",
    "policy.sigstore.dev",
    "jspolicy.com",
    "cilium.io",
    "projectcalico.org",
    "policy.networking.k8s.io",
    "networking.k8s.aws",
    "networking.gke.io",
    "k8s.ovn.org",
    "antrea.io",
    "kubeovn.io",
    "security.istio.io",
    "policy.linkerd.io",
    "kubearmor.com",
    "neuvector.com",
    "falcosecurity.dev",
    "ratify.deislabs.io",
    "security.openshift.io",
];

/// Label of a namespace in which claims may ask for devices as administrator.
const ADMIN_ACCESS: &str = "resource.kubernetes.io/admin-access";

/// The gate by which the API server asks for `create` where a connection is upgraded.
const UPGRADE_GATE: &str = "AuthorizePodWebsocketUpgradeCreatePermission";

/// What of a right is of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// It leads on.
    Leads,
    /// It may; the words say what a person must look for.
    Perhaps(&'static str),
    /// It leads nowhere.
    Idle,
}

impl Use {
    /// Leads on where that holds, and nowhere otherwise.
    pub(super) const fn when(holds: bool) -> Self {
        if holds { Self::Leads } else { Self::Idle }
    }
}

/// Where a right holds: a namespace, or everywhere.
pub(super) type Place<'p> = Option<&'p str>;

/// The facts of one cluster.
#[derive(Debug)]
pub struct Surroundings {
    /// Whether `get` suffices to upgrade a connection; none where the version is not known.
    upgrade_by_get: Option<bool>,
    /// ConfigMaps there are that configure the cluster, by namespace.
    settings: BTreeMap<String, BTreeSet<String>>,
    settings_read: bool,
    /// Namespaces labelled for devices as administrator.
    labelled: BTreeSet<String>,
    namespaces_read: bool,
    /// API groups that the server serves beside the core group; empty where it was not asked.
    served: BTreeSet<String>,
}

impl Surroundings {
    /// Reads them from an inventory.
    #[must_use]
    pub fn of(inventory: &Inventory) -> Self {
        let mut settings: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for map in &inventory.config_maps {
            let (namespace, name) = (&map.metadata.namespace, &map.metadata.name);
            if configures(namespace, name) {
                settings.entry(namespace.clone()).or_default().insert(name.clone());
            }
        }
        let labelled = |labels: &BTreeMap<String, String>| labels.get(ADMIN_ACCESS).is_some_and(|value| value == "true");
        Self {
            upgrade_by_get: upgrade_by_get(inventory),
            settings,
            settings_read: inventory.state(Kind::ConfigMaps) == KindState::Read,
            labelled: inventory
                .namespaces
                .iter()
                .filter(|namespace| labelled(&namespace.metadata.labels))
                .map(|namespace| namespace.metadata.name.clone())
                .collect(),
            namespaces_read: inventory.state(Kind::Namespaces) == KindState::Read,
            served: served(inventory),
        }
    }

    /// Whether a request that rules allow there is of use for a path. Of a group that nobody serves there is nothing to change.
    pub(super) fn weigh(&self, path: &Path, request: &Request<'_>, place: Place<'_>) -> Use {
        if !request.group.is_empty() && !self.served.is_empty() && !self.served.contains(request.group) {
            return Use::Idle;
        }
        match path.when {
            When::Always => Use::Leads,
            When::Upgrade => match (request.verb, self.upgrade_by_get) {
                ("get", None) => Use::Perhaps(
                    "up to 1.34 get alone suffices, from 1.35 create is wanted too, and the version and gates of the API server are not known",
                ),
                ("get", Some(holds)) => Use::when(holds),
                _ => Use::Leads,
            },
            When::Settings => self.weigh_settings(request, place),
            When::AdminAccess => match place {
                _ if !self.namespaces_read => Use::Perhaps("namespaces were not read, so which are labelled for it is not known"),
                Some(namespace) => Use::when(self.labelled.contains(namespace)),
                None => Use::when(!self.labelled.is_empty()),
            },
            When::Definitions if request.verb == "create" => {
                Use::Perhaps("a new definition takes no guard away, so what the kinds do that it brings must be looked for")
            }
            When::Definitions => Use::Leads,
        }
    }

    fn weigh_settings(&self, request: &Request<'_>, place: Place<'_>) -> Use {
        let new = request.verb == "create";
        match place {
            _ if new && place.is_none_or(|namespace| namespace == "kube-system") => {
                Use::Perhaps("only a ConfigMap that is not there yet can be made, and what reads it must be looked for")
            }
            None => Use::Leads,
            Some(_) if new => Use::Idle,
            Some(namespace) if self.settings.contains_key(namespace) => Use::Leads,
            Some("kube-system") => Use::Perhaps(
                "none of the ConfigMaps that are known to configure a cluster was read there, so what the others do must be looked for",
            ),
            Some(namespace) => {
                let may_hold = !self.settings_read && SETTINGS.iter().any(|(at, _)| *at != "*" && glob(at, namespace));
                if may_hold { Use::Perhaps("ConfigMaps were not read, so which are there is not known") } else { Use::Idle }
            }
        }
    }

    /// Of names that a right is limited to, whether one of them matters to a path.
    pub(super) fn counts(path: &Path, name: &str, place: Place<'_>) -> bool {
        match path.when {
            When::Settings => match place {
                Some(namespace) => configures(namespace, name),
                None => SETTINGS.iter().any(|(_, known)| *known != "*" && glob(known, name)),
            },
            When::Definitions => GUARDS.iter().any(|group| name.ends_with(group)),
            When::Always | When::Upgrade | When::AdminAccess => true,
        }
    }

    /// ConfigMaps of a namespace that configure the cluster, by name.
    pub(super) fn settings_in(&self, namespace: &str) -> Option<&BTreeSet<String>> {
        self.settings.get(namespace)
    }

    /// Whether the ConfigMap is there that says who logs in to an EKS cluster as whom.
    #[must_use]
    pub fn has_aws_auth(&self) -> bool {
        self.settings.get(AWS_AUTH.0).is_some_and(|names| names.contains(AWS_AUTH.1))
    }
}

/// The groups, where the list is that of a server: one without these is of something less.
fn served(inventory: &Inventory) -> BTreeSet<String> {
    let groups = &inventory.cluster.api_groups;
    let whole = ["apps", "rbac.authorization.k8s.io", "apiextensions.k8s.io"].iter().all(|group| groups.contains_key(*group));
    if whole { groups.keys().cloned().collect() } else { BTreeSet::new() }
}

/// Whether a ConfigMap of that name configures the cluster itself.
fn configures(namespace: &str, name: &str) -> bool {
    SETTINGS.iter().any(|(at, known)| glob(at, namespace) && glob(known, name))
}

/// By version and by gate, which its flags may switch, and the version that it emulates.
fn upgrade_by_get(inventory: &Inventory) -> Option<bool> {
    let servers = control_plane::api_servers(inventory);
    let off = format!("{UPGRADE_GATE}=false");
    // Where one of several servers has it off, that one may be asked. A server of before there was the gate does not tell it.
    if counted::is_off(inventory, UPGRADE_GATE)
        || servers.iter().any(|server| server.list("feature-gates").iter().any(|gate| gate.eq_ignore_ascii_case(&off)))
    {
        return Some(true);
    }
    let holds = emulation::minor(inventory).map(|minor| minor < 35)?;
    // A flag whose value was not kept, or that stands in a pod that was not read, may switch the gate off.
    let sealed = |name: &str| servers.iter().any(|server| server.flags.iter().any(|flag| flag.name == name && flag.value.is_none()));
    let seen = inventory.state(Kind::Pods) == KindState::Read && !sealed("feature-gates") && !sealed("emulated-version");
    (holds || seen).then_some(holds)
}

//! Which namespaces are the cluster's own. A name alone says so for the three that every API server makes; the names of a distribution mean
//! something on that distribution alone, and only where they are written out here; an add-on's namespace is the platform's only where every workload
//! in it runs that add-on's images. A payments namespace can be called `gke-payments` or share `metallb-system` and is judged like any other.
//!
//! The lists follow what the makers document of a new cluster. What is missing in them is judged as in scope until a person says otherwise,
//! which costs a look and hides nothing.

use super::software::repository;
use crate::kinds::{Inventory, Meta, Workload};
use crate::model::{Category, Scope};
use std::collections::{BTreeMap, BTreeSet};

/// Namespaces that the API server makes, whatever the distribution. `default` is not among them: people deploy there.
const EVERYWHERE: &[&str] = &["kube-system", "kube-public", "kube-node-lease"];

/// Namespaces that a distribution makes, by its id.
const DISTRIBUTIONS: &[(&str, &[&str])] = &[
    ("aks", &["aks-command", "aks-istio-system", "aks-istio-ingress", "aks-istio-egress", "app-routing-system"]),
    ("gke", GKE),
    ("gke-autopilot", GKE),
    ("kind", &["local-path-storage"]),
    ("openshift", OPENSHIFT),
    (
        "tanzu",
        &[
            "tanzu-package-repo-global",
            "tkg-system",
            "tkg-system-public",
            "tkg-system-telemetry",
            "vmware-system-antrea",
            "vmware-system-auth",
            "vmware-system-cloud-provider",
            "vmware-system-csi",
            "vmware-system-tkg",
            "vmware-system-tmc",
        ],
    ),
];

const GKE: &[&str] = &[
    "gke-gmp-system",
    "gke-managed-checkpointing",
    "gke-managed-cim",
    "gke-managed-dpv2-observability",
    "gke-managed-filestorecsi",
    "gke-managed-lustrecsi",
    "gke-managed-networking-dra-driver",
    "gke-managed-parallelstorecsi",
    "gke-managed-system",
    "gke-managed-volumepopulator",
    "gmp-public",
    "gmp-system",
];

const OPENSHIFT: &[&str] = &[
    "openshift",
    "openshift-apiserver",
    "openshift-apiserver-operator",
    "openshift-authentication",
    "openshift-authentication-operator",
    "openshift-cloud-controller-manager",
    "openshift-cloud-controller-manager-operator",
    "openshift-cloud-credential-operator",
    "openshift-cloud-network-config-controller",
    "openshift-cluster-csi-drivers",
    "openshift-cluster-machine-approver",
    "openshift-cluster-node-tuning-operator",
    "openshift-cluster-olm-operator",
    "openshift-cluster-samples-operator",
    "openshift-cluster-storage-operator",
    "openshift-cluster-version",
    "openshift-catalogd",
    "openshift-config",
    "openshift-config-managed",
    "openshift-config-operator",
    "openshift-console",
    "openshift-console-operator",
    "openshift-console-user-settings",
    "openshift-controller-manager",
    "openshift-controller-manager-operator",
    "openshift-dns",
    "openshift-dns-operator",
    "openshift-etcd",
    "openshift-etcd-operator",
    "openshift-host-network",
    "openshift-image-registry",
    "openshift-infra",
    "openshift-ingress",
    "openshift-ingress-canary",
    "openshift-ingress-operator",
    "openshift-insights",
    "openshift-kni-infra",
    "openshift-kube-apiserver",
    "openshift-kube-apiserver-operator",
    "openshift-kube-controller-manager",
    "openshift-kube-controller-manager-operator",
    "openshift-kube-scheduler",
    "openshift-kube-scheduler-operator",
    "openshift-kube-storage-version-migrator",
    "openshift-kube-storage-version-migrator-operator",
    "openshift-machine-api",
    "openshift-machine-config-operator",
    "openshift-marketplace",
    "openshift-monitoring",
    "openshift-multus",
    "openshift-network-console",
    "openshift-network-diagnostics",
    "openshift-network-node-identity",
    "openshift-network-operator",
    "openshift-node",
    "openshift-nutanix-infra",
    "openshift-oauth-apiserver",
    "openshift-openstack-infra",
    "openshift-operator-controller",
    "openshift-operator-lifecycle-manager",
    "openshift-operators",
    "openshift-ovirt-infra",
    "openshift-ovn-kubernetes",
    "openshift-platform-operators",
    "openshift-route-controller-manager",
    "openshift-sdn",
    "openshift-service-ca",
    "openshift-service-ca-operator",
    "openshift-user-workload-monitoring",
    "openshift-vsphere-infra",
];

/// An add-on: its name, the namespaces that it has, and the repositories of its images, without registry, tag and digest. A star stands at an
/// end for one or more further letters of the last part.
type Addon = (&'static str, &'static [&'static str], &'static [&'static str]);

const ADDONS: &[Addon] = &[
    (
        "Amazon CloudWatch Observability",
        &["amazon-cloudwatch"],
        &["cloudwatch-agent/*", "amazon-cloudwatch-observability/*", "aws-observability/aws-for-fluent-bit", "eks/observability/*"],
    ),
    ("Amazon GuardDuty", &["amazon-guardduty"], &["aws-guardduty-agent", "eks/guardduty-agent", "eks-addons/aws-guardduty-agent"]),
    ("Azure Arc", &["azure-arc", "azure-arc-release"], &["azurearck8s/*"]),
    (
        "Calico",
        &["calico-system", "calico-apiserver", "tigera-operator"],
        &[
            "calico/*",
            "tigera/operator",
            "tigera-operator",
            "rancher/mirrored-calico-*",
            "rancher/mirrored-tigera-operator",
            "oss/calico/*",
            "oss/tigera/operator",
            "oss/v2/calico/*",
            "oss/v2/tigera/operator",
        ],
    ),
    (
        "Cilium",
        &["cilium", "cilium-secrets"],
        &[
            "cilium/cilium",
            "cilium/cilium-envoy",
            "cilium/operator",
            "cilium/operator-*",
            "cilium/hubble-relay",
            "cilium/hubble-ui",
            "cilium/hubble-ui-backend",
            "cilium/certgen",
            "cilium/startup-script",
        ],
    ),
    (
        "Flannel",
        &["kube-flannel"],
        &[
            "flannel/flannel",
            "flannel/flannel-cni-plugin",
            "flannel-io/flannel",
            "flannel-io/flannel-cni-plugin",
            "coreos/flannel",
            "rancher/mirrored-flannelcni-*",
            "flannelcni/*",
        ],
    ),
    (
        "Gatekeeper",
        &["gatekeeper-system"],
        &[
            "openpolicyagent/gatekeeper",
            "openpolicyagent/gatekeeper-crds",
            "oss/open-policy-agent/gatekeeper",
            "oss/v2/open-policy-agent/gatekeeper",
            "azure-policy/policy-kubernetes-webhook",
        ],
    ),
    ("KWOK", &["kwok-system"], &["kwok/*"]),
    (
        "Local Path Provisioner",
        &["local-path-storage"],
        &["rancher/local-path-provisioner", "kindest/local-path-provisioner", "kindest/local-path-helper"],
    ),
    (
        "MetalLB",
        &["metallb-system"],
        &[
            "metallb/controller",
            "metallb/speaker",
            "metallb/frr-k8s",
            "frrouting/frr",
            "brancz/kube-rbac-proxy",
            "kubebuilder/kube-rbac-proxy",
        ],
    ),
    ("Node Feature Discovery", &["node-feature-discovery"], &["nfd/node-feature-discovery", "nfd/node-feature-discovery-operator"]),
    (
        "Rancher",
        &[
            "cattle-system",
            "cattle-fleet-system",
            "cattle-fleet-local-system",
            "cattle-impersonation-system",
            "cattle-provisioning-capi-system",
            "cattle-turtles-system",
            "cattle-capi-system",
            "cattle-global-data",
            "cattle-ui-plugin-system",
            "fleet-local",
            "fleet-default",
        ],
        &["rancher/*"],
    ),
];

/// Namespaces of Red Hat's operators for OpenShift, which are its own where all that runs in them is from Red Hat's registries.
const RED_HAT_OPERATORS: &[&str] = &[
    "openshift-adp",
    "openshift-cluster-observability-operator",
    "openshift-cnv",
    "openshift-compliance",
    "openshift-distributed-tracing",
    "openshift-dr-system",
    "openshift-file-integrity",
    "openshift-gitops",
    "openshift-gitops-operator",
    "openshift-keda",
    "openshift-kmm",
    "openshift-local-storage",
    "openshift-logging",
    "openshift-mtv",
    "openshift-netobserv-operator",
    "openshift-nfd",
    "openshift-nmstate",
    "openshift-opentelemetry-operator",
    "openshift-operators-redhat",
    "openshift-pipelines",
    "openshift-ptp",
    "openshift-serverless",
    "openshift-sriov-network-operator",
    "openshift-storage",
    "openshift-tempo-operator",
    "openshift-vertical-pod-autoscaler",
    "openshift-windows-machine-config-operator",
];

/// Where their images come from.
const RED_HAT: &[&str] = &["quay.io/openshift-release-dev/", "registry.redhat.io/"];

/// The cluster's own namespaces, each with a sentence that says why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Platform {
    distribution: String,
    /// What runs shows it, or an owner.
    shown: BTreeMap<String, String>,
}

impl Platform {
    /// The namespaces of a cluster that was read: by their names, and by what runs in them.
    #[must_use]
    pub fn of(inventory: &Inventory) -> Self {
        let distribution = inventory.cluster.distribution.as_str();
        let mut running: BTreeMap<&str, Vec<&Workload>> = BTreeMap::new();
        for workload in inventory.workloads.iter().filter(|w| !w.object.namespace.is_empty()) {
            running.entry(&workload.object.namespace).or_default().push(workload);
        }
        let read = inventory.namespaces.iter().map(|namespace| namespace.metadata.name.as_str());
        let names: BTreeSet<&str> = read.chain(running.keys().copied()).collect();
        let mut own: BTreeMap<String, String> = BTreeMap::new();
        let all_run = |namespace: &str, is_own: &dyn Fn(&str) -> bool| {
            running.get(namespace).is_some_and(|workloads| workloads.iter().all(|workload| runs_only(inventory, workload, is_own)))
        };
        for (addon, namespaces, images) in ADDONS {
            let is_own = |image: &str| images.iter().any(|known| is_image(known, repository(image)));
            let proven: Vec<&str> = namespaces.iter().copied().filter(|name| all_run(name, &is_own)).collect();
            // Several add-ons have namespaces in which nothing runs: they hold settings. They are the add-on's where it does run.
            let runs = !proven.is_empty()
                || inventory
                    .workloads
                    .iter()
                    .any(|w| EVERYWHERE.contains(&w.object.namespace.as_str()) && runs_only(inventory, w, &is_own));
            for name in namespaces.iter().filter(|name| names.contains(*name)) {
                let why = match (proven.contains(name), running.contains_key(name)) {
                    (true, _) => format!("all that runs in it is {addon}"),
                    (false, false) if runs => format!("nothing runs in it, and {addon} runs in this cluster"),
                    _ => continue,
                };
                own.entry((*name).to_owned()).or_insert(why);
            }
        }
        if distribution == "openshift" {
            let release = |image: &str| RED_HAT.iter().any(|origin| image.starts_with(origin));
            for name in RED_HAT_OPERATORS.iter().filter(|name| all_run(name, &release)) {
                own.entry((*name).to_owned()).or_insert_with(|| "all that runs in it is from Red Hat's registries".to_owned());
            }
            // The release itself owns the namespaces that it brings, those of versions to come among them.
            let released =
                |meta: &Meta| meta.name.starts_with("openshift") && meta.controller().is_some_and(|owner| owner.kind == "ClusterVersion");
            for namespace in inventory.namespaces.iter().filter(|namespace| released(&namespace.metadata)) {
                own.entry(namespace.metadata.name.clone()).or_insert_with(|| "it belongs to the release of OpenShift".to_owned());
            }
        }
        Self { distribution: distribution.to_owned(), shown: own }
    }

    /// Why a namespace is the cluster's own; none where it is not shown to be.
    #[must_use]
    pub fn why(&self, namespace: &str) -> Option<String> {
        by_name(&self.distribution, namespace).or_else(|| self.shown.get(namespace).cloned())
    }
}

/// Why a name says that a namespace is the cluster's own, on a distribution; none where it does not. What runs in it may still show it.
#[must_use]
pub fn by_name(distribution: &str, namespace: &str) -> Option<String> {
    if EVERYWHERE.contains(&namespace) {
        return Some("every cluster has it".to_owned());
    }
    let made = DISTRIBUTIONS.iter().any(|(id, names)| *id == distribution && names.contains(&namespace));
    made.then(|| format!("{} makes it", super::distribution::title(distribution)))
}

/// Whether a name is one that the API server or some distribution gives to a namespace: then everybody knows it, whoever uses it here.
#[must_use]
pub fn is_made_by_a_distribution(namespace: &str) -> bool {
    EVERYWHERE.contains(&namespace) || DISTRIBUTIONS.iter().any(|(_, names)| names.contains(&namespace))
}

/// The category of every namespace of one cluster: what a person says of it, else what shows that it is the cluster's own, else the default.
#[derive(Clone, Debug)]
pub struct Categories<'a> {
    inventory: &'a Inventory,
    scope: &'a Scope,
    platform: Platform,
}

impl<'a> Categories<'a> {
    /// The categories that a scope gives to the namespaces of a cluster.
    #[must_use]
    pub fn new(inventory: &'a Inventory, scope: &'a Scope) -> Self {
        Self { inventory, scope, platform: Platform::of(inventory) }
    }

    /// The category of a namespace by its name.
    #[must_use]
    pub fn of(&self, namespace: &str) -> Category {
        self.scope.category(namespace, self.inventory.namespace_labels(namespace), self.platform.why(namespace).is_some())
    }

    /// Which namespaces are the cluster's own.
    #[must_use]
    pub const fn platform(&self) -> &Platform {
        &self.platform
    }
}

/// Whether every container of a workload, in its template and in its pods, has an image that is the add-on's.
fn runs_only(inventory: &Inventory, workload: &Workload, is_own: &dyn Fn(&str) -> bool) -> bool {
    let mut specs = workload.variants.iter().map(|variant| variant.spec).chain(workload.template).peekable();
    specs.peek().is_some()
        && specs.all(|spec| {
            let mut containers = inventory.spec(spec).all_containers().peekable();
            containers.peek().is_some() && containers.all(|(_, container)| is_own(&container.image))
        })
}

/// Whether a repository is the one that is known, or stands behind a mirror's path: `mirror/metallb/speaker`.
fn is_image(known: &str, repository: &str) -> bool {
    let here = |repository: &str| match known.strip_suffix('*') {
        Some(start) => repository.strip_prefix(start).is_some_and(|rest| !rest.is_empty() && !rest.contains('/')),
        None => repository == known,
    };
    let mut at = repository;
    loop {
        if here(at) {
            return true;
        }
        match at.split_once('/') {
            Some((_, rest)) => at = rest,
            None => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{Ingest, Source};
    use crate::model::Kind;
    use crate::sensitive::FingerprintKey;
    use serde_json::json;

    /// A cluster of a distribution with these namespaces, each with the images of its Deployments.
    fn cluster(distribution: &str, namespaces: &[(&str, &[&str])]) -> Platform {
        let mut ingest = Ingest::new(Source::Live, FingerprintKey([0; 32]));
        distribution.clone_into(&mut ingest.cluster().distribution);
        for (namespace, images) in namespaces {
            ingest.object(Kind::Namespaces, &json!({"metadata": {"name": namespace}}).to_string());
            for (nth, image) in images.iter().enumerate() {
                let spec = json!({"template": {"spec": {"containers": [{"name": "a", "image": image}]}}});
                let object = json!({"metadata": {"namespace": namespace, "name": format!("w{nth}")}, "spec": spec});
                ingest.object(Kind::Deployments, &object.to_string());
            }
        }
        Platform::of(&ingest.finish())
    }

    fn own(distribution: &str, namespace: &str, images: &[&str]) -> bool {
        cluster(distribution, &[(namespace, images)]).why(namespace).is_some()
    }

    #[test]
    fn names_of_a_distribution_mean_something_there_alone() {
        for (distribution, namespace, payments) in [
            ("gke", "gmp-system", "gke-payments"),
            ("gke-autopilot", "gke-managed-system", "gke-managed-payments"),
            ("openshift", "openshift-etcd", "openshift-pci"),
            ("aks", "aks-command", "aks-payments"),
            ("tanzu", "vmware-system-auth", "vmware-system-payments"),
            ("kind", "local-path-storage", "local-path-payments"),
        ] {
            assert!(own(distribution, namespace, &[]), "{namespace} on {distribution}");
            for elsewhere in ["eks", "kubeadm", "k3s", "rke2", "talos", "microk8s", "unknown", ""] {
                assert!(!own(elsewhere, namespace, &[]), "{namespace} on {elsewhere}");
            }
            assert!(!own(distribution, payments, &["registry.acme.example/pay/cards:1"]), "{payments} on {distribution}");
        }
        for distribution in ["eks", "gke", "aks", "openshift", "kubeadm", "unknown"] {
            assert!(own(distribution, "kube-system", &["registry.acme.example/a:1"]) && !own(distribution, "default", &[]));
            assert!(!own(distribution, "kube-payments", &[]));
        }
    }

    #[test]
    fn an_add_on_is_told_by_all_that_runs_in_its_namespace() {
        let speaker = "quay.io/metallb/speaker:v0.15.2";
        assert!(own("kubeadm", "metallb-system", &[speaker, "quay.io/metallb/controller:v0.15.2"]));
        assert!(own("eks", "metallb-system", &["registry.acme.example/mirror/metallb/speaker@sha256:0"]));
        assert!(!own("kubeadm", "metallb-system", &[speaker, "registry.acme.example/pay/cards:1"]), "one stranger is enough");
        assert!(!own("kubeadm", "metallb-system", &["registry.acme.example/pay/speaker:1"]) && !own("kubeadm", "metallb-system", &[]));
        assert!(!own("kubeadm", "payments", &[speaker]), "an image does not make a namespace the platform's");
        assert!(own("aks", "gatekeeper-system", &["mcr.microsoft.com/oss/v2/open-policy-agent/gatekeeper:v3.20.1"]));
        assert!(own("rke2", "calico-system", &["docker.io/rancher/mirrored-calico-node:v3.30.3"]));
        assert!(!own("rke2", "calico-system", &["docker.io/rancher/mirrored-calico-/x:1"]));
    }

    #[test]
    fn a_namespace_of_settings_is_the_add_ons_where_it_runs() {
        let agent: &[&str] = &["docker.io/rancher/rancher-agent:v2.12.1"];
        let found = cluster("rke2", &[("cattle-system", agent), ("cattle-impersonation-system", &[]), ("fleet-default", &["acme/pay:1"])]);
        assert!(found.why("cattle-impersonation-system").is_some() && found.why("fleet-default").is_none());
        assert!(
            cluster("kubeadm", &[("kube-system", &["quay.io/cilium/cilium:v1.18.1"]), ("cilium-secrets", &[])])
                .why("cilium-secrets")
                .is_some()
        );
        assert!(
            cluster("kubeadm", &[("pay", &["quay.io/cilium/cilium:v1.18.1"]), ("cilium-secrets", &[])]).why("cilium-secrets").is_none()
        );
    }

    #[test]
    fn operators_of_openshift_are_told_by_their_registry() {
        assert!(own("openshift", "openshift-logging", &["registry.redhat.io/openshift-logging/vector-rhel9@sha256:0"]));
        assert!(!own("openshift", "openshift-logging", &["registry.redhat.io.acme.example/a:1"]));
        assert!(!own("openshift", "payments", &["registry.redhat.io/ubi9/ubi:9"]));
        assert!(!own("openshift", "openshift-pci", &["registry.redhat.io/rhel9/postgresql-16:1"]));
        assert!(!own("kubeadm", "openshift-logging", &["registry.redhat.io/openshift-logging/vector-rhel9@sha256:0"]));
    }
}

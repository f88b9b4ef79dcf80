//! Directories of a node that pods mount, by a hostPath or by a claim that leads to one, and what lies in them: keys, sockets, the state of the cluster.
//! One table for every check that asks, so that a path means the same to all of them.
//!
//! What lies above a directory holds it too. What lies below one usually belongs to it; a few directories below do not, and stand in the table
//! before it: plugins' sockets below the kubelet's directory, the file systems of containers below K3s' own.

use crate::kinds::pod::Volume;
use crate::kinds::{Inventory, KindState, PodSpec, Workload};
use crate::model::{Kind, Severity};
use std::collections::BTreeMap;

/// A directory of a node in a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mounted<'s> {
    /// Name of the volume in the pod.
    pub volume: &'s str,
    /// The path on the node, as it is written.
    pub path: &'s str,
    /// How it gets there.
    pub way: Way,
    /// The persistent volume that it goes by; "" for a hostPath.
    pub by: &'s str,
}

/// How a directory of the node gets into a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By its path.
    HostPath,
    /// By a claim that the volume names.
    Claim,
    /// By the claim that is made for the volume of each pod: `POD-VOLUME`.
    Ephemeral,
    /// By the claim that a StatefulSet makes for each of its pods: `VOLUME-OBJECT-0`.
    ClaimTemplate,
}

/// A persistent volume that is a directory of a node: its name and the path.
type OnNode<'a> = (&'a str, &'a str);

/// Persistent volumes by the claims that are bound to them.
#[derive(Debug)]
pub struct Claims<'a> {
    inventory: &'a Inventory,
    /// By the namespace and name of the claim.
    bound: BTreeMap<(&'a str, &'a str), OnNode<'a>>,
}

impl<'a> Claims<'a> {
    /// The claims that lead to a directory of a node.
    #[must_use]
    pub fn of(inventory: &'a Inventory) -> Self {
        let mut bound: BTreeMap<(&str, &str), OnNode<'_>> = BTreeMap::new();
        let mut by_name: BTreeMap<&str, OnNode<'_>> = BTreeMap::new();
        for volume in &inventory.persistent_volumes {
            let (name, spec) = (volume.metadata.name.as_str(), &volume.spec);
            let Some(on) = spec.host_path.as_ref().or(spec.local.as_ref()) else { continue };
            by_name.insert(name, (name, &on.path));
            if let Some(claim) = &spec.claim_ref {
                bound.insert((&claim.namespace, &claim.name), (name, &on.path));
            }
        }
        // A claim names its volume, and the volume its claim; either may be in a file without the other.
        for claim in &inventory.persistent_volume_claims {
            if let Some(volume) = by_name.get(claim.spec.volume_name.as_str()) {
                bound.entry((&claim.metadata.namespace, &claim.metadata.name)).or_insert(*volume);
            }
        }
        Self { inventory, bound }
    }

    /// The directories of the node that a spec of a workload mounts, by whatever claim.
    pub fn mounted<'s>(&'s self, workload: &'s Workload, spec: &'s PodSpec) -> impl Iterator<Item = Mounted<'s>> {
        let written = spec.volumes.iter().filter_map(move |volume| {
            if let Some(path) = &volume.host_path {
                return Some(Mounted { volume: &volume.name, path, way: Way::HostPath, by: "" });
            }
            let ((by, path), way) = match &volume.claim {
                Some(claim) => (self.bound(workload, claim)?, Way::Claim),
                None if is_ephemeral(volume) => (self.ephemeral(workload, volume)?, Way::Ephemeral),
                None => return None,
            };
            Some(Mounted { volume: &volume.name, path, way, by })
        });
        // In pods that exist these volumes are written out.
        let to_come = workload.claim_templates.iter().filter(|name| !spec.volumes.iter().any(|volume| volume.name == **name));
        written.chain(to_come.filter_map(move |name| {
            let (by, path) = self.of_template(workload, name)?;
            Some(Mounted { volume: name, path, way: Way::ClaimTemplate, by })
        }))
    }

    fn bound(&self, workload: &Workload, claim: &str) -> Option<OnNode<'a>> {
        self.bound.get(&(workload.object.namespace.as_str(), claim)).copied()
    }

    /// Where the claim leads that was made for the volume of one of the workload's pods.
    fn ephemeral(&self, workload: &Workload, volume: &Volume) -> Option<OnNode<'a>> {
        let mut pods = workload.pod_indexes.iter().filter_map(|index| self.inventory.pods.get(*index));
        pods.find_map(|pod| self.bound(workload, &format!("{}-{}", pod.metadata.name, volume.name)))
    }

    /// Where one of the claims leads that a StatefulSet made, or will take over, for a volume of its pods.
    fn of_template(&self, workload: &Workload, volume: &str) -> Option<OnNode<'a>> {
        let prefix = format!("{volume}-{}-", workload.object.name);
        let namespace = workload.object.namespace.as_str();
        let from = self.bound.range((namespace, prefix.as_str())..);
        from.take_while(|((of, claim), _)| *of == namespace && claim.starts_with(&prefix))
            .find(|((_, claim), _)| claim[prefix.len()..].bytes().all(|digit| digit.is_ascii_digit()))
            .map(|(_, on)| *on)
    }
}

/// Whether a volume is a claim that is made for each pod (a generic ephemeral volume).
fn is_ephemeral(volume: &Volume) -> bool {
    volume.sources.iter().any(|source| source == "ephemeral")
}

/// The lists that were not read whole though workloads mount claims: where these lead is then not known. Empty where nothing mounts a claim.
#[must_use]
pub fn unread(inventory: &Inventory) -> Vec<Kind> {
    let claimed = inventory.specs.iter().flat_map(|spec| &spec.volumes).any(|volume| volume.claim.is_some() || is_ephemeral(volume))
        || inventory.workloads.iter().any(|workload| !workload.claim_templates.is_empty());
    let lists = [Kind::PersistentVolumes, Kind::PersistentVolumeClaims].into_iter();
    lists.filter(|kind| claimed && inventory.state(*kind) != KindState::Read).collect()
}

impl Mounted<'_> {
    /// The path of the field from the workload.
    #[must_use]
    pub fn field(&self, workload: &Workload) -> String {
        let below = match self.way {
            Way::HostPath => "hostPath",
            Way::Claim => "persistentVolumeClaim",
            Way::Ephemeral => "ephemeral",
            Way::ClaimTemplate => return format!("spec.volumeClaimTemplates[name={}]", self.volume),
        };
        format!("{}.volumes[name={}].{below}", workload.spec_path(), self.volume)
    }

    /// The path as a finding shows it, with the persistent volume that leads there.
    #[must_use]
    pub fn observed(&self) -> String {
        let path = tidy(self.path);
        if self.by.is_empty() { path } else { format!("{path} (PersistentVolume {})", self.by) }
    }
}

/// A path without doubled or trailing slashes, `.` and `..`: the same directory has the same name.
#[must_use]
pub fn tidy(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// Whether a tidy path is the other or lies below it.
#[must_use]
pub fn within(path: &str, folder: &str) -> bool {
    folder == "/" || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What lies in a directory of a node.
#[derive(Clone, Copy, Debug)]
pub struct Gate {
    /// The directory; a star is one part of the path.
    pub path: &'static str,
    /// How bad it is that a pod has it, where it may write.
    pub severity: Severity,
    /// What whoever holds the pod can do with it.
    pub message: &'static str,
    /// The key material in it; "" where there is none.
    pub keys: &'static str,
}

const fn gate(path: &'static str, severity: Severity, message: &'static str) -> Gate {
    Gate { path, severity, message, keys: "" }
}

const fn keys(path: &'static str, severity: Severity, message: &'static str, keys: &'static str) -> Gate {
    Gate { path, severity, message, keys }
}

use Severity::{Critical, High, Medium};

const SOCKET: &str = "The socket of the container runtime starts any container with any rights on the node.";
const MANAGER: &str = "Over the sockets of the node's service manager a container starts programs on the node.";
const BUS: &str = "Over the node's message bus a container asks the service manager to start programs on the node.";
const CONTAINERS: &str = "File systems of all containers on the node can be read, and where writable changed.";
const PLUGINS: &str = "Sockets of the node's device and storage plugins: whoever takes the place of one answers the kubelet in its name.";
const NOTES: &str =
    "The kubelet's notes of what it gave to which pod: whoever changes them decides over processors, memory and devices of other pods.";
const SETTINGS: &str =
    "Settings of the kubelet: whoever writes there decides how it starts next, without logins or with pods of their own.";
const PROGRAMS: &str = "Programs and libraries of the node: whoever writes there runs code on it.";
const HOMES: &str = "Homes of the node's users: keys, kubeconfigs, and start-up files that run as them.";

/// Directories in which nothing of the node or the cluster lies, though they stand below one that is a gate.
const HARMLESS: &[&str] = &[
    "/var/lib/rancher/k3s/storage",
    "/var/lib/rancher/k3s/data/local-path",
    "/var/lib/kubelet/seccomp",
    "/var/lib/k0s/storage",
    "/var/snap/microk8s/common/default-storage",
    "/dev/shm",
    "/dev/null",
    "/dev/termination-log",
];

/// The gates, the narrower before the wider.
const GATES: &[Gate] = &[
    gate("/var/run/docker.sock", Critical, SOCKET),
    gate("/run/docker.sock", Critical, SOCKET),
    gate("/run/containerd", Critical, SOCKET),
    gate("/var/run/containerd", Critical, SOCKET),
    gate("/run/crio", Critical, SOCKET),
    gate("/var/run/crio", Critical, SOCKET),
    gate("/run/cri-dockerd.sock", Critical, SOCKET),
    gate("/var/run/cri-dockerd.sock", Critical, SOCKET),
    gate("/run/dockershim.sock", Critical, SOCKET),
    gate("/var/run/dockershim.sock", Critical, SOCKET),
    gate("/run/podman", Critical, SOCKET),
    gate("/run/docker", Critical, SOCKET),
    gate("/run/k3s/containerd", Critical, SOCKET),
    gate("/var/run/k3s/containerd", Critical, SOCKET),
    gate("/run/k0s", Critical, SOCKET),
    gate("/run/systemd", Critical, MANAGER),
    gate("/var/run/systemd", Critical, MANAGER),
    gate("/run/dbus", High, BUS),
    gate("/var/run/dbus", High, BUS),
    // The kubelet's directory: what its plugins have there holds no keys, and nothing of other pods.
    gate("/var/lib/kubelet/device-plugins", Medium, PLUGINS),
    gate("/var/lib/kubelet/plugins", Medium, PLUGINS),
    gate("/var/lib/kubelet/plugins_registry", Medium, PLUGINS),
    gate("/var/lib/kubelet/pod-resources", Medium, "Over this socket the kubelet tells which devices every pod of the node has."),
    // Its own notes and settings, one file each; what else is there holds keys, or is not known to hold none.
    gate("/var/lib/kubelet/cpu_manager_state", Medium, NOTES),
    gate("/var/lib/kubelet/memory_manager_state", Medium, NOTES),
    gate("/var/lib/kubelet/dra_manager_state", Medium, NOTES),
    gate("/var/lib/kubelet/allocated_pods_state", Medium, NOTES),
    gate("/var/lib/kubelet/actuated_pods_state", Medium, NOTES),
    gate("/var/lib/kubelet/pod_status_manager_state", Medium, NOTES),
    gate("/var/lib/kubelet/config.yaml", High, SETTINGS),
    gate("/var/lib/kubelet/kubeadm-flags.env", High, SETTINGS),
    gate("/var/lib/kubelet/instance-config.yaml", High, SETTINGS),
    gate(
        "/var/lib/kubelet/volumeplugins",
        High,
        "Programs there are run by the kubelet as root: whoever writes there runs code on the node.",
    ),
    keys(
        "/var/lib/kubelet/checkpoints",
        Critical,
        "Checkpoints of containers hold all of their memory, keys and card numbers in it included.",
        "the memory of containers of which checkpoints were made",
    ),
    keys(
        "/var/lib/kubelet",
        Critical,
        "The kubelet's directory holds the tokens and mounted Secrets of every pod on the node, and the node's own credential.",
        "the kubelet's credential and the tokens and Secrets of all pods of the node",
    ),
    keys(
        "/etc/kubernetes",
        Critical,
        "It holds the keys of the node, on control-plane nodes those of the cluster, and manifests there start pods unasked.",
        "the cluster's certificates and administrators' kubeconfigs",
    ),
    keys(
        "/srv/kubernetes",
        Critical,
        "It holds the keys of the node, on control-plane nodes those of the cluster.",
        "the cluster's certificates and kubeconfigs, where kOps and others keep them",
    ),
    keys("/var/lib/etcd", Critical, "It holds the cluster's whole state, Secrets included.", "the database with all Secrets"),
    // K3s and RKE2 keep their containers beside their keys.
    gate("/var/lib/rancher/k3s/agent/containerd", High, CONTAINERS),
    gate("/var/lib/rancher/rke2/agent/containerd", High, CONTAINERS),
    gate("/var/lib/rancher/k3s/agent/images", High, "Archives there become images of the node: whoever writes there decides what runs."),
    gate("/var/lib/rancher/rke2/agent/images", High, "Archives there become images of the node: whoever writes there decides what runs."),
    gate("/var/lib/rancher/rke2/agent/logs", Medium, "Logs of the node's own components."),
    keys(
        "/var/lib/rancher",
        Critical,
        "It holds the keys and the state of k3s or RKE2, of the whole cluster on server nodes.",
        "the cluster's certificates, tokens and database",
    ),
    keys(
        "/etc/rancher",
        Critical,
        "It holds configuration and administrator credentials of k3s or RKE2.",
        "the administrator's kubeconfig and the cluster's token",
    ),
    gate("/var/snap/microk8s/common/var/lib/containerd", High, CONTAINERS),
    keys(
        "/var/snap/microk8s",
        Critical,
        "It holds the runtime's socket, the keys and the state of MicroK8s.",
        "the certificates, tokens and administrators' credentials of MicroK8s",
    ),
    gate("/var/lib/k0s/containerd", High, CONTAINERS),
    keys(
        "/var/lib/k0s",
        Critical,
        "It holds the keys, the administrator's credential and the state of k0s.",
        "the certificates, the administrator's kubeconfig and the database of k0s",
    ),
    keys("/system/secrets", Critical, "It holds the keys of a node of Talos Linux.", "the keys of the node and of the cluster"),
    gate("/proc", Critical, "Settings in the node's /proc make the kernel run a program of the container's choice on the node."),
    gate("/sys", High, "Kernel settings and control groups of the node can be read and, where writable, changed to run code on it."),
    gate("/dev", High, "Devices of the node, its disks among them, can be opened past the file system's rights."),
    gate(
        "/etc",
        High,
        "Accounts, schedules and service definitions of the node: whoever writes there runs code on it, whoever reads sees its secrets.",
    ),
    keys("/root/.kube", High, "The kubeconfig of the node's administrator, who usually is the cluster's.", "an administrator's kubeconfig"),
    gate("/root", High, "The home of the node's administrator: keys and kubeconfigs, and start-up files that run as root."),
    keys("/home/*/.kube", High, "The kubeconfig of a user of the node.", "a user's kubeconfig"),
    gate("/home", High, HOMES),
    gate("/var/lib/containerd", High, CONTAINERS),
    gate("/var/lib/docker", High, CONTAINERS),
    gate("/var/lib/containers", High, CONTAINERS),
    gate("/opt/cni", High, "Programs there are run by the runtime as root for each new pod: whoever writes there runs code on the node."),
    gate("/var/spool/cron", High, "Schedules of the node's users: whoever writes there runs programs on it."),
    gate("/usr", High, PROGRAMS),
    gate("/lib", High, "Libraries, modules and service definitions of the node: whoever writes there runs code on it."),
    gate("/bin", High, "Programs of the node: whoever writes there runs code on it."),
    gate("/sbin", High, "Programs of the node: whoever writes there runs code on it."),
    gate("/boot", High, "The node's kernel and start-up files: whoever writes there decides what runs after the next start."),
    gate(
        "/var/log",
        Medium,
        "The kubelet serves logs from here: with write access, a link placed here makes it serve any file of the node.",
    ),
];

/// Whether a tidy path is a gate's directory or lies in it, part by part.
fn inside(path: &str, gate: &str) -> bool {
    let mut parts = path.split('/');
    gate.split('/').all(|wanted| parts.next().is_some_and(|part| wanted == "*" && !part.is_empty() || wanted == part))
}

/// Whether a tidy path lies above a gate's directory.
fn above(path: &str, gate: &str) -> bool {
    path == "/" || {
        let mut wanted = gate.split('/');
        path.split('/').all(|part| wanted.next().is_some_and(|wanted| wanted == "*" && !part.is_empty() || wanted == part))
            && !inside(path, gate)
    }
}

/// The gate that a tidy path opens: the one that it lies in, else the first that lies below it. None for a directory that leads nowhere.
#[must_use]
pub fn opened(path: &str) -> Option<&'static Gate> {
    if HARMLESS.iter().any(|harmless| within(path, harmless)) {
        return None;
    }
    GATES.iter().find(|gate| inside(path, gate.path)).or_else(|| GATES.iter().find(|gate| above(path, gate.path)))
}

/// Whether a tidy path lies in a gate's directory, and not above it.
#[must_use]
pub fn lies_in(path: &str, gate: &Gate) -> bool {
    inside(path, gate.path)
}

/// The key material in a directory of the node and in what lies below it.
#[must_use]
pub fn key_material(path: &str) -> Vec<&'static str> {
    if HARMLESS.iter().any(|harmless| within(path, harmless)) {
        return vec![];
    }
    if let Some(gate) = GATES.iter().find(|gate| inside(path, gate.path))
        && !gate.keys.is_empty()
    {
        return vec![gate.keys];
    }
    GATES.iter().filter(|gate| above(path, gate.path) && !gate.keys.is_empty()).map(|gate| gate.keys).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_by_whole_segments() {
        assert_eq!(tidy("//etc/./kubernetes/../kubernetes/"), "/etc/kubernetes");
        assert_eq!((tidy("/"), tidy("")), ("/".to_owned(), "/".to_owned()));
        assert!(within("/etc/kubernetes/pki", "/etc/kubernetes") && !within("/etc/kubernetes-x", "/etc/kubernetes"));
        assert!(inside("/home/ubuntu/.kube/config", "/home/*/.kube") && !inside("/home/ubuntu", "/home/*/.kube"));
        assert!(above("/home", "/home/*/.kube") && above("/home/ubuntu", "/home/*/.kube") && !above("/home/a/.ssh", "/home/*/.kube"));
    }

    #[test]
    fn keys_lie_where_they_lie_and_not_beside() {
        for path in [
            "/",
            "/etc",
            "/etc/kubernetes",
            "/etc/kubernetes/pki",
            "/var/lib",
            "/var/lib/kubelet",
            "/var/lib/kubelet/pods",
            "/var/lib/kubelet/pki/x",
            "/var/lib/kubelet/kubeconfig",
            "/var/lib/kubelet/bootstrap-kubeconfig",
            "/var/lib/kubelet/config.json",
            "/var/lib/kubelet/checkpoints",
            "/var/lib/kubelet/what-nobody-knows",
            "/var/lib/rancher/k3s/server",
            "/var/lib/rancher/k3s",
            "/var/lib/k0s/pki",
            "/var/snap/microk8s/current/credentials",
            "/srv/kubernetes",
            "/home/ubuntu/.kube",
            "/home",
            "/root/.kube/config",
            "/root",
        ] {
            assert!(!key_material(path).is_empty(), "{path}");
        }
        for path in [
            "/var/lib/kubelet/device-plugins",
            "/var/lib/kubelet/plugins_registry",
            "/var/lib/kubelet/plugins/ebs.csi.aws.com",
            "/var/lib/kubelet/pod-resources",
            "/var/lib/kubelet/cpu_manager_state",
            "/var/lib/kubelet/memory_manager_state",
            "/var/lib/kubelet/dra_manager_state",
            "/var/lib/kubelet/allocated_pods_state",
            "/var/lib/kubelet/config.yaml",
            "/var/lib/kubelet/kubeadm-flags.env",
            "/var/lib/kubelet/volumeplugins/x",
            "/var/lib/kubelet/seccomp/profiles",
            "/var/lib/rancher/k3s/agent/containerd",
            "/var/lib/rancher/k3s/storage/pvc-1",
            "/var/log",
            "/tmp",
            "/data",
            "/var/lib/kubelet-data",
            "/var/snap/lxd",
            "/etc/ssl/certs",
            "/root-of-data",
            "/home/ubuntu/.ssh",
        ] {
            assert!(key_material(path).is_empty(), "{path}");
        }
    }

    #[test]
    fn sockets_of_plugins_are_a_gate_of_their_own() {
        let severity = |path: &str| opened(path).map(|gate| gate.severity);
        assert_eq!(severity("/var/lib/kubelet/plugins/ebs.csi.aws.com"), Some(Medium));
        assert_eq!(severity("/var/lib/kubelet/pods/1/volumes"), Some(Critical));
        assert_eq!(severity("/var/lib/kubelet"), Some(Critical));
        assert_eq!(severity("/var/lib/kubelet/config.yaml"), Some(High));
        assert_eq!(severity("/var/lib/kubelet/cpu_manager_state"), Some(Medium));
        assert_eq!(severity("/var/lib/rancher/k3s/agent/containerd/x"), Some(High));
        assert_eq!(severity("/var/lib/rancher/k3s/storage/pvc-1"), None);
        assert_eq!((severity("/"), severity("/var"), severity("/mnt/disks/ssd0")), (Some(Critical), Some(Critical), None));
    }
}

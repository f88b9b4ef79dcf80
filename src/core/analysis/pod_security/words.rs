//! What a violation of each rule means and how it is mended, for people: one sentence each.

/// The words of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// Why it matters.
    pub message: &'static str,
    /// How to mend it.
    pub mend: &'static str,
}

const TABLE: &[(&str, &str, &str)] = &[
    (
        "appArmorProfile",
        "The AppArmor profile that the runtime would apply is switched off, so files and mounts of the node are less guarded.",
        "Remove the setting, or set appArmorProfile.type to RuntimeDefault or to Localhost with a profile of your own.",
    ),
    (
        "capabilities_baseline",
        "The container adds pieces of the power of root that the runtime withholds by default; several of them lead to the node.",
        "Take out the added capabilities; give work that needs them to a component of the platform that is approved as an exception.",
    ),
    (
        "hostNamespaces",
        "The pod shares the node's network, processes or IPC: it can watch and reach what other pods and the node itself do.",
        "Set hostNetwork, hostPID and hostIPC to false or remove them; publish ports through a Service.",
    ),
    (
        "hostPathVolumes",
        "A directory of the node is mounted: with the wrong path, or write access, whoever holds the container holds the node.",
        "Use a PersistentVolumeClaim, a ConfigMap, a Secret or an emptyDir in place of hostPath.",
    ),
    (
        "hostPorts",
        "The container takes a port of the node itself, where network policies of pods may not apply.",
        "Remove hostPort and publish the port through a Service.",
    ),
    (
        "hostProbesAndHostLifecycle",
        "The probe or hook names a host, so the kubelet can be made to send requests from the node to any address.",
        "Remove the host field: the probe then asks the pod's own address.",
    ),
    (
        "privileged",
        "A privileged container has nearly all rights of the node: an intruder in it owns the node and everything on it.",
        "Remove privileged: true; where a device or one right is needed, grant that alone and approve the exception.",
    ),
    (
        "procMount",
        "The masks over /proc are taken off, which shows and opens settings of the node's kernel.",
        "Remove procMount or set it to Default; where it is needed, give the pod a user namespace by hostUsers: false.",
    ),
    (
        "procMount_restricted",
        "The masks over /proc are taken off, which shows and opens settings of the kernel even in a user namespace.",
        "Remove procMount or set it to Default.",
    ),
    (
        "seLinuxOptions",
        "A type, user or role of its own choice may lift the SELinux rules that keep the container from the node's files.",
        "Remove user and role, and leave type empty or set it to container_t, container_init_t or container_kvm_t.",
    ),
    (
        "seccompProfile_baseline",
        "The filter on system calls is switched off, so every call of the kernel is open to attack from the container.",
        "Set seccompProfile.type to RuntimeDefault, or to Localhost with a profile of your own.",
    ),
    (
        "sysctls",
        "The kernel parameter is not known to stay within the pod: it may change the node for everyone on it.",
        "Remove the parameter, or set it on nodes of their own through the node's configuration.",
    ),
    (
        "windowsHostProcess",
        "A HostProcess container runs on the Windows host itself, almost without isolation.",
        "Remove hostProcess: true; keep such containers to the platform's own namespaces, approved as exceptions.",
    ),
    (
        "allowPrivilegeEscalation",
        "A process in the container may gain more rights than its parent, through a setuid program for example.",
        "Set allowPrivilegeEscalation: false in the container's securityContext.",
    ),
    (
        "capabilities_restricted",
        "The container keeps capabilities that the runtime gives by default, or adds some, and most programs need none.",
        "Set capabilities.drop to [\"ALL\"], and add NET_BIND_SERVICE at most.",
    ),
    (
        "restrictedVolumes",
        "The kind of volume reaches the node or storage outside of what the cluster's own objects govern.",
        "Use configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, projected or secret volumes.",
    ),
    (
        "runAsNonRoot",
        "Nothing stops the container from running as root, and root in a container is the first step out of it.",
        "Set runAsNonRoot: true on the pod or on every container, with an image that runs as a numeric user.",
    ),
    (
        "runAsUser",
        "The container is told to run as user 0: root in a container is the first step out of it.",
        "Remove runAsUser: 0 and run as another user.",
    ),
    (
        "seccompProfile_restricted",
        "The container does not ask for a filter on system calls; without one every call of the kernel is open to attack.",
        "Set seccompProfile.type: RuntimeDefault on the pod.",
    ),
];

/// The words of a rule by its id.
#[must_use]
pub fn words(rule: &str) -> Words {
    let found = TABLE.iter().find(|(id, ..)| *id == rule);
    found.map_or(Words { message: "", mend: "" }, |(_, message, mend)| Words { message, mend })
}

//! The lists of the Pod Security Standards: what a pod may add, set and mount, and since which minor version of Kubernetes. Who judges by them, and how far a newer
//! version counts, is theirs to say: the API server goes by its own version, Kyverno by that of the standards that it was built with.
//!
//! Source: policy/check_*.go of k8s.io/pod-security-admission.

/// Capabilities that *baseline* lets containers add. Names are compared as written: neither `net_raw` nor `CAP_CHOWN` is a name that the standards know.
pub const BASELINE_CAPABILITIES: &[&str] = &[
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Capabilities that *restricted* lets containers add.
pub const RESTRICTED_CAPABILITIES: &[&str] = &["NET_BIND_SERVICE"];

/// Sources of volumes that *restricted* lets pods mount.
pub const RESTRICTED_VOLUMES: &[&str] =
    &["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"];

/// What annotations with the AppArmor profile of a container begin with; the container's name follows.
pub const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";
/// The annotation with the seccomp profile of a pod, which counted before 1.19.
pub const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
/// What annotations with the seccomp profile of a container begin with.
pub const SECCOMP_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";

/// Kernel parameters that stay within the pod, each since its minor version.
const SYSCTLS: &[(u32, &[&str])] = &[
    (
        0,
        &[
            "kernel.shm_rmid_forced",
            "net.ipv4.ip_local_port_range",
            "net.ipv4.tcp_syncookies",
            "net.ipv4.ping_group_range",
            "net.ipv4.ip_unprivileged_port_start",
        ],
    ),
    (27, &["net.ipv4.ip_local_reserved_ports"]),
    (29, &["net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl", "net.ipv4.tcp_keepalive_probes"]),
    (32, &["net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"]),
    (37, &["net.ipv4.tcp_slow_start_after_idle", "net.ipv4.tcp_notsent_lowat"]),
];

/// Whether pods may set a kernel parameter, by the rules of a minor version.
#[must_use]
pub fn may_set(sysctl: &str, minor: u32) -> bool {
    SYSCTLS.iter().any(|(since, names)| *since <= minor && names.contains(&sysctl))
}

/// Whether pods may ask for a type of SELinux, by the rules of a minor version; "" asks for none.
#[must_use]
pub fn may_be_typed(selinux: &str, minor: u32) -> bool {
    matches!(selinux, "" | "container_t" | "container_init_t" | "container_kvm_t") || minor >= 31 && selinux == "container_engine_t"
}

/// Whether a type of profile, of seccomp or AppArmor, confines: the runtime's own, or one on the node.
#[must_use]
pub fn confines(profile: &str) -> bool {
    matches!(profile, "RuntimeDefault" | "Localhost")
}

/// Whether a profile in an annotation for AppArmor confines.
#[must_use]
pub fn app_armor_confines(annotation: &str) -> bool {
    annotation.is_empty() || annotation == "runtime/default" || annotation.starts_with("localhost/")
}

/// Whether a profile in an annotation for seccomp confines.
#[must_use]
pub fn seccomp_confines(annotation: &str) -> bool {
    matches!(annotation, "runtime/default" | "docker/default") || annotation.starts_with("localhost/")
}

//! What is public knowledge and stays as it is: names that every cluster has, words of Kubernetes and of the guidance. Whatever is not told here counts
//! as somebody's own.

use super::class::Class;
use kassay_core::analysis::platform;
use kassay_core::analysis::rbac::stock::is_builtin_role;
use kassay_core::checks;
use kassay_core::guidance::Guidance;
use kassay_core::judging::Tables;
use kassay_core::model::Kind;
use regex::Regex;
use std::collections::HashSet;
use std::sync::LazyLock;

/// Objects, accounts and machines that clusters have by themselves, by the names that their makers give them.
const OBJECTS: &[&str] = &[
    "bootstrap-signer",
    "bootstrapsigner",
    "cluster-info",
    "coredns",
    "default",
    "etcd",
    "extension-apiserver-authentication",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-dns",
    "kube-proxy",
    "kube-root-ca.crt",
    "kube-scheduler",
    "kubeadm-config",
    "kubelet",
    "kubelet-config",
    "kubernetes",
    "kubernetes-admin",
    "kubernetes-super-admin",
    "kubeadm:cluster-admins",
    "kubeadm:get-nodes",
    "kubeadm:kubelet-config",
    "kubeadm:nodes-kubeadm-config",
    "kubeadm:bootstrap-signer-clusterinfo",
    "kubeadm:kubelet-bootstrap",
    "kubeadm:node-autoapprove-bootstrap",
    "kubeadm:node-autoapprove-certificate-rotation",
    "localhost",
    "service-cidrs",
    "system-cluster-critical",
    "system-node-critical",
    "token-cleaner",
];

/// Hosts of which everybody has one, and registries and services of the Kubernetes project.
const HOSTS: &[&str] = &["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"];

/// Domains under which Kubernetes and what checks know of it name groups, labels and images.
const DOMAINS: &[&str] =
    &["k8s.io", "kubernetes.io", "x-k8s.io", "k8s.gcr.io", "openshift.io", "pcisecuritystandards.org", "cluster.local"];

/// Words of Kubernetes that stand where names do, and are none.
const WORDS: &str = "true false yes no on off none null all any true enabled disabled enable disable default always never ifnotpresent \
    restricted baseline privileged latest stable main dev clusterip nodeport loadbalancer externalname tcp udp sctp http https grpc icmp \
    ingress egress linux windows amd64 arm64 running pending succeeded failed unknown allow deny log audit warn enforce ignore fail \
    equals in notin exists doesnotexist noschedule noexecute prefersnoschedule preferNoSchedule recreate rollingupdate onfailure \
    user group serviceaccount system authenticated unauthenticated masters nodes serviceaccounts admin edit view get list watch create update \
    patch delete deletecollection impersonate bind escalate approve sign use proxy exec attach portforward log status scale token finalizers \
    apps batch core policy rbac authorization authentication networking storage autoscaling admissionregistration apiextensions v1 v2 v1beta1 \
    v1alpha1 spec template metadata labels annotations data app name component instance version part managed by env tier role kubernetes io \
    db password passwd pwd secret key username url uri path port host config conf settings json yaml yml xml txt pem crt ca cert tls ssl \
    container containers init ephemeral pod pods node namespace cluster server api web page memory cpu storage limit limits request requests \
    runtime docker containerd cri gvisor runc kata hostpath host network pid ipc uid gid root dir tmp var run log lib etc proc sys dev opt usr \
    bin sbin home mnt media srv boot kubelet pki manifests sock volumes socket certs x86 os arch zone region hostname topology control plane \
    master worker beta failure-domain opaque dockerconfigjson dockercfg token tokens outofsync synced progressing degraded healthy missing \
    rollback eviction portforward roleref subjects runsc kata kvm net sys raw admin bind service chroot ptrace time module ipc lock nice resource \
    tty mknod setuid setgid setpcap setfcap chown dac override fowner fsetid kill audit perfmon bpf checkpoint restore tls10 tls11 tls12 tls13 aes gcm \
    sha256 sha384 sha512 rsa ecdsa ed25519 chacha20 poly1305 ecdhe cbc jobtemplate serviceaccountname securitycontext sysctls modules xtables \
    securityprofile unconfined runtimedefault local file files certificate certificates login mode server identity context tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 tls13_aes_128_gcm_sha256 tls13_aes_256_gcm_sha384 \
    tls13_chacha20_poly1305_sha256 net_admin net_raw net_bind_service sys_admin sys_ptrace sys_module sys_time sys_chroot dac_override";

/// Words, and words that are joined by signs as they stand (`read-only`): in small letters.
static VOCABULARY: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let mut words: HashSet<String> = HashSet::new();
    let mut add = |text: &str| {
        words.extend(parts(text).map(str::to_lowercase));
        let joined = text.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
        words.extend(joined.filter(|word| word.contains(|c: char| !c.is_alphanumeric())).map(str::to_lowercase));
    };
    add(WORDS);
    Kind::ALL.iter().for_each(|kind| [kind.kind(), kind.resource(), kind.group()].into_iter().for_each(&mut add));
    for check in checks::all() {
        [check.id, check.title, check.why, check.mend, check.blind_spots].into_iter().for_each(&mut add);
    }
    // What software is used is told by checks, and is no name of the entity's.
    for software in Tables::shipped().iter().flat_map(|tables| &tables.software) {
        add(&software.name);
    }
    for area in Guidance::shipped().map(|guidance| guidance.areas.as_slice()).unwrap_or_default() {
        [&area.title, &area.summary].into_iter().for_each(|text| add(text));
        for control in &area.controls {
            let c = control;
            [&c.title, &c.threat, &c.kubernetes, &c.provable, &c.unprovable, &c.mend].into_iter().for_each(|text| add(text));
            c.evidence.iter().for_each(|text| add(text));
            c.practices.iter().for_each(|practice| add(&practice.text));
            c.questions.iter().for_each(|question| [&question.text, &question.help, &question.unit].into_iter().for_each(|text| add(text)));
        }
    }
    // Examples are called so.
    words.remove("acme");
    words
});

static GROUPS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| Kind::ALL.iter().map(|kind| kind.group()).filter(|g| g.contains('.')).collect());

/// The words of a text: runs of letters and digits.
pub(super) fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Whether a text is made of ordinary words alone: words of the guidance, of checks, of Kubernetes, and numbers.
pub(super) fn is_ordinary(text: &str) -> bool {
    parts(text).all(|word| word.bytes().all(|b| b.is_ascii_digit()) || VOCABULARY.contains(&word.to_lowercase()))
}

/// Whether a name could stand in a sentence as a word: one word, or several that are joined there as well.
pub(super) fn is_word(name: &str) -> bool {
    VOCABULARY.contains(&name.to_lowercase())
}

/// Whether a domain, or what stands in front of a label's key, is public.
pub(super) fn is_public_domain(domain: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    let below = |of: &str| domain == of || domain.strip_suffix(of).is_some_and(|rest| rest.ends_with('.'));
    if below("cluster.local") {
        return HOSTS.contains(&domain.as_str()) || domain == "cluster.local" || domain == "svc.cluster.local";
    }
    // Definitions of custom resources are called after what they define and its group.
    let group = domain.split_once('.').map_or("", |(_, group)| group);
    DOMAINS.iter().any(|of| below(of)) || GROUPS.contains(domain.as_str()) || GROUPS.contains(group)
}

/// Whether a version tells nothing but a version: `1.2.3`, `v1.34.4`, `1.6.0-rc1`, `latest`.
pub(super) fn is_version(text: &str) -> bool {
    static VERSION: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^v?\d{1,5}(?:\.\d{1,5}){0,4}(?:[-.+]?(?:rc|alpha|beta|dev|pre|preview|snapshot|hotfix|eksbuild|gke|k3s|rke2r)[-.]?\d{0,7}){0,2}$").ok()
    });
    matches!(text, "latest" | "stable") || VERSION.as_ref().is_some_and(|version| version.is_match(text))
}

/// Whether everybody knows a name of this class.
pub(super) fn is_public(class: Class, name: &str) -> bool {
    match class {
        Class::Namespace => matches!(name, "default" | "*") || platform::is_made_by_a_distribution(name),
        Class::Object | Class::Account => {
            let stock = |name: &str| OBJECTS.contains(&name) || is_builtin_role(name);
            let of_system =
                name.strip_prefix("system:").is_some_and(|rest| !rest.starts_with("node:") && !rest.starts_with("serviceaccount"));
            name == "*" || stock(name) || (of_system && is_ordinary_name(name)) || matches!(name, "system:serviceaccounts")
        }
        Class::Host => HOSTS.contains(&name) || REGISTRIES.contains(&name) || is_public_domain(name),
        Class::Registry => REGISTRIES.contains(&name) || is_public_domain(name),

        Class::Label => match name.split_once('/') {
            Some((domain, _)) => is_public_domain(domain),
            None => is_ordinary(name) || is_version(name),
        },
        Class::Kind => {
            name.is_empty()
                || Kind::ALL.iter().any(|kind| kind.kind() == name || kind.group() == name)
                || KINDS.contains(&name)
                || is_public_domain(name)
        }
        Class::Address => is_public_address(name),
        Class::File | Class::Image | Class::Entity | Class::Company | Class::Person | Class::Cluster | Class::Uid | Class::Name => false,
    }
}

/// Kinds that findings speak of and nobody chose.
const KINDS: &[&str] = &[
    "API",
    "APIGroup",
    "APIService",
    "Cluster",
    "ClusterComplianceReport",
    "ComplianceCheckResult",
    "ComplianceScan",
    "Container",
    "Evidence",
    "File",
    "Group",
    "Image",
    "List",
    "PersistentVolume",
    "Policy",
    "Registry",
    "Status",
    "User",
];

/// Registries that anybody may use.
const REGISTRIES: &[&str] = &["docker.io", "quay.io", "ghcr.io", "gcr.io", "mcr.microsoft.com", "public.ecr.aws"];

/// Names below `system:` are Kubernetes' own where they consist of its words; people use that beginning as well.
fn is_ordinary_name(name: &str) -> bool {
    is_builtin_role(name) || is_ordinary(name) || name.starts_with("system:controller:") || name.starts_with("system:kube-")
}

/// Addresses that mean the same everywhere.
fn is_public_address(address: &str) -> bool {
    let (base, width) = address.split_once('/').unwrap_or((address, ""));
    match base.parse::<std::net::IpAddr>() {
        Ok(ip) => ip.is_unspecified() || ip.is_loopback() || base == "169.254.169.254" || (width == "0") || (base == "255.255.255.255"),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_has_is_public_and_what_people_choose_is_not() {
        for (class, name) in [
            (Class::Namespace, "kube-system"),
            (Class::Namespace, "default"),
            (Class::Object, "cluster-admin"),
            (Class::Account, "system:masters"),
            (Class::Account, "system:authenticated"),
            (Class::Object, "system:controller:job-controller"),
            (Class::Label, "app.kubernetes.io/name"),
            (Class::Label, "enabled"),
            (Class::Address, "0.0.0.0/0"),
            (Class::Registry, "registry.k8s.io"),
            (Class::Kind, "Deployment"),
        ] {
            assert!(is_public(class, name), "{class:?} {name}");
        }
        for (class, name) in [
            (Class::Namespace, "data"),
            (Class::Namespace, "kube-systems"),
            (Class::Account, "system:quillmark"),
            (Class::Account, "system:node:worker-7.acme.example"),
            (Class::Account, "system:serviceaccount:shop:web"),
            (Class::Object, "admin-of-acme"),
            (Class::Host, "worker-7.acme.example"),
            (Class::Host, "web.shop.svc.cluster.local"),
            (Class::Label, "acme.example/team"),
            (Class::Label, "ledgerline"),
            (Class::Address, "10.0.0.0/8"),
            (Class::Registry, "registry.acme.example"),
            (Class::Kind, "PaymentRoute"),
            (Class::Kind, "routes.acme.example"),
        ] {
            assert!(!is_public(class, name), "{class:?} {name}");
        }
    }
}

//! Control 10.1: its automated checks. Whether somebody still mends security faults of what runs the cluster, and whether its parts fit together.

use super::deprecated_apis;
use crate::analysis::emulation::{self, Emulation};
use crate::analysis::lifecycle::{self, Support};
use crate::analysis::software::{Software, is_copy};
use crate::analysis::{distribution, image::ImageReference, software};
use crate::judging::{Check, Need, Verdict, View, described};
use crate::kinds::imported::About;
use crate::kinds::{KindState, VersionFrom, node::Node};
use crate::model::{Finding, Kind, ObjectRef, Outcome, Severity};
use jiff::civil::Date;

/// The checks of control 10.1, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "10.1/version-support",
        title: "Kubernetes version and its support",
        severity: Severity::High,
        practices: &["10.1.a"],
        needs: &[Need::Version],
        active: false,
        why: "Each version of Kubernetes gets security fixes for about fourteen months, longer from some providers. After that faults are \
              still found, and published, but no longer mended: the cluster stays open to what everybody can read about.",
        mend: "Upgrade, one minor version after another, to a version that is supported for some time to come, and take in patch releases \
               as they appear; on a managed service choose a release channel that does so.",
        blind_spots: "Dates come with the program, or from a newer file that somebody hands over, and are as old as it says. Distributions that \
                      follow Kubernetes (K3s, RKE2, Talos, MicroK8s, vendors') are judged by the dates of Kubernetes itself; a vendor's contract may reach further. Whether extended support \
                      was bought is not seen.",
        judge: version_support,
    },
    Check {
        id: "10.1/version-skew",
        title: "Nodes whose version does not fit the API server's",
        severity: Severity::Medium,
        practices: &["10.1.a"],
        needs: &[Need::Version, Need::List(Kind::Nodes), Need::Workloads],
        active: false,
        why: "Node agents may be a few versions behind the API server and never ahead of it. Beyond that nobody tests the combination, and nodes \
              that were left behind lack the security fixes of the versions since.",
        mend: "Upgrade the kubelets (and kube-proxy) of the nodes that are reported, best by replacing the nodes; upgrade the control plane first \
               where nodes are ahead.",
        blind_spots: "With several API servers in the middle of an upgrade only the version of the one that answered is known. Node agents other \
                      than kubelet and kube-proxy are not compared.",
        judge: version_skew,
    },
    Check {
        id: "10.1/components",
        title: "Components that are retired, malicious or no longer supported",
        severity: Severity::High,
        practices: &["10.1.a"],
        needs: &[Need::Workloads, Need::List(Kind::Nodes)],
        active: false,
        why: "A cluster is more than Kubernetes: its database, container runtime, network plugin, ways in from outside. A part whose makers \
              stopped mending it stays open to every fault that is found from then on.",
        mend: "Move to the successor or to a supported release; until then reduce who can reach the component, and record the risk.",
        blind_spots: "Components are recognised by their images and judged by the tag; images under other names and tags that say no version are not. \
                      Dates exist for Kubernetes' own parts and a few others; what no table knows is never reported as supported. CRI-O has the dates \
                      of the Kubernetes version with its number, in OpenShift those of the release that carries it. Providers patch the containerd of \
                      the node images of EKS, GKE and AKS under the old number, so it is not judged by its makers' dates while the node's version is supported.",
        judge: components,
    },
    Check {
        id: "10.1/deprecated-apis",
        title: "Deprecated API versions that are still asked for",
        severity: Severity::Medium,
        practices: &["10.1.a"],
        needs: &[Need::Version],
        active: false,
        why: "Each release of Kubernetes removes API versions that were deprecated before. Whoever still asks for them keeps the cluster from being \
              upgraded, and so from its security fixes, or breaks when it is.",
        mend: "Find out who asks (the audit log marks such requests with the annotation k8s.io/deprecated), and move their manifests and clients to the \
               version that stays (kubectl convert, newer releases of charts and operators).",
        blind_spots: "An API server counts since it was started, and only what it was asked itself; with several servers only the one that answered is \
                      seen. What lies in repositories and was not applied since does not show.",
        judge: deprecated_apis::judge,
    },
];

fn today(view: &View<'_>) -> Date {
    view.now.to_zoned(jiff::tz::TimeZone::UTC).date()
}

fn api_server(view: &View<'_>) -> ObjectRef {
    ObjectRef::new("", "Cluster", "", if view.cluster().server.is_empty() { "API server" } else { &view.cluster().server })
}

/// What stands in for a version that nobody told says nothing about the version itself.
fn untold(what: &str) -> Verdict {
    Verdict::blocked(format!("The server's version is not known: {what}."), vec!["version".to_owned()])
}

fn version_support(view: &View<'_>) -> Verdict {
    if view.cluster().version_from == VersionFrom::Assumed {
        return untold("nothing told it, and the newest known stands in for it elsewhere");
    }
    let (table, today, cluster) = (&view.tables.lifecycle, today(view), view.cluster());
    let (product, version) = lifecycle::product_of_distribution(&cluster.distribution, &cluster.version);
    let mut verdict = Verdict::over("version", "versions");
    verdict.saw(view.cluster_wide());
    let told = format!("{} ({})", cluster.version, distribution::title(&cluster.distribution));
    let finding = || Finding::new(view.cluster_wide(), api_server(view), "version").observed(told.clone());
    let support = table.support(product, &version, today);
    // The newest kubelet is not newer than the server, but may be some versions older: only where the newest server that it could serve is out
    // of support too is that certain.
    let by_kubelets = cluster.version_from == VersionFrom::Kubelets && !no_server_is_supported(table, product, &version, today);
    let certain = |finding: Finding| if by_kubelets { finding.review() } else { finding };
    let doubt = if by_kubelets { " It is that of the newest kubelet; the server, whose version is not told, may be newer." } else { "" };
    match &support {
        Support::Until(Some(day)) if lifecycle::days_between(today, *day) < 60 => verdict.find(
            finding()
                .rule("support")
                .review()
                .severity(Severity::Medium)
                .message(format!("Support ends on {day}; the upgrade should be planned.")),
        ),
        Support::Until(_) => {}
        Support::ExtendedUntil(day) => verdict.find(
            finding()
                .rule("support")
                .review()
                .severity(Severity::Medium)
                .message(format!("Ordinary support has ended; only who has extended support gets security fixes, until {day}.")),
        ),
        Support::Ended(day) => verdict.find(certain(finding().rule("support").severity(Severity::High).message(match day {
            Some(day) => format!("Support ended on {day}: security faults that were found since then are not mended in this version.{doubt}"),
            None => format!("Support has ended: security faults are no longer mended in this version.{doubt}"),
        }))),
        Support::Older => verdict.find(certain(
            finding().rule("support").severity(Severity::High).message(format!("This version is older than any that the table still knows.{doubt}")),
        )),
        Support::Newer => verdict.find(finding().rule("support").review().severity(Severity::Info).message(format!(
            "This version is newer than what is known of support ({}), which can't say how long it is supported; look it up with whoever makes the distribution, or use newer data.",
            table.title()
        ))),
        Support::Unknown => verdict.find(finding().rule("support").review().severity(Severity::Info).message(
            "The table of support dates does not know this version; look up its support with whoever makes the distribution.",
        )),
    }
    if let Some(release) = table.newer_patch(product, &version) {
        let since = release.latest_released.map(|day| format!(" of {day}")).unwrap_or_default();
        verdict.find(
            finding()
                .rule("patch")
                .review()
                .observed(format!("{told}; newest known: {}{since}", release.latest))
                .message("A newer patch release of the same version exists; patch releases hold the security fixes."),
        );
    }
    for Emulation { minor, object, field } in emulation::all(view.inventory) {
        verdict.find(
            Finding::new(view.cluster_wide(), object, field)
                .rule("emulated")
                .review()
                .severity(Severity::Info)
                .observed(format!("{told} behaves as 1.{minor}"))
                .message("The API server is told to behave as another version does: defaults and features are that one's, security fixes its own.")
                .mend("Take the emulation away (--emulated-version) once the upgrade is done."),
        );
    }
    // Pods of the API server that could not be read may say that it behaves as another version does, where it does not say so itself.
    let untold = view.cluster().emulates.is_empty();
    if untold && view.inventory.state(Kind::Pods) == KindState::Partial && verdict.outcome() == Outcome::Pass {
        verdict.decide(Outcome::Review);
        verdict.note("Pods could be read only in part, so whether the API server emulates another version is not known.");
    }
    let until = match support {
        Support::Until(Some(day)) => format!("supported until {day}"),
        Support::Until(None) => "supported".to_owned(),
        Support::ExtendedUntil(day) => format!("in extended support until {day}"),
        Support::Ended(_) | Support::Older => "no longer supported".to_owned(),
        Support::Newer => "newer than what is known of support".to_owned(),
        Support::Unknown => "not in the table of support dates".to_owned(),
    };
    let age = table.age(today);
    let stale = age.is_none_or(|days| days > 120);
    let data = table.title();
    let caution = if stale { ", more than 120 days old: newer fixes and changed dates are not in it" } else { "" };
    verdict.because(format!("{told} is {until}. {data}{caution}."));
    if stale {
        verdict.find(
            finding().rule("data").review().severity(Severity::Info).observed(data).message(
                "The support dates are more than 120 days old; compare with the maker's own page before relying on them.",
            ).mend("Take newer support dates: a newer release of Kassay has them; assets/refresh in its sources makes the file, which --lifecycle FILE or lifecycle.toml in the folder of settings hands over."),
        );
    }
    described::note(view, &mut verdict, About::ReleaseChannel, "Release channel");
    verdict
}

/// Whether support has ended for every server version to which a kubelet of this version may belong (three minor versions ahead at most).
fn no_server_is_supported(table: &lifecycle::Lifecycle, product: &str, version: &str, today: Date) -> bool {
    let numbers = lifecycle::numbers(version);
    let [major, minor, ..] = numbers.as_slice() else { return false };
    (0..=3).all(|ahead| {
        let support = table.support(product, &format!("{major}.{}", minor + ahead), today);
        matches!(support, Support::Ended(_) | Support::Older)
    })
}

fn version_skew(view: &View<'_>) -> Verdict {
    if !matches!(view.cluster().version_from, VersionFrom::Server | VersionFrom::Person) {
        return untold("only those of the kubelets are, which can't be compared with themselves");
    }
    let server = lifecycle::numbers(&view.cluster().version);
    let mut verdict = Verdict::over("node component", "node components");
    let Some(server_minor) = server.get(1).copied() else {
        return Verdict::blocked(format!("The server's version “{}” can't be read.", view.cluster().version), vec!["version".to_owned()]);
    };
    for node in &view.inventory.nodes {
        let category = view.scope.node_category(&node.metadata.labels).unwrap_or_else(|| view.cluster_wide());
        verdict.saw(category);
        let version = &node.status.node_info.kubelet_version;
        let finding = Finding::new(category, ObjectRef::of_node(&node.metadata.name), "status.nodeInfo.kubeletVersion").rule("kubelet");
        if let Some(finding) = skewed(finding, server_minor, version) {
            verdict.find(finding);
        }
    }
    for (workload, _) in view.workloads().filter(|(w, _)| w.object.namespace == "kube-system") {
        for (spec, pods) in view.specs(workload) {
            for (role, container) in spec.all_containers() {
                let Some(image) = ImageReference::parse(&container.image) else { continue };
                // Providers build it under names of their own: kube-proxy-amd64, hardened-kubernetes.
                let last = image.repository.rsplit('/').next().unwrap_or_default();
                if last != "kube-proxy" && !last.starts_with("kube-proxy-") && container.name != "kube-proxy" {
                    continue;
                }
                // It runs on every node, so it belongs to the most sensitive of them.
                verdict.saw(view.cluster_wide());
                let field = format!("{}.{}.image", workload.spec_path(), container.path(role));
                let finding = Finding::new(view.cluster_wide(), workload.object.clone(), field).rule("kube-proxy").pods(pods);
                if let Some(finding) = skewed(finding, server_minor, image.tag.as_deref().unwrap_or_default()) {
                    verdict.find(finding);
                }
            }
        }
    }
    verdict
}

/// How far node components may be behind: three minor versions since 1.28, two before.
const fn allowed(server_minor: u64) -> u64 {
    if server_minor >= 28 { 3 } else { 2 }
}

fn skewed(finding: Finding, server_minor: u64, version: &str) -> Option<Finding> {
    let finding = finding.observed(if version.is_empty() { "no version told" } else { version });
    let Some(minor) = lifecycle::numbers(version).get(1).copied() else {
        return Some(
            finding.review().severity(Severity::Info).message("Its version can't be read, so it can't be compared with the API server's."),
        );
    };
    if minor > server_minor {
        return Some(finding.message(format!("It is newer than the API server (1.{server_minor}), which is never supported.")));
    }
    let behind = server_minor - minor;
    (behind > allowed(server_minor)).then(|| {
        finding.message(format!("It is {behind} minor versions behind the API server; at most {} are supported.", allowed(server_minor)))
    })
}

fn components(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("component", "components");
    retired(view, &mut verdict);
    malicious(view, &mut verdict);
    dated(view, &mut verdict);
    runtimes(view, &mut verdict);
    verdict
}

/// What serves the whole cluster is judged as such, wherever it is installed.
const FOR_ALL: &[&str] = &["network-plugin", "ingress", "dns", "mesh", "certificates", "policy", "network-component"];

/// Known software that its makers gave up.
fn retired(view: &View<'_>, verdict: &mut Verdict) {
    for found in software::everywhere(view.inventory, &view.tables.software) {
        let known = found.software;
        let wide = FOR_ALL.iter().any(|role| known.plays(role));
        let category = if wide { view.cluster_wide() } else { view.category(&found.workload.object.namespace) };
        verdict.saw(category);
        if !known.retired {
            continue;
        }
        let path = found.workload.spec_path();
        let field = if found.container.is_empty() { "metadata.labels".to_owned() } else { format!("{path}.{}.image", found.container) };
        verdict.find(
            Finding::new(category, found.workload.object.clone(), field)
                .rule("retired")
                .severity(Severity::High)
                .pods(found.workload.pods)
                .observed(if found.image.is_empty() { known.name.clone() } else { found.image })
                .message(format!("{}: {}", known.name, known.note)),
        );
    }
}

/// Releases into which somebody slipped malicious code, by the tag of their image. Each container is looked at: one of several is enough.
fn malicious(view: &View<'_>, verdict: &mut Verdict) {
    let known: Vec<&Software> = view.tables.software.iter().filter(|software| !software.malicious.is_empty()).collect();
    for (workload, _) in view.workloads() {
        for placed in view.containers(workload) {
            let image = placed.container.image.as_str();
            let tag = || ImageReference::parse(image).and_then(|image| image.tag).unwrap_or_default();
            let Some(software) = known.iter().find(|software| software.is_image(image) && software.is_malicious(&tag())) else { continue };
            verdict.find(
                placed
                    .finding("image")
                    .rule("malicious")
                    .severity(Severity::Critical)
                    .observed(image)
                    .message(format!("{}: {}", software.name, software.note))
                    .mend("Remove it, take every credential that it could read for stolen and change it, and look for what it did."),
            );
        }
    }
}

/// Components with support dates, by the last part of their image's path.
const DATED: &[(&str, &str, &str)] =
    &[("etcd", "etcd", "etcd"), ("calico/node", "calico", "Calico"), ("cilium/cilium", "cilium", "Cilium")];

fn dated(view: &View<'_>, verdict: &mut Verdict) {
    for (workload, _) in view.workloads() {
        for (spec, pods) in view.specs(workload) {
            for (role, container) in spec.all_containers() {
                let Some(image) = ImageReference::parse(&container.image) else { continue };
                let named = |end: &str| {
                    image.repository == end || image.repository.ends_with(&format!("/{end}")) || is_copy(&image.repository, end)
                };
                let Some((_, product, name)) = DATED.iter().find(|(end, _, _)| named(end)) else { continue };
                let field = format!("{}.{}.image", workload.spec_path(), container.path(role));
                // An application's own etcd is the application's; that of the control plane and the network are the cluster's.
                let own = *product == "etcd" && workload.object.namespace != "kube-system";
                let category = if own { view.category(&workload.object.namespace) } else { view.cluster_wide() };
                // Network plugins were counted as known software above; etcd is not in that table.
                if *product == "etcd" {
                    verdict.saw(category);
                }
                let finding = Finding::new(category, workload.object.clone(), field).rule("support").pods(pods);
                if let Some(finding) = outdated(view, finding, product, name, image.tag.as_deref().unwrap_or_default()) {
                    verdict.find(finding);
                }
            }
        }
    }
}

fn runtimes(view: &View<'_>, verdict: &mut Verdict) {
    for node in &view.inventory.nodes {
        let category = view.scope.node_category(&node.metadata.labels).unwrap_or_else(|| view.cluster_wide());
        let told = &node.status.node_info.container_runtime_version;
        let finding =
            Finding::new(category, ObjectRef::of_node(&node.metadata.name), "status.nodeInfo.containerRuntimeVersion").rule("support");
        // A node that has not reported yet, or is no machine of its own, tells nothing.
        if told.is_empty() {
            continue;
        }
        if patched_by_provider(view, node) {
            verdict.saw(category);
            continue;
        }
        let (runtime, version) = told.split_once("://").unwrap_or_default();
        let (product, version, name) = match runtime {
            "containerd" => ("containerd", version.to_owned(), "containerd"),
            "docker" => ("docker-engine", version.to_owned(), "Docker"),
            // A minor version of CRI-O is maintained as long as that of Kubernetes with the same number (its README); in OpenShift it is a part
            // of the release, which has dates of its own.
            "cri-o" => {
                let distribution = Some(view.cluster().distribution.as_str()).filter(|id| *id == "openshift").unwrap_or_default();
                let (product, version) = lifecycle::product_of_distribution(distribution, version);
                (product, version, if product == "kubernetes" { "CRI-O" } else { "CRI-O of OpenShift" })
            }
            _ => {
                verdict.saw(category);
                let message = "The support of this container runtime is not known to the program; look it up with its maker.";
                verdict.find(finding.review().severity(Severity::Info).observed(told.as_str()).message(message));
                continue;
            }
        };
        verdict.saw(category);
        if let Some(finding) = outdated(view, finding, product, name, &version) {
            verdict.find(finding);
        }
    }
}

/// Systems of nodes that a provider (or for it the system's maker) builds with the container runtime in them, by the distribution whose they are. It mends that runtime by new
/// images of the node, also where the runtime's own makers have ended the release.
const NODE_IMAGES: &[(&str, &[&str])] = &[
    ("eks", &["Amazon Linux", "Bottlerocket OS", "Ubuntu", "Windows Server"]),
    ("gke", &["Container-Optimized OS", "Ubuntu", "Windows Server"]),
    ("gke-autopilot", &["Container-Optimized OS"]),
    ("aks", &["Ubuntu", "Azure Linux", "Microsoft Azure Linux", "CBL-Mariner", "Windows Server", "Flatcar Container Linux"]),
];

/// Whether a node's container runtime is a part of the provider's node image, and the provider still looks after images of its version.
fn patched_by_provider(view: &View<'_>, node: &Node) -> bool {
    let info = &node.status.node_info;
    let supported = |product: &str, version: &str| {
        matches!(view.tables.lifecycle.support(product, version, today(view)), Support::Until(_) | Support::ExtendedUntil(_))
    };
    // K3s and RKE2 build a containerd of their own into each release.
    if info.container_runtime_version.contains("-k3s") {
        return supported("kubernetes", &info.kubelet_version);
    }
    let id = view.cluster().distribution.as_str();
    let Some((_, systems)) = NODE_IMAGES.iter().find(|(distribution, _)| *distribution == id) else { return false };
    // Nodes of another place may be joined to a provider's cluster, and bring a runtime of their own.
    let own = match id {
        "eks" => info.kubelet_version.contains("-eks-"),
        "gke" | "gke-autopilot" => info.kubelet_version.contains("-gke."),
        _ => {
            node.spec.provider_id.starts_with("azure://") || node.metadata.labels.keys().any(|key| key.starts_with("kubernetes.azure.com/"))
        }
    };
    let (product, version) = lifecycle::product_of_distribution(id, &info.kubelet_version);
    own && supported(product, &version) && systems.iter().any(|system| info.os_image.starts_with(system))
}

fn outdated(view: &View<'_>, finding: Finding, product: &str, name: &str, version: &str) -> Option<Finding> {
    let finding = finding.observed(format!("{name} {}", if version.is_empty() { "without a version" } else { version }));
    match view.tables.lifecycle.support(product, version, today(view)) {
        Support::Until(_) => None,
        Support::ExtendedUntil(day) => {
            Some(finding.review().message(format!("Only extended support is left for this release of {name}, until {day}.")))
        }
        Support::Ended(Some(day)) => Some(finding.message(format!("Support for this release of {name} ended on {day}."))),
        Support::Ended(None) | Support::Older => Some(finding.message(format!("This release of {name} is no longer supported."))),
        Support::Newer | Support::Unknown => Some(
            finding
                .review()
                .severity(Severity::Info)
                .message(format!("The support of this release of {name} is not known to the program.")),
        ),
    }
}

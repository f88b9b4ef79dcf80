//! Control 10.2: its automated checks. Whether nodes get security fixes: by their system, their age, and what updates them.

use crate::analysis::lifecycle::{self, Support};
use crate::analysis::software;
use crate::judging::evidence::days;
use crate::judging::{Check, Need, Verdict, View, described};
use crate::kinds::imported::About;
use crate::kinds::node::Node;
use crate::model::{Category, Finding, Kind, ObjectRef, Outcome, Severity};
use std::collections::{BTreeMap, BTreeSet};

/// The checks of control 10.2, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "10.2/node-os",
        title: "Operating systems and kernels of the nodes",
        severity: Severity::High,
        practices: &["10.2.a"],
        needs: &[Need::List(Kind::Nodes)],
        active: false,
        why: "All containers of a node share its kernel, so a fault in the kernel is a way out of every one of them. A system whose makers stopped \
              mending it, or nodes of one pool with different kernels, are nodes that fixes do not reach.",
        mend: "Replace nodes by ones with a supported system, and roll fixes out to all nodes of a pool at once (new images, or an operator that \
               updates and restarts one node after another).",
        blind_spots: "The check knows what a node says of itself: the release and the running kernel, not which packages are patched nor whether a \
                      restart is due. Systems without published dates in the program's table (Talos, Bottlerocket, Flatcar, CoreOS) are reported as \
                      unknown. Extended support that was bought is not seen.",
        judge: node_os,
    },
    Check {
        id: "10.2/node-age",
        title: "Nodes that have not been replaced or restarted for long",
        severity: Severity::Low,
        practices: &["10.2.a"],
        needs: &[Need::List(Kind::Nodes)],
        active: false,
        why: "A fix for the kernel takes effect only after a restart. A node that has been up for more than a month has missed a month of such fixes, \
              unless they are applied in another way.",
        mend: "Replace or restart nodes at least monthly, by an operator or a node pool that is rolled over.",
        blind_spots: "The check sees since when a node has been ready without a break; a restart that took less than the time after which the cluster \
                      notices leaves no trace. Live patching of kernels is not seen.",
        judge: node_age,
    },
    Check {
        id: "10.2/update-automation",
        title: "What updates the nodes by itself",
        severity: Severity::Low,
        practices: &["10.2.a"],
        needs: &[Need::Workloads, Need::List(Kind::Nodes)],
        active: false,
        why: "Fixes that somebody must remember to install are installed late. Automation that replaces or restarts nodes keeps the interval, and its \
              presence is the first thing to ask for evidence about.",
        mend: "Use what fits the system: kured or the distribution's operator for restarts, a provider's automatic upgrades, or node pools that are \
               replaced on a schedule.",
        blind_spots: "Known tools are recognised by their images. A provider's own upgrades, configuration management on the node and schedules outside the \
                      cluster are not seen, nor whether a tool that is here is set up to act.",
        judge: update_automation,
    },
];

fn category(view: &View<'_>, node: &Node) -> Category {
    view.scope.node_category(&node.metadata.labels).unwrap_or_else(|| view.cluster_wide())
}

fn node_os(view: &View<'_>) -> Verdict {
    let today = view.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut verdict = Verdict::over("node", "nodes");
    for node in &view.inventory.nodes {
        let category = category(view, node);
        verdict.saw(category);
        let image = node.status.node_info.os_image.as_str();
        let finding = Finding::new(category, ObjectRef::of_node(&node.metadata.name), "status.nodeInfo.osImage")
            .rule("support")
            .observed(if image.is_empty() { "not told" } else { image });
        let support = lifecycle::product_of_os(image).map(|(product, version)| view.tables.lifecycle.support(product, &version, today));
        match support {
            Some(Support::Until(_)) => {}
            Some(Support::ExtendedUntil(day)) => verdict.find(
                finding.review().message(format!("Ordinary support has ended; only who has extended support gets fixes, until {day}.")),
            ),
            Some(Support::Ended(Some(day))) => {
                verdict.find(finding.severity(Severity::High).message(format!("Support for this system ended on {day}.")));
            }
            Some(Support::Ended(None) | Support::Older) => {
                verdict.find(finding.severity(Severity::High).message("This system is no longer supported."));
            }
            Some(Support::Newer | Support::Unknown) | None => verdict.find(
                finding
                    .review()
                    .severity(Severity::Info)
                    .message("The support of this system is not known to the program; its maker's dates must be looked up."),
            ),
        }
    }
    for (pool, nodes) in pools(view) {
        mixed_kernels(view, &pool, &nodes, &mut verdict);
    }
    described::note(view, &mut verdict, About::ShieldedNodes, "Nodes that start only what is signed (shielded nodes)");
    verdict
}

/// Nodes by pool: by the provider's label, else by role and system.
fn pools<'a>(view: &View<'a>) -> BTreeMap<String, Vec<&'a Node>> {
    const LABELS: &[&str] = &[
        "cloud.google.com/gke-nodepool",
        "eks.amazonaws.com/nodegroup",
        "karpenter.sh/nodepool",
        "kubernetes.azure.com/agentpool",
        "node.kubernetes.io/pool",
        "node-pool",
        "pool",
    ];
    let mut pools: BTreeMap<String, Vec<&Node>> = BTreeMap::new();
    for node in &view.inventory.nodes {
        let labels = &node.metadata.labels;
        let named = LABELS.iter().find_map(|key| Some(format!("{key}={}", labels.get(*key)?)));
        let pool =
            named.unwrap_or_else(|| format!("{} {}", node.os(), if node.is_control_plane() { "control-plane nodes" } else { "nodes" }));
        pools.entry(pool).or_default().push(node);
    }
    pools
}

fn mixed_kernels(view: &View<'_>, pool: &str, nodes: &[&Node], verdict: &mut Verdict) {
    let mut kernels: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for node in nodes.iter().filter(|n| !n.status.node_info.kernel_version.is_empty()) {
        kernels.entry(&node.status.node_info.kernel_version).or_default().push(&node.metadata.name);
    }
    if kernels.len() < 2 {
        return;
    }
    let Some(first) = nodes.first() else { return };
    let list: Vec<String> = kernels.iter().map(|(kernel, names)| format!("{kernel} on {}", names.len())).collect();
    let category = nodes.iter().map(|n| category(view, n)).min().unwrap_or_else(|| view.cluster_wide());
    verdict.find(
        Finding::new(category, ObjectRef::of_node(&first.metadata.name), "status.nodeInfo.kernelVersion")
            .rule("mixed-kernels")
            .review()
            .severity(Severity::Low)
            .observed(format!("{pool}: {}", list.join(", ")))
            .message("Nodes of one pool run different kernels: fixes reached some of them only."),
    );
}

fn node_age(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("node", "nodes");
    let mut undated = 0;
    for node in &view.inventory.nodes {
        let category = category(view, node);
        verdict.saw(category);
        let ready =
            node.status.conditions.iter().find(|c| c.r#type == "Ready" && c.status.as_str() == "True").and_then(|c| c.last_transition_time);
        // A node that joined later than it became ready carries on an older object; the later of the two is the last fresh start.
        let Some(since) = ready.max(node.metadata.creation_timestamp) else {
            undated += 1;
            continue;
        };
        let days = days(since, view.now);
        if days > 35 {
            verdict.find(
                Finding::new(category, ObjectRef::of_node(&node.metadata.name), "status.conditions[type=Ready].lastTransitionTime")
                    .review()
                    .severity(Severity::Low)
                    .observed(format!("ready since {}, {days} days", since.strftime("%Y-%m-%d")))
                    .message("No restart is seen since then: fixes of the kernel since that day need another explanation."),
            );
        }
    }
    if undated > 0 && verdict.outcome() == Outcome::Pass {
        return Verdict::blocked(
            format!("{undated} nodes tell neither when they joined nor since when they are ready."),
            vec!["nodes: times".to_owned()],
        );
    }
    verdict
}

/// Labels and taints by which a node shows that something else manages its life, with what that is.
const MANAGED_BY: &[(&str, &str)] = &[
    ("karpenter.sh/nodepool", "Karpenter, which replaces nodes as its NodePool says"),
    ("eks.amazonaws.com/compute-type", "EKS Auto Mode or Fargate, where AWS replaces nodes"),
    ("kubernetes.azure.com/agentpool", "an AKS node pool; look at its node OS upgrade channel"),
    ("cloud.google.com/gke-nodepool", "a GKE node pool; look at its automatic upgrades"),
    ("eks.amazonaws.com/nodegroup", "an EKS managed node group, which updates only when told to"),
    ("machineconfiguration.openshift.io/currentConfig", "OpenShift's Machine Config Operator"),
];

fn update_automation(view: &View<'_>) -> Verdict {
    if view.inventory.nodes.is_empty() {
        return Verdict::not_applicable("There are no nodes.");
    }
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut verdict = Verdict::over("tool", "tools");
    for found in software::with_role(view.inventory, &view.tables.software, "node-updates") {
        seen.insert(found.software.name.clone());
        verdict.saw(view.cluster_wide());
        verdict.find(
            Finding::new(view.cluster_wide(), found.workload.object.clone(), found.workload.spec_path())
                .rule("tool")
                .review()
                .severity(Severity::Info)
                .pods(found.workload.pods)
                .observed(found.software.name.clone())
                .message("Updates or replaces nodes; its schedule and its last runs are the evidence."),
        );
    }
    for (label, what) in MANAGED_BY {
        let count = view.inventory.nodes.iter().filter(|n| n.metadata.labels.contains_key(*label)).count();
        if count > 0 {
            seen.insert(format!("{what} ({count} nodes)"));
        }
    }
    verdict.because(if seen.is_empty() {
        "Nothing that updates nodes by itself was recognised; somebody must show how fixes reach them.".to_owned()
    } else {
        format!("Seen: {}. Somebody must show that it keeps the interval.", seen.into_iter().collect::<Vec<_>>().join("; "))
    });
    verdict.decide(Outcome::Review);
    verdict
}

//! Control 4.1: its automated checks. Whether anything enforces policies at all, whether they deny by default, and what opens them again.

use super::allow_all::allow_all;
use super::default_deny::default_deny;
use crate::analysis::described::Topic;
use crate::analysis::enforcement::{Enforcement, Engine, State};
use crate::analysis::flags::{self, Component};
use crate::analysis::software::Found;
use crate::judging::{Check, Need, Verdict, View, described};
use crate::kinds::Pod;
use crate::model::{Finding, Kind, ObjectRef, Severity};

/// The checks of control 4.1, in the order in which they are told.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "4.1/network-plugin",
        title: "Network plugin and whether it enforces policies",
        severity: Severity::High,
        practices: &["4.1.a"],
        needs: &[Need::Workloads, Need::List(Kind::Nodes)],
        active: false,
        why: "Kubernetes accepts network policies in every cluster, but a network plugin must carry them out. Under a plugin that does not, \
              policies look right and block nothing.",
        mend: "Use a network plugin that enforces NetworkPolicy (Calico, Cilium, Antrea, OVN-Kubernetes and others), or switch enforcement on \
               where the plugin has a switch; then prove it by a connection that must fail.",
        blind_spots: "Plugins are recognised by the images of their pods; one that a provider runs outside the cluster's pods is not seen. Of their \
                      settings those are read that switch enforcement off as a whole (flags, variables, Cilium's and AWS's ConfigMaps); what is \
                      changed on a node or for one pod does not show. That policies take effect is shown only by trying a connection.",
        judge: network_plugin,
    },
    Check {
        id: "4.1/default-deny",
        title: "Namespaces in scope whose traffic is not denied by default",
        severity: Severity::High,
        practices: &["4.1.a"],
        needs: &[Need::List(Kind::Namespaces), Need::List(Kind::NetworkPolicies), Need::Workloads, Need::OtherPolicies],
        active: false,
        why: "Within a cluster every container may talk to every other, and to the outside, until a policy says otherwise. Without a rule that \
              denies first, an attacker in any one container reaches the cardholder data environment, and data can leave it to any address.",
        mend: "Give each namespace a NetworkPolicy with an empty podSelector, policyTypes Ingress and Egress and no rules, then allow the \
               documented flows one by one (DNS first).",
        blind_spots: "NetworkPolicy, the cluster-wide kinds of the network policy API, and policies of Calico and Cilium are evaluated in their \
                      order; an object of which a part is not understood is named, and a person must judge what it changes. Whether the network \
                      plugin carries a kind out is another check. Cloud firewalls, security groups for pods, and plugins that deny or allow \
                      beside their policies are not seen.",
        judge: default_deny,
    },
    Check {
        id: "4.1/allow-all",
        title: "Network policies that let everything through",
        severity: Severity::Medium,
        practices: &["4.1.a"],
        needs: &[Need::List(Kind::NetworkPolicies), Need::OtherPolicies],
        active: false,
        why: "One rule without a peer, for all addresses or for all namespaces undoes what the other policies deny: network policies add up, and \
              in kinds with an order a rule that comes first cannot be taken back by one that comes later.",
        mend: "Name the peers by pod and namespace labels or by the addresses that are needed, and the ports beside them; remove rules that were \
               added to get something working.",
        blind_spots: "Rules are judged one by one, by how wide they are, even where a rule that comes first denies what they allow; whether a wide \
                      rule is meant (a public web front end) a person must say.",
        judge: allow_all,
    },
    Check {
        id: "4.1/host-network",
        title: "Workloads in scope on the node's own network",
        severity: Severity::Medium,
        practices: &["4.1.a"],
        needs: &[Need::Workloads],
        active: false,
        why: "A pod on the node's network has the node's address: network policies don't hold for it, it can listen to the node's traffic and it \
              reaches what trusts the node.",
        mend: "Set hostNetwork: false and publish the ports that are needed through a Service; where an agent must have the node's network, keep it \
               out of the namespaces in scope and restrict it by the node's firewall.",
        blind_spots: "Some plugins can hold policies for the node itself (Calico host endpoints, Cilium host firewall); they are not evaluated.",
        judge: host_network,
    },
];

fn network_plugin(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("network plugin", "network plugins");
    let enforcement = Enforcement::of(view.inventory, &view.tables.software);
    let on = enforcement.is_on();
    for engine in &enforcement.engines {
        verdict.saw(view.cluster_wide());
        if !on {
            verdict.find(not_on(view, engine));
        }
    }
    for plugin in &enforcement.others {
        verdict.saw(view.cluster_wide());
        if !on {
            verdict.find(without_enforcement(view, plugin));
        }
    }
    if verdict.population() == 0 {
        return unseen_plugin(view);
    }
    bare_nodes(view, &enforcement, &mut verdict);
    let named = |name: &str, object: &ObjectRef| format!("{name} ({})", object.path());
    let on: Vec<String> = enforcement.on().map(|engine| named(&engine.software.name, &engine.workload)).collect();
    let off = enforcement.engines.iter().filter(|engine| engine.state != State::On).map(|e| named(&e.software.name, &e.workload));
    let others: Vec<String> = off.chain(enforcement.others.iter().map(|f| named(&f.software.name, &f.workload.object))).collect();
    verdict.because(match (on.is_empty(), others.is_empty()) {
        (false, true) => format!("Enforces network policies: {}.", on.join(", ")),
        (false, false) => {
            format!("Enforces network policies: {}. Beside it, without a part in that: {}.", on.join(", "), others.join(", "))
        }
        (true, _) => format!("Nothing is known to enforce network policies; seen were {}.", others.join(", ")),
    });
    verdict
}

/// An engine that could enforce, and is off or not known to be on.
fn not_on(view: &View<'_>, engine: &Engine<'_>) -> Finding {
    let (object, field) = &engine.place;
    let finding = Finding::new(view.cluster_wide(), object.clone(), field.clone()).pods(engine.pods).observed(engine.observed.clone());
    let message = format!("{}: {}", engine.software.name, engine.why);
    if engine.state == State::Off {
        finding.rule("switched_off").severity(Severity::High).message(message)
    } else {
        finding.rule("not_seen_to_enforce").review().message(message)
    }
}

/// Nodes with pods in scope on which nothing that enforces runs.
fn bare_nodes(view: &View<'_>, enforcement: &Enforcement<'_>, verdict: &mut Verdict) {
    let bare = enforcement.nodes_without(view.inventory);
    let bound =
        |pod: &Pod| pod.is_live() && !view.inventory.spec(pod.spec).host_network && view.category(&pod.metadata.namespace).in_scope();
    for node in bare {
        let pods = view.inventory.pods.iter().filter(|pod| pod.node == node && bound(pod)).count();
        if pods > 0 {
            let finding = Finding::new(view.cluster_wide(), ObjectRef::of_node(node), "status").rule("node_without_engine");
            verdict.find(
                finding
                    .review()
                    .severity(Severity::Medium)
                    .observed(format!("{pods} pods in scope, none of the engine"))
                    .message("No pod of what enforces network policies runs on this node: policies may be without effect for its pods."),
            );
        }
    }
}

fn without_enforcement(view: &View<'_>, plugin: &Found<'_>) -> Finding {
    let field = if plugin.container.is_empty() {
        "metadata.labels".to_owned()
    } else {
        format!("{}.{}.image", plugin.workload.spec_path(), plugin.container)
    };
    let finding = Finding::new(view.cluster_wide(), plugin.workload.object.clone(), field)
        .pods(plugin.workload.pods)
        .observed(plugin.software.name.clone());
    if plugin.enforces() == Some(false) {
        finding
            .severity(Severity::High)
            .message("This plugin carries packets and enforces no network policies: every policy of the cluster is without effect.")
    } else {
        finding.review().message(if plugin.software.note.is_empty() {
            "Whether policies are enforced depends on how this plugin is set up.".to_owned()
        } else {
            plugin.software.note.clone()
        })
    }
}

/// No plugin among the pods: K3s has one within its own process, others are a provider's.
fn unseen_plugin(view: &View<'_>) -> Verdict {
    let servers = flags::of(view.inventory, Component::Server);
    let k3s: Vec<_> = servers.iter().filter(|line| line.path.contains("k3s.io")).collect();
    if view.cluster().distribution == "k3s" && !k3s.is_empty() {
        let mut verdict = Verdict::over("K3s server", "K3s servers");
        for line in k3s {
            verdict.saw(view.cluster_wide());
            if line.boolean("disable-network-policy", None) == Some(true) {
                let finding = Finding::new(view.cluster_wide(), line.object.clone(), line.field("disable-network-policy"));
                verdict.find(
                    finding
                        .severity(Severity::High)
                        .observed("true")
                        .message("K3s's own enforcement of network policies is switched off, and no other is seen."),
                );
            }
        }
        verdict.because(
            "K3s carries the network and enforces policies within its own process, unless its option disable-network-policy is set.",
        );
        return verdict;
    }
    described::verdict(
        view,
        Topic::NetworkPolicies,
        "No network plugin was recognised among the pods, so whether network policies are enforced must be shown in another way.",
    )
}

fn host_network(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("workload", "workloads");
    for (workload, category) in view.workloads() {
        verdict.saw(category);
        for (_, pods) in view.specs(workload).filter(|(spec, _)| spec.host_network) {
            verdict.find(
                view.finding(workload.object.clone(), format!("{}.hostNetwork", workload.spec_path()))
                    .pods(pods)
                    .observed("true")
                    .message("Network policies do not hold for these pods."),
            );
        }
    }
    verdict
}

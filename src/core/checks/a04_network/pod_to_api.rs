//! Judge of `4.2/pod-to-api`: which workloads in scope may connect to what the cluster and its machines are managed by.
//!
//! Asked is, address by address, what egress policies leave open: the API server (where nodes of the control plane or the address of the server tell
//! it), the agents of the nodes (port 10250), and the metadata service of clouds (169.254.169.254), which hands the node's own credentials to whoever
//! asks. A workload from which everything outside can be reached is told once, with no list. Access to the API server alone is for a person to judge:
//! operators need it, most workloads do not.

use super::address;
use crate::analysis::networks;
use crate::analysis::reach::{Judge, Party, PortSet, Protocol, Reading};
use crate::judging::unevaluated::{doubt, may_act_on_machines};
use crate::judging::{Verdict, View};
use crate::kinds::node::Node;
use crate::model::{Finding, Kind, Outcome, Severity};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The port of kubelets.
const KUBELET: u16 = 10250;
/// Ports of API servers, where none is told.
const API: [u16; 2] = [443, 6443];
/// The metadata service of nearly all clouds.
const METADATA: IpAddr = IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254));
/// The same of AWS for IPv6.
const METADATA_V6: IpAddr = IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254));

/// What is managed from where.
struct Targets {
    /// Addresses of API servers, with their ports: one of each kind that no policy tells from others.
    api: Vec<(IpAddr, u16)>,
    /// Addresses of nodes, likewise.
    kubelets: Vec<IpAddr>,
    /// Whether the machines are known to come from a cloud.
    cloud: bool,
    /// Whether they have addresses of IPv6.
    v6: bool,
    /// Nodes of which no address is known.
    silent: Vec<String>,
}

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let reach = view.reach();
    let targets = targets(view);
    let mut verdict = Verdict::over("workload", "workloads");
    let mut judge = reach.judge(Reading::Outside);
    for (index, party) in reach.workloads().iter().enumerate() {
        let namespace = party.workload.object.namespace.as_str();
        verdict.saw(view.category(namespace));
        // The platform's own pods manage the cluster; what is out of scope has nothing to protect here.
        if !view.category(namespace).in_scope() {
            continue;
        }
        let doubts: Vec<String> = reach
            .not_evaluated()
            .iter()
            .filter(|entry| may_act_on_machines(entry, &[namespace]))
            .map(|entry| entry.object().to_string())
            .collect();
        for finding in found(view, &targets, &mut judge, (index, party)) {
            verdict.find(if doubts.is_empty() {
                finding
            } else {
                let message = format!("{} Policies that could not be evaluated may forbid it: {}.", finding.message, doubts.join(", "));
                finding.review().message(message)
            });
        }
    }
    if verdict.outcome() == Outcome::Pass {
        doubt(view, true, &mut verdict);
    }
    if verdict.outcome() == Outcome::Pass && (!targets.silent.is_empty() || targets.kubelets.is_empty()) {
        verdict.because(match targets.silent.first() {
            None => "No way to the API server was found, but no node tells its address, so ways to the nodes could not be asked about.".to_owned(),
            Some(first) => format!(
                "No way to the API server or the nodes was found, but {} of {} nodes tell no address ({first}), and could not be asked about.",
                targets.silent.len(),
                view.inventory.nodes.len()
            ),
        });
        verdict.decide(Outcome::Review);
    }
    if verdict.outcome() == Outcome::Pass && by_entity(view) {
        verdict.because(
            "No way to the API server or the nodes was found, but policies of Cilium let machines of the cluster in by entity, and that is not evaluated.",
        );
        verdict.decide(Outcome::Review);
    }
    verdict
}

fn targets(view: &View<'_>) -> Targets {
    let inside = |node: &Node| -> Vec<IpAddr> {
        node.status.addresses.iter().filter(|a| a.r#type == "InternalIP").filter_map(|a| a.address.parse().ok()).collect()
    };
    let nodes = &view.inventory.nodes;
    let reach = view.reach();
    let of_nodes = nodes.iter().filter(|node| node.is_control_plane()).flat_map(inside);
    let mut api: Vec<(IpAddr, u16)> = reach.distinct(of_nodes).into_iter().map(|ip| (ip, 6443)).collect();
    // The address that this assessment used may be that of a tunnel, which no pod has.
    let server = &view.cluster().server;
    if let Some(ip) = address::host(server).and_then(|host| host.parse::<IpAddr>().ok()).filter(|ip| !ip.is_loopback()) {
        api.push((ip, address::port(server)));
    }
    Targets {
        api,
        kubelets: reach.distinct(nodes.iter().flat_map(inside)),
        silent: nodes.iter().filter(|node| inside(node).is_empty()).map(|node| node.metadata.name.clone()).collect(),
        v6: nodes.iter().flat_map(inside).any(|address| address.is_ipv6()),
        cloud: nodes.iter().any(|node| node.spec.provider_id.contains("://") && !is_no_cloud(&node.spec.provider_id)),
    }
}

/// Providers of which the name says that no metadata service hands out credentials.
fn is_no_cloud(provider: &str) -> bool {
    ["kind://", "k3s://", "vsphere://", "metal3://"].iter().any(|scheme| provider.starts_with(scheme))
}

/// Whether policies are there that tell machines by other means than their addresses.
fn by_entity(view: &View<'_>) -> bool {
    [Kind::CiliumNetworkPolicies, Kind::CiliumClusterwideNetworkPolicies].iter().any(|kind| view.inventory.coverage_of(*kind).items > 0)
}

fn found(view: &View<'_>, targets: &Targets, judge: &mut Judge<'_, '_>, (index, party): (usize, &Party<'_>)) -> Vec<Finding> {
    let object = &party.workload.object;
    let finding = |rule: &'static str| view.finding(object.clone(), "egress").rule(rule).pods(party.workload.pods);
    if party.host_network {
        let message =
            "These pods are on their node's network: no policy keeps them from the API server, the kubelets or the metadata service.";
        return vec![finding("unrestricted").observed("on its node's network").message(message)];
    }
    let reach = view.reach();
    if let Some(passage) = judge.out_to(index, 0).filter(|passage| passage.ports.is_all()) {
        let message = "Nothing keeps these pods from the API server, the kubelets or the metadata service.";
        return vec![finding("unrestricted").observed(reach.words(&passage)).message(message)];
    }
    let mut all = Vec::new();
    if let Some(networks) = networks::beside(view.inventory, party.workload) {
        let message = "These pods have a network beside that of the cluster, on which no policy holds: whether nodes and metadata are reached over it must be shown.";
        all.push(finding("second_network").review().observed(networks).message(message));
    }
    let mut ask = |address: IpAddr, port: u16| {
        let passage = judge.out_to_address(index, address)?;
        passage.ports.contains(Protocol::Tcp, port).then(|| format!("{address} on TCP {port}: {}", reach.words(&passage)))
    };
    if let Some(words) = targets.kubelets.iter().find_map(|ip| ask(*ip, KUBELET)) {
        all.push(
            finding("kubelet")
                .observed(words)
                .message("The node's agent starts, enters and reads pods for whoever it trusts; no application needs it."),
        );
    }
    let metadata = if targets.v6 { &[METADATA, METADATA_V6][..] } else { &[METADATA] };
    if let Some(words) = metadata.iter().find_map(|address| ask(*address, 80)) {
        let finding = finding("metadata").observed(words);
        all.push(if targets.cloud {
            finding.message("The cloud's metadata service hands the node's credentials to whoever asks it.")
        } else {
            finding
                .review()
                .severity(Severity::Low)
                .message("Where the machines come from a cloud, its metadata service hands out the node's credentials.")
        });
    }
    if let Some(words) = targets.api.iter().find_map(|(ip, port)| ask(*ip, *port)) {
        let message = "The API server is reached from here: somebody must say that this workload is a client of it.";
        all.push(finding("api_server").review().severity(Severity::Low).observed(words).message(message));
    } else if targets.api.is_empty()
        && let Some(words) = somewhere(view, judge, index)
    {
        let message = "The address of the API server is not known here, and may be among these: somebody must say that it is not, or that this workload \
                       is a client of it.";
        all.push(finding("api_server").review().severity(Severity::Low).observed(words).message(message));
    }
    all
}

/// A range outside that is reached on a port that API servers have.
fn somewhere(view: &View<'_>, judge: &mut Judge<'_, '_>, index: usize) -> Option<String> {
    let reach = view.reach();
    let api = |ports: &PortSet| API.iter().copied().find(|port| ports.contains(Protocol::Tcp, *port));
    reach.ranges().iter().enumerate().find_map(|(nth, range)| {
        let passage = judge.out_to(index, nth)?;
        let port = api(&passage.ports)?;
        Some(format!("{} on TCP {port}: {}", range.cidr, reach.words(&passage)))
    })
}

//! Groups of pods that no policy can tell apart: same namespace, same values of the labels that some selector reads, same ports under the
//! names that some rule uses, same place in or outside of policy. Everything after this is counted in groups, not in pods.

use super::ports::Protocol;
use crate::kinds::{
    Inventory, PodSpec, Workload,
    network::{NetworkPolicy, PolicyPeer, PolicyPort},
    rbac::LabelSelector,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A port of a pod under its name.
pub(super) type NamedPort<'a> = (&'a str, Protocol, u16);

/// Pods that no policy can tell apart.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// Labels of the first of them; the others differ only in labels that no selector reads.
    pub(super) labels: &'a BTreeMap<String, String>,
    /// Index of their named ports in `Groups::ports`.
    pub(super) ports: usize,
    /// Whether they are on the network of their node.
    pub(super) host_network: bool,
}

/// A workload and the groups that its pods belong to.
#[derive(Debug)]
pub struct Party<'a> {
    /// The workload.
    pub workload: &'a Workload,
    /// Whether pods of it are on the network of their node, and so outside of policy.
    pub host_network: bool,
    pub(super) groups: Vec<usize>,
}

/// All groups, and the workloads by their groups.
#[derive(Debug, Default)]
pub(super) struct Groups<'a> {
    pub(super) list: Vec<Group<'a>>,
    pub(super) parties: Vec<Party<'a>>,
    /// Distinct sets of named ports; the first is empty.
    pub(super) ports: Vec<Vec<NamedPort<'a>>>,
    /// Groups of each namespace.
    pub(super) of_namespace: BTreeMap<&'a str, Vec<usize>>,
}

/// What the policies read of pods.
struct Read<'a> {
    labels: BTreeSet<&'a str>,
    ports: BTreeSet<&'a str>,
}

impl<'a> Read<'a> {
    fn by(policies: &'a [NetworkPolicy]) -> Self {
        let mut read = Self { labels: BTreeSet::new(), ports: BTreeSet::new() };
        for policy in policies {
            read.selector(&policy.spec.pod_selector);
            for rule in policy.spec.ingress.iter().flatten() {
                read.rule(&rule.from, &rule.ports);
            }
            for rule in policy.spec.egress.iter().flatten() {
                read.rule(&rule.to, &rule.ports);
            }
        }
        read
    }

    fn selector(&mut self, selector: &'a LabelSelector) {
        self.labels.extend(selector.match_labels.keys().map(String::as_str));
        self.labels.extend(selector.match_expressions.iter().map(|r| r.key.as_str()));
    }

    fn rule(&mut self, peers: &'a [PolicyPeer], ports: &'a [PolicyPort]) {
        peers.iter().filter_map(|peer| peer.pod_selector.as_ref()).for_each(|selector| self.selector(selector));
        self.ports.extend(ports.iter().filter_map(|port| port.port.as_ref()).map(|port| port.as_str()));
    }
}

/// What decides the group of a pod: namespace, labels that are read, named ports, host network.
type Key<'a> = (&'a str, Vec<(&'a str, &'a str)>, usize, bool);

impl<'a> Groups<'a> {
    /// Groups the pods of every workload. Pods that ended take part in nothing; a workload none of whose pods runs is taken as it would run:
    /// by the pods it had, or by its template. A bare pod that ended is left out.
    pub(super) fn of(inventory: &'a Inventory) -> Self {
        let read = Read::by(&inventory.network_policies);
        let mut groups = Self { ports: vec![vec![]], ..Self::default() };
        let mut known: HashMap<Key<'a>, usize> = HashMap::new();
        let mut facts: HashMap<usize, (usize, bool)> = HashMap::new();
        for workload in &inventory.workloads {
            let pods = || workload.pod_indexes.iter().filter_map(|i| inventory.pods.get(*i));
            let mut members: Vec<(&'a BTreeMap<String, String>, usize)> =
                pods().filter(|pod| pod.is_live()).map(|pod| (&pod.metadata.labels, pod.spec)).collect();
            if members.is_empty() && workload.object.kind != "Pod" {
                members.extend(pods().map(|pod| (&pod.metadata.labels, pod.spec)));
                if members.is_empty() {
                    members.extend(workload.template.map(|spec| (&workload.pod_labels, spec)));
                }
            }
            let mut party = Party { workload, host_network: false, groups: vec![] };
            for (labels, spec) in members {
                let (ports, host_network) = *facts.entry(spec).or_insert_with(|| {
                    let spec = inventory.spec(spec);
                    (groups.intern(named_ports(spec, &read.ports)), spec.host_network)
                });
                let namespace = workload.object.namespace.as_str();
                let seen = labels.iter().filter(|(key, _)| read.labels.contains(key.as_str())).map(|(k, v)| (k.as_str(), v.as_str()));
                let index = *known.entry((namespace, seen.collect(), ports, host_network)).or_insert_with(|| {
                    groups.list.push(Group { labels, ports, host_network });
                    groups.of_namespace.entry(namespace).or_default().push(groups.list.len() - 1);
                    groups.list.len() - 1
                });
                party.groups.push(index);
                party.host_network |= host_network;
            }
            party.groups.sort_unstable();
            party.groups.dedup();
            if !party.groups.is_empty() {
                groups.parties.push(party);
            }
        }
        groups
    }

    fn intern(&mut self, ports: Vec<NamedPort<'a>>) -> usize {
        self.ports.iter().position(|known| *known == ports).unwrap_or_else(|| {
            self.ports.push(ports);
            self.ports.len() - 1
        })
    }
}

/// The named ports of a pod that rules may mean: those of its containers and of sidecars, which run beside them.
fn named_ports<'a>(spec: &'a PodSpec, names: &BTreeSet<&str>) -> Vec<NamedPort<'a>> {
    let sidecars = spec.init_containers.iter().filter(|c| c.restart_policy == "Always");
    let mut ports: Vec<NamedPort<'a>> = spec
        .containers
        .iter()
        .chain(sidecars)
        .flat_map(|container| &container.ports)
        .filter(|port| names.contains(port.name.as_str()))
        .filter_map(|port| {
            let protocol = Protocol::parse(Some(&port.protocol))?;
            Some((port.name.as_str(), protocol, u16::try_from(port.container_port).ok().filter(|number| *number > 0)?))
        })
        .collect();
    ports.sort_unstable();
    ports.dedup();
    ports
}

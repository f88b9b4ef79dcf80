//! Groups of pods that no policy can tell apart: same namespace, same values of the labels that some selector reads, same service account
//! where one is read, same ports under the names that some rule uses, same place in or outside of policy. Everything after this is counted in groups, not in pods.

use super::policy::{Law, Peer};
use super::ports::Protocol;
use super::selector::{Attribute, Test};
use crate::kinds::{Inventory, PodSpec, Workload};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A port of a pod under its name.
pub(super) type NamedPort<'a> = (&'a str, Protocol, u16);

/// Pods that no policy can tell apart.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// Their namespace.
    pub(super) namespace: &'a str,
    /// Labels of the first of them; the others differ only in labels that no selector reads.
    pub(super) labels: &'a BTreeMap<String, String>,
    /// Service account of the first of them; that of the others differs only where no selector reads it.
    pub(super) account: &'a str,
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
#[derive(Debug, Default)]
pub(super) struct Read<'l> {
    labels: BTreeSet<&'l str>,
    ports: BTreeSet<&'l str>,
    accounts: bool,
}

impl<'l> Read<'l> {
    /// What a law reads.
    pub(super) fn by(law: &'l Law) -> Self {
        let mut read = Self::default();
        for subject in law.unread.iter().filter_map(|unread| unread.subject.as_ref()) {
            read.test(&subject.test);
        }
        for policy in &law.policies {
            read.test(&policy.subject.test);
            for ruling in [&policy.ingress, &policy.egress].into_iter().flatten().flat_map(|acts| &acts.rules) {
                read.ports.extend(ruling.ports.named.iter().map(|(name, _)| name.as_str()));
                for peer in &ruling.peers {
                    if let Peer::Pods(selector) = peer {
                        read.test(&selector.test);
                    }
                }
            }
        }
        read
    }

    fn test(&mut self, test: &'l Test) {
        let mut attributes = BTreeSet::new();
        test.reads(&mut attributes);
        for attribute in attributes {
            match attribute {
                Attribute::Pod(key) => drop(self.labels.insert(key)),
                Attribute::Account | Attribute::AccountLabel(_) => self.accounts = true,
                Attribute::Namespace(_) | Attribute::NamespaceName => {}
            }
        }
    }
}

/// What decides the group of a pod: namespace, labels that are read, service account where one is read, named ports, host network.
type Key<'a> = (&'a str, Vec<(&'a str, &'a str)>, &'a str, usize, bool);

impl<'a> Groups<'a> {
    /// Groups the pods of every workload, and what its templates will make where no pod shows that. Pods that ended take part in nothing; where
    /// there is nothing else of a workload, it is taken by the pods it had. A bare pod that ended is left out.
    pub(super) fn of(inventory: &'a Inventory, read: &Read<'_>) -> Self {
        let mut groups = Self { ports: vec![vec![]], ..Self::default() };
        let mut known: HashMap<Key<'a>, usize> = HashMap::new();
        let mut facts: HashMap<usize, (usize, bool, &'a str)> = HashMap::new();
        for workload in &inventory.workloads {
            let pods = || workload.pod_indexes.iter().filter_map(|i| inventory.pods.get(*i));
            let mut members: Vec<(&'a BTreeMap<String, String>, usize)> =
                pods().filter(|pod| pod.is_live()).map(|pod| (&*pod.metadata.labels, pod.spec)).collect();
            if workload.object.kind != "Pod" {
                let templates = workload.variants.iter().filter(|variant| variant.pods == 0);
                members.extend(templates.map(|variant| (&*workload.template_labels, variant.spec)));
                if members.is_empty() {
                    members.extend(pods().map(|pod| (&*pod.metadata.labels, pod.spec)));
                }
            }
            // Pods of one template have one set of labels, which they share.
            members.dedup_by(|a, b| std::ptr::eq(a.0, b.0) && a.1 == b.1);
            let mut party = Party { workload, host_network: false, groups: vec![] };
            for (labels, spec) in members {
                let (ports, host_network, account) = *facts.entry(spec).or_insert_with(|| {
                    let spec = inventory.spec(spec);
                    (groups.intern(named_ports(spec, &read.ports)), spec.host_network, spec.account())
                });
                let namespace = workload.object.namespace.as_str();
                let seen = labels.iter().filter(|(key, _)| read.labels.contains(key.as_str())).map(|(k, v)| (k.as_str(), v.as_str()));
                let told = if read.accounts { account } else { "" };
                let index = *known.entry((namespace, seen.collect(), told, ports, host_network)).or_insert_with(|| {
                    groups.list.push(Group { namespace, labels, account, ports, host_network });
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

//! From NetworkPolicies to rules over groups: who is selected in which direction, whom each rule admits, on which ports. What the API server
//! would have refused is not guessed at but told.

use super::groups::{Group, Groups, NamedPort};
use super::ports::{PortSet, Protocol};
use super::range::Range;
use crate::kinds::{
    Inventory,
    network::{NetworkPolicy, PolicyPeer, PolicyPort},
    rbac::LabelSelector,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Some of the groups.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    fn insert(&mut self, index: usize) {
        let word = index / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (index % 64);
    }

    fn contains(&self, index: usize) -> bool {
        self.0.get(index / 64).is_some_and(|word| word & (1 << (index % 64)) != 0)
    }
}

/// The ports of a rule: those with numbers, and those whose number depends on the pod that is called.
#[derive(Debug)]
pub(super) struct RulePorts<'a> {
    fixed: PortSet,
    named: Vec<(&'a str, Protocol)>,
}

impl RulePorts<'_> {
    /// The ports on a pod with these named ports; an address outside of the cluster has none.
    pub(super) fn on(&self, target: &[NamedPort<'_>]) -> PortSet {
        let mut ports = self.fixed.clone();
        for (name, protocol) in &self.named {
            for (_, _, number) in target.iter().filter(|port| port.0 == *name && port.1 == *protocol) {
                ports.join(&PortSet::range(*protocol, *number, *number));
            }
        }
        ports
    }

    /// Whether the target's named ports matter.
    pub(super) const fn by_name(&self) -> bool {
        !self.named.is_empty()
    }
}

/// One rule of one policy.
#[derive(Debug)]
pub(super) struct Rule<'a> {
    /// Index of its policy.
    pub(super) policy: usize,
    /// Whether it has no peers, and so admits everyone.
    pub(super) everyone: bool,
    peers: Vec<Arc<Bits>>,
    /// Indexes of the ranges that it admits.
    pub(super) ranges: Vec<usize>,
    /// Whether one of these ranges may hold addresses of pods.
    over_pods: bool,
    /// Its ports.
    pub(super) ports: RulePorts<'a>,
}

impl Rule<'_> {
    /// Whether it admits the pods of a group; `by_address` lets ranges that may hold pods admit them too.
    pub(super) fn admits(&self, group: usize, by_address: bool) -> bool {
        self.everyone || (by_address && self.over_pods) || self.peers.iter().any(|bits| bits.contains(group))
    }
}

/// One direction: for each group the rules that speak of it, or nothing where no policy selects it.
#[derive(Debug, Default)]
pub(super) struct Direction {
    of_group: Vec<Option<usize>>,
    /// Distinct lists of rules.
    lists: Vec<Vec<usize>>,
}

impl Direction {
    /// Index of the list of rules that bind a group; nothing where no policy of this direction selects it.
    pub(super) fn list_of(&self, group: usize) -> Option<usize> {
        self.of_group.get(group).copied().flatten()
    }

    /// A list of rules.
    pub(super) fn list(&self, index: usize) -> &[usize] {
        self.lists.get(index).map_or(&[], Vec::as_slice)
    }

    fn settle(rules_of: Vec<Option<Vec<usize>>>) -> Self {
        let mut known: HashMap<Vec<usize>, usize> = HashMap::new();
        let mut lists = Vec::new();
        let of_group = rules_of.into_iter().map(|rules| {
            rules.map(|rules| {
                *known.entry(rules).or_insert_with_key(|rules| {
                    lists.push(rules.clone());
                    lists.len() - 1
                })
            })
        });
        let of_group = of_group.collect();
        Self { of_group, lists }
    }
}

/// A rule that admits by address where pods may have theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressRule {
    /// Index of the policy.
    pub policy: usize,
    /// `ingress` or `egress`.
    pub direction: &'static str,
    /// Index of the range.
    pub range: usize,
}

/// Everything that the policies say, over groups.
#[derive(Debug, Default)]
pub(super) struct Compiled<'a> {
    pub(super) rules: Vec<Rule<'a>>,
    pub(super) ingress: Direction,
    pub(super) egress: Direction,
    /// 0.0.0.0/0, and each range that a policy names.
    pub(super) ranges: Vec<Range>,
    pub(super) address_rules: Vec<AddressRule>,
    /// Parts that the API server would have refused, by policy.
    pub(super) faults: BTreeMap<usize, BTreeSet<String>>,
    /// Namespaces whose labels a selector asks for and that were not read.
    pub(super) unknown_namespaces: BTreeSet<&'a str>,
}

/// The label that the API server gives every namespace since 1.21.
const NAME_LABEL: &str = "kubernetes.io/metadata.name";

/// Builds `Compiled`.
struct Compiler<'a, 'g> {
    groups: &'g Groups<'a>,
    namespaces: BTreeMap<&'a str, (BTreeMap<String, String>, bool)>,
    /// Answers of selectors that were asked before: policies repeat each other.
    asked: HashMap<String, Arc<Bits>>,
    compiled: Compiled<'a>,
}

/// Compiles all policies of an inventory.
pub(super) fn compile<'a>(inventory: &'a Inventory, groups: &Groups<'a>) -> Compiled<'a> {
    let mut compiler = Compiler {
        groups,
        namespaces: namespaces(inventory, groups),
        asked: HashMap::new(),
        compiled: Compiled { ranges: vec![Range::anywhere()], ..Compiled::default() },
    };
    let mut ingress: Vec<Option<Vec<usize>>> = vec![None; groups.list.len()];
    let mut egress = ingress.clone();
    for (index, policy) in inventory.network_policies.iter().enumerate() {
        compiler.check(index, policy);
        let (acts_on_ingress, acts_on_egress) = policy.spec.types();
        let selected = compiler.selected(policy);
        if acts_on_ingress {
            let rules = policy.spec.ingress.iter().flatten().map(|rule| (&rule.from, &rule.ports));
            let rules = compiler.rules(index, policy, "ingress", rules);
            bind(&mut ingress, &selected, &rules);
        }
        if acts_on_egress {
            let rules = policy.spec.egress.iter().flatten().map(|rule| (&rule.to, &rule.ports));
            let rules = compiler.rules(index, policy, "egress", rules);
            bind(&mut egress, &selected, &rules);
        }
    }
    let mut compiled = compiler.compiled;
    compiled.ingress = Direction::settle(ingress);
    compiled.egress = Direction::settle(egress);
    compiled
}

/// Labels of every namespace with pods, and whether they were read. The label with the name is there even where a manifest leaves it to the server.
fn namespaces<'a>(inventory: &'a Inventory, groups: &Groups<'a>) -> BTreeMap<&'a str, (BTreeMap<String, String>, bool)> {
    let named = inventory.minor().is_none_or(|minor| minor >= 21);
    let entry = |name: &&'a str| {
        let read = inventory.namespaces.binary_search_by(|n| n.metadata.name.as_str().cmp(name)).is_ok();
        let mut labels = inventory.namespace_labels(name).clone();
        if named {
            labels.entry(NAME_LABEL.to_owned()).or_insert_with(|| (*name).to_owned());
        }
        (*name, (labels, read))
    };
    groups.of_namespace.keys().map(entry).collect()
}

fn bind(rules_of: &mut [Option<Vec<usize>>], selected: &[usize], rules: &[usize]) {
    for group in selected {
        if let Some(slot) = rules_of.get_mut(*group) {
            slot.get_or_insert_default().extend(rules);
        }
    }
}

impl<'a> Compiler<'a, '_> {
    fn fault(&mut self, policy: usize, what: impl Into<String>) {
        self.compiled.faults.entry(policy).or_default().insert(what.into());
    }

    /// The groups that a policy selects; pods on the host network are beyond it.
    fn selected(&self, policy: &NetworkPolicy) -> Vec<usize> {
        let in_namespace = self.groups.of_namespace.get(policy.metadata.namespace.as_str()).into_iter().flatten();
        in_namespace.copied().filter(|i| picks(&self.groups.list[*i], Some(&policy.spec.pod_selector))).collect()
    }

    fn rules(
        &mut self,
        index: usize,
        policy: &'a NetworkPolicy,
        direction: &'static str,
        rules: impl Iterator<Item = (&'a Vec<PolicyPeer>, &'a Vec<PolicyPort>)>,
    ) -> Vec<usize> {
        rules
            .map(|(peers, ports)| {
                let ports = self.ports(index, ports);
                let mut rule = Rule { policy: index, everyone: peers.is_empty(), peers: vec![], ranges: vec![], over_pods: false, ports };
                for peer in peers {
                    self.peer(&mut rule, policy, direction, peer);
                }
                self.compiled.rules.push(rule);
                self.compiled.rules.len() - 1
            })
            .collect()
    }

    fn peer(&mut self, rule: &mut Rule<'a>, policy: &'a NetworkPolicy, direction: &'static str, peer: &'a PolicyPeer) {
        let by_label = peer.pod_selector.is_some() || peer.namespace_selector.is_some();
        if by_label {
            rule.peers.push(self.pods(&policy.metadata.namespace, peer));
        }
        if let Some(block) = &peer.ip_block {
            let (range, faults) = Range::read(block);
            faults.into_iter().for_each(|what| self.fault(rule.policy, what));
            if by_label {
                self.fault(rule.policy, "a peer has both selectors and an ipBlock");
            }
            if let Some(range) = range.filter(|range| !range.is_empty()) {
                self.range(rule, direction, range);
            }
        } else if !by_label {
            self.fault(rule.policy, "a peer is empty");
        }
    }

    fn range(&mut self, rule: &mut Rule<'a>, direction: &'static str, range: Range) {
        let over_pods = range.may_hold_pods();
        let ranges = &mut self.compiled.ranges;
        let index = ranges.iter().position(|known| *known == range).unwrap_or_else(|| {
            ranges.push(range);
            ranges.len() - 1
        });
        rule.ranges.push(index);
        if over_pods {
            rule.over_pods = true;
            let rule = AddressRule { policy: rule.policy, direction, range: index };
            // Rules of one policy stand together, so its own are the last.
            if !self.compiled.address_rules.iter().rev().take_while(|r| r.policy == rule.policy).any(|known| *known == rule) {
                self.compiled.address_rules.push(rule);
            }
        }
    }

    /// The groups that a peer with selectors admits: both must hold where both are there; without a namespace selector, of the policy's own
    /// namespace; without a pod selector, all pods.
    fn pods(&mut self, namespace: &'a str, peer: &PolicyPeer) -> Arc<Bits> {
        let home = if peer.namespace_selector.is_none() { namespace } else { "" };
        let question = format!("{home} {:?} {:?}", peer.namespace_selector, peer.pod_selector);
        if let Some(bits) = self.asked.get(&question) {
            return Arc::clone(bits);
        }
        let mut bits = Bits::default();
        let mut admit = |name: &str| {
            for index in self.groups.of_namespace.get(name).into_iter().flatten() {
                if picks(&self.groups.list[*index], peer.pod_selector.as_ref()) {
                    bits.insert(*index);
                }
            }
        };
        match &peer.namespace_selector {
            None => admit(namespace),
            Some(selector) => {
                let beyond_the_name = keys(selector).any(|key| key != NAME_LABEL);
                for (name, (labels, read)) in &self.namespaces {
                    if !read && beyond_the_name {
                        self.compiled.unknown_namespaces.insert(*name);
                    }
                    if selector.matches(labels) {
                        admit(name);
                    }
                }
            }
        }
        let bits = Arc::new(bits);
        self.asked.insert(question, Arc::clone(&bits));
        bits
    }

    fn ports(&mut self, policy: usize, ports: &'a [PolicyPort]) -> RulePorts<'a> {
        if ports.is_empty() {
            return RulePorts { fixed: PortSet::all(), named: vec![] };
        }
        let mut rule = RulePorts { fixed: PortSet::default(), named: vec![] };
        for port in ports {
            let Some(protocol) = Protocol::parse(port.protocol.as_deref()) else {
                self.fault(policy, "a port has a protocol that policies do not know");
                continue;
            };
            let text = port.port.as_ref().map(|port| port.as_str()).filter(|text| !text.is_empty());
            let number = text.and_then(|text| text.parse::<i64>().ok());
            match (text, number) {
                (None, _) => {
                    rule.fixed.join(&PortSet::range(protocol, 1, u16::MAX));
                    if port.end_port.is_some() {
                        self.fault(policy, "an endPort stands without its port");
                    }
                }
                (Some(_), Some(number)) => match (u16::try_from(number), port.end_port.map(u16::try_from)) {
                    (Ok(first @ 1..), None) => rule.fixed.join(&PortSet::range(protocol, first, first)),
                    (Ok(first @ 1..), Some(Ok(last))) if first <= last => rule.fixed.join(&PortSet::range(protocol, first, last)),
                    _ => self.fault(policy, "a port or endPort is out of range"),
                },
                (Some(name), None) => {
                    rule.named.push((name, protocol));
                    if port.end_port.is_some() {
                        self.fault(policy, "an endPort stands beside a named port");
                    }
                }
            }
        }
        rule
    }

    /// Notes what selectors and directions say that the API does not know.
    fn check(&mut self, index: usize, policy: &NetworkPolicy) {
        let spec = &policy.spec;
        let peers = spec.ingress.iter().flatten().flat_map(|r| &r.from).chain(spec.egress.iter().flatten().flat_map(|r| &r.to));
        let selectors = peers.flat_map(|peer| [peer.pod_selector.as_ref(), peer.namespace_selector.as_ref()]).flatten();
        let mut operators = selectors.chain([&spec.pod_selector]).flat_map(|s| &s.match_expressions).map(|r| r.operator.as_str());
        let odd_operator = operators.any(|operator| !matches!(operator, "In" | "NotIn" | "Exists" | "DoesNotExist"));
        let odd_type = spec.policy_types.iter().flatten().any(|t| !matches!(t.as_str(), "Ingress" | "Egress"));
        if odd_operator {
            self.fault(index, "a selector has an operator that label selectors do not know");
        }
        if odd_type {
            self.fault(index, "policyTypes holds a word that is no direction");
        }
    }
}

fn keys(selector: &LabelSelector) -> impl Iterator<Item = &str> {
    selector.match_labels.keys().map(String::as_str).chain(selector.match_expressions.iter().map(|r| r.key.as_str()))
}

/// Whether a selector (absent: all) picks a group. Pods on the host network have their node's address, by which no selector knows them.
fn picks(group: &Group<'_>, selector: Option<&LabelSelector>) -> bool {
    !group.host_network && selector.is_none_or(|selector| selector.matches(group.labels))
}

//! From policies to rules over groups: who is selected in which direction, whom each rule is about, on which ports, and in which order the
//! rules are asked.

use super::bits::Bits;
use super::groups::NamedPort;
use super::pick::{About, Picker};
use super::policy::{Acts, Addresses, Law, Peer, Policy, Ports, Position, Ruling, Verdict};
use super::ports::PortSet;
use super::range::{Breadth, Range};
use super::selector::{Facts, Selector};
use super::unread;
use crate::kinds::{Inventory, KindState};
use crate::model::{Kind, ObjectRef};
use core::net::IpAddr;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

impl Ports {
    /// The ports on a pod with these named ports; an address outside of the cluster has none.
    pub(super) fn on(&self, target: &[NamedPort<'_>]) -> Cow<'_, PortSet> {
        if self.named.is_empty() {
            return Cow::Borrowed(&self.fixed);
        }
        let mut ports = self.fixed.clone();
        for (name, protocol) in &self.named {
            let same = |port: &&NamedPort<'_>| port.0 == name && protocol.is_none_or(|protocol| port.1 == protocol);
            for (_, protocol, number) in target.iter().filter(same) {
                ports.join(&PortSet::range(*protocol, *number, *number));
            }
        }
        Cow::Owned(ports)
    }

    /// Whether the target's named ports matter.
    pub(super) const fn by_name(&self) -> bool {
        !self.named.is_empty()
    }
}

/// One rule of one policy, or the end of a tier.
#[derive(Debug)]
pub(super) struct Rule {
    /// Index of its object; nothing for the end of a tier.
    pub(super) object: Option<usize>,
    /// Where it stands in its object.
    pub(super) field: String,
    /// What it decides.
    pub(super) verdict: Verdict,
    /// Index of its tier, and its place there; rules of one place are asked together.
    pub(super) place: (usize, usize),
    /// Whether it is about everyone.
    pub(super) everyone: bool,
    pub(super) peers: Vec<Arc<Bits>>,
    /// Whether it is about every address outside.
    pub(super) world: bool,
    /// Indexes of the ranges that it is about.
    pub(super) ranges: Vec<usize>,
    /// Whether its ranges mean pods too.
    pub(super) by_address: About,
    /// Whether it is about a pod of which nothing is known.
    pub(super) any_pod: bool,
    /// Whether it may be, where it was not read which namespaces there are.
    pub(super) perhaps_any_pod: bool,
    /// Whether it is about an address that no rule names: what allows half of all addresses is; what denies must leave next to none out.
    pub(super) any_address: bool,
    /// Whether it is about every address, without an exception.
    pub(super) every_address: bool,
    /// How much of all addresses its ranges hold.
    pub(super) breadth: Breadth,
    /// Its ports.
    pub(super) ports: Ports,
}

impl Rule {
    /// Whether it is about the pods of a group. `by_address` is the reading in which ranges that may hold addresses of pods do: what
    /// allows then allows, what denies does not deny.
    pub(super) fn about(&self, group: usize, by_address: bool) -> About {
        if self.everyone || self.by_address == About::Yes || self.peers.iter().any(|bits| bits.contains(group)) {
            return About::Yes;
        }
        match (self.by_address, by_address, self.verdict) {
            (About::Maybe, true, Verdict::Allow) => About::Yes,
            (About::Maybe, true, Verdict::Pass) => About::Maybe,
            _ => About::No,
        }
    }

    fn end(tier: usize) -> Self {
        Self {
            object: None,
            field: String::new(),
            verdict: Verdict::Deny,
            place: (tier, usize::MAX),
            everyone: true,
            peers: vec![],
            world: true,
            ranges: vec![],
            by_address: About::No,
            any_pod: true,
            perhaps_any_pod: false,
            any_address: true,
            every_address: true,
            breadth: Breadth::Narrow,
            ports: Ports::all(),
        }
    }
}

/// The rules that bind some pods in one direction, in order, and the objects that select them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Binding {
    /// Indexes of rules.
    pub(super) rules: Vec<usize>,
    /// Indexes of objects.
    pub(super) objects: BTreeSet<usize>,
}

/// One direction: for each group the rules that speak of it, or nothing where no policy selects it.
#[derive(Debug, Default)]
pub(super) struct Direction<'a> {
    of_group: Vec<Option<usize>>,
    /// The same for a pod of a namespace of which nothing else is known.
    of_namespace: HashMap<&'a str, usize>,
    /// Distinct bindings.
    bindings: Vec<Binding>,
}

impl<'a> Direction<'a> {
    /// Index of the binding of a group; nothing where no policy of this direction selects it.
    pub(super) fn of_group(&self, group: usize) -> Option<usize> {
        self.of_group.get(group).copied().flatten()
    }

    /// Index of the binding of a pod that is not there yet: only what selects every pod of its namespace selects it.
    pub(super) fn of_namespace(&self, namespace: &str) -> Option<usize> {
        self.of_namespace.get(namespace).copied()
    }

    /// The rules of a binding.
    pub(super) fn rules(&self, index: usize) -> &[usize] {
        self.bindings.get(index).map_or(&[], |binding| binding.rules.as_slice())
    }

    /// The objects of a binding.
    pub(super) fn objects(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        self.bindings.get(index).into_iter().flat_map(|binding| binding.objects.iter().copied())
    }

    fn settle(groups: Vec<Option<Binding>>, namespaces: BTreeMap<&'a str, Binding>, rules: &[Rule]) -> Self {
        let mut known: HashMap<Binding, usize> = HashMap::new();
        let mut bindings = Vec::new();
        let mut intern = |mut binding: Binding| {
            binding.rules.sort_unstable_by_key(|index| (rules[*index].place, *index));
            binding.rules.dedup();
            *known.entry(binding).or_insert_with_key(|binding| {
                bindings.push(binding.clone());
                bindings.len() - 1
            })
        };
        let of_group = groups.into_iter().map(|binding| binding.map(&mut intern)).collect();
        let of_namespace = namespaces.into_iter().map(|(name, binding)| (name, intern(binding))).collect();
        Self { of_group, of_namespace, bindings }
    }
}

/// A rule on addresses where pods may have theirs.
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
    /// The policies that are evaluated.
    pub(super) objects: Vec<ObjectRef>,
    pub(super) rules: Vec<Rule>,
    pub(super) ingress: Direction<'a>,
    pub(super) egress: Direction<'a>,
    /// 0.0.0.0/0, and each range that a policy names.
    pub(super) ranges: Vec<Range>,
    pub(super) address_rules: Vec<AddressRule>,
    /// Whether there may be addresses of IPv6.
    pub(super) may_have_v6: bool,
    /// Namespaces whose labels a selector asks for and that were not read.
    pub(super) unknown_namespaces: BTreeSet<&'a str>,
}

/// Leaves out what stands in no order, and compiles the rest.
pub(super) fn compile<'a>(picker: &mut Picker<'a, '_>, law: &mut Law) -> Compiled<'a> {
    let selected: Vec<(Arc<Bits>, Vec<&str>)> =
        law.policies.iter().map(|p| (picker.groups(&p.subject), picker.whole_namespaces(&p.subject))).collect();
    unread::in_no_order(law, |a, b| selected[a].0.meets(&selected[b].0) || selected[a].1.iter().any(|name| selected[b].1.contains(name)));
    let places = places(law);
    let v6 = knows_v6(picker.inventory);
    let nodes = node_addresses(picker.inventory).map(Range::of_address).collect();
    let nodes_unread = matches!(picker.inventory.state(Kind::Nodes), KindState::Forbidden | KindState::Failed | KindState::Partial);
    let mut compiler = Compiler {
        picker,
        places,
        v6,
        nodes,
        nodes_unread,
        compiled: Compiled { ranges: vec![Range::anywhere()], may_have_v6: v6.unwrap_or(true), ..Compiled::default() },
    };
    let mut ingress = Bindings::new(compiler.picker.groups.list.len());
    let mut egress = Bindings::new(compiler.picker.groups.list.len());
    for tier in 0..law.tiers.0.len() {
        compiler.compiled.rules.push(Rule::end(tier));
    }
    for policy in &law.policies {
        let objects = &mut compiler.compiled.objects;
        if objects.last() != Some(&policy.object) {
            objects.push(policy.object.clone());
        }
        let groups = compiler.picker.groups(&policy.subject);
        let namespaces = compiler.picker.whole_namespaces(&policy.subject);
        for (direction, acts, bindings) in [("ingress", &policy.ingress, &mut ingress), ("egress", &policy.egress, &mut egress)] {
            if let Some(acts) = acts {
                let rules = compiler.rules(policy, direction, acts);
                bindings.bind(&groups, &namespaces, &rules, compiler.compiled.objects.len() - 1);
            }
        }
    }
    let Compiler { mut compiled, .. } = compiler;
    compiled.unknown_namespaces = picker.unknown.clone();
    compiled.leftovers();
    compiled.ingress = Direction::settle(ingress.groups, ingress.namespaces, &compiled.rules);
    compiled.egress = Direction::settle(egress.groups, egress.namespaces, &compiled.rules);
    compiled
}

/// The addresses that nodes tell.
fn node_addresses(inventory: &Inventory) -> impl Iterator<Item = IpAddr> {
    inventory.nodes.iter().flat_map(|node| &node.status.addresses).filter_map(|a| a.address.parse::<IpAddr>().ok())
}

/// Whether nodes have addresses of IPv6; nothing where none tells an address.
fn knows_v6(inventory: &Inventory) -> Option<bool> {
    node_addresses(inventory).map(|address| address.is_ipv6()).reduce(|known, v6| known || v6)
}

/// Whether nodes have addresses of IPv6.
pub(super) fn has_v6(inventory: &Inventory) -> bool {
    knows_v6(inventory) == Some(true)
}

/// The places of all rules, by tier, in order and each once.
fn places(law: &Law) -> Vec<(usize, Position)> {
    let mut places: Vec<(usize, Position)> = law
        .policies
        .iter()
        .flat_map(|policy| [&policy.ingress, &policy.egress].into_iter().flatten().map(move |acts| (policy.tier, acts)))
        .flat_map(|(tier, acts)| acts.rules.iter().map(move |rule| (tier, rule.place.clone())))
        .collect();
    places.sort_by(order);
    places.dedup_by(|a, b| order(a, b).is_eq());
    places
}

fn order(a: &(usize, Position), b: &(usize, Position)) -> std::cmp::Ordering {
    a.0.cmp(&b.0).then_with(|| a.1.compare(&b.1))
}

struct Bindings<'a> {
    groups: Vec<Option<Binding>>,
    namespaces: BTreeMap<&'a str, Binding>,
}

impl<'a> Bindings<'a> {
    fn new(groups: usize) -> Self {
        Self { groups: vec![None; groups], namespaces: BTreeMap::new() }
    }

    fn bind(&mut self, groups: &Bits, namespaces: &[&'a str], rules: &[usize], object: usize) {
        for group in groups.iter() {
            let Some(slot) = self.groups.get_mut(group) else { continue };
            let binding = slot.get_or_insert_default();
            binding.rules.extend(rules);
            binding.objects.insert(object);
        }
        for name in namespaces {
            let binding = self.namespaces.entry(name).or_default();
            binding.rules.extend(rules);
            binding.objects.insert(object);
        }
    }
}

/// Builds `Compiled`.
struct Compiler<'a, 'g, 'p> {
    picker: &'p mut Picker<'a, 'g>,
    places: Vec<(usize, Position)>,
    /// Whether nodes have addresses of IPv6: then all of IPv4 is not all there is. Where none tells its address, what allows may mean some.
    v6: Option<bool>,
    /// Addresses of nodes, each as a range: where they lie, pods may.
    nodes: Vec<Range>,
    /// Whether the list of nodes could not be read whole: then any range may be about their networks.
    nodes_unread: bool,
    compiled: Compiled<'a>,
}

impl Compiler<'_, '_, '_> {
    /// The rules of a policy in one direction, the end of its tier with them.
    fn rules(&mut self, policy: &Policy, direction: &'static str, acts: &Acts) -> Vec<usize> {
        let mut rules: Vec<usize> = acts.rules.iter().map(|ruling| self.rule(policy, direction, ruling)).collect();
        // The ends of the tiers stand first, one for each.
        rules.extend(acts.denies_rest.then_some(policy.tier));
        rules
    }

    fn rule(&mut self, policy: &Policy, direction: &'static str, ruling: &Ruling) -> usize {
        let object = self.compiled.objects.len() - 1;
        let place = self.places.binary_search_by(|known| order(known, &(policy.tier, ruling.place.clone()))).unwrap_or_else(|at| at);
        let mut rule = Rule {
            object: Some(object),
            field: ruling.field.clone(),
            place: (policy.tier, place),
            ports: ruling.ports.clone(),
            everyone: false,
            world: false,
            any_pod: false,
            any_address: false,
            every_address: false,
            verdict: ruling.verdict,
            ..Rule::end(policy.tier)
        };
        let of_pods =
            ruling.peers.iter().filter_map(|peer| if let Peer::Range(range, Addresses::OfPods) = peer { Some(range) } else { None });
        let of_pods: Vec<&Range> = of_pods.collect();
        if self.families(false).all(|v6| Range::breadth_of(&of_pods, v6) == Breadth::All) {
            rule.by_address = About::Yes;
        }
        let mut selectors = Vec::new();
        for peer in &ruling.peers {
            match peer {
                Peer::Everyone => rule.everyone = true,
                Peer::World => rule.world = true,
                Peer::Cluster => {
                    rule.any_pod = true;
                    rule.peers.push(self.picker.where_host(false));
                }
                Peer::Nodes => rule.peers.push(self.picker.where_host(true)),
                Peer::Pods(selector) => {
                    rule.any_pod |= is_any_pod(selector, ruling.verdict);
                    rule.peers.push(self.picker.groups(selector));
                    selectors.push(selector);
                }
                Peer::Range(range, addresses) => self.range(&mut rule, direction, range.clone(), *addresses),
            }
        }
        let ranges: Vec<&Range> = rule.ranges.iter().map(|index| &self.compiled.ranges[*index]).collect();
        let everything = rule.everyone || rule.world;
        let held: Vec<Breadth> = self.families(ruling.verdict == Verdict::Allow).map(|v6| Range::breadth_of(&ranges, v6)).collect();
        // One family that is open is enough to come in; all must be closed to keep out.
        let (any, every) = match ruling.verdict {
            Verdict::Allow => (held.iter().any(|held| *held >= Breadth::Half), held.contains(&Breadth::All)),
            Verdict::Deny | Verdict::Pass => (held.iter().all(|held| *held >= Breadth::NearlyAll), held.iter().all(|h| *h == Breadth::All)),
        };
        (rule.any_address, rule.every_address) = (everything || any, everything || every);
        rule.breadth = Range::breadth(&ranges);
        rule.any_pod |= rule.everyone || rule.by_address == About::Yes;
        if !rule.any_pod && ruling.verdict == Verdict::Allow {
            let about = self.picker.leave_nobody_out(&selectors);
            (rule.any_pod, rule.perhaps_any_pod) = (about == About::Yes, about == About::Maybe);
        }
        self.compiled.rules.push(rule);
        self.compiled.rules.len() - 1
    }

    /// The families of addresses that there are, or may be where that is not known, as whether they are IPv6.
    fn families(&self, unknown: bool) -> impl Iterator<Item = bool> + use<> {
        let v6 = self.v6.unwrap_or(unknown);
        [false, true].into_iter().filter(move |family| v6 || !family)
    }

    fn range(&mut self, rule: &mut Rule, direction: &'static str, range: Range, addresses: Addresses) {
        // By custom pods have private addresses; in some clusters they have those of their nodes' networks, which for IPv6 are public ones.
        let near_nodes = || !range.is_one() && (self.nodes_unread || self.nodes.iter().any(|node| range.touches(node)));
        let may_hold_pods = addresses != Addresses::Outside && (range.may_hold_pods() || near_nodes());
        let index = self.compiled.range(range);
        rule.ranges.push(index);
        if !may_hold_pods || rule.by_address == About::Yes {
            return;
        }
        rule.by_address = About::Maybe;
        if let Some(policy) = rule.object {
            let rule = AddressRule { policy, direction, range: index };
            // Rules of one policy stand together, so its own are the last.
            if !self.compiled.address_rules.iter().rev().take_while(|r| r.policy == rule.policy).any(|known| *known == rule) {
                self.compiled.address_rules.push(rule);
            }
        }
    }
}

impl Compiled<'_> {
    fn range(&mut self, range: Range) -> usize {
        self.ranges.iter().position(|known| *known == range).unwrap_or_else(|| {
            self.ranges.push(range);
            self.ranges.len() - 1
        })
    }

    /// What denying rules cut out of a range takes the whole of it away from the flows of the range; what is left of it gets a place of its own.
    fn leftovers(&mut self) {
        let cutting = self.rules.iter().filter(|rule| rule.verdict != Verdict::Allow).flat_map(|rule| &rule.ranges);
        let cutting: BTreeSet<usize> = cutting.copied().collect();
        let networks: Vec<String> =
            cutting.iter().map(|index| &self.ranges[*index]).flat_map(|range| range.except.iter().chain([&range.cidr]).cloned()).collect();
        for range in Range::leftovers(networks.into_iter()) {
            self.range(range);
        }
    }
}

/// Whether a selector is about a pod of which nothing is known. What allows must pick every pod there can be; what denies, or leaves it to the
/// next tier, a pod without labels: labels that others have are exceptions then.
fn is_any_pod(selector: &Selector, verdict: Verdict) -> bool {
    if verdict == Verdict::Allow { selector.picks(&Facts::ANY) == Some(true) } else { selector.picks_stranger(None) }
}

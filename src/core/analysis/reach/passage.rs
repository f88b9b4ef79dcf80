//! Whether pods may connect: the egress of the one side and the ingress of the other, over groups, each distinct question answered once.

use super::Reach;
use super::compile::{Direction, Rule};
use super::decide::{Decision, decide};
use super::pick::About;
use super::ports::PortSet;
use super::range::Range;
use core::net::IpAddr;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// How the `ipBlock`s of policies are read for pods inside the cluster. The API leaves it open, and network plugins differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// An `ipBlock` means addresses outside of the cluster.
    Outside,
    /// An `ipBlock` that may hold addresses of pods admits every pod.
    OverPods,
}

/// What one end has to say of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Gate {
    /// Some of it goes because no policy decides over it.
    pub open: bool,
    /// Policies select pods of this end in this direction.
    pub selected: bool,
    /// Indexes of the policies that let it through.
    pub policies: Vec<usize>,
}

/// A connection that may be made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Passage {
    /// On these ports; never none.
    pub ports: PortSet,
    /// The ports as text.
    pub text: String,
    /// How it comes out of where it starts.
    pub egress: Gate,
    /// How it comes in where it ends.
    pub ingress: Gate,
}

impl Passage {
    fn of(egress: &Side, ingress: &Side) -> Option<Self> {
        let ports = egress.ports.meet(&ingress.ports);
        if ports.is_empty() {
            return None;
        }
        let text = ports.to_string();
        Some(Self { egress: egress.gate(&ports), ingress: ingress.gate(&ports), text, ports })
    }

    /// Adds what other pods of the same workloads may do.
    fn join(&mut self, other: &Self) {
        self.ports.join(&other.ports);
        self.text = self.ports.to_string();
        for (mine, theirs) in [(&mut self.egress, &other.egress), (&mut self.ingress, &other.ingress)] {
            mine.open |= theirs.open;
            mine.selected |= theirs.selected;
            mine.policies.extend(&theirs.policies);
            mine.policies.sort_unstable();
            mine.policies.dedup();
        }
    }

    /// The policies that let it through, of both directions.
    #[must_use]
    pub fn policies(&self) -> Vec<usize> {
        let mut all: Vec<usize> = self.egress.policies.iter().chain(&self.ingress.policies).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// What the policies of one direction allow in one case.
#[derive(Debug)]
struct Side {
    /// Whether a policy selects this end at all.
    selected: bool,
    /// What goes.
    ports: PortSet,
    /// What goes because nothing decides over it.
    undecided: PortSet,
    parts: Vec<(usize, PortSet)>,
}

impl Side {
    fn unselected() -> Self {
        Self { selected: false, ..Self::of(Decision::none()) }
    }

    fn of(decision: Decision) -> Self {
        let mut ports = decision.allowed;
        ports.join(&decision.undecided);
        Self { selected: true, ports, undecided: decision.undecided, parts: decision.parts }
    }

    fn gate(&self, through: &PortSet) -> Gate {
        let mut policies: Vec<usize> =
            self.parts.iter().filter(|(_, ports)| !ports.meet(through).is_empty()).map(|(policy, _)| *policy).collect();
        policies.sort_unstable();
        policies.dedup();
        Gate { open: !self.undecided.meet(through).is_empty(), selected: self.selected, policies }
    }
}

/// Where outside a question is about.
#[derive(Clone, Copy, Debug)]
enum Beyond {
    /// A range by its index.
    Range(usize),
    /// One address.
    Address(IpAddr),
}

/// A question about outside: whether it is about what comes in, the binding of the group (none where no policy selects it), its named ports, and
/// the number of the place.
type Outside = (bool, Option<usize>, usize, usize);

/// Answers questions about one cluster, and remembers the answers.
#[derive(Debug)]
pub struct Judge<'r, 'a> {
    reach: &'r Reach<'a>,
    reading: Reading,
    /// Sides by named ports of the target and the rules about the other end; the first is that of pods which no policy selects.
    known: HashMap<Vec<usize>, usize>,
    sides: Vec<Side>,
    passages: HashMap<(usize, usize), Option<Arc<Passage>>>,
    outside: HashMap<Outside, Option<Arc<Passage>>>,
    /// Addresses that were asked about, by the numbers behind those of the ranges.
    addresses: HashMap<IpAddr, usize>,
    /// Answers, each once: a policy says the same of nearly every address.
    answers: HashSet<Arc<Passage>>,
    question: Vec<usize>,
}

impl<'r, 'a> Judge<'r, 'a> {
    pub(super) fn new(reach: &'r Reach<'a>, reading: Reading) -> Self {
        Self {
            reach,
            reading,
            known: HashMap::new(),
            sides: vec![Side::unselected()],
            passages: HashMap::new(),
            outside: HashMap::new(),
            addresses: HashMap::new(),
            answers: HashSet::new(),
            question: vec![],
        }
    }

    /// What pods of one workload may reach on pods of another, by their indexes; nothing where nothing is allowed.
    pub fn between(&mut self, from: usize, to: usize) -> Option<Arc<Passage>> {
        let reach = self.reach;
        let (from, to) = (reach.groups.parties.get(from)?, reach.groups.parties.get(to)?);
        let pairs = from.groups.iter().flat_map(|a| to.groups.iter().map(move |b| (*a, *b)));
        joined(pairs, |(a, b)| self.between_groups(a, b))
    }

    /// What pods of a workload may reach in a range of addresses outside.
    pub fn out_to(&mut self, from: usize, range: usize) -> Option<Arc<Passage>> {
        let party = self.reach.groups.parties.get(from)?;
        joined(party.groups.iter(), |group| self.outside(false, *group, Beyond::Range(range)))
    }

    /// What pods of a workload may reach at one address that is none of a pod's: a node's, or the metadata service's. Policies of Cilium know
    /// machines of the cluster by other means than their addresses; what they say of these is not in the answer.
    pub fn out_to_address(&mut self, from: usize, address: IpAddr) -> Option<Arc<Passage>> {
        let party = self.reach.groups.parties.get(from)?;
        joined(party.groups.iter(), |group| self.outside(false, *group, Beyond::Address(address)))
    }

    /// What a range of addresses outside may reach on pods of a workload.
    pub fn in_from(&mut self, range: usize, to: usize) -> Option<Arc<Passage>> {
        let party = self.reach.groups.parties.get(to)?;
        joined(party.groups.iter(), |group| self.outside(true, *group, Beyond::Range(range)))
    }

    fn between_groups(&mut self, from: usize, to: usize) -> Option<Arc<Passage>> {
        let compiled = &self.reach.compiled;
        let egress = self.side(&compiled.egress, from, to, to);
        let ingress = self.side(&compiled.ingress, to, from, to);
        if let Some(known) = self.passages.get(&(egress, ingress)) {
            return known.clone();
        }
        let passage = Passage::of(&self.sides[egress], &self.sides[ingress]).map(|passage| self.once(passage));
        self.passages.insert((egress, ingress), passage.clone());
        passage
    }

    fn once(&mut self, passage: Passage) -> Arc<Passage> {
        self.answers.get(&passage).cloned().unwrap_or_else(|| {
            let passage = Arc::new(passage);
            self.answers.insert(Arc::clone(&passage));
            passage
        })
    }

    /// The side of a group towards another: which rules are about it, and what they allow on the target.
    fn side(&mut self, direction: &Direction<'_>, group: usize, other: usize, target: usize) -> usize {
        let Some(binding) = direction.of_group(group) else { return 0 };
        let compiled = &self.reach.compiled;
        let by_address = self.reading == Reading::OverPods;
        let mut question = std::mem::take(&mut self.question);
        question.clear();
        question.push(0);
        for index in direction.rules(binding) {
            let rule = &compiled.rules[*index];
            let about = rule.about(other, by_address);
            if about == About::No {
                continue;
            }
            question.push(index * 2 + usize::from(about == About::Maybe));
            if rule.ports.by_name() {
                question[0] = self.reach.groups.list[target].ports;
            }
        }
        let side = self.known.get(&question).copied().unwrap_or_else(|| {
            let target = &self.reach.groups.ports[question[0]];
            let rules = question[1..].iter().map(|index| (&compiled.rules[index / 2], index % 2 == 1));
            self.sides.push(Side::of(decide(rules.map(|(rule, maybe)| (rule, maybe, rule.ports.on(target))))));
            self.known.insert(question.clone(), self.sides.len() - 1);
            self.sides.len() - 1
        });
        self.question = question;
        side
    }

    fn outside(&mut self, ingress: bool, group: usize, place: Beyond) -> Option<Arc<Passage>> {
        let compiled = &self.reach.compiled;
        let direction = if ingress { &compiled.ingress } else { &compiled.egress };
        // Names of ports mean something on pods alone: behind an address outside, a rule by name allows nothing.
        let ports = if ingress { self.reach.groups.list[group].ports } else { 0 };
        let binding = direction.of_group(group);
        let one;
        let range = match place {
            Beyond::Range(index) => &compiled.ranges[index],
            Beyond::Address(address) => {
                one = Range::of_address(address);
                &one
            }
        };
        let blocks = |rule: &usize| compiled.rules[*rule].ranges.iter().any(|block| compiled.ranges[*block].touches(range));
        let number = match place {
            // What no block of the rules touches is all the same to them, and a large cluster has a hundred thousand such questions.
            _ if !range.is_empty() && !binding.is_some_and(|binding| direction.rules(binding).iter().any(blocks)) => usize::MAX,
            Beyond::Range(index) => index,
            Beyond::Address(address) => {
                let next = compiled.ranges.len() + self.addresses.len();
                *self.addresses.entry(address).or_insert(next)
            }
        };
        let key = (ingress, binding, ports, number);
        if let Some(known) = self.outside.get(&key) {
            return known.clone();
        }
        let side = binding.map_or_else(Side::unselected, |binding| self.side_of_range(direction.rules(binding), range, ports));
        let beyond = Side::unselected();
        let passage = if ingress { Passage::of(&beyond, &side) } else { Passage::of(&side, &beyond) };
        let passage = passage.map(|passage| self.once(passage));
        self.outside.insert(key, passage.clone());
        passage
    }

    /// What rules allow to or from every address of a range: several blocks may cover it together, so it is cut where they begin and end.
    fn side_of_range(&self, rules: &[usize], range: &Range, target: usize) -> Side {
        let compiled = &self.reach.compiled;
        let target = &self.reach.groups.ports[target];
        let mut touching: Vec<(&Rule, Vec<&Range>, Cow<'_, PortSet>)> = Vec::new();
        for rule in rules.iter().map(|index| &compiled.rules[*index]) {
            let blocks: Vec<&Range> = rule.ranges.iter().map(|i| &compiled.ranges[*i]).filter(|block| block.touches(range)).collect();
            if rule.everyone || rule.world || !blocks.is_empty() {
                touching.push((rule, blocks, rule.ports.on(target)));
            }
        }
        let cuts: Vec<&Range> = touching.iter().flat_map(|(_, blocks, _)| blocks).copied().collect();
        let mut whole: Option<Side> = None;
        for piece in range.pieces(&cuts) {
            let here =
                touching.iter().filter(|(rule, blocks, _)| rule.everyone || rule.world || blocks.iter().any(|block| block.holds(piece)));
            let here = Side::of(decide(here.map(|(rule, _, ports)| (*rule, false, ports.clone()))));
            whole = Some(match whole {
                None => here,
                Some(mut whole) => {
                    whole.ports = whole.ports.meet(&here.ports);
                    whole.undecided.join(&here.undecided);
                    whole.parts.extend(here.parts);
                    whole
                }
            });
        }
        whole.unwrap_or_else(|| Side { selected: true, ports: PortSet::default(), undecided: PortSet::default(), parts: vec![] })
    }
}

/// Joins what the groups of a workload may do; the common case of one group copies nothing.
fn joined<T>(items: impl Iterator<Item = T>, ask: impl FnMut(T) -> Option<Arc<Passage>>) -> Option<Arc<Passage>> {
    let mut found: Vec<Arc<Passage>> = Vec::new();
    for passage in items.filter_map(ask) {
        if !found.iter().any(|known| Arc::ptr_eq(known, &passage)) {
            found.push(passage);
        }
    }
    let first = found.pop()?;
    if found.is_empty() {
        return Some(first);
    }
    let mut whole = Passage::clone(&first);
    found.iter().for_each(|passage| whole.join(passage));
    Some(Arc::new(whole))
}

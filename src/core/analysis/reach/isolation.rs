//! Default deny, namespace by namespace and direction by direction, under policies of every kind: what becomes of a connection that no policy
//! had in mind.
//!
//! Two strangers are asked about: a pod of which nothing is known, and an address that no rule names. A direction is closed for a pod if rules
//! deny the stranger, or the end of a tier does. It is open if the stranger's connection reaches the end of all rules, or if rules allow it on
//! every port of a protocol; what they allow on some ports is an exception. What would become of a pod that is not there yet is told by the
//! policies that select every pod of the namespace, whatever its labels.

use super::compile::{self, Rule};
use super::decide::{Decision, decide};
use super::policy::{Unread, Verdict};
use super::range::{Breadth, Range};
use super::{NotEvaluated, Reach};
use crate::model::{Kind, ObjectRef};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

/// A way in which traffic goes, seen from a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// What comes in.
    Ingress,
    /// What goes out.
    Egress,
}

impl Direction {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Ingress, Self::Egress];

    /// The API's word, in lower case.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }
}

/// How far the pods of a namespace are denied what nothing allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Isolation {
    /// Every pod is, those that come tomorrow too.
    AllPods,
    /// Every pod that is there is; a new one need not be.
    CurrentPods,
    /// Towards other pods every pod is, but most addresses outside of the cluster are not denied.
    AmongPods,
    /// Some pods are not.
    SomePods,
    /// No pod is.
    NoPods,
}

/// How a namespace stands in one direction.
#[derive(Clone, Debug)]
pub struct Standing<'r> {
    /// How far it is denied by default.
    pub isolation: Isolation,
    /// How many workloads have pods there that policies may bind.
    pub workloads: usize,
    /// Workloads with open pods, as indexes.
    pub open: Vec<usize>,
    /// Whether addresses outside of the cluster are let through where other pods are: else it is pods alone.
    pub outside: bool,
    /// The policies by whose rules they are open; none where no policy denies anything.
    pub opened_by: Vec<&'r str>,
    /// The policies that select pods of the namespace in this direction.
    pub under: Vec<&'r ObjectRef>,
    /// What was not evaluated and may decide over these pods.
    pub not_evaluated: Vec<&'r NotEvaluated>,
}

/// Whom nothing denies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Openness {
    Closed,
    /// Addresses outside of the cluster.
    Outside,
    /// Other pods.
    Pods,
}

impl<'a> Reach<'a> {
    /// Namespaces that were read or have pods.
    pub fn namespaces(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.namespaces.keys().copied()
    }

    /// How a namespace stands in one direction. Pods on the host network, which policies don't reach, are not counted.
    #[must_use]
    pub fn standing(&self, namespace: &str, way: Direction) -> Standing<'_> {
        let direction = match way {
            Direction::Ingress => &self.compiled.ingress,
            Direction::Egress => &self.compiled.egress,
        };
        let (mut opened_by, mut under, mut to_outside) = (BTreeSet::new(), BTreeSet::new(), false);
        // Most pods of a namespace are bound by the same rules.
        let mut known: HashMap<Option<usize>, Openness> = HashMap::new();
        let mut worst = |binding: Option<usize>| {
            *known.entry(binding).or_insert_with(|| {
                under.extend(binding.into_iter().flat_map(|binding| direction.objects(binding)));
                let (openness, outside, by) = self.openness(direction, binding, way);
                opened_by.extend(by);
                to_outside |= outside;
                openness
            })
        };
        let tomorrow = worst(direction.of_namespace(namespace));
        let (mut open, mut closed, mut outside) = (Vec::new(), 0, tomorrow == Openness::Outside);
        for index in self.parties_of(namespace) {
            let groups = self.groups.parties[index].groups.iter().filter(|group| !self.groups.list[**group].host_network);
            match groups.map(|group| worst(direction.of_group(*group))).max() {
                None => {}
                Some(Openness::Closed) => closed += 1,
                Some(Openness::Outside) => (closed, outside) = (closed + 1, true),
                Some(Openness::Pods) => open.push(index),
            }
        }
        let isolation = match (open.is_empty(), closed > 0, tomorrow) {
            (true, _, Openness::Closed | Openness::Outside) if outside => Isolation::AmongPods,
            (true, _, Openness::Closed | Openness::Outside) => Isolation::AllPods,
            (true, true, Openness::Pods) => Isolation::CurrentPods,
            (_, false, Openness::Pods) => Isolation::NoPods,
            (false, ..) => Isolation::SomePods,
        };
        Standing {
            isolation,
            workloads: open.len() + closed,
            open,
            outside: to_outside,
            opened_by: opened_by.into_iter().map(|policy| self.policy_name(policy)).collect(),
            under: under.into_iter().map(|policy| &self.compiled.objects[policy]).collect(),
            not_evaluated: self.not_evaluated_over(namespace, way),
        }
    }

    /// What was not evaluated and may decide over pods of a namespace; parts of NetworkPolicies that the API server refuses among it.
    fn not_evaluated_over(&self, namespace: &str, way: Direction) -> Vec<&NotEvaluated> {
        let objects =
            self.unread.iter().filter(|unread| !unread.entry.part && self.may_decide(unread, namespace, way)).map(|unread| &unread.entry);
        let refused = |entry: &&NotEvaluated| entry.group == Kind::NetworkPolicies.group() && entry.namespace == namespace;
        let mut all: Vec<&NotEvaluated> = objects.chain(self.not_evaluated.iter().filter(refused)).collect();
        all.sort();
        all.dedup();
        all
    }

    fn parties_of(&self, namespace: &str) -> std::ops::Range<usize> {
        let parties = &self.groups.parties;
        let first = parties.partition_point(|party| party.workload.object.namespace.as_str() < namespace);
        let last = parties.partition_point(|party| party.workload.object.namespace.as_str() <= namespace);
        first..last
    }

    /// Which stranger nothing denies, whether one outside is among them, and by which policies' rules.
    fn openness(&self, direction: &compile::Direction<'_>, binding: Option<usize>, way: Direction) -> (Openness, bool, Vec<usize>) {
        let about = |stranger: fn(&Rule) -> bool| {
            let Some(binding) = binding else { return (true, vec![]) };
            let rules = direction.rules(binding).iter().map(|index| &self.compiled.rules[*index]).filter(|rule| stranger(rule));
            is_open(&decide(rules.map(|rule| (rule, false, Cow::Borrowed(&rule.ports.fixed)))))
        };
        let (pods, by_pods) = about(|rule| rule.any_pod);
        let (mut outside, mut by_outside) = about(|rule| rule.any_address);
        if let Some(by) = binding.filter(|_| !outside).and_then(|binding| self.together(direction.rules(binding))) {
            (outside, by_outside) = (true, by);
        }
        // A rule for every address there is leaves nothing of a denial of what goes out; one with exceptions somebody may have meant.
        let everywhere =
            way == Direction::Egress && about(|rule| if rule.verdict == Verdict::Allow { rule.every_address } else { rule.any_address }).0;
        match (pods, outside) {
            (true, _) => (Openness::Pods, outside, by_pods),
            // Data that may leave to every address is not held back by what is denied among pods.
            (false, true) if everywhere => (Openness::Pods, true, by_outside),
            (false, true) => (Openness::Outside, true, by_outside),
            (false, false) => (Openness::Closed, false, vec![]),
        }
    }

    /// The policies whose rules, each for some addresses on all ports, let most addresses through together; not where any denies some.
    fn together(&self, rules: &[usize]) -> Option<Vec<usize>> {
        let rules = || rules.iter().map(|index| &self.compiled.rules[*index]).filter(|rule| rule.object.is_some());
        if rules().any(|rule| rule.verdict != Verdict::Allow) {
            return None;
        }
        let open = || rules().filter(|rule| !rule.ranges.is_empty() && rule.ports.fixed.holds_a_whole_protocol());
        let ranges: Vec<&Range> = open().flat_map(|rule| &rule.ranges).map(|index| &self.compiled.ranges[*index]).collect();
        let wide = |v6: bool| Range::breadth_of(&ranges, v6) >= Breadth::Half;
        (wide(false) || (self.compiled.may_have_v6 && wide(true))).then(|| open().filter_map(|rule| rule.object).collect())
    }

    /// Whether an object that was not evaluated may decide over pods of a namespace: over some that are there, or over every one.
    fn may_decide(&self, unread: &Unread, namespace: &str, way: Direction) -> bool {
        if !(if way == Direction::Ingress { unread.ingress } else { unread.egress }) {
            return false;
        }
        let Some(subject) = &unread.subject else {
            return unread.entry.namespace.is_empty() || unread.entry.namespace == namespace;
        };
        let picker = super::pick::Picker::new(self.inventory, &self.groups, &self.namespaces);
        picker.of_namespace(subject, namespace).unwrap_or_else(|| {
            let members = self.groups.of_namespace.get(namespace).into_iter().flatten().copied();
            let bound: Vec<usize> = members.filter(|group| !self.groups.list[*group].host_network).collect();
            bound.is_empty() || bound.into_iter().any(|group| picker.picks(subject, group))
        })
    }
}

/// Whether a stranger's connection goes, and who allows it: by nothing that denies it, or on every port of a protocol.
fn is_open(decision: &Decision) -> (bool, Vec<usize>) {
    let allowed = decision.allowed.holds_a_whole_protocol();
    let by = if allowed { decision.parts.iter().map(|(policy, _)| *policy).collect() } else { vec![] };
    (allowed || !decision.undecided.is_empty(), by)
}

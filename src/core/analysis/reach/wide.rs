//! Rules that let everything through: about everyone, every pod, or most addresses of either family.

use super::compile::Rule;
use super::isolation::Direction;
use super::policy::{Ports, Verdict};
use super::ports::Protocol;
use super::range::Breadth;
use super::{NotEvaluated, Reach};
use crate::model::ObjectRef;

/// A rule that allows and is about everyone of a sort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WideRule<'r> {
    /// Its policy.
    pub object: &'r ObjectRef,
    /// Its direction.
    pub direction: Direction,
    /// Where it stands: `spec.ingress[0]`.
    pub field: &'r str,
    /// About whom.
    pub width: &'static str,
    /// Its ports, one by one, in words; none where it is about every port.
    pub ports: Vec<String>,
    /// Whether it is about next to every port of every protocol.
    pub every_port: bool,
    /// Whether it is about nothing but ports on which names are looked up.
    pub only_names: bool,
    /// Whether that is known; else it rests on namespaces that were not read.
    pub known: bool,
    /// Whether it is about pods alone, and about no address outside of the cluster.
    pub within: bool,
}

impl Reach<'_> {
    /// The policies of every kind that are evaluated.
    #[must_use]
    pub fn policies(&self) -> &[ObjectRef] {
        &self.compiled.objects
    }

    /// The objects of which a part was not understood.
    pub fn objects_not_evaluated(&self) -> impl Iterator<Item = &NotEvaluated> {
        self.not_evaluated.iter().filter(|entry| !entry.part && !entry.name.is_empty() && !entry.group.is_empty())
    }

    /// The rules that let everything through, in the order of their policies.
    #[must_use]
    pub fn wide_rules(&self) -> Vec<WideRule<'_>> {
        let wide = |rule: &'_ Rule| -> Option<&'static str> {
            match (rule.everyone, rule.any_pod, rule.world, rule.breadth) {
                (true, ..) => Some("no peer named, so everyone"),
                (_, _, true, _) | (_, _, _, Breadth::All) => Some("all addresses"),
                (_, _, _, Breadth::NearlyAll) => Some("nearly all addresses"),
                (_, _, _, Breadth::Half) => Some("half of all addresses, or more"),
                (_, true, ..) => Some("all pods of all namespaces"),
                _ if rule.perhaps_any_pod => Some("pods of namespaces that were not read, perhaps of all"),
                _ => None,
            }
        };
        let rules = self.compiled.rules.iter().filter(|rule| rule.verdict == Verdict::Allow);
        rules
            .filter_map(|rule| {
                let direction = if rule.field.contains("ingress") { Direction::Ingress } else { Direction::Egress };
                let ports = if rule.ports.fixed.is_all() { vec![] } else { words(&rule.ports) };
                let nothing = !rule.ports.fixed.is_all() && ports.is_empty();
                let width = wide(rule).filter(|_| !nothing)?;
                let object = self.compiled.objects.get(rule.object?)?;
                let every_port = rule.ports.fixed.is_nearly_all();
                let known = !rule.perhaps_any_pod || rule.world || rule.breadth != Breadth::Narrow;
                let within = !rule.everyone && !rule.world && rule.breadth == Breadth::Narrow;
                Some(WideRule {
                    object,
                    direction,
                    field: &rule.field,
                    width,
                    ports,
                    every_port,
                    only_names: only_names(&rule.ports),
                    known,
                    within,
                })
            })
            .collect()
    }
}

/// Ports on which names are looked up, by number and by the names that they usually have.
fn only_names(ports: &Ports) -> bool {
    let dns = [53, 5353, 8053];
    let mut spans = Protocol::ALL.iter().flat_map(|protocol| ports.fixed.spans(*protocol));
    let some = !ports.fixed.is_empty() || !ports.named.is_empty();
    some && spans.all(|(first, last)| first == last && dns.contains(first))
        && ports.named.iter().all(|(name, _)| matches!(name.as_str(), "dns" | "dns-tcp"))
}

fn words(ports: &Ports) -> Vec<String> {
    let span = |protocol: Protocol, first: u16, last: u16| match (first, last) {
        (1, u16::MAX) => format!("{}, all ports", protocol.id()),
        (first, last) if first == last => format!("{} {first}", protocol.id()),
        (first, last) => format!("{} {first}–{last}", protocol.id()),
    };
    let fixed =
        Protocol::ALL.iter().flat_map(|protocol| ports.fixed.spans(*protocol).iter().map(|(first, last)| span(*protocol, *first, *last)));
    let named = ports.named.iter().map(|(name, protocol)| match protocol {
        Some(protocol) => format!("{} {name}", protocol.id()),
        None => name.clone(),
    });
    fixed.chain(named).collect()
}

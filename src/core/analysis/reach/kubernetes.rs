//! NetworkPolicies. What the API server would have refused is not guessed at but told.

use super::NotEvaluated;
use super::policy::{
    Acts, Addresses, DEFAULT, Law, NETWORK_POLICY_ORDER, Peer, Policy, Ports, Position, Rank, Ruling, Unread, Verdict, object,
};
use super::ports::{PortSet, Protocol};
use super::range::Range;
use super::selector::{Attribute, Selector, Test};
use crate::kinds::{
    Inventory,
    network::{NetworkPolicy, PolicyPeer, PolicyPort},
    rbac::LabelSelector,
};
use crate::model::{Kind, ObjectRef};

/// Adds every NetworkPolicy.
pub(super) fn read(inventory: &Inventory, law: &mut Law) {
    let Some(tier) = law.tiers.find(DEFAULT) else { return };
    for policy in &inventory.network_policies {
        let object = object(Kind::NetworkPolicies, &policy.metadata.namespace, &policy.metadata.name);
        if !policy.spec.unknown_fields.is_empty() {
            law.unread.push(unknown(policy, &object));
            continue;
        }
        let mut reader = Reader { policy, object: &object, law };
        let subject = Selector { namespace: Some(policy.metadata.namespace.clone()), test: reader.pods(&policy.spec.pod_selector) };
        reader.check_types();
        let (on_ingress, on_egress) = policy.spec.types();
        let ingress = policy.spec.ingress.iter().flatten().map(|rule| (&rule.from, &rule.ports));
        let egress = policy.spec.egress.iter().flatten().map(|rule| (&rule.to, &rule.ports));
        let ingress = on_ingress.then(|| reader.acts("ingress", ingress));
        let egress = on_egress.then(|| reader.acts("egress", egress));
        law.policies.push(Policy { object, tier, rank: Rank::Together, subject, ingress, egress });
    }
}

/// A policy with fields that are not known: it may select and allow anything within its namespace.
fn unknown(policy: &NetworkPolicy, object: &ObjectRef) -> Unread {
    let why = format!("its part “{}” is not evaluated", policy.spec.unknown_fields.join("”, “"));
    Unread { entry: NotEvaluated::of(object, why), subject: None, ingress: true, egress: true }
}

struct Reader<'p> {
    policy: &'p NetworkPolicy,
    object: &'p ObjectRef,
    law: &'p mut Law,
}

impl<'p> Reader<'p> {
    fn fault(&mut self, what: impl Into<String>) {
        self.law.faults.insert((self.object.clone(), what.into()));
    }

    fn test(&mut self, selector: &LabelSelector, attribute: impl Fn(&str) -> Attribute) -> Test {
        Test::labels(selector, attribute).unwrap_or_else(|_| {
            self.fault("a selector has an operator that label selectors do not know");
            Test::Always(false)
        })
    }

    fn pods(&mut self, selector: &LabelSelector) -> Test {
        self.test(selector, |key| Attribute::Pod(key.to_owned()))
    }

    fn check_types(&mut self) {
        if self.policy.spec.policy_types.iter().flatten().any(|t| !matches!(t.as_str(), "Ingress" | "Egress")) {
            self.fault("policyTypes holds a word that is no direction");
        }
    }

    fn acts(&mut self, direction: &str, rules: impl Iterator<Item = (&'p Vec<PolicyPeer>, &'p Vec<PolicyPort>)>) -> Acts {
        let place = Position { order: NETWORK_POLICY_ORDER, name: String::new(), rule: 0 };
        let rules = rules.enumerate().map(|(index, (peers, ports))| {
            let field = format!("spec.{direction}[{index}]");
            let ports = self.ports(ports);
            let peers = if peers.is_empty() { vec![Peer::Everyone] } else { peers.iter().flat_map(|peer| self.peer(peer)).collect() };
            Ruling { verdict: Verdict::Allow, place: place.clone(), peers, ports, field }
        });
        Acts { rules: rules.collect(), denies_rest: true }
    }

    fn peer(&mut self, peer: &PolicyPeer) -> Vec<Peer> {
        let mut peers = Vec::new();
        let by_label = peer.pod_selector.is_some() || peer.namespace_selector.is_some();
        if by_label {
            let pods = peer.pod_selector.as_ref().map_or(Test::Always(true), |selector| self.pods(selector));
            peers.push(Peer::Pods(match &peer.namespace_selector {
                None => Selector { namespace: Some(self.policy.metadata.namespace.clone()), test: pods },
                Some(selector) => Selector::anywhere(self.test(selector, |key| Attribute::Namespace(key.to_owned())).and(pods)),
            }));
        }
        if let Some(block) = &peer.ip_block {
            let (range, faults) = Range::read(block);
            faults.into_iter().for_each(|what| self.fault(what));
            if by_label {
                self.fault("a peer has both selectors and an ipBlock");
            }
            peers.extend(range.filter(|range| !range.is_empty()).map(|range| Peer::Range(range, Addresses::Open)));
        } else if !by_label {
            self.fault("a peer is empty");
        }
        peers
    }

    fn ports(&mut self, ports: &[PolicyPort]) -> Ports {
        if ports.is_empty() {
            return Ports::all();
        }
        let mut rule = Ports::default();
        for port in ports {
            let Some(protocol) = Protocol::parse(port.protocol.as_deref()) else {
                self.fault("a port has a protocol that policies do not know");
                continue;
            };
            let text = port.port.as_ref().map(|port| port.as_str()).filter(|text| !text.is_empty());
            let number = text.and_then(|text| text.parse::<i64>().ok());
            match (text, number) {
                (None, _) => {
                    rule.fixed.join(&PortSet::range(protocol, 1, u16::MAX));
                    if port.end_port.is_some() {
                        self.fault("an endPort stands without its port");
                    }
                }
                (Some(_), Some(number)) => match (u16::try_from(number), port.end_port.map(u16::try_from)) {
                    (Ok(first @ 1..), None) => rule.fixed.join(&PortSet::range(protocol, first, first)),
                    (Ok(first @ 1..), Some(Ok(last))) if first <= last => rule.fixed.join(&PortSet::range(protocol, first, last)),
                    _ => self.fault("a port or endPort is out of range"),
                },
                (Some(name), None) => {
                    rule.named.push((name.to_owned(), Some(protocol)));
                    if port.end_port.is_some() {
                        self.fault("an endPort stands beside a named port");
                    }
                }
            }
        }
        rule
    }
}

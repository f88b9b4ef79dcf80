//! The cluster-wide policies of the network policy API: AdminNetworkPolicy and BaselineAdminNetworkPolicy (v1alpha1), and the one that follows
//! them, ClusterNetworkPolicy (v1alpha2, v1beta1). Their rules are asked one after the other; lower numbers first. A baseline decides only
//! what no NetworkPolicy decided.
//!
//! Source: the types of sigs.k8s.io/network-policy-api. Peers by nodes and by domain names are not evaluated; what the same policy says of others is.

use super::policy::{ADMIN, Acts, Addresses, BASELINE, Failure, Law, Peer, Policy, Ports, Position, Rank, Ruling, Unread, Verdict};
use super::policy::{object, range};
use super::ports::{PortSet, Protocol};
use super::selector::{Attribute, Selector, Test};
use super::unread;
use crate::kinds::{Inventory, custom::Custom, rbac::LabelSelector, strict::strictly};
use crate::model::Kind;
use serde::Deserialize;
use serde_json::Value;

/// Adds every policy of these kinds.
pub(super) fn read(inventory: &Inventory, law: &mut Law) {
    for kind in [Kind::AdminNetworkPolicies, Kind::BaselineAdminNetworkPolicies, Kind::ClusterNetworkPolicies] {
        for custom in inventory.customs.get(&kind).into_iter().flatten() {
            match policy(kind, custom, law) {
                Ok((policy, left_out)) => {
                    law.unread.extend(left_out.map(|why| Unread::part(&policy.object, policy.subject.clone(), why)));
                    law.policies.push(policy);
                }
                Err(failure) => law.unread.push(Unread {
                    ingress: unread::speaks_of(custom, "ingress"),
                    egress: unread::speaks_of(custom, "egress"),
                    ..unread::entry(kind, custom, failure)
                }),
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    tier: Option<String>,
    priority: Option<i64>,
    #[serde(rename = "subject")]
    _subject: Value,
    #[serde(default)]
    ingress: Vec<Rule>,
    #[serde(default)]
    egress: Vec<Rule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Subject {
    namespaces: Option<Value>,
    pods: Option<Pods>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Pods {
    namespace_selector: Option<Value>,
    pod_selector: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Rule {
    #[serde(default, rename = "name")]
    _name: String,
    action: String,
    #[serde(default)]
    from: Vec<PeerSpec>,
    #[serde(default)]
    to: Vec<PeerSpec>,
    /// Of the v1alpha1 kinds.
    ports: Option<Vec<AdminPort>>,
    /// Of ClusterNetworkPolicy.
    protocols: Option<Vec<ProtocolSpec>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PeerSpec {
    namespaces: Option<Value>,
    pods: Option<Pods>,
    networks: Option<Vec<String>>,
    nodes: Option<Value>,
    domain_names: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AdminPort {
    port_number: Option<AdminNumber>,
    port_range: Option<AdminRange>,
    named_port: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AdminNumber {
    protocol: Option<String>,
    port: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct AdminRange {
    protocol: Option<String>,
    start: i64,
    end: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ProtocolSpec {
    tcp: Option<Destination>,
    udp: Option<Destination>,
    sctp: Option<Destination>,
    destination_named_port: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Destination {
    destination_port: Option<DestinationPort>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct DestinationPort {
    number: Option<i64>,
    range: Option<Span>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Span {
    start: i64,
    end: i64,
}

/// The policy, and what of its peers is not evaluated.
fn policy(kind: Kind, custom: &Custom, law: &Law) -> Result<(Policy, Option<String>), Failure> {
    let spec = custom.parts.get("/spec").ok_or("it has no spec")?;
    let subject = spec.get("subject").ok_or("its part “subject” is missing").map_err(Failure::from).and_then(subject)?;
    let whole = || -> Result<(Policy, Option<String>), String> {
        let spec: Spec = strictly(spec)?;
        let (tier, rank) = standing(kind, custom, &spec)?;
        let tier = law.tiers.find(tier).ok_or("its tier is not known")?;
        let order = if let Rank::ByNumber(order) = rank { order } else { f64::INFINITY };
        let acts = |direction: &str, rules: &[Rule]| -> Result<Option<Acts>, String> {
            let rules: Vec<Ruling> = rules
                .iter()
                .enumerate()
                .map(|(index, rule)| {
                    let place = Position { order, name: custom.metadata.name.clone(), rule: index };
                    ruling(kind, direction, rule, place, format!("spec.{direction}[{index}]"))
                })
                .collect::<Result<_, _>>()?;
            Ok((!rules.is_empty()).then_some(Acts { rules, denies_rest: false }))
        };
        let (ingress, egress) = (acts("ingress", &spec.ingress)?, acts("egress", &spec.egress)?);
        let left_out = left_out(spec.ingress.iter().chain(&spec.egress));
        Ok((Policy { object: object(kind, "", &custom.metadata.name), tier, rank, subject: subject.clone(), ingress, egress }, left_out))
    };
    whole().map_err(|why| Failure { why, subject: Some(subject.clone()) })
}

/// The tier of a policy and its order there.
fn standing(kind: Kind, custom: &Custom, spec: &Spec) -> Result<(&'static str, Rank), String> {
    if kind == Kind::BaselineAdminNetworkPolicies {
        if custom.metadata.name != "default" || spec.priority.is_some() || spec.tier.is_some() {
            return Err("there is only one BaselineAdminNetworkPolicy, “default”, without priority and tier".to_owned());
        }
        return Ok((BASELINE, Rank::None));
    }
    let tier = match (kind, spec.tier.as_deref()) {
        (Kind::AdminNetworkPolicies, None) | (Kind::ClusterNetworkPolicies, Some("Admin")) => ADMIN,
        (Kind::ClusterNetworkPolicies, Some("Baseline")) => BASELINE,
        _ => return Err("its tier is not known".to_owned()),
    };
    match spec.priority {
        // The numbers are small, so that every one of them is a float.
        Some(priority @ 0..=1000) => Ok((tier, Rank::ByNumber(f64::from(i32::try_from(priority).unwrap_or_default())))),
        _ => Err("its priority is missing or not between 0 and 1000".to_owned()),
    }
}

fn subject(value: &Value) -> Result<Selector, Failure> {
    let subject: Subject = strictly(value)?;
    Ok(selector(subject.namespaces.as_ref(), subject.pods.as_ref())?.ok_or("its subject is empty")?)
}

/// Pods by exactly one of the two ways; nothing where neither is there.
fn selector(namespaces: Option<&Value>, pods: Option<&Pods>) -> Result<Option<Selector>, String> {
    Ok(match (namespaces, pods) {
        (Some(_), Some(_)) => return Err("namespaces and pods stand side by side".to_owned()),
        (Some(namespaces), None) => Some(Selector::anywhere(test(namespaces, |key| Attribute::Namespace(key.to_owned()))?)),
        (None, Some(pods)) => {
            let of_namespace = pods.namespace_selector.as_ref().map(|s| test(s, |key| Attribute::Namespace(key.to_owned()))).transpose()?;
            let pods = test(&pods.pod_selector, |key| Attribute::Pod(key.to_owned()))?;
            Some(Selector::anywhere(of_namespace.unwrap_or(Test::Always(true)).and(pods)))
        }
        (None, None) => None,
    })
}

/// A label selector, read strictly.
pub(super) fn test(value: &Value, attribute: impl Fn(&str) -> Attribute) -> Result<Test, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Known {
        #[serde(rename = "matchLabels")]
        _labels: Option<std::collections::BTreeMap<String, String>>,
        #[serde(rename = "matchExpressions")]
        _expressions: Option<Vec<Requirement>>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Requirement {
        #[serde(rename = "key")]
        _key: String,
        #[serde(rename = "operator")]
        _operator: String,
        #[serde(rename = "values")]
        _values: Option<Vec<String>>,
    }
    let _: Known = strictly(value)?;
    let selector: LabelSelector = strictly(value)?;
    Test::labels(&selector, attribute).map_err(|operator| format!("the operator “{operator}” is not known"))
}

fn ruling(kind: Kind, direction: &str, rule: &Rule, place: Position, field: String) -> Result<Ruling, String> {
    let allow = if kind == Kind::ClusterNetworkPolicies { "Accept" } else { "Allow" };
    let verdict = match rule.action.as_str() {
        word if word == allow => Verdict::Allow,
        "Deny" => Verdict::Deny,
        "Pass" if kind != Kind::BaselineAdminNetworkPolicies => Verdict::Pass,
        other => return Err(format!("the action “{other}” is not known")),
    };
    let (peers, others) = if direction == "ingress" { (&rule.from, &rule.to) } else { (&rule.to, &rule.from) };
    if peers.is_empty() || !others.is_empty() {
        return Err("a rule does not name its peers".to_owned());
    }
    let mut found = Vec::new();
    for peer in peers {
        found.extend(peer_of(direction, peer)?);
    }
    let ports = match (kind, &rule.ports, &rule.protocols) {
        (_, None, None) => Ports::all(),
        (Kind::ClusterNetworkPolicies, None, Some(protocols)) => protocols_of(protocols)?,
        (Kind::AdminNetworkPolicies | Kind::BaselineAdminNetworkPolicies, Some(ports), None) => ports_of(ports)?,
        _ => return Err("its ports are not told in the way of its kind".to_owned()),
    };
    Ok(Ruling { verdict, place, peers: found, ports, field })
}

fn peer_of(direction: &str, peer: &PeerSpec) -> Result<Vec<Peer>, String> {
    // Only what goes out has such peers; they mean nobody who is looked at here, and are told beside the policy.
    if direction == "egress" && (peer.nodes.is_some() != peer.domain_names.is_some()) {
        let alone = peer.namespaces.is_none() && peer.pods.is_none() && peer.networks.is_none();
        return if alone { Ok(vec![]) } else { Err("a peer is empty or not of one kind".to_owned()) };
    }
    if peer.nodes.is_some() || peer.domain_names.is_some() {
        return Err("a peer is empty or not of one kind".to_owned());
    }
    let pods = selector(peer.namespaces.as_ref(), peer.pods.as_ref())?;
    match (pods, &peer.networks) {
        (Some(pods), None) => Ok(vec![Peer::Pods(pods)]),
        (None, Some(networks)) if direction == "egress" && !networks.is_empty() => {
            networks.iter().map(|text| range(text, &[]).map(|range| Peer::Range(range, Addresses::OfPods))).collect()
        }
        _ => Err("a peer is empty or not of one kind".to_owned()),
    }
}

/// Which sorts of peers of some rules are not evaluated, in words.
fn left_out<'r>(rules: impl Iterator<Item = &'r Rule>) -> Option<String> {
    let mut sorts: Vec<&str> = rules
        .flat_map(|rule| rule.from.iter().chain(&rule.to))
        .filter_map(|peer| peer.nodes.as_ref().map(|_| "nodes").or(peer.domain_names.as_ref().map(|_| "domain names")))
        .collect();
    sorts.sort_unstable();
    sorts.dedup();
    (!sorts.is_empty()).then(|| format!("peers by {} are not evaluated", sorts.join(" and ")))
}

fn protocol(word: Option<&str>) -> Result<Protocol, String> {
    Protocol::parse(word).ok_or_else(|| "a port has a protocol that policies do not know".to_owned())
}

/// The ports of one protocol from the first to the last.
pub(super) fn span(protocol: Protocol, first: i64, last: i64) -> Result<PortSet, String> {
    match (u16::try_from(first), u16::try_from(last)) {
        (Ok(first @ 1..), Ok(last)) if first <= last => Ok(PortSet::range(protocol, first, last)),
        _ => Err("a port is out of range".to_owned()),
    }
}

fn ports_of(ports: &[AdminPort]) -> Result<Ports, String> {
    if ports.is_empty() {
        return Err("its list of ports is empty".to_owned());
    }
    let mut all = Ports::default();
    for port in ports {
        match (&port.port_number, &port.port_range, &port.named_port) {
            (Some(one), None, None) => all.fixed.join(&span(protocol(one.protocol.as_deref())?, one.port, one.port)?),
            (None, Some(range), None) => all.fixed.join(&span(protocol(range.protocol.as_deref())?, range.start, range.end)?),
            (None, None, Some(name)) => all.named.push((name.clone(), None)),
            _ => return Err("a port is empty or told twice".to_owned()),
        }
    }
    Ok(all)
}

fn protocols_of(protocols: &[ProtocolSpec]) -> Result<Ports, String> {
    if protocols.is_empty() {
        return Err("its list of protocols is empty".to_owned());
    }
    let mut all = Ports::default();
    for entry in protocols {
        let told = [(Protocol::Tcp, &entry.tcp), (Protocol::Udp, &entry.udp), (Protocol::Sctp, &entry.sctp)];
        let told: Vec<(Protocol, &Destination)> = told.into_iter().filter_map(|(protocol, d)| Some((protocol, d.as_ref()?))).collect();
        match (told.as_slice(), &entry.destination_named_port) {
            ([], Some(name)) => all.named.push((name.clone(), None)),
            ([(protocol, destination)], None) => all.fixed.join(&match &destination.destination_port {
                None => PortSet::range(*protocol, 1, u16::MAX),
                Some(DestinationPort { number: Some(number), range: None }) => span(*protocol, *number, *number)?,
                Some(DestinationPort { number: None, range: Some(range) }) => span(*protocol, range.start, range.end)?,
                Some(_) => return Err("a port is empty or told twice".to_owned()),
            }),
            _ => return Err("a protocol is empty or told twice".to_owned()),
        }
    }
    Ok(all)
}

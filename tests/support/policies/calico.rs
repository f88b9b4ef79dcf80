//! NetworkPolicy and GlobalNetworkPolicy of Calico with their tiers, by its resource reference.

use super::addresses::{are_all_of_v4, could_hold_pods, in_block};
use super::expression::{self, Label};
use super::law::{Heard, Policy, Says, Talk, Tier};
use super::oracle::{Cluster, End, Place, Pod, list, range, text};
use serde_json::Value;
use std::collections::BTreeSet;

/// What carries labels and may be meant by a selector. Nothing stands for what is not known.
struct Bearer<'c> {
    cluster: &'c Cluster,
    namespace: &'c str,
    labels: Option<&'c std::collections::BTreeMap<String, String>>,
    account: Option<&'c str>,
}

impl<'c> Bearer<'c> {
    fn pod(cluster: &'c Cluster, pod: &'c Pod) -> Self {
        Self { cluster, namespace: &pod.namespace, labels: Some(&pod.labels), account: Some(&pod.account) }
    }

    /// “projectcalico.org/namespace”, “projectcalico.org/serviceaccount”, “pcns.” and “pcsa.” are labels that Calico adds.
    fn label(&self, key: &str) -> Label {
        match key {
            "projectcalico.org/namespace" => Label::Is(self.namespace.to_owned()),
            "projectcalico.org/serviceaccount" => self.account.map_or(Label::Unknown, |account| Label::Is(account.to_owned())),
            _ => match (key.strip_prefix("pcns."), key.strip_prefix("pcsa.")) {
                (Some(label), _) => self.of_namespace(label),
                (_, Some(label)) => self.of_account(label),
                _ => self.labels.map_or(Label::Unknown, |labels| Label::of(labels.get(key))),
            },
        }
    }

    fn of_namespace(&self, key: &str) -> Label {
        if key == "projectcalico.org/name" {
            return Label::Is(self.namespace.to_owned());
        }
        Label::of(self.cluster.namespaces.get(self.namespace).and_then(|labels| labels.get(key)))
    }

    fn of_account(&self, key: &str) -> Label {
        let Some(account) = self.account else { return Label::Unknown };
        if key == "projectcalico.org/name" {
            return Label::Is(account.to_owned());
        }
        let labels = self.cluster.accounts.get(&(self.namespace.to_owned(), account.to_owned()));
        Label::of(labels.and_then(|labels| labels.get(key)))
    }

    fn fits(&self, selector: &Value) -> Option<bool> {
        expression::holds(&text(selector), &|key| self.label(key))
    }

    fn namespace_fits(&self, selector: &Value) -> Option<bool> {
        expression::holds(&text(selector), &|key| self.of_namespace(key))
    }

    fn account_fits(&self, selector: &Value) -> Option<bool> {
        expression::holds(&text(selector), &|key| self.of_account(key))
    }
}

fn all(answers: &[Option<bool>]) -> Option<bool> {
    if answers.contains(&Some(false)) {
        return Some(false);
    }
    if answers.contains(&None) { None } else { Some(true) }
}

/// The tier of an object, by the names that the program gives to those that two releases call differently.
pub fn tier_name(name: &str) -> &str {
    match name {
        "" => "default",
        "kube-admin" | "adminnetworkpolicy" => "admin",
        "kube-baseline" | "baselineadminnetworkpolicy" => "baseline",
        other => other,
    }
}

/// A tier as its object tells it: the last of all without an order, and it denies unless it says `Pass`.
pub fn tier(object: &Value) -> Tier {
    Tier {
        name: tier_name(object["metadata"]["name"].as_str().unwrap()).to_owned(),
        order: object["spec"]["order"].as_f64().unwrap_or(f64::INFINITY),
        denies_rest: object["spec"]["defaultAction"].as_str().unwrap_or("Deny") == "Deny",
    }
}

/// Infinite where it is not told: such policies come last.
pub fn order(policy: &Policy) -> f64 {
    policy.spec()["order"].as_f64().unwrap_or(f64::INFINITY)
}

fn selection(policy: &Policy, who: &Bearer<'_>) -> Option<bool> {
    let spec = policy.spec();
    let home = policy.namespace().is_empty() || policy.namespace() == who.namespace;
    all(&[
        Some(home),
        who.fits(&spec["selector"]),
        who.namespace_fits(&spec["namespaceSelector"]),
        who.account_fits(&spec["serviceAccountSelector"]),
    ])
}

pub fn selects(cluster: &Cluster, policy: &Policy, pod: &Pod) -> bool {
    selection(policy, &Bearer::pod(cluster, pod)) == Some(true)
}

pub fn selects_all_of(cluster: &Cluster, policy: &Policy, namespace: &str) -> bool {
    selection(policy, &Bearer { cluster, namespace, labels: None, account: None }) == Some(true)
}

/// “If types are not specified: Ingress if there are ingress rules or no egress rules, Egress if there are egress rules.”
pub fn acts(policy: &Policy, inbound: bool) -> bool {
    let (types, spec) = (list(&policy.spec()["types"]), policy.spec());
    let (ingress, egress) = (!list(&spec["ingress"]).is_empty(), !list(&spec["egress"]).is_empty());
    match (types.is_empty(), inbound) {
        (true, true) => ingress || !egress,
        (true, false) => egress,
        (false, true) => types.contains(&"Ingress".into()),
        (false, false) => types.contains(&"Egress".into()),
    }
}

/// The rules that decide something: logging does not, and what is about ICMP alone is about no port.
fn deciding(policy: &Policy, inbound: bool) -> impl Iterator<Item = (usize, &Value)> {
    let rules = list(&policy.spec()[if inbound { "ingress" } else { "egress" }]).iter().enumerate();
    rules.filter(|(_, rule)| rule["action"] != "Log" && speaks_of_ports(rule))
}

fn speaks_of_ports(rule: &Value) -> bool {
    // The numbers that random rules name, and those beside them.
    let probe = [1, 2, 52, 53, 54, 79, 80, 81, 82, 442, 443, 444, 8079, 8080, 8081, 8089, 8090, 8091, 65534, 65535];
    let named = list(&rule["destination"]["ports"])
        .iter()
        .any(|port| port.as_str().is_some_and(|text| !text.starts_with(|c: char| c.is_ascii_digit())));
    named || ["TCP", "UDP", "SCTP"].iter().any(|protocol| probe.iter().any(|number| names_port(rule, None, protocol, *number)))
}

fn says(rule: &Value) -> Says {
    match rule["action"].as_str().unwrap() {
        "Allow" => Says::Allow,
        "Deny" => Says::Deny,
        "Pass" => Says::Pass,
        other => panic!("what is {other}?"),
    }
}

pub fn verdicts(policy: &Policy, inbound: bool) -> BTreeSet<Says> {
    if acts(policy, inbound) { deciding(policy, inbound).map(|(_, rule)| says(rule)).collect() } else { BTreeSet::new() }
}

fn is_told(entity: &Value, part: &str) -> bool {
    match &entity[part] {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}

const BY_LABEL: [&str; 3] = ["selector", "namespaceSelector", "serviceAccounts"];
const BY_ADDRESS: [&str; 2] = ["nets", "notNets"];

/// What the program says that it does not evaluate, and policies of a tier that is not there.
pub fn is_beyond_us(cluster: &Cluster, policy: &Policy) -> bool {
    let spec = policy.spec();
    let directions = [("ingress", "source", "destination"), ("egress", "destination", "source")];
    ["doNotTrack", "preDNAT", "applyOnForward"].iter().any(|flag| spec[*flag] == true)
        || !cluster.tiers.iter().any(|tier| tier.name == policy.tier)
        || directions.iter().any(|(direction, peer, own)| {
            list(&spec[*direction]).iter().filter(|rule| rule["action"] != "Log").any(|rule| {
                let own = &rule[*own];
                let caller = ["ports", "notPorts"].iter().any(|part| is_told(&rule["source"], part));
                let about_a_part = BY_LABEL.iter().chain(&BY_ADDRESS).chain(&["notSelector", "services"]).any(|part| is_told(own, part));
                let unclear = rule["ipVersion"].is_number() || is_beyond(cluster, policy, &rule[*peer]);
                caller || rule["http"].is_object() || about_a_part || (speaks_of_ports(rule) && unclear)
            })
        })
}

/// Peers whose meaning depends on what the objects don't tell: Services, what has no namespace, sets of addresses that have labels as pods have.
fn is_beyond(cluster: &Cluster, policy: &Policy, peer: &Value) -> bool {
    let told = |parts: &[&str]| parts.iter().any(|part| is_told(peer, part));
    let (by_label, by_address, not_selector) = (told(&BY_LABEL), told(&BY_ADDRESS), is_told(peer, "notSelector"));
    // A selector that excludes needs one that includes, and labels mean nothing together with addresses.
    let unsound = if by_label { by_address } else { not_selector };
    if is_told(peer, "services") || unsound {
        return true;
    }
    by_label
        && (peer.to_string().contains("global(")
            || cluster.sets.iter().any(|(namespace, labels)| {
                let set = Bearer { cluster, namespace, labels: Some(labels), account: None };
                meant(policy, peer, &set) != Some(false)
            }))
}

/// Whether a selector of a rule means something with labels. A policy with a namespace means its own one, unless it selects namespaces.
fn meant(policy: &Policy, peer: &Value, who: &Bearer<'_>) -> Option<bool> {
    let home = is_told(peer, "namespaceSelector") || policy.namespace().is_empty() || policy.namespace() == who.namespace;
    let accounts = &peer["serviceAccounts"];
    let names = list(&accounts["names"]);
    let not = if is_told(peer, "notSelector") { who.fits(&peer["notSelector"]).map(|fits| !fits) } else { Some(true) };
    let named = match who.account {
        _ if names.is_empty() => Some(true),
        Some(account) => Some(names.contains(&account.into())),
        None => None,
    };
    all(&[
        Some(home),
        who.namespace_fits(&peer["namespaceSelector"]),
        who.fits(&peer["selector"]),
        not,
        named,
        who.account_fits(&accounts["selector"]),
    ])
}

pub fn heard<'c>(cluster: &'c Cluster, policy: &'c Policy, talk: Talk<'c>) -> Vec<Heard<'c>> {
    let mut heard = Vec::new();
    for (at, rule) in deciding(policy, talk.inbound) {
        let peer = &rule[if talk.inbound { "source" } else { "destination" }];
        let says = says(rule);
        let by_label = BY_LABEL.iter().any(|part| is_told(peer, part));
        let ranges = networks(cluster, peer);
        let (known, unsure) = match talk.other {
            _ if !by_label && !BY_ADDRESS.iter().any(|part| is_told(peer, part)) => (true, false),
            End::Pod(pod) if by_label => (!pod.host_network && meant(policy, peer, &Bearer::pod(cluster, pod)) == Some(true), false),
            End::Address(address) => (ranges.iter().any(|(cidr, except)| in_block(cidr, except, address)), false),
            // Addresses of pods are addresses, but nobody here knows them.
            End::Pod(_) => {
                // What is left out is left out of each network, so no other brings it back.
                let whole: Vec<&str> = ranges.iter().filter(|(_, except)| except.is_empty()).map(|(cidr, _)| cidr.as_str()).collect();
                (
                    !cluster.has_v6 && are_all_of_v4(&whole),
                    talk.over_pods && ranges.iter().any(|(cidr, except)| could_hold_pods(cidr, except)),
                )
            }
        };
        if known || (unsure && says != Says::Deny) {
            heard.push(Heard {
                place: (order(policy), policy.bare_name().to_owned(), at),
                says,
                sure: known || says == Says::Allow,
                policy: &policy.name,
                on: Box::new(move |protocol, port| names_port(rule, Some(talk.target), protocol, port)),
            });
        }
    }
    heard
}

/// `nets` without `notNets`; without `nets` everything but those.
fn networks(cluster: &Cluster, peer: &Value) -> Vec<(String, Vec<String>)> {
    let texts = |part: &str| -> Vec<String> { list(&peer[part]).iter().map(text).collect() };
    let (mut nets, not) = (texts("nets"), texts("notNets"));
    if nets.is_empty() && not.is_empty() {
        return vec![];
    }
    if nets.is_empty() {
        nets.push("0.0.0.0/0".to_owned());
        if cluster.has_v6 || not.iter().any(|net| net.contains(':')) {
            nets.push("::/0".to_owned());
        }
    }
    let of_family = |net: &str| not.iter().filter(|out| out.contains(':') == net.contains(':')).cloned().collect();
    nets.into_iter().map(|net| (net.clone(), of_family(&net))).collect()
}

pub fn ranges(cluster: &Cluster, policy: &Policy) -> Vec<Place> {
    let acting = [(true, "source"), (false, "destination")].into_iter().filter(|(inbound, _)| acts(policy, *inbound));
    let peers = acting.flat_map(|(inbound, peer)| deciding(policy, inbound).map(move |(_, rule)| &rule[peer]));
    peers.flat_map(|peer| networks(cluster, peer)).map(|(cidr, except)| range(&cidr, &except)).collect()
}

/// Whether a rule is about a port. Without a target, names of ports mean none.
fn names_port(rule: &Value, target: Option<End<'_>>, protocol: &str, number: u16) -> bool {
    let is = |value: &Value| {
        let word = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let number = match protocol {
            "TCP" => "6",
            "UDP" => "17",
            _ => "132",
        };
        word == protocol || word == number
    };
    if (!rule["protocol"].is_null() && !is(&rule["protocol"])) || (!rule["notProtocol"].is_null() && is(&rule["notProtocol"])) {
        return false;
    }
    let among = |ports: &[Value]| {
        ports.iter().any(|port| match port {
            Value::Number(one) => one.as_u64() == Some(number.into()),
            Value::String(text) => match text.split_once(':') {
                Some((first, last)) => (first.parse::<u16>().unwrap()..=last.parse().unwrap()).contains(&number),
                None => target.is_some_and(|target| target.has_port(text, protocol, number)),
            },
            other => panic!("what is {other}?"),
        })
    };
    let (ports, not) = (list(&rule["destination"]["ports"]), list(&rule["destination"]["notPorts"]));
    (ports.is_empty() || among(ports)) && !among(not)
}

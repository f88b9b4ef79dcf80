//! AdminNetworkPolicy, BaselineAdminNetworkPolicy and ClusterNetworkPolicy, by the types of policy.networking.k8s.io.

use super::addresses::{are_all_of_v4, could_hold_pods, in_block};
use super::law::{Heard, Kind, Policy, Says, Talk};
use super::native::is_empty;
use super::oracle::{Cluster, End, Place, Pod, list, range, selects as picks};
use serde_json::Value;
use std::collections::BTreeSet;

pub fn is_one(policy: &Policy) -> bool {
    matches!(policy.kind, Kind::Admin | Kind::Baseline | Kind::Cluster)
}

pub fn selects(cluster: &Cluster, policy: &Policy, pod: &Pod) -> bool {
    has(cluster, &policy.spec()["subject"], pod)
}

pub fn selects_all_of(cluster: &Cluster, policy: &Policy, namespace: &str) -> bool {
    let subject = &policy.spec()["subject"];
    let labels = &cluster.namespaces[namespace];
    if subject["namespaces"].is_object() {
        return picks(&subject["namespaces"], labels);
    }
    picks(&subject["pods"]["namespaceSelector"], labels) && is_empty(&subject["pods"]["podSelector"])
}

/// Whether a pod is among the pods of some namespaces, or among some pods of some namespaces.
fn has(cluster: &Cluster, who: &Value, pod: &Pod) -> bool {
    let Some(labels) = cluster.namespaces.get(&pod.namespace) else { return false };
    if who["namespaces"].is_object() {
        return picks(&who["namespaces"], labels);
    }
    who["pods"].is_object() && picks(&who["pods"]["namespaceSelector"], labels) && picks(&who["pods"]["podSelector"], &pod.labels)
}

fn rules(policy: &Policy, inbound: bool) -> &[Value] {
    list(&policy.spec()[if inbound { "ingress" } else { "egress" }])
}

fn says(rule: &Value) -> Says {
    match rule["action"].as_str().unwrap() {
        "Allow" | "Accept" => Says::Allow,
        "Deny" => Says::Deny,
        "Pass" => Says::Pass,
        other => panic!("what is {other}?"),
    }
}

pub fn verdicts(policy: &Policy, inbound: bool) -> BTreeSet<Says> {
    rules(policy, inbound).iter().map(says).collect()
}

/// Nodes are known by addresses that the objects here don't tell, domain names by nothing at all.
pub fn is_beyond_us(policy: &Policy) -> bool {
    rules(policy, false).iter().flat_map(|rule| list(&rule["to"])).any(|peer| peer["nodes"].is_object() || peer["domainNames"].is_array())
}

pub fn heard<'c>(cluster: &'c Cluster, policy: &'c Policy, talk: Talk<'c>) -> Vec<Heard<'c>> {
    let order = if policy.kind == Kind::Baseline { 0.0 } else { policy.spec()["priority"].as_f64().unwrap() };
    let mut heard = Vec::new();
    for (at, rule) in rules(policy, talk.inbound).iter().enumerate() {
        let peers = list(&rule[if talk.inbound { "from" } else { "to" }]);
        let says = says(rule);
        let known = match talk.other {
            End::Pod(pod) => {
                peers.iter().any(|peer| !pod.host_network && has(cluster, peer, pod)) || (!cluster.has_v6 && everywhere(peers))
            }
            End::Address(address) => networks(peers).iter().any(|cidr| in_block(cidr, &[], address)),
        };
        // Networks hold pods too, but nobody here knows the addresses of pods.
        let unsure = talk.over_pods && matches!(talk.other, End::Pod(_)) && networks(peers).iter().any(|cidr| could_hold_pods(cidr, &[]));
        if known || (unsure && says != Says::Deny) {
            heard.push(Heard {
                place: (order, policy.bare_name().to_owned(), at),
                says,
                sure: known || says == Says::Allow,
                policy: &policy.name,
                on: Box::new(move |protocol, port| names_port(rule, talk.target, protocol, port)),
            });
        }
    }
    heard
}

pub fn ranges(policy: &Policy) -> Vec<Place> {
    rules(policy, false).iter().flat_map(|rule| networks(list(&rule["to"]))).map(|cidr| range(cidr, &[])).collect()
}

fn networks(peers: &[Value]) -> Vec<&str> {
    peers.iter().flat_map(|peer| list(&peer["networks"])).map(|cidr| cidr.as_str().unwrap()).collect()
}

/// Whether the networks of a rule are all the addresses that there are, those of pods too.
fn everywhere(peers: &[Value]) -> bool {
    are_all_of_v4(&networks(peers))
}

fn names_port(rule: &Value, target: End<'_>, protocol: &str, number: u16) -> bool {
    let within = |first: &Value, last: &Value| (first.as_u64().unwrap()..=last.as_u64().unwrap()).contains(&u64::from(number));
    let (ports, protocols) = (list(&rule["ports"]), list(&rule["protocols"]));
    if ports.is_empty() && protocols.is_empty() {
        return true;
    }
    ports.iter().any(|port| {
        let (one, range) = (&port["portNumber"], &port["portRange"]);
        if one.is_object() {
            return one["protocol"] == protocol && within(&one["port"], &one["port"]);
        }
        if range.is_object() {
            return range["protocol"] == protocol && within(&range["start"], &range["end"]);
        }
        target.has_port(port["namedPort"].as_str().unwrap(), protocol, number)
    }) || protocols.iter().any(|entry| {
        if let Some(name) = entry["destinationNamedPort"].as_str() {
            return target.has_port(name, protocol, number);
        }
        let port = &entry[protocol.to_ascii_lowercase().as_str()];
        let (one, range) = (&port["destinationPort"]["number"], &port["destinationPort"]["range"]);
        match (port.is_object(), one.is_u64(), range.is_object()) {
            (false, ..) => false,
            (true, true, _) => within(one, one),
            (true, _, true) => within(&range["start"], &range["end"]),
            (true, false, false) => true,
        }
    })
}

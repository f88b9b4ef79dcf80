//! NetworkPolicy, by the reference of networking.k8s.io/v1.

use super::addresses::{could_hold_pods, in_block};
use super::law::{Heard, Policy, Says, Talk};
use super::oracle::{Cluster, End, Place, Pod, list, range, selects as picks, text};
use serde_json::Value;
use std::collections::BTreeSet;

pub fn selects(policy: &Policy, pod: &Pod) -> bool {
    policy.namespace() == pod.namespace && picks(&policy.spec()["podSelector"], &pod.labels)
}

pub fn selects_all_of(policy: &Policy, namespace: &str) -> bool {
    policy.namespace() == namespace && is_empty(&policy.spec()["podSelector"])
}

/// Whether a label selector asks for nothing.
pub fn is_empty(selector: &Value) -> bool {
    selector["matchLabels"].as_object().is_none_or(serde_json::Map::is_empty) && list(&selector["matchExpressions"]).is_empty()
}

/// Without types a policy acts on ingress, and on egress where it has rules for it.
pub fn acts(policy: &Policy, inbound: bool) -> bool {
    let types = list(&policy.spec()["policyTypes"]);
    match (types.is_empty(), inbound) {
        (true, true) => true,
        (true, false) => !list(&policy.spec()["egress"]).is_empty(),
        (false, true) => types.contains(&"Ingress".into()),
        (false, false) => types.contains(&"Egress".into()),
    }
}

pub fn verdicts(policy: &Policy, inbound: bool) -> BTreeSet<Says> {
    let rules = list(&policy.spec()[if inbound { "ingress" } else { "egress" }]);
    if acts(policy, inbound) && !rules.is_empty() { BTreeSet::from([Says::Allow]) } else { BTreeSet::new() }
}

pub fn heard<'c>(cluster: &'c Cluster, policy: &'c Policy, talk: Talk<'c>) -> Vec<Heard<'c>> {
    let (rules, peers) = if talk.inbound { ("ingress", "from") } else { ("egress", "to") };
    let admitting = list(&policy.spec()[rules]).iter().filter(|rule| admits(cluster, policy, list(&rule[peers]), talk));
    admitting
        .map(|rule| Heard {
            place: (1000.0, String::new(), 0),
            says: Says::Allow,
            sure: true,
            policy: &policy.name,
            on: Box::new(move |protocol, port| names_port(list(&rule["ports"]), talk.target, protocol, port)),
        })
        .collect()
}

fn admits(cluster: &Cluster, policy: &Policy, peers: &[Value], talk: Talk<'_>) -> bool {
    peers.is_empty()
        || peers.iter().any(|peer| {
            let block = &peer["ipBlock"];
            if block.is_object() {
                let (cidr, except): (&str, Vec<String>) =
                    (block["cidr"].as_str().unwrap(), list(&block["except"]).iter().map(text).collect());
                return match talk.other {
                    End::Address(address) => in_block(cidr, &except, address),
                    End::Pod(_) => talk.over_pods && could_hold_pods(cidr, &except),
                };
            }
            let End::Pod(pod) = talk.other else { return false };
            let namespace = match &peer["namespaceSelector"] {
                Value::Null => policy.namespace() == pod.namespace,
                selector => cluster.namespaces.get(&pod.namespace).is_some_and(|labels| picks(selector, labels)),
            };
            namespace && !pod.host_network && (peer["podSelector"].is_null() || picks(&peer["podSelector"], &pod.labels))
        })
}

fn names_port(ports: &[Value], target: End<'_>, protocol: &str, number: u16) -> bool {
    ports.is_empty()
        || ports.iter().any(|port| {
            port["protocol"].as_str().unwrap_or("TCP") == protocol
                && match &port["port"] {
                    Value::Null => true,
                    Value::String(name) => target.has_port(name, protocol, number),
                    first => {
                        let first = first.as_u64().unwrap();
                        (first..=port["endPort"].as_u64().unwrap_or(first)).contains(&u64::from(number))
                    }
                }
        })
}

pub fn ranges(policy: &Policy) -> Vec<Place> {
    let acting = [(true, "ingress", "from"), (false, "egress", "to")].into_iter().filter(|(inbound, ..)| acts(policy, *inbound));
    let peers = acting.flat_map(|(_, rules, peers)| list(&policy.spec()[rules]).iter().flat_map(move |rule| list(&rule[peers])));
    let blocks = peers.map(|peer| &peer["ipBlock"]).filter(|block| block.is_object());
    blocks.map(|block| range(block["cidr"].as_str().unwrap(), &list(&block["except"]).iter().map(text).collect::<Vec<_>>())).collect()
}

//! Random AdminNetworkPolicies, BaselineAdminNetworkPolicies and ClusterNetworkPolicies.

use super::{Dice, KEYS, NAMES, PROTOCOLS, many, number, selector};
use serde_json::{Value, json};

const NETWORKS: [&str; 9] =
    ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "10.1.0.0/16", "203.0.113.7/32", "198.51.100.0/24", "fd00::/8", "::/0"];

/// Some policies of these kinds. Most clusters have those of one API alone, as no documentation says how the two stand to each other.
pub fn policies(dice: &mut Dice) -> Vec<Value> {
    let apis = dice.roll(10);
    let mut objects = Vec::new();
    if apis < 5 || apis == 9 {
        for index in 0..dice.roll(4) {
            objects.push(policy(dice, "AdminNetworkPolicy", &format!("admin-{index}")));
        }
        if dice.chance(50) {
            objects.push(policy(dice, "BaselineAdminNetworkPolicy", "default"));
        }
    }
    if apis >= 5 {
        for index in 0..dice.roll(5) {
            objects.push(policy(dice, "ClusterNetworkPolicy", &format!("cluster-{index}")));
        }
    }
    objects
}

fn policy(dice: &mut Dice, kind: &str, name: &str) -> Value {
    let mut spec = json!({"subject": pods(dice)});
    if kind != "BaselineAdminNetworkPolicy" {
        // Now and then the same twice.
        spec["priority"] = if dice.chance(30) { dice.roll(4) } else { dice.roll(1001) }.into();
    }
    if kind == "ClusterNetworkPolicy" {
        spec["tier"] = dice.one(&["Admin", "Baseline"]).into();
    }
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
        if dice.chance(75) {
            spec[direction] = many(dice, 3, |dice| rule(dice, kind, peers));
        }
    }
    let version = if kind == "ClusterNetworkPolicy" { "v1alpha2" } else { "v1alpha1" };
    json!({"apiVersion": format!("policy.networking.k8s.io/{version}"), "kind": kind, "metadata": {"name": name}, "spec": spec})
}

fn pods(dice: &mut Dice) -> Value {
    let of_namespaces = [KEYS[0], KEYS[1], "kubernetes.io/metadata.name"];
    if dice.chance(50) {
        return json!({"namespaces": selector(dice, &of_namespaces)});
    }
    json!({"pods": {"namespaceSelector": selector(dice, &of_namespaces), "podSelector": selector(dice, &KEYS)}})
}

fn rule(dice: &mut Dice, kind: &str, peers: &str) -> Value {
    let action = match kind {
        "BaselineAdminNetworkPolicy" => dice.one(&["Allow", "Deny"]),
        "AdminNetworkPolicy" => dice.one(&["Allow", "Deny", "Pass"]),
        _ => dice.one(&["Accept", "Deny", "Pass"]),
    };
    let mut whom = vec![peer(dice, peers)];
    if dice.chance(40) {
        whom.push(peer(dice, peers));
    }
    let mut rule = json!({"action": action, peers: whom});
    if dice.chance(20) {
        rule["name"] = "a rule".into();
    }
    if dice.chance(55) {
        let make = |dice: &mut Dice| if kind == "ClusterNetworkPolicy" { protocol(dice) } else { port(dice) };
        let mut ports = vec![make(dice)];
        if dice.chance(40) {
            ports.push(make(dice));
        }
        rule[if kind == "ClusterNetworkPolicy" { "protocols" } else { "ports" }] = ports.into();
    }
    rule
}

fn peer(dice: &mut Dice, peers: &str) -> Value {
    if peers == "to" && dice.chance(30) {
        return match dice.roll(20) {
            0 => json!({"nodes": {}}),
            1 => json!({"domainNames": ["example.com"]}),
            roll => {
                let mut networks = vec![dice.one(&NETWORKS)];
                if roll < 8 {
                    networks.push(dice.one(&NETWORKS));
                    networks.dedup();
                }
                json!({"networks": networks})
            }
        };
    }
    pods(dice)
}

fn port(dice: &mut Dice) -> Value {
    match dice.roll(3) {
        0 => json!({"namedPort": dice.one(&NAMES)}),
        1 => json!({"portNumber": {"protocol": dice.one(&PROTOCOLS), "port": number(dice)}}),
        _ => {
            let (first, last) = span(dice);
            json!({"portRange": {"protocol": dice.one(&PROTOCOLS), "start": first, "end": last}})
        }
    }
}

fn protocol(dice: &mut Dice) -> Value {
    let word = dice.one(&PROTOCOLS).to_ascii_lowercase();
    match dice.roll(4) {
        0 => json!({"destinationNamedPort": dice.one(&NAMES)}),
        1 => json!({word: {"destinationPort": {"number": number(dice)}}}),
        2 => {
            let (first, last) = span(dice);
            json!({word: {"destinationPort": {"range": {"start": first, "end": last}}}})
        }
        _ => json!({word: {}}),
    }
}

/// The ends of a range, the first before the last.
fn span(dice: &mut Dice) -> (u64, u64) {
    let (a, b) = (number(dice), number(dice));
    if a == b { (1, b.max(2)) } else { (a.min(b), a.max(b)) }
}

//! Random policies of Cilium.

use super::{Dice, KEYS, NAMES, NAMESPACES, PROTOCOLS, VALUES, many, number};
use serde_json::{Map, Value, json};

const CIDRS: [&str; 9] =
    ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "10.1.0.0/16", "203.0.113.7/32", "198.51.100.0/24", "fd00::/8", "::/0"];
const ENTITIES: [&str; 8] = ["all", "world", "cluster", "host", "remote-node", "kube-apiserver", "health", "init"];

/// Some policies of Cilium.
pub fn objects(dice: &mut Dice, namespaces: &[&str]) -> Vec<Value> {
    let mut objects = Vec::new();
    for index in 0..1 + dice.roll(4) {
        let of_cluster = dice.chance(50);
        let mut metadata = json!({"name": format!("cilium-{index}")});
        let home = dice.one(namespaces);
        if !of_cluster {
            metadata["namespace"] = home.into();
        }
        let kind = if of_cluster { "CiliumClusterwideNetworkPolicy" } else { "CiliumNetworkPolicy" };
        let mut object = json!({"apiVersion": "cilium.io/v2", "kind": kind, "metadata": metadata});
        match dice.roll(8) {
            0 => object["specs"] = json!([spec(dice, of_cluster), spec(dice, of_cluster)]),
            _ => object["spec"] = spec(dice, of_cluster),
        }
        objects.push(object);
    }
    objects
}

fn spec(dice: &mut Dice, of_cluster: bool) -> Value {
    let mut spec = json!({"endpointSelector": selector(dice, of_cluster)});
    for (direction, way) in [("ingress", "from"), ("egress", "to")] {
        if dice.chance(70) {
            spec[direction] = many(dice, 2, |dice| rule(dice, way, true));
        }
        if dice.chance(25) {
            spec[format!("{direction}Deny")] = many(dice, 2, |dice| rule(dice, way, false));
        }
    }
    if dice.chance(25) {
        let mut flags = Map::new();
        for direction in ["ingress", "egress"] {
            if dice.chance(60) {
                // Turning on what has no rules is not evaluated, so it is to be seldom.
                let has_rules =
                    [direction.to_owned(), format!("{direction}Deny")].iter().any(|f| spec[f].as_array().is_some_and(|r| !r.is_empty()));
                flags.insert(direction.to_owned(), (dice.chance(50) && (has_rules || dice.chance(20))).into());
            }
        }
        spec["enableDefaultDeny"] = flags.into();
    }
    spec
}

fn rule(dice: &mut Dice, way: &str, allow: bool) -> Value {
    let mut rule = json!({});
    let part = |name: &str| format!("{way}{name}");
    match dice.roll(20) {
        0..9 => {
            rule[part("Endpoints")] = many(dice, 2, |dice| {
                let anywhere = dice.chance(40);
                selector(dice, anywhere)
            });
        }
        9..12 => {
            let words: &[&str] = if allow || dice.chance(10) { &ENTITIES } else { &["all", "world", "cluster"] };
            rule[part("Entities")] = json!([dice.one(words)]);
        }
        12..14 => rule[part("CIDR")] = json!([dice.one(&CIDRS)]),
        14..16 => {
            let mut set = json!({"cidr": "10.0.0.0/8"});
            match dice.roll(3) {
                0 => set["except"] = json!(["10.1.0.0/16"]),
                1 => set = json!({"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8", "192.168.0.0/16"]}),
                _ => {}
            }
            rule[part("CIDRSet")] = json!([set]);
        }
        16 if dice.chance(10) => {
            rule[part("CIDR")] = json!(["10.0.0.0/8"]);
            rule[part("Entities")] = json!(["cluster"]);
        }
        17 if dice.chance(10) => rule["toFQDNs"] = json!([{"matchName": "example.com"}]),
        _ => {}
    }
    let named = rule.as_object().is_some_and(|parts| !parts.is_empty());
    if dice.chance(if named || allow { 55 } else { 97 }) {
        rule["toPorts"] = json!([ports(dice)]);
    } else if dice.chance(8) {
        rule["icmps"] = json!([{"fields": [{"type": 8, "family": "IPv4"}]}]);
    }
    rule
}

fn ports(dice: &mut Dice) -> Value {
    let mut ports = vec![port(dice)];
    if dice.chance(30) {
        ports.push(port(dice));
    }
    if dice.chance(3) {
        return json!({"ports": ports, "rules": {"http": [{}]}});
    }
    json!({"ports": ports})
}

fn port(dice: &mut Dice) -> Value {
    let mut port = match dice.roll(6) {
        0 => json!({"port": dice.one(&NAMES)}),
        1 => json!({"port": "0"}),
        2 => {
            let (a, b) = (number(dice), number(dice));
            json!({"port": a.min(b).to_string(), "endPort": a.max(b)})
        }
        _ => json!({"port": number(dice).to_string()}),
    };
    match dice.roll(3) {
        0 => port["protocol"] = "ANY".into(),
        1 => port["protocol"] = dice.one(&PROTOCOLS).into(),
        _ => {}
    }
    port
}

/// Labels with a prefix or without, of the pod, or where that may be, of its namespace.
fn selector(dice: &mut Dice, anywhere: bool) -> Value {
    let key = |dice: &mut Dice| {
        let key = dice.one(&KEYS);
        let (key, values): (String, &[&'static str]) = match dice.roll(if anywhere { 10 } else { 6 }) {
            0 => (format!("any:{key}"), &VALUES),
            1 => ("io.cilium.k8s.policy.serviceaccount".to_owned(), &["default", "robot"]),
            6 | 7 => ("k8s:io.kubernetes.pod.namespace".to_owned(), &NAMESPACES),
            8 | 9 => (format!("k8s:io.cilium.k8s.namespace.labels.{key}"), &VALUES),
            roll => (if roll == 2 { format!("k8s:{key}") } else { key.to_owned() }, &VALUES),
        };
        let value = dice.one(values);
        (key, value)
    };
    let mut selector = json!({});
    if dice.chance(60) {
        let (key, value) = key(dice);
        selector["matchLabels"] = json!({key: value});
    }
    if dice.chance(30) {
        let (key, value) = key(dice);
        let mut requirement = json!({"key": key, "operator": dice.one(&["In", "NotIn", "Exists", "DoesNotExist"])});
        if requirement["operator"] == "In" || requirement["operator"] == "NotIn" {
            requirement["values"] = json!([value, "a"]);
        }
        selector["matchExpressions"] = json!([requirement]);
    }
    if dice.chance(1) {
        selector["matchLabels"] = json!({"pod-template-hash": "1"});
    }
    selector
}

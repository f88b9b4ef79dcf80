//! Random clusters: few labels, ports and addresses, so that selectors hit, rules overlap and every corner of the API is met often.

mod admin;
mod calico;
mod cilium;
#[path = "../dice.rs"]
mod dice;

use dice::Dice;
use serde_json::{Map, Value, json};

/// So many values at most, each made by itself.
fn many(dice: &mut Dice, at_most: u64, mut make: impl FnMut(&mut Dice) -> Value) -> Value {
    let count = dice.roll(at_most + 1);
    Value::Array((0..count).map(|_| make(dice)).collect())
}

const KEYS: [&str; 3] = ["app", "tier", "role"];
const VALUES: [&str; 3] = ["a", "b", "c"];
const NAMES: [&str; 3] = ["web", "dns", "admin"];
const PORTS: [u64; 8] = [1, 53, 80, 81, 443, 8080, 8090, 65535];
const PROTOCOLS: [&str; 3] = ["TCP", "UDP", "SCTP"];
const NAMESPACES: [&str; 4] = ["shop", "pay", "ops", "lab"];

/// The cluster of a seed: objects as the API lists them.
pub fn cluster(seed: u64) -> Vec<Value> {
    let mut dice = Dice::new(seed);
    let count = usize::try_from(1 + dice.roll(4)).unwrap();
    let namespaces = &NAMESPACES[..count];
    let mut objects: Vec<Value> = namespaces
        .iter()
        .map(|name| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels(&mut dice, 60)}}))
        .collect();
    for index in 0..2 + dice.roll(6) {
        objects.push(pod(&mut dice, namespaces, index));
    }
    if dice.chance(40) {
        let spec = json!({"replicas": 0, "template": {"metadata": {"labels": labels(&mut dice, 70)}, "spec": pod_spec(&mut dice)}});
        let metadata = json!({"name": "idle", "namespace": dice.one(namespaces)});
        objects.push(json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}));
    }
    for index in 0..dice.roll(6) {
        objects.push(policy(&mut dice, namespaces, index));
    }
    // Most clusters have policies of one engine beside NetworkPolicies.
    let engines = dice.roll(32);
    if engines < 14 {
        objects.extend(admin::policies(&mut dice));
    }
    if (12..22).contains(&engines) || engines == 31 {
        objects.extend(calico::objects(&mut dice, namespaces));
    }
    if engines >= 22 {
        objects.extend(cilium::objects(&mut dice, namespaces));
    }
    for namespace in namespaces {
        if dice.chance(50) {
            let metadata = json!({"name": dice.one(&["default", "robot"]), "namespace": namespace, "labels": labels(&mut dice, 50)});
            objects.push(json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}));
        }
    }
    if dice.chance(15) {
        let addresses = json!([{"type": "InternalIP", "address": "10.9.0.1"}, {"type": "InternalIP", "address": "fd00::9"}]);
        objects.push(json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "node-6"}, "status": {"addresses": addresses}}));
    }
    objects
}

fn labels(dice: &mut Dice, percent: u64) -> Value {
    let mut labels = Map::new();
    for key in KEYS {
        if dice.chance(percent) {
            labels.insert(key.to_owned(), dice.one(&VALUES).into());
        }
    }
    Value::Object(labels)
}

fn pod(dice: &mut Dice, namespaces: &[&str], index: u64) -> Value {
    let mut labels = labels(dice, 70);
    // A label that no selector reads, as controllers add them.
    labels["pod-template-hash"] = format!("{index}").into();
    let mut metadata = json!({"name": format!("pod-{index}"), "namespace": dice.one(namespaces), "labels": labels});
    if dice.chance(40) {
        let name = dice.one(&["db", "queue"]);
        metadata["ownerReferences"] = json!([{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": name, "controller": true}]);
    }
    let phase = if dice.chance(15) { dice.one(&["Succeeded", "Failed"]) } else { "Running" };
    json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": pod_spec(dice), "status": {"phase": phase}})
}

fn pod_spec(dice: &mut Dice) -> Value {
    let mut spec = json!({"containers": [container(dice, "main")]});
    if dice.chance(20) {
        let mut init = container(dice, "init");
        if dice.chance(50) {
            init["restartPolicy"] = "Always".into();
        }
        spec["initContainers"] = json!([init]);
    }
    if dice.chance(12) {
        spec["hostNetwork"] = true.into();
    }
    if dice.chance(30) {
        spec["serviceAccountName"] = "robot".into();
    }
    spec
}

fn container(dice: &mut Dice, name: &str) -> Value {
    let ports = many(dice, 2, |dice| {
        let mut port = json!({"containerPort": number(dice)});
        if dice.chance(80) {
            port["name"] = dice.one(&NAMES).into();
        }
        if dice.chance(40) {
            port["protocol"] = dice.one(&PROTOCOLS).into();
        }
        port
    });
    json!({"name": name, "image": "registry.example/app:1", "ports": ports})
}

fn number(dice: &mut Dice) -> u64 {
    PORTS[usize::try_from(dice.roll(PORTS.len() as u64)).unwrap()]
}

fn policy(dice: &mut Dice, namespaces: &[&str], index: u64) -> Value {
    let mut spec = json!({"podSelector": selector(dice, &KEYS)});
    match dice.roll(6) {
        0 => spec["policyTypes"] = json!(["Ingress"]),
        1 => spec["policyTypes"] = json!(["Egress"]),
        2 | 3 => spec["policyTypes"] = json!(["Ingress", "Egress"]),
        4 => spec["policyTypes"] = json!([]),
        _ => {}
    }
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
        if dice.chance(75) {
            spec[direction] = many(dice, 2, |dice| rule(dice, peers));
        }
    }
    let metadata = json!({"name": format!("policy-{index}"), "namespace": dice.one(namespaces)});
    json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec})
}

fn rule(dice: &mut Dice, peers: &str) -> Value {
    let mut rule = json!({});
    if dice.chance(80) {
        rule[peers] = many(dice, 2, peer);
    }
    if dice.chance(60) {
        rule["ports"] = many(dice, 2, port);
    }
    rule
}

fn peer(dice: &mut Dice) -> Value {
    let of_namespaces = [KEYS[0], KEYS[1], "kubernetes.io/metadata.name"];
    match dice.roll(5) {
        0 => json!({"podSelector": selector(dice, &KEYS)}),
        1 => json!({"namespaceSelector": selector(dice, &of_namespaces)}),
        2 | 3 => json!({"podSelector": selector(dice, &KEYS), "namespaceSelector": selector(dice, &of_namespaces)}),
        _ => json!({"ipBlock": block(dice)}),
    }
}

fn block(dice: &mut Dice) -> Value {
    let (cidr, inside): (&str, &[&str]) = match dice.roll(8) {
        0 => ("0.0.0.0/0", &["10.0.0.0/8", "0.0.0.0/1", "192.168.0.0/16", "255.255.255.255/32"]),
        1 => ("0.0.0.0/1", &["10.0.0.0/8", "10.1.0.0/16", "0.0.0.0/2"]),
        2 => ("128.0.0.0/1", &["172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "255.0.0.0/8"]),
        3 => ("10.0.0.0/8", &["10.0.0.0/9", "10.128.0.0/9", "10.1.0.0/16"]),
        4 => ("10.1.0.0/16", &["10.1.0.0/17", "10.1.255.255/32"]),
        5 => ("203.0.113.7/32", &[]),
        6 => ("fd00::/8", &["fd00::/16", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"]),
        _ => ("198.51.100.0/24", &["198.51.100.128/25"]),
    };
    if inside.is_empty() || dice.chance(50) {
        return json!({"cidr": cidr});
    }
    json!({"cidr": cidr, "except": many(dice, 2, |dice| dice.one(inside).into())})
}

fn port(dice: &mut Dice) -> Value {
    let mut port = json!({});
    if dice.chance(50) {
        port["protocol"] = dice.one(&PROTOCOLS).into();
    }
    match dice.roll(4) {
        0 => {}
        1 => port["port"] = dice.one(&NAMES).into(),
        2 => port["port"] = number(dice).into(),
        _ => {
            let (a, b) = (number(dice), number(dice));
            port["port"] = a.min(b).into();
            port["endPort"] = a.max(b).into();
        }
    }
    port
}

fn selector(dice: &mut Dice, keys: &[&str]) -> Value {
    let mut selector = json!({});
    if dice.chance(45) {
        let key = dice.one(keys);
        selector["matchLabels"] = json!({key: value(dice, key)});
    }
    if dice.chance(35) {
        selector["matchExpressions"] = many(dice, 2, |dice| {
            let key = dice.one(keys);
            match dice.one(&["In", "NotIn", "Exists", "DoesNotExist"]) {
                operator @ ("In" | "NotIn") => json!({"key": key, "operator": operator, "values": [value(dice, key), value(dice, key)]}),
                operator => json!({"key": key, "operator": operator}),
            }
        });
    }
    selector
}

fn value<'a>(dice: &mut Dice, key: &str) -> &'a str {
    if key == "kubernetes.io/metadata.name" { dice.one(&NAMESPACES) } else { dice.one(&VALUES) }
}

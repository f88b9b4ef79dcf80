//! Random policies of Calico, their tiers, and sets of addresses that selectors may mean.

use super::{Dice, KEYS, NAMES, NAMESPACES, PROTOCOLS, VALUES, labels, many, number};
use serde_json::{Value, json};

const GROUP: &str = "crd.projectcalico.org/v1";
const NETS: [&str; 9] =
    ["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "10.0.0.0/8", "10.1.0.0/16", "203.0.113.7/32", "198.51.100.0/24", "fd00::/8", "::/0"];
const NOT_NETS: [&str; 6] = ["10.0.0.0/8", "10.1.0.0/16", "192.168.0.0/16", "198.51.100.128/25", "fd00::/16", "203.0.113.7/32"];
const TIERS: [&str; 6] = ["", "default", "security", "late", "kube-admin", "kube-baseline"];

/// Some objects of Calico.
pub fn objects(dice: &mut Dice, namespaces: &[&str]) -> Vec<Value> {
    let mut objects = Vec::new();
    let mut add = |kind: &str, namespace: Option<&str>, name: &str, spec: Value| {
        let mut metadata = json!({"name": name});
        if let Some(namespace) = namespace {
            metadata["namespace"] = namespace.into();
        }
        objects.push(json!({"apiVersion": GROUP, "kind": kind, "metadata": metadata, "spec": spec}));
    };
    for name in ["security", "late"] {
        // Seldom is a tier that policies name not there.
        if dice.chance(92) {
            let mut spec = json!({});
            if dice.chance(80) {
                let orders: [f64; 5] = [5e2, 1e3, 2e6, 1e6, 5e7];
                spec["order"] = orders[usize::try_from(dice.roll(5)).unwrap()].into();
            }
            if dice.chance(60) {
                spec["defaultAction"] = dice.one(&["Deny", "Pass"]).into();
            }
            add("Tier", None, name, spec);
        }
    }
    if dice.chance(10) {
        let order = if dice.chance(50) { 1e6 } else { 7.0 };
        add("Tier", None, "default", json!({"order": order, "defaultAction": "Deny"}));
    }
    for index in 0..1 + dice.roll(4) {
        // Now and then two of one name, in two namespaces or kinds.
        let name = if dice.chance(15) { "same".to_owned() } else { format!("calico-{index}") };
        let of_cluster = dice.chance(50);
        let home = dice.one(namespaces);
        let spec = policy(dice, of_cluster);
        match of_cluster {
            true => add("GlobalNetworkPolicy", None, &name, spec),
            false => add("NetworkPolicy", Some(home), &name, spec),
        }
    }
    for index in 0..dice.roll(12).saturating_sub(9) {
        let mut set = json!({"apiVersion": GROUP, "kind": "GlobalNetworkSet", "metadata": {"name": format!("set-{index}"), "labels": labels(dice, 60)}});
        if dice.chance(50) {
            set["kind"] = "NetworkSet".into();
            set["metadata"]["namespace"] = dice.one(namespaces).into();
        }
        set["spec"] = json!({"nets": ["192.0.2.0/24"]});
        objects.push(set);
    }
    // Two objects of one kind, namespace and name are one.
    let id = |object: &Value| format!("{} {} {}", object["kind"], object["metadata"]["namespace"], object["metadata"]["name"]);
    let mut seen = std::collections::BTreeSet::new();
    objects.retain(|object| seen.insert(id(object)));
    objects
}

fn policy(dice: &mut Dice, of_cluster: bool) -> Value {
    let mut spec = json!({"selector": if dice.chance(25) { String::new() } else { expression(dice, &pod_key, 2) }});
    let tier = if dice.chance(70) { TIERS[usize::try_from(dice.roll(4)).unwrap()] } else { dice.one(&TIERS) };
    if !tier.is_empty() {
        spec["tier"] = tier.into();
    }
    match dice.roll(10) {
        0..4 => spec["order"] = dice.roll(4).into(),
        4..6 => spec["order"] = dice.roll(3000).into(),
        6 => spec["order"] = 1000.into(),
        7 => spec["order"] = json!(10.5),
        _ => {}
    }
    if of_cluster && dice.chance(40) {
        spec["namespaceSelector"] = expression(dice, &namespace_key, 1).into();
    }
    if dice.chance(20) {
        spec["serviceAccountSelector"] = expression(dice, &account_key, 1).into();
    }
    match dice.roll(7) {
        0 => spec["types"] = json!(["Ingress"]),
        1 => spec["types"] = json!(["Egress"]),
        2..5 => spec["types"] = json!(["Ingress", "Egress"]),
        _ => {}
    }
    for direction in ["ingress", "egress"] {
        if dice.chance(75) {
            spec[direction] = many(dice, 3, |dice| rule(dice, direction));
        }
    }
    if dice.chance(2) {
        spec["applyOnForward"] = true.into();
    }
    spec
}

fn rule(dice: &mut Dice, direction: &str) -> Value {
    let mut rule = json!({"action": dice.one(&["Allow", "Allow", "Allow", "Deny", "Deny", "Pass", "Log"])});
    let mut target = json!({});
    match dice.roll(10) {
        0..4 => {}
        4 => rule["protocol"] = dice.one(&["ICMP", "UDPLite"]).into(),
        5 => rule["notProtocol"] = dice.one(&PROTOCOLS).into(),
        6 => rule["protocol"] = [6, 17, 132][usize::try_from(dice.roll(3)).unwrap()].into(),
        _ => rule["protocol"] = dice.one(&PROTOCOLS).into(),
    }
    let has_ports = PROTOCOLS.iter().any(|protocol| rule["protocol"] == *protocol) || rule["protocol"].is_number();
    if has_ports && dice.chance(70) {
        let without = dice.chance(25);
        if without {
            target["notPorts"] = json!([port(dice, false)]);
        }
        if !without || dice.chance(40) {
            target["ports"] = many(dice, 2, |dice| port(dice, !without));
        }
    }
    let mut peer = if dice.chance(80) { peer(dice) } else { json!({}) };
    let (mut source, mut destination) = if direction == "ingress" {
        (peer, target)
    } else {
        for (part, value) in target.as_object().unwrap() {
            peer[part] = value.clone();
        }
        (json!({}), peer)
    };
    match dice.roll(200) {
        0 => source["ports"] = json!([80]),
        1 => rule["ipVersion"] = 4.into(),
        2 => rule["http"] = json!({"methods": ["GET"]}),
        3 if direction == "ingress" => destination["selector"] = "has(app)".into(),
        4 if direction == "egress" => source["nets"] = json!(["10.0.0.0/8"]),
        5 => destination["services"] = json!({"name": "web"}),
        _ => {}
    }
    rule["source"] = source;
    rule["destination"] = destination;
    rule
}

fn peer(dice: &mut Dice) -> Value {
    let mut peer = json!({});
    if dice.chance(35) {
        let by_nets = dice.chance(75);
        if by_nets {
            peer["nets"] = json!([dice.one(&NETS)]);
            if dice.chance(40) {
                peer["nets"].as_array_mut().unwrap().push(dice.one(&NETS).into());
            }
        }
        if !by_nets || dice.chance(35) {
            peer["notNets"] = json!([dice.one(&NOT_NETS)]);
            if dice.chance(30) {
                peer["notNets"].as_array_mut().unwrap().push(dice.one(&NOT_NETS).into());
            }
        }
        if dice.chance(3) {
            peer["selector"] = "has(app)".into();
        }
        return peer;
    }
    if dice.chance(70) {
        peer["selector"] = expression(dice, &pod_key, 2).into();
    }
    if dice.chance(45) {
        peer["namespaceSelector"] = expression(dice, &namespace_key, 1).into();
    }
    if dice.chance(15) {
        let mut accounts = json!({});
        if dice.chance(60) {
            accounts["names"] = json!([dice.one(&["default", "robot"])]);
        }
        if dice.chance(50) {
            accounts["selector"] = expression(dice, &account_key, 0).into();
        }
        peer["serviceAccounts"] = accounts;
    }
    if dice.chance(20) {
        peer["notSelector"] = expression(dice, &pod_key, 1).into();
    }
    if dice.chance(2) {
        peer["namespaceSelector"] = "global()".into();
    }
    peer
}

fn port(dice: &mut Dice, by_name: bool) -> Value {
    match dice.roll(if by_name { 4 } else { 3 }) {
        0 | 1 => number(dice).into(),
        2 => {
            let (a, b) = (number(dice), number(dice));
            format!("{}:{}", a.min(b), a.max(b)).into()
        }
        _ => dice.one(&NAMES).into(),
    }
}

fn pod_key(dice: &mut Dice) -> (String, &'static str) {
    let key = dice.one(&KEYS);
    match dice.roll(12) {
        0 => ("projectcalico.org/namespace".to_owned(), dice.one(&NAMESPACES)),
        1 => ("projectcalico.org/serviceaccount".to_owned(), dice.one(&["default", "robot"])),
        2 => (format!("pcns.{key}"), dice.one(&VALUES)),
        3 => (format!("pcsa.{key}"), dice.one(&VALUES)),
        _ => (key.to_owned(), dice.one(&VALUES)),
    }
}

fn namespace_key(dice: &mut Dice) -> (String, &'static str) {
    match dice.roll(4) {
        0 => ("projectcalico.org/name".to_owned(), dice.one(&NAMESPACES)),
        1 => ("kubernetes.io/metadata.name".to_owned(), dice.one(&NAMESPACES)),
        _ => (dice.one(&KEYS).to_owned(), dice.one(&VALUES)),
    }
}

fn account_key(dice: &mut Dice) -> (String, &'static str) {
    match dice.roll(3) {
        0 => ("projectcalico.org/name".to_owned(), dice.one(&["default", "robot"])),
        _ => (dice.one(&KEYS).to_owned(), dice.one(&VALUES)),
    }
}

/// An expression that is nested so many times at most.
fn expression(dice: &mut Dice, key: &dyn Fn(&mut Dice) -> (String, &'static str), depth: u64) -> String {
    if depth > 0 && dice.chance(35) {
        let (a, b) = (expression(dice, key, depth - 1), expression(dice, key, depth - 1));
        return match dice.roll(5) {
            0 => format!("{a} || {b}"),
            1 => format!("({a} || {b}) && {a}"),
            2 => format!("!({a})"),
            3 => format!("{a}&&{b}"),
            _ => format!("{a} && {b}"),
        };
    }
    let (key, value) = key(dice);
    match dice.roll(11) {
        0 => "all()".to_owned(),
        1 | 2 => format!("has({key})"),
        3 => format!("!has({key})"),
        4 => format!("{key} != '{value}'"),
        5 => format!("{key} in {{'{value}', \"a\"}}"),
        6 => format!("{key} not in {{ '{value}' }}"),
        7 => format!("{key} contains '{}'", &value[..1]),
        8 => format!("{key} {} with '{}'", dice.one(&["starts", "ends"]), &value[..1]),
        _ => format!("{key} == '{value}'"),
    }
}

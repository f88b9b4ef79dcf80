//! CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy, by Cilium's policy reference: deny rules count before allow rules, a pod is denied the
//! rest of a direction once a policy with rules for it selects the pod, addresses are those outside of the cluster.

use super::addresses::in_block;
use super::law::{Heard, Policy, Says, Talk};
use super::oracle::{Cluster, End, Place, Pod, list, range, text};
use serde_json::Value;
use std::collections::BTreeSet;

const DIRECTIONS: [(bool, &str, &str); 2] = [(true, "ingress", "from"), (false, "egress", "to")];

fn words(inbound: bool) -> (&'static str, &'static str) {
    if inbound { ("ingress", "from") } else { ("egress", "to") }
}

/// Rules of a direction with what they say.
fn rules(policy: &Policy, inbound: bool) -> Vec<(Says, &Value)> {
    let (direction, _) = words(inbound);
    let of = |field: String, says: Says| list(&policy.spec()[field.as_str()]).iter().map(move |rule| (says, rule)).collect::<Vec<_>>();
    let mut rules = of(format!("{direction}Deny"), Says::Deny);
    rules.extend(of(direction.to_owned(), Says::Allow));
    rules
}

/// “enableDefaultDeny”, or whether there are rules.
fn denies_rest(policy: &Policy, inbound: bool) -> bool {
    let has_rules = !rules(policy, inbound).is_empty();
    policy.spec()["enableDefaultDeny"][words(inbound).0].as_bool().unwrap_or(has_rules)
}

pub fn acts(policy: &Policy, inbound: bool) -> Option<bool> {
    let denies = denies_rest(policy, inbound);
    (denies || !rules(policy, inbound).is_empty()).then_some(denies)
}

pub fn verdicts(policy: &Policy, inbound: bool) -> BTreeSet<Says> {
    rules(policy, inbound).into_iter().map(|(says, _)| says).collect()
}

/// A key without where the label comes from.
fn bare(key: &str) -> &str {
    key.strip_prefix("k8s:").or_else(|| key.strip_prefix("any:")).unwrap_or(key)
}

fn keys(selector: &Value) -> Vec<&str> {
    let equal = selector["matchLabels"].as_object().into_iter().flatten().map(|(key, _)| key.as_str());
    equal.chain(list(&selector["matchExpressions"]).iter().map(|e| e["key"].as_str().unwrap())).map(bare).collect()
}

/// Whether a selector says in which namespaces: by their name or their labels.
fn says_where(selector: &Value) -> bool {
    keys(selector).iter().any(|key| *key == "io.kubernetes.pod.namespace" || key.starts_with("io.cilium.k8s.namespace.labels."))
}

/// A pod's labels as Cilium knows them: its namespace, the labels of that, its account.
fn label<'c>(cluster: &'c Cluster, pod: &'c Pod, key: &str) -> Option<&'c str> {
    match bare(key) {
        "io.kubernetes.pod.namespace" => Some(&pod.namespace),
        "io.cilium.k8s.policy.serviceaccount" => Some(&pod.account),
        key => match key.strip_prefix("io.cilium.k8s.namespace.labels.") {
            Some(key) => cluster.namespaces.get(&pod.namespace)?.get(key).map(String::as_str),
            None => pod.labels.get(key).map(String::as_str),
        },
    }
}

fn picks(cluster: &Cluster, selector: &Value, pod: &Pod) -> bool {
    let value = |key: &str| label(cluster, pod, key);
    let equal = selector["matchLabels"].as_object().into_iter().flatten().all(|(key, wanted)| value(key) == wanted.as_str());
    equal
        && list(&selector["matchExpressions"]).iter().all(|requirement| {
            let value = value(requirement["key"].as_str().unwrap());
            let among = value.is_some_and(|value| list(&requirement["values"]).contains(&value.into()));
            match requirement["operator"].as_str().unwrap() {
                "In" => among,
                "NotIn" => !among,
                "Exists" => value.is_some(),
                "DoesNotExist" => value.is_none(),
                other => panic!("what is {other}?"),
            }
        })
}

pub fn selects(cluster: &Cluster, policy: &Policy, pod: &Pod) -> bool {
    let home = policy.namespace().is_empty() || policy.namespace() == pod.namespace;
    home && policy.spec()["endpointSelector"].is_object() && picks(cluster, &policy.spec()["endpointSelector"], pod)
}

/// What the program says that it does not evaluate.
pub fn is_beyond_us(policy: &Policy) -> bool {
    let subject = &policy.spec()["endpointSelector"];
    let unknown = |selector: &Value| keys(selector).contains(&"pod-template-hash");
    // Only a policy of the whole cluster may select pods by the name of their namespace.
    let by_namespace = !policy.namespace().is_empty() && keys(subject).contains(&"io.kubernetes.pod.namespace");
    by_namespace
        || unknown(subject)
        || DIRECTIONS.iter().any(|(inbound, direction, way)| {
            let rules = rules(policy, *inbound);
            let turned_on = policy.spec()["enableDefaultDeny"][*direction] == true && rules.is_empty();
            turned_on
                || rules.iter().any(|(says, rule)| {
                    let part = |name: &str| &rule[format!("{way}{name}").as_str()];
                    let entities = list(part("Entities")).iter().any(|word| match word.as_str().unwrap() {
                        "all" | "world" | "cluster" | "health" | "init" | "none" => false,
                        "host" | "remote-node" | "kube-apiserver" => *says == Says::Deny,
                        _ => true,
                    });
                    let empty =
                        *says == Says::Deny && !names_peers(rule, way) && list(&rule["toPorts"]).is_empty() && rule["icmps"].is_null();
                    let told = ["Endpoints", "Entities"].iter().filter(|name| part(name).is_array()).count();
                    let (cidr, set) = (part("CIDR").is_array(), part("CIDRSet").is_array());
                    let combined = told + usize::from(cidr) + usize::from(set) > 1;
                    let others = ["FQDNs", "Services", "Groups", "Nodes"];
                    let others = rule.as_object().unwrap().keys().any(|key| others.iter().any(|name| key.ends_with(name)));
                    let requests = list(&rule["toPorts"]).iter().any(|ports| ports["rules"].is_object());
                    entities || empty || combined || others || requests || list(part("Endpoints")).iter().any(unknown)
                })
        })
}

fn names_peers(rule: &Value, way: &str) -> bool {
    ["Endpoints", "Entities", "CIDR", "CIDRSet"].iter().any(|name| rule[format!("{way}{name}").as_str()].is_array())
}

pub fn heard<'c>(cluster: &'c Cluster, policy: &'c Policy, talk: Talk<'c>) -> Vec<Heard<'c>> {
    let (_, way) = words(talk.inbound);
    let mut heard = Vec::new();
    for (says, rule) in rules(policy, talk.inbound) {
        if !is_about(cluster, policy, rule, way, talk.other) {
            continue;
        }
        let order = if says == Says::Deny { f64::NEG_INFINITY } else { 1000.0 };
        heard.push(Heard {
            place: (order, String::new(), 0),
            says,
            sure: true,
            policy: &policy.name,
            on: Box::new(move |protocol, port| names_port(rule, talk.target, protocol, port)),
        });
    }
    heard
}

fn is_about(cluster: &Cluster, policy: &Policy, rule: &Value, way: &str, other: End<'_>) -> bool {
    if !names_peers(rule, way) {
        // “An empty rule allows nothing”; one with ports alone is about everyone.
        return !list(&rule["toPorts"]).is_empty() || rule["icmps"].is_array();
    }
    let part = |name: &str| list(&rule[format!("{way}{name}").as_str()]);
    let entity = |word: &Value| match (word.as_str().unwrap(), other) {
        ("all", _) | ("world", End::Address(_)) | ("cluster", End::Pod(_)) => true,
        ("host" | "remote-node" | "kube-apiserver", End::Pod(pod)) => pod.host_network,
        _ => false,
    };
    part("Entities").iter().any(entity)
        || match other {
            End::Pod(pod) => part("Endpoints").iter().any(|selector| {
                let home = policy.namespace().is_empty() || policy.namespace() == pod.namespace || says_where(selector);
                home && !pod.host_network && picks(cluster, selector, pod)
            }),
            End::Address(address) => blocks(rule, way).iter().any(|(cidr, except)| in_block(cidr, except, address)),
        }
}

fn blocks(rule: &Value, way: &str) -> Vec<(String, Vec<String>)> {
    let part = |name: &str| list(&rule[format!("{way}{name}").as_str()]);
    let sets = part("CIDRSet").iter().map(|set| (text(&set["cidr"]), list(&set["except"]).iter().map(text).collect()));
    part("CIDR").iter().map(|cidr| (text(cidr), vec![])).chain(sets).collect()
}

pub fn ranges(policy: &Policy) -> Vec<Place> {
    let all = DIRECTIONS.iter().flat_map(|(inbound, _, way)| rules(policy, *inbound).into_iter().map(move |(_, rule)| (rule, *way)));
    all.flat_map(|(rule, way)| blocks(rule, way)).map(|(cidr, except)| range(&cidr, &except)).collect()
}

fn names_port(rule: &Value, target: End<'_>, protocol: &str, number: u16) -> bool {
    if rule["icmps"].is_array() {
        return false;
    }
    let listed = list(&rule["toPorts"]);
    listed.is_empty()
        || listed.iter().flat_map(|ports| list(&ports["ports"])).any(|port| {
            let of = port["protocol"].as_str().unwrap_or("ANY");
            let text = text(&port["port"]);
            (of == "ANY" || of == protocol)
                && match (text.parse::<u16>(), port["endPort"].as_u64()) {
                    (Ok(0), _) => true,
                    (Ok(first), last) => (u64::from(first)..=last.unwrap_or(first.into())).contains(&number.into()),
                    (Err(_), _) => target.has_port(&text, protocol, number),
                }
        })
}

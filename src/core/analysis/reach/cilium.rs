//! Policies of Cilium: CiliumNetworkPolicy and CiliumClusterwideNetworkPolicy.
//!
//! Source: Cilium's policy reference. All of them and the NetworkPolicies add up: a deny rule counts before every allow rule, and a pod is
//! denied the rest of a direction once a policy with rules for it selects the pod (`enableDefaultDeny` may say otherwise). A rule without any
//! part allows nothing; one without peers is about everyone. Labels may have a prefix (`k8s:`, `any:`); the namespace of a pod, labels of the
//! namespace and the service account are labels too. Addresses mean what is outside of the cluster. The entities that mean machines (`host`,
//! `remote-node`, `kube-apiserver`) are read alike, as every node with the pods on its network. Not evaluated: domain names, Services, node
//! and group peers, rules on requests (HTTP, DNS, Kafka), authentication, requirements, policies for nodes.

use super::admin::{span, test};
use super::policy::{Acts, Addresses, DEFAULT, Failure, Law, NETWORK_POLICY_ORDER, Peer, Policy, Ports, Position, Rank, Ruling, Verdict};
use super::policy::{object, range};
use super::ports::{PortSet, Protocol};
use super::selector::{Attribute, Selector, Test};
use super::unread;
use crate::kinds::{Inventory, custom::Custom, strict::strictly};
use crate::model::Kind;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// Adds every policy of these kinds.
pub(super) fn read(inventory: &Inventory, law: &mut Law) {
    for kind in [Kind::CiliumNetworkPolicies, Kind::CiliumClusterwideNetworkPolicies] {
        for custom in inventory.customs.get(&kind).into_iter().flatten() {
            match policies(kind, custom, law) {
                Ok(policies) => law.policies.extend(policies),
                Err(failure) => law.unread.push(unread::entry(kind, custom, failure)),
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Spec {
    #[serde(rename = "endpointSelector")]
    _subject: Value,
    #[serde(default)]
    ingress: Vec<Rule>,
    #[serde(default)]
    ingress_deny: Vec<Rule>,
    #[serde(default)]
    egress: Vec<Rule>,
    #[serde(default)]
    egress_deny: Vec<Rule>,
    #[serde(default)]
    enable_default_deny: DefaultDeny,
    #[serde(default, rename = "description")]
    _description: Value,
    #[serde(default, rename = "labels")]
    _labels: Value,
    #[serde(default, rename = "log")]
    _log: Value,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct DefaultDeny {
    ingress: Option<bool>,
    egress: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Rule {
    from_endpoints: Option<Vec<Value>>,
    to_endpoints: Option<Vec<Value>>,
    from_entities: Option<Vec<String>>,
    to_entities: Option<Vec<String>>,
    #[serde(rename = "fromCIDR")]
    from_cidr: Option<Vec<String>>,
    #[serde(rename = "toCIDR")]
    to_cidr: Option<Vec<String>>,
    #[serde(rename = "fromCIDRSet")]
    from_cidr_set: Option<Vec<CidrRule>>,
    #[serde(rename = "toCIDRSet")]
    to_cidr_set: Option<Vec<CidrRule>>,
    to_ports: Option<Vec<PortRule>>,
    icmps: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct CidrRule {
    cidr: String,
    #[serde(default)]
    except: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PortRule {
    ports: Vec<Port>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Port {
    port: Value,
    end_port: Option<i64>,
    #[serde(default)]
    protocol: String,
}

fn policies(kind: Kind, custom: &Custom, law: &Law) -> Result<Vec<Policy>, Failure> {
    let one = custom.parts.get("/spec").filter(|spec| !spec.is_null());
    let many = custom.parts.get("/specs").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let specs: Vec<&Value> = one.into_iter().chain(many).collect();
    if specs.is_empty() {
        return Err("its spec is missing".into());
    }
    let home = (kind == Kind::CiliumNetworkPolicies).then_some(custom.metadata.namespace.as_str());
    let subjects: Vec<Selector> = specs.iter().map(|spec| subject(spec, home)).collect::<Result<_, String>>()?;
    let tier = law.tiers.find(DEFAULT).ok_or("its tier is not known")?;
    let policy = |spec: &Value, subject: &Selector| -> Result<Policy, String> {
        let spec: Spec = strictly(spec)?;
        let ingress = acts("ingress", home, &spec.ingress, &spec.ingress_deny, spec.enable_default_deny.ingress)?;
        let egress = acts("egress", home, &spec.egress, &spec.egress_deny, spec.enable_default_deny.egress)?;
        let object = object(kind, &custom.metadata.namespace, &custom.metadata.name);
        Ok(Policy { object, tier, rank: Rank::Together, subject: subject.clone(), ingress, egress })
    };
    let all: Result<Vec<Policy>, String> = specs.iter().zip(&subjects).map(|(spec, subject)| policy(spec, subject)).collect();
    all.map_err(|why| {
        let namespace = home.map(str::to_owned);
        let test = Test::Or(subjects.into_iter().map(|subject| subject.test).collect());
        Failure { why, subject: Some(Selector { namespace, test }) }
    })
}

fn subject(spec: &Value, home: Option<&str>) -> Result<Selector, String> {
    let selector = match (spec.get("endpointSelector"), spec.get("nodeSelector")) {
        (Some(selector), None) => selector,
        (None, Some(_)) => return Ok(Selector::anywhere(Test::Always(false))),
        _ => return Err("it selects neither pods nor nodes alone".to_owned()),
    };
    let test = endpoints(selector)?;
    let mut reads = BTreeSet::new();
    test.reads(&mut reads);
    if home.is_some() && reads.contains(&Attribute::NamespaceName) {
        // Cilium puts the policy's own namespace in its place; what else was meant cannot be told.
        return Err("it selects pods by namespace, which only a cluster-wide policy may".to_owned());
    }
    Ok(Selector { namespace: home.map(str::to_owned), test })
}

/// Labels that Cilium leaves out of a pod's identity unless it is told otherwise: selectors on them do not do what they say.
fn is_left_out(key: &str) -> bool {
    const STARTS: [&str; 12] = [
        "io.kubernetes",
        "kubernetes.io",
        "k8s.io",
        "statefulset.kubernetes.io/pod-name",
        "apps.kubernetes.io/pod-index",
        "batch.kubernetes.io/job-completion-index",
        "batch.kubernetes.io/controller-uid",
        "pod-template-generation",
        "pod-template-hash",
        "controller-revision-hash",
        "controller-uid",
        "annotation.",
    ];
    STARTS.iter().any(|start| key.starts_with(start)) || key.contains("beta.kubernetes.io") || key.starts_with("etcd_node")
}

/// A selector of endpoints, its labels without their prefixes.
fn endpoints(selector: &Value) -> Result<Test, String> {
    let test = test(selector, |key| {
        let key = key.strip_prefix("k8s:").or_else(|| key.strip_prefix("any:")).unwrap_or(key);
        match key {
            "io.kubernetes.pod.namespace" => Attribute::NamespaceName,
            "io.cilium.k8s.policy.serviceaccount" => Attribute::Account,
            _ => match key.strip_prefix("io.cilium.k8s.namespace.labels.") {
                Some(label) => Attribute::Namespace(label.to_owned()),
                None => Attribute::Pod(key.to_owned()),
            },
        }
    })?;
    let mut reads = BTreeSet::new();
    test.reads(&mut reads);
    for key in reads.iter().filter_map(|attribute| if let Attribute::Pod(key) = attribute { Some(key) } else { None }) {
        if key.contains(':') || key.starts_with("io.cilium.") || is_left_out(key) {
            return Err(format!("the label “{key}” of a selector is not evaluated"));
        }
    }
    Ok(test)
}

fn acts(direction: &str, home: Option<&str>, allow: &[Rule], deny: &[Rule], default_deny: Option<bool>) -> Result<Option<Acts>, String> {
    let mut rules = Vec::new();
    let kinds = [(Verdict::Deny, "Deny", deny, f64::NEG_INFINITY), (Verdict::Allow, "", allow, NETWORK_POLICY_ORDER)];
    for (verdict, suffix, list, order) in kinds {
        for (index, rule) in list.iter().enumerate() {
            let place = Position { order, name: String::new(), rule: 0 };
            let (peers, ports) = (peers(direction, home, rule, verdict)?, ports(rule)?);
            rules.push(Ruling { verdict, place, peers, ports, field: format!("spec.{direction}{suffix}[{index}]") });
        }
    }
    if default_deny == Some(true) && rules.is_empty() {
        // Cilium asks the policy about a direction only where it has rules for it; which of its releases do, nothing in the cluster tells.
        return Err(format!("it turns on the default deny of {direction} without any rule for it"));
    }
    let denies_rest = default_deny.unwrap_or(!rules.is_empty());
    Ok((denies_rest || !rules.is_empty()).then_some(Acts { rules, denies_rest }))
}

fn peers(direction: &str, home: Option<&str>, rule: &Rule, verdict: Verdict) -> Result<Vec<Peer>, String> {
    let from = (&rule.from_endpoints, &rule.from_entities, &rule.from_cidr, &rule.from_cidr_set);
    let to = (&rule.to_endpoints, &rule.to_entities, &rule.to_cidr, &rule.to_cidr_set);
    let (mine, other) = if direction == "ingress" { (from, to) } else { (to, from) };
    if other.0.is_some() || other.1.is_some() || other.2.is_some() || other.3.is_some() {
        return Err("a rule names peers of the other direction".to_owned());
    }
    let told = [mine.0.is_some(), mine.1.is_some(), mine.2.is_some() || mine.3.is_some()];
    match told.iter().filter(|told| **told).count() {
        0 if rule.to_ports.as_ref().is_some_and(|ports| !ports.is_empty()) || rule.icmps.is_some() => return Ok(vec![Peer::Everyone]),
        0 if verdict == Verdict::Allow => return Ok(vec![]),
        0 => return Err("a rule that denies names neither peers nor ports".to_owned()),
        1 if mine.2.is_some() && mine.3.is_some() => return Err("a rule combines CIDR and CIDRSet, which Cilium refuses".to_owned()),
        1 => {}
        _ => return Err("a rule combines peers of several kinds, which Cilium refuses".to_owned()),
    }
    let mut peers = Vec::new();
    for selector in mine.0.iter().flatten() {
        peers.push(Peer::Pods(peer_selector(selector, home)?));
    }
    for entity in mine.1.iter().flatten() {
        peers.extend(self::entity(entity, verdict)?);
    }
    for cidr in mine.2.iter().flatten() {
        peers.push(Peer::Range(range(cidr, &[])?, Addresses::Outside));
    }
    for set in mine.3.iter().flatten() {
        let range = range(&set.cidr, &set.except)?;
        if !range.is_empty() {
            peers.push(Peer::Range(range, Addresses::Outside));
        }
    }
    Ok(peers)
}

/// Peers of a policy with a namespace are pods of that namespace, unless they say of which.
fn peer_selector(selector: &Value, home: Option<&str>) -> Result<Selector, String> {
    let test = endpoints(selector)?;
    let mut reads = BTreeSet::new();
    test.reads(&mut reads);
    let says = reads.iter().any(|attribute| matches!(attribute, Attribute::NamespaceName | Attribute::Namespace(_)));
    Ok(Selector { namespace: home.filter(|_| !says).map(str::to_owned), test })
}

fn entity(word: &str, verdict: Verdict) -> Result<Option<Peer>, String> {
    Ok(match word {
        "all" => Some(Peer::Everyone),
        "world" => Some(Peer::World),
        "cluster" => Some(Peer::Cluster),
        "host" | "remote-node" | "kube-apiserver" if verdict == Verdict::Allow => Some(Peer::Nodes),
        // Cilium's own endpoints, and pods that have no identity yet: no pods that are told here.
        "health" | "init" | "none" => None,
        other => return Err(format!("the entity “{other}” is not evaluated")),
    })
}

fn ports(rule: &Rule) -> Result<Ports, String> {
    let listed = rule.to_ports.as_deref().unwrap_or_default();
    if rule.icmps.is_some() {
        return if listed.is_empty() {
            Ok(Ports::default())
        } else {
            Err("a rule combines ICMP and ports, which Cilium refuses".to_owned())
        };
    }
    if listed.is_empty() {
        return Ok(Ports::all());
    }
    let mut all = Ports::default();
    for port in listed.iter().flat_map(|rule| &rule.ports) {
        let protocols: &[Protocol] = match port.protocol.to_ascii_uppercase().as_str() {
            "" | "ANY" => &Protocol::ALL,
            "ICMP" | "ICMPV6" | "VRRP" | "IGMP" => &[],
            word => match Protocol::parse(Some(word)) {
                Some(Protocol::Tcp) => &[Protocol::Tcp],
                Some(Protocol::Udp) => &[Protocol::Udp],
                Some(Protocol::Sctp) => &[Protocol::Sctp],
                None => return Err("a port has a protocol that is not known".to_owned()),
            },
        };
        let text = port.port.as_str().map_or_else(|| port.port.to_string(), str::to_owned);
        let number = number(&text)?;
        match (number, port.end_port.filter(|end| *end > 0)) {
            (Some(0), None) => protocols.iter().for_each(|protocol| all.fixed.join(&PortSet::range(*protocol, 1, u16::MAX))),
            (Some(first), last) => {
                for protocol in protocols {
                    all.fixed.join(&span(*protocol, first, last.unwrap_or(first))?);
                }
            }
            (None, None) if port.port.is_string() => {
                all.named.extend(protocols.iter().map(|protocol| (text.to_ascii_lowercase(), Some(*protocol))));
            }
            _ => return Err("a port cannot be read".to_owned()),
        }
    }
    if listed.iter().any(|rule| rule.ports.is_empty()) {
        return Err("a list of ports is empty".to_owned());
    }
    Ok(all)
}

/// The number of a port, or nothing where it is a name. Cilium takes a leading zero for another base (`010`, `0x50`) and neither signs nor
/// anything else that is not in names of services.
fn number(text: &str) -> Result<Option<i64>, String> {
    let cannot = || "a port cannot be read".to_owned();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return if text == "0" || !text.starts_with('0') { text.parse().map(Some).map_err(|_| cannot()) } else { Err(cannot()) };
    }
    // A name of a service after RFC 6335, section 5.1.
    let parts = text.len() <= 15 && text.split('-').all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let is_name = parts && text.bytes().any(|byte| byte.is_ascii_alphabetic()) && !text.starts_with('0');
    if is_name { Ok(None) } else { Err(cannot()) }
}

//! NetworkPolicies read straight from the JSON of the objects, one question at a time: may this pod (or address) open a connection to that one
//! on this port? Written from the API reference, without a look at how the program does it.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Where a flow starts or ends: namespace, kind, name; or a range and its exceptions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Workload(String, String, String),
    Range(String, Vec<String>),
}

/// A pod, as far as policies see it.
#[derive(Debug)]
struct Pod {
    workload: Place,
    namespace: String,
    labels: BTreeMap<String, String>,
    host_network: bool,
    /// Name, protocol, number.
    ports: Vec<(String, String, u16)>,
    ended: bool,
}

/// One end of one connection.
#[derive(Clone, Copy)]
enum End<'a> {
    Pod(&'a Pod),
    Address(IpAddr),
}

/// Ports by protocol, and the names of policies.
pub type Allowed = (BTreeSet<(String, u16)>, BTreeSet<String>);

pub struct Cluster {
    namespaces: BTreeMap<String, BTreeMap<String, String>>,
    pods: Vec<Pod>,
    policies: Vec<Value>,
    ranges: BTreeSet<Place>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn labels(value: &Value) -> BTreeMap<String, String> {
    value.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), text(v))).collect()
}

fn pod(workload: Place, namespace: String, metadata: &Value, spec: &Value, ended: bool) -> Pod {
    // An init container that restarts always is a sidecar: it runs, and listens, beside the others.
    let sidecars = list(&spec["initContainers"]).iter().filter(|c| c["restartPolicy"] == "Always");
    let mut ports = Vec::new();
    for container in list(&spec["containers"]).iter().chain(sidecars) {
        for port in list(&container["ports"]) {
            let protocol = port["protocol"].as_str().unwrap_or("TCP").to_owned();
            ports.push((text(&port["name"]), protocol, u16::try_from(port["containerPort"].as_u64().unwrap()).unwrap()));
        }
    }
    let host_network = spec["hostNetwork"] == true;
    Pod { workload, namespace, labels: labels(&metadata["labels"]), host_network, ports, ended }
}

impl Cluster {
    pub fn read(objects: &[Value]) -> Self {
        let mut cluster = Self { namespaces: BTreeMap::new(), pods: vec![], policies: vec![], ranges: BTreeSet::new() };
        for object in objects {
            let (metadata, spec) = (&object["metadata"], &object["spec"]);
            let (namespace, name) = (text(&metadata["namespace"]), text(&metadata["name"]));
            match object["kind"].as_str().unwrap() {
                "Namespace" => {
                    let mut labels = labels(&metadata["labels"]);
                    labels.insert("kubernetes.io/metadata.name".into(), name.clone());
                    cluster.namespaces.insert(name, labels);
                }
                "Pod" => {
                    let owner = list(&metadata["ownerReferences"]).iter().find(|owner| owner["controller"] == true);
                    let workload = match owner {
                        Some(owner) => Place::Workload(namespace.clone(), text(&owner["kind"]), text(&owner["name"])),
                        None => Place::Workload(namespace.clone(), "Pod".into(), name),
                    };
                    let ended = matches!(object["status"]["phase"].as_str(), Some("Succeeded" | "Failed"));
                    cluster.pods.push(pod(workload, namespace, metadata, spec, ended));
                }
                "Deployment" => {
                    let (template, workload) = (&spec["template"], Place::Workload(namespace.clone(), "Deployment".into(), name));
                    cluster.pods.push(pod(workload, namespace, &template["metadata"], &template["spec"], false));
                }
                "NetworkPolicy" => cluster.policies.push(object.clone()),
                other => panic!("what is a {other}?"),
            }
        }
        // What ended connects no more; but what its owner would start again does.
        let alive: BTreeSet<Place> = cluster.pods.iter().filter(|p| !p.ended).map(|p| p.workload.clone()).collect();
        cluster.pods.retain(|pod| {
            let bare = matches!(&pod.workload, Place::Workload(_, kind, _) if kind == "Pod");
            !pod.ended || (!bare && !alive.contains(&pod.workload))
        });
        cluster.ranges = cluster.all_ranges();
        cluster
    }

    fn all_ranges(&self) -> BTreeSet<Place> {
        let mut ranges = BTreeSet::from([Place::Range("0.0.0.0/0".into(), vec![])]);
        for policy in &self.policies {
            let (ingress, egress) = directions(policy);
            let acting = [(ingress, "ingress", "from"), (egress, "egress", "to")];
            for (_, rules, peers) in acting.into_iter().filter(|(acts, ..)| *acts) {
                let blocks = list(&policy["spec"][rules]).iter().flat_map(|rule| list(&rule[peers])).map(|peer| &peer["ipBlock"]);
                ranges.extend(blocks.filter(|block| block.is_object()).map(|block| {
                    let except: BTreeSet<(IpAddr, String)> =
                        list(&block["except"]).iter().map(|e| (parse(e.as_str().unwrap()).0, text(e))).collect();
                    Place::Range(text(&block["cidr"]), except.into_iter().map(|(_, text)| text).collect())
                }));
            }
        }
        ranges
    }

    pub fn on_host_network(&self) -> BTreeSet<Place> {
        self.pods.iter().filter(|pod| pod.host_network).map(|pod| pod.workload.clone()).collect()
    }

    /// Every number that anything names, its neighbours, and the ends: between them nothing changes.
    pub fn interesting_ports(&self) -> BTreeSet<(String, u16)> {
        let mut numbers = BTreeSet::from([1, 2, 80, 65534, 65535_u64]);
        let mut add = |number: Option<u64>| numbers.extend(number.into_iter().flat_map(|n| [n - 1, n, n + 1]));
        for policy in &self.policies {
            for rule in list(&policy["spec"]["ingress"]).iter().chain(list(&policy["spec"]["egress"])) {
                for port in list(&rule["ports"]) {
                    add(port["port"].as_u64());
                    add(port["endPort"].as_u64());
                }
            }
        }
        self.pods.iter().flat_map(|pod| &pod.ports).for_each(|(_, _, number)| add(Some(u64::from(*number))));
        let valid = numbers.into_iter().filter_map(|n| u16::try_from(n).ok()).filter(|n| *n > 0);
        valid.flat_map(|n| ["TCP", "UDP", "SCTP"].map(|protocol| (protocol.to_owned(), n))).collect()
    }

    /// Every flow between different places, on those of the ports that were asked about.
    pub fn flows(&self, asked: &BTreeSet<(String, u16)>) -> BTreeMap<(Place, Place), Allowed> {
        let workloads: BTreeSet<Place> = self.pods.iter().map(|pod| pod.workload.clone()).collect();
        let mut flows = BTreeMap::new();
        for from in &workloads {
            for to in workloads.iter().filter(|to| *to != from) {
                flows.insert((from.clone(), to.clone()), self.between(from, to, asked, false));
            }
            for range in &self.ranges {
                flows.insert((from.clone(), range.clone()), self.with_range(from, range, asked, false));
                flows.insert((range.clone(), from.clone()), self.with_range(from, range, asked, true));
            }
        }
        flows.retain(|_, (ports, _)| !ports.is_empty());
        flows
    }

    /// What any pod of one workload may open to any pod of another.
    pub fn between(&self, from: &Place, to: &Place, asked: &BTreeSet<(String, u16)>, over_pods: bool) -> Allowed {
        let mut allowed = Allowed::default();
        for a in self.pods.iter().filter(|pod| pod.workload == *from) {
            for b in self.pods.iter().filter(|pod| pod.workload == *to) {
                for (protocol, port) in asked {
                    if let Some(by) = self.may_connect(End::Pod(a), End::Pod(b), protocol, *port, over_pods) {
                        allowed.0.insert((protocol.clone(), *port));
                        allowed.1.extend(by);
                    }
                }
            }
        }
        allowed
    }

    /// What a workload may do with every address of a range.
    fn with_range(&self, workload: &Place, range: &Place, asked: &BTreeSet<(String, u16)>, inbound: bool) -> Allowed {
        let addresses = self.interesting_addresses(range);
        let mut allowed = Allowed::default();
        if addresses.is_empty() {
            return allowed;
        }
        for pod in self.pods.iter().filter(|pod| pod.workload == *workload) {
            for (protocol, port) in asked {
                let each: Vec<Option<BTreeSet<String>>> = addresses
                    .iter()
                    .map(|address| {
                        let (inside, outside) = (End::Pod(pod), End::Address(*address));
                        let (from, to) = if inbound { (outside, inside) } else { (inside, outside) };
                        self.may_connect(from, to, protocol, *port, false)
                    })
                    .collect();
                if each.iter().all(Option::is_some) {
                    allowed.0.insert((protocol.clone(), *port));
                    allowed.1.extend(each.into_iter().flatten().flatten());
                }
            }
        }
        allowed
    }

    /// Addresses of a range at which something may change: the ends of every block and exception, and their neighbours.
    fn interesting_addresses(&self, range: &Place) -> Vec<IpAddr> {
        let Place::Range(cidr, except) = range else { return vec![] };
        let mut candidates = BTreeSet::new();
        for place in &self.ranges {
            let Place::Range(cidr, except) = place else { continue };
            for text in std::iter::once(cidr).chain(except) {
                let (first, last) = ends(text);
                let v4 = parse(text).0.is_ipv4();
                candidates.extend([first, last, first.saturating_sub(1), last.saturating_add(1)].map(|n| address(n, v4)));
            }
        }
        candidates.into_iter().filter(|a| in_block(cidr, except, *a)).collect()
    }

    /// Both ends must agree: the one lets it out, the other lets it in. Says which policies did; nothing where it is not allowed.
    fn may_connect(&self, from: End<'_>, to: End<'_>, protocol: &str, port: u16, over_pods: bool) -> Option<BTreeSet<String>> {
        let mut by = BTreeSet::new();
        for (me, other, rules, peers, acts) in [(from, to, "egress", "to", 1), (to, from, "ingress", "from", 0)] {
            let End::Pod(pod) = me else { continue };
            let selecting: Vec<&Value> = self
                .policies
                .iter()
                .filter(|policy| {
                    let acting = directions(policy);
                    let acts = if acts == 0 { acting.0 } else { acting.1 };
                    acts && !pod.host_network
                        && policy["metadata"]["namespace"] == pod.namespace.as_str()
                        && selects(&policy["spec"]["podSelector"], &pod.labels)
                })
                .collect();
            let allowing: Vec<&&Value> = selecting
                .iter()
                .filter(|policy| {
                    list(&policy["spec"][rules]).iter().any(|rule| {
                        self.admits(policy, list(&rule[peers]), other, over_pods) && names_port(list(&rule["ports"]), to, protocol, port)
                    })
                })
                .collect();
            if !selecting.is_empty() && allowing.is_empty() {
                return None;
            }
            let name = |policy: &&&Value| {
                format!("NetworkPolicy {}/{}", text(&policy["metadata"]["namespace"]), text(&policy["metadata"]["name"]))
            };
            by.extend(allowing.iter().map(name));
        }
        Some(by)
    }

    fn admits(&self, policy: &Value, peers: &[Value], other: End<'_>, over_pods: bool) -> bool {
        peers.is_empty()
            || peers.iter().any(|peer| {
                let block = &peer["ipBlock"];
                if block.is_object() {
                    let except: Vec<String> = list(&block["except"]).iter().map(text).collect();
                    return match other {
                        End::Address(address) => in_block(block["cidr"].as_str().unwrap(), &except, address),
                        End::Pod(_) => over_pods && could_hold_pods(block["cidr"].as_str().unwrap(), &except),
                    };
                }
                let End::Pod(pod) = other else { return false };
                let namespace = match &peer["namespaceSelector"] {
                    Value::Null => policy["metadata"]["namespace"] == pod.namespace.as_str(),
                    selector => self.namespaces.get(&pod.namespace).is_some_and(|labels| selects(selector, labels)),
                };
                namespace && !pod.host_network && (peer["podSelector"].is_null() || selects(&peer["podSelector"], &pod.labels))
            })
    }
}

/// Whether a policy acts on ingress, on egress.
fn directions(policy: &Value) -> (bool, bool) {
    let types = list(&policy["spec"]["policyTypes"]);
    if types.is_empty() {
        return (true, !list(&policy["spec"]["egress"]).is_empty());
    }
    (types.contains(&"Ingress".into()), types.contains(&"Egress".into()))
}

fn selects(selector: &Value, labels: &BTreeMap<String, String>) -> bool {
    let equal = selector["matchLabels"].as_object().into_iter().flatten().all(|(k, v)| labels.get(k).map(String::as_str) == v.as_str());
    equal
        && list(&selector["matchExpressions"]).iter().all(|requirement| {
            let value = labels.get(requirement["key"].as_str().unwrap());
            let among = value.is_some_and(|value| list(&requirement["values"]).contains(&value.as_str().into()));
            match requirement["operator"].as_str().unwrap() {
                "In" => among,
                "NotIn" => !among,
                "Exists" => value.is_some(),
                "DoesNotExist" => value.is_none(),
                other => panic!("what is {other}?"),
            }
        })
}

fn names_port(ports: &[Value], to: End<'_>, protocol: &str, number: u16) -> bool {
    ports.is_empty()
        || ports.iter().any(|port| {
            port["protocol"].as_str().unwrap_or("TCP") == protocol
                && match &port["port"] {
                    Value::Null => true,
                    Value::String(name) => match to {
                        End::Pod(pod) => pod.ports.iter().any(|(n, p, at)| n == name && p == protocol && *at == number),
                        End::Address(_) => false,
                    },
                    first => {
                        let first = first.as_u64().unwrap();
                        (first..=port["endPort"].as_u64().unwrap_or(first)).contains(&u64::from(number))
                    }
                }
        })
}

fn parse(cidr: &str) -> (IpAddr, u32) {
    let (address, length) = cidr.split_once('/').unwrap();
    (address.parse().unwrap(), length.parse().unwrap())
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u32::from(v4).into(),
        IpAddr::V6(v6) => v6.into(),
    }
}

fn address(number: u128, v4: bool) -> IpAddr {
    if v4 { IpAddr::V4(u32::try_from(number).unwrap_or(u32::MAX).into()) } else { IpAddr::V6(number.into()) }
}

fn ends(cidr: &str) -> (u128, u128) {
    let (start, length) = parse(cidr);
    let free = if start.is_ipv4() { 32 - length } else { 128 - length };
    let size = if free == 128 { u128::MAX } else { (1 << free) - 1 };
    (number(start) & !size, (number(start) & !size) + size)
}

fn in_block(cidr: &str, except: &[String], address: IpAddr) -> bool {
    let within = |cidr: &str| {
        let (first, last) = ends(cidr);
        parse(cidr).0.is_ipv4() == address.is_ipv4() && (first..=last).contains(&number(address))
    };
    within(cidr) && !except.iter().any(|out| within(out))
}

/// More than one address, some of them in private or shared address space. The ends of blocks decide, as blocks nest or are apart.
fn could_hold_pods(cidr: &str, except: &[String]) -> bool {
    let private = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];
    let v4 = parse(cidr).0.is_ipv4();
    let mut candidates = BTreeSet::new();
    for text in private.into_iter().chain([cidr]).chain(except.iter().map(String::as_str)).filter(|t| parse(t).0.is_ipv4() == v4) {
        let (first, last) = ends(text);
        candidates.extend([first, last, first.saturating_sub(1), last.saturating_add(1)].map(|n| address(n, v4)));
    }
    candidates.retain(|address| in_block(cidr, except, *address));
    candidates.len() > 1 && candidates.iter().any(|address| private.iter().any(|range| in_block(range, &[], *address)))
}

/// The ends of flows with the policies that they name.
pub fn pairs(flows: &[Value]) -> Vec<(String, Vec<String>)> {
    flows.iter().map(|flow| (format!("{} → {}", flow["from"], flow["to"]), list(&flow["by"]).iter().map(text).collect())).collect()
}

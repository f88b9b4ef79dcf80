//! Policies read straight from the JSON of the objects, one question at a time: may this pod (or address) open a connection to that one on
//! this port? Written from the API references, without a look at how the program does it.

use super::addresses::{address, ends, in_block, parse};
use super::law::{self, Kind, Policy, Talk, Tier};
use super::{admin, calico, cilium, native};
use serde_json::{Value, json};
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
pub struct Pod {
    workload: Place,
    pub namespace: String,
    pub labels: BTreeMap<String, String>,
    pub account: String,
    pub host_network: bool,
    /// Name, protocol, number.
    ports: Vec<(String, String, u16)>,
    ended: bool,
}

/// One end of one connection.
#[derive(Clone, Copy)]
pub enum End<'a> {
    Pod(&'a Pod),
    Address(IpAddr),
}

impl End<'_> {
    /// Whether it has a port of a name; addresses outside have none.
    pub fn has_port(&self, name: &str, protocol: &str, number: u16) -> bool {
        match self {
            End::Pod(pod) => pod.ports.iter().any(|(n, p, at)| n == name && p == protocol && *at == number),
            End::Address(_) => false,
        }
    }
}

/// What goes, by port, and by which policies.
type Connections = Vec<((String, u16), Option<BTreeSet<String>>)>;

/// Ports by protocol, and the names of policies.
pub type Allowed = (BTreeSet<(String, u16)>, BTreeSet<String>);

pub struct Cluster {
    pub namespaces: BTreeMap<String, BTreeMap<String, String>>,
    pub pods: Vec<Pod>,
    /// Labels of service accounts, by namespace and name.
    pub accounts: BTreeMap<(String, String), BTreeMap<String, String>>,
    /// Calico's sets of addresses: namespace and labels.
    pub sets: Vec<(String, BTreeMap<String, String>)>,
    /// Whether nodes have addresses of IPv6.
    pub has_v6: bool,
    pub policies: Vec<Policy>,
    pub tiers: Vec<Tier>,
    /// The ranges outside that are asked about.
    pub ranges: BTreeSet<Place>,
    /// Policies that nobody can evaluate, by name.
    pub beyond: BTreeSet<String>,
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

pub fn list(value: &Value) -> &[Value] {
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
    let account = spec["serviceAccountName"].as_str().unwrap_or("default").to_owned();
    Pod { workload, namespace, labels: labels(&metadata["labels"]), account, host_network, ports, ended }
}

impl Cluster {
    pub fn read(objects: &[Value]) -> Self {
        let mut cluster = Self {
            namespaces: BTreeMap::new(),
            pods: vec![],
            accounts: BTreeMap::new(),
            sets: vec![],
            has_v6: false,
            policies: vec![],
            tiers: law::tiers(),
            ranges: BTreeSet::from([Place::Range("0.0.0.0/0".into(), vec![])]),
            beyond: BTreeSet::new(),
        };
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
                "Node" => {
                    let addresses = list(&object["status"]["addresses"]);
                    cluster.has_v6 |= addresses.iter().any(|address| text(&address["address"]).contains(':'));
                }
                "ServiceAccount" => drop(cluster.accounts.insert((namespace, name), labels(&metadata["labels"]))),
                "NetworkSet" | "GlobalNetworkSet" => cluster.sets.push((namespace, labels(&metadata["labels"]))),
                "Tier" => cluster.tier(object),
                "NetworkPolicy" if text(&object["apiVersion"]).starts_with("crd.projectcalico.org/") => {
                    cluster.policy(Kind::Calico, calico::tier_name(&text(&spec["tier"])), object);
                }
                "GlobalNetworkPolicy" => cluster.policy(Kind::Calico, calico::tier_name(&text(&spec["tier"])), object),
                "CiliumNetworkPolicy" | "CiliumClusterwideNetworkPolicy" => {
                    let one = [spec].into_iter().filter(|spec| spec.is_object());
                    for spec in one.chain(list(&object["specs"])) {
                        let part = json!({"apiVersion": object["apiVersion"], "kind": object["kind"], "metadata": metadata, "spec": spec});
                        cluster.policy(Kind::Cilium, "default", &part);
                    }
                }
                "NetworkPolicy" => cluster.policy(Kind::NetworkPolicy, "default", object),
                "AdminNetworkPolicy" => cluster.policy(Kind::Admin, "admin", object),
                "BaselineAdminNetworkPolicy" => cluster.policy(Kind::Baseline, "baseline", object),
                "ClusterNetworkPolicy" => cluster.policy(Kind::Cluster, &text(&spec["tier"]).to_lowercase(), object),
                other => panic!("what is a {other}?"),
            }
        }
        // What ended connects no more; but what its owner would start again does.
        let alive: BTreeSet<Place> = cluster.pods.iter().filter(|p| !p.ended).map(|p| p.workload.clone()).collect();
        cluster.pods.retain(|pod| {
            let bare = matches!(&pod.workload, Place::Workload(_, kind, _) if kind == "Pod");
            !pod.ended || (!bare && !alive.contains(&pod.workload))
        });
        let beyond = cluster.policies.iter().filter(|policy| cluster.is_beyond(policy, objects)).map(|policy| policy.name.clone());
        let beyond: BTreeSet<String> = beyond.collect();
        // What an admin's policy says beside peers by nodes and names is known all the same; its name stays among those that are beyond us.
        cluster.policies.retain(|policy| admin::is_one(policy) || !beyond.contains(&policy.name));
        let unordered: BTreeSet<String> = law::in_no_order(&cluster).into_iter().collect();
        cluster.policies.retain(|policy| !unordered.contains(&policy.name));
        cluster.beyond.extend(beyond);
        cluster.beyond.extend(unordered);
        let named: Vec<Place> = cluster.policies.iter().flat_map(|policy| named_ranges(&cluster, policy)).collect();
        cluster.ranges.extend(named);
        cluster
    }

    /// A tier that is there already, or a new one. Those of Kubernetes are as they are; an object that says otherwise is beyond us.
    fn tier(&mut self, object: &Value) {
        let tier = calico::tier(object);
        match law::tiers().into_iter().find(|fixed| fixed.name == tier.name) {
            Some(fixed) if fixed.order == tier.order && fixed.denies_rest == tier.denies_rest => {}
            Some(_) => drop(self.beyond.insert(format!("Tier {}", text(&object["metadata"]["name"])))),
            None => self.tiers.push(tier),
        }
    }

    fn is_beyond(&self, policy: &Policy, objects: &[Value]) -> bool {
        let has = |engine: &str| objects.iter().any(|object| text(&object["apiVersion"]).starts_with(engine));
        match policy.kind {
            Kind::NetworkPolicy => false,
            Kind::Admin | Kind::Baseline | Kind::Cluster => admin::is_beyond_us(policy),
            // Of two engines only one enforces, and nobody can tell which.
            Kind::Calico => has("cilium.io/") || calico::is_beyond_us(self, policy),
            Kind::Cilium => has("crd.projectcalico.org/") || cilium::is_beyond_us(policy),
        }
    }

    fn policy(&mut self, kind: Kind, tier: &str, object: &Value) {
        let metadata = &object["metadata"];
        let path = [text(&metadata["namespace"]), text(&metadata["name"])].into_iter().filter(|part| !part.is_empty());
        // Two kinds are called NetworkPolicy; kubectl tells them apart by their group.
        let group = if kind == Kind::Calico && object["kind"] == "NetworkPolicy" { ".crd.projectcalico.org" } else { "" };
        let name = format!("{}{group} {}", object["kind"].as_str().unwrap(), path.collect::<Vec<_>>().join("/"));
        self.policies.push(Policy { kind, object: object.clone(), name, tier: tier.to_owned() });
    }

    pub fn on_host_network(&self) -> BTreeSet<Place> {
        self.pods.iter().filter(|pod| pod.host_network).map(|pod| pod.workload.clone()).collect()
    }

    /// Every number that anything names, its neighbours, and the ends: between them nothing changes.
    pub fn interesting_ports(&self) -> BTreeSet<(String, u16)> {
        let mut numbers = BTreeSet::from([1, 2, 80, 65534, 65535_u64]);
        let mut add = |number: Option<u64>| numbers.extend(number.into_iter().flat_map(|n| [n - 1, n, n + 1]));
        self.policies.iter().flat_map(|policy| numbers_of(policy.spec())).for_each(|number| add(Some(number)));
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
                for (port, by) in self.may_connect(End::Pod(a), End::Pod(b), asked, over_pods) {
                    if let Some(by) = by {
                        allowed.0.insert(port);
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
            let mut every: Option<BTreeMap<(String, u16), BTreeSet<String>>> = None;
            for address in &addresses {
                let (inside, outside) = (End::Pod(pod), End::Address(*address));
                let (from, to) = if inbound { (outside, inside) } else { (inside, outside) };
                let here = self.may_connect(from, to, asked, false).into_iter().filter_map(|(port, by)| Some((port, by?)));
                let here: BTreeMap<_, _> = here.collect();
                every = Some(match every {
                    None => here,
                    Some(before) => {
                        let both = before.into_iter().filter_map(|(port, by)| Some((here.get(&port)?.union(&by).cloned().collect(), port)));
                        both.map(|(by, port)| (port, by)).collect()
                    }
                });
            }
            for (port, by) in every.unwrap_or_default() {
                allowed.0.insert(port);
                allowed.1.extend(by);
            }
        }
        allowed
    }

    /// Addresses of a range at which something may change: the ends of every block and exception, and their neighbours.
    pub fn interesting_addresses(&self, range: &Place) -> Vec<IpAddr> {
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
    fn may_connect(&self, from: End<'_>, to: End<'_>, asked: &BTreeSet<(String, u16)>, over_pods: bool) -> Connections {
        let side = |me: End<'_>, other, inbound| match me {
            // No policy binds an address, nor a pod that has its node's.
            End::Pod(pod) if !pod.host_network => {
                let hearings = law::hearings(self, pod, Talk { inbound, other, target: to, over_pods });
                asked.iter().map(|(protocol, port)| law::decide(&hearings, protocol, *port)).collect()
            }
            _ => vec![Some(BTreeSet::new()); asked.len()],
        };
        let (out, into) = (side(from, to, false), side(to, from, true));
        let both = out.into_iter().zip(into).map(|(out, into)| Some(out?.into_iter().chain(into?).collect()));
        asked.iter().cloned().zip(both).collect()
    }
}

/// Every number in an object that may be that of a port, as a number, as a text, or as the ends of a range.
fn numbers_of(value: &Value) -> Vec<u64> {
    let port = |text: &str| text.parse::<u64>().ok();
    let found: Vec<u64> = match value {
        Value::Number(number) => number.as_u64().into_iter().collect(),
        Value::String(text) => text.split(':').filter_map(port).collect(),
        Value::Array(items) => items.iter().flat_map(numbers_of).collect(),
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| !matches!(name.as_str(), "priority" | "order"))
            .flat_map(|(_, field)| numbers_of(field))
            .collect(),
        Value::Null | Value::Bool(_) => vec![],
    };
    found.into_iter().filter(|number| (1..=65535).contains(number)).collect()
}

/// The ranges that the rules of a policy name.
fn named_ranges(cluster: &Cluster, policy: &Policy) -> Vec<Place> {
    match policy.kind {
        Kind::NetworkPolicy => native::ranges(policy),
        Kind::Admin | Kind::Baseline | Kind::Cluster => admin::ranges(policy),
        Kind::Calico => calico::ranges(cluster, policy),
        Kind::Cilium => cilium::ranges(policy),
    }
}

/// A range as the program tells it: exceptions in the order of their addresses.
pub fn range(cidr: &str, except: &[String]) -> Place {
    let except: BTreeSet<(IpAddr, String)> = except.iter().map(|text| (parse(text).0, text.clone())).collect();
    Place::Range(cidr.to_owned(), except.into_iter().map(|(_, text)| text).collect())
}

/// Whether a label selector picks something by its labels.
pub fn selects(selector: &Value, labels: &BTreeMap<String, String>) -> bool {
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

/// The ends of flows with the policies that they name.
pub fn pairs(flows: &[Value]) -> Vec<(String, Vec<String>)> {
    flows.iter().map(|flow| (format!("{} → {}", flow["from"], flow["to"]), list(&flow["by"]).iter().map(text).collect())).collect()
}

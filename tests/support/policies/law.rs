//! How policies of every kind come to one decision: tier by tier, and in each tier rule by rule.

use super::oracle::{Cluster, End, Pod};
use super::{admin, calico, cilium, native};
use serde_json::Value;
use std::collections::BTreeSet;

/// What a rule says to a connection that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Says {
    Allow,
    Deny,
    Pass,
}

/// A kind of policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    NetworkPolicy,
    Admin,
    Baseline,
    Cluster,
    Calico,
    Cilium,
}

/// A tier of policies.
#[derive(Clone, Debug)]
pub struct Tier {
    pub name: String,
    pub order: f64,
    /// Whether what no rule of it decides is denied, to pods that a policy of Calico in it selects.
    pub denies_rest: bool,
}

/// The tiers of Kubernetes: administrators, NetworkPolicies, baseline.
pub fn tiers() -> Vec<Tier> {
    [("admin", 1e3, false), ("default", 1e6, true), ("baseline", 1e7, false)]
        .map(|(name, order, denies_rest)| Tier { name: name.to_owned(), order, denies_rest })
        .to_vec()
}

/// A policy of any kind.
pub struct Policy {
    pub kind: Kind,
    pub object: Value,
    /// As the program names it.
    pub name: String,
    pub tier: String,
}

/// A rule that is about the other end of a connection.
pub struct Heard<'c> {
    /// Order of its policy, name of its policy where that decides, place of the rule. Rules of one place stand together.
    pub place: (f64, String, usize),
    pub says: Says,
    /// Whether it is about the other end at all may depend on addresses that nobody knows.
    pub sure: bool,
    /// Its policy.
    pub policy: &'c str,
    /// On these ports.
    pub on: Box<dyn Fn(&str, u16) -> bool + 'c>,
}

/// What the policies of one tier that select a pod say of its connections with another end.
#[derive(Default)]
pub struct Hearing<'c> {
    heard: Vec<Heard<'c>>,
    denies_rest: bool,
}

impl Policy {
    pub fn spec(&self) -> &Value {
        &self.object["spec"]
    }

    pub fn namespace(&self) -> &str {
        self.object["metadata"]["namespace"].as_str().unwrap_or_default()
    }

    pub fn bare_name(&self) -> &str {
        self.object["metadata"]["name"].as_str().unwrap_or_default()
    }

    /// Whether it selects a pod. No policy selects pods that have their node's address.
    pub fn selects(&self, cluster: &Cluster, pod: &Pod) -> bool {
        !pod.host_network
            && match self.kind {
                Kind::NetworkPolicy => native::selects(self, pod),
                Kind::Admin | Kind::Baseline | Kind::Cluster => admin::selects(cluster, self, pod),
                Kind::Calico => calico::selects(cluster, self, pod),
                Kind::Cilium => cilium::selects(cluster, self, pod),
            }
    }

    /// Whether it speaks of a direction at all, and whether what its tier leaves undecided is denied then.
    fn speaks(&self, inbound: bool, tier: &Tier) -> Option<bool> {
        match self.kind {
            Kind::NetworkPolicy => native::acts(self, inbound).then_some(true),
            Kind::Admin | Kind::Baseline | Kind::Cluster => Some(false),
            Kind::Calico => calico::acts(self, inbound).then_some(tier.denies_rest),
            Kind::Cilium => cilium::acts(self, inbound),
        }
    }

    fn heard<'c>(&'c self, cluster: &'c Cluster, talk: Talk<'c>) -> Vec<Heard<'c>> {
        match self.kind {
            Kind::NetworkPolicy => native::heard(cluster, self, talk),
            Kind::Admin | Kind::Baseline | Kind::Cluster => admin::heard(cluster, self, talk),
            Kind::Calico => calico::heard(cluster, self, talk),
            Kind::Cilium => cilium::heard(cluster, self, talk),
        }
    }
}

/// One end asking about a connection with another.
#[derive(Clone, Copy)]
pub struct Talk<'c> {
    /// Whether the connection comes in.
    pub inbound: bool,
    /// The end that does not ask.
    pub other: End<'c>,
    /// The end that is called, whose ports have names.
    pub target: End<'c>,
    /// Ranges of addresses that may hold pods are taken as it lets more through.
    pub over_pods: bool,
}

/// The hearings of a pod, tier by tier.
pub fn hearings<'c>(cluster: &'c Cluster, pod: &'c Pod, talk: Talk<'c>) -> Vec<Hearing<'c>> {
    let mut tiers: Vec<&Tier> = cluster.tiers.iter().collect();
    tiers.sort_by(|a, b| a.order.total_cmp(&b.order).then(a.name.cmp(&b.name)));
    let mut hearings = Vec::new();
    for tier in tiers {
        let mut hearing = Hearing::default();
        for policy in cluster.policies.iter().filter(|policy| policy.tier == tier.name) {
            if let Some(denies_rest) = policy.speaks(talk.inbound, tier).filter(|_| policy.selects(cluster, pod)) {
                hearing.denies_rest |= denies_rest;
                hearing.heard.extend(policy.heard(cluster, talk));
            }
        }
        hearing.heard.sort_by(|a, b| a.place.0.total_cmp(&b.place.0).then_with(|| (&a.place.1, a.place.2).cmp(&(&b.place.1, b.place.2))));
        hearings.push(hearing);
    }
    hearings
}

/// Whether a connection on a port goes, and by which policies: none where no policy decides over it.
pub fn decide(hearings: &[Hearing<'_>], protocol: &str, port: u16) -> Option<BTreeSet<String>> {
    let Some((tier, later)) = hearings.split_first() else { return Some(BTreeSet::new()) };
    for rule in tier.heard.iter().filter(|rule| (rule.on)(protocol, port)) {
        match rule.says {
            Says::Deny => return None,
            Says::Allow => {
                let beside = tier.heard.iter().filter(|other| other.place == rule.place && (other.on)(protocol, port));
                return Some(beside.map(|rule| rule.policy.to_owned()).collect());
            }
            Says::Pass if rule.sure => return decide(later, protocol, port),
            Says::Pass => {
                // Either it passes, or it is not about this: what goes in one of the two ways may go.
                if let Some(by) = decide(later, protocol, port) {
                    return Some(by);
                }
            }
        }
    }
    if tier.denies_rest { None } else { decide(later, protocol, port) }
}

/// Policies that nothing puts in an order though their rules decide differently over the same pods; they are not evaluated.
pub fn in_no_order(cluster: &Cluster) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (at, a) in cluster.policies.iter().enumerate() {
        for b in &cluster.policies[at + 1..] {
            if a.tier == b.tier && unordered(a, b) && [true, false].iter().any(|inbound| conflict(a, b, *inbound)) && share(cluster, a, b) {
                // NetworkPolicies and Cilium's only ever add up, so they stay.
                out.extend([a, b].into_iter().filter(|p| !matches!(p.kind, Kind::NetworkPolicy | Kind::Cilium)).map(|p| p.name.clone()));
            }
        }
    }
    out
}

/// “If two policies with the same priority could match a connection, the implementation can apply any of them.”
fn unordered(a: &Policy, b: &Policy) -> bool {
    let admin = |policy: &Policy| matches!(policy.kind, Kind::Admin | Kind::Baseline | Kind::Cluster);
    if admin(a) && admin(b) {
        // Of policies of two kinds in one tier the documentation says nothing.
        return a.kind != b.kind || a.spec()["priority"] == b.spec()["priority"];
    }
    // Calico's policies of one order stand by name; with those of other kinds, and of one name, nothing is said.
    match (a.kind, b.kind) {
        (Kind::Calico, Kind::Calico) => calico::order(a) == calico::order(b) && a.bare_name() == b.bare_name(),
        // A baseline has no number at all.
        (Kind::Baseline, _) | (_, Kind::Baseline) => true,
        (Kind::Calico, _) => calico::order(a) == order(b),
        (_, Kind::Calico) => order(a) == calico::order(b),
        // NetworkPolicies and Cilium's add up.
        _ => false,
    }
}

/// Where policies stand in their tier that are not Calico's.
fn order(policy: &Policy) -> f64 {
    match policy.kind {
        Kind::NetworkPolicy | Kind::Cilium => 1000.0,
        _ => policy.spec()["priority"].as_f64().unwrap_or(f64::INFINITY),
    }
}

fn conflict(a: &Policy, b: &Policy, inbound: bool) -> bool {
    let (a, b) = (verdicts(a, inbound), verdicts(b, inbound));
    !a.is_empty() && !b.is_empty() && a.union(&b).count() > 1
}

fn verdicts(policy: &Policy, inbound: bool) -> BTreeSet<Says> {
    match policy.kind {
        Kind::NetworkPolicy => native::verdicts(policy, inbound),
        Kind::Admin | Kind::Baseline | Kind::Cluster => admin::verdicts(policy, inbound),
        Kind::Calico => calico::verdicts(policy, inbound),
        Kind::Cilium => cilium::verdicts(policy, inbound),
    }
}

/// Whether two policies select a pod that is there, or every pod of the same namespace.
fn share(cluster: &Cluster, a: &Policy, b: &Policy) -> bool {
    let whole = |policy: &Policy, namespace: &str| match policy.kind {
        Kind::NetworkPolicy => native::selects_all_of(policy, namespace),
        Kind::Admin | Kind::Baseline | Kind::Cluster => admin::selects_all_of(cluster, policy, namespace),
        Kind::Calico => calico::selects_all_of(cluster, policy, namespace),
        // Such a policy is in no doubt about its place, and never asked.
        Kind::Cilium => false,
    };
    cluster.pods.iter().any(|pod| a.selects(cluster, pod) && b.selects(cluster, pod))
        || cluster.namespaces.keys().any(|namespace| whole(a, namespace) && whole(b, namespace))
}

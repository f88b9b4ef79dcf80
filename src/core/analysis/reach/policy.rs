//! A policy of any kind in one form: whom it selects, and in each direction rules with a verdict, a place in the order, peers and ports. Every
//! kind is translated into this ([`super::kubernetes`], [`super::admin`], [`super::calico`], [`super::cilium`]) and compiled from it.

use super::NotEvaluated;
use super::ports::{PortSet, Protocol};
use super::range::Range;
use super::selector::Selector;
use crate::kinds::network::IpBlock;
use crate::model::{Kind, ObjectRef};
use std::collections::{BTreeSet, HashSet};

/// What a rule decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Verdict {
    /// The connection goes through in this direction.
    Allow,
    /// It does not.
    Deny,
    /// The rest of the tier is skipped.
    Pass,
}

/// One stage of the order: what the tiers before it left undecided comes here.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tier {
    /// Its name.
    pub(super) name: String,
    /// Tiers are asked from the lowest to the highest.
    pub(super) order: f64,
    /// Whether what no rule of it decided is denied, for pods that a policy of it selects.
    pub(super) denies_rest: bool,
}

/// Where the cluster-wide policies of administrators stand.
pub(super) const ADMIN: &str = "kube-admin";
/// Where NetworkPolicies stand, and policies of Calico and Cilium that name no tier.
pub(super) const DEFAULT: &str = "default";
/// Where the policies stand that decide what no other did.
pub(super) const BASELINE: &str = "kube-baseline";
/// The order of NetworkPolicies within their tier, as Calico counts.
pub(super) const NETWORK_POLICY_ORDER: f64 = 1000.0;

/// The tiers, in order.
#[derive(Clone, Debug)]
pub(super) struct Tiers(pub(super) Vec<Tier>);

impl Tiers {
    /// The three of Kubernetes, with the orders that Calico gives them.
    pub(super) fn kubernetes() -> Self {
        let tier = |name: &str, order: f64, denies_rest: bool| Tier { name: name.to_owned(), order, denies_rest };
        Self(vec![tier(ADMIN, 1_000.0, false), tier(DEFAULT, 1_000_000.0, true), tier(BASELINE, 10_000_000.0, false)])
    }

    /// Adds or replaces one, and keeps the order; equal orders stand by name.
    pub(super) fn set(&mut self, tier: Tier) {
        self.0.retain(|known| known.name != tier.name);
        self.0.push(tier);
        self.0.sort_by(|a, b| a.order.total_cmp(&b.order).then_with(|| a.name.cmp(&b.name)));
    }

    /// A tier by name.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.0.iter().position(|tier| tier.name == name)
    }
}

/// A place within a tier. Rules of one place are asked together; those of a lower one before.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Position {
    /// Order of the policy.
    pub(super) order: f64,
    /// Its name, where that decides between equal orders.
    pub(super) name: String,
    /// Index of the rule, where rules of one policy are asked one after the other.
    pub(super) rule: usize,
}

impl Position {
    /// Which of two is asked first.
    pub(super) fn compare(&self, other: &Self) -> std::cmp::Ordering {
        self.order.total_cmp(&other.order).then_with(|| self.name.cmp(&other.name)).then(self.rule.cmp(&other.rule))
    }
}

/// How it is known which of two policies of one tier is asked first.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Rank {
    /// It need not be known: such policies add up.
    Together,
    /// By a number alone; two with the same are in no order.
    ByNumber(f64),
    /// By a number, and by name where it is the same.
    ByName(f64, String),
    /// It has no number, so that it is in no order with any other.
    None,
}

/// Whether addresses that a rule names are compared with those of pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Addresses {
    /// Never: addresses mean what is outside of the cluster (Cilium).
    Outside,
    /// The API leaves it open (NetworkPolicy).
    Open,
    /// Always (the cluster-wide kinds, Calico).
    OfPods,
}

/// Whom a rule is about.
#[derive(Clone, Debug)]
pub(super) enum Peer {
    /// Everyone: pods, nodes, addresses.
    Everyone,
    /// Pods, but for those on the network of their node.
    Pods(Selector),
    /// Every pod, those on the network of their node too.
    Cluster,
    /// Pods on the network of their node.
    Nodes,
    /// Every address outside of the cluster.
    World,
    /// A range of addresses.
    Range(Range, Addresses),
}

/// The ports of a rule: those with numbers, and those whose number depends on the pod that is called.
#[derive(Clone, Debug, Default)]
pub(super) struct Ports {
    /// Ports with numbers.
    pub(super) fixed: PortSet,
    /// Names, with their protocol where they have one.
    pub(super) named: Vec<(String, Option<Protocol>)>,
}

impl Ports {
    /// Every port.
    pub(super) fn all() -> Self {
        Self { fixed: PortSet::all(), named: vec![] }
    }
}

/// One rule.
#[derive(Clone, Debug)]
pub(super) struct Ruling {
    /// What it decides.
    pub(super) verdict: Verdict,
    /// When it is asked.
    pub(super) place: Position,
    /// About whom.
    pub(super) peers: Vec<Peer>,
    /// On which ports.
    pub(super) ports: Ports,
    /// Where it stands: `spec.ingress[0]`.
    pub(super) field: String,
}

/// What a policy says of one direction.
#[derive(Clone, Debug, Default)]
pub(super) struct Acts {
    /// Its rules.
    pub(super) rules: Vec<Ruling>,
    /// Whether what its tier does not decide is denied to the pods that it selects.
    pub(super) denies_rest: bool,
}

/// A policy.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    /// The object.
    pub(super) object: ObjectRef,
    /// Index of its tier.
    pub(super) tier: usize,
    /// Its order there.
    pub(super) rank: Rank,
    /// The pods that it is about.
    pub(super) subject: Selector,
    /// What it says of connections to them.
    pub(super) ingress: Option<Acts>,
    /// What it says of connections from them.
    pub(super) egress: Option<Acts>,
}

impl Policy {
    /// Whether nothing says which of two is asked first, though it matters.
    pub(super) fn tied_with(&self, other: &Self) -> bool {
        let tied = match (&self.rank, &other.rank) {
            (Rank::Together, Rank::Together) => false,
            (Rank::None, _) | (_, Rank::None) => true,
            (Rank::ByName(a, x), Rank::ByName(b, y)) => a.total_cmp(b).is_eq() && x == y,
            // The API of which ClusterNetworkPolicy took the place says nothing of the two side by side.
            (Rank::ByNumber(_), Rank::ByNumber(_)) if self.object.kind != other.object.kind => true,
            (a, b) => a.order().total_cmp(&b.order()).is_eq(),
        };
        self.tier == other.tier && tied && [(&self.ingress, &other.ingress), (&self.egress, &other.egress)].into_iter().any(differ)
    }
}

/// Whether the order of what two policies say of a direction can matter: not where all their rules decide alike.
fn differ((a, b): (&Option<Acts>, &Option<Acts>)) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return false };
    if a.rules.is_empty() || b.rules.is_empty() {
        return false;
    }
    a.rules.iter().chain(&b.rules).map(|rule| rule.verdict).collect::<HashSet<_>>().len() > 1
}

impl Rank {
    const fn order(&self) -> f64 {
        match self {
            Self::Together => NETWORK_POLICY_ORDER,
            Self::ByNumber(order) | Self::ByName(order, _) => *order,
            Self::None => f64::INFINITY,
        }
    }
}

/// An object that was not understood.
#[derive(Clone, Debug)]
pub(super) struct Unread {
    /// Its name, and why not.
    pub(super) entry: NotEvaluated,
    /// The pods that it is about, where at least that was understood.
    pub(super) subject: Option<Selector>,
    /// Whether it may decide over what comes in.
    pub(super) ingress: bool,
    /// Whether it may decide over what goes out.
    pub(super) egress: bool,
}

impl Unread {
    /// The part of a policy that speaks of machines or of names outside, where all the rest of it is evaluated.
    pub(super) fn part(object: &ObjectRef, subject: Selector, why: String) -> Self {
        let entry = NotEvaluated { part: true, ..NotEvaluated::of(object, why) };
        Self { entry, subject: Some(subject), ingress: false, egress: true }
    }
}

/// Why an object was not understood, and whom it is about as far as that was.
#[derive(Clone, Debug, Default)]
pub(super) struct Failure {
    /// Why.
    pub(super) why: String,
    /// Whom.
    pub(super) subject: Option<Selector>,
}

impl From<String> for Failure {
    fn from(why: String) -> Self {
        Self { why, subject: None }
    }
}

impl From<&str> for Failure {
    fn from(why: &str) -> Self {
        why.to_owned().into()
    }
}

/// Everything that the policies of a cluster say, before it is compiled.
#[derive(Clone, Debug)]
pub(super) struct Law {
    /// Tiers, in order.
    pub(super) tiers: Tiers,
    /// Policies; rules speak of them by index.
    pub(super) policies: Vec<Policy>,
    /// What was not understood.
    pub(super) unread: Vec<Unread>,
    /// What the API server would have refused, in policies that were evaluated without it.
    pub(super) faults: BTreeSet<(ObjectRef, String)>,
}

/// The name of a kind. Several are called NetworkPolicy or ClusterNetworkPolicy; all but the first are told apart as kubectl tells them apart.
pub(super) fn kind_name(kind: Kind) -> String {
    let first = Kind::ALL.iter().find(|other| other.kind() == kind.kind());
    if first == Some(&kind) { kind.kind().to_owned() } else { format!("{}.{}", kind.kind(), kind.group()) }
}

/// An object of a kind.
pub(super) fn object(kind: Kind, namespace: &str, name: &str) -> ObjectRef {
    ObjectRef::new(kind.group(), &kind_name(kind), namespace, name)
}

/// Reads one range of addresses; a single address is a range of one.
pub(super) fn range(text: &str, except: &[String]) -> Result<Range, String> {
    let whole = |text: &str| match text.trim().parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(address)) => format!("{address}/32"),
        Ok(std::net::IpAddr::V6(address)) => format!("{address}/128"),
        Err(_) => text.to_owned(),
    };
    let (range, faults) = Range::read(&IpBlock { cidr: whole(text), except: except.iter().map(|text| whole(text)).collect() });
    match (range, faults.into_iter().next()) {
        (_, Some(fault)) => Err(fault),
        (Some(range), None) => Ok(range),
        (None, None) => Err("a range of addresses cannot be read".to_owned()),
    }
}

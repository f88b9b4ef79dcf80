//! Who may connect to whom inside a cluster, by its network policies, read as their APIs document them; first those of Kubernetes itself.
//!
//! **What is decided.** A connection from one pod to another may be made if the egress of the one and the ingress of the other both let it
//! through. In a direction in which no policy selects a pod, everything goes. Where policies do select it, only what some rule of some of them
//! allows: rules add up, and none takes away. A policy acts on the directions that its `policyTypes` names; without them on ingress, and on
//! egress where it has egress rules. A selector that is empty picks everything; one that is absent from a peer leaves its part of the question
//! to the other: a `podSelector` alone means pods of the policy's own namespace, a `namespaceSelector` alone all pods of those namespaces, both
//! together these pods in those namespaces. A rule without peers admits everyone, one without ports every port. Ports are numbers, ranges up to
//! `endPort`, or names, which are looked up on the pod that is called, with the rule's protocol (TCP where it says none).
//!
//! **What is not.** Services do not matter: policies see pods. Pods on the host network are outside of policy: none binds them, and no selector
//! knows them, because they have their node's address. An `ipBlock` means addresses outside of the cluster. The API does not say whether it
//! also admits pods whose addresses lie in it, and network plugins differ; [`Reading::OverPods`] asks the question that way, and rules of which
//! it could matter are listed (a range that is wider than one address, and not clear of private address space or holds addresses of nodes). A node always reaches its own
//! pods, which no policy shows. Whether the network plugin enforces any of this is another check's question. What the API server would have refused
//! is not evaluated but told, and so is every object of which a part is not understood.
//!
//! **Other kinds.** Policies of the network policy API that hold for the whole cluster ([`admin`]), of Calico ([`calico`]) and of Cilium
//! ([`cilium`]) are brought into the same form: tiers in an order, in each of them rules at places, each with a verdict ([`policy`]). The first rule
//! that meets a connection decides, or passes it on to the next tier ([`decide`]). What Calico's policies say of
//! its host endpoints, the interfaces of nodes, is not evaluated.
//!
//! **Outside.** Besides workloads there are ranges of addresses: everything (`0.0.0.0/0`), and each `ipBlock` that a policy names, without its
//! exceptions. A flow of a range is what *every* address in it may do; where several blocks cover it together, they count together. Names of
//! ports mean nothing behind such an address.
//!
//! **Cost.** Pods that no policy can tell apart are one group ([`groups`]): same namespace, same values of those labels that some selector
//! reads, same numbers of those ports that some rule names, same place on or off the host network. Policies are compiled once over groups
//! ([`policy`]): each rule holds the set of groups that it admits, each group the list of rules that bind it; equal peers are looked up once.
//! A question about two workloads then walks two short lists, and the answer is kept by the rules that apply, so that most pairs find theirs
//! ready ([`passage`]); and where one side asks about another, one of each sort of workloads that it can't tell apart answers for all ([`alike`]). Time grows with pods (to group them), with groups × distinct peers, and with the pairs of workloads that are asked
//! about; never with pairs of pods. Flows are made one by one while they are written ([`document`]).

mod admin;
mod alike;
mod bits;
mod calico;
mod calico_selector;
mod cilium;
mod compile;
mod decide;
mod document;
mod foreign;
mod groups;
mod isolation;
mod kubernetes;
mod passage;
mod pick;
mod policy;
mod ports;
mod range;
mod selector;
mod unread;
mod wide;

pub use alike::{Company, Places};
pub use compile::AddressRule;
pub use document::{Document, End, FORMAT, Flow, Flows};
pub use foreign::is_policy;
pub use groups::Party;
pub use isolation::{Direction, Isolation, Standing};
pub use passage::{Gate, Judge, Passage, Reading};
pub use ports::{PortSet, Protocol};
pub use range::{Range, are_wide};
pub use wide::WideRule;

use crate::kinds::{Inventory, KindState, Source};
use crate::model::{Kind, ObjectRef};
use compile::Compiled;
use core::net::IpAddr;
use groups::Groups;
use pick::{Namespaces, Picker};
use policy::{Law, Tiers, Unread};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Something that decides over connections and could not be evaluated.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct NotEvaluated {
    /// Its kind.
    pub kind: String,
    /// Its namespace, "" where it acts on the whole cluster.
    pub namespace: String,
    /// Its name, "" where not even that is known.
    pub name: String,
    /// Why not.
    pub why: String,
    /// Its API group.
    #[serde(skip)]
    pub group: String,
    /// Whether it is only what a policy says of machines or of names outside of the cluster: pods and addresses that nobody named are not touched.
    #[serde(skip)]
    pub part: bool,
}

impl NotEvaluated {
    /// An object of which nothing is evaluated.
    fn of(object: &ObjectRef, why: impl Into<String>) -> Self {
        Self {
            kind: object.kind.clone(),
            namespace: object.namespace.clone(),
            name: object.name.clone(),
            why: why.into(),
            group: object.group.clone(),
            part: false,
        }
    }

    /// The object, as findings name it.
    #[must_use]
    pub fn object(&self) -> ObjectRef {
        ObjectRef::new(&self.group, &self.kind, &self.namespace, &self.name)
    }
}

/// Kinds beside NetworkPolicy that decide over connections, that policies of Calico rest on, or that tell which groups of policies are served.
pub const OTHER_POLICIES: &[Kind] = &[
    Kind::AdminNetworkPolicies,
    Kind::BaselineAdminNetworkPolicies,
    Kind::ClusterNetworkPolicies,
    Kind::CiliumNetworkPolicies,
    Kind::CiliumClusterwideNetworkPolicies,
    Kind::CalicoNetworkPolicies,
    Kind::CalicoGlobalNetworkPolicies,
    Kind::CalicoTiers,
    Kind::CalicoNetworkSets,
    Kind::CalicoGlobalNetworkSets,
    Kind::CalicoHostEndpoints,
    Kind::AntreaNetworkPolicies,
    Kind::AntreaClusterNetworkPolicies,
    Kind::AwsClusterNetworkPolicies,
    Kind::AwsApplicationNetworkPolicies,
    Kind::GkeFqdnNetworkPolicies,
    Kind::OvnEgressFirewalls,
    Kind::OvnExternalRoutes,
    Kind::OvnUserDefinedNetworks,
    Kind::OvnClusterUserDefinedNetworks,
    Kind::KubeOvnSecurityGroups,
    Kind::KubeOvnSubnets,
    Kind::OpenshiftEgressPolicies,
    Kind::NsxSecurityPolicies,
    Kind::ApiServices,
];

/// Reachability in one cluster.
#[derive(Debug)]
pub struct Reach<'a> {
    inventory: &'a Inventory,
    groups: Groups<'a>,
    namespaces: Namespaces<'a>,
    compiled: Compiled<'a>,
    names: Vec<String>,
    complete: bool,
    unread: Vec<Unread>,
    not_evaluated: Vec<NotEvaluated>,
}

impl<'a> Reach<'a> {
    /// Reads the policies of a cluster, groups the pods by what they read, and compiles them over the groups.
    #[must_use]
    pub fn new(inventory: &'a Inventory) -> Self {
        let mut law = law(inventory);
        let groups = Groups::of(inventory, &groups::Read::by(&law));
        let namespaces = pick::namespaces(inventory, &groups);
        let compiled = compile::compile(&mut Picker::new(inventory, &groups, &namespaces), &mut law);
        let names = compiled.objects.iter().map(ToString::to_string).collect();
        let not_evaluated = not_evaluated(&law, &compiled);
        Self { inventory, groups, namespaces, compiled, names, complete: complete(inventory), unread: law.unread, not_evaluated }
    }

    /// Whether pods, namespaces and network policies were all read.
    #[must_use]
    pub const fn complete(&self) -> bool {
        self.complete
    }

    /// What decides over connections and was not evaluated.
    #[must_use]
    pub fn not_evaluated(&self) -> &[NotEvaluated] {
        &self.not_evaluated
    }

    /// Workloads with pods, or with a template for them; flows speak of them by index.
    #[must_use]
    pub fn workloads(&self) -> &[Party<'a>] {
        &self.groups.parties
    }

    /// Ranges of addresses outside; flows speak of them by index. The first is everything.
    #[must_use]
    pub fn ranges(&self) -> &[Range] {
        &self.compiled.ranges
    }

    /// Of addresses outside the first of each kind that no rule tells from the others: what one of them may do, all of its kind may. Thousands of
    /// nodes are a handful of these.
    #[must_use]
    pub fn distinct(&self, addresses: impl IntoIterator<Item = IpAddr>) -> Vec<IpAddr> {
        let mut known: BTreeMap<(bool, Vec<usize>), IpAddr> = BTreeMap::new();
        for address in addresses {
            let one = Range::of_address(address);
            let holding = self.compiled.ranges.iter().enumerate().filter(|(_, range)| range.touches(&one)).map(|(index, _)| index);
            known.entry((address.is_ipv4(), holding.collect())).or_insert(address);
        }
        let mut distinct: Vec<IpAddr> = known.into_values().collect();
        distinct.sort();
        distinct
    }

    /// Rules that admit ranges in which pods may have their addresses.
    #[must_use]
    pub fn address_rules(&self) -> &[AddressRule] {
        &self.compiled.address_rules
    }

    /// A policy by its index: `NetworkPolicy shop/allow-web`.
    #[must_use]
    pub fn policy_name(&self, policy: usize) -> &str {
        self.names.get(policy).map_or("", String::as_str)
    }

    /// How many groups of pods no policy tells apart further.
    #[must_use]
    pub fn group_count(&self) -> usize {
        self.groups.list.len()
    }

    /// Someone to ask.
    #[must_use]
    pub fn judge(&self, reading: Reading) -> Judge<'_, 'a> {
        Judge::new(self, reading)
    }

    /// What let a connection through, in words.
    #[must_use]
    pub fn words(&self, passage: &Passage) -> String {
        let names = |gate: &Gate| gate.policies.iter().map(|policy| self.policy_name(*policy)).collect::<Vec<_>>().join(", ");
        let (out, into) = (names(&passage.egress), names(&passage.ingress));
        match (out.is_empty(), into.is_empty()) {
            (true, true) if passage.egress.selected || passage.ingress.selected => "no policy decides over it".to_owned(),
            (true, true) => "no policy selects these pods".to_owned(),
            (true, false) if passage.egress.selected => format!("let in by {into}; no egress policy decides over it"),
            (true, false) => format!("let in by {into}; no egress policy selects the source"),
            (false, true) if passage.ingress.selected => format!("let out by {out}; no ingress policy decides over it"),
            (false, true) => format!("let out by {out}; no ingress policy selects the target"),
            (false, false) => format!("let out by {out}; let in by {into}"),
        }
    }
}

fn complete(inventory: &Inventory) -> bool {
    let read = |kind: Kind| inventory.state(kind) == KindState::Read;
    // Manifests may hold what makes pods instead of pods: then that is the population.
    let pods = match inventory.source {
        Source::Live => read(Kind::Pods),
        Source::Files => {
            let broken = |kind: &Kind| !matches!(inventory.state(*kind), KindState::Read | KindState::Absent);
            Kind::WORKLOADS.iter().any(|kind| read(*kind)) && !Kind::WORKLOADS.iter().any(broken)
        }
    };
    pods && read(Kind::Namespaces) && read(Kind::NetworkPolicies)
}

/// What the policies of a cluster say.
fn law(inventory: &Inventory) -> Law {
    let mut law = Law { tiers: Tiers::kubernetes(), policies: vec![], unread: vec![], faults: BTreeSet::new() };
    // Tiers come first: the others speak of them by index.
    calico::read(inventory, &mut law);
    kubernetes::read(inventory, &mut law);
    admin::read(inventory, &mut law);
    cilium::read(inventory, &mut law);
    foreign::read(inventory, &mut law);
    unread::two_engines(inventory, &mut law);
    unread::without_accounts(inventory, &mut law);
    unread::not_listed(inventory, &mut law);
    unread::served_unread(inventory, &mut law);
    law
}

fn not_evaluated(law: &Law, compiled: &Compiled<'_>) -> Vec<NotEvaluated> {
    let mut list: Vec<NotEvaluated> = law.unread.iter().map(|unread| unread.entry.clone()).collect();
    list.extend(law.faults.iter().map(|(object, fault)| NotEvaluated::of(object, format!("{fault}, which the API server refuses"))));
    let of_namespace =
        |name| NotEvaluated::of(&policy::object(Kind::Namespaces, "", name), "a policy asks for its labels, and they were not read");
    list.extend(compiled.unknown_namespaces.iter().map(|name| of_namespace(name)));
    list.sort();
    list
}

//! What decides over connections and was not evaluated: objects of which a part is not understood, kinds that could not be listed, policies in
//! no order. Such an object is left out wholly; the pods that it selects are known as far as its selector was understood.

use super::NotEvaluated;
use super::policy::{Failure, Law, Peer, Policy, Rank, Unread, object};
use super::selector::Attribute;
use crate::kinds::{Inventory, KindState, custom::Custom};
use crate::model::{Kind, ObjectRef};
use std::collections::BTreeSet;

/// An object of a kind, by its metadata.
pub(super) fn entry(kind: Kind, custom: &Custom, failure: Failure) -> Unread {
    let entry = NotEvaluated::of(&object(kind, &custom.metadata.namespace, &custom.metadata.name), failure.why);
    Unread { entry, subject: failure.subject, ingress: true, egress: true }
}

/// Whether an object may say something of a direction: not where it has no rules for it.
pub(super) fn speaks_of(custom: &Custom, direction: &str) -> bool {
    let Some(spec) = custom.parts.get("/spec") else { return true };
    spec.get(direction).is_some_and(|rules| rules.as_array().is_none_or(|rules| !rules.is_empty()))
}

/// A policy that was understood and is not evaluated all the same.
fn left_out(policy: Policy, why: String) -> Unread {
    let entry = NotEvaluated::of(&policy.object, why);
    Unread { entry, subject: Some(policy.subject), ingress: policy.ingress.is_some(), egress: policy.egress.is_some() }
}

/// Leaves policies out, each with its reason.
pub(super) fn leave_out(law: &mut Law, why: impl Fn(usize, &Policy) -> Option<String>) {
    let policies = std::mem::take(&mut law.policies);
    for (index, policy) in policies.into_iter().enumerate() {
        match why(index, &policy) {
            Some(why) => law.unread.push(left_out(policy, why)),
            None => law.policies.push(policy),
        }
    }
}

/// Two engines each have objects in the cluster: only one of them enforces, and from the objects nobody can tell which.
pub(super) fn two_engines(inventory: &Inventory, law: &mut Law) {
    let engine = |group: &str| match group {
        "cilium.io" => Some("Cilium"),
        "crd.projectcalico.org" => Some("Calico"),
        _ => None,
    };
    let has = |name: &str| {
        let mut kinds = super::OTHER_POLICIES.iter().filter(|kind| engine(kind.group()) == Some(name));
        kinds.any(|kind| inventory.customs.get(kind).is_some_and(|list| !list.is_empty()))
    };
    if has("Cilium") && has("Calico") {
        let why = "policies of both Calico and Cilium are there, and they do not tell which of the two enforces";
        leave_out(law, |_, policy| engine(&policy.object.group).map(|_| why.to_owned()));
    }
}

/// Policies that ask for labels of service accounts, where these were not read.
pub(super) fn without_accounts(inventory: &Inventory, law: &mut Law) {
    if inventory.state(Kind::ServiceAccounts) == KindState::Read {
        return;
    }
    leave_out(law, |_, policy| {
        let mut reads = BTreeSet::new();
        policy.subject.test.reads(&mut reads);
        let rulings = [&policy.ingress, &policy.egress].into_iter().flatten().flat_map(|acts| &acts.rules);
        for selector in
            rulings.flat_map(|ruling| &ruling.peers).filter_map(|peer| if let Peer::Pods(selector) = peer { Some(selector) } else { None })
        {
            selector.test.reads(&mut reads);
        }
        let asks = reads.iter().any(|attribute| matches!(attribute, Attribute::AccountLabel(_)));
        asks.then(|| "it asks for labels of service accounts, and they were not read".to_owned())
    });
}

/// Kinds that could not be listed: nobody knows whom their objects select.
pub(super) fn not_listed(inventory: &Inventory, law: &mut Law) {
    for kind in super::OTHER_POLICIES.iter().copied() {
        let coverage = inventory.coverage_of(kind);
        if matches!(coverage.state, KindState::Forbidden | KindState::Failed | KindState::Partial) {
            let mut why = format!("{} could not be listed", kind.id());
            if !coverage.message.is_empty() {
                why = format!("{why}: {}", coverage.message);
            }
            let entry = NotEvaluated::of(&object(kind, "", ""), why);
            law.unread.push(Unread { entry, subject: None, ingress: true, egress: true });
        }
    }
}

/// API groups that hold policies, with the kinds of which one at least must have been read where such a group is served. Calico's second group
/// stands for the same objects as its first, but newer installations serve it alone.
const GROUPS: &[(&str, &[Kind])] = &[
    ("policy.networking.k8s.io", &[Kind::AdminNetworkPolicies, Kind::BaselineAdminNetworkPolicies, Kind::ClusterNetworkPolicies]),
    ("cilium.io", &[Kind::CiliumNetworkPolicies, Kind::CiliumClusterwideNetworkPolicies]),
    ("crd.projectcalico.org", &[Kind::CalicoNetworkPolicies, Kind::CalicoGlobalNetworkPolicies]),
    ("projectcalico.org", &[Kind::CalicoNetworkPolicies, Kind::CalicoGlobalNetworkPolicies]),
    ("crd.antrea.io", &[Kind::AntreaNetworkPolicies, Kind::AntreaClusterNetworkPolicies]),
    ("networking.k8s.aws", &[Kind::AwsClusterNetworkPolicies, Kind::AwsApplicationNetworkPolicies]),
    (
        "k8s.ovn.org",
        &[Kind::OvnEgressFirewalls, Kind::OvnExternalRoutes, Kind::OvnUserDefinedNetworks, Kind::OvnClusterUserDefinedNetworks],
    ),
    ("kubeovn.io", &[Kind::KubeOvnSecurityGroups, Kind::KubeOvnSubnets]),
    ("crd.nsx.vmware.com", &[Kind::NsxSecurityPolicies]),
];

/// Groups of policies that the cluster serves and of which nothing was read: whatever lies in them may allow or forbid anything.
pub(super) fn served_unread(inventory: &Inventory, law: &mut Law) {
    for (group, kinds) in GROUPS {
        let served = inventory.api_services.iter().any(|service| service.spec.group == *group);
        // Lists that were refused or broke off are told kind by kind.
        if served && kinds.iter().all(|kind| inventory.state(*kind) == KindState::Absent) {
            let why = format!("the cluster serves policies of the API group {group}, which were not read");
            let entry = NotEvaluated::of(&ObjectRef::new(group, "APIService", "", group), why);
            law.unread.push(Unread { entry, subject: None, ingress: true, egress: true });
        }
    }
}

/// Policies of one tier in no order, some of which decide otherwise than others, over the same pods. `meet` tells whether two have pods in common.
pub(super) fn in_no_order(law: &mut Law, meet: impl Fn(usize, usize) -> bool) {
    let mut why: Vec<Option<String>> = vec![None; law.policies.len()];
    let ranked: Vec<usize> = (0..law.policies.len()).filter(|i| law.policies[*i].rank != Rank::Together).collect();
    let together: Vec<usize> = (0..law.policies.len()).filter(|i| law.policies[*i].rank == Rank::Together).collect();
    for (at, a) in ranked.iter().enumerate() {
        let can_tie = |b: &usize| law.policies[*a].tied_with(&law.policies[*b]);
        for b in ranked[at + 1..].iter().filter(|b| can_tie(b)).filter(|b| meet(*a, **b)) {
            for (one, other) in [(*a, *b), (*b, *a)] {
                why[one] = Some(format!("nothing says whether it or {} is asked first", law.policies[other].object));
            }
        }
        if let Some(b) = together.iter().filter(|b| can_tie(b)).find(|b| meet(*a, **b)) {
            why[*a] = Some(format!("nothing says whether it or {} is asked first", law.policies[*b].object));
        }
    }
    leave_out(law, |index, _| why.get(index).cloned().flatten());
}

//! Default deny by namespace and direction: whether a new pod would be selected, or only those that are there.

use super::Reach;
use crate::kinds::network::NetworkPolicy;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How far the pods of a namespace are under policies of one direction. What these policies allow again is another question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Isolation {
    /// A policy selects every pod of the namespace, those that come tomorrow too.
    AllPods,
    /// Every pod that is there is selected by some policy; a new one may not be.
    CurrentPods,
    /// Some pods are selected by no policy.
    SomePods,
    /// No pod is selected.
    NoPods,
}

/// The isolation of one namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamespaceIsolation<'a> {
    /// The namespace.
    pub namespace: &'a str,
    /// Of what comes in.
    pub ingress: Isolation,
    /// Of what goes out.
    pub egress: Isolation,
    /// Workloads with pods that no policy selects for what comes in, as indexes.
    pub open_ingress: Vec<usize>,
    /// Workloads with pods that no policy selects for what goes out, as indexes.
    pub open_egress: Vec<usize>,
}

impl<'a> Reach<'a> {
    /// The isolation of every namespace that was read or has workloads, by name. Pods on the host network, which policies don't reach,
    /// are not counted.
    #[must_use]
    pub fn isolation(&self) -> Vec<NamespaceIsolation<'a>> {
        let read = self.inventory.namespaces.iter().map(|namespace| namespace.metadata.name.as_str());
        let names: BTreeSet<&'a str> = read.chain(self.groups.of_namespace.keys().copied()).collect();
        let mut of_namespace: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, party) in self.groups.parties.iter().enumerate() {
            of_namespace.entry(&party.workload.object.namespace).or_default().push(index);
        }
        let mut whole: BTreeMap<&str, (bool, bool)> = BTreeMap::new();
        for policy in self.inventory.network_policies.iter().filter(|policy| selects_all(policy)) {
            let (ingress, egress) = policy.spec.types();
            let entry = whole.entry(&policy.metadata.namespace).or_default();
            *entry = (entry.0 | ingress, entry.1 | egress);
        }
        let judge = |namespace: &'a str| {
            let parties = of_namespace.get(namespace).map_or(&[][..], Vec::as_slice);
            let (all_in, all_out) = whole.get(namespace).copied().unwrap_or_default();
            let (ingress, open_ingress) = self.isolated(parties, all_in, |group| self.compiled.ingress.list_of(group).is_some());
            let (egress, open_egress) = self.isolated(parties, all_out, |group| self.compiled.egress.list_of(group).is_some());
            NamespaceIsolation { namespace, ingress, egress, open_ingress, open_egress }
        };
        names.into_iter().map(judge).collect()
    }

    fn isolated(&self, parties: &[usize], all: bool, selected: impl Fn(usize) -> bool) -> (Isolation, Vec<usize>) {
        if all {
            return (Isolation::AllPods, vec![]);
        }
        let under_policy = |index: &usize| self.groups.parties[*index].groups.iter().filter(|g| !self.groups.list[**g].host_network);
        let open: Vec<usize> = parties.iter().copied().filter(|i| under_policy(i).any(|group| !selected(*group))).collect();
        let any = parties.iter().any(|index| under_policy(index).any(|group| selected(*group)));
        let isolation = match (any, open.is_empty()) {
            (true, true) => Isolation::CurrentPods,
            (true, false) => Isolation::SomePods,
            (false, _) => Isolation::NoPods,
        };
        (isolation, open)
    }
}

fn selects_all(policy: &NetworkPolicy) -> bool {
    policy.spec.pod_selector.match_labels.is_empty() && policy.spec.pod_selector.match_expressions.is_empty()
}

//! Which groups of pods a selector picks, each selector looked up once.

use super::bits::Bits;
use super::groups::{Group, Groups};
use super::selector::{Attribute, Facts, NAME_LABEL, Selector};
use crate::kinds::{Inventory, KindState};
use crate::model::Kind;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// Whether a rule is about someone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum About {
    /// No.
    No,
    /// That depends on addresses of pods, which are not known; both ways are followed.
    Maybe,
    /// Yes.
    Yes,
}

/// Namespaces by name, with their labels and whether these were read.
pub(super) type Namespaces<'a> = BTreeMap<&'a str, (BTreeMap<String, String>, bool)>;

/// Labels of every namespace that was read or has pods.
pub(super) fn namespaces<'a>(inventory: &'a Inventory, groups: &Groups<'a>) -> Namespaces<'a> {
    let names = groups.of_namespace.keys().copied().chain(inventory.namespaces.iter().map(|n| n.metadata.name.as_str()));
    names.map(|name| (name, labels_of(inventory, name))).collect()
}

/// The labels of a namespace and whether they were read. The label with the name is there even where a manifest leaves it to the server.
pub(super) fn labels_of(inventory: &Inventory, namespace: &str) -> (BTreeMap<String, String>, bool) {
    let read = inventory.namespaces.binary_search_by(|n| n.metadata.name.as_str().cmp(namespace)).is_ok();
    let mut labels = inventory.namespace_labels(namespace).clone();
    if inventory.minor().is_none_or(|minor| minor >= 21) {
        labels.entry(NAME_LABEL.to_owned()).or_insert_with(|| namespace.to_owned());
    }
    (labels, read)
}

/// Looks groups up for selectors.
pub(super) struct Picker<'a, 'g> {
    pub(super) inventory: &'a Inventory,
    pub(super) groups: &'g Groups<'a>,
    namespaces: &'g Namespaces<'a>,
    /// Answers of selectors that were asked before: policies repeat each other.
    asked: HashMap<Selector, Arc<Bits>>,
    /// Every group, and those on the network of their node.
    wherever: [Option<Arc<Bits>>; 2],
    /// Namespaces whose labels were asked for and not read.
    pub(super) unknown: BTreeSet<&'a str>,
}

impl<'a, 'g> Picker<'a, 'g> {
    /// Someone to ask.
    pub(super) fn new(inventory: &'a Inventory, groups: &'g Groups<'a>, namespaces: &'g Namespaces<'a>) -> Self {
        Self { inventory, groups, namespaces, asked: HashMap::new(), wherever: [None, None], unknown: BTreeSet::new() }
    }

    /// The groups that a selector picks. Pods on the host network have their node's address, by which no selector knows them.
    pub(super) fn groups(&mut self, selector: &Selector) -> Arc<Bits> {
        if let Some(bits) = self.asked.get(selector) {
            return Arc::clone(bits);
        }
        let mut reads = BTreeSet::new();
        selector.test.reads(&mut reads);
        let asks_account = reads.iter().any(|a| matches!(a, Attribute::AccountLabel(_)));
        let beyond_the_name = reads.iter().any(|a| matches!(a, Attribute::Namespace(key) if key != NAME_LABEL));
        let mut bits = Bits::default();
        let every = &self.groups.of_namespace;
        let one = selector.namespace.as_deref().map(|wanted| every.get_key_value(wanted));
        let (one, all) = one.map_or((None, Some(every)), |one| (one, None));
        for (name, members) in one.into_iter().chain(all.into_iter().flatten()) {
            let Some((labels, read)) = self.namespaces.get(name) else { continue };
            if !read && beyond_the_name {
                self.unknown.insert(*name);
            }
            // What the namespace alone decides needs no look at its pods.
            let of_all = self.of_namespace(selector, name);
            if of_all == Some(false) {
                continue;
            }
            for index in members {
                let group = &self.groups.list[*index];
                let picked = || of_all.or_else(|| selector.picks(&self.facts(group, labels, asks_account))) == Some(true);
                if !group.host_network && picked() {
                    bits.insert(*index);
                }
            }
        }
        let bits = Arc::new(bits);
        self.asked.insert(selector.clone(), Arc::clone(&bits));
        bits
    }

    /// Whether a selector picks a group.
    pub(super) fn picks(&self, selector: &Selector, group: usize) -> bool {
        let group = &self.groups.list[group];
        let labels = self.namespaces.get(group.namespace).map(|(labels, _)| labels);
        !group.host_network && labels.is_some_and(|labels| selector.picks(&self.facts(group, labels, true)) == Some(true))
    }

    /// What is known of a group; labels of its account only where somebody asks for them.
    fn facts<'x>(&'x self, group: &'x Group<'a>, namespace_labels: &'x BTreeMap<String, String>, asks_account: bool) -> Facts<'x> {
        static NONE: BTreeMap<String, String> = BTreeMap::new();
        let account = if asks_account { self.inventory.service_account(group.namespace, group.account) } else { None };
        Facts {
            labels: Some(group.labels),
            namespace: Some(group.namespace),
            namespace_labels: Some(namespace_labels),
            account: Some(group.account),
            account_labels: Some(account.map_or(&NONE, |account| &account.metadata.labels)),
        }
    }

    pub(super) fn where_host(&mut self, host_only: bool) -> Arc<Bits> {
        if let Some(bits) = &self.wherever[usize::from(host_only)] {
            return Arc::clone(bits);
        }
        let mut bits = Bits::default();
        let list = self.groups.list.iter().enumerate();
        list.filter(|(_, group)| group.host_network || !host_only).for_each(|(index, _)| bits.insert(index));
        let bits = Arc::new(bits);
        self.wherever[usize::from(host_only)] = Some(Arc::clone(&bits));
        bits
    }

    /// Whether a selector picks a pod of a namespace of which nothing else is known.
    pub(super) fn of_namespace(&self, selector: &Selector, name: &str) -> Option<bool> {
        let labels = self.namespaces.get(name).map(|(labels, _)| labels);
        selector.picks(&Facts { namespace: Some(name), namespace_labels: labels, ..Facts::ANY })
    }

    /// Whether selectors together pick every pod that is there and one without labels in each namespace, a new one too. What they ask for then
    /// leaves out nobody: a label that every namespace has, or values that none has. Perhaps, where it was not read which namespaces there are.
    pub(super) fn leave_nobody_out(&mut self, selectors: &[&Selector]) -> About {
        if !selectors.iter().any(|selector| selector.picks_stranger(Some("*"))) {
            return About::No;
        }
        if self.inventory.state(Kind::Namespaces) != KindState::Read {
            return About::Maybe;
        }
        let none = BTreeMap::new();
        let bare = |(name, (labels, _)): (&&str, &(BTreeMap<String, String>, bool))| {
            let facts = Facts {
                labels: Some(&none),
                namespace: Some(name),
                namespace_labels: Some(labels),
                account: Some("*"),
                account_labels: Some(&none),
            };
            selectors.iter().any(|selector| selector.picks(&facts) == Some(true))
        };
        if !self.namespaces.iter().all(bare) {
            return About::No;
        }
        let picked: Vec<Arc<Bits>> = selectors.iter().map(|selector| self.groups(selector)).collect();
        let mut bound = self.groups.list.iter().enumerate().filter(|(_, group)| !group.host_network);
        if bound.all(|(index, _)| picked.iter().any(|bits| bits.contains(index))) { About::Yes } else { About::No }
    }

    /// The namespaces of which a selector picks every pod.
    pub(super) fn whole_namespaces(&self, selector: &Selector) -> Vec<&'a str> {
        let picked = |name: &&'a str| self.of_namespace(selector, name) == Some(true);
        match selector.namespace.as_deref() {
            Some(wanted) => self.namespaces.get_key_value(wanted).map(|(name, _)| *name).filter(picked).into_iter().collect(),
            None => self.namespaces.keys().copied().filter(picked).collect(),
        }
    }
}

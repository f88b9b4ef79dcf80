//! Workloads that no question about some others can tell apart. Policies mostly speak of their own namespace, so of what they say little is left
//! where only connections to and from other namespaces are asked about: thousands of workloads are then a handful of sorts, and one of each
//! answers for all.
//!
//! Two groups are of one sort towards some others if the same of their own rules are about any of these others, in both directions; if the rules
//! of the others that pick pods pick both or neither; and if they have the same named ports. What is said of one of them is then said of the
//! other, word for word.

use super::Reach;
use super::bits::Bits;
use super::compile::{Direction, Rule};
use super::isolation::Direction as Way;
use super::pick::About;
use super::policy::Verdict;
use std::collections::{BTreeSet, HashMap};

/// What tells groups apart: named ports, own rules of either direction (nothing where no policy selects the group), and sets of the others' rules.
type Mark = (usize, [Option<Vec<usize>>; 2], Vec<usize>);

impl Reach<'_> {
    /// For each of some workloads the number of its sort: of one sort are those that no question about a connection to or from any of the others
    /// tells apart. Both are indexes of workloads.
    #[must_use]
    pub fn sorts(&self, ours: &[usize], others: &[usize]) -> Vec<usize> {
        let (ours_of, others_of) = (self.members(ours), self.members(others));
        let picked = self.picked(&ours_of, &others_of);
        let mut relevant: HashMap<usize, bool> = HashMap::new();
        let mut own = |direction: &Direction<'_>, group: usize| {
            let rules = direction.rules(direction.of_group(group)?);
            let about_others = |index: &&usize| *relevant.entry(**index).or_insert_with(|| self.compiled.rules[**index].meets(&others_of));
            Some(rules.iter().filter(about_others).copied().collect::<Vec<_>>())
        };
        let mut marks: HashMap<Mark, usize> = HashMap::new();
        let mut of_group: HashMap<usize, usize> = HashMap::new();
        for group in ours_of.iter() {
            let rules = [own(&self.compiled.egress, group), own(&self.compiled.ingress, group)];
            let mark = (self.groups.list[group].ports, rules, picked.get(&group).cloned().unwrap_or_default());
            let next = marks.len();
            of_group.insert(group, *marks.entry(mark).or_insert(next));
        }
        let mut sorts: HashMap<BTreeSet<usize>, usize> = HashMap::new();
        let mut sort = |index: &usize| {
            let groups = self.groups.parties.get(*index).map_or(&[][..], |party| &party.groups);
            let next = sorts.len();
            *sorts.entry(groups.iter().filter_map(|group| of_group.get(group).copied()).collect()).or_insert(next)
        };
        ours.iter().map(&mut sort).collect()
    }

    /// Whom the rules of a workload may let through in a direction, in either reading; nobody else needs to be asked about.
    #[must_use]
    pub fn company(&self, workload: usize, way: Way) -> Company {
        let direction = if way == Way::Ingress { &self.compiled.ingress } else { &self.compiled.egress };
        let mut some = Bits::default();
        for group in self.groups.parties.get(workload).into_iter().flat_map(|party| &party.groups) {
            let Some(binding) = direction.of_group(*group) else { return Company(None) };
            let rules = || direction.rules(binding).iter().map(|index| &self.compiled.rules[*index]);
            // Only the end of a tier holds back what no rule is about.
            if !rules().any(|rule| rule.object.is_none() && rule.verdict == Verdict::Deny) {
                return Company(None);
            }
            for rule in rules().filter(|rule| rule.verdict != Verdict::Deny) {
                if rule.everyone || rule.by_address != About::No {
                    return Company(None);
                }
                rule.peers().for_each(|set| some.join(set));
            }
        }
        Company(Some(some))
    }

    /// The places of those of some workloads that are in company; each sort of others is asked about by one of them.
    #[must_use]
    pub fn within(&self, company: &Company, workloads: &Places) -> Vec<usize> {
        let Company(Some(some)) = company else { return (0..workloads.count).collect() };
        let mut places: Vec<usize> = some.iter().filter_map(|group| workloads.of_group.get(&group)).flatten().copied().collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Some workloads, to be looked up by their pods.
    #[must_use]
    pub fn places(&self, workloads: &[usize]) -> Places {
        let mut of_group: HashMap<usize, Vec<usize>> = HashMap::new();
        for (place, index) in workloads.iter().enumerate() {
            for group in self.groups.parties.get(*index).into_iter().flat_map(|party| &party.groups) {
                of_group.entry(*group).or_default().push(place);
            }
        }
        Places { of_group, count: workloads.len() }
    }

    fn members(&self, workloads: &[usize]) -> Bits {
        let mut bits = Bits::default();
        workloads.iter().filter_map(|index| self.groups.parties.get(*index)).flat_map(|party| &party.groups).for_each(|g| bits.insert(*g));
        bits
    }

    /// For each of our groups the sets of pods, by number, that rules of the others pick it with.
    fn picked(&self, ours: &Bits, others: &Bits) -> HashMap<usize, Vec<usize>> {
        let directions = [&self.compiled.egress, &self.compiled.ingress];
        let bindings: BTreeSet<(usize, usize)> = others
            .iter()
            .flat_map(|group| directions.iter().enumerate().filter_map(move |(nth, direction)| Some((nth, direction.of_group(group)?))))
            .collect();
        let rules: BTreeSet<usize> = bindings.into_iter().flat_map(|(nth, binding)| directions[nth].rules(binding)).copied().collect();
        // Equal selectors share one set, which is known by its address.
        let mut sets: HashMap<*const Bits, usize> = HashMap::new();
        let mut picked: HashMap<usize, Vec<usize>> = HashMap::new();
        for set in rules.into_iter().flat_map(|rule| self.compiled.rules[rule].peers()) {
            let next = sets.len();
            if sets.insert(std::ptr::from_ref(set), next).is_none() {
                set.iter().filter(|group| ours.contains(*group)).for_each(|group| picked.entry(group).or_default().push(next));
            }
        }
        picked
    }
}

/// Pods that rules may let through; nothing where that may be anybody.
#[derive(Debug)]
pub struct Company(Option<Bits>);

impl Company {
    /// Whether a workload is in it.
    #[must_use]
    pub fn has(&self, reach: &Reach<'_>, workload: usize) -> bool {
        let groups = reach.groups.parties.get(workload).map_or(&[][..], |party| &party.groups);
        self.0.as_ref().is_none_or(|some| groups.iter().any(|group| some.contains(*group)))
    }
}

/// Workloads by the groups of their pods, each by its place in a list.
#[derive(Debug)]
pub struct Places {
    of_group: HashMap<usize, Vec<usize>>,
    count: usize,
}

impl Rule {
    /// The sets of pods that it names.
    fn peers(&self) -> impl Iterator<Item = &Bits> {
        self.peers.iter().map(AsRef::as_ref)
    }

    /// Whether it may be about some of these groups, in either reading.
    fn meets(&self, groups: &Bits) -> bool {
        self.everyone || self.by_address != About::No || self.peers().any(|set| set.meets(groups))
    }
}

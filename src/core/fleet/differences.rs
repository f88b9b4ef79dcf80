//! In what clusters differ: what one has and its sisters lack. Only what was seen on a cluster is compared with what was seen on others.

use super::difference::{Apart, Difference, Held};
use super::fact::{Fact, Topic};
use super::member::{Answers, Member};
use crate::model::Words;
use std::collections::BTreeMap;

/// How clusters share in a fact: what holds on which, and who could not see it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Spread {
    values: Vec<(Words, Vec<usize>)>,
    unseen: Vec<usize>,
}

/// The differences of clusters that were read, each of them once.
pub(super) fn of(members: &[Member], answers: Answers) -> Vec<Difference> {
    let mut spreads: BTreeMap<(Topic, String, String, Spread), Vec<String>> = BTreeMap::new();
    for (fact, told) in answers {
        if let Some(spread) = spread(members, &fact, &told) {
            let Fact { topic, of, rule, what } = fact;
            spreads.entry((topic, of, rule, spread)).or_default().push(what);
        }
    }
    let mut differences: Vec<Difference> = spreads.into_iter().map(|(shared, what)| told(members, shared, what)).collect();
    // Where nothing holds on most, nobody stands out.
    let rank = |difference: &Difference| if difference.apart.is_empty() { usize::MAX } else { difference.apart.len() };
    differences.sort_by(|a, b| (rank(a), a.topic, &a.of, &a.rule, &a.what).cmp(&(rank(b), b.topic, &b.of, &b.rule, &b.what)));
    differences
}

/// How clusters share in a fact; nothing where all that could see it say the same.
fn spread(members: &[Member], fact: &Fact, told: &[(usize, Words)]) -> Option<Spread> {
    let told: BTreeMap<usize, &Words> = told.iter().map(|(nth, words)| (*nth, words)).collect();
    let mut values: BTreeMap<Words, Vec<usize>> = BTreeMap::new();
    let mut unseen = vec![];
    for (nth, member) in members.iter().enumerate().filter(|(_, member)| member.is_compared()) {
        match told.get(&nth) {
            Some(words) => values.entry((*words).clone()).or_default().push(nth),
            None if member.blind.sees(fact) => values.entry(fact.topic.otherwise().into()).or_default().push(nth),
            None => unseen.push(nth),
        }
    }
    // A namespace that is in scope nowhere is no matter of an assessment.
    let idle = fact.topic == Topic::Namespace && !values.keys().any(|words| is_in_scope(words));
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(|(a, here), (b, there)| (there.len(), a).cmp(&(here.len(), b)));
    (values.len() > 1 && !idle).then_some(Spread { values, unseen })
}

fn is_in_scope(label: &str) -> bool {
    crate::model::Category::ALL.iter().any(|category| category.in_scope() && category.label() == label)
}

fn told(members: &[Member], (topic, of, rule, spread): (Topic, String, String, Spread), mut what: Vec<String>) -> Difference {
    let names = |nths: &[usize]| nths.iter().filter_map(|nth| members.get(*nth)).map(|m| m.cluster.name.clone()).collect::<Vec<_>>();
    let compared: usize = spread.values.iter().map(|(_, nths)| nths.len()).sum();
    let most = spread.values.first().map_or(0, |(_, nths)| nths.len());
    let mut apart: Vec<usize> =
        if most * 2 > compared { spread.values.iter().skip(1).flat_map(|(_, nths)| nths.iter().copied()).collect() } else { vec![] };
    apart.sort_unstable();
    what.retain(|what| !what.is_empty());
    what.sort();
    Difference {
        topic,
        of,
        rule,
        what,
        values: spread.values.iter().map(|(value, nths)| Held { value: value.to_string(), clusters: names(nths) }).collect(),
        apart: names(&apart),
        unseen: names(&spread.unseen),
    }
}

/// Clusters that stand alone in something, the one with the most first.
pub(super) fn apart(members: &[Member], differences: &[Difference]) -> Vec<Apart> {
    let alone = |name: &str| differences.iter().filter(|difference| difference.alone() == Some(name)).count();
    let mut apart: Vec<Apart> =
        members.iter().map(|member| Apart { cluster: member.cluster.name.clone(), alone: alone(&member.cluster.name) }).collect();
    apart.retain(|apart| apart.alone > 0);
    apart.sort_by_key(|apart| std::cmp::Reverse(apart.alone));
    apart
}

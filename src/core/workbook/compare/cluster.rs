//! Which clusters of two sides are the same, and in what they differ.

use super::entry::{Class, Entry, Topic};
use super::findings::{Rules, outcomes};
use super::side::{ClusterSide, Side};
use std::collections::BTreeMap;

/// How many kinds are named where many were not read for one reason.
const NAMED: usize = 4;

/// Differences of all clusters.
pub(super) fn entries(a: &Side<'_>, b: &Side<'_>) -> Vec<Entry> {
    let rules = Rules { a: &a.scope, b: &b.scope };
    let mut entries = vec![];
    let mut met = vec![];
    for first in &a.clusters {
        match twin(first, &b.clusters) {
            Some(second) => {
                met.push(second.name.as_str());
                entries.extend(same(first, second, rules));
            }
            None => entries.push(alone(first, &b.clusters, "the first")),
        }
    }
    entries.extend(b.clusters.iter().filter(|c| !met.contains(&c.name.as_str())).map(|c| alone(c, &a.clusters, "the second")));
    entries
}

/// The differences of two readings of one cluster, judged in one scope.
#[must_use]
pub fn readings(before: &ClusterSide<'_>, after: &ClusterSide<'_>) -> Vec<Entry> {
    let scope = crate::model::Scope::default();
    let mut entries = same(before, after, Rules { a: &scope, b: &scope });
    entries.sort_by_key(|entry| (entry.topic, entry.class));
    entries
}

/// The same cluster on the other side: by its UID, or by its name where a UID is not known.
fn twin<'c, 'a>(cluster: &ClusterSide<'_>, others: &'c [ClusterSide<'a>]) -> Option<&'c ClusterSide<'a>> {
    let by_uid = others.iter().find(|other| !cluster.uid.is_empty() && other.uid == cluster.uid);
    by_uid.or_else(|| others.iter().find(|other| other.name == cluster.name && (other.uid.is_empty() || cluster.uid.is_empty())))
}

fn alone(cluster: &ClusterSide<'_>, others: &[ClusterSide<'_>], which: &str) -> Entry {
    let why = match others.iter().find(|other| other.name == cluster.name) {
        Some(other) => format!(
            "only {which} has it: of the same name, the other is another cluster, with UID {} in place of {}",
            other.uid, cluster.uid
        ),
        None => format!("only {which} has it"),
    };
    Entry { cluster: cluster.name.clone(), ..Entry::unknown(Topic::Cluster, &cluster.name, why) }
}

fn same(a: &ClusterSide<'_>, b: &ClusterSide<'_>, rules: Rules<'_>) -> Vec<Entry> {
    let mut entries = vec![];
    let facts = [
        ("name", a.name.clone(), b.name.clone()),
        ("server", a.server.clone(), b.server.clone()),
        ("version", a.version.clone(), b.version.clone()),
        ("distribution", a.distribution.clone(), b.distribution.clone()),
        ("nodes", a.nodes.to_string(), b.nodes.to_string()),
    ];
    entries.extend(
        facts.into_iter().filter(|(_, a, b)| a != b).map(|(what, a, b)| Entry::new(Class::Changed, Topic::Cluster, what).says(a, b)),
    );
    for (side, other, which) in [(a, b, "first"), (b, a, "second")] {
        if let Some(why) = side.failed.as_ref().filter(|_| side.failed != other.failed) {
            let why = format!("the {which} could not read it again, and has what was read before: {why}");
            entries.push(Entry::unknown(Topic::Cluster, "the reading", why));
        }
    }
    entries.extend(unread(&b.not_read, &a.not_read, "only the first could read it"));
    entries.extend(unread(&a.not_read, &b.not_read, "only the second could read it"));
    entries.extend(outcomes(a, b, rules));
    for entry in &mut entries {
        entry.cluster.clone_from(&b.name);
    }
    entries
}

/// Kinds that one side could not read and the other could, those with one reason together.
fn unread(here: &BTreeMap<String, String>, there: &BTreeMap<String, String>, why: &str) -> Vec<Entry> {
    let mut by_words: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (kind, words) in here.iter().filter(|(kind, _)| !there.contains_key(*kind)) {
        by_words.entry(words).or_default().push(kind);
    }
    let entry = |(words, kinds): (&str, Vec<&str>)| {
        let named = kinds.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
        let more = kinds.len().saturating_sub(NAMED);
        let what = if more > 0 { format!("{named} and {more} more kinds") } else { named };
        Entry::unknown(Topic::Kind, what, format!("{why}; on the other side: {words}"))
    };
    by_words.into_iter().map(entry).collect()
}

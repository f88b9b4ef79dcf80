//! What people wrote, and by what it was judged.

use super::entry::{Class, Entry, Topic};
use super::side::Side;
use crate::model::text::counted;
use crate::model::{Determined, Scope};
use crate::workbook::{Answer, Determination};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Differences of catalogue, scope, determinations and answers.
pub(super) fn entries(a: &Side<'_>, b: &Side<'_>) -> Vec<Entry> {
    let mut entries = vec![];
    if !a.catalogue.is_empty() && !b.catalogue.is_empty() && a.catalogue != b.catalogue {
        let why = "each was judged by its own catalogue, so an outcome may differ because its check does";
        entries.push(Entry::unknown(Topic::Catalogue, "the checks and questions", why).says(&a.catalogue, &b.catalogue));
    }
    if a.scope != b.scope {
        let why = "what is in scope differs, so an outcome may differ because of that";
        entries.push(Entry::unknown(Topic::Scope, "the scope", why).says(scope_words(&a.scope, &b.scope), scope_words(&b.scope, &a.scope)));
    }
    if let (Some(first), Some(second)) = (a.workbook, b.workbook) {
        determinations(&first.determinations, &second.determinations, &mut entries);
        answers(&first.answers, &second.answers, &mut entries);
    }
    entries
}

/// What a scope says that another does not.
fn scope_words(scope: &Scope, other: &Scope) -> String {
    let mut words = vec![];
    if scope.default != other.default {
        words.push(format!("others are {}", scope.default.label()));
    }
    for rule in scope.namespace.iter().filter(|rule| !other.namespace.contains(rule)) {
        let labels = rule.labels.iter().map(|(key, value)| format!("{key}={value}"));
        let which: Vec<String> = rule.glob.iter().cloned().chain(labels).collect();
        words.push(format!("{} is {}", which.join(" "), rule.category.label()));
    }
    for (name, mine, theirs) in [
        ("trusted registries", &scope.trusted_registries, &other.trusted_registries),
        ("high-risk workloads", &scope.high_risk, &other.high_risk),
    ] {
        if mine != theirs {
            words.push(format!("{name}: {}", if mine.is_empty() { "none".to_owned() } else { mine.join(", ") }));
        }
    }
    if scope.node_pool != other.node_pool {
        words.push(format!("{} for nodes", counted(scope.node_pool.len(), "rule", "rules")));
    }
    if words.is_empty() { "the same rules in another order".to_owned() } else { words.join("; ") }
}

fn determinations(a: &[Determination], b: &[Determination], entries: &mut Vec<Entry>) {
    let words = |d: &Determination| format!("{} ({})", d.finding.label(), d.method.label());
    let entry = |class, d: &Determination| Entry::new(class, Topic::Determination, "").id(&d.practice);
    pairs(
        a,
        b,
        |d| d.practice.clone(),
        |pair| match pair {
            (Some(a), Some(b)) => {
                let differing = differing(a, b, &["by", "at", "proposed", "because"]);
                if !differing.is_empty() {
                    let (before, after) = if words(a) == words(b) { (differing.join(", "), String::new()) } else { (words(a), words(b)) };
                    let mut entry = entry(Class::Changed, b).says(before, after);
                    if a.to_confirm != b.to_confirm && b.to_confirm && b.finding != Determined::NotTested {
                        entry.what = "to confirm".to_owned();
                    }
                    entries.push(entry);
                }
            }
            (Some(a), None) => entries.push(entry(Class::Gone, a).says(words(a), "")),
            (None, Some(b)) => entries.push(entry(Class::New, b).says("", words(b))),
            (None, None) => {}
        },
    );
}

fn answers(a: &[Answer], b: &[Answer], entries: &mut Vec<Entry>) {
    let entry =
        |class, answer: &Answer| Entry { cluster: answer.cluster.clone(), ..Entry::new(class, Topic::Answer, "").id(&answer.question) };
    pairs(
        a,
        b,
        |answer| (answer.question.clone(), answer.cluster.clone()),
        |pair| match pair {
            (Some(a), Some(b)) => {
                let said = (a.value.to_string(), b.value.to_string());
                let differing = differing(a, b, &["by", "at", "digest"]);
                if a.digest != b.digest {
                    let why = "the question was worded otherwise".to_owned();
                    entries.push(Entry { why, ..entry(Class::CannotBeCompared, b) }.says(said.0, said.1));
                } else if a.value != b.value {
                    entries.push(entry(Class::Changed, b).says(said.0, said.1));
                } else if !differing.is_empty() {
                    entries.push(entry(Class::Changed, b).says(differing.join(", "), ""));
                }
            }
            (Some(a), None) => entries.push(entry(Class::Gone, a).says(a.value.to_string(), "")),
            (None, Some(b)) => entries.push(entry(Class::New, b).says("", b.value.to_string())),
            (None, None) => {}
        },
    );
}

/// Everything that one of two lists has, side by side by its key.
fn pairs<'t, T, K: Ord>(a: &'t [T], b: &'t [T], key: impl Fn(&T) -> K, mut take: impl FnMut((Option<&'t T>, Option<&'t T>))) {
    let (a, b): (BTreeMap<K, &T>, BTreeMap<K, &T>) = (a.iter().map(|t| (key(t), t)).collect(), b.iter().map(|t| (key(t), t)).collect());
    let keys: BTreeSet<&K> = a.keys().chain(b.keys()).collect();
    for key in keys {
        take((a.get(key).copied(), b.get(key).copied()));
    }
}

/// The fields in which two tables differ, but for some: whatever a later format adds to them counts too.
fn differing<T: Serialize>(a: &T, b: &T, but: &[&str]) -> Vec<String> {
    let fields = |value: &T| match serde_json::to_value(value) {
        Ok(serde_json::Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let (a, b) = (fields(a), fields(b));
    let keys: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    keys.into_iter().filter(|key| !but.contains(&key.as_str()) && a.get(*key) != b.get(*key)).map(|key| key.replace('_', " ")).collect()
}

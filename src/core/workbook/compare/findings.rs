//! Outcomes and findings of one cluster, by the identity of the finding.

use super::entry::{Class, Entry, Topic};
use super::side::ClusterSide;
use crate::assess::CheckOutcome;
use crate::checks;
use crate::model::text::counted;
use crate::model::{Category, Finding, Kind, Outcome, Scope};
use std::collections::{BTreeMap, BTreeSet};

/// How many of the lists that a check lacks are named.
const NAMED: usize = 4;

/// The scopes of both sides.
#[derive(Clone, Copy)]
pub(super) struct Rules<'s> {
    pub a: &'s Scope,
    pub b: &'s Scope,
}

/// What one side knows that decides whether a missing finding is gone.
struct Sight<'s> {
    scope: &'s Scope,
    /// Category of namespaces, as its findings tell it.
    categories: BTreeMap<&'s str, Category>,
    /// Group and kind of objects that it could not list.
    unread: BTreeSet<(&'static str, &'static str)>,
}

impl<'s> Sight<'s> {
    fn of(side: &'s ClusterSide<'_>, scope: &'s Scope) -> Self {
        let findings = side.outcomes.iter().flat_map(|outcome| &outcome.findings);
        let unread = side.not_read.keys().filter_map(|id| Kind::by_id(id)).map(|kind| (kind.group(), kind.kind())).collect();
        Self { scope, categories: findings.filter_map(|f| Some((namespace(f)?, f.category))).collect(), unread }
    }

    /// Why this side could not have a finding of the other; nothing where it could.
    fn blind(&self, finding: &Finding, other: &Self) -> Option<String> {
        let kind = (finding.object.group.as_str(), finding.object.kind.as_str());
        // What neither could list was found by other objects on both sides: a Deployment by its pods.
        if self.unread.contains(&kind) && !other.unread.contains(&kind) {
            return Some(format!("objects of kind {} were not read on the other side", finding.object.kind));
        }
        let namespace = namespace(finding).filter(|_| self.scope != other.scope)?;
        let here = self.categories.get(namespace).copied().or_else(|| {
            // Labels are not known here, so only rules by name can be asked.
            let by_name = self.scope.namespace.iter().all(|rule| rule.labels.is_empty());
            by_name.then(|| self.scope.category(namespace, &BTreeMap::new(), finding.category == Category::Platform))
        });
        match here {
            Some(here) if here == finding.category => None,
            Some(here) => Some(format!("the scope rules differ: {namespace} is {} on the other side", here.label())),
            None => Some(format!("the scope rules differ, and what {namespace} is on the other side is not known")),
        }
    }
}

fn namespace(finding: &Finding) -> Option<&str> {
    let object = &finding.object;
    if object.kind == "Namespace" { Some(object.name.as_str()) } else { Some(object.namespace.as_str()).filter(|name| !name.is_empty()) }
}

/// Differences of outcomes and findings.
pub(super) fn outcomes(a: &ClusterSide<'_>, b: &ClusterSide<'_>, rules: Rules<'_>) -> Vec<Entry> {
    let sights = (Sight::of(a, rules.a), Sight::of(b, rules.b));
    let mut entries = vec![];
    for (missing, which) in [(&a.findings_missing, "first"), (&b.findings_missing, "second")] {
        if let Some(why) = missing {
            entries.push(Entry::unknown(Topic::Finding, format!("findings of the {which}"), why.clone()));
        }
    }
    let found = a.findings_missing.is_none() && b.findings_missing.is_none();
    let index = |side: &ClusterSide<'_>| -> BTreeMap<String, usize> {
        side.outcomes.iter().enumerate().map(|(n, o)| (o.check.clone(), n)).collect()
    };
    let (first, second) = (index(a), index(b));
    let mut ids: Vec<&String> = first.keys().chain(second.keys()).collect::<BTreeSet<_>>().into_iter().collect();
    ids.sort_by_key(|id| checks::all().position(|check| check.id == id.as_str()).unwrap_or(usize::MAX));
    for id in ids {
        match (first.get(id).map(|n| &a.outcomes[*n]), second.get(id).map(|n| &b.outcomes[*n])) {
            (Some(before), Some(after)) => check(before, after, found, &sights, &mut entries),
            (Some(only), None) => entries.push(unknown_check(only, "first")),
            (None, Some(only)) => entries.push(unknown_check(only, "second")),
            (None, None) => {}
        }
    }
    entries
}

fn title(check: &str) -> String {
    checks::by_id(check).map_or("", |check| check.title).to_owned()
}

fn unknown_check(outcome: &CheckOutcome, which: &str) -> Entry {
    let said = outcome.outcome.label();
    let (before, after) = if which == "first" { (said, "") } else { ("", said) };
    Entry::unknown(Topic::Outcome, title(&outcome.check), format!("only the {which} was judged by this check"))
        .id(&outcome.check)
        .says(before, after)
}

fn check(before: &CheckOutcome, after: &CheckOutcome, found: bool, sights: &(Sight<'_>, Sight<'_>), entries: &mut Vec<Entry>) {
    let mut list = vec![];
    let mut hidden = (0, 0);
    if found {
        hidden = findings(before, after, sights, &mut list);
    }
    let outcome = |class| {
        let said = (before.outcome.label(), after.outcome.label());
        Entry::new(class, Topic::Outcome, title(&after.check)).id(&after.check).says(said.0, said.1)
    };
    let blocked = (before.outcome == Outcome::Blocked, after.outcome == Outcome::Blocked);
    if blocked.0 != blocked.1 {
        let (which, needs) = if blocked.0 { ("first", &before.needs) } else { ("second", &after.needs) };
        let mut why = format!("blocked in the {which}");
        if !needs.is_empty() {
            why.push_str(&format!(", which needs {}", named(needs)));
        }
        let n = hidden.0 + hidden.1;
        if n > 0 {
            why.push_str(&format!("; {} of the other can't be compared", counted(n, "finding", "findings")));
        }
        entries.push(Entry { why, ..outcome(Class::CannotBeCompared) });
    } else if blocked.0 && hidden != (0, 0) {
        let why = format!("blocked in both; findings of only one: {} in the first, {} in the second", hidden.0, hidden.1);
        entries.push(Entry { why, ..outcome(Class::CannotBeCompared) });
    } else if before.outcome != after.outcome {
        let by_scope = list.iter().find(|entry| entry.class == Class::CannotBeCompared);
        let only = list.iter().all(|entry| entry.class == Class::CannotBeCompared);
        entries.push(match by_scope.filter(|_| only) {
            Some(entry) => Entry { why: entry.why.clone(), ..outcome(Class::CannotBeCompared) },
            None => outcome(Class::Changed),
        });
    }
    entries.extend(list);
}

/// What was missing, the first of many named.
fn named(needs: &[String]) -> String {
    let first = needs.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    let more = needs.len().saturating_sub(NAMED);
    if more > 0 { format!("{first} and {more} more") } else { first }
}

/// The findings of a check; how many of either side a blocked other side hides.
fn findings(before: &CheckOutcome, after: &CheckOutcome, (a, b): &(Sight<'_>, Sight<'_>), list: &mut Vec<Entry>) -> (usize, usize) {
    let by_id = |outcome: &'_ CheckOutcome| -> BTreeMap<String, usize> {
        outcome.findings.iter().enumerate().map(|(n, f)| (f.id.clone(), n)).collect()
    };
    let (was, is) = (by_id(before), by_id(after));
    let entry = |class, f: &Finding| Entry { check: after.check.clone(), ..Entry::new(class, Topic::Finding, about(f)).id(&f.id) };
    let mut hidden = (0, 0);
    for f in &after.findings {
        match was.get(&f.id).map(|n| &before.findings[*n]) {
            Some(old) => list.extend(changed(old, f, a.scope != b.scope, &entry)),
            None if before.outcome == Outcome::Blocked => hidden.1 += 1,
            None => list.push(match a.blind(f, b) {
                Some(why) => Entry { why, ..entry(Class::CannotBeCompared, f) }.says("", said(f)),
                None => entry(Class::New, f).says("", said(f)),
            }),
        }
    }
    for f in before.findings.iter().filter(|f| !is.contains_key(&f.id)) {
        // What could not be looked at this time is not gone.
        if after.outcome == Outcome::Blocked {
            hidden.0 += 1;
            continue;
        }
        list.push(match b.blind(f, a) {
            Some(why) => Entry { why, ..entry(Class::CannotBeCompared, f) }.says(said(f), ""),
            None => entry(Class::Gone, f).says(said(f), ""),
        });
    }
    hidden
}

/// Object, field and rule of a finding.
fn about(f: &Finding) -> String {
    let rule = f.rule.as_deref().map(|rule| format!(" {rule}")).unwrap_or_default();
    format!("{} {}{rule}", f.object, f.field)
}

/// What a finding says, in short.
fn said(f: &Finding) -> String {
    let observed = if f.observed.is_empty() { String::new() } else { format!("{}, ", f.observed) };
    format!("{observed}{}, {}", f.severity.id(), f.category.label())
}

fn changed(old: &Finding, new: &Finding, scopes_differ: bool, entry: &dyn Fn(Class, &Finding) -> Entry) -> Option<Entry> {
    let pods = |f: &Finding| f.pods.map(|n| counted(n as usize, "pod", "pods")).unwrap_or_default();
    let weight = |f: &Finding| if f.weight == crate::model::Weight::Fail { "fails" } else { "to review" }.to_owned();
    let parts: Vec<(String, String)> = [
        (old.observed.clone(), new.observed.clone()),
        (old.severity.id().to_owned(), new.severity.id().to_owned()),
        (old.category.label().to_owned(), new.category.label().to_owned()),
        (weight(old), weight(new)),
        (pods(old), pods(new)),
    ]
    .into_iter()
    .filter(|(a, b)| a != b)
    .collect();
    if parts.is_empty() {
        return None;
    }
    let join = |part: fn(&(String, String)) -> &String| {
        parts.iter().map(|p| if part(p).is_empty() { "nothing" } else { part(p).as_str() }).collect::<Vec<_>>().join(", ")
    };
    let (before, after) = (join(|p| &p.0), join(|p| &p.1));
    Some(if old.category != new.category && scopes_differ {
        let why = format!("the scope rules differ: {} and {}", old.category.label(), new.category.label());
        Entry { why, ..entry(Class::CannotBeCompared, new) }.says(before, after)
    } else {
        entry(Class::Changed, new).says(before, after)
    })
}

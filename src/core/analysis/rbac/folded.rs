//! The access register by subject, as people read it: who holds which roles where, what these amount to, and which ways to further rights that
//! opens. It owns what it tells, so that a screen may keep it; a role's rules are told once however many hold it.

use super::{Rbac, Subject, SubjectKind, catalogue, register::Register};
use crate::kinds::rbac::PolicyRule;
use crate::model::{Category, Severity};
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The register by subject.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// Whether roles and bindings of all kinds were read to their end.
    pub complete: bool,
    /// Everybody whom a binding names, sorted by kind, namespace, name.
    pub subjects: Vec<Entry>,
    /// The roles that they hold.
    pub roles: Vec<Rights>,
    /// Rows of the whole register.
    pub rows: usize,
}

/// All that one subject holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who.
    pub subject: Subject,
    /// The categories that its rights reach.
    pub categories: BTreeSet<Category>,
    /// What it holds, by namespace and binding.
    pub held: Vec<Held>,
    /// The paths to further rights that it holds, worst first; those through groups that it is in by itself are told of the group.
    pub paths: Vec<PathHeld>,
    /// Rows of the register.
    pub rows: usize,
}

/// One role that a subject holds by one binding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Where: a namespace, or `*`.
    pub namespace: String,
    /// The category of that place.
    pub category: Category,
    /// Which role, by its index.
    pub role: usize,
    /// The binding: `RoleBinding shop/readers`.
    pub binding: String,
    /// The paths that it opens to this subject, by name.
    pub paths: Vec<&'static str>,
}

/// A path to further rights that a subject holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PathHeld {
    /// How bad, at the worst of the places.
    pub severity: Severity,
    /// Its name.
    pub path: &'static str,
}

/// What a role gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rights {
    /// The role: `ClusterRole view`.
    pub role: String,
    /// Its rules, in their order; none where it does not exist or could not be read.
    pub rules: Vec<RuleWords>,
}

/// A rule of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleWords {
    /// The rule in words.
    pub words: String,
    /// Whether it speaks of paths outside of resources alone: such a rule has no effect in a namespace.
    pub of_paths: bool,
}

/// Places and bindings named of a role before the rest is counted.
const NAMED: usize = 8;

/// A line about what a subject holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told<'f> {
    /// The ways to further rights.
    Paths(String),
    /// A role, where it holds, and what gave it.
    Role(String),
    /// A rule of the role before it.
    Rule(&'f str),
}

/// The first of some names, and how many more there are.
fn some(names: &[&str]) -> String {
    let first = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => first,
        more => format!("{first} and {more} more"),
    }
}

impl Folded {
    /// Folds a register that these rights gave.
    #[must_use]
    pub fn of(rbac: &Rbac<'_>, register: &Register<'_>) -> Self {
        let mut folded = Self { complete: register.complete, ..Self::default() };
        // By the address of a binding: the register borrows them from the rights.
        let mut opened: HashMap<*const super::Bound<'_>, Vec<super::escalation::Found>> = HashMap::new();
        let mut by_subject: BTreeMap<&Subject, BTreeMap<&'static str, Severity>> = BTreeMap::new();
        for bound in rbac.bindings() {
            let found: Vec<_> = rbac.paths_of(bound).into_iter().filter(|found| found.dormant.is_none()).collect();
            if !found.is_empty() {
                opened.insert(std::ptr::from_ref(bound).cast(), found);
            }
        }
        for holding in &register.holdings {
            let found = opened.get(&std::ptr::from_ref(holding.bound).cast()).map_or(&[][..], Vec::as_slice);
            for (holder, found) in found.iter().flat_map(|f| f.holders(holding.bound).iter().map(move |holder| (holder, f))) {
                let worst = by_subject.entry(holder).or_default().entry(found.path.id).or_insert(found.severity);
                *worst = (*worst).min(found.severity);
            }
        }
        let mut roles: HashMap<(&str, &str), usize> = HashMap::new();
        for holding in &register.holdings {
            if folded.subjects.last().is_none_or(|entry| entry.subject != *holding.subject) {
                let mut paths: Vec<PathHeld> = by_subject
                    .get(holding.subject)
                    .into_iter()
                    .flatten()
                    .map(|(path, severity)| PathHeld { severity: *severity, path })
                    .collect();
                paths.sort();
                folded.subjects.push(Entry { subject: holding.subject.clone(), categories: BTreeSet::new(), held: vec![], paths, rows: 0 });
            }
            // Roles of the same name in different namespaces are different roles.
            let place = if holding.bound.binding.role_ref.kind == "Role" { holding.bound.place_name() } else { "" };
            let role = *roles.entry((holding.role.as_str(), place)).or_insert_with(|| {
                let role =
                    if place.is_empty() { holding.role.clone() } else { format!("Role {place}/{}", holding.bound.binding.role_ref.name) };
                folded.roles.push(Rights { role, rules: holding.bound.rules.iter().map(|rule| RuleWords::of(rule)).collect() });
                folded.roles.len() - 1
            });
            let rows = holding.rules().count();
            folded.rows += rows;
            let found = opened.get(&std::ptr::from_ref(holding.bound).cast()).map_or(&[][..], Vec::as_slice);
            let paths = found.iter().filter(|f| f.holders(holding.bound).contains(holding.subject)).map(|f| f.path.id).collect();
            let Some(entry) = folded.subjects.last_mut() else { continue };
            entry.rows += rows;
            entry.categories.insert(holding.category);
            entry.held.push(Held {
                namespace: holding.bound.place_name().to_owned(),
                category: holding.category,
                role,
                binding: holding.binding.clone(),
                paths,
            });
        }
        folded
    }

    /// The role of that index.
    #[must_use]
    pub fn role(&self, index: usize) -> Option<&Rights> {
        self.roles.get(index)
    }

    /// Everybody by index, those with the worst and the most ways to further rights first.
    #[must_use]
    pub fn worst_first(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.subjects.len()).collect();
        order.sort_by_key(|at| {
            let entry = &self.subjects[*at];
            (entry.worst().is_none(), entry.worst(), Reverse(entry.paths.len()))
        });
        order
    }

    /// All that a subject holds, line by line.
    #[must_use]
    pub fn told<'f>(&'f self, entry: &'f Entry) -> Vec<Told<'f>> {
        let mut lines = vec![];
        if let Some(worst) = entry.worst() {
            lines.push(Told::Paths(format!("{}: {}", worst.id(), entry.path_words().join(", "))));
        }
        for (role, held) in entry.by_role() {
            let Some(rights) = self.role(role) else { continue };
            let mut places: Vec<&str> = held.iter().map(|held| held.place()).collect();
            places.dedup();
            let by: Vec<&str> = held.iter().map(|held| held.binding.as_str()).collect();
            let place = if places == ["everywhere"] { places[0].to_owned() } else { format!("in {}", some(&places)) };
            lines.push(Told::Role(format!("{} {place}, by {}", rights.role, some(&by))));
            let before = lines.len();
            lines.extend(rights.in_effect(&held).map(Told::Rule));
            if lines.len() == before {
                lines.push(Told::Rule(match rights.rules.is_empty() {
                    true => "no rule: the role is empty, does not exist, or could not be read",
                    false => "no rule that takes effect in a namespace",
                }));
            }
        }
        lines
    }

    /// How many subjects of a kind there are.
    #[must_use]
    pub fn count(&self, kind: SubjectKind) -> usize {
        self.subjects.iter().filter(|entry| entry.subject.kind == kind).count()
    }
}

impl Entry {
    /// What it holds, folded by role, in the order of the first place: the same role in many namespaces is one line to read.
    #[must_use]
    pub fn by_role(&self) -> Vec<(usize, Vec<&Held>)> {
        let mut folded: Vec<(usize, Vec<&Held>)> = Vec::new();
        let mut at: HashMap<usize, usize> = HashMap::new();
        for held in &self.held {
            let nth = *at.entry(held.role).or_insert_with(|| {
                folded.push((held.role, vec![]));
                folded.len() - 1
            });
            if let Some((_, list)) = folded.get_mut(nth) {
                list.push(held);
            }
        }
        folded
    }

    /// The worst that its rights lead to.
    #[must_use]
    pub fn worst(&self) -> Option<Severity> {
        self.paths.first().map(|held| held.severity)
    }

    /// Its paths, as people read them.
    #[must_use]
    pub fn path_words(&self) -> Vec<&'static str> {
        self.paths.iter().map(|held| held.words()).collect()
    }
}

impl PathHeld {
    /// What its holder can do, as people read it.
    #[must_use]
    pub fn words(&self) -> &'static str {
        catalogue::words(self.path)
    }
}

impl Rights {
    /// The rules that take effect where it is held: a rule for paths has none in a namespace.
    pub fn in_effect(&self, held: &[&Held]) -> impl Iterator<Item = &str> {
        let everywhere = held.iter().any(|held| held.namespace == "*");
        self.rules.iter().filter(move |rule| everywhere || !rule.of_paths).map(|rule| rule.words.as_str())
    }
}

impl RuleWords {
    fn of(rule: &PolicyRule) -> Self {
        Self { words: rule.words(), of_paths: rule.resources.is_empty() }
    }
}

impl Held {
    /// The paths that it opens, as people read them.
    pub fn path_words(&self) -> impl Iterator<Item = &'static str> {
        self.paths.iter().map(|path| catalogue::words(path))
    }

    /// Where it holds, in a word: the namespace, or `everywhere`.
    #[must_use]
    pub fn place(&self) -> &str {
        if self.namespace == "*" { "everywhere" } else { &self.namespace }
    }
}

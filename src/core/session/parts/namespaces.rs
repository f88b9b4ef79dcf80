//! The scope as a list of namespaces with a category each, and rules that set many. It edits a copy; the workbook gets it when it is
//! accepted.

use super::cursor::Cursor;
use super::listing::apart;
use crate::analysis::platform::Platform;
use crate::kinds::{Inventory, KindState};
use crate::model::scope::NamespaceRule;
use crate::model::{Category, Kind, Scope};
use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

/// A namespace, for the scope.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamespaceRow {
    /// Name.
    pub name: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Pods in it, where known.
    pub pods: Option<usize>,
    /// Why it is the cluster's own, as far as that is known before it is read; "" where nothing shows it.
    pub own: String,
}

/// The scope being edited.
#[derive(Clone, Debug, Default)]
pub struct ScopeEditor {
    /// The scope.
    pub scope: Scope,
    /// Namespaces: those in scope first, those of the platform last.
    pub namespaces: Vec<NamespaceRow>,
    /// Whether those of the platform are shown one by one.
    pub unfolded: bool,
    /// Which one.
    pub cursor: Cursor,
    /// Whether anything was changed.
    pub touched: bool,
    /// Why it was not saved.
    pub error: Option<String>,
    /// Why namespaces are missing in the list; "" where none is.
    pub missing: String,
}

/// A row of the scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeRow<'s> {
    /// A namespace.
    Namespace(&'s NamespaceRow),
    /// Those of the platform as one line: how many, and whether they are shown below it.
    Platform(usize, bool),
}

/// Names of the namespaces of a cluster: those that are listed, and those of its workloads.
pub(in crate::session) fn names(inventory: &Inventory) -> BTreeSet<&str> {
    let listed = inventory.namespaces.iter().map(|n| &*n.metadata.name);
    listed.chain(inventory.workloads.iter().map(|w| &*w.object.namespace)).filter(|name| !name.is_empty()).collect()
}

impl ScopeEditor {
    /// An editor over the namespaces of clusters that were read.
    pub fn over<'a>(scope: &Scope, inventories: impl Iterator<Item = &'a Inventory>) -> Self {
        let mut rows: BTreeMap<&str, NamespaceRow> = BTreeMap::new();
        for inventory in inventories {
            let platform = Platform::of(inventory);
            let pods_read = inventory.state(Kind::Pods) == KindState::Read;
            let own = |name: &str| platform.why(name).unwrap_or_default();
            let mut here: BTreeMap<&str, NamespaceRow> = BTreeMap::new();
            for namespace in &inventory.namespaces {
                let row = here.entry(&namespace.metadata.name).or_default();
                row.labels = (*namespace.metadata.labels).clone();
            }
            for workload in &inventory.workloads {
                let row = here.entry(&workload.object.namespace).or_default();
                // Of pods that were not read nobody knows how many there are.
                if pods_read {
                    *row.pods.get_or_insert(0) += workload.pods as usize;
                }
            }
            for (name, mut row) in here {
                row.own = own(name);
                match rows.entry(name) {
                    Entry::Vacant(free) => drop(free.insert(row)),
                    Entry::Occupied(mut known) => known.get_mut().join(row),
                }
            }
        }
        let namespaces = rows.into_iter().map(|(name, row)| NamespaceRow { name: name.to_owned(), ..row }).collect();
        let mut editor = Self { scope: scope.clone(), ..Self::default() };
        editor.put(namespaces);
        editor
    }

    /// Takes namespaces: those in scope first, those of the platform last. So they stay, whatever category they are given here.
    pub(in crate::session) fn put(&mut self, mut namespaces: Vec<NamespaceRow>) {
        namespaces.sort_by_cached_key(|row| (apart(self.category(row)), !row.own.is_empty(), row.name.clone()));
        self.namespaces = namespaces;
    }

    /// Whether a namespace is the cluster's own, and nobody says otherwise.
    fn is_platform(&self, row: &NamespaceRow) -> bool {
        !row.own.is_empty() && self.category(row) == Category::Platform
    }

    /// Rows as they are shown.
    #[must_use]
    pub fn rows(&self) -> Vec<ScopeRow<'_>> {
        let (platform, others): (Vec<&NamespaceRow>, Vec<&NamespaceRow>) = self.namespaces.iter().partition(|row| self.is_platform(row));
        let folds = !others.is_empty() && !platform.is_empty();
        let mut rows: Vec<ScopeRow<'_>> = others.into_iter().map(ScopeRow::Namespace).collect();
        if folds {
            rows.push(ScopeRow::Platform(platform.len(), self.unfolded));
        }
        if !folds || self.unfolded {
            rows.extend(platform.into_iter().map(ScopeRow::Namespace));
        }
        rows
    }

    /// Folds those of the platform into a line, or shows them one by one.
    pub(in crate::session) fn fold(&mut self) {
        self.unfolded = !self.unfolded;
        self.cursor.at = self.cursor.at.min(self.rows().len().saturating_sub(1));
    }

    /// The category of a row.
    #[must_use]
    pub fn category(&self, row: &NamespaceRow) -> Category {
        self.scope.category(&row.name, &row.labels, !row.own.is_empty())
    }

    /// Why a row has its category: the rule, what shows that it is the cluster's own, or the default.
    #[must_use]
    pub fn because(&self, row: &NamespaceRow) -> String {
        match self.scope.rule(&row.name, &row.labels, !row.own.is_empty()) {
            Some(rule) if rule.glob.as_deref() == Some(&row.name) && rule.labels.is_empty() => "set here".to_owned(),
            Some(NamespaceRule { glob: Some(glob), .. }) => format!("rule {glob}"),
            Some(rule) => {
                let labels: Vec<String> = rule.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
                format!("rule {}", labels.join(","))
            }
            None if row.own.is_empty() => "default".to_owned(),
            None => row.own.clone(),
        }
    }

    /// Gives the namespace under the cursor the next category.
    pub fn cycle(&mut self) {
        let row = match self.rows().get(self.cursor.at) {
            Some(ScopeRow::Namespace(row)) => *row,
            Some(ScopeRow::Platform(..)) => return self.fold(),
            None => return,
        };
        let next = match self.category(row) {
            Category::Cde => Category::Connected,
            Category::Connected => Category::OutOfScope,
            Category::OutOfScope => Category::Platform,
            Category::Platform => Category::Cde,
        };
        let name = row.name.clone();
        self.set(&name, next, "");
        // What becomes the platform's, or is no more, may come to stand elsewhere; one stays with it.
        self.unfolded |= next == Category::Platform;
        let at = self.rows().iter().position(|row| matches!(row, ScopeRow::Namespace(row) if row.name == name));
        self.cursor.at = at.unwrap_or(self.cursor.at);
    }

    /// Gives the namespaces that match a glob a category.
    pub fn set(&mut self, glob: &str, category: Category, reason: &str) {
        self.touched = true;
        let rules = &mut self.scope.namespace;
        if let Some(rule) = rules.iter_mut().find(|r| r.glob.as_deref() == Some(glob) && r.labels.is_empty()) {
            rule.category = category;
            if !reason.is_empty() {
                reason.clone_into(&mut rule.reason);
            }
            return;
        }
        let rule = NamespaceRule { glob: Some(glob.to_owned()), labels: BTreeMap::new(), category, reason: reason.to_owned() };
        // The first rule that matches decides, so the narrower word stands before the wider one.
        let at = rules.iter().position(|r| r.glob.as_deref().is_none_or(|wider| crate::model::text::glob(wider, glob)));
        rules.insert(at.unwrap_or(rules.len()), rule);
    }

    /// Puts everything but the platform into the cardholder data environment.
    pub fn everything(&mut self) {
        self.touched = true;
        self.scope.default = Category::Cde;
        self.scope.namespace.clear();
    }

    /// How many namespaces are in each category.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<Category, usize> {
        let mut counts: BTreeMap<Category, usize> = Category::ALL.into_iter().map(|c| (c, 0)).collect();
        for row in &self.namespaces {
            *counts.entry(self.category(row)).or_default() += 1;
        }
        counts
    }
}

impl NamespaceRow {
    /// Adds what another cluster says of the namespace of that name. It is the platform's only where each of them says so.
    fn join(&mut self, other: Self) {
        self.labels.extend(other.labels);
        self.pods = match (self.pods, other.pods) {
            (Some(here), Some(there)) => Some(here + there),
            (here, there) => here.or(there),
        };
        if other.own.is_empty() {
            self.own.clear();
        }
    }
}

/// Reads a rule as people type it: `pay-* cde stores account data`.
///
/// # Errors
/// Where the second word is no category.
pub fn read_rule(text: &str) -> Result<(String, Category, String), String> {
    let mut words = text.trim().splitn(3, char::is_whitespace);
    let glob = words.next().filter(|w| !w.is_empty()).ok_or("a name or a glob is needed: pay-*")?;
    let word = words.next().unwrap_or_default().to_lowercase();
    let category = match word.as_str() {
        "cde" => Category::Cde,
        "connected" => Category::Connected,
        "out" | "out_of_scope" | "out-of-scope" => Category::OutOfScope,
        "platform" => Category::Platform,
        _ => return Err(format!("“{word}” is no category: cde, connected, out or platform")),
    };
    Ok((glob.to_owned(), category, words.next().unwrap_or_default().trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str) -> NamespaceRow {
        NamespaceRow { name: name.into(), ..NamespaceRow::default() }
    }

    #[test]
    fn a_name_wins_over_a_glob_whenever_it_was_told() {
        let system = NamespaceRow { own: "every cluster has it".into(), ..row("kube-system") };
        let mut editor = ScopeEditor { namespaces: vec![row("pay-eu"), row("shop"), system.clone()], ..ScopeEditor::default() };
        editor.set("*", Category::OutOfScope, "");
        editor.set("pay-*", Category::Cde, "account data");
        editor.cycle();
        let categories: Vec<Category> = editor.namespaces.iter().map(|r| editor.category(r)).collect();
        assert_eq!(categories, [Category::Connected, Category::OutOfScope, Category::Platform]);
        assert_eq!(editor.because(&row("pay-eu")), "set here");
        assert_eq!(editor.because(&system), "every cluster has it");
    }

    #[test]
    fn what_is_in_scope_comes_first_and_the_platform_is_a_line() {
        let system = NamespaceRow { own: "every cluster has it".into(), ..row("kube-system") };
        let mut editor = ScopeEditor::default();
        editor.set("a-*", Category::OutOfScope, "");
        editor.put(vec![row("a-batch"), system, row("pay")]);
        let names = |editor: &ScopeEditor| {
            let name = |row: &ScopeRow<'_>| match row {
                ScopeRow::Namespace(row) => row.name.clone(),
                ScopeRow::Platform(count, open) => format!("{count} {open}"),
            };
            editor.rows().iter().map(name).collect::<Vec<_>>()
        };
        assert_eq!(names(&editor), ["pay", "a-batch", "1 false"]);
        editor.cursor.at = 2;
        editor.cycle();
        assert_eq!(names(&editor), ["pay", "a-batch", "1 true", "kube-system"]);
        // Once it is put in scope it is no more of it, and one stays with it.
        editor.cursor.at = 3;
        editor.cycle();
        assert_eq!((names(&editor), editor.cursor.at), (vec!["pay".to_owned(), "a-batch".to_owned(), "kube-system".to_owned()], 2));
        assert_eq!(editor.counts()[&Category::Platform], 0);
    }

    #[test]
    fn a_rule_is_read_as_typed() {
        assert_eq!(read_rule("pay-* cde stores account data"), Ok(("pay-*".into(), Category::Cde, "stores account data".into())));
        assert!(read_rule("pay-* green").is_err() && read_rule(" ").is_err());
    }
}

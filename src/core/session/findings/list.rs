//! The list of findings of one check: filter words, order, groups, marks. Rows are worked out when one of these changes, not when they are
//! drawn, so that 50,000 scroll as 50 do.

use crate::assess::CheckOutcome;
use crate::model::{Finding, Outcome};
use crate::session::parts::cursor::{Cursor, Scroll};
use crate::session::parts::field::Field;
use crate::session::parts::listed::{self, ListRow};
use crate::workbook::query::{Found, Query, haystack};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The order of findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Worst first.
    #[default]
    Severity,
    /// By namespace and object.
    Object,
    /// By rule.
    Rule,
    /// Most pods first.
    Pods,
}

impl Sort {
    /// The next one.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Severity => Self::Object,
            Self::Object => Self::Rule,
            Self::Rule => Self::Pods,
            Self::Pods => Self::Severity,
        }
    }

    /// What people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Severity => "severity",
            Self::Object => "object",
            Self::Rule => "rule",
            Self::Pods => "pods",
        }
    }
}

/// How findings are grouped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Group {
    /// Not at all.
    #[default]
    None,
    /// By namespace.
    Namespace,
    /// By workload or other object.
    Object,
    /// By rule.
    Rule,
}

impl Group {
    /// The next one.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::None => Self::Namespace,
            Self::Namespace => Self::Object,
            Self::Object => Self::Rule,
            Self::Rule => Self::None,
        }
    }

    /// What people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "not grouped",
            Self::Namespace => "by namespace",
            Self::Object => "by object",
            Self::Rule => "by rule",
        }
    }

    fn of(self, finding: &Finding) -> Option<String> {
        Some(match self {
            Self::None => return None,
            Self::Namespace if finding.object.namespace.is_empty() => "cluster-wide".to_owned(),
            Self::Namespace => finding.object.namespace.clone(),
            Self::Object => finding.object.to_string(),
            Self::Rule => finding.rule.as_deref().unwrap_or("one rule").to_owned(),
        })
    }
}

/// A list of findings.
#[derive(Clone, Debug, Default)]
pub struct FindingsView {
    /// The outcome that it lists.
    outcomes: Arc<Vec<CheckOutcome>>,
    index: usize,
    /// Filter words.
    pub filter: Field,
    /// Whether they are being typed.
    pub filtering: bool,
    /// The order.
    pub sort: Sort,
    /// The groups.
    pub group: Group,
    /// The selected row.
    pub cursor: Cursor,
    /// How far the words of the check are scrolled, where it found nothing to list.
    pub page: Scroll,
    /// Ids of marked findings.
    pub marked: BTreeSet<String>,
    rows: Vec<ListRow>,
    shown: usize,
    haystacks: Vec<String>,
}

impl FindingsView {
    /// Lists the findings of a check; what was set and selected before is kept where outcomes are replaced.
    pub fn load(&mut self, outcomes: &Arc<Vec<CheckOutcome>>, check: &str) {
        let Some(index) = outcomes.iter().position(|o| o.check == check) else { return };
        if Arc::ptr_eq(&self.outcomes, outcomes) && self.index == index && !self.haystacks.is_empty() {
            return;
        }
        (self.outcomes, self.index) = (outcomes.clone(), index);
        self.haystacks = self.findings().iter().map(haystack).collect();
        let known: BTreeSet<&str> = self.findings().iter().map(|f| f.id.as_str()).collect();
        let marked = self.marked.iter().filter(|id| known.contains(id.as_str())).cloned().collect();
        self.marked = marked;
        self.arrange();
    }

    /// All findings of the check.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        self.outcomes.get(self.index).map_or(&[], |o| o.findings.as_slice())
    }

    /// The outcome.
    #[must_use]
    pub fn outcome(&self) -> Option<&CheckOutcome> {
        self.outcomes.get(self.index)
    }

    /// Rows as they are shown.
    #[must_use]
    pub fn rows(&self) -> &[ListRow] {
        &self.rows
    }

    /// How many findings the filter lets through.
    #[must_use]
    pub const fn shown(&self) -> usize {
        self.shown
    }

    /// The selected finding; on a heading the first below it.
    #[must_use]
    pub fn selected(&self) -> Option<&Finding> {
        self.findings().get(listed::item_of(&self.rows, self.cursor.at)?)
    }

    /// The marked findings, or the selected one where none is marked.
    #[must_use]
    pub fn acted_on(&self) -> Vec<&Finding> {
        if self.marked.is_empty() {
            return self.selected().into_iter().collect();
        }
        self.findings().iter().filter(|f| self.marked.contains(&f.id)).collect()
    }

    /// Marks or unmarks the selected finding; on a heading, all of its group.
    pub fn mark(&mut self) {
        let ids: Vec<String> = match self.rows.get(self.cursor.at) {
            Some(ListRow::Heading(_, count)) => self.rows[self.cursor.at + 1..]
                .iter()
                .take(*count)
                .filter_map(|row| self.findings().get(row.item()?).map(|f| f.id.clone()))
                .collect(),
            _ => self.selected().map(|f| f.id.clone()).into_iter().collect(),
        };
        let all = ids.iter().all(|id| self.marked.contains(id));
        for id in ids {
            if all {
                self.marked.remove(&id);
            } else {
                self.marked.insert(id);
            }
        }
    }

    /// Selects a finding; a filter that hides it is let go.
    pub(super) fn stand_on(&mut self, id: &str) {
        let row = |view: &Self| view.rows.iter().position(|row| row.item().is_some_and(|at| view.findings()[at].id == id));
        if row(self).is_none() {
            self.filter.set("");
            self.arrange();
        }
        self.cursor.at = row(self).unwrap_or(self.cursor.at);
    }

    /// Works the rows out anew; the selected finding stays selected where it is still shown.
    pub fn arrange(&mut self) {
        let selected = self.selected().map(|f| f.id.clone());
        let query = Query::read(self.filter.trimmed());
        let findings = self.findings();
        let (check, outcome) = self.outcome().map_or(("", Outcome::Pass), |o| (o.check.as_str(), o.outcome));
        let fits = |at: &usize| {
            let (finding, haystack) = (&findings[*at], self.haystacks[*at].as_str());
            query.fits(&Found { finding, check, outcome, cluster: "", excepted: false, haystack })
        };
        let mut fit: Vec<usize> = (0..findings.len()).filter(fits).collect();
        let object = |f: &Finding| (f.object.namespace.clone(), f.object.kind.clone(), f.object.name.clone());
        match self.sort {
            // As the checks hand them over.
            Sort::Severity => {}
            Sort::Object => fit.sort_by_cached_key(|at| object(&findings[*at])),
            Sort::Rule => fit.sort_by(|a, b| findings[*a].rule.cmp(&findings[*b].rule)),
            Sort::Pods => fit.sort_by_key(|at| std::cmp::Reverse(findings[*at].pods)),
        }
        let shown = fit.len();
        let rows = listed::rows(fit, |at| self.group.of(&findings[at]));
        let again = selected.and_then(|id| rows.iter().position(|row| row.item().is_some_and(|at| findings[at].id == id)));
        let last = rows.len().saturating_sub(1);
        self.cursor.at = again.unwrap_or(self.cursor.at).min(last);
        (self.rows, self.shown) = (rows, shown);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Category, ObjectRef, Severity};

    fn view() -> FindingsView {
        let finding = |namespace: &str, name: &str, rule: &'static str, severity| {
            let mut f =
                Finding::new(Category::Cde, ObjectRef::new("apps", "Deployment", namespace, name), "spec").rule(rule).severity(severity);
            f.identify("3.1/baseline");
            f
        };
        let outcome = CheckOutcome {
            check: "3.1/baseline".into(),
            control: "3.1".into(),
            practices: vec![],
            outcome: Outcome::Fail,
            reason: String::new(),
            population: 4,
            needs: vec![],
            counts: Default::default(),
            findings: vec![
                finding("pay", "api", "hostPorts", Severity::High),
                finding("shop", "web", "hostPathVolumes", Severity::High),
                finding("pay", "worker", "privileged", Severity::Medium),
            ],
        };
        let mut view = FindingsView::default();
        view.load(&Arc::new(vec![outcome]), "3.1/baseline");
        view
    }

    #[test]
    fn filter_words_narrow_and_the_selected_finding_stays() {
        let mut view = view();
        view.cursor.at = 2;
        view.filter.set("ns:pay");
        view.arrange();
        assert_eq!((view.shown(), view.selected().map(|f| f.object.name.as_str())), (2, Some("worker")));
        view.filter.set("ns:pay sev:hi HOST");
        view.arrange();
        assert_eq!(view.rows(), [ListRow::Item(0)]);
        view.filter.set("-ns:pay");
        view.arrange();
        assert_eq!(view.rows(), [ListRow::Item(1)]);
    }

    #[test]
    fn marking_a_heading_marks_its_group() {
        let mut view = view();
        view.group = Group::Namespace;
        view.arrange();
        assert_eq!(view.rows()[0], ListRow::Heading("pay".into(), 2));
        view.cursor.at = 0;
        view.mark();
        assert_eq!(view.acted_on().len(), 2);
        view.mark();
        assert!(view.marked.is_empty());
    }
}

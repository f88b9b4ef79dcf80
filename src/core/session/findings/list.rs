//! The list of findings of one check: filter words, order, groups, marks. Rows are worked out when one of these changes, not when they are
//! drawn, so that 50,000 scroll as 50 do.

use crate::assess::CheckOutcome;
use crate::model::{Category, Finding};
use crate::session::book::assessment::Cluster;
use crate::session::parts::cursor::Scroll;
use crate::session::parts::listed::{Common, ListRow};
use crate::session::parts::listing::{Listing, Way, apart};
use crate::session::parts::narrowed::{Findings, Known, Narrowed};
use crate::workbook::newness::{Before, Newness, READ_ONCE};
use crate::workbook::query::Query;
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

impl Way for Sort {
    const WAYS: &'static [(Self, &'static str)] =
        &[(Self::Severity, "severity"), (Self::Object, "object"), (Self::Rule, "rule"), (Self::Pods, "pods")];
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

impl Way for Group {
    const WAYS: &'static [(Self, &'static str)] =
        &[(Self::None, "not grouped"), (Self::Namespace, "by namespace"), (Self::Object, "by object"), (Self::Rule, "by rule")];
}

impl Group {
    fn of(self, finding: &Finding) -> Option<Common<'_>> {
        Some(match self {
            Self::None => return None,
            Self::Namespace if finding.object.namespace.is_empty() => "cluster-wide".into(),
            Self::Namespace => finding.object.namespace.as_str().into(),
            Self::Object => Common::Object(&finding.object),
            Self::Rule => finding.rule.as_deref().unwrap_or("one rule").into(),
        })
    }
}

/// The findings of a check on a cluster.
#[derive(Clone, Debug, Default)]
struct OfCheck {
    /// The outcome that is listed.
    outcomes: Arc<Vec<CheckOutcome>>,
    index: usize,
    /// The cluster.
    cluster: String,
    /// Findings for which an exception holds.
    excepted: BTreeSet<String>,
    /// What was found before.
    before: Option<Arc<Before>>,
}

/// A list of findings.
#[derive(Clone, Debug, Default)]
pub struct FindingsView {
    of: OfCheck,
    /// How it is looked through.
    pub list: Listing<Group>,
    /// The order.
    pub sort: Sort,
    /// How far the words of the check are scrolled, where it found nothing to list.
    pub page: Scroll,
    /// Ids of marked findings.
    pub marked: BTreeSet<String>,
    narrowed: Narrowed<Sort, Group>,
}

impl OfCheck {
    fn outcome(&self) -> Option<&CheckOutcome> {
        self.outcomes.get(self.index)
    }

    fn findings(&self) -> &[Finding] {
        self.outcome().map_or(&[], |o| o.findings.as_slice())
    }
}

impl Findings<Sort, Group> for OfCheck {
    fn count(&self) -> usize {
        self.findings().len()
    }

    fn known(&self, at: usize) -> Option<Known<'_>> {
        let outcome = self.outcome()?;
        let finding = outcome.findings.get(at)?;
        Some(Known {
            finding,
            check: &outcome.check,
            outcome: outcome.outcome,
            cluster: &self.cluster,
            excepted: self.excepted.contains(&finding.id),
            before: self.before.as_deref(),
        })
    }

    fn category(&self, at: usize) -> Category {
        self.findings()[at].category
    }

    fn in_order(&self, sort: Sort) -> Vec<usize> {
        in_order(self.findings(), sort)
    }

    fn common(&self, group: Group, at: usize) -> Option<Common<'_>> {
        group.of(self.findings().get(at)?)
    }
}

impl FindingsView {
    /// Lists the findings of a check; what was set and selected before is kept where outcomes are replaced.
    pub fn load(&mut self, cluster: &Cluster, check: &str, excepted: impl Fn(&Finding) -> bool) {
        let outcomes = &cluster.outcomes;
        let Some(index) = outcomes.iter().position(|o| o.check == check) else { return };
        let excepted: BTreeSet<String> =
            outcomes.get(index).iter().flat_map(|o| &o.findings).filter(|f| excepted(f)).map(|f| f.id.clone()).collect();
        let same = Arc::ptr_eq(&self.of.outcomes, outcomes) && self.of.index == index && !self.findings().is_empty();
        if same && self.of.excepted == excepted {
            return;
        }
        self.of.excepted = excepted;
        if same {
            return self.arrange();
        }
        let selected = self.selected().map(|f| f.id.clone());
        (self.of.outcomes, self.of.index) = (outcomes.clone(), index);
        (self.of.cluster, self.of.before) = (cluster.key.clone(), cluster.before.clone());
        self.narrowed = Narrowed::default();
        let known: BTreeSet<&str> = self.findings().iter().map(|f| f.id.as_str()).collect();
        let marked = self.marked.iter().filter(|id| known.contains(id.as_str())).cloned().collect();
        self.marked = marked;
        // Its place may be another one now.
        self.arrange_around(selected.and_then(|id| self.findings().iter().position(|f| f.id == id)));
    }

    /// All findings of the check.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        self.of.findings()
    }

    /// Whether a finding was not there before.
    #[must_use]
    pub fn newness(&self, finding: &Finding) -> Newness {
        let check = self.outcome().map_or("", |o| o.check.as_str());
        self.of.before.as_ref().map_or(Newness::Untold, |before| before.newness(check, finding))
    }

    /// Why the filter can't be answered: it asks what is new, and nothing tells that.
    #[must_use]
    pub fn unanswered(&self) -> Option<String> {
        let asks = Query::read(self.list.filter.trimmed()).asks_what_is_new();
        (asks && self.of.before.is_none()).then(|| format!("What is new in {} can’t be told: {READ_ONCE}.", self.of.cluster))
    }

    /// The outcome.
    #[must_use]
    pub fn outcome(&self) -> Option<&CheckOutcome> {
        self.of.outcome()
    }

    /// The selected finding; on a heading the first below it.
    #[must_use]
    pub fn selected(&self) -> Option<&Finding> {
        self.findings().get(self.list.selected()?)
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
        let ids: Vec<String> = match self.list.rows().get(self.list.cursor.at) {
            Some(ListRow::Heading(_, count)) => self.list.rows()[self.list.cursor.at + 1..]
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
        let at = self.findings().iter().position(|f| f.id == id);
        if !self.list.select(|item| Some(item) == at) {
            self.list.unfolded = true;
            self.list.filter.set("");
            self.arrange();
            self.list.select(|item| Some(item) == at);
        }
    }

    /// Works the rows out anew; the selected finding stays selected where it is still shown.
    pub fn arrange(&mut self) {
        self.arrange_around(self.list.selected());
    }

    fn arrange_around(&mut self, selected: Option<usize>) {
        self.narrowed.arrange(&mut self.list, self.sort, &self.of, selected);
    }
}

/// All findings in an order; what is of the platform stands last.
fn in_order(findings: &[Finding], sort: Sort) -> Vec<usize> {
    let object = |f: &Finding| (f.object.namespace.clone(), f.object.kind.clone(), f.object.name.clone());
    let mut order: Vec<usize> = (0..findings.len()).collect();
    match sort {
        // As the checks hand them over: worst first.
        Sort::Severity => {}
        Sort::Object => order.sort_by_cached_key(|at| object(&findings[*at])),
        Sort::Rule => order.sort_by(|a, b| findings[*a].rule.cmp(&findings[*b].rule)),
        Sort::Pods => order.sort_by_key(|at| std::cmp::Reverse(findings[*at].pods)),
    }
    order.sort_by_key(|at| apart(findings[*at].category));
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ObjectRef, Outcome, Severity};

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
        let cluster = Cluster { outcomes: Arc::new(vec![outcome]), ..Cluster::named("prod-eu") };
        view.load(&cluster, "3.1/baseline", |finding| finding.object.name == "web");
        view
    }

    #[test]
    fn filter_words_narrow_and_the_selected_finding_stays() {
        let mut view = view();
        view.list.cursor.at = 2;
        view.list.filter.set("ns:pay");
        view.arrange();
        assert_eq!((view.list.shown(), view.selected().map(|f| f.object.name.as_str())), (2, Some("worker")));
        view.list.filter.set("ns:pay sev:hi HOST");
        view.arrange();
        assert_eq!(view.list.rows(), [ListRow::Item(0)]);
        view.list.filter.set("-ns:pay");
        view.arrange();
        assert_eq!(view.list.rows(), [ListRow::Item(1)]);
        view.list.filter.set("exc:yes cluster:eu");
        view.arrange();
        assert_eq!(view.list.rows(), [ListRow::Item(1)]);
    }

    #[test]
    fn a_selected_finding_stays_selected_where_another_reading_puts_it_elsewhere() {
        let mut view = view();
        view.list.cursor.at = 2;
        let mut outcomes = (*view.of.outcomes).clone();
        outcomes[0].findings.rotate_right(1);
        view.load(&Cluster { outcomes: Arc::new(outcomes), ..Cluster::named("prod-eu") }, "3.1/baseline", |_| false);
        assert_eq!((view.list.cursor.at, view.selected().map(|f| f.object.name.as_str())), (0, Some("worker")));
    }

    #[test]
    fn marking_a_heading_marks_its_group() {
        let mut view = view();
        view.list.group = Group::Namespace;
        view.arrange();
        assert_eq!(view.list.rows()[0], ListRow::Heading("pay".into(), 2));
        view.list.cursor.at = 0;
        view.mark();
        assert_eq!(view.acted_on().len(), 2);
        view.mark();
        assert!(view.marked.is_empty());
    }
}

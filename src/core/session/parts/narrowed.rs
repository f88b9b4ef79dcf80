//! Findings as a list that is narrowed by a query, ordered and grouped. Which findings there are, and what is known of each, says whoever lists them.

use super::listed::{Common, Groups};
use super::listing::{Listing, Way, WorkedOut};
use crate::model::{Category, Finding, Outcome};
use crate::workbook::newness::{Before, Newness};
use crate::workbook::query::{Found, Haystacks, Query};

/// A finding with all that a query may ask of it.
pub(in crate::session) struct Known<'a> {
    pub finding: &'a Finding,
    /// Its check, and what that says.
    pub check: &'a str,
    pub outcome: Outcome,
    pub cluster: &'a str,
    /// Whether an exception holds for it.
    pub excepted: bool,
    /// What was found before; none where nothing tells that.
    pub before: Option<&'a Before>,
}

impl Known<'_> {
    /// Whether it was not there before.
    pub(in crate::session) fn newness(&self) -> Newness {
        self.before.map_or(Newness::Untold, |before| before.newness(self.check, self.finding))
    }
}

/// Findings that are listed, each by its index.
pub(in crate::session) trait Findings<S, G> {
    /// How many there are.
    fn count(&self) -> usize;

    /// One of them.
    fn known(&self, at: usize) -> Option<Known<'_>>;

    /// Of what scope one is; asked for every row.
    fn category(&self, at: usize) -> Category;

    /// All of them in an order; what is of the platform stands last.
    fn in_order(&self, sort: S) -> Vec<usize>;

    /// What one has in common with others of its group.
    fn common(&self, group: G, at: usize) -> Option<Common<'_>>;
}

/// What was worked out of the findings of a list; it holds until they are others.
#[derive(Clone, Debug)]
pub(in crate::session) struct Narrowed<S, G> {
    worked_out: WorkedOut<S, G>,
    /// Texts of the findings; none until words are looked for in them.
    haystacks: Option<Haystacks>,
}

impl<S, G> Default for Narrowed<S, G> {
    fn default() -> Self {
        Self { worked_out: WorkedOut::default(), haystacks: None }
    }
}

impl<S: Way, G: Way> Narrowed<S, G> {
    /// Forgets the orders, where one of them may be another now, and all else is not.
    pub(in crate::session) fn reorder(&mut self) {
        self.worked_out.reorder();
    }

    /// Works the rows of a list out anew; the selected finding stays selected where it is still shown.
    pub(in crate::session) fn arrange(&mut self, list: &mut Listing<G>, sort: S, all: &impl Findings<S, G>, selected: Option<usize>) {
        let query = Query::read(list.filter.trimmed());
        let order = self.worked_out.order(sort, || all.in_order(sort));
        let groups = self.worked_out.groups(list.group, || Groups::of(all.count(), |at| all.common(list.group, at)));
        let gather = || (0..all.count()).filter_map(|at| all.known(at)).map(|known| known.finding).collect();
        let texts = query.in_texts(&mut self.haystacks, gather);
        let asks_what_is_new = query.asks_what_is_new();
        let fits = |at: usize| {
            let Some(known) = all.known(at) else { return false };
            let newness = if asks_what_is_new { known.newness() } else { Newness::Untold };
            let Known { finding, check, outcome, cluster, excepted, .. } = known;
            query.fits(&Found { finding, check, outcome, cluster, excepted, newness, texts: &texts, at })
        };
        let fit = order.iter().copied().filter(|at| query.is_empty() || fits(*at)).collect();
        list.arrange(fit, |at| all.category(at) == Category::Platform, groups.as_deref(), |at| selected == Some(at));
    }
}

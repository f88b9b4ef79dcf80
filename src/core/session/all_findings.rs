//! All findings of all checks on all clusters as one list: what concerns a team, an object or a requirement, wherever it was found. What is in scope comes
//! first. Rows are worked out when one of the words, the order or the findings change, not when they are drawn.

use crate::assess::CheckOutcome;
use crate::model::marked::marked;
use crate::model::{Category, Finding};
use crate::session::book::assessment::Cluster;
use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::lead::{Lead, Next};
use crate::session::effect::Effect;
use crate::session::parts::field::Typed;
use crate::session::parts::listed::Common;
use crate::session::parts::listing::{Listing, Way, apart};
use crate::session::parts::message::Message;
use crate::session::parts::narrowed::{Findings, Known, Narrowed};
use crate::workbook::newness::{Before, Newness, READ_ONCE};
use crate::workbook::query::Query;
use std::sync::Arc;

/// Findings that are copied at once: more than that nobody reads in a message, and a file can be made of them.
const COPIED: usize = 200;

/// What is done to the list.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Shows it.
    Open,
    /// Sorts otherwise.
    Sort,
    /// Groups otherwise.
    Group,
}

/// The order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AllSort {
    /// What is in scope first, of that the worst.
    #[default]
    Severity,
    /// By namespace and object.
    Object,
    /// By check.
    Check,
}

impl Way for AllSort {
    const WAYS: &'static [(Self, &'static str)] = &[(Self::Severity, "severity"), (Self::Object, "object"), (Self::Check, "check")];
}

/// The groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AllGroup {
    /// None.
    #[default]
    None,
    /// By namespace: of one team, often.
    Namespace,
    /// By object.
    Object,
    /// By check.
    Check,
    /// By cluster.
    Cluster,
}

impl Way for AllGroup {
    const WAYS: &'static [(Self, &'static str)] = &[
        (Self::None, "not grouped"),
        (Self::Namespace, "by namespace"),
        (Self::Object, "by object"),
        (Self::Check, "by check"),
        (Self::Cluster, "by cluster"),
    ];
}

impl AllGroup {
    fn of<'a>(self, cluster: &'a str, check: &'a str, finding: &'a Finding) -> Option<Common<'a>> {
        Some(match self {
            Self::None => return None,
            Self::Namespace if finding.object.namespace.is_empty() => "cluster-wide".into(),
            Self::Namespace => finding.object.namespace.as_str().into(),
            Self::Object => Common::Object(&finding.object),
            Self::Check => check.into(),
            Self::Cluster => cluster.into(),
        })
    }
}

/// A finding of the list.
#[derive(Clone, Copy, Debug)]
pub struct One<'a> {
    /// The cluster.
    pub cluster: &'a str,
    /// The check.
    pub check: &'a str,
    /// The finding.
    pub finding: &'a Finding,
    /// Whether an exception holds for it.
    pub excepted: bool,
    /// Whether it was not there before.
    pub newness: Newness,
}

/// A cluster whose findings are listed.
#[derive(Clone, Debug)]
struct Listed {
    key: String,
    outcomes: Arc<Vec<CheckOutcome>>,
    before: Option<Arc<Before>>,
}

/// Where a finding is, and what every row of the list is asked for.
#[derive(Clone, Copy, Debug)]
struct Place {
    cluster: usize,
    outcome: usize,
    finding: usize,
    category: Category,
    excepted: bool,
}

/// The findings of all clusters.
#[derive(Clone, Debug, Default)]
struct OfAll {
    clusters: Vec<Listed>,
    places: Vec<Place>,
}

/// The list, kept as one left it.
#[derive(Clone, Debug, Default)]
pub struct AllFindings {
    of: OfAll,
    narrowed: Narrowed<AllSort, AllGroup>,
    /// How it is looked through.
    pub list: Listing<AllGroup>,
    /// The order.
    pub sort: AllSort,
}

impl Findings<AllSort, AllGroup> for OfAll {
    fn count(&self) -> usize {
        self.places.len()
    }

    fn known(&self, at: usize) -> Option<Known<'_>> {
        let place = self.places.get(at)?;
        let (listed, outcome, finding) = found(&self.clusters, place)?;
        Some(Known {
            finding,
            check: &outcome.check,
            outcome: outcome.outcome,
            cluster: &listed.key,
            excepted: place.excepted,
            before: listed.before.as_deref(),
        })
    }

    fn category(&self, at: usize) -> Category {
        self.places[at].category
    }

    fn in_order(&self, sort: AllSort) -> Vec<usize> {
        in_order(&self.clusters, &self.places, sort)
    }

    fn common(&self, group: AllGroup, at: usize) -> Option<Common<'_>> {
        let (listed, outcome, finding) = found(&self.clusters, self.places.get(at)?)?;
        group.of(&listed.key, &outcome.check, finding)
    }
}

impl AllFindings {
    /// How many findings there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.of.places.len()
    }

    /// A finding, by its index.
    #[must_use]
    pub fn one(&self, at: usize) -> Option<One<'_>> {
        let known = self.of.known(at)?;
        let newness = known.newness();
        let Known { cluster, check, finding, excepted, .. } = known;
        Some(One { cluster, check, finding, excepted, newness })
    }

    /// Why the filter can't be answered for some clusters, or all: it asks what is new, and nothing tells that of them.
    #[must_use]
    pub fn unanswered(&self) -> Option<String> {
        let untold: Vec<&str> = self.of.clusters.iter().filter(|c| c.before.is_none()).map(|c| c.key.as_str()).collect();
        let asks = Query::read(self.list.filter.trimmed()).asks_what_is_new();
        (asks && !untold.is_empty()).then(|| format!("What is new in {} can’t be told: {READ_ONCE}.", untold.join(", ")))
    }

    /// The selected one; on a heading the first below it.
    #[must_use]
    pub fn selected(&self) -> Option<One<'_>> {
        self.one(self.list.selected()?)
    }

    /// Shows the list, and arranges it.
    pub(in crate::session) fn update(&mut self, desk: &mut Desk, action: Action) -> Next {
        match action {
            Action::Open => {
                self.load(desk);
                if self.of.clusters.is_empty() {
                    let now = "Press + in the list of areas to read one; or answer the questions alone.";
                    desk.messages.push(Message::warning("No cluster was read, so there are no findings", now));
                } else {
                    desk.layers.push(Layer::AllFindings);
                }
            }
            Action::Sort => {
                self.sort = self.sort.next();
                self.arrange();
            }
            Action::Group => {
                self.list.group = self.list.group.next();
                self.arrange();
            }
        }
        Next::NONE
    }

    /// Takes the findings as they are now; exceptions may have come since.
    pub(in crate::session) fn load(&mut self, desk: &Desk) {
        let Some(book) = desk.book.as_ref() else { return };
        let same = book.clusters.len() == self.of.clusters.len()
            && book
                .clusters
                .iter()
                .zip(&self.of.clusters)
                .all(|(c, listed)| c.key == listed.key && Arc::ptr_eq(&c.outcomes, &listed.outcomes));
        if !same {
            let id = |one: One<'_>| (one.cluster.to_owned(), one.check.to_owned(), one.finding.id.clone());
            let selected = self.selected().map(id);
            let listed = |c: &Cluster| Listed { key: c.key.clone(), outcomes: c.outcomes.clone(), before: c.before.clone() };
            self.of.clusters = book.clusters.iter().map(listed).collect();
            self.of.places = places(&self.of.clusters);
            self.narrowed = Narrowed::default();
            self.except(desk);
            // Who was selected is found under its name again; its place may be another one.
            let at = selected.and_then(|selected| (0..self.of.places.len()).find(|at| self.one(*at).map(id).as_ref() == Some(&selected)));
            return self.arrange_around(at);
        }
        self.except(desk);
        self.arrange();
    }

    /// Takes the findings as they are now, where the list is open.
    pub(in crate::session) fn renew(&mut self, desk: &Desk) {
        if desk.layers.iter().any(|layer| matches!(layer, Layer::AllFindings)) {
            self.load(desk);
        }
    }

    /// Takes the exceptions as they are now.
    fn except(&mut self, desk: &Desk) {
        let Some(book) = desk.book.as_ref() else { return };
        let is_excepted = |place: &Place| {
            found(&self.of.clusters, place)
                .is_some_and(|(listed, outcome, finding)| book.is_excepted(&listed.key, &outcome.check, &finding.id))
        };
        let mut changed = false;
        for place in &mut self.of.places {
            let excepted = is_excepted(place);
            changed |= std::mem::replace(&mut place.excepted, excepted) != excepted;
        }
        if changed {
            self.narrowed.reorder();
        }
    }

    fn arrange(&mut self) {
        self.arrange_around(self.list.selected());
    }

    fn arrange_around(&mut self, selected: Option<usize>) {
        self.narrowed.arrange(&mut self.list, self.sort, &self.of, selected);
    }

    /// ↵: opens the finding; while filter words are typed they are kept.
    pub(in crate::session) fn enter(&mut self) -> Next {
        if self.list.keeps_words() {
            return Next::NONE;
        }
        if self.list.folds_here() {
            self.arrange();
            return Next::NONE;
        }
        self.selected().map_or(Next::NONE, |one| Next::from(lead(&one)))
    }

    /// Esc: clears the filter first.
    pub(in crate::session) fn back(&mut self, desk: &mut Desk) {
        if self.list.clears_words() {
            self.arrange();
        } else {
            desk.close_top();
        }
    }

    /// The finding before or after the one that is looked at, in this list's order.
    pub(in crate::session) fn beside(&mut self, back: bool) -> Next {
        let beside = self.list.beside(back).and_then(|at| self.one(at));
        beside.map_or(Next::NONE, |one| Next::from(lead(&one)))
    }

    /// Folds what is of the platform, or shows it one by one.
    pub(in crate::session) fn fold(&mut self) {
        self.list.fold();
        self.arrange();
    }

    /// Types filter words.
    pub(in crate::session) fn type_in(&mut self, typed: &Typed) {
        if self.list.type_in(typed) {
            self.arrange();
        }
    }

    /// Copies what the filter lets through, as a table of Markdown: for the team that it concerns.
    pub(in crate::session) fn copy(&self, desk: &mut Desk) -> Next {
        let mut text = "| severity | check | cluster | object | what | to mend |\n| --- | --- | --- | --- | --- | --- |\n".to_owned();
        for one in self.list.items().filter_map(|at| self.one(at)).take(COPIED) {
            let f = one.finding;
            let what = if f.observed.is_empty() { f.message.to_string() } else { format!("{} ({}: {})", f.message, f.field, f.observed) };
            let cells = [f.severity.id(), one.check, one.cluster, &f.object.to_string(), &what, &f.mend].map(marked);
            text.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
        if self.list.shown() > COPIED {
            text.push_str(&format!("\nThe first {COPIED} of {}.\n", self.list.shown()));
            let now = "A file with all of them: kassay export --format csv, or xlsx.";
            desk.messages.push(Message::warning(format!("The first {COPIED} of {} findings are copied", self.list.shown()), now));
        }
        Next::from(Effect::Copy(text))
    }
}

fn lead(one: &One<'_>) -> Lead {
    Lead::Finding { cluster: one.cluster.to_owned(), check: one.check.to_owned(), id: one.finding.id.clone() }
}

fn places(clusters: &[Listed]) -> Vec<Place> {
    let mut places = vec![];
    for (cluster, listed) in clusters.iter().enumerate() {
        for (outcome, found) in listed.outcomes.iter().enumerate() {
            for (finding, it) in found.findings.iter().enumerate() {
                places.push(Place { cluster, outcome, finding, category: it.category, excepted: false });
            }
        }
    }
    places
}

/// What lies at a place.
fn found<'a>(clusters: &'a [Listed], place: &Place) -> Option<(&'a Listed, &'a CheckOutcome, &'a Finding)> {
    let listed = clusters.get(place.cluster)?;
    let outcome = listed.outcomes.get(place.outcome)?;
    Some((listed, outcome, outcome.findings.get(place.finding)?))
}

/// All of them in an order; what is of the platform stands last.
fn in_order(clusters: &[Listed], places: &[Place], sort: AllSort) -> Vec<usize> {
    let finding = |at: usize| found(clusters, &places[at]).map(|(_, _, finding)| finding);
    let object = |f: &Finding| (f.object.namespace.clone(), f.object.kind.clone(), f.object.name.clone());
    let mut order: Vec<usize> = (0..places.len()).collect();
    match sort {
        AllSort::Severity => order.sort_by_cached_key(|at| {
            let Place { excepted, category, .. } = places[*at];
            (excepted, apart(category), finding(*at).map(|f| f.severity), category)
        }),
        AllSort::Object => order.sort_by_cached_key(|at| finding(*at).map(object)),
        // As they lie: in the order of the guidance.
        AllSort::Check => order.sort_by_key(|at| (places[*at].outcome, places[*at].cluster)),
    }
    if sort != AllSort::Severity {
        order.sort_by_key(|at| apart(places[*at].category));
    }
    order
}

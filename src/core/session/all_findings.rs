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
use crate::session::parts::listing::{Listing, Way, apart};
use crate::session::parts::message::Message;
use crate::workbook::newness::{Before, Newness, READ_ONCE};
use crate::workbook::query::{Found, Query, haystack};
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
    fn of(self, one: &One<'_>) -> Option<String> {
        Some(match self {
            Self::None => return None,
            Self::Namespace if one.finding.object.namespace.is_empty() => "cluster-wide".to_owned(),
            Self::Namespace => one.finding.object.namespace.clone(),
            Self::Object => one.finding.object.to_string(),
            Self::Check => one.check.to_owned(),
            Self::Cluster => one.cluster.to_owned(),
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

/// Where a finding is.
#[derive(Clone, Debug)]
struct Place {
    cluster: usize,
    outcome: usize,
    finding: usize,
    excepted: bool,
    haystack: String,
}

/// The list, kept as one left it.
#[derive(Clone, Debug, Default)]
pub struct AllFindings {
    clusters: Vec<Listed>,
    places: Vec<Place>,
    /// How it is looked through.
    pub list: Listing<AllGroup>,
    /// The order.
    pub sort: AllSort,
}

impl AllFindings {
    /// How many findings there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.places.len()
    }

    /// A finding, by its index.
    #[must_use]
    pub fn one(&self, at: usize) -> Option<One<'_>> {
        let place = self.places.get(at)?;
        let Listed { key, outcomes, before } = self.clusters.get(place.cluster)?;
        let outcome = outcomes.get(place.outcome)?;
        let finding = outcome.findings.get(place.finding)?;
        let newness = before.as_ref().map_or(Newness::Untold, |before| before.newness(&outcome.check, finding));
        Some(One { cluster: key, check: &outcome.check, finding, excepted: place.excepted, newness })
    }

    /// Why the filter can't be answered for some clusters, or all: it asks what is new, and nothing tells that of them.
    #[must_use]
    pub fn unanswered(&self) -> Option<String> {
        let untold: Vec<&str> = self.clusters.iter().filter(|c| c.before.is_none()).map(|c| c.key.as_str()).collect();
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
                if self.clusters.is_empty() {
                    let now = "Press + in the list of areas to read one; or answer the questions alone.";
                    desk.messages.push(Message::warning("No cluster was read, so there are no findings", now));
                } else {
                    desk.layers.push(Layer::AllFindings);
                }
            }
            Action::Sort => {
                self.sort = self.sort.next();
                self.arrange(desk);
            }
            Action::Group => {
                self.list.group = self.list.group.next();
                self.arrange(desk);
            }
        }
        Next::NONE
    }

    /// Takes the findings as they are now; exceptions may have come since.
    pub(in crate::session) fn load(&mut self, desk: &Desk) {
        let Some(book) = desk.book.as_ref() else { return };
        let same = book.clusters.len() == self.clusters.len()
            && book
                .clusters
                .iter()
                .zip(&self.clusters)
                .all(|(c, listed)| c.key == listed.key && Arc::ptr_eq(&c.outcomes, &listed.outcomes));
        if !same {
            let id = |one: One<'_>| (one.cluster.to_owned(), one.check.to_owned(), one.finding.id.clone());
            let selected = self.selected().map(id);
            let listed = |c: &Cluster| Listed { key: c.key.clone(), outcomes: c.outcomes.clone(), before: c.before.clone() };
            self.clusters = book.clusters.iter().map(listed).collect();
            self.places = places(&self.clusters);
            // Who was selected is found under its name again; its place may be another one.
            let at = selected.and_then(|selected| (0..self.places.len()).find(|at| self.one(*at).map(id).as_ref() == Some(&selected)));
            return self.arrange_around(desk, at);
        }
        self.arrange(desk);
    }

    /// Takes the findings as they are now, where the list is open.
    pub(in crate::session) fn renew(&mut self, desk: &Desk) {
        if desk.layers.iter().any(|layer| matches!(layer, Layer::AllFindings)) {
            self.load(desk);
        }
    }

    fn arrange(&mut self, desk: &Desk) {
        self.arrange_around(desk, self.list.selected());
    }

    fn arrange_around(&mut self, desk: &Desk, selected: Option<usize>) {
        if let Some(book) = desk.book.as_ref() {
            let excepted: Vec<bool> = (0..self.places.len())
                .map(|at| self.one(at).is_some_and(|one| book.is_excepted(one.cluster, one.check, &one.finding.id)))
                .collect();
            for (place, excepted) in self.places.iter_mut().zip(excepted) {
                place.excepted = excepted;
            }
        }
        let query = Query::read(self.list.filter.trimmed());
        let fits = |at: &usize| {
            let place = &self.places[*at];
            let Some(One { cluster, check, finding, excepted, newness }) = self.one(*at) else { return false };
            let outcome = self.clusters[place.cluster].outcomes[place.outcome].outcome;
            query.is_empty() || query.fits(&Found { finding, check, outcome, cluster, excepted, newness, haystack: &place.haystack })
        };
        let mut fit: Vec<usize> = (0..self.places.len()).filter(fits).collect();
        let object = |f: &Finding| (f.object.namespace.clone(), f.object.kind.clone(), f.object.name.clone());
        match self.sort {
            AllSort::Severity => fit.sort_by_cached_key(|at| {
                self.one(*at).map(|one| (one.excepted, apart(one.finding.category), one.finding.severity, one.finding.category))
            }),
            AllSort::Object => fit.sort_by_cached_key(|at| self.one(*at).map(|one| object(one.finding))),
            // As they lie: in the order of the guidance.
            AllSort::Check => fit.sort_by_key(|at| (self.places[*at].outcome, self.places[*at].cluster)),
        }
        let mut list = std::mem::take(&mut self.list);
        let category = |at: usize| self.one(at).map(|one| one.finding.category);
        if self.sort != AllSort::Severity {
            fit.sort_by_key(|at| category(*at).map(apart));
        }
        let group = list.group;
        list.arrange(fit, |at| category(at) == Some(Category::Platform), |at| group.of(&self.one(at)?), |at| selected == Some(at));
        self.list = list;
    }

    /// ↵: opens the finding; while filter words are typed they are kept.
    pub(in crate::session) fn enter(&mut self, desk: &Desk) -> Next {
        if self.list.keeps_words() {
            return Next::NONE;
        }
        if self.list.folds_here() {
            self.arrange(desk);
            return Next::NONE;
        }
        self.selected().map_or(Next::NONE, |one| Next::from(lead(&one)))
    }

    /// Esc: clears the filter first.
    pub(in crate::session) fn back(&mut self, desk: &mut Desk) {
        if self.list.clears_words() {
            self.arrange(desk);
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
    pub(in crate::session) fn fold(&mut self, desk: &Desk) {
        self.list.fold();
        self.arrange(desk);
    }

    /// Types filter words.
    pub(in crate::session) fn type_in(&mut self, desk: &Desk, typed: &Typed) {
        if self.list.type_in(typed) {
            self.arrange(desk);
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
                places.push(Place { cluster, outcome, finding, excepted: false, haystack: haystack(it) });
            }
        }
    }
    places
}

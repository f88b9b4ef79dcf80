//! All findings of all checks on all clusters as one list: what concerns a team, an object or a requirement, wherever it was found. What is in scope comes
//! first. Rows are worked out when one of the words, the order or the findings change, not when they are drawn.

use crate::assess::CheckOutcome;
use crate::model::marked::marked;
use crate::model::{Category, Finding};
use crate::session::book::assessment::Book;
use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::lead::{Lead, Next};
use crate::session::effect::Effect;
use crate::session::parts::cursor::{Cursor, Step};
use crate::session::parts::field::{Field, Typed};
use crate::session::parts::listed::{self, ListRow};
use crate::session::parts::message::Message;
use crate::workbook::excepting::exception_of;
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

impl AllSort {
    const fn next(self) -> Self {
        match self {
            Self::Severity => Self::Object,
            Self::Object => Self::Check,
            Self::Check => Self::Severity,
        }
    }

    /// What people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Severity => "severity",
            Self::Object => "object",
            Self::Check => "check",
        }
    }
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

impl AllGroup {
    const fn next(self) -> Self {
        match self {
            Self::None => Self::Namespace,
            Self::Namespace => Self::Object,
            Self::Object => Self::Check,
            Self::Check => Self::Cluster,
            Self::Cluster => Self::None,
        }
    }

    /// What people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::None => "not grouped",
            Self::Namespace => "by namespace",
            Self::Object => "by object",
            Self::Check => "by check",
            Self::Cluster => "by cluster",
        }
    }

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
    clusters: Vec<(String, Arc<Vec<CheckOutcome>>)>,
    places: Vec<Place>,
    /// Filter words.
    pub filter: Field,
    /// Whether they are being typed.
    pub filtering: bool,
    /// The order.
    pub sort: AllSort,
    /// The groups.
    pub group: AllGroup,
    /// The selected row.
    pub cursor: Cursor,
    rows: Vec<ListRow>,
    shown: usize,
}

impl AllFindings {
    /// How many findings there are.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.places.len()
    }

    /// How many the filter lets through.
    #[must_use]
    pub const fn shown(&self) -> usize {
        self.shown
    }

    /// Rows as they are shown.
    #[must_use]
    pub fn rows(&self) -> &[ListRow] {
        &self.rows
    }

    /// A finding, by its index.
    #[must_use]
    pub fn one(&self, at: usize) -> Option<One<'_>> {
        let place = self.places.get(at)?;
        let (cluster, outcomes) = self.clusters.get(place.cluster)?;
        let outcome = outcomes.get(place.outcome)?;
        Some(One { cluster, check: &outcome.check, finding: outcome.findings.get(place.finding)?, excepted: place.excepted })
    }

    /// The selected one; on a heading the first below it.
    #[must_use]
    pub fn selected(&self) -> Option<One<'_>> {
        self.one(listed::item_of(&self.rows, self.cursor.at)?)
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
                self.group = self.group.next();
                self.arrange(desk);
            }
        }
        Next::NONE
    }

    /// Takes the findings as they are now; exceptions may have come since.
    pub(in crate::session) fn load(&mut self, desk: &Desk) {
        let Some(book) = desk.book.as_ref() else { return };
        let same = book.clusters.len() == self.clusters.len()
            && book.clusters.iter().zip(&self.clusters).all(|(c, (key, outcomes))| c.key == *key && Arc::ptr_eq(&c.outcomes, outcomes));
        if !same {
            let id = |one: One<'_>| (one.cluster.to_owned(), one.check.to_owned(), one.finding.id.clone());
            let selected = self.selected().map(id);
            self.clusters = book.clusters.iter().map(|c| (c.key.clone(), c.outcomes.clone())).collect();
            self.places = places(&self.clusters);
            // Who was selected is found under its name again; its place may be another one.
            self.rows.clear();
            if let Some(at) =
                selected.and_then(|selected| (0..self.places.len()).find(|at| self.one(*at).map(id).as_ref() == Some(&selected)))
            {
                self.rows = vec![ListRow::Item(at)];
                self.cursor.at = 0;
            }
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
        if let Some(book) = desk.book.as_ref() {
            let excepted: Vec<bool> = (0..self.places.len()).map(|at| self.one(at).is_some_and(|one| is_excepted(book, &one))).collect();
            for (place, excepted) in self.places.iter_mut().zip(excepted) {
                place.excepted = excepted;
            }
        }
        let selected = listed::item_of(&self.rows, self.cursor.at);
        let query = Query::read(self.filter.trimmed());
        let fits = |at: &usize| {
            let place = &self.places[*at];
            let Some(One { cluster, check, finding, excepted }) = self.one(*at) else { return false };
            let outcome = self.clusters[place.cluster].1[place.outcome].outcome;
            query.is_empty() || query.fits(&Found { finding, check, outcome, cluster, excepted, haystack: &place.haystack })
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
        let shown = fit.len();
        let rows = listed::rows(fit, |at| self.group.of(&self.one(at)?));
        let again = selected.and_then(|selected| rows.iter().position(|row| row.item() == Some(selected)));
        self.cursor.at = again.unwrap_or(self.cursor.at).min(rows.len().saturating_sub(1));
        (self.rows, self.shown) = (rows, shown);
    }

    /// ↵: opens the finding; while filter words are typed they are kept.
    pub(in crate::session) fn enter(&mut self) -> Next {
        if std::mem::take(&mut self.filtering) {
            return Next::NONE;
        }
        self.selected().map_or(Next::NONE, |one| Next::from(lead(&one)))
    }

    /// Esc: clears the filter first.
    pub(in crate::session) fn back(&mut self, desk: &mut Desk) {
        if self.filtering || !self.filter.is_empty() {
            self.filter.set("");
            self.filtering = false;
            self.arrange(desk);
        } else {
            desk.close_top();
        }
    }

    /// Moves in the list.
    pub(in crate::session) fn step(&mut self, step: Step) {
        let length = self.rows.len();
        self.cursor.step(step, length);
    }

    /// The finding before or after the one that is looked at, in this list's order.
    pub(in crate::session) fn beside(&mut self, back: bool) -> Next {
        let before = self.cursor.clone();
        // Headings of groups are passed over.
        for _ in 0..2 {
            self.step(if back { Step::Up } else { Step::Down });
            if self.rows.get(self.cursor.at).is_some_and(|row| row.item().is_some()) {
                return self.selected().map_or(Next::NONE, |one| Next::from(lead(&one)));
            }
        }
        self.cursor = before;
        Next::NONE
    }

    /// Types filter words.
    pub(in crate::session) fn type_in(&mut self, desk: &Desk, typed: &Typed) {
        if self.filtering {
            self.filter.apply(typed);
            self.arrange(desk);
        }
    }

    /// Copies what the filter lets through, as a table of Markdown: for the team that it concerns.
    pub(in crate::session) fn copy(&self, desk: &mut Desk) -> Next {
        let mut text = "| severity | check | cluster | object | what | to mend |\n| --- | --- | --- | --- | --- | --- |\n".to_owned();
        for one in self.rows.iter().filter_map(|row| self.one(row.item()?)).take(COPIED) {
            let f = one.finding;
            let what = if f.observed.is_empty() { f.message.to_string() } else { format!("{} ({}: {})", f.message, f.field, f.observed) };
            let cells = [f.severity.id(), one.check, one.cluster, &f.object.to_string(), &what, &f.mend].map(marked);
            text.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
        if self.shown > COPIED {
            text.push_str(&format!("\nThe first {COPIED} of {}.\n", self.shown));
            let now = "A file with all of them: kassay export --format csv, or xlsx.";
            desk.messages.push(Message::warning(format!("The first {COPIED} of {} findings are copied", self.shown), now));
        }
        Next::from(Effect::Copy(text))
    }
}

fn lead(one: &One<'_>) -> Lead {
    Lead::Finding { cluster: one.cluster.to_owned(), check: one.check.to_owned(), id: one.finding.id.clone() }
}

/// What is in scope comes first, then the platform, then what is not.
const fn apart(category: Category) -> u8 {
    match category {
        Category::Cde | Category::Connected => 0,
        Category::Platform => 1,
        Category::OutOfScope => 2,
    }
}

fn is_excepted(book: &Book, one: &One<'_>) -> bool {
    if book.workbook.exceptions.is_empty() {
        return false;
    }
    exception_of(&book.workbook.exceptions, (one.check, &one.finding.id, one.cluster), book.today).is_some_and(|e| !e.is_lapsed(book.today))
}

fn places(clusters: &[(String, Arc<Vec<CheckOutcome>>)]) -> Vec<Place> {
    let mut places = vec![];
    for (cluster, (_, outcomes)) in clusters.iter().enumerate() {
        for (outcome, found) in outcomes.iter().enumerate() {
            for (finding, it) in found.findings.iter().enumerate() {
                places.push(Place { cluster, outcome, finding, excepted: false, haystack: haystack(it) });
            }
        }
    }
    places
}

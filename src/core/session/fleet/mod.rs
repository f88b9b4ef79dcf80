//! The clusters of the assessment side by side: controls and checks by cluster, in what clusters differ, and the clusters themselves, those that could not
//! be read with why. It is worked out beside, and anew when a cluster was read or judged.

mod told;

pub use told::{FleetGroup, FleetRow, Told, about, drawn, in_full, in_words, standing, summary};

use crate::assess::CheckOutcome;
use crate::fleet::{Cluster, Difference, Fleet, State, Topic};
use crate::model::text::{clean, counted};
use crate::session::book::assessment::Book;
use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::lead::{Lead, Next};
use crate::session::book::standing::Target;
use crate::session::effect::{Effect, FoundOf, SideBySide};
use crate::session::parts::cursor::{Cursor, Step};
use crate::session::parts::field::Typed;
use crate::session::parts::listed::{self, Groups};
use crate::session::parts::listing::{Listing, Way};
use crate::session::parts::message::Message;
use crate::workbook::Moment;
use std::sync::Arc;
use told::{cluster_fits, difference_fits, in_group, rows};

/// What happens to the clusters side by side.
#[derive(Clone, Debug)]
pub enum Action {
    /// Shows them.
    Open,
    /// Shows another part of them.
    Part(Part),
    /// Shows the next part.
    NextPart,
    /// Shows only that in which clusters differ, or all again.
    Differing,
    /// Shows the checks below their controls, or the controls alone.
    Checks,
    /// Groups the differences otherwise.
    Group,
    /// They were put side by side.
    Gathered {
        /// What was asked for.
        ticket: u64,
        /// The clusters.
        fleet: Arc<Fleet>,
    },
}

impl Action {
    /// Whether a person did it.
    #[must_use]
    pub const fn is_by_person(&self) -> bool {
        !matches!(self, Self::Gathered { .. })
    }
}

/// Parts of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Part {
    /// Controls and checks by cluster.
    #[default]
    Matrix,
    /// In what clusters differ.
    Differences,
    /// The clusters.
    Clusters,
}

impl Way for Part {
    const WAYS: &'static [(Self, &'static str)] =
        &[(Self::Matrix, "Matrix"), (Self::Differences, "Differences"), (Self::Clusters, "Clusters")];
}

/// What was seen of a cluster when they were put side by side: as long as it is the same, so are they.
#[derive(Clone, Debug)]
struct Seen {
    cluster: String,
    outcomes: Arc<Vec<CheckOutcome>>,
    found: Arc<Vec<CheckOutcome>>,
    failed: Option<Moment>,
}

impl PartialEq for Seen {
    fn eq(&self, other: &Self) -> bool {
        (&self.cluster, self.failed) == (&other.cluster, other.failed)
            && Arc::ptr_eq(&self.outcomes, &other.outcomes)
            && Arc::ptr_eq(&self.found, &other.found)
    }
}

/// The clusters side by side, kept as one left them.
#[derive(Clone, Debug, Default)]
pub struct SideView {
    fleet: Option<Arc<Fleet>>,
    /// What it was asked for last, and from what.
    ticket: u64,
    seen: Vec<Seen>,
    /// The part that is shown.
    pub part: Part,
    rows: Vec<FleetRow>,
    /// The matrix, row by row.
    pub matrix: Listing<()>,
    /// The selected cluster of the matrix.
    pub column: usize,
    /// Whether checks stand below their controls.
    pub checks: bool,
    /// Whether only that is shown in which clusters differ.
    pub differing: bool,
    /// The differences.
    pub differences: Listing<FleetGroup>,
    /// The clusters.
    pub clusters: Listing<()>,
}

impl SideView {
    /// The clusters side by side, once they were put so.
    #[must_use]
    pub fn fleet(&self) -> Option<&Fleet> {
        self.fleet.as_deref()
    }

    /// A row of the matrix, by its index.
    #[must_use]
    pub fn row(&self, at: usize) -> Option<FleetRow> {
        self.rows.get(at).copied()
    }

    /// The name of a row and its words: `3.1`, `Node isolation`; what it says on each cluster, with the number of findings.
    #[must_use]
    pub fn told(&self, row: FleetRow) -> Option<Told<'_>> {
        let fleet = self.fleet()?;
        Some(match row {
            FleetRow::Control(at) => Told::Control(fleet.controls.get(at)?),
            FleetRow::Check(at) => Told::Check(fleet.checks.get(at)?),
        })
    }

    /// The selected row of the matrix.
    #[must_use]
    pub fn selected(&self) -> Option<Told<'_>> {
        self.told(self.row(self.matrix.selected()?)?)
    }

    /// The selected cluster of the matrix.
    #[must_use]
    pub fn cluster(&self) -> Option<&Cluster> {
        self.fleet()?.clusters.get(self.column)
    }

    /// The selected difference; on a heading the first below it.
    #[must_use]
    pub fn difference(&self) -> Option<&Difference> {
        self.fleet()?.differences.get(self.differences.selected()?)
    }

    /// Differences that concern the selected row of the matrix on the selected cluster: those in which the cluster is unlike most first.
    #[must_use]
    pub fn differences_here(&self) -> Vec<&Difference> {
        let (Some(fleet), Some(told), Some(cluster)) = (self.fleet(), self.selected(), self.cluster()) else { return vec![] };
        let (mut apart, others): (Vec<&Difference>, Vec<&Difference>) =
            fleet.differences.iter().filter(|d| told.is_concerned(d)).partition(|d| d.apart.contains(&cluster.name));
        apart.extend(others);
        apart
    }

    /// Whether the list that is shown is being narrowed.
    #[must_use]
    pub const fn filtering(&self) -> bool {
        match self.part {
            Part::Matrix => self.matrix.filtering,
            Part::Differences => self.differences.filtering,
            Part::Clusters => self.clusters.filtering,
        }
    }

    fn arrange(&mut self) {
        let Some(fleet) = self.fleet.clone() else { return };
        let (selected, differing) = (self.matrix.selected().and_then(|at| self.row(at)), self.differing);
        self.rows = rows(&fleet, self.checks);
        let words = listed::words(self.matrix.filter.trimmed());
        let fits = |at: &usize| {
            let told = match self.rows[*at] {
                FleetRow::Control(nth) => Told::Control(&fleet.controls[nth]),
                FleetRow::Check(nth) => Told::Check(&fleet.checks[nth]),
            };
            (!differing || told.differs(&fleet)) && words.iter().all(|word| listed::holds(word, &|word| told.fits(word)))
        };
        let fit = (0..self.rows.len()).filter(fits).collect();
        let rows = &self.rows;
        self.matrix.arrange(fit, |_| false, None, |at| selected == rows.get(at).copied());
        self.column = self.column.min(fleet.clusters.len().saturating_sub(1));

        let selected = self.differences.selected();
        let words = listed::words(self.differences.filter.trimmed());
        let fits = |at: &usize| words.iter().all(|word| listed::holds(word, &|word| difference_fits(&fleet.differences[*at], word)));
        let fit = (0..fleet.differences.len()).filter(fits).collect();
        let group = self.differences.group;
        let groups = Groups::of(fleet.differences.len(), |at| in_group(group, &fleet.differences[at]));
        self.differences.arrange(fit, |_| false, groups.as_ref(), |at| selected == Some(at));

        let selected = self.clusters.selected();
        let words = listed::words(self.clusters.filter.trimmed());
        let fits = |at: &usize| words.iter().all(|word| listed::holds(word, &|word| cluster_fits(&fleet.clusters[*at], word)));
        let fit = (0..fleet.clusters.len()).filter(fits).collect();
        self.clusters.arrange(fit, |_| false, None, |at| selected == Some(at));
    }

    /// Does something to the list that is shown.
    fn in_list<T>(&mut self, matrix: impl Fn(&mut Listing<()>) -> T, differences: impl Fn(&mut Listing<FleetGroup>) -> T) -> T {
        match self.part {
            Part::Matrix => matrix(&mut self.matrix),
            Part::Differences => differences(&mut self.differences),
            Part::Clusters => matrix(&mut self.clusters),
        }
    }
}

impl SideView {
    /// Shows the clusters side by side, and takes what was worked out.
    pub(in crate::session) fn update(&mut self, desk: &mut Desk, action: Action) -> Next {
        match action {
            Action::Open => return self.open(desk),
            Action::Part(part) => self.part = part,
            Action::NextPart => self.part = self.part.next(),
            Action::Differing => {
                self.differing = !self.differing;
                self.arrange();
            }
            Action::Checks => {
                self.checks = !self.checks;
                self.arrange();
            }
            Action::Group => {
                self.differences.group = self.differences.group.next();
                self.part = Part::Differences;
                self.arrange();
            }
            Action::Gathered { ticket, fleet } if ticket == self.ticket => {
                self.fleet = Some(fleet);
                self.arrange();
            }
            // Something else was asked for since.
            Action::Gathered { .. } => {}
        }
        Next::NONE
    }

    fn open(&mut self, desk: &mut Desk) -> Next {
        let Some(book) = desk.book.as_ref() else { return Next::NONE };
        if book.workbook.clusters.len() < 2 {
            let now = "Press + in the list of areas to read a further one; `kassay assess --contexts … --workbook` reads many at once.";
            desk.messages.push(Message::warning("This assessment has no two clusters to put side by side", now));
            return Next::NONE;
        }
        self.column = book.cluster;
        desk.layers.push(Layer::Fleet);
        self.wanted(desk)
    }

    /// Asks for the clusters side by side where they are not so yet, or were read or judged since.
    pub(in crate::session) fn wanted(&mut self, desk: &Desk) -> Next {
        let Some(book) = desk.book.as_ref() else { return Next::NONE };
        let seen: Vec<Seen> = book
            .clusters
            .iter()
            .map(|cluster| Seen {
                cluster: cluster.key.clone(),
                outcomes: cluster.outcomes.clone(),
                found: cluster.found.clone(),
                failed: book.workbook.clusters.iter().find(|record| record.key == cluster.key).and_then(|r| Some(r.failed.as_ref()?.at)),
            })
            .collect();
        if self.ticket > 0 && seen == self.seen {
            return Next::NONE;
        }
        (self.seen, self.ticket) = (seen, self.ticket + 1);
        let found = book.clusters.iter().filter(|cluster| !cluster.found.is_empty()).map(|cluster| FoundOf {
            cluster: cluster.key.clone(),
            outcomes: cluster.found.clone(),
            inventory: cluster.inventory.clone(),
        });
        let of = SideBySide { workbook: book.workbook.clone(), together: book.together.clone(), found: found.collect() };
        Next::from(Effect::SideBySide { ticket: self.ticket, of: Box::new(of) })
    }

    /// ↵: in the matrix to the control or check on the selected cluster; from a difference to what it is about; from a cluster to its walk.
    pub(in crate::session) fn enter(&mut self) -> Next {
        if self.in_list(Listing::keeps_words, Listing::keeps_words) {
            return Next::NONE;
        }
        let lead = match self.part {
            Part::Matrix => self.cluster().zip(self.selected()).map(|(cluster, told)| {
                let target = match told {
                    Told::Control(row) => Target::Control(row.control.clone()),
                    Told::Check(row) => Target::Check(row.check.clone()),
                };
                Lead::WalkOn { cluster: cluster.name.clone(), target }
            }),
            Part::Differences => return self.follow_difference(),
            Part::Clusters => self
                .clusters
                .selected()
                .and_then(|at| self.fleet()?.clusters.get(at))
                .map(|cluster| Lead::WalkOn { cluster: cluster.name.clone(), target: Target::Area(1) }),
        };
        lead.map_or(Next::NONE, Next::from)
    }

    fn follow_difference(&mut self) -> Next {
        let Some(difference) = self.difference() else { return Next::NONE };
        let check = match difference.topic {
            Topic::Outcome => difference.what.first(),
            Topic::Finding => Some(&difference.of),
            _ => None,
        };
        let odd = difference.apart.first().or_else(|| difference.values.last().and_then(|held| held.clusters.first()));
        match (odd.cloned(), check.cloned()) {
            (Some(cluster), Some(check)) => Next::from(Lead::WalkOn { cluster, target: Target::Check(check) }),
            // What no check says is told of the cluster.
            (Some(cluster), None) => {
                let at = self.fleet().and_then(|fleet| fleet.clusters.iter().position(|c| c.name == cluster));
                self.part = Part::Clusters;
                self.clusters.select(|nth| Some(nth) == at);
                Next::NONE
            }
            (None, _) => Next::NONE,
        }
    }

    /// Esc: clears the filter first.
    pub(in crate::session) fn back(&mut self, desk: &mut Desk) {
        if self.in_list(Listing::clears_words, Listing::clears_words) {
            self.arrange();
        } else {
            desk.close_top();
        }
    }

    /// The selected row of the list that is shown.
    pub(in crate::session) fn cursor(&mut self) -> &mut Cursor {
        match self.part {
            Part::Matrix => &mut self.matrix.cursor,
            Part::Differences => &mut self.differences.cursor,
            Part::Clusters => &mut self.clusters.cursor,
        }
    }

    /// Moves in the list that is shown.
    pub(in crate::session) fn step(&mut self, step: Step) {
        self.in_list(|list| list.step(step), |list| list.step(step));
    }

    /// To the cluster at the left or right.
    pub(in crate::session) fn sideways(&mut self, back: bool) {
        let last = self.fleet().map_or(0, |fleet| fleet.clusters.len().saturating_sub(1));
        self.column = if back { self.column.saturating_sub(1) } else { (self.column + 1).min(last) };
    }

    /// Begins to type filter words.
    pub(in crate::session) fn filter(&mut self) {
        self.in_list(|list| list.filtering = true, |list| list.filtering = true);
    }

    /// Types filter words.
    pub(in crate::session) fn type_in(&mut self, typed: &Typed) {
        if self.in_list(|list| list.type_in(typed), |list| list.type_in(typed)) {
            self.arrange();
        }
    }

    /// Copies what is selected, in words.
    pub(in crate::session) fn copy(&self, desk: &Desk) -> Next {
        let text = match self.part {
            Part::Matrix => desk.book.as_ref().and_then(|book| Some(lines_of(self, book)?.join("\n"))),
            Part::Differences => self.difference().map(in_words),
            Part::Clusters => {
                self.clusters.selected().and_then(|at| self.fleet()?.clusters.get(at)).map(|c| format!("{}: {}", c.name, standing(c)))
            }
        };
        text.map_or(Next::NONE, |text| Next::from(Effect::Copy(text)))
    }
}

/// What is told of the selected cell, line by line: what is said there and why, then in what clusters differ in it.
#[must_use]
pub fn lines_of(view: &SideView, book: &Book) -> Option<Vec<String>> {
    let (told, cluster) = (view.selected()?, view.cluster()?);
    let (outcome, findings) = told.on(&cluster.name)?;
    let findings = if findings > 0 { format!(", {}", counted(findings, "finding", "findings")) } else { String::new() };
    let mut lines = vec![clean(&format!("{} {} on {}: {}{findings}", told.id(), told.title(), cluster.name, outcome.label()))];
    if cluster.state == State::Failed {
        lines.push(standing(cluster));
    }
    let part = book.together.parts.iter().find(|part| part.cluster == cluster.name);
    let of_row = |check: &str| match told {
        Told::Control(row) => check.split_once('/').is_some_and(|(control, _)| control == row.control),
        Told::Check(row) => check == row.check,
    };
    let said = part.into_iter().flat_map(|part| &part.outcomes).filter(|said| cluster.state == State::Assessed && of_row(&said.check));
    for said in said.filter(|said| said.outcome == outcome) {
        lines.push(clean(&format!("{}: {}, {}", said.check, said.outcome.label(), said.reason)));
    }
    lines.extend(view.differences_here().into_iter().map(in_words));
    Some(lines)
}

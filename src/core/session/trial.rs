//! Policies on trial, on the screen: what became of each witness in each group of namespaces, what gets in in scope first, narrowed by words; and one
//! witness with its verdicts everywhere and its object. It is worked out beside, once for each reading.

use crate::analysis::trial::{Break, Outcome, Told, ToldRow, Witness};
use crate::model::Category;
use crate::model::text::{capital, clean};
use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::lead::{Kept, Lead, Next};
use crate::session::effect::Effect;
use crate::session::parts::cursor::Scroll;
use crate::session::parts::listed::{Common, Groups};
use crate::session::parts::listing::Way;
use crate::session::parts::per_cluster::{PerCluster, Rows, View};
use std::sync::Arc;

/// The check whose practices a trial speaks to.
const CHECK: &str = "3.1/admission-control";

/// How many namespaces of a row are named where it must fit a line.
pub const NAMED: usize = 3;

/// What happens to policies on trial.
#[derive(Clone, Debug)]
pub enum Action {
    /// Shows them.
    Open,
    /// Groups them otherwise.
    Group,
    /// Keeps what is shown as evidence.
    Keep,
    /// What became of the witnesses in a cluster.
    Tried {
        /// The cluster.
        cluster: String,
        /// The trial.
        told: Arc<Told>,
    },
}

impl Action {
    /// Whether a person did it.
    #[must_use]
    pub const fn is_by_person(&self) -> bool {
        !matches!(self, Self::Tried { .. })
    }
}

/// How verdicts are grouped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrialGroup {
    /// Not at all.
    #[default]
    None,
    /// By where they hold.
    Namespaces,
    /// By what the witness breaks.
    Breaks,
    /// By what became of it.
    Verdict,
}

impl Way for TrialGroup {
    const WAYS: &'static [(Self, &'static str)] = &[
        (Self::None, "not grouped"),
        (Self::Namespaces, "by namespaces"),
        (Self::Breaks, "by what is broken"),
        (Self::Verdict, "by verdict"),
    ];
}

/// The trial of each cluster for which it was asked, and the one that is shown.
pub type Trials = PerCluster<Told>;

/// A trial, kept as one left it.
pub type TrialView = View<Told>;

impl Rows for Told {
    type Group = TrialGroup;
    /// Its witness, and the first of its namespaces.
    type Known = (&'static str, String);

    fn in_order(&self) -> Vec<usize> {
        self.worst_first()
    }

    fn count(&self) -> usize {
        self.rows.len()
    }

    fn known(&self, at: usize) -> Self::Known {
        let row = &self.rows[at];
        (row.witness.id, self.namespaces(row).first().copied().unwrap_or_default().to_owned())
    }

    fn is_of_platform(&self, at: usize) -> bool {
        self.rows[at].category == Category::Platform
    }

    fn groups(&self, group: TrialGroup) -> Option<Groups> {
        let words = |row: &ToldRow| if group == TrialGroup::Namespaces { self.place_words(row, NAMED) } else { String::new() };
        let places: Vec<String> = self.rows.iter().map(words).collect();
        let common = |at: usize| {
            Some(Common::from(match group {
                TrialGroup::None => return None,
                TrialGroup::Namespaces => places[at].as_str(),
                TrialGroup::Breaks => self.rows[at].witness.breaks.id(),
                TrialGroup::Verdict => self.rows[at].verdict.outcome.label(),
            }))
        };
        Groups::of(self.rows.len(), common)
    }

    fn haystack(&self, at: usize) -> String {
        haystack(self, &self.rows[at])
    }

    fn fits(&self, at: usize, haystack: &str, word: &str) -> bool {
        fits(self, &self.rows[at], haystack, word)
    }
}

impl TrialView {
    /// What it lists.
    #[must_use]
    pub fn told(&self) -> &Told {
        self.of()
    }

    /// A row, by its index.
    #[must_use]
    pub fn row(&self, at: usize) -> Option<&ToldRow> {
        self.of().rows.get(at)
    }

    /// Where a row holds, in words, by its index.
    #[must_use]
    pub fn place(&self, at: usize) -> String {
        self.row(at).map(|row| self.of().place_words(row, NAMED)).unwrap_or_default()
    }

    /// The selected row; on a heading the first below it.
    #[must_use]
    pub fn selected(&self) -> Option<&ToldRow> {
        self.row(self.list.selected()?)
    }

    /// The rows that the filter lets through, in their order.
    fn listed(&self) -> impl Iterator<Item = &ToldRow> {
        self.list.items().filter_map(|at| self.row(at))
    }
}

/// What a plain word of the filter is looked for in.
fn haystack(told: &Told, row: &ToldRow) -> String {
    let parts = [row.witness.id, row.witness.words, row.verdict.outcome.label(), &row.verdict.by, &row.verdict.why];
    let around = row.verdict.around.iter().map(String::as_str);
    parts.into_iter().chain(told.namespaces(row)).chain(around).collect::<Vec<_>>().join("\n").to_lowercase()
}

/// Whether a row fits a filter word, in lower case: `ns:pay`, `breaks:privileged`, `verdict:let_in`, `control:3.1`, `by:policy`, `cat:cde`, or any text.
fn fits(told: &Told, row: &ToldRow, haystack: &str, word: &str) -> bool {
    match word.split_once(':') {
        Some(("ns", part)) => told.namespaces(row).iter().any(|name| name.contains(part)),
        Some(("breaks", part)) => row.witness.breaks.id().starts_with(part),
        Some(("verdict", part)) => row.verdict.outcome.id().starts_with(part),
        Some(("control", part)) => row.witness.breaks.control() == part,
        Some(("by", part)) => row.verdict.by.to_lowercase().contains(part),
        Some(("cat", part)) => row.category.id().starts_with(part) || row.category.label().to_lowercase().contains(part),
        _ => haystack.contains(word),
    }
}

/// What a witness is and breaks, in lines.
#[must_use]
pub fn about(witness: &Witness) -> Vec<String> {
    let breaks = match witness.breaks {
        Break::Nothing => "It breaks nothing: where it is refused, what is said of the others proves little.".to_owned(),
        breaks => format!("It breaks what control {} demands: {}.", breaks.control(), breaks.demanded()),
    };
    vec![capital(&format!("{}.", witness.told())), breaks]
}

/// What is told of a witness in the namespaces of a row, in lines: where, by whom and why, what stays out of it, another image.
#[must_use]
pub fn reasons(told: &Told, row: &ToldRow) -> Vec<String> {
    let mut lines = vec![clean(&told.namespaces(row).join(", "))];
    let reason = row.reason();
    if !reason.is_empty() {
        lines.push(clean(&reason));
    }
    if !row.verdict.around.is_empty() {
        lines.push(format!("Unless a pod chooses to stay out of it: {}", clean(&row.unless())));
    }
    let images = told.images(row);
    if !images.is_empty() {
        lines.push(format!("It has the image {} there, since the policies ask for one of their own.", clean(&images.join(", "))));
    }
    lines
}

/// The object of a witness as YAML.
#[must_use]
pub fn object(witness: &Witness) -> String {
    let object = witness.object("", &crate::analysis::trial::Dress::default());
    serde_saphyr::to_string(&object).unwrap_or_else(|_| "it can't be written as YAML\n".to_owned())
}

/// Rows of one witness in words.
fn in_words<'r>(told: &Told, witness: &Witness, rows: impl Iterator<Item = &'r ToldRow>) -> String {
    let mut text = format!("{}\n", witness.id);
    about(witness).iter().for_each(|line| text.push_str(&format!("  {line}\n")));
    for row in rows {
        text.push_str(&format!("  {} ({})\n", row.verdict.outcome.label(), row.category.label()));
        reasons(told, row).iter().for_each(|line| text.push_str(&format!("      {line}\n")));
    }
    text
}

impl Trials {
    /// Shows the trial, and takes what was worked out.
    pub(in crate::session) fn update(&mut self, desk: &mut Desk, action: Action) -> Next {
        match action {
            Action::Open => {
                desk.layers.push(Layer::Trial);
                self.wanted(desk)
            }
            Action::Group => {
                self.regroup();
                Next::NONE
            }
            Action::Keep => self.keep(desk),
            Action::Tried { cluster, told } => {
                self.tried(desk, cluster, told);
                Next::NONE
            }
        }
    }

    /// Asks for the trial of the shown cluster where it is not there yet, and lists it where it is.
    pub(in crate::session) fn wanted(&mut self, desk: &Desk) -> Next {
        let Some(book) = desk.book.as_ref() else { return Next::NONE };
        let Some(cluster) = book.shown() else { return Next::NONE };
        if self.show(&cluster.key) {
            return Next::NONE;
        }
        let Some(inventory) = &cluster.inventory else { return Next::NONE };
        Next::from(Effect::Try { cluster: cluster.key.clone(), inventory: inventory.clone(), scope: book.workbook.scope.clone() })
    }

    fn tried(&mut self, desk: &Desk, cluster: String, told: Arc<Told>) {
        let Some(book) = desk.book.as_ref().filter(|book| book.clusters.iter().any(|c| c.key == cluster)) else { return };
        let shown = book.shown().is_some_and(|c| c.key == cluster);
        self.take(cluster.clone(), told);
        if shown {
            self.show(&cluster);
        }
    }

    /// ↵ in the list: opens the witness of the selected row.
    pub(in crate::session) fn enter(&mut self, desk: &mut Desk) {
        if let Some(row) = self.chosen().and_then(|at| self.view.row(at)) {
            desk.layers.push(Layer::Witness { id: row.witness.id, scroll: Scroll::default() });
        }
    }

    /// Esc in the list: clears the filter first.
    pub(in crate::session) fn back(&mut self, desk: &mut Desk) {
        if !self.clears_words() {
            desk.close_top();
        }
    }

    /// Copies the selected row, or the witness that is looked at with its object, in words.
    pub(in crate::session) fn copy(&self, desk: &Desk) -> Next {
        let told = self.view.told();
        let text = match desk.top() {
            Layer::Witness { id, .. } => {
                Witness::by_id(id).map(|witness| format!("{}\n{}", in_words(told, witness, told.of_witness(id)), object(witness)))
            }
            _ => self.view.selected().map(|row| in_words(told, row.witness, std::iter::once(row))),
        };
        text.map_or(Next::NONE, |text| Next::from(Effect::Copy(text)))
    }

    /// Keeps the witness that is looked at, or the rows that the filter lets through, with their reasons.
    fn keep(&self, desk: &Desk) -> Next {
        let Some(book) = desk.book.as_ref() else { return Next::NONE };
        let told = self.view.told();
        let rows: Vec<&ToldRow> = match desk.top() {
            Layer::Witness { id, .. } => told.of_witness(id).collect(),
            _ => self.view.listed().collect(),
        };
        let mut by_witness: Vec<(&Witness, Vec<&ToldRow>)> = vec![];
        for row in rows {
            match by_witness.iter_mut().find(|(witness, _)| witness.id == row.witness.id) {
                Some((_, rows)) => rows.push(row),
                None => by_witness.push((row.witness, vec![row])),
            }
        }
        let Some((first, _)) = by_witness.first() else { return Next::NONE };
        let cluster = book.shown().map(|c| c.key.clone()).unwrap_or_default();
        let title = match by_witness.len() {
            1 => format!("policies on trial: {} ({cluster})", first.id),
            n => format!("policies on trial: {n} witnesses ({cluster})"),
        };
        let read = desk.read_at().map(|at| at.to_string()).unwrap_or_default();
        let mut text = format!(
            "policies on trial\ncluster {cluster}, read {read}; policies were run by Kassay as they were read, nothing was sent to the cluster\n"
        );
        for words in &told.unread {
            text.push_str(&format!("{}\n", clean(words)));
        }
        if matches!(desk.top(), Layer::Trial) && !self.view.list.filter.is_empty() {
            text.push_str(&format!("filtered by: {}\n", clean(self.view.list.filter.trimmed())));
        }
        for (witness, rows) in &by_witness {
            text.push('\n');
            text.push_str(&in_words(told, witness, rows.iter().copied()));
            if matches!(desk.top(), Layer::Witness { .. }) {
                text.push_str(&format!("\n{}", object(witness)));
            }
        }
        let name = format!("trial-{}.txt", by_witness.len());
        Next::from(Lead::Keep(Kept { title: clean(&title), practices: desk.practices_of_check(CHECK), name, text }))
    }

    /// The witness before or after the one that is looked at, in the list's order.
    pub(in crate::session) fn beside(&mut self, desk: &mut Desk, back: bool) {
        let Some(Layer::Witness { id, scroll }) = desk.layers.last_mut() else { return };
        // A witness has a row for each of its verdicts.
        while let Some(row) = self.view.list.beside(back).and_then(|at| self.view.row(at)) {
            if row.witness.id != *id {
                (*id, *scroll) = (row.witness.id, Scroll::default());
                return;
            }
        }
    }
}

/// The sign of a verdict, which is no verdict on the cluster where the witness is clean.
#[must_use]
pub fn sign(row: &ToldRow) -> &'static str {
    match row.verdict.outcome {
        _ if row.is_clean() => "·",
        Outcome::Refused => "✓",
        Outcome::NotEvaluated => "?",
        Outcome::LetIn => "✗",
    }
}

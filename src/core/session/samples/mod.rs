//! Samples: drawn from what was read of the clusters or from a typed list, then worked through item by item.

mod drawing;
mod table;

use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::lead::Next;
use crate::session::parts::cursor::{Cursor, Step};
use crate::session::parts::form::Form;
use crate::session::parts::register::{Flag, RegisterRow};
use crate::workbook::sampling::{method_words, population_words, size_words, summary};
use crate::workbook::{ItemResult, Sample};

pub(in crate::session) use drawing::changed;

/// What is done to samples.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Says what the selected item showed; nothing where nobody has looked yet.
    Result(Option<ItemResult>),
    /// Opens the words of the sample.
    Words,
    /// Draws it once more, to compare.
    Again,
    /// Chooses the selected item of the population, or no longer.
    Choose,
}

/// Works through a sample, and chooses items.
pub(in crate::session) fn update(desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Result(result) => table::set_result(desk, result),
        Action::Words => table::open_words(desk),
        Action::Again => table::draw_again(desk),
        Action::Choose => {
            drawing::choose(desk);
            Next::NONE
        }
    }
}

/// ↵ in a sample: the note and evidence of the selected item. ↵ in a population: draws what is chosen.
pub(in crate::session) fn enter(desk: &mut Desk) -> Next {
    match desk.top() {
        Layer::Pick(_) => drawing::picked(desk),
        _ => table::open_item(desk),
    }
}

/// Esc in a population: back to the form, which keeps what is chosen.
pub(in crate::session) fn back(desk: &mut Desk) {
    match desk.top() {
        Layer::Pick(_) => drawing::keep_choice(desk),
        _ => desk.close_top(),
    }
}

/// Moves among the items.
pub(in crate::session) fn step(desk: &mut Desk, step: Step) {
    let length = table::here(desk).map_or(0, |sample| sample.items.len());
    match desk.layers.last_mut() {
        Some(Layer::Sample { cursor, .. }) => cursor.step(step, length),
        Some(Layer::Pick(picking)) => {
            let length = picking.members.len();
            picking.cursor.step(step, length);
        }
        _ => {}
    }
}

/// The selected row.
pub(in crate::session) fn cursor(desk: &mut Desk) -> Option<&mut Cursor> {
    match desk.layers.last_mut() {
        Some(Layer::Sample { cursor, .. }) => Some(cursor),
        Some(Layer::Pick(picking)) => Some(&mut picking.cursor),
        _ => None,
    }
}

/// Columns of the register.
pub(in crate::session) const COLUMNS: [&str; 5] = ["Ref", "What", "Of", "Method", "Shows"];

/// The register: every sample set, those that were taken back too.
pub(in crate::session) fn rows(desk: &Desk) -> Vec<RegisterRow> {
    desk.book.as_ref().map_or_else(Vec::new, |book| book.workbook.samples.iter().map(|sample| row(desk, sample)).collect())
}

fn row(desk: &Desk, sample: &Sample) -> RegisterRow {
    let told = summary(sample);
    let flag = match &told.overall {
        _ if sample.withdrawn.is_some() => Flag::Closed,
        tally if tally.deviates > 0 => Flag::Wrong,
        tally if tally.left > 0 || tally.not_tested > 0 => Flag::Attention,
        _ => Flag::Fine,
    };
    let mut detail: Vec<(String, String)> = vec![("What".to_owned(), sample.title.clone())];
    let mut put = |label: &str, words: String| {
        if !words.is_empty() {
            detail.push((label.to_owned(), words));
        }
    };
    put("Shows", told.overall.words());
    put("Outliers", told.outlier_words().unwrap_or_default());
    for (stratum, tally) in &told.strata {
        put(&format!("· {stratum}"), tally.words());
    }
    put("Conclusion", sample.conclusion.clone());
    put("Population", population_words(&sample.population));
    put("Not complete", sample.population.incomplete.join("; "));
    put("Drawn", method_words(sample));
    put("Why these", sample.reason.clone());
    put("Representative", sample.representative.clone());
    put("Supports", sample.practices.iter().chain(&sample.questions).cloned().collect::<Vec<_>>().join(" "));
    put("Named by", named_by(desk, &sample.reference).join(" "));
    put("By", format!("{}, {}", sample.by, sample.at));
    if let Some(withdrawn) = &sample.withdrawn {
        put("Withdrawn", format!("{} by {}: {}", withdrawn.at, withdrawn.by, withdrawn.why));
    }
    RegisterRow {
        name: None,
        id: sample.reference.clone(),
        cells: vec![sample.title.clone(), size_words(sample), sample.method.label().to_owned(), told.overall.words()],
        flag,
        detail,
    }
}

/// References of evidence that speaks of a sample set.
fn named_by(desk: &Desk, reference: &str) -> Vec<String> {
    let evidence = desk.book.iter().flat_map(|book| &book.workbook.evidence);
    evidence.filter(|e| e.counts() && e.samples.iter().any(|s| s == reference)).map(|e| e.reference.clone()).collect()
}

/// Opens a sample of the register to work through it; the form to draw one where none is named.
pub(in crate::session) fn open_entry(desk: &mut Desk, id: Option<&str>) -> Next {
    match id {
        Some(id) => desk.layers.push(Layer::Sample { reference: id.to_owned(), cursor: Cursor::default() }),
        None => drawing::open(desk),
    }
    Next::NONE
}

/// ↵ in a form: of a new sample, of the words of one, of an item (`S-01 prod-eu shop/Deployment/web`).
pub(in crate::session) fn accept_entry(desk: &mut Desk, form: &Form, id: Option<&str>) -> Next {
    match id.map(|id| id.split_once(' ').map_or((id, None), |(id, item)| (id, Some(item)))) {
        None => drawing::accept(desk, form),
        Some((id, None)) => table::accept_words(desk, form, id),
        Some((id, Some(item))) => table::accept_item(desk, form, id, item),
    }
}

pub(in crate::session) use table::withdraw;

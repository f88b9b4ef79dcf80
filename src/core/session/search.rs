//! Finding a control, check, question or piece of evidence by its words.

use crate::model::text::clean;
use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::lead::{Lead, Next};
use crate::session::book::standing::{Target, checks_of};
use crate::session::parts::cursor::{Cursor, Step};
use crate::session::parts::field::Field;

/// What is done to the search.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Begins one.
    Open,
}

/// A row of the search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindRow {
    /// Where it leads.
    pub target: Target,
    /// What it is: `1.5 Workloads get no credentials by themselves`.
    pub text: String,
}

/// Begins a search.
pub(in crate::session) fn update(desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Open => {
            if desk.book.is_some() {
                desk.layers.push(Layer::Find { query: Field::default(), cursor: Cursor::default() });
            }
            Next::NONE
        }
    }
}

/// Everything in the walk that fits what is typed: controls, questions, checks, evidence.
#[must_use]
pub fn find(desk: &Desk, query: &str) -> Vec<FindRow> {
    let words: Vec<String> = query.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let mut rows = vec![];
    let mut put = |target: Target, text: String| {
        let lower = text.to_lowercase();
        if words.iter().all(|w| lower.contains(w)) {
            rows.push(FindRow { target, text });
        }
    };
    for area in &desk.guidance.areas {
        put(Target::Area(area.number), format!("{} {}", area.number, area.title));
        for control in &area.controls {
            put(Target::Control(control.id.clone()), format!("{} {}", control.id, control.title));
            for check in checks_of(control) {
                put(Target::Check(check.id.to_owned()), format!("{} {}", check.id, check.title));
            }
            for question in &control.questions {
                put(Target::Question(question.id.clone()), format!("{} {}", question.id, question.text.trim()));
            }
        }
    }
    for evidence in desk.book.iter().flat_map(|b| &b.workbook.evidence) {
        put(Target::Evidence(evidence.reference.clone()), format!("{} {}", evidence.reference, clean(&evidence.title)));
    }
    rows
}

/// ↵: goes to the selected row.
pub(in crate::session) fn enter(desk: &mut Desk) -> Next {
    let Some(Layer::Find { query, cursor }) = desk.layers.pop_if(|layer| matches!(layer, Layer::Find { .. })) else { return Next::NONE };
    let found = find(desk, query.trimmed()).into_iter().nth(cursor.at);
    found.map_or(Next::NONE, |row| Next::from(Lead::Walk(row.target)))
}

/// Moves among the rows.
pub(in crate::session) fn step(desk: &mut Desk, step: Step) {
    let length = match desk.top() {
        Layer::Find { query, .. } => find(desk, query.trimmed()).len(),
        _ => return,
    };
    if let Some(Layer::Find { cursor, .. }) = desk.layers.last_mut() {
        cursor.step(step, length);
    }
}

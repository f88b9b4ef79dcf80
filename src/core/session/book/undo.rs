//! Taking an edit back, and doing it again. What people wrote is put back as a whole, whatever tables it has; what was read from clusters
//! stays as it is. A reference of evidence is never given twice, so a piece that is taken back stays in the register, withdrawn, until it
//! is done again; so do samples, requests and all else that has a reference.

use crate::workbook::{Place, Referenced, Withdrawn, Workbook};
use std::collections::BTreeSet;

/// The most edits that can be taken back.
const LONGEST: usize = 200;

/// An edit that can be taken back, or done again.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The edit, in words.
    pub what: String,
    /// What it made of what, as the journal has it.
    before: String,
    after: String,
    /// What people wrote, on the other side of the edit.
    other: Box<Workbook>,
    /// References that the edit gave.
    gave: BTreeSet<String>,
}

/// Which way one goes along the edits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Takes the last edit back.
    Back,
    /// Does again what was taken back last.
    Again,
}

/// Edits since the assessment was opened, the newest last: those that can be taken back, and those that were.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    back: Vec<Step>,
    again: Vec<Step>,
}

/// A step along the edits: the workbook after it, and what the journal tells.
pub(super) struct Turned {
    pub workbook: Workbook,
    pub what: String,
    pub before: String,
    pub after: String,
}

impl Step {
    /// Remembers what people wrote before an edit.
    pub(super) fn new(what: &str, (before, after): (&str, &str), now: &Workbook, then: &Workbook) -> Self {
        let known = now.references();
        let gave = then.references().difference(&known).map(|reference| (*reference).to_owned()).collect();
        Self { what: what.to_owned(), before: before.to_owned(), after: after.to_owned(), other: Box::new(written(now)), gave }
    }
}

impl History {
    /// An edit was made: what was taken back before it can't be done again.
    pub(super) fn made(&mut self, step: Step) {
        self.again.clear();
        self.back.push(step);
        if self.back.len() > LONGEST {
            self.back.remove(0);
        }
    }

    /// What comes next that way.
    #[must_use]
    pub fn next(&self, way: Way) -> Option<&Step> {
        match way {
            Way::Back => self.back.last(),
            Way::Again => self.again.last(),
        }
    }

    /// The workbook as it is one step that way.
    pub(super) fn turned(&self, way: Way, workbook: &Workbook, mark: Withdrawn) -> Option<Turned> {
        let step = self.next(way)?;
        let mark = Withdrawn { why: format!("taken back: {}", step.what), ..mark };
        let workbook = put_back(&step.other, workbook, &step.gave, &mark);
        let (what, before, after) = match way {
            Way::Back => (format!("undo {}", step.what), &step.after, &step.before),
            Way::Again => (format!("redo {}", step.what), &step.before, &step.after),
        };
        Some(Turned { workbook, what, before: before.clone(), after: after.clone() })
    }

    /// That step is on disk; the workbook is the one before it.
    pub(super) fn went(&mut self, way: Way, workbook: &Workbook) {
        let (from, to) = match way {
            Way::Back => (&mut self.back, &mut self.again),
            Way::Again => (&mut self.again, &mut self.back),
        };
        if let Some(step) = from.pop() {
            to.push(Step { other: Box::new(written(workbook)), ..step });
        }
    }
}

/// All of a workbook but what was read from clusters, and what the program notes by itself. Whatever table comes to a workbook is among it.
fn written(workbook: &Workbook) -> Workbook {
    Workbook {
        clusters: vec![],
        outcomes: crate::workbook::Shared::default(),
        place: Place::default(),
        catalogue: String::new(),
        withheld: vec![],
        ..workbook.clone()
    }
}

/// A workbook with what people wrote as it was. What came since by itself, as the record of active probes does, stays; what the edit itself
/// gave a reference is withdrawn.
fn put_back(other: &Workbook, now: &Workbook, gave: &BTreeSet<String>, mark: &Withdrawn) -> Workbook {
    let mut workbook = Workbook {
        format: now.format,
        clusters: now.clusters.clone(),
        outcomes: now.outcomes.clone(),
        place: now.place.clone(),
        catalogue: now.catalogue.clone(),
        // What was withheld is not given back with the words that stood around it.
        withheld: now.withheld.clone(),
        ..other.clone()
    };
    keep_since(&mut workbook.analyses, &now.analyses, gave, mark);
    keep_since(&mut workbook.evidence, &now.evidence, gave, mark);
    keep_since(&mut workbook.samples, &now.samples, gave, mark);
    keep_since(&mut workbook.requests, &now.requests, gave, mark);
    keep_since(&mut workbook.remediations, &now.remediations, gave, mark);
    workbook
}

/// Keeps the rows of a register that came since, withdrawn where the edit gave them.
fn keep_since<T: Referenced>(kept: &mut Vec<T>, now: &[T], gave: &BTreeSet<String>, mark: &Withdrawn) {
    let known: BTreeSet<String> = kept.iter().map(|row| row.reference().to_owned()).collect();
    kept.extend(now.iter().filter(|row| !known.contains(row.reference())).cloned().map(|mut row| {
        if gave.contains(row.reference()) {
            row.withdraw(mark.clone());
        }
        row
    }));
    kept.sort_by(|a, b| a.reference().cmp(b.reference()));
}

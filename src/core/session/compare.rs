//! The open assessment beside another one, a bag or a snapshot: in what they differ, and what can't be compared.

use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::lead::Next;
use crate::session::effect::Effect;
use crate::session::parts::differences::Differences;
use crate::session::parts::form::{Form, PathOf};
use crate::session::parts::path;
use crate::workbook::compare::Entry;
use std::path::PathBuf;

/// What happens to a comparison.
#[derive(Clone, Debug)]
pub enum Action {
    /// Asks for the other.
    Open,
    /// In what the open assessment differs from the other.
    Compared {
        /// The other.
        other: PathBuf,
        /// Everything in which they differ.
        entries: Vec<Entry>,
    },
    /// They can't be compared at all.
    Failed {
        /// The other.
        other: PathBuf,
        /// Why not.
        why: String,
    },
}

impl Action {
    /// Whether a person did it.
    #[must_use]
    pub const fn is_by_person(&self) -> bool {
        matches!(self, Self::Open)
    }
}

/// A comparison of the open assessment.
#[derive(Clone, Debug, Default)]
pub struct Compare {
    /// The other, which is the first of both.
    pub other: PathBuf,
    /// In what they differ; nothing while that is worked out.
    pub differences: Option<Differences>,
    /// Why nothing could be compared.
    pub failed: Option<String>,
}

impl Compare {
    /// Asks for the other, and takes what was found.
    pub(in crate::session) fn update(&mut self, desk: &mut Desk, action: Action) -> Next {
        match action {
            Action::Open if desk.book.is_some() => {
                let hint = "folder of an assessment, bag or snapshot; ⇥ completes";
                desk.put_form(path::form(PathOf::Compare, hint, &self.other.to_string_lossy()));
            }
            Action::Open => {}
            Action::Compared { other, entries } if other == self.other => self.differences = Some(Differences::new(entries)),
            Action::Failed { other, why } if other == self.other => self.failed = Some(why),
            // Another one is asked about meanwhile.
            Action::Compared { .. } | Action::Failed { .. } => {}
        }
        Next::NONE
    }

    /// Compares with what was named.
    pub(in crate::session) fn accept(&mut self, desk: &mut Desk, form: &Form) -> Next {
        desk.layers.pop();
        let Some(book) = desk.book.as_ref() else { return Next::NONE };
        let other = path::dropped(form.text("file"));
        *self = Self { other: other.clone(), ..Self::default() };
        let effect = Effect::Compare { dir: book.dir.clone(), other };
        desk.layers.retain(|layer| !matches!(layer, Layer::Compare));
        desk.layers.push(Layer::Compare);
        Next::from(effect)
    }

    /// Esc: clears the filter first.
    pub(in crate::session) fn back(&mut self, desk: &mut Desk) {
        if !self.differences.as_mut().is_some_and(Differences::clear) {
            desk.close_top();
        }
    }
}

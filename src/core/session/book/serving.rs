//! The evidence of a control as one list: each practice and question, and below it the pieces that serve it.

use super::assessment::Book;
use super::desk::Desk;
use super::layer::Layer;
use super::standing::{Pane, Tab, Target};
use crate::guidance::{Control, Question};
use crate::session::parts::form::Purpose;
use crate::workbook::Evidence;
use crate::workbook::evidence::{is_stale_for, judged_by, of_practice, of_question};
use crate::workbook::files::{WantedFile, wanted};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// A row of that list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceRow {
    /// The practice or question.
    pub of: Target,
    /// The piece that serves it, by its reference; none on the line of the practice or question itself.
    pub piece: Option<String>,
}

impl Book {
    /// What to ask for in a control: the lines of the guidance, and the files that its checks would judge on these clusters.
    #[must_use]
    pub fn to_ask(&self, control: &Control) -> Vec<String> {
        let files = wanted(&self.together.parts, Some(&control.id));
        control.evidence.iter().cloned().chain(files.iter().map(WantedFile::words)).collect()
    }

    /// The evidence of a control, under the practices and questions that it serves.
    #[must_use]
    pub fn evidence_rows(&self, control: &Control) -> Vec<EvidenceRow> {
        let mut rows = vec![];
        let mut put = |of: Target, pieces: Vec<&Evidence>| {
            rows.push(EvidenceRow { of: of.clone(), piece: None });
            rows.extend(pieces.into_iter().map(|e| EvidenceRow { of: of.clone(), piece: Some(e.reference.clone()) }));
        };
        for practice in &control.practices {
            put(Target::Practice(practice.id.clone()), of_practice(&practice.id, &self.workbook).collect());
        }
        for question in &control.questions {
            put(Target::Question(question.id.clone()), of_question(&question.id, &self.workbook).collect());
        }
        rows
    }

    /// The evidence of a question in words, a line for each piece, and whether something is wrong with it: too old, or withdrawn.
    #[must_use]
    pub fn evidence_words(&self, question: &Question, today: Date) -> Vec<(String, bool)> {
        let mut words: Vec<(String, bool)> = of_question(&question.id, &self.workbook)
            .map(|e| {
                let stale = is_stale_for(e, question, today);
                let age = if stale { format!(": older than {}", question.valid_for) } else { String::new() };
                (format!("{} {}, {} of {}{age}", e.reference, e.title, e.kind.label(), judged_by(e).0), stale)
            })
            .collect();
        let named = self.workbook.answers.iter().filter(|a| a.question == question.id).flat_map(|a| &a.evidence);
        let gone: BTreeSet<&String> = named.filter(|reference| self.piece(reference).is_none_or(|e| !e.counts())).collect();
        words.extend(gone.into_iter().map(|reference| (format!("{reference} was withdrawn"), true)));
        words
    }

    /// A piece of evidence by its reference.
    #[must_use]
    pub fn piece(&self, reference: &str) -> Option<&Evidence> {
        self.workbook.evidence.iter().find(|e| e.reference == reference)
    }
}

impl Desk {
    /// The row of the list of evidence that one stands on.
    #[must_use]
    pub fn evidence_here(&self) -> Option<EvidenceRow> {
        let book = self.book.as_ref()?;
        let control = book.walk.here(self.guidance).filter(|_| (book.walk.pane, book.walk.tab) == (Pane::Work, Tab::Evidence))?;
        book.evidence_rows(control).into_iter().nth(book.walk.row(control))
    }

    /// Questions that evidence or a note at this place would serve.
    pub(in crate::session) fn questions_here(&self) -> Vec<String> {
        match self.layers.last() {
            Some(Layer::Form(form)) => match &form.purpose {
                Purpose::Answer { question, .. } => vec![question.clone()],
                _ => vec![],
            },
            Some(Layer::Walk) => match self.standing_on().or_else(|| self.evidence_here().map(|row| row.of)) {
                Some(Target::Question(id)) => vec![id],
                _ => vec![],
            },
            _ => vec![],
        }
    }
}

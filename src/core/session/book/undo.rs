//! Taking an edit back. Only what a person wrote is put back; what was read from clusters stays as it is. A reference of evidence is never
//! given twice, so a piece that is taken back stays in the register, withdrawn and without its file.

use crate::model::Scope;
use crate::workbook::{Answer, Determination, Evidence, Exception, Review, Workbook};

/// What a person wrote, before an edit.
#[derive(Clone, Debug, PartialEq)]
pub struct Undo {
    /// The edit, in words.
    pub what: String,
    answers: Vec<Answer>,
    determinations: Vec<Determination>,
    evidence: Vec<Evidence>,
    exceptions: Vec<Exception>,
    reviews: Vec<Review>,
    scope: Scope,
}

impl Undo {
    /// Remembers what stands in a workbook before an edit.
    #[must_use]
    pub fn before(what: &str, workbook: &Workbook) -> Self {
        Self {
            what: what.to_owned(),
            answers: workbook.answers.clone(),
            determinations: workbook.determinations.clone(),
            evidence: workbook.evidence.clone(),
            exceptions: workbook.exceptions.clone(),
            reviews: workbook.reviews.clone(),
            scope: workbook.scope.clone(),
        }
    }

    /// Puts it back.
    pub fn put_back(self, workbook: &mut Workbook) {
        workbook.answers = self.answers;
        workbook.determinations = self.determinations;
        workbook.exceptions = self.exceptions;
        workbook.reviews = self.reviews;
        workbook.scope = self.scope;
        for evidence in &mut workbook.evidence {
            if let Some(before) = self.evidence.iter().find(|e| e.reference == evidence.reference) {
                *evidence = before.clone();
            } else {
                evidence.title = format!("withdrawn: {}", evidence.title.trim_start_matches("withdrawn: "));
                (evidence.file, evidence.sha256, evidence.size) = (String::new(), String::new(), 0);
                evidence.practices.clear();
            }
        }
    }
}

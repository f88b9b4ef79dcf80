//! Accepting a review: who looked at what a check shows, when, and what they made of it.

use crate::session::Session;
use crate::session::book::saving::Draft;
use crate::session::parts::form::Form;
use crate::workbook::{Moment, Review};

impl Session {
    /// The workbook with the review of a check on the shown cluster, or of all that is to be reviewed in its control.
    pub(in crate::session) fn accept_review(&self, form: &Form, check: &str) -> Result<(Draft, String), (&'static str, String)> {
        let gone = || ("note", "there is no outcome of this check".to_owned());
        let book = self.book.as_ref().ok_or_else(gone)?;
        let cluster = book.shown().map(|c| c.key.clone()).ok_or_else(gone)?;
        let mut wanted = if form.chosen("for") == Some("control") { self.reviews_of_control(check) } else { vec![] };
        if !wanted.iter().any(|(id, key)| id == check && *key == cluster) {
            wanted.push((check.to_owned(), cluster));
        }
        let mut workbook = book.workbook.clone();
        for (id, key) in &wanted {
            let record = book.workbook.outcomes.iter().find(|o| o.check == *id && o.cluster == *key).ok_or_else(gone)?;
            workbook.reviews.retain(|r| r.check != *id || r.cluster != *key);
            workbook.reviews.push(Review {
                check: id.clone(),
                cluster: key.clone(),
                outcome: record.outcome,
                digest: record.digest.clone(),
                note: form.text("note").to_owned(),
                by: self.user.clone(),
                at: Moment(self.now),
            });
        }
        let (name, words) = match wanted.as_slice() {
            [_] => (check.to_owned(), format!("{check} is marked as reviewed. The determination of its practice decides.")),
            many => {
                let mut ids: Vec<&str> = many.iter().map(|(id, _)| id.as_str()).collect();
                ids.dedup();
                (ids.join(", "), format!("{} checks are marked as reviewed. The determinations of their practices decide.", ids.len()))
            }
        };
        let before = book.review(check).map(|(r, _)| r.note.clone()).unwrap_or_default();
        let after = if form.text("note").is_empty() { "looked at".to_owned() } else { form.text("note").to_owned() };
        Ok((Draft { workbook, what: format!("review {name}"), before, after }, words))
    }
}

//! Saying that somebody looked at what a check shows: who, when, and what they made of it.

use crate::checks;
use crate::model::Outcome;
use crate::session::book::desk::Desk;
use crate::session::book::edit::{Draft, Fault};
use crate::session::book::lead::Next;
use crate::session::parts::form::{Choice, Form, Purpose, Row};
use crate::session::parts::message::Message;
use crate::workbook::{Moment, Review};

/// What is done to reviews.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Opens the form for one.
    Open,
}

/// Reviews.
pub(in crate::session) fn update(desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Open => {
            open(desk);
            Next::NONE
        }
    }
}

/// Opens the form for a review. What passed or failed is judged already: there is nothing to look at.
fn open(desk: &mut Desk) {
    let Some(check) = desk.check_here() else { return };
    let outcome = desk.book.as_ref().and_then(|b| b.outcome(&check)).map(|o| o.outcome);
    let words = match outcome {
        Some(Outcome::Review | Outcome::Blocked) => {
            let form = form(desk, &check);
            desk.open_form(form);
            return;
        }
        Some(Outcome::Fail) => {
            "A failed check needs no review: the determination of its practice decides. d determines, x makes an exception."
        }
        Some(_) => "There is nothing to review: the check decided by itself.",
        None => "The check was not run: no cluster was read.",
    };
    desk.messages.push(Message::info(words));
}

/// The form for a review of a check; it may be said of all that is to be reviewed in the control at once.
fn form(desk: &Desk, check: &str) -> Form {
    let known = desk.book.as_ref().and_then(|b| b.review(check));
    let mut rows =
        vec![Row::lines("note", "Note", "what you saw, and what you make of it; may stay empty", known.map_or("", |(r, _)| &r.note))];
    let open = reviews_of_control(desk, check);
    if open.iter().any(|(id, _)| id != check) {
        let mut checks: Vec<&String> = open.iter().map(|(id, _)| id).collect();
        checks.dedup();
        let all = format!("all {} to review here", checks.len());
        let option = |key, value: &str, label: String| Choice { key, value: value.to_owned(), label };
        let options = vec![option('1', "one", "this check".to_owned()), option('2', "control", all)];
        rows.push(Row::choice("for", "Said of", "1 or 2", options, Some(0)));
    }
    Form::new(Purpose::Review { check: check.to_owned() }, rows)
}

/// Checks and clusters that are to be reviewed in the control of a check.
fn reviews_of_control(desk: &Desk, check: &str) -> Vec<(String, String)> {
    let Some(book) = desk.book.as_ref() else { return vec![] };
    let control = check.split('/').next().unwrap_or_default();
    checks::of_control(control).flat_map(|c| book.to_review(c).into_iter().map(|o| (c.id.to_owned(), o.cluster.clone()))).collect()
}

/// ↵ in the form.
pub(in crate::session) fn accept(desk: &mut Desk, form: &Form, check: &str) -> Next {
    let read = read(desk, form, check);
    desk.keep(read)
}

/// The workbook with the review of a check on the shown cluster, or of all that is to be reviewed in its control.
fn read(desk: &Desk, form: &Form, check: &str) -> Result<(Draft, String), Fault> {
    let gone = || ("note", "there is no outcome of this check".to_owned());
    let book = desk.book.as_ref().ok_or_else(gone)?;
    let cluster = book.shown().map(|c| c.key.clone()).ok_or_else(gone)?;
    let mut wanted = if form.chosen("for") == Some("control") { reviews_of_control(desk, check) } else { vec![] };
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
            by: desk.user.clone(),
            at: Moment(desk.now),
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

//! Forms as what was typed in them: out of a form, and into one that is opened again.

use crate::session::parts::form::{Form, Input, Purpose, Row};
use crate::workbook::drafts::{Drafts, TypedForm, TypedRow};
use jiff::Timestamp;

/// What is typed and not saved, as it lies beside the workbook.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// What was found there and was not opened again yet.
    pub(super) waiting: Vec<TypedForm>,
    /// What is there; none where that is not known, because it could not be written.
    pub(super) there: Option<Drafts>,
    /// When it was written.
    pub(super) at: Option<Timestamp>,
    /// Whether it was told that it can't be written.
    pub(super) told: bool,
}

/// Whether what is typed in a form outlives the program: what only names a path or a rule does not.
pub(super) const fn outlives(form: &Form) -> bool {
    form.touched && !matches!(form.purpose, Purpose::Path(_) | Purpose::Rule | Purpose::Version | Purpose::Dispute { .. })
}

/// What is typed in a form.
pub(super) fn typed(form: &Form) -> Option<TypedForm> {
    let of = |row: &Row| match &row.input {
        Input::Choice { options, chosen } => {
            let chosen = chosen.and_then(|at| options.get(at)).map(|option| option.value.clone());
            TypedRow { id: row.id.to_owned(), chosen, text: None }
        }
        Input::Text(field) => TypedRow { id: row.id.to_owned(), chosen: None, text: Some(field.text.clone()) },
    };
    let rows = form.rows.iter().map(of).chain(form.waiting.iter().cloned()).collect();
    Some(TypedForm { form: toml::Value::try_from(&form.purpose).ok()?, rows })
}

/// Whether something was typed in a form for that.
pub(super) fn is_for(typed: &TypedForm, purpose: &Purpose) -> bool {
    toml::Value::try_from(purpose).is_ok_and(|purpose| purpose == typed.form)
}

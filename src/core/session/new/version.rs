//! Telling the version of a cluster that is read from files which do not tell it, before it is read.

use super::state::State;
use crate::model::kubernetes_version::{NOT_A_VERSION, written};
use crate::session::book::desk::Desk;
use crate::session::book::lead::Next;
use crate::session::parts::form::{Form, Purpose, Row};
use crate::session::parts::message::Message;
use crate::workbook::{Moment, ToldVersion};

/// Asks for the version of a cluster whose files do not tell it.
pub(super) fn ask(state: &State, desk: &mut Desk) {
    let Some(new) = state.as_ref() else { return };
    if !new.may_tell_version() {
        desk.messages.push(Message::info("The cluster tells its version itself; nobody needs to."));
        return;
    }
    let told = |field: fn(&ToldVersion) -> &String| new.version.as_ref().map(field).cloned().unwrap_or_default();
    let rows = vec![
        Row::text("version", "Version", "of Kubernetes, as 1.34 or v1.34.4; empty: not known", told(|told| &told.version)),
        Row::text("reason", "Shown by", "what you have it from; may stay empty", told(|told| &told.reason)),
    ];
    desk.put_form(Form::new(Purpose::Version, rows));
}

/// ↵ in that form.
pub(in crate::session) fn accept_version(state: &mut State, desk: &mut Desk, form: &Form) -> Next {
    let Some(new) = state.as_mut() else { return Next::NONE };
    let typed = form.text("version");
    let version = written(typed);
    if version.is_none() && !typed.is_empty() {
        return desk.fault("version", NOT_A_VERSION);
    }
    // The cluster has no name yet; it gets it when the assessment takes it.
    let told = |version| ToldVersion {
        cluster: String::new(),
        version,
        reason: form.text("reason").to_owned(),
        by: desk.user.clone(),
        at: Moment(desk.now),
    };
    new.version = version.map(told);
    desk.layers.pop();
    Next::NONE
}

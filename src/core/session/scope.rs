//! The scope of the open assessment. It edits a copy; the workbook gets it when it is accepted, and every cluster is judged again then.

use crate::session::book::assessment::Cluster;
use crate::session::book::desk::Desk;
use crate::session::book::edit::{After, Draft, Fault};
use crate::session::book::layer::Layer;
use crate::session::book::lead::Next;
use crate::session::parts::cursor::Step;
use crate::session::parts::form::{Form, Purpose, Row};
use crate::session::parts::message::Message;
use crate::session::parts::namespaces::{ScopeEditor, names, read_rule};
use crate::workbook::scoped::digest;
use crate::workbook::{Moment, ScopeConfirmed};

/// What is done to a scope.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Shows the scope.
    Open,
    /// Changes the category under the cursor.
    Cycle,
    /// Puts everything in scope.
    Everything,
    /// Adds a rule.
    AddRule,
    /// Confirms the scope, with words.
    Confirm,
}

/// Changes the scope on top, or that of a new assessment.
pub(in crate::session) fn update(desk: &mut Desk, new: Option<&mut ScopeEditor>, action: Action) -> Next {
    match action {
        Action::Open => open(desk),
        Action::AddRule => {
            let hint = "pay-* cde stores account data   (cde, connected, out, platform)";
            desk.put_form(Form::new(Purpose::Rule, vec![Row::text("rule", "Rule", hint, "")]));
        }
        Action::Confirm => confirm(desk),
        Action::Cycle => {
            if let Some(editor) = editor(desk, new) {
                editor.cycle();
            }
        }
        Action::Everything => {
            if let Some(editor) = editor(desk, new) {
                editor.everything();
            }
        }
    }
    Next::NONE
}

/// The scope that is being edited: on top, or that of a new assessment.
fn editor<'a>(desk: &'a mut Desk, new: Option<&'a mut ScopeEditor>) -> Option<&'a mut ScopeEditor> {
    match desk.layers.last_mut()? {
        Layer::Scope(editor) => Some(editor),
        _ => new,
    }
}

fn open(desk: &mut Desk) {
    if let Some(cluster) = desk.book.as_ref().and_then(|book| book.clusters.iter().find(|c| c.loading)) {
        desk.messages.push(Message::info(format!("The namespaces of {} are being loaded: try again in a moment.", cluster.key)));
    } else if let Some(book) = desk.book.as_ref() {
        let inventories = book.clusters.iter().filter_map(|c| c.inventory.as_deref());
        let editor = ScopeEditor::over(&book.workbook.scope, inventories);
        desk.layers.push(Layer::Scope(Box::new(editor)));
    }
}

/// Opens the form in which somebody confirms the scope as it is saved.
fn confirm(desk: &mut Desk) {
    let (Layer::Scope(editor), Some(book)) = (desk.top(), desk.book.as_ref()) else {
        desk.messages.push(Message::info("The scope is confirmed once the assessment is there: S shows it then."));
        return;
    };
    if editor.touched {
        desk.messages.push(Message::info("The scope was changed here and is not saved: ↵ accepts it; then it can be confirmed."));
        return;
    }
    if let Some(cluster) = book.clusters.iter().find(|c| c.loading) {
        desk.messages.push(Message::info(format!("The namespaces of {} are being loaded; then the scope can be confirmed.", cluster.key)));
        return;
    }
    let before = book.workbook.scope_confirmed.as_ref().map_or("", |confirmed| &confirmed.words);
    let rows = vec![Row::lines("words", "It rests on", "documents, data flows, people who were asked", before)];
    let help = "Your name and the time are kept with it, and which namespaces there are. A later change of the scope shows, and so do namespaces that \
                appear.";
    let form = Form::new(Purpose::ConfirmScope, rows).titled("Confirm the scope", "as it is saved now", help);
    desk.open_form(form);
}

/// ↵ in that form.
pub(in crate::session) fn accept_confirmation(desk: &mut Desk, form: &Form) -> Next {
    let read = read_confirmation(desk, form);
    desk.keep(read)
}

fn read_confirmation(desk: &Desk, form: &Form) -> Result<(Draft, String), Fault> {
    let book = desk.book.as_ref().ok_or_else(|| ("words", "no assessment is open".to_owned()))?;
    if form.text("words").is_empty() {
        return Err(("words", "say on what it rests: documents, data flows, people who were asked".to_owned()));
    }
    let known = |c: &Cluster| Some((c.key.clone(), names(c.inventory.as_deref()?).into_iter().map(str::to_owned).collect()));
    let confirmed = ScopeConfirmed {
        by: desk.user.clone(),
        at: Moment(desk.now),
        words: form.text("words").to_owned(),
        digest: digest(&book.workbook.scope),
        namespaces: book.clusters.iter().filter_map(known).collect(),
    };
    let mut workbook = book.workbook.clone();
    let before = workbook.scope_confirmed.replace(confirmed).map(|c| format!("{} by {}", c.at, c.by)).unwrap_or_default();
    let draft = Draft { workbook, what: "confirm scope".to_owned(), before, after: form.text("words").to_owned() };
    Ok((draft, "The scope is confirmed.".to_owned()))
}

/// ↵: the scope goes into the workbook.
pub(in crate::session) fn accept(desk: &mut Desk) -> Next {
    let Some(Layer::Scope(editor)) = desk.layers.last_mut() else { return Next::NONE };
    editor.error = None;
    let scope = editor.scope.clone();
    match desk.scope_draft(scope) {
        Some(draft) => desk.save(draft, After::CloseForm("The scope is saved; the checks judge again.".to_owned()), true),
        None => {
            desk.layers.pop();
            Next::NONE
        }
    }
}

/// Takes the rule that was typed.
pub(in crate::session) fn accept_rule(desk: &mut Desk, form: &Form, new: Option<&mut ScopeEditor>) -> Next {
    match read_rule(form.text("rule")) {
        Err(why) => desk.fault("rule", why),
        Ok((glob, category, reason)) => {
            desk.layers.pop();
            if let Some(editor) = editor(desk, new) {
                editor.set(&glob, category, &reason);
            }
            Next::NONE
        }
    }
}

/// Moves among the namespaces.
pub(in crate::session) fn step(editor: &mut ScopeEditor, step: Step) {
    let length = editor.rows().len();
    editor.cursor.step(step, length);
}

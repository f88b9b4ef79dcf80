//! The scope of the open assessment. It edits a copy; the workbook gets it when it is accepted, and every cluster is judged again then.

use crate::session::book::desk::Desk;
use crate::session::book::edit::After;
use crate::session::book::layer::Layer;
use crate::session::book::lead::Next;
use crate::session::parts::cursor::Step;
use crate::session::parts::form::{Form, Purpose, Row};
use crate::session::parts::namespaces::{ScopeEditor, read_rule};

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
}

/// Changes the scope on top, or that of a new assessment.
pub(in crate::session) fn update(desk: &mut Desk, new: Option<&mut ScopeEditor>, action: Action) -> Next {
    match action {
        Action::Open => open(desk),
        Action::AddRule => {
            let hint = "pay-* cde stores account data   (cde, connected, out, platform)";
            desk.put_form(Form::new(Purpose::Rule, vec![Row::text("rule", "Rule", hint, "")]));
        }
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
    if let Some(book) = desk.book.as_ref() {
        let inventories = book.clusters.iter().filter_map(|c| c.inventory.as_deref());
        let editor = ScopeEditor::over(&book.workbook.scope, inventories);
        desk.layers.push(Layer::Scope(Box::new(editor)));
    }
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
    let length = editor.namespaces.len();
    editor.cursor.step(step, length);
}

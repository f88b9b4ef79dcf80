//! Looking through the registers: one screen on which each list of the assessment has a tab. What stands in a list is told by whoever keeps it.

use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::parts::field::Typed;
use crate::session::parts::register::{Register, RegisterView};

/// What is done in the registers.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Shows the register that was looked at last.
    Open,
    /// Shows a register.
    Show(Register),
    /// The next register.
    Next,
    /// The register before.
    Previous,
    /// Begins a new row.
    Add,
    /// Takes the selected row back, with a reason.
    Withdraw,
    /// Goes to what the selected row is about.
    Go,
}

/// The register on top.
pub(in crate::session) fn here(desk: &Desk) -> Option<Register> {
    match desk.top() {
        Layer::Register(register) => Some(*register),
        _ => None,
    }
}

/// Shows a register.
pub(in crate::session) fn look(desk: &mut Desk, action: Action) {
    match action {
        Action::Show(register) => show(desk, Some(register)),
        Action::Next => beside(desk, false),
        Action::Previous => beside(desk, true),
        Action::Open | Action::Add | Action::Withdraw | Action::Go => show(desk, None),
    }
}

fn show(desk: &mut Desk, register: Option<Register>) {
    if desk.book.is_none() {
        return;
    }
    let last = desk.register;
    put(desk, register.unwrap_or(last));
}

/// Shows a register in the place of the one on top, or over whatever is there.
fn put(desk: &mut Desk, register: Register) {
    desk.register = register;
    desk.registers.entry(register).or_default();
    desk.layers.pop_if(|layer| matches!(layer, Layer::Register(_)));
    desk.layers.push(Layer::Register(register));
}

fn beside(desk: &mut Desk, back: bool) {
    let Some(register) = here(desk) else { return };
    let length = Register::ALL.len();
    let at = Register::ALL.iter().position(|r| *r == register).unwrap_or(0);
    put(desk, Register::ALL[(at + if back { length - 1 } else { 1 }) % length]);
}

/// Esc: clears the filter first.
pub(in crate::session) fn back(desk: &mut Desk) {
    let Some(register) = here(desk) else { return };
    match desk.registers.get_mut(&register).filter(|view| view.filtering || !view.filter.is_empty()) {
        Some(view) => *view = RegisterView::default(),
        None => desk.close_top(),
    }
}

/// Begins to type filter words.
pub(in crate::session) fn filter(desk: &mut Desk) {
    if let Some(register) = here(desk) {
        desk.registers.entry(register).or_default().filtering = true;
    }
}

/// Types filter words.
pub(in crate::session) fn type_in(desk: &mut Desk, typed: &Typed) {
    let Some(register) = here(desk) else { return };
    if let Some(view) = desk.registers.get_mut(&register).filter(|view| view.filtering) {
        view.filter.apply(typed);
        view.cursor.at = 0;
    }
}

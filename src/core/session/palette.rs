//! The palette: every action, narrowed by what is typed. What stands in it is made from the table of keys, so only the screen knows its rows.

use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::lead::Next;
use crate::session::parts::cursor::Cursor;
use crate::session::parts::field::Field;

/// What is done to the palette.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Shows it.
    Open,
}

/// Shows the palette.
pub(in crate::session) fn update(desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Open => desk.layers.push(Layer::Palette { query: Field::default(), cursor: Cursor::default() }),
    }
    Next::NONE
}

//! Help: keys and words, for the place over which it was opened.

use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::lead::Next;
use crate::session::parts::cursor::Scroll;

/// What is done to help.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Shows it.
    Open,
}

/// Shows help.
pub(in crate::session) fn update(desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Open => desk.layers.push(Layer::Help(Scroll::default())),
    }
    Next::NONE
}

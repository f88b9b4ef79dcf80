//! The sixteen areas at a glance.

use crate::session::book::desk::Desk;
use crate::session::book::layer::Layer;
use crate::session::book::lead::{Lead, Next};
use crate::session::book::standing::Target;
use crate::session::parts::cursor::Cursor;

/// What is done to the summary.
#[derive(Clone, Copy, Debug)]
pub enum Action {
    /// Shows it.
    Open,
}

/// Shows the summary.
pub(in crate::session) fn update(desk: &mut Desk, action: Action) -> Next {
    match action {
        Action::Open => {
            let cursor = Cursor::default();
            cursor.counts(desk.guidance.areas.len());
            desk.layers.push(Layer::Summary(cursor));
        }
    }
    Next::NONE
}

/// ↵: goes to the selected area.
pub(in crate::session) fn enter(desk: &Desk) -> Next {
    let Layer::Summary(cursor) = desk.top() else { return Next::NONE };
    desk.guidance.areas.get(cursor.at).map_or(Next::NONE, |area| Next::from(Lead::Walk(Target::Area(area.number))))
}

//! What a click means: while a screen draws, it says which area does what, so that what can be clicked is exactly what is seen.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use kassay_core::session::{Action, Step};
use ratatui::layout::{Position, Rect};
use std::cell::RefCell;

thread_local! {
    static SPOTS: RefCell<Vec<(Rect, Action)>> = const { RefCell::new(Vec::new()) };
}

/// Forgets the last frame.
pub fn clear() {
    SPOTS.with_borrow_mut(Vec::clear);
}

/// Says that a click into an area does something; what is drawn later lies above.
pub fn on(area: Rect, action: Action) {
    if !area.is_empty() {
        SPOTS.with_borrow_mut(|spots| spots.push((area, action)));
    }
}

/// What an event of the mouse does.
#[must_use]
pub fn action(event: &MouseEvent) -> Option<Action> {
    match event.kind {
        MouseEventKind::ScrollUp => Some(Action::Step(Step::Up)),
        MouseEventKind::ScrollDown => Some(Action::Step(Step::Down)),
        MouseEventKind::Down(MouseButton::Left) => {
            let at = Position::new(event.column, event.row);
            SPOTS.with_borrow(|spots| spots.iter().rev().find(|(area, _)| area.contains(at)).map(|(_, action)| action.clone()))
        }
        _ => None,
    }
}

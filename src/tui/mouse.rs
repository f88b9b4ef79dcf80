//! What a click means: while a screen draws, it says which area does what, so that what can be clicked is exactly what is seen.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use kassay_core::session::{Action, Step};
use ratatui::layout::{Position, Rect};
use std::cell::RefCell;

thread_local! {
    static SPOTS: RefCell<Vec<(Rect, Spot)>> = const { RefCell::new(Vec::new()) };
}

/// What an area of the screen does.
enum Spot {
    /// A click does this.
    Click(Action),
    /// The wheel does this, up and down.
    Wheel(Box<(Action, Action)>),
    /// It hides what lies below it.
    Cover,
}

/// Forgets the last frame.
pub fn clear() {
    SPOTS.with_borrow_mut(Vec::clear);
}

/// Says that a click into an area does something; what is drawn later lies above.
pub fn on(area: Rect, action: Action) {
    if !area.is_empty() {
        SPOTS.with_borrow_mut(|spots| spots.push((area, Spot::Click(action))));
    }
}

/// Says what the wheel does over an area; elsewhere it moves what has the focus.
pub fn wheel(area: Rect, action: impl Fn(Step) -> Action) {
    let both = Box::new((action(Step::Up), action(Step::Down)));
    SPOTS.with_borrow_mut(|spots| spots.push((area, Spot::Wheel(both))));
}

/// Says that an area lies over what was drawn before: what is below it can't be clicked.
pub fn cover(area: Rect) {
    SPOTS.with_borrow_mut(|spots| spots.push((area, Spot::Cover)));
}

/// What an event of the mouse does.
#[must_use]
pub fn action(event: &MouseEvent) -> Option<Action> {
    let at = Position::new(event.column, event.row);
    let top = |wanted: &dyn Fn(&Spot) -> Option<Option<Action>>| {
        SPOTS.with_borrow(|spots| spots.iter().rev().filter(|(area, _)| area.contains(at)).find_map(|(_, spot)| wanted(spot)))
    };
    let turned = |step: Step| {
        let of = top(&|spot| match spot {
            Spot::Wheel(both) => Some(Some(if step == Step::Up { both.0.clone() } else { both.1.clone() })),
            Spot::Cover => Some(None),
            Spot::Click(_) => None,
        });
        of.flatten().unwrap_or(Action::Step(step))
    };
    match event.kind {
        MouseEventKind::ScrollUp => Some(turned(Step::Up)),
        MouseEventKind::ScrollDown => Some(turned(Step::Down)),
        MouseEventKind::Down(MouseButton::Left) => top(&|spot| match spot {
            Spot::Click(action) => Some(Some(action.clone())),
            Spot::Cover => Some(None),
            Spot::Wheel(_) => None,
        })
        .flatten(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::KeyModifiers;

    fn at(kind: MouseEventKind, column: u16) -> String {
        format!("{:?}", action(&MouseEvent { kind, column, row: 0, modifiers: KeyModifiers::NONE }))
    }

    #[test]
    fn the_wheel_acts_on_what_is_under_it_and_what_lies_above_hides_what_is_below() {
        clear();
        let area = |x: u16, width: u16| Rect { x, y: 0, width, height: 1 };
        on(area(0, 20), Action::Enter);
        wheel(area(0, 10), |step| if step == Step::Up { Action::Left } else { Action::Right });
        cover(area(5, 2));
        on(area(6, 1), Action::Back);
        let (click, up, down) = (MouseEventKind::Down(MouseButton::Left), MouseEventKind::ScrollUp, MouseEventKind::ScrollDown);
        assert_eq!(
            (at(click, 0), at(click, 5), at(click, 6), at(click, 30)),
            ("Some(Enter)".into(), "None".into(), "Some(Back)".into(), "None".into())
        );
        assert_eq!((at(up, 0), at(down, 0)), ("Some(Left)".into(), "Some(Right)".into()));
        // Over what covers it, and beside it, what has the focus moves.
        assert_eq!((at(up, 5), at(down, 15)), ("Some(Step(Up))".into(), "Some(Step(Down))".into()));
        clear();
        assert_eq!(at(click, 0), "None");
    }
}

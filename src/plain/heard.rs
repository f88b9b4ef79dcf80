//! What a line that was typed leads to.

use kassay_core::session::Action;

/// What a line that was typed leads to.
#[derive(Debug, Default)]
pub struct Heard {
    /// What is said to it at once.
    pub says: Vec<String>,
    /// What happens, in this order.
    pub actions: Vec<Action>,
    /// Whether the row of the form is filled, and the next one is asked.
    pub next_row: bool,
    /// What is told of the place afterwards.
    pub tells: Tells,
}

/// What is told of a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tells {
    /// What is other than before.
    #[default]
    Changes,
    /// What stands there, from its first line on.
    All,
    /// The selected row with all that is known of it, and not the list around it.
    Selected,
    /// Where one is back, if it was told before.
    Return,
    /// Nothing: more is typed first.
    Nothing,
}

impl Heard {
    /// Something happens.
    #[must_use]
    pub fn act(action: Action) -> Self {
        Self { actions: vec![action], ..Self::default() }
    }

    /// Something is said, and nothing happens.
    #[must_use]
    pub fn say(words: impl Into<String>) -> Self {
        Self { says: vec![words.into()], tells: Tells::Nothing, ..Self::default() }
    }
}

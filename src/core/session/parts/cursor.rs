//! Where one stands in a list or a text. The screen tells back how much of it fits (the cells), so that a page is a page of what one sees
//! and no text scrolls past its end; all else follows from the session alone.

use std::cell::Cell;

/// A step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// One up.
    Up,
    /// One down.
    Down,
    /// One page up.
    PageUp,
    /// One page down.
    PageDown,
    /// To the first.
    Top,
    /// To the last.
    Bottom,
}

impl Step {
    /// Whether it leads up.
    #[must_use]
    pub const fn is_back(self) -> bool {
        matches!(self, Self::Up | Self::PageUp | Self::Top)
    }
}

/// The selected row of a list; which rows are in view follows from it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The selected row.
    pub at: usize,
    height: Cell<usize>,
    length: Cell<usize>,
}

impl Cursor {
    /// A cursor on a row.
    #[must_use]
    pub fn on(at: usize) -> Self {
        Self { at, ..Self::default() }
    }

    /// Moves within a list of that length.
    pub fn step(&mut self, step: Step, length: usize) {
        let page = self.height.get().saturating_sub(1).max(1);
        let last = length.saturating_sub(1);
        self.at = match step {
            Step::Up => self.at.saturating_sub(1),
            Step::Down => self.at + 1,
            Step::PageUp => self.at.saturating_sub(page),
            Step::PageDown => self.at + page,
            Step::Top => 0,
            Step::Bottom => last,
        }
        .min(last);
    }

    /// Moves within a list whose length only the screen knows.
    pub fn step_shown(&mut self, step: Step) {
        self.step(step, self.length.get());
    }

    /// Tells how long such a list is.
    pub fn counts(&self, length: usize) {
        self.length.set(length);
    }

    /// Tells how many rows fit on the screen: a page is a page of what one sees.
    pub fn shows(&self, height: usize) {
        self.height.set(height);
    }
}

/// How far a text is scrolled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scroll {
    /// The first line shown.
    pub at: usize,
    end: Cell<usize>,
    height: Cell<usize>,
}

impl Scroll {
    /// Moves.
    pub fn step(&mut self, step: Step) {
        let (page, end) = (self.height.get().saturating_sub(1).max(1), self.end.get());
        self.at = match step {
            Step::Up => self.at.min(end).saturating_sub(1),
            Step::Down => self.at + 1,
            Step::PageUp => self.at.min(end).saturating_sub(page),
            Step::PageDown => self.at + page,
            Step::Top => 0,
            Step::Bottom => end,
        }
        .min(end);
    }

    /// The first line to draw of `length` lines where `height` fit.
    #[must_use]
    pub fn first(&self, height: usize, length: usize) -> usize {
        self.end.set(length.saturating_sub(height));
        self.height.set(height);
        self.at.min(self.end.get())
    }

    /// Whether there is more below what was drawn last.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.at < self.end.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_what_one_sees_and_no_step_leaves_the_list() {
        let mut cursor = Cursor::default();
        cursor.shows(10);
        cursor.step(Step::PageDown, 50);
        assert_eq!(cursor.at, 9);
        cursor.step(Step::Bottom, 50);
        cursor.step(Step::Down, 50);
        assert_eq!(cursor.at, 49);
        cursor.step(Step::Up, 5);
        assert_eq!(cursor.at, 4);
        cursor.step(Step::Down, 0);
        assert_eq!(cursor.at, 0);
    }

    #[test]
    fn a_text_does_not_scroll_past_its_end() {
        let mut scroll = Scroll::default();
        assert_eq!(scroll.first(10, 15), 0);
        scroll.step(Step::PageDown);
        assert_eq!(scroll.at, 5);
        scroll.step(Step::Up);
        assert_eq!(scroll.first(10, 15), 4);
    }
}

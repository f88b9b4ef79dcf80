//! Where one stands in a list or a text. The screen tells back how much of it fits (the cells), so that a page is a page of what one sees
//! and nothing scrolls past its end; all else follows from the session alone.

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

/// The selected row of a list, and how far the list is scrolled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The selected row.
    pub at: usize,
    offset: Cell<usize>,
    height: Cell<usize>,
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

    /// The first row to draw where `height` rows fit: scrolled only as far as the selected row demands.
    #[must_use]
    pub fn first(&self, height: usize, length: usize) -> usize {
        let at = self.at.min(length.saturating_sub(1));
        let offset = self.offset.get().min(length.saturating_sub(height)).min(at).max((at + 1).saturating_sub(height));
        self.offset.set(offset);
        self.height.set(height);
        offset
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
    fn a_list_scrolls_only_as_far_as_it_must() {
        let mut cursor = Cursor::default();
        assert_eq!(cursor.first(10, 50), 0);
        for _ in 0..12 {
            cursor.step(Step::Down, 50);
        }
        assert_eq!((cursor.at, cursor.first(10, 50)), (12, 3));
        cursor.step(Step::Up, 50);
        assert_eq!(cursor.first(10, 50), 3);
        cursor.step(Step::PageDown, 50);
        assert_eq!(cursor.at, 20);
        cursor.step(Step::Bottom, 50);
        assert_eq!((cursor.at, cursor.first(10, 50)), (49, 40));
        assert_eq!(cursor.first(10, 5), 0);
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

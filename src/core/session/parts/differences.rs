//! A list of differences by class, narrowed by words, of which one is looked at.

use super::cursor::{Cursor, Step};
use super::field::{Field, Typed};
use super::listed;
use crate::workbook::compare::{Class, Entry};

/// Differences, as they are looked through.
#[derive(Clone, Debug, Default)]
pub struct Differences {
    entries: Vec<Entry>,
    /// Those that fit the filter.
    shown: Vec<usize>,
    /// Words that narrow them.
    pub filter: Field,
    /// Whether these are being typed.
    pub filtering: bool,
    /// Which row.
    pub cursor: Cursor,
}

/// A row of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DifferenceRow<'d> {
    /// A class, and how many there are of it.
    Class(Class, usize),
    /// One of them.
    Entry(&'d Entry),
}

impl Differences {
    /// Differences by class; within a class they stay in their order.
    #[must_use]
    pub fn new(mut entries: Vec<Entry>) -> Self {
        entries.sort_by_key(|entry| entry.class);
        Self { shown: (0..entries.len()).collect(), entries, ..Self::default() }
    }

    /// Every row that fits the filter.
    #[must_use]
    pub fn rows(&self) -> Vec<DifferenceRow<'_>> {
        let mut rows = vec![];
        for class in Class::ALL {
            let of_class: Vec<&Entry> =
                self.shown.iter().filter_map(|nth| self.entries.get(*nth)).filter(|entry| entry.class == class).collect();
            if !of_class.is_empty() {
                rows.push(DifferenceRow::Class(class, of_class.len()));
                rows.extend(of_class.into_iter().map(DifferenceRow::Entry));
            }
        }
        rows
    }

    /// How many fit the filter.
    #[must_use]
    pub fn count(&self) -> usize {
        self.shown.len()
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Up, down and pages.
    pub(in crate::session) fn step(&mut self, step: Step) {
        let length = self.rows().len();
        self.cursor.step(step, length);
    }

    /// Types filter words.
    pub(in crate::session) fn type_in(&mut self, typed: &Typed) {
        self.filter.apply(typed);
        self.cursor.at = 0;
        let words = listed::words(self.filter.trimmed());
        let fits = |entry: &Entry| {
            let text = format!("{} {} {} {}", entry.cluster, entry.topic.label(), entry.check, entry.line()).to_lowercase();
            words.iter().all(|word| listed::holds(word, &|word| text.contains(word)))
        };
        self.shown = self.entries.iter().enumerate().filter(|(_, entry)| fits(entry)).map(|(nth, _)| nth).collect();
    }

    /// Ends typing, and keeps the words.
    pub(in crate::session) fn typed(&mut self) {
        self.filtering = false;
    }

    /// Clears the filter; whether there was one.
    pub(in crate::session) fn clear(&mut self) -> bool {
        if !self.filtering && self.filter.is_empty() {
            return false;
        }
        *self = Self::new(std::mem::take(&mut self.entries));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_listed_by_class_and_narrowed_by_words() {
        let mut list = Differences::new(["1.1.a", "1.2.a"].map(Entry::to_confirm).into());
        assert!(matches!(list.rows()[..], [DifferenceRow::Class(Class::Changed, 2), DifferenceRow::Entry(_), DifferenceRow::Entry(_)]));
        list.filtering = true;
        for key in "1.2 -what".chars() {
            list.type_in(&Typed::Char(key));
        }
        assert_eq!((list.count(), list.rows().len(), list.is_empty()), (1, 2, false));
        assert!(list.clear() && list.count() == 2 && !list.clear());
    }
}

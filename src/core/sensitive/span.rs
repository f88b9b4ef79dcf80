//! Where secrets stand in a text, none overlapping another. Adding one costs no more when there are many.

use std::collections::BTreeMap;
use std::ops::Range;

/// One secret within a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// Where.
    pub(super) at: Range<usize>,
    /// What found it.
    pub(super) detector: &'static str,
    /// The name within the text under which it stands, "" where it has none.
    pub(super) inner: String,
}

/// The secrets of one text by where they begin.
#[derive(Default)]
pub(super) struct Spans(BTreeMap<usize, Span>);

impl Spans {
    /// Adds one, unless an earlier, more exact one overlaps it.
    pub(super) fn add(&mut self, at: Range<usize>, detector: &'static str, inner: &str) {
        if !at.is_empty() && !self.touches(&at) {
            self.0.insert(at.start, Span { at, detector, inner: inner.to_owned() });
        }
    }

    /// Whether one of them overlaps this range.
    pub(super) fn touches(&self, at: &Range<usize>) -> bool {
        self.0.range(..at.end).next_back().is_some_and(|(_, span)| span.at.end > at.start)
    }

    /// Puts this one in the place of all that it overlaps.
    pub(super) fn cover(&mut self, at: Range<usize>, detector: &'static str) {
        self.0.retain(|_, span| span.at.end <= at.start || at.end <= span.at.start);
        self.add(at, detector, "");
    }

    /// In the order of the text.
    pub(super) fn into_list(self) -> Vec<Span> {
        self.0.into_values().collect()
    }
}

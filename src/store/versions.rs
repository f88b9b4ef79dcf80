//! Texts of the workbook that this program read or wrote: a text from outside may have been made from any of them. The last is there whole; of one before it
//! only what the next one has otherwise, because an edit changes a row or two.

use kassay_core::workbook::Text;
use kassay_core::workbook::text::Before;
use std::collections::VecDeque;

/// Bytes of all these texts, each counted whole: every one of them is read where somebody else wrote the workbook.
const REMEMBERED: usize = 32 << 20;

/// These texts, the last one being what was left on disk.
#[derive(Debug, Default)]
pub(super) struct Versions {
    last: Option<Text>,
    /// Each told by the one that came after it.
    older: VecDeque<Before>,
}

/// Bytes of such a text.
fn length(older: &Before) -> usize {
    older.same + older.text.len() + older.behind
}

/// Such a text, told by the one that came after it.
fn whole(older: &Before, next: &str) -> String {
    [&next[..older.same], &older.text, &next[next.len() - older.behind..]].concat()
}

impl Versions {
    /// The first is the one that lies there.
    pub(super) fn new(text: String) -> Self {
        Self { last: Some(text.into()), older: VecDeque::new() }
    }

    /// Whether there is none.
    pub(super) const fn is_empty(&self) -> bool {
        self.last.is_none()
    }

    /// The one that was left on disk.
    pub(super) fn last(&self) -> Option<&str> {
        self.last.as_ref().map(Text::as_str)
    }

    /// Those before it, the nearest first.
    pub(super) fn earlier(&self) -> impl Iterator<Item = String> {
        let mut next = self.last().unwrap_or_default().to_owned();
        self.older.iter().rev().map(move |older| {
            next = whole(older, &next);
            next.clone()
        })
    }

    /// Makes the last another one, and remembers what it was. Where that fails it is as it was.
    pub(super) fn turn<T, E>(&mut self, turn: impl FnOnce(&mut Text) -> Result<(Before, T), E>) -> Result<T, E> {
        let Some(last) = &mut self.last else {
            let mut first = Text::default();
            let (_, other) = turn(&mut first)?;
            self.last = Some(first);
            return Ok(other);
        };
        let (before, other) = turn(last)?;
        self.older.push_back(before);
        let mut bytes = last.as_str().len() + self.older.iter().map(length).sum::<usize>();
        while bytes > REMEMBERED && self.older.len() > 1 {
            bytes -= self.older.pop_front().as_ref().map_or(0, length);
        }
        Ok(other)
    }

    /// Makes the last what it was before it was turned.
    pub(super) fn turn_back(&mut self) {
        match self.older.pop_back().zip(self.last.as_mut()) {
            Some((before, last)) => last.turn_back(before),
            // It was the first.
            None => self.last = None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kassay_core::workbook::text::Row;
    use proptest::prelude::*;
    use std::convert::Infallible;

    /// Turns the last into a text of lines, each a row.
    fn turn(versions: &mut Versions, text: &str) {
        let rows: Vec<Row> = text.split_inclusive('\n').map(Row::from).collect();
        versions.turn(|last| Ok::<_, Infallible>((last.turn(&rows.iter().collect::<Vec<_>>()), ()))).unwrap();
    }

    #[test]
    fn the_oldest_go_and_only_what_is_other_is_there_twice() {
        let mut versions = Versions::default();
        assert!(versions.is_empty() && versions.earlier().next().is_none());
        let large = "x".repeat(REMEMBERED / 2) + "\n";
        for n in 0..4 {
            turn(&mut versions, &format!("{large}{n}"));
        }
        assert_eq!(versions.earlier().map(|text| text.len()).collect::<Vec<_>>(), [large.len() + 1]);
        assert!(versions.earlier().all(|text| text.ends_with("\n2")));
        assert_eq!(versions.older[0].text, "2");
    }

    #[test]
    fn what_fails_changes_nothing() {
        for mut versions in [Versions::default(), Versions::new("a".to_owned())] {
            let was = versions.last().map(str::to_owned);
            assert_eq!(versions.turn(|_| Err::<(Before, ()), _>("no")), Err("no"));
            assert_eq!((versions.last(), versions.earlier().count()), (was.as_deref(), 0));
        }
    }

    proptest! {
        #[test]
        fn each_comes_back_as_it_was(texts in prop::collection::vec("([aé€]{0,2}\n){0,5}", 1..12), is_read in any::<bool>()) {
            let mut versions = if is_read { Versions::new(texts[0].clone()) } else { Versions::default() };
            for (n, text) in texts.iter().enumerate().skip(usize::from(is_read)) {
                let was = versions.last().map(str::to_owned);
                turn(&mut versions, text);
                prop_assert_eq!(versions.earlier().next(), was.clone());
                versions.turn_back();
                prop_assert_eq!(versions.last(), was.as_deref());
                prop_assert_eq!(versions.earlier().count(), n.saturating_sub(1));
                turn(&mut versions, text);
            }
            prop_assert_eq!(versions.last(), texts.last().map(String::as_str));
            let earlier: Vec<String> = versions.earlier().collect();
            let expected: Vec<&String> = texts.iter().rev().skip(1).collect();
            prop_assert_eq!(earlier.iter().collect::<Vec<_>>(), expected);
        }
    }
}

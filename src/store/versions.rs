//! Texts of the workbook that this program read or wrote: a text from outside may have been made from any of them. The last is there whole; of one before it
//! only what the next one has otherwise, because an edit changes a row or two.

use std::collections::VecDeque;

/// Bytes of all these texts, each counted whole: every one of them is read where somebody else wrote the workbook.
const REMEMBERED: usize = 32 << 20;
/// Bytes that are compared at once.
const PIECE: usize = 256;

/// These texts, the last one being what was left on disk.
#[derive(Debug, Default)]
pub(super) struct Versions {
    last: Option<String>,
    older: VecDeque<Older>,
}

/// A text, told by the one that came after it.
#[derive(Debug)]
struct Older {
    /// How many bytes both begin with.
    before: usize,
    /// What stands there.
    text: String,
    /// How many bytes both end with.
    behind: usize,
}

impl Older {
    fn of(text: &str, next: &str) -> Self {
        let mut before = common(text.as_bytes().chunks(PIECE).zip(next.as_bytes().chunks(PIECE)), |a, b| a.zip(b));
        while !(text.is_char_boundary(before) && next.is_char_boundary(before)) {
            before -= 1;
        }
        let (a, b) = (&text.as_bytes()[before..], &next.as_bytes()[before..]);
        let mut behind = common(a.rchunks(PIECE).zip(b.rchunks(PIECE)), |a, b| a.rev().zip(b.rev()));
        while !(text.is_char_boundary(text.len() - behind) && next.is_char_boundary(next.len() - behind)) {
            behind -= 1;
        }
        Self { before, text: text[before..text.len() - behind].to_owned(), behind }
    }

    fn len(&self) -> usize {
        self.before + self.text.len() + self.behind
    }

    fn whole(&self, next: &str) -> String {
        [&next[..self.before], &self.text, &next[next.len() - self.behind..]].concat()
    }
}

/// How many bytes are the same in pieces of two texts, of which the pieces that are compared last may be of different lengths.
fn common<'a, I: Iterator<Item = (&'a u8, &'a u8)>>(
    pieces: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    bytes: impl Fn(std::slice::Iter<'a, u8>, std::slice::Iter<'a, u8>) -> I,
) -> usize {
    let mut same = 0;
    for (a, b) in pieces {
        if a != b {
            return same + bytes(a.iter(), b.iter()).take_while(|(a, b)| a == b).count();
        }
        same += a.len();
    }
    same
}

impl Versions {
    /// Whether there is none.
    pub(super) const fn is_empty(&self) -> bool {
        self.last.is_none()
    }

    /// The one that was left on disk.
    pub(super) fn last(&self) -> Option<&str> {
        self.last.as_deref()
    }

    /// Those before it, the nearest first.
    pub(super) fn earlier(&self) -> impl Iterator<Item = String> {
        let mut next = self.last.clone().unwrap_or_default();
        self.older.iter().rev().map(move |older| {
            next = older.whole(&next);
            next.clone()
        })
    }

    /// Remembers a text. The memory of the one before it can be used again.
    pub(super) fn push(&mut self, text: String) -> String {
        let before = self.last.take();
        if let Some(before) = &before {
            self.older.push_back(Older::of(before, &text));
        }
        let mut bytes = text.len() + self.older.iter().map(Older::len).sum::<usize>();
        while bytes > REMEMBERED && self.older.len() > 1 {
            bytes -= self.older.pop_front().map_or(0, |older| older.len());
        }
        self.last = Some(text);
        before.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn letters_are_not_cut_and_the_oldest_go() {
        let mut versions = Versions::default();
        assert!(versions.is_empty() && versions.earlier().next().is_none());
        for text in ["", "é", "è", "éé", "éèé", "é", "aé", "a", "aa", "aaa"] {
            versions.push(text.to_owned());
        }
        assert_eq!(versions.last(), Some("aaa"));
        assert_eq!(versions.earlier().collect::<Vec<_>>(), ["aa", "a", "aé", "é", "éèé", "éé", "è", "é", ""]);
        let large = "x".repeat(REMEMBERED / 2);
        for n in 0..4 {
            versions.push(format!("{large}{n}"));
        }
        assert_eq!(versions.earlier().map(|text| text.len()).collect::<Vec<_>>(), [large.len() + 1]);
        assert!(versions.earlier().all(|text| text.ends_with("x2")));
        assert!(versions.older[0].text.len() < 2, "only what is other is there twice");
    }

    proptest! {
        #[test]
        fn each_comes_back_as_it_was(texts in prop::collection::vec("[aé€\n]{0,12}|[ab]{250,260}|x{300}[aé]{0,3}y{300}", 1..12)) {
            let mut versions = Versions::default();
            let mut spare = String::new();
            for text in &texts {
                let used = versions.push(text.clone());
                prop_assert_eq!(&used, &spare);
                spare.clone_from(text);
            }
            prop_assert_eq!(versions.last(), texts.last().map(String::as_str));
            let earlier: Vec<String> = versions.earlier().collect();
            let expected: Vec<&String> = texts.iter().rev().skip(1).collect();
            prop_assert_eq!(earlier.iter().collect::<Vec<_>>(), expected);
        }
    }
}

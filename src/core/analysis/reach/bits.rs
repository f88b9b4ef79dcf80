//! A set of groups.

/// Some of the groups, as bits from the first that is among them on: most selectors pick within one namespace.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Bits {
    start: usize,
    words: Vec<u64>,
}

impl Bits {
    pub(super) fn insert(&mut self, index: usize) {
        let word = index / 64;
        if self.words.is_empty() {
            self.start = word;
        }
        if word < self.start {
            self.words.splice(0..0, std::iter::repeat_n(0, self.start - word));
            self.start = word;
        }
        let word = word - self.start;
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (index % 64);
    }

    fn word(&self, word: usize) -> u64 {
        word.checked_sub(self.start).and_then(|word| self.words.get(word)).copied().unwrap_or_default()
    }

    pub(super) fn contains(&self, index: usize) -> bool {
        self.word(index / 64) & (1 << (index % 64)) != 0
    }

    pub(super) fn meets(&self, other: &Self) -> bool {
        self.words.iter().enumerate().any(|(word, bits)| bits & other.word(self.start + word) != 0)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        let bits = self.words.iter().enumerate().filter(|(_, bits)| **bits != 0);
        bits.flat_map(move |(word, bits)| (0..64).filter(move |bit| bits & (1 << bit) != 0).map(move |bit| (self.start + word) * 64 + bit))
    }
}

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

    /// Adds what is in another set.
    pub(super) fn join(&mut self, other: &Self) {
        let (Some(first), Some(last)) = (other.iter().next(), other.words.len().checked_sub(1)) else { return };
        // Room from the first to the last of both.
        self.insert(first);
        let (from, to) = (other.start, other.start + last);
        if self.words.len() <= to - self.start {
            self.words.resize(to - self.start + 1, 0);
        }
        for word in from..=to {
            self.words[word - self.start] |= other.word(word);
        }
    }

    pub(super) fn meets(&self, other: &Self) -> bool {
        self.words.iter().enumerate().any(|(word, bits)| bits & other.word(self.start + word) != 0)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        let bits = self.words.iter().enumerate().filter(|(_, bits)| **bits != 0);
        bits.flat_map(move |(word, bits)| (0..64).filter(move |bit| bits & (1 << bit) != 0).map(move |bit| (self.start + word) * 64 + bit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_joined_holds_what_both_hold() {
        let of = |members: &[usize]| {
            let mut bits = Bits::default();
            members.iter().for_each(|member| bits.insert(*member));
            bits
        };
        for (a, b) in [(&[][..], &[][..]), (&[3], &[]), (&[], &[700, 64]), (&[130, 5], &[64]), (&[64], &[0, 1000]), (&[500], &[500, 10])] {
            let mut both = of(a);
            both.join(&of(b));
            let mut wanted = [a, b].concat();
            wanted.sort_unstable();
            wanted.dedup();
            assert_eq!(both.iter().collect::<Vec<_>>(), wanted, "{a:?} {b:?}");
        }
    }
}

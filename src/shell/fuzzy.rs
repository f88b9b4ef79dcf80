//! Fuzzy search: what fits the letters typed, best first, with the places of the letters for the eye.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// Something that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Its place among what was searched.
    pub index: usize,
    /// Characters of it that the search matched, in order.
    pub letters: Vec<u32>,
}

/// Searches texts; without a search all fit, in their own order.
#[must_use]
pub fn search<'a>(wanted: &str, texts: impl IntoIterator<Item = &'a str>) -> Vec<Hit> {
    let texts = texts.into_iter().enumerate();
    if wanted.trim().is_empty() {
        return texts.map(|(index, _)| Hit { index, letters: Vec::new() }).collect();
    }
    let pattern = Pattern::parse(wanted, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut buffer = Vec::new();
    let mut hits: Vec<(u32, Hit)> = texts
        .filter_map(|(index, text)| {
            let mut letters = Vec::new();
            let score = pattern.indices(Utf32Str::new(text, &mut buffer), &mut matcher, &mut letters)?;
            letters.sort_unstable();
            letters.dedup();
            Some((score, Hit { index, letters }))
        })
        .collect();
    hits.sort_by_key(|(score, hit)| (std::cmp::Reverse(*score), hit.index));
    hits.into_iter().map(|(_, hit)| hit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_comes_first_and_order_breaks_ties() {
        let texts = ["export the bundle", "next open item", "explain", "open the report"];
        let found = |wanted: &str| search(wanted, texts).iter().map(|h| h.index).collect::<Vec<_>>();
        assert_eq!(found(""), [0, 1, 2, 3]);
        assert_eq!(found("open"), [1, 3]);
        assert_eq!(found("exp bun"), [0]);
        assert_eq!(found("zzz"), Vec::<usize>::new());
    }
}

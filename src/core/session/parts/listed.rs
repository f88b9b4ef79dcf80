//! Rows of a list that can be grouped, and the words that narrow it.

use std::collections::BTreeMap;

/// A row of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListRow {
    /// A group, and how many are in it.
    Heading(String, usize),
    /// What is of the platform, as one line: how many, and whether they are shown below it.
    Platform(usize, bool),
    /// One thing, by its index in what is listed.
    Item(usize),
}

impl ListRow {
    /// The thing; none for a heading or the line of the platform.
    #[must_use]
    pub const fn item(&self) -> Option<usize> {
        match self {
            Self::Item(at) => Some(*at),
            Self::Heading(..) | Self::Platform(..) => None,
        }
    }
}

/// The rows of these things in their order, under the name of the group of each; without headings where there is no name.
#[must_use]
pub fn rows(items: Vec<usize>, group: impl Fn(usize) -> Option<String>) -> Vec<ListRow> {
    let mut groups: BTreeMap<Option<String>, Vec<usize>> = BTreeMap::new();
    for at in items {
        groups.entry(group(at)).or_default().push(at);
    }
    let mut rows = vec![];
    for (name, members) in groups {
        rows.extend(name.map(|name| ListRow::Heading(name, members.len())));
        rows.extend(members.into_iter().map(ListRow::Item));
    }
    rows
}

/// The thing of the row; on a heading the first below it.
#[must_use]
pub fn item_of(rows: &[ListRow], row: usize) -> Option<usize> {
    rows.get(row).and_then(ListRow::item).or_else(|| rows.get(row + 1).and_then(ListRow::item))
}

/// The words of a filter, in lower case.
#[must_use]
pub fn words(filter: &str) -> Vec<String> {
    filter.to_lowercase().split_whitespace().map(str::to_owned).collect()
}

/// Whether a word holds; `-` before it turns it round.
pub fn holds(word: &str, fits: &dyn Fn(&str) -> bool) -> bool {
    match word.strip_prefix('-').filter(|word| !word.is_empty()) {
        Some(word) => !fits(word),
        None => fits(word),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_stand_under_their_names_and_a_heading_means_the_first_below_it() {
        let of = |at: usize| Some(if at.is_multiple_of(2) { "even" } else { "odd" }.to_owned());
        let rows = rows(vec![3, 0, 1, 2], of);
        let heading = |name: &str| ListRow::Heading(name.to_owned(), 2);
        assert_eq!(rows, [heading("even"), ListRow::Item(0), ListRow::Item(2), heading("odd"), ListRow::Item(3), ListRow::Item(1)]);
        assert_eq!((item_of(&rows, 0), item_of(&rows, 3), item_of(&rows, 5), item_of(&rows, 6)), (Some(0), Some(3), Some(1), None));
        assert_eq!(super::rows(vec![1, 0], |_| None), [ListRow::Item(1), ListRow::Item(0)]);
    }

    #[test]
    fn a_dash_turns_a_word_round() {
        let has = |word: &str| "payments/api".contains(word);
        assert!(holds("api", &has) && !holds("-api", &has) && holds("-web", &has) && !holds("-", &has));
    }
}

//! Rows of a list that can be grouped, and the words that narrow it.

use crate::model::ObjectRef;
use std::collections::HashMap;
use std::fmt;

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

/// Groups of a list, worked out once: which there are, and to which each thing belongs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// In their order.
    names: Vec<String>,
    /// For each thing, which of them.
    of: Vec<usize>,
}

/// What things of a group have alike, by which it is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Common<'t> {
    /// A word.
    Word(&'t str),
    /// An object, whose name is made once for the group, and not for each thing in it.
    Object(&'t ObjectRef),
}

impl fmt::Display for Common<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => f.write_str(word),
            Self::Object(object) => object.fmt(f),
        }
    }
}

impl<'t> From<&'t str> for Common<'t> {
    fn from(word: &'t str) -> Self {
        Self::Word(word)
    }
}

impl Groups {
    /// The groups of so many things, by what each has in common with others. None where one has nothing: then there are no groups.
    #[must_use]
    pub fn of<'t>(things: usize, common: impl Fn(usize) -> Option<Common<'t>>) -> Option<Self> {
        let mut known: HashMap<Common<'t>, usize> = HashMap::new();
        let mut of = Vec::with_capacity(things);
        for at in 0..things {
            let next = known.len();
            of.push(*known.entry(common(at)?).or_insert(next));
        }
        let mut names: Vec<(String, usize)> = known.into_iter().map(|(common, at)| (common.to_string(), at)).collect();
        names.sort();
        let mut places = vec![0; names.len()];
        for (place, (_, at)) in names.iter().enumerate() {
            places[*at] = place;
        }
        of.iter_mut().for_each(|at| *at = places[*at]);
        Some(Self { names: names.into_iter().map(|(name, _)| name).collect(), of })
    }
}

/// Adds the rows of these things in their order, each under the name of its group where there are groups.
pub fn add(rows: &mut Vec<ListRow>, items: &[usize], groups: Option<&Groups>) {
    let Some(groups) = groups else { return rows.extend(items.iter().copied().map(ListRow::Item)) };
    let mut members: Vec<Vec<usize>> = vec![vec![]; groups.names.len()];
    for at in items {
        if let Some(members) = groups.of.get(*at).and_then(|group| members.get_mut(*group)) {
            members.push(*at);
        }
    }
    for (name, members) in groups.names.iter().zip(members).filter(|(_, members)| !members.is_empty()) {
        rows.push(ListRow::Heading(name.clone(), members.len()));
        rows.extend(members.into_iter().map(ListRow::Item));
    }
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
        let of = |at: usize| Some(if at.is_multiple_of(2) { "even" } else { "odd" }.into());
        let groups = Groups::of(4, of);
        let rows = |items: &[usize], groups: Option<&Groups>| {
            let mut rows = vec![];
            add(&mut rows, items, groups);
            rows
        };
        let all = rows(&[3, 0, 1, 2], groups.as_ref());
        let heading = |name: &str| ListRow::Heading(name.to_owned(), 2);
        assert_eq!(all, [heading("even"), ListRow::Item(0), ListRow::Item(2), heading("odd"), ListRow::Item(3), ListRow::Item(1)]);
        assert_eq!((item_of(&all, 0), item_of(&all, 3), item_of(&all, 5), item_of(&all, 6)), (Some(0), Some(3), Some(1), None));
        assert_eq!(rows(&[1, 3], groups.as_ref())[0], ListRow::Heading("odd".to_owned(), 2), "a group of nothing has no heading");
        assert_eq!((Groups::of(2, |_| None), rows(&[1, 0], None)), (None, vec![ListRow::Item(1), ListRow::Item(0)]));
    }

    #[test]
    fn a_dash_turns_a_word_round() {
        let has = |word: &str| "payments/api".contains(word);
        assert!(holds("api", &has) && !holds("-api", &has) && holds("-web", &has) && !holds("-", &has));
    }
}

//! A long list as it is looked through: narrowed by words, put under headings, one of it selected. Who keeps the things says which of them fit and
//! in which order; everything else is the same for findings, connections and rights.

use super::cursor::{Cursor, Step};
use super::field::{Field, Typed};
use super::listed::{self, Groups, ListRow};
use crate::model::Category;
use std::sync::Arc;

/// What is in scope comes first, then what is not, the platform last: folded it is one line.
pub const fn apart(category: Category) -> u8 {
    match category {
        Category::Cde | Category::Connected => 0,
        Category::OutOfScope => 1,
        Category::Platform => 2,
    }
}

/// Ways to order or to group a list, through which a key goes round.
pub trait Way: Copy + PartialEq + 'static {
    /// All of them, with what people read.
    const WAYS: &'static [(Self, &'static str)];

    /// The next one.
    #[must_use]
    fn next(self) -> Self {
        let at = Self::WAYS.iter().position(|(way, _)| *way == self).map_or(0, |at| at + 1);
        Self::WAYS.get(at).or(Self::WAYS.first()).map_or(self, |(way, _)| *way)
    }

    /// What people read.
    #[must_use]
    fn label(self) -> &'static str {
        Self::WAYS.iter().find(|(way, _)| *way == self).map_or("", |(_, label)| label)
    }
}

/// Orders and groups of a list that were worked out: other words narrow it, and leave these as they are.
#[derive(Clone, Debug)]
pub struct WorkedOut<S, G> {
    orders: Vec<(S, Arc<[usize]>)>,
    groups: Vec<(G, Option<Arc<Groups>>)>,
}

impl<S, G> Default for WorkedOut<S, G> {
    fn default() -> Self {
        Self { orders: vec![], groups: vec![] }
    }
}

impl<S: Way, G: Way> WorkedOut<S, G> {
    /// All things in an order, which is made where it is not known yet.
    pub fn order(&mut self, sort: S, make: impl FnOnce() -> Vec<usize>) -> Arc<[usize]> {
        if let Some((_, order)) = self.orders.iter().find(|(known, _)| *known == sort) {
            return Arc::clone(order);
        }
        let order: Arc<[usize]> = make().into();
        self.orders.push((sort, Arc::clone(&order)));
        order
    }

    /// The groups of all things, which are made where they are not known yet; none where there are none.
    pub fn groups(&mut self, group: G, make: impl FnOnce() -> Option<Groups>) -> Option<Arc<Groups>> {
        if let Some((_, groups)) = self.groups.iter().find(|(known, _)| *known == group) {
            return groups.clone();
        }
        let groups = make().map(Arc::new);
        self.groups.push((group, groups.clone()));
        groups
    }

    /// Forgets the orders, where one of them may be another now, and the groups are not.
    pub fn reorder(&mut self) {
        self.orders.clear();
    }
}

/// A list, kept as one left it.
#[derive(Clone, Debug, Default)]
pub struct Listing<G> {
    /// Filter words.
    pub filter: Field,
    /// Whether they are being typed.
    pub filtering: bool,
    /// The groups.
    pub group: G,
    /// The selected row.
    pub cursor: Cursor,
    /// Whether what is of the platform is shown one by one.
    pub unfolded: bool,
    rows: Vec<ListRow>,
    /// What the filter lets through, in order: what is of the platform last, and folded or not.
    fit: Vec<usize>,
    /// How many of these are not of the platform.
    apart: usize,
}

impl<G> Listing<G> {
    /// Rows as they are shown.
    #[must_use]
    pub fn rows(&self) -> &[ListRow] {
        &self.rows
    }

    /// How many things the filter lets through.
    #[must_use]
    pub const fn shown(&self) -> usize {
        self.fit.len()
    }

    /// The things that the filter lets through, in their order; those of the platform too, where they are folded.
    pub fn items(&self) -> impl Iterator<Item = usize> {
        self.fit.iter().copied()
    }

    /// Those of the platform among them.
    #[must_use]
    pub fn of_platform(&self) -> &[usize] {
        self.fit.get(self.apart..).unwrap_or_default()
    }

    /// Folds what is of the platform into a line, or shows it one by one again; the list is to be arranged anew then.
    pub(in crate::session) const fn fold(&mut self) {
        self.unfolded = !self.unfolded;
    }

    /// ↵ on the line of the platform: the same. Whether one stands on it.
    pub(in crate::session) fn folds_here(&mut self) -> bool {
        let here = matches!(self.rows.get(self.cursor.at), Some(ListRow::Platform(..)));
        if here {
            self.fold();
        }
        here
    }

    /// The selected thing; on a heading the first below it.
    #[must_use]
    pub fn selected(&self) -> Option<usize> {
        listed::item_of(&self.rows, self.cursor.at)
    }

    /// Takes the things that fit, in their order, with whether one is of the platform, and the groups where there are some; what was selected stays selected
    /// where it is still there.
    pub(in crate::session) fn arrange(
        &mut self,
        fit: Vec<usize>,
        of_platform: impl Fn(usize) -> bool,
        groups: Option<&Groups>,
        was_selected: impl Fn(usize) -> bool,
    ) {
        let (mut others, platform): (Vec<usize>, Vec<usize>) = fit.into_iter().partition(|at| !of_platform(*at));
        // Where there is nothing else, there is nothing to make room for.
        let folds = !others.is_empty() && !platform.is_empty();
        self.rows.clear();
        listed::add(&mut self.rows, &others, groups);
        if folds {
            self.rows.push(ListRow::Platform(platform.len(), self.unfolded));
        }
        if !folds || self.unfolded {
            listed::add(&mut self.rows, &platform, groups);
        }
        self.apart = others.len();
        others.extend(platform);
        self.fit = others;
        let again = self.rows.iter().position(|row| row.item().is_some_and(&was_selected));
        self.cursor.at = again.unwrap_or(self.cursor.at).min(self.rows.len().saturating_sub(1));
    }

    /// Selects a thing; whether it is shown.
    pub(in crate::session) fn select(&mut self, is: impl Fn(usize) -> bool) -> bool {
        let row = self.rows.iter().position(|row| row.item().is_some_and(&is));
        self.cursor.at = row.unwrap_or(self.cursor.at);
        row.is_some()
    }

    /// Moves in it.
    pub(in crate::session) fn step(&mut self, step: Step) {
        self.cursor.step(step, self.rows.len());
    }

    /// Goes to the thing before or after the selected one, headings passed over; none where there is no other.
    pub(in crate::session) fn beside(&mut self, back: bool) -> Option<usize> {
        let before = self.cursor.at;
        loop {
            let at = self.cursor.at;
            self.step(if back { Step::Up } else { Step::Down });
            match self.rows.get(self.cursor.at).and_then(ListRow::item) {
                Some(item) if self.cursor.at != at => return Some(item),
                _ if self.cursor.at == at => break,
                _ => {}
            }
        }
        self.cursor.at = before;
        None
    }

    /// ↵ while filter words are typed: keeps them. Whether they were.
    pub(in crate::session) fn keeps_words(&mut self) -> bool {
        std::mem::take(&mut self.filtering)
    }

    /// Esc: clears the filter, where there is one or one is typed; whether it did, and the list is to be arranged anew.
    pub(in crate::session) fn clears_words(&mut self) -> bool {
        let clears = self.filtering || !self.filter.is_empty();
        if clears {
            self.filter.set("");
            self.filtering = false;
        }
        clears
    }

    /// Types filter words; whether it did, and the list is to be arranged anew.
    pub(in crate::session) fn type_in(&mut self, typed: &Typed) -> bool {
        if self.filtering {
            self.filter.apply(typed);
        }
        self.filtering
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grouped() -> Listing<()> {
        let mut list = Listing::default();
        let groups = Groups::of(4, |at| Some(if at < 2 { "a" } else { "b" }.into()));
        list.arrange(vec![0, 1, 2, 3], |_| false, groups.as_ref(), |_| false);
        list
    }

    #[test]
    fn what_was_selected_stays_selected_and_no_row_lies_beyond_the_end() {
        let mut list = grouped();
        list.cursor.at = 5;
        assert_eq!((list.selected(), list.shown()), (Some(3), 4));
        list.arrange(vec![3, 0], |_| false, None, |at| at == 3);
        assert_eq!((list.cursor.at, list.selected()), (0, Some(3)));
        list.cursor.at = 1;
        list.arrange(vec![2], |_| false, None, |at| at == 0);
        assert_eq!((list.cursor.at, list.selected()), (0, Some(2)));
    }

    #[test]
    fn what_is_of_the_platform_is_one_line_until_it_is_opened_and_counts_all_the_same() {
        let mut list = Listing::<()>::default();
        let arrange = |list: &mut Listing<()>, fit: Vec<usize>| list.arrange(fit, |at| at >= 10, None, |_| false);
        arrange(&mut list, vec![10, 1, 11, 2]);
        assert_eq!(list.rows(), [ListRow::Item(1), ListRow::Item(2), ListRow::Platform(2, false)]);
        assert_eq!((list.shown(), list.items().collect::<Vec<_>>()), (4, vec![1, 2, 10, 11]));
        list.cursor.at = 2;
        assert_eq!((list.selected(), list.beside(false)), (None, None));
        assert!(list.folds_here());
        arrange(&mut list, vec![10, 1, 11, 2]);
        assert_eq!(list.rows()[2..], [ListRow::Platform(2, true), ListRow::Item(10), ListRow::Item(11)]);
        assert_eq!((list.selected(), list.of_platform()), (Some(10), &[10, 11][..]));
        // Alone it is not folded.
        list.fold();
        arrange(&mut list, vec![10, 11]);
        assert_eq!(list.rows(), [ListRow::Item(10), ListRow::Item(11)]);
    }

    #[test]
    fn beside_passes_over_headings_and_stays_at_the_ends() {
        let mut list = grouped();
        list.cursor.at = 2;
        assert_eq!((list.beside(false), list.cursor.at), (Some(2), 4));
        assert_eq!(list.beside(true), Some(1));
        assert_eq!(list.beside(true), Some(0));
        assert_eq!((list.beside(true), list.cursor.at), (None, 1));
    }

    #[test]
    fn words_are_typed_kept_and_cleared() {
        let mut list = grouped();
        assert!(!list.type_in(&Typed::Char('a')) && !list.clears_words());
        list.filtering = true;
        assert!(list.type_in(&Typed::Char('a')) && list.keeps_words() && !list.keeps_words());
        assert_eq!(list.filter.text, "a");
        assert!(list.clears_words() && list.filter.is_empty() && !list.clears_words());
    }

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Order {
        Name,
        Age,
    }
    impl Way for Order {
        const WAYS: &'static [(Self, &'static str)] = &[(Self::Name, "name"), (Self::Age, "age")];
    }

    #[test]
    fn what_was_worked_out_once_is_not_again_until_it_is_forgotten() {
        let mut worked: WorkedOut<Order, Order> = WorkedOut::default();
        assert_eq!(*worked.order(Order::Name, || vec![1, 0]), [1, 0]);
        assert_eq!(*worked.order(Order::Name, || panic!("it is known")), [1, 0]);
        assert_eq!(*worked.order(Order::Age, || vec![0, 1]), [0, 1]);
        assert_eq!(worked.groups(Order::Name, || None), None);
        assert_eq!(worked.groups(Order::Name, || panic!("it is known")), None);
        worked.reorder();
        assert_eq!(*worked.order(Order::Name, || vec![2]), [2]);
        assert_eq!(worked.groups(Order::Name, || panic!("it is still known")), None);
    }

    #[test]
    fn a_key_goes_round_the_ways() {
        assert_eq!((Order::Name.next(), Order::Age.next(), Order::Age.label()), (Order::Age, Order::Name, "age"));
    }
}

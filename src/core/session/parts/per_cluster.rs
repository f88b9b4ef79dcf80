//! Lists that are worked out of each cluster beside, once for each reading: whose rights, what became of witnesses. What is listed says what its rows
//! are; looking through them, keeping a list as one left it and forgetting it are the same for all.

use super::field::Typed;
use super::listed::{self, Groups};
use super::listing::{Listing, Way};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::Arc;

/// What is listed of a cluster, row by row.
pub trait Rows: Debug + Default {
    /// How rows are grouped.
    type Group: Way + Debug + Default;
    /// By what a row is known again in another list of the same cluster.
    type Known: PartialEq;

    /// All rows by index, the worst first.
    fn in_order(&self) -> Vec<usize>;

    /// How many there are.
    fn count(&self) -> usize;

    /// By what one is known again.
    fn known(&self, at: usize) -> Self::Known;

    /// Whether one is of the platform and nothing else.
    fn is_of_platform(&self, at: usize) -> bool;

    /// The groups; none where rows are not grouped.
    fn groups(&self, group: Self::Group) -> Option<Groups>;

    /// In lower case, what a plain word of the filter is looked for in.
    fn haystack(&self, at: usize) -> String;

    /// Whether one fits a filter word, in lower case.
    fn fits(&self, at: usize, haystack: &str, word: &str) -> bool;
}

/// A list of one cluster, kept as one left it.
#[derive(Clone, Debug)]
pub struct View<T: Rows> {
    of: Arc<T>,
    haystacks: Vec<String>,
    /// How it is looked through, worst first.
    pub list: Listing<T::Group>,
}

impl<T: Rows> Default for View<T> {
    fn default() -> Self {
        Self { of: Arc::default(), haystacks: vec![], list: Listing::default() }
    }
}

impl<T: Rows> View<T> {
    /// Lists something; what was selected before stays selected where it is still there.
    pub fn load(&mut self, of: &Arc<T>) {
        if Arc::ptr_eq(&self.of, of) {
            return;
        }
        let selected = self.known();
        self.of = of.clone();
        self.haystacks = (0..of.count()).map(|at| of.haystack(at)).collect();
        self.arrange_around(selected.as_ref());
    }

    /// What it lists.
    #[must_use]
    pub fn of(&self) -> &T {
        &self.of
    }

    fn known(&self) -> Option<T::Known> {
        self.list.selected().filter(|at| *at < self.of.count()).map(|at| self.of.known(at))
    }

    /// Works the rows out anew.
    pub fn arrange(&mut self) {
        let selected = self.known();
        self.arrange_around(selected.as_ref());
    }

    fn arrange_around(&mut self, selected: Option<&T::Known>) {
        let words = listed::words(self.list.filter.trimmed());
        let (of, haystacks) = (&self.of, &self.haystacks);
        let fits = |at: &usize| words.iter().all(|word| listed::holds(word, &|word| of.fits(*at, &haystacks[*at], word)));
        let fit = of.in_order().into_iter().filter(fits).collect();
        let groups = of.groups(self.list.group);
        self.list.arrange(fit, |at| of.is_of_platform(at), groups.as_ref(), |at| selected == Some(&of.known(at)));
    }
}

/// The lists of the clusters for which they were asked, and the one that is shown.
#[derive(Clone, Debug)]
pub struct PerCluster<T: Rows> {
    of: BTreeMap<String, Arc<T>>,
    /// The one that is shown.
    pub view: View<T>,
}

impl<T: Rows> Default for PerCluster<T> {
    fn default() -> Self {
        Self { of: BTreeMap::new(), view: View::default() }
    }
}

impl<T: Rows> PerCluster<T> {
    /// Whether that of a cluster was worked out.
    #[must_use]
    pub fn knows(&self, cluster: &str) -> bool {
        self.of.contains_key(cluster)
    }

    /// Forgets that of a cluster that was read or judged anew.
    pub(in crate::session) fn forget(&mut self, cluster: &str) {
        self.of.remove(cluster);
    }

    /// Shows that of a cluster; whether it is there.
    pub(in crate::session) fn show(&mut self, cluster: &str) -> bool {
        let Some(known) = self.of.get(cluster) else { return false };
        self.view.load(known);
        true
    }

    /// Takes what was worked out of a cluster.
    pub(in crate::session) fn take(&mut self, cluster: String, of: Arc<T>) {
        self.of.insert(cluster, of);
    }

    /// Groups the rows in the next way.
    pub(in crate::session) fn regroup(&mut self) {
        self.view.list.group = self.view.list.group.next();
        self.view.arrange();
    }

    /// Folds what is of the platform, or shows it one by one.
    pub(in crate::session) fn fold(&mut self) {
        self.view.list.fold();
        self.view.arrange();
    }

    /// Types filter words.
    pub(in crate::session) fn type_in(&mut self, typed: &Typed) {
        if self.view.list.type_in(typed) {
            self.view.arrange();
        }
    }

    /// ↵ in the list: keeps the words that are typed, folds the platform, or gives the row that is to be opened.
    pub(in crate::session) fn chosen(&mut self) -> Option<usize> {
        if self.view.list.keeps_words() {
            return None;
        }
        if self.view.list.folds_here() {
            self.view.arrange();
            return None;
        }
        self.view.list.selected()
    }

    /// Esc in the list: clears the filter; whether there was one.
    pub(in crate::session) fn clears_words(&mut self) -> bool {
        let clears = self.view.list.clears_words();
        if clears {
            self.view.arrange();
        }
        clears
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::parts::listed::ListRow;

    #[derive(Debug, Default)]
    struct Names(Vec<&'static str>);

    #[derive(Clone, Copy, Debug, Default, PartialEq)]
    enum By {
        #[default]
        Nothing,
        Letter,
    }
    impl Way for By {
        const WAYS: &'static [(Self, &'static str)] = &[(Self::Nothing, "not grouped"), (Self::Letter, "by letter")];
    }

    impl Rows for Names {
        type Group = By;
        type Known = &'static str;
        fn in_order(&self) -> Vec<usize> {
            (0..self.0.len()).rev().collect()
        }
        fn count(&self) -> usize {
            self.0.len()
        }
        fn known(&self, at: usize) -> &'static str {
            self.0[at]
        }
        fn is_of_platform(&self, at: usize) -> bool {
            self.0[at].starts_with("kube")
        }
        fn groups(&self, group: By) -> Option<Groups> {
            Groups::of(self.0.len(), |at| (group == By::Letter).then(|| self.0[at][..1].into()))
        }
        fn haystack(&self, at: usize) -> String {
            self.0[at].to_owned()
        }
        fn fits(&self, _: usize, haystack: &str, word: &str) -> bool {
            haystack.contains(word)
        }
    }

    #[test]
    fn what_was_selected_is_found_again_in_the_list_of_another_reading() {
        let mut lists = PerCluster::<Names>::default();
        assert!(!lists.show("eu") && !lists.knows("eu"));
        lists.take("eu".to_owned(), Arc::new(Names(vec!["ann", "bob", "kube-proxy"])));
        assert!(lists.show("eu"));
        assert_eq!(lists.view.list.rows(), [ListRow::Item(1), ListRow::Item(0), ListRow::Platform(1, false)]);
        lists.view.list.cursor.at = 1;
        assert_eq!(lists.chosen(), Some(0));
        lists.take("eu".to_owned(), Arc::new(Names(vec!["zoe", "ann"])));
        assert!(lists.show("eu"));
        assert_eq!(lists.view.list.selected().map(|at| lists.view.of().known(at)), Some("ann"));
        lists.forget("eu");
        assert!(!lists.show("eu"));
        assert_eq!(lists.view.of().count(), 2, "what is looked at stays until there is another");
    }

    #[test]
    fn words_narrow_groups_part_and_the_line_of_the_platform_opens() {
        let mut lists = PerCluster::<Names>::default();
        lists.take("eu".to_owned(), Arc::new(Names(vec!["ann", "alf", "bob", "kube-proxy"])));
        lists.show("eu");
        lists.regroup();
        assert_eq!(lists.view.list.rows()[..2], [ListRow::Heading("a".to_owned(), 2), ListRow::Item(1)]);
        lists.view.list.cursor.at = lists.view.list.rows().len() - 1;
        assert_eq!(lists.chosen(), None, "the platform is shown one by one");
        assert!(lists.view.list.rows().contains(&ListRow::Item(3)));
        lists.view.list.filtering = true;
        lists.type_in(&Typed::Char('o'));
        assert_eq!((lists.chosen(), lists.view.list.shown()), (None, 2), "the words are kept");
        assert!(lists.clears_words() && !lists.clears_words());
        assert_eq!(lists.view.list.shown(), 4);
    }
}

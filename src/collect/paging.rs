//! How a list goes on from page to page: what came before, and when it ends. A server that names ever further pages is left once they bring nothing.

use super::answer::{Identity, Outline};
use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

/// Empty pages in a row that may name a next one. The API says that a page may have no items and the list go on all the same, where a selector left
/// none of them over; its own server reads on by itself until it has some, so that more than a few come of no server that ever ends.
const EMPTY: usize = 10;

/// The pages of a list that came so far. Objects are known by digests under a key of this list alone, so that no server can make two of them equal.
#[derive(Debug, Default)]
pub(super) struct Paging {
    /// Different objects so far.
    pub(super) items: usize,
    key: RandomState,
    /// What stood where: namespace and name, and the UID there.
    places: HashMap<u64, u64>,
    uids: HashSet<u64>,
    empty: usize,
}

/// What a page brought.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Taken {
    /// Where those of its objects stand that came before.
    pub(super) again: BTreeSet<usize>,
    /// Objects in all, as far as the server says.
    pub(super) total: Option<usize>,
    pub(super) step: Step,
}

/// What follows.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The page behind this token.
    GoOn(String),
    /// Nothing: the list is whole.
    End,
    /// Nothing, although the list is not whole.
    Stop(String),
}

impl Paging {
    /// Takes the page that was asked for by a token ("" for the first).
    pub(super) fn take(&mut self, token: &str, page: &Outline) -> Taken {
        let (mut again, mut new) = (BTreeSet::new(), 0);
        for (at, object) in page.objects.iter().enumerate() {
            match object.as_ref().map(|object| self.meet(object)) {
                Some(Met::Again) => drop(again.insert(at)),
                Some(Met::First) => new += 1,
                // What can't be named, or is where another was, is taken all the same.
                Some(Met::Unclear) | None => {}
            }
        }
        let here = page.objects.len();
        self.items += here - again.len();
        self.empty = if here == 0 { self.empty + 1 } else { 0 };
        let left = page.remaining;
        let total = left.or(page.next.is_empty().then_some(0)).map(|left| self.items.saturating_add(left));
        Taken { again, total, step: self.step(token, page, here, new) }
    }

    fn step(&self, token: &str, page: &Outline, here: usize, new: usize) -> Step {
        let stop = |words: &str| Step::Stop(words.to_owned());
        match page.remaining.filter(|left| *left > 0) {
            Some(left) if page.next.is_empty() => {
                Step::Stop(format!("the server says that {left} more follow, and not how to ask for them"))
            }
            _ if page.next.is_empty() => Step::End,
            _ if page.next == token => stop("the server gives the same page over and over"),
            _ if here == 0 && self.empty <= EMPTY => Step::GoOn(page.next.clone()),
            _ if here == 0 => stop("the server names ever further pages, and nothing is on them"),
            _ if new == 0 => stop("the server names ever further pages, and nothing new is on them"),
            _ => Step::GoOn(page.next.clone()),
        }
    }

    fn meet(&mut self, object: &Identity) -> Met {
        let place = self.key.hash_one((&object.namespace, &object.name));
        let uid = self.key.hash_one(&object.uid);
        let uid_is_new = object.uid.is_empty() || self.uids.insert(uid);
        match self.places.entry(place) {
            Entry::Occupied(known) if *known.get() == uid => Met::Again,
            Entry::Occupied(_) => Met::Unclear,
            Entry::Vacant(free) => {
                free.insert(uid);
                if uid_is_new { Met::First } else { Met::Unclear }
            }
        }
    }
}

/// How an object was met.
enum Met {
    /// For the first time.
    First,
    /// It came before.
    Again,
    /// Its place or its UID came before, with another UID or in another place.
    Unclear,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(names: &[&str], next: &str) -> Outline {
        let object = |name: &&str| {
            let (name, uid) = name.split_once('#').unwrap_or((name, ""));
            Some(Identity { namespace: "shop".into(), name: name.into(), uid: uid.into() }).filter(|_| name != "?")
        };
        Outline { objects: names.iter().map(object).collect(), remaining: None, next: next.to_owned() }
    }

    fn words(step: Step) -> String {
        match step {
            Step::Stop(words) => words,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_came_twice_counts_once() {
        let mut paging = Paging::default();
        assert_eq!(paging.take("", &page(&["a#1", "b#2"], "t")).step, Step::GoOn("t".into()));
        let taken = paging.take("t", &page(&["b#2", "c#3", "c#3"], ""));
        assert_eq!(taken, Taken { again: [0, 2].into(), total: Some(3), step: Step::End });
        // Two in one place, and two with one UID, are two each: nobody knows which of them is right.
        let mut paging = Paging::default();
        assert_eq!(paging.take("", &page(&["a#1", "a#2", "b#2"], "")).again, BTreeSet::new());
        assert_eq!(paging.items, 3);
    }

    #[test]
    fn pages_without_anything_new_end_the_list() {
        for old in [&["a#1", "b#2"][..], &["b#2"], &["a#7", "b#8"], &["x#1"], &["?"]] {
            let mut paging = Paging::default();
            paging.take("", &page(&["a#1", "b#2"], "t1"));
            assert!(words(paging.take("t1", &page(old, "t2")).step).contains("nothing new"), "{old:?}");
        }
        let mut paging = Paging::default();
        paging.take("", &page(&["a"], "t1"));
        assert_eq!(paging.take("t1", &page(&["a", "b"], "t2")).step, Step::GoOn("t2".into()), "one of the two is new");
        assert!(words(paging.take("t2", &page(&["c"], "t2")).step).contains("same page"));
    }

    #[test]
    fn a_few_empty_pages_are_allowed_and_no_more() {
        let mut paging = Paging::default();
        for at in 0..EMPTY {
            assert_eq!(paging.take(&at.to_string(), &page(&[], "next")).step, Step::GoOn("next".into()));
        }
        assert_eq!(paging.take("a", &page(&["a"], "b")).step, Step::GoOn("b".into()));
        let last = (0..=EMPTY).map(|at| paging.take(&at.to_string(), &page(&[], "next")).step).last();
        assert!(last.is_some_and(|step| words(step).contains("nothing is on them")));
        assert_eq!(paging.items, 1);
    }
}

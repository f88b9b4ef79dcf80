//! What thousands of objects have alike, kept once: labels and images of the pods of one workload, parts of pod specs, fields that one program writes
//! everywhere.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// A value that may be shared; it reads as what it holds. An empty one takes no memory of its own.
pub struct Shared<T>(Option<Arc<T>>);

/// What can be empty.
pub trait Empty: Sized + 'static {
    /// The empty value.
    fn empty() -> &'static Self;

    /// Whether this is one.
    fn is_none(&self) -> bool;

    /// Gives back the room that it took in advance: what is shared is kept for the whole of an assessment.
    fn trim(&mut self) {}
}

/// Makes types of fields that are empty where all their fields are at their defaults.
macro_rules! empty {
    ($($type:ty),+) => {
        $(impl $crate::kinds::shared::Empty for $type {
            fn empty() -> &'static Self {
                static EMPTY: std::sync::LazyLock<$type> = std::sync::LazyLock::new(<$type>::default);
                &EMPTY
            }

            fn is_none(&self) -> bool {
                *self == *Self::empty()
            }
        })+
    };
}
pub(super) use empty;

impl<T: 'static> Empty for Vec<T> {
    fn empty() -> &'static Self {
        const { &Self::new() }
    }

    fn is_none(&self) -> bool {
        self.is_empty()
    }

    fn trim(&mut self) {
        self.shrink_to_fit();
    }
}

impl<K: 'static, V: 'static> Empty for BTreeMap<K, V> {
    fn empty() -> &'static Self {
        const { &Self::new() }
    }

    fn is_none(&self) -> bool {
        self.is_empty()
    }
}

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: Empty> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match &self.0 {
            Some(value) => value,
            None => T::empty(),
        }
    }
}

impl<T: Empty> From<T> for Shared<T> {
    fn from(value: T) -> Self {
        Self((!value.is_none()).then(|| Arc::new(value)))
    }
}

impl<T: Clone + 'static> Shared<Vec<T>> {
    /// Each of a list, to be changed here alone: what shares it keeps what it has.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.0.as_mut().map(Arc::make_mut).map_or_else(Default::default, |list| list.iter_mut())
    }
}

impl<'a, T: 'static> IntoIterator for &'a Shared<Vec<T>> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, T: Clone + 'static> IntoIterator for &'a mut Shared<Vec<T>> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<'a, K: 'static, V: 'static> IntoIterator for &'a Shared<BTreeMap<K, V>> {
    type Item = (&'a K, &'a V);
    type IntoIter = std::collections::btree_map::Iter<'a, K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

// They are compared as what they hold.

impl<T: Empty + fmt::Debug> fmt::Debug for Shared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Empty + PartialEq> PartialEq for Shared<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Empty + Eq> Eq for Shared<T> {}

impl<T: Empty + PartialOrd> PartialOrd for Shared<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (**self).partial_cmp(&**other)
    }
}

impl<T: Empty + Ord> Ord for Shared<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl<T: Empty + Hash> Hash for Shared<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl<T: Empty + Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

impl<'de, T: Empty + Deserialize<'de>> Deserialize<'de> for Shared<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::from)
    }
}

/// The values that were met.
#[derive(Default)]
pub(super) struct Known<T>(HashSet<Shared<T>>);

impl<T: Empty + Eq + Hash> Known<T> {
    /// Lets a value be the one that was met before, where one was.
    pub(super) fn share(&mut self, value: &mut Shared<T>) {
        if value.0.is_none() {
            return;
        }
        match self.0.get(value) {
            Some(known) => *value = known.clone(),
            None => {
                if let Some(own) = value.0.as_mut().and_then(Arc::get_mut) {
                    own.trim();
                }
                self.0.insert(value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::each;

    #[test]
    fn equal_values_become_one() {
        let mut known = Known::default();
        let mut values: Vec<Shared<Vec<u8>>> = [vec![1], vec![2], vec![1]].map(Shared::from).into();
        let same = |a: &Shared<Vec<u8>>, b: &Shared<Vec<u8>>| a.0.as_ref().zip(b.0.as_ref()).is_some_and(|(a, b)| Arc::ptr_eq(a, b));
        assert!(!same(&values[0], &values[2]));
        values.iter_mut().for_each(|value| known.share(value));
        assert!(same(&values[0], &values[2]) && !same(&values[0], &values[1]));
        assert_eq!(serde_json::to_string(&values).ok().as_deref(), Some("[[1],[2],[1]]"));
        let mut known = Known::default();
        let mut reader = serde_json::Deserializer::from_str("[[1],[2],[1]]");
        let read = each(&mut reader, |value: &mut Shared<Vec<u8>>| known.share(value)).unwrap_or_default();
        assert!(read == values && same(&read[0], &read[2]), "they are shared while they are read, too");
    }

    #[test]
    fn what_is_changed_is_changed_in_one_place() {
        let mut known = Known::default();
        let mut values: Vec<Shared<Vec<u8>>> = [vec![1], vec![1], vec![]].map(Shared::from).into();
        values.iter_mut().for_each(|value| known.share(value));
        values[0].iter_mut().for_each(|n| *n = 2);
        assert_eq!(values, [vec![2], vec![1], vec![]].map(Shared::from));
        assert!(values[2].iter_mut().next().is_none() && values[2].0.is_none());
    }

    #[test]
    fn an_empty_value_takes_nothing_and_reads_as_empty() {
        let empty: Shared<BTreeMap<String, String>> = BTreeMap::new().into();
        assert!(empty.0.is_none() && empty.is_empty() && empty == Shared::default());
        assert_eq!(serde_json::to_string(&empty).ok().as_deref(), Some("{}"));
        let read: Option<Shared<Vec<u8>>> = serde_json::from_str("[]").ok();
        assert_eq!(read, Some(Shared::default()));
    }
}

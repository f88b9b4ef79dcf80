//! What thousands of objects have alike, kept once: labels and images of the pods of one workload, fields that one program writes everywhere.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::HashSet;
use std::hash::Hash;
use std::ops::Deref;
use std::sync::Arc;

/// A value that may be shared; it reads as what it holds.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shared<T>(Arc<T>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> From<T> for Shared<T> {
    fn from(value: T) -> Self {
        Self(Arc::new(value))
    }
}

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Shared<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::from)
    }
}

/// The values that were met.
#[derive(Default)]
pub(super) struct Known<T>(HashSet<Shared<T>>);

impl<T: Eq + Hash> Known<T> {
    /// Lets a value be the one that was met before, where one was.
    pub(super) fn share(&mut self, value: &mut Shared<T>) {
        match self.0.get(value) {
            Some(known) => *value = known.clone(),
            None => drop(self.0.insert(value.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_become_one() {
        let mut known = Known::default();
        let mut values: Vec<Shared<Vec<u8>>> = [vec![1], vec![2], vec![1]].map(Shared::from).into();
        assert!(!Arc::ptr_eq(&values[0].0, &values[2].0));
        values.iter_mut().for_each(|value| known.share(value));
        assert!(Arc::ptr_eq(&values[0].0, &values[2].0) && !Arc::ptr_eq(&values[0].0, &values[1].0));
        assert_eq!(serde_json::to_string(&values).ok().as_deref(), Some("[[1],[2],[1]]"));
    }
}

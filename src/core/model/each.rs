//! A list that is read one by one.

use serde::de::{SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::marker::PhantomData;

/// Reads a list one by one, and lets each share with those before it: together and unshared they may be ten times as much.
///
/// # Errors
/// Where it is no list, or one is not of the type.
pub fn each<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D, share: impl FnMut(&mut T)) -> Result<Vec<T>, D::Error> {
    struct Each<T, F>(F, PhantomData<T>);
    impl<'de, T: Deserialize<'de>, F: FnMut(&mut T)> Visitor<'de> for Each<T, F> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Vec<T>, A::Error> {
            let mut all = vec![];
            while let Some(mut one) = list.next_element()? {
                (self.0)(&mut one);
                all.push(one);
            }
            all.shrink_to_fit();
            Ok(all)
        }
    }
    deserializer.deserialize_seq(Each(share, PhantomData))
}

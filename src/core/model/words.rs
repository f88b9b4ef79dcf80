//! Words of a finding: most are those of its check and stand in the program; others are made for it, and many findings have the same.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::HashSet;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// A text that is cheap to copy and can be shared; it reads as a `str`.
#[derive(Clone)]
pub struct Words(Held);

#[derive(Clone)]
enum Held {
    /// Of the program itself.
    Fixed(&'static str),
    Shared(Arc<str>),
}

impl Words {
    /// Lets it be the text that was met before, where that is the same.
    pub fn share(&mut self, known: &mut HashSet<Self>) {
        match known.get(&**self) {
            Some(same) => *self = same.clone(),
            None => drop(known.insert(self.clone())),
        }
    }
}

impl Default for Words {
    fn default() -> Self {
        Self(Held::Fixed(""))
    }
}

impl Deref for Words {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Held::Fixed(text) => text,
            Held::Shared(text) => text,
        }
    }
}

impl From<&'static str> for Words {
    fn from(text: &'static str) -> Self {
        Self(Held::Fixed(text))
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self(Held::Shared(text.into()))
    }
}

impl AsRef<str> for Words {
    fn as_ref(&self) -> &str {
        self
    }
}

impl Borrow<str> for Words {
    fn borrow(&self) -> &str {
        self
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Words {}

impl PartialEq<str> for Words {
    fn eq(&self, other: &str) -> bool {
        **self == *other
    }
}

impl PartialEq<&str> for Words {
    fn eq(&self, other: &&str) -> bool {
        **self == **other
    }
}

impl PartialOrd for Words {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Words {
    fn cmp(&self, other: &Self) -> Ordering {
        (**self).cmp(&**other)
    }
}

impl Hash for Words {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_words_become_one_whoever_said_them() {
        let mut known = HashSet::new();
        let mut words = [Words::from("a"), Words::from("b".to_owned()), Words::from("a".to_owned()), Words::from("b")];
        words.iter_mut().for_each(|words| words.share(&mut known));
        let same = |a: &Words, b: &Words| std::ptr::eq(&**a, &**b);
        assert!(same(&words[0], &words[2]) && same(&words[1], &words[3]) && known.len() == 2);
        assert_eq!(words[2], "a");
        assert_eq!(serde_json::to_string(&words).ok().as_deref(), Some(r#"["a","b","a","b"]"#));
        assert_eq!(serde_json::from_str::<Words>(r#""a""#).ok(), Some(Words::from("a")));
    }
}

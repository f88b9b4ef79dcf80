//! An object in the form in which it is at hand: as it came, JSON or Kubernetes' binary form, or as the tree that was made of it. All are read into
//! the same types.

use super::node_tree::{Node, Tree};
use super::wire::Item;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Error};
use std::borrow::Cow;

/// An object as it is at hand.
#[derive(Clone, Copy)]
pub(super) enum Given<'a> {
    /// As JSON.
    Json(&'a str),
    /// On a page in the binary form, all of which is known.
    Wire(Item<'a>),
    /// As the tree that was made of it, and examined.
    Tree(&'a Node<'a>),
}

impl<'a> Given<'a> {
    /// Reads it into a type.
    pub(super) fn read<T: Deserialize<'a>>(self) -> Result<T, serde_json::Error> {
        match self {
            Self::Json(json) => serde_json::from_str(json),
            Self::Wire(item) => item.read(),
            Self::Tree(tree) => T::deserialize(tree),
        }
    }

    /// Makes the tree of what came, but for the parts at the end of a way and the record of who wrote what. None where it can't be read, or is a tree
    /// already.
    pub(super) fn tree(self, unread: Option<&'static [&'static str]>) -> Option<Node<'a>> {
        match self {
            Self::Json(json) => {
                let mut reader = serde_json::Deserializer::from_str(json);
                let tree = Tree { unread }.deserialize(&mut reader).ok()?;
                reader.end().ok().map(|()| tree)
            }
            Self::Wire(item) => item.tree(unread).ok(),
            Self::Tree(_) => None,
        }
    }

    /// Its JSON, for what is read in no other form.
    pub(super) fn json(self) -> Result<Cow<'a, str>, serde_json::Error> {
        match self {
            Self::Json(json) => Ok(Cow::Borrowed(json)),
            Self::Wire(item) => item.json().map(Cow::Owned).map_err(serde_json::Error::custom),
            Self::Tree(tree) => serde_json::to_string(tree).map(Cow::Owned),
        }
    }
}

//! An object as a tree that borrows its texts from the JSON that it was read from: cheap to read, to change in a few places, and to write again.

use crate::sensitive::Detection;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// One node. Keys keep their order, and those that stand twice stand twice.
#[derive(Debug)]
pub(super) enum Node<'a> {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(serde_json::Number),
    /// A text.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Self>),
    /// A table.
    Map(Vec<(Cow<'a, str>, Self)>),
    /// The record of who wrote which field (`managedFields`): most of an object's text, of which only names matter.
    Record(Record<'a>),
    /// A part that nobody looked into yet.
    Unread(Unread<'a>),
    /// A part that stood word for word in an object before, was in order there, and of which nothing needs to be made anew.
    Known,
    /// A value that is sealed already, as slim types take it.
    Sealed(Box<StandIn>),
}

/// The record of who wrote which field.
#[derive(Debug)]
pub(super) enum Record<'a> {
    /// As it came; nobody looked at it.
    Unread(Unread<'a>),
    /// The text that it is in JSON.
    Text(Cow<'a, str>),
    /// As it came. The same, but for its times, came before and was in order.
    InOrder(Unread<'a>),
}

/// A part as it came.
#[derive(Clone, Copy, Debug)]
pub(super) enum Unread<'a> {
    /// The text that it is in JSON.
    Json(&'a str),
    /// Its bytes in the binary form, from its tag on.
    Wire(&'a [u8]),
}

impl<'a> Unread<'a> {
    /// Its bytes.
    pub(super) const fn bytes(self) -> &'a [u8] {
        match self {
            Self::Json(text) => text.as_bytes(),
            Self::Wire(bytes) => bytes,
        }
    }
}

/// What stands for a value in which something was found.
#[derive(Debug, Serialize)]
pub(super) struct StandIn {
    /// Bytes that it had.
    pub(super) length: usize,
    /// What was found.
    pub(super) detections: Vec<Detection>,
    /// What is kept in its place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kept: Option<String>,
}

impl Node<'_> {
    /// The text, where it is one.
    pub(super) fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// What stands under a key of a table.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(entries) = self else { return None };
        entries.iter().find(|(k, _)| k == key).map(|(_, node)| node)
    }

    /// The text under a key of a table.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_text()
    }

    /// The same, to be changed.
    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        let Self::Map(entries) = self else { return None };
        entries.iter_mut().find(|(k, _)| k == key).map(|(_, node)| node)
    }

    /// What a list holds; nothing where it is none.
    pub(super) fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    /// The texts of a list, "" for what is none.
    pub(super) fn texts(&self) -> Vec<&str> {
        self.items().iter().map(|item| item.as_text().unwrap_or_default()).collect()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Node<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Tree { unread: None })
    }
}

/// How a tree is made: all of it, or with the parts at the end of a way left as texts, which only JSON has.
#[derive(Clone, Copy)]
pub(super) struct Tree {
    /// The keys on the way to a table whose parts are left unread, where there is one.
    pub(super) unread: Option<&'static [&'static str]>,
}

impl<'de> DeserializeSeed<'de> for Tree {
    type Value = Node<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, v: bool) -> Result<Node<'de>, E> {
        Ok(Node::Bool(v))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Node<'de>, E> {
        Ok(Node::Number(v.into()))
    }

    fn visit_u64<E>(self, v: u64) -> Result<Node<'de>, E> {
        Ok(Node::Number(v.into()))
    }

    fn visit_f64<E>(self, v: f64) -> Result<Node<'de>, E> {
        Ok(serde_json::Number::from_f64(v).map_or(Node::Null, Node::Number))
    }

    fn visit_borrowed_str<E>(self, v: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(v)))
    }

    fn visit_str<E>(self, v: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(v.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node<'de>, A::Error> {
        // Most tables have no more, and room that is made in steps is made several times.
        let mut entries = Vec::with_capacity(8);
        while let Some(Key(key)) = map.next_key()? {
            let value = match self.unread {
                Some([]) => Node::Unread(Unread::Json(map.next_value::<&RawValue>()?.get())),
                Some([next, rest @ ..]) if key == *next => map.next_value_seed(Tree { unread: Some(rest) })?,
                _ if key == "managedFields" => Node::Record(Record::Unread(Unread::Json(map.next_value::<&RawValue>()?.get()))),
                _ => map.next_value()?,
            };
            entries.push((key, value));
        }
        Ok(Node::Map(entries))
    }
}

/// A key, borrowed where it needs no unescaping.
#[derive(Deserialize)]
pub(super) struct Key<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(v) => serializer.serialize_bool(*v),
            Self::Number(v) => v.serialize(serializer),
            Self::Text(v) => serializer.serialize_str(v),
            Self::Record(Record::Text(v)) => RawValue::from_string(v.to_string()).map_err(serde::ser::Error::custom)?.serialize(serializer),
            Self::List(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                items.iter().try_for_each(|item| list.serialize_element(item))?;
                list.end()
            }
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                entries.iter().try_for_each(|(key, value)| map.serialize_entry(key, value))?;
                map.end()
            }
            Self::Sealed(stand_in) => stand_in.serialize(serializer),
            Self::Unread(_) | Self::Known | Self::Record(_) => Err(serde::ser::Error::custom("a part of it was not looked into")),
        }
    }
}

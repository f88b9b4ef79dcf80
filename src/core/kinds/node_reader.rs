//! Types read from an object's tree: its text was looked at once already, and what a type does not know costs nothing.

use super::node_tree::{Node, Record, Unread};
use super::wire::WireRecord;
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{Error as _, IntoDeserializer, Visitor};
use serde::{Deserializer, forward_to_deserialize_any};
use std::borrow::Cow;

impl<'de> IntoDeserializer<'de, serde_json::Error> for &'de Node<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// The words of errors are those of the reader of texts, without a place.
impl<'de> Deserializer<'de> for &'de Node<'_> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self {
            Node::Null => visitor.visit_unit(),
            Node::Bool(value) => visitor.visit_bool(*value),
            Node::Number(number) => match (number.as_u64(), number.as_i64()) {
                (Some(number), _) => visitor.visit_u64(number),
                (None, Some(number)) => visitor.visit_i64(number),
                (None, None) => visitor.visit_f64(number.as_f64().unwrap_or_default()),
            },
            Node::Text(text) => visitor.visit_borrowed_str(text),
            Node::List(items) => {
                let mut list = SeqDeserializer::new(items.iter());
                let value = visitor.visit_seq(&mut list)?;
                list.end()?;
                Ok(value)
            }
            Node::Map(entries) => {
                let new = entries.iter().filter(|(_, value)| !matches!(value, Node::Known));
                let mut map = MapDeserializer::new(new.map(|(key, value)| (Key(key), value)));
                let value = visitor.visit_map(&mut map)?;
                map.end()?;
                Ok(value)
            }
            Node::Record(Record::Text(text)) => serde_json::Deserializer::from_str(text).deserialize_any(visitor),
            Node::Record(Record::InOrder(Unread::Json(text))) => serde_json::Deserializer::from_str(text).deserialize_any(visitor),
            Node::Record(Record::InOrder(Unread::Wire(bytes))) => WireRecord(bytes).visit(visitor),
            Node::Sealed(stand_in) => serde_json::to_value(stand_in)?.deserialize_any(visitor),
            Node::Unread(_) | Node::Known | Node::Record(Record::Unread(_)) => Err(Self::Error::custom("a part of it was not looked into")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        if matches!(self, Node::Null) { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Self::Error> {
        match self {
            Node::Text(text) => visitor.visit_enum(IntoDeserializer::<Self::Error>::into_deserializer(&**text)),
            _ => Err(Self::Error::custom("it is no word")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
    }
}

/// A key of a table.
struct Key<'de, 't>(&'de Cow<'t, str>);

impl<'de> IntoDeserializer<'de, serde_json::Error> for Key<'de, '_> {
    type Deserializer = serde::de::value::BorrowedStrDeserializer<'de, serde_json::Error>;

    fn into_deserializer(self) -> Self::Deserializer {
        Self::Deserializer::new(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::given::Given;
    use serde::Deserialize;
    use serde_json::Value;
    use std::collections::BTreeMap;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Sample {
        name: String,
        count: Option<u32>,
        below: i64,
        share: f64,
        on: bool,
        list: Vec<Self>,
        labels: BTreeMap<String, String>,
        kind: Option<Word>,
        managed_fields: Value,
    }

    impl Default for Sample {
        fn default() -> Self {
            let (name, list, labels) = (String::new(), vec![], BTreeMap::new());
            Self { name, count: None, below: 0, share: 0.0, on: false, list, labels, kind: None, managed_fields: Value::Null }
        }
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        OneWord,
    }

    #[test]
    fn a_tree_reads_as_its_text_does() {
        for text in [
            r#"{"name":"aé\n","count":3,"below":-7,"share":1.5,"on":true,"list":[{"name":"b","unknown":[{"x":1}]}],"labels":{"a\u0062":"c"},"kind":"one_word"}"#,
            r#"{"count":null,"share":7,"managedFields":[{"manager":"m","fieldsV1":{"f:a":{}}}],"unknown":"x"}"#,
            r#"["a",1]"#,
            r#"{"name":3}"#,
            r#"{"name":null}"#,
            r#"{"count":-1}"#,
            r#"{"count":4294967296}"#,
            r#"{"below":1e99}"#,
            r#"{"list":{}}"#,
            r#"{"labels":{"a":1}}"#,
            r#"{"kind":"other"}"#,
            "[]",
            "7",
        ] {
            let words = |error: serde_json::Error| error.to_string().split(" at line ").next().unwrap_or_default().to_owned();
            let mut tree: Node<'_> = serde_json::from_str(text).unwrap_or(Node::Null);
            if let Some(Node::Record(record)) = tree.get_mut("managedFields")
                && let Record::Unread(raw) = *record
            {
                assert!(Given::Tree(&Node::Record(Record::Unread(raw))).read::<Value>().is_err());
                *record = Record::InOrder(raw);
            }
            let (tree, json) = (Given::Tree(&tree), Given::Json(text));
            assert_eq!(tree.read::<Sample>().map_err(words), json.read::<Sample>().map_err(words), "{text}");
            assert_eq!(tree.read::<Value>().map_err(words), json.read::<Value>().map_err(words), "{text}");
        }
    }
}

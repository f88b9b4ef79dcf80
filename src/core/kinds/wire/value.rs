//! Values as serde takes them, in the form that they have in JSON.

use super::fields::{Fields, Part, Run, texts};
use super::plain::{int_or_text, only_text, time, utf8};
use super::raw::{Fault, Raw};
use super::schema::{self, Form};
use data_encoding::BASE64;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Error;

/// One value.
#[derive(Clone, Copy)]
pub(super) struct Value<'a> {
    pub(super) form: Form,
    pub(super) raw: Raw<'a>,
}

fn odd() -> Error {
    Error::custom("a part of it has not the form that it should have")
}

fn fault(fault: Fault) -> Error {
    Error::custom(fault)
}

impl<'de> Deserializer<'de> for Value<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match (self.form, self.raw) {
            (Form::Int, Raw::Number(value)) => number(value.cast_signed(), visitor),
            (Form::Bool, Raw::Number(value)) => visitor.visit_bool(value != 0),
            (Form::Text, Raw::Bytes(bytes)) => visitor.visit_borrowed_str(utf8(bytes).ok_or_else(odd)?),
            (Form::Bytes, Raw::Bytes(bytes)) => visitor.visit_string(BASE64.encode(bytes)),
            (Form::Time, Raw::Bytes(bytes)) => visitor.visit_string(time(bytes).ok_or_else(odd)?),
            (Form::Quantity, Raw::Bytes(bytes)) => visitor.visit_borrowed_str(only_text(bytes).ok_or_else(odd)?),
            (Form::IntOrText, Raw::Bytes(bytes)) => match int_or_text(bytes).ok_or_else(odd)? {
                Ok(int) => number(int, visitor),
                Err(text) => visitor.visit_borrowed_str(text),
            },
            (Form::Json, Raw::Bytes(bytes)) => {
                let mut json = serde_json::Deserializer::from_str(only_text(bytes).ok_or_else(odd)?);
                let value = json.deserialize_any(visitor)?;
                json.end().map(|()| value)
            }
            (Form::Texts, Raw::Bytes(bytes)) => visitor.visit_seq(Items(texts(bytes))),
            (Form::Message(at), Raw::Bytes(bytes)) => {
                let message = schema::message(at).ok_or_else(odd)?;
                visitor.visit_map(Entries { fields: Fields::of(message, bytes), part: None })
            }
            _ => Err(odd()),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, name: &'static str, names: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        Whole(Part::One(self.form, self.raw)).deserialize_enum(name, names, visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
    }
}

/// A number as JSON's reader hands it on: without a sign where it has none.
fn number<'de, V: Visitor<'de>>(value: i64, visitor: V) -> Result<V::Value, Error> {
    match u64::try_from(value) {
        Ok(value) => visitor.visit_u64(value),
        Err(_) => visitor.visit_i64(value),
    }
}

/// All that stands under a name.
pub(super) struct Whole<'a>(pub(super) Part<'a>);

impl<'de> Deserializer<'de> for Whole<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Part::One(form, raw) => Value { form, raw }.deserialize_any(visitor),
            Part::List(run) => visitor.visit_seq(Items(run)),
            Part::Map(run) => visitor.visit_map(Keyed { run, value: None }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Part::One(Form::Text, Raw::Bytes(bytes)) => visitor.visit_enum(utf8(bytes).ok_or_else(odd)?.into_deserializer()),
            _ => Err(odd()),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
    }
}

/// A key. New types may stand around it, as around keys in JSON.
struct Name<'a>(&'a str);

impl<'de> Deserializer<'de> for Name<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_borrowed_str(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        visitor.visit_enum(self.0.into_deserializer())
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier
        ignored_any
    }
}

/// The fields of a message.
struct Entries<'a> {
    fields: Fields<'a>,
    part: Option<Part<'a>>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((field, part)) = self.fields.next().map_err(fault)? else { return Ok(None) };
        self.part = Some(part);
        seed.deserialize(Name(field.name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        seed.deserialize(Whole(self.part.take().ok_or_else(odd)?))
    }
}

/// The items of a list.
struct Items<'a>(Run<'a>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some(raw) = self.0.next().map_err(fault)? else { return Ok(None) };
        seed.deserialize(Value { form: self.0.form, raw }).map(Some)
    }
}

/// The entries of a map.
struct Keyed<'a> {
    run: Run<'a>,
    value: Option<Raw<'a>>,
}

impl<'de> MapAccess<'de> for Keyed<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((key, value)) = self.run.next_entry().map_err(fault)? else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(Name(utf8(key).ok_or_else(odd)?)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let raw = self.value.take().ok_or_else(odd)?;
        seed.deserialize(Value { form: self.run.form, raw })
    }
}

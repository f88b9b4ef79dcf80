//! The value of an answer: a word, a number, a day or a list, as the question's type wants it.

use super::moment::Day;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// What was answered. Yes/no, choices, intervals and free text are texts; the question's type tells which.
#[derive(Clone, Debug, PartialEq)]
pub enum AnswerValue {
    /// A word or a text.
    Text(String),
    /// A number, in the question's unit.
    Number(f64),
    /// A day.
    Date(Day),
    /// A list of texts.
    List(Vec<String>),
}

impl fmt::Display for AnswerValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
            Self::Date(day) => day.fmt(f),
            Self::List(items) => f.write_str(&items.join(", ")),
        }
    }
}

impl Serialize for AnswerValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => text.serialize(serializer),
            // Whole numbers are written as people write them: 24, not 24.0.
            #[expect(clippy::cast_possible_truncation, reason = "guarded: whole and small")]
            Self::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => (*number as i64).serialize(serializer),
            Self::Number(number) => number.serialize(serializer),
            Self::Date(day) => day.serialize(serializer),
            Self::List(items) => items.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for AnswerValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error;
        match toml::Value::deserialize(deserializer)? {
            toml::Value::String(text) => Ok(Self::Text(text)),
            #[expect(clippy::cast_precision_loss, reason = "answers are small numbers")]
            toml::Value::Integer(number) => Ok(Self::Number(number as f64)),
            toml::Value::Float(number) => Ok(Self::Number(number)),
            toml::Value::Datetime(datetime) => datetime.to_string().parse().map(|date| Self::Date(Day(date))).map_err(D::Error::custom),
            toml::Value::Array(items) => items
                .into_iter()
                .map(|item| item.as_str().map(str::to_owned).ok_or_else(|| D::Error::custom("a list of texts was expected")))
                .collect::<Result<_, _>>()
                .map(Self::List),
            other => Err(D::Error::custom(format!("an answer can't be a {}", other.type_str()))),
        }
    }
}

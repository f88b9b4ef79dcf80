//! Values of CEL: what they are, when two are equal, how they are ordered.

use super::Failure;
pub use super::library::time::Moment;
use serde_json::Value as Json;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A value of CEL.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A whole number with a sign.
    Int(i64),
    /// A whole number without one.
    Uint(u64),
    /// A number with a fraction.
    Double(f64),
    /// Text.
    String(Arc<str>),
    /// Bytes.
    Bytes(Arc<[u8]>),
    /// A list.
    List(Arc<List>),
    /// A map; what is an object of some type is a map too.
    Map(Arc<Map>),
    /// A point in time.
    Timestamp(Moment),
    /// A length of time in nanoseconds.
    Duration(i64),
    /// A type, by its name.
    Type(Arc<str>),
    /// A value that may be there.
    Optional(Option<Arc<Value>>),
    /// A value of a library.
    Opaque(Arc<dyn Opaque>),
    /// What is not known here, and why. Whoever reads it gets [`Failure::Lacking`].
    Unknown(Arc<str>),
}

/// What stands in a list, and whether it is one of the API's own types: such a list errs where it is compared with something else.
#[derive(Clone, Debug, Default)]
pub struct List {
    values: Vec<Value>,
    typed: bool,
}

/// What stands in a map, and whether it is one of the API's own types.
#[derive(Clone, Debug, Default)]
pub struct Map {
    entries: BTreeMap<Key, Value>,
    of: Origin,
}

/// Where a map comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Origin {
    /// JSON, or an expression.
    #[default]
    Plain,
    /// A map of one of the API's own types. It errs where something else than text is looked for in it, or where it is compared with something else.
    Map,
    /// An object of one of the API's own types. It errs likewise, and where something in it errs when it is compared.
    Object,
}

impl From<Vec<Value>> for List {
    fn from(values: Vec<Value>) -> Self {
        Self { values, typed: false }
    }
}

impl Deref for List {
    type Target = Vec<Value>;

    fn deref(&self) -> &Vec<Value> {
        &self.values
    }
}

impl From<BTreeMap<Key, Value>> for Map {
    fn from(entries: BTreeMap<Key, Value>) -> Self {
        Self { entries, of: Origin::Plain }
    }
}

impl Deref for Map {
    type Target = BTreeMap<Key, Value>;

    fn deref(&self) -> &BTreeMap<Key, Value> {
        &self.entries
    }
}

impl Map {
    /// What a key leads to.
    ///
    /// # Errors
    ///
    /// It can have no such key.
    pub fn find(&self, key: &Value) -> Result<Option<&Value>, Failure> {
        if self.of != Origin::Plain && !matches!(key, Value::String(_)) {
            return Err(Failure::Errs("unsupported map key type".to_owned()));
        }
        Ok(Key::of(key).and_then(|key| self.entries.get(&key)))
    }

    fn same(&self, other: &Self) -> Result<bool, Failure> {
        if self.len() != other.len() || !self.keys().all(|key| other.contains_key(key)) {
            return Ok(false);
        }
        let errs = match (self.of, other.of) {
            (Origin::Plain, _) => Errs::AreEqual,
            (Origin::Object, Origin::Plain | Origin::Map) => Errs::Err,
            _ => Errs::Differ,
        };
        every(self.iter().filter_map(|(key, value)| Some((value, other.get(key)?))), errs)
    }
}

/// A value of a library's own type: a quantity, a URL.
pub trait Opaque: fmt::Debug + Send + Sync + std::any::Any {
    /// Name of the type.
    fn kind(&self) -> &'static str;
    /// Whether another value of the same type is equal.
    fn same(&self, other: &dyn Opaque) -> bool;
    /// Itself, to be asked for its own type.
    fn itself(&self) -> &dyn std::any::Any;
}

/// A key of a map. Numbers are kept as whole numbers where they are some.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// `true`, `false`
    Bool(bool),
    /// A whole number with a sign.
    Int(i64),
    /// A whole number too large for one with a sign.
    Uint(u64),
    /// Text.
    String(Arc<str>),
}

impl Key {
    /// The key that a value stands for; none where a value can be no key, or stands for a number that no key can be.
    #[must_use]
    pub fn of(value: &Value) -> Option<Self> {
        Some(match value {
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Int(*value),
            Value::Uint(value) => i64::try_from(*value).map_or(Self::Uint(*value), Self::Int),
            Value::Double(value) => whole(*value).map(Self::Int)?,
            Value::String(value) => Self::String(value.clone()),
            _ => return None,
        })
    }

    /// The value that a key is.
    #[must_use]
    pub fn value(&self) -> Value {
        match self {
            Self::Bool(value) => Value::Bool(*value),
            Self::Int(value) => Value::Int(*value),
            Self::Uint(value) => Value::Uint(*value),
            Self::String(value) => Value::String(value.clone()),
        }
    }
}

/// The whole number that a number with a fraction is, where it is one.
pub(crate) fn whole(value: f64) -> Option<i64> {
    let limit = 9_223_372_036_854_775_808.0;
    #[allow(clippy::cast_possible_truncation)]
    (value.fract() == 0.0 && value > -limit && value < limit).then_some(value as i64)
}

impl Value {
    /// Text.
    #[must_use]
    pub fn text(value: &str) -> Self {
        Self::String(value.into())
    }

    /// A list.
    #[must_use]
    pub fn list(values: Vec<Self>) -> Self {
        Self::List(Arc::new(values.into()))
    }

    /// A list of one of the API's own types.
    #[must_use]
    pub fn typed_list(values: Vec<Self>) -> Self {
        Self::List(Arc::new(List { values, typed: true }))
    }

    /// A map with keys of text.
    #[must_use]
    pub fn map<'a>(entries: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        Self::map_of(entries, Origin::Plain)
    }

    /// A map of one of the API's own types.
    #[must_use]
    pub fn typed_map<'a>(entries: impl IntoIterator<Item = (&'a str, Self)>) -> Self {
        Self::map_of(entries, Origin::Map)
    }

    /// An object of one of the API's own types.
    #[must_use]
    pub fn object<K: Into<Arc<str>>>(fields: impl IntoIterator<Item = (K, Self)>) -> Self {
        Self::map_of(fields, Origin::Object)
    }

    fn map_of<K: Into<Arc<str>>>(entries: impl IntoIterator<Item = (K, Self)>, of: Origin) -> Self {
        let entries = entries.into_iter().map(|(key, value)| (Key::String(key.into()), value)).collect();
        Self::Map(Arc::new(Map { entries, of }))
    }

    /// A value of a library.
    #[must_use]
    pub fn opaque(value: impl Opaque) -> Self {
        Self::Opaque(Arc::new(value))
    }

    /// What is not known here.
    #[must_use]
    pub fn unknown(why: &str) -> Self {
        Self::Unknown(why.into())
    }

    /// A value of a library of this type.
    #[must_use]
    pub fn as_opaque<T: 'static>(&self) -> Option<&T> {
        match self {
            Self::Opaque(value) => value.itself().downcast_ref(),
            _ => None,
        }
    }

    /// A value of JSON as the API server hands it to CEL: whole numbers are `int`.
    #[must_use]
    pub fn from_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(value), _) => Self::Int(value),
                (None, Some(value)) => Self::Double(value),
                (None, None) => Self::unknown("a number that is none"),
            },
            Json::String(value) => Self::text(value),
            Json::Array(values) => Self::list(values.iter().map(Self::from_json).collect()),
            Json::Object(entries) => Self::map(entries.iter().map(|(key, value)| (key.as_str(), Self::from_json(value)))),
        }
    }

    /// The value as JSON; none where JSON has nothing like it.
    #[must_use]
    pub fn to_json(&self) -> Option<Json> {
        Some(match self {
            Self::Null => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Int(value) => Json::from(*value),
            Self::Uint(value) => Json::from(*value),
            Self::Double(value) => Json::Number(serde_json::Number::from_f64(*value)?),
            Self::String(value) => Json::String(value.to_string()),
            Self::List(values) => Json::Array(values.iter().map(Self::to_json).collect::<Option<_>>()?),
            Self::Map(entries) => {
                let entry = |(key, value): (&Key, &Self)| match key {
                    Key::String(key) => Some((key.to_string(), value.to_json()?)),
                    _ => None,
                };
                Json::Object(entries.iter().map(entry).collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }

    /// Name of its type.
    #[must_use]
    pub fn kind(&self) -> &str {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::String(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Timestamp(_) => "google.protobuf.Timestamp",
            Self::Duration(_) => "google.protobuf.Duration",
            Self::Type(_) => "type",
            Self::Optional(_) => "optional_type",
            Self::Opaque(value) => value.kind(),
            Self::Unknown(_) => "unknown",
        }
    }

    /// Whether two values are equal, as `==` tells. Values of different types are not; values of libraries err where they meet another type.
    ///
    /// # Errors
    ///
    /// A value of a library is compared with one of another type, or something is not known.
    pub fn same(&self, other: &Self) -> Result<bool, Failure> {
        Ok(match (self, other) {
            (Self::Unknown(why), _) | (_, Self::Unknown(why)) => return Err(Failure::Lacking(why.to_string())),
            (Self::Null, other) | (other, Self::Null) => matches!(other, Self::Null),
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::String(a), Self::String(b)) => a == b,
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::Timestamp(a), Self::Timestamp(b)) => a.nanoseconds == b.nanoseconds,
            (Self::Duration(a), Self::Duration(b)) => a == b,
            (Self::Type(a), Self::Type(b)) => a == b,
            (Self::List(a), Self::List(b)) => {
                a.len() == b.len() && every(a.iter().zip(b.iter()), if a.typed { Errs::Differ } else { Errs::AreEqual })?
            }
            (Self::Map(a), Self::Map(b)) => a.same(b)?,
            (Self::List(a), _) if a.typed => return Err(Failure::Errs("no such overload".to_owned())),
            (Self::Map(a), _) if a.of != Origin::Plain => return Err(Failure::Errs("no such overload".to_owned())),
            (Self::Optional(a), Self::Optional(b)) => match (a, b) {
                (Some(a), Some(b)) => a.same(b)?,
                (None, None) => true,
                _ => false,
            },
            (Self::Opaque(a), Self::Opaque(b)) if a.kind() == b.kind() => a.same(b.as_ref()),
            (Self::Opaque(_), _) => return Err(Failure::Errs("no such overload".to_owned())),
            _ => numbers(self, other) == Some(Some(Ordering::Equal)),
        })
    }

    /// How two values are ordered; none where one is not a number (NaN), which is less and greater than nothing.
    ///
    /// # Errors
    ///
    /// Values of these types have no order.
    pub fn order(&self, other: &Self) -> Result<Option<Ordering>, Failure> {
        Ok(Some(match (self, other) {
            (Self::Unknown(why), _) | (_, Self::Unknown(why)) => return Err(Failure::Lacking(why.to_string())),
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::String(a), Self::String(b)) => a.cmp(b),
            (Self::Bytes(a), Self::Bytes(b)) => a.cmp(b),
            (Self::Timestamp(a), Self::Timestamp(b)) => a.nanoseconds.cmp(&b.nanoseconds),
            (Self::Duration(a), Self::Duration(b)) => a.cmp(b),
            _ => return numbers(self, other).ok_or_else(|| Failure::Errs("no such overload".to_owned())),
        }))
    }
}

/// What an error does where two things in lists or maps are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Errs {
    /// They count as equal: nothing said that they are not.
    AreEqual,
    /// They count as different: nothing said that they are equal.
    Differ,
    /// It is an error of the whole.
    Err,
}

/// Whether a value can stand in brackets after another.
pub(crate) const fn can_index(value: &Value) -> bool {
    matches!(value, Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Double(_) | Value::String(_))
}

/// Whether all pairs are equal. One that differs decides, whatever another one can't tell.
fn every<'a>(pairs: impl Iterator<Item = (&'a Value, &'a Value)>, errs: Errs) -> Result<bool, Failure> {
    let mut lacking = None;
    for (a, b) in pairs {
        match (a.same(b), errs) {
            (Ok(true), _) | (Err(Failure::Errs(_)), Errs::AreEqual) => {}
            (Ok(false), _) | (Err(Failure::Errs(_)), Errs::Differ) => return Ok(false),
            (Err(failure), _) => lacking = Some(lacking.map_or_else(|| failure.clone(), |before: Failure| before.or(failure.clone()))),
        }
    }
    lacking.map_or(Ok(true), Err)
}

/// How two numbers of whatever types are ordered, none where one of these is no number.
fn numbers(a: &Value, b: &Value) -> Option<Option<Ordering>> {
    Some(match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Uint(a), Value::Uint(b)) => Some(a.cmp(b)),
        (Value::Int(a), Value::Uint(b)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        (Value::Uint(a), Value::Int(b)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        (Value::Double(a), Value::Double(b)) => a.partial_cmp(b),
        (Value::Double(a), Value::Int(b)) => with_whole(*a, i128::from(*b)),
        (Value::Double(a), Value::Uint(b)) => with_whole(*a, i128::from(*b)),
        (Value::Int(a), Value::Double(b)) => with_whole(*b, i128::from(*a)).map(Ordering::reverse),
        (Value::Uint(a), Value::Double(b)) => with_whole(*b, i128::from(*a)).map(Ordering::reverse),
        _ => return None,
    })
}

/// Both are compared as numbers with a fraction, as cel-go compares them, save where that number is out of all range.
#[allow(clippy::cast_precision_loss)]
fn with_whole(a: f64, b: i128) -> Option<Ordering> {
    a.partial_cmp(&(b as f64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn same(a: serde_json::Value, b: serde_json::Value) -> bool {
        Value::from_json(&a).same(&Value::from_json(&b)).unwrap()
    }

    #[test]
    fn values_are_equal_by_what_they_are_worth() {
        assert!(same(json!(1), json!(1.0)) && same(json!([1, {"a": 2}]), json!([1.0, {"a": 2}])) && same(json!(null), json!(null)));
        for (a, b) in [
            (json!(1), json!("1")),
            (json!(1), json!(true)),
            (json!(null), json!(0)),
            (json!({"a": null}), json!({"b": null})),
            (json!([1]), json!([1, 2])),
            (json!({}), json!([])),
        ] {
            assert!(!same(a.clone(), b.clone()), "{a} {b}");
            assert!(!same(b, a));
        }
        assert!(matches!(Value::from_json(&json!(5)), Value::Int(5)));
        assert!(matches!(Value::from_json(&json!(u64::MAX)), Value::Double(_)));
        assert!(!Value::Double(f64::NAN).same(&Value::Double(f64::NAN)).unwrap());
    }

    #[test]
    fn what_is_not_known_is_never_equal_nor_unequal() {
        let unknown = Value::unknown("x");
        assert!(matches!(unknown.same(&Value::Null), Err(Failure::Lacking(_))));
        let list = |value: Value| Value::list(vec![unknown.clone(), value]);
        assert!(matches!(list(Value::Int(1)).same(&list(Value::Int(1))), Err(Failure::Lacking(_))));
        assert!(!list(Value::Int(1)).same(&list(Value::Int(2))).unwrap());
    }

    #[test]
    fn json_goes_in_and_comes_out() {
        let value = json!({"a": [1, -2, 1.5, "x", null, true, {}]});
        assert_eq!(Value::from_json(&value).to_json().unwrap(), value);
        assert!(Value::Duration(0).to_json().is_none());
    }
}

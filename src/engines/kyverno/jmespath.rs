//! JMESPath as Kyverno reads and runs it: its fork of go-jmespath, in which a missing key is an error of its own, with the functions that Kyverno adds.
//!
//! Source: github.com/kyverno/go-jmespath and pkg/engine/jmespath of Kyverno 1.19. Values are JSON; a whole number without a fraction (`1`, an int64
//! there) is something else than a floating-point number (`1.0`), as there: the first is no number to comparisons and functions.

mod functions;
mod lexer;
mod parser;
mod run;

pub use lexer::floats as as_floats;
pub use parser::{Node, parse};
pub use run::run;

use serde_json::Value;

/// Why there is no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A key is not there; most of what is around it takes this for null.
    Missing(String),
    /// The engine errs.
    Error(String),
    /// The engine may know, and this here doesn't.
    Lacking(String),
}

impl Fault {
    /// In words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Missing(key) => format!("unknown key {key}"),
            Self::Error(why) | Self::Lacking(why) => why.clone(),
        }
    }
}

/// A value, or why there is none.
pub type Outcome = Result<Value, Fault>;

/// Takes a missing key for null.
pub(super) fn null_if_missing(outcome: Outcome) -> Outcome {
    match outcome {
        Err(Fault::Missing(_)) => Ok(Value::Null),
        other => other,
    }
}

/// Whether JMESPath takes a value for false: null, false, "", [] and {}.
#[must_use]
pub fn is_false(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests;

//! Conditions: a key, an operator, a value; any and all of them.
//!
//! Source: pkg/engine/variables/evaluate.go and pkg/engine/variables/operator of Kyverno 1.19.

use super::context::Context;
use super::gotext::{Amount, amount, parse_float, parse_int, sprint};
use super::jmespath::{Fault, as_floats};
use super::pattern::{self, Operator};
use super::types::{AnyAll, Condition, Conditions};
use super::versions;
use crate::quantity::{Quantity, parse_duration};
use crate::wildcard;
use serde_json::Value;
use std::cmp::Ordering;

/// Whether conditions hold. None at all hold.
pub fn hold(conditions: &Conditions, context: &mut Context<'_>) -> Result<bool, Fault> {
    match conditions {
        Conditions::List(list) => {
            for condition in list {
                if !holds(condition, context)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Conditions::AnyAll(both) => any_all(both, context),
    }
}

/// Whether one of the first and all of the second hold. A list of any that is there and empty never holds.
pub fn any_all(both: &AnyAll, context: &mut Context<'_>) -> Result<bool, Fault> {
    let mut any = both.any.is_none();
    for condition in both.any.iter().flatten() {
        if holds(condition, context)? {
            any = true;
            break;
        }
    }
    for condition in both.all.iter().flatten() {
        if !holds(condition, context)? {
            return Ok(false);
        }
    }
    Ok(any)
}

/// Whether one condition holds.
pub fn holds(condition: &Condition, context: &mut Context<'_>) -> Result<bool, Fault> {
    // A number that stands there by itself goes through JSON once more, and so becomes a floating-point number.
    let mut made = |side: &Value| context.substituted(&if side.is_number() { as_floats(side.clone()) } else { side.clone() });
    let key = made(&condition.key)?;
    let value = made(&condition.value)?;
    evaluate(&key, &condition.operator, &value)
}

/// What an operator says of a key and a value.
pub fn evaluate(key: &Value, operator: &str, value: &Value) -> Result<bool, Fault> {
    Ok(match operator.to_lowercase().as_str() {
        "equal" | "equals" => equal(key, value),
        "notequal" | "notequals" => !key.is_null() && !equal(key, value),
        "in" => old_in(key, value, false)?,
        "notin" => old_in(key, value, true)?,
        "anyin" => set(key, value, Set::Any),
        "allin" => set(key, value, Set::All),
        "anynotin" => set(key, value, Set::AnyNot),
        "allnotin" => set(key, value, Set::AllNot),
        "greaterthan" | "greaterthanorequals" | "lessthan" | "lessthanorequals" => numeric(key, operator, value),
        "durationgreaterthan" | "durationgreaterthanorequals" | "durationlessthan" | "durationlessthanorequals" => {
            duration(key, operator, value)
        }
        _ => return Err(Fault::Error(format!("there is no operator {operator}"))),
    })
}

/// Seconds of a length of time, as Go reckons them.
#[allow(clippy::cast_precision_loss)]
fn seconds(nanoseconds: i64) -> f64 {
    (nanoseconds / 1_000_000_000) as f64 + (nanoseconds % 1_000_000_000) as f64 / 1e9
}

const SECOND: i64 = 1_000_000_000;

/// A number as that many seconds.
#[allow(clippy::cast_possible_truncation)]
fn number_of_seconds(value: &Value) -> Option<i64> {
    Some(match amount(value.as_number()?) {
        Amount::Whole(whole) => whole.wrapping_mul(SECOND),
        Amount::Float(value) => (value as i64).wrapping_mul(SECOND),
    })
}

/// Both as lengths of time, where one is written as such and the other is one too, or a number.
fn durations(key: &Value, value: &Value) -> Option<(i64, i64)> {
    let written = |value: &Value| value.as_str().filter(|text| *text != "0").and_then(parse_duration);
    let (left, right) = (written(key), written(value));
    if left.is_none() && right.is_none() {
        return None;
    }
    Some((left.or_else(|| number_of_seconds(key))?, right.or_else(|| number_of_seconds(value))?))
}

#[allow(clippy::cast_possible_truncation)]
fn equal(key: &Value, value: &Value) -> bool {
    match key {
        Value::Null => false,
        Value::Bool(key) => value.as_bool() == Some(*key),
        Value::Number(number) => match (amount(number), value) {
            (Amount::Whole(key), Value::Number(value)) => match amount(value) {
                Amount::Whole(value) => key == value,
                Amount::Float(value) => value.fract() == 0.0 && value as i64 == key,
            },
            (Amount::Whole(key), Value::String(text)) => parse_int(text) == Some(key),
            (Amount::Float(key), Value::Number(value)) => match amount(value) {
                Amount::Whole(value) => key.fract() == 0.0 && key as i64 == value,
                Amount::Float(value) => key == value,
            },
            (Amount::Float(key), Value::String(text)) => parse_float(text) == Some(key),
            _ => false,
        },
        Value::String(text) => {
            if let Some((left, right)) = durations(key, value) {
                return seconds(left) == seconds(right);
            }
            let Value::String(wanted) = value else { return false };
            if let Some(found) = Quantity::parse(text) {
                return Quantity::parse(wanted).is_some_and(|wanted| wanted == found);
            }
            wildcard::matches(wanted, text)
        }
        Value::Array(_) | Value::Object(_) => key == value,
    }
}

/// A text as a list of texts, where it is one in JSON.
fn listed(text: &str) -> Option<Vec<String>> {
    match serde_json::from_str::<Value>(text).ok()? {
        Value::Null => Some(Vec::new()),
        Value::Array(items) => items
            .into_iter()
            .map(|item| match item {
                Value::String(text) => Some(text),
                Value::Null => Some(String::new()),
                _ => None,
            })
            .collect(),
        _ => None,
    }
}

/// Either fits the other.
fn alike(left: &str, right: &str) -> bool {
    wildcard::matches(left, right) || wildcard::matches(right, left)
}

/// `In` and `NotIn`, which are old.
fn old_in(key: &Value, value: &Value, not: bool) -> Result<bool, Fault> {
    match key {
        Value::Null | Value::Object(_) => Ok(false),
        Value::Array(items) => {
            let Some(keys) = items.iter().map(Value::as_str).collect::<Option<Vec<_>>>() else {
                return Err(Fault::Lacking("In with a list of other things than texts".to_owned()));
            };
            let values: Vec<String> = match value {
                Value::Array(values) => match values.iter().map(|v| v.as_str().map(str::to_owned)).collect() {
                    Some(values) => values,
                    None => return Ok(false),
                },
                Value::String(text) => {
                    if keys == [text.as_str()] {
                        return Ok(true);
                    }
                    match listed(text) {
                        Some(values) => values,
                        None => return Ok(false),
                    }
                }
                _ => return Ok(false),
            };
            let inside = |key: &&str| values.iter().any(|value| value == key);
            Ok(if not { !keys.iter().all(inside) } else { keys.iter().all(inside) })
        }
        scalar => {
            let key = sprint(scalar);
            let found = match value {
                Value::Array(values) => values.iter().any(|value| alike(&sprint(value), &key)),
                Value::String(text) if wildcard::matches(text, &key) => true,
                Value::String(text) => match listed(text) {
                    Some(values) => values.contains(&key),
                    None => return Ok(false),
                },
                _ => return Ok(false),
            };
            Ok(found != not)
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    Any,
    All,
    AnyNot,
    AllNot,
}

fn in_range(key: &str, range: &str) -> bool {
    pattern::fits(&Value::String(key.to_owned()), &Value::String(range.to_owned()))
}

/// A text as what it lists: JSON where it is JSON, else itself alone; none where it is JSON of something else.
fn listed_or_itself(text: &str) -> Option<Vec<String>> {
    if serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() { listed(text) } else { Some(vec![text.to_owned()]) }
}

fn set(key: &Value, value: &Value, of: Set) -> bool {
    let items = match key {
        Value::Null | Value::Object(_) => return false,
        Value::Array(items) => items,
        scalar => {
            let key = sprint(scalar);
            let found = match value {
                Value::Array(values) => values.iter().any(|value| alike(&sprint(value), &key)),
                Value::String(text) if wildcard::matches(text, &key) => true,
                Value::String(text) if pattern::operator(text) == Operator::InRange => in_range(&key, text),
                Value::String(text) => match listed_or_itself(text) {
                    Some(values) => values.contains(&key),
                    None => return false,
                },
                _ => return false,
            };
            return found == matches!(of, Set::Any | Set::All);
        }
    };
    let keys: Vec<String> = items.iter().map(sprint).collect();
    let values: Vec<String> = match value {
        Value::Array(values) => values.iter().map(sprint).collect(),
        Value::Number(_) | Value::Bool(_) if matches!(of, Set::Any | Set::AnyNot) => vec![sprint(value)],
        Value::String(text) => {
            if keys.len() == 1 && keys[0] == *text {
                return matches!(of, Set::Any | Set::All);
            }
            if pattern::operator(text) == Operator::InRange {
                return match of {
                    Set::Any => keys.iter().any(|key| in_range(key, text)),
                    Set::All => keys.iter().all(|key| in_range(key, text)),
                    Set::AllNot => !keys.iter().any(|key| in_range(key, text)),
                    Set::AnyNot => {
                        let outside = text.replacen('-', "!-", 1);
                        keys.iter().any(|key| in_range(key, &outside))
                    }
                };
            }
            match listed_or_itself(text) {
                Some(values) => values,
                None => return false,
            }
        }
        _ => return false,
    };
    let inside = |key: &String| values.iter().any(|value| alike(key, value));
    match of {
        Set::Any => keys.iter().any(inside),
        Set::All => keys.iter().all(inside),
        Set::AnyNot => !keys.iter().all(inside),
        Set::AllNot => !keys.iter().any(inside),
    }
}

/// What an operator says of an order; its name must be written exactly so.
fn ordered(operator: &str, order: Option<Ordering>) -> bool {
    let Some(order) = order else { return false };
    match operator.strip_prefix("Duration").unwrap_or(operator) {
        "GreaterThan" => order == Ordering::Greater,
        "GreaterThanOrEquals" => order != Ordering::Less,
        "LessThan" => order == Ordering::Less,
        "LessThanOrEquals" => order != Ordering::Greater,
        _ => false,
    }
}

#[allow(clippy::cast_precision_loss)]
fn as_float(value: &Value) -> Option<f64> {
    Some(match amount(value.as_number()?) {
        Amount::Whole(whole) => whole as f64,
        Amount::Float(value) => value,
    })
}

fn numeric(key: &Value, operator: &str, value: &Value) -> bool {
    let float_against = |key: f64| {
        let value = match value {
            Value::Number(_) => as_float(value),
            Value::String(text) => parse_float(text),
            _ => None,
        };
        ordered(operator, value.and_then(|value| key.partial_cmp(&value)))
    };
    match key {
        Value::Number(_) => {
            if let Some((left, right)) = durations(key, value).filter(|_| value.is_string()) {
                return ordered(operator, seconds(left).partial_cmp(&seconds(right)));
            }
            as_float(key).is_some_and(float_against)
        }
        Value::String(text) => {
            if let Some((left, right)) = durations(key, value) {
                return ordered(operator, seconds(left).partial_cmp(&seconds(right)));
            }
            if let (Some(left), Some(right)) = (Quantity::parse(text), value.as_str().and_then(Quantity::parse)) {
                return ordered(operator, Some(left.cmp(&right)));
            }
            if let Some(key) = parse_float(text) {
                let number = serde_json::Number::from_f64(key).map_or(Value::Null, Value::Number);
                if let Some((left, right)) = durations(&number, value) {
                    return ordered(operator, seconds(left).partial_cmp(&seconds(right)));
                }
                return float_against(key);
            }
            let (Some(left), Some(right)) = (versions::parse(text), value.as_str().and_then(versions::parse)) else { return false };
            ordered(operator, Some(versions::compare(&left, &right)))
        }
        _ => false,
    }
}

fn duration(key: &Value, operator: &str, value: &Value) -> bool {
    let length = |value: &Value| match value {
        Value::String(text) => parse_duration(text),
        Value::Number(_) => number_of_seconds(value),
        _ => None,
    };
    let (Some(left), Some(right)) = (length(key), length(value)) else { return false };
    ordered(operator, Some(left.cmp(&right)))
}

#[cfg(test)]
mod tests;

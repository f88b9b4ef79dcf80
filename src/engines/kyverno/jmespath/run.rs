//! Running an expression on a value.

use super::parser::{Comparison, Node};
use super::{Fault, Outcome, functions, is_false, null_if_missing};
use serde_json::{Map, Value};

/// What a function is given.
#[derive(Clone, Debug)]
pub(super) enum Argument<'a> {
    Value(Value),
    Expression(&'a Node),
}

/// The value of an expression on a value.
pub fn run(node: &Node, value: &Value) -> Outcome {
    Ok(match node {
        Node::Nothing => return Err(Fault::Error("unknown kind of expression".to_owned())),
        Node::Compare(comparison, left, right) => {
            let left = null_if_missing(run(left, value))?;
            let right = null_if_missing(run(right, value))?;
            match comparison {
                Comparison::Equal => Value::Bool(left == right),
                Comparison::NotEqual => Value::Bool(left != right),
                order => match (float(&left), float(&right)) {
                    (Some(left), Some(right)) => Value::Bool(match order {
                        Comparison::Less => left < right,
                        Comparison::LessOrEqual => left <= right,
                        Comparison::Greater => left > right,
                        _ => left >= right,
                    }),
                    _ => Value::Null,
                },
            }
        }
        // An expression where a value is wanted: nobody can do anything with it.
        Node::Reference(_) => return Err(Fault::Lacking("an expression stands where a value is wanted".to_owned())),
        Node::Call(name, arguments) => {
            let Some(name) = name else { return Err(Fault::Error("what is called has no name".to_owned())) };
            let mut given = Vec::with_capacity(arguments.len());
            for argument in arguments {
                given.push(match argument {
                    Node::Reference(inner) => Argument::Expression(inner),
                    other => Argument::Value(null_if_missing(run(other, value))?),
                });
            }
            return functions::call(name, given);
        }
        Node::Field(key) => match value {
            Value::Object(map) => match map.get(key) {
                Some(found) => found.clone(),
                None => return Err(Fault::Missing(key.clone())),
            },
            _ => Value::Null,
        },
        Node::Filter(left, right, condition) => {
            let Value::Array(items) = null_if_failed(run(left, value))? else { return Ok(Value::Null) };
            let mut kept = Vec::new();
            for item in &items {
                if !is_false(&null_if_missing(run(condition, item))?) {
                    keep(&mut kept, null_if_missing(run(right, item))?);
                }
            }
            Value::Array(kept)
        }
        Node::Flatten(left) => {
            let Value::Array(items) = null_if_failed(run(left, value))? else { return Ok(Value::Null) };
            let mut flat = Vec::new();
            for item in items {
                match item {
                    Value::Array(inner) => flat.extend(inner),
                    other => flat.push(other),
                }
            }
            Value::Array(flat)
        }
        Node::Identity => value.clone(),
        Node::Index(index) => match value {
            Value::Array(items) => at(items, *index).cloned().unwrap_or(Value::Null),
            _ => Value::Null,
        },
        Node::Then(left, right) => return run(right, &run(left, value)?),
        Node::Literal(literal) => literal.clone(),
        Node::Hash(entries) => {
            if value.is_null() {
                return Ok(Value::Null);
            }
            let mut made = Map::new();
            for (key, entry) in entries {
                made.insert(key.clone(), null_if_missing(run(entry, value))?);
            }
            Value::Object(made)
        }
        Node::List(entries) => {
            if value.is_null() {
                return Ok(Value::Null);
            }
            Value::Array(entries.iter().map(|entry| null_if_missing(run(entry, value))).collect::<Result<_, _>>()?)
        }
        Node::Or(left, right) => {
            let left = null_if_missing(run(left, value))?;
            if is_false(&left) { null_if_missing(run(right, value))? } else { left }
        }
        Node::And(left, right) => {
            let left = null_if_missing(run(left, value))?;
            if is_false(&left) {
                return Ok(left);
            }
            return run(right, value);
        }
        Node::Not(inner) => Value::Bool(is_false(&null_if_missing(run(inner, value))?)),
        Node::Pipe(left, right) => null_if_missing(run(right, &null_if_missing(run(left, value))?))?,
        Node::Projection(left, right) => {
            let Value::Array(items) = null_if_missing(run(left, value))? else { return Ok(Value::Null) };
            let mut kept = Vec::new();
            for item in &items {
                keep(&mut kept, null_if_missing(run(right, item))?);
            }
            Value::Array(kept)
        }
        Node::Slice(parts) => match value {
            Value::Array(items) => Value::Array(slice(items, parts)?),
            _ => Value::Null,
        },
        Node::Values(left, right) => {
            let Value::Object(map) = null_if_failed(run(left, value))? else { return Ok(Value::Null) };
            let mut kept = Vec::new();
            // The interpreter runs the rest on as many nulls as there are values first.
            for _ in 0..map.len() {
                keep(&mut kept, null_if_missing(run(right, &Value::Null))?);
            }
            for item in map.values() {
                keep(&mut kept, null_if_missing(run(right, item))?);
            }
            Value::Array(kept)
        }
    })
}

fn keep(kept: &mut Vec<Value>, value: Value) {
    if !value.is_null() {
        kept.push(value);
    }
}

/// Some projections take every error of what they project for null.
fn null_if_failed(outcome: Outcome) -> Outcome {
    match outcome {
        Err(Fault::Missing(_) | Fault::Error(_)) => Ok(Value::Null),
        other => other,
    }
}

/// A floating-point number; a whole number is none.
pub(super) fn float(value: &Value) -> Option<f64> {
    value.as_number().filter(|number| number.is_f64()).and_then(serde_json::Number::as_f64)
}

fn at(items: &[Value], index: i64) -> Option<&Value> {
    let length = i64::try_from(items.len()).ok()?;
    let index = if index < 0 { index.checked_add(length)? } else { index };
    items.get(usize::try_from(index).ok()?)
}

fn slice(items: &[Value], parts: &[Option<i64>; 3]) -> Result<Vec<Value>, Fault> {
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let step = parts[2].unwrap_or(1);
    if step == 0 {
        return Err(Fault::Error("the step of a slice is not 0".to_owned()));
    }
    let capped = |actual: i64| {
        if actual < 0 {
            let actual = actual.saturating_add(length);
            if actual < 0 { if step < 0 { -1 } else { 0 } } else { actual }
        } else if actual >= length {
            if step < 0 { length - 1 } else { length }
        } else {
            actual
        }
    };
    let start = parts[0].map_or(if step < 0 { length - 1 } else { 0 }, capped);
    let stop = parts[1].map_or(if step < 0 { -1 } else { length }, capped);
    let mut taken = Vec::new();
    let mut index = start;
    while if step > 0 { index < stop } else { index > stop } {
        if let Some(item) = usize::try_from(index).ok().and_then(|index| items.get(index)) {
            taken.push(item.clone());
        }
        index = index.saturating_add(step);
    }
    Ok(taken)
}

//! Functions of lists and of sets.

use super::super::eval::{errs, no_overload};
use super::super::value::Value;
use super::{Answer, Failure};
use std::cmp::Ordering;

/// Calls a function of lists; none where it is none, or is given something else.
pub(super) fn call(name: &str, args: &[Value]) -> Option<Answer> {
    Some(match (name, args) {
        ("slice", [Value::List(values), Value::Int(from), Value::Int(to)]) => {
            let ends = usize::try_from(*from).ok().zip(usize::try_from(*to).ok()).filter(|(from, to)| from <= to);
            match ends.and_then(|(from, to)| values.get(from..to)) {
                Some(part) => Ok(Value::list(part.to_vec())),
                None => errs("cannot slice"),
            }
        }
        ("flatten", [Value::List(values)]) => Ok(Value::list(flatten(values, 1))),
        ("flatten", [Value::List(values), Value::Int(depth)]) => match usize::try_from(*depth) {
            Ok(depth) => Ok(Value::list(flatten(values, depth))),
            Err(_) => errs("level must be non-negative"),
        },
        ("sort", [Value::List(values)]) => sorted_by(values.to_vec(), values.to_vec()),
        ("lists.range", [Value::Int(count)]) if *count >= 0 => Ok(Value::list((0..*count).map(Value::Int).collect())),
        ("lists.range", [Value::Int(_)]) => errs("size must be non-negative"),
        ("reverse", [Value::List(values)]) => Ok(Value::list(values.iter().rev().cloned().collect())),
        ("distinct", [Value::List(values)]) => distinct(values),
        ("first", [Value::List(values)]) => Ok(Value::Optional(values.first().cloned().map(Into::into))),
        ("last", [Value::List(values)]) => Ok(Value::Optional(values.last().cloned().map(Into::into))),
        ("unwrapOpt" | "optional.unwrap", [Value::List(values)]) => {
            let mut inside = Vec::new();
            for value in values.iter() {
                match value {
                    Value::Optional(value) => inside.extend(value.as_ref().map(|value| value.as_ref().clone())),
                    _ => return Some(no_overload()),
                }
            }
            Ok(Value::list(inside))
        }
        ("isSorted", [Value::List(values)]) => is_sorted(values),
        ("min" | "max", [Value::List(values)]) => extreme(values, if name == "min" { Ordering::Greater } else { Ordering::Less }),
        ("sum", [Value::List(values)]) => sum(values),
        ("includes", [Value::List(values), item]) => holds(values, item).map(Value::Bool),
        ("includes", [value, item]) => settle(value.same(item)).map(Value::Bool),
        ("sets.contains", [Value::List(all), Value::List(some)]) => contains(all, some).map(Value::Bool),
        ("sets.equivalent", [Value::List(a), Value::List(b)]) => contains(a, b).and_then(|all| Ok(Value::Bool(all && contains(b, a)?))),
        ("sets.intersects", [Value::List(a), Value::List(b)]) => {
            a.iter().map(|item| holds(b, item)).try_fold(false, |found, holds| holds.map(|holds| found || holds)).map(Value::Bool)
        }
        _ => return None,
    })
}

/// What can't be compared is not equal here.
pub(super) fn settle(same: Result<bool, Failure>) -> Result<bool, Failure> {
    match same {
        Err(Failure::Errs(_)) => Ok(false),
        other => other,
    }
}

/// Whether a list has an item.
pub(super) fn holds(values: &[Value], item: &Value) -> Result<bool, Failure> {
    let mut failed = None;
    for value in values {
        match settle(value.same(item)) {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(failure) => failed = Some(failure),
        }
    }
    failed.map_or(Ok(false), Err)
}

fn contains(all: &[Value], some: &[Value]) -> Result<bool, Failure> {
    for item in some {
        if !holds(all, item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Where an item stands first or last; -1 where it stands nowhere.
pub(super) fn index(name: &str, values: &[Value], item: &Value) -> Answer {
    let mut at = -1;
    for (index, value) in values.iter().enumerate() {
        if settle(value.same(item))? {
            at = i64::try_from(index).unwrap_or(i64::MAX);
            if name == "indexOf" {
                break;
            }
        }
    }
    Ok(Value::Int(at))
}

fn flatten(values: &[Value], depth: usize) -> Vec<Value> {
    let mut flat = Vec::new();
    for value in values {
        match value {
            Value::List(inside) if depth > 0 => flat.extend(flatten(inside, depth - 1)),
            other => flat.push(other.clone()),
        }
    }
    flat
}

fn distinct(values: &[Value]) -> Answer {
    let mut kept: Vec<Value> = Vec::new();
    for value in values {
        if !holds(&kept, value)? {
            kept.push(value.clone());
        }
    }
    Ok(Value::list(kept))
}

fn ordered(value: &Value) -> bool {
    matches!(
        value,
        Value::Bool(_)
            | Value::Int(_)
            | Value::Uint(_)
            | Value::Double(_)
            | Value::String(_)
            | Value::Bytes(_)
            | Value::Timestamp(_)
            | Value::Duration(_)
    )
}

/// Whether values of one type stand in a list. What is said of others depends on what the compiler took the list for.
fn of_one_type(values: &[Value]) -> Result<(), Failure> {
    if values.windows(2).any(|pair| matches!(pair, [a, b] if a.kind() != b.kind())) {
        return Err(Failure::Lacking("a list of values of several types is not ordered here".to_owned()));
    }
    if values.iter().all(ordered) { Ok(()) } else { no_overload() }
}

fn is_sorted(values: &[Value]) -> Answer {
    of_one_type(values)?;
    for pair in values.windows(2) {
        // What has no order is not out of order.
        if let [a, b] = pair
            && matches!(a.order(b), Ok(Some(Ordering::Greater)))
        {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::Bool(true))
}

fn extreme(values: &[Value], worse: Ordering) -> Answer {
    let Some(mut best) = values.first() else { return errs("called on empty list") };
    of_one_type(values)?;
    for value in values {
        if matches!(best.order(value), Ok(Some(order)) if order == worse) {
            best = value;
        }
    }
    Ok(best.clone())
}

fn sum(values: &[Value]) -> Answer {
    let Some(first) = values.first() else {
        // An empty list sums to the zero of its type, and zero is zero in all of them but lengths of time.
        return Ok(Value::Int(0));
    };
    if !matches!(first, Value::Int(_) | Value::Uint(_) | Value::Double(_) | Value::Duration(_)) {
        return no_overload();
    }
    values.iter().skip(1).try_fold(first.clone(), |sum, value| super::arithmetic("+", &sum, value))
}

/// Items in the order of their keys, which must be of one type.
pub(crate) fn sorted_by(values: Vec<Value>, keys: Vec<Value>) -> Answer {
    if values.len() != keys.len() || !keys.iter().all(ordered) {
        return errs("list elements must be comparable");
    }
    if keys.windows(2).any(|pair| matches!(pair, [a, b] if a.kind() != b.kind())) {
        return errs("list elements must have the same type");
    }
    let mut pairs: Vec<(Value, Value)> = keys.into_iter().zip(values).collect();
    pairs.sort_by(|(a, _), (b, _)| a.order(b).ok().flatten().unwrap_or(Ordering::Equal));
    Ok(Value::list(pairs.into_iter().map(|(_, value)| value).collect()))
}

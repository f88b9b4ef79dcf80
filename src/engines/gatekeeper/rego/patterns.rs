//! `regex.*`: patterns of RE2, translated.

use super::builtins::{Given, text};
use crate::re2::{self, Fault};
use regex::Regex;
use regorus::Value;

/// How many patterns one thread keeps compiled.
const KEPT: usize = 256;

thread_local! {
    static COMPILED: std::cell::RefCell<std::collections::HashMap<String, Result<Regex, Fault>>> = std::cell::RefCell::default();
}

fn compiled(pattern: &str) -> Result<Regex, Fault> {
    COMPILED.with_borrow_mut(|compiled| {
        if let Some(known) = compiled.get(pattern) {
            return known.clone();
        }
        let made = re2::compile(pattern);
        if compiled.len() >= KEPT {
            compiled.clear();
        }
        compiled.insert(pattern.to_owned(), made.clone());
        made
    })
}

/// Asks a pattern: an error of the engine is undefined, what is not known to be the same is not known.
fn with(pattern: &Value, ask: impl FnOnce(&Regex) -> Given) -> Given {
    let Some(pattern) = text(pattern) else { return Given::Nothing };
    match compiled(pattern) {
        Ok(regex) => ask(&regex),
        Err(Fault::Refused(_)) => Given::Nothing,
        Err(Fault::NotSame(words)) => Given::Unknown(words),
    }
}

/// `regex.match(pattern, text)`, and its old name.
pub(super) fn matches(given: &[Value]) -> Given {
    let Some(subject) = text(&given[1]) else { return Given::Nothing };
    with(&given[0], |regex| Given::Value(regex.is_match(subject).into()))
}

/// `regex.is_valid(pattern)`.
pub(super) fn is_valid(given: &[Value]) -> Given {
    let Some(pattern) = text(&given[0]) else { return Given::Value(false.into()) };
    match compiled(pattern) {
        Ok(_) => Given::Value(true.into()),
        Err(Fault::Refused(_)) => Given::Value(false.into()),
        Err(Fault::NotSame(words)) => Given::Unknown(words),
    }
}

/// How many are wanted; all where the number is negative.
fn limit(value: &Value) -> Option<usize> {
    let number = value.as_i64().ok()?;
    Some(usize::try_from(number).unwrap_or(usize::MAX))
}

/// `regex.find_n(pattern, text, n)`.
pub(super) fn find(given: &[Value]) -> Given {
    let (Some(subject), Some(limit)) = (text(&given[1]), limit(&given[2])) else { return Given::Nothing };
    with(&given[0], |regex| {
        let found: Vec<Value> = regex.find_iter(subject).take(limit).map(|found| found.as_str().into()).collect();
        Given::Value(found.into())
    })
}

/// `regex.find_all_string_submatch_n(pattern, text, n)`.
pub(super) fn find_all_submatches(given: &[Value]) -> Given {
    let (Some(subject), Some(limit)) = (text(&given[1]), limit(&given[2])) else { return Given::Nothing };
    with(&given[0], |regex| {
        let found: Vec<Value> = regex
            .captures_iter(subject)
            .take(limit)
            .map(|found| found.iter().map(|group| group.map_or("", |group| group.as_str()).into()).collect::<Vec<Value>>().into())
            .collect();
        Given::Value(found.into())
    })
}

/// `regex.replace(text, pattern, by)`.
pub(super) fn replace(given: &[Value]) -> Given {
    let (Some(subject), Some(by)) = (text(&given[0]), text(&given[2])) else { return Given::Nothing };
    with(&given[1], |regex| Given::Value(regex.replace_all(subject, by).into_owned().into()))
}

/// `regex.split(pattern, text)`, as Go splits: an empty match at the very front splits nothing, nor does one at the very end.
pub(super) fn split(given: &[Value]) -> Given {
    let Some(subject) = text(&given[1]) else { return Given::Nothing };
    let Some(pattern) = text(&given[0]) else { return Given::Nothing };
    if !pattern.is_empty() && subject.is_empty() {
        return with(&given[0], |_| Given::Value(vec![Value::from("")].into()));
    }
    with(&given[0], |regex| {
        let (mut parts, mut begin, mut end) = (Vec::new(), 0, 0);
        for found in regex.find_iter(subject) {
            end = found.start();
            if found.end() != 0 {
                parts.push(Value::from(&subject[begin..end]));
            }
            begin = found.end();
        }
        if end != subject.len() {
            parts.push(Value::from(&subject[begin..]));
        }
        Given::Value(parts.into())
    })
}

//! Functions of text, and how values are written.

use super::super::eval::errs;
use super::super::value::Value;
use super::{Answer, format};
use std::fmt::Write as _;

/// Calls a function of text; none where it is none, or is given something else.
pub(super) fn call(name: &str, args: &[Value]) -> Option<Answer> {
    Some(match (name, args) {
        ("contains", [Value::String(text), Value::String(part)]) => Ok(Value::Bool(text.contains(&**part))),
        ("startsWith", [Value::String(text), Value::String(part)]) => Ok(Value::Bool(text.starts_with(&**part))),
        ("endsWith", [Value::String(text), Value::String(part)]) => Ok(Value::Bool(text.ends_with(&**part))),
        ("charAt", [Value::String(text), Value::Int(at)]) => {
            let letters: Vec<char> = text.chars().collect();
            match usize::try_from(*at) {
                Ok(at) if at <= letters.len() => Ok(Value::text(&letters.get(at).map(char::to_string).unwrap_or_default())),
                _ => errs("index out of range"),
            }
        }
        ("indexOf", [Value::String(text), Value::String(part)]) => index(text, part, 0, false),
        ("indexOf", [Value::String(text), Value::String(part), Value::Int(from)]) => index(text, part, *from, false),
        ("lastIndexOf", [Value::String(text), Value::String(part)]) => {
            let count = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
            match (part.is_empty(), text.len() < part.len()) {
                (true, _) => Ok(Value::Int(count)),
                (_, true) => Ok(Value::Int(-1)),
                _ => index(text, part, count - 1, true),
            }
        }
        ("lastIndexOf", [Value::String(text), Value::String(part), Value::Int(from)]) => index(text, part, *from, true),
        ("lowerAscii", [Value::String(text)]) => Ok(Value::text(&text.to_ascii_lowercase())),
        ("upperAscii", [Value::String(text)]) => Ok(Value::text(&text.to_ascii_uppercase())),
        ("trim", [Value::String(text)]) => Ok(Value::text(text.trim())),
        ("replace", [Value::String(text), Value::String(old), Value::String(new)]) => Ok(Value::text(&text.replace(&**old, new))),
        ("replace", [Value::String(text), Value::String(old), Value::String(new), Value::Int(most)]) => {
            Ok(Value::text(&usize::try_from(*most).map_or_else(|_| text.replace(&**old, new), |most| text.replacen(&**old, new, most))))
        }
        ("split", [Value::String(text), Value::String(by)]) => Ok(split(text, by, -1)),
        ("split", [Value::String(text), Value::String(by), Value::Int(most)]) => Ok(split(text, by, *most)),
        ("substring", [Value::String(text), Value::Int(from)]) => substring(text, *from, None),
        ("substring", [Value::String(text), Value::Int(from), Value::Int(to)]) => substring(text, *from, Some(*to)),
        ("format", [Value::String(text), Value::List(values)]) => format::format(text, values),
        ("strings.quote", [Value::String(text)]) => Ok(Value::text(&quote(text))),
        ("join", [Value::List(values)]) => join(values, ""),
        ("join", [Value::List(values), Value::String(between)]) => join(values, between),
        _ => return None,
    })
}

fn index(text: &str, part: &str, from: i64, last: bool) -> Answer {
    let (letters, part): (Vec<char>, Vec<char>) = (text.chars().collect(), part.chars().collect());
    let Ok(from) = usize::try_from(from) else { return errs("index out of range") };
    let int = |at: usize| Value::Int(i64::try_from(at).unwrap_or(i64::MAX));
    if part.is_empty() {
        return Ok(int(from.min(letters.len())));
    }
    if from >= letters.len() || part.len() > letters.len() {
        return Ok(Value::Int(-1));
    }
    let at = |at: &usize| letters.get(*at..*at + part.len()) == Some(part.as_slice());
    let most = letters.len() - part.len();
    let found = if last { (0..=from.min(most)).rev().find(at) } else { (from..=most).find(at) };
    Ok(found.map_or(Value::Int(-1), int))
}

fn split(text: &str, by: &str, most: i64) -> Value {
    let texts = |parts: Vec<&str>| Value::list(parts.into_iter().map(Value::text).collect());
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    if most == 0 {
        return Value::list(Vec::new());
    }
    if !by.is_empty() {
        return texts(text.splitn(most, by).collect());
    }
    let mut starts: Vec<usize> = text.char_indices().map(|(at, _)| at).take(most).collect();
    starts.push(text.len());
    let count = starts.len().saturating_sub(1);
    let mut parts: Vec<&str> = starts.windows(2).filter_map(|ends| text.get(ends[0]..ends[1])).collect();
    // The last part has all that is left.
    if count == most
        && let (Some(last), Some(rest)) = (parts.last_mut(), starts.get(count.wrapping_sub(1)).and_then(|start| text.get(*start..)))
    {
        *last = rest;
    }
    texts(parts)
}

fn substring(text: &str, from: i64, to: Option<i64>) -> Answer {
    let letters: Vec<char> = text.chars().collect();
    let within = |at: i64| usize::try_from(at).ok().filter(|at| *at <= letters.len());
    if to.is_some_and(|to| from > to) {
        return errs("invalid substring range");
    }
    let ends = within(from).zip(to.map_or(Some(letters.len()), within));
    match ends.and_then(|(from, to)| letters.get(from..to)) {
        Some(part) => Ok(Value::text(&part.iter().collect::<String>())),
        None => errs("index out of range"),
    }
}

fn join(values: &[Value], between: &str) -> Answer {
    let mut texts = Vec::with_capacity(values.len());
    for value in values {
        match value {
            Value::String(text) => texts.push(&**text),
            Value::Unknown(why) => return Err(super::Failure::Lacking(why.to_string())),
            _ => return errs("join: invalid input"),
        }
    }
    Ok(Value::text(&texts.join(between)))
}

fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{b}' => quoted.push_str("\\v"),
            '\\' => quoted.push_str("\\\\"),
            '"' => quoted.push_str("\\\""),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A value as `string()` writes it; what it does not write is written in some way, for messages.
pub(crate) fn write(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Uint(value) => value.to_string(),
        Value::Double(value) => double(*value),
        Value::String(value) | Value::Type(value) => value.to_string(),
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::Duration(nanoseconds) => seconds(*nanoseconds),
        Value::Timestamp(moment) => moment.to_string(),
        other => super::address::written(other).unwrap_or_else(|| other.kind().to_owned()),
    }
}

/// A number with a fraction as Go writes it with `%g`.
fn double(value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() {
            "NaN"
        } else if value > 0.0 {
            "+Inf"
        } else {
            "-Inf"
        }
        .to_owned();
    }
    // `{:e}` has the fewest digits that tell the number from all others, as Go's has.
    let scientific = format!("{value:e}");
    let Some((digits, power)) = scientific.split_once('e').and_then(|(digits, power)| Some((digits, power.parse::<i32>().ok()?))) else {
        return scientific;
    };
    if (-4..6).contains(&power) {
        return format!("{value}");
    }
    let mut text = digits.to_owned();
    let _ = write!(text, "e{}{:02}", if power < 0 { '-' } else { '+' }, power.abs());
    text
}

/// A length of time in seconds, as Go writes a number without a power.
fn seconds(nanoseconds: i64) -> String {
    #[allow(clippy::cast_precision_loss)]
    let seconds = (nanoseconds / 1_000_000_000) as f64 + (nanoseconds % 1_000_000_000) as f64 / 1e9;
    format!("{seconds}s")
}

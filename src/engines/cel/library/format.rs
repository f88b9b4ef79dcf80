//! `'%s'.format([…])`, as version 2 of cel-go's strings writes it.

use super::super::eval::errs;
use super::super::value::{Key, Value};
use super::text::write;
use super::{Answer, Failure};

/// Writes values into a text.
pub(super) fn format(text: &str, values: &[Value]) -> Answer {
    let mut out = String::new();
    let mut values = values.iter();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let (places, after) = precision(after)?;
        let Some(verb) = after.chars().next() else { return errs("unexpected end of string") };
        rest = after.get(verb.len_utf8()..).unwrap_or_default();
        let Some(value) = values.next() else { return errs("index out of range") };
        if let Value::Unknown(why) = value {
            return Err(Failure::Lacking(why.to_string()));
        }
        out.push_str(&clause(verb, places, value)?);
    }
    out.push_str(rest);
    if values.next().is_some() {
        return errs("too many arguments supplied to string.format()");
    }
    Ok(Value::text(&out))
}

/// What a text asks for: the letters of its clauses.
pub(crate) fn verbs(text: &str) -> Result<Vec<char>, &'static str> {
    let mut verbs = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('%') {
        if let Some(after) = after.strip_prefix('%') {
            rest = after;
            continue;
        }
        let digits = after.strip_prefix('.').map_or(after, |rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
        let Some(verb) = digits.chars().next() else { return Err("unexpected end of string") };
        if !"sdfebxXo".contains(verb) {
            return Err("unrecognized formatting clause");
        }
        verbs.push(verb);
        rest = digits.get(verb.len_utf8()..).unwrap_or_default();
    }
    Ok(verbs)
}

fn precision(text: &str) -> Result<(Option<usize>, &str), Failure> {
    let Some(rest) = text.strip_prefix('.') else { return Ok((None, text)) };
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    match rest.get(..digits).and_then(|digits| digits.parse::<usize>().ok()) {
        Some(places) if places <= 100 => Ok((Some(places), rest.get(digits..).unwrap_or_default())),
        Some(_) => Err(Failure::Lacking("so many places are not written here".to_owned())),
        None => errs("error parsing precision"),
    }
}

fn clause(verb: char, places: Option<usize>, value: &Value) -> Result<String, Failure> {
    match (verb, value) {
        ('s', value) => string(value),
        ('d', Value::Int(_) | Value::Uint(_)) => Ok(write(value)),
        ('f' | 'e', Value::Double(number)) => {
            if verb == 'e' || number.abs() >= 1000.0 || !number.is_finite() {
                // Written by the customs of a language there.
                return Err(Failure::Lacking("such numbers are not written here".to_owned()));
            }
            Ok(format!("{number:.*}", places.unwrap_or(6)))
        }
        ('f' | 'e', Value::String(text)) if ["NaN", "Infinity", "-Infinity"].contains(&&**text) => {
            Err(Failure::Lacking("such numbers are not written here".to_owned()))
        }
        ('b', Value::Bool(value)) => Ok(u8::from(*value).to_string()),
        ('b' | 'o' | 'x' | 'X', Value::Int(number)) => {
            let sign = if *number < 0 { "-" } else { "" };
            Ok(format!("{sign}{}", radix(verb, number.unsigned_abs())))
        }
        ('b' | 'o' | 'x' | 'X', Value::Uint(number)) => Ok(radix(verb, *number)),
        ('x' | 'X', Value::String(text)) => Ok(hex(verb, text.as_bytes())),
        ('x' | 'X', Value::Bytes(bytes)) => Ok(hex(verb, bytes)),
        ('d' | 'f' | 'e' | 'b' | 'o' | 'x' | 'X', _) => errs(format!("no formatting function for %{verb} of {}", value.kind())),
        _ => errs(format!("could not parse formatting clause: unrecognized formatting clause \"{verb}\"")),
    }
}

fn radix(verb: char, number: u64) -> String {
    match verb {
        'b' => format!("{number:b}"),
        'o' => format!("{number:o}"),
        'x' => format!("{number:x}"),
        _ => format!("{number:X}"),
    }
}

fn hex(verb: char, bytes: &[u8]) -> String {
    bytes.iter().map(|byte| if verb == 'x' { format!("{byte:02x}") } else { format!("{byte:02X}") }).collect()
}

fn string(value: &Value) -> Result<String, Failure> {
    match value {
        Value::List(values) => {
            let inside: Result<Vec<String>, Failure> = values.iter().map(inside).collect();
            Ok(format!("[{}]", inside?.join(", ")))
        }
        Value::Map(entries) => {
            let mut pairs = Vec::new();
            for (key, value) in entries.iter() {
                let key = match key {
                    Key::String(text) => quoted(text)?,
                    other => write(&other.value()),
                };
                pairs.push((key, inside(value)?));
            }
            pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
            let pairs: Vec<String> = pairs.into_iter().map(|(key, value)| format!("{key}:{value}")).collect();
            Ok(format!("{{{}}}", pairs.join(", ")))
        }
        Value::Bytes(bytes) if std::str::from_utf8(bytes).is_err() => errs("could not convert argument to string"),
        Value::Optional(_) | Value::Opaque(_) => errs(format!("no formatting function for {}", value.kind())),
        Value::Unknown(why) => Err(Failure::Lacking(why.to_string())),
        other => Ok(write(other)),
    }
}

/// A value in a list or a map.
fn inside(value: &Value) -> Result<String, Failure> {
    match value {
        Value::String(text) => quoted(text),
        Value::Double(number) if number.is_finite() => Ok(format!("{number:.6}")),
        Value::Timestamp(_) => Ok(format!("timestamp({})", quoted(&write(value))?)),
        Value::Duration(_) => Ok(format!("duration({})", quoted(&write(value))?)),
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(format!("b{}", quoted(text)?)),
            Err(_) => errs("could not convert argument to string"),
        },
        other => string(other),
    }
}

/// As Go's `%q`, for texts without letters that it would escape.
fn quoted(text: &str) -> Result<String, Failure> {
    if text.chars().any(|c| !(c.is_ascii_graphic() || c == ' ' || c == '\n' || c == '\t' || c.is_alphanumeric())) {
        return Err(Failure::Lacking("such a text is not quoted here".to_owned()));
    }
    Ok(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t")))
}

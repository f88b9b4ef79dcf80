//! The functions: JMESPath's own, and those that Kyverno adds or replaces.

use super::super::{gotext, images, versions};
use super::lexer::floats;
use super::parser::Node;
use super::run::{Argument, float, run};
use super::{Fault, Outcome, null_if_missing};
use crate::quantity::{Quantity, parse_duration, write_duration};
use crate::wildcard;
use serde_json::{Map, Value, json};
use std::cmp::Ordering;

fn wrong(name: &str) -> Fault {
    Fault::Error(format!("{name}: an argument of the wrong type"))
}

fn number(value: f64) -> Value {
    serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)
}

fn text(value: &Value, name: &str) -> Result<String, Fault> {
    value.as_str().map(str::to_owned).ok_or_else(|| wrong(name))
}

fn real(value: &Value, name: &str) -> Result<f64, Fault> {
    float(value).ok_or_else(|| wrong(name))
}

fn list<'a>(value: &'a Value, name: &str) -> Result<&'a Vec<Value>, Fault> {
    value.as_array().ok_or_else(|| wrong(name))
}

fn object<'a>(value: &'a Value, name: &str) -> Result<&'a Map<String, Value>, Fault> {
    value.as_object().ok_or_else(|| wrong(name))
}

/// Texts and floating-point numbers where either may stand.
fn text_or_number(value: &Value, name: &str) -> Result<String, Fault> {
    match value {
        Value::String(text) => Ok(text.clone()),
        #[allow(clippy::cast_possible_truncation)]
        other => Ok((real(other, name)? as f32).to_string()),
    }
}

/// How many arguments a function takes; none for the variadic ones and those that are not there.
fn arity(name: &str) -> Option<usize> {
    Some(match name {
        "length" | "abs" | "avg" | "ceil" | "floor" | "max" | "min" | "sum" | "type" | "keys" | "values" | "sort" | "reverse"
        | "to_array" | "to_string" | "to_number" | "to_upper" | "to_lower" | "to_boolean" | "base64_decode" | "base64_encode"
        | "path_canonicalize" | "parse_json" | "parse_yaml" | "random" | "x509_decode" | "time_to_cron" | "time_utc"
        | "image_normalize" | "is_external_url" | "sha256" | "sha1" | "md5" => 1,
        "starts_with" | "ends_with" | "contains" | "map" | "max_by" | "min_by" | "sort_by" | "join" | "compare" | "equal_fold" | "trim"
        | "trim_prefix" | "split" | "regex_match" | "pattern_match" | "label_match" | "add" | "subtract" | "multiply" | "divide"
        | "modulo" | "round" | "truncate" | "semver_compare" | "lookup" | "object_from_lists" | "time_add" | "time_parse" | "time_diff"
        | "time_before" | "time_after" | "time_truncate" => 2,
        "replace_all" | "regex_replace_all" | "regex_replace_all_literal" | "time_since" | "items" | "time_between" => 3,
        "replace" => 4,
        _ => return None,
    })
}

/// Calls a function.
pub(super) fn call(name: &str, arguments: Vec<Argument<'_>>) -> Outcome {
    match (name, arity(name)) {
        ("merge" | "not_null", _) if arguments.is_empty() => return Err(Fault::Error(format!("{name}: too few arguments"))),
        ("merge" | "not_null", _) => {}
        ("time_now" | "time_now_utc", _) => return Err(Fault::Lacking(format!("{name} asks for the time"))),
        (_, None) => return Err(Fault::Error(format!("there is no function {name}"))),
        (_, Some(wanted)) if wanted != arguments.len() => return Err(Fault::Error(format!("{name}: not {wanted} arguments"))),
        _ => {}
    }
    if let "map" | "max_by" | "min_by" | "sort_by" = name {
        let (expression, items) = match (name == "map", arguments.as_slice()) {
            (true, [Argument::Expression(node), Argument::Value(items)])
            | (false, [Argument::Value(items), Argument::Expression(node)]) => (*node, list(items, name)?),
            _ => return Err(wrong(name)),
        };
        return by_expression(name, expression, items);
    }
    let mut given = Vec::with_capacity(arguments.len());
    for argument in arguments {
        match argument {
            Argument::Value(value) => given.push(value),
            // What takes anything would be given the expression itself.
            Argument::Expression(_) => return Err(Fault::Lacking(format!("{name} of an expression"))),
        }
    }
    plain(name, &given)
}

fn by_expression(name: &str, expression: &Node, items: &[Value]) -> Outcome {
    let values: Vec<Value> = items.iter().map(|item| null_if_missing(run(expression, item))).collect::<Result<_, _>>()?;
    if name == "map" {
        return Ok(Value::Array(values));
    }
    if items.len() < 2 {
        return Ok(match (name, items.first()) {
            ("sort_by", _) => Value::Array(items.to_vec()),
            (_, only) => only.cloned().unwrap_or(Value::Null),
        });
    }
    let all_numbers = values.iter().all(|value| float(value).is_some());
    let all_texts = values.iter().all(Value::is_string);
    if !all_numbers && !all_texts {
        return Err(wrong(name));
    }
    let order = |left: usize, right: usize| compared(&values[left], &values[right]);
    let mut indexes: Vec<usize> = (0..items.len()).collect();
    match name {
        "sort_by" => {
            indexes.sort_by(|&left, &right| order(left, right));
            Ok(Value::Array(indexes.into_iter().map(|index| items[index].clone()).collect()))
        }
        _ => {
            let better = if name == "max_by" { Ordering::Greater } else { Ordering::Less };
            let best = indexes.into_iter().fold(0, |best, index| if order(index, best) == better { index } else { best });
            Ok(items[best].clone())
        }
    }
}

/// The order of two texts or two numbers.
fn compared(left: &Value, right: &Value) -> Ordering {
    match (float(left), float(right)) {
        (Some(left), Some(right)) => left.partial_cmp(&right).unwrap_or(Ordering::Equal),
        _ => left.as_str().cmp(&right.as_str()),
    }
}

/// A list of only numbers, or of only texts.
fn alike<'a>(value: &'a Value, name: &str) -> Result<&'a Vec<Value>, Fault> {
    let items = list(value, name)?;
    if items.iter().all(|item| float(item).is_some()) || items.iter().all(Value::is_string) { Ok(items) } else { Err(wrong(name)) }
}

fn plain(name: &str, given: &[Value]) -> Outcome {
    let one = given.first().unwrap_or(&Value::Null);
    let two = given.get(1).unwrap_or(&Value::Null);
    let three = given.get(2).unwrap_or(&Value::Null);
    Ok(match name {
        "length" => number(match one {
            Value::String(text) => count(text.chars().count()),
            Value::Array(items) => count(items.len()),
            Value::Object(map) => count(map.len()),
            _ => return Err(wrong(name)),
        }),
        "starts_with" => json!(text(one, name)?.starts_with(&text(two, name)?)),
        "ends_with" => json!(text(one, name)?.ends_with(&text(two, name)?)),
        "abs" => number(real(one, name)?.abs()),
        "ceil" => number(real(one, name)?.ceil()),
        "floor" => number(real(one, name)?.floor()),
        "avg" => {
            let items = list(one, name)?.iter().map(|item| real(item, name)).collect::<Result<Vec<_>, _>>()?;
            if items.is_empty() {
                return Err(Fault::Lacking("the average of nothing".to_owned()));
            }
            number(items.iter().sum::<f64>() / count(items.len()))
        }
        "contains" => match one {
            Value::String(searched) => json!(two.as_str().is_some_and(|wanted| searched.contains(wanted))),
            Value::Array(items) => {
                if matches!(two, Value::Array(_) | Value::Object(_)) {
                    return Err(Fault::Lacking("contains with a list or an object".to_owned()));
                }
                json!(items.contains(two))
            }
            _ => return Err(wrong(name)),
        },
        "max" | "min" => {
            let better = if name == "max" { Ordering::Greater } else { Ordering::Less };
            let items = alike(one, name)?;
            let Some(first) = items.first() else { return Ok(Value::Null) };
            items.iter().fold(first, |best, item| if compared(item, best) == better { item } else { best }).clone()
        }
        "merge" => {
            let mut merged = Map::new();
            for map in given {
                merged.extend(object(map, name)?.clone());
            }
            Value::Object(merged)
        }
        "not_null" => given.iter().find(|value| !value.is_null()).cloned().unwrap_or(Value::Null),
        "type" => json!(match one {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) if float(one).is_some() => "number",
            Value::Number(_) => return Err(Fault::Error("unknown type".to_owned())),
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }),
        "keys" => Value::Array(object(one, name)?.keys().map(|key| json!(key)).collect()),
        "values" => Value::Array(object(one, name)?.values().cloned().collect()),
        "sort" => {
            let mut items = alike(one, name)?.clone();
            items.sort_by(compared);
            Value::Array(items)
        }
        "join" => {
            let separator = text(one, name)?;
            let items = list(two, name)?.iter().map(|item| text(item, name)).collect::<Result<Vec<_>, _>>()?;
            json!(items.join(&separator))
        }
        "reverse" => match one {
            Value::String(text) => json!(text.chars().rev().collect::<String>()),
            Value::Array(items) => Value::Array(items.iter().rev().cloned().collect()),
            _ => return Err(wrong(name)),
        },
        "to_array" => match one {
            Value::Array(_) => one.clone(),
            other => json!([other]),
        },
        "to_string" => match one {
            Value::String(_) => one.clone(),
            other => json!(gotext::json(other)),
        },
        "to_number" => match one {
            Value::Number(_) if float(one).is_some() => one.clone(),
            Value::Number(_) => return Err(Fault::Error("unknown type".to_owned())),
            Value::String(text) => gotext::parse_float(text).map_or(Value::Null, number),
            _ => Value::Null,
        },
        // An int there, and so no number to what follows.
        "compare" => json!(match text(one, name)?.cmp(&text(two, name)?) {
            Ordering::Less => -1,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }),
        "equal_fold" => {
            let (left, right) = (text(one, name)?, text(two, name)?);
            if !left.is_ascii() || !right.is_ascii() {
                return Err(Fault::Lacking("equal_fold beyond ASCII".to_owned()));
            }
            json!(left.eq_ignore_ascii_case(&right))
        }
        "replace" => {
            let (source, old, new) = (text(one, name)?, text(two, name)?, text(three, name)?);
            let times = real(given.get(3).unwrap_or(&Value::Null), name)?;
            if old.is_empty() {
                return Err(Fault::Lacking("replace of nothing".to_owned()));
            }
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let replaced = if times < 0.0 { source.replace(&old, &new) } else { source.replacen(&old, &new, times as usize) };
            json!(replaced)
        }
        "replace_all" => {
            let (source, old, new) = (text(one, name)?, text(two, name)?, text(three, name)?);
            json!(source.replace(&old, &new))
        }
        "to_upper" => json!(text(one, name)?.to_uppercase()),
        "to_lower" => json!(text(one, name)?.to_lowercase()),
        "trim" => {
            let cut: Vec<char> = text(two, name)?.chars().collect();
            json!(text(one, name)?.trim_matches(cut.as_slice()))
        }
        "trim_prefix" => {
            let (source, prefix) = (text(one, name)?, text(two, name)?);
            json!(source.strip_prefix(prefix.as_str()).unwrap_or(&source))
        }
        "split" => {
            let (source, separator) = (text(one, name)?, text(two, name)?);
            if separator.is_empty() {
                return Ok(Value::Array(source.chars().map(|c| json!(c.to_string())).collect()));
            }
            Value::Array(source.split(separator.as_str()).map(|part| json!(part)).collect())
        }
        "regex_match" => {
            let source = text_or_number(two, name)?;
            json!(regex(&text(one, name)?)?.is_match(&source))
        }
        "regex_replace_all" | "regex_replace_all_literal" => {
            let (source, with) = (text_or_number(two, name)?, text_or_number(three, name)?);
            let regex = regex(&text(one, name)?)?;
            if name == "regex_replace_all_literal" || !with.contains('$') {
                json!(regex.replace_all(&source, regex::NoExpand(&with)))
            } else {
                json!(regex.replace_all(&source, with.as_str()))
            }
        }
        "pattern_match" => json!(wildcard::matches(&text(one, name)?, &text_or_number(two, name)?)),
        "label_match" => {
            let (wanted, labels) = (object(one, name)?, object(two, name)?);
            json!(wanted.iter().all(|(key, value)| labels.get(key) == Some(value)))
        }
        "to_boolean" => match text(one, name)?.to_lowercase().as_str() {
            "true" => json!(true),
            "false" => json!(false),
            _ => return Err(Fault::Error("to_boolean: neither true nor false".to_owned())),
        },
        "add" | "subtract" | "multiply" | "divide" | "modulo" => reckon(name, one, two)?,
        "sum" => {
            let items = list(one, name)?;
            let Some((first, rest)) = items.split_first() else { return Err(Fault::Error("sum: nothing to add".to_owned())) };
            let mut sum = first.clone();
            for item in rest {
                sum = reckon("add", &sum, item)?;
            }
            sum
        }
        "round" => {
            let places = real(two, name)?;
            if places < 0.0 || places.fract() != 0.0 {
                return Err(Fault::Error("round: no number of places".to_owned()));
            }
            #[allow(clippy::cast_possible_truncation)]
            let shift = 10_f64.powi(places as i32);
            number((real(one, name)? * shift).round() / shift)
        }
        "base64_encode" => json!(data_encoding::BASE64.encode(text(one, name)?.as_bytes())),
        "base64_decode" => {
            // Go skips line breaks.
            let encoded = text(one, name)?.replace(['\r', '\n'], "");
            let bytes = data_encoding::BASE64.decode(encoded.as_bytes()).map_err(|e| Fault::Error(e.to_string()))?;
            json!(String::from_utf8(bytes).map_err(|_| Fault::Lacking("base64 of what is no text".to_owned()))?)
        }
        "path_canonicalize" => json!(clean_path(&text(one, name)?)),
        "truncate" => {
            let (source, length) = (text(one, name)?, real(two, name)?);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let length = length.max(0.0) as usize;
            json!(source.chars().take(length).collect::<String>())
        }
        "semver_compare" => json!(versions::in_range(&text(one, name)?, &text(two, name)?)?),
        "parse_json" => floats(serde_json::from_str(&text(one, name)?).map_err(|e| Fault::Error(e.to_string()))?),
        "parse_yaml" => {
            floats(serde_json::from_str(&text(one, name)?).map_err(|_| Fault::Lacking("parse_yaml of what is no JSON".to_owned()))?)
        }
        "lookup" => match one {
            Value::Object(map) => map.get(&text(two, name)?).cloned().unwrap_or(Value::Null),
            Value::Array(items) => {
                let index = real(two, name)?;
                if index.fract() != 0.0 {
                    return Err(wrong(name));
                }
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let found = if index < 0.0 { None } else { items.get(index as usize) };
                found.cloned().unwrap_or(Value::Null)
            }
            _ => return Err(wrong(name)),
        },
        "items" => {
            let (key_name, value_name) = (text(two, name)?, text(three, name)?);
            let entry =
                |key: Value, value: &Value| Value::Object(Map::from_iter([(key_name.clone(), key), (value_name.clone(), value.clone())]));
            match one {
                Value::Object(map) => {
                    let mut entries: Vec<_> = map.iter().collect();
                    entries.sort_by_key(|(key, _)| key.as_str());
                    Value::Array(entries.into_iter().map(|(key, value)| entry(json!(key), value)).collect())
                }
                Value::Array(items) => Value::Array(items.iter().enumerate().map(|(at, value)| entry(number(count(at)), value)).collect()),
                _ => return Err(wrong(name)),
            }
        }
        "object_from_lists" => {
            let (keys, values) = (list(one, name)?, list(two, name)?);
            let mut made = Map::new();
            for (at, key) in keys.iter().enumerate() {
                let key = match key {
                    Value::Bool(value) => value.to_string(),
                    Value::Number(_) if float(key).is_none() => return Err(wrong(name)),
                    other => text_or_number(other, name)?,
                };
                made.insert(key, values.get(at).cloned().unwrap_or(Value::Null));
            }
            Value::Object(made)
        }
        "image_normalize" => json!(images::Image::read(&text(one, name)?).map_err(Fault::Error)?.whole()),
        // What these give follows from the time, from chance, from a name server, or from what nobody here reckons.
        _ => return Err(Fault::Lacking(format!("the function {name}"))),
    })
}

#[allow(clippy::cast_precision_loss)]
fn count(length: usize) -> f64 {
    length as f64
}

fn regex(pattern: &str) -> Result<regex::Regex, Fault> {
    super::super::same_regex(pattern)
}

/// Numbers, amounts of resources and lengths of time.
enum Operand {
    Number(f64),
    Quantity(Quantity),
    Duration(i64),
}

fn operand(value: &Value, name: &str) -> Result<Operand, Fault> {
    if let Some(value) = float(value) {
        return Ok(Operand::Number(value));
    }
    let text = text(value, name)?;
    if let Some(quantity) = Quantity::parse(&text) {
        return Ok(Operand::Quantity(quantity));
    }
    parse_duration(&text).map(Operand::Duration).ok_or_else(|| wrong(name))
}

fn reckon(name: &str, one: &Value, two: &Value) -> Outcome {
    use Operand::{Duration, Number as Plain, Quantity as Amount};
    let zero = || Fault::Error(format!("{name}: a division by zero"));
    let lacking = || Fault::Lacking(format!("{name} of such amounts"));
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
    Ok(match (name, operand(one, name)?, operand(two, name)?) {
        ("add", Plain(a), Plain(b)) => number(a + b),
        ("subtract", Plain(a), Plain(b)) => number(a - b),
        ("multiply", Plain(a), Plain(b)) => number(a * b),
        ("divide", Plain(_) | Duration(_) | Amount(_), Plain(0.0)) => return Err(zero()),
        ("divide", Plain(a), Plain(b)) => number(a / b),
        ("modulo", Plain(a), Plain(b)) => {
            if a.fract() != 0.0 || b.fract() != 0.0 {
                return Err(wrong(name));
            }
            if b == 0.0 {
                return Err(zero());
            }
            number(a % b)
        }
        ("add", Amount(a), Amount(b)) => json!(a.plus(&b).ok_or_else(lacking)?.to_string()),
        ("subtract", Amount(a), Amount(b)) => json!(a.minus(&b).ok_or_else(lacking)?.to_string()),
        ("multiply", Amount(a), Plain(b)) | ("multiply", Plain(b), Amount(a)) => {
            json!(a.times(&Quantity::parse(&gotext::general(b)).ok_or_else(|| wrong(name))?).to_string())
        }
        ("divide", Amount(a), Amount(b)) => {
            if b.sign() == 0 {
                return Err(zero());
            }
            number(a.approximate() / b.approximate())
        }
        ("divide", Amount(a), Plain(b)) => {
            let by = Quantity::parse(&gotext::general(b)).ok_or_else(|| wrong(name))?;
            json!(a.divided_by(&by).ok_or_else(lacking)?.to_string())
        }
        ("modulo", Amount(a), Amount(b)) => {
            let (left, right) = (a.approximate(), b.approximate());
            if left.fract() != 0.0 || right.fract() != 0.0 {
                return Err(wrong(name));
            }
            if right == 0.0 {
                return Err(zero());
            }
            json!(a.whole((left as i64).wrapping_rem(right as i64)).to_string())
        }
        ("add", Duration(a), Duration(b)) => json!(write_duration(a.wrapping_add(b))),
        ("subtract", Duration(a), Duration(b)) => json!(write_duration(a.wrapping_sub(b))),
        ("multiply", Duration(a), Plain(b)) | ("multiply", Plain(b), Duration(a)) => {
            json!(write_duration((a as f64 / 1e9 * b * 1e9) as i64))
        }
        ("divide", Duration(_), Duration(0)) => return Err(zero()),
        ("divide", Duration(a), Duration(b)) => number(a as f64 / 1e9 / (b as f64 / 1e9)),
        ("divide", Duration(a), Plain(b)) => json!(write_duration((a as f64 / 1e9 / b * 1e9) as i64)),
        ("modulo", Duration(_), Duration(0)) => return Err(zero()),
        ("modulo", Duration(a), Duration(b)) => json!(write_duration(a.wrapping_rem(b))),
        _ => return Err(wrong(name)),
    })
}

/// A path without needless parts, as Go's filepath.Clean has it; nothing stays nothing.
fn clean_path(path: &str) -> String {
    if path.is_empty() {
        return String::new();
    }
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            other => parts.push(other),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

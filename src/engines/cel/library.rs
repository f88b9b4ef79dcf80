//! The functions of cel-go and of Kubernetes' own libraries.

mod address;
mod format;
mod formats;
mod link;
mod lists;
mod text;
pub(super) mod time;

use super::Failure;
use super::eval::{errs, no_overload};
use super::value::{Opaque, Value, whole};
use crate::quantity::Quantity;
use std::any::Any;
use std::cmp::Ordering;
use std::sync::Arc;

pub(crate) use format::verbs;
pub(crate) use lists::sorted_by;
pub(crate) use text::write;

pub(crate) type Answer = Result<Value, Failure>;

/// Calls a function; what a method is called on comes first.
pub(crate) fn call(name: &str, method: bool, args: &[Value]) -> Answer {
    match (name, args) {
        // What stands below an unknown value is unknown.
        (_, args) if args.iter().any(|arg| matches!(arg, Value::Unknown(_))) => {
            Err(Failure::Lacking("a value that is not known here".to_owned()))
        }
        ("!", [Value::Bool(value)]) => Ok(Value::Bool(!value)),
        ("==", [a, b]) => a.same(b).map(Value::Bool),
        // What can't be compared is not equal, and no error here.
        ("!=", [a, b]) => lists::settle(a.same(b)).map(|same| Value::Bool(!same)),
        ("<", [a, b]) => a.order(b).map(|order| Value::Bool(order == Some(Ordering::Less))),
        (">", [a, b]) => a.order(b).map(|order| Value::Bool(order == Some(Ordering::Greater))),
        ("<=", [a, b]) => a.order(b).map(|order| Value::Bool(matches!(order, Some(Ordering::Less | Ordering::Equal)))),
        (">=", [a, b]) => a.order(b).map(|order| Value::Bool(matches!(order, Some(Ordering::Greater | Ordering::Equal)))),
        ("+" | "-" | "*" | "/" | "%", [a, b]) => arithmetic(name, a, b),
        ("-_", [Value::Int(value)]) => value.checked_neg().map_or_else(|| errs("integer overflow"), |value| Ok(Value::Int(value))),
        ("-_", [Value::Double(value)]) => Ok(Value::Double(-value)),
        ("in", [item, Value::List(values)]) => lists::holds(values, item).map(Value::Bool),
        ("in", [item, Value::Map(entries)]) => entries.find(item).map(|found| Value::Bool(found.is_some())),
        ("size", [value]) => size(value),
        ("type", [value]) => Ok(Value::Type(value.kind().into())),
        ("dyn", [value]) => Ok(value.clone()),
        ("bool" | "bytes" | "double" | "duration" | "int" | "string" | "timestamp" | "uint", [value]) if !method => convert(name, value),
        ("optional.of", [value]) => Ok(Value::Optional(Some(Arc::new(value.clone())))),
        ("optional.ofNonZeroValue", [value]) => Ok(Value::Optional((!is_zero(value)).then(|| Arc::new(value.clone())))),
        ("optional.none", []) => Ok(Value::Optional(None)),
        ("value", [Value::Optional(Some(value))]) => Ok(value.as_ref().clone()),
        ("value", [Value::Optional(None)]) => errs("optional.none() dereference"),
        ("hasValue", [Value::Optional(value)]) => Ok(Value::Bool(value.is_some())),
        ("or", [Value::Optional(None), other @ Value::Optional(_)]) | ("orValue", [Value::Optional(None), other]) => Ok(other.clone()),
        ("sign" | "isInteger" | "asInteger" | "asApproximateFloat" | "add" | "sub" | "quantity" | "isQuantity", _) => quantity(name, args),
        ("semver" | "isSemver" | "major" | "minor" | "patch", _) => version(name, args),
        ("isLessThan" | "isGreaterThan" | "compareTo", [a, b]) => compared(name, a, b),
        ("indexOf" | "lastIndexOf", [Value::List(values), item]) => lists::index(name, values, item),
        ("validate", [format, Value::String(text)]) => formats::validate(format, text),
        _ if name.starts_with("format.") => formats::named(name, args),
        _ => text::call(name, args)
            .or_else(|| lists::call(name, args))
            .or_else(|| time::call(name, args))
            .or_else(|| address::call(name, args))
            .or_else(|| link::call(name, args))
            .unwrap_or_else(
                || if here(name) { no_overload() } else { Err(Failure::Lacking(format!("the function {name} is not run here"))) },
            ),
    }
}

/// Whether a function is run here at all; what is only declared is not.
fn here(name: &str) -> bool {
    const NOT: [&str; 19] = [
        "path",
        "group",
        "serviceAccount",
        "resource",
        "subresource",
        "namespace",
        "name",
        "fieldSelector",
        "labelSelector",
        "check",
        "errored",
        "allowed",
        "error",
        "reason",
        "image",
        "json",
        "http",
        "globalContext",
        "user",
    ];
    let declared = super::declare::functions();
    !NOT.contains(&name) && (declared.contains_key(name) || declared.contains_key(format!(".{name}").as_str()))
}

fn size(value: &Value) -> Answer {
    let size = match value {
        Value::String(text) => text.chars().count(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(values) => values.len(),
        Value::Map(entries) => entries.len(),
        _ => return no_overload(),
    };
    i64::try_from(size).map_or_else(|_| errs("integer overflow"), |size| Ok(Value::Int(size)))
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(value) => !value,
        Value::Int(value) => *value == 0,
        Value::Uint(value) => *value == 0,
        Value::Double(value) => *value == 0.0,
        Value::String(text) => text.is_empty(),
        Value::Bytes(bytes) => bytes.is_empty(),
        Value::List(values) => values.is_empty(),
        Value::Map(entries) => entries.is_empty(),
        Value::Duration(value) => *value == 0,
        Value::Timestamp(moment) => moment.is_zero(),
        _ => false,
    }
}

fn arithmetic(name: &str, a: &Value, b: &Value) -> Answer {
    fn overflow(result: Option<Value>) -> Answer {
        result.map_or_else(|| errs("overflow or division by zero"), Ok)
    }
    match (name, a, b) {
        (_, Value::Int(a), Value::Int(b)) => overflow(
            match name {
                "+" => a.checked_add(*b),
                "-" => a.checked_sub(*b),
                "*" => a.checked_mul(*b),
                "/" => a.checked_div(*b),
                _ => a.checked_rem(*b),
            }
            .map(Value::Int),
        ),
        (_, Value::Uint(a), Value::Uint(b)) => overflow(
            match name {
                "+" => a.checked_add(*b),
                "-" => a.checked_sub(*b),
                "*" => a.checked_mul(*b),
                "/" => a.checked_div(*b),
                _ => a.checked_rem(*b),
            }
            .map(Value::Uint),
        ),
        ("+", Value::Double(a), Value::Double(b)) => Ok(Value::Double(a + b)),
        ("-", Value::Double(a), Value::Double(b)) => Ok(Value::Double(a - b)),
        ("*", Value::Double(a), Value::Double(b)) => Ok(Value::Double(a * b)),
        ("/", Value::Double(a), Value::Double(b)) => Ok(Value::Double(a / b)),
        ("+", Value::String(a), Value::String(b)) => Ok(Value::String(format!("{a}{b}").into())),
        ("+", Value::Bytes(a), Value::Bytes(b)) => Ok(Value::Bytes([a.as_ref(), b.as_ref()].concat().into())),
        ("+", Value::List(a), Value::List(b)) => Ok(Value::list(a.iter().chain(b.iter()).cloned().collect())),
        ("+", Value::Duration(a), Value::Duration(b)) => overflow(a.checked_add(*b).map(Value::Duration)),
        ("-", Value::Duration(a), Value::Duration(b)) => overflow(a.checked_sub(*b).map(Value::Duration)),
        ("+", Value::Timestamp(a), Value::Duration(b)) | ("+", Value::Duration(b), Value::Timestamp(a)) => {
            overflow(a.plus(i128::from(*b)).map(Value::Timestamp))
        }
        ("-", Value::Timestamp(a), Value::Duration(b)) => overflow(a.plus(-i128::from(*b)).map(Value::Timestamp)),
        ("-", Value::Timestamp(a), Value::Timestamp(b)) => overflow(i64::try_from(a.nanoseconds - b.nanoseconds).ok().map(Value::Duration)),
        _ => no_overload(),
    }
}

fn convert(to: &str, value: &Value) -> Answer {
    let failed = || errs(format!("type conversion error from '{}' to '{to}'", value.kind()));
    let good = |value: Option<Value>| value.map_or_else(failed, Ok);
    if value.kind() == to || matches!((to, value), ("duration", Value::Duration(_)) | ("timestamp", Value::Timestamp(_))) {
        return Ok(value.clone());
    }
    match (to, value) {
        ("bool", Value::String(text)) => good(match &**text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(Value::Bool(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(Value::Bool(false)),
            _ => None,
        }),
        ("bytes", Value::String(text)) => Ok(Value::Bytes(text.as_bytes().into())),
        #[allow(clippy::cast_precision_loss)]
        ("double", Value::Int(number)) => Ok(Value::Double(*number as f64)),
        #[allow(clippy::cast_precision_loss)]
        ("double", Value::Uint(number)) => Ok(Value::Double(*number as f64)),
        ("double", Value::String(text)) => {
            let lower = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
            if lower.starts_with("0x") {
                return Err(Failure::Lacking("hexadecimal numbers with a fraction are not read here".to_owned()));
            }
            let endless = ["inf", "infinity"].contains(&lower.as_str());
            good(text.parse::<f64>().ok().filter(|number| !number.is_infinite() || endless).map(Value::Double))
        }
        ("int", Value::Uint(number)) => good(i64::try_from(*number).ok().map(Value::Int)),
        ("int", Value::Double(number)) => {
            good((number.abs() < 9_223_372_036_854_775_808.0).then(|| whole(number.trunc())).flatten().map(Value::Int))
        }
        ("int", Value::String(text)) => good(text.parse().ok().map(Value::Int)),
        ("int", Value::Duration(nanoseconds)) => Ok(Value::Int(*nanoseconds)),
        ("int", Value::Timestamp(moment)) => good(i64::try_from(moment.nanoseconds.div_euclid(1_000_000_000)).ok().map(Value::Int)),
        ("uint", Value::Int(number)) => good(u64::try_from(*number).ok().map(Value::Uint)),
        ("uint", Value::String(text)) => {
            good(Some(text).filter(|text| !text.starts_with('+')).and_then(|text| text.parse().ok()).map(Value::Uint))
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        ("uint", Value::Double(number)) => {
            good((*number >= 0.0 && *number < 18_446_744_073_709_551_615.0).then(|| Value::Uint(number.trunc() as u64)))
        }
        ("duration", Value::String(text)) => good(crate::quantity::parse_duration(text).map(Value::Duration)),
        ("timestamp", Value::String(text)) => good(time::Moment::parse(text).map(Value::Timestamp)),
        ("timestamp", Value::Int(seconds)) => good(time::Moment::at(i128::from(*seconds) * 1_000_000_000).map(Value::Timestamp)),
        ("string", Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Double(_) | Value::Duration(_) | Value::Timestamp(_)) => {
            Ok(Value::String(write(value).into()))
        }
        ("string", Value::Bytes(bytes)) => good(std::str::from_utf8(bytes).ok().map(Value::text)),
        ("string", Value::Opaque(_)) => address::written(value).map_or_else(no_overload, |text| Ok(Value::text(&text))),
        _ => no_overload(),
    }
}

impl Opaque for Quantity {
    fn kind(&self) -> &'static str {
        "kubernetes.Quantity"
    }

    fn same(&self, other: &dyn Opaque) -> bool {
        other.itself().downcast_ref::<Self>().is_some_and(|other| self.cmp(other) == Ordering::Equal)
    }

    fn itself(&self) -> &dyn Any {
        self
    }
}

fn quantity(name: &str, args: &[Value]) -> Answer {
    let far = |result: Option<Quantity>| {
        result.map_or_else(
            || Err(Failure::Lacking("an amount with more digits than are counted here".to_owned())),
            |value| Ok(Value::opaque(value)),
        )
    };
    match (name, args) {
        ("quantity", [Value::String(text)]) => match Quantity::parse(text) {
            Some(value) => Ok(Value::opaque(value)),
            None => errs("quantities must match the regular expression of amounts"),
        },
        ("isQuantity", [Value::String(text)]) => Ok(Value::Bool(Quantity::parse(text).is_some())),
        (_, [value]) => {
            let Some(value) = value.as_opaque::<Quantity>() else { return no_overload() };
            match name {
                "sign" => Ok(Value::Int(value.sign())),
                "isInteger" => Ok(Value::Bool(value.as_integer().is_some())),
                "asInteger" => value.as_integer().map_or_else(|| errs("cannot convert value to integer"), |value| Ok(Value::Int(value))),
                "asApproximateFloat" => Ok(Value::Double(value.approximate())),
                _ => no_overload(),
            }
        }
        ("add" | "sub", [a, b]) => {
            let Some(a) = a.as_opaque::<Quantity>() else { return no_overload() };
            let b = match b {
                Value::Int(number) => Quantity::parse(&number.to_string()),
                other => other.as_opaque::<Quantity>().cloned(),
            };
            let Some(b) = b else { return no_overload() };
            far(if name == "add" { a.plus(&b) } else { a.minus(&b) })
        }
        _ => no_overload(),
    }
}

/// A version, as semver counts it.
#[derive(Clone, Debug)]
struct Version(semver::Version);

impl Opaque for Version {
    fn kind(&self) -> &'static str {
        "kubernetes.Semver"
    }

    fn same(&self, other: &dyn Opaque) -> bool {
        other.itself().downcast_ref::<Self>().is_some_and(|other| self.0.cmp_precedence(&other.0) == Ordering::Equal)
    }

    fn itself(&self) -> &dyn Any {
        self
    }
}

fn version(name: &str, args: &[Value]) -> Answer {
    match (name, args) {
        ("semver" | "isSemver", [Value::String(text)]) | ("semver" | "isSemver", [Value::String(text), Value::Bool(false)]) => {
            read_version(name, Some(text))
        }
        ("semver" | "isSemver", [Value::String(text), Value::Bool(true)]) => read_version(name, full_version(text).as_deref()),
        (_, [value]) => {
            let Some(Version(version)) = value.as_opaque::<Version>() else { return no_overload() };
            let part = match name {
                "major" => version.major,
                "minor" => version.minor,
                _ => version.patch,
            };
            Ok(Value::Int(i64::try_from(part).unwrap_or(i64::MAX)))
        }
        _ => no_overload(),
    }
}

fn read_version(name: &str, text: Option<&str>) -> Answer {
    let version = text.and_then(|text| semver::Version::parse(text).ok());
    match (name, version) {
        ("isSemver", version) => Ok(Value::Bool(version.is_some())),
        (_, Some(version)) => Ok(Value::opaque(Version(version))),
        (_, None) => errs("not a version"),
    }
}

/// Adds what a short version leaves out, and takes a `v` and zeros away that stand before numbers.
fn full_version(text: &str) -> Option<String> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let mut parts: Vec<String> = text.splitn(3, '.').map(str::to_owned).collect();
    for part in &mut parts {
        if part.len() > 1 {
            let rest = part.trim_start_matches('0');
            *part = if rest.starts_with(|c: char| c.is_ascii_digit()) { rest.to_owned() } else { format!("0{rest}") };
        }
    }
    if parts.len() < 3 && parts.last().is_some_and(|part| part.contains(['+', '-'])) {
        return None;
    }
    while parts.len() < 3 {
        parts.push("0".to_owned());
    }
    Some(parts.join("."))
}

fn compared(name: &str, a: &Value, b: &Value) -> Answer {
    let order = if let (Some(a), Some(b)) = (a.as_opaque::<Quantity>(), b.as_opaque::<Quantity>()) {
        a.cmp(b)
    } else if let (Some(Version(a)), Some(Version(b))) = (a.as_opaque::<Version>(), b.as_opaque::<Version>()) {
        a.cmp_precedence(b)
    } else {
        return no_overload();
    };
    Ok(match name {
        "isLessThan" => Value::Bool(order == Ordering::Less),
        "isGreaterThan" => Value::Bool(order == Ordering::Greater),
        _ => Value::Int(order as i64),
    })
}

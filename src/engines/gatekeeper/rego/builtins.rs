//! Functions that Rego programs call without having them: which of regorus' own answer as OPA's do, and those that are written here.
//!
//! A function of ours goes before one of regorus' of the same name. Where an answer is not known to be OPA's, a function says so and leaves a note, which
//! makes what the program says not evaluated, whatever becomes of the call.

use super::{addresses, format, globs, patterns};
use regorus::{Engine, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

/// Why the answer of a program can't be relied upon; the first reason of a run.
#[derive(Clone, Debug, Default)]
pub(super) struct Doubts(Arc<Mutex<Option<String>>>);

impl Doubts {
    /// Leaves a note.
    pub(super) fn note(&self, words: impl Into<String>) {
        if let Ok(mut note) = self.0.lock() {
            note.get_or_insert(words.into());
        }
    }

    /// Takes the note away.
    pub(super) fn take(&self) -> Option<String> {
        self.0.lock().map_or_else(|_| Some("a run that broke".to_owned()), |mut note| note.take())
    }
}

/// What a function of ours hands back: a value, nothing (undefined, as OPA makes of an error), or that it is not known.
pub(super) enum Given {
    /// The value.
    Value(Value),
    /// Undefined.
    Nothing,
    /// Not known, for this reason.
    Unknown(String),
}

impl<T: Into<Value>> From<Option<T>> for Given {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, |value| Self::Value(value.into()))
    }
}

/// Those of regorus that agree with OPA.
const SAME: &[&str] = &[
    "abs",
    "array.concat",
    "array.reverse",
    "array.slice",
    "base64.decode",
    "base64.encode",
    "base64.is_valid",
    "base64url.decode",
    "base64url.encode",
    "base64url.encode_no_pad",
    "bits.and",
    "bits.lsh",
    "bits.negate",
    "bits.or",
    "bits.rsh",
    "bits.xor",
    "ceil",
    "concat",
    "contains",
    "count",
    "endswith",
    "floor",
    "format_int",
    "glob.quote_meta",
    "graph.reachable",
    "graph.reachable_paths",
    "hex.decode",
    "hex.encode",
    "intersection",
    "is_array",
    "is_boolean",
    "is_null",
    "is_number",
    "is_object",
    "is_set",
    "is_string",
    "json.filter",
    "json.is_valid",
    "json.patch",
    "json.remove",
    "json.unmarshal",
    "max",
    "min",
    "numbers.range",
    "numbers.range_step",
    "object.filter",
    "object.get",
    "object.keys",
    "object.remove",
    "object.subset",
    "object.union",
    "object.union_n",
    "print",
    "product",
    "replace",
    "round",
    "sort",
    "split",
    "startswith",
    "strings.any_prefix_match",
    "strings.any_suffix_match",
    "strings.reverse",
    "substring",
    "sum",
    "time.parse_duration_ns",
    "time.parse_rfc3339_ns",
    "trace",
    "trim",
    "trim_left",
    "trim_prefix",
    "trim_right",
    "trim_space",
    "trim_suffix",
    "type_name",
    "union",
    "urlquery.decode",
    "urlquery.decode_object",
    "urlquery.encode",
    "urlquery.encode_object",
    "uuid.parse",
    "walk",
];

type Function = fn(&[Value]) -> Given;

/// Those of OPA that are written here, with the number of what they take.
const OURS: &[(&str, u8, Function)] = &[
    ("all", 1, all),
    ("any", 1, any),
    ("array.flatten", 1, array_flatten),
    ("cast_array", 1, cast_array),
    ("cast_boolean", 1, |given| cast(given, |value| matches!(value, Value::Bool(_)))),
    ("cast_null", 1, |given| cast(given, |value| matches!(value, Value::Null))),
    ("cast_object", 1, |given| cast(given, |value| matches!(value, Value::Object(_)))),
    ("cast_set", 1, cast_set),
    ("cast_string", 1, |given| cast(given, |value| matches!(value, Value::String(_)))),
    ("glob.match", 3, globs::matches),
    ("indexof", 2, indexof),
    ("indexof_n", 2, indexof_n),
    ("json.marshal", 1, json_marshal),
    ("lower", 1, lower),
    ("net.cidr_contains", 2, addresses::contains),
    ("net.cidr_intersects", 2, addresses::intersects),
    ("net.cidr_is_valid", 1, addresses::is_valid),
    ("net.cidr_overlap", 2, addresses::contains),
    ("re_match", 2, patterns::matches),
    ("regex.find_all_string_submatch_n", 3, patterns::find_all_submatches),
    ("regex.find_n", 3, patterns::find),
    ("regex.is_valid", 1, patterns::is_valid),
    ("regex.match", 2, patterns::matches),
    ("regex.replace", 3, patterns::replace),
    ("regex.split", 2, patterns::split),
    ("semver.compare", 2, semver_compare),
    ("semver.is_valid", 1, semver_is_valid),
    ("set_diff", 2, set_diff),
    ("sprintf", 2, format::sprintf),
    ("strings.count", 2, strings_count),
    ("strings.replace_n", 2, strings_replace_n),
    ("to_number", 1, to_number),
    ("units.parse", 1, units_parse),
    ("units.parse_bytes", 1, units_parse_bytes),
    ("upper", 1, upper),
];

/// The first of some functions that is not known to answer here as in OPA.
pub(super) fn unknown(names: &BTreeSet<String>) -> Option<&str> {
    names.iter().map(String::as_str).find(|name| !SAME.contains(name) && !OURS.iter().any(|(ours, ..)| ours == name))
}

/// Gives an engine the functions of ours that a program calls.
pub(super) fn add(engine: &mut Engine, names: &BTreeSet<String>, doubts: &Doubts) -> Result<(), String> {
    for (name, takes, function) in OURS.iter().filter(|(name, ..)| names.contains(*name)) {
        let doubts = doubts.clone();
        let extension = move |given: Vec<Value>| {
            Ok(match function(&given) {
                Given::Value(value) => value,
                Given::Nothing => Value::Undefined,
                Given::Unknown(words) => {
                    doubts.note(format!("{name}: {words}"));
                    Value::Undefined
                }
            })
        };
        engine.add_extension((*name).to_owned(), *takes, Box::new(extension)).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// A text, where it is one.
pub(super) fn text(value: &Value) -> Option<&str> {
    value.as_string().ok().map(|text| &**text)
}

/// The members of a list or set.
pub(super) fn members(value: &Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(list) => Some(list.iter().cloned().collect()),
        Value::Set(set) => Some(set.iter().cloned().collect()),
        _ => None,
    }
}

fn all(given: &[Value]) -> Given {
    members(&given[0]).map(|members| members.iter().all(|member| *member == Value::Bool(true))).into()
}

fn any(given: &[Value]) -> Given {
    members(&given[0]).map(|members| members.contains(&Value::Bool(true))).into()
}

fn array_flatten(given: &[Value]) -> Given {
    let Value::Array(list) = &given[0] else { return Given::Nothing };
    let mut flat = Vec::new();
    for item in list.iter() {
        match item {
            Value::Array(inner) => flat.extend(inner.iter().cloned()),
            other => flat.push(other.clone()),
        }
    }
    Given::Value(flat.into())
}

fn cast(given: &[Value], right: fn(&Value) -> bool) -> Given {
    if right(&given[0]) { Given::Value(given[0].clone()) } else { Given::Nothing }
}

fn cast_array(given: &[Value]) -> Given {
    members(&given[0]).into()
}

fn cast_set(given: &[Value]) -> Given {
    members(&given[0]).map(|members| members.into_iter().collect::<BTreeSet<Value>>()).into()
}

fn set_diff(given: &[Value]) -> Given {
    let (Value::Set(_), Value::Set(_)) = (&given[0], &given[1]) else { return Given::Nothing };
    let (Some(left), Some(right)) = (members(&given[0]), members(&given[1])) else { return Given::Nothing };
    Given::Value(left.into_iter().filter(|member| !right.contains(member)).collect::<BTreeSet<Value>>().into())
}

/// Case by single characters, as Go has it; a character that becomes several is left to be told.
fn cased(given: &[Value], ascii: fn(&str) -> String, wide: fn(char) -> Vec<char>) -> Given {
    let Some(text) = text(&given[0]) else { return Given::Nothing };
    if text.is_ascii() {
        return Given::Value(ascii(text).into());
    }
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        match wide(letter)[..] {
            [one] => written.push(one),
            _ => return Given::Unknown("a letter whose case is several letters".to_owned()),
        }
    }
    Given::Value(written.into())
}

fn lower(given: &[Value]) -> Given {
    cased(given, str::to_ascii_lowercase, |letter| letter.to_lowercase().collect())
}

fn upper(given: &[Value]) -> Given {
    cased(given, str::to_ascii_uppercase, |letter| letter.to_uppercase().collect())
}

fn indices(text: &str, part: &str) -> impl Iterator<Item = usize> {
    text.char_indices().enumerate().filter(move |(_, (at, _))| text[*at..].starts_with(part)).map(|(place, _)| place)
}

fn indexof(given: &[Value]) -> Given {
    let (Some(text), Some(part)) = (text(&given[0]), text(&given[1])) else { return Given::Nothing };
    // Looking for nothing is an error there.
    if part.is_empty() {
        return Given::Nothing;
    }
    Given::Value(indices(text, part).next().map_or_else(|| Value::from(-1_i64), Value::from))
}

fn indexof_n(given: &[Value]) -> Given {
    let (Some(text), Some(part)) = (text(&given[0]), text(&given[1])) else { return Given::Nothing };
    if part.is_empty() {
        return Given::Nothing;
    }
    Given::Value(indices(text, part).map(Value::from).collect::<Vec<_>>().into())
}

/// Go writes `<`, `>` and `&` as escapes.
fn json_marshal(given: &[Value]) -> Given {
    match given[0].to_json_str().ok().and_then(|json| serde_json::from_str::<serde_json::Value>(&json).ok()) {
        Some(value) => {
            let written = value.to_string();
            Given::Value(
                written
                    .replace('<', "\\u003c")
                    .replace('>', "\\u003e")
                    .replace('&', "\\u0026")
                    .replace('\u{2028}', "\\u2028")
                    .replace('\u{2029}', "\\u2029")
                    .into(),
            )
        }
        None => Given::Unknown("a value that can't be written".to_owned()),
    }
}

fn version(text: &str) -> Result<semver::Version, Given> {
    let bare = text.strip_prefix('v').unwrap_or(text);
    semver::Version::parse(bare).map_err(|_| {
        // Go's reader takes some forms that the standard refuses.
        let core = bare.split(['+', '-']).next().unwrap_or_default();
        let parts: Vec<&str> = core.split('.').collect();
        let lax = parts.len() == 3 && parts.iter().all(|part| part.trim_start_matches(['+', '-']).parse::<u64>().is_ok());
        if lax || bare.starts_with(['-', '+']) { Given::Unknown("a version in an unusual form".to_owned()) } else { Given::Nothing }
    })
}

fn semver_compare(given: &[Value]) -> Given {
    let (Some(left), Some(right)) = (text(&given[0]), text(&given[1])) else { return Given::Nothing };
    match (version(left), version(right)) {
        (Ok(left), Ok(right)) => Given::Value(Value::from(left.cmp_precedence(&right) as i64)),
        (Err(Given::Nothing), _) | (_, Err(Given::Nothing)) => Given::Nothing,
        (Err(given), _) | (_, Err(given)) => given,
    }
}

fn semver_is_valid(given: &[Value]) -> Given {
    let Some(text) = text(&given[0]) else { return Given::Value(false.into()) };
    match version(text) {
        Ok(_) => Given::Value(true.into()),
        Err(Given::Nothing) => Given::Value(false.into()),
        Err(given) => given,
    }
}

fn strings_count(given: &[Value]) -> Given {
    let (Some(text), Some(part)) = (text(&given[0]), text(&given[1])) else { return Given::Nothing };
    Given::Value(Value::from(if part.is_empty() { text.chars().count() + 1 } else { text.matches(part).count() }))
}

/// All at once: what was put in is not looked through again.
fn strings_replace_n(given: &[Value]) -> Given {
    let (Ok(pairs), Some(text)) = (given[0].as_object(), text(&given[1])) else { return Given::Nothing };
    let mut sorted = BTreeMap::new();
    for (old, new) in pairs.iter_sorted() {
        let (Some(old), Some(new)) = (self::text(old), self::text(new)) else { return Given::Nothing };
        sorted.insert(old.to_owned(), new.to_owned());
    }
    if sorted.contains_key("") {
        return Given::Unknown("nothing is to be replaced by something".to_owned());
    }
    let (mut written, mut rest) = (String::new(), text);
    while let Some(first) = rest.chars().next() {
        match sorted.iter().find(|(old, _)| rest.starts_with(old.as_str())) {
            Some((old, new)) => {
                written.push_str(new);
                rest = &rest[old.len()..];
            }
            None => {
                written.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    Given::Value(written.into())
}

fn to_number(given: &[Value]) -> Given {
    match &given[0] {
        Value::Null | Value::Bool(false) => Given::Value(Value::from(0_i64)),
        Value::Bool(true) => Given::Value(Value::from(1_i64)),
        Value::Number(_) => Given::Value(given[0].clone()),
        Value::String(text) => number(text),
        _ => Given::Nothing,
    }
}

/// A number as Go's `ParseFloat` takes it.
fn number(text: &str) -> Given {
    let bare = text.strip_prefix(['+', '-']).unwrap_or(text);
    let digits = bare.chars().filter(char::is_ascii_digit).count();
    if digits == 0 || !bare.chars().all(|letter| letter.is_ascii_digit() || matches!(letter, '.' | 'e' | 'E' | '+' | '-')) {
        // Hexadecimal numbers are read, too, and underscores in them.
        let strange = bare.len() > 2 && bare.starts_with('0') && bare[1..].starts_with(['x', 'X']);
        return if strange { Given::Unknown("a number in an unusual form".to_owned()) } else { Given::Nothing };
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => {
            let whole = bare.chars().all(|letter| letter.is_ascii_digit());
            match text.strip_prefix('+').unwrap_or(text).parse::<i64>() {
                Ok(number) if whole => Given::Value(Value::from(number)),
                _ if whole => Given::Unknown("a very great number".to_owned()),
                _ => Given::Value(Value::from(number)),
            }
        }
        _ => Given::Nothing,
    }
}

/// An amount: a number with a decimal or binary unit.
fn units_parse(given: &[Value]) -> Given {
    let Some(text) = text(&given[0]) else { return Given::Nothing };
    amount(&text.replace('"', ""), |unit| {
        // The first letter tells mega from milli.
        let mut letters = unit.chars();
        let unit: String = letters.next().into_iter().chain(letters.flat_map(char::to_lowercase)).collect();
        Some(match unit.as_str() {
            "m" => (1, true),
            "" => (1, false),
            "M" => (1_000_000, false),
            other => (times(&other.to_lowercase()).filter(|_| !other.starts_with('m') || other.len() > 1)?, false),
        })
    })
}

/// An amount of bytes: whole ones, and letters are as good in either case.
fn units_parse_bytes(given: &[Value]) -> Given {
    let Some(text) = text(&given[0]) else { return Given::Nothing };
    let found = amount(&text.to_lowercase().replace('"', ""), |unit| {
        let bare = unit.strip_suffix('b').filter(|bare| !bare.is_empty()).unwrap_or(unit);
        Some((if bare == "m" { 1_000_000 } else { times(bare)? }, false))
    });
    match found {
        Given::Value(Value::Number(number)) => match number.as_f64().filter(|_| !number.is_integer()) {
            // What is less than a byte is cut.
            Some(part) if part.abs() < 9e15 => Given::Value(Value::from(part.trunc())),
            Some(_) => Given::Unknown("a very great amount".to_owned()),
            None => Given::Value(Value::Number(number)),
        },
        other => other,
    }
}

/// How many a unit stands for, in small letters.
fn times(unit: &str) -> Option<i128> {
    Some(match unit {
        "" => 1,
        "k" => 1000,
        "g" => 1_000_000_000,
        "t" => 1_000_000_000_000,
        "p" => 1_000_000_000_000_000,
        "e" => 1_000_000_000_000_000_000,
        "ki" => 1 << 10,
        "mi" => 1 << 20,
        "gi" => 1 << 30,
        "ti" => 1 << 40,
        "pi" => 1 << 50,
        "ei" => 1 << 60,
        _ => return None,
    })
}

/// A number with a unit: how many that stands for, or that it is a thousandth.
fn amount(text: &str, unit: impl Fn(&str) -> Option<(i128, bool)>) -> Given {
    let split = text.find(|letter: char| !letter.is_ascii_digit() && !matches!(letter, '.' | '+' | '-')).unwrap_or(text.len());
    let (amount, name) = text.split_at(split);
    if amount.is_empty() || text.contains(' ') {
        return Given::Nothing;
    }
    if name.len() > 1
        && name.starts_with(['e', 'E'])
        && name[1..].starts_with(|letter: char| letter.is_ascii_digit() || "+-".contains(letter))
    {
        return Given::Unknown("an amount with an exponent".to_owned());
    }
    let Some((times, milli)) = unit(name) else { return Given::Nothing };
    let plain = amount.strip_prefix(['+', '-']).unwrap_or(amount);
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    if (whole.is_empty() && fraction.is_empty()) || !whole.chars().chain(fraction.chars()).all(|digit| digit.is_ascii_digit()) {
        return Given::Nothing;
    }
    let unusual = || Given::Unknown("an amount in an unusual form".to_owned());
    let fraction = fraction.trim_end_matches('0');
    let places = fraction.len() + if milli { 3 } else { 0 };
    let (Ok(digits), true) = (format!("0{whole}{fraction}").parse::<i128>(), places <= 10) else { return unusual() };
    let Some(scaled) = digits.checked_mul(times) else { return unusual() };
    let power = 10_i128.pow(u32::try_from(places).unwrap_or(10));
    let sign = if amount.starts_with('-') { -1 } else { 1 };
    if scaled % power == 0 {
        return Given::Value(Value::from(sign * (scaled / power)));
    }
    let written = format!("{}{}.{:0places$}", if sign < 0 { "-" } else { "" }, scaled / power, scaled % power);
    written.parse::<f64>().map_or_else(|_| unusual(), |number| Given::Value(Value::from(number)))
}

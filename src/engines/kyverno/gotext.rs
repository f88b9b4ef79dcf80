//! How Go writes values: numbers, JSON, and what `fmt` prints.

use serde_json::{Number, Value};

/// A number of JSON as Go has it: whole numbers and others are two types.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// int64.
    Whole(i64),
    /// float64.
    Float(f64),
}

/// Which of both a number is. What no int64 holds is a float64.
#[must_use]
pub fn amount(number: &Number) -> Amount {
    if !number.is_f64()
        && let Some(whole) = number.as_i64()
    {
        return Amount::Whole(whole);
    }
    Amount::Float(number.as_f64().unwrap_or(f64::NAN))
}

/// Digits and the exponent of the first of them, in the shortest form that reads back.
fn shortest(value: f64) -> (String, String, i32) {
    let text = format!("{:e}", value.abs());
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    (if value.is_sign_negative() { "-" } else { "" }.to_owned(), mantissa.to_owned(), exponent.parse().unwrap_or(0))
}

fn scientific(value: f64, letter: char) -> String {
    let (sign, mantissa, exponent) = shortest(value);
    format!("{sign}{mantissa}{letter}{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// `%v` of a float64: `1e+06`, `2.5`.
#[must_use]
pub fn general(value: f64) -> String {
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
    let exponent = shortest(value).2;
    if value != 0.0 && !(-4..6).contains(&exponent) { scientific(value, 'e') } else { format!("{value}") }
}

/// `strconv.FormatFloat(v, 'E', -1, 64)`: `2.5E+00`.
#[must_use]
pub fn upper_scientific(value: f64) -> String {
    scientific(value, 'E')
}

/// `%f`: six places.
#[must_use]
pub fn fixed(value: f64) -> String {
    format!("{value:.6}")
}

/// A number as Go writes it in JSON.
fn json_number(number: &Number) -> String {
    match amount(number) {
        Amount::Whole(whole) => whole.to_string(),
        Amount::Float(value) => {
            let magnitude = value.abs();
            if magnitude != 0.0 && !(1e-6..1e21).contains(&magnitude) {
                let text = scientific(value, 'e');
                // e-09 becomes e-9.
                return text.replace("e-0", "e-");
            }
            format!("{value}")
        }
    }
}

/// JSON as Go's encoder writes it: keys in order, no blanks, `<`, `>` and `&` escaped.
#[must_use]
pub fn json(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => json_number(number),
        Value::String(text) => quoted(text),
        Value::Array(items) => format!("[{}]", items.iter().map(json).collect::<Vec<_>>().join(",")),
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| key.as_str());
            let entries: Vec<String> = entries.into_iter().map(|(key, value)| format!("{}:{}", quoted(key), json(value))).collect();
            format!("{{{}}}", entries.join(","))
        }
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c if u32::from(c) < 0x20 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `fmt.Sprint` of a value: `<nil>`, `[a b]`, `map[a:1 b:2]`.
#[must_use]
pub fn sprint(value: &Value) -> String {
    match value {
        Value::Null => "<nil>".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => match amount(number) {
            Amount::Whole(whole) => whole.to_string(),
            Amount::Float(value) => general(value),
        },
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(sprint).collect::<Vec<_>>().join(" ")),
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| key.as_str());
            let entries: Vec<String> = entries.into_iter().map(|(key, value)| format!("{key}:{}", sprint(value))).collect();
            format!("map[{}]", entries.join(" "))
        }
    }
}

/// `strconv.ParseInt(text, 10, 64)`.
#[must_use]
pub fn parse_int(text: &str) -> Option<i64> {
    text.parse().ok()
}

/// `strconv.ParseFloat(text, 64)`, without the hexadecimal form, which nobody writes; too large is an error there.
#[must_use]
pub fn parse_float(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok()?;
    (value.is_finite() || text.to_ascii_lowercase().contains(['i', 'n'])).then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json as j;

    #[test]
    fn numbers_are_written_as_go_writes_them() {
        let rows = [(1.0, "1", "1E+00"), (2.5, "2.5", "2.5E+00"), (1_000_000.0, "1e+06", "1E+06"), (0.0001, "0.0001", "1E-04")];
        for (value, printed, upper) in rows {
            assert_eq!((general(value).as_str(), upper_scientific(value).as_str()), (printed, upper));
        }
        assert_eq!(
            (general(0.00001).as_str(), general(123_456.0).as_str(), general(123_456_789.0).as_str(), general(-0.5).as_str()),
            ("1e-05", "123456", "1.23456789e+08", "-0.5")
        );
        assert_eq!(fixed(0.25), "0.250000");
        assert_eq!(json(&j!({"b": 1.0, "a": [1e21, 1e-7, 100, "<&>"]})), r#"{"a":[1e+21,1e-7,100,"\u003c\u0026\u003e"],"b":1}"#);
        assert_eq!(sprint(&j!({"b": null, "a": [true, "x", 3]})), "map[a:[true x 3] b:<nil>]");
    }

    #[test]
    fn numbers_are_read_as_go_reads_them() {
        assert_eq!(
            (parse_int("5"), parse_int("+5"), parse_int("5.0"), parse_int(" 5"), parse_int("")),
            (Some(5), Some(5), None, None, None)
        );
        assert_eq!((parse_float("1e3"), parse_float("1e400"), parse_float("x"), parse_float(".5")), (Some(1000.0), None, None, Some(0.5)));
    }
}

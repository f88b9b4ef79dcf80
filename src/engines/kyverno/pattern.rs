//! One value of a pattern against one value of an object: operators, ranges, amounts, lengths of time and wildcards.
//!
//! Source: pkg/engine/pattern and pkg/engine/operator of Kyverno 1.19. What is missing is null.

use super::gotext::{Amount, amount, fixed, parse_float, parse_int, upper_scientific};
use crate::quantity::{Quantity, parse_duration};
use crate::wildcard;
use serde_json::Value;
use std::cmp::Ordering;
use std::sync::LazyLock;

/// What stands before a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// Nothing.
    Equal,
    /// `>=`.
    MoreEqual,
    /// `<=`.
    LessEqual,
    /// `!`.
    NotEqual,
    /// `>`.
    More,
    /// `<`.
    Less,
    /// `1-5`.
    InRange,
    /// `1!-5`.
    NotInRange,
}

impl Operator {
    const fn length(self) -> usize {
        match self {
            Self::Equal => 0,
            Self::MoreEqual | Self::LessEqual | Self::NotInRange => 2,
            Self::NotEqual | Self::More | Self::Less | Self::InRange => 1,
        }
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order == Ordering::Equal,
            Self::NotEqual => order != Ordering::Equal,
            Self::More => order == Ordering::Greater,
            Self::Less => order == Ordering::Less,
            Self::MoreEqual => order != Ordering::Less,
            Self::LessEqual => order != Ordering::Greater,
            Self::InRange | Self::NotInRange => false,
        }
    }
}

fn ranges() -> Option<&'static (regex::Regex, regex::Regex)> {
    static RANGES: LazyLock<Option<(regex::Regex, regex::Regex)>> = LazyLock::new(|| {
        let end = r"([-|+]?[0-9]+(?:\.[0-9]+)?[A-Za-z]*)";
        let within = regex::Regex::new(&format!("^{end}-{end}$")).ok()?;
        let outside = regex::Regex::new(&format!("^{end}!-{end}$")).ok()?;
        Some((within, outside))
    });
    RANGES.as_ref()
}

/// The operator of a text.
#[must_use]
pub fn operator(pattern: &str) -> Operator {
    if pattern.len() < 2 {
        return Operator::Equal;
    }
    let known =
        [(">=", Operator::MoreEqual), ("<=", Operator::LessEqual), (">", Operator::More), ("<", Operator::Less), ("!", Operator::NotEqual)];
    if let Some((_, found)) = known.iter().find(|(sign, _)| pattern.starts_with(sign)) {
        return *found;
    }
    match ranges() {
        Some((_, outside)) if outside.is_match(pattern) => Operator::NotInRange,
        Some((within, _)) if within.is_match(pattern) => Operator::InRange,
        _ => Operator::Equal,
    }
}

/// Whether a value fits a pattern that is no list.
#[must_use]
pub fn fits(value: &Value, pattern: &Value) -> bool {
    match pattern {
        Value::Bool(wanted) => value.as_bool() == Some(*wanted),
        Value::Number(number) => match amount(number) {
            Amount::Whole(wanted) => fits_whole(value, wanted),
            Amount::Float(wanted) => fits_float(value, wanted),
        },
        Value::Null => match value {
            Value::Null => true,
            Value::Bool(value) => !value,
            Value::Number(number) => number.as_f64() == Some(0.0),
            Value::String(text) => text.is_empty(),
            Value::Array(_) | Value::Object(_) => false,
        },
        Value::Object(_) => value.is_object(),
        Value::String(pattern) => fits_text(value, pattern),
        Value::Array(_) => false,
    }
}

#[allow(clippy::cast_possible_truncation)]
fn fits_whole(value: &Value, wanted: i64) -> bool {
    match value {
        Value::Number(number) => match amount(number) {
            Amount::Whole(value) => value == wanted,
            Amount::Float(value) => value.fract() == 0.0 && value as i64 == wanted,
        },
        Value::String(text) => parse_int(text) == Some(wanted),
        _ => false,
    }
}

#[allow(clippy::cast_possible_truncation)]
fn fits_float(value: &Value, wanted: f64) -> bool {
    match value {
        Value::Number(number) => match amount(number) {
            Amount::Whole(value) => wanted.fract() == 0.0 && wanted as i64 == value,
            Amount::Float(value) => value == wanted,
        },
        Value::String(text) => parse_float(text) == Some(wanted),
        _ => false,
    }
}

fn fits_text(value: &Value, pattern: &str) -> bool {
    if value.as_str() == Some(pattern) {
        return true;
    }
    pattern.split('|').any(|either| either.trim_matches(' ').split('&').all(|each| fits_one(value, each.trim_matches(' '))))
}

fn fits_one(value: &Value, pattern: &str) -> bool {
    let operator = operator(pattern);
    let ends = |regex: &regex::Regex| {
        let found = regex.captures(pattern)?;
        Some((found.get(1)?.as_str().to_owned(), found.get(2)?.as_str().to_owned()))
    };
    match (operator, ranges()) {
        (Operator::InRange, Some((within, _))) => {
            ends(within).is_some_and(|(left, right)| fits_one(value, &format!(">= {left}")) && fits_one(value, &format!("<= {right}")))
        }
        (Operator::NotInRange, Some((_, outside))) => {
            ends(outside).is_some_and(|(left, right)| fits_one(value, &format!("< {left}")) || fits_one(value, &format!("> {right}")))
        }
        _ => compared(value, pattern[operator.length()..].trim(), operator),
    }
}

/// A number, a text or nothing as what is compared: nothing is 0.
fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("0".to_owned()),
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(match amount(number) {
            Amount::Whole(whole) => whole.to_string(),
            Amount::Float(value) => fixed(value),
        }),
        _ => None,
    }
}

fn compared(value: &Value, pattern: &str, operator: Operator) -> bool {
    if let Some(text) = as_text(value) {
        if let (Some(wanted), Some(found)) = (parse_duration(pattern), parse_duration(&text)) {
            return operator.holds(found.cmp(&wanted));
        }
        if let Some(wanted) = Quantity::parse(pattern)
            && let Some(found) = Quantity::parse(&text)
        {
            return operator.holds(found.cmp(&wanted));
        }
    }
    if !matches!(operator, Operator::Equal | Operator::NotEqual) {
        return false;
    }
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => match amount(number) {
            Amount::Whole(whole) => whole.to_string(),
            Amount::Float(value) => upper_scientific(value),
        },
        _ => return false,
    };
    wildcard::matches(pattern, &text) == (operator == Operator::Equal)
}

#[cfg(test)]
mod tests;

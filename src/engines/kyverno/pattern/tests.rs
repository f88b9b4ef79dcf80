//! Patterns held against single values, as Kyverno itself judged them.

use super::*;
use crate::kyverno::overlay::{self, Fit};
use serde_json::json;

#[test]
fn every_pattern_says_to_every_value_what_kyverno_says() {
    let mut rows = include_str!("tests/cells.tsv").lines().filter(|line| !line.starts_with('#'));
    let values: Vec<Value> = serde_json::from_str(rows.next().unwrap().split_once('\t').unwrap().1).unwrap();
    let mut cells = 0;
    for row in rows {
        let (pattern, expected) = row.split_once('\t').unwrap();
        let pattern: Value = serde_json::from_str(pattern).unwrap();
        for (at, (value, expected)) in values.iter().zip(expected.chars()).enumerate() {
            let object = if at == 0 { json!({}) } else { json!({ "x": value }) };
            let refused = !matches!(overlay::compare(&object, &json!({ "x": pattern })), Fit::Fits | Fit::Skips(_));
            assert_eq!(refused, expected == '1', "{pattern} on {object}");
            cells += 1;
        }
    }
    assert!(cells > 6_000);
}

#[test]
fn operators_are_read_from_texts() {
    let rows = [
        ("", Operator::Equal),
        (">", Operator::Equal),
        (">=", Operator::MoreEqual),
        ("<=5", Operator::LessEqual),
        (">5", Operator::More),
        ("<5", Operator::Less),
        ("!a", Operator::NotEqual),
        ("1-5", Operator::InRange),
        ("1Mi-5Mi", Operator::InRange),
        ("-10--8", Operator::InRange),
        ("1!-5", Operator::NotInRange),
        ("!1-5", Operator::NotEqual),
        ("a-b", Operator::Equal),
        ("1-*", Operator::Equal),
        ("\u{663}-5", Operator::Equal),
    ];
    for (text, expected) in rows {
        assert_eq!(operator(text), expected, "{text}");
    }
}

//! Conditions: each operator, over each sort of value.

use super::*;
use crate::kyverno::jmespath::as_floats;

#[test]
fn every_operator_says_to_every_pair_what_kyverno_says() {
    let mut rows = include_str!("tests/cells.tsv").lines().filter(|line| !line.starts_with('#'));
    let keys: Vec<Value> = serde_json::from_str(rows.next().unwrap().rsplit_once('\t').unwrap().1).unwrap();
    let mut cells = 0;
    for row in rows {
        let [operator, value, expected] = row.split('\t').collect::<Vec<_>>()[..] else { panic!("{row}") };
        let value: Value = serde_json::from_str(value).unwrap();
        let value = if value.is_number() { as_floats(value) } else { value };
        for (key, expected) in keys.iter().zip(expected.chars()).filter(|(_, expected)| *expected != '-') {
            // Keys come from a request, in which all numbers are floating-point numbers.
            let found = match evaluate(&as_floats(key.clone()), operator, &value) {
                Ok(true) => '1',
                Ok(false) => '0',
                Err(Fault::Error(_)) => '2',
                Err(fault) => panic!("{fault:?}"),
            };
            assert_eq!(found, expected, "{key} {operator} {value}");
            cells += 1;
        }
    }
    assert!(cells > 60_000);
}

#[test]
fn lists_of_other_things_than_texts_are_not_told_by_the_old_operators() {
    assert!(matches!(evaluate(&serde_json::json!([1]), "In", &serde_json::json!([1])), Err(Fault::Lacking(_))));
}

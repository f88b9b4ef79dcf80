//! Patterns held against resources: each anchor, each default.

use super::*;
use serde_json::json;

#[test]
fn every_anchor_says_to_every_object_what_kyverno_says() {
    let mut rows = include_str!("tests/cells.tsv").lines().filter(|line| !line.starts_with('#'));
    let objects: Vec<Value> = serde_json::from_str(rows.next().unwrap().split_once('\t').unwrap().1).unwrap();
    let mut cells = 0;
    for row in rows {
        let (pattern, expected) = row.split_once('\t').unwrap();
        let pattern = json!({"spec": serde_json::from_str::<Value>(pattern).unwrap()});
        for (object, expected) in objects.iter().zip(expected.chars()) {
            let object = json!({"spec": object});
            let found = match compare(&object, &pattern) {
                Fit::Fits | Fit::Skips(_) => '0',
                Fit::Fails(_) => '1',
                Fit::Errs(_) => '2',
                Fit::Lacking(why) => panic!("{why}"),
            };
            assert_eq!(found, expected, "{pattern} on {object}");
            cells += 1;
        }
    }
    assert!(cells > 10_000);
}

#[test]
fn keys_of_labels_take_wildcards() {
    let fit = |labels: Value, pattern: Value| compare(&json!({"metadata": {"labels": labels}}), &json!({"metadata": {"labels": pattern}}));
    assert_eq!(fit(json!({"foo/1": "y"}), json!({"foo/*": "?*"})), Fit::Fits);
    assert!(matches!(fit(json!({"bar": "y"}), json!({"foo/*": "?*"})), Fit::Fails(_)));
    assert!(matches!(fit(json!({"foo/1": ""}), json!({"foo/*": "?*"})), Fit::Fails(_)));
    assert!(matches!(fit(json!({"foo/1": "y"}), json!({"=(foo/*)": "x"})), Fit::Fails(_)));
    // One match is enough where it makes no difference which; else it is left to chance.
    assert_eq!(fit(json!({"foo/1": "y", "foo/2": "z"}), json!({"foo/*": "?*"})), Fit::Fits);
    assert!(matches!(fit(json!({"foo/1": "y", "foo/2": "z"}), json!({"foo/*": "y"})), Fit::Lacking(_)));
    // What is no text in the pattern is not looked at, once the object has labels.
    assert_eq!(fit(json!({"app": "x"}), json!({"app": 1})), Fit::Fits);
    assert!(matches!(fit(json!({}), json!({"app": "x"})), Fit::Fails(_)));
}

#[test]
fn a_value_with_the_words_of_a_skip_skips() {
    let fit = |value: &str| compare(&json!({"spec": {"x": value}}), &json!({"spec": {"x": "a"}}));
    assert!(matches!(fit("b"), Fit::Fails(_)));
    assert!(matches!(fit("conditional anchor mismatch"), Fit::Skips(_)));
}

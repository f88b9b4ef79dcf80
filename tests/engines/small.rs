//! The small pieces that several engines share: quantities and wildcards.

use crate::asking::Engine;
use crate::dice::Dice;
use kassay_engines::quantity::Quantity;
use kassay_engines::wildcard;
use serde_json::{Value, json};

fn quantity(dice: &mut Dice) -> String {
    let digits =
        dice.one(&["0", "1", "9", "10", "128", "1024", "1000", "999", "9223372036854775807", "12345678901234567890", "007", "", "5"]);
    let fraction = dice.one(&["", "", "", ".", ".5", ".25", ".001", ".0000000001", ".999999999", ".1.2"]);
    let suffix = dice.one(&[
        "", "", "m", "u", "n", "k", "K", "Ki", "M", "Mi", "G", "Gi", "T", "Ti", "P", "Pi", "E", "Ei", "e3", "e-3", "E2", "e+1", "e", "x",
        " ", "mi", "e100",
    ]);
    format!("{}{digits}{fraction}{suffix}", dice.one(&["", "", "", "-", "+", " "]))
}

#[test]
fn quantities_are_compared_as_kubernetes_compares_them() {
    let Some(mut engine) = Engine::start("kubernetes") else { return };
    let (cases, mut dice) = crate::dice(1);
    for _ in 0..cases.div_ceil(20) {
        let pairs: Vec<_> = (0..50).map(|_| (quantity(&mut dice), quantity(&mut dice))).collect();
        let reply = engine.ask(&json!({"ask": "quantity", "pairs": pairs}));
        for ((left, right), theirs) in pairs.iter().zip(reply["answers"].as_array().unwrap()) {
            let ours = Quantity::parse(left).zip(Quantity::parse(right)).map(|(left, right)| left.cmp(&right) as i64);
            let theirs = if theirs.get("error").is_some() { None } else { theirs["order"].as_i64() };
            assert_eq!(ours, theirs, "{left:?} against {right:?}");
        }
    }
}

#[test]
fn wildcards_match_as_kyverno_matches_them() {
    let Some(mut engine) = Engine::start("kyverno") else { return };
    let (cases, mut dice) = crate::dice(2);
    let text = |dice: &mut Dice, letters: &[&str]| (0..dice.roll(7)).map(|_| dice.one(letters)).collect::<String>();
    for _ in 0..cases.div_ceil(20) {
        let pairs: Vec<_> = (0..100)
            .map(|_| (text(&mut dice, &["a", "b", "*", "?", "é", "**", "/"]), text(&mut dice, &["a", "b", "a", "é", "/", "*", "?"])))
            .collect();
        let reply = engine.ask(&json!({"ask": "wildcard", "pairs": pairs}));
        for ((pattern, text), theirs) in pairs.iter().zip(reply["answers"].as_array().unwrap()) {
            assert_eq!(Value::Bool(wildcard::matches(pattern, text)), *theirs, "{pattern:?} against {text:?}");
        }
    }
}

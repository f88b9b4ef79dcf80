//! Expressions of CEL, against the API server's own environment.

use crate::asking::Engine;
use crate::comparing::{Case, Judges, Said, UNCOMPILED};
use crate::dice::Dice;
use crate::{dice, grammar_cel, witnesses};
use kassay_engines::cel::{Declared, Expression, Failure, Fault, Type, Value as Found};
use kassay_engines::re2;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn ours(policy: &Value, inputs: &[Value]) -> Vec<Said> {
    let declared = Declared::new().variable("object", Type::Dyn).variable("oldObject", Type::Dyn).variable("params", Type::Dyn);
    let text = policy["expression"].as_str().unwrap_or_default();
    let compiled = match Expression::compile(text, &declared) {
        Ok(compiled) => compiled,
        Err(Fault::Refused(_)) => return inputs.iter().map(|_| Said::is(UNCOMPILED)).collect(),
        Err(Fault::Lacking(why)) => return inputs.iter().map(|_| Said::Unknown(why.clone())).collect(),
    };
    let value = |input: &Value, name: &str| Found::from_json(input.get(name).unwrap_or(&Value::Null));
    let asked = |input: &Value| {
        let scope: BTreeMap<&str, Found> = ["object", "oldObject", "params"].into_iter().map(|name| (name, value(input, name))).collect();
        match compiled.evaluate(&scope) {
            Ok(Found::Bool(value)) => Said::is(value.to_string()),
            Ok(value) => Said::is(format!("a {}", value.kind())),
            Err(Failure::Errs(_)) => Said::is("error"),
            Err(Failure::Lacking(why)) => Said::Unknown(why),
        }
    };
    inputs.iter().map(asked).collect()
}

fn heard(answer: &Value) -> String {
    match (answer.get("error"), answer["type"].as_str()) {
        (Some(_), _) => "error".to_owned(),
        (None, Some("bool")) => answer["value"].to_string(),
        (None, kind) => format!("a {}", kind.unwrap_or_default()),
    }
}

fn input(dice: &mut Dice) -> Value {
    let object = witnesses::pod(dice);
    let before = if dice.chance(40) { witnesses::pod(dice) } else { Value::Null };
    json!({"object": object, "oldObject": before, "params": grammar_cel::params(dice)})
}

#[test]
fn expressions_have_the_values_that_the_api_server_finds() {
    let Some(mut engine) = Engine::start("kubernetes") else { return };
    let (cases, mut dice) = dice(10);
    let all = (0..cases * 4).map(move |_| {
        let deep = dice.roll(4) as u32;
        let policy = json!({"expression": grammar_cel::bool(&mut dice, deep, None)});
        Case { policy, inputs: (0..6).map(|_| input(&mut dice)).collect() }
    });
    let question = |policy: &Value, inputs: &[Value]| json!({"ask": "cel", "expression": policy["expression"], "inputs": inputs});
    Judges { engine: &mut engine, question: &question, heard: &heard, compiled_alone: false, ours: &ours }.hold("CEL", all, 90);
}

#[test]
fn patterns_find_what_go_finds() {
    let Some(mut engine) = Engine::start("kubernetes") else { return };
    let (cases, mut dice) = dice(11);
    let pieces = [
        "a",
        "b",
        "é",
        "\\w",
        "\\d",
        "\\s",
        "\\W",
        "\\b",
        "\\B",
        ".",
        "*",
        "+",
        "?",
        "|",
        "(",
        ")",
        "(?:",
        "(?i)",
        "(?s)",
        "(?m)",
        "(?U)",
        "(?P<n>",
        "[",
        "]",
        "[^",
        "-",
        "^",
        "$",
        "{2}",
        "{2,}",
        "{,2}",
        "{",
        "}",
        "\\pL",
        "\\p{Greek}",
        "\\PN",
        "[[:alpha:]]",
        "[[:^digit:]]",
        "&&",
        "--",
        "~~",
        "\\Q",
        "\\E",
        "\\x41",
        "\\x{e9}",
        "\\n",
        "\\.",
        "\\-",
        "\\/",
        "\\z",
        "\\A",
        "\\Z",
        "\\C",
        "\\1",
        "\\a",
        "\\07",
        "\\8",
        "a-z",
        "(?=",
        "(?<n>",
        "*?",
        "++",
        "\\_",
        "\\é",
        "\\<",
        "/",
        " ",
    ];
    let question = |policy: &Value, inputs: &[Value]| json!({"ask": "re2", "pattern": policy["pattern"], "texts": inputs});
    let ours = |policy: &Value, inputs: &[Value]| match re2::compile(policy["pattern"].as_str().unwrap_or_default()) {
        Ok(regex) => inputs.iter().map(|text| Said::is(regex.is_match(text.as_str().unwrap_or_default()).to_string())).collect(),
        Err(re2::Fault::NotSame(why)) => inputs.iter().map(|_| Said::Unknown(why.clone())).collect(),
        Err(_) => inputs.iter().map(|_| Said::is(UNCOMPILED)).collect::<Vec<_>>(),
    };
    let all = (0..cases * 4).map(move |_| {
        let pattern: String = (0..=dice.roll(6)).map(|_| dice.one(&pieces)).collect();
        let letters = ["a", "b", "A", "é", "É", "1", " ", "\n", "-", "_", "{", "}", "&", "Z", "α", "~", "/", "٣", "ſ", "K"];
        Case {
            policy: json!({"pattern": pattern}),
            inputs: (0..8).map(|_| json!((0..dice.roll(5)).map(|_| dice.one(&letters)).collect::<String>())).collect(),
        }
    });
    Judges { engine: &mut engine, question: &question, heard: &Value::to_string, compiled_alone: false, ours: &ours }.hold("RE2", all, 90);
}

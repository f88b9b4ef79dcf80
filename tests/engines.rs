//! The engines of admission themselves judge ours: random policies and requests, and believable policies of the kinds that are published, are asked of both.
//! What ours evaluates must be what the engine says. `KASSAY_ENGINES_CASES` says how many policies of each sort are tried (500 where it says nothing),
//! `KASSAY_ENGINES_SEED` where the dice begin, `KASSAY_ENGINES_SHOWN` how many differences are told. `engines/build.sh` builds the engines.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "a test's failure is its message"
)]

#[path = "engines/asking.rs"]
mod asking;
#[path = "engines/cel.rs"]
mod cel;
#[path = "engines/comparing.rs"]
mod comparing;
#[path = "support/dice.rs"]
mod dice;
#[path = "engines/grammar_cel.rs"]
mod grammar_cel;
#[path = "engines/grammar_kyverno.rs"]
mod grammar_kyverno;
#[path = "engines/grammar_rego.rs"]
mod grammar_rego;
#[path = "engines/grammar_vap.rs"]
mod grammar_vap;
#[path = "engines/published.rs"]
mod published;
#[path = "engines/small.rs"]
mod small;
#[path = "engines/witnesses.rs"]
mod witnesses;

use asking::Engine;
use comparing::{Case, Judges, Said};
use dice::Dice;
use kassay_engines::{Answer, Judge, Ruling, gatekeeper, kyverno, validating};
use serde_json::{Value, json};

fn number(name: &str, without: u64) -> u64 {
    std::env::var(name).ok().map_or(without, |text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// How many cases are tried, and the dice for them.
fn cases() -> (u64, u64) {
    (number("KASSAY_ENGINES_CASES", 500), number("KASSAY_ENGINES_SEED", 1))
}

fn dice(salt: u64) -> (u64, Dice) {
    let (cases, seed) = cases();
    (cases, Dice::new(seed.wrapping_mul(1000).wrapping_add(salt)))
}

/// What ours says to a request: refused where a part refuses, else not evaluated where a part is not.
fn verdict(rulings: &[Ruling]) -> Said {
    if rulings.iter().any(|ruling| matches!(ruling.answer, Answer::Refuses(_))) {
        return Said::is("refuses");
    }
    let unknown = rulings.iter().find_map(|ruling| match &ruling.answer {
        Answer::NotEvaluated(why) => Some(why.clone()),
        _ => None,
    });
    unknown.map_or_else(|| Said::is("admits"), Said::Unknown)
}

fn refused(answer: &Value) -> String {
    if answer["refused"] == true { "refuses".to_owned() } else { "admits".to_owned() }
}

fn requests(dice: &mut Dice, count: usize) -> Vec<Value> {
    (0..count).map(|_| witnesses::told(&witnesses::request(dice))).collect()
}

fn asked(judge: &dyn Judge, inputs: &[Value]) -> Vec<Said> {
    inputs.iter().map(|input| verdict(&judge.rule(&witnesses::heard(input)))).collect()
}

fn ask_gatekeeper(policy: &Value, inputs: &[Value]) -> Value {
    json!({"ask": "gatekeeper", "template": policy["template"], "constraints": policy["constraints"], "requests": inputs})
}

fn constraints(policy: &Value, inputs: &[Value]) -> Vec<Said> {
    let constraints = policy["constraints"].as_array().cloned().unwrap_or_default();
    let settings = gatekeeper::Settings::default().with_empty_inventory();
    asked(&gatekeeper::Gatekeeper::read(&policy["template"], &constraints, &settings), inputs)
}

fn ask_validating(policy: &Value, inputs: &[Value]) -> Value {
    let mut question = policy.clone();
    question["ask"] = json!("vap");
    question["requests"] = json!(inputs);
    question
}

fn validating_policy(policy: &Value, inputs: &[Value]) -> Vec<Said> {
    let list = |name: &str| policy[name].as_array().cloned().unwrap_or_default();
    let kind = &policy["policy"]["spec"]["paramKind"];
    let same = |object: &Value| object["apiVersion"] == kind["apiVersion"] && object["kind"] == kind["kind"];
    let params = match list("paramKinds").into_iter().find(same) {
        _ if kind.is_null() => validating::Params::None,
        None => validating::Params::NoSuchKind,
        Some(known) => {
            validating::Params::Read { namespaced: known["namespaced"] == true, objects: list("params").into_iter().filter(same).collect() }
        }
    };
    asked(&validating::Policy::read(&policy["policy"], &list("bindings"), &params), inputs)
}

fn ask_kyverno(policy: &Value, inputs: &[Value]) -> Value {
    json!({"ask": "kyverno", "policy": policy["policy"], "exceptions": policy["exceptions"], "requests": inputs})
}

fn kyverno_policy(policy: &Value, inputs: &[Value]) -> Vec<Said> {
    let settings = kyverno::Settings::read(&std::collections::BTreeMap::new()).at_minor(Some(19));
    let exceptions = policy["exceptions"].as_array().cloned().unwrap_or_default();
    asked(&kyverno::Kyverno::read(&policy["policy"], &exceptions, &settings), inputs)
}

#[test]
fn templates_and_constraints_answer_as_gatekeeper_does() {
    let Some(mut engine) = Engine::start("gatekeeper") else { return };
    let (cases, mut dice) = dice(3);
    let all = (0..cases).map(move |_| Case { policy: grammar_rego::gatekeeper(&mut dice), inputs: requests(&mut dice, 8) });
    // A review that fails is answered by the webhook's failurePolicy.
    let heard = |answer: &Value| if answer.pointer("/parts/") == Some(&json!("error")) { "refuses".to_owned() } else { refused(answer) };
    Judges { engine: &mut engine, question: &ask_gatekeeper, heard: &heard, compiled_alone: true, ours: &constraints }.hold(
        "Gatekeeper",
        all,
        90,
    );
}

#[test]
fn validating_policies_answer_as_the_plugin_does() {
    let Some(mut engine) = Engine::start("kubernetes") else { return };
    let (cases, mut dice) = dice(4);
    let all = (0..cases).map(move |_| Case { policy: grammar_vap::policy(&mut dice), inputs: requests(&mut dice, 8) });
    // The API server takes no policy without match constraints.
    let invalid = |answer: &Value| answer["words"].as_str().is_some_and(|words| words.contains("a required field"));
    let heard = |answer: &Value| if invalid(answer) { "invalid".to_owned() } else { refused(answer) };
    Judges { engine: &mut engine, question: &ask_validating, heard: &heard, compiled_alone: false, ours: &validating_policy }.hold(
        "ValidatingAdmissionPolicy",
        all,
        90,
    );
}

#[test]
fn policies_answer_as_kyverno_does() {
    let Some(mut engine) = Engine::start("kyverno") else { return };
    let (cases, mut dice) = dice(5);
    let all = (0..cases).map(move |_| Case { policy: grammar_kyverno::with_exceptions(&mut dice), inputs: requests(&mut dice, 8) });
    Judges { engine: &mut engine, question: &ask_kyverno, heard: &refused, compiled_alone: true, ours: &kyverno_policy }
        .hold("Kyverno", all, 90);
}

#[test]
fn policies_of_cel_answer_as_kyverno_does() {
    let Some(mut engine) = Engine::start("kyverno") else { return };
    let (cases, mut dice) = dice(6);
    let all =
        (0..cases).map(move |_| Case { policy: json!({"policy": grammar_kyverno::validating(&mut dice)}), inputs: requests(&mut dice, 8) });
    let question = |policy: &Value, inputs: &[Value]| json!({"ask": "validatingpolicy", "policy": policy["policy"], "requests": inputs});
    Judges { engine: &mut engine, question: &question, heard: &refused, compiled_alone: true, ours: &kyverno_policy }.hold(
        "ValidatingPolicy",
        all,
        90,
    );
}

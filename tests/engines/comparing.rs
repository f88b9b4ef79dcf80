//! Two judges on the same inputs: what the engine says, and what ours says. A difference among what ours evaluates is a failure, told with the smallest
//! input found that shows it.

use crate::asking::Engine;
use serde_json::Value;
use std::collections::BTreeMap;

/// What ours says to an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A verdict or a value, in the word that the engine has for it too.
    Is(String),
    /// It is not evaluated, for this reason.
    Unknown(String),
}

impl Said {
    pub fn is(word: impl Into<String>) -> Self {
        Self::Is(word.into())
    }
}

/// A policy, or an expression, and inputs: all of it JSON, so that it can be told, kept, and made smaller.
#[derive(Clone, Debug)]
pub struct Case {
    pub policy: Value,
    pub inputs: Vec<Value>,
}

/// How two judges are asked.
pub struct Judges<'a> {
    pub engine: &'a mut Engine,
    /// The question to the engine.
    pub question: &'a dyn Fn(&Value, &[Value]) -> Value,
    /// The engine's word for each input, from its reply.
    pub heard: &'a dyn Fn(&Value) -> String,
    /// Whether a policy that the engine does not compile is passed over: its status says so, and ours goes by that.
    pub compiled_alone: bool,
    /// What ours says to each input.
    pub ours: &'a dyn Fn(&Value, &[Value]) -> Vec<Said>,
}

/// What was seen.
#[derive(Default)]
pub struct Seen {
    pub inputs: usize,
    pub evaluated: usize,
    /// Policies that the engine does not compile.
    pub uncompiled: usize,
    pub words: BTreeMap<String, usize>,
    pub reasons: BTreeMap<String, usize>,
    pub differences: Vec<Difference>,
}

pub struct Difference {
    pub policy: Value,
    pub input: Value,
    pub theirs: String,
    pub ours: String,
    pub words: String,
}

/// What the engine said where it took a policy no further than compiling it.
pub const UNCOMPILED: &str = "does not compile";

impl Judges<'_> {
    fn theirs(&mut self, policy: &Value, inputs: &[Value]) -> Vec<(String, String)> {
        let reply = self.engine.ask(&(self.question)(policy, inputs));
        if let Some(why) = reply.get("failed") {
            return inputs.iter().map(|_| ("failed".to_owned(), why.to_string())).collect();
        }
        if let Some(why) = reply.get("refused") {
            return inputs.iter().map(|_| (UNCOMPILED.to_owned(), why.to_string())).collect();
        }
        let answers = reply["answers"].as_array().unwrap_or_else(|| panic!("no answers: {reply}"));
        assert_eq!(answers.len(), inputs.len());
        answers.iter().map(|answer| ((self.heard)(answer), answer.to_string())).collect()
    }

    fn differs(&mut self, policy: &Value, input: &Value) -> Option<(String, String, String)> {
        let inputs = std::slice::from_ref(input);
        let (theirs, words) = self.theirs(policy, inputs).remove(0);
        match (self.ours)(policy, inputs).remove(0) {
            Said::Is(_) if self.compiled_alone && theirs == UNCOMPILED => None,
            Said::Is(ours) if ours != theirs && theirs != "failed" => Some((theirs, ours, words)),
            _ => None,
        }
    }

    /// Judges cases, and keeps what differs.
    pub fn judge(&mut self, cases: impl Iterator<Item = Case>) -> Seen {
        let mut seen = Seen::default();
        for case in cases {
            let theirs = self.theirs(&case.policy, &case.inputs);
            let ours = (self.ours)(&case.policy, &case.inputs);
            assert_eq!(ours.len(), theirs.len());
            let mut told = false;
            if self.compiled_alone && theirs.iter().any(|(word, _)| word == UNCOMPILED) {
                seen.uncompiled += 1;
                if std::env::var_os("KASSAY_ENGINES_UNCOMPILED").is_some() {
                    println!("not compiled: {}", theirs[0].1);
                }
                continue;
            }
            for ((input, (theirs, words)), ours) in case.inputs.iter().zip(theirs).zip(ours) {
                if theirs == "failed" {
                    if std::env::var_os("KASSAY_ENGINES_UNCOMPILED").is_some() {
                        println!("the engine failed: {words}\n{}\n{input}", case.policy);
                    }
                    assert!(!words.contains("unmarshal") || words.contains("panic"), "a bad question: {words}\n{}", case.policy);
                    *seen
                        .reasons
                        .entry(format!("the engine itself failed: {}", words.chars().take(80).collect::<String>()))
                        .or_default() += 1;
                    continue;
                }
                seen.inputs += 1;
                *seen.words.entry(theirs.clone()).or_default() += 1;
                match ours {
                    Said::Unknown(why) => *seen.reasons.entry(why).or_default() += 1,
                    Said::Is(word) => {
                        seen.evaluated += 1;
                        if word != theirs && !told {
                            told = true; // one of a case is enough
                            seen.differences.push(Difference {
                                policy: case.policy.clone(),
                                input: input.clone(),
                                theirs,
                                ours: word,
                                words,
                            });
                        }
                    }
                }
            }
        }
        seen
    }

    /// Makes a difference as small as it gets by leaving parts out.
    pub fn shrink(&mut self, difference: &mut Difference) {
        self.shrink_parts(difference);
        self.shrink_texts(difference);
        self.shrink_parts(difference);
    }

    fn keeps(&mut self, difference: &mut Difference, policy: Value, input: Value) -> bool {
        let Some((theirs, ours, words)) = self.differs(&policy, &input) else { return false };
        let same = (theirs.as_str(), ours.as_str()) == (difference.theirs.as_str(), difference.ours.as_str());
        if same {
            *difference = Difference { policy, input, theirs, ours, words };
        }
        same
    }

    /// Leaves words out of the policy's texts.
    fn shrink_texts(&mut self, difference: &mut Difference) {
        let mut budget = 1500;
        for path in paths(&difference.policy) {
            let words = |text: &str| -> Vec<String> {
                let mut words: Vec<String> = Vec::new();
                for letter in text.chars() {
                    match words.last_mut() {
                        Some(word) if letter.is_alphanumeric() && word.ends_with(char::is_alphanumeric) => word.push(letter),
                        _ => words.push(letter.to_string()),
                    }
                }
                words
            };
            let Some(Value::String(text)) = difference.policy.pointer(&path) else { continue };
            if text.len() < 12 {
                continue;
            }
            let mut all = words(text);
            let mut size = all.len() / 2;
            while size > 0 && budget > 0 {
                let mut at = 0;
                while at + size <= all.len() && budget > 0 {
                    budget -= 1;
                    let mut fewer = all.clone();
                    fewer.drain(at..at + size);
                    let mut policy = difference.policy.clone();
                    *policy.pointer_mut(&path).unwrap() = Value::String(fewer.concat());
                    if self.keeps(difference, policy, difference.input.clone()) {
                        all = fewer;
                    } else {
                        at += size.div_ceil(2);
                    }
                }
                size /= 2;
            }
        }
    }

    fn shrink_parts(&mut self, difference: &mut Difference) {
        let mut budget = 400;
        loop {
            let mut smaller = false;
            for part in [0, 1] {
                let whole = if part == 0 { &difference.policy } else { &difference.input };
                for path in paths(whole) {
                    if !may_go(part == 0, &path) {
                        continue;
                    }
                    if budget == 0 {
                        return;
                    }
                    budget -= 1;
                    let (mut policy, mut input) = (difference.policy.clone(), difference.input.clone());
                    if !remove(if part == 0 { &mut policy } else { &mut input }, &path) {
                        continue;
                    }
                    smaller |= self.keeps(difference, policy, input);
                }
            }
            if !smaller {
                return;
            }
        }
    }

    /// Judges cases and fails for a difference, or where less than a share of the inputs was evaluated.
    pub fn hold(&mut self, name: &str, cases: impl Iterator<Item = Case>, at_least: usize) {
        let mut seen = self.judge(cases);
        println!(
            "{name}: {} of {} inputs evaluated; {:?}; {} policies do not compile",
            seen.evaluated, seen.inputs, seen.words, seen.uncompiled
        );
        let mut reasons: Vec<_> = seen.reasons.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        for (reason, count) in reasons.iter().take(12) {
            println!("  {count} not evaluated: {reason}");
        }
        assert!(seen.words.len() > 1, "{name}: the engine says the same to everything: {:?}", seen.words);
        seen.differences.sort_by_key(|difference| difference.policy.to_string().len() + difference.input.to_string().len() / 8);
        let count = seen.differences.len();
        let shown: usize = std::env::var("KASSAY_ENGINES_SHOWN").ok().map_or(1, |text| text.parse().unwrap());
        let mut told = String::new();
        for difference in seen.differences.iter_mut().take(shown) {
            self.shrink(difference);
            told += &format!(
                "\n--- the engine: {}; ours: {}\npolicy: {}\ninput: {}\nthe engine's words: {}\n",
                difference.theirs, difference.ours, difference.policy, difference.input, difference.words
            );
        }
        assert!(count == 0, "{name}: {count} differences, the smallest:{told}");
        assert!(seen.evaluated * 100 >= seen.inputs * at_least, "{name}: less than {at_least} % evaluated");
    }
}

/// Whether a part may be left out so that what is left is still a policy, or a request.
fn may_go(policy: bool, path: &str) -> bool {
    const NEEDED: &[&str] = &[
        "kinds",
        "match",
        "resources",
        "expression",
        "matchConstraints",
        "name",
        "rules",
        "apiVersion",
        "kind",
        "metadata",
        "spec",
        "validate",
        "list",
        "operations",
        "apiGroups",
        "apiVersions",
        "resourceRules",
        "policyName",
        "target",
        "targets",
        "template",
        "crd",
        "names",
        "validation",
        "openAPIV3Schema",
        "legacySchema",
        "key",
        "operator",
        "value",
        "type",
        "status",
        "created",
        "enforcementPoints",
        "containers",
        "image",
    ];
    let last = path.rsplit('/').next().unwrap_or_default();
    let object = path.starts_with("/object/") || path.starts_with("/oldObject/");
    !NEEDED.contains(&last) && (policy || object)
}

/// Every member and item, the large ones first.
fn paths(value: &Value) -> Vec<String> {
    fn walk(value: &Value, at: &str, all: &mut Vec<(usize, String)>) {
        let mut each = |key: String, inner: &Value| {
            let path = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
            all.push((inner.to_string().len(), path.clone()));
            walk(inner, &path, all);
        };
        match value {
            Value::Object(map) => map.iter().for_each(|(key, inner)| each(key.clone(), inner)),
            Value::Array(list) => list.iter().enumerate().for_each(|(n, inner)| each(n.to_string(), inner)),
            _ => {}
        }
    }
    let mut all = Vec::new();
    walk(value, "", &mut all);
    all.sort_by_key(|(size, _)| std::cmp::Reverse(*size));
    all.into_iter().map(|(_, path)| path).collect()
}

fn remove(value: &mut Value, path: &str) -> bool {
    let (above, key) = path.rsplit_once('/').unwrap();
    let key = key.replace("~1", "/").replace("~0", "~");
    match value.pointer_mut(above) {
        Some(Value::Object(map)) => map.remove(&key).is_some(),
        Some(Value::Array(list)) => {
            let place = key.parse().ok().filter(|n: &usize| *n < list.len());
            place.is_some_and(|n| {
                list.remove(n);
                true
            })
        }
        _ => false,
    }
}

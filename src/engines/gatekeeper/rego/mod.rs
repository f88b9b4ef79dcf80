//! Rego programs of templates, run by regorus as OPA runs them for Gatekeeper.
//!
//! OPA's answer to a builtin that is given a wrong type, and to a division by zero, is undefined; two values of one complete rule are an error, which
//! Gatekeeper makes a violation. What a program calls is looked through before it runs (`survey`): a function that is not known to answer here as OPA's
//! does makes it not evaluated.

mod addresses;
mod builtins;
mod format;
mod globs;
mod hoist;
mod patterns;
mod survey;
#[cfg(test)]
mod tests;
mod words;

use builtins::Doubts;
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Value};
use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long one run may take. A request would have been given up long before.
const LIMIT: Duration = Duration::from_secs(5);

/// The text of a program.
#[derive(Clone, Debug, Default)]
pub(super) struct Source {
    /// The template's own module.
    pub rego: String,
    /// Modules that it may import from `data.lib`.
    pub libs: Vec<String>,
    /// Whether they are of version 1 of the language.
    pub v1: bool,
}

/// What a program says to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Its violations; for each the message, none where that is no text.
    Violations(Vec<Option<String>>),
    /// It errs there, too: the words become a violation.
    Errs(String),
    /// What it would say is not known.
    Unknown(String),
}

/// What a program may look at of a request beside its object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Reads {
    /// The name or labels of the namespace.
    pub namespace: bool,
    /// Who asks.
    pub user: bool,
}

/// A program that can be run.
pub(super) struct Program {
    engine: Mutex<Engine>,
    doubts: Doubts,
    entry: String,
    exhausted: AtomicBool,
    /// What it reads.
    pub reads: Reads,
}

/// What of a request is made up here, or not known. A program that reads it is not evaluated.
const UNKNOWN: &[&[&str]] = &[&["review", "uid"], &["review", "options"], &["review", "userInfo", "uid"], &["review", "userInfo", "extra"]];

/// What of a namespace's object is known.
const KNOWN: &[&[&str]] = &[
    &["review", "namespaceObject", "metadata", "name"],
    &["review", "namespaceObject", "metadata", "labels"],
    &["review", "namespaceObject", "kind"],
    &["review", "namespaceObject", "apiVersion"],
];

/// Where a namespace shows in a request.
const NAMESPACE: &[&[&str]] = &[
    &["review", "namespace"],
    &["review", "namespaceObject"],
    &["review", "object", "metadata", "namespace"],
    &["review", "oldObject", "metadata", "namespace"],
];

impl Program {
    /// Reads a program; `inventory` says that nothing is synchronized into `data.inventory`, otherwise what is there is not known.
    pub(super) fn read(source: &Source, inventory_empty: bool) -> Result<Self, String> {
        catch_unwind(AssertUnwindSafe(|| Self::parse(source, inventory_empty)))
            .unwrap_or_else(|_| Err("a program that can't be read".to_owned()))
    }

    fn parse(source: &Source, inventory_empty: bool) -> Result<Self, String> {
        let texts: Vec<&String> = std::iter::once(&source.rego).chain(&source.libs).collect();
        if let Some(word) = texts.iter().find_map(|text| words::keyword_without_import(text)).filter(|_| !source.v1) {
            return Err(format!("`{word}` is not imported"));
        }
        let mut engine = engine(source.v1, texts.iter().map(|text| text.as_str()))?;
        let trees: serde_json::Value = engine
            .get_ast_as_json()
            .ok()
            .and_then(|json| serde_json::from_str(&json).ok())
            .ok_or("a program whose syntax can't be looked at")?;
        let mut written = Vec::with_capacity(texts.len());
        for (place, text) in texts.iter().enumerate() {
            written.push(hoist::written_out(text, &trees[place]["ast"])?);
        }
        if written.iter().any(Option::is_some) {
            let anew = written.iter().zip(&texts).map(|(anew, text)| anew.as_deref().unwrap_or(text.as_str()));
            engine = self::engine(source.v1, anew)?;
        }
        let parsed: Vec<survey::Parsed> =
            texts.iter().enumerate().map(|(place, text)| survey::Parsed { text, tree: &trees[place]["ast"] }).collect();
        let Some(own) = parsed.first() else { return Err("no program".to_owned()) };
        let package = survey::package(own.tree).filter(|path| !path.is_empty()).ok_or("a package without a name")?;
        if ["lib", "inventory"].contains(&package[0].as_str()) {
            return Err(format!("the package {}", package.join(".")));
        }
        for module in &parsed[1..] {
            let path = survey::package(module.tree).unwrap_or_default();
            if path.len() < 2 || path[0] != "lib" {
                return Err("a library whose package is not in lib, which Gatekeeper refuses".to_owned());
            }
        }
        if !survey::rule_names(own.tree).contains("violation") {
            return Err("no rule violation, which Gatekeeper refuses".to_owned());
        }
        let survey = survey::survey(&parsed);
        if let Some(lacks) = survey.lacks {
            return Err(lacks);
        }
        if let Some(name) = builtins::unknown(&survey.builtins) {
            return Err(format!("the function {name}"));
        }
        if !survey.inventory.is_empty() && !inventory_empty {
            let kinds: Vec<&str> = survey.inventory.iter().map(|kind| kind.as_deref().unwrap_or("any kind")).collect();
            return Err(format!(
                "data.inventory, in which Gatekeeper has other objects whole ({}), and which is not known here",
                kinds.join(", ")
            ));
        }
        if let Some(path) = UNKNOWN.iter().find(|path| survey.reads(path)) {
            return Err(format!("input.{}, which is not known", path.join(".")));
        }
        if survey.reads_beside(&["review", "namespaceObject"], KNOWN) {
            return Err("the object of the namespace, of which only name and labels are known".to_owned());
        }
        let reads = Reads { namespace: NAMESPACE.iter().any(|path| survey.reads(path)), user: survey.reads(&["review", "userInfo"]) };
        let doubts = Doubts::default();
        builtins::add(&mut engine, &survey.builtins, &doubts)?;
        engine.add_data(Value::from(serde_json::json!({"inventory": {}}))).map_err(|error| error.to_string())?;
        if let Some(check_interval) = NonZeroU32::new(64) {
            engine.set_execution_timer_config(ExecutionTimerConfig { limit: LIMIT, check_interval });
        }
        let step =
            |name: &String| if words::is_name(name) { format!(".{name}") } else { format!("[{}]", serde_json::Value::from(name.as_str())) };
        let entry = format!("data{}.violation", package.iter().map(step).collect::<String>());
        Ok(Self { engine: Mutex::new(engine), doubts, entry, exhausted: AtomicBool::new(false), reads })
    }

    /// Runs it on an input.
    pub(super) fn run(&self, input: Value) -> Outcome {
        if self.exhausted.load(Ordering::Relaxed) {
            return Outcome::Unknown("a program that takes too long".to_owned());
        }
        let Ok(mut engine) = self.engine.lock() else { return Outcome::Unknown("a program that broke what runs it".to_owned()) };
        let run = catch_unwind(AssertUnwindSafe(|| {
            engine.set_input(input);
            let said = engine.eval_rule(self.entry.clone());
            let _ = engine.take_prints();
            said
        }));
        let doubt = self.doubts.take();
        match (run, doubt) {
            (Err(_), _) => Outcome::Unknown("a program that breaks what runs it".to_owned()),
            (Ok(_), Some(doubt)) => Outcome::Unknown(doubt),
            (Ok(Ok(value)), None) => Outcome::Violations(violations(&value)),
            (Ok(Err(error)), None) => {
                let words = error.to_string();
                if conflict(&words) {
                    return Outcome::Errs("a rule with two values".to_owned());
                }
                if error.downcast_ref::<regorus::LimitError>().is_some() || words.contains("execution exceeded time limit") {
                    self.exhausted.store(true, Ordering::Relaxed);
                    return Outcome::Unknown("a program that takes too long".to_owned());
                }
                Outcome::Unknown(format!("a program that can't be run: {}", first_line(&words)))
            }
        }
    }
}

/// An engine with some modules.
fn engine<'a>(v1: bool, texts: impl Iterator<Item = &'a str>) -> Result<Engine, String> {
    let mut engine = Engine::new();
    engine.set_rego_v0(!v1);
    engine.set_strict_builtin_errors(false);
    engine.set_gather_prints(true);
    for (place, text) in texts.enumerate() {
        let added = engine.add_policy(place.to_string(), text.to_owned());
        added.map_err(|error| format!("a program that can't be read: {}", first_line(&error.to_string())))?;
    }
    Ok(engine)
}

/// Whether an error is that a rule has two values, which is one in OPA, too.
fn conflict(words: &str) -> bool {
    ["multiple outputs", "rule conflicts with rule"].iter().any(|part| words.contains(part))
}

/// What of an error tells its reason: the line behind the word `error:`.
fn first_line(words: &str) -> String {
    let line = words.lines().find_map(|line| line.split_once("error: ").map(|(_, reason)| reason)).or_else(|| words.lines().next());
    line.unwrap_or_default().trim().to_owned()
}

/// The messages of what the rule `violation` holds. A member without a message says nothing, as in the module that Gatekeeper puts around it.
fn violations(value: &Value) -> Vec<Option<String>> {
    let members: Vec<&Value> = match value {
        Value::Set(set) => set.iter().collect(),
        Value::Array(_) | Value::Undefined => Vec::new(),
        Value::Object(fields) => fields.iter().map(|(key, _)| key).collect(),
        _ => Vec::new(),
    };
    members
        .into_iter()
        .filter_map(|member| {
            let Value::Object(fields) = member else { return None };
            fields
                .get(&Value::from("msg"))
                .filter(|message| **message != Value::Undefined)
                .map(|message| builtins::text(message).map(str::to_owned))
        })
        .collect()
}

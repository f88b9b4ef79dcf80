//! Gatekeeper: ConstraintTemplates, their constraints, and what its webhook makes of them (Gatekeeper 3.23).
//!
//! Its mutators judge nothing. Which requests come to its webhook at all (rules, selectors, the label that takes a namespace out) is asked of the webhook's
//! configuration, by whoever asks here.

mod config;
mod constraint;
mod defaults;
mod native;
mod rego;
mod review;
mod template;
#[cfg(test)]
mod tests;

pub use config::Settings;

use crate::request::{Namespace, Request};
use crate::ruling::{Answer, Judge, Ruling};
use constraint::{Action, Asked, Constraint, Fits};
use native::{About, Native};
use rego::{Outcome, Program};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::sync::Mutex;
use template::Code;

/// A template with its constraints.
pub struct Gatekeeper {
    settings: Settings,
    operations: Vec<String>,
    parts: Vec<Part>,
    engine: Result<Engine, String>,
    said: Mutex<HashMap<(usize, u128), Outcome>>,
}

/// How much of what was said is kept.
const KEPT: usize = 8192;

/// A constraint, by the name that its rulings carry.
struct Part {
    by: String,
    constraint: Result<Constraint, String>,
    /// Its parameters, as the programs get them.
    parameters: regorus::Value,
}

enum Engine {
    Rego(Box<Program>),
    Native(Box<Native>),
}

impl Gatekeeper {
    /// Reads a template and those of some constraints that are of its kind. What can't be read answers that it is not evaluated.
    #[must_use]
    pub fn read(template: &Value, constraints: &[Value], settings: &Settings) -> Self {
        let kind = template::kind(template);
        let read = template::read(template);
        let schema = read.as_ref().ok().and_then(|template| template.schema.clone());
        let parts = constraints
            .iter()
            .filter(|constraint| kind.is_none() || constraint["kind"].as_str() == kind.as_deref())
            .map(|document| {
                let name = document["metadata"]["name"].as_str().unwrap_or_default();
                let by = format!("{} {name}", document["kind"].as_str().unwrap_or_default());
                let constraint = constraint::read(document, schema.as_ref());
                let parameters = constraint.as_ref().ok().and_then(|constraint| constraint.parameters.clone());
                let parameters = regorus::Value::from(parameters.unwrap_or_else(|| Value::Object(serde_json::Map::new())));
                Part { by, constraint, parameters }
            })
            .collect();
        let (operations, engine) = match read {
            Ok(template) => {
                let engine = match &template.code {
                    Code::Rego(source) => Program::read(source, settings.inventory_empty).map(|program| Engine::Rego(Box::new(program))),
                    Code::Native(source) => {
                        Native::read(source, settings.native_fails_closed).map(|native| Engine::Native(Box::new(native)))
                    }
                };
                (template.operations, engine)
            }
            Err(lacks) => (Vec::new(), Err(lacks)),
        };
        Self { settings: settings.clone(), operations, parts, engine, said: Mutex::default() }
    }

    /// What follows for a constraint from violations with these words, or from none.
    fn follows(action: &Action, violation: Option<String>) -> Answer {
        match (violation, action) {
            (None, _) => Answer::Admits(String::new()),
            (Some(words), Action::Deny) => Answer::Refuses(words),
            (Some(_), Action::Lets(words)) => Answer::Admits(words.clone()),
            (Some(_), Action::Elsewhere) => Answer::NotAsked,
        }
    }

    /// The answers of the constraints that are asked.
    fn answers(&self, request: &Request, asked: &Asked, constraints: &[(usize, &Constraint)]) -> Vec<(usize, Answer)> {
        let engine = match &self.engine {
            Ok(engine) => engine,
            Err(lacks) => return constraints.iter().map(|(place, _)| (*place, Answer::NotEvaluated(lacks.clone()))).collect(),
        };
        match engine {
            Engine::Native(native) => {
                let about = About::of(request);
                constraints
                    .iter()
                    .map(|(place, constraint)| match native.violation(&about, constraint) {
                        Ok(violation) => (*place, Self::follows(&constraint.action, violation)),
                        Err(lacks) => (*place, Answer::NotEvaluated(lacks)),
                    })
                    .collect()
            }
            Engine::Rego(program) => self.rego(program, request, asked, constraints),
        }
    }

    fn rego(&self, program: &Program, request: &Request, asked: &Asked, constraints: &[(usize, &Constraint)]) -> Vec<(usize, Answer)> {
        if constraints.is_empty() {
            return Vec::new();
        }
        let made = review::input(request, asked);
        let review = match made.review {
            Ok(review) => review,
            Err(lacks) => return constraints.iter().map(|(place, _)| (*place, Answer::NotEvaluated(lacks.clone()))).collect(),
        };
        let outcomes: Vec<Outcome> = constraints
            .iter()
            .map(|(place, _)| {
                let run = || {
                    let input = BTreeMap::from([
                        (regorus::Value::from("review"), review.clone()),
                        (regorus::Value::from("parameters"), self.parts[*place].parameters.clone()),
                    ]);
                    program.run(regorus::Value::from(input))
                };
                if program.reads.namespace {
                    return run();
                }
                self.known(*place, made.apart_from_namespaces, run)
            })
            .collect();
        // All constraints of a kind are asked in one query: an error in one of them is one of all of them.
        let errs = outcomes.iter().find_map(|outcome| match outcome {
            Outcome::Errs(words) => Some(words.clone()),
            _ => None,
        });
        let wordless =
            outcomes.iter().any(|outcome| matches!(outcome, Outcome::Violations(messages) if messages.iter().any(Option::is_none)));
        constraints
            .iter()
            .zip(outcomes)
            .map(|((place, constraint), outcome)| {
                let answer = match (&errs, outcome) {
                    (_, Outcome::Unknown(words)) => Answer::NotEvaluated(words),
                    (Some(words), _) => Self::follows(&constraint.action, Some(words.clone())),
                    (None, _) if wordless && self.settings.fails_open => {
                        Answer::Admits("fails open: the webhook errs, as a message is no text".to_owned())
                    }
                    (None, _) if wordless => Answer::Refuses("the webhook errs: a message is no text".to_owned()),
                    (None, Outcome::Violations(messages)) => Self::follows(&constraint.action, messages.into_iter().flatten().next()),
                    (None, Outcome::Errs(words)) => Self::follows(&constraint.action, Some(words)),
                };
                (*place, answer)
            })
            .collect()
    }

    /// What a program said to a request in another namespace, where it can't tell one from another.
    fn known(&self, place: usize, request: u128, run: impl FnOnce() -> Outcome) -> Outcome {
        let known = self.said.lock().ok().and_then(|said| said.get(&(place, request)).cloned());
        known.unwrap_or_else(|| {
            let outcome = run();
            if let Ok(mut said) = self.said.lock() {
                if said.len() >= KEPT {
                    said.clear();
                }
                said.insert((place, request), outcome.clone());
            }
            outcome
        })
    }

    /// Whether the template asks about an operation.
    fn asks_about(&self, request: &Request) -> bool {
        self.operations.is_empty() || self.operations.iter().any(|operation| operation == "*" || operation == request.operation.word())
    }
}

impl Judge for Gatekeeper {
    fn rule(&self, request: &Request) -> Vec<Ruling> {
        let asked = Asked::new(request);
        let by = |answer: &Answer| self.parts.iter().map(|part| Ruling::new(&part.by, answer.clone())).collect();
        if let Some(lacks) = self.settings.lacks() {
            return by(&Answer::NotEvaluated(lacks.to_owned()));
        }
        if self.settings.lets_by(request, asked.group, asked.kind) {
            return by(&Answer::NotAsked);
        }
        if request.kind.group.ends_with(".gatekeeper.sh") {
            return by(&Answer::NotEvaluated("what Gatekeeper says to its own objects".to_owned()));
        }
        if !self.asks_about(request) {
            return by(&Answer::NotAsked);
        }
        let mut answers: Vec<Answer> = Vec::with_capacity(self.parts.len());
        let mut constraints = Vec::new();
        for (place, part) in self.parts.iter().enumerate() {
            answers.push(match &part.constraint {
                Err(lacks) => Answer::NotEvaluated(lacks.clone()),
                Ok(constraint) if constraint.action == Action::Elsewhere => Answer::NotAsked,
                Ok(constraint) => match constraint.matches.fits(&asked) {
                    Fits::No => Answer::NotAsked,
                    Fits::Errs(words) => Self::follows(&constraint.action, Some(words)),
                    Fits::Yes => {
                        constraints.push((place, constraint));
                        Answer::NotAsked
                    }
                },
            });
        }
        for (place, answer) in self.answers(request, &asked, &constraints) {
            answers[place] = answer;
        }
        let expands = self.settings.expands(request);
        self.parts
            .iter()
            .zip(answers)
            .map(|(part, answer)| {
                let generated = expands
                    && part
                        .constraint
                        .as_ref()
                        .is_ok_and(|constraint| constraint.action == Action::Deny && constraint.matches.takes_generated());
                let answer = match answer {
                    Answer::Admits(_) | Answer::NotAsked if generated => {
                        Answer::NotEvaluated("what an ExpansionTemplate makes of the object".to_owned())
                    }
                    answer => answer,
                };
                Ruling::new(&part.by, answer)
            })
            .collect()
    }

    fn tells_apart(&self, namespace: &Namespace, key: &mut Vec<u8>) {
        self.settings.tells_apart(namespace, key);
        for part in &self.parts {
            if let Ok(constraint) = &part.constraint {
                constraint.matches.tells_apart(namespace, key);
            }
        }
        let reads = match &self.engine {
            Ok(Engine::Rego(program)) => program.reads.namespace,
            Ok(Engine::Native(native)) => native.reads.namespace,
            Err(_) => false,
        };
        if reads {
            key.extend_from_slice(namespace.name.as_bytes());
            key.push(0);
            for (label, value) in &namespace.labels {
                key.extend_from_slice(label.as_bytes());
                key.push(1);
                key.extend_from_slice(value.as_bytes());
                key.push(0);
            }
            key.push(0);
        }
    }

    fn ways_around(&self) -> Vec<String> {
        let constraints = self.parts.iter().filter_map(|part| Some((&part.by, part.constraint.as_ref().ok()?)));
        constraints
            .flat_map(|(by, constraint)| constraint.matches.ways_around().into_iter().map(move |way| format!("{by}: {way}")))
            .collect()
    }

    fn asks_who(&self) -> bool {
        match &self.engine {
            Ok(Engine::Rego(program)) => program.reads.user,
            Ok(Engine::Native(native)) => native.reads.user,
            Err(_) => false,
        }
    }
}

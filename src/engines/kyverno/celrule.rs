//! CEL in policies of `kyverno.io`: `validate.cel` with `celPreconditions`, and the conditions of a policy's webhook.
//!
//! Source: pkg/engine/handlers/validation/validate_cel.go and pkg/engine/internal/match.go of Kyverno 1.19. An expression that errs breaks the rule.

use super::parameters::{Chosen, Kinds, Source};
use super::program::{Compiled as Expression, Seen, compile, declared, reads_namespace};
use super::rule::Status;
use super::types::{MatchCondition, Rule};
use crate::cel::{Failure, Type, Value};
use crate::request::{Operation, Request};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The conditions of a webhook.
pub struct Conditions {
    conditions: Vec<Expression>,
}

/// Whether conditions hold.
pub enum Held {
    /// They do.
    Yes,
    /// One doesn't.
    No,
    /// One errs.
    Errs(String),
    /// Nobody here knows.
    Lacking(String),
}

impl Conditions {
    /// Compiles conditions; in words what can't be read here.
    pub fn compile(conditions: &[MatchCondition]) -> Result<Self, String> {
        let declared = declared(&BTreeMap::new());
        let compiled = conditions.iter().map(|condition| compile(&condition.expression, &declared, true));
        let conditions: Vec<Expression> = compiled.collect::<Result<_, _>>()?;
        // With a condition that does not compile the API server takes none of Kyverno's webhooks.
        if let Some(words) = conditions.iter().find_map(|condition| condition.as_ref().err()) {
            return Err(words.clone());
        }
        Ok(Self { conditions })
    }

    /// Whether they hold for a request.
    #[must_use]
    pub fn hold(&self, request: &Request) -> Held {
        let none = BTreeMap::new();
        match Seen::new(request, &none).without_namespace().all_hold(&self.conditions) {
            Ok(true) => self.hold_again(request),
            Ok(false) => Held::No,
            Err(Failure::Errs(why)) => Held::Errs(why),
            Err(Failure::Lacking(why)) => Held::Lacking(why),
        }
    }

    /// After the API server Kyverno asks them itself, with an object where there is none, and what errs then is no match.
    fn hold_again(&self, request: &Request) -> Held {
        let version = if request.kind.group.is_empty() {
            request.kind.version.clone()
        } else {
            format!("{}/{}", request.kind.group, request.kind.version)
        };
        let mut again = request.clone();
        again.dry_run = false;
        if again.object.is_null() {
            again.namespace = None;
            again.name.clear();
        }
        for object in [&mut again.object, &mut again.old_object] {
            if object.is_null() {
                *object = Arc::new(serde_json::json!({}));
            }
            let object = Arc::make_mut(object);
            object["apiVersion"] = version.clone().into();
            object["kind"] = request.kind.kind.clone().into();
        }
        if again.operation == Operation::Delete {
            again.operation = Operation::Update;
            // Only the word is another: what is seen of the object is not.
            let none = BTreeMap::new();
            return held(Seen::new(&again, &none).without_namespace().with_operation(request.operation).all_hold(&self.conditions));
        }
        let none = BTreeMap::new();
        held(Seen::new(&again, &none).without_namespace().all_hold(&self.conditions))
    }

    /// Whether they may tell namespaces apart.
    #[must_use]
    pub fn reads_namespace(&self) -> bool {
        self.conditions.iter().any(reads_namespace)
    }
}

fn held(outcome: Result<bool, Failure>) -> Held {
    match outcome {
        Ok(true) => Held::Yes,
        Ok(false) | Err(Failure::Errs(_)) => Held::No,
        Err(Failure::Lacking(why)) => Held::Lacking(why),
    }
}

/// The program of a rule.
struct Program {
    conditions: Vec<Expression>,
    variables: BTreeMap<String, Expression>,
    expressions: Vec<(Expression, String)>,
    parameters: Option<Source>,
}

/// What a program says with one parameter.
enum Said {
    Admits,
    NotMet,
    Denies(String),
    Lacking(String),
}

/// The program of a rule, or why it can't be read; nothing where the rule has none.
pub struct Compiled(Option<Result<Program, String>>);

impl Compiled {
    /// Compiles the program of a rule, which may take parameters of these kinds.
    #[must_use]
    pub fn of(rule: &Rule, kinds: Kinds<'_>) -> Self {
        Self(rule.validate.as_ref().and_then(|validate| validate.cel.as_ref()).map(|cel| {
            let parameters = Source::read(cel.param_kind.as_ref(), cel.param_ref.as_ref(), kinds)?;
            let declare = |types: &BTreeMap<String, Type>| {
                let plain = declared(types);
                if parameters.is_some() { plain.variable("params", Type::Dyn) } else { plain }
            };
            let mut types: BTreeMap<String, Type> = BTreeMap::new();
            let mut variables = BTreeMap::new();
            for variable in &cel.variables {
                let compiled = compile(&variable.expression, &declare(&types), false)?;
                let kind = compiled.as_ref().map_or(Type::Dyn, |expression| expression.kind().clone());
                types.insert(variable.name.clone(), kind);
                variables.insert(variable.name.clone(), compiled);
            }
            let declared = declare(&types);
            let conditions = rule.cel_preconditions.iter().map(|condition| compile(&condition.expression, &declared, true));
            let conditions = conditions.collect::<Result<_, _>>()?;
            let mut expressions = Vec::new();
            for demand in &cel.expressions {
                let words = demand.message.clone().unwrap_or_else(|| format!("failed expression: {}", demand.expression));
                expressions.push((compile(&demand.expression, &declared, true)?, words));
            }
            Ok(Program { conditions, variables, expressions, parameters })
        }))
    }

    /// Whether it may tell namespaces apart.
    #[must_use]
    pub fn reads_namespace(&self) -> bool {
        let Some(Ok(program)) = &self.0 else { return false };
        let expressions = program.expressions.iter().map(|(expression, _)| expression);
        program.conditions.iter().chain(program.variables.values()).chain(expressions).any(reads_namespace)
            || program.parameters.as_ref().is_some_and(Source::tells_namespaces_apart)
    }

    /// What it says to a request.
    #[must_use]
    pub fn judge(&self, request: &Request) -> Status {
        let program = match &self.0 {
            None => return Status::Nothing,
            Some(Err(why)) => return Status::Lacking(format!("CEL: {why}")),
            Some(Ok(program)) => program,
        };
        let Some(source) = &program.parameters else { return following(std::iter::once(program.say(request, None))) };
        let itself = request.kind.kind == "Namespace" && request.kind.group.is_empty();
        let namespace = request.namespace.as_ref().filter(|_| !itself).map_or("", |own| own.name.as_str());
        match source.choose(namespace) {
            Chosen::With(parameters) => following(parameters.into_iter().map(|parameter| program.say(request, Some(parameter)))),
            Chosen::Errs(why) => Status::Error(why),
            Chosen::Lacking(why) => Status::Lacking(format!("CEL: {why}")),
        }
    }
}

/// What follows from what was said with each parameter, in their order: the first that is not met or denies decides.
fn following(said: impl Iterator<Item = Said>) -> Status {
    for said in said {
        match said {
            Said::Admits => {}
            Said::NotMet => return Status::Skip("cel preconditions not met".to_owned()),
            Said::Denies(why) => return Status::Fail(why),
            Said::Lacking(why) => return Status::Lacking(format!("CEL: {why}")),
        }
    }
    Status::Pass
}

impl Program {
    fn say(&self, request: &Request, parameter: Option<Value>) -> Said {
        let beside = || parameter.iter().map(|parameter| ("params", parameter.clone())).collect();
        match Seen::new(request, &self.variables).without_namespace().with(beside()).all_hold(&self.conditions) {
            Ok(true) => {}
            Ok(false) => return Said::NotMet,
            Err(Failure::Errs(why)) => return Said::Denies(format!("a precondition errs: {why}")),
            Err(Failure::Lacking(why)) => return Said::Lacking(why),
        }
        let seen = Seen::new(request, &self.variables).with(beside());
        let mut lacking = None;
        for (expression, words) in &self.expressions {
            match seen.holds(expression) {
                Ok(true) => {}
                Ok(false) => return Said::Denies(words.clone()),
                Err(Failure::Errs(why)) => return Said::Denies(format!("it errs: {why}")),
                Err(Failure::Lacking(why)) => lacking = Some(why),
            }
        }
        lacking.map_or(Said::Admits, Said::Lacking)
    }
}

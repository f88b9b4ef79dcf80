//! Templates of CEL (K8sNativeValidation): as a ValidatingAdmissionPolicy's program, run by Gatekeeper itself.
//!
//! Its expressions see `object`, `oldObject`, `request`, `namespaceObject` and `variables`; the parameters of a constraint are `variables.params`, and
//! `variables.anyObject` is what goes where an object goes. Sources: `pkg/drivers/k8scel` of Gatekeeper 3.23.

use super::constraint::Constraint;
use super::rego::Reads;
use super::review;
use crate::cel::{Declared, Expression, Failure, Fault, Scope, Type, Value};
use crate::request::{Operation, Request};
use crate::selector::or_default;
use crate::validating::{program, typed};
use serde::Deserialize;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A prefix that Gatekeeper keeps for itself.
const RESERVED: &str = "gatekeeper_internal_";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Source {
    #[serde(default, deserialize_with = "or_default")]
    validations: Vec<Validation>,
    failure_policy: Option<String>,
    // Named in the singular there.
    #[serde(default, deserialize_with = "or_default")]
    match_condition: Vec<Named>,
    #[serde(default, deserialize_with = "or_default")]
    variables: Vec<Named>,
    #[serde(default, rename = "generateVAP")]
    _generate_vap: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Validation {
    #[serde(default, deserialize_with = "or_default")]
    expression: String,
    #[serde(default, deserialize_with = "or_default")]
    message: String,
    #[serde(default, deserialize_with = "or_default", rename = "messageExpression")]
    _message_expression: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
    expression: String,
}

/// An expression, or that it errs on each request.
type Compiled = Result<Expression, String>;

/// A program that can be asked.
pub(super) struct Native {
    conditions: Vec<Compiled>,
    variables: BTreeMap<String, Compiled>,
    /// Each with the words of its refusal.
    validations: Vec<(Compiled, String)>,
    fails_closed: bool,
    /// What it may read of a request beside its object.
    pub reads: Reads,
}

/// Where a namespace shows to expressions.
const NAMESPACE: [&str; 5] = [
    "namespaceObject",
    "request.namespace",
    "object.metadata.namespace",
    "oldObject.metadata.namespace",
    "variables.anyObject.metadata.namespace",
];

/// What of a request expressions see.
pub(super) struct About {
    object: Value,
    old_object: Value,
    request: Value,
    namespace: Value,
    any: Value,
}

impl Native {
    /// Reads a program; what CEL refuses errs on each request, what can't be read here makes the whole not evaluated.
    pub(super) fn read(source: &serde_json::Value, fails_closed: bool) -> Result<Self, String> {
        let source = Source::deserialize(source).map_err(|error| format!("the template's program: {error}"))?;
        let fails_closed = match source.failure_policy.as_deref() {
            None => fails_closed,
            Some("Fail") => true,
            Some("Ignore") => false,
            Some(other) => return Err(format!("the failure policy {other}, which Gatekeeper refuses")),
        };
        for named in source.match_condition.iter().chain(&source.variables) {
            if named.name.starts_with(RESERVED) {
                return Err(format!("the name {}, which Gatekeeper refuses", named.name));
            }
        }
        let mut fields: BTreeMap<String, Type> = [("anyObject".to_owned(), Type::Dyn), ("params".to_owned(), Type::Dyn)].into();
        let compiled = |text: &str, declared: &Declared, wanted: Option<Type>| {
            let expression = match wanted {
                Some(wanted) => Expression::compile_to(text.trim(), declared, &[wanted]),
                None => Expression::compile(text.trim(), declared),
            };
            let expression = match expression {
                Ok(expression) => Ok(expression),
                Err(Fault::Refused(words)) => Err(words),
                Err(Fault::Lacking(words)) => return Err(words),
            };
            Ok(expression)
        };
        let mut variables = BTreeMap::new();
        for named in &source.variables {
            if ["params", "anyObject"].contains(&named.name.as_str()) {
                return Err(format!("the variable {}, which Gatekeeper refuses", named.name));
            }
            // A variable alone sees the whole constraint as its params.
            let constraint = declared(&fields).variable("params", Type::Dyn);
            let expression = compiled(&named.expression, &constraint, None)?;
            let kind = expression.as_ref().map_or(Type::Dyn, |expression| program::plain(expression.kind()));
            fields.insert(named.name.clone(), kind);
            variables.insert(named.name.clone(), expression);
        }
        let declared = declared(&fields);
        let conditions = source
            .match_condition
            .iter()
            .map(|named| compiled(&named.expression, &declared, Some(Type::Bool)))
            .collect::<Result<_, _>>()?;
        let mut validations = Vec::new();
        for validation in source.validations {
            let expression = compiled(&validation.expression, &declared, Some(Type::Bool))?;
            let words = if validation.message.is_empty() {
                format!("failed expression: {}", validation.expression.trim())
            } else {
                validation.message
            };
            validations.push((expression, words));
        }
        let mut native = Self { conditions, variables, validations, fails_closed, reads: Reads::default() };
        native.reads = Reads { namespace: native.may_read(&NAMESPACE), user: native.may_read(&["request.userInfo"]) };
        Ok(native)
    }

    /// The words of a violation of a constraint, or none; an error where it can't be told.
    pub(super) fn violation(&self, about: &About, constraint: &Constraint) -> Result<Option<String>, String> {
        let params = constraint.parameters.as_ref().map_or(Value::Null, Value::from_json);
        let seen = Seen { program: self, about, params, worked_out: RefCell::default(), with_namespace: false };
        let mut errs = None;
        let mut lacks = None;
        for condition in &self.conditions {
            match seen.holds(condition) {
                Ok(true) => {}
                Ok(false) => return Ok(None),
                Err(Failure::Errs(words)) => errs = errs.or(Some(words)),
                Err(Failure::Lacking(words)) => lacks = lacks.or(Some(words)),
            }
        }
        if let Some(lacks) = lacks {
            return Err(lacks);
        }
        if let Some(words) = errs {
            return Ok(self.fails_closed.then(|| format!("a match condition errs: {words}")));
        }
        let seen = Seen { with_namespace: true, worked_out: RefCell::default(), ..seen };
        for (validation, words) in &self.validations {
            match seen.holds(validation) {
                Ok(true) => {}
                Ok(false) => return Ok(Some(words.clone())),
                Err(Failure::Errs(words)) if self.fails_closed => return Ok(Some(format!("an expression errs: {words}"))),
                Err(Failure::Errs(_)) => {}
                Err(Failure::Lacking(words)) => lacks = lacks.or(Some(words)),
            }
        }
        lacks.map_or(Ok(None), Err)
    }

    fn expressions(&self) -> impl Iterator<Item = &Expression> {
        self.conditions
            .iter()
            .chain(self.variables.values())
            .chain(self.validations.iter().map(|(validation, _)| validation))
            .filter_map(|one| one.as_ref().ok())
    }

    /// Whether one of its expressions may read one of some paths.
    fn may_read(&self, paths: &[&str]) -> bool {
        self.expressions().any(|expression| paths.iter().any(|path| expression.reads(path)))
    }
}

/// What expressions may name, with the types that the API server gives to it.
fn declared(variables: &BTreeMap<String, Type>) -> Declared {
    let variables = variables.iter().map(|(name, kind)| (name.as_str(), kind.clone()));
    program::declared(false).variable("variables", Type::object("kubernetes.variables", variables))
}

thread_local! {
    static LAST: RefCell<Option<(Request, Rc<About>)>> = const { RefCell::new(None) };
}

impl About {
    /// What expressions see of a request; made once for many templates that get it in turn.
    pub(super) fn of(request: &Request) -> Rc<Self> {
        LAST.with_borrow_mut(|last| match last {
            Some((known, about)) if review::same(known, request) => about.clone(),
            _ => {
                let about = Rc::new(Self::new(request));
                *last = Some((request.clone(), about.clone()));
                about
            }
        })
    }

    /// What expressions see of a request. What goes is no object to them.
    fn new(request: &Request) -> Self {
        let object = match request.operation {
            Operation::Delete => Value::Null,
            _ => typed::seen(&request.kind, &request.object),
        };
        let old_object = typed::seen(&request.kind, &request.old_object);
        let any = if matches!(object, Value::Null) && request.operation == Operation::Delete { old_object.clone() } else { object.clone() };
        Self { object, old_object, request: program::request_value(request), namespace: program::namespace_value(request), any }
    }
}

/// What an expression sees.
struct Seen<'a> {
    program: &'a Native,
    about: &'a About,
    params: Value,
    worked_out: RefCell<BTreeMap<String, Result<Value, Failure>>>,
    /// Conditions see no namespace.
    with_namespace: bool,
}

impl Seen<'_> {
    fn holds(&self, expression: &Compiled) -> Result<bool, Failure> {
        match expression {
            Ok(expression) => expression.holds(self),
            Err(words) => Err(Failure::Errs(words.clone())),
        }
    }
}

impl Scope for Seen<'_> {
    fn get(&self, name: &str) -> Option<Value> {
        Some(match name {
            "object" => self.about.object.clone(),
            "oldObject" => self.about.old_object.clone(),
            "request" => self.about.request.clone(),
            "namespaceObject" if self.with_namespace => self.about.namespace.clone(),
            "namespaceObject" => Value::Null,
            // Only a variable can name it: the constraint as a whole.
            "params" => Value::unknown("the constraint itself"),
            _ => return None,
        })
    }

    fn member(&self, variable: &str, field: &str) -> Option<Result<Value, Failure>> {
        if variable != "variables" {
            return None;
        }
        match field {
            "params" => return Some(Ok(self.params.clone())),
            "anyObject" => return Some(Ok(self.about.any.clone())),
            _ => {}
        }
        if let Some(known) = self.worked_out.borrow().get(field) {
            return Some(known.clone());
        }
        let value = match self.program.variables.get(field)? {
            Ok(expression) => expression.evaluate(self),
            Err(words) => Err(Failure::Errs(words.clone())),
        };
        self.worked_out.borrow_mut().insert(field.to_owned(), value.clone());
        Some(value)
    }
}

//! The expressions of a policy, compiled with what they may name, and run with what a request holds.

use super::document::{Named, Spec};
use super::typed;
use crate::cel::{Declared, Expression, Failure, Fault, Scope, Type, Value};
use crate::request::Request;
use serde_json::Value as Json;
use std::cell::RefCell;

/// An expression that was compiled, or why it was not.
pub(super) type Compiled = Result<Expression, Fault>;

/// The expressions of a policy.
#[derive(Clone, Debug)]
pub(super) struct Program {
    pub variables: Vec<(String, Compiled)>,
    pub conditions: Vec<(String, Compiled)>,
    /// Each with its message, where that is an expression.
    pub validations: Vec<(Compiled, Option<Compiled>)>,
    pub annotations: Vec<(String, Compiled)>,
}

/// What the author of a request chooses freely, whatever the request is about.
const BY_AUTHORS: [(&str, &str); 5] = [
    ("object.metadata.labels", "labels"),
    ("object.metadata.annotations", "annotations"),
    ("object.metadata.name", "name"),
    ("request.name", "name"),
    ("request.userInfo", "who sends them"),
];

impl Program {
    pub fn compile(spec: &Spec) -> Self {
        let base = declared(spec.param_kind.is_some());
        let authorizer = |declared: Declared| {
            declared
                .variable("authorizer", Type::Opaque("authorizer".into()))
                .variable("authorizer.requestResource", Type::Opaque("resourcecheck".into()))
        };
        let mut kinds: Vec<(String, Type)> = Vec::new();
        let with_variables = |declared: Declared, kinds: &[(String, Type)]| {
            declared
                .variable("variables", Type::object("kubernetes.variables", kinds.iter().map(|(name, kind)| (name.as_str(), kind.clone()))))
        };
        let mut variables = Vec::new();
        for Named { name, expression } in &spec.variables {
            let compiled = Expression::compile(expression, &with_variables(authorizer(base.clone()), &kinds));
            let kind = compiled.as_ref().map_or(Type::Dyn, |compiled| plain(compiled.kind()));
            kinds.retain(|(known, _)| known != name);
            kinds.push((name.clone(), kind));
            variables.push((name.clone(), compiled));
        }
        let quiet = with_variables(base, &kinds);
        let all = authorizer(quiet.clone());
        Self {
            variables,
            conditions: spec
                .match_conditions
                .iter()
                .map(|condition| (condition.name.clone(), Expression::compile_to(&condition.expression, &all, &[Type::Bool])))
                .collect(),
            validations: spec
                .validations
                .iter()
                .map(|validation| {
                    let message = &validation.message_expression;
                    let message = (!message.is_empty()).then(|| Expression::compile_to(message, &quiet, &[Type::String]));
                    (Expression::compile_to(&validation.expression, &all, &[Type::Bool]), message)
                })
                .collect(),
            annotations: spec
                .audit_annotations
                .iter()
                .map(|annotation| {
                    (annotation.key.clone(), Expression::compile_to(&annotation.value_expression, &all, &[Type::String, Type::Null]))
                })
                .collect(),
        }
    }

    /// All that decides something: variables, conditions, validations and annotations.
    fn deciding(&self) -> impl Iterator<Item = &Expression> {
        let named = self.variables.iter().chain(&self.conditions).chain(&self.annotations).map(|(_, compiled)| compiled);
        named.chain(self.validations.iter().map(|(compiled, _)| compiled)).filter_map(|compiled| compiled.as_ref().ok())
    }

    /// The first condition that does not hold. One that does not decides, whatever another one can't tell.
    pub fn unmet(&self, run: &Run<'_>) -> Result<Option<&str>, Failure> {
        let mut failed: Option<Failure> = None;
        for (name, compiled) in &self.conditions {
            match run.holds(compiled) {
                Ok(true) => {}
                Ok(false) => return Ok(Some(name)),
                Err(failure) => {
                    failed = Some(match failed {
                        Some(before) => before.or(failure),
                        None => failure,
                    });
                }
            }
        }
        failed.map_or(Ok(None), Err)
    }

    /// What an expression reads that the author of a request chooses: `labels, name`; "" where there is nothing of the kind.
    pub fn chosen(&self, expression: &Expression) -> String {
        self.chosen_by(expression, &BY_AUTHORS)
    }

    fn chosen_by(&self, expression: &Expression, paths: &[(&str, &'static str)]) -> String {
        let mut by: Vec<&str> = paths.iter().filter(|(path, _)| self.expression_reads(expression, path)).map(|(_, word)| *word).collect();
        by.dedup();
        by.join(", ")
    }

    /// By what their author chooses requests can stay out of the conditions, each in words; with what these paths mean beside it.
    pub fn ways_around_conditions(&self, more: &[(&str, &'static str)]) -> Vec<String> {
        let paths: Vec<(&str, &'static str)> = BY_AUTHORS.iter().chain(more).copied().collect();
        let by = |(name, compiled): &(String, Compiled)| {
            let by = self.chosen_by(compiled.as_ref().ok()?, &paths);
            (!by.is_empty()).then(|| format!("requests that the match condition {name} leaves out by {by}"))
        };
        self.conditions.iter().filter_map(by).collect()
    }

    /// Whether what decides reads the name of the namespace.
    pub fn reads_name_of_namespace(&self) -> bool {
        ["request.namespace", "object.metadata.namespace", "oldObject.metadata.namespace"].iter().any(|path| self.reads(path))
    }

    /// Whether what decides reads something.
    pub fn reads(&self, path: &str) -> bool {
        self.deciding().any(|expression| expression.reads(path))
    }

    /// Whether an expression reads something, itself or by the variables that it names.
    pub fn expression_reads(&self, expression: &Expression, path: &str) -> bool {
        // A variable may name earlier ones alone.
        let mut named = vec![expression];
        for (name, compiled) in self.variables.iter().rev() {
            let variable = format!("variables.{name}");
            if let Ok(compiled) = compiled
                && named.iter().any(|expression| expression.reads(&variable))
            {
                named.push(compiled);
            }
        }
        named.iter().any(|expression| expression.reads(path))
    }
}

/// The type that a variable has for others: what is not plain is anything there.
pub(crate) fn plain(kind: &Type) -> Type {
    match kind {
        Type::List(of) => Type::list(plain(of)),
        Type::Map(key, value) => Type::Map(Box::new(plain(key)), Box::new(plain(value))),
        Type::Opaque(_) | Type::Object(_) | Type::Optional(_) | Type::Type => Type::Dyn,
        other => other.clone(),
    }
}

/// The variables of every expression of a policy.
pub(crate) fn declared(params: bool) -> Declared {
    let text = |names: &[&'static str]| names.iter().map(|name| (*name, Type::String)).collect::<Vec<_>>();
    let kind = Type::object("kubernetes.GroupVersionKind", text(&["group", "version", "kind"]));
    let resource = Type::object("kubernetes.GroupVersionResource", text(&["group", "version", "resource"]));
    let mut user = text(&["username", "uid"]);
    user.extend([("groups", Type::list(Type::String)), ("extra", Type::map(Type::list(Type::String)))]);
    let mut request = text(&["subResource", "requestSubResource", "name", "namespace", "operation"]);
    request.extend([
        ("kind", kind.clone()),
        ("resource", resource.clone()),
        ("requestKind", kind),
        ("requestResource", resource),
        ("userInfo", Type::object("kubernetes.UserInfo", user)),
        ("dryRun", Type::Bool),
        ("options", Type::Dyn),
    ]);
    let mut condition = text(&["status", "type", "message", "reason"]);
    condition.push(("lastTransitionTime", Type::Timestamp));
    let status = Type::object(
        "kubernetes.NamespaceStatus",
        [("conditions", Type::list(Type::object("kubernetes.NamespaceCondition", condition))), ("phase", Type::String)],
    );
    let mut metadata = text(&["name", "generateName", "namespace", "UID", "resourceVersion"]);
    metadata.extend([
        ("labels", Type::map(Type::String)),
        ("annotations", Type::map(Type::String)),
        ("creationTimestamp", Type::Timestamp),
        ("deletionGracePeriodSeconds", Type::Int),
        ("deletionTimestamp", Type::Timestamp),
        ("generation", Type::Int),
        ("finalizers", Type::list(Type::String)),
    ]);
    let namespace = Type::object(
        "kubernetes.Namespace",
        [
            ("metadata", Type::object("kubernetes.NamespaceMetadata", metadata)),
            ("spec", Type::object("kubernetes.NamespaceSpec", [("finalizers", Type::list(Type::String))])),
            ("status", status),
        ],
    );
    let declared = Declared::new()
        .variable("object", Type::Dyn)
        .variable("oldObject", Type::Dyn)
        .variable("request", Type::object("kubernetes.AdmissionRequest", request))
        .variable("namespaceObject", namespace);
    if params { declared.variable("params", Type::Dyn) } else { declared }
}

/// What a request holds, made once for all bindings and parameters.
pub(super) struct Held {
    object: Value,
    old_object: Value,
    request: Value,
    namespace: Value,
}

impl Held {
    pub fn new(request: &Request) -> Self {
        Self {
            object: typed::seen(&request.kind, &request.object),
            old_object: typed::seen(&request.kind, &request.old_object),
            request: request_value(request),
            namespace: namespace_value(request),
        }
    }
}

pub(crate) fn request_value(request: &Request) -> Value {
    let text = |value: &str| Value::text(value);
    let kind =
        Value::object([("group", text(&request.kind.group)), ("version", text(&request.kind.version)), ("kind", text(&request.kind.kind))]);
    let resource = Value::object([
        ("group", text(&request.resource.group)),
        ("version", text(&request.resource.version)),
        ("resource", text(&request.resource.resource)),
    ]);
    let unknown = || Value::unknown("who asks is known by name and groups alone here");
    let mut user = vec![("uid", unknown()), ("extra", unknown())];
    if !request.user.name.is_empty() {
        user.push(("username", text(&request.user.name)));
    }
    if !request.user.groups.is_empty() {
        user.push(("groups", Value::typed_list(request.user.groups.iter().map(|group| text(group)).collect())));
    }
    let mut fields = vec![
        ("kind", kind.clone()),
        ("resource", resource.clone()),
        ("requestKind", kind),
        ("requestResource", resource),
        ("operation", text(request.operation.word())),
        ("userInfo", Value::object(user)),
        ("dryRun", Value::Bool(request.dry_run)),
        ("options", Value::unknown("the options of a request depend on who sends it")),
    ];
    // What is empty is not there.
    let namespace = request.namespace.as_ref().map(|space| space.name.as_str()).unwrap_or_default();
    let may = [
        ("name", request.name.as_str()),
        ("namespace", namespace),
        ("subResource", &request.subresource),
        ("requestSubResource", &request.subresource),
    ];
    fields.extend(may.into_iter().filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, text(value))));
    Value::object(fields)
}

/// The namespace as far as it is known here; null for what is in none, and for a Namespace itself.
pub(crate) fn namespace_value(request: &Request) -> Value {
    let itself = request.kind.group.is_empty() && request.kind.version == "v1" && request.kind.kind == "Namespace";
    let Some(space) = request.namespace.as_ref().filter(|_| !itself) else { return Value::Null };
    let unknown = || Value::unknown("of a namespace its name and labels alone are known here");
    let mut metadata = vec![("name", Value::text(&space.name))];
    if !space.labels.is_empty() {
        metadata.push(("labels", Value::typed_map(space.labels.iter().map(|(key, value)| (key.as_str(), Value::text(value))))));
    }
    const UNKNOWN: [&str; 8] = [
        "annotations",
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "finalizers",
        "generateName",
        "generation",
        "resourceVersion",
    ];
    metadata.extend(UNKNOWN.into_iter().map(|name| (name, unknown())));
    Value::object([("metadata", Value::object(metadata)), ("spec", unknown()), ("status", unknown())])
}

/// One evaluation: what a request and a parameter hold, and the variables that were worked out.
pub(super) struct Run<'a> {
    program: &'a Program,
    held: &'a Held,
    params: Value,
    /// The conditions of a policy don't see the namespace.
    space: bool,
    worked_out: RefCell<Vec<Option<Result<Value, Failure>>>>,
}

impl<'a> Run<'a> {
    pub fn new(program: &'a Program, held: &'a Held, params: Value, space: bool) -> Self {
        let worked_out = RefCell::new(vec![None; program.variables.len()]);
        Self { program, held, params, space, worked_out }
    }

    /// Runs an expression; one that does not compile errs.
    pub fn value(&self, compiled: &Compiled) -> Result<Value, Failure> {
        match compiled {
            Ok(expression) => expression.evaluate(self),
            Err(Fault::Refused(why)) => Err(Failure::Errs(format!("compilation error: {why}"))),
            Err(Fault::Lacking(why)) => Err(Failure::Lacking(why.clone())),
        }
    }

    pub fn holds(&self, compiled: &Compiled) -> Result<bool, Failure> {
        match self.value(compiled)? {
            Value::Bool(value) => Ok(value),
            other => Err(Failure::Errs(format!("must evaluate to bool but got {}", other.kind()))),
        }
    }
}

impl Scope for Run<'_> {
    fn get(&self, name: &str) -> Option<Value> {
        Some(match name {
            "object" => self.held.object.clone(),
            "oldObject" => self.held.old_object.clone(),
            "request" => self.held.request.clone(),
            "params" => self.params.clone(),
            "namespaceObject" if self.space => self.held.namespace.clone(),
            "namespaceObject" => Value::Null,
            "variables" => Value::unknown("all variables at once are not given here"),
            "authorizer" | "authorizer.requestResource" => Value::unknown("what the authorizer would say is not known here"),
            _ => return None,
        })
    }

    fn member(&self, variable: &str, field: &str) -> Option<Result<Value, Failure>> {
        if variable != "variables" {
            return None;
        }
        // Of two with one name the later one is meant.
        let at = self.program.variables.iter().rposition(|(name, _)| name == field)?;
        if let Some(Some(known)) = self.worked_out.borrow().get(at) {
            return Some(known.clone());
        }
        let (_, compiled) = self.program.variables.get(at)?;
        let value = self.value(compiled);
        if let Some(place) = self.worked_out.borrow_mut().get_mut(at) {
            *place = Some(value.clone());
        }
        Some(value)
    }
}

/// A parameter as CEL sees it.
pub(super) fn parameter(api_version: &str, kind: &str, object: &Json) -> Value {
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let kind = crate::request::GroupKind { group: group.to_owned(), version: version.to_owned(), kind: kind.to_owned() };
    typed::object(&kind, object)
}

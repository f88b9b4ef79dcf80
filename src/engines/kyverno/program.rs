//! Programs of CEL in Kyverno's policies: conditions, variables and what must hold, on the variables of the API server.

use super::functions;
use crate::cel::{Declared, Expression, Failure, Fault, Scope, Type, Value};
use crate::request::{Namespace, Operation, Request};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// An expression, or why it errs on each request.
pub type Compiled = Result<Expression, String>;

/// Compiles an expression; an error where it can't be read here.
pub fn compile(text: &str, declared: &Declared, bool_wanted: bool) -> Result<Compiled, String> {
    // Who may do what is asked of the cluster.
    if text.contains("authorizer") {
        return Err("authorizer".to_owned());
    }
    let compiled = if bool_wanted { Expression::compile_to(text, declared, &[Type::Bool]) } else { Expression::compile(text, declared) };
    match compiled {
        Ok(expression) => Ok(Ok(expression)),
        Err(Fault::Refused(words)) => Ok(Err(words)),
        Err(Fault::Lacking(words)) => Err(words),
    }
}

fn gvk(name: &str) -> Type {
    Type::object(name, [("group", Type::String), ("version", Type::String), ("kind", Type::String)])
}

fn gvr(name: &str) -> Type {
    Type::object(name, [("group", Type::String), ("version", Type::String), ("resource", Type::String)])
}

/// `object`, `oldObject`, `request`, `namespaceObject` and variables of these types.
#[must_use]
pub fn declared(variables: &BTreeMap<String, Type>) -> Declared {
    declare(variables, Vec::new())
}

/// The same, with the objects in `request` too, as Kyverno's own kinds have it.
#[must_use]
pub fn declared_whole(variables: &BTreeMap<String, Type>) -> Declared {
    declare(variables, vec![("object", Type::Dyn), ("oldObject", Type::Dyn)])
}

fn declare(variables: &BTreeMap<String, Type>, of_request: Vec<(&str, Type)>) -> Declared {
    let user = Type::object(
        "kubernetes.UserInfo",
        [
            ("username", Type::String),
            ("uid", Type::String),
            ("groups", Type::list(Type::String)),
            ("extra", Type::map(Type::list(Type::String))),
        ],
    );
    let request = Type::object(
        "kubernetes.AdmissionRequest",
        [
            ("kind", gvk("kubernetes.GroupVersionKind")),
            ("resource", gvr("kubernetes.GroupVersionResource")),
            ("subResource", Type::String),
            ("requestKind", gvk("kubernetes.GroupVersionKind")),
            ("requestResource", gvr("kubernetes.GroupVersionResource")),
            ("requestSubResource", Type::String),
            ("name", Type::String),
            ("namespace", Type::String),
            ("operation", Type::String),
            ("userInfo", user),
            ("dryRun", Type::Bool),
            ("options", Type::Dyn),
        ]
        .into_iter()
        .chain(of_request),
    );
    let metadata = Type::object(
        "kubernetes.NamespaceMetadata",
        [
            ("name", Type::String),
            ("generateName", Type::String),
            ("namespace", Type::String),
            ("labels", Type::map(Type::String)),
            ("annotations", Type::map(Type::String)),
            ("UID", Type::String),
            ("creationTimestamp", Type::Timestamp),
            ("deletionGracePeriodSeconds", Type::Int),
            ("deletionTimestamp", Type::Timestamp),
            ("generation", Type::Int),
            ("resourceVersion", Type::String),
            ("finalizers", Type::list(Type::String)),
        ],
    );
    let namespace = Type::object("kubernetes.Namespace", [("metadata", metadata), ("spec", Type::Dyn), ("status", Type::Dyn)]);
    let variables = Type::object("kubernetes.variables", variables.iter().map(|(name, kind)| (name.as_str(), kind.clone())));
    Declared::new()
        .variable("object", Type::Dyn)
        .variable("oldObject", Type::Dyn)
        .variable("request", request)
        .variable("namespaceObject", namespace)
        .variable("variables", variables)
}

/// Whether an expression may tell one namespace from another.
#[must_use]
pub fn reads_namespace(compiled: &Compiled) -> bool {
    let paths = [
        "namespaceObject",
        "request.namespace",
        "request.object.metadata.namespace",
        "request.oldObject.metadata.namespace",
        "object.metadata.namespace",
        "oldObject.metadata.namespace",
    ];
    compiled.as_ref().is_ok_and(|expression| paths.iter().any(|path| expression.reads(path)))
}

/// What expressions see of a request.
pub struct Seen<'a> {
    object: Value,
    old_object: Value,
    request: Vec<(&'static str, Value)>,
    namespace: Value,
    /// What else there is.
    beside: Vec<(&'static str, Value)>,
    variables: &'a BTreeMap<String, Compiled>,
    worked_out: RefCell<BTreeMap<String, Result<Value, Failure>>>,
}

fn namespace(namespace: &Namespace) -> Value {
    let unknown = |name: &'static str| (name, Value::unknown("the object of the namespace, of which only name and labels are known"));
    let labels = Value::map(namespace.labels.iter().map(|(key, value)| (key.as_str(), Value::text(value))));
    let others = ["annotations", "UID", "creationTimestamp", "generation", "resourceVersion", "finalizers"];
    let metadata = [("name", Value::text(&namespace.name)), ("labels", labels)].into_iter().chain(others.into_iter().map(unknown));
    Value::map([("metadata", Value::map(metadata))].into_iter().chain(["spec", "status"].into_iter().map(unknown)))
}

fn seen_request(request: &Request) -> Vec<(&'static str, Value)> {
    let text = |text: &str| Value::text(text);
    let unknown = |name: &'static str| (name, Value::unknown("what is not known of a request"));
    let kind =
        Value::map([("group", text(&request.kind.group)), ("version", text(&request.kind.version)), ("kind", text(&request.kind.kind))]);
    let resource = Value::map([
        ("group", text(&request.resource.group)),
        ("version", text(&request.resource.version)),
        ("resource", text(&request.resource.resource)),
    ]);
    let groups = Value::list(request.user.groups.iter().map(|group| text(group)).collect());
    let user = Value::map([("username", text(&request.user.name)), ("groups", groups), unknown("uid"), unknown("extra")]);
    let mut fields = vec![
        ("kind", kind.clone()),
        ("resource", resource.clone()),
        ("requestKind", kind),
        ("requestResource", resource),
        ("operation", text(request.operation.word())),
        ("userInfo", user),
        ("dryRun", Value::Bool(request.dry_run)),
        unknown("options"),
    ];
    if !request.name.is_empty() {
        fields.push(("name", text(&request.name)));
    }
    if let Some(namespace) = &request.namespace {
        fields.push(("namespace", text(&namespace.name)));
    }
    if !request.subresource.is_empty() {
        fields.push(("subResource", text(&request.subresource)));
        fields.push(("requestSubResource", text(&request.subresource)));
    }
    fields
}

impl<'a> Seen<'a> {
    /// What a program with these variables sees.
    #[must_use]
    pub fn new(request: &Request, variables: &'a BTreeMap<String, Compiled>) -> Self {
        let object = if request.operation == Operation::Delete { &serde_json::Value::Null } else { &*request.object };
        let of_namespace = request.kind.kind == "Namespace" && request.kind.group.is_empty();
        let namespace = request.namespace.as_ref().filter(|_| !of_namespace).map_or(Value::Null, namespace);
        Self {
            object: Value::from_json(object),
            old_object: Value::from_json(&request.old_object),
            request: seen_request(request),
            namespace,
            beside: Vec::new(),
            variables,
            worked_out: RefCell::default(),
        }
    }

    /// As conditions see it: without a namespace.
    #[must_use]
    pub fn without_namespace(mut self) -> Self {
        self.namespace = Value::Null;
        self
    }

    /// As Kyverno's own kinds see it: an object that is not there is empty, the request has the objects too, and a Namespace has itself.
    #[must_use]
    pub fn as_kyverno_sees(mut self, request: &Request) -> Self {
        self.namespace = match &request.namespace {
            None => Value::Null,
            Some(_) if request.kind.kind == "Namespace" && request.operation == Operation::Create => {
                Value::unknown("whether a namespace that is made is known already")
            }
            Some(own) => namespace(own),
        };
        let or_empty = |value: &Value| if matches!(value, Value::Null) { Value::map([]) } else { value.clone() };
        self.request.extend([("object", self.object.clone()), ("oldObject", self.old_object.clone())]);
        self.object = or_empty(&self.object);
        self.old_object = or_empty(&self.old_object);
        self
    }

    /// With further variables.
    #[must_use]
    pub fn with(mut self, beside: Vec<(&'static str, Value)>) -> Self {
        self.beside = beside;
        self
    }

    /// With another word for what is done.
    #[must_use]
    pub fn with_operation(mut self, operation: Operation) -> Self {
        for (name, value) in &mut self.request {
            if *name == "operation" {
                *value = Value::text(operation.word());
            }
        }
        self
    }

    /// Runs an expression as a condition.
    pub fn holds(&self, compiled: &Compiled) -> Result<bool, Failure> {
        match compiled {
            Ok(expression) => expression.holds(self),
            Err(words) => Err(Failure::Errs(words.clone())),
        }
    }

    /// Whether all conditions hold: one that doesn't decides, whatever errs beside it.
    pub fn all_hold(&self, conditions: &[Compiled]) -> Result<bool, Failure> {
        let mut failure: Option<Failure> = None;
        for condition in conditions {
            match self.holds(condition) {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                // What is not known may be false.
                Err(lacking @ Failure::Lacking(_)) => failure = Some(lacking),
                Err(errs) => failure = Some(failure.unwrap_or(errs)),
            }
        }
        failure.map_or(Ok(true), Err)
    }
}

impl Scope for Seen<'_> {
    fn get(&self, name: &str) -> Option<Value> {
        Some(match name {
            "object" => self.object.clone(),
            "oldObject" => self.old_object.clone(),
            "request" => Value::map(self.request.iter().cloned()),
            "namespaceObject" => self.namespace.clone(),
            _ => return self.beside.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()),
        })
    }

    fn call(&self, name: &str, args: &[Value]) -> Option<Result<Value, Failure>> {
        functions::call(name, args)
    }

    fn member(&self, variable: &str, field: &str) -> Option<Result<Value, Failure>> {
        if variable != "variables" {
            return None;
        }
        if let Some(known) = self.worked_out.borrow().get(field) {
            return Some(known.clone());
        }
        let value = match self.variables.get(field)? {
            Ok(expression) => expression.evaluate(self),
            Err(words) => Err(Failure::Errs(words.clone())),
        };
        self.worked_out.borrow_mut().insert(field.to_owned(), value.clone());
        Some(value)
    }
}

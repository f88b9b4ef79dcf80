//! The expressions of CEL as the API server compiles and runs them: cel-go 0.29 with the libraries of Kubernetes 1.37.
//!
//! An expression is compiled as the server compiles it, types and all, since what does not compile there errs on each request; then it is run on values
//! made from JSON. Errors are told apart from what is not known here: an error of the engine has a verdict, and what is not known has none.
//!
//! Sources: <https://github.com/google/cel-spec>, cel-go's checker and interpreter, and `k8s.io/apiserver/pkg/cel`, each held against by tests.

mod ast;
mod check;
mod declare;
mod eval;
mod lex;
mod library;
mod parse;
pub mod types;
pub mod value;

use crate::re2;
use ast::Node;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
pub use types::Type;
pub use value::{Key, Opaque, Value};

/// Why there is no compiled expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The engine refuses it too: it errs on each request.
    Refused(String),
    /// It can't be read here.
    Lacking(String),
}

/// Why there is no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The engine errs too.
    Errs(String),
    /// What the engine would say is not known here.
    Lacking(String),
}

impl Failure {
    /// The graver of two: what is not known outweighs an error.
    pub(crate) fn or(self, other: Self) -> Self {
        if matches!(self, Self::Errs(_)) && matches!(other, Self::Lacking(_)) { other } else { self }
    }
}

/// The variables that there are, and the functions beside those of Kubernetes.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    pub(crate) variables: BTreeMap<Arc<str>, Type>,
    pub(crate) functions: BTreeMap<Arc<str>, Vec<declare::Overload>>,
}

impl Declared {
    /// None.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// And this variable. A name with dots in it is one variable.
    #[must_use]
    pub fn variable(mut self, name: &str, kind: Type) -> Self {
        self.variables.insert(name.into(), kind);
        self
    }

    /// And this function: `image`, `string>image; dyn>image`. A name that begins with a dot is a method, whose first type is what it is called on;
    /// capitals stand for any type, `opt(T)`, `list(T)`, `map(K,V)` are made of others, and an unknown word is a type of its own.
    #[must_use]
    pub fn function(mut self, name: &str, ways: &str) -> Self {
        self.functions.entry(name.into()).or_default().extend(declare::overloads(ways));
        self
    }
}

/// Where an expression finds what it names.
pub trait Scope {
    /// The value of a variable. One that is declared and not here is not known.
    fn get(&self, name: &str) -> Option<Value>;

    /// A field of a variable, where the variable itself is never made: `variables.x` is worked out when it is asked for.
    fn member(&self, _variable: &str, _field: &str) -> Option<Result<Value, Failure>> {
        None
    }

    /// The result of a function that was declared beside those of Kubernetes; the name of a method begins with a dot, and what it is called on comes
    /// first.
    fn call(&self, _name: &str, _args: &[Value]) -> Option<Result<Value, Failure>> {
        None
    }
}

impl Scope for BTreeMap<&str, Value> {
    fn get(&self, name: &str) -> Option<Value> {
        BTreeMap::get(self, name).cloned()
    }
}

/// An expression that compiles.
#[derive(Clone, Debug)]
pub struct Expression {
    node: Node,
    kind: Type,
    patterns: BTreeMap<Arc<str>, Result<Regex, re2::Fault>>,
    reads: BTreeSet<String>,
}

impl Expression {
    /// Compiles an expression.
    ///
    /// # Errors
    ///
    /// The engine refuses it too, or it can't be read here.
    pub fn compile(text: &str, declared: &Declared) -> Result<Self, Fault> {
        let mut node = parse::parse(text)?;
        let kind = check::check(&mut node, declared)?;
        let mut found = Self { node: Node::Literal(Value::Null), kind, patterns: BTreeMap::new(), reads: BTreeSet::new() };
        found.look(&node, &mut Vec::new());
        found.node = node;
        Ok(found)
    }

    /// Compiles an expression whose type has to be one of these.
    ///
    /// # Errors
    ///
    /// The engine refuses it too, or it can't be read here.
    pub fn compile_to(text: &str, declared: &Declared, wanted: &[Type]) -> Result<Self, Fault> {
        let found = Self::compile(text, declared)?;
        if wanted.contains(&found.kind) {
            return Ok(found);
        }
        let wanted: Vec<String> = wanted.iter().map(ToString::to_string).collect();
        Err(Fault::Refused(format!("must evaluate to {} but got {}", wanted.join(" or "), found.kind)))
    }

    /// Its type.
    #[must_use]
    pub const fn kind(&self) -> &Type {
        &self.kind
    }

    /// Whether it reads a variable, or something below it: `request.namespace`. What is read of the whole variable reads what is below it too.
    #[must_use]
    pub fn reads(&self, path: &str) -> bool {
        let below = |read: &str, path: &str| read == path || read.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
        self.reads.iter().any(|read| below(read, path) || below(path, read))
    }

    /// Runs it.
    ///
    /// # Errors
    ///
    /// The engine errs too, or what it would say is not known here.
    pub fn evaluate(&self, scope: &dyn Scope) -> Result<Value, Failure> {
        eval::run(self, scope)
    }

    /// Runs it as a condition.
    ///
    /// # Errors
    ///
    /// The engine errs too, what it would say is not known here, or the value is neither true nor false.
    pub fn holds(&self, scope: &dyn Scope) -> Result<bool, Failure> {
        match self.evaluate(scope)? {
            Value::Bool(value) => Ok(value),
            other => Err(Failure::Errs(format!("must evaluate to bool but got {}", other.kind()))),
        }
    }

    /// Takes in what a part reads, and the patterns that it names.
    fn look(&mut self, node: &Node, locals: &mut Vec<Arc<str>>) {
        if let Some(path) = path_of(node) {
            let root = path.split('.').next().unwrap_or_default();
            if !locals.iter().any(|local| **local == *root) {
                self.reads.insert(path);
            }
            return;
        }
        match node {
            Node::Literal(_) | Node::Ident(_) => {}
            Node::Select { of, .. } | Node::Has { of, .. } | Node::OptSelect { of, .. } => self.look(of, locals),
            Node::Index { of, index, .. } => {
                self.look(of, locals);
                self.look(index, locals);
            }
            Node::And(parts) | Node::Or(parts) => parts.iter().for_each(|part| self.look(part, locals)),
            Node::If(parts) => [&parts.0, &parts.1, &parts.2].into_iter().for_each(|part| self.look(part, locals)),
            // Whether a variable is there at all says nothing of what stands below it.
            Node::Call { name, target: None, args } if matches!(&**name, "==" | "!=") && against_null(args, locals) => {}
            Node::Call { name, target, args } => {
                let pattern = match (&**name, target.is_some()) {
                    ("matches" | "find" | "findAll", true) => args.first(),
                    ("matches", false) => args.get(1),
                    _ => None,
                };
                if let Some(Node::Literal(Value::String(pattern))) = pattern {
                    self.patterns.entry(pattern.clone()).or_insert_with(|| re2::compile(pattern));
                }
                target.iter().map(AsRef::as_ref).chain(args).for_each(|part| self.look(part, locals));
            }
            Node::List(items) => items.iter().for_each(|(item, _)| self.look(item, locals)),
            Node::Map(entries) => entries.iter().for_each(|(key, value, _)| {
                self.look(key, locals);
                self.look(value, locals);
            }),
            Node::Fold { range, vars, filter, body, .. } => {
                self.look(range, locals);
                let depth = locals.len();
                locals.extend([Some(vars.0.clone()), vars.1.clone()].into_iter().flatten());
                filter.iter().map(AsRef::as_ref).chain([body.as_ref()]).for_each(|part| self.look(part, locals));
                locals.truncate(depth);
            }
            Node::OptMap { of, var, body, .. } => {
                self.look(of, locals);
                locals.push(var.clone());
                self.look(body, locals);
                locals.pop();
            }
        }
    }
}

/// Whether a variable is compared with null.
fn against_null(args: &[Node], locals: &[Arc<str>]) -> bool {
    let variable = |node: &Node| matches!(node, Node::Ident(name) if !locals.contains(name));
    let null = |node: &Node| matches!(node, Node::Literal(Value::Null));
    matches!(args, [a, b] if (variable(a) && null(b)) || (null(a) && variable(b)))
}

/// The path of fields that a part is: `object.metadata.namespace`, however these are asked for.
fn path_of(node: &Node) -> Option<String> {
    match node {
        Node::Ident(name) => Some(name.to_string()),
        Node::Select { of, field } | Node::Has { of, field } | Node::OptSelect { of, field } => Some(format!("{}.{field}", path_of(of)?)),
        Node::Index { of, index, .. } => match index.as_ref() {
            Node::Literal(Value::String(field)) => Some(format!("{}.{field}", path_of(of)?)),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests;

//! Whether an expression compiles, and of what type it is, by the checker of cel-go.

use super::ast::{Fold, Node};
use super::declare::{Overload, functions};
use super::types::{Known, Type, general};
use super::value::{Value, can_index};
use super::{Declared, Fault};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The types that are names of values too.
pub(crate) const TYPES: [&str; 18] = [
    "bool",
    "bytes",
    "double",
    "int",
    "list",
    "map",
    "null_type",
    "string",
    "type",
    "uint",
    "google.protobuf.Timestamp",
    "google.protobuf.Duration",
    "optional_type",
    "kubernetes.Quantity",
    "kubernetes.URL",
    "kubernetes.Semver",
    "net.IP",
    "net.CIDR",
];

fn refused<T>(why: impl Into<String>) -> Result<T, Fault> {
    Err(Fault::Refused(why.into()))
}

/// Checks an expression, and puts what its names turn out to be into its tree.
pub(crate) fn check(node: &mut Node, declared: &Declared) -> Result<Type, Fault> {
    let mut checker = Checker { declared, known: Known::default(), locals: Vec::new(), literals: Vec::new(), formats: 0 };
    let kind = checker.check(node)?;
    for kinds in std::mem::take(&mut checker.literals) {
        let settled: Vec<Type> = kinds.iter().map(|kind| checker.known.settle(kind)).collect();
        if let Some((first, other)) = settled.first().and_then(|first| Some((first, settled.iter().find(|other| !first.alike(other))?))) {
            return refused(format!("expected type '{first}' but found '{other}'"));
        }
    }
    Ok(checker.known.settle(&kind))
}

struct Checker<'a> {
    declared: &'a Declared,
    known: Known,
    locals: Vec<(Arc<str>, Type)>,
    /// Types of what stands in one literal of a list or a map, to be alike in the end.
    literals: Vec<Vec<Type>>,
    /// How many calls of `format` stand around: what they are given may be of many types.
    formats: usize,
}

impl Checker<'_> {
    fn check(&mut self, node: &mut Node) -> Result<Type, Fault> {
        if let Some(name) = self.qualified(node) {
            *node = Node::Ident(name.into());
        }
        match node {
            Node::Literal(value) => Ok(literal(value)),
            Node::Ident(name) => self.ident(name),
            Node::Select { of, field } => {
                let of = self.check(of)?;
                self.field(&of, field, false)
            }
            Node::Has { of, field } => {
                let of = self.check(of)?;
                self.field(&of, field, false)?;
                Ok(Type::Bool)
            }
            Node::OptSelect { of, field } => {
                let of = self.check(of)?;
                self.field(&of, field, true)
            }
            Node::Index { of, index, optional } => {
                let takes = [self.check(of)?, self.check(index)?];
                if constant(index) && !matches!(index.as_ref(), Node::Literal(value) if can_index(value)) {
                    return refused("invalid qualifier type");
                }
                self.resolve(if *optional { "_[?_]" } else { "_[_]" }, &takes)
            }
            Node::And(parts) | Node::Or(parts) => {
                for part in parts {
                    let kind = self.check(part)?;
                    self.must_be(&kind, &Type::Bool)?;
                }
                Ok(Type::Bool)
            }
            Node::If(parts) => {
                let takes = [self.check(&mut parts.0)?, self.check(&mut parts.1)?, self.check(&mut parts.2)?];
                self.resolve("_?_:_", &takes)
            }
            Node::Call { .. } => self.call(node),
            Node::List(items) => self.list(items),
            Node::Map(entries) => self.map(entries),
            Node::Fold { kind, range, vars, filter, body } => self.fold(*kind, range, vars, filter.as_deref_mut(), body),
            Node::OptMap { of, var, body, flat } => {
                let of = self.check(of)?;
                let inside = self.known.free();
                self.must_be(&of, &Type::optional(inside.clone()))?;
                self.locals.push((var.clone(), self.known.put_in(&inside)));
                let body = self.check(body);
                self.locals.pop();
                let body = body?;
                let none = Type::optional(self.known.free());
                self.resolve("_?_:_", &[Type::Bool, if *flat { body } else { Type::optional(body) }, none])
            }
        }
    }

    /// The name that a chain of fields is, where it is one of a variable or a type.
    fn qualified(&self, node: &Node) -> Option<String> {
        let Node::Select { of, field } = node else { return None };
        let name = format!("{}.{field}", dotted(of)?);
        (self.declared.variables.contains_key(name.as_str()) || TYPES.contains(&name.as_str())).then_some(name)
    }

    fn ident(&self, name: &str) -> Result<Type, Fault> {
        if let Some((_, kind)) = self.locals.iter().rev().find(|(local, _)| **local == *name) {
            return Ok(kind.clone());
        }
        if let Some(kind) = self.declared.variables.get(name) {
            return Ok(kind.clone());
        }
        if TYPES.contains(&name) { Ok(Type::Type) } else { refused(format!("undeclared reference to '{name}'")) }
    }

    fn must_be(&mut self, kind: &Type, wanted: &Type) -> Result<(), Fault> {
        if self.known.fit(std::slice::from_ref(kind), std::slice::from_ref(wanted)) {
            return Ok(());
        }
        refused(format!("expected type '{}' but found '{}'", self.known.settle(wanted), self.known.settle(kind)))
    }

    fn field(&mut self, of: &Type, field: &str, optional: bool) -> Result<Type, Fault> {
        let of = self.known.put_in(of);
        let (inside, was_optional) = match &of {
            Type::Optional(inside) => (inside.as_ref(), true),
            other => (other, false),
        };
        let kind = match inside {
            Type::Map(_, value) => value.as_ref().clone(),
            Type::Object(object) => match object.fields.get(field) {
                Some(kind) => kind.clone(),
                None => return refused(format!("undefined field '{field}'")),
            },
            Type::Free(_) => {
                self.known.fit(&[Type::Dyn], std::slice::from_ref(inside));
                Type::Dyn
            }
            Type::Dyn => Type::Dyn,
            other => return refused(format!("type '{other}' does not support field selection")),
        };
        let kind = if optional || was_optional { Type::optional(kind) } else { kind };
        Ok(self.known.put_in(&kind))
    }

    fn call(&mut self, node: &mut Node) -> Result<Type, Fault> {
        let Node::Call { name, target, args } = node else { return refused("no call") };
        let format = usize::from(&**name == "format" && target.is_some());
        self.formats += format;
        let kinds: Result<Vec<Type>, Fault> = args.iter_mut().map(|arg| self.check(arg)).collect();
        let mut takes = match kinds {
            Ok(kinds) => kinds,
            Err(fault) => {
                self.formats -= format;
                return Err(fault);
            }
        };
        let spaced = target.as_ref().and_then(|of| dotted(of)).map(|of| format!("{of}.{name}"));
        if let Some(spaced) = spaced.filter(|name| self.overloads(name).next().is_some()) {
            self.formats -= format;
            *name = spaced.into();
            *target = None;
            let name = name.clone();
            return self.resolve(&name, &takes);
        }
        let name = match target {
            Some(of) => {
                takes.insert(0, self.check(of)?);
                // The name has no type behind it where it is looked at for the first time.
                let method: Arc<str> = format!(".{}", name.split('#').next().unwrap_or_default()).into();
                if self.overloads(&method).next().is_none() {
                    return refused(format!("undeclared reference to '{name}'"));
                }
                method
            }
            None => name.clone(),
        };
        self.formats -= format;
        if self.overloads(&name).next().is_none() {
            return refused(format!("undeclared reference to '{name}'"));
        }
        let kind = self.resolve(&name, &takes)?;
        self.guard(node, &takes);
        self.format(node)?;
        literal_arguments(node)?;
        Ok(kind)
    }

    /// Functions that there are for a list of each type run for the type that the compiler took the list for, and err for another one. The name of the
    /// type is put behind theirs.
    fn guard(&self, node: &mut Node, takes: &[Type]) {
        let Node::Call { name, target: Some(_), .. } = node else { return };
        let Some(Type::List(of)) = takes.first().map(|kind| self.known.put_in(kind)) else { return };
        let kind = match *of {
            Type::Int => "int",
            Type::Uint => "uint",
            Type::Double => "double",
            Type::Bool => "bool",
            Type::String => "string",
            Type::Bytes => "bytes",
            Type::Duration => "google.protobuf.Duration",
            Type::Timestamp => "google.protobuf.Timestamp",
            _ => return,
        };
        if ["isSorted", "max", "min", "sum"].contains(&&**name) {
            *name = format!("{name}#{kind}").into();
        }
    }

    /// A literal text that values are written into is held against them.
    fn format(&mut self, node: &mut Node) -> Result<(), Fault> {
        let Node::Call { name, target: Some(target), args } = node else { return Ok(()) };
        let (Node::Literal(Value::String(text)), [Node::List(items)], "format") = (target.as_ref(), args.as_mut_slice(), &**name) else {
            return Ok(());
        };
        let verbs = super::library::verbs(text).map_err(|why| Fault::Refused(why.to_owned()))?;
        if verbs.len() != items.len() {
            return refused(format!("string.format() expects {} arguments, got {}", verbs.len(), items.len()));
        }
        self.formats += 1;
        let kinds: Result<Vec<Type>, Fault> = items.iter_mut().map(|(item, _)| self.check(item)).collect();
        self.formats -= 1;
        for (verb, kind) in verbs.iter().zip(kinds?) {
            let kind = self.known.settle(&kind);
            let good = match verb {
                's' => !matches!(kind, Type::Opaque(_) | Type::Optional(_)),
                'd' | 'o' => matches!(kind, Type::Int | Type::Uint | Type::Dyn),
                'f' | 'e' => matches!(kind, Type::Double | Type::String | Type::Dyn),
                'b' => matches!(kind, Type::Int | Type::Uint | Type::Bool | Type::Dyn),
                _ => matches!(kind, Type::Int | Type::Uint | Type::String | Type::Bytes | Type::Dyn),
            };
            if !good {
                return refused(format!("%{verb} can't write {kind}"));
            }
        }
        Ok(())
    }

    fn overloads(&self, name: &str) -> impl Iterator<Item = &Overload> + use<'_> {
        functions().get(name).into_iter().chain(self.declared.functions.get(name)).flatten()
    }

    /// The type of a call, by all ways to call a function that fit.
    fn resolve(&mut self, name: &str, takes: &[Type]) -> Result<Type, Fault> {
        let mut result: Option<Type> = None;
        let ways: Vec<Overload> = self.overloads(name).cloned().collect();
        for way in ways {
            let mut given = BTreeMap::new();
            let wanted: Vec<Type> = way.takes.iter().map(|kind| self.known.instance(kind, &mut given)).collect();
            let gives = self.known.instance(&way.gives, &mut given);
            if self.known.fit(takes, &wanted) {
                let gives = self.known.put_in(&gives);
                result = Some(match result {
                    None => gives,
                    Some(before) if before == Type::Dyn || before == gives => before,
                    Some(_) => Type::Dyn,
                });
            }
        }
        let Some(kind) = result else {
            let takes: Vec<String> = takes.iter().map(|kind| self.known.settle(kind).to_string()).collect();
            return refused(format!("found no matching overload for '{name}' applied to '({})'", takes.join(", ")));
        };
        Ok(kind)
    }

    fn joined(&mut self, before: Option<Type>, kind: Type) -> Result<Type, Fault> {
        let Some(before) = before else { return Ok(kind) };
        // What does not fit is told apart in the end: a call of `format` may be given it.
        let fits = self.known.fit(std::slice::from_ref(&before), std::slice::from_ref(&kind));
        Ok(if fits { general(&before, &kind) } else { Type::Dyn })
    }

    /// The type of a part of a literal that may be left out.
    fn part(&mut self, node: &mut Node, optional: bool) -> Result<Type, Fault> {
        let kind = self.check(node)?;
        match (optional, self.known.put_in(&kind)) {
            (false, _) => Ok(kind),
            (true, Type::Optional(inside)) => Ok(*inside),
            (true, Type::Dyn) => Ok(Type::Dyn),
            (true, other) => refused(format!("expected type 'optional_type({other})' but found '{other}'")),
        }
    }

    fn list(&mut self, items: &mut [(Node, bool)]) -> Result<Type, Fault> {
        let mut kinds = Vec::new();
        let mut joined = None;
        for (item, optional) in items {
            let kind = self.part(item, *optional)?;
            kinds.push(kind.clone());
            joined = Some(self.joined(joined, kind)?);
        }
        self.keep(kinds);
        let kind = joined.unwrap_or_else(|| self.known.free());
        Ok(Type::list(kind))
    }

    fn map(&mut self, entries: &mut [(Node, Node, bool)]) -> Result<Type, Fault> {
        let (mut keys, mut values) = (Vec::new(), Vec::new());
        let (mut key_kind, mut value_kind) = (None, None);
        for (key, value, optional) in entries {
            let key = self.check(key)?;
            keys.push(key.clone());
            key_kind = Some(self.joined(key_kind, key)?);
            let value = self.part(value, *optional)?;
            values.push(value.clone());
            value_kind = Some(self.joined(value_kind, value)?);
        }
        self.keep(keys);
        self.keep(values);
        let key = key_kind.unwrap_or_else(|| self.known.free());
        let value = value_kind.unwrap_or_else(|| self.known.free());
        Ok(Type::Map(Box::new(key), Box::new(value)))
    }

    fn keep(&mut self, kinds: Vec<Type>) {
        if self.formats == 0 {
            self.literals.push(kinds);
        }
    }

    fn fold(
        &mut self,
        kind: Fold,
        range: &mut Node,
        vars: &(Arc<str>, Option<Arc<str>>),
        filter: Option<&mut Node>,
        body: &mut Node,
    ) -> Result<Type, Fault> {
        let range = self.check(range)?;
        let range = self.known.put_in(&range);
        let (first, second) = match &range {
            Type::List(of) if vars.1.is_some() => (Type::Int, of.as_ref().clone()),
            Type::List(of) => (of.as_ref().clone(), Type::Dyn),
            Type::Map(key, value) => (key.as_ref().clone(), value.as_ref().clone()),
            Type::Dyn => (Type::Dyn, Type::Dyn),
            Type::Free(_) => {
                self.known.fit(&[Type::Dyn], std::slice::from_ref(&range));
                (Type::Dyn, Type::Dyn)
            }
            other => return refused(format!("expression of type '{other}' cannot be range of a comprehension")),
        };
        let depth = self.locals.len();
        self.locals.push((vars.0.clone(), first.clone()));
        if let Some(var) = &vars.1 {
            self.locals.push((var.clone(), second.clone()));
        }
        let kind = self.folded(kind, &range, first, filter, body);
        self.locals.truncate(depth);
        kind
    }

    fn folded(&mut self, kind: Fold, range: &Type, first: Type, filter: Option<&mut Node>, body: &mut Node) -> Result<Type, Fault> {
        if let Some(filter) = filter {
            let filter = self.check(filter)?;
            self.must_be(&filter, &Type::Bool)?;
        }
        let body = self.check(body)?;
        match kind {
            Fold::All | Fold::Exists | Fold::ExistsOne => {
                self.must_be(&body, &Type::Bool)?;
                Ok(Type::Bool)
            }
            Fold::Filter => {
                self.must_be(&body, &Type::Bool)?;
                Ok(Type::list(first))
            }
            Fold::List => Ok(Type::list(body)),
            Fold::Map => Ok(Type::Map(Box::new(first), Box::new(body))),
            Fold::Entries => {
                let kind = Type::Map(Box::new(self.known.free()), Box::new(self.known.free()));
                self.must_be(&body, &kind)?;
                Ok(self.known.put_in(&kind))
            }
            Fold::SortBy => {
                let ordered = [Type::Int, Type::Uint, Type::Double, Type::Bool, Type::Duration, Type::Timestamp, Type::String, Type::Bytes];
                let body = self.known.put_in(&body);
                if !matches!(range, Type::List(_) | Type::Dyn | Type::Free(_))
                    || !(ordered.contains(&body) || matches!(body, Type::Dyn | Type::Free(_)))
                {
                    return refused("found no matching overload for 'sortBy'");
                }
                // Where nothing is known of either, the ways to call it give types that are not known to be one.
                let nothing = !matches!(range, Type::List(_)) && matches!(body, Type::Dyn | Type::Free(_));
                Ok(if nothing { Type::Dyn } else { Type::list(first) })
            }
        }
    }
}

/// The name that a chain of fields is written as.
fn dotted(node: &Node) -> Option<String> {
    match node {
        Node::Ident(name) => Some(name.to_string()),
        Node::Select { of, field } => Some(format!("{}.{field}", dotted(of)?)),
        _ => None,
    }
}

const fn literal(value: &Value) -> Type {
    match value {
        Value::Null => Type::Null,
        Value::Bool(_) => Type::Bool,
        Value::Int(_) => Type::Int,
        Value::Uint(_) => Type::Uint,
        Value::Double(_) => Type::Double,
        Value::String(_) => Type::String,
        Value::Bytes(_) => Type::Bytes,
        _ => Type::Dyn,
    }
}

/// Whether a part is known before anything runs.
fn constant(node: &Node) -> bool {
    match node {
        Node::Literal(_) => true,
        Node::List(items) => items.iter().all(|(item, optional)| !optional && constant(item)),
        Node::Map(entries) => entries.iter().all(|(key, value, optional)| !optional && constant(key) && constant(value)),
        _ => false,
    }
}

/// Literals that the API server tries while it compiles: lengths of time, points in time, patterns.
fn literal_arguments(node: &Node) -> Result<(), Fault> {
    let Node::Call { name, target, args } = node else { return Ok(()) };
    let pattern = match (&**name, target.is_some()) {
        ("matches" | "find" | "findAll", true) => args.first(),
        ("matches", false) => args.get(1),
        _ => None,
    };
    if let Some(Node::Literal(Value::String(pattern))) = pattern
        && let Err(crate::re2::Fault::Refused(why)) = crate::re2::translate(pattern)
    {
        return refused(format!("invalid matches argument: {why}"));
    }
    if let (None, Some(Err(super::Failure::Errs(why)))) = (target, converted(node)) {
        return refused(why);
    }
    Ok(())
}

/// What a conversion of something that is known beforehand comes to; none where it is not known, or no conversion.
fn converted(node: &Node) -> Option<Result<Value, super::Failure>> {
    const NAMES: [&str; 10] = ["bool", "bytes", "double", "dyn", "duration", "int", "string", "timestamp", "type", "uint"];
    let Node::Call { name, target: None, args } = node else { return None };
    let [arg] = args.as_slice() else { return None };
    let value = match arg {
        Node::Literal(value) => value.clone(),
        other => converted(other)?.ok()?,
    };
    NAMES.contains(&&**name).then(|| super::library::call(name, false, &[value]))
}

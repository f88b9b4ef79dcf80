//! Runs an expression, as the interpreter of cel-go does.

use super::ast::{Fold, Node};
use super::check::TYPES;
use super::library;
use super::value::{Key, Value, can_index, whole};
use super::{Expression, Failure, Scope};
use crate::re2;
use regex::Regex;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How much work one expression may be here. The API server allows a million of its own units, which are counted a little otherwise; what comes near to
/// that is not told.
const MOST_WORK: u64 = 400_000;

/// Runs an expression.
pub(crate) fn run(expression: &Expression, scope: &dyn Scope) -> Result<Value, Failure> {
    let mut run = Run { expression, scope, locals: Vec::new(), work: 0 };
    run.eval(&expression.node)
}

pub(crate) fn errs<T>(why: impl Into<String>) -> Result<T, Failure> {
    Err(Failure::Errs(why.into()))
}

pub(crate) fn no_overload<T>() -> Result<T, Failure> {
    errs("no such overload")
}

struct Run<'a> {
    expression: &'a Expression,
    scope: &'a dyn Scope,
    locals: Vec<(Arc<str>, Value)>,
    work: u64,
}

/// A value that is known.
fn known(value: Value) -> Result<Value, Failure> {
    match value {
        Value::Unknown(why) => Err(Failure::Lacking(why.to_string())),
        value => Ok(value),
    }
}

fn some(value: Value) -> Value {
    Value::Optional(Some(Arc::new(value)))
}

impl Run<'_> {
    fn spend(&mut self, work: usize) -> Result<(), Failure> {
        self.work = self.work.saturating_add(work as u64);
        if self.work > MOST_WORK { Err(Failure::Lacking("the expression is more work than is done here".to_owned())) } else { Ok(()) }
    }

    fn eval(&mut self, node: &Node) -> Result<Value, Failure> {
        self.spend(1)?;
        match node {
            Node::Literal(value) => Ok(value.clone()),
            Node::Ident(name) => self.ident(name),
            Node::Select { of, field } => {
                if let Some(value) = self.member(of, field) {
                    return value.and_then(known);
                }
                let of = self.eval(of)?;
                self.pick(of, &Value::String(field.clone()), false)
            }
            Node::OptSelect { of, field } => {
                if let Some(value) = self.member(of, field) {
                    return value.and_then(known).map(some);
                }
                let of = self.eval(of)?;
                self.pick(of, &Value::String(field.clone()), true)
            }
            Node::Index { of, index, optional } => {
                let of = self.eval(of)?;
                let index = self.eval(index)?;
                self.pick(of, &index, *optional)
            }
            Node::Has { of, field } => {
                // To say whether a variable is there it is worked out, and errs where that errs.
                if let Some(value) = self.member(of, field) {
                    return value.and_then(known).map(|_| Value::Bool(true));
                }
                let of = match self.eval(of)? {
                    Value::Optional(None) => return Ok(Value::Bool(false)),
                    Value::Optional(Some(inside)) => inside.as_ref().clone(),
                    other => other,
                };
                find(&of, &Value::String(field.clone())).map(|found| Value::Bool(found.is_some()))
            }
            Node::And(parts) => self.decide(parts, false),
            Node::Or(parts) => self.decide(parts, true),
            Node::If(parts) => match self.eval(&parts.0)? {
                Value::Bool(true) => self.eval(&parts.1),
                Value::Bool(false) => self.eval(&parts.2),
                _ => no_overload(),
            },
            // cel-go makes `x in []` false when it plans the program, and never asks for x.
            Node::Call { name, args, .. } if &**name == "in" && matches!(args.get(1), Some(Node::List(items)) if items.is_empty()) => {
                Ok(Value::Bool(false))
            }
            Node::Call { name, target, args } => self.call(name, target.as_deref(), args),
            Node::List(items) => self.list(items),
            Node::Map(entries) => self.map(entries),
            Node::Fold { kind, range, vars, filter, body } => {
                let range = self.eval(range)?;
                self.fold(*kind, &range, vars, filter.as_deref(), body)
            }
            Node::OptMap { of, var, body, flat } => match self.eval(of)? {
                Value::Optional(None) => Ok(Value::Optional(None)),
                Value::Optional(Some(value)) => {
                    // What is empty comes to the variable without its type.
                    let value = match value.as_ref() {
                        Value::List(values) if values.is_empty() => Value::list(Vec::new()),
                        Value::Map(entries) if entries.is_empty() => Value::map([]),
                        other => other.clone(),
                    };
                    self.locals.push((var.clone(), value));
                    let value = self.eval(body);
                    self.locals.pop();
                    if *flat { value } else { value.map(some) }
                }
                _ => no_overload(),
            },
        }
    }

    fn ident(&self, name: &str) -> Result<Value, Failure> {
        if let Some((_, value)) = self.locals.iter().rev().find(|(local, _)| **local == *name) {
            return known(value.clone());
        }
        match self.scope.get(name) {
            Some(value) => known(value),
            None if TYPES.contains(&name) => Ok(Value::Type(name.into())),
            None => Err(Failure::Lacking(format!("what {name} holds is not known here"))),
        }
    }

    fn member(&self, of: &Node, field: &str) -> Option<Result<Value, Failure>> {
        let Node::Ident(variable) = of else { return None };
        if self.locals.iter().any(|(local, _)| local == variable) {
            return None;
        }
        self.scope.member(variable, field)
    }

    /// A field or an item. What is asked of an optional is optional too.
    fn pick(&mut self, of: Value, index: &Value, optional: bool) -> Result<Value, Failure> {
        let (of, optional) = match of {
            Value::Optional(None) => return Ok(Value::Optional(None)),
            Value::Optional(Some(inside)) => (inside.as_ref().clone(), true),
            other => (other, optional),
        };
        let found = find(&of, index)?;
        match (found, optional) {
            (found, true) => Ok(Value::Optional(found.map(Arc::new))),
            (Some(value), false) => Ok(value),
            (None, false) => errs(format!("no such key: {}", library::write(index))),
        }
    }

    /// `&&` and `||`: one part decides whatever another one can't tell.
    fn decide(&mut self, parts: &[Node], by: bool) -> Result<Value, Failure> {
        let mut failed: Option<Failure> = None;
        for part in parts {
            let failure = match self.eval(part) {
                Ok(Value::Bool(value)) if value == by => return Ok(Value::Bool(by)),
                Ok(Value::Bool(_)) => continue,
                Ok(_) => Failure::Errs("no such overload".to_owned()),
                Err(failure) => failure,
            };
            failed = Some(match failed {
                Some(before) => before.or(failure),
                None => failure,
            });
        }
        failed.map_or(Ok(Value::Bool(!by)), Err)
    }

    fn list(&mut self, items: &[(Node, bool)]) -> Result<Value, Failure> {
        let mut values = Vec::with_capacity(items.len());
        for (item, optional) in items {
            match (self.eval(item)?, optional) {
                (Value::Optional(inside), true) => values.extend(inside.map(|value| value.as_ref().clone())),
                (_, true) => return no_overload(),
                (value, false) => values.push(value),
            }
        }
        self.spend(10)?;
        Ok(Value::list(values))
    }

    fn map(&mut self, entries: &[(Node, Node, bool)]) -> Result<Value, Failure> {
        let mut map = BTreeMap::new();
        for (key, value, optional) in entries {
            let key = self.eval(key)?;
            if matches!(key, Value::Double(_)) {
                return Err(Failure::Lacking("keys with a fraction are not kept here".to_owned()));
            }
            let Some(key) = Key::of(&key) else { return errs("unsupported key type") };
            let value = match (self.eval(value)?, optional) {
                (Value::Optional(None), true) => continue,
                (Value::Optional(Some(inside)), true) => inside.as_ref().clone(),
                (_, true) => return no_overload(),
                (value, false) => value,
            };
            // A key that is written twice has its last value.
            map.insert(key, value);
        }
        self.spend(30)?;
        Ok(Value::Map(Arc::new(map.into())))
    }

    fn call(&mut self, name: &str, target: Option<&Node>, args: &[Node]) -> Result<Value, Failure> {
        let mut values = Vec::with_capacity(args.len() + 1);
        if let Some(target) = target {
            values.push(self.eval(target)?);
        }
        // What stands behind `or` is looked at only where it is needed.
        if let (Some(Value::Optional(Some(inside))), "or" | "orValue") = (values.first(), name) {
            return if name == "or" { Ok(Value::Optional(Some(inside.clone()))) } else { Ok(inside.as_ref().clone()) };
        }
        for arg in args {
            values.push(self.eval(arg)?);
        }
        self.spend(values.iter().map(size).sum::<usize>() / 10)?;
        let (name, guard) = name.split_once('#').map_or((name, None), |(name, guard)| (name, Some(guard)));
        if let (Some(guard), Some(Value::List(inside))) = (guard, values.first())
            && inside.first().is_some_and(|first| first.kind() != guard && !matches!(first, Value::Unknown(_)))
        {
            return no_overload();
        }
        let declared = if target.is_some() { format!(".{name}") } else { name.to_owned() };
        if let Some(result) = self.scope.call(&declared, &values) {
            return result.and_then(known);
        }
        match (name, values.as_slice()) {
            ("matches", [Value::String(text), Value::String(pattern)]) => self.pattern(pattern, |regex| Value::Bool(regex.is_match(text))),
            ("find", [Value::String(text), Value::String(pattern)]) => {
                self.pattern(pattern, |regex| Value::text(regex.find(text).map_or("", |found| found.as_str())))
            }
            ("findAll", [Value::String(text), Value::String(pattern)]) => self.pattern(pattern, |regex| all(regex, text, -1)),
            ("findAll", [Value::String(text), Value::String(pattern), Value::Int(most)]) => {
                self.pattern(pattern, |regex| all(regex, text, *most))
            }
            ("flatten", [Value::List(inside), Value::Int(depth)]) => {
                self.spend(inside.len().saturating_mul(usize::try_from(*depth).unwrap_or_default()))?;
                library::call(name, true, &values)
            }
            ("lists.range", [Value::Int(count)]) => {
                self.spend(usize::try_from(*count).unwrap_or_default())?;
                library::call(name, false, &values)
            }
            ("sort" | "distinct" | "sets.contains" | "sets.equivalent" | "sets.intersects", _) => {
                self.spend(values.iter().map(size).fold(1, usize::saturating_mul).max(values.first().map_or(0, size).saturating_pow(2)))?;
                library::call(name, target.is_some(), &values)
            }
            _ => library::call(name, target.is_some(), &values),
        }
    }

    fn pattern(&mut self, pattern: &Arc<str>, with: impl Fn(&Regex) -> Value) -> Result<Value, Failure> {
        let compiled = match self.expression.patterns.get(pattern) {
            Some(compiled) => compiled.clone(),
            None => {
                self.spend(1000 + pattern.len())?;
                re2::compile(pattern)
            }
        };
        match compiled {
            Ok(regex) => Ok(with(&regex)),
            Err(re2::Fault::Refused(why)) => errs(why),
            Err(re2::Fault::NotSame(why)) => Err(Failure::Lacking(why)),
        }
    }

    fn fold(
        &mut self,
        kind: Fold,
        range: &Value,
        vars: &(Arc<str>, Option<Arc<str>>),
        filter: Option<&Node>,
        body: &Node,
    ) -> Result<Value, Failure> {
        let pairs: Vec<(Value, Value)> = match range {
            Value::List(values) if vars.1.is_some() => (0_i64..).map(Value::Int).zip(values.iter().cloned()).collect(),
            Value::List(values) => values.iter().map(|value| (value.clone(), Value::Null)).collect(),
            Value::Map(_) if kind == Fold::SortBy => return no_overload(),
            Value::Map(entries) => entries.iter().map(|(key, value)| (key.value(), value.clone())).collect(),
            other => return errs(format!("got '{}', expected iterable type", other.kind())),
        };
        let depth = self.locals.len();
        let result = self.folded(kind, &pairs, vars, filter, body);
        self.locals.truncate(depth);
        result
    }

    fn folded(
        &mut self,
        kind: Fold,
        pairs: &[(Value, Value)],
        vars: &(Arc<str>, Option<Arc<str>>),
        filter: Option<&Node>,
        body: &Node,
    ) -> Result<Value, Failure> {
        let depth = self.locals.len();
        let (mut failed, mut count): (Option<Failure>, usize) = (None, 0);
        let (mut list, mut map) = (Vec::new(), BTreeMap::new());
        for (first, second) in pairs {
            self.spend(3)?;
            self.locals.truncate(depth);
            self.locals.push((vars.0.clone(), first.clone()));
            if let Some(var) = &vars.1 {
                self.locals.push((var.clone(), second.clone()));
            }
            if let Some(filter) = filter {
                match self.eval(filter)? {
                    Value::Bool(true) => {}
                    Value::Bool(false) => continue,
                    _ => return no_overload(),
                }
            }
            let value = self.eval(body);
            if let Fold::All | Fold::Exists = kind {
                // What one item decides is decided, whatever another one can't tell.
                let by = kind == Fold::Exists;
                let failure = match value {
                    Ok(Value::Bool(value)) if value == by => return Ok(Value::Bool(by)),
                    Ok(Value::Bool(_)) => continue,
                    Ok(_) => Failure::Errs("no such overload".to_owned()),
                    Err(failure) => failure,
                };
                failed = Some(match failed {
                    Some(before) => before.or(failure),
                    None => failure,
                });
                continue;
            }
            let value = value?;
            self.spend(1)?;
            match (kind, value) {
                (Fold::ExistsOne, Value::Bool(value)) => count += usize::from(value),
                (Fold::Filter, Value::Bool(true)) => list.push(first.clone()),
                (Fold::Filter, Value::Bool(false)) => {}
                (Fold::ExistsOne | Fold::Filter, _) => return no_overload(),
                (Fold::Map, value) => put(&mut map, first, value)?,
                (Fold::Entries, Value::Map(entries)) => {
                    for (key, value) in entries.iter() {
                        put(&mut map, &key.value(), value.clone())?;
                    }
                }
                (Fold::Entries, _) => return no_overload(),
                (_, value) => list.push(value),
            }
        }
        match (kind, failed) {
            (Fold::All | Fold::Exists, Some(failure)) => Err(failure),
            (Fold::All | Fold::Exists, None) => Ok(Value::Bool(kind == Fold::All)),
            (Fold::ExistsOne, _) => Ok(Value::Bool(count == 1)),
            (Fold::Map | Fold::Entries, _) => Ok(Value::Map(Arc::new(map.into()))),
            (Fold::SortBy, _) => {
                self.spend(list.len().saturating_pow(2))?;
                library::sorted_by(pairs.iter().map(|(first, _)| first.clone()).collect(), list)
            }
            (Fold::List | Fold::Filter, _) => Ok(Value::list(list)),
        }
    }
}

fn put(map: &mut BTreeMap<Key, Value>, key: &Value, value: Value) -> Result<(), Failure> {
    let Some(key) = Key::of(key).filter(|_| !matches!(key, Value::Double(_))) else { return errs("unsupported key type") };
    if map.insert(key, value).is_some() { errs("insert failed: key already exists") } else { Ok(()) }
}

/// What a field or an index leads to, none where there is nothing.
fn find(of: &Value, index: &Value) -> Result<Option<Value>, Failure> {
    if !can_index(index) {
        return errs("invalid qualifier type");
    }
    match of {
        Value::Map(entries) => entries.find(index)?.cloned().map(known).transpose(),
        Value::List(values) => {
            let at = match index {
                Value::Int(at) => *at,
                Value::Uint(at) => i64::try_from(*at).unwrap_or(i64::MAX),
                Value::Double(at) => match whole(*at) {
                    Some(at) => at,
                    None => return errs("unsupported index value"),
                },
                _ => return errs("unsupported index type in list"),
            };
            usize::try_from(at).ok().and_then(|at| values.get(at)).cloned().map(known).transpose()
        }
        Value::Unknown(why) => Err(Failure::Lacking(why.to_string())),
        _ => Ok(None),
    }
}

fn all(regex: &Regex, text: &str, most: i64) -> Value {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    Value::list(regex.find_iter(text).take(most).map(|found| Value::text(found.as_str())).collect())
}

/// How large a value is to walk through.
fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(values) => values.len(),
        Value::Map(entries) => entries.len(),
        _ => 1,
    }
}

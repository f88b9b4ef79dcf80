//! What one rule says to an object: patterns, conditions that refuse, lists, Pod Security.
//!
//! Source: pkg/engine/handlers/validation of Kyverno 1.19.

use super::choice::Asked;
use super::conditions;
use super::context::Context;
use super::jmespath::{Fault, as_floats};
use super::overlay::{self, Fit};
use super::podsecurity;
use super::types::{Conditions, Deny, Exclusion, ForEach, PodSecurity, Rule, Validate};
use crate::request::{Operation, Request};
use serde_json::Value;
use std::collections::BTreeMap;

/// What became of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It holds.
    Pass,
    /// It is not about the object after all; the words say why.
    Skip(String),
    /// It is broken.
    Fail(String),
    /// The engine errs.
    Error(String),
    /// It says nothing at all.
    Nothing,
    /// Not known here.
    Lacking(String),
}

impl Status {
    /// From a failure of variables.
    #[must_use]
    pub fn of(fault: &Fault, doing: &str) -> Self {
        match fault {
            Fault::Lacking(why) => Self::Lacking(format!("{doing}: {why}")),
            other => Self::Error(format!("{doing}: {}", other.words())),
        }
    }

    /// Whether Kyverno counts it as applied, where only one rule is to apply.
    #[must_use]
    pub const fn applied(&self) -> bool {
        matches!(self, Self::Pass | Self::Fail(_))
    }
}

/// Whether an action refuses.
#[must_use]
pub fn enforces(action: &str) -> bool {
    matches!(action, "Enforce" | "enforce")
}

/// Runs a rule's conditions; none where they let it go on.
pub fn precondition(rule: &Rule, context: &mut Context<'_>) -> Option<Status> {
    match rule.preconditions.as_ref().map_or(Ok(true), |given| conditions::hold(given, context)) {
        Ok(true) => None,
        Ok(false) => Some(Status::Skip("preconditions not met".to_owned())),
        Err(fault) => Some(Status::of(&fault, "failed to evaluate preconditions")),
    }
}

/// Patterns, conditions and lists of a rule or of a list in it.
struct Part<'a> {
    deny: Option<&'a Deny>,
    pattern: &'a Value,
    any_pattern: &'a Value,
    foreach: Option<&'a [ForEach]>,
}

/// Runs `pattern`, `anyPattern`, `deny` and `foreach` of a rule.
pub fn validate<'a>(request: &Request, rule: &'a Rule, demand: &'a Validate, context: &mut Context<'a>, spec_action: &str) -> Status {
    let part =
        Part { deny: demand.deny.as_ref(), pattern: &demand.pattern, any_pattern: &demand.any_pattern, foreach: demand.foreach.as_deref() };
    let substituted = match substituted(&part, context) {
        Ok(pair) => pair,
        Err(status) => return status,
    };
    let object = if request.operation == Operation::Delete { None } else { Some(&*request.object) };
    let status = demanded(&part, &substituted, object, None, context, 0);
    let action = demand.failure_action.as_deref().unwrap_or(spec_action);
    let lenient = demand.allow_existing_violations.unwrap_or(true);
    if !enforces(action) || !lenient || request.operation != Operation::Update || !matches!(status, Status::Fail(_)) {
        return status;
    }
    if !matches_old(request, rule) {
        return status;
    }
    let mut before = context.clone();
    before.judge_old(&request.old_object);
    match demanded(&part, &substituted, Some(&*request.old_object), None, &mut before, 0) {
        Status::Fail(_) => Status::Skip("what was wrong before may stay wrong".to_owned()),
        Status::Lacking(why) => Status::Lacking(why),
        _ => status,
    }
}

/// Whether a rule would be asked about the old object being created, by somebody whom no rule means. A rule with preconditions never is.
fn matches_old(request: &Request, rule: &Rule) -> bool {
    if rule.preconditions.is_some() || request.old_object.is_null() {
        return false;
    }
    let old = &request.old_object;
    let (group, version) = old["apiVersion"].as_str().map_or(("", ""), |text| text.split_once('/').unwrap_or(("", text)));
    let namespace = request.namespace.as_ref();
    let asked = Asked {
        group,
        version,
        kind: old["kind"].as_str().unwrap_or_default().to_owned(),
        subresource: "",
        operation: Operation::Create.word(),
        object: old,
        namespace: namespace.map_or("", |namespace| namespace.name.as_str()),
        namespace_labels: namespace.map_or_else(BTreeMap::new, |namespace| namespace.labels.clone()),
        user: None,
    };
    rule.about.matches(&asked) == Some(true) && rule.exclude.as_ref().is_none_or(|exclude| exclude.excludes(&asked) != Some(true))
}

/// Patterns with their variables replaced.
fn substituted(part: &Part<'_>, context: &mut Context<'_>) -> Result<(Value, Value), Status> {
    if part.deny.is_some() {
        return Ok((Value::Null, Value::Null));
    }
    let failed = |fault: Fault| Status::of(&fault, "variable substitution failed");
    if !part.pattern.is_null() {
        return Ok((context.substituted(part.pattern).map_err(failed)?, Value::Null));
    }
    let any = context.substituted(part.any_pattern).map_err(failed)?;
    Ok((Value::Null, as_floats(any)))
}

fn demanded<'a>(
    part: &Part<'a>,
    (pattern, any_pattern): &(Value, Value),
    object: Option<&Value>,
    element: Option<&Value>,
    context: &mut Context<'a>,
    nesting: usize,
) -> Status {
    if let Some(deny) = part.deny {
        let denied = deny.conditions.as_ref().map_or(Ok(true), |given: &Conditions| conditions::hold(given, context));
        return match denied {
            Ok(true) => Status::Fail("its conditions deny it".to_owned()),
            Ok(false) => Status::Pass,
            Err(fault) => Status::of(&fault, "failed to check deny conditions"),
        };
    }
    if !part.pattern.is_null() || !part.any_pattern.is_null() {
        let Some(judged) = element.or(object) else { return Status::Nothing };
        return if part.pattern.is_null() { any_of(judged, any_pattern) } else { one(judged, pattern) };
    }
    match part.foreach {
        Some(lists) => each(lists, object, element, context, nesting),
        None => Status::Nothing,
    }
}

fn one(judged: &Value, pattern: &Value) -> Status {
    match overlay::compare(judged, pattern) {
        Fit::Fits => Status::Pass,
        Fit::Skips(why) => Status::Skip(why),
        Fit::Fails(why) => Status::Fail(why),
        Fit::Errs(why) => Status::Error(why),
        Fit::Lacking(why) => Status::Lacking(why),
    }
}

fn any_of(judged: &Value, patterns: &Value) -> Status {
    let Value::Array(patterns) = patterns else { return Status::Error("anyPattern is no list".to_owned()) };
    let (mut skipped, mut failed) = (Vec::new(), Vec::new());
    for pattern in patterns {
        match overlay::compare(judged, pattern) {
            Fit::Fits => return Status::Pass,
            Fit::Skips(why) => skipped.push(why),
            Fit::Fails(why) | Fit::Errs(why) => failed.push(why),
            Fit::Lacking(why) => return Status::Lacking(why),
        }
    }
    if !failed.is_empty() {
        Status::Fail(failed.join("; "))
    } else if !skipped.is_empty() {
        Status::Skip(skipped.join("; "))
    } else {
        Status::Pass
    }
}

fn each<'a>(lists: &'a [ForEach], object: Option<&Value>, element: Option<&Value>, context: &mut Context<'a>, nesting: usize) -> Status {
    let mut applied = 0;
    let mut erred = None;
    for list in lists {
        let items = match context.query(&list.list) {
            Ok(Value::Array(items)) => items,
            Ok(other) => vec![other],
            Err(Fault::Missing(_)) => continue,
            Err(fault @ Fault::Lacking(_)) => return Status::of(&fault, "a list"),
            Err(fault) => {
                if !fault.words().contains("Unknown key") {
                    erred = Some(fault.words());
                }
                continue;
            }
        };
        for (index, item) in items.iter().enumerate().filter(|(_, item)| !item.is_null()) {
            let mut inner = context.clone();
            inner.add_element(item, index, nesting);
            let scoped = match list.element_scope {
                Some(true) if !item.is_object() => return Status::Error("elementScope wants a map".to_owned()),
                Some(scoped) => scoped,
                None => item.is_object(),
            };
            let element = if scoped { Some(item) } else { element };
            match item_status(list, object, element, &mut inner, nesting + 1) {
                Status::Pass => applied += 1,
                Status::Nothing | Status::Skip(_) => {}
                other => return other,
            }
        }
    }
    match (applied, erred) {
        (0, Some(why)) => Status::Error(format!("failed to evaluate list: {why}")),
        (0, None) => Status::Nothing,
        _ => Status::Pass,
    }
}

fn item_status<'a>(
    list: &'a ForEach,
    object: Option<&Value>,
    element: Option<&Value>,
    context: &mut Context<'a>,
    nesting: usize,
) -> Status {
    context.declare(&list.context);
    match list.preconditions.as_ref().map_or(Ok(true), |given| conditions::any_all(given, context)) {
        Ok(true) => {}
        // An item whose preconditions err is left out, unless nobody here knows whether they do.
        Ok(false) | Err(Fault::Missing(_) | Fault::Error(_)) => return Status::Skip("preconditions not met".to_owned()),
        Err(fault) => return Status::of(&fault, "preconditions of a list"),
    }
    let part = Part {
        deny: list.deny.as_ref(),
        pattern: &list.pattern,
        any_pattern: &list.any_pattern,
        foreach: Some(list.foreach.as_deref().unwrap_or_default()),
    };
    match substituted(&part, context) {
        Ok(pair) => demanded(&part, &pair, object, element, context, nesting),
        Err(status) => status,
    }
}

/// Runs `podSecurity` of a rule, and of the exceptions that apply.
pub fn pod_security(request: &Request, rule: &Rule, demand: &PodSecurity, excepted: &[Exclusion], lenient: bool) -> Status {
    if request.operation == Operation::Delete {
        return Status::Nothing;
    }
    let status = secure(&request.object, demand, excepted);
    if !lenient || request.operation != Operation::Update || !matches!(status, Status::Fail(_)) || !matches_old(request, rule) {
        return status;
    }
    match secure(&request.old_object, demand, excepted) {
        Status::Fail(_) => Status::Skip("what was wrong before may stay wrong".to_owned()),
        _ => status,
    }
}

fn secure(object: &Value, demand: &PodSecurity, excepted: &[Exclusion]) -> Status {
    let Some(pod) = podsecurity::pod_of(object) else { return Status::Error("no pod in this kind of object".to_owned()) };
    let Some(standard) = podsecurity::standard(&demand.level, &demand.version) else {
        return Status::Error(format!("there is no version {}", demand.version));
    };
    if podsecurity::judge(&standard, &demand.exclude, &pod).is_empty() {
        return Status::Pass;
    }
    let exclusions: Vec<Exclusion> = demand.exclude.iter().chain(excepted).cloned().collect();
    let wrong = podsecurity::judge(&standard, &exclusions, &pod);
    if wrong.is_empty() { Status::Skip("left out by an exception".to_owned()) } else { Status::Fail(wrong.join("; ")) }
}

//! ValidatingAdmissionPolicy and its bindings, as the API server's own plugin answers (1.37).
//!
//! Source: `k8s.io/apiserver/pkg/admission/plugin/policy/validating` and `…/generic`. What an expression says is in [`crate::cel`]; here is what follows
//! from it: which bindings are about a request, with which parameters, and what an answer or an error does.

mod conditions;
mod document;
pub(crate) mod program;
pub(crate) mod typed;

use crate::cel::{Failure, Value};
use crate::matching::{Matched, is_never_asked, labels};
use crate::request::{Namespace, Request};
use crate::ruling::{Answer, Judge, Ruling};
pub use conditions::{MatchConditions, Met};
use document::{Action, Binding, Document, FailurePolicy, NotFound, ParamRef};
use program::{Held, Program, Run, parameter};
use serde::Deserialize;
use serde_json::Value as Json;

/// The objects of the kind that a policy takes its parameters from.
#[derive(Clone, Debug, Default)]
pub enum Params {
    /// They were not read, for this reason.
    NotRead(String),
    /// The cluster has no such kind.
    NoSuchKind,
    /// These are all there are.
    Read {
        /// Whether they are in namespaces.
        namespaced: bool,
        /// The objects.
        objects: Vec<Json>,
    },
    /// The policy takes none.
    #[default]
    None,
}

/// The kind that a policy takes its parameters from: apiVersion and kind.
#[must_use]
pub fn param_kind(policy: &Json) -> Option<(String, String)> {
    let kind = policy.pointer("/spec/paramKind")?;
    let text = |name: &str| Some(kind.get(name)?.as_str()?.to_owned());
    Some((text("apiVersion")?, text("kind")?))
}

/// A ValidatingAdmissionPolicy with its bindings.
#[derive(Clone, Debug)]
pub struct Policy {
    document: Document,
    program: Program,
    bindings: Vec<Bound>,
    params: Parameters,
    tells: Tells,
    /// Why the policy can't be evaluated.
    unread: Option<String>,
}

/// What the expressions read of a namespace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tells {
    Nothing,
    Name,
    /// Its name and its labels.
    Whole,
}

/// A binding, or why it can't be evaluated.
#[derive(Clone, Debug)]
struct Bound {
    name: String,
    read: Result<Binding, String>,
}

/// Parameters as expressions see them, with what they are chosen by.
#[derive(Clone, Debug)]
enum Parameters {
    NotRead(String),
    NoSuchKind,
    Read { namespaced: bool, objects: Vec<Parameter> },
    None,
}

#[derive(Clone, Debug)]
struct Parameter {
    name: String,
    namespace: String,
    labels: std::collections::BTreeMap<String, String>,
    value: Value,
}

/// What a binding does with a request before any expression is asked.
enum Chosen<'a> {
    With(Vec<Option<&'a Parameter>>),
    Errs(String),
    NotKnown(String),
}

impl Policy {
    /// Reads a policy and those of the bindings that name it. What can't be read is a policy that is not evaluated.
    #[must_use]
    pub fn read(policy: &Json, bindings: &[Json], params: &Params) -> Self {
        let read = match document::misshapen(policy) {
            _ if !policy.is_object() => Err("the policy is no object".to_owned()),
            Some(what) => Err(what),
            None => Document::deserialize(policy).map_err(|error| error.to_string()),
        };
        let (document, unread) = match read {
            Ok(document) => (document, None),
            Err(why) => {
                // Which requests it is about may be known all the same.
                let constraints =
                    policy.pointer("/spec/matchConstraints").filter(|part| document::misshapen(part).is_none() && part.is_object());
                let mut document = Document::default();
                document.spec.match_constraints = constraints.and_then(|part| Deserialize::deserialize(part).ok()).unwrap_or_default();
                (document, Some(format!("the policy has something that is not known here: {why}")))
            }
        };
        let name = policy.pointer("/metadata/name").and_then(Json::as_str).unwrap_or_default();
        let bindings = bindings
            .iter()
            .filter(|binding| binding.pointer("/spec/policyName").and_then(Json::as_str) == Some(name))
            .map(|binding| Bound {
                name: binding.pointer("/metadata/name").and_then(Json::as_str).unwrap_or_default().to_owned(),
                read: document::misshapen(binding)
                    .map_or_else(|| Binding::deserialize(binding).map_err(|error| error.to_string()), Err)
                    .map_err(|why| format!("the binding has something that is not known here: {why}")),
            })
            .collect();
        let params = match (params, &document.spec.param_kind) {
            (_, None) => Parameters::None,
            (Params::None, Some(_)) => Parameters::NotRead("the parameters were not read".to_owned()),
            (Params::NotRead(why), Some(_)) => Parameters::NotRead(why.clone()),
            (Params::NoSuchKind, Some(_)) => Parameters::NoSuchKind,
            (Params::Read { namespaced, objects }, Some(kind)) => {
                let text = |object: &Json, path: &str| object.pointer(path).and_then(Json::as_str).unwrap_or_default().to_owned();
                let one = |object: &Json| Parameter {
                    name: text(object, "/metadata/name"),
                    namespace: text(object, "/metadata/namespace"),
                    labels: labels(object),
                    value: parameter(&kind.api_version, &kind.kind, object),
                };
                Parameters::Read { namespaced: *namespaced, objects: objects.iter().map(one).collect() }
            }
        };
        let program = Program::compile(&document.spec);
        let tells = if program.reads("namespaceObject") {
            Tells::Whole
        } else if program.reads_name_of_namespace() {
            Tells::Name
        } else {
            Tells::Nothing
        };
        Self { document, program, bindings, params, tells, unread }
    }

    fn fails_open(&self) -> bool {
        self.document.spec.failure_policy == Some(FailurePolicy::Ignore)
    }

    /// What an error does that no binding softens.
    fn error(&self, why: &str) -> Answer {
        if self.fails_open() { Answer::Admits(format!("fails open: {why}")) } else { Answer::Refuses(why.to_owned()) }
    }

    /// Names of the parts of a binding.
    fn parts(&self, binding: &str) -> Vec<String> {
        let validations = (1..=self.document.spec.validations.len()).map(|at| format!("binding {binding}, validation {at}"));
        let annotations =
            self.document.spec.audit_annotations.iter().map(|annotation| format!("binding {binding}, audit annotation {}", annotation.key));
        let mut parts: Vec<String> = validations.chain(annotations).collect();
        if parts.is_empty() {
            parts.push(format!("binding {binding}"));
        }
        parts
    }

    /// The same answer for each part of each binding.
    fn all(&self, answer: &Answer) -> Vec<Ruling> {
        self.bindings.iter().flat_map(|bound| self.parts(&bound.name)).map(|by| Ruling::new(by, answer.clone())).collect()
    }

    fn binding(&self, bound: &Bound, request: &Request, held: &Held) -> Vec<Ruling> {
        let same = |answer: Answer| self.parts(&bound.name).into_iter().map(|by| Ruling::new(by, answer.clone())).collect();
        let binding = match &bound.read {
            Ok(binding) => binding,
            Err(why) => return same(Answer::NotEvaluated(why.clone())),
        };
        match binding.spec.match_resources.matches(request) {
            Matched::Yes => {}
            Matched::No => return same(Answer::NotAsked),
            Matched::Errs(why) => return same(self.error(&why)),
            Matched::NotKnown(why) => return same(Answer::NotEvaluated(why)),
        }
        let params = match self.choose(binding.spec.param_ref.as_ref(), request.namespace.as_ref().map(|space| space.name.as_str())) {
            Chosen::With(params) => params,
            Chosen::Errs(why) => return same(self.error(&why)),
            Chosen::NotKnown(why) => return same(Answer::NotEvaluated(why)),
        };
        if params.is_empty() {
            return same(Answer::Admits("no parameter was found".to_owned()));
        }
        let mut rulings: Option<Vec<Answer>> = None;
        for parameter in params {
            let value = parameter.map_or(Value::Null, |parameter| parameter.value.clone());
            let answers = self.evaluate(&binding.spec.validation_actions, held, &value);
            rulings = Some(match rulings {
                None => answers,
                Some(before) => before.into_iter().zip(answers).map(|(a, b)| graver(a, b)).collect(),
            });
        }
        self.parts(&bound.name).into_iter().zip(rulings.unwrap_or_default()).map(|(by, answer)| Ruling::new(by, answer)).collect()
    }

    /// The parameters of a binding for a request in a namespace.
    fn choose(&self, reference: Option<&ParamRef>, namespace: Option<&str>) -> Chosen<'_> {
        let (namespaced, objects) = match (&self.params, reference) {
            (Parameters::None, _) | (_, None) => return Chosen::With(vec![None]),
            (Parameters::NotRead(why), _) => return Chosen::NotKnown(why.clone()),
            (Parameters::NoSuchKind, _) => return Chosen::Errs("failed to find resource referenced by paramKind".to_owned()),
            (Parameters::Read { namespaced, objects }, _) => (*namespaced, objects),
        };
        let Some(reference) = reference else { return Chosen::With(vec![None]) };
        let space = match (namespaced, reference.namespace.as_str(), namespace) {
            (true, "", None | Some("")) => {
                return Chosen::Errs("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources".to_owned());
            }
            (true, "", Some(space)) => Some(space),
            (true, space, _) => Some(space),
            (false, "", _) => None,
            (false, ..) => return Chosen::Errs("paramRef.namespace must not be provided for a cluster-scoped `paramKind`".to_owned()),
        };
        let here = objects.iter().filter(|object| space.is_none_or(|space| object.namespace == space));
        let found: Vec<Option<&Parameter>> = match (&reference.name, &reference.selector) {
            (name, None) if !name.is_empty() => here.filter(|object| object.name == *name).map(Some).collect(),
            (name, Some(selector)) if name.is_empty() => {
                let chosen: Option<Vec<bool>> = here.clone().map(|object| selector.selects(&object.labels)).collect();
                match chosen {
                    Some(chosen) => here.zip(chosen).filter(|(_, chosen)| *chosen).map(|(object, _)| Some(object)).collect(),
                    None => return Chosen::Errs("the selector of parameters can't be read".to_owned()),
                }
            }
            _ => return Chosen::Errs("one of name or selector must be provided".to_owned()),
        };
        if found.is_empty() && reference.parameter_not_found_action == Some(NotFound::Deny) {
            return Chosen::Errs("no params found for policy binding with `Deny` parameterNotFoundAction".to_owned());
        }
        Chosen::With(found)
    }

    /// What the expressions say with one parameter: an answer for each part.
    fn evaluate(&self, actions: &[Action], held: &Held, params: &Value) -> Vec<Answer> {
        let spec = &self.document.spec;
        let count = (spec.validations.len() + spec.audit_annotations.len()).max(1);
        match self.program.unmet(&Run::new(&self.program, held, params.clone(), false)) {
            Ok(None) => {}
            Ok(Some(_)) => return vec![Answer::NotAsked; count],
            Err(Failure::Lacking(why)) => return vec![Answer::NotEvaluated(why); count],
            // A condition that errs is a denial like any other, softened by what the binding does with denials.
            Err(Failure::Errs(why)) => return vec![self.denied_by_error(actions, &why); count],
        }
        let run = Run::new(&self.program, held, params.clone(), true);
        let mut answers = Vec::with_capacity(count);
        for ((compiled, message), validation) in self.program.validations.iter().zip(&spec.validations) {
            answers.push(match run.holds(compiled) {
                Ok(true) => Answer::Admits(String::new()),
                Ok(false) => {
                    let said = message.as_ref().and_then(|message| run.value(message).ok()).and_then(|said| message_of(&said));
                    let plain = Some(validation.message.trim().to_owned()).filter(|message| !message.is_empty());
                    let expression = || format!("failed expression: {}", validation.expression.trim());
                    denied(actions, &said.or(plain).unwrap_or_else(expression))
                }
                Err(Failure::Errs(why)) => self.denied_by_error(actions, &why),
                Err(Failure::Lacking(why)) => Answer::NotEvaluated(why),
            });
        }
        for (_, compiled) in &self.program.annotations {
            answers.push(match run.value(compiled) {
                Ok(_) => Answer::Admits(String::new()),
                // No binding softens this one.
                Err(Failure::Errs(why)) => self.error(&why),
                Err(Failure::Lacking(why)) => Answer::NotEvaluated(why),
            });
        }
        if answers.is_empty() {
            answers.push(Answer::Admits("it has no validation".to_owned()));
        }
        answers
    }

    fn denied_by_error(&self, actions: &[Action], why: &str) -> Answer {
        if self.fails_open() { self.error(why) } else { denied(actions, why) }
    }
}

/// What a denial does with a binding's actions.
fn denied(actions: &[Action], why: &str) -> Answer {
    if actions.contains(&Action::Deny) {
        return Answer::Refuses(why.to_owned());
    }
    let what = if actions.contains(&Action::Warn) { "only warns" } else { "only audits" };
    Answer::Admits(format!("{what}: {why}"))
}

/// The message that an expression makes, where it can be one: not blank, one line, at most 5 KiB.
fn message_of(said: &Value) -> Option<String> {
    let Value::String(said) = said else { return None };
    let said = said.trim();
    (!said.is_empty() && !said.contains('\n') && said.len() <= 5 * 1024).then(|| said.to_owned())
}

/// Of what two parameters lead to, what the request gets.
fn graver(a: Answer, b: Answer) -> Answer {
    const fn weight(answer: &Answer) -> u8 {
        match answer {
            Answer::Refuses(_) => 3,
            Answer::NotEvaluated(_) => 2,
            Answer::Admits(_) => 1,
            Answer::NotAsked => 0,
        }
    }
    if weight(&b) > weight(&a) { b } else { a }
}

/// Reviews of who somebody is and what they may do are never asked about.
fn is_review(request: &Request) -> bool {
    matches!(request.resource.group.as_str(), "authentication.k8s.io" | "authorization.k8s.io")
}

impl Judge for Policy {
    fn rule(&self, request: &Request) -> Vec<Ruling> {
        if let Some(why) = &self.unread {
            let asked = self.document.spec.match_constraints.matches(request) != Matched::No;
            return vec![Ruling::new("", if asked { Answer::NotEvaluated(why.clone()) } else { Answer::NotAsked })];
        }
        if self.bindings.is_empty() {
            return vec![Ruling::new("", Answer::Admits("no binding names it".to_owned()))];
        }
        if is_never_asked(&request.kind) || is_review(request) {
            return self.all(&Answer::NotAsked);
        }
        match self.document.spec.match_constraints.matches(request) {
            Matched::Yes => {}
            Matched::No => return self.all(&Answer::NotAsked),
            Matched::Errs(why) => return self.all(&self.error(&why)),
            Matched::NotKnown(why) => return self.all(&Answer::NotEvaluated(why)),
        }
        // A kind of parameters that is not there refuses whatever the bindings say.
        if let Parameters::NoSuchKind = &self.params {
            return self.all(&self.error("failed to find resource referenced by paramKind"));
        }
        let held = Held::new(request);
        self.bindings.iter().flat_map(|bound| self.binding(bound, request, &held)).collect()
    }

    fn tells_apart(&self, namespace: &Namespace, key: &mut Vec<u8>) {
        self.document.spec.match_constraints.tells_apart(namespace, key);
        for binding in self.bindings.iter().filter_map(|bound| bound.read.as_ref().ok()) {
            binding.spec.match_resources.tells_apart(namespace, key);
            if let (Parameters::Read { namespaced: true, objects }, Some(reference)) = (&self.params, &binding.spec.param_ref)
                && reference.namespace.is_empty()
                && objects.iter().any(|object| object.namespace == namespace.name)
            {
                text(&namespace.name, key);
            }
            key.push(0);
        }
        if self.tells != Tells::Nothing {
            text(&namespace.name, key);
        }
        if self.tells == Tells::Whole {
            for (label, value) in &namespace.labels {
                text(label, key);
                text(value, key);
            }
            key.push(0);
        }
    }

    fn ways_around(&self) -> Vec<String> {
        let mut ways = Vec::new();
        let bound = self
            .bindings
            .iter()
            .filter_map(|bound| Some((format!("binding {}", bound.name), &bound.read.as_ref().ok()?.spec.match_resources)));
        for (who, resources) in std::iter::once(("the policy".to_owned(), &self.document.spec.match_constraints)).chain(bound) {
            if !resources.object_selector.is_empty() {
                ways.push(format!("objects whose labels the objectSelector of {who} does not choose"));
            }
            let names: Vec<&str> = resources.names().collect();
            if !names.is_empty() {
                ways.push(format!("objects by their names, as {who} has it ({})", names.join(", ")));
            }
        }
        ways.extend(self.program.ways_around_conditions(&conditions::OF_OBJECTS));
        for (at, (compiled, _)) in self.program.validations.iter().enumerate() {
            let Ok(expression) = compiled else { continue };
            let by = self.program.chosen(expression);
            // One that is about labels alone asks for labels, and is no way around another.
            if !by.is_empty() && self.program.expression_reads(expression, "object.spec") {
                ways.push(format!("requests that validation {} lets in by {by}", at + 1));
            }
        }
        ways
    }

    fn asks_who(&self) -> bool {
        self.unread.is_some() || self.program.reads("request.userInfo") || self.program.reads("authorizer")
    }
}

/// Writes a text so that no other one can look like it.
fn text(value: &str, key: &mut Vec<u8>) {
    key.extend_from_slice(&u32::try_from(value.len()).unwrap_or(u32::MAX).to_le_bytes());
    key.extend_from_slice(value.as_bytes());
}

#[cfg(test)]
mod tests;

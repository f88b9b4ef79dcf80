//! Policy exceptions of `kyverno.io`.
//!
//! Source: pkg/exceptions, pkg/engine/utils/exceptions.go and pkg/utils/conditions of Kyverno 1.19. Whether Kyverno heeds exceptions at all is not known
//! here; one that applies lets in.

use super::choice::Asked;
use super::conditions;
use super::context::Context;
use super::jmespath::Fault;
use super::types::{ExceptionSpec, Exclusion};
use crate::request::Namespace;
use crate::wildcard::any_matches;
use serde_json::Value;

/// An exception, or why it can't be read.
#[derive(Clone, Debug)]
pub struct Exception {
    name: String,
    spec: Result<ExceptionSpec, String>,
}

/// What exceptions say to a request.
#[derive(Clone, Debug)]
pub enum Excepted {
    /// None applies.
    No,
    /// This one lets the rule out.
    Whole(String),
    /// These leave out controls of Pod Security.
    Controls(Vec<Exclusion>),
    /// Nobody here knows.
    Lacking(String),
}

impl Exception {
    /// Reads an exception; none where the object is none of `kyverno.io`.
    #[must_use]
    pub fn read(object: &Value) -> Option<Self> {
        let version = object["apiVersion"].as_str()?;
        if object["kind"] != "PolicyException" || version.split('/').next() != Some("kyverno.io") {
            return None;
        }
        let name = object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        let spec = serde_json::from_value(object["spec"].clone()).map_err(|error| format!("exception {name}: {error}"));
        Some(Self { name, spec })
    }

    /// Whether it is about any rule of a policy. One that can't be read may be.
    #[must_use]
    pub fn concerns(&self, policy: &str) -> bool {
        self.spec.as_ref().map_or(true, |spec| spec.exceptions.iter().any(|one| one.policy_name == policy))
    }

    /// Whether it is about a rule.
    fn names(&self, spec: &ExceptionSpec, policy: &str, rule: &str) -> bool {
        spec.exceptions.iter().any(|one| one.policy_name == policy && any_matches(&one.rule_names, rule))
    }

    /// Writes what it can tell of a namespace.
    pub fn tells_apart(&self, namespace: &Namespace, key: &mut Vec<u8>) {
        if let Ok(spec) = &self.spec {
            spec.about.tells_apart(namespace, key);
        }
    }

    /// By what an author chooses it.
    #[must_use]
    pub fn chosen_by_author(&self) -> Vec<String> {
        let Ok(spec) = &self.spec else { return Vec::new() };
        spec.about.chosen_by_author().into_iter().map(|words| format!("{words} (exception {})", self.name)).collect()
    }

    /// Whether it asks who sends a request.
    #[must_use]
    pub fn asks_who(&self) -> bool {
        self.spec.as_ref().is_ok_and(|spec| spec.about.asks_who())
    }
}

/// What exceptions say to a request under a rule.
pub fn excepted(exceptions: &[Exception], policy: &str, rule: &str, asked: &Asked<'_>, context: &mut Context<'_>) -> Excepted {
    let mut controls: Option<Vec<Exclusion>> = None;
    for exception in exceptions {
        let spec = match &exception.spec {
            Ok(spec) => spec,
            Err(why) => return Excepted::Lacking(why.clone()),
        };
        if !exception.names(spec, policy, rule) {
            continue;
        }
        match spec.about.excepts(asked) {
            Some(false) => continue,
            Some(true) => {}
            None => return Excepted::Lacking(format!("exception {} asks for roles", exception.name)),
        }
        match spec.conditions.as_ref().map_or(Ok(true), |both| hold(both, context)) {
            Ok(true) => {}
            Ok(false) | Err(Fault::Missing(_) | Fault::Error(_)) => continue,
            Err(fault) => return Excepted::Lacking(format!("exception {}: {}", exception.name, fault.words())),
        }
        if spec.pod_security.is_empty() {
            return Excepted::Whole(exception.name.clone());
        }
        controls.get_or_insert_with(Vec::new).extend(spec.pod_security.iter().cloned());
    }
    controls.map_or(Excepted::No, Excepted::Controls)
}

/// Here an empty list of any is none, and a condition of any that holds is enough after all of all.
fn hold(both: &super::types::AnyAll, context: &mut Context<'_>) -> Result<bool, Fault> {
    for condition in both.all.iter().flatten() {
        if !conditions::holds(condition, context)? {
            return Ok(false);
        }
    }
    let any = both.any.as_deref().unwrap_or_default();
    for condition in any {
        if conditions::holds(condition, context)? {
            return Ok(true);
        }
    }
    Ok(any.is_empty())
}

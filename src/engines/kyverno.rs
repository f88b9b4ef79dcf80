//! Kyverno: policies of `kyverno.io` and the CEL kinds of `policies.kyverno.io`, answered as Kyverno 1.19 answers them.

mod autogen;
mod celkinds;
mod celrule;
mod choice;
mod conditions;
mod context;
mod exceptions;
mod functions;
mod gotext;
mod imagekinds;
mod images;
mod jmespath;
mod overlay;
mod parameters;
mod pattern;
mod podsecurity;
mod policy;
mod program;
mod rule;
mod settings;
mod signers;
#[allow(dead_code, reason = "closed types name all that is known, whether it counts here or not")]
mod types;
#[allow(dead_code, reason = "closed types name all that is known, whether it counts here or not")]
mod verify;
mod versions;

use crate::remembered::Remembered;
use crate::request::{GroupKind, Namespace, Request};
use crate::ruling::{Answer, Judge, Ruling};
use crate::validating::{Params, typed};
use crate::{cel, re2};
use serde_json::Value;
pub use settings::Settings;
use std::cell::RefCell;
use std::sync::Arc;

/// A policy of Kyverno that was read, or why it can't be.
pub struct Kyverno(Kind);

enum Kind {
    Read(Box<dyn Judge + Send + Sync>),
    Unread(String),
}

impl Kyverno {
    /// Reads a policy, with all exceptions there are (those of other policies are left out) and what Kyverno itself is told to leave out. A rule that takes
    /// parameters is not evaluated.
    #[must_use]
    pub fn read(policy: &Value, exceptions: &[Value], settings: &Settings) -> Self {
        Self::read_with(policy, exceptions, settings, &|_, _| Params::NotRead("the parameters were not read".to_owned()))
    }

    /// The same with the objects from which rules of CEL take their parameters, by apiVersion and kind.
    #[must_use]
    pub fn read_with(policy: &Value, exceptions: &[Value], settings: &Settings, kinds: &dyn Fn(&str, &str) -> Params) -> Self {
        let version = policy["apiVersion"].as_str().unwrap_or_default();
        let kind = policy["kind"].as_str().unwrap_or_default();
        let read = match (version, kind) {
            ("kyverno.io/v1" | "kyverno.io/v2beta1", "ClusterPolicy" | "Policy") => {
                policy::Policy::read(policy, exceptions, settings, kinds).map(|read| Kind::Read(Box::new(read)))
            }
            (
                "policies.kyverno.io/v1alpha1" | "policies.kyverno.io/v1beta1" | "policies.kyverno.io/v1",
                "ValidatingPolicy" | "NamespacedValidatingPolicy",
            ) => celkinds::ValidatingPolicy::read(policy, exceptions, settings).map(|read| Kind::Read(Box::new(read))),
            (
                "policies.kyverno.io/v1alpha1" | "policies.kyverno.io/v1beta1" | "policies.kyverno.io/v1",
                "ImageValidatingPolicy" | "NamespacedImageValidatingPolicy",
            ) => imagekinds::ImageValidatingPolicy::read(policy, exceptions, settings).map(|read| Kind::Read(Box::new(read))),
            _ => Err(format!("{version} {kind} is not known here")),
        };
        Self(read.unwrap_or_else(Kind::Unread))
    }
}

impl Judge for Kyverno {
    fn rule(&self, request: &Request) -> Vec<Ruling> {
        match &self.0 {
            Kind::Read(policy) => match as_served(request) {
                Ok(request) => policy.rule(&request),
                Err(why) => vec![Ruling::new("", Answer::NotEvaluated(why))],
            },
            Kind::Unread(why) => vec![Ruling::new("", Answer::NotEvaluated(why.clone()))],
        }
    }

    fn tells_apart(&self, namespace: &Namespace, key: &mut Vec<u8>) {
        if let Kind::Read(policy) = &self.0 {
            policy.tells_apart(namespace, key);
        }
    }

    fn ways_around(&self) -> Vec<String> {
        match &self.0 {
            Kind::Read(policy) => policy.ways_around(),
            Kind::Unread(_) => Vec::new(),
        }
    }

    fn asks_who(&self) -> bool {
        match &self.0 {
            Kind::Read(policy) => policy.asks_who(),
            Kind::Unread(_) => false,
        }
    }
}

/// A request with its objects as the API server writes them for webhooks: by their types, so that null and what is empty by default is not there.
fn as_served(request: &Request) -> Result<Request, String> {
    let (object, old_object) = (written(&request.kind, &request.object)?, written(&request.kind, &request.old_object)?);
    Ok(request.about(object, old_object))
}

thread_local! {
    static WRITTEN: RefCell<Remembered<Result<Arc<Value>, String>>> = RefCell::default();
}

/// An object as the API server writes it; the last ones are remembered.
fn written(kind: &GroupKind, object: &Arc<Value>) -> Result<Arc<Value>, String> {
    if object.is_null() {
        return Ok(Arc::clone(object));
    }
    let write = || match typed::object(kind, object) {
        cel::Value::Unknown(why) => Err(why.to_string()),
        value => value.to_json().map(Arc::new).ok_or_else(|| "an object that is no JSON".to_owned()),
    };
    WRITTEN.with(|all| Remembered::of(all, kind, object, write))
}

/// Tells what an object is as the API server writes it, from that of another: they differ in what a change makes of texts alone, of which none is empty. So it
/// need not be read by its types once more.
pub fn serve_alike(kind: &GroupKind, from: &Arc<Value>, to: &Arc<Value>, change: impl FnOnce(&mut Value)) {
    if let Ok(known) = written(kind, from) {
        let mut served = (*known).clone();
        change(&mut served);
        WRITTEN.with(|all| Remembered::tell(all, kind, to, Ok(Arc::new(served))));
    }
}

/// A pattern of RE2 as Kyverno's functions take it.
fn same_regex(pattern: &str) -> Result<regex::Regex, jmespath::Fault> {
    re2::compile(pattern).map_err(|fault| match fault {
        re2::Fault::Refused(why) => jmespath::Fault::Error(why),
        re2::Fault::NotSame(why) => jmespath::Fault::Lacking(why),
    })
}

#[cfg(test)]
mod tests;

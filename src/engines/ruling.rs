//! What a policy says to a request.

use super::request::{Namespace, Request};

/// How the words begin about images that stay out of a policy by their names. Whoever asks about one image knows already whether it does.
pub const BY_NAME: &str = "images named";

/// What one rule of a policy says to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is not asked about such a request, or leaves it out: another operation, namespace or object.
    NotAsked,
    /// It lets the request in. The words say why where it would seem to refuse: `only warns`, `fails open`; else "".
    Admits(String),
    /// It refuses the request, for this reason.
    Refuses(String),
    /// What the engine would say is not known here, for this reason: a function that is not there, a field nobody here knows.
    NotEvaluated(String),
}

/// The answer of one part of a policy that answers by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// Which part: `binding b, validation 1`, `rule no-privileged`; "" where a policy is one whole.
    pub by: String,
    /// What it says.
    pub answer: Answer,
}

impl Ruling {
    /// A part's answer.
    #[must_use]
    pub fn new(by: impl Into<String>, answer: Answer) -> Self {
        Self { by: by.into(), answer }
    }
}

/// A policy that was read, and can be asked.
pub trait Judge {
    /// What it says to a request, each part by itself. The request is refused where one part refuses.
    fn rule(&self, request: &Request) -> Vec<Ruling>;

    /// Writes what this policy can tell of a namespace: requests that differ in nothing but namespaces that write the same get the same answer. A
    /// policy that chooses by selectors writes for each whether it matches; one that reads a namespace's name or labels itself writes these whole.
    fn tells_apart(&self, namespace: &Namespace, key: &mut Vec<u8>);

    /// By what their author chooses objects can stay out of it, each in words: `pods with the label app=x`, `requests of the group system:nodes`. What
    /// refuses only objects that don't choose so is no guard against somebody who does. Empty where it asks about each object of the kinds and
    /// namespaces that it names.
    fn ways_around(&self) -> Vec<String> {
        Vec::new()
    }

    /// Whether what it says may depend on who asks. Where it can't, a pod needs not be tried as each of the controllers that make pods.
    fn asks_who(&self) -> bool {
        true
    }
}

//! What is compared between clusters: facts, each a question that any cluster may answer.

use crate::model::Words;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What a fact is about, in the order in which differences are told: what could not be seen comes first, because all else rests on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// How far a kind was read.
    Kind,
    /// What a check says.
    Outcome,
    /// What a check found in scope.
    Finding,
    /// Policies of admission.
    Policy,
    /// Known software that runs.
    Software,
    /// Namespaces with their category.
    Namespace,
    /// Distribution.
    Distribution,
    /// Version.
    Version,
}

impl Topic {
    /// All of them, in order.
    pub const ALL: [Self; 8] =
        [Self::Kind, Self::Outcome, Self::Finding, Self::Policy, Self::Software, Self::Namespace, Self::Distribution, Self::Version];

    /// The word that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Kind => "reading",
            Self::Outcome => "outcome",
            Self::Finding => "finding",
            Self::Policy => "admission policy",
            Self::Software => "software",
            Self::Namespace => "namespace",
            Self::Distribution => "distribution",
            Self::Version => "version",
        }
    }

    /// What holds on a cluster of which a fact is not told.
    pub(super) const fn otherwise(self) -> &'static str {
        match self {
            Self::Kind => "read",
            Self::Finding => "not found",
            Self::Policy | Self::Namespace => "not there",
            Self::Software => "not seen",
            // Each cluster that was read answers these.
            Self::Outcome | Self::Distribution | Self::Version => "not told",
        }
    }
}

/// A question that any cluster may answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Fact {
    pub(super) topic: Topic,
    /// Whose: the check of a finding, the resource of a policy; "" elsewhere.
    pub(super) of: String,
    /// The rule of a finding; "" where its check has none.
    pub(super) rule: String,
    /// What: an object, a kind, a name.
    pub(super) what: String,
}

impl Fact {
    pub(super) fn new(topic: Topic, what: impl Into<String>) -> Self {
        Self { topic, of: String::new(), rule: String::new(), what: what.into() }
    }

    pub(super) fn of(self, of: impl Into<String>) -> Self {
        Self { of: of.into(), ..self }
    }

    pub(super) fn rule(self, rule: &str) -> Self {
        Self { rule: rule.to_owned(), ..self }
    }
}

/// An answer of one cluster.
pub(super) type Answer = (Fact, Words);

/// What a cluster can't be asked, because it was not seen: there, that a fact is not told says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Blind {
    /// Whole topics.
    pub(super) topics: BTreeSet<Topic>,
    /// Checks of findings, resources of policies.
    of: BTreeMap<Topic, BTreeSet<String>>,
}

impl Blind {
    /// Says that facts of one check or resource were not seen.
    pub(super) fn hide(&mut self, topic: Topic, of: &str) {
        self.of.entry(topic).or_default().insert(of.to_owned());
    }

    /// Whether that a fact is not told says that it does not hold.
    pub(super) fn sees(&self, fact: &Fact) -> bool {
        !self.topics.contains(&fact.topic) && !self.of.get(&fact.topic).is_some_and(|of| of.contains(&fact.of))
    }
}

//! One thing that a check found, on one object, at one field.

use super::{Category, ObjectRef, Words, each};
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// How bad a finding is, worst first in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Leads straight to the cluster or to account data.
    Critical,
    /// Leads there with one more mistake.
    High,
    /// Weakens a layer of defence.
    Medium,
    /// Hygiene.
    Low,
    /// A fact to know.
    Info,
}

impl Severity {
    /// The name in JSON, and the one that people read.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
        }
    }
}

/// What a finding does to the outcome of its check when it is in scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Makes the check fail.
    Fail,
    /// Asks for a person's judgement.
    Review,
}

/// One finding. `observed` never holds a secret or a card number: only names, masked forms and facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Digest of check, rule, object and field: stable over order and observed value.
    pub id: String,
    /// Category of the place where the object lives.
    pub category: Category,
    /// How bad.
    pub severity: Severity,
    /// Whether it fails its check or asks for review.
    pub weight: Weight,
    /// The rule within the check, where it holds several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Words>,
    /// The object, for workloads the owner.
    pub object: ObjectRef,
    /// Pods that share the finding, for workloads.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pods: Option<u32>,
    /// Path of the field; items of keyed lists are named by key: `spec.containers[name=web].image`.
    pub field: String,
    /// What stands there, redacted.
    pub observed: String,
    /// Why it matters here, one sentence.
    pub message: Words,
    /// How to mend it, one sentence.
    pub mend: Words,
}

/// Reads the findings of a check, which say the same again and again.
pub(crate) fn findings<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Finding>, D::Error> {
    let mut known = HashSet::new();
    each(deserializer, |finding: &mut Finding| {
        finding.rule.iter_mut().chain([&mut finding.message, &mut finding.mend]).for_each(|words| words.share(&mut known));
    })
}

impl Finding {
    /// A failing finding of medium severity; the setters below refine it, and `assess` gives it its id.
    pub fn new(category: Category, object: ObjectRef, field: impl Into<String>) -> Self {
        Self {
            id: String::new(),
            category,
            severity: Severity::Medium,
            weight: Weight::Fail,
            rule: None,
            object,
            pods: None,
            field: field.into(),
            observed: String::new(),
            message: Words::default(),
            mend: Words::default(),
        }
    }

    /// Sets the severity.
    #[must_use]
    pub const fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Makes it a fact to review instead of a failure.
    #[must_use]
    pub const fn review(mut self) -> Self {
        self.weight = Weight::Review;
        self
    }

    /// Names the rule within the check.
    #[must_use]
    pub fn rule(mut self, rule: impl Into<Words>) -> Self {
        self.rule = Some(rule.into());
        self
    }

    /// Says how many pods share it.
    #[must_use]
    pub const fn pods(mut self, pods: u32) -> Self {
        self.pods = Some(pods);
        self
    }

    /// Says what was observed (already redacted).
    #[must_use]
    pub fn observed(mut self, observed: impl Into<String>) -> Self {
        self.observed = observed.into();
        self
    }

    /// Says why it matters.
    #[must_use]
    pub fn message(mut self, message: impl Into<Words>) -> Self {
        self.message = message.into();
        self
    }

    /// Says how to mend it; without it, the check's own words are used.
    #[must_use]
    pub fn mend(mut self, mend: impl Into<Words>) -> Self {
        self.mend = mend.into();
        self
    }

    /// Fills the id from the parts that name the finding.
    pub fn identify(&mut self, check: &str) {
        let mut hash = Sha256::new();
        let rule = self.rule.as_deref().unwrap_or("");
        for part in [check, rule, &self.object.group, &self.object.kind, &self.object.namespace, &self.object.name, &self.field] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        self.id = data_encoding::HEXLOWER.encode(&hash.finalize()[..10]);
    }
}

//! One difference, as text, JSON and screen tell it.

use serde::Serialize;

/// What sort of difference it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// Both sides have it, and say other things.
    Changed,
    /// Only the second has it.
    New,
    /// Only the first has it.
    Gone,
    /// One side could not see what the other saw, so nothing is said of it.
    CannotBeCompared,
}

impl Class {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Changed, Self::New, Self::Gone, Self::CannotBeCompared];

    /// The name that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::New => "new",
            Self::Gone => "gone",
            Self::CannotBeCompared => "cannot be compared",
        }
    }

    /// Its sign.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Changed => "~",
            Self::New => "+",
            Self::Gone => "-",
            Self::CannotBeCompared => "⊘",
        }
    }
}

/// Of what it is a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Topic {
    /// By what was judged.
    Catalogue,
    /// What is in scope.
    Scope,
    /// A cluster itself.
    Cluster,
    /// Kinds that were read.
    Kind,
    /// A determination.
    Determination,
    /// An answer.
    Answer,
    /// The outcome of a check.
    Outcome,
    /// A finding.
    Finding,
}

impl Topic {
    /// The name that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Scope => "scope",
            Self::Cluster => "cluster",
            Self::Kind => "what was read",
            Self::Determination => "determination",
            Self::Answer => "answer",
            Self::Outcome => "outcome",
            Self::Finding => "finding",
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// What sort of difference.
    pub class: Class,
    /// Of what.
    pub topic: Topic,
    /// The cluster, as the second side calls it where both have it; "" for what holds for all.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cluster: String,
    /// Practice, question, check, or stable identity of a finding; "" where there is none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub id: String,
    /// The check of a finding.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub check: String,
    /// What it is about, in a line: `DaemonSet logging/agent spec.hostNetwork`.
    pub what: String,
    /// What the first says.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub before: String,
    /// What the second says.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub after: String,
    /// Why it can't be compared.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub why: String,
}

impl Entry {
    /// A difference of something, without words yet.
    pub(super) fn new(class: Class, topic: Topic, what: impl Into<String>) -> Self {
        Self {
            class,
            topic,
            cluster: String::new(),
            id: String::new(),
            check: String::new(),
            what: what.into(),
            before: String::new(),
            after: String::new(),
            why: String::new(),
        }
    }

    /// Something that can't be compared, and why.
    pub(super) fn unknown(topic: Topic, what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { why: why.into(), ..Self::new(Class::CannotBeCompared, topic, what) }
    }

    /// A determination against which newer outcomes speak.
    #[must_use]
    pub fn to_confirm(practice: &str) -> Self {
        Self::new(Class::Changed, Topic::Determination, "is to be confirmed: newer outcomes speak against it").id(practice)
    }

    pub(super) fn id(self, id: impl Into<String>) -> Self {
        Self { id: id.into(), ..self }
    }

    pub(super) fn says(self, before: impl Into<String>, after: impl Into<String>) -> Self {
        Self { before: before.into(), after: after.into(), ..self }
    }

    /// The difference in a line, without its class.
    #[must_use]
    pub fn line(&self) -> String {
        let what =
            if self.id.is_empty() || self.topic == Topic::Finding { self.what.clone() } else { format!("{} {}", self.id, self.what) };
        let words = match (self.before.is_empty(), self.after.is_empty()) {
            (false, false) => format!(": {} → {}", self.before, self.after),
            (false, true) => format!(": {}", self.before),
            (true, false) => format!(": {}", self.after),
            (true, true) => String::new(),
        };
        let why = if self.why.is_empty() { String::new() } else { format!(" ({})", self.why) };
        format!("{}{words}{why}", what.trim())
    }
}

/// How many there are of a class and a topic.
#[must_use]
pub fn count(entries: &[Entry], topic: Topic, class: Class) -> usize {
    entries.iter().filter(|entry| entry.topic == topic && entry.class == class).count()
}

//! What the program tells: passing remarks, and errors that stay until they are read.

/// How much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Done; goes with the next key.
    Info,
    /// A question that the next key answers.
    Ask,
    /// To be known; stays until dismissed.
    Warning,
    /// Not done; stays until dismissed.
    Error,
}

/// A message: what, why, and what now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// How much it matters.
    pub level: Urgency,
    /// What happened, one sentence.
    pub what: String,
    /// Why, and what to do now; may be empty.
    pub why: String,
}

impl Message {
    /// A passing remark.
    pub fn info(what: impl Into<String>) -> Self {
        Self { level: Urgency::Info, what: what.into(), why: String::new() }
    }

    /// A question that the next key answers.
    pub fn ask(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { level: Urgency::Ask, what: what.into(), why: why.into() }
    }

    /// Something to be known.
    pub fn warning(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { level: Urgency::Warning, what: what.into(), why: why.into() }
    }

    /// Something that was not done.
    pub fn error(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { level: Urgency::Error, what: what.into(), why: why.into() }
    }
}

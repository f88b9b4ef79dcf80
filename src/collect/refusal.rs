//! What a server said instead of an answer, or what kept it from answering.

/// What a server said instead of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// 401.
    Unauthorized(String),
    /// 403.
    Forbidden(String),
    /// 404.
    NotFound(String),
    /// 410: a continue token has expired.
    Expired(String),
    /// No connection, or it broke.
    Unreachable(String),
    /// Everything else: time-outs, errors of the server, answers that are no answers.
    Failed(String),
    /// Somebody asked to stop.
    Cancelled,
}

impl Refusal {
    /// The words.
    pub(super) fn words(&self) -> &str {
        match self {
            Self::Unauthorized(words) | Self::Forbidden(words) | Self::NotFound(words) | Self::Expired(words) => words,
            Self::Unreachable(words) | Self::Failed(words) => words,
            Self::Cancelled => "cancelled",
        }
    }
}

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
    /// 406 or 415: not in the form that was asked for; or it came in that form, and not all of it is known.
    NotAcceptable(String),
    /// 410: a continue token has expired.
    Expired(String),
    /// No connection, or it broke.
    Unreachable(String),
    /// The answer is larger than one may be.
    TooLarge,
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
            Self::NotAcceptable(words) | Self::Unreachable(words) | Self::Failed(words) => words,
            Self::TooLarge => TOO_LARGE,
            Self::Cancelled => "cancelled",
        }
    }
}

/// Of an answer that can't be had in smaller parts.
const TOO_LARGE: &str = "the answer is larger than 64 MiB";

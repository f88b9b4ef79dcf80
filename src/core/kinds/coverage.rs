//! How far a kind could be read, with the server's own words.

use serde::{Deserialize, Serialize};

/// How far one kind could be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KindState {
    /// All of it.
    Read,
    /// The server said no.
    Forbidden,
    /// The server does not serve it, or the files do not hold it.
    #[default]
    Absent,
    /// It went wrong: a time-out, an error of the server.
    Failed,
    /// Some of it: the list broke off, or objects had no readable shape.
    Partial,
}

/// The state of one kind with the server's own words.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Coverage {
    /// How far.
    pub state: KindState,
    /// How many objects are here.
    pub items: usize,
    /// The server's words, or the names of malformed objects.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
    /// The version that was read.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
}

//! What judged: the program, its version, and its catalogue.

use serde::{Deserialize, Serialize};

/// What judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// `kassay`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Digest of the catalogue.
    pub catalogue: String,
}

impl Tool {
    /// This program, with the digest of the catalogue that it judges by.
    #[must_use]
    pub fn this(catalogue: &str) -> Self {
        Self { name: "kassay".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned(), catalogue: catalogue.to_owned() }
    }
}

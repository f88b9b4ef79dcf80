//! Scope categories of PCI DSS, given to namespaces and node pools by the assessor.

use serde::{Deserialize, Serialize};

/// Where a namespace or node pool stands towards the cardholder data environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Part of the cardholder data environment.
    Cde,
    /// Connected to it, or able to affect its security.
    Connected,
    /// Shown to be neither.
    OutOfScope,
    /// The cluster's own: kube-system and what the distribution runs.
    Platform,
}

impl Category {
    /// All four, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Cde, Self::Connected, Self::OutOfScope, Self::Platform];

    /// Whether findings here decide an outcome and a proposal.
    #[must_use]
    pub const fn in_scope(self) -> bool {
        matches!(self, Self::Cde | Self::Connected)
    }

    /// The name in JSON and TOML.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Cde => "cde",
            Self::Connected => "connected",
            Self::OutOfScope => "out_of_scope",
            Self::Platform => "platform",
        }
    }

    /// The name that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Cde => "CDE",
            Self::Connected => "connected",
            Self::OutOfScope => "out of scope",
            Self::Platform => "platform",
        }
    }
}

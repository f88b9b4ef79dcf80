//! What only the assessor may say about a practice, in the words of the PCI DSS v4.0.1 Report on Compliance.

use serde::{Deserialize, Serialize};

/// The assessor's finding on one practice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Determined {
    /// Met.
    InPlace,
    /// Not met, or not entirely.
    NotInPlace,
    /// Does not apply to this entity; needs how that was tested.
    NotApplicable,
    /// Left out of this assessment; needs who excluded it and why.
    NotTested,
}

impl Determined {
    /// All four, in the order of the keys that choose them.
    pub const ALL: [Self; 4] = [Self::InPlace, Self::NotInPlace, Self::NotApplicable, Self::NotTested];

    /// The name in JSON and TOML.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::InPlace => "in_place",
            Self::NotInPlace => "not_in_place",
            Self::NotApplicable => "not_applicable",
            Self::NotTested => "not_tested",
        }
    }

    /// The name that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::InPlace => "in place",
            Self::NotInPlace => "not in place",
            Self::NotApplicable => "not applicable",
            Self::NotTested => "not tested",
        }
    }
}

/// How a practice was met, apart from whether it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// As the practice describes it.
    #[default]
    Defined,
    /// By a compensating control, which needs its worksheet.
    CompensatingControl,
    /// By the customized approach.
    CustomizedApproach,
}

impl Method {
    /// All three, in the order of the form.
    pub const ALL: [Self; 3] = [Self::Defined, Self::CompensatingControl, Self::CustomizedApproach];

    /// The name that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Defined => "defined approach",
            Self::CompensatingControl => "compensating control",
            Self::CustomizedApproach => "customized approach",
        }
    }
}

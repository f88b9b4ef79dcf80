//! The tables `[[determination]]` and `[determination.compensating]`.

use crate::model::{Determined, Method};
use crate::workbook::moment::Moment;
use serde::{Deserialize, Serialize};

/// What the assessor determined of one practice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Determination {
    /// The practice.
    pub practice: String,
    /// The finding on it.
    pub finding: Determined,
    /// The method.
    #[serde(default)]
    pub method: Method,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rationale: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: Moment,
    /// What was proposed then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed: Option<Determined>,
    /// New outcomes speak against it; cleared when the assessor confirms or changes it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_confirm: bool,
    /// The compensating control, for that method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compensating: Option<CompensatingControl>,
}

/// The worksheet of a compensating control.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CompensatingControl {
    /// What keeps the practice from being met as described.
    pub constraint: String,
    /// Objective of the practice, and of this control.
    pub objective: String,
    /// Risk that its absence brings.
    pub risk: String,
    /// The control itself.
    pub control: String,
    /// How it was validated.
    pub validation: String,
    /// How it is maintained.
    pub maintenance: String,
}

//! The tables `[[determination]]`, `[determination.compensating]` and `[determination.customized]`.

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
    /// What that rested on: checks and questions. With `proposed` it keeps the other side where the assessor decided against it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<String>,
    /// Who excluded it from the assessment, for “not tested”.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub excluded_by: String,
    /// New outcomes speak against it; cleared when the assessor confirms or changes it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub to_confirm: bool,
    /// The compensating control, for that method.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compensating: Option<CompensatingControl>,
    /// The controls matrix, for the customized approach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customized: Option<CustomizedApproach>,
}

impl Determination {
    /// Whether it says that the practice is in place, and nothing became known since that speaks against it. Only then does any export call it passed.
    #[must_use]
    pub const fn is_in_place(&self) -> bool {
        matches!(self.finding, Determined::InPlace) && !self.to_confirm
    }

    /// The parts of its worksheet or controls matrix, each with its name; none for the defined approach.
    #[must_use]
    pub fn parts(&self) -> Vec<(&'static str, String)> {
        let worksheet = self.compensating.iter().flat_map(CompensatingControl::parts).map(|(name, text)| (name, text.to_owned()));
        worksheet.chain(self.customized.iter().flat_map(CustomizedApproach::parts)).collect()
    }
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

impl CompensatingControl {
    /// Its parts in their order, each with its name.
    #[must_use]
    pub fn parts(&self) -> [(&'static str, &str); 6] {
        [
            ("Constraint", &self.constraint),
            ("Objective", &self.objective),
            ("Risk", &self.risk),
            ("Control", &self.control),
            ("Validation", &self.validation),
            ("Maintenance", &self.maintenance),
        ]
    }
}

/// The controls matrix of the customized approach: what the entity does instead, and how it was tested.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CustomizedApproach {
    /// The objective that is to be met.
    pub objective: String,
    /// The control.
    pub control: String,
    /// How it meets the objective.
    pub meets: String,
    /// References of the evidence for it.
    pub evidence: Vec<String>,
    /// Who tests it.
    pub tester: String,
    /// How it was tested, and what came of it.
    pub tested: String,
    /// Reference of its targeted risk analysis: `T-01`.
    pub analysis: String,
}

impl CustomizedApproach {
    /// The place of the evidence among its parts.
    pub const EVIDENCE: usize = 3;
    /// The place of the targeted risk analysis among them.
    pub const ANALYSIS: usize = 6;

    /// Its parts in their order, each with its name.
    #[must_use]
    pub fn parts(&self) -> [(&'static str, String); 7] {
        [
            ("Objective", self.objective.clone()),
            ("Control", self.control.clone()),
            ("Meets it by", self.meets.clone()),
            ("Evidence", self.evidence.join(", ")),
            ("Tested by", self.tester.clone()),
            ("Tested", self.tested.clone()),
            ("Analysis", self.analysis.clone()),
        ]
    }
}

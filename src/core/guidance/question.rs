//! Questions that a person answers because the API can't: their type, what satisfies them, how long an answer is good.

use crate::model::Interval;
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// A question.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// `1.6.mfa_enforced`.
    pub id: String,
    /// The practices that its answer speaks to.
    pub practices: Vec<String>,
    /// The question, one sentence.
    pub text: String,
    /// Why it is asked, and what a good answer names.
    pub help: String,
    /// Type of the answer.
    #[serde(rename = "type")]
    pub kind: QuestionKind,
    /// Choices, for that type.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// Unit, for numbers.
    #[serde(default)]
    pub unit: String,
    /// Smallest number.
    #[serde(default)]
    pub min: Option<f64>,
    /// Largest number.
    #[serde(default)]
    pub max: Option<f64>,
    /// When an answer is satisfied.
    pub satisfied: Satisfied,
    /// Whether an answer needs evidence to satisfy.
    pub evidence_required: bool,
    /// How long an answer stays good.
    pub valid_for: Interval,
    /// Asked only where the control plane is run by one of these; everywhere where none is told, and where that is not known.
    #[serde(default)]
    pub applies_to: Vec<ControlPlane>,
    /// Not asked while that check is not applicable.
    #[serde(default)]
    pub waived_by: Option<String>,
    /// The part of the scope that the answer fills: `scope.trusted_registries`.
    #[serde(default)]
    pub feeds: Option<String>,
}

/// Type of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// Yes or no.
    YesNo,
    /// Yes, partly, no.
    YesNoPartly,
    /// One of the choices.
    Choice,
    /// A number with a unit.
    Number,
    /// A length of time.
    Interval,
    /// A day.
    Date,
    /// Free text.
    Text,
    /// A list of texts.
    List,
}

impl QuestionKind {
    /// The name in JSON.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::YesNo => "yes_no",
            Self::YesNoPartly => "yes_no_partly",
            Self::Choice => "choice",
            Self::Number => "number",
            Self::Interval => "interval",
            Self::Date => "date",
            Self::Text => "text",
            Self::List => "list",
        }
    }
}

/// Who runs the control plane of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlPlane {
    /// The entity.
    SelfManaged,
    /// The provider, who then answers for it by an attestation of its own.
    Managed,
}

/// A choice.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is kept.
    pub value: String,
    /// What people read.
    pub label: String,
}

/// When an answer is satisfied. Exactly one of these is told.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Satisfied {
    /// One of these values.
    pub one_of: Option<Vec<String>>,
    /// A number not above, or an interval not longer.
    pub at_most: Option<toml::Value>,
    /// A number not below.
    pub at_least: Option<f64>,
    /// A day not longer ago.
    pub not_older_than: Option<Interval>,
    /// Any answer at all.
    pub answered: Option<bool>,
}

impl Question {
    /// The choices that a person sees, for types that have them.
    #[must_use]
    pub fn options(&self) -> Vec<Choice> {
        let plain = |values: &[(&str, &str)]| {
            values.iter().map(|(value, label)| Choice { value: (*value).into(), label: (*label).into() }).collect()
        };
        match self.kind {
            QuestionKind::YesNo => plain(&[("yes", "yes"), ("no", "no")]),
            QuestionKind::YesNoPartly => plain(&[("yes", "yes, for all"), ("partly", "partly"), ("no", "no")]),
            QuestionKind::Choice => self.choices.clone(),
            _ => vec![],
        }
    }

    /// Digest of the wording and of what satisfies it: an answer to another wording is shown as such.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for part in [&self.text, &self.help, &format!("{:?}{:?}", self.kind, self.satisfied)] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        data_encoding::HEXLOWER.encode(&hash.finalize()[..8])
    }

    /// What satisfies it, as a sentence for people.
    #[must_use]
    pub fn satisfied_words(&self) -> String {
        let label = |value: &String| self.options().into_iter().find(|c| c.value == *value).map_or_else(|| value.clone(), |c| c.label);
        let what = match &self.satisfied {
            Satisfied { one_of: Some(values), .. } => values.iter().map(|v| format!("“{}”", label(v))).collect::<Vec<_>>().join(" or "),
            Satisfied { at_most: Some(toml::Value::String(text)), .. } => format!("{text} or less"),
            Satisfied { at_most: Some(number), .. } => format!("{number} {} or less", self.unit),
            Satisfied { at_least: Some(number), .. } => format!("{number} {} or more", self.unit),
            Satisfied { not_older_than: Some(interval), .. } => format!("a day not longer than {interval} ago"),
            _ => "an answer".to_owned(),
        };
        let evidence = if self.evidence_required { ", with evidence" } else { "" };
        format!("{what}{evidence}; good for {}", self.valid_for)
    }

    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut fault = |what: &str| faults.push(format!("question {}: {what}", self.id));
        if self.text.trim().is_empty() || !self.text.trim_end().ends_with('?') || self.help.trim().is_empty() {
            fault("has no words, or its text does not end with a question mark");
        }
        if self.practices.is_empty() {
            fault("speaks to no practice");
        }
        let s = &self.satisfied;
        let told = [s.one_of.is_some(), s.at_most.is_some(), s.at_least.is_some(), s.not_older_than.is_some(), s.answered == Some(true)];
        if told.iter().filter(|t| **t).count() != 1 {
            fault("must say exactly one thing that satisfies it");
        }
        let fits = match self.kind {
            QuestionKind::YesNo | QuestionKind::YesNoPartly | QuestionKind::Choice => s.one_of.is_some() || s.answered.is_some(),
            QuestionKind::Number => {
                s.at_least.is_some() || s.answered.is_some() || s.at_most.as_ref().is_some_and(|v| v.is_integer() || v.is_float())
            }
            QuestionKind::Interval => {
                s.answered.is_some() || s.at_most.as_ref().and_then(|v| v.as_str()).is_some_and(|v| v.parse::<Interval>().is_ok())
            }
            QuestionKind::Date => s.not_older_than.is_some() || s.answered.is_some(),
            QuestionKind::Text | QuestionKind::List => s.answered.is_some(),
        };
        if !fits {
            fault("what satisfies it does not fit its type");
        }
        let options = self.options();
        if let Some(unknown) = s.one_of.iter().flatten().find(|v| !options.iter().any(|c| c.value == **v)) {
            fault(&format!("is satisfied by the unknown choice “{unknown}”"));
        }
        if (self.kind == QuestionKind::Choice) != (self.choices.len() > 1) {
            fault("choices belong to the type choice, two at least");
        }
        if (self.kind == QuestionKind::Number) == self.unit.is_empty() {
            fault("a number, and only a number, has a unit");
        }
        if self.waived_by.as_ref().is_some_and(|check| is_no_check_id(check)) {
            fault("waived_by names no check");
        }
        if self.feeds.as_deref().is_some_and(|feeds| !matches!(feeds, "scope.trusted_registries" | "scope.high_risk")) {
            fault("feeds nothing that the scope has");
        }
        faults
    }
}

/// Whether a text can't be a check's id; that the check exists is for the catalogue test, which sees both floors.
fn is_no_check_id(id: &str) -> bool {
    !id.contains('/')
}

//! The tables `[[evidence]]`, `[evidence.interview]`, `[evidence.observation]` and `[evidence.withdrawn]`.

use crate::workbook::moment::{Day, Moment};
use serde::{Deserialize, Serialize};

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// `E-0004`: never given twice.
    #[serde(rename = "ref")]
    pub reference: String,
    /// What it is.
    pub kind: EvidenceKind,
    /// Title.
    pub title: String,
    /// Version of a document, as it says itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// Day of a document's last revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revised: Option<Day>,
    /// What a document is for.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub purpose: String,
    /// Reference of the piece of which this is a newer version.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub replaces: String,
    /// Name of the file as it was attached; "" for evidence without a file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// SHA-256 of the file, under which it is kept in `evidence/`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sha256: String,
    /// Bytes.
    #[serde(default)]
    pub size: u64,
    /// The day that it speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<Day>,
    /// When it was obtained.
    pub obtained: Moment,
    /// By whom.
    pub by: String,
    /// Practices that it supports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub practices: Vec<String>,
    /// Questions that it serves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<String>,
    /// Sample sets that it speaks of: `S-01`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<String>,
    /// What was said, for an interview.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interview: Option<Interview>,
    /// What was seen, for an observation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observation: Option<Observation>,
    /// Taken back: it counts no more, and its reference is never given again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<Withdrawn>,
}

impl Evidence {
    /// Whether it was not taken back.
    #[must_use]
    pub const fn counts(&self) -> bool {
        self.withdrawn.is_none()
    }

    /// A piece without a file, of which no more is known than what it is, who obtained it and when.
    #[must_use]
    pub const fn new(reference: String, kind: EvidenceKind, title: String, by: String, obtained: Moment) -> Self {
        Self {
            reference,
            kind,
            title,
            version: String::new(),
            revised: None,
            purpose: String::new(),
            replaces: String::new(),
            file: String::new(),
            sha256: String::new(),
            size: 0,
            effective: None,
            obtained,
            by,
            practices: vec![],
            questions: vec![],
            samples: vec![],
            interview: None,
            observation: None,
            withdrawn: None,
        }
    }
}

/// An interview.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Interview {
    /// Who was interviewed.
    pub person: String,
    /// Their role.
    pub role: String,
    /// On which day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<Day>,
    /// What it was about.
    pub topics: String,
    /// What was asked.
    pub asked: String,
    /// What was answered.
    pub answered: String,
    /// What the assessor concludes.
    pub conclusion: String,
}

/// An observation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Observation {
    /// What was seen.
    pub seen: String,
    /// Where.
    pub place: String,
    /// On which day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<Day>,
    /// What the assessor concludes.
    pub conclusion: String,
}

/// That something was taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withdrawn {
    /// By whom.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
}

/// What a piece of evidence is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// A document: policy, procedure, configuration.
    Document,
    /// Notes of an interview.
    Interview,
    /// What the assessor saw.
    Observation,
    /// A sample from a population.
    Sample,
    /// Something read from the cluster.
    Query,
    /// Output of a scanner.
    Scan,
}

impl EvidenceKind {
    /// All, in the order of the form.
    pub const ALL: [Self; 6] = [Self::Document, Self::Interview, Self::Observation, Self::Sample, Self::Query, Self::Scan];

    /// The name that people read.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Document => "document",
            Self::Interview => "interview",
            Self::Observation => "observation",
            Self::Sample => "sample",
            Self::Query => "query",
            Self::Scan => "scan",
        }
    }
}

/// A title that fits a line, for words at length: their first line, cut at a word.
#[must_use]
pub fn title_of(words: &str) -> String {
    const LONGEST: usize = 80;
    let first = words.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    if first.chars().count() <= LONGEST {
        return first.to_owned();
    }
    let cut: String = first.chars().take(LONGEST - 1).collect();
    let end = cut.rfind(char::is_whitespace).filter(|at| *at > cut.len() / 2).unwrap_or(cut.len());
    format!("{}…", cut[..end].trim_end())
}

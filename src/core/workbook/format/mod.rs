//! Every type that is on disk, and nothing else. `format = 1`; a newer format is refused, because writing it back would lose what this
//! program does not know.

use super::{
    moment::{Day, Moment},
    review::Review,
    value::AnswerValue,
};
use crate::model::{Category, Determined, Method, Outcome, Scope, Severity};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The format that this program writes.
pub const FORMAT: u32 = 1;

/// One assessment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workbook {
    /// Version of this format.
    pub format: u32,
    /// Digest of the catalogue that it was last worked on with.
    #[serde(default)]
    pub catalogue: String,
    /// Who is assessed, by whom, when.
    pub engagement: Engagement,
    /// What is in scope.
    #[serde(default)]
    pub scope: Scope,
    /// Where the assessor stopped.
    #[serde(default)]
    pub place: Place,
    /// Clusters.
    #[serde(default, rename = "cluster", skip_serializing_if = "Vec::is_empty")]
    pub clusters: Vec<ClusterRecord>,
    /// Answers, sorted by question and cluster.
    #[serde(default, rename = "answer", skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
    /// Determinations, sorted by practice.
    #[serde(default, rename = "determination", skip_serializing_if = "Vec::is_empty")]
    pub determinations: Vec<Determination>,
    /// Evidence, in the order of its references.
    #[serde(default, rename = "evidence", skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// Exceptions.
    #[serde(default, rename = "exception", skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
    /// Reviews, sorted by check and cluster.
    #[serde(default, rename = "review", skip_serializing_if = "Vec::is_empty")]
    pub reviews: Vec<Review>,
    /// Outcomes of checks, in the order of the catalogue.
    #[serde(default, rename = "outcome", skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<OutcomeRecord>,
}

/// Who is assessed, by whom, when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Engagement {
    /// The assessed entity.
    pub entity: String,
    /// Assessors by name.
    pub assessors: Vec<String>,
    /// The assessors' company.
    pub company: String,
    /// Period: `2026`.
    pub period: String,
    /// Purpose, in a sentence.
    pub purpose: String,
}

/// A cluster as it was collected last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterRecord {
    /// Its name in this workbook: `prod-eu`.
    pub key: String,
    /// UID of kube-system.
    #[serde(default)]
    pub uid: String,
    /// Address.
    #[serde(default)]
    pub server: String,
    /// Version.
    #[serde(default)]
    pub version: String,
    /// Distribution.
    #[serde(default)]
    pub distribution: String,
    /// Nodes.
    #[serde(default)]
    pub nodes: usize,
    /// Identity used.
    #[serde(default)]
    pub identity: String,
    /// When it was collected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collected_at: Option<Moment>,
    /// The time judged by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessed_at: Option<Moment>,
    /// SHA-256 of its snapshot, the file `snapshots/<digest>.kassay.gz`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub snapshot: String,
    /// SHA-256 of the file with all outcomes and findings, `findings/<digest>.json`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub findings: String,
    /// How it was reached, to collect it again: `context prod-eu`, `demo`, `files`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Who said that the files it was read from are the whole cluster; none where nobody did, and for a live cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_complete: Option<String>,
    /// All that it takes to reach it in the same way again; nothing where that was not kept, or can't be repeated.
    #[serde(default, skip_serializing_if = "Reached::is_unknown")]
    pub reached: Reached,
    /// Kinds that were refused, missing or cut short, with the server's words.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub not_read: BTreeMap<String, String>,
    /// How many sensitive values were met and not kept.
    #[serde(default)]
    pub redactions: usize,
}

/// How a cluster was reached: a context with what kubectl's flags would say, or files. It names credentials, and holds none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reached {
    /// The kubeconfig, where it was not the usual one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kubeconfig: String,
    /// The context.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub context: String,
    /// User that was impersonated.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub as_user: String,
    /// Groups that were impersonated.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub as_groups: Vec<String>,
    /// Longest time for one request in seconds, where it was not the usual one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_timeout: Option<u32>,
    /// Files and folders, each from the root.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

impl Reached {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

/// An answer to a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// The question.
    pub question: String,
    /// Digest of its wording then.
    pub digest: String,
    /// The answer.
    pub value: AnswerValue,
    /// Who wrote it down.
    pub by: String,
    /// When.
    pub at: Moment,
    /// Who was interviewed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub interviewed: String,
    /// Their role.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// Day of the interview.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Day>,
    /// Note.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// References of evidence.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// Cluster, where it matters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub cluster: String,
}

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

/// An accepted exception to a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Id of the finding, or the check for all of its findings.
    pub what: String,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Last day on which it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
}

/// The outcome of a check as the workbook keeps it: enough to read without the file of all findings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutcomeRecord {
    /// The check.
    pub check: String,
    /// The cluster.
    pub cluster: String,
    /// The outcome.
    pub outcome: Outcome,
    /// One sentence.
    pub reason: String,
    /// How many were looked at.
    pub population: usize,
    /// How many findings there are in all.
    #[serde(default)]
    pub total: usize,
    /// Findings by category.
    #[serde(default)]
    pub counts: BTreeMap<Category, usize>,
    /// What was missing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<String>,
    /// Digest of what it shows, all findings included: a review holds as long as this is the same.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub digest: String,
    /// The first findings.
    #[serde(default, rename = "finding", skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<FindingBrief>,
}

/// A finding in brief.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingBrief {
    /// Its id.
    pub id: String,
    /// Severity.
    pub severity: Severity,
    /// Category.
    pub category: Category,
    /// Object: `Deployment shop/web`.
    pub object: String,
    /// Field.
    pub field: String,
    /// What stands there, redacted.
    pub observed: String,
}

/// Where the assessor stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// Control: `3.1`.
    pub control: String,
    /// Tab: `checks`.
    pub tab: String,
    /// What was selected there: a check, question, practice or finding.
    pub item: String,
}

/// Why a text is no workbook that this program may work on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WorkbookError {
    /// It was written by a newer version.
    #[error("the workbook has format {found}, and this version of Kassay knows formats up to {FORMAT}")]
    Newer {
        /// The format told.
        found: i64,
    },
    /// It is not TOML, or not of the shape.
    #[error("line {line}, column {column}: {message}")]
    Broken {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        message: String,
    },
    /// It could not be written as TOML.
    #[error("the workbook can't be written as TOML: {0}")]
    Unwritable(String),
}

impl Workbook {
    /// A new assessment of an entity.
    #[must_use]
    pub fn new(engagement: Engagement) -> Self {
        Self {
            format: FORMAT,
            catalogue: String::new(),
            engagement,
            scope: Scope::default(),
            place: Place::default(),
            clusters: vec![],
            answers: vec![],
            determinations: vec![],
            evidence: vec![],
            exceptions: vec![],
            reviews: vec![],
            outcomes: vec![],
        }
    }

    /// Reads a workbook.
    ///
    /// # Errors
    /// Where it is of a newer format, is no TOML, or says what a workbook can't; with line and column.
    pub fn parse(text: &str) -> Result<Self, WorkbookError> {
        let broken = |error: toml::de::Error| {
            let at = error.span().map_or(0, |span| span.start).min(text.len());
            let before = &text.as_bytes()[..at];
            let line = before.iter().filter(|b| **b == b'\n').count() + 1;
            let column = at - before.iter().rposition(|b| *b == b'\n').map_or(0, |newline| newline + 1) + 1;
            WorkbookError::Broken { line, column, message: error.message().to_owned() }
        };
        // The format is looked at first: a newer one may hold words that this version would call broken.
        let table: toml::Table = text.parse().map_err(broken)?;
        if let Some(found) = table.get("format").and_then(toml::Value::as_integer)
            && found > i64::from(FORMAT)
        {
            return Err(WorkbookError::Newer { found });
        }
        toml::from_str(text).map_err(broken)
    }

    /// Writes it as text, everything in its order.
    ///
    /// # Errors
    /// Where a value has no form in TOML; none of the types has such values.
    pub fn print(&self) -> Result<String, WorkbookError> {
        let mut sorted = self.clone();
        sorted.answers.sort_by(|a, b| order(&a.question).cmp(&order(&b.question)).then_with(|| a.cluster.cmp(&b.cluster)));
        sorted.determinations.sort_by_key(|d| order(&d.practice));
        sorted.reviews.sort_by(|a, b| order(&a.check).cmp(&order(&b.check)).then_with(|| a.cluster.cmp(&b.cluster)));
        sorted.evidence.sort_by(|a, b| a.reference.cmp(&b.reference));
        let body = toml::to_string_pretty(&sorted).map_err(|e| WorkbookError::Unwritable(e.to_string()))?;
        Ok(format!(
            "# A workbook of Kassay: one assessment. Made to be read and compared; edit it with Kassay, so that the journal stays whole.\n{body}"
        ))
    }

    /// The answer to a question on a cluster, or the one for all clusters.
    #[must_use]
    pub fn answer(&self, question: &str, cluster: &str) -> Option<&Answer> {
        self.answers
            .iter()
            .find(|a| a.question == question && a.cluster == cluster)
            .or_else(|| self.answers.iter().find(|a| a.question == question && a.cluster.is_empty()))
    }

    /// The determination of a practice.
    #[must_use]
    pub fn determination(&self, practice: &str) -> Option<&Determination> {
        self.determinations.iter().find(|d| d.practice == practice)
    }

    /// The next free reference for evidence.
    #[must_use]
    pub fn next_reference(&self) -> String {
        let highest = self.evidence.iter().filter_map(|e| e.reference.strip_prefix("E-")?.parse::<u32>().ok()).max().unwrap_or(0);
        format!("E-{:04}", highest + 1)
    }
}

/// Sorts `10.1.a` behind `9.2.a`: by area and control as numbers, then by the rest.
fn order(id: &str) -> (u32, u32, String) {
    let mut parts = id.splitn(3, '.');
    let mut number = || parts.next().and_then(|p| p.parse().ok()).unwrap_or(u32::MAX);
    let (area, control) = (number(), number());
    (area, control, parts.next().unwrap_or_default().to_owned())
}

//! One assessment as it is on disk: reading it from TOML, writing it as TOML, its tables in their order. `format = 1`; a newer format is
//! refused, because writing it back would lose what this program does not know.

use super::answer::Answer;
use super::cluster::ClusterRecord;
use super::determination::Determination;
use super::engagement::Engagement;
use super::evidence::Evidence;
use super::exception::Exception;
use super::outcome::OutcomeRecord;
use super::place::Place;
use super::review::Review;
use crate::model::Scope;
use crate::sensitive::{place, without_quoted};
use serde::{Deserialize, Serialize};

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
            let (line, column) = place(text, error.span().map_or(0, |span| span.start));
            WorkbookError::Broken { line, column, message: without_quoted(error.message()) }
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

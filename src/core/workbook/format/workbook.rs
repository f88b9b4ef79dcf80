//! One assessment as it is on disk: reading it from TOML, writing it as TOML, its tables in their order. `format = 2`; an older one
//! is brought to it, a newer one is refused, because writing it back would lose what this program does not know.

use super::analysis::RiskAnalysis;
use super::answer::Answer;
use super::cluster::ClusterRecord;
use super::determination::Determination;
use super::engagement::Engagement;
use super::evidence::Evidence;
use super::exception::Exception;
use super::migrate::migrate;
use super::outcome::OutcomeRecord;
use super::place::Place;
use super::previous::Previous;
use super::reference::{Referenced, next};
use super::remediation::Remediation;
use super::request::Request;
use super::review::Review;
use super::sample::Sample;
use super::scoping::{ScopeConfirmed, UseCase};
use super::shared::Shared;
use super::sign_off::SignOff;
use super::version::ToldVersion;
use super::withheld::WithheldWords;
use crate::model::Scope;
use crate::sensitive::{place, without_quoted};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The format that this program writes.
pub const FORMAT: u32 = 2;

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
    /// Who confirmed the scope, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope_confirmed: Option<ScopeConfirmed>,
    /// The assessment from which this one was begun, for reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Previous>,
    /// What each cluster is used for.
    #[serde(default, rename = "use_case", skip_serializing_if = "Vec::is_empty")]
    pub use_cases: Vec<UseCase>,
    /// Versions of clusters that were read from files which do not tell them, as people told them.
    #[serde(default, rename = "version", skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<ToldVersion>,
    /// Clusters.
    #[serde(default, rename = "cluster", skip_serializing_if = "Vec::is_empty")]
    pub clusters: Vec<ClusterRecord>,
    /// Answers, sorted by question and cluster.
    #[serde(default, rename = "answer", skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
    /// Determinations, sorted by practice.
    #[serde(default, rename = "determination", skip_serializing_if = "Vec::is_empty")]
    pub determinations: Vec<Determination>,
    /// Targeted risk analyses, in the order of their references.
    #[serde(default, rename = "risk_analysis", skip_serializing_if = "Vec::is_empty")]
    pub analyses: Vec<RiskAnalysis>,
    /// Evidence, in the order of its references.
    #[serde(default, rename = "evidence", skip_serializing_if = "Vec::is_empty")]
    pub evidence: Shared<Evidence>,
    /// Sample sets, in the order of their references.
    #[serde(default, rename = "sample", skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<Sample>,
    /// What the entity is asked for, in the order of the references.
    #[serde(default, rename = "request", skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<Request>,
    /// What was found wrong and mended meanwhile, in the order of the references.
    #[serde(default, rename = "remediation", skip_serializing_if = "Vec::is_empty")]
    pub remediations: Vec<Remediation>,
    /// Exceptions.
    #[serde(default, rename = "exception", skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
    /// Reviews, sorted by check and cluster.
    #[serde(default, rename = "review", skip_serializing_if = "Vec::is_empty")]
    pub reviews: Vec<Review>,
    /// Steps of the review by a second person, the oldest first.
    #[serde(default, rename = "sign_off", skip_serializing_if = "Vec::is_empty")]
    pub sign_offs: Vec<SignOff>,
    /// What was taken out of words that people typed, before they were written down; sorted.
    #[serde(default, rename = "withheld", skip_serializing_if = "Vec::is_empty")]
    pub withheld: Vec<WithheldWords>,
    /// Outcomes of checks, in the order of the catalogue.
    #[serde(default, rename = "outcome", skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Shared<OutcomeRecord>,
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
            scope_confirmed: None,
            previous: None,
            use_cases: vec![],
            versions: vec![],
            clusters: vec![],
            answers: vec![],
            determinations: vec![],
            analyses: vec![],
            evidence: Shared::default(),
            samples: vec![],
            requests: vec![],
            remediations: vec![],
            exceptions: vec![],
            reviews: vec![],
            sign_offs: vec![],
            withheld: vec![],
            outcomes: Shared::default(),
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
        let mut table: toml::Table = text.parse().map_err(broken)?;
        let found = table.get("format").and_then(toml::Value::as_integer).unwrap_or_default();
        if found > i64::from(FORMAT) {
            return Err(WorkbookError::Newer { found });
        }
        // Every word of an older format is known still, so its faults are told with their place before it is brought to this one.
        let book: Self = toml::from_str(text).map_err(broken)?;
        if book.format == FORMAT {
            return Ok(book);
        }
        migrate(&mut table, book.format);
        table.insert("format".to_owned(), toml::Value::Integer(FORMAT.into()));
        table.try_into().map_err(broken)
    }

    /// The format that a text says it has; none where it is no TOML, or says none.
    #[must_use]
    pub fn format_of(text: &str) -> Option<i64> {
        text.parse::<toml::Table>().ok()?.get("format")?.as_integer()
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

    /// Every reference that was given.
    #[must_use]
    pub fn references(&self) -> BTreeSet<&str> {
        let evidence = self.evidence.iter().map(Referenced::reference);
        let samples = self.samples.iter().map(Referenced::reference);
        let requests = self.requests.iter().map(Referenced::reference);
        let analyses = self.analyses.iter().map(Referenced::reference);
        let remediations = self.remediations.iter().map(Referenced::reference);
        evidence.chain(samples).chain(requests).chain(analyses).chain(remediations).collect()
    }

    /// The next free reference for evidence: `E-0005`. What was taken back keeps its own, so none is given twice.
    #[must_use]
    pub fn next_reference(&self) -> String {
        next("E-", 4, &self.evidence)
    }

    /// The next free reference for a sample set: `S-02`.
    #[must_use]
    pub fn next_sample(&self) -> String {
        next("S-", 2, &self.samples)
    }

    /// The next free reference for a request: `R-002`.
    #[must_use]
    pub fn next_request(&self) -> String {
        next("R-", 3, &self.requests)
    }

    /// The next free reference for a targeted risk analysis: `T-02`.
    #[must_use]
    pub fn next_analysis(&self) -> String {
        next("T-", 2, &self.analyses)
    }

    /// The next free reference for a remediation: `M-02`.
    #[must_use]
    pub fn next_remediation(&self) -> String {
        next("M-", 2, &self.remediations)
    }
}

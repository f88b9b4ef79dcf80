//! Files that an assessor gives as evidence and that a check can judge: audit policies, results of benchmarks, scans of images, descriptions of
//! the cluster by its provider, configuration files of the API server.
//!
//! What a file is shows in its contents, never in its name. A file of another kind is no import; one that is recognised and can't be read is
//! kept as broken, because silence would read as if it had never been given. Only what checks judge stays: numbers, names, statuses, dates.
//! What a scanner quotes of a secret that it found is never taken in.

mod audit;
mod benchmark;
mod description;
mod dry_run;
mod grype;
mod sarif;
mod scan;
mod sniff;
mod trivy;

pub use audit::{AuditPolicy, AuditRule, GroupResources};
pub use benchmark::{Benchmark, BenchmarkResult, Status};
pub use description::{About, Describer, Description, Fact, NamedCluster, Said, count_secrets};
pub(in crate::kinds) use description::{kubeadm_flags, kubeadm_flags_again};
pub use dry_run::{DryRun, SentWitness};
pub use scan::{Counts, Scan, ScannedImage, UnnamedScan};

use super::sift::{Redaction, sift_value};
use crate::sensitive::{Examiner, without_quoted};
use data_encoding::HEXLOWER;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// What a recognised file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// An audit policy of the API server (`audit.k8s.io`, `Policy`).
    AuditPolicy,
    /// Results of a benchmark: kube-bench as JSON.
    Benchmark,
    /// Vulnerabilities of images: Trivy or Grype, as JSON or SARIF.
    Scan,
    /// What a server said to witnesses that were sent to it as a dry run.
    DryRun,
    /// A description of the cluster by its provider, or a configuration file of its API server.
    Description(Describer),
}

impl Form {
    /// The name in what a check needs: `evidence: audit policy file`.
    #[must_use]
    pub const fn need(self) -> &'static str {
        match self {
            Self::AuditPolicy => "evidence: audit policy file",
            Self::Benchmark => "evidence: benchmark results",
            Self::Scan => "evidence: image scans",
            Self::DryRun => "evidence: answers to witnesses",
            Self::Description(by) => by.need(),
        }
    }

    /// The name within a sentence.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::AuditPolicy => "an audit policy",
            Self::Benchmark => "results of kube-bench",
            Self::Scan => "a scan of images",
            Self::DryRun => "a server's answers to witnesses",
            Self::Description(by) => by.words(),
        }
    }

    /// Whether such a file may hold objects of a cluster beside it, as documents of YAML do.
    #[must_use]
    pub const fn stands_beside_objects(self) -> bool {
        match self {
            Self::AuditPolicy => true,
            Self::Benchmark | Self::Scan | Self::DryRun => false,
            Self::Description(by) => !matches!(
                by,
                Describer::EksCluster
                    | Describer::EksAccess
                    | Describer::GkeCluster
                    | Describer::AksCluster
                    | Describer::AksDiagnostics
                    | Describer::K3s
            ),
        }
    }

    /// Whether such a file says by itself what it is of, so that no title need name its cluster: images by their digests, a provider's description by
    /// the cluster's own addresses and authority.
    #[must_use]
    pub const fn names_its_subject(self) -> bool {
        matches!(self, Self::Scan | Self::Description(Describer::EksCluster | Describer::GkeCluster | Describer::AksCluster))
    }
}

/// What stands in a recognised file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// An audit policy.
    AuditPolicy(AuditPolicy),
    /// Results of a benchmark.
    Benchmark(Benchmark),
    /// Scanned images.
    Scan(Scan),
    /// What a server said to witnesses.
    DryRun(DryRun),
    /// Facts of a description or configuration file.
    Description(Description),
    /// It is of this form, and can't be read.
    Broken {
        /// The form.
        form: Form,
        /// Why not, without any of the file's text.
        why: String,
    },
}

impl Content {
    /// The form.
    #[must_use]
    pub const fn form(&self) -> Form {
        match self {
            Self::AuditPolicy(_) => Form::AuditPolicy,
            Self::Benchmark(_) => Form::Benchmark,
            Self::Scan(_) => Form::Scan,
            Self::DryRun(_) => Form::DryRun,
            Self::Description(description) => Form::Description(description.by),
            Self::Broken { form, .. } => *form,
        }
    }
}

impl fmt::Display for Content {
    /// What it was recognised as, within a sentence: `a Trivy report of 3 images`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let many = |n: usize, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
        match self {
            Self::AuditPolicy(policy) => write!(f, "an audit policy with {}", many(policy.rules.len(), "rule", "rules")),
            Self::Benchmark(benchmark) => write!(f, "kube-bench results of {}", many(benchmark.results.len(), "test", "tests")),
            Self::Scan(scan) => {
                write!(f, "a {} report of {}", scan.tool, many(scan.images.len(), "image", "images"))?;
                let unnamed = scan.unnamed.len();
                if unnamed > 0 { write!(f, " and {} without an image", many(unnamed, "workload", "workloads")) } else { Ok(()) }
            }
            Self::DryRun(answer) => {
                let refused = answer.refused.len() + answer.nameless;
                write!(
                    f,
                    "a server's answers to {}, of which it refused {refused}",
                    many(answer.taken_in.len() + refused, "witness", "witnesses")
                )
            }
            Self::Description(description) => {
                let name = &description.cluster.name;
                let of = if name.is_empty() { String::new() } else { format!(" of the cluster {name}") };
                write!(f, "{}{of}", description.by.words())
            }
            Self::Broken { form, why } => write!(f, "{} that can't be read ({why})", form.words()),
        }
    }
}

/// A recognised file with where it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// Its name, without folders.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// Its reference in the evidence register: `E-0004`; "" for a file that came with the source.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// The day that it is of, as the evidence register says; for files that carry no date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective: Option<Date>,
    /// Why it is not certain that it is of this cluster; "" where nothing speaks against it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub doubt: String,
    /// What stands in it.
    pub content: Content,
    /// What detectors took out of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redacted: Vec<Redaction>,
}

impl Imported {
    /// Recognises a file by its contents; none where it is something else.
    #[must_use]
    pub fn recognise(name: &str, bytes: &[u8]) -> Option<Self> {
        let (content, redacted) = sift_value(sniff::content(bytes)?, &mut Examiner::without_key());
        Some(Self {
            redacted,
            name: crate::sensitive::without_secrets(&crate::model::text::clean(name)),
            sha256: HEXLOWER.encode(&Sha256::digest(bytes)),
            reference: String::new(),
            effective: None,
            doubt: String::new(),
            content,
        })
    }

    /// Where a finding has its facts from: the file's name, its reference where it has one, the beginning of its digest.
    #[must_use]
    pub fn source(&self) -> String {
        let reference = if self.reference.is_empty() { String::new() } else { format!("{}, ", self.reference) };
        format!("{}, {reference}SHA-256 {}…", self.name, self.sha256.get(..12).unwrap_or_default())
    }

    /// The same with the whole digest.
    #[must_use]
    pub fn source_in_full(&self) -> String {
        let reference = if self.reference.is_empty() { String::new() } else { format!("{}, ", self.reference) };
        format!("{} ({reference}SHA-256 {})", self.name, self.sha256)
    }

    /// The day that the register gives it, as the beginning of that day.
    #[must_use]
    pub fn effective_at(&self) -> Option<Timestamp> {
        self.effective.and_then(|day| day.to_zoned(TimeZone::UTC).ok()).map(|zoned| zoned.timestamp())
    }
}

/// Why a recognised file can't be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    /// It is no JSON of the expected shape.
    #[error("{}", without_quoted(&.0.to_string()))]
    Json(#[from] serde_json::Error),
    /// It is no YAML of the expected shape.
    #[error("{0}")]
    Yaml(String),
    /// Its shape is right, and something in it is not.
    #[error("{0}")]
    Odd(String),
}

/// What a parser of YAML says, with the place and without the file's own text.
fn yaml_fault(error: &serde_saphyr::Error) -> Fault {
    let place = error.location().map(|at| format!("line {}, column {}: ", at.line(), at.column())).unwrap_or_default();
    let said = error.without_snippet().to_string();
    let said = said.lines().next().unwrap_or_default().split(" at line ").next().unwrap_or_default();
    Fault::Yaml(format!("{place}{}", without_quoted(said)))
}

/// A list that manifests and scanners may write as null.
pub(super) fn list<'de, D: serde::Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A text that may be null.
pub(super) fn text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests;

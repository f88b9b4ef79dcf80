//! The assessment as an evaluation log of Gemara, the Open Source Security Foundation's model for governance. Passed there is only what a person determined
//! as in place, and nothing that came since speaks against: what a check says is a step towards that, never a result.

mod document;
mod evidence;
mod practice;
mod result;

use super::facts::{self, identity};
use super::plain::{lines, one_line, time};
use super::redact::REDACTED;
use super::{ExportError, Material};
use document::{Actor, Contact, ControlEvaluation, EntryMapping, EvaluationLog, MappingReference, Metadata, Resource};
use evidence::Pieces;
use kassay_core::guidance::Control;
use kassay_core::kinds::distribution_words;
use kassay_core::workbook::rollup::unread;
use kassay_core::workbook::{Moment, journal};
use result::Outcome;

/// The version of Gemara whose form this is. Later versions of 1 add to it.
const VERSION: &str = "1.5.0";
/// The guidance, among what the log refers to.
const GUIDANCE: &str = "gcot";
/// The assessment with its files, among what the log refers to.
const ASSESSMENT: &str = "assessment";

/// An assessment as an evaluation log of Gemara, in YAML whose texts are quoted, so that 1.10 stays what it is.
///
/// # Errors
/// Never in practice: all its values have a form in YAML.
pub fn gemara(material: &Material) -> Result<String, ExportError> {
    let options = serde_saphyr::ser_options! { quote_all: true };
    serde_saphyr::to_string_with_options(&log(material), options).map_err(|e| ExportError::Internal(format!("Gemara: {e}")))
}

fn log(material: &Material) -> EvaluationLog {
    let pieces = Pieces::of(material);
    let evaluations: Vec<ControlEvaluation> = material.guidance.controls().map(|control| evaluation(material, &pieces, control)).collect();
    EvaluationLog {
        metadata: metadata(material),
        target: target(material),
        result: Outcome::of_all(evaluations.iter().map(|e| e.result)),
        evaluations,
    }
}

fn evaluation(material: &Material, pieces: &Pieces, control: &Control) -> ControlEvaluation {
    let assessment_logs: Vec<_> =
        control.practices.iter().map(|practice| practice::assessed(material, pieces, (control, practice))).collect();
    let told = Outcome::ALL.into_iter().filter_map(|outcome| {
        let practices: Vec<&str> =
            assessment_logs.iter().filter(|log| log.result == outcome).map(|log| log.requirement.entry_id.as_str()).collect();
        (!practices.is_empty()).then(|| format!("{}: {}", outcome.label(), practices.join(", ")))
    });
    ControlEvaluation {
        name: said(&control.title),
        result: Outcome::of_all(assessment_logs.iter().map(|log| log.result)),
        message: told.collect::<Vec<_>>().join("; "),
        control: entry(&control.id),
        assessment_logs,
    }
}

fn metadata(material: &Material) -> Metadata {
    let engagement = &material.workbook.engagement;
    let digest = material.seal();
    let sealed = material.is_sealed();
    let edits = material.journal.lines.len().to_string();
    let company = one_line(&engagement.company);
    let name = one_line(&engagement.assessors.join(", ")).unwrap_or_else(|| "The assessors, who are not named".to_owned());
    let (of, redacted) = match material.redacted {
        Some(_) => ("keyed digest", format!(" {REDACTED}")),
        None => ("SHA-256", String::new()),
    };
    let seal = if sealed { "" } else { " The workbook was changed outside of the program after the last line of its journal." };
    Metadata {
        id: format!("kassay-{}", journal::digest(identity(material).as_bytes()).chars().take(16).collect::<String>()),
        kind: "EvaluationLog",
        gemara_version: VERSION,
        version: edits.clone(),
        date: material.journal.lines.last().and_then(|last| time(last.at)).or_else(|| time(material.now)),
        description: said(&format!(
            "{}. {} Made from the workbook with the {of} {digest}; its version is the number of edits in the journal.{seal}{redacted}",
            facts::title(material),
            facts::GUIDANCE
        )),
        author: Actor {
            id: "assessors".to_owned(),
            name: name.clone(),
            kind: "Software Assisted",
            description: format!("People determined; Kassay {} read the clusters and wrote this.", env!("CARGO_PKG_VERSION")),
            contact: company.map(|company| Contact { name, affiliation: company }),
        },
        mapping_references: vec![
            MappingReference {
                id: GUIDANCE,
                title: "PCI SSC Information Supplement: Guidance for Containers and Container Orchestration Tools".to_owned(),
                version: "2022".to_owned(),
                description: format!(
                    "Its controls and practices as Kassay's catalogue {} tells them for Kubernetes.",
                    material.guidance.digest
                ),
            },
            MappingReference {
                id: ASSESSMENT,
                title: said(&facts::title(material)),
                version: edits,
                description: "The folder of the assessment, which is the folder data of its bag: coordinates are paths in it.".to_owned(),
            },
        ],
    }
}

/// What was assessed. Of a cluster that was not read nothing passes, and it is named.
fn target(material: &Material) -> Resource {
    let book = &material.workbook;
    let cluster = |record: &kassay_core::workbook::ClusterRecord| match unread(book, record) {
        Some(why) => format!("Cluster {}: {why}. Nothing passes for it.", record.key),
        None => {
            let at = record.collected_at.map(|at| format!(", read {at}")).unwrap_or_default();
            let lists = record.not_read.iter().map(|(kind, why)| format!(" Not read: {kind}: {why}."));
            format!(
                "Cluster {} ({}{at}).{}",
                record.key,
                distribution_words(&record.distribution, &book.version_words(record)),
                lists.collect::<String>()
            )
        }
    };
    let told: Vec<String> = book.clusters.iter().map(cluster).collect();
    Resource {
        id: "environment".to_owned(),
        name: said(&book.engagement.entity),
        kind: "Software",
        description: lines(&told.join("\n")).unwrap_or_else(|| "No cluster was read.".to_owned()),
        environment: one_line(&book.clusters.iter().map(|record| record.key.as_str()).collect::<Vec<_>>().join(", ")),
    }
}

/// A control or practice of the guidance, by its number there.
fn entry(id: &str) -> EntryMapping {
    EntryMapping { reference_id: GUIDANCE, entry_id: id.to_owned() }
}

/// A text that has to be there, in one line.
fn said(text: &str) -> String {
    one_line(text).unwrap_or_else(|| "–".to_owned())
}

/// When something was; where Gemara's readers have no form for it, that is the time of the export.
fn moment(material: &Material, at: Moment) -> String {
    time(at.0).or_else(|| time(material.now)).unwrap_or_else(|| "1970-01-01T00:00:00Z".to_owned())
}

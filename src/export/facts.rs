//! What somebody who opens a workbook or a document must know first: whose assessment it is, how it stands, what could not be seen, what it was made
//! from.

use super::Material;
use super::redact::REDACTED;
use super::second::assistance;
use super::table::{Cell, cells};
use kassay_core::model::{Determined, Outcome};
use kassay_core::workbook::rollup::unread;
use kassay_core::workbook::{AnswerState, ClusterRecord, Moment};

/// Facts under a heading: what, and how it is.
#[derive(Clone, Debug)]
pub(super) struct Facts<'a> {
    pub(super) heading: String,
    pub(super) lines: Vec<[Cell<'a>; 2]>,
}

impl<'a> Facts<'a> {
    fn new(heading: impl Into<String>, lines: impl IntoIterator<Item = [Cell<'a>; 2]>) -> Self {
        let lines = lines.into_iter().filter(|[_, told]| !told.is_blank()).collect();
        Self { heading: heading.into(), lines }
    }
}

/// The title of an assessment.
pub(super) fn title(material: &Material) -> String {
    let engagement = &material.workbook.engagement;
    format!("{} {}", engagement.entity, engagement.period).trim().to_owned()
}

/// What tells this assessment from others, and stays the same in each of its exports: the first line of its journal, which no later edit changes.
pub(super) fn identity(material: &Material) -> String {
    let engagement = &material.workbook.engagement;
    match material.journal.lines.first() {
        Some(first) => format!("{}\n{}\n{}", first.at, first.by, first.what),
        None => format!("{}\n{}", engagement.entity, engagement.period),
    }
}

/// What is said of every export for people.
pub(super) const GUIDANCE: &str = "The guidance that this follows adds no requirement to PCI DSS; every determination is the assessor's.";

/// All facts, in the order in which they are read.
pub(super) fn facts(material: &Material) -> Vec<Facts<'_>> {
    let mut all = vec![engagement(material), standing(material)];
    all.extend(material.workbook.clusters.iter().map(|record| cluster(material, record)));
    all.push(origin(material));
    all
}

fn engagement(material: &Material) -> Facts<'_> {
    let e = &material.workbook.engagement;
    let lines = [
        cells!["Entity", &e.entity],
        cells!["Period", &e.period],
        cells!["Purpose", &e.purpose],
        cells!["Assessors", e.assessors.join(", ")],
        cells!["Company of the assessors", &e.company],
        cells!["Reviewers", e.reviewers.join(", ")],
        cells!["A program helped with words", assistance(e)],
    ];
    Facts::new("Assessment", lines)
}

fn standing(material: &Material) -> Facts<'_> {
    let book = &material.workbook;
    let determined: Vec<_> = material.guidance.practices().filter_map(|p| book.determination(&p.id)).collect();
    let all = material.guidance.practices().count();
    let outcomes = || material.together.parts.iter().flat_map(|part| &part.outcomes);
    let open = material.guidance.questions().filter(|q| {
        !matches!(material.together.state(&q.id), AnswerState::Satisfied | AnswerState::Waived(_) | AnswerState::Unsatisfied(_))
    });
    let mut lines = vec![cells!["Practices", all]];
    for finding in Determined::ALL {
        lines.push(cells![format!("Determined {}", finding.label()), determined.iter().filter(|d| d.finding == finding).count()]);
    }
    lines.push(cells!["Not determined yet", all - determined.len()]);
    lines.push(cells!["Contradicted since, and not confirmed", determined.iter().filter(|d| d.to_confirm).count()]);
    for outcome in Outcome::ALL {
        lines.push(cells![format!("Checks: {}", outcome.label()), outcomes().filter(|o| o.outcome == outcome).count()]);
    }
    lines.push(cells!["Findings", material.assessments.iter().flat_map(|(_, a)| &a.outcomes).map(|o| o.findings.len()).sum::<usize>()]);
    lines.push(cells!["Questions without an answer that holds", open.count()]);
    lines.push(cells!["Secrets and card numbers met and not kept", book.clusters.iter().map(|c| c.redactions).sum::<usize>()]);
    Facts::new("How it stands", lines)
}

fn cluster<'a>(material: &'a Material, record: &'a ClusterRecord) -> Facts<'a> {
    let not_read: Vec<String> = record.not_read.iter().map(|(kind, why)| format!("{kind}: {why}")).collect();
    let lines = [
        cells!["Not read", unread(&material.workbook, record).map(|why| format!("{why}. Nothing passes for it."))],
        cells!["Lists that could not be read", not_read.join("\n")],
        cells!["Said to be the whole cluster by", record.declared_complete.as_deref()],
        cells!["Server", &record.server],
        cells!["UID", &record.uid],
        cells!["Version", material.workbook.version_words(record)],
        cells!["Distribution", &record.distribution],
        cells!["Read from", &record.source],
        cells!["Read as", record.identity.as_ref().map(ToString::to_string)],
        cells!["Read at", record.collected_at],
        cells!["Judged at", record.assessed_at],
        cells!["SHA-256 of its snapshot", &record.snapshot],
        cells!["SHA-256 of its findings", &record.findings],
    ];
    Facts::new(format!("Cluster {}", record.key), lines)
}

fn origin(material: &Material) -> Facts<'_> {
    let lines = [
        cells!["Made by", format!("Kassay {}", env!("CARGO_PKG_VERSION"))],
        cells!["Made at", Moment(material.now)],
        cells!["Redacted", material.redacted.as_ref().map(|_| REDACTED)],
        cells!["SHA-256 of workbook.toml", material.seal()],
        cells!["Catalogue of the guidance", &material.guidance.digest],
        cells!["Edits in the journal", material.journal.lines.len()],
        cells![
            "The workbook is what the journal says",
            if material.is_sealed() { "yes" } else { "no: it was changed outside of the program" }
        ],
        cells!["The journal's chain is whole", if material.journal.faults.is_empty() { "yes" } else { "no" }],
    ];
    Facts::new("What this is made from", lines)
}

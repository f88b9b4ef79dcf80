//! The page that a bag is opened by: evidence by its number in the register, what was read of each cluster and what was not, all files. And how
//! each kind of object was read, as a table.

use super::findings::state;
use super::redact::REDACTED;
use super::table::{Column, Table, cells};
use super::visible::Shown;
use super::{ExportError, Material, csv};
use kassay_core::kinds::KindState;
use kassay_core::report::Assessment;
use kassay_core::workbook::{ClusterRecord, Evidence, Moment, folder};
use minijinja::{Environment, UndefinedBehavior, Value, value::Serde};
use serde::Serialize;
use std::collections::BTreeMap;

/// The name ends in `.html`, by which the engine knows that it must escape.
const NAME: &str = "index.html";
const TEMPLATE: &str = include_str!("../../assets/report/index.html");

#[derive(Serialize)]
struct Page {
    title: String,
    at: String,
    /// What is to be known where names were replaced; "" where they were not.
    redacted: &'static str,
    evidence: Vec<EvidenceRow>,
    clusters: Vec<ClusterPart>,
    files: Vec<FileRow>,
}

#[derive(Serialize)]
struct EvidenceRow {
    reference: String,
    kind: &'static str,
    title: String,
    file: String,
    path: String,
    size: usize,
    sha256: String,
    practices: Vec<String>,
    withdrawn: bool,
}

#[derive(Serialize)]
struct ClusterPart {
    key: String,
    file: String,
    /// Why nothing is known of it.
    why: String,
    at: String,
    identity: String,
    groups: Vec<String>,
    server: String,
    read: usize,
    absent: usize,
    missing: Vec<KindPart>,
    snapshot: String,
    findings: String,
}

#[derive(Serialize)]
struct KindPart {
    kind: String,
    state: &'static str,
    words: String,
}

#[derive(Serialize)]
struct FileRow {
    href: String,
    name: String,
}

/// The page, with the names of all files beside it, and the names that files have after their clusters.
///
/// # Errors
/// Never in a released program: a test renders the template.
pub(super) fn index_html(
    material: &Material,
    names: impl Iterator<Item = String>,
    clusters: &BTreeMap<&str, String>,
) -> Result<String, ExportError> {
    let book = &material.workbook;
    let page = Page {
        title: format!("{} {}", book.engagement.entity, book.engagement.period).trim().to_owned(),
        at: Moment(material.now).to_string(),
        redacted: if material.redacted.is_some() { REDACTED } else { "" },
        evidence: book.evidence.iter().map(evidence).collect(),
        clusters: book.clusters.iter().map(|record| cluster(material, record, clusters)).collect(),
        files: names.filter(|name| name != NAME).map(|name| FileRow { href: name.clone(), name }).collect(),
    };
    render(&page).map_err(|e| ExportError::Internal(format!("the template of the bag's index: {e:#}")))
}

fn render(page: &Page) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_filter("thousands", |n: usize| kassay_core::model::text::thousands(n));
    environment.add_filter("clean", |text: String| kassay_core::model::text::clean(&text));
    environment.add_template(NAME, TEMPLATE)?;
    let mut shown = Vec::new();
    environment.get_template(NAME)?.render_captured_to(Value::from(Serde(page)), Shown(&mut shown))?;
    Ok(String::from_utf8_lossy(&shown).into_owned())
}

fn evidence(e: &Evidence) -> EvidenceRow {
    EvidenceRow {
        reference: e.reference.clone(),
        kind: e.kind.label(),
        title: e.title.clone(),
        file: e.file.clone(),
        path: folder::evidence(&e.sha256, &e.file).unwrap_or_default(),
        size: usize::try_from(e.size).unwrap_or(usize::MAX),
        sha256: e.sha256.clone(),
        practices: e.practices.clone(),
        withdrawn: !e.counts(),
    }
}

fn cluster(material: &Material, record: &ClusterRecord, names: &BTreeMap<&str, String>) -> ClusterPart {
    let assessment = material.assessments.iter().find(|(key, _)| *key == record.key).map(|(_, assessment)| assessment);
    let of = |state: KindState| assessment.map_or(0, |a| a.kinds.iter().filter(|kind| kind.state == state).count());
    let told = |a: &Assessment| {
        let missing = a.kinds.iter().filter(|kind| !matches!(kind.state, KindState::Read | KindState::Absent));
        missing.map(|kind| KindPart { kind: kind.kind.clone(), state: state(kind.state), words: kind.message.clone() }).collect()
    };
    ClusterPart {
        key: record.key.clone(),
        file: names.get(record.key.as_str()).cloned().unwrap_or_default(),
        why: if assessment.is_none() { "It was not read yet.".to_owned() } else { String::new() },
        at: assessment.and_then(|a| a.cluster.collected_at.clone()).unwrap_or_else(|| "at a time that is not known".to_owned()),
        identity: assessment.and_then(|a| a.cluster.identity.as_ref()).map(ToString::to_string).unwrap_or_default(),
        groups: assessment.map(|a| a.cluster.groups.clone()).unwrap_or_default(),
        server: assessment.map(|a| a.cluster.server.clone()).unwrap_or_default(),
        read: of(KindState::Read),
        absent: of(KindState::Absent),
        missing: assessment.map(told).unwrap_or_default(),
        snapshot: folder::snapshot(&record.snapshot).unwrap_or_default(),
        findings: folder::findings(&record.findings).unwrap_or_default(),
    }
}

/// How far each kind of object of a cluster was read: the right to list it, the state, how many, and the words of the server where it refused or
/// failed. One line each.
#[must_use]
pub(super) fn readings(assessment: &Assessment) -> String {
    let columns = [
        Column::line("kind"),
        Column::short("group"),
        Column::short("version"),
        Column::short("right_to_list"),
        Column::short("state"),
        Column::count("objects"),
        Column::words("words"),
    ];
    let rows = assessment.kinds.iter().map(|kind| {
        let right = match kind.state {
            KindState::Read | KindState::Partial => "granted",
            KindState::Forbidden => "refused",
            KindState::Absent => "not served",
            KindState::Failed => "not known",
        };
        // Of what was not read nobody knows how many there are.
        let objects = matches!(kind.state, KindState::Read | KindState::Partial).then_some(kind.items);
        cells![&kind.kind, &kind.group, &kind.version, right, state(kind.state), objects, &kind.message]
    });
    csv(&Table::new("readings", "What was read", columns, rows.collect::<Vec<_>>()))
}

//! What is in a bag: the folder of the assessment as it is, and what is made from it, each by its name.

use super::findings::write_findings;
use super::html::write_html;
use super::index::{index_html, readings};
use super::picture::{Dress, Subject, dot, svg};
use super::redact::left_out_table;
use super::registers::{access, flows, trial};
use super::samples::populations;
use super::tables::few;
use super::{ExportError, Material, csv, json};
use kassay_core::model::text::clean;
use kassay_core::report::Assessment;
use kassay_core::workbook::folder;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::PathBuf;

/// Makes the bytes of a file when they are needed, and writes them while they are made, so that no large one is in memory.
pub(super) type Make = Box<dyn Fn(&Material, &mut dyn Write) -> Result<(), ExportError>>;

/// Where the bytes of a file in the bag are.
pub(super) enum Content {
    Made(Make),
    Kept { path: PathBuf, sha256: String },
}

/// Every file under `data/`, in the order of names.
pub(super) fn payload(material: &Material) -> BTreeMap<String, Content> {
    let mut files = BTreeMap::new();
    let mut made = |name: String, make: Make| files.insert(format!("data/{name}"), Content::Made(make));
    match &material.redacted {
        None => {
            made(folder::WORKBOOK.into(), Box::new(|m, to| put(to, &m.text)));
            made(folder::JOURNAL.into(), Box::new(|m, to| put(to, &m.journal_text)));
        }
        Some(redacted) => {
            let text = csv(&left_out_table(&redacted.left_out));
            made("left-out.csv".into(), Box::new(move |_, to| put(to, &text)));
        }
    }
    made("report.html".into(), Box::new(|m, to| write_html(m, to)));
    made("index.html".into(), Box::new(index));
    made("findings.csv".into(), Box::new(|m, to| write_findings(m, to)));
    let left_out = left_out(material);
    if !left_out.is_empty() {
        made("tables-lack.txt".into(), Box::new(move |_, to| put(to, &left_out)));
    }
    for table in few(material) {
        let text = csv(&table);
        made(format!("{}.csv", table.name), Box::new(move |_, to| put(to, &text)));
    }
    // A sample can't be drawn again from pseudonyms, whose order is another.
    for (reference, names) in populations(&material.workbook).filter(|_| material.redacted.is_none()) {
        made(format!("populations/{}.txt", file_name(reference)), Box::new(move |_, to| put(to, &names)));
    }
    let names = file_names(material);
    let named = |key: &str| names.get(key).cloned().unwrap_or_else(|| file_name(key));
    for (nth, (key, _)) in material.assessments.iter().enumerate() {
        let name = named(key);
        let write: Make = Box::new(move |m, to| json::write_assessment(nth_assessment(m, nth)?, to).map_err(ExportError::Output));
        made(format!("assessment-{name}.json"), write);
        made(format!("readings/{name}.csv"), Box::new(move |m, to| put(to, readings(nth_assessment(m, nth)?))));
    }
    for key in material.pictures.keys().filter(|key| material.picture(key).is_some()) {
        let name = named(key);
        made(format!("segmentation-{name}.svg"), drawn(key, |subject| svg(subject, Dress::Alone)));
        made(format!("segmentation-{name}.dot"), drawn(key, dot));
    }
    let mut kept = |name: Option<String>, sha256: &str| {
        if let Some(name) = name {
            let path = material.dir.join(&name);
            files.insert(format!("data/{name}"), Content::Kept { path, sha256: sha256.to_owned() });
        }
    };
    for cluster in &material.workbook.clusters {
        kept(folder::snapshot(&cluster.snapshot), &cluster.snapshot);
        kept(folder::findings(&cluster.findings), &cluster.findings);
    }
    for evidence in &material.workbook.evidence {
        kept(folder::evidence(&evidence.sha256, &evidence.file), &evidence.sha256);
    }
    files
}

/// What the tables of registers lack, and why. A CSV has no place for such words.
fn left_out(material: &Material) -> String {
    let tables = [access(material), flows(material), trial(material)];
    let notes = tables.iter().flat_map(|table| table.notes.iter().map(move |note| format!("{}.csv: {}\n", table.name, clean(note))));
    notes.collect()
}

/// Writes what is made at once.
fn put(to: &mut dyn Write, bytes: impl AsRef<[u8]>) -> Result<(), ExportError> {
    to.write_all(bytes.as_ref()).map_err(ExportError::Output)
}

/// The page that leads to all files.
fn index(material: &Material, to: &mut dyn Write) -> Result<(), ExportError> {
    let names = payload(material).into_keys().filter_map(|name| name.strip_prefix("data/").map(str::to_owned));
    put(to, index_html(material, names, &file_names(material))?)
}

/// Draws the picture of a cluster.
fn drawn(key: &str, draw: fn(Subject<'_>) -> String) -> Make {
    let key = key.to_owned();
    Box::new(move |m, to| put(to, m.picture(&key).map(draw).unwrap_or_default()))
}

fn nth_assessment(material: &Material, nth: usize) -> Result<&Assessment, ExportError> {
    let found = material.assessments.get(nth).map(|(_, assessment)| assessment);
    found.ok_or_else(|| ExportError::Internal("an assessment went away".to_owned()))
}

/// A name as part of a file name.
fn file_name(name: &str) -> String {
    name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' }).collect()
}

/// The clusters' keys as parts of file names, in the order of the workbook. No two are the same, in whatever case: files of one cluster must not be written
/// over those of another.
pub(super) fn file_names(material: &Material) -> BTreeMap<&str, String> {
    let (mut names, mut taken) = (BTreeMap::new(), BTreeSet::new());
    for key in material.workbook.clusters.iter().map(|cluster| cluster.key.as_str()) {
        let plain = file_name(key);
        let numbered = (2..).map(|n| format!("{plain}-{n}"));
        let name = std::iter::once(plain.clone()).chain(numbered).find(|name| taken.insert(name.to_lowercase()));
        names.insert(key, name.unwrap_or(plain));
    }
    names
}

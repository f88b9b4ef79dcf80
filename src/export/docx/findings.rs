//! What was found and what was said, in the document: so many findings of each check as a reader of paper can bear, answers, requests.

use super::markup::{Body, Page};
use super::{picked, put};
use crate::export::Material;
use crate::export::report::share;
use crate::export::requests::{Wanted, requests, requests_table};
use crate::export::tables::questions;
use kassay_core::assess::CheckOutcome;
use kassay_core::checks;
use kassay_core::model::text::{counted, thousands};
use std::io;

/// So many findings are told; the tables for spreadsheets hold all.
const SHOWN: usize = 1_000;

/// The findings of each check, of each as many as of any other where not all fit.
pub(super) fn findings(body: &mut Body, material: &Material) -> io::Result<()> {
    body.heading(1, "Findings")?;
    let found: Vec<(&str, &CheckOutcome)> = material.outcomes().filter(|(_, outcome)| !outcome.findings.is_empty()).collect();
    if found.is_empty() {
        return body.paragraph("No check found anything. What could not be read is told above.");
    }
    let counts: Vec<usize> = found.iter().map(|(_, outcome)| outcome.findings.len()).collect();
    let (all, shown) = (counts.iter().sum::<usize>(), share(counts, SHOWN));
    if all > SHOWN {
        body.warning(&format!(
            "There are {} findings, of which at most {} of each check are told here. The workbook for spreadsheets and findings.csv in the evidence bundle hold all.",
            thousands(all),
            thousands(shown)
        ))?;
    }
    for (cluster, outcome) in found {
        let title = checks::by_id(&outcome.check).map_or("", |check| check.title);
        let on = if material.is_several() { format!(" on {cluster}") } else { String::new() };
        body.heading(2, format!("{} {title}{on}", outcome.check).trim())?;
        body.paragraph(&format!("{}. {}", outcome.outcome.label(), outcome.reason))?;
        table(body, outcome, shown)?;
    }
    Ok(())
}

fn table(body: &mut Body, outcome: &CheckOutcome, shown: usize) -> io::Result<()> {
    let head = ["Severity", "Category", "Object", "Field", "Observed", "What is wrong"];
    let widths = [10, 14, 34, 30, 26, 40];
    let row = |f: &kassay_core::model::Finding| {
        let pods = f.pods.filter(|pods| *pods > 1).map(|pods| format!(" ({pods} pods)")).unwrap_or_default();
        let object = format!("{}{pods}", f.object);
        vec![f.severity.id().to_owned(), f.category.label().to_owned(), object, f.field.clone(), f.observed.clone(), f.message.to_string()]
    };
    let rows: Vec<Vec<String>> = outcome.findings.iter().take(shown).map(row).collect();
    body.table(Page::Landscape, &outcome.check, &head, &widths, &rows)?;
    match outcome.findings.len().saturating_sub(shown) {
        0 => Ok(()),
        more => body.paragraph(&format!("{} in the workbook for spreadsheets.", counted(more, "more is", "more are"))),
    }
}

/// Every answer, and how its question stands; questions without one are counted.
pub(super) fn answers(body: &mut Body, material: &Material) -> io::Result<()> {
    let all = questions(material);
    body.heading(1, all.title)?;
    let answer = all.columns.iter().position(|column| column.name == "answer").unwrap_or_default();
    let rows: Vec<_> = all.rows.iter().filter(|row| row.get(answer).is_some_and(|cell| !cell.is_blank())).cloned().collect();
    let open = all.rows.len() - rows.len();
    if open > 0 {
        body.paragraph(&format!(
            "{} no answer; on several clusters each is counted on each.",
            counted(open, "question has", "questions have")
        ))?;
    }
    if rows.is_empty() {
        return Ok(());
    }
    let columns = [
        ("question", 20),
        ("text", 34),
        ("cluster", 12),
        ("answer", 18),
        ("words", 18),
        ("interviewed", 15),
        ("role", 13),
        ("note", 30),
        ("evidence", 13),
        ("by", 14),
        ("at", 19),
    ];
    picked(body, (&all, &rows), all.title, &columns)
}

/// What was asked for, and how it stands.
pub(super) fn asked(body: &mut Body, material: &Material) -> io::Result<()> {
    let kept = requests(material, &Wanted { kept: true, ..Wanted::default() });
    let all = requests_table(&kept);
    body.heading(1, all.title)?;
    if all.is_empty() {
        return put(body, Page::Landscape, &all);
    }
    let columns = [
        ("ref", 10),
        ("role", 15),
        ("asked_for", 34),
        ("due", 13),
        ("status", 14),
        ("question", 20),
        ("practices", 13),
        ("note", 28),
        ("evidence", 13),
        ("by", 14),
        ("at", 19),
    ];
    picked(body, (&all, &all.rows), all.title, &columns)
}

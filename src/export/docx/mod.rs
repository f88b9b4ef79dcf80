//! The assessment as a Word document, for whoever writes a report on compliance: each practice in a row, the tables of its section 6, worksheets, who
//! prepared and who accepted what, samples, interviews, answers, requests, findings. Registers are for the spreadsheet.

mod findings;
mod markup;
mod package;

use super::facts::{GUIDANCE, facts, title};
use super::judgement::{compensating, customized, judgements};
use super::papers::interviews;
use super::roc::{assessed, section_six};
use super::samples::{sample_items, samples};
use super::table::{Cell, Table};
use super::{ExportError, Material};
use kassay_core::workbook::Moment;
use markup::{Body, Page, footer};
use package::{Told, pack};
use std::io;

/// The assessment as a Word document.
///
/// # Errors
/// Never in practice: it is written to memory.
pub fn report_docx(material: &Material) -> Result<Vec<u8>, ExportError> {
    write(material).map_err(|error| ExportError::Internal(format!("the document: {error}")))
}

fn write(material: &Material) -> io::Result<Vec<u8>> {
    let mut body = Body::new();
    assessment(&mut body, material)?;
    body.end_section(Page::Portrait)?;
    practices(&mut body, material)?;
    body.heading(1, "Evidence, as section 6 of a report on compliance lists it")?;
    for table in section_six(material) {
        body.heading(2, table.title)?;
        put(&mut body, Page::Landscape, &table)?;
    }
    worksheets(&mut body, material)?;
    signed(&mut body, material)?;
    fieldwork(&mut body, material)?;
    findings::answers(&mut body, material)?;
    findings::asked(&mut body, material)?;
    findings::findings(&mut body, material)?;
    body.heading(1, "What is not in this document")?;
    body.paragraph(
        "The access register, connections between categories, policies on trial and exceptions are in the workbook for spreadsheets. Files of evidence, snapshots and the journal are in \
         the evidence bundle.",
    )?;
    let title = title(material);
    let subtitle = "Assessment of containers and container orchestration";
    let document = body.into_document(&title, subtitle, &[GUIDANCE, "Times are in UTC."], Page::Landscape)?;
    let engagement = &material.workbook.engagement;
    let told = Told {
        title: title.clone(),
        author: engagement.assessors.join(", "),
        company: engagement.company.clone(),
        at: Moment(material.now).to_string(),
    };
    pack(&document, &footer(&title)?, &told)
}

/// Whose assessment it is, how it stands, what it was made from.
fn assessment(body: &mut Body, material: &Material) -> io::Result<()> {
    for group in facts(material) {
        body.heading(1, &group.heading)?;
        let lines: Vec<_> = group.lines.iter().map(|line| line.each_ref().map(ToString::to_string).into()).collect();
        body.form(Page::Portrait, &group.heading, &lines)?;
    }
    Ok(())
}

/// Each practice in a row, a table for each section of the guidance.
fn practices(body: &mut Body, material: &Material) -> io::Result<()> {
    body.heading(1, "Practices")?;
    let all = assessed(material);
    let columns = [
        ("practice", 11),
        ("text", 24),
        ("threat", 22),
        ("kubernetes", 36),
        ("outcome", 11),
        ("determination", 17),
        ("method", 13),
        ("rationale", 26),
        ("evidence", 14),
    ];
    let section = all.columns.iter().position(|column| column.name == "section").unwrap_or_default();
    let of = |row: &[Cell<'_>]| row.get(section).map(ToString::to_string);
    let mut rows = all.rows.as_slice();
    while let Some(heading) = rows.first().and_then(|row| of(row)) {
        let here = rows.iter().take_while(|row| of(row).as_ref() == Some(&heading)).count();
        let (these, rest) = rows.split_at(here);
        body.heading(2, &heading)?;
        picked(body, (&all, these), &heading, &columns)?;
        rows = rest;
    }
    Ok(())
}

/// Some columns of some rows of a table, each as wide as told.
fn picked(body: &mut Body, (table, rows): (&Table<'_>, &[Vec<Cell<'_>>]), title: &str, wanted: &[(&str, u16)]) -> io::Result<()> {
    let place = |(name, width): &(&str, u16)| Some((table.columns.iter().position(|column| column.name == *name)?, *width));
    let (at, widths): (Vec<usize>, Vec<u16>) = wanted.iter().filter_map(place).unzip();
    let head: Vec<&str> = at.iter().map(|at| table.columns[*at].heading.as_str()).collect();
    let rows: Vec<Vec<String>> = rows.iter().map(|row| at.iter().map(|at| row[*at].to_string()).collect()).collect();
    body.table(Page::Landscape, title, &head, &widths, &rows)
}

/// A whole table; where nothing stands in it, a sentence says so.
fn put(body: &mut Body, page: Page, table: &Table<'_>) -> io::Result<()> {
    table.notes.iter().try_for_each(|note| body.warning(note))?;
    if table.is_empty() {
        return body.paragraph("Nothing is kept of this kind.");
    }
    let head: Vec<&str> = table.columns.iter().map(|column| column.heading.as_str()).collect();
    let widths: Vec<u16> = table.columns.iter().map(|column| column.width).collect();
    let rows: Vec<Vec<String>> = table.rows.iter().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    body.table(page, table.title, &head, &widths, &rows)
}

/// Each row of a table as a form of its own, under its first cell.
fn forms(body: &mut Body, level: u8, table: &Table<'_>) -> io::Result<()> {
    for row in &table.rows {
        let Some((first, rest)) = row.split_first() else { continue };
        let heading = first.to_string();
        body.heading(level, &heading)?;
        let told = table.columns.iter().skip(1).zip(rest).filter(|(_, cell)| !cell.is_blank());
        let lines: Vec<(String, String)> = told.map(|(column, cell)| (column.heading.clone(), cell.to_string())).collect();
        body.form(Page::Landscape, &heading, &lines)?;
    }
    Ok(())
}

/// Worksheets of compensating controls and matrices of customized approaches, each a form.
fn worksheets(body: &mut Body, material: &Material) -> io::Result<()> {
    body.heading(1, "Worksheets")?;
    let all = [compensating(material), customized(material)];
    if all.iter().all(Table::is_empty) {
        return body.paragraph("No practice is determined by a compensating control or by the customized approach.");
    }
    for table in all.iter().filter(|table| !table.is_empty()) {
        body.heading(2, table.title)?;
        forms(body, 3, table)?;
    }
    Ok(())
}

/// Who prepared and who accepted what.
fn signed(body: &mut Body, material: &Material) -> io::Result<()> {
    body.heading(1, "Prepared and accepted by")?;
    let all = judgements(material);
    let determinations = [
        ("practice", 10),
        ("finding", 16),
        ("method", 22),
        ("to_confirm", 11),
        ("prepared_by", 18),
        ("prepared_at", 20),
        ("second_person", 20),
        ("reviewed_by", 18),
        ("reviewed_at", 20),
    ];
    let second = [("what", 32), ("written_by", 18), ("state", 20), ("last_step", 14), ("by", 18), ("at", 20), ("words", 48)];
    let columns: [(&str, &[(&str, u16)]); 2] = [("determinations", &determinations), ("second-person", &second)];
    let mut none = true;
    for (name, columns) in columns {
        let Some(table) = all.iter().find(|table| table.name == name) else { continue };
        none = false;
        body.heading(2, table.title)?;
        picked(body, (table, &table.rows), table.title, columns)?;
    }
    if none { body.paragraph("Nothing is determined yet.") } else { Ok(()) }
}

/// Samples with their items, interviews with what was said.
fn fieldwork(body: &mut Body, material: &Material) -> io::Result<()> {
    for (table, items) in [(samples(&material.workbook), Some(sample_items(&material.workbook))), (interviews(material), None)] {
        body.heading(1, table.title)?;
        if table.is_empty() {
            body.paragraph("Nothing is kept of this kind.")?;
            continue;
        }
        forms(body, 2, &table)?;
        if let Some(items) = items.filter(|items| !items.is_empty()) {
            body.heading(2, items.title)?;
            put(body, Page::Landscape, &items)?;
        }
    }
    Ok(())
}

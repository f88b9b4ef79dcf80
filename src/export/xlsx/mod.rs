//! The assessment as one Excel workbook, for people who go on working in a spreadsheet: a cover, each practice in a row, the tables of section 6 of a
//! report on compliance to paste, worksheets, findings, registers. Rows go to disk as they are written, so that many findings need little memory.

mod cover;
mod sheet;

use super::facts::title;
use super::findings::{coverage, findings, outcomes};
use super::registers::{access, flows, trial};
use super::roc::{assessed, section_six};
use super::sisters::fleet_tables;
use super::table::Table;
use super::visible::visible;
use super::withheld::withheld;
use super::{ExportError, Material, papers, tables};
use jiff::Timestamp;
use jiff::civil::Date;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use sheet::{EXCEL, Sheets};

/// The assessment as an Excel workbook.
///
/// # Errors
/// Where the folder for temporary files can't be written.
pub fn report_xlsx(material: &Material) -> Result<Vec<u8>, ExportError> {
    write(material).map_err(|error| match error {
        XlsxError::IoError(source) => ExportError::Io { path: std::env::temp_dir(), source },
        other => ExportError::Internal(format!("the workbook for spreadsheets: {other}")),
    })
}

/// The tables that get a sheet, in their order: what is worked with first.
fn shown(material: &Material) -> Vec<Table<'_>> {
    let mut all = vec![assessed(material)];
    all.extend(fleet_tables(material));
    all.extend(section_six(material));
    all.extend(tables::answers_and_judgements(material));
    all.extend([outcomes(material), coverage(material), findings(material), access(material), flows(material), trial(material)]);
    all.extend(tables::fieldwork(material));
    all.extend(tables::standing(material));
    all.extend([papers::evidence_register(&material.workbook), withheld(material)]);
    all
}

fn write(material: &Material) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    book.set_properties(&properties(material)?);
    // It stands first and is filled last, when it is known what the other sheets hold.
    book.add_worksheet().set_name(cover::NAME)?;
    let footer: String = visible(&title(material)).replace(['\n', '\t'], " ").chars().take(80).collect();
    let mut sheets = Sheets::new(EXCEL, &footer);
    let mut empty = vec![];
    for table in shown(material) {
        // The tables of a report on compliance are there even where nothing stands in them yet.
        if table.is_empty() && table.notes.is_empty() && !table.name.starts_with("roc-") {
            empty.push(table.title);
        } else {
            sheets.add(&mut book, &table)?;
        }
    }
    sheets.add_lists(&mut book)?;
    cover::fill(book.worksheet_from_index(0)?, material, &sheets, &empty)?;
    book.save_to_buffer()
}

fn properties(material: &Material) -> Result<DocProperties, XlsxError> {
    let engagement = &material.workbook.engagement;
    let properties = DocProperties::new()
        .set_title(visible(&title(material)))
        .set_author(visible(&engagement.assessors.join(", ")))
        .set_company(visible(&engagement.company));
    Ok(match moment(material.now)? {
        Some(at) => properties.set_creation_datetime(&at),
        None => properties,
    })
}

/// A day as spreadsheets count them; none where they can't.
fn day(day: Date) -> Result<Option<ExcelDateTime>, XlsxError> {
    match (u16::try_from(day.year()), u8::try_from(day.month()), u8::try_from(day.day())) {
        // Before 1 March 1900 programs disagree about the days.
        (Ok(year @ 1901..), Ok(month), Ok(nth)) => ExcelDateTime::from_ymd(year, month, nth).map(Some),
        _ => Ok(None),
    }
}

/// A moment in UTC to the second: of parts of it, programs make another second, or day.
fn moment(at: Timestamp) -> Result<Option<ExcelDateTime>, XlsxError> {
    let at = at.to_zoned(jiff::tz::TimeZone::UTC);
    let part = |n: i8| u16::try_from(n).unwrap_or_default();
    match day(at.date())? {
        Some(day) => day.and_hms(part(at.hour()), u8::try_from(at.minute()).unwrap_or_default(), f64::from(at.second())).map(Some),
        None => Ok(None),
    }
}

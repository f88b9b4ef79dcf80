//! The report as PDF: tagged for screen readers (PDF/UA-1) and made to be kept (PDF/A-2a), with contents, bookmarks and embedded fonts. The templates
//! are the `.typ` files in `assets/report`; what they lay out comes as data, so nothing from a cluster or a person is ever read as markup.

mod words;
mod world;

use super::{ExportError, Material, Report};
use serde_json::Value;
use typst::diag::SourceDiagnostic;
use typst::foundations::Smart;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};
use words::Words;
use world::{Fonts, Paper};

/// How many findings are printed; more are counted, and stand in the tables.
const FINDINGS: usize = 1_000;
/// How many items of a sample are printed.
const ITEMS: usize = 200;

/// The report of an assessment as PDF.
///
/// # Errors
/// Never in a released program: tests lay out the templates, also with hostile words.
pub fn report_pdf(material: &Material) -> Result<Vec<u8>, ExportError> {
    let broken = |why: String| ExportError::Internal(format!("the PDF report: {why}"));
    let report = Report::within(material, FINDINGS);
    let mut data = serde_json::to_value(&report).map_err(|e| broken(e.to_string()))?;
    drop(report);
    shorten(&mut data);
    let fonts = Fonts::shipped().ok_or_else(|| broken("a shipped font can't be read".to_owned()))?;
    Words::new(&fonts).put_on_paper(&mut data);
    let paper = Paper::new(fonts, data.to_string()).map_err(broken)?;
    let laid_out = typst::compile(&paper);
    let standards = PdfStandards::new(&[PdfStandard::Ua_1, PdfStandard::A_2a]).map_err(|e| broken(e.message().to_string()))?;
    // The workbook and the time of the export say which document it is.
    let ident = Smart::Custom(format!("{} {}", material.now, data["workbook"]));
    let creator = Smart::Custom(Some(format!("Kassay {}", env!("CARGO_PKG_VERSION"))));
    let options = PdfOptions { ident, creator, standards, ..PdfOptions::default() };
    let pdf = laid_out.output.and_then(|document| typst_pdf::pdf(&document, &options));
    // What was remembered while laying out would stay for as long as the program runs.
    typst::comemo::evict(0);
    pdf.map_err(|all| broken(all.iter().map(said).collect::<Vec<_>>().join("; ")))
}

fn said(diagnostic: &SourceDiagnostic) -> String {
    let hints = diagnostic.hints.iter().map(|hint| format!(" ({})", hint.v)).collect::<String>();
    format!("{}{hints}", diagnostic.message)
}

/// Leaves out what paper has no room for, and says how much.
fn shorten(report: &mut Value) {
    for sample in report["samples"].as_array_mut().into_iter().flatten() {
        let Some(items) = sample["items"].as_array_mut() else { continue };
        let left = items.len().saturating_sub(ITEMS);
        items.truncate(ITEMS);
        sample["left"] = left.into();
    }
    // The latest edits stand in the journal itself.
    report["journal"]["shown"] = Value::Array(vec![]);
}

//! Formats that are one file: what each is made from, and how it is written. Whoever writes one, on the command line or in the walk, does it here.

use super::docx::report_docx;
use super::findings::write_findings;
use super::html::write_html;
use super::json::write_assessment;
use super::markdown::report_markdown;
use super::oscal::write_oscal;
use super::papers::evidence_register;
use super::pdf::report_pdf;
use super::sarif::write_sarif;
use super::xlsx::report_xlsx;
use super::{Excepted, ExportError, Material, OscalVersion, Over, csv};
use std::io::Write;

/// A format that is one file. `Json` and `Sarif` tell of one cluster, the only one where none is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Single {
    /// The report, for the screen.
    Html,
    /// The report, for paper.
    Pdf,
    /// The workbook for spreadsheets.
    Xlsx,
    /// The document.
    Docx,
    /// All findings as a table.
    Csv,
    /// The register of evidence as a table.
    EvidenceCsv,
    /// The determinations.
    Markdown,
    /// `kassay/assessment/v1` of a cluster.
    Json(Option<String>),
    /// Findings of a cluster as SARIF.
    Sarif(Option<String>),
    /// Assessment results in a version of OSCAL.
    Oscal(OscalVersion),
}

impl Single {
    /// What becomes of one that is there already: people go on working in workbooks and documents.
    #[must_use]
    pub const fn over(&self) -> Over {
        if matches!(self, Self::Xlsx | Self::Docx | Self::Pdf) { Over::Keep } else { Over::Replace }
    }

    /// Writes it, while it is made where that can be.
    ///
    /// # Errors
    /// Where it can't be made, names no cluster, or the target can't be written.
    pub fn write(&self, material: &Material, to: &mut dyn Write) -> Result<(), ExportError> {
        let mut at_once = |bytes: &[u8]| to.write_all(bytes).map_err(ExportError::Output);
        match self {
            Self::Html => write_html(material, to),
            Self::Pdf => at_once(&report_pdf(material)?),
            Self::Xlsx => at_once(&report_xlsx(material)?),
            Self::Docx => at_once(&report_docx(material)?),
            Self::Csv => write_findings(material, to),
            Self::EvidenceCsv => at_once(csv(&evidence_register(&material.workbook)).as_bytes()),
            Self::Markdown => at_once(report_markdown(material).as_bytes()),
            Self::Json(cluster) => write_assessment(material.assessment(cluster.as_deref())?, to).map_err(ExportError::Output),
            Self::Sarif(cluster) => {
                let (cluster, assessment) = material.keyed(cluster.as_deref())?;
                let excepted = Excepted { exceptions: &material.workbook.exceptions, cluster, today: material.today() };
                write_sarif(assessment, material.guidance, &excepted, to)
            }
            Self::Oscal(version) => write_oscal(material, version, to),
        }
    }
}

//! How each form of export is made: what has to be worked out for it before, and what then writes it. Whoever writes one, on the command line or in the walk, does it
//! by this. A form that is added to [`ExportFormat`] does not compile before it has its arm here.

use super::bundle::Form;
use super::csv::csv;
use super::docx::report_docx;
use super::findings::write_findings;
use super::gemara::gemara;
use super::html::write_html;
use super::json::write_assessment;
use super::markdown::report_markdown;
use super::oscal::{OscalVersion, write_oscal};
use super::papers::evidence_register;
use super::pdf::report_pdf;
use super::put::Over;
use super::sarif::{Excepted, write_sarif};
use super::statement::in_toto;
use super::xlsx::report_xlsx;
use super::{ExportError, Material};
use kassay_core::kinds::Inventory;
use kassay_core::model::ExportFormat;
use std::io::Write;

/// What was asked for beside the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// The cluster, for forms that tell of one; the only one where none is named.
    pub cluster: Option<String>,
    /// The version of OSCAL to name.
    pub oscal: OscalVersion,
}

/// What writes a form.
#[derive(Clone, Copy)]
pub enum Maker {
    /// A bag, which is more than one file.
    Bag(Form),
    /// One file.
    Single(Single),
}

/// What writes a form that is one file.
#[derive(Clone, Copy)]
pub struct Single {
    /// Whether it is a text, which may go to a terminal.
    pub is_text: bool,
    write: fn(&Material, &Wish, &mut dyn Write) -> Result<(), ExportError>,
}

impl Single {
    const fn text(write: fn(&Material, &Wish, &mut dyn Write) -> Result<(), ExportError>) -> Maker {
        Maker::Single(Self { is_text: true, write })
    }

    const fn file(write: fn(&Material, &Wish, &mut dyn Write) -> Result<(), ExportError>) -> Maker {
        Maker::Single(Self { is_text: false, write })
    }

    /// What becomes of one that is there already: people go on working in workbooks and documents.
    #[must_use]
    pub const fn over(&self) -> Over {
        if self.is_text { Over::Replace } else { Over::Keep }
    }

    /// Writes it, while it is made where that can be.
    ///
    /// # Errors
    /// Where it can't be made, can't tell of this assessment (no cluster was read, or several were and none is named), or the target can't be written.
    pub fn write(&self, material: &Material, wish: &Wish, to: &mut dyn Write) -> Result<(), ExportError> {
        (self.write)(material, wish, to)
    }
}

/// What writes a form.
#[must_use]
pub const fn maker(format: ExportFormat) -> Maker {
    match format {
        ExportFormat::Bag => Maker::Bag(Form::Folder),
        ExportFormat::BagZip => Maker::Bag(Form::Zip),
        ExportFormat::Html => Single::text(|material, _, to| write_html(material, to)),
        ExportFormat::Pdf => Single::file(|material, _, to| at_once(to, &report_pdf(material)?)),
        ExportFormat::Xlsx => Single::file(|material, _, to| at_once(to, &report_xlsx(material)?)),
        ExportFormat::Docx => Single::file(|material, _, to| at_once(to, &report_docx(material)?)),
        ExportFormat::Csv => Single::text(|material, _, to| write_findings(material, to)),
        ExportFormat::EvidenceCsv => Single::text(|material, _, to| at_once(to, csv(&evidence_register(&material.workbook)).as_bytes())),
        ExportFormat::Oscal => Single::text(|material, wish, to| write_oscal(material, &wish.oscal, to)),
        ExportFormat::Gemara => Single::text(|material, _, to| at_once(to, gemara(material)?.as_bytes())),
        ExportFormat::InToto => Single::text(|material, _, to| at_once(to, in_toto(material)?.as_bytes())),
        ExportFormat::Json => Single::text(|material, wish, to| {
            write_assessment(material.assessment(wish.cluster.as_deref())?, to).map_err(ExportError::Output)
        }),
        ExportFormat::Sarif => Single::text(|material, wish, to| {
            let (cluster, assessment) = material.keyed(wish.cluster.as_deref())?;
            let excepted = Excepted { exceptions: &material.workbook.exceptions, cluster, today: material.today() };
            write_sarif(assessment, material.guidance, &excepted, to)
        }),
        ExportFormat::Markdown => Single::text(|material, _, to| at_once(to, report_markdown(material).as_bytes())),
    }
}

fn at_once(to: &mut dyn Write, bytes: &[u8]) -> Result<(), ExportError> {
    to.write_all(bytes).map_err(ExportError::Output)
}

/// What has to be worked out from the snapshots before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Needs {
    Nothing,
    /// Who may connect to whom.
    Pictures,
    /// That, and who may do what.
    Registers,
}

const fn needs(format: ExportFormat) -> Needs {
    match format {
        ExportFormat::Html | ExportFormat::Pdf => Needs::Pictures,
        ExportFormat::Bag | ExportFormat::BagZip | ExportFormat::Xlsx => Needs::Registers,
        ExportFormat::Docx
        | ExportFormat::Csv
        | ExportFormat::EvidenceCsv
        | ExportFormat::Oscal
        | ExportFormat::Gemara
        | ExportFormat::InToto
        | ExportFormat::Json
        | ExportFormat::Sarif
        | ExportFormat::Markdown => Needs::Nothing,
    }
}

impl Material {
    /// Works out what a form needs from the snapshots, which `read` understands: not every form needs it.
    #[must_use]
    pub fn ready_for(self, format: ExportFormat, read: impl Fn(&[u8]) -> Result<Inventory, String>) -> Self {
        match needs(format) {
            Needs::Nothing => self,
            Needs::Pictures => self.with_pictures(read),
            Needs::Registers => self.with_registers(read),
        }
    }
}

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
use super::progress::{Progress, Written};
use super::put::{Over, put};
use super::sarif::{Excepted, write_sarif};
use super::statement::in_toto;
use super::through::send;
use super::xlsx::report_xlsx;
use super::{ExportError, Material};
use kassay_core::kinds::Inventory;
use kassay_core::model::ExportFormat;
use std::io::Write;
use std::path::Path;

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

/// What makes a form that is one file.
#[derive(Clone, Copy)]
pub struct Single {
    /// Whether it is a text, which may go to a terminal.
    pub is_text: bool,
    how: How,
}

/// How the bytes of a file come to be.
#[derive(Clone, Copy)]
enum How {
    /// Written while they are made.
    Streamed(fn(&Material, &Wish, &mut dyn Write) -> Result<(), ExportError>),
    /// Made as a whole: nothing of them is there before the end.
    Whole(fn(&Material) -> Result<Vec<u8>, ExportError>),
}

impl Single {
    /// What becomes of one that is there already: people go on working in workbooks and documents.
    #[must_use]
    pub const fn over(&self) -> Over {
        if self.is_text { Over::Replace } else { Over::Keep }
    }

    /// Makes what can only be made as a whole: nothing can stop that, and nothing is written yet. All else is made when it is written.
    ///
    /// # Errors
    /// Where it can't be made.
    pub fn ready<'a>(&self, material: &'a Material, wish: &'a Wish) -> Result<Ready<'a>, ExportError> {
        Ok(match self.how {
            How::Streamed(write) => Ready(Bytes::ToBeMade(material, wish, write)),
            How::Whole(make) => Ready(Bytes::Made(make(material)?)),
        })
    }

    /// Writes it, while it is made where that can be.
    ///
    /// # Errors
    /// Where it can't be made, can't tell of this assessment (no cluster was read, or several were and none is named), or the target can't be written.
    pub fn write(&self, material: &Material, wish: &Wish, to: &mut dyn Write) -> Result<(), ExportError> {
        let ready = self.ready(material, wish)?;
        send(to, &mut |to| ready.lay_out(to))
    }
}

/// A form that is ready to be written.
pub struct Ready<'a>(Bytes<'a>);

enum Bytes<'a> {
    Made(Vec<u8>),
    ToBeMade(&'a Material, &'a Wish, fn(&Material, &Wish, &mut dyn Write) -> Result<(), ExportError>),
}

impl Ready<'_> {
    /// Writes it as a file.
    ///
    /// # Errors
    /// Where it can't be made or written, something that stays is at the target, or it was stopped.
    pub fn put(&self, path: &Path, over: Over, progress: &Progress<'_>) -> Result<Written, ExportError> {
        put(path, over, progress, &mut |to| self.lay_out(to))
    }

    fn lay_out(&self, to: &mut dyn Write) -> Result<(), ExportError> {
        match &self.0 {
            Bytes::Made(bytes) => to.write_all(bytes).map_err(ExportError::Output),
            Bytes::ToBeMade(material, wish, write) => write(material, wish, to),
        }
    }
}

/// What writes a form.
#[must_use]
pub const fn maker(format: ExportFormat) -> Maker {
    use How::{Streamed, Whole};
    let (is_text, how) = match format {
        ExportFormat::Bag => return Maker::Bag(Form::Folder),
        ExportFormat::BagZip => return Maker::Bag(Form::Zip),
        ExportFormat::Html => (true, Streamed(|material, _, to| write_html(material, to))),
        ExportFormat::Pdf => (false, Whole(report_pdf)),
        ExportFormat::Xlsx => (false, Whole(report_xlsx)),
        ExportFormat::Docx => (false, Whole(report_docx)),
        ExportFormat::Csv => (true, Streamed(|material, _, to| write_findings(material, to))),
        ExportFormat::EvidenceCsv => (true, Whole(|material| Ok(csv(&evidence_register(&material.workbook)).into_bytes()))),
        ExportFormat::Oscal => (true, Streamed(|material, wish, to| write_oscal(material, &wish.oscal, to))),
        ExportFormat::Gemara => (true, Whole(|material| gemara(material).map(String::into_bytes))),
        ExportFormat::InToto => (true, Whole(|material| in_toto(material).map(String::into_bytes))),
        ExportFormat::Json => (
            true,
            Streamed(|material, wish, to| write_assessment(material.assessment(wish.cluster.as_deref())?, to).map_err(ExportError::Output)),
        ),
        ExportFormat::Sarif => (
            true,
            Streamed(|material, wish, to| {
                let (cluster, assessment) = material.keyed(wish.cluster.as_deref())?;
                let excepted = Excepted { exceptions: &material.workbook.exceptions, cluster, today: material.today() };
                write_sarif(assessment, material.guidance, &excepted, to)
            }),
        ),
        ExportFormat::Markdown => (true, Whole(|material| Ok(report_markdown(material).into_bytes()))),
    };
    Maker::Single(Single { is_text, how })
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

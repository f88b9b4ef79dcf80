//! `kassay export`: the bag, the report, tables and formats of an assessment on disk.

use super::{Failure, Manners, interrupt, output_failed, print, source};
use crate::collect::{Cancel, snapshot};
use crate::export::{self, ExportError, Form, Material, OscalVersion, Packing, Recipients, Single};
use crate::store::Store;
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// Writes what leaves an assessment: the bag that anyone can verify, the report, tables
#[derive(Debug, clap::Args)]
pub struct Export {
    /// Folder of the assessment
    #[arg(long, value_name = "DIR")]
    workbook: PathBuf,
    /// What to write
    #[arg(long, value_enum, default_value_t = What::Bag)]
    format: What,
    /// Where to write it; without it a bag, workbook or document gets a name here, and everything else goes to standard output
    #[arg(short, long, value_name = "PATH")]
    file: Option<PathBuf>,
    /// Cluster, for json and sarif of an assessment with several
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
    /// Digests of a bag's manifests; SHA-256 is always among them
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [Digests::Sha256], value_name = "DIGESTS")]
    digests: Vec<Digests>,
    /// Encrypts a bag in a zip, so that only this key opens it with `age -d`: age1…, an SSH key in quotes (ssh-ed25519, ssh-rsa), or a file of keys;
    /// may be given several times
    #[arg(long = "encrypt-to", value_name = "KEY")]
    encrypt_to: Vec<String>,
    /// Version of OSCAL to name, for oscal; without it 1.2.1
    #[arg(long, value_name = "VERSION")]
    oscal_version: Option<OscalVersion>,
    /// The time of the export, instead of the clock: the same workbook and time give the same bytes
    #[arg(long, value_name = "TIMESTAMP", value_parser = source::moment)]
    now: Option<jiff::Timestamp>,
}

/// What can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum What {
    /// A BagIt bag as a folder
    Bag,
    /// A BagIt bag as a zip
    BagZip,
    /// The report, one file for the screen and for paper
    Html,
    /// The report for paper: PDF/UA-1 and PDF/A-2a
    Pdf,
    /// An Excel workbook: practices, tables for a report on compliance, findings, registers
    Xlsx,
    /// A Word document: practices, tables for a report on compliance, worksheets
    Docx,
    /// kassay/assessment/v1 of one cluster
    Json,
    /// All findings as a table
    Csv,
    /// The register of evidence as a table
    EvidenceCsv,
    /// The determinations as a document
    Markdown,
    /// Findings of one cluster as SARIF 2.1.0
    Sarif,
    /// OSCAL assessment results: determinations, observations, risks
    Oscal,
}

/// Digests of manifests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Digests {
    /// manifest-sha256.txt
    Sha256,
    /// manifest-sha512.txt beside it
    Sha512,
}

impl Export {
    /// Carries it out.
    pub(super) fn run(self, manners: &Manners) -> Result<(), Failure> {
        let now = self.now.unwrap_or_else(jiff::Timestamp::now);
        // Looked at first, so that a slip in a key costs no time.
        let recipients = Recipients::read(&self.encrypt_to)?;
        if recipients.is_some() && self.format != What::BagZip {
            return Err(Failure::new("--encrypt-to is for a bag in one file").hint("Use --format bag-zip."));
        }
        if self.oscal_version.is_some() && self.format != What::Oscal {
            return Err(Failure::new("--oscal-version is for OSCAL").hint("Use --format oscal."));
        }
        // Opened, and not only read: an edit that was interrupted is completed first, and what is odd is told.
        let opened = Store::open(&self.workbook)?;
        for notice in &opened.notices {
            manners.say(&notice.to_string());
        }
        export::tidy(opened.store.dir());
        let mut material = Material::load(opened.store.dir(), now)?;
        let read = |bytes: &[u8]| snapshot::read(bytes).map_err(|e| e.to_string());
        match self.format {
            What::Bag | What::BagZip | What::Html | What::Pdf => material = material.with_pictures(read),
            What::Xlsx => material = material.with_registers(read),
            What::Docx | What::Json | What::Csv | What::EvidenceCsv | What::Markdown | What::Sarif | What::Oscal => {}
        }
        let cluster = self.cluster.clone();
        let (single, ending) = match self.format {
            What::Bag => return self.bag(&material, self.packing(Form::Folder, None), manners),
            What::BagZip => return self.bag(&material, self.packing(Form::Zip, recipients), manners),
            // What is no text gets a name here, unless standard output is asked for.
            What::Pdf => (Single::Pdf, Some("pdf")),
            What::Xlsx => (Single::Xlsx, Some("xlsx")),
            What::Docx => (Single::Docx, Some("docx")),
            What::Html => (Single::Html, None),
            What::Json => (Single::Json(cluster), None),
            What::Csv => (Single::Csv, None),
            What::EvidenceCsv => (Single::EvidenceCsv, None),
            What::Markdown => (Single::Markdown, None),
            What::Oscal => (Single::Oscal(self.oscal_version.clone().unwrap_or_default()), None),
            What::Sarif => (Single::Sarif(cluster), None),
        };
        let named = || ending.map(|ending| PathBuf::from(name_of(&material, &format!(".{ending}"))));
        match self.file.clone().filter(|path| path != Path::new("-")).or_else(|| if self.file.is_none() { named() } else { None }) {
            Some(path) => {
                file(&single, &material, &path)?;
                manners.say(&format!("{}", path.display()));
                Ok(())
            }
            None => {
                let mut out = io::BufWriter::new(io::stdout().lock());
                let written = single.write(&material, &mut out).and_then(|()| out.flush().map_err(ExportError::Output));
                written.map_err(|error| match error {
                    ExportError::Output(error) => output_failed(&error),
                    other => other.into(),
                })
            }
        }
    }

    fn packing(&self, form: Form, recipients: Option<Recipients>) -> Packing {
        Packing { form, sha512: self.digests.contains(&Digests::Sha512), recipients }
    }

    fn bag(&self, material: &Material, packing: Packing, manners: &Manners) -> Result<(), Failure> {
        let ending = match (packing.form, &packing.recipients) {
            (Form::Folder, _) => "",
            (Form::Zip, None) => ".zip",
            (Form::Zip, Some(_)) => ".zip.age",
        };
        let target = match &self.file {
            Some(path) if path == Path::new("-") => {
                return Err(Failure::new("a bag can't go to standard output").hint("Name a path with -f."));
            }
            Some(path) => path.clone(),
            None => PathBuf::from(name_of(material, ending)),
        };
        let bar = if manners.bar() { ProgressBar::new(0) } else { ProgressBar::hidden() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} writing {pos}/{len} files  {bar:24}  {msg}") {
            bar.set_style(style.progress_chars("█▓░"));
        }
        let written = interrupt::instead(|cancel| {
            export::bag(material, &target, packing, &|step| {
                bar.set_length(step.of as u64);
                bar.set_position(step.done as u64);
                bar.set_message(format!("{}  {}", HumanBytes(step.bytes), step.name));
                if cancel.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })
        });
        bar.finish_and_clear();
        let written = written?;
        manners.say(&format!("{} files, {} bytes", written.files, written.bytes));
        print(&format!("{}  {}", written.sha256, written.path.display()))
    }
}

/// Writes a format that is one file; Ctrl-C stops it.
fn file(single: &Single, material: &Material, path: &Path) -> Result<(), ExportError> {
    let write = |cancel: &Cancel| {
        let stopped = |_| if cancel.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        export::put(path, single.over(), &stopped, &mut |to| single.write(material, to))
    };
    interrupt::instead(write).map(drop)
}

/// A name for a file here: `acme-2026-11-23.zip`, after the folder of the assessment.
fn name_of(material: &Material, ending: &str) -> String {
    let folder = material.dir.canonicalize().ok().and_then(|dir| dir.file_name().map(|name| name.to_string_lossy().into_owned()));
    let day = kassay_core::workbook::accept::day_of(material.now);
    format!("{}-{day}{ending}", folder.unwrap_or_else(|| "assessment".to_owned()))
}

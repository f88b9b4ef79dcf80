//! `kassay export`: the bag, the report, tables and formats of an assessment on disk.

use super::{Failure, Manners, dressed, interrupt, output_failed, print, source};
use crate::collect::{Cancel, snapshot};
use crate::export::{self, ExportError, Form, Maker, Material, OscalVersion, Packing, Recipients, RedactFiles, Single, Wish};
use crate::store::Store;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use kassay_core::model::ExportFormat;
use kassay_core::model::text::counted;
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
    #[arg(long, value_name = "FORMAT", value_parser = formats(), default_value = ExportFormat::Bag.id())]
    format: ExportFormat,
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
    /// Replaces names by pseudonyms, for sharing: of the entity, people, clusters, namespaces, machines, addresses, accounts, objects, images, labels,
    /// files. A bag then leaves out workbook, journal, snapshots and files of evidence, and says so
    #[arg(long, value_enum, value_name = "WHAT")]
    redact: Option<Redact>,
    /// The key of the pseudonyms; made where it is missing. The same key gives the same pseudonyms. Without it, redact.key in the folder of the
    /// assessment, which no export hands on
    #[arg(long, value_name = "FILE", requires = "redact")]
    redact_key: Option<PathBuf>,
    /// Where it is written what each pseudonym stands for; without it, beside the key
    #[arg(long, value_name = "FILE", requires = "redact")]
    redact_map: Option<PathBuf>,
    /// The time of the export, instead of the clock: the same workbook and time give the same bytes
    #[arg(long, value_name = "TIMESTAMP", value_parser = source::moment)]
    now: Option<jiff::Timestamp>,
}

/// What is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Redact {
    /// Names, wherever they stand
    Names,
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
        if recipients.is_some() && self.format != ExportFormat::BagZip {
            return Err(Failure::new("--encrypt-to is for a bag in one file").hint("Use --format bag-zip."));
        }
        if self.oscal_version.is_some() && self.format != ExportFormat::Oscal {
            return Err(Failure::new("--oscal-version is for OSCAL").hint("Use --format oscal."));
        }
        // Opened, and not only read: an edit that was interrupted is completed first, and what is odd is told.
        let opened = Store::open(&self.workbook)?;
        for notice in &opened.notices {
            manners.say(&notice.to_string());
        }
        export::tidy(opened.store.dir());
        let files = match self.redact {
            Some(Redact::Names) => Some(self.redact_files(opened.store.dir())?),
            None => None,
        };
        let read = |bytes: &[u8]| snapshot::read(bytes).map_err(|e| e.to_string());
        let mut material = Material::load(opened.store.dir(), now)?.ready_for(self.format, read);
        let mut wish = Wish { cluster: self.cluster.clone(), oscal: self.oscal_version.clone().unwrap_or_default() };
        if let Some(files) = files {
            // A cluster is asked for by its name, and stands in the material by its pseudonym.
            let asked = wish.cluster.as_ref().map(|asked| material.place_of(asked)).transpose()?;
            let (redacted, map) = material.redacted(files.key().map_err(ExportError::from)?, read)?;
            files.put(map).map_err(ExportError::from)?;
            material = redacted;
            wish.cluster = asked.and_then(|place| material.assessments.get(place)).map(|(key, _)| key.clone());
            manners.say(&format!("pseudonyms: {} (key: {}); keep both to yourself", files.map.display(), files.key.display()));
        }
        let single = match export::maker(self.format) {
            Maker::Bag(form) => return self.bag(&material, self.packing(form, recipients), manners),
            Maker::Single(single) => single,
        };
        // What is no text gets a name here, unless standard output is asked for.
        let named = || (!single.is_text).then(|| PathBuf::from(name_of(&material, self.format.ending())));
        match self.file.clone().filter(|path| path != Path::new("-")).or_else(|| if self.file.is_none() { named() } else { None }) {
            Some(path) => {
                file(&single, (&material, &wish), &path)?;
                manners.say(&format!("{}", path.display()));
                Ok(())
            }
            None => {
                // Whoever reads it may go away, and that ends the program: the assessment is closed before.
                drop(opened);
                let mut out = io::stdout().lock();
                let written = single.write(&material, &wish, &mut out).and_then(|()| out.flush().map_err(ExportError::Output));
                written.map_err(|error| match error {
                    ExportError::Output(error) => output_failed(&error),
                    other => other.into(),
                })
            }
        }
    }

    /// Where key and map of the pseudonyms lie: never in what is written.
    fn redact_files(&self, folder: &Path) -> Result<RedactFiles, Failure> {
        let files = RedactFiles::of(folder, self.redact_key.clone(), self.redact_map.clone()).map_err(ExportError::from)?;
        let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        for path in [&files.key, &files.map] {
            if self.file.as_ref().is_some_and(|target| target != Path::new("-") && whole(path).starts_with(whole(target))) {
                return Err(Failure::new(format!("{} would lie in what is exported", path.display())).hint("Name another place."));
            }
        }
        Ok(files)
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
            bar.set_style(dressed(style));
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
        manners.say(&format!("{}, {} bytes", counted(written.files, "file", "files"), written.bytes));
        print(&format!("{}  {}", written.sha256, written.path.display()))
    }
}

/// Writes a format that is one file. Ctrl-C ends the program at once while nothing is written, and stops the writing then.
fn file(single: &Single, (material, wish): (&Material, &Wish), path: &Path) -> Result<(), ExportError> {
    let ready = single.ready(material, wish)?;
    let write = |cancel: &Cancel| {
        ready.put(path, single.over(), &|_| if cancel.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    };
    interrupt::instead(write).map(drop)
}

/// The forms by their names, each with what it is.
fn formats() -> impl TypedValueParser<Value = ExportFormat> {
    let told = ExportFormat::ALL.map(|format| {
        let about = format.about();
        PossibleValue::new(about.id).help(format!("{}: {}", about.label, about.holds))
    });
    PossibleValuesParser::new(told).try_map(|id| ExportFormat::by_id(&id).ok_or("is no form of export"))
}

/// A name for a file here: `acme-2026-11-23.zip`, after the folder of the assessment.
fn name_of(material: &Material, ending: &str) -> String {
    if material.redacted.is_some() {
        return format!("redacted-{}{ending}", kassay_core::workbook::accept::day_of(material.now));
    }
    let folder = material.dir.canonicalize().ok().and_then(|dir| dir.file_name().map(|name| name.to_string_lossy().into_owned()));
    let day = kassay_core::workbook::accept::day_of(material.now);
    format!("{}-{day}{ending}", folder.unwrap_or_else(|| "assessment".to_owned()))
}

//! `kassay assess`: every automated check, unattended, over one cluster or several.

use super::fleet::{self, Asked, FleetArgs};
use super::judged::{Judged, judged};
use super::{
    Failure, Manners, catalogue, interrupt, keep::Keeper, markdown, output_failed, print, probes, source, source::NotRead, tell, text,
};
use crate::collect::{Options, import_file};
use crate::config;
use crate::export::{self, Excepted};
use crate::tables::tables;
use kassay_core::kinds::imported::Imported;
use kassay_core::model::Outcome;
use kassay_core::workbook::accept::day_of;
use kassay_core::workbook::collection::cluster_key;
use kassay_core::workbook::imports::with_register;
use kassay_core::workbook::{Engagement, Moment, ToldVersion, Workbook};
use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// Runs every automated check and prints what they say
#[derive(Debug, clap::Args)]
pub struct Assess {
    #[command(flatten)]
    pub(super) fleet: FleetArgs,
    #[command(flatten)]
    pub(super) source: source::SourceArgs,
    /// Scope file: categories of namespaces, trusted registries, high-risk workloads
    #[arg(long, value_name = "FILE")]
    pub(super) scope: Option<PathBuf>,
    /// Folder of an assessment that takes what was found; it is made where there is none
    #[arg(long, value_name = "DIR")]
    pub(super) workbook: Option<PathBuf>,
    /// File that a check judges: audit policy, kube-bench results, image scans; may be given several times
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(super) evidence: Vec<PathBuf>,
    /// Sends active probes too: without credentials to the API server and to the registries of images in scope, with your login to kubelets; `kassay probes` lists them
    #[arg(long)]
    pub(super) active_probes: bool,
    /// Form of the output
    #[arg(short, long, value_enum, default_value_t = Form::Text)]
    pub(super) output: Form,
    /// What makes the exit code 1
    #[arg(long, value_enum, default_value_t = FailOn::Fail, value_name = "OUTCOME")]
    pub(super) fail_on: FailOn,
    /// The time to judge by, instead of the clock or the time of collection
    #[arg(long, value_name = "TIMESTAMP", value_parser = source::moment)]
    pub(super) now: Option<jiff::Timestamp>,
    /// Kubernetes version of files that carry none: 1.34
    #[arg(long, value_name = "VERSION")]
    pub(super) kubernetes_version: Option<String>,
    /// Newer support dates than those of the program; without it lifecycle.toml in the folder of settings, where there is one
    #[arg(long, value_name = "FILE")]
    pub(super) lifecycle: Option<PathBuf>,
    /// Leaves Secrets alone, even their names
    #[arg(long)]
    pub(super) without_secrets: bool,
}

/// Form of an assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Form {
    /// For people
    Text,
    /// For machines: kassay/assessment/v1, of several clusters kassay/fleet/v1
    Json,
    /// For documents
    Markdown,
    /// For code scanning: SARIF 2.1.0; of one cluster
    Sarif,
    /// For spreadsheets: the matrix of several clusters
    Csv,
    /// A page to look at: the matrix of several clusters
    Html,
}

/// The least outcome that makes the exit code 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum FailOn {
    /// A check failed
    Fail,
    /// A check failed or asks for review
    Review,
    /// A check failed, asks for review, or could not be evaluated
    Blocked,
    /// Nothing does
    Never,
}

impl Assess {
    /// Carries it out; the exit code.
    pub(super) fn run(mut self, manners: &Manners) -> Result<u8, Failure> {
        match self.fleet.asked(&self.source, manners)? {
            Asked::Several(wanted) => fleet::assess(&self, &wanted, manners),
            Asked::One(source) => {
                self.source = source;
                self.one(manners)
            }
        }
    }

    /// The same of one cluster.
    fn one(self, manners: &Manners) -> Result<u8, Failure> {
        if matches!(self.output, Form::Csv | Form::Html) {
            return Err(Failure::new("csv and html show several clusters side by side, and this is one")
                .hint("`kassay export --workbook DIR --format html` (or csv) writes the report of an assessment; --contexts takes one cluster for a fleet."));
        }
        let scope = self.scope.as_deref().map(source::scope).transpose()?;
        let mut keeper = self.workbook.as_deref().map(|dir| Keeper::open(dir, manners)).transpose()?;
        let mut workbook = keeper.as_ref().map_or_else(|| Workbook::new(Engagement::default()), Keeper::workbook);
        if let Some(scope) = scope {
            workbook.scope = scope;
        }
        let guidance = catalogue::guidance()?;
        let judged = self.judge(&workbook, keeper.as_mut(), manners)?;
        let key = cluster_key(&workbook, &judged.inventory.cluster.uid, &self.source.words().0);
        if self.kubernetes_version.is_some() {
            let version = judged.inventory.cluster.version.clone();
            let at = Moment(jiff::Timestamp::now());
            workbook.versions.retain(|told| told.cluster != key);
            workbook.versions.push(ToldVersion { cluster: key.clone(), version, reason: String::new(), by: config::user(), at });
        }
        let excepted = (key, workbook.exceptions.clone());
        // Kept before it is printed: a reader who goes away must not lose what was read.
        if let Some(mut keeper) = keeper {
            let (name, source) = self.source.words();
            interrupt::whole(|| keeper.keep(workbook, &judged, (&name, &source, &self.source.reached()), guidance, manners))?;
        }
        match self.output {
            // The largest of them is written as it is made.
            Form::Json => {
                let mut out = BufWriter::new(io::stdout().lock());
                export::write_assessment(&judged.assessment, &mut out).and_then(|()| out.flush()).map_err(|e| output_failed(&e))?;
            }
            Form::Sarif => {
                let (cluster, exceptions) = &excepted;
                let excepted = Excepted { exceptions, cluster, today: day_of(judged.now) };
                print(&export::sarif(&judged.assessment, guidance, &excepted)?)?;
            }
            Form::Text => tell(&text::assessment(&judged, guidance, manners.colour()))?,
            Form::Markdown => print(&markdown::assessment(&judged, guidance))?,
            // Refused above.
            Form::Csv | Form::Html => {}
        }
        Ok(self.fail_on.code(judged.assessment.outcomes.iter().map(|o| o.outcome)))
    }

    fn judge(&self, workbook: &Workbook, mut keeper: Option<&mut Keeper>, manners: &Manners) -> Result<Judged, Failure> {
        // Looked at first, so that a slip in a name costs no reading of a cluster.
        let given = self.given(manners)?;
        let tables = tables(self.lifecycle.as_deref()).map_err(|e| Failure::new(e.to_string()))?;
        if self.active_probes {
            probes::can_be_asked(&self.source)?;
        }
        let options =
            Options { kubernetes_version: self.kubernetes_version.clone(), without_secrets: self.without_secrets, ..Options::default() };
        let mut inventory = match self.source.read(&options, manners) {
            Ok(inventory) => inventory,
            Err(NotRead::Failed(error)) => {
                let ((name, source), reached) = (self.source.words(), self.source.reached());
                if let Some(keeper) = keeper.as_mut() {
                    // Why it could not be read is what matters most; that is told whatever becomes of writing it down.
                    if let Err(failure) = interrupt::whole(|| keeper.put_failure((&name, &source, &reached), &error.to_string(), manners)) {
                        manners.say(&format!("That {name} could not be read is not written down in the assessment: {}", failure.what));
                    }
                }
                return Err(error.into());
            }
            Err(not_tried) => return Err(not_tried.into()),
        };
        let register =
            keeper.as_ref().map_or_else(Vec::new, |keeper| keeper.imports(&inventory.cluster.uid, &self.source.words().0, manners));
        inventory.imported.extend(given);
        inventory.imported = with_register(&inventory.imported, register);
        if self.active_probes {
            let heard = probes::send(&self.source, &inventory, &workbook.scope, manners)?;
            inventory.hear(heard);
        }
        judged(inventory, &self.source.words().0, workbook, &tables, self.kubernetes_version.is_some(), self.now)
    }

    /// The files of `--evidence`, with a word on each.
    fn given(&self, manners: &Manners) -> Result<Vec<Imported>, Failure> {
        let mut given: Vec<Imported> = Vec::new();
        for path in &self.evidence {
            match import_file(path)? {
                Some(import) => {
                    manners.say(&format!("{}: recognised as {}", path.display(), import.content));
                    if !given.iter().any(|known| known.sha256 == import.sha256) {
                        given.push(import);
                    }
                }
                None => manners.say(&format!(
                    "{}: no check judges this file; read are audit policies, kube-bench results, scans by Trivy or Grype, descriptions of clusters by their \
                     providers, and configuration files of the control plane (docs/evidence.md)",
                    path.display()
                )),
            }
        }
        Ok(given)
    }
}

impl FailOn {
    /// The exit code by what checks say.
    pub(super) fn code(self, outcomes: impl Iterator<Item = Outcome>) -> u8 {
        let outcomes: BTreeSet<&str> = outcomes.map(Outcome::id).collect();
        let any = |wanted: Outcome| outcomes.contains(wanted.id());
        let above = match self {
            Self::Never => false,
            Self::Fail => any(Outcome::Fail),
            Self::Review => any(Outcome::Fail) || any(Outcome::Review),
            Self::Blocked => any(Outcome::Fail) || any(Outcome::Review) || any(Outcome::Blocked),
        };
        if above {
            1
        } else if any(Outcome::Blocked) {
            3
        } else {
            0
        }
    }
}

//! What a person may say on the command line, and how errors and results are told there: one clear sentence with a hint on standard
//! error, results alone on standard output, exit codes 0, 1, 2 and 3 as documented in the help.

mod access;
mod assess;
mod called;
mod catalogue;
mod collect;
mod complete;
mod diff;
mod export;
mod findings;
mod fleet;
mod folder;
mod interrupt;
mod judged;
mod keep;
mod lines;
mod log;
mod markdown;
mod merge;
mod pages;
mod probes;
mod progress;
mod reach;
mod requests;
mod sign;
mod source;
mod text;
mod trial;
mod verify;

use crate::app::Start;
use crate::app::begin::{NotBegun, begin};
use crate::collect::{CollectError, Without, cluster_role};
use crate::config;
use crate::export::{ExportError, SignError, VerifyError};
use crate::shell::signs::Signs;
use crate::store::StoreError;
use called::Called;
use clap::{FromArgMatches as _, Parser, Subcommand, ValueEnum};
use indicatif::ProgressStyle;
use kassay_core::model::text::capital;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Walks a PCI assessor and a platform team through the PCI SSC guidance for containers on their Kubernetes clusters.
///
/// Clusters are only ever read. Without a verb, the home screen opens, or the assessment in DIR is resumed.
#[derive(Debug, Parser)]
#[command(
    name = "kassay",
    version,
    override_usage = USAGE,
    subcommand_precedence_over_arg = true,
    max_term_width = 100,
    after_help = EXIT_CODES
)]
pub struct Cli {
    /// Folder of an assessment to resume
    dir: Option<PathBuf>,
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    manners: Manners,
}

const USAGE: &str = "kassay [OPTIONS] [DIR]\n       kassay [OPTIONS] <COMMAND>";

const EXIT_CODES: &str = "Exit codes: 0 nothing at or above --fail-on; 1 something is; 2 it could not be done; 3 done, but some checks are blocked and nothing is at or above --fail-on.";

/// How the program behaves towards whoever started it.
#[derive(Clone, Debug, clap::Args)]
pub struct Manners {
    /// Says nothing but results and errors
    #[arg(long, global = true, help_heading = "Everywhere")]
    quiet: bool,
    /// Shows no progress bar
    #[arg(long, global = true, help_heading = "Everywhere")]
    no_progress: bool,
    /// Walks in lines of plain text, for screen readers, serial consoles and scripts: no screen, no colour, nothing that moves; also KASSAY_PLAIN or
    /// TERM=dumb
    #[arg(long, global = true, help_heading = "Everywhere")]
    plain: bool,
    /// When to use colour
    #[arg(long, global = true, help_heading = "Everywhere", value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    color: Colour,
    /// Who you are, for the journal and the second person; else KASSAY_USER or the login name
    #[arg(long, global = true, help_heading = "Everywhere", value_name = "NAME", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    user: Option<String>,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Colour {
    /// On a terminal that shows it, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Manners {
    /// Whether standard output takes colour.
    fn colour(&self) -> bool {
        match self.color {
            _ if self.plain => false,
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => std::io::stdout().is_terminal() && supports_color::on(supports_color::Stream::Stdout).is_some(),
        }
    }

    /// Whether a bar may move on standard error.
    fn bar(&self) -> bool {
        !self.quiet && !self.no_progress && !self.plain && std::io::stderr().is_terminal()
    }

    /// A sentence for whoever watches.
    pub(crate) fn say(&self, words: &str) {
        if !self.quiet {
            let _ = writeln!(std::io::stderr(), "{}", signs_of(&std::io::stderr()).written(words));
        }
    }
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Walks through the built-in cluster; no Kubernetes needed
    Demo {
        /// Folder in which to keep this assessment
        #[arg(long, value_name = "DIR")]
        workbook: Option<PathBuf>,
    },
    /// Starts a new assessment in the walk; with --from OLD, next year's
    ///
    /// Where --from names the folder or the bag (folder or zip) of an assessment, the new one is begun from it: engagement, scope, use cases and clusters
    /// are taken over, and last year's answers, determinations and evidence stand beside for reference. The old one is only read, and must verify.
    New {
        /// Folder in which to keep it
        #[arg(long, value_name = "DIR")]
        workbook: PathBuf,
        /// Begins from an old assessment whose files are not whole, and keeps what is wrong with them
        #[arg(long, requires = "from")]
        unverified: bool,
        #[command(flatten)]
        source: source::SourceArgs,
    },
    /// Runs every automated check and prints what they say
    Assess(assess::Assess),
    /// Reads a cluster and writes a snapshot of it, without secrets
    Collect(collect::Collect),
    /// Makes one snapshot of the parts of one reading
    Merge(merge::Merge),
    /// Writes what leaves an assessment: the bag that anyone can verify, the report, tables
    Export(export::Export),
    /// Signs a bag with your own SSH key, or attaches the time-stamp of a signature
    Sign(sign::Sign),
    /// Checks that a bag (folder or zip) or the folder of an assessment is whole, and who signed it
    Verify(verify::Verify),
    /// Prints in what two assessments, bags or snapshots differ, and what can't be compared
    Diff(diff::Diff),
    /// Prints which workloads may connect to which, and by which network policy
    Reach(reach::ReachVerb),
    /// Tries admission policies on witness pods, and prints which are let in, where, past which policy
    Trial(trial::TrialVerb),
    /// Prints the access register: who may do what, where, and by which binding
    Access(access::AccessVerb),
    /// Lists what active probes of a cluster would send, and sends nothing of it
    Probes(probes::ProbesVerb),
    /// Prints the findings of all checks on all clusters, or those that fit some words
    Findings(findings::Findings),
    /// Prints what is still needed of the entity, and what was asked for, by role
    Requests(requests::Requests),
    /// Prints the ClusterRole that the program needs, as YAML
    Rbac {
        /// Leaves out Secrets, even their names
        #[arg(long)]
        without_secrets: bool,
        /// Leaves out constraints of Gatekeeper, whose kinds only a star can grant
        #[arg(long)]
        without_constraints: bool,
    },
    /// Prints the controls with their practices, checks and questions
    Controls {
        /// Form of the output
        #[arg(short, long, value_enum, default_value_t = catalogue::Form::Text)]
        output: catalogue::Form,
    },
    /// Prints the automated checks
    Checks {
        /// Form of the output
        #[arg(short, long, value_enum, default_value_t = catalogue::Form::Text)]
        output: catalogue::Form,
    },
    /// Prints the JSON Schema of an output
    Schema {
        /// The output
        #[arg(value_enum)]
        of: Schema,
    },
    /// Prints completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Prints the manual page
    Man(pages::ManVerb),
}

/// Outputs that have a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Schema {
    /// kassay/assessment/v1: `assess -o json`
    Assessment,
    /// kassay/fleet/v1: `assess -o json` of several clusters
    Fleet,
    /// kassay/reach/v1: `reach -o json`
    Reach,
    /// kassay/access/v1: `access -o json`
    Access,
    /// kassay/trial/v1: `trial -o json`
    Trial,
    /// kassay/diff/v1: `diff -o json`
    Diff,
    /// The profile that a bag follows, as BagIt Profiles 1.3.0 has it
    Bag,
}

impl Schema {
    const fn text(self) -> &'static str {
        match self {
            Self::Assessment => include_str!("../../assets/schema/assessment-v1.json"),
            Self::Fleet => include_str!("../../assets/schema/fleet-v1.json"),
            Self::Reach => include_str!("../../assets/schema/reach-v1.json"),
            Self::Access => include_str!("../../assets/schema/access-v1.json"),
            Self::Trial => include_str!("../../assets/schema/trial-v1.json"),
            Self::Diff => include_str!("../../assets/schema/diff-v1.json"),
            Self::Bag => crate::export::BAG_PROFILE,
        }
    }
}

/// Why a verb could not be carried out: a sentence, and what to try.
#[derive(Debug)]
pub struct Failure {
    what: String,
    hint: Option<String>,
}

impl Failure {
    /// A failure in words.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), hint: None }
    }

    /// Adds what to try.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<CollectError> for Failure {
    fn from(error: CollectError) -> Self {
        Self { hint: error.hint(), what: error.to_string() }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self { hint: error.hint().map(sentence), what: error.to_string() }
    }
}

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        Self { hint: error.hint().map(sentence), what: error.to_string() }
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        let hint = matches!(error, VerifyError::Encrypted(_)).then(|| "`age -d -i KEY -o bag.zip FILE` decrypts it.".to_owned());
        Self { what: error.to_string(), hint }
    }
}

impl From<SignError> for Failure {
    fn from(error: SignError) -> Self {
        Self { hint: error.hint().map(str::to_owned), what: error.to_string() }
    }
}

impl From<anyhow::Error> for Failure {
    /// What the walk could not do; a hint is found in whichever of our own errors lies at the bottom of it.
    fn from(error: anyhow::Error) -> Self {
        let hint = error.chain().find_map(|cause| {
            let store = cause.downcast_ref::<StoreError>().and_then(|e| e.hint().map(sentence));
            let export = || cause.downcast_ref::<ExportError>().and_then(|e| e.hint().map(sentence));
            store.or_else(export).or_else(|| cause.downcast_ref::<CollectError>().and_then(CollectError::hint))
        });
        Self { what: format!("{error:#}"), hint }
    }
}

/// A path as a word that a shell takes as it is, and that is never an option.
fn quoted(path: &std::path::Path) -> String {
    let text = path.display().to_string();
    let text = if text.starts_with('-') { format!("./{text}") } else { text };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
    if !text.is_empty() && text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// A hint as a sentence.
fn sentence(words: String) -> String {
    format!("{}.", capital(words.trim_end_matches('.')))
}

/// Whoever read the output went away (`kassay checks | head`): no error for anybody.
fn output_failed(error: &std::io::Error) -> Failure {
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        std::process::exit(0);
    }
    Failure::new(format!("standard output can't be written: {error}"))
}

/// What whoever reads a stream can be shown: a terminal without Unicode gets signs of ASCII; a file or another program gets what is written.
fn signs_of(stream: &impl IsTerminal) -> Signs {
    if !stream.is_terminal() {
        return Signs::Unicode;
    }
    let wish = config::Settings::load().ok().and_then(|settings| settings.ascii);
    Signs::detect(wish, &|name| std::env::var(name).ok())
}

/// A bar of signs that whoever watches it can be shown.
fn dressed(style: ProgressStyle) -> ProgressStyle {
    match signs_of(&std::io::stderr()) {
        Signs::Unicode => style.progress_chars("█▓░"),
        Signs::Ascii | Signs::AsciiOnly => style.progress_chars("=>-").tick_chars("-\\|/ "),
    }
}

/// Prints words for people on standard output. What machines or other programs take is left as it is (see [`print`]).
fn tell(text: &str) -> Result<(), Failure> {
    print(&signs_of(&std::io::stdout()).written(text))
}

/// Prints a result on standard output.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| if text.ends_with('\n') { Ok(()) } else { out.write_all(b"\n") })
        .and_then(|()| out.flush())
        .map_err(|e| output_failed(&e))
}

/// Runs the program with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    let called = Called::now();
    if let Some(words) = complete::asked(std::env::args_os().skip(1)) {
        return print(&complete::candidates(called.command(), &words)).map_or(ExitCode::from(2), |()| ExitCode::SUCCESS);
    }
    let cli = Cli::from_arg_matches(&called.command().get_matches()).unwrap_or_else(|error| error.format(&mut called.command()).exit());
    if cli.dir.is_some() && cli.verb.is_some() {
        let words = "a folder and a verb can't stand together: a verb takes the folder behind it";
        called.command().error(clap::error::ErrorKind::ArgumentConflict, words).exit();
    }
    match log::start().and_then(|()| run(cli)) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            let mut err = std::io::stderr();
            let signs = signs_of(&err);
            let _ = writeln!(err, "kassay: {}", signs.written(&called.told(&failure.what)));
            if let Some(hint) = failure.hint {
                let _ = writeln!(err, "  {}", signs.written(&called.told(&hint)));
            }
            ExitCode::from(2)
        }
    }
}

fn run(cli: Cli) -> Result<u8, Failure> {
    let manners = cli.manners;
    if let Some(name) = &manners.user {
        config::call_user(name);
    }
    match cli.verb {
        None | Some(Verb::Demo { .. } | Verb::New { .. }) => walk(cli.dir, cli.verb, manners.plain),
        Some(Verb::Assess(verb)) => verb.run(&manners),
        Some(Verb::Collect(verb)) => verb.run(&manners).map(|()| 0),
        Some(Verb::Merge(verb)) => verb.run(&manners).map(|()| 0),
        Some(Verb::Rbac { without_secrets, without_constraints }) => {
            print(&cluster_role(Without { secrets: without_secrets, constraints: without_constraints })).map(|()| 0)
        }
        Some(Verb::Controls { output }) => catalogue::controls(output).map(|()| 0),
        Some(Verb::Checks { output }) => catalogue::checks(output).map(|()| 0),
        Some(Verb::Completions { shell }) => pages::completions(shell).map(|()| 0),
        Some(Verb::Export(verb)) => verb.run(&manners).map(|()| 0),
        Some(Verb::Findings(verb)) => verb.run(&manners).map(|()| 0),
        Some(Verb::Requests(verb)) => verb.run(&manners).map(|()| 0),
        Some(Verb::Sign(verb)) => verb.run(&manners).map(|()| 0),
        Some(Verb::Verify(verb)) => verb.run(),
        Some(Verb::Diff(verb)) => verb.run(&manners),
        Some(Verb::Reach(verb)) => verb.run(&manners),
        Some(Verb::Trial(verb)) => verb.run(&manners),
        Some(Verb::Access(verb)) => verb.run(&manners),
        Some(Verb::Probes(verb)) => verb.run(&manners).map(|()| 0),
        Some(Verb::Schema { of }) => print(of.text()).map(|()| 0),
        Some(Verb::Man(verb)) => verb.run().map(|()| 0),
    }
}

/// The start of an assessment that is begun from the one before.
fn next_year(dir: PathBuf, source: &source::SourceArgs, unverified: bool) -> Result<Start, Failure> {
    let Some(old) = source.old_assessment() else {
        return Err(Failure::new("--unverified is for --from with one assessment: its folder, or its bag")
            .hint("`kassay new --workbook DIR --from OLD --unverified`."));
    };
    if dir.join(kassay_core::workbook::folder::WORKBOOK).exists() {
        return Err(Failure::new(format!("{} holds an assessment already", dir.display())).hint("Name a folder that is not there yet."));
    }
    match begin(old, unverified) {
        Ok(workbook) => Ok(Start::Next { dir, workbook: Box::new(workbook) }),
        Err(error @ NotBegun::NotWhole { .. }) => Err(Failure::new(error.to_string())
            .hint("`kassay verify` tells all of it. With --unverified it is begun all the same, and what is wrong is kept with it.")),
        Err(error) => Err(Failure::new(error.to_string())),
    }
}

/// What opens the walk.
fn walk(dir: Option<PathBuf>, verb: Option<Verb>, plain: bool) -> Result<u8, Failure> {
    let start = match (verb, dir) {
        (Some(Verb::Demo { workbook }), _) => Start::Demo { workbook },
        (Some(Verb::New { workbook, unverified, source }), _) if source.old_assessment().is_some() || unverified => {
            next_year(workbook, &source, unverified)?
        }
        (Some(Verb::New { workbook, source, .. }), _) => {
            source.registry().hold();
            Start::New { workbook, complete: source.declared_complete()?, source: source.spec() }
        }
        (_, Some(dir)) if !dir.is_dir() => {
            return Err(Failure::new(format!("{} is neither a verb nor the folder of an assessment", dir.display()))
                .hint("`kassay --help` names the verbs; `kassay new --workbook DIR` begins an assessment."));
        }
        (_, Some(dir)) => Start::Open(dir),
        (_, None) => Start::Home,
    };
    // Settings with a fault are told when they are loaded for the walk.
    let plain = plain || config::Settings::load().is_ok_and(|settings| settings.plain);
    if !plain && (!std::io::stdin().is_terminal() || !std::io::stdout().is_terminal()) {
        return Err(Failure::new("the walk needs a terminal")
            .hint("`--plain` walks in lines of text without one; `kassay assess` runs the automated checks."));
    }
    crate::app::run(start, plain)?;
    Ok(0)
}

/// A runtime for verbs that talk to a cluster.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| Failure::new(format!("no runtime could be started: {e}")))
}

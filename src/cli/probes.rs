//! Active probes on the command line: `--active-probes`, which lists what is sent before anything is, and `kassay probes`, which only lists it.

use super::{Failure, Manners, dressed, interrupt, print, runtime, signs_of, source, tell};
use crate::collect::{CollectError, Options, SourceSpec, probe};
use crate::config;
use indicatif::{ProgressBar, ProgressStyle};
use kassay_core::analysis::probing::{self, Plan};
use kassay_core::kinds::{Inventory, LeftOut, ProbeRequest, Probes};
use kassay_core::model::Scope;
use kassay_core::model::text::clean;
use serde::Serialize;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

/// Lists what active probes of a cluster would send, and sends nothing of it
#[derive(Debug, clap::Args)]
pub struct ProbesVerb {
    #[command(flatten)]
    source: source::SourceArgs,
    /// Scope file: images of workloads in scope are asked about
    #[arg(long, value_name = "FILE")]
    scope: Option<PathBuf>,
    /// Form of the output
    #[arg(short, long, value_enum, default_value_t = Form::Text)]
    output: Form,
}

/// Form of the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// For people
    Text,
    /// For machines: kassay/probes/v1
    Json,
}

#[derive(Serialize)]
struct Listed<'p> {
    format: &'static str,
    requests: Vec<PlannedRequest<'p>>,
    left_out: &'p [LeftOut],
}

#[derive(Serialize)]
struct PlannedRequest<'p> {
    #[serde(flatten)]
    request: &'p ProbeRequest,
    /// The condition on which it is sent; "" where there is none.
    only: &'static str,
}

impl ProbesVerb {
    /// Carries it out.
    pub(super) fn run(self, manners: &Manners) -> Result<(), Failure> {
        let scope = self.scope.as_deref().map(source::scope).transpose()?.unwrap_or_default();
        let inventory = self.source.read(&Options { without_secrets: true, ..Options::default() }, manners)?;
        let plan = probing::plan(&inventory, &scope);
        print(&match self.output {
            Form::Text => return tell(&words(&plan)),
            Form::Json => {
                let only = |request| PlannedRequest { request, only: probing::follows(request.purpose) };
                let requests = plan.requests.iter().map(only).collect();
                crate::export::pretty(&Listed { format: "kassay/probes/v1", requests, left_out: &plan.left_out })?
            }
        })
    }
}

/// The plan for people.
fn words(plan: &Plan) -> String {
    let mut text = String::new();
    if plan.requests.is_empty() {
        text.push_str("Nothing would be sent: there is no API server to ask, and no image in scope that can be asked about.\n");
    }
    for line in probing::lines(plan) {
        let _ = writeln!(text, "{line}");
    }
    for left in &plan.left_out {
        let _ = writeln!(text, "not asked about: {}: {}", clean(&left.image), clean(&left.why));
    }
    text
}

/// Refuses beforehand what can't be asked, so that nobody waits for a reading in vain.
pub(super) fn can_be_asked(source: &source::SourceArgs) -> Result<(), Failure> {
    match source.spec() {
        SourceSpec::Live(_) => Ok(()),
        SourceSpec::Paths(_) | SourceSpec::Demo => Err(CollectError::NotLive.into()),
    }
}

/// Lists what is going to be sent, sends it, and gives what came back.
pub(super) fn send(source: &source::SourceArgs, inventory: &Inventory, scope: &Scope, manners: &Manners) -> Result<Probes, Failure> {
    let plan = probing::plan(inventory, scope);
    // Told whatever else is to be quiet: nothing is sent that was not listed before.
    let mut list = String::from(
        "Active probes: these requests are sent now, without any credential of yours but where the line says so; redirects of registries are followed three times at most.\n",
    );
    words(&plan).lines().for_each(|line| {
        let _ = writeln!(list, "  {line}");
    });
    let _ = std::io::stderr().write_all(signs_of(&std::io::stderr()).written(&list).as_bytes());
    let bar = if manners.bar() { ProgressBar::new(plan.requests.len() as u64) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{spinner} asking {pos}/{len}  {bar:24}  {msg}") {
        bar.set_style(dressed(style));
    }
    let step = |done: usize, _: usize, origin: &str| {
        bar.set_position(done as u64);
        bar.set_message(clean(origin));
    };
    let runtime = runtime()?;
    let probes = interrupt::instead(|cancel| runtime.block_on(probe(&source.spec(), &plan, &config::user(), &step, cancel)));
    bar.finish_and_clear();
    let probes = probes?;
    if probes.stopped {
        manners.say("The probes were stopped before the end; what was heard before is judged.");
    }
    Ok(probes)
}

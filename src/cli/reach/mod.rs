//! `kassay reach`: which workloads may connect to which, and by which policy, as the core judges it from the objects of one cluster.

mod text;

use super::{Failure, Manners, lines, output_failed, signs_of, source};
use crate::collect::Options;
use crate::export;
use kassay_core::analysis::reach::Reach;
use kassay_core::analysis::segmentation::Segmentation;
use kassay_core::kinds::{Inventory, KindState, Source};
use kassay_core::model::Kind;
use kassay_core::model::text::clean;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

/// Prints which workloads may connect to which, and by which network policy
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct ReachVerb {
    #[command(flatten)]
    source: source::SourceArgs,
    /// Scope file: categories of namespaces
    #[arg(long, value_name = "FILE")]
    scope: Option<PathBuf>,
    /// Form of the output
    #[arg(short, long, value_enum, default_value_t = Form::Text)]
    output: Form,
    /// Kubernetes version of files that carry none: 1.34
    #[arg(long, value_name = "VERSION")]
    kubernetes_version: Option<String>,
}

const EXIT_CODES: &str = "Exit codes: 0 done; 2 it could not be done; 3 done, but a list could not be read whole or a policy could not be evaluated, so that connections may be missing or wrong.";

/// Form of reachability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    /// For people: by pairs of workloads, those of different scope categories first
    Text,
    /// For machines: kassay/reach/v1
    Json,
    /// For spreadsheets: a line for each flow
    Csv,
    /// A picture of the flows between categories of scope
    Svg,
    /// The same picture for Graphviz
    Dot,
}

impl ReachVerb {
    /// Carries it out; the exit code.
    pub(super) fn run(self, manners: &Manners) -> Result<u8, Failure> {
        let sorted = self.scope.is_some();
        let scope = self.scope.as_deref().map(source::scope).transpose()?.unwrap_or_default();
        // No policy speaks of Secrets, so not even their names are asked for.
        let options = Options { kubernetes_version: self.kubernetes_version, without_secrets: true, ..Options::default() };
        let inventory = self.source.read(&options, manners)?;
        let reach = Reach::new(&inventory);
        let missing = missing(&inventory);
        let mut out = BufWriter::new(io::stdout().lock());
        let written = match self.output {
            Form::Json => export::reach_json(&reach, &scope, &mut out),
            Form::Csv => export::reach_csv(&reach, &scope, &mut out),
            Form::Svg | Form::Dot => {
                let segmentation = Segmentation::by(&reach, &inventory, &scope);
                let subject = export::Subject { name: "", cluster: &inventory.cluster, segmentation: &segmentation, sorted };
                let picture = match self.output {
                    Form::Dot => export::segmentation_dot(subject),
                    _ => export::segmentation_svg(subject, export::Dress::Alone),
                };
                out.write_all(picture.as_bytes())
            }
            Form::Text => {
                let page =
                    text::Page { inventory: &inventory, reach: &reach, scope: &scope, sorted, missing: &missing, width: lines::columns() };
                let mut text = Vec::new();
                page.write(&mut text)
                    .and_then(|()| out.write_all(signs_of(&io::stdout()).written(&String::from_utf8_lossy(&text)).as_bytes()))
            }
        };
        written.and_then(|()| out.flush()).map_err(|e| output_failed(&e))?;
        // The table has no place for it, a picture not for all of it, and who takes it must not believe it to be whole.
        if matches!(self.output, Form::Csv | Form::Svg | Form::Dot) {
            missing.iter().for_each(|words| manners.say(&format!("not complete: {words}")));
            for entry in reach.not_evaluated() {
                manners.say(&format!("not evaluated: {}: {}", clean(&entry.object().to_string()), clean(&entry.why)));
            }
        }
        Ok(if reach.complete() && reach.not_evaluated().is_empty() { 0 } else { 3 })
    }
}

/// Which of the lists that the flows rest on were not read whole, each with the reason.
fn missing(inventory: &Inventory) -> Vec<String> {
    let pods: &[Kind] = match inventory.source {
        Source::Live => &[Kind::Pods],
        Source::Files => Kind::WORKLOADS,
    };
    let held = |kind: &Kind| inventory.state(*kind) == KindState::Read;
    let any = pods.iter().any(held);
    let lists = pods.iter().chain(&[Kind::Namespaces, Kind::NetworkPolicies]);
    let files = inventory.source == Source::Files;
    let absent =
        |kind: Kind| if files { format!("the files hold no list of {}", kind.id()) } else { format!("{} were not listed", kind.id()) };
    // Files need not hold every kind that makes pods; where they hold none, that is told once.
    let spared = |kind: &Kind| pods.contains(kind) && inventory.state(*kind) == KindState::Absent && (any || files);
    let mut words: Vec<String> =
        lists.filter(|kind| !spared(kind)).filter_map(|kind| lines::unread(inventory, *kind, || absent(*kind))).collect();
    if !any && files {
        words.insert(0, "the files hold neither pods nor anything that makes pods".to_owned());
    }
    words
}

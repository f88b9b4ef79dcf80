//! `kassay collect`: reads a source and writes a snapshot.

use super::{Failure, Manners, cancel_on_interrupt, progress::Reading, runtime, source::SourceArgs};
use crate::collect::{Options, collect_to};
use kassay_core::model::text::thousands;
use std::path::PathBuf;

/// Reads a cluster and writes a snapshot of it, without secrets
#[derive(Debug, clap::Args)]
pub struct Collect {
    /// File to write; "-" is standard output
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    /// Leaves Secrets alone, even their names
    #[arg(long)]
    without_secrets: bool,
    /// Kubernetes version of files that carry none: 1.34
    #[arg(long, value_name = "VERSION")]
    kubernetes_version: Option<String>,
    #[command(flatten)]
    source: SourceArgs,
}

impl Collect {
    /// Carries it out.
    pub(super) fn run(self, manners: &Manners) -> Result<(), Failure> {
        let options = Options { kubernetes_version: self.kubernetes_version, without_secrets: self.without_secrets };
        let reading = Reading::new(manners);
        let runtime = runtime()?;
        let cancel = cancel_on_interrupt(&runtime);
        let written = runtime.block_on(collect_to(&self.source.spec(), &options, &self.file, &|p| reading.take(p), &cancel));
        reading.done();
        let written = written?;
        let inventory = &written.inventory;
        let objects: usize = inventory.coverage.values().map(|c| c.items).sum();
        manners.say(&format!(
            "{} objects of {}, {} sensitive values met and not kept: {} ({} bytes)",
            thousands(objects),
            if inventory.cluster.server.is_empty() { "files" } else { &inventory.cluster.server },
            thousands(inventory.redactions),
            self.file.display(),
            thousands(usize::try_from(written.bytes).unwrap_or(usize::MAX)),
        ));
        for (kind, coverage) in inventory.coverage.iter().filter(|(_, c)| !c.message.is_empty()) {
            manners.say(&format!("  {}: {}", kind.id(), kassay_core::model::text::clean(&coverage.message)));
        }
        Ok(())
    }
}

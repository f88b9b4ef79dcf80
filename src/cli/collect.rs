//! `kassay collect`: reads a source and writes a snapshot.

use super::fleet::{self, Asked, FleetArgs};
use super::{Failure, Manners, interrupt, probes, source};
use crate::collect::{Options, pack_snapshot, put_snapshot};
use kassay_core::model::text::{counted, thousands};
use std::path::PathBuf;

/// Reads a cluster and writes a snapshot of it, without secrets
#[derive(Debug, clap::Args)]
pub struct Collect {
    /// File to write; "-" is standard output. Of several clusters, the folder that takes a snapshot of each
    #[arg(short, long, value_name = "FILE")]
    file: PathBuf,
    /// Leaves Secrets alone, even their names
    #[arg(long)]
    without_secrets: bool,
    /// Kubernetes version of files that carry none: 1.34
    #[arg(long, value_name = "VERSION")]
    kubernetes_version: Option<String>,
    #[command(flatten)]
    fleet: FleetArgs,
    #[command(flatten)]
    source: source::SourceArgs,
    /// Sends active probes too, without credentials but for kubelets, and keeps the answers; `kassay probes` lists them
    #[arg(long)]
    active_probes: bool,
    /// Scope file, for active probes: images of workloads in scope are asked about
    #[arg(long, value_name = "FILE", requires = "active_probes")]
    scope: Option<PathBuf>,
}

impl Collect {
    /// Carries it out.
    pub(super) fn run(mut self, manners: &Manners) -> Result<(), Failure> {
        match self.fleet.asked(&self.source, manners)? {
            Asked::One(source) => self.source = source,
            Asked::Several(_) if self.active_probes || self.kubernetes_version.is_some() => {
                let what = if self.active_probes { "--active-probes" } else { "--kubernetes-version" };
                return Err(Failure::new(format!("{what} is for one cluster")).hint("Collect that one alone: --context NAME."));
            }
            Asked::Several(wanted) => {
                let options = Options { without_secrets: self.without_secrets, ..Options::default() };
                return fleet::collect(&wanted, &self.file, self.fleet.parallel(), &options, manners);
            }
        }
        if self.active_probes {
            probes::can_be_asked(&self.source)?;
        }
        let options = Options { kubernetes_version: self.kubernetes_version, without_secrets: self.without_secrets, ..Options::default() };
        let mut inventory = self.source.read(&options, manners)?;
        if self.active_probes {
            let scope = self.scope.as_deref().map(source::scope).transpose()?.unwrap_or_default();
            let heard = probes::send(&self.source, &inventory, &scope, manners)?;
            inventory.hear(heard);
        }
        let packed = pack_snapshot(&inventory, &self.file)?;
        interrupt::whole(|| put_snapshot(&packed, &self.file))?;
        let objects: usize = inventory.coverage.values().map(|c| c.items).sum();
        manners.say(&format!(
            "{} of {}, {} met and not kept: {} ({} bytes)",
            counted(objects, "object", "objects"),
            if inventory.cluster.server.is_empty() { "files" } else { &inventory.cluster.server },
            counted(inventory.redactions, "sensitive value", "sensitive values"),
            self.file.display(),
            thousands(packed.len()),
        ));
        for (kind, coverage) in inventory.coverage.iter().filter(|(_, c)| !c.message.is_empty()) {
            manners.say(&format!("  {}: {}", kind.id(), kassay_core::model::text::clean(&coverage.message)));
        }
        Ok(())
    }
}

//! `kassay merge`: the parts of one reading become one snapshot.

use super::{Failure, Manners, collect, interrupt, runtime, source};
use crate::collect::{ArtifactName, merge_parts, pack_snapshot, put_snapshot, snapshot_tag};
use kassay_core::model::text::{clean, counted, thousands};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Makes one snapshot of the parts of one reading
///
/// All parts must be there, once each, of one cluster, one --run, one version of the program, and read within --within of each other. What one part could not
/// read stays unread.
#[derive(Debug, clap::Args)]
pub struct Merge {
    /// The parts: files, or oci://REGISTRY/REPOSITORY:TAG
    #[arg(value_name = "PART", required = true, num_args = 1..)]
    parts: Vec<PathBuf>,
    /// File to write; "-" is standard output, and in a folder the file is called by the time of the collection
    #[arg(short, long, value_name = "FILE", required_unless_present = "push")]
    file: Option<PathBuf>,
    /// Place in a registry to write to: oci://registry.example/kassay/prod-eu, with :TAG or without
    #[arg(long, value_name = "PLACE", value_parser = collect::place)]
    push: Option<ArtifactName>,
    /// How far apart in time the parts may lie: 30m, 2h
    #[arg(long, value_name = "DURATION", value_parser = source::duration, default_value = "1h")]
    within: Duration,
    #[command(flatten)]
    registry: source::RegistryArgs,
}

impl Merge {
    /// Carries it out.
    pub(super) fn run(self, manners: &Manners) -> Result<(), Failure> {
        let registry = self.registry.settings();
        let runtime = runtime()?;
        let cancel = interrupt::listen();
        let tell = |words: String| manners.say(&clean(&words));
        let merged = runtime.block_on(merge_parts(&self.parts, &registry, self.within, &tell, &cancel));
        runtime.shutdown_background();
        let inventory = merged?;
        let tag = snapshot_tag(inventory.cluster.collected_at, None);
        let file = self.file.map(|file| if file.is_dir() { file.join(format!("{tag}.kassay.gz")) } else { file });
        let target = file.as_deref();
        let packed = pack_snapshot(&inventory, target.unwrap_or(Path::new("the snapshot")))?;
        if let Some(file) = target {
            interrupt::whole(|| put_snapshot(&packed, file))?;
        }
        let objects: usize = inventory.coverage.values().map(|c| c.items).sum();
        manners.say(&format!(
            "{} of {}: {}, {}{} bytes",
            counted(self.parts.len(), "part", "parts"),
            inventory.cluster.server,
            counted(objects, "object", "objects"),
            target.map_or_else(String::new, |file| format!("{}, ", file.display())),
            thousands(packed.len()),
        ));
        for (kind, coverage) in inventory.coverage.iter().filter(|(_, c)| !c.message.is_empty()) {
            manners.say(&format!("  {}: {}", kind.id(), clean(&coverage.message)));
        }
        match &self.push {
            Some(place) => collect::push(place, packed, &tag, &registry, (target, manners)),
            None => Ok(()),
        }
    }
}

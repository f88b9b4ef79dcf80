//! Parts of one reading, from files or registries, merged one after the other.

use super::{Cancel, CollectError, Options, Progress, RegistrySettings, SourceSpec};
use jiff::SignedDuration;
use kassay_core::kinds::{Inventory, Merge};
use std::path::PathBuf;
use std::time::Duration;

/// Reads parts and makes one inventory of them.
///
/// # Errors
/// Where one can't be read, or they do not go together.
pub async fn merge_parts(
    parts: &[PathBuf],
    registry: &RegistrySettings,
    within: Duration,
    tell: &(dyn Fn(String) + Send + Sync),
    cancel: &Cancel,
) -> Result<Inventory, CollectError> {
    let options = Options { registry: registry.clone(), ..Options::default() };
    let mut merge = Merge::default();
    for path in parts {
        let label = path.display().to_string();
        let watch = |progress: Progress| {
            if let Progress::Note(words) = progress {
                tell(format!("{label}: {words}"));
            }
        };
        let part = super::gather(&SourceSpec::Paths(vec![path.clone()]), &options, &watch, cancel).await?;
        merge.add(&label, part)?;
    }
    let mut inventory = merge.finish(SignedDuration::try_from(within).unwrap_or(SignedDuration::MAX))?;
    super::complete(&mut inventory);
    Ok(inventory)
}

//! The demo company's cluster, a snapshot that comes with the program. `assets/demo/make.sh` makes it.

use super::{CollectError, Progress, Watcher, snapshot, states};
use kassay_core::kinds::Inventory;
use kassay_core::model::Kind;

/// Reads it.
pub(super) fn collect(progress: Watcher<'_>) -> Result<Inventory, CollectError> {
    progress(Progress::Started { kinds: Kind::ALL.len() });
    let inventory = snapshot::read(&include_bytes!("../../assets/demo.kassay.gz")[..])
        .map_err(|source| CollectError::Snapshot { path: "the demo".to_owned(), source })?;
    states(&inventory).for_each(progress);
    Ok(inventory)
}

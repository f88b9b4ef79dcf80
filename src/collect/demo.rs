//! The demo company's cluster, a snapshot that comes with the program. `assets/demo/make.sh` makes it. What its API server tells of itself stands beside it: the
//! server that the snapshot was read from is that of the tests, and runs with other flags than the demo company's.

use super::{CollectError, Progress, Watcher, snapshot, states};
use kassay_core::kinds::Inventory;
use kassay_core::model::Kind;

/// Reads it.
pub(super) fn collect(progress: Watcher<'_>) -> Result<Inventory, CollectError> {
    progress(Progress::Started { kinds: Kind::ALL.len() });
    let mut inventory = snapshot::read(&include_bytes!("../../assets/demo.kassay.gz")[..])
        .map_err(|source| CollectError::Snapshot { path: "the demo".to_owned(), source })?;
    let told = serde_json::from_str(include_str!("../../assets/demo/control-plane.json"))
        .map_err(|error| CollectError::Internal(format!("what the demo's API server tells of itself can't be read: {error}")))?;
    inventory.cluster.control_plane = Some(told);
    states(&inventory).for_each(progress);
    Ok(inventory)
}

//! The demo company's cluster, a snapshot that comes with the program. `assets/demo/make.sh` makes it.

use super::CollectError;
use kassay_core::kinds::Inventory;

/// Reads it.
pub(super) fn collect() -> Result<Inventory, CollectError> {
    Err(CollectError::Internal("this build has no demo: assets/demo/make.sh makes it".to_owned()))
}

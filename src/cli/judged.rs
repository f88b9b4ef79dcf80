//! What comes of judging a cluster, for whatever prints or keeps it.

use kassay_core::kinds::Inventory;
use kassay_core::report::Assessment;

/// One cluster with all that was judged of it.
pub struct Judged {
    /// The cluster.
    pub inventory: Inventory,
    /// What was judged, as a document.
    pub assessment: Assessment,
    /// The time judged by.
    pub now: jiff::Timestamp,
}

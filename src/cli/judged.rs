//! What comes of judging a cluster, for whatever prints or keeps it.

use super::{Failure, catalogue};
use crate::collect::judging_time;
use jiff::Timestamp;
use kassay_core::assess::assess;
use kassay_core::judging::Tables;
use kassay_core::kinds::Inventory;
use kassay_core::report::Assessment;
use kassay_core::workbook::accept::day_of;
use kassay_core::workbook::collection::cluster_key;
use kassay_core::workbook::{Seen, Workbook, propose, told};

/// One cluster with all that was judged of it.
pub struct Judged {
    /// The cluster.
    pub inventory: Inventory,
    /// What was judged, as a document.
    pub assessment: Assessment,
    /// The time judged by.
    pub now: Timestamp,
}

/// Judges a cluster in the scope of a workbook, with its answers. The name is the one under which it would stand there.
pub fn judged(
    mut inventory: Inventory,
    name: &str,
    workbook: &Workbook,
    tables: &Tables,
    version_told: bool,
    asked: Option<Timestamp>,
) -> Result<Judged, Failure> {
    let key = cluster_key(workbook, &inventory.cluster.uid, name);
    // What is told now goes before what was told once.
    if !version_told && let Some(told) = told::with(&inventory.cluster, workbook.told_version(&key)) {
        inventory.cluster = told;
    }
    let now = judging_time(&inventory, asked, Timestamp::now());
    let outcomes = assess(&inventory, &workbook.scope, now, tables);
    let guidance = catalogue::guidance()?;
    let seen = Seen { cluster: &key, distribution: &inventory.cluster.distribution, outcomes: &outcomes };
    let proposals = propose(guidance, workbook, &seen, day_of(now));
    let assessment = Assessment::new(&inventory, outcomes, proposals, guidance, now).in_scope(&inventory, &workbook.scope);
    Ok(Judged { inventory, assessment, now })
}

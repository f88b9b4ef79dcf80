//! What is compared: one side of it, with its clusters.

use crate::assess::CheckOutcome;
use crate::kinds::Inventory;
use crate::model::Scope;
use crate::workbook::{ClusterRecord, OutcomeRecord, Workbook};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// One side: an assessment, or a snapshot.
#[derive(Clone, Debug)]
pub struct Side<'a> {
    /// Digest of the catalogue that it was judged by.
    pub catalogue: String,
    /// The scope in which it was judged.
    pub scope: Cow<'a, Scope>,
    /// What people wrote; none for a snapshot.
    pub workbook: Option<&'a Workbook>,
    /// Its clusters.
    pub clusters: Vec<ClusterSide<'a>>,
}

/// A cluster of one side.
#[derive(Clone, Debug, Default)]
pub struct ClusterSide<'a> {
    /// Its name.
    pub name: String,
    /// UID of kube-system; "" where it is not known.
    pub uid: String,
    /// Address.
    pub server: String,
    /// Version.
    pub version: String,
    /// Distribution.
    pub distribution: String,
    /// Nodes.
    pub nodes: usize,
    /// Kinds that were not read, with the server's words.
    pub not_read: BTreeMap<String, String>,
    /// Why the last try to read it failed; what stands here is from the reading before.
    pub failed: Option<String>,
    /// What the checks say.
    pub outcomes: Cow<'a, [CheckOutcome]>,
    /// Why its findings are not known; none where they stand in the outcomes.
    pub findings_missing: Option<String>,
}

impl<'a> ClusterSide<'a> {
    /// A cluster as a workbook keeps it, with its outcomes as they were kept, or why they can't be had.
    #[must_use]
    pub fn kept(workbook: &Workbook, record: &ClusterRecord, outcomes: Result<&'a [CheckOutcome], String>) -> Self {
        let (outcomes, findings_missing) = match outcomes {
            Ok(outcomes) => (Cow::Borrowed(outcomes), None),
            // The outcomes themselves stand in the workbook.
            Err(why) => {
                let records = workbook.outcomes.iter().filter(|o| o.cluster == record.key);
                (Cow::Owned(records.map(OutcomeRecord::without_findings).collect()), Some(why))
            }
        };
        Self {
            name: record.key.clone(),
            uid: record.uid.clone(),
            server: record.server.clone(),
            version: record.version.clone(),
            distribution: record.distribution.clone(),
            nodes: record.nodes,
            not_read: record.not_read.clone(),
            failed: record.failed.as_ref().map(|failed| failed.why.clone()),
            outcomes,
            findings_missing,
        }
    }

    /// A cluster that was read, with what is not to be read of it.
    #[must_use]
    pub fn read(name: &str, inventory: &Inventory, not_read: BTreeMap<String, String>, outcomes: &'a [CheckOutcome]) -> Self {
        let cluster = &inventory.cluster;
        Self {
            name: name.to_owned(),
            uid: cluster.uid.clone(),
            server: cluster.server.clone(),
            version: cluster.told_version().to_owned(),
            distribution: cluster.distribution.clone(),
            nodes: inventory.nodes.len(),
            not_read,
            failed: None,
            outcomes: Cow::Borrowed(outcomes),
            findings_missing: None,
        }
    }
}

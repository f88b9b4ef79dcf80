//! Two sides compared: assessments, or readings of one cluster. What one side could not see is never told as new or gone: checks that only
//! one knows, kinds that only one could read, blocked checks, findings that another scope puts elsewhere, clusters that only one has.

mod book;
mod cluster;
mod document;
mod entry;
mod findings;
mod side;

pub use cluster::readings;
pub use document::{Document, FORMAT};
pub use entry::{Class, Entry, Topic, count};
pub use side::{ClusterSide, Side};

/// Everything in which two sides differ, in the order in which it is told.
#[must_use]
pub fn compare(a: &Side<'_>, b: &Side<'_>) -> Vec<Entry> {
    let mut entries = book::entries(a, b);
    entries.extend(cluster::entries(a, b));
    // Within a topic the order is that of the catalogue and of the clusters.
    entries.sort_by_key(|entry| (entry.topic, entry.class));
    entries
}

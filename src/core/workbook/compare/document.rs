//! What `kassay diff -o json` prints.

use super::entry::{Class, Entry};
use super::side::Side;
use serde::Serialize;
use std::collections::BTreeMap;

/// Name of the format.
pub const FORMAT: &str = "kassay/diff/v1";

/// Two sides and everything in which they differ.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    format: &'static str,
    a: SideRow<'a>,
    b: SideRow<'a>,
    equal: bool,
    counts: BTreeMap<Class, usize>,
    entries: &'a [Entry],
}

#[derive(Debug, Serialize)]
struct SideRow<'a> {
    path: &'a str,
    catalogue: &'a str,
    clusters: Vec<ClusterRow<'a>>,
}

#[derive(Debug, Serialize)]
struct ClusterRow<'a> {
    name: &'a str,
    uid: &'a str,
    server: &'a str,
    version: &'a str,
}

impl<'a> Document<'a> {
    /// The document of a comparison; each side with where it is from.
    #[must_use]
    pub fn new(a: (&'a str, &'a Side<'_>), b: (&'a str, &'a Side<'_>), entries: &'a [Entry]) -> Self {
        let row = |(path, side): (&'a str, &'a Side<'_>)| SideRow {
            path,
            catalogue: &side.catalogue,
            clusters: side
                .clusters
                .iter()
                .map(|c| ClusterRow { name: &c.name, uid: &c.uid, server: &c.server, version: &c.version })
                .collect(),
        };
        let mut counts: BTreeMap<Class, usize> = Class::ALL.into_iter().map(|class| (class, 0)).collect();
        for entry in entries {
            *counts.entry(entry.class).or_default() += 1;
        }
        Self { format: FORMAT, a: row(a), b: row(b), equal: entries.is_empty(), counts, entries }
    }
}

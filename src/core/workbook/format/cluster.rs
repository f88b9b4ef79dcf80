//! The tables `[[cluster]]`, `[cluster.reached]`, `[cluster.failed]` and `[cluster.before]`.

use crate::kinds::UserName;
use crate::workbook::moment::Moment;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A cluster as it was collected last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterRecord {
    /// Its name in this workbook: `prod-eu`.
    pub key: String,
    /// UID of kube-system.
    #[serde(default)]
    pub uid: String,
    /// Address.
    #[serde(default)]
    pub server: String,
    /// Version.
    #[serde(default)]
    pub version: String,
    /// Distribution.
    #[serde(default)]
    pub distribution: String,
    /// Nodes.
    #[serde(default)]
    pub nodes: usize,
    /// The user that read it; none where that is not known, which stands as "".
    #[serde(default, with = "crate::kinds::caller::told")]
    pub identity: Option<UserName>,
    /// When it was collected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collected_at: Option<Moment>,
    /// The time judged by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessed_at: Option<Moment>,
    /// SHA-256 of its snapshot, the file `snapshots/<digest>.kassay.gz`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub snapshot: String,
    /// SHA-256 of the file with all outcomes and findings, `findings/<digest>.json`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub findings: String,
    /// How it was reached, to collect it again: `context prod-eu`, `demo`, `files`, `snapshot oci://…@sha256:…`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Who said that the files it was read from are the whole cluster; none where nobody did, and for a live cluster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_complete: Option<String>,
    /// All that it takes to reach it in the same way again; nothing where that was not kept, or can't be repeated.
    #[serde(default, skip_serializing_if = "Reached::is_unknown")]
    pub reached: Reached,
    /// Kinds that were refused, missing or cut short, with the server's words.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub not_read: BTreeMap<String, String>,
    /// How many sensitive values were met and not kept.
    #[serde(default)]
    pub redactions: usize,
    /// The last try to read it, where that failed; what stands above is from the reading before, or empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<ReadFailure>,
    /// The reading before the one that stands above, to tell what is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<ReadBefore>,
}

impl ClusterRecord {
    /// Whether it was read once; one that only ever failed, and one that comes from last year, was not.
    #[must_use]
    pub const fn was_read(&self) -> bool {
        self.assessed_at.is_some() || self.collected_at.is_some()
    }
}

/// The reading before the last one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadBefore {
    /// SHA-256 of the file with all that was found then, `findings/<digest>.json`.
    pub findings: String,
    /// When the cluster was collected then, or judged where that is not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Moment>,
}

/// A try to read a cluster that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadFailure {
    /// When.
    pub at: Moment,
    /// Why.
    pub why: String,
}

/// How a cluster was reached: a context with what kubectl's flags would say, or files. It names credentials, and holds none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reached {
    /// The kubeconfig, where it was not the usual one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub kubeconfig: String,
    /// The context.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub context: String,
    /// User that was impersonated.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub as_user: String,
    /// Groups that were impersonated.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub as_groups: Vec<String>,
    /// Longest time for one request in seconds, where it was not the usual one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_timeout: Option<u32>,
    /// Longest time for a whole reading in seconds, where it was not the usual one; 0 for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_timeout: Option<u32>,
    /// Files and folders, each from the root.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

impl ClusterRecord {
    /// A cluster of that name of which nothing was read yet.
    #[must_use]
    pub fn unread(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            uid: String::new(),
            server: String::new(),
            version: String::new(),
            distribution: String::new(),
            nodes: 0,
            identity: None,
            collected_at: None,
            assessed_at: None,
            snapshot: String::new(),
            findings: String::new(),
            source: String::new(),
            declared_complete: None,
            reached: Reached::default(),
            not_read: BTreeMap::new(),
            redactions: 0,
            failed: None,
            before: None,
        }
    }
}

impl Reached {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

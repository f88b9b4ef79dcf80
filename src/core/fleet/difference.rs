//! Something in which clusters differ, as it is told.

use super::fact::Topic;
use serde::Serialize;

/// Something in which clusters differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What it is about.
    pub topic: Topic,
    /// The check of findings, the resource of policies; "" elsewhere.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub of: String,
    /// The rule of findings, where their check has several.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub rule: String,
    /// What differs: checks, objects, kinds, names. All that clusters share in the same way is told together. A `*` stands for what machines make up.
    pub what: Vec<String>,
    /// What holds where; what holds on the most clusters is first.
    pub values: Vec<Held>,
    /// Clusters that are unlike most; none where no value holds on more than half.
    pub apart: Vec<String>,
    /// Clusters on which it could not be seen, and which are not compared in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unseen: Vec<String>,
}

/// What holds on some clusters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Held {
    /// What.
    pub value: String,
    /// On which.
    pub clusters: Vec<String>,
}

/// A cluster that stands alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Apart {
    /// Which.
    pub cluster: String,
    /// In how many differences.
    pub alone: usize,
}

impl Difference {
    /// The one cluster that is unlike all others, where it is one.
    #[must_use]
    pub fn alone(&self) -> Option<&str> {
        match self.apart.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// What holds on most clusters; nothing where no value does.
    #[must_use]
    pub fn usual(&self) -> Option<&Held> {
        if self.apart.is_empty() { None } else { self.values.first() }
    }

    /// What holds on a cluster; nothing where it could not be seen.
    #[must_use]
    pub fn on(&self, cluster: &str) -> Option<&str> {
        self.values.iter().find(|held| held.clusters.iter().any(|name| name == cluster)).map(|held| held.value.as_str())
    }

    /// Whose it is, in words: `3.1/baseline hostPathVolumes`.
    #[must_use]
    pub fn whose(&self) -> String {
        [self.of.as_str(), self.rule.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

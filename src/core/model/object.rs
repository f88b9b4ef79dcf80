//! How one object of a cluster is named in findings: group, kind, namespace, name.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A reference to an object. Cluster-scoped objects have an empty namespace, the core group an empty group.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct ObjectRef {
    /// API group, "" for the core group.
    pub group: String,
    /// Kind, as in manifests: `Deployment`.
    pub kind: String,
    /// Namespace, "" where the object is cluster-scoped.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl ObjectRef {
    /// A reference from its four parts.
    pub fn new(group: &str, kind: &str, namespace: &str, name: &str) -> Self {
        Self { group: group.into(), kind: kind.into(), namespace: namespace.into(), name: name.into() }
    }

    /// A namespace by its name.
    #[must_use]
    pub fn of_namespace(name: &str) -> Self {
        Self::new("", "Namespace", "", name)
    }

    /// A node by its name.
    #[must_use]
    pub fn of_node(name: &str) -> Self {
        Self::new("", "Node", "", name)
    }

    /// The part after the kind: `namespace/name`, or the name alone.
    #[must_use]
    pub fn path(&self) -> String {
        if self.namespace.is_empty() { self.name.clone() } else { format!("{}/{}", self.namespace, self.name) }
    }
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Where not even a name is known, the kind alone is told.
        if self.name.is_empty() { f.write_str(&self.kind) } else { write!(f, "{} {}", self.kind, self.path()) }
    }
}

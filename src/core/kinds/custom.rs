//! Objects of add-ons: their name, labels, and the few parts that some check reads.

use super::meta::Meta;
use crate::model::kind::Keep;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An object of which only chosen parts are kept, by JSON pointer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Custom {
    /// Metadata.
    pub metadata: Meta,
    /// The kept parts by their JSON pointer.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, serde_json::Value>,
}

impl Custom {
    /// Takes from a whole object what its kind keeps.
    ///
    /// # Errors
    /// Where its metadata has not the shape of metadata.
    pub fn from_object(object: &serde_json::Value, keep: Keep) -> Result<Self, serde_json::Error> {
        if object.get("parts").is_some() && object.get("apiVersion").is_none() {
            return serde_json::from_value(object.clone());
        }
        let metadata = serde_json::from_value(object.get("metadata").cloned().unwrap_or_default())?;
        let parts = match keep {
            Keep::Parts(pointers) => pointers.iter().filter_map(|p| Some(((*p).to_owned(), object.pointer(p)?.clone()))).collect(),
            Keep::Typed | Keep::Rows => BTreeMap::new(),
        };
        Ok(Self { metadata, parts })
    }
}

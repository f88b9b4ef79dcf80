//! What is read of a Secret itself, and of its metadata: name, labels, time, type and number of keys.

use super::config::SecretRow;
use super::given::Given;
use super::meta::Meta;
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};

/// Labels and time of creation by namespace and name.
pub(super) type Metadata = HashMap<(String, String), (BTreeMap<String, String>, Option<Timestamp>)>;

/// Metadata without its annotations: they are not even parsed.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Labelled {
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) labels: BTreeMap<String, String>,
    pub(super) creation_timestamp: Option<Timestamp>,
}

/// A Secret from a file: its values are counted and dropped, its annotations are not read.
pub(super) fn row(object: Given<'_>) -> Result<SecretRow, serde_json::Error> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct RawSecret {
        metadata: Labelled,
        r#type: String,
        data: Option<BTreeMap<String, serde::de::IgnoredAny>>,
        #[serde(rename = "stringData")]
        string_data: Option<BTreeMap<String, serde::de::IgnoredAny>>,
        keys: Option<u32>,
    }
    let raw: RawSecret = object.read()?;
    let counted = raw.data.map_or(0, |d| d.len()) + raw.string_data.map_or(0, |d| d.len());
    let keys = raw.keys.unwrap_or_else(|| u32::try_from(counted).unwrap_or(u32::MAX));
    let r#type = if raw.r#type.is_empty() { "Opaque".to_owned() } else { raw.r#type };
    let Labelled { name, namespace, labels, creation_timestamp } = raw.metadata;
    Ok(SecretRow { metadata: Meta { name, namespace, labels: labels.into(), creation_timestamp, ..Meta::default() }, r#type, keys })
}

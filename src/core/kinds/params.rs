//! Objects from which policies take their parameters. Their kind is named by the policy (`paramKind`), and each cluster may have its own, so they are kept
//! whole, behind the gate like everything else. One in which something was taken out is not what somebody wrote, and says so.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The objects of one kind that some policy takes parameters from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Params {
    /// Group and version, as the policy names them.
    pub api_version: String,
    /// Kind.
    pub kind: String,
    /// Whether they are in namespaces.
    pub namespaced: bool,
    /// Why not all of them were read; none where they were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
    /// The objects, each without what managers keep in its metadata.
    pub objects: Vec<Value>,
    /// Whether something was taken out of one of them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub altered: bool,
}

/// Objects of files that may turn out to be parameters.
#[derive(Default)]
pub(super) struct Candidates {
    pub(super) found: Vec<(String, String, Value, bool)>,
    bytes: usize,
    /// More came than may be kept.
    pub(super) overflowed: bool,
}

/// Most of an object that may be parameters, and of all of them.
const LARGEST: usize = 64 << 10;
const MOST: usize = 16 << 20;

impl Candidates {
    /// Keeps an object until all policies are known. It passed the gate already, which may have altered it.
    pub(super) fn keep(&mut self, api_version: &str, kind: &str, json: &str, altered: bool) {
        if json.len() > LARGEST || self.bytes + json.len() > MOST {
            self.overflowed = true;
            return;
        }
        let Ok(object) = serde_json::from_str::<Value>(json) else { return };
        self.bytes += json.len();
        self.found.push((api_version.to_owned(), kind.to_owned(), slimmed(object), altered));
    }
}

/// An object without what managers keep in its metadata, and without what is reported of it.
pub(super) fn slimmed(mut object: Value) -> Value {
    let kept = |metadata: &Value| {
        let fields = ["name", "namespace", "labels"].into_iter().filter_map(|name| Some((name.to_owned(), metadata.get(name)?.clone())));
        Value::Object(fields.collect())
    };
    let metadata = object.get("metadata").map(kept).unwrap_or_else(|| json!({}));
    if let Some(fields) = object.as_object_mut() {
        fields.insert("metadata".to_owned(), metadata);
        fields.remove("status");
    }
    object
}

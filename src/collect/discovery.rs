//! Which API groups a server serves, in which versions, and which of them do not answer.

use serde_json::Value;
use std::collections::BTreeMap;

/// Groups with their versions from an `APIGroupList`.
pub(super) fn groups_of(list: &Value) -> BTreeMap<String, Vec<String>> {
    let entries = list.get("groups").and_then(Value::as_array).into_iter().flatten();
    entries
        .filter_map(|group| {
            let versions = group.get("versions")?.as_array()?.iter().filter_map(|v| Some(v.get("version")?.as_str()?.to_owned())).collect();
            Some((group.get("name")?.as_str()?.to_owned(), versions))
        })
        .collect()
}

//! Objects of add-ons: their name, labels, and the few parts that some check reads; policies whole.

use super::meta::Meta;
use crate::model::{Kind, kind::Keep};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// An object of which only chosen parts are kept, by JSON pointer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Custom {
    /// Metadata.
    pub metadata: Meta,
    /// The kept parts by their JSON pointer.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub parts: BTreeMap<String, Value>,
    /// All of it but its metadata, where its kind is kept whole ([`Keep::Whole`]).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub whole: Option<Value>,
}

impl Custom {
    /// Takes from a whole object what its kind keeps.
    ///
    /// # Errors
    /// Where its metadata has not the shape of metadata.
    pub fn from_object(object: &Value, kind: Kind) -> Result<Self, serde_json::Error> {
        if (object.get("parts").is_some() || object.get("whole").is_some()) && object.get("apiVersion").is_none() {
            return serde_json::from_value(object.clone());
        }
        Self::parts_of(object, kind.keep())
    }

    fn parts_of(object: &Value, keep: Keep) -> Result<Self, serde_json::Error> {
        let metadata = serde_json::from_value(object.get("metadata").cloned().unwrap_or_default())?;
        let parts = match keep {
            Keep::Parts(pointers) => pointers.iter().filter_map(|p| Some(((*p).to_owned(), part(object, p)?))).collect(),
            Keep::Typed | Keep::Rows | Keep::Templates | Keep::Whole | Keep::WholeWithStatus => BTreeMap::new(),
        };
        let left_out: &[&str] = if keep == Keep::WholeWithStatus { &["metadata"] } else { &["metadata", "status"] };
        let whole = matches!(keep, Keep::Whole | Keep::WholeWithStatus).then(|| {
            let fields = object.as_object().into_iter().flatten().filter(|(name, _)| !left_out.contains(&name.as_str()));
            fields.map(|(name, field)| (name.clone(), field.clone())).collect()
        });
        Ok(Self { metadata, parts, whole })
    }

    /// Whether something was taken out of it below its metadata, so that what is left is not what somebody wrote.
    #[must_use]
    pub fn is_altered(&self) -> bool {
        self.metadata.redacted.iter().any(|redaction| !["metadata", "status"].iter().any(|part| redaction.field.starts_with(part)))
    }

    /// The object as far as it was kept, each part in its place.
    ///
    /// # Errors
    /// Where the metadata can't be written as JSON.
    pub fn rebuilt(&self) -> Result<Value, serde_json::Error> {
        let mut object = self.whole.clone().filter(Value::is_object).unwrap_or_else(|| json!({}));
        object["metadata"] = serde_json::to_value(&self.metadata)?;
        self.parts.iter().for_each(|(pointer, part)| place(&mut object, pointer, part));
        Ok(object)
    }
}

/// Empties what Cilium's policies say of requests (`toPorts[].rules`): headers may hold tokens, and that such rules are there is enough.
pub(super) fn without_requests(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::Object(rules) if name == "rules" => rules.values_mut().for_each(|rules| *rules = Value::Null),
                    field => without_requests(field),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(without_requests),
        _ => {}
    }
}

/// What stands under a pointer. With `*` for the items of a list it is the list of what stands below each, null where there is nothing, so
/// that several such parts of one list keep their order.
fn part(object: &Value, pointer: &str) -> Option<Value> {
    let Some((list, below)) = pointer.split_once("/*") else { return object.pointer(pointer).cloned() };
    let items = object.pointer(list)?.as_array()?;
    Some(items.iter().map(|item| part(item, below).unwrap_or_default()).collect())
}

/// Puts a part back where it stood: the opposite of `part`.
fn place(into: &mut Value, pointer: &str, part: &Value) {
    let Some(path) = pointer.strip_prefix('/') else {
        *into = part.clone();
        return;
    };
    let (name, below) = path.find('/').map_or((path, ""), |end| path.split_at(end));
    match (name, part) {
        // Nothing stood there.
        (_, Value::Null) => {}
        ("*", Value::Array(parts)) => {
            if !into.is_array() {
                *into = json!([]);
            }
            let Value::Array(items) = into else { return };
            items.resize(items.len().max(parts.len()), Value::Null);
            items.iter_mut().zip(parts).for_each(|(item, part)| place(item, below, part));
        }
        _ => {
            if !into.is_object() {
                *into = json!({});
            }
            let Value::Object(fields) = into else { return };
            place(fields.entry(name.replace("~1", "/").replace("~0", "~")).or_insert(Value::Null), below, part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_on_requests_are_emptied() {
        let http = serde_json::json!({"http": [{"headers": ["Authorization: Bearer abc"]}]});
        let mut object = serde_json::json!({"spec": {"ingress": [{"toPorts": [{"ports": [{"port": "80"}], "rules": http}]}]}});
        without_requests(&mut object);
        let told = serde_json::json!({"spec": {"ingress": [{"toPorts": [{"ports": [{"port": "80"}], "rules": {"http": null}}]}]}});
        assert_eq!(object, told);
    }

    #[test]
    fn what_was_kept_stands_in_its_place() {
        let listeners = json!([{"name": "http", "port": 80, "tls": {"key": "x"}}, {"port": 443, "hosts": [{"name": "a"}, {"other": 1}]}]);
        let object = json!({"metadata": {"name": "edge"}, "spec": {"class": "c", "listeners": listeners}, "status": {"a/b": 1}});
        const KEEP: &[&str] = &[
            "/spec/class",
            "/spec/listeners/*/name",
            "/spec/listeners/*/port",
            "/spec/listeners/*/hosts/*/name",
            "/spec/none",
            "/status/a~1b",
        ];
        let custom = Custom::parts_of(&object, Keep::Parts(KEEP)).unwrap_or_default();
        let listeners = json!([{"name": "http", "port": 80}, {"port": 443, "hosts": [{"name": "a"}, null]}]);
        let told = json!({"metadata": {"name": "edge"}, "spec": {"class": "c", "listeners": listeners}, "status": {"a/b": 1}});
        assert_eq!(custom.rebuilt().ok(), Some(told));
    }

    #[test]
    fn a_star_keeps_the_order_of_the_list() {
        let object = serde_json::json!({"spec": {"rules": [{"a": 1, "secret": "x"}, {"b": 2}, {"a": {"c": 3}}]}});
        assert_eq!(part(&object, "/spec/rules/*/a"), Some(serde_json::json!([1, null, {"c": 3}])));
        assert_eq!(part(&object, "/spec/other/*/a"), None);
        assert_eq!(part(&object, "/spec/rules/1/b"), Some(serde_json::json!(2)));
    }
}

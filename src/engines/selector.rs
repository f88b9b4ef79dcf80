//! Selectors of labels, as the API server reads them.

use serde::Deserialize;
use std::collections::BTreeMap;

/// A label selector. An empty one selects everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Selector {
    /// Labels that must be there with these values.
    #[serde(deserialize_with = "or_default")]
    pub match_labels: BTreeMap<String, String>,
    /// Demands on labels.
    #[serde(deserialize_with = "or_default")]
    pub match_expressions: Vec<Requirement>,
}

/// One demand on a label.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// The label.
    pub key: String,
    /// `In`, `NotIn`, `Exists`, `DoesNotExist`.
    pub operator: String,
    /// Values; none for the last two.
    #[serde(default, deserialize_with = "or_default")]
    pub values: Vec<String>,
}

impl Selector {
    /// Whether it selects an object with these labels; none where an operator is not one of the API's or has the wrong number of values, which is an
    /// error there.
    #[must_use]
    pub fn selects(&self, labels: &BTreeMap<String, String>) -> Option<bool> {
        let mut all = self.match_labels.iter().all(|(key, value)| labels.get(key) == Some(value));
        for demand in &self.match_expressions {
            let value = labels.get(&demand.key);
            let among = value.is_some_and(|value| demand.values.contains(value));
            all &= match (demand.operator.as_str(), demand.values.is_empty()) {
                ("In", false) => among,
                ("NotIn", false) => !among,
                ("Exists", true) => value.is_some(),
                ("DoesNotExist", true) => value.is_none(),
                _ => return None,
            };
        }
        Some(all)
    }

    /// Whether it selects everything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.match_labels.is_empty() && self.match_expressions.is_empty()
    }
}

/// Null stands for nothing, as everywhere in the API.
pub(crate) fn or_default<'de, D: serde::Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn selects(selector: serde_json::Value) -> Option<bool> {
        let labels = BTreeMap::from([("a".to_owned(), "1".to_owned()), ("b".to_owned(), String::new())]);
        serde_json::from_value::<Selector>(selector).ok()?.selects(&labels)
    }

    #[test]
    fn labels_are_selected_as_the_api_server_selects_them() {
        let one = |key: &str, operator: &str, values: &[&str]| {
            selects(json!({"matchExpressions": [{"key": key, "operator": operator, "values": values}]}))
        };
        assert_eq!((selects(json!({})), selects(json!({"matchLabels": null}))), (Some(true), Some(true)));
        assert_eq!(selects(json!({"matchLabels": {"a": "1", "b": ""}})), Some(true));
        assert_eq!(selects(json!({"matchLabels": {"a": "1", "c": ""}})), Some(false));
        assert_eq!((one("a", "In", &["0", "1"]), one("c", "In", &[""])), (Some(true), Some(false)));
        assert_eq!((one("a", "NotIn", &["1"]), one("c", "NotIn", &["1"])), (Some(false), Some(true)));
        assert_eq!((one("b", "Exists", &[]), one("c", "Exists", &[])), (Some(true), Some(false)));
        assert_eq!((one("b", "DoesNotExist", &[]), one("c", "DoesNotExist", &[])), (Some(false), Some(true)));
        assert_eq!((one("a", "In", &[]), one("a", "Exists", &["1"]), one("a", "Gt", &["0"])), (None, None, None));
        assert_eq!(selects(json!({"matchFields": []})), None);
    }
}

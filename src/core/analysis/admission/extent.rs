//! In which namespaces a policy holds: by name, by glob, by labels of the namespace, minus what it leaves out.

use crate::kinds::pod::Requirement;
use crate::kinds::rbac::LabelSelector;
use crate::model::text::glob;
use serde_json::Value;
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// Namespaces that satisfy all of its conditions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clause {
    /// Globs on the name; none for any.
    pub names: Vec<String>,
    /// Labels of the namespace.
    pub selector: Option<LabelSelector>,
}

/// Any of the included clauses, and none of the excluded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Where it holds.
    pub include: Vec<Clause>,
    /// Where it does not.
    pub exclude: Vec<Clause>,
}

impl Clause {
    /// Namespaces of these names or globs; none for any.
    pub(super) fn names(value: Option<&Value>) -> Self {
        Self { names: texts(value), selector: None }
    }

    /// Namespaces that a selector of the API selects; where there is none, any. One that can't be read selects none: a policy that is not
    /// understood guards nothing. Where namespaces are left out by it, [`Clause::is_read`] is to be asked too.
    pub(super) fn selected(value: Option<&Value>) -> Self {
        let none = || LabelSelector {
            match_expressions: vec![Requirement { operator: "In".to_owned(), ..Requirement::default() }],
            ..LabelSelector::default()
        };
        Self {
            names: vec![],
            selector: value.filter(|v| !v.is_null()).map(|v| serde_json::from_value(v.clone()).unwrap_or_else(|_| none())),
        }
    }

    /// Whether a selector, if there is one, can be read.
    pub(super) fn is_read(value: Option<&Value>) -> bool {
        value.is_none_or(|v| v.is_null() || serde_json::from_value::<LabelSelector>(v.clone()).is_ok())
    }

    pub(super) fn is_any(&self) -> bool {
        self.names.is_empty() && self.selector.is_none()
    }

    fn covers<'l>(&self, namespace: &str, labels: impl Fn() -> &'l BTreeMap<String, String>) -> bool {
        (self.names.is_empty() || self.names.iter().any(|pattern| glob(pattern, namespace)))
            && self.selector.as_ref().is_none_or(|selector| selector.matches(labels()))
    }
}

impl Extent {
    /// Every namespace.
    #[must_use]
    pub fn everywhere() -> Self {
        Self { include: vec![Clause::default()], exclude: vec![] }
    }

    /// One namespace alone.
    #[must_use]
    pub fn namespace(name: &str) -> Self {
        Self { include: vec![Clause { names: vec![name.to_owned()], selector: None }], exclude: vec![] }
    }

    /// Whether it holds in a namespace with these labels. The API server labels each namespace with its name; manifests may lack that.
    #[must_use]
    pub fn covers(&self, namespace: &str, labels: &BTreeMap<String, String>) -> bool {
        // Most clauses name their namespace, and in a large cluster each is asked about all: labels are put together where a selector reads them.
        let known = OnceCell::new();
        let labels = || known.get_or_init(|| with_name(namespace, labels));
        self.include.iter().any(|clause| clause.covers(namespace, labels))
            && !self.exclude.iter().any(|clause| clause.covers(namespace, labels))
    }
}

/// A namespace's labels with the one that the API server gives to each.
pub(super) fn with_name(namespace: &str, labels: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut labels = labels.clone();
    labels.insert("kubernetes.io/metadata.name".to_owned(), namespace.to_owned());
    labels
}

/// The texts of a list; empty where there is none.
pub(super) fn texts(value: Option<&Value>) -> Vec<String> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Whether a field is there and says something.
pub(super) fn has(value: &Value, field: &str) -> bool {
    match value.get(field) {
        None | Some(Value::Null) => false,
        Some(Value::Object(map)) => !map.is_empty(),
        Some(Value::Array(list)) => !list.is_empty(),
        Some(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_selector_that_can_t_be_read_selects_no_namespace() {
        let labels = BTreeMap::from([("team".to_owned(), "pay".to_owned())]);
        let covers = |value: Value| Clause::selected(Some(&value)).covers("pay", || &labels);
        assert!(covers(json!({"matchLabels": {"team": "pay"}})) && covers(json!({})) && covers(Value::Null));
        assert!(Clause::selected(None).covers("pay", || &labels));
        for odd in [json!({"matchLabels": {"team": 1}}), json!({"matchExpressions": "team"}), json!("team=pay")] {
            assert!(!covers(odd.clone()) && !Clause::is_read(Some(&odd)), "{odd}");
        }
    }
}

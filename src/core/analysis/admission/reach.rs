//! In which namespaces a policy holds: by name, by glob, by labels of the namespace, minus what it leaves out.

use crate::kinds::rbac::LabelSelector;
use crate::model::text::glob;
use serde_json::Value;
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
pub struct Reach {
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

    /// Namespaces that a selector of the API selects; where there is none, any.
    pub(super) fn selected(value: Option<&Value>) -> Self {
        Self { names: vec![], selector: value.filter(|v| !v.is_null()).and_then(|v| serde_json::from_value(v.clone()).ok()) }
    }

    pub(super) fn is_any(&self) -> bool {
        self.names.is_empty() && self.selector.is_none()
    }

    fn covers(&self, namespace: &str, labels: &BTreeMap<String, String>) -> bool {
        (self.names.is_empty() || self.names.iter().any(|pattern| glob(pattern, namespace)))
            && self.selector.as_ref().is_none_or(|selector| selector.matches(labels))
    }
}

impl Reach {
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
        let labels = with_name(namespace, labels);
        self.include.iter().any(|clause| clause.covers(namespace, &labels))
            && !self.exclude.iter().any(|clause| clause.covers(namespace, &labels))
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

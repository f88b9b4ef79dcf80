//! The assessor's scope: which namespaces and node pools belong to the cardholder data environment, and what else the checks are told.
//! It is the `[scope]` table of the workbook and a file of its own for unattended runs.

use super::{Category, text::glob};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Categories with their reasons, trusted registries, high-risk workloads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scope {
    /// Category of namespaces that no rule names.
    pub default: Category,
    /// Registries (with an optional path) from which images may come: `registry.acme.example/payments`.
    pub trusted_registries: Vec<String>,
    /// Workloads that need stronger isolation, as `namespace/Kind/name`.
    pub high_risk: Vec<String>,
    /// Rules for namespaces; the first that matches decides.
    pub namespace: Vec<NamespaceRule>,
    /// Rules for nodes; the first that matches decides.
    pub node_pool: Vec<NodePoolRule>,
}

impl Default for Scope {
    /// Everything that is not the platform's own is in the cardholder data environment, until the assessor says otherwise.
    fn default() -> Self {
        Self { default: Category::Cde, trusted_registries: vec![], high_risk: vec![], namespace: vec![], node_pool: vec![] }
    }
}

/// A category for the namespaces that match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamespaceRule {
    /// A glob on the name.
    #[serde(default, rename = "match", skip_serializing_if = "Option::is_none")]
    pub glob: Option<String>,
    /// Labels that the namespace must all have.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// The category.
    pub category: Category,
    /// Why, in the assessor's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// A category for the nodes that match.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NodePoolRule {
    /// Labels that the node must all have.
    pub labels: BTreeMap<String, String>,
    /// The category.
    pub category: Category,
    /// Why, in the assessor's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

impl Scope {
    /// The category of a namespace: an exact rule, then the first rule that speaks of less than all namespaces, then what the cluster itself shows
    /// (`own`: it is the platform's), then a rule for all of them, then the default. So what a person says of a namespace holds, and a wide glob
    /// such as `*` does not pull kube-system into the cardholder data environment.
    #[must_use]
    pub fn category(&self, name: &str, labels: &BTreeMap<String, String>, own: bool) -> Category {
        let told = self.rule(name, labels, own).map(|rule| rule.category);
        told.unwrap_or(if own { Category::Platform } else { self.default })
    }

    /// The rule that decides on a namespace: one with its very name before others, then the first that holds. None of those for all namespaces
    /// decides on the platform's.
    #[must_use]
    pub fn rule(&self, name: &str, labels: &BTreeMap<String, String>, own: bool) -> Option<&NamespaceRule> {
        let holding = || self.namespace.iter().filter(|rule| rule.holds(name, labels));
        holding().find(|rule| rule.glob.as_deref() == Some(name)).or_else(|| holding().find(|rule| !own || !rule.is_for_all()))
    }

    /// The category of a node, where a rule names its pool.
    #[must_use]
    pub fn node_category(&self, labels: &BTreeMap<String, String>) -> Option<Category> {
        self.node_pool.iter().find(|rule| contains(labels, &rule.labels)).map(|rule| rule.category)
    }

    /// Parses a scope file, or the `[scope]` table of a workbook inside one.
    ///
    /// # Errors
    /// Where the text is no TOML or says something that a scope can't; line and column are in the message.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        #[derive(Deserialize)]
        struct Wrapped {
            scope: Scope,
        }
        let table: toml::Table = text.parse()?;
        if table.contains_key("scope") { toml::from_str::<Wrapped>(text).map(|wrapped| wrapped.scope) } else { toml::from_str(text) }
    }
}

impl NamespaceRule {
    /// Whether the rule is for every namespace that there is.
    #[must_use]
    pub fn is_for_all(&self) -> bool {
        self.labels.is_empty() && self.glob.as_deref().is_some_and(|pattern| !pattern.is_empty() && pattern.chars().all(|c| c == '*'))
    }

    /// Whether the rule speaks of a namespace.
    #[must_use]
    pub fn holds(&self, name: &str, labels: &BTreeMap<String, String>) -> bool {
        // A rule that says nothing matches nothing: an empty table must not silently categorise the whole cluster.
        (self.glob.is_some() || !self.labels.is_empty())
            && self.glob.as_deref().is_none_or(|pattern| glob(pattern, name))
            && contains(labels, &self.labels)
    }
}

fn contains(labels: &BTreeMap<String, String>, wanted: &BTreeMap<String, String>) -> bool {
    wanted.iter().all(|(key, value)| labels.get(key) == Some(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_decides_and_platform_needs_its_name() {
        let scope = Scope::parse(
            "default = \"out_of_scope\"\n[[namespace]]\nmatch = \"*\"\nlabels = {team = \"pay\"}\ncategory = \"cde\"\n[[namespace]]\nmatch = \"kube-system\"\ncategory = \"connected\"\n",
        )
        .unwrap_or_default();
        let pay = BTreeMap::from([("team".to_owned(), "pay".to_owned())]);
        let none = BTreeMap::new();
        assert_eq!(scope.category("shop", &pay, false), Category::Cde);
        assert_eq!(scope.category("shop", &none, false), Category::OutOfScope);
        assert_eq!(scope.category("kube-public", &none, true), Category::Platform);
        assert_eq!(scope.category("kube-system", &none, true), Category::Connected);
    }

    #[test]
    fn what_a_person_says_of_a_namespace_wins_and_a_rule_for_all_is_not_about_the_platform() {
        let said =
            |rule: &str| Scope::parse(&format!("default = \"connected\"\n[[namespace]]\n{rule}\ncategory = \"cde\"")).unwrap_or_default();
        let labels = BTreeMap::from([("team".to_owned(), "pay".to_owned())]);
        let of = |rule: &str| said(rule).category("metallb-system", &labels, true);
        assert_eq!(of("match = \"metallb-*\""), Category::Cde);
        assert_eq!(of("match = \"*-system\""), Category::Cde);
        assert_eq!(of("labels = {team = \"pay\"}"), Category::Cde);
        assert_eq!(of("match = \"*\""), Category::Platform);
        assert_eq!(of("match = \"shop\""), Category::Platform);
        assert_eq!(said("match = \"shop\"").category("pay", &labels, false), Category::Connected);
    }

    #[test]
    fn unknown_words_are_refused() {
        assert!(Scope::parse("defualt = \"cde\"").is_err());
    }
}

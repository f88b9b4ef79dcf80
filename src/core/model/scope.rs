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

/// Namespaces that Kubernetes and its distributions make for themselves. `default` is not among them: people deploy there.
const PLATFORM: &[&str] = &[
    "kube-system",
    "kube-public",
    "kube-node-lease",
    "kube-flannel",
    "calico-system",
    "calico-apiserver",
    "tigera-operator",
    "cilium-secrets",
    "local-path-storage",
    "openshift",
    "openshift-*",
    "gke-*",
    "gmp-system",
    "gmp-public",
    "cattle-system",
    "cattle-fleet-system",
    "cattle-impersonation-system",
    "cattle-provisioning-capi-system",
    "fleet-local",
    "fleet-default",
    "amazon-guardduty",
    "amazon-cloudwatch",
    "azure-arc",
    "aks-command",
    "kwok-system",
    "metallb-system",
    "node-feature-discovery",
];

impl Scope {
    /// Whether a namespace is the cluster's own by its name.
    #[must_use]
    pub fn is_platform(name: &str) -> bool {
        PLATFORM.iter().any(|pattern| glob(pattern, name))
    }

    /// The category of a namespace: an exact rule, then the platform's own names, then the first matching rule, then the default.
    /// A wide glob such as `*` does not pull kube-system into the cardholder data environment; naming it does.
    #[must_use]
    pub fn category(&self, name: &str, labels: &BTreeMap<String, String>) -> Category {
        if let Some(rule) = self.namespace.iter().find(|rule| rule.glob.as_deref() == Some(name) && rule.holds(name, labels)) {
            return rule.category;
        }
        if Self::is_platform(name) {
            return Category::Platform;
        }
        self.namespace.iter().find(|rule| rule.holds(name, labels)).map_or(self.default, |rule| rule.category)
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
        assert_eq!(scope.category("shop", &pay), Category::Cde);
        assert_eq!(scope.category("shop", &BTreeMap::new()), Category::OutOfScope);
        assert_eq!(scope.category("kube-public", &pay), Category::Platform);
        assert_eq!(scope.category("kube-system", &pay), Category::Connected);
    }

    #[test]
    fn unknown_words_are_refused() {
        assert!(Scope::parse("defualt = \"cde\"").is_err());
    }
}

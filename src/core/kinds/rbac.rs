//! Roles, bindings and service accounts.

use super::{meta::Meta, pod::NamedRef, slim::slim};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

slim! {
    /// A Role or ClusterRole.
    struct Role {
        /// Metadata.
        metadata: Meta,
        /// Rules.
        rules: Vec<PolicyRule>,
        /// Which roles it gathers; only in ClusterRoles.
        aggregation_rule: Option<AggregationRule>,
    }

    /// A rule.
    struct PolicyRule {
        /// Verbs.
        verbs: Vec<String>,
        /// API groups.
        api_groups: Vec<String>,
        /// Resources, with sub-resources as `pods/exec`.
        resources: Vec<String>,
        /// Names, empty for all.
        resource_names: Vec<String>,
        /// Paths outside resources.
        #[serde(rename = "nonResourceURLs")]
        non_resource_urls: Vec<String>,
    }

    /// Which roles an aggregated role gathers.
    struct AggregationRule {
        /// Any of these selectors.
        cluster_role_selectors: Vec<LabelSelector>,
    }

    /// A label selector.
    struct LabelSelector {
        /// Labels that must be equal.
        match_labels: BTreeMap<String, String>,
        /// Further requirements.
        match_expressions: Vec<super::pod::Requirement>,
    }

    /// A RoleBinding or ClusterRoleBinding.
    struct Binding {
        /// Metadata.
        metadata: Meta,
        /// The role.
        role_ref: RoleRef,
        /// To whom.
        subjects: Vec<Subject>,
    }

    /// The role of a binding.
    struct RoleRef {
        /// `Role` or `ClusterRole`.
        kind: String,
        /// Name.
        name: String,
    }

    /// A subject of a binding.
    struct Subject {
        /// `User`, `Group`, `ServiceAccount`.
        kind: String,
        /// Name.
        name: String,
        /// Namespace of a service account.
        namespace: String,
    }

    /// A service account.
    struct ServiceAccount {
        /// Metadata.
        metadata: Meta,
        /// Whether its token is mounted where the pod says nothing.
        automount_service_account_token: Option<bool>,
        /// Secrets that belong to it.
        secrets: Vec<NamedRef>,
        /// Pull credentials.
        image_pull_secrets: Vec<NamedRef>,
    }
}

impl LabelSelector {
    /// Whether labels satisfy the selector (an empty one selects everything). An unknown operator selects nothing.
    #[must_use]
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        self.match_labels.iter().all(|(key, value)| labels.get(key) == Some(value))
            && self.match_expressions.iter().all(|r| r.matches(labels))
    }
}

impl super::pod::Requirement {
    /// Whether labels satisfy the requirement, as selectors and node affinity read it.
    #[must_use]
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        let value = labels.get(&self.key);
        let listed = |v: &String| self.values.iter().any(|wanted| wanted.as_str() == v);
        let number = |text: &str| text.parse::<i64>().ok();
        let compare = |holds: fn(i64, i64) -> bool| {
            value.and_then(|v| number(v)).zip(self.values.first().and_then(|v| number(v.as_str()))).is_some_and(|(a, b)| holds(a, b))
        };
        match self.operator.as_str() {
            "In" => value.is_some_and(listed),
            "NotIn" => !value.is_some_and(listed),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            "Gt" => compare(|a, b| a > b),
            "Lt" => compare(|a, b| a < b),
            _ => false,
        }
    }
}

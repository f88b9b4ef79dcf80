//! Audit policies of the API server: which requests are recorded, and how much of each. Fields and their names are those of `audit.k8s.io/v1`;
//! like the server, the reader passes over fields that it does not know, so that a misspelt one limits nothing here either.

use super::{Fault, list, text, yaml_fault};
use serde::{Deserialize, Serialize};

/// Rules above this are no policy that somebody wrote.
const MOST_RULES: usize = 1000;
/// The same for the users and groups that all rules name.
const MOST_NAMES: usize = 2000;

/// Levels of recording, least first.
pub(super) const LEVELS: [&str; 4] = ["None", "Metadata", "Request", "RequestResponse"];
const STAGES: [&str; 4] = ["RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"];

/// An audit policy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AuditPolicy {
    /// `audit.k8s.io/v1`.
    #[serde(deserialize_with = "text")]
    pub api_version: String,
    /// Stages of a request that no rule records.
    #[serde(deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    pub omit_stages: Vec<String>,
    /// Rules; the first that fits a request decides, and what none fits is not recorded.
    #[serde(deserialize_with = "list")]
    pub rules: Vec<AuditRule>,
}

/// A rule. A list that is empty limits nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AuditRule {
    /// `None`, `Metadata`, `Request` or `RequestResponse`.
    #[serde(deserialize_with = "text")]
    pub level: String,
    /// Names of users; there is no wildcard.
    #[serde(deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<String>,
    /// Groups of users; there is no wildcard.
    #[serde(deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    pub user_groups: Vec<String>,
    /// Verbs; there is no wildcard.
    #[serde(deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    pub verbs: Vec<String>,
    /// Resources by API group.
    #[serde(deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<GroupResources>,
    /// Namespaces; "" stands for what lives in none.
    #[serde(deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<String>,
    /// Paths that are no resources; a star may stand at the end.
    #[serde(rename = "nonResourceURLs", deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    pub non_resource_urls: Vec<String>,
    /// Stages that this rule does not record, besides the policy's own.
    #[serde(deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    pub omit_stages: Vec<String>,
}

/// Resources of one API group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct GroupResources {
    /// API group, "" for the core group, `*` for every group.
    #[serde(deserialize_with = "text")]
    pub group: String,
    /// `pods`, `pods/exec`, `pods/*`, `*/scale`, `*`; empty for all of the group.
    #[serde(deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// Names of objects.
    #[serde(deserialize_with = "list", skip_serializing_if = "Vec::is_empty")]
    pub resource_names: Vec<String>,
}

impl GroupResources {
    /// Whether it is about a group.
    #[must_use]
    pub fn covers(&self, group: &str) -> bool {
        self.group == "*" || self.group == group
    }
}

impl AuditRule {
    /// Whether it is limited to some requests only by who sends them.
    #[must_use]
    pub fn is_about_everything(&self) -> bool {
        self.verbs.is_empty() && self.resources.is_empty() && self.namespaces.is_empty() && self.non_resource_urls.is_empty()
    }
}

impl AuditPolicy {
    /// Why an API server of a minor version does not start with this policy; empty where it does. The rules are those of the server's own
    /// validation; without a version, of the newest that is known.
    #[must_use]
    pub fn faults(&self, minor: Option<u32>) -> Vec<String> {
        let mut faults = Vec::new();
        match self.api_version.as_str() {
            "audit.k8s.io/v1" => {}
            old => faults.push(format!("{old} is read by no API server since Kubernetes 1.24")),
        }
        if self.rules.is_empty() {
            faults.push("it has no rules".to_owned());
        }
        let stages = |stages: &[String], place: &str, faults: &mut Vec<String>| {
            faults.extend(
                stages.iter().filter(|s| !STAGES.contains(&s.as_str())).map(|s| format!("{place}omitStages: there is no stage “{s}”")),
            );
        };
        stages(&self.omit_stages, "", &mut faults);
        for (i, rule) in self.rules.iter().enumerate() {
            let place = format!("rules[{i}].");
            if !LEVELS.contains(&rule.level.as_str()) {
                faults.push(format!("{place}level: there is no level “{}”", rule.level));
            }
            stages(&rule.omit_stages, &place, &mut faults);
            if !rule.non_resource_urls.is_empty() && (!rule.resources.is_empty() || !rule.namespaces.is_empty()) {
                faults.push(format!("{place}nonResourceURLs: a rule is about resources or about other paths, never both"));
            }
            for url in rule.non_resource_urls.iter().filter(|url| *url != "*") {
                let star = url.strip_suffix('*').unwrap_or(url);
                if !url.starts_with('/') || star.contains('*') {
                    faults.push(format!("{place}nonResourceURLs: “{url}” begins with no slash, or has a star before its end"));
                }
            }
            for resources in &rule.resources {
                // A star is every group since 1.36, and was refused before.
                let every = resources.group == "*" && minor.is_none_or(|minor| minor >= 36);
                if !resources.group.is_empty() && !every && !is_group(&resources.group) {
                    faults.push(format!("{place}resources: “{}” is no API group", resources.group));
                }
                if !resources.resource_names.is_empty() && resources.resources.is_empty() {
                    faults.push(format!("{place}resources: names of objects without a resource"));
                }
            }
        }
        faults.into_iter().map(|fault| crate::model::text::clean(&fault)).collect()
    }

    fn checked(self) -> Result<Self, Fault> {
        let names: usize = self.rules.iter().map(|rule| rule.users.len() + rule.user_groups.len()).sum();
        if self.rules.len() > MOST_RULES || names > MOST_NAMES {
            return Err(Fault::Odd(format!("it has more than {MOST_RULES} rules, or names more than {MOST_NAMES} users")));
        }
        Ok(self)
    }
}

/// Whether a text may be the name of an API group: a DNS subdomain.
fn is_group(group: &str) -> bool {
    group.len() <= 253
        && group.split('.').all(|label| {
            let inner = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            !label.is_empty() && label.chars().all(inner) && !label.starts_with('-') && !label.ends_with('-')
        })
}

/// Reads a policy from one YAML document.
pub(super) fn from_yaml(document: &str) -> Result<AuditPolicy, Fault> {
    let mut options = serde_saphyr::Options::default();
    // A snippet would carry the file's own text into a message.
    options.with_snippet = false;
    let parsed: Result<AuditPolicy, _> = serde_saphyr::from_str_with_options(document, options);
    parsed.map_err(|error| yaml_fault(&error))?.checked()
}

/// Reads a policy from JSON.
pub(super) fn from_json(text: &str) -> Result<AuditPolicy, Fault> {
    serde_json::from_str::<AuditPolicy>(text)?.checked()
}

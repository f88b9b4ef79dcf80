//! What a policy of `kyverno.io` may say, as closed types: what is unknown here is not read.

use crate::selector::{Selector, or_default};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;

/// `spec` of a `ClusterPolicy` or `Policy`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Spec {
    /// Rules as they stand there; each is read by itself, and again for what Kyverno generates from it.
    #[serde(deserialize_with = "or_default")]
    pub rules: Vec<Value>,
    /// `All` or `One`.
    pub apply_rules: Option<String>,
    /// Old place.
    pub failure_policy: Option<String>,
    /// Old place.
    #[serde(deserialize_with = "or_default")]
    pub validation_failure_action: String,
    /// Old place.
    #[serde(deserialize_with = "or_default")]
    pub validation_failure_action_overrides: Vec<Override>,
    /// Warns where it only audits.
    pub emit_warning: Option<bool>,
    /// Whether it is asked in admission at all.
    pub admission: Option<bool>,
    /// Of no interest to admission.
    pub background: Option<bool>,
    /// Gone.
    pub schema_validation: Option<bool>,
    /// Old place.
    pub webhook_timeout_seconds: Option<i64>,
    /// Of mutation.
    pub mutate_existing_on_policy_update: Option<bool>,
    /// Of generation.
    pub generate_existing_on_policy_update: Option<bool>,
    /// Of generation.
    pub generate_existing: Option<bool>,
    /// Of generation.
    pub use_server_side_apply: Option<bool>,
    /// How its webhook is set up.
    pub webhook_configuration: Option<WebhookConfiguration>,
}

/// `webhookConfiguration`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct WebhookConfiguration {
    /// `Fail` or `Ignore`.
    pub failure_policy: Option<String>,
    /// Seconds.
    pub timeout_seconds: Option<i64>,
    /// Conditions in CEL.
    #[serde(deserialize_with = "or_default")]
    pub match_conditions: Vec<MatchCondition>,
}

/// A condition in CEL.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatchCondition {
    /// Its name.
    pub name: String,
    /// CEL.
    pub expression: String,
}

/// What counts instead of the action, in some namespaces.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Override {
    /// `Audit` or `Enforce`.
    #[serde(deserialize_with = "or_default")]
    pub action: String,
    /// Names with wildcards. An empty list that is written out is something else than none.
    pub namespaces: Option<Vec<String>>,
    /// By labels.
    pub namespace_selector: Option<Selector>,
}

/// One rule.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Variables.
    #[serde(default, deserialize_with = "or_default")]
    pub context: Vec<Entry>,
    /// Words for reports.
    #[serde(default)]
    pub report_properties: Option<Value>,
    /// What it is about.
    #[serde(rename = "match", default, deserialize_with = "or_default")]
    pub about: Choice,
    /// What it is not about.
    #[serde(default)]
    pub exclude: Option<Choice>,
    /// Where images stand in other kinds.
    #[serde(default)]
    pub image_extractors: Option<BTreeMap<String, Value>>,
    /// When it is asked.
    #[serde(default)]
    pub preconditions: Option<Conditions>,
    /// When it is asked, in CEL.
    #[serde(default, deserialize_with = "or_default")]
    pub cel_preconditions: Vec<MatchCondition>,
    /// It changes objects.
    #[serde(default)]
    pub mutate: Option<Value>,
    /// It judges objects.
    #[serde(default)]
    pub validate: Option<Validate>,
    /// It makes objects.
    #[serde(default)]
    pub generate: Option<Value>,
    /// It looks at images.
    #[serde(default, deserialize_with = "or_default")]
    pub verify_images: Vec<super::verify::VerifyImages>,
    /// Of mutation and generation.
    #[serde(default)]
    pub skip_background_requests: Option<bool>,
}

/// `match` or `exclude`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Choice {
    /// One of these.
    #[serde(deserialize_with = "or_default")]
    pub any: Vec<Filter>,
    /// All of these.
    #[serde(deserialize_with = "or_default")]
    pub all: Vec<Filter>,
    /// Old form.
    #[serde(deserialize_with = "or_default")]
    pub resources: Resources,
    /// Old form.
    #[serde(deserialize_with = "or_default")]
    pub roles: Vec<String>,
    /// Old form.
    #[serde(deserialize_with = "or_default")]
    pub cluster_roles: Vec<String>,
    /// Old form.
    #[serde(deserialize_with = "or_default")]
    pub subjects: Vec<Subject>,
}

/// Objects and users.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Filter {
    /// Objects.
    #[serde(deserialize_with = "or_default")]
    pub resources: Resources,
    /// Users by roles in a namespace.
    #[serde(deserialize_with = "or_default")]
    pub roles: Vec<String>,
    /// Users by roles in the cluster.
    #[serde(deserialize_with = "or_default")]
    pub cluster_roles: Vec<String>,
    /// Users by name and group.
    #[serde(deserialize_with = "or_default")]
    pub subjects: Vec<Subject>,
}

/// A user, a group or a service account.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Subject {
    /// `User`, `Group`, `ServiceAccount`.
    #[serde(deserialize_with = "or_default")]
    pub kind: String,
    /// Its API group.
    pub api_group: Option<String>,
    /// Its name.
    #[serde(deserialize_with = "or_default")]
    pub name: String,
    /// Of a service account.
    #[serde(deserialize_with = "or_default")]
    pub namespace: String,
}

/// Objects.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Resources {
    /// `Pod`, `apps/v1/Deployment`, `Pod/exec`.
    #[serde(deserialize_with = "or_default")]
    pub kinds: Vec<String>,
    /// With wildcards.
    #[serde(deserialize_with = "or_default")]
    pub name: String,
    /// With wildcards.
    #[serde(deserialize_with = "or_default")]
    pub names: Vec<String>,
    /// With wildcards.
    #[serde(deserialize_with = "or_default")]
    pub namespaces: Vec<String>,
    /// With wildcards in keys and values.
    pub annotations: Option<BTreeMap<String, String>>,
    /// By labels.
    pub selector: Option<Selector>,
    /// By labels of the namespace.
    pub namespace_selector: Option<Selector>,
    /// `CREATE`.
    #[serde(deserialize_with = "or_default")]
    pub operations: Vec<String>,
}

/// A variable.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// From a ConfigMap.
    #[serde(default)]
    pub config_map: Option<Value>,
    /// From the API or another server.
    #[serde(default)]
    pub api_call: Option<Value>,
    /// From a registry.
    #[serde(default)]
    pub image_registry: Option<Value>,
    /// From the request.
    #[serde(default)]
    pub variable: Option<Variable>,
    /// From a cache.
    #[serde(default)]
    pub global_reference: Option<Value>,
}

/// A variable by value or expression.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Variable {
    /// A value.
    #[serde(deserialize_with = "or_default")]
    pub value: Value,
    /// An expression on it, or on the request.
    #[serde(rename = "jmesPath", deserialize_with = "or_default")]
    pub jmes_path: String,
    /// What it is where the expression gives nothing.
    #[serde(deserialize_with = "or_default")]
    pub default: Value,
}

/// Conditions in either form.
#[derive(Clone, Debug)]
pub enum Conditions {
    /// Old form: all of these.
    List(Vec<Condition>),
    /// New form.
    AnyAll(AnyAll),
}

impl<'de> Deserialize<'de> for Conditions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        if value.is_array() {
            return Vec::deserialize(value).map(Self::List).map_err(serde::de::Error::custom);
        }
        AnyAll::deserialize(value).map(Self::AnyAll).map_err(serde::de::Error::custom)
    }
}

/// Conditions of which one, and of which all must hold.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AnyAll {
    /// One of these.
    pub any: Option<Vec<Condition>>,
    /// All of these.
    pub all: Option<Vec<Condition>>,
}

/// One condition.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Condition {
    /// What is compared.
    #[serde(deserialize_with = "or_default")]
    pub key: Value,
    /// How.
    #[serde(deserialize_with = "or_default")]
    pub operator: String,
    /// With what.
    #[serde(deserialize_with = "or_default")]
    pub value: Value,
    /// Words.
    pub message: Option<String>,
}

/// What a rule demands.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Validate {
    /// `Audit` or `Enforce`.
    pub failure_action: Option<String>,
    /// By namespace.
    #[serde(deserialize_with = "or_default")]
    pub failure_action_overrides: Vec<Override>,
    /// Whether what was wrong before may stay wrong.
    pub allow_existing_violations: Option<bool>,
    /// Words.
    pub message: Option<String>,
    /// Signed manifests.
    pub manifests: Option<Value>,
    /// For each item of lists.
    pub foreach: Option<Vec<ForEach>>,
    /// A pattern.
    #[serde(deserialize_with = "or_default")]
    pub pattern: Value,
    /// Patterns of which one must fit.
    #[serde(deserialize_with = "or_default")]
    pub any_pattern: Value,
    /// Conditions that refuse.
    pub deny: Option<Deny>,
    /// Pod Security Standards.
    pub pod_security: Option<PodSecurity>,
    /// CEL.
    pub cel: Option<Cel>,
    /// Assertion trees.
    pub assert: Option<Value>,
}

/// Conditions that refuse.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Deny {
    /// None at all refuse always.
    pub conditions: Option<Conditions>,
}

/// What is demanded of each item of a list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ForEach {
    /// An expression.
    #[serde(deserialize_with = "or_default")]
    pub list: String,
    /// Whether patterns are about the item.
    pub element_scope: Option<bool>,
    /// Variables.
    #[serde(deserialize_with = "or_default")]
    pub context: Vec<Entry>,
    /// When an item is judged.
    pub preconditions: Option<AnyAll>,
    /// A pattern.
    #[serde(deserialize_with = "or_default")]
    pub pattern: Value,
    /// Patterns of which one must fit.
    #[serde(deserialize_with = "or_default")]
    pub any_pattern: Value,
    /// Conditions that refuse.
    pub deny: Option<Deny>,
    /// Lists in the item.
    pub foreach: Option<Vec<Self>>,
}

/// Pod Security Standards.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PodSecurity {
    /// `baseline`, `restricted`.
    #[serde(deserialize_with = "or_default")]
    pub level: String,
    /// `latest`, `v1.24`.
    #[serde(deserialize_with = "or_default")]
    pub version: String,
    /// What is left out.
    #[serde(deserialize_with = "or_default")]
    pub exclude: Vec<Exclusion>,
}

/// A control that is left out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Exclusion {
    /// `Capabilities`.
    #[serde(deserialize_with = "or_default")]
    pub control_name: String,
    /// Containers with these images.
    #[serde(deserialize_with = "or_default")]
    pub images: Vec<String>,
    /// One field of it.
    #[serde(deserialize_with = "or_default")]
    pub restricted_field: String,
    /// With these values.
    #[serde(deserialize_with = "or_default")]
    pub values: Vec<String>,
}

/// CEL in a rule.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Cel {
    /// Whether a policy of the API server is made from it.
    pub generate: Option<bool>,
    /// What must hold.
    #[serde(deserialize_with = "or_default")]
    pub expressions: Vec<Expression>,
    /// The kind of its parameters.
    pub param_kind: Option<Value>,
    /// Which of them.
    pub param_ref: Option<Value>,
    /// Words for the audit log.
    #[serde(deserialize_with = "or_default")]
    pub audit_annotations: Vec<Value>,
    /// Variables.
    #[serde(deserialize_with = "or_default")]
    pub variables: Vec<MatchCondition>,
}

/// What must hold.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Expression {
    /// CEL.
    #[serde(deserialize_with = "or_default")]
    pub expression: String,
    /// Words.
    pub message: Option<String>,
    /// Words by CEL.
    pub message_expression: Option<String>,
    /// A word.
    pub reason: Option<String>,
}

/// A policy exception of `kyverno.io`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ExceptionSpec {
    /// Of no interest to admission.
    pub background: Option<bool>,
    /// What it is about.
    #[serde(rename = "match", deserialize_with = "or_default")]
    pub about: Choice,
    /// When.
    pub conditions: Option<AnyAll>,
    /// Of which rules.
    #[serde(deserialize_with = "or_default")]
    pub exceptions: Vec<ExceptedRules>,
    /// Controls of Pod Security alone.
    #[serde(deserialize_with = "or_default")]
    pub pod_security: Vec<Exclusion>,
}

/// Rules of a policy.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ExceptedRules {
    /// `name`, or `namespace/name`.
    #[serde(deserialize_with = "or_default")]
    pub policy_name: String,
    /// With wildcards.
    #[serde(deserialize_with = "or_default")]
    pub rule_names: Vec<String>,
}

//! What a ValidatingAdmissionPolicy and its bindings say. A field that is not known here makes the whole not evaluated.

use crate::matching::MatchResources;
use crate::selector::{Selector, or_default};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value as Json;

/// A ValidatingAdmissionPolicy.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Document {
    pub api_version: IgnoredAny,
    pub kind: IgnoredAny,
    #[serde(deserialize_with = "or_default")]
    pub metadata: Metadata,
    #[serde(deserialize_with = "or_default")]
    pub spec: Spec,
    pub status: IgnoredAny,
}

/// Its name; what else stands there is not looked at.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Metadata {
    #[serde(deserialize_with = "or_default")]
    pub name: String,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Spec {
    pub param_kind: Option<ParamKind>,
    #[serde(deserialize_with = "or_default")]
    pub match_constraints: MatchResources,
    #[serde(deserialize_with = "or_default")]
    pub validations: Vec<Validation>,
    pub failure_policy: Option<FailurePolicy>,
    #[serde(deserialize_with = "or_default")]
    pub audit_annotations: Vec<AuditAnnotation>,
    #[serde(deserialize_with = "or_default")]
    pub match_conditions: Vec<Named>,
    #[serde(deserialize_with = "or_default")]
    pub variables: Vec<Named>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ParamKind {
    pub api_version: String,
    pub kind: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum FailurePolicy {
    Fail,
    Ignore,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Validation {
    pub expression: String,
    #[serde(default, deserialize_with = "or_default")]
    pub message: String,
    #[serde(default, rename = "reason")]
    pub _reason: IgnoredAny,
    #[serde(default, deserialize_with = "or_default")]
    pub message_expression: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AuditAnnotation {
    pub key: String,
    pub value_expression: String,
}

/// A variable or a condition.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Named {
    pub name: String,
    pub expression: String,
}

/// A ValidatingAdmissionPolicyBinding.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct Binding {
    pub api_version: IgnoredAny,
    pub kind: IgnoredAny,
    #[serde(deserialize_with = "or_default")]
    pub metadata: Metadata,
    #[serde(deserialize_with = "or_default")]
    pub spec: BindingSpec,
    pub status: IgnoredAny,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct BindingSpec {
    #[serde(deserialize_with = "or_default")]
    pub policy_name: String,
    pub param_ref: Option<ParamRef>,
    /// None is about everything that the policy is about.
    #[serde(deserialize_with = "or_default")]
    pub match_resources: MatchResources,
    #[serde(deserialize_with = "or_default")]
    pub validation_actions: Vec<Action>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct ParamRef {
    #[serde(deserialize_with = "or_default")]
    pub name: String,
    #[serde(deserialize_with = "or_default")]
    pub namespace: String,
    pub selector: Option<Selector>,
    pub parameter_not_found_action: Option<NotFound>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum NotFound {
    Allow,
    Deny,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Action {
    Deny,
    Warn,
    Audit,
}

/// A part that is a list where it has to be an object: a list would be read as the fields of an object, one after the other.
pub(super) fn misshapen(value: &Json) -> Option<String> {
    const OBJECTS: [&str; 10] = [
        "metadata",
        "spec",
        "matchConstraints",
        "matchResources",
        "namespaceSelector",
        "objectSelector",
        "paramKind",
        "paramRef",
        "selector",
        "matchLabels",
    ];
    const LISTS: [&str; 7] =
        ["validations", "variables", "matchConditions", "auditAnnotations", "resourceRules", "excludeResourceRules", "matchExpressions"];
    let fields = value.as_object()?;
    fields.iter().find_map(|(name, part)| {
        let items = part.as_array();
        let wrong = match items {
            Some(_) if OBJECTS.contains(&name.as_str()) => true,
            Some(items) => LISTS.contains(&name.as_str()) && items.iter().any(|item| !item.is_object()),
            None => false,
        };
        if wrong {
            return Some(format!("{name} has another form"));
        }
        misshapen(part).or_else(|| items.into_iter().flatten().find_map(misshapen))
    })
}

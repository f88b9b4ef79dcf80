//! What rules of webhooks and of policies cover, as the API server matches them: a resource may be a star, and what stands behind a slash is the
//! sub-resource. `pods/*` covers pods themselves too, `*` covers pods and none of their sub-resources, `*/*` covers all.

use super::extent::{has, texts};
use crate::kinds::admission::WebhookRule;
use serde_json::Value;

/// One rule; a list that is not given at all leaves nothing out.
pub(super) struct Rule {
    groups: Option<Vec<String>>,
    versions: Option<Vec<String>>,
    resources: Vec<String>,
    operations: Vec<String>,
    scope: String,
    named: bool,
}

/// The request by which a container gets into a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Entrance {
    /// A pod is made.
    Pod,
    /// An ephemeral container is put into a pod that runs.
    Ephemeral,
}

impl Rule {
    pub(super) fn of_policy(rule: &Value) -> Self {
        let list = |key: &str| rule.get(key).map(|value| texts(Some(value)));
        Self {
            groups: list("apiGroups"),
            versions: list("apiVersions"),
            resources: texts(rule.get("resources")),
            operations: texts(rule.get("operations")),
            scope: rule.get("scope").and_then(Value::as_str).unwrap_or_default().to_owned(),
            named: has(rule, "resourceNames"),
        }
    }

    pub(super) fn of_webhook(rule: &WebhookRule) -> Self {
        Self {
            groups: Some(rule.api_groups.clone()),
            // The API demands versions; a manifest that lacks them is refused as a whole, and so tells nothing.
            versions: (!rule.api_versions.is_empty()).then(|| rule.api_versions.clone()),
            resources: rule.resources.clone(),
            operations: rule.operations.clone(),
            scope: rule.scope.as_str().to_owned(),
            named: false,
        }
    }

    /// Whether it is asked on each such request.
    pub(super) fn covers(&self, entrance: Entrance) -> bool {
        let (below, operation) = match entrance {
            Entrance::Pod => ("", "CREATE"),
            Entrance::Ephemeral => ("ephemeralcontainers", "UPDATE"),
        };
        let any = |list: &[String], wanted: &str| list.iter().any(|item| item == "*" || item == wanted);
        let resource = |entry: &String| {
            let (resource, sub) = entry.split_once('/').unwrap_or((entry, ""));
            matches!(resource, "pods" | "*") && (sub == "*" || sub == below)
        };
        // Names of single pods, and what is not in a namespace, leave out the pods that matter.
        !self.named
            && self.scope != "Cluster"
            && self.groups.as_deref().is_none_or(|list| any(list, ""))
            && self.versions.as_deref().is_none_or(|list| any(list, "v1"))
            && self.resources.iter().any(resource)
            && any(&self.operations, operation)
    }
}

/// Whether some rule of a list in a policy's constraints (`resourceRules`, `excludeResourceRules`) covers such requests.
pub(super) fn listed(constraints: Option<&Value>, list: &str, entrance: Entrance) -> bool {
    let rules = constraints.and_then(|c| c.get(list)).and_then(Value::as_array);
    rules.into_iter().flatten().any(|rule| Rule::of_policy(rule).covers(entrance))
}

/// Whether a policy's constraints are about such requests: a rule includes them, and none takes them out.
pub(super) fn asks(constraints: Option<&Value>, entrance: Entrance) -> bool {
    listed(constraints, "resourceRules", entrance) && !listed(constraints, "excludeResourceRules", entrance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn resources_are_matched_as_the_api_server_matches_them() {
        let covers = |resource: &str| {
            let rule = Rule::of_policy(&json!({"apiGroups": [""], "apiVersions": ["v1"], "resources": [resource], "operations": ["*"]}));
            (rule.covers(Entrance::Pod), rule.covers(Entrance::Ephemeral))
        };
        assert_eq!(covers("pods"), (true, false));
        assert_eq!(covers("pods/*"), (true, true));
        assert_eq!(covers("*"), (true, false));
        assert_eq!(covers("*/*"), (true, true));
        assert_eq!(covers("pods/ephemeralcontainers"), (false, true));
        assert_eq!(covers("*/ephemeralcontainers"), (false, true));
        assert_eq!((covers("pods/exec"), covers("deployments")), ((false, false), (false, false)));
    }

    #[test]
    fn what_is_taken_out_again_is_not_asked_about() {
        let rule = |resource: &str, operation: &str| json!([{"apiGroups": [""], "resources": [resource], "operations": [operation]}]);
        let asks =
            |include: Value, exclude: Value| asks(Some(&json!({"resourceRules": include, "excludeResourceRules": exclude})), Entrance::Pod);
        assert!(asks(rule("pods", "CREATE"), json!([])) && asks(rule("*", "*"), rule("secrets", "*")));
        assert!(!asks(rule("*", "*"), rule("pods", "CREATE")) && !asks(rule("pods", "UPDATE"), json!([])));
        assert!(!asks(json!([{"apiGroups": [""], "apiVersions": ["v2"], "resources": ["pods"], "operations": ["*"]}]), json!([])));
    }
}

//! The fields of webhooks, as their API documents them (`k8s.io/api/admissionregistration`). A webhook with any other is not understood: what it is asked
//! about with a part that nobody here knows is not known.

use super::strict::{Below, SELECTOR, unknown_fields};
use Below::{List, Object};
use serde_json::Value;

type Known = &'static [(&'static str, Below)];

/// Names of fields, with what may stand below those that are looked into.
macro_rules! known {
    (@) => { Below::Anything };
    (@ $below:expr) => { $below };
    ($($name:literal $(: $below:expr)?),* $(,)?) => { &[$(($name, known!(@ $($below)?))),*] };
}

/// The fields of one webhook that nobody here knows.
pub(super) fn unknown_of_webhook(webhook: &Value) -> Vec<String> {
    unknown_fields(webhook, WEBHOOK)
}

const WEBHOOK: Known = known![
    "admissionReviewVersions",
    "clientConfig": Object(known!["caBundle", "service": Object(known!["name", "namespace", "path", "port"]), "url"]),
    "failurePolicy",
    "matchConditions",
    "matchPolicy",
    "name",
    "namespaceSelector": Object(SELECTOR),
    "objectSelector",
    "reinvocationPolicy",
    "rules": List(RULE),
    "sideEffects",
    "timeoutSeconds",
];

/// What a webhook or a policy is asked about.
const RULE: Known = known!["apiGroups", "apiVersions", "operations", "resourceNames", "resources", "scope"];

//! Webhooks and aggregated APIs: what else decides on, or answers for, the API server.

use super::{guards, lenient::Scalar, meta::Meta, rbac::LabelSelector, slim::slim};
use serde::{Deserialize, Deserializer, Serialize, de::Error};

slim! {
    /// A ValidatingWebhookConfiguration or MutatingWebhookConfiguration.
    struct WebhookConfiguration {
        /// Metadata.
        metadata: Meta,
        /// Webhooks.
        #[serde(deserialize_with = "webhooks")]
        webhooks: Vec<Webhook>,
    }

    /// One webhook.
    struct Webhook {
        /// Name.
        name: String,
        /// Where it is.
        client_config: WebhookClient,
        /// `Fail` (default) or `Ignore`.
        failure_policy: String,
        /// What it is asked about.
        rules: Vec<WebhookRule>,
        /// In which namespaces.
        namespace_selector: LabelSelector,
        /// About which objects.
        object_selector: LabelSelector,
        /// Conditions in CEL, all of which a request must meet to be asked about.
        match_conditions: Vec<MatchCondition>,
        /// Fields that nobody here knows, by their paths: with any of them, what it is asked about is not known.
        unknown_fields: Vec<String>,
    }

    /// A condition of a webhook.
    struct MatchCondition {
        /// Name.
        name: String,
        /// Expression in CEL.
        expression: String,
    }

    /// Where a webhook is.
    struct WebhookClient {
        /// Address outside.
        url: Option<String>,
        /// Service inside.
        service: Option<ServiceRef>,
        /// Certificates that are trusted for it, PEM in base64.
        ca_bundle: String,
    }

    /// A reference to a Service.
    struct ServiceRef {
        /// Namespace.
        namespace: String,
        /// Name.
        name: String,
        /// Port.
        port: Option<u32>,
    }

    /// What a webhook is asked about.
    struct WebhookRule {
        /// Operations.
        operations: Vec<String>,
        /// Groups.
        api_groups: Vec<String>,
        /// Versions.
        api_versions: Vec<String>,
        /// Resources.
        resources: Vec<String>,
        /// Scope.
        scope: Scalar,
    }

    /// An APIService.
    struct ApiService {
        /// Metadata.
        metadata: Meta,
        /// Spec.
        spec: ApiServiceSpec,
        /// Status.
        status: ApiServiceStatus,
    }

    /// An aggregated API.
    struct ApiServiceSpec {
        /// Group.
        group: String,
        /// Version.
        version: String,
        /// Service that answers; none for what the API server answers itself.
        service: Option<ServiceRef>,
        /// Its certificate is not verified.
        #[serde(rename = "insecureSkipTLSVerify")]
        insecure_skip_tls_verify: bool,
        /// Certificates that are trusted for it, PEM in base64.
        ca_bundle: String,
    }

    /// Whether it answers.
    struct ApiServiceStatus {
        /// Conditions.
        conditions: Vec<super::node::Condition>,
    }
}

/// Reads webhooks, and which of their fields are not known.
fn webhooks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Webhook>, D::Error> {
    let list = Option::<Vec<serde_json::Value>>::deserialize(deserializer)?.unwrap_or_default();
    let read = |mut value: serde_json::Value| {
        // What a snapshot says of them stands there as a field of its own.
        let told = value.as_object_mut().and_then(|fields| fields.remove("unknownFields"));
        let mut unknown = guards::unknown_of_webhook(&value);
        unknown.extend(told.map(serde_json::from_value::<Vec<String>>).transpose()?.unwrap_or_default());
        Ok(Webhook { unknown_fields: unknown, ..serde_json::from_value(value)? })
    };
    list.into_iter().map(read).collect::<Result<_, serde_json::Error>>().map_err(D::Error::custom)
}

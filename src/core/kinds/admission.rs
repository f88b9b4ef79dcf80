//! Webhooks and aggregated APIs: what else decides on, or answers for, the API server.

use super::{lenient::Scalar, meta::Meta, pod::slim, rbac::LabelSelector};
use serde::{Deserialize, Serialize};

slim! {
    /// A ValidatingWebhookConfiguration or MutatingWebhookConfiguration.
    struct WebhookConfiguration {
        /// Metadata.
        metadata: Meta,
        /// Webhooks.
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

//! Kinds that are kept in a slim type of their own, in one table: the kind, its list in the inventory, the type. From it come the lists
//! themselves, what is done with an object that arrives, forgetting, sorting, and finding an object again. Every type has a field `metadata`.
//!
//! Pods and what makes them are not in it: they share their specs.

/// Hands the table to another macro.
macro_rules! typed {
    ($then:ident) => {
        $then! {
            /// Namespaces.
            Namespaces namespaces: node::Namespace;
            /// Nodes.
            Nodes nodes: node::Node;
            /// Runtime classes.
            RuntimeClasses runtime_classes: node::RuntimeClass;
            /// Service accounts.
            ServiceAccounts service_accounts: rbac::ServiceAccount;
            /// Rows of Secrets.
            Secrets secrets: config::SecretRow;
            /// ConfigMaps.
            ConfigMaps config_maps: config::ConfigMap;
            /// Services.
            Services services: network::Service;
            /// Endpoint slices.
            EndpointSlices endpoint_slices: network::EndpointSlice;
            /// Ingresses.
            Ingresses ingresses: network::Ingress;
            /// Network policies.
            NetworkPolicies network_policies: network::NetworkPolicy;
            /// Persistent volumes.
            PersistentVolumes persistent_volumes: persistent::PersistentVolume;
            /// Claims to persistent volumes.
            PersistentVolumeClaims persistent_volume_claims: persistent::PersistentVolumeClaim;
            /// Quotas.
            ResourceQuotas resource_quotas: policy::ResourceQuota;
            /// Limit ranges.
            LimitRanges limit_ranges: policy::LimitRange;
            /// Roles.
            Roles roles: rbac::Role;
            /// Cluster roles.
            ClusterRoles cluster_roles: rbac::Role;
            /// Role bindings.
            RoleBindings role_bindings: rbac::Binding;
            /// Cluster role bindings.
            ClusterRoleBindings cluster_role_bindings: rbac::Binding;
            /// Certificate signing requests.
            CertificateSigningRequests certificate_requests: config::CertificateRequest;
            /// Bundles of authorities for pods.
            ClusterTrustBundles trust_bundles: config::TrustBundle;
            /// Aggregated APIs.
            ApiServices api_services: admission::ApiService;
            /// Validating webhooks.
            ValidatingWebhooks validating_webhooks: admission::WebhookConfiguration;
            /// Mutating webhooks.
            MutatingWebhooks mutating_webhooks: admission::WebhookConfiguration;
            /// Policy reports.
            PolicyReports policy_reports: policy::PolicyReport;
            /// Cluster policy reports.
            ClusterPolicyReports cluster_policy_reports: policy::PolicyReport;
        }
    };
}
pub(super) use typed;

//! Kinds that belong together: what guards, what leads inside, what reports, what runs.

use super::{Keep, Kind};
use std::sync::LazyLock;

impl Kind {
    /// Policies that admission asks about pods, of Kubernetes and of known engines.
    pub const POLICIES: &'static [Self] = &[
        Self::ValidatingAdmissionPolicies,
        Self::ValidatingAdmissionPolicyBindings,
        Self::KyvernoClusterPolicies,
        Self::KyvernoPolicies,
        Self::KyvernoValidatingPolicies,
        Self::KyvernoNamespacedValidatingPolicies,
        Self::KyvernoImageValidatingPolicies,
        Self::KyvernoNamespacedImageValidatingPolicies,
        Self::GatekeeperConstraints,
        Self::GatekeeperTemplates,
        Self::GatekeeperConfigs,
        Self::KyvernoPolicyExceptions,
        Self::KyvernoCelPolicyExceptions,
        Self::JsPolicies,
        Self::OpenshiftScc,
        Self::SigstoreImagePolicies,
        Self::KubewardenClusterPolicies,
        Self::KubewardenPolicies,
        Self::OpenshiftClusterImagePolicies,
        Self::OpenshiftImagePolicies,
        Self::OpenshiftImageSettings,
    ];

    /// Routes of add-ons from outside to Services, and the listeners on which they hang.
    pub const ROUTES: &'static [Self] = &[
        Self::Gateways,
        Self::ListenerSets,
        Self::HttpRoutes,
        Self::GrpcRoutes,
        Self::TlsRoutes,
        Self::TcpRoutes,
        Self::UdpRoutes,
        Self::OpenshiftRoutes,
        Self::IstioGateways,
        Self::IstioVirtualServices,
        Self::TraefikIngressRoutes,
        Self::TraefikIngressRouteTcps,
        Self::ContourHttpProxies,
    ];

    /// Results that tools keep in the cluster of holding it against a benchmark.
    pub const BENCHMARKS: &'static [Self] = &[Self::ClusterComplianceReports, Self::ComplianceCheckResults, Self::ComplianceScans];

    /// Reports of policy engines, in the formats of the policy working group and of OpenReports.
    pub const REPORTS: &'static [Self] = &[Self::PolicyReports, Self::ClusterPolicyReports, Self::OpenReports, Self::OpenClusterReports];

    /// Kinds of Kubernetes that make pods, and pods themselves.
    pub const WORKLOADS: &'static [Self] = &[
        Self::Pods,
        Self::PodTemplates,
        Self::ReplicationControllers,
        Self::Deployments,
        Self::ReplicaSets,
        Self::StatefulSets,
        Self::DaemonSets,
        Self::Jobs,
        Self::CronJobs,
    ];

    /// All kinds that make pods, those of add-ons too, and pods themselves.
    #[must_use]
    pub fn population() -> &'static [Self] {
        static ALL: LazyLock<Vec<Kind>> = LazyLock::new(|| {
            let addons = Kind::ALL.iter().filter(|kind| kind.keep() == Keep::Templates);
            Kind::WORKLOADS.iter().chain(addons).copied().collect()
        });
        &ALL
    }
}

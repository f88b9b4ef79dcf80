//! Every kind that is read from a cluster, in one table: where the API serves it, whether a stock cluster has it, what is kept of it.
//! Collecting, the role that the program asks for, and the needs of checks all come from here.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How a kind is kept in the inventory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    /// In a slim type of its own.
    Typed,
    /// Only rows of a Table: name, type, number of keys, age (Secrets).
    Rows,
    /// Its pod templates, wherever in it they stand.
    Templates,
    /// Name, labels, and the parts of the object under these JSON pointers, in which `*` stands for every item of a list.
    Parts(&'static [&'static str]),
    /// Name, labels, and all else that somebody wrote into it, but not what is reported of it: policies, which are judged by running them.
    Whole,
    /// The same with what is reported of it.
    WholeWithStatus,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident: $group:literal $version:literal $resource:literal $kind:literal $scope:ident $origin:ident $keep:expr;)+) => {
        /// A kind of object that some check reads.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $($(#[$doc])* $name,)+ }

        impl Kind {
            /// All kinds, in the order in which they are read and told.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            const fn row(self) -> (&'static str, &'static str, &'static str, &'static str, bool, bool, Keep) {
                match self { $(Self::$name => ($group, $version, $resource, $kind, kinds!(@scope $scope), kinds!(@origin $origin), $keep),)+ }
            }
        }
    };
    (@scope namespaced) => { true }; (@scope cluster) => { false };
    (@origin stock) => { true }; (@origin addon) => { false };
}

kinds! {
    /// Namespaces.
    Namespaces: "" "v1" "namespaces" "Namespace" cluster stock Keep::Typed;
    /// Nodes.
    Nodes: "" "v1" "nodes" "Node" cluster stock Keep::Typed;
    /// Pods.
    Pods: "" "v1" "pods" "Pod" namespaced stock Keep::Typed;
    /// Pod templates.
    PodTemplates: "" "v1" "podtemplates" "PodTemplate" namespaced stock Keep::Typed;
    /// Replication controllers.
    ReplicationControllers: "" "v1" "replicationcontrollers" "ReplicationController" namespaced stock Keep::Typed;
    /// Deployments.
    Deployments: "apps" "v1" "deployments" "Deployment" namespaced stock Keep::Typed;
    /// Replica sets.
    ReplicaSets: "apps" "v1" "replicasets" "ReplicaSet" namespaced stock Keep::Typed;
    /// Stateful sets.
    StatefulSets: "apps" "v1" "statefulsets" "StatefulSet" namespaced stock Keep::Typed;
    /// Daemon sets.
    DaemonSets: "apps" "v1" "daemonsets" "DaemonSet" namespaced stock Keep::Typed;
    /// Jobs.
    Jobs: "batch" "v1" "jobs" "Job" namespaced stock Keep::Typed;
    /// Cron jobs.
    CronJobs: "batch" "v1" "cronjobs" "CronJob" namespaced stock Keep::Typed;
    /// Rollouts of Argo.
    ArgoRollouts: "argoproj.io" "v1alpha1" "rollouts" "Rollout" namespaced addon Keep::Templates;
    /// Workflows of Argo.
    ArgoWorkflows: "argoproj.io" "v1alpha1" "workflows" "Workflow" namespaced addon Keep::Templates;
    /// Workflows that Argo runs by the clock.
    ArgoCronWorkflows: "argoproj.io" "v1alpha1" "cronworkflows" "CronWorkflow" namespaced addon Keep::Templates;
    /// Templates of Workflows.
    ArgoWorkflowTemplates: "argoproj.io" "v1alpha1" "workflowtemplates" "WorkflowTemplate" namespaced addon Keep::Templates;
    /// The same for all namespaces.
    ArgoClusterWorkflowTemplates: "argoproj.io" "v1alpha1" "clusterworkflowtemplates" "ClusterWorkflowTemplate" cluster addon Keep::Templates;
    /// Sets of Jobs.
    JobSets: "jobset.x-k8s.io" "v1alpha2" "jobsets" "JobSet" namespaced addon Keep::Templates;
    /// Sets of pods with a leader.
    LeaderWorkerSets: "leaderworkerset.x-k8s.io" "v1" "leaderworkersets" "LeaderWorkerSet" namespaced addon Keep::Templates;
    /// What waits in queues of Kueue.
    KueueWorkloads: "kueue.x-k8s.io" "v1beta1" "workloads" "Workload" namespaced addon Keep::Templates;
    /// Sets of equal pods of OpenKruise.
    KruiseCloneSets: "apps.kruise.io" "v1alpha1" "clonesets" "CloneSet" namespaced addon Keep::Templates;
    /// Stateful sets of OpenKruise.
    KruiseStatefulSets: "apps.kruise.io" "v1beta1" "statefulsets" "StatefulSet" namespaced addon Keep::Templates;
    /// Daemon sets of OpenKruise.
    KruiseDaemonSets: "apps.kruise.io" "v1alpha1" "daemonsets" "DaemonSet" namespaced addon Keep::Templates;
    /// Jobs of OpenKruise that run on every node.
    KruiseBroadcastJobs: "apps.kruise.io" "v1alpha1" "broadcastjobs" "BroadcastJob" namespaced addon Keep::Templates;
    /// Cron jobs of OpenKruise.
    KruiseCronJobs: "apps.kruise.io" "v1alpha1" "advancedcronjobs" "AdvancedCronJob" namespaced addon Keep::Templates;
    /// Containers that OpenKruise puts into pods.
    KruiseSidecarSets: "apps.kruise.io" "v1alpha1" "sidecarsets" "SidecarSet" cluster addon Keep::Templates;
    /// Deployments of OpenShift.
    OpenshiftDeploymentConfigs: "apps.openshift.io" "v1" "deploymentconfigs" "DeploymentConfig" namespaced addon Keep::Templates;
    /// Services of Knative.
    KnativeServices: "serving.knative.dev" "v1" "services" "Service" namespaced addon Keep::Templates;
    /// Virtual machines of KubeVirt.
    KubevirtMachines: "kubevirt.io" "v1" "virtualmachines" "VirtualMachine" namespaced addon Keep::Templates;
    /// Virtual machines of KubeVirt that run.
    KubevirtInstances: "kubevirt.io" "v1" "virtualmachineinstances" "VirtualMachineInstance" namespaced addon Keep::Templates;
    /// Applications of Spark.
    SparkApplications: "sparkoperator.k8s.io" "v1beta2" "sparkapplications" "SparkApplication" namespaced addon Keep::Templates;
    /// Applications that Spark runs by the clock.
    ScheduledSparkApplications: "sparkoperator.k8s.io" "v1beta2" "scheduledsparkapplications" "ScheduledSparkApplication" namespaced addon Keep::Templates;
    /// Tasks of Tekton.
    TektonTasks: "tekton.dev" "v1" "tasks" "Task" namespaced addon Keep::Templates;
    /// Runs of tasks.
    TektonTaskRuns: "tekton.dev" "v1" "taskruns" "TaskRun" namespaced addon Keep::Templates;
    /// Pipelines of Tekton.
    TektonPipelines: "tekton.dev" "v1" "pipelines" "Pipeline" namespaced addon Keep::Templates;
    /// Runs of pipelines.
    TektonPipelineRuns: "tekton.dev" "v1" "pipelineruns" "PipelineRun" namespaced addon Keep::Templates;
    /// Clusters of Ray.
    RayClusters: "ray.io" "v1" "rayclusters" "RayCluster" namespaced addon Keep::Templates;
    /// Jobs of Ray.
    RayJobs: "ray.io" "v1" "rayjobs" "RayJob" namespaced addon Keep::Templates;
    /// Services of Ray.
    RayServices: "ray.io" "v1" "rayservices" "RayService" namespaced addon Keep::Templates;
    /// TensorFlow jobs of Kubeflow.
    KubeflowTfJobs: "kubeflow.org" "v1" "tfjobs" "TFJob" namespaced addon Keep::Templates;
    /// PyTorch jobs of Kubeflow.
    KubeflowPytorchJobs: "kubeflow.org" "v1" "pytorchjobs" "PyTorchJob" namespaced addon Keep::Templates;
    /// MPI jobs of Kubeflow.
    KubeflowMpiJobs: "kubeflow.org" "v2beta1" "mpijobs" "MPIJob" namespaced addon Keep::Templates;
    /// Notebooks of Kubeflow.
    KubeflowNotebooks: "kubeflow.org" "v1" "notebooks" "Notebook" namespaced addon Keep::Templates;
    /// Jobs of Volcano.
    VolcanoJobs: "batch.volcano.sh" "v1alpha1" "jobs" "Job" namespaced addon Keep::Templates;
    /// Jobs that KEDA starts on events.
    KedaScaledJobs: "keda.sh" "v1alpha1" "scaledjobs" "ScaledJob" namespaced addon Keep::Templates;
    /// Fleets of game servers.
    AgonesFleets: "agones.dev" "v1" "fleets" "Fleet" namespaced addon Keep::Templates;
    /// Runners of GitHub Actions.
    GithubRunnerSets: "actions.github.com" "v1alpha1" "autoscalingrunnersets" "AutoscalingRunnerSet" namespaced addon Keep::Templates;
    /// Service accounts.
    ServiceAccounts: "" "v1" "serviceaccounts" "ServiceAccount" namespaced stock Keep::Typed;
    /// Secrets, never their values.
    Secrets: "" "v1" "secrets" "Secret" namespaced stock Keep::Rows;
    /// Config maps, their values judged in memory and dropped.
    ConfigMaps: "" "v1" "configmaps" "ConfigMap" namespaced stock Keep::Typed;
    /// Services.
    Services: "" "v1" "services" "Service" namespaced stock Keep::Typed;
    /// Endpoint slices: who stands behind a Service.
    EndpointSlices: "discovery.k8s.io" "v1" "endpointslices" "EndpointSlice" namespaced stock Keep::Typed;
    /// Persistent volumes: where what pods claim lies.
    PersistentVolumes: "" "v1" "persistentvolumes" "PersistentVolume" cluster stock Keep::Typed;
    /// Claims to persistent volumes.
    PersistentVolumeClaims: "" "v1" "persistentvolumeclaims" "PersistentVolumeClaim" namespaced stock Keep::Typed;
    /// Resource quotas.
    ResourceQuotas: "" "v1" "resourcequotas" "ResourceQuota" namespaced stock Keep::Typed;
    /// Limit ranges.
    LimitRanges: "" "v1" "limitranges" "LimitRange" namespaced stock Keep::Typed;
    /// Roles.
    Roles: "rbac.authorization.k8s.io" "v1" "roles" "Role" namespaced stock Keep::Typed;
    /// Cluster roles.
    ClusterRoles: "rbac.authorization.k8s.io" "v1" "clusterroles" "ClusterRole" cluster stock Keep::Typed;
    /// Role bindings.
    RoleBindings: "rbac.authorization.k8s.io" "v1" "rolebindings" "RoleBinding" namespaced stock Keep::Typed;
    /// Cluster role bindings.
    ClusterRoleBindings: "rbac.authorization.k8s.io" "v1" "clusterrolebindings" "ClusterRoleBinding" cluster stock Keep::Typed;
    /// Network policies.
    NetworkPolicies: "networking.k8s.io" "v1" "networkpolicies" "NetworkPolicy" namespaced stock Keep::Typed;
    /// Ingresses.
    Ingresses: "networking.k8s.io" "v1" "ingresses" "Ingress" namespaced stock Keep::Typed;
    /// Runtime classes.
    RuntimeClasses: "node.k8s.io" "v1" "runtimeclasses" "RuntimeClass" cluster stock Keep::Typed;
    /// Certificate signing requests.
    CertificateSigningRequests: "certificates.k8s.io" "v1" "certificatesigningrequests" "CertificateSigningRequest" cluster stock Keep::Typed;
    /// Certificates that kubelets fetch for pods. Served for good since 1.37; the request and the certificate itself are not kept.
    PodCertificateRequests: "certificates.k8s.io" "v1" "podcertificaterequests" "PodCertificateRequest" namespaced addon Keep::Parts(&["/spec/signerName", "/spec/serviceAccountName", "/spec/maxExpirationSeconds", "/status/notBefore", "/status/notAfter", "/status/conditions/*/type", "/status/conditions/*/status"]);
    /// Bundles of authorities for pods. Served for good since 1.37.
    ClusterTrustBundles: "certificates.k8s.io" "v1" "clustertrustbundles" "ClusterTrustBundle" cluster addon Keep::Typed;
    /// Orders to write all objects of a resource anew. Served for good since 1.37.
    StorageVersionMigrations: "storagemigration.k8s.io" "v1" "storageversionmigrations" "StorageVersionMigration" cluster addon Keep::Parts(&["/spec/resource", "/status/conditions/*/type", "/status/conditions/*/status", "/status/conditions/*/lastTransitionTime", "/status/conditions/*/lastUpdateTime"]);
    /// API services.
    ApiServices: "apiregistration.k8s.io" "v1" "apiservices" "APIService" cluster stock Keep::Typed;
    /// Validating webhooks.
    ValidatingWebhooks: "admissionregistration.k8s.io" "v1" "validatingwebhookconfigurations" "ValidatingWebhookConfiguration" cluster stock Keep::Typed;
    /// Mutating webhooks.
    MutatingWebhooks: "admissionregistration.k8s.io" "v1" "mutatingwebhookconfigurations" "MutatingWebhookConfiguration" cluster stock Keep::Typed;
    /// Policy reports (working group API).
    PolicyReports: "wgpolicyk8s.io" "v1alpha2" "policyreports" "PolicyReport" namespaced addon Keep::Typed;
    /// Cluster policy reports (working group API).
    ClusterPolicyReports: "wgpolicyk8s.io" "v1alpha2" "clusterpolicyreports" "ClusterPolicyReport" cluster addon Keep::Typed;
    /// Reports of policy engines (OpenReports); what they quote of objects is not kept.
    OpenReports: "openreports.io" "v1alpha1" "reports" "Report" namespaced addon Keep::Parts(&["/scope", "/summary", "/results/*/source", "/results/*/policy", "/results/*/rule", "/results/*/result", "/results/*/severity", "/results/*/resources"]);
    /// The same for the whole cluster.
    OpenClusterReports: "openreports.io" "v1alpha1" "clusterreports" "ClusterReport" cluster addon Keep::Parts(&["/scope", "/summary", "/results/*/source", "/results/*/policy", "/results/*/rule", "/results/*/result", "/results/*/severity", "/results/*/resources"]);
    /// Cilium network policies.
    CiliumNetworkPolicies: "cilium.io" "v2" "ciliumnetworkpolicies" "CiliumNetworkPolicy" namespaced addon Keep::Parts(&["/spec", "/specs"]);
    /// Cilium cluster-wide network policies.
    CiliumClusterwideNetworkPolicies: "cilium.io" "v2" "ciliumclusterwidenetworkpolicies" "CiliumClusterwideNetworkPolicy" cluster addon Keep::Parts(&["/spec", "/specs"]);
    /// Settings of Cilium's agents on single nodes, which go before those for all.
    CiliumNodeConfigs: "cilium.io" "v2" "ciliumnodeconfigs" "CiliumNodeConfig" namespaced addon Keep::Parts(&["/spec/defaults/policy-audit-mode", "/spec/defaults/enable-policy", "/spec/defaults/enable-k8s-networkpolicy"]);
    /// Calico network policies.
    CalicoNetworkPolicies: "crd.projectcalico.org" "v1" "networkpolicies" "NetworkPolicy" namespaced addon Keep::Parts(&["/spec"]);
    /// Calico global network policies.
    CalicoGlobalNetworkPolicies: "crd.projectcalico.org" "v1" "globalnetworkpolicies" "GlobalNetworkPolicy" cluster addon Keep::Parts(&["/spec"]);
    /// Calico's tiers, which give its policies their order.
    CalicoTiers: "crd.projectcalico.org" "v1" "tiers" "Tier" cluster addon Keep::Parts(&["/spec"]);
    /// Calico's named sets of addresses, which selectors may mean: the addresses are not kept.
    CalicoNetworkSets: "crd.projectcalico.org" "v1" "networksets" "NetworkSet" namespaced addon Keep::Parts(&[]);
    /// The same for the whole cluster.
    CalicoGlobalNetworkSets: "crd.projectcalico.org" "v1" "globalnetworksets" "GlobalNetworkSet" cluster addon Keep::Parts(&[]);
    /// Calico's interfaces of nodes, which selectors may mean: their addresses are not kept.
    CalicoHostEndpoints: "crd.projectcalico.org" "v1" "hostendpoints" "HostEndpoint" cluster addon Keep::Parts(&[]);
    /// Admin network policies.
    AdminNetworkPolicies: "policy.networking.k8s.io" "v1alpha1" "adminnetworkpolicies" "AdminNetworkPolicy" cluster addon Keep::Parts(&["/spec"]);
    /// Baseline admin network policies.
    BaselineAdminNetworkPolicies: "policy.networking.k8s.io" "v1alpha1" "baselineadminnetworkpolicies" "BaselineAdminNetworkPolicy" cluster addon Keep::Parts(&["/spec"]);
    /// Cluster network policies.
    ClusterNetworkPolicies: "policy.networking.k8s.io" "v1alpha2" "clusternetworkpolicies" "ClusterNetworkPolicy" cluster addon Keep::Parts(&["/spec"]);
    /// Antrea's policies of one namespace. Of policies that are not evaluated it is kept that they are there.
    AntreaNetworkPolicies: "crd.antrea.io" "v1beta1" "networkpolicies" "NetworkPolicy" namespaced addon Keep::Parts(&[]);
    /// Antrea's policies for the whole cluster, not evaluated.
    AntreaClusterNetworkPolicies: "crd.antrea.io" "v1beta1" "clusternetworkpolicies" "ClusterNetworkPolicy" cluster addon Keep::Parts(&[]);
    /// Cluster-wide policies of Amazon's VPC CNI, not evaluated.
    AwsClusterNetworkPolicies: "networking.k8s.aws" "v1alpha1" "clusternetworkpolicies" "ClusterNetworkPolicy" cluster addon Keep::Parts(&[]);
    /// Amazon's policies by domain names, not evaluated.
    AwsApplicationNetworkPolicies: "networking.k8s.aws" "v1alpha1" "applicationnetworkpolicies" "ApplicationNetworkPolicy" namespaced addon Keep::Parts(&[]);
    /// GKE's policies by domain names, not evaluated.
    GkeFqdnNetworkPolicies: "networking.gke.io" "v1alpha1" "fqdnnetworkpolicies" "FQDNNetworkPolicy" namespaced addon Keep::Parts(&[]);
    /// OVN-Kubernetes' rules for what leaves the cluster, not evaluated.
    OvnEgressFirewalls: "k8s.ovn.org" "v1" "egressfirewalls" "EgressFirewall" namespaced addon Keep::Parts(&[]);
    /// OVN-Kubernetes' routes past the usual way out, not evaluated.
    OvnExternalRoutes: "k8s.ovn.org" "v1" "adminpolicybasedexternalroutes" "AdminPolicyBasedExternalRoute" cluster addon Keep::Parts(&[]);
    /// OVN-Kubernetes' networks of one namespace, not evaluated.
    OvnUserDefinedNetworks: "k8s.ovn.org" "v1" "userdefinednetworks" "UserDefinedNetwork" namespaced addon Keep::Parts(&[]);
    /// OVN-Kubernetes' networks of several namespaces, not evaluated.
    OvnClusterUserDefinedNetworks: "k8s.ovn.org" "v1" "clusteruserdefinednetworks" "ClusterUserDefinedNetwork" cluster addon Keep::Parts(&[]);
    /// Kube-OVN's groups of rules, not evaluated.
    KubeOvnSecurityGroups: "kubeovn.io" "v1" "security-groups" "SecurityGroup" cluster addon Keep::Parts(&[]);
    /// Kube-OVN's subnets, of which lists of rules are not evaluated.
    KubeOvnSubnets: "kubeovn.io" "v1" "subnets" "Subnet" cluster addon Keep::Parts(&["/spec/acls/*/action"]);
    /// OpenShift SDN's rules for what leaves the cluster, not evaluated.
    OpenshiftEgressPolicies: "network.openshift.io" "v1" "egressnetworkpolicies" "EgressNetworkPolicy" namespaced addon Keep::Parts(&[]);
    /// NSX' policies of one namespace, not evaluated.
    NsxSecurityPolicies: "crd.nsx.vmware.com" "v1alpha1" "securitypolicies" "SecurityPolicy" namespaced addon Keep::Parts(&[]);
    /// Secrets that Trivy Operator found in images: counts alone, because its matches may show parts of them.
    ExposedSecretReports: "aquasecurity.github.io" "v1alpha1" "exposedsecretreports" "ExposedSecretReport" namespaced addon Keep::Parts(&["/report/summary", "/report/updateTimestamp", "/report/artifact", "/report/registry/server", "/report/scanner/name", "/report/scanner/version"]);
    /// Certificates of cert-manager.
    Certificates: "cert-manager.io" "v1" "certificates" "Certificate" namespaced addon Keep::Parts(&["/status/notBefore", "/status/notAfter", "/spec/secretName"]);
    /// Issuers of cert-manager.
    Issuers: "cert-manager.io" "v1" "issuers" "Issuer" namespaced addon Keep::Parts(&["/spec/selfSigned", "/spec/ca/secretName"]);
    /// Cluster-wide issuers of cert-manager.
    ClusterIssuers: "cert-manager.io" "v1" "clusterissuers" "ClusterIssuer" cluster addon Keep::Parts(&["/spec/selfSigned", "/spec/ca/secretName"]);
    /// External secrets.
    ExternalSecrets: "external-secrets.io" "v1" "externalsecrets" "ExternalSecret" namespaced addon Keep::Parts(&["/spec/refreshInterval", "/spec/refreshPolicy", "/status/refreshTime", "/status/conditions/*/type", "/status/conditions/*/status", "/status/conditions/*/reason"]);
    /// Applications of Argo CD.
    Applications: "argoproj.io" "v1alpha1" "applications" "Application" namespaced addon Keep::Parts(&["/status/sync/status", "/spec/destination/namespace", "/spec/syncPolicy/automated"]);
    /// Kustomizations of Flux.
    Kustomizations: "kustomize.toolkit.fluxcd.io" "v1" "kustomizations" "Kustomization" namespaced addon Keep::Parts(&["/spec/suspend", "/spec/targetNamespace", "/status/lastAppliedRevision", "/status/lastAttemptedRevision"]);
    /// Vulnerability reports of Trivy Operator.
    VulnerabilityReports: "aquasecurity.github.io" "v1alpha1" "vulnerabilityreports" "VulnerabilityReport" namespaced addon Keep::Parts(&["/report/summary", "/report/updateTimestamp", "/report/artifact", "/report/registry/server", "/report/scanner/name", "/report/scanner/version"]);
    /// Validating admission policies, Kubernetes' own policy language. Served since 1.30, so a cluster without them merely has none.
    ValidatingAdmissionPolicies: "admissionregistration.k8s.io" "v1" "validatingadmissionpolicies" "ValidatingAdmissionPolicy" cluster addon Keep::Whole;
    /// What puts these policies into effect, and where.
    ValidatingAdmissionPolicyBindings: "admissionregistration.k8s.io" "v1" "validatingadmissionpolicybindings" "ValidatingAdmissionPolicyBinding" cluster addon Keep::Whole;
    /// Policies that change objects on their way in, Kubernetes' own language for that. Served since 1.32 as an alpha, since 1.36 for good.
    MutatingAdmissionPolicies: "admissionregistration.k8s.io" "v1" "mutatingadmissionpolicies" "MutatingAdmissionPolicy" cluster addon Keep::Parts(&["/spec/matchConstraints", "/spec/matchConditions", "/spec/mutations", "/spec/variables", "/spec/failurePolicy", "/spec/reinvocationPolicy", "/spec/paramKind"]);
    /// What puts these policies into effect, and where.
    MutatingAdmissionPolicyBindings: "admissionregistration.k8s.io" "v1" "mutatingadmissionpolicybindings" "MutatingAdmissionPolicyBinding" cluster addon Keep::Parts(&["/spec/policyName", "/spec/matchResources", "/spec/paramRef"]);
    /// Kyverno's cluster-wide policies.
    KyvernoClusterPolicies: "kyverno.io" "v1" "clusterpolicies" "ClusterPolicy" cluster addon Keep::Whole;
    /// Kyverno's policies of one namespace.
    KyvernoPolicies: "kyverno.io" "v1" "policies" "Policy" namespaced addon Keep::Whole;
    /// Kyverno's validating policies in CEL.
    KyvernoValidatingPolicies: "policies.kyverno.io" "v1" "validatingpolicies" "ValidatingPolicy" cluster addon Keep::Whole;
    /// The same of one namespace.
    KyvernoNamespacedValidatingPolicies: "policies.kyverno.io" "v1" "namespacedvalidatingpolicies" "NamespacedValidatingPolicy" namespaced addon Keep::Whole;
    /// Kyverno's policies on image signatures in CEL.
    KyvernoImageValidatingPolicies: "policies.kyverno.io" "v1" "imagevalidatingpolicies" "ImageValidatingPolicy" cluster addon Keep::Whole;
    /// The same of one namespace.
    KyvernoNamespacedImageValidatingPolicies: "policies.kyverno.io" "v1" "namespacedimagevalidatingpolicies" "NamespacedImageValidatingPolicy" namespaced addon Keep::Whole;
    /// Constraints of Gatekeeper, of every kind that a cluster's templates make.
    GatekeeperConstraints: "constraints.gatekeeper.sh" "v1beta1" "*" "*" cluster addon Keep::Whole;
    /// The kinds of constraints that a cluster's Gatekeeper knows, with their programs.
    GatekeeperTemplates: "templates.gatekeeper.sh" "v1" "constrainttemplates" "ConstraintTemplate" cluster addon Keep::WholeWithStatus;
    /// Gatekeeper's own settings: which namespaces it is not asked about.
    GatekeeperConfigs: "config.gatekeeper.sh" "v1alpha1" "configs" "Config" namespaced addon Keep::Whole;
    /// What is taken out of Kyverno's policies.
    KyvernoPolicyExceptions: "kyverno.io" "v2" "policyexceptions" "PolicyException" namespaced addon Keep::Whole;
    /// What is taken out of Kyverno's policies in CEL.
    KyvernoCelPolicyExceptions: "policies.kyverno.io" "v1" "policyexceptions" "PolicyException" namespaced addon Keep::Whole;
    /// Policies that are programs of jsPolicy; the programs are not kept.
    JsPolicies: "policy.jspolicy.com" "v1beta1" "jspolicies" "JsPolicy" cluster addon Keep::Parts(&["/spec/type", "/spec/operations", "/spec/resources", "/spec/violationPolicy"]);
    /// OpenShift's security context constraints.
    OpenshiftScc: "security.openshift.io" "v1" "securitycontextconstraints" "SecurityContextConstraints" cluster addon Keep::Parts(&["/allowPrivilegedContainer", "/allowHostNetwork", "/allowHostPID", "/allowHostIPC", "/allowHostDirVolumePlugin", "/runAsUser/type", "/users", "/groups", "/priority"]);
    /// Policies of the sigstore policy-controller.
    SigstoreImagePolicies: "policy.sigstore.dev" "v1beta1" "clusterimagepolicies" "ClusterImagePolicy" cluster addon Keep::WholeWithStatus;
    /// Kubewarden's cluster-wide policies.
    KubewardenClusterPolicies: "policies.kubewarden.io" "v1" "clusteradmissionpolicies" "ClusterAdmissionPolicy" cluster addon Keep::Whole;
    /// Kubewarden's policies of one namespace.
    KubewardenPolicies: "policies.kubewarden.io" "v1" "admissionpolicies" "AdmissionPolicy" namespaced addon Keep::Whole;
    /// OpenShift's signature policies for the cluster.
    OpenshiftClusterImagePolicies: "config.openshift.io" "v1" "clusterimagepolicies" "ClusterImagePolicy" cluster addon Keep::Whole;
    /// OpenShift's signature policies of one namespace.
    OpenshiftImagePolicies: "config.openshift.io" "v1" "imagepolicies" "ImagePolicy" namespaced addon Keep::Whole;
    /// OpenShift's image settings: which registries may be used.
    OpenshiftImageSettings: "config.openshift.io" "v1" "images" "Image" cluster addon Keep::Whole;
    /// Istio's demands on the encryption between workloads.
    PeerAuthentications: "security.istio.io" "v1" "peerauthentications" "PeerAuthentication" namespaced addon Keep::Parts(&["/spec/mtls/mode", "/spec/portLevelMtls", "/spec/selector"]);
    /// Linkerd's ports with policies of their own.
    LinkerdServers: "policy.linkerd.io" "v1beta3" "servers" "Server" namespaced addon Keep::Parts(&["/spec/podSelector", "/spec/externalWorkloadSelector", "/spec/accessPolicy"]);
    /// Whom Linkerd lets in.
    LinkerdAuthorizationPolicies: "policy.linkerd.io" "v1alpha1" "authorizationpolicies" "AuthorizationPolicy" namespaced addon Keep::Parts(&["/spec/targetRef/kind", "/spec/targetRef/name", "/spec/requiredAuthenticationRefs"]);
    /// Whom Linkerd lets in to a Server, as its first versions wrote it.
    LinkerdServerAuthorizations: "policy.linkerd.io" "v1beta1" "serverauthorizations" "ServerAuthorization" namespaced addon Keep::Parts(&["/spec/client/unauthenticated"]);
    /// Calico's settings of nodes: whether traffic between them is encrypted.
    FelixConfigurations: "crd.projectcalico.org" "v1" "felixconfigurations" "FelixConfiguration" cluster addon Keep::Parts(&["/spec/wireguardEnabled", "/spec/wireguardEnabledV6"]);
    /// Gateways: where the Gateway API takes connections in.
    Gateways: "gateway.networking.k8s.io" "v1" "gateways" "Gateway" namespaced addon Keep::Parts(&["/spec/gatewayClassName", "/spec/listeners/*/name", "/spec/listeners/*/hostname", "/spec/listeners/*/protocol", "/spec/listeners/*/port"]);
    /// Further listeners of Gateways.
    ListenerSets: "gateway.networking.k8s.io" "v1" "listenersets" "ListenerSet" namespaced addon Keep::Parts(&["/spec/parentRef", "/spec/listeners/*/name", "/spec/listeners/*/hostname", "/spec/listeners/*/protocol", "/spec/listeners/*/port"]);
    /// Routes of HTTP requests; what filters write into requests is not kept.
    HttpRoutes: "gateway.networking.k8s.io" "v1" "httproutes" "HTTPRoute" namespaced addon Keep::Parts(&["/spec/parentRefs", "/spec/hostnames", "/spec/rules/*/backendRefs/*/name", "/spec/rules/*/backendRefs/*/namespace", "/spec/rules/*/backendRefs/*/kind", "/spec/rules/*/filters/*/requestRedirect/scheme"]);
    /// Routes of gRPC requests.
    GrpcRoutes: "gateway.networking.k8s.io" "v1" "grpcroutes" "GRPCRoute" namespaced addon Keep::Parts(&["/spec/parentRefs", "/spec/hostnames", "/spec/rules/*/backendRefs/*/name", "/spec/rules/*/backendRefs/*/namespace", "/spec/rules/*/backendRefs/*/kind"]);
    /// Routes of TLS connections by their server name.
    TlsRoutes: "gateway.networking.k8s.io" "v1" "tlsroutes" "TLSRoute" namespaced addon Keep::Parts(&["/spec/parentRefs", "/spec/hostnames", "/spec/rules/*/backendRefs/*/name", "/spec/rules/*/backendRefs/*/namespace", "/spec/rules/*/backendRefs/*/kind"]);
    /// Routes of TCP connections.
    TcpRoutes: "gateway.networking.k8s.io" "v1alpha2" "tcproutes" "TCPRoute" namespaced addon Keep::Parts(&["/spec/parentRefs", "/spec/rules/*/backendRefs/*/name", "/spec/rules/*/backendRefs/*/namespace", "/spec/rules/*/backendRefs/*/kind"]);
    /// Routes of UDP.
    UdpRoutes: "gateway.networking.k8s.io" "v1alpha2" "udproutes" "UDPRoute" namespaced addon Keep::Parts(&["/spec/parentRefs", "/spec/rules/*/backendRefs/*/name", "/spec/rules/*/backendRefs/*/namespace", "/spec/rules/*/backendRefs/*/kind"]);
    /// OpenShift's routes, without the keys that they may hold.
    OpenshiftRoutes: "route.openshift.io" "v1" "routes" "Route" namespaced addon Keep::Parts(&["/spec/host", "/spec/to/name", "/spec/alternateBackends/*/name", "/spec/tls/termination", "/spec/tls/insecureEdgeTerminationPolicy"]);
    /// Istio's Gateways: where its proxies take connections in.
    IstioGateways: "networking.istio.io" "v1" "gateways" "Gateway" namespaced addon Keep::Parts(&["/spec/servers/*/name", "/spec/servers/*/hosts", "/spec/servers/*/port/name", "/spec/servers/*/port/number", "/spec/servers/*/port/protocol", "/spec/servers/*/tls/mode", "/spec/servers/*/tls/httpsRedirect"]);
    /// Istio's routes; what they match and write into requests is not kept.
    IstioVirtualServices: "networking.istio.io" "v1" "virtualservices" "VirtualService" namespaced addon Keep::Parts(&["/spec/hosts", "/spec/gateways", "/spec/http/*/route/*/destination/host", "/spec/tls/*/route/*/destination/host", "/spec/tcp/*/route/*/destination/host"]);
    /// Traefik's routes of HTTP requests; what they match is not kept.
    TraefikIngressRoutes: "traefik.io" "v1alpha1" "ingressroutes" "IngressRoute" namespaced addon Keep::Parts(&["/spec/entryPoints", "/spec/tls", "/spec/routes/*/services/*/name", "/spec/routes/*/services/*/namespace", "/spec/routes/*/middlewares/*/name"]);
    /// Traefik's routes of TCP connections.
    TraefikIngressRouteTcps: "traefik.io" "v1alpha1" "ingressroutetcps" "IngressRouteTCP" namespaced addon Keep::Parts(&["/spec/entryPoints", "/spec/tls", "/spec/routes/*/services/*/name", "/spec/routes/*/services/*/namespace"]);
    /// Contour's routes; conditions and policies of them are not kept.
    ContourHttpProxies: "projectcontour.io" "v1" "httpproxies" "HTTPProxy" namespaced addon Keep::Parts(&["/spec/virtualhost/fqdn", "/spec/virtualhost/tls/secretName", "/spec/virtualhost/tls/passthrough", "/spec/routes/*/permitInsecure", "/spec/routes/*/services/*/name", "/spec/tcpproxy/services/*/name"]);
    /// Classes of Ingresses: which controller serves them. Only a hint for what is said of their Ingresses.
    IngressClasses: "networking.k8s.io" "v1" "ingressclasses" "IngressClass" cluster addon Keep::Parts(&["/spec/controller"]);
    /// What Trivy Operator found on holding the cluster against a benchmark.
    ClusterComplianceReports: "aquasecurity.github.io" "v1alpha1" "clustercompliancereports" "ClusterComplianceReport" cluster addon Keep::Parts(&["/spec/compliance/id", "/spec/compliance/title", "/spec/compliance/version", "/status/updateTimestamp", "/status/summaryReport/controlCheck", "/status/detailReport/results/*/id", "/status/detailReport/results/*/name", "/status/detailReport/results/*/severity", "/status/detailReport/results/*/status", "/status/detailReport/results/*/checks/*/success"]);
    /// Results of OpenShift's Compliance Operator, one for each rule.
    ComplianceCheckResults: "compliance.openshift.io" "v1alpha1" "compliancecheckresults" "ComplianceCheckResult" namespaced addon Keep::Parts(&["/id", "/status", "/severity"]);
    /// Scans of OpenShift's Compliance Operator.
    ComplianceScans: "compliance.openshift.io" "v1alpha1" "compliancescans" "ComplianceScan" namespaced addon Keep::Parts(&["/spec/profile", "/status/phase", "/status/result", "/status/endTimestamp"]);
}

impl Kind {
    /// API group, "" for the core group.
    #[must_use]
    pub const fn group(self) -> &'static str {
        self.row().0
    }

    /// The version to ask for where discovery tells no other.
    #[must_use]
    pub const fn version(self) -> &'static str {
        self.row().1
    }

    /// Resource name in the API: `deployments`.
    #[must_use]
    pub const fn resource(self) -> &'static str {
        self.row().2
    }

    /// Kind in manifests: `Deployment`.
    #[must_use]
    pub const fn kind(self) -> &'static str {
        self.row().3
    }

    /// Whether its objects live in namespaces.
    #[must_use]
    pub const fn namespaced(self) -> bool {
        self.row().4
    }

    /// Whether every cluster serves it; an add-on that is not installed is an empty population, a stock kind that is not served is not.
    #[must_use]
    pub const fn stock(self) -> bool {
        self.row().5
    }

    /// What is kept of its objects.
    #[must_use]
    pub const fn keep(self) -> Keep {
        self.row().6
    }

    /// `resource`, or `resource.group` outside the core group: the name in permissions and in messages.
    #[must_use]
    pub fn id(self) -> String {
        if self.group().is_empty() { self.resource().to_owned() } else { format!("{}.{}", self.resource(), self.group()) }
    }

    /// Whether it stands for all kinds of its group, which each cluster names for itself.
    #[must_use]
    pub const fn is_group(self) -> bool {
        matches!(self.kind().as_bytes(), b"*")
    }

    /// Whether it is what the API serves under this group and resource.
    #[must_use]
    pub fn is_resource(self, group: &str, resource: &str) -> bool {
        self.group() == group && (self.resource() == resource || (self.is_group() && !resource.is_empty()))
    }

    /// Finds a kind by `resource` or `resource.group`.
    #[must_use]
    pub fn by_id(id: &str) -> Option<Self> {
        let of_group = |kind: &Self| kind.is_group() && id.split_once('.').is_some_and(|(_, group)| group == kind.group());
        Self::ALL.iter().copied().find(|kind| kind.id() == id || (kind.stock() && kind.resource() == id) || of_group(kind))
    }

    /// Finds a kind by the `apiVersion` and `kind` of a manifest. Every version of a group counts: old dumps hold old versions.
    #[must_use]
    pub fn of(api_version: &str, kind: &str) -> Option<Self> {
        let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
        // Calico's objects under the names that its own API server gives them.
        let group = match group {
            "projectcalico.org" => "crd.projectcalico.org",
            // Traefik's first name for its own kinds.
            "traefik.containo.us" => "traefik.io",
            group => group,
        };
        // Kinds that moved: what `extensions` served until 1.22 lives in these groups now.
        Self::ALL.iter().copied().find(|known| {
            (known.kind() == kind || known.is_group())
                && (known.group() == group || (group == "extensions" && matches!(known.group(), "apps" | "networking.k8s.io")))
        })
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.id())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = String::deserialize(deserializer)?;
        Self::by_id(&id).ok_or_else(|| serde::de::Error::custom(format!("unknown kind “{id}”")))
    }
}

//! What distributions bind by themselves beyond Kubernetes' own, each with the whole content of its role: what a maker ships is expected, and the
//! same binding with a wider role, another role or another subject is not. A name that a maker uses with a content that is not known here
//! is judged like any other binding.
//!
//! The rows follow what the makers' public documentation, manifests and source show. Bindings to accounts in the platform's own namespaces are not
//! here, because those are of the platform already.

use super::Who::{self, Account, Group, OwnAccount, OwnGroup, User};
use crate::analysis::rbac::Subject;
use crate::analysis::rbac::subjects::{AUTHENTICATED, MASTERS, NODES, UNAUTHENTICATED};
use crate::kinds::rbac::PolicyRule;

/// Where a binding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    /// A ClusterRoleBinding.
    Cluster,
    /// A RoleBinding in any namespace: the distribution makes one in each.
    Every,
}

/// One rule of a role: verbs, API groups, resources, paths.
type Rule = (&'static [&'static str], &'static [&'static str], &'static [&'static str], &'static [&'static str]);

/// What the role of a binding may hold.
#[derive(Clone, Copy, Debug)]
pub(super) enum Content {
    /// These rules at most.
    Within(&'static [Rule]),
    /// The paths that Kubernetes' own role of that name opens; the distribution changes that role with every version.
    Kubernetes,
}

/// A binding that a distribution makes.
#[derive(Debug)]
pub struct Provided {
    distributions: &'static [&'static str],
    at: At,
    binding: &'static str,
    role: &'static str,
    who: &'static [Who],
    content: Content,
}

use At::{Cluster, Every};
use Content::{Kubernetes, Within};

const EKS: &[&str] = &["eks"];
const GKE: &[&str] = &["gke", "gke-autopilot"];
const AKS: &[&str] = &["aks"];
const OPENSHIFT: &[&str] = &["openshift"];
const TALOS: &[&str] = &["talos"];
const RKE2: &[&str] = &["rke2"];
const K3S: &[&str] = &["k3s"];

const EVERYBODY: &[Who] = &[Group(AUTHENTICATED), Group(UNAUTHENTICATED)];
const LOGGED_IN: &[Who] = &[Group(AUTHENTICATED), Group("system:authenticated:oauth")];

const CERTIFICATES: &str = "certificates.k8s.io";
const READ: &[&str] = &["get", "list", "watch"];

const fn row(
    distributions: &'static [&'static str],
    at: At,
    binding: &'static str,
    role: &'static str,
    who: &'static [Who],
    content: Content,
) -> Provided {
    Provided { distributions, at, binding, role, who, content }
}

const ROWS: &[Provided] = &[
    // EKS: what nodes ask for themselves, and the network proxy of Windows and Fargate nodes.
    row(
        EKS,
        Cluster,
        "eks:node-bootstrapper",
        "eks:node-bootstrapper",
        &[Group("system:bootstrappers"), Group(NODES)],
        Within(&[(&["create"], &[CERTIFICATES], &["certificatesigningrequests/selfnodeserver"], &[])]),
    ),
    row(EKS, Cluster, "eks:kube-proxy-windows", "system:node-proxier", &[Group("eks:kube-proxy-windows")], Kubernetes),
    row(EKS, Cluster, "eks:kube-proxy-fargate", "system:node-proxier", &[Group("system:node-proxier")], Kubernetes),
    row(EKS, Cluster, "eks:kube-proxy", "system:node-proxier", &[Account("kube-system", "kube-proxy")], Kubernetes),
    row(
        EKS,
        Cluster,
        "eks:podsecuritypolicy:authenticated",
        "eks:podsecuritypolicy:privileged",
        &[Group(AUTHENTICATED)],
        Within(&[(&["use"], &["policy", "extensions"], &["podsecuritypolicies"], &[])]),
    ),
    // GKE: kubelets, and the API server's own login at them.
    row(GKE, Cluster, "kubelet-cluster-admin", "system:node", &[User("kubelet")], Kubernetes),
    row(GKE, Cluster, "kubelet-bootstrap", "system:node-bootstrapper", &[User("kubelet")], Kubernetes),
    row(
        GKE,
        Cluster,
        "kubelet-bootstrap-node-bootstrapper",
        "system:node-bootstrapper",
        &[User("kubelet"), User("kubelet-bootstrap")],
        Kubernetes,
    ),
    row(
        GKE,
        Cluster,
        "kubelet-bootstrap-certificate-bootstrap",
        "gce:beta:kubelet-certificate-bootstrap",
        &[User("kubelet"), User("kubelet-bootstrap")],
        Within(&[FIRST_CERTIFICATE]),
    ),
    row(
        GKE,
        Cluster,
        "gce:beta:kubelet-certificate-bootstrap",
        "gce:beta:kubelet-certificate-bootstrap",
        &[User("kubelet")],
        Within(&[FIRST_CERTIFICATE]),
    ),
    row(
        GKE,
        Cluster,
        "gce:beta:kubelet-certificate-rotation",
        "gce:beta:kubelet-certificate-rotation",
        &[Group(NODES)],
        Within(&[(
            &["create"],
            &[CERTIFICATES],
            &["certificatesigningrequests/selfnodeclient", "certificatesigningrequests/selfnodeserver"],
            &[],
        )]),
    ),
    row(
        GKE,
        Cluster,
        "kube-apiserver-kubelet-api-admin",
        "kubelet-api-admin",
        &[User("kube-apiserver")],
        Within(&[
            (&["*"], &[""], &["nodes/proxy", "nodes/log", "nodes/stats", "nodes/metrics", "nodes/spec"], &[]),
            (READ, &[""], &["nodes"], &[]),
            (&["proxy"], &[""], &["nodes"], &[]),
        ]),
    ),
    row(GKE, Cluster, "npd-binding", "system:node-problem-detector", &[User("system:node-problem-detector")], Kubernetes),
    // AKS: the provider's own helpers have users named aks-*; the user of local accounts is everybody who may list the administrators' credential.
    // Without Entra ID the user of ordinary credentials is an administrator too. AKS puts the binding back where somebody takes it away.
    row(AKS, Cluster, "aks-cluster-admin-binding", "cluster-admin", &[User("clusterAdmin"), User("clusterUser")], Kubernetes),
    // OpenShift: accounts that every project has.
    row(
        OPENSHIFT,
        Every,
        "system:image-pullers",
        "system:image-puller",
        &[OwnGroup],
        Within(&[(&["get"], IMAGE, &["imagestreams/layers"], &[])]),
    ),
    row(
        OPENSHIFT,
        Every,
        "system:image-builders",
        "system:image-builder",
        &[OwnAccount("builder")],
        Within(&[
            (&["get", "update"], IMAGE, &["imagestreams/layers"], &[]),
            (&["create"], IMAGE, &["imagestreams"], &[]),
            (&["update"], BUILD, &["builds/details"], &[]),
            (&["get"], BUILD, &["builds"], &[]),
        ]),
    ),
    row(
        OPENSHIFT,
        Every,
        "system:deployers",
        "system:deployer",
        &[OwnAccount("deployer")],
        Within(&[
            (&["delete"], &["", "apps.openshift.io"], &["replicationcontrollers"], &[]),
            (
                &["get", "list", "watch", "update", "patch"],
                &["", "apps.openshift.io"],
                &["replicationcontrollers", "replicationcontrollers/scale"],
                &[],
            ),
            (&["create", "get", "list", "watch"], &[""], &["pods"], &[]),
            (&["get"], &[""], &["pods/log"], &[]),
            (&["create", "list"], &["", "events.k8s.io"], &["events"], &[]),
            (&["create", "update"], IMAGE, &["imagestreamtags", "imagetags"], &[]),
        ]),
    ),
    // OpenShift: what everybody and everybody who logged in may do.
    row(
        OPENSHIFT,
        Cluster,
        "system:scope-impersonation",
        "system:scope-impersonation",
        EVERYBODY,
        Within(&[(&["impersonate"], &["authentication.k8s.io"], &["userextras/scopes.authorization.openshift.io"], &[])]),
    ),
    row(
        OPENSHIFT,
        Cluster,
        "system:oauth-token-deleters",
        "system:oauth-token-deleter",
        EVERYBODY,
        Within(&[(&["delete"], &["", "oauth.openshift.io"], &["oauthaccesstokens", "oauthauthorizetokens"], &[])]),
    ),
    row(
        OPENSHIFT,
        Cluster,
        "system:webhooks",
        "system:webhook",
        EVERYBODY,
        Within(&[(&["get", "create"], BUILD, &["buildconfigs/webhooks"], &[])]),
    ),
    row(OPENSHIFT, Cluster, "self-access-reviewers", "self-access-reviewer", EVERYBODY, Within(&[REVIEW_SELF])),
    row(
        OPENSHIFT,
        Cluster,
        "system:openshift:public-info-viewer",
        "system:openshift:public-info-viewer",
        EVERYBODY,
        Within(&[(&["get"], &[], &[], &["/.well-known", "/.well-known/*"])]),
    ),
    row(
        OPENSHIFT,
        Cluster,
        "system:openshift:discovery",
        "system:openshift:discovery",
        EVERYBODY,
        Within(&[(
            &["get"],
            &[],
            &[],
            &[
                "/",
                "/api",
                "/api/*",
                "/apis",
                "/apis/*",
                "/oapi",
                "/oapi/*",
                "/openapi/v2",
                "/openapi/v3",
                "/openapi/v3/*",
                "/osapi",
                "/osapi/",
                "/swagger.json",
                "/swaggerapi",
                "/swaggerapi/*",
                "/swagger-2.0.0.pb-v1",
                "/version",
                "/version/*",
                "/.well-known",
                "/.well-known/*",
            ],
        )]),
    ),
    row(
        OPENSHIFT,
        Cluster,
        "cluster-status-binding",
        "cluster-status",
        EVERYBODY,
        Within(&[(&["get"], &[], &[], &["/healthz", "/healthz/", "/version", "/version/*", "/.well-known", "/.well-known/*", "/"])]),
    ),
    row(
        OPENSHIFT,
        Cluster,
        "basic-users",
        "basic-user",
        LOGGED_IN,
        Within(&[
            (&["get"], &["", "user.openshift.io"], &["users"], &[]),
            (&["list"], &["", "project.openshift.io"], &["projectrequests"], &[]),
            (&["get", "list"], &["", "authorization.openshift.io"], &["clusterroles"], &[]),
            (READ, &["rbac.authorization.k8s.io"], &["clusterroles"], &[]),
            (READ, &["storage.k8s.io"], &["storageclasses"], &[]),
            (READ, &["snapshot.storage.k8s.io"], &["volumesnapshotclasses"], &[]),
            (&["list", "watch"], &["", "project.openshift.io"], &["projects"], &[]),
            REVIEW_SELF,
        ]),
    ),
    row(
        OPENSHIFT,
        Cluster,
        "self-provisioners",
        "self-provisioner",
        LOGGED_IN,
        Within(&[(&["create"], &["", "project.openshift.io"], &["projectrequests"], &[])]),
    ),
    row(
        OPENSHIFT,
        Cluster,
        "system:openshift:useroauthaccesstoken-manager",
        "system:openshift:useroauthaccesstoken-manager",
        LOGGED_IN,
        Within(&[(&["get", "list", "watch", "delete"], &["oauth.openshift.io"], &["useroauthaccesstokens"], &[])]),
    ),
    row(OPENSHIFT, Cluster, "system:build-strategy-docker-binding", "system:build-strategy-docker", LOGGED_IN, Within(&[STRATEGY])),
    row(OPENSHIFT, Cluster, "system:build-strategy-source-binding", "system:build-strategy-source", LOGGED_IN, Within(&[STRATEGY])),
    row(
        OPENSHIFT,
        Cluster,
        "system:build-strategy-jenkinspipeline-binding",
        "system:build-strategy-jenkinspipeline",
        LOGGED_IN,
        Within(&[STRATEGY]),
    ),
    row(
        OPENSHIFT,
        Cluster,
        "helm-chartrepos-view",
        "helm-chartrepos-viewer",
        LOGGED_IN,
        Within(&[(READ, &["helm.openshift.io"], &["helmchartrepositories", "projecthelmchartrepositories"], &[])]),
    ),
    row(
        OPENSHIFT,
        Cluster,
        "console-extensions-reader",
        "console-extensions-reader",
        LOGGED_IN,
        Within(&[(
            READ,
            &["console.openshift.io"],
            &[
                "consolelinks",
                "consolenotifications",
                "consoleexternalloglinks",
                "consoleclidownloads",
                "consoleyamlsamples",
                "consolequickstarts",
                "consoleplugins",
                "consolesamples",
            ],
            &[],
        )]),
    ),
    row(
        OPENSHIFT,
        Cluster,
        "cluster-admins",
        "cluster-admin",
        &[Group("system:cluster-admins"), User("system:admin"), Group(MASTERS)],
        Kubernetes,
    ),
    // Talos and RKE2: how nodes join, and the provider's own controllers.
    row(
        TALOS,
        Cluster,
        "system-bootstrap-node-bootstrapper",
        "system:node-bootstrapper",
        &[Group("system:bootstrappers"), Group(NODES)],
        Within(&[JOIN]),
    ),
    row(
        TALOS,
        Cluster,
        "system-bootstrap-approve-node-client-csr",
        "system:certificates.k8s.io:certificatesigningrequests:nodeclient",
        &[Group("system:bootstrappers"), Group("system:bootstrappers:nodes")],
        Within(&[FIRST_CERTIFICATE]),
    ),
    row(
        TALOS,
        Cluster,
        "system-bootstrap-node-renewal",
        "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
        &[Group(NODES)],
        Within(&[NEXT_CERTIFICATE]),
    ),
    row(
        RKE2,
        Cluster,
        "rke2-cloud-controller-manager-auth-delegator",
        "system:auth-delegator",
        &[User("rke2-cloud-controller-manager")],
        Kubernetes,
    ),
    // Its load balancer for Services is made of DaemonSets.
    row(RKE2, Cluster, "rke2-cloud-controller-manager", "rke2-cloud-controller-manager", &[User("rke2-cloud-controller-manager")], CLOUD),
    row(K3S, Cluster, "k3s-cloud-controller-manager", "k3s-cloud-controller-manager", &[User("k3s-cloud-controller-manager")], CLOUD),
    row(
        RKE2,
        Cluster,
        "system:rke2-controller",
        "system:rke2-controller",
        &[User("system:rke2-controller")],
        Within(&[
            (&["get"], &[""], &["nodes"], &[]),
            (&["list", "watch"], &[""], &["namespaces"], &[]),
            (&["list", "watch"], &["networking.k8s.io"], &["networkpolicies"], &[]),
            (READ, &[""], &["endpoints", "pods"], &[]),
            (&["create"], &[""], &["serviceaccounts/token"], &[]),
            (&["list", "get"], &["helm.cattle.io"], &["helmcharts", "helmchartconfigs"], &[]),
        ]),
    ),
];

/// The role of the cloud controller that K3s and RKE2 bring, which they keep alike; older releases had volumes and endpoints in it.
const CLOUD: Content = Within(&[
    (&["get", "create", "update"], &["coordination.k8s.io"], &["leases"], &[]),
    (&["create", "patch", "update"], &[""], &["events"], &[]),
    (&["*"], &[""], &["nodes"], &[]),
    (&["patch"], &[""], &["nodes/status", "services/status"], &[]),
    (&["get", "list", "watch", "patch", "update"], &[""], &["services", "pods"], &[]),
    (&["create", "get"], &[""], &["serviceaccounts", "namespaces"], &[]),
    (&["*"], &["apps"], &["daemonsets"], &[]),
    (READ, &["discovery.k8s.io"], &["endpointslices"], &[]),
    (&["get", "list", "update", "watch"], &[""], &["persistentvolumes"], &[]),
    (&["create", "get", "list", "watch", "update"], &[""], &["endpoints"], &[]),
]);

/// Approval of a node's first certificate.
const FIRST_CERTIFICATE: Rule = (&["create"], &[CERTIFICATES], &["certificatesigningrequests/nodeclient"], &[]);
/// Approval of those that follow it.
const NEXT_CERTIFICATE: Rule = (&["create"], &[CERTIFICATES], &["certificatesigningrequests/selfnodeclient"], &[]);
const JOIN: Rule = (&["create", "get", "list", "watch"], &[CERTIFICATES], &["certificatesigningrequests"], &[]);
const IMAGE: &[&str] = &["", "image.openshift.io"];
const BUILD: &[&str] = &["", "build.openshift.io"];
const STRATEGY: Rule = (&["create"], BUILD, &["builds/docker", "builds/optimizeddocker", "builds/source", "builds/jenkinspipeline"], &[]);
const REVIEW_SELF: Rule = (
    &["create"],
    &["", "authorization.openshift.io", "authorization.k8s.io"],
    &["selfsubjectrulesreviews", "selfsubjectaccessreviews"],
    &[],
);

/// The row of a binding that this distribution makes with that name, place and role, for these subjects and no others.
pub(super) fn find(distribution: &str, namespace: &str, name: &str, role: &str, subjects: &[Subject]) -> Option<&'static Provided> {
    ROWS.iter().find(|row| {
        row.distributions.contains(&distribution)
            && (row.at == Cluster) == namespace.is_empty()
            && (row.binding, row.role) == (name, role)
            && subjects.iter().all(|subject| row.who.iter().any(|who| who.is(subject, namespace)))
    })
}

impl Provided {
    /// Whether rules give no more than the distribution's own role does; none where the role is Kubernetes' own, and judged as that.
    pub(super) fn covers(&self, rules: &[&PolicyRule]) -> Option<bool> {
        let Within(content) = self.content else { return None };
        let owned: Vec<PolicyRule> =
            content.iter().map(|(verbs, groups, resources, paths)| super::rule(verbs, groups, resources, paths)).collect();
        let owned: Vec<&PolicyRule> = owned.iter().collect();
        Some(rules.iter().all(|rule| rule.covered_by(&owned)))
    }
}

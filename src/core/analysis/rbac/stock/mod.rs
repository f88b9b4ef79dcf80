//! What Kubernetes, its installers and its distributions bind by themselves, known by name and by content: a binding is stock when it has a
//! stock name, refers to the role of that name, names no subject beyond the expected, and its role opens no path beyond the expected. So a
//! default that somebody widened is found, and an untouched cluster stays quiet. The label `kubernetes.io/bootstrapping` is not asked:
//! anybody who can write roles can set it, and some installers don't.
//!
//! Where the subjects are everybody (discovery, basic user, public information), the whole content of the role is known; elsewhere the paths
//! of `escalation` are, because the harmless part of some eighty roles changes with every version.

mod providers;

pub use providers::Provided;

use super::subjects::{AUTHENTICATED, MASTERS, NODES, SERVICE_ACCOUNTS, UNAUTHENTICATED};
use super::{Bound, Rbac, Subject, escalation};
use crate::kinds::rbac::PolicyRule;

/// Group of nodes that join with a token of kubeadm.
const JOINING: &str = "system:bootstrappers:kubeadm:default-node-token";

/// A subject that is expected.
#[derive(Debug)]
enum Who {
    /// A user.
    User(&'static str),
    /// A group.
    Group(&'static str),
    /// An account, by namespace and name.
    Account(&'static str, &'static str),
    /// The account of that name in the binding's own namespace.
    OwnAccount(&'static str),
    /// All accounts of the binding's own namespace.
    OwnGroup,
}

impl Who {
    fn is(&self, subject: &Subject, namespace: &str) -> bool {
        *subject
            == match self {
                Self::User(name) => Subject::user(name),
                Self::Group(name) => Subject::group(name),
                Self::Account(namespace, name) => Subject::account(namespace, name),
                Self::OwnAccount(name) => Subject::account(namespace, name),
                Self::OwnGroup => Subject::group(&format!("{SERVICE_ACCOUNTS}:{namespace}")),
            }
    }
}

use Who::{Account, Group, User};

/// Namespace ("" for a ClusterRoleBinding), name, role, subjects.
type Row = (&'static str, &'static str, &'static str, &'static [Who]);

const SYSTEM: &str = "kube-system";

const BINDINGS: &[Row] = &[
    // Kubernetes itself.
    ("", "cluster-admin", "cluster-admin", &[Group(MASTERS)]),
    ("", "system:discovery", "system:discovery", &[Group(AUTHENTICATED)]),
    ("", "system:basic-user", "system:basic-user", &[Group(AUTHENTICATED)]),
    ("", "system:public-info-viewer", "system:public-info-viewer", &[Group(AUTHENTICATED), Group(UNAUTHENTICATED)]),
    ("", "system:service-account-issuer-discovery", "system:service-account-issuer-discovery", &[Group(SERVICE_ACCOUNTS)]),
    ("", "system:cluster-trust-bundle-discovery", "system:cluster-trust-bundle-discovery", &[Group(SERVICE_ACCOUNTS)]),
    ("", "system:monitoring", "system:monitoring", &[Group("system:monitoring")]),
    ("", "system:node", "system:node", &[]),
    ("", "system:node-proxier", "system:node-proxier", &[User("system:kube-proxy")]),
    ("", "system:kube-controller-manager", "system:kube-controller-manager", &[User("system:kube-controller-manager")]),
    ("", "system:kube-scheduler", "system:kube-scheduler", &[User("system:kube-scheduler")]),
    ("", "system:volume-scheduler", "system:volume-scheduler", &[User("system:kube-scheduler")]),
    ("", "system:kube-dns", "system:kube-dns", &[Account(SYSTEM, "kube-dns")]),
    (
        SYSTEM,
        "system::extension-apiserver-authentication-reader",
        "extension-apiserver-authentication-reader",
        &[User("system:kube-controller-manager"), User("system:kube-scheduler")],
    ),
    (
        SYSTEM,
        "system::leader-locking-kube-controller-manager",
        "system::leader-locking-kube-controller-manager",
        &[
            User("system:kube-controller-manager"),
            Account(SYSTEM, "kube-controller-manager"),
            Account(SYSTEM, "leader-election-controller"),
        ],
    ),
    (
        SYSTEM,
        "system::leader-locking-kube-scheduler",
        "system::leader-locking-kube-scheduler",
        &[User("system:kube-scheduler"), Account(SYSTEM, "kube-scheduler")],
    ),
    ("kube-public", "system:controller:bootstrap-signer", "system:controller:bootstrap-signer", &[Account(SYSTEM, "bootstrap-signer")]),
    // kubeadm.
    ("", "kubeadm:cluster-admins", "cluster-admin", &[Group("kubeadm:cluster-admins")]),
    ("", "kubeadm:get-nodes", "kubeadm:get-nodes", &[Group(JOINING)]),
    ("", "kubeadm:kubelet-bootstrap", "system:node-bootstrapper", &[Group(JOINING)]),
    ("", "kubeadm:node-autoapprove-bootstrap", "system:certificates.k8s.io:certificatesigningrequests:nodeclient", &[Group(JOINING)]),
    (
        "",
        "kubeadm:node-autoapprove-certificate-rotation",
        "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient",
        &[Group(NODES)],
    ),
    ("", "kubeadm:node-proxier", "system:node-proxier", &[Account(SYSTEM, "kube-proxy")]),
    ("", "system:coredns", "system:coredns", &[Account(SYSTEM, "coredns")]),
    ("kube-public", "kubeadm:bootstrap-signer-clusterinfo", "kubeadm:bootstrap-signer-clusterinfo", &[User("system:anonymous")]),
    (SYSTEM, "kubeadm:kubelet-config", "kubeadm:kubelet-config", &[Group(NODES), Group(JOINING)]),
    (SYSTEM, "kubeadm:nodes-kubeadm-config", "kubeadm:nodes-kubeadm-config", &[Group(NODES), Group(JOINING)]),
    (SYSTEM, "kube-proxy", "kube-proxy", &[Group(JOINING)]),
    // kind.
    ("", "kindnet", "kindnet", &[Account(SYSTEM, "kindnet")]),
    (
        "",
        "local-path-provisioner-bind",
        "local-path-provisioner-role",
        &[
            Account("local-path-storage", "local-path-provisioner-service-account"),
            Account(SYSTEM, "local-path-provisioner-service-account"),
        ],
    ),
    (
        "local-path-storage",
        "local-path-provisioner-bind",
        "local-path-provisioner-role",
        &[Account("local-path-storage", "local-path-provisioner-service-account")],
    ),
    // k3s and RKE2.
    ("", "k3s-cloud-controller-manager", "k3s-cloud-controller-manager", &[User("k3s-cloud-controller-manager")]),
    ("", "k3s-cloud-controller-manager-auth-delegator", "system:auth-delegator", &[User("k3s-cloud-controller-manager")]),
    ("", "system:k3s-controller", "system:k3s-controller", &[User("system:k3s-controller")]),
    ("", "system:rke2-controller", "system:rke2-controller", &[User("system:rke2-controller")]),
    ("", "kube-apiserver-kubelet-admin", "system:kubelet-api-admin", &[User("kube-apiserver")]),
    ("", "metrics-server:system:auth-delegator", "system:auth-delegator", &[Account(SYSTEM, "metrics-server")]),
    ("", "system:metrics-server", "system:metrics-server", &[Account(SYSTEM, "metrics-server")]),
    ("", "traefik", "traefik", &[Account(SYSTEM, "traefik")]),
    ("", "traefik-kube-system", "traefik-kube-system", &[Account(SYSTEM, "traefik")]),
    (
        SYSTEM,
        "k3s-cloud-controller-manager-authentication-reader",
        "extension-apiserver-authentication-reader",
        &[User("k3s-cloud-controller-manager")],
    ),
    (SYSTEM, "metrics-server-auth-reader", "extension-apiserver-authentication-reader", &[Account(SYSTEM, "metrics-server")]),
];

/// Paths that stock roles open, as they come. What is not here opens none.
const PATHS: &[(&str, &[&str])] = &[
    ("cluster-admin", &["wildcard"]),
    ("system:kube-controller-manager", &["read_secrets", "create_tokens"]),
    ("system:kubelet-api-admin", &["nodes_proxy", "nodes_log"]),
    ("system:node", &["create_pods", "read_secrets", "create_tokens", "patch_nodes"]),
    ("system:persistent-volume-provisioner", &["create_persistentvolumes"]),
    ("system:controller:bootstrap-signer", &["read_secrets"]),
    ("system:controller:token-cleaner", &["read_secrets"]),
    ("system:controller:certificate-controller", &["approve_csr", "sign_csr"]),
    ("system:controller:clusterrole-aggregation-controller", &["escalate"]),
    ("system:controller:cronjob-controller", &["create_pods", "update_workloads"]),
    ("system:controller:daemon-set-controller", &["create_pods", "update_workloads"]),
    ("system:controller:deployment-controller", &["create_pods", "update_workloads"]),
    ("system:controller:expand-controller", &["read_secrets"]),
    // It marks tokens that nobody used, with patches that are answered with the Secret.
    ("system:controller:legacy-service-account-token-cleaner", &["read_secrets"]),
    ("system:controller:root-ca-cert-publisher", &["change_configmaps"]),
    ("system:controller:cloud-provider", &["change_configmaps"]),
    // It asked a Service of this name for measurements, long ago.
    ("system:controller:horizontal-pod-autoscaler", &["proxy"]),
    ("system:controller:resource-claim-controller", &["admin_access_devices"]),
    ("system:controller:job-controller", &["create_pods", "update_workloads"]),
    ("system:controller:node-controller", &["patch_nodes"]),
    ("system:controller:persistent-volume-binder", &["create_pods", "create_persistentvolumes", "read_secrets"]),
    ("system:controller:replicaset-controller", &["create_pods", "update_workloads"]),
    ("system:controller:replication-controller", &["create_pods", "update_workloads"]),
    ("system:controller:resourcequota-controller", &["read_secrets"]),
    ("system:controller:statefulset-controller", &["create_pods", "update_workloads"]),
    ("system:controller:ttl-controller", &["patch_nodes"]),
    // The three roles for people; they are given by hand, so this says only what their own content may be.
    ("admin", EDIT),
    ("edit", EDIT),
    ("system:aggregate-to-edit", EDIT),
    // Distributions.
    ("kindnet", &["patch_nodes"]),
    ("k3s-cloud-controller-manager", &["patch_nodes", "create_pods", "update_workloads"]),
    ("local-path-provisioner-role", &["create_pods", "update_workloads", "create_persistentvolumes"]),
    ("traefik", &["read_secrets"]),
    ("traefik-kube-system", &["read_secrets"]),
];

/// Roles that hold for objects of every kind, with what that opens.
const OF_EVERYTHING: &[(&str, &[&[&str]])] = &[
    ("system:controller:namespace-controller", &[REMOVING]),
    ("system:controller:generic-garbage-collector", &[REMOVING, CHANGING]),
    ("system:controller:storage-version-migrator-controller", &[REMOVING, CHANGING, MAKING]),
];

/// What reading and deleting everything opens.
const REMOVING: &[&str] = &[
    "exec",
    "read_secrets",
    "nodes_proxy",
    "change_webhooks",
    "change_admission_policies",
    "change_apiservices",
    "portforward",
    "proxy",
    "nodes_log",
    "change_policy_engines",
    "change_policy_exceptions",
    "change_network_policies",
    "change_mesh_policies",
    "change_agents",
    "change_crds",
    "change_configmaps",
    "change_logins",
];

/// What changing everything opens beside it.
const CHANGING: &[&str] = &[
    "update_workloads",
    "ephemeral_containers",
    "patch_nodes",
    "patch_namespaces",
    "create_pods_by_controller",
    "deploy_by_controller",
    "change_nodes_by_controller",
];

/// What making everything opens beside that.
const MAKING: &[&str] = &["create_pods", "create_tokens", "create_persistentvolumes", "admin_access_devices"];

/// What the built-in role edit is for, in its namespace; what makes pods by way of a controller gives no more than making them does.
const EDIT: &[&str] = &[
    "create_pods",
    "update_workloads",
    "exec",
    "read_secrets",
    "create_tokens",
    "impersonate",
    "create_pods_by_controller",
    "portforward",
    "proxy",
    "admin_access_devices",
    "change_configmaps",
    "change_network_policies",
];

/// Rights that reach everybody: verbs, groups, resources, paths. Versions before 1.14 gave more paths, which are the same documents.
type Content = (&'static [&'static str], &'static [&'static str], &'static [&'static str], &'static [&'static str]);

const CONTENTS: &[(&str, &[Content])] = &[
    ("system:public-info-viewer", &[(&["get"], &[], &[], HEALTH)]),
    (
        "system:discovery",
        &[
            (&["get"], &[], &[], HEALTH),
            (&["get"], &[], &[], &["/api", "/api/*", "/apis", "/apis/*", "/openapi", "/openapi/*"]),
            (&["get"], &[], &[], &["/swagger*"]),
        ],
    ),
    (
        "system:basic-user",
        &[
            (&["create"], &["authorization.k8s.io"], &["selfsubjectaccessreviews", "selfsubjectrulesreviews"], &[]),
            (&["create"], &["authentication.k8s.io"], &["selfsubjectreviews"], &[]),
        ],
    ),
    (
        "system:service-account-issuer-discovery",
        &[(
            &["get"],
            &[],
            &[],
            &["/.well-known/openid-configuration", "/.well-known/openid-configuration/", "/openid/v1/jwks", "/openid/v1/jwks/"],
        )],
    ),
    ("system:cluster-trust-bundle-discovery", &[(&["get", "list", "watch"], &["certificates.k8s.io"], &["clustertrustbundles"], &[])]),
];

const HEALTH: &[&str] = &["/healthz", "/livez", "/readyz", "/version", "/version/"];

/// Whether a binding has a stock name and place, refers to the role that belongs to it, and names no subject beyond the expected.
#[must_use]
pub fn has_stock_shape(bound: &Bound<'_>) -> bool {
    let (namespace, name) = (bound.namespace(), bound.binding.metadata.name.as_str());
    let role = &bound.binding.role_ref.name;
    if let Some(controller) = name.strip_prefix("system:controller:")
        && matches!(namespace, "" | SYSTEM)
    {
        return role == name && bound.subjects.iter().all(|s| *s == Subject::account(SYSTEM, controller));
    }
    bound.provided.is_some()
        || BINDINGS.iter().any(|(at, known, gives, who)| {
            *at == namespace && *known == name && *gives == role && bound.subjects.iter().all(|s| who.iter().any(|w| w.is(s, namespace)))
        })
}

/// What a distribution is known to bind by this name, if the binding is that.
#[must_use]
pub fn provided(distribution: &str, bound: &Bound<'_>) -> Option<&'static Provided> {
    let (name, role) = (&bound.binding.metadata.name, &bound.binding.role_ref.name);
    providers::find(distribution, bound.namespace(), name, role, &bound.subjects)
}

/// Whether a role of this name opens a path as it comes.
#[must_use]
pub fn opens(role: &str, path: &str) -> bool {
    PATHS.iter().any(|(name, paths)| *name == role && paths.contains(&path))
        || OF_EVERYTHING.iter().any(|(name, lists)| *name == role && lists.iter().any(|paths| paths.contains(&path)))
}

/// Whether a role's rules give no more than is known of it; a role of which nothing is known in full is not limited here.
#[must_use]
pub fn within_content(role: &str, rules: &[&PolicyRule]) -> bool {
    let Some((_, contents)) = CONTENTS.iter().find(|(name, _)| *name == role) else {
        return role != "kubeadm:bootstrap-signer-clusterinfo" || rules.iter().all(|rule| rule.covered_by(&[&cluster_info()]));
    };
    let owned: Vec<PolicyRule> = contents.iter().map(|(verbs, groups, resources, paths)| rule(verbs, groups, resources, paths)).collect();
    let owned: Vec<&PolicyRule> = owned.iter().collect();
    rules.iter().all(|rule| rule.covered_by(&owned))
}

fn rule(verbs: &[&str], groups: &[&str], resources: &[&str], paths: &[&str]) -> PolicyRule {
    let own = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
    PolicyRule {
        verbs: own(verbs),
        api_groups: own(groups),
        resources: own(resources),
        non_resource_urls: own(paths),
        ..PolicyRule::default()
    }
}

fn cluster_info() -> PolicyRule {
    PolicyRule {
        verbs: vec!["get".to_owned()],
        api_groups: vec![String::new()],
        resources: vec!["configmaps".to_owned()],
        resource_names: vec!["cluster-info".to_owned()],
        ..PolicyRule::default()
    }
}

/// Whether a ClusterRole is one that every cluster has, by name: what the API server makes at its start.
#[must_use]
pub fn is_builtin_role(name: &str) -> bool {
    matches!(name, "cluster-admin" | "admin" | "edit" | "view")
        || name.starts_with("system:controller:")
        || name.starts_with("system:aggregate-to-")
        || name.starts_with("system:certificates.k8s.io:")
        || matches!(
            name.strip_prefix("system:").unwrap_or_default(),
            "auth-delegator"
                | "basic-user"
                | "discovery"
                | "heapster"
                | "kube-aggregator"
                | "kube-controller-manager"
                | "kube-dns"
                | "kube-scheduler"
                | "kubelet-api-admin"
                | "monitoring"
                | "node"
                | "node-bootstrapper"
                | "node-problem-detector"
                | "node-proxier"
                | "persistent-volume-provisioner"
                | "public-info-viewer"
                | "service-account-issuer-discovery"
                | "volume-scheduler"
        )
        || BINDINGS.iter().any(|(_, _, role, _)| *role == name)
}

impl Rbac<'_> {
    /// The paths of a binding that are not there by default: of a stock binding those that its role should not open, of any other all.
    #[must_use]
    pub fn surplus(&self, bound: &Bound<'_>) -> Vec<escalation::Found> {
        let within = bound.provided.and_then(|provided| provided.covers(&bound.rules));
        if within == Some(true) {
            return vec![];
        }
        let mut found = self.paths_of(bound);
        if within.is_none() && has_stock_shape(bound) {
            let role = &bound.binding.role_ref.name;
            // Stock bindings to nodes are those of kubeadm, which let a node renew its certificate and read its settings.
            found.retain(|f| !opens(role, f.path.id) && (f.path.id != "node_identity" || !within_node_rights(&bound.rules)));
        }
        found
    }

    /// Whether a role's rules open a path that a role of its name does not open as it comes.
    #[must_use]
    pub fn is_widened(&self, role: &str, rules: &[&PolicyRule]) -> bool {
        !within_content(role, rules) || self.paths_of_rules(rules).iter().any(|found| !opens(role, found.path.id))
    }

    /// Whether a binding is as Kubernetes or its distribution made it.
    #[must_use]
    pub fn is_stock(&self, bound: &Bound<'_>) -> bool {
        match bound.provided.and_then(|provided| provided.covers(&bound.rules)) {
            Some(within) => within,
            None => has_stock_shape(bound) && within_content(&bound.binding.role_ref.name, &bound.rules) && self.surplus(bound).is_empty(),
        }
    }
}

/// What kubeadm lets nodes do: ask for their own certificate, and read two named ConfigMaps.
fn within_node_rights(rules: &[&PolicyRule]) -> bool {
    rules.iter().all(|rule| {
        let certificates = rule.resources.iter().all(|r| r.starts_with("certificatesigningrequests/")) && !rule.resources.is_empty();
        let settings = rule.verbs == ["get"] && rule.resources == ["configmaps"] && !rule.resource_names.is_empty();
        certificates || settings
    })
}

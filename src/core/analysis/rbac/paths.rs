//! The ways from some rights to more: each with its name, the requests that open it, what comes of it and how to mend it. How they are found in
//! somebody's rules stands in `escalation`.

use crate::model::Severity;

/// One way from some rights to more.
#[derive(Debug)]
pub struct Path {
    /// Its name, the `rule` of findings.
    pub id: &'static str,
    /// Any of these requests opens it: verbs, group, resources.
    pub(super) opens: &'static [(&'static [&'static str], &'static str, &'static [&'static str])],
    /// Whether only a ClusterRoleBinding can give it, because it is about cluster-scoped objects.
    pub(super) cluster_only: bool,
    /// Whether it is told, for review, where it is limited to named objects.
    pub(super) named: bool,
    /// Severity in the whole cluster.
    pub(super) severity: Severity,
    /// What comes of it, after "so".
    pub consequence: &'static str,
    /// How to mend it.
    pub mend: &'static str,
}

pub(super) const WRITE: &[&str] = &["create", "update", "patch"];
pub(super) const CHANGE: &[&str] = &["update", "patch"];
const UNDO: &[&str] = &["create", "update", "patch", "delete"];
pub(super) const RBAC: &str = "rbac.authorization.k8s.io";
pub(super) const AUTHENTICATION: &str = "authentication.k8s.io";
pub(super) const CERTIFICATES: &str = "certificates.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";

pub(super) const WILDCARD: Path = Path {
    id: "wildcard",
    opens: &[],
    cluster_only: false,
    named: false,
    severity: Severity::Critical,
    consequence: "every other right can be taken and every object read and changed",
    mend: "Name the API groups, resources and verbs that the task needs, or bind a narrower role.",
};

pub(super) const NODE_IDENTITY: Path = Path {
    id: "node_identity",
    opens: &[],
    cluster_only: false,
    named: false,
    severity: Severity::High,
    consequence: "whoever escapes from a container to any node holds these rights, past the Node authorizer, which keeps each node to what it runs",
    mend: "Remove the binding to nodes, and give the right to the ServiceAccount of the agent that needs it.",
};

pub(super) const IMPERSONATE: Path = Path {
    id: "impersonate",
    opens: &[(&["impersonate"], "", &["users", "groups", "serviceaccounts"]), (&["impersonate"], AUTHENTICATION, &["uids"])],
    cluster_only: false,
    named: true,
    severity: Severity::Critical,
    consequence: "the holder can act under another name, an administrator's included, and the audit log shows that name too",
    mend: "Remove the verb impersonate, or limit it by resourceNames to the few names that the tool really speaks for.",
};

/// Since 1.36: the name is taken on for some actions only, which the verbs `impersonate-on:…` list on the resources themselves.
pub(super) const IMPERSONATE_ON: Path = Path {
    id: "impersonate_on",
    opens: &[
        (&["impersonate:user-info"], AUTHENTICATION, &["users", "groups"]),
        (&["impersonate:serviceaccount"], AUTHENTICATION, &["serviceaccounts"]),
        (&["impersonate:arbitrary-node"], AUTHENTICATION, &["nodes"]),
    ],
    cluster_only: false,
    named: true,
    severity: Severity::High,
    consequence: "the holder can do what the verbs impersonate-on list under another name, an administrator's included",
    mend: "Limit the verb by resourceNames to the names that the tool speaks for, and the verbs impersonate-on to the actions it needs.",
};

pub(super) const BIND: Path = Path {
    id: "bind",
    opens: &[(&["bind"], RBAC, &["clusterroles", "roles"])],
    cluster_only: false,
    named: true,
    severity: Severity::Critical,
    consequence: "the holder can give itself rights that it does not have, by binding a stronger role to itself",
    mend: "Remove the verb bind, or limit it by resourceNames to roles that may be handed on.",
};

pub(super) const ESCALATE: Path = Path {
    id: "escalate",
    opens: &[(&["escalate"], RBAC, &["clusterroles", "roles"])],
    cluster_only: false,
    named: true,
    severity: Severity::Critical,
    consequence: "the holder can write rights into a role that it does not have itself, and so into its own",
    mend: "Remove the verb escalate; only the aggregation controller of Kubernetes needs it.",
};

pub(super) const APPROVE: Path = Path {
    id: "approve_csr",
    opens: &[(&["approve"], CERTIFICATES, &["signers"])],
    cluster_only: true,
    named: true,
    severity: Severity::Critical,
    consequence: "the holder can have a client certificate issued to itself under any name, and nobody can revoke it",
    mend: "Limit the verb approve by resourceNames to the signer that is needed, and keep kubernetes.io/kube-apiserver-client out of it.",
};

pub(super) const SIGN: Path = Path {
    id: "sign_csr",
    opens: &[(&["sign"], CERTIFICATES, &["signers"])],
    cluster_only: true,
    named: true,
    severity: Severity::High,
    consequence: "the holder speaks for a signer of the cluster and decides which certificates others come to trust",
    mend: "Limit the verb sign by resourceNames to the signer that the component implements.",
};

/// The paths that one right opens, in the order in which they are told.
pub(super) const PLAIN: &[Path] = &[
    Path {
        id: "create_pods",
        opens: &[
            (&["create"], "", &["pods", "replicationcontrollers"]),
            (&["create"], "apps", &["deployments", "statefulsets", "daemonsets", "replicasets"]),
            (&["create"], "batch", &["jobs", "cronjobs"]),
        ],
        cluster_only: false,
        named: false,
        severity: Severity::High,
        consequence: "a new pod can run as any ServiceAccount of its namespace, mount any Secret of it and, where admission lets it, the node's files",
        mend: "Leave making workloads to the delivery tool, and enforce Pod Security on the namespaces in which it may.",
    },
    Path {
        id: "update_workloads",
        opens: &[
            (CHANGE, "", &["pods", "replicationcontrollers"]),
            (CHANGE, "apps", &["deployments", "statefulsets", "daemonsets", "replicasets"]),
            (CHANGE, "batch", &["jobs", "cronjobs"]),
        ],
        cluster_only: false,
        named: true,
        severity: Severity::High,
        consequence: "what runs can be replaced by another image, which then holds the workload's ServiceAccount and Secrets",
        mend: "Grant only the sub-resource that is needed (scale, status), and leave changing workloads to the delivery tool.",
    },
    Path {
        id: "exec",
        opens: &[(&["create", "get"], "", &["pods/exec", "pods/attach"])],
        cluster_only: false,
        named: true,
        severity: Severity::High,
        consequence: "commands can be run in running containers, with their ServiceAccount, Secrets and data",
        mend: "Remove pods/exec and pods/attach; grant them for a limited time when an incident needs them.",
    },
    Path {
        id: "ephemeral_containers",
        opens: &[(CHANGE, "", &["pods/ephemeralcontainers"])],
        cluster_only: false,
        named: true,
        severity: Severity::High,
        consequence: "a debugging container of any image can be put into a running pod, beside its processes and data",
        mend: "Remove pods/ephemeralcontainers; grant it for a limited time when an incident needs it.",
    },
    Path {
        id: "read_secrets",
        opens: &[(&["get", "list", "watch"], "", &["secrets"])],
        cluster_only: false,
        named: false,
        severity: Severity::High,
        consequence: "passwords, keys and tokens of other programs can be read and used; list and watch show the values too",
        mend: "Limit the right by resourceNames to the Secrets that the program needs, with the verb get only.",
    },
    Path {
        id: "create_tokens",
        opens: &[(&["create"], "", &["serviceaccounts/token"])],
        cluster_only: false,
        named: true,
        severity: Severity::High,
        consequence: "a token can be had for another ServiceAccount, which then acts under that name",
        mend: "Limit the right by resourceNames to the ServiceAccounts that it is meant for.",
    },
    Path {
        id: "nodes_proxy",
        opens: &[(&["get", "create", "update", "patch", "delete"], "", &["nodes/proxy"])],
        cluster_only: true,
        named: true,
        severity: Severity::Critical,
        consequence: "the kubelets can be reached past admission and the audit log; even get suffices to run commands in every container of a node",
        mend: "Replace nodes/proxy by the finer nodes/metrics, nodes/stats, nodes/log or nodes/healthz that monitoring really reads.",
    },
    Path {
        id: "change_webhooks",
        opens: &[(UNDO, ADMISSION, &["mutatingwebhookconfigurations", "validatingwebhookconfigurations"])],
        cluster_only: true,
        named: true,
        severity: Severity::High,
        consequence: "admission can be switched off, or every object that is written, Secrets included, be sent to and changed by another program",
        mend: "Limit the right by resourceNames to the component's own configuration, with get, update and patch only.",
    },
    Path {
        id: "change_admission_policies",
        opens: &[(
            UNDO,
            ADMISSION,
            &[
                "validatingadmissionpolicies",
                "validatingadmissionpolicybindings",
                "mutatingadmissionpolicies",
                "mutatingadmissionpolicybindings",
            ],
        )],
        cluster_only: true,
        named: true,
        severity: Severity::High,
        consequence: "the policies that keep dangerous workloads out can be lifted",
        mend: "Leave admission policies to the platform team's delivery tool.",
    },
    Path {
        id: "change_apiservices",
        opens: &[(UNDO, "apiregistration.k8s.io", &["apiservices"])],
        cluster_only: true,
        named: true,
        severity: Severity::High,
        consequence: "requests for an API group can be sent to another server, which sees who asks and answers what it likes",
        mend: "Limit the right by resourceNames to the component's own APIService.",
    },
    Path {
        id: "create_persistentvolumes",
        opens: &[(&["create"], "", &["persistentvolumes"])],
        cluster_only: true,
        named: false,
        severity: Severity::High,
        consequence: "a volume can be made from a path on a node, which a pod then mounts without asking for hostPath",
        mend: "Let a storage provisioner make volumes, and give people claims only.",
    },
    Path {
        id: "patch_nodes",
        opens: &[(CHANGE, "", &["nodes"])],
        cluster_only: true,
        named: true,
        severity: Severity::Medium,
        consequence: "labels and taints can be changed, so that workloads of the cardholder data environment run where the holder wants them",
        mend: "Leave nodes to the node's own kubelet and the autoscaler.",
    },
    Path {
        id: "patch_namespaces",
        opens: &[(CHANGE, "", &["namespaces"])],
        cluster_only: false,
        named: true,
        severity: Severity::High,
        consequence: "labels can be changed, which lifts Pod Security and moves the namespace out of what network and admission policies select",
        mend: "Leave namespaces and their labels to the platform team's delivery tool.",
    },
];

/// The path of that name.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Path> {
    [&WILDCARD, &IMPERSONATE, &IMPERSONATE_ON, &BIND, &ESCALATE, &APPROVE, &SIGN, &NODE_IDENTITY]
        .into_iter()
        .chain(PLAIN)
        .find(|path| path.id == id)
}

//! The ways from some rights to more: each with its name, the requests that open it, what comes of it and how to mend it. How they are found in
//! somebody's rules stands in `escalation`.

use crate::model::Severity;

/// Requests: verbs, group, resources. The resource `*` is any of the group, sub-resources left out.
pub(super) type Opens = &'static [(&'static [&'static str], &'static str, &'static [&'static str])];

/// What must be so in a cluster, beside the right, for a path to lead on; judged in `surroundings`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// Nothing else.
    Always,
    /// Connections are upgraded by `get` alone up to 1.34; later servers ask for `create` too.
    Upgrade,
    /// ConfigMaps: the ones meant configure the cluster itself.
    Settings,
    /// Devices: the namespace must be labelled for access as administrator.
    AdminAccess,
    /// Definitions: a new one takes nothing away, and of named ones only those of guards count.
    Definitions,
}

/// One way from some rights to more.
#[derive(Debug)]
pub struct Path {
    /// Its name, the `rule` of findings.
    pub id: &'static str,
    /// What its holder can do, as people read it.
    pub words: &'static str,
    /// Any of these requests opens it, wherever they are allowed.
    pub(super) opens: Opens,
    /// Any of these opens it too, where a ClusterRoleBinding allows them: they are about cluster-scoped objects.
    pub(super) everywhere: Opens,
    /// What else must be so.
    pub(super) when: When,
    /// Whether it is told, for review, where it is limited to named objects.
    pub(super) named: bool,
    /// Severity in the whole cluster.
    pub(super) severity: Severity,
    /// What comes of it, after "so".
    pub consequence: &'static str,
    /// How to mend it.
    pub mend: &'static str,
}

/// What paths have in common until they say otherwise.
pub(super) const BASE: Path = Path {
    id: "",
    words: "",
    opens: &[],
    everywhere: &[],
    when: When::Always,
    named: true,
    severity: Severity::High,
    consequence: "",
    mend: "",
};

pub(super) const WRITE: &[&str] = &["create", "update", "patch"];
pub(super) const CHANGE: &[&str] = &["update", "patch"];
/// What weakens a guard: changing it, taking it away alone or with all others, and putting another beside it.
pub(super) const UNDO: &[&str] = &["create", "update", "patch", "delete", "deletecollection"];
pub(super) const RBAC: &str = "rbac.authorization.k8s.io";
pub(super) const AUTHENTICATION: &str = "authentication.k8s.io";
pub(super) const CERTIFICATES: &str = "certificates.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";

pub(super) const WILDCARD: Path = Path {
    id: "wildcard",
    words: "do everything",
    opens: &[],
    named: false,
    severity: Severity::Critical,
    consequence: "every other right can be taken and every object read and changed",
    mend: "Name the API groups, resources and verbs that the task needs, or bind a narrower role.",
    ..BASE
};

pub(super) const NODE_IDENTITY: Path = Path {
    id: "node_identity",
    words: "act with the rights of all nodes",
    opens: &[],
    named: false,
    severity: Severity::High,
    consequence: "whoever escapes from a container to any node holds these rights, past the Node authorizer, which keeps each node to what it runs",
    mend: "Remove the binding to nodes, and give the right to the ServiceAccount of the agent that needs it.",
    ..BASE
};

pub(super) const IMPERSONATE: Path = Path {
    id: "impersonate",
    words: "act under other names",
    opens: &[(&["impersonate"], "", &["users", "groups", "serviceaccounts"]), (&["impersonate"], AUTHENTICATION, &["uids"])],
    named: true,
    severity: Severity::Critical,
    consequence: "the holder can act under another name, an administrator's included, and the audit log shows that name too",
    mend: "Remove the verb impersonate, or limit it by resourceNames to the few names that the tool really speaks for.",
    ..BASE
};

/// Since 1.36: the name is taken on for some actions only, which the verbs `impersonate-on:…` list on the resources themselves.
pub(super) const IMPERSONATE_ON: Path = Path {
    id: "impersonate_on",
    words: "act under other names for some actions",
    opens: &[
        (&["impersonate:user-info"], AUTHENTICATION, &["users", "groups"]),
        (&["impersonate:serviceaccount"], AUTHENTICATION, &["serviceaccounts"]),
        (&["impersonate:arbitrary-node", "impersonate:associated-node"], AUTHENTICATION, &["nodes"]),
    ],
    named: true,
    severity: Severity::High,
    consequence: "the holder can do what the verbs impersonate-on list under another name, an administrator's included",
    mend: "Limit the verb by resourceNames to the names that the tool speaks for, and the verbs impersonate-on to the actions it needs.",
    ..BASE
};

pub(super) const BIND: Path = Path {
    id: "bind",
    words: "bind stronger roles",
    opens: &[(&["bind"], RBAC, &["clusterroles", "roles"])],
    named: true,
    severity: Severity::Critical,
    consequence: "the holder can give itself rights that it does not have, by binding a stronger role to itself",
    mend: "Remove the verb bind, or limit it by resourceNames to roles that may be handed on.",
    ..BASE
};

pub(super) const ESCALATE: Path = Path {
    id: "escalate",
    words: "write stronger roles",
    opens: &[(&["escalate"], RBAC, &["clusterroles", "roles"])],
    named: true,
    severity: Severity::Critical,
    consequence: "the holder can write rights into a role that it does not have itself, and so into its own",
    mend: "Remove the verb escalate; only the aggregation controller of Kubernetes needs it.",
    ..BASE
};

pub(super) const APPROVE: Path = Path {
    id: "approve_csr",
    words: "approve client certificates",
    everywhere: &[(&["approve"], CERTIFICATES, &["signers"])],
    named: true,
    severity: Severity::Critical,
    consequence: "the holder can have a client certificate issued to itself under any name, and nobody can revoke it",
    mend: "Limit the verb approve by resourceNames to the signer that is needed, and keep kubernetes.io/kube-apiserver-client out of it.",
    ..BASE
};

pub(super) const SIGN: Path = Path {
    id: "sign_csr",
    words: "sign certificates",
    everywhere: &[(&["sign"], CERTIFICATES, &["signers"])],
    named: true,
    severity: Severity::High,
    consequence: "the holder speaks for a signer of the cluster and decides which certificates others come to trust",
    mend: "Limit the verb sign by resourceNames to the signer that the component implements.",
    ..BASE
};

/// Of these, the ones that need nothing but Kubernetes itself.
pub(super) const PLAIN: &[Path] = &[
    Path {
        id: "create_pods",
        words: "create pods",
        opens: &[
            (&["create"], "", &["pods", "replicationcontrollers"]),
            (&["create"], "apps", &["deployments", "statefulsets", "daemonsets", "replicasets"]),
            (&["create"], "batch", &["jobs", "cronjobs"]),
        ],
        named: false,
        severity: Severity::High,
        consequence: "a new pod can run as any ServiceAccount of its namespace, mount any Secret of it and, where admission lets it, the node's files",
        mend: "Leave making workloads to the delivery tool, and enforce Pod Security on the namespaces in which it may.",
        ..BASE
    },
    Path {
        id: "update_workloads",
        words: "change workloads",
        opens: &[
            (CHANGE, "", &["pods", "replicationcontrollers"]),
            (CHANGE, "apps", &["deployments", "statefulsets", "daemonsets", "replicasets"]),
            (CHANGE, "batch", &["jobs", "cronjobs"]),
        ],
        named: true,
        severity: Severity::High,
        consequence: "what runs can be replaced by another image, which then holds the workload's ServiceAccount and Secrets",
        mend: "Grant only the sub-resource that is needed (scale, status), and leave changing workloads to the delivery tool.",
        ..BASE
    },
    Path {
        id: "exec",
        words: "run commands in containers",
        opens: &[(&["create", "get"], "", &["pods/exec", "pods/attach"])],
        when: When::Upgrade,
        named: true,
        severity: Severity::High,
        consequence: "commands can be run in running containers, with their ServiceAccount, Secrets and data",
        mend: "Remove pods/exec and pods/attach; grant them for a limited time when an incident needs them.",
        ..BASE
    },
    Path {
        id: "ephemeral_containers",
        words: "add debugging containers",
        opens: &[(CHANGE, "", &["pods/ephemeralcontainers"])],
        named: true,
        severity: Severity::High,
        consequence: "a debugging container of any image can be put into a running pod, beside its processes and data",
        mend: "Remove pods/ephemeralcontainers; grant it for a limited time when an incident needs it.",
        ..BASE
    },
    Path {
        id: "read_secrets",
        words: "read Secrets",
        // An empty patch changes nothing and is answered with the Secret, deleting a collection with all that was in it.
        opens: &[(&["get", "list", "watch", "patch", "deletecollection"], "", &["secrets"])],
        named: false,
        severity: Severity::High,
        consequence: "passwords, keys and tokens of other programs can be read and used: list and watch show the values too, and so do the answers to patch and deletecollection",
        mend: "Limit the right by resourceNames to the Secrets that the program needs, with the verb get only.",
        ..BASE
    },
    Path {
        id: "create_tokens",
        words: "create tokens of ServiceAccounts",
        opens: &[(&["create"], "", &["serviceaccounts/token"])],
        named: true,
        severity: Severity::High,
        consequence: "a token can be had for another ServiceAccount, which then acts under that name",
        mend: "Limit the right by resourceNames to the ServiceAccounts that it is meant for.",
        ..BASE
    },
    Path {
        id: "nodes_proxy",
        words: "reach kubelets past admission",
        everywhere: &[(&["get", "create", "update", "patch", "delete"], "", &["nodes/proxy"])],
        named: true,
        severity: Severity::Critical,
        consequence: "the kubelets can be reached past admission and the audit log; even get suffices to run commands in every container of a node",
        mend: "Replace nodes/proxy by the finer nodes/metrics, nodes/stats or nodes/healthz that monitoring really reads.",
        ..BASE
    },
    Path {
        id: "change_webhooks",
        words: "change admission webhooks",
        everywhere: &[(UNDO, ADMISSION, &["mutatingwebhookconfigurations", "validatingwebhookconfigurations"])],
        named: true,
        severity: Severity::High,
        consequence: "admission can be switched off, or every object that is written, Secrets included, be sent to and changed by another program",
        mend: "Limit the right by resourceNames to the component's own configuration, with get, update and patch only.",
        ..BASE
    },
    Path {
        id: "change_admission_policies",
        words: "change admission policies",
        everywhere: &[(
            UNDO,
            ADMISSION,
            &[
                "validatingadmissionpolicies",
                "validatingadmissionpolicybindings",
                "mutatingadmissionpolicies",
                "mutatingadmissionpolicybindings",
            ],
        )],
        named: true,
        severity: Severity::High,
        consequence: "the policies that keep dangerous workloads out can be lifted",
        mend: "Leave admission policies to the platform team's delivery tool.",
        ..BASE
    },
    Path {
        id: "change_apiservices",
        words: "change APIServices",
        everywhere: &[(UNDO, "apiregistration.k8s.io", &["apiservices"])],
        named: true,
        severity: Severity::High,
        consequence: "requests for an API group can be sent to another server, which sees who asks and answers what it likes",
        mend: "Limit the right by resourceNames to the component's own APIService.",
        ..BASE
    },
    Path {
        id: "create_persistentvolumes",
        words: "create persistent volumes",
        everywhere: &[(&["create"], "", &["persistentvolumes"])],
        named: false,
        severity: Severity::High,
        consequence: "a volume can be made from a path on a node, which a pod then mounts without asking for hostPath",
        mend: "Let a storage provisioner make volumes, and give people claims only.",
        ..BASE
    },
    Path {
        id: "patch_nodes",
        words: "change nodes",
        everywhere: &[(CHANGE, "", &["nodes"])],
        named: true,
        severity: Severity::Medium,
        consequence: "labels and taints can be changed, so that workloads of the cardholder data environment run where the holder wants them",
        mend: "Leave nodes to the node's own kubelet and the autoscaler.",
        ..BASE
    },
    Path {
        id: "patch_namespaces",
        words: "change namespaces",
        opens: &[(CHANGE, "", &["namespaces"])],
        named: true,
        severity: Severity::High,
        consequence: "labels can be changed, which lifts Pod Security and moves the namespace out of what network and admission policies select",
        mend: "Leave namespaces and their labels to the platform team's delivery tool.",
        ..BASE
    },
];

/// A verb that is of use on any resource, and only where its holder may delete there too.
pub(super) const UNSAFE_DELETE: Path = Path {
    id: "unsafe_delete",
    words: "delete objects unread",
    severity: Severity::Medium,
    consequence: "objects can be destroyed unread, past their finalizers and past admission, and what they guarded is then without them",
    mend: "Remove the verb unsafe-delete-ignore-read-errors; give it for the hours in which broken objects are cleared away.",
    ..BASE
};

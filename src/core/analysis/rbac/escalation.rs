//! Rights that lead to more rights. Each path has a name, the requests that open it, and what comes of it; it is found by asking the rules
//! of a binding whether they allow such a request, so wildcards and lists are judged alike.
//!
//! A path that needs two rights (binding a role needs `bind` on the role and a binding to write it into) is told at the binding that gives
//! the telling one, if its subjects hold the other by any means. Half a path is none. A right that is asked only of the whole cluster gives
//! nothing through a RoleBinding; of these only impersonation is told, as dormant, because such a grant is meant for what it does not do yet.

use super::rules::{Request, everything, join};
use super::{Bound, Rbac, Subject, subjects};
use crate::kinds::rbac::PolicyRule;
use crate::model::Severity;

/// One way from some rights to more.
#[derive(Debug)]
pub struct Path {
    /// Its name, the `rule` of findings.
    pub id: &'static str,
    /// Any of these requests opens it: verbs, group, resources.
    opens: &'static [(&'static [&'static str], &'static str, &'static [&'static str])],
    /// Whether only a ClusterRoleBinding can give it, because it is about cluster-scoped objects.
    cluster_only: bool,
    /// Whether it is told, for review, where it is limited to named objects.
    named: bool,
    /// Severity in the whole cluster.
    severity: Severity,
    /// What comes of it, after "so".
    pub consequence: &'static str,
    /// How to mend it.
    pub mend: &'static str,
}

/// A path that somebody's rules open.
#[derive(Clone, Debug)]
pub struct Found {
    /// The path.
    pub path: &'static Path,
    /// The requests that the rules allow: `create pods`, in the order of the path.
    pub rights: Vec<String>,
    /// Names of the objects that it is limited to; empty for all.
    pub names: Vec<String>,
    /// Whether it has no effect where it was granted.
    pub dormant: bool,
    /// How bad it is, given how far it reaches.
    pub severity: Severity,
}

const WRITE: &[&str] = &["create", "update", "patch"];
const CHANGE: &[&str] = &["update", "patch"];
const UNDO: &[&str] = &["create", "update", "patch", "delete"];
const RBAC: &str = "rbac.authorization.k8s.io";
const AUTHENTICATION: &str = "authentication.k8s.io";
const CERTIFICATES: &str = "certificates.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";

const WILDCARD: Path = Path {
    id: "wildcard",
    opens: &[],
    cluster_only: false,
    named: false,
    severity: Severity::Critical,
    consequence: "every other right can be taken and every object read and changed",
    mend: "Name the API groups, resources and verbs that the task needs, or bind a narrower role.",
};

const NODE_IDENTITY: Path = Path {
    id: "node_identity",
    opens: &[],
    cluster_only: false,
    named: false,
    severity: Severity::High,
    consequence: "whoever escapes from a container to any node holds these rights, past the Node authorizer, which keeps each node to what it runs",
    mend: "Remove the binding to nodes, and give the right to the ServiceAccount of the agent that needs it.",
};

const IMPERSONATE: Path = Path {
    id: "impersonate",
    opens: &[(&["impersonate"], "", &["users", "groups", "serviceaccounts"])],
    cluster_only: false,
    named: true,
    severity: Severity::Critical,
    consequence: "the holder can act under another name, an administrator's included, and the audit log shows that name too",
    mend: "Remove the verb impersonate, or limit it by resourceNames to the few names that the tool really speaks for.",
};

/// Since 1.36: the name is taken on for some actions only, which the verbs `impersonate-on:…` list on the resources themselves.
const IMPERSONATE_ON: Path = Path {
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

const BIND: Path = Path {
    id: "bind",
    opens: &[(&["bind"], RBAC, &["clusterroles", "roles"])],
    cluster_only: false,
    named: true,
    severity: Severity::Critical,
    consequence: "the holder can give itself rights that it does not have, by binding a stronger role to itself",
    mend: "Remove the verb bind, or limit it by resourceNames to roles that may be handed on.",
};

const ESCALATE: Path = Path {
    id: "escalate",
    opens: &[(&["escalate"], RBAC, &["clusterroles", "roles"])],
    cluster_only: false,
    named: true,
    severity: Severity::Critical,
    consequence: "the holder can write rights into a role that it does not have itself, and so into its own",
    mend: "Remove the verb escalate; only the aggregation controller of Kubernetes needs it.",
};

const APPROVE: Path = Path {
    id: "approve_csr",
    opens: &[(&["approve"], CERTIFICATES, &["signers"])],
    cluster_only: true,
    named: true,
    severity: Severity::Critical,
    consequence: "the holder can have a client certificate issued to itself under any name, and nobody can revoke it",
    mend: "Limit the verb approve by resourceNames to the signer that is needed, and keep kubernetes.io/kube-apiserver-client out of it.",
};

const SIGN: Path = Path {
    id: "sign_csr",
    opens: &[(&["sign"], CERTIFICATES, &["signers"])],
    cluster_only: true,
    named: true,
    severity: Severity::High,
    consequence: "the holder speaks for a signer of the cluster and decides which certificates others come to trust",
    mend: "Limit the verb sign by resourceNames to the signer that the component implements.",
};

/// The paths that one right opens, in the order in which they are told.
const PLAIN: &[Path] = &[
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
        named: false,
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
        named: false,
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

/// The paths that rules open. `cluster` says whether they hold everywhere, `held` whether the holder may also do another request, anywhere.
#[must_use]
pub fn paths(rules: &[&PolicyRule], cluster: bool, held: &dyn Fn(&Request<'_>) -> bool) -> Vec<Found> {
    if everything(rules) {
        let severity = if cluster { Severity::Critical } else { Severity::High };
        return vec![Found { path: &WILDCARD, rights: vec!["do everything".to_owned()], names: vec![], dormant: false, severity }];
    }
    let mut found: Vec<Found> = PLAIN.iter().filter(|path| cluster || !path.cluster_only).filter_map(|p| open(p, rules, cluster)).collect();
    found.extend(impersonation(rules, cluster));
    if acts_for_others(rules) {
        found.extend(open(&IMPERSONATE_ON, rules, cluster));
    }
    found.extend(open(&BIND, rules, cluster).filter(|_| can_write_bindings(rules, cluster, held)));
    found.extend(open(&ESCALATE, rules, cluster).filter(|f| {
        f.rights.iter().any(|right| {
            let roles = right.split_once(' ').map_or("", |(_, resource)| resource.split('.').next().unwrap_or_default());
            WRITE.iter().any(|verb| held(&Request::on(verb, RBAC, roles)))
        })
    }));
    if cluster {
        found.extend(signer(&APPROVE, rules, "certificatesigningrequests/approval", held));
        found.extend(signer(&SIGN, rules, "certificatesigningrequests/status", held));
    }
    found
}

/// Asks the rules for every request of a path. Rights without names come first; where there are none, those with names are told with them.
fn open(path: &'static Path, rules: &[&PolicyRule], cluster: bool) -> Option<Found> {
    let mut rights = Vec::new();
    let mut limited = (Vec::new(), Vec::new());
    for (verbs, group, resources) in path.opens {
        for resource in *resources {
            for verb in *verbs {
                let request = Request::on(verb, group, resource);
                let words = || format!("{verb} {}", join(resource, group));
                if rules.iter().any(|rule| rule.allows(&request)) {
                    rights.push(words());
                    continue;
                }
                for rule in rules.iter().filter(|rule| path.named && rule.allows_some(&request)) {
                    limited.0.push(words());
                    limited.1.extend(rule.resource_names.iter().cloned());
                }
            }
        }
    }
    let severity = if cluster { path.severity } else { lower(path.severity) };
    if !rights.is_empty() {
        return Some(Found { path, rights, names: vec![], dormant: false, severity });
    }
    let (mut rights, mut names) = limited;
    rights.dedup();
    names.sort();
    names.dedup();
    (!rights.is_empty()).then_some(Found { path, rights, names, dormant: false, severity: lower(severity) })
}

/// Whether rules say for which actions another name may be taken on.
fn acts_for_others(rules: &[&PolicyRule]) -> bool {
    rules.iter().any(|rule| rule.verbs.iter().any(|verb| verb == "*" || verb.starts_with("impersonate-on:")))
}

/// In one namespace only ServiceAccounts can be impersonated: users and groups are in none, so the API server asks for the whole cluster.
fn impersonation(rules: &[&PolicyRule], cluster: bool) -> Option<Found> {
    let mut found = open(&IMPERSONATE, rules, cluster)?;
    if cluster {
        return Some(found);
    }
    if found.rights.iter().any(|right| right.ends_with("serviceaccounts")) {
        found.rights.retain(|right| right.ends_with("serviceaccounts"));
    } else {
        found.dormant = true;
        found.severity = Severity::Low;
    }
    Some(found)
}

/// A ClusterRoleBinding refers to ClusterRoles only, so `bind` on Roles helps only who can write RoleBindings.
fn can_write_bindings(rules: &[&PolicyRule], cluster: bool, held: &dyn Fn(&Request<'_>) -> bool) -> bool {
    let may_bind = |resource| {
        let request = Request::on("bind", RBAC, resource);
        rules.iter().any(|rule| rule.allows(&request) || rule.allows_some(&request))
    };
    let may_write = |resource| WRITE.iter().any(|verb| held(&Request::on(verb, RBAC, resource)));
    may_write("rolebindings") || (cluster && may_bind("clusterroles") && may_write("clusterrolebindings"))
}

/// Approving and signing need the verb on the signer and the change of the request's sub-resource. Signers outside of `kubernetes.io` issue
/// nothing that the API server accepts.
fn signer(path: &'static Path, rules: &[&PolicyRule], subresource: &str, held: &dyn Fn(&Request<'_>) -> bool) -> Option<Found> {
    let mut found = open(path, rules, true)?;
    if !CHANGE.iter().any(|verb| held(&Request::on(verb, CERTIFICATES, subresource))) {
        return None;
    }
    if found.names.is_empty() {
        return Some(found);
    }
    found.names.retain(|name| name.starts_with("kubernetes.io/"));
    if found.names.iter().any(|name| matches!(name.as_str(), "kubernetes.io/*" | "kubernetes.io/kube-apiserver-client")) {
        found.severity = path.severity;
    }
    (!found.names.is_empty()).then_some(found)
}

const fn lower(severity: Severity) -> Severity {
    match severity {
        Severity::Critical => Severity::High,
        Severity::High => Severity::Medium,
        Severity::Medium | Severity::Low | Severity::Info => Severity::Low,
    }
}

impl Rbac<'_> {
    /// The paths that one binding opens to its subjects.
    #[must_use]
    pub fn paths_of(&self, bound: &Bound<'_>) -> Vec<Found> {
        if bound.subjects.is_empty() {
            return vec![];
        }
        let held = |request: &Request<'_>| {
            bound.subjects.iter().any(|subject| {
                self.bindings_reaching(subject).any(|other| {
                    // A request for cluster-scoped objects is only ever granted everywhere, one for others also in a namespace.
                    let reaches = other.cluster || !is_cluster_scoped(request.resource);
                    reaches && other.rules.iter().any(|rule| rule.allows(request) || rule.allows_some(request))
                })
            })
        };
        let mut found = if bound.is_admin() && bound.rules.is_empty() {
            let severity = if bound.cluster { Severity::Critical } else { Severity::High };
            vec![Found { path: &WILDCARD, rights: vec!["do everything".to_owned()], names: vec![], dormant: false, severity }]
        } else {
            paths(&bound.rules, bound.cluster, &held)
        };
        // The actions may be listed in another binding than the names.
        let listed = |subject: &Subject| self.bindings_reaching(subject).any(|other| acts_for_others(&other.rules));
        if !acts_for_others(&bound.rules) && bound.subjects.iter().any(listed) {
            found.extend(open(&IMPERSONATE_ON, &bound.rules, bound.cluster));
        }
        if bound.subjects.iter().any(is_node) && !bound.rules.is_empty() {
            let rights = bound.rules.iter().map(|rule| rule.words()).collect();
            let severity = if bound.cluster { NODE_IDENTITY.severity } else { lower(NODE_IDENTITY.severity) };
            found.push(Found { path: &NODE_IDENTITY, rights, names: vec![], dormant: false, severity });
        }
        found
    }

    /// The paths that reach a subject through any binding.
    #[must_use]
    pub fn paths_to(&self, subject: &Subject) -> Vec<(Found, &Bound<'_>)> {
        self.bindings_reaching(subject).flat_map(|bound| self.paths_of(bound).into_iter().map(move |found| (found, bound))).collect()
    }
}

fn is_cluster_scoped(resource: &str) -> bool {
    matches!(resource, "clusterroles" | "clusterrolebindings" | "certificatesigningrequests")
}

fn is_node(subject: &Subject) -> bool {
    match subject.kind {
        super::SubjectKind::Group => subject.name == subjects::NODES,
        super::SubjectKind::User => subject.name.starts_with("system:node:"),
        super::SubjectKind::ServiceAccount => false,
    }
}

/// The path of that name.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Path> {
    [&WILDCARD, &IMPERSONATE, &IMPERSONATE_ON, &BIND, &ESCALATE, &APPROVE, &SIGN, &NODE_IDENTITY]
        .into_iter()
        .chain(PLAIN)
        .find(|path| path.id == id)
}

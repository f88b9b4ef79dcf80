//! Requests that an audit log must hold: what PCI DSS 10.2.1 asks to be recorded, said in the words of the Kubernetes API. All that persons do with
//! an administrator's rights (10.2.1.2), reading of logs (10.2.1.3), refused access (10.2.1.4), changes of logins and rights (10.2.1.5), and what is
//! made and removed at the level of the system (10.2.1.7). Access to cardholder data itself (10.2.1.1) passes no API server.

use super::Who;
use crate::kinds::imported::AuditPolicy;
use crate::model::Severity;

/// What requests are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Secrets are read.
    Secrets,
    /// Roles and bindings are changed.
    Rights,
    /// Commands are run in containers, connections made into them, containers added for debugging.
    Exec,
    /// Accounts, tokens, certificates and Secrets are made, changed or removed.
    Credentials,
    /// Parts of the cluster itself are changed: namespaces, nodes, webhooks, definitions.
    System,
    /// Workloads and their configuration are changed.
    Changes,
    /// Access is refused, or asked for without a login.
    Refused,
    /// Kinds that add-ons bring are changed.
    Other,
    /// Kinds that the policy itself names are changed.
    Named,
    /// Logs of containers are read.
    Logs,
    /// Everything else that is read.
    Reads,
}

impl Class {
    /// The rule of a finding.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Secrets => "secrets",
            Self::Rights => "rights",
            Self::Exec => "exec",
            Self::Credentials => "credentials",
            Self::System => "system",
            Self::Changes => "changes",
            Self::Refused => "refused",
            Self::Other => "other",
            Self::Named => "named",
            Self::Logs => "logs",
            Self::Reads => "reads",
        }
    }

    /// What is not recorded, as a sentence's subject.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Secrets => "Reading of Secrets",
            Self::Rights => "Changes of roles and bindings",
            Self::Exec => "Commands and connections into containers",
            Self::Credentials => "Changes of accounts, tokens, certificates and Secrets",
            Self::System => "Changes of the cluster itself (namespaces, nodes, webhooks, definitions)",
            Self::Changes => "Changes of workloads and their configuration",
            Self::Refused => "Access that is refused or comes without a login",
            Self::Other => "Changes of kinds that no rule names (those of add-ons, say)",
            Self::Named => "Changes of kinds that the rule names",
            Self::Logs => "Reading of containers' logs",
            Self::Reads => "Reading of other objects",
        }
    }

    /// The requirement of PCI DSS that asks for it.
    #[must_use]
    pub const fn requirement(self) -> &'static str {
        match self {
            Self::Secrets | Self::Exec | Self::Changes | Self::Other | Self::Named | Self::Reads => "10.2.1.2",
            Self::Logs => "10.2.1.3",
            Self::Refused => "10.2.1.4",
            Self::Rights | Self::Credentials => "10.2.1.5",
            Self::System => "10.2.1.7",
        }
    }

    /// How bad it is that these are not recorded.
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::Secrets | Self::Rights | Self::Exec | Self::Credentials => Severity::High,
            Self::System | Self::Changes | Self::Refused | Self::Other | Self::Named => Severity::Medium,
            Self::Logs | Self::Reads => Severity::Low,
        }
    }

    /// Whether whose requests of this class are not recorded fails the check; others are for a person to judge.
    #[must_use]
    pub const fn fails(self, who: Who, named: bool) -> bool {
        match (self, who) {
            (Self::Logs | Self::Reads, _) | (_, Who::Component) => false,
            // A single name may be a program's that writes the same object over and over.
            (Self::Changes | Self::Other | Self::Named | Self::Refused, _) => !named,
            _ => true,
        }
    }

    /// Whether it is looked at for somebody: refused access is a stranger's, all else everybody's who can log in. Reading is a part's daily work.
    #[must_use]
    pub const fn concerns(self, who: Who) -> bool {
        match (self, who) {
            (Self::Refused, Who::Stranger) => true,
            (Self::Refused, _) | (_, Who::Stranger) => false,
            (Self::Logs | Self::Reads | Self::Other | Self::Named, Who::Component | Who::Account) => false,
            (Self::Changes, Who::Component) => false,
            _ => true,
        }
    }
}

/// Requests that must be recorded.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// What they are about.
    pub class: Class,
    /// Verbs.
    pub verbs: &'static [&'static str],
    /// API group.
    pub group: &'a str,
    /// Resource.
    pub resource: &'a str,
    /// Subresource, or "".
    pub subresource: &'a str,
    /// Whether it lives in namespaces.
    pub namespaced: bool,
}

impl Wanted<'_> {
    /// Whether a request with this verb carries the name of an object: making and listing are asked of the whole collection.
    #[must_use]
    pub fn has_name(&self, verb: &str) -> bool {
        !self.subresource.is_empty() || !matches!(verb, "create" | "list" | "watch" | "deletecollection")
    }

    /// Whether the connection stays open, so that its beginning is recorded as a stage of its own.
    #[must_use]
    pub fn is_long(&self, verb: &str) -> bool {
        verb == "watch" || matches!(self.subresource, "exec" | "attach" | "portforward" | "proxy")
    }

    /// The resource as policies name it: `pods/exec`.
    #[must_use]
    pub fn resource_words(&self) -> String {
        if self.subresource.is_empty() { self.resource.to_owned() } else { format!("{}/{}", self.resource, self.subresource) }
    }
}

const CHANGE: &[&str] = &["create", "update", "patch", "delete", "deletecollection"];
const READ: &[&str] = &["get", "list", "watch"];
/// Web sockets begin with a get, the older protocol with a create.
const CONNECT: &[&str] = &["create", "get"];

const fn wanted(
    class: Class,
    verbs: &'static [&'static str],
    group: &'static str,
    resource: &'static str,
    subresource: &'static str,
    namespaced: bool,
) -> Wanted<'static> {
    Wanted { class, verbs, group, resource, subresource, namespaced }
}

const RBAC: &str = "rbac.authorization.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";

/// A group that no rule names.
pub const UNHEARD: &str = "kassay.invalid";

/// What the cluster's own parts write all the time and nobody needs a record of: heartbeats, events, questions about rights, addresses of pods.
const OF_NO_INTEREST: &[(&str, &str)] = &[
    ("", "events"),
    ("", "endpoints"),
    ("", "bindings"),
    ("", "componentstatuses"),
    ("events.k8s.io", "*"),
    ("coordination.k8s.io", "*"),
    ("discovery.k8s.io", "*"),
    ("authentication.k8s.io", "*"),
    ("authorization.k8s.io", "*"),
    ("metrics.k8s.io", "*"),
    ("custom.metrics.k8s.io", "*"),
    ("external.metrics.k8s.io", "*"),
];

/// Changes of kinds that rules of the level None name and that are not wanted by name already: somebody left them out on purpose, and people change
/// them all the same.
#[must_use]
pub fn left_out(policy: &AuditPolicy) -> Vec<Wanted<'_>> {
    let mut found: Vec<Wanted<'_>> = Vec::new();
    let rules = policy.rules.iter().filter(|rule| rule.level == "None");
    for of in rules.flat_map(|rule| &rule.resources).filter(|of| of.group != "*") {
        let named: Vec<&str> = if of.resources.is_empty() { vec!["*"] } else { of.resources.iter().map(String::as_str).collect() };
        for name in named {
            let (resource, subresource) = name.split_once('/').unwrap_or((name, ""));
            // Of what hangs below an object people only write how many there are to be; the rest is written by controllers.
            if !matches!(subresource, "" | "*" | "scale") {
                continue;
            }
            let subresource = if subresource == "scale" { "scale" } else { "" };
            let of_group = |wanted: &&Wanted<'_>| wanted.group == of.group;
            let (resource, known) = if resource == "*" {
                ("anything", subresource.is_empty() && WANTED.iter().any(|wanted| of_group(&wanted)))
            } else {
                (resource, WANTED.iter().filter(of_group).any(|wanted| wanted.resource == resource && wanted.subresource == subresource))
            };
            let dull = OF_NO_INTEREST
                .iter()
                .any(|(group, kind)| *group == of.group && matches!(*kind, "*") || (*group, *kind) == (of.group.as_str(), resource));
            let twice = found.iter().any(|w| (w.group, w.resource, w.subresource) == (of.group.as_str(), resource, subresource));
            if !known && !dull && !twice {
                let verbs = if subresource.is_empty() { CHANGE } else { &["update", "patch"] };
                found.push(Wanted { class: Class::Named, verbs, group: &of.group, resource, subresource, namespaced: true });
            }
        }
    }
    found
}

/// All of them.
pub const WANTED: &[Wanted<'static>] = &[
    wanted(Class::Secrets, READ, "", "secrets", "", true),
    wanted(Class::Rights, CHANGE, RBAC, "roles", "", true),
    wanted(Class::Rights, CHANGE, RBAC, "rolebindings", "", true),
    wanted(Class::Rights, CHANGE, RBAC, "clusterroles", "", false),
    wanted(Class::Rights, CHANGE, RBAC, "clusterrolebindings", "", false),
    wanted(Class::Exec, CONNECT, "", "pods", "exec", true),
    wanted(Class::Exec, CONNECT, "", "pods", "attach", true),
    wanted(Class::Exec, CONNECT, "", "pods", "portforward", true),
    wanted(Class::Exec, CONNECT, "", "pods", "proxy", true),
    wanted(Class::Exec, CONNECT, "", "services", "proxy", true),
    wanted(Class::Exec, CONNECT, "", "nodes", "proxy", false),
    wanted(Class::Exec, &["update", "patch"], "", "pods", "ephemeralcontainers", true),
    wanted(Class::Credentials, CHANGE, "", "secrets", "", true),
    wanted(Class::Credentials, CHANGE, "", "serviceaccounts", "", true),
    wanted(Class::Credentials, &["create"], "", "serviceaccounts", "token", true),
    wanted(Class::Credentials, CHANGE, "certificates.k8s.io", "certificatesigningrequests", "", false),
    wanted(Class::Credentials, &["update", "patch"], "certificates.k8s.io", "certificatesigningrequests", "approval", false),
    wanted(Class::System, CHANGE, "", "namespaces", "", false),
    wanted(Class::System, CHANGE, "", "nodes", "", false),
    wanted(Class::System, CHANGE, "", "persistentvolumes", "", false),
    wanted(Class::System, CHANGE, "apiextensions.k8s.io", "customresourcedefinitions", "", false),
    wanted(Class::System, CHANGE, "apiregistration.k8s.io", "apiservices", "", false),
    wanted(Class::System, CHANGE, ADMISSION, "validatingwebhookconfigurations", "", false),
    wanted(Class::System, CHANGE, ADMISSION, "mutatingwebhookconfigurations", "", false),
    wanted(Class::System, CHANGE, ADMISSION, "validatingadmissionpolicies", "", false),
    wanted(Class::System, CHANGE, ADMISSION, "validatingadmissionpolicybindings", "", false),
    wanted(Class::System, CHANGE, "networking.k8s.io", "networkpolicies", "", true),
    wanted(Class::Changes, CHANGE, "", "pods", "", true),
    wanted(Class::Changes, CHANGE, "", "configmaps", "", true),
    wanted(Class::Changes, CHANGE, "", "services", "", true),
    wanted(Class::Changes, CHANGE, "apps", "deployments", "", true),
    wanted(Class::Changes, CHANGE, "apps", "daemonsets", "", true),
    wanted(Class::Changes, CHANGE, "apps", "statefulsets", "", true),
    wanted(Class::Changes, CHANGE, "batch", "jobs", "", true),
    wanted(Class::Changes, CHANGE, "batch", "cronjobs", "", true),
    wanted(Class::Changes, CHANGE, "networking.k8s.io", "ingresses", "", true),
    wanted(Class::Refused, READ, "", "secrets", "", true),
    wanted(Class::Refused, &["get", "list"], "", "pods", "", true),
    wanted(Class::Refused, &["create"], "", "pods", "exec", true),
    // Stands for every kind that nobody thought of.
    wanted(Class::Other, CHANGE, UNHEARD, "anything", "", true),
    wanted(Class::Logs, &["get"], "", "pods", "log", true),
    wanted(Class::Reads, &["get", "list"], "", "pods", "", true),
    wanted(Class::Reads, &["get", "list"], "", "configmaps", "", true),
    wanted(Class::Reads, &["get", "list"], "apps", "deployments", "", true),
    wanted(Class::Reads, &["get", "list"], RBAC, "clusterrolebindings", "", false),
];

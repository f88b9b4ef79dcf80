//! Who holds rights: the subjects that bindings name, and the groups that Kubernetes puts everybody into without being told.

use crate::kinds::rbac;
use serde::Serialize;
use std::fmt;

/// Group whose members pass before any authorizer is asked.
pub const MASTERS: &str = "system:masters";
/// Group of all who have authenticated.
pub const AUTHENTICATED: &str = "system:authenticated";
/// Group of all who have not.
pub const UNAUTHENTICATED: &str = "system:unauthenticated";
/// User name of those who have not.
pub const ANONYMOUS: &str = "system:anonymous";
/// Group of all ServiceAccounts; with `:` and a namespace behind it, of those in one namespace.
pub const SERVICE_ACCOUNTS: &str = "system:serviceaccounts";
/// Group of all nodes.
pub const NODES: &str = "system:nodes";

const ACCOUNT_USER: &str = "system:serviceaccount:";

/// The namespace of a namespaced object: where a manifest names none, applying it puts it into `default`.
#[must_use]
pub fn in_namespace(namespace: &str) -> &str {
    if namespace.is_empty() { "default" } else { namespace }
}

/// Kind of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum SubjectKind {
    /// A user, a name in a credential.
    User,
    /// A group, a name in a credential.
    Group,
    /// An account of a program.
    ServiceAccount,
}

impl SubjectKind {
    /// As a binding writes it.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
            Self::ServiceAccount => "ServiceAccount",
        }
    }
}

/// A subject, under one name however a binding wrote it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Subject {
    /// Kind.
    pub kind: SubjectKind,
    /// Namespace of a ServiceAccount, "" otherwise.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub namespace: String,
    /// Name.
    pub name: String,
}

impl Subject {
    /// A user; the user name of a ServiceAccount becomes that account.
    #[must_use]
    pub fn user(name: &str) -> Self {
        match name.strip_prefix(ACCOUNT_USER).and_then(|rest| rest.split_once(':')) {
            Some((namespace, account)) if !namespace.is_empty() && !account.is_empty() && !account.contains(':') => {
                Self::account(namespace, account)
            }
            _ => Self { kind: SubjectKind::User, namespace: String::new(), name: name.to_owned() },
        }
    }

    /// A group.
    #[must_use]
    pub fn group(name: &str) -> Self {
        Self { kind: SubjectKind::Group, namespace: String::new(), name: name.to_owned() }
    }

    /// A ServiceAccount.
    #[must_use]
    pub fn account(namespace: &str, name: &str) -> Self {
        let namespace = in_namespace(namespace);
        Self { kind: SubjectKind::ServiceAccount, namespace: namespace.to_owned(), name: name.to_owned() }
    }

    /// A subject as a binding in this namespace ("" for a ClusterRoleBinding) names it; none where the authorizer matches it with nobody.
    #[must_use]
    pub fn of(subject: &rbac::Subject, namespace: &str) -> Option<Self> {
        match subject.kind.as_str() {
            "User" => Some(Self::user(&subject.name)),
            "Group" => Some(Self::group(&subject.name)),
            "ServiceAccount" => {
                let namespace = if subject.namespace.is_empty() { namespace } else { &subject.namespace };
                (!namespace.is_empty()).then(|| Self::account(namespace, &subject.name))
            }
            _ => None,
        }
    }

    /// Whether everybody who is not named is meant: strangers, all who authenticated, all ServiceAccounts, or all of a namespace.
    #[must_use]
    pub fn is_crowd(&self) -> bool {
        self.kind == SubjectKind::Group
            && (matches!(self.name.as_str(), AUTHENTICATED | UNAUTHENTICATED) || self.name.starts_with(SERVICE_ACCOUNTS))
    }

    /// Whether it stands for callers without a credential.
    #[must_use]
    pub fn is_stranger(&self) -> bool {
        match self.kind {
            SubjectKind::User => self.name == ANONYMOUS,
            SubjectKind::Group => self.name == UNAUTHENTICATED,
            SubjectKind::ServiceAccount => false,
        }
    }

    /// Whether it is a user or group of people as far as its name tells: Kubernetes keeps names with `system:` for itself.
    #[must_use]
    pub fn is_human(&self) -> bool {
        self.kind != SubjectKind::ServiceAccount && !self.name.starts_with("system:")
    }

    /// The subjects whose bindings reach it: itself and the groups that Kubernetes puts it into. Groups from an identity provider show
    /// only when somebody logs in, so they can't be among them.
    #[must_use]
    pub fn with_groups(&self) -> Vec<Self> {
        let mut all = vec![self.clone()];
        match self.kind {
            SubjectKind::User if self.name == ANONYMOUS => all.push(Self::group(UNAUTHENTICATED)),
            SubjectKind::ServiceAccount => {
                all.push(Self::group(SERVICE_ACCOUNTS));
                all.push(Self::group(&format!("{SERVICE_ACCOUNTS}:{}", self.namespace)));
                all.push(Self::group(AUTHENTICATED));
            }
            SubjectKind::Group if self.name.starts_with(&format!("{SERVICE_ACCOUNTS}:")) => {
                all.push(Self::group(SERVICE_ACCOUNTS));
                all.push(Self::group(AUTHENTICATED));
            }
            SubjectKind::Group if matches!(self.name.as_str(), AUTHENTICATED | UNAUTHENTICATED) => {}
            SubjectKind::User | SubjectKind::Group => all.push(Self::group(AUTHENTICATED)),
        }
        all
    }

    /// Its name without its kind: `namespace/name`, or the name.
    #[must_use]
    pub fn path(&self) -> String {
        if self.namespace.is_empty() { self.name.clone() } else { format!("{}/{}", self.namespace, self.name) }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind.id(), self.path())
    }
}

/// Subjects in a line, the first few by name.
#[must_use]
pub fn list(subjects: &[Subject]) -> String {
    const SHOWN: usize = 4;
    let mut names: Vec<String> = subjects.iter().take(SHOWN).map(ToString::to_string).collect();
    if subjects.len() > SHOWN {
        names.push(format!("{} more", subjects.len() - SHOWN));
    }
    if names.is_empty() { "nobody".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_one_subject_under_both_of_its_names() {
        assert_eq!(Subject::user("system:serviceaccount:shop:web"), Subject::account("shop", "web"));
        assert_eq!(Subject::user("system:serviceaccount:shop").kind, SubjectKind::User);
        let loose = rbac::Subject { kind: "ServiceAccount".into(), name: "web".into(), namespace: String::new() };
        assert_eq!(Subject::of(&loose, "shop"), Some(Subject::account("shop", "web")));
        assert_eq!(Subject::of(&loose, ""), None, "a ClusterRoleBinding must say the namespace");
    }

    #[test]
    fn everybody_is_in_the_groups_that_kubernetes_gives() {
        let groups = |subject: Subject| subject.with_groups().iter().skip(1).map(|s| s.name.clone()).collect::<Vec<_>>();
        assert_eq!(groups(Subject::account("shop", "web")), [SERVICE_ACCOUNTS, "system:serviceaccounts:shop", AUTHENTICATED]);
        assert_eq!(groups(Subject::user("jane")), [AUTHENTICATED]);
        assert_eq!(groups(Subject::user(ANONYMOUS)), [UNAUTHENTICATED]);
        assert!(groups(Subject::group(AUTHENTICATED)).is_empty());
    }
}

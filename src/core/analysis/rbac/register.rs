//! The access register: every rule that every subject holds, with where it holds and what gave it. It is the population from which an
//! access review samples, and the union of its rows decides every request as the RBAC authorizer does.
//!
//! A large cluster has millions of such rows, because every holder of a role holds each of its rules. So a register keeps who holds which
//! binding, and makes rows when they are asked for.

use super::{Bound, Rbac, Subject, SubjectKind};
use crate::kinds::rbac::PolicyRule;
use crate::model::Category;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// Name and version of its JSON.
pub const FORMAT: &str = "kassay/access/v1";

/// The register (`kassay/access/v1`).
#[derive(Debug)]
pub struct Register<'r> {
    /// Whether roles and bindings of all kinds were read to their end.
    pub complete: bool,
    /// Who holds which binding, sorted by subject, namespace, binding.
    pub holdings: Vec<Holding<'r>>,
}

/// A binding that gives a role to one subject.
#[derive(Debug)]
pub struct Holding<'r> {
    /// Who.
    pub subject: &'r Subject,
    /// The binding.
    pub bound: &'r Bound<'r>,
    /// The category of the place where it holds.
    pub category: Category,
    /// The binding: `RoleBinding shop/readers`.
    pub binding: String,
    /// The role: `ClusterRole view`.
    pub role: String,
}

/// One rule that one subject holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row<'r> {
    /// Who.
    pub subject: Holder<'r>,
    /// Where: a namespace, or `*`.
    pub namespace: &'r str,
    /// Category of that place.
    pub category: Category,
    /// Verbs.
    pub verbs: &'r [String],
    /// API groups.
    pub groups: &'r [String],
    /// Resources.
    pub resources: &'r [String],
    /// Names that the right is limited to.
    pub resource_names: &'r [String],
    /// Paths outside of resources.
    pub non_resource_urls: &'r [String],
    /// What gave it.
    pub via: Via<'r>,
}

/// Who holds a right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Holder<'r> {
    /// Kind.
    pub kind: SubjectKind,
    /// Namespace of a ServiceAccount, "" otherwise.
    pub namespace: &'r str,
    /// Name.
    pub name: &'r str,
}

/// The binding and the role that gave a right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Via<'r> {
    /// `RoleBinding shop/readers`.
    pub binding: &'r str,
    /// `ClusterRole view`.
    pub role: &'r str,
}

impl Rbac<'_> {
    /// The whole register. `category` tells the category of what a subject holds by a binding.
    #[must_use]
    pub fn register<'r>(&'r self, category: impl Fn(&Bound<'_>, &Subject) -> Category) -> Register<'r> {
        let mut holdings: Vec<Holding<'r>> = Vec::new();
        for bound in self.bindings() {
            let (binding, role) = (bound.object().to_string(), bound.role_words());
            holdings.extend(bound.subjects.iter().map(|subject| Holding {
                subject,
                bound,
                category: category(bound, subject),
                binding: binding.clone(),
                role: role.clone(),
            }));
        }
        holdings.sort_by(|a, b| (a.subject, a.bound.place_name(), &a.binding).cmp(&(b.subject, b.bound.place_name(), &b.binding)));
        Register { complete: self.complete, holdings }
    }
}

impl Register<'_> {
    /// All rows, in the order of the holdings.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.holdings.iter().flat_map(Holding::rows)
    }
}

impl Holding<'_> {
    /// The rules that take effect: a rule for paths has none in a namespace.
    pub fn rules(&self) -> impl Iterator<Item = &PolicyRule> {
        self.bound.rules.iter().copied().filter(|rule| self.bound.cluster || !rule.resources.is_empty())
    }

    /// One row for each of them.
    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rules().map(|rule| Row {
            subject: Holder { kind: self.subject.kind, namespace: &self.subject.namespace, name: &self.subject.name },
            namespace: self.bound.place_name(),
            category: self.category,
            verbs: &rule.verbs,
            groups: &rule.api_groups,
            resources: &rule.resources,
            resource_names: &rule.resource_names,
            non_resource_urls: if self.bound.cluster { &rule.non_resource_urls } else { &[] },
            via: Via { binding: &self.binding, role: &self.role },
        })
    }
}

impl Serialize for Register<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut whole = serializer.serialize_struct("Register", 3)?;
        whole.serialize_field("format", FORMAT)?;
        whole.serialize_field("complete", &self.complete)?;
        whole.serialize_field("rows", &Rows(self))?;
        whole.end()
    }
}

struct Rows<'s, 'r>(&'s Register<'r>);

impl Serialize for Rows<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.rows())
    }
}

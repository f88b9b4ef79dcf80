//! The access register: every rule that every subject holds, with where it holds and what gave it. It is the population from which an
//! access review samples, and the union of its rows decides every request as the RBAC authorizer does.

use super::{Bound, Rbac, Subject};
use crate::kinds::rbac::PolicyRule;
use crate::model::Category;
use serde::Serialize;

/// The register (`kassay/access/v1`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Register {
    /// Always `kassay/access/v1`.
    pub format: &'static str,
    /// Whether roles and bindings of all kinds were read to their end.
    pub complete: bool,
    /// One row per rule, subject and binding, sorted by subject, namespace, binding.
    pub rows: Vec<Row>,
}

/// One rule that one subject holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Row {
    /// Who.
    pub subject: Holder,
    /// Where: a namespace, or `*`.
    pub namespace: String,
    /// Category of that place.
    pub category: Category,
    /// Verbs.
    pub verbs: Vec<String>,
    /// API groups.
    pub groups: Vec<String>,
    /// Resources.
    pub resources: Vec<String>,
    /// Names that the right is limited to.
    pub resource_names: Vec<String>,
    /// Paths outside of resources.
    pub non_resource_urls: Vec<String>,
    /// What gave it.
    pub via: Via,
}

/// Who holds a right.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Holder {
    /// Kind.
    pub kind: super::SubjectKind,
    /// Namespace of a ServiceAccount, "" otherwise.
    pub namespace: String,
    /// Name.
    pub name: String,
}

/// The binding and the role that gave a right.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Via {
    /// `RoleBinding shop/readers`.
    pub binding: String,
    /// `ClusterRole view`.
    pub role: String,
}

impl Rbac<'_> {
    /// The whole register. `category` tells the category of a subject's right in a namespace, "" standing for everywhere.
    #[must_use]
    pub fn register(&self, category: impl Fn(&Bound<'_>, &Subject) -> Category) -> Register {
        let mut rows: Vec<Row> = self
            .bindings()
            .iter()
            .flat_map(|bound| bound.subjects.iter().map(move |subject| (bound, subject)))
            .flat_map(|(bound, subject)| {
                let category = category(bound, subject);
                bound.rules.iter().map(move |rule| row(bound, subject, rule, category))
            })
            .collect();
        rows.sort_by(|a, b| key(a).cmp(&key(b)));
        Register { format: "kassay/access/v1", complete: self.complete, rows }
    }
}

fn key(row: &Row) -> (&Holder, &str, &str) {
    (&row.subject, &row.namespace, &row.via.binding)
}

/// Resources mean nothing to a request for a path, and paths nothing in a namespace, so a rule is told as it was written.
fn row(bound: &Bound<'_>, subject: &Subject, rule: &PolicyRule, category: Category) -> Row {
    Row {
        subject: Holder { kind: subject.kind, namespace: subject.namespace.clone(), name: subject.name.clone() },
        namespace: if bound.cluster { "*".to_owned() } else { bound.namespace().to_owned() },
        category,
        verbs: rule.verbs.clone(),
        groups: rule.api_groups.clone(),
        resources: rule.resources.clone(),
        resource_names: rule.resource_names.clone(),
        non_resource_urls: rule.non_resource_urls.clone(),
        via: Via { binding: bound.object().to_string(), role: bound.role_words() },
    }
}

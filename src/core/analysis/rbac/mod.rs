//! Effective rights, exactly as Kubernetes' RBAC authorizer gives them.
//!
//! # How rights come about
//!
//! RBAC only ever adds. A *role* is a list of rules; a *binding* gives a role to subjects. A ClusterRoleBinding gives it everywhere:
//! in every namespace, on cluster-scoped objects, and on paths outside of resources. A RoleBinding gives it in its own namespace, whether
//! the role is a Role of that namespace or a ClusterRole; what a ClusterRole says of cluster-scoped objects or of paths has no effect
//! there. A request is allowed when any rule of any binding that names the user, or one of the user's groups, allows it ([`rules`]).
//!
//! Everybody is in groups without being put there ([`subjects`]): a ServiceAccount in `system:serviceaccounts`, in
//! `system:serviceaccounts:NAMESPACE` and in `system:authenticated`, a user who has logged in in `system:authenticated`, a caller without a
//! credential in `system:unauthenticated`. Members of `system:masters` pass before RBAC is asked at all. Groups that an identity provider
//! sends are seen only at login; what is bound to them is told of the group.
//!
//! # Aggregated ClusterRoles
//!
//! A ClusterRole with an `aggregationRule` gets its rules from a controller: it replaces them by those of all ClusterRoles that its
//! selectors match, aggregated ones among them. The authorizer itself knows nothing of that and applies the rules that stand in the object.
//! So an object that a server has stored (it has a creation time) keeps the rules that stand in it, and what the selectors match is added:
//! on a running cluster both are the same, and where the controller lags behind, the union is what will hold in a moment. A manifest that
//! no server has seen usually states no rules, or ones that will be replaced; its rules are those that the selectors match, and its own only
//! where nothing matches (the matching roles are then in another file).
//!
//! # What is not judged here
//!
//! Rights that other authorizers give (Node, Webhook, ABAC, cloud IAM) don't show in RBAC objects. Admission may refuse what RBAC allows.
//! Which rights lead to more rights is told in [`escalation`]; what Kubernetes and its distributions bind by themselves in [`stock`].

mod catalogue;
pub mod escalation;
pub mod folded;
mod guards;
mod makers;
mod paths;
pub mod register;
pub mod rules;
pub mod stock;
pub mod subjects;
pub mod surroundings;

pub use rules::Request;
pub use subjects::{Subject, SubjectKind};
use surroundings::Surroundings;

use crate::kinds::rbac::{Binding, PolicyRule, Role};
use crate::kinds::{Inventory, KindState};
use crate::model::{Kind, ObjectRef};
use std::collections::{BTreeMap, BTreeSet, HashMap};

const GROUP: &str = "rbac.authorization.k8s.io";

/// The kinds from which rights follow.
pub const KINDS: &[Kind] = &[Kind::Roles, Kind::ClusterRoles, Kind::RoleBindings, Kind::ClusterRoleBindings];

/// A role with the rules that it gives after aggregation.
#[derive(Clone, Debug)]
pub struct Effective<'a> {
    /// The role.
    pub role: &'a Role,
    /// Whether it is a ClusterRole.
    pub cluster: bool,
    /// Its rules.
    pub rules: Vec<&'a PolicyRule>,
}

impl Effective<'_> {
    /// The role as an object.
    #[must_use]
    pub fn object(&self) -> ObjectRef {
        let (kind, namespace) = if self.cluster { ("ClusterRole", "") } else { ("Role", self.role.metadata.namespace.as_str()) };
        ObjectRef::new(GROUP, kind, namespace, &self.role.metadata.name)
    }
}

/// One binding with its role and its subjects resolved.
#[derive(Clone, Debug)]
pub struct Bound<'a> {
    /// The binding.
    pub binding: &'a Binding,
    /// Whether it is a ClusterRoleBinding, and so gives its role everywhere.
    pub cluster: bool,
    /// The rules that it gives; empty where the role does not exist or could not be read.
    pub rules: Vec<&'a PolicyRule>,
    /// Whether the role was found.
    pub resolved: bool,
    /// Its subjects, without those that the authorizer matches with nobody.
    pub subjects: Vec<Subject>,
    /// What the cluster's distribution is known to bind by this name, if this is that.
    pub provided: Option<&'static stock::Provided>,
}

/// One rule that a subject holds, with where it holds and what gave it.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'r, 'a> {
    /// The rule.
    pub rule: &'a PolicyRule,
    /// The namespace, or `*` for everywhere.
    pub namespace: &'a str,
    /// The binding that gives it.
    pub via: &'r Bound<'a>,
}

/// The rights of everybody in one cluster.
#[derive(Debug)]
pub struct Rbac<'a> {
    bindings: Vec<Bound<'a>>,
    by_subject: BTreeMap<Subject, Vec<usize>>,
    roles: HashMap<(bool, &'a str, &'a str), Effective<'a>>,
    surroundings: Surroundings,
    /// Whether all four kinds were read to their end.
    pub complete: bool,
}

impl<'a> Rbac<'a> {
    /// Resolves every binding of an inventory.
    #[must_use]
    pub fn of(inventory: &'a Inventory) -> Self {
        let roles = effective_roles(inventory);
        let mut bindings = Vec::with_capacity(inventory.role_bindings.len() + inventory.cluster_role_bindings.len());
        bindings.extend(inventory.cluster_role_bindings.iter().map(|b| bind(b, true, &roles)));
        bindings.extend(inventory.role_bindings.iter().map(|b| bind(b, false, &roles)));
        for bound in &mut bindings {
            bound.provided = stock::provided(&inventory.cluster.distribution, bound);
        }
        let mut by_subject: BTreeMap<Subject, Vec<usize>> = BTreeMap::new();
        for (index, bound) in bindings.iter().enumerate() {
            for subject in &bound.subjects {
                by_subject.entry(subject.clone()).or_default().push(index);
            }
        }
        by_subject.values_mut().for_each(|list| list.dedup());
        let complete = KINDS.iter().all(|kind| inventory.state(*kind) == KindState::Read);
        Self { bindings, by_subject, roles, surroundings: Surroundings::of(inventory), complete }
    }

    /// What the cluster is like, as far as paths depend on it.
    #[must_use]
    pub const fn surroundings(&self) -> &Surroundings {
        &self.surroundings
    }

    /// All bindings, ClusterRoleBindings first, each kind sorted by namespace and name.
    #[must_use]
    pub fn bindings(&self) -> &[Bound<'a>] {
        &self.bindings
    }

    /// Every subject that some binding names, sorted.
    pub fn subjects(&self) -> impl Iterator<Item = &Subject> {
        self.by_subject.keys()
    }

    /// A role with its effective rules; the namespace is "" for a ClusterRole.
    #[must_use]
    pub fn role<'s>(&'s self, cluster: bool, namespace: &'s str, name: &'s str) -> Option<&'s Effective<'a>> {
        self.roles.get(&(cluster, namespace, name))
    }

    /// All ClusterRoles and Roles with their effective rules, ClusterRoles first, sorted by namespace and name.
    #[must_use]
    pub fn roles(&self) -> Vec<&Effective<'a>> {
        let mut all: Vec<&Effective<'a>> = self.roles.values().collect();
        all.sort_by_key(|r| (!r.cluster, &r.role.metadata.namespace, &r.role.metadata.name));
        all
    }

    /// The bindings that give each role to somebody: directly, or through an aggregated ClusterRole that gathers it. Keys are whether it is
    /// a ClusterRole, its namespace, its name.
    #[must_use]
    pub fn bindings_by_role(&self) -> HashMap<(bool, &'a str, &'a str), Vec<&Bound<'a>>> {
        let mut givers: HashMap<(bool, &'a str, &'a str), Vec<&Bound<'a>>> = HashMap::new();
        for bound in self.bindings.iter().filter(|b| b.resolved && !b.subjects.is_empty()) {
            let reference = &bound.binding.role_ref;
            let cluster = reference.kind == "ClusterRole";
            let namespace = if cluster { "" } else { bound.namespace() };
            givers.entry((cluster, namespace, reference.name.as_str())).or_default().push(bound);
        }
        let all: Vec<&'a Role> = self.roles.values().filter(|r| r.cluster).map(|r| r.role).collect();
        let aggregated = all.iter().filter(|r| r.aggregation_rule.is_some());
        let mut parts: Vec<(&'a str, Vec<&'a str>)> =
            aggregated.map(|role| (role.metadata.name.as_str(), self.parts_of(role, &all))).collect();
        parts.sort();
        let direct: HashMap<&str, Vec<&Bound<'a>>> =
            parts.iter().filter_map(|(name, _)| Some((*name, givers.get(&(true, "", *name))?.clone()))).collect();
        for (name, names) in parts {
            let Some(bindings) = direct.get(name) else { continue };
            for part in names {
                let list = givers.entry((true, "", part)).or_default();
                for bound in bindings {
                    if !list.iter().any(|known| std::ptr::eq(*known, *bound)) {
                        list.push(bound);
                    }
                }
            }
        }
        givers
    }

    /// Names of the roles that an aggregated one gathers, through others too.
    fn parts_of(&self, role: &'a Role, all: &[&'a Role]) -> Vec<&'a str> {
        let mut seen: BTreeSet<&'a str> = BTreeSet::new();
        let mut open = vec![role];
        while let Some(next) = open.pop() {
            for part in gathered(next, all.iter().copied()) {
                if part.metadata.name != role.metadata.name && seen.insert(&part.metadata.name) {
                    open.push(part);
                }
            }
        }
        seen.into_iter().collect()
    }

    /// The bindings that name a subject itself.
    pub fn bindings_of(&self, subject: &Subject) -> impl Iterator<Item = &Bound<'a>> {
        self.by_subject.get(subject).into_iter().flatten().filter_map(|i| self.bindings.get(*i))
    }

    /// The bindings that reach a subject: those that name it, and those that name a group it is in without being put there.
    pub fn bindings_reaching(&self, subject: &Subject) -> impl Iterator<Item = &Bound<'a>> {
        let mut indexes: BTreeSet<usize> = BTreeSet::new();
        for holder in subject.with_groups() {
            indexes.extend(self.by_subject.get(&holder).into_iter().flatten());
        }
        indexes.into_iter().filter_map(|i| self.bindings.get(i))
    }

    /// Every rule that reaches a subject, with where it holds and what gave it.
    pub fn rights_of(&self, subject: &Subject) -> Vec<Grant<'_, 'a>> {
        self.bindings_reaching(subject).flat_map(Bound::grants).collect()
    }

    /// Whether the RBAC authorizer would allow a request of a subject. Members of `system:masters` may do anything.
    #[must_use]
    pub fn allows(&self, subject: &Subject, request: &Request<'_>) -> bool {
        *subject == Subject::group(subjects::MASTERS) || self.bindings_reaching(subject).any(|b| b.allows(request))
    }

    /// Whether a user with these groups may do it, as at login: the groups that Kubernetes adds by itself are added here too.
    #[must_use]
    pub fn allows_user(&self, user: &str, groups: &[String], request: &Request<'_>) -> bool {
        self.allows(&Subject::user(user), request) || groups.iter().any(|group| self.allows(&Subject::group(group), request))
    }

    /// Whether a subject may do it in any namespace at all.
    #[must_use]
    pub fn allows_somewhere(&self, subject: &Subject, request: &Request<'_>) -> bool {
        self.bindings_reaching(subject).any(|b| b.rules.iter().any(|rule| rule.allows(request)))
    }

    /// Whether a subject may do everything everywhere, by one binding or by several together, or by being `system:masters`.
    #[must_use]
    pub fn is_admin(&self, subject: &Subject) -> bool {
        if *subject == Subject::group(subjects::MASTERS) {
            return true;
        }
        let rules: Vec<&PolicyRule> = self.bindings_reaching(subject).filter(|b| b.cluster).flat_map(|b| b.rules.iter().copied()).collect();
        rules::everything(&rules) || self.bindings_reaching(subject).any(Bound::is_admin_everywhere)
    }
}

impl<'a> Bound<'a> {
    /// The namespace in which it holds; "" for everywhere.
    #[must_use]
    pub fn namespace(&self) -> &'a str {
        if self.cluster { "" } else { subjects::in_namespace(&self.binding.metadata.namespace) }
    }

    /// The namespace in which it holds, or `*` for everywhere.
    #[must_use]
    pub fn place_name(&self) -> &'a str {
        if self.cluster { "*" } else { self.namespace() }
    }

    /// The binding as an object.
    #[must_use]
    pub fn object(&self) -> ObjectRef {
        let kind = if self.cluster { "ClusterRoleBinding" } else { "RoleBinding" };
        ObjectRef::new(GROUP, kind, &self.binding.metadata.namespace, &self.binding.metadata.name)
    }

    /// Its role in words: `ClusterRole view`.
    #[must_use]
    pub fn role_words(&self) -> String {
        format!("{} {}", self.binding.role_ref.kind, self.binding.role_ref.name)
    }

    /// Whether it refers to the ClusterRole of that name.
    #[must_use]
    pub fn refers_to(&self, cluster_role: &str) -> bool {
        self.binding.role_ref.kind == "ClusterRole" && self.binding.role_ref.name == cluster_role
    }

    /// Whether its rules give everything where it holds. The name `cluster-admin` suffices where the role itself was not read, and where it
    /// was weakened, because the API server restores it at its next start.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.refers_to("cluster-admin") || rules::everything(&self.rules)
    }

    /// Whether it gives everything everywhere.
    #[must_use]
    pub fn is_admin_everywhere(&self) -> bool {
        self.cluster && self.is_admin()
    }

    /// Whether it allows a request to its subjects.
    #[must_use]
    pub fn allows(&self, request: &Request<'_>) -> bool {
        (self.cluster || (request.path.is_none() && !request.namespace.is_empty() && request.namespace == self.namespace()))
            && self.rules.iter().any(|rule| rule.allows(request))
    }

    /// Its rules, each as a grant.
    pub fn grants(&self) -> impl Iterator<Item = Grant<'_, 'a>> {
        self.rules.iter().map(move |rule| Grant { rule, namespace: self.place_name(), via: self })
    }

    /// Where it holds, in words.
    #[must_use]
    pub fn place(&self) -> String {
        if self.cluster { "in the whole cluster".to_owned() } else { format!("in namespace {}", self.namespace()) }
    }
}

fn bind<'a>(binding: &'a Binding, cluster: bool, roles: &HashMap<(bool, &'a str, &'a str), Effective<'a>>) -> Bound<'a> {
    let namespace = if cluster { "" } else { subjects::in_namespace(&binding.metadata.namespace) };
    let name = binding.role_ref.name.as_str();
    let role = match binding.role_ref.kind.as_str() {
        "ClusterRole" => roles.get(&(true, "", name)),
        "Role" if !cluster => roles.get(&(false, namespace, name)),
        _ => None,
    };
    let mut subjects: Vec<Subject> = binding.subjects.iter().filter_map(|s| Subject::of(s, namespace)).collect();
    subjects.sort();
    subjects.dedup();
    Bound { binding, cluster, rules: role.map(|r| r.rules.clone()).unwrap_or_default(), resolved: role.is_some(), subjects, provided: None }
}

fn effective_roles(inventory: &Inventory) -> HashMap<(bool, &str, &str), Effective<'_>> {
    let mut roles = HashMap::with_capacity(inventory.roles.len() + inventory.cluster_roles.len());
    for role in &inventory.roles {
        let key = (false, subjects::in_namespace(&role.metadata.namespace), role.metadata.name.as_str());
        roles.insert(key, Effective { role, cluster: false, rules: role.rules.iter().collect() });
    }
    for role in &inventory.cluster_roles {
        let rules = if role.aggregation_rule.is_some() { aggregated(role, &inventory.cluster_roles) } else { role.rules.iter().collect() };
        roles.insert((true, "", role.metadata.name.as_str()), Effective { role, cluster: true, rules });
    }
    roles
}

/// The ClusterRoles that an aggregated one gathers directly, itself left out as the controller does.
pub fn gathered<'r, 'a: 'r>(role: &'r Role, all: impl Iterator<Item = &'a Role> + 'r) -> impl Iterator<Item = &'a Role> + 'r {
    let selectors = role.aggregation_rule.as_ref().map_or(&[][..], |rule| &rule.cluster_role_selectors);
    all.filter(move |other| other.metadata.name != role.metadata.name && selectors.iter().any(|s| s.matches(&other.metadata.labels)))
}

/// The rules of an aggregated ClusterRole (see the head of this file).
fn aggregated<'a>(role: &'a Role, all: &'a [Role]) -> Vec<&'a PolicyRule> {
    let mut rules: Vec<&PolicyRule> = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::from([role.metadata.name.as_str()]);
    let mut open: Vec<&Role> = gathered(role, all.iter()).collect();
    while let Some(next) = open.pop() {
        if !seen.insert(&next.metadata.name) {
            continue;
        }
        // What an aggregated role on a server states is already gathered; only a manifest's own rules are replaced.
        if next.aggregation_rule.is_none() || stored(next) || gathered(next, all.iter()).next().is_none() {
            rules.extend(&next.rules);
        }
        if next.aggregation_rule.is_some() {
            open.extend(gathered(next, all.iter()));
        }
    }
    if stored(role) || rules.is_empty() {
        rules.extend(&role.rules);
    }
    let mut unique: Vec<&PolicyRule> = Vec::with_capacity(rules.len());
    let mut known: BTreeSet<String> = BTreeSet::new();
    for rule in rules {
        if known.insert(format!("{rule:?}")) {
            unique.push(rule);
        }
    }
    unique
}

/// Whether a server has stored the object, so that its controllers have seen it too.
fn stored(role: &Role) -> bool {
    role.metadata.creation_timestamp.is_some()
}

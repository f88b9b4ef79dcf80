//! Rights that lead to more rights. Each path has a name, the requests that open it, and what comes of it (`paths`); it is found by asking the
//! rules of a binding whether they allow such a request, so wildcards and lists are judged alike.
//!
//! A path that needs two rights (binding a role needs `bind` on the role and a binding to write it into) is told at the binding that gives
//! the telling one, of those of its subjects that hold the other by any means and where it is of use. Half a path is none. A right that is asked
//! only of the whole cluster gives nothing through a RoleBinding; of these only impersonation is told, as dormant, because such a grant is meant
//! for what it does not do yet.

pub use super::catalogue::by_id;
pub use super::paths::Path;

use super::catalogue::plain;
use super::paths::{
    APPROVE, AUTHENTICATION, BIND, CERTIFICATES, CHANGE, ESCALATE, IMPERSONATE, IMPERSONATE_ON, NODE_IDENTITY, RBAC, SIGN, UNSAFE_DELETE,
    WILDCARD, WRITE, When,
};
use super::rules::{Request, everything, join};
use super::surroundings::{AWS_AUTH, Place, Surroundings, Use};
use super::{Bound, Rbac, Subject, SubjectKind, subjects};
use crate::kinds::rbac::PolicyRule;
use crate::model::Severity;
use std::collections::BTreeSet;

/// A path that somebody's rules open.
#[derive(Clone, Debug)]
pub struct Found {
    /// The path.
    pub path: &'static Path,
    /// The requests that the rules allow: `create pods`, in the order of the path.
    pub rights: Vec<String>,
    /// Names of the objects that it is limited to; empty for all.
    pub names: Vec<String>,
    /// Why it has no effect where it was granted, where it has none.
    pub dormant: Option<&'static str>,
    /// Why a person must say whether it leads on, where what was read does not tell.
    pub doubt: Option<&'static str>,
    /// How bad it is, given how far it reaches.
    pub severity: Severity,
    /// Who holds it, where these are not all subjects of the binding.
    only: Vec<Subject>,
}

impl Found {
    fn new(path: &'static Path, rights: Vec<String>, severity: Severity) -> Self {
        Self { path, rights, names: vec![], dormant: None, doubt: None, severity, only: vec![] }
    }

    /// Who holds it by that binding.
    #[must_use]
    pub fn holders<'f>(&'f self, bound: &'f Bound<'_>) -> &'f [Subject] {
        if self.only.is_empty() { &bound.subjects } else { &self.only }
    }

    /// Whether it leads on as it is: it has effect, nothing about it is in doubt, and it is not limited to named objects.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.dormant.is_none() && self.doubt.is_none() && self.names.is_empty()
    }

    /// Takes in the same path of another subject: what either may do.
    fn join(&mut self, other: Self) {
        match (self.dormant, other.dormant) {
            (None, Some(_)) => return,
            (Some(_), None) => {
                *self = other;
                return;
            }
            _ => {}
        }
        self.rights.extend(other.rights.into_iter().filter(|right| !self.rights.contains(right)).collect::<Vec<_>>());
        if self.names.is_empty() || other.names.is_empty() {
            self.names.clear();
        } else {
            self.names = self.names.drain(..).chain(other.names).collect::<BTreeSet<_>>().into_iter().collect();
        }
        self.severity = self.severity.min(other.severity);
        self.only.extend(other.only);
    }
}

/// Where a second right must hold to complete a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// In the whole cluster, because it is about cluster-scoped objects.
    Cluster,
    /// In the namespace of the first right; in any, where the first holds everywhere.
    Same,
    /// In any namespace.
    Any,
}

/// Whether the holder may also do another request.
pub type Holds<'h> = &'h dyn Fn(&Request<'_>, Within) -> bool;

fn wildcard(cluster: bool) -> Found {
    Found::new(&WILDCARD, vec!["do everything".to_owned()], if cluster { Severity::Critical } else { Severity::High })
}

/// Paths that one right opens.
fn alone(rules: &[&PolicyRule], place: Place<'_>, around: &Surroundings) -> Vec<Found> {
    let weighed = |path| {
        let mut found = open(path, rules, place.is_none(), |request| around.weigh(path, request, place))?;
        if !found.names.is_empty() {
            found.names.retain(|name| Surroundings::counts(path, name, place));
            if found.names.is_empty() {
                return None;
            }
        }
        if path.when == When::Settings {
            // What the platform's namespaces hold reaches the whole cluster.
            found.severity = path.severity;
            let named = found.names.is_empty() || found.names.iter().any(|name| name == AWS_AUTH.1);
            if found.doubt.is_none() && named && place.is_none_or(|namespace| namespace == AWS_AUTH.0) && around.has_aws_auth() {
                found.severity = Severity::Critical;
            }
            if let (true, Some(settings), Some(last)) =
                (found.names.is_empty(), place.and_then(|namespace| around.settings_in(namespace)), found.rights.last_mut())
            {
                let some: Vec<&str> = settings.iter().take(4).map(String::as_str).collect();
                *last = format!("{last} ({} among them)", some.join(", "));
            }
        }
        Some(found)
    };
    plain().filter_map(weighed).collect()
}

/// The verb by which objects are deleted that can't be read; since 1.37.
const UNSAFE: &str = "unsafe-delete-ignore-read-errors";

/// Verbs of which a path needs a further right.
fn may_lead(rules: &[&PolicyRule]) -> bool {
    let telling = |verb: &String| {
        matches!(verb.as_str(), "*" | "bind" | "escalate" | "approve" | "sign" | "impersonate" | UNSAFE) || verb.starts_with("impersonate:")
    };
    rules.iter().any(|rule| rule.verbs.iter().any(telling))
}

/// Paths that need a right that may come from elsewhere. `acts` says whether the holder may act under another name in constrained ways.
fn joint(rules: &[&PolicyRule], cluster: bool, acts: bool, held: Holds<'_>) -> Vec<Found> {
    if !may_lead(rules) {
        return vec![];
    }
    let mut found: Vec<Found> = impersonation(rules, cluster, held).into_iter().collect();
    if acts {
        found.extend(open(&IMPERSONATE_ON, rules, cluster, |_| Use::Leads));
    }
    let writes = |resource: &str, place| WRITE.iter().any(|verb| held(&Request::on(verb, RBAC, resource), place));
    // A ClusterRoleBinding refers to ClusterRoles only, so `bind` on Roles helps only who can write RoleBindings.
    found.extend(open(&BIND, rules, cluster, |request| {
        Use::when(
            writes("rolebindings", Within::Same)
                || (cluster && request.resource == "clusterroles" && writes("clusterrolebindings", Within::Cluster)),
        )
    }));
    // A ClusterRole is in no namespace, so the API server asks for `escalate` on it in the whole cluster.
    found.extend(open(&ESCALATE, rules, cluster, |request| match request.resource {
        "clusterroles" => Use::when(cluster && writes("clusterroles", Within::Cluster)),
        _ => Use::when(writes("roles", Within::Same)),
    }));
    found.extend(unsafe_delete(rules, cluster, held));
    if cluster {
        found.extend(signer(&APPROVE, rules, "certificatesigningrequests/approval", held));
        found.extend(signer(&SIGN, rules, "certificatesigningrequests/status", held));
    }
    found
}

/// Asks the rules for every request of a path. Rights without names come first; where there are none, those with names are told with them, and
/// where there are none of these either, those of which it is in doubt whether they lead on.
fn open(path: &'static Path, rules: &[&PolicyRule], cluster: bool, of_use: impl Fn(&Request<'_>) -> Use) -> Option<Found> {
    let (mut rights, mut doubtful) = (Vec::new(), Vec::new());
    let mut doubt = None;
    let mut limited = (Vec::new(), Vec::new());
    let rows = path.opens.iter().chain(if cluster { path.everywhere } else { &[] });
    for (verbs, group, resources) in rows {
        let here: Vec<&PolicyRule> = rules.iter().copied().filter(|rule| rule.speaks_of(group)).collect();
        if here.is_empty() {
            continue;
        }
        let resources = if *resources == ["*"] { whole(&here) } else { resources.to_vec() };
        for (resource, verb) in resources.iter().flat_map(|resource| verbs.iter().map(move |verb| (*resource, *verb))) {
            let request = Request::on(verb, group, resource);
            let words = || format!("{verb} {}", join(resource, group));
            let weight = of_use(&request);
            if weight == Use::Idle {
                continue;
            }
            if here.iter().any(|rule| rule.allows(&request)) {
                match weight {
                    Use::Perhaps(reason) => {
                        doubt.get_or_insert(reason);
                        doubtful.push(words());
                    }
                    _ => rights.push(words()),
                }
                continue;
            }
            for rule in here.iter().filter(|rule| path.named && rule.allows_some(&request)) {
                limited.0.push(words());
                limited.1.extend(rule.resource_names.iter().cloned());
            }
        }
    }
    let severity = if cluster { path.severity } else { lower(path.severity) };
    if !rights.is_empty() {
        return Some(Found::new(path, rights, severity));
    }
    let (mut named, mut names) = limited;
    named.dedup();
    names.sort();
    names.dedup();
    if !named.is_empty() {
        return Some(Found { names, ..Found::new(path, named, lower(severity)) });
    }
    doubt.map(|reason| Found { doubt: Some(reason), ..Found::new(path, doubtful, severity) })
}

/// Every resource that rules name, sub-resources left out.
fn whole<'a>(rules: &[&'a PolicyRule]) -> Vec<&'a str> {
    let named: BTreeSet<&str> = rules.iter().flat_map(|rule| &rule.resources).map(String::as_str).collect();
    named.into_iter().filter(|resource| !resource.contains('/')).collect()
}

/// The verb is written out: a star stands for it too, but for every way of deleting besides.
fn unsafe_delete(rules: &[&PolicyRule], cluster: bool, held: Holds<'_>) -> Option<Found> {
    let mut rights = BTreeSet::new();
    for rule in rules.iter().filter(|rule| rule.verbs.iter().any(|verb| verb == UNSAFE)) {
        for (group, resource) in rule.api_groups.iter().flat_map(|group| rule.resources.iter().map(move |resource| (group, resource))) {
            if held(&Request::on("delete", group, resource), Within::Same) {
                rights.insert(format!("{UNSAFE} {}", join(resource, group)));
            }
        }
    }
    let severity = if cluster { UNSAFE_DELETE.severity } else { lower(UNSAFE_DELETE.severity) };
    (!rights.is_empty()).then(|| Found::new(&UNSAFE_DELETE, rights.into_iter().collect(), severity))
}

/// Whether rules say for which actions another name may be taken on.
fn acts_for_others(rules: &[&PolicyRule]) -> bool {
    rules.iter().any(|rule| rule.verbs.iter().any(|verb| verb == "*" || verb.starts_with("impersonate-on:")))
}

const NO_NAMESPACE: &str = "users and groups are in no namespace, so only a ClusterRoleBinding gives this";
const NOBODY: &str = "a group, UID or extra is only taken on together with a user or ServiceAccount, and the holder may impersonate none";

/// In one namespace only ServiceAccounts can be impersonated: users and groups are in none, so the API server asks for the whole cluster. Groups,
/// UIDs and extras come only with a user or ServiceAccount that is impersonated too.
fn impersonation(rules: &[&PolicyRule], cluster: bool, held: Holds<'_>) -> Option<Found> {
    let on = |resource| Request::on("impersonate", "", resource);
    let actor = || held(&on("users"), Within::Cluster) || held(&on("serviceaccounts"), Within::Any);
    let of_use = |request: &Request<'_>| match request.resource {
        "serviceaccounts" => Use::Leads,
        "users" => Use::when(cluster),
        _ => Use::when(cluster && actor()),
    };
    let mut found = open(&IMPERSONATE, rules, cluster, of_use);
    let mut extras = extras(rules);
    if let Some(found) = &mut found {
        if cluster && actor() {
            found.rights.append(&mut extras);
        }
        return Some(found.clone());
    }
    let reason = if cluster { NOBODY } else { NO_NAMESPACE };
    let idle = |found: Found| Found { dormant: Some(reason), severity: Severity::Low, ..found };
    match open(&IMPERSONATE, rules, cluster, |_| Use::Leads) {
        Some(found) => Some(idle(found)),
        None if extras.is_empty() => None,
        None if cluster && actor() => Some(Found::new(&IMPERSONATE, extras, lower(IMPERSONATE.severity))),
        None => Some(idle(Found::new(&IMPERSONATE, extras, Severity::Low))),
    }
}

/// Extras that rules let somebody take on: each is a sub-resource of `userextras` under its own key.
fn extras(rules: &[&PolicyRule]) -> Vec<String> {
    let allowed = |resource: &&String| rules.iter().any(|rule| rule.allows(&Request::on("impersonate", AUTHENTICATION, resource)));
    let named: BTreeSet<&String> = rules.iter().flat_map(|rule| &rule.resources).filter(|r| r.starts_with("userextras/")).collect();
    named.into_iter().filter(allowed).map(|resource| format!("impersonate {}", join(resource, AUTHENTICATION))).collect()
}

/// Approving and signing need the verb on the signer and the change of the request's sub-resource. Signers outside of `kubernetes.io` issue
/// nothing that the API server accepts.
fn signer(path: &'static Path, rules: &[&PolicyRule], subresource: &str, held: Holds<'_>) -> Option<Found> {
    let mut found = open(path, rules, true, |_| {
        Use::when(CHANGE.iter().any(|verb| held(&Request::on(verb, CERTIFICATES, subresource), Within::Cluster)))
    })?;
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
    /// The paths that rules open to whoever holds them everywhere, whatever else he may do.
    #[must_use]
    pub fn paths_of_rules(&self, rules: &[&PolicyRule]) -> Vec<Found> {
        if everything(rules) {
            return vec![wildcard(true)];
        }
        let mut found = alone(rules, None, &self.surroundings);
        found.extend(joint(rules, true, acts_for_others(rules), &|_, _| true));
        found
    }

    /// The paths that one binding opens to its subjects, each with who holds it.
    #[must_use]
    pub fn paths_of(&self, bound: &Bound<'_>) -> Vec<Found> {
        if bound.subjects.is_empty() {
            return vec![];
        }
        let mut found = if bound.is_admin() {
            vec![wildcard(bound.cluster)]
        } else {
            let place = (!bound.cluster).then(|| bound.namespace());
            let mut found = alone(&bound.rules, place, &self.surroundings);
            found.extend(self.joint_of(bound));
            let own = |subject: &Subject| subject.kind == SubjectKind::ServiceAccount && subject.namespace == bound.namespace();
            if place.is_some_and(|namespace| namespace != AWS_AUTH.0) && bound.subjects.iter().all(own) {
                // A program keeps its settings beside itself.
                for found in found.iter_mut().filter(|found| found.path.when == When::Settings) {
                    found.doubt.get_or_insert("the account may be that of the program whose settings these are");
                }
            }
            found
        };
        let nodes: Vec<Subject> = bound.subjects.iter().filter(|subject| is_node(subject)).cloned().collect();
        if !nodes.is_empty() && !bound.rules.is_empty() {
            let rights = bound.rules.iter().map(|rule| rule.words()).collect();
            let severity = if bound.cluster { NODE_IDENTITY.severity } else { lower(NODE_IDENTITY.severity) };
            found.push(Found { only: nodes, ..Found::new(&NODE_IDENTITY, rights, severity) });
        }
        found
    }

    /// The paths that need a second right: asked of every subject, and of those that are in a bound group without being put there.
    fn joint_of(&self, bound: &Bound<'_>) -> Vec<Found> {
        if !may_lead(&bound.rules) {
            return vec![];
        }
        let mut found: Vec<Found> = Vec::new();
        for subject in &bound.subjects {
            let own = self.joint_for(bound, subject);
            let members = self.subjects().filter(|known| *known != subject && subject.is_crowd() && known.with_groups().contains(subject));
            let further = members.flat_map(|member| self.joint_for(bound, member));
            let further: Vec<Found> = further.filter(|f| !own.iter().any(|o| o.path.id == f.path.id && o.dormant == f.dormant)).collect();
            for one in own.into_iter().chain(further) {
                match found.iter_mut().find(|known| known.path.id == one.path.id) {
                    Some(known) => known.join(one),
                    None => found.push(one),
                }
            }
        }
        for one in &mut found {
            one.only.sort();
            one.only.dedup();
            if one.only == bound.subjects {
                one.only.clear();
            }
        }
        found
    }

    fn joint_for(&self, bound: &Bound<'_>, subject: &Subject) -> Vec<Found> {
        let held = |request: &Request<'_>, place: Within| {
            self.bindings_reaching(subject).any(|other| {
                let reaches = match place {
                    Within::Cluster => other.cluster,
                    Within::Same => other.cluster || bound.cluster || other.namespace() == bound.namespace(),
                    Within::Any => true,
                };
                reaches && other.rules.iter().any(|rule| rule.allows(request) || rule.allows_some(request))
            })
        };
        // The actions may be listed in another binding than the names.
        let acts = acts_for_others(&bound.rules) || self.bindings_reaching(subject).any(|other| acts_for_others(&other.rules));
        let mut found = joint(&bound.rules, bound.cluster, acts, &held);
        found.iter_mut().for_each(|one| one.only = vec![subject.clone()]);
        found
    }

    /// The paths that reach a subject through any binding.
    #[must_use]
    pub fn paths_to(&self, subject: &Subject) -> Vec<(Found, &Bound<'_>)> {
        let names = subject.with_groups();
        let held = |found: &Found, bound: &Bound<'_>| found.holders(bound).iter().any(|holder| names.contains(holder));
        self.bindings_reaching(subject)
            .flat_map(|bound| self.paths_of(bound).into_iter().map(move |found| (found, bound)))
            .filter(|(found, bound)| held(found, bound))
            .collect()
    }
}

fn is_node(subject: &Subject) -> bool {
    match subject.kind {
        SubjectKind::Group => subject.name == subjects::NODES,
        SubjectKind::User => subject.name.starts_with("system:node:"),
        SubjectKind::ServiceAccount => false,
    }
}

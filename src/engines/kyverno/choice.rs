//! Which requests a rule, an exception or a filter is about.
//!
//! Source: pkg/engine/utils/match.go, pkg/utils/match and pkg/utils/kube/kind.go of Kyverno 1.19.

use super::types::{Choice, Filter, Resources, Subject};
use crate::request::{Namespace, Request, User};
use crate::selector::Selector;
use crate::wildcard::{any_matches, has_wildcard, matches};
use serde_json::Value;
use std::collections::BTreeMap;

/// Whether something is chosen; none where that hangs on the roles of a user, which are not known here.
pub type Chosen = Option<bool>;

fn and(left: Chosen, right: impl FnOnce() -> Chosen) -> Chosen {
    match left {
        Some(false) => Some(false),
        Some(true) => right(),
        None => right().filter(|right| !right),
    }
}

/// A request as matching sees it.
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    /// Group, version and kind of the object, also where something below it is asked for.
    pub group: &'a str,
    /// Its version.
    pub version: &'a str,
    /// Its kind.
    pub kind: String,
    /// Below it.
    pub subresource: &'a str,
    /// `CREATE`.
    pub operation: &'a str,
    /// The object that is matched: the new one, or the old one where that goes.
    pub object: &'a Value,
    /// The namespace that the object is in; "" for none.
    pub namespace: &'a str,
    /// Labels of that namespace.
    pub namespace_labels: BTreeMap<String, String>,
    /// Who asks; none for somebody whom no rule means.
    pub user: Option<&'a User>,
}

/// The kind of which something below is asked for; none where it is not known here.
fn kind_above(resource: &str) -> Option<&'static str> {
    Some(match resource {
        "pods" => "Pod",
        "deployments" => "Deployment",
        "replicasets" => "ReplicaSet",
        "statefulsets" => "StatefulSet",
        "daemonsets" => "DaemonSet",
        "replicationcontrollers" => "ReplicationController",
        "jobs" => "Job",
        "cronjobs" => "CronJob",
        "services" => "Service",
        "nodes" => "Node",
        "namespaces" => "Namespace",
        "serviceaccounts" => "ServiceAccount",
        _ => return None,
    })
}

impl<'a> Asked<'a> {
    /// A request; none where it is about something below a kind that is not known here.
    #[must_use]
    pub fn new(request: &'a Request) -> Option<Self> {
        let kind =
            if request.subresource.is_empty() { request.kind.kind.clone() } else { kind_above(&request.resource.resource)?.to_owned() };
        let (group, version) = if request.subresource.is_empty() {
            (request.kind.group.as_str(), request.kind.version.as_str())
        } else {
            (request.resource.group.as_str(), request.resource.version.as_str())
        };
        let object = if request.object.is_null() { &request.old_object } else { &request.object };
        let is_namespace = kind == "Namespace";
        let (namespace, labels) = match &request.namespace {
            Some(namespace) if !is_namespace => (namespace.name.as_str(), namespace.labels.clone()),
            _ => ("", BTreeMap::new()),
        };
        Some(Self {
            group,
            version,
            kind,
            subresource: &request.subresource,
            operation: request.operation.word(),
            object,
            namespace,
            namespace_labels: labels,
            user: Some(&request.user),
        })
    }

    fn name(&self) -> &str {
        let metadata = &self.object["metadata"];
        let name = |key: &str| metadata[key].as_str().filter(|name| !name.is_empty());
        name("name").or_else(|| name("generateName")).unwrap_or_default()
    }

    fn texts(&self, key: &str) -> BTreeMap<String, String> {
        let Some(map) = self.object["metadata"][key].as_object() else { return BTreeMap::new() };
        map.iter().filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
    }

    /// Kind as the object itself says it.
    fn own_kind(&self) -> &str {
        self.object["kind"].as_str().unwrap_or(&self.kind)
    }
}

/// Group, version, kind and what is below it, as patterns.
#[must_use]
pub fn kind_selector(text: &str) -> [&str; 4] {
    let mut parts: Vec<&str> = text.split('/').collect();
    let last = parts.pop().unwrap_or_default();
    parts.extend(last.split('.'));
    let version = |part: &str| {
        part == "*" || {
            let mut rest = part.strip_prefix('v').unwrap_or_default().chars();
            rest.next().is_some_and(|c| c.is_ascii_digit()) && {
                let rest = rest.as_str();
                let digit = |rest: Option<&str>| rest.is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit());
                rest.is_empty() || digit(rest.strip_prefix("alpha")) || digit(rest.strip_prefix("beta"))
            }
        }
    };
    match *parts.as_slice() {
        [kind] => ["*", "*", kind, ""],
        ["*", "*"] => ["*", "*", "*", "*"],
        ["*", below] if below.to_lowercase() == below => ["*", "*", "*", below],
        [first, kind] if version(first) => ["*", first, kind, ""],
        [kind, below] => ["*", "*", kind, below],
        [first, kind, below] if version(first) => ["*", first, kind, below],
        [group, version, kind] => [group, version, kind, ""],
        [group, version, kind, below] => [group, version, kind, below],
        _ => ["", "", "", ""],
    }
}

/// Whether kinds name what is asked for. Ephemeral containers go with pods.
#[must_use]
pub fn kinds_match(kinds: &[String], asked: &Asked<'_>) -> bool {
    kinds.iter().any(|text| {
        let [group, version, kind, below] = kind_selector(text);
        matches(group, asked.group)
            && matches(version, asked.version)
            && matches(kind, &asked.kind)
            && (matches(below, asked.subresource)
                || asked.group.is_empty() && asked.version == "v1" && asked.kind == "Pod" && asked.subresource == "ephemeralcontainers")
    })
}

/// Whether Kyverno's webhook is sent what is asked for, by the kinds of a rule: something below an object only where that is named, and an object itself
/// not where only something below it is; ephemeral containers go with pods.
#[must_use]
pub fn kinds_are_sent(kinds: &[String], asked: &Asked<'_>) -> bool {
    kinds.iter().any(|text| {
        let [group, version, kind, below] = kind_selector(text);
        let whole = below.is_empty() || kind == "*" && below == "*";
        let ephemeral =
            asked.group.is_empty() && asked.version == "v1" && asked.kind == "Pod" && asked.subresource == "ephemeralcontainers";
        let sent =
            if asked.subresource.is_empty() { whole } else { !below.is_empty() && matches(below, asked.subresource) || ephemeral && whole };
        sent && matches(group, asked.group) && matches(version, asked.version) && matches(kind, &asked.kind)
    })
}

/// Whether a selector with wildcards in keys and values selects labels. What is no selector selects nothing.
#[must_use]
pub fn selects(selector: &Selector, labels: &BTreeMap<String, String>) -> bool {
    let mut plain = selector.clone();
    plain.match_labels = selector
        .match_labels
        .iter()
        .map(|(key, value)| {
            if !has_wildcard(key) && !has_wildcard(value) {
                return (key.clone(), value.clone());
            }
            let found = labels.iter().find(|(k, v)| matches(key, k) && matches(value, v));
            found.map_or_else(|| (key.replace(['*', '?'], "0"), value.replace(['*', '?'], "0")), |(k, v)| (k.clone(), v.clone()))
        })
        .collect();
    plain.selects(labels).unwrap_or(false)
}

fn annotations_match(wanted: &BTreeMap<String, String>, found: &BTreeMap<String, String>) -> bool {
    wanted.iter().all(|(key, value)| found.iter().any(|(k, v)| matches(key, k) && matches(value, v)))
}

fn subjects_match(subjects: &[Subject], user: &User) -> bool {
    subjects.iter().any(|subject| match subject.kind.as_str() {
        "ServiceAccount" => matches(&format!("system:serviceaccount:{}:{}", subject.namespace, subject.name), &user.name),
        "Group" => user.groups.iter().any(|group| matches(&subject.name, group)),
        "User" => matches(&subject.name, &user.name),
        _ => false,
    })
}

impl Resources {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty()
            && self.name.is_empty()
            && self.names.is_empty()
            && self.namespaces.is_empty()
            && self.annotations.as_ref().is_none_or(BTreeMap::is_empty)
            && self.selector.is_none()
            && self.namespace_selector.is_none()
            && self.operations.is_empty()
    }

    /// Whether an object is meant. For exceptions a selector of namespaces says nothing of a Namespace; for rules it says no.
    fn mean(&self, asked: &Asked<'_>, of_exception: bool) -> bool {
        let is_namespace = asked.own_kind() == "Namespace";
        let namespace = if is_namespace { asked.object["metadata"]["name"].as_str().unwrap_or_default() } else { asked.namespace };
        let by_namespace = self
            .namespace_selector
            .as_ref()
            .is_none_or(|selector| if is_namespace { of_exception } else { selects(selector, &asked.namespace_labels) });
        (of_exception || self.operations.is_empty() || self.operations.iter().any(|operation| operation == asked.operation))
            && (self.kinds.is_empty() || kinds_match(&self.kinds, asked))
            && (self.name.is_empty() || matches(&self.name, asked.name()))
            && (self.names.is_empty() || any_matches(&self.names, asked.name()))
            && (self.namespaces.is_empty() || any_matches(&self.namespaces, namespace))
            && self.annotations.as_ref().is_none_or(|wanted| wanted.is_empty() || annotations_match(wanted, &asked.texts("annotations")))
            && self.selector.as_ref().is_none_or(|selector| selects(selector, &asked.texts("labels")))
            && by_namespace
    }
}

impl Filter {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.roles.is_empty() && self.cluster_roles.is_empty() && self.subjects.is_empty()
    }

    /// Whether a request is meant.
    fn means(&self, asked: &Asked<'_>, of: Of) -> Chosen {
        let named = || {
            let of_roles = if self.roles.is_empty() && self.cluster_roles.is_empty() {
                Some(true)
            } else {
                match asked.user {
                    None => Some(false),
                    // Who sends a request is somebody with no role that not everybody has; who has such a one is left out by choice.
                    Some(_) if of == Of::Exclude && !self.roles.iter().chain(&self.cluster_roles).any(|role| may_be_everybodys(role)) => {
                        Some(false)
                    }
                    Some(_) => None,
                }
            };
            and(of_roles, || Some(self.subjects.is_empty() || asked.user.is_some_and(|user| subjects_match(&self.subjects, user))))
        };
        and(Some(!self.is_empty() && self.resources.mean(asked, of == Of::Exception)), named)
    }
}

/// What a filter is of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Match,
    Exclude,
    Exception,
}

/// Whether a role may be one that everybody has, or a controller of Kubernetes: their names begin so, and what has wildcards may mean them.
fn may_be_everybodys(role: &str) -> bool {
    has_wildcard(role) || role.split(':').any(|part| part == "system")
}

impl Choice {
    /// The old form as a filter.
    fn plain(&self) -> Filter {
        Filter {
            resources: self.resources.clone(),
            roles: self.roles.clone(),
            cluster_roles: self.cluster_roles.clone(),
            subjects: self.subjects.clone(),
        }
    }

    /// All filters that count.
    #[must_use]
    pub fn filters(&self) -> Vec<Filter> {
        if !self.any.is_empty() {
            self.any.clone()
        } else if !self.all.is_empty() {
            self.all.clone()
        } else {
            vec![self.plain()]
        }
    }

    /// All kinds that are named anywhere.
    #[must_use]
    pub fn kinds(&self) -> Vec<String> {
        let below = self.all.iter().chain(&self.any).flat_map(|filter| filter.resources.kinds.iter().cloned());
        self.resources.kinds.iter().cloned().chain(below).collect()
    }

    fn one_means(filters: &[Filter], asked: &Asked<'_>, of: Of) -> Chosen {
        let says: Vec<Chosen> = filters.iter().map(|filter| filter.means(asked, of)).collect();
        if says.contains(&Some(true)) {
            Some(true)
        } else if says.contains(&None) {
            None
        } else {
            Some(false)
        }
    }

    fn all_mean(filters: &[Filter], asked: &Asked<'_>, of: Of) -> Chosen {
        let says: Vec<Chosen> = filters.iter().map(|filter| filter.means(asked, of)).collect();
        if says.contains(&Some(false)) {
            Some(false)
        } else if says.contains(&None) {
            None
        } else {
            Some(true)
        }
    }

    /// Whether a request is meant by `match`.
    #[must_use]
    pub fn matches(&self, asked: &Asked<'_>) -> Chosen {
        if !self.any.is_empty() {
            Self::one_means(&self.any, asked, Of::Match)
        } else if !self.all.is_empty() {
            Self::all_mean(&self.all, asked, Of::Match)
        } else {
            self.plain().means(asked, Of::Match)
        }
    }

    /// Whether a request is meant by `exclude`.
    #[must_use]
    pub fn excludes(&self, asked: &Asked<'_>) -> Chosen {
        if !self.any.is_empty() {
            Self::one_means(&self.any, asked, Of::Exclude)
        } else if !self.all.is_empty() {
            Self::all_mean(&self.all, asked, Of::Exclude)
        } else {
            self.plain().means(asked, Of::Exclude)
        }
    }

    /// Whether a request is meant by the `match` of an exception, which has no old form.
    #[must_use]
    pub fn excepts(&self, asked: &Asked<'_>) -> Chosen {
        if !self.any.is_empty() {
            Self::one_means(&self.any, asked, Of::Exception)
        } else if !self.all.is_empty() {
            Self::all_mean(&self.all, asked, Of::Exception)
        } else {
            Some(false)
        }
    }

    /// Writes what it can tell of a namespace.
    pub fn tells_apart(&self, namespace: &Namespace, key: &mut Vec<u8>) {
        for filter in self.any.iter().chain(&self.all).map(|filter| &filter.resources).chain(std::iter::once(&self.resources)) {
            if !filter.namespaces.is_empty() {
                key.push(u8::from(any_matches(&filter.namespaces, &namespace.name)));
            }
            if let Some(selector) = &filter.namespace_selector {
                key.push(u8::from(selects(selector, &namespace.labels)));
            }
        }
    }

    /// Whether it asks who sends a request.
    #[must_use]
    pub fn asks_who(&self) -> bool {
        let named = |filter: &Filter| !filter.roles.is_empty() || !filter.cluster_roles.is_empty() || !filter.subjects.is_empty();
        self.any.iter().chain(&self.all).any(named) || named(&self.plain())
    }

    /// By what an author of objects can choose to be meant or not, in words.
    #[must_use]
    pub fn chosen_by_author(&self) -> Vec<String> {
        let mut words = Vec::new();
        for filter in self.filters() {
            let resources = &filter.resources;
            for (key, value) in resources.annotations.iter().flatten() {
                words.push(format!("objects with the annotation {key}={value}"));
            }
            if let Some(selector) = &resources.selector {
                let labels = selector.match_labels.iter().map(|(key, value)| format!("{key}={value}"));
                let demands =
                    selector.match_expressions.iter().map(|demand| format!("{} {} {:?}", demand.key, demand.operator, demand.values));
                words.push(format!("objects with the labels {}", labels.chain(demands).collect::<Vec<_>>().join(", ")));
            }
            for name in resources.names.iter().chain(std::iter::once(&resources.name).filter(|name| !name.is_empty())) {
                words.push(format!("objects with the name {name}"));
            }
            for subject in &filter.subjects {
                words.push(format!("requests of the {} {}", subject.kind, subject.name));
            }
            for role in filter.roles.iter().chain(&filter.cluster_roles) {
                words.push(format!("requests of those with the role {role}"));
            }
        }
        words
    }
}

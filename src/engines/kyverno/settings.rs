//! What Kyverno itself is told to leave out, in its ConfigMap.
//!
//! Source: pkg/config of Kyverno 1.19.

use super::choice::{Asked, kind_selector};
use crate::request::{Request, User};
use crate::wildcard::{any_matches, matches};
use std::collections::BTreeMap;

/// Requests of some kinds in some namespaces.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Left {
    kind: [String; 4],
    namespace: String,
    name: String,
}

/// Who is left out, and who is not although.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Names {
    out: Vec<String>,
    kept: Vec<String>,
}

impl Names {
    fn read(text: Option<&String>) -> Self {
        let mut names = Self::default();
        for part in text.map(String::as_str).unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty()) {
            match part.strip_prefix('!').map(str::trim) {
                Some("") => {}
                Some(kept) => names.kept.push(kept.to_owned()),
                None => names.out.push(part.to_owned()),
            }
        }
        names
    }
}

/// What Kyverno leaves out, as far as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether the ConfigMap was read. Where it was not, nothing that Kyverno refuses is known to be refused.
    known: bool,
    filters: Vec<Left>,
    groups: Names,
    usernames: Names,
    roles: Names,
    /// Every failure to ask a policy lets requests in, whatever the policy says.
    pub force_ignore: bool,
    /// Where images without a registry come from.
    default_registry: String,
    /// The minor version of Kyverno 1 that runs; none where it is not known.
    minor: Option<u32>,
}

/// How Kyverno takes assertion trees (`validate.assert`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assertions {
    /// It passes over them: since 1.19 they are a field that nothing reads.
    PassedOver,
    /// It runs them, as 1.13 to 1.18 do.
    Run,
    /// That hangs on its version, which is not known.
    Unknown,
}

impl Default for Settings {
    /// Nothing is left out.
    fn default() -> Self {
        Self {
            known: true,
            filters: Vec::new(),
            groups: Names::default(),
            usernames: Names::default(),
            roles: Names::default(),
            force_ignore: false,
            default_registry: "docker.io".to_owned(),
            minor: None,
        }
    }
}

impl Settings {
    /// Settings that nobody read.
    #[must_use]
    pub fn unknown() -> Self {
        Self { known: false, ..Self::default() }
    }

    /// Settings by the data of the ConfigMap.
    #[must_use]
    pub fn read(data: &BTreeMap<String, String>) -> Self {
        let mut roles = Names::read(data.get("excludeRoles"));
        let cluster = Names::read(data.get("excludeClusterRoles"));
        roles.out.extend(cluster.out);
        roles.kept.extend(cluster.kept);
        Self {
            known: true,
            filters: filters(data.get("resourceFilters").map(String::as_str).unwrap_or_default()),
            groups: Names::read(data.get("excludeGroups")),
            usernames: Names::read(data.get("excludeUsernames")),
            roles,
            force_ignore: false,
            default_registry: data
                .get("defaultRegistry")
                .filter(|registry| !registry.is_empty())
                .map_or("docker.io", String::as_str)
                .to_owned(),
            minor: None,
        }
    }

    /// With the minor version of Kyverno 1 that runs; none where it is not known. Whatever it is, policies are run as 1.19 runs them: it only decides on what
    /// that no longer runs.
    #[must_use]
    pub const fn at_minor(mut self, minor: Option<u32>) -> Self {
        self.minor = minor;
        self
    }

    /// Whether what is left out may hang on who sends a request.
    #[must_use]
    pub fn asks_who(&self) -> bool {
        let somebody = [&self.groups, &self.usernames, &self.roles].iter().any(|names| !names.out.is_empty());
        !self.known || somebody || !self.roles.kept.is_empty()
    }

    /// How assertion trees are taken.
    #[must_use]
    pub const fn assertions(&self) -> Assertions {
        match self.minor {
            Some(19..) => Assertions::PassedOver,
            Some(_) => Assertions::Run,
            None => Assertions::Unknown,
        }
    }

    /// Whether the settings were read.
    #[must_use]
    pub const fn are_known(&self) -> bool {
        self.known
    }

    /// Whether images without a registry come from Docker Hub, which is all that is known here.
    #[must_use]
    pub fn has_usual_registry(&self) -> bool {
        self.default_registry == "docker.io"
    }

    /// Whether somebody is left out; none where that hangs on roles.
    #[must_use]
    pub fn leaves_out_user(&self, user: &User) -> Option<bool> {
        let among = |usernames: &[String], groups: &[String]| {
            any_matches(usernames, &user.name) || user.groups.iter().any(|group| any_matches(groups, group))
        };
        if among(&self.usernames.kept, &self.groups.kept) {
            return Some(false);
        }
        if !self.roles.kept.is_empty() {
            return None;
        }
        if among(&self.usernames.out, &self.groups.out) {
            return Some(true);
        }
        if self.roles.out.is_empty() { Some(false) } else { None }
    }

    /// Whether a request is left out by kind, namespace and name.
    #[must_use]
    pub fn leaves_out(&self, request: &Request, asked: &Asked<'_>) -> bool {
        let of_object = asked.object["metadata"]["name"].as_str().unwrap_or_default();
        [request.name.as_str(), of_object].iter().any(|name| {
            self.filters.iter().any(|filter| {
                let [group, version, kind, below] = &filter.kind;
                let of_kind = matches(group, asked.group) && matches(version, asked.version) && matches(kind, &asked.kind);
                let is_namespace = asked.group.is_empty() && asked.version == "v1" && asked.kind == "Namespace";
                of_kind
                    && matches(below, asked.subresource)
                    && (matches(&filter.namespace, asked.namespace) && matches(&filter.name, name)
                        || is_namespace && matches(&filter.namespace, name))
            })
        })
    }

    /// Writes what it can tell of a namespace.
    pub fn tells_apart(&self, namespace: &str, key: &mut Vec<u8>) {
        key.extend(self.filters.iter().map(|filter| u8::from(matches(&filter.namespace, namespace))));
    }
}

/// `[Pod,kube-system,*][Event,*,*]`.
fn filters(text: &str) -> Vec<Left> {
    let mut found: Vec<Left> = Vec::new();
    let mut rest = text;
    while let Some(end) = rest.find(']') {
        let inner = &rest[..end];
        rest = &rest[end + 1..];
        let Some(start) = inner.rfind('[') else { continue };
        let parts: Vec<&str> = inner[start + 1..].split(',').collect();
        let left = |kind: &str, namespace: &str, name: &str| {
            if kind.is_empty() {
                return Left { kind: Default::default(), namespace: String::new(), name: String::new() };
            }
            Left { kind: kind_selector(kind).map(str::to_owned), namespace: namespace.to_owned(), name: name.to_owned() }
        };
        match *parts.as_slice() {
            [kind] => found.push(left(kind, "", "")),
            [kind, namespace] => found.push(left(kind, namespace, "")),
            [kind, namespace, name] => found.push(left(kind, namespace, name)),
            // What has more parts is read as the one before it again.
            _ => {
                let again = found.last().cloned().unwrap_or_else(|| left("", "", ""));
                found.push(again);
            }
        }
    }
    found
}

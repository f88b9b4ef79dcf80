//! One rule against one request, as Kubernetes' RBAC authorizer compares them, and one rule against a set of rules. Every question about
//! rights is answered by these comparisons; nothing else in the program reads a rule's strings.

use crate::kinds::rbac::PolicyRule;

/// What somebody asks of the API server, as far as authorization looks at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Request<'r> {
    /// Verb: `get`, `create`, `impersonate`…
    pub verb: &'r str,
    /// Namespace, "" for what is cluster-scoped or asked of all namespaces.
    pub namespace: &'r str,
    /// API group, "" for the core group.
    pub group: &'r str,
    /// Resource: `pods`.
    pub resource: &'r str,
    /// Sub-resource: `exec`, or "".
    pub subresource: &'r str,
    /// Name of the object, "" where the request names none (`list`, `create`).
    pub name: &'r str,
    /// Path of a request outside of resources; where it is set, group, resource and name mean nothing.
    pub path: Option<&'r str>,
}

impl<'r> Request<'r> {
    /// A request on a resource, with its sub-resource as `pods/exec`.
    #[must_use]
    pub fn on(verb: &'r str, group: &'r str, resource: &'r str) -> Self {
        let (resource, subresource) = resource.split_once('/').unwrap_or((resource, ""));
        Self { verb, group, resource, subresource, ..Self::default() }
    }

    /// A request for a path outside of resources.
    #[must_use]
    pub fn path(verb: &'r str, path: &'r str) -> Self {
        Self { verb, path: Some(path), ..Self::default() }
    }

    /// The same request in a namespace.
    #[must_use]
    pub const fn within(mut self, namespace: &'r str) -> Self {
        self.namespace = namespace;
        self
    }

    /// The same request on one object.
    #[must_use]
    pub const fn named(mut self, name: &'r str) -> Self {
        self.name = name;
        self
    }
}

impl PolicyRule {
    /// Whether the rule allows the request. The namespace is not the rule's matter but that of the binding that grants it.
    #[must_use]
    pub fn allows(&self, request: &Request<'_>) -> bool {
        if !has(&self.verbs, request.verb) {
            return false;
        }
        match request.path {
            Some(path) => self.non_resource_urls.iter().any(|url| url_matches(url, path)),
            None => {
                has(&self.api_groups, request.group)
                    && self.resources.iter().any(|r| resource_matches(r, request.resource, request.subresource))
                    && (self.resource_names.is_empty() || self.resource_names.iter().any(|n| n == request.name))
            }
        }
    }

    /// Whether the rule would allow the request but for the names it is limited to. Such a rule is a smaller right, not none.
    #[must_use]
    pub fn allows_some(&self, request: &Request<'_>) -> bool {
        !self.resource_names.is_empty()
            && request.path.is_none()
            // Neither a new object nor a whole collection has a name yet, so a rule with names never allows these.
            && (!matches!(request.verb, "create" | "deletecollection") || !request.subresource.is_empty())
            && self.resource_names.iter().any(|name| self.allows(&request.named(name)))
    }

    /// Whether any rule of a set gives everything that this one gives: the comparison by which the API server refuses escalation.
    #[must_use]
    pub fn covered_by(&self, owned: &[&Self]) -> bool {
        let resources = self.verbs.iter().all(|verb| {
            self.api_groups.iter().all(|group| {
                self.resources.iter().all(|resource| {
                    let gives = |rule: &Self, name: Option<&String>| {
                        has(&rule.verbs, verb)
                            && has(&rule.api_groups, group)
                            && rule.resources.iter().any(|r| wider_resource(r, resource))
                            && (rule.resource_names.is_empty() || name.is_some_and(|n| rule.resource_names.contains(n)))
                    };
                    if self.resource_names.is_empty() {
                        owned.iter().any(|rule| gives(rule, None))
                    } else {
                        self.resource_names.iter().all(|name| owned.iter().any(|rule| gives(rule, Some(name))))
                    }
                })
            })
        });
        let urls = self.verbs.iter().all(|verb| {
            self.non_resource_urls
                .iter()
                .all(|url| owned.iter().any(|rule| has(&rule.verbs, verb) && rule.non_resource_urls.iter().any(|u| url_matches(u, url))))
        });
        resources && urls
    }

    /// Whether the rule says anything of an API group.
    #[must_use]
    pub fn speaks_of(&self, group: &str) -> bool {
        has(&self.api_groups, group)
    }

    /// Whether it lets somebody change objects. Asking for rights, and a leader's lease or an event, change nothing of anybody else.
    #[must_use]
    pub fn changes(&self) -> bool {
        let known = self.api_groups.iter().all(|group| OF_THE_HARMLESS.contains(&group.as_str()));
        let harmless = |resource: &String| known && HARMLESS.contains(&resource.as_str());
        WRITING.iter().any(|verb| has(&self.verbs, verb)) && self.resources.iter().any(|resource| !harmless(resource))
    }

    /// Whether it lets somebody read the values of Secrets, be it of some only.
    #[must_use]
    pub fn reads_secrets(&self) -> bool {
        ["get", "list", "watch"].iter().any(|verb| {
            let request = Request::on(verb, "", "secrets");
            self.allows(&request) || self.allows_some(&request)
        })
    }

    /// A name for the rule that does not depend on its place in the list: what it speaks of.
    #[must_use]
    pub fn topic(&self) -> String {
        let mut parts: Vec<String> = self
            .resources
            .iter()
            .flat_map(|resource| self.api_groups.iter().map(move |group| join(resource, group)))
            .chain(self.non_resource_urls.iter().cloned())
            .collect();
        parts.sort();
        parts.dedup();
        parts.join(",")
    }

    /// The rule in the words of people: `get, list pods, secrets`.
    #[must_use]
    pub fn words(&self) -> String {
        let what = if self.resources.is_empty() {
            self.non_resource_urls.join(", ")
        } else {
            let groups: Vec<&str> = self.api_groups.iter().map(String::as_str).filter(|g| !g.is_empty()).collect();
            let mut what = self.resources.join(", ");
            if !groups.is_empty() {
                what = format!("{what} ({})", groups.join(", "));
            }
            if !self.resource_names.is_empty() {
                what = format!("{what} named {}", self.resource_names.join(", "));
            }
            what
        };
        format!("{} {what}", self.verbs.join(", "))
    }
}

/// Verbs that change objects.
const WRITING: &[&str] = &["create", "update", "patch", "delete", "deletecollection"];

/// Resources that are harmless to write, and their groups: a rule often names several groups for one of them.
const HARMLESS: &[&str] = &[
    "events",
    "leases",
    "tokenreviews",
    "subjectaccessreviews",
    "selfsubjectreviews",
    "selfsubjectaccessreviews",
    "selfsubjectrulesreviews",
    "localsubjectaccessreviews",
];
const OF_THE_HARMLESS: &[&str] =
    &["", "*", "events.k8s.io", "coordination.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "authorization.openshift.io"];

/// Verbs that together are as good as `*`: with them one reads and changes every object, roles and Secrets included.
const ALL_VERBS: &[&str] = &["get", "list", "watch", "create", "update", "patch", "delete"];

/// Whether rules give everything on every resource, in one rule or in several.
#[must_use]
pub fn everything(rules: &[&PolicyRule]) -> bool {
    ALL_VERBS.iter().all(|verb| {
        rules.iter().any(|rule| {
            has(&rule.verbs, verb)
                && rule.api_groups.iter().any(|g| g == "*")
                && rule.resources.iter().any(|r| r == "*")
                && rule.resource_names.is_empty()
        })
    })
}

/// `resource.group`, or the resource alone in the core group.
#[must_use]
pub fn join(resource: &str, group: &str) -> String {
    if group.is_empty() { resource.to_owned() } else { format!("{resource}.{group}") }
}

fn has(list: &[String], wanted: &str) -> bool {
    list.iter().any(|entry| entry == "*" || entry == wanted)
}

/// `*` is every resource with its sub-resources, `*/scale` that sub-resource of every resource; `pods/*` is a name that nothing has.
fn resource_matches(rule: &str, resource: &str, subresource: &str) -> bool {
    if rule == "*" {
        return true;
    }
    if subresource.is_empty() {
        return rule == resource;
    }
    rule.split_once('/').is_some_and(|(r, s)| s == subresource && (r == resource || r == "*"))
}

fn wider_resource(rule: &str, resource: &str) -> bool {
    rule == "*"
        || rule == resource
        || rule.strip_prefix("*/").is_some_and(|sub| resource.split_once('/').is_some_and(|(_, asked)| asked == sub))
}

fn url_matches(rule: &str, path: &str) -> bool {
    rule == "*" || rule == path || (rule.ends_with('*') && path.starts_with(rule.trim_end_matches('*')))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(verbs: &[&str], groups: &[&str], resources: &[&str], names: &[&str]) -> PolicyRule {
        let own = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
        PolicyRule {
            verbs: own(verbs),
            api_groups: own(groups),
            resources: own(resources),
            resource_names: own(names),
            ..PolicyRule::default()
        }
    }

    #[test]
    fn sub_resources_are_resources_of_their_own() {
        let pods = rule(&["*"], &[""], &["pods"], &[]);
        assert!(pods.allows(&Request::on("delete", "", "pods")) && !pods.allows(&Request::on("create", "", "pods/exec")));
        let scale = rule(&["get"], &["*"], &["*/scale"], &[]);
        assert!(scale.allows(&Request::on("get", "apps", "deployments/scale")));
        assert!(
            !scale.allows(&Request::on("get", "apps", "deployments")) && !scale.allows(&Request::on("get", "apps", "deployments/status"))
        );
        let odd = rule(&["create"], &[""], &["pods/*"], &[]);
        assert!(!odd.allows(&Request::on("create", "", "pods/exec")), "a star behind the stroke matches nothing");
        assert!(rule(&["get"], &[""], &["*"], &[]).allows(&Request::on("get", "", "pods/log")));
        assert!(!rule(&["get"], &[""], &["*"], &[]).allows(&Request::on("get", "apps", "deployments")));
    }

    #[test]
    fn names_limit_and_never_allow_creating() {
        let one = rule(&["get", "create", "list"], &[""], &["secrets", "serviceaccounts/token"], &["a"]);
        assert!(one.allows(&Request::on("get", "", "secrets").named("a")) && !one.allows(&Request::on("get", "", "secrets").named("b")));
        assert!(!one.allows(&Request::on("list", "", "secrets")) && one.allows_some(&Request::on("list", "", "secrets")));
        assert!(!one.allows_some(&Request::on("create", "", "secrets")));
        assert!(one.allows_some(&Request::on("create", "", "serviceaccounts/token")));
    }

    #[test]
    fn paths_match_by_their_beginning_only_with_a_star_at_the_end() {
        let urls =
            PolicyRule { verbs: vec!["get".into()], non_resource_urls: vec!["/healthz".into(), "/apis/*".into()], ..PolicyRule::default() };
        assert!(urls.allows(&Request::path("get", "/healthz")) && urls.allows(&Request::path("get", "/apis/apps")));
        assert!(!urls.allows(&Request::path("get", "/healthz/etcd")) && !urls.allows(&Request::path("get", "/apis")));
        assert!(!urls.allows(&Request::on("get", "", "pods")) && !urls.allows(&Request::path("post", "/healthz")));
    }

    #[test]
    fn seven_verbs_are_everything_and_one_group_is_not() {
        let verbs = ["get", "list", "delete", "update", "create", "patch", "watch"];
        assert!(everything(&[&rule(&verbs, &["*"], &["*"], &[])]));
        assert!(everything(&[&rule(&verbs[..3], &["*"], &["*"], &[]), &rule(&verbs[3..], &["*"], &["*"], &[])]));
        assert!(!everything(&[&rule(&["*"], &[""], &["*"], &[])]) && !everything(&[&rule(&["*"], &["*"], &["pods"], &[])]));
        assert!(!everything(&[&rule(&["*"], &["*"], &["*"], &["x"])]));
    }

    #[test]
    fn covering_compares_rule_with_rule() {
        let view = rule(&["get", "list"], &["", "apps"], &["pods", "deployments"], &[]);
        assert!(view.covered_by(&[&rule(&["*"], &[""], &["*"], &[]), &rule(&["get", "list"], &["apps"], &["*"], &[])]));
        assert!(!view.covered_by(&[&rule(&["*"], &[""], &["*"], &[])]));
        assert!(rule(&["get"], &[""], &["secrets"], &["a"]).covered_by(&[&rule(&["get"], &[""], &["secrets"], &["a", "b"])]));
        assert!(!rule(&["get"], &[""], &["secrets"], &[]).covered_by(&[&rule(&["get"], &[""], &["secrets"], &["a"])]));
    }

    #[test]
    fn asking_leasing_and_reporting_change_nothing() {
        let change = |verbs: &[&str], groups: &[&str], resources: &[&str]| rule(verbs, groups, resources, &[]).changes();
        assert!(!change(&["create", "patch"], &["", "events.k8s.io"], &["events"]) && !change(&["*"], &["*"], &["leases"]));
        assert!(!change(&["create"], &["authorization.k8s.io"], &["subjectaccessreviews"]));
        assert!(!change(&["get", "list", "watch"], &[""], &["*"]) && !change(&["impersonate"], &[""], &["users"]));
        assert!(change(&["deletecollection"], &[""], &["events", "pods"]) && change(&["*"], &["acme.example"], &["*"]));
        assert!(change(&["update"], &["acme.example"], &["events"]), "an object of somebody else with the same name");
        let secrets = |verbs: &[&str], names: &[&str]| rule(verbs, &["*"], &["secrets"], names).reads_secrets();
        assert!(secrets(&["get"], &["a"]) && secrets(&["watch"], &[]) && secrets(&["*"], &[]) && !secrets(&["update"], &[]));
    }
}

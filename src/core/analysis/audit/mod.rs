//! What an API server with a given audit policy records. The first rule that fits a request decides; what no rule fits is not recorded. Nothing in
//! a policy is a wildcard but a star for resources, beside a slash for subresources, for a group (since 1.36; before, no server started with it), and at the end of a path: a rule for the user `*`
//! or the verb `*` fits no request at all. (Kubernetes, `k8s.io/apiserver`, audit policy evaluation.)
//!
//! A request by somebody who acts as another counts for the policy as the real sender's, and its record names both; a request whose login is
//! refused has no sender.

mod actors;
mod wanted;

pub use actors::{Actor, Who, actors, fits_nobody};
pub use wanted::{Class, UNHEARD, WANTED, Wanted, left_out};

use crate::kinds::imported::{AuditPolicy, AuditRule};

/// A request, as far as a policy looks at it.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditedRequest<'a> {
    /// Name of the sender; none where the login was refused.
    pub user: Option<&'a str>,
    /// Groups of the sender.
    pub groups: &'a [String],
    /// Verb of the API: `get`, `create`.
    pub verb: &'a str,
    /// API group, "" for the core group.
    pub group: &'a str,
    /// Resource: `pods`.
    pub resource: &'a str,
    /// Subresource: `exec`, or "".
    pub subresource: &'a str,
    /// Namespace; "" for what lives in none.
    pub namespace: &'a str,
    /// Name of the object; "" where the request has none.
    pub name: &'a str,
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The rule that fits first; none where no rule does.
    pub rule: Option<usize>,
    /// How much is recorded.
    pub level: AuditLevel,
}

/// How much of a request is recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AuditLevel {
    /// Nothing.
    None,
    /// Who, what, when, and how it came out.
    Metadata,
    /// What was sent, besides.
    Request,
    /// What was answered, besides.
    RequestResponse,
}

impl AuditLevel {
    fn of(word: &str) -> Self {
        match word {
            "Metadata" => Self::Metadata,
            "Request" => Self::Request,
            "RequestResponse" => Self::RequestResponse,
            _ => Self::None,
        }
    }
}

/// Decides as the API server does.
#[must_use]
pub fn decide(policy: &AuditPolicy, request: &AuditedRequest<'_>) -> Decision {
    match policy.rules.iter().position(|rule| fits(rule, request)) {
        Some(rule) => Decision { rule: Some(rule), level: AuditLevel::of(&policy.rules[rule].level) },
        None => Decision { rule: None, level: AuditLevel::None },
    }
}

/// Whether nothing of a request comes into the log, because each of its stages is left out. That of a panic is no answer.
#[must_use]
pub fn omits_all(policy: &AuditPolicy, rule: usize, is_long: bool) -> bool {
    let stages = ["RequestReceived", "ResponseComplete", "ResponseStarted"];
    stages.iter().take(if is_long { 3 } else { 2 }).all(|stage| omits(policy, rule, stage))
}

/// Whether a rule leaves out a stage, by itself or by its policy.
#[must_use]
pub fn omits(policy: &AuditPolicy, rule: usize, stage: &str) -> bool {
    let own = policy.rules.get(rule).map_or(&[][..], |rule| &rule.omit_stages);
    policy.omit_stages.iter().chain(own).any(|omitted| omitted == stage)
}

fn fits(rule: &AuditRule, request: &AuditedRequest<'_>) -> bool {
    let has = |list: &[String], word: &str| list.iter().any(|entry| entry == word);
    if !rule.users.is_empty() && !request.user.is_some_and(|user| has(&rule.users, user)) {
        return false;
    }
    if !rule.user_groups.is_empty() && !request.groups.iter().any(|group| has(&rule.user_groups, group)) {
        return false;
    }
    if !rule.verbs.is_empty() && !has(&rule.verbs, request.verb) {
        return false;
    }
    if !rule.namespaces.is_empty() || !rule.resources.is_empty() {
        return (rule.namespaces.is_empty() || has(&rule.namespaces, request.namespace))
            && (rule.resources.is_empty() || resources_fit(rule, request));
    }
    // Every request that is looked at here is one about resources.
    rule.non_resource_urls.is_empty()
}

fn resources_fit(rule: &AuditRule, request: &AuditedRequest<'_>) -> bool {
    let whole =
        if request.subresource.is_empty() { request.resource.to_owned() } else { format!("{}/{}", request.resource, request.subresource) };
    rule.resources.iter().filter(|of| of.covers(request.group)).any(|of| {
        let named = of.resource_names.is_empty() || of.resource_names.iter().any(|name| name == request.name);
        let word = |entry: &String| {
            *entry == whole
                || entry == "*"
                || entry.strip_prefix("*/").is_some_and(|sub| !sub.is_empty() && sub == request.subresource)
                || entry.strip_suffix("/*").is_some_and(|resource| resource == request.resource)
        };
        of.resources.is_empty() || (named && of.resources.iter().any(word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::imported::{Content, Imported};

    fn rule_of(rules: &str, request: &AuditedRequest<'_>) -> Option<usize> {
        let text = format!("apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: {rules}\n");
        match Imported::recognise("p", text.as_bytes()).map(|import| import.content) {
            Some(Content::AuditPolicy(policy)) => decide(&policy, request).rule,
            other => panic!("{other:?}"),
        }
    }

    fn exec() -> AuditedRequest<'static> {
        AuditedRequest {
            user: Some("eve"),
            verb: "create",
            resource: "pods",
            subresource: "exec",
            namespace: "shop",
            name: "web",
            ..AuditedRequest::default()
        }
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        assert_eq!(rule_of("[{level: None, users: [adam]}, {level: Metadata, verbs: [create]}, {level: None}]", &exec()), Some(1));
        assert_eq!(rule_of("[{level: None, users: [adam]}]", &exec()), None);
    }

    #[test]
    fn a_star_is_a_wildcard_in_resources_and_groups_alone() {
        for dead in ["users: ['*']", "userGroups: ['*']", "verbs: ['*']", "namespaces: ['*']", "nonResourceURLs: ['*']"] {
            assert_eq!(rule_of(&format!("[{{level: Metadata, {dead}}}]"), &exec()), None, "{dead}");
        }
        for alive in ["'*'", "'pods/*'", "'*/exec'", "pods/exec"] {
            assert_eq!(
                rule_of(&format!("[{{level: Metadata, resources: [{{group: '', resources: [{alive}]}}]}}]"), &exec()),
                Some(0),
                "{alive}"
            );
        }
        assert_eq!(rule_of("[{level: None, resources: [{resources: [pods, 'pods/log', '*/attach']}]}]", &exec()), None);
        assert_eq!(rule_of("[{level: None, resources: [{group: '*'}]}]", &exec()), Some(0));
        assert_eq!(rule_of("[{level: None, resources: [{group: '*', resources: [secrets]}]}]", &exec()), None);
        assert_eq!(rule_of("[{level: None, resources: [{group: apps}]}]", &exec()), None);
        assert_eq!(rule_of("[{level: None, resources: [{resources: ['*'], resourceNames: [api]}]}]", &exec()), None);
        assert_eq!(rule_of("[{level: None, resources: [{resources: ['*'], resourceNames: [web]}]}]", &exec()), Some(0));
    }

    #[test]
    fn a_refused_login_has_neither_name_nor_group() {
        let nobody = AuditedRequest { user: None, groups: &[], ..exec() };
        assert_eq!(rule_of("[{level: Metadata, userGroups: ['system:authenticated', 'system:unauthenticated']}]", &nobody), None);
        assert_eq!(rule_of("[{level: Metadata, namespaces: [shop]}]", &nobody), Some(0));
    }
}

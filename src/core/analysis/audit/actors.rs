//! Whose requests a policy is tried with: a person, an administrator, an application, nobody; and whoever the policy names, because a rule may be
//! about exactly them.

use crate::kinds::imported::AuditPolicy;
use std::collections::BTreeSet;

/// What somebody is to the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// A person, or a program under a name that a person may have.
    Person,
    /// An account of applications.
    Account,
    /// A part of Kubernetes or of the distribution: its names are reserved for it.
    Component,
    /// Somebody who did not log in, or whose login was refused.
    Stranger,
}

/// A sender of requests.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Actor {
    /// What it is.
    pub who: Who,
    /// How it is told: `everybody`, `the user alice`, `the group system:masters`.
    pub words: String,
    /// Whether the policy itself names it.
    pub named: bool,
    /// Its name; none where the login was refused.
    pub user: Option<String>,
    /// Its groups.
    pub groups: Vec<String>,
}

/// A name that no rule can hold, because users have no blanks around them.
const SOMEBODY: &str = " somebody ";

/// Whether a word in a list of users, groups or namespaces fits nobody: it looks like a wildcard, and there is none.
#[must_use]
pub fn fits_nobody(word: &str) -> bool {
    word.contains('*')
}

/// Everybody with whom a policy is tried.
#[must_use]
pub fn actors(policy: &AuditPolicy, platform: &dyn Fn(&str) -> bool) -> Vec<Actor> {
    let mut all: BTreeSet<Actor> = BTreeSet::new();
    let unnamed = |who: Who, words: &str, user: Option<&str>, groups: &[&str]| Actor {
        who,
        words: words.to_owned(),
        named: false,
        user: user.map(str::to_owned),
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
    };
    all.insert(unnamed(Who::Person, "people", Some(SOMEBODY), &["system:authenticated"]));
    let account = format!("system:serviceaccount:{SOMEBODY}:{SOMEBODY}");
    let of_namespace = format!("system:serviceaccounts:{SOMEBODY}");
    let groups = ["system:serviceaccounts", of_namespace.as_str(), "system:authenticated"];
    all.insert(unnamed(Who::Account, "applications", Some(&account), &groups));
    all.insert(unnamed(Who::Stranger, "who did not log in", Some("system:anonymous"), &["system:unauthenticated"]));
    all.insert(unnamed(Who::Stranger, "whose login is refused", None, &[]));
    for rule in &policy.rules {
        for user in rule.users.iter().filter(|user| !fits_nobody(user)) {
            let mut groups = groups_of(user);
            // A rule with users and groups is about who is in both lists.
            groups.extend(rule.user_groups.iter().filter(|group| !groups_of(user).contains(*group)).cloned());
            all.insert(Actor {
                who: kind_of(user, platform),
                words: format!("the user {user}"),
                named: true,
                user: Some(user.clone()),
                groups,
            });
        }
        for group in rule.user_groups.iter().filter(|group| rule.users.is_empty() && !fits_nobody(group)) {
            all.insert(member_of(group, platform));
        }
    }
    all.into_iter().collect()
}

fn member_of(group: &str, platform: &dyn Fn(&str) -> bool) -> Actor {
    let (who, user) = match group {
        "system:authenticated" => (Who::Person, SOMEBODY.to_owned()),
        "system:unauthenticated" => (Who::Stranger, "system:anonymous".to_owned()),
        "system:masters" => (Who::Person, SOMEBODY.to_owned()),
        "system:serviceaccounts" => (Who::Account, format!("system:serviceaccount:{SOMEBODY}:{SOMEBODY}")),
        _ => match group.strip_prefix("system:serviceaccounts:") {
            Some(namespace) if platform(namespace) => (Who::Component, format!("system:serviceaccount:{namespace}:{SOMEBODY}")),
            Some(namespace) => (Who::Account, format!("system:serviceaccount:{namespace}:{SOMEBODY}")),
            None if group.starts_with("system:") => (Who::Component, SOMEBODY.to_owned()),
            None => (Who::Person, SOMEBODY.to_owned()),
        },
    };
    let mut groups = groups_of(&user);
    if group == "system:unauthenticated" {
        groups.clear();
    }
    if !groups.iter().any(|known| known == group) {
        groups.push(group.to_owned());
    }
    Actor { who, words: format!("the group {group}"), named: true, user: Some(user), groups }
}

/// Groups that a user has by its name.
fn groups_of(user: &str) -> Vec<String> {
    let own = |groups: &[&str]| groups.iter().map(|group| (*group).to_owned()).collect::<Vec<_>>();
    if user == "system:anonymous" {
        return own(&["system:unauthenticated"]);
    }
    if let Some(namespace) = user.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split(':').next()) {
        return own(&["system:serviceaccounts", &format!("system:serviceaccounts:{namespace}"), "system:authenticated"]);
    }
    if user.starts_with("system:node:") {
        return own(&["system:nodes", "system:authenticated"]);
    }
    own(&["system:authenticated"])
}

/// Names that begin with `system:` are reserved for Kubernetes; of the accounts, those of platform namespaces are its parts.
fn kind_of(user: &str, platform: &dyn Fn(&str) -> bool) -> Who {
    match user {
        "system:anonymous" => Who::Stranger,
        // OpenShift's administrator of the first hour.
        "system:admin" => Who::Person,
        _ => match user.strip_prefix("system:serviceaccount:").and_then(|rest| rest.split(':').next()) {
            Some(namespace) if platform(namespace) => Who::Component,
            Some(_) => Who::Account,
            None if user.starts_with("system:") => Who::Component,
            None => Who::Person,
        },
    }
}

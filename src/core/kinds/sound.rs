//! Whether an object's tree is in order at the first look: nothing stands twice in it, and it has what makes it an object of its kind. What is not
//! so clear is looked at by its text ([`super::substance`]), which also has the words for what is wrong.

use super::node_tree::{Node, Record};
use super::spec_texts::spec_of;
use super::substance;
use crate::model::Kind;
use std::borrow::Cow;
use std::collections::HashSet;

/// Up to so many keys are compared one by one, which is quicker than a table of them.
const FEW: usize = 16;

/// Whether nothing is wrong with an object of a kind.
pub(super) fn is_sound(kind: Kind, object: &Node<'_>) -> bool {
    has_substance(kind, object) && !stands_twice(object)
}

/// Whether a key stands twice in one of its tables.
fn stands_twice(node: &Node<'_>) -> bool {
    match node {
        Node::Map(entries) => any_twice(entries) || entries.iter().any(|(_, value)| stands_twice(value)),
        Node::List(items) => items.iter().any(stands_twice),
        Node::Record(Record::Text(text)) => substance::twice(text).is_some(),
        // Of what nobody looked into nobody knows.
        Node::Record(Record::Unread(_)) | Node::Unread(_) => true,
        _ => false,
    }
}

fn any_twice(entries: &[(Cow<'_, str>, Node<'_>)]) -> bool {
    if entries.len() <= FEW {
        return entries.iter().enumerate().any(|(nth, (key, _))| entries[..nth].iter().any(|(known, _)| known == key));
    }
    let mut known = HashSet::with_capacity(entries.len());
    !entries.iter().all(|(key, _)| known.insert(&**key))
}

fn has_substance(kind: Kind, object: &Node<'_>) -> bool {
    let Some(metadata) = object.get("metadata") else { return false };
    let name = |key: &str| match metadata.get(key) {
        None | Some(Node::Null) => Some(""),
        Some(other) => other.as_text(),
    };
    // A name that is no text is nobody's.
    let named = name("name").zip(name("generateName")).is_some_and(|(name, start)| !name.is_empty() || !start.is_empty());
    let below = |path: &[&str]| path.iter().try_fold(object, |node, step| node.get(step));
    let runs = || {
        let containers = spec_of(kind).and_then(below).and_then(|spec| spec.get("containers"));
        containers.is_some_and(|list| matches!(list, Node::Known) || !list.items().is_empty())
    };
    named
        && match kind {
            kind if spec_of(kind).is_some() => runs(),
            Kind::Roles | Kind::ClusterRoles => {
                let full = |rule: &Node<'_>, key: &str| rule.get(key).is_some_and(|list| !list.items().is_empty());
                let works = |rule: &Node<'_>| full(rule, "verbs") && (full(rule, "resources") || full(rule, "nonResourceURLs"));
                object.get("rules").is_none_or(|rules| matches!(rules, Node::List(_)) && rules.items().iter().all(works))
            }
            Kind::RoleBindings | Kind::ClusterRoleBindings => {
                let full = |of: &Node<'_>, key: &str| of.text(key).is_some_and(|text| !text.is_empty());
                let whole = |of: &Node<'_>| full(of, "kind") && full(of, "name");
                let subjects = object.get("subjects");
                object.get("roleRef").is_some_and(whole)
                    && subjects.is_none_or(|subjects| matches!(subjects, Node::List(_)) && subjects.items().iter().all(whole))
            }
            Kind::NetworkPolicies | Kind::Services | Kind::Ingresses => matches!(object.get("spec"), Some(Node::Map(_))),
            _ => true,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sound_lacks_nothing_and_says_nothing_twice() {
        let template = r#""template":{"spec":{"containers":[{"name":"c"}]}}"#;
        let many: Vec<String> = (0..40).map(|n| format!("\"k{n}\":{{}}")).collect();
        let objects = [
            (Kind::Pods, r#"{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c"}]}}"#.to_owned(), true),
            (Kind::Pods, r#"{"metadata":{"name":"p"},"spec":{"containers":[]}}"#.to_owned(), false),
            (Kind::Pods, r#"{"metadata":{"name":7},"spec":{"containers":[{"name":"c"}]}}"#.to_owned(), false),
            (Kind::Pods, r#"{"metadata":{"name":"p","name":"p"},"spec":{"containers":[{}]}}"#.to_owned(), false),
            (Kind::Pods, "null".to_owned(), false),
            (Kind::Deployments, format!(r#"{{"metadata":{{"generateName":"d","name":null}},"spec":{{{template}}}}}"#), true),
            (Kind::CronJobs, format!(r#"{{"metadata":{{"name":"d"}},"spec":{{"jobTemplate":{{"spec":{{{template}}}}}}}}}"#), true),
            (Kind::PodTemplates, format!(r#"{{"metadata":{{"name":"d"}},{template}}}"#), true),
            (Kind::PodTemplates, format!(r#"{{"metadata":{{"name":"d"}},"spec":{{{template}}}}}"#), false),
            (Kind::Roles, r#"{"metadata":{"name":"r"},"rules":[{"verbs":["get"],"resources":["pods"]}]}"#.to_owned(), true),
            (Kind::Roles, r#"{"metadata":{"name":"r"},"rules":[{"verbs":["get"]}]}"#.to_owned(), false),
            (Kind::RoleBindings, r#"{"metadata":{"name":"b"},"roleRef":{"kind":"Role","name":"r"}}"#.to_owned(), true),
            (Kind::RoleBindings, r#"{"metadata":{"name":"b"},"roleRef":{"kind":"Role","name":"r"},"subjects":[{}]}"#.to_owned(), false),
            (Kind::Services, r#"{"metadata":{"name":"s"},"spec":[]}"#.to_owned(), false),
            (Kind::ConfigMaps, format!(r#"{{"metadata":{{"name":"m"}},"data":{{{}}}}}"#, many.join(",")), true),
            (Kind::ConfigMaps, format!(r#"{{"metadata":{{"name":"m"}},"data":{{{},"k3":1}}}}"#, many.join(",")), false),
            (Kind::ConfigMaps, r#"{"metadata":{"name":"m","managedFields":[{"manager":"a","manager":"b"}]}}"#.to_owned(), false),
        ];
        for (kind, text, wanted) in objects {
            let tree: Node<'_> = serde_json::from_str(&text).unwrap_or(Node::Null);
            assert_eq!(is_sound(kind, &tree), wanted, "{text}");
            assert!(!wanted || (substance::lacks(kind, &text).is_none() && substance::twice(&text).is_none()), "{text}");
        }
    }
}

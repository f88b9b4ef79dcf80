//! The command that shows an object.

use crate::model::text::clean;
use crate::model::{Kind, ObjectRef};

/// The command that shows an object, in words that a shell takes as they are.
#[must_use]
pub fn kubectl(object: &ObjectRef, context: Option<&str>) -> String {
    let kind = Kind::ALL.iter().find(|k| k.kind() == object.kind && k.group() == object.group);
    let resource = match kind {
        Some(kind) => kind.id(),
        None if object.group.is_empty() => object.kind.to_lowercase(),
        None => format!("{}.{}", object.kind.to_lowercase(), object.group),
    };
    let mut words = vec!["kubectl get".to_owned()];
    if !object.namespace.is_empty() {
        words.push(format!("--namespace={}", quoted(&object.namespace)));
    }
    if let Some(context) = context {
        words.push(format!("--context={}", quoted(context)));
    }
    // Behind the two dashes nothing is an option, however it begins.
    words.extend(["--output=yaml".to_owned(), "--".to_owned(), quoted(&resource), quoted(&object.name)]);
    words.join(" ")
}

/// Names from a cluster are data: whatever could mean something to a shell is quoted.
fn quoted(word: &str) -> String {
    let word = clean(word);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':' | '@');
    if !word.is_empty() && word.chars().all(plain) { word } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_never_runs_what_a_cluster_named() {
        let object = ObjectRef::new("apps", "Deployment", "shop", "web;rm -rf $(HOME)'");
        assert_eq!(
            kubectl(&object, Some("prod eu")),
            r"kubectl get --namespace=shop --context='prod eu' --output=yaml -- deployments.apps 'web;rm -rf $(HOME)'\'''"
        );
        assert_eq!(kubectl(&ObjectRef::new("", "Node", "", "n1"), None), "kubectl get --output=yaml -- nodes n1");
        let option = ObjectRef::new("-x", "-y", "--all", "--kubeconfig=/tmp/x");
        assert_eq!(kubectl(&option, Some("-z")), "kubectl get --namespace=--all --context=-z --output=yaml -- -y.-x '--kubeconfig=/tmp/x'");
    }
}

//! What the objects of a list may call themselves. Those of Kubernetes' own kinds mostly say nothing, because their list does; those of add-ons repeat
//! it. One that says something else is not what was asked for, whatever fields it has.

use super::node_tree::Node;
use crate::model::Kind;
use crate::model::text::clean;
use crate::sensitive::without_secrets;
use serde::Deserialize;
use serde_json::value::RawValue;

/// What a list is of.
pub(super) struct Listed<'a> {
    kind: &'a str,
    group: &'a str,
    /// Where the list tells it.
    version: Option<&'a str>,
}

impl<'a> Listed<'a> {
    /// A list of a kind, by what it calls itself. A list of anything tells no version.
    pub(super) fn of(kind: Kind, api_version: Option<&'a str>, list: Option<&'a str>) -> Self {
        let listed = list.and_then(|list| list.strip_suffix("List")).unwrap_or_default();
        // What each cluster names for itself is what its list says; where that says nothing, anything.
        let name = if kind.is_group() { listed } else { kind.kind() };
        let version = api_version.filter(|_| listed == name).map(|told| parts(told).1);
        Self { kind: name, group: kind.group(), version }
    }

    /// A form of the server's own.
    pub(super) const fn form(kind: &'a str) -> Self {
        Self { kind, group: "meta.k8s.io", version: Some("v1") }
    }

    /// Whether an object calls itself what it is listed as, or nothing.
    pub(super) fn has(&self, object: &Node<'_>) -> bool {
        let text = |key: &str| match object.get(key) {
            None | Some(Node::Null) => Some(""),
            Some(told) => told.as_text(),
        };
        text("apiVersion").zip(text("kind")).is_some_and(|(api_version, kind)| self.is(api_version, kind))
    }

    fn is(&self, api_version: &str, kind: &str) -> bool {
        let (group, version) = parts(api_version);
        (kind.is_empty() || kind == self.kind || self.kind.is_empty())
            && (api_version.is_empty() || (group == self.group && self.version.is_none_or(|told| told == version)))
    }

    /// What an object calls itself, where that is something else. Silence is none, and neither is what is no object at all.
    pub(super) fn other(&self, json: &str) -> Option<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Own<'o> {
            #[serde(borrow, default)]
            api_version: Option<&'o RawValue>,
            #[serde(borrow, default)]
            kind: Option<&'o RawValue>,
        }
        let own: Own<'_> = serde_json::from_str(json).ok().filter(|_| json.trim_start().starts_with('{'))?;
        // What is no text is nobody's name.
        let text = |raw: Option<&RawValue>| -> String {
            let said = raw.map(|raw| serde_json::from_str::<Option<String>>(raw.get()).unwrap_or_else(|_| Some("?".to_owned())));
            said.flatten().unwrap_or_default()
        };
        let (api_version, kind) = (text(own.api_version), text(own.kind));
        (!self.is(&api_version, &kind)).then(|| clean(&without_secrets(&format!("{api_version} {kind}"))).trim().to_owned())
    }
}

/// Group and version.
fn parts(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_what_its_list_is_of_or_says_nothing() {
        let told = |listed: &Listed<'_>, json: &str| listed.other(json).unwrap_or_default();
        let pods = Listed::of(Kind::Pods, Some("v1"), Some("PodList"));
        for fine in
            ["{}", r#"{"kind":"Pod"}"#, r#"{"apiVersion":"v1","kind":"Pod"}"#, r#"{"kind":"","apiVersion":null}"#, "17", "null", "[]"]
        {
            assert_eq!(told(&pods, fine), "", "{fine}");
        }
        for (json, wanted) in [
            (r#"{"kind":"Service"}"#, "Service"),
            (r#"{"apiVersion":"v2","kind":"Pod"}"#, "v2 Pod"),
            (r#"{"apiVersion":"metrics.k8s.io/v1"}"#, "metrics.k8s.io/v1"),
            (r#"{"kind":7}"#, "?"),
        ] {
            assert_eq!(told(&pods, json), wanted);
        }
        let old = Listed::of(Kind::CronJobs, Some("batch/v1beta1"), Some("CronJobList"));
        assert_eq!(told(&old, r#"{"apiVersion":"batch/v1beta1","kind":"CronJob"}"#), "");
        assert_eq!(told(&old, r#"{"apiVersion":"batch/v1"}"#), "batch/v1");
        // What kubectl puts together tells each object's own version.
        let mixed = Listed::of(Kind::CronJobs, Some("v1"), Some("List"));
        assert_eq!(told(&mixed, r#"{"apiVersion":"batch/v1","kind":"CronJob"}"#), "");
        assert_eq!(told(&mixed, r#"{"apiVersion":"v1","kind":"CronJob"}"#), "v1 CronJob");
        assert_eq!(told(&Listed::form("PartialObjectMetadata"), r#"{"apiVersion":"v1","kind":"Secret"}"#), "v1 Secret");
    }
}

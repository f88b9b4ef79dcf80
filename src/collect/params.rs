//! Objects from which policies take their parameters: which kinds these are is known only when the policies were read.

use super::answer::Answer;
use super::discovery::Served;
use super::lists::{List, Message, Reader};
use super::refusal::Refusal;
use super::request::JSON;
use kassay_core::kinds::KindState;
use kassay_core::model::Kind;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::collections::BTreeSet;

/// What policies and bindings name.
#[derive(Default)]
pub(super) struct Wanted {
    /// apiVersion and kind.
    kinds: BTreeSet<(String, String)>,
    /// Names of single objects. Where a binding chooses by labels instead, all are wanted.
    names: BTreeSet<String>,
    all: bool,
}

/// Whether objects of a kind may name parameters.
pub(super) const fn of(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::ValidatingAdmissionPolicies | Kind::ValidatingAdmissionPolicyBindings | Kind::KyvernoClusterPolicies | Kind::KyvernoPolicies
    )
}

impl Wanted {
    /// Takes what a page of policies or bindings names.
    pub(super) fn take(&mut self, kind: Kind, page: &str) {
        let Ok(list) = serde_json::from_str::<Value>(page) else { return };
        for object in list.get("items").and_then(Value::as_array).into_iter().flatten() {
            let rules = object.pointer("/spec/rules").and_then(Value::as_array).into_iter().flatten();
            let rules: Vec<&Value> = rules.filter_map(|rule| rule.pointer("/validate/cel")).collect();
            let spec = object.get("spec").filter(|_| !matches!(kind, Kind::KyvernoClusterPolicies | Kind::KyvernoPolicies));
            for holder in spec.into_iter().chain(rules) {
                let text = |pointer: &str| holder.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
                if let (Some(api_version), Some(kind)) = (text("/paramKind/apiVersion"), text("/paramKind/kind")) {
                    self.kinds.insert((api_version, kind));
                }
                self.names.extend(text("/paramRef/name"));
                self.all |= holder.pointer("/paramRef/selector").is_some_and(|selector| !selector.is_null());
            }
        }
    }
}

/// Reads what was named.
pub(super) async fn read(reader: &Reader<'_>, served: &Served, wanted: &Wanted) -> Result<(), Refusal> {
    for (api_version, kind) in &wanted.kinds {
        let end = |unread: Option<String>| Message::ParamsEnd(api_version.clone(), kind.clone(), unread);
        let (paths, namespaced) = if api_version == "v1" && kind == "ConfigMap" {
            // There may be very many, and few of them are meant.
            let of =
                |name: &String| format!("/api/v1/configmaps?fieldSelector=metadata.name%3D{}", utf8_percent_encode(name, NON_ALPHANUMERIC));
            let paths = if wanted.all { vec!["/api/v1/configmaps".to_owned()] } else { wanted.names.iter().map(of).collect() };
            (paths, true)
        } else if let Some((resource, namespaced)) = served.resource_of(api_version, kind) {
            (vec![format!("/apis/{api_version}/{resource}")], namespaced)
        } else {
            reader.send(end(Some("the server does not tell where it serves them".to_owned()))).await?;
            continue;
        };
        let mut unread = None;
        for path in paths {
            let list =
                List { kind: Kind::ValidatingAdmissionPolicies, path, accept: JSON, answer: Answer::of(api_version, kind), told: false };
            let read = reader.list(&list, 0, &mut |body| Message::Params(api_version.clone(), kind.clone(), namespaced, body)).await?;
            if read.state != KindState::Read {
                unread = Some(read.words);
            }
        }
        reader.send(end(unread)).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_policies_and_bindings_name_is_wanted() {
        let mut wanted = Wanted::default();
        let policy = json!({"items": [{"spec": {"paramKind": {"apiVersion": "v1", "kind": "ConfigMap"}}}, {"spec": {}}]});
        let binding = json!({"items": [{"spec": {"paramRef": {"name": "allowed", "namespace": "kube-system"}}}]});
        let rules = json!({"items": [{"spec": {"rules": [{"validate": {"cel": {"paramKind": {"apiVersion": "a.example/v1", "kind": "Limit"},
                                                                              "paramRef": {"selector": {"matchLabels": {"a": "b"}}}}}}]}}]});
        wanted.take(Kind::ValidatingAdmissionPolicies, &policy.to_string());
        wanted.take(Kind::ValidatingAdmissionPolicyBindings, &binding.to_string());
        assert_eq!((wanted.kinds.len(), wanted.all), (1, false));
        assert_eq!(wanted.names.iter().map(String::as_str).collect::<Vec<_>>(), ["allowed"]);
        wanted.take(Kind::KyvernoClusterPolicies, &rules.to_string());
        assert_eq!((wanted.kinds.len(), wanted.all), (2, true));
    }
}

//! Older versions of kinds, as manifests and old dumps have them, in the words of the version that is read. Every version of a kind is read alike where only
//! its name changed; here is what else did.

use crate::model::Kind;
use serde_json::{Value, json};
use std::borrow::Cow;

/// Whether older versions of a kind differ from the current one in more than their name.
pub(super) const fn were_others(kind: Kind) -> bool {
    matches!(kind, Kind::ValidatingWebhooks | Kind::MutatingWebhooks | Kind::RuntimeClasses)
}

/// An object in the words of its current version. Only manifests need defaults: what a server gives has them filled in.
pub(super) fn current(kind: Kind, json: &str) -> Cow<'_, str> {
    let change: fn(&mut Value) = match kind {
        Kind::ValidatingWebhooks | Kind::MutatingWebhooks if json.contains("/v1beta1\"") => open_by_default,
        Kind::RuntimeClasses if json.contains("runtimeHandler") => handler_in_spec,
        _ => return Cow::Borrowed(json),
    };
    // What can't be read is told where it is read.
    let Ok(mut object) = serde_json::from_str::<Value>(json) else { return Cow::Borrowed(json) };
    if super::substance::twice(json).is_some() {
        return Cow::Borrowed(json);
    }
    change(&mut object);
    Cow::Owned(object.to_string())
}

/// Webhooks of `admissionregistration.k8s.io/v1beta1` let pass what nobody answers for, where they don't say otherwise; since v1 they refuse it.
fn open_by_default(object: &mut Value) {
    if object.get("apiVersion").and_then(Value::as_str) != Some("admissionregistration.k8s.io/v1beta1") {
        return;
    }
    for webhook in object.get_mut("webhooks").and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut) {
        webhook.entry("failurePolicy").or_insert_with(|| json!("Ignore"));
    }
}

/// `node.k8s.io/v1alpha1` has the handler of a runtime class in a spec.
fn handler_in_spec(object: &mut Value) {
    let of = |object: &Value, name: &str| object.get("spec").and_then(|spec| spec.get(name)).cloned();
    let parts = [("handler", of(object, "runtimeHandler")), ("scheduling", of(object, "scheduling"))];
    let Some(map) = object.as_object_mut() else { return };
    for (key, part) in parts {
        if let Some(part) = part {
            map.entry(key).or_insert(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{Ingest, Source};
    use crate::sensitive::FingerprintKey;

    #[test]
    fn older_versions_say_what_they_mean() {
        let mut ingest = Ingest::new(Source::Files, FingerprintKey([0; 32]));
        let webhook = |version: &str, policy: &str| {
            format!(
                r#"{{"apiVersion":"admissionregistration.k8s.io/{version}","metadata":{{"name":"{version}{}"}},"webhooks":[{{"name":"w"{policy}}}]}}"#,
                policy.len()
            )
        };
        ingest.object(Kind::ValidatingWebhooks, &webhook("v1beta1", ""));
        ingest.object(Kind::ValidatingWebhooks, &webhook("v1beta1", ",\"failurePolicy\":\"Fail\""));
        ingest.object(Kind::ValidatingWebhooks, &webhook("v1", ""));
        ingest.object(
            Kind::RuntimeClasses,
            r#"{"apiVersion":"node.k8s.io/v1alpha1","metadata":{"name":"g"},"spec":{"runtimeHandler":"runsc"}}"#,
        );
        ingest.object(
            Kind::Ingresses,
            r#"{"apiVersion":"extensions/v1beta1","metadata":{"name":"i","namespace":"n"},"spec":{"backend":{"serviceName":"all","servicePort":80},
                "rules":[{"http":{"paths":[{"backend":{"serviceName":"one","servicePort":"http"}}]}}]}}"#,
        );
        let inventory = ingest.finish();
        let policies: Vec<&str> = inventory.validating_webhooks.iter().map(|of| of.webhooks[0].failure_policy.as_str()).collect();
        assert_eq!(policies, ["", "Ignore", "Fail"]);
        assert_eq!(inventory.runtime_classes[0].handler, "runsc");
        let spec = &inventory.ingresses[0].spec;
        let name = |backend: &crate::kinds::network::IngressBackend| {
            backend.service.as_ref().map(|service| service.name.clone()).unwrap_or_default()
        };
        assert_eq!(spec.default_backend.as_ref().map(name).as_deref(), Some("all"));
        assert_eq!(spec.rules[0].http.as_ref().map(|http| name(&http.paths[0].backend)).as_deref(), Some("one"));
        let again: crate::kinds::network::IngressSpec =
            serde_json::from_str(&serde_json::to_string(spec).unwrap_or_default()).unwrap_or_default();
        assert_eq!(again, *spec, "a snapshot keeps it");
    }
}

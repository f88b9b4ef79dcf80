//! Configuration files that flags of the API server name (`apiserver.config.k8s.io`, `pod-security.admission.config.k8s.io`). Of keys and secrets only
//! their provider's sort is kept.

use super::kept::{at, host, items, name, one_of, switch, text, word};
use super::{About, Describer, Description, Said};
use serde_json::Value;

/// Providers of an EncryptionConfiguration; `identity` encrypts nothing.
const PROVIDERS: &[&str] = &["aescbc", "aesgcm", "secretbox", "kms", "identity"];
/// Types of authorizers.
const AUTHORIZERS: &[&str] = &["Node", "RBAC", "Webhook", "ABAC", "AlwaysAllow", "AlwaysDeny"];
/// Levels of Pod Security.
const LEVELS: &[&str] = &["privileged", "baseline", "restricted"];

/// Reads a file, by what it is.
pub(super) fn file(by: Describer, value: &Value) -> Description {
    let mut told = Description::new(by);
    match by {
        Describer::Encryption => encryption(value, &mut told),
        Describer::Authentication => authentication(value, &mut told),
        Describer::Authorization => authorization(value, &mut told),
        _ => admission(value, &mut told),
    }
    told
}

fn encryption(value: &Value, told: &mut Description) {
    for (nth, entry) in items(value, "resources").unwrap_or_default().iter().enumerate() {
        let field = format!("resources[{nth}]");
        let providers = items(entry, "providers").unwrap_or_default().iter().map(provider).collect::<Option<Vec<_>>>();
        let Some(resources) = items(entry, "resources") else {
            told.tell(About::EncryptedResource, field, Said::NotKnown);
            continue;
        };
        for resource in resources {
            let own = resource.as_str().filter(|text| name(&text.replace('*', "-")).is_some());
            let said = match (own, &providers) {
                (Some(resource), Some(providers)) if !providers.is_empty() => {
                    Said::Words([resource.to_owned()].into_iter().chain(providers.iter().cloned()).collect())
                }
                _ => Said::NotKnown,
            };
            told.tell(About::EncryptedResource, format!("{field}.providers"), said);
        }
    }
}

/// The sort of a provider. Its keys are not looked at.
fn provider(value: &Value) -> Option<String> {
    let map = value.as_object()?;
    let mut own = map.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key);
    let sort = one_of(&Value::String(own.next()?.clone()), PROVIDERS).filter(|_| own.next().is_none())?;
    if sort != "kms" {
        return Some(sort);
    }
    match at(value, "kms.apiVersion") {
        None => Some("kms v1".to_owned()),
        Some(version) => one_of(version, &["v1", "v2"]).map(|version| format!("kms {version}")),
    }
}

fn authentication(value: &Value, told: &mut Description) {
    let anonymous = match (switch(value, "anonymous.enabled"), items(value, "anonymous.conditions")) {
        (Said::Yes, None) if at(value, "anonymous.conditions").is_some() => Said::NotKnown,
        (Said::Yes, Some(conditions)) if !conditions.is_empty() => {
            let path = |condition: &Value| text(condition, "path").filter(|path| path.starts_with('/')).and_then(name);
            conditions.iter().map(path).collect::<Option<Vec<_>>>().map_or(Said::NotKnown, Said::Words)
        }
        // A section that does not say on is off, as the server reads it.
        (Said::Nothing, _) if at(value, "anonymous").is_some() => Said::No,
        (said, _) => said,
    };
    told.tell(About::Anonymous, "anonymous", anonymous);
    for (nth, issuer) in items(value, "jwt").unwrap_or_default().iter().enumerate() {
        let said = text(issuer, "issuer.url").and_then(host).map_or(Said::NotKnown, |host| Said::Words(vec![host]));
        told.tell(About::LoginProvider, format!("jwt[{nth}].issuer.url"), said);
    }
}

fn authorization(value: &Value, told: &mut Description) {
    let list = items(value, "authorizers").unwrap_or_default();
    if list.is_empty() {
        told.tell(About::Authorizer, "authorizers", Said::NotKnown);
    }
    for (nth, authorizer) in list.iter().enumerate() {
        told.tell(About::Authorizer, format!("authorizers[{nth}].type"), word(authorizer, "type", AUTHORIZERS));
    }
}

fn admission(value: &Value, told: &mut Description) {
    if text(value, "kind") == Some("PodSecurityConfiguration") {
        return pod_security(value, "", told);
    }
    if at(value, "plugins").is_some() && items(value, "plugins").is_none() {
        told.tell(About::AdmissionPlugin, "plugins", Said::NotKnown);
    }
    for (nth, plugin) in items(value, "plugins").unwrap_or_default().iter().enumerate() {
        let field = format!("plugins[{nth}]");
        let own = text(plugin, "name").unwrap_or_default();
        if let Some(own) = FROM_FOLDERS.iter().find(|known| **known == own) {
            told.tell(About::StaticManifests, format!("{field}.configuration.staticManifestsDir"), folder(own, plugin));
        }
        match at(plugin, "configuration") {
            Some(inner) if own == "PodSecurity" => {
                if text(inner, "kind") == Some("PodSecurityConfiguration") {
                    pod_security(inner, &format!("{field}.configuration."), told);
                } else {
                    told.tell(About::PodSecurityExemption, format!("{field}.configuration"), Said::NotKnown);
                }
            }
            _ => {
                // Its settings stand in another file.
                let said = name(own).map_or(Said::NotKnown, |own| Said::Words(vec![own]));
                told.tell(About::AdmissionPlugin, field, said);
            }
        }
    }
}

/// Plugins that may be given a folder with policies or webhooks (Kubernetes 1.37).
const FROM_FOLDERS: &[&str] =
    &["MutatingAdmissionPolicy", "MutatingAdmissionWebhook", "ValidatingAdmissionPolicy", "ValidatingAdmissionWebhook"];

/// Whether a plugin is given one. Without any settings it has none; settings in a file of their own are not known here.
fn folder(own: &str, plugin: &Value) -> Said {
    match (at(plugin, "configuration"), at(plugin, "path")) {
        (None, Some(Value::String(path))) if !path.is_empty() => Said::NotKnown,
        (None, _) => Said::No,
        (Some(settings), _) => match at(settings, "staticManifestsDir") {
            None => Said::No,
            Some(Value::String(folder)) if folder.is_empty() => Said::No,
            Some(Value::String(_)) => Said::Words(vec![own.to_owned()]),
            Some(_) => Said::NotKnown,
        },
    }
}

fn pod_security(value: &Value, place: &str, told: &mut Description) {
    let level = match word(value, "defaults.enforce", LEVELS) {
        // The server's own default.
        Said::Nothing => Said::Words(vec!["privileged".to_owned()]),
        said => said,
    };
    told.tell(About::PodSecurityDefault, format!("{place}defaults.enforce"), level);
    for sort in ["usernames", "namespaces", "runtimeClasses"] {
        let path = format!("exemptions.{sort}");
        let field = format!("{place}{path}");
        match at(value, &path) {
            None => {}
            Some(Value::Array(list)) if list.is_empty() => {}
            Some(Value::Array(list)) => {
                let own = list.iter().map(|item| item.as_str().and_then(name).unwrap_or_else(|| "••".to_owned()));
                told.tell(About::PodSecurityExemption, field, Said::Words([sort.to_owned()].into_iter().chain(own.take(100)).collect()));
            }
            Some(_) => told.tell(About::PodSecurityExemption, field, Said::NotKnown),
        }
    }
}

//! OpenShift's own configuration (`config.openshift.io/v1`): objects that operators carry out. Names of Secrets and of providers are not kept.

use super::kept::{at, host, items, one_of, switch, text, word, words};
use super::{About, Describer, Description, Said};
use serde_json::Value;

/// API: `Audit.profile`.
const PROFILES: &[&str] = &["Default", "WriteRequestBodies", "AllRequestBodies", "None"];
/// API: `APIServerEncryption.type`; `identity` is none.
const ENCRYPTION: &[&str] = &["identity", "aescbc", "aesgcm", "KMS"];
/// API: `TLSSecurityProfile.type`.
const TLS: &[&str] = &["Old", "Intermediate", "Modern", "Custom"];
/// API: `TLSProtocolVersion`.
const VERSIONS: &[&str] = &["VersionTLS10", "VersionTLS11", "VersionTLS12", "VersionTLS13"];
/// API: `IdentityProviderConfig.type`.
const PROVIDERS: &[&str] = &["BasicAuth", "GitHub", "GitLab", "Google", "HTPasswd", "Keystone", "LDAP", "OpenID", "RequestHeader"];

/// Reads an object, by its kind.
pub(super) fn object(by: Describer, value: &Value) -> Description {
    let mut told = Description::new(by);
    match by {
        Describer::OpenshiftOauth => oauth(value, &mut told),
        Describer::OpenshiftAuthentication => authentication(value, &mut told),
        _ => api_server(value, &mut told),
    }
    told
}

fn api_server(value: &Value, told: &mut Description) {
    // Where nobody chose a profile, the default one holds (API).
    let profile = match word(value, "spec.audit.profile", PROFILES) {
        Said::Nothing => Said::Words(vec!["Default".to_owned()]),
        said => said,
    };
    told.tell(About::Logs, "spec.audit.profile", profile);
    if at(value, "spec.audit.customRules").is_some() && items(value, "spec.audit.customRules").is_none() {
        told.tell(About::Logs, "spec.audit.customRules", Said::NotKnown);
    }
    for (nth, rule) in items(value, "spec.audit.customRules").unwrap_or_default().iter().enumerate() {
        told.tell(About::Logs, format!("spec.audit.customRules[{nth}].profile"), word(rule, "profile", PROFILES));
    }
    let encryption = match at(value, "spec.encryption.type") {
        None => Said::No,
        Some(Value::String(none)) if none.is_empty() || none.eq_ignore_ascii_case("identity") => Said::No,
        Some(found) => one_of(found, ENCRYPTION).map_or(Said::NotKnown, |word| Said::Words(vec![word])),
    };
    told.tell(About::SecretsEncryption, "spec.encryption.type", encryption);
    let profile = match word(value, "spec.tlsSecurityProfile.type", TLS) {
        Said::Nothing => Said::Words(vec!["Intermediate".to_owned()]),
        said => said,
    };
    let custom = profile.list() == ["Custom"];
    told.tell(About::TlsProfile, "spec.tlsSecurityProfile.type", profile);
    if custom {
        let own = "spec.tlsSecurityProfile.custom";
        let field = format!("{own}.minTLSVersion");
        told.tell(About::TlsMinimum, &field, word(value, &field, VERSIONS));
        let field = format!("{own}.ciphers");
        told.tell(About::TlsCiphers, &field, words(value, &field, |cipher| cipher.as_str().and_then(super::kept::name)));
    }
}

fn oauth(value: &Value, told: &mut Description) {
    let Some(list) = items(value, "spec.identityProviders") else {
        let said = if at(value, "spec.identityProviders").is_some() { Said::NotKnown } else { Said::No };
        return told.tell(About::LoginProvider, "spec.identityProviders", said);
    };
    if list.is_empty() {
        told.tell(About::LoginProvider, "spec.identityProviders", Said::No);
    }
    for (nth, provider) in list.iter().enumerate() {
        told.tell(About::LoginProvider, format!("spec.identityProviders[{nth}].type"), word(provider, "type", PROVIDERS));
    }
}

fn authentication(value: &Value, told: &mut Description) {
    let mode = match at(value, "spec.type") {
        None => Said::Words(vec!["IntegratedOAuth".to_owned()]),
        Some(Value::String(none)) if none.is_empty() => Said::Words(vec!["IntegratedOAuth".to_owned()]),
        Some(found) => one_of(found, &["IntegratedOAuth", "None", "OIDC"]).map_or(Said::NotKnown, |word| Said::Words(vec![word])),
    };
    told.tell(About::LoginMode, "spec.type", mode);
    for (nth, provider) in items(value, "spec.oidcProviders").unwrap_or_default().iter().enumerate() {
        let said = text(provider, "issuer.issuerURL").and_then(host).map_or(Said::NotKnown, |host| Said::Words(vec![host]));
        told.tell(About::LoginProvider, format!("spec.oidcProviders[{nth}].issuer.issuerURL"), said);
    }
    if !matches!(switch(value, "spec.webhookTokenAuthenticator"), Said::Nothing) {
        told.tell(About::LoginProvider, "spec.webhookTokenAuthenticator", Said::Words(vec!["a webhook".to_owned()]));
    }
}

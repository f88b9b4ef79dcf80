//! The file that tells a kubelet which programs fetch logins for registries (`CredentialProviderConfig` of `kubelet.config.k8s.io`, named by
//! `--image-credential-provider-config`). A provider logs in in the node's name, or, where it is given tokens of ServiceAccounts (`tokenAttributes`, on by
//! itself since 1.34), in the workload's. Values of environment variables and arguments are looked at and never kept.

use super::kept::{at, items, masked_accounts, name, text};
use super::{About, Describer, Description, Said};
use crate::sensitive::without_secrets;
use serde_json::Value;

/// Parts of a variable's name by which its value is a credential.
const CREDENTIALS: &[&str] = &["secret", "token", "passw", "accesskey", "apikey", "credential"];

/// Reads the file.
pub(super) fn credential_providers(value: &Value) -> Description {
    let mut told = Description::new(Describer::CredentialProviders);
    let providers = items(value, "providers").unwrap_or_default();
    if providers.is_empty() {
        told.tell(About::RegistryLogin, "providers", Said::NotKnown);
    }
    for (nth, provider) in providers.iter().enumerate() {
        let own = text(provider, "name").and_then(name).map_or_else(|| nth.to_string(), |name| format!("name={name}"));
        let field = |key: &str| format!("providers[{own}].{key}");
        told.tell(About::RegistryLogin, field("tokenAttributes"), login(provider));
        let images = items(provider, "matchImages").filter(|images| !images.is_empty()).unwrap_or_default();
        let images: Option<Vec<String>> = images.iter().map(|image| pattern(image.as_str()?)).collect();
        told.tell(
            About::RegistryImages,
            field("matchImages"),
            images.filter(|images| !images.is_empty()).map_or(Said::NotKnown, Said::Words),
        );
        for place in credentials(provider) {
            told.tell(About::RegistryCredential, field(&place), Said::Yes);
        }
    }
    told
}

/// In whose name a provider logs in: no where it is the node's, else the audience of the workload's token.
fn login(provider: &Value) -> Said {
    let Some(attributes) = at(provider, "tokenAttributes") else { return Said::No };
    let audience = text(attributes, "serviceAccountTokenAudience").map(masked_accounts).and_then(|audience| pattern(&audience));
    match (audience, at(attributes, "requireServiceAccount")) {
        (Some(audience), Some(Value::Bool(_))) => Said::Words(vec![audience]),
        _ => Said::NotKnown,
    }
}

/// The form of an image, or an audience: what a name of a registry may hold, and `*`.
fn pattern(text: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/' | '*' | '•');
    let masked = masked_accounts(text);
    ((1..=253).contains(&masked.len()) && masked.chars().all(plain)).then_some(masked)
}

/// Places within a provider at which a credential stands: `env[name=PASSWORD]`, `args[0]`. What somebody put in its place counts too: it shows where it stood.
fn credentials(provider: &Value) -> Vec<String> {
    let of_env = items(provider, "env").unwrap_or_default().iter().enumerate().filter_map(|(nth, variable)| {
        let own = text(variable, "name").unwrap_or_default();
        is_credential(own, text(variable, "value").unwrap_or_default()).then(|| match name(own) {
            Some(own) => format!("env[name={own}]"),
            None => format!("env[{nth}]"),
        })
    });
    let args = items(provider, "args").unwrap_or_default().iter().enumerate();
    let of_args = args.filter(|(_, arg)| arg.as_str().is_some_and(is_credential_argument)).map(|(nth, _)| format!("args[{nth}]"));
    of_env.chain(of_args).collect()
}

/// How many credentials stand in the file that nobody took out.
pub(super) fn count(value: &Value, is_secret: impl Fn(&str) -> bool) -> usize {
    let mut count = 0;
    for provider in items(value, "providers").unwrap_or_default() {
        for variable in items(provider, "env").unwrap_or_default() {
            let value = text(variable, "value").unwrap_or_default();
            count += usize::from(is_credential(text(variable, "name").unwrap_or_default(), value) && is_secret(value));
        }
        let args = items(provider, "args").unwrap_or_default().iter().filter_map(Value::as_str);
        count += args.filter(|arg| is_credential_argument(arg) && is_secret(arg.rsplit('=').next().unwrap_or_default())).count();
    }
    count
}

/// Whether a variable holds a credential: by its name, where the value is neither a path nor an address nor a switch, or by what a detector finds in it.
fn is_credential(name: &str, value: &str) -> bool {
    let letters: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    let named = CREDENTIALS.iter().any(|part| letters.contains(part));
    let elsewhere = value.starts_with(['/', '.', '~']) || value.contains("://") && !value.contains('@');
    let switch = value.parse::<f64>().is_ok() || matches!(value.to_ascii_lowercase().as_str(), "" | "true" | "false" | "default");
    named && !elsewhere && !switch || !value.is_empty() && without_secrets(value) != value
}

/// The same of an argument: `--password=…`.
fn is_credential_argument(arg: &str) -> bool {
    match arg.split_once('=') {
        Some((name, value)) => is_credential(name, value),
        None => without_secrets(arg) != arg,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn credentials_are_known_by_their_place_and_their_look() {
        for (name, value, wanted) in [
            ("AWS_SECRET_ACCESS_KEY", "REDACTED", true),
            ("REGISTRY_PASSWORD", "hunter2", true),
            ("AWS_PROFILE", "payments", false),
            ("GOOGLE_APPLICATION_CREDENTIALS", "/etc/key.json", false),
            ("TOKEN_URL", "https://login.acme.example/token", false),
            ("AWS_EC2_METADATA_DISABLED", "true", false),
            ("TOKEN_TTL", "3600", false),
            ("PASSWORD", "", false),
        ] {
            assert_eq!(is_credential(name, value), wanted, "{name}={value}");
        }
        assert!(
            is_credential_argument("--registry-password=hunter2") && !is_credential_argument("--v=2") && !is_credential_argument("get")
        );
    }

    #[test]
    fn neither_values_nor_accounts_are_kept() {
        let told = credential_providers(&json!({"providers": [
            {"name": "ecr-credential-provider", "matchImages": ["111122223333.dkr.ecr.eu-west-1.amazonaws.com"], "env": [{"name": "REGISTRY_TOKEN", "value": "MARKER-9s8d7"}], "args": ["--password=MARKER"]},
            {"name": "own", "matchImages": "x", "tokenAttributes": {"serviceAccountTokenAudience": "https://registry.acme.example", "requireServiceAccount": true, "cacheType": "Token"}}]}));
        let text = serde_json::to_string(&told).unwrap_or_default();
        assert!(!text.contains("MARKER") && !text.contains("1111"), "{text}");
        let facts: Vec<(About, &str)> = told.facts.iter().map(|fact| (fact.about, fact.field.as_str())).collect();
        assert_eq!(
            facts,
            [
                (About::RegistryLogin, "providers[name=ecr-credential-provider].tokenAttributes"),
                (About::RegistryImages, "providers[name=ecr-credential-provider].matchImages"),
                (About::RegistryCredential, "providers[name=ecr-credential-provider].env[name=REGISTRY_TOKEN]"),
                (About::RegistryCredential, "providers[name=ecr-credential-provider].args[0]"),
                (About::RegistryLogin, "providers[name=own].tokenAttributes"),
                (About::RegistryImages, "providers[name=own].matchImages"),
            ]
        );
        assert_eq!(told.facts.last().map(|fact| &fact.said), Some(&Said::NotKnown));
    }
}

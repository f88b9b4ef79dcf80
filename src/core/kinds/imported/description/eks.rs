//! What `aws eks` prints, as the EKS API documents it (DescribeCluster, DescribeAccessEntry, ListAccessEntries, ListAssociatedAccessPolicies).

use super::kept::{at, authorities, cluster_name, host, items, name, network, one_of, principal, switch, text, version, word, words};
use super::{About, Describer, Description, Said};
use serde_json::Value;

/// Types of logs of the control plane (API: `LogSetup.types`).
const LOGS: &[&str] = &["api", "audit", "authenticator", "controllerManager", "scheduler"];
/// Modes in which identities of AWS log in (API: `AccessConfigResponse.authenticationMode`).
const MODES: &[&str] = &["API", "API_AND_CONFIG_MAP", "CONFIG_MAP"];

/// Reads what `aws eks describe-cluster` prints.
pub(super) fn cluster(value: &Value) -> Description {
    let mut told = Description::new(Describer::EksCluster);
    let Some(cluster) = at(value, "cluster") else { return told };
    told.cluster.name = cluster_name(cluster, "name");
    told.cluster.hosts.extend(text(cluster, "endpoint").and_then(host));
    told.cluster.authorities = text(cluster, "certificateAuthority.data").map(authorities).unwrap_or_default();
    told.cluster.version = version(cluster, "version");
    let mut tell = |about, path: &str, said| told.tell(about, format!("cluster.{path}"), said);
    for (about, path) in [
        (About::PublicEndpoint, "resourcesVpcConfig.endpointPublicAccess"),
        (About::PrivateEndpoint, "resourcesVpcConfig.endpointPrivateAccess"),
        (About::CreatorAdmin, "accessConfig.bootstrapClusterCreatorAdminPermissions"),
    ] {
        tell(about, path, switch(cluster, path));
    }
    let networks = "resourcesVpcConfig.publicAccessCidrs";
    tell(About::AllowedNetworks, networks, words(cluster, networks, network));
    tell(About::SecretsEncryption, "encryptionConfig", encryption(cluster));
    tell(About::Logs, "logging.clusterLogging", logs(cluster));
    tell(About::LoginMode, "accessConfig.authenticationMode", word(cluster, "accessConfig.authenticationMode", MODES));
    tell(About::ReleaseChannel, "upgradePolicy.supportType", word(cluster, "upgradePolicy.supportType", &["STANDARD", "EXTENDED"]));
    told
}

/// Whether Secrets are encrypted with a key that the entity named. Whose key, and its ARN, is not kept.
fn encryption(cluster: &Value) -> Said {
    let Some(list) = items(cluster, "encryptionConfig") else {
        return if at(cluster, "encryptionConfig").is_some() { Said::NotKnown } else { Said::Nothing };
    };
    let secrets = |entry: &Value| items(entry, "resources").is_some_and(|all| all.iter().any(|resource| resource == "secrets"));
    let key = |entry: &Value| text(entry, "provider.keyArn").is_some_and(|key| key.starts_with("arn:") && key.contains(":kms:"));
    match list {
        [] => Said::Nothing,
        list if list.iter().any(|entry| secrets(entry) && key(entry)) => Said::Yes,
        _ => Said::NotKnown,
    }
}

/// The types of logs that are on.
fn logs(cluster: &Value) -> Said {
    let Some(list) = items(cluster, "logging.clusterLogging") else {
        return if at(cluster, "logging").is_some() { Said::NotKnown } else { Said::Nothing };
    };
    let (mut on, mut off) = (vec![], vec![]);
    for entry in list {
        let types = items(entry, "types").map(|types| types.iter().map(|word| one_of(word, LOGS)).collect::<Option<Vec<_>>>());
        match (switch(entry, "enabled"), types) {
            (Said::Yes, Some(Some(types))) => on.extend(types),
            (Said::No, Some(Some(types))) => off.extend(types),
            _ => return Said::NotKnown,
        }
    }
    // What stands on both sides is on nobody's word.
    on.retain(|word| !off.contains(word));
    on.dedup();
    Said::Words(on)
}

/// Reads what the commands on access entries print.
pub(super) fn access(value: &Value) -> Description {
    let mut told = Description::new(Describer::EksAccess);
    told.cluster.name = cluster_name(value, "clusterName");
    if at(value, "accessEntries").is_some() {
        let said = words(value, "accessEntries", |entry| entry.as_str().map(principal));
        told.tell(About::AccessEntries, "accessEntries", said);
    }
    if let Some(entry) = at(value, "accessEntry") {
        told.cluster.name = cluster_name(entry, "clusterName");
        let who = text(entry, "principalArn").map_or_else(|| principal(""), principal);
        let said = match words(entry, "kubernetesGroups", |group| group.as_str().and_then(name)) {
            Said::Words(groups) => Said::Words([who].into_iter().chain(groups).collect()),
            Said::Nothing => Said::Words(vec![who]),
            _ => Said::NotKnown,
        };
        told.tell(About::AccessGroups, "accessEntry.kubernetesGroups", said);
    }
    let who = text(value, "principalArn").map_or_else(|| principal(""), principal);
    match items(value, "associatedAccessPolicies") {
        Some([]) => told.tell(About::AccessPolicy, "associatedAccessPolicies", Said::Words(vec![])),
        Some(list) => {
            for (nth, entry) in list.iter().enumerate() {
                told.tell(About::AccessPolicy, format!("associatedAccessPolicies[{nth}]"), policy(&who, entry));
            }
        }
        None if at(value, "associatedAccessPolicies").is_some() => {
            told.tell(About::AccessPolicy, "associatedAccessPolicies", Said::NotKnown);
        }
        None => {}
    }
    told
}

/// The policy by its name, and where it counts: `cluster`, or namespaces.
fn policy(who: &str, entry: &Value) -> Said {
    let policy = text(entry, "policyArn").and_then(|arn| arn.rsplit('/').next()).filter(|own| !own.contains(':')).and_then(name);
    let scope = match one_of(at(entry, "accessScope.type").unwrap_or(&Value::Null), &["cluster", "namespace"]).as_deref() {
        Some("cluster") => Some(vec!["cluster".to_owned()]),
        Some(_) => match words(entry, "accessScope.namespaces", |space| space.as_str().and_then(pattern)) {
            Said::Words(spaces) if !spaces.is_empty() => Some(spaces),
            _ => None,
        },
        None => None,
    };
    match (policy, scope) {
        (Some(policy), Some(scope)) => Said::Words([who.to_owned(), policy].into_iter().chain(scope).collect()),
        _ => Said::NotKnown,
    }
}

/// The name of a namespace, in which EKS takes a star.
fn pattern(text: &str) -> Option<String> {
    name(&text.replace('*', "-")).map(|_| text.to_owned())
}

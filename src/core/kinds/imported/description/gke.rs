//! What `gcloud container clusters describe` prints: the resource Cluster of the Kubernetes Engine API (v1). Its JSON leaves out what is false or empty,
//! so a switch whose object is there and does not name it is off.

use super::kept::{at, authorities, cluster_name, host, items, network, switch, switch_within, text, version, word, words};
use super::{About, Describer, Description, Said};
use serde_json::Value;

/// Components whose logs can be kept (API: `LoggingComponentConfig.Component`).
const LOGS: &[&str] =
    &["SYSTEM_COMPONENTS", "WORKLOADS", "APISERVER", "SCHEDULER", "CONTROLLER_MANAGER", "KCP_SSHD", "KCP_CONNECTION", "KCP_HPA"];
/// API: `BinaryAuthorization.EvaluationMode`.
const EVALUATION: &[&str] =
    &["DISABLED", "PROJECT_SINGLETON_POLICY_ENFORCE", "POLICY_BINDINGS", "POLICY_BINDINGS_AND_PROJECT_SINGLETON_POLICY_ENFORCE"];
/// API: `DatabaseEncryption.State`.
const STATES: &[&str] = &["ENCRYPTED", "DECRYPTED", "ALL_OBJECTS_ENCRYPTION_ENABLED"];
/// API: `DatabaseEncryption.CurrentState`.
const CURRENT: &[&str] = &[
    "CURRENT_STATE_ENCRYPTED",
    "CURRENT_STATE_DECRYPTED",
    "CURRENT_STATE_ENCRYPTION_PENDING",
    "CURRENT_STATE_ENCRYPTION_ERROR",
    "CURRENT_STATE_DECRYPTION_PENDING",
    "CURRENT_STATE_DECRYPTION_ERROR",
    "CURRENT_STATE_ALL_OBJECTS_ENCRYPTION_ENABLED",
    "CURRENT_STATE_ALL_OBJECTS_ENCRYPTION_PENDING",
    "CURRENT_STATE_ALL_OBJECTS_ENCRYPTION_ERROR",
];
const IP: &str = "controlPlaneEndpointsConfig.ipEndpointsConfig";

/// Reads a description.
pub(super) fn cluster(value: &Value) -> Description {
    let mut told = Description::new(Describer::GkeCluster);
    told.cluster.name = cluster_name(value, "name");
    for path in [
        "endpoint",
        "privateClusterConfig.privateEndpoint",
        "privateClusterConfig.publicEndpoint",
        "controlPlaneEndpointsConfig.ipEndpointsConfig.privateEndpoint",
        "controlPlaneEndpointsConfig.ipEndpointsConfig.publicEndpoint",
        "controlPlaneEndpointsConfig.dnsEndpointConfig.endpoint",
    ] {
        let host = text(value, path).and_then(host).filter(|host| !told.cluster.hosts.contains(host));
        told.cluster.hosts.extend(host);
    }
    told.cluster.authorities = text(value, "masterAuth.clusterCaCertificate").map(authorities).unwrap_or_default();
    told.cluster.version = version(value, "currentMasterVersion");
    endpoint(value, &mut told);
    told.tell(About::SecretsEncryption, "databaseEncryption.state", word(value, "databaseEncryption.state", STATES));
    told.tell(About::EncryptionState, "databaseEncryption.currentState", word(value, "databaseEncryption.currentState", CURRENT));
    let logs = "loggingConfig.componentConfig.enableComponents";
    let said = match words(value, logs, |word| super::kept::one_of(word, LOGS)) {
        // The list is left out where it is empty.
        Said::Nothing if at(value, "loggingConfig.componentConfig").is_some() => Said::Words(vec![]),
        said => said,
    };
    told.tell(About::Logs, logs, said);
    nodes(value, &mut told);
    told.tell(About::NetworkPolicies, "networkConfig.datapathProvider", policies(value));
    told.tell(About::BinaryAuthorization, "binaryAuthorization", binary_authorization(value));
    let pool = "workloadIdentityConfig.workloadPool";
    let said = if text(value, pool).is_some_and(|pool| !pool.is_empty()) { Said::Yes } else { Said::No };
    told.tell(About::WorkloadIdentity, pool, said);
    told.tell(About::LegacyAbac, "legacyAbac.enabled", switch_within(value, "legacyAbac", "enabled"));
    logins(value, &mut told);
    told.tell(
        About::ReleaseChannel,
        "releaseChannel.channel",
        word(value, "releaseChannel.channel", &["UNSPECIFIED", "RAPID", "REGULAR", "STABLE", "EXTENDED"]),
    );
    told.tell(About::ShieldedNodes, "shieldedNodes.enabled", switch_within(value, "shieldedNodes", "enabled"));
    told
}

fn endpoint(value: &Value, told: &mut Description) {
    let ip = switch(value, &format!("{IP}.enabled"));
    let public = switch(value, &format!("{IP}.enablePublicEndpoint"));
    let private = switch_within(value, "privateClusterConfig", "enablePrivateEndpoint");
    let (field, said) = match (ip, public, private) {
        (Said::No, _, _) => (format!("{IP}.enabled"), Said::No),
        (Said::NotKnown, _, _) | (_, Said::NotKnown, _) | (_, _, Said::NotKnown) => (IP.to_owned(), Said::NotKnown),
        (_, said @ (Said::Yes | Said::No), _) => (format!("{IP}.enablePublicEndpoint"), said),
        (_, _, Said::Yes) => ("privateClusterConfig.enablePrivateEndpoint".to_owned(), Said::No),
        // A cluster of which nothing says that it is private has a public address.
        _ => ("privateClusterConfig.enablePrivateEndpoint".to_owned(), Said::Yes),
    };
    told.tell(About::PublicEndpoint, field, said);
    let name = "controlPlaneEndpointsConfig.dnsEndpointConfig";
    told.tell(About::NameEndpoint, format!("{name}.allowExternalTraffic"), switch_within(value, name, "allowExternalTraffic"));
    let newer = format!("{IP}.authorizedNetworksConfig");
    let config = if at(value, &newer).is_some() { newer.as_str() } else { "masterAuthorizedNetworksConfig" };
    let blocks = format!("{config}.cidrBlocks");
    let said = match switch_within(value, config, "enabled") {
        Said::Yes => match words(value, &blocks, |block| at(block, "cidrBlock").and_then(network)) {
            Said::Nothing => Said::Words(vec![]),
            said => said,
        },
        Said::Nothing => Said::No,
        said => said,
    };
    told.tell(About::AllowedNetworks, blocks, said);
    // Without the field the older default holds, by which addresses of Google Cloud are let in.
    let cloud = switch(value, &format!("{config}.gcpPublicCidrsAccessEnabled"));
    told.tell(About::CloudNetworks, format!("{config}.gcpPublicCidrsAccessEnabled"), cloud);
}

/// Private where the cluster says so, and every pool that says something.
fn nodes(value: &Value, told: &mut Description) {
    let of_pools: Vec<Said> = items(value, "nodePools")
        .unwrap_or_default()
        .iter()
        .map(|pool| switch(pool, "networkConfig.enablePrivateNodes"))
        .filter(|said| *said != Said::Nothing)
        .collect();
    let default = switch(value, "networkConfig.defaultEnablePrivateNodes");
    let older = switch(value, "privateClusterConfig.enablePrivateNodes");
    let all: Vec<&Said> = of_pools.iter().chain([&default, &older]).filter(|said| **said != Said::Nothing).collect();
    let said = match (all.contains(&&Said::NotKnown), all.contains(&&Said::No), all.is_empty()) {
        (true, _, _) => Said::NotKnown,
        (_, true, _) | (_, _, true) => Said::No,
        _ => Said::Yes,
    };
    told.tell(About::PrivateNodes, "networkConfig.defaultEnablePrivateNodes", said);
}

/// Dataplane V2 carries out network policies by itself, the older way only where Calico is switched on.
fn policies(value: &Value) -> Said {
    let datapath =
        word(value, "networkConfig.datapathProvider", &["LEGACY_DATAPATH", "ADVANCED_DATAPATH", "DATAPATH_PROVIDER_UNSPECIFIED"]);
    if datapath == Said::Words(vec!["ADVANCED_DATAPATH".to_owned()]) {
        return datapath;
    }
    if datapath == Said::NotKnown {
        return datapath;
    }
    match switch(value, "networkPolicy.enabled") {
        Said::Yes => word(value, "networkPolicy.provider", &["CALICO"]),
        Said::Nothing | Said::No => Said::No,
        _ => Said::NotKnown,
    }
}

fn binary_authorization(value: &Value) -> Said {
    match word(value, "binaryAuthorization.evaluationMode", EVALUATION) {
        // The older switch.
        Said::Nothing => switch_within(value, "binaryAuthorization", "enabled"),
        Said::Words(mode) if mode == ["DISABLED"] => Said::No,
        said => said,
    }
}

/// Logins of the cluster's own. Passwords and keys beside them are never looked at.
fn logins(value: &Value, told: &mut Description) {
    let there = |path: &str| text(value, path).is_some_and(|text| !text.is_empty());
    let known = matches!(at(value, "masterAuth"), Some(Value::Object(_)));
    let of = |on: bool| if on { Said::Yes } else { Said::No };
    let said = if known { of(there("masterAuth.username")) } else { Said::Nothing };
    told.tell(About::BasicAuth, "masterAuth.username", said);
    let issued = switch(value, "masterAuth.clientCertificateConfig.issueClientCertificate");
    let said = match (known, issued) {
        (false, _) => Said::Nothing,
        (true, Said::NotKnown) => Said::NotKnown,
        (true, issued) => of(issued == Said::Yes || there("masterAuth.clientCertificate")),
    };
    told.tell(About::ClientCertificate, "masterAuth.clientCertificate", said);
    let mode = "anonymousAuthenticationConfig.mode";
    told.tell(About::Anonymous, mode, word(value, mode, &["ENABLED", "LIMITED"]));
}

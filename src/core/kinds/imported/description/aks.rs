//! What `az aks show` prints: the resource ManagedCluster of the AKS API, whose properties Azure's own commands write at the top and its API below
//! `properties`. And the diagnostic settings of such a cluster, which say where the log of its control plane goes.

use super::kept::{at, cluster_name, host, items, network, one_of, switch, text, version, word, words};
use super::{About, Describer, Description, Said};
use serde_json::Value;

/// Categories of the log of the control plane (Azure Monitor, `Microsoft.ContainerService/managedClusters`).
const CATEGORIES: &[&str] = &[
    "kube-apiserver",
    "kube-audit",
    "kube-audit-admin",
    "kube-controller-manager",
    "kube-scheduler",
    "cluster-autoscaler",
    "cloud-controller-manager",
    "guard",
    "csi-azuredisk-controller",
    "csi-azurefile-controller",
    "csi-snapshot-controller",
    "fleet-member-agent",
    "fleet-member-net-controller-manager",
    "fleet-mcs-controller-manager",
    "karpenter-events",
    "allLogs",
    "audit",
];

/// Reads a description.
pub(super) fn cluster(value: &Value) -> Description {
    let mut told = Description::new(Describer::AksCluster);
    let own = at(value, "properties").unwrap_or(value);
    told.cluster.name = cluster_name(value, "name");
    let fields = ["fqdn", "privateFqdn", "privateFQDN"];
    for host in fields.into_iter().filter_map(|path| text(own, path).and_then(host)) {
        if !told.cluster.hosts.contains(&host) {
            told.cluster.hosts.push(host);
        }
    }
    told.cluster.node_group = cluster_name(own, "nodeResourceGroup");
    told.cluster.version = match version(own, "currentKubernetesVersion") {
        version if version.is_empty() => super::kept::version(own, "kubernetesVersion"),
        version => version,
    };
    endpoint(own, &mut told);
    encryption(own, &mut told);
    let tell = |told: &mut Description, about, path: &str, said| told.tell(about, path, said);
    tell(&mut told, About::LocalAccounts, "disableLocalAccounts", not(switch(own, "disableLocalAccounts")));
    tell(&mut told, About::Rbac, "enableRbac", switch(own, "enableRbac"));
    let entra = match at(own, "aadProfile") {
        None => Said::No,
        Some(Value::Object(_)) => Said::Words(vec!["Entra ID".to_owned()]),
        Some(_) => Said::NotKnown,
    };
    tell(&mut told, About::LoginMode, "aadProfile", entra);
    let authorizer = match switch(own, "aadProfile.enableAzureRbac") {
        Said::Nothing => Said::No,
        said => said,
    };
    tell(&mut told, About::CloudAuthorizer, "aadProfile.enableAzureRbac", authorizer);
    let policies = match word(own, "networkProfile.networkPolicy", &["azure", "calico", "cilium", "none"]) {
        Said::Words(engine) if engine == ["none"] => Said::No,
        Said::Nothing => Said::No,
        said => said,
    };
    tell(&mut told, About::NetworkPolicies, "networkProfile.networkPolicy", policies);
    let identity = match switch(own, "securityProfile.workloadIdentity.enabled") {
        Said::Nothing => Said::No,
        said => said,
    };
    tell(&mut told, About::WorkloadIdentity, "securityProfile.workloadIdentity.enabled", identity);
    tell(&mut told, About::PrivateNodes, "agentPoolProfiles[].enableNodePublicIp", private_nodes(own));
    let channels = &["rapid", "stable", "patch", "node-image", "none"];
    tell(&mut told, About::ReleaseChannel, "autoUpgradeProfile.upgradeChannel", word(own, "autoUpgradeProfile.upgradeChannel", channels));
    told
}

fn not(said: Said) -> Said {
    match said {
        Said::Yes => Said::No,
        Said::No => Said::Yes,
        said => said,
    }
}

fn endpoint(own: &Value, told: &mut Description) {
    let profile = "apiServerAccessProfile";
    let access = word(own, "publicNetworkAccess", &["Enabled", "Disabled", "SecuredByPerimeter"]);
    let private = switch(own, &format!("{profile}.enablePrivateCluster"));
    let (field, said) = match (&private, &access) {
        (Said::NotKnown, _) => (format!("{profile}.enablePrivateCluster"), Said::NotKnown),
        (Said::Yes, _) => (format!("{profile}.enablePrivateCluster"), Said::No),
        // The API takes this word for clusters that are not private too, so by itself it says nothing of the API server.
        (_, Said::Words(word)) if word == &["Disabled"] => ("publicNetworkAccess".to_owned(), Said::NotKnown),
        (_, Said::NotKnown) => ("publicNetworkAccess".to_owned(), Said::NotKnown),
        // A cluster of which nothing says that it is private has a public address.
        _ => (format!("{profile}.enablePrivateCluster"), Said::Yes),
    };
    told.tell(About::PublicEndpoint, field, said);
    let ranges = format!("{profile}.authorizedIpRanges");
    let said = match words(own, &ranges, network) {
        Said::Nothing => Said::No,
        Said::Words(ranges) if ranges.is_empty() => Said::No,
        said => said,
    };
    told.tell(About::AllowedNetworks, ranges, said);
    let command = match switch(own, &format!("{profile}.disableRunCommand")) {
        Said::Nothing => Said::Yes,
        said => not(said),
    };
    told.tell(About::RunCommand, format!("{profile}.disableRunCommand"), command);
}

/// By a key of the entity's vault, or by one that Azure keeps.
fn encryption(own: &Value, told: &mut Description) {
    let vault = "securityProfile.azureKeyVaultKms.enabled";
    let own_key = "securityProfile.kubernetesResourceObjectEncryptionProfile.infrastructureEncryption";
    let (field, said) = match (switch(own, vault), word(own, own_key, &["Enabled", "Disabled"])) {
        (Said::NotKnown, _) => (vault, Said::NotKnown),
        (Said::Yes, _) => (vault, Said::Words(vec!["Azure Key Vault".to_owned()])),
        (_, Said::Words(word)) if word == ["Enabled"] => (own_key, Said::Words(vec!["a key that Azure keeps".to_owned()])),
        (_, Said::NotKnown) => (own_key, Said::NotKnown),
        // Nothing is what it is where nobody switched it on (API: the default is false).
        _ => (vault, Said::No),
    };
    told.tell(About::SecretsEncryption, field, said);
}

fn private_nodes(own: &Value) -> Said {
    let Some(pools) = items(own, "agentPoolProfiles") else { return Said::Nothing };
    let public: Vec<Said> = pools.iter().map(|pool| switch(pool, "enableNodePublicIp")).collect();
    match (public.contains(&Said::NotKnown), public.contains(&Said::Yes)) {
        (true, _) => Said::NotKnown,
        (_, true) => Said::No,
        _ => Said::Yes,
    }
}

/// The settings in what `az monitor diagnostic-settings list` prints: a list, or one below `value`.
pub(super) fn settings(value: &Value) -> Option<&[Value]> {
    let list = value.as_array().map(Vec::as_slice).or_else(|| items(value, "value"))?;
    let of_cluster = |setting: &Value| {
        let id = text(setting, "id").unwrap_or_default().to_ascii_lowercase();
        id.contains("/providers/microsoft.containerservice/managedclusters/") && id.contains("/diagnosticsettings/")
    };
    (!list.is_empty() && list.iter().all(of_cluster)).then_some(list)
}

/// Reads diagnostic settings.
pub(super) fn diagnostics(list: &[Value]) -> Description {
    let mut told = Description::new(Describer::AksDiagnostics);
    let id = list.first().and_then(|setting| text(setting, "id")).unwrap_or_default();
    let parts: Vec<&str> = id.split('/').collect();
    let after = parts.iter().position(|part| part.eq_ignore_ascii_case("managedClusters")).and_then(|at| parts.get(at + 1));
    told.cluster.name = after.and_then(|own| super::kept::name(own)).unwrap_or_default().to_ascii_lowercase();
    for (nth, setting) in list.iter().enumerate() {
        let own = at(setting, "properties").unwrap_or(setting);
        let mut on = vec![];
        let mut known = at(own, "logs").is_none_or(Value::is_array);
        for log in items(own, "logs").unwrap_or_default() {
            let category = at(log, "category").or_else(|| at(log, "categoryGroup")).and_then(|word| one_of(word, CATEGORIES));
            match (switch(log, "enabled"), category) {
                (Said::Yes, Some(category)) => on.push(category),
                (Said::No, _) => {}
                _ => known = false,
            }
        }
        told.tell(About::Logs, format!("[{nth}].logs"), if known { Said::Words(on) } else { Said::NotKnown });
        let places = [
            ("workspaceId", "Log Analytics"),
            ("storageAccountId", "a storage account"),
            ("eventHubAuthorizationRuleId", "an event hub"),
            ("marketplacePartnerId", "a partner's service"),
        ];
        let sent = places.into_iter().filter(|(path, _)| text(own, path).is_some_and(|id| !id.is_empty()));
        told.tell(About::LogDestination, format!("[{nth}]"), Said::Words(sent.map(|(_, words)| words.to_owned()).collect()));
    }
    told
}

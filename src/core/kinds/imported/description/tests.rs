//! What is recognised, what is kept of it, and what never is.

use super::*;
use crate::kinds::imported::{Content, Form, Imported};
use serde_json::{Value, json};

fn recognised(text: &str) -> Content {
    Imported::recognise("a file", text.as_bytes()).map(|import| import.content).unwrap_or_else(|| panic!("not recognised: {text}"))
}

fn read(text: &str) -> Description {
    match recognised(text) {
        Content::Description(description) => description,
        other => panic!("{other:?}"),
    }
}

fn said(told: &Description, about: About) -> Said {
    told.fact(about).map_or_else(|| panic!("nothing about {about:?} in {told:?}"), |fact| fact.said.clone())
}

fn words(list: &[&str]) -> Said {
    Said::Words(list.iter().map(|word| (*word).to_owned()).collect())
}

/// By hand, from the forms that providers document; none of it is of a real account.
fn samples() -> Vec<(Describer, Value)> {
    vec![
        (Describer::EksCluster, eks()),
        (
            Describer::EksAccess,
            json!({"clusterName": "pay", "principalArn": "arn:aws:iam::111122223333:role/admins", "associatedAccessPolicies": [
                {"policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy", "accessScope": {"type": "cluster", "namespaces": []}, "associatedAt": "2026-01-01T00:00:00Z"},
                {"policyArn": "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy", "accessScope": {"type": "namespace", "namespaces": ["shop-*"]}}]}),
        ),
        (
            Describer::EksAccess,
            json!({"accessEntries": ["arn:aws:iam::111122223333:role/admins", "arn:aws:iam::111122223333:user/jane@acme.example"]}),
        ),
        (
            Describer::EksAccess,
            json!({"accessEntry": {"clusterName": "pay", "principalArn": "arn:aws:iam::111122223333:role/ops", "kubernetesGroups": ["ops"], "accessEntryArn": "arn:aws:eks:eu-west-1:111122223333:access-entry/pay/role/111122223333/ops/x", "tags": {"a": "b"}, "username": "u", "type": "STANDARD"}}),
        ),
        (Describer::GkeCluster, gke()),
        (Describer::AksCluster, aks()),
        (
            Describer::AksDiagnostics,
            json!([{"id": "/subscriptions/0f3a1c2d-1111-4222-8333-123456789abc/resourcegroups/rg/providers/microsoft.containerservice/managedclusters/pay/providers/microsoft.insights/diagnosticSettings/central", "name": "central", "workspaceId": "/subscriptions/0f3a1c2d-1111-4222-8333-123456789abc/x", "logs": [{"category": "kube-audit", "enabled": true}, {"category": "guard", "enabled": false}]}]),
        ),
        (
            Describer::OpenshiftApiServer,
            json!({"apiVersion": "config.openshift.io/v1", "kind": "APIServer", "metadata": {"name": "cluster"}, "spec": {"audit": {"profile": "Default", "customRules": [{"group": "system:authenticated:oauth", "profile": "None"}]}, "encryption": {"type": "aescbc"}, "tlsSecurityProfile": {"type": "Custom", "custom": {"ciphers": ["ECDHE-RSA-AES128-GCM-SHA256", "DES-CBC3-SHA"], "minTLSVersion": "VersionTLS11"}}}}),
        ),
        (
            Describer::OpenshiftOauth,
            json!({"apiVersion": "config.openshift.io/v1", "kind": "OAuth", "metadata": {"name": "cluster"}, "spec": {"identityProviders": [{"name": "local", "mappingMethod": "claim", "type": "HTPasswd", "htpasswd": {"fileData": {"name": "s"}}}]}}),
        ),
        (
            Describer::OpenshiftAuthentication,
            json!({"apiVersion": "config.openshift.io/v1", "kind": "Authentication", "metadata": {"name": "cluster"}, "spec": {"type": "OIDC", "oidcProviders": [{"name": "x", "issuer": {"issuerURL": "https://login.acme.example/t", "audiences": ["a"]}}]}}),
        ),
        (
            Describer::Kubeadm,
            json!({"apiVersion": "kubeadm.k8s.io/v1beta4", "kind": "ClusterConfiguration", "clusterName": "pay", "controlPlaneEndpoint": "api.pay.example:6443", "kubernetesVersion": "v1.34.1", "apiServer": {"extraArgs": [{"name": "audit-log-path", "value": "/var/log/audit.log"}, {"name": "oidc-client-secret", "value": "s"}]}}),
        ),
        (
            Describer::K3s,
            json!({"token": "s", "secrets-encryption": true, "kube-apiserver-arg": ["audit-log-path=/var/log/a", "oidc-client-id=x"], "node-label": ["a=b"]}),
        ),
        (
            Describer::Encryption,
            json!({"apiVersion": "apiserver.config.k8s.io/v1", "kind": "EncryptionConfiguration", "resources": [{"resources": ["secrets", "configmaps"], "providers": [{"kms": {"apiVersion": "v2", "name": "vault", "endpoint": "unix:///k.sock"}}, {"aescbc": {"keys": [{"name": "key1", "secret": "c2VjcmV0IGlzIHNlY3VyZQ=="}]}}, {"identity": {}}]}]}),
        ),
        (
            Describer::Authentication,
            json!({"apiVersion": "apiserver.config.k8s.io/v1", "kind": "AuthenticationConfiguration", "anonymous": {"enabled": true, "conditions": [{"path": "/livez"}]}, "jwt": [{"issuer": {"url": "https://login.acme.example", "audiences": ["k"], "certificateAuthority": "x"}, "claimMappings": {"username": {"claim": "email", "prefix": ""}}}]}),
        ),
        (
            Describer::Authorization,
            json!({"apiVersion": "apiserver.config.k8s.io/v1", "kind": "AuthorizationConfiguration", "authorizers": [{"type": "Node", "name": "node"}, {"type": "RBAC", "name": "rbac"}, {"type": "Webhook", "name": "w", "webhook": {"failurePolicy": "NoOpinion", "connectionInfo": {"type": "KubeConfigFile", "kubeConfigFile": "/k"}}}]}),
        ),
        (
            Describer::Admission,
            json!({"apiVersion": "apiserver.config.k8s.io/v1", "kind": "AdmissionConfiguration", "plugins": [{"name": "PodSecurity", "configuration": {"apiVersion": "pod-security.admission.config.k8s.io/v1", "kind": "PodSecurityConfiguration", "defaults": {"enforce": "baseline", "enforce-version": "latest"}, "exemptions": {"usernames": ["jane@acme.example"], "namespaces": ["kube-system"], "runtimeClasses": []}}}, {"name": "EventRateLimit", "path": "e.yaml"}]}),
        ),
        (
            Describer::CredentialProviders,
            json!({"apiVersion": "kubelet.config.k8s.io/v1", "kind": "CredentialProviderConfig", "providers": [{"name": "own", "apiVersion": "credentialprovider.kubelet.k8s.io/v1", "defaultCacheDuration": "1h", "matchImages": ["*.registry.acme.example"], "tokenAttributes": {"serviceAccountTokenAudience": "https://registry.acme.example", "cacheType": "Token", "requireServiceAccount": true}, "env": [{"name": "REGISTRY_PASSWORD", "value": "s"}]}]}),
        ),
    ]
}

fn eks() -> Value {
    json!({"cluster": {"name": "pay", "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/pay", "createdAt": "2026-01-01T00:00:00Z", "version": "1.34",
        "endpoint": "https://0A1B2C.gr7.eu-west-1.eks.amazonaws.com", "roleArn": "arn:aws:iam::111122223333:role/eks",
        "resourcesVpcConfig": {"subnetIds": ["subnet-1"], "securityGroupIds": [], "vpcId": "vpc-1", "endpointPublicAccess": true, "endpointPrivateAccess": true, "publicAccessCidrs": ["203.0.113.0/24"]},
        "kubernetesNetworkConfig": {"serviceIpv4Cidr": "172.20.0.0/16", "ipFamily": "ipv4"},
        "logging": {"clusterLogging": [{"types": ["audit", "authenticator"], "enabled": true}, {"types": ["api", "controllerManager", "scheduler"], "enabled": false}]},
        "identity": {"oidc": {"issuer": "https://oidc.eks.eu-west-1.amazonaws.com/id/0A1B2C"}}, "status": "ACTIVE",
        "certificateAuthority": {"data": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkFBQUEKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo="},
        "platformVersion": "eks.5", "tags": {"owner": "team"},
        "encryptionConfig": [{"resources": ["secrets"], "provider": {"keyArn": "arn:aws:kms:eu-west-1:111122223333:key/0f3a1c2d-1111-4222-8333-123456789abc"}}],
        "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": false}, "upgradePolicy": {"supportType": "STANDARD"}}})
}

fn gke() -> Value {
    json!({"name": "pay", "selfLink": "https://container.googleapis.com/v1/projects/acme-pay/locations/europe-west1/clusters/pay", "currentMasterVersion": "1.34.1-gke.1829001", "endpoint": "203.0.113.9",
        "addonsConfig": {"networkPolicyConfig": {"disabled": true}}, "clusterIpv4Cidr": "10.8.0.0/14",
        "anonymousAuthenticationConfig": {"mode": "LIMITED"}, "binaryAuthorization": {"evaluationMode": "PROJECT_SINGLETON_POLICY_ENFORCE"},
        "controlPlaneEndpointsConfig": {"dnsEndpointConfig": {"endpoint": "gke-0a1b.europe-west1.gke.goog", "allowExternalTraffic": true}, "ipEndpointsConfig": {"enabled": true, "enablePublicEndpoint": true, "publicEndpoint": "203.0.113.9", "privateEndpoint": "10.0.0.2", "authorizedNetworksConfig": {"enabled": true, "gcpPublicCidrsAccessEnabled": false, "cidrBlocks": [{"displayName": "office", "cidrBlock": "198.51.100.0/24"}]}}},
        "databaseEncryption": {"state": "ENCRYPTED", "currentState": "CURRENT_STATE_ENCRYPTED", "keyName": "projects/acme-pay/locations/europe-west1/keyRings/r/cryptoKeys/k"},
        "legacyAbac": {}, "loggingConfig": {"componentConfig": {"enableComponents": ["SYSTEM_COMPONENTS", "APISERVER"]}},
        "masterAuth": {"clusterCaCertificate": "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCkFBQUEKLS0tLS1FTkQgQ0VSVElGSUNBVEUtLS0tLQo="},
        "networkConfig": {"datapathProvider": "ADVANCED_DATAPATH", "defaultEnablePrivateNodes": true}, "nodePools": [{"name": "a", "networkConfig": {"enablePrivateNodes": true}, "config": {"serviceAccount": "nodes@acme-pay.iam.gserviceaccount.com"}}],
        "privateClusterConfig": {"enablePrivateNodes": true}, "releaseChannel": {"channel": "STABLE"}, "shieldedNodes": {"enabled": true}, "workloadIdentityConfig": {"workloadPool": "acme-pay.svc.id.goog"}})
}

fn aks() -> Value {
    json!({"id": "/subscriptions/0f3a1c2d-1111-4222-8333-123456789abc/resourcegroups/rg/providers/Microsoft.ContainerService/managedClusters/pay", "name": "pay", "type": "Microsoft.ContainerService/ManagedClusters",
        "aadProfile": {"managed": true, "enableAzureRbac": false, "adminGroupObjectIDs": ["0f3a1c2d-1111-4222-8333-123456789abc"], "tenantId": "0f3a1c2d-1111-4222-8333-123456789abc"},
        "agentPoolProfiles": [{"name": "np", "enableNodePublicIp": false}], "apiServerAccessProfile": {"authorizedIpRanges": ["198.51.100.7/32"], "enablePrivateCluster": false, "disableRunCommand": true},
        "currentKubernetesVersion": "1.34.1", "disableLocalAccounts": true, "enableRbac": true, "fqdn": "pay-1.hcp.westeurope.azmk8s.io", "nodeResourceGroup": "MC_rg_pay_westeurope",
        "networkProfile": {"networkPolicy": "cilium", "networkDataplane": "cilium"}, "securityProfile": {"azureKeyVaultKms": {"enabled": true, "keyId": "https://v.vault.azure.net/keys/k/1"}, "workloadIdentity": {"enabled": true}},
        "linuxProfile": {"adminUsername": "azureuser", "ssh": {"publicKeys": [{"keyData": "ssh-rsa AAAA jane@acme.example"}]}}, "autoUpgradeProfile": {"upgradeChannel": "stable"}})
}

#[test]
fn each_is_recognised_in_json_and_yaml_by_its_contents() {
    for (by, value) in samples() {
        let json = read(&value.to_string());
        assert_eq!(json.by, by);
        let yaml = serde_saphyr::to_string(&value).unwrap_or_default();
        assert_eq!(read(&yaml), json, "{yaml}");
        if value.get("apiVersion").is_some() {
            assert_eq!(read(&format!("---\napiVersion: v1\nkind: Namespace\n---\n{yaml}")), json);
            // What `oc get` prints of a kind is a list.
            assert_eq!(read(&json!({"apiVersion": "v1", "kind": "List", "items": [value]}).to_string()), json);
        }
    }
}

/// A file that breaks off anywhere is broken as what it is, or no import at all; it never reads as a whole one that says less.
#[test]
fn what_breaks_off_is_broken_and_never_says_less() {
    for (by, value) in samples() {
        let text = value.to_string();
        let mut broken = 0;
        for cut in (1..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
            match Imported::recognise("a file", &text.as_bytes()[..cut]).map(|import| import.content) {
                None => {}
                Some(Content::Broken { form, why }) => {
                    assert_eq!(form, Form::Description(by), "{why}");
                    assert!(why.contains("it ends in the middle") && !why.contains("acme"), "{why}");
                    broken += 1;
                }
                Some(other) => panic!("{} of {}: {other:?}", cut, text.len()),
            }
        }
        assert!(broken > 0 || by == Describer::K3s, "{by:?} is never told as broken");
    }
    let cut = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources:\n- resources: [secrets\n";
    assert!(matches!(recognised(cut), Content::Broken { form: Form::Description(Describer::Encryption), why } if why.starts_with("line ")));
    let cut = "token: hunter2\nsecrets-encryption: true\nkube-apiserver-arg: [a\n";
    assert!(matches!(recognised(cut), Content::Broken { form: Form::Description(Describer::K3s), why } if !why.contains("hunter2")));
    let two = "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\n---\napiVersion: apiserver.config.k8s.io/v1\nkind: AuthorizationConfiguration\n";
    assert!(matches!(recognised(two), Content::Broken { why, .. } if why.contains("2 descriptions")));
}

#[test]
fn other_files_are_no_import() {
    for text in [
        "{\"cluster\": {\"name\": \"pay\", \"server\": \"x\"}}",
        "apiVersion: v1\nkind: ConfigMap\ndata:\n  c: |\n    apiVersion: kubeadm.k8s.io/v1beta4\n    kind: ClusterConfiguration\n",
        "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n",
        "apiVersion: example.com/v1\nkind: EncryptionConfiguration\n",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: kubelet-arg}\n",
        "kubelet-arg: [a]\nSome Key: x\n",
        "[{\"id\": \"x\", \"logs\": []}]",
        "[]",
    ] {
        assert!(Imported::recognise("eks.json", text.as_bytes()).is_none(), "{text}");
    }
}

/// Every text in every file is replaced by a marker, one after the other and all at once: none is kept but where a name has its place.
#[test]
fn no_text_is_kept_but_names_in_their_form() {
    for (by, value) in samples() {
        let mut places = vec![];
        texts(&value, &mut vec![], &mut places);
        for marker in [
            "MARKER of somebody",
            "marker@acme.example",
            "4111111111111111",
            "0f3a1c2d-1111-4222-8333-00000000abcd",
            "444455556666",
            "wordmarker",
            "word.marker",
        ] {
            for place in &places {
                let mut changed = value.clone();
                *place.iter().fold(&mut changed, |at, key| match key {
                    Key::Name(name) => &mut at[name.as_str()],
                    Key::Nth(nth) => &mut at[*nth],
                }) = json!(marker);
                let Some(import) = Imported::recognise("a file", changed.to_string().as_bytes()) else { continue };
                let kept = serde_json::to_string(&import.content).unwrap_or_default();
                let leaked = kept.contains(marker) && !is_name(marker, place);
                assert!(!leaked, "{by:?} keeps {marker} of {place:?}: {kept}");
                assert!(!kept.contains("111122223333") && !kept.contains("acme-pay") && !kept.contains("jane"), "{by:?}: {kept}");
                assert!(!kept.contains("c2VjcmV0") && !kept.contains("123456789abc") && !kept.contains("AAAA"), "{by:?}: {kept}");
            }
        }
    }
}

/// Places of names that a person chooses: a word in the form of a name stays there, and nowhere else.
const NAMES: &[&str] = &[
    "name",
    "clusterName",
    "nodeResourceGroup",
    "kubernetesGroups",
    "namespaces",
    "usernames",
    "runtimeClasses",
    "ciphers",
    "principalArn",
    "accessEntries",
    "policyArn",
    "id",
    "endpoint",
    "publicEndpoint",
    "privateEndpoint",
    "fqdn",
    "controlPlaneEndpoint",
    "issuerURL",
    "url",
    "value",
    "resources",
];

fn is_name(marker: &str, place: &[Key]) -> bool {
    let last = place.iter().rev().find_map(|key| match key {
        Key::Name(name) => Some(name.as_str()),
        Key::Nth(_) => None,
    });
    // Registries and audiences stand as they are: whom a kubelet asks, and as whom, is what is judged.
    marker.starts_with("word")
        && last.is_some_and(|last| {
            NAMES.contains(&last) || ["kube-apiserver-arg", "matchImages", "serviceAccountTokenAudience"].contains(&last)
        })
}

#[derive(Clone, Debug)]
enum Key {
    Name(String),
    Nth(usize),
}

fn texts(value: &Value, at: &mut Vec<Key>, found: &mut Vec<Vec<Key>>) {
    match value {
        Value::String(_) => found.push(at.clone()),
        Value::Array(list) => {
            for (nth, item) in list.iter().enumerate() {
                at.push(Key::Nth(nth));
                texts(item, at, found);
                at.pop();
            }
        }
        Value::Object(map) => {
            for (name, item) in map {
                at.push(Key::Name(name.clone()));
                texts(item, at, found);
                at.pop();
            }
        }
        _ => {}
    }
}

#[test]
fn eks_tells_endpoint_key_logs_and_logins() {
    let told = read(&eks().to_string());
    assert_eq!((told.cluster.name.as_str(), told.cluster.minor(), told.cluster.authorities.len()), ("pay", Some(34), 1));
    assert_eq!(told.cluster.hosts, ["0a1b2c.gr7.eu-west-1.eks.amazonaws.com"]);
    assert_eq!((said(&told, About::PublicEndpoint), said(&told, About::AllowedNetworks)), (Said::Yes, words(&["203.0.113.0/24"])));
    assert_eq!((said(&told, About::SecretsEncryption), said(&told, About::Logs)), (Said::Yes, words(&["audit", "authenticator"])));
    assert_eq!(said(&told, About::LoginMode), words(&["API"]));
    let with = |path: &str, value: Value| {
        let mut changed = eks();
        *changed.pointer_mut(path).unwrap_or_else(|| panic!("{path}")) = value;
        read(&changed.to_string())
    };
    assert_eq!(said(&with("/cluster/accessConfig/authenticationMode", json!("NEW")), About::LoginMode), Said::NotKnown);
    assert_eq!(said(&with("/cluster/encryptionConfig", json!(null)), About::SecretsEncryption), Said::Nothing);
    assert_eq!(said(&with("/cluster/encryptionConfig/0/resources", json!(["other"])), About::SecretsEncryption), Said::NotKnown);
    assert_eq!(said(&with("/cluster/resourcesVpcConfig/endpointPublicAccess", json!("false")), About::PublicEndpoint), Said::NotKnown);
    assert_eq!(said(&with("/cluster/resourcesVpcConfig/publicAccessCidrs", json!(["office"])), About::AllowedNetworks), Said::NotKnown);
    assert_eq!(said(&with("/cluster/logging/clusterLogging/0/enabled", json!(false)), About::Logs), words(&[]));
    assert_eq!(said(&with("/cluster/logging/clusterLogging/0/types", json!(["audits"])), About::Logs), Said::NotKnown);
    // What one entry switches on and another off, nobody knows.
    assert_eq!(said(&with("/cluster/logging/clusterLogging/1/types", json!(["audit"])), About::Logs), words(&["authenticator"]));
}

#[test]
fn access_entries_are_told_without_accounts_and_people() {
    let told = read(&samples()[1].1.to_string());
    let all: Vec<Said> = told.about(About::AccessPolicy).map(|fact| fact.said.clone()).collect();
    assert_eq!(
        all,
        [words(&["role/admins", "AmazonEKSClusterAdminPolicy", "cluster"]), words(&["role/admins", "AmazonEKSEditPolicy", "shop-*"])]
    );
    assert_eq!(said(&read(&samples()[2].1.to_string()), About::AccessEntries), words(&["role/admins", "user/••"]));
    let one = read(&samples()[3].1.to_string());
    assert_eq!((said(&one, About::AccessGroups), one.cluster.name.as_str()), (words(&["role/ops", "ops"]), "pay"));
}

#[test]
fn gke_leaves_out_what_is_off() {
    let told = read(&gke().to_string());
    assert_eq!((said(&told, About::PublicEndpoint), said(&told, About::NameEndpoint)), (Said::Yes, Said::Yes));
    assert_eq!((said(&told, About::AllowedNetworks), said(&told, About::CloudNetworks)), (words(&["198.51.100.0/24"]), Said::No));
    assert_eq!(
        (said(&told, About::LegacyAbac), said(&told, About::BasicAuth), said(&told, About::ClientCertificate)),
        (Said::No, Said::No, Said::No)
    );
    assert_eq!((said(&told, About::Anonymous), said(&told, About::PrivateNodes)), (words(&["LIMITED"]), Said::Yes));
    let with = |key: &str, value: Value| {
        let mut changed = gke();
        changed[key] = value;
        read(&changed.to_string())
    };
    assert_eq!(said(&with("legacyAbac", json!({"enabled": true})), About::LegacyAbac), Said::Yes);
    assert_eq!(said(&with("legacyAbac", json!(null)), About::LegacyAbac), Said::Nothing);
    assert_eq!(said(&with("masterAuth", json!({"username": "admin", "password": "hunter2"})), About::BasicAuth), Said::Yes);
    assert_eq!(said(&with("masterAuth", json!({"clientKey": "x", "clientCertificate": "y"})), About::ClientCertificate), Said::Yes);
    assert_eq!(said(&with("masterAuth", json!(null)), About::BasicAuth), Said::Nothing);
    assert_eq!(said(&with("controlPlaneEndpointsConfig", json!(null)), About::PublicEndpoint), Said::Yes);
    assert_eq!(
        said(&with("controlPlaneEndpointsConfig", json!({"ipEndpointsConfig": {"enabled": false}})), About::PublicEndpoint),
        Said::No
    );
    assert_eq!(
        said(&with("controlPlaneEndpointsConfig", json!({"ipEndpointsConfig": {"enablePublicEndpoint": "no"}})), About::PublicEndpoint),
        Said::NotKnown
    );
    assert_eq!(said(&with("networkConfig", json!({"datapathProvider": "NEW"})), About::NetworkPolicies), Said::NotKnown);
    assert_eq!(said(&with("networkConfig", json!({})), About::NetworkPolicies), Said::No);
    assert_eq!(said(&with("nodePools", json!([{"networkConfig": {"enablePrivateNodes": false}}])), About::PrivateNodes), Said::No);
    assert_eq!(said(&with("binaryAuthorization", json!({"evaluationMode": "DISABLED"})), About::BinaryAuthorization), Said::No);
}

#[test]
fn aks_is_read_as_its_command_and_as_its_api_write_it() {
    let told = read(&aks().to_string());
    assert_eq!(
        (said(&told, About::LocalAccounts), said(&told, About::Rbac), said(&told, About::CloudAuthorizer)),
        (Said::No, Said::Yes, Said::No)
    );
    assert_eq!((said(&told, About::PublicEndpoint), said(&told, About::AllowedNetworks)), (Said::Yes, words(&["198.51.100.7/32"])));
    assert_eq!((said(&told, About::SecretsEncryption), said(&told, About::RunCommand)), (words(&["Azure Key Vault"]), Said::No));
    assert_eq!((told.cluster.node_group.as_str(), told.cluster.minor()), ("MC_rg_pay_westeurope", Some(34)));
    let mut api = json!({"name": "pay", "type": "Microsoft.ContainerService/ManagedClusters", "properties": aks()});
    api["properties"]["enableRBAC"] = api["properties"]["enableRbac"].take();
    api["properties"]["apiServerAccessProfile"] = json!({"authorizedIPRanges": ["198.51.100.7/32"], "disableRunCommand": true});
    assert_eq!(read(&api.to_string()).facts, told.facts);
    let mut bare = aks();
    for key in ["securityProfile", "aadProfile", "apiServerAccessProfile", "disableLocalAccounts"] {
        bare[key] = json!(null);
    }
    let bare = read(&bare.to_string());
    assert_eq!(
        (said(&bare, About::SecretsEncryption), said(&bare, About::LoginMode), said(&bare, About::LocalAccounts)),
        (Said::No, Said::No, Said::Nothing)
    );
    assert_eq!((said(&bare, About::AllowedNetworks), said(&bare, About::RunCommand)), (Said::No, Said::Yes));
    let audit = read(&samples()[6].1.to_string());
    assert_eq!((said(&audit, About::Logs), said(&audit, About::LogDestination)), (words(&["kube-audit"]), words(&["Log Analytics"])));
}

#[test]
fn configuration_files_tell_sorts_and_no_secrets() {
    let of = |by: Describer| {
        samples().into_iter().find(|(own, _)| *own == by).map(|(_, value)| read(&value.to_string())).unwrap_or_else(|| panic!())
    };
    assert_eq!(said(&of(Describer::Encryption), About::EncryptedResource), words(&["secrets", "kms v2", "aescbc", "identity"]));
    let authentication = of(Describer::Authentication);
    assert_eq!(
        (said(&authentication, About::Anonymous), said(&authentication, About::LoginProvider)),
        (words(&["/livez"]), words(&["login.acme.example"]))
    );
    let admission = of(Describer::Admission);
    let exempt: Vec<Said> = admission.about(About::PodSecurityExemption).map(|fact| fact.said.clone()).collect();
    assert_eq!(exempt, [words(&["usernames", "••"]), words(&["namespaces", "kube-system"])]);
    assert_eq!(said(&admission, About::PodSecurityDefault), words(&["baseline"]));
    assert_eq!(of(Describer::Kubeadm).facts.len(), 1);
    let k3s: Vec<Said> = of(Describer::K3s).facts.into_iter().map(|fact| fact.said).collect();
    assert_eq!(k3s, [words(&["kube-apiserver", "audit-log-path", "/var/log/a"]), words(&["server", "secrets-encryption", "true"])]);
    let before = "apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration\napiServer:\n  extraArgs:\n    authorization-mode: Node,RBAC\n---\napiVersion: kubeadm.k8s.io/v1beta3\nkind: InitConfiguration\nbootstrapTokens: [{token: abcdef.0123456789abcdef}]\n";
    let told = read(before);
    assert_eq!(said(&told, About::Flag), words(&["kube-apiserver", "authorization-mode", "Node,RBAC"]));
    let odd = |providers: &str| {
        let text = format!(
            "apiVersion: apiserver.config.k8s.io/v1\nkind: EncryptionConfiguration\nresources: [{{resources: [secrets], providers: {providers}}}]\n"
        );
        said(&read(&text), About::EncryptedResource)
    };
    assert_eq!((odd("[{new: {}}]"), odd("[]"), odd("[{identity: {}, kms: {}}]")), (Said::NotKnown, Said::NotKnown, Said::NotKnown));
    assert_eq!(odd("[{identity: {}}, {aescbc: {keys: []}}]"), words(&["secrets", "identity", "aescbc"]));
}

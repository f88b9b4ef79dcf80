//! Which cluster a file is of, and what it says, by tables.

use super::*;
use crate::kinds::imported::{About, Fact, NamedCluster, Said};
use crate::kinds::{Ingest, Source};
use crate::model::Kind;
use crate::sensitive::FingerprintKey;
use serde_json::json;

fn words(list: &[&str]) -> Said {
    Said::Words(list.iter().map(|word| (*word).to_owned()).collect())
}

fn told(by: Describer, facts: &[(About, Said)]) -> Description {
    let fact = |(about, said): &(About, Said)| Fact { about: *about, field: "f".into(), said: said.clone() };
    Description { by, cluster: NamedCluster::default(), facts: facts.iter().map(fact).collect() }
}

/// The bearing as one letter for each statement: good, bad, ask.
fn bearings(topic: Topic, by: Describer, facts: &[(About, Said)]) -> String {
    bearings_of(&told(by, facts), topic)
}

fn bearings_of(description: &Description, topic: Topic) -> String {
    let letter = |statement: Statement| match statement.bearing {
        Bearing::Good => 'g',
        Bearing::Bad(_) => 'b',
        Bearing::Ask(_) => 'a',
    };
    statements(description, topic).into_iter().map(letter).collect()
}

#[test]
fn who_reaches_the_endpoint() {
    let of = |public: Said, networks: Said| {
        bearings(Topic::Endpoint, Describer::EksCluster, &[(About::PublicEndpoint, public), (About::AllowedNetworks, networks)])
    };
    for (public, networks, wanted) in [
        (Said::No, words(&["0.0.0.0/0"]), "g"),
        (Said::Yes, words(&["0.0.0.0/0"]), "b"),
        (Said::Yes, words(&["203.0.113.0/24", "::/0"]), "b"),
        (Said::Yes, words(&["0.0.0.0/1", "128.0.0.0/1"]), "b"),
        (Said::Yes, words(&["203.0.113.0/24"]), "a"),
        (Said::Yes, Said::No, "b"),
        (Said::Yes, words(&[]), "a"),
        (Said::Yes, Said::NotKnown, "a"),
        (Said::Yes, Said::Nothing, "a"),
        (Said::NotKnown, words(&["203.0.113.0/24"]), "a"),
        (Said::Nothing, Said::Nothing, "a"),
    ] {
        assert_eq!(of(public.clone(), networks.clone()), wanted, "{public:?} {networks:?}");
    }
    let google = |name: Said, cloud: Said| {
        let facts = [
            (About::PublicEndpoint, Said::Yes),
            (About::AllowedNetworks, words(&["203.0.113.0/24"])),
            (About::NameEndpoint, name),
            (About::CloudNetworks, cloud),
        ];
        bearings(Topic::Endpoint, Describer::GkeCluster, &facts)
    };
    assert_eq!((google(Said::No, Said::No), google(Said::Yes, Said::Yes)), ("a".into(), "aba".into()));
    let private = [(About::PublicEndpoint, Said::No), (About::RunCommand, Said::Yes)];
    assert_eq!(bearings(Topic::Endpoint, Describer::AksCluster, &private), "ga");
    assert_eq!(bearings(Topic::Endpoint, Describer::AksCluster, &[]), "");
}

#[test]
fn how_secrets_are_encrypted() {
    let eks = |version: &str, said: Said| {
        let mut description = told(Describer::EksCluster, &[(About::SecretsEncryption, said)]);
        description.cluster.version = version.to_owned();
        bearings_of(&description, Topic::Encryption)
    };
    for (version, said, wanted) in [
        ("1.34", Said::Yes, "g"),
        ("1.34", Said::Nothing, "a"),
        ("1.27", Said::Nothing, "b"),
        ("", Said::Nothing, "a"),
        ("1.34", Said::NotKnown, "a"),
    ] {
        assert_eq!(eks(version, said.clone()), wanted, "{version} {said:?}");
    }
    let gke = |state: Said, current: Said| {
        bearings(Topic::Encryption, Describer::GkeCluster, &[(About::SecretsEncryption, state), (About::EncryptionState, current)])
    };
    for (state, current, wanted) in [
        (words(&["ENCRYPTED"]), words(&["CURRENT_STATE_ENCRYPTED"]), "g"),
        (words(&["ENCRYPTED"]), Said::Nothing, "g"),
        (words(&["ENCRYPTED"]), words(&["CURRENT_STATE_ENCRYPTION_PENDING"]), "ga"),
        (words(&["ENCRYPTED"]), words(&["CURRENT_STATE_ENCRYPTION_ERROR"]), "gb"),
        (words(&["ENCRYPTED"]), Said::NotKnown, "ga"),
        (words(&["DECRYPTED"]), words(&["CURRENT_STATE_DECRYPTED"]), "bb"),
        (Said::Nothing, Said::Nothing, "a"),
        (Said::NotKnown, Said::Nothing, "a"),
    ] {
        assert_eq!(gke(state.clone(), current.clone()), wanted, "{state:?} {current:?}");
    }
    let file = |resources: &[&[&str]]| {
        let facts: Vec<(About, Said)> = resources.iter().map(|list| (About::EncryptedResource, words(list))).collect();
        bearings(Topic::Encryption, Describer::Encryption, &facts)
    };
    assert_eq!((file(&[&["secrets", "kms v2", "identity"]]), file(&[&["secrets", "identity", "kms v2"]])), ("g".into(), "b".into()));
    assert_eq!((file(&[&["secrets", "aescbc"]]), file(&[&["secrets", "kms v1"]])), ("a".into(), "a".into()));
    // The first list that covers Secrets holds, and what covers all covers Secrets.
    assert_eq!(
        (file(&[&["*.*", "kms v2"], &["secrets", "identity"]]), file(&[&["configmaps", "identity"], &["*.", "kms v2"]])),
        ("g".into(), "g".into())
    );
    assert_eq!((file(&[&["configmaps", "kms v2"]]), file(&[])), ("b".into(), "b".into()));
    assert_eq!(
        bearings(
            Topic::Encryption,
            Describer::Encryption,
            &[(About::EncryptedResource, Said::NotKnown), (About::EncryptedResource, words(&["secrets", "kms v2"]))]
        ),
        "a"
    );
}

#[test]
fn what_is_recorded() {
    let eks = |said: Said| bearings(Topic::Audit, Describer::EksCluster, &[(About::Logs, said)]);
    for (said, wanted) in [
        (words(&["audit", "authenticator"]), "g"),
        (words(&["audit"]), "ga"),
        (words(&["api"]), "b"),
        (words(&[]), "b"),
        (Said::Nothing, "a"),
        (Said::NotKnown, "a"),
    ] {
        assert_eq!(eks(said.clone()), wanted, "{said:?}");
    }
    let aks = |settings: &[(&[&str], &[&str])]| {
        let facts: Vec<(About, Said)> =
            settings.iter().flat_map(|(logs, sent)| [(About::Logs, words(logs)), (About::LogDestination, words(sent))]).collect();
        bearings(Topic::Audit, Describer::AksDiagnostics, &facts)
    };
    assert_eq!(
        (aks(&[(&["guard"], &["x"]), (&["kube-audit"], &["x"])]), aks(&[(&["kube-audit-admin"], &["x"])])),
        ("g".into(), "a".into())
    );
    assert_eq!((aks(&[(&["kube-audit"], &[])]), aks(&[(&["guard"], &["x"])]), aks(&[])), ("b".into(), "b".into(), String::new()));
    // GKE's description never shows whether reads are recorded, and OpenShift's not where records go.
    assert_eq!(bearings(Topic::Audit, Describer::GkeCluster, &[(About::Logs, words(&["APISERVER"]))]), "a");
    let openshift = |profile: &str| bearings(Topic::Audit, Describer::OpenshiftApiServer, &[(About::Logs, words(&[profile]))]);
    assert_eq!((openshift("Default"), openshift("None")), ("a".into(), "b".into()));
}

#[test]
fn who_is_let_in_and_may_do_what() {
    let one = |topic, by, about, said| bearings(topic, by, &[(about, said)]);
    assert_eq!(one(Topic::Authorization, Describer::GkeCluster, About::LegacyAbac, Said::Yes), "b");
    assert_eq!(one(Topic::Authorization, Describer::GkeCluster, About::LegacyAbac, Said::No), "a");
    let aks = |rbac, azure| bearings(Topic::Authorization, Describer::AksCluster, &[(About::Rbac, rbac), (About::CloudAuthorizer, azure)]);
    assert_eq!(
        (aks(Said::Yes, Said::No), aks(Said::Yes, Said::Yes), aks(Said::No, Said::No), aks(Said::Nothing, Said::No)),
        ("g".into(), "ga".into(), "b".into(), "a".into())
    );
    let authorizers = |list: &[&str]| {
        let facts: Vec<(About, Said)> = list.iter().map(|sort| (About::Authorizer, words(&[sort]))).collect();
        bearings(Topic::Authorization, Describer::Authorization, &facts)
    };
    assert_eq!((authorizers(&["Node", "RBAC"]), authorizers(&["Node", "RBAC", "Webhook"])), ("g".into(), "a".into()));
    assert_eq!(
        (authorizers(&["RBAC"]), authorizers(&["Node", "RBAC", "AlwaysAllow"]), authorizers(&[])),
        ("b".into(), "b".into(), "bb".into())
    );
    assert_eq!(bearings(Topic::Authorization, Describer::Authorization, &[(About::Authorizer, Said::NotKnown)]), "abb");
    // Access entries are a part of what decides: none of them is good by itself.
    for said in [
        words(&[]),
        words(&["role/a", "AmazonEKSViewPolicy", "cluster"]),
        words(&["role/a", "AmazonEKSClusterAdminPolicy", "cluster"]),
        Said::NotKnown,
    ] {
        assert_eq!(one(Topic::Authorization, Describer::EksAccess, About::AccessPolicy, said), "a");
    }
    assert_eq!(one(Topic::Authorization, Describer::EksAccess, About::AccessGroups, words(&["role/a", "system:masters"])), "b");
    let gke = |password, certificate| {
        bearings(Topic::StaticTokens, Describer::GkeCluster, &[(About::BasicAuth, password), (About::ClientCertificate, certificate)])
    };
    assert_eq!(
        (gke(Said::No, Said::No), gke(Said::Yes, Said::No), gke(Said::No, Said::Yes), gke(Said::Nothing, Said::Nothing)),
        ("gg".into(), "bg".into(), "ga".into(), "aa".into())
    );
    let local = |said| one(Topic::StaticTokens, Describer::AksCluster, About::LocalAccounts, said);
    assert_eq!((local(Said::No), local(Said::Yes), local(Said::Nothing)), ("g".into(), "b".into(), "a".into()));
    let file = |said| one(Topic::Anonymous, Describer::Authentication, About::Anonymous, said);
    assert_eq!(
        (file(Said::No), file(words(&["/livez"])), file(words(&["/livez", "/version"])), file(Said::Yes)),
        ("g".into(), "g".into(), "a".into(), "a".into())
    );
    assert_eq!((file(Said::Nothing), file(Said::NotKnown)), ("a".into(), "a".into()));
    // How people log in is never good by itself.
    for by in Describer::ALL {
        let facts = [(About::LoginMode, words(&["API"])), (About::LoginProvider, words(&["OpenID"]))];
        assert!(!bearings(Topic::Logins, by, &facts).contains('g'), "{by:?}");
    }
}

#[test]
fn protocols_of_openshift() {
    let tls = |facts: &[(About, Said)]| bearings(Topic::Tls, Describer::OpenshiftApiServer, facts);
    assert_eq!(
        (tls(&[(About::TlsProfile, words(&["Old"]))]), tls(&[(About::TlsProfile, words(&["Intermediate"]))])),
        ("b".into(), "g".into())
    );
    let custom = |minimum: &str, ciphers: &[&str]| {
        tls(&[(About::TlsProfile, words(&["Custom"])), (About::TlsMinimum, words(&[minimum])), (About::TlsCiphers, words(ciphers))])
    };
    assert_eq!(custom("VersionTLS12", &["ECDHE-RSA-AES128-GCM-SHA256", "TLS_AES_128_GCM_SHA256", "DHE-RSA-AES256-GCM-SHA384"]), "gg");
    assert_eq!(custom("VersionTLS11", &["ECDHE-RSA-AES128-GCM-SHA256", "DES-CBC3-SHA"]), "bb");
    assert_eq!(custom("VersionTLS12", &["AES128-GCM-SHA256"]), "gb");
    assert_eq!(tls(&[(About::TlsProfile, Said::NotKnown)]), "a");
}

/// What a file does not know, or leaves out, is never good, whatever it is about.
#[test]
fn nothing_is_good_that_is_not_known() {
    for topic in Topic::ALL {
        for by in topic.describers() {
            for said in [Said::NotKnown, Said::Nothing] {
                let facts: Vec<(About, Said)> = EVERY.iter().map(|about| (*about, said.clone())).collect();
                let found = bearings(topic, by, &facts);
                assert!(!found.contains('g'), "{topic:?} {by:?} {said:?}: {found}");
            }
        }
    }
}

const EVERY: &[About] = &[
    About::PublicEndpoint,
    About::NameEndpoint,
    About::AllowedNetworks,
    About::CloudNetworks,
    About::RunCommand,
    About::SecretsEncryption,
    About::EncryptionState,
    About::EncryptedResource,
    About::Logs,
    About::LogDestination,
    About::NetworkPolicies,
    About::LocalAccounts,
    About::LoginMode,
    About::LoginProvider,
    About::Anonymous,
    About::BasicAuth,
    About::ClientCertificate,
    About::Rbac,
    About::LegacyAbac,
    About::CloudAuthorizer,
    About::Authorizer,
    About::AccessEntries,
    About::AccessPolicy,
    About::AccessGroups,
    About::CreatorAdmin,
    About::TlsProfile,
    About::TlsMinimum,
    About::TlsCiphers,
    About::PodSecurityExemption,
    About::AdmissionPlugin,
    About::Flag,
];

fn cluster(distribution: &str, server: &str, labels: serde_json::Value) -> Inventory {
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([0; 32]));
    ingest.object(Kind::Nodes, &json!({"metadata": {"name": "n", "labels": labels}}).to_string());
    ingest.cluster().server = server.to_owned();
    let mut inventory = ingest.finish();
    inventory.cluster.distribution = distribution.to_owned();
    inventory
}

#[test]
fn a_file_is_of_the_cluster_whose_marks_it_has() {
    let eks = |host: &str| {
        let mut description = told(Describer::EksCluster, &[]);
        description.cluster.hosts = vec![host.to_owned()];
        description.cluster.name = "pay".into();
        description
    };
    let inventory = cluster("eks", "https://ABC.gr7.eu-west-1.eks.amazonaws.com", json!({}));
    assert!(matches!(kinship(&inventory, &eks("abc.gr7.eu-west-1.eks.amazonaws.com")), Kinship::Same(_)));
    assert!(matches!(kinship(&inventory, &eks("def.gr7.eu-west-1.eks.amazonaws.com")), Kinship::Other(_)));
    let tunnel = cluster("eks", "https://127.0.0.1:8443", json!({}));
    assert!(matches!(kinship(&tunnel, &eks("abc.gr7.eu-west-1.eks.amazonaws.com")), Kinship::Unclear(_)));
    assert!(matches!(
        kinship(&cluster("gke", "https://203.0.113.9", json!({})), &eks("abc.gr7.eu-west-1.eks.amazonaws.com")),
        Kinship::Other(_)
    ));
    // An address of private networks may be that of several clusters.
    let mut private = eks("10.0.0.2");
    private.by = Describer::GkeCluster;
    assert!(matches!(kinship(&cluster("gke", "https://10.0.0.2", json!({})), &private), Kinship::Unclear(_)));
    let mut aks = told(Describer::AksCluster, &[]);
    aks.cluster.node_group = "MC_rg_pay_westeurope".into();
    let labelled = |group: &str| cluster("aks", "https://127.0.0.1:1", json!({"kubernetes.azure.com/cluster": group}));
    assert!(matches!(kinship(&labelled("mc_rg_pay_westeurope"), &aks), Kinship::Same(_)));
    assert!(matches!(kinship(&labelled("MC_rg_other_westeurope"), &aks), Kinship::Other(_)));
    let openshift = told(Describer::OpenshiftApiServer, &[]);
    assert_eq!(kinship(&cluster("openshift", "", json!({})), &openshift), Kinship::Unnamed);
    assert!(matches!(kinship(&cluster("unknown", "", json!({})), &openshift), Kinship::Unclear(_)));
    assert!(matches!(kinship(&cluster("kubeadm", "", json!({})), &openshift), Kinship::Other(_)));
    assert_eq!(kinship(&tunnel, &told(Describer::Encryption, &[])), Kinship::Unnamed);
}

#[test]
fn a_name_alone_belongs_where_another_description_ties_it() {
    let with = |host: &str| {
        let mut inventory = cluster("eks", "https://ABC.gr7.eu-west-1.eks.amazonaws.com", json!({}));
        let text = json!({"cluster": {"name": "pay", "arn": "arn:aws:eks:x:111122223333:cluster/pay", "endpoint": format!("https://{host}"), "resourcesVpcConfig": {}}});
        inventory.imported.extend(Imported::recognise("d.json", text.to_string().as_bytes()));
        inventory
    };
    let named = |name: &str| {
        let mut description = told(Describer::EksAccess, &[]);
        description.cluster.name = name.to_owned();
        description
    };
    let own = with("ABC.gr7.eu-west-1.eks.amazonaws.com");
    assert!(matches!(kinship(&own, &named("pay")), Kinship::Same(_)));
    assert!(matches!(kinship(&own, &named("other")), Kinship::Other(_)));
    assert!(matches!(kinship(&with("DEF.gr7.eu-west-1.eks.amazonaws.com"), &named("pay")), Kinship::Unclear(_)));
}

#[test]
fn each_topic_that_a_provider_describes_says_what_to_attach() {
    for (id, topic, word) in [
        ("eks", Topic::Audit, "aws eks describe-cluster"),
        ("eks", Topic::Authorization, "list-associated-access-policies"),
        ("gke", Topic::Anonymous, "gcloud container clusters describe"),
        ("gke-autopilot", Topic::Endpoint, "gcloud container clusters describe"),
        ("aks", Topic::Audit, "az monitor diagnostic-settings list"),
        ("aks", Topic::Encryption, "az aks show"),
        ("openshift", Topic::Tls, "oc get apiserver"),
        ("k3s", Topic::Encryption, "/etc/rancher/k3s/config.yaml"),
        ("kubeadm", Topic::Audit, "kubeadm"),
    ] {
        let told = ask(id, topic).unwrap_or_default();
        assert!(told.contains(word), "{id} {topic:?}: {told}");
    }
    assert_eq!((ask("eks", Topic::Tls), ask("unknown", Topic::Audit)), (None, None));
}

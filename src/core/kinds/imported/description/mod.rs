//! Descriptions of a cluster by whoever runs it, and configuration files of its API server: what a provider's command prints, OpenShift's own
//! configuration, the files of kubeadm, K3s and RKE2, and those that flags of the API server name.
//!
//! Of each only typed facts stay: on or off, a word that is documented, a network, a name that has passed its form. A word that is not known here is
//! kept as not known and never as good; its text is dropped. Account numbers, e-mail addresses, keys and secrets are never kept.

mod aks;
mod api_server;
mod eks;
mod gke;
mod kept;
mod kubelet;
mod openshift;
mod recognise;
mod secrets;
mod started;

pub(super) use recognise::recognise;
pub use secrets::count as count_secrets;
pub(in crate::kinds) use started::{flags_again as kubeadm_flags_again, flags_of as kubeadm_flags};

use serde::{Deserialize, Serialize};

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Describer {
    /// `aws eks describe-cluster`.
    EksCluster,
    /// `aws eks list-access-entries`, `describe-access-entry` and `list-associated-access-policies`.
    EksAccess,
    /// `gcloud container clusters describe`.
    GkeCluster,
    /// `az aks show`.
    AksCluster,
    /// `az monitor diagnostic-settings list` of an AKS cluster.
    AksDiagnostics,
    /// `oc get apiserver cluster` (`config.openshift.io/v1`).
    OpenshiftApiServer,
    /// `oc get oauth cluster`.
    OpenshiftOauth,
    /// `oc get authentication cluster`.
    OpenshiftAuthentication,
    /// `ClusterConfiguration` of kubeadm.
    Kubeadm,
    /// `config.yaml` of K3s or RKE2.
    K3s,
    /// `EncryptionConfiguration` of the API server.
    Encryption,
    /// `AuthenticationConfiguration` of the API server.
    Authentication,
    /// `AuthorizationConfiguration` of the API server.
    Authorization,
    /// `AdmissionConfiguration` of the API server, or the `PodSecurityConfiguration` that stands in it or beside it.
    Admission,
    /// `CredentialProviderConfig` of kubelets.
    CredentialProviders,
}

impl Describer {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::EksCluster,
        Self::EksAccess,
        Self::GkeCluster,
        Self::AksCluster,
        Self::AksDiagnostics,
        Self::OpenshiftApiServer,
        Self::OpenshiftOauth,
        Self::OpenshiftAuthentication,
        Self::Kubeadm,
        Self::K3s,
        Self::Encryption,
        Self::Authentication,
        Self::Authorization,
        Self::Admission,
        Self::CredentialProviders,
    ];

    /// The name in what a check needs: `evidence: aws eks describe-cluster`.
    #[must_use]
    pub const fn need(self) -> &'static str {
        match self {
            Self::EksCluster => "evidence: aws eks describe-cluster",
            Self::EksAccess => "evidence: aws eks list-access-entries, list-associated-access-policies",
            Self::GkeCluster => "evidence: gcloud container clusters describe",
            Self::AksCluster => "evidence: az aks show",
            Self::AksDiagnostics => "evidence: az monitor diagnostic-settings list",
            Self::OpenshiftApiServer => "evidence: oc get apiserver cluster -o yaml",
            Self::OpenshiftOauth => "evidence: oc get oauth cluster -o yaml",
            Self::OpenshiftAuthentication => "evidence: oc get authentication cluster -o yaml",
            Self::Kubeadm => "evidence: kubeadm's ClusterConfiguration",
            Self::K3s => "evidence: config.yaml of K3s or RKE2",
            Self::Encryption => "evidence: EncryptionConfiguration",
            Self::Authentication => "evidence: AuthenticationConfiguration",
            Self::Authorization => "evidence: AuthorizationConfiguration",
            Self::Admission => "evidence: AdmissionConfiguration",
            Self::CredentialProviders => "evidence: CredentialProviderConfig",
        }
    }

    /// The name within a sentence.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::EksCluster => "a description by aws eks describe-cluster",
            Self::EksAccess => "access entries of EKS",
            Self::GkeCluster => "a description by gcloud container clusters describe",
            Self::AksCluster => "a description by az aks show",
            Self::AksDiagnostics => "diagnostic settings of AKS",
            Self::OpenshiftApiServer => "the APIServer object of OpenShift",
            Self::OpenshiftOauth => "the OAuth object of OpenShift",
            Self::OpenshiftAuthentication => "the Authentication object of OpenShift",
            Self::Kubeadm => "a configuration file of kubeadm",
            Self::K3s => "a configuration file of K3s or RKE2",
            Self::Encryption => "an EncryptionConfiguration",
            Self::Authentication => "an AuthenticationConfiguration",
            Self::Authorization => "an AuthorizationConfiguration",
            Self::Admission => "an AdmissionConfiguration",
            Self::CredentialProviders => "a CredentialProviderConfig",
        }
    }

    /// Whether whoever runs the cluster says so of it as it is; a configuration file says only what was written down.
    #[must_use]
    pub const fn tells_what_runs(self) -> bool {
        matches!(
            self,
            Self::EksCluster
                | Self::EksAccess
                | Self::GkeCluster
                | Self::AksCluster
                | Self::AksDiagnostics
                | Self::OpenshiftApiServer
                | Self::OpenshiftOauth
                | Self::OpenshiftAuthentication
        )
    }

    /// The flag of the API server that names such a file, where there is one.
    #[must_use]
    pub const fn flag(self) -> Option<&'static str> {
        match self {
            Self::Encryption => Some("encryption-provider-config"),
            Self::Authentication => Some("authentication-config"),
            Self::Authorization => Some("authorization-config"),
            Self::Admission => Some("admission-control-config-file"),
            _ => None,
        }
    }
}

/// What stands in a description or a configuration file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Description {
    /// What it is.
    pub by: Describer,
    /// What it says of which cluster it is of.
    #[serde(default)]
    pub cluster: NamedCluster,
    /// Facts, in the file's order.
    #[serde(default)]
    pub facts: Vec<Fact>,
}

/// Which cluster a file names; all of it may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NamedCluster {
    /// Its name at whoever runs it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Hosts at which its API server answers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// SHA-256 of the certificates of its authority, which are public, in hexadecimal digits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorities: Vec<String>,
    /// The resource group of its nodes (AKS), which nodes carry as a label.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub node_group: String,
    /// The version: `1.34`, `1.34.1-gke.1829001`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub version: String,
}

impl NamedCluster {
    /// The minor version: 34 for `1.34.1-gke.1829001`; none where it names none.
    #[must_use]
    pub fn minor(&self) -> Option<u32> {
        self.version.trim_start_matches('v').strip_prefix("1.")?.split(['.', '-', '+']).next()?.parse().ok()
    }
}

/// One fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// What it is about.
    pub about: About,
    /// Where in the file it stands: `cluster.resourcesVpcConfig.endpointPublicAccess`.
    pub field: String,
    /// What stands there.
    pub said: Said,
}

/// What a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// Whether the API server answers at an address of the internet.
    PublicEndpoint,
    /// Whether it answers within the network of the cluster.
    PrivateEndpoint,
    /// Whether a name of the provider leads to it from everywhere, with IAM alone before it.
    NameEndpoint,
    /// The networks that may reach its address; no where all may.
    AllowedNetworks,
    /// Whether all addresses of the provider's cloud may reach it besides.
    CloudNetworks,
    /// Whether commands may be run in the cluster by way of the provider's own API.
    RunCommand,
    /// Whether nodes have no public address.
    PrivateNodes,
    /// How Secrets are encrypted in the database; no where they are not.
    SecretsEncryption,
    /// How far that is carried out.
    EncryptionState,
    /// Which resources an EncryptionConfiguration encrypts, with its providers in their order.
    EncryptedResource,
    /// Which logs of the control plane are kept, or how much is recorded.
    Logs,
    /// Where these are sent.
    LogDestination,
    /// What carries out network policies; no where nothing does.
    NetworkPolicies,
    /// Whether images are held against Binary Authorization's policy, and how.
    BinaryAuthorization,
    /// Whether workloads have identities of their own at the provider.
    WorkloadIdentity,
    /// Whether there are accounts of the cluster's own beside the provider's logins.
    LocalAccounts,
    /// How people log in.
    LoginMode,
    /// A provider of logins.
    LoginProvider,
    /// Whether callers without a credential are let in, and where.
    Anonymous,
    /// Whether logins with a password are on.
    BasicAuth,
    /// Whether the provider issued a client certificate of an administrator.
    ClientCertificate,
    /// Whether roles and bindings are in force.
    Rbac,
    /// Whether the old rules by attribute are in force beside them.
    LegacyAbac,
    /// Whether the provider's own rights count beside roles and bindings.
    CloudAuthorizer,
    /// An authorizer, in the order in which they are asked.
    Authorizer,
    /// Identities that have an access entry.
    AccessEntries,
    /// An identity, the access policy that it has, and where.
    AccessPolicy,
    /// An identity and the groups that its entry puts it into.
    AccessGroups,
    /// Whether whoever made the cluster was made its administrator.
    CreatorAdmin,
    /// Which protocols and ciphers the API server accepts.
    TlsProfile,
    /// The oldest protocol of a profile that somebody made.
    TlsMinimum,
    /// The ciphers of a profile that somebody made.
    TlsCiphers,
    /// The level of Pod Security where a namespace says nothing.
    PodSecurityDefault,
    /// Whom or what Pod Security leaves out.
    PodSecurityExemption,
    /// A plugin of admission that is given settings in another file, or of a kind that is not read here.
    AdmissionPlugin,
    /// Whether a plugin of admission takes policies or webhooks from a folder of the server: the plugin, or no. Where is not kept.
    StaticManifests,
    /// In whose name a program of the kubelet logs in to registries: no where it is the node's, else the audience of the workload's token.
    RegistryLogin,
    /// The images for which it does, by their form.
    RegistryImages,
    /// That a credential stands at a place of the file. It is not kept.
    RegistryCredential,
    /// The release channel.
    ReleaseChannel,
    /// Whether nodes start only what is signed.
    ShieldedNodes,
    /// A flag that a component is started with: the component, the flag, its value.
    Flag,
}

/// What stands at a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// On.
    Yes,
    /// Off.
    No,
    /// Words that are documented, or names.
    Words(Vec<String>),
    /// Something that is not known here; its text is dropped.
    NotKnown,
    /// Nothing, where there could be something.
    Nothing,
}

impl Said {
    /// What stands there, for people.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Yes => "true".to_owned(),
            Self::No => "false".to_owned(),
            Self::Words(words) if words.is_empty() => "none".to_owned(),
            Self::Words(words) => words.join(", "),
            Self::NotKnown => "something that is not known here".to_owned(),
            Self::Nothing => "not set".to_owned(),
        }
    }

    /// The words, where it is some.
    #[must_use]
    pub fn list(&self) -> &[String] {
        match self {
            Self::Words(words) => words,
            _ => &[],
        }
    }
}

impl Description {
    /// A description without facts.
    fn new(by: Describer) -> Self {
        Self { by, cluster: NamedCluster::default(), facts: vec![] }
    }

    fn tell(&mut self, about: About, field: impl Into<String>, said: Said) {
        self.facts.push(Fact { about, field: field.into(), said });
    }

    /// The facts about something.
    pub fn about(&self, about: About) -> impl Iterator<Item = &Fact> {
        self.facts.iter().filter(move |fact| fact.about == about)
    }

    /// The first fact about something.
    #[must_use]
    pub fn fact(&self, about: About) -> Option<&Fact> {
        self.about(about).next()
    }
}

#[cfg(test)]
mod tests;

//! What the control plane's settings are, and where each was seen: one judge whom all checks of flags ask. Which sources there are, what each of them
//! proves and which comes first is told in `docs/control-plane.md`; [`servers`] puts command lines together, [`force`] says whether roles and bindings count
//! at all, [`counted`] what servers counted of themselves.
//!
//! Where to look when the control plane's settings can't be seen through the API: by distribution, the place and the words to search there.
//!
//! A provider that runs the control plane has switches of its own for what elsewhere are flags; distributions that pack the components into
//! one process keep the flags in files. A check that meets neither pods nor annotations tells one of these sentences and asks for review.

pub mod counted;
pub mod force;
pub mod servers;
pub mod written;

pub use servers::{Blind, api_servers, blind, command_lines, disagreements};

use super::distribution;
use crate::kinds::control_plane::FLAGZ;
use crate::kinds::{Inventory, KindState};

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Whether requests to the API are recorded.
    Audit,
    /// Whether Secrets are encrypted in the database.
    Encryption,
    /// Versions and ciphers of TLS.
    Tls,
    /// Ports that answer without encryption.
    Ports,
    /// Whether callers without a credential are let in.
    Anonymous,
    /// How requests are authorized.
    Authorization,
    /// Passwords or tokens in a file.
    StaticTokens,
    /// How long tokens of service accounts hold.
    TokenLifetime,
}

impl Setting {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Audit,
        Self::Encryption,
        Self::Tls,
        Self::Ports,
        Self::Anonymous,
        Self::Authorization,
        Self::StaticTokens,
        Self::TokenLifetime,
    ];

    /// The flags among these options, by name.
    #[must_use]
    pub fn flags(self) -> Vec<&'static str> {
        self.options().split([',', ' ']).filter_map(|word| word.strip_prefix("--")).collect()
    }

    /// The options of kube-apiserver that decide it.
    const fn options(self) -> &'static str {
        match self {
            Self::Audit => "--audit-policy-file, --audit-log-path, --audit-webhook-config-file",
            Self::Encryption => "--encryption-provider-config and the file that it names",
            Self::Tls => "--tls-min-version, --tls-cipher-suites",
            Self::Ports => "--insecure-port, --etcd-servers",
            Self::Anonymous => "--anonymous-auth, --authentication-config",
            Self::Authorization => "--authorization-mode, --authorization-config",
            Self::StaticTokens => "--token-auth-file, --basic-auth-file",
            Self::TokenLifetime => "--service-account-max-token-expiration, --service-account-extend-token-expiration",
        }
    }
}

/// The sentences for a control plane that shows nothing: why it does not, and where to look instead.
#[must_use]
pub fn unseen(inventory: &Inventory, setting: Setting) -> String {
    let id = inventory.cluster.distribution.as_str();
    let name = distribution::title(id);
    let place = place(id, setting).map_or_else(|| format!("{} ({})", config(id), setting.options()), str::to_owned);
    let shown = if distribution::is_managed(id) {
        format!("{name} runs the control plane and shows no pods of it")
    } else {
        format!("No control-plane pod of {name} shows its settings through the API")
    };
    format!("{shown}{}. Look at {place}.", untold(inventory))
}

/// Why the API server's own answer about its flags says nothing of a setting.
fn untold(inventory: &Inventory) -> String {
    let Some(record) = &inventory.cluster.control_plane else {
        return format!(", and what the API server itself tells of its flags ({FLAGZ}) was not asked for");
    };
    let said = record.flagz.message.trim_end_matches('.');
    match record.flagz.state {
        KindState::Read | KindState::Partial => String::new(),
        KindState::Forbidden => {
            format!(
                ", and {FLAGZ}, where the API server tells its flags, may not be read (kassay rbac prints the right, and the role system:monitoring has it)"
            )
        }
        KindState::Absent => format!(", and this API server does not tell its flags ({FLAGZ} is served since Kubernetes 1.36)"),
        KindState::Failed => format!(", and {FLAGZ}, where the API server tells its flags, could not be read: {said}"),
    }
}

/// Where a distribution keeps the start options of the API server.
fn config(id: &str) -> &'static str {
    match id {
        "eks" => {
            "AWS's documentation of the EKS control plane and its attestation of compliance (AWS Artifact), because AWS sets the options itself"
        }
        "gke" | "gke-autopilot" => {
            "the cluster's description (gcloud container clusters describe) and Google's attestation of compliance, because Google sets the options itself"
        }
        "aks" => {
            "the cluster's description (az aks show) and Microsoft's attestation of compliance, because Microsoft sets the options itself"
        }
        "openshift" => {
            "the operators' configuration (oc get kubeapiserver cluster -o yaml, spec.observedConfig and spec.unsupportedConfigOverrides)"
        }
        "k3s" => "/etc/rancher/k3s/config.yaml and the arguments of the k3s service on the server nodes, kube-apiserver-arg",
        "rke2" => {
            "/etc/rancher/rke2/config.yaml (kube-apiserver-arg) and /var/lib/rancher/rke2/agent/pod-manifests/kube-apiserver.yaml on the server nodes"
        }
        "talos" => "cluster.apiServer.extraArgs of the machine configuration (talosctl get machineconfig -o yaml)",
        "microk8s" => "/var/snap/microk8s/current/args/kube-apiserver on the control-plane nodes",
        "kubeadm" | "kind" => {
            "/etc/kubernetes/manifests/kube-apiserver.yaml on the control-plane nodes; the identity may also lack the right to list pods of kube-system"
        }
        _ => "the provider's settings, or the start options of kube-apiserver on the control-plane hosts",
    }
}

/// The place of one setting, where the distribution has one of its own for it.
fn place(id: &str, setting: Setting) -> Option<&'static str> {
    Some(match (id, setting) {
        ("eks", Setting::Audit) => {
            "the cluster's control plane logging (“audit” and “authenticator” sent to CloudWatch Logs; aws eks describe-cluster, logging)"
        }
        ("eks", Setting::Encryption) => {
            "the cluster's encryptionConfig (aws eks describe-cluster); since Kubernetes 1.28 EKS encrypts all API data with a key of its own besides"
        }
        ("eks", Setting::Authorization | Setting::StaticTokens) => {
            "the cluster's accessConfig.authenticationMode (aws eks describe-cluster), its access entries (aws eks list-access-entries) and the ConfigMap kube-system/aws-auth"
        }
        ("gke" | "gke-autopilot", Setting::Audit) => {
            "Cloud Audit Logs of the project (Admin Activity is always on; Data Access logs for the Kubernetes Engine API must be switched on) and the cluster's logging components"
        }
        ("gke" | "gke-autopilot", Setting::Encryption) => {
            "the cluster's databaseEncryption (gcloud container clusters describe; “ENCRYPTED” means with a key of the customer)"
        }
        ("gke" | "gke-autopilot", Setting::Anonymous) => {
            "the cluster's anonymousAuthenticationConfig (gcloud container clusters describe; LIMITED means health checks alone)"
        }
        ("gke" | "gke-autopilot", Setting::Authorization) => {
            "the cluster's legacyAbac.enabled (gcloud container clusters describe), and IAM, which GKE asks beside RBAC"
        }
        ("gke" | "gke-autopilot", Setting::StaticTokens) => {
            "the cluster's masterAuth (gcloud container clusters describe: username, clientCertificateConfig.issueClientCertificate)"
        }
        ("aks", Setting::Audit) => {
            "the cluster's diagnostic settings in Azure Monitor (categories kube-audit or kube-audit-admin, and guard)"
        }
        ("aks", Setting::Encryption) => "the cluster's securityProfile.azureKeyVaultKms (az aks show)",
        ("aks", Setting::Authorization) => "the cluster's enableRBAC and aadProfile.enableAzureRBAC (az aks show)",
        ("aks", Setting::StaticTokens) => "the cluster's disableLocalAccounts (az aks show)",
        ("k3s" | "rke2", Setting::Audit) => {
            "/etc/rancher/k3s/config.yaml or /etc/rancher/rke2/config.yaml on the server nodes (kube-apiserver-arg: audit-policy-file, audit-log-path; audit-policy-file in RKE2)"
        }
        ("k3s" | "rke2", Setting::Encryption) => {
            "secrets-encryption in /etc/rancher/*/config.yaml on the server nodes, and “k3s secrets-encrypt status” or “rke2 secrets-encrypt status” there"
        }
        ("talos", Setting::Audit) => {
            "cluster.apiServer.auditPolicy of the machine configuration (talosctl get machineconfig); Talos records requests on each control-plane node by default"
        }
        ("talos", Setting::Encryption) => "cluster.secretboxEncryptionSecret of the machine configuration (talosctl get machineconfig)",
        ("talos", Setting::Authorization) => {
            "cluster.apiServer.authorizationConfig and extraArgs of the machine configuration (talosctl get machineconfig)"
        }
        ("openshift", Setting::Audit) => "spec.audit.profile of the APIServer object “cluster” (oc get apiserver cluster -o yaml)",
        ("openshift", Setting::Encryption) => "spec.encryption of the APIServer object “cluster” (oc get apiserver cluster -o yaml)",
        ("openshift", Setting::Tls) => "spec.tlsSecurityProfile of the APIServer object “cluster” (oc get apiserver cluster -o yaml)",
        ("openshift", Setting::StaticTokens) => {
            "the identity providers of the OAuth object “cluster” (oc get oauth cluster -o yaml; HTPasswd keeps passwords in a Secret), and whether kubeadmin still exists"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{ControlPlaneRecord, Coverage};

    #[test]
    fn each_distribution_has_a_place_of_its_own_for_each_setting() {
        // What only that distribution's people would recognise.
        let marks = [
            ("eks", &["aws eks", "AWS"][..]),
            ("gke", &["gcloud", "Cloud Audit Logs"]),
            ("gke-autopilot", &["gcloud", "Cloud Audit Logs"]),
            ("aks", &["az aks", "Azure"]),
            ("openshift", &["oc get"]),
            ("k3s", &["/etc/rancher"]),
            ("rke2", &["/etc/rancher"]),
            ("talos", &["talosctl"]),
            ("microk8s", &["/var/snap/microk8s"]),
            ("kubeadm", &["/etc/kubernetes/manifests"]),
            ("kind", &["/etc/kubernetes/manifests"]),
            ("unknown", &["the provider's settings"]),
        ];
        for (id, words) in marks {
            for setting in Setting::ALL {
                let told = unseen(&of(id), setting);
                let place = told.split_once("Look at ").map_or("", |(_, place)| place);
                assert!(words.iter().any(|word| place.contains(word)), "{id} {setting:?}: {told}");
            }
        }
        assert!(unseen(&of("kubeadm"), Setting::Tls).contains("--tls-min-version"));
    }

    fn of(id: &str) -> Inventory {
        let mut inventory = Inventory::default();
        inventory.cluster.distribution = id.to_owned();
        inventory
    }

    #[test]
    fn why_the_server_does_not_tell_is_told() {
        let mut inventory = of("eks");
        assert!(unseen(&inventory, Setting::Tls).contains("was not asked for"));
        for (state, words) in [
            (KindState::Forbidden, "kassay rbac"),
            (KindState::Absent, "since Kubernetes 1.36"),
            (KindState::Failed, "could not be read: no answer"),
        ] {
            let flagz = Coverage { state, message: "no answer.".to_owned(), ..Coverage::default() };
            inventory.cluster.control_plane = Some(Box::new(ControlPlaneRecord { flagz, ..ControlPlaneRecord::default() }));
            let told = unseen(&inventory, Setting::Tls);
            assert!(told.contains(words), "{told}");
        }
    }
}

//! Where to look when the control plane's settings can't be seen through the API: by distribution, the place and the words to search there.
//!
//! A provider that runs the control plane has switches of its own for what elsewhere are flags; distributions that pack the components into
//! one process keep the flags in files. A check that meets neither pods nor annotations tells one of these sentences and asks for review.

use super::distribution;

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// Whether requests to the API are recorded.
    Audit,
    /// Whether Secrets are encrypted in the database.
    Encryption,
    /// Versions and ciphers of TLS.
    Tls,
    /// Any other flag.
    Flags,
}

/// The sentences for a control plane that shows nothing.
#[must_use]
pub fn unseen(id: &str, setting: Setting) -> String {
    let name = distribution::title(id);
    let place = place(id, setting);
    if distribution::is_managed(id) {
        format!("{name} runs the control plane and does not show its settings through the API. Look at {place}.")
    } else {
        format!("No control-plane pod of {name} shows its settings through the API, so this can't be seen from here. Look at {place}.")
    }
}

fn place(id: &str, setting: Setting) -> &'static str {
    match (id, setting) {
        ("eks", Setting::Audit) => {
            "the cluster's control plane logging (“audit” and “authenticator” sent to CloudWatch Logs; aws eks describe-cluster, logging)"
        }
        ("eks", Setting::Encryption) => {
            "the cluster's encryptionConfig (aws eks describe-cluster); since Kubernetes 1.28 EKS encrypts all API data with a key of its own besides"
        }
        ("gke" | "gke-autopilot", Setting::Audit) => {
            "Cloud Audit Logs of the project (Admin Activity is always on; Data Access logs for the Kubernetes Engine API must be switched on) and the cluster's logging components"
        }
        ("gke" | "gke-autopilot", Setting::Encryption) => {
            "the cluster's databaseEncryption (gcloud container clusters describe; “ENCRYPTED” means with a key of the customer)"
        }
        ("aks", Setting::Audit) => {
            "the cluster's diagnostic settings in Azure Monitor (categories kube-audit or kube-audit-admin, and guard)"
        }
        ("aks", Setting::Encryption) => "the cluster's securityProfile.azureKeyVaultKms (az aks show)",
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
        ("openshift", Setting::Audit) => "spec.audit.profile of the APIServer object “cluster” (oc get apiserver cluster -o yaml)",
        ("openshift", Setting::Encryption) => "spec.encryption of the APIServer object “cluster” (oc get apiserver cluster -o yaml)",
        ("openshift", Setting::Tls) => "spec.tlsSecurityProfile of the APIServer object “cluster”",
        ("microk8s", _) => "/var/snap/microk8s/current/args/kube-apiserver on the control-plane nodes",
        ("eks" | "gke" | "gke-autopilot" | "aks", _) => {
            "the provider's documentation of its control plane and its own attestation of compliance"
        }
        ("k3s" | "rke2", _) => "/etc/rancher/*/config.yaml on the server nodes",
        ("talos", _) => "the cluster section of the machine configuration (talosctl get machineconfig)",
        ("kubeadm" | "kind", _) => {
            "/etc/kubernetes/manifests/kube-apiserver.yaml on the control-plane nodes; the identity may also lack the right to list pods of kube-system"
        }
        (_, Setting::Audit) => {
            "the provider's audit logging, or the start options of kube-apiserver on the control-plane hosts (--audit-policy-file, --audit-log-path, --audit-webhook-config-file)"
        }
        (_, Setting::Encryption) => {
            "the provider's settings, or --encryption-provider-config of kube-apiserver on the control-plane hosts and the file that it names"
        }
        _ => "the provider's settings, or the start options of kube-apiserver on the control-plane hosts",
    }
}

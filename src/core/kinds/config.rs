//! ConfigMaps, rows of Secrets, and certificate signing requests: configuration without the values that must not stay.

use super::{identities, meta::Meta, pod::slim, sealed::Sealed};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

slim! {
    /// A ConfigMap; values are sealed, but for the few that `KEPT` names.
    struct ConfigMap {
        /// Metadata.
        metadata: Meta,
        /// Values.
        data: BTreeMap<String, Sealed>,
        /// Keys of binary values with their encoded length.
        binary_data: BTreeMap<String, Sealed>,
    }

    /// A row of the Table in which Secrets are listed: nothing of its values ever crosses the wire.
    struct SecretRow {
        /// Name, namespace, labels and age only; annotations are dropped on arrival.
        metadata: Meta,
        /// Type.
        r#type: String,
        /// Number of keys.
        keys: u32,
    }

    /// A certificate signing request.
    struct CertificateRequest {
        /// Metadata.
        metadata: Meta,
        /// Spec.
        spec: CertificateRequestSpec,
        /// Status.
        status: CertificateRequestStatus,
    }

    /// What was asked.
    struct CertificateRequestSpec {
        /// The request, PEM in base64. A request holds a public key only.
        request: String,
        /// Who signs.
        signer_name: String,
        /// Who asked.
        username: String,
        /// Groups of who asked.
        groups: Vec<String>,
        /// Wanted lifetime.
        expiration_seconds: Option<i64>,
        /// Wanted usages.
        usages: Vec<String>,
    }

    /// What came of it.
    struct CertificateRequestStatus {
        /// Conditions: `Approved`, `Denied`, `Failed`.
        conditions: Vec<super::node::Condition>,
        /// The certificate, PEM in base64.
        certificate: String,
    }
}

/// Keys of ConfigMaps whose text checks read, by glob: namespace, name, keys. They hold settings of components and public certificates.
/// Values in which a detector finds something are sealed all the same. Of `kube-system/aws-auth` the mapped identities are kept, see `identities`.
const KEPT: &[(&str, &str, &[&str])] = &[
    ("kube-system", "kubeadm-config", &["ClusterConfiguration", "ClusterStatus", "InitConfiguration"]),
    ("kube-system", "kubelet-config*", &["kubelet"]),
    ("kube-system", "kube-proxy", &["config.conf"]),
    ("kube-system", "extension-apiserver-authentication", &["client-ca-file", "requestheader-*"]),
    ("*", "cilium-config", &["*"]),
    ("kube-system", "amazon-vpc-cni", &["*"]),
    ("kube-public", "cluster-info", &["kubeconfig"]),
    ("*", "kube-root-ca.crt", CERTIFICATES),
    ("*", "*ca-bundle*", CERTIFICATES),
    ("*", "openshift-service-ca.crt", CERTIFICATES),
];

/// Keys under which certificates are kept, and nothing but these: a text that begins otherwise is none, whatever it is called.
const CERTIFICATES: &[&str] = &["*.crt", "*.pem", "*.cer", "*ca-bundle*", "ca"];

impl ConfigMap {
    pub(super) fn seal(&mut self) {
        use crate::model::text::glob;
        let kept: Vec<&[&str]> = KEPT
            .iter()
            .filter(|(namespace, name, _)| glob(namespace, &self.metadata.namespace) && glob(name, &self.metadata.name))
            .map(|(_, _, keys)| *keys)
            .collect();
        let identities = self.metadata.namespace == "kube-system" && self.metadata.name == "aws-auth";
        for (key, value) in &mut self.data {
            // Of this one only who is mapped stays, in place of its text.
            let mapped = value
                .peek()
                .filter(|_| identities && identities::KEYS.contains(&key.as_str()))
                .and_then(|text| identities::kept(key, text));
            let certificate = || {
                value
                    .peek()
                    .is_some_and(|text| text.trim_start().starts_with("-----BEGIN CERTIFICATE") || text.trim_start().starts_with('#'))
            };
            let keep = kept.iter().any(|keys| keys.iter().any(|pattern| glob(pattern, key)) && (*keys != CERTIFICATES || certificate()));
            value.seal(keep);
            if value.detections.is_empty() && mapped.is_some() {
                value.kept = mapped;
            }
        }
        self.binary_data.values_mut().for_each(|value| value.seal(false));
    }
}

//! ConfigMaps, rows of Secrets, and certificate signing requests: configuration without the values that must not stay.

use super::{identities, meta::Meta, pod::slim, sealed::Sealed};
use crate::sensitive::Examiner;
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

/// ConfigMaps whose text checks read: `namespace/name` by glob. They hold settings of components and public certificates.
/// Values in which a detector finds something are sealed all the same. Of `kube-system/aws-auth` the mapped identities are kept, see `identities`.
const KEPT: &[(&str, &str)] = &[
    ("kube-system", "kubeadm-config"),
    ("kube-system", "kubelet-config*"),
    ("kube-system", "kube-proxy"),
    ("kube-system", "extension-apiserver-authentication"),
    ("*", "cilium-config"),
    ("kube-system", "amazon-vpc-cni"),
    ("kube-public", "cluster-info"),
    ("*", "kube-root-ca.crt"),
    ("*", "*ca-bundle*"),
    ("*", "openshift-service-ca.crt"),
];

impl ConfigMap {
    pub(super) fn seal(&mut self, examiner: &mut Examiner) -> usize {
        use crate::model::text::glob;
        let kept = KEPT.iter().any(|(namespace, name)| glob(namespace, &self.metadata.namespace) && glob(name, &self.metadata.name));
        let identities = self.metadata.namespace == "kube-system" && self.metadata.name == "aws-auth";
        let mut redacted = 0;
        for (key, value) in &mut self.data {
            // Of this one only who is mapped stays, in place of its text.
            let mapped = value
                .peek()
                .filter(|_| identities && identities::KEYS.contains(&key.as_str()))
                .and_then(|text| identities::kept(key, text));
            redacted += value.seal(key, kept, examiner);
            if value.detections.is_empty() && mapped.is_some() {
                value.kept = mapped;
            }
        }
        redacted += self.binary_data.iter_mut().map(|(key, value)| value.seal(key, false, examiner)).sum::<usize>();
        redacted
    }
}

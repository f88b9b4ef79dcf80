//! ConfigMaps, rows of Secrets, and certificate signing requests: configuration without the values that must not stay.

use super::{identities, kubeadm, meta::Meta, sealed::Sealed, slim::slim, thinned};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;

slim! {
    /// A ConfigMap; values are sealed, but for what `KEPT` names of them.
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

    /// A ClusterTrustBundle.
    struct TrustBundle {
        /// Metadata.
        metadata: Meta,
        /// Spec.
        spec: TrustBundleSpec,
    }

    /// Whom pods are to trust.
    struct TrustBundleSpec {
        /// The signer that it belongs to, "" where it belongs to none.
        signer_name: String,
        /// The authorities, PEM; what stands between them is not kept.
        #[serde(deserialize_with = "certificates")]
        trust_bundle: String,
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

/// Certificates without what stands between them.
fn certificates<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?.unwrap_or_default();
    Ok(thinned::certificates(&text).unwrap_or_default())
}

/// What is kept of a value.
#[derive(Clone, Copy)]
enum Keep {
    /// The word, where it is one by which settings are switched on and off.
    Word,
    /// The words by which protocols of TLS are named, where it holds nothing else.
    Protocols,
    /// Names and patterns of names, where it holds nothing else.
    Names,
    /// The certificates in it.
    Certificates,
    /// The settings of a TOML document at these paths.
    Toml(&'static [&'static str]),
    /// The settings of a YAML document at these paths.
    Settings(&'static [&'static str]),
}

/// The values of ConfigMaps that checks read: namespace, name, keys, each by glob, and what is kept of them; every other value is sealed.
/// Values in which a detector finds something are sealed all the same. Of `kube-system/aws-auth` the mapped identities are kept, see `identities`; of
/// `kube-system/kubeadm-config` the flags with which it starts the control plane, see `kubeadm`.
const KEPT: &[(&str, &str, &[&str], Keep)] = &[
    ("kube-system", "kubelet-config*", &["kubelet"], Keep::Settings(KUBELET)),
    ("kube-system", "extension-apiserver-authentication", &["client-ca-file", "requestheader-client-ca-file"], Keep::Certificates),
    ("*", "cilium-config", CILIUM, Keep::Word),
    ("kube-system", "amazon-vpc-cni", &["enable-network-policy-controller"], Keep::Word),
    ("*", "*", &["force-ssl-redirect", "redirect-to-https", "ssl-redirect"], Keep::Word),
    ("*", "*", &["ssl-options", "ssl-protocols"], Keep::Protocols),
    ("*", "contour", &["contour.yaml"], Keep::Settings(&["tls.minimum-protocol-version"])),
    ("*", "*", &["dragent.yaml"], Keep::Settings(&["security.enabled", "feature.mode"])),
    ("kube-system", "container-azm-ms-agentconfig", &["log-data-collection-settings"], Keep::Toml(AZURE)),
    // Meshes, operators and people give the authorities that they trust names of their own.
    ("*", "*", CERTIFICATES, Keep::Certificates),
    ("*", "kyverno", KYVERNO, Keep::Names),
    ("*", "config-policy-controller", &["no-match-policy", "fail-on-empty-authorities"], Keep::Names),
];

/// What Kyverno leaves out.
const KYVERNO: &[&str] =
    &["resourceFilters", "excludeGroups", "excludeUsernames", "excludeRoles", "excludeClusterRoles", "defaultRegistry"];

/// Keys under which certificates are kept.
const CERTIFICATES: &[&str] = &["*.crt", "*.pem", "*.cer", "*ca-bundle*", "ca"];

/// Whether a text names protocols of TLS and nothing else: `TLSv1.2 TLSv1.3`, `no-sslv3 no-tlsv10`.
fn is_protocols(text: &str) -> bool {
    const OPTIONS: &[&str] =
        &["ssl-min-ver", "ssl-max-ver", "no-tls-tickets", "no-tlsv10", "no-tlsv11", "no-tlsv12", "no-tlsv13", "no-sslv3"];
    const FORCED: &[&str] = &["force-sslv3", "force-tlsv10", "force-tlsv11", "force-tlsv12", "force-tlsv13"];
    const VERSIONS: &[&str] = &["SSLv2", "SSLv3", "TLSv1", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"];
    let known = |word: &str| [OPTIONS, FORCED, VERSIONS].iter().any(|words| words.iter().any(|known| known.eq_ignore_ascii_case(word)));
    text.split([' ', ',']).map(str::trim).filter(|word| !word.is_empty()).all(known)
}

/// Which output of containers Azure's agent collects, and of which namespaces it does not.
const AZURE: &[&str] = &[
    "log_collection_settings.stdout.enabled",
    "log_collection_settings.stdout.exclude_namespaces",
    "log_collection_settings.stderr.enabled",
    "log_collection_settings.stderr.exclude_namespaces",
];

/// Switches of Cilium: what it encrypts, and which policies it carries out.
const CILIUM: &[&str] = &["enable-ipsec", "enable-k8s-networkpolicy", "enable-policy", "enable-wireguard", "policy-audit-mode"];

/// Settings of the kubelet that checks read.
pub const KUBELET: &[&str] = &[
    "apiVersion",
    "kind",
    "authentication.anonymous.enabled",
    "authentication.webhook.enabled",
    "authorization.mode",
    "readOnlyPort",
    "tlsMinVersion",
    "tlsCipherSuites",
    "podPidsLimit",
    "rotateCertificates",
    "serverTLSBootstrap",
];

/// Whether anything is kept of a value.
#[must_use]
pub fn is_kept(namespace: &str, name: &str, key: &str) -> bool {
    keep(namespace, name, key).is_some()
}

fn keep(namespace: &str, name: &str, key: &str) -> Option<Keep> {
    use crate::model::text::glob;
    let fits =
        |row: &&(&str, &str, &[&str], Keep)| glob(row.0, namespace) && glob(row.1, name) && row.2.iter().any(|pattern| glob(pattern, key));
    KEPT.iter().find(fits).map(|(_, _, _, keep)| *keep)
}

impl Keep {
    fn of(self, text: &str) -> Option<String> {
        match self {
            Self::Word => super::settings::is_word(text).then(|| text.to_owned()),
            Self::Names => text.chars().all(|c| c.is_ascii_alphanumeric() || " \n\t[]*?,/:._!-".contains(c)).then(|| text.to_owned()),
            Self::Protocols => is_protocols(text).then(|| text.to_owned()),
            Self::Certificates => thinned::certificates(text),
            Self::Toml(paths) => Some(thinned::toml_settings(text, paths)),
            Self::Settings(paths) => Some(thinned::settings(text, paths)),
        }
    }
}

impl ConfigMap {
    /// Seals the values, and keeps of them what the table says. What was thinned before stays as it is.
    pub(super) fn seal(&mut self) {
        let (namespace, name) = (&self.metadata.namespace, &self.metadata.name);
        let identities = namespace == "kube-system" && name == "aws-auth";
        let kubeadm = kubeadm::is(namespace, name);
        for (key, value) in &mut self.data {
            if kubeadm && key == kubeadm::KEY {
                value.thin(kubeadm::kept);
            } else if !(identities && identities::KEYS.contains(&key.as_str())) {
                let keep = keep(namespace, name, key);
                value.thin(|text| keep?.of(text));
            } else if value.peek().is_some() {
                // Of this one only who is mapped stays, in place of its text.
                value.thin(|text| identities::kept(key, text));
            }
        }
        self.binary_data.values_mut().for_each(|value| value.thin(|_| None));
    }
}

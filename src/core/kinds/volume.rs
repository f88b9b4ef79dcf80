//! Volumes of a pod, in the API's own shape: a field names the source, and what checks read stands below it.

use super::lenient::Scalar;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value, json};
use std::fmt;

/// A volume: its name, its source's name in the API (`hostPath`, `projected`…), and the details that checks read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Volume {
    /// Name.
    pub name: String,
    /// Names of the sources that are set; empty for a volume with a name only, which the API makes an emptyDir.
    pub sources: Vec<String>,
    /// Path on the node, for hostPath.
    pub host_path: Option<String>,
    /// Secret, for secret volumes.
    pub secret: Option<String>,
    /// ConfigMap, for configMap volumes.
    pub config_map: Option<String>,
    /// Claim, for persistentVolumeClaim volumes.
    pub claim: Option<String>,
    /// CSI driver.
    pub csi_driver: Option<String>,
    /// Reference of the image, for image volumes.
    pub image: Option<String>,
    /// Seconds of each projected service account token.
    pub token_seconds: Vec<i64>,
    /// ConfigMaps and Secrets in a projected volume, as `ConfigMap/name`.
    pub projected: Vec<String>,
    /// Certificates in a projected volume that the kubelet fetches for the pod, each with its key (`podCertificate`, Kubernetes 1.37).
    pub certificates: Vec<PodCertificate>,
    /// Bundles of authorities in a projected volume (`clusterTrustBundle`).
    pub bundles: Vec<TrustSource>,
}

/// A certificate that the kubelet fetches for a pod, and renews.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PodCertificate {
    /// Who signs it.
    pub signer_name: String,
    /// How long it may hold, in seconds; a day where nothing is said (API default).
    #[serde(rename = "maxExpirationSeconds")]
    pub seconds: i64,
}

/// Which bundles of authorities a pod is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct TrustSource {
    /// One bundle by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Else all of this signer that the labels choose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer_name: Option<String>,
    /// Labels of those, a label selector as the API writes it; without any none, with an empty one all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label_selector: Option<Value>,
    /// Whether the pod starts without it too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optional: Option<bool>,
}

/// Seconds of a day, where nothing is said.
const DAY: i64 = 86_400;

impl Volume {
    /// The source, by the API's name; a volume with a name only is an emptyDir (API defaulting).
    #[must_use]
    pub fn source(&self) -> &str {
        self.sources.first().map_or("emptyDir", String::as_str)
    }
}

/// A volume's sources as the API writes them, as far as checks read into them.
#[derive(Default)]
struct Sources(Volume);

/// What stands below the name of a source.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Source {
    path: Option<Scalar>,
    secret_name: Option<Scalar>,
    name: Option<Scalar>,
    claim_name: Option<Scalar>,
    driver: Option<Scalar>,
    reference: Option<Scalar>,
    sources: Option<Vec<Projection>>,
}

/// One source of a projected volume.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Projection {
    service_account_token: Option<TokenProjection>,
    config_map: Option<NamedSource>,
    secret: Option<NamedSource>,
    pod_certificate: Option<PodCertificate>,
    cluster_trust_bundle: Option<TrustSource>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct TokenProjection {
    expiration_seconds: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct NamedSource {
    name: Option<Scalar>,
}

impl<'de> Deserialize<'de> for Volume {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Sources::default())
    }
}

impl<'de> Visitor<'de> for Sources {
    type Value = Volume;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a volume")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Volume, A::Error> {
        let Self(mut volume) = self;
        let text = |value: Option<Scalar>| value.map(|text| text.0);
        while let Some(field) = map.next_key::<String>()? {
            if field == "name" {
                volume.name = text(map.next_value()?).unwrap_or_default();
                continue;
            }
            let read =
                matches!(field.as_str(), "hostPath" | "secret" | "configMap" | "persistentVolumeClaim" | "csi" | "projected" | "image");
            if !read {
                if map.next_value::<Option<IgnoredAny>>()?.is_some() {
                    volume.sources.push(field);
                }
                continue;
            }
            let Some(source) = map.next_value::<Option<Source>>()? else { continue };
            match field.as_str() {
                "hostPath" => volume.host_path = Some(text(source.path).unwrap_or_default()),
                "secret" => volume.secret = text(source.secret_name),
                "configMap" => volume.config_map = text(source.name),
                "persistentVolumeClaim" => volume.claim = text(source.claim_name),
                "csi" => volume.csi_driver = text(source.driver),
                "image" => volume.image = text(source.reference),
                _ => volume.project(source.sources.unwrap_or_default()),
            }
            volume.sources.push(field);
        }
        volume.sources.sort_unstable();
        Ok(volume)
    }
}

impl Volume {
    fn project(&mut self, sources: Vec<Projection>) {
        for source in sources {
            if let Some(token) = source.service_account_token {
                // An hour is the API's default.
                self.token_seconds.push(token.expiration_seconds.unwrap_or(3600));
            }
            // A certificate that says nothing of its life has the API's default.
            self.certificates.extend(
                source.pod_certificate.map(|own| PodCertificate { seconds: if own.seconds > 0 { own.seconds } else { DAY }, ..own }),
            );
            self.bundles.extend(source.cluster_trust_bundle);
            for (named, kind) in [(source.config_map, "ConfigMap"), (source.secret, "Secret")] {
                if let Some(name) = named.and_then(|source| source.name) {
                    self.projected.push(format!("{kind}/{}", name.0));
                }
            }
        }
    }
}

impl Serialize for Volume {
    /// The API's own shape, so that a snapshot parses as the API's answer does and findings can show the lines.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = Map::new();
        map.insert("name".into(), Value::String(self.name.clone()));
        for source in &self.sources {
            let body = match source.as_str() {
                "hostPath" => json!({"path": self.host_path}),
                "secret" => json!({"secretName": self.secret}),
                "configMap" => json!({"name": self.config_map}),
                "persistentVolumeClaim" => json!({"claimName": self.claim}),
                "csi" => json!({"driver": self.csi_driver}),
                "image" => json!({"reference": self.image}),
                "projected" => {
                    let tokens = self.token_seconds.iter().map(|s| json!({"serviceAccountToken": {"expirationSeconds": s}}));
                    let others = self.projected.iter().filter_map(|entry| {
                        let (kind, name) = entry.split_once('/')?;
                        Some(if kind == "Secret" { json!({"secret": {"name": name}}) } else { json!({"configMap": {"name": name}}) })
                    });
                    let certificates = self.certificates.iter().map(|own| json!({"podCertificate": own}));
                    let bundles = self.bundles.iter().map(|own| json!({"clusterTrustBundle": own}));
                    json!({"sources": tokens.chain(others).chain(certificates).chain(bundles).collect::<Vec<_>>()})
                }
                _ => json!({}),
            };
            map.insert(source.clone(), body);
        }
        map.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_read_as_the_api_and_manifests_write_them() {
        let text = r#"[{"name": "plain"}, {"name": "host", "hostPath": {"path": "/var/run", "type": "Directory"}}, {"name": 5, "secret": {"secretName": 7}},
            {"name": "old", "rbd": {"image": "i"}, "nfs": null}, {"name": "both", "emptyDir": {}, "csi": {"driver": "d"}},
            {"name": "token", "projected": {"sources": [{"serviceAccountToken": {"path": "token"}}, {"serviceAccountToken": {"expirationSeconds": 600}},
            {"configMap": {"name": "root-ca"}}, {"secret": {"name": "s"}}, {"downwardAPI": {"items": []}}]}},
            {"name": "own", "projected": {"sources": [{"podCertificate": {"signerName": "acme.example/pods", "keyType": "ED25519", "credentialBundlePath": "b"}},
            {"podCertificate": {"signerName": "acme.example/long", "maxExpirationSeconds": 2592000, "userAnnotations": {"acme.example/note": "MARKER"}}},
            {"clusterTrustBundle": {"signerName": "acme.example/pods", "labelSelector": {}, "path": "ca"}}, {"clusterTrustBundle": {"name": "roots", "optional": true}}]}},
            {"name": "model", "image": {"reference": "registry.acme.example/models/risk:7", "pullPolicy": "Always"}}]"#;
        let volumes: Vec<Volume> = serde_json::from_str(text).unwrap_or_default();
        let names: Vec<(&str, &str)> = volumes.iter().map(|v| (v.name.as_str(), v.source())).collect();
        let wanted = [
            ("plain", "emptyDir"),
            ("host", "hostPath"),
            ("5", "secret"),
            ("old", "rbd"),
            ("both", "csi"),
            ("token", "projected"),
            ("own", "projected"),
            ("model", "image"),
        ];
        assert_eq!(names, wanted);
        assert_eq!(volumes[1].host_path.as_deref(), Some("/var/run"));
        assert_eq!(volumes[2].secret.as_deref(), Some("7"));
        assert_eq!((volumes[4].csi_driver.as_deref(), volumes[4].sources.len()), (Some("d"), 2));
        assert_eq!(volumes[5].token_seconds, [3600, 600]);
        assert_eq!(volumes[5].projected, ["ConfigMap/root-ca", "Secret/s"]);
        let own: Vec<(&str, i64)> = volumes[6].certificates.iter().map(|c| (c.signer_name.as_str(), c.seconds)).collect();
        assert_eq!(own, [("acme.example/pods", DAY), ("acme.example/long", 30 * DAY)]);
        let [by_signer, by_name] = &volumes[6].bundles[..] else { panic!("two bundles") };
        assert_eq!((by_signer.signer_name.as_deref(), by_signer.label_selector.is_some()), (Some("acme.example/pods"), true));
        assert_eq!((by_name.name.as_deref(), by_name.optional, &by_name.label_selector), (Some("roots"), Some(true), &None));
        assert!(!serde_json::to_string(&volumes).unwrap_or_default().contains("MARKER"));
        assert_eq!(volumes[7].image.as_deref(), Some("registry.acme.example/models/risk:7"));
        // A snapshot keeps all of it.
        let again: Vec<Volume> = serde_json::to_string(&volumes).ok().and_then(|t| serde_json::from_str(&t).ok()).unwrap_or_default();
        assert_eq!(again, volumes);
    }
}

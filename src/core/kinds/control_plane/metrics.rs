//! What an API server counts about its own settings, from the text that it serves at `/metrics`. Of thousands of lines those of a few metrics are kept, in
//! rows of their own. A counter begins at zero when the server starts: zero is “not seen”, and never “off”.
//!
//! | metric | since | what it shows |
//! | --- | --- | --- |
//! | `apiserver_storage_transformation_operations_total` | 1.13, its resource 1.29 | with which provider objects were written to the database, and read from it |
//! | `apiserver_authorization_decisions_total` | 1.29 | which authorizer allowed or denied |
//! | `apiserver_admission_controller_admission_duration_seconds` | 1.9 | which admission plugins ran |
//! | `apiserver_audit_event_total`, `…_error_total` | 1.8 | events that were sent to a backend, and that a backend lost |
//! | `kubernetes_feature_enabled` | 1.26 | which feature gates are on |
//! | `apiserver_client_certificate_expiration_seconds` | 1.7 | how long the client certificates that logged in were still valid |
//! | `serviceaccount_legacy_…_total` | 1.21 | use of tokens that do not expire |
//! | `apiserver_…_config_controller_last_config_info` | 1.34 | SHA-256 of the files behind `--authentication-config`, `--authorization-config`, `--encryption-provider-config` |
//! | `apiserver_manifest_admission_config_controller_last_config_info` | 1.36 | plugins that took policies or webhooks from a folder of the server |

use super::super::deprecated::DeprecatedRequests;
use super::exposition::Sample;
use super::kept_words;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Feature gates that checks ask for.
const FEATURES: &[&str] = &["AuthorizePodWebsocketUpgradeCreatePermission", "ManifestBasedAdmissionControlConfig", "PodSecurity"];

/// Providers of encryption, by the prefix that they write before a value. Behind it stands the name of a key, which people choose.
const PROVIDERS: &[&str] =
    &["k8s:enc:aescbc:v1", "k8s:enc:aesgcm:v1", "k8s:enc:kms:v1", "k8s:enc:kms:v2", "k8s:enc:secretbox:v1", "identity"];

/// Admission plugins that may be given a folder with static manifests.
const MANIFESTS: &[&str] =
    &["MutatingAdmissionPolicy", "MutatingAdmissionWebhook", "ValidatingAdmissionPolicy", "ValidatingAdmissionWebhook"];

/// Most rows of one kind. A server has few; what has more is none, or shows something else.
const MOST: usize = 500;

/// What one server counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServerMetrics {
    /// Why the text was not read to its end; "" where it was. What is not here may then stand in the rest.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub cut: String,
    /// How objects were written to the database and read from it. Without any configuration of encryption there are no rows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transformed: Vec<Transformed>,
    /// Who allowed and denied requests.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decided: Vec<Decided>,
    /// Admission plugins that ran, and how often.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub admitted: BTreeMap<String, u64>,
    /// Events that were handed to a backend of the audit log. It counts only where there are a policy and a backend.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audit_events: Option<u64>,
    /// Events that a backend lost, by backend.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub audit_errors: BTreeMap<String, u64>,
    /// Feature gates that checks ask for, and whether they are on.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub features: BTreeMap<String, bool>,
    /// Requests by client certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificates: Option<u64>,
    /// Those of them whose certificate was valid for no longer than so many seconds.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub certificates_within: BTreeMap<u64, u64>,
    /// Use of tokens that do not expire: `used` in all, `by_hand` those that somebody made, `automatic` those that were made for every account, and
    /// `invalid` those that were refused because nobody had used them for long.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub legacy_tokens: BTreeMap<String, u64>,
    /// SHA-256 of the files that the server took its settings from: `authentication`, `authorization`, `encryption`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub configurations: BTreeMap<String, String>,
    /// Admission plugins that took policies or webhooks from a folder of the server (static manifests, on by itself since 1.37). No list shows these.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub static_manifests: BTreeSet<String>,
}

/// How often objects of a resource were written, or read, in one way.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Transformed {
    /// Resource with its group: `secrets`, `deployments.apps`; "" where the server does not tell.
    pub resource: String,
    /// Whether they were written; else read.
    pub written: bool,
    /// Provider: `k8s:enc:kms:v2`; `identity` is without encryption.
    pub provider: String,
    /// How often.
    pub count: u64,
}

/// How often an authorizer decided.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct Decided {
    /// Its type: `RBAC`, `Node`, `Webhook`, `ABAC`, `AlwaysAllow`.
    pub r#type: String,
    /// Its name.
    pub name: String,
    /// `allowed`, `denied`.
    pub decision: String,
    /// How often.
    pub count: u64,
}

impl ServerMetrics {
    /// How often objects of a resource were written, or read, with each provider.
    pub fn providers<'a>(&'a self, resource: &'a str, written: bool) -> impl Iterator<Item = &'a Transformed> {
        self.transformed.iter().filter(move |row| row.resource == resource && row.written == written)
    }

    /// How often an authorizer of a type decided.
    #[must_use]
    pub fn decisions(&self, r#type: &str) -> u64 {
        self.decided.iter().filter(|row| row.r#type == r#type).map(|row| row.count).sum()
    }
}

/// Reads metrics line by line, so that the text need never be here as a whole.
#[derive(Debug, Default)]
pub struct MetricsReader {
    metrics: ServerMetrics,
    deprecated: DeprecatedRequests,
    started: Option<Timestamp>,
    any: bool,
}

/// What was read of a server's metrics.
#[derive(Debug)]
pub struct MetricsRead {
    /// When the server was started.
    pub started: Option<Timestamp>,
    /// What it counted.
    pub metrics: ServerMetrics,
    /// Requests for deprecated APIs.
    pub deprecated: DeprecatedRequests,
}

impl MetricsReader {
    /// Takes the next line.
    pub fn line(&mut self, line: &str) {
        let line = line.trim_start();
        self.any |= line.starts_with("apiserver_");
        self.deprecated.take(line);
        let ours = ["apiserver_", "kubernetes_feature", "serviceaccount_", "process_start"].iter().any(|start| line.starts_with(start));
        // Most lines are buckets of how long requests took.
        if !ours || line.starts_with("apiserver_request_") {
            return;
        }
        let Some(sample) = Sample::of(line) else { return };
        self.sample(&sample);
    }

    fn sample(&mut self, sample: &Sample<'_>) {
        let metrics = &mut self.metrics;
        let count = sample.count().unwrap_or_default();
        match sample.name {
            "process_start_time_seconds" => {
                self.started = sample.count().and_then(|second| Timestamp::from_second(i64::try_from(second).ok()?).ok());
            }
            "apiserver_audit_event_total" => metrics.audit_events = sample.count(),
            "apiserver_client_certificate_expiration_seconds_count" => metrics.certificates = sample.count(),
            "kubernetes_feature_enabled" => {
                if let Some(name) = FEATURES.iter().find(|name| **name == sample.label("name"))
                    && let Some(on @ (0 | 1)) = sample.count()
                {
                    metrics.features.insert((*name).to_owned(), on == 1);
                }
            }
            "apiserver_manifest_admission_config_controller_last_config_info" => {
                let plugin = MANIFESTS.iter().find(|plugin| **plugin == sample.label("plugin"));
                metrics.static_manifests.extend(plugin.filter(|_| !sample.label("hash").is_empty()).map(|plugin| (*plugin).to_owned()));
            }
            name if name.ends_with("_config_controller_last_config_info") => {
                let what = ["authentication", "authorization", "encryption"]
                    .into_iter()
                    .find(|what| name[..].starts_with(&format!("apiserver_{what}_")));
                let hash = sample
                    .label("hash")
                    .strip_prefix("sha256:")
                    .filter(|hash| hash.len() == 64 && hash.chars().all(|c| c.is_ascii_hexdigit()));
                if let (Some(what), Some(hash)) = (what, hash) {
                    metrics.configurations.insert(what.to_owned(), hash.to_ascii_lowercase());
                }
            }
            // What never happened is not seen, and no row.
            _ if count == 0 => {}
            "apiserver_storage_transformation_operations_total" => transformed(&mut metrics.transformed, sample, count),
            "apiserver_authorization_decisions_total" => {
                let word = |name: &str| kept_words(sample.label(name));
                let row = Decided { r#type: word("type"), name: word("name"), decision: word("decision"), count };
                if metrics.decided.len() < MOST {
                    metrics.decided.push(row);
                }
            }
            "apiserver_admission_controller_admission_duration_seconds_count" => add(&mut metrics.admitted, sample.label("name"), count),
            "apiserver_audit_error_total" => add(&mut metrics.audit_errors, sample.label("plugin"), count),
            "serviceaccount_legacy_tokens_total" => add(&mut metrics.legacy_tokens, "used", count),
            "serviceaccount_legacy_manual_token_uses_total" => add(&mut metrics.legacy_tokens, "by_hand", count),
            "serviceaccount_legacy_auto_token_uses_total" => add(&mut metrics.legacy_tokens, "automatic", count),
            "serviceaccount_invalid_legacy_auto_token_uses_total" => add(&mut metrics.legacy_tokens, "invalid", count),
            "apiserver_client_certificate_expiration_seconds_bucket" => {
                if let Some(seconds) = sample.label("le").parse::<f64>().ok().filter(|le| le.is_finite() && *le >= 0.0)
                    && let Ok(seconds) = format!("{seconds:.0}").parse()
                {
                    metrics.certificates_within.insert(seconds, count);
                }
            }
            _ => {}
        }
    }

    /// What was read; `cut` says why the text was not read to its end, "" where it was.
    ///
    /// # Errors
    /// Where the text holds no metrics of an API server.
    pub fn finish(mut self, cut: &str) -> Result<MetricsRead, String> {
        if !self.any {
            return Err(if cut.is_empty() { "the answer holds no metrics of an API server".to_owned() } else { cut.to_owned() });
        }
        self.metrics.transformed.sort();
        self.metrics.decided.sort();
        cut.clone_into(&mut self.metrics.cut);
        Ok(MetricsRead { started: self.started, deprecated: self.deprecated.finish(cut), metrics: self.metrics })
    }
}

/// Adds to a counter under a name that is one of a program's own parts.
fn add(counts: &mut BTreeMap<String, u64>, name: &str, count: u64) {
    let plain = !name.is_empty() && name.len() <= 100 && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if plain && (counts.len() < MOST || counts.contains_key(name)) {
        let sum = counts.entry(name.to_owned()).or_default();
        *sum = sum.saturating_add(count);
    }
}

/// A row of how objects were written or read. A provider that wraps others counts under each of their prefixes, and under the names of their keys, which
/// are not kept.
fn transformed(rows: &mut Vec<Transformed>, sample: &Sample<'_>, count: u64) {
    // What leaves a value as it is writes no prefix before it, and counts by none; what it reads it counts as `identity`.
    let prefix = Some(sample.label("transformer_prefix")).filter(|prefix| !prefix.is_empty()).unwrap_or("identity");
    let provider =
        PROVIDERS.iter().find(|provider| prefix.strip_prefix(**provider).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')));
    let written = match sample.label("transformation_type") {
        "to_storage" => true,
        "from_storage" => false,
        _ => return,
    };
    let resource = sample.label("resource");
    let plain = resource.len() <= 253 && resource.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.'));
    let Some(provider) = provider.filter(|_| plain && sample.label("status") == "OK") else { return };
    if let Some(row) = rows.iter_mut().find(|row| row.resource == resource && row.written == written && row.provider == **provider) {
        row.count = row.count.saturating_add(count);
    } else if rows.len() < MOST {
        rows.push(Transformed { resource: resource.to_owned(), written, provider: (*provider).to_owned(), count });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, cut: &str) -> Result<MetricsRead, String> {
        let mut reader = MetricsReader::default();
        text.lines().for_each(|line| reader.line(line));
        reader.finish(cut)
    }

    const TEXT: &str = r#"# HELP apiserver_audit_event_total [ALPHA] Counter of audit events generated and sent to the audit backend.
apiserver_admission_controller_admission_duration_seconds_bucket{name="PodSecurity",operation="CREATE",rejected="false",type="validate",le="0.005"} 254
apiserver_admission_controller_admission_duration_seconds_count{name="PodSecurity",operation="CREATE",rejected="false",type="validate"} 254
apiserver_admission_controller_admission_duration_seconds_count{name="PodSecurity",operation="UPDATE",rejected="false",type="validate"} 6
apiserver_admission_controller_admission_duration_seconds_count{name="ImagePolicyWebhook",operation="CREATE",rejected="false",type="validate"} 0
apiserver_audit_event_total 17
apiserver_audit_error_total{plugin="webhook"} 3
apiserver_authentication_config_controller_last_config_info{apiserver_id_hash="sha256:7",hash="sha256:DD5b559d706deb778731d37d4791fb902083f998228b7cdae55531c42cef527e"} 1
apiserver_authorization_config_controller_last_config_info{apiserver_id_hash="sha256:7",hash="MARKER"} 1
apiserver_authorization_decisions_total{decision="allowed",name="rbac",type="RBAC"} 265
apiserver_authorization_decisions_total{decision="denied",name="token=MARKER-9s8d7f",type="Webhook"} 2
apiserver_client_certificate_expiration_seconds_bucket{le="2.592e+06"} 4
apiserver_client_certificate_expiration_seconds_bucket{le="+Inf"} 252
apiserver_client_certificate_expiration_seconds_count 252
apiserver_requested_deprecated_apis{group="policy",removed_release="1.25",resource="poddisruptionbudgets",subresource="",version="v1beta1"} 1
apiserver_storage_transformation_operations_total{resource="secrets",status="OK",transformation_type="from_storage",transformer_prefix="identity"} 9
apiserver_storage_transformation_operations_total{resource="secrets",status="OK",transformation_type="to_storage",transformer_prefix="k8s:enc:aescbc:v1:"} 1
apiserver_storage_transformation_operations_total{resource="secrets",status="OK",transformation_type="to_storage",transformer_prefix=""} 4
apiserver_storage_transformation_operations_total{resource="secrets",status="OK",transformation_type="to_storage",transformer_prefix="MARKER-key:"} 1
apiserver_storage_transformation_operations_total{resource="secrets",status="OK",transformation_type="to_storage",transformer_prefix="k8s:enc:kms:v2:MARKER:"} 2
apiserver_storage_transformation_operations_total{resource="secrets",status="Internal",transformation_type="to_storage",transformer_prefix="k8s:enc:kms:v1:MARKER:"} 5
kubernetes_feature_enabled{name="AuthorizePodWebsocketUpgradeCreatePermission",stage="BETA"} 0
apiserver_manifest_admission_config_controller_last_config_info{apiserver_id_hash="sha256:7",hash="sha256:MARKER",plugin="ValidatingAdmissionPolicy"} 1
apiserver_manifest_admission_config_controller_last_config_info{apiserver_id_hash="sha256:7",hash="sha256:1",plugin="MARKER"} 1
kubernetes_feature_enabled{name="MARKER",stage="BETA"} 1
process_start_time_seconds 1.79606665054e+09
serviceaccount_legacy_tokens_total 5
serviceaccount_legacy_manual_token_uses_total 0
"#;

    #[test]
    fn what_is_counted_is_kept_in_rows() {
        let Ok(read) = read(TEXT, "") else { panic!("it is read") };
        let metrics = &read.metrics;
        let row = |written, provider: &str, count| Transformed { resource: "secrets".into(), written, provider: provider.into(), count };
        assert_eq!(
            metrics.transformed,
            [row(false, "identity", 9), row(true, "identity", 4), row(true, "k8s:enc:aescbc:v1", 1), row(true, "k8s:enc:kms:v2", 2)]
        );
        assert_eq!((metrics.decisions("RBAC"), metrics.decisions("AlwaysAllow")), (265, 0));
        assert_eq!(metrics.admitted, [("PodSecurity".to_owned(), 260)].into());
        assert_eq!((metrics.audit_events, metrics.audit_errors.get("webhook"), metrics.certificates), (Some(17), Some(&3), Some(252)));
        assert_eq!(metrics.certificates_within, [(2_592_000, 4)].into());
        assert_eq!(metrics.features, [("AuthorizePodWebsocketUpgradeCreatePermission".to_owned(), false)].into());
        assert_eq!(metrics.legacy_tokens, [("used".to_owned(), 5)].into());
        assert_eq!(metrics.static_manifests, ["ValidatingAdmissionPolicy".to_owned()].into());
        assert_eq!(metrics.configurations.keys().collect::<Vec<_>>(), ["authentication"]);
        assert!(metrics.configurations["authentication"].starts_with("dd5b"));
        assert_eq!(read.started.map(Timestamp::as_second), Some(1_796_066_650));
        assert_eq!((read.deprecated.unread.as_str(), read.deprecated.apis.len()), ("", 1));
        let text = serde_json::to_string(metrics).unwrap_or_default();
        assert!(!text.contains("MARKER"), "{text}");
        assert_eq!(serde_json::from_str::<ServerMetrics>(&text).ok().as_ref(), Some(metrics));
    }

    #[test]
    fn what_are_no_metrics_says_nothing() {
        for text in ["", "{}", "<html>apiserver_requested", "go_goroutines 7\n"] {
            assert!(read(text, "").is_err(), "{text}");
        }
    }

    #[test]
    fn a_text_that_was_cut_says_so_wherever_it_was_cut() {
        for at in 0..TEXT.len() {
            let Ok(part) = read(&TEXT[..at], "stopped") else { continue };
            assert_eq!((part.metrics.cut.as_str(), part.deprecated.unread.is_empty()), ("stopped", false), "{at}");
        }
    }
}

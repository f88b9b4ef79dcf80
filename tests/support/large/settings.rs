//! What is configured: ConfigMaps, Secrets, quotas, limit ranges, and what tools report of a namespace.

use super::workloads::metadata;
use super::{Large, NOW, digest, namespace};
use kassay_core::model::Kind;
use serde_json::{Value, json};

/// A certificate as it stands in every namespace; its bytes are not one, so that what reads it has a text of real length.
fn certificate() -> String {
    let line = "MIIDBTCCAe2gAwIBAgIIQ7r7m0ZL9zIwDQYJKoZIhvcNAQELBQAwFTETMBEGA1UE\n";
    format!("-----BEGIN CERTIFICATE-----\n{}-----END CERTIFICATE-----\n", line.repeat(16))
}

fn config_map(large: &mut Large, home: &str, name: &str, data: &Value) {
    large.add(
        Kind::ConfigMaps,
        &json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(home, name, &json!({}), 11), "data": data}),
    );
}

fn properties(app: &str, space: usize) -> String {
    let mut text = String::from("# Settings of the application.\nserver.port=8080\nserver.shutdown=graceful\n");
    for number in 0_usize..24 {
        text.push_str(&format!(
            "{app}.feature.{number}.enabled={}\n{app}.feature.{number}.limit={}\n",
            number.is_multiple_of(2),
            number * 37 + space % 7
        ));
    }
    text.push_str(&format!("spring.datasource.url=jdbc:postgresql://db.{}.svc:5432/{app}\nspring.datasource.username={app}\nspring.datasource.password=${{DB_PASSWORD}}\n", namespace(space)));
    if space % 17 == 3 && app == "mail" {
        text.push_str("smtp.password=Tr0ub4dor-and-3-Horses\n");
    }
    text
}

/// Settings of a namespace.
pub(super) fn make(large: &mut Large, space: usize) {
    let home = namespace(space);
    let home = home.as_str();
    config_map(large, home, "kube-root-ca.crt", &json!({"ca.crt": certificate()}));
    for app in ["web", "api", "worker", "ledger", "upload", "mail", "admin", "cron-api"] {
        let logging = format!(
            "<configuration>\n  <appender name=\"out\"><encoder>%d %-5level %logger - %msg%n</encoder></appender>\n  <root level=\"INFO\"><appender-ref ref=\"out\"/></root>\n</configuration>\n<!-- {app} -->\n"
        );
        config_map(
            large,
            home,
            &format!("{app}-settings"),
            &json!({"application.properties": properties(app, space), "logback.xml": logging, "LOG_LEVEL": "info", "REGION": "eu-west-1"}),
        );
    }
    for (name, kind, keys) in [
        ("registry", "kubernetes.io/dockerconfigjson", 1),
        ("web-tls", "kubernetes.io/tls", 2),
        ("api-db", "Opaque", 2),
        ("ledger-db", "Opaque", 2),
        ("mail-relay", "Opaque", 1),
    ] {
        let data: serde_json::Map<String, Value> = (0..keys).map(|n| (format!("key-{n}"), json!("eA=="))).collect();
        large.add(
            Kind::Secrets,
            &json!({"apiVersion": "v1", "kind": "Secret", "type": kind, "metadata": metadata(home, name, &json!({}), space), "data": data}),
        );
    }
    if space % 3 != 1 {
        large.add(Kind::ResourceQuotas, &json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata(home, "quota", &json!({}), space), "spec": {"hard": {"limits.cpu": "40", "limits.memory": "80Gi", "requests.cpu": "20", "requests.memory": "40Gi", "pods": "120"}}}));
        large.add(Kind::LimitRanges, &json!({"apiVersion": "v1", "kind": "LimitRange", "metadata": metadata(home, "defaults", &json!({}), space), "spec": {"limits": [{"type": "Container", "default": {"cpu": "500m", "memory": "256Mi"}, "defaultRequest": {"cpu": "50m", "memory": "64Mi"}}]}}));
    }
    for (index, app) in ["web", "api", "worker", "ledger", "upload", "mail", "admin", "cron-api"].iter().enumerate() {
        let labels = json!({"trivy-operator.resource.kind": "ReplicaSet", "trivy-operator.resource.name": app, "trivy-operator.resource.namespace": home, "trivy-operator.container.name": app});
        let summary = json!({"criticalCount": space % 3, "highCount": index, "mediumCount": 4, "lowCount": 9, "unknownCount": 0});
        large.add(Kind::VulnerabilityReports, &json!({"apiVersion": "aquasecurity.github.io/v1alpha1", "kind": "VulnerabilityReport", "metadata": metadata(home, &format!("replicaset-{app}"), &labels, index), "report": {"updateTimestamp": NOW, "summary": summary, "artifact": {"repository": format!("team/{app}"), "tag": "1.0.0", "digest": digest(space / 3 * 16 + index)}, "registry": {"server": "registry.acme.example"}, "vulnerabilities": []}}));
    }
    let result = |rule: &str, outcome: &str| json!({"policy": "baseline", "rule": rule, "result": outcome, "source": "kyverno", "message": "validation rule", "resources": [{"apiVersion": "apps/v1", "kind": "Deployment", "namespace": home, "name": "web"}]});
    large.add(Kind::PolicyReports, &json!({"apiVersion": "wgpolicyk8s.io/v1alpha2", "kind": "PolicyReport", "metadata": metadata(home, "report", &json!({}), space), "results": [result("privileged", "pass"), result("host-path", if space % 11 == 5 { "fail" } else { "pass" })], "summary": {"pass": 1, "fail": 1, "warn": 0, "error": 0, "skip": 0}}));
    large.add(Kind::Applications, &json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", "metadata": metadata("argocd", home, &json!({}), space), "spec": {"destination": {"namespace": home}, "syncPolicy": {"automated": {"prune": true}}}, "status": {"sync": {"status": if space % 10 == 9 { "OutOfSync" } else { "Synced" }}}}));
    if space.is_multiple_of(2) {
        large.add(Kind::Certificates, &json!({"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": metadata(home, "web", &json!({}), space), "spec": {"secretName": "web-tls"}, "status": {"notBefore": "2026-10-01T00:00:00Z", "notAfter": "2026-12-30T00:00:00Z"}}));
        large.add(Kind::ExternalSecrets, &json!({"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": metadata(home, "api-db", &json!({}), space), "spec": {"refreshInterval": "1h"}, "status": {"refreshTime": NOW, "conditions": [{"type": "Ready", "status": "True", "reason": "SecretSynced"}]}}));
    }
}

//! Tables of what is a credential and what is none. Every secret here is made up, or the published example of its maker.

use super::*;

/// What was found, where, and the form that is told of it.
struct Hit<'a> {
    detector: String,
    masked: String,
    found: &'a str,
}

fn find<'a>(key: &str, value: &'a str) -> Vec<Hit<'a>> {
    let hits = crate::sensitive::hits(key, value, Place::Text, None, 0);
    hits.into_iter().map(|hit| Hit { detector: hit.detection.detector, masked: hit.detection.masked, found: &value[hit.at] }).collect()
}

fn detectors(key: &str, value: &str) -> Vec<String> {
    find(key, value).into_iter().map(|hit| hit.detector).collect()
}

const JWT: &str = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U";

#[test]
fn shapes_are_found_wherever_they_stand() {
    let github = format!("ghp_{}", "a1B2".repeat(9));
    let gitlab = format!("glpat-{}", "a1B2".repeat(5));
    let slack = format!("xoxb-{}", "123456789012-abcdefghijkl");
    let stripe = format!("sk_{}_{}", "live", "4eC39HqLyjWDarjtT1zdp7dc");
    let cases: &[(&str, &str, &str)] = &[
        ("note", "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "pem-private-key"),
        ("note", "-----BEGIN PRIVATE KEY-----\nxxxxxxxx\n-----END OPENSSH PRIVATE KEY-----", "pem-private-key"),
        ("note", "---BEGIN OPENSSH PRIVATE KEY---\nxxxxx\n---END  OPENSSH PRIVATE KEY---", "pem-private-key"),
        ("note", "-----BEGIN PGP PRIVATE KEY BLOCK-----\ncut off", "pem-private-key"),
        ("note", "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFcEFJQkFBS0NBUUVBd", "pem-private-key"),
        ("id", "AKIAIOSFODNN7EXAMPLE", "aws-access-key"),
        ("k", "AIzaSyA-1234567890abcdefghijklmnopqrstu", "gcp-api-key"),
        (
            "c",
            "DefaultEndpointsProtocol=https;AccountName=pay;AccountKey=Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9vYg==;",
            "azure-storage-key",
        ),
        ("c", "https://pay.blob.core.windows.net/c?sv=2024&sig=Zm9vYmFyZm9vYmFyZm9vYmFyZm9vYmFyZm9v%3D", "azure-sas"),
        ("header", JWT, "jwt"),
        ("admin.password.hash", "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy", "password-hash"),
        ("x", &github, "github-token"),
        ("x", &gitlab, "gitlab-token"),
        ("x", &slack, "slack-token"),
        ("x", &stripe, "stripe-key"),
        ("DATABASE_URL", "postgres://pay:s3cr3t@db.pay.svc:5432/pay", "connection-string"),
        ("BROKER", "amqp://user:p%40ss@mq", "connection-string"),
        ("REDIS", "redis://:hunter2@redis:6379/0", "connection-string"),
        ("PROXY", "http://bob:builder@proxy.acme.example:3128", "url-password"),
        (".dockerconfigjson", r#"{"auths":{"r.acme.example":{"auth":"Ym9iOmJ1aWxkZXI="}}}"#, "registry-auth"),
        (
            "key.json",
            r#"{"type": "service_account", "client_email": "a@b", "private_key": "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n"}"#,
            "gcp-service-account",
        ),
        (
            "config",
            "apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers:\n- name: admin\n  user:\n    token: abcdefgh12345678\n",
            "kubeconfig",
        ),
        ("hook", "apiVersion: v1\nkind: Config\nusers:\n- name: a\n  user: {token: abcdef.0123456789abcdef}\n", "kubeconfig"),
        (
            "hook",
            r#"{"kind": "Config", "clusters": [], "users": [{"user": {"username": "x", "password": "zebraQuilt7x9"}}]}"#,
            "kubeconfig",
        ),
        ("hook", r#"{apiVersion: v1, kind: Config, users: [{name: a, user: {client-key-data: "LS0tLS1CRUdJTg=="}}]}"#, "kubeconfig"),
    ];
    for (key, value, detector) in cases {
        assert_eq!(detectors(key, value), [*detector], "{key}={value}");
    }
}

#[test]
fn telling_names_make_credentials() {
    for (key, value) in [
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ("AWS_SECRET_ACCESS_KEY", "xxxxx"),
        ("AZURE_BATCH_KEY", "xxx"),
        ("OCI_CLI_KEY_CONTENT", "xxxxx"),
        ("db_password", "abc123"),
        ("my_password", "abc123"),
        ("PASSWORD", "changeme"),
        ("POSTGRES_PASSWORD", "postgres"),
        ("DB_PASS", "Tr0ub4dor&3"),
        ("clientSecret", "0e3c2b1a-7f55-4a7e-9f8e-2b1c6d5e4f3a"),
        ("APIKey", "A7f9Kq2LmZ81"),
        ("mysqlpassword", "rootroot"),
        ("SECRET_KEY", "django-insecure-8f3kd0"),
        ("COOKIE_HMAC_KEY", "q8Zk3Lw9XvB1nM5t"),
        ("VENDOR_KEY", "q8Zk3Lw9XvB1nM5tYr2P"),
        ("--db-password", "--db-password=hunter22"),
        ("db-password", "hunter22"),
        ("password.txt", "hunter22\n"),
        ("ACCESS_TOKEN", "6f1ed002ab5595859014ebf0951522d9"),
        ("note", "registry.acme.example/ops/db-password:Hunter22x"),
        ("note", "db-password: 1.4.2"),
        ("note", "acme.example/db-password: v1x4-hunter22"),
    ] {
        assert_eq!(detectors(key, value), ["named-credential"], "{key}={value}");
    }
}

#[test]
fn what_only_stands_near_a_secret_is_none() {
    for (key, value) in [
        ("PASSWORD", ""),
        ("PASSWORD", "$(DB_PASSWORD)"),
        ("PASSWORD", "${DB_PASSWORD}"),
        ("PASSWORD", "$DB_PASSWORD"),
        ("password", "{{ .Values.password }}"),
        ("password", "<password>"),
        ("password", "********"),
        ("password", "Password:"),
        ("login.password", "Please enter your password"),
        ("PASSWORD_FILE", "/run/secrets/password"),
        ("DB_PASSWORD", "/run/secrets/db/password"),
        ("DB_PASSWORD", "vault:secret/data/db#password"),
        ("SECRET_NAME", "db-credentials"),
        ("secretName", "shop-tls"),
        ("secret", "grafana-admin-credentials"),
        ("TOKEN_TTL", "3600"),
        ("token", "3600"),
        ("TOKEN_URL", "https://login.acme.example/oauth2/token"),
        ("MAX_TOKENS", "4096"),
        ("automountServiceAccountToken", "false"),
        ("ENABLE_PASSWORD_AUTH", "true"),
        ("PASSWORD_POLICY", "strong"),
        ("API_KEY", "none"),
        ("private_key", "tls.key"),
        ("PUBLIC_KEY", "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEJ8zRk3Lw9XvB1nM5tYr2P"),
        ("PWD", "/home/app"),
        ("CACHE_KEY", "users-by-country"),
        ("USER_ID", "6f1ed002-ab55-9585-9014-ebf0951522d9"),
        ("image", "registry.acme.example/pay@sha256:6f1ed002ab5595859014ebf0951522d94a0f9e2bb0a7a6a3f5d2c7e4b1a09876"),
        ("image", "ghcr.io/external-secrets/external-secrets:v2.1.0"),
        ("image", "registry.acme.example/ops/rotate-password:1.4.2-rc.1"),
        ("args", "--image=registry.acme.example/session-token:3.4.1-alpine3.19"),
        ("message", "This is a test"),
        ("db_user", "postgres"),
        ("DATABASE_URL", "postgres://pay@db.pay.svc:5432/pay"),
        ("DATABASE_URL", "postgres://pay:$(DB_PASSWORD)@db.pay.svc:5432/pay"),
        ("WHEN", "2026-11-23T09:00:00Z"),
        ("hosts", "http://a.example:8080,http://b.example:8081/@me"),
        ("ca.crt", "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIUQ==\n-----END CERTIFICATE-----\n"),
        ("jws-kubeconfig-abcdef", "eyJhbGciOiJIUzI1NiIsImtpZCI6ImFiY2RlZiJ9..ZGV0YWNoZWQtc2lnbmF0dXJl"),
        ("token-auth-file", "--token-auth-file=/etc/kubernetes/tokens.csv"),
        ("service-account-signing-key-file", "--service-account-signing-key-file=/etc/kubernetes/pki/sa.key"),
    ] {
        assert!(detectors(key, value).is_empty(), "{key}={value}: {:?}", detectors(key, value));
    }
}

#[test]
fn many_lines_are_read_line_by_line() {
    fn found(value: &str) -> Vec<(String, &str)> {
        find("application.properties", value).into_iter().map(|h| (h.masked, h.found)).collect()
    }
    let properties = "# password=commented-out\nspring.datasource.username=pay\nspring.datasource.password=hunter22\nserver.port=8080\n";
    assert_eq!(found(properties), [("value under spring.datasource.password, 8 characters".to_owned(), "hunter22")]);
    let yaml = "db:\n  user: pay\n  password: \"hunter 22\"\n  passwordFile: /run/x\nsmtp:\n  password: hunter33 # old\n";
    assert_eq!(found(yaml).iter().map(|f| f.1).collect::<Vec<_>>(), ["hunter 22", "hunter33"]);
    let json = "{\"user\": \"pay\",\n \"clientSecret\": \"A7f9Kq2LmZ81\", \"retries\": 3}\n";
    assert_eq!(found(json).iter().map(|f| f.1).collect::<Vec<_>>(), ["A7f9Kq2LmZ81"]);
    let env = "export DB_USER=pay\nexport DB_PASSWORD='hunter22'\n";
    assert_eq!(found(env).iter().map(|f| f.1).collect::<Vec<_>>(), ["hunter22"]);
    let listed = "env:\n- name: DB_PASSWORD\n  value: hunter22\n- name: DB_USER\n  value: pay\n";
    assert_eq!(found(listed).iter().map(|f| f.1).collect::<Vec<_>>(), ["hunter22"]);
    let block = "password: |\n  hunter22\nuser: pay\n";
    assert_eq!(found(block).iter().map(|f| f.1.trim()).collect::<Vec<_>>(), ["hunter22"]);
    let connection = "Server=db;Database=pay;User Id=pay;Password=hunter22;Encrypt=true";
    assert_eq!(found(connection).iter().map(|f| f.1).collect::<Vec<_>>(), ["hunter22"]);
    let script = "mysql --user=pay --password hunter22 -e 'select 1'";
    assert_eq!(found(script).iter().map(|f| f.1).collect::<Vec<_>>(), ["hunter22"]);
    let xml = "<server><username>pay</username>\n<password>hunter22</password></server>";
    assert_eq!(found(xml).iter().map(|f| f.1).collect::<Vec<_>>(), ["hunter22"]);
}

#[test]
fn programs_and_manifests_in_config_maps_are_quiet() {
    for text in [
        "import os\npassword = os.getenv(\"DB_PASSWORD\")\ntoken = request.headers[\"Authorization\"]\n",
        "location / {\n  proxy_set_header X-Token $http_token;\n  auth_basic_user_file /etc/nginx/htpasswd;\n}\n",
        "kind: Pod\nspec:\n  automountServiceAccountToken: false\n  imagePullSecrets: [{name: regcred}]\n  volumes:\n  - name: tls\n    secret:\n      secretName: shop-tls\n",
        "rules:\n- resources: [secrets, serviceaccounts/token]\n  verbs: [get]\n",
        "users:\n- name: default\n  user:\n    tokenFile: /var/run/secrets/kubernetes.io/serviceaccount/token\ncontexts: []\nclusters: []\n",
        "scrape_configs:\n- job_name: x\n  bearer_token_file: /var/run/secrets/kubernetes.io/serviceaccount/token\n  secret=~\"a|b\"\n",
        "if token == nil then return end\n",
        "env:\n- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: db\n      key: password\n",
    ] {
        let found = find("file", text);
        assert!(found.is_empty(), "{text}: {:?}", found.iter().map(|h| h.found).collect::<Vec<_>>());
    }
}

#[test]
fn masked_forms_show_nothing_of_the_secret() {
    for (key, value) in
        [("PASSWORD", "hunter22"), ("x", "AKIAIOSFODNN7EXAMPLE"), ("u", "amqp://bob:hunter22@mq"), ("c", "password=hunter22;a=b")]
    {
        for hit in find(key, value) {
            assert!(!hit.masked.contains(hit.found) && hit.masked.ends_with("characters"), "{}", hit.masked);
        }
    }
}

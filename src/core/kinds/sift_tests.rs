//! Each place of an object through the gate. Every secret here is made up, or the published example of its maker.

use super::*;
use crate::sensitive::FingerprintKey;
use serde_json::{Value, json};

fn sifted(kind: Kind, object: &Value) -> (Value, Vec<(String, String)>) {
    let text = object.to_string();
    let out = sift(kind, Given::Json(&text), &mut Examiner::new(FingerprintKey([7; 32])));
    let told = out.redactions.into_iter().map(|r| (r.field, r.detection.detector)).collect();
    (serde_json::from_str(&out.json.unwrap_or(text)).unwrap_or_default(), told)
}

fn fields(kind: Kind, object: &Value) -> Vec<String> {
    sifted(kind, object).1.into_iter().map(|(field, _)| field).collect()
}

const CARD: &str = "4111111111111111";

#[test]
fn every_place_of_an_object_is_examined_and_told() {
    let spec = json!({"containers": [{
        "name": "web",
        "image": "bob:Build3rX@registry.acme.example/pay:1",
        "command": ["redis-cli"], "args": ["-a", "R3disAuth", "--requirepass", "foobared2024x"],
        "env": [{"name": "DB_PW", "value": "Sup3rS3cret"}, {"name": "MODE", "value": "fast"}],
        "livenessProbe": {"httpGet": {"path": "/", "httpHeaders": [{"name": "Authorization", "value": "Basic Ym9iOmJ1aWxkZXI="}]}},
        "readinessProbe": {"exec": {"command": ["sh", "-c", "mysql -uroot -pR00tPass -e 'select 1'"]}},
        "lifecycle": {"preStop": {"exec": {"command": ["curl", "-u", "admin:hunter22", "http://localhost/stop"]}}},
    }]});
    let object = json!({
        "metadata": {"name": format!("refund-{CARD}"), "namespace": "pay", "labels": {"pan": CARD, "password": "hunter22x"},
            "annotations": {"acme.example/db-password": "Sup3rS3cret!99", "note": "quiet"}},
        "spec": {"selector": {"matchLabels": {"password": "hunter22x"}}, "template": {"spec": spec}}
    });
    let (kept, told) = sifted(Kind::Deployments, &object);
    let told: Vec<&str> = told.iter().map(|(field, _)| field.as_str()).collect();
    let at = "spec.template.spec.containers[name=web]";
    for field in [
        "metadata.name".to_owned(),
        "metadata.labels[pan]".to_owned(),
        "metadata.labels[password]".to_owned(),
        "metadata.annotations[acme.example/db-password]".to_owned(),
        "spec.selector.matchLabels[password]".to_owned(),
        format!("{at}.image"),
        format!("{at}.args[1]"),
        format!("{at}.args[3]"),
        format!("{at}.env[name=DB_PW].value"),
        format!("{at}.livenessProbe.httpGet.httpHeaders[name=Authorization].value"),
        format!("{at}.readinessProbe.exec.command[2]"),
        format!("{at}.lifecycle.preStop.exec.command[2]"),
    ] {
        assert!(told.contains(&field.as_str()), "{field} is not among {told:?}");
    }
    assert_eq!(told.len(), 12, "{told:?}");
    let text = kept.to_string();
    for secret in [CARD, "hunter22", "Sup3rS3cret", "R3disAuth", "foobared2024x", "R00tPass", "Build3rX", "Ym9iOmJ1aWxkZXI"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    // Labels and selectors still agree.
    assert_eq!(kept.pointer("/metadata/labels/password"), kept.pointer("/spec/selector/matchLabels/password"));
}

#[test]
fn keys_and_encoded_values_are_examined() {
    let object = json!({"metadata": {"name": "bin", "namespace": "pay"},
        "data": {CARD: "stolen", "5500005555555559": "lost", "4012888888881881.password": "hunter2xyz"},
        "binaryData": {"cards.csv": "cGFuCjQxMTExMTExMTExMTExMTEKNTUwMDAwNTU1NTU1NTU1OQo=", "empty": ""}});
    let (kept, told) = sifted(Kind::ConfigMaps, &object);
    assert_eq!(told.iter().filter(|(_, detector)| detector == "card-number").count(), 5, "{told:?}");
    assert!(told.iter().any(|(field, detector)| field.starts_with("data[401288••••••1881") && detector == "named-credential"), "{told:?}");
    // Two numbers stay two keys.
    assert_eq!(kept.pointer("/data").and_then(Value::as_object).map(serde_json::Map::len), Some(3));
}

#[test]
fn copies_are_told_where_the_object_has_changed_since() {
    let copy = |password: &str| json!({"data": {"db-password": password}}).to_string();
    let object = |now: &str| {
        json!({"metadata": {"name": "a", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": copy("0ldHunter22")}},
            "data": {"db-password": now}})
    };
    assert_eq!(fields(Kind::ConfigMaps, &object("0ldHunter22")), ["data[db-password]"]);
    let (kept, told) = sifted(Kind::ConfigMaps, &object("N3wHunter33"));
    assert!(told.iter().any(|(field, _)| field.ends_with("last-applied-configuration]")), "{told:?}");
    assert!(!kept.to_string().contains("0ldHunter22"));
}

#[test]
fn the_record_of_writers_keeps_its_form() {
    let record = json!([{"manager": "kubectl-edit", "operation": "Update", "fieldsV1": {"f:data": {format!("f:{CARD}"): {}}}}]);
    let object = json!({"metadata": {"name": "a", "managedFields": record}, "data": {CARD: "x"}});
    let (kept, told) = sifted(Kind::ConfigMaps, &object);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(kept.pointer("/metadata/managedFields/0/fieldsV1").is_some() && !kept.to_string().contains(CARD));
}

#[test]
fn what_manifests_name_is_no_secret() {
    for (kind, object) in [
        (
            Kind::ExternalSecrets,
            json!({"metadata": {"name": "db"}, "spec": {"data": [{"secretKey": "password", "remoteRef": {"key": "prod/db", "property": "password"}}],
            "secretStoreRef": {"name": "vault"}, "target": {"name": "db-credentials"}}}),
        ),
        (
            Kind::Deployments,
            json!({"metadata": {"name": "web", "annotations": {"vault.hashicorp.com/agent-inject-secret-db": "secret/data/db", "checksum/secret":
            "6f1ed002ab5595859014ebf0951522d94a0f9e2bb0a7a6a3f5d2c7e4b1a09876"}}, "spec": {"template": {"spec": {"imagePullSecrets": [{"name": "regcred"}],
            "containers": [{"name": "c", "image": "registry.acme.example/pay@sha256:6f1ed002ab5595859014ebf0951522d94a0f9e2bb0a7a6a3f5d2c7e4b1a09876",
                "env": [{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}],
                "command": ["kube-apiserver", "--service-account-key-file=/etc/kubernetes/pki/sa.pub", "--token-auth-file=/etc/tokens"]}],
            "volumes": [{"name": "token", "projected": {"sources": [{"serviceAccountToken": {"path": "token", "audience": "vault"}}]}},
                {"name": "s", "secret": {"secretName": "shop-tls"}}]}}}}),
        ),
        (
            Kind::Roles,
            json!({"metadata": {"name": "r"}, "rules": [{"resources": ["secrets", "serviceaccounts/token"], "verbs": ["get"], "resourceNames": ["db-password"]}]}),
        ),
    ] {
        assert_eq!(fields(kind, &object), Vec::<String>::new(), "{object}");
    }
}

#[test]
fn names_of_secrets_words_of_servers_and_odd_objects_pass_the_gate() {
    use crate::kinds::{Ingest, KindState, Source};
    let mut ingest = Ingest::new(Source::Live, FingerprintKey([7; 32]));
    let secret = json!({"metadata": {"name": format!("token-{CARD}"), "namespace": "pay"}, "data": {"a": "aHVudGVyMg=="}});
    ingest.object(Kind::Secrets, &secret.to_string());
    ingest.object(Kind::Services, &json!({"metadata": {"name": format!("s-{CARD}"), "namespace": "pay"}, "spec": "odd"}).to_string());
    ingest.state(Kind::Roles, KindState::Forbidden, &format!("roles \"r-{CARD}\" is forbidden"));
    ingest.cluster().server = "https://bob:hunter22@api.acme.example".to_owned();
    let inventory = ingest.finish();
    let kept = serde_json::to_string(&inventory).unwrap_or_default();
    assert!(!kept.contains(CARD) && !kept.contains("hunter22") && !kept.contains("aHVudGVyMg"), "{kept}");
    let told: Vec<String> = inventory
        .passed()
        .iter()
        .flat_map(|passed| passed.redactions.iter().map(|r| format!("{} {}", passed.object.kind, r.field)))
        .collect();
    assert_eq!(told, ["Secret metadata.name", "Service metadata.name", "Cluster server"]);
    assert_eq!(inventory.state(Kind::Services), KindState::Partial);
}

#[test]
fn an_older_snapshot_tells_what_it_sealed() {
    use crate::kinds::Inventory;
    let detection = json!({"detector": "card-number", "masked": "411111••••••1111", "fingerprint": "a"});
    let map = json!({"metadata": {"name": "a", "namespace": "pay"}, "data": {"pan": {"length": 16, "detections": [detection]}}});
    let mut inventory: Inventory = serde_json::from_value(json!({"config_maps": [map]})).unwrap_or_default();
    inventory.settle();
    assert!(!inventory.sifted);
    assert_eq!(inventory.passed().iter().flat_map(|passed| passed.redactions).map(|r| r.field.as_str()).collect::<Vec<_>>(), ["data[pan]"]);
}

#[test]
fn a_snapshot_of_an_earlier_program_loses_the_texts_that_it_kept_whole() {
    use crate::kinds::Inventory;
    let kept = |text: &str| json!({"length": text.len(), "kept": text});
    let pod = json!({"metadata": {"name": "e", "namespace": "kube-system", "annotations": {"kubernetes.io/config.mirror": kept("x")}}, "spec": 0});
    let words = ["etcd", "--data-dir=/LEAK", "--client-cert-auth=true"].map(kept);
    let spec = json!({"containers": [{"name": "etcd", "image": "r/etcd:3", "command": words}]});
    let map = |name: &str, data: Value| json!({"metadata": {"name": name, "namespace": "kube-system"}, "data": data});
    let maps = [
        map("kubelet-config", json!({"kubelet": kept("kind: KubeletConfiguration\nreadOnlyPort: 10255\nother: LEAK\n")})),
        map("kubeadm-config", json!({"ClusterConfiguration": kept("clusterName: LEAK\n")})),
        map("cilium-config", json!({"enable-policy": kept("never"), "cluster-name": kept("LEAK")})),
    ];
    let arguments = kept(r#"["server","--token","LEAK","--secrets-encryption","true"]"#);
    let node = json!({"metadata": {"name": "n", "annotations": {"k3s.io/node-args": arguments}}});
    let ingress = json!({"metadata": {"name": "i"}, "spec": {"rules": [{"http": {"paths": [{"path": "/LEAK"}]}}]}});
    let whole = json!({"sifted": true, "pods": [pod], "specs": [spec], "config_maps": maps, "nodes": [node], "ingresses": [ingress]});
    let mut inventory: Inventory = serde_json::from_value(whole).unwrap_or_default();
    inventory.settle();
    let text = serde_json::to_string(&inventory).unwrap_or_default();
    assert!(!text.contains("LEAK"), "{text}");
    for word in ["--client-cert-auth=true", "readOnlyPort", "never", "secrets-encryption"] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let mut again: Inventory = serde_json::from_str(&text).unwrap_or_default();
    again.settle();
    assert_eq!(serde_json::to_string(&again).ok().as_deref(), Some(text.as_str()));
}

#[test]
fn labels_selectors_and_taints_lose_what_they_hold_and_still_agree() {
    const TOKEN: &str = "gr33nAppleTree2";
    let expressions = json!([{"key": "token", "operator": "In", "values": [TOKEN, "enabled"]}]);
    let pod = json!({"metadata": {"name": "a", "labels": {"token": TOKEN, "app": "web"}}, "spec": {"nodeSelector": {"api_key": TOKEN},
        "tolerations": [{"key": "token", "value": TOKEN}], "topologySpreadConstraints": [{"labelSelector": {"matchExpressions": expressions}}]}});
    let policy = json!({"metadata": {"name": "p"}, "spec": {"podSelector": {"matchLabels": {"token": TOKEN}}}});
    let node = json!({"metadata": {"name": "n", "labels": {"join-token": TOKEN}}, "spec": {"taints": [{"key": "token", "value": TOKEN}]}});
    let written = format!("app == 'web' && token in {{'{TOKEN}', \"enabled\"}} || has(token)");
    let calico = json!({"metadata": {"name": "c"}, "spec": {"selector": written, "ingress": [{"source": {"namespaceSelector": format!("token != '{TOKEN}'")}}]}});
    let (pod, in_pod) = sifted(Kind::Pods, &pod);
    let (policy, in_policy) = sifted(Kind::NetworkPolicies, &policy);
    let (node, in_node) = sifted(Kind::Nodes, &node);
    let (calico, in_calico) = sifted(Kind::CalicoNetworkPolicies, &calico);
    assert_eq!([in_pod.len(), in_policy.len(), in_node.len(), in_calico.len()], [4, 1, 2, 2]);
    for kept in [&pod, &policy, &node, &calico] {
        assert!(!kept.to_string().contains(TOKEN), "{kept}");
    }
    let stand_in = pod.pointer("/metadata/labels/token").and_then(Value::as_str).unwrap_or_default();
    assert!(stand_in.starts_with("••"), "{stand_in}");
    assert_eq!(policy.pointer("/spec/podSelector/matchLabels/token").and_then(Value::as_str), Some(stand_in));
    let values = "/spec/topologySpreadConstraints/0/labelSelector/matchExpressions/0/values";
    assert_eq!(pod.pointer(values), Some(&json!([stand_in, "enabled"])));
    assert_eq!(node.pointer("/spec/taints/0/value").and_then(Value::as_str), Some(stand_in));
    let selector = format!("app == 'web' && token in {{'{stand_in}', \"enabled\"}} || has(token)");
    assert_eq!(calico.pointer("/spec/selector").and_then(Value::as_str), Some(selector.as_str()));
}

#[test]
fn what_objects_of_other_kinds_say_of_themselves_passes_the_gate() {
    use crate::kinds::{Ingest, Source};
    let token = format!("ghp_{}", "a1B2".repeat(9));
    let mut ingest = Ingest::new(Source::Files, FingerprintKey([7; 32]));
    let template = json!({"metadata": {"name": "c"}, "spec": {"podSpec": 3}});
    ingest.foreign(&format!("{token}/v1"), &token, &template.to_string());
    let gizmo = json!({"apiVersion": "acme.example/v1", "kind": "Gizmo", "metadata": {"name": format!("g-{CARD}"), "namespace": "pay"},
        "spec": {"password": "Hunter22x", "note": "kept nowhere"}});
    ingest.foreign("acme.example/v1", "Gizmo", &gizmo.to_string());
    let quiet = json!({"metadata": {"name": "h", "namespace": "pay"}, "spec": {"note": "kept nowhere"}});
    ingest.foreign(&format!("x{CARD}.acme.example/v1"), &format!("Gizmo{CARD}"), &quiet.to_string());
    ingest.foreign("acme.example/v1", "Gizmo", &quiet.to_string());
    let inventory = ingest.finish();
    let kept = serde_json::to_string(&inventory).unwrap_or_default();
    for gone in [token.as_str(), CARD, "Hunter22x", "kept nowhere"] {
        assert!(!kept.contains(gone), "{gone} in {kept}");
    }
    let told = |wanted: &str| {
        inventory.passed().iter().chain(&inventory.makers().collect::<Vec<_>>()).flat_map(|p| p.redactions).any(|r| r.field == wanted)
    };
    for field in ["apiVersion", "kind", "metadata.name", "spec.password"] {
        assert!(told(field), "{field}");
    }
    let gizmos: Vec<usize> = inventory.others.iter().filter(|other| other.kind == "Gizmo").map(|other| other.items).collect();
    assert_eq!(gizmos, [2]);
}

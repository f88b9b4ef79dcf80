//! Who may connect to whom: Services with their endpoints, an Ingress, and the policies of a namespace.

use super::workloads::metadata;
use super::{Large, namespace};
use kassay_core::model::Kind;
use serde_json::{Value, json};

fn policy(large: &mut Large, home: &str, name: &str, spec: &Value) {
    let body = json!({"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata(home, name, &json!({}), 7), "spec": spec});
    large.add(Kind::NetworkPolicies, &body);
}

fn app(name: &str) -> Value {
    json!({"matchLabels": {"app.kubernetes.io/name": name}})
}

/// Services and policies of a namespace.
pub(super) fn make(large: &mut Large, space: usize) {
    let home = namespace(space);
    let home = home.as_str();
    for (number, name) in ["web", "api", "ledger", "upload", "mail", "admin", "db"].iter().enumerate() {
        let kind = match (*name, space % 10) {
            ("web", 4) => "LoadBalancer",
            ("admin", 7) => "NodePort",
            _ => "ClusterIP",
        };
        let labels = json!({"app.kubernetes.io/name": name});
        let port = json!({"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP", "nodePort": if kind == "ClusterIP" { 0 } else { 30_000 + space % 2_000 }});
        large.add(Kind::Services, &json!({"apiVersion": "v1", "kind": "Service", "metadata": metadata(home, name, &labels, space * 10 + number), "spec": {"type": kind, "selector": labels, "clusterIP": "10.96.1.7", "ports": [port]}}));
        let endpoints: Vec<Value> = (0..6).map(|n| json!({"addresses": [format!("10.244.3.{n}")], "conditions": {"ready": true, "serving": true, "terminating": false}, "nodeName": format!("node-{n}")})).collect();
        large.add(Kind::EndpointSlices, &json!({"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4", "metadata": metadata(home, &format!("{name}-x7f9c"), &json!({"kubernetes.io/service-name": name}), number), "endpoints": endpoints, "ports": [{"name": "http", "port": 8080, "protocol": "TCP"}]}));
    }
    let tls =
        if space.is_multiple_of(5) { json!([]) } else { json!([{"hosts": [format!("{home}.acme.example")], "secretName": "web-tls"}]) };
    large.add(Kind::Ingresses, &json!({"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": metadata(home, "web", &json!({}), space), "spec": {"ingressClassName": "nginx", "tls": tls, "rules": [{"host": format!("{home}.acme.example"), "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "web", "port": {"number": 80}}}}, {"path": "/api", "pathType": "Prefix", "backend": {"service": {"name": "api", "port": {"number": 80}}}}]}}]}}));
    if space % 8 == 6 {
        return;
    }
    policy(large, home, "default-deny", &json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}));
    policy(
        large,
        home,
        "dns",
        &json!({"podSelector": {}, "policyTypes": ["Egress"], "egress": [{"to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}, "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}], "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}]}]}),
    );
    policy(
        large,
        home,
        "web",
        &json!({"podSelector": app("web"), "policyTypes": ["Ingress", "Egress"], "ingress": [{"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}}], "ports": [{"port": "http"}]}], "egress": [{"to": [{"podSelector": app("api")}], "ports": [{"port": 8080}]}]}),
    );
    policy(
        large,
        home,
        "api",
        &json!({"podSelector": app("api"), "policyTypes": ["Ingress", "Egress"], "ingress": [{"from": [{"podSelector": app("web")}]}, {"from": [{"namespaceSelector": {"matchLabels": {"team": format!("team-{}", space % 40)}}, "podSelector": app("worker")}]}], "egress": [{"to": [{"podSelector": app("db")}, {"ipBlock": {"cidr": format!("203.0.{}.0/24", space % 250), "except": [format!("203.0.{}.128/25", space % 250)]}}]}]}),
    );
    policy(
        large,
        home,
        "db",
        &json!({"podSelector": app("db"), "policyTypes": ["Ingress"], "ingress": [{"from": [{"podSelector": {"matchExpressions": [{"key": "app.kubernetes.io/name", "operator": "In", "values": ["api", "ledger", "report"]}]}}], "ports": [{"port": 5432}]}]}),
    );
    policy(
        large,
        home,
        "metrics",
        &json!({"podSelector": {}, "policyTypes": ["Ingress"], "ingress": [{"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}], "ports": [{"port": "metrics"}]}]}),
    );
    if space % 12 == 1 {
        policy(
            large,
            home,
            "everything",
            &json!({"podSelector": app("mail"), "policyTypes": ["Ingress", "Egress"], "ingress": [{}], "egress": [{}]}),
        );
    }
}

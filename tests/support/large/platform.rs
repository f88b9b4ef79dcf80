//! What every cluster has once: nodes in three pools, the platform's own namespaces with agents on each node, roles as Kubernetes ships
//! them, admission.

use super::access::{account, binding, cluster_role, group, rule, user};
use super::workloads::{metadata, status, with_node};
use super::{Large, digest, suffix, uid};
use kassay_core::model::Kind;
use serde_json::{Value, json};

/// Agents that run on every node: namespace, name, image, whether they need the node itself.
const AGENTS: &[(&str, &str, &str, bool)] = &[
    ("kube-system", "kube-proxy", "registry.k8s.io/kube-proxy:v1.34.4", true),
    ("kube-system", "calico-node", "docker.io/calico/node:v3.31.1", true),
    ("logging", "fluent-bit", "cr.fluentbit.io/fluent/fluent-bit:4.1.1", false),
    ("security", "falco", "docker.io/falcosecurity/falco:0.42.0", true),
    ("monitoring", "node-exporter", "quay.io/prometheus/node-exporter:v1.10.2", true),
];

/// Programs that run a few times: namespace, name, image, replicas.
const CENTRAL: &[(&str, &str, &str, usize)] = &[
    ("kube-system", "coredns", "registry.k8s.io/coredns/coredns:v1.12.4", 3),
    ("kube-system", "calico-kube-controllers", "docker.io/calico/kube-controllers:v3.31.1", 1),
    ("ingress-nginx", "ingress-nginx-controller", "registry.k8s.io/ingress-nginx/controller:v1.14.0", 3),
    ("cert-manager", "cert-manager", "quay.io/jetstack/cert-manager-controller:v1.19.1", 1),
    ("argocd", "argocd-server", "quay.io/argoproj/argocd:v3.2.0", 2),
    ("monitoring", "prometheus", "quay.io/prometheus/prometheus:v3.7.3", 2),
    ("monitoring", "grafana", "docker.io/grafana/grafana:12.3.0", 2),
    ("kyverno", "kyverno-admission-controller", "reg.kyverno.io/kyverno/kyverno:v1.16.0", 3),
    ("trivy-system", "trivy-operator", "ghcr.io/aquasecurity/trivy-operator:0.29.0", 1),
    ("external-secrets", "external-secrets", "oci.external-secrets.io/external-secrets/external-secrets:v1.1.0", 2),
];

/// Makes the platform for so many nodes.
pub(super) fn make(large: &mut Large, nodes: usize) {
    for space in [
        "kube-system",
        "kube-public",
        "kube-node-lease",
        "default",
        "logging",
        "security",
        "monitoring",
        "ingress-nginx",
        "cert-manager",
        "argocd",
        "kyverno",
        "trivy-system",
        "external-secrets",
    ] {
        let number = large.len(Kind::Namespaces);
        let body = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": space, "uid": uid(number), "creationTimestamp": "2025-03-01T08:00:00Z", "labels": {"kubernetes.io/metadata.name": space}}});
        large.add(Kind::Namespaces, &body);
        large.add(
            Kind::ServiceAccounts,
            &json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata(space, "default", &json!({}), number)}),
        );
    }
    for node in 0..nodes {
        large.add(Kind::Nodes, &machine(node));
    }
    AGENTS.iter().for_each(|agent| daemon_set(large, nodes, *agent));
    CENTRAL.iter().for_each(|program| deployment(large, nodes, *program));
    control_plane(large);
    rights(large);
    admission(large);
    for number in 0..20 {
        large.add(Kind::ApiServices, &json!({"apiVersion": "apiregistration.k8s.io/v1", "kind": "APIService", "metadata": {"name": format!("v1.group-{number}.example"), "uid": uid(number)}, "spec": {"group": format!("group-{number}.example"), "version": "v1"}}));
    }
}

fn machine(node: usize) -> Value {
    let pool = ["cde", "general", "general"][node % 3];
    let taints = if pool == "cde" { json!([{"key": "pool", "value": "cde", "effect": "NoSchedule"}]) } else { json!([]) };
    let images: Vec<Value> = (0..20).map(|n| json!({"names": [format!("registry.acme.example/team/app-{n}@{}", digest(n)), format!("registry.acme.example/team/app-{n}:1.0")], "sizeBytes": 90_000_000 + n * 70_000_000})).collect();
    json!({"apiVersion": "v1", "kind": "Node",
        "metadata": {"name": format!("node-{node}"), "uid": uid(node), "creationTimestamp": "2026-10-20T08:00:00Z", "labels": {"kubernetes.io/hostname": format!("node-{node}"), "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64", "pool": pool, "topology.kubernetes.io/zone": format!("zone-{}", node % 3)}},
        "spec": {"podCIDR": "10.244.1.0/24", "taints": taints},
        "status": {"allocatable": {"cpu": "64", "memory": "256Gi", "pods": "250"}, "capacity": {"cpu": "64", "memory": "256Gi", "pods": "250"}, "addresses": [{"type": "InternalIP", "address": format!("10.40.{}.{}", node / 250, node % 250)}], "conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "2026-11-01T08:00:00Z"}], "images": images,
            "nodeInfo": {"kubeletVersion": "v1.34.4", "kubeProxyVersion": "v1.34.4", "osImage": "Ubuntu 24.04.3 LTS", "kernelVersion": if node % 50 == 9 { "6.8.0-60-generic" } else { "6.8.0-87-generic" }, "containerRuntimeVersion": "containerd://2.1.4", "operatingSystem": "linux", "architecture": "amd64"}}})
}

fn daemon_set(large: &mut Large, nodes: usize, (home, name, image, of_the_node): (&str, &str, &str, bool)) {
    let labels = json!({"k8s-app": name});
    let security = if of_the_node { json!({"privileged": true}) } else { json!({"readOnlyRootFilesystem": true}) };
    let spec = json!({"hostNetwork": of_the_node, "serviceAccountName": name, "tolerations": [{"operator": "Exists"}],
        "containers": [{"name": name, "image": image, "securityContext": security, "resources": {"limits": {"memory": "256Mi"}}, "volumeMounts": [{"name": "logs", "mountPath": "/var/log"}]}],
        "volumes": [{"name": "logs", "hostPath": {"path": "/var/log", "type": ""}}]});
    large.add(
        Kind::ServiceAccounts,
        &json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata(home, name, &json!({}), 3)}),
    );
    large.add(Kind::DaemonSets, &json!({"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": metadata(home, name, &labels, 4), "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}}}));
    for node in 0..nodes {
        let number = large.next();
        let mut meta = metadata(home, &format!("{name}-{}", suffix(number)), &labels, number);
        meta["ownerReferences"] = json!([{"apiVersion": "apps/v1", "kind": "DaemonSet", "name": name, "uid": uid(4), "controller": true}]);
        let mut own = with_node(&spec, node);
        // The controller binds each pod to its node in this way.
        own["affinity"] = json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchFields": [{"key": "metadata.name", "operator": "In", "values": [format!("node-{node}")]}]}]}}});
        let mut status = status(image, &[(name, 1)]);
        if node % 97 == 13 {
            status["conditions"] = json!([{"type": "Ready", "status": "False"}]);
        }
        large.add(Kind::Pods, &json!({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": own, "status": status}));
    }
}

fn deployment(large: &mut Large, nodes: usize, (home, name, image, replicas): (&str, &str, &str, usize)) {
    let labels = if name == "coredns" { json!({"k8s-app": "kube-dns"}) } else { json!({"app.kubernetes.io/name": name}) };
    let spec = json!({"serviceAccountName": name, "containers": [{"name": name, "image": image, "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}], "resources": {"limits": {"memory": "256Mi"}}}]});
    large.add(
        Kind::ServiceAccounts,
        &json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata(home, name, &json!({}), 5)}),
    );
    large.add(Kind::Deployments, &json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata(home, name, &labels, 6), "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}}}));
    large.add(Kind::Services, &json!({"apiVersion": "v1", "kind": "Service", "metadata": metadata(home, name, &labels, 6), "spec": {"type": "ClusterIP", "selector": labels, "ports": [{"name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"}]}}));
    for _ in 0..replicas {
        let number = large.next();
        let mut meta = metadata(home, &format!("{name}-5d8f9c7b6d-{}", suffix(number)), &labels, number);
        meta["labels"]["pod-template-hash"] = json!("5d8f9c7b6d");
        meta["ownerReferences"] = json!([{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": format!("{name}-5d8f9c7b6d"), "uid": uid(5), "controller": true}]);
        large.add(Kind::Pods, &json!({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": with_node(&spec, number % nodes), "status": status(image, &[(name, 2)])}));
    }
}

fn control_plane(large: &mut Large) {
    for number in 0..3 {
        for (name, flags) in [
            (
                "kube-apiserver",
                vec![
                    "--anonymous-auth=true",
                    "--authorization-mode=Node,RBAC",
                    "--audit-log-path=/var/log/audit.log",
                    "--audit-policy-file=/etc/kubernetes/audit.yaml",
                    "--etcd-servers=https://127.0.0.1:2379",
                    "--tls-min-version=VersionTLS12",
                ],
            ),
            ("kube-controller-manager", vec!["--bind-address=127.0.0.1", "--use-service-account-credentials=true"]),
            ("kube-scheduler", vec!["--bind-address=127.0.0.1"]),
            ("etcd", vec!["--client-cert-auth=true", "--peer-client-cert-auth=true"]),
        ] {
            let mut meta =
                metadata("kube-system", &format!("{name}-node-{number}"), &json!({"component": name, "tier": "control-plane"}), number);
            meta["annotations"] = json!({"kubernetes.io/config.mirror": "1", "kubernetes.io/config.source": "file"});
            meta["ownerReferences"] =
                json!([{"apiVersion": "v1", "kind": "Node", "name": format!("node-{number}"), "uid": uid(number), "controller": true}]);
            let spec = json!({"hostNetwork": true, "containers": [{"name": name, "image": format!("registry.k8s.io/{name}:v1.34.4"), "command": std::iter::once(name).chain(flags).collect::<Vec<_>>()}]});
            large.add(Kind::Pods, &json!({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": with_node(&spec, number), "status": status(name, &[(name, 3)])}));
        }
    }
}

fn rights(large: &mut Large) {
    let stock = json!({"kubernetes.io/bootstrapping": "rbac-defaults"});
    let aggregated =
        |to: &str| json!({"kubernetes.io/bootstrapping": "rbac-defaults", format!("rbac.authorization.k8s.io/aggregate-to-{to}"): "true"});
    let read = ["get", "list", "watch"];
    let write = ["create", "delete", "deletecollection", "patch", "update"];
    cluster_role(large, "cluster-admin", &stock, &[rule(&["*"], &["*"], &["*"]), json!({"verbs": ["*"], "nonResourceURLs": ["*"]})]);
    let view = [
        rule(&read, &[""], &["configmaps", "endpoints", "pods", "services", "pods/log"]),
        rule(&read, &["apps"], &["deployments", "daemonsets", "statefulsets"]),
    ];
    let edit = [
        rule(&write, &["", "apps"], &["pods", "deployments", "configmaps", "secrets"]),
        rule(&read, &[""], &["secrets"]),
        rule(&["create"], &[""], &["pods/exec", "serviceaccounts/token"]),
    ];
    let admin = [
        rule(&write, &["rbac.authorization.k8s.io"], &["roles", "rolebindings"]),
        rule(&read, &["rbac.authorization.k8s.io"], &["roles", "rolebindings"]),
    ];
    for (name, rules) in [
        ("view", view.to_vec()),
        ("edit", [view.to_vec(), edit.to_vec()].concat()),
        ("admin", [view.to_vec(), edit.to_vec(), admin.to_vec()].concat()),
    ] {
        let body = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": name, "creationTimestamp": "2025-03-01T08:00:00Z", "labels": stock}, "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {format!("rbac.authorization.k8s.io/aggregate-to-{name}"): "true"}}]}, "rules": rules});
        large.add(Kind::ClusterRoles, &body);
    }
    cluster_role(large, "system:aggregate-to-view", &aggregated("view"), &view);
    cluster_role(large, "system:aggregate-to-edit", &aggregated("edit"), &edit);
    cluster_role(large, "system:aggregate-to-admin", &aggregated("admin"), &admin);
    cluster_role(
        large,
        "team-operator",
        &json!({}),
        &[rule(&["*"], &["apps"], &["*"]), rule(&["get", "list", "patch"], &[""], &["nodes", "namespaces"])],
    );
    for number in 0..60 {
        let name = format!("system:controller:part-{number}");
        cluster_role(
            large,
            &name,
            &stock,
            &[
                rule(&read, &["", "apps"], &["pods", "replicasets", "nodes"]),
                rule(&["create", "patch", "update"], &["", "events.k8s.io"], &["events"]),
            ],
        );
        binding(large, "", &name, ("ClusterRole", &name), &[account("kube-system", &format!("part-{number}"))]);
    }
    binding(large, "", "cluster-admin", ("ClusterRole", "cluster-admin"), &[group("system:masters")]);
    binding(large, "", "platform", ("ClusterRole", "cluster-admin"), &[group("platform-engineers"), user("kubernetes-admin")]);
    for (home, name, ..) in CENTRAL {
        cluster_role(large, name, &json!({}), &[rule(&["get", "list", "watch"], &["*"], &["*"]), rule(&["update"], &[""], &["secrets"])]);
        binding(large, "", name, ("ClusterRole", name), &[account(home, name)]);
    }
}

fn admission(large: &mut Large) {
    let rules = json!([{"operations": ["CREATE", "UPDATE"], "apiGroups": ["", "apps"], "apiVersions": ["*"], "resources": ["pods", "deployments"]}]);
    for (kind, name) in [
        (Kind::ValidatingWebhooks, "kyverno-resource-validating"),
        (Kind::MutatingWebhooks, "kyverno-resource-mutating"),
        (Kind::ValidatingWebhooks, "cert-manager-webhook"),
    ] {
        let service = json!({"service": {"namespace": "kyverno", "name": "kyverno-admission-controller", "path": "/validate"}});
        large.add(kind, &json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": kind.kind(), "metadata": {"name": name, "uid": uid(8)}, "webhooks": [{"name": format!("{name}.kyverno.svc"), "failurePolicy": "Fail", "clientConfig": service, "rules": rules, "namespaceSelector": {"matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system", "kyverno"]}]}}]}));
    }
    let pods = json!({"any": [{"resources": {"kinds": ["Pod"]}}]});
    let privileged = json!({"message": "no", "pattern": {"spec": {"=(initContainers)": [{"=(securityContext)": {"=(privileged)": "false"}}], "containers": [{"=(securityContext)": {"=(privileged)": "false"}}]}}});
    let registries = json!({"message": "no", "pattern": {"spec": {"containers": [{"image": "registry.acme.example/*"}]}}});
    for (name, mode, validate) in [("disallow-privileged", "Enforce", privileged), ("restrict-registries", "Audit", registries)] {
        large.add(Kind::KyvernoClusterPolicies, &json!({"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": name, "uid": uid(9)}, "spec": {"validationFailureAction": mode, "background": true, "rules": [{"name": name, "match": pods, "validate": validate}]}}));
    }
    large.add(Kind::KyvernoClusterPolicies, &json!({"apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "signatures", "uid": uid(10)}, "spec": {"validationFailureAction": "Enforce", "rules": [{"name": "signed", "match": pods, "verifyImages": [{"imageReferences": ["registry.acme.example/*"], "attestors": [{"entries": [{"keys": {"publicKeys": "k8s://kyverno/cosign"}}]}]}]}]}}));
    large.add(Kind::ValidatingAdmissionPolicies, &json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "no-host-network", "uid": uid(11)}, "spec": {"failurePolicy": "Fail", "matchConstraints": {"resourceRules": [{"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}]}, "validations": [{"expression": "!has(object.spec.hostNetwork) || object.spec.hostNetwork == false"}]}}));
    large.add(Kind::ValidatingAdmissionPolicyBindings, &json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "no-host-network", "uid": uid(12)}, "spec": {"policyName": "no-host-network", "validationActions": ["Deny"]}}));
}

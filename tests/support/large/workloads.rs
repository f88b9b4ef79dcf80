//! What runs in an application's namespace: Deployments of one to twelve replicas with an old and a new ReplicaSet, a StatefulSet, a CronJob
//! with a job that ended, a pod that somebody started by hand.

use super::{Large, NOW, digest, namespace, suffix, uid};
use kassay_core::model::Kind;
use serde_json::{Value, json};

/// Applications of a namespace with their replicas.
const APPS: &[(&str, usize)] =
    &[("web", 12), ("api", 8), ("worker", 6), ("ledger", 5), ("upload", 3), ("mail", 3), ("admin", 2), ("cron-api", 1)];

/// Where the images of applications come from; most are the entity's own.
const REGISTRIES: &[&str] =
    &["registry.acme.example/team", "registry.acme.example/team", "registry.acme.example/base", "docker.io/library", "quay.io/acme"];

/// Makes the namespace with its workloads.
pub(super) fn make(large: &mut Large, space: usize, nodes: usize) {
    let name = namespace(space);
    large.add(Kind::Namespaces, &home(large.len(Kind::Namespaces), space, &name));
    for (index, (app, replicas)) in APPS.iter().enumerate() {
        deployment(large, space, nodes, app, *replicas, index);
    }
    stateful_set(large, space, nodes);
    cron_job(large, space, nodes);
    if space % 7 == 3 {
        let labels = json!({"run": "debug"});
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata(&name, "debug", &labels, space), "spec": with_node(&spec(space % large.varied, "debug", 5), space % nodes), "status": status("busybox", &[("debug", 1)])});
        large.add(Kind::Pods, &pod);
    }
}

fn home(number: usize, space: usize, name: &str) -> Value {
    let mut labels = json!({"kubernetes.io/metadata.name": name, "team": format!("team-{}", space % 40), "stage": (["production", "staging"][space % 2])});
    match space % 4 {
        0 => labels["pod-security.kubernetes.io/enforce"] = json!("restricted"),
        1 => labels["pod-security.kubernetes.io/enforce"] = json!("baseline"),
        2 => labels["pod-security.kubernetes.io/warn"] = json!("restricted"),
        _ => {}
    }
    json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "uid": uid(number), "creationTimestamp": "2025-03-01T08:00:00Z", "labels": labels}, "spec": {"finalizers": ["kubernetes"]}, "status": {"phase": "Active"}})
}

/// Metadata as the API server keeps it.
pub(super) fn metadata(namespace: &str, name: &str, labels: &Value, number: usize) -> Value {
    json!({"name": name, "namespace": namespace, "uid": uid(number), "resourceVersion": format!("{}", 100_000 + number), "creationTimestamp": "2026-09-01T08:00:00Z", "labels": labels})
}

fn managed(manager: &str, app: &str) -> Value {
    let container = format!("k:{{\"name\":\"{app}\"}}");
    json!([
        {"manager": manager, "operation": "Apply", "apiVersion": "apps/v1", "time": "2026-09-01T08:00:00Z", "fieldsType": "FieldsV1",
         "fieldsV1": {"f:metadata": {"f:labels": {"f:app.kubernetes.io/name": {}, "f:app.kubernetes.io/part-of": {}}}, "f:spec": {"f:replicas": {}, "f:selector": {}, "f:template": {"f:spec": {"f:containers": {container: {".": {}, "f:env": {"k:{\"name\":\"MODE\"}": {".": {}, "f:name": {}, "f:value": {}}}, "f:image": {}, "f:name": {}, "f:resources": {"f:limits": {"f:cpu": {}, "f:memory": {}}}}}}}}}},
        {"manager": "kube-controller-manager", "operation": "Update", "apiVersion": "apps/v1", "time": "2026-10-01T08:00:00Z", "fieldsType": "FieldsV1", "subresource": "status",
         "fieldsV1": {"f:status": {"f:availableReplicas": {}, "f:conditions": {".": {}, "k:{\"type\":\"Available\"}": {".": {}, "f:status": {}}}, "f:readyReplicas": {}, "f:replicas": {}}}}
    ])
}

fn labels(app: &str, space: usize) -> Value {
    json!({"app.kubernetes.io/name": app, "app.kubernetes.io/part-of": namespace(space), "app.kubernetes.io/version": format!("1.{}.0", space % 9), "tier": if app == "web" { "front" } else { "back" }})
}

fn image(space: usize, app: &str, index: usize) -> String {
    let registry = REGISTRIES[(space + index) % REGISTRIES.len()];
    // Teams share images: about one image for three applications.
    let build = space / 3;
    match (space + index) % 5 {
        0 => format!("{registry}/{app}:1.{}.{}@{}", build % 9, build % 40, digest(build * 16 + index)),
        4 => format!("{registry}/{app}:latest"),
        _ => format!("{registry}/{app}:1.{}.{}", build % 9, build % 40),
    }
}

fn spec(space: usize, app: &str, index: usize) -> Value {
    let hardened = !(space + index).is_multiple_of(3);
    let security = if hardened {
        json!({"allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "runAsNonRoot": true, "runAsUser": 10_001, "capabilities": {"drop": ["ALL"]}})
    } else {
        json!({})
    };
    let limits = if (space + index).is_multiple_of(5) {
        json!({})
    } else {
        json!({"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "500m", "memory": "512Mi"}})
    };
    let mut containers = vec![json!({
        "name": app, "image": image(space, app, index), "imagePullPolicy": "IfNotPresent",
        "args": ["--listen=:8080", format!("--upstream=http://api.{}.svc.cluster.local:8080", namespace(space)), "--log-format=json"],
        "env": [{"name": "MODE", "value": "production"}, {"name": "JAVA_OPTS", "value": "-Xmx384m -XX:+ExitOnOutOfMemoryError"}, {"name": "DATABASE_URL", "value": format!("postgres://db.{}.svc:5432/{app}?sslmode=require", namespace(space))}, {"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": format!("{app}-db"), "key": "password"}}}, {"name": "FEATURES", "value": format!("checkout-v{},new-basket,fast-search", index % 4)}],
        "ports": [{"name": "http", "containerPort": 8080, "protocol": "TCP"}, {"name": "metrics", "containerPort": 9090, "protocol": "TCP"}],
        "resources": limits, "securityContext": security,
        "livenessProbe": {"httpGet": {"path": "/healthz", "port": "http", "scheme": "HTTP"}, "periodSeconds": 10},
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "http", "scheme": "HTTP"}, "periodSeconds": 5},
        "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
        "volumeMounts": [{"name": "config", "mountPath": "/etc/app", "readOnly": true}, {"name": "tmp", "mountPath": "/tmp"}, {"name": format!("kube-api-access-{}", suffix(space * 97 + index)), "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount", "readOnly": true}]
    })];
    if index % 4 == 1 {
        containers.push(json!({"name": "proxy", "image": "registry.acme.example/base/envoy:1.31.2", "args": ["-c", "/etc/envoy/envoy.yaml"], "ports": [{"name": "tls", "containerPort": 8443, "protocol": "TCP"}], "resources": {"limits": {"cpu": "200m", "memory": "128Mi"}}, "securityContext": {"runAsUser": 0}}));
    }
    let mut spec = json!({
        "containers": containers,
        "initContainers": [{"name": "migrate", "image": image(space, app, index), "command": ["/app/migrate", "--wait"], "resources": {"limits": {"cpu": "100m", "memory": "128Mi"}}, "securityContext": security}],
        "volumes": [{"name": "config", "configMap": {"name": format!("{app}-settings"), "defaultMode": 420}}, {"name": "tmp", "emptyDir": {}}, {"name": format!("kube-api-access-{}", suffix(space * 97 + index)), "projected": {"defaultMode": 420, "sources": [{"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}}, {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}}]}}],
        "serviceAccountName": if index.is_multiple_of(3) { "default" } else { app }, "serviceAccount": if index.is_multiple_of(3) { "default" } else { app },
        "securityContext": if hardened { json!({"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}}) } else { json!({}) },
        "restartPolicy": "Always", "dnsPolicy": "ClusterFirst", "schedulerName": "default-scheduler", "terminationGracePeriodSeconds": 30, "enableServiceLinks": true, "preemptionPolicy": "PreemptLowerPriority", "priority": 0,
        "imagePullSecrets": [{"name": "registry"}],
        "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}, {"key": "node.kubernetes.io/unreachable", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}]
    });
    if index % 3 == 1 {
        spec["automountServiceAccountToken"] = json!(false);
    }
    if space.is_multiple_of(3) {
        spec["nodeSelector"] = json!({"pool": "cde"});
        spec["tolerations"]
            .as_array_mut()
            .into_iter()
            .for_each(|list| list.push(json!({"key": "pool", "operator": "Equal", "value": "cde", "effect": "NoSchedule"})));
    }
    if space % 11 == 5 && index == 2 {
        spec["containers"][0]["securityContext"] = json!({"privileged": true});
        spec["volumes"]
            .as_array_mut()
            .into_iter()
            .for_each(|list| list.push(json!({"name": "host", "hostPath": {"path": "/var/run/docker.sock", "type": ""}})));
    }
    spec
}

pub(super) fn with_node(spec: &Value, node: usize) -> Value {
    let mut spec = spec.clone();
    spec["nodeName"] = json!(format!("node-{node}"));
    spec
}

pub(super) fn status(image: &str, containers: &[(&str, usize)]) -> Value {
    let statuses: Vec<Value> = containers
        .iter()
        .map(|(name, build)| json!({"name": name, "ready": true, "restartCount": 0, "started": true, "image": image, "imageID": format!("{}@{}", image.split(['@', ':']).next().unwrap_or(image), digest(*build)), "containerID": format!("containerd://{:064x}", build), "state": {"running": {"startedAt": "2026-11-01T08:00:00Z"}}}))
        .collect();
    let condition =
        |kind: &str| json!({"type": kind, "status": "True", "lastProbeTime": null, "lastTransitionTime": "2026-11-01T08:00:00Z"});
    json!({"phase": "Running", "conditions": [condition("PodReadyToStartContainers"), condition("Initialized"), condition("Ready"), condition("ContainersReady"), condition("PodScheduled")], "hostIP": "10.40.0.7", "podIP": "10.244.3.9", "podIPs": [{"ip": "10.244.3.9"}], "startTime": "2026-11-01T08:00:00Z", "qosClass": "Burstable", "containerStatuses": statuses})
}

fn deployment(large: &mut Large, space: usize, nodes: usize, app: &str, replicas: usize, index: usize) {
    let home = namespace(space);
    let labels = labels(app, space);
    let spec = spec(space % large.varied, app, index);
    let hash = format!("{:010x}", (space * 31 + index).wrapping_mul(2_654_435_761) & 0xff_ffff_ffff);
    let template = json!({"metadata": {"labels": labels}, "spec": spec});
    let mut meta = metadata(&home, app, &labels, space * 100 + index);
    let manager = if space.is_multiple_of(5) { "kubectl-client-side-apply" } else { "argocd-controller" };
    meta["managedFields"] = managed(manager, app);
    meta["annotations"] =
        json!({"deployment.kubernetes.io/revision": "4", "argocd.argoproj.io/tracking-id": format!("{home}:apps/Deployment:{home}/{app}")});
    large.add(Kind::Deployments, &json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}, "status": {"replicas": replicas, "readyReplicas": replicas}}));
    for (set, size) in [(format!("{app}-{hash}"), replicas), (format!("{app}-old{}", &hash[..7]), 0)] {
        let mut labels = labels.clone();
        labels["pod-template-hash"] = json!(set.rsplit('-').next());
        let mut meta = metadata(&home, &set, &labels, space * 100 + index);
        meta["ownerReferences"] = json!([{"apiVersion": "apps/v1", "kind": "Deployment", "name": app, "uid": uid(space * 100 + index), "controller": true, "blockOwnerDeletion": true}]);
        let mut old = spec.clone();
        if size == 0 {
            old["containers"][0]["image"] = json!(format!("registry.acme.example/team/{app}:0.9"));
        }
        large.add(Kind::ReplicaSets, &json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": meta, "spec": {"replicas": size, "template": {"metadata": {"labels": labels}, "spec": old}}}));
    }
    let set = format!("{app}-{hash}");
    let mut pod_labels = labels;
    pod_labels["pod-template-hash"] = json!(hash);
    for _ in 0..replicas {
        let number = large.next();
        let mut meta = metadata(&home, &format!("{set}-{}", suffix(number)), &pod_labels, number);
        meta["generateName"] = json!(format!("{set}-"));
        meta["annotations"] = json!({"checksum/config": digest(space * 8 + index), "prometheus.io/scrape": "true"});
        meta["ownerReferences"] = json!([{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": set, "uid": uid(number), "controller": true, "blockOwnerDeletion": true}]);
        let image = image(space, app, index);
        // The same tag is not everywhere the same build.
        let build = space / 3 * 16 + index + usize::from(space % 13 == 4 && number.is_multiple_of(2));
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": with_node(&spec, number % nodes), "status": status(&image, &[(app, build)])});
        large.add(Kind::Pods, &pod);
    }
}

fn stateful_set(large: &mut Large, space: usize, nodes: usize) {
    let home = namespace(space);
    let labels = labels("db", space);
    let mut spec = spec(space % large.varied, "db", 6);
    spec["volumes"]
        .as_array_mut()
        .into_iter()
        .for_each(|list| list.push(json!({"name": "data", "persistentVolumeClaim": {"claimName": "data-db-0"}})));
    let mut meta = metadata(&home, "db", &labels, space * 100 + 50);
    meta["managedFields"] = managed("helm", "db");
    large.add(Kind::StatefulSets, &json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": meta, "spec": {"replicas": 3, "serviceName": "db", "selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}}}));
    for index in 0..3 {
        let number = large.next();
        let mut meta = metadata(&home, &format!("db-{index}"), &labels, number);
        meta["ownerReferences"] =
            json!([{"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "db", "uid": uid(number), "controller": true}]);
        let mut own = spec.clone();
        own["hostname"] = json!(format!("db-{index}"));
        if let Some(claim) = own.pointer_mut("/volumes/3/persistentVolumeClaim/claimName") {
            *claim = json!(format!("data-db-{index}"));
        }
        large.add(Kind::Pods, &json!({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": with_node(&own, number % nodes), "status": status("docker.io/library/postgres:16.4", &[("db", 900)])}));
    }
}

fn cron_job(large: &mut Large, space: usize, nodes: usize) {
    let home = namespace(space);
    let labels = labels("report", space);
    let spec = spec(space % large.varied, "report", 7);
    let template = json!({"metadata": {"labels": labels}, "spec": spec});
    large.add(Kind::CronJobs, &json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": metadata(&home, "report", &labels, space * 100 + 60), "spec": {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": template}}}}));
    let job = "report-29351040";
    let mut meta = metadata(&home, job, &labels, space * 100 + 61);
    meta["ownerReferences"] =
        json!([{"apiVersion": "batch/v1", "kind": "CronJob", "name": "report", "uid": uid(space), "controller": true}]);
    large.add(Kind::Jobs, &json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": meta, "spec": {"template": template}, "status": {"succeeded": 1, "completionTime": NOW}}));
    let number = large.next();
    let mut meta = metadata(&home, &format!("{job}-{}", suffix(number)), &labels, number);
    meta["ownerReferences"] = json!([{"apiVersion": "batch/v1", "kind": "Job", "name": job, "uid": uid(number), "controller": true}]);
    let mut status = status("registry.acme.example/team/report:1.0", &[("report", 901)]);
    status["phase"] = json!("Succeeded");
    large.add(
        Kind::Pods,
        &json!({"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": with_node(&spec, number % nodes), "status": status}),
    );
}

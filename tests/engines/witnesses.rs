//! Requests of the sort that a trial makes: pods and what makes pods, most of them with one thing broken, in one of a few ways to write it.

use crate::dice::Dice;
use kassay_engines::{GroupKind, GroupResource, Namespace, Operation, Provenance, Request, User};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A pod that holds to everything, as the API server has it after its defaults.
pub fn clean() -> Value {
    json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "w", "namespace": "pay", "labels": {"app": "w", "team": "a"}},
        "spec": {
            "automountServiceAccountToken": false, "restartPolicy": "Always", "serviceAccountName": "default", "dnsPolicy": "ClusterFirst",
            "terminationGracePeriodSeconds": 30, "enableServiceLinks": true, "schedulerName": "default-scheduler",
            "securityContext": {"runAsNonRoot": true, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
            "containers": [container("main")]
        },
        "status": {}
    })
}

fn container(name: &str) -> Value {
    json!({
        "name": name, "image": "registry.example.com/pay/app:1.2.3", "imagePullPolicy": "IfNotPresent",
        "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
        "resources": {"limits": {"cpu": "500m", "memory": "128Mi"}, "requests": {"cpu": "100m", "memory": "64Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": false, "privileged": false, "readOnlyRootFilesystem": true, "runAsNonRoot": true,
            "capabilities": {"drop": ["ALL"]}
        }
    })
}

/// What is broken in a container: where, and the ways to write it; none for a key that is left out.
const OF_CONTAINERS: &[(&str, &str)] = &[
    ("/securityContext/privileged", "true"),
    ("/securityContext/privileged", ""),
    ("/securityContext/privileged", "null"),
    ("/securityContext/allowPrivilegeEscalation", "true"),
    ("/securityContext/allowPrivilegeEscalation", ""),
    ("/securityContext/allowPrivilegeEscalation", "null"),
    ("/securityContext/readOnlyRootFilesystem", "false"),
    ("/securityContext/readOnlyRootFilesystem", ""),
    ("/securityContext/runAsNonRoot", "false"),
    ("/securityContext/runAsNonRoot", ""),
    ("/securityContext/runAsUser", "0"),
    ("/securityContext/runAsUser", "1000"),
    ("/securityContext/runAsGroup", "0"),
    ("/securityContext/procMount", "\"Unmasked\""),
    ("/securityContext/seccompProfile", "{\"type\":\"Unconfined\"}"),
    ("/securityContext/seccompProfile", "{\"type\":\"Localhost\",\"localhostProfile\":\"a.json\"}"),
    ("/securityContext/seLinuxOptions", "{\"type\":\"spc_t\"}"),
    ("/securityContext/seLinuxOptions", "{\"user\":\"root\"}"),
    ("/securityContext/appArmorProfile", "{\"type\":\"Unconfined\"}"),
    ("/securityContext/capabilities", ""),
    ("/securityContext/capabilities", "null"),
    ("/securityContext/capabilities", "{}"),
    ("/securityContext/capabilities", "{\"drop\":[]}"),
    ("/securityContext/capabilities", "{\"drop\":[\"NET_RAW\"]}"),
    ("/securityContext/capabilities", "{\"drop\":[\"ALL\"],\"add\":[\"NET_BIND_SERVICE\"]}"),
    ("/securityContext/capabilities", "{\"drop\":[\"ALL\"],\"add\":[\"SYS_ADMIN\"]}"),
    ("/securityContext/capabilities", "{\"add\":[\"CHOWN\",\"NET_ADMIN\"]}"),
    ("/securityContext", ""),
    ("/securityContext", "null"),
    ("/securityContext", "{}"),
    ("/resources", "{}"),
    ("/resources/limits", ""),
    ("/resources/limits", "{}"),
    ("/resources/limits", "{\"memory\":\"1Gi\"}"),
    ("/resources/limits", "{\"cpu\":\"2\",\"memory\":\"4Gi\"}"),
    ("/resources/limits/memory", "\"1.5Gi\""),
    ("/resources/requests", ""),
    ("/image", "\"nginx\""),
    ("/image", "\"nginx:latest\""),
    ("/image", "\"docker.io/library/nginx:1.27\""),
    ("/image", "\"registry.example.com:5000/pay/app\""),
    ("/image", "\"registry.example.com.evil.example/pay/app:1\""),
    ("/image", "\"quay.io/a/b@sha256:0123456789012345678901234567890123456789012345678901234567890123\""),
    ("/imagePullPolicy", "\"Always\""),
    ("/ports", "[{\"containerPort\":80,\"protocol\":\"TCP\"}]"),
    ("/ports", "[{\"containerPort\":80,\"hostPort\":80,\"protocol\":\"TCP\"}]"),
    ("/ports", "[]"),
    ("/env", "[{\"name\":\"A\",\"value\":\"b\"}]"),
    ("/env", "[{\"name\":\"A\",\"valueFrom\":{\"secretKeyRef\":{\"name\":\"s\",\"key\":\"k\"}}}]"),
    ("/livenessProbe", "{\"periodSeconds\":10,\"tcpSocket\":{\"port\":80}}"),
    ("/name", "\"größe\""),
];

/// What is broken in a pod.
const OF_PODS: &[(&str, &str)] = &[
    ("/hostNetwork", "true"),
    ("/hostNetwork", "false"),
    ("/hostNetwork", "null"),
    ("/hostPID", "true"),
    ("/hostIPC", "true"),
    ("/hostUsers", "false"),
    ("/shareProcessNamespace", "true"),
    ("/automountServiceAccountToken", "true"),
    ("/automountServiceAccountToken", ""),
    ("/serviceAccountName", "\"builder\""),
    ("/runtimeClassName", "\"gvisor\""),
    ("/priorityClassName", "\"system-node-critical\""),
    ("/nodeSelector", "{\"kubernetes.io/os\":\"linux\"}"),
    ("/securityContext/runAsNonRoot", "false"),
    ("/securityContext/runAsNonRoot", ""),
    ("/securityContext/runAsUser", "0"),
    ("/securityContext/runAsUser", ""),
    ("/securityContext/fsGroup", "0"),
    ("/securityContext/supplementalGroups", "[0,5]"),
    ("/securityContext/sysctls", "[{\"name\":\"kernel.msgmax\",\"value\":\"1\"}]"),
    ("/securityContext/sysctls", "[{\"name\":\"net.ipv4.tcp_syncookies\",\"value\":\"1\"}]"),
    ("/securityContext/seccompProfile", "{\"type\":\"Unconfined\"}"),
    ("/securityContext/seccompProfile", ""),
    ("/securityContext", "{}"),
    ("/securityContext", ""),
    ("/securityContext", "null"),
    ("/volumes", "[]"),
    ("/volumes", "[{\"name\":\"v\",\"hostPath\":{\"path\":\"/\",\"type\":\"\"}}]"),
    ("/volumes", "[{\"name\":\"a\",\"emptyDir\":{}},{\"name\":\"v\",\"hostPath\":{\"path\":\"/var/log\",\"type\":\"\"}}]"),
    ("/volumes", "[{\"name\":\"a\",\"emptyDir\":{}},{\"name\":\"b\",\"configMap\":{\"name\":\"c\",\"defaultMode\":420}}]"),
    ("/volumes", "[{\"name\":\"n\",\"nfs\":{\"server\":\"10.0.0.1\",\"path\":\"/x\"}}]"),
    ("/tolerations", "[{\"operator\":\"Exists\"}]"),
];

const OF_METADATA: &[(&str, &str)] = &[
    ("/metadata/labels", ""),
    ("/metadata/labels", "{}"),
    ("/metadata/labels", "{\"app\":\"w\"}"),
    ("/metadata/labels", "{\"team\":\"b\",\"app.kubernetes.io/name\":\"x\"}"),
    ("/metadata/labels/app", "\"straße\""),
    ("/metadata/labels/team", "\"\""),
    ("/metadata/annotations", "{\"note\":\"é\"}"),
    ("/metadata/annotations", "{\"container.apparmor.security.beta.kubernetes.io/main\":\"unconfined\"}"),
    ("/metadata/annotations", "{\"seccomp.security.alpha.kubernetes.io/pod\":\"runtime/default\"}"),
];

/// Sets a value by its path, or takes it away.
pub fn set(object: &mut Value, path: &str, value: Option<Value>) {
    let (above, key) = path.rsplit_once('/').unwrap();
    if !above.is_empty() && object.pointer(above).is_none_or(|above| !above.is_object() && !above.is_array()) {
        if value.is_none() {
            return;
        }
        set(object, above, Some(json!({})));
    }
    match (object.pointer_mut(above), value) {
        (Some(Value::Object(map)), Some(value)) => {
            map.insert(key.to_owned(), value);
        }
        (Some(Value::Object(map)), None) => {
            map.remove(key);
        }
        (Some(Value::Array(list)), Some(value)) => {
            if let Some(place) = key.parse().ok().and_then(|n: usize| list.get_mut(n)) {
                *place = value;
            }
        }
        _ => {}
    }
}

fn written(text: &str) -> Option<Value> {
    if text.is_empty() { None } else { Some(serde_json::from_str(text).unwrap()) }
}

fn pick<'a, T>(dice: &mut Dice, list: &'a [T]) -> &'a T {
    &list[usize::try_from(dice.roll(list.len() as u64)).unwrap()]
}

/// A pod with some things broken: none, one, or a few.
pub fn pod(dice: &mut Dice) -> Value {
    let mut pod = clean();
    if dice.chance(25) {
        pod["spec"]["containers"].as_array_mut().unwrap().push(container("side"));
    }
    if dice.chance(20) {
        pod["spec"]["initContainers"] = json!([container("init")]);
    }
    let broken = [0, 1, 1, 1, 1, 2, 2, 4][usize::try_from(dice.roll(8)).unwrap()];
    for _ in 0..broken {
        let (at, (path, text)) = match dice.roll(10) {
            0..=5 => {
                let lists: Vec<&str> =
                    ["containers", "initContainers"].into_iter().filter(|list| pod["spec"].get(list).is_some()).collect();
                let list = pick(dice, &lists);
                let n = dice.roll(pod["spec"][list].as_array().unwrap().len() as u64);
                (format!("/spec/{list}/{n}"), pick(dice, OF_CONTAINERS))
            }
            6..=8 => ("/spec".to_owned(), pick(dice, OF_PODS)),
            _ => (String::new(), pick(dice, OF_METADATA)),
        };
        set(&mut pod, &format!("{at}{path}"), written(text));
    }
    pod
}

/// Every pod with one thing broken, each way to write it, and the clean one first.
pub fn each() -> Vec<Value> {
    let mut all = vec![clean()];
    let mut broken = |at: &str, path: &str, text: &str| {
        let mut pod = clean();
        if at.contains("initContainers") {
            pod["spec"]["initContainers"] = json!([container("init")]);
        }
        set(&mut pod, &format!("{at}{path}"), written(text));
        all.push(pod);
    };
    for (path, text) in OF_CONTAINERS {
        broken("/spec/containers/0", path, text);
        broken("/spec/initContainers/0", path, text);
    }
    for (path, text) in OF_PODS {
        broken("/spec", path, text);
    }
    for (path, text) in OF_METADATA {
        broken("", path, text);
    }
    all
}

/// Kinds that make pods: group, version, kind, resource.
const MAKERS: &[(&str, &str, &str, &str)] = &[
    ("apps", "v1", "Deployment", "deployments"),
    ("apps", "v1", "StatefulSet", "statefulsets"),
    ("apps", "v1", "DaemonSet", "daemonsets"),
    ("apps", "v1", "ReplicaSet", "replicasets"),
    ("batch", "v1", "Job", "jobs"),
    ("batch", "v1", "CronJob", "cronjobs"),
    ("", "v1", "ReplicationController", "replicationcontrollers"),
];

/// A namespace in which requests are sent.
pub fn namespace(dice: &mut Dice) -> Namespace {
    match dice.roll(4) {
        0 => Namespace::new("default", &BTreeMap::new()),
        1 => Namespace::new("kube-system", &BTreeMap::from([("tier".to_owned(), "system".to_owned())])),
        2 => Namespace::new("pay-test", &BTreeMap::from([("env".to_owned(), "test".to_owned())])),
        _ => Namespace::new("pay", &BTreeMap::from([("env".to_owned(), "prod".to_owned()), ("pci".to_owned(), "true".to_owned())])),
    }
}

/// The creation of a pod.
pub fn creating(mut pod: Value, namespace: Namespace) -> Request {
    pod["metadata"]["namespace"] = json!(namespace.name);
    Request {
        operation: Operation::Create,
        kind: GroupKind { group: String::new(), version: "v1".to_owned(), kind: "Pod".to_owned() },
        resource: GroupResource { group: String::new(), version: "v1".to_owned(), resource: "pods".to_owned() },
        subresource: String::new(),
        name: "w".to_owned(),
        namespace: Some(namespace),
        object: pod.into(),
        old_object: Arc::default(),
        user: User { name: "ada".to_owned(), groups: vec!["devs".to_owned(), "system:authenticated".to_owned()] },
        images: Provenance::Verified,
        dry_run: false,
    }
}

/// A request: most create a pod, some a workload, some add an ephemeral container, a few do something else to a pod.
pub fn request(dice: &mut Dice) -> Request {
    let pod = pod(dice);
    let namespace = namespace(dice);
    let mut request = creating(pod, namespace);
    match dice.roll(20) {
        0..=11 => {}
        12..=15 => make(&mut request, pick(dice, MAKERS)),
        16 | 17 => {
            let mut added = container("debug");
            added.as_object_mut().unwrap().remove("resources");
            let (path, text) = pick(dice, OF_CONTAINERS);
            if !path.starts_with("/resources") && !path.starts_with("/ports") && !path.starts_with("/livenessProbe") {
                set(&mut added, path, written(text));
            }
            request.operation = Operation::Update;
            request.subresource = "ephemeralcontainers".to_owned();
            request.old_object = request.object.clone();
            Arc::make_mut(&mut request.object)["spec"]["ephemeralContainers"] = json!([added]);
        }
        18 => {
            request.operation = Operation::Update;
            request.old_object = request.object.clone();
            set(Arc::make_mut(&mut request.object), "/metadata/labels/extra", Some(json!("x")));
        }
        _ => {
            request.operation = Operation::Delete;
            request.old_object = std::mem::take(&mut request.object);
        }
    }
    request
}

fn make(request: &mut Request, (group, version, kind, resource): &(&str, &str, &str, &str)) {
    let pod = std::mem::take(&mut request.object);
    let mut metadata = json!({"labels": {"app": "w"}});
    for key in ["labels", "annotations"] {
        if let Some(value) = pod["metadata"].get(key) {
            metadata[key] = value.clone();
        }
    }
    let template = json!({"metadata": metadata, "spec": pod["spec"]});
    let selector = json!({"matchLabels": {"app": "w"}});
    let spec = match *kind {
        "Job" => json!({"template": template}),
        "CronJob" => json!({"schedule": "0 0 * * *", "jobTemplate": {"metadata": {}, "spec": {"template": template}}}),
        "ReplicationController" => json!({"replicas": 1, "selector": {"app": "w"}, "template": template}),
        "StatefulSet" => json!({"replicas": 2, "serviceName": "s", "selector": selector, "template": template}),
        "DaemonSet" => json!({"selector": selector, "template": template}),
        _ => json!({"replicas": 3, "selector": selector, "template": template}),
    };
    let api = if group.is_empty() { (*version).to_owned() } else { format!("{group}/{version}") };
    let name = &request.namespace.as_ref().unwrap().name;
    request.object = json!({
        "apiVersion": api, "kind": kind,
        "metadata": {"name": "w", "namespace": name, "labels": metadata["labels"]}, "spec": spec, "status": {}
    })
    .into();
    request.kind = GroupKind { group: (*group).to_owned(), version: (*version).to_owned(), kind: (*kind).to_owned() };
    request.resource = GroupResource { group: (*group).to_owned(), version: (*version).to_owned(), resource: (*resource).to_owned() };
}

/// A request as the programs read it.
pub fn told(request: &Request) -> Value {
    json!({
        "operation": request.operation.word(),
        "kind": {"group": request.kind.group, "version": request.kind.version, "kind": request.kind.kind},
        "resource": {"group": request.resource.group, "version": request.resource.version, "resource": request.resource.resource},
        "subresource": request.subresource,
        "name": request.name,
        "namespace": request.namespace.as_ref().map(|namespace| json!({"name": namespace.name, "labels": namespace.labels})),
        "object": *request.object,
        "oldObject": *request.old_object,
        "user": {"name": request.user.name, "groups": request.user.groups},
        "dryRun": request.dry_run,
    })
}

/// A request from what [`told`] made of it.
pub fn heard(value: &Value) -> Request {
    let text = |path: &str| value.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned();
    Request {
        operation: match text("/operation").as_str() {
            "UPDATE" => Operation::Update,
            "DELETE" => Operation::Delete,
            "CONNECT" => Operation::Connect,
            _ => Operation::Create,
        },
        kind: GroupKind { group: text("/kind/group"), version: text("/kind/version"), kind: text("/kind/kind") },
        resource: GroupResource {
            group: text("/resource/group"),
            version: text("/resource/version"),
            resource: text("/resource/resource"),
        },
        subresource: text("/subresource"),
        name: text("/name"),
        namespace: value.get("namespace").filter(|namespace| namespace.is_object()).map(|namespace| {
            let labels = namespace["labels"].as_object().into_iter().flatten();
            let labels = labels.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect();
            Namespace { name: namespace["name"].as_str().unwrap_or_default().to_owned(), labels }
        }),
        object: value.get("object").cloned().unwrap_or_default().into(),
        old_object: value.get("oldObject").cloned().unwrap_or_default().into(),
        user: User {
            name: text("/user/name"),
            groups: value
                .pointer("/user/groups")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(|g| Some(g.as_str()?.to_owned()))
                .collect(),
        },
        images: Provenance::Verified,
        dry_run: value["dryRun"].as_bool().unwrap_or_default(),
    }
}

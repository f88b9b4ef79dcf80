//! Witnesses as admission sees them: what a person wrote, read by the API server into its own types and filled in with its defaults and by the plugins
//! that come first. Of null, of an empty list and of an empty map of amounts or labels nothing is left there.
//!
//! Sources: the defaults of `k8s.io/kubernetes/pkg/apis/core/v1`, `apps/v1` and `batch/v1`; the plugins `ServiceAccount`, `DefaultTolerationSeconds` and
//! `Priority`. A test on a real API server holds these to what it answers to a dry run.

use super::witness::{Dress, Form, Witness};
use kassay_engines::{GroupKind, GroupResource, Namespace, Operation, Request, User};
use serde_json::{Value, json};
use std::sync::Arc;

/// Controllers whose pods a policy may leave out by who asks for them: the kind that a person makes, and the account that makes its pods.
const CONTROLLERS: [(&str, &str, &str, &str, &str); 3] = [
    ("apps", "ReplicaSet", "replicasets", "replicaset-controller", " of a ReplicaSet"),
    ("apps", "DaemonSet", "daemonsets", "daemon-set-controller", " of a DaemonSet"),
    ("batch", "Job", "jobs", "job-controller", " of a Job"),
];

/// The ways in for a witness: as it is, and, for pods, by the controllers that make pods. Of each who sends the pod, in words behind a witness ("" for
/// whoever wrote it), and how many requests it takes, of which each must be admitted.
pub(super) fn ways(witness: &Witness, by_controllers: bool) -> impl Iterator<Item = (&'static str, usize)> {
    let made = (witness.form == Form::Pod && by_controllers).then_some(CONTROLLERS).into_iter().flatten();
    std::iter::once(("", 1)).chain(made.map(|(.., words)| (words, 2)))
}

/// The requests of all [`ways`] in for a witness, in their order.
pub(super) fn requests(witness: &Witness, namespace: &Namespace, dress: &Dress, by_controllers: bool) -> Vec<Request> {
    let images = witness.images;
    let whole = witness.object(&namespace.name, dress);
    let request = |kind: (&str, &str, &str), object: Value, user: User| Request {
        operation: Operation::Create,
        kind: GroupKind { group: kind.0.to_owned(), version: "v1".to_owned(), kind: kind.1.to_owned() },
        resource: GroupResource { group: kind.0.to_owned(), version: "v1".to_owned(), resource: kind.2.to_owned() },
        subresource: String::new(),
        name: object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default().to_owned(),
        namespace: Some(namespace.clone()),
        object: Arc::new(as_read(object)),
        old_object: Arc::default(),
        user,
        images,
        dry_run: false,
    };
    let itself = match witness.form {
        Form::Pod => request(("", "Pod", "pods"), whole.clone(), person()),
        Form::Deployment => request(("apps", "Deployment", "deployments"), whole.clone(), person()),
        Form::CronJob => request(("batch", "CronJob", "cronjobs"), whole.clone(), person()),
        Form::Ephemeral => {
            let mut request = request(("", "Pod", "pods"), whole.clone(), person());
            request.operation = Operation::Update;
            "ephemeralcontainers".clone_into(&mut request.subresource);
            request.old_object = Arc::new(as_read(witness.before(&namespace.name, dress)));
            return vec![request];
        }
    };
    let mut all = vec![itself];
    if witness.form == Form::Pod && by_controllers {
        for (group, kind, resource, account, _) in CONTROLLERS {
            all.push(request((group, kind, resource), maker(group, kind, &whole), person()));
            all.push(request(("", "Pod", "pods"), made(&whole, group, kind), controller(account)));
        }
    }
    all
}

/// Somebody without rights beyond those to make pods.
fn person() -> User {
    User { name: "kassay-witness".to_owned(), groups: vec!["system:authenticated".to_owned()] }
}

fn controller(account: &str) -> User {
    let groups = ["system:serviceaccounts", "system:serviceaccounts:kube-system", "system:authenticated"];
    User { name: format!("system:serviceaccount:kube-system:{account}"), groups: groups.map(str::to_owned).to_vec() }
}

/// What a person makes so that a controller makes this pod.
fn maker(group: &str, kind: &str, pod: &Value) -> Value {
    let (metadata, labels) = (pod["metadata"].clone(), pod["metadata"]["labels"].clone());
    let mut template = json!({"metadata": {"labels": labels}, "spec": pod["spec"]});
    let spec = match kind {
        "Job" => {
            template["spec"]["restartPolicy"] = json!("Never");
            json!({"template": template})
        }
        "DaemonSet" => json!({"selector": {"matchLabels": labels}, "template": template}),
        _ => json!({"replicas": 1, "selector": {"matchLabels": labels}, "template": template}),
    };
    json!({"apiVersion": format!("{group}/v1"), "kind": kind, "metadata": metadata, "spec": spec})
}

/// The pod as a controller asks for it.
fn made(pod: &Value, group: &str, kind: &str) -> Value {
    let mut pod = pod.clone();
    let owner = pod["metadata"]["name"].as_str().unwrap_or_default().to_owned();
    pod["metadata"]["name"] = json!(format!("{owner}-x7k2p"));
    pod["metadata"]["generateName"] = json!(format!("{owner}-"));
    pod["metadata"]["ownerReferences"] = json!([{"apiVersion": format!("{group}/v1"), "kind": kind, "name": owner, "controller": true,
        "blockOwnerDeletion": true, "uid": "00000000-0000-4000-8000-000000000000"}]);
    if kind == "Job" {
        pod["spec"]["restartPolicy"] = json!("Never");
    }
    pod
}

/// An object as the API server hands it to admission.
#[must_use]
pub fn as_read(mut object: Value) -> Value {
    drop_empty(&mut object);
    let kind = object["kind"].as_str().unwrap_or_default().to_owned();
    match kind.as_str() {
        "Pod" => {
            pod_spec(&mut object["spec"], Some("Always"));
            running_pod(&mut object["spec"]);
            object["status"] = json!({"phase": "Pending", "qosClass": qos(&object["spec"])});
        }
        "Deployment" => {
            pod_spec(&mut object["spec"]["template"]["spec"], Some("Always"));
            let spec = &mut object["spec"];
            default(spec, "strategy", json!({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"}}));
            default(spec, "revisionHistoryLimit", json!(10));
            default(spec, "progressDeadlineSeconds", json!(600));
            object["status"] = json!({});
        }
        "ReplicaSet" => {
            pod_spec(&mut object["spec"]["template"]["spec"], Some("Always"));
            object["status"] = json!({"replicas": 0});
        }
        "DaemonSet" => {
            pod_spec(&mut object["spec"]["template"]["spec"], Some("Always"));
            let spec = &mut object["spec"];
            default(spec, "updateStrategy", json!({"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}}));
            default(spec, "revisionHistoryLimit", json!(10));
            object["status"] = json!({"currentNumberScheduled": 0, "numberMisscheduled": 0, "desiredNumberScheduled": 0, "numberReady": 0});
        }
        "Job" => {
            job_spec(&mut object["spec"]);
            object["status"] = json!({});
        }
        "CronJob" => {
            pod_spec(&mut object["spec"]["jobTemplate"]["spec"]["template"]["spec"], None);
            let spec = &mut object["spec"];
            default(spec, "concurrencyPolicy", json!("Allow"));
            default(spec, "successfulJobsHistoryLimit", json!(3));
            default(spec, "failedJobsHistoryLimit", json!(1));
            default(&mut spec["jobTemplate"], "metadata", json!({}));
            object["status"] = json!({});
        }
        _ => {}
    }
    object
}

fn job_spec(spec: &mut Value) {
    pod_spec(&mut spec["template"]["spec"], None);
    default(spec, "parallelism", json!(1));
    default(spec, "completions", json!(1));
    default(spec, "backoffLimit", json!(6));
    default(spec, "completionMode", json!("NonIndexed"));
    default(spec, "suspend", json!(false));
    default(spec, "manualSelector", json!(false));
    default(spec, "podReplacementPolicy", json!("TerminatingOrFailed"));
}

/// Maps in which a key stands for an amount or a label: an empty one is none.
const MAPS: &[&str] = &["limits", "requests", "labels", "annotations", "nodeSelector", "matchLabels"];

fn drop_empty(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.values_mut().for_each(drop_empty);
            fields.retain(|name, field| match field {
                Value::Null => false,
                Value::Array(items) => !items.is_empty(),
                Value::Object(map) => !(map.is_empty() && MAPS.contains(&name.as_str())),
                _ => true,
            });
        }
        Value::Array(items) => items.iter_mut().for_each(drop_empty),
        _ => {}
    }
}

fn default(object: &mut Value, name: &str, value: Value) {
    if object.get(name).is_none() {
        object[name] = value;
    }
}

/// The defaults of a pod's spec, and of a template's.
fn pod_spec(spec: &mut Value, restart: Option<&str>) {
    if let Some(restart) = restart {
        default(spec, "restartPolicy", json!(restart));
    }
    default(spec, "dnsPolicy", json!("ClusterFirst"));
    default(spec, "terminationGracePeriodSeconds", json!(30));
    default(spec, "schedulerName", json!("default-scheduler"));
    default(spec, "securityContext", json!({}));
    let on_node = spec["hostNetwork"] == json!(true);
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            default(container, "resources", json!({}));
            default(container, "terminationMessagePath", json!("/dev/termination-log"));
            default(container, "terminationMessagePolicy", json!("File"));
            let image = container["image"].as_str().unwrap_or_default();
            let policy = pull_policy(image);
            default(container, "imagePullPolicy", json!(policy));
            for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
                if let Some(probe) = container.get_mut(probe) {
                    [("timeoutSeconds", 1), ("periodSeconds", 10), ("successThreshold", 1), ("failureThreshold", 3)]
                        .into_iter()
                        .for_each(|(name, value)| default(probe, name, json!(value)));
                }
            }
            for port in container.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
                default(port, "protocol", json!("TCP"));
                if on_node && port.get("hostPort").is_none() {
                    port["hostPort"] = port["containerPort"].clone();
                }
            }
        }
    }
    for volume in spec.get_mut("volumes").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(directory) = volume.get_mut("hostPath") {
            default(directory, "type", json!(""));
        }
    }
}

/// What a pod has and a template has not: amounts asked for that are not said are those of the limits, and what plugins add before it is judged.
fn running_pod(spec: &mut Value) {
    for list in ["initContainers", "containers"] {
        for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            let limits = container["resources"]["limits"].as_object().cloned().unwrap_or_default();
            limits.into_iter().for_each(|(name, amount)| default(&mut container["resources"]["requests"], &name, amount));
        }
    }
    default(spec, "serviceAccountName", json!("default"));
    spec["serviceAccount"] = spec["serviceAccountName"].clone();
    default(spec, "enableServiceLinks", json!(true));
    default(spec, "priority", json!(0));
    default(spec, "preemptionPolicy", json!("PreemptLowerPriority"));
    let tolerated = |key: &str| json!({"key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300});
    default(spec, "tolerations", json!([tolerated("node.kubernetes.io/not-ready"), tolerated("node.kubernetes.io/unreachable")]));
}

/// Gives the one container of a pod that was read another image, with what the API server fills in by it.
pub(super) fn put_image(pod: &mut Value, image: &str) {
    let container = &mut pod["spec"]["containers"][0];
    container["image"] = json!(image);
    container["imagePullPolicy"] = json!(pull_policy(image));
}

/// How an image is pulled where that is not said.
fn pull_policy(image: &str) -> &'static str {
    if is_latest(image) { "Always" } else { "IfNotPresent" }
}

/// Whether an image's name means the newest: it has neither a tag nor a digest, or says so.
fn is_latest(image: &str) -> bool {
    let last = image.rsplit('/').next().unwrap_or_default();
    !image.contains('@') && last.split_once(':').is_none_or(|(_, tag)| tag == "latest")
}

/// The class of service that follows from requests and limits of all containers.
fn qos(spec: &Value) -> &'static str {
    let containers = ["initContainers", "containers"].iter().filter_map(|list| spec[*list].as_array()).flatten();
    let all: Vec<(&Value, &Value)> = containers.map(|c| (&c["resources"]["limits"], &c["resources"]["requests"])).collect();
    if all.iter().all(|(limits, requests)| limits.is_null() && requests.is_null()) {
        return "BestEffort";
    }
    let guaranteed = all.iter().all(|(limits, requests)| {
        ["cpu", "memory"].iter().all(|name| !limits[*name].is_null() && (requests[*name].is_null() || requests[*name] == limits[*name]))
    });
    if guaranteed { "Guaranteed" } else { "Burstable" }
}

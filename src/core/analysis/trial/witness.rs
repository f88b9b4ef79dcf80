//! The witnesses: pods, and objects that make pods, of which each breaks one demand in one way, and clean ones that break none. They are written as
//! people write them: with the breaking value, with the key missing, with null, and with an empty list or map.

use super::breaks::Break;
use kassay_engines::Provenance;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// How a witness comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// As a pod.
    Pod,
    /// As a container that is put into a pod that runs.
    Ephemeral,
    /// As the template of a Deployment. Its pods are judged as pods.
    Deployment,
    /// As the template of a CronJob.
    CronJob,
}

impl Form {
    const ALL: [Self; 4] = [Self::Pod, Self::Ephemeral, Self::Deployment, Self::CronJob];

    /// The clean witness of this form.
    #[must_use]
    pub const fn clean(self) -> &'static str {
        match self {
            Self::Pod => "clean-pod",
            Self::Ephemeral => "clean-ephemeral-container",
            Self::Deployment => "clean-deployment",
            Self::CronJob => "clean-cronjob",
        }
    }
}

/// One witness.
#[derive(Clone, Debug)]
pub struct Witness {
    /// Its name: `privileged-init-container`.
    pub id: &'static str,
    /// What it breaks.
    pub breaks: Break,
    /// How it comes in.
    pub form: Form,
    /// What it is, in words behind “a pod”: `with a privileged sidecar among its initContainers`.
    pub words: &'static str,
    /// What is supposed of its images.
    pub images: Provenance,
    change: Change,
}

type Change = fn(&mut Value);

/// The name of a registry that nobody has: names that end so are kept free for examples (RFC 2606).
const UNLISTED: &str = "registry.invalid/kassay/witness";
/// The image of a clean witness, where none of the cluster's own is at hand.
const IMAGE: &str = "registry.k8s.io/pause:3.10@sha256:ee6521f290b2168b6e0935a181d4cff9be1ac3f505666ef0e3c98fae8199917a";

/// All witnesses, the clean ones first, in the order in which they are told.
pub static WITNESSES: LazyLock<Vec<Witness>> = LazyLock::new(|| {
    let clean = Form::ALL.iter().map(|form| Witness {
        id: form.clean(),
        breaks: Break::Nothing,
        form: *form,
        words: "that breaks nothing",
        images: Provenance::Verified,
        change: |_| {},
    });
    let breaking = TABLE.iter().map(|(id, breaks, form, words, change)| Witness {
        id,
        breaks: *breaks,
        form: *form,
        words,
        images: Provenance::Verified,
        change: *change,
    });
    let of_images = IMAGES.iter().map(|(id, breaks, words, images)| Witness {
        id,
        breaks: *breaks,
        form: Form::Pod,
        words,
        images: *images,
        change: |_| {},
    });
    clean.chain(breaking).chain(of_images).collect()
});

/// Where a pod's containers stand.
fn first(spec: &mut Value) -> &mut Value {
    &mut spec["containers"][0]
}

/// A container like the first one, under another name.
fn another(spec: &Value, name: &str) -> Value {
    let mut container = spec["containers"][0].clone();
    container["name"] = json!(name);
    container
}

fn beside(spec: &mut Value, change: Change) {
    let mut container = another(spec, "second");
    change(&mut container);
    push(spec, "containers", container);
}

fn before(spec: &mut Value, change: Change) {
    let mut container = another(spec, "init");
    // The API takes no probes of containers that end.
    without(&mut container, &["livenessProbe", "readinessProbe"]);
    change(&mut container);
    push(spec, "initContainers", container);
}

fn aside(spec: &mut Value, change: Change) {
    before(spec, change);
    spec["initContainers"][0]["restartPolicy"] = json!("Always");
    spec["initContainers"][0]["name"] = json!("sidecar");
}

fn push(spec: &mut Value, list: &str, container: Value) {
    if !spec[list].is_array() {
        spec[list] = json!([]);
    }
    if let Some(items) = spec[list].as_array_mut() {
        items.push(container);
    }
}

/// The container that is put into a pod.
fn debugger(spec: &mut Value) -> &mut Value {
    &mut spec["ephemeralContainers"][0]
}

fn without(value: &mut Value, keys: &[&str]) {
    if let Some(fields) = value.as_object_mut() {
        keys.iter().for_each(|key| drop(fields.remove(*key)));
    }
}

/// A container with all rights; the API takes none that may not gain them.
fn privileged(container: &mut Value) {
    container["securityContext"]["privileged"] = json!(true);
    container["securityContext"]["allowPrivilegeEscalation"] = json!(true);
}

fn administrator(container: &mut Value) {
    container["securityContext"]["capabilities"] = json!({"drop": ["ALL"], "add": ["SYS_ADMIN"]});
}

/// Takes out of a pod all that keeps its containers from running as root.
fn without_users(spec: &mut Value) {
    without(&mut spec["securityContext"], &["runAsNonRoot", "runAsUser", "runAsGroup"]);
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        for container in spec.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            without(&mut container["securityContext"], &["runAsNonRoot", "runAsUser", "runAsGroup"]);
        }
    }
}

fn root(container: &mut Value) {
    container["securityContext"]["runAsUser"] = json!(0);
    container["securityContext"]["runAsNonRoot"] = json!(false);
}

fn unlisted(container: &mut Value) {
    container["image"] = json!(format!("{UNLISTED}:1.0"));
}

fn unbounded(container: &mut Value) {
    without(container, &["resources"]);
}

fn on_node(spec: &mut Value, path: &str) {
    push(spec, "volumes", json!({"name": "node", "hostPath": {"path": path}}));
    first(spec)["volumeMounts"] = json!([{"name": "node", "mountPath": "/node"}]);
}

/// Name, what is broken, form, words, and what is done to a clean pod spec.
const TABLE: &[(&str, Break, Form, &str, Change)] = &[
    ("privileged-container", Break::Privileged, Form::Pod, "with a privileged container", |s| privileged(first(s))),
    ("privileged-second-container", Break::Privileged, Form::Pod, "with a privileged container behind another", |s| beside(s, privileged)),
    ("privileged-init-container", Break::Privileged, Form::Pod, "with a privileged init container", |s| before(s, privileged)),
    ("privileged-sidecar", Break::Privileged, Form::Pod, "with a privileged sidecar among the initContainers", |s| aside(s, privileged)),
    ("privileged-ephemeral-container", Break::Privileged, Form::Ephemeral, "that gets a privileged ephemeral container", |s| {
        privileged(debugger(s));
    }),
    ("privileged-deployment", Break::Privileged, Form::Deployment, "with a privileged container", |s| privileged(first(s))),
    ("privileged-cronjob", Break::Privileged, Form::CronJob, "with a privileged container", |s| privileged(first(s))),
    ("host-network", Break::HostNetwork, Form::Pod, "in the node's network", |s| s["hostNetwork"] = json!(true)),
    ("host-pid", Break::HostPid, Form::Pod, "that sees the node's processes", |s| s["hostPID"] = json!(true)),
    ("host-ipc", Break::HostIpc, Form::Pod, "that shares the node's memory", |s| s["hostIPC"] = json!(true)),
    ("host-path-root", Break::HostPath, Form::Pod, "that mounts the node's root directory", |s| on_node(s, "/")),
    ("host-path-log", Break::HostPath, Form::Pod, "that mounts the node's /var/log", |s| on_node(s, "/var/log")),
    ("host-path-second-volume", Break::HostPath, Form::Pod, "that mounts the node's root directory behind another volume", |s| {
        push(s, "volumes", json!({"name": "scratch", "emptyDir": {}}));
        on_node(s, "/");
    }),
    ("capabilities-sys-admin", Break::Capabilities, Form::Pod, "with the capability SYS_ADMIN", |s| administrator(first(s))),
    ("capabilities-all", Break::Capabilities, Form::Pod, "with all capabilities", |s| {
        first(s)["securityContext"]["capabilities"] = json!({"add": ["ALL"]});
    }),
    ("capabilities-second-in-list", Break::Capabilities, Form::Pod, "with the capability SYS_ADMIN behind a harmless one", |s| {
        first(s)["securityContext"]["capabilities"] = json!({"drop": ["ALL"], "add": ["NET_BIND_SERVICE", "SYS_ADMIN"]});
    }),
    ("capabilities-init-container", Break::Capabilities, Form::Pod, "with the capability SYS_ADMIN in an init container", |s| {
        before(s, administrator);
    }),
    ("capabilities-ephemeral-container", Break::Capabilities, Form::Ephemeral, "that gets an ephemeral container with SYS_ADMIN", |s| {
        administrator(debugger(s));
    }),
    ("escalation-true", Break::Escalation, Form::Pod, "whose container may gain rights", |s| {
        first(s)["securityContext"]["allowPrivilegeEscalation"] = json!(true);
    }),
    ("escalation-missing", Break::Escalation, Form::Pod, "that does not say that its container may gain no rights", |s| {
        without(&mut first(s)["securityContext"], &["allowPrivilegeEscalation"]);
    }),
    ("escalation-null", Break::Escalation, Form::Pod, "that says null of gaining rights", |s| {
        first(s)["securityContext"]["allowPrivilegeEscalation"] = Value::Null;
    }),
    ("escalation-security-context-missing", Break::Escalation, Form::Pod, "whose container has no securityContext", |s| {
        without(first(s), &["securityContext"]);
    }),
    ("drop-missing", Break::Escalation, Form::Pod, "whose container gives up no capabilities", |s| {
        without(&mut first(s)["securityContext"], &["capabilities"]);
    }),
    ("drop-empty", Break::Escalation, Form::Pod, "whose container gives up an empty list of capabilities", |s| {
        first(s)["securityContext"]["capabilities"] = json!({"drop": []});
    }),
    ("drop-null", Break::Escalation, Form::Pod, "whose container says null of the capabilities that it gives up", |s| {
        first(s)["securityContext"]["capabilities"] = json!({"drop": null});
    }),
    ("root-user-zero", Break::Root, Form::Pod, "whose container runs as user 0", |s| {
        without_users(s);
        first(s)["securityContext"]["runAsUser"] = json!(0);
    }),
    ("root-user-zero-of-pod", Break::Root, Form::Pod, "that runs as user 0", |s| {
        without_users(s);
        s["securityContext"]["runAsUser"] = json!(0);
    }),
    ("root-non-root-false", Break::Root, Form::Pod, "that says that it need not be anybody but root", |s| {
        without_users(s);
        s["securityContext"]["runAsNonRoot"] = json!(false);
    }),
    ("root-by-silence", Break::Root, Form::Pod, "that does not say as whom it runs", without_users),
    ("root-null", Break::Root, Form::Pod, "that says null of whom it runs as", |s| {
        without_users(s);
        s["securityContext"]["runAsNonRoot"] = Value::Null;
        first(s)["securityContext"]["runAsNonRoot"] = Value::Null;
    }),
    ("root-container-over-pod", Break::Root, Form::Pod, "whose container says root where the pod says another", |s| root(first(s))),
    ("root-second-container", Break::Root, Form::Pod, "with a container of root behind another", |s| beside(s, root)),
    ("root-init-container", Break::Root, Form::Pod, "with an init container of root", |s| before(s, root)),
    ("root-ephemeral-container", Break::Root, Form::Ephemeral, "that gets an ephemeral container of root", |s| root(debugger(s))),
    ("limits-missing", Break::Limits, Form::Pod, "without limits", |s| unbounded(first(s))),
    ("limits-empty", Break::Limits, Form::Pod, "with an empty map of limits", |s| first(s)["resources"] = json!({"limits": {}})),
    ("limits-null", Break::Limits, Form::Pod, "that says null of its limits", |s| first(s)["resources"] = json!({"limits": null})),
    ("limits-without-memory", Break::Limits, Form::Pod, "with a limit on processors alone", |s| {
        first(s)["resources"] = json!({"limits": {"cpu": "100m"}, "requests": {"cpu": "100m", "memory": "64Mi"}});
    }),
    ("limits-without-cpu", Break::Limits, Form::Pod, "with a limit on memory alone", |s| {
        first(s)["resources"] = json!({"limits": {"memory": "64Mi"}, "requests": {"cpu": "100m", "memory": "64Mi"}});
    }),
    ("limits-second-container", Break::Limits, Form::Pod, "with a container without limits behind another", |s| beside(s, unbounded)),
    ("limits-init-container", Break::Limits, Form::Pod, "with an init container without limits", |s| before(s, unbounded)),
    ("registry-unlisted", Break::Registry, Form::Pod, "with an image of a registry that nobody named", |s| unlisted(first(s))),
    ("registry-second-container", Break::Registry, Form::Pod, "with such an image in a second container", |s| beside(s, unlisted)),
    ("registry-init-container", Break::Registry, Form::Pod, "with such an image in an init container", |s| before(s, unlisted)),
    ("registry-ephemeral-container", Break::Registry, Form::Ephemeral, "that gets an ephemeral container of such an image", |s| {
        unlisted(debugger(s));
    }),
    ("registry-image-volume", Break::Registry, Form::Pod, "that mounts such an image as a volume", |s| {
        push(s, "volumes", json!({"name": "image", "image": {"reference": format!("{UNLISTED}:1.0"), "pullPolicy": "IfNotPresent"}}));
    }),
];

/// Name, what is broken, words, and what is supposed of the image.
const IMAGES: &[(&str, Break, &str, Provenance)] = &[
    ("signature-none", Break::Signature, "whose image nobody signed", Provenance::Unsigned),
    ("attestation-none", Break::Attestation, "whose image nobody attests to have looked through", Provenance::Unattested),
    ("attestation-bad", Break::Attestation, "whose image was looked through and found bad", Provenance::Flawed),
];

/// What a witness wears: things by which policies may know whom they want to let in, and that break no demand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dress {
    /// The image of its containers.
    pub image: String,
    /// Labels of the pod.
    pub labels: std::collections::BTreeMap<String, String>,
}

impl Default for Dress {
    fn default() -> Self {
        Self { image: IMAGE.to_owned(), labels: std::collections::BTreeMap::new() }
    }
}

impl Witness {
    /// The witness of a name.
    #[must_use]
    pub fn by_id(id: &str) -> Option<&'static Self> {
        WITNESSES.iter().find(|witness| witness.id == id)
    }

    /// Whether it is a pod, or gets into one. What makes pods may be let in: its pods are tried as pods.
    #[must_use]
    pub const fn is_pod(&self) -> bool {
        matches!(self.form, Form::Pod | Form::Ephemeral)
    }

    /// What it is, for people: `a pod with a privileged container`.
    #[must_use]
    pub fn told(&self) -> String {
        match self.form {
            Form::Pod | Form::Ephemeral => format!("a pod {}", self.words),
            Form::Deployment => format!("a Deployment {}", self.words),
            Form::CronJob => format!("a CronJob {}", self.words),
        }
    }

    /// Its object as a person would write it, in a namespace; "" leaves that out.
    #[must_use]
    pub fn object(&self, namespace: &str, dress: &Dress) -> Value {
        let mut spec = clean_spec(dress);
        if self.form == Form::Ephemeral {
            spec["ephemeralContainers"] = json!([debug_container(dress)]);
        }
        (self.change)(&mut spec);
        let name = format!("kassay-{}", self.id);
        match self.form {
            Form::Pod | Form::Ephemeral => {
                json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata(&name, namespace, dress), "spec": spec})
            }
            Form::Deployment => {
                let labels = labels(dress, &name);
                let template = json!({"metadata": {"labels": labels}, "spec": spec});
                json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata(&name, namespace, dress),
                       "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}})
            }
            Form::CronJob => {
                spec["restartPolicy"] = json!("Never");
                let template = json!({"metadata": {"labels": labels(dress, &name)}, "spec": spec});
                json!({"apiVersion": "batch/v1", "kind": "CronJob", "metadata": metadata(&name, namespace, dress),
                       "spec": {"schedule": "0 3 * * *", "suspend": true, "jobTemplate": {"spec": {"template": template}}}})
            }
        }
    }

    /// The pod as it was before, for a container that is put into it.
    #[must_use]
    pub fn before(&self, namespace: &str, dress: &Dress) -> Value {
        let name = format!("kassay-{}", self.id);
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata(&name, namespace, dress), "spec": clean_spec(dress)})
    }
}

fn labels(dress: &Dress, name: &str) -> Value {
    if dress.labels.is_empty() { json!({"app.kubernetes.io/name": name}) } else { json!(dress.labels) }
}

fn metadata(name: &str, namespace: &str, dress: &Dress) -> Value {
    let mut metadata = Map::new();
    metadata.insert("name".to_owned(), json!(name));
    if !namespace.is_empty() {
        metadata.insert("namespace".to_owned(), json!(namespace));
    }
    metadata.insert("labels".to_owned(), labels(dress, name));
    Value::Object(metadata)
}

/// Hardened as the level *restricted* of the Pod Security Standards asks, with limits and probes.
fn clean_spec(dress: &Dress) -> Value {
    json!({
        "automountServiceAccountToken": false,
        "securityContext": {"runAsNonRoot": true, "runAsUser": 10001, "runAsGroup": 10001, "fsGroup": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [{
            "name": "app",
            "image": dress.image,
            "resources": {"limits": {"cpu": "100m", "memory": "64Mi"}, "requests": {"cpu": "100m", "memory": "64Mi"}},
            "securityContext": hardened(),
            "livenessProbe": {"tcpSocket": {"port": 8080}},
            "readinessProbe": {"tcpSocket": {"port": 8080}},
        }],
    })
}

fn hardened() -> Value {
    json!({"privileged": false, "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true, "runAsNonRoot": true, "runAsUser": 10001,
           "capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "RuntimeDefault"}})
}

/// Containers that are put into a pod have neither limits nor probes.
fn debug_container(dress: &Dress) -> Value {
    json!({"name": "debug", "image": dress.image, "securityContext": hardened()})
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_has_a_name_of_its_own_and_differs_from_the_clean_one() {
        let names: BTreeSet<&str> = WITNESSES.iter().map(|witness| witness.id).collect();
        assert_eq!(names.len(), WITNESSES.len());
        let dress = Dress::default();
        let spec = |witness: &Witness| {
            let object = witness.object("pay", &dress);
            ["/spec/template/spec", "/spec/jobTemplate/spec/template/spec", "/spec"].iter().find_map(|at| object.pointer(at)).cloned()
        };
        for witness in WITNESSES.iter().filter(|witness| witness.breaks != Break::Nothing) {
            let clean = Witness::by_id(witness.form.clean()).map(spec);
            let same = clean == Some(spec(witness));
            assert_eq!(same, matches!(witness.breaks, Break::Signature | Break::Attestation), "{}", witness.id);
        }
    }
}

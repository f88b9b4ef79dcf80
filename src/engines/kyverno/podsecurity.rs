//! The Pod Security Standards as Kyverno judges by them, with its exclusions.
//!
//! Source: pkg/pss of Kyverno 1.19 and its fork of k8s.io/pod-security-admission. Of each check the version that fits the level's is used, and the oldest
//! one where all are newer.

use super::types::Exclusion;
use crate::wildcard::any_matches;
use serde_json::{Value, json};

/// One thing that is wrong: where, and the values that are.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fault {
    field: String,
    values: Vec<String>,
}

/// A check that failed. Where there is no list of faults nothing can be excluded.
#[derive(Clone, Debug)]
struct Failed {
    id: &'static str,
    faults: Option<Vec<Fault>>,
}

/// A level and a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standard {
    baseline: bool,
    minor: u32,
}

/// Reads a level and a version; none where the version is none.
#[must_use]
pub fn standard(level: &str, version: &str) -> Option<Standard> {
    let minor = match version {
        "" | "latest" => u32::MAX,
        other => {
            let minor = other.strip_prefix("v1.")?;
            if minor.is_empty() || !minor.bytes().all(|b| b.is_ascii_digit()) || minor.len() > 1 && minor.starts_with('0') {
                return None;
            }
            minor.parse().ok()?
        }
    };
    // Every other level is judged by all checks.
    Some(Standard { baseline: level == "baseline", minor })
}

/// The metadata and the specification of the pod in an object; none for other kinds. A CronJob's metadata is that of its jobs.
#[must_use]
pub fn pod_of(object: &Value) -> Option<Value> {
    let (metadata, spec) = match object["kind"].as_str()? {
        "Pod" => (&object["metadata"], &object["spec"]),
        "DaemonSet" | "Deployment" | "Job" | "StatefulSet" | "ReplicaSet" | "ReplicationController" => {
            (&object["spec"]["template"]["metadata"], &object["spec"]["template"]["spec"])
        }
        "CronJob" => {
            let job = &object["spec"]["jobTemplate"];
            (&job["metadata"], &job["spec"]["template"]["spec"])
        }
        _ => return None,
    };
    Some(json!({"metadata": metadata, "spec": spec}))
}

/// What is wrong with a pod after exclusions, in words; empty where nothing is.
#[must_use]
pub fn judge(standard: &Standard, exclusions: &[Exclusion], pod: &Value) -> Vec<String> {
    let mut failed = evaluate(standard, pod);
    for exclusion in exclusions {
        failed = without(failed, standard, exclusion, pod);
    }
    failed
        .into_iter()
        .map(|check| {
            let fields: Vec<String> = check.faults.unwrap_or_default().into_iter().map(|fault| fault.field).collect();
            format!("{}: {}", check.id, fields.join(", "))
        })
        .collect()
}

const LISTS: [&str; 3] = ["initContainers", "containers", "ephemeralContainers"];

/// The checks behind the name of a control.
fn checks_of(control: &str) -> &'static [&'static str] {
    match control {
        "Capabilities" => &["capabilities_baseline", "capabilities_restricted"],
        "Seccomp" => &["seccompProfile_baseline", "seccompProfile_restricted"],
        "Privileged Containers" => &["privileged"],
        "Host Ports" => &["hostPorts"],
        "/proc Mount Type" => &["procMount"],
        "HostProcess" => &["windowsHostProcess"],
        "SELinux" => &["seLinuxOptions"],
        "Host Namespaces" => &["hostNamespaces"],
        "HostPath Volumes" => &["hostPathVolumes"],
        "Sysctls" => &["sysctls"],
        "AppArmor" => &["appArmorProfile"],
        "Privilege Escalation" => &["allowPrivilegeEscalation"],
        "Running as Non-root" => &["runAsNonRoot"],
        "Running as Non-root user" => &["runAsUser"],
        "Volume Types" => &["restrictedVolumes"],
        _ => &[],
    }
}

/// Takes out what an exclusion excludes. Without images the rest of the pod is judged around one empty container; with images, their containers alone.
fn without(failed: Vec<Failed>, standard: &Standard, exclusion: &Exclusion, pod: &Value) -> Vec<Failed> {
    let by_container = !exclusion.images.is_empty();
    let mut narrowed = pod.clone();
    if by_container {
        let mut spec = json!({});
        for list in LISTS {
            let kept = pod["spec"][list].as_array().into_iter().flatten();
            let kept = kept.filter(|container| any_matches(&exclusion.images, container["image"].as_str().unwrap_or_default()));
            spec[list] = Value::Array(kept.cloned().collect());
        }
        narrowed = json!({"metadata": {}, "spec": spec});
    } else {
        if narrowed["spec"].is_null() {
            narrowed["spec"] = json!({});
        }
        for list in LISTS {
            narrowed["spec"][list] = json!([]);
        }
        narrowed["spec"]["containers"] = json!([{"name": "fake"}]);
    }
    let mut left = failed;
    for check in evaluate(standard, &narrowed).iter().filter(|check| checks_of(&exclusion.control_name).contains(&check.id)) {
        for excluded in check.faults.iter().flatten() {
            let (field, container) = place(&excluded.field, &narrowed, by_container);
            if !exclusion.restricted_field.is_empty() && field != exclusion.restricted_field {
                continue;
            }
            if !exclusion.values.is_empty() && !excluded.values.iter().all(|value| any_matches(&exclusion.values, value)) {
                continue;
            }
            let Some(at) = left.iter().position(|other| other.id == check.id) else { continue };
            let Some(faults) = &mut left[at].faults else { continue };
            let same = |fault: &Fault| {
                let (other_field, other_container) = place(&fault.field, pod, by_container);
                field == other_field && (other_container.is_none() || container == other_container)
            };
            if let Some(index) = faults.iter().position(same) {
                faults.swap_remove(index);
            }
            if faults.is_empty() {
                left.remove(at);
            }
        }
    }
    left
}

/// A field with stars for its numbers, and the name of the container that it belongs to.
fn place(field: &str, pod: &Value, by_container: bool) -> (String, Option<String>) {
    let mut starred = String::new();
    let mut in_number = false;
    for c in field.chars() {
        if c.is_ascii_digit() {
            if !in_number {
                starred.push('*');
            }
            in_number = true;
        } else {
            in_number = false;
            starred.push(c);
        }
    }
    let mut parts = field.split(['.', '[', ']']);
    let container = match (parts.next(), parts.next(), parts.next()) {
        (Some("spec"), Some(list), Some(index)) if by_container && LISTS.contains(&list) => {
            let index: usize = index.parse().unwrap_or(usize::MAX);
            Some(pod["spec"][list].get(index).and_then(|container| container["name"].as_str()).unwrap_or_default().to_owned())
        }
        _ => None,
    };
    (starred, container)
}

/// All checks of a level, one after another.
fn evaluate(standard: &Standard, pod: &Value) -> Vec<Failed> {
    let spec = &pod["spec"];
    let mut failed = Vec::new();
    let mut add = |id: &'static str, faults: Vec<Fault>| {
        if !faults.is_empty() {
            failed.push(Failed { id, faults: Some(faults) });
        }
    };
    add("appArmorProfile", app_armor(pod));
    add("capabilities_baseline", added_capabilities(spec, &BASELINE_CAPABILITIES));
    add("hostNamespaces", host_namespaces(spec));
    add("hostPathVolumes", host_paths(spec));
    add("hostPorts", host_ports(spec));
    add("privileged", flags(spec, "privileged"));
    add("procMount", proc_mount(spec));
    add("seLinuxOptions", se_linux(spec, standard.minor));
    add("seccompProfile_baseline", if standard.minor < 19 { seccomp_annotations(pod) } else { profiles(spec, "seccompProfile") });
    add("sysctls", sysctls(spec, standard.minor));
    add("windowsHostProcess", host_process(spec));
    if !standard.baseline {
        let windows = standard.minor >= 25 && spec["os"]["name"] == json!("windows");
        if !windows {
            add("allowPrivilegeEscalation", escalation(spec));
            add("capabilities_restricted", restricted_capabilities(spec));
        }
        add("restrictedVolumes", volumes(spec));
        add("runAsNonRoot", non_root(spec));
        add("runAsUser", root_user(spec));
        if !windows {
            add("seccompProfile_restricted", restricted_seccomp(spec));
        }
    }
    if probes_elsewhere(spec) {
        failed.push(Failed { id: "hostProbesAndHostLifecycle", faults: None });
    }
    failed
}

fn fault(field: impl Into<String>, values: &[&str]) -> Fault {
    Fault { field: field.into(), values: values.iter().filter(|value| !value.is_empty()).map(|value| (*value).to_owned()).collect() }
}

/// All containers with their places.
fn containers(spec: &Value) -> impl Iterator<Item = (String, &Value)> {
    LISTS.into_iter().flat_map(move |list| {
        let items = spec[list].as_array().into_iter().flatten().enumerate();
        items.map(move |(at, container)| (format!("spec.{list}[{at}]"), container))
    })
}

/// Flags of containers that are true.
fn flags(spec: &Value, flag: &str) -> Vec<Fault> {
    let bad = containers(spec).filter(|(_, container)| container["securityContext"][flag] == json!(true));
    bad.map(|(path, _)| fault(format!("{path}.securityContext.{flag}"), &["true"])).collect()
}

fn known_profile(kind: &Value) -> bool {
    matches!(kind.as_str(), Some("RuntimeDefault" | "Localhost"))
}

/// Profiles of the pod and its containers that are there and not known.
fn profiles(spec: &Value, name: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let pod = [("spec".to_owned(), spec)];
    for (path, holder) in pod.into_iter().chain(containers(spec)) {
        let profile = &holder["securityContext"][name];
        if profile.is_object() && !known_profile(&profile["type"]) {
            faults.push(fault(format!("{path}.securityContext.{name}.type"), &[profile["type"].as_str().unwrap_or_default()]));
        }
    }
    faults
}

fn app_armor(pod: &Value) -> Vec<Fault> {
    let mut faults = profiles(&pod["spec"], "appArmorProfile");
    for (key, value) in pod["metadata"]["annotations"].as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        let allowed = value.is_empty() || value == "runtime/default" || value.starts_with("localhost/");
        if key.starts_with("container.apparmor.security.beta.kubernetes.io/") && !allowed {
            faults.push(fault(format!("metadata.annotations[{key}]"), &[value]));
        }
    }
    faults
}

const BASELINE_CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

fn texts(value: &Value) -> Vec<&str> {
    let mut texts: Vec<&str> = value.as_array().into_iter().flatten().map(|item| item.as_str().unwrap_or_default()).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

fn added_capabilities(spec: &Value, allowed: &[&str]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, container) in containers(spec) {
        let added = texts(&container["securityContext"]["capabilities"]["add"]);
        let bad: Vec<&str> = added.into_iter().filter(|one| !allowed.contains(one)).collect();
        if !bad.is_empty() {
            faults.push(fault(format!("{path}.securityContext.capabilities.add"), &bad));
        }
    }
    faults
}

fn restricted_capabilities(spec: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, container) in containers(spec) {
        let dropped = texts(&container["securityContext"]["capabilities"]["drop"]);
        if !dropped.contains(&"ALL") {
            faults.push(fault(format!("{path}.securityContext.capabilities.drop"), &dropped));
        }
    }
    faults.extend(added_capabilities(spec, &["NET_BIND_SERVICE"]));
    faults
}

fn host_namespaces(spec: &Value) -> Vec<Fault> {
    let set = ["hostNetwork", "hostPID", "hostIPC"].into_iter().filter(|name| spec[*name] == json!(true));
    set.map(|name| fault(format!("spec.{name}"), &["true"])).collect()
}

fn listed<'a>(spec: &'a Value, list: &str) -> impl Iterator<Item = (usize, &'a Value)> {
    spec[list].as_array().into_iter().flatten().enumerate()
}

fn host_paths(spec: &Value) -> Vec<Fault> {
    let bad = listed(spec, "volumes").filter(|(_, volume)| !volume["hostPath"].is_null());
    bad.map(|(at, volume)| fault(format!("spec.volumes[{at}].hostPath"), &[volume["hostPath"]["path"].as_str().unwrap_or_default()]))
        .collect()
}

fn host_ports(spec: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, container) in containers(spec) {
        for (at, port) in listed(container, "ports") {
            if let Some(number) = port["hostPort"].as_i64().filter(|number| *number != 0) {
                faults.push(fault(format!("{path}.ports[{at}].hostPort"), &[&number.to_string()]));
            }
        }
    }
    faults
}

fn proc_mount(spec: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, container) in containers(spec) {
        if let Some(mount) = container["securityContext"]["procMount"].as_str().filter(|mount| *mount != "Default") {
            faults.push(fault(format!("{path}.securityContext.procMount"), &[mount]));
        }
    }
    faults
}

fn se_linux(spec: &Value, minor: u32) -> Vec<Fault> {
    let mut faults = Vec::new();
    let pod = [("spec".to_owned(), spec)];
    for (path, holder) in pod.into_iter().chain(containers(spec)) {
        let options = &holder["securityContext"]["seLinuxOptions"];
        let text = |key: &str| options[key].as_str().unwrap_or_default();
        let kind = text("type");
        let known =
            matches!(kind, "" | "container_t" | "container_init_t" | "container_kvm_t") || minor >= 31 && kind == "container_engine_t";
        for (key, bad) in [("type", !known), ("user", !text("user").is_empty()), ("role", !text("role").is_empty())] {
            if bad {
                faults.push(fault(format!("{path}.securityContext.seLinuxOptions.{key}"), &[text(key)]));
            }
        }
    }
    faults
}

fn seccomp_annotations(pod: &Value) -> Vec<Fault> {
    let annotations = &pod["metadata"]["annotations"];
    let of_containers = containers(&pod["spec"])
        .map(|(_, c)| format!("container.seccomp.security.alpha.kubernetes.io/{}", c["name"].as_str().unwrap_or_default()));
    let mut faults = Vec::new();
    for key in std::iter::once("seccomp.security.alpha.kubernetes.io/pod".to_owned()).chain(of_containers) {
        if let Some(value) = annotations[&key].as_str()
            && !(value == "runtime/default" || value == "docker/default" || value.starts_with("localhost/"))
        {
            faults.push(fault(format!("metadata.annotations[{key}]"), &[value]));
        }
    }
    faults
}

/// A profile must be known, and there: in the container, or in the pod.
fn restricted_seccomp(spec: &Value) -> Vec<Fault> {
    let bad = profiles(spec, "seccompProfile");
    if !bad.is_empty() {
        return bad;
    }
    if spec["securityContext"]["seccompProfile"].is_object() {
        return Vec::new();
    }
    let missing = containers(spec).filter(|(_, container)| !container["securityContext"]["seccompProfile"].is_object());
    missing.map(|(path, _)| fault(format!("{path}.securityContext.seccompProfile.type"), &[])).collect()
}

fn sysctls(spec: &Value, minor: u32) -> Vec<Fault> {
    let since = |name: &str| {
        Some(match name {
            "kernel.shm_rmid_forced"
            | "net.ipv4.ip_local_port_range"
            | "net.ipv4.tcp_syncookies"
            | "net.ipv4.ping_group_range"
            | "net.ipv4.ip_unprivileged_port_start" => 0,
            "net.ipv4.ip_local_reserved_ports" => 27,
            "net.ipv4.tcp_keepalive_time"
            | "net.ipv4.tcp_fin_timeout"
            | "net.ipv4.tcp_keepalive_intvl"
            | "net.ipv4.tcp_keepalive_probes" => 29,
            "net.ipv4.tcp_rmem" | "net.ipv4.tcp_wmem" => 32,
            _ => return None,
        })
    };
    let mut faults = Vec::new();
    for (at, sysctl) in listed(&spec["securityContext"], "sysctls") {
        let name = sysctl["name"].as_str().unwrap_or_default();
        if since(name).is_none_or(|since| minor < since) {
            faults.push(fault(format!("spec.securityContext.sysctls[{at}].name"), &[name]));
        }
    }
    faults
}

fn host_process(spec: &Value) -> Vec<Fault> {
    let pod = [("spec".to_owned(), spec)];
    let bad = pod
        .into_iter()
        .chain(containers(spec))
        .filter(|(_, holder)| holder["securityContext"]["windowsOptions"]["hostProcess"] == json!(true));
    bad.map(|(path, _)| fault(format!("{path}.securityContext.windowsOptions.hostProcess"), &["true"])).collect()
}

fn escalation(spec: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, container) in containers(spec) {
        let context = &container["securityContext"];
        let path = format!("{path}.securityContext.allowPrivilegeEscalation");
        match &context["allowPrivilegeEscalation"] {
            Value::Bool(false) => {}
            Value::Bool(true) => faults.push(fault(path, &["true"])),
            _ if context.is_null() => faults.push(fault(path, &[])),
            _ => faults.push(fault(path, &["nil"])),
        }
    }
    faults
}

fn volumes(spec: &Value) -> Vec<Fault> {
    const ALLOWED: [&str; 9] =
        ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"];
    const KNOWN: [&str; 22] = [
        "hostPath",
        "gcePersistentDisk",
        "awsElasticBlockStore",
        "gitRepo",
        "nfs",
        "iscsi",
        "glusterfs",
        "rbd",
        "flexVolume",
        "cinder",
        "cephfs",
        "flocker",
        "fc",
        "azureFile",
        "vsphereVolume",
        "quobyte",
        "azureDisk",
        "photonPersistentDisk",
        "portworxVolume",
        "scaleIO",
        "storageos",
        "unknown",
    ];
    let mut faults = Vec::new();
    for (at, volume) in listed(spec, "volumes") {
        if ALLOWED.iter().any(|kind| !volume[*kind].is_null()) {
            continue;
        }
        let kind = KNOWN.iter().find(|kind| !volume[**kind].is_null()).unwrap_or(&"unknown");
        faults.push(fault(format!("spec.volumes[{at}].{kind}"), &[]));
    }
    faults
}

fn non_root(spec: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    let of_pod = &spec["securityContext"]["runAsNonRoot"];
    if *of_pod == json!(false) {
        faults.push(fault("spec.securityContext.runAsNonRoot", &["false"]));
    }
    let mut missing = Vec::new();
    for (path, container) in containers(spec) {
        let path = format!("{path}.securityContext.runAsNonRoot");
        match &container["securityContext"]["runAsNonRoot"] {
            Value::Bool(false) => faults.push(fault(path, &["false"])),
            Value::Bool(true) => {}
            _ if *of_pod != json!(true) => missing.push(fault(path, &[])),
            _ => {}
        }
    }
    faults.extend(missing);
    faults
}

fn root_user(spec: &Value) -> Vec<Fault> {
    let pod = [("spec".to_owned(), spec)];
    let bad = pod.into_iter().chain(containers(spec)).filter(|(_, holder)| holder["securityContext"]["runAsUser"].as_i64() == Some(0));
    bad.map(|(path, _)| fault(format!("{path}.securityContext.runAsUser"), &["0"])).collect()
}

/// Probes and hooks that go to another host.
fn probes_elsewhere(spec: &Value) -> bool {
    let elsewhere =
        |handler: &Value| ["httpGet", "tcpSocket"].iter().any(|kind| handler[*kind]["host"].as_str().is_some_and(|host| !host.is_empty()));
    containers(spec).any(|(_, container)| {
        ["livenessProbe", "readinessProbe", "startupProbe"].iter().any(|probe| elsewhere(&container[*probe]))
            || ["postStart", "preStop"].iter().any(|hook| elsewhere(&container["lifecycle"][*hook]))
    })
}

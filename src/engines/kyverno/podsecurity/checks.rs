//! The checks, each by itself: what is wrong, and where.

use super::{Fault, LISTS};
use crate::standards::{self, APP_ARMOR, SECCOMP_CONTAINER, SECCOMP_POD};
use serde_json::{Value, json};

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
pub(super) fn flags(spec: &Value, flag: &str) -> Vec<Fault> {
    let bad = containers(spec).filter(|(_, container)| container["securityContext"][flag] == json!(true));
    bad.map(|(path, _)| fault(format!("{path}.securityContext.{flag}"), &["true"])).collect()
}

fn known_profile(kind: &Value) -> bool {
    kind.as_str().is_some_and(standards::confines)
}

/// Profiles of the pod and its containers that are there and not known.
pub(super) fn profiles(spec: &Value, name: &str) -> Vec<Fault> {
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

pub(super) fn app_armor(pod: &Value) -> Vec<Fault> {
    let mut faults = profiles(&pod["spec"], "appArmorProfile");
    for (key, value) in pod["metadata"]["annotations"].as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default();
        if key.starts_with(APP_ARMOR) && !standards::app_armor_confines(value) {
            faults.push(fault(format!("metadata.annotations[{key}]"), &[value]));
        }
    }
    faults
}

fn texts(value: &Value) -> Vec<&str> {
    let mut texts: Vec<&str> = value.as_array().into_iter().flatten().map(|item| item.as_str().unwrap_or_default()).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}

pub(super) fn added_capabilities(spec: &Value, allowed: &[&str]) -> Vec<Fault> {
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

pub(super) fn restricted_capabilities(spec: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, container) in containers(spec) {
        let dropped = texts(&container["securityContext"]["capabilities"]["drop"]);
        if !dropped.contains(&"ALL") {
            faults.push(fault(format!("{path}.securityContext.capabilities.drop"), &dropped));
        }
    }
    faults.extend(added_capabilities(spec, standards::RESTRICTED_CAPABILITIES));
    faults
}

pub(super) fn host_namespaces(spec: &Value) -> Vec<Fault> {
    let set = ["hostNetwork", "hostPID", "hostIPC"].into_iter().filter(|name| spec[*name] == json!(true));
    set.map(|name| fault(format!("spec.{name}"), &["true"])).collect()
}

fn listed<'a>(spec: &'a Value, list: &str) -> impl Iterator<Item = (usize, &'a Value)> {
    spec[list].as_array().into_iter().flatten().enumerate()
}

pub(super) fn host_paths(spec: &Value) -> Vec<Fault> {
    let bad = listed(spec, "volumes").filter(|(_, volume)| !volume["hostPath"].is_null());
    bad.map(|(at, volume)| fault(format!("spec.volumes[{at}].hostPath"), &[volume["hostPath"]["path"].as_str().unwrap_or_default()]))
        .collect()
}

pub(super) fn host_ports(spec: &Value) -> Vec<Fault> {
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

pub(super) fn proc_mount(spec: &Value) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, container) in containers(spec) {
        if let Some(mount) = container["securityContext"]["procMount"].as_str().filter(|mount| *mount != "Default") {
            faults.push(fault(format!("{path}.securityContext.procMount"), &[mount]));
        }
    }
    faults
}

pub(super) fn se_linux(spec: &Value, minor: u32) -> Vec<Fault> {
    let mut faults = Vec::new();
    let pod = [("spec".to_owned(), spec)];
    for (path, holder) in pod.into_iter().chain(containers(spec)) {
        let options = &holder["securityContext"]["seLinuxOptions"];
        let text = |key: &str| options[key].as_str().unwrap_or_default();
        let kind = text("type");
        let known = standards::may_be_typed(kind, minor);
        for (key, bad) in [("type", !known), ("user", !text("user").is_empty()), ("role", !text("role").is_empty())] {
            if bad {
                faults.push(fault(format!("{path}.securityContext.seLinuxOptions.{key}"), &[text(key)]));
            }
        }
    }
    faults
}

pub(super) fn seccomp_annotations(pod: &Value) -> Vec<Fault> {
    let annotations = &pod["metadata"]["annotations"];
    let of_containers = containers(&pod["spec"]).map(|(_, c)| format!("{SECCOMP_CONTAINER}{}", c["name"].as_str().unwrap_or_default()));
    let mut faults = Vec::new();
    for key in std::iter::once(SECCOMP_POD.to_owned()).chain(of_containers) {
        if let Some(value) = annotations[&key].as_str()
            && !standards::seccomp_confines(value)
        {
            faults.push(fault(format!("metadata.annotations[{key}]"), &[value]));
        }
    }
    faults
}

/// A profile must be known, and there: in the container, or in the pod.
pub(super) fn restricted_seccomp(spec: &Value) -> Vec<Fault> {
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

pub(super) fn sysctls(spec: &Value, minor: u32) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (at, sysctl) in listed(&spec["securityContext"], "sysctls") {
        let name = sysctl["name"].as_str().unwrap_or_default();
        if !standards::may_set(name, minor) {
            faults.push(fault(format!("spec.securityContext.sysctls[{at}].name"), &[name]));
        }
    }
    faults
}

pub(super) fn host_process(spec: &Value) -> Vec<Fault> {
    let pod = [("spec".to_owned(), spec)];
    let bad = pod
        .into_iter()
        .chain(containers(spec))
        .filter(|(_, holder)| holder["securityContext"]["windowsOptions"]["hostProcess"] == json!(true));
    bad.map(|(path, _)| fault(format!("{path}.securityContext.windowsOptions.hostProcess"), &["true"])).collect()
}

pub(super) fn escalation(spec: &Value) -> Vec<Fault> {
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

pub(super) fn volumes(spec: &Value) -> Vec<Fault> {
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
        if standards::RESTRICTED_VOLUMES.iter().any(|kind| !volume[*kind].is_null()) {
            continue;
        }
        let kind = KNOWN.iter().find(|kind| !volume[**kind].is_null()).unwrap_or(&"unknown");
        faults.push(fault(format!("spec.volumes[{at}].{kind}"), &[]));
    }
    faults
}

pub(super) fn non_root(spec: &Value) -> Vec<Fault> {
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

pub(super) fn root_user(spec: &Value) -> Vec<Fault> {
    let pod = [("spec".to_owned(), spec)];
    let bad = pod.into_iter().chain(containers(spec)).filter(|(_, holder)| holder["securityContext"]["runAsUser"].as_i64() == Some(0));
    bad.map(|(path, _)| fault(format!("{path}.securityContext.runAsUser"), &["0"])).collect()
}

/// Probes and hooks that go to another host.
pub(super) fn probes_elsewhere(spec: &Value) -> bool {
    let elsewhere =
        |handler: &Value| ["httpGet", "tcpSocket"].iter().any(|kind| handler[*kind]["host"].as_str().is_some_and(|host| !host.is_empty()));
    containers(spec).any(|(_, container)| {
        ["livenessProbe", "readinessProbe", "startupProbe"].iter().any(|probe| elsewhere(&container[*probe]))
            || ["postStart", "preStop"].iter().any(|hook| elsewhere(&container["lifecycle"][*hook]))
    })
}

//! The Pod Security Standards as Kyverno judges by them, with its exclusions.
//!
//! Source: pkg/pss of Kyverno 1.19 and its fork of k8s.io/pod-security-admission. Of each check the version that fits the level's is used, and the oldest
//! one where all are newer.

mod checks;

use super::types::Exclusion;
use crate::standards::BASELINE_CAPABILITIES;
use crate::wildcard::any_matches;
use checks::{
    added_capabilities, app_armor, escalation, flags, host_namespaces, host_paths, host_ports, host_process, non_root, probes_elsewhere,
    proc_mount, profiles, restricted_capabilities, restricted_seccomp, root_user, se_linux, seccomp_annotations, sysctls, volumes,
};
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

/// The newest minor version of the standards that Kyverno is built with: newer ones are judged as this.
const NEWEST: u32 = 34;

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
        "" | "latest" => NEWEST,
        other => {
            let minor = other.strip_prefix("v1.")?;
            if minor.is_empty() || !minor.bytes().all(|b| b.is_ascii_digit()) || minor.len() > 1 && minor.starts_with('0') {
                return None;
            }
            minor.parse::<u32>().ok()?.min(NEWEST)
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
    add("capabilities_baseline", added_capabilities(spec, BASELINE_CAPABILITIES));
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

//! The twelve rules of level *baseline*, one function each. A function sees the subject and the minor version and tells every place that
//! breaks its rule; the version only matters where a comment says since when.

use super::{Breach, Level, Location, Rule, Subject, spec_breach};
use crate::kinds::pod::{Handler, Profile, SeLinuxOptions, WindowsOptions};
use crate::model::Severity;
use kassay_engines::standards::{self, APP_ARMOR, SECCOMP_CONTAINER, SECCOMP_POD};

const fn rule(id: &'static str, since: u32, severity: Severity, judge: fn(&Subject<'_>, u32) -> Vec<Breach>) -> Rule {
    Rule { id, level: Level::Baseline, since, overrides: None, severity, judge }
}

/// By id.
pub(super) const RULES: &[Rule] = &[
    rule("appArmorProfile", 0, Severity::Medium, app_armor_profile),
    rule("capabilities_baseline", 0, Severity::High, capabilities),
    rule("hostNamespaces", 0, Severity::High, host_namespaces),
    rule("hostPathVolumes", 0, Severity::High, host_path_volumes),
    rule("hostPorts", 0, Severity::Medium, host_ports),
    rule("hostProbesAndHostLifecycle", 34, Severity::Medium, host_probes_and_host_lifecycle),
    rule("privileged", 0, Severity::Critical, privileged),
    rule("procMount", 0, Severity::Medium, proc_mount),
    rule("seLinuxOptions", 0, Severity::Medium, se_linux_options),
    rule("seccompProfile_baseline", 0, Severity::Medium, seccomp_profile),
    rule("sysctls", 0, Severity::Medium, sysctls),
    rule("windowsHostProcess", 0, Severity::Critical, windows_host_process),
];

/// Whether a seccomp or AppArmor profile confines: the runtime's own, or one on the node.
pub(super) fn confines(profile: &Profile) -> bool {
    standards::confines(&profile.r#type)
}

fn app_armor_profile(subject: &Subject<'_>, _: u32) -> Vec<Breach> {
    let mut found = Vec::new();
    if let Some(profile) = subject.spec.security_context.app_armor_profile.as_ref().filter(|p| !confines(p)) {
        found.push(spec_breach("securityContext.appArmorProfile.type", &profile.r#type));
    }
    found.extend(subject.each(|c| {
        let profile = c.security_context.app_armor_profile.as_ref().filter(|p| !confines(p))?;
        Some(("securityContext.appArmorProfile.type", profile.r#type.clone()))
    }));
    found.extend(annotations(subject, |key| key.starts_with(APP_ARMOR), |value| !standards::app_armor_confines(value)));
    found
}

fn annotations(subject: &Subject<'_>, ours: impl Fn(&str) -> bool, bad: impl Fn(&str) -> bool) -> Vec<Breach> {
    let found = subject.annotations.iter().filter(|(key, value)| ours(key) && bad(value));
    found.map(|(key, value)| Breach { place: Location::Annotation((*key).to_owned()), observed: (*value).to_owned() }).collect()
}

fn capabilities(subject: &Subject<'_>, _: u32) -> Vec<Breach> {
    subject.each(|c| added_beyond(&c.security_context.capabilities.add, standards::BASELINE_CAPABILITIES))
}

/// The capabilities beyond those that may be added.
pub(super) fn added_beyond(added: &[String], allowed: &[&str]) -> Option<(&'static str, String)> {
    let beyond: Vec<&str> = added.iter().map(String::as_str).filter(|name| !allowed.contains(name)).collect();
    if beyond.is_empty() { None } else { Some(("securityContext.capabilities.add", beyond.join(", "))) }
}

fn host_namespaces(subject: &Subject<'_>, _: u32) -> Vec<Breach> {
    let spec = subject.spec;
    let shared = [("hostNetwork", spec.host_network), ("hostPID", spec.host_pid), ("hostIPC", spec.host_ipc)];
    shared.into_iter().filter(|(_, shared)| *shared).map(|(field, _)| spec_breach(field, "true")).collect()
}

fn host_path_volumes(subject: &Subject<'_>, _: u32) -> Vec<Breach> {
    let mounted = subject.spec.volumes.iter().filter_map(|v| v.host_path.as_ref().map(|path| (v, path)));
    mounted.map(|(v, path)| spec_breach(format!("volumes[name={}].hostPath", v.name), path)).collect()
}

fn host_ports(subject: &Subject<'_>, _: u32) -> Vec<Breach> {
    let mut found = Vec::new();
    for (path, container) in subject.containers() {
        for port in container.ports.iter().filter(|port| port.host_port != 0) {
            // The API merges ports by number and protocol, so these name the item.
            let protocol =
                if matches!(port.protocol.as_str(), "" | "TCP") { String::new() } else { format!(",protocol={}", port.protocol) };
            let item = format!("{path}.ports[containerPort={}{protocol}].hostPort", port.container_port);
            found.push(spec_breach(item, port.host_port.to_string()));
        }
    }
    found
}

fn host_probes_and_host_lifecycle(subject: &Subject<'_>, _: u32) -> Vec<Breach> {
    let mut found = Vec::new();
    for (path, c) in subject.containers() {
        let handlers = [
            ("livenessProbe", c.liveness_probe.as_ref()),
            ("readinessProbe", c.readiness_probe.as_ref()),
            ("startupProbe", c.startup_probe.as_ref()),
            ("lifecycle.postStart", c.lifecycle.post_start.as_ref()),
            ("lifecycle.preStop", c.lifecycle.pre_stop.as_ref()),
        ];
        for (field, handler) in handlers {
            for (way, host) in handler.into_iter().flat_map(hosts) {
                found.push(spec_breach(format!("{path}.{field}.{way}.host"), host));
            }
        }
    }
    found
}

fn hosts(handler: &Handler) -> impl Iterator<Item = (&'static str, &str)> {
    let ways = [("httpGet", handler.http_get.as_ref()), ("tcpSocket", handler.tcp_socket.as_ref())];
    ways.into_iter().filter_map(|(way, target)| Some((way, target?.host.as_str()))).filter(|(_, host)| !host.is_empty())
}

fn privileged(subject: &Subject<'_>, _: u32) -> Vec<Breach> {
    subject.each(|c| (c.security_context.privileged == Some(true)).then(|| ("securityContext.privileged", "true".to_owned())))
}

fn proc_mount(subject: &Subject<'_>, minor: u32) -> Vec<Breach> {
    // Since 1.35 an unmasked /proc is no way out of a user namespace.
    if minor >= 35 && subject.has_user_namespace() { vec![] } else { proc_mounts(subject) }
}

/// Every container whose /proc is not the runtime's default.
pub(super) fn proc_mounts(subject: &Subject<'_>) -> Vec<Breach> {
    subject.each(|c| {
        let mount = c.security_context.proc_mount.as_ref().filter(|mount| *mount != "Default")?;
        Some(("securityContext.procMount", mount.clone()))
    })
}

fn se_linux_options(subject: &Subject<'_>, minor: u32) -> Vec<Breach> {
    let bad = |options: &SeLinuxOptions| {
        let mut wrong = Vec::new();
        if !standards::may_be_typed(&options.r#type, minor) {
            wrong.push(("securityContext.seLinuxOptions.type", options.r#type.clone()));
        }
        if !options.user.is_empty() {
            wrong.push(("securityContext.seLinuxOptions.user", options.user.clone()));
        }
        if !options.role.is_empty() {
            wrong.push(("securityContext.seLinuxOptions.role", options.role.clone()));
        }
        wrong
    };
    let mut found = Vec::new();
    for (field, value) in subject.spec.security_context.se_linux_options.iter().flat_map(&bad) {
        found.push(spec_breach(field, value));
    }
    for (path, container) in subject.containers() {
        for (field, value) in container.security_context.se_linux_options.iter().flat_map(&bad) {
            found.push(spec_breach(format!("{path}.{field}"), value));
        }
    }
    found
}

fn seccomp_profile(subject: &Subject<'_>, minor: u32) -> Vec<Breach> {
    if minor < 19 {
        return seccomp_annotations(subject);
    }
    let mut found = Vec::new();
    if let Some(profile) = subject.spec.security_context.seccomp_profile.as_ref().filter(|p| !confines(p)) {
        found.push(spec_breach("securityContext.seccompProfile.type", &profile.r#type));
    }
    found.extend(subject.each(|c| {
        let profile = c.security_context.seccomp_profile.as_ref().filter(|p| !confines(p))?;
        Some(("securityContext.seccompProfile.type", profile.r#type.clone()))
    }));
    found
}

/// Before 1.19 profiles were told in alpha annotations, one of the pod and one of each container that exists.
fn seccomp_annotations(subject: &Subject<'_>) -> Vec<Breach> {
    let loose = |value: &str| !standards::seccomp_confines(value);
    let names: Vec<String> = subject.spec.all_containers().map(|(_, c)| format!("{SECCOMP_CONTAINER}{}", c.name)).collect();
    annotations(subject, |key| key == SECCOMP_POD || names.iter().any(|name| name == key), loose)
}

fn sysctls(subject: &Subject<'_>, minor: u32) -> Vec<Breach> {
    let set = subject.spec.security_context.sysctls.iter().filter(|sysctl| !standards::may_set(&sysctl.name, minor));
    set.map(|sysctl| spec_breach(format!("securityContext.sysctls[name={}]", sysctl.name), &sysctl.name)).collect()
}

fn windows_host_process(subject: &Subject<'_>, _: u32) -> Vec<Breach> {
    let on = |options: &Option<WindowsOptions>| options.as_ref().is_some_and(|o| o.host_process == Some(true));
    const FIELD: &str = "securityContext.windowsOptions.hostProcess";
    let mut found = Vec::new();
    if on(&subject.spec.security_context.windows_options) {
        found.push(spec_breach(FIELD, "true"));
    }
    found.extend(subject.each(|c| on(&c.security_context.windows_options).then(|| (FIELD, "true".to_owned()))));
    found
}

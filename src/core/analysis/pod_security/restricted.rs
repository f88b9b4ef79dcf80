//! The seven rules that level *restricted* adds, one function each. Four of them replace a milder rule of *baseline*.

use super::baseline::{added_beyond, confines, proc_mounts};
use super::{Breach, Level, Rule, Subject, spec_breach};
use crate::model::Severity;
use kassay_engines::standards::{RESTRICTED_CAPABILITIES, RESTRICTED_VOLUMES};

const fn rule(id: &'static str, since: u32, overrides: Option<&'static str>, judge: fn(&Subject<'_>, u32) -> Vec<Breach>) -> Rule {
    Rule { id, level: Level::Restricted, since, overrides, severity: Severity::Medium, judge }
}

/// By id.
pub(super) const RULES: &[Rule] = &[
    rule("allowPrivilegeEscalation", 8, None, allow_privilege_escalation),
    rule("capabilities_restricted", 22, Some("capabilities_baseline"), capabilities),
    rule("procMount_restricted", 35, Some("procMount"), |subject, _| proc_mounts(subject)),
    rule("restrictedVolumes", 0, Some("hostPathVolumes"), restricted_volumes),
    rule("runAsNonRoot", 0, None, run_as_non_root),
    rule("runAsUser", 23, None, run_as_user),
    rule("seccompProfile_restricted", 19, Some("seccompProfile_baseline"), seccomp_profile),
];

/// Some settings mean nothing on Windows, and since 1.25 a pod that says it is for Windows is not asked for them.
fn excused_on_windows(subject: &Subject<'_>, minor: u32) -> bool {
    minor >= 25 && subject.says_windows()
}

/// Since 1.35 root inside of a user namespace is not held to be root.
fn excused_by_user_namespace(subject: &Subject<'_>, minor: u32) -> bool {
    minor >= 35 && subject.has_user_namespace()
}

fn allow_privilege_escalation(subject: &Subject<'_>, minor: u32) -> Vec<Breach> {
    if excused_on_windows(subject, minor) {
        return vec![];
    }
    subject.each(|c| match c.security_context.allow_privilege_escalation {
        Some(false) => None,
        other => Some(("securityContext.allowPrivilegeEscalation", shown(other))),
    })
}

fn shown(value: Option<bool>) -> String {
    value.map_or_else(|| "unset".to_owned(), |v| v.to_string())
}

fn capabilities(subject: &Subject<'_>, minor: u32) -> Vec<Breach> {
    if excused_on_windows(subject, minor) {
        return vec![];
    }
    let mut found = subject.each(|c| {
        let dropped = &c.security_context.capabilities.drop;
        let observed = if dropped.is_empty() { "unset".to_owned() } else { dropped.join(", ") };
        (!dropped.iter().any(|name| name == "ALL")).then_some(("securityContext.capabilities.drop", observed))
    });
    found.extend(subject.each(|c| added_beyond(&c.security_context.capabilities.add, RESTRICTED_CAPABILITIES)));
    found
}

fn restricted_volumes(subject: &Subject<'_>, _: u32) -> Vec<Breach> {
    let mut found = Vec::new();
    for volume in &subject.spec.volumes {
        for source in volume.sources.iter().filter(|source| !RESTRICTED_VOLUMES.contains(&source.as_str())) {
            let observed = volume.host_path.as_ref().filter(|_| source == "hostPath").unwrap_or(source);
            found.push(spec_breach(format!("volumes[name={}].{source}", volume.name), observed));
        }
    }
    found
}

fn run_as_non_root(subject: &Subject<'_>, minor: u32) -> Vec<Breach> {
    if excused_by_user_namespace(subject, minor) {
        return vec![];
    }
    const FIELD: &str = "securityContext.runAsNonRoot";
    let pod = subject.spec.security_context.run_as_non_root;
    let mut found = Vec::new();
    // `false` of the pod fails by itself, even where every container says better.
    if pod == Some(false) {
        found.push(spec_breach(FIELD, "false"));
    }
    found.extend(subject.each(|c| match c.security_context.run_as_non_root {
        Some(true) => None,
        Some(false) => Some((FIELD, "false".to_owned())),
        None => (pod != Some(true)).then(|| (FIELD, "unset".to_owned())),
    }));
    found
}

fn run_as_user(subject: &Subject<'_>, minor: u32) -> Vec<Breach> {
    if excused_by_user_namespace(subject, minor) {
        return vec![];
    }
    const FIELD: &str = "securityContext.runAsUser";
    let mut found = Vec::new();
    if subject.spec.security_context.run_as_user == Some(0) {
        found.push(spec_breach(FIELD, "0"));
    }
    found.extend(subject.each(|c| (c.security_context.run_as_user == Some(0)).then(|| (FIELD, "0".to_owned()))));
    found
}

fn seccomp_profile(subject: &Subject<'_>, minor: u32) -> Vec<Breach> {
    if excused_on_windows(subject, minor) {
        return vec![];
    }
    const FIELD: &str = "securityContext.seccompProfile.type";
    let pod = subject.spec.security_context.seccomp_profile.as_ref();
    let mut found = Vec::new();
    // A bad profile of the pod fails by itself, even where every container says better.
    if let Some(profile) = pod.filter(|p| !confines(p)) {
        found.push(spec_breach(FIELD, &profile.r#type));
    }
    found.extend(subject.each(|c| match &c.security_context.seccomp_profile {
        Some(profile) if confines(profile) => None,
        Some(profile) => Some((FIELD, profile.r#type.clone())),
        None => (!pod.is_some_and(confines)).then(|| (FIELD, "unset".to_owned())),
    }));
    found
}

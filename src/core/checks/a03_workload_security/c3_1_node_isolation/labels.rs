//! Judge of `3.1/pod-security-labels`: what each namespace's labels make Pod Security Admission enforce.

use crate::analysis::admission::plugins::{Plugin, Running};
use crate::analysis::emulation;
use crate::analysis::pod_security::{Enforcement, Level, Version, labels, rules_of};
use crate::judging::guarded::{not_read, places, tell_plugins};
use crate::judging::{Verdict, View};
use crate::kinds::node::Namespace;
use crate::model::{Category, Finding, ObjectRef, Severity};
use std::collections::BTreeMap;

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("namespace", "namespaces");
    let running = Plugin::PodSecurity.running(view.inventory);
    for namespace in &view.inventory.namespaces {
        let category = view.category(&namespace.metadata.name);
        verdict.saw(category);
        if let Some(finding) = look(view, namespace, category, &running) {
            verdict.find(finding);
        }
    }
    for place in places(view).iter().filter(|place| !place.known) {
        verdict.saw(place.category);
        verdict.find(not_read(place));
    }
    tell_plugins(view, &mut verdict);
    verdict
}

fn look(view: &View<'_>, namespace: &Namespace, category: Category, running: &Running) -> Option<Finding> {
    let set = &namespace.metadata.labels;
    let finding = |label: &str| {
        let object = ObjectRef::new("", "Namespace", "", &namespace.metadata.name);
        Finding::new(category, object, format!("metadata.labels[{label}]"))
    };
    let Some(enforced) = Enforcement::of(set) else { return Some(unlabelled(view, set, finding(labels::ENFORCE))) };
    if enforced.level == Level::Privileged {
        return Some(
            finding(labels::ENFORCE)
                .rule("privileged_level")
                .severity(Severity::High)
                .observed("privileged")
                .message("Level privileged refuses nothing: any pod that asks for the node gets it."),
        );
    }
    if let Some(finding) = idle(running, &enforced, finding(labels::ENFORCE)) {
        return Some(finding);
    }
    if enforced.invalid_level {
        return Some(
            finding(labels::ENFORCE)
                .rule("invalid_level")
                .severity(Severity::Low)
                .review()
                .observed(set.get(labels::ENFORCE).cloned().unwrap_or_default())
                .message("The level is none that Kubernetes knows; it enforces restricted in its place, which may not be what was meant.")
                .mend("Write baseline or restricted."),
        );
    }
    version(view, set, &enforced, finding(labels::ENFORCE_VERSION))
}

/// A label asks for enforcement, and the API server does not run, or may not run, what would enforce it.
fn idle(running: &Running, enforced: &Enforcement, finding: Finding) -> Option<Finding> {
    let level = enforced.level.id();
    match running {
        Running::On => None,
        Running::Unsure(why) => Some(
            finding
                .rule("plugin_unsure")
                .review()
                .observed(level)
                .message(format!(
                    "Whether the API server runs Pod Security admission, which would enforce the label, can't be told: {why}."
                ))
                .mend("Look at the API server's flags and version: PodSecurity must not be among --disable-admission-plugins."),
        ),
        Running::Off(off) => {
            let place = off.object.as_ref().map(|object| format!(" ({})", object.path())).unwrap_or_default();
            Some(
                finding
                    .rule("plugin_off")
                    .severity(Severity::High)
                    .observed(format!("{level}; {}{place}", off.by))
                    .message("The API server does not run Pod Security admission, so the label refuses nothing: any pod that asks for the node gets it.")
                    .mend("Take PodSecurity out of --disable-admission-plugins of every API server; below Kubernetes 1.23, upgrade or enforce by policies."),
            )
        }
    }
}

/// No label asks for enforcement. Distributions that guard pods by other means of their own turn that into a question.
fn unlabelled(view: &View<'_>, set: &BTreeMap<String, String>, finding: Finding) -> Finding {
    let told: Vec<String> = [("warn", labels::WARN), ("audit", labels::AUDIT)]
        .iter()
        .filter_map(|(name, key)| Some(format!("{name}={}", set.get(*key)?)))
        .collect();
    let (rule, observed, message) = if told.is_empty() {
        (
            "unlabelled",
            "unset".to_owned(),
            "No label asks Pod Security Admission to enforce a level here, so nothing is shown to refuse a pod that takes the node.",
        )
    } else {
        (
            "not_enforced",
            told.join(", "),
            "Pod Security only warns or writes to the audit log here: a pod that takes the node is started all the same.",
        )
    };
    let finding = finding.rule(rule).observed(observed);
    let own = match view.cluster().distribution.as_str() {
        "openshift" => "OpenShift guards pods by security context constraints: judge who may use which constraint in this namespace.",
        "gke-autopilot" => "GKE Autopilot refuses most dangerous requests by itself: judge what its exceptions let through.",
        _ => return finding.message(message),
    };
    finding.severity(Severity::Low).review().message(format!("{message} {own}"))
}

/// A level is enforced: by which version's rules?
fn version(view: &View<'_>, set: &BTreeMap<String, String>, enforced: &Enforcement, finding: Finding) -> Option<Finding> {
    let finding = finding.severity(Severity::Low).review();
    if enforced.invalid_version {
        let observed = set.get(labels::ENFORCE_VERSION).cloned().unwrap_or_default();
        let message = "The version is none that Kubernetes knows; the rules of the server's own version are enforced in its place.";
        return Some(
            finding.rule("invalid_version").observed(observed).message(message).mend("Write vX.Y, with the minor version of the cluster."),
        );
    }
    let Version::Minor(pinned) = enforced.version else {
        let observed = set.get(labels::ENFORCE_VERSION).map_or("unset", String::as_str);
        let message = "The version is not pinned, so an upgrade of the cluster may begin to refuse pods that were accepted before, and nobody decides when.";
        return Some(
            finding.rule("unpinned_version").observed(observed).message(message).mend(
                "Set pod-security.kubernetes.io/enforce-version to the minor version of the cluster, and raise it after each upgrade.",
            ),
        );
    };
    let there = rules_of(enforced.level, pinned);
    let missing: Vec<&str> = rules_of(enforced.level, emulation::minor(view.inventory)?)
        .into_iter()
        .filter(|rule| rule.since > pinned && !there.iter().any(|r| r.id == rule.id))
        .map(|rule| rule.id)
        .collect();
    if missing.is_empty() {
        return None;
    }
    let message = format!("The pinned version lacks rules that the cluster's own version has: {}.", missing.join(", "));
    Some(
        finding
            .rule("old_version")
            .observed(format!("v1.{pinned}"))
            .message(message)
            .mend("Raise the pinned version to that of the cluster."),
    )
}

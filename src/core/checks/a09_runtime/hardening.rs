//! Judge of `9.1/hardening`: the profiles that narrow what a container may ask of the kernel.

use crate::analysis::pod_security::{self, Level, Location};
use crate::judging::{Placed, Verdict, View};
use crate::kinds::{Workload, pod::Profile};
use crate::model::{Category, Finding, Severity};

pub(super) fn judge(view: &View<'_>) -> Verdict {
    let mut verdict = Verdict::over("workload", "workloads");
    for (workload, category) in view.workloads() {
        // Windows knows neither seccomp nor AppArmor.
        let linux: Vec<Placed<'_>> = view.containers(workload).filter(|placed| !placed.spec.is_windows()).collect();
        if linux.is_empty() {
            continue;
        }
        verdict.saw(category);
        linux.iter().flat_map(look).for_each(|finding| verdict.find(finding));
        verdict.find_all(by_annotation(view, workload, category));
    }
    verdict
}

/// AppArmor profiles that an annotation switches off, as pods said it before they had a field for it (1.30).
fn by_annotation(view: &View<'_>, workload: &Workload, category: Category) -> Vec<Finding> {
    let subjects = pod_security::subjects(view.inventory, workload);
    let judged = subjects.iter().flat_map(|(subject, pods)| {
        pod_security::evaluate(subject, Level::Baseline, pod_security::NEWEST).into_iter().map(move |violation| (violation, *pods))
    });
    let loose = judged.filter(|(v, _)| v.rule.id == "appArmorProfile" && matches!(v.place, Location::Annotation(_)));
    let tell = |(violation, pods): (pod_security::Violation, u32)| {
        Finding::new(category, workload.object.clone(), violation.place.field(workload))
            .rule("app_armor_off")
            .pods(pods)
            .observed(violation.observed)
            .message("The AppArmor profile that the runtime would apply is switched off.")
    };
    loose.map(tell).collect()
}

fn look(placed: &Placed<'_>) -> Vec<Finding> {
    let (pod, own) = (&placed.spec.security_context, &placed.container.security_context);
    if own.privileged == Some(true) {
        let message = "A privileged container runs without seccomp and AppArmor, whatever its manifest says of them.";
        return vec![
            placed.finding("securityContext.privileged").rule("privileged").severity(Severity::High).observed("true").message(message),
        ];
    }
    let mut found = Vec::new();
    let seccomp = own.seccomp_profile.as_ref().or(pod.seccomp_profile.as_ref());
    let field = "securityContext.seccompProfile.type";
    match seccomp {
        None => found.push(
            placed
                .finding(field)
                .rule("seccomp_unset")
                .severity(Severity::Low)
                .review()
                .observed("unset")
                .message("No seccomp profile is asked for: unless the kubelet is told to apply one, every call of the kernel is open."),
        ),
        Some(profile) if loose(profile) => found.push(
            placed
                .finding(field)
                .rule("seccomp_off")
                .observed(profile.r#type.clone())
                .message("The seccomp filter is switched off: every call of the kernel is open to attack from the container."),
        ),
        Some(_) => {}
    }
    if let Some(profile) = own.app_armor_profile.as_ref().or(pod.app_armor_profile.as_ref()).filter(|profile| loose(profile)) {
        found.push(
            placed
                .finding("securityContext.appArmorProfile.type")
                .rule("app_armor_off")
                .observed(profile.r#type.clone())
                .message("The AppArmor profile that the runtime would apply is switched off."),
        );
    }
    found
}

fn loose(profile: &Profile) -> bool {
    !matches!(profile.r#type.as_str(), "RuntimeDefault" | "Localhost")
}
